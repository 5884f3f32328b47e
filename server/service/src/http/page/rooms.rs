//! The room as a page: its channels, what was said in the one that is shown, and the forms that post there. The same
//! entries, ids and guarantees as by socket, without a script.

use actix_web::{HttpRequest, web};
use domain::entry::{Entry, OfferContent};
use domain::ids::{DisputeId, EntryId, FileId};
use domain::offer::Offer;
use domain::party::{Side, Sides};
use domain::room::{Channel, Seat};
use domain::share::ShareState;
use domain::sight::Item;
use domain::terms::TERMS_MAX;
use domain::time::Moment;
use pages::form::Form;
use pages::rooms::{ChannelTab, EntryBody, EntryLine, OfferLine, PausedForYou, Room, RoomText};
use pages::terms::TermLine;
use pages::words::Words;

use super::drafts::{currencies, money_text};
use super::files::numbered;
use super::frame::{Answer, Sent, Visit, asked};
use super::terms::{both_names, lines, working_text};
use crate::acts::process::look;
use crate::acts::rooms::{RoomView, SignalView};
use crate::acts::{agreements, entries, rooms, suggestions};
use crate::http::body::id;
use crate::refused::Refused;
use crate::tokens::new_uuid;

/// How many entries a page shows; earlier ones are a link away.
const ENTRIES_MAX: u64 = 50;

/// What a page of the room is made of.
struct Read {
    view: RoomView,
    reference: String,
    channel: Channel,
    /// The seats that read this channel.
    readers: Vec<Seat>,
    entries: Vec<Entry>,
    offers: Vec<(EntryId, Offer, OfferContent)>,
    /// What of this caucus the mediator asked to pass on.
    shares: Vec<(EntryId, ShareState)>,
    /// The files of this channel in their order, by which they are named.
    files: Vec<FileId>,
    names: Sides<String>,
    account: String,
    /// Who learns of a signal.
    told: String,
    has_agreement: bool,
    has_text: bool,
    takes_offers: bool,
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
        let mut readers: Vec<Seat> = now
            .seats
            .iter()
            .filter(|row| row.channel == channel && now.sits_in(row.account, channel))
            .map(|row| row.seat)
            .collect();
        readers.sort_unstable();
        readers.dedup();
        let offers = store::offers::list(tx, dispute, channel)?;
        let shares = store::shares::of_channel(tx, dispute, channel)?;
        let mut files = store::files::of_dispute(tx, dispute)?;
        files.retain(|row| row.channel == Some(channel));
        Ok(Read {
            reference: seen.dispute.reference.as_ref().map_or_else(String::new, ToString::to_string),
            takes_offers: matches!(seen.seat(), Some(Seat::Party(_))),
            has_agreement: seen.dispute.agreement.number() > 0,
            has_text: seen.may_read(Item::AgreementText),
            names: both_names(&store::names::of(tx, dispute)?),
            account: seen.account.to_string(),
            told: rooms::told(&seen.dispute).to_owned(),
            offers,
            shares,
            files: files.into_iter().map(|row| row.id).collect(),
            view,
            channel,
            readers,
            entries,
        })
    });
    read.await
}

/// A number that a page shows.
fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Read {
    fn name(&self, seat: Seat) -> String {
        match seat {
            Seat::Party(side) => self.names.of(side).clone(),
            Seat::Mediator => {
                let mediator = self.view.people.iter().find(|person| person.role == "mediator");
                mediator.map_or_else(String::new, |person| person.name.clone())
            }
        }
    }

    fn tab(&self, name: &str, last_seq: u64) -> ChannelTab {
        let side = name.parse::<Channel>().ok().and_then(Channel::caucus_of);
        let with = match side {
            Some(side) if self.view.you == "mediator" => self.names.of(side).clone(),
            _ => String::new(),
        };
        ChannelTab { name: name.to_owned(), with, last_seq: small(last_seq) }
    }

    fn line(&self, w: &Words, entry: &Entry, now: Moment, may_post: bool) -> EntryLine {
        use domain::entry::{Author, Body};
        // What was passed on is its side's, wherever the house shows it.
        let role = match &entry.body {
            Body::Shared { of, .. } => of.as_str(),
            _ => entry.by.as_str(),
        };
        let by = match (&entry.body, entry.by) {
            (Body::Shared { of, .. }, _) => self.name(Seat::Party(*of)),
            (Body::Arrival { who } | Body::Departure { who } | Body::Signature { who: Some(who) }, _) => {
                self.name(*who)
            }
            (Body::BlindBidsMet { amount, .. }, _) => money_text(*amount),
            (_, Author::Seat(seat)) => self.name(seat),
            (_, Author::House) => String::new(),
        };
        EntryLine {
            seq: small(entry.seq),
            id: entry.id.to_string(),
            at: entry.at,
            by,
            role: role.to_owned(),
            is_mine: role == self.view.you,
            is_shared: matches!(entry.body, Body::Shared { .. }),
            may_be_asked: self.may_be_asked(entry),
            body: self.body(w, entry, now, may_post),
        }
    }

    /// Whether the mediator may ask the author of an entry to pass it on: once, and not for what is over.
    fn may_be_asked(&self, entry: &Entry) -> bool {
        use domain::entry::Author;
        let is_theirs = matches!(entry.by, Author::Seat(Seat::Party(_)));
        let is_item = domain::share::passed_on(&entry.body, FileId::new(entry.id.uuid())).is_some();
        let was_asked = self.shares.iter().any(|(id, _)| *id == entry.id);
        let offer = self.offers.iter().find(|(id, _, _)| *id == entry.id).map(|(_, offer, _)| offer.state);
        let is_over = offer.is_some_and(|state| state != domain::offer::OfferState::Open);
        let is_asker = self.view.you == "mediator" && self.channel.caucus_of().is_some();
        is_asker && is_theirs && is_item && !was_asked && !is_over
    }

    /// A word about passing an entry on. Its author can say yes until the other side has it.
    fn share(&self, code: &str, entry: EntryId) -> EntryBody {
        let state = self.shares.iter().find(|(id, _)| *id == entry).map(|(_, state)| *state);
        let may_decide = self.takes_offers && code == "share-asked" && state != Some(ShareState::Shared);
        EntryBody::Share { code: code.to_owned(), entry: entry.to_string(), may_decide }
    }

    fn body(&self, w: &Words, entry: &Entry, now: Moment, may_post: bool) -> EntryBody {
        use domain::entry::{AgreementStep, Body, SharedItem};
        let event = |code: &str| EntryBody::Event(code.to_owned());
        match &entry.body {
            Body::Message { text, lang } => {
                EntryBody::Message { text: text.clone(), language: lang.as_str().to_owned() }
            }
            Body::File { file } => {
                let place = self.files.iter().position(|known| known == file).unwrap_or(0);
                EntryBody::File { id: file.to_string(), name: numbered(w, place.saturating_add(1)) }
            }
            Body::Shared { item: SharedItem::Message { text, lang }, .. } => {
                EntryBody::Message { text: text.clone(), language: lang.as_str().to_owned() }
            }
            Body::Shared { item: SharedItem::File { file }, .. } => {
                EntryBody::File { id: file.to_string(), name: w.room_file().text().to_owned() }
            }
            Body::Shared { item: SharedItem::Offer(content), .. } | Body::Offer(content) => {
                EntryBody::Offer(self.offer(entry, content, now, may_post))
            }
            Body::OfferCountered { offer, counter } => {
                let instead_of = Some((offer.to_string(), self.terms_of(*offer)));
                EntryBody::Offer(OfferLine { instead_of, ..self.offer(entry, counter, now, may_post) })
            }
            Body::OfferAccepted { .. } => event("offer-accepted"),
            Body::OfferWithdrawn { .. } => event("offer-withdrawn"),
            Body::Agenda { items } => EntryBody::Agenda { text: items.join("\n") },
            Body::Session { step } => event(&format!("session-{step}")),
            Body::Arrival { .. } => event("arrival"),
            Body::Departure { .. } => event("departure"),
            Body::Revision { step: AgreementStep::Revised, .. } => event("revision"),
            Body::Revision { step: AgreementStep::Frozen, .. } => event("frozen"),
            Body::Signature { who: Some(_) } => event("signature"),
            Body::Signature { who: None } => event("all-signed"),
            Body::BlindBidAsked(question) => {
                let texts = question.text.iter();
                EntryBody::Question(texts.map(|(tag, text)| (tag.to_string(), text.clone())).collect())
            }
            Body::BlindBidMade { .. } => event("bid-made"),
            Body::BlindBidsMet { .. } => event("bids-met"),
            Body::BlindBidRoundClosed { next: Some(_), .. } => event("bid-round-next"),
            Body::BlindBidRoundClosed { next: None, .. } => event("bid-round-last"),
            Body::BlindBidWithdrawn { .. } => event("bid-withdrawn"),
            Body::Proposal(content) => EntryBody::Proposal(OfferLine {
                terms: lines(&content.terms, &self.names, ""),
                note: content.note.clone().unwrap_or_default(),
                expires_at: content.expires_at,
                ..OfferLine::default()
            }),
            Body::ProposalAccepted { .. } => event("proposal-accepted"),
            Body::ProposalWithdrawn { .. } => event("proposal-withdrawn"),
            Body::ShareAsked { entry } => self.share("share-asked", *entry),
            Body::ShareAllowed { entry } => self.share("share-allowed", *entry),
            Body::ShareDeclined { entry } => self.share("share-declined", *entry),
            Body::OfferClosed { state, .. } => event(&format!("offer-closed-{state}")),
            Body::Suggestion { state, .. } => event(&format!("suggestion-{state}")),
        }
    }

    /// What an offer of this channel proposed.
    fn terms_of(&self, offer: EntryId) -> Vec<TermLine> {
        let found = self.offers.iter().find(|(id, _, _)| *id == offer);
        found.map_or_else(Vec::new, |(_, _, content)| lines(&content.terms, &self.names, ""))
    }

    /// Who learns what the reader writes in this channel.
    fn others(&self) -> String {
        let others = self.readers.iter().filter(|seat| seat.as_str() != self.view.you);
        others.map(|seat| self.name(*seat)).collect::<Vec<_>>().join(", ")
    }

    fn signals(&self) -> Vec<(String, String)> {
        let named = |signal: &SignalView| {
            let side = signal.side.parse::<Side>().ok()?;
            Some((self.names.of(side).clone(), signal.kind.clone()))
        };
        self.view.signals.iter().filter_map(named).collect()
    }

    fn offer(&self, entry: &Entry, content: &OfferContent, now: Moment, may_post: bool) -> OfferLine {
        use domain::offer::OfferState;
        let state = self.offers.iter().find(|(id, _, _)| *id == entry.id).map(|(_, offer, _)| offer.state);
        let is_open = state == Some(OfferState::Open);
        let has_passed = content.expires_at.is_some_and(|end| end <= now);
        let is_mine = match &entry.body {
            domain::entry::Body::Shared { of, .. } => of.as_str() == self.view.you,
            _ => entry.by.as_str() == self.view.you,
        };
        let may = is_open && may_post && self.takes_offers;
        OfferLine {
            instead_of: None,
            terms: lines(&content.terms, &self.names, ""),
            note: content.note.clone().unwrap_or_default(),
            state: if is_open && has_passed {
                "expired"
            } else {
                state.map_or("open", |state| state.as_str())
            }
            .to_owned(),
            expires_at: content.expires_at,
            may_answer: may && !is_mine && !has_passed,
            may_withdraw: may && is_mine,
        }
    }
}

fn page_of(visit: &Visit, read: &Read, asked: &Asked, form: Form) -> Room {
    let now = visit.state.clock.now();
    let name = read.channel.as_str();
    let tab = read.view.channels.iter().find(|tab| tab.name == name);
    let may_post = tab.is_some_and(|tab| tab.may_post);
    let first = read.entries.first().map_or(0, |entry| entry.seq);
    Room {
        id: read.view.id.clone(),
        reference: read.reference.clone(),
        you: read.view.you.clone(),
        role: read.view.you.clone(),
        account: read.account.clone(),
        audience: read.view.audience_digest.clone(),
        sides: (read.names.claimant.clone(), read.names.respondent.clone()),
        channels: read.view.channels.iter().map(|tab| read.tab(&tab.name, tab.last_seq)).collect(),
        channel: name.to_owned(),
        readers: read.readers.iter().map(|seat| read.name(*seat)).collect(),
        entries: read.entries.iter().map(|entry| read.line(&visit.words, entry, now, may_post)).collect(),
        earlier: (first > 1).then(|| small(first)),
        last_seq: tab.map_or(0, |tab| small(tab.last_seq)),
        is_mediated: read.view.stage == "mediation",
        session: if read.view.session == "open" { "open" } else { "none" }.to_owned(),
        is_paused: tab.is_some_and(|tab| tab.paused),
        steering: tab.and_then(|tab| tab.steering.clone()).unwrap_or_default(),
        signals: read.signals(),
        told: read.told.clone(),
        // Before a mediator is there, people send each other offers and no messages.
        may_post: may_post && read.view.stage == "mediation",
        may_offer: may_post && read.takes_offers && read.channel != Channel::Notes,
        answers: asked
            .offer
            .as_deref()
            .and_then(|offer| offer.parse().ok())
            .map_or_else(Vec::new, |offer| read.terms_of(offer)),
        offer_to: asked.offer.clone(),
        offer_rows: asked.rows.clamp(1, TERMS_MAX),
        offer_goes_to: read.others(),
        entry_id: new_uuid(now).to_string(),
        language: visit.words.language().tag().to_owned(),
        currencies: currencies(),
        has_agreement: read.has_agreement,
        has_text: read.has_text,
        has_calls: has_calls(visit, read),
        form,
        people: read
            .view
            .people
            .iter()
            .map(|person| (person.id.clone(), person.name.clone(), person.role.clone()))
            .collect(),
    }
}

/// Whether people talk aloud in the channel that is shown: where there is a relay, and somebody to talk with.
fn has_calls(visit: &Visit, read: &Read) -> bool {
    let is_shared = read.view.stage == "mediation" && read.channel != Channel::Notes;
    is_shared && visit.state.config.calls.is_some()
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
    let read = read(visit, dispute, asked).await?;
    Ok(page_of(visit, &read, asked, form))
}

async fn show(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    visit.signed_in()?;
    // Nobody is in a room unseen (R7), with scripts or without.
    if visit.read(move |tx, doing| rooms::comes_unannounced(tx, doing, dispute, None)).await? {
        visit.write(move |tx, doing| rooms::enter(tx, doing, dispute)).await?;
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
