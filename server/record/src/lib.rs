//! What outlives the house: the canonical text of a settlement record, its seals (JWS and a signed PDF), and the
//! check that anyone can make of them with the published keys alone; the ledger's tree and its signed heads; reports.
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
pub mod certificate;
pub mod fit;
pub mod ledger;
pub mod revocation;
mod rfc3161;
pub mod time_stamp;
mod private;
pub mod keys;
pub mod jws;
pub mod sd_jwt;
pub mod fonts;
mod labels;
mod face;
pub mod pdf;
mod cms;
mod file;
mod pades;
pub mod seal;
pub mod report;
pub mod certification;
pub mod verify;
pub mod checkpoint;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod authority;
#[cfg(test)]
mod stamping;
#[cfg(test)]
mod every_language;

pub use agreement::{Salt, Term, agreement_digest, numbered};
pub use canonical::{Digest, NotCanonical, digest_of};
pub use certification::Statement;
pub use checkpoint::{Checkpoint, LedgerKey, Note, NoteError, Verifier, WitnessKey};
pub use contents::{
    Agreement, CoMediator, Consent, Contents, Institution, Kind, Mediation, Mediator, OnBehalf, Party,
    Signature, Version,
};
pub use fit::Unfit;
pub use fonts::{Unprintable, printable};
pub use keys::{KeyError, KeySet, PublishedKey, SealKey};
pub use ledger::{Leaf, LeafKind};
pub use pades::NotSigned;
pub use pdf::NotPrinted;
pub use private::Signer;
pub use report::{Passage, Report};
pub use revocation::{Reason, Revocation, SealedBefore};
pub use seal::{SealError, Sealed, Unstamped, UnstampedPdf, seal, seal_to_stamp};
pub use time_stamp::{Asked, Authorities, NotStamped, Token};
pub use verify::{Verdict, verify};
