//! The key under which mails are signed (DKIM, RFC 6376): RSA of 2048 bits, because many who receive mail know no other
//! (RFC 8301). It is made when a selector is set, and is no part of any record. Deliberately not here: what is signed.

use std::path::Path;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rsa::RsaPrivateKey;
use rsa::pkcs1::{DecodeRsaPrivateKey as _, EncodeRsaPrivateKey as _, LineEnding};
use rsa::pkcs8::{DecodePrivateKey as _, EncodePublicKey as _};
use zeroize::Zeroizing;

use super::{KeysError, read_or_make};

/// Where it lies, beside the other keys.
pub const MAIL_KEY_FILE: &str = "dkim.pem";

/// A key for mails.
pub struct MailKey {
    /// In PKCS #1, as PEM.
    pub pem: Zeroizing<String>,
    /// The public half as it stands in the DNS: `SubjectPublicKeyInfo` in Base64.
    pub public: String,
}

/// Reads the key, and makes one where there is none.
///
/// # Errors
/// A file that cannot be read or written, or that holds something else.
pub fn mail_key(folder: &Path) -> Result<MailKey, KeysError> {
    let path = folder.join(MAIL_KEY_FILE);
    let pem = read_or_make(&path, made)?;
    let key = RsaPrivateKey::from_pkcs1_pem(&pem).map_err(|_| KeysError::NotAKey(path.clone()))?;
    let public = key.to_public_key().to_public_key_der().map_err(|_| KeysError::NotAKey(path))?;
    Ok(MailKey { pem, public: STANDARD.encode(public.as_bytes()) })
}

fn made() -> Result<String, KeysError> {
    let pair = KeyPair::generate(KeySize::Rsa2048).map_err(|_| KeysError::Random)?;
    let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeysError::Random)?;
    let key = RsaPrivateKey::from_pkcs8_der(der.as_ref()).map_err(|_| KeysError::Random)?;
    key.to_pkcs1_pem(LineEnding::LF).map(|pem| pem.to_string()).map_err(|_| KeysError::Random)
}
