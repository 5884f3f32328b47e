//! The running thing: routes, sockets, live rooms, mail and jobs over the store, the pages and the record.
//!
//! Deliberately not here: rules (they are `domain`'s), SQL and HTML. A module knows only those above it in this list.

pub mod config;
pub mod clock;
pub mod keys;
pub mod passwords;
pub mod locked;
pub mod tokens;
pub mod totp;
pub mod webauthn;
pub mod limits;
pub mod refused;
pub mod time_stamps;
pub mod published;
pub mod calls;
pub mod uploads;
pub mod gate;
pub mod tally;
pub mod acts;
pub mod mail;
pub mod desk;
pub mod live;
pub mod jobs;
pub mod state;
pub mod entrance;
pub mod ceremonies;
pub mod http;
pub mod app;
pub mod cli;
