//! Which rooms are open on this node, and who is connected to them: starts a room's task with its first listener, lets
//! it go after its last, carries to each what the desk published, and ends the sockets of sessions that ended.
//! Deliberately not here: what a room does with what it hears.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::ids::{AccountId, DisputeId, SessionId};
use domain::room::{Channel, Seat};
use tokio::sync::{broadcast, mpsc, oneshot};

use super::outbox::{Cut, Goodbye, Waiting, outbox};
use super::room::{Addressee, Heads, SocketId};
use super::speaker::{Ask, Encode, House, INBOX_MAX, Join, Line, Speaker};
use crate::calls::candidate::Reach;
use crate::calls::signal::Signal;
use crate::clock::Clock;
use crate::desk::Desk;
use crate::published::Published;
use crate::refused::Refused;

/// How often the sessions of all sockets are looked up: a session may end where nobody publishes it.
const SESSIONS_PERIOD: Duration = Duration::from_secs(1);
/// How many sessions are looked up in one go, so that others are not kept waiting.
const SESSIONS_AT_ONCE: usize = 200;
/// How often a joining is tried where the room was just going.
const JOIN_TRIES: usize = 3;
/// When somebody with too many sockets may come again.
const TOO_MANY_PERIOD: Duration = Duration::from_secs(5);

/// All rooms and sockets of this node. Clones are the same.
#[derive(Clone)]
pub struct Rooms(Arc<Inner>);

struct Inner {
    house: House,
    sockets_max: Option<u32>,
    next_socket: AtomicU64,
    lines: Mutex<HashMap<DisputeId, Line>>,
    sockets: Mutex<HashMap<SocketId, Socket>>,
}

struct Socket {
    account: AccountId,
    session: SessionId,
    cut: Arc<Cut>,
}

/// A socket that counts; dropping it makes its place free.
pub struct Admitted {
    rooms: Rooms,
    pub socket: SocketId,
    account: AccountId,
    pub cut: Arc<Cut>,
}

/// A seat that hears; dropping it leaves the room.
pub struct Joined {
    line: Line,
    socket: SocketId,
    runtime: tokio::runtime::Handle,
    pub waiting: Waiting,
    /// Up to where the connection reads for itself.
    pub heads: Heads,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Rooms {
    /// Listens to the desk from now on. Tasks run on `runtime`: the web workers' own runtimes end with their workers.
    pub fn start(
        desk: Desk,
        clock: Clock,
        runtime: &tokio::runtime::Handle,
        encode: Encode,
        reach: Reach,
        sockets_max: Option<u32>,
    ) -> Self {
        let news = desk.listen();
        let house = House { desk, clock, encode, reach, runtime: runtime.clone() };
        let rooms = Self(Arc::new(Inner {
            house,
            sockets_max,
            next_socket: AtomicU64::new(1),
            lines: Mutex::default(),
            sockets: Mutex::default(),
        }));
        runtime.spawn(rooms.clone().carry(news));
        runtime.spawn(rooms.clone().watch_sessions());
        rooms
    }

    /// How many rooms are open and how many sockets are connected, for the metrics.
    pub fn counts(&self) -> (usize, usize) {
        (lock(&self.0.lines).len(), lock(&self.0.sockets).len())
    }

    /// Takes one more socket of that person.
    ///
    /// # Errors
    /// `TooMuch` beyond what one person may hold open.
    pub fn admit(&self, account: AccountId, session: SessionId) -> Result<Admitted, Refused> {
        let mut sockets = lock(&self.0.sockets);
        let theirs = sockets.values().filter(|socket| socket.account == account).count();
        let most = self.0.sockets_max.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
        if theirs >= most {
            return Err(Refused::TooMuch { retry_after: TOO_MANY_PERIOD });
        }
        let socket = SocketId(self.0.next_socket.fetch_add(1, Ordering::Relaxed));
        let cut = Arc::new(Cut::default());
        sockets.insert(socket, Socket { account, session, cut: Arc::clone(&cut) });
        Ok(Admitted { rooms: self.clone(), socket, account, cut })
    }

    /// Sits the connection down in a room; it has read up to `read`.
    ///
    /// # Errors
    /// `Absent` where the person has no seat; `Unavailable`.
    pub async fn join(
        &self,
        dispute: DisputeId,
        admitted: &Admitted,
        read: &Heads,
    ) -> Result<Joined, Refused> {
        for _ in 0..JOIN_TRIES {
            let line = self.line(dispute);
            let (queue, waiting) = outbox(Arc::clone(&admitted.cut));
            let (answer, joined) = oneshot::channel();
            let join = Join {
                socket: admitted.socket,
                account: admitted.account,
                read: read.clone(),
                outbox: queue,
                joined: answer,
            };
            if line.asks.send(Ask::Join(Box::new(join))).await.is_err() {
                continue;
            }
            // From here on the room may count this socket: whatever becomes of us, it is to be told that we leave.
            let runtime = self.0.house.runtime.clone();
            let mut seat = Joined { line, socket: admitted.socket, runtime, waiting, heads: Heads::new() };
            match joined.await {
                Ok(Some(heads)) => {
                    seat.heads = heads;
                    return Ok(seat);
                }
                Ok(None) => return Err(Refused::Absent),
                // The room was just going; the next try starts it again.
                Err(_) => {}
            }
        }
        Err(Refused::Unavailable)
    }

    fn line(&self, dispute: DisputeId) -> Line {
        let mut lines = lock(&self.0.lines);
        if let Some(line) = lines.get(&dispute).filter(|line| !line.asks.is_closed()) {
            return line.clone();
        }
        let (asks, inbox) = mpsc::channel(INBOX_MAX);
        let line = Line { asks, missed: Arc::new(AtomicBool::new(false)) };
        lines.insert(dispute, line.clone());
        self.0.house.runtime.spawn(self.clone().speak(dispute, line.clone(), inbox));
        line
    }

    async fn speak(self, dispute: DisputeId, line: Line, mut inbox: mpsc::Receiver<Ask>) {
        let house = self.0.house.clone();
        if let Ok(mut speaker) = Speaker::start(house, dispute, Arc::clone(&line.missed)).await {
            loop {
                speaker.run(&mut inbox).await;
                // Only a room for which nothing waits may go; whoever asks after this finds a new one.
                let mut lines = lock(&self.0.lines);
                if inbox.is_empty() {
                    inbox.close();
                    Self::forget(&mut lines, dispute, &line);
                    return;
                }
            }
        }
        inbox.close();
        Self::forget(&mut lock(&self.0.lines), dispute, &line);
    }

    fn forget(lines: &mut HashMap<DisputeId, Line>, dispute: DisputeId, line: &Line) {
        if lines.get(&dispute).is_some_and(|other| other.asks.same_channel(&line.asks)) {
            lines.remove(&dispute);
        }
    }

    /// Carries to the rooms what the desk published.
    async fn carry(self, mut news: broadcast::Receiver<Arc<Published>>) {
        loop {
            match news.recv().await {
                Ok(published) => self.hear(published),
                Err(broadcast::error::RecvError::Lagged(_)) => {
                    let lines: Vec<Line> = lock(&self.0.lines).values().cloned().collect();
                    lines.iter().for_each(miss);
                }
                Err(broadcast::error::RecvError::Closed) => return,
            }
        }
    }

    fn hear(&self, published: Arc<Published>) {
        match published.as_ref() {
            Published::Entry { dispute, .. } | Published::Dispute { dispute } => {
                let line = lock(&self.0.lines).get(dispute).cloned();
                if let Some(line) = line
                    && line.asks.try_send(Ask::Heard(published)).is_err()
                {
                    miss(&line);
                }
            }
            Published::SessionsEnded { account, session } => {
                let is_over = |socket: &Socket| {
                    socket.account == *account && session.is_none_or(|session| session == socket.session)
                };
                let sockets = lock(&self.0.sockets);
                sockets.values().filter(|socket| is_over(socket)).for_each(|socket| {
                    socket.cut.because(Goodbye::SessionEnded);
                });
            }
        }
    }

    /// Looks the sessions of all sockets up, again and again (promise 6).
    async fn watch_sessions(self) {
        loop {
            tokio::time::sleep(SESSIONS_PERIOD).await;
            let sessions: BTreeSet<SessionId> =
                lock(&self.0.sockets).values().map(|socket| socket.session).collect();
            let sessions: Vec<SessionId> = sessions.into_iter().collect();
            for some in sessions.chunks(SESSIONS_AT_ONCE) {
                self.end_the_dead(some.to_vec()).await;
            }
        }
    }

    async fn end_the_dead(&self, sessions: Vec<SessionId>) {
        let now = self.0.house.clock.now();
        let look = move |tx: &mut store::Tx<'_>| {
            let mut dead = Vec::new();
            for session in sessions {
                if store::sessions::live(tx, session, now)?.is_none() {
                    dead.push(session);
                }
            }
            Ok(dead)
        };
        // While the database is away nobody is sent away, and nobody can do anything either.
        let dead = self.0.house.desk.read(look).await.unwrap_or_default();
        if dead.is_empty() {
            return;
        }
        let sockets = lock(&self.0.sockets);
        for socket in sockets.values().filter(|socket| dead.contains(&socket.session)) {
            socket.cut.because(Goodbye::SessionEnded);
        }
    }
}

/// Lets a room know that it missed something. It looks by itself where its inbox is full; where it sleeps, the news
/// that did not fit were not the first, so that it is awake.
fn miss(line: &Line) {
    line.missed.store(true, Ordering::Release);
    // An empty inbox would sleep on: anything wakes it.
    let _ = line.asks.try_send(Ask::Leave(SocketId(0)));
}

impl Drop for Admitted {
    fn drop(&mut self) {
        lock(&self.rooms.0.sockets).remove(&self.socket);
    }
}

impl Joined {
    /// The person is writing.
    pub fn typing(&self, channel: Channel) {
        // What is not stored may be lost where the room is busy.
        let _ = self.line.asks.try_send(Ask::Typing(self.socket, channel));
    }

    /// The person raises a hand, or takes it down.
    pub fn hand(&self, up: bool) {
        let _ = self.line.asks.try_send(Ask::Hand(self.socket, up));
    }

    /// The person, who is the mediator, takes that hand down.
    pub fn give_floor(&self, whose: Seat) {
        let _ = self.line.asks.try_send(Ask::GiveFloor(self.socket, whose));
    }

    /// The person joins the call of that channel, or (nothing) leaves the call. Waits for its turn: who has left must not
    /// be heard any more.
    pub async fn call(&self, channel: Option<Channel>) {
        let _ = self.line.asks.send(Ask::Call(self.socket, channel)).await;
    }

    /// The person tells another member of the call something, after all that they told before.
    pub async fn signal(&self, to: Addressee, signal: Signal) {
        let _ = self.line.asks.send(Ask::Signal(self.socket, to, Box::new(signal))).await;
    }
}

impl Drop for Joined {
    fn drop(&mut self) {
        if let Err(mpsc::error::TrySendError::Full(ask)) = self.line.asks.try_send(Ask::Leave(self.socket)) {
            let asks = self.line.asks.clone();
            self.runtime.spawn(async move { asks.send(ask).await });
        }
    }
}
