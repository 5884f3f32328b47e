//! A time-stamp authority to test with, which can be made to lie. Compiled for tests alone.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair};
use cms::cert::{CertificateChoices, IssuerAndSerialNumber};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    CertificateSet, EncapsulatedContentInfo, SignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use der::asn1::{Int, ObjectIdentifier, OctetString, SetOfVec};
use der::pem::LineEnding;
use der::{Any, Decode as _, Encode as _, EncodePem as _, Tag};
use rcgen::{BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyPair};
use x509_cert::Certificate;
use x509_cert::attr::Attribute;
use x509_cert::spki::AlgorithmIdentifierOwned;

use crate::canonical::digest_of;
use crate::rfc3161::{EssCertIdV2, SigningCertificateV2, Status, TimeStampReq, TimeStampResp, TstInfo};
use crate::time_stamp::Authorities;

/// Purposes of a certificate, as its extension has them.
pub(crate) const STAMPS: &[u8] = &[0x30, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 8];
pub(crate) const MAILS: &[u8] = &[0x30, 0x0a, 0x06, 0x08, 0x2b, 6, 1, 5, 5, 7, 3, 4];

/// One that signs with P-256, and whose certificate another one issued.
pub(crate) struct Authority {
    issuer: Vec<u8>,
    certificate: Certificate,
    pair: EcdsaKeyPair,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::with(STAMPS, true)
    }

    /// One whose certificate is for that purpose.
    pub(crate) fn with(purpose: &[u8], is_critical: bool) -> Self {
        let mut root = CertificateParams::default();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let root_key = KeyPair::generate().expect("a key");
        let issuer = root.self_signed(&root_key).expect("a root").der().to_vec();

        let mut own = CertificateParams::default();
        own.distinguished_name.push(DnType::CommonName, "Time stamps");
        let mut usage = CustomExtension::from_oid_content(&[2, 5, 29, 37], purpose.to_vec());
        usage.set_criticality(is_critical);
        own.custom_extensions = vec![usage];
        let own_key = KeyPair::generate().expect("a key");
        let signed = own.signed_by(&own_key, &Issuer::new(root, root_key)).expect("a certificate");
        let certificate = Certificate::from_der(signed.der()).expect("a certificate");
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, own_key.serialized_der());
        Self { issuer, certificate, pair: pair.expect("a key") }
    }

    pub(crate) fn trusted(&self) -> Authorities {
        Authorities::default().with(self.issuer.clone()).expect("an issuer")
    }

    /// Its certificate, and that of whoever issued it, as PEM.
    pub(crate) fn pems(&self) -> [String; 2] {
        let issuer = Certificate::from_der(&self.issuer).expect("a certificate");
        [&self.certificate, &issuer].map(|one| one.to_pem(LineEnding::LF).expect("PEM"))
    }

    /// An honest answer.
    pub(crate) fn answers(&self, request: &[u8]) -> Vec<u8> {
        self.lies(request, |_| {}, |_| {})
    }

    /// An answer that says something else, or whose signature was changed.
    pub(crate) fn lies(
        &self,
        request: &[u8],
        says: impl FnOnce(&mut TstInfo),
        signs: impl FnOnce(&mut SignerInfo),
    ) -> Vec<u8> {
        let asked = TimeStampReq::from_der(request).expect("a request");
        assert!(asked.wants_certificate && asked.version == 1);
        let mut said = TstInfo {
            version: 1,
            policy: oid("1.2.3.4"),
            imprint: asked.imprint,
            serial: Int::new(&[7]).expect("a number"),
            at: Any::new(Tag::GeneralizedTime, b"20261124050703.25Z".as_slice()).expect("a time"),
            accuracy: None,
            is_ordered: false,
            nonce: asked.nonce,
            authority: None,
            extensions: None,
        };
        says(&mut said);
        let token = Some(self.token(&said.to_der().expect("bytes"), signs));
        let status = Status { status: 0, text: None, failure: None };
        TimeStampResp { status, token }.to_der().expect("bytes")
    }

    fn token(&self, said: &[u8], signs: impl FnOnce(&mut SignerInfo)) -> ContentInfo {
        let digest_alg = AlgorithmIdentifierOwned { oid: oid("2.16.840.1.101.3.4.2.1"), parameters: None };
        let own = digest_of(&self.certificate.to_der().expect("bytes")).0;
        let digest = OctetString::new(own).expect("bytes");
        let named = EssCertIdV2 { algorithm: None, digest, issuer_and_serial: None };
        let named = SigningCertificateV2 { certificates: vec![named], policies: None };
        let attributes = SetOfVec::try_from(vec![
            attribute("1.2.840.113549.1.9.3", &oid("1.2.840.113549.1.9.16.1.4")),
            attribute("1.2.840.113549.1.9.4", &OctetString::new(digest_of(said).0).expect("bytes")),
            attribute("1.2.840.113549.1.9.16.2.47", &named),
        ])
        .expect("attributes");
        let message = attributes.to_der().expect("bytes");
        let signature = self.pair.sign(&SystemRandom::new(), &message).expect("a signature");
        let tbs = self.certificate.tbs_certificate();
        let mut signer = SignerInfo {
            version: CmsVersion::V1,
            sid: SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
                issuer: tbs.issuer().clone(),
                serial_number: tbs.serial_number().clone(),
            }),
            digest_alg: digest_alg.clone(),
            signed_attrs: Some(attributes),
            signature_algorithm: AlgorithmIdentifierOwned {
                oid: oid("1.2.840.10045.4.3.2"),
                parameters: None,
            },
            signature: OctetString::new(signature.as_ref()).expect("bytes"),
            unsigned_attrs: None,
        };
        signs(&mut signer);
        let issuer = Certificate::from_der(&self.issuer).expect("a certificate");
        let certificates = vec![
            CertificateChoices::Certificate(self.certificate.clone()),
            CertificateChoices::Certificate(issuer),
        ];
        let content = Any::encode_from(&OctetString::new(said).expect("bytes")).expect("bytes");
        let data = SignedData {
            version: CmsVersion::V3,
            digest_algorithms: SetOfVec::try_from(vec![digest_alg]).expect("a set"),
            encap_content_info: EncapsulatedContentInfo {
                econtent_type: oid("1.2.840.113549.1.9.16.1.4"),
                econtent: Some(content),
            },
            certificates: Some(CertificateSet(SetOfVec::try_from(certificates).expect("a set"))),
            crls: None,
            signer_infos: SignerInfos(SetOfVec::try_from(vec![signer]).expect("a set")),
        };
        let content = Any::encode_from(&data).expect("bytes");
        ContentInfo { content_type: oid("1.2.840.113549.1.7.2"), content }
    }
}

fn attribute(kind: &str, value: &(impl der::EncodeValue + der::Tagged)) -> Attribute {
    let value = Any::encode_from(value).expect("a value");
    Attribute { oid: oid(kind), values: SetOfVec::try_from(vec![value]).expect("a set") }
}

fn oid(text: &str) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(text)
}
