//! The terms of an agreement, and the digest that people sign: one revision of one dispute, salted, so that nobody
//! finds out by guessing what a digest stands for (R9). Who may sign it, and when, is the domain's.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::DisputeId;
use domain::language::RecordLanguage;
use domain::money::Money;
use domain::party::Side;
use domain::terms;
use domain::time::Day;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::canonical::{Digest, NotCanonical, canonical_bytes, digest_of};
use crate::spelled;

/// 128 random bits that belong to one dispute's agreement and record. Whoever holds the record holds them; no
/// auditor's view and no ledger shows them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Salt([u8; 16]);

/// The text is no salt of 16 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotASalt;

impl Salt {
    /// A salt from random bytes of the caller's.
    pub const fn new(random: [u8; 16]) -> Self {
        Self(random)
    }

    /// The 16 bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Says nothing: a salt in a log makes the digests beside it guessable.
impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

/// Base64url without padding.
impl fmt::Display for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl FromStr for Salt {
    type Err = NotASalt;

    fn from_str(text: &str) -> Result<Self, NotASalt> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotASalt)?;
        bytes.try_into().map(Self).map_err(|_| NotASalt)
    }
}

/// One obligation as a record spells it: who owes whom what, how much and by when (R21).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// Its place in the agreement, from 1.
    pub number: u32,
    /// Who does it.
    #[serde(with = "spelled")]
    pub debtor: Side,
    /// For whom it is done.
    #[serde(with = "spelled")]
    pub creditor: Side,
    /// What is done, in each language of the agreement.
    #[serde(with = "spelled::by_language")]
    pub text: BTreeMap<RecordLanguage, String>,
    /// How much is paid.
    #[serde(with = "spelled::amount", default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
    /// The day by which it is done.
    #[serde(with = "spelled::maybe", default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<Day>,
}

impl Term {
    /// The term with its texts in Unicode's form C, in which alone texts are hashed and signed.
    pub(crate) fn normalised(mut self) -> Self {
        self.text = normalised(self.text);
        self
    }
}

/// The terms as a record spells them, numbered from 1 in their order.
pub fn numbered(terms: &[terms::Term]) -> Vec<Term> {
    let spell = |(term, number): (&terms::Term, u32)| Term {
        number,
        debtor: term.debtor,
        creditor: term.creditor,
        text: normalised(term.text.clone()),
        amount: term.amount,
        due_on: term.due_on,
    };
    terms.iter().zip(1..).map(spell).collect()
}

/// Texts in Unicode's form C.
pub(crate) fn normalised(texts: BTreeMap<RecordLanguage, String>) -> BTreeMap<RecordLanguage, String> {
    texts.into_iter().map(|(language, text)| (language, text.nfc().collect())).collect()
}

/// What is hashed. The kind is in it so that no other document of the house has the same bytes.
#[derive(Serialize)]
struct Revision<'a> {
    kind: &'static str,
    #[serde(with = "spelled")]
    salt: Salt,
    #[serde(with = "spelled")]
    dispute: DisputeId,
    revision: u32,
    #[serde(with = "spelled")]
    prevailing_language: RecordLanguage,
    terms: &'a [Term],
}

/// The digest of a numbered revision of a dispute's agreement: the SHA-256 of
/// `{"dispute","kind":"agreement","prevailing_language","revision","salt","terms"}` in canonical form, the terms
/// numbered from 1 and their texts in NFC.
///
/// # Errors
/// `NotCanonical`, never for values of these types.
pub fn agreement_digest(
    salt: &Salt,
    dispute: DisputeId,
    revision: u32,
    prevailing_language: RecordLanguage,
    terms: &[terms::Term],
) -> Result<Digest, NotCanonical> {
    digest_of_numbered(salt, dispute, revision, prevailing_language, &numbered(terms))
}

/// The same of terms that a record spells already, as they are.
pub(crate) fn digest_of_numbered(
    salt: &Salt,
    dispute: DisputeId,
    revision: u32,
    prevailing_language: RecordLanguage,
    terms: &[Term],
) -> Result<Digest, NotCanonical> {
    let revision = Revision { kind: "agreement", salt: *salt, dispute, revision, prevailing_language, terms };
    canonical_bytes(&revision).map(|bytes| digest_of(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dispute() -> DisputeId {
        "0193a1b2-0000-7000-8000-000000000001".parse().expect("an id")
    }

    fn repayment(text: &str) -> terms::Term {
        terms::Term {
            debtor: Side::Respondent,
            creditor: Side::Claimant,
            text: BTreeMap::from([(RecordLanguage::English, text.to_owned())]),
            amount: "BDT".parse().ok().and_then(|currency| Money::parse("450", currency).ok()),
            due_on: "2027-01-31".parse().ok(),
        }
    }

    fn digest(salt: u8, revision: u32, terms: &[terms::Term]) -> Digest {
        agreement_digest(&Salt::new([salt; 16]), dispute(), revision, RecordLanguage::English, terms)
            .expect("a digest")
    }

    #[test]
    fn an_agreement_has_one_digest_which_others_can_compute() {
        let bytes = concat!(
            r#"{"dispute":"0193a1b2-0000-7000-8000-000000000001","kind":"agreement","prevailing_language":"en","#,
            r#""revision":3,"salt":"BwcHBwcHBwcHBwcHBwcHBw","terms":[{"amount":{"currency":"BDT","value":"450.00"},"#,
            r#""creditor":"claimant","debtor":"respondent","due_on":"2027-01-31","number":1,"#,
            r#""text":{"en":"pays back the deposit"}}]}"#
        );
        assert_eq!(digest(7, 3, &[repayment("pays back the deposit")]), digest_of(bytes.as_bytes()));
    }

    #[test]
    fn salt_revision_and_every_word_change_the_digest_and_the_way_of_typing_does_not() {
        let signed = digest(7, 3, &[repayment("café")]);
        assert_eq!(signed, digest(7, 3, &[repayment("cafe\u{301}")]));
        assert_ne!(signed, digest(8, 3, &[repayment("café")]));
        assert_ne!(signed, digest(7, 4, &[repayment("café")]));
        assert_ne!(signed, digest(7, 3, &[repayment("cafe")]));
        assert_ne!(signed, digest(7, 3, &[]));
    }

    #[test]
    fn a_salt_is_read_back_and_never_logged() {
        let salt = Salt::new([9; 16]);
        assert_eq!(salt.to_string().parse(), Ok(salt));
        assert_eq!("AAAA".parse::<Salt>(), Err(NotASalt));
        assert_eq!(format!("{salt:?}"), "Salt(…)");
    }
}
