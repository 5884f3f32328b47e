//! Time stamps (RFC 3161): what is asked of a time-stamp authority, what of its answer is believed, and the token that
//! is kept. A token is kept in one spelling, with the certificate of its signer and no other, so that no byte of it can
//! be changed unseen. Deliberately not here: how an authority is reached, and what becomes of a record that none stamps.

use cms::cert::CertificateChoices;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{CertificateSet, SignedData, SignerIdentifier, SignerInfo, SignerInfos};
use der::asn1::{Null, ObjectIdentifier, OctetString, SetOfVec};
use der::{Any, Decode as _, Encode as _};
use domain::time::Moment;
use rustls_pki_types::UnixTime;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use webpki::{EndEntityCert, KeyUsage, anchor_from_trusted_cert, aws_lc_rs as algorithms};
use x509_cert::Certificate;
use x509_cert::ext::pkix::{BasicConstraints, ExtendedKeyUsage, SubjectKeyIdentifier};
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::canonical::digest_of;
use crate::rfc3161::{
    EssCertId, EssCertIdV2, MessageImprint, SigningCertificate, SigningCertificateV2, TimeStampReq,
    TimeStampResp, TstInfo, moment,
};

const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const SHA_384: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.2");
const SHA_512: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.3");
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const TST_INFO: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.1.4");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.12");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
const TIME_STAMPING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.5.5.7.3.8");
/// The same, as a certificate's bytes have it.
const TIME_STAMPING_BYTES: &[u8] = &[0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x08];

/// Why an answer is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotStamped {
    /// It is no answer to a time-stamp request.
    #[error("the answer is no time stamp")]
    NotUnderstood,
    /// The authority grants none.
    #[error("the authority grants no time stamp")]
    NotGranted,
    /// It is about something else.
    #[error("the time stamp is of something else")]
    OtherImprint,
    /// It answers another request.
    #[error("the time stamp answers another request")]
    OtherNonce,
    /// It is not signed by the certificate that it names.
    #[error("the time stamp is not signed as it says")]
    NotSigned,
    /// That certificate is not for time stamps alone.
    #[error("the time stamp's certificate is not made for time stamps")]
    NotForStamps,
    /// Nobody whom the house trusts has issued that certificate.
    #[error("the time stamp's certificate is of nobody whom this house trusts")]
    NotTrusted,
}

fn may_vouch(certificate: &Certificate) -> bool {
    let own = certificate.tbs_certificate();
    let constraints = own.get_extension::<BasicConstraints>();
    let issues = matches!(constraints, Ok(Some((_, BasicConstraints { ca: true, .. }))));
    issues || own.issuer() == own.subject()
}

/// The certificates of those whose time stamps are believed, as DER: they issue the certificates of the authorities.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Authorities(Vec<Vec<u8>>);

impl Authorities {
    /// Reads certificates that stand one after another, as PEM; nothing where there is none, or one cannot be used: one that
    /// somebody else issued, and that issues none, would vouch for nothing that it stamps.
    pub fn from_pem(text: &str) -> Option<Self> {
        let certificates = Certificate::load_pem_chain(text.as_bytes()).ok()?;
        if !certificates.iter().all(may_vouch) {
            return None;
        }
        let ders: Result<Vec<_>, _> = certificates.iter().map(der::Encode::to_der).collect();
        let known = ders.ok()?.into_iter().try_fold(Self::default(), Self::with)?;
        (!known.0.is_empty()).then_some(known)
    }

    /// These and one more, as DER; nothing where that cannot vouch for anything.
    pub(crate) fn with(mut self, der: Vec<u8>) -> Option<Self> {
        anchor_from_trusted_cert(&der.as_slice().into()).ok()?;
        if !self.0.contains(&der) {
            self.0.push(der);
        }
        Some(self)
    }

    /// These, then those of another set that are lacking.
    #[must_use]
    pub fn merged(mut self, other: &Self) -> Self {
        let lacking: Vec<_> = other.0.iter().filter(|der| !self.0.contains(der)).cloned().collect();
        self.0.extend(lacking);
        self
    }

    /// Each as DER.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.0.iter().map(Vec::as_slice)
    }

    /// Whether a token's certificate was issued by one of them, for time stamps, and was in force when it stamped.
    pub(crate) fn vouch_for(&self, stamp: &Stamp) -> bool {
        let ders: Vec<_> = self.iter().map(Into::into).collect();
        let anchors: Vec<_> = ders.iter().filter_map(|der| anchor_from_trusted_cert(der).ok()).collect();
        let at = UnixTime::since_unix_epoch(stamp.at.since(Moment::from_millis(0)));
        let der = stamp.certificate.as_slice().into();
        EndEntityCert::try_from(&der).is_ok_and(|certificate| {
            let usage = KeyUsage::required(TIME_STAMPING_BYTES);
            let all = webpki::ALL_VERIFICATION_ALGS;
            certificate.verify_for_usage(all, &anchors, &[], at, usage, None, None).is_ok()
        })
    }
}

/// What a token says, once its own signature was found to be good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// When the authority says that it saw what it stamped.
    pub(crate) at: Moment,
    nonce: Option<Vec<u8>>,
    certificate: Vec<u8>,
}

/// A request that is under way.
#[derive(Debug, Clone)]
pub struct Asked {
    stamped: Vec<u8>,
    nonce: Vec<u8>,
    request: Vec<u8>,
}

/// A token that answers what was asked, signed by somebody who is trusted for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token(pub(crate) Any);

impl Asked {
    /// What is to be asked about those bytes: the authority sees their digest alone. The number that is used once is
    /// random, so that no earlier answer serves again.
    pub(crate) fn about(stamped: &[u8], random: [u8; 16]) -> der::Result<Self> {
        let [first, rest @ ..] = random;
        // A positive number in the one spelling that DER has for it: its first byte lies between 0x40 and 0x7f.
        let nonce: Vec<u8> = std::iter::once(first & 0x7f | 0x40).chain(rest).collect();
        let request = TimeStampReq {
            version: 1,
            imprint: imprint(stamped)?,
            policy: None,
            nonce: Some(der::asn1::Int::new(&nonce)?),
            wants_certificate: true,
        };
        Ok(Self { stamped: stamped.to_vec(), nonce, request: request.to_der()? })
    }

    /// The request as DER (`application/timestamp-query`).
    pub fn request(&self) -> &[u8] {
        &self.request
    }

    /// The token of an answer (`application/timestamp-reply`), where it is granted and is about what was asked, in this
    /// request, signed by somebody who is trusted for it.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn answered(&self, answer: &[u8], trusted: &Authorities) -> Result<Token, NotStamped> {
        let answer = TimeStampResp::from_der(answer).map_err(|_| NotStamped::NotUnderstood)?;
        // 0 is granted, 1 granted with changes; there are no changes that could be made.
        if answer.status.status > 1 {
            return Err(NotStamped::NotGranted);
        }
        let token = answer.token.as_ref().and_then(plain).ok_or(NotStamped::NotUnderstood)?;
        let stamp = read(&token, &self.stamped)?;
        if stamp.nonce.as_deref() != Some(&self.nonce) {
            return Err(NotStamped::OtherNonce);
        }
        if !trusted.vouch_for(&stamp) {
            return Err(NotStamped::NotTrusted);
        }
        Ok(Token(token))
    }
}

fn imprint(stamped: &[u8]) -> der::Result<MessageImprint> {
    let algorithm = AlgorithmIdentifierOwned { oid: SHA_256, parameters: None };
    Ok(MessageImprint { algorithm, digest: OctetString::new(digest_of(stamped).0)? })
}

/// A token in the one spelling in which it is kept: nothing in it that its signature does not cover, but the certificate
/// of its signer, which that signature names by its digest.
fn plain(token: &ContentInfo) -> Option<Any> {
    let mut data: SignedData = token.content.decode_as().ok()?;
    let signer = data.signer_infos.0.iter().next()?.clone();
    let all = data.certificates.as_ref()?.0.iter().filter_map(|choice| match choice {
        CertificateChoices::Certificate(certificate) => Some(certificate),
        CertificateChoices::Other(_) => None,
    });
    let own = all.into_iter().find(|certificate| is_named(&signer.sid, certificate))?.clone();
    let own = CertificateChoices::Certificate(own);
    let signer = SignerInfo { unsigned_attrs: None, ..signer };
    data.version = CmsVersion::V3;
    data.digest_algorithms = SetOfVec::try_from(vec![signer.digest_alg.clone()]).ok()?;
    data.certificates = Some(CertificateSet(SetOfVec::try_from(vec![own]).ok()?));
    data.crls = None;
    data.signer_infos = SignerInfos(SetOfVec::try_from(vec![signer]).ok()?);
    let token = ContentInfo { content_type: SIGNED_DATA, content: Any::encode_from(&data).ok()? };
    Any::encode_from(&token).ok()
}

fn is_named(sid: &SignerIdentifier, certificate: &Certificate) -> bool {
    let named = certificate.tbs_certificate();
    match sid {
        SignerIdentifier::IssuerAndSerialNumber(id) => {
            id.issuer == *named.issuer() && id.serial_number == *named.serial_number()
        }
        SignerIdentifier::SubjectKeyIdentifier(id) => {
            let own = named.get_extension::<SubjectKeyIdentifier>();
            own.is_ok_and(|own| own.is_some_and(|(_, own)| own == *id))
        }
    }
}

/// What a token says of those bytes: it must be in the one spelling, about them, and signed by the certificate that it
/// holds, which must be for time stamps alone. Whether anybody trusts that certificate is not asked.
pub(crate) fn read(token: &Any, stamped: &[u8]) -> Result<Stamp, NotStamped> {
    let parts: ContentInfo = token.decode_as().map_err(|_| NotStamped::NotUnderstood)?;
    if plain(&parts).as_ref() != Some(token) {
        return Err(NotStamped::NotUnderstood);
    }
    let data: SignedData = parts.content.decode_as().map_err(|_| NotStamped::NotUnderstood)?;
    let (said, said_bytes) = said(&data).ok_or(NotStamped::NotUnderstood)?;
    let (signer, certificate) = signer(&data).ok_or(NotStamped::NotUnderstood)?;
    if imprint(stamped).ok().is_none_or(|expected| !said.imprint.is_same(&expected)) {
        return Err(NotStamped::OtherImprint);
    }
    if !is_signed(signer, certificate, &said_bytes) {
        return Err(NotStamped::NotSigned);
    }
    if !is_for_stamps(certificate) {
        return Err(NotStamped::NotForStamps);
    }
    Ok(Stamp {
        at: moment(&said.at).ok_or(NotStamped::NotUnderstood)?,
        nonce: said.nonce.map(|nonce| nonce.as_bytes().to_vec()),
        certificate: certificate.to_der().map_err(|_| NotStamped::NotUnderstood)?,
    })
}

/// What is signed, read and as its bytes.
fn said(data: &SignedData) -> Option<(TstInfo, Vec<u8>)> {
    let content = &data.encap_content_info;
    let bytes: OctetString = content.econtent.as_ref()?.decode_as().ok()?;
    let said = TstInfo::from_der(bytes.as_bytes()).ok()?;
    let knows_all = said.extensions.iter().flatten().all(|extension| !extension.critical);
    (content.econtent_type == TST_INFO && said.version == 1 && knows_all)
        .then(|| (said, bytes.as_bytes().to_vec()))
}

fn signer(data: &SignedData) -> Option<(&SignerInfo, &Certificate)> {
    let signer = data.signer_infos.0.iter().next()?;
    let expected = match signer.sid {
        SignerIdentifier::IssuerAndSerialNumber(_) => CmsVersion::V1,
        SignerIdentifier::SubjectKeyIdentifier(_) => CmsVersion::V3,
    };
    match data.certificates.as_ref()?.0.iter().next()? {
        CertificateChoices::Certificate(certificate) if signer.version == expected => {
            Some((signer, certificate))
        }
        _ => None,
    }
}

/// Whether the signer signed what is said, and with it which certificate is theirs.
fn is_signed(signer: &SignerInfo, certificate: &Certificate, said: &[u8]) -> bool {
    let found = || {
        let attributes = signer.signed_attrs.as_ref()?;
        let value = |oid: ObjectIdentifier| {
            let mut of_kind = attributes.iter().filter(|attribute| attribute.oid == oid);
            let only = of_kind.next().filter(|attribute| attribute.values.len() == 1)?;
            of_kind.next().is_none().then(|| only.values.iter().next())?
        };
        let kind: ObjectIdentifier = value(CONTENT_TYPE)?.decode_as().ok()?;
        let digest: OctetString = value(MESSAGE_DIGEST)?.decode_as().ok()?;
        let der = certificate.to_der().ok()?;
        let names_it = match (value(SIGNING_CERTIFICATE_V2), value(SIGNING_CERTIFICATE)) {
            (Some(named), _) => names_v2(named, &der)?,
            (None, Some(named)) => names_v1(named, &der)?,
            (None, None) => false,
        };
        let is_same = kind == TST_INFO && digest.as_bytes() == hashed(&signer.digest_alg, said)?;
        let message = attributes.to_der().ok()?;
        Some(names_it && is_same && verifies(signer, &der, &message))
    };
    found().unwrap_or(false)
}

fn names_v1(value: &Any, certificate: &[u8]) -> Option<bool> {
    let named: SigningCertificate = value.decode_as().ok()?;
    let first: &EssCertId = named.certificates.first()?;
    // RFC 2634 knows SHA-1 alone. To pass off another certificate takes a second preimage, which nobody can make.
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA1_FOR_LEGACY_USE_ONLY, certificate);
    Some(first.digest.as_bytes() == digest.as_ref())
}

fn names_v2(value: &Any, certificate: &[u8]) -> Option<bool> {
    let named: SigningCertificateV2 = value.decode_as().ok()?;
    let first: &EssCertIdV2 = named.certificates.first()?;
    let usual = AlgorithmIdentifierOwned { oid: SHA_256, parameters: None };
    let digest = hashed(first.algorithm.as_ref().unwrap_or(&usual), certificate)?;
    Some(first.digest.as_bytes() == digest)
}

fn hashed(algorithm: &AlgorithmIdentifierOwned, bytes: &[u8]) -> Option<Vec<u8>> {
    has_no_parameters(algorithm).then_some(())?;
    match algorithm.oid {
        SHA_256 => Some(Sha256::digest(bytes).to_vec()),
        SHA_384 => Some(Sha384::digest(bytes).to_vec()),
        SHA_512 => Some(Sha512::digest(bytes).to_vec()),
        _ => None,
    }
}

/// Left out, or written as nothing.
fn has_no_parameters(algorithm: &AlgorithmIdentifierOwned) -> bool {
    algorithm.parameters.as_ref().is_none_or(|parameters| parameters.decode_as::<Null>().is_ok())
}

/// The signature over the signed attributes, by any algorithm that goes with the digest and the certificate's key.
fn verifies(signer: &SignerInfo, certificate: &[u8], message: &[u8]) -> bool {
    let named = ObjectIdentifier::new_unwrap;
    let (pkcs1, ecdsa, rsa, on_curves) = match signer.digest_alg.oid {
        SHA_256 => (
            named("1.2.840.113549.1.1.11"),
            named("1.2.840.10045.4.3.2"),
            algorithms::RSA_PKCS1_2048_8192_SHA256,
            [algorithms::ECDSA_P256_SHA256, algorithms::ECDSA_P384_SHA256, algorithms::ECDSA_P521_SHA256],
        ),
        SHA_384 => (
            named("1.2.840.113549.1.1.12"),
            named("1.2.840.10045.4.3.3"),
            algorithms::RSA_PKCS1_2048_8192_SHA384,
            [algorithms::ECDSA_P256_SHA384, algorithms::ECDSA_P384_SHA384, algorithms::ECDSA_P521_SHA384],
        ),
        SHA_512 => (
            named("1.2.840.113549.1.1.13"),
            named("1.2.840.10045.4.3.4"),
            algorithms::RSA_PKCS1_2048_8192_SHA512,
            [algorithms::ECDSA_P256_SHA512, algorithms::ECDSA_P384_SHA512, algorithms::ECDSA_P521_SHA512],
        ),
        _ => return false,
    };
    let (asked, signature) = (&signer.signature_algorithm, signer.signature.as_bytes());
    let der = certificate.into();
    let Ok(certificate) = EndEntityCert::try_from(&der) else { return false };
    if asked.oid == ecdsa && asked.parameters.is_none() {
        return on_curves.iter().any(|on| certificate.verify_signature(*on, message, signature).is_ok());
    }
    let is_rsa = (asked.oid == pkcs1 || asked.oid == RSA) && has_no_parameters(asked);
    is_rsa && certificate.verify_signature(rsa, message, signature).is_ok()
}

/// Whether a certificate may sign time stamps and nothing else (RFC 3161, section 2.3).
fn is_for_stamps(certificate: &Certificate) -> bool {
    let usage = certificate.tbs_certificate().get_extension::<ExtendedKeyUsage>();
    usage.is_ok_and(|usage| usage.is_some_and(|(critical, usage)| critical && usage.0 == [TIME_STAMPING]))
}
