//! The room: channels, entries, the forms that post into them, and what the mediator steers. The page shows what it is
//! given: who may see which entry was decided before. Deliberately not here: the socket, which `web/scripts/room`
//! speaks with.

use crate::form::Form;
use crate::frame::page;
use crate::terms::TermLine;
use crate::words::{Said, Words};
use domain::time::Moment;

/// A channel as the reader may choose it.
#[derive(Debug, Clone)]
pub struct ChannelTab {
    /// `joint`, `caucus-claimant`, `caucus-respondent`, `notes`.
    pub name: String,
    /// For the mediator: the name of the party whose caucus it is; otherwise empty.
    pub with: String,
    /// The number of its last entry, so that the socket replays only what is newer.
    pub last_seq: u32,
}

/// What an offer has come to.
#[derive(Debug, Clone, Default)]
pub struct OfferLine {
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

/// What an entry holds.
#[derive(Debug, Clone)]
pub enum EntryBody {
    /// Something said, with the tag of its language.
    Message { text: String, language: String },
    /// A file with its name; opened at `/files/{id}`.
    File { id: String, name: String },
    /// An offer, counter-offer or mediator's proposal.
    Offer(OfferLine),
    /// What the mediator put on the agenda.
    Agenda { text: String },
    /// A line of the house: the code of what happened (`event-…` in `room.ftl`), such as `session-opened`,
    /// `session-paused`, `session-closed`, `arrival`, `departure`, `offer-accepted`, `offer-countered`,
    /// `offer-withdrawn`, `revision`, `frozen`, `signature`, `all-signed`, `caucus-begun`.
    Event(String),
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
    /// The name of its author; empty for the house.
    pub by: String,
    /// The author's role: `claimant`, `respondent`, `mediator`, `house`.
    pub role: String,
    /// Whether the reader wrote it.
    pub is_mine: bool,
    /// What it holds.
    pub body: EntryBody,
}

impl EntryLine {
    /// For a line of the house: what happened, in words.
    pub fn event(&self, w: &Words, code: &str) -> Said {
        match code {
            "arrival" => w.event_arrival(&self.by),
            "departure" => w.event_departure(&self.by),
            "signature" => w.event_signature(&self.by),
            "offer-accepted" => w.event_offer_accepted(&self.by),
            "offer-countered" => w.event_offer_countered(&self.by),
            "offer-withdrawn" => w.event_offer_withdrawn(&self.by),
            _ => w.of("event", code),
        }
    }
}

/// `GET /rooms/{dispute}?channel=joint[&before=SEQ][&offer=new|ENTRY]` (`offer=new`: the form for an offer is open;
/// `offer=ENTRY`: as a counter-offer to that one). Posts (all with `channel`):
/// `/rooms/{id}/entries`: `id` (UUIDv7 made by the server into the page), `text`, `lang`;
/// `/rooms/{id}/offers`: `id`, `counters` (entry id or empty), `term-1-debtor` (`claimant`, `respondent`),
/// `term-1-text`, `term-1-amount`, `term-1-currency`, `term-1-due_on`, `note`, `expires_on`;
/// `/rooms/{id}/offers/{entry}/acceptance`, `/rooms/{id}/offers/{entry}/withdrawal`: `id`;
/// `/rooms/{id}/session` (mediator): `act` (`open`, `pause`, `resume`, `close`), `id`;
/// `/rooms/{id}/agenda` (mediator): `id`, `text`;
/// `/rooms/{id}/breaks` and `/rooms/{id}/alarms` (a party; private): no more fields.
/// Each goes on to `/rooms/{id}?channel=…#end`.
#[derive(Debug, Clone, Default)]
pub struct Room {
    /// The dispute's id.
    pub id: String,
    /// Its reference.
    pub reference: String,
    /// The reader's person id, as entries' `by` has it in the socket's frames.
    pub you: String,
    /// The reader's role: `claimant`, `respondent`, `mediator`.
    pub role: String,
    /// The channels that the reader has a seat in.
    pub channels: Vec<ChannelTab>,
    /// The name of the one that is shown.
    pub channel: String,
    /// Everyone who can read what is written here, by name, the reader included.
    pub readers: Vec<String>,
    /// Its entries, ascending.
    pub entries: Vec<EntryLine>,
    /// The number before which there are earlier ones (`?before=`); nothing where there are none.
    pub earlier: Option<u32>,
    /// The number of its last entry.
    pub last_seq: u32,
    /// `none`, `open`, `paused` or `closed`: the session that the mediator opened.
    pub session: String,
    /// Whether the room or channel is paused for the reader.
    pub is_paused: bool,
    /// Whether the reader may post here.
    pub may_post: bool,
    /// Whether the reader may make an offer here.
    pub may_offer: bool,
    /// Whether the form for an offer is open, and as a counter-offer to which entry (empty: a new one).
    pub offer_to: Option<String>,
    /// A fresh UUIDv7 for the entry that is being written.
    pub entry_id: String,
    /// The language in which the reader writes, by tag.
    pub language: String,
    /// The currencies that the house takes.
    pub currencies: Vec<String>,
    /// Whether the reader is heard: for the reply time that *I do not feel safe* names, such as `15`.
    pub reply_minutes: u32,
    /// Whether there is an agreement to look at.
    pub has_agreement: bool,
    /// What was typed and not stored.
    pub form: Form,
    /// Person ids and names of all in the reader's channels, for the scripts: (id, name, role).
    pub people: Vec<(String, String, String)>,
}
page!(Room, "rooms/room.html");

impl Room {
    /// Whether the reader is the mediator.
    pub fn is_mediator(&self) -> bool {
        self.role == "mediator"
    }

    /// Whether the channel that is shown is a private meeting.
    pub fn is_caucus(&self) -> bool {
        self.channel.starts_with("caucus")
    }

    /// Whether the box to write in is there: also where nothing may be posted just now, for as long as it holds words
    /// that were not stored.
    pub fn shows_box(&self) -> bool {
        self.may_post || (self.offer_to.is_none() && !self.form.value("text").is_empty())
    }

    /// Whether the form for an offer is open; one that was filled in stays, whatever happened meanwhile.
    pub fn shows_offer_form(&self) -> bool {
        self.offer_to.is_some() && (self.may_offer || !self.form.values.is_empty())
    }

    /// Whether there is a channel that both sides share.
    pub fn has_joint(&self) -> bool {
        self.channels.iter().any(|tab| tab.name == "joint")
    }

    /// What a channel is called by this reader.
    pub fn channel_name(&self, w: &Words, tab: &ChannelTab) -> Said {
        match tab.name.as_str() {
            "joint" => w.room_channel_joint(),
            "notes" => w.room_channel_notes(),
            _ if tab.with.is_empty() => w.room_channel_caucus(),
            _ => w.room_channel_caucus_with(&tab.with),
        }
    }

    /// Everyone who can read this, as one text.
    pub fn readers_text(&self) -> String {
        let separator = if self.readers.iter().any(|name| name.contains(',')) { "; " } else { ", " };
        self.readers.join(separator)
    }
}

/// `GET /rooms/{id}/safe?of=break|unsafe`, after *I need a break* or *I do not feel safe*: who was told, when they
/// answer, the emergency number. No form; links to the dispute and to `/exit`.
#[derive(Debug, Clone, Default)]
pub struct PausedForYou {
    /// The dispute's id.
    pub id: String,
    /// `break` or `unsafe`.
    pub of: String,
    /// Who was told: `mediator` or `registrar`.
    pub told: String,
    /// Within how many minutes they answer.
    pub reply_minutes: u32,
}
page!(PausedForYou, "rooms/paused.html");
