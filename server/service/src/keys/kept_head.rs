//! The newest head of the ledger that was signed, beside the keys and not in the database: whoever can write the database
//! alone cannot have a ledger signed that has forgotten something. Deliberately not here: what a head says.

use std::fs;
use std::io;
use std::path::Path;

use super::replace;

/// Where it lies, beside the keys.
pub const KEPT_HEAD_FILE: &str = "ledger.head";

/// The signed note that was kept; nothing before the first one.
///
/// # Errors
/// A file that is there and cannot be read.
pub fn kept_head(folder: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(folder.join(KEPT_HEAD_FILE)) {
        Ok(note) => Ok(Some(note)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Keeps a note in place of the one before.
///
/// # Errors
/// A folder that cannot be written.
pub fn keep_head(folder: &Path, note: &str) -> io::Result<()> {
    replace(&folder.join(KEPT_HEAD_FILE), note)
}
