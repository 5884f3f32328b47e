//! The shapes of what a party fills in: the claim, and the answers to the safety questions.

use serde::{Deserialize, Serialize};

use domain::accommodation::Need;
use domain::money::Money;
use domain::person::{EmailAddress, PersonName};
use domain::safety::{Answer, SafetyAnswers};

use super::atoms::{MoneyShape, W};
use crate::error::Result;

/// What was filed.
#[derive(Serialize, Deserialize)]
pub struct ClaimShape {
    pub title: String,
    pub statement: String,
    pub outcome_sought: String,
    amount: Option<MoneyShape>,
    respondent_name: Option<W<PersonName>>,
    respondent_email: Option<W<EmailAddress>>,
    needs: Vec<W<Need>>,
    pub statement_shown: bool,
    pub amount_shown: bool,
    /// Absent in what was filed before it could be said.
    #[serde(default)]
    pub silenced: bool,
}

/// The parts of a claim that are not plain text.
pub struct ClaimParts {
    pub amount: Option<Money>,
    pub respondent_name: Option<PersonName>,
    pub respondent_email: Option<EmailAddress>,
    pub needs: Vec<Need>,
}

/// Whom a party asked to sit beside it.
#[derive(Serialize, Deserialize)]
pub struct AskedShape {
    name: W<PersonName>,
    email: W<EmailAddress>,
}

impl AskedShape {
    /// The shape of a name and an address.
    pub fn of(name: &PersonName, email: &EmailAddress) -> Self {
        Self { name: W(name.clone()), email: W(email.clone()) }
    }

    /// The name and the address.
    pub fn parts(self) -> (PersonName, EmailAddress) {
        (self.name.0, self.email.0)
    }
}

impl ClaimShape {
    /// The shape of texts, flags and parts.
    pub fn of(texts: [&str; 3], flags: [bool; 3], parts: ClaimParts) -> Self {
        let [title, statement, outcome_sought] = texts.map(str::to_owned);
        let [statement_shown, amount_shown, silenced] = flags;
        Self {
            title,
            statement,
            outcome_sought,
            amount: parts.amount.map(MoneyShape::from),
            respondent_name: parts.respondent_name.map(W),
            respondent_email: parts.respondent_email.map(W),
            needs: parts.needs.into_iter().map(W).collect(),
            statement_shown,
            amount_shown,
            silenced,
        }
    }

    /// The parts that are not plain text.
    pub fn parts(&self) -> Result<ClaimParts> {
        Ok(ClaimParts {
            amount: self.amount.clone().map(MoneyShape::value).transpose()?,
            respondent_name: self.respondent_name.clone().map(|name| name.0),
            respondent_email: self.respondent_email.clone().map(|email| email.0),
            needs: self.needs.iter().map(|need| need.0).collect(),
        })
    }
}

/// A side's answers to the private questions, and how it may be reached safely.
#[derive(Serialize, Deserialize)]
pub struct SafetyShape {
    alone: Option<W<Answer>>,
    afraid: Option<W<Answer>>,
    violence: Option<W<Answer>>,
    control: Option<W<Answer>>,
    order: Option<W<Answer>>,
    pub reach: Option<String>,
}

impl SafetyShape {
    /// The shape of answers.
    pub fn of(answers: &SafetyAnswers, reach: Option<&str>) -> Self {
        Self {
            alone: answers.alone.map(W),
            afraid: answers.afraid.map(W),
            violence: answers.violence.map(W),
            control: answers.control.map(W),
            order: answers.order.map(W),
            reach: reach.map(str::to_owned),
        }
    }

    /// The answers.
    pub fn answers(&self) -> SafetyAnswers {
        let answer = |shape: &Option<W<Answer>>| shape.as_ref().map(|word| word.0);
        SafetyAnswers {
            alone: answer(&self.alone),
            afraid: answer(&self.afraid),
            violence: answer(&self.violence),
            control: answer(&self.control),
            order: answer(&self.order),
        }
    }
}
