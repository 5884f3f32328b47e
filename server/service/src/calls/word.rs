//! The only text of a signal that is passed on as it came: short words of an alphabet in which no address can be
//! written, because it has neither dot nor colon. Everything else of a signal is numbers and words of closed lists.

use std::fmt;

/// A name that two browsers agree upon, such as the `mid` of a media section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word(String);

impl Word {
    /// The word, where it is one: 1 to `most` letters, digits and `+ / - _ { }`.
    pub fn of(text: &str, most: usize) -> Option<Self> {
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_{}".contains(&byte);
        let fits = !text.is_empty() && text.len() <= most && text.bytes().all(is_letter);
        fits.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_address_is_a_word() {
        for text in ["0", "xX4/", "6a20d5d6-bf00-4309-834d-18abc1b0ba9f", "{ab-12}", "a+b_c"] {
            assert!(Word::of(text, 40).is_some(), "{text}");
        }
        for text in ["", "192.0.2.1", "fd00::2", "x.local", "a b", "a\rb", "é", "a=b", &"x".repeat(41)] {
            assert!(Word::of(text, 40).is_none(), "{text}");
        }
    }
}
