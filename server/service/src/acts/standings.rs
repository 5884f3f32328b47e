//! What stands at the head of a channel for everyone in it: a private meeting that was asked for or goes on, what is talked
//! about, whose time it is. Each is an entry of that channel and of no other, so that what one side's caucus does shows
//! nowhere else (R5). Deliberately not here: the rules, and any row of the audit trail.

use domain::caucus::{self, CaucusRefusal};
use domain::entry::{Body, CaucusStep, Entry, Standing};
use domain::ids::DisputeId;
use domain::room::{Channel, Seat};
use domain::time::Moment;
use domain::timer::{self, Timer, TimerRefusal};
use store::Tx;
use store::seats::SeatRow;

use super::Doing;
use super::process::{Seen, look};
use super::rooms::sits;
use crate::refused::Refused;

/// Whether it may be announced, set or stopped so; what stands nowhere passes.
///
/// # Errors
/// The rule that stands against it.
pub fn check(
    tx: &mut Tx<'_>,
    seen: &Seen,
    seat: Seat,
    row: &SeatRow,
    body: &Body,
    now: Moment,
) -> Result<(), Refused> {
    let rule = |why: TimerRefusal| Refused::rule(why.as_str());
    match body {
        Body::Caucus { step } => {
            let last = caucus_of(find(tx, seen.dispute.id, row, Standing::Caucus)?);
            let may = caucus::announce(row.channel, seat, last, *step);
            may.map_err(|why: CaucusRefusal| Refused::rule(why.as_str()))
        }
        Body::Timer { of, .. } => {
            let last = find(tx, seen.dispute.id, row, Standing::Timer)?;
            timer::set(seat, last.as_ref().and_then(timer_of), now).map_err(rule)?;
            if timer::is_for(row.channel, *of) {
                return Ok(());
            }
            Err(Refused::field("body.who", "not-a-choice"))
        }
        Body::TimerStopped { timer } => {
            let last = find(tx, seen.dispute.id, row, Standing::Timer)?;
            let last = last.filter(|last| last.id == *timer);
            timer::stop(seat, last.as_ref().and_then(timer_of), now).map_err(rule)
        }
        _ => Ok(()),
    }
}

/// The entry that stands in the channel, within what the seat reads: who came later inherits nothing (R5).
fn find(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    row: &SeatRow,
    kind: Standing,
) -> Result<Option<Entry>, Refused> {
    let found = store::standings::get(tx, dispute, row.channel, kind)?;
    Ok(found.filter(|entry| row.reaches(entry.seq)))
}

fn caucus_of(entry: Option<Entry>) -> Option<CaucusStep> {
    match entry?.body {
        Body::Caucus { step } => Some(step),
        _ => None,
    }
}

/// The timer that an entry set; nothing where it stopped one.
pub const fn timer_of(entry: &Entry) -> Option<Timer> {
    match entry.body {
        Body::Timer { seconds, .. } => Some(Timer { since: entry.at, seconds }),
        _ => None,
    }
}

/// What stands at the head of a channel, within what the seat reads: at most one entry of each kind.
///
/// # Errors
/// Where the store fails.
pub fn of_channel(tx: &mut Tx<'_>, dispute: DisputeId, row: &SeatRow) -> Result<Vec<Entry>, Refused> {
    let mut standing = Vec::new();
    for kind in Standing::ALL {
        standing.extend(find(tx, dispute, row, *kind)?);
    }
    Ok(standing)
}

/// What stands at the head of a channel, for whoever sits in it.
///
/// # Errors
/// `Absent` without a seat.
pub fn show(
    tx: &mut Tx<'_>,
    doing: &Doing,
    dispute: DisputeId,
    channel: Channel,
) -> Result<Vec<Entry>, Refused> {
    let seen = look(tx, doing, dispute)?;
    let (_, row) = sits(tx, &seen, channel)?;
    of_channel(tx, dispute, &row)
}

/// Those of the channels in which a private meeting is asked for, for whoever sits in them.
///
/// # Errors
/// `Absent` without a seat.
pub fn asking(
    tx: &mut Tx<'_>,
    doing: &Doing,
    dispute: DisputeId,
    channels: &[Channel],
) -> Result<Vec<Channel>, Refused> {
    let mut asking = Vec::new();
    for channel in channels {
        let standing = show(tx, doing, dispute, *channel)?;
        let asked = Body::Caucus { step: CaucusStep::Asked };
        asking.extend(standing.iter().any(|entry| entry.body == asked).then_some(*channel));
    }
    Ok(asking)
}
