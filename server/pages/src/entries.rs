//! What stands in a channel, entry by entry, as a page shows it. Deliberately not here: the room around it (`rooms`), and
//! who may see which entry, which was decided before.

use crate::terms::TermLine;
use crate::words::{Said, Words};
use domain::time::Moment;

/// What an offer has come to.
#[derive(Debug, Clone, Default)]
pub struct OfferLine {
    /// For a counter-offer: the entry in whose place it stands, and what that one offered.
    pub instead_of: Option<(String, Vec<TermLine>)>,
    /// What is offered.
    pub terms: Vec<TermLine>,
    /// The short note; empty for none.
    pub note: String,
    /// `open`, `accepted`, `countered`, `withdrawn`, `expired`.
    pub state: String,
    /// Until when it stands.
    pub expires_at: Option<Moment>,
    /// Whether the reader may accept or counter it.
    pub may_answer: bool,
    /// Whether the reader may withdraw it.
    pub may_withdraw: bool,
}

/// A file as it stands in a channel; opened at `/files/{id}`, its small picture at `/files/{id}/thumbnail`.
#[derive(Debug, Clone, Default)]
pub struct FileCard {
    /// Its id.
    pub id: String,
    /// What it is called here.
    pub name: String,
    /// What its author says of it; empty for nothing.
    pub caption: String,
    /// Width and height of its small picture, where there is one.
    pub thumbnail: Option<(u16, u16)>,
}

impl FileCard {
    /// What stands for the picture where nobody sees it.
    pub fn alt(&self) -> &str {
        if self.caption.is_empty() { &self.name } else { &self.caption }
    }
}

/// What an entry holds.
#[derive(Debug, Clone)]
pub enum EntryBody {
    /// Something said, with the tag of its language.
    Message { text: String, language: String },
    /// A file.
    File(FileCard),
    /// An offer, counter-offer or mediator's proposal.
    Offer(OfferLine),
    /// What the mediator put on the agenda, and the point that is talked about; empty for none.
    Agenda { text: String, current: String },
    /// A line of the house: the code of what happened (`event-…` in `room.ftl`), such as `session-opened`,
    /// `session-paused`, `session-closed`, `arrival`, `departure`, `offer-accepted`, `offer-countered`,
    /// `offer-withdrawn`, `revision`, `frozen`, `signature`, `all-signed`, `caucus-asked`,
    /// `caucus-started`, `caucus-ended`, `timer-stopped`.
    Event(String),
    /// What the mediator asks blind bids about, by language tag; answered at `/rooms/{id}/blind-bids`.
    Question(Vec<(String, String)>),
    /// The mediator's proposal; answered at `/rooms/{id}/proposals`.
    Proposal(OfferLine),
    /// A word about passing an entry on: the code of what happened (`share-asked`, `share-allowed`, `share-declined`),
    /// which entry, and whether the reader decides about it now.
    Share { code: String, entry: String, may_decide: bool },
    /// Time that the mediator gave, as minutes and seconds, and to whom by name; empty: to all.
    Timer { length: String, of: String },
    /// What the mediator has understood, what each side said of it (role, name, and `confirmed` or `corrected`), and whether the
    /// reader answers it.
    Summary { text: String, language: String, answers: Vec<(String, String, String)>, may_answer: bool },
    /// What is right instead of a summary, and which.
    Corrected { text: String, language: String, entry: String },
}

/// One entry of the channel that is shown.
#[derive(Debug, Clone)]
pub struct EntryLine {
    /// Its number in the channel.
    pub seq: u32,
    /// Its id.
    pub id: String,
    /// When it was stored.
    pub at: Moment,
    /// The name of its author, or of whom the house speaks; for figures that met, the amount; empty for the house.
    pub by: String,
    /// The author's role: `claimant`, `respondent`, `mediator`, `house`.
    pub role: String,
    /// Whether the reader wrote it.
    pub is_mine: bool,
    /// Whether it was said in private and passed on: `by` is then whose it is.
    pub is_shared: bool,
    /// Whether the reader may ask its author to pass it on.
    pub may_be_asked: bool,
    /// What it holds.
    pub body: EntryBody,
}

impl EntryLine {
    /// For a line of the house: what happened, in words.
    pub fn event(&self, w: &Words, code: &str) -> Said {
        match code {
            "arrival" => w.event_arrival(&self.by),
            "departure" => w.event_departure(&self.by),
            "seat-taken" => w.event_seat_taken(&self.by),
            "mediator-changed" => w.event_mediator_changed(&self.by),
            "co-mediator-sits" => w.event_co_mediator_sits(&self.by),
            "seat-ended" => w.event_seat_ended(&self.by),
            "signature" => w.event_signature(&self.by),
            "suggestion-open" => w.event_suggestion_open(&self.by),
            "suggestion-withdrawn" => w.event_suggestion_withdrawn(&self.by),
            "offer-accepted" => w.event_offer_accepted(&self.by),
            "offer-countered" => w.event_offer_countered(&self.by),
            "offer-withdrawn" => w.event_offer_withdrawn(&self.by),
            "bid-made" => w.event_bid_made(&self.by),
            "bids-met" => w.event_bids_met(&self.by),
            "share-allowed" => w.event_share_allowed(&self.by),
            "share-declined" => w.event_share_declined(&self.by),
            "caucus-asked" => w.event_caucus_asked(&self.by),
            "summary-confirmed" => w.event_summary_confirmed(&self.by),
            _ => w.of("event", code),
        }
    }
}
