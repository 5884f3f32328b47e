//! Summaries of the mediator's, and what each side that reads one says of it: yes, or what is right instead. The answer
//! stands in the channel of the summary and in no other. Deliberately not here: the rules (`domain::summary`).

use domain::entry::{Body, Entry};
use domain::ids::{DisputeId, EntryId};
use domain::room::{Channel, Seat};
use domain::summary::{self, SummaryAnswer, SummaryRefusal};
use store::Tx;
use store::seats::SeatRow;

use super::Doing;
use super::process::{Seen, look};
use super::rooms::sits;
use crate::refused::Refused;

const fn answered(body: &Body) -> Option<(EntryId, SummaryAnswer)> {
    match body {
        Body::SummaryConfirmed { summary } => Some((*summary, SummaryAnswer::Confirmed)),
        Body::SummaryCorrected { summary, .. } => Some((*summary, SummaryAnswer::Corrected)),
        _ => None,
    }
}

/// The summary of that channel, within what the seat reads.
fn find(tx: &mut Tx<'_>, dispute: DisputeId, row: &SeatRow, id: EntryId) -> Result<Option<Entry>, Refused> {
    let found = store::entries::by_id(tx, dispute, row.channel, id)?;
    Ok(found.filter(|entry| row.reaches(entry.seq) && matches!(entry.body, Body::Summary { .. })))
}

/// Whether that seat may sum up or answer so; what is neither passes.
///
/// # Errors
/// The rule that stands against it; `Fields` where no such summary is there.
pub fn check(tx: &mut Tx<'_>, seen: &Seen, seat: Seat, row: &SeatRow, body: &Body) -> Result<(), Refused> {
    let rule = |why: SummaryRefusal| Refused::rule(why.as_str());
    if matches!(body, Body::Summary { .. }) {
        return summary::give(seat).map_err(rule);
    }
    let Some((id, answer)) = answered(body) else { return Ok(()) };
    let dispute = seen.dispute.id;
    find(tx, dispute, row, id)?.ok_or_else(|| Refused::field("body.entry", "unknown"))?;
    let last = match seat.side() {
        Some(side) => store::summaries::get(tx, dispute, row.channel, id, side)?,
        None => None,
    };
    summary::answer(seat, last, answer).map_err(rule)
}

/// Keeps what a side said of a summary.
///
/// # Errors
/// Where the store fails.
pub fn follow(tx: &mut Tx<'_>, dispute: DisputeId, seat: Seat, entry: &Entry) -> Result<(), Refused> {
    let (Some((id, answer)), Some(side)) = (answered(&entry.body), seat.side()) else { return Ok(()) };
    Ok(store::summaries::put(tx, dispute, entry.channel, (id, side, answer))?)
}

/// A summary, for the page on which a side answers it.
///
/// # Errors
/// `Absent` without a seat there, or where there is no such summary.
pub fn show(
    tx: &mut Tx<'_>,
    doing: &Doing,
    dispute: DisputeId,
    channel: Channel,
    id: EntryId,
) -> Result<(Seen, Entry), Refused> {
    let seen = look(tx, doing, dispute)?;
    let (_, row) = sits(tx, &seen, channel)?;
    let found = find(tx, dispute, &row, id)?.ok_or(Refused::Absent)?;
    Ok((seen, found))
}
