//! Terms as they are shown and as they are typed: who does what, how much, by when. Used by offers and agreements.

use domain::language::Language;
use domain::time::Day;

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

/// A language by its tag, as its speakers call it.
pub fn endonym(tag: &str) -> &str {
    tag.parse::<Language>().map_or(tag, |language| language.endonym())
}

/// Which way a text in this language runs.
pub fn dir(tag: &str) -> &'static str {
    tag.parse::<Language>().map_or("auto", |language| language.direction().as_str())
}
