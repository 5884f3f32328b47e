//! The room around what is said in it: who sits where, what each reader sees of it, sessions, pauses, signals, and who
//! comes and goes. Deliberately not here: entries that people write (`entries`), and who is connected (`live`).

use std::collections::BTreeMap;
use std::fmt::Write as _;

use domain::companion::CompanionRole;
use domain::dispute::{Actor, Command, Dispute, Stage};
use domain::ids::{AccountId, DisputeId};
use domain::party::Side;
use domain::room::{Channel, RoomState, Seat, Signal, channels_of, has_seat, may_write_in};
use domain::sight::Item;
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::seats::SeatRow;
use utoipa::ToSchema;

use super::aftermath::channels_of_announcement;
use super::process::{Seen, carry_out, carry_out_as, look};
use super::{Doing, keeping};
use crate::refused::Refused;

/// The room as it is, for the house. It never leaves the house as it is: each reader gets a [`RoomView`].
#[derive(Debug, Clone)]
pub struct RoomNow {
    pub dispute: Dispute,
    pub seats: Vec<SeatRow>,
    /// The number of the last entry of each channel.
    pub heads: BTreeMap<Channel, u64>,
    pub names: BTreeMap<AccountId, String>,
    /// For each person with a seat, a keyed digest of who reads their channels.
    pub audiences: BTreeMap<AccountId, String>,
    /// When what was said here was destroyed (R12).
    pub destroyed_at: Option<Moment>,
}

/// A channel as a reader with a seat in it sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelView {
    /// `joint`, `caucus-claimant`, `caucus-respondent`, `notes`, or `notes-co-mediator` for the co-mediator's own.
    pub name: String,
    /// The number of its last entry.
    pub last_seq: u64,
    pub may_post: bool,
    /// Why is not said to a party.
    pub paused: bool,
    /// What the mediator can do about it (mediator only): `pause`, `resume` (it also takes up what a side signalled),
    /// or `held` where the registrar decides.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub steering: Option<String>,
}

/// Somebody who shares a channel with the reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonView {
    /// How entries name their author: `claimant`, `respondent`, `mediator`, `co-mediator`, or for whoever sits beside a
    /// party such as `claimant-interpreter`.
    pub id: String,
    /// The same; for whoever sits beside a party `support-person`, `interpreter`, `helper` or `representative`.
    pub role: String,
    pub name: String,
    /// Beside which side they sit, where they are no party.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub beside: Option<String>,
}

/// What a side told the mediator privately.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignalView {
    /// Which side.
    pub side: String,
    /// `break`, `unsafe` or `not-freely`.
    pub kind: String,
}

/// The room as one reader sees it. Nothing in it changes because of a caucus that is not theirs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RoomView {
    /// The dispute's id.
    pub id: String,
    pub stage: String,
    /// As whom the reader sits here.
    pub you: String,
    /// `open` or `closed`: presence and typing pass only while the mediator holds a session open.
    pub session: String,
    pub channels: Vec<ChannelView>,
    /// Everyone who can read something that the reader writes, the reader included.
    pub people: Vec<PersonView>,
    /// Changes when, and only when, the readers of one of the reader's channels change.
    pub audience_digest: String,
    /// What the sides signalled (mediator only).
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub signals: Vec<SignalView>,
    /// When what was said here was destroyed: some time after the end, and for good.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub destroyed_at: Option<String>,
}

/// Whom a signal reached, and what to do meanwhile (R18).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Signalled {
    /// `mediator`, or `registrar` while there is no mediator.
    pub told: String,
    /// When the house answers, in its own words.
    pub reply_time: String,
    pub emergency_number: String,
}

impl RoomNow {
    /// As whom that account sits in the room.
    pub fn seat(&self, account: AccountId) -> Option<Seat> {
        self.dispute.seat_of(account)
    }

    /// Whether an entry of that channel and number exists for that account. The one question that everything asks
    /// before anything leaves the room (promise 4, R5, R17): the law is asked, and the seat's own row.
    pub fn may_hear(&self, account: AccountId, channel: Channel, seq: u64) -> bool {
        let Some(seat) = self.seat(account) else { return false };
        let is_theirs = |row: &SeatRow| row.account == account && row.channel == channel && row.seat == seat;
        has_seat(seat, channel, self.dispute.shuttle)
            && store::seats::current(self.seats.iter().filter(|row| is_theirs(row)))
                .is_some_and(|row| row.reaches(seq))
    }

    /// Whether that account sits in the channel now: for what is passed on and not stored.
    pub fn sits_in(&self, account: AccountId, channel: Channel) -> bool {
        self.may_hear(account, channel, u64::MAX)
    }

    /// Whether two people share a channel: only then does one learn that the other is there.
    pub fn share_a_channel(&self, one: AccountId, other: AccountId) -> bool {
        Channel::ALL.iter().any(|channel| self.sits_in(one, *channel) && self.sits_in(other, *channel))
    }

    /// The room's state, while there is a mediation.
    pub fn state(&self) -> Option<&RoomState> {
        self.dispute.mediation().map(|mediation| &mediation.room)
    }

    /// Whether the mediator holds a session open, and nothing pauses it.
    pub fn session_open(&self) -> bool {
        self.dispute.session_is_on()
    }

    /// The channels of that account, in the order in which they are shown.
    pub fn channels_of(&self, account: AccountId) -> Vec<Channel> {
        let Some(seat) = self.seat(account) else { return Vec::new() };
        let theirs = |channel: &Channel| {
            self.seats.iter().any(|row| row.account == account && row.channel == *channel && row.seat == seat)
        };
        channels_of(seat, self.dispute.shuttle).filter(theirs).collect()
    }

    /// The room as that account sees it; nothing for whoever has no seat.
    pub fn view(&self, account: AccountId) -> Option<RoomView> {
        let seat = self.seat(account)?;
        let channels = self.channels_of(account);
        if channels.is_empty() {
            return None;
        }
        let signals = if seat.mediates() { self.signals() } else { Vec::new() };
        Some(RoomView {
            id: self.dispute.id.to_string(),
            stage: self.dispute.stage.name().to_string(),
            you: seat.as_str().to_owned(),
            session: if self.session_open() { "open" } else { "closed" }.to_owned(),
            channels: channels.into_iter().map(|channel| self.channel(account, seat, channel)).collect(),
            people: self.people(account),
            audience_digest: self.audiences.get(&account).cloned().unwrap_or_default(),
            signals,
            destroyed_at: self.destroyed_at.map(|at| at.to_string()),
        })
    }

    /// Whether that account may say something in the channel now.
    fn may_post(&self, account: AccountId, seat: Seat, channel: Channel) -> bool {
        let is_open = match &self.dispute.stage {
            _ if self.dispute.suspension.is_some() => false,
            Stage::Mediation(mediation) => mediation.room.may_post(seat, channel, self.dispute.shuttle),
            Stage::Negotiation { .. } => may_write_in(seat, channel),
            _ => false,
        };
        is_open && self.sits_in(account, channel)
    }

    /// Whether others are to learn that this account writes in the channel: while a session is open, and while what is
    /// being written could be sent. After a private signal nobody sees any more that somebody types (R18).
    pub fn may_be_seen_typing(&self, account: AccountId, channel: Channel) -> bool {
        self.session_open() && self.seat(account).is_some_and(|seat| self.may_post(account, seat, channel))
    }

    fn channel(&self, account: AccountId, seat: Seat, channel: Channel) -> ChannelView {
        let is_theirs = |row: &&SeatRow| row.account == account && row.channel == channel;
        let until = self.seats.iter().rfind(is_theirs).and_then(|row| row.until_seq);
        let head = self.heads.get(&channel).copied().unwrap_or(0);
        let paused = self.dispute.is_channel_paused(channel);
        let may_post = self.may_post(account, seat, channel);
        let last_seq = until.map_or(head, |until| head.min(until));
        let steering = if seat.mediates() { self.steering(channel) } else { None };
        ChannelView { name: channel.to_string(), last_seq, may_post, paused, steering }
    }

    /// What the mediator can do about a channel: the same question that the law asks when they do it.
    fn steering(&self, channel: Channel) -> Option<String> {
        let state = self.state()?;
        if self.dispute.suspension.is_some() || channel.is_notes() {
            return None;
        }
        let word = if state.may_resume(channel, self.dispute.shuttle) {
            "resume"
        } else if state.held {
            "held"
        } else {
            "pause"
        };
        Some(word.to_owned())
    }

    fn people(&self, account: AccountId) -> Vec<PersonView> {
        let mut people: Vec<(Seat, AccountId)> =
            self.seats.iter().map(|row| (row.seat, row.account)).collect();
        people.sort_unstable();
        people.dedup();
        let is_shown = |person: &(Seat, AccountId)| {
            self.seat(person.1) == Some(person.0)
                && (person.1 == account || self.share_a_channel(account, person.1))
        };
        let shown = people.into_iter().filter(is_shown).map(|(seat, person)| PersonView {
            id: seat.as_str().to_owned(),
            role: seat.companion().map_or(seat.as_str(), CompanionRole::as_str).to_owned(),
            name: self.names.get(&person).cloned().unwrap_or_default(),
            beside: seat.companion().and(seat.of_side()).map(|side| side.to_string()),
        });
        shown.collect()
    }

    fn signals(&self) -> Vec<SignalView> {
        let given =
            |side: Side| self.state().and_then(|state| *state.signals.of(side)).map(|kind| (side, kind));
        let signals = Side::BOTH.into_iter().filter_map(given);
        let signals = signals.map(|(side, kind)| (side, kind.as_str()));
        let doubts = self.state().map(|state| state.not_freely).unwrap_or_default();
        let doubts = Side::BOTH.into_iter().filter(|side| *doubts.of(*side)).map(|side| (side, "not-freely"));
        let view = |(side, kind): (Side, &str)| SignalView { side: side.to_string(), kind: kind.to_owned() };
        signals.chain(doubts).map(view).collect()
    }

    /// Who reads the channels of that account, as one text to be digested.
    fn audience(&self, account: AccountId) -> String {
        let mut text = String::new();
        for channel in self.channels_of(account) {
            let mut readers: Vec<AccountId> = self.seats.iter().map(|row| row.account).collect();
            readers.retain(|reader| self.sits_in(*reader, channel));
            readers.sort_unstable();
            readers.dedup();
            for reader in readers {
                let _ = writeln!(text, "{channel} {reader}");
            }
        }
        text
    }
}

/// Reads the room for the house.
///
/// # Errors
/// `Absent` where there is no such dispute.
pub fn room_now(tx: &mut Tx<'_>, id: DisputeId) -> Result<RoomNow, Refused> {
    let dispute = store::disputes::load(tx, id)?.value;
    let destroyed_at = keeping::destroyed_at(tx, &dispute)?;
    let seats = store::seats::of(tx, id)?;
    let mut now = RoomNow {
        dispute,
        seats,
        heads: BTreeMap::new(),
        names: BTreeMap::new(),
        audiences: BTreeMap::new(),
        destroyed_at,
    };
    for channel in Channel::ALL {
        now.heads.insert(*channel, store::entries::last_seq(tx, id, *channel)?);
    }
    let mut people: Vec<AccountId> = now.seats.iter().map(|row| row.account).collect();
    people.sort_unstable();
    people.dedup();
    for account in people {
        now.names.insert(account, store::people::by_id(tx, account)?.name.to_string());
        let digest = audience_digest(tx, &now, account)?;
        now.audiences.insert(account, digest);
    }
    Ok(now)
}

/// Nothing once what was said is destroyed: the key of the digests went with it, and nobody writes there any more.
fn audience_digest(tx: &mut Tx<'_>, now: &RoomNow, account: AccountId) -> Result<String, Refused> {
    if now.destroyed_at.is_some() {
        return Ok(String::new());
    }
    let digest = match tx.vault().digest(now.dispute.id, "audience", now.audience(account).as_bytes()) {
        // The key went a moment ago, and the rows are about to follow.
        Err(store::Error::NotFound) => return Ok(String::new()),
        digest => digest?,
    };
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Who reads the channels of that person now, as `audience_digest` has it in their view of the room.
///
/// # Errors
/// Where the store fails.
pub fn audience_of(tx: &mut Tx<'_>, seen: &Seen) -> Result<String, Refused> {
    let seats = store::seats::of(tx, seen.dispute.id)?;
    let (heads, names, audiences) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let destroyed_at = keeping::destroyed_at(tx, &seen.dispute)?;
    let now = RoomNow { dispute: seen.dispute.clone(), seats, heads, names, audiences, destroyed_at };
    audience_digest(tx, &now, seen.account)
}

/// The seat of the person in that channel: asked of the law and of the rows, and absent where either says no.
///
/// # Errors
/// `Absent`.
pub fn sits(tx: &mut Tx<'_>, seen: &Seen, channel: Channel) -> Result<(Seat, SeatRow), Refused> {
    let seat = seen.seat().ok_or(Refused::Absent)?;
    if !seen.may_read(Item::Talk { channel, shuttle: seen.dispute.shuttle }) {
        return Err(Refused::Absent);
    }
    let row = store::seats::latest(tx, seen.dispute.id, seen.account, channel, seat)?;
    Ok((seat, row.ok_or(Refused::Absent)?))
}

/// The room as the person sees it.
///
/// # Errors
/// `Absent` without a seat.
pub fn show(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId) -> Result<RoomView, Refused> {
    let seen = look(tx, doing, id)?;
    view_of(tx, &seen)
}

/// When what was said in the room was destroyed, for whoever has a seat there.
///
/// # Errors
/// `Absent` without a seat.
pub fn emptied_at(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId) -> Result<Option<Moment>, Refused> {
    let seen = look(tx, doing, id)?;
    seen.seat().ok_or(Refused::Absent)?;
    keeping::destroyed_at(tx, &seen.dispute)
}

fn view_of(tx: &mut Tx<'_>, seen: &Seen) -> Result<RoomView, Refused> {
    seen.seat().ok_or(Refused::Absent)?;
    room_now(tx, seen.dispute.id)?.view(seen.account).ok_or(Refused::Absent)
}

fn steer(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId, command: &Command) -> Result<RoomView, Refused> {
    let mut seen = look(tx, doing, id)?;
    carry_out(tx, doing, &mut seen, command)?;
    view_of(tx, &seen)
}

/// Opens or closes the session.
///
/// # Errors
/// `Absent` for everybody but the mediator; the rule.
pub fn set_session(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    open: bool,
) -> Result<RoomView, Refused> {
    steer(tx, doing, id, if open { &Command::OpenSession } else { &Command::CloseSession })
}

/// Pauses a channel, or lets posting there go on.
///
/// # Errors
/// `Absent` for everybody but the mediator; the rule.
pub fn set_pause(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    channel: Channel,
    paused: bool,
) -> Result<RoomView, Refused> {
    let command = if paused { Command::Pause(channel) } else { Command::ResumeChannel(channel) };
    steer(tx, doing, id, &command)
}

/// A party tells the mediator, and nobody else, that it needs a break or does not feel safe (R18).
///
/// # Errors
/// `Absent` for whoever is no party; the rule.
pub fn signal(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    signal: Signal,
) -> Result<Signalled, Refused> {
    let mut seen = look(tx, doing, id)?;
    seen.party()?;
    carry_out(tx, doing, &mut seen, &Command::GiveSignal(signal))?;
    let told = told(&seen.dispute);
    let institution = &doing.config.institution;
    Ok(Signalled {
        told: told.to_owned(),
        reply_time: institution.reply_time.clone(),
        emergency_number: institution.emergency_number.clone(),
    })
}

/// Whom a signal of a side reaches (R18): the mediator alone, and before one is confirmed the registrar alone.
pub const fn told(dispute: &Dispute) -> &'static str {
    if matches!(dispute.stage, Stage::Mediation(_)) { "mediator" } else { "registrar" }
}

/// Somebody enters or leaves the room while a session is open, by socket, page or API: the house says so once where
/// they are seen (R7), and keeps that the side was present (R10). Outside a session nothing is said: whether somebody is
/// at their telephone is nobody's business then (R19).
///
/// # Errors
/// Where the store fails.
pub fn announce(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    account: AccountId,
    comes: bool,
) -> Result<(), Refused> {
    let stored = store::disputes::load(tx, id)?;
    let mut dispute = stored.value;
    let (true, Some(who)) = (dispute.session_is_on(), dispute.seat_of(account)) else { return Ok(()) };
    let command = if comes { Command::Enter(who) } else { Command::Leave(who) };
    carry_out_as(tx, doing, &mut dispute, stored.version, Actor::House, &command).map(drop)
}

/// Whether the person is in the room while a session is open, and nobody was told yet: they look at it by page or API.
/// A channel that somebody reads tells it only where it would be said in that channel alone: a look into a caucus must
/// not show elsewhere (R5).
///
/// # Errors
/// `Absent` without a seat.
pub fn comes_unannounced(
    tx: &mut Tx<'_>,
    doing: &Doing,
    id: DisputeId,
    channel: Option<Channel>,
) -> Result<bool, Refused> {
    let seen = look(tx, doing, id)?;
    let who = seen.seat().ok_or(Refused::Absent)?;
    let told_in = channels_of_announcement(who, seen.dispute.shuttle);
    if channel.is_some_and(|channel| told_in != [channel]) {
        return Ok(false);
    }
    let arrived = seen.dispute.mediation().is_some_and(|mediation| mediation.room.arrived.contains(&who));
    Ok(seen.dispute.session_is_on() && !arrived)
}

/// The person is in the room; nothing happens where everybody knows.
///
/// # Errors
/// As [`announce`].
pub fn enter(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId) -> Result<(), Refused> {
    let account = doing.by.person()?;
    announce(tx, doing, id, account, true)
}

#[cfg(test)]
#[path = "rooms_tests.rs"]
pub(crate) mod tests;
