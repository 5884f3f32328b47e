//! Mail: a worker that drains the outbox, and the ways by which a mail leaves. Deliberately not here: what mails say
//! (`pages`) and when there is one (acts).

pub mod message;
pub mod dkim;
pub mod transport;
pub mod outbox;

pub use outbox::Worker;
pub use transport::Transport;
