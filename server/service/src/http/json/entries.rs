//! Entries of a room as JSON, the same for the API and the socket: what people write is read strictly, what is stored
//! is shown. Deliberately not here: who may read an entry, and the cleaning of words, which the act does for every
//! door.

use std::collections::BTreeMap;

use domain::entry::{BidQuestion, Body, Entry, FileContent, OfferContent, SharedItem};
use domain::ids::{EntryId, FileId};
use domain::language::LanguageTag;
use domain::time::Moment;
use domain::timer::Timer;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::terms::{TermJson, parse_at};
use crate::acts::views::Amount;
use crate::refused::Refused;

/// What an entry holds. People write `message`, `file`, `offer`, `offer_accepted`, `offer_countered`,
/// `offer_withdrawn`, `share_allowed`, `share_declined`, `summary_confirmed`, `summary_corrected`, `caucus` and (the
/// mediator) `agenda`, `share_asked`, `timer`, `timer_stopped` and `summary`; the others are Concord's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum BodyJson {
    /// Words, in the language that `lang` names (BCP 47).
    Message { text: String, lang: String },
    /// A file of one's own that one shares here, with a few words about it. `thumbnail` (width and height of the
    /// small picture at `/files/{id}/thumbnail`) is Concord's own.
    File {
        file: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caption: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thumbnail: Option<ThumbnailSize>,
    },
    /// Terms that one proposes; nothing here binds.
    Offer {
        terms: Vec<TermJson>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<String>,
    },
    /// Not yet binding: it fills a draft.
    OfferAccepted { offer: String },
    /// Another offer in the place of that one.
    OfferCountered {
        offer: String,
        terms: Vec<TermJson>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<String>,
    },
    /// One's own offer, taken back.
    OfferWithdrawn { offer: String },
    /// What the mediator plans to talk about.
    Agenda {
        items: Vec<String>,
        /// The number of the point that is talked about now, from 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        current: Option<u16>,
    },
    /// `opened`, `paused`, `resumed` or `closed`.
    Session { state: String },
    /// Who entered the room.
    Arrival { who: String },
    /// Who left it.
    Departure { who: String },
    /// Who took a seat beside a party and reads here from now on.
    SeatTaken { who: String },
    /// Whose seat beside a party ended.
    SeatEnded { who: String },
    /// The agreement's text was `revised` or `frozen`.
    Revision { revision: u32, state: String },
    /// Who signed; nobody named: all have.
    Signature {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        who: Option<String>,
    },
    /// The mediator asks for blind bids; the entry's id names them.
    BlindBidAsked { question: BTreeMap<String, String>, currency: String, payer: String, rounds: u8 },
    /// A side entered its figure, which is nowhere.
    BlindBidMade { bid: String, round: u8 },
    /// The figures crossed: their midpoint. Not yet binding.
    BlindBidsMet { bid: String, amount: Amount },
    /// The figures of a round did not cross; `next` is the round that is open now.
    BlindBidRoundClosed {
        bid: String,
        round: u8,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<u8>,
    },
    /// The mediator took the question back.
    BlindBidWithdrawn { bid: String },
    /// The mediator's proposal, which each side answers in secret; the entry's id names it.
    Proposal {
        terms: Vec<TermJson>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<String>,
    },
    /// Both sides accepted it. Not yet binding.
    ProposalAccepted { proposal: String },
    /// The mediator took it back.
    ProposalWithdrawn { proposal: String },
    /// The mediator asks to pass that entry of this caucus on.
    ShareAsked { entry: String },
    /// Its author lets it go: it cannot be undone.
    ShareAllowed { entry: String },
    /// Its author wants it to stay here.
    ShareDeclined { entry: String },
    /// What was said in private, and whose author let it be passed on.
    Shared { of: String, item: SharedJson },
    /// An offer here was `accepted`, `countered` or `withdrawn` at the other place where it stands.
    OfferClosed { offer: String, state: String },
    /// A suggestion for the text was made (`open`) or answered: `accepted`, `declined`, `withdrawn`.
    Suggestion {
        id: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        term: Option<u32>,
        state: String,
    },
    /// A private meeting, announced to that side alone: `asked` (by the side), `started`, `ended` (by the mediator). It gates
    /// nothing.
    Caucus { state: String },
    /// Time that the mediator gives, to all or to one side (`who`). `ends_at` is reckoned by the house and not sent.
    Timer {
        seconds: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        who: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ends_at: Option<String>,
    },
    /// The mediator stopped that timer.
    TimerStopped { entry: String },
    /// What the mediator has understood, in neutral words; each side that reads it confirms or corrects it.
    Summary { text: String, lang: String },
    /// The side says that it is so.
    SummaryConfirmed { entry: String },
    /// The side says what is right instead.
    SummaryCorrected { entry: String, text: String, lang: String },
}

/// Width and height of a small picture, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ThumbnailSize {
    pub width: u16,
    pub height: u16,
}

impl ThumbnailSize {
    fn of(content: &FileContent) -> Option<Self> {
        content.thumbnail.map(|(width, height)| Self { width, height })
    }
}

/// What was passed on. An offer is answered by the id of the entry that shows it here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SharedJson {
    Message {
        text: String,
        lang: String,
    },
    File {
        file: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        caption: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        thumbnail: Option<ThumbnailSize>,
    },
    Offer {
        terms: Vec<TermJson>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<String>,
    },
}

impl From<&SharedItem> for SharedJson {
    fn from(item: &SharedItem) -> Self {
        match item {
            SharedItem::Message { text, lang } => {
                Self::Message { text: text.clone(), lang: lang.as_str().to_owned() }
            }
            SharedItem::File(content) => Self::File {
                file: content.file.to_string(),
                caption: content.caption.clone(),
                thumbnail: ThumbnailSize::of(content),
            },
            SharedItem::Offer(content) => {
                let (terms, note, expires_at) = proposed(content);
                Self::Offer { terms, note, expires_at }
            }
        }
    }
}

/// An entry as somebody posts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PostedEntry {
    /// A UUID (version 7) that the client makes; sent again, it stores nothing twice.
    pub id: String,
    pub body: BodyJson,
    /// The room's `audience_digest` when it was written: where the readers have changed since, nothing is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience_digest: Option<String>,
}

/// An entry as a reader of its channel sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EntryJson {
    /// `joint`, `caucus-claimant`, `caucus-respondent` or `notes`.
    pub channel: String,
    /// Its number in the channel: 1, 2, 3, ...
    pub seq: u64,
    pub id: String,
    pub at: String,
    /// `claimant`, `respondent`, `mediator` or `house`.
    pub by: String,
    pub body: BodyJson,
}

impl From<&Entry> for EntryJson {
    fn from(entry: &Entry) -> Self {
        Self {
            channel: entry.channel.to_string(),
            seq: entry.seq,
            id: entry.id.to_string(),
            at: entry.at.to_string(),
            by: entry.by.as_str().to_owned(),
            body: match &entry.body {
                Body::Timer { seconds, .. } => {
                    let timer = Timer { since: entry.at, seconds: *seconds };
                    BodyJson::from(&entry.body).until(timer.ends_at())
                }
                body => BodyJson::from(body),
            },
        }
    }
}

impl BodyJson {
    /// A timer with its end.
    fn until(self, end: Moment) -> Self {
        match self {
            Self::Timer { seconds, who, .. } => Self::Timer { seconds, who, ends_at: Some(end.to_string()) },
            other => other,
        }
    }
}

impl From<&Body> for BodyJson {
    fn from(body: &Body) -> Self {
        match body {
            Body::Message { text, lang } => {
                Self::Message { text: text.clone(), lang: lang.as_str().to_owned() }
            }
            Body::File(content) => file(content),
            Body::Offer(content) => {
                let (terms, note, expires_at) = proposed(content);
                Self::Offer { terms, note, expires_at }
            }
            Body::OfferAccepted { offer } => Self::OfferAccepted { offer: offer.to_string() },
            Body::OfferCountered { offer, counter } => {
                let (terms, note, expires_at) = proposed(counter);
                Self::OfferCountered { offer: offer.to_string(), terms, note, expires_at }
            }
            Body::OfferWithdrawn { offer } => Self::OfferWithdrawn { offer: offer.to_string() },
            Body::Agenda { items, current } => Self::Agenda { items: items.clone(), current: *current },
            Body::Session { step } => Self::Session { state: step.to_string() },
            Body::SeatTaken { who } => Self::SeatTaken { who: who.as_str().to_owned() },
            Body::SeatEnded { who } => Self::SeatEnded { who: who.as_str().to_owned() },
            Body::Arrival { who } => Self::Arrival { who: who.as_str().to_owned() },
            Body::Departure { who } => Self::Departure { who: who.as_str().to_owned() },
            Body::Revision { step, revision } => {
                Self::Revision { revision: *revision, state: step.to_string() }
            }
            Body::Signature { who } => Self::Signature { who: who.map(|seat| seat.as_str().to_owned()) },
            Body::BlindBidAsked(question) => asked(question),
            Body::BlindBidMade { bid, round } => Self::BlindBidMade { bid: bid.to_string(), round: *round },
            Body::BlindBidsMet { bid, amount } => {
                Self::BlindBidsMet { bid: bid.to_string(), amount: Amount::from(*amount) }
            }
            Body::BlindBidRoundClosed { bid, round, next } => {
                Self::BlindBidRoundClosed { bid: bid.to_string(), round: *round, next: *next }
            }
            Body::BlindBidWithdrawn { bid } => Self::BlindBidWithdrawn { bid: bid.to_string() },
            Body::Proposal(content) => {
                let (terms, note, expires_at) = proposed(content);
                Self::Proposal { terms, note, expires_at }
            }
            Body::ProposalAccepted { proposal } => Self::ProposalAccepted { proposal: proposal.to_string() },
            Body::ProposalWithdrawn { proposal } => {
                Self::ProposalWithdrawn { proposal: proposal.to_string() }
            }
            Body::ShareAsked { entry } => Self::ShareAsked { entry: entry.to_string() },
            Body::ShareAllowed { entry } => Self::ShareAllowed { entry: entry.to_string() },
            Body::ShareDeclined { entry } => Self::ShareDeclined { entry: entry.to_string() },
            Body::Shared { of, item } => Self::Shared { of: of.to_string(), item: item.into() },
            Body::OfferClosed { offer, state } => {
                Self::OfferClosed { offer: offer.to_string(), state: state.to_string() }
            }
            Body::Suggestion { id, term, state } => {
                Self::Suggestion { id: id.to_string(), term: *term, state: state.to_string() }
            }
            Body::Caucus { step } => Self::Caucus { state: step.to_string() },
            Body::Timer { seconds, of } => {
                Self::Timer { seconds: *seconds, who: of.map(|side| side.to_string()), ends_at: None }
            }
            Body::TimerStopped { timer } => Self::TimerStopped { entry: timer.to_string() },
            Body::Summary { text, lang } => {
                Self::Summary { text: text.clone(), lang: lang.as_str().to_owned() }
            }
            Body::SummaryConfirmed { summary } => Self::SummaryConfirmed { entry: summary.to_string() },
            Body::SummaryCorrected { summary, text, lang } => Self::SummaryCorrected {
                entry: summary.to_string(),
                text: text.clone(),
                lang: lang.as_str().to_owned(),
            },
        }
    }
}

fn file(content: &FileContent) -> BodyJson {
    BodyJson::File {
        file: content.file.to_string(),
        caption: content.caption.clone(),
        thumbnail: ThumbnailSize::of(content),
    }
}

fn asked(question: &BidQuestion) -> BodyJson {
    let text = question.text.iter();
    BodyJson::BlindBidAsked {
        question: text.map(|(language, text)| (language.to_string(), text.clone())).collect(),
        currency: question.currency.code().to_owned(),
        payer: question.payer.to_string(),
        rounds: question.rounds,
    }
}

fn proposed(content: &OfferContent) -> (Vec<TermJson>, Option<String>, Option<String>) {
    let terms = content.terms.iter().map(TermJson::from).collect();
    (terms, content.note.clone(), content.expires_at.map(|end| end.to_string()))
}

/// Reads what somebody wrote.
///
/// # Errors
/// `Fields`; a kind that is Concord's own is none that can be chosen.
pub fn parse(written: BodyJson) -> Result<Body, Refused> {
    Ok(match written {
        BodyJson::Message { text, lang } => Body::Message { text, lang: language(&lang)? },
        BodyJson::File { thumbnail: Some(_), .. } => return Err(Refused::field("body.thumbnail", "unknown")),
        BodyJson::File { file, caption, thumbnail: None } => {
            let file = file.parse::<FileId>().map_err(|_| Refused::field("body.file", "not-an-id"))?;
            Body::File(FileContent { caption, ..FileContent::of(file) })
        }
        BodyJson::Offer { terms, note, expires_at } => Body::Offer(offered(terms, note, expires_at)?),
        BodyJson::OfferAccepted { offer } => Body::OfferAccepted { offer: answered(&offer)? },
        BodyJson::OfferCountered { offer, terms, note, expires_at } => {
            Body::OfferCountered { offer: answered(&offer)?, counter: offered(terms, note, expires_at)? }
        }
        BodyJson::OfferWithdrawn { offer } => Body::OfferWithdrawn { offer: answered(&offer)? },
        BodyJson::Agenda { items, current } => Body::Agenda { items, current },
        BodyJson::ShareAsked { entry } => Body::ShareAsked { entry: named(&entry)? },
        BodyJson::ShareAllowed { entry } => Body::ShareAllowed { entry: named(&entry)? },
        BodyJson::ShareDeclined { entry } => Body::ShareDeclined { entry: named(&entry)? },
        BodyJson::Caucus { state } => {
            let step = state.parse().map_err(|_| Refused::field("body.state", "not-a-choice"))?;
            Body::Caucus { step }
        }
        BodyJson::Timer { ends_at: Some(_), .. } => return Err(Refused::field("body.ends_at", "unknown")),
        BodyJson::Timer { seconds, who, ends_at: None } => {
            let of = who.map(|side| side.parse()).transpose();
            Body::Timer { seconds, of: of.map_err(|_| Refused::field("body.who", "not-a-choice"))? }
        }
        BodyJson::TimerStopped { entry } => Body::TimerStopped { timer: named(&entry)? },
        BodyJson::Summary { text, lang } => Body::Summary { text, lang: language(&lang)? },
        BodyJson::SummaryConfirmed { entry } => Body::SummaryConfirmed { summary: named(&entry)? },
        BodyJson::SummaryCorrected { entry, text, lang } => {
            Body::SummaryCorrected { summary: named(&entry)?, text, lang: language(&lang)? }
        }
        BodyJson::Session { .. }
        | BodyJson::Arrival { .. }
        | BodyJson::Departure { .. }
        | BodyJson::SeatTaken { .. }
        | BodyJson::SeatEnded { .. }
        | BodyJson::Revision { .. }
        | BodyJson::Signature { .. }
        | BodyJson::BlindBidAsked { .. }
        | BodyJson::BlindBidMade { .. }
        | BodyJson::BlindBidsMet { .. }
        | BodyJson::BlindBidRoundClosed { .. }
        | BodyJson::BlindBidWithdrawn { .. }
        | BodyJson::Proposal { .. }
        | BodyJson::ProposalAccepted { .. }
        | BodyJson::ProposalWithdrawn { .. }
        | BodyJson::Shared { .. }
        | BodyJson::OfferClosed { .. }
        | BodyJson::Suggestion { .. } => return Err(Refused::field("body.kind", "not-a-choice")),
    })
}

fn offered(
    terms: Vec<TermJson>,
    note: Option<String>,
    expires_at: Option<String>,
) -> Result<OfferContent, Refused> {
    let terms = parse_at("body.terms", terms)?;
    let expires_at = expires_at.map(|end| end.parse::<Moment>()).transpose();
    let expires_at = expires_at.map_err(|_| Refused::field("body.expires_at", "not-a-time"))?;
    Ok(OfferContent { terms, note, expires_at })
}

fn language(tag: &str) -> Result<LanguageTag, Refused> {
    tag.parse().map_err(|_| Refused::field("body.lang", "not-a-language"))
}

fn named(entry: &str) -> Result<EntryId, Refused> {
    entry.parse().map_err(|_| Refused::field("body.entry", "not-an-id"))
}

fn answered(offer: &str) -> Result<EntryId, Refused> {
    offer.parse().map_err(|_| Refused::field("body.offer", "not-an-id"))
}

/// The id that a client made for its entry.
///
/// # Errors
/// `Fields` where it is no UUID in its one spelling.
pub fn parse_id(id: &str) -> Result<EntryId, Refused> {
    id.parse().map_err(|_| Refused::field("id", "not-an-id"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::entry::Author;
    use domain::party::Side;
    use domain::room::{Channel, Seat};
    use uuid::Uuid;

    fn read(json: &str) -> Result<Body, Refused> {
        parse(serde_json::from_str(json).expect("a body"))
    }

    #[test]
    fn what_people_write_comes_back_the_same() {
        let id = Uuid::from_u128(7);
        for json in [
            r#"{"kind":"message","text":"Good morning","lang":"bn"}"#.to_owned(),
            format!(r#"{{"kind":"file","file":"{id}"}}"#),
            format!(r#"{{"kind":"file","file":"{id}","caption":"The door"}}"#),
            r#"{"kind":"offer","terms":[{"debtor":"respondent","creditor":"claimant","text":{"en":"pays"}}],"note":"please","expires_at":"2027-01-31T00:00:00.000Z"}"#.to_owned(),
            format!(r#"{{"kind":"offer_accepted","offer":"{id}"}}"#),
            format!(r#"{{"kind":"offer_withdrawn","offer":"{id}"}}"#),
            format!(r#"{{"kind":"offer_countered","offer":"{id}","terms":[{{"debtor":"respondent","creditor":"claimant","text":{{"en":"pays"}}}}]}}"#),
            r#"{"kind":"agenda","items":["The deposit"]}"#.to_owned(),
            r#"{"kind":"agenda","items":["The deposit","The keys"],"current":2}"#.to_owned(),
            r#"{"kind":"caucus","state":"asked"}"#.to_owned(),
            r#"{"kind":"timer","seconds":600,"who":"claimant"}"#.to_owned(),
            r#"{"kind":"timer","seconds":60}"#.to_owned(),
            format!(r#"{{"kind":"timer_stopped","entry":"{id}"}}"#),
            r#"{"kind":"summary","text":"Both want quiet","lang":"en"}"#.to_owned(),
            format!(r#"{{"kind":"summary_confirmed","entry":"{id}"}}"#),
            format!(r#"{{"kind":"summary_corrected","entry":"{id}","text":"At night","lang":"en"}}"#),
            format!(r#"{{"kind":"share_asked","entry":"{id}"}}"#),
            format!(r#"{{"kind":"share_allowed","entry":"{id}"}}"#),
            format!(r#"{{"kind":"share_declined","entry":"{id}"}}"#),
        ] {
            let body = read(&json).expect("a body that people write");
            assert_eq!(serde_json::to_string(&BodyJson::from(&body)).expect("JSON"), json);
        }
    }

    #[test]
    fn nobody_writes_in_the_houses_name() {
        for json in [
            r#"{"kind":"session","state":"opened"}"#,
            r#"{"kind":"arrival","who":"mediator"}"#,
            r#"{"kind":"departure","who":"mediator"}"#,
            r#"{"kind":"seat_taken","who":"claimant-helper"}"#,
            r#"{"kind":"seat_ended","who":"claimant-helper"}"#,
            r#"{"kind":"revision","revision":1,"state":"frozen"}"#,
            r#"{"kind":"signature"}"#,
            r#"{"kind":"blind_bid_asked","question":{"en":"How much?"},"currency":"BDT","payer":"claimant","rounds":3}"#,
            r#"{"kind":"blind_bid_made","bid":"x","round":1}"#,
            r#"{"kind":"blind_bids_met","bid":"x","amount":{"value":"1.00","currency":"BDT"}}"#,
            r#"{"kind":"blind_bid_round_closed","bid":"x","round":1,"next":2}"#,
            r#"{"kind":"blind_bid_withdrawn","bid":"x"}"#,
            r#"{"kind":"proposal","terms":[]}"#,
            r#"{"kind":"proposal_accepted","proposal":"x"}"#,
            r#"{"kind":"proposal_withdrawn","proposal":"x"}"#,
            r#"{"kind":"shared","of":"claimant","item":{"kind":"message","text":"a","lang":"en"}}"#,
            r#"{"kind":"suggestion","id":"x","state":"accepted"}"#,
        ] {
            assert_eq!(read(json), Err(Refused::field("body.kind", "not-a-choice")), "{json}");
        }
        assert!(
            serde_json::from_str::<BodyJson>(r#"{"kind":"message","text":"a","lang":"en","by":"x"}"#)
                .is_err()
        );
    }

    #[test]
    fn the_house_says_when_a_timer_ends_and_nobody_else_does() {
        let entry = Entry {
            channel: Channel::Joint,
            seq: 1,
            id: EntryId::new(Uuid::from_u128(1)),
            at: Moment::from_millis(0),
            by: Author::Seat(Seat::Mediator),
            body: Body::Timer { seconds: 90, of: None },
        };
        let shown = serde_json::to_string(&EntryJson::from(&entry).body).expect("JSON");
        assert_eq!(shown, r#"{"kind":"timer","seconds":90,"ends_at":"1970-01-01T00:01:30.000Z"}"#);
        assert_eq!(read(&shown), Err(Refused::field("body.ends_at", "unknown")));
    }

    #[test]
    fn an_entry_is_shown_with_all_that_it_is() {
        let entry = Entry {
            channel: Channel::Joint,
            seq: 42,
            id: EntryId::new(Uuid::from_u128(1)),
            at: Moment::from_millis(0),
            by: Author::Seat(Seat::Party(Side::Claimant)),
            body: Body::Signature { who: None },
        };
        assert_eq!(
            serde_json::to_string(&EntryJson::from(&entry)).expect("JSON"),
            r#"{"channel":"joint","seq":42,"id":"00000000-0000-0000-0000-000000000001","at":"1970-01-01T00:00:00.000Z","by":"claimant","body":{"kind":"signature"}}"#
        );
    }
}
