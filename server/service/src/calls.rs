//! Voice and video: what one browser tells another about a call, read into types and written anew, and the key to the
//! relay through which all of it travels. Pure: a call is live state alone (`live::calls`), and nothing of it is stored.
//! Deliberately not here: who may call whom (`acts::calls`).

pub mod word;
pub mod candidate;
pub mod codec;
pub mod description;
pub mod signal;
pub mod relay;
