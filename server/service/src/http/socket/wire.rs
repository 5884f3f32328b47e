//! What one connection is carried by: a WebSocket, or, where something on the way lets none through, an answer that does
//! not end. The same frames go out by either. Deliberately not here: what a frame says.

use std::io;
use std::time::Duration;

use actix_web::web::Bytes;
use bytestring::ByteString;
use futures_util::{SinkExt as _, Stream, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message, Utf8Bytes};

use super::guard::Guarded;
use super::protocol::FRAME_BYTES_MAX;

/// How much is read at once: what people write fits. Each seat holds as much for as long as it sits, or as much as the
/// longest frame that it said or was told.
const READ_BYTES: usize = 512;

/// The most bytes that wait for the line to take them: more than any frame of the house has.
const WAITING_BYTES_MAX: usize = 1024 * 1024;
/// How long a peer may take to let go of a line as well.
const LETTING_GO_PERIOD: Duration = Duration::from_secs(1);

/// What is written at once.
pub(super) enum Frame {
    Text(ByteString),
    Ping,
}

/// Nobody takes anything at the other end any more.
pub(super) struct Lost;

/// Where frames go out, and a client is heard.
pub(super) enum Wire {
    Socket(Box<WebSocketStream<Guarded>>),
    /// Server-sent events (the `text/event-stream` of the HTML standard): one event a frame. What is said comes in by
    /// requests of its own; here is heard only that the client has gone.
    Events(mpsc::Sender<Bytes>),
}

/// A connection by events, and the body of the answer that carries them. It holds one event and no more: a client that
/// does not read is noticed as soon as its line is full, as a socket's is.
pub(super) fn events() -> (Wire, impl Stream<Item = Result<Bytes, io::Error>>) {
    let (sender, receiver) = mpsc::channel::<Bytes>(1);
    let body = futures_util::stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|bytes| (Ok(bytes), receiver))
    });
    (Wire::Events(sender), body)
}

impl Wire {
    /// A WebSocket on a line whose handshake is over, and from which `read` was read after it. Belongs to the runtime in
    /// which it is made.
    ///
    /// # Errors
    /// Where the runtime cannot watch the line.
    pub(super) async fn socket(line: std::net::TcpStream, read: Bytes) -> io::Result<Self> {
        let line = Guarded::new(TcpStream::from_std(line)?, &read);
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BYTES)
            // Whoever writes waits until the line has taken it.
            .write_buffer_size(0)
            // The answers to pings of somebody who takes none of them do not pile up.
            .max_write_buffer_size(WAITING_BYTES_MAX)
            .max_frame_size(Some(FRAME_BYTES_MAX))
            .max_message_size(Some(FRAME_BYTES_MAX));
        let socket = WebSocketStream::from_partially_read(line, read.to_vec(), Role::Server, Some(config));
        Ok(Self::Socket(Box::new(socket.await)))
    }

    /// The next message; nothing once the line is gone.
    pub(super) async fn recv(&mut self) -> Option<Result<Message, Error>> {
        match self {
            Self::Socket(socket) => socket.next().await,
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

    /// Waits until the frame is on its way.
    pub(super) async fn write(&mut self, frame: Frame) -> Result<(), Lost> {
        match (self, frame) {
            (Self::Socket(socket), Frame::Text(text)) => {
                let text = Utf8Bytes::try_from(text.into_bytes()).map_err(|_| Lost)?;
                socket.send(Message::Text(text)).await.map_err(|_| Lost)
            }
            (Self::Socket(socket), Frame::Ping) => {
                socket.send(Message::Ping(Bytes::new())).await.map_err(|_| Lost)
            }
            // A frame is JSON in one line, so it is one line of an event.
            (Self::Events(sender), Frame::Text(text)) => {
                send(sender, format!("data: {text}\n\n").into()).await
            }
            (Self::Events(sender), Frame::Ping) => send(sender, Bytes::from_static(b":\n\n")).await,
        }
    }

    /// The last thing that is said. Events have no code: their answer ends, and why stands in the `bye` before it.
    pub(super) async fn close(self, code: Option<CloseCode>) {
        let Self::Socket(mut socket) = self else { return };
        let frame = code.map(|code| CloseFrame { code, reason: Utf8Bytes::default() });
        // Where the line is gone, nobody waits for a goodbye. Where the peer closed first, the library has its answer ready,
        // refuses ours, and is to be told to write.
        let _ = socket.send(Message::Close(frame)).await;
        let _ = socket.flush().await;
        let_go(socket.into_inner().into_inner()).await;
    }
}

/// Ends a line so that what was written last arrives: one that is closed while something lies unread on it is reset.
pub(super) async fn let_go(mut line: TcpStream) {
    let _ = line.shutdown().await;
    let mut rest = [0; READ_BYTES];
    let read = async { while line.read(&mut rest).await.is_ok_and(|read| read > 0) {} };
    // A peer that goes on after this loses what it has not taken.
    let _ = timeout(LETTING_GO_PERIOD, read).await;
}

async fn send(sender: &mpsc::Sender<Bytes>, event: Bytes) -> Result<(), Lost> {
    sender.send(event).await.map_err(|_| Lost)
}
