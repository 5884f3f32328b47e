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
    Agreement, Consent, Contents, Institution, Kind, Mediation, Mediator, Party, Signature, Unfit, Version,
};
pub use fonts::{Unprintable, printable};
pub use keys::{KeyError, KeySet, SealKey};
pub use seal::{SealError, Sealed, seal};
pub use verify::{Verdict, verify};
#[cfg(test)]
mod scratch {
    #[test]
    fn dump() {
        use domain::language::Language::*;
        let key = crate::samples::key();
        let t = std::time::Instant::now();
        let sealed = crate::seal(crate::samples::settlement(&[English, Bangla, Urdu]), &key).unwrap();
        eprintln!("{:?}", t.elapsed());
        std::fs::write("/tmp/signed.pdf", &sealed.pdf).unwrap();
        std::fs::write("/tmp/signed.jws", &sealed.jws).unwrap();
        std::fs::write("/tmp/cert.pem", key.certificate_pem()).unwrap();
        std::fs::write("/tmp/jwks.json", crate::KeySet::of(&[&key]).to_jwks()).unwrap();
        let t = std::time::Instant::now();
        eprintln!("{:?}", crate::verify(&sealed.pdf, &crate::KeySet::of(&[&key])));
        eprintln!("{:?}", t.elapsed());
    }
}
