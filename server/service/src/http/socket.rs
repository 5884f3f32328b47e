//! The room's line, `concord.room.v1`: its frames, what carries them, and one connection. Deliberately not here: who
//! hears what, which the room decides before a frame is written.

pub mod protocol;
mod guard;
mod wire;
mod connection;
mod handshake;
mod takeover;

pub use handshake::{Doc, configure};
pub use takeover::takeover;
