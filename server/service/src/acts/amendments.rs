//! Asking to change what was settled. It is a dispute of its own, about that settlement: it is screened, the other side
//! comes or does not, a mediator is found, everything is signed anew, and its record stands in the place of the old one.
//! Until then, and where nothing comes of it, the old one stands.

use domain::dispute::Dispute;
use domain::ids::{DisputeId, SettlementId};
use domain::party::Side;
use store::Tx;
use store::claims::Claim;

use super::Doing;
use super::process::{Seen, look};
use crate::keys::random;
use crate::refused::Refused;

/// Begins a draft in which a party to that settlement writes what it wants to change, or finds the one that it began
/// before.
///
/// # Errors
/// `Absent` for whoever is no party to it; `record-superseded` where a newer one stands in its place.
pub fn begin(tx: &mut Tx<'_>, doing: &mut Doing, id: SettlementId) -> Result<Seen, Refused> {
    let settlement = store::settlements::by_id(tx, id)?;
    let earlier = look(tx, doing, settlement.dispute)?;
    let side = earlier.side().ok_or(Refused::Absent)?;
    if store::settlements::superseding(tx, id)?.is_some() {
        return Err(Refused::rule("record-superseded"));
    }
    if let Some(begun) = store::disputes::draft_amending(tx, id, earlier.account)? {
        return look(tx, doing, begun);
    }
    let person = store::people::by_id(tx, earlier.account)?;
    let draft = DisputeId::new(doing.new_uuid());
    let (account, category) = (earlier.account, settlement.category);
    let dispute = Dispute::amendment(draft, account, category, person.language, id);
    let respondent_name = store::names::of(tx, settlement.dispute)?.of(side.other()).clone();
    let claim = Claim { respondent_name, silenced: is_silenced(tx, &earlier)?, ..Claim::default() };
    store::disputes::insert(tx, &dispute, &random::<16>()?, doing.now)?;
    store::claims::save(tx, draft, account, &claim)?;
    store::names::put(tx, draft, Side::Claimant, &person.name)?;
    doing.trace("amendment-begun", Some(draft), &serde_json::json!({ "settlement": id.to_string() }));
    look(tx, doing, draft)
}

/// Whether the other side asked, when it was invited to the earlier one, not to be written to by this person.
fn is_silenced(tx: &mut Tx<'_>, earlier: &Seen) -> Result<bool, Refused> {
    if earlier.side() != Some(Side::Claimant) {
        return Ok(false);
    }
    match store::claims::load(tx, earlier.dispute.id) {
        // What was filed is destroyed when its time has come (R12).
        Err(store::Error::NotFound) => Ok(false),
        claim => Ok(claim?.silenced),
    }
}
