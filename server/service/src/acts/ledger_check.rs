//! The walk over all of the ledger: each entry in its order, each kept hash, each signed head, and what each entry
//! speaks of. It stops at the first place that is not as it was entered, and names it. It believes the entries' text and
//! the keys that it is given, and nothing else. Deliberately not here: any repair.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ids::{CertificationId, DisputeId, SettlementId};
use record::ledger::{Hash, Node, leaf_hash, node_hash};
use record::{KeySet, Leaf, LeafKind, Note, Statement, Verifier, digest_of};
use store::Tx;
use store::ledger::Entry;

use super::ledger::{certificate_leaf, count, is_as_stated, number};
use crate::refused::Refused;

/// How many entries are looked at together.
const AT_ONCE: i64 = 512;

/// What is believed beside the ledger itself.
#[derive(Debug, Clone)]
pub struct Given {
    /// The public keys of the ledger.
    pub keys: Vec<Verifier>,
    /// Signed heads that were kept elsewhere, each with the name of its file.
    pub kept: Vec<(String, String)>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// All of it is as it was entered.
    Whole {
        /// How many entries.
        entries: u64,
        /// How many signed heads, those kept elsewhere included.
        heads: usize,
        /// The root over all entries, in Base64.
        root: String,
    },
    /// The first place that is not.
    Wrong {
        /// Where.
        place: String,
        /// What is wrong there.
        what: &'static str,
    },
}

/// Why the walk stops: at a fault, or because it cannot go on.
enum Stop {
    Wrong(String, &'static str),
    Refused(Refused),
}

impl<E: Into<Refused>> From<E> for Stop {
    fn from(refused: E) -> Self {
        Self::Refused(refused.into())
    }
}

fn wrong<T>(place: impl Into<String>, what: &'static str) -> Result<T, Stop> {
    Err(Stop::Wrong(place.into(), what))
}

/// Walks all of it.
///
/// # Errors
/// The store's, where it cannot be looked at.
pub fn check(tx: &mut Tx<'_>, given: &Given, seals: &KeySet) -> Result<Found, Refused> {
    match walk(tx, given, seals) {
        Ok(found) => Ok(found),
        Err(Stop::Wrong(place, what)) => Ok(Found::Wrong { place, what }),
        Err(Stop::Refused(refused)) => Err(refused),
    }
}

fn walk(tx: &mut Tx<'_>, given: &Given, seals: &KeySet) -> Result<Found, Stop> {
    let size = store::ledger::size(tx)?;
    let heads = heads(tx, given)?;
    let mut tree = Tree::default();
    let mut waiting = heads.iter().peekable();
    loop {
        let page = store::ledger::entries(tx, number(tree.size)?, AT_ONCE)?;
        if page.is_empty() {
            break;
        }
        let (mut added, mut met) = (Vec::new(), Vec::new());
        for entry in &page {
            let leaf = leaf_of(entry, tree.size)?;
            tree.push(&entry.leaf, &mut added);
            speaks_truly(tx, entry, &leaf, given, seals)?;
            while let Some(head) = waiting.next_if(|head| head.size == tree.size) {
                met.push((head, tree.root()));
            }
        }
        // The kept hashes first: they tell which entry it is, where a head only tells that it is one of many.
        compare(tx, &added)?;
        if let Some((head, _)) = met.iter().find(|(head, root)| head.root != *root) {
            return wrong(head.place.as_str(), "its root is not that of the entries");
        }
    }
    if number(tree.size)? < size {
        return wrong(format!("entry {}", tree.size), "it is missing");
    }
    if number(tree.size)? > size {
        return wrong("the head", "it counts fewer entries than there are");
    }
    if heads.is_empty() {
        return wrong("the heads", "none was ever signed");
    }
    if let Some(head) = waiting.next() {
        return wrong(head.place.as_str(), "it covers more entries than there are");
    }
    if store::ledger::count_nodes(tx)? != number(tree.nodes)? {
        return wrong("the hashes", "there are more of them than entries make");
    }
    is_complete(tx, given, seals)?;
    Ok(Found::Whole { entries: tree.size, heads: heads.len(), root: STANDARD.encode(tree.root()) })
}

/// A signed head that verified, and what it is called where it is not that of the entries.
struct Head {
    size: u64,
    root: Hash,
    place: String,
}

/// Every head, those kept elsewhere included, in the order in which the walk comes by them.
fn heads(tx: &mut Tx<'_>, given: &Given) -> Result<Vec<Head>, Stop> {
    let mut heads = Vec::new();
    let mut last = -1;
    loop {
        let page = store::ledger::checkpoints(tx, last, AT_ONCE)?;
        let Some(newest) = page.last() else { break };
        last = newest.size;
        for kept in &page {
            let place = format!("checkpoint over {} entries", kept.size);
            let head = verified(&kept.note, place, given)?;
            if number(head.size)? != kept.size {
                return wrong(head.place, "it speaks of another number of entries");
            }
            for line in store::ledger::cosignatures(tx, &[kept.size])? {
                let note = Note::read(&format!("{}{}", kept.note, line.line)).ok();
                let witness: Option<Verifier> = line.witness.parse().ok();
                let signed = note.zip(witness).and_then(|(note, witness)| note.cosigned_by(&witness));
                if signed.as_ref() != Some(&line.line) {
                    return wrong(head.place, "a witness's line under it does not verify");
                }
            }
            heads.push(head);
        }
    }
    for (name, text) in &given.kept {
        heads.push(verified(text, format!("checkpoint in {name}"), given)?);
    }
    heads.sort_by_key(|head| head.size);
    Ok(heads)
}

fn verified(text: &str, place: String, given: &Given) -> Result<Head, Stop> {
    match Note::read(text).and_then(|note| note.verified(&given.keys)) {
        Ok(head) => Ok(Head { size: head.size, root: head.root, place }),
        Err(_) => wrong(place, "it is not signed by a key of this ledger"),
    }
}

/// The leaf of the entry that is next, or the place where it should be.
fn leaf_of(entry: &Entry, expected: u64) -> Result<Leaf, Stop> {
    if count(entry.number)? != expected {
        return wrong(format!("entry {expected}"), "it is missing");
    }
    let leaf = Leaf::read(&entry.leaf);
    match leaf.filter(|leaf| leaf.kind.as_str() == entry.kind) {
        Some(leaf) => Ok(leaf),
        None => wrong(place(entry), "its text is no leaf of its kind"),
    }
}

fn place(entry: &Entry) -> String {
    format!("entry {} ({})", entry.number, entry.kind)
}

/// The right border of the tree that was walked so far.
#[derive(Default)]
struct Tree {
    size: u64,
    /// How many complete subtrees there are.
    nodes: u64,
    /// The complete subtrees of which the tree is made, the largest first.
    border: Vec<(u32, Hash)>,
}

impl Tree {
    fn push(&mut self, text: &str, added: &mut Vec<(Node, Hash)>) {
        let (mut node, mut hash) = (Node { level: 0, position: self.size }, leaf_hash(text.as_bytes()));
        added.push((node, hash));
        while let Some((_, left)) = self.border.pop_if(|(level, _)| *level == node.level) {
            hash = node_hash(&left, &hash);
            node = Node { level: node.level + 1, position: node.position / 2 };
            added.push((node, hash));
        }
        self.border.push((node.level, hash));
        self.size += 1;
        self.nodes += u64::from(node.level) + 1;
    }

    fn root(&self) -> Hash {
        let mut parts = self.border.iter().rev().map(|(_, hash)| *hash);
        let last = parts.next().unwrap_or_else(record::ledger::empty_root);
        parts.fold(last, |right, left| node_hash(&left, &right))
    }
}

/// Compares what was computed with what is kept, from the leaves upwards.
fn compare(tx: &mut Tx<'_>, added: &[(Node, Hash)]) -> Result<(), Stop> {
    let mut levels: BTreeMap<u32, Vec<(u64, Hash)>> = BTreeMap::new();
    for (node, hash) in added {
        levels.entry(node.level).or_default().push((node.position, *hash));
    }
    for (level, computed) in levels {
        let (Some((from, _)), Some((last, _))) = (computed.first(), computed.last()) else { continue };
        let column = i32::try_from(level).map_err(|_| Refused::broken("a level beyond the ledger"))?;
        let kept = store::ledger::nodes(tx, column, number(*from)?, number(last + 1)?)?;
        let kept: BTreeMap<i64, Hash> = kept.into_iter().collect();
        for (position, hash) in computed {
            if kept.get(&number(position)?) != Some(&hash) {
                let place = match level {
                    0 => format!("entry {position}"),
                    _ => format!("hash {position} of level {level}"),
                };
                return wrong(place, "text and kept hash do not belong together");
            }
        }
    }
    Ok(())
}

/// Whether what an entry speaks of is there, and has the digest that was entered. A text whose key was destroyed
/// because its time was over is not there to be looked at any more.
fn speaks_truly(
    tx: &mut Tx<'_>,
    entry: &Entry,
    leaf: &Leaf,
    given: &Given,
    seals: &KeySet,
) -> Result<(), Stop> {
    let is_true = match leaf.kind {
        LeafKind::Record => match entry.subject.parse::<SettlementId>() {
            Ok(id) => is_record(tx, id, leaf)?,
            Err(_) => false,
        },
        LeafKind::Certificate => match entry.subject.parse::<DisputeId>() {
            Ok(id) => is_certificate(tx, id, leaf)?,
            Err(_) => false,
        },
        LeafKind::Certification => match entry.subject.parse::<CertificationId>() {
            Ok(id) => is_certification(tx, id, leaf)?,
            Err(_) => false,
        },
        LeafKind::SealKey => seals.iter().any(|key| key.thumbprint() == Some(leaf.digest)),
        // One that was taken from the published list, or changed in it, is not there any more.
        LeafKind::KeyRevocation => seals.revocations().any(|one| one.leaf().as_ref() == Ok(leaf)),
        LeafKind::LedgerKey => given.keys.iter().any(|key| key.leaf() == *leaf),
    };
    if is_true { Ok(()) } else { wrong(place(entry), "it is not the digest of what it speaks of") }
}

fn is_record(tx: &mut Tx<'_>, id: SettlementId, leaf: &Leaf) -> Result<bool, Stop> {
    let kept = match store::settlements::by_id(tx, id) {
        Ok(kept) => kept,
        Err(store::Error::NotFound | store::Error::Corrupt) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let same_text = match store::settlements::documents(tx, id) {
        Ok(documents) => digest_of(&documents.json) == leaf.digest,
        Err(store::Error::NotFound) => true,
        Err(store::Error::Corrupt) => false,
        Err(error) => return Err(error.into()),
    };
    Ok(kept.digest == leaf.digest && same_text)
}

fn is_certification(tx: &mut Tx<'_>, id: CertificationId, leaf: &Leaf) -> Result<bool, Stop> {
    let kept = match store::certifications::by_id(tx, id) {
        Ok(kept) => kept,
        Err(store::Error::NotFound | store::Error::Corrupt) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    if !tx.vault().holds(kept.dispute, store::Key::Record)? {
        return Ok(kept.digest == Some(leaf.digest));
    }
    let is_so = |json: &[u8]| Statement::from_canonical(json).is_some_and(|said| is_as_stated(&kept, &said));
    let same_text = match store::certifications::documents(tx, &kept) {
        Ok(documents) => digest_of(&documents.json) == leaf.digest && is_so(&documents.json),
        Err(store::Error::NotFound | store::Error::Corrupt) => false,
        Err(error) => return Err(error.into()),
    };
    Ok(kept.digest == Some(leaf.digest) && same_text)
}

fn is_certificate(tx: &mut Tx<'_>, id: DisputeId, leaf: &Leaf) -> Result<bool, Stop> {
    if !tx.vault().holds(id, store::Key::Record)? {
        return Ok(true);
    }
    match store::disputes::load(tx, id) {
        Ok(stored) => Ok(certificate_leaf(tx, &stored.value)?.as_ref() == Some(leaf)),
        Err(store::Error::NotFound | store::Error::Corrupt) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Whether every record, certificate and key that there is was entered.
fn is_complete(tx: &mut Tx<'_>, given: &Given, seals: &KeySet) -> Result<(), Stop> {
    if let Some((id, _)) = store::ledger::settlements_without(tx, LeafKind::Record.as_str(), 1)?.first() {
        return wrong(format!("record {id}"), "it has no entry");
    }
    let certifications = store::certifications::without_entry(tx, LeafKind::Certification.as_str(), 1)?;
    if let Some((id, _)) = certifications.first() {
        return wrong(format!("certification {id}"), "it has no entry");
    }
    if let Some(id) = store::ledger::disputes_without(tx, LeafKind::Certificate.as_str(), 1)?.first() {
        return wrong(format!("certificate of dispute {id}"), "it has no entry");
    }
    let seals_revoked = seals.revocations();
    let seals =
        seals.iter().filter_map(|key| Some(Leaf { kind: LeafKind::SealKey, digest: key.thumbprint()? }));
    let revoked = seals_revoked.filter_map(|one| one.leaf().ok());
    for leaf in given.keys.iter().map(Verifier::leaf).chain(seals).chain(revoked) {
        if store::ledger::find(tx, leaf.kind.as_str(), &leaf.digest.to_string())?.is_none() {
            return wrong(format!("key {}", leaf.digest), "it has no entry");
        }
    }
    Ok(())
}
