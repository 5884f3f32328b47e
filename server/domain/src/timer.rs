//! Time that the mediator gives in a channel, such as ten minutes for one side to speak: everyone there sees when it is
//! over. It stops nobody from writing. Deliberately not here: any clock.

use std::time::Duration;

use crate::party::Side;
use crate::room::{Channel, Seat};
use crate::time::Moment;

/// The most seconds that a timer runs.
pub const TIMER_SECONDS_MAX: u32 = 4 * 3_600;

words! {
    /// Why a timer is not set or stopped so.
    pub enum TimerRefusal {
        /// The mediator gives the time, and nobody else.
        OnlyMediator = "timer-only-mediator",
        /// One runs in this channel already.
        AlreadyRuns = "timer-already-runs",
        /// It is over, or was stopped.
        NotRunning = "timer-not-running",
    }
}

/// A timer as it was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timer {
    /// Since when it runs.
    pub since: Moment,
    /// For how many seconds.
    pub seconds: u32,
}

impl Timer {
    /// When it is over.
    pub fn ends_at(self) -> Moment {
        self.since.plus(Duration::from_secs(u64::from(self.seconds)))
    }

    /// Whether it still runs at that moment.
    pub fn runs(self, now: Moment) -> bool {
        now < self.ends_at()
    }
}

/// Whether that length is one that a timer can have.
pub const fn is_length(seconds: u32) -> bool {
    0 < seconds && seconds <= TIMER_SECONDS_MAX
}

/// Whether time can be given to that side there: it has to be one that reads it.
pub fn is_for(channel: Channel, of: Option<Side>) -> bool {
    match (of, channel) {
        (None, _) | (Some(_), Channel::Joint) => true,
        (Some(side), channel) => channel.caucus_of() == Some(side),
    }
}

/// Whether that seat may set one now, beside the last one of the channel that was not stopped.
///
/// # Errors
/// Why not.
pub fn set(seat: Seat, last: Option<Timer>, now: Moment) -> Result<(), TimerRefusal> {
    match last {
        _ if !seat.mediates() => Err(TimerRefusal::OnlyMediator),
        Some(timer) if timer.runs(now) => Err(TimerRefusal::AlreadyRuns),
        _ => Ok(()),
    }
}

/// Whether that seat may stop it now; nothing where it is not the last one of the channel, or was stopped.
///
/// # Errors
/// Why not.
pub fn stop(seat: Seat, timer: Option<Timer>, now: Moment) -> Result<(), TimerRefusal> {
    match timer {
        _ if !seat.mediates() => Err(TimerRefusal::OnlyMediator),
        Some(timer) if timer.runs(now) => Ok(()),
        _ => Err(TimerRefusal::NotRunning),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mediator_sets_one_at_a_time_and_stops_what_runs() {
        let timer = Timer { since: Moment::from_millis(1_000), seconds: 10 };
        let (running, over) = (Moment::from_millis(10_999), Moment::from_millis(11_000));
        let party = Seat::Party(Side::Respondent);
        assert_eq!(timer.ends_at(), over);
        for (seat, last, now, may_set, may_stop) in [
            (Seat::Mediator, None, running, Ok(()), Err(TimerRefusal::NotRunning)),
            (Seat::Mediator, Some(timer), running, Err(TimerRefusal::AlreadyRuns), Ok(())),
            (Seat::Mediator, Some(timer), over, Ok(()), Err(TimerRefusal::NotRunning)),
            (party, None, running, Err(TimerRefusal::OnlyMediator), Err(TimerRefusal::OnlyMediator)),
            (party, Some(timer), over, Err(TimerRefusal::OnlyMediator), Err(TimerRefusal::OnlyMediator)),
        ] {
            assert_eq!((set(seat, last, now), stop(seat, last, now)), (may_set, may_stop), "{seat:?}");
        }
    }

    #[test]
    fn time_is_given_to_those_who_read_it_and_within_bounds() {
        let (amara, bela) = (Some(Side::Claimant), Some(Side::Respondent));
        for (channel, of, is) in [
            (Channel::Joint, None, true),
            (Channel::Joint, bela, true),
            (Channel::CaucusClaimant, amara, true),
            (Channel::CaucusClaimant, bela, false),
            (Channel::Notes, amara, false),
            (Channel::Notes, None, true),
        ] {
            assert_eq!(is_for(channel, of), is, "{channel} {of:?}");
        }
        assert_eq!([0, 1, 14_400, 14_401].map(is_length), [false, true, true, false]);
    }
}
