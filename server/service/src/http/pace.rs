//! How long a body may take, and how long it may be: whoever sends a byte a minute would hold a connection, and what
//! was read so far, for ever. Slow lines are waited for (25 MB at 50 kbit/s take 70 minutes); lines that stand still
//! are not. Deliberately not here: what a body means.

use std::io::ErrorKind;
use std::time::Duration;

use actix_multipart::MultipartError;
use actix_web::error::PayloadError;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use tokio::time::Instant;

use crate::refused::Refused;

/// What a body must bring within [`STALL_MAX`], whatever it brought before.
const STEP_BYTES: usize = 1024;
/// How long a body may stand still.
const STALL_MAX: Duration = Duration::from_secs(30);
/// The least that a body must bring in a second, all in all.
const BYTES_A_SECOND_MIN: usize = 2 * 1024;

/// What one body may take.
#[derive(Debug, Clone, Copy)]
pub struct Allowance {
    /// The most bytes.
    pub bytes_max: usize,
    /// The time beside what its bytes are given.
    pub grace: Duration,
    /// The most time, whatever it brings.
    pub whole_max: Option<Duration>,
}

impl Allowance {
    /// For JSON and forms.
    pub const fn small(bytes_max: usize) -> Self {
        Self { bytes_max, grace: Duration::from_secs(30), whole_max: None }
    }

    /// For files.
    pub const fn file(bytes_max: usize) -> Self {
        Self { bytes_max, grace: Duration::from_secs(60), whole_max: None }
    }
}

/// How a body comes along.
struct Pace {
    allowance: Allowance,
    began: Instant,
    bytes: usize,
    /// When the present step began, and what it brought.
    step_began: Instant,
    step_bytes: usize,
}

impl Pace {
    fn new(allowance: Allowance, now: Instant) -> Self {
        Self { allowance, began: now, bytes: 0, step_began: now, step_bytes: 0 }
    }

    /// Until when the next bytes must be there.
    fn until(&self) -> Instant {
        let earned = u64::try_from(self.bytes / BYTES_A_SECOND_MIN).unwrap_or(u64::MAX);
        let all = self.began + self.allowance.grace + Duration::from_secs(earned);
        let step = self.step_began + STALL_MAX;
        let whole = self.allowance.whole_max.map_or(step, |whole| self.began + whole);
        all.min(step).min(whole)
    }

    /// Counts what came; whether there is room for it.
    fn takes(&mut self, bytes: usize, now: Instant) -> bool {
        self.bytes = self.bytes.saturating_add(bytes);
        self.step_bytes = self.step_bytes.saturating_add(bytes);
        if self.step_bytes >= STEP_BYTES {
            (self.step_began, self.step_bytes) = (now, 0);
        }
        self.bytes <= self.allowance.bytes_max
    }
}

/// The body as long as it keeps its allowance, and an error where it does not.
pub fn paced<S>(payload: S, allowance: Allowance) -> impl Stream<Item = Result<Bytes, PayloadError>>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    let begun = (payload, Pace::new(allowance, Instant::now()));
    let read = stream::unfold(begun, |(mut payload, mut pace)| async move {
        let item = match tokio::time::timeout_at(pace.until(), payload.next()).await {
            Err(_) => Err(PayloadError::Io(ErrorKind::TimedOut.into())),
            Ok(None) => return None,
            Ok(Some(Err(error))) => Err(error),
            Ok(Some(Ok(chunk))) if pace.takes(chunk.len(), Instant::now()) => Ok(chunk),
            Ok(Some(Ok(_))) => Err(PayloadError::Overflow),
        };
        Some((item, (payload, pace)))
    });
    // The reader of a form asks once more after the end.
    read.fuse()
}

/// Why a body could not be read.
pub fn unread(error: &PayloadError) -> Refused {
    match error {
        PayloadError::Overflow => Refused::TooLarge,
        PayloadError::Io(error) if error.kind() == ErrorKind::TimedOut => Refused::TooSlow,
        _ => Refused::Malformed { code: "unreadable" },
    }
}

/// Why a form of several parts could not be read.
pub fn unread_form(error: &MultipartError) -> Refused {
    match error {
        MultipartError::Payload(error) => unread(error),
        _ => Refused::Malformed { code: "unreadable" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a body that brings so many bytes each so many seconds is read to its end.
    fn arrives(allowance: Allowance, step: usize, every: u64) -> bool {
        let mut now = Instant::now();
        let mut pace = Pace::new(allowance, now);
        while pace.bytes < allowance.bytes_max {
            now += Duration::from_secs(every);
            if now > pace.until() || !pace.takes(step.min(allowance.bytes_max - pace.bytes), now) {
                return false;
            }
        }
        true
    }

    #[test]
    fn a_slow_line_is_waited_for_and_one_that_stands_still_is_not() {
        let file = Allowance::file(25 * 1024 * 1024);
        assert!(arrives(file, 6_250, 1), "50 kbit/s");
        assert!(arrives(file, 60_000, 29), "in bursts");
        assert!(!arrives(file, 1, 1), "a byte a second");
        assert!(!arrives(file, 1_024, 20), "slower than anybody's line");
        assert!(!arrives(file, 1_000_000, 31), "it stands still for too long");
        assert!(arrives(Allowance::small(1024 * 1024), 6_250, 1));
        assert!(arrives(Allowance::small(200), 1, 0));
        assert!(!arrives(Allowance::small(200), 1, 1), "the last of it comes after half a minute");
        let bounded = Allowance { whole_max: Some(Duration::from_secs(300)), ..file };
        assert!(!arrives(bounded, 6_250, 1) && arrives(bounded, 125_000, 1));
    }

    #[test]
    fn more_than_is_allowed_is_not_kept() {
        let now = Instant::now();
        let mut pace = Pace::new(Allowance::file(10), now);
        assert!(pace.takes(10, now) && !pace.takes(1, now));
    }
}
