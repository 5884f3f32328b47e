//! Moments and days. Nothing here reads a clock: the caller says what time it is.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A moment in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(i64);

impl Moment {
    /// A moment from milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// The moment `period` later; the end of time where there is none.
    pub fn plus(self, period: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(period.as_millis()).unwrap_or(i64::MAX)))
    }

    /// The moment `period` earlier.
    pub fn minus(self, period: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(period.as_millis()).unwrap_or(i64::MAX)))
    }

    /// How long ago `earlier` was; nothing where it is still to come.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }

    /// The UTC day of the moment.
    pub fn day(self) -> Day {
        let timestamp = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        Day(jiff::tz::Offset::UTC.to_datetime(timestamp).date())
    }
}

/// RFC 3339 in UTC with milliseconds, as in `2026-11-24T05:07:00.000Z`.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let timestamp = jiff::Timestamp::from_millisecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        write!(f, "{timestamp:.3}")
    }
}

/// The text was no moment or day of the form that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotATime;

impl FromStr for Moment {
    type Err = NotATime;

    fn from_str(text: &str) -> Result<Self, NotATime> {
        text.parse::<jiff::Timestamp>().map(|read| Self(read.as_millisecond())).map_err(|_| NotATime)
    }
}

/// A day of the civil calendar, such as the day by which something is to be paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day(jiff::civil::Date);

impl Day {
    /// A day from year, month (1 to 12) and day of the month; nothing where there is no such day.
    pub fn new(year: i16, month: i8, day: i8) -> Option<Self> {
        jiff::civil::Date::new(year, month, day).ok().map(Self)
    }
}

/// ISO 8601, as in `2027-01-31`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = NotATime;

    /// Reads `YYYY-MM-DD` and nothing else.
    fn from_str(text: &str) -> Result<Self, NotATime> {
        if text.len() != 10 {
            return Err(NotATime);
        }
        text.parse().map(Self).map_err(|_| NotATime)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_days_keep_their_spelling() {
        let moment = Moment::from_millis(1_795_496_820_000);
        assert_eq!(moment.to_string().parse(), Ok(moment));
        assert!(moment.to_string().ends_with(".000Z"), "{moment}");
        assert_eq!(moment.day().to_string().parse(), Ok(moment.day()));
        assert_eq!("2026-02-30".parse::<Day>(), Err(NotATime));
        assert_eq!("2026-02-03T00:00".parse::<Day>(), Err(NotATime));
        assert_eq!(moment.minus(Duration::from_secs(1)).since(moment), Duration::ZERO);
    }
}
