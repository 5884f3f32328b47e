//! The one way in which an act says no. It is data: `http/problem.rs` alone makes a status, a problem document, a page
//! or a frame of it, and the words for each code are the pages'.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::keys::KeysError;
use crate::passwords::NotHashed;

/// What is wrong with one field of what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field, with dots and numbers for what lies inside, such as `terms.0.text`; empty for the whole.
    pub field: String,
    /// Such as `missing`, `unknown`, `wrong-type`, `too-long`.
    pub code: &'static str,
}

/// Why an act did not happen. Nothing in it holds what somebody wrote.
#[derive(Debug, Clone, PartialEq)]
pub enum Refused {
    /// A rule of the house forbids it now. `code` is stable; `facts` are what the reader may know beside it.
    Rule { code: &'static str, facts: Map<String, Value> },
    /// It was built on something that has changed; `current` is what holds now.
    Conflict { code: &'static str, current: Value },
    /// It is not there, or not for this person: the two look the same.
    Absent,
    /// Nobody is signed in, or the session has ended.
    NotYou,
    /// Address, password or second factor were not right; which of them is not told.
    WrongSignIn,
    /// The fresh proof of identity (password, digits) was not right.
    Proof,
    /// A request that this person's browser was made to send (Origin, CSRF).
    Forbidden { code: &'static str },
    /// The request is none: not JSON, two credentials.
    Malformed { code: &'static str },
    /// The body is too large.
    TooLarge,
    /// The body did not come in time.
    TooSlow,
    /// The body is of a kind that is not taken here.
    Unsupported,
    /// Fields that cannot be taken.
    Fields(Vec<FieldError>),
    /// Too many of these from this person, address or code.
    TooMuch { retry_after: Duration },
    /// The house is busy; nothing was done.
    Busy { retry_after: Duration },
    /// The database is away; nothing was done.
    Unavailable,
    /// Something that should not be; it is in the log.
    Broken,
}

impl Refused {
    /// A rule of the house, by its code.
    pub fn rule(code: &'static str) -> Self {
        Self::Rule { code, facts: Map::new() }
    }

    /// One field that cannot be taken.
    pub fn field(field: &str, code: &'static str) -> Self {
        Self::Fields(vec![FieldError { field: field.to_owned(), code }])
    }

    /// The same, of what is sent as a part of something larger: its fields are named from there.
    #[must_use]
    pub fn within(self, part: &str) -> Self {
        let Self::Fields(mut fields) = self else { return self };
        fields.iter_mut().for_each(|error| error.field = format!("{part}.{}", error.field));
        Self::Fields(fields)
    }

    /// Something that should not be: it is logged with `what` (never with what somebody wrote).
    pub fn broken(what: &'static str) -> Self {
        tracing::error!(what, "broken");
        Self::Broken
    }
}

/// The fields that were wrong so far; a form names all of them at once.
#[derive(Debug, Default)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    pub fn push(&mut self, field: &str, code: &'static str) {
        self.0.push(FieldError { field: field.to_owned(), code });
    }

    /// Keeps the value of what was right, and notes what was not.
    pub fn take<T, E>(
        &mut self,
        field: &str,
        read: Result<T, E>,
        code: impl FnOnce(E) -> &'static str,
    ) -> Option<T> {
        match read {
            Ok(value) => Some(value),
            Err(error) => {
                self.push(field, code(error));
                None
            }
        }
    }

    /// The refusal of all that was noted.
    pub fn refused(self) -> Refused {
        Refused::Fields(self.0)
    }

    /// Goes on only where nothing was wrong.
    ///
    /// # Errors
    /// All that was noted.
    pub fn check(self) -> Result<(), Refused> {
        if self.0.is_empty() { Ok(()) } else { Err(self.refused()) }
    }
}

/// The code of why words that somebody typed cannot be taken.
pub const fn words_code(why: domain::person::NotWords) -> &'static str {
    use domain::person::NotWords;
    match why {
        NotWords::Empty => "missing",
        NotWords::TooLong { .. } => "too-long",
        NotWords::NotPrintable => "not-printable",
        NotWords::NotAnAddress => "not-an-address",
    }
}

impl From<store::Error> for Refused {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::NotFound => Self::Absent,
            store::Error::Conflict => Self::Conflict { code: "changed-meanwhile", current: Value::Null },
            store::Error::Busy => Self::Busy { retry_after: Duration::from_secs(1) },
            store::Error::Corrupt => Self::broken("store: corrupt"),
            store::Error::Unavailable => Self::Unavailable,
        }
    }
}

impl From<NotHashed> for Refused {
    fn from(error: NotHashed) -> Self {
        match error {
            NotHashed::Busy(retry_after) => Self::Busy { retry_after },
            NotHashed::Broken => Self::broken("passwords"),
        }
    }
}

impl From<KeysError> for Refused {
    fn from(_: KeysError) -> Self {
        Self::broken("keys")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_names_all_that_is_wrong_at_once() {
        let mut errors = FieldErrors::default();
        let name = errors.take("name", " ".parse::<domain::person::PersonName>(), words_code);
        let email = errors.take("email", "x".parse::<domain::person::EmailAddress>(), words_code);
        assert!(name.is_none() && email.is_none());
        let expected = [("name", "missing"), ("email", "not-an-address")];
        let expected = expected.map(|(field, code)| FieldError { field: field.to_owned(), code }).to_vec();
        assert_eq!(errors.check(), Err(Refused::Fields(expected)));
    }
}
