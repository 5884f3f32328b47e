//! How the joint session is shared out between the sides: read from the entries whenever the mediator asks, and stored
//! nowhere. Deliberately not here: how it is reckoned (`domain::balance`).

use domain::balance::Balance;
use domain::ids::DisputeId;
use domain::room::Channel;
use domain::sight::Item;
use store::Tx;

use super::Doing;
use super::process::look;
use super::rooms::sits;
use crate::refused::Refused;

/// How many entries are read at once.
const ENTRIES_AT_ONCE: i64 = 500;

/// The balance so far, within what the mediator's seat reads.
///
/// # Errors
/// `Absent` for everybody but the mediator, and where the sides are kept apart: they share no session.
pub fn show(tx: &mut Tx<'_>, doing: &Doing, dispute: DisputeId) -> Result<Balance, Refused> {
    let seen = look(tx, doing, dispute)?;
    if !seen.may_read(Item::Balance) {
        return Err(Refused::Absent);
    }
    let (_, row) = sits(tx, &seen, Channel::Joint)?;
    let mut balance = Balance::default();
    let mut after = row.from_seq.saturating_sub(1);
    loop {
        let entries =
            store::entries::page(tx, dispute, Channel::Joint, after, row.until_seq, ENTRIES_AT_ONCE)?;
        entries.iter().for_each(|entry| balance.hear(entry));
        match entries.last() {
            Some(last) => after = last.seq,
            None => return Ok(balance),
        }
    }
}
