//! The room's WebSocket, `concord.room.v1`: its frames, and one connection. Deliberately not here: who hears what, which
//! the room decides before a frame is written.

pub mod protocol;
mod connection;
mod handshake;

pub use handshake::{Doc, configure};
