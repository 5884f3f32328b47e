//! Peers that mean no good: each is closed with a code that says why, and nobody else in the room notices.

use serde_json::json;
use tests::on_both;
use tests::raw_socket::{CONTINUATION, PING, RawSocket, TEXT, frame};
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
        ("bytes that are no text", frame(2, true, b"{}"), 1008),
        ("a kind of frame that is none", frame(3, true, b"{}"), 1008),
        ("the rest of nothing", frame(CONTINUATION, true, b"{}"), 1008),
        ("a ping in parts", frame(PING, false, b""), 1008),
        ("a frame without a mask", unmasked, 1008),
    ]
}

on_both! {
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
