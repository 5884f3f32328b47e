//! Peers that mean no good: each is closed with a code that says why, and nobody else in the room notices.

use reqwest::Method;
use serde_json::json;
use tests::on_both;
use tests::raw_socket::{CONTINUATION, PING, PONG, RawSocket, TEXT, frame, is_refused};
use tests::scene::Scene;
use tests::socket::Socket;

/// The most bytes that a frame may have.
const FRAME_BYTES_MAX: usize = 65_536;

/// What a hostile peer sends, how it is called, and the code with which it is closed.
fn attacks() -> Vec<(&'static str, Vec<u8>, u16)> {
    let one_byte = |at: usize| {
        let kind = if at == 0 { TEXT } else { CONTINUATION };
        frame(kind, false, b" ")
    };
    let fragments: Vec<u8> = (0..100_000).flat_map(one_byte).collect();
    let pings: Vec<u8> = (0..2_000).flat_map(|_| frame(PING, true, b"are you there?")).collect();
    let mut unmasked = frame(TEXT, true, b"{}");
    unmasked[1] &= 0x7f;
    vec![
        ("100,000 fragments of one byte", fragments, 1009),
        ("a frame that is a byte too large", frame(TEXT, true, &vec![b' '; FRAME_BYTES_MAX + 1]), 1009),
        ("a length that no memory has", [&[0x81, 0xff], [0x7f; 8].as_slice(), &[0; 4]].concat(), 1009),
        ("text that is no UTF-8", frame(TEXT, true, b"{\"t\":\"\xff\xfe\"}"), 1007),
        ("half a letter at the end", frame(TEXT, true, b"\"\xe0\xa6"), 1007),
        ("a flood of pings", pings, 1008),
        ("a flood of pongs", (0..2_000).flat_map(|_| frame(PONG, true, b"here!")).collect(), 1008),
        ("bytes that are no text", frame(2, true, b"{}"), 1008),
        ("a kind of frame that is none", frame(3, true, b"{}"), 1008),
        ("the rest of nothing", frame(CONTINUATION, true, b"{}"), 1008),
        ("a ping in parts", frame(PING, false, b""), 1008),
        ("a frame without a mask", unmasked, 1008),
    ]
}

/// A request that asks for a WebSocket in vain.
struct Vain {
    method: &'static str,
    path: String,
    /// Beside those of a handshake.
    headers: String,
    status: &'static str,
}

fn vain(dispute: &str, token: &str) -> Vec<Vain> {
    let bearer = format!("authorization: Bearer {token}\r\n");
    let room = format!("/api/v1/disputes/{dispute}/room");
    let protocol = "sec-websocket-protocol: concord.room.v1\r\n";
    let whole = format!("{bearer}{protocol}");
    let one = |method, path: &str, headers: &str, status| Vain {
        method,
        path: path.to_owned(),
        headers: headers.to_owned(),
        status,
    };
    vec![
        one("GET", &format!("{room}/socket"), protocol, "401"),
        one("GET", &format!("{room}/socket"), &bearer, "400"),
        one("HEAD", &format!("{room}/socket"), &whole, "400"),
        one("POST", &format!("{room}/socket"), &whole, "405"),
        one("GET", &room, &bearer, "200"),
        one("GET", &room, &format!("{bearer}accept-encoding: br, gzip\r\n"), "200"),
        one("GET", "/api/v1/nowhere", "", "404"),
        one("GET", "/", "accept: text/html\r\naccept-encoding: br\r\n", "200"),
    ]
}

on_both! {
    async fn a_websocket_where_there_is_none_gets_the_answer_that_anything_else_gets(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let client = scene.bela.client();
        let token = client.token().expect("somebody who is signed in");
        for Vain { method, path, headers, status } in vain(&scene.dispute, token) {
            let answer = is_refused(client.base(), method, &path, &headers).await;
            let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
            assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{method} {path}: {head}");
            assert!(head.contains("x-request-id"), "{method} {path}: {head}");
            assert!(!head.contains("transfer-encoding"), "{method} {path}: {head}");
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let whole = if method == "HEAD" { "" } else { length.expect("a length") };
            assert!(whole.is_empty() == body.is_empty(), "{method} {path}: {head}");
            assert!(whole.is_empty() || whole == body.len().to_string(), "{method} {path}: whole, and then the end");
        }
        let path = format!("/disputes/{}/room/socket", scene.dispute);
        let asked = client.request(Method::GET, &path).header("sec-websocket-protocol", "concord.room.v1");
        let answer = asked.send().await.expect("an answer");
        assert_eq!(answer.status(), 400);
        let problem: serde_json::Value = answer.json().await.expect("a problem");
        assert_eq!(problem["code"], "not-a-websocket");
    }

    async fn a_hostile_peer_is_closed_with_a_code_and_the_room_goes_on(settings: Settings) {
        let scene = Scene::in_mediation(settings.with("CONCORD_LIMIT_HANDSHAKES", "off")).await;
        let (mut amara, _) = Socket::enters(&scene.amara.client(), &scene.dispute, json!({})).await;
        let (mut noor, _) = Socket::enters(&scene.noor.client(), &scene.dispute, json!({})).await;
        for (what, bytes, code) in attacks() {
            let mut peer = RawSocket::enters(&scene.bela.client(), &scene.dispute).await;
            // The server may close before it has taken it all.
            peer.writes(&bytes).await;
            assert_eq!(peer.is_closed_with().await, Some(code), "{what}");
            let text = format!("Said after {what}");
            assert_eq!(amara.posts("joint", &text).await["t"], "posted");
            noor.hears_text(&text).await;
        }
    }
}
