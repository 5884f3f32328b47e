//! A new key in the place of one in use, made on purpose. What the old one signed goes on verifying, because its public
//! half stays published; its private half is gone, and so signs nothing more (one in a token stays there). Deliberately not
//! here: telling the ledger, which the house does when it starts, and a new key in a token, which takes a ceremony.

use std::fs;
use std::io;
use std::path::Path;

use domain::time::Moment;
use record::{KeySet, PublishedKey, Revocation, SealKey, Verifier};
use zeroize::Zeroizing;

use super::{
    KeysError, LEDGER_KEYS_FILE, PUBLISHED_FILE, SEAL_CERTIFICATE_FILE, SEAL_FILE, new_ledger_key,
    new_seal_key, published_before, published_keys, replace, seal_in_use, sync_folder, verifiers,
};
use crate::config::SealToken;

/// Publishes that a seal key is revoked. Where it is the one in use, a new one is in its place first: no moment is left in
/// which the house seals with a key of which it says that nothing of it is to be believed.
///
/// # Errors
/// A folder whose keys cannot be read, or that cannot be written. `ByCeremony` where the one in use is in a token.
pub fn revoke(
    folder: &Path,
    revocation: Revocation,
    institution: &str,
    token: Option<&SealToken>,
    now: Moment,
) -> Result<(), KeysError> {
    let (seal, _) = seal_in_use(folder, institution, token, now)?;
    if seal.kid() == revocation.kid {
        rotate(folder, Which::Seal, institution, token, now)?;
    }
    let path = folder.join(PUBLISHED_FILE);
    let (present, _) = seal_in_use(folder, institution, token, now)?;
    let all: KeySet = published_keys(folder, present.published())?.with_revocation(revocation);
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
/// there is published first: what it sealed must verify for ever (R25). It may have been in a token, which need not be there.
///
/// # Errors
/// A folder whose keys cannot be read, or that cannot be written. `ByCeremony` where a token is set.
pub fn rotate(
    folder: &Path,
    which: Which,
    institution: &str,
    token: Option<&SealToken>,
    now: Moment,
) -> Result<(), KeysError> {
    let (path, text) = match which {
        Which::Seal if token.is_some() => return Err(KeysError::ByCeremony),
        Which::Seal => {
            publish_present(folder)?;
            (folder.join(SEAL_FILE), new_seal_key(institution, now)?)
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
    replace(&path, &text).map_err(|error| KeysError::File(path, error))?;
    if which == Which::Seal { forget(&folder.join(SEAL_CERTIFICATE_FILE)) } else { Ok(()) }
}

/// Publishes the seal key of the file; returns the seal keys that are there, wherever their private halves are, that one
/// first. More than one is there only where a change was broken off. One in a token was published by its ceremony: a
/// certificate that lies there proves nothing.
pub(super) fn publish_present(folder: &Path) -> Result<Vec<PublishedKey>, KeysError> {
    let mut present = Vec::new();
    let (file, certificate) = (folder.join(SEAL_FILE), folder.join(SEAL_CERTIFICATE_FILE));
    if let Some(text) = read(&file)? {
        let key = SealKey::from_pem(&text).map_err(|_| KeysError::NotAKey(file))?.published().clone();
        published_keys(folder, &key)?;
        present.push(key);
    }
    if let Some(text) = read(&certificate)? {
        let key = PublishedKey::from_pem(&text).map_err(|_| KeysError::NotAKey(certificate.clone()))?;
        if published_before(folder)?.find(key.kid()).is_none() {
            return Err(KeysError::Unpublished(certificate));
        }
        present.push(key);
    }
    Ok(present)
}

fn read(path: &Path) -> Result<Option<Zeroizing<String>>, KeysError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(Zeroizing::new(text))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(KeysError::File(path.to_owned(), error)),
    }
}

/// Deletes what another key took the place of.
pub(super) fn forget(path: &Path) -> Result<(), KeysError> {
    let gone = match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        done => done.and_then(|()| sync_folder(path)),
    };
    gone.map_err(|error| KeysError::File(path.to_owned(), error))
}

#[cfg(test)]
mod tests {
    use super::super::Keys;
    use super::*;

    const AT: Moment = Moment::from_millis(1_795_496_820_000);

    fn opened(folder: &Path, token: Option<&SealToken>) -> Result<Keys, KeysError> {
        Keys::open(folder, "Test House", "house.example/ledger", token, AT)
    }

    #[test]
    fn a_change_that_was_broken_off_is_made_again_and_no_key_is_forgotten() {
        let (folder, other) =
            (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let token = SealToken {
            module: "/nowhere/module.so".into(),
            token: "court".to_owned(),
            key: "seal".to_owned(),
            pin: crate::config::Pin::Set(crate::config::Secret::new("4321".to_owned())),
        };
        let (here, there) =
            (opened(folder.path(), None).expect("keys"), opened(other.path(), None).expect("keys"));
        assert!(matches!(opened(folder.path(), Some(&token)), Err(KeysError::NoCeremony)));
        let certificate = folder.path().join(SEAL_CERTIFICATE_FILE);
        fs::write(&certificate, there.seal.certificate_pem()).expect("written");
        let refused = rotate(folder.path(), Which::Seal, "Test House", None, AT);
        assert!(
            matches!(refused, Err(KeysError::Unpublished(_))),
            "nor is it published because it lies there"
        );
        published_keys(folder.path(), there.seal.published()).expect("as a ceremony does first");
        for set in [None, Some(&token)] {
            assert!(matches!(opened(folder.path(), set), Err(KeysError::Two(_))), "whichever is set");
        }
        let refused = rotate(folder.path(), Which::Seal, "Test House", Some(&token), AT);
        assert!(matches!(refused, Err(KeysError::ByCeremony)));
        rotate(folder.path(), Which::Seal, "Test House", None, AT).expect("made again");
        let keys = opened(folder.path(), None).expect("keys");
        assert!(!certificate.exists());
        for past in [&here.seal, &there.seal] {
            assert!(keys.published.find(past.kid()).is_some() && past.kid() != keys.seal.kid());
        }

        // The certificate alone: the key is in a token, whatever the settings say, and none is made up in a file.
        fs::remove_file(folder.path().join(SEAL_FILE)).expect("ours");
        fs::write(&certificate, there.seal.certificate_pem()).expect("written");
        assert!(matches!(opened(folder.path(), None), Err(KeysError::InToken(_))));
        let stranger = opened(tempfile::tempdir().expect("a folder").path(), None).expect("keys");
        fs::write(&certificate, stranger.seal.certificate_pem()).expect("written");
        assert!(matches!(opened(folder.path(), Some(&token)), Err(KeysError::Unpublished(_))), "anybody's");
        fs::write(&certificate, there.seal.certificate_pem()).expect("written");
        let keys = opened(folder.path(), Some(&token)).expect("the token is not asked for anything");
        assert_eq!(keys.seal.kid(), there.seal.kid());
        let away = keys.try_seal(folder.path()).expect_err("no module").to_string();
        assert!(away.contains("/nowhere/module.so") && !away.contains("4321"), "{away}");
    }
}
