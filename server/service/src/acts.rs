//! One function for each command: load, decide, save. An act is synchronous, runs in the transaction that the desk
//! opened, and sends nothing: mails are rows of the outbox, and what the live rooms hear goes out after the commit.

pub mod doing;
pub mod letters;
pub mod accounts;
pub mod legal;
pub mod notices;
pub mod codes;
pub mod duties;
pub mod authorities;
pub mod aftermath;
pub mod ledger;
pub mod ledger_views;
pub mod process;
pub mod keeping;
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
pub mod audits;
pub mod ledger_check;
pub mod companions;
pub mod representing;
pub mod rooms;
pub mod files;
pub mod uploads;
pub mod shares;
pub mod standings;
pub mod summaries;
pub mod entries;
pub mod secrets;
pub mod bids;
pub mod proposals;
pub mod suggestions;
pub mod own_data;
pub mod holds;
pub mod calls;
pub mod phrases;
pub mod balance;

pub use doing::{By, Doing};
