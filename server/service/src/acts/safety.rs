//! The private questions and what a registrar decides on them (R16, R20). Answers are sealed as they come and are
//! never shown back to whoever gave them.

use domain::dispute::{Command, ScreeningDecision};
use domain::ids::DisputeId;
use domain::party::{Side, Sides};
use domain::person::clean_words;
use domain::safety::SafetyAnswers;
use store::Tx;

use super::Doing;
use super::process::{carry_out, look};
use crate::refused::{FieldErrors, Refused, words_code};

/// Keeps a party's answers.
///
/// # Errors
/// `Absent` for whoever is no party; fields that cannot be taken.
pub fn answer(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    answers: &SafetyAnswers,
    reach: Option<&str>,
) -> Result<(), Refused> {
    let mut seen = look(tx, doing, id)?;
    let side = seen.party()?;
    let mut errors = FieldErrors::default();
    let reach = reach.filter(|typed| !typed.trim().is_empty());
    let reach = reach.and_then(|typed| errors.take("reach", clean_words(typed, 300), words_code));
    errors.check()?;
    carry_out(tx, doing, &mut seen, &Command::AnswerSafety(answers.finding()))?;
    store::safety::put(tx, id, side, answers, reach.as_deref(), doing.now)?;
    Ok(())
}

/// What the registrar decides on.
#[derive(Debug, Clone)]
pub struct Raised {
    /// Each side's answers and how it may be reached.
    pub answers: Sides<Option<(SafetyAnswers, Option<String>)>>,
}

/// The answers, for the registrar's decision; that somebody looked is traced.
///
/// # Errors
/// `Absent` for others than a registrar.
pub fn read(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId) -> Result<Raised, Refused> {
    let seen = look(tx, doing, id)?;
    if seen.viewer != domain::sight::Viewer::Registrar {
        return Err(Refused::Absent);
    }
    let claimant = store::safety::get(tx, id, Side::Claimant)?;
    let respondent = store::safety::get(tx, id, Side::Respondent)?;
    doing.trace("safety-answers-read", Some(id), &serde_json::json!({}));
    Ok(Raised { answers: Sides { claimant, respondent } })
}

/// What the registrar finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It can be mediated, with the sides kept apart or not.
    Suitable { shuttle: bool },
    /// It cannot: to whom the person is referred, with a named contact (R20).
    Referred { to: String },
}

/// Decides what the answers raised.
///
/// # Errors
/// `Absent` for others than a registrar; the rule where there is nothing to decide.
pub fn screen(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId, finding: &Finding) -> Result<(), Refused> {
    let mut seen = look(tx, doing, id)?;
    let decision = match finding {
        Finding::Suitable { shuttle } => ScreeningDecision::Suitable { shuttle: *shuttle },
        Finding::Referred { to } => {
            let to = clean_words(to, 1_000).map_err(|why| Refused::field("referral", words_code(why)))?;
            let concerns = seen.dispute.to_be_referred();
            for side in Side::BOTH.into_iter().filter(|side| *concerns.of(*side)) {
                store::referrals::put(tx, id, side, &to, doing.now)?;
            }
            ScreeningDecision::Unsuitable
        }
    };
    carry_out(tx, doing, &mut seen, &Command::Screen(decision))?;
    Ok(())
}
