//! The law of the house, as pure functions over values: who may do what in which order, and who may see it.
//!
//! Deliberately not here: any clock, randomness, database, JSON, HTML, HTTP or async. Time, ids and random bits come
//! in as arguments. The list of modules is the reading order, and the import order: a module knows only those above.
#![warn(missing_docs)]

pub mod ids;
#[macro_use]
mod wordlist;
pub mod time;
pub mod money;
pub mod language;
pub mod person;
pub mod category;
pub mod accommodation;
pub mod safety;
pub mod consent;
pub mod settlement;
pub mod bounce;
pub mod party;
pub mod invitation;
pub mod companion;
pub mod assignment;
pub mod room;
pub mod terms;
pub mod flag;
pub mod difference;
pub mod suggestion;
pub mod file;
pub mod entry;
pub mod offer;
pub mod bid;
pub mod proposal;
pub mod share;
pub mod caucus;
pub mod timer;
pub mod summary;
pub mod balance;
pub mod agreement;
pub mod passkey;
pub mod read_back;
pub mod deadlines;
pub mod dispute;
pub mod keeping;
pub mod certificate;
pub mod certification;
pub mod sight;
