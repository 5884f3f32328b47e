//! The institution's seal key (P-256) with the certificate that PDF readers want to see, and the published set of
//! keys, present and past, by which anyone checks a record (R25). Where a key is kept is not here.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use der::{Decode as _, DecodePem as _, Encode as _, EncodePem as _};
use domain::time::Moment;
use rcgen::{CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use x509_cert::Certificate;

use crate::canonical::{Digest, digest_of};
use crate::civil::Civil;
use crate::private::{Certifying, Private, Signer};
use crate::revocation::Revocation;
use crate::time_stamp::Authorities;

/// How long a seal certificate says that it is valid. Files are checked against the published keys and outlive it;
/// readers of PDF look at the date all the same.
const VALID_YEARS: i32 = 20;
/// The longest name that X.520 allows in a certificate, in characters.
const NAME_CHARACTERS_MAX: usize = 64;
/// What is signed to try a key out: no text that anything could be taken for.
const TRIAL: &[u8] = b"concord: whether this key signs";
/// `id-kp-documentSigning` (RFC 9336).
const DOCUMENT_SIGNING: [u64; 9] = [1, 3, 6, 1, 5, 5, 7, 3, 36];

/// Why a key or a set of keys cannot be made or read. Says nothing of what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The system gave no key, or the library refused the request.
    #[error("no seal key could be made")]
    NotMade,
    /// The text holds no P-256 private key in PKCS#8 PEM.
    #[error("the file holds no P-256 private key (PKCS#8, PEM)")]
    NoPrivateKey,
    /// The text holds no certificate, or one for another key.
    #[error("the file holds no certificate that fits its private key")]
    NoCertificate,
    /// The text is no set of keys, or a key in it contradicts itself.
    #[error("the text is no set of P-256 keys with their certificates (JWKS)")]
    NotAKeySet,
    /// The key gave no signature.
    #[error("the seal key made no signature")]
    NotSigned,
}

/// The key that seals records. It is made once, on the first start, and kept by the caller as PEM; or it is kept elsewhere,
/// and the caller hands in what signs with it.
pub struct SealKey {
    private: Private,
    published: PublishedKey,
}

/// Shows the public name alone.
impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealKey").field("kid", &self.published.kid).finish_non_exhaustive()
    }
}

impl SealKey {
    /// Makes a key, and a certificate in the institution's name that it signs itself.
    ///
    /// # Errors
    /// `NotMade`.
    pub fn generate(institution: &str, now: Moment) -> Result<Self, KeyError> {
        let private = Private::generate().ok_or(KeyError::NotMade)?;
        let point = private.point().ok_or(KeyError::NotMade)?.to_vec();
        Self::certified(private, &point, institution, now)
    }

    /// The same with a key that was made elsewhere and stays there; `point` is its public half (SEC 1, uncompressed).
    ///
    /// # Errors
    /// `NotMade` where the signer gives no signature; `NoCertificate` where it signs with another key.
    pub fn certify(
        institution: &str,
        point: &[u8],
        signer: Arc<dyn Signer>,
        now: Moment,
    ) -> Result<Self, KeyError> {
        let made = Self::certified(Private::Elsewhere(signer), point, institution, now)?;
        made.signs_as_published().map_err(|_| KeyError::NoCertificate)?;
        Ok(made)
    }

    /// A key that is kept elsewhere, with its certificate in PEM. Nothing is asked of the signer before something is to be
    /// sealed.
    ///
    /// # Errors
    /// `NoCertificate`.
    pub fn elsewhere(certificate: &str, signer: Arc<dyn Signer>) -> Result<Self, KeyError> {
        Ok(Self { private: Private::Elsewhere(signer), published: PublishedKey::from_pem(certificate)? })
    }

    /// Reads a key and its certificate from the text that `to_pem` wrote.
    ///
    /// # Errors
    /// `NoPrivateKey`, `NoCertificate`.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let certificate_at = pem.find("-----BEGIN CERTIFICATE-----").ok_or(KeyError::NoCertificate)?;
        let (key, certificate) = pem.split_at(certificate_at);
        let private = Private::from_pem(key).ok_or(KeyError::NoPrivateKey)?;
        Self::of(private, PublishedKey::from_pem(certificate)?)
    }

    /// The private key (PKCS#8) and then the certificate, as PEM. Secret. Nothing where the private key is kept elsewhere.
    pub fn to_pem(&self) -> Option<String> {
        Some(format!("{}{}", self.private.to_pem()?, self.certificate_pem()))
    }

    /// The certificate alone, as PEM, for whoever installs it in a PDF reader.
    pub fn certificate_pem(&self) -> String {
        self.published.certificate_pem()
    }

    /// The key's name: its RFC 7638 thumbprint.
    pub fn kid(&self) -> &str {
        &self.published.kid
    }

    /// What is published of the key.
    pub fn published(&self) -> &PublishedKey {
        &self.published
    }

    /// Tries the private half out: whether it is there, and belongs to what is published of it.
    ///
    /// # Errors
    /// `NotSigned`.
    pub fn signs_as_published(&self) -> Result<(), KeyError> {
        self.sign_jose(TRIAL).map(drop)
    }

    /// Signs for CMS: DER, as ASN.1 `Ecdsa-Sig-Value`.
    pub(crate) fn sign_der(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let signature = self.private.sign_der(message);
        signature.filter(|made| self.published.verifies_der(message, made)).ok_or(KeyError::NotSigned)
    }

    /// Signs for JOSE: r and s, 32 bytes each. A signer that fails unseen, or that has another key by now, must not put a
    /// seal on a record which then nobody can verify: so each signature is looked at.
    pub(crate) fn sign_jose(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let signature = self.private.sign_jose(message);
        signature.filter(|made| self.published.verifies_jose(message, made)).ok_or(KeyError::NotSigned)
    }

    fn certified(private: Private, point: &[u8], institution: &str, now: Moment) -> Result<Self, KeyError> {
        let asked = certificate_params(institution, now).ok_or(KeyError::NotMade)?;
        let certificate = asked.self_signed(&Certifying { private: &private, point });
        let certificate = certificate.map_err(|_| KeyError::NotMade)?;
        Self::of(private, PublishedKey::of(certificate.der()).ok_or(KeyError::NoCertificate)?)
    }

    fn of(private: Private, published: PublishedKey) -> Result<Self, KeyError> {
        if private.point().is_some_and(|point| point != published.point) {
            return Err(KeyError::NoCertificate);
        }
        Ok(Self { private, published })
    }
}

/// Usage: `documentSigning` alone is an "unknown issue" to some readers of PDF, so `emailProtection` stands beside it.
fn certificate_params(institution: &str, now: Moment) -> Option<CertificateParams> {
    let Civil { year, month, day, .. } = Civil::of(now)?;
    // The 28th exists in every month of every year.
    let day = day.min(28);
    let name: String = institution.chars().take(NAME_CHARACTERS_MAX).collect();

    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::OrganizationName, name.clone());
    params.distinguished_name.push(DnType::CommonName, name);
    params.not_before = rcgen::date_time_ymd(year, month, day);
    params.not_after = rcgen::date_time_ymd(year + VALID_YEARS, month, day);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::Other(DOCUMENT_SIGNING.to_vec()),
        ExtendedKeyUsagePurpose::EmailProtection,
    ];
    Some(params)
}

/// What the world sees of a seal key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublishedKey {
    kid: String,
    /// The point, uncompressed (SEC 1): 4, x, y.
    point: Vec<u8>,
    certificate: Certificate,
}

#[derive(Serialize)]
struct Thumbprint<'a> {
    crv: &'a str,
    kty: &'a str,
    x: &'a str,
    y: &'a str,
}

/// A key as RFC 7517 writes it, read leniently: a set may hold keys and members of which nothing is known here.
#[derive(Serialize, Deserialize)]
struct Jwk {
    kty: String,
    #[serde(default)]
    crv: String,
    #[serde(default)]
    x: String,
    #[serde(default)]
    y: String,
    #[serde(default)]
    kid: String,
    #[serde(rename = "use", default)]
    purpose: String,
    #[serde(default)]
    alg: String,
    #[serde(default)]
    x5c: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct Jwks {
    keys: Vec<Jwk>,
    /// Beside the keys (RFC 7517, section 5, has readers pass over what they do not know): who issues the certificates of
    /// the authorities that stamped records, as `x5c` writes certificates.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    time_stamp_authorities: Vec<String>,
    /// The keys that are revoked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    revoked: Vec<Revocation>,
}

impl PublishedKey {
    /// Reads a certificate in PEM.
    ///
    /// # Errors
    /// `NoCertificate`.
    pub fn from_pem(pem: &str) -> Result<Self, KeyError> {
        let certificate = Certificate::from_pem(pem.trim_end()).map_err(|_| KeyError::NoCertificate)?;
        let der = certificate.to_der().map_err(|_| KeyError::NoCertificate)?;
        Self::of(&der).ok_or(KeyError::NoCertificate)
    }

    fn of(certificate: &[u8]) -> Option<Self> {
        let certificate = Certificate::from_der(certificate).ok()?;
        let key = certificate.tbs_certificate().subject_public_key_info();
        let point = key.subject_public_key.as_bytes()?.to_vec();
        if point.len() != 65 || point.first() != Some(&4) {
            return None;
        }
        let (x, y) = coordinates(&point)?;
        let thumbprint = serde_json::to_vec(&Thumbprint { crv: "P-256", kty: "EC", x: &x, y: &y }).ok()?;
        let kid = URL_SAFE_NO_PAD.encode(Sha256::digest(thumbprint));
        Some(Self { kid, point, certificate })
    }

    /// Its RFC 7638 thumbprint.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The thumbprint as a digest, for the ledger; nothing where the name is none.
    pub fn thumbprint(&self) -> Option<Digest> {
        let bytes = URL_SAFE_NO_PAD.decode(&self.kid).ok()?;
        bytes.try_into().ok().map(domain::agreement::TextDigest)
    }

    /// The SHA-256 of its certificate in DER, which is the fingerprint that programs show of a certificate.
    pub fn certificate_fingerprint(&self) -> Option<Digest> {
        self.certificate.to_der().ok().map(|der| digest_of(&der))
    }

    /// Its certificate as PEM.
    pub fn certificate_pem(&self) -> String {
        self.certificate.to_pem(der::pem::LineEnding::LF).unwrap_or_default()
    }

    /// The certificate that stands in a PDF's signature.
    pub(crate) fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// Whether this is its signature of a message (ES256): r and s, 32 bytes each. A key that is kept elsewhere is tried
    /// out with it by whoever must know why there was none.
    pub fn is_signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.verifies_jose(message, signature)
    }

    pub(crate) fn verifies_der(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.point).verify(message, signature).is_ok()
    }

    pub(crate) fn verifies_jose(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.point).verify(message, signature).is_ok()
    }

    fn jwk(&self) -> Option<Jwk> {
        let (x, y) = coordinates(&self.point)?;
        Some(Jwk {
            kty: "EC".into(),
            crv: "P-256".into(),
            x,
            y,
            kid: self.kid.clone(),
            purpose: "sig".into(),
            alg: "ES256".into(),
            x5c: vec![STANDARD.encode(self.certificate.to_der().ok()?)],
        })
    }
}

fn coordinates(point: &[u8]) -> Option<(String, String)> {
    let (x, y) = point.get(1..)?.split_at_checked(32)?;
    Some((URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y)))
}

/// Seal keys, present and past. Nothing is taken from a set that was not published by the institution itself, so
/// the certificates in it are trusted as they are, whatever their dates.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeySet {
    keys: Vec<PublishedKey>,
    authorities: Authorities,
    revoked: Vec<Revocation>,
}

impl KeySet {
    /// The set of what is published of some keys, the present one first.
    pub fn of(keys: &[&SealKey]) -> Self {
        keys.iter().fold(Self::default(), |set, key| set.with(key.published.clone()))
    }

    /// The set and one more key; unchanged where it holds that key.
    #[must_use]
    pub fn with(mut self, key: PublishedKey) -> Self {
        if self.find(&key.kid).is_none() {
            self.keys.push(key);
        }
        self
    }

    /// This set's keys, then those of another that it lacks.
    #[must_use]
    pub fn merged(self, other: &Self) -> Self {
        let keys = other.keys.iter().cloned().fold(self, Self::with);
        let keys = keys.with_authorities(&other.authorities);
        other.revoked.iter().cloned().fold(keys, Self::with_revocation)
    }

    /// The set, and that a key is revoked. What was said of it first stays said: nobody widens it afterwards.
    #[must_use]
    pub fn with_revocation(mut self, revocation: Revocation) -> Self {
        if self.revocation(&revocation.kid).is_none() {
            self.revoked.push(revocation);
        }
        self
    }

    /// What is published of a key's revocation.
    pub fn revocation(&self, kid: &str) -> Option<&Revocation> {
        self.revoked.iter().find(|revocation| revocation.kid == kid)
    }

    /// Every revocation.
    pub fn revocations(&self) -> impl Iterator<Item = &Revocation> {
        self.revoked.iter()
    }

    /// The set, and those whose time stamps are believed beside those that it has.
    #[must_use]
    pub fn with_authorities(mut self, more: &Authorities) -> Self {
        self.authorities = self.authorities.merged(more);
        self
    }

    /// Those whose time stamps are believed, present and past.
    pub fn authorities(&self) -> &Authorities {
        &self.authorities
    }

    /// Reads a JSON Web Key Set (RFC 7517). Keys that are no P-256 signature keys are passed over.
    ///
    /// # Errors
    /// `NotAKeySet`: also where a P-256 signature key has no certificate, or its name, point and certificate do not
    /// belong together.
    pub fn from_jwks(text: &str) -> Result<Self, KeyError> {
        let set: Jwks = serde_json::from_str(text).map_err(|_| KeyError::NotAKeySet)?;
        let ours = |jwk: &&Jwk| jwk.kty == "EC" && jwk.crv == "P-256" && jwk.purpose == "sig";
        let known = set.time_stamp_authorities.iter().try_fold(Authorities::default(), |known, text| {
            STANDARD.decode(text).ok().and_then(|der| known.with(der)).ok_or(KeyError::NotAKeySet)
        })?;
        let empty = Self::default().with_authorities(&known);
        let empty = set.revoked.iter().cloned().fold(empty, Self::with_revocation);
        set.keys.iter().filter(ours).try_fold(empty, |set, jwk| {
            let certificate = jwk.x5c.first().and_then(|text| STANDARD.decode(text).ok());
            let key = certificate.and_then(|certificate| PublishedKey::of(&certificate));
            let key = key.ok_or(KeyError::NotAKeySet)?;
            let same = coordinates(&key.point).is_some_and(|(x, y)| x == jwk.x && y == jwk.y);
            if same && key.kid == jwk.kid { Ok(set.with(key)) } else { Err(KeyError::NotAKeySet) }
        })
    }

    /// The set as JSON, for `/.well-known/jwks.json`.
    pub fn to_jwks(&self) -> String {
        let keys = self.keys.iter().filter_map(PublishedKey::jwk).collect();
        let time_stamp_authorities = self.authorities.iter().map(|der| STANDARD.encode(der)).collect();
        serde_json::to_string(&Jwks { keys, time_stamp_authorities, revoked: self.revoked.clone() })
            .unwrap_or_default()
    }

    /// The key of that name.
    pub fn find(&self, kid: &str) -> Option<&PublishedKey> {
        self.keys.iter().find(|key| key.kid == kid)
    }

    /// Every key.
    pub fn iter(&self) -> impl Iterator<Item = &PublishedKey> {
        self.keys.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Moment {
        Moment::from_millis(1_795_496_820_000)
    }

    fn key() -> SealKey {
        SealKey::generate("Dhaka Mediation House", now()).expect("a key")
    }

    #[test]
    fn a_key_is_read_back_from_its_text() {
        let made = key();
        let read = SealKey::from_pem(&made.to_pem().expect("a text")).expect("the same key");
        assert_eq!(read.published(), made.published());
        let signature = read.sign_der(b"text").expect("a signature");
        assert!(made.published().verifies_der(b"text", &signature));
        assert!(!made.published().verifies_der(b"test", &signature));
    }

    #[test]
    fn a_certificate_of_another_key_is_refused() {
        let (mine, other) = (key(), key());
        let private = mine.private.to_pem().expect("a text");
        let mixed = format!("{private}{}", other.certificate_pem());
        assert_eq!(SealKey::from_pem(&mixed).err(), Some(KeyError::NoCertificate));
        assert_eq!(SealKey::from_pem(&mine.certificate_pem()).err(), Some(KeyError::NoPrivateKey));
        assert_eq!(SealKey::from_pem(&private).err(), Some(KeyError::NoCertificate));
    }

    #[test]
    fn the_published_set_is_read_back_and_holds_nothing_secret() {
        let (first, second) = (key(), key());
        let set = KeySet::of(&[&first, &second, &first]);
        assert_eq!(set.iter().count(), 2);
        let jwks = set.to_jwks();
        assert_eq!(KeySet::from_jwks(&jwks), Ok(set));
        assert!(!jwks.contains("\"d\""), "{jwks}");
        assert!(!format!("{first:?}").contains("PRIVATE"));
    }

    #[test]
    fn a_set_that_contradicts_itself_is_refused_and_foreign_keys_are_passed_over() {
        let (first, second) = (key(), key());
        let jwks = KeySet::of(&[&first]).to_jwks();
        let renamed = jwks.replace(first.kid(), second.kid());
        assert_eq!(KeySet::from_jwks(&renamed), Err(KeyError::NotAKeySet));
        assert_eq!(KeySet::from_jwks("{}"), Err(KeyError::NotAKeySet));
        let foreign = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AAAA","kid":"one"}]}"#;
        assert_eq!(KeySet::from_jwks(foreign), Ok(KeySet::default()));
    }

    #[test]
    fn a_name_longer_than_a_certificate_takes_is_cut() {
        assert!(SealKey::generate(&"ঢাকা ".repeat(60), now()).is_ok());
        assert!(SealKey::generate("", now()).is_ok());
    }

    /// Keeps a key as a security module does.
    struct Module(Private);

    impl Signer for Module {
        fn sign(&self, digest: &Digest) -> Option<[u8; 64]> {
            // What is in memory here signs messages alone: it is asked for what it knows the digest of.
            let known = [TRIAL, b"text"].into_iter().find(|message| digest_of(message) == *digest)?;
            self.0.sign_jose(known)?.try_into().ok()
        }
    }

    #[test]
    fn a_key_that_is_kept_elsewhere_signs_as_published_and_no_text_of_it_is_secret() {
        let held = key();
        let module =
            || Arc::new(Module(Private::from_pem(&held.private.to_pem().expect("a text")).expect("a key")));
        let away = SealKey::elsewhere(&held.certificate_pem(), module()).expect("a key");
        assert_eq!((away.published(), away.to_pem()), (held.published(), None));
        assert_eq!(away.signs_as_published(), Ok(()));
        let (der, jose) = (away.sign_der(b"text").expect("one"), away.sign_jose(b"text").expect("one"));
        assert!(
            held.published().verifies_der(b"text", &der) && held.published().verifies_jose(b"text", &jose)
        );
        assert_eq!(away.sign_der(b"unknown"), Err(KeyError::NotSigned), "it makes none");

        // A signer with another key than the one that is published makes signatures, and none of them leaves.
        let other = SealKey::elsewhere(&key().certificate_pem(), module()).expect("a certificate");
        assert_eq!(other.signs_as_published(), Err(KeyError::NotSigned));
        assert_eq!(other.sign_der(b"text"), Err(KeyError::NotSigned));
        assert!(SealKey::elsewhere("", module()).is_err());
    }
}
