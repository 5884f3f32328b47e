//! Times, percentiles and memory, and the rows in which they are told.

use std::time::{Duration, Instant};

/// A line of the table.
pub struct Row {
    /// What was weighed.
    pub what: String,
    /// What it came to.
    pub figure: String,
}

impl Row {
    pub fn new(what: impl Into<String>, figure: impl Into<String>) -> Self {
        Self { what: what.into(), figure: figure.into() }
    }
}

/// How long each took.
#[derive(Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Does it, and notes how long that took.
    pub fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let begun = Instant::now();
        let done = work();
        self.note(begun);
        done
    }

    /// Notes the time since then.
    pub fn note(&mut self, begun: Instant) {
        self.0.push(begun.elapsed());
    }

    /// Microseconds of the one in the middle, and of the one in a hundred that took longest.
    pub fn micros(&mut self) -> (f64, f64) {
        self.0.sort_unstable();
        let at = |percent: usize| {
            let at = (self.0.len() * percent / 100).min(self.0.len().saturating_sub(1));
            self.0.get(at).map_or(f64::NAN, |time| time.as_secs_f64() * 1e6)
        };
        (at(50), at(99))
    }
}

/// How many a second.
pub fn a_second(count: usize, took: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / took.as_secs_f64()
}

/// From here on the peak is counted anew, where the machine can do that.
pub fn forget_peak() {
    std::fs::write("/proc/self/clear_refs", "5").ok();
}

/// The most memory of this process that lay in the machine's at once, in MiB.
pub fn peak_mib() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<f64>().unwrap_or(f64::NAN) / 1024.0
}
