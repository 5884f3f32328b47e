//! Passing an item of a caucus on (R6): what is asked and answered there, the copy that appears for the other side, and
//! the one fate of an offer and its copy. Deliberately not here: the rules (`domain::share`), and any row of the audit
//! trail, which would count a caucus before readers who must not know of it.

use domain::dispute::{Dispute, Refusal};
use domain::entry::{Author, Body, Entry, SharedItem};
use domain::ids::{DisputeId, EntryId, FileId};
use domain::offer::{Offer, OfferState};
use domain::party::Side;
use domain::room::{Channel, Seat};
use domain::share::{self, Item, ShareRefusal, ShareState};
use domain::time::Moment;
use store::Tx;
use store::seats::SeatRow;
use store::shares::At;

use super::Doing;
use super::aftermath::{say, say_as};
use super::process::{Seen, look};
use super::rooms::sits;
use crate::refused::Refused;

/// An item of a caucus as it stands.
pub struct Found {
    pub entry: Entry,
    pub offer: Option<Offer>,
    pub state: Option<ShareState>,
    /// Whether the person who asks wrote it.
    pub is_author: bool,
}

impl Found {
    /// What the rules need to know of it.
    pub const fn item(&self) -> Item<'_> {
        let Entry { channel, by, body, .. } = &self.entry;
        Item { channel: *channel, by: *by, body, offer: self.offer, state: self.state }
    }
}

/// The item of which somebody with that seat row speaks, within what the seat reads.
///
/// # Errors
/// `Fields` where there is none for them.
pub fn find(tx: &mut Tx<'_>, seen: &Seen, row: &SeatRow, entry: EntryId) -> Result<Found, Refused> {
    let (dispute, channel) = (seen.dispute.id, row.channel);
    let stored = store::entries::by_id(tx, dispute, channel, entry)?.filter(|entry| row.reaches(entry.seq));
    let stored = stored.ok_or_else(|| Refused::field("body.entry", "unknown"))?;
    let offer = store::offers::get(tx, dispute, channel, entry)?.map(|(offer, _)| offer);
    let state = store::shares::state(tx, dispute, At { channel, entry })?;
    let author = store::entries::account_of(tx, dispute, channel, entry)?;
    Ok(Found { entry: stored, offer, state, is_author: author == Some(seen.account) })
}

/// Whether it may be asked or answered so; what is no word about passing on passes.
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
    let rule = |why: ShareRefusal| Refused::rule(why.as_str());
    match body {
        Body::ShareAsked { entry } => {
            let found = find(tx, seen, row, *entry)?;
            share::ask(&found.item(), seat, now).map_err(rule)?;
        }
        Body::ShareAllowed { entry } => {
            let found = find(tx, seen, row, *entry)?;
            share::answer(&found.item(), found.is_author, true, now).map_err(rule)?;
            // Nothing reaches the channel of both while it stands still. In shuttle a pause of the other side's caucus
            // is not to be learned from here (R5): what stops the whole room was asked before.
            let place = share::place(side_of(&found)?, seen.dispute.shuttle);
            if place.caucus_of().is_none() && seen.dispute.is_channel_paused(place) {
                return Err(Refused::rule(Refusal::Paused.code()));
            }
        }
        Body::ShareDeclined { entry } => {
            let found = find(tx, seen, row, *entry)?;
            share::answer(&found.item(), found.is_author, false, now).map_err(rule)?;
        }
        _ => {}
    }
    Ok(())
}

fn side_of(found: &Found) -> Result<Side, Refused> {
    found.item().side().ok_or_else(|| Refused::rule(ShareRefusal::NotShareable.as_str()))
}

/// What a stored word about passing on brings with it.
///
/// # Errors
/// Where the store fails.
pub fn follow(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    seen: &Seen,
    row: &SeatRow,
    stored: &Entry,
) -> Result<(), Refused> {
    let dispute = seen.dispute.id;
    let at = |entry: EntryId| At { channel: stored.channel, entry };
    match &stored.body {
        Body::ShareAsked { entry } => Ok(store::shares::ask(tx, dispute, at(*entry))?),
        Body::ShareDeclined { entry } => Ok(store::shares::decline(tx, dispute, at(*entry))?),
        Body::ShareAllowed { entry } => {
            let found = find(tx, seen, row, *entry)?;
            pass_on(tx, doing, &seen.dispute, &found)
        }
        _ => Ok(()),
    }
}

/// The item appears for the other side. The copy's id and time are its own: nothing of the caucus is in them.
fn pass_on(tx: &mut Tx<'_>, doing: &mut Doing, dispute: &Dispute, found: &Found) -> Result<(), Refused> {
    let of = side_of(found)?;
    let channel = share::place(of, dispute.shuttle);
    let copy = EntryId::new(doing.new_uuid());
    let not_shareable = || Refused::rule(ShareRefusal::NotShareable.as_str());
    let item = share::passed_on(&found.entry.body, FileId::new(copy.uuid())).ok_or_else(not_shareable)?;
    if let SharedItem::Offer(content) = &item {
        let by = Author::Seat(Seat::Party(of));
        let offer = Offer { channel, by, state: OfferState::Open, expires_at: content.expires_at };
        store::offers::put(tx, dispute.id, copy, &offer, content)?;
    }
    let file = match &found.entry.body {
        Body::File(content) => Some(content.file),
        _ => None,
    };
    let from = At { channel: found.entry.channel, entry: found.entry.id };
    store::shares::pass_on(tx, dispute.id, from, At { channel, entry: copy }, file)?;
    say_as(tx, doing, dispute.id, channel, copy, Body::Shared { of, item })
}

/// An offer that was passed on and its copy share one fate: what was answered here is answered there, and the house says
/// so.
///
/// # Errors
/// Where the store fails.
pub fn answer_twin(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    seen: &Seen,
    answer: &Entry,
    became: OfferState,
) -> Result<(), Refused> {
    let dispute = seen.dispute.id;
    let Some(offer) = answer.body.answers() else { return Ok(()) };
    let here = At { channel: answer.channel, entry: offer };
    let Some(twin) = store::shares::twin(tx, dispute, here)? else { return Ok(()) };
    let Some(state) = share::twin_becomes(became, seen.dispute.shuttle) else { return Ok(()) };
    let open = store::offers::get(tx, dispute, twin.channel, twin.entry)?;
    if open.is_none_or(|(offer, _)| offer.state != OfferState::Open) {
        return Ok(());
    }
    store::offers::set_state(tx, dispute, twin.channel, twin.entry, state)?;
    say(tx, doing, dispute, twin.channel, Body::OfferClosed { offer: twin.entry, state })
}

/// An item of one's own caucus, for the page on which it is asked for or let go.
///
/// # Errors
/// `Absent` without a seat there, or where there is no such item.
pub fn show(
    tx: &mut Tx<'_>,
    doing: &Doing,
    dispute: DisputeId,
    channel: Channel,
    entry: EntryId,
) -> Result<(Seen, Found), Refused> {
    let seen = look(tx, doing, dispute)?;
    let (_, row) = sits(tx, &seen, channel)?;
    let found = find(tx, &seen, &row, entry).map_err(|_| Refused::Absent)?;
    Ok((seen, found))
}
