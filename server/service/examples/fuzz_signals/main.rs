//! Throws random mixtures of real and hostile signals at the reader of signals, for as many seconds as it is told, and
//! ends with 1 at the first that lets an address through. `cargo run -p service --example fuzz_signals -- 60`
//!
//! It stands in for a coverage-guided fuzzer, which asks for a compiler that this house does not use.

mod check;

use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use service::calls::candidate::Reach;
use service::calls::signal::Signal;

const OFFER: &str = include_str!("../../src/calls/examples/offer.sdp");
const ANSWER: &str = include_str!("../../src/calls/examples/answer.sdp");
const GATHERED: &str = include_str!("../../src/calls/examples/gathered.sdp");

/// A small generator with a seed, so that a failure can be had again.
struct Dice(u64);

impl Dice {
    fn throws(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn picks(&mut self) -> Vec<(usize, usize, u16)> {
        let many = 1 + self.throws() % 40;
        let small = |number: u64, sides: u64| usize::try_from(number % sides).unwrap_or(0);
        (0..many)
            .map(|_| {
                let (at, act, more) = (self.throws(), self.throws(), self.throws());
                (small(at, 400), small(act, 8), u16::try_from(more % 65_536).unwrap_or(0))
            })
            .collect()
    }

    fn signal(&mut self) -> Value {
        let text = check::mixture(&[OFFER, ANSWER, GATHERED], &self.picks());
        match self.throws() % 4 {
            0 => json!({"kind": "answer", "sdp": text}),
            1 => {
                let items: Vec<Value> = text
                    .lines()
                    .filter(|line| line.to_ascii_lowercase().contains("candidate"))
                    .take(20)
                    .map(|line| json!({"candidate": line, "mid": "0"}))
                    .collect();
                json!({"kind": "candidates", "items": items})
            }
            _ => json!({"kind": "offer", "sdp": text}),
        }
    }
}

/// What is wrong with what the other one would be told.
fn fault(told: &Value) -> Option<String> {
    let texts: Vec<&str> = match told["items"].as_array() {
        Some(items) => items.iter().filter_map(|item| item["candidate"].as_str()).collect(),
        None => vec![told["sdp"].as_str()?],
    };
    texts.into_iter().find_map(|text| check::has_no_address_but_a_relays(text).err())
}

fn main() -> ExitCode {
    let mut given = std::env::args().skip(1);
    let seconds = given.next().and_then(|text| text.parse().ok()).unwrap_or(60);
    let mut random = [0_u8; 8];
    // Without randomness it throws what it threw before.
    let _ = getrandom::fill(&mut random);
    let seed = given.next().and_then(|text| text.parse().ok()).unwrap_or(u64::from_le_bytes(random)) | 1;
    let mut out = std::io::stdout();
    let _ = writeln!(out, "seed {seed}");
    let (until, mut dice) = (Instant::now() + Duration::from_secs(seconds), Dice(seed));
    let (mut thrown, mut passed) = (0_u64, 0_u64);
    while Instant::now() < until {
        let signal = dice.signal();
        thrown += 1;
        let told = Signal::read(signal.clone()).ok().and_then(|signal| signal.told(&Reach::default()));
        passed += u64::from(told.is_some());
        if let Some(fault) = told.as_ref().and_then(fault) {
            let _ = writeln!(out, "{fault}\nof {signal}\ntold {}", told.unwrap_or_default());
            return ExitCode::FAILURE;
        }
    }
    let _ = writeln!(out, "{thrown} signals, {passed} of them passed on, and no address but a relay's");
    // A run in which nothing passes has tested nothing.
    if passed * 100 < thrown { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
