//! A representative who signs for a party (R3): the party asks the registrar, who saw the paper and accepts it or does not,
//! and the party takes it back at any time. Deliberately not here: the signature itself (`signing`).

use crate::companion::{Authority, Companion, CompanionRole, Ground};
use crate::ids::CompanionId;
use crate::party::Side;

use super::super::command::{Actor, Command};
use super::companions::{found, without_their_signature};
use super::{Decision, Dispute, Event, Refusal};

/// What comes of a command about who signs for a party.
pub(super) fn decide(dispute: &Dispute, command: &Command, actor: Actor) -> Decision {
    match command {
        Command::ClaimAuthority { id, ground } => claim(dispute, *id, *ground, actor),
        Command::AnswerAuthority { id, ground, accepts } => answer(dispute, *id, *ground, *accepts),
        Command::EndAuthority(id) => end(dispute, *id, actor),
        _ => Err(Refusal::NotYours),
    }
}

fn claim(dispute: &Dispute, id: CompanionId, ground: Ground, actor: Actor) -> Decision {
    let seat = own(dispute, id, actor)?;
    if !dispute.seats_beside_are_open() {
        return Err(Refusal::WrongStage);
    }
    if dispute.agreement.is_binding() {
        return Err(Refusal::AlreadyBinding);
    }
    if seat.role != CompanionRole::Representative || seat.sits().is_none() {
        return Err(Refusal::NotARepresentative);
    }
    match seat.authority() {
        Authority::Unclaimed | Authority::Refused => {
            Ok(vec![Event::AuthorityClaimed { id, side: seat.side, ground }])
        }
        Authority::Claimed { .. } | Authority::Accepted { .. } => Err(Refusal::AuthorityClaimed),
    }
}

/// On another ground than the one that the registrar looked at it is another question.
fn answer(dispute: &Dispute, id: CompanionId, ground: Ground, accepts: bool) -> Decision {
    let seat = found(dispute, id)?;
    if seat.authority() != (Authority::Claimed { ground }) {
        return Err(Refusal::NoAuthority);
    }
    let side = seat.side;
    match seat.sits() {
        _ if !accepts => Ok(vec![Event::AuthorityRefused { id, side }]),
        // A new version of the agreement to mediate came into force, and they have not signed it.
        None => Err(Refusal::NotARepresentative),
        Some(_) => Ok(vec![Event::AuthorityAccepted { id, side }]),
    }
}

fn end(dispute: &Dispute, id: CompanionId, actor: Actor) -> Decision {
    let seat = own(dispute, id, actor)?;
    if !seat.has_authority_under_way() {
        return Err(Refusal::NoAuthority);
    }
    // Whoever takes it back must not believe that nothing binds them.
    if dispute.agreement.is_binding() {
        return Err(Refusal::AlreadyBinding);
    }
    let mut events = vec![Event::AuthorityEnded { id, side: seat.side }];
    events.extend(without_their_signature(dispute, seat));
    Ok(events)
}

/// A party that says itself that it does not sign, or not freely, is signed for by nobody: whoever acts for it against its
/// word may be the one who makes it (R23).
pub(super) fn without_authority(dispute: &Dispute, side: Side) -> Option<Event> {
    let has_it = |seat: &&Companion| seat.side == side && seat.has_authority_under_way();
    let seat = dispute.companions.iter().find(has_it)?;
    Some(Event::AuthorityEnded { id: seat.id, side })
}

fn own(dispute: &Dispute, id: CompanionId, actor: Actor) -> Result<&Companion, Refusal> {
    let seat = found(dispute, id)?;
    if actor == Actor::Party(seat.side) { Ok(seat) } else { Err(Refusal::NotYours) }
}
