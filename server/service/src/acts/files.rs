//! Evidence and files for the room: their bytes lie on disk under the dispute's data key, and go with it (R12).
//! Deliberately not here: what an upload really is (`uploads`), and the disk.

use domain::dispute::{Refusal, Stage};
use domain::file::Quarantine;
use domain::ids::{DisputeId, EntryId, FileId, UploadId};
use domain::person::clean_words;
use domain::room::{Channel, has_seat};
use domain::sight::{Item, Viewer};
use store::files::{FileRow, bytes_place};
use store::{Key, Sealer, Tx};

use super::process::{Seen, look};
use super::rooms::sits;
use super::{Doing, notices};
use crate::refused::Refused;
use crate::uploads::scanner::Verdict;
use crate::uploads::thumbnail::Thumbnail;

/// The most bytes of all files of a dispute.
const DISPUTE_BYTES_MAX: i64 = 500 * 1024 * 1024;
/// What of it each side has, and the mediator. Out of one store for all, a side could measure by its own uploads what the
/// other keeps to itself, and leave it no room (R5).
const SHARE_BYTES_MAX: i64 = DISPUTE_BYTES_MAX / 3;

/// Where an upload goes, and what seals it.
#[derive(Clone)]
pub struct Prepared {
    /// Its id.
    pub id: FileId,
    sealer: Sealer,
    dispute: DisputeId,
}

impl Prepared {
    /// The bytes as they lie on disk.
    ///
    /// # Errors
    /// Those of the vault.
    pub fn seal(&self, bytes: &[u8]) -> Result<Vec<u8>, Refused> {
        Ok(self.sealer.seal(&bytes_place(self.dispute, self.id), bytes)?)
    }

    /// The bytes as they were uploaded.
    ///
    /// # Errors
    /// Those of the vault.
    pub fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, Refused> {
        Ok(self.sealer.open(&bytes_place(self.dispute, self.id), sealed)?.to_vec())
    }
}

/// Whether that person may upload there now, and what seals the bytes.
///
/// # Errors
/// `Absent` for whoever is neither party nor mediator, or has no seat in the channel; the rule where there is no room
/// left.
pub fn prepare(
    tx: &mut Tx<'_>,
    doing: &Doing,
    dispute: DisputeId,
    channel: Option<Channel>,
    resumed: Option<UploadId>,
) -> Result<Prepared, Refused> {
    let seen = look(tx, doing, dispute)?;
    check_place(&seen, channel)?;
    check_open(&seen)?;
    // Whoever can add no single byte more need not send a file; `add` counts with its bytes. One that came in pieces has
    // its room kept.
    check_room(tx, &seen, dispute, if resumed.is_some() { 0 } else { 1 })?;
    let id = FileId::new(doing.new_uuid());
    Ok(Prepared { id, sealer: tx.vault().sealer(Key::Data, dispute)?, dispute })
}

/// Whether so many bytes more fit into what that side may have in a dispute, beside what its uploads under way will take.
pub(super) fn check_room(tx: &mut Tx<'_>, seen: &Seen, dispute: DisputeId, more: i64) -> Result<(), Refused> {
    let all = store::files::of_dispute(tx, dispute)?;
    let used: i64 = all.iter().filter(|row| row.side == seen.side()).map(|row| row.bytes).sum();
    let promised = store::uploads::promised(tx, dispute, seen.side())?;
    if fits(used.saturating_add(promised), more) { Ok(()) } else { Err(Refused::rule("dispute-files-full")) }
}

const fn fits(used: i64, more: i64) -> bool {
    used.saturating_add(more) <= SHARE_BYTES_MAX
}

pub(super) fn check_place(seen: &Seen, channel: Option<Channel>) -> Result<(), Refused> {
    let hears = |channel| seen.seat().is_some_and(|seat| has_seat(seat, channel, seen.dispute.shuttle));
    match (seen.viewer, channel) {
        (Viewer::Party(_), None) => Ok(()),
        (Viewer::Party(_) | Viewer::Mediator | Viewer::CoMediator, Some(channel)) if hears(channel) => Ok(()),
        _ => Err(Refused::Absent),
    }
}

/// What is over takes no more evidence.
pub(super) fn check_open(seen: &Seen) -> Result<(), Refused> {
    match seen.dispute.stage {
        Stage::Settled { .. } | Stage::Ended(_) => Err(Refused::rule(Refusal::Ended.code())),
        _ => Ok(()),
    }
}

/// The copy that is kept of an upload.
pub struct Copied {
    pub name: String,
    pub channel: Option<Channel>,
    /// What it was found to be, such as `image/jpeg`.
    pub kind: &'static str,
    pub bytes: usize,
    pub thumbnail: Option<Thumbnail>,
    /// Why nobody may open it yet.
    pub quarantine: Option<Quarantine>,
}

/// Keeps what is known of a file whose bytes are on disk.
///
/// # Errors
/// As [`prepare`], now with the bytes that there are.
pub fn add(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    prepared: &Prepared,
    copied: Copied,
) -> Result<FileRow, Refused> {
    let seen = look(tx, doing, prepared.dispute)?;
    check_place(&seen, copied.channel)?;
    check_open(&seen)?;
    let bytes = i64::try_from(copied.bytes).unwrap_or(i64::MAX);
    // Of two that come at once, the second counts what the first has kept.
    store::files::hold(tx, prepared.dispute)?;
    check_room(tx, &seen, prepared.dispute, bytes)?;
    let name = clean_words(&copied.name, 200).unwrap_or_else(|_| "file".to_owned());
    let row = FileRow {
        id: prepared.id,
        dispute: prepared.dispute,
        owner: seen.account,
        side: seen.side(),
        channel: copied.channel,
        content_type: copied.kind.to_owned(),
        bytes,
        name,
        shown: false,
        at: doing.now,
        quarantine: copied.quarantine,
    };
    store::files::put(tx, &row)?;
    if let Some(small) = copied.thumbnail {
        let size = (small.width, small.height);
        store::thumbnails::put(tx, row.dispute, row.id, size, &small.bytes)?;
    }
    Ok(row)
}

/// Whether the person sits where an entry with one of these numbers is read, and their seat reaches it (R5).
fn reads_one(tx: &mut Tx<'_>, seen: &Seen, channel: Channel, numbers: &[u64]) -> Result<bool, Refused> {
    match sits(tx, seen, channel) {
        Ok((_, row)) => Ok(numbers.iter().any(|number| row.reaches(*number))),
        Err(Refused::Absent) => Ok(false),
        Err(refused) => Err(refused),
    }
}

/// A file of a channel is its owner's until it was said there; from then on it is read by whoever reads what says it.
/// Of one in quarantine nobody but its owner knows.
fn may_open(tx: &mut Tx<'_>, seen: &Seen, row: &FileRow) -> Result<bool, Refused> {
    if row.quarantine.is_some() {
        return Ok(row.owner == seen.account);
    }
    let Some(channel) = row.channel else { return Ok(may_see_evidence(seen, row)) };
    let numbers = store::files::places(tx, row.id)?;
    if numbers.is_empty() { Ok(row.owner == seen.account) } else { reads_one(tx, seen, channel, &numbers) }
}

fn may_see_evidence(seen: &Seen, row: &FileRow) -> bool {
    if row.owner == seen.account {
        return true;
    }
    match row.side {
        _ if row.quarantine.is_some() => false,
        // Until both are ready nobody sees anything beyond the invitation, whatever is ticked.
        Some(of) => seen.may_read(Item::File { of, shown: row.shown && seen.dispute.sides_have_met() }),
        None => false,
    }
}

/// The files of a dispute that the reader may open.
///
/// # Errors
/// `Absent` for whoever has no part in it.
pub fn list(tx: &mut Tx<'_>, doing: &Doing, dispute: DisputeId) -> Result<(Seen, Vec<FileRow>), Refused> {
    let seen = look(tx, doing, dispute)?;
    let mut rows = store::files::of_dispute(tx, dispute)?;
    rows.retain(|row| row.channel.is_none() && may_see_evidence(&seen, row));
    Ok((seen, rows))
}

/// The files that the reader added for a channel and that nobody has said there yet: of them they alone know.
///
/// # Errors
/// `Absent` for whoever has no part in it.
pub fn unsaid(tx: &mut Tx<'_>, doing: &Doing, dispute: DisputeId) -> Result<Vec<FileRow>, Refused> {
    let seen = look(tx, doing, dispute)?;
    let mut unsaid = Vec::new();
    for row in store::files::of_dispute(tx, dispute)? {
        let is_own = row.owner == seen.account && row.channel.is_some();
        if is_own && store::files::places(tx, row.id)?.is_empty() {
            unsaid.push(row);
        }
    }
    Ok(unsaid)
}

/// The files of a channel as that reader counts them: those that were said within what the seat reads, so that no gap
/// tells of another.
///
/// # Errors
/// `Absent` without a seat there.
pub fn said_in(tx: &mut Tx<'_>, seen: &Seen, channel: Channel) -> Result<Vec<FileId>, Refused> {
    let (_, row) = sits(tx, seen, channel)?;
    let said = store::files::said_in(tx, seen.dispute.id, channel)?;
    Ok(said.into_iter().filter(|(_, number)| row.reaches(*number)).map(|(file, _)| file).collect())
}

/// One file that the reader may open, and what opens its bytes.
///
/// # Errors
/// `Absent` where there is none for this reader.
pub fn open(tx: &mut Tx<'_>, doing: &Doing, id: FileId) -> Result<(FileRow, Prepared), Refused> {
    // What was passed on has a name of its own for those who read it there (R5, R6).
    let (row, may) = match store::shares::file(tx, id)? {
        Some((dispute, channel, file)) => {
            let seen = look(tx, doing, dispute)?;
            let copy = store::entries::by_id(tx, dispute, channel, EntryId::new(id.uuid()))?;
            let number = copy.map(|entry| entry.seq);
            let may = reads_one(tx, &seen, channel, number.as_slice())?;
            (store::files::get(tx, file)?, may)
        }
        None => {
            let row = store::files::get(tx, id)?;
            let seen = look(tx, doing, row.dispute)?;
            let may = may_open(tx, &seen, &row)?;
            (row, may)
        }
    };
    if !may {
        return Err(Refused::Absent);
    }
    check_passed(&row)?;
    let prepared = prepared(tx, &row)?;
    Ok((row, prepared))
}

fn prepared(tx: &mut Tx<'_>, row: &FileRow) -> Result<Prepared, Refused> {
    let sealer = tx.vault().sealer(Key::Data, row.dispute)?;
    Ok(Prepared { id: row.id, sealer, dispute: row.dispute })
}

/// Whether a file may leave its quarantine, or has none.
///
/// # Errors
/// The rule, for its owner: to everybody else it is not there.
pub fn check_passed(row: &FileRow) -> Result<(), Refused> {
    match row.quarantine {
        None => Ok(()),
        Some(Quarantine::Waiting) => Err(Refused::rule("file-not-checked")),
        Some(Quarantine::Held) => Err(Refused::rule("file-held-back")),
    }
}

/// What opens the bytes of a file that waits to be checked; nothing where it does not wait any more.
///
/// # Errors
/// Those of the store.
pub fn waiting(tx: &mut Tx<'_>, id: FileId) -> Result<Option<Prepared>, Refused> {
    match store::files::get(tx, id) {
        Ok(row) if row.quarantine == Some(Quarantine::Waiting) => prepared(tx, &row).map(Some),
        Ok(_) | Err(store::Error::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// A file that waited was checked: it may be opened from now on, or stays held back. Its owner hears of what they now
/// have to do, and nobody else of anything.
///
/// # Errors
/// Those of the store.
pub fn conclude(tx: &mut Tx<'_>, doing: &mut Doing, id: FileId, verdict: Verdict) -> Result<(), Refused> {
    let row = match store::files::get(tx, id) {
        Ok(row) if row.quarantine == Some(Quarantine::Waiting) => row,
        Ok(_) | Err(store::Error::NotFound) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    let held = (verdict == Verdict::NotPassed).then_some(Quarantine::Held);
    store::files::set_quarantine(tx, id, held)?;
    if held.is_some() || row.channel.is_some() {
        notices::something_to_do(tx, doing, row.owner, row.dispute)?;
    }
    Ok(())
}

/// Its owner takes back a file that nobody else has seen: one in quarantine, or one that was never said in its channel.
///
/// # Errors
/// `Absent` for others than the owner; the rule for a file that is part of the dispute.
pub fn remove(tx: &mut Tx<'_>, doing: &mut Doing, id: FileId) -> Result<(), Refused> {
    let row = store::files::get(tx, id)?;
    let seen = look(tx, doing, row.dispute)?;
    if row.owner != seen.account {
        return Err(Refused::Absent);
    }
    let is_unsaid = row.channel.is_some() && store::files::places(tx, id)?.is_empty();
    if row.quarantine.is_none() && !is_unsaid {
        return Err(Refused::rule("file-stays"));
    }
    store::files::delete(tx, id)?;
    doing.forget(vec![id]);
    Ok(())
}

/// The small picture of a file that the reader may open.
///
/// # Errors
/// `Absent` where there is none for this reader.
pub fn thumbnail(tx: &mut Tx<'_>, doing: &Doing, id: FileId) -> Result<Vec<u8>, Refused> {
    let (row, _) = open(tx, doing, id)?;
    Ok(store::thumbnails::get(tx, row.dispute, row.id)?)
}

/// The owner lets the other side see a file, or no longer.
///
/// # Errors
/// `Absent` for others than the owner.
pub fn show(tx: &mut Tx<'_>, doing: &mut Doing, id: FileId, shown: bool) -> Result<(), Refused> {
    let row = store::files::get(tx, id)?;
    let seen = look(tx, doing, row.dispute)?;
    if row.owner != seen.account || row.channel.is_some() {
        return Err(Refused::Absent);
    }
    check_passed(&row)?;
    store::files::set_shown(tx, id, shown)?;
    let kind = if shown { "file-shown" } else { "file-hidden" };
    doing.trace(kind, Some(row.dispute), &serde_json::json!({ "file": id.to_string() }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_keeps_what_it_may_and_not_a_byte_more() {
        assert!(fits(0, SHARE_BYTES_MAX) && fits(SHARE_BYTES_MAX - 1, 1));
        assert!(!fits(SHARE_BYTES_MAX, 1) && !fits(SHARE_BYTES_MAX - 1, 2) && !fits(1, i64::MAX));
    }
}
