//! Blind bids: the question that is open, a side's figure with a last look at it, and what was asked before. The page
//! shows no figure that was entered, not even to whoever entered it. Deliberately not here: what two figures come to.

use crate::form::Form;
use crate::frame::page;
use crate::words::{Said, Words};
use domain::time::Moment;

/// One question.
#[derive(Debug, Clone, Default)]
pub struct QuestionLine {
    /// The id of the entry by which it was asked.
    pub id: String,
    /// `open`, `met`, `not-met` or `withdrawn` (`bid-state-…` in `bids.ftl`).
    pub state: String,
    /// The question, by language tag, in the order in which it is shown.
    pub texts: Vec<(String, String)>,
    /// The name of whoever would pay.
    pub payer: String,
    /// The name of whoever would be paid.
    pub payee: String,
    /// Whether the reader is the one who would pay.
    pub pays: bool,
    /// The currency of every figure.
    pub currency: String,
    /// The round that is open, or was the last.
    pub round: usize,
    /// How many rounds there are at most.
    pub rounds: usize,
    /// When it was asked.
    pub asked_at: Option<Moment>,
    /// Whether the reader's own figure of the open round is in.
    pub has_entered: bool,
    /// The midpoint, as in `BDT 450.00`; empty where they did not meet.
    pub met: String,
}

impl QuestionLine {
    /// What the reader is asked for.
    pub fn asks_for(&self, w: &Words) -> Said {
        if self.pays { w.bids_most() } else { w.bids_least() }
    }
}

/// `GET /rooms/{dispute}/blind-bids`. Posts:
/// `/rooms/{id}/blind-bids` (mediator): `question-TAG` for each language, `currency`, `payer` (`claimant`,
/// `respondent`), `rounds` (`1` to `3`);
/// `/rooms/{id}/blind-bids/{entry}/figures` (a party): `round`, `figure`; without `sure=yes` nothing is stored and
/// [`FigureCheck`] comes;
/// `/rooms/{id}/blind-bids/{entry}/withdrawal` (mediator).
#[derive(Debug, Clone, Default)]
pub struct BlindBids {
    /// The dispute's id.
    pub id: String,
    /// Whether the reader is the mediator.
    pub is_mediator: bool,
    /// The question that is open.
    pub open: Option<QuestionLine>,
    /// Those that are over, the newest first.
    pub before: Vec<QuestionLine>,
    /// The names of claimant and respondent.
    pub sides: (String, String),
    /// The languages of the parties, by tag.
    pub languages: Vec<String>,
    /// The currencies that the house takes.
    pub currencies: Vec<String>,
    /// What was typed, and what was wrong with it.
    pub form: Form,
}
page!(BlindBids, "bids/bids.html");

impl BlindBids {
    /// How many rounds the mediator may choose.
    pub const fn rounds_offered(&self) -> [usize; 3] {
        [3, 2, 1]
    }
}

/// After a figure was typed: a last look at it. Posts to the same place with `sure=yes`.
#[derive(Debug, Clone, Default)]
pub struct FigureCheck {
    /// The dispute's id.
    pub id: String,
    /// The question.
    pub question: QuestionLine,
    /// The figure as it was typed.
    pub figure: String,
    /// The figure as it is read, as in `BDT 450.00`.
    pub amount: String,
}
page!(FigureCheck, "bids/figure.html");
