//! The room: channels, entries, the forms that post into them, and what the mediator steers. The page shows what it is
//! given: who may see which entry was decided before. Deliberately not here: the socket, which `web/scripts/room`
//! speaks with.

use crate::entries::{EntryBody, EntryLine};
use crate::form::{Form, Part};
use crate::frame::page;
use crate::standings::{Standing, StandingPage};
use crate::terms::{TermLine, WorkingText};
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
    /// For the mediator: whether that side asks for a private meeting.
    pub asks: bool,
}

/// `GET /rooms/{dispute}?channel=joint[&before=SEQ][&offer=new|ENTRY]` (`offer=new`: the form for an offer is open;
/// `offer=ENTRY`: as a counter-offer to that one). Posts (all with `channel`):
/// `/rooms/{id}/entries`: `id` (UUIDv7 made by the server into the page), `text`, `lang`;
/// `/rooms/{id}/offers`: `id`, `counters` (entry id or empty), `offer_language`, `rows`, for each row n `term-n-debtor` (`claimant`,
/// `respondent`), `term-n-text`, `term-n-amount`, `term-n-currency`, `term-n-due_on`; `note`, `expires_on`; `more`
/// (`yes`: one more row, nothing is sent);
/// `/rooms/{id}/offers/{entry}/acceptance`, `/rooms/{id}/offers/{entry}/withdrawal`: `id`;
/// `/rooms/{id}/session` (mediator): `act` (`open`, `pause`, `resume`, `close`), `id`;
/// `/rooms/{id}/agenda` (mediator): `id`, `agenda`, `current` (the number of the point that is talked about, or nothing);
/// `/rooms/{id}/timers` (mediator): `id`, `minutes`, `for` (`claimant`, `respondent`, or nothing for all);
/// `/rooms/{id}/summaries` (mediator): `id`, `summary`, `lang`;
/// those of what stands at the head of the channel (`standings`);
/// `/rooms/{id}/shares/{entry}` is a page of its own (`shares`);
/// `/rooms/{id}/breaks` and `/rooms/{id}/alarms` (a party; private): no more fields.
/// What people write comes with `audience_digest`. Each goes on to `/rooms/{id}?channel=…#end`.
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
    /// The reader's account: what a browser keeps is kept under it, so that nobody else's words are sent as theirs.
    pub account: String,
    /// Who reads the reader's channels, as a digest: what is written on this page is meant for them.
    pub audience: String,
    /// The names of claimant and respondent, as promises name them.
    pub sides: (String, String),
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
    /// Whether the mediation is under way: before it and after its end there is nothing to open, pause or write.
    pub is_mediated: bool,
    /// Whether the room or channel is paused for the reader.
    pub is_paused: bool,
    /// For the mediator: what can be done about the channel that is shown: `pause`, `resume`, `held` (the registrar
    /// decides); empty where nothing can.
    pub steering: String,
    /// For the mediator: who said what to the mediator alone, as name and code (`signal-…`).
    pub signals: Vec<(String, String)>,
    /// For a party: who learns of a signal, `mediator` or `registrar`.
    pub told: String,
    /// Whether the reader may post here.
    pub may_post: bool,
    /// Whether the reader may make an offer here.
    pub may_offer: bool,
    /// Whether the form for an offer is open, and as a counter-offer to which entry (empty: a new one).
    pub offer_to: Option<String>,
    /// What is offered there by the other side, above the form of a counter-offer.
    pub answers: Vec<TermLine>,
    /// The tag of the language in which the reader writes an offer.
    pub offer_language: String,
    /// The tags of the languages in which the reader may write them: that of the page, and their own.
    pub offer_languages: Vec<String>,
    /// How many promises the form for an offer has.
    pub offer_rows: usize,
    /// To whom an offer goes from here, by name.
    pub offer_goes_to: String,
    /// A fresh UUIDv7 for the entry that is being written.
    pub entry_id: String,
    /// The language in which the reader writes, by tag.
    pub language: String,
    /// The currencies that the house takes.
    pub currencies: Vec<String>,
    /// Whether there is an agreement to look at.
    pub has_agreement: bool,
    /// Whether the reader negotiates the text: it stands beside the conversation then, where there is room for it.
    pub has_text: bool,
    /// What stands at the head of the channel.
    pub standing: Standing,
    /// What was typed and not stored.
    pub form: Form,
    /// For the mediator: the forms by which they lead, filled with what stands.
    pub lead: Form,
    /// For the mediator: their own phrases, as id and beginning; put into the box by `/rooms/{id}/phrases` with `text` and
    /// `phrase`.
    pub phrases: Vec<(String, String)>,
    /// Whether people can talk aloud in the channel that is shown.
    pub has_calls: bool,
    /// Person ids and names of all in the reader's channels, for the scripts: (id, name, role).
    pub people: Vec<(String, String, String)>,
}
page!(Room, "rooms/room.html");

impl Room {
    /// Whether the reader is one of the parties: who sits beside one decides and signals nothing for it.
    pub fn is_party(&self) -> bool {
        ["claimant", "respondent"].contains(&self.role.as_str())
    }

    /// Whether the reader sits beside a party.
    pub fn is_beside(&self) -> bool {
        !self.is_party() && !self.is_mediator()
    }

    /// Whether the reader mediates, leading or beside the one who leads.
    pub fn is_mediator(&self) -> bool {
        ["mediator", "co-mediator"].contains(&self.role.as_str())
    }

    /// Whether the channel that is shown is the reader's own, where nobody else is talked to.
    pub fn is_notes(&self) -> bool {
        self.channel.starts_with("notes")
    }

    /// Whether the channel that is shown is a private meeting.
    pub fn is_caucus(&self) -> bool {
        self.channel.starts_with("caucus")
    }

    /// Whether the reader is one who waits for the mediator where no session is open.
    pub fn may_wait(&self) -> bool {
        self.is_mediated && self.told == "mediator" && self.is_party()
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

    /// Whether the reader may change what stands at the head of the channel, each in their part.
    pub fn may_lead(&self) -> bool {
        self.is_mediated && self.may_post && !self.is_beside()
    }

    /// For the mediator in a caucus: the name of its side; otherwise empty.
    pub fn with(&self) -> &str {
        self.channels.iter().find(|tab| tab.name == self.channel).map_or("", |tab| tab.with.as_str())
    }

    /// The head of the channel by itself.
    pub fn head(self) -> StandingPage {
        StandingPage {
            with: self.with().to_owned(),
            may_lead: self.may_lead(),
            is_mediator: self.is_mediator(),
            id: self.id,
            channel: self.channel,
            audience: self.audience,
            entry_id: self.entry_id,
            standing: self.standing,
        }
    }

    /// The sides that read this channel, to whom time can be given: code and name.
    pub fn heard_sides(&self) -> Vec<(&str, &str)> {
        let sides = [("claimant", self.sides.0.as_str()), ("respondent", self.sides.1.as_str())];
        let reads = |code: &str| self.channel == "joint" || self.channel == format!("caucus-{code}");
        sides.into_iter().filter(|(code, _)| reads(code)).collect()
    }

    /// Whether there is a channel that both sides share.
    pub fn has_joint(&self) -> bool {
        self.channels.iter().any(|tab| tab.name == "joint")
    }

    /// What a channel is called by this reader.
    pub fn channel_name(&self, w: &Words, tab: &ChannelTab) -> Said {
        w.channel(&tab.name, &tab.with)
    }

    /// Everyone who can read this, as one text.
    pub fn readers_text(&self) -> String {
        let separator = if self.readers.iter().any(|name| name.contains(',')) { "; " } else { ", " };
        self.readers.join(separator)
    }
}

impl Room {
    /// The numbers of the promises in the form for an offer.
    pub fn offer_numbers(&self) -> std::ops::RangeInclusive<usize> {
        1..=self.offer_rows.max(1)
    }

    /// The words that the room's scripts say, as JSON that cannot end the block in which it stands. `%1` and `%2` stand
    /// for names.
    pub fn messages(&self, w: &Words) -> Part {
        let (one, two) = ("%1", "%2");
        let fixed = MESSAGES.iter().map(|(key, id)| (*key, w.by_id(id)));
        let named = [
            ("typing", w.room_typing(one)),
            ("here", w.room_here(one)),
            ("waits", w.room_waits(one)),
            ("said", w.room_said(one)),
            ("arrival", w.event_arrival(one)),
            ("departure", w.event_departure(one)),
            ("signature", w.event_signature(one)),
            ("suggestion-open", w.event_suggestion_open(one)),
            ("suggestion-withdrawn", w.event_suggestion_withdrawn(one)),
            ("offer_accepted", w.event_offer_accepted(one)),
            ("offer_withdrawn", w.event_offer_withdrawn(one)),
            ("promise", w.promise_who(one, two)),
            ("blind_bid_made", w.event_bid_made(one)),
            ("blind_bids_met", w.event_bids_met(one)),
            ("share-said", w.share_said(one)),
            ("share_allowed", w.event_share_allowed(one)),
            ("share_declined", w.event_share_declined(one)),
            ("caucus-asked", w.event_caucus_asked(one)),
            ("hand", w.hand_up(one)),
            ("floor-give", w.floor_give(one)),
            ("timer", w.event_timer(two, one)),
            ("timer-all", w.event_timer_all(one)),
            ("summary_confirmed", w.event_summary_confirmed(one)),
            ("summary-confirmed", w.summary_confirmed(one)),
            ("summary-corrected", w.summary_corrected(one)),
        ];
        let all = fixed.filter_map(|(key, said)| Some((key, said?))).chain(named);
        let lines: Vec<String> =
            all.map(|(key, said)| format!("\"{key}\":\"{}\"", in_json(said.text()))).collect();
        Part(format!("{{{}}}", lines.join(",")))
    }
}

/// `GET /rooms/{id}/text`: the text that stands beside the conversation, as a page of its own. The room's page brings it from
/// here, so that a telephone on a slow line, which has no room for it, never loads it (R29).
#[derive(Debug, Clone, Default)]
pub struct RoomText {
    /// The text.
    pub text: WorkingText,
}
page!(RoomText, "rooms/working.html");

/// What the scripts call a message, and its id.
const MESSAGES: &[(&str, &str)] = &[
    ("you", "frame-you"),
    ("mediator", "role-mediator"),
    ("co-mediator", "role-co-mediator"),
    ("sending", "room-sending"),
    ("waiting", "room-waiting"),
    ("failed", "room-failed"),
    ("refused", "room-refused"),
    ("stale", "room-stale"),
    ("kept", "room-kept"),
    ("offline", "room-offline"),
    ("reconnecting", "room-reconnecting"),
    ("ended", "room-signed-out"),
    ("reload", "room-something-new"),
    ("file", "room-file"),
    ("agenda", "room-agenda"),
    ("offer", "offer-title"),
    ("counter", "offer-title-counter"),
    ("instead", "offer-instead"),
    ("amount", "promise-amount"),
    ("by", "promise-by"),
    ("until", "offer-until"),
    ("not-binding", "offer-not-binding"),
    ("open", "offer-state-open"),
    ("accepted", "offer-state-accepted"),
    ("countered", "offer-state-countered"),
    ("withdrawn", "offer-state-withdrawn"),
    ("session-opened", "event-session-opened"),
    ("session-paused", "event-session-paused"),
    ("session-resumed", "event-session-resumed"),
    ("session-closed", "event-session-closed"),
    ("revised", "event-revision"),
    ("frozen", "event-frozen"),
    ("all-signed", "event-all-signed"),
    ("suggestion-accepted", "event-suggestion-accepted"),
    ("suggestion-declined", "event-suggestion-declined"),
    ("signal-break", "signal-break"),
    ("signal-unsafe", "signal-unsafe"),
    ("signal-not-freely", "signal-not-freely"),
    ("bids", "bids-asked"),
    ("proposal", "proposals-title"),
    ("answer", "bids-asked-go"),
    ("bid-next", "event-bid-round-next"),
    ("bid-last", "event-bid-round-last"),
    ("blind_bid_withdrawn", "event-bid-withdrawn"),
    ("proposal_accepted", "event-proposal-accepted"),
    ("proposal_withdrawn", "event-proposal-withdrawn"),
    ("share_asked", "event-share-asked"),
    ("share-show", "share-show"),
    ("seat_taken", "event-seat-taken-now"),
    ("seat_ended", "event-seat-ended-now"),
    ("seat_taken-co", "event-co-mediator-sits-now"),
    ("seat_ended-co", "event-co-mediator-left-now"),
    ("asks", "caucus-asks"),
    ("floor", "floor-yours"),
    ("agenda-now", "agenda-now"),
    ("caucus-started", "event-caucus-started"),
    ("caucus-ended", "event-caucus-ended"),
    ("timer_stopped", "event-timer-stopped"),
    ("timer-over", "timer-over"),
    ("summary", "summary-title"),
    ("summary_corrected", "summary-instead"),
    ("closed-accepted", "event-offer-closed-accepted"),
    ("closed-countered", "event-offer-closed-countered"),
    ("closed-withdrawn", "event-offer-closed-withdrawn"),
];

/// A text between the quotes of JSON inside HTML: no letter of it can end the text or the block.
pub(crate) fn in_json(text: &str) -> String {
    let mut json = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' | '\\' | '<' | '>' | '&' | '\u{0}'..='\u{1f}' => {
                json.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            other => json.push(other),
        }
    }
    json
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
    /// Within which time they answer, in the house's own words.
    pub reply_time: String,
    /// Whether there is a room to go back to.
    pub has_room: bool,
}
page!(PausedForYou, "rooms/paused.html");

/// `GET /rooms/{dispute}` once what was said there is destroyed. No form; links to the dispute.
#[derive(Debug, Clone)]
pub struct RoomDestroyed {
    /// The dispute's id.
    pub id: String,
    /// When it was destroyed.
    pub at: Moment,
}
page!(RoomDestroyed, "rooms/destroyed.html");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_word_ends_the_block_in_which_the_words_stand() {
        assert_eq!(
            in_json("</script>\"\\ & \u{2068}আ\n"),
            "\\u003c/script\\u003e\\u0022\\u005c \\u0026 \u{2068}আ\\u000a"
        );
    }

    #[test]
    fn every_message_of_the_scripts_is_there() {
        let w = Words::new(domain::language::Language::English);
        for (key, id) in MESSAGES {
            assert!(w.by_id(id).is_some(), "{key}: {id}");
        }
    }
}
