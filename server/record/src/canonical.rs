//! The one byte sequence of a JSON value (RFC 8785), and its SHA-256 digest. What the values mean is not here.

pub use domain::agreement::TextDigest as Digest;

use domain::agreement::TextDigest;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// The value has no canonical form. No value of this crate is such; it is an error and not a panic all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the value has no canonical form")]
pub struct NotCanonical;

/// The RFC 8785 bytes of a value: keys in UTF-16 order, no spaces, one spelling for each string and number. It does
/// not normalise Unicode; whoever makes the value does.
///
/// # Errors
/// `NotCanonical` where serde refuses the value.
pub fn canonical_bytes<T: Serialize>(value: &T) -> Result<Vec<u8>, NotCanonical> {
    serde_jcs::to_vec(value).map_err(|_| NotCanonical)
}

/// The digest of some bytes.
pub fn digest_of(bytes: &[u8]) -> Digest {
    TextDigest(Sha256::digest(bytes).into())
}

/// The digest of bytes that lie in several places.
pub(crate) fn digest_of_parts(parts: &[&[u8]]) -> Digest {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part);
    }
    TextDigest(hasher.finalize().into())
}

/// Reads lower-case hexadecimal; nothing where a byte is anything else or one is left over. Upper case is refused so
/// that no second spelling of a signed file passes for the first.
pub(crate) fn lower_hex(digits: &[u8]) -> Option<Vec<u8>> {
    let value = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = digits.as_chunks::<2>();
    let read = |[high, low]: &[u8; 2]| Some(value(*high)? << 4 | value(*low)?);
    if rest.is_empty() { pairs.iter().map(read).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn canonical_bytes_are_those_of_rfc_8785() {
        let sample: Value = serde_json::from_str(
            r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
                "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#,
        )
        .expect("the sample is JSON");
        let expected = concat!(
            r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"#,
            r#""string":"€$\u000f\nA'B\"\\\\\"/"}"#
        );
        assert_eq!(canonical_bytes(&sample), Ok(expected.as_bytes().to_vec()));
    }

    #[test]
    fn keys_stand_in_the_order_of_utf_16() {
        let sample = json!({"\u{fb33}": 1, "\u{1f600}": 2, "€": 3, "\r": 4, "1": 5});
        let expected = "{\"\\r\":4,\"1\":5,\"€\":3,\"\u{1f600}\":2,\"\u{fb33}\":1}";
        assert_eq!(canonical_bytes(&sample), Ok(expected.as_bytes().to_vec()));
    }

    #[test]
    fn a_digest_is_sha_256() {
        let text = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(digest_of(b"").to_string(), text);
        assert_eq!(digest_of_parts(&[b"a", b"", b"b"]), digest_of(b"ab"));
    }

    #[test]
    fn hexadecimal_has_one_spelling() {
        assert_eq!(lower_hex(b"00ff1e"), Some(vec![0, 255, 30]));
        for other in ["0", "0F", "0g", " 0"] {
            assert_eq!(lower_hex(other.as_bytes()), None, "{other}");
        }
    }
}
