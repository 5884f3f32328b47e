//! Safety questions, filing and screening: nobody is contacted before these have passed (R16, R20).

use crate::ids::Reference;
use crate::party::{Safety, Side};
use crate::safety::Finding;

use super::super::command::{Actor, House, ScreeningDecision};
use super::super::state::{Cause, Stage};
use super::{Decision, Dispute, Event, Refusal};

pub(super) fn answer_safety(dispute: &Dispute, finding: Finding, actor: Actor, house: &House) -> Decision {
    let Actor::Party(side) = actor else { return Err(Refusal::NotYours) };
    let filed = dispute.filed_at.is_some();
    let safety = dispute.parties.of(side).safety.answered(finding, filed);
    let mut events = vec![Event::SafetyAnswered { side, safety }];
    // One that raises something pauses the room for the sides at once, in words that tell nobody why.
    if safety == Safety::Raised {
        match dispute.stage {
            Stage::Mediation(_) => events.extend(super::sessions::hold(dispute)),
            // A flagged pair never negotiates (R17). To the other side it looks as if a mediator had been asked for.
            Stage::Negotiation { .. } => events.push(super::assign::begun(house)),
            _ => {}
        }
    }
    Ok(events)
}

pub(super) fn file(
    dispute: &Dispute,
    reference: &Reference,
    needs_registrar: bool,
    house: &House,
) -> Decision {
    if dispute.stage != Stage::Draft {
        return Err(Refusal::WrongStage);
    }
    let clear = dispute.parties.of(Side::Claimant).safety == Safety::Clear;
    // A wish to change what was settled is a second approach to the same person.
    let waits = !clear || needs_registrar || dispute.category.needs_registrar() || dispute.amends.is_some();
    let filed = Event::Filed { reference: reference.clone() };
    let next = if waits { Event::SentToScreening } else { invited(house) };
    Ok(vec![filed, next])
}

pub(super) fn screen(dispute: &Dispute, decision: ScreeningDecision, house: &House) -> Decision {
    if !dispute.awaits_screening() {
        return Err(Refusal::NothingToScreen);
    }
    // A party that everybody has signed with is bound: screening decides on talks, and there are none any more.
    if dispute.agreement.is_binding() {
        return Err(Refusal::AlreadyBinding);
    }
    let ScreeningDecision::Suitable { shuttle } = decision else {
        return Ok(vec![Event::Ended { cause: Cause::Unsuitable }]);
    };
    let mut events = vec![Event::FoundSuitable { shuttle }];
    events.extend(super::sessions::let_go_on(dispute));
    match &dispute.stage {
        Stage::Screening => events.push(invited(house)),
        // Both may have been ready for long: the decision was all that was missing.
        Stage::Preparing { .. } if super::prepare::everything_is_said(dispute) => {
            events.push(super::prepare::next_stage(dispute, true, house));
        }
        _ => {}
    }
    Ok(events)
}

fn invited(house: &House) -> Event {
    Event::Invited { until: house.now.plus(house.periods.answer) }
}
