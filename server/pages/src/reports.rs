//! The words of an auditor's report, which leaves the house as a signed paper. It tells what stands at the auditor's desk
//! and nothing else: no terms, no talk, no party's name. Deliberately not here: how a paper looks, and its seal.

use crate::words::{Said, Words};
use domain::time::Moment;

/// A part of a paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage {
    /// A heading of that level, which is 2 or 3.
    Heading(u8, String),
    /// A paragraph.
    Text(String),
    /// Labels, each with the lines that it names.
    Rows(Vec<(String, Vec<String>)>),
}

/// What a report tells.
#[derive(Debug, Clone, Default)]
pub struct AuditReport {
    /// Its number.
    pub number: String,
    /// The house's name.
    pub institution: String,
    /// The auditor's name.
    pub auditor: String,
    /// When it was made.
    pub made_at: Option<Moment>,
    /// Which settlements fit.
    pub filters: ReportFilters,
    /// Where they were drawn by lot: the seed, and from how many.
    pub sample: Option<(String, usize)>,
    /// The settlements.
    pub lines: Vec<ReportLine>,
    /// The ledger's newest head.
    pub head: ReportHead,
    /// The address at which anybody verifies a file.
    pub verify_url: String,
    /// The name of the key that seals it.
    pub seal_key: String,
}

/// By what the settlements were chosen.
#[derive(Debug, Clone, Default)]
pub struct ReportFilters {
    /// Sealed then or later.
    pub from: Option<Moment>,
    /// Sealed before then.
    pub to: Option<Moment>,
    /// The code of the category.
    pub category: Option<&'static str>,
    /// With a delivery in the state of that code (`delivery-state-…`).
    pub delivery: Option<&'static str>,
    /// With a delivery that has waited to be sent since before then.
    pub waiting_since: Option<Moment>,
    /// Only those in whose place a newer one stands.
    pub is_superseded: bool,
    /// The mediator's name.
    pub mediator: Option<String>,
    /// The code of what auditors noted (`noted-…`).
    pub noted: Option<&'static str>,
}

/// What is told of one settlement.
#[derive(Debug, Clone, Default)]
pub struct ReportLine {
    /// The reference.
    pub reference: String,
    /// The code of the category.
    pub category: &'static str,
    /// When it was sealed.
    pub sealed_at: Option<Moment>,
    /// The mediator's name.
    pub mediator: String,
    /// The code of its state (`settlement-state-…`).
    pub state: &'static str,
    /// The codes of what is wrong with the record (`fault-…`).
    pub faults: Vec<&'static str>,
    /// How many deliveries are in the state of which code.
    pub deliveries: Vec<(&'static str, usize)>,
    /// Its number in the ledger.
    pub entry: Option<i64>,
    /// What this auditor noted: when, and the code of what it is (`finding-…`). A report has no free text (R10).
    pub findings: Vec<(Moment, &'static str)>,
    /// Whether a newer record stands in its place.
    pub is_superseded: bool,
}

/// The ledger's newest head.
#[derive(Debug, Clone, Default)]
pub enum ReportHead {
    /// None was signed yet.
    #[default]
    Nothing,
    /// There is one that no key of the ledger signed.
    Wrong,
    /// A signed one.
    Signed {
        /// Over how many entries.
        size: u64,
        /// Their root hash, as a checkpoint writes it.
        root: String,
        /// When it was signed.
        at: Moment,
    },
}

type Rows = Vec<(String, Vec<String>)>;

fn row(label: Said, value: impl Into<String>) -> (String, Vec<String>) {
    (label.text().to_owned(), vec![value.into()])
}

impl AuditReport {
    /// What the report is called.
    pub fn title(w: &Words) -> String {
        w.report_title().text().to_owned()
    }

    /// All that it says; `w` without isolation marks, which a paper would show.
    pub fn passages(&self, w: &Words) -> Vec<Passage> {
        let mut passages = Vec::new();
        let mut part = |title: Said, texts: Vec<Said>, rows: Rows| {
            passages.push(Passage::Heading(2, title.text().to_owned()));
            passages.extend(texts.iter().map(|text| Passage::Text(text.text().to_owned())));
            if !rows.is_empty() {
                passages.push(Passage::Rows(rows));
            }
        };
        part(w.report_about(), vec![self.how_many(w), w.report_limits()], self.about(w));
        part(w.report_verified(), vec![w.report_verified_text()], Vec::new());
        part(w.report_totals(), Vec::new(), self.totals(w));
        match &self.head {
            ReportHead::Nothing => part(w.report_ledger(), vec![w.report_ledger_none()], Vec::new()),
            ReportHead::Wrong => part(w.report_ledger(), vec![w.report_ledger_wrong()], Vec::new()),
            ReportHead::Signed { size, root, at } => {
                part(w.report_ledger(), Vec::new(), signed(w, *size, root, *at))
            }
        }
        part(w.report_each(), Vec::new(), Vec::new());
        for (place, line) in self.lines.iter().enumerate() {
            let number = w.number(place.saturating_add(1));
            passages.push(Passage::Heading(3, format!("{number}. {}", line.reference)));
            passages.push(Passage::Rows(line.rows(w)));
        }
        passages.extend(self.how_to_check(w));
        passages
    }

    fn how_many(&self, w: &Words) -> Said {
        match &self.sample {
            Some((_, of)) => w.report_drawn(self.lines.len(), of),
            None => w.report_fitting(self.lines.len()),
        }
    }

    fn about(&self, w: &Words) -> Rows {
        let mut rows = vec![
            row(w.report_number(), self.number.clone()),
            row(w.report_institution(), self.institution.clone()),
            row(w.report_by(), self.auditor.clone()),
        ];
        rows.extend(self.made_at.map(|at| row(w.report_at(), w.moment_text(at))));
        rows.push((w.report_filters().text().to_owned(), self.filters.lines(w)));
        rows.extend(self.sample.iter().map(|(seed, _)| row(w.audit_sample_seed(), seed.clone())));
        rows
    }

    fn totals(&self, w: &Words) -> Rows {
        let count = |is_so: &dyn Fn(&ReportLine) -> bool| {
            w.number(self.lines.iter().filter(|line| is_so(line)).count())
        };
        let mut rows = vec![
            row(w.audit_title(), count(&|_| true)),
            row(w.report_right(), count(&|line| line.faults.is_empty())),
            row(w.report_not_right(), count(&|line| !line.faults.is_empty())),
            row(w.report_without_entry(), count(&|line| line.entry.is_none())),
        ];
        let mut sums: Vec<(&str, usize)> = Vec::new();
        for (code, more) in self.lines.iter().flat_map(|line| &line.deliveries) {
            match sums.iter_mut().find(|(known, _)| known == code) {
                Some((_, sum)) => *sum = sum.saturating_add(*more),
                None => sums.push((code, *more)),
            }
        }
        rows.push((w.report_deliveries().text().to_owned(), counts(w, &sums)));
        let findings = self.lines.iter().flat_map(|line| &line.findings);
        rows.push(row(w.report_findings(), w.number(findings.clone().count())));
        let objections = findings.filter(|(_, kind)| *kind == "objection");
        rows.push(row(w.report_objections(), w.number(objections.count())));
        rows
    }

    fn how_to_check(&self, w: &Words) -> Vec<Passage> {
        let texts = [w.report_check_text(), w.report_check_facts(), w.report_replaced()];
        let texts = texts.into_iter().map(|text| Passage::Text(text.text().to_owned()));
        let marks = vec![
            row(w.report_check_at(), self.verify_url.clone()),
            (w.report_seal_key().text().to_owned(), halves(&self.seal_key)),
        ];
        let title = Passage::Heading(2, w.report_check().text().to_owned());
        std::iter::once(title).chain(texts).chain([Passage::Rows(marks)]).collect()
    }
}

fn signed(w: &Words, size: u64, root: &str, at: Moment) -> Rows {
    vec![
        row(w.report_ledger_size(), w.in_digits(&size.to_string())),
        (w.report_ledger_root().text().to_owned(), halves(root)),
        row(w.report_ledger_signed(), w.moment_text(at)),
    ]
}

/// What may be wider than its column, in two lines, each of which can be searched for.
fn halves(whole: &str) -> Vec<String> {
    let halves = whole.split_at_checked(22).map_or(vec![whole], |(head, tail)| vec![head, tail]);
    halves.into_iter().map(str::to_owned).collect()
}

fn counts(w: &Words, of: &[(&str, usize)]) -> Vec<String> {
    let counted = |(code, count): &(&str, usize)| {
        format!("{}: {}", w.of("delivery-state", code).text(), w.number(*count))
    };
    if of.is_empty() { vec![w.number(0)] } else { of.iter().map(counted).collect() }
}

impl ReportFilters {
    fn lines(&self, w: &Words) -> Vec<String> {
        let line = |label: Said, value: String| format!("{}: {value}", label.text());
        let named = |label: Said, family: &str, code: &str| line(label, w.of(family, code).text().to_owned());
        let told = [
            self.from.map(|at| line(w.audit_from(), w.moment_text(at))),
            self.to.map(|at| line(w.audit_to(), w.moment_text(at))),
            self.category.map(|code| named(w.answer_category(), "category", code)),
            self.delivery.map(|code| named(w.report_deliveries(), "delivery-state", code)),
            self.waiting_since.map(|at| line(w.report_waiting(), w.moment_text(at))),
            self.is_superseded.then(|| named(w.audit_state(), "settlement-state", "superseded")),
            self.mediator.clone().map(|name| line(w.certificate_mediator(), name)),
            self.noted.map(|code| named(w.audit_noted(), "noted", code)),
        ];
        let told: Vec<_> = told.into_iter().flatten().collect();
        if told.is_empty() { vec![w.report_unfiltered().text().to_owned()] } else { told }
    }
}

impl ReportLine {
    fn rows(&self, w: &Words) -> Rows {
        let mut rows = vec![row(w.answer_category(), w.of("category", self.category).text())];
        rows.extend(self.sealed_at.map(|at| row(w.settlement_sealed(), w.moment_text(at))));
        rows.push(row(w.certificate_mediator(), self.mediator.clone()));
        let mut states = vec![self.state];
        states.extend(Some("superseded").filter(|code| self.is_superseded && self.state != *code));
        let states: Vec<_> =
            states.into_iter().map(|code| w.of("settlement-state", code).text().to_owned()).collect();
        rows.push((w.audit_state().text().to_owned(), states));
        let faults: Vec<_> = self.faults.iter().map(|code| w.of("fault", code).text().to_owned()).collect();
        let found = if faults.is_empty() { vec![w.audit_right().text().to_owned()] } else { faults };
        rows.push((w.report_again().text().to_owned(), found));
        rows.push((w.report_deliveries().text().to_owned(), counts(w, &self.deliveries)));
        let entry = self.entry.map_or_else(|| "–".to_owned(), |number| w.in_digits(&number.to_string()));
        rows.push(row(w.settlement_entry(), entry));
        rows.extend(self.findings.iter().map(|(at, kind)| row(w.of("finding", kind), w.moment_text(*at))));
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::language::Language;

    fn report() -> AuditReport {
        let at = Moment::from_millis(1_795_496_820_000);
        let line = ReportLine {
            reference: "CD-7K4M-92QX".to_owned(),
            category: "tenancy",
            sealed_at: Some(at),
            mediator: "Noor Haq".to_owned(),
            state: "sealed",
            faults: vec!["pdf"],
            deliveries: vec![("sent", 2), ("collected", 1)],
            entry: Some(41),
            findings: vec![(at, "objection")],
            is_superseded: false,
        };
        let right = ReportLine { faults: Vec::new(), findings: Vec::new(), entry: None, ..line.clone() };
        AuditReport {
            made_at: Some(at),
            sample: Some(("spring-2027".to_owned(), 12)),
            lines: vec![line, right],
            head: ReportHead::Signed { size: 42, root: "x".repeat(44), at },
            ..AuditReport::default()
        }
    }

    fn value(passages: &[Passage], label: &str) -> Vec<String> {
        let rows = passages.iter().filter_map(|passage| match passage {
            Passage::Rows(rows) => Some(rows),
            _ => None,
        });
        let mut found = rows.flatten().filter(|(name, _)| name == label);
        found.next().map(|(_, lines)| lines.clone()).unwrap_or_default()
    }

    #[test]
    fn a_report_counts_what_it_tells() {
        let w = Words::unmarked(Language::English);
        let said = report().passages(&w);
        assert_eq!(value(&said, "Settlements"), ["2"]);
        assert_eq!(value(&said, "As they were sealed"), ["1"]);
        assert_eq!(value(&said, "Not as they were sealed"), ["1"]);
        assert_eq!(value(&said, "Deliveries"), ["sent: 4", "fetched: 2"]);
        assert_eq!(value(&said, "Objection"), ["24 November 2026, 05:07 UTC"]);
        assert_eq!(value(&said, "Root hash"), ["x".repeat(22), "x".repeat(22)]);
        let drawn = "Drawn by lot: 2 of the 12 settlements that fit. This report tells of each of them. Whoever has the same seed draws the same ones again.";
        assert!(said.contains(&Passage::Text(drawn.to_owned())), "{said:?}");
    }

    #[test]
    fn no_report_says_a_code_or_english_instead_of_words() {
        for language in [Language::Bangla, Language::Urdu] {
            let said = format!("{:?}", report().passages(&Words::unmarked(language)));
            for english in ["tenancy", "sealed", "collected", "objection", "Settlements", "The "] {
                assert!(!said.contains(english), "{language} {english}: {said}");
            }
            assert!(!said.contains(['\u{2068}', '\u{2069}']), "{said}");
        }
    }
}
