//! The detached CMS signature that stands in a PDF (RFC 5652, CAdES B-B, and B-T with a time stamp): content type, message
//! digest, and the ESS signing-certificate-v2 that binds the certificate. There is one way to write it, so that checking
//! is writing it again: what differs in a byte is not ours. The time stamp's token, which nobody but its authority can
//! write, is checked by `time_stamp`.

use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedAttributes, SignedData, SignerIdentifier, SignerInfo,
    SignerInfos,
};
use der::asn1::{ObjectIdentifier, OctetString, SetOfVec};
use der::{Any, Decode as _, Encode as _, Tag};
use x509_cert::attr::Attribute;
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::canonical::{Digest, digest_of};
use crate::keys::{KeyError, PublishedKey, SealKey};
use crate::time_stamp::{self, Stamp};

const SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
const ECDSA_WITH_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2");
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");

/// `id-aa-signatureTimeStampToken` (RFC 3161, appendix A).
const TIME_STAMP_TOKEN: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.14");

/// A signature that may still get a time stamp.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    attributes: SignedAttributes,
    /// The signature value, which is what a time stamp is of.
    pub(crate) value: Vec<u8>,
    key: PublishedKey,
}

impl Signed {
    /// Signs content with that digest.
    ///
    /// # Errors
    /// `NotSigned`.
    pub(crate) fn over(content: Digest, key: &SealKey) -> Result<Self, KeyError> {
        let attributes = attributes(content, key.published()).map_err(|_| KeyError::NotSigned)?;
        let signed = attributes.to_der().map_err(|_| KeyError::NotSigned)?;
        Ok(Self { attributes, value: key.sign_der(&signed)?, key: key.published().clone() })
    }

    /// The whole as DER, with a time stamp's token where there is one.
    ///
    /// # Errors
    /// `NotSigned`.
    pub(crate) fn to_der(&self, token: Option<&Any>) -> Result<Vec<u8>, KeyError> {
        signed_data(self.attributes.clone(), &self.value, &self.key, token).map_err(|_| KeyError::NotSigned)
    }
}

/// Whether `signature`, with nothing but zeros behind it, is what is written here for that content and key; and what its
/// time stamp says, where it has one.
pub(crate) fn verified(signature: &[u8], content: Digest, key: &PublishedKey) -> Option<Option<Stamp>> {
    let (der, value, token) = taken_apart(signature)?;
    let attributes = attributes(content, key).ok()?;
    let signed = attributes.to_der().ok()?;
    let same = signed_data(attributes, &value, key, token.as_ref()).is_ok_and(|expected| expected == der);
    if !same || !key.verifies_der(&signed, &value) {
        return None;
    }
    // A token that does not hold is worse than none: somebody put it there.
    token.map(|token| time_stamp::read(&token, &value)).transpose().ok()
}

/// The DER without the zeros that fill its place, and in it the signature value and the time stamp's token.
fn taken_apart(padded: &[u8]) -> Option<(&[u8], Vec<u8>, Option<Any>)> {
    let (info, rest) = ContentInfo::from_der_partial(padded).ok()?;
    if rest.iter().any(|byte| *byte != 0) {
        return None;
    }
    let der = padded.get(..padded.len() - rest.len())?;
    let data: SignedData = info.content.decode_as().ok()?;
    let signer = data.signer_infos.0.iter().next()?;
    let token = signer.unsigned_attrs.iter().flat_map(|all| all.iter()).find_map(|one| one.values.get(0));
    Some((der, signer.signature.as_bytes().to_vec(), token.cloned()))
}

fn attributes(content: Digest, key: &PublishedKey) -> der::Result<SignedAttributes> {
    let certificate = digest_of(&key.certificate().to_der()?);
    // SigningCertificateV2 ::= SEQUENCE { certs SEQUENCE OF ESSCertIDv2 }, each with a hash whose default is SHA-256.
    let identified = sequence(&sequence(&OctetString::new(certificate.0)?.to_der()?)?)?;
    SetOfVec::try_from(vec![
        attribute(CONTENT_TYPE, Any::encode_from(&DATA)?)?,
        attribute(MESSAGE_DIGEST, Any::encode_from(&OctetString::new(content.0)?)?)?,
        attribute(SIGNING_CERTIFICATE_V2, Any::new(Tag::Sequence, identified)?)?,
    ])
}

fn attribute(oid: ObjectIdentifier, value: Any) -> der::Result<Attribute> {
    Ok(Attribute { oid, values: SetOfVec::try_from(vec![value])? })
}

fn sequence(body: &[u8]) -> der::Result<Vec<u8>> {
    Any::new(Tag::Sequence, body)?.to_der()
}

fn signed_data(
    attributes: SignedAttributes,
    signature: &[u8],
    key: &PublishedKey,
    token: Option<&Any>,
) -> der::Result<Vec<u8>> {
    let certificate = key.certificate();
    let named = certificate.tbs_certificate();
    let digest_alg = AlgorithmIdentifierOwned { oid: SHA_256, parameters: None };
    let unsigned = token.map(|token| {
        let attribute = attribute(TIME_STAMP_TOKEN, token.clone())?;
        SetOfVec::try_from(vec![attribute])
    });
    let signer = SignerInfo {
        version: CmsVersion::V1,
        sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
            issuer: named.issuer().clone(),
            serial_number: named.serial_number().clone(),
        }),
        digest_alg: digest_alg.clone(),
        signed_attrs: Some(attributes),
        signature_algorithm: AlgorithmIdentifierOwned { oid: ECDSA_WITH_SHA_256, parameters: None },
        signature: OctetString::new(signature)?,
        unsigned_attrs: unsigned.transpose()?,
    };
    let data = SignedData {
        version: CmsVersion::V1,
        digest_algorithms: SetOfVec::try_from(vec![digest_alg])?,
        encap_content_info: EncapsulatedContentInfo { econtent_type: DATA, econtent: None },
        certificates: Some(CertificateSet(SetOfVec::try_from(vec![CertificateChoices::Certificate(
            certificate.clone(),
        )])?)),
        crls: None,
        signer_infos: SignerInfos(SetOfVec::try_from(vec![signer])?),
    };
    ContentInfo { content_type: SIGNED_DATA, content: Any::encode_from(&data)? }.to_der()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::samples;

    fn signed(content: Digest, key: &SealKey) -> Vec<u8> {
        Signed::over(content, key).and_then(|signed| signed.to_der(None)).expect("a signature")
    }

    fn verifies(signature: &[u8], content: Digest, key: &PublishedKey) -> bool {
        verified(signature, content, key).is_some()
    }

    #[test]
    fn a_signature_is_of_one_content_by_one_key() {
        let (key, other) = (samples::key(), samples::key());
        let content = digest_of(b"content");
        let mut signature = signed(content, &key);
        assert!(verifies(&signature, content, key.published()));
        assert!(!verifies(&signature, digest_of(b"contend"), key.published()));
        assert!(!verifies(&signature, content, other.published()));
        signature.extend([0; 100]);
        assert!(verifies(&signature, content, key.published()));
        signature.push(1);
        assert!(!verifies(&signature, content, key.published()));
    }

    #[test]
    fn no_byte_of_a_signature_can_be_changed() {
        let key = samples::key();
        let content = digest_of(b"content");
        let signature = signed(content, &key);
        for at in 0..signature.len() {
            for bit in 0..8 {
                let mut changed = signature.clone();
                changed[at] ^= 1 << bit;
                assert!(!verifies(&changed, content, key.published()), "bit {bit} of byte {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn garbage_is_no_signature(garbage in proptest::collection::vec(any::<u8>(), 0..400)) {
            let key = samples::key();
            prop_assert!(!verifies(&garbage, digest_of(b"content"), key.published()));
        }
    }
}
