//! A WebSocket written byte by byte (RFC 6455), for what no library lets one send: frames in a thousand parts, text that
//! is no UTF-8, bits that mean nothing.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use crate::client::Client;

/// The kinds of frames that are sent here.
pub const CONTINUATION: u8 = 0;
/// Text.
pub const TEXT: u8 = 1;
/// A ping.
pub const PING: u8 = 9;
/// The answer to one.
pub const PONG: u8 = 10;

const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;
const CLOSE: u8 = 8;

/// A line that was upgraded, and on which anything goes.
pub struct RawSocket {
    ear: OwnedReadHalf,
    mouth: OwnedWriteHalf,
}

/// One frame; the mask is of zeros, which masks nothing and is allowed.
pub fn frame(kind: u8, is_last: bool, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![if is_last { FINAL | kind } else { kind }];
    match payload.len() {
        short @ 0..126 => bytes.push(MASKED | u8::try_from(short).expect("below 126")),
        long @ 126..65_536 => {
            bytes.push(MASKED | 126);
            bytes.extend(u16::try_from(long).expect("below 65,536").to_be_bytes());
        }
        longer => {
            bytes.push(MASKED | 127);
            bytes.extend((longer as u64).to_be_bytes());
        }
    }
    bytes.extend([0; 4]);
    bytes.extend(payload);
    bytes
}

/// A request for a WebSocket, with more headers.
fn request(place: &str, method: &str, path: &str, more: &str) -> String {
    format!(
        "{method} {path} HTTP/1.1\r\nhost: {place}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{more}\r\n"
    )
}

/// Asks for a WebSocket where none is granted, and gives the whole answer, to the end of the line.
pub async fn is_refused(base: &str, method: &str, path: &str, more: &str) -> String {
    let place = base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(place).await.expect("a line");
    let asked = request(place, method, path, more);
    // With something behind it that nobody will read: the answer arrives all the same.
    stream.write_all(&[asked.as_bytes(), &frame(TEXT, true, b"{}")].concat()).await.expect("the line holds");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer and its end");
    String::from_utf8(answer).expect("text")
}

impl RawSocket {
    /// Shakes hands, says hello and waits for the first frame.
    pub async fn enters(client: &Client, dispute: &str) -> Self {
        Self::enters_after(client, dispute, 0).await
    }

    /// The same, having read the joint channel up to that number.
    pub async fn enters_after(client: &Client, dispute: &str, joint: u64) -> Self {
        let place = client.base().trim_start_matches("http://");
        let path = format!("/api/v1/disputes/{dispute}/room/socket");
        let token = client.token().expect("somebody who is signed in");
        let mut stream = TcpStream::connect(place).await.expect("a line");
        let more = format!("authorization: Bearer {token}\r\nsec-websocket-protocol: concord.room.v1\r\n");
        let hello = format!(r#"{{"t":"hello","after":{{"joint":{joint}}}}}"#);
        // In one breath: whatever carries the request must not swallow what comes behind it.
        let hello = frame(TEXT, true, hello.as_bytes());
        let both = [request(place, "GET", &path, &more).as_bytes(), &hello].concat();
        stream.write_all(&both).await.expect("the line holds");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.expect("an answer"));
        }
        assert!(head.starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&head));
        let (ear, mouth) = stream.into_split();
        let mut socket = Self { ear, mouth };
        let (kind, welcome) = socket.reads().await.expect("a welcome");
        assert_eq!(kind, TEXT);
        assert!(String::from_utf8_lossy(&welcome).contains("welcome"));
        socket
    }

    /// Sends bytes; false once the line is gone.
    pub async fn writes(&mut self, bytes: &[u8]) -> bool {
        self.mouth.write_all(bytes).await.is_ok()
    }

    /// Reads on until the server closes, and gives its code; nothing where the line just broke.
    pub async fn is_closed_with(&mut self) -> Option<u16> {
        while let Some((kind, payload)) = self.reads().await {
            if kind == CLOSE {
                return payload.first_chunk().map(|code| u16::from_be_bytes(*code));
            }
        }
        None
    }

    /// The next frame.
    async fn reads(&mut self) -> Option<(u8, Vec<u8>)> {
        let first = self.ear.read_u8().await.ok()?;
        let length = match self.ear.read_u8().await.ok()? {
            126 => usize::from(self.ear.read_u16().await.ok()?),
            127 => usize::try_from(self.ear.read_u64().await.ok()?).ok()?,
            short => usize::from(short),
        };
        let mut payload = vec![0; length];
        self.ear.read_exact(&mut payload).await.ok()?;
        Some((first & 0x0f, payload))
    }
}
