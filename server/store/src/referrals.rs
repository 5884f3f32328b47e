//! Where a side was referred to, with a named contact (R20), under the data key. Each side has its own, because whoever
//! reads one knows that something was raised. Deliberately not here: the list of those who help.

use domain::ids::DisputeId;
use domain::party::Side;
use domain::time::Moment;

use crate::error::{Error, Result};
use crate::papers::{self, Kind};
use crate::stored::Tx;

/// Keeps the referral of a side.
///
/// # Errors
/// `NotFound` where there is no such dispute or its data key was destroyed.
pub fn put(tx: &mut Tx<'_>, dispute: DisputeId, of: Side, text: &str, now: Moment) -> Result<()> {
    papers::put(tx, Kind::Referral, dispute, of.as_str(), text.as_bytes(), now)
}

/// The referral of a side, if there is one.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn get(tx: &mut Tx<'_>, dispute: DisputeId, of: Side) -> Result<Option<String>> {
    let bytes = papers::get(tx, Kind::Referral, dispute, of.as_str())?;
    bytes.map(|bytes| String::from_utf8(bytes).map_err(|_| Error::Corrupt)).transpose()
}
