//! What a mediator disclosed that may touch their neutrality (R13), under the record key. Deliberately not here: who
//! reads it.

use domain::ids::{AccountId, AssignmentId, DisputeId};
use domain::time::Moment;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::papers::{self, Kind};
use crate::stored::Tx;

/// Before the name of a paper that belongs to no assignment.
const LATER: &str = "later-";
/// Between its id and whose it is.
const BY: &str = " by ";

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

/// Something that a confirmed mediator disclosed later on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Later {
    /// When.
    pub at: Moment,
    /// Whose it is; nobody's by name in what was kept before two could mediate.
    pub by: Option<AccountId>,
    /// What.
    pub text: String,
}

/// Keeps what a confirmed mediator disclosed later on, under an id of its own that says when it was made.
///
/// # Errors
/// `NotFound` where there is no such dispute.
pub fn put_later(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    id: Uuid,
    by: AccountId,
    text: &str,
    now: Moment,
) -> Result<()> {
    papers::put(tx, Kind::Disclosure, dispute, &format!("{LATER}{id}{BY}{by}"), text.as_bytes(), now)
}

/// What confirmed mediators disclosed later on, the earliest first.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn later(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Vec<Later>> {
    let mut found = Vec::new();
    for paper in papers::all(tx, Kind::Disclosure, dispute)? {
        let Some(name) = paper.part.strip_prefix(LATER) else { continue };
        let by = name.split_once(BY).map(|(_, by)| by.parse()).transpose().map_err(|_| Error::Corrupt)?;
        let text = String::from_utf8(paper.plain).map_err(|_| Error::Corrupt)?;
        found.push(Later { at: paper.at, by, text });
    }
    Ok(found)
}

/// What was disclosed with an assignment, if anything was.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn get(tx: &mut Tx<'_>, dispute: DisputeId, assignment: AssignmentId) -> Result<Option<String>> {
    let bytes = papers::get(tx, Kind::Disclosure, dispute, &assignment.to_string())?;
    bytes.map(|bytes| String::from_utf8(bytes).map_err(|_| Error::Corrupt)).transpose()
}
