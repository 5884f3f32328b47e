//! One function for each command: load, decide, save. An act is synchronous, runs in the transaction that the desk
//! opened, and sends nothing: mails are rows of the outbox, and what the live rooms hear goes out after the commit.

pub mod doing;
pub mod letters;
pub mod accounts;

pub use doing::{By, Doing};
