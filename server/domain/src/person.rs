//! People's names, addresses and words as they come through the door: parsed once, and safe from then on in a
//! header, a page and a signed paper.

use std::fmt;
use std::str::FromStr;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Why a text that somebody typed cannot be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotWords {
    /// Nothing but spaces.
    Empty,
    /// More characters than the field takes.
    TooLong {
        /// How many characters it takes.
        characters_max: usize,
    },
    /// A control character, or one that no font shows (a private-use or unassigned code, a lone joiner aside).
    NotPrintable,
    /// Not an address of the form `someone@some.where`.
    NotAnAddress,
}

/// Turns what was typed into the form that is stored, shown, hashed and signed: NFC, Unix line ends, no bidirectional
/// overrides (with which a signed text could be made to read otherwise than it is), no surrounding spaces.
///
/// # Errors
/// `Empty`, `TooLong` and `NotPrintable`.
pub fn clean_words(typed: &str, characters_max: usize) -> Result<String, NotWords> {
    let unix = typed.replace("\r\n", "\n").replace('\r', "\n");
    // Before NFC, or what stood on both sides of an override would not be composed.
    let told: String = unix.chars().filter(|letter| !is_bidi_control(*letter)).collect();
    let words = match is_nfc_quick(told.chars()) {
        IsNormalized::Yes => told,
        IsNormalized::No | IsNormalized::Maybe => told.nfc().collect(),
    };
    let words = words.trim();
    if words.is_empty() {
        return Err(NotWords::Empty);
    }
    if words.chars().count() > characters_max {
        return Err(NotWords::TooLong { characters_max });
    }
    if words.chars().any(|letter| is_unprintable(letter) && letter != '\n' && letter != '\t') {
        return Err(NotWords::NotPrintable);
    }
    Ok(words.to_owned())
}

fn is_bidi_control(letter: char) -> bool {
    matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{061C}' | '\u{200E}' | '\u{200F}')
}

fn is_unprintable(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFF}')
        || matches!(letter, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}' | '\u{E0000}'..='\u{E0FFF}')
}

/// A person's name as they write it: one line, 200 characters at most.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether somebody who typed `other` meant this name: letter case and doubled spaces do not matter.
    pub fn is_written(&self, other: &str) -> bool {
        let fold = |text: &str| text.nfkc().flat_map(char::to_lowercase).collect::<String>();
        let words = |text: &str| fold(text).split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        words(&self.0) == words(other)
    }
}

impl FromStr for PersonName {
    type Err = NotWords;

    fn from_str(typed: &str) -> Result<Self, NotWords> {
        let name = clean_words(typed, 200)?;
        // A line break or tab would reach the headers of mails, where a name stands beside the address.
        if name.contains(['\n', '\t']) { Err(NotWords::NotPrintable) } else { Ok(Self(name)) }
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A mail address, lower case, as one account's key. Only ASCII: what lies beyond needs SMTPUTF8 on the whole way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EmailAddress {
    type Err = NotWords;

    /// Takes a dot-atom local part of at most 64 bytes and a domain of at least two labels (RFC 5321, 4.5.3.1).
    fn from_str(typed: &str) -> Result<Self, NotWords> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Err(NotWords::Empty);
        }
        if typed.len() > 254 {
            return Err(NotWords::TooLong { characters_max: 254 });
        }
        let (local, domain) = typed.split_once('@').ok_or(NotWords::NotAnAddress)?;
        let atom = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
        let local_fits =
            local.len() <= 64 && local.split('.').all(|part| !part.is_empty() && part.bytes().all(atom));
        let label_fits = |label: &str| {
            matches!(label.len(), 1..=63)
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        if local_fits && domain.contains('.') && domain.split('.').all(label_fits) {
            Ok(Self(typed.to_ascii_lowercase()))
        } else {
            Err(NotWords::NotAnAddress)
        }
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What an account may do for the house; people without one are parties or nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HouseRole {
    /// Runs the house: screening, roster, assignment.
    Registrar,
    /// A mediator on the roster.
    Mediator,
    /// Court staff who audit settlements.
    Auditor,
}

impl HouseRole {
    /// Every role of the house.
    pub const ALL: [Self; 3] = [Self::Registrar, Self::Mediator, Self::Auditor];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Registrar => "registrar",
            Self::Mediator => "mediator",
            Self::Auditor => "auditor",
        }
    }
}

impl FromStr for HouseRole {
    type Err = NotWords;

    fn from_str(word: &str) -> Result<Self, NotWords> {
        Self::ALL.into_iter().find(|role| role.as_str() == word).ok_or(NotWords::NotPrintable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_break_reaches_a_header() {
        for name in ["Amara\r\nBcc: x@y.example", "Amara\u{0}", "Amara\nSen", "a\u{2028}b", "\u{85}x\u{85}y"]
        {
            assert!(name.parse::<PersonName>().is_err(), "{name:?}");
        }
        assert_eq!("  Amara Sen ".parse::<PersonName>().map(|name| name.to_string()), Ok("Amara Sen".into()));
    }

    #[test]
    fn a_text_cannot_be_made_to_read_otherwise() {
        assert_eq!(clean_words("pay \u{202E}054\u{202C} taka", 99), Ok("pay 054 taka".into()));
        assert_eq!(clean_words("e\u{301}", 1), Ok("é".into()));
        assert_eq!(clean_words("e\u{202E}\u{301}", 1), Ok("é".into()));
        assert_eq!(clean_words(" \u{202E} ", 9), Err(NotWords::Empty));
        assert_eq!(clean_words("a\u{E000}", 9), Err(NotWords::NotPrintable));
        assert_eq!(clean_words("abc", 2), Err(NotWords::TooLong { characters_max: 2 }));
    }

    proptest::proptest! {
        #[test]
        fn what_is_clean_stays_as_it_is(typed in "[a-zé\u{300}-\u{304}\u{9a1}\u{9bc}\u{1100}-\u{1112}\u{1161}-\u{1175}\u{202a}-\u{202e} \r\n]{0,12}") {
            if let Ok(clean) = clean_words(&typed, 99) {
                proptest::prop_assert!(unicode_normalization::is_nfc(&clean), "{:?}", clean);
                proptest::prop_assert_eq!(clean_words(&clean, 99), Ok(clean.clone()));
            }
        }
    }

    #[test]
    fn addresses_are_plain() {
        assert_eq!(
            "Amara@Example.org".parse::<EmailAddress>().map(|read| read.to_string()),
            Ok("amara@example.org".into())
        );
        for typed in
            ["a", "a@b", "a b@c.d", "a@b..c", ".a@b.c", "a@-b.c", "a@b.c\r\nX: y", "<a@b.c>", "a@@b.c"]
        {
            assert!(typed.parse::<EmailAddress>().is_err(), "{typed:?}");
        }
    }
}
