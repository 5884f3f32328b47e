//! A second mediator beside the one who leads: asked for, proposed and approved like a mediator (`assigning`), and gone
//! with the mediator or before (R13, R14).

use crate::assignment::{Candidate, CoMediation};
use crate::ids::AssignmentId;

use super::super::command::Command;
use super::super::state::{Mediation, Stage};
use super::{Decision, Dispute, Event, Refusal, assign};

/// What comes of a command about a second mediator.
pub(super) fn decide(dispute: &Dispute, command: &Command) -> Decision {
    match command {
        Command::AskCoMediator => ask(dispute),
        Command::ProposeCoMediator { id, candidate } => propose(dispute, *id, candidate),
        Command::EndCoMediation => end(dispute),
        _ => Err(Refusal::NotYours),
    }
}

/// The mediation, while nobody is bound yet: the record names who mediated what was signed.
fn open(dispute: &Dispute) -> Result<&Mediation, Refusal> {
    match &dispute.stage {
        Stage::Mediation(_) if dispute.agreement.is_binding() => Err(Refusal::AlreadyBinding),
        Stage::Mediation(mediation) => Ok(mediation),
        _ => Err(Refusal::WrongStage),
    }
}

fn vacant(dispute: &Dispute) -> Result<&Mediation, Refusal> {
    let mediation = open(dispute)?;
    match mediation.beside {
        CoMediation::Vacant => Ok(mediation),
        CoMediation::Proposed(_) => Err(Refusal::ProposalUnderWay),
        CoMediation::Seated(_) => Err(Refusal::CoMediatorSits),
    }
}

/// The registrar reads it on their desk; the act sees to that.
fn ask(dispute: &Dispute) -> Decision {
    vacant(dispute)?;
    Ok(vec![Event::CoMediatorAsked])
}

fn propose(dispute: &Dispute, id: AssignmentId, candidate: &Candidate) -> Decision {
    let mediation = vacant(dispute)?;
    if mediation.mediator == candidate.mediator {
        return Err(Refusal::MediatorConflicted);
    }
    assign::fits(dispute, candidate, &mediation.tried)?;
    Ok(vec![Event::CoMediatorProposed { id, mediator: candidate.mediator }])
}

/// The seat ends at once, or the proposal does. Whoever left stays out of it.
fn end(dispute: &Dispute) -> Decision {
    match open(dispute)?.beside {
        CoMediation::Vacant => Err(Refusal::NoCoMediator),
        CoMediation::Proposed(proposal) => Ok(vec![assign::ended(&proposal)]),
        CoMediation::Seated(mediator) => Ok(vec![Event::CoMediatorLeft { mediator }]),
    }
}
