//! The mediator's hand on the room: sessions, pauses, later disclosures; and a side's private signals (R7, R13, R18).

use crate::party::{Safety, Side};
use crate::room::{Channel, Seat, Signal, has_seat};

use super::super::command::Actor;
use super::super::state::{Mediation, Stage};
use super::{Decision, Dispute, Event, Refusal};

fn mediation(dispute: &Dispute) -> Result<&Mediation, Refusal> {
    match &dispute.stage {
        Stage::Mediation(mediation) => Ok(mediation),
        _ => Err(Refusal::WrongStage),
    }
}

pub(super) fn disclose(dispute: &Dispute) -> Decision {
    mediation(dispute)?;
    Ok([vec![Event::DisclosedLater], stand_still(dispute)].concat())
}

/// What holds the room for the house, where nothing holds it yet. To the sides it is a pause like any that a registrar
/// takes: the same refusals, the same clocks that stand still and run again, and no word of why (R16).
pub(super) fn hold(dispute: &Dispute) -> Vec<Event> {
    match &dispute.stage {
        Stage::Mediation(mediation) if !mediation.room.held => {
            [vec![Event::RoomHeld], stand_still(dispute)].concat()
        }
        _ => Vec::new(),
    }
}

/// Lets everything stand still until a registrar lifts it. A pause that somebody took before stays as it is, or its
/// taker would learn that there is another reason now; what binds waits for its attestation and for nothing else.
fn stand_still(dispute: &Dispute) -> Vec<Event> {
    if dispute.suspension.is_some() || dispute.agreement.is_binding() {
        return Vec::new();
    }
    vec![Event::Suspended { until: None, by: None }]
}

/// Each side answers a later disclosure for itself, and may think better of it until the house lets the room go.
/// Where both accept and no safety question waits, that is at once; an objection is the registrar's to weigh.
pub(super) fn answer_disclosure(dispute: &Dispute, actor: Actor, accepts: bool) -> Decision {
    let Actor::Party(side) = actor else { return Err(Refusal::NotYours) };
    let Some(said) = mediation(dispute)?.room.disclosure else { return Err(Refusal::NothingDisclosed) };
    if *said.of(side) == Some(accepts) {
        return Ok(Vec::new());
    }
    if !accepts {
        return Ok(vec![Event::DisclosureObjected { side }]);
    }
    let mut events = vec![Event::DisclosureAccepted { side }];
    let raised = dispute.parties.either(|party| party.safety == Safety::Raised);
    if *said.of(side.other()) == Some(true) && !raised {
        events.push(Event::RoomReleased);
        events.extend(let_go_on(dispute));
    }
    Ok(events)
}

/// What the house held goes on, but for a pause that a party took: that one is the party's.
pub(super) fn let_go_on(dispute: &Dispute) -> Option<Event> {
    let is_held = dispute.mediation().is_some_and(|mediation| mediation.room.held);
    let is_ours = dispute.suspension.is_some() && dispute.suspended_by().is_none();
    (is_held && is_ours).then_some(Event::Resumed)
}

pub(super) fn open(dispute: &Dispute) -> Decision {
    match mediation(dispute)?.room.session_open {
        true => Err(Refusal::SessionOpen),
        false => Ok(vec![Event::SessionOpened]),
    }
}

pub(super) fn close(dispute: &Dispute) -> Decision {
    match mediation(dispute)?.room.session_open {
        true => Ok(vec![Event::SessionClosed]),
        false => Err(Refusal::NoSession),
    }
}

/// Present is who was in the room while a session was open; being there again changes nothing.
pub(super) fn attend(dispute: &Dispute, side: Side) -> Decision {
    let room = &mediation(dispute)?.room;
    if !room.session_open {
        return Err(Refusal::NoSession);
    }
    if *room.attended.of(side) { Ok(Vec::new()) } else { Ok(vec![Event::Attended { side }]) }
}

/// Coming is said once, until the person has left or the session is over (R7).
pub(super) fn enter(dispute: &Dispute, who: Seat) -> Decision {
    let mediation = mediation(dispute)?;
    let room = &mediation.room;
    if !room.session_open {
        return Err(Refusal::NoSession);
    }
    let mut events = Vec::new();
    if !room.arrived.contains(&who) {
        events.push(Event::Arrived { who });
    }
    match who {
        Seat::Party(side) => events.extend(attend(dispute, side)?),
        Seat::CoMediator => {
            let here = dispute.co_mediator().filter(|one| !mediation.co_mediated.contains(one));
            events.extend(here.map(|mediator| Event::CoMediatorAttended { mediator }));
        }
        Seat::Mediator | Seat::Beside { .. } => {}
    }
    Ok(events)
}

/// Leaving is said of whoever was said to have come.
pub(super) fn leave(dispute: &Dispute, who: Seat) -> Decision {
    let room = &mediation(dispute)?.room;
    if !room.session_open {
        return Err(Refusal::NoSession);
    }
    Ok(if room.arrived.contains(&who) { vec![Event::Left { who }] } else { Vec::new() })
}

pub(super) fn pause(dispute: &Dispute, channel: Channel) -> Decision {
    let room = &mediation(dispute)?.room;
    if channel.is_notes() || !has_seat(Seat::Mediator, channel, dispute.shuttle) {
        return Err(Refusal::NoSuchChannel);
    }
    if room.paused.contains(&channel) {
        return Err(Refusal::AlreadyPaused);
    }
    Ok(vec![Event::ChannelPaused { channel }])
}

/// Lifts the mediator's pause, and takes up what a side signalled: in the joint channel, or in shuttle in the caucus of
/// that side. What the house holds stays held.
pub(super) fn resume(dispute: &Dispute, channel: Channel) -> Decision {
    if !mediation(dispute)?.room.may_resume(channel, dispute.shuttle) {
        return Err(Refusal::NotPaused);
    }
    Ok(vec![Event::ChannelResumed { channel }])
}

/// Before a mediator is confirmed a signal goes to the registrar's duty list; the act sees to that.
pub(super) fn give_signal(dispute: &Dispute, signal: Signal, actor: Actor) -> Decision {
    let Actor::Party(side) = actor else { return Err(Refusal::NotYours) };
    if dispute.stage == Stage::Draft {
        return Err(Refusal::WrongStage);
    }
    let mut events = vec![Event::SignalGiven { side, signal }];
    // There the two share a channel and no mediator watches over it: everything stands still until a registrar looks.
    if matches!(dispute.stage, Stage::Negotiation { .. }) {
        events.extend(stand_still(dispute));
    }
    Ok(events)
}
