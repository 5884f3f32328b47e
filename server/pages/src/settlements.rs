//! The settlement record and the certificate of non-settlement, as their own people find them. Deliberately not here:
//! the record itself, which is a PDF.

use crate::form::Form;
use crate::frame::page;
use domain::time::{Day, Moment};

/// How the record reached the reader.
#[derive(Debug, Clone)]
pub struct DeliveryLine {
    /// `attachment`, `link`, `collect`.
    pub by: String,
    /// What it came to and when, the first state first: `queued`, `sent`, `failed`, `collected`.
    pub steps: Vec<(String, Moment)>,
}

/// How far it has come that the record is certified, as a party reads it.
#[derive(Debug, Clone)]
pub struct CertificationPart {
    /// The certification's id.
    pub id: String,
    /// The code of how far it is (`certification-is-…`).
    pub state: String,
    /// Whether the reader said no, which can still be changed.
    pub said_no: bool,
    /// Who is named, or has certified: name, code of the capacity (`capacity-…`), office.
    pub certifier: Option<(String, String, String)>,
    /// When it lapses.
    pub lapses_at: Option<Moment>,
    /// When it was made.
    pub certified_at: Option<Moment>,
    /// Its number in the ledger.
    pub entry: Option<i64>,
    /// Whether the reader may agree.
    pub may_agree: bool,
    /// Whether the reader may take its word back, or not give it.
    pub may_withdraw: bool,
}

/// `GET /disputes/{id}/settlement`. Links to `/settlements/{settlement}/record.pdf` and `…/record.jws`. Posts
/// `/settlements/{settlement}/amendments` (no fields): makes a draft, and goes on to its first question;
/// `/settlements/{settlement}/certifications` (no fields); `/certifications/{id}/agreement`: `sure=yes`; and
/// `/certifications/{id}/withdrawal` (no fields). Links to `/certifications/{id}/certification.pdf` and `.jws`.
#[derive(Debug, Clone)]
pub struct Settlement {
    /// The dispute's id.
    pub id: String,
    /// The settlement's id.
    pub settlement: String,
    /// The reference.
    pub reference: String,
    /// The digest, `sha256:…`.
    pub digest: String,
    /// When it was sealed; nothing while the seal is being made.
    pub sealed_at: Option<Moment>,
    /// Its number in the public ledger; nothing until it was entered.
    pub entry: Option<i64>,
    /// The reader's own deliveries.
    pub deliveries: Vec<DeliveryLine>,
    /// Whether a newer record stands in its place; its reference, and the id of the dispute that it came of, where the reader
    /// has a part in that.
    pub newer: Option<Option<(String, String)>>,
    /// Whether the reader may ask to change it.
    pub may_be_amended: bool,
    /// The newest certification of it.
    pub certification: Option<CertificationPart>,
    /// Whether the reader may ask for one.
    pub may_be_certified: bool,
    /// What was wrong with an answer.
    pub form: Form,
}
page!(Settlement, "settlements/settlement.html");

/// `GET /disputes/{id}/certificate`: neutral, made for printing. No form.
#[derive(Debug, Clone)]
pub struct Certificate {
    /// The reference.
    pub reference: String,
    /// The names of the parties.
    pub parties: Vec<String>,
    /// The mediator's name; empty where none was confirmed.
    pub mediator: String,
    /// The names of those who were present at a session held as co-mediators.
    pub co_mediators: Vec<String>,
    /// Whether mediation took place.
    pub took_place: bool,
    /// Whether it was settled.
    pub is_settled: bool,
    /// The day of filing.
    pub filed_on: Day,
    /// The day on which it ended.
    pub ended_on: Day,
    /// The day on which the mediation began; nothing where none took place.
    pub began_on: Option<Day>,
    /// The names of those who were present at sessions held.
    pub present: Vec<String>,
}
page!(Certificate, "settlements/certificate.html");
