//! The mediator's desk: a queue by waiting time. Deliberately not here: any figure of how often a mediator settles.

use crate::frame::page;
use domain::time::Moment;

/// A dispute of the mediator's.
#[derive(Debug, Clone)]
pub struct DeskLine {
    /// The dispute's id.
    pub id: String,
    /// Its reference.
    pub reference: String,
    /// The code of its category.
    pub category: String,
    /// The code of its stage.
    pub stage: String,
    /// The names of the parties.
    pub names: Vec<String>,
    /// Since when somebody waits for the mediator; nothing where nobody does.
    pub waiting_since: Option<Moment>,
    /// Who told the mediator what in private, as name and code (`signal-…`): `break`, `unsafe`, `not-freely`.
    pub signals: Vec<(String, String)>,
    /// The code of the next task (`task-…`) and where it is done.
    pub next: Option<(String, String)>,
}

/// A dispute that was proposed to the mediator.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The assignment's id.
    pub id: String,
    /// The code of the category.
    pub category: String,
    /// The names of the parties.
    pub names: Vec<String>,
    /// By when to answer.
    pub answer_by: Option<Moment>,
}

/// `GET /mediator`. Links to `/assignments/{id}`, `/disputes/{id}`, `/rooms/{id}`. No form.
#[derive(Debug, Clone, Default)]
pub struct MediatorDesk {
    /// What was proposed and waits for an answer.
    pub proposals: Vec<Proposal>,
    /// The mediator's disputes, the longest wait first.
    pub disputes: Vec<DeskLine>,
}
page!(MediatorDesk, "mediators/desk.html");
