//! The wizard that makes a dispute, one question a page, and the page on which all answers are checked before filing.
//! Deliberately not here: the safety questions (`safety`) and files (`files`).

use crate::form::Form;
use crate::frame::page;
use crate::words::{Said, Words};

/// `GET /disputes/new`: what it costs, how long it takes, what you need. Posts `/disputes` (no fields): makes a draft
/// and goes on to `/disputes/{id}/draft/category`.
#[derive(Debug, Clone, Default)]
pub struct NewDispute {}
page!(NewDispute, "drafts/new.html");

/// The questions in their order; the last part of the path.
pub const STEPS: [&str; 8] =
    ["category", "title", "statement", "outcome", "amount", "respondent", "needs", "language"];

/// The questions of such a draft in their order: what a settlement is about, and between whom, is not asked where it is to be
/// changed.
pub fn steps(is_amendment: bool) -> impl Iterator<Item = &'static str> {
    let is_asked = move |step: &&str| !(is_amendment && matches!(*step, "category" | "respondent"));
    STEPS.into_iter().filter(is_asked)
}

/// `GET /disputes/{id}/draft/{step}`. Posts the same path, each step with these fields, and goes on to the next step
/// (after the last to `/disputes/{id}/safety`, or to `…/draft/check` where `change=yes`):
/// category: `category`; title: `title`; statement: `statement`; outcome: `outcome_sought`;
/// amount: `amount` (empty: none), `currency`, `amount_shown=yes`; respondent: `respondent_name`,
/// `respondent_email` (may be empty: a printed letter); needs: `needs` (none to many); language: `language`.
/// Every step posts `change` too (`yes` where it was opened from the check page, by `?change=yes`).
#[derive(Debug, Clone, Default)]
pub struct DraftQuestion {
    /// The dispute's id.
    pub id: String,
    /// One of `STEPS`.
    pub step: String,
    /// What was typed or saved, by the field names above.
    pub form: Form,
    /// The codes of the categories, in order (step `category`).
    pub categories: Vec<String>,
    /// The codes of the currencies (step `amount`).
    pub currencies: Vec<String>,
    /// The codes of what the house can provide for (step `needs`), such as `large-print`.
    pub needs: Vec<String>,
    /// Whether it was opened from the check page.
    pub is_change: bool,
    /// Whether a settlement is to be changed.
    pub is_amendment: bool,
}
page!(DraftQuestion, "drafts/question.html");

impl DraftQuestion {
    /// The number of the question, from 1.
    pub fn number(&self) -> usize {
        let place = steps(self.is_amendment).position(|step| step == self.step);
        place.map_or(1, |place| place.saturating_add(1))
    }

    /// How many questions there are.
    pub fn count(&self) -> usize {
        steps(self.is_amendment).count()
    }

    /// The page before this one.
    pub fn back(&self) -> String {
        let before = self.number().checked_sub(2).and_then(|place| steps(self.is_amendment).nth(place));
        match before {
            Some(step) if !self.is_change => format!("/disputes/{}/draft/{step}", self.id),
            None if !self.is_change => "/disputes".to_owned(),
            _ => format!("/disputes/{}/draft/check", self.id),
        }
    }

    /// The page's title: the question itself.
    pub fn question(&self, w: &Words) -> Said {
        w.of("draft-question", &self.step)
    }
}

/// One answer to be checked.
#[derive(Debug, Clone)]
pub struct AnswerLine {
    /// One of `STEPS`: where it is changed; empty where it is not.
    pub step: String,
    /// What the answer is called, one of `category`, `title`, `statement`, `outcome`, `amount`, `respondent`,
    /// `amount-shown` (`yes`, `no`), `respondent-email`, `needs`, `language`.
    pub name: String,
    /// What was answered in words; empty where nothing was. Categories, needs, languages, yes and no as their codes.
    pub answers: Vec<String>,
}

/// `GET /disputes/{id}/draft/check`. Posts `/disputes/{id}/filing`: `confirm=yes` ("this is true as far as I know").
#[derive(Debug, Clone, Default)]
pub struct DraftCheck {
    /// The dispute's id.
    pub id: String,
    /// What is shown again, in order.
    pub answers: Vec<AnswerLine>,
    /// Whether the safety questions were answered; what was answered is never shown.
    pub is_safety_answered: bool,
    /// How many files were added.
    pub files: usize,
    /// The steps that still need an answer: filing waits for them.
    pub missing: Vec<String>,
    /// What was typed.
    pub form: Form,
}
page!(DraftCheck, "drafts/check.html");

impl DraftCheck {
    /// Whether nothing stands in the way of filing.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.is_safety_answered
    }
}

impl AnswerLine {
    /// One answer in words: codes are translated, everything else stands as it was typed.
    pub fn in_words(&self, w: &Words, answer: &str) -> String {
        let family = match self.name.as_str() {
            "category" => "category",
            "needs" => "need",
            "language" => "language",
            "amount-shown" => "frame",
            _ => return answer.to_owned(),
        };
        w.of(family, answer).text().to_owned()
    }
}
