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

/// `GET /audit?from=&to=&category=&state=&after=`: the filters are a GET form with those names.
#[derive(Debug, Clone, Default)]
pub struct AuditList {
    /// The filters as typed: `from`, `to`, `category`, `state`.
    pub form: Form,
    /// The codes of all categories.
    pub categories: Vec<String>,
    /// The codes of all states.
    pub states: Vec<String>,
    /// What was found.
    pub items: Vec<AuditLine>,
    /// The address of the next page; nothing at the end.
    pub next: Option<String>,
}
page!(AuditList, "audit/list.html");

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

/// `GET /audit/{settlement}`. Links to `/settlements/{id}/record.pdf` and `.jws` where open. No form.
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
    /// Who signed (role) and when.
    pub signatures: Vec<(String, Moment)>,
    /// Consents: role, version, language tag, when.
    pub consents: Vec<(String, u32, String, Moment)>,
    /// The codes of the mediator's disclosures (`disclosure-…`).
    pub disclosures: Vec<String>,
    /// The sides (role) that were present at a session held.
    pub attended: Vec<String>,
    /// States of the deliveries, without addresses.
    pub deliveries: Vec<String>,
    /// The trail.
    pub trace: Vec<TraceLine>,
    /// Whether the terms are open to the auditor.
    pub is_open: bool,
}
page!(AuditDetail, "audit/detail.html");
