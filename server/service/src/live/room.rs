//! One room as a value: who is connected, what each of them has heard, and what a piece of news means for each of them.
//! Pure: it is told what happened and what time it is, and says what to do. Deliberately not here: the task that does
//! it (`speaker`), and the answer to who may hear what, which it asks of [`RoomNow`] *before* anything reaches a queue.

mod hands;
mod talk;

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use domain::entry::Entry;
use domain::ids::AccountId;
use domain::room::{Channel, Seat};
use domain::time::Moment;
use serde_json::Value;

use super::calls::Calls;
use super::presence::Presence;
pub use super::presence::SocketId;
use crate::acts::rooms::{RoomNow, RoomView};
use crate::refused::Refused;

pub use talk::Addressee;

/// How long the room waits for an entry whose successor it has heard of, before it reads it from the database.
pub const GAP_PERIOD: Duration = Duration::from_millis(50);

/// How long the others see that somebody writes without hearing of it again: what comes sooner is not passed on, so that
/// nobody can fill the others' queues with it.
pub const TYPING_PERIOD: Duration = Duration::from_secs(2);

/// Something that is passed on to those whom it concerns.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    Entry(Arc<Entry>),
    /// The room itself has changed, as this reader sees it.
    Room(Arc<RoomView>),
    Presence {
        who: Seat,
        here: bool,
    },
    Typing {
        who: Seat,
        channel: Channel,
    },
    Hand {
        who: Seat,
        up: bool,
        /// The mediator took it down: it is this person's turn.
        floor: bool,
    },
    /// A party has the room open while no session is: for the mediator alone (R19).
    Waiting {
        who: Seat,
        here: bool,
    },
    /// Who is in the call of that channel now, each with the number of their joining: nobody listens unseen (R7).
    Call {
        channel: Channel,
        people: Vec<(Seat, u64)>,
    },
    /// This connection has joined, under that number.
    CallBegun {
        channel: Channel,
        number: u64,
    },
    /// This connection is in that call no more, by the room's or its own person's doing elsewhere.
    CallEnded {
        channel: Channel,
    },
    /// What a member of the call tells this one.
    Signal {
        from: Seat,
        number: u64,
        channel: Channel,
        data: Value,
    },
    /// What was asked for over this connection is not done.
    Refused(Refused),
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    Send {
        to: Vec<SocketId>,
        news: News,
    },
    /// That connection has no seat here any more.
    Dismiss(SocketId),
    /// The house says that this person came or went.
    Announce {
        account: AccountId,
        comes: bool,
    },
}

/// Entries that are missing between what was passed on and what was heard of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    pub channel: Channel,
    pub after: u64,
}

/// What a connection is told when it joins: the number up to which it reads for itself, for each of its channels.
pub type Heads = BTreeMap<Channel, u64>;

#[derive(Debug, Clone)]
struct Listener {
    account: AccountId,
    /// The last number that was passed on, or that the connection reads for itself.
    cursors: Heads,
    /// A digest of the room as it was shown last: many sit and wait, and each would keep a whole room.
    shown: Option<u64>,
}

/// The order of one channel: entries are passed on one after the other, however they were heard of.
#[derive(Debug, Clone, Default)]
struct Order {
    /// The last number that was passed on.
    head: u64,
    waiting: BTreeMap<u64, Arc<Entry>>,
    /// Since when something is known to be missing.
    gap_since: Option<Moment>,
}

/// A room on this node.
#[derive(Debug, Clone)]
pub struct LiveRoom {
    now: RoomNow,
    listeners: BTreeMap<SocketId, Listener>,
    orders: BTreeMap<Channel, Order>,
    presence: Presence,
    /// When it was last passed on that somebody writes.
    typed: BTreeMap<(AccountId, Channel), Moment>,
    /// Whose hands are up, in the order in which they were raised.
    hands: Vec<AccountId>,
    calls: Calls,
}

impl LiveRoom {
    pub fn new(now: RoomNow) -> Self {
        let order = |(channel, head): (&Channel, &u64)| (*channel, Order { head: *head, ..Order::default() });
        let orders = now.heads.iter().map(order).collect();
        Self {
            now,
            listeners: BTreeMap::new(),
            orders,
            presence: Presence::default(),
            typed: BTreeMap::new(),
            hands: Vec::new(),
            calls: Calls::default(),
        }
    }

    /// Whether nobody is connected and nobody's leaving is still to be announced.
    pub fn is_empty(&self) -> bool {
        self.listeners.is_empty() && self.presence.next().is_none()
    }

    /// A connection of that person joins, having read up to `read`. Nothing where the person has no seat.
    pub fn join(
        &mut self,
        socket: SocketId,
        account: AccountId,
        read: &Heads,
    ) -> Option<(Heads, Vec<Effect>)> {
        let view = self.now.view(account)?;
        let channels = self.now.channels_of(account);
        let head = |channel: Channel| self.orders.get(&channel).map_or(0, |order| order.head);
        let heads: Heads = channels.iter().map(|channel| (*channel, head(*channel))).collect();
        let cursor = |(channel, head): (&Channel, &u64)| {
            (*channel, read.get(channel).map_or(*head, |read| *head.max(read)))
        };
        let cursors = heads.iter().map(cursor).collect();
        self.listeners.insert(socket, Listener { account, cursors, shown: digest(&view) });
        let is_new = self.presence.enter(account);
        let mut effects = Vec::new();
        if self.now.session_open() {
            for other in self.presence.everybody().filter(|other| *other != account) {
                effects.extend(
                    self.presence_for(other, true, |listener, id| {
                        *id == socket && listener.account == account
                    }),
                );
            }
            if is_new {
                effects.push(Effect::Announce { account, comes: true });
                effects.extend(self.presence_for(account, true, |listener, _| listener.account != account));
            }
        } else {
            effects.extend(is_new.then(|| self.waits(account, true, None)).flatten());
            effects
                .extend(self.presence.everybody().filter_map(|other| self.waits(other, true, Some(socket))));
        }
        effects.extend(self.calls_for(socket));
        effects.extend(self.hands_for(socket));
        Some((heads, effects))
    }

    /// A connection is gone, and with it whoever was in a call on it.
    pub fn leave(&mut self, socket: SocketId, at: Moment) -> Vec<Effect> {
        if let Some(listener) = self.listeners.remove(&socket) {
            self.presence.leave(listener.account, at);
        }
        self.hang_up(|_, member| member.socket == socket)
    }

    /// Those whose grace is over have left the room.
    pub fn tick(&mut self, at: Moment) -> Vec<Effect> {
        let left = self.presence.left(at);
        let mut effects = Vec::new();
        for account in &left {
            effects.extend(self.drop_hand(*account, false));
            self.typed.retain(|(typist, _), _| typist != account);
        }
        if self.now.session_open() {
            for account in left {
                effects.push(Effect::Announce { account, comes: false });
                effects.extend(self.presence_for(account, false, |_, _| true));
            }
        } else {
            effects.extend(left.into_iter().filter_map(|account| self.waits(account, false, None)));
        }
        effects
    }

    /// An entry is on disk. It is passed on once everything before it in its channel was.
    pub fn hear(&mut self, entry: Arc<Entry>, at: Moment) -> Vec<Effect> {
        let channel = entry.channel;
        let known = self.now.heads.get(&channel).copied().unwrap_or(0);
        let order = self.orders.entry(channel).or_default();
        if entry.seq <= order.head {
            return Vec::new();
        }
        order.waiting.insert(entry.seq, entry);
        let mut ready = Vec::new();
        while let Some(entry) = order.waiting.remove(&order.head.saturating_add(1)) {
            order.head = entry.seq;
            ready.push(entry);
        }
        if !ready.is_empty() {
            order.gap_since = None;
        }
        // More may be missing than what waits shows: a hint that was lost has no successor yet.
        if !order.waiting.is_empty() || order.head < known {
            order.gap_since.get_or_insert(at);
        }
        ready.into_iter().filter_map(|entry| self.pass_on(entry)).collect()
    }

    fn pass_on(&mut self, entry: Arc<Entry>) -> Option<Effect> {
        let now = &self.now;
        let mut to = Vec::new();
        for (socket, listener) in &mut self.listeners {
            // Who has no seat in the channel is left out here, before there is a frame (promise 4).
            if !now.may_hear(listener.account, entry.channel, entry.seq) {
                continue;
            }
            let cursor = listener.cursors.entry(entry.channel).or_insert(0);
            if *cursor < entry.seq {
                *cursor = entry.seq;
                to.push(*socket);
            }
        }
        (!to.is_empty()).then_some(Effect::Send { to, news: News::Entry(entry) })
    }

    /// What is missing for too long and has to be read.
    pub fn gaps(&self, at: Moment) -> Vec<Gap> {
        let is_old = |order: &Order| order.gap_since.is_some_and(|since| since.plus(GAP_PERIOD) <= at);
        let gap = |(channel, order): (&Channel, &Order)| Gap { channel: *channel, after: order.head };
        self.orders.iter().filter(|(_, order)| is_old(order)).map(gap).collect()
    }

    /// The gap was looked into at that moment: what is not found by then is looked for again later.
    pub fn looked(&mut self, gap: Gap, at: Moment) {
        let known = self.now.heads.get(&gap.channel).copied().unwrap_or(0);
        if let Some(order) = self.orders.get_mut(&gap.channel) {
            let is_missing = !order.waiting.is_empty() || order.head < known;
            order.gap_since = is_missing.then_some(at);
        }
    }

    /// The room was read anew.
    pub fn change(&mut self, now: RoomNow, at: Moment) -> Vec<Effect> {
        let (was_open, was_together) = (self.now.session_open(), !self.now.dispute.shuttle);
        self.now = now;
        for (channel, head) in &self.now.heads {
            let order = self.orders.entry(*channel).or_default();
            if order.head < *head {
                // Whether the hint was lost or is still under way shows after a moment.
                order.gap_since.get_or_insert(at);
            }
        }
        let mut effects = self.dismiss();
        let now = &self.now;
        // A pause, the end of the session, "I do not feel safe" in the shared channel: the call there is over at once.
        // Once the sides are kept apart, nobody goes on by a way that was made before (R17).
        let is_apart = was_together && now.dispute.shuttle;
        let gone =
            self.calls.take(|channel, member| is_apart || now.check_call(member.account, channel).is_err());
        effects.extend(self.tell_gone(gone));
        effects.extend(self.show());
        effects.extend(self.drop_hands());
        if !was_open && self.now.session_open() {
            for account in self.presence.everybody() {
                effects.push(Effect::Announce { account, comes: true });
                effects.extend(self.presence_for(account, true, |listener, _| listener.account != account));
            }
        } else if was_open && !self.now.session_open() {
            effects.extend(self.presence.everybody().filter_map(|account| self.waits(account, true, None)));
        }
        effects
    }

    fn dismiss(&mut self) -> Vec<Effect> {
        let now = &self.now;
        let gone = self.listeners.extract_if(.., |_, listener| now.view(listener.account).is_none());
        let gone: Vec<_> = gone.collect();
        // The person may have another socket; all of them go, and with them the person.
        for (_, listener) in &gone {
            self.presence.leave(listener.account, Moment::from_millis(0));
        }
        gone.into_iter().map(|(socket, _)| Effect::Dismiss(socket)).collect()
    }

    /// Shows the room to whoever sees a change in it. What changes by entries alone is told by the entries.
    fn show(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut shown_to = Vec::new();
        for (socket, listener) in &mut self.listeners {
            let Some(view) = self.now.view(listener.account) else { continue };
            let shown = digest(&view);
            // A view that could not be written counts as changed: better shown twice than never.
            if shown.is_none() || listener.shown != shown {
                listener.shown = shown;
                effects.push(Effect::Send { to: vec![*socket], news: News::Room(Arc::new(view)) });
                shown_to.push(*socket);
            }
        }
        // A channel may be new to them in which a call goes on.
        effects.extend(shown_to.into_iter().flat_map(|socket| self.calls_for(socket)));
        effects
    }

    /// Somebody is writing. Passed on to those who sit in the channel, while a session is open (R19), and not more often
    /// than they need to hear of it.
    pub fn typing(&mut self, socket: SocketId, channel: Channel, at: Moment) -> Option<Effect> {
        let (account, who) = self.speaker(socket)?;
        if !self.now.may_be_seen_typing(account, channel) {
            return None;
        }
        let was_passed_on = self.typed.get(&(account, channel));
        if was_passed_on.is_some_and(|last| at < last.plus(TYPING_PERIOD)) {
            return None;
        }
        self.typed.insert((account, channel), at);
        let hears = |listener: &Listener, _: &SocketId| {
            listener.account != account && self.now.sits_in(listener.account, channel)
        };
        self.send(hears, News::Typing { who, channel })
    }

    /// Who speaks on that connection, while a session is open.
    fn speaker(&self, socket: SocketId) -> Option<(AccountId, Seat)> {
        let account = self.listeners.get(&socket)?.account;
        let seat = self.now.seat(account)?;
        self.now.session_open().then_some((account, seat))
    }

    fn presence_for(
        &self,
        account: AccountId,
        here: bool,
        chosen: impl Fn(&Listener, &SocketId) -> bool,
    ) -> Option<Effect> {
        let who = self.now.seat(account)?;
        let sees = |listener: &Listener, socket: &SocketId| {
            chosen(listener, socket) && self.now.share_a_channel(listener.account, account)
        };
        self.send(sees, News::Presence { who, here })
    }

    /// A party that has the room open while no session is waits to be let in. The mediator alone learns of it, so that
    /// neither side is told when the other one looks at the room (R19); `only` is one of the mediator's connections.
    fn waits(&self, account: AccountId, here: bool, only: Option<SocketId>) -> Option<Effect> {
        let who = self.now.seat(account).filter(|seat| seat.side().is_some())?;
        self.now.state()?;
        let lets_in = |listener: &Listener, socket: &SocketId| {
            self.now.seat(listener.account).is_some_and(Seat::mediates)
                && only.is_none_or(|only| only == *socket)
        };
        self.send(lets_in, News::Waiting { who, here })
    }

    fn send(&self, hears: impl Fn(&Listener, &SocketId) -> bool, news: News) -> Option<Effect> {
        let to: Vec<_> = self
            .listeners
            .iter()
            .filter(|(socket, listener)| hears(listener, socket))
            .map(|(id, _)| *id)
            .collect();
        (!to.is_empty()).then_some(Effect::Send { to, news })
    }

    /// What tells two rooms apart in all that entries have to do with, for the model checker.
    #[cfg(test)]
    pub fn key(&self) -> Key {
        let listener = |(socket, listener): (&SocketId, &Listener)| (*socket, listener.cursors.clone());
        let order = |(channel, order): (&Channel, &Order)| {
            let waiting = order.waiting.keys().copied().collect();
            (*channel, order.head, waiting, order.gap_since.is_some())
        };
        Key {
            listeners: self.listeners.iter().map(listener).collect(),
            orders: self.orders.iter().map(order).collect(),
            until: self.now.seats.iter().map(|row| row.until_seq).collect(),
            heads: self.now.heads.clone(),
            rests: self.orders.values().all(|order| order.gap_since.is_none()),
        }
    }

    /// When there is something to do without anything happening.
    pub fn next(&self) -> Option<Moment> {
        let gaps =
            self.orders.values().filter_map(|order| order.gap_since).map(|since| since.plus(GAP_PERIOD));
        gaps.chain(self.presence.next()).min()
    }
}

/// See [`LiveRoom::key`].
#[cfg(test)]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    listeners: Vec<(SocketId, Heads)>,
    orders: Vec<(Channel, u64, Vec<u64>, bool)>,
    until: Vec<Option<u64>>,
    heads: Heads,
    /// Nothing is known to be missing.
    pub rests: bool,
}

/// What tells two views of a room apart, but for the numbers of entries: those are told by the entries.
fn digest(view: &RoomView) -> Option<u64> {
    let mut view = view.clone();
    for channel in &mut view.channels {
        channel.last_seq = 0;
    }
    let mut hasher = DefaultHasher::new();
    // Written, so that nothing that is ever added to a view can be left out of it.
    serde_json::to_vec(&view).ok()?.hash(&mut hasher);
    Some(hasher.finish())
}

#[cfg(test)]
#[path = "room_tests.rs"]
mod tests;
