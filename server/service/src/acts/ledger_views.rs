//! What of the ledger is published, to anybody: signed heads, and of what a head covers the entries and proofs. What
//! was entered since waits for the next head, so that nobody can time an ending by watching. Deliberately not here: the
//! ids of what an entry speaks of, which never leave the house.

use record::ledger::{Hash, prove_consistency, prove_inclusion};
use store::Tx;
use store::ledger::{Checkpoint, Entry};

use super::ledger::{cosigned_note, count, node, number, with_cosignatures};
use crate::refused::Refused;

/// A proof, with what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The leaf's text, for a proof of inclusion.
    pub leaf: Option<String>,
    /// The hashes, from the bottom up.
    pub hashes: Vec<Hash>,
}

/// How much is published: as many leaves as the newest head covers.
///
/// # Errors
/// The store's.
pub fn published_size(tx: &mut Tx<'_>) -> Result<u64, Refused> {
    store::ledger::latest_checkpoint(tx)?.map_or(Ok(0), |head| count(head.size))
}

/// The newest signed head, or the one over so many leaves, with the lines of its witnesses.
///
/// # Errors
/// `Absent` where no such head was signed; the store's.
pub fn head(tx: &mut Tx<'_>, size: Option<u64>) -> Result<String, Refused> {
    let found = match size {
        Some(size) => store::ledger::checkpoint(tx, i64::try_from(size).map_err(|_| Refused::Absent)?)?,
        None => store::ledger::latest_checkpoint(tx)?,
    };
    cosigned_note(tx, found.ok_or(Refused::Absent)?)
}

/// The signed heads over more leaves than that, the smallest first, with the lines of their witnesses.
///
/// # Errors
/// The store's.
pub fn heads(tx: &mut Tx<'_>, after: u64, limit: i64) -> Result<Vec<(Checkpoint, String)>, Refused> {
    // No ledger grows beyond what a row can count.
    let Ok(after) = i64::try_from(after) else { return Ok(Vec::new()) };
    let found = store::ledger::checkpoints(tx, after, limit)?;
    with_cosignatures(tx, found)
}

/// The published entries of a range, as many as a page holds.
///
/// # Errors
/// The store's.
pub fn entries(tx: &mut Tx<'_>, from: u64, to: u64, limit: u64) -> Result<Vec<Entry>, Refused> {
    let to = to.min(published_size(tx)?).min(from.saturating_add(limit));
    let Some(length) = to.checked_sub(from).filter(|length| *length > 0) else { return Ok(Vec::new()) };
    Ok(store::ledger::entries(tx, number(from)?, number(length)?)?)
}

/// The proof that entry `index` stands in the tree of that size.
///
/// # Errors
/// `Fields` where they are not published, or the tree does not reach so far; the store's.
pub fn inclusion(tx: &mut Tx<'_>, index: u64, size: u64) -> Result<Proof, Refused> {
    if size > published_size(tx)? {
        return Err(Refused::field("size", "too-large"));
    }
    let proof = prove_inclusion(index, size, |wanted| node(tx, wanted))?;
    let hashes = proof.ok_or_else(|| Refused::field("index", "too-large"))?;
    let leaf = store::ledger::entries(tx, number(index)?, 1)?.into_iter().next();
    let leaf = leaf.ok_or_else(|| Refused::broken("the ledger lacks an entry"))?.leaf;
    Ok(Proof { leaf: Some(leaf), hashes })
}

/// The proof that the tree of size `to` begins with all of the tree of size `from`.
///
/// # Errors
/// `Fields` where they are not published, or stand the wrong way round; the store's.
pub fn consistency(tx: &mut Tx<'_>, from: u64, to: u64) -> Result<Proof, Refused> {
    if to > published_size(tx)? {
        return Err(Refused::field("to", "too-large"));
    }
    let proof = prove_consistency(from, to, |wanted| node(tx, wanted))?;
    Ok(Proof { leaf: None, hashes: proof.ok_or_else(|| Refused::field("from", "too-large"))? })
}
