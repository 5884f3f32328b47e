//! Passkeys as JSON: what a browser is asked with, and what it answers. Bytes are Base64 for URLs, as in W3C Web
//! Authentication. Deliberately not here: what of it counts.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use serde::{Deserialize, Serialize};
use store::assertions::Assertion;
use store::passkeys::Passkey;
use utoipa::ToSchema;

use crate::ceremonies::{Adding, Asking, Fresh, Making, Shown};
use crate::refused::{FieldErrors, Refused};
use crate::webauthn::{ALGORITHMS, Made, Signed};

/// Browsers leave the padding out, and some libraries do not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// One of one's own passkeys.
#[derive(Serialize, ToSchema)]
pub struct PasskeyJson {
    id: String,
    name: String,
    added_at: String,
    /// When it signed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    used_at: Option<String>,
    /// Since when it signs no more, because there may be a copy of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    suspended_at: Option<String>,
}

impl From<&Passkey> for PasskeyJson {
    fn from(passkey: &Passkey) -> Self {
        Self {
            id: passkey.id.to_string(),
            name: passkey.name.clone(),
            added_at: passkey.added_at.to_string(),
            used_at: passkey.used_at.map(|at| at.to_string()),
            suspended_at: passkey.suspended_at.map(|at| at.to_string()),
        }
    }
}

/// A passkey as browsers name it.
#[derive(Serialize, ToSchema)]
pub struct CredentialJson {
    /// The id that its device gave it.
    id: String,
    /// How its device is reached, where that is known.
    transports: Vec<String>,
}

fn credentials(known: &[Passkey]) -> Vec<CredentialJson> {
    let one = |passkey: &Passkey| CredentialJson {
        id: passkey.credential.clone(),
        transports: passkey.transports.split_whitespace().map(str::to_owned).collect(),
    };
    known.iter().map(one).collect()
}

/// What `navigator.credentials.create` is asked with: no attestation, and its person verified by the device.
#[derive(Serialize, ToSchema)]
pub struct PasskeyMakingJson {
    challenge: String,
    /// The relying party's id.
    relying_party: String,
    /// The origin whose pages may ask.
    origin: String,
    /// The person's handle.
    user: String,
    /// What the device may show of the person.
    user_name: String,
    /// The algorithms that are taken, the best first.
    algorithms: Vec<i64>,
    /// What is there already.
    exclude: Vec<CredentialJson>,
}

impl PasskeyMakingJson {
    /// For the person of that name.
    pub fn new(making: &Making, user_name: String) -> Self {
        Self {
            challenge: making.challenge.clone(),
            relying_party: making.relying_party.id.clone(),
            origin: making.relying_party.origin.clone(),
            user: making.user.clone(),
            user_name,
            algorithms: ALGORITHMS.to_vec(),
            exclude: credentials(&making.known),
        }
    }
}

/// What `navigator.credentials.get` is asked with: its person verified by the device.
#[derive(Serialize, ToSchema)]
pub struct PasskeyAskingJson {
    /// Sixteen random bytes, and the SHA-256 digest of what is signed.
    challenge: String,
    /// The relying party's id.
    relying_party: String,
    /// The origin whose pages may ask.
    origin: String,
    /// The passkeys that may sign.
    allow: Vec<CredentialJson>,
}

impl From<&Asking> for PasskeyAskingJson {
    fn from(asking: &Asking) -> Self {
        Self {
            challenge: asking.challenge.clone(),
            relying_party: asking.relying_party.id.clone(),
            origin: asking.relying_party.origin.clone(),
            allow: credentials(&asking.known),
        }
    }
}

/// What a browser answers with a passkey that was just made.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyMadeJson {
    /// `response.clientDataJSON`.
    client_data: String,
    /// `response.attestationObject`.
    attestation: String,
    /// `response.getTransports()`.
    #[serde(default)]
    transports: Vec<String>,
}

impl PasskeyMadeJson {
    /// The bytes, and the name that its person chose.
    ///
    /// # Errors
    /// The fields that are no Base64.
    pub fn read(self, name: String) -> Result<Adding, Refused> {
        let mut errors = FieldErrors::default();
        let client_data = bytes(&mut errors, "client_data", &self.client_data);
        let attestation = bytes(&mut errors, "attestation", &self.attestation);
        let (Some(client_data), Some(attestation)) = (client_data, attestation) else {
            return Err(errors.refused().within("credential"));
        };
        Ok(Adding { name, made: Made { client_data, attestation }, transports: self.transports })
    }
}

/// What a browser answers with what a passkey signed.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasskeyAnswerJson {
    /// The credential's `id`.
    credential: String,
    /// `response.clientDataJSON`.
    client_data: String,
    /// `response.authenticatorData`.
    authenticator_data: String,
    /// `response.signature`.
    signature: String,
    /// `response.userHandle`, where there is one.
    user: Option<String>,
}

impl PasskeyAnswerJson {
    /// The bytes.
    ///
    /// # Errors
    /// The fields that are no Base64.
    pub fn read(self) -> Result<Fresh, Refused> {
        let mut errors = FieldErrors::default();
        let client_data = bytes(&mut errors, "client_data", &self.client_data);
        let authenticator_data = bytes(&mut errors, "authenticator_data", &self.authenticator_data);
        let signature = bytes(&mut errors, "signature", &self.signature);
        let user = self.user.as_deref().and_then(|user| bytes(&mut errors, "user", user));
        // One spelling of an id, whichever was sent.
        let credential = bytes(&mut errors, "credential", &self.credential);
        match (client_data, authenticator_data, signature, credential) {
            (Some(client_data), Some(authenticator_data), Some(signature), Some(credential)) => {
                errors.check().map_err(|refused| refused.within("passkey"))?;
                let signed = Signed { client_data, authenticator_data, signature, user };
                Ok(Fresh::Passkey(Shown { credential: BASE64.encode(credential), signed }))
            }
            _ => Err(errors.refused().within("passkey")),
        }
    }
}

/// What a passkey signed, with all that it takes to verify it (W3C Web Authentication, 7.2).
#[derive(Serialize, ToSchema)]
pub struct AssertionJson {
    /// What was signed; the challenge in `client_data` ends with the SHA-256 digest of this text.
    signed: String,
    /// The relying party's id.
    relying_party: String,
    credential: String,
    /// The public key, as a `COSE_Key`.
    public_key: String,
    client_data: String,
    authenticator_data: String,
    signature: String,
}

impl From<&Assertion> for AssertionJson {
    fn from(assertion: &Assertion) -> Self {
        Self {
            signed: assertion.signable.to_string(),
            relying_party: assertion.relying_party.clone(),
            credential: assertion.credential.clone(),
            public_key: BASE64.encode(&assertion.public_key),
            client_data: BASE64.encode(&assertion.client_data),
            authenticator_data: BASE64.encode(&assertion.authenticator_data),
            signature: BASE64.encode(&assertion.signature),
        }
    }
}

fn bytes(errors: &mut FieldErrors, field: &str, text: &str) -> Option<Vec<u8>> {
    errors.take(field, BASE64.decode(text), |_| "wrong-type")
}

/// What proves afresh who signs: either of the two, and never both.
///
/// # Errors
/// `Fields`.
pub fn fresh(
    password: Option<String>,
    totp: Option<String>,
    passkey: Option<PasskeyAnswerJson>,
) -> Result<Fresh, Refused> {
    match (password, passkey) {
        (Some(password), None) => Ok(Fresh::Password { password, totp }),
        (None, Some(passkey)) => passkey.read(),
        (None, None) => Err(Refused::field("password", "missing")),
        (Some(_), Some(_)) => Err(Refused::field("passkey", "not-a-choice")),
    }
}
