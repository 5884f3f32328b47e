//! A mediator proposed to a dispute: the conflict inquiry for the mediator, the disclosure for the parties.
//! Deliberately not here: who was chosen, and why.

use crate::form::Form;
use crate::frame::page;
use domain::time::Moment;

/// `GET /assignments/{id}` for the mediator. Posts `/assignments/{id}/acceptance`: `conflict` (`no`, `yes`),
/// `disclosure` (with `yes`); and `/assignments/{id}/refusal` (no fields).
#[derive(Debug, Clone)]
pub struct ConflictInquiry {
    /// The assignment's id.
    pub id: String,
    /// The names of the parties.
    pub names: Vec<String>,
    /// The code of the category.
    pub category: String,
    /// The languages of the parties, by tag.
    pub languages: Vec<String>,
    /// By when to answer.
    pub answer_by: Moment,
    /// What was typed.
    pub form: Form,
}
page!(ConflictInquiry, "assignments/conflict.html");

/// `GET /disputes/{id}/disclosures` for the confirmed mediator: something came up later. Posts the same path:
/// `disclosure`.
#[derive(Debug, Clone)]
pub struct LaterDisclosure {
    /// The dispute's id.
    pub id: String,
    /// Its reference.
    pub reference: String,
    /// What was typed.
    pub form: Form,
}
page!(LaterDisclosure, "assignments/later.html");

/// `GET /assignments/{id}` for a party. Posts `/assignments/{id}/approval` or `/assignments/{id}/objection` (no
/// fields, no reason).
#[derive(Debug, Clone)]
pub struct ProposedMediator {
    /// The assignment's id.
    pub id: String,
    /// The mediator's name.
    pub name: String,
    /// The mediator's languages, by tag.
    pub languages: Vec<String>,
    /// The codes of the categories that the mediator knows well.
    pub specialities: Vec<String>,
    /// What the mediator disclosed; empty for "nothing".
    pub disclosure: String,
    /// Whether the reader has answered.
    pub is_answered: bool,
    /// By when to answer.
    pub answer_by: Moment,
}
page!(ProposedMediator, "assignments/proposed.html");

/// `GET /assignments/{id}/objection` for a party, `GET /assignments/{id}/refusal` for the mediator: are you sure? Posts
/// the same path (no fields, no reason).
#[derive(Debug, Clone, Default)]
pub struct SayNo {
    /// The assignment's id.
    pub id: String,
    /// Whether a party asks, and not the mediator.
    pub is_party: bool,
    /// The mediator's name, for a party.
    pub name: String,
}
page!(SayNo, "assignments/no.html");
