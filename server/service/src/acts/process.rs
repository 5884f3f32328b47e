//! How any command reaches a dispute: looked up through the person, decided by the law, saved under its version,
//! followed by what belongs to it, and traced. Deliberately not here: what each event brings with it (`aftermath`).

use domain::agreement::Signer;
use domain::assignment::Candidate;
use domain::dispute::{Actor, Command, Dispute, Event, House, Refusal, apply, decide};
use domain::ids::{AccountId, DisputeId};
use domain::party::Side;
use domain::person::HouseRole;
use domain::room::Seat;
use domain::sight::{Item, Viewer, may_read, viewer_of};
use serde_json::json;
use store::Tx;

use super::Doing;
use super::{aftermath, ledger};
use crate::published::Published;
use crate::refused::Refused;

/// A dispute as it is, and as whom the person who asks looks at it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// The dispute; everything that leaves the house of it asks `sight` first.
    pub dispute: Dispute,
    /// The version that was read: what is saved upon it must still be the same.
    pub version: i64,
    /// As whom the person looks.
    pub viewer: Viewer,
    /// The person.
    pub account: AccountId,
}

impl Seen {
    /// Whether this reader may read that.
    pub fn may_read(&self, item: Item) -> bool {
        may_read(self.viewer, item)
    }

    /// The side on which the reader sits.
    pub const fn side(&self) -> Option<Side> {
        match self.viewer {
            Viewer::Party(side) => Some(side),
            _ => None,
        }
    }

    /// The side, or nothing is there for this reader. Whoever sits beside a party is told whose it is (R3).
    ///
    /// # Errors
    /// `Absent` for whoever is no party; `party-alone` from a seat beside one.
    pub fn party(&self) -> Result<Side, Refused> {
        let alone = Refused::rule(Refusal::PartyAlone.code());
        let refused = if matches!(self.viewer, Viewer::Beside { .. }) { alone } else { Refused::Absent };
        self.side().ok_or(refused)
    }

    /// For which side the reader signs, and as whom: a party for itself, its representative where a registrar accepted
    /// that (R3).
    ///
    /// # Errors
    /// As [`Self::party`].
    pub fn signer(&self) -> Result<(Side, Signer), Refused> {
        match self.dispute.represented_by(self.account) {
            Some(represented) => Ok(represented),
            None => Ok((self.party()?, Signer::Party)),
        }
    }

    /// The seat in the room, while there is a room.
    pub fn seat(&self) -> Option<Seat> {
        self.dispute.seat_of(self.account)
    }

    /// Who asks, in the words of the law.
    ///
    /// # Errors
    /// `Absent` for those who may look but not act.
    pub fn actor(&self) -> Result<Actor, Refused> {
        match self.viewer {
            Viewer::Party(side) => Ok(Actor::Party(side)),
            Viewer::Mediator | Viewer::CoMediator | Viewer::Proposed => Ok(Actor::Mediator(self.account)),
            Viewer::Registrar => Ok(Actor::Registrar),
            Viewer::Beside { .. } => Ok(Actor::Companion(self.account)),
            Viewer::Pending | Viewer::Auditor => Err(Refused::Absent),
        }
    }
}

/// The moment and the periods, for the law.
pub fn house(doing: &Doing) -> House {
    let set = &doing.config.periods;
    let periods = domain::deadlines::Periods {
        answer: set.answer,
        preparing: set.preparing,
        negotiation: set.negotiation,
        assignment: set.assignment,
        mediation: set.mediation,
        reflection: set.reflection,
        attestation: set.attestation,
        suspension: set.suspension,
    };
    House { now: doing.now, periods }
}

/// The dispute as the person who asks may see it.
///
/// # Errors
/// `Absent` where it is not there, or not for this person.
pub fn look(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId) -> Result<Seen, Refused> {
    let account = doing.by.person()?;
    let stored = store::disputes::load(tx, id)?;
    let dispute = stored.value;
    // Whoever has a part in it needs no role of the house, and most who ask have one.
    let viewer = match viewer_of(&dispute, account, false) {
        Some(viewer) => viewer,
        None => {
            let is_registrar = store::people::by_id(tx, account)?.has(HouseRole::Registrar);
            viewer_of(&dispute, account, is_registrar).ok_or(Refused::Absent)?
        }
    };
    Ok(Seen { dispute, version: stored.version, viewer, account })
}

/// Does what the person asks, or says which rule stands against it.
///
/// # Errors
/// The rule; `Absent` where it is not this person's to do; a conflict where somebody was quicker.
pub fn carry_out(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    seen: &mut Seen,
    command: &Command,
) -> Result<Vec<Event>, Refused> {
    let actor = seen.actor()?;
    let events = carry_out_as(tx, doing, &mut seen.dispute, seen.version, actor, command)?;
    if !events.is_empty() {
        seen.version += 1;
    }
    Ok(events)
}

/// The same for an actor that is not looked up through an account: the house, or whoever holds an invitation's code.
///
/// # Errors
/// As [`carry_out`].
pub fn carry_out_as(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: &mut Dispute,
    version: i64,
    actor: Actor,
    command: &Command,
) -> Result<Vec<Event>, Refused> {
    let house = house(doing);
    let events = decide(dispute, command, actor, &house).map_err(|refusal| refused(refusal, dispute))?;
    if events.is_empty() {
        return Ok(events);
    }
    let before = dispute.clone();
    for event in &events {
        *dispute = apply(dispute.clone(), event, doing.now);
    }
    let due_at = dispute.next_deadline(&house.periods);
    store::disputes::save(tx, dispute, version, due_at, doing.now)?;
    void_evidence(tx, doing, &before, dispute)?;
    remind(tx, doing, dispute.id, due_at)?;
    for event in &events {
        aftermath::follow(tx, doing, &before, dispute, event)?;
    }
    ledger::enter_certificate(tx, doing, dispute);
    for event in &events {
        trace(doing, dispute.id, event);
    }
    doing.publish(Published::Dispute { dispute: dispute.id });
    Ok(events)
}

/// The evidence of a signature goes with it, whatever made that void.
fn void_evidence(tx: &mut Tx<'_>, doing: &Doing, before: &Dispute, after: &Dispute) -> Result<(), Refused> {
    for side in Side::BOTH {
        let signed = before.agreement.signature(side);
        if signed.is_some() && after.agreement.signature(side) != signed {
            store::evidence::put(tx, after.id, side, store::evidence::Evidence::default(), doing.now)?;
        }
    }
    Ok(())
}

/// Some time before a deadline people are reminded of it; of a short period, when three quarters of it are over.
fn remind(
    tx: &mut Tx<'_>,
    doing: &Doing,
    dispute: DisputeId,
    due_at: Option<domain::time::Moment>,
) -> Result<(), Refused> {
    let Some(due) = due_at else { return Ok(store::reminders::clear(tx, dispute)?) };
    let before = doing.config.periods.reminder.min(due.since(doing.now) / 4);
    Ok(store::reminders::set(tx, dispute, due, due.minus(before))?)
}

fn trace(doing: &mut Doing, dispute: DisputeId, event: &Event) {
    let trace = event.trace();
    let subjects: serde_json::Map<_, _> =
        trace.facts.into_iter().map(|(name, fact)| (name.to_owned(), fact.into())).collect();
    doing.trace(trace.kind, Some(dispute), &serde_json::Value::Object(subjects));
}

/// What the law's refusal looks like from outside: what is not one's own to do is not there; what was built on an older
/// text comes with what holds now.
pub fn refused(refusal: Refusal, dispute: &Dispute) -> Refused {
    match refusal {
        Refusal::NotYours => Refused::Absent,
        Refusal::StaleRevision | Refusal::StaleDigest => {
            let digest = dispute.agreement.revision().map(|revision| revision.digest.to_string());
            let current = json!({ "revision": dispute.agreement.number(), "digest": digest });
            Refused::Conflict { code: refusal.code(), current }
        }
        _ => Refused::rule(refusal.code()),
    }
}

/// What the law needs to know of a mediator before they are proposed here.
///
/// # Errors
/// `Absent` where the account is no mediator of the house, or none any more.
pub fn candidate(tx: &mut Tx<'_>, dispute: &Dispute, mediator: AccountId) -> Result<Candidate, Refused> {
    let account = store::people::by_id(tx, mediator)?;
    if account.disabled_at.is_some() {
        return Err(Refused::Absent);
    }
    let appointment = account.appointment(HouseRole::Mediator).ok_or(Refused::Absent)?;
    let load = store::disputes::loads(tx)?.get(&mediator).copied().unwrap_or(0);
    let parties: Vec<AccountId> =
        Side::BOTH.into_iter().filter_map(|side| dispute.parties.of(side).account()).collect();
    let knows = store::disputes::mediator_knows(tx, mediator, &parties)?;
    let languages = match appointment.languages.as_slice() {
        [] => domain::language::Language::ALL.to_vec(),
        some => some.to_vec(),
    };
    let specialities = appointment.specialities.clone();
    let conflicted = knows || dispute.is_of_a_side(mediator);
    Ok(Candidate { mediator, languages, specialities, load, conflicted })
}
