//! What waits for the registrar: signals before a mediator is confirmed, concerns of people who were invited, mails that
//! cannot be sent. A duty says that there is something and whom it is about, never what was said.

use domain::ids::DisputeId;
use domain::party::Side;
use store::Tx;
use store::duties::Duty;

use super::Doing;
use crate::refused::Refused;

/// Something for the registrar to see to.
///
/// # Errors
/// Those of the store.
pub fn put(
    tx: &mut Tx<'_>,
    doing: &Doing,
    dispute: DisputeId,
    kind: &str,
    side: Option<Side>,
) -> Result<(), Refused> {
    let id = doing.new_uuid().to_string();
    store::duties::put(tx, &Duty { id, kind: kind.to_owned(), dispute: Some(dispute), side, at: doing.now })?;
    Ok(())
}

/// A registrar has seen to it.
///
/// # Errors
/// Those of the store.
pub fn close(tx: &mut Tx<'_>, doing: &mut Doing, id: &str) -> Result<(), Refused> {
    store::duties::close(tx, id, doing.now)?;
    doing.trace("duty-seen", None, &serde_json::json!({ "duty": id }));
    Ok(())
}
