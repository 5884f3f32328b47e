//! What a mediator disclosed that may touch their neutrality (R13), under the record key. Deliberately not here: who
//! reads it.

use domain::ids::{AssignmentId, DisputeId};
use domain::time::Moment;

use crate::error::{Error, Result};
use crate::papers::{self, Kind};
use crate::stored::Tx;

/// Keeps what was disclosed with an assignment.
///
/// # Errors
/// `NotFound` where there is no such dispute.
pub fn put(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    assignment: AssignmentId,
    text: &str,
    now: Moment,
) -> Result<()> {
    papers::put(tx, Kind::Disclosure, dispute, &assignment.to_string(), text.as_bytes(), now)
}

/// What was disclosed with an assignment, if anything was.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn get(tx: &mut Tx<'_>, dispute: DisputeId, assignment: AssignmentId) -> Result<Option<String>> {
    let bytes = papers::get(tx, Kind::Disclosure, dispute, &assignment.to_string())?;
    bytes.map(|bytes| String::from_utf8(bytes).map_err(|_| Error::Corrupt)).transpose()
}
