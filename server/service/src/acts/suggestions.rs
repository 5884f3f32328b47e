//! What parties suggest for the text and remark on it, and what the mediator makes of it. It is told in one channel, as an
//! entry without its words, and whoever may not read that channel learns of it in no way: an accepted one becomes a
//! revision like any other, and no version, count or list of another reader moves (R5, R6). Deliberately not here: any row
//! of the audit trail, which would count what is private.

use std::sync::Arc;

use domain::dispute::{Refusal, Stage};
use domain::entry::{Author, Body};
use domain::ids::{DisputeId, EntryId, SuggestionId};
use domain::language::LanguageTag;
use domain::party::Side;
use domain::person::clean_words;
use domain::room::{Channel, Seat};
use domain::suggestion::{
    Audience, NOTE_CHARACTERS_MAX, SUGGESTIONS_MAX, SUGGESTIONS_OPEN_MAX, Suggested, Suggestion,
    SuggestionRefusal, SuggestionState, channel_of,
};
use domain::terms::Term;
use store::Tx;
use store::entries::{Appended, NewEntry};

use super::Doing;
use super::agreements::{check_printable, revise};
use super::entries::{be_present, check_audience, may_post};
use super::process::{Seen, look, refused};
use super::rooms::sits;
use crate::published::Published;
use crate::refused::{Refused, words_code};

/// What somebody suggests, as it comes through a door.
#[derive(Debug, Clone)]
pub struct NewSuggestion {
    /// Made by the client, so that sending it twice is harmless.
    pub id: SuggestionId,
    pub audience: Audience,
    /// The revision that was read.
    pub base: u32,
    pub suggested: Suggested,
    /// Words beside it.
    pub note: Option<(String, LanguageTag)>,
}

/// A suggestion as a reader sees it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub id: SuggestionId,
    pub suggestion: Suggestion,
    /// The term that it is about, as its author read it.
    pub about: Option<Term>,
}

/// What is done about a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// The mediator takes it up, upon the revision with this number.
    Accept { base: u32 },
    /// The mediator does not.
    Decline,
    /// Its author takes it back.
    Withdraw,
}

/// A party suggests something. The same id with the same content is answered with what was kept the first time. `shown`
/// is what the person's screen said of who reads their channels: where that has changed, nothing is stored.
///
/// # Errors
/// `Absent` for others than the parties; fields; a conflict with a newer text or other readers; the rule.
pub fn suggest(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: DisputeId,
    new: NewSuggestion,
    shown: Option<&str>,
) -> Result<Listed, Refused> {
    let mut seen = look(tx, doing, dispute)?;
    let side = seen.party()?;
    let channel = channel_of(side, new.audience, seen.dispute.shuttle);
    let channel = channel.ok_or_else(|| Refused::field("audience", "not-a-choice"))?;
    let (seat, _) = sits(tx, &seen, channel)?;
    let note = clean_note(&new)?;
    if let Some(known) = find(tx, &seen, new.id)? {
        let same = (known.by, &known.suggested, &known.note, known.audience())
            == (side, &new.suggested, &note, new.audience);
        return if same { listed(tx, dispute, new.id, known) } else { Err(Refused::rule("id-reused")) };
    }
    check_audience(tx, &seen, shown)?;
    check(tx, &seen, side, &new)?;
    let state = SuggestionState::Open;
    let body = Body::Suggestion { id: new.id, term: new.suggested.term(), state };
    may_post(&seen.dispute, seat, channel, &body)?;
    be_present(tx, doing, &mut seen, seat, channel)?;
    let seq = tell(tx, doing, &seen, seat, channel, &body)?;
    let suggestion = Suggestion {
        by: side,
        told: (channel, seq),
        revision: new.base,
        suggested: new.suggested,
        note,
        state,
        at: doing.now,
    };
    store::suggestions::put(tx, dispute, new.id, &suggestion)?;
    listed(tx, dispute, new.id, suggestion)
}

fn clean_note(new: &NewSuggestion) -> Result<Option<(String, LanguageTag)>, Refused> {
    // An empty one is none: forms send the field in any case. A remark is nothing but its words.
    let given = new.note.clone().filter(|(text, _)| !text.trim().is_empty());
    let Some((text, lang)) = given else {
        let is_remark = matches!(new.suggested, Suggested::Comment { .. });
        return if is_remark { Err(Refused::field("note", "missing")) } else { Ok(None) };
    };
    let text =
        clean_words(&text, NOTE_CHARACTERS_MAX).map_err(|why| Refused::field("note", words_code(why)))?;
    Ok(Some((text, lang)))
}

fn check(tx: &mut Tx<'_>, seen: &Seen, side: Side, new: &NewSuggestion) -> Result<(), Refused> {
    let dispute = &seen.dispute;
    if let Suggested::Change { to, .. } | Suggested::Addition { to } = &new.suggested {
        check_printable(std::slice::from_ref(to))?;
    }
    if dispute.agreement.is_binding() {
        return Err(Refused::rule(Refusal::AlreadyBinding.code()));
    }
    if new.base != dispute.agreement.number() {
        return Err(refused(Refusal::StaleRevision, dispute));
    }
    let terms = terms_of(tx, dispute.id, new.base)?;
    if new.suggested.term().is_some_and(|number| nth(&terms, number).is_none()) {
        return Err(Refused::field("term", "unknown"));
    }
    let mut theirs = store::suggestions::list(tx, dispute.id)?;
    theirs.retain(|(_, one)| one.by == side);
    let open = theirs.iter().filter(|(_, one)| one.state == SuggestionState::Open).count();
    if open >= SUGGESTIONS_OPEN_MAX || theirs.len() >= SUGGESTIONS_MAX {
        return Err(Refused::rule(SuggestionRefusal::TooMany.as_str()));
    }
    Ok(())
}

fn terms_of(tx: &mut Tx<'_>, dispute: DisputeId, revision: u32) -> Result<Vec<Term>, Refused> {
    if revision == 0 { Ok(Vec::new()) } else { Ok(store::revisions::terms(tx, dispute, revision)?) }
}

fn nth(terms: &[Term], number: u32) -> Option<&Term> {
    usize::try_from(number).ok().and_then(|number| terms.get(number.checked_sub(1)?))
}

/// Says in one channel that there is a suggestion, or that it was answered.
fn tell(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    seen: &Seen,
    seat: Seat,
    channel: Channel,
    body: &Body,
) -> Result<u64, Refused> {
    let dispute = seen.dispute.id;
    let new = NewEntry {
        dispute,
        channel,
        id: EntryId::new(doing.new_uuid()),
        account: Some(seen.account),
        by: Author::Seat(seat),
        body,
        at: doing.now,
    };
    match store::entries::append(tx, &new)? {
        Appended::New(entry) | Appended::Again(entry) => {
            let seq = entry.seq;
            doing.publish(Published::Entry { dispute, entry: Arc::new(entry) });
            Ok(seq)
        }
        Appended::IdReused => Err(Refused::broken("a fresh id was known")),
    }
}

/// Whether the person may read it: the law says who was told, and the seat from which number on (R5).
fn may_read(tx: &mut Tx<'_>, seen: &Seen, suggestion: &Suggestion) -> Result<bool, Refused> {
    let shuttle = seen.dispute.shuttle;
    let Some(seat) = seen.seat().filter(|seat| suggestion.may_read(*seat, shuttle)) else { return Ok(false) };
    let (channel, seq) = suggestion.told;
    let row = store::seats::latest(tx, seen.dispute.id, seen.account, channel, seat)?;
    Ok(row.is_some_and(|row| row.reaches(seq)))
}

/// The suggestion of that id among those that the person may read.
fn find(tx: &mut Tx<'_>, seen: &Seen, id: SuggestionId) -> Result<Option<Suggestion>, Refused> {
    for side in Side::BOTH {
        if let Some(found) = store::suggestions::get(tx, seen.dispute.id, side, id)?
            && may_read(tx, seen, &found)?
        {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn listed(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    id: SuggestionId,
    suggestion: Suggestion,
) -> Result<Listed, Refused> {
    let about = match suggestion.suggested.term() {
        Some(number) => nth(&terms_of(tx, dispute, suggestion.revision)?, number).cloned(),
        None => None,
    };
    Ok(Listed { id, suggestion, about })
}

/// Whether the person may suggest something now, as far as no pause stands against it.
pub fn may_suggest(seen: &Seen) -> bool {
    let is_open = matches!(seen.dispute.stage, Stage::Mediation(_)) && !seen.dispute.agreement.is_binding();
    seen.side().is_some() && is_open
}

/// The suggestions that the person may read, the earliest first.
///
/// # Errors
/// `Absent` without a seat.
pub fn list(tx: &mut Tx<'_>, doing: &Doing, dispute: DisputeId) -> Result<Vec<Listed>, Refused> {
    let seen = look(tx, doing, dispute)?;
    seen.seat().ok_or(Refused::Absent)?;
    let mut all = Vec::new();
    for (id, suggestion) in store::suggestions::list(tx, dispute)? {
        if may_read(tx, &seen, &suggestion)? {
            all.push(listed(tx, dispute, id, suggestion)?);
        }
    }
    Ok(all)
}

/// How many of the suggestions that the person may read wait for an answer.
///
/// # Errors
/// `Absent` without a seat.
pub fn waiting(tx: &mut Tx<'_>, doing: &Doing, dispute: DisputeId) -> Result<usize, Refused> {
    let all = list(tx, doing, dispute)?;
    Ok(all.iter().filter(|one| one.suggestion.state == SuggestionState::Open).count())
}

/// Takes a suggestion up, declines it or takes it back.
///
/// # Errors
/// `Absent` for whoever may not read or answer it; a conflict with a newer text; the rule.
pub fn answer(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: DisputeId,
    id: SuggestionId,
    answer: Answer,
) -> Result<Suggestion, Refused> {
    let mut seen = look(tx, doing, dispute)?;
    let seat = seen.seat().ok_or(Refused::Absent)?;
    let found = find(tx, &seen, id)?.ok_or(Refused::Absent)?;
    let is_theirs = match answer {
        Answer::Withdraw => seen.side() == Some(found.by),
        Answer::Accept { .. } | Answer::Decline => seat.mediates(),
    };
    if !is_theirs {
        return Err(Refused::Absent);
    }
    if found.state != SuggestionState::Open {
        return Err(Refused::rule(SuggestionRefusal::AlreadyAnswered.as_str()));
    }
    let state = match answer {
        Answer::Accept { .. } => SuggestionState::Accepted,
        Answer::Decline => SuggestionState::Declined,
        Answer::Withdraw => SuggestionState::Withdrawn,
    };
    let channel = found.answered_in(seen.dispute.shuttle);
    let body = Body::Suggestion { id, term: found.suggested.term(), state };
    may_post(&seen.dispute, seat, channel, &body)?;
    be_present(tx, doing, &mut seen, seat, channel)?;
    if let Answer::Accept { base } = answer {
        take_up(tx, doing, &seen, &found, base)?;
    }
    let answered = Suggestion { state, ..found };
    store::suggestions::put(tx, dispute, id, &answered)?;
    tell(tx, doing, &seen, seat, channel, &body)?;
    Ok(answered)
}

/// Makes the revision that the suggestion asks for, by the rule by which the mediator writes any (R22).
fn take_up(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    seen: &Seen,
    suggestion: &Suggestion,
    base: u32,
) -> Result<(), Refused> {
    if matches!(suggestion.suggested, Suggested::Comment { .. }) {
        return Ok(());
    }
    let dispute = &seen.dispute;
    if base != dispute.agreement.number() {
        return Err(refused(Refusal::StaleRevision, dispute));
    }
    let read = terms_of(tx, dispute.id, suggestion.revision)?;
    let now = terms_of(tx, dispute.id, base)?;
    let terms = suggestion.taken_up(&read, &now).map_err(|refusal| Refused::rule(refusal.as_str()))?;
    if terms == now {
        return Ok(());
    }
    let terms = domain::terms::clean_terms(terms).map_err(|_| Refused::field("terms", "not-terms"))?;
    let prevailing =
        dispute.agreement.revision().map_or(dispute.language.into(), |revision| revision.prevailing);
    revise(tx, doing, dispute.id, base, prevailing, terms).map(drop)
}
