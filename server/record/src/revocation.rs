//! The revocation of a seal key: from when on nothing is believed that it signs, and which records it had sealed before by
//! what the ledger tells. Deliberately not here: who revokes, and where the list is published.

use domain::time::Moment;
use serde::{Deserialize, Serialize};

use crate::canonical::{Digest, NotCanonical, canonical_bytes, digest_of};
use crate::ledger::{Leaf, LeafKind};
use crate::spelled;

/// Why a key is revoked. No free text: the list is public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// Somebody else has it, or may have it.
    Compromised,
    /// The house has it no more.
    Lost,
    /// It is no longer to be used.
    Retired,
}

/// A key that is revoked. Absent things have no meaning here, and unknown ones are refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// The key's name: its RFC 7638 thumbprint.
    pub kid: String,
    /// From when on.
    #[serde(with = "spelled")]
    pub revoked_at: Moment,
    /// Why.
    pub reason: Reason,
    /// The records and certifications that the ledger held of this key then: they stay valid, and nothing else does. A time stamp would not do
    /// in their place: whoever has the key can have a forgery stamped as well as the house its records.
    pub sealed_before: Vec<SealedBefore>,
}

/// A record, or a certification of one, that a key had sealed before it was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealedBefore {
    /// The digest of its canonical JSON, as the ledger has it.
    #[serde(with = "spelled")]
    pub record: Digest,
    /// The SHA-256 of its PDF: pages that say something else can be signed with a stolen key around a true record.
    #[serde(with = "spelled")]
    pub pdf: Digest,
}

impl Revocation {
    /// Its entry in the ledger, so that nobody takes it from the list, or changes it, unseen.
    ///
    /// # Errors
    /// None that can be met: a revocation always has a canonical form.
    pub fn leaf(&self) -> Result<Leaf, NotCanonical> {
        Ok(Leaf { kind: LeafKind::KeyRevocation, digest: digest_of(&canonical_bytes(self)?) })
    }

    /// Whether the key had sealed the record or certification with that digest before.
    pub fn had_sealed(&self, record: Digest) -> bool {
        self.sealed_before.iter().any(|before| before.record == record)
    }

    /// Whether the key had signed the PDF with that digest before.
    pub fn had_signed(&self, pdf: Digest) -> bool {
        self.sealed_before.iter().any(|before| before.pdf == pdf)
    }
}
