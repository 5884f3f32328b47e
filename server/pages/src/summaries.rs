//! A summary of the mediator's: the page on which a side confirms it or says what is right instead. Deliberately not here:
//! who may do either.

use crate::form::Form;
use crate::frame::page;

/// `GET /rooms/{id}/summaries/{entry}?channel=…`. Posts the same path: `channel`, `id`, `audience_digest`, `lang`, `act`
/// (`confirm`, `correct`), and with `correct` the words as `text`.
#[derive(Debug, Clone)]
pub struct SummaryPage {
    /// The dispute's id.
    pub id: String,
    /// The channel in which it stands.
    pub channel: String,
    /// The entry.
    pub entry: String,
    /// A fresh UUIDv7 for the entry that is being written.
    pub entry_id: String,
    /// Who reads the reader's channels, as a digest.
    pub audience: String,
    /// The mediator's words and their language.
    pub text: (String, String),
    /// The language in which the reader writes, by tag.
    pub language: String,
    /// Whether the reader is of a side: then it is theirs to answer.
    pub may_answer: bool,
    /// Whether the reader's side has confirmed it.
    pub is_confirmed: bool,
    /// What was typed and not stored.
    pub form: Form,
}
page!(SummaryPage, "rooms/summary.html");
