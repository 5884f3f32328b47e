//! A representative who signs for a party (R3): the party asks the registrar, who saw the paper and accepts it or does not,
//! and the party takes it back until the text binds. Deliberately not here: the signature itself (`signing`).

use crate::companion::{Authority, Companion, CompanionRole, Ground};
use crate::ids::CompanionId;
use crate::party::Side;

use super::super::command::{Actor, Command};
use super::companions::{found, without_their_authority, without_their_signature};
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
        Some(_) if dispute.agreement.is_binding() => Err(Refusal::AlreadyBinding),
        // A new version of the agreement to mediate came into force, and they have not signed it.
        None => Err(Refusal::NotARepresentative),
        Some(_) => Ok(vec![Event::AuthorityAccepted { id, side }]),
    }
}

fn end(dispute: &Dispute, id: CompanionId, actor: Actor) -> Decision {
    let seat = own(dispute, id, actor)?;
    let ended = without_their_authority(seat).ok_or(Refusal::NoAuthority)?;
    // Whoever takes back what was accepted must not believe that nothing binds them.
    if seat.signs().is_some() && dispute.agreement.is_binding() {
        return Err(Refusal::AlreadyBinding);
    }
    let mut events = vec![ended];
    events.extend(without_their_signature(dispute, seat));
    Ok(events)
}

/// A party that takes a signature back is signed for by nobody until it asks for that again.
pub(super) fn without_authority(dispute: &Dispute, side: Side) -> Option<Event> {
    dispute.companions.iter().filter(|seat| seat.side == side).find_map(without_their_authority)
}

fn own(dispute: &Dispute, id: CompanionId, actor: Actor) -> Result<&Companion, Refusal> {
    let seat = found(dispute, id)?;
    if actor == Actor::Party(seat.side) { Ok(seat) } else { Err(Refusal::NotYours) }
}
