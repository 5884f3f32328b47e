//! A record's canonical bytes under the seal, as a compact JWS (RFC 7515) with ES256. One header, one algorithm, one
//! spelling: what differs from what would be written here is not opened. What the payload says is not looked at.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};

use crate::keys::{KeyError, KeySet, PublishedKey, SealKey};

/// What the header calls the record itself.
const TYPE: &str = "settlement-record+jws";

/// Stands in the order of the alphabet, so that serde's bytes are the canonical ones.
#[derive(Serialize)]
struct Header<'a> {
    alg: &'a str,
    kid: &'a str,
    typ: &'a str,
}

/// The one member that is read from a header; all others follow from it.
#[derive(Deserialize)]
struct Named {
    kid: String,
}

/// Why a text was not opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotOpened {
    /// It is no JWS, or names no key of the set.
    Unknown,
    /// It names a key of the set, and is not what that key sealed.
    Altered,
}

/// Seals bytes.
///
/// # Errors
/// `NotSigned`.
pub fn seal(payload: &[u8], key: &SealKey) -> Result<String, KeyError> {
    seal_as(TYPE, payload, key)
}

/// The same for another type of document.
pub(crate) fn seal_as(typ: &str, payload: &[u8], key: &SealKey) -> Result<String, KeyError> {
    let header = header(typ, key.kid()).ok_or(KeyError::NotSigned)?;
    let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(payload));
    let signature = key.sign_jose(message.as_bytes())?;
    Ok(format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// Opens what `seal` made: the payload, and the key that sealed it.
///
/// # Errors
/// `Unknown` and `Altered`. Another algorithm or type, `crit`, further members, another spelling of the same header,
/// padding and line ends are all `Altered`.
pub fn open<'a>(jws: &[u8], keys: &'a KeySet) -> Result<(Vec<u8>, &'a PublishedKey), NotOpened> {
    open_as(TYPE, jws, keys)
}

/// The same for another type of document.
pub(crate) fn open_as<'a>(
    typ: &str,
    jws: &[u8],
    keys: &'a KeySet,
) -> Result<(Vec<u8>, &'a PublishedKey), NotOpened> {
    let jws = std::str::from_utf8(jws).map_err(|_| NotOpened::Unknown)?;
    let (head, rest) = jws.split_once('.').ok_or(NotOpened::Unknown)?;
    let named = URL_SAFE_NO_PAD.decode(head).map_err(|_| NotOpened::Unknown)?;
    let named: Named = serde_json::from_slice(&named).map_err(|_| NotOpened::Unknown)?;
    let key = keys.find(&named.kid).ok_or(NotOpened::Unknown)?;
    if header(typ, key.kid()).as_deref() != Some(head) {
        return Err(NotOpened::Altered);
    }
    let (payload, signature) = rest.split_once('.').ok_or(NotOpened::Altered)?;
    let message = jws.get(..head.len() + 1 + payload.len()).ok_or(NotOpened::Altered)?;
    let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| NotOpened::Altered)?;
    if !key.verifies_jose(message.as_bytes(), &signature) {
        return Err(NotOpened::Altered);
    }
    let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| NotOpened::Altered)?;
    Ok((payload, key))
}

fn header(typ: &str, kid: &str) -> Option<String> {
    let header = serde_json::to_vec(&Header { alg: "ES256", kid, typ }).ok()?;
    Some(URL_SAFE_NO_PAD.encode(header))
}

#[cfg(test)]
mod tests {
    use domain::time::Moment;

    use super::*;

    fn key() -> SealKey {
        SealKey::generate("Dhaka Mediation House", Moment::from_millis(1_795_496_820_000)).expect("a key")
    }

    /// A JWS with a header of the attacker's choice, signed by the true key: what a careless signer could be
    /// brought to make.
    fn with_header(header: &str, key: &SealKey) -> String {
        let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(b"{}"));
        let signature = key.sign_jose(message.as_bytes()).expect("a signature");
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    #[test]
    fn what_is_sealed_is_opened_by_the_published_key_alone() {
        let (key, other) = (key(), key());
        let jws = seal(b"{}", &key).expect("a seal");
        let keys = KeySet::of(&[&other, &key]);
        let opened = open(jws.as_bytes(), &keys);
        assert_eq!(opened.map(|(payload, by)| (payload, by.kid())), Ok((b"{}".to_vec(), key.kid())));
        assert_eq!(open(jws.as_bytes(), &KeySet::of(&[&other])), Err(NotOpened::Unknown));
    }

    #[test]
    fn there_is_one_header_and_no_other() {
        let key = key();
        let keys = KeySet::of(&[&key]);
        let kid = key.kid();
        let good = format!(r#"{{"alg":"ES256","kid":"{kid}","typ":"{TYPE}"}}"#);
        assert!(open(with_header(&good, &key).as_bytes(), &keys).is_ok());
        let others = [
            format!(r#"{{"alg":"none","kid":"{kid}","typ":"{TYPE}"}}"#),
            format!(r#"{{"alg":"HS256","kid":"{kid}","typ":"{TYPE}"}}"#),
            format!(r#"{{"alg":"ES256","kid":"{kid}","typ":"JWT"}}"#),
            format!(r#"{{"alg":"ES256","kid":"{kid}"}}"#),
            format!(r#"{{"alg":"ES256","crit":["exp"],"exp":1,"kid":"{kid}","typ":"{TYPE}"}}"#),
            format!(r#"{{"alg":"ES256","jwk":{{}},"kid":"{kid}","typ":"{TYPE}"}}"#),
            format!(r#"{{"kid":"{kid}","alg":"ES256","typ":"{TYPE}"}}"#),
            format!(r#"{{"alg":"ES256", "kid":"{kid}","typ":"{TYPE}"}}"#),
        ];
        for header in others {
            assert_eq!(
                open(with_header(&header, &key).as_bytes(), &keys),
                Err(NotOpened::Altered),
                "{header}"
            );
        }
    }

    #[test]
    fn another_spelling_of_a_sealed_text_is_refused() {
        let key = key();
        let keys = KeySet::of(&[&key]);
        let jws = seal(b"{}", &key).expect("a seal");
        let parts: Vec<&str> = jws.split('.').collect();
        let others = [
            format!("{jws}\n"),
            format!("{jws}="),
            format!("{jws}."),
            format!("{}.{}.", parts[0], parts[1]),
            format!("{}.{}=.{}", parts[0], parts[1], parts[2]),
            format!("{}..{}", parts[0], parts[2]),
            format!("{}.{}", parts[0], parts[1]),
        ];
        for other in others {
            assert_eq!(open(other.as_bytes(), &keys), Err(NotOpened::Altered), "{other}");
        }
        for garbage in ["", ".", "..", "e30..", "\u{feff}", &jws.replace('.', "")] {
            assert_eq!(open(garbage.as_bytes(), &keys), Err(NotOpened::Unknown), "{garbage}");
        }
    }
}
