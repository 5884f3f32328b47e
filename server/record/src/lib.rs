//! What outlives the house: the canonical text of a settlement record, its seals (JWS and a signed PDF), and the
//! check that anyone can make of them with the published keys alone.
//!
//! Deliberately not here: files, clocks, databases, HTTP, and who may see a record. Time and randomness that decide
//! what a record says come in as arguments; only key making and ECDSA draw their own. The list of modules is the
//! reading order, and the import order: a module knows only those above.
#![warn(missing_docs)]

mod spelled;
mod civil;
pub mod canonical;
pub mod agreement;
pub mod contents;
pub mod fit;
pub mod keys;
pub mod jws;
pub mod fonts;
mod labels;
mod face;
pub mod pdf;
mod cms;
mod file;
mod pades;
pub mod seal;
pub mod verify;

#[cfg(test)]
mod samples;

pub use agreement::{Salt, Term, agreement_digest, numbered};
pub use canonical::{Digest, NotCanonical, digest_of};
pub use contents::{
    Agreement, Consent, Contents, Institution, Kind, Mediation, Mediator, Party, Signature, Version,
};
pub use fit::Unfit;
pub use fonts::{Unprintable, printable};
pub use keys::{KeyError, KeySet, PublishedKey, SealKey};
pub use pades::NotSigned;
pub use pdf::NotPrinted;
pub use seal::{SealError, Sealed, seal};
pub use verify::{Verdict, verify};
