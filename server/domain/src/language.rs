//! The languages in which the house speaks, those in which an agreement and its record are written, and the tags by which
//! people's own words are marked.

use std::fmt;
use std::str::FromStr;

/// A language that the pages and mails are shipped in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// English, the contract of every message.
    English,
    /// Bangla.
    Bangla,
    /// Urdu, written from right to left.
    Urdu,
}

/// Which way a text runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From left to right.
    LeftToRight,
    /// From right to left.
    RightToLeft,
}

/// The text names no shipped language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotALanguage;

impl Language {
    /// Every shipped language, English first.
    pub const ALL: [Self; 3] = [Self::English, Self::Bangla, Self::Urdu];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Bangla => "bn",
            Self::Urdu => "ur",
        }
    }

    /// What its own speakers call it.
    pub const fn endonym(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Bangla => "বাংলা",
            Self::Urdu => "اردو",
        }
    }

    /// Which way it runs.
    pub const fn direction(self) -> Direction {
        match self {
            Self::English | Self::Bangla => Direction::LeftToRight,
            Self::Urdu => Direction::RightToLeft,
        }
    }
}

impl Direction {
    /// The value of HTML's `dir`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LeftToRight => "ltr",
            Self::RightToLeft => "rtl",
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Language {
    type Err = NotALanguage;

    fn from_str(tag: &str) -> Result<Self, NotALanguage> {
        Self::ALL.into_iter().find(|language| language.tag() == tag).ok_or(NotALanguage)
    }
}

/// A language in which terms are written, read and signed, and records printed. Every language of the pages is one of them.
/// Its order is the one in which people read a list of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordLanguage {
    /// English.
    English,
    /// Bangla.
    Bangla,
    /// Hindi.
    Hindi,
    /// Tamil.
    Tamil,
    /// Urdu, written from right to left.
    Urdu,
    /// Sinhala.
    Sinhala,
    /// Nepali.
    Nepali,
    /// Khmer, written without spaces between words.
    Khmer,
    /// Thai, written without spaces between words.
    Thai,
    /// Vietnamese.
    Vietnamese,
    /// Indonesian.
    Indonesian,
    /// Filipino.
    Filipino,
    /// Chinese in simplified characters.
    Chinese,
}

impl RecordLanguage {
    /// Every one of them.
    pub const ALL: [Self; 13] = [
        Self::English,
        Self::Bangla,
        Self::Hindi,
        Self::Tamil,
        Self::Urdu,
        Self::Sinhala,
        Self::Nepali,
        Self::Khmer,
        Self::Thai,
        Self::Vietnamese,
        Self::Indonesian,
        Self::Filipino,
        Self::Chinese,
    ];

    /// The BCP 47 tag.
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Bangla => "bn",
            Self::Hindi => "hi",
            Self::Tamil => "ta",
            Self::Urdu => "ur",
            Self::Sinhala => "si",
            Self::Nepali => "ne",
            Self::Khmer => "km",
            Self::Thai => "th",
            Self::Vietnamese => "vi",
            Self::Indonesian => "id",
            Self::Filipino => "fil",
            Self::Chinese => "zh-Hans",
        }
    }

    /// What its own speakers call it.
    pub const fn endonym(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Bangla => "বাংলা",
            Self::Hindi => "हिन्दी",
            Self::Tamil => "தமிழ்",
            Self::Urdu => "اردو",
            Self::Sinhala => "සිංහල",
            Self::Nepali => "नेपाली",
            Self::Khmer => "ភាសាខ្មែរ",
            Self::Thai => "ไทย",
            Self::Vietnamese => "Tiếng Việt",
            Self::Indonesian => "Bahasa Indonesia",
            Self::Filipino => "Filipino",
            Self::Chinese => "简体中文",
        }
    }

    /// Which way it runs.
    pub const fn direction(self) -> Direction {
        match self {
            Self::Urdu => Direction::RightToLeft,
            _ => Direction::LeftToRight,
        }
    }

    /// Whether pages are shipped in it too.
    pub fn is_of_pages(self) -> bool {
        Language::ALL.into_iter().any(|language| Self::from(language) == self)
    }
}

impl From<Language> for RecordLanguage {
    fn from(language: Language) -> Self {
        match language {
            Language::English => Self::English,
            Language::Bangla => Self::Bangla,
            Language::Urdu => Self::Urdu,
        }
    }
}

impl fmt::Display for RecordLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for RecordLanguage {
    type Err = NotALanguage;

    fn from_str(tag: &str) -> Result<Self, NotALanguage> {
        Self::ALL.into_iter().find(|language| language.tag() == tag).ok_or(NotALanguage)
    }
}

/// The BCP 47 tag of what somebody wrote, in any language: people are not bound to the shipped ones in the room.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LanguageTag(String);

impl LanguageTag {
    /// The tag as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Language> for LanguageTag {
    fn from(language: Language) -> Self {
        Self(language.tag().to_owned())
    }
}

impl From<RecordLanguage> for LanguageTag {
    fn from(language: RecordLanguage) -> Self {
        Self(language.tag().to_owned())
    }
}

impl FromStr for LanguageTag {
    type Err = NotALanguage;

    /// Takes subtags of 1 to 8 letters and digits, the first of 2 or 3 letters (RFC 5646, section 2.1), 35 at most.
    fn from_str(tag: &str) -> Result<Self, NotALanguage> {
        let mut subtags = tag.split('-');
        let primary = subtags.next().unwrap_or("");
        let primary_fits = matches!(primary.len(), 2 | 3) && primary.bytes().all(|b| b.is_ascii_alphabetic());
        let others_fit = subtags
            .all(|subtag| matches!(subtag.len(), 1..=8) && subtag.bytes().all(|b| b.is_ascii_alphanumeric()));
        if primary_fits && others_fit && tag.len() <= 35 {
            Ok(Self(tag.to_owned()))
        } else {
            Err(NotALanguage)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_strictly() {
        for language in Language::ALL {
            assert_eq!(language.tag().parse(), Ok(language));
        }
        for language in RecordLanguage::ALL {
            assert_eq!(language.tag().parse(), Ok(language));
            assert_eq!(language.tag().parse::<LanguageTag>(), Ok(language.into()));
        }
        for tag in ["bn", "ur-PK", "zh-Hans", "fil"] {
            assert!(tag.parse::<LanguageTag>().is_ok(), "{tag}");
        }
        for tag in ["", "e", "en_US", "en-", "<b>", "en-\u{202e}", "abcd"] {
            assert!(tag.parse::<LanguageTag>().is_err(), "{tag}");
        }
    }

    #[test]
    fn what_a_page_speaks_a_record_speaks_under_the_same_tag_and_the_same_way_round() {
        for language in Language::ALL {
            let record = RecordLanguage::from(language);
            assert!(record.is_of_pages());
            assert_eq!(
                (record.tag(), record.endonym(), record.direction()),
                (language.tag(), language.endonym(), language.direction())
            );
        }
        assert_eq!(RecordLanguage::ALL.iter().filter(|language| language.is_of_pages()).count(), 3);
        assert!(RecordLanguage::ALL.is_sorted());
    }
}
