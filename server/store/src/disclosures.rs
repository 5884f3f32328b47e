//! What a mediator disclosed that may touch their neutrality (R13), under the record key. Deliberately not here: who
//! reads it.

use domain::ids::{AssignmentId, DisputeId};
use domain::time::Moment;

use crate::error::{Error, Result};
use crate::papers::{self, Kind};
use crate::stored::Tx;

/// Before the name of a paper that belongs to no assignment.
const LATER: &str = "later-";

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

/// Keeps what the confirmed mediator disclosed later on, under an id of its own that says when it was made.
///
/// # Errors
/// `NotFound` where there is no such dispute.
pub fn put_later(tx: &mut Tx<'_>, dispute: DisputeId, id: &str, text: &str, now: Moment) -> Result<()> {
    papers::put(tx, Kind::Disclosure, dispute, &format!("{LATER}{id}"), text.as_bytes(), now)
}

/// What the confirmed mediator disclosed later on, and when, the earliest first.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn later(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Vec<(Moment, String)>> {
    let all = papers::all(tx, Kind::Disclosure, dispute)?;
    let later = all.into_iter().filter(|paper| paper.part.starts_with(LATER));
    later.map(|paper| Ok((paper.at, String::from_utf8(paper.plain).map_err(|_| Error::Corrupt)?))).collect()
}

/// What was disclosed with an assignment, if anything was.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn get(tx: &mut Tx<'_>, dispute: DisputeId, assignment: AssignmentId) -> Result<Option<String>> {
    let bytes = papers::get(tx, Kind::Disclosure, dispute, &assignment.to_string())?;
    bytes.map(|bytes| String::from_utf8(bytes).map_err(|_| Error::Corrupt)).transpose()
}
