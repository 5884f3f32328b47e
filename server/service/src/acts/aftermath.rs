//! What each event brings with it, in the same transaction: seats, entries of the house, codes, mails and duties.
//! Deliberately not here: any decision. What stands here happens because the law said that it happened.

use domain::agreement::{Agreement, Signer};
use domain::companion::{Companion, CompanionRole};
use domain::dispute::{Dispute, Event, Stage};
use domain::entry::{AgreementStep, Author, Body, SessionStep};
use domain::ids::{AccountId, CompanionId, DisputeId, EntryId};
use domain::party::{Joining, Side, Sides};
use domain::room::{Channel, Seat, Signal, channels_of, has_seat};
use domain::time::Moment;
use pages::mails::Mail;
use store::Tx;
use store::entries::{Appended, NewEntry};

use super::{Doing, authorities, codes, duties, notices};
use crate::published::Published;
use crate::refused::Refused;

/// Follows one event of a dispute that is saved already.
///
/// # Errors
/// Where the store fails.
pub fn follow(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    before: &Dispute,
    after: &Dispute,
    event: &Event,
) -> Result<(), Refused> {
    match event {
        Event::Invited { until } => invited(tx, doing, before, after, *until),
        Event::Joined { account, .. } => joined(tx, doing, before, after, *account),
        Event::TakerRejected { account } => turned_away(tx, doing, *account),
        Event::MediatorProposed { mediator, .. } | Event::CoMediatorProposed { mediator, .. } => {
            notices::something_to_do(tx, doing, *mediator, after.id)
        }
        Event::NegotiationBegan { .. } | Event::AssignmentAccepted { .. } => notify_parties(tx, doing, after),
        Event::MediatorConfirmed { mediator, reads_earlier, .. } => {
            room_opened(tx, doing, after, *mediator, *reads_earlier)
        }
        Event::MediatorLeft { mediator, .. } => mediator_left(tx, doing, before, after, *mediator),
        Event::CoMediatorAsked => duties::put(tx, doing, after.id, "co-mediator", None),
        Event::CoMediatorConfirmed { mediator, reads_earlier, .. } => {
            co_mediator_sits(tx, doing, after, *mediator, *reads_earlier)
        }
        Event::CoMediatorLeft { mediator } => co_mediator_left(tx, doing, after, *mediator),
        Event::Ended { .. } => ended(tx, doing, before),
        Event::CompanionSeated { account, .. } => companion_seated(tx, doing, after, *account),
        Event::CompanionEnded { id, .. } => companion_ended(tx, doing, before, after, *id),
        _ => in_the_room(tx, doing, before, after, event),
    }?;
    authorities::follow(tx, doing, after, event)?;
    if matches!(event, Event::NegotiationBegan { .. }) {
        grant_seats(tx, doing, after)?;
    }
    if matches!(after.stage, Stage::Settled { .. } | Stage::Ended(_)) {
        for account in before.companions.iter().filter_map(Companion::sits) {
            end_seats(tx, doing, after.id, account)?;
        }
    }
    if is_talk_over(before, after) {
        store::bids::close_all(tx, after.id)?;
        store::proposals::close_all(tx, after.id, doing.now)?;
    }
    Ok(())
}

/// Whether what the mediator asked both sides in secret has nobody to answer it any more: the mediation is over, another
/// mediator holds it, or the sides are kept apart from now on and no longer hear what was asked of both (R17).
fn is_talk_over(before: &Dispute, after: &Dispute) -> bool {
    let Stage::Mediation(talk) = &before.stage else { return false };
    let goes_on = matches!(&after.stage, Stage::Mediation(now) if now.mediator == talk.mediator);
    !goes_on || after.shuttle != before.shuttle
}

/// The invitation goes out. A claimant who was told to wait for the registrar hears that the waiting is over.
fn invited(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    before: &Dispute,
    after: &Dispute,
    until: Moment,
) -> Result<(), Refused> {
    codes::send(tx, doing, after.id, until)?;
    match after.parties.claimant.account() {
        Some(claimant) if before.stage == Stage::Screening => {
            notices::something_to_do(tx, doing, claimant, after.id)
        }
        _ => Ok(()),
    }
}

/// Somebody takes part. Whoever had to wait until the registrar knew who they are is told that they need not any more.
fn joined(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    before: &Dispute,
    after: &Dispute,
    account: AccountId,
) -> Result<(), Refused> {
    if let Joining::Awaited { pending } = &before.parties.respondent.joining {
        for waiting in pending {
            if *waiting == account {
                notices::something_to_do(tx, doing, account, after.id)?;
            } else {
                turned_away(tx, doing, *waiting)?;
            }
        }
    }
    let name = store::people::by_id(tx, account)?.name;
    store::names::put(tx, after.id, Side::Respondent, &name)?;
    let claimant = after.parties.claimant.account();
    claimant.map_or(Ok(()), |claimant| notices::something_to_do(tx, doing, claimant, after.id))
}

/// Whoever waited for nothing is told so, and not whose invitation it was.
fn turned_away(tx: &mut Tx<'_>, doing: &mut Doing, account: AccountId) -> Result<(), Refused> {
    notices::send(tx, doing, account, "not-confirmed", |_| Mail::NotConfirmed)
}

fn notify_parties(tx: &mut Tx<'_>, doing: &mut Doing, dispute: &Dispute) -> Result<(), Refused> {
    for side in Side::BOTH {
        if let Some(account) = dispute.parties.of(side).account() {
            notices::something_to_do(tx, doing, account, dispute.id)?;
        }
    }
    Ok(())
}

fn room_opened(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: &Dispute,
    mediator: AccountId,
    reads_earlier: Sides<bool>,
) -> Result<(), Refused> {
    open_earlier(tx, doing, dispute, (mediator, Seat::Mediator), reads_earlier)?;
    grant_seats(tx, doing, dispute)?;
    // Nobody reads a new one's words for those of the one before (R7).
    if dispute.mediation().is_some_and(|mediation| mediation.began != mediation.since) {
        let who = Seat::Mediator;
        announce(tx, doing, dispute, who, &Body::SeatTaken { who })?;
    }
    notices::something_to_do(tx, doing, mediator, dispute.id)?;
    notify_parties(tx, doing, dispute)
}

/// What a side told a mediator before it opens to this one or not; nobody inherits a mediator's notes (R5).
fn open_earlier(
    tx: &mut Tx<'_>,
    doing: &Doing,
    dispute: &Dispute,
    (account, seat): (AccountId, Seat),
    reads_earlier: Sides<bool>,
) -> Result<(), Refused> {
    for side in Side::BOTH.into_iter().filter(|side| *reads_earlier.of(*side)) {
        store::seats::grant(tx, dispute.id, account, seat, Channel::caucus(side), 1, doing.now)?;
    }
    Ok(())
}

/// A second mediator sits down, and everybody is told whom they hear from now on (R7).
fn co_mediator_sits(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: &Dispute,
    mediator: AccountId,
    reads_earlier: Sides<bool>,
) -> Result<(), Refused> {
    let who = Seat::CoMediator;
    open_earlier(tx, doing, dispute, (mediator, who), reads_earlier)?;
    grant_seats(tx, doing, dispute)?;
    announce(tx, doing, dispute, who, &Body::SeatTaken { who })?;
    call_mediators(tx, doing, dispute)
}

/// They read nothing any more, and their socket closes.
fn co_mediator_left(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: &Dispute,
    mediator: AccountId,
) -> Result<(), Refused> {
    let who = Seat::CoMediator;
    end_seats(tx, doing, dispute.id, mediator)?;
    announce(tx, doing, dispute, who, &Body::SeatEnded { who })?;
    notices::send(tx, doing, mediator, "mediator-left", |_| Mail::MediatorLeft)
}

/// The mediator reads nothing any more, and their socket closes. The registrar seeks another one, and learns what a side
/// signalled: nobody else is there to take it up now (R18).
fn mediator_left(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    before: &Dispute,
    dispute: &Dispute,
    mediator: AccountId,
) -> Result<(), Refused> {
    end_seats(tx, doing, dispute.id, mediator)?;
    // The sides said in their own words to that person what they will do; the next one hears it from them.
    store::read_backs::delete(tx, dispute.id)?;
    duties::put(tx, doing, dispute.id, "no-mediator", None)?;
    let signals = before.mediation().map(|mediation| mediation.room.signals).unwrap_or_default();
    for side in Side::BOTH {
        if let Some(signal) = signals.of(side) {
            duties::put(tx, doing, dispute.id, signal.as_str(), Some(side))?;
        }
    }
    notices::send(tx, doing, mediator, "mediator-left", |_| Mail::MediatorLeft)?;
    // Whoever sat beside them did so because they had asked for it.
    if let Some(beside) = before.co_mediator() {
        end_seats(tx, doing, dispute.id, beside)?;
        notices::send(tx, doing, beside, "mediator-left", |_| Mail::MediatorLeft)?;
    }
    notify_parties(tx, doing, dispute)
}

/// Everybody reads from the number at which they sat down: what was said before is not theirs.
fn grant_seats(tx: &mut Tx<'_>, doing: &Doing, dispute: &Dispute) -> Result<(), Refused> {
    let mut seats: Vec<(AccountId, Seat)> = Vec::new();
    for side in Side::BOTH {
        seats.extend(dispute.parties.of(side).account().map(|account| (account, Seat::Party(side))));
    }
    seats.extend(dispute.mediator().map(|mediator| (mediator, Seat::Mediator)));
    seats.extend(dispute.co_mediator().map(|mediator| (mediator, Seat::CoMediator)));
    // Before a mediator there is the joint channel alone.
    let only_joint = dispute.mediator().is_none();
    for (account, seat) in seats {
        for channel in
            channels_of(seat, dispute.shuttle).filter(|channel| !only_joint || *channel == Channel::Joint)
        {
            let from = store::entries::last_seq(tx, dispute.id, channel)?;
            // What the two offered each other in negotiation is the mediator's to read too: it is about the terms.
            let from = if channel == Channel::Joint { 0 } else { from };
            store::seats::grant(tx, dispute.id, account, seat, channel, from.saturating_add(1), doing.now)?;
        }
    }
    dispute
        .seated_companions()
        .try_for_each(|(account, seat)| grant_beside(tx, doing, dispute, account, seat))
}

/// Whoever sits beside a party reads from now on (R5). What was said in its private talk before they read only where that
/// side said so when it asked them; what both sides said before, never.
fn grant_beside(
    tx: &mut Tx<'_>,
    doing: &Doing,
    dispute: &Dispute,
    account: AccountId,
    companion: &Companion,
) -> Result<(), Refused> {
    let (side, role) = (companion.side, companion.role);
    let seat = Seat::Beside { side, role };
    let only_joint = dispute.mediator().is_none();
    for channel in channels_of(seat, dispute.shuttle).filter(|one| !only_joint || *one == Channel::Joint) {
        let mut from = store::entries::last_seq(tx, dispute.id, channel)?.saturating_add(1);
        if companion.reads_earlier
            && channel == Channel::caucus(side)
            && let Some(party) = dispute.parties.of(side).account()
        {
            let own = store::seats::latest(tx, dispute.id, party, channel, Seat::Party(side))?;
            from = own.map_or(from, |own| own.from_seq.min(from));
        }
        store::seats::grant(tx, dispute.id, account, seat, channel, from, doing.now)?;
    }
    Ok(())
}

/// Somebody sits down beside a party, and everybody who shares a channel with them is told (R7).
fn companion_seated(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: &Dispute,
    account: AccountId,
) -> Result<(), Refused> {
    grant_seats(tx, doing, dispute)?;
    match dispute.companion_of(account).map(seat_beside) {
        Some(who) if dispute.has_room() => announce(tx, doing, dispute, who, &Body::SeatTaken { who }),
        _ => Ok(()),
    }
}

/// A seat beside a party ends. Whoever sat there reads nothing any more, and their socket closes.
fn companion_ended(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    before: &Dispute,
    after: &Dispute,
    id: CompanionId,
) -> Result<(), Refused> {
    store::companions::delete(tx, after.id, id)?;
    let Some(companion) = before.companions.iter().find(|one| one.id == id) else { return Ok(()) };
    let Some(account) = companion.sits() else { return Ok(()) };
    end_seats(tx, doing, after.id, account)?;
    let who = seat_beside(companion);
    if after.has_room() { announce(tx, doing, after, who, &Body::SeatEnded { who }) } else { Ok(()) }
}

const fn seat_beside(companion: &Companion) -> Seat {
    Seat::Beside { side: companion.side, role: companion.role }
}

fn end_seats(tx: &mut Tx<'_>, doing: &Doing, dispute: DisputeId, account: AccountId) -> Result<(), Refused> {
    for channel in Channel::ALL {
        store::seats::end(tx, dispute, *channel, Some(account), doing.now)?;
    }
    Ok(())
}

/// Who learns that it is over: whoever had joined. The words are the same for every end (R2, R4).
fn ended(tx: &mut Tx<'_>, doing: &mut Doing, before: &Dispute) -> Result<(), Refused> {
    if before.stage == Stage::Draft {
        return Ok(());
    }
    let parties = Side::BOTH.into_iter().filter_map(|side| before.parties.of(side).account());
    let people: Vec<AccountId> = parties.chain(before.mediator()).chain(before.co_mediator()).collect();
    for account in people {
        notices::send(tx, doing, account, "ended", |links| Mail::Ended { url: links.dispute(before.id) })?;
    }
    Ok(())
}

fn in_the_room(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    before: &Dispute,
    after: &Dispute,
    event: &Event,
) -> Result<(), Refused> {
    match (event, &after.stage) {
        // Before a mediator is confirmed a signal reaches the registrar's duty list (R18).
        (Event::SignalGiven { side, signal }, stage) if !matches!(stage, Stage::Mediation(_)) => {
            return duties::put(tx, doing, after.id, signal.as_str(), Some(*side));
        }
        (Event::AssigningOverdue { .. }, _) => return duties::put(tx, doing, after.id, "no-mediator", None),
        (Event::Suspended { .. } | Event::Resumed, Stage::Negotiation { .. }) => {
            return tell_pauses(tx, doing, before, after, &[Channel::Joint]);
        }
        (_, Stage::Mediation(_)) => {}
        _ => return Ok(()),
    }
    let session = |step| Body::Session { step };
    match event {
        Event::SessionOpened => say_to_sides(tx, doing, after, &session(SessionStep::Opened)),
        Event::SessionClosed => say_to_sides(tx, doing, after, &session(SessionStep::Closed)),
        Event::ChannelPaused { channel } | Event::ChannelResumed { channel } => {
            tell_pauses(tx, doing, before, after, &[*channel])
        }
        Event::SignalGiven { side, signal } => signalled(tx, doing, before, after, *side, *signal),
        Event::DisclosedLater => {
            tell_hold(tx, doing, before, after)?;
            notify_parties(tx, doing, after)
        }
        Event::RoomHeld | Event::RoomReleased => tell_hold(tx, doing, before, after),
        Event::Suspended { .. } | Event::Resumed => tell_pauses(tx, doing, before, after, told(after)),
        Event::FoundSuitable { .. } => {
            if after.shuttle && !before.shuttle {
                store::seats::end(tx, after.id, Channel::Joint, None, doing.now)?;
            }
            if before.suspension.is_some() {
                return Ok(());
            }
            tell_pauses(tx, doing, before, after, told(after))
        }
        // Said to the mediator alone: it stands on their desk and in their room, and not before the registrar (R23).
        Event::NotFreely { .. } => call_mediators(tx, doing, after),
        Event::Arrived { who } => announce(tx, doing, after, *who, &Body::Arrival { who: *who }),
        Event::Left { who } => announce(tx, doing, after, *who, &Body::Departure { who: *who }),
        Event::DisclosureObjected { .. } => duties::put(tx, doing, after.id, "disclosure", None),
        _ => about_the_agreement(tx, doing, after, event),
    }
}

/// What a side tells the mediator alone goes nowhere else (R18): the other side reads that it is paused, and a mail
/// tells the mediator that something waits. Pressing again changes nothing, or the other side would count the presses.
fn signalled(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    before: &Dispute,
    after: &Dispute,
    side: Side,
    signal: Signal,
) -> Result<(), Refused> {
    let room = before.mediation().map(|mediation| &mediation.room);
    if room.is_some_and(|room| *room.signals.of(side) == Some(signal)) {
        return Ok(());
    }
    call_mediators(tx, doing, after)?;
    // In shuttle there is no shared channel to stop, and no word that could reach the other side.
    tell_pauses(tx, doing, before, after, told(after))
}

/// What is said to the mediator alone reaches both, where there are two.
fn call_mediators(tx: &mut Tx<'_>, doing: &mut Doing, dispute: &Dispute) -> Result<(), Refused> {
    let mut mediators = dispute.mediator().into_iter().chain(dispute.co_mediator());
    mediators.try_for_each(|mediator| notices::something_to_do(tx, doing, mediator, dispute.id))
}

/// The channels in which the sides are told of what concerns both.
const fn told(dispute: &Dispute) -> &'static [Channel] {
    if has_seat(Seat::Mediator, Channel::Joint, dispute.shuttle) {
        &[Channel::Joint]
    } else {
        &[Channel::CaucusClaimant, Channel::CaucusRespondent]
    }
}

/// A hold that comes or goes with a suspension is told by that suspension alone: two words for it would be one more than
/// a registrar's own pause has, and whoever counts them would know (R16).
fn tell_hold(tx: &mut Tx<'_>, doing: &mut Doing, before: &Dispute, after: &Dispute) -> Result<(), Refused> {
    if before.suspension.is_some() != after.suspension.is_some() {
        return Ok(());
    }
    tell_pauses(tx, doing, before, after, told(after))
}

/// Says in those channels that posting stopped or goes on, where it did. Every reason is told in the same words and
/// once: a second signal is not to be counted, and a channel that another reason still holds has not resumed (R18).
fn tell_pauses(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    before: &Dispute,
    after: &Dispute,
    channels: &[Channel],
) -> Result<(), Refused> {
    for channel in channels {
        let step = match (before.is_channel_paused(*channel), after.is_channel_paused(*channel)) {
            (false, true) => SessionStep::Paused,
            (true, false) => SessionStep::Resumed,
            _ => continue,
        };
        say(tx, doing, after.id, *channel, Body::Session { step })?;
    }
    Ok(())
}

fn about_the_agreement(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    after: &Dispute,
    event: &Event,
) -> Result<(), Refused> {
    let revision = after.agreement.number();
    match event {
        Event::Revised { .. } => {
            say_to_sides(tx, doing, after, &Body::Revision { step: AgreementStep::Revised, revision })
        }
        Event::Frozen { .. } => {
            say_to_sides(tx, doing, after, &Body::Revision { step: AgreementStep::Frozen, revision })?;
            notify_parties(tx, doing, after)?;
            let mut signers = after.companions.iter().filter_map(Companion::signs);
            signers.try_for_each(|(account, _)| notices::something_to_do(tx, doing, account, after.id))
        }
        // In shuttle others' signatures show only as "all have signed" (R17).
        Event::Signed { side, by, .. } => {
            let (who, account) = match by {
                Signer::Party => (Seat::Party(*side), None),
                Signer::Representative { account, .. } => {
                    (Seat::Beside { side: *side, role: CompanionRole::Representative }, Some(*account))
                }
            };
            let body = Body::Signature { who: Some(who) };
            let channel = if after.shuttle { Channel::caucus(*side) } else { Channel::Joint };
            let id = EntryId::new(doing.new_uuid());
            say_of(tx, doing, (after.id, channel, id), account, &body)?;
            // It may still take that back.
            let party = after.parties.of(*side).account().filter(|_| account.is_some());
            party.map_or(Ok(()), |party| notices::something_to_do(tx, doing, party, after.id))
        }
        Event::AllSigned { .. } => {
            say_to_sides(tx, doing, after, &Body::Signature { who: None })?;
            // One of two attests: whoever leads (R23).
            let mediator = after.mediator();
            mediator.map_or(Ok(()), |mediator| notices::something_to_do(tx, doing, mediator, after.id))
        }
        _ => Ok(()),
    }
}

/// The house says who comes and goes. That is of the room; where the sides are kept apart, each hears of its own people
/// and the mediator alone (R17).
fn announce(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: &Dispute,
    who: Seat,
    body: &Body,
) -> Result<(), Refused> {
    for channel in channels_of_announcement(who, dispute.shuttle) {
        say(tx, doing, dispute.id, channel, body.clone())?;
    }
    Ok(())
}

/// Where it is said that somebody comes or goes.
pub fn channels_of_announcement(who: Seat, shuttle: bool) -> Vec<Channel> {
    match (who, shuttle) {
        (_, false) => vec![Channel::Joint],
        (Seat::Party(side) | Seat::Beside { side, .. }, true) => vec![Channel::caucus(side)],
        (Seat::Mediator | Seat::CoMediator, true) => Side::BOTH.map(Channel::caucus).to_vec(),
    }
}

/// The house says the same to both sides: once in the joint channel, or in shuttle in each caucus under its own number.
fn say_to_sides(tx: &mut Tx<'_>, doing: &mut Doing, dispute: &Dispute, body: &Body) -> Result<(), Refused> {
    told(dispute).iter().try_for_each(|channel| say(tx, doing, dispute.id, *channel, body.clone()))
}

/// The house says something in one channel.
///
/// # Errors
/// Where the store fails.
pub fn say(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: DisputeId,
    channel: Channel,
    body: Body,
) -> Result<(), Refused> {
    let id = EntryId::new(doing.new_uuid());
    say_as(tx, doing, dispute, channel, id, body)
}

/// The same under an id that is known before.
///
/// # Errors
/// Where the store fails.
pub fn say_as(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: DisputeId,
    channel: Channel,
    id: EntryId,
    body: Body,
) -> Result<(), Refused> {
    say_of(tx, doing, (dispute, channel, id), None, &body)
}

/// The same of somebody in whose seat another may sit later on.
fn say_of(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    (dispute, channel, id): (DisputeId, Channel, EntryId),
    account: Option<AccountId>,
    body: &Body,
) -> Result<(), Refused> {
    let entry = NewEntry { dispute, channel, id, account, by: Author::House, body, at: doing.now };
    if let Appended::New(entry) = store::entries::append(tx, &entry)? {
        doing.publish(Published::Entry { dispute, entry: std::sync::Arc::new(entry) });
    }
    Ok(())
}

/// The languages in which the text has to be complete: those in which the parties read it, and the one that counts.
pub fn languages_needed(dispute: &Dispute) -> Vec<domain::language::RecordLanguage> {
    let reads_in = |side: Side| dispute.parties.of(side).reads_in();
    let mut needed: Vec<_> = Side::BOTH.into_iter().filter_map(reads_in).collect();
    needed.extend(dispute.agreement.revision().map(|revision| revision.prevailing));
    needed.sort_unstable();
    needed.dedup();
    needed
}

/// Whether the parties are bound, and the mediator's word is all that is missing.
pub const fn awaits_attestation(dispute: &Dispute) -> bool {
    matches!(dispute.agreement, Agreement::Signed { .. })
}
