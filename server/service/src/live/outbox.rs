//! The queue between a room and one connection, bounded in frames and bytes. Whoever does not read fast enough is cut
//! off and catches up later: a slow reader never holds the others back and never grows memory (promise 5).

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use bytestring::ByteString;
use domain::room::Channel;
use tokio::sync::{Notify, mpsc};

/// The most frames that wait for one connection.
pub const OUTBOX_FRAMES_MAX: usize = 256;
/// The most bytes that wait for one connection.
pub const OUTBOX_BYTES_MAX: usize = 1024 * 1024;

/// One frame that waits, written once for all its readers. Each queue holds a pointer to it: an empty one has its places
/// already, and there are as many queues as seats.
#[derive(Debug)]
pub struct Outgoing {
    pub text: ByteString,
    /// Where it is an entry: its channel and number.
    pub entry: Option<(Channel, u64)>,
}

/// Why the house ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Goodbye {
    /// The program stops.
    Restart,
    /// The reader is too slow.
    Slow,
    /// The session has ended.
    SessionEnded,
    /// The seat is no longer theirs.
    SeatEnded,
}

/// Ends one connection from outside; the first reason counts.
#[derive(Debug, Default)]
pub struct Cut {
    reason: OnceLock<Goodbye>,
    woken: Notify,
}

impl Cut {
    pub fn because(&self, reason: Goodbye) {
        let _ = self.reason.set(reason);
        // One permit is kept for a connection that is not waiting at this moment.
        self.woken.notify_one();
    }

    /// The reason, once there is one.
    pub fn reason(&self) -> Option<Goodbye> {
        self.reason.get().copied()
    }

    /// Waits for a reason.
    pub async fn wait(&self) -> Goodbye {
        loop {
            if let Some(reason) = self.reason() {
                return reason;
            }
            self.woken.notified().await;
        }
    }
}

/// The room's end of the queue.
#[derive(Debug, Clone)]
pub struct Outbox {
    frames: mpsc::Sender<Arc<Outgoing>>,
    bytes: Arc<AtomicUsize>,
    pub cut: Arc<Cut>,
}

/// The connection's end.
#[derive(Debug)]
pub struct Waiting {
    frames: mpsc::Receiver<Arc<Outgoing>>,
    bytes: Arc<AtomicUsize>,
}

/// A queue for one connection, which `cut` ends.
pub fn outbox(cut: Arc<Cut>) -> (Outbox, Waiting) {
    let (sender, receiver) = mpsc::channel(OUTBOX_FRAMES_MAX);
    let bytes = Arc::new(AtomicUsize::new(0));
    (Outbox { frames: sender, bytes: Arc::clone(&bytes), cut }, Waiting { frames: receiver, bytes })
}

impl Outbox {
    /// Whether a quarter of the queue is taken: what can be said again then waits for better times.
    pub fn is_busy(&self) -> bool {
        let frames = OUTBOX_FRAMES_MAX.saturating_sub(self.frames.capacity());
        frames > OUTBOX_FRAMES_MAX / 4 || self.bytes.load(Ordering::Acquire) > OUTBOX_BYTES_MAX / 4
    }

    /// Puts a frame into the queue, or cuts the reader off; never waits. False where the reader is gone.
    pub fn send(&self, frame: Arc<Outgoing>) -> bool {
        let length = frame.text.len();
        let waiting = self.bytes.fetch_add(length, Ordering::AcqRel);
        let fits = waiting.saturating_add(length) <= OUTBOX_BYTES_MAX;
        if fits && self.frames.try_send(frame).is_ok() {
            return true;
        }
        self.bytes.fetch_sub(length, Ordering::AcqRel);
        self.cut.because(Goodbye::Slow);
        false
    }
}

impl Waiting {
    /// The next frame; nothing where the room let go of this connection.
    pub async fn next(&mut self) -> Option<Arc<Outgoing>> {
        let frame = self.frames.recv().await?;
        self.bytes.fetch_sub(frame.text.len(), Ordering::AcqRel);
        Some(frame)
    }

    /// The next frame, where one waits already.
    pub fn next_now(&mut self) -> Option<Arc<Outgoing>> {
        let frame = self.frames.try_recv().ok()?;
        self.bytes.fetch_sub(frame.text.len(), Ordering::AcqRel);
        Some(frame)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(length: usize) -> Arc<Outgoing> {
        Arc::new(Outgoing { text: "x".repeat(length).into(), entry: None })
    }

    #[test]
    fn what_can_be_said_again_waits_while_a_quarter_is_taken() {
        for length in [1, OUTBOX_BYTES_MAX / 12] {
            let (outbox, _waiting) = outbox(Arc::default());
            let sent = (0..OUTBOX_FRAMES_MAX).take_while(|_| !outbox.is_busy() && outbox.send(frame(length)));
            assert!((3..OUTBOX_FRAMES_MAX / 2).contains(&sent.count()), "{length}");
            assert!(outbox.send(frame(length)), "an entry still has its place");
        }
    }

    #[tokio::test]
    async fn a_slow_reader_is_cut_off_by_frames_and_by_bytes() {
        for length in [1, OUTBOX_BYTES_MAX / 3] {
            let (outbox, mut waiting) = outbox(Arc::default());
            let sent = (0..OUTBOX_FRAMES_MAX * 2).take_while(|_| outbox.send(frame(length))).count();
            assert!((3..=OUTBOX_FRAMES_MAX).contains(&sent), "{sent}");
            assert_eq!(outbox.cut.wait().await, Goodbye::Slow);
            for _ in 0..sent {
                assert!(waiting.next().await.is_some());
            }
            assert!(waiting.next_now().is_none());
        }
    }

    #[tokio::test]
    async fn a_reader_that_keeps_up_is_never_cut_off() {
        let (outbox, mut waiting) = outbox(Arc::default());
        for _ in 0..OUTBOX_FRAMES_MAX * 20 {
            assert!(outbox.send(frame(OUTBOX_BYTES_MAX / 4)));
            assert!(waiting.next().await.is_some());
        }
        assert_eq!(outbox.cut.reason(), None);
    }
}
