//! The page on which anyone finds out whether a record is genuine. It shows no terms. Deliberately not here: the
//! verifying.

use crate::form::Form;
use crate::frame::page;
use domain::time::Moment;

/// `GET /verify`. Posts `/verify` as `multipart/form-data`: `csrf`, `file`; its answer is this page with an outcome.
#[derive(Debug, Clone, Default)]
pub struct Verify {
    /// `valid`, `report` (an auditor's, as it was sealed), `certification` (of a record, as it was made), `altered`, `superseded`, `unknown`, `revoked`; nothing before a
    /// file was given.
    pub status: Option<String>,
    /// The reference that the record names; empty where it is not genuine, or is a report.
    pub reference: String,
    /// When it was sealed.
    pub sealed_at: Option<Moment>,
    /// When a time-stamp authority saw it; nothing where none did.
    pub stamped_at: Option<Moment>,
    /// When its key was revoked; nothing where it was not.
    pub key_revoked_at: Option<Moment>,
    /// By whom the record was certified, or whose certification it is: name, code of the capacity, office, and when.
    pub certified: Option<(String, String, String, Moment)>,
    /// The digest of the record that a certification is of; empty otherwise.
    pub record_digest: String,
    /// Whether a newer record stands in the place of the one that a certification is of.
    pub is_of_superseded: bool,
    /// What was wrong with the upload.
    pub form: Form,
}
page!(Verify, "verifications/verify.html");
