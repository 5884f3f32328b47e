//! The settings of a seal key that is kept in a PKCS#11 token: whose module, which token, which key, and where the PIN
//! comes from. Without them the seal key is a file.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::sources::{BadSetting, Values};
use super::values::{Impossible, Secret};

/// The longest label that a token has, in bytes (PKCS #11, `CK_TOKEN_INFO`); keys' labels are held to the same.
const LABEL_BYTES_MAX: usize = 32;

/// Where the seal key is, if it is in no file.
#[derive(Debug, Clone)]
pub struct SealToken {
    /// The library of the token's maker.
    pub module: PathBuf,
    /// The label of the token.
    pub token: String,
    /// The label of the key in it.
    pub key: String,
    pub pin: Pin,
}

/// Where the PIN of its user comes from.
#[derive(Debug, Clone)]
pub enum Pin {
    Set(Secret),
    /// A file that holds it and nothing else. It is read each time that the token is opened, and wiped from memory then.
    File(PathBuf),
}

impl Pin {
    /// The PIN itself.
    ///
    /// # Errors
    /// A file that cannot be read, that others may read, or that is empty.
    pub fn read(&self) -> Result<Zeroizing<String>, Impossible> {
        match self {
            Self::Set(pin) => Ok(Zeroizing::new(pin.reveal().to_owned())),
            Self::File(path) => pin_in(path),
        }
    }
}

impl SealToken {
    /// Reads what is set of it; nothing where there is none.
    ///
    /// # Errors
    /// The first value that cannot be. Neither the module nor the token nor the file of the PIN is looked for: whoever has a
    /// mail taken in, or the keys shown, need not be able to sign.
    pub fn read(set: &Values) -> Result<Option<Self>, BadSetting> {
        let Some(module) = set.given("seal_pkcs11_module") else {
            let forgotten = ["seal_pkcs11_token", "seal_pkcs11_pin", "seal_pkcs11_pin_file"];
            let forgotten = forgotten.into_iter().find(|name| set.given(name).is_some());
            // Or a key in a file would take the place of the one that somebody thinks is in use.
            return forgotten
                .map_or(Ok(None), |name| Err(set.bad(name, "needs seal_pkcs11_module to be set too")));
        };
        let pin = match (set.given("seal_pkcs11_pin"), set.given("seal_pkcs11_pin_file")) {
            (Some(pin), None) => Pin::Set(Secret::new(pin)),
            (None, Some(path)) => Pin::File(PathBuf::from(path)),
            (Some(_), Some(_)) => {
                return Err(set.bad("seal_pkcs11_pin_file", "and seal_pkcs11_pin exclude each other"));
            }
            (None, None) => {
                let reason = "needs seal_pkcs11_pin_file (or seal_pkcs11_pin) to be set too";
                return Err(set.bad("seal_pkcs11_module", reason));
            }
        };
        if set.given("seal_pkcs11_token").is_none() {
            return Err(set.bad("seal_pkcs11_module", "needs seal_pkcs11_token to be set too"));
        }
        Ok(Some(Self {
            module: PathBuf::from(module),
            token: set.read("seal_pkcs11_token", label)?,
            key: set.read("seal_pkcs11_key", label)?,
            pin,
        }))
    }
}

fn label(text: &str) -> Result<String, Impossible> {
    let fits = (1..=LABEL_BYTES_MAX).contains(&text.len()) && !text.chars().any(char::is_control);
    if fits { Ok(text.to_owned()) } else { Err(Impossible("is no label of 1 to 32 letters".to_owned())) }
}

fn pin_in(path: &Path) -> Result<Zeroizing<String>, Impossible> {
    let unread = |error: io::Error| Impossible(format!("names a file that cannot be read: {error}"));
    if fs::metadata(path).map_err(unread)?.permissions().mode() & 0o077 != 0 {
        let reason = "names a file that others on this machine can read; make it private with chmod 600";
        return Err(Impossible(reason.to_owned()));
    }
    let text = Zeroizing::new(fs::read_to_string(path).map_err(unread)?);
    // An editor puts a line end behind it. A space may belong to it.
    let pin = text.trim_end_matches(['\r', '\n']);
    if pin.is_empty() || pin.contains(['\r', '\n']) {
        return Err(Impossible("names a file that holds no PIN, or more than that".to_owned()));
    }
    Ok(Zeroizing::new(pin.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::sources::Place;
    use super::*;

    fn read(set: &[(&str, &str)]) -> Result<Option<SealToken>, String> {
        let mut values = Values::default();
        for (name, text) in set {
            values.set(name, (*text).to_owned(), Place::CommandLine);
        }
        SealToken::read(&values).map_err(|bad| bad.to_string())
    }

    #[test]
    fn a_token_is_named_whole_or_not_at_all() {
        assert!(read(&[]).is_ok_and(|token| token.is_none()), "a file, as ever");
        let module = ("seal_pkcs11_module", "/usr/lib/module.so");
        let (token, pin) = (("seal_pkcs11_token", "court"), ("seal_pkcs11_pin", "4321-secret"));
        let whole = read(&[module, token, pin]).expect("whole").expect("a token");
        assert_eq!((whole.token.as_str(), whole.key.as_str()), ("court", "concord-seal"));
        assert_eq!(whole.pin.read().expect("it was set").as_str(), "4321-secret");
        assert!(!format!("{whole:?}").contains("4321"));
        let long = ("seal_pkcs11_key", "a label of more than thirty-two bytes");
        for (set, told) in [
            (&[module, pin][..], "seal_pkcs11_token"),
            (&[module, token], "seal_pkcs11_pin_file"),
            (&[token], "seal_pkcs11_module"),
            (&[pin], "seal_pkcs11_module"),
            (&[module, token, pin, ("seal_pkcs11_pin_file", "/pin")], "exclude each other"),
            (&[module, token, pin, long], "label"),
        ] {
            let refused = read(set).expect_err(told);
            assert!(refused.contains(told) && !refused.contains("4321"), "{refused}");
        }
    }

    #[test]
    fn a_pin_is_read_from_a_file_that_nobody_else_reads() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pin");
        let name = path.display().to_string();
        let set = [
            ("seal_pkcs11_module", "/usr/lib/module.so"),
            ("seal_pkcs11_token", "court"),
            ("seal_pkcs11_pin_file", name.as_str()),
        ];
        let token = read(&set).expect("it is not looked for").expect("a token");
        let pin = || token.pin.read().map_err(|why| why.0);
        assert!(pin().expect_err("no file").contains("cannot be read"));
        for (text, mode, told) in [
            ("4321 \n", 0o600, None),
            ("4321 \n", 0o640, Some("chmod 600")),
            ("\n", 0o600, Some("holds no PIN")),
            ("4321\n5432\n", 0o600, Some("holds no PIN")),
        ] {
            fs::write(&path, text).expect("written");
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("ours");
            match (pin(), told) {
                (Ok(pin), None) => assert_eq!(pin.as_str(), "4321 "),
                (Err(refused), Some(told)) => {
                    assert!(refused.contains(told) && !refused.contains("4321"), "{refused}");
                }
                (other, _) => panic!("{other:?}"),
            }
        }
    }
}
