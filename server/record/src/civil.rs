//! A moment as year, month, day and time of day in UTC, for the formats that want them apart. No time zones.

use domain::time::{Day, Moment};

/// The parts of a moment in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i32,
    pub(crate) month: u8,
    pub(crate) day: u8,
    pub(crate) hour: u8,
    pub(crate) minute: u8,
    pub(crate) second: u8,
}

impl Civil {
    /// Nothing for a moment before the year 1970 or after 8999, which no record or certificate is of.
    pub(crate) fn of(moment: Moment) -> Option<Self> {
        let text = moment.to_string();
        let (day, time) = text.split_once('T')?;
        let [year, month, day] = numbers(day, '-')?;
        let [hour, minute, second] = numbers(time.get(..8)?, ':')?;
        let small = |number: i32| u8::try_from(number).ok();
        (1970..9000).contains(&year).then_some(())?;
        Some(Self {
            year,
            month: small(month)?,
            day: small(day)?,
            hour: small(hour)?,
            minute: small(minute)?,
            second: small(second)?,
        })
    }

    /// As PDF writes it: `D:20261124050700Z`.
    pub(crate) fn pdf(self) -> String {
        let Self { year, month, day, hour, minute, second } = self;
        format!("D:{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z")
    }
}

/// Year, month and day of a day.
pub(crate) fn of_day(day: Day) -> Option<[i32; 3]> {
    numbers(&day.to_string(), '-')
}

fn numbers(text: &str, between: char) -> Option<[i32; 3]> {
    let parts: Option<Vec<i32>> = text.split(between).map(|part| part.parse().ok()).collect();
    parts?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_taken_apart_in_utc() {
        let civil = Civil::of(Moment::from_millis(1_795_496_825_999));
        assert_eq!(civil.map(Civil::pdf).as_deref(), Some("D:20261124050705Z"));
        assert_eq!(Civil::of(Moment::from_millis(-1)), None);
        assert_eq!("2027-01-31".parse().ok().and_then(of_day), Some([2027, 1, 31]));
    }
}
