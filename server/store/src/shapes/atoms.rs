//! The small parts of every shape: words, times, money, and a pair of sides.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use domain::money::{Currency, Money};
use domain::party::Sides;
use domain::time::Moment;

use crate::columns::Spelled;
use crate::error::{Error, Result};

/// A value that is one word.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct W<T>(pub T);

impl<T: Spelled> Serialize for W<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.spelled())
    }
}

impl<'de, T: Spelled> Deserialize<'de> for W<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        let word = String::deserialize(deserializer)?;
        T::read(&word).map(Self).ok_or_else(|| D::Error::custom("a word that stands for nothing"))
    }
}

/// A moment, in milliseconds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct M(i64);

impl From<Moment> for M {
    fn from(moment: Moment) -> Self {
        Self(moment.millis())
    }
}

impl From<M> for Moment {
    fn from(shape: M) -> Self {
        Self::from_millis(shape.0)
    }
}

/// One thing for each side.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Two<T> {
    claimant: T,
    respondent: T,
}

impl<T> Two<T> {
    /// The shape of a pair.
    pub fn of<D>(sides: &Sides<D>, shape: impl Fn(&D) -> T) -> Self {
        Self { claimant: shape(&sides.claimant), respondent: shape(&sides.respondent) }
    }

    /// The pair.
    pub fn sides<D>(self, value: impl Fn(T) -> Result<D>) -> Result<Sides<D>> {
        Ok(Sides { claimant: value(self.claimant)?, respondent: value(self.respondent)? })
    }
}

/// An amount, in minor units.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MoneyShape {
    minor: i64,
    currency: W<Currency>,
}

impl From<Money> for MoneyShape {
    fn from(money: Money) -> Self {
        Self { minor: money.minor(), currency: W(money.currency()) }
    }
}

impl MoneyShape {
    /// The amount.
    pub fn value(self) -> Result<Money> {
        Money::from_minor(self.minor, self.currency.0).map_err(|_| Error::Corrupt)
    }
}
