//! A new key in the place of one in use, made on purpose. What the old one signed goes on verifying, because its public
//! half stays published; its private half is gone, and so signs nothing more. Deliberately not here: telling the ledger,
//! which the house does when it starts.

use std::fs;
use std::path::Path;

use domain::time::Moment;
use record::{KeySet, Revocation, Verifier};

use super::{
    KeysError, LEDGER_KEYS_FILE, new_ledger_key, new_seal_key, published_keys, replace, seal_key, verifiers,
};

/// Publishes that a seal key is revoked. Where it is the one in use, a new one is in its place first: no moment is left in
/// which the house seals with a key of which it says that nothing of it is to be believed.
///
/// # Errors
/// A folder whose keys cannot be read, or that cannot be written.
pub fn revoke(
    folder: &Path,
    revocation: Revocation,
    institution: &str,
    now: Moment,
) -> Result<(), KeysError> {
    let seal = seal_key(&folder.join("seal.pem"), institution, now)?;
    if seal.kid() == revocation.kid {
        rotate(folder, Which::Seal, institution, now)?;
    }
    let path = folder.join("published.jwks");
    let present = seal_key(&folder.join("seal.pem"), institution, now)?;
    let all: KeySet = published_keys(&path, &present)?.with_revocation(revocation);
    replace(&path, &all.to_jwks()).map_err(|error| KeysError::File(path, error))
}

/// Which key is made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Which {
    /// Signs records.
    Seal,
    /// Signs the ledger's head.
    Ledger,
}

/// Puts a new key in place. The house must not be running, on no machine that shares the database. A seal key that is
/// there is published first: what it sealed must verify for ever (R25).
///
/// # Errors
/// A folder whose keys cannot be read, or that cannot be written.
pub fn rotate(folder: &Path, which: Which, institution: &str, now: Moment) -> Result<(), KeysError> {
    let (path, text) = match which {
        Which::Seal => {
            let seal = seal_key(&folder.join("seal.pem"), institution, now)?;
            published_keys(&folder.join("published.jwks"), &seal)?;
            (folder.join("seal.pem"), new_seal_key(institution, now)?)
        }
        Which::Ledger => {
            let list = folder.join(LEDGER_KEYS_FILE);
            let known = fs::read_to_string(&list).map_err(|error| KeysError::File(list.clone(), error))?;
            let known = verifiers(&known).ok_or_else(|| KeysError::NotAKey(list.clone()))?;
            // A ledger keeps the name with which it began.
            let origin = known.first().map(Verifier::name).ok_or(KeysError::NotAKey(list))?;
            (folder.join("ledger.key"), new_ledger_key(origin)?)
        }
    };
    replace(&path, &text).map_err(|error| KeysError::File(path, error))
}
