//! Seeking a mediator: proposal, conflict inquiry, approval and objection (R13, R14).

use crate::assignment::{Assignment, Candidate, PROPOSALS_MAX, Proposal};
use crate::ids::AssignmentId;

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
    if candidate.conflicted || dispute.side_of(candidate.mediator).is_some() {
        return Err(Refusal::MediatorConflicted);
    }
    if assigning.tried.contains(&candidate.mediator) {
        return Err(Refusal::MediatorTried);
    }
    let until = house.now.plus(house.periods.assignment);
    Ok(vec![Event::MediatorProposed { id, mediator: candidate.mediator, until }])
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

pub(super) fn approve(dispute: &Dispute, actor: Actor, house: &House) -> Decision {
    let Actor::Party(side) = actor else { return Err(Refusal::NotYours) };
    let proposal = proposal(dispute)?;
    let Proposal::Accepted { disclosed, approved } = proposal.state else {
        return Err(Refusal::InquiryFirst);
    };
    if !super::prepare::has_consented(dispute.parties.of(side)) {
        return Err(Refusal::ConsentFirst);
    }
    if *approved.of(side) {
        return Err(Refusal::AlreadyApproved);
    }
    let mut after = dispute.clone();
    if let Stage::Assigning(Assigning { proposal: Some(proposal), .. }) = &mut after.stage {
        let mut approved = approved;
        *approved.of_mut(side) = true;
        proposal.state = Proposal::Accepted { disclosed, approved };
    }
    let mut events = vec![Event::Approved { id: proposal.id, side }];
    events.extend(confirmed(&after, house));
    Ok(events)
}

/// The room opens once both approved, and both signed the agreement to mediate that is in force (R1).
pub(super) fn confirmed(dispute: &Dispute, house: &House) -> Vec<Event> {
    let Ok(proposal) = proposal(dispute) else { return Vec::new() };
    let Proposal::Accepted { approved, .. } = proposal.state else { return Vec::new() };
    if !approved.both(|said| *said) || !dispute.parties.both(super::prepare::has_consented) {
        return Vec::new();
    }
    let until = house.now.plus(house.periods.mediation);
    let mut events = vec![Event::MediatorConfirmed { id: proposal.id, mediator: proposal.mediator, until }];
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

const fn assigning(dispute: &Dispute) -> Result<&Assigning, Refusal> {
    match &dispute.stage {
        Stage::Assigning(assigning) => Ok(assigning),
        _ => Err(Refusal::WrongStage),
    }
}

fn proposal(dispute: &Dispute) -> Result<Assignment, Refusal> {
    assigning(dispute)?.proposal.ok_or(Refusal::NoProposal)
}
