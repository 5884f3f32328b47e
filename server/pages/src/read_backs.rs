//! Saying in one's own words what one will do, before one signs; the mediator's view of it stands beside the agreement.
//! Deliberately not here: signing, which never waits for it.

use crate::form::Form;
use crate::frame::page;
use crate::terms::TermLine;

/// `GET /disputes/{id}/signing/read-back`. Posts the same path: `digest`, for each of the promises with number N
/// `term-N-text`; or, by its second button, `told=yes`.
#[derive(Debug, Clone, Default)]
pub struct ReadBackQuestion {
    /// The dispute's id.
    pub id: String,
    /// The digest of the text.
    pub digest: String,
    /// The promises of the reader, with their numbers in the text.
    pub promises: Vec<(u32, TermLine)>,
    /// What was typed or said before.
    pub form: Form,
}
page!(ReadBackQuestion, "signing/read-back.html");

/// What one party said, as the mediator reads it beside the agreement.
#[derive(Debug, Clone, Default)]
pub struct ReadBackLine {
    /// The party's name.
    pub name: String,
    /// The numbers of its promises, and its words; none where it has told the mediator itself.
    pub promises: Vec<(u32, String)>,
    /// Whether it was said of an older text.
    pub is_old: bool,
}
