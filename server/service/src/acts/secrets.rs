//! What blind bids and the mediator's proposal share: something is asked of both sides, each answers in secret, and only
//! where the answers meet is anything said. An id names what was asked and the entries by which it was: whoever does not
//! hear those entries finds nothing under it. Deliberately not here: what is asked, and what two answers come to.
//!
//! Nothing of an answer is in the audit trail, nor in the table of first answers: a digest of a figure that somebody may
//! guess outlives the round in which the figure was deleted (R9).

use std::sync::Arc;

use domain::dispute::Dispute;
use domain::entry::{Author, Body, Entry, OfferContent};
use domain::ids::{AccountId, DisputeId, EntryId};
use domain::offer::{Offer, OfferState};
use domain::party::Side;
use domain::room::{Channel, Seat, channels_to_both};
use domain::sight::Item;
use store::Tx;
use store::entries::{Appended, NewEntry};

use super::entries::may_post;
use super::process::{Seen, look};
use super::rooms::{RoomNow, room_now};
use super::{Doing, rooms};
use crate::published::Published;
use crate::refused::Refused;

/// A room as somebody with a seat in it looks at it.
pub struct InRoom {
    pub seen: Seen,
    pub seat: Seat,
    now: RoomNow,
}

impl InRoom {
    /// The room.
    ///
    /// # Errors
    /// `Absent` for whoever has no seat in it.
    pub fn enter(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId) -> Result<Self, Refused> {
        let seen = look(tx, doing, id)?;
        let seat = seen.seat().filter(|_| seen.may_read(Item::Question)).ok_or(Refused::Absent)?;
        let now = room_now(tx, id)?;
        if now.channels_of(seen.account).is_empty() {
            return Err(Refused::Absent);
        }
        Ok(Self { seen, seat, now })
    }

    /// The side of the reader.
    ///
    /// # Errors
    /// `Absent` for the mediator, who answers nothing.
    pub fn side(&self) -> Result<Side, Refused> {
        self.seat.side().ok_or(Refused::Absent)
    }

    /// Only the mediator asks.
    ///
    /// # Errors
    /// `Absent` for everybody else.
    pub fn mediates(&self) -> Result<(), Refused> {
        if self.seat.mediates() { Ok(()) } else { Err(Refused::Absent) }
    }

    /// Whether the reader hears the entry by which that was asked, in whichever channel (R5).
    ///
    /// # Errors
    /// Where the store fails.
    pub fn hears(&self, tx: &mut Tx<'_>, id: EntryId) -> Result<bool, Refused> {
        for channel in self.now.channels_of(self.seen.account) {
            let entry = store::entries::by_id(tx, self.seen.dispute.id, channel, id)?;
            // An id is made by whoever posts: something else may stand under it here.
            let is_it = |body: &Body| matches!(body, Body::BlindBidAsked(_) | Body::Proposal(_));
            let hears =
                |entry: Entry| is_it(&entry.body) && self.now.may_hear(self.seen.account, channel, entry.seq);
            if entry.is_some_and(hears) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the reader may say that now where it is said: a party in its own caucus and, where there is one, in the
    /// joint channel. The other side's caucus is not asked: a refusal would tell of it (R5).
    ///
    /// # Errors
    /// The rule.
    pub fn may(&self, body: &Body) -> Result<(), Refused> {
        let dispute = &self.seen.dispute;
        let both = channels_to_both(dispute.shuttle);
        match self.seat {
            Seat::Mediator | Seat::CoMediator => {
                both.iter().try_for_each(|channel| may_post(dispute, self.seat, *channel, body))
            }
            Seat::Party(side) => {
                may_post(dispute, self.seat, Channel::caucus(side), body)?;
                if dispute.shuttle {
                    return Ok(());
                }
                may_post(dispute, self.seat, Channel::Joint, body)
            }
            // Nobody answers for a party (R3).
            Seat::Beside { .. } => Err(Refused::Absent),
        }
    }
}

/// The mediator says the same to both sides, under the same id wherever it is said.
///
/// # Errors
/// Where the store fails.
pub fn tell_both(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    room: &InRoom,
    id: EntryId,
    body: &Body,
) -> Result<(), Refused> {
    // Whoever says something in a session is there (R7).
    rooms::enter(tx, doing, room.seen.dispute.id)?;
    let (dispute, by) = (&room.seen.dispute, Author::Seat(room.seat));
    for channel in channels_to_both(dispute.shuttle) {
        say(
            tx,
            doing,
            dispute.id,
            &Line { channel: *channel, id, account: Some(room.seen.account), by, body },
        )?;
    }
    Ok(())
}

/// Says what an answer leads to, in the order in which it happened.
///
/// # Errors
/// Where the store fails.
pub fn say_lines(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    room: &InRoom,
    lines: &[(Channel, Author, Body)],
) -> Result<(), Refused> {
    for (channel, by, body) in lines {
        let account = matches!(by, Author::Seat(_)).then_some(room.seen.account);
        let id = EntryId::new(doing.new_uuid());
        say(tx, doing, room.seen.dispute.id, &Line { channel: *channel, id, account, by: *by, body })?;
    }
    Ok(())
}

struct Line<'a> {
    channel: Channel,
    id: EntryId,
    account: Option<AccountId>,
    by: Author,
    body: &'a Body,
}

fn say(tx: &mut Tx<'_>, doing: &mut Doing, dispute: DisputeId, line: &Line<'_>) -> Result<(), Refused> {
    let Line { channel, id, account, by, body } = *line;
    let entry = NewEntry { dispute, channel, id, account, by, body, at: doing.now };
    if let Appended::New(entry) = store::entries::append(tx, &entry)? {
        doing.publish(Published::Entry { dispute, entry: Arc::new(entry) });
    }
    Ok(())
}

/// What both sides came to fills a draft, as an offer does that was accepted; it binds nobody (R24).
///
/// # Errors
/// Where the store fails.
pub fn fill_draft(
    tx: &mut Tx<'_>,
    dispute: &Dispute,
    id: EntryId,
    content: &OfferContent,
) -> Result<(), Refused> {
    let channel = channels_to_both(dispute.shuttle).first().copied().unwrap_or(Channel::Joint);
    let offer = Offer { channel, by: Author::House, state: OfferState::Open, expires_at: None };
    store::offers::put(tx, dispute.id, id, &offer, content)?;
    Ok(store::offers::set_state(tx, dispute.id, channel, id, OfferState::Accepted)?)
}
