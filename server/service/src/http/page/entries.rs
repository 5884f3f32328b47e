//! The entries of a channel as a page shows them to one reader: whose they are, what they hold, and what the reader may do
//! about each. Deliberately not here: the room around them (`rooms`), and what is posted (`posts`).

use std::collections::BTreeMap;
use std::time::Duration;

use domain::companion::CompanionRole;
use domain::entry::{Entry, OfferContent};
use domain::ids::{EntryId, FileId};
use domain::offer::Offer;
use domain::party::{Side, Sides};
use domain::room::{Channel, Seat};
use domain::share::ShareState;
use domain::time::Moment;
use pages::entries::{EntryBody, EntryLine, OfferLine};
use pages::standings::{Standing, TimerLine};
use pages::terms::TermLine;
use pages::words::Words;
use store::summaries::Answered;

use super::drafts::money_text;
use super::files::{card, numbered};
use super::terms::lines;
use crate::acts::rooms::{PersonView, RoomView};
use crate::acts::standings::timer_of;

/// Who wrote an entry.
pub struct Spoke {
    pub name: String,
    /// Whether that is whoever reads it.
    pub is_reader: bool,
}

/// What of a channel its entries are shown with.
pub struct Talk {
    /// The room as the reader sees it.
    pub view: RoomView,
    pub channel: Channel,
    pub entries: Vec<Entry>,
    pub offers: Vec<(EntryId, Offer, OfferContent)>,
    /// What of this caucus the mediator asked to pass on.
    pub shares: Vec<(EntryId, ShareState)>,
    /// The files of this channel in their order, by which they are named.
    pub files: Vec<FileId>,
    pub names: Sides<String>,
    /// What stands at the head of the channel.
    pub standing: Vec<Entry>,
    /// What was said of each summary.
    pub answers: Vec<Answered>,
    /// Who wrote what was written from a seat in which another may sit now.
    pub spoke: BTreeMap<EntryId, Spoke>,
    /// Who sat last on each of those seats.
    pub sat: Vec<(Seat, String)>,
    /// Whether the reader is of a side: then offers are theirs to make and to answer.
    pub takes_offers: bool,
    /// Whether the reader may make offers: a party, and a representative beside one.
    pub makes_offers: bool,
}

/// How long a page says of a timer that it is over.
const TIMER_SHOWN: Duration = Duration::from_secs(10 * 60);

fn agenda(items: &[String], current: Option<u16>) -> EntryBody {
    let place = current.and_then(|number| usize::from(number).checked_sub(1));
    let point = place.and_then(|place| items.get(place)).cloned();
    EntryBody::Agenda { text: items.join("\n"), current: point.unwrap_or_default() }
}

fn corrected(summary: EntryId, text: &str, language: &str) -> EntryBody {
    let (text, language) = (text.to_owned(), language.to_owned());
    EntryBody::Corrected { text, language, entry: summary.to_string() }
}

/// Seconds as minutes and seconds.
fn length(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Somebody who sits beside a party, with as what and beside whom.
fn beside(w: &Words, name: &str, role: CompanionRole, party: &str) -> String {
    match role {
        CompanionRole::SupportPerson => w.beside_support_person(name, party),
        CompanionRole::Interpreter => w.beside_interpreter(name, party),
        CompanionRole::Helper => w.beside_helper(name, party),
        CompanionRole::Representative => w.beside_representative(name, party),
    }
    .text()
    .to_owned()
}

/// A number that a page shows.
pub fn small(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Talk {
    /// The name of whoever sits there.
    pub fn name(&self, w: &Words, seat: Seat) -> String {
        match seat {
            Seat::Beside { side, role } => {
                let sits = |person: &&PersonView| person.id == seat.as_str();
                let last = || self.sat.iter().rev().find(|(sat, _)| *sat == seat).map(|(_, name)| name);
                let name = self.view.people.iter().find(sits).map(|person| &person.name).or_else(last);
                beside(w, name.map_or("", String::as_str), role, self.names.of(side))
            }
            Seat::Party(side) => self.names.of(side).clone(),
            Seat::Mediator | Seat::CoMediator => {
                let sits = self.view.people.iter().find(|person| person.role == seat.as_str());
                let sat = || self.sat.iter().rev().find(|(sat, _)| *sat == seat).map(|(_, name)| name);
                sits.map(|person| &person.name).or_else(sat).cloned().unwrap_or_default()
            }
        }
    }

    /// Whether the reader mediates, leading or beside the one who leads.
    pub fn mediates(&self) -> bool {
        [Seat::Mediator, Seat::CoMediator].iter().any(|seat| seat.as_str() == self.view.you)
    }

    /// A person as the scripts name them.
    pub fn person(&self, w: &Words, person: &PersonView) -> String {
        let role = person.role.parse::<CompanionRole>();
        let side = person.beside.as_ref().and_then(|side| side.parse::<Side>().ok());
        match (role, side) {
            (Ok(role), Some(side)) => beside(w, &person.name, role, self.names.of(side)),
            _ => person.name.clone(),
        }
    }

    /// An entry as this reader sees it.
    pub fn line(&self, w: &Words, entry: &Entry, now: Moment, may_post: bool) -> EntryLine {
        use domain::entry::{Author, Body};
        // What was passed on is its side's, wherever the house shows it.
        let role = match &entry.body {
            Body::Shared { of, .. } => of.as_str(),
            _ => entry.by.as_str(),
        };
        let spoke = self.spoke.get(&entry.id);
        let by = match (&entry.body, entry.by) {
            (Body::Shared { of, .. }, _) => self.name(w, Seat::Party(*of)),
            (Body::Signature { who: Some(Seat::Beside { side, role }) }, _) if spoke.is_some() => {
                beside(w, spoke.map_or("", |spoke| &spoke.name), *role, self.names.of(*side))
            }
            (
                Body::Arrival { who }
                | Body::Departure { who }
                | Body::SeatTaken { who }
                | Body::SeatEnded { who }
                | Body::Signature { who: Some(who) },
                _,
            ) => self.name(w, *who),
            (Body::BlindBidsMet { amount, .. }, _) => money_text(*amount),
            (_, Author::Seat(seat)) => match (spoke, seat) {
                (Some(spoke), Seat::Beside { side, role }) => {
                    beside(w, &spoke.name, role, self.names.of(side))
                }
                (Some(spoke), _) => spoke.name.clone(),
                (None, _) => self.name(w, seat),
            },
            (_, Author::House) => String::new(),
        };
        EntryLine {
            seq: small(entry.seq),
            id: entry.id.to_string(),
            at: entry.at,
            by,
            role: role.to_owned(),
            is_mine: role == self.view.you && spoke.is_none_or(|spoke| spoke.is_reader),
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
        let is_asker = self.mediates() && self.channel.caucus_of().is_some();
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
            Body::File(content) => {
                let place = self.files.iter().position(|known| *known == content.file).unwrap_or(0);
                EntryBody::File(card(content, numbered(w, place.saturating_add(1))))
            }
            Body::Shared { item: SharedItem::Message { text, lang }, .. } => {
                EntryBody::Message { text: text.clone(), language: lang.as_str().to_owned() }
            }
            Body::Shared { item: SharedItem::File(content), .. } => {
                EntryBody::File(card(content, w.room_file().text().to_owned()))
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
            Body::Agenda { items, current } => agenda(items, *current),
            Body::Session { step } => event(&format!("session-{step}")),
            Body::Arrival { .. } => event("arrival"),
            Body::Departure { .. } => event("departure"),
            Body::SeatTaken { who: Seat::Mediator } => event("mediator-changed"),
            Body::SeatTaken { who: Seat::CoMediator } => event("co-mediator-sits"),
            Body::SeatTaken { .. } => event("seat-taken"),
            Body::SeatEnded { .. } => event("seat-ended"),
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
                terms: lines(&content.terms, &self.names, &[]),
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
            Body::Caucus { step } => event(&format!("caucus-{step}")),
            Body::Timer { seconds, of } => EntryBody::Timer { length: length(*seconds), of: self.side(*of) },
            Body::TimerStopped { .. } => event("timer-stopped"),
            Body::Summary { text, lang } => self.summary(entry.id, text, lang.as_str(), may_post),
            Body::SummaryConfirmed { summary } => self.share("summary-confirmed", *summary),
            Body::SummaryCorrected { summary, text, lang } => corrected(*summary, text, lang.as_str()),
        }
    }

    /// A side by its name; nothing where all are meant.
    fn side(&self, of: Option<Side>) -> String {
        of.map_or_else(String::new, |side| self.names.of(side).clone())
    }

    fn summary(&self, id: EntryId, text: &str, language: &str, may_post: bool) -> EntryBody {
        let answers = self.answers.iter().filter(|(summary, _, _)| *summary == id);
        EntryBody::Summary {
            text: text.to_owned(),
            language: language.to_owned(),
            answers: answers
                .map(|(_, side, answer)| (side.to_string(), self.names.of(*side).clone(), answer.to_string()))
                .collect(),
            may_answer: may_post && self.takes_offers,
        }
    }

    /// What stands at the head of the channel, at that moment.
    pub fn standing(&self, now: Moment) -> Standing {
        use domain::entry::Body;
        let mut standing = Standing::default();
        for entry in &self.standing {
            match &entry.body {
                Body::Caucus { step } => standing.caucus = step.to_string(),
                Body::Agenda { items, current } => {
                    let turn = current.and_then(|number| usize::from(number).checked_sub(1));
                    let points = items.iter().enumerate();
                    standing.agenda =
                        points.map(|(place, point)| (point.clone(), Some(place) == turn)).collect();
                }
                Body::Timer { of, .. } => standing.timer = self.timer(entry, *of, now),
                _ => {}
            }
        }
        standing
    }

    /// Whose time it is; one that has long been over is shown no more.
    fn timer(&self, entry: &Entry, of: Option<Side>, now: Moment) -> Option<TimerLine> {
        let ends_at = timer_of(entry)?.ends_at();
        let left = ends_at.since(now).as_millis().div_ceil(1_000);
        (now < ends_at.plus(TIMER_SHOWN)).then(|| TimerLine {
            entry: entry.id.to_string(),
            of: self.side(of),
            ends_at,
            left: u64::try_from(left).unwrap_or(u64::MAX),
        })
    }

    /// What an offer of this channel proposed.
    pub fn terms_of(&self, offer: EntryId) -> Vec<TermLine> {
        let found = self.offers.iter().find(|(id, _, _)| *id == offer);
        found.map_or_else(Vec::new, |(_, _, content)| lines(&content.terms, &self.names, &[]))
    }

    fn offer(&self, entry: &Entry, content: &OfferContent, now: Moment, may_post: bool) -> OfferLine {
        use domain::entry::Author;
        use domain::offer::OfferState;
        let state = self.offers.iter().find(|(id, _, _)| *id == entry.id).map(|(_, offer, _)| offer.state);
        let is_open = state == Some(OfferState::Open);
        let has_passed = content.expires_at.is_some_and(|end| end <= now);
        let is_mine = match &entry.body {
            domain::entry::Body::Shared { of, .. } => of.as_str() == self.view.you,
            _ => entry.by.as_str() == self.view.you,
        };
        // What a representative offered is its side's: nobody answers their own side, and the party takes it back.
        let author = match entry.by {
            Author::Seat(seat) => seat.of_side().map(Side::as_str),
            Author::House => None,
        };
        let is_ours = is_mine || (self.takes_offers && author == Some(self.view.you.as_str()));
        let may = is_open && may_post;
        OfferLine {
            instead_of: None,
            terms: lines(&content.terms, &self.names, &[]),
            note: content.note.clone().unwrap_or_default(),
            state: if is_open && has_passed {
                "expired"
            } else {
                state.map_or("open", |state| state.as_str())
            }
            .to_owned(),
            expires_at: content.expires_at,
            may_answer: may && self.takes_offers && !is_ours && !has_passed,
            may_withdraw: may && self.makes_offers && is_ours,
        }
    }
}
