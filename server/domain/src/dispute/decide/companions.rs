//! Who sits beside a party: the party asks, the person signs the agreement to mediate and sits, and either ends it at any
//! time without a reason (R1, R3, R14).

use crate::agreement::{Agreement, Signer};
use crate::companion::{Authority, Companion, CompanionRole, Sitting};
use crate::consent::AGREEMENT_TO_MEDIATE;
use crate::ids::CompanionId;
use crate::language::Language;

use super::super::command::{Actor, Command};
use super::{Decision, Dispute, Event, Refusal};

/// How often a side may ask somebody in one dispute: each time the house writes to an address that the party names.
pub(in crate::dispute) const ASKED_BESIDE_MAX: u32 = 20;

/// What comes of a command about a seat beside a party.
pub(super) fn decide(dispute: &Dispute, command: &Command, actor: Actor) -> Decision {
    match command {
        Command::AskCompanion { id, role, reads_earlier } => ask(dispute, *id, *role, *reads_earlier, actor),
        Command::SitBeside { id, is_of_house, version, language } => {
            sit(dispute, *id, *is_of_house, (*version, *language), actor)
        }
        Command::EndCompanion(id) => end(dispute, *id, actor),
        _ => Err(Refusal::NotYours),
    }
}

fn ask(
    dispute: &Dispute,
    id: CompanionId,
    role: CompanionRole,
    reads_earlier: bool,
    actor: Actor,
) -> Decision {
    let Actor::Party(side) = actor else { return Err(Refusal::NotYours) };
    if !dispute.seats_beside_are_open() {
        return Err(Refusal::WrongStage);
    }
    // One seat, one person: entries name the seat, and two in it would come and go unseen (R7).
    let is_it = |one: &Companion| one.side == side && one.role == role && one.is_open();
    if dispute.companions.iter().any(is_it) {
        return Err(Refusal::SeatTaken);
    }
    // Of each side alone, so that nobody learns from it how often the other has asked.
    if *dispute.asked_beside.of(side) >= ASKED_BESIDE_MAX {
        return Err(Refusal::TooManyAsked);
    }
    Ok(vec![Event::CompanionAsked { id, side, role, reads_earlier }])
}

fn sit(
    dispute: &Dispute,
    id: CompanionId,
    is_of_house: bool,
    (version, language): (u32, Language),
    actor: Actor,
) -> Decision {
    let Actor::Companion(account) = actor else { return Err(Refusal::NotYours) };
    let seat = *found(dispute, id)?;
    if !dispute.seats_beside_are_open() {
        return Err(Refusal::WrongStage);
    }
    match seat.sitting {
        Sitting::Asked => {}
        // A new version came into force: they sign again, and sit on.
        Sitting::Seated { account: who, .. } if who == account && seat.sits().is_none() => {}
        Sitting::Seated { account: who, .. } if who == account => return Err(Refusal::AlreadyConsented),
        Sitting::Seated { .. } | Sitting::Over { .. } => return Err(Refusal::NotYours),
    }
    // Whoever sat with this side before may come back to it, and to no other; nobody sits in two seats at once.
    let sat_here = |one: &Companion| one.id == id || (one.side == seat.side && !one.is_open());
    let sat = |one: &&Companion| one.account() == Some(account);
    let has_sat = dispute.companions.iter().find(sat).is_some();
    let only_here = has_sat && dispute.companions.iter().filter(sat).all(sat_here);
    if is_of_house || (dispute.has_part(account) && !only_here) {
        return Err(Refusal::OtherPart);
    }
    if version != AGREEMENT_TO_MEDIATE {
        return Err(Refusal::OldConsent);
    }
    let (side, role) = (seat.side, seat.role);
    Ok(vec![Event::CompanionSeated { id, side, role, account, version, language }])
}

fn end(dispute: &Dispute, id: CompanionId, actor: Actor) -> Decision {
    let seat = found(dispute, id)?;
    let is_theirs = match (actor, seat.sitting) {
        (Actor::Party(side), _) => side == seat.side,
        // Whoever is asked is known by the address that the party gave; the act sees to that.
        (Actor::Companion(_), Sitting::Asked) => true,
        (Actor::Companion(account), _) => seat.account() == Some(account),
        _ => false,
    };
    if !is_theirs || !seat.is_open() {
        return Err(Refusal::NotYours);
    }
    let (side, role) = (seat.side, seat.role);
    let mut events: Vec<Event> = without_their_authority(seat).into_iter().collect();
    events.push(Event::CompanionEnded { id, side, role });
    events.extend(without_their_signature(dispute, seat));
    Ok(events)
}

/// What was asked for whoever sits there, or accepted, goes with the seat.
pub(super) fn without_their_authority(seat: &Companion) -> Option<Event> {
    let was_accepted = matches!(seat.authority(), Authority::Accepted { .. });
    let ended = Event::AuthorityEnded { id: seat.id, side: seat.side, was_accepted };
    seat.has_authority_under_way().then_some(ended)
}

/// What whoever sat there signed for the party goes with what it was signed on, until it binds.
pub(super) fn without_their_signature(dispute: &Dispute, seat: &Companion) -> Option<Event> {
    let Agreement::Frozen { signatures, .. } = &dispute.agreement else { return None };
    let signature = (*signatures.of(seat.side))?;
    let by = match signature.by {
        Signer::Party => return None,
        Signer::Representative { account, .. } => account,
    };
    (seat.account() == Some(by)).then_some(Event::SignatureTakenBack { side: seat.side })
}

pub(super) fn found(dispute: &Dispute, id: CompanionId) -> Result<&Companion, Refusal> {
    dispute.companions.iter().find(|companion| companion.id == id).ok_or(Refusal::NotYours)
}
