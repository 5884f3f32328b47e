//! Mail: a worker that drains the outbox, the ways by which a mail leaves, and what other servers say when one comes back.
//! Deliberately not here: what mails say (`pages`) and when there is one (acts).

pub mod message;
pub mod dkim;
pub mod transport;
pub mod outbox;
pub mod bounce;

pub use outbox::Worker;
pub use transport::Transport;
