//! What one connection is carried by: a WebSocket, or, where something on the way lets none through, an answer that does
//! not end. The same frames go out by either. Deliberately not here: what a frame says.

use actix_web::web::Bytes;
use actix_ws::{AggregatedMessage, AggregatedMessageStream, CloseCode, CloseReason, ProtocolError, Session};
use bytestring::ByteString;
use futures_util::Stream;
use tokio::sync::mpsc;

/// Nobody takes anything at the other end any more.
pub(super) struct Lost;

/// Where frames go out.
pub(super) enum Wire {
    Socket(Session),
    /// Server-sent events (the `text/event-stream` of the HTML standard): one event a frame.
    Events(mpsc::Sender<Bytes>),
}

/// Where a client is heard.
pub(super) enum Ear {
    Socket(AggregatedMessageStream),
    /// What is said comes in by requests of its own; here is heard only that the client has gone.
    Events(mpsc::Sender<Bytes>),
}

/// A connection by events, and the body of the answer that carries them. It holds one event and no more: a client that
/// does not read is noticed as soon as its line is full, as a socket's is.
pub(super) fn events() -> (Wire, Ear, impl Stream<Item = Result<Bytes, std::io::Error>>) {
    let (sender, receiver) = mpsc::channel::<Bytes>(1);
    let body = futures_util::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|bytes| (Ok(bytes), receiver))
    });
    (Wire::Events(sender.clone()), Ear::Events(sender), body)
}

impl Wire {
    /// Waits until the frame is on its way.
    pub(super) async fn text(&mut self, frame: ByteString) -> Result<(), Lost> {
        match self {
            Self::Socket(session) => session.text(frame).await.map_err(|_| Lost),
            // A frame is JSON in one line, so it is one line of an event.
            Self::Events(sender) => send(sender, format!("data: {frame}\n\n").into()).await,
        }
    }

    pub(super) async fn ping(&mut self) -> Result<(), Lost> {
        match self {
            Self::Socket(session) => session.ping(b"").await.map_err(|_| Lost),
            Self::Events(sender) => send(sender, Bytes::from_static(b":\n\n")).await,
        }
    }

    pub(super) async fn pong(&mut self, bytes: &[u8]) -> Result<(), Lost> {
        match self {
            Self::Socket(session) => session.pong(bytes).await.map_err(|_| Lost),
            Self::Events(_) => Ok(()),
        }
    }

    /// The last thing that is said. Events have no code: their answer ends, and why stands in the `bye` before it.
    pub(super) async fn close(self, code: Option<CloseCode>) {
        if let Self::Socket(session) = self {
            // Where the line is gone, nobody waits for a goodbye.
            let _ = session.close(code.map(|code| CloseReason { code, description: None })).await;
        }
    }
}

async fn send(sender: &mpsc::Sender<Bytes>, event: Bytes) -> Result<(), Lost> {
    sender.send(event).await.map_err(|_| Lost)
}

impl Ear {
    /// The next message; nothing once the line is gone.
    pub(super) async fn recv(&mut self) -> Option<Result<AggregatedMessage, ProtocolError>> {
        match self {
            Self::Socket(stream) => stream.recv().await,
            Self::Events(sender) => {
                sender.closed().await;
                None
            }
        }
    }

    /// Whether silence means that the client is gone. One that cannot speak is known by what it takes alone: the
    /// kernel gives up a line on which nothing is acknowledged.
    pub(super) const fn may_speak(&self) -> bool {
        matches!(self, Self::Socket(_))
    }
}
