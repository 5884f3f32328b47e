//! The settlement that a dispute is about changing: between whom it was made, what they promised, and whether it still
//! stands. Deliberately not here: beginning such a dispute (`amendments`).

use domain::dispute::Dispute;
use domain::ids::AccountId;
use domain::language::RecordLanguage;
use domain::party::Side;
use domain::terms::Term;
use record::Contents;
use store::settlements::Settlement;
use store::{Error, Tx};

use crate::refused::Refused;

/// The settlement, and on which side of it whoever filed this dispute was.
fn earlier(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<Option<(Settlement, Side)>, Refused> {
    let (Some(settlement), Some(claimant)) = (dispute.amends, dispute.parties.claimant.account()) else {
        return Ok(None);
    };
    let settlement = store::settlements::by_id(tx, settlement)?;
    let parties = store::disputes::parties(tx, settlement.dispute)?;
    let side = Side::BOTH.into_iter().find(|side| *parties.of(*side) == Some(claimant));
    Ok(side.map(|side| (settlement, side)))
}

/// Who alone can answer whoever filed: the other party to that settlement, who is known to the house. Nothing where the
/// dispute is about no settlement.
///
/// # Errors
/// Those of the store.
pub fn other_party(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<Option<AccountId>, Refused> {
    let Some((settlement, side)) = earlier(tx, dispute)? else { return Ok(None) };
    Ok(*store::disputes::parties(tx, settlement.dispute)?.of(side.other()))
}

/// What the two promised, with each on the side on which they are now and in these languages, or in all: what a new text can
/// begin from. Nothing where it is about no settlement, or the record does not open.
///
/// # Errors
/// Those of the store.
pub fn terms(
    tx: &mut Tx<'_>,
    dispute: &Dispute,
    languages: Option<&[RecordLanguage]>,
) -> Result<Option<Vec<Term>>, Refused> {
    let Some((settlement, side)) = earlier(tx, dispute)? else { return Ok(None) };
    let documents = match store::settlements::documents(tx, settlement.id) {
        Err(Error::NotFound | Error::Corrupt) => return Ok(None),
        documents => documents?,
    };
    let Some(contents) = Contents::from_canonical(&documents.json) else { return Ok(None) };
    let now = |of: Side| if side == Side::Claimant { of } else { of.other() };
    let term = |term: record::Term| {
        let mut text = term.text.clone();
        text.retain(|language, _| languages.is_none_or(|read| read.contains(language)));
        // Words that nobody here reads are more than none.
        let text = if text.is_empty() { term.text } else { text };
        let (debtor, creditor) = (now(term.debtor), now(term.creditor));
        Term { debtor, creditor, text, amount: term.amount, due_on: term.due_on }
    };
    Ok(Some(contents.terms.into_iter().map(term).collect()))
}

/// Whether a text can be frozen here, that will take the place of that settlement once everybody has signed: nobody signs
/// what takes the place of another text than the one that they were shown.
///
/// # Errors
/// `record-superseded` where a newer record stands in its place; `amendment-under-way` where another text waits for signatures
/// that would.
pub fn may_freeze(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<(), Refused> {
    let Some(settlement) = dispute.amends else { return Ok(()) };
    tx.hold_settlement(settlement)?;
    if store::settlements::superseding(tx, settlement)?.is_some() {
        return Err(Refused::rule("record-superseded"));
    }
    for other in store::disputes::amending(tx, settlement)? {
        if other == dispute.id {
            continue;
        }
        let other = store::disputes::peek(tx, other)?;
        let goes_on = other.mediation().is_some() && domain::keeping::over_at(&other).is_none();
        if goes_on && (other.agreement.is_frozen() || other.agreement.is_binding()) {
            return Err(Refused::rule("amendment-under-way"));
        }
    }
    Ok(())
}
