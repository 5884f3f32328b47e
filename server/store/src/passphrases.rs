//! The passphrase with which a side wants its copy of the record encrypted (R11), under the data key: it is needed
//! until the copy is made. Deliberately not here: the encryption.

use domain::ids::DisputeId;
use domain::party::Side;
use domain::time::Moment;

use crate::error::{Error, Result};
use crate::papers::{self, Kind};
use crate::stored::Tx;

/// Keeps a side's passphrase, or forgets it.
///
/// # Errors
/// `NotFound` where there is no such dispute or its data key was destroyed.
pub fn put(tx: &mut Tx<'_>, dispute: DisputeId, side: Side, passphrase: Option<&str>) -> Result<()> {
    match passphrase {
        Some(text) => {
            let never = Moment::from_millis(0);
            papers::put(tx, Kind::Passphrase, dispute, side.as_str(), text.as_bytes(), never)
        }
        None => papers::delete(tx, Kind::Passphrase, dispute, side.as_str()),
    }
}

/// A side's passphrase, if it set one.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn get(tx: &mut Tx<'_>, dispute: DisputeId, side: Side) -> Result<Option<String>> {
    let bytes = papers::get(tx, Kind::Passphrase, dispute, side.as_str())?;
    bytes.map(|bytes| String::from_utf8(bytes).map_err(|_| Error::Corrupt)).transpose()
}
