//! The structures of RFC 3161 (requests, answers and what a token says) and of the attribute by which a signature names
//! its certificate (RFC 2634, RFC 5035). Deliberately not here: what of them is believed.

use cms::content_info::ContentInfo;
use der::asn1::{BitString, Int, ObjectIdentifier, OctetString};
use der::{Any, Sequence, Tag, Tagged as _};
use domain::time::Moment;
use x509_cert::ext::Extension;
use x509_cert::spki::AlgorithmIdentifierOwned;

/// What is stamped: its digest.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(crate) struct MessageImprint {
    pub(crate) algorithm: AlgorithmIdentifierOwned,
    pub(crate) digest: OctetString,
}

impl MessageImprint {
    /// Whether both are the same digest by the same algorithm; some write its absent parameters as nothing.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let is_nothing = |any: &Any| any.tag() == Tag::Null;
        let is_plain = self.algorithm.parameters.as_ref().is_none_or(is_nothing);
        is_plain && self.algorithm.oid == other.algorithm.oid && self.digest == other.digest
    }
}

/// A request (section 2.4.1). Extensions are never asked for.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(crate) struct TimeStampReq {
    pub(crate) version: u8,
    pub(crate) imprint: MessageImprint,
    pub(crate) policy: Option<ObjectIdentifier>,
    pub(crate) nonce: Option<Int>,
    #[asn1(default = "no")]
    pub(crate) wants_certificate: bool,
}

fn no() -> bool {
    false
}

/// An answer (section 2.4.2).
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(crate) struct TimeStampResp {
    pub(crate) status: Status,
    pub(crate) token: Option<ContentInfo>,
}

/// Whether it is granted.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(crate) struct Status {
    pub(crate) status: u8,
    pub(crate) text: Option<Vec<Any>>,
    pub(crate) failure: Option<BitString>,
}

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(crate) struct TstInfo {
    pub(crate) version: u8,
    pub(crate) policy: ObjectIdentifier,
    pub(crate) imprint: MessageImprint,
    pub(crate) serial: Int,
    /// A `GeneralizedTime`, which may have parts of a second here.
    pub(crate) at: Any,
    pub(crate) accuracy: Option<Accuracy>,
    #[asn1(default = "no")]
    pub(crate) is_ordered: bool,
    pub(crate) nonce: Option<Int>,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    pub(crate) authority: Option<Any>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) extensions: Option<Vec<Extension>>,
}

/// How far the time may be off.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(crate) struct Accuracy {
    pub(crate) seconds: Option<Int>,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) millis: Option<Int>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", optional = "true")]
    pub(crate) micros: Option<Int>,
}

/// RFC 2634, section 5.4: with SHA-1.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(crate) struct SigningCertificate {
    pub(crate) certificates: Vec<EssCertId>,
    pub(crate) policies: Option<Any>,
}

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(crate) struct EssCertId {
    pub(crate) digest: OctetString,
    pub(crate) issuer_and_serial: Option<Any>,
}

/// RFC 5035, section 3: with any algorithm, SHA-256 where none is named.
#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(crate) struct SigningCertificateV2 {
    pub(crate) certificates: Vec<EssCertIdV2>,
    pub(crate) policies: Option<Any>,
}

#[derive(Debug, Clone, PartialEq, Eq, Sequence)]
pub(crate) struct EssCertIdV2 {
    pub(crate) algorithm: Option<AlgorithmIdentifierOwned>,
    pub(crate) digest: OctetString,
    pub(crate) issuer_and_serial: Option<Any>,
}

/// The moment of a `GeneralizedTime` as RFC 3161 spells it: `20261124050705Z`, or with parts of a second behind a point.
pub(crate) fn moment(time: &Any) -> Option<Moment> {
    (time.tag() == Tag::GeneralizedTime).then_some(())?;
    let text = std::str::from_utf8(time.value()).ok()?.strip_suffix('Z')?;
    let (whole, parts) = text.split_once('.').map_or((text, None), |(whole, parts)| (whole, Some(parts)));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (whole.len() == 14 && is_number(whole) && parts.is_none_or(is_number)).then_some(())?;
    let part = |from: usize, to: usize| whole.get(from..to);
    let fraction = parts.map(|parts| format!(".{}", parts.get(..3).unwrap_or(parts))).unwrap_or_default();
    let spelled = format!(
        "{}-{}-{}T{}:{}:{}{fraction}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?
    );
    spelled.parse().ok()
}
