//! What anyone may ask of a file: is it a record that the institution sealed, unchanged? It needs the file and the
//! published keys alone (R25). Whether a newer record took its place is the caller's to find out, who has the
//! ledger; whose file it is that fails is told only where it names one of the keys.

use domain::ids::{Reference, SettlementId};
use domain::time::Moment;

use crate::canonical::{Digest, digest_of};
use crate::contents::Contents;
use crate::face::keyword;
use crate::file::{PdfFile, split_at_first, split_at_last};
use crate::jws::{self, NotOpened};
use crate::keys::{KeySet, PublishedKey};
use crate::pades;

/// What a file is found to be. It says nothing of what the record says.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// A record, byte for byte as it was sealed. The caller who knows of a newer one says *superseded* instead.
    Valid {
        /// The dispute's reference.
        reference: Reference,
        /// When it was sealed.
        sealed_at: Moment,
        /// The record's id.
        record_id: SettlementId,
        /// The SHA-256 of its canonical JSON.
        digest: Digest,
    },
    /// It names a key of the institution, and is not what that key sealed.
    Altered,
    /// It names none of the keys.
    Unknown,
}

/// Checks a file: a signed PDF, or a compact JWS without anything around it.
pub fn verify(file: &[u8], keys: &KeySet) -> Verdict {
    if split_at_first(file.get(..1024).unwrap_or(file), b"%PDF-").is_some() {
        return verify_pdf(file, keys);
    }
    match jws::open(file, keys) {
        Ok((payload, _)) => verdict(&payload).unwrap_or(Verdict::Altered),
        Err(NotOpened::Altered) => Verdict::Altered,
        Err(NotOpened::Unknown) => unproven(file, keys),
    }
}

fn verify_pdf(file: &[u8], keys: &KeySet) -> Verdict {
    let Some(key) = pades::signer(file, keys) else { return unproven(file, keys) };
    // From here on every byte is one that the institution signed, so what follows guards against its own mistakes.
    attached(file, key, keys).and_then(|json| verdict(&json)).unwrap_or(Verdict::Altered)
}

/// The attached JSON, where it is the payload of the attached JWS and both are sealed by the one key.
fn attached(file: &[u8], key: &PublishedKey, keys: &KeySet) -> Option<Vec<u8>> {
    let (update, _) = split_at_last(file, b"/ByteRange [0 ")?;
    let printed = split_at_last(update, b"%%EOF")?.0;
    let printed = PdfFile::read(printed)?;
    let json = printed.attachment("record.json")?;
    let jws = printed.attachment("record.jws")?;
    let (payload, by) = jws::open(&jws, keys).ok()?;
    (payload == json && by == key).then_some(json)
}

fn verdict(json: &[u8]) -> Option<Verdict> {
    let contents = Contents::from_canonical(json)?;
    Some(Verdict::Valid {
        reference: contents.reference,
        sealed_at: contents.mediation.sealed_at,
        record_id: contents.id,
        digest: digest_of(json),
    })
}

/// What is not proven is altered where it names a key of ours anywhere, in the file's metadata or beside the
/// signature, and otherwise of unknown origin.
fn unproven(file: &[u8], keys: &KeySet) -> Verdict {
    let names = |key: &PublishedKey| split_at_first(file, keyword(key.kid()).as_bytes()).is_some();
    if keys.iter().any(names) { Verdict::Altered } else { Verdict::Unknown }
}
