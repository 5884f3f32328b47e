//! The words of the agreement under way, by revision, under the data key: what was signed lives on in the record.
//! Deliberately not here: digests and readiness, which are the dispute's.

use domain::agreement::Revision;
use domain::ids::DisputeId;
use domain::terms::Term;
use domain::time::Moment;

use crate::error::{Error, Result};
use crate::papers::{self, Kind};
use crate::shapes::talk::{TermShape, terms_shape, terms_value};
use crate::shapes::{read, write};
use crate::stored::Tx;

/// Keeps the terms of a revision.
///
/// # Errors
/// `NotFound` where there is no such dispute or its data key was destroyed.
pub fn put(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    revision: &Revision,
    terms: &[Term],
    now: Moment,
) -> Result<()> {
    let plain = write(&terms_shape(terms))?;
    papers::put(tx, Kind::Revision, dispute, &revision.number.to_string(), &plain, now)
}

/// The terms of a revision.
///
/// # Errors
/// `NotFound` where there is no such revision or the data key was destroyed; `Corrupt`.
pub fn terms(tx: &mut Tx<'_>, dispute: DisputeId, number: u32) -> Result<Vec<Term>> {
    let plain = papers::get(tx, Kind::Revision, dispute, &number.to_string())?.ok_or(Error::NotFound)?;
    terms_value(read::<Vec<TermShape>>(&plain)?)
}
