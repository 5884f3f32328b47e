//! The design's rules, each by its number: `r13_…` would fail without R13. R5 has a file of its own (`caucus`).

mod consent;
mod invitation;
mod confidentiality;
mod auditor;
mod auditing;
mod reports;
mod papers;
mod neutrality;
mod replacing;
mod second_mediator;
mod presence;
mod safety;
mod signals;
mod sharing;
mod leading;
mod shuttle;
mod agreement;
mod amending;
mod certifying;
mod certifier;
mod text;
mod languages;
mod suggestions;
mod read_back;
mod signing;
mod signing_at_once;
mod representing;
mod delivery;

pub use confidentiality::own_settlement;
