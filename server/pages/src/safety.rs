//! The private questions, which each side answers alone. What was answered is never shown again; changing it means
//! answering afresh. Deliberately not here: who judges the answers.

use crate::form::Form;
use crate::frame::page;

/// `GET /disputes/{id}/safety`: can you answer alone now? Links only: yes to `…/safety/questions`, no to
/// `…/safety/later`.
#[derive(Debug, Clone, Default)]
pub struct SafetyStart {
    /// The dispute's id.
    pub id: String,
    /// Whether they were answered before (nothing else is told).
    pub is_answered: bool,
}
page!(SafetyStart, "safety/start.html");

/// `GET /disputes/{id}/safety/later`: how to come back, and who helps. No form.
#[derive(Debug, Clone, Default)]
pub struct SafetyLater {
    /// The dispute's id.
    pub id: String,
}
page!(SafetyLater, "safety/later.html");

/// `GET /disputes/{id}/safety/questions`. Posts `/disputes/{id}/safety`: `alone`, `afraid`, `violence`, `control`,
/// `order` (each `yes`, `no`, `rather-not-say`; a missing one counts as not said), `reach` (`mail`, `site`, `phone`),
/// `reach_note` (when and how; may be empty). After faults only the form's errors are shown, never the answers.
#[derive(Debug, Clone, Default)]
pub struct SafetyQuestions {
    /// The dispute's id.
    pub id: String,
    /// What was wrong; leave the values of the five questions out.
    pub form: Form,
}
page!(SafetyQuestions, "safety/questions.html");

impl SafetyQuestions {
    /// The five questions in their order.
    pub const fn questions(&self) -> [&'static str; 5] {
        ["alone", "afraid", "violence", "control", "order"]
    }
}
