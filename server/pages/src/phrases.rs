//! A mediator's own phrases. Deliberately not here: the box of a room into which one is put (`rooms`).

use crate::form::Form;
use crate::frame::page;

/// `GET /mediator/phrases`. Posts the same path: `text`; `/mediator/phrases/{id}/deletion`: no more fields.
#[derive(Debug, Clone, Default)]
pub struct Phrases {
    /// The phrases: id and text.
    pub phrases: Vec<(String, String)>,
    /// What was typed and not kept.
    pub form: Form,
}
page!(Phrases, "mediators/phrases.html");
