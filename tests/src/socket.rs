//! A client of `concord.room.v1`, written from the room's section of the design. It keeps what it heard, so that a
//! test may ask in any order; it judges nothing by itself.

use std::collections::VecDeque;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::client::Client;

/// How long a frame may take: a departure is told only after a grace of 15 seconds.
const PATIENCE: Duration = Duration::from_secs(25);

/// A stream without any memory.
pub type Stream = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// An open socket of one person.
pub struct Socket {
    stream: Stream,
    heard: VecDeque<Value>,
    /// Every text frame as it came, for comparisons byte by byte.
    pub raw: Vec<String>,
}

/// Why a handshake was refused.
#[derive(Debug)]
pub struct Refused {
    /// The status code of the answer.
    pub status: u16,
}

/// A fresh id for an entry.
pub fn entry_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// The body of a message.
pub fn message(text: &str) -> Value {
    json!({"kind": "message", "text": text, "lang": "en"})
}

/// The bare stream, for a test that breaks the line on purpose. Status 0: there was no line at all.
pub async fn open_raw(
    client: &Client,
    dispute: &str,
    headers: &[(&'static str, &str)],
) -> Result<Stream, Refused> {
    let url = client.url(&format!("/disputes/{dispute}/room/socket")).replacen("http", "ws", 1);
    let mut request = url.into_client_request().expect("a socket's URL");
    let map = request.headers_mut();
    map.insert("sec-websocket-protocol", HeaderValue::from_static("concord.room.v1"));
    if let Some(token) = client.token() {
        map.insert("authorization", format!("Bearer {token}").parse().expect("a header"));
    }
    for (name, value) in headers {
        map.insert(*name, value.parse().expect("a header"));
    }
    match connect_async(request).await {
        Ok((stream, answer)) => {
            let protocol = answer.headers().get("sec-websocket-protocol");
            assert_eq!(
                protocol.map(HeaderValue::as_bytes),
                Some(b"concord.room.v1".as_slice()),
                "the subprotocol"
            );
            Ok(stream)
        }
        Err(Error::Http(answer)) => Err(Refused { status: answer.status().as_u16() }),
        Err(_) => Err(Refused { status: 0 }),
    }
}

impl Socket {
    /// Opens a socket with more headers than the bearer token.
    pub async fn tries(
        client: &Client,
        dispute: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, Refused> {
        let stream = open_raw(client, dispute, headers).await?;
        Ok(Self { stream, heard: VecDeque::new(), raw: Vec::new() })
    }

    /// Opens a socket, says hello and waits for the welcome, which it returns.
    pub async fn enters(client: &Client, dispute: &str, after: Value) -> (Self, Value) {
        let mut socket = Self::tries(client, dispute, &[]).await.expect("a seat in the room");
        socket.says(json!({"t": "hello", "after": after})).await;
        let welcome = socket.hears(|frame| frame["t"] == "welcome").await;
        (socket, welcome)
    }

    /// Sends a frame.
    pub async fn says(&mut self, frame: Value) {
        self.says_text(&frame.to_string()).await;
    }

    /// Sends a text as it is.
    pub async fn says_text(&mut self, text: &str) {
        self.sends(Message::text(text)).await.expect("the socket is open");
    }

    /// Sends any message; the line may be broken.
    pub async fn sends(&mut self, message: Message) -> Result<(), Error> {
        self.stream.send(message).await
    }

    /// Posts a message and returns what the server said about it: `posted` or `refused`.
    pub async fn posts(&mut self, channel: &str, text: &str) -> Value {
        self.posts_as(&entry_id(), channel, message(text)).await
    }

    /// Posts a body under a given id and returns `posted` or `refused`.
    pub async fn posts_as(&mut self, id: &str, channel: &str, body: Value) -> Value {
        self.says(json!({"t": "post", "id": id, "channel": channel, "body": body})).await;
        self.hears(|frame| (frame["t"] == "posted" || frame["t"] == "refused") && frame["id"] == id).await
    }

    /// Takes the first frame that fits, heard already or still to come. The others stay.
    pub async fn hears(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        let heard = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Some(at) = self.heard.iter().position(&fits) {
                    return self.heard.remove(at).expect("it was there");
                }
                if let Err(end) = self.listens().await {
                    panic!("the socket ended ({end}) before the frame came; heard {:?}", self.heard);
                }
            }
        });
        match heard.await {
            Ok(frame) => frame,
            Err(_) => panic!("the frame did not come; heard {:?}", self.heard),
        }
    }

    /// Takes the entry whose text is this.
    pub async fn hears_text(&mut self, text: &str) -> Value {
        self.hears(|frame| frame["t"] == "entry" && frame["body"]["text"] == text).await
    }

    /// Takes the next message that somebody wrote, whatever it says.
    pub async fn hears_any_text(&mut self) -> String {
        let entry = self.hears(|frame| frame["body"]["text"].is_string()).await;
        entry["body"]["text"].as_str().unwrap_or_default().to_owned()
    }

    /// Insists that nothing that fits was heard. Proved by a marker, not by sleeping: the server answers in order,
    /// so what had been sent to this socket before the answer to its own post has come by then.
    pub async fn hears_nothing(&mut self, marker_channel: &str, fits: impl Fn(&Value) -> bool) {
        let marker = self.posts(marker_channel, "a marker that proves the silence before it").await;
        assert_eq!(marker["t"], "posted", "the marker itself was refused: {marker}");
        let wrong: Vec<&Value> = self.heard.iter().filter(|frame| fits(frame)).collect();
        assert!(wrong.is_empty(), "heard what it must not: {wrong:?}");
    }

    /// Every frame that was heard and not asked for, and forgets them.
    pub fn heard_so_far(&mut self) -> Vec<Value> {
        self.heard.drain(..).collect()
    }

    /// Waits for the end and returns its close code (1006 where the line just broke).
    pub async fn ends(&mut self) -> u16 {
        let ended = tokio::time::timeout(PATIENCE, async {
            loop {
                if let Err(code) = self.listens().await {
                    return code;
                }
            }
        });
        ended.await.expect("the socket should have ended")
    }

    /// Leaves politely, and is let go as politely.
    pub async fn leaves(mut self) {
        self.stream.close(None).await.expect("the socket is open");
        let mut is_answered = false;
        while let Some(Ok(message)) = self.stream.next().await {
            is_answered |= message.is_close();
        }
        assert!(is_answered, "a close is answered (RFC 6455, section 5.5.1)");
    }

    /// Reads one message into what was heard, or says with which code the socket ended.
    async fn listens(&mut self) -> Result<(), u16> {
        match self.stream.next().await {
            Some(Ok(Message::Text(text))) => {
                self.raw.push(text.to_string());
                match serde_json::from_str(&text).expect("a frame is JSON") {
                    Value::Array(frames) => self.heard.extend(frames),
                    frame => self.heard.push_back(frame),
                }
                Ok(())
            }
            Some(Ok(Message::Close(Some(frame)))) => Err(frame.code.into()),
            Some(Ok(Message::Close(None)) | Err(_)) | None => Err(1006),
            Some(Ok(_)) => Ok(()),
        }
    }
}
