//! The ledger as a Merkle tree (RFC 6962, section 2.1; the same hashing as RFC 9162): the hashes of leaves and nodes,
//! what an append adds, and the making and checking of proofs. The hashes of complete subtrees are kept by the caller
//! and asked for one at a time, so that an append and a proof cost the logarithm of the tree. Deliberately not here:
//! where they are kept, and the signing of a head, which is `checkpoint`'s.

use std::convert::Infallible;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::canonical::{Digest, NotCanonical, canonical_bytes};

/// A SHA-256 hash of the tree.
pub type Hash = [u8; 32];

/// A complete subtree: it covers the `2^level` leaves from `position * 2^level` on. At level 0 it is a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Node {
    /// Its height above the leaves.
    pub level: u32,
    /// How many of the same level stand before it.
    pub position: u64,
}

/// What a leaf speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeafKind {
    /// A sealed settlement record: the digest of its canonical JSON, which carries a salt (R9).
    Record,
    /// A certificate: the digest of its canonical JSON, which carries a salt as well.
    Certificate,
    /// A seal key came into use: its RFC 7638 thumbprint.
    SealKey,
    /// A ledger key came into use: the SHA-256 of its published line.
    LedgerKey,
    /// A seal key was revoked: the SHA-256 of what is published of that, as canonical JSON.
    KeyRevocation,
    /// A certification of a record: the digest of its canonical JSON, which carries a salt.
    Certification,
}

impl LeafKind {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::Record,
        Self::Certificate,
        Self::SealKey,
        Self::LedgerKey,
        Self::KeyRevocation,
        Self::Certification,
    ];

    /// The stable word, as it stands in the leaf.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::Certificate => "certificate",
            Self::SealKey => "seal-key",
            Self::LedgerKey => "ledger-key",
            Self::KeyRevocation => "key-revocation",
            Self::Certification => "certification",
        }
    }
}

/// One entry: a kind and a digest, and nothing else. Names, amounts, ids and times have no field to stand in (R9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Leaf {
    /// What it speaks of.
    pub kind: LeafKind,
    /// Of what: never a bare digest of something that could be guessed.
    pub digest: Digest,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    digest: String,
    kind: LeafKind,
}

impl Leaf {
    /// The text that is hashed: canonical JSON (RFC 8785), such as `{"digest":"sha256:…","kind":"record"}`.
    ///
    /// # Errors
    /// None that can be met: a kind and a digest always have a canonical form.
    pub fn text(&self) -> Result<String, NotCanonical> {
        let bytes = canonical_bytes(&Written { digest: self.digest.to_string(), kind: self.kind })?;
        String::from_utf8(bytes).map_err(|_| NotCanonical)
    }

    /// Reads the text of a leaf; nothing where it is spelled otherwise than `text` spells it.
    pub fn read(text: &str) -> Option<Self> {
        let written: Written = serde_json::from_str(text).ok()?;
        let leaf = Self { kind: written.kind, digest: written.digest.parse().ok()? };
        (leaf.text().ok()? == text).then_some(leaf)
    }
}

/// The hash of a leaf: `SHA-256(0x00 || data)`.
pub fn leaf_hash(data: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(data).finalize().into()
}

/// The hash of a node over its two halves: `SHA-256(0x01 || left || right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// What a new leaf adds: itself, and each subtree that is complete with it, from the bottom up. `read` is asked for
/// hashes that stand already, at most one a level.
///
/// # Errors
/// Those of `read`.
pub fn appended<E>(
    index: u64,
    leaf: Hash,
    mut read: impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Vec<(Node, Hash)>, E> {
    let (mut node, mut hash) = (Node { level: 0, position: index }, leaf);
    let mut added = vec![(node, hash)];
    while node.position % 2 == 1 {
        let left = read(Node { position: node.position - 1, ..node })?;
        hash = node_hash(&left, &hash);
        node = Node { level: node.level + 1, position: node.position / 2 };
        added.push((node, hash));
    }
    Ok(added)
}

/// The root over the first `size` leaves.
///
/// # Errors
/// Those of `read`.
pub fn root<E>(size: u64, mut read: impl FnMut(Node) -> Result<Hash, E>) -> Result<Hash, E> {
    range(0, size, &mut read)
}

/// The hash over the leaves of a range that the tree's own halving comes upon: it is a row of complete subtrees that
/// grow smaller, folded from the right.
fn range<E>(from: u64, to: u64, read: &mut impl FnMut(Node) -> Result<Hash, E>) -> Result<Hash, E> {
    let mut row = Vec::new();
    let mut at = from;
    while let Some(level) = to.saturating_sub(at).checked_ilog2() {
        row.push(read(Node { level, position: at >> level })?);
        at += 1 << level;
    }
    let Some(last) = row.pop() else { return Ok(Sha256::digest([]).into()) };
    Ok(row.iter().rev().fold(last, |right, left| node_hash(left, &right)))
}

/// How many leaves stand in the left half of a tree: the largest power of two below its size (2 or more).
const fn left_half(size: u64) -> u64 {
    match (size - 1).checked_ilog2() {
        Some(level) => 1 << level,
        None => 1,
    }
}

/// The proof that leaf `index` stands in the tree of that size; nothing where it does not reach so far.
///
/// # Errors
/// Those of `read`.
pub fn prove_inclusion<E>(
    index: u64,
    size: u64,
    mut read: impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Option<Vec<Hash>>, E> {
    if index >= size {
        return Ok(None);
    }
    let (mut from, mut to, mut path) = (0, size, Vec::new());
    while to - from > 1 {
        let middle = from + left_half(to - from);
        if index < middle {
            path.push(range(middle, to, &mut read)?);
            to = middle;
        } else {
            path.push(range(from, middle, &mut read)?);
            from = middle;
        }
    }
    path.reverse();
    Ok(Some(path))
}

/// The proof that the tree of size `to` begins with all of the tree of size `earlier`; nothing where that is larger.
/// From nothing, and from the same size, it is empty.
///
/// # Errors
/// Those of `read`.
pub fn prove_consistency<E>(
    earlier: u64,
    size: u64,
    mut read: impl FnMut(Node) -> Result<Hash, E>,
) -> Result<Option<Vec<Hash>>, E> {
    if earlier > size {
        return Ok(None);
    }
    if earlier == 0 || earlier == size {
        return Ok(Some(Vec::new()));
    }
    let (mut from, mut to, mut path) = (0, size, Vec::new());
    while earlier != to {
        let middle = from + left_half(to - from);
        if earlier <= middle {
            path.push(range(middle, to, &mut read)?);
            to = middle;
        } else {
            path.push(range(from, middle, &mut read)?);
            from = middle;
        }
    }
    // A first half that is the earlier tree itself need not be told: whoever checks has its root.
    if from != 0 {
        path.push(range(from, to, &mut read)?);
    }
    path.reverse();
    Ok(Some(path))
}

/// Whether a proof shows that a leaf of that hash is number `index` of the tree (RFC 9162, section 2.1.3.2).
pub fn is_included(index: u64, size: u64, leaf: Hash, proof: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for part in proof {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            hash = node_hash(part, &hash);
            while at % 2 == 0 && at != 0 {
                (at, last) = (at / 2, last / 2);
            }
        } else {
            hash = node_hash(&hash, part);
        }
        (at, last) = (at / 2, last / 2);
    }
    last == 0 && hash == *root
}

/// Whether a proof shows that the tree with root `root` begins with all of the one with root `earlier_root` (RFC 9162,
/// section 2.1.4.2).
pub fn is_consistent(earlier: u64, size: u64, earlier_root: &Hash, root: &Hash, proof: &[Hash]) -> bool {
    if earlier > size {
        return false;
    }
    if earlier == size {
        return proof.is_empty() && earlier_root == root;
    }
    if earlier == 0 {
        return proof.is_empty() && empty_root() == *earlier_root;
    }
    let whole = earlier.is_power_of_two().then_some(*earlier_root);
    let mut parts = whole.into_iter().chain(proof.iter().copied());
    let Some(first) = parts.next() else { return false };
    let shift = (earlier - 1).trailing_ones();
    let (mut at, mut last) = ((earlier - 1) >> shift, (size - 1) >> shift);
    let (mut old, mut new) = (first, first);
    for part in parts {
        if last == 0 {
            return false;
        }
        if at % 2 == 1 || at == last {
            old = node_hash(&part, &old);
            new = node_hash(&part, &new);
            while at % 2 == 0 && at != 0 {
                (at, last) = (at / 2, last / 2);
            }
        } else {
            new = node_hash(&new, &part);
        }
        (at, last) = (at / 2, last / 2);
    }
    last == 0 && old == *earlier_root && new == *root
}

/// The root of a tree without leaves.
pub fn empty_root() -> Hash {
    let nothing: Result<Hash, Infallible> = root(0, |_| Ok([0; 32]));
    nothing.unwrap_or_default()
}

#[cfg(test)]
mod tests;
