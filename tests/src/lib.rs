//! Cast and stage of the tests that drive Concord from outside: a real process, a real PostgreSQL, a real mail server,
//! a client and a socket written from the interface's description alone, and people with verbs. Not here: any
//! knowledge of how Concord is built; this crate depends on none of its crates.

pub mod ports;
pub mod tools;
pub mod postgres;
pub mod smtp;
pub mod scanner;
pub mod stamps;
pub mod letters;
pub mod papers;
pub mod totp;
pub mod authenticator;
pub mod masks;
pub mod said;
pub mod answer;
pub mod client;
pub mod socket;
pub mod raw_socket;
pub mod events;
pub mod concord;
pub mod seal_token;
pub mod cast;
pub mod browser;
pub mod crawl;
pub mod scene;
pub mod both;

/// Waits until something holds; it must within twenty seconds.
pub async fn until(what: &str, holds: impl AsyncFn() -> bool) {
    until_within(std::time::Duration::from_secs(20), what, holds).await;
}

/// The same, with patience of its own.
pub async fn until_within(patience: std::time::Duration, what: &str, holds: impl AsyncFn() -> bool) {
    let begun = std::time::Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < patience, "it never came to pass: {what}");
        tokio::time::sleep(std::time::Duration::from_millis(40)).await;
    }
}
