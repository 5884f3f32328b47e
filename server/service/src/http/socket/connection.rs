//! One connection: a single loop over what comes in, what waits to go out, the heartbeat and the end. It waits for its
//! own reader and for nobody else's, never longer than a write may take. Deliberately not here: who hears what.

mod talk;

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use bytestring::ByteString;
use domain::ids::{AccountId, DisputeId, EntryId, SessionId};
use domain::room::{Channel, Signal};
use domain::time::Moment;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::error::{Error, ProtocolError};
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::protocol as frames;
use super::protocol::{Answer, Said};
use super::wire::{Frame, Wire};
use crate::acts::rooms::RoomView;
use crate::acts::{By, Doing, accounts, entries, rooms};
use crate::http::json::entries::{BodyJson, EntryJson, parse, parse_id};
use crate::http::who::{SignedIn, check_alive};
use crate::limits::Limit;
use crate::live::{Admitted, Goodbye, Joined, Outgoing, Told};
use crate::refused::Refused;
use crate::state::AppState;

/// How long a goodbye may take.
const GOODBYE_PERIOD: Duration = Duration::from_secs(1);
/// The same for a reader who was too slow: what is queued before it has to leave first. Its seat is given up already.
const SLOW_GOODBYE_PERIOD: Duration = Duration::from_secs(10);
/// How often a session in use is noted as used.
const TOUCH_PERIOD: Duration = Duration::from_secs(60);

/// Why a connection ends.
enum End {
    /// The line is gone; nobody is there to be told.
    Gone,
    /// The client said goodbye.
    Closed,
    /// The house says goodbye.
    Bye { reason: &'static str, code: u16 },
}

impl From<Goodbye> for End {
    fn from(goodbye: Goodbye) -> Self {
        let (reason, code) = match goodbye {
            Goodbye::Restart => ("restart", frames::CLOSE_RESTART),
            Goodbye::Slow => ("slow", frames::CLOSE_SLOW),
            Goodbye::SessionEnded => ("session-ended", frames::CLOSE_SESSION),
            Goodbye::SeatEnded => ("seat-ended", frames::CLOSE_SESSION),
        };
        Self::Bye { reason, code }
    }
}

const fn bye<T>(reason: &'static str, code: u16) -> Result<T, End> {
    Err(End::Bye { reason, code })
}

/// One open line.
pub(super) struct Connection {
    state: web::Data<AppState>,
    account: AccountId,
    session: SessionId,
    dispute: DisputeId,
    admitted: Admitted,
    wire: Wire,
    joined: Option<Joined>,
    told: Told<ByteString>,
    touched_at: Moment,
}

impl Connection {
    pub(super) fn new(
        state: web::Data<AppState>,
        who: &SignedIn,
        dispute: DisputeId,
        admitted: Admitted,
        wire: Wire,
    ) -> Self {
        let touched_at = state.clock.now();
        Self {
            state,
            account: who.account,
            session: who.session,
            dispute,
            admitted,
            wire,
            joined: None,
            told: Told::default(),
            touched_at,
        }
    }

    /// Runs until one side has had enough. A client that cannot speak has said its hello already: `after`.
    pub(super) async fn run(mut self, after: Option<BTreeMap<String, u64>>) {
        let begun = match after {
            Some(after) => Box::pin(self.hello(&after)).await,
            None => Ok(()),
        };
        let end = match begun {
            Ok(()) => self.serve().await,
            Err(end) => end,
        };
        Box::pin(self.leave(end)).await;
    }

    async fn leave(mut self, end: End) {
        // The seat is given up before any farewell that may take its time.
        self.joined = None;
        match end {
            End::Gone => {}
            End::Closed => {
                let _ = timeout(GOODBYE_PERIOD, self.wire.close(None)).await;
            }
            End::Bye { reason, code } => {
                let frame = frames::write(&Answer::Bye { reason, retry_ms: spread(code) });
                let may_wait = code == frames::CLOSE_SLOW && !*self.state.stopping.borrow();
                let period = if may_wait { SLOW_GOODBYE_PERIOD } else { GOODBYE_PERIOD };
                let code = CloseCode::from(code);
                let farewell = async move {
                    let _ = self.wire.write(Frame::Text(frame)).await;
                    self.wire.close(Some(code)).await;
                };
                let _ = timeout(period, farewell).await;
            }
        }
    }

    async fn serve(&mut self) -> End {
        let mut stopping = self.state.stopping.clone();
        let cut = Arc::clone(&self.admitted.cut);
        let hello_until = Instant::now() + frames::HELLO_PERIOD;
        let mut heard_at = Instant::now();
        let mut ping = tokio::time::interval_at(Instant::now() + frames::PING_PERIOD, frames::PING_PERIOD);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let done = tokio::select! {
                goodbye = cut.wait() => return goodbye.into(),
                () = stops(&mut stopping) => return Goodbye::Restart.into(),
                message = self.wire.recv() => {
                    let done = match message {
                        // Kept apart while it runs, like all that follows: most connections wait, and each would
                        // hold room for all of it.
                        Some(Ok(message)) => Box::pin(self.hear(message)).await,
                        Some(Err(error)) => return end_of(&error),
                        None => return End::Gone,
                    };
                    // After it: a long replay is no silence of the client's.
                    heard_at = Instant::now();
                    done
                }
                frame = next(&mut self.joined) => match frame {
                    Some(frame) => Box::pin(self.pass_on(frame)).await,
                    None => return cut.reason().map_or(End::Gone, End::from),
                },
                _ = ping.tick() => {
                    if self.wire.may_speak() && heard_at.elapsed() > frames::SILENCE_PERIOD {
                        return End::Gone;
                    }
                    Box::pin(self.ping()).await
                }
                () = tokio::time::sleep_until(hello_until), if self.joined.is_none() => {
                    bye("protocol", frames::CLOSE_PROTOCOL)
                }
            };
            if let Err(end) = done {
                return end;
            }
        }
    }

    async fn hear(&mut self, message: Message) -> Result<(), End> {
        match message {
            Message::Text(text) => self.take(&text).await,
            Message::Binary(_) | Message::Frame(_) => bye("protocol", frames::CLOSE_PROTOCOL),
            // The library answers pings, and a flood of either would keep us busy as one of frames would: each counts.
            Message::Ping(_) | Message::Pong(_) => self.count_frame().await,
            Message::Close(_) => Err(End::Closed),
        }
    }

    async fn take(&mut self, text: &str) -> Result<(), End> {
        self.count_frame().await?;
        match frames::read(text) {
            Ok(said) => {
                for (at, one) in said.into_iter().enumerate() {
                    // What stands in an array counts as if it had come alone; posts have a limit of their own.
                    if at > 0 && !matches!(one, Said::Post { .. }) {
                        self.count_frame().await?;
                    }
                    self.answer(one).await?;
                }
                self.touch().await
            }
            Err(refused) => {
                self.refuse(frames::id_of_post(text).as_deref(), &refused).await?;
                bye("protocol", frames::CLOSE_PROTOCOL)
            }
        }
    }

    async fn count_frame(&mut self) -> Result<(), End> {
        // A bucket for each socket: one that floods does not silence its owner's others.
        let key = (self.session, self.admitted.socket.0);
        if let Err(retry_after) = self.state.limits.take(Limit::Frames, key, self.state.clock.now()) {
            self.refuse(None, &Refused::TooMuch { retry_after }).await?;
            return bye("rate", frames::CLOSE_PROTOCOL);
        }
        Ok(())
    }

    /// Notes now and then that the session is in use: whoever reads and answers by small signs is not idle.
    async fn touch(&mut self) -> Result<(), End> {
        let now = self.state.clock.now();
        if now.since(self.touched_at) < TOUCH_PERIOD {
            return Ok(());
        }
        self.touched_at = now;
        let (account, session) = (self.account, self.session);
        let act = move |tx: &mut store::Tx<'_>, doing: &mut Doing| {
            store::sessions::live(tx, session, doing.now)?.ok_or(Refused::NotYou)?;
            accounts::touch_session(tx, doing, account, session)
        };
        match self.state.desk.write(By::Person(account), act).await {
            Err(Refused::NotYou) => Err(Goodbye::SessionEnded.into()),
            // Where the database is away, nothing is lost but a moment.
            _ => Ok(()),
        }
    }

    async fn answer(&mut self, said: Said) -> Result<(), End> {
        if let Said::Hello { after } = said {
            return self.hello(&after).await;
        }
        if self.joined.is_none() {
            self.refuse(None, &Refused::Malformed { code: "hello-first" }).await?;
            return bye("protocol", frames::CLOSE_PROTOCOL);
        }
        match said {
            Said::Post { id, channel, body, audience_digest } => {
                self.post(&id, &channel, body, audience_digest).await
            }
            Said::Unsafe {} => self.unsafe_here().await,
            Said::Typing { channel } => {
                if let (Some(joined), Ok(channel)) = (&self.joined, channel.parse()) {
                    joined.typing(channel);
                }
                Ok(())
            }
            Said::Hand { up, who } => {
                self.hand(up, who.as_deref());
                Ok(())
            }
            Said::Call { channel, on } => self.call(&channel, on).await,
            Said::Signal { to, channel, n, data } => self.signal(to, channel.as_deref(), n, data).await,
            Said::Hello { .. } | Said::Seen { .. } => Ok(()),
        }
    }

    /// Replays what the client lacks, then goes live: first all that is stored, from the database; then a seat in the
    /// room, which says up to which number it will not speak; then the little in between. So there is no gap, no
    /// double, and nothing piles up during a long replay (promise 3).
    async fn hello(&mut self, after: &BTreeMap<String, u64>) -> Result<(), End> {
        if self.joined.is_some() {
            return bye("protocol", frames::CLOSE_PROTOCOL);
        }
        let room = match self.show().await {
            Ok(room) => room,
            Err(refused) => return self.lost(&refused).await,
        };
        let welcome = Answer::Welcome { room: &room, server_time: self.state.clock.now().to_string() };
        self.send(frames::write(&welcome)).await?;
        for channel in &room.channels {
            let Ok(name) = channel.name.parse::<Channel>() else { continue };
            // A number that was never given out would make the client deaf to all before it.
            let from = after.get(&channel.name).copied().unwrap_or(0).min(channel.last_seq);
            self.told.begin(name, from);
            self.replay(name, u64::MAX).await?;
        }
        let joined = self.state.rooms.join(self.dispute, &self.admitted, self.told.heads()).await;
        let mut joined = match joined {
            Ok(joined) => joined,
            Err(refused) => return self.lost(&refused).await,
        };
        let heads = std::mem::take(&mut joined.heads);
        self.joined = Some(joined);
        for (channel, head) in heads {
            self.replay(channel, head).await?;
            let seq = self.told.last(channel);
            self.send(frames::write(&Answer::CaughtUp { channel: channel.as_str(), seq })).await?;
        }
        Ok(())
    }

    async fn show(&self) -> Result<RoomView, Refused> {
        check_alive(&self.state, self.session).await?;
        let (doing, dispute) = (self.doing(), self.dispute);
        self.state.desk.read(move |tx| rooms::show(tx, &doing, dispute)).await
    }

    fn doing(&self) -> Doing {
        Doing::new(self.state.clock.now(), By::Person(self.account), Arc::clone(&self.state.config))
    }

    /// Sends what is stored beyond what was sent, up to the number `until`.
    async fn replay(&mut self, channel: Channel, until: u64) -> Result<(), End> {
        loop {
            let after = self.told.last(channel);
            if after >= until {
                return Ok(());
            }
            let (doing, dispute) = (self.doing(), self.dispute);
            let limit = i64::try_from(frames::REPLAY_ENTRIES).unwrap_or(i64::MAX);
            let read =
                move |tx: &mut store::Tx<'_>| entries::read(tx, &doing, dispute, channel, after, limit);
            let found = match self.state.desk.read(read).await {
                Ok(found) => found,
                Err(refused) => return self.lost(&refused).await,
            };
            let is_last = found.len() < frames::REPLAY_ENTRIES;
            let mut waiting = Vec::new();
            let mut bytes = 0;
            for entry in found.iter().filter(|entry| entry.seq <= until) {
                let frame = frames::write(&Answer::Entry { entry: EntryJson::from(entry) });
                bytes += frame.len();
                waiting.push(frame);
                self.told.begin(channel, entry.seq);
                if bytes >= frames::BATCH_BYTES {
                    self.send(frames::batch(&std::mem::take(&mut waiting))).await?;
                    bytes = 0;
                }
            }
            if !waiting.is_empty() {
                self.send(frames::batch(&waiting)).await?;
            }
            if is_last {
                return Ok(());
            }
        }
    }

    /// Sends what the room says, and whatever else waits, as one frame.
    async fn pass_on(&mut self, first: Arc<Outgoing>) -> Result<(), End> {
        let mut waiting: Vec<ByteString> = Vec::new();
        let mut bytes = 0;
        let mut frame = Some(first);
        while let Some(one) = frame.take() {
            let text = || one.text.clone();
            let fresh =
                one.entry.map_or_else(|| vec![text()], |(channel, seq)| self.told.hear(channel, seq, text()));
            bytes += fresh.iter().map(|text| text.len()).sum::<usize>();
            waiting.extend(fresh);
            if bytes < frames::BATCH_BYTES {
                frame = self.joined.as_mut().and_then(|joined| joined.waiting.next_now());
            }
        }
        if waiting.is_empty() { Ok(()) } else { self.send(frames::batch(&waiting)).await }
    }

    async fn post(
        &mut self,
        id: &str,
        channel: &str,
        body: BodyJson,
        audience: Option<String>,
    ) -> Result<(), End> {
        match self.store(id, channel, body, audience).await {
            Ok((channel, seq, at)) => {
                let posted = Answer::Posted { id, channel: channel.as_str(), seq, at: at.to_string() };
                match self.told.post(channel, seq, frames::write(&posted)) {
                    Some(posted) => self.send(posted).await,
                    None => Ok(()),
                }
            }
            Err(Refused::NotYou) => Err(Goodbye::SessionEnded.into()),
            Err(refused) => self.refuse(Some(id), &refused).await,
        }
    }

    /// The post is an act at the desk like any other; it comes back only once it is on disk (promise 1).
    async fn store(
        &mut self,
        id: &str,
        channel: &str,
        body: BodyJson,
        audience: Option<String>,
    ) -> Result<(Channel, u64, Moment), Refused> {
        let channel: Channel = channel.parse().map_err(|_| Refused::Absent)?;
        let id: EntryId = parse_id(id)?;
        let body = parse(body)?;
        let now = self.state.clock.now();
        let limited = self.state.limits.take(Limit::Entries, self.account, now);
        limited.map_err(|retry_after| Refused::TooMuch { retry_after })?;
        let (account, session, dispute) = (self.account, self.session, self.dispute);
        let act = move |tx: &mut store::Tx<'_>, doing: &mut Doing| {
            // The session is asked in the same transaction: a post of one that has ended is never stored.
            store::sessions::live(tx, session, doing.now)?.ok_or(Refused::NotYou)?;
            entries::post(tx, doing, dispute, channel, id, body, audience.as_deref())
        };
        let (entry, is_new) = self.state.desk.write(By::Person(account), act).await?;
        if !is_new {
            // A client that sends again what it has no answer for says nothing new.
            self.state.limits.give_back(Limit::Entries, account);
        }
        Ok((channel, entry.seq, entry.at))
    }

    async fn unsafe_here(&mut self) -> Result<(), End> {
        let (session, dispute) = (self.session, self.dispute);
        let act = move |tx: &mut store::Tx<'_>, doing: &mut Doing| {
            store::sessions::live(tx, session, doing.now)?.ok_or(Refused::NotYou)?;
            rooms::signal(tx, doing, dispute, Signal::Unsafe)
        };
        match self.state.desk.write(By::Person(self.account), act).await {
            Ok(done) => {
                let answer = Answer::Signalled {
                    kind: Signal::Unsafe.as_str(),
                    told: &done.told,
                    reply_time: &done.reply_time,
                    emergency_number: &done.emergency_number,
                };
                self.send(frames::write(&answer)).await
            }
            Err(Refused::NotYou) => Err(Goodbye::SessionEnded.into()),
            Err(refused) => self.refuse(None, &refused).await,
        }
    }

    async fn refuse(&mut self, id: Option<&str>, refused: &Refused) -> Result<(), End> {
        self.send(frames::write(&Answer::Refused { id, problem: refused.document() })).await
    }

    /// The room cannot be had: the client is told why, and may come again.
    async fn lost(&mut self, refused: &Refused) -> Result<(), End> {
        match refused {
            Refused::NotYou => Err(Goodbye::SessionEnded.into()),
            Refused::Absent => Err(Goodbye::SeatEnded.into()),
            refused => {
                self.refuse(None, refused).await?;
                Err(Goodbye::Restart.into())
            }
        }
    }

    /// Writes one frame; a reader that takes nothing is given up, and one that is cut off is not waited for.
    async fn send(&mut self, text: ByteString) -> Result<(), End> {
        self.write(Frame::Text(text)).await
    }

    async fn write(&mut self, frame: Frame) -> Result<(), End> {
        let mut stopping = self.state.stopping.clone();
        tokio::select! {
            biased;
            written = timeout(frames::WRITE_PERIOD, self.wire.write(frame)) => match written {
                Ok(Ok(())) => Ok(()),
                Ok(Err(_)) => Err(End::Gone),
                Err(_) => Err(Goodbye::Slow.into()),
            },
            goodbye = self.admitted.cut.wait() => Err(goodbye.into()),
            () = stops(&mut stopping) => Err(Goodbye::Restart.into()),
        }
    }

    /// Asks whether the client is there, and lets its page know that the house is: a browser shows no page a ping, and
    /// a line can be dead at one end without the other knowing.
    async fn ping(&mut self) -> Result<(), End> {
        self.write(Frame::Ping).await?;
        match self.told.heads().first_key_value() {
            Some((&channel, &seq)) if self.joined.is_some() => {
                self.send(frames::write(&Answer::CaughtUp { channel: channel.as_str(), seq })).await
            }
            _ => Ok(()),
        }
    }
}

/// Waits until the program stops.
async fn stops(stopping: &mut watch::Receiver<bool>) {
    // Where nobody can say so any more, it has stopped.
    let _ = stopping.wait_for(|stops| *stops).await;
}

/// What the room says next; before there is a seat, nothing ever.
async fn next(joined: &mut Option<Joined>) -> Option<Arc<Outgoing>> {
    match joined {
        Some(joined) => joined.waiting.next().await,
        None => std::future::pending().await,
    }
}

fn end_of(error: &Error) -> End {
    let (reason, code) = match error {
        Error::Utf8(_) => ("not-utf8", frames::CLOSE_NOT_UTF8),
        Error::Capacity(_) => ("too-large", frames::CLOSE_TOO_LARGE),
        // A message in too many parts.
        Error::Io(error) if error.kind() == ErrorKind::InvalidData => ("too-large", frames::CLOSE_TOO_LARGE),
        Error::Io(_)
        | Error::ConnectionClosed
        | Error::AlreadyClosed
        | Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => return End::Gone,
        _ => ("protocol", frames::CLOSE_PROTOCOL),
    };
    End::Bye { reason, code }
}

/// When to come again: after a restart not all at once (promise 8).
fn spread(code: u16) -> u64 {
    let mut random = [0_u8; 2];
    // Without randomness all come at the same moment, which is no more than a nuisance.
    let _ = getrandom::fill(&mut random);
    let spread = u64::from(u16::from_le_bytes(random)) % 4_000;
    if code == frames::CLOSE_RESTART { 500 + spread } else { 1_000 + spread / 4 }
}
