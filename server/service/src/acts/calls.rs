//! Who may talk aloud with whom: only where both sit, and only inside a session that the mediator opened (R7, R19). A
//! call itself is live state (`live::calls`); nothing of it is stored.

use domain::dispute::Stage;
use domain::ids::{AccountId, DisputeId};
use domain::room::{Channel, Seat};
use store::Tx;

use super::Doing;
use super::process::look;
use super::rooms::{RoomNow, room_now};
use crate::calls::candidate::Reach;
use crate::refused::Refused;

impl RoomNow {
    /// Whether that account may be in a call in this channel now. In a caucus nobody has to allow it; in shuttle there
    /// is no shared channel, and so no call between the sides (R17). The mediator's notes are no place for a call.
    ///
    /// # Errors
    /// `Absent` without a seat there; `paused`; `no-session-open`; `not-in-calls` for whoever sits beside a party and does
    /// not carry its words across.
    pub fn check_call(&self, account: AccountId, channel: Channel) -> Result<(), Refused> {
        if channel.is_notes() || !self.sits_in(account, channel) {
            return Err(Refused::Absent);
        }
        let role = self.seat(account).and_then(Seat::companion);
        if role.is_some_and(|role| !role.may_call()) {
            return Err(Refused::rule("not-in-calls"));
        }
        if self.dispute.is_channel_paused(channel) {
            return Err(Refused::rule("paused"));
        }
        if matches!(self.dispute.stage, Stage::Mediation(_)) && self.session_open() {
            Ok(())
        } else {
            Err(Refused::rule("no-session-open"))
        }
    }

    /// Which ways the people of this room tell each other: what the house chose, and the relay alone where somebody is
    /// kept apart from somebody (R17).
    pub fn reach(&self, chosen: &Reach) -> Reach {
        Reach { is_direct: chosen.is_direct && !self.dispute.shuttle, relays: chosen.relays.clone() }
    }
}

/// Asks whether the person may call in that channel, before they get a key to the relay.
///
/// # Errors
/// `Fields` where there is no such channel; otherwise as [`RoomNow::check_call`].
pub fn ask(
    tx: &mut Tx<'_>,
    doing: &Doing,
    id: DisputeId,
    channel: Option<Channel>,
) -> Result<Reach, Refused> {
    let seen = look(tx, doing, id)?;
    seen.seat().ok_or(Refused::Absent)?;
    let channel = channel.ok_or_else(|| Refused::field("channel", "not-a-choice"))?;
    let now = room_now(tx, id)?;
    now.check_call(seen.account, channel)?;
    let calls = doing.config.calls.as_ref().ok_or_else(|| Refused::rule("calls-off"))?;
    Ok(now.reach(&Reach::from(calls)))
}
