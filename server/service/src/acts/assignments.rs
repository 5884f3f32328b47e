//! Proposing a mediator, the conflict inquiry, approval and objection (R13, R14).

use domain::assignment::{Candidate, Match, PROPOSALS_MAX, match_roster};
use domain::dispute::{Actor, Assigning, Command, Dispute, Stage};
use domain::ids::{AccountId, AssignmentId, DisputeId};
use domain::party::Sides;
use domain::person::{HouseRole, clean_words};
use domain::sight::Viewer;
use domain::time::Moment;
use store::Tx;

use super::process::{Seen, candidate, carry_out, carry_out_as, house, look};
use super::{Doing, duties};
use crate::refused::{Refused, words_code};

/// The roster for a dispute, best match first, with each mediator's name. For the registrar.
///
/// # Errors
/// `Absent` for others than a registrar.
pub fn matches(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId) -> Result<Vec<(Match, String)>, Refused> {
    let seen = look(tx, doing, id)?;
    if seen.viewer != Viewer::Registrar {
        return Err(Refused::Absent);
    }
    let found = best_first(tx, &seen.dispute)?;
    found
        .into_iter()
        .map(|fit| {
            let name = store::people::by_id(tx, fit.mediator)?.name.to_string();
            Ok((fit, name))
        })
        .collect()
}

/// The roster for a dispute, best match first; without whoever was tried, has a conflict, or sits on a side.
///
/// # Errors
/// Those of the store.
pub fn best_first(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<Vec<Match>, Refused> {
    let tried = match &dispute.stage {
        Stage::Assigning(assigning) => assigning.tried.as_slice(),
        Stage::Mediation(mediation) => mediation.tried.as_slice(),
        _ => &[],
    };
    let mut roster: Vec<Candidate> = Vec::new();
    for account in store::people::with_role(tx, HouseRole::Mediator)? {
        let is_free = !tried.contains(&account.id) && !dispute.mediates(account.id);
        if account.disabled_at.is_none() && is_free {
            roster.push(candidate(tx, dispute, account.id)?);
        }
    }
    let language =
        |consent: Option<domain::consent::Consent>| consent.map_or(dispute.language, |read| read.language);
    let languages = Sides {
        claimant: language(dispute.parties.claimant.consent),
        respondent: language(dispute.parties.respondent.consent),
    };
    Ok(match_roster(&roster, dispute.category, languages))
}

/// Proposes that mediator, or the best match where none is named: to lead, or beside whoever does.
///
/// # Errors
/// `Absent` for others than a registrar; the rule that stands against it, `nobody-fits` where the roster is empty.
pub fn propose(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    named: Option<AccountId>,
    beside: bool,
) -> Result<AssignmentId, Refused> {
    let mut seen = look(tx, doing, id)?;
    if seen.viewer != Viewer::Registrar {
        return Err(Refused::Absent);
    }
    let mediator = match named {
        Some(account) => account,
        None => best_first(tx, &seen.dispute)?
            .first()
            .map(|fit| fit.mediator)
            .ok_or(Refused::rule("nobody-fits"))?,
    };
    let unknown = |refused| {
        if refused == Refused::Absent { Refused::field("mediator_id", "not-a-choice") } else { refused }
    };
    let candidate = candidate(tx, &seen.dispute, mediator).map_err(unknown)?;
    let assignment = AssignmentId::new(doing.new_uuid());
    let command = if beside {
        // The text may be frozen already: a record that names them must not fail for their name.
        let name = store::people::by_id(tx, mediator)?.name.to_string();
        record::printable(&name).map_err(|_| Refused::rule("record-not-printable"))?;
        Command::ProposeCoMediator { id: assignment, candidate }
    } else {
        Command::Propose { id: assignment, candidate }
    };
    carry_out(tx, doing, &mut seen, &command)?;
    Ok(assignment)
}

/// By when the proposal is to be answered; that of a co-mediator holds nothing up, and has no such day.
pub fn answer_by(dispute: &Dispute, doing: &Doing) -> Option<Moment> {
    let Stage::Assigning(assigning) = &dispute.stage else { return None };
    Some(dispute.next_deadline(&house(doing).periods).unwrap_or(assigning.until))
}

/// The dispute of a proposal that is under way, as the person who asks may see it.
fn of(tx: &mut Tx<'_>, doing: &Doing, id: AssignmentId) -> Result<Seen, Refused> {
    let dispute = store::disputes::of_assignment(tx, id)?;
    let seen = look(tx, doing, dispute)?;
    let is_this_one = match seen.dispute.proposal() {
        Some(proposal) => proposal.id == id,
        // The last approval may come twice: the answer is then that the mediator is confirmed.
        None => matches!(seen.dispute.stage, Stage::Mediation(_)),
    };
    if is_this_one { Ok(seen) } else { Err(Refused::Absent) }
}

/// The mediator answers the conflict inquiry and accepts.
///
/// # Errors
/// `Absent` for others than the proposed mediator; the rule that stands against it.
pub fn accept(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: AssignmentId,
    disclosure: Option<&str>,
) -> Result<(), Refused> {
    let mut seen = of(tx, doing, id)?;
    if seen.viewer != Viewer::Proposed {
        return Err(Refused::Absent);
    }
    let disclosure = disclosure.map(|typed| clean_words(typed, 2_000)).transpose();
    let disclosure = disclosure.map_err(|why| Refused::field("disclosure", words_code(why)))?;
    carry_out(tx, doing, &mut seen, &Command::AcceptAssignment { disclosed: disclosure.is_some() })?;
    if let Some(text) = disclosure {
        store::disclosures::put(tx, seen.dispute.id, id, &text, doing.now)?;
    }
    Ok(())
}

/// The mediator declines.
///
/// # Errors
/// As [`accept`].
pub fn decline(tx: &mut Tx<'_>, doing: &mut Doing, id: AssignmentId) -> Result<(), Refused> {
    let mut seen = answer(tx, doing, id, &Command::DeclineAssignment)?;
    came_to_nothing(tx, doing, &mut seen)
}

/// After a proposal that came to nothing the house proposes the next best mediator; after three, or where nobody fits,
/// the registrar is to see to it. The first proposal is always the registrar's.
///
/// # Errors
/// Those of the store.
pub fn propose_next(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: &mut Dispute,
    version: i64,
) -> Result<(), Refused> {
    let Stage::Assigning(Assigning { proposal: None, tried, .. }) = &dispute.stage else { return Ok(()) };
    if tried.is_empty() {
        return Ok(());
    }
    let next = if tried.len() < PROPOSALS_MAX { best_first(tx, dispute)?.into_iter().next() } else { None };
    let Some(next) = next else { return duties::put(tx, doing, dispute.id, "no-mediator", None) };
    let candidate = candidate(tx, dispute, next.mediator)?;
    let id = AssignmentId::new(doing.new_uuid());
    carry_out_as(tx, doing, dispute, version, Actor::House, &Command::Propose { id, candidate }).map(drop)
}

/// A party approves, and says whether they may read what it told an earlier mediator. Returns whether the mediator is confirmed now.
///
/// # Errors
/// `Absent` for others than the parties; the rule that stands against it.
pub fn approve(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: AssignmentId,
    reads_earlier: bool,
) -> Result<bool, Refused> {
    let seen = answer(tx, doing, id, &Command::Approve { reads_earlier })?;
    Ok(seen.dispute.proposal().is_none())
}

/// A party objects, without a reason, and unseen by the other side and the mediator.
///
/// # Errors
/// As [`approve`].
pub fn object(tx: &mut Tx<'_>, doing: &mut Doing, id: AssignmentId) -> Result<(), Refused> {
    let mut seen = answer(tx, doing, id, &Command::Object)?;
    came_to_nothing(tx, doing, &mut seen)
}

/// The next best leads; who else may sit beside whoever leads is the registrar's to see to.
fn came_to_nothing(tx: &mut Tx<'_>, doing: &mut Doing, seen: &mut Seen) -> Result<(), Refused> {
    match seen.dispute.stage {
        Stage::Mediation(_) => duties::put(tx, doing, seen.dispute.id, "co-mediator", None),
        _ => propose_next(tx, doing, &mut seen.dispute, seen.version),
    }
}

fn answer(tx: &mut Tx<'_>, doing: &mut Doing, id: AssignmentId, command: &Command) -> Result<Seen, Refused> {
    let mut seen = of(tx, doing, id)?;
    carry_out(tx, doing, &mut seen, command)?;
    Ok(seen)
}

/// A confirmed mediator discloses something later on: the parties read it, and the room waits for them (R13).
///
/// # Errors
/// `Absent` for others than the mediator; `Fields`; the rule that stands against it.
pub fn disclose(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId, typed: &str) -> Result<(), Refused> {
    let mut seen = look(tx, doing, id)?;
    if !seen.viewer.mediates() {
        return Err(Refused::Absent);
    }
    let text = clean_words(typed, 2_000).map_err(|why| Refused::field("disclosure", words_code(why)))?;
    carry_out(tx, doing, &mut seen, &Command::Disclose)?;
    Ok(store::disclosures::put_later(tx, id, doing.new_uuid(), seen.account, &text, doing.now)?)
}

/// A party accepts a later disclosure, or objects to it: without a reason, and unseen by the other side and the mediator.
///
/// # Errors
/// `Absent` for whoever is no party; the rule where nothing was disclosed.
pub fn answer_disclosure(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    accepts: bool,
) -> Result<(), Refused> {
    let mut seen = look(tx, doing, id)?;
    seen.party()?;
    let command = if accepts { Command::AcceptDisclosure } else { Command::ObjectToDisclosure };
    carry_out(tx, doing, &mut seen, &command).map(drop)
}

/// The mediator lays the mediation down, or a registrar takes it from the one that they name: another one is sought. Of
/// the mediator themself nobody need be named; what a registrar asks late, or twice, touches nobody else.
///
/// # Errors
/// `Absent` for whoever has no part in it; `Fields` where a registrar names nobody; the rule that stands against it.
pub fn seek_another(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    whom: Option<AccountId>,
) -> Result<(), Refused> {
    let mut seen = look(tx, doing, id)?;
    is_meant(&seen, whom, seen.dispute.mediator())?;
    carry_out(tx, doing, &mut seen, &Command::SeekAnotherMediator).map(drop)
}

/// Whether the person named is the one who sits there now: what is asked late, or twice, takes nobody else's seat.
fn is_meant(seen: &Seen, whom: Option<AccountId>, sits: Option<AccountId>) -> Result<(), Refused> {
    match (seen.viewer, whom) {
        (Viewer::Registrar, None) => Err(Refused::field("mediator_id", "missing")),
        (Viewer::Registrar | Viewer::Mediator | Viewer::CoMediator, Some(_)) if whom != sits => {
            Err(Refused::rule("not-the-mediator"))
        }
        _ => Ok(()),
    }
}

/// The mediator asks the house for a second one: the registrar names whom.
///
/// # Errors
/// `Absent` for others than the mediator who leads; the rule that stands against it.
pub fn ask_co_mediator(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId) -> Result<(), Refused> {
    let mut seen = look(tx, doing, id)?;
    carry_out(tx, doing, &mut seen, &Command::AskCoMediator).map(drop)
}

/// The co-mediator lays their seat down, or a registrar takes it from the one that they name, who sits there or is asked to.
///
/// # Errors
/// `Absent` for others; `Fields` where a registrar names nobody; the rule that stands against it.
pub fn end_co_mediation(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    whom: Option<AccountId>,
) -> Result<(), Refused> {
    let mut seen = look(tx, doing, id)?;
    let beside = seen.dispute.mediation().and_then(|mediation| mediation.beside.account());
    is_meant(&seen, whom, beside)?;
    carry_out(tx, doing, &mut seen, &Command::EndCoMediation).map(drop)
}

/// Negotiation is over for one of the two: a mediator is sought.
///
/// # Errors
/// `Absent` for whoever is no party; the rule that stands against it.
pub fn request_mediation(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId) -> Result<Seen, Refused> {
    let mut seen = look(tx, doing, id)?;
    seen.party()?;
    carry_out(tx, doing, &mut seen, &Command::RequestMediation)?;
    Ok(seen)
}
