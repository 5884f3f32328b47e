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
    /// Whom they would sit beside, where one mediates already; otherwise empty.
    pub beside: String,
    /// By when to answer, where there is such a day.
    pub answer_by: Option<Moment>,
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
    /// Whether there was a mediator before: `reads_earlier` (`yes`) goes with the approval.
    pub has_earlier: bool,
    /// Whom they would sit beside, where one mediates already; otherwise empty.
    pub beside: String,
    /// Whether the reader has answered.
    pub is_answered: bool,
    /// By when to answer, where there is such a day.
    pub answer_by: Option<Moment>,
}
page!(ProposedMediator, "assignments/proposed.html");

/// `GET /disputes/{id}/replacement` for the mediator and the registrar: are you sure? Posts the same path (no fields).
#[derive(Debug, Clone, Default)]
pub struct Replacing {
    /// The dispute's id.
    pub id: String,
    /// Its reference.
    pub reference: String,
    /// The mediator's id, which is posted as `mediator`.
    pub mediator: String,
    /// The mediator's name.
    pub name: String,
    /// Whether the reader is the mediator.
    pub is_own: bool,
}
page!(Replacing, "assignments/replacing.html");

/// `GET /disputes/{id}/co-mediation` for the mediator, the co-mediator and the registrar: what a second mediator is, and
/// whether there is one. Posts `/disputes/{id}/co-mediation-requests` (no fields), the same path:
/// `mediator_id`; and `/disputes/{id}/co-mediation-endings`: `mediator`.
#[derive(Debug, Clone, Default)]
pub struct CoMediating {
    /// The dispute's id.
    pub id: String,
    /// Its reference.
    pub reference: String,
    /// The name of whoever leads.
    pub leads: String,
    /// Who sits beside them or is asked to: id and name.
    pub beside: Option<(String, String)>,
    /// Whether they sit there.
    pub sits: bool,
    /// Whether the reader is the one who sits there.
    pub is_own: bool,
    /// Whether the reader may ask the house for one.
    pub may_ask: bool,
    /// Whether the reader may end it.
    pub may_end: bool,
    /// Whether the reader is to name one.
    pub may_propose: bool,
    /// Whom the reader may name, the best match first: id and name.
    pub roster: Vec<(String, String)>,
    /// What was chosen.
    pub form: Form,
}
page!(CoMediating, "assignments/co-mediating.html");

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
