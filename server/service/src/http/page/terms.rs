//! Terms between forms and the law: rows as they are typed, promises as they are shown, and what is marked in them. Used by
//! offers, by the agreement's pages and by the text beside the conversation.

use std::collections::BTreeMap;

use domain::agreement::Agreement;
use domain::dispute::StageName;
use domain::flag::{Flag, vague_words};
use domain::language::RecordLanguage;
use domain::party::{Side, Sides};
use domain::terms::Term;
use domain::time::Day;
use pages::form::Form;
use pages::terms::{FlagLine, TermLine, WorkingText};

use super::drafts::money_text;
use crate::acts::agreements::Shown;
use crate::acts::suggestions::may_suggest;
use crate::acts::views::Amount;
use crate::http::forms::Posted;
use crate::http::json::terms::TermJson;
use crate::refused::{FieldError, Refused};

/// A name for each side; nobody's where it is not known.
pub fn both_names<T: ToString>(names: &Sides<Option<T>>) -> Sides<String> {
    let name = |name: &Option<T>| name.as_ref().map_or_else(String::new, ToString::to_string);
    Sides { claimant: name(&names.claimant), respondent: name(&names.respondent) }
}

/// The tag of the language in which the text is read on the side for which the reader signs.
pub fn reads_in(shown: &Shown) -> Option<&'static str> {
    let (side, _) = shown.seen.signer().ok()?;
    shown.seen.dispute.parties.of(side).reads_in().map(RecordLanguage::tag)
}

/// The languages that the reader meets first: its own, and the one that prevails.
pub fn own_first(shown: &Shown) -> Vec<String> {
    let prevailing = shown.seen.dispute.agreement.revision().map(|revision| revision.prevailing.tag());
    reads_in(shown).into_iter().chain(prevailing).map(str::to_owned).collect()
}

/// The promises as they are shown, these languages first and in this order.
pub fn lines(terms: &[Term], names: &Sides<String>, first: &[String]) -> Vec<TermLine> {
    let line = |term: &Term| {
        let mut texts: Vec<(String, String)> =
            term.text.iter().map(|(language, text)| (language.tag().to_owned(), text.clone())).collect();
        texts.sort_by_key(|(tag, _)| first.iter().position(|one| one == tag).unwrap_or(first.len()));
        TermLine {
            who: names.of(term.debtor).clone(),
            to: names.of(term.creditor).clone(),
            texts,
            amount: term.amount.map(money_text).unwrap_or_default(),
            due_on: term.due_on,
        }
    };
    terms.iter().map(line).collect()
}

/// What is marked in each of the terms, with the words that it is about.
pub fn flag_lines(shown: &Shown, terms: &[Term], today: Day) -> Vec<Vec<FlagLine>> {
    let line = |term: &Term, flag: Flag| {
        let words = if flag == Flag::VagueWord { vague_words(term) } else { Vec::new() };
        let words = words.into_iter().map(|(language, words)| (language.tag().to_owned(), words)).collect();
        FlagLine { code: flag.to_string(), words }
    };
    let flags = shown.flags(terms, today).into_iter();
    terms
        .iter()
        .zip(flags)
        .map(|(term, flags)| flags.into_iter().map(|flag| line(term, flag)).collect())
        .collect()
}

/// The reference of the settlement in whose place the text will stand.
pub fn replaces(shown: &Shown) -> Option<String> {
    shown.replaces.as_ref().map(|settlement| settlement.reference.to_string())
}

/// How far the text has come, as pages call it.
pub fn state_of(shown: &Shown) -> &'static str {
    match &shown.seen.dispute.agreement {
        _ if shown.seen.dispute.stage.name() == StageName::Settled => "sealed",
        Agreement::Blank | Agreement::Draft { .. } => "draft",
        Agreement::Frozen { .. } if shown.reflection_ends_at.is_some() => "frozen",
        Agreement::Frozen { .. } => "signing",
        Agreement::Signed { .. } => "signed",
    }
}

/// The text beside the conversation.
pub fn working_text(shown: &Shown, waiting: usize, today: Day) -> WorkingText {
    WorkingText {
        id: shown.seen.dispute.id.to_string(),
        revision: shown.seen.dispute.agreement.number(),
        state: state_of(shown).to_owned(),
        terms: lines(&shown.terms, &both_names(&shown.names), &own_first(shown)),
        flags: flag_lines(shown, &shown.terms, today),
        may_suggest: may_suggest(&shown.seen),
        waiting,
    }
}

/// The terms as the fields of the editor hold them.
pub fn into_fields(mut form: Form, terms: &[Term]) -> Form {
    for (n, term) in (1_usize..).zip(terms) {
        form = form.with(&format!("term-{n}-debtor"), term.debtor.as_str());
        for (language, text) in &term.text {
            form = form.with(&format!("term-{n}-text-{language}"), text);
        }
        if let Some(money) = term.amount {
            form = form.with(&format!("term-{n}-amount"), money.figure());
            form = form.with(&format!("term-{n}-currency"), money.currency().code());
        }
        if let Some(day) = term.due_on {
            form = form.with(&format!("term-{n}-due_on"), day.to_string());
        }
    }
    form
}

/// One row as it was typed; nothing where it has no text in any language. `tags` name the fields of the texts: the
/// tag of a language, and what follows `text` in the field's name.
pub fn row(form: &Posted, n: usize, tags: &[(String, String)]) -> Option<TermJson> {
    let mut text = BTreeMap::new();
    for (tag, ending) in tags {
        if let Some(typed) = form.given(&format!("term-{n}-text{ending}")) {
            text.insert(tag.clone(), typed.to_owned());
        }
    }
    if text.is_empty() {
        return None;
    }
    let debtor = form.text(&format!("term-{n}-debtor")).to_owned();
    let creditor = debtor.parse::<Side>().map_or_else(|_| String::new(), |side| side.other().to_string());
    let amount = form.given(&format!("term-{n}-amount")).map(|value| Amount {
        value: value.to_owned(),
        currency: form.text(&format!("term-{n}-currency")).to_owned(),
    });
    let due_on = form.given(&format!("term-{n}-due_on")).map(str::to_owned);
    Some(TermJson { debtor, creditor, text, amount, due_on })
}

/// Names the fields of a refusal as the form names them: `terms[0].text.en` is `term-3-text-en` where the first of
/// the terms stood in the third row. `rows` are the numbers of the rows that were taken.
pub fn by_rows(refused: Refused, rows: &[usize], text_ending: bool) -> Refused {
    let Refused::Fields(fields) = refused else { return refused };
    let renamed = |error: FieldError| {
        let field = of_row(&error.field, rows, text_ending).unwrap_or_else(|| whole(&error.field));
        FieldError { field, ..error }
    };
    Refused::Fields(fields.into_iter().map(renamed).collect())
}

fn whole(field: &str) -> String {
    if field.ends_with("terms") { String::new() } else { field.trim_start_matches("body.").to_owned() }
}

fn of_row(field: &str, rows: &[usize], text_ending: bool) -> Option<String> {
    let (_, rest) = field.split_once("terms[")?;
    let (place, part) = rest.split_once("].")?;
    let n = rows.get(place.parse::<usize>().ok()?)?;
    Some(match part.split_once('.') {
        Some(("text", tag)) if text_ending => format!("term-{n}-text-{tag}"),
        Some(("text", _)) => format!("term-{n}-text"),
        Some(("amount", "currency")) => format!("term-{n}-currency"),
        Some(("amount", _)) => format!("term-{n}-amount"),
        _ if part == "creditor" => format!("term-{n}-debtor"),
        _ => format!("term-{n}-{part}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_stands_at_the_row_in_which_it_was_typed() {
        for (field, expected) in [
            ("terms[0].text.en", "term-3-text-en"),
            ("terms[0].amount.value", "term-3-amount"),
            ("body.terms[0].due_on", "term-3-due_on"),
            ("terms[0].creditor", "term-3-debtor"),
            ("terms", ""),
            ("body.note", "note"),
        ] {
            assert_eq!(
                by_rows(Refused::field(field, "missing"), &[3], true),
                Refused::field(expected, "missing")
            );
        }
    }
}
