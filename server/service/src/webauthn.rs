//! What a passkey's device answers, verified as W3C Web Authentication Level 3 has it: 7.1 for a passkey that is added, 7.2
//! for one that signs. Attestation is not asked for, so any maker's device serves and none is told from another. Nothing
//! here knows what a challenge is for. Deliberately not here: whose passkey it is, and that a challenge serves once.

mod data;
mod key;
#[cfg(test)]
mod tests;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use coset::cbor::Value;
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use data::AuthenticatorData;
use key::PublicKey;

use crate::config::PublicUrl;

/// The algorithms that are taken, as COSE numbers them, the best first: ES256, EdDSA, RS256.
pub const ALGORITHMS: [i64; 3] = [key::ES256, key::EDDSA, key::RS256];

/// The most bytes of each part of an answer: the largest key of RSA fits well.
const PART_BYTES_MAX: usize = 16 * 1024;

/// For whom devices sign: the house at its public address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelyingParty {
    /// The domain.
    pub id: String,
    /// The one origin whose pages may ask.
    pub origin: String,
}

/// Why an answer does not count. It is told to nobody but tests and the log: the person reads that it was not right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("not in the form of an answer")]
    Form,
    #[error("of another ceremony")]
    Type,
    #[error("to another challenge")]
    Challenge,
    #[error("from another origin")]
    Origin,
    #[error("from inside another site")]
    CrossOrigin,
    #[error("for another relying party")]
    RelyingParty,
    #[error("nobody was there")]
    Presence,
    #[error("nobody showed who they are")]
    Verification,
    #[error("backed up and yet not to be")]
    Backup,
    #[error("with a key of another kind")]
    Key,
    #[error("with a statement that was not asked for")]
    Statement,
    #[error("wrongly signed")]
    Signature,
    #[error("for another person")]
    Person,
}

/// A device's answer to a challenge to make a passkey.
#[derive(Debug, Clone)]
pub struct Made {
    /// The bytes of `clientDataJSON`.
    pub client_data: Vec<u8>,
    /// The attestation object.
    pub attestation: Vec<u8>,
}

/// A passkey as its device made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// Its id.
    pub id: Vec<u8>,
    /// The public key, as a `COSE_Key`.
    pub public_key: Vec<u8>,
    pub counter: u32,
    /// Whether its device may keep it in several places.
    pub may_be_backed_up: bool,
}

/// A device's answer to a challenge to sign.
#[derive(Debug, Clone)]
pub struct Signed {
    /// The bytes of `clientDataJSON`.
    pub client_data: Vec<u8>,
    pub authenticator_data: Vec<u8>,
    pub signature: Vec<u8>,
    /// For whom the device made the key, where it says so.
    pub user: Option<Vec<u8>>,
}

/// What a browser adds to an answer.
#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    ceremony: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    is_cross_origin: bool,
    #[serde(rename = "topOrigin")]
    top_origin: Option<String>,
}

/// The challenge that an answer says it is to, before anything of it is believed: by it one looks up what was asked.
///
/// # Errors
/// `Form`.
pub fn challenge_of(client_data: &[u8]) -> Result<Vec<u8>, Wrong> {
    let read = read_client_data(client_data)?;
    URL_SAFE_NO_PAD.decode(read.challenge).map_err(|_| Wrong::Form)
}

fn read_client_data(bytes: &[u8]) -> Result<ClientData, Wrong> {
    if bytes.len() > PART_BYTES_MAX {
        return Err(Wrong::Form);
    }
    // "UTF-8 decode" of the standard drops a byte order mark.
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    serde_json::from_slice(bytes).map_err(|_| Wrong::Form)
}

impl RelyingParty {
    /// The house at that address; nothing where browsers make no passkeys: at a bare IP address.
    pub fn of(url: &PublicUrl) -> Option<Self> {
        let (id, origin) = url.by_name()?;
        Some(Self { id, origin })
    }

    /// Verifies a passkey that is to be added (7.1).
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn registers(&self, made: &Made, challenge: &[u8]) -> Result<Credential, Wrong> {
        self.check_client_data(&made.client_data, "webauthn.create", challenge)?;
        if made.attestation.len() > PART_BYTES_MAX {
            return Err(Wrong::Form);
        }
        let statement = Statement::read(&made.attestation)?;
        let (data, rest) = AuthenticatorData::read(&statement.authenticator_data)?;
        let attested = data.attested.as_ref().ok_or(Wrong::Form)?;
        if !rest.is_empty() {
            return Err(Wrong::Form);
        }
        self.check_data(&data)?;
        let key = PublicKey::read(&attested.public_key)?;
        statement.check(&key, &made.client_data)?;
        Ok(Credential {
            id: attested.credential.clone(),
            public_key: attested.public_key.clone(),
            counter: data.counter,
            may_be_backed_up: data.flags.may_be_backed_up(),
        })
    }

    /// Verifies what a passkey signed (7.2), and answers its counter, of which the caller finds out whether it goes on.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn verifies(
        &self,
        signed: &Signed,
        challenge: &[u8],
        credential: &Credential,
        user: &[u8],
    ) -> Result<u32, Wrong> {
        if signed.user.as_ref().is_some_and(|shown| shown != user) {
            return Err(Wrong::Person);
        }
        self.check_client_data(&signed.client_data, "webauthn.get", challenge)?;
        let (data, rest) = AuthenticatorData::read(&signed.authenticator_data)?;
        // A key is shown when it is made and never again.
        if !rest.is_empty() || data.attested.is_some() {
            return Err(Wrong::Form);
        }
        self.check_data(&data)?;
        if data.flags.may_be_backed_up() != credential.may_be_backed_up {
            return Err(Wrong::Backup);
        }
        let key = PublicKey::read(&credential.public_key)?;
        key.check(&signed_bytes(&signed.authenticator_data, &signed.client_data), &signed.signature)?;
        Ok(data.counter)
    }

    fn check_client_data(&self, bytes: &[u8], ceremony: &str, challenge: &[u8]) -> Result<(), Wrong> {
        let read = read_client_data(bytes)?;
        if read.ceremony != ceremony {
            return Err(Wrong::Type);
        }
        let shown = URL_SAFE_NO_PAD.decode(&read.challenge).map_err(|_| Wrong::Form)?;
        if !bool::from(shown.ct_eq(challenge)) {
            return Err(Wrong::Challenge);
        }
        if read.origin != self.origin {
            return Err(Wrong::Origin);
        }
        if read.is_cross_origin || read.top_origin.is_some() {
            return Err(Wrong::CrossOrigin);
        }
        Ok(())
    }

    fn check_data(&self, data: &AuthenticatorData) -> Result<(), Wrong> {
        if data.relying_party != digest(&SHA256, self.id.as_bytes()).as_ref() {
            return Err(Wrong::RelyingParty);
        }
        if !data.flags.is_present() {
            return Err(Wrong::Presence);
        }
        if !data.flags.is_verified() {
            return Err(Wrong::Verification);
        }
        if data.flags.is_backed_up() && !data.flags.may_be_backed_up() {
            return Err(Wrong::Backup);
        }
        Ok(())
    }
}

/// What a device signs.
fn signed_bytes(authenticator_data: &[u8], client_data: &[u8]) -> Vec<u8> {
    [authenticator_data, digest(&SHA256, client_data).as_ref()].concat()
}

/// The attestation object: the authenticator's data, and what its maker says of it.
struct Statement {
    authenticator_data: Vec<u8>,
    format: String,
    parts: Vec<(Value, Value)>,
}

impl Statement {
    fn read(bytes: &[u8]) -> Result<Self, Wrong> {
        let (object, rest) = data::read_cbor(bytes)?;
        let Value::Map(members) = object else { return Err(Wrong::Form) };
        if !rest.is_empty() || members.len() != 3 {
            return Err(Wrong::Form);
        }
        let member = |name: &str| {
            let found = members.iter().find(|(key, _)| key.as_text() == Some(name));
            found.map(|(_, value)| value.clone()).ok_or(Wrong::Form)
        };
        Ok(Self {
            authenticator_data: member("authData")?.into_bytes().map_err(|_| Wrong::Form)?,
            format: member("fmt")?.into_text().map_err(|_| Wrong::Form)?,
            parts: member("attStmt")?.into_map().map_err(|_| Wrong::Form)?,
        })
    }

    /// None was asked for. What may come in spite of that is a device's signature with the new key itself, which browsers
    /// let through because it tells nothing of the device (5.1.3); that is verified (8.2).
    fn check(&self, key: &PublicKey, client_data: &[u8]) -> Result<(), Wrong> {
        let part = |name: &str| {
            self.parts.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
        };
        match self.format.as_str() {
            "none" if self.parts.is_empty() => Ok(()),
            "packed" if self.parts.len() == 2 => {
                let algorithm =
                    part("alg").and_then(Value::as_integer).and_then(|alg| i64::try_from(alg).ok());
                let signature = part("sig").and_then(Value::as_bytes).ok_or(Wrong::Statement)?;
                if algorithm != Some(key.algorithm()) {
                    return Err(Wrong::Statement);
                }
                key.check(&signed_bytes(&self.authenticator_data, client_data), signature)
            }
            _ => Err(Wrong::Statement),
        }
    }
}
