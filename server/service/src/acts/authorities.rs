//! What follows where it was asked, answered or taken back that a representative signs for a party: the registrar's duty,
//! and word to those whom it concerns. Deliberately not here: any decision.

use domain::companion::Companion;
use domain::dispute::{Dispute, Event};
use domain::party::Side;
use store::Tx;

use super::{Doing, duties, notices};
use crate::refused::Refused;

/// The duty by which registrars are told that a party asked. It goes with their answer, and is never only seen to.
pub const AUTHORITY: &str = "authority";

/// Follows one event of a dispute that is saved already.
///
/// # Errors
/// Those of the store.
pub fn follow(tx: &mut Tx<'_>, doing: &mut Doing, after: &Dispute, event: &Event) -> Result<(), Refused> {
    match event {
        Event::AuthorityClaimed { side, .. } => duties::put(tx, doing, after.id, AUTHORITY, Some(*side)),
        Event::AuthorityAccepted { id, side, .. } | Event::AuthorityRefused { id, side, .. } => {
            close(tx, doing, after, *side)?;
            let accepted = matches!(event, Event::AuthorityAccepted { .. });
            let seat = after.companions.iter().find(|companion| companion.id == *id);
            let representative = seat.and_then(Companion::account).filter(|_| accepted);
            let mut people = after.parties.of(*side).account().into_iter().chain(representative);
            people.try_for_each(|account| notices::something_to_do(tx, doing, account, after.id))
        }
        Event::AuthorityEnded { side, .. } => close(tx, doing, after, *side),
        // What was not answered is asked no more.
        _ if after.seats_beside_are_open() => Ok(()),
        _ => Side::BOTH.into_iter().try_for_each(|side| close(tx, doing, after, side)),
    }
}

fn close(tx: &mut Tx<'_>, doing: &Doing, dispute: &Dispute, side: Side) -> Result<(), Refused> {
    for duty in store::duties::open_of(tx, dispute.id)? {
        if duty.kind == AUTHORITY && duty.side == Some(side) {
            store::duties::close(tx, &duty.id, doing.now)?;
        }
    }
    Ok(())
}
