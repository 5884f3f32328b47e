//! The terms of an agreement or offer: who does what, how much and by when, in each party's language (R21).

use std::collections::BTreeMap;

use crate::language::RecordLanguage;
use crate::money::Money;
use crate::party::Side;
use crate::person::{NotWords, clean_words};
use crate::time::Day;

/// The most characters that the text of one term may have.
pub const TERM_CHARACTERS_MAX: usize = 4_000;
/// The most terms that one agreement may have.
pub const TERMS_MAX: usize = 50;

/// One obligation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// Who owes it.
    pub debtor: Side,
    /// To whom it is owed.
    pub creditor: Side,
    /// What is owed, in each language; at least one.
    pub text: BTreeMap<RecordLanguage, String>,
    /// How much, where it is money.
    pub amount: Option<Money>,
    /// By when.
    pub due_on: Option<Day>,
}

/// What is wrong with terms that somebody wrote; `at` counts from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTerms {
    /// None, or more than `TERMS_MAX`.
    WrongNumber,
    /// A term without text in any language.
    NoText {
        /// Which term.
        at: usize,
    },
    /// A text that cannot be taken.
    Text {
        /// Which term.
        at: usize,
        /// In which language.
        language: RecordLanguage,
        /// Why.
        why: NotWords,
    },
    /// A term by which somebody owes something to themselves.
    SameSides {
        /// Which term.
        at: usize,
    },
}

/// Brings terms into the form that is stored, shown and signed.
///
/// # Errors
/// What is wrong with the first one that cannot be taken.
pub fn clean_terms(terms: Vec<Term>) -> Result<Vec<Term>, NotTerms> {
    if terms.is_empty() || terms.len() > TERMS_MAX {
        return Err(NotTerms::WrongNumber);
    }
    terms.into_iter().enumerate().map(|(at, term)| clean_term(at, term)).collect()
}

fn clean_term(at: usize, term: Term) -> Result<Term, NotTerms> {
    if term.debtor == term.creditor {
        return Err(NotTerms::SameSides { at });
    }
    if term.text.is_empty() {
        return Err(NotTerms::NoText { at });
    }
    let text = term
        .text
        .into_iter()
        .map(|(language, typed)| {
            let words = clean_words(&typed, TERM_CHARACTERS_MAX);
            words.map(|words| (language, words)).map_err(|why| NotTerms::Text { at, language, why })
        })
        .collect::<Result<_, _>>()?;
    Ok(Term { text, ..term })
}

/// The languages in which every one of the terms has its text.
pub fn languages_of(terms: &[Term]) -> Vec<RecordLanguage> {
    let complete = |language: &RecordLanguage| terms.iter().all(|term| term.text.contains_key(language));
    RecordLanguage::ALL.into_iter().filter(complete).collect()
}

/// The languages in which at least one of the terms has its text. A text that is begun has to be there for every term
/// before it is frozen: the digest covers it, and a record says each term in the same languages (R22).
pub fn languages_begun(terms: &[Term]) -> Vec<RecordLanguage> {
    let begun = |language: &RecordLanguage| terms.iter().any(|term| term.text.contains_key(language));
    RecordLanguage::ALL.into_iter().filter(begun).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(text: &str, due_on: Option<Day>) -> Term {
        Term {
            debtor: Side::Respondent,
            creditor: Side::Claimant,
            text: BTreeMap::from([(RecordLanguage::English, text.to_owned())]),
            amount: None,
            due_on,
        }
    }

    #[test]
    fn r22_a_language_is_complete_in_every_term_and_begun_in_any() {
        let mut both = term("pays", None);
        both.text.insert(RecordLanguage::Bangla, "দেবেন".to_owned());
        let terms = [both.clone(), term("says sorry", None)];
        assert_eq!(languages_of(&terms), [RecordLanguage::English]);
        assert_eq!(languages_begun(&terms), [RecordLanguage::English, RecordLanguage::Bangla]);
        let even = [both.clone(), both];
        assert_eq!(languages_of(&even), languages_begun(&even));
    }

    #[test]
    fn terms_are_cleaned_or_refused_by_place() {
        let fine = term(" pays ", None);
        let mut own = fine.clone();
        own.creditor = Side::Respondent;
        assert_eq!(clean_terms(vec![]), Err(NotTerms::WrongNumber));
        assert_eq!(clean_terms(vec![fine.clone(), own]), Err(NotTerms::SameSides { at: 1 }));
        let cleaned = clean_terms(vec![fine]).map(|terms| terms[0].text[&RecordLanguage::English].clone());
        assert_eq!(cleaned, Ok("pays".to_owned()));
        let long = term(&"a".repeat(TERM_CHARACTERS_MAX + 1), None);
        assert!(matches!(clean_terms(vec![long]), Err(NotTerms::Text { at: 0, .. })));
    }
}
