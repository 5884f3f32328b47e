//! Where a person was referred to, with a named contact (R20), under the data key. Deliberately not here: the list of
//! those who help.

use domain::ids::DisputeId;
use domain::time::Moment;

use crate::error::{Error, Result};
use crate::papers::{self, Kind};
use crate::stored::Tx;

/// Keeps the referral of a dispute.
///
/// # Errors
/// `NotFound` where there is no such dispute or its data key was destroyed.
pub fn put(tx: &mut Tx<'_>, dispute: DisputeId, text: &str, now: Moment) -> Result<()> {
    papers::put(tx, Kind::Referral, dispute, "", text.as_bytes(), now)
}

/// The referral of a dispute, if there is one.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn get(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Option<String>> {
    let bytes = papers::get(tx, Kind::Referral, dispute, "")?;
    bytes.map(|bytes| String::from_utf8(bytes).map_err(|_| Error::Corrupt)).transpose()
}
