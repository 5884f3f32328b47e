//! The settlement that a dispute is about changing: who agreed to it, and what. Deliberately not here: beginning such a
//! dispute (`amendments`).

use domain::dispute::Dispute;
use domain::ids::{AccountId, SettlementId};
use domain::party::Side;
use domain::terms::Term;
use record::Contents;
use store::{Error, Tx};

use crate::refused::Refused;

/// Whom whoever filed asks to change what the two agreed: the other party to that settlement. They are known to the
/// house, so that nobody has to tell where they are reached. Nothing where the dispute is about no settlement, or there is
/// nobody on the other side whom the house knows.
///
/// # Errors
/// Those of the store.
pub fn other_party(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<Option<AccountId>, Refused> {
    let Some((earlier, side)) = earlier(tx, dispute)? else { return Ok(None) };
    Ok(earlier.parties.of(side.other()).account())
}

/// What the two agreed, with each on the side on which they are now: what a new text can begin from.
///
/// # Errors
/// Those of the store; a record that is none.
pub fn terms(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<Option<Vec<Term>>, Refused> {
    let (Some(settlement), Some((_, side))) = (dispute.amends, earlier(tx, dispute)?) else {
        return Ok(None);
    };
    let standing = store::settlements::standing(tx, settlement)?;
    let same_sides = match standing.id == settlement {
        true => side == Side::Claimant,
        // A newer one was made by the same two, and whoever filed it was its claimant.
        false => {
            let newer = store::disputes::load(tx, standing.dispute)?.value;
            newer.parties.claimant.account() == dispute.parties.claimant.account()
        }
    };
    let documents = store::settlements::documents(tx, standing.id)?;
    let contents = Contents::from_canonical(&documents.json)
        .ok_or_else(|| Refused::broken("a record that is kept is none"))?;
    let now = |side: Side| if same_sides { side } else { side.other() };
    let term = |term: record::Term| Term {
        debtor: now(term.debtor),
        creditor: now(term.creditor),
        text: term.text,
        amount: term.amount,
        due_on: term.due_on,
    };
    Ok(Some(contents.terms.into_iter().map(term).collect()))
}

/// The record in whose place that of this dispute will stand: the newest of those that followed upon the one that it is
/// about, because what the two sign last is what they hold to.
///
/// # Errors
/// Those of the store.
pub fn superseded(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<Option<SettlementId>, Refused> {
    match dispute.amends {
        Some(settlement) => Ok(Some(store::settlements::standing(tx, settlement)?.id)),
        None => Ok(None),
    }
}

/// The dispute that ended with that settlement, and on which side whoever filed this one sat there.
fn earlier(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<Option<(Dispute, Side)>, Refused> {
    let (Some(settlement), Some(claimant)) = (dispute.amends, dispute.parties.claimant.account()) else {
        return Ok(None);
    };
    let settlement = match store::settlements::by_id(tx, settlement) {
        Err(Error::NotFound) => return Ok(None),
        found => found?,
    };
    let earlier = store::disputes::load(tx, settlement.dispute)?.value;
    Ok(earlier.side_of(claimant).map(|side| (earlier, side)))
}
