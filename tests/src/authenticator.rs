//! A device with a passkey in software, as W3C Web Authentication describes it: a P-256 key, a counter, and bytes that are
//! put together by hand, so that a test can put any of them otherwise. Deliberately not here: what the house makes of them.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Somebody was there (UP).
pub const PRESENT: u8 = 1;
/// They showed who they are (UV).
pub const VERIFIED: u8 = 4;
/// The key may lie in several places (BE).
pub const MAY_BE_BACKED_UP: u8 = 8;
/// It does (BS).
pub const BACKED_UP: u8 = 16;
/// A key is shown (AT).
const KEY: u8 = 64;

/// A device with one passkey.
pub struct Authenticator {
    key: EcdsaKeyPair,
    credential: Vec<u8>,
    counter: AtomicU32,
}

/// What is said before it is signed, each part to be put otherwise.
#[derive(Debug, Clone)]
pub struct Saying {
    /// `webauthn.create` or `webauthn.get`.
    pub ceremony: &'static str,
    /// The challenge, in Base64 for URLs.
    pub challenge: String,
    /// The page's origin.
    pub origin: String,
    /// Further members of the client data.
    pub beside: Value,
    /// The relying party's id.
    pub relying_party: String,
    /// The flags.
    pub flags: u8,
    /// The counter.
    pub counter: u32,
}

impl Authenticator {
    /// A device that has counted so far.
    pub fn new(counter: u32) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key");
        let credential = Sha256::digest(key.public_key().as_ref()).to_vec();
        Self { key, credential, counter: AtomicU32::new(counter) }
    }

    /// The credential's id.
    pub fn credential(&self) -> String {
        BASE64.encode(&self.credential)
    }

    /// The public key as a point.
    pub fn public_key(&self) -> &[u8] {
        self.key.public_key().as_ref()
    }

    fn saying(&self, ceremony: &'static str, options: &Value) -> Saying {
        let text = |name: &str| {
            options[name].as_str().unwrap_or_else(|| panic!("no {name} in {options}")).to_owned()
        };
        let is_counting = self.counter.load(Ordering::Relaxed) > 0;
        let counter = if is_counting { self.counter.fetch_add(1, Ordering::Relaxed) + 1 } else { 0 };
        Saying {
            ceremony,
            challenge: text("challenge"),
            origin: text("origin"),
            beside: json!({"crossOrigin": false}),
            relying_party: text("relying_party"),
            flags: PRESENT | VERIFIED,
            counter,
        }
    }

    /// What an honest device says when it makes a passkey.
    pub fn making(&self, options: &Value) -> Saying {
        let saying = self.saying("webauthn.create", options);
        Saying { flags: saying.flags | KEY, ..saying }
    }

    /// What an honest device says when it signs.
    pub fn signing(&self, options: &Value) -> Saying {
        self.saying("webauthn.get", options)
    }

    /// The answer with a new passkey, without a statement on its maker.
    pub fn makes(&self, saying: &Saying) -> Value {
        let mut data = saying.head();
        data.extend([0; 16]);
        data.extend(u16::try_from(self.credential.len()).expect("a short id").to_be_bytes());
        data.extend(&self.credential);
        data.extend(self.cose_key());
        let mut attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x59".to_vec();
        attestation.extend(u16::try_from(data.len()).expect("few bytes").to_be_bytes());
        attestation.extend(data);
        json!({
            "client_data": BASE64.encode(saying.client_data()),
            "attestation": BASE64.encode(attestation),
            "transports": ["internal", "hybrid", "pigeon"],
        })
    }

    /// An EC2 key of P-256 for ES256 (RFC 9053).
    fn cose_key(&self) -> Vec<u8> {
        let point = self.public_key();
        let mut key = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20".to_vec();
        key.extend(&point[1..33]);
        key.extend(b"\x22\x58\x20");
        key.extend(&point[33..]);
        key
    }

    /// The answer with a signature.
    pub fn signs(&self, saying: &Saying) -> Value {
        let (client_data, data) = (saying.client_data(), saying.head());
        let signed = [data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).expect("a signature");
        json!({
            "credential": self.credential(),
            "client_data": BASE64.encode(client_data),
            "authenticator_data": BASE64.encode(data),
            "signature": BASE64.encode(signature.as_ref()),
        })
    }

    /// The honest answer to a challenge to sign.
    pub fn answers(&self, options: &Value) -> Value {
        self.signs(&self.signing(options))
    }
}

impl Saying {
    fn client_data(&self) -> Vec<u8> {
        let mut said = json!({"type": self.ceremony, "challenge": self.challenge, "origin": self.origin});
        for (name, value) in self.beside.as_object().expect("members") {
            said[name] = value.clone();
        }
        said.to_string().into_bytes()
    }

    /// The digest, the flags and the counter.
    fn head(&self) -> Vec<u8> {
        let mut data = Sha256::digest(self.relying_party.as_bytes()).to_vec();
        data.push(self.flags);
        data.extend(self.counter.to_be_bytes());
        data
    }
}

/// Flips the lowest bit of a byte of a part of an answer.
pub fn altered(answer: &Value, part: &str, at: usize) -> Value {
    let mut bytes = BASE64.decode(answer[part].as_str().expect("a part")).expect("Base64");
    bytes[at] ^= 1;
    let mut other = answer.clone();
    other[part] = BASE64.encode(bytes).into();
    other
}
