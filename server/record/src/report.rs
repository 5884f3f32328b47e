//! A report of the house under its seal: pages whose words come from the caller, the same facts inside as JSON, and the
//! institution's signature over all of it. It is no record and is entered nowhere; what it may say is not decided here.

use domain::language::{Direction, Language};
use domain::time::Moment;
use serde_json::{Map, Value};

use crate::canonical::canonical_bytes;
use crate::face::{Block, Face, Line, Part, Row, heading, keyword, text};
use crate::fonts::made_printable;
use crate::keys::SealKey;
use crate::pades::{self, Paper};
use crate::pdf::{self, Attached};
use crate::seal::{SealError, UnstampedPdf};
use crate::time_stamp::Authorities;

/// What the JSON of a report calls itself: a record calls itself otherwise.
const KIND: &str = "audit-report";
/// Under which name that JSON is attached.
pub(crate) const ATTACHED: &str = "report.json";

/// What a report says.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The language in which it is worded.
    pub language: Language,
    /// What it is called.
    pub title: String,
    /// The institution's name.
    pub institution: String,
    /// What stands at the head of each page: the report's number.
    pub number: String,
    /// When it was made.
    pub made_at: Moment,
    /// What stands on its pages below the title, in this order.
    pub passages: Vec<Passage>,
    /// The same for computers.
    pub facts: Map<String, Value>,
}

/// A part of a paper of the house.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage {
    /// A heading of that level, which is 2 or 3.
    Heading(u8, String),
    /// A paragraph for each line.
    Text(String),
    /// Labels, each with the lines that it names.
    Rows(Vec<(String, Vec<String>)>),
}

/// Seals a report. It takes as long as its pages are many, so it is done outside any transaction.
///
/// # Errors
/// The first thing that is in the way; never what somebody wrote: what cannot be printed is replaced.
pub fn seal(report: &Report, key: &SealKey) -> Result<Vec<u8>, SealError> {
    Ok(pades::sign(&printed(report, key)?, Paper::Report, key, report.made_at)?)
}

/// The same in a way that a time stamp can be added to, and without one.
///
/// # Errors
/// As [`seal`].
pub fn seal_to_stamp(
    report: &Report,
    key: &SealKey,
    authorities: &Authorities,
) -> Result<UnstampedPdf, SealError> {
    let printed = printed(report, key)?;
    Ok(UnstampedPdf::sign(&printed, Paper::Report, key, report.made_at, authorities)?)
}

fn printed(report: &Report, key: &SealKey) -> Result<Vec<u8>, SealError> {
    let json = told(report)?;
    let attached = Attached {
        path: "/report.json",
        relationship: "source",
        kind: "application/json",
        description: "What the report says, for computers (canonical JSON, RFC 8785)",
        bytes: &json,
    };
    Ok(pdf::print_with(&face(report, key.kid()), &[attached], report.made_at)?)
}

fn told(report: &Report) -> Result<Vec<u8>, SealError> {
    let mut facts = report.facts.clone();
    facts.insert("kind".to_owned(), KIND.into());
    facts.insert("number".to_owned(), report.number.clone().into());
    facts.insert("made_at".to_owned(), report.made_at.to_string().into());
    Ok(canonical_bytes(&facts)?)
}

/// When the report was made whose JSON this is; nothing where it is of something else.
pub(crate) fn made_at(json: &[u8]) -> Option<Moment> {
    let facts: Map<String, Value> = serde_json::from_slice(json).ok()?;
    (facts.get("kind")?.as_str()? == KIND).then_some(())?;
    facts.get("made_at")?.as_str()?.parse().ok()
}

fn face(report: &Report, kid: &str) -> Face {
    let title = made_printable(&report.title);
    let top = heading(1, &title);
    let part = Part {
        language: report.language.tag(),
        rtl: report.language.direction() == Direction::RightToLeft,
        blocks: std::iter::once(top).chain(report.passages.iter().map(block)).collect(),
    };
    Face {
        title: format!("{title} {}", report.number),
        author: made_printable(&report.institution),
        reference: report.number.clone(),
        keywords: vec![keyword(kid)],
        language: report.language.tag(),
        parts: vec![part],
    }
}

pub(crate) fn block(passage: &Passage) -> Block {
    match passage {
        Passage::Heading(level, words) => heading(*level, &made_printable(words)),
        Passage::Text(words) => text(&made_printable(words)),
        Passage::Rows(rows) => Block::Rows { rows: rows.iter().map(row).collect() },
    }
}

fn row((label, lines): &(String, Vec<String>)) -> Row {
    let lines = lines.iter().flat_map(|line| {
        let line = made_printable(line);
        let parts: Vec<Line> = line
            .lines()
            .filter(|part| !part.trim().is_empty())
            .map(|part| part.trim().to_owned().into())
            .collect();
        parts
    });
    Row { label: made_printable(label), lines: lines.collect() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::KeySet;
    use crate::revocation::{Reason, Revocation};
    use crate::samples::{key, now};
    use crate::verify::{Verdict, verify};

    fn report(language: Language) -> Report {
        let mut facts = Map::new();
        facts.insert("settlements".to_owned(), Value::Array(Vec::new()));
        Report {
            language,
            title: "Audit report".to_owned(),
            institution: "Dhaka Mediation House".to_owned(),
            number: "0193a1b2-0000-7000-8000-000000000002".to_owned(),
            made_at: now(),
            passages: vec![
                Passage::Heading(2, "মীমাংসা".to_owned()),
                Passage::Text("A line 😀\n#panic() and \u{202E}another".to_owned()),
                Passage::Rows(vec![("حوالہ".to_owned(), vec!["CD-7K4M-92QX".to_owned(), "W".repeat(300)])]),
            ],
            facts,
        }
    }

    #[test]
    fn a_report_is_told_from_a_record_and_no_byte_of_it_can_be_changed() {
        let key = key();
        let keys = KeySet::of(&[&key]);
        for language in Language::ALL {
            let pdf = seal(&report(language), &key).expect("a report");
            assert_eq!(
                verify(&pdf, &keys),
                Verdict::Report { made_at: now(), stamped_at: None },
                "{language}"
            );
            for at in [100, pdf.len() / 2, pdf.len() - 40] {
                let mut changed = pdf.clone();
                changed[at] ^= 1;
                assert_eq!(verify(&changed, &keys), Verdict::Altered, "{language} {at}");
            }
            let foreign = KeySet::of(&[&crate::samples::key()]);
            assert_eq!(verify(&pdf, &foreign), Verdict::Unknown);
        }
    }

    #[test]
    fn a_report_under_a_revoked_key_proves_nothing() {
        let key = key();
        let revoked = Revocation {
            kid: key.kid().to_owned(),
            revoked_at: now(),
            reason: Reason::Lost,
            sealed_before: Vec::new(),
        };
        let keys = KeySet::of(&[&key]).with_revocation(revoked);
        let pdf = seal(&report(Language::English), &key).expect("a report");
        assert_eq!(verify(&pdf, &keys), Verdict::Revoked { at: now() });
    }

    #[test]
    fn json_of_something_else_is_no_report() {
        for json in [
            "",
            "{}",
            r#"{"kind":"settlement","made_at":"2026-11-24T05:07:00.000Z"}"#,
            r#"{"kind":"audit-report"}"#,
        ] {
            assert_eq!(made_at(json.as_bytes()), None, "{json}");
        }
    }
}
