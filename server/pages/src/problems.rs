//! The pages that say what went wrong: one for each refusal, and those for errors. What was typed in words into
//! the form that was refused stands there to be copied. Deliberately not here: status codes, except as a number to show.

use crate::frame::page;
use crate::words::{Said, Words};

/// `GET /problems/{code}`, and the page that answers a form whose act was refused by a rule.
#[derive(Debug, Clone, Default)]
pub struct Problem {
    /// The stable code of the refusal, such as `offer-already-answered`.
    pub code: String,
    /// Where to go back to; empty for the list of disputes.
    pub back: String,
    /// What was typed into the form that was refused, to be copied; empty for nothing.
    pub typed: String,
}
page!(Problem, "problems/problem.html");

impl Problem {
    /// What the code means.
    pub fn meaning(&self, w: &Words) -> Said {
        w.by_id(&format!("problem-{}", self.code)).unwrap_or_else(|| w.problem_other())
    }

    /// Where to go back to.
    pub fn back_or_list(&self) -> &str {
        if self.back.is_empty() { "/disputes" } else { &self.back }
    }
}

/// Any error: `not-found` (404), `not-yours` (403), `stale-form` (403, CSRF), `too-many` (429), `too-large` (413), `too-slow` (408),
/// `busy` (503), `broken` (500), `unreadable` (400), `method` (405).
#[derive(Debug, Clone, Default)]
pub struct ErrorPage {
    /// One of the codes above (`error-…` and `error-…-help` in `problems.ftl`).
    pub code: String,
    /// The id of the request, for the house's log; empty for none.
    pub request: String,
    /// What was typed into the form that was refused, to be copied; empty for nothing.
    pub typed: String,
}
page!(ErrorPage, "problems/error.html");
