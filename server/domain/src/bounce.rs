//! What another mail server reports of a mail that it took on from the house (a delivery status notification, RFC 3464),
//! and whether the mail is given up. Deliberately not here: reading such a report, and which mail it is about.

use std::fmt;
use std::str::FromStr;

use crate::ids::NotAnId;

words! {
    /// What a server did about one recipient (RFC 3464, 2.3.3).
    pub enum Action {
        /// It gave the mail up.
        Failed = "failed",
        /// It goes on trying.
        Delayed = "delayed",
        /// The mail lies in a mailbox.
        Delivered = "delivered",
        /// The mail went on to a server that reports nothing.
        Relayed = "relayed",
        /// The mail went on to several addresses.
        Expanded = "expanded",
    }
}

/// Why, as numbers (RFC 3463), such as 5.1.1: class, subject, detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Status {
    class: u8,
    subject: u16,
    detail: u16,
}

impl FromStr for Status {
    type Err = NotAnId;

    /// Takes a class of 2, 4 or 5 and two numbers of at most three digits.
    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let mut parts = text.split('.');
        let mut number = |digits_max: usize| {
            let part = parts.next().unwrap_or_default();
            let fits =
                (1..=digits_max).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            if fits { part.parse::<u16>().map_err(|_| NotAnId) } else { Err(NotAnId) }
        };
        let (class, subject, detail) = (number(1)?, number(3)?, number(3)?);
        let class = u8::try_from(class).map_err(|_| NotAnId)?;
        if parts.next().is_none() && matches!(class, 2 | 4 | 5) {
            Ok(Self { class, subject, detail })
        } else {
            Err(NotAnId)
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

/// Whether nothing will come of the mail any more. That is what *failed* says, and a class beside it of 4 as well as of 5:
/// a server that could not reach the next one for five days gives up with 4.4.1 (RFC 3463, 3.1), and then nobody tries
/// any longer. Success that failed is nonsense.
pub const fn is_given_up(action: Action, status: Status) -> bool {
    matches!(action, Action::Failed) && matches!(status.class, 4 | 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_three_numbers_of_a_known_class() {
        for text in ["5.1.1", "4.4.7", "2.0.0", "5.7.509"] {
            assert_eq!(text.parse::<Status>().map(|read| read.to_string()), Ok(text.to_owned()));
        }
        for text in
            ["", "5", "5.1", "5.1.1.1", "3.1.1", "55.1.1", "5.1.1111", "5.+1.1", "5. 1.1", "5.1.", "٥.1.1"]
        {
            assert_eq!(text.parse::<Status>(), Err(NotAnId), "{text:?}");
        }
    }

    #[test]
    fn a_mail_is_given_up_when_a_server_says_so_and_not_before() {
        let status = |text: &str| text.parse::<Status>().unwrap();
        for action in Action::ALL {
            for (text, failed) in [("5.1.1", true), ("4.4.1", true), ("2.0.0", false)] {
                let expected = failed && *action == Action::Failed;
                assert_eq!(is_given_up(*action, status(text)), expected, "{action} {text}");
            }
        }
    }
}
