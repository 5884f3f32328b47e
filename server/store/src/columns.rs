//! How values of `domain` lie in columns: ids and states as words, times as integer milliseconds. One generic impl
//! serves both databases. Deliberately not here: anything sealed, which is bytes to SQL.

use std::borrow::Cow;
use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{BigInt, Text};

use domain::entry::Author;
use domain::language::LanguageTag;
use domain::money::Currency;
use domain::room::Seat;
use domain::time::Moment;

use crate::error::{Error, Result};

/// Something that is one word in a column.
pub trait Spelled: Sized {
    /// The word.
    fn spelled(&self) -> Cow<'static, str>;
    /// The thing that the word stands for.
    fn read(word: &str) -> Option<Self>;
}

/// A column of words of one kind: the word is kept as it lies in the row, and known to stand for a `T`.
#[derive(Debug, Clone, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Text)]
pub struct Word<T> {
    text: String,
    kind: PhantomData<T>,
}

impl<T: Spelled> Word<T> {
    /// What the word stands for.
    pub fn value(&self) -> Result<T> {
        T::read(&self.text).ok_or(Error::Corrupt)
    }
}

/// The word of a value.
pub fn word<T: Spelled>(value: &T) -> Word<T> {
    Word { text: value.spelled().into_owned(), kind: PhantomData }
}

/// The word of a value, or nothing.
pub fn word_opt<T: Spelled>(value: Option<&T>) -> Option<Word<T>> {
    value.map(word)
}

/// What the word stands for, or nothing where there is none.
pub fn value_opt<T: Spelled>(word: Option<&Word<T>>) -> Result<Option<T>> {
    word.map(Word::value).transpose()
}

impl<T: std::fmt::Debug, DB: Backend> ToSql<Text, DB> for Word<T>
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <str as ToSql<Text, DB>>::to_sql(self.text.as_str(), out)
    }
}

impl<T: Spelled, DB: Backend> FromSql<Text, DB> for Word<T>
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        let text = <String as FromSql<Text, DB>>::from_sql(raw)?;
        match T::read(&text) {
            Some(_) => Ok(Self { text, kind: PhantomData }),
            None => Err("a word that stands for nothing".into()),
        }
    }
}

/// A column of moments: milliseconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = BigInt)]
pub struct At(i64);

impl At {
    /// The moment.
    pub const fn moment(self) -> Moment {
        Moment::from_millis(self.0)
    }
}

/// The column's value for a moment.
pub const fn at(moment: Moment) -> At {
    At(moment.millis())
}

impl<DB: Backend> ToSql<BigInt, DB> for At
where
    i64: ToSql<BigInt, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        <i64 as ToSql<BigInt, DB>>::to_sql(&self.0, out)
    }
}

impl<DB: Backend> FromSql<BigInt, DB> for At
where
    i64: FromSql<BigInt, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        <i64 as FromSql<BigInt, DB>>::from_sql(raw).map(Self)
    }
}

/// Spells what has one text form already.
macro_rules! spelled_by_display {
    ($($name:ty),+ $(,)?) => {$(
        impl $crate::columns::Spelled for $name {
            fn spelled(&self) -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Owned(self.to_string())
            }

            fn read(word: &str) -> Option<Self> {
                word.parse().ok()
            }
        }
    )+};
}

/// Spells an enum: each variant with its word, so that a renamed variant does not change what lies in rows.
macro_rules! spelled {
    ($name:ty { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $crate::columns::Spelled for $name {
            fn spelled(&self) -> std::borrow::Cow<'static, str> {
                std::borrow::Cow::Borrowed(match self { $(Self::$variant { .. } => $word),+ })
            }

            fn read(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use spelled;

spelled_by_display!(
    domain::ids::AccountId,
    domain::ids::SessionId,
    domain::ids::DisputeId,
    domain::ids::InvitationId,
    domain::ids::AssignmentId,
    domain::ids::EntryId,
    domain::ids::FileId,
    domain::ids::UploadId,
    domain::ids::PhraseId,
    domain::ids::PasskeyId,
    domain::ids::FindingId,
    domain::ids::SettlementId,
    domain::ids::MailId,
    domain::ids::DeliveryId,
    domain::ids::CertificationId,
    domain::ids::SuggestionId,
    domain::ids::CompanionId,
    domain::companion::CompanionRole,
    domain::companion::Ground,
    domain::suggestion::SuggestionState,
    domain::ids::Reference,
    domain::category::Category,
    domain::accommodation::Need,
    domain::agreement::TextDigest,
    domain::dispute::Cause,
    domain::dispute::StageName,
    domain::file::Quarantine,
    domain::entry::AgreementStep,
    domain::entry::SessionStep,
    domain::entry::CaucusStep,
    domain::entry::Standing,
    domain::offer::OfferState,
    domain::bid::BidState,
    domain::proposal::ProposalState,
    domain::party::Route,
    domain::party::Safety,
    domain::party::Side,
    domain::room::Channel,
    domain::room::Signal,
    domain::safety::Answer,
    domain::share::ShareState,
    domain::summary::SummaryAnswer,
    domain::agreement::Proof,
    domain::settlement::Attestation,
    domain::certification::Capacity,
    domain::certification::CertificationState,
    domain::settlement::DeliveryChoice,
    domain::settlement::DeliveryState,
    domain::settlement::FindingKind,
    domain::time::Day,
    domain::language::Language,
    domain::language::RecordLanguage,
    domain::person::EmailAddress,
    domain::person::PersonName,
);

spelled!(domain::person::HouseRole { Registrar = "registrar", Mediator = "mediator", Auditor = "auditor" });

impl Spelled for LanguageTag {
    fn spelled(&self) -> Cow<'static, str> {
        Cow::Owned(self.as_str().to_owned())
    }

    fn read(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

impl Spelled for Currency {
    fn spelled(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.code())
    }

    fn read(word: &str) -> Option<Self> {
        word.parse().ok()
    }
}

impl Spelled for Seat {
    fn spelled(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.as_str())
    }

    fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|seat| seat.as_str() == word)
    }
}

impl Spelled for Author {
    fn spelled(&self) -> Cow<'static, str> {
        Cow::Borrowed(self.as_str())
    }

    fn read(word: &str) -> Option<Self> {
        if word == Self::House.as_str() { Some(Self::House) } else { Seat::read(word).map(Self::Seat) }
    }
}

/// A count as a column's number, at the end of the range where it is beyond.
pub fn count(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A number of a channel as a column's, at the end of the range where it is beyond.
pub fn seq(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A column's number as one of a channel.
pub fn number(seq: i64) -> Result<u64> {
    u64::try_from(seq).map_err(|_| Error::Corrupt)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_stands_for_nothing_is_corrupt_and_never_a_default() {
        let odd: Word<domain::person::HouseRole> = Word { text: "owner".to_owned(), kind: PhantomData };
        assert_eq!(odd.value(), Err(Error::Corrupt));
        for role in domain::person::HouseRole::ALL {
            assert_eq!(word(&role).value(), Ok(role));
            assert_eq!(word(&role).text, role.as_str());
        }
    }
}
