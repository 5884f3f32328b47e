//! The rows of the house: where everything is kept that must outlive the process, in SQLite or PostgreSQL by one set
//! of queries. What people say is ciphertext before SQL sees it.
//!
//! Deliberately not here: rules (they are `domain`'s), HTTP, mail, files on disk, and any clock: times come in as
//! [`domain::time::Moment`]. A module knows only those above it in this list.
#![warn(missing_docs)]

mod schema;
mod error;
mod db;
mod kept;
mod dialect;
mod columns;
mod secret;
mod erasure_ledger;
mod vault;
mod stored;
mod writer;
mod backup;
mod shapes;
#[cfg(test)]
mod testing;
pub mod people;
pub mod codes;
pub mod sessions;
pub mod devices;
pub mod passkeys;
pub mod outbox;
pub mod bounces;
pub mod audit;
pub mod idempotency;
mod papers;
pub mod disputes;
pub mod reminders;
pub mod claims;
pub mod names;
pub mod safety;
pub mod invitations;
pub mod duties;
pub mod entries;
pub mod seats;
pub mod offers;
pub mod bids;
pub mod proposals;
pub mod shares;
pub mod standings;
pub mod summaries;
pub mod revisions;
pub mod suggestions;
pub mod read_backs;
pub mod assertions;
pub mod screens;
pub mod evidence;
pub mod disclosures;
pub mod referrals;
pub mod passphrases;
pub mod companions;
pub mod settlements;
pub mod certifications;
pub mod deliveries;
pub mod ledger;
pub mod files;
pub mod thumbnails;
pub mod uploads;
pub mod drafts;
pub mod phrases;
pub mod findings;
pub mod holds;
pub mod erasure;
#[cfg(test)]
mod house_tests;

pub use backup::{backup, restore, tend_copies};
pub use error::{Error, OpenError, Result};
pub use secret::{SecretHash, WrappingKey};
pub use stored::{Stored, Tx};
pub use vault::{Erasure, Key, Place, Sealer, Vault};
pub use writer::{Settings, Store};
