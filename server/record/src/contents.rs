//! What a settlement record says (R21): the structure whose canonical JSON is the authoritative text. How it is
//! printed and sealed is not here, nor what makes it complete (`fit`).

use std::collections::BTreeMap;

use domain::category::Category;
use domain::ids::{DisputeId, Reference, SettlementId};
use domain::language::{Language, RecordLanguage};
use domain::party::Side;
use domain::time::{Day, Moment};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::agreement::{Salt, Term};
use crate::canonical::{Digest, NotCanonical, canonical_bytes};
use crate::spelled;

/// A settlement record. Absent things are left out of the JSON; amounts are strings, times RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contents {
    /// The version of this structure.
    pub version: Version,
    /// What kind of document it is.
    pub kind: Kind,
    /// The record's id.
    #[serde(with = "spelled")]
    pub id: SettlementId,
    /// The dispute that it ends.
    #[serde(with = "spelled")]
    pub dispute: DisputeId,
    /// The dispute's reference, by which people know it.
    #[serde(with = "spelled")]
    pub reference: Reference,
    /// The salt of the dispute's agreement, without which its digest could be guessed at (R9).
    #[serde(with = "spelled")]
    pub salt: Salt,
    /// What the dispute was about.
    #[serde(with = "spelled")]
    pub category: Category,
    /// The administering institution.
    pub institution: Institution,
    /// Everyone who is bound, claimants first.
    pub parties: Vec<Party>,
    /// Who mediated, and led where there were two.
    pub mediator: Mediator,
    /// Who mediated beside them when the parties signed: always in version 2, in later ones where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub co_mediator: Option<CoMediator>,
    /// When it was mediated.
    pub mediation: Mediation,
    /// The languages in which each term is written.
    #[serde(with = "spelled::list")]
    pub languages: Vec<RecordLanguage>,
    /// The language whose text counts where the texts differ (R22).
    #[serde(with = "spelled")]
    pub prevailing_language: RecordLanguage,
    /// What was agreed.
    pub terms: Vec<Term>,
    /// Which revision was signed.
    pub agreement: Agreement,
    /// Who signed it, at least one person a side.
    pub signatures: Vec<Signature>,
    /// Who agreed to mediate, under which text (R1).
    pub consents: Vec<Consent>,
    /// Whether every party agreed, when signing, that an auditor may read the terms (R8).
    pub auditor_may_read_terms: bool,
    /// That this is no order of a court, in each language.
    #[serde(with = "spelled::by_language")]
    pub not_a_court_order: BTreeMap<RecordLanguage, String>,
    /// How it is enforced where it was made, in each language.
    #[serde(with = "spelled::by_language")]
    pub enforcement: BTreeMap<RecordLanguage, String>,
    /// The record that this one replaces.
    #[serde(with = "spelled::maybe", default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<SettlementId>,
}

/// A version of the structure. What was sealed under one stays so for ever; a record that needs nothing of a later one is
/// still written under the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// One mediator.
    One,
    /// A mediator and a co-mediator.
    Two,
    /// A representative signed for a party (R3).
    Three,
    /// A language in which records were not written before.
    Four,
}

impl Version {
    /// The version under which that is written.
    pub fn of(
        co_mediator: Option<&CoMediator>,
        signatures: &[Signature],
        languages: &[RecordLanguage],
    ) -> Self {
        use RecordLanguage::{Bangla, English, Urdu};
        if !languages.iter().all(|language| matches!(language, English | Bangla | Urdu)) {
            Self::Four
        } else if signatures.iter().any(|signature| signature.on_behalf_of.is_some()) {
            Self::Three
        } else if co_mediator.is_some() {
            Self::Two
        } else {
            Self::One
        }
    }
}

impl Serialize for Version {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_u8(match self {
            Self::One => 1,
            Self::Two => 2,
            Self::Three => 3,
            Self::Four => 4,
        })
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: Deserializer<'de>>(input: D) -> Result<Self, D::Error> {
        match u8::deserialize(input)? {
            1 => Ok(Self::One),
            2 => Ok(Self::Two),
            3 => Ok(Self::Three),
            4 => Ok(Self::Four),
            _ => Err(D::Error::custom("not a version that is known here")),
        }
    }
}

/// What kind of document a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The record of a settlement.
    Settlement,
}

/// The institution under whose rules the mediation took place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Institution {
    /// Its name.
    pub name: String,
    /// Its published postal address, one or more lines.
    pub address: String,
    /// Its published telephone number.
    pub phone: String,
    /// Its public address on the web.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    /// When it attested that the mediation took place, where the mediator did not (R23).
    #[serde(with = "spelled::maybe", default, skip_serializing_if = "Option::is_none")]
    pub attested_at: Option<Moment>,
}

/// A person who is bound by the agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// The side on which they stand.
    #[serde(with = "spelled")]
    pub side: Side,
    /// Their name as they write it.
    pub name: String,
}

/// The neutral third person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mediator {
    /// Their name.
    pub name: String,
    /// When they attested the agreement (R23); absent where the institution did it for them.
    #[serde(with = "spelled::maybe", default, skip_serializing_if = "Option::is_none")]
    pub attested_at: Option<Moment>,
}

/// The second neutral person, who attests nothing: one of two does (R23).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoMediator {
    /// Their name.
    pub name: String,
}

/// The dates of the mediation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mediation {
    /// The day on which the dispute was filed.
    #[serde(with = "spelled")]
    pub filed_on: Day,
    /// When the mediator was confirmed and the mediation began.
    #[serde(with = "spelled")]
    pub started_at: Moment,
    /// When the institution sealed the record.
    #[serde(with = "spelled")]
    pub sealed_at: Moment,
}

/// The revision of the agreement that was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// Its number.
    pub revision: u32,
    /// Its digest, which anyone can compute again from this record's salt, dispute, language and terms.
    #[serde(with = "spelled")]
    pub digest: Digest,
}

/// A person's assent (R23).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// The side for which they signed.
    #[serde(with = "spelled")]
    pub side: Side,
    /// The name that they typed.
    pub name: String,
    /// When.
    #[serde(with = "spelled")]
    pub signed_at: Moment,
    /// Their words of intent.
    pub intent: String,
    /// How they proved afresh who they are, such as `password`, `password-and-code` or `passkey`.
    pub method: String,
    /// The digest of what they signed.
    #[serde(with = "spelled")]
    pub digest: Digest,
    /// For whom they signed, where it was not for themselves (R3); from version 3 on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<OnBehalf>,
}

/// Whom a representative signed for, and who let them. On what ground is not told: it may be somebody's age or health.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnBehalf {
    /// The party's name, as it stands among the parties.
    pub party: String,
    /// When the institution accepted the representative's authority.
    #[serde(with = "spelled")]
    pub authority_accepted_at: Moment,
}

/// An agreement to mediate that a party signed before the first word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Whose.
    #[serde(with = "spelled")]
    pub side: Side,
    /// Which document.
    pub document: String,
    /// In which version.
    pub version: u32,
    /// In which language they read it.
    #[serde(with = "spelled")]
    pub language: Language,
    /// When they signed it.
    #[serde(with = "spelled")]
    pub given_at: Moment,
}

impl Contents {
    /// The RFC 8785 bytes.
    ///
    /// # Errors
    /// `NotCanonical`, never for contents of these types.
    pub fn canonical(&self) -> Result<Vec<u8>, NotCanonical> {
        canonical_bytes(self)
    }

    /// Whether somebody signed for a party (R3).
    pub(crate) fn is_signed_for_another(&self) -> bool {
        self.signatures.iter().any(|signature| signature.on_behalf_of.is_some())
    }

    /// Every text that is printed and that somebody wrote.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let house = &self.institution;
        let names = self.parties.iter().map(|party| &party.name);
        let signed = self.signatures.iter().map(|signature| &signature.name);
        let statements = self.not_a_court_order.values().chain(self.enforcement.values());
        let terms = self.terms.iter().flat_map(|term| term.text.values());
        let fixed = [&house.name, &house.address, &house.phone, &self.mediator.name];
        let beside = self.co_mediator.iter().map(|beside| &beside.name);
        let fixed = fixed.into_iter().chain(beside);
        let all =
            fixed.into_iter().chain(&house.website).chain(names).chain(signed).chain(statements).chain(terms);
        all.map(String::as_str)
    }
}
