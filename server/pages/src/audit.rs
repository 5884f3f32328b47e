//! The auditor's pages: plain tables of what was decided by process, never what was said. Deliberately not here: the
//! record's terms, which the record itself holds where the parties opened it.

use crate::form::Form;
use crate::frame::page;
use domain::time::{Day, Moment};

/// One settlement or closed dispute in the auditor's list.
#[derive(Debug, Clone)]
pub struct AuditLine {
    /// The settlement's id.
    pub id: String,
    /// The reference.
    pub reference: String,
    /// The code of the category.
    pub category: String,
    /// The day on which it was sealed.
    pub sealed_on: Option<Day>,
    /// The mediator's name.
    pub mediator: String,
    /// The code of its state: `sealed`, `superseded`, `delivery-failed` (`settlement-state-…`).
    pub state: String,
    /// Whether the terms are open to the auditor.
    pub is_open: bool,
}

/// How many settlements there are, and how many of them ask for a look.
#[derive(Debug, Clone, Copy, Default)]
pub struct AuditNumbers {
    /// All of them.
    pub all: usize,
    /// With a delivery that failed.
    pub failed: usize,
    /// With a delivery that has waited for longer than a day.
    pub late: usize,
    /// To which an auditor objected.
    pub objected: usize,
}

/// A sample that was drawn.
#[derive(Debug, Clone, Default)]
pub struct AuditSample {
    /// What draws the same ones again.
    pub seed: String,
    /// How many were asked for.
    pub size: usize,
    /// From how many they were drawn.
    pub of: usize,
}

/// `GET /audit?from=&to=&category=&state=&mediator=&findings=&after=`: the filters are a GET form with those names.
/// `GET /audit/samples` takes `size` and `seed` as well. Links to `/audit/settlements.csv`, `.json` and
/// and to `/audit/verification`. Posts `/audit/report.pdf` (no fields) with the same filters and the sample.
#[derive(Debug, Clone, Default)]
pub struct AuditList {
    /// The filters as typed: `from`, `to`, `category`, `state`, `mediator`, `findings`, `size`, `seed`.
    pub form: Form,
    /// The roster: id and name.
    pub mediators: Vec<(String, String)>,
    /// What stands above the list of all.
    pub numbers: Option<AuditNumbers>,
    /// Where these were drawn by lot.
    pub sample: Option<AuditSample>,
    /// The filters as they stand in an address.
    pub filters: String,
    /// The codes of all categories.
    pub categories: Vec<String>,
    /// The codes of all states.
    pub states: Vec<String>,
    /// The codes of what auditors may have noted (`noted-…`).
    pub noted: Vec<String>,
    /// What was found.
    pub items: Vec<AuditLine>,
    /// The address of the next page; nothing at the end.
    pub next: Option<String>,
}
page!(AuditList, "audit/list.html");

/// `GET /audit/verification`: before the first turn. Posts the same path with `run`, and is the answer to that.
#[derive(Debug, Clone, Default)]
pub struct Verification {
    /// What the next turn goes on from, as the house wrote and sealed it; empty for the first.
    pub run: String,
    /// How many were verified so far.
    pub checked: usize,
    /// How many there are.
    pub of: usize,
    /// How many of them were not right.
    pub wrong: usize,
    /// The ids and references of those that were not right; of very many the first ones.
    pub named: Vec<(String, String)>,
    /// Whether all were verified.
    pub is_done: bool,
}
page!(Verification, "audit/verification.html");

/// What an auditor noted.
#[derive(Debug, Clone)]
pub struct FindingLine {
    /// The auditor's name.
    pub by: String,
    /// When.
    pub at: Moment,
    /// The code of what it is (`finding-…`).
    pub kind: String,
    /// What it says.
    pub text: String,
}

/// A certification of the record, as an auditor is told of it.
#[derive(Debug, Clone)]
pub struct AuditedCertification {
    /// When it was asked for.
    pub asked_at: Moment,
    /// `open`, `made`, `over` (`audit-certification-…`).
    pub state: String,
    /// When it was made or came to nothing.
    pub over_at: Option<Moment>,
    /// The code of the capacity in which it was made.
    pub capacity: Option<String>,
    /// Its number in the public ledger.
    pub entry: Option<i64>,
    /// States of its deliveries, without addresses.
    pub deliveries: Vec<String>,
}

/// One row of the trail.
#[derive(Debug, Clone)]
pub struct TraceLine {
    /// When.
    pub at: Moment,
    /// The kind of event, as the trail has it.
    pub kind: String,
    /// Ids and digests, as the trail has them.
    pub facts: String,
}

/// `GET /audit/{settlement}`. Links to `/settlements/{id}/record.pdf` and `.jws` where open. Posts
/// `/audit/{settlement}/verification` (no fields; the answer is this page with what was found) and `/audit/{settlement}/findings`: `text`.
#[derive(Debug, Clone)]
pub struct AuditDetail {
    /// The settlement's id.
    pub id: String,
    /// The reference.
    pub reference: String,
    /// The code of the category.
    pub category: String,
    /// The mediator's name.
    pub mediator: String,
    /// The digest, `sha256:…`; empty where the record is closed to the auditor.
    pub digest: String,
    /// When it was sealed.
    pub sealed_at: Option<Moment>,
    /// The code of its state.
    pub state: String,
    /// The id of the record in whose place it stands.
    pub supersedes: Option<String>,
    /// The id of the record that stands in its place now.
    pub superseded_by: Option<String>,
    /// Who signed (role) and when.
    pub signatures: Vec<(String, Moment)>,
    /// Consents: role, version, language tag, when.
    pub consents: Vec<(String, u32, String, Moment)>,
    /// The codes of the mediator's disclosures (`disclosure-…`).
    pub disclosures: Vec<String>,
    /// The sides (role) that were present at a session held.
    pub attended: Vec<String>,
    /// What each delivery came to and when, without addresses.
    pub deliveries: Vec<Vec<(String, Moment)>>,
    /// The trail.
    pub trace: Vec<TraceLine>,
    /// Whether the terms are open to the auditor.
    pub is_open: bool,
    /// The record's number in the public ledger; nothing until it was entered.
    pub entry: Option<i64>,
    /// The certifications that were asked for, the newest first.
    pub certifications: Vec<AuditedCertification>,
    /// What came of verifying it anew, just now: the codes of what is wrong (`fault-…`).
    pub verified: Option<Vec<String>>,
    /// What auditors noted, the earliest first.
    pub findings: Vec<FindingLine>,
    /// What was typed as a finding.
    pub form: Form,
}
page!(AuditDetail, "audit/detail.html");
