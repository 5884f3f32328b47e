//! Hands that are up in a room, in the order in which they were raised. Nothing of them is stored. They are seen where people
//! talk with both sides, or in shuttle with the mediator alone, and only while what one wants to say could be said there.

use domain::ids::AccountId;
use domain::room::{Channel, Seat};

use super::{Effect, Listener, LiveRoom, News, SocketId};
use crate::acts::aftermath::channels_of_announcement;

impl LiveRoom {
    /// Somebody raises a hand or takes it down; nothing where it is so already.
    pub fn hand(&mut self, socket: SocketId, up: bool) -> Option<Effect> {
        let (account, who) = self.speaker(socket)?;
        if !up {
            return self.drop_hand(account, false);
        }
        if self.hands.contains(&account) || !self.may_raise(account) {
            return None;
        }
        self.hands.push(account);
        let place = self.place(account)?;
        let sees = |listener: &Listener, _: &SocketId| {
            listener.account != account && self.now.sits_in(listener.account, place)
        };
        self.send(sees, News::Hand { who, up: true, floor: false })
    }

    /// The mediator takes somebody's hand down: that person has the floor.
    pub fn give_floor(&mut self, socket: SocketId, whose: Seat) -> Option<Effect> {
        let (_, who) = self.speaker(socket)?;
        let raised = self.hands.iter().find(|account| self.now.seat(**account) == Some(whose)).copied();
        self.drop_hand(raised.filter(|_| who.mediates())?, true)
    }

    /// Where a hand of that person is seen.
    fn place(&self, account: AccountId) -> Option<Channel> {
        let seat = self.now.seat(account).filter(|seat| !seat.mediates())?;
        channels_of_announcement(seat, self.now.dispute.shuttle).first().copied()
    }

    fn may_raise(&self, account: AccountId) -> bool {
        self.place(account).is_some_and(|place| self.now.may_be_seen_typing(account, place))
    }

    /// The hand goes down, and those who saw it see that; so does whoever was given the floor.
    pub(super) fn drop_hand(&mut self, account: AccountId, floor: bool) -> Option<Effect> {
        let at = self.hands.iter().position(|raised| *raised == account)?;
        self.hands.remove(at);
        let (who, place) = (self.now.seat(account)?, self.place(account)?);
        // Outside a session nobody learns what anybody does (R19).
        if !self.now.session_open() {
            return None;
        }
        let sees = |listener: &Listener, _: &SocketId| {
            (floor || listener.account != account) && self.now.sits_in(listener.account, place)
        };
        self.send(sees, News::Hand { who, up: false, floor })
    }

    /// Where a session or a channel has stopped, no hand stays up.
    pub(super) fn drop_hands(&mut self) -> Vec<Effect> {
        let stopped: Vec<_> =
            self.hands.iter().copied().filter(|account| !self.may_raise(*account)).collect();
        stopped.into_iter().filter_map(|account| self.drop_hand(account, false)).collect()
    }

    /// The hands that are up, for a connection that joins: its own person's too.
    pub(super) fn hands_for(&self, socket: SocketId) -> Vec<Effect> {
        let tell = |account: &AccountId| {
            let (who, place) = (self.now.seat(*account)?, self.place(*account)?);
            let sees = |listener: &Listener, id: &SocketId| {
                *id == socket && self.now.sits_in(listener.account, place)
            };
            self.send(sees, News::Hand { who, up: true, floor: false })
        };
        self.hands.iter().filter_map(tell).collect()
    }
}

#[cfg(test)]
#[path = "hands_tests.rs"]
mod tests;
