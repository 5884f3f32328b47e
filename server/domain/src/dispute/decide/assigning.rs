//! Seeking a mediator: proposal, conflict inquiry, approval and objection (R13, R14).

use crate::assignment::{Assignment, Candidate, PROPOSALS_MAX, Proposal};
use crate::ids::{AccountId, AssignmentId};

use super::super::apply::apply;
use super::super::command::{Actor, House};
use super::super::state::{Assigning, Stage};
use super::{Decision, Dispute, Event, Refusal};

pub(super) fn begun(house: &House) -> Event {
    Event::AssigningBegan { until: house.now.plus(house.periods.assignment) }
}

pub(super) fn request_mediation(dispute: &Dispute, house: &House) -> Decision {
    match dispute.stage {
        Stage::Negotiation { .. } => Ok(vec![begun(house)]),
        _ => Err(Refusal::WrongStage),
    }
}

pub(super) fn propose(
    dispute: &Dispute,
    id: AssignmentId,
    candidate: &Candidate,
    actor: Actor,
    house: &House,
) -> Decision {
    let assigning = assigning(dispute)?;
    // After three that came to nothing a person looks at it.
    if actor == Actor::House && assigning.tried.len() >= PROPOSALS_MAX {
        return Err(Refusal::NotYours);
    }
    if assigning.proposal.is_some() {
        return Err(Refusal::ProposalUnderWay);
    }
    fits(dispute, candidate, &assigning.tried)?;
    let until = house.now.plus(house.periods.assignment);
    Ok(vec![Event::MediatorProposed { id, mediator: candidate.mediator, until }])
}

/// Whether they may be proposed at all: of no side, and not tried before (R14).
pub(super) fn fits(dispute: &Dispute, candidate: &Candidate, tried: &[AccountId]) -> Result<(), Refusal> {
    if candidate.conflicted || dispute.is_of_a_side(candidate.mediator) {
        return Err(Refusal::MediatorConflicted);
    }
    if tried.contains(&candidate.mediator) {
        return Err(Refusal::MediatorTried);
    }
    Ok(())
}

pub(super) fn accept(dispute: &Dispute, disclosed: bool) -> Decision {
    let proposal = proposal(dispute)?;
    match proposal.state {
        Proposal::Proposed => Ok(vec![Event::AssignmentAccepted { id: proposal.id, disclosed }]),
        Proposal::Accepted { .. } => Err(Refusal::AlreadyAccepted),
    }
}

pub(super) fn decline(dispute: &Dispute) -> Decision {
    let proposal = proposal(dispute)?;
    Ok(vec![ended(&proposal)])
}

pub(super) fn approve(dispute: &Dispute, reads_earlier: bool, actor: Actor, house: &House) -> Decision {
    let Actor::Party(side) = actor else { return Err(Refusal::NotYours) };
    let proposal = proposal(dispute)?;
    let Proposal::Accepted { approved, .. } = proposal.state else {
        return Err(Refusal::InquiryFirst);
    };
    if !super::prepare::has_consented(dispute.parties.of(side)) {
        return Err(Refusal::ConsentFirst);
    }
    if *approved.of(side) {
        return Err(Refusal::AlreadyApproved);
    }
    // Who joins now would be named in a record of what was signed before they came.
    if dispute.agreement.is_binding() {
        return Err(Refusal::AlreadyBinding);
    }
    let event = Event::Approved { id: proposal.id, side, reads_earlier };
    let after = apply(dispute.clone(), &event, house.now);
    let mut events = vec![event];
    events.extend(confirmed(&after, house));
    Ok(events)
}

/// The room opens, or the co-mediator sits down in it, once both approved, and both signed the agreement to mediate that is in force (R1).
pub(super) fn confirmed(dispute: &Dispute, house: &House) -> Vec<Event> {
    let Ok(proposal) = proposal(dispute) else { return Vec::new() };
    let Proposal::Accepted { approved, reads_earlier, .. } = proposal.state else { return Vec::new() };
    if !approved.both(|said| *said) || !dispute.parties.both(super::prepare::has_consented) {
        return Vec::new();
    }
    if dispute.mediator().is_some() {
        let (id, mediator) = (proposal.id, proposal.mediator);
        return vec![Event::CoMediatorConfirmed { id, mediator, reads_earlier }];
    }
    let until = house.now.plus(house.periods.mediation);
    let (id, mediator) = (proposal.id, proposal.mediator);
    let mut events = vec![Event::MediatorConfirmed { id, mediator, until, reads_earlier }];
    // Somebody raised a safety question while a mediator was sought: the room opens, and waits.
    if dispute.awaits_screening() {
        events.extend([Event::RoomHeld, Event::Suspended { until: None, by: None }]);
    }
    events
}

pub(super) fn object(dispute: &Dispute) -> Decision {
    let proposal = proposal(dispute)?;
    match proposal.state {
        Proposal::Proposed => Err(Refusal::InquiryFirst),
        Proposal::Accepted { .. } => Ok(vec![ended(&proposal)]),
    }
}

pub(super) const fn ended(proposal: &Assignment) -> Event {
    Event::ProposalEnded { id: proposal.id, mediator: proposal.mediator }
}

/// The mediator lays it down, or the registrar takes it from them: they fell ill, or a side objected to what they
/// disclosed. What the house held for that goes on; a safety question that waits holds the next one's room again.
pub(super) fn seek_another(dispute: &Dispute, house: &House) -> Decision {
    let Stage::Mediation(mediation) = &dispute.stage else { return Err(Refusal::WrongStage) };
    // Everybody has signed: what is missing is a word of who heard them, and where that does not come, the house's.
    if dispute.agreement.is_binding() {
        return Err(Refusal::AlreadyBinding);
    }
    let until = house.now.plus(house.periods.assignment);
    let mut events: Vec<Event> = super::sessions::let_go_on(dispute).into_iter().collect();
    events.push(Event::MediatorLeft { mediator: mediation.mediator, until });
    Ok(events)
}

const fn assigning(dispute: &Dispute) -> Result<&Assigning, Refusal> {
    match &dispute.stage {
        Stage::Assigning(assigning) => Ok(assigning),
        _ => Err(Refusal::WrongStage),
    }
}

/// The proposal under way: of a mediator, or of a co-mediator.
fn proposal(dispute: &Dispute) -> Result<Assignment, Refusal> {
    match dispute.proposal() {
        Some(proposal) => Ok(proposal),
        None => assigning(dispute).and(Err(Refusal::NoProposal)),
    }
}
