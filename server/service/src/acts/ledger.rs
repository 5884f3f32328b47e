//! The ledger: what is entered into it, in the transaction in which it came about, and its signed heads. Deliberately
//! not here: hashing and signatures (`record`'s), and what of it is published (`ledger_views`).

use std::time::Duration;

use domain::certificate::certificate;
use domain::certification::CertificationState;
use domain::dispute::Dispute;
use domain::ids::{CertificationId, DisputeId, SettlementId};
use domain::person::EmailAddress;
use domain::time::Moment;
use pages::mails::Mail;
use record::ledger::{Hash, Node, appended, leaf_hash, root};
use record::{Digest, KeySet, Leaf, LeafKind, LedgerKey, Note, Salt, SealedBefore, Verifier, digest_of};
use store::Tx;
use store::ledger::{Checkpoint, Cosignature, Entry};
use store::settlements::Filter;

use super::Doing;
use super::letters::{Attachment, Envelope, post};
use crate::refused::Refused;

/// How many records, and how many certificates, that have no entry are entered in one transaction.
const AT_ONCE: i64 = 50;

/// A number of the tree as a row's.
///
/// # Errors
/// `Broken` beyond 2^63.
pub fn number(of_tree: u64) -> Result<i64, Refused> {
    i64::try_from(of_tree).map_err(|_| Refused::broken("a number beyond the ledger"))
}

/// A number of a row as the tree's.
///
/// # Errors
/// `Broken` below nothing.
pub fn count(of_row: i64) -> Result<u64, Refused> {
    u64::try_from(of_row).map_err(|_| Refused::broken("a number before the ledger"))
}

/// The kept hash of a complete subtree. That it is missing is no absence but damage.
///
/// # Errors
/// `Broken`, and the store's.
pub fn node(tx: &mut Tx<'_>, node: Node) -> Result<Hash, Refused> {
    let level = i32::try_from(node.level).map_err(|_| Refused::broken("a level beyond the ledger"))?;
    match store::ledger::node(tx, level, number(node.position)?) {
        Err(store::Error::NotFound) => Err(Refused::broken("the ledger lacks a hash")),
        found => Ok(found?),
    }
}

/// Enters a leaf, and the hashes of the subtrees that are complete with it.
fn enter(tx: &mut Tx<'_>, leaf: &Leaf, subject: String, now: Moment) -> Result<i64, Refused> {
    let text = leaf.text().map_err(|_| Refused::broken("a leaf has no text"))?;
    let taken = store::ledger::take_number(tx)?;
    let added = appended(count(taken)?, leaf_hash(text.as_bytes()), |wanted| node(tx, wanted))?;
    for (node, hash) in added {
        let level = i32::try_from(node.level).map_err(|_| Refused::broken("a level beyond the ledger"))?;
        store::ledger::put_node(tx, level, number(node.position)?, &hash)?;
    }
    let entry = Entry { number: taken, kind: leaf.kind.as_str().to_owned(), subject, leaf: text };
    store::ledger::put(tx, &entry, now)?;
    Ok(taken)
}

/// Tries to enter something in the act in which it came about. Nothing of the ledger's stops anybody from ending a
/// dispute: what could not be entered is undone alone, and the backlog enters it once that is possible.
fn try_to_enter(
    tx: &mut Tx<'_>,
    what: LeafKind,
    id: &str,
    work: impl FnOnce(&mut Tx<'_>) -> Result<(), Refused>,
) {
    if let Err(refused) = tx.attempt(work) {
        tracing::error!(%refused, kind = what.as_str(), id, "the ledger took no entry; it waits");
    }
}

/// Enters a record that is sealed in this transaction. It gets a signed head at once.
pub fn enter_record(tx: &mut Tx<'_>, doing: &mut Doing, id: SettlementId, digest: Digest) {
    let (subject, now) = (id.to_string(), doing.now);
    try_to_enter(tx, LeafKind::Record, &subject, |tx| {
        enter(tx, &Leaf { kind: LeafKind::Record, digest }, subject.clone(), now).map(drop)
    });
    doing.head_waits();
}

/// Enters the certificate of a dispute that is over now; nothing happens where there is none yet, or it was entered.
/// It waits for the next head, so that whoever watches the ledger does not see the minute in which a dispute ended.
pub fn enter_certificate(tx: &mut Tx<'_>, doing: &Doing, dispute: &Dispute) {
    if certificate(dispute).is_none() {
        return;
    }
    let subject = dispute.id.to_string();
    try_to_enter(tx, LeafKind::Certificate, &subject, |tx| {
        let Some(leaf) = certificate_leaf(tx, dispute)? else { return Ok(()) };
        if store::ledger::find(tx, leaf.kind.as_str(), &subject)?.is_none() {
            enter(tx, &leaf, subject.clone(), doing.now)?;
        }
        Ok(())
    });
}

/// Enters a certification that is made in this transaction. It waits for the next head, as a certificate does: nobody who
/// watches the ledger is to see the minute in which somebody certified something.
pub fn enter_certification(tx: &mut Tx<'_>, doing: &Doing, id: CertificationId, digest: Digest) {
    let (subject, now) = (id.to_string(), doing.now);
    try_to_enter(tx, LeafKind::Certification, &subject, |tx| {
        enter(tx, &Leaf { kind: LeafKind::Certification, digest }, subject.clone(), now).map(drop)
    });
}

/// The text of a dispute's certificate, with its salt; nothing while there is none.
///
/// # Errors
/// The store's.
pub fn certificate_text(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<Option<Vec<u8>>, Refused> {
    let Some(certificate) = certificate(dispute) else { return Ok(None) };
    let salt = record::certificate::salt(&Salt::new(store::disputes::salt(tx, dispute.id)?));
    let text = record::certificate::text(&certificate, salt);
    text.map(Some).map_err(|_| Refused::broken("a certificate has no text"))
}

/// The leaf that belongs to a dispute's certificate; nothing while there is none.
///
/// # Errors
/// The store's.
pub fn certificate_leaf(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<Option<Leaf>, Refused> {
    let text = certificate_text(tx, dispute)?;
    Ok(text.map(|text| Leaf { kind: LeafKind::Certificate, digest: digest_of(&text) }))
}

/// Something that is to have an entry: its leaf, and the id of what that speaks of.
pub type Owed = (Leaf, String);

/// The entry by which the ledger tells that a key came into use.
pub fn owed_for_key(leaf: Leaf) -> Owed {
    (leaf, leaf.digest.to_string())
}

/// Records and certificates that have no entry: the house is older than its ledger, or an older program worked beside
/// this one. At most some; none is left where none is answered.
///
/// # Errors
/// The store's.
pub fn owed(tx: &mut Tx<'_>) -> Result<Vec<Owed>, Refused> {
    let mut owed = Vec::new();
    for (id, digest) in store::ledger::settlements_without(tx, LeafKind::Record.as_str(), AT_ONCE)? {
        owed.push((Leaf { kind: LeafKind::Record, digest }, id.to_string()));
    }
    let kind = LeafKind::Certification;
    for (id, digest) in store::certifications::without_entry(tx, kind.as_str(), AT_ONCE)? {
        owed.push((Leaf { kind, digest }, id.to_string()));
    }
    for id in store::ledger::disputes_without(tx, LeafKind::Certificate.as_str(), AT_ONCE)? {
        match kept_leaf(tx, id) {
            Ok(leaf) => owed.extend(leaf.map(|leaf| (leaf, id.to_string()))),
            Err(refused @ (Refused::Busy { .. } | Refused::Unavailable)) => return Err(refused),
            // One that does not open keeps no other from its entry.
            Err(refused) => tracing::error!(%refused, dispute = %id, "a certificate cannot be entered"),
        }
    }
    Ok(owed)
}

fn kept_leaf(tx: &mut Tx<'_>, id: DisputeId) -> Result<Option<Leaf>, Refused> {
    let dispute = store::disputes::load(tx, id)?.value;
    certificate_leaf(tx, &dispute)
}

/// Enters what has no entry yet. The head is held before anything is looked for, so that two programs that start at once
/// enter nothing twice; no dispute is held in it, or whoever ends one would wait in a circle.
///
/// # Errors
/// The store's.
pub fn enter_owed(tx: &mut Tx<'_>, doing: &Doing, owed: &[Owed]) -> Result<(), Refused> {
    store::ledger::hold(tx)?;
    for (leaf, subject) in owed {
        if store::ledger::find(tx, leaf.kind.as_str(), subject)?.is_none() {
            enter(tx, leaf, subject.clone(), doing.now)?;
        }
    }
    Ok(())
}

/// Whether what is kept beside a certification says what its statement says: the row alone could be changed unseen.
pub fn is_as_stated(kept: &store::certifications::Kept, statement: &record::Statement) -> bool {
    kept.id == statement.id
        && kept.settlement == statement.record.id
        && kept.certification.state() == CertificationState::Certified
        && kept.certification.capacity() == Some(statement.certifier.capacity)
        && kept.certification.since == statement.certified_at
}

/// The records and certifications that a seal key sealed, as the ledger has them: what is to be believed of it once it is
/// revoked. None of them may wait for its entry, or a genuine record would be taken for a forged one.
///
/// # Errors
/// `Broken` where something waits to be entered, or does not open; the store's.
pub fn sealed_by(tx: &mut Tx<'_>, kid: &str, published: &KeySet) -> Result<Vec<SealedBefore>, Refused> {
    let certifications = store::certifications::without_entry(tx, LeafKind::Certification.as_str(), 1)?;
    let records = store::ledger::settlements_without(tx, LeafKind::Record.as_str(), 1)?;
    if !records.is_empty() || !certifications.is_empty() {
        return Err(Refused::broken(
            "a record waits for its entry in the ledger: start the house once before",
        ));
    }
    let mut sealed = Vec::new();
    for id in store::settlements::ids(tx, &Filter::default())? {
        let documents = store::settlements::documents(tx, id)?;
        let by = record::jws::open(documents.jws.as_bytes(), published);
        let (_, by) = by.map_err(|_| Refused::broken("a record is not sealed by a published key"))?;
        if by.kid() == kid {
            let (record, pdf) = (digest_of(&documents.json), digest_of(&documents.pdf));
            sealed.push(SealedBefore { record, pdf });
        }
    }
    for kept in store::certifications::made(tx)? {
        let documents = store::certifications::documents(tx, &kept)?;
        let by = record::certification::open(documents.jws.as_bytes(), published);
        let (_, by) = by.map_err(|_| Refused::broken("a certification is not sealed by a published key"))?;
        if by.kid() == kid {
            let (record, pdf) = (digest_of(&documents.json), digest_of(&documents.pdf));
            sealed.push(SealedBefore { record, pdf });
        }
    }
    Ok(sealed)
}

/// What the head is signed with, and what is known of the one before.
pub struct Signing<'a> {
    /// The key.
    pub key: &'a LedgerKey,
    /// The public keys of the ledger, present and past.
    pub published: &'a [Verifier],
    /// The newest head, as it was kept beside the keys.
    pub kept: Option<&'a str>,
}

/// Signs the head of a ledger that grew, and answers the newest head. A head that contradicts one before is never
/// signed: whoever rewrote the tree, or took the heads away with it, gets no signature for it.
///
/// # Errors
/// `Broken` for a tree that no longer begins with what was signed; the store's.
pub fn sign_head(tx: &mut Tx<'_>, doing: &Doing, signing: &Signing<'_>) -> Result<Checkpoint, Refused> {
    // Held before anything is read: another node that signs meanwhile would seem to have signed more than there is.
    store::ledger::hold(tx)?;
    let size = store::ledger::size(tx)?;
    let before = store::ledger::latest_checkpoint(tx)?;
    for note in before.iter().map(|head| head.note.as_str()).chain(signing.kept) {
        if !begins_with(tx, size, note, signing.published)? {
            return Err(Refused::broken("the ledger no longer begins with what was signed"));
        }
    }
    if let Some(before) = before.filter(|before| before.size == size) {
        return Ok(before);
    }
    let tree = count(size)?;
    let note = signing.key.sign(tree, &root(tree, |wanted| node(tx, wanted))?);
    let head = Checkpoint { size, note, at: doing.now };
    store::ledger::put_checkpoint(tx, &head)?;
    Ok(head)
}

/// Whether the tree over so many entries begins with that head, and a key of this ledger has signed that.
fn begins_with(tx: &mut Tx<'_>, size: i64, note: &str, published: &[Verifier]) -> Result<bool, Refused> {
    let signed = Note::read(note).and_then(|note| note.verified(published));
    let signed = signed.map_err(|_| Refused::broken("a kept head is not signed by a key of this ledger"))?;
    Ok(number(signed.size)? <= size && root(signed.size, |wanted| node(tx, wanted))? == signed.root)
}

/// A head with the lines of witnesses of this house that verify under it.
#[derive(Debug)]
pub struct Cosigned {
    size: i64,
    head: String,
    /// Each with the time that it states.
    lines: Vec<(Cosignature, Moment)>,
}

/// Reads what somebody brings, and verifies it, before any transaction: whoever brings rubbish keeps nobody waiting.
///
/// # Errors
/// `Absent` where the house has no witnesses; `Fields` where it is no note, or none of them has signed it.
pub fn read_cosigned(witnesses: &[Verifier], text: &str) -> Result<Cosigned, Refused> {
    if witnesses.is_empty() {
        return Err(Refused::Absent);
    }
    let wrong = || Refused::field("note", "not-a-checkpoint");
    let given = Note::read(text).map_err(|_| wrong())?;
    let size = i64::try_from(given.head.size).map_err(|_| wrong())?;
    let signed = |witness: &Verifier| {
        let line = given.cosigned_by(witness)?;
        let at = Moment::from_millis(0).plus(Duration::from_secs(given.cosigned_at(witness)?));
        Some((Cosignature { size, witness: witness.to_string(), line }, at))
    };
    let lines: Vec<_> = witnesses.iter().filter_map(signed).collect();
    if lines.is_empty() {
        return Err(Refused::field("note", "no-witness-signed"));
    }
    Ok(Cosigned { size, head: given.head.text(), lines })
}

/// Takes up what witnesses signed under a head of this ledger, and answers the note with all lines.
///
/// # Errors
/// `Fields` where the house has signed no such head.
pub fn cosign(tx: &mut Tx<'_>, given: &Cosigned) -> Result<String, Refused> {
    let wrong = || Refused::field("note", "not-a-checkpoint");
    let ours = store::ledger::checkpoint(tx, given.size)?.ok_or_else(wrong)?;
    if !ours.note.starts_with(&format!("{}\n", given.head)) {
        return Err(wrong());
    }
    for (line, signed_at) in &given.lines {
        store::ledger::put_cosignature(tx, line, *signed_at)?;
    }
    cosigned_note(tx, ours)
}

/// A signed head with the lines of its witnesses.
///
/// # Errors
/// The store's.
pub fn cosigned_note(tx: &mut Tx<'_>, head: Checkpoint) -> Result<String, Refused> {
    Ok(with_cosignatures(tx, vec![head])?.into_iter().map(|(_, note)| note).collect())
}

/// Signed heads, each with its note and the lines of its witnesses in it.
///
/// # Errors
/// The store's.
pub fn with_cosignatures(
    tx: &mut Tx<'_>,
    heads: Vec<Checkpoint>,
) -> Result<Vec<(Checkpoint, String)>, Refused> {
    let sizes: Vec<i64> = heads.iter().map(|head| head.size).collect();
    let lines = store::ledger::cosignatures(tx, &sizes)?;
    let noted = heads.into_iter().map(|head| {
        let theirs = lines.iter().filter(|cosigned| cosigned.size == head.size);
        let note = theirs.fold(head.note.clone(), |note, cosigned| note + &cosigned.line);
        (head, note)
    });
    Ok(noted.collect())
}

/// Mails the newest head to the institution, where that is due: a head that others hold is what a rewritten ledger
/// cannot be brought into agreement with.
///
/// # Errors
/// The store's.
pub fn mail_head(tx: &mut Tx<'_>, doing: &mut Doing, to: &EmailAddress) -> Result<(), Refused> {
    let before = doing.now.minus(doing.config.ledger.mail_period);
    let Some(head) = store::ledger::latest_checkpoint(tx)? else { return Ok(()) };
    if store::ledger::mark_mailed(tx, before, doing.now)? {
        let note = cosigned_note(tx, head)?;
        let envelope = Envelope {
            to,
            language: domain::language::Language::English,
            purpose: "ledger-head",
            delivery: None,
        };
        // As a file too: what shows mails may fold lines that mean something only as they stand.
        let file = Attachment::new("ledger-head.txt", "text/plain; charset=utf-8", note.as_bytes());
        post(tx, doing, &envelope, &Mail::LedgerHead { note }, vec![file])?;
    }
    Ok(())
}
