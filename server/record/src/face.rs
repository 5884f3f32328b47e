//! The printed face of a record: which headings, lines and tables stand on its pages, in each language in full. How
//! they look is `paper.typ`'s; what people wrote goes there as data and is never read as markup.

use domain::language::{Direction, RecordLanguage};
use domain::time::{Day, Moment};
use serde::Serialize;

use crate::agreement::Term;
use crate::canonical::Digest;
use crate::contents::Contents;
use crate::labels::Labels;

/// A document as the template reads it.
#[derive(Serialize)]
pub(crate) struct Face {
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) reference: String,
    /// Stands uncompressed in the file's metadata, so that a damaged file can still be told from a foreign one.
    pub(crate) keywords: Vec<String>,
    pub(crate) language: &'static str,
    pub(crate) parts: Vec<Part>,
}

/// Everything once, in one language.
#[derive(Serialize)]
pub(crate) struct Part {
    pub(crate) language: &'static str,
    pub(crate) rtl: bool,
    pub(crate) blocks: Vec<Block>,
}

#[derive(Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Block {
    Heading { level: u8, text: String },
    Text { lines: Vec<String> },
    Rows { rows: Vec<Row> },
}

/// A label and what it names.
#[derive(Serialize)]
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) lines: Vec<Line>,
}

/// One line of a value. It runs as its own first letter does: a name keeps its order on a page of any language.
#[derive(Serialize)]
pub(crate) struct Line {
    text: String,
    rtl: bool,
    /// The day that the text names in its readers' words, as everybody reads it; empty where it names none.
    iso: String,
}

impl From<String> for Line {
    fn from(text: String) -> Self {
        let rtl = text.chars().find(|letter| letter.is_alphabetic()).is_some_and(is_right_to_left);
        Self { text, rtl, iso: String::new() }
    }
}

impl Line {
    /// A text that names that day.
    fn dated(text: String, day: Day) -> Self {
        Self { iso: day.to_string(), ..Self::from(text) }
    }
}

/// The blocks of the scripts that run from right to left: Hebrew to Arabic Extended, and the presentation forms.
const fn is_right_to_left(letter: char) -> bool {
    matches!(letter, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFF}')
}

/// The face of a settlement record. The part in the prevailing language stands first.
pub(crate) fn of_settlement(contents: &Contents, digest: Digest, kid: &str) -> Face {
    let first = contents.prevailing_language;
    let others = contents.languages.iter().copied().filter(|language| *language != first);
    let parts = std::iter::once(first).chain(others).map(|language| Part {
        language: language.tag(),
        rtl: language.direction() == Direction::RightToLeft,
        blocks: blocks(contents, language, digest, kid),
    });
    Face {
        title: format!("{} {}", Labels::of(first).title, contents.reference),
        author: contents.institution.name.clone(),
        reference: contents.reference.to_string(),
        keywords: vec![keyword(kid)],
        language: first.tag(),
        parts: parts.collect(),
    }
}

/// By which a file says whose seal it bears.
pub(crate) fn keyword(kid: &str) -> String {
    format!("concord-seal:{kid}")
}

fn blocks(contents: &Contents, language: RecordLanguage, digest: Digest, kid: &str) -> Vec<Block> {
    let words = Labels::of(language);
    let mut blocks = vec![heading(1, words.title)];
    if contents.languages.len() > 1 {
        let prevailing = words.language(contents.prevailing_language);
        blocks.push(text(&words.prevails.replace("{language}", prevailing)));
    }
    blocks.push(heading(2, words.facts));
    blocks.push(Block::Rows { rows: facts(contents, words) });
    blocks.push(heading(2, words.agreed));
    for term in &contents.terms {
        blocks.extend(term_blocks(contents, term, language));
    }
    blocks.push(heading(2, words.signatures));
    blocks.push(Block::Rows { rows: signatures(contents, words) });
    let by_mediator = if contents.is_signed_for_another() { words.attests_for } else { words.attests };
    let attests = contents.mediator.attested_at.map_or(words.institution_attests, |_| by_mediator);
    blocks.push(text(attests));
    blocks.push(heading(2, words.standing));
    for statement in [&contents.not_a_court_order, &contents.enforcement] {
        blocks.extend(statement.get(&language).map(|statement| text(statement)));
    }
    blocks.push(heading(2, words.check));
    blocks.extend(words.check_lines.map(text));
    blocks.push(Block::Rows { rows: marks(contents, words, digest, kid) });
    blocks
}

fn facts(contents: &Contents, words: &Labels) -> Vec<Row> {
    let house = &contents.institution;
    let mut rows = vec![row(words.reference, contents.reference.as_str())];
    rows.extend(contents.parties.iter().map(|party| row(words.side(party.side), &party.name)));
    rows.push(row(words.mediator, &contents.mediator.name));
    rows.extend(contents.co_mediator.iter().map(|beside| row(words.co_mediator, &beside.name)));
    rows.push(row(words.institution, &house.name));
    rows.push(row(words.address, &house.address));
    rows.push(row(words.phone, &house.phone));
    rows.extend(house.website.iter().map(|website| row(words.website, website)));
    let filed_on = contents.mediation.filed_on;
    rows.push(dated_row(words.filed, words.day(filed_on), filed_on));
    rows.push(moment_row(words, words.started, contents.mediation.started_at));
    rows.push(moment_row(words, words.sealed, contents.mediation.sealed_at));
    let languages: Vec<_> = contents.languages.iter().map(|language| words.language(*language)).collect();
    rows.push(row(words.written_in, &languages.join(" · ")));
    rows.extend(contents.supersedes.iter().map(|id| row(words.supersedes, &id.to_string())));
    rows
}

fn term_blocks(contents: &Contents, term: &Term, language: RecordLanguage) -> Vec<Block> {
    let words = Labels::of(language);
    let names = |side| {
        let of_side = contents.parties.iter().filter(|party| party.side == side);
        of_side.map(|party| one_line(&party.name).into()).collect()
    };
    let mut rows = vec![
        Row { label: words.debtor.into(), lines: names(term.debtor) },
        Row { label: words.creditor.into(), lines: names(term.creditor) },
    ];
    rows.extend(term.amount.map(|amount| row(words.amount, &amount.to_string())));
    rows.extend(term.due_on.map(|day| dated_row(words.due, words.day(day), day)));
    vec![
        heading(3, &format!("{} {}", words.term, words.digits(&term.number.to_string()))),
        text(term.text.get(&language).map_or("", String::as_str)),
        Block::Rows { rows },
    ]
}

fn signatures(contents: &Contents, words: &Labels) -> Vec<Row> {
    let mut rows = Vec::new();
    for consent in &contents.consents {
        let label = format!("{}: {}", words.side(consent.side), words.consent);
        rows.push(moment_row(words, &label, consent.given_at));
    }
    for signature in &contents.signatures {
        let mut lines = vec![one_line(&signature.name).into()];
        if let Some(behalf) = &signature.on_behalf_of {
            lines.push(words.on_behalf_of.replace("{party}", &one_line(&behalf.party)).into());
            lines.push(done_at(words, words.authority_accepted, behalf.authority_accepted_at));
        }
        lines.push(done_at(words, words.signed, signature.signed_at));
        rows.push(Row { label: words.side(signature.side).into(), lines });
    }
    let by_mediator = contents.mediator.attested_at.map(|at| (words.mediator, &contents.mediator.name, at));
    let by_house =
        contents.institution.attested_at.map(|at| (words.institution, &contents.institution.name, at));
    for (label, name, at) in by_mediator.into_iter().chain(by_house) {
        let when = done_at(words, words.attested, at);
        rows.push(Row { label: label.into(), lines: vec![one_line(name).into(), when] });
    }
    rows
}

fn marks(contents: &Contents, words: &Labels, digest: Digest, kid: &str) -> Vec<Row> {
    vec![
        row(words.record_id, &contents.id.to_string()),
        row(words.revision, &words.digits(&contents.agreement.revision.to_string())),
        digest_row(words.agreement_digest, &contents.agreement.digest.to_string()),
        digest_row(words.record_digest, &digest.to_string()),
        row(words.seal_key, kid),
    ]
}

pub(crate) fn heading(level: u8, text: &str) -> Block {
    Block::Heading { level, text: text.to_owned() }
}

pub(crate) fn text(text: &str) -> Block {
    Block::Text { lines: lines(text) }
}

pub(crate) fn row(label: &str, value: &str) -> Row {
    Row { label: label.to_owned(), lines: lines(value).into_iter().map(Line::from).collect() }
}

fn dated_row(label: &str, text: String, day: Day) -> Row {
    Row { label: label.to_owned(), lines: vec![Line::dated(text, day)] }
}

fn moment_row(words: &Labels, label: &str, at: Moment) -> Row {
    dated_row(label, words.moment(at), at.day())
}

/// `Signed: 24 November 2026, 05:07 UTC`.
fn done_at(words: &Labels, done: &str, at: Moment) -> Line {
    Line::dated(format!("{done}: {}", words.moment(at)), at.day())
}

/// A digest is wider than its column: two halves, each of which can be searched for.
fn digest_row(label: &str, digest: &str) -> Row {
    let (head, tail) = digest.split_at_checked(39).unwrap_or((digest, ""));
    Row { label: label.to_owned(), lines: vec![head.to_owned().into(), tail.to_owned().into()] }
}

/// The lines of what somebody wrote; empty ones would be paragraphs of nothing to a screen reader.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(one_line).filter(|line| !line.is_empty()).collect()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
