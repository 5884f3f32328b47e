//! Forgetting (R12): the talk of a dispute that is over goes by destroying its data key, backups included; rows go
//! too, and a tombstone stays. A draft that was never filed goes whole. Deliberately not here: how long to wait, and the
//! sealed bytes on disk, which open for nobody once the key is gone.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use sha2::{Digest, Sha256};

use domain::dispute::StageName;
use domain::ids::{DisputeId, FileId};
use domain::keeping::without_talk;
use domain::time::Moment;

use crate::columns::{At, Word, at, word};
use crate::error::{Error, Result};
use crate::schema::{
    channels, claims as rows_of_claims, disputes, duties, entries, files, holds, offers,
    reminders as rows_of_reminders, shares,
};
use crate::stored::{Tx, one};
use crate::vault::Key;
use crate::{
    bids, claims, disputes as all, papers, proposals, reminders, seats, standings, summaries, uploads,
};

/// What is left of a talk that was destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destroyed {
    /// Files whose sealed bytes may now be deleted from the disk.
    pub files: Vec<FileId>,
    /// SHA-256 over the keyed digests of its entries, in their order: rows that turn up in a backup are known by it as
    /// those that were destroyed, and nobody can guess from it what they said, because the key of the digests died too.
    pub digest: [u8; 32],
}

/// Disputes that were over before `before` and whose talk is still there.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn due(tx: &mut Tx<'_>, before: Moment, limit: i64) -> Result<Vec<DisputeId>> {
    // A legal hold stops the clock.
    let held = holds::table.filter(holds::dispute.eq(disputes::id)).filter(holds::ended_at.is_null());
    let over = disputes::table
        .filter(disputes::over_at.lt(at(before)))
        .filter(disputes::erased_at.is_null())
        .filter(not(exists(held)));
    let ids: Vec<Word<DisputeId>> =
        over.order(disputes::over_at).limit(limit).select(disputes::id).load(tx.db)?;
    ids.iter().map(Word::value).collect()
}

/// Destroys the talk of a dispute. The key goes at once, even if the transaction is lost after it; then the dispute is
/// due again, and this is harmless to repeat.
///
/// # Errors
/// `NotFound`; `Busy` where somebody reads the keys at this moment; `Unavailable`.
pub fn destroy_talk(tx: &mut Tx<'_>, dispute: DisputeId, now: Moment) -> Result<Destroyed> {
    tx.hold(dispute)?;
    let row = diesel::update(disputes::table.find(word(&dispute)));
    one(row.set(disputes::erased_at.eq(Some(at(now)))).execute(tx.db)?, Error::NotFound)?;
    let digest = digest_of(tx, dispute)?;
    let gone = delete_rows(tx, dispute)?;
    match all::load(tx, dispute) {
        Ok(known) => all::keep_rest(tx, &without_talk(known.value), known.version)?,
        // What does not open any more keeps nothing from going.
        Err(Error::Corrupt) => tracing::error!(%dispute, "the process of a dispute does not open"),
        Err(error) => return Err(error),
    }
    seats::forget_numbers(tx, dispute)?;
    // How much was said in which channel goes as well: a caucus was nobody else's, and its length neither (R5).
    diesel::delete(channels::table.filter(channels::dispute.eq(word(&dispute)))).execute(tx.db)?;
    // What a side called for, a break or help, was said as well.
    let called =
        duties::table.filter(duties::dispute.eq(Some(word(&dispute)))).filter(duties::side.is_not_null());
    diesel::delete(called).execute(tx.db)?;
    reminders::clear(tx, dispute)?;
    claims::blank(tx, dispute)?;
    tx.vault().destroy(dispute, Key::Data, now)?;
    Ok(Destroyed { files: gone, digest })
}

fn digest_of(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<[u8; 32]> {
    let said = entries::table.filter(entries::dispute.eq(word(&dispute)));
    let digests: Vec<(String, i64, String)> = said
        .order((entries::channel, entries::seq))
        .select((entries::channel, entries::seq, entries::body_digest))
        .load(tx.db)?;
    let mut all = Sha256::new();
    for (channel, seq, digest) in digests {
        all.update(format!("{channel}/{seq}/{digest}\n"));
    }
    Ok(all.finalize().into())
}

fn delete_rows(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Vec<FileId>> {
    let theirs: Vec<Word<FileId>> =
        files::table.filter(files::dispute.eq(word(&dispute))).select(files::id).load(tx.db)?;
    diesel::delete(files::table.filter(files::dispute.eq(word(&dispute)))).execute(tx.db)?;
    uploads::delete_all(tx, dispute)?;
    diesel::delete(offers::table.filter(offers::dispute.eq(word(&dispute)))).execute(tx.db)?;
    bids::delete_all(tx, dispute)?;
    proposals::delete_all(tx, dispute)?;
    diesel::delete(shares::table.filter(shares::dispute.eq(word(&dispute)))).execute(tx.db)?;
    standings::delete_all(tx, dispute)?;
    summaries::delete_all(tx, dispute)?;
    diesel::delete(entries::table.filter(entries::dispute.eq(word(&dispute)))).execute(tx.db)?;
    papers::delete_all(tx, dispute, Key::Data)?;
    theirs.iter().map(Word::value).collect()
}

/// When the dispute's talk was destroyed, if it was.
///
/// # Errors
/// `NotFound`.
pub fn erased_at(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Option<Moment>> {
    let found: Option<At> = disputes::table.find(word(&dispute)).select(disputes::erased_at).first(tx.db)?;
    Ok(found.map(At::moment))
}

/// Drafts that nobody has changed since `before`, and whose claimant was warned by `warned` and has not touched them since
/// (R12): nothing goes unannounced, however long the house stood still.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn stale_drafts(tx: &mut Tx<'_>, before: Moment, warned: Moment, limit: i64) -> Result<Vec<DisputeId>> {
    stale(tx, before, warned, None, limit)
}

/// Whether that draft is one of them, in the transaction that deletes it: its owner may have gone on with it meanwhile.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn is_stale(tx: &mut Tx<'_>, draft: DisputeId, before: Moment, warned: Moment) -> Result<bool> {
    tx.hold(draft)?;
    Ok(!stale(tx, before, warned, Some(draft), 1)?.is_empty())
}

fn stale(
    tx: &mut Tx<'_>,
    before: Moment,
    warned: Moment,
    draft: Option<DisputeId>,
    limit: i64,
) -> Result<Vec<DisputeId>> {
    let warning = rows_of_reminders::table
        .filter(rows_of_reminders::dispute.eq(disputes::id))
        .filter(rows_of_reminders::reminded_at.ge(disputes::changed_at.nullable()))
        .filter(rows_of_reminders::reminded_at.le(at(warned)));
    let mut stale = disputes::table
        .filter(disputes::stage.eq(word(&StageName::Draft)))
        .filter(disputes::changed_at.lt(at(before)))
        .filter(exists(warning))
        .into_boxed();
    if let Some(draft) = draft {
        stale = stale.filter(disputes::id.eq(word(&draft)));
    }
    let ids: Vec<Word<DisputeId>> =
        stale.order(disputes::changed_at).limit(limit).select(disputes::id).load(tx.db)?;
    ids.iter().map(Word::value).collect()
}

/// When a draft was changed last.
///
/// # Errors
/// `NotFound`.
pub fn changed_at(tx: &mut Tx<'_>, draft: DisputeId) -> Result<Moment> {
    let found: At = disputes::table.find(word(&draft)).select(disputes::changed_at).first(tx.db)?;
    Ok(found.moment())
}

/// Deletes a draft that was never filed, rows and keys, and answers the files whose bytes may now be deleted.
///
/// # Errors
/// `NotFound` where there is no such draft.
pub fn delete_draft(tx: &mut Tx<'_>, dispute: DisputeId, now: Moment) -> Result<Vec<FileId>> {
    let gone = delete_rows(tx, dispute)?;
    diesel::delete(rows_of_claims::table.find(word(&dispute))).execute(tx.db)?;
    let draft = disputes::table.find(word(&dispute)).filter(disputes::stage.eq(word(&StageName::Draft)));
    one(diesel::delete(draft).execute(tx.db)?, Error::NotFound)?;
    tx.vault().destroy(dispute, Key::Data, now)?;
    tx.vault().destroy(dispute, Key::Record, now)?;
    Ok(gone)
}

/// Makes rows that were put back say what the vault knows: the talk of which the key is destroyed is deleted again, with the
/// time at which it was; a draft that was deleted goes again. Answers the files whose bytes may now be deleted.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn replay(tx: &mut Tx<'_>) -> Result<Vec<FileId>> {
    let erasures = tx.vault().erasures()?;
    let mut gone = Vec::new();
    for some in erasures.chunks(AT_ONCE) {
        let ids: Vec<_> = some.iter().map(|(dispute, ..)| word(dispute)).collect();
        let back = disputes::table.filter(disputes::id.eq_any(ids)).filter(disputes::erased_at.is_null());
        let back: Vec<(Word<DisputeId>, Word<StageName>)> =
            back.select((disputes::id, disputes::stage)).load(tx.db)?;
        for (dispute, stage) in back {
            let (dispute, stage) = (dispute.value()?, stage.value()?);
            let at = some.iter().find(|(one, ..)| *one == dispute).map(|(.., at)| *at);
            let Some(at) = at else { continue };
            if stage == StageName::Draft {
                gone.extend(delete_draft(tx, dispute, at)?);
            } else {
                gone.extend(destroy_talk(tx, dispute, at)?.files);
            }
        }
    }
    Ok(gone)
}

/// How many ids one question names.
const AT_ONCE: usize = 500;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tables;
