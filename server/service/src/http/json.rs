//! How values of the law look as JSON where several faces need the same: the API's handlers and the room's socket.
//! Deliberately not here: what only one noun's handlers need.

pub mod terms;
pub mod entries;
pub mod passkeys;
pub mod own_data;
