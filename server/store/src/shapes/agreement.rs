//! The shape of the agreement under way: revision, readiness and signatures. Deliberately not here: its words, which are
//! sealed under another key.

use serde::{Deserialize, Serialize};

use domain::agreement::{Agreement, Proof, Revision, Signature, Signer, TextDigest};
use domain::ids::AccountId;
use domain::language::RecordLanguage;

use super::atoms::{M, Two, W};
use crate::error::Result;

#[derive(Serialize, Deserialize)]
pub struct RevisionShape {
    number: u32,
    digest: W<TextDigest>,
    prevailing: W<RecordLanguage>,
    languages: Vec<W<RecordLanguage>>,
}

impl From<&Revision> for RevisionShape {
    fn from(revision: &Revision) -> Self {
        Self {
            number: revision.number,
            digest: W(revision.digest),
            prevailing: W(revision.prevailing),
            languages: revision.languages.iter().copied().map(W).collect(),
        }
    }
}

impl RevisionShape {
    fn value(self) -> Revision {
        Revision {
            number: self.number,
            digest: self.digest.0,
            prevailing: self.prevailing.0,
            languages: self.languages.into_iter().map(|language| language.0).collect(),
        }
    }
}

/// Of two shapes with no field in common that has to be there: a node of an older release knows the first alone, and finds
/// what a representative signed unreadable, rather than take it for the party's own.
#[derive(Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum SignatureShape {
    /// The party signed itself.
    Own {
        at: M,
        auditor_may_read_terms: bool,
        /// Absent in what was signed before it was kept: a password it was then.
        #[serde(default)]
        proof: Option<W<Proof>>,
    },
    /// Its representative did.
    OnBehalf {
        signed_at: M,
        may_audit_terms: bool,
        proven_by: W<Proof>,
        representative: W<AccountId>,
        accepted_at: M,
    },
}

impl From<Signature> for SignatureShape {
    fn from(signature: Signature) -> Self {
        let Signature { at, auditor_may_read_terms, proof, by } = signature;
        match by {
            Signer::Party => Self::Own { at: at.into(), auditor_may_read_terms, proof: Some(W(proof)) },
            Signer::Representative { account, accepted_at } => Self::OnBehalf {
                signed_at: at.into(),
                may_audit_terms: auditor_may_read_terms,
                proven_by: W(proof),
                representative: W(account),
                accepted_at: accepted_at.into(),
            },
        }
    }
}

impl SignatureShape {
    fn value(self) -> Signature {
        match self {
            Self::Own { at, auditor_may_read_terms, proof } => Signature {
                at: at.into(),
                auditor_may_read_terms,
                proof: proof.map_or(Proof::Password, |proof| proof.0),
                by: Signer::Party,
            },
            Self::OnBehalf { signed_at, may_audit_terms, proven_by, representative, accepted_at } => {
                Signature {
                    at: signed_at.into(),
                    auditor_may_read_terms: may_audit_terms,
                    proof: proven_by.0,
                    by: Signer::Representative { account: representative.0, accepted_at: accepted_at.into() },
                }
            }
        }
    }
}

/// How far the text has come.
#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum AgreementShape {
    Blank,
    Draft { revision: RevisionShape, ready: Two<bool> },
    Frozen { revision: RevisionShape, since: M, waived: Two<bool>, signatures: Two<Option<SignatureShape>> },
    Signed { revision: RevisionShape, since: M, signatures: Two<SignatureShape> },
}

impl From<&Agreement> for AgreementShape {
    fn from(agreement: &Agreement) -> Self {
        match agreement {
            Agreement::Blank => Self::Blank,
            Agreement::Draft { revision, ready } => {
                Self::Draft { revision: revision.into(), ready: Two::of(ready, |one| *one) }
            }
            Agreement::Frozen { revision, since, waived, signatures } => Self::Frozen {
                revision: revision.into(),
                since: (*since).into(),
                waived: Two::of(waived, |one| *one),
                signatures: Two::of(signatures, |one| one.map(SignatureShape::from)),
            },
            Agreement::Signed { revision, since, signatures } => Self::Signed {
                revision: revision.into(),
                since: (*since).into(),
                signatures: Two::of(signatures, |one| SignatureShape::from(*one)),
            },
        }
    }
}

impl AgreementShape {
    /// The agreement.
    pub fn value(self) -> Result<Agreement> {
        Ok(match self {
            Self::Blank => Agreement::Blank,
            Self::Draft { revision, ready } => {
                Agreement::Draft { revision: revision.value(), ready: ready.sides(Ok)? }
            }
            Self::Frozen { revision, since, waived, signatures } => Agreement::Frozen {
                revision: revision.value(),
                since: since.into(),
                waived: waived.sides(Ok)?,
                signatures: signatures.sides(|one| Ok(one.map(SignatureShape::value)))?,
            },
            Self::Signed { revision, since, signatures } => Agreement::Signed {
                revision: revision.value(),
                since: since.into(),
                signatures: signatures.sides(|one| Ok(one.value()))?,
            },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Option<Signer> {
        serde_json::from_str::<SignatureShape>(json).ok().map(|shape| shape.value().by)
    }

    #[test]
    fn what_a_representative_signed_is_never_read_as_the_partys_own() {
        let account = "0193a1b2-0000-7000-8000-000000000001";
        let own = r#""at":1,"auditor_may_read_terms":true"#;
        assert_eq!(read(&format!("{{{own}}}")), Some(Signer::Party), "as it was kept at first");
        assert_eq!(read(&format!(r#"{{{own},"proof":"password"}}"#)), Some(Signer::Party));
        let behalf = format!(
            r#""signed_at":2,"may_audit_terms":true,"proven_by":"password","representative":"{account}","accepted_at":1"#
        );
        assert!(matches!(read(&format!("{{{behalf}}}")), Some(Signer::Representative { .. })));
        for unclear in [
            format!("{{{own},{behalf}}}"),
            format!(r#"{{{own},"proof":"password","representative":"{account}"}}"#),
            format!(r#"{{{own},"representative":{{"account":"{account}","accepted_at":1}}}}"#),
        ] {
            assert_eq!(read(&unclear), None, "{unclear}");
        }
    }
}
