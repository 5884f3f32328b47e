//! Secrets as the store knows them: the key that wraps all others, and the hashes by which cookies, tokens and codes
//! are looked up. Deliberately not here: passwords, which need a slow hash and are `service`'s to check.

use std::borrow::Cow;
use std::fmt;

use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::columns::Spelled;
use crate::error::{Error, Result};

/// The key under which the vault keeps every other key: 32 random bytes from a file or a key service.
#[derive(Clone)]
pub struct WrappingKey(Zeroizing<[u8; 32]>);

impl WrappingKey {
    /// Takes the bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Makes a fresh key.
    ///
    /// # Errors
    /// `Unavailable` where the system gives no randomness.
    pub fn random() -> Result<Self> {
        Ok(Self(random()?))
    }

    /// The bytes, to be kept in a file of mode 0600.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// Shows nothing: a key must not reach a log.
impl fmt::Debug for WrappingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WrappingKey")
    }
}

/// Random bytes of the system.
pub(crate) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| Error::Unavailable)?;
    Ok(bytes)
}

/// The SHA-256 digest of a secret of at least 128 random bits. Whoever reads the table cannot make the secret from it,
/// and no salt or slowness is needed, because there is nothing to guess.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SecretHash(String);

impl SecretHash {
    /// The hash of a secret as it came in a cookie, token or link.
    pub fn of(secret: &str) -> Self {
        Self(hex(&Sha256::new()
            .chain_update(b"concord secret 1\n")
            .chain_update(secret.as_bytes())
            .finalize()))
    }

    /// The hash as it lies in a column: 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Spelled for SecretHash {
    fn spelled(&self) -> Cow<'static, str> {
        Cow::Owned(self.0.clone())
    }

    fn read(word: &str) -> Option<Self> {
        let fits = word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        fits.then(|| Self(word.to_owned()))
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        text.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        text.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
        text
    })
}
