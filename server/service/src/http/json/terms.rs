//! Terms as JSON: one mapping for offers in a room and for the agreement. Deliberately not here: what is vague about
//! them, and who may write them.

use std::collections::BTreeMap;
use std::fmt;

use domain::language::RecordLanguage;
use domain::money::{Money, NotMoney};
use domain::party::Side;
use domain::terms::{NotTerms, TERMS_MAX, Term, clean_terms};
use domain::time::Day;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::acts::views::Amount;
use crate::refused::{FieldErrors, Refused, words_code};

/// One obligation: who does what for whom, how much and by when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TermJson {
    /// `claimant` or `respondent`.
    pub debtor: String,
    /// `claimant` or `respondent`; the other one.
    pub creditor: String,
    /// What is owed, by the tag of its language: `{"en": "pays back the deposit"}`. At least one.
    #[serde(deserialize_with = "by_language")]
    pub text: BTreeMap<String, String>,
    /// How much, where it is money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Amount>,
    /// The day by which it is due: `2027-01-31`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_on: Option<String>,
}

/// Reads texts by language. One language twice is refused: of two readers of the same bytes, one would show the first
/// text and one the last.
///
/// # Errors
/// Those of the reader.
pub fn by_language<'de, D: Deserializer<'de>>(reader: D) -> Result<BTreeMap<String, String>, D::Error> {
    struct Texts;

    impl<'de> Visitor<'de> for Texts {
        type Value = BTreeMap<String, String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("texts by language")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut texts = BTreeMap::new();
            while let Some((tag, words)) = map.next_entry()? {
                if texts.insert(tag, words).is_some() {
                    return Err(A::Error::duplicate_field("text"));
                }
            }
            Ok(texts)
        }
    }

    reader.deserialize_map(Texts)
}

impl From<&Term> for TermJson {
    fn from(term: &Term) -> Self {
        Self {
            debtor: term.debtor.to_string(),
            creditor: term.creditor.to_string(),
            text: term.text.iter().map(|(language, words)| (language.to_string(), words.clone())).collect(),
            amount: term.amount.map(Amount::from),
            due_on: term.due_on.map(|day| day.to_string()),
        }
    }
}

/// Reads terms as somebody wrote them, cleaned for storing, showing and signing.
///
/// # Errors
/// `Fields` with every field that cannot be taken, such as `terms[0].text.en`.
pub fn parse(written: Vec<TermJson>) -> Result<Vec<Term>, Refused> {
    parse_at("terms", written)
}

/// The same for terms that lie deeper in a body: `place` is the field that holds them.
///
/// # Errors
/// `Fields` with every field that cannot be taken.
pub fn parse_at(place: &str, written: Vec<TermJson>) -> Result<Vec<Term>, Refused> {
    if written.is_empty() {
        return Err(Refused::field(place, "missing"));
    }
    if written.len() > TERMS_MAX {
        return Err(Refused::field(place, "too-many"));
    }
    let mut errors = FieldErrors::default();
    let mut terms = Vec::with_capacity(written.len());
    for (at, term) in written.into_iter().enumerate() {
        terms.extend(parse_one(&format!("{place}[{at}]"), term, &mut errors));
    }
    errors.check()?;
    clean_terms(terms).map_err(|why| not_terms(place, why))
}

fn parse_one(place: &str, written: TermJson, errors: &mut FieldErrors) -> Option<Term> {
    let side = |name: &str, word: &str, errors: &mut FieldErrors| {
        errors.take(&format!("{place}.{name}"), word.parse::<Side>(), |_| "not-a-choice")
    };
    let debtor = side("debtor", &written.debtor, errors);
    let creditor = side("creditor", &written.creditor, errors);
    let mut text = BTreeMap::new();
    for (tag, words) in written.text {
        // A tag that nobody knows is a stranger's text: it is not said back.
        let language =
            errors.take(&format!("{place}.text"), tag.parse::<RecordLanguage>(), |_| "not-a-language");
        text.extend(language.map(|language| (language, words)));
    }
    let amount = written.amount.and_then(|amount| parse_amount(&format!("{place}.amount"), &amount, errors));
    let due_on = written
        .due_on
        .and_then(|day| errors.take(&format!("{place}.due_on"), day.parse::<Day>(), |_| "not-a-day"));
    Some(Term { debtor: debtor?, creditor: creditor?, text, amount, due_on })
}

/// Reads an amount; what is wrong with it is noted under `place`.
pub fn parse_amount(place: &str, amount: &Amount, errors: &mut FieldErrors) -> Option<Money> {
    let currency = errors.take(&format!("{place}.currency"), amount.currency.parse(), money_code)?;
    errors.take(&format!("{place}.value"), Money::parse(&amount.value, currency), money_code)
}

const fn money_code(why: NotMoney) -> &'static str {
    match why {
        NotMoney::UnknownCurrency => "unknown-currency",
        NotMoney::NotAFigure => "not-a-figure",
        NotMoney::TooLarge => "too-large",
    }
}

fn not_terms(place: &str, why: NotTerms) -> Refused {
    match why {
        NotTerms::WrongNumber => Refused::field(place, "too-many"),
        NotTerms::NoText { at } => Refused::field(&format!("{place}[{at}].text"), "missing"),
        NotTerms::Text { at, language, why } => {
            Refused::field(&format!("{place}[{at}].text.{language}"), words_code(why))
        }
        NotTerms::SameSides { at } => Refused::field(&format!("{place}[{at}].creditor"), "same-as-debtor"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refused::FieldError;

    fn written(json: &str) -> Vec<TermJson> {
        serde_json::from_str(json).expect("terms")
    }

    const DEPOSIT: &str = r#"[{"debtor":"respondent","creditor":"claimant","text":{"en":"pays back the deposit"},"amount":{"value":"450.00","currency":"BDT"},"due_on":"2027-01-31"}]"#;

    #[test]
    fn terms_come_back_as_they_were_written() {
        let terms = parse(written(DEPOSIT)).expect("fine");
        let again: Vec<TermJson> = terms.iter().map(TermJson::from).collect();
        assert_eq!(serde_json::to_string(&again).expect("JSON"), DEPOSIT);
    }

    #[test]
    fn one_language_twice_is_no_text() {
        let twice =
            r#"[{"debtor":"respondent","creditor":"claimant","text":{"en":"pays","en":"pays nothing"}}]"#;
        let refused = crate::http::body::parse::<Vec<TermJson>>(twice.as_bytes());
        assert_eq!(refused.err(), Some(Refused::field("[0].text", "twice")));
    }

    #[test]
    fn every_wrong_field_is_named_and_none_is_quoted() {
        let wrong = r#"[{"debtor":"x","creditor":"claimant","text":{"secret":"a"},"amount":{"value":"1,5","currency":"BDT"},"due_on":"soon"}]"#;
        let expected = [
            ("terms[0].debtor", "not-a-choice"),
            ("terms[0].text", "not-a-language"),
            ("terms[0].amount.value", "not-a-figure"),
            ("terms[0].due_on", "not-a-day"),
        ];
        let expected = expected.map(|(field, code)| FieldError { field: field.to_owned(), code }).to_vec();
        assert_eq!(parse(written(wrong)), Err(Refused::Fields(expected)));
        assert_eq!(parse(vec![]), Err(Refused::field("terms", "missing")));
        let empty = r#"[{"debtor":"respondent","creditor":"claimant","text":{"en":" "}}]"#;
        assert_eq!(parse(written(empty)), Err(Refused::field("terms[0].text.en", "missing")));
    }
}
