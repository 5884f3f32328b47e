//! Certifications: the desk of whoever certifies, the registrar's page on which they are named, and the words of the
//! paper. What a party asks and answers stands on the settlement's page. Deliberately not here: who may do what.

use crate::form::Form;
use crate::frame::page;
use crate::reports::Passage;
use crate::terms::TermLine;
use crate::words::{Said, Words};
use domain::time::Moment;

/// Somebody who is named to certify.
#[derive(Debug, Clone, Default)]
pub struct CertifierLine {
    /// Their name.
    pub name: String,
    /// The code of their capacity (`capacity-…`).
    pub capacity: String,
    /// The name of their office.
    pub office: String,
}

/// `GET /certifications/codes/{code}`, for the person to whom the code was mailed. Posts the same path (no fields).
#[derive(Debug, Clone, Default)]
pub struct ByCode {
    /// The code.
    pub code: String,
    /// Who is asked.
    pub certifier: CertifierLine,
    /// What stood against it.
    pub form: Form,
}
page!(ByCode, "certifications/code.html");

/// What is to be certified.
#[derive(Debug, Clone, Default)]
pub struct RecordToRead {
    /// The names of the parties.
    pub parties: Vec<String>,
    /// The mediator's name.
    pub mediator: String,
    /// Who signed, and when.
    pub signatures: Vec<(String, Moment)>,
    /// What was agreed.
    pub terms: Vec<TermLine>,
}

/// `GET /certifications/{id}`, for its certifier. Links to `/certifications/{id}/record.pdf` and `.jws` while it may be read,
/// and to `…/certification.pdf` and `.jws` once it is made. Posts `/certifications/{id}/statement`: `digest`, `language`,
/// `name`, `password`, `totp` (may be empty); and `/certifications/{id}/declining`: `sure=yes`.
#[derive(Debug, Clone, Default)]
pub struct ToCertify {
    /// The certification's id.
    pub id: String,
    /// The dispute's reference.
    pub reference: String,
    /// The record's id.
    pub settlement: String,
    /// The record's digest, `sha256:…`.
    pub digest: String,
    /// When the record was sealed.
    pub sealed_at: Option<Moment>,
    /// Who certifies.
    pub certifier: CertifierLine,
    /// The record, while it may be read.
    pub record: Option<RecordToRead>,
    /// The tag of the language of the words that are signed.
    pub language: String,
    /// Those words.
    pub intent: String,
    /// When it lapses.
    pub lapses_at: Option<Moment>,
    /// When it was certified.
    pub certified_at: Option<Moment>,
    /// Whether the reader has a second factor, which is then asked for.
    pub has_second_factor: bool,
    /// What was typed; leave `password` and `totp` out.
    pub form: Form,
}
page!(ToCertify, "certifications/desk.html");

/// `GET /registrar/certifications/{id}`. Posts the same path: `name`, `capacity`, `office`, `email`, `sure=yes`; and
/// `/registrar/certifications/{id}/unnaming` (no fields).
#[derive(Debug, Clone, Default)]
pub struct Naming {
    /// The certification's id.
    pub id: String,
    /// The dispute's reference.
    pub reference: String,
    /// Who is named now, where the code went, and whether they came.
    pub named: Option<(CertifierLine, String, bool)>,
    /// When it lapses.
    pub lapses_at: Option<Moment>,
    /// Whether somebody may be named.
    pub may_name: bool,
    /// Whether it may be taken back that somebody is named: also while nobody may be named.
    pub may_unname: bool,
    /// What was typed.
    pub form: Form,
}
page!(Naming, "certifications/naming.html");

/// What the paper of a certification tells.
#[derive(Debug, Clone)]
pub struct Paper {
    /// The dispute's reference.
    pub reference: String,
    /// The record's id.
    pub record: String,
    /// The record's digest.
    pub digest: String,
    /// When the record was sealed.
    pub sealed_at: Moment,
    /// The certifier's name.
    pub name: String,
    /// The code of their capacity.
    pub capacity: &'static str,
    /// The name of their office.
    pub office: String,
    /// The institution that saw to it that they hold the office.
    pub institution: String,
    /// The words that they signed.
    pub intent: String,
    /// When.
    pub certified_at: Moment,
    /// Where anybody verifies a file.
    pub verify_url: String,
}

fn row(label: Said, value: impl Into<String>) -> (String, Vec<String>) {
    (label.text().to_owned(), vec![value.into()])
}

/// A digest is wider than its column: two halves, each of which can be searched for.
fn halves(whole: &str) -> Vec<String> {
    let halves = whole.split_at_checked(39).map_or(vec![whole], |(head, tail)| vec![head, tail]);
    halves.into_iter().map(str::to_owned).collect()
}

impl Paper {
    /// Its passages in the language of those words.
    pub fn passages(&self, w: &Words) -> Vec<Passage> {
        let text = |said: Said| Passage::Text(said.text().to_owned());
        let heading = |said: Said| Passage::Heading(2, said.text().to_owned());
        vec![
            text(w.certification_paper_text()),
            heading(w.certification_paper_record()),
            Passage::Rows(vec![
                row(w.settlement_reference(), self.reference.clone()),
                row(w.certification_record_id(), self.record.clone()),
                (w.certification_record_digest().text().to_owned(), halves(&self.digest)),
                row(w.settlement_sealed(), w.moment_text(self.sealed_at)),
            ]),
            heading(w.certification_by()),
            Passage::Rows(vec![
                row(w.certification_name(), self.name.clone()),
                row(w.certification_capacity(), w.of("capacity", self.capacity).text()),
                row(w.certification_office(), self.office.clone()),
                row(w.certification_at(), w.moment_text(self.certified_at)),
            ]),
            text(w.certification_paper_house(&self.institution)),
            heading(w.certification_words()),
            Passage::Rows(vec![row(w.certification_intent_label(), self.intent.clone())]),
            heading(w.certification_paper_check()),
            text(w.certification_paper_check_text()),
            Passage::Rows(vec![row(w.certification_paper_check_at(), self.verify_url.clone())]),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::language::Language;

    #[test]
    fn the_paper_names_record_and_certifier_in_the_words_of_each_language() {
        let at = Moment::from_millis(1_795_496_820_000);
        let paper = Paper {
            reference: "CD-7K4M-92QX".to_owned(),
            record: "0193a1b2-0000-7000-8000-000000000002".to_owned(),
            digest: format!("sha256:{}", "a".repeat(64)),
            sealed_at: at,
            name: "Judith Osei".to_owned(),
            capacity: "legal-aid-officer",
            office: "District Court".to_owned(),
            institution: "Dhaka Mediation House".to_owned(),
            intent: "I certify it.".to_owned(),
            certified_at: at,
            verify_url: "https://example.org/verify".to_owned(),
        };
        for language in Language::ALL {
            let said = format!("{:?}", paper.passages(&Words::unmarked(language)));
            for fact in ["CD-7K4M-92QX", "Judith Osei", "District Court", "I certify it.", "sha256:"] {
                assert!(said.contains(fact), "{language} {fact}: {said}");
            }
            assert!(!said.contains("legal-aid-officer") && !said.contains('\u{2068}'), "{language}: {said}");
            assert!(language == Language::English || !said.contains("Sealed"), "{language}: {said}");
        }
    }
}
