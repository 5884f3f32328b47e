//! The loudspeaker of the rooms: who is connected, and what is passed on to whom. The database is the room; nothing in
//! here is the truth, and all of it can be lost at any moment. Deliberately not here: frames and sockets (they are
//! `http/socket`'s, which says how a piece of news is written), and any rule of who may hear what.

pub mod presence;
mod calls;
pub mod outbox;
pub mod room;
pub mod told;
mod speaker;
pub mod registry;

pub use outbox::{Goodbye, Outgoing};
pub use registry::{Admitted, Joined, Rooms};
pub use room::{Addressee, News};
pub use told::Told;

#[cfg(test)]
mod model;
