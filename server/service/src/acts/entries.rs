//! What is said in the room: posted by whoever has a seat, read within the seat's window. Form, API and socket all post
//! through here. Deliberately not here: any row of the audit trail for what is said. A trail that grew with each entry
//! would count a caucus before readers who must not know that it took place (R5, R9).

use std::sync::Arc;

use domain::consent::AGREEMENT_TO_MEDIATE;
use domain::dispute::{Actor, Command, Dispute, Refusal, Stage};
use domain::entry::{
    Author, Body, Entry, FileContent, MESSAGE_CHARACTERS_MAX, NOTE_CHARACTERS_MAX, OfferContent,
};
use domain::ids::{DisputeId, EntryId};
use domain::offer::{self, Offer, OfferRefusal, OfferState};
use domain::party::Side;
use domain::person::clean_words;
use domain::room::{Channel, Seat, may_write_in};
use domain::terms::clean_terms;
use domain::timer;
use serde_json::json;
use store::Tx;
use store::entries::{Appended, NewEntry};

use super::Doing;
use super::aftermath::channels_of_announcement;
use super::process::{Seen, carry_out_as, look};
use super::rooms::{audience_of, sits};
use super::{files, shares, standings, summaries};
use crate::published::Published;
use crate::refused::{Refused, words_code};

/// The most points of an agenda, and the most characters of one.
const AGENDA_ITEMS_MAX: usize = 30;
const AGENDA_CHARACTERS_MAX: usize = 300;

/// Stores what the person says in that channel. The same id with the same body is answered with what was stored the
/// first time, whatever has changed since; the second value says whether the entry is new. `audience` is what the
/// person's screen said of who reads their channels: where that has changed, nothing is stored.
///
/// # Errors
/// `Absent` without a seat, `Fields`, `Conflict` for a stale audience, and the rule that stands against it.
pub fn post(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: DisputeId,
    channel: Channel,
    id: EntryId,
    body: Body,
    audience: Option<&str>,
) -> Result<(Entry, bool), Refused> {
    let mut seen = look(tx, doing, dispute)?;
    let (seat, row) = sits(tx, &seen, channel)?;
    let body = with_thumbnail(tx, clean(body)?)?;
    let new = NewEntry {
        dispute,
        channel,
        id,
        account: Some(seen.account),
        by: Author::Seat(seat),
        body: &body,
        at: doing.now,
    };
    if let Some(known) = store::entries::find(tx, &new)? {
        return first(known);
    }
    check_file(tx, &seen, channel, &body)?;
    check_audience(tx, &seen, audience)?;
    may_post(&seen.dispute, seat, channel, &body)?;
    shares::check(tx, &seen, seat, &row, &body, doing.now)?;
    standings::check(tx, &seen, seat, &row, &body, doing.now)?;
    summaries::check(tx, &seen, seat, &row, &body)?;
    let answered = follow_offer(tx, doing, dispute, channel, seat, &body)?;
    be_present(tx, doing, &mut seen, seat, channel)?;
    match store::entries::append_new(tx, &new)? {
        Appended::New(entry) => {
            keep_offer(tx, dispute, &entry)?;
            store::standings::put(tx, dispute, &entry)?;
            summaries::follow(tx, dispute, seat, &entry)?;
            if let Body::File(content) = &entry.body {
                store::files::place(tx, content.file, entry.seq)?;
            }
            doing.publish(Published::Entry { dispute, entry: Arc::new(entry.clone()) });
            shares::follow(tx, doing, &seen, &row, &entry)?;
            if let Some(state) = answered {
                shares::answer_twin(tx, doing, &seen, &entry, state)?;
            }
            Ok((entry, true))
        }
        known => first(known),
    }
}

/// What was stored under this id the first time, if it was the same.
fn first(known: Appended) -> Result<(Entry, bool), Refused> {
    match known {
        Appended::New(entry) | Appended::Again(entry) => Ok((entry, false)),
        Appended::IdReused => Err(Refused::rule("id-reused")),
    }
}

/// What somebody says is meant for those whom their screen named. Where another can read it now, or one of them no
/// longer, they look again before a word of it is stored. What happens in a channel of others changes nothing here.
pub(super) fn check_audience(tx: &mut Tx<'_>, seen: &Seen, shown: Option<&str>) -> Result<(), Refused> {
    let Some(shown) = shown else { return Ok(()) };
    let current = audience_of(tx, seen)?;
    if shown == current {
        return Ok(());
    }
    Err(Refused::Conflict { code: "stale-audience", current: json!({ "audience_digest": current }) })
}

/// Whoever says something in a session is there, with a socket or without: it is said before their first word (R7), and
/// kept for the certificate (R10). A caucus is no place to say it from where others would hear of it: a word spoken
/// there must not be followed by one in the joint channel (R5).
pub(super) fn be_present(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    seen: &mut Seen,
    seat: Seat,
    channel: Channel,
) -> Result<(), Refused> {
    let Stage::Mediation(mediation) = &seen.dispute.stage else { return Ok(()) };
    if !mediation.room.session_open {
        return Ok(());
    }
    let command = match seat {
        _ if channels_of_announcement(seat, seen.dispute.shuttle) == [channel] => Command::Enter(seat),
        Seat::Party(side) => Command::Attend(side),
        Seat::Mediator | Seat::CoMediator | Seat::Beside { .. } => return Ok(()),
    };
    carry_out_as(tx, doing, &mut seen.dispute, seen.version, Actor::House, &command).map(drop)
}

/// What the person may read of a channel beyond the number `after`, ascending.
///
/// # Errors
/// `Absent` without a seat.
pub fn read(
    tx: &mut Tx<'_>,
    doing: &Doing,
    dispute: DisputeId,
    channel: Channel,
    after: u64,
    limit: i64,
) -> Result<Vec<Entry>, Refused> {
    let seen = look(tx, doing, dispute)?;
    let (_, window) = sits(tx, &seen, channel)?;
    // A seat reads from the number at which it was granted to the one at which it ended (R5).
    let after = after.max(window.from_seq.saturating_sub(1));
    Ok(store::entries::page(tx, dispute, channel, after, window.until_seq, limit)?)
}

/// Brings what was written into the form that is stored.
///
/// # Errors
/// `Fields`.
pub fn clean(body: Body) -> Result<Body, Refused> {
    let field = |name: &str, why| Refused::field(name, words_code(why));
    Ok(match body {
        Body::Message { text, lang } => {
            let text = clean_words(&text, MESSAGE_CHARACTERS_MAX).map_err(|why| field("body.text", why))?;
            Body::Message { text, lang }
        }
        Body::Offer(content) => Body::Offer(clean_offer(content).map_err(|why| why.within("body"))?),
        Body::OfferCountered { offer, counter } => {
            let counter = clean_offer(counter).map_err(|why| why.within("body"))?;
            Body::OfferCountered { offer, counter }
        }
        Body::Agenda { items, current } => clean_agenda(items, current)?,
        Body::Timer { seconds, of } => {
            if !timer::is_length(seconds) {
                return Err(Refused::field("body.seconds", "not-a-choice"));
            }
            Body::Timer { seconds, of }
        }
        Body::Summary { text, lang } => {
            let text = clean_words(&text, MESSAGE_CHARACTERS_MAX).map_err(|why| field("body.text", why))?;
            Body::Summary { text, lang }
        }
        Body::SummaryCorrected { summary, text, lang } => {
            let text = clean_words(&text, MESSAGE_CHARACTERS_MAX).map_err(|why| field("body.text", why))?;
            Body::SummaryCorrected { summary, text, lang }
        }
        Body::File(content) => {
            let caption = content.caption.filter(|caption| !caption.trim().is_empty());
            let caption = caption.map(|caption| clean_words(&caption, NOTE_CHARACTERS_MAX)).transpose();
            let caption = caption.map_err(|why| field("body.caption", why))?;
            Body::File(FileContent { caption, ..content })
        }
        body if body.is_written_by_people() => body,
        _ => return Err(Refused::field("body.kind", "not-a-choice")),
    })
}

/// The points of an agenda, and the one that is talked about, which is one of them.
fn clean_agenda(items: Vec<String>, current: Option<u16>) -> Result<Body, Refused> {
    if items.is_empty() || items.len() > AGENDA_ITEMS_MAX {
        return Err(Refused::field("body.items", if items.is_empty() { "missing" } else { "too-many" }));
    }
    if current.is_some_and(|current| current == 0 || usize::from(current) > items.len()) {
        return Err(Refused::field("body.current", "not-a-choice"));
    }
    let clean = |item: String| {
        let item = clean_words(&item, AGENDA_CHARACTERS_MAX);
        item.map_err(|why| Refused::field("body.items", words_code(why)))
    };
    Ok(Body::Agenda { items: items.into_iter().map(clean).collect::<Result<_, _>>()?, current })
}

/// Brings what is offered into the form that is stored.
///
/// # Errors
/// `Fields`.
pub(super) fn clean_offer(content: OfferContent) -> Result<OfferContent, Refused> {
    let terms = clean_terms(content.terms).map_err(|_| Refused::field("terms", "not-terms"))?;
    // An empty note is none: forms send the field in any case.
    let note = content.note.filter(|note| !note.trim().is_empty());
    let note = note.map(|note| clean_words(&note, NOTE_CHARACTERS_MAX)).transpose();
    let note = note.map_err(|why| Refused::field("note", words_code(why)))?;
    Ok(OfferContent { terms, note, expires_at: content.expires_at })
}

/// A file whose small picture there is says how large that is, so that a page keeps its place for it.
fn with_thumbnail(tx: &mut Tx<'_>, body: Body) -> Result<Body, Refused> {
    let Body::File(content) = body else { return Ok(body) };
    let thumbnail = store::thumbnails::size(tx, content.file)?;
    Ok(Body::File(FileContent { thumbnail, ..content }))
}

/// A file is shared by its owner alone, in the channel for which it was uploaded: there its readers may open it (R6).
fn check_file(tx: &mut Tx<'_>, seen: &Seen, channel: Channel, body: &Body) -> Result<(), Refused> {
    let Body::File(content) = body else { return Ok(()) };
    let unknown = Refused::field("body.file", "unknown");
    let row = match store::files::get(tx, content.file) {
        Ok(row) => row,
        Err(store::Error::NotFound) => return Err(unknown),
        Err(error) => return Err(error.into()),
    };
    let here = row.channel == Some(channel);
    let theirs = row.dispute == seen.dispute.id && row.owner == seen.account;
    if theirs && here { files::check_passed(&row) } else { Err(unknown) }
}

/// Whether that seat may say that there now.
///
/// # Errors
/// The rule; `Absent` where there is no room yet.
pub(super) fn may_post(dispute: &Dispute, seat: Seat, channel: Channel, body: &Body) -> Result<(), Refused> {
    let rule = |refusal: Refusal| Err(Refused::rule(refusal.code()));
    let is_offer = matches!(body, Body::Offer(_)) || body.answers().is_some();
    if !body.may_be_written_by(seat) {
        return rule(Refusal::PartyAlone);
    }
    if !may_write_in(seat, channel) {
        return Err(Refused::rule("support-person-listens"));
    }
    match &dispute.stage {
        Stage::Mediation(_) | Stage::Negotiation { .. } if dispute.suspension.is_some() => {
            return rule(Refusal::Paused);
        }
        Stage::Mediation(mediation) => {
            if !mediation.room.may_post(seat, channel, dispute.shuttle) {
                return rule(Refusal::Paused);
            }
        }
        // Before a mediator is there, people send each other offers with a short note, and nothing else.
        Stage::Negotiation { .. } if is_offer => {}
        Stage::Negotiation { .. } => return Err(Refused::rule("offers-only")),
        Stage::Settled { .. } | Stage::Ended(_) => return rule(Refusal::Ended),
        _ => return Err(Refused::Absent),
    }
    if !consented(dispute, channel) {
        return rule(Refusal::ConsentFirst);
    }
    if matches!(body, Body::Agenda { .. }) && !seat.mediates() {
        return rule(Refusal::NotYours);
    }
    Ok(())
}

/// R1: whoever shares a channel has signed the version in force. The way to a room leads through that signature; it is
/// asked again here because nothing else stands between a new version and those who signed the old one.
fn consented(dispute: &Dispute, channel: Channel) -> bool {
    let signed = |side: Side| {
        dispute.parties.of(side).consent.is_some_and(|consent| consent.version == AGREEMENT_TO_MEDIATE)
    };
    match (channel, channel.caucus_of()) {
        (_, Some(side)) => signed(side),
        (Channel::Joint, None) => Side::BOTH.into_iter().all(signed),
        (_, None) => true,
    }
}

/// Where the body is an offer or answers one: the rules of offers, and what has become of the one that is answered. An
/// offer lives in its channel, so one made in a caucus reaches the mediator and nobody else.
fn follow_offer(
    tx: &mut Tx<'_>,
    doing: &Doing,
    dispute: DisputeId,
    channel: Channel,
    seat: Seat,
    body: &Body,
) -> Result<Option<OfferState>, Refused> {
    let rule = |refusal: OfferRefusal| Refused::rule(refusal.as_str());
    if let Body::Offer(content) = body {
        offer::make(seat, content.expires_at, doing.now).map_err(rule)?;
    }
    let Some(id) = body.answers() else { return Ok(None) };
    let unknown = || Refused::field("body.offer", "unknown");
    let (open, _) = store::offers::get(tx, dispute, channel, id)?.ok_or_else(unknown)?;
    let state = offer::answer(&open, seat, body, doing.now).map_err(rule)?;
    store::offers::set_state(tx, dispute, channel, id, state)?;
    Ok(Some(state))
}

/// Keeps a new offer where its answers will look for it.
fn keep_offer(tx: &mut Tx<'_>, dispute: DisputeId, entry: &Entry) -> Result<(), Refused> {
    let (Body::Offer(content) | Body::OfferCountered { counter: content, .. }) = &entry.body else {
        return Ok(());
    };
    let offer = Offer {
        channel: entry.channel,
        by: entry.by,
        state: OfferState::Open,
        expires_at: content.expires_at,
    };
    Ok(store::offers::put(tx, dispute, entry.id, &offer, content)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::language::{Language, RecordLanguage};
    use domain::terms::Term;
    use std::collections::BTreeMap;

    fn message(text: &str) -> Body {
        Body::Message { text: text.to_owned(), lang: Language::English.into() }
    }

    #[test]
    fn words_are_cleaned_or_refused_by_field() {
        assert_eq!(clean(message(" Good morning\r\n")), Ok(message("Good morning")));
        assert_eq!(clean(message("  ")), Err(Refused::field("body.text", "missing")));
        assert_eq!(clean(message(&"a".repeat(4_001))), Err(Refused::field("body.text", "too-long")));
        assert_eq!(clean(message("a\u{0}b")), Err(Refused::field("body.text", "not-printable")));
        let agenda = |points: &[&str], current| Body::Agenda {
            items: points.iter().map(|point| (*point).to_owned()).collect(),
            current,
        };
        assert_eq!(clean(agenda(&[], None)), Err(Refused::field("body.items", "missing")));
        assert_eq!(clean(agenda(&["Rent "], Some(1))), Ok(agenda(&["Rent"], Some(1))));
        for current in [0, 2] {
            let refused = Err(Refused::field("body.current", "not-a-choice"));
            assert_eq!(clean(agenda(&["Rent"], Some(current))), refused);
        }
    }

    #[test]
    fn a_timer_has_a_length_that_somebody_can_wait_for() {
        for (seconds, is) in [(0, false), (1, true), (14_400, true), (14_401, false)] {
            let timer = Body::Timer { seconds, of: None };
            assert_eq!(clean(timer).is_ok(), is, "{seconds}");
        }
    }

    #[test]
    fn nobody_posts_what_only_the_house_says() {
        let arrival = Body::Arrival { who: Seat::Mediator };
        assert_eq!(clean(arrival), Err(Refused::field("body.kind", "not-a-choice")));
    }

    #[test]
    fn an_empty_note_is_none() {
        let text = BTreeMap::from([(RecordLanguage::English, "pays".to_owned())]);
        let term =
            Term { debtor: Side::Respondent, creditor: Side::Claimant, text, amount: None, due_on: None };
        let content = OfferContent { terms: vec![term], note: Some(" ".to_owned()), expires_at: None };
        let cleaned = clean_offer(content).expect("fine");
        assert_eq!(cleaned.note, None);
        let empty = OfferContent { terms: vec![], note: None, expires_at: None };
        assert_eq!(clean_offer(empty.clone()), Err(Refused::field("terms", "not-terms")));
        assert_eq!(clean(Body::Offer(empty)), Err(Refused::field("body.terms", "not-terms")));
    }
}
