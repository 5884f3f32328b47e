//! Evidence and files for the room: their bytes lie on disk under the dispute's data key, and go with it (R12).
//! Deliberately not here: what an upload really is (`uploads`), and the disk.

use domain::dispute::{Refusal, Stage};
use domain::ids::{DisputeId, FileId};
use domain::person::clean_words;
use domain::room::{Channel, has_seat};
use domain::sight::{Item, Viewer};
use store::files::{FileRow, bytes_place};
use store::{Key, Sealer, Tx};

use super::Doing;
use super::process::{Seen, look};
use crate::refused::Refused;

/// The most bytes of all files of a dispute.
const DISPUTE_BYTES_MAX: i64 = 500 * 1024 * 1024;

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
) -> Result<Prepared, Refused> {
    let seen = look(tx, doing, dispute)?;
    check_place(&seen, channel)?;
    check_open(&seen)?;
    // Whoever can add no single byte more need not send a file; `add` counts with its bytes.
    check_room(tx, dispute, 1)?;
    let id = FileId::new(doing.new_uuid());
    Ok(Prepared { id, sealer: tx.vault().sealer(Key::Data, dispute)?, dispute })
}

/// Whether so many bytes more fit into what a dispute may have.
fn check_room(tx: &mut Tx<'_>, dispute: DisputeId, more: i64) -> Result<(), Refused> {
    let used: i64 = store::files::of_dispute(tx, dispute)?.iter().map(|row| row.bytes).sum();
    if fits(used, more) { Ok(()) } else { Err(Refused::rule("dispute-files-full")) }
}

const fn fits(used: i64, more: i64) -> bool {
    used.saturating_add(more) <= DISPUTE_BYTES_MAX
}

fn check_place(seen: &Seen, channel: Option<Channel>) -> Result<(), Refused> {
    let hears = |channel| seen.seat().is_some_and(|seat| has_seat(seat, channel, seen.dispute.shuttle));
    match (seen.viewer, channel) {
        (Viewer::Party(_), None) => Ok(()),
        (Viewer::Party(_) | Viewer::Mediator, Some(channel)) if hears(channel) => Ok(()),
        _ => Err(Refused::Absent),
    }
}

/// What is over takes no more evidence.
fn check_open(seen: &Seen) -> Result<(), Refused> {
    match seen.dispute.stage {
        Stage::Settled { .. } | Stage::Ended(_) => Err(Refused::rule(Refusal::Ended.code())),
        _ => Ok(()),
    }
}

/// Keeps what is known of a file whose bytes are on disk.
///
/// # Errors
/// As [`prepare`], now with the bytes that there are.
pub fn add(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    prepared: &Prepared,
    channel: Option<Channel>,
    name: &str,
    kind: &str,
    bytes: usize,
) -> Result<FileRow, Refused> {
    let seen = look(tx, doing, prepared.dispute)?;
    check_place(&seen, channel)?;
    check_open(&seen)?;
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    // Of two that come at once, the second counts what the first has kept.
    store::files::hold(tx, prepared.dispute)?;
    check_room(tx, prepared.dispute, bytes)?;
    let name = clean_words(name, 200).unwrap_or_else(|_| "file".to_owned());
    let row = FileRow {
        id: prepared.id,
        dispute: prepared.dispute,
        owner: seen.account,
        side: seen.side(),
        channel,
        content_type: kind.to_owned(),
        bytes,
        name,
        shown: false,
        at: doing.now,
    };
    store::files::put(tx, &row)?;
    Ok(row)
}

fn may_open(seen: &Seen, row: &FileRow) -> bool {
    if row.owner == seen.account {
        return true;
    }
    match (row.channel, row.side) {
        (Some(channel), _) => seen.may_read(Item::Talk { channel, shuttle: seen.dispute.shuttle }),
        // Until both are ready nobody sees anything beyond the invitation, whatever is ticked.
        (None, Some(of)) => {
            seen.may_read(Item::File { of, shown: row.shown && seen.dispute.sides_have_met() })
        }
        (None, None) => false,
    }
}

/// The files of a dispute that the reader may open.
///
/// # Errors
/// `Absent` for whoever has no part in it.
pub fn list(tx: &mut Tx<'_>, doing: &Doing, dispute: DisputeId) -> Result<(Seen, Vec<FileRow>), Refused> {
    let seen = look(tx, doing, dispute)?;
    let mut rows = store::files::of_dispute(tx, dispute)?;
    rows.retain(|row| row.channel.is_none() && may_open(&seen, row));
    Ok((seen, rows))
}

/// One file that the reader may open, and what opens its bytes; its own name only for its owner.
///
/// # Errors
/// `Absent` where there is none for this reader.
pub fn open(tx: &mut Tx<'_>, doing: &Doing, id: FileId) -> Result<(FileRow, Prepared, bool), Refused> {
    // What was passed on has a name of its own for those who read it there (R5, R6).
    let (row, seen, may) = match store::shares::file(tx, id)? {
        Some((dispute, channel, file)) => {
            let seen = look(tx, doing, dispute)?;
            let may = seen.may_read(Item::Talk { channel, shuttle: seen.dispute.shuttle });
            (store::files::get(tx, file)?, seen, may)
        }
        None => {
            let row = store::files::get(tx, id)?;
            let seen = look(tx, doing, row.dispute)?;
            let may = may_open(&seen, &row);
            (row, seen, may)
        }
    };
    if !may {
        return Err(Refused::Absent);
    }
    let id = row.id;
    let prepared = Prepared { id, sealer: tx.vault().sealer(Key::Data, row.dispute)?, dispute: row.dispute };
    let own = row.owner == seen.account;
    Ok((row, prepared, own))
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
    store::files::set_shown(tx, id, shown)?;
    let kind = if shown { "file-shown" } else { "file-hidden" };
    doing.trace(kind, Some(row.dispute), &serde_json::json!({ "file": id.to_string() }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dispute_holds_what_it_may_and_not_a_byte_more() {
        assert!(fits(0, DISPUTE_BYTES_MAX) && fits(DISPUTE_BYTES_MAX - 1, 1));
        assert!(!fits(DISPUTE_BYTES_MAX, 1) && !fits(DISPUTE_BYTES_MAX - 1, 2) && !fits(1, i64::MAX));
    }
}
