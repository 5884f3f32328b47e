//! The peers: other servers that store before they pass on, started from paths that are given. Each speaks its own
//! small protocol; no more of it is here than joining a room and posting.

use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tests::ports;
use tests::socket::Stream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::load::Member;
use crate::servers::{Peer, Running};

/// The bare server over the same libraries, with group commit and a full sync.
pub async fn wsbare(program: &str) -> Running {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let port = ports::free();
    let mut command = Command::new(program);
    command
        .args(["--store", "full", "--port", &port.to_string()])
        .arg("--db")
        .arg(folder.path().join("ws.sqlite"));
    let child = start(&mut command, port).await;
    Running::Peer(Peer {
        name: "wsbare-full",
        child,
        port,
        joins: |port, room, member| Box::pin(join_wsbare(port, room, member)),
        _folder: folder,
    })
}

/// Socket.IO with better-sqlite3: a folder with `sio.js` and its modules.
pub async fn socketio(path: &str) -> Running {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let port = ports::free();
    let mut command = Command::new("node");
    command
        .arg("sio.js")
        .arg(port.to_string())
        .arg(folder.path().join("sio.sqlite"))
        .arg("FULL")
        .current_dir(path);
    let child = start(&mut command, port).await;
    Running::Peer(Peer {
        name: "socket.io",
        child,
        port,
        joins: |port, room, member| Box::pin(join_socketio(port, room, member)),
        _folder: folder,
    })
}

async fn start(command: &mut Command, port: u16) -> Child {
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let child = child.expect("the peer starts");
    let begun = Instant::now();
    while tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(20), "the peer does not listen");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    child
}

async fn join_wsbare(port: u16, room: usize, member: usize) -> Member {
    let url = format!("ws://127.0.0.1:{port}/ws?room=r{room}&user=u{member}");
    let (mut stream, _) = connect_async(url).await.expect("the peer takes sockets");
    waits_for(&mut stream, "joined").await;
    let frame = |_: &str, text: &str| json!({"t": "msg", "body": text}).to_string();
    Member { stream, frame, prefix: 0 }
}

async fn join_socketio(port: u16, room: usize, member: usize) -> Member {
    let url = format!("ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket");
    let (mut stream, _) = connect_async(url).await.expect("the peer takes sockets");
    waits_for(&mut stream, "sid").await;
    stream.send(Message::text("40")).await.expect("open");
    waits_for(&mut stream, "40").await;
    let join = json!(["join", {"room": format!("r{room}"), "user": format!("u{member}"), "since": -1}]);
    stream.send(Message::text(format!("42{join}"))).await.expect("open");
    waits_for(&mut stream, "joined").await;
    // The room is named in each message; a frame maker has no state, so there is one for each number of a room.
    Member { stream, frame: socketio_frame, prefix: u32::try_from(room).unwrap_or(0) }
}

/// The room's number travels in the id's first part.
fn socketio_frame(id: &str, text: &str) -> String {
    let room = id.get(..8).and_then(|digits| u32::from_str_radix(digits, 16).ok()).unwrap_or(0);
    format!("42{}", json!(["msg", {"room": format!("r{room}"), "body": text}]))
}

async fn waits_for(stream: &mut Stream, words: &str) {
    while let Some(Ok(message)) = stream.next().await {
        if message.to_text().is_ok_and(|text| text.contains(words)) {
            return;
        }
    }
    panic!("the peer left before it said `{words}`");
}
