//! What changed in the agreement from one text to a later one: by words and by marks, never by colour alone. Deliberately
//! not here: who wrote what. The text has no author (R17).

use crate::frame::page;
use crate::terms::TermLine;
use domain::time::Day;

/// A run of words: `kept`, `gone` or `new`.
#[derive(Debug, Clone)]
pub struct PieceLine {
    /// What became of it.
    pub fate: &'static str,
    /// The words.
    pub text: String,
}

/// A promise that says something else.
#[derive(Debug, Clone, Default)]
pub struct ChangedLine {
    /// The promise as it stands.
    pub now: TermLine,
    /// The promise as it stood.
    pub before: TermLine,
    /// Its texts by language tag.
    pub texts: Vec<(String, Vec<PieceLine>)>,
}

impl ChangedLine {
    /// Whether others promise it, or to others.
    pub fn sides_changed(&self) -> bool {
        (&self.now.who, &self.now.to) != (&self.before.who, &self.before.to)
    }

    /// The day before, where it is another one.
    pub fn day_before(&self) -> Option<&Day> {
        self.before.due_on.as_ref().filter(|_| self.now.due_on != self.before.due_on)
    }

    /// The day now, where it is another one.
    pub fn day_now(&self) -> Option<&Day> {
        self.now.due_on.as_ref().filter(|_| self.now.due_on != self.before.due_on)
    }
}

/// What became of one promise.
#[derive(Debug, Clone)]
pub enum DifferenceLine {
    /// It stands as it stood.
    Same(TermLine),
    /// It is new.
    New(TermLine),
    /// It is gone.
    Gone(TermLine),
    /// It says something else.
    Changed(ChangedLine),
}

/// `GET /disputes/{id}/agreement/differences?from=N&to=N`, with a form that asks for others by GET.
#[derive(Debug, Clone, Default)]
pub struct Differences {
    /// The dispute's id.
    pub id: String,
    /// The number of the earlier text; 0 for none.
    pub from: u32,
    /// The number of the later text.
    pub to: u32,
    /// The number of the last text.
    pub last: u32,
    /// What became of each promise.
    pub lines: Vec<DifferenceLine>,
}
page!(Differences, "agreements/differences.html");

impl Differences {
    /// The numbers of the texts that may be chosen as the earlier one.
    pub fn earlier(&self) -> std::ops::Range<u32> {
        0..self.last
    }

    /// The numbers of those that may be chosen as the later one.
    pub fn later(&self) -> std::ops::RangeInclusive<u32> {
        1..=self.last
    }

    /// Whether nothing changed.
    pub fn is_same(&self) -> bool {
        self.lines.iter().all(|line| matches!(line, DifferenceLine::Same(_)))
    }
}
