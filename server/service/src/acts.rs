//! One function for each command: load, decide, save. An act is synchronous, runs in the transaction that the desk
//! opened, and sends nothing: mails are rows of the outbox, and what the live rooms hear goes out after the commit.

pub mod doing;
pub mod letters;
pub mod accounts;
pub mod legal;
pub mod notices;
pub mod codes;
pub mod duties;
pub mod aftermath;
pub mod process;
pub mod views;
pub mod disputes;
pub mod safety;
pub mod invitations;
pub mod preparing;
pub mod assignments;
pub mod agreements;
pub mod read_backs;
pub mod sealing;
pub mod settlements;
pub mod files;
pub mod rooms;
pub mod shares;
pub mod entries;
pub mod secrets;
pub mod bids;
pub mod proposals;
pub mod suggestions;
pub mod calls;

pub use doing::{By, Doing};
