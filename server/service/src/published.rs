//! What a committed act tells the live part of this program. It is a hint, never the truth: who misses one reads the
//! database again.

use std::sync::Arc;

use domain::entry::Entry;
use domain::ids::{AccountId, DisputeId, SessionId};

/// Something that happened and is on disk.
#[derive(Debug, Clone)]
pub enum Published {
    /// An entry was stored. It carries confidential words: only a room's own task takes it, and asks `sight` for each
    /// seat before it goes anywhere.
    Entry { dispute: DisputeId, entry: Arc<Entry> },
    /// Something else about a dispute changed: its stage, seats, pause or agreement.
    Dispute { dispute: DisputeId },
    /// Sessions of an account ended: this one, or (nothing) all of them.
    SessionsEnded { account: AccountId, session: Option<SessionId> },
}
