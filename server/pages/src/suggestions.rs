//! What parties suggest for the text and remark on it: the form that says who will read it before it is sent, and the list of
//! what the reader was told of. Deliberately not here: who that is.

use crate::differences::ChangedLine;
use crate::form::Form;
use crate::frame::page;
use crate::terms::TermLine;
use domain::time::Moment;

/// One suggestion.
#[derive(Debug, Clone)]
pub struct SuggestionLine {
    /// Its id.
    pub id: String,
    /// The name of its author.
    pub by: String,
    /// Whether the reader made it.
    pub is_mine: bool,
    /// `everyone` or `mediator`.
    pub audience: String,
    /// `change`, `removal`, `addition`, `comment`.
    pub kind: String,
    /// `open`, `accepted`, `declined`, `withdrawn`.
    pub state: String,
    /// When it was made.
    pub at: Moment,
    /// The number of the promise that it is about, and of the text in which it has that number.
    pub term: Option<(u32, u32)>,
    /// That promise, as its author read it; the new one of an addition.
    pub promise: Option<TermLine>,
    /// How it should read.
    pub changed: Option<ChangedLine>,
    /// Words beside it; empty for none.
    pub note: String,
    /// The tag of their language.
    pub language: String,
    /// Whether the reader may take it up or not.
    pub may_answer: bool,
    /// Whether the reader may take it back.
    pub may_withdraw: bool,
}

/// `GET /disputes/{id}/agreement/suggestions[?term=N]`. Posts (a party) the same path: `id` (UUIDv7 made by the server into
/// the page), `base`, `term` (number, or empty), `audience` (`everyone`, `mediator`), `kind` (`change`, `removal`,
/// `addition`, `comment`), `term-1-debtor`, `term-1-text-TAG`, `term-1-amount`, `term-1-currency`, `term-1-due_on`, `note`,
/// `audience_digest`.
/// The mediator posts `…/{suggestion}/acceptance` (`base`) and `…/{suggestion}/refusal`, its author `…/withdrawal`.
#[derive(Debug, Clone, Default)]
pub struct Suggestions {
    /// The dispute's id.
    pub id: String,
    /// The number of the text that holds now; 0 for none.
    pub revision: u32,
    /// What the reader was told of.
    pub items: Vec<SuggestionLine>,
    /// Whether the reader may suggest something.
    pub may_suggest: bool,
    /// Who reads what is for everyone; nobody where the sides are kept apart.
    pub everyone: Vec<String>,
    /// Who reads what is for the mediator alone.
    pub aside: Vec<String>,
    /// The number of the promise that the form is about, and the promise.
    pub about: Option<(u32, TermLine)>,
    /// The parties' names: claimant, respondent.
    pub sides: (String, String),
    /// The currencies that the house takes.
    pub currencies: Vec<String>,
    /// The language in which the form asks for the promise, by tag.
    pub language: String,
    /// A fresh UUIDv7 for the suggestion.
    pub suggestion_id: String,
    /// What stands for the readers that the page names.
    pub audience_digest: String,
    /// What was typed.
    pub form: Form,
}
page!(Suggestions, "agreements/suggestions.html");

impl Suggestions {
    /// Names as one text.
    pub fn names(&self, names: &[String]) -> String {
        names.join(if names.iter().any(|name| name.contains(',')) { "; " } else { ", " })
    }
}
