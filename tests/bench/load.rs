//! The load: in every room the next message leaves when the last member has the one before, members take turns. Each
//! message carries a number in its id; readers look for that alone, so that all protocols are counted alike.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tests::socket::Stream;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;

use crate::Room;

/// Four in a room.
pub const MEMBERS: usize = 4;
/// Message numbers, once for all rooms and rounds: an id that came before would be refused.
static NEXT: AtomicU64 = AtomicU64::new(1);
const MARK: &str = "-7000-8000-";

/// One open socket and how it puts a message into a frame: the id and a text of 200 bytes.
pub struct Member {
    /// The socket, past its greeting.
    pub stream: Stream,
    /// Makes the frame that posts.
    pub frame: fn(id: &str, text: &str) -> String,
    /// The first part of the ids: which room or member it is, where the protocol wants to know.
    pub prefix: u32,
}

/// What a run came to.
pub struct Measured {
    /// Messages that every member had.
    pub messages: usize,
    /// How long it ran.
    pub seconds: f64,
    latencies: Vec<f64>,
}

impl Measured {
    /// A percentile of the time until the last member had a message, in milliseconds.
    pub fn percentile(&self, percent: usize) -> f64 {
        percentile(&self.latencies, percent)
    }
}

/// A percentile of what is in ascending order.
pub fn percentile(sorted: &[f64], percent: usize) -> f64 {
    let at = sorted.len() * percent / 100;
    sorted.get(at.min(sorted.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

/// Runs all rooms at once for a while.
pub async fn measure(rooms: Vec<Room>, lasting: Duration) -> Measured {
    let begun = Instant::now();
    let tasks: Vec<_> = rooms.into_iter().map(|room| tokio::spawn(talk(room, begun + lasting))).collect();
    let mut latencies = Vec::new();
    for task in tasks {
        latencies.extend(task.await.expect("no room died"));
    }
    let seconds = begun.elapsed().as_secs_f64();
    latencies.sort_by(f64::total_cmp);
    Measured { messages: latencies.len(), seconds, latencies }
}

/// One room until the time is over; gives the milliseconds of each message.
async fn talk(room: Room, end: Instant) -> Vec<f64> {
    let (told, mut hears) = mpsc::channel::<u64>(1024);
    let mut mouths = Vec::new();
    let mut ears = Vec::new();
    for member in room {
        let (sink, stream) = member.stream.split();
        ears.push(tokio::spawn(listens(stream, told.clone())));
        mouths.push((sink, member.frame, member.prefix));
    }
    let mut latencies = Vec::new();
    let count = mouths.len();
    let (mut number, mut wrong) = (0_u64, 0);
    while Instant::now() < end {
        number += 1;
        let stamp = NEXT.fetch_add(1, Ordering::Relaxed);
        let (sink, frame, prefix) = &mut mouths[usize::try_from(number).unwrap_or(0) % count];
        let id = format!("{prefix:08x}-{:04x}{MARK}{stamp:012x}", number & 0xffff);
        let text = format!("{:x<200}", format!("A sentence of two hundred bytes under {id} "));
        let sent = Instant::now();
        sink.send(Message::text(frame(&id, &text))).await.expect("the socket is open");
        let mut had = 0;
        while had < count {
            let heard = tokio::time::timeout(Duration::from_secs(10), hears.recv()).await;
            let heard = heard.expect("everybody hears within ten seconds").expect("ears are open");
            if heard == stamp {
                had += 1;
            } else {
                wrong += 1;
            }
        }
        latencies.push(sent.elapsed().as_secs_f64() * 1000.0);
    }
    assert!(wrong < 10_000, "too much that was not asked for: {wrong}");
    ears.iter().for_each(tokio::task::JoinHandle::abort);
    for (mut sink, ..) in mouths {
        leave(&mut sink).await;
    }
    latencies
}

async fn leave(sink: &mut SplitSink<Stream, Message>) {
    sink.close().await.ok();
}

/// Tells the room each number that comes, once a frame and number.
async fn listens(mut stream: SplitStream<Stream>, told: mpsc::Sender<u64>) {
    let mut last = 0;
    while let Some(Ok(message)) = stream.next().await {
        let Message::Text(text) = message else { continue };
        if text.as_str() == "2" {
            continue;
        }
        for (at, _) in text.match_indices(MARK) {
            let digits = text.get(at + MARK.len()..at + MARK.len() + 12);
            let Some(stamp) = digits.and_then(|digits| u64::from_str_radix(digits, 16).ok()) else {
                continue;
            };
            // The id stands twice in a frame that carries the text as well.
            if stamp != last {
                last = stamp;
                if told.send(stamp).await.is_err() {
                    return;
                }
            }
        }
    }
}
