//! The authenticator's data (W3C Web Authentication, 6.1): a digest, flags, a counter, the new key and extensions, each
//! read to its end and nothing beyond it.

use coset::cbor::{self, Value};

use super::{PART_BYTES_MAX, Wrong};

/// The most bytes of a credential's id (7.1, step 25).
const CREDENTIAL_BYTES_MAX: usize = 1023;
/// How deep what is read may be nested.
const DEPTH_MAX: usize = 8;

/// What a device says of what it did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flags(pub u8);

impl Flags {
    /// Somebody was there (UP).
    pub const fn is_present(self) -> bool {
        self.0 & 1 != 0
    }

    /// They showed who they are (UV).
    pub const fn is_verified(self) -> bool {
        self.0 & 4 != 0
    }

    /// The key may lie in several places (BE).
    pub const fn may_be_backed_up(self) -> bool {
        self.0 & 8 != 0
    }

    /// It does (BS).
    pub const fn is_backed_up(self) -> bool {
        self.0 & 16 != 0
    }

    const fn has_key(self) -> bool {
        self.0 & 64 != 0
    }

    const fn has_extensions(self) -> bool {
        self.0 & 128 != 0
    }
}

/// A key that was just made.
pub struct Attested {
    pub credential: Vec<u8>,
    pub public_key: Vec<u8>,
}

pub struct AuthenticatorData {
    /// The SHA-256 digest of the relying party's id.
    pub relying_party: [u8; 32],
    pub flags: Flags,
    pub counter: u32,
    pub attested: Option<Attested>,
}

impl AuthenticatorData {
    /// Reads it, and answers what stands behind it.
    pub fn read(bytes: &[u8]) -> Result<(Self, &[u8]), Wrong> {
        if bytes.len() > PART_BYTES_MAX {
            return Err(Wrong::Form);
        }
        let (relying_party, rest) = bytes.split_first_chunk::<32>().ok_or(Wrong::Form)?;
        let (flags, rest) = rest.split_first().ok_or(Wrong::Form)?;
        let (counter, mut rest) = rest.split_first_chunk::<4>().ok_or(Wrong::Form)?;
        let flags = Flags(*flags);
        let attested = if flags.has_key() { Some(attested(&mut rest)?) } else { None };
        if flags.has_extensions() {
            let (extensions, behind) = read_cbor(rest)?;
            if !extensions.is_map() {
                return Err(Wrong::Form);
            }
            rest = behind;
        }
        let counter = u32::from_be_bytes(*counter);
        Ok((Self { relying_party: *relying_party, flags, counter, attested }, rest))
    }
}

fn attested(rest: &mut &[u8]) -> Result<Attested, Wrong> {
    // Which model it is, is nobody's business here.
    let (_, behind) = rest.split_first_chunk::<16>().ok_or(Wrong::Form)?;
    let (length, behind) = behind.split_first_chunk::<2>().ok_or(Wrong::Form)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length == 0 || length > CREDENTIAL_BYTES_MAX {
        return Err(Wrong::Form);
    }
    let (credential, behind) = behind.split_at_checked(length).ok_or(Wrong::Form)?;
    let (_, after) = read_cbor(behind)?;
    let key = behind.get(..behind.len().saturating_sub(after.len())).ok_or(Wrong::Form)?;
    *rest = after;
    Ok(Attested { credential: credential.to_vec(), public_key: key.to_vec() })
}

/// Reads one value, and answers what stands behind it.
pub fn read_cbor(bytes: &[u8]) -> Result<(Value, &[u8]), Wrong> {
    let mut rest = bytes;
    let value = cbor::de::from_reader_with_recursion_limit(&mut rest, DEPTH_MAX).map_err(|_| Wrong::Form)?;
    Ok((value, rest))
}
