//! Asking to change what was settled. It is a dispute of its own, about that settlement: it is screened, the other side
//! comes or does not, a mediator is found, everything is signed anew, and its record stands in the place of the old one.
//! Until then, and where nothing comes of it, the old one stands.

use domain::dispute::Dispute;
use domain::ids::{DisputeId, SettlementId};
use domain::keeping::over_at;
use domain::party::Side;
use store::Tx;
use store::claims::Claim;

use super::Doing;
use super::process::{Seen, look};
use crate::keys::random;
use crate::refused::Refused;

/// Begins a draft in which a party to that settlement writes what it wants to change; where it has asked before and that goes
/// on, that is the one.
///
/// # Errors
/// `Absent` for whoever is no party to it; `record-superseded` where a newer one stands in its place.
pub fn begin(tx: &mut Tx<'_>, doing: &mut Doing, id: SettlementId) -> Result<Seen, Refused> {
    let account = doing.by.person()?;
    let settlement = store::settlements::by_id(tx, id)?;
    let parties = store::disputes::parties(tx, settlement.dispute)?;
    let is_mine = |side: &Side| *parties.of(*side) == Some(account);
    let side = Side::BOTH.into_iter().find(is_mine).ok_or(Refused::Absent)?;
    if store::settlements::superseding(tx, id)?.is_some() {
        return Err(Refused::rule("record-superseded"));
    }
    let mut is_silenced = side == Side::Claimant && store::claims::is_silenced(tx, settlement.dispute)?;
    for begun in store::disputes::amending(tx, id)? {
        let begun = match store::disputes::peek(tx, begun) {
            // A draft whose key is destroyed, and whose rows are about to go.
            Err(store::Error::NotFound) => continue,
            begun => begun?,
        };
        if begun.parties.claimant.account() != Some(account) {
            continue;
        }
        if over_at(&begun).is_none() {
            return look(tx, doing, begun.id);
        }
        is_silenced |= store::claims::is_silenced(tx, begun.id)?;
    }
    let person = store::people::by_id(tx, account)?;
    let draft = DisputeId::new(doing.new_uuid());
    let mut dispute = Dispute::amendment(draft, account, settlement.category, person.language, id);
    let before = store::disputes::peek(tx, settlement.dispute)?;
    // Who was kept apart once is not brought together by another question (R17).
    dispute.shuttle = before.shuttle;
    // Nobody reads the new text in another language than the old one without a word of it (R22).
    dispute.parties.claimant.reading = before.parties.of(side).reading;
    dispute.parties.respondent.reading = before.parties.of(side.other()).reading;
    let respondent_name = store::names::of(tx, settlement.dispute)?.of(side.other()).clone();
    let claim = Claim { respondent_name, silenced: is_silenced, ..Claim::default() };
    store::disputes::insert(tx, &dispute, &random::<16>()?, doing.now)?;
    store::claims::save(tx, draft, account, &claim)?;
    store::names::put(tx, draft, Side::Claimant, &person.name)?;
    doing.trace("amendment-begun", Some(draft), &serde_json::json!({ "settlement": id.to_string() }));
    look(tx, doing, draft)
}
