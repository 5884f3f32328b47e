//! Terms as they are shown and as they are typed: who does what, how much, by when. Used by offers and agreements.

use domain::language::RecordLanguage;
use domain::time::Day;

use crate::words::{Said, Words};

/// One promise as it is shown.
#[derive(Debug, Clone, Default)]
pub struct TermLine {
    /// The name of whoever promises.
    pub who: String,
    /// The name of whoever it is promised to.
    pub to: String,
    /// The promise, by language tag, in the order in which it is shown.
    pub texts: Vec<(String, String)>,
    /// The amount as in `BDT 450.00`; empty for none.
    pub amount: String,
    /// The last day; nothing where it has none.
    pub due_on: Option<Day>,
}

/// What is marked in a promise (R21).
#[derive(Debug, Clone, Default)]
pub struct FlagLine {
    /// The code: `flag-…` in `text.ftl`.
    pub code: String,
    /// The words that it is about, each with the tag of its language; none where it is about what is not there.
    pub words: Vec<(String, String)>,
}

/// The text beside the conversation.
#[derive(Debug, Clone, Default)]
pub struct WorkingText {
    /// The dispute's id.
    pub id: String,
    /// The number of the revision; 0 where there is none yet.
    pub revision: u32,
    /// `draft`, `frozen`, `signing`, `signed`, `sealed`.
    pub state: String,
    /// Its promises.
    pub terms: Vec<TermLine>,
    /// What is marked in each of them.
    pub flags: Vec<Vec<FlagLine>>,
    /// Whether the reader may suggest something for it.
    pub may_suggest: bool,
    /// How many suggestions that the reader may read wait for an answer.
    pub waiting: usize,
}

impl WorkingText {
    /// What is marked in the promise at this place, counted from 0.
    pub fn flags(&self, place: &usize) -> &[FlagLine] {
        self.flags.get(*place).map_or(&[], Vec::as_slice)
    }
}

/// A language by its tag, as its speakers call it.
pub fn endonym(tag: &str) -> &str {
    tag.parse::<RecordLanguage>().map_or(tag, |language| language.endonym())
}

/// A language by its tag, as the page calls it.
pub fn named(w: &Words, tag: &str) -> Said {
    w.of("language", &tag.to_ascii_lowercase())
}

/// Which way a text in this language runs.
pub fn dir(tag: &str) -> &'static str {
    tag.parse::<RecordLanguage>().map_or("auto", |language| language.direction().as_str())
}
