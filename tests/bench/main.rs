//! Measures Concord whole: accounts, seats, vault, sync before the acknowledgement, in rooms of four at 1, 16 and 64
//! rooms, with the processor time of the server; beside it, where asked, the peers of a harness whose path is given.
//! Rounds are interleaved and turn their order, so that all meet the same machine. Not here: judging the numbers.
//!
//! `cargo run --release -p tests --bin bench -- [--seconds 5] [--rounds 3] [--wsbare PROGRAM] [--socketio FOLDER]`
//! with `CONCORD_PROGRAM` naming a release build. `--crowd 2500` fills that many rooms of four instead, `--hostile`
//! measures what one bad peer costs the others, and `--records 48` seals and verifies that many records.

mod load;
mod peers;
mod servers;
mod crowd;
mod hostile;
mod records;

use std::time::Duration;

use load::{Measured, Member, measure};
use servers::Running;

/// How many rooms at once.
const ROOMS: [usize; 3] = [1, 16, 64];

struct Wanted {
    seconds: u64,
    rounds: usize,
    wsbare: Option<String>,
    socketio: Option<String>,
    crowd: Option<usize>,
    hostile: bool,
    records: Option<usize>,
}

fn wanted() -> Wanted {
    let (wsbare, socketio, crowd, records) = (None, None, None, None);
    let mut wanted = Wanted { seconds: 5, rounds: 3, wsbare, socketio, crowd, hostile: false, records };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().unwrap_or_else(|| panic!("{word} needs a value"));
        match word.as_str() {
            "--seconds" => wanted.seconds = value().parse().expect("a number"),
            "--rounds" => wanted.rounds = value().parse().expect("a number"),
            "--wsbare" => wanted.wsbare = Some(value()),
            "--crowd" => wanted.crowd = Some(value().parse().expect("a number of rooms")),
            "--hostile" => wanted.hostile = true,
            "--records" => wanted.records = Some(value().parse().expect("a number of records")),
            "--socketio" => wanted.socketio = Some(value()),
            other => panic!("`{other}` is no option"),
        }
    }
    wanted
}

#[tokio::main]
async fn main() {
    let wanted = wanted();
    let lasting = Duration::from_secs(wanted.seconds);
    if let Some(rooms) = wanted.crowd {
        return crowd::measure(rooms, lasting).await;
    }
    if let Some(records) = wanted.records {
        return records::measure(records).await;
    }
    if wanted.hostile {
        return hostile::measure(wanted.rounds, lasting).await;
    }
    let most = ROOMS.into_iter().max().unwrap_or(1);
    let mut all: Vec<Running> = vec![servers::concord(most).await];
    if let Some(program) = &wanted.wsbare {
        all.push(peers::wsbare(program).await);
    }
    if let Some(folder) = &wanted.socketio {
        all.push(peers::socketio(folder).await);
    }
    for server in &all {
        server.idle().await;
    }
    println!("| server | rooms | messages/s | last member p50 ms | p99 ms | CPU s per 1,000 |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for round in 0..wanted.rounds {
        for rooms in ROOMS {
            for turn in 0..all.len() {
                let server = &all[(turn + round) % all.len()];
                let members = server.members(rooms).await;
                let before = server.cpu_seconds();
                let measured = measure(members, lasting).await;
                let cpu = server.cpu_seconds() - before;
                print_row(server.name(), rooms, &measured, cpu);
            }
        }
    }
    for server in &all {
        server.replay_and_start().await;
    }
}

fn print_row(name: &str, rooms: usize, measured: &Measured, cpu: f64) {
    let per_thousand = cpu * 1000.0 / measured.messages.max(1) as f64;
    println!(
        "| {name} | {rooms} | {:.0} | {:.2} | {:.2} | {per_thousand:.3} |",
        measured.messages as f64 / measured.seconds,
        measured.percentile(50),
        measured.percentile(99),
    );
}

/// Members of one room, ready to talk.
pub type Room = Vec<Member>;
