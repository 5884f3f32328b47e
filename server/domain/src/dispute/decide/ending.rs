//! Leaving, pausing, and what happens because time passed (R2, R4). Silence never consents.

use crate::party::Party;

use super::super::command::{Actor, House};
use super::super::state::{Cause, Stage};
use super::{Decision, Dispute, Event, Refusal};

pub(super) fn withdraw(dispute: &Dispute) -> Decision {
    if dispute.agreement.is_binding() {
        return Err(Refusal::AlreadyBinding);
    }
    Ok(vec![Event::Ended { cause: Cause::Withdrawn }])
}

pub(super) fn declare_impasse(dispute: &Dispute) -> Decision {
    match dispute.stage {
        Stage::Mediation(_) if dispute.agreement.is_binding() => Err(Refusal::AlreadyBinding),
        Stage::Mediation(_) => Ok(vec![Event::Ended { cause: Cause::Impasse }]),
        _ => Err(Refusal::WrongStage),
    }
}

pub(super) fn suspend(dispute: &Dispute, actor: Actor, house: &House) -> Decision {
    if dispute.suspension.is_some() {
        return Err(Refusal::AlreadySuspended);
    }
    if matches!(dispute.stage, Stage::Draft | Stage::Screening) {
        return Err(Refusal::WrongStage);
    }
    // Nobody is left to take part in anything: a pause could only put off the attestation (R23).
    if dispute.agreement.is_binding() {
        return Err(Refusal::AlreadyBinding);
    }
    match actor {
        Actor::Party(side) if dispute.parties.of(side).suspended_at.is_some() => {
            Err(Refusal::SuspendedBefore)
        }
        Actor::Party(side) => {
            let until = Some(house.now.plus(house.periods.suspension));
            Ok(vec![Event::Suspended { until, by: Some(side) }])
        }
        _ => Ok(vec![Event::Suspended { until: None, by: None }]),
    }
}

/// A registrar lifts every pause; a party the one that it took, so that neither side cuts the other's time short.
/// What the house holds waits for the registrar's decision and not for a button.
pub(super) fn resume(dispute: &Dispute, actor: Actor) -> Decision {
    if dispute.suspension.is_none() {
        return Err(Refusal::NotSuspended);
    }
    match (actor, dispute.suspended_by()) {
        (Actor::Party(side), by) if by != Some(side) => Err(Refusal::NotYours),
        (_, None) if is_held(dispute) => Err(Refusal::Paused),
        _ => Ok(resumed(dispute)),
    }
}

/// A party's pause is over. Where the house holds the room meanwhile, it goes over into the house's own.
fn resumed(dispute: &Dispute) -> Vec<Event> {
    let mut events = vec![Event::Resumed];
    if is_held(dispute) && !dispute.agreement.is_binding() {
        events.push(Event::Suspended { until: None, by: None });
    }
    events
}

fn is_held(dispute: &Dispute) -> bool {
    dispute.mediation().is_some_and(|mediation| mediation.room.held)
}

pub(super) fn pass_deadline(dispute: &Dispute, house: &House) -> Decision {
    if dispute.next_deadline(&house.periods).is_none_or(|due| house.now < due) {
        return Err(Refusal::NotDue);
    }
    if dispute.suspension.is_some() {
        return Ok(resumed(dispute));
    }
    let ended = |cause| Ok(vec![Event::Ended { cause }]);
    match &dispute.stage {
        Stage::Inviting { refused_at: Some(_), .. } => ended(Cause::Refused),
        Stage::Inviting { .. } => ended(Cause::Unanswered),
        Stage::Preparing { .. } => ended(Cause::Unprepared),
        Stage::Negotiation { .. } => {
            let consented = |party: &Party| party.consent.is_some();
            if dispute.parties.both(consented) {
                Ok(vec![super::assign::begun(house)])
            } else {
                ended(Cause::Lapsed)
            }
        }
        Stage::Assigning(assigning) => {
            let until = house.now.plus(house.periods.assignment);
            let overdue = Event::AssigningOverdue { until };
            Ok(vec![assigning.proposal.as_ref().map_or(overdue, super::assign::ended)])
        }
        // What every party has signed binds, whatever the clock says: it waits for its attestation.
        Stage::Mediation(_) if dispute.agreement.is_binding() => Err(Refusal::NotDue),
        Stage::Mediation(_) => ended(Cause::Lapsed),
        Stage::Draft | Stage::Screening | Stage::Settled { .. } | Stage::Ended(_) => Err(Refusal::NotDue),
    }
}
