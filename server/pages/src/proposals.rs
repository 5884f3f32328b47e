//! The mediator's proposal: its terms, each side's secret answer, and what was proposed before. The page shows no answer,
//! not even to whoever gave it. Deliberately not here: what two answers come to.

use crate::form::Form;
use crate::frame::page;
use crate::terms::TermLine;
use domain::time::Moment;

/// One proposal.
#[derive(Debug, Clone, Default)]
pub struct ProposalLine {
    /// The id of the entry by which it was made.
    pub id: String,
    /// `open`, `accepted`, `withdrawn` or `lapsed` (`proposal-state-…` in `proposals.ftl`).
    pub state: String,
    /// What is proposed.
    pub terms: Vec<TermLine>,
    /// The short note; empty for none.
    pub note: String,
    /// When it lapses.
    pub expires_at: Option<Moment>,
    /// Whether the reader has answered.
    pub has_answered: bool,
}

/// `GET /rooms/{dispute}/proposals`. Posts:
/// `/rooms/{id}/proposals` (mediator): `rows`, for each row N `term-N-debtor`, `term-N-text-TAG` for each language,
/// `term-N-amount`, `term-N-currency`, `term-N-due_on`; `note`, `expires_on`; `more` (`yes`: one more row, nothing is
/// sent);
/// `/rooms/{id}/proposals/{entry}/answer` (a party): `accepts` (`yes`, `no`);
/// `/rooms/{id}/proposals/{entry}/withdrawal` (mediator).
#[derive(Debug, Clone, Default)]
pub struct Proposals {
    /// The dispute's id.
    pub id: String,
    /// Whether the reader is the mediator.
    pub is_mediator: bool,
    /// The proposal that is open.
    pub open: Option<ProposalLine>,
    /// Those that are over, the newest first.
    pub before: Vec<ProposalLine>,
    /// The names of claimant and respondent.
    pub sides: (String, String),
    /// The languages of the parties, by tag.
    pub languages: Vec<String>,
    /// The currencies that the house takes.
    pub currencies: Vec<String>,
    /// How many promises the form has.
    pub rows: usize,
    /// What was typed, and what was wrong with it.
    pub form: Form,
}
page!(Proposals, "proposals/proposals.html");

impl Proposals {
    /// The numbers of the promises in the form.
    pub fn numbers(&self) -> std::ops::RangeInclusive<usize> {
        1..=self.rows.max(1)
    }
}
