//! What becomes of what was said once the mediation is over (R12). Deliberately not here: when a job looks for it.

use domain::dispute::{Dispute, Stage};
use domain::ids::DisputeId;
use domain::keeping::{KeepingRefusal, kept_until, over_at};
use domain::time::Moment;
use serde_json::json;
use store::{Tx, erasure};

use super::Doing;
use crate::published::Published;
use crate::refused::Refused;

/// What a reader is told of how long what was said is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keeping {
    /// Until when: a draft that nobody goes on with, and what is over; nothing once it is destroyed.
    pub until: Option<Moment>,
    pub destroyed_at: Option<Moment>,
}

/// How long what was said in this dispute is kept.
///
/// # Errors
/// Those of the store.
pub fn of(tx: &mut Tx<'_>, doing: &Doing, dispute: &Dispute) -> Result<Keeping, Refused> {
    // A draft that was left is gone already, row and all.
    if dispute.filed_at.is_none() && dispute.stage != Stage::Draft {
        return Ok(Keeping::default());
    }
    let destroyed_at = destroyed_at(tx, dispute)?;
    let until = if dispute.stage == Stage::Draft {
        Some(erasure::changed_at(tx, dispute.id)?.plus(doing.config.periods.draft))
    } else {
        let is_held = over_at(dispute).is_some() && store::holds::open(tx, dispute.id)?.is_some();
        kept_until(dispute, doing.config.periods.retention).filter(|_| destroyed_at.is_none() && !is_held)
    };
    Ok(Keeping { until, destroyed_at })
}

/// When what was said was destroyed; nothing where it was not.
///
/// # Errors
/// Those of the store.
pub fn destroyed_at(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<Option<Moment>, Refused> {
    // While a dispute goes on nothing is asked of the rows.
    if over_at(dispute).is_none() {
        return Ok(None);
    }
    Ok(erasure::erased_at(tx, dispute.id)?)
}

/// What was said can still be read.
///
/// # Errors
/// `talk-destroyed`.
pub fn check(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<(), Refused> {
    match destroyed_at(tx, dispute)? {
        Some(_) => Err(Refused::rule(KeepingRefusal::TalkDestroyed.as_str())),
        None => Ok(()),
    }
}

/// Destroys what was said, for good: the key, the rows, and the bytes of files. The trail says when, and by a digest that
/// says nothing else which rows those were.
///
/// # Errors
/// Those of the store.
pub fn destroy(tx: &mut Tx<'_>, doing: &mut Doing, dispute: DisputeId) -> Result<(), Refused> {
    // A hold may have been placed since it was found to be due; who places one waits for this dispute, as this does.
    store::disputes::load(tx, dispute)?;
    if store::holds::open(tx, dispute)?.is_some() {
        return Ok(());
    }
    let destroyed = erasure::destroy_talk(tx, dispute, doing.now)?;
    let digest: String = destroyed.digest.iter().map(|byte| format!("{byte:02x}")).collect();
    doing.trace("talk-destroyed", Some(dispute), &json!({ "digest": format!("sha256:{digest}") }));
    doing.forget(destroyed.files);
    doing.publish(Published::Dispute { dispute });
    Ok(())
}

/// Deletes a draft that was never filed, whole: nothing of it is left, and nobody else ever knew of it.
///
/// # Errors
/// `Absent` where there is no such draft.
pub fn delete_draft(tx: &mut Tx<'_>, doing: &mut Doing, draft: DisputeId) -> Result<(), Refused> {
    let files = erasure::delete_draft(tx, draft, doing.now)?;
    doing.forget(files);
    doing.trace("draft-deleted", Some(draft), &json!({}));
    Ok(())
}
