//! What this program counts of itself, for whoever watches over it: figures, and nothing of anybody. Deliberately not
//! here: how they are shown.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// The classes of answers, as they are shown.
pub const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// Counts since the start.
#[derive(Debug)]
pub struct Tally {
    began: Instant,
    answers: [AtomicU64; 5],
}

impl Default for Tally {
    fn default() -> Self {
        Self { began: Instant::now(), answers: Default::default() }
    }
}

impl Tally {
    /// Counts an answer by its status.
    pub fn count(&self, status: u16) {
        let class = usize::from(status / 100).checked_sub(1).and_then(|class| self.answers.get(class));
        if let Some(class) = class {
            class.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// How many answers of each class were given.
    pub fn answers(&self) -> impl Iterator<Item = (&'static str, u64)> {
        CLASSES.into_iter().zip(self.answers.iter().map(|class| class.load(Ordering::Relaxed)))
    }

    /// How long the program has been running.
    pub fn uptime(&self) -> Duration {
        self.began.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_their_class() {
        let tally = Tally::default();
        for status in [200, 204, 404, 500, 0, 999] {
            tally.count(status);
        }
        let counted: Vec<_> = tally.answers().collect();
        assert_eq!(counted, [("1xx", 0), ("2xx", 2), ("3xx", 0), ("4xx", 1), ("5xx", 1)]);
    }
}
