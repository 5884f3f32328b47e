//! What one bad peer costs the others: sixteen rooms talk with nobody else there, and then while a peer of one of them
//! floods, announces what is too large, sends crumbs or never reads. In one run and in turns, so that the ratio is of the
//! peer and not of the machine.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use tests::client::Client;
use tests::raw_socket::{CONTINUATION, PING, RawSocket, TEXT, frame};
use tests::socket::Socket;

use crate::load::{Measured, measure as measure_rooms};
use crate::servers::{self, Running};

const ROOMS: usize = 16;

/// A number beyond every entry: what is measured is the peer, and not the reading of all that was said before.
const READ_ALL: u64 = 1_000_000_000;

/// What a peer sends.
type Bytes = fn() -> Vec<u8>;

/// What a peer may do, and how it is called.
const WAYS: [(&str, Bytes); 4] = [
    ("100,000 fragments of one byte", fragments),
    ("a frame of 65,537 bytes", || frame(TEXT, true, &vec![b' '; 65_537])),
    ("text that is no UTF-8", || frame(TEXT, true, b"\xff\xfe")),
    ("a flood of pings", || (0..2_000).flat_map(|_| frame(PING, true, b"there?")).collect()),
];

fn fragments() -> Vec<u8> {
    let one = |at: usize| frame(if at == 0 { TEXT } else { CONTINUATION }, false, b" ");
    (0..100_000).flat_map(one).collect()
}

/// Prints the time to the last member without a bad peer and with each.
pub async fn measure(rounds: usize, lasting: Duration) {
    let server = servers::concord(ROOMS).await;
    let Running::Concord(house) = &server else { unreachable!("it is ours that was started") };
    let (client, dispute) = house.somebody();
    println!("| a peer that sends | p50 ms alone | with it | p99 ms alone | with it | ratio | closed with |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    for _ in 0..rounds {
        for (what, bytes) in WAYS {
            let alone = talk(&server, lasting).await;
            let (over, bytes) = (AtomicBool::new(false), bytes());
            let talking = async {
                let measured = talk(&server, lasting).await;
                over.store(true, Ordering::Relaxed);
                measured
            };
            let (with, code) = tokio::join!(talking, attacks(&client, &dispute, &bytes, &over));
            row(what, &alone, &with, &code);
        }
        sleeper(&server, &client, &dispute, lasting).await;
    }
}

async fn talk(server: &Running, lasting: Duration) -> Measured {
    measure_rooms(server.members(ROOMS).await, lasting).await
}

fn row(what: &str, alone: &Measured, with: &Measured, code: &str) {
    let [a50, w50, a99, w99] =
        [(alone, 50), (with, 50), (alone, 99), (with, 99)].map(|(run, percent)| run.percentile(percent));
    println!("| {what} | {a50:.2} | {w50:.2} | {a99:.2} | {w99:.2} | {:.2} | {code} |", w99 / a99);
}

/// One bad peer that comes again as soon as it is closed, until the others have done.
async fn attacks(client: &Client, dispute: &str, bytes: &[u8], over: &AtomicBool) -> String {
    let (mut last, mut times) = (None, 0);
    while !over.load(Ordering::Relaxed) {
        let mut peer = RawSocket::enters_after(client, dispute, READ_ALL).await;
        peer.writes(bytes).await;
        last = peer.is_closed_with().await;
        times += 1;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    last.map_or_else(|| "nothing".to_owned(), |code| format!("{code}, {times} times"))
}

/// Somebody in a busy room who never reads: what is written to them is bounded, and so is what it costs.
async fn sleeper(server: &Running, client: &Client, dispute: &str, lasting: Duration) {
    let alone = talk(server, lasting).await;
    let before = server.memory_kib();
    let (asleep, _) = Socket::enters(client, dispute, json!({"joint": READ_ALL})).await;
    let with = talk(server, lasting).await;
    row("nothing, and never reads", &alone, &with, &format!("{:.0} KiB more", server.memory_kib() - before));
    drop(asleep);
}
