//! The room as a page: its channels, what was said in the one that is shown, and the forms that post there. The same
//! entries, ids and guarantees as by socket, without a script.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, web};
use domain::companion::CompanionRole;
use domain::entry::{Author, Body, Entry, OfferContent};
use domain::ids::{AccountId, DisputeId, EntryId};
use domain::language::RecordLanguage;
use domain::offer::Offer;
use domain::party::Side;
use domain::room::{Channel, Seat};
use domain::sight::Item;
use domain::terms::TERMS_MAX;
use pages::form::Form;
use pages::rooms::{ChannelTab, PausedForYou, Room, RoomDestroyed, RoomText};
use pages::standings::Standing;
use pages::words::Words;
use store::Tx;

use super::drafts::currencies;
use super::entries::{Spoke, Talk, small};
use super::frame::{Answer, Sent, Visit, asked};
use super::terms::{both_names, working_text};
use crate::acts::process::{Seen, look};
use crate::acts::rooms::{RoomNow, SignalView};
use crate::acts::{agreements, entries, files, phrases, rooms, standings, suggestions};
use crate::http::body::id;
use crate::refused::Refused;
use crate::tokens::new_uuid;

/// How many entries a page shows; earlier ones are a link away.
const ENTRIES_MAX: u64 = 50;

/// What a page of the room is made of.
struct Read {
    talk: Talk,
    reference: String,
    /// The seats that read this channel.
    readers: Vec<Seat>,
    account: String,
    /// Caucuses in which the mediator, who reads this, is asked for a private meeting.
    asking: Vec<Channel>,
    /// The mediator's own phrases, as id and beginning.
    phrases: Vec<(String, String)>,
    /// Who learns of a signal.
    told: String,
    /// The first entry that is shown, where the reader's seat reaches one before it.
    earlier: Option<u64>,
    has_agreement: bool,
    has_text: bool,
    /// As what the reader sits beside a party.
    beside: Option<CompanionRole>,
    /// The language that the reader chose to read the text in.
    reading: Option<RecordLanguage>,
}

/// What is asked of the room by its address.
#[derive(Default)]
pub struct Asked {
    channel: Option<Channel>,
    before: Option<u64>,
    offer: Option<String>,
    /// How many promises the form for an offer has.
    rows: usize,
}

impl Asked {
    fn of(request: &HttpRequest) -> Self {
        Self {
            channel: asked(request, "channel").and_then(|word| word.parse().ok()),
            before: asked(request, "before").and_then(|text| text.parse().ok()),
            offer: asked(request, "offer"),
            rows: 1,
        }
    }

    /// The channel of a form that was refused.
    pub fn channel(channel: Channel, offer: Option<String>) -> Self {
        Self { channel: Some(channel), before: None, offer, rows: 1 }
    }

    /// The head of a channel, without what was said in it.
    pub fn head(channel: Channel) -> Self {
        Self { before: Some(1), ..Self::channel(channel, None) }
    }

    /// With that many promises in the form for an offer.
    pub fn rows(self, rows: usize) -> Self {
        Self { rows, ..self }
    }
}

async fn read(visit: &Visit, dispute: DisputeId, asked: &Asked) -> Result<Read, Refused> {
    visit.signed_in()?;
    let (wanted, before) = (asked.channel, asked.before);
    let read = visit.read(move |tx, doing| {
        let seen = look(tx, doing, dispute)?;
        let now = rooms::room_now(tx, dispute)?;
        let view = now.view(seen.account).filter(|_| seen.seat().is_some()).ok_or(Refused::Absent)?;
        let own = now.channels_of(seen.account);
        // What somebody has no seat in is not there for them; a page without a channel shows the first.
        let channel = match wanted {
            Some(channel) if own.contains(&channel) => channel,
            Some(_) => return Err(Refused::Absent),
            None => own.first().copied().ok_or(Refused::Absent)?,
        };
        let last =
            view.channels.iter().find(|tab| tab.name == channel.as_str()).map_or(0, |tab| tab.last_seq);
        let end = before.map_or(last, |before| before.saturating_sub(1).min(last));
        let after = end.saturating_sub(ENTRIES_MAX);
        let limit = i64::try_from(end.saturating_sub(after)).unwrap_or(0);
        let entries =
            if limit == 0 { Vec::new() } else { entries::read(tx, doing, dispute, channel, after, limit)? };
        let earlier = first_of_more(&now, seen.account, channel, &entries);
        let mut readers: Vec<Seat> = now
            .seats
            .iter()
            .filter(|row| row.channel == channel && now.sits_in(row.account, channel))
            .map(|row| row.seat)
            .collect();
        readers.sort_unstable();
        readers.dedup();
        let offers = heard(tx, &now, seen.account, channel)?;
        let shares = store::shares::of_channel(tx, dispute, channel)?;
        let standing = standings::show(tx, doing, dispute, channel)?;
        let files = files::said_in(tx, &seen, channel)?;
        let is_mediator = seen.seat().is_some_and(Seat::mediates);
        let asking = if is_mediator { standings::asking(tx, doing, dispute, &own)? } else { Vec::new() };
        let phrases = if is_mediator { phrases::list(tx, doing)? } else { Vec::new() };
        let spoke = spoke(tx, &seen, &entries)?;
        let talk = Talk {
            sat: sat_beside(tx, &now)?,
            spoke,
            takes_offers: matches!(seen.seat(), Some(Seat::Party(_))),
            makes_offers: seen.seat().is_some_and(Seat::may_offer),
            names: both_names(&store::names::of(tx, dispute)?),
            files,
            view,
            channel,
            entries,
            offers,
            shares,
            standing,
            answers: store::summaries::of_channel(tx, dispute, channel)?,
        };
        Ok(Read {
            reference: seen.dispute.reference.as_ref().map_or_else(String::new, ToString::to_string),
            has_agreement: seen.dispute.agreement.number() > 0,
            has_text: seen.may_read(Item::AgreementText),
            account: seen.account.to_string(),
            told: rooms::told(&seen.dispute).to_owned(),
            beside: seen.seat().and_then(Seat::companion),
            reading: reading(&seen),
            asking,
            earlier,
            phrases: phrases.into_iter().map(|(id, text)| (id.to_string(), beginning(&text))).collect(),
            talk,
            readers,
        })
    });
    read.await
}

/// The language that a party chose to read the text in.
fn reading(seen: &Seen) -> Option<RecordLanguage> {
    seen.side().and_then(|side| seen.dispute.parties.of(side).reading)
}

/// The first entry that is shown, where the reader's seat reaches one before it.
fn first_of_more(now: &RoomNow, account: AccountId, channel: Channel, shown: &[Entry]) -> Option<u64> {
    let first = shown.first()?.seq;
    let before = first.checked_sub(1).filter(|seq| *seq > 0)?;
    now.may_hear(account, channel, before).then_some(first)
}

/// The offers of that channel that the reader's seat reaches: what was offered before they sat down is not theirs (R5).
fn heard(
    tx: &mut Tx<'_>,
    now: &RoomNow,
    account: AccountId,
    channel: Channel,
) -> Result<Vec<(EntryId, Offer, OfferContent)>, Refused> {
    let mut offers = store::offers::list(tx, now.dispute.id, channel)?;
    if now.may_hear(account, channel, 1) {
        return Ok(offers);
    }
    let mut own = Vec::new();
    for (id, ..) in &offers {
        let entry = store::entries::by_id(tx, now.dispute.id, channel, *id)?;
        own.extend(entry.filter(|entry| now.may_hear(account, channel, entry.seq)).map(|entry| entry.id));
    }
    offers.retain(|(id, ..)| own.contains(id));
    Ok(offers)
}

/// Who wrote each entry that was written from a seat in which another may sit now.
fn spoke(tx: &mut Tx<'_>, seen: &Seen, entries: &[Entry]) -> Result<BTreeMap<EntryId, Spoke>, Refused> {
    let had_another = seen.dispute.mediation().is_some_and(|mediation| !mediation.tried.is_empty());
    let may_be_anothers = |entry: &&Entry| match entry.by {
        Author::Seat(Seat::Beside { .. }) => true,
        Author::Seat(Seat::Mediator | Seat::CoMediator) => had_another,
        Author::House => matches!(entry.body, Body::Signature { who: Some(Seat::Beside { .. }) }),
        Author::Seat(Seat::Party(_)) => false,
    };
    let mut names = BTreeMap::new();
    for entry in entries.iter().filter(may_be_anothers) {
        if let Some(account) = store::entries::account_of(tx, seen.dispute.id, entry.channel, entry.id)? {
            let name = store::people::by_id(tx, account)?.name.to_string();
            names.insert(entry.id, Spoke { name, is_reader: account == seen.account });
        }
    }
    Ok(names)
}

/// Who sat last on each seat beside a party, or beside the mediator.
fn sat_beside(tx: &mut Tx<'_>, now: &RoomNow) -> Result<Vec<(Seat, String)>, Refused> {
    let co_mediated = now.seats.iter().filter(|row| row.seat == Seat::CoMediator);
    let mut names: Vec<(Seat, String)> =
        co_mediated.filter_map(|row| Some((row.seat, now.names.get(&row.account)?.clone()))).collect();
    for companion in &now.dispute.companions {
        if let Some(account) = companion.account() {
            let seat = Seat::Beside { side: companion.side, role: companion.role };
            names.push((seat, store::people::by_id(tx, account)?.name.to_string()));
        }
    }
    Ok(names)
}

impl Read {
    fn tab(&self, name: &str, last_seq: u64) -> ChannelTab {
        let side = name.parse::<Channel>().ok().and_then(Channel::caucus_of);
        let with = match side {
            Some(side) if self.talk.mediates() => self.talk.names.of(side).clone(),
            _ => String::new(),
        };
        let asks = side.is_some_and(|side| self.asking.contains(&Channel::caucus(side)));
        ChannelTab { name: name.to_owned(), with, last_seq: small(last_seq), asks }
    }

    /// Who learns what the reader writes in this channel.
    fn others(&self, w: &Words) -> String {
        let others = self.readers.iter().filter(|seat| seat.as_str() != self.talk.view.you);
        others.map(|seat| self.talk.name(w, *seat)).collect::<Vec<_>>().join(", ")
    }

    fn signals(&self) -> Vec<(String, String)> {
        let named = |signal: &SignalView| {
            let side = signal.side.parse::<Side>().ok()?;
            Some((self.talk.names.of(side).clone(), signal.kind.clone()))
        };
        self.talk.view.signals.iter().filter_map(named).collect()
    }
}

fn page_of(visit: &Visit, read: &Read, asked: &Asked, form: Form) -> Room {
    let now = visit.state.clock.now();
    let name = read.talk.channel.as_str();
    let tab = read.talk.view.channels.iter().find(|tab| tab.name == name);
    let may_post = tab.is_some_and(|tab| tab.may_post);
    let standing = read.talk.standing(now);
    let (offer_language, offer_languages) = offer_languages(visit, read, &form);
    Room {
        id: read.talk.view.id.clone(),
        reference: read.reference.clone(),
        you: read.talk.view.you.clone(),
        role: read.talk.view.you.clone(),
        account: read.account.clone(),
        audience: read.talk.view.audience_digest.clone(),
        sides: (read.talk.names.claimant.clone(), read.talk.names.respondent.clone()),
        channels: read.talk.view.channels.iter().map(|tab| read.tab(&tab.name, tab.last_seq)).collect(),
        channel: name.to_owned(),
        readers: read.readers.iter().map(|seat| read.talk.name(&visit.words, *seat)).collect(),
        entries: read
            .talk
            .entries
            .iter()
            .map(|entry| read.talk.line(&visit.words, entry, now, may_post))
            .collect(),
        earlier: read.earlier.map(small),
        last_seq: tab.map_or(0, |tab| small(tab.last_seq)),
        is_mediated: read.talk.view.stage == "mediation",
        session: if read.talk.view.session == "open" { "open" } else { "none" }.to_owned(),
        is_paused: tab.is_some_and(|tab| tab.paused),
        steering: tab.and_then(|tab| tab.steering.clone()).unwrap_or_default(),
        signals: read.signals(),
        told: read.told.clone(),
        // Before a mediator is there, people send each other offers and no messages.
        may_post: may_post && read.talk.view.stage == "mediation",
        may_offer: may_post && read.talk.makes_offers && !read.talk.channel.is_notes(),
        answers: asked
            .offer
            .as_deref()
            .and_then(|offer| offer.parse().ok())
            .map_or_else(Vec::new, |offer| read.talk.terms_of(offer)),
        offer_to: asked.offer.clone(),
        offer_language,
        offer_languages,
        offer_rows: asked.rows.clamp(1, TERMS_MAX),
        offer_goes_to: read.others(&visit.words),
        entry_id: new_uuid(now).to_string(),
        language: visit.words.language().tag().to_owned(),
        currencies: currencies(),
        has_agreement: read.has_agreement,
        has_text: read.has_text,
        has_calls: has_calls(visit, read),
        lead: lead(&form, &standing),
        standing,
        phrases: read.phrases.clone(),
        form,
        people: read
            .talk
            .view
            .people
            .iter()
            .map(|person| (person.id.clone(), read.talk.person(&visit.words, person), person.id.clone()))
            .collect(),
    }
}

/// The language of an offer, and those in which it may be: whoever reads the text in a language of its own writes in that one
/// unless they choose another, and what was posted stays.
fn offer_languages(visit: &Visit, read: &Read, form: &Form) -> (String, Vec<String>) {
    let page = RecordLanguage::from(visit.words.language());
    let own = read.reading.unwrap_or(page);
    let posted = form.value("offer_language").parse::<RecordLanguage>().ok();
    let mut all = vec![own.tag().to_owned()];
    for language in std::iter::once(page).chain(posted) {
        if !all.iter().any(|tag| tag == language.tag()) {
            all.push(language.tag().to_owned());
        }
    }
    (posted.unwrap_or(own).tag().to_owned(), all)
}

/// As much of a phrase as a list shows.
fn beginning(text: &str) -> String {
    const LETTERS: usize = 60;
    let start: String =
        text.chars().map(|letter| if letter == '\n' { ' ' } else { letter }).take(LETTERS).collect();
    if text.chars().count() > LETTERS { format!("{start}…") } else { start }
}

/// The forms by which the mediator leads: as they were typed, or with what stands.
fn lead(form: &Form, standing: &Standing) -> Form {
    let is_typed = form.values.iter().any(|(name, _)| name == "agenda");
    if is_typed { form.clone() } else { form.clone().with("agenda", standing.points()) }
}

/// Whether people talk aloud in the channel that is shown: where there is a relay, and somebody to talk with.
fn has_calls(visit: &Visit, read: &Read) -> bool {
    let is_shared = read.talk.view.stage == "mediation" && !read.talk.channel.is_notes();
    let may_call = read.beside.is_none_or(CompanionRole::may_call);
    is_shared && may_call && visit.state.config.calls.is_some()
}

/// The room's page, for a form that was refused too.
///
/// # Errors
/// `Absent` without a seat.
pub async fn room_page(
    visit: &Visit,
    dispute: DisputeId,
    asked: &Asked,
    form: Form,
) -> Result<Room, Refused> {
    // Nobody is in a room unseen (R7), with scripts or without.
    if visit.read(move |tx, doing| rooms::comes_unannounced(tx, doing, dispute, None)).await? {
        visit.write(move |tx, doing| rooms::enter(tx, doing, dispute)).await?;
    }
    let read = read(visit, dispute, asked).await?;
    Ok(page_of(visit, &read, asked, form))
}

async fn show(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    visit.signed_in()?;
    if let Some(at) = visit.read(move |tx, doing| rooms::emptied_at(tx, doing, dispute)).await? {
        let page = RoomDestroyed { id: dispute.to_string(), at };
        return Ok(visit.show(|w, f| page.render(w, f)));
    }
    let page = room_page(&visit, dispute, &Asked::of(&request), Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// The text beside the conversation.
async fn show_text(visit: Visit, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    visit.signed_in()?;
    let read = visit.read(move |tx, doing| {
        let shown = agreements::show(tx, doing, dispute)?;
        let waiting = suggestions::waiting(tx, doing, dispute)?;
        Ok(working_text(&shown, waiting, doing.now.day()))
    });
    let page = RoomText { text: read.await? };
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn need_break(sent: Sent, path: web::Path<String>) -> Answer {
    signal(sent, &path, domain::room::Signal::Break).await
}

async fn raise_alarm(sent: Sent, path: web::Path<String>) -> Answer {
    signal(sent, &path, domain::room::Signal::Unsafe).await
}

async fn signal(sent: Sent, path: &str, signal: domain::room::Signal) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(path)?;
    sent.visit.write(move |tx, doing| rooms::signal(tx, doing, dispute, signal)).await?;
    Ok(sent.visit.go(&format!("/rooms/{dispute}/safe?of={signal}")))
}

async fn show_safe(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    visit.signed_in()?;
    let (told, has_room) = visit
        .read(move |tx, doing| {
            let seen = look(tx, doing, dispute)?;
            seen.party()?;
            let has_room = rooms::room_now(tx, dispute)?.view(seen.account).is_some();
            Ok((rooms::told(&seen.dispute).to_owned(), has_room))
        })
        .await?;
    let of = if asked(&request, "of").as_deref() == Some("unsafe") { "unsafe" } else { "break" }.to_owned();
    let reply_time = visit.state.config.institution.reply_time.clone();
    let page = PausedForYou { id: dispute.to_string(), of, told, reply_time, has_room };
    Ok(visit.show(|w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/rooms/{id}").route(web::get().to(show)))
        .service(web::resource("/rooms/{id}/text").route(web::get().to(show_text)))
        .service(web::resource("/rooms/{id}/safe").route(web::get().to(show_safe)))
        .service(web::resource("/rooms/{id}/breaks").route(web::post().to(need_break)))
        .service(web::resource("/rooms/{id}/alarms").route(web::post().to(raise_alarm)));
}
