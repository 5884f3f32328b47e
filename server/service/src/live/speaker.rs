//! The task of one room: it listens, asks the [`LiveRoom`] what a thing means, and does it. It never waits for a reader,
//! and what it misses it reads from the database.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytestring::ByteString;
use domain::ids::{AccountId, DisputeId};
use domain::room::{Channel, Seat};
use domain::time::Moment;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep_until};

use super::outbox::{Goodbye, Outbox, Outgoing};
use super::room::{Addressee, Effect, Gap, Heads, LiveRoom, News, SocketId};
use crate::acts::By;
use crate::acts::rooms::{RoomNow, announce, room_now};
use crate::calls::candidate::Reach;
use crate::calls::signal::Signal;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::published::Published;
use crate::refused::Refused;

/// How long a room without anybody in it is kept.
const EMPTY_PERIOD: Duration = Duration::from_secs(10);
/// How often a room is read anew although nothing was heard of it: another node may have written.
const POLL_PERIOD: Duration = Duration::from_secs(30);
/// How long a room waits before it tries a database again that is away.
const RETRY_PERIOD: Duration = Duration::from_millis(500);
/// How many entries are read at once to fill a gap.
const GAP_ENTRIES: i64 = 500;
/// How many things wait for a room.
pub(super) const INBOX_MAX: usize = 1024;

/// How a piece of news is written.
pub type Encode = fn(&News) -> ByteString;

/// What a room is asked or told.
#[derive(Debug)]
pub(super) enum Ask {
    Heard(Arc<Published>),
    Join(Box<Join>),
    Leave(SocketId),
    Typing(SocketId, Channel),
    Hand(SocketId, bool),
    /// The mediator takes that hand down.
    GiveFloor(SocketId, Seat),
    /// Joins the call of that channel; nothing: leaves the call.
    Call(SocketId, Option<Channel>),
    Signal(SocketId, Addressee, Box<Signal>),
}

/// Somebody wants to sit down.
#[derive(Debug)]
pub(super) struct Join {
    pub socket: SocketId,
    pub account: AccountId,
    /// Up to where they have read.
    pub read: Heads,
    pub outbox: Outbox,
    /// Up to where they are to read; nothing where they have no seat.
    pub joined: oneshot::Sender<Option<Heads>>,
}

/// The way to one room.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub asks: mpsc::Sender<Ask>,
    /// Something was missed: the room reads the database.
    pub missed: Arc<AtomicBool>,
}

/// What a room needs of the house.
#[derive(Clone)]
pub(super) struct House {
    pub desk: Desk,
    pub clock: Clock,
    pub encode: Encode,
    /// Which ways the people of a call are told.
    pub reach: Reach,
    pub runtime: tokio::runtime::Handle,
}

pub(super) struct Speaker {
    house: House,
    dispute: DisputeId,
    live: LiveRoom,
    outboxes: HashMap<SocketId, Outbox>,
    missed: Arc<AtomicBool>,
    reread_at: Instant,
    empty_since: Option<Instant>,
    /// Whether what was said here is destroyed.
    is_emptied: bool,
}

impl Speaker {
    /// Reads the room. Nothing where there is no such room.
    pub(super) async fn start(
        house: House,
        dispute: DisputeId,
        missed: Arc<AtomicBool>,
    ) -> Result<Self, Refused> {
        let now = house.desk.read(move |tx| room_now(tx, dispute)).await?;
        let is_emptied = now.destroyed_at.is_some();
        let live = LiveRoom::new(now);
        let reread_at = Instant::now() + POLL_PERIOD;
        let outboxes = HashMap::new();
        Ok(Self { house, dispute, live, outboxes, missed, reread_at, empty_since: None, is_emptied })
    }

    /// Speaks until nobody has listened for a while.
    pub(super) async fn run(&mut self, inbox: &mut mpsc::Receiver<Ask>) {
        loop {
            let wake = self.wake_at();
            tokio::select! {
                ask = inbox.recv() => match ask {
                    Some(ask) => self.answer(ask).await,
                    None => return,
                },
                () = sleep_until(wake) => {}
            }
            self.catch_up().await;
            if self.is_over() {
                return;
            }
        }
    }

    fn wake_at(&self) -> Instant {
        let now = self.house.clock.now();
        let next = self.live.next().map(|at| Instant::now() + at.since(now));
        let empty = self.empty_since.map(|since| since + EMPTY_PERIOD);
        [next, empty].into_iter().flatten().fold(self.reread_at, Instant::min)
    }

    fn is_over(&mut self) -> bool {
        if self.live.is_empty() {
            let since = *self.empty_since.get_or_insert_with(Instant::now);
            since.elapsed() >= EMPTY_PERIOD
        } else {
            self.empty_since = None;
            false
        }
    }

    async fn answer(&mut self, ask: Ask) {
        let at = self.house.clock.now();
        match ask {
            Ask::Heard(published) => match published.as_ref() {
                Published::Entry { entry, .. } => {
                    let effects = self.live.hear(Arc::clone(entry), at);
                    self.follow(effects);
                }
                // Before anything else is passed on: who has a seat may have changed.
                Published::Dispute { .. } => self.reread().await,
                Published::SessionsEnded { .. } => {}
            },
            Ask::Join(join) => {
                let Join { socket, account, read, outbox, joined } = *join;
                let answer = self.live.join(socket, account, &read);
                let (heads, effects) = match answer {
                    Some((heads, effects)) => (Some(heads), effects),
                    None => (None, Vec::new()),
                };
                if heads.is_some() {
                    self.outboxes.insert(socket, outbox);
                }
                if joined.send(heads).is_err() {
                    self.leave(socket, at);
                }
                self.follow(effects);
            }
            Ask::Leave(socket) => self.leave(socket, at),
            Ask::Call(socket, channel) => {
                let effects = match channel {
                    Some(channel) => self.live.join_call(socket, channel),
                    None => self.live.leave_call(socket),
                };
                self.follow(effects);
            }
            Ask::Signal(socket, to, signal) => {
                let effects = self.live.signal(socket, &to, &signal, &self.house.reach).into_iter().collect();
                self.follow(effects);
            }
            Ask::Typing(socket, channel) => {
                let effects = self.live.typing(socket, channel, at).into_iter().collect();
                self.follow(effects);
            }
            Ask::GiveFloor(socket, whose) => {
                let effects = self.live.give_floor(socket, whose).into_iter().collect();
                self.follow(effects);
            }
            Ask::Hand(socket, up) => {
                let effects = self.live.hand(socket, up).into_iter().collect();
                self.follow(effects);
            }
        }
    }

    fn leave(&mut self, socket: SocketId, at: Moment) {
        self.outboxes.remove(&socket);
        let effects = self.live.leave(socket, at);
        self.follow(effects);
    }

    /// What time has made due, and what was missed.
    async fn catch_up(&mut self) {
        if self.missed.swap(false, Ordering::AcqRel) || Instant::now() >= self.reread_at {
            self.reread().await;
        }
        let at = self.house.clock.now();
        let effects = self.live.tick(at);
        self.follow(effects);
        for gap in self.live.gaps(at) {
            self.fill(gap).await;
        }
    }

    async fn reread(&mut self) {
        let dispute = self.dispute;
        let read: Result<RoomNow, Refused> = self.house.desk.read(move |tx| room_now(tx, dispute)).await;
        match read {
            Ok(now) => {
                self.reread_at = Instant::now() + POLL_PERIOD;
                // What was said here was destroyed a moment ago: nobody has anything to hear any more.
                let is_emptied = now.destroyed_at.is_some() && !self.is_emptied;
                self.is_emptied = now.destroyed_at.is_some();
                if is_emptied {
                    return self.outboxes.values().for_each(|outbox| outbox.cut.because(Goodbye::SeatEnded));
                }
                let effects = self.live.change(now, self.house.clock.now());
                self.follow(effects);
            }
            Err(_) => self.reread_at = Instant::now() + RETRY_PERIOD,
        }
    }

    async fn fill(&mut self, gap: Gap) {
        let (dispute, Gap { channel, after }) = (self.dispute, gap);
        let read = move |tx: &mut store::Tx<'_>| {
            Ok(store::entries::page(tx, dispute, channel, after, None, GAP_ENTRIES)?)
        };
        let entries = self.house.desk.read(read).await.unwrap_or_default();
        let at = self.house.clock.now();
        for entry in entries {
            let effects = self.live.hear(Arc::new(entry), at);
            self.follow(effects);
        }
        self.live.looked(gap, at);
    }

    fn follow(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send { to, news } => self.send(&to, &news),
                Effect::Dismiss(socket) => {
                    if let Some(outbox) = self.outboxes.remove(&socket) {
                        outbox.cut.because(Goodbye::SeatEnded);
                    }
                }
                Effect::Announce { account, comes } => self.announce(account, comes),
            }
        }
    }

    /// Writes the frame once and shares it.
    fn send(&mut self, to: &[SocketId], news: &News) {
        let entry = match news {
            News::Entry(entry) => Some((entry.channel, entry.seq)),
            _ => None,
        };
        let frame = Arc::new(Outgoing { text: (self.house.encode)(news), entry });
        let at = self.house.clock.now();
        let is_said_again = matches!(news, News::Signal { .. });
        let mut unreached = Vec::new();
        for socket in to {
            let outbox = self.outboxes.get(socket);
            // With what browsers tell each other, one member of a call could drive another's words out of the queue.
            if is_said_again && outbox.is_some_and(Outbox::is_busy) {
                continue;
            }
            if !outbox.is_some_and(|outbox| outbox.send(Arc::clone(&frame))) {
                unreached.push(*socket);
            }
        }
        // Only now: what their leaving is to tell the others comes after this frame.
        unreached.into_iter().for_each(|socket| self.leave(socket, at));
    }

    /// The house's own words are an act like any other, and must not hold up the room.
    fn announce(&self, account: AccountId, comes: bool) {
        let (desk, dispute) = (self.house.desk.clone(), self.dispute);
        self.house.runtime.spawn(async move {
            let act = move |tx: &mut store::Tx<'_>, doing: &mut crate::acts::Doing| {
                announce(tx, doing, dispute, account, comes)
            };
            if desk.write(By::House, act).await.is_err() {
                tracing::warn!("a coming or going could not be stored");
            }
        });
    }
}
