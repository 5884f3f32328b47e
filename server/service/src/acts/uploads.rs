//! Uploads that come in pieces over a line that breaks: begun, gone on with, and given up. Each call asks anew whether the
//! person sits where they began. Deliberately not here: the pieces themselves, which lie on the disk, and what becomes
//! of a complete one, which is what becomes of any other (`files`).

use std::time::Duration;

use domain::ids::{DisputeId, UploadId};
use domain::person::clean_words;
use domain::room::Channel;
use store::uploads::{UploadRow, piece_place};
use store::{Key, Sealer, Tx};

use super::Doing;
use super::files::{check_open, check_place, check_room};
use super::process::look;
use crate::refused::Refused;

/// How long an upload waits for its next piece, from its beginning.
pub const LASTS: Duration = Duration::from_secs(86_400);

/// What seals the pieces of an upload.
#[derive(Clone)]
pub struct Pieces {
    sealer: Sealer,
    dispute: DisputeId,
    id: UploadId,
}

impl Pieces {
    /// A piece as it lies on disk.
    ///
    /// # Errors
    /// Those of the vault.
    pub fn seal(&self, piece: i32, bytes: &[u8]) -> Result<Vec<u8>, Refused> {
        Ok(self.sealer.seal(&piece_place(self.dispute, self.id, piece), bytes)?)
    }

    /// A piece as it came.
    ///
    /// # Errors
    /// Those of the vault.
    pub fn open(&self, piece: i32, sealed: &[u8]) -> Result<Vec<u8>, Refused> {
        Ok(self.sealer.open(&piece_place(self.dispute, self.id, piece), sealed)?)
    }
}

/// What somebody means to upload.
pub struct Wanted {
    pub name: String,
    pub channel: Option<Channel>,
    /// How many bytes it has.
    pub length: i64,
}

/// Begins an upload, for which its room is kept from now on.
///
/// # Errors
/// `Absent` for whoever may not upload there; the rule where that much does not fit any more.
pub fn begin(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: DisputeId,
    wanted: &Wanted,
) -> Result<UploadRow, Refused> {
    let seen = look(tx, doing, dispute)?;
    check_place(&seen, wanted.channel)?;
    check_open(&seen)?;
    // Of two that begin at once, the second counts what the first was promised.
    store::files::hold(tx, dispute)?;
    check_room(tx, &seen, dispute, wanted.length)?;
    let row = UploadRow {
        id: UploadId::new(doing.new_uuid()),
        dispute,
        account: seen.account,
        side: seen.side(),
        channel: wanted.channel,
        length: wanted.length,
        received: 0,
        pieces: 0,
        name: clean_words(&wanted.name, 200).unwrap_or_else(|_| "file".to_owned()),
        begun_at: doing.now,
    };
    store::uploads::put(tx, &row)?;
    Ok(row)
}

/// An upload of that person's, while they sit where they began it and the dispute takes files.
///
/// # Errors
/// `Absent` for everybody else, and once its time has passed; the rule where nothing is taken any more.
pub fn open(tx: &mut Tx<'_>, doing: &Doing, id: UploadId) -> Result<(UploadRow, Pieces), Refused> {
    let row = store::uploads::get(tx, id)?;
    let seen = look(tx, doing, row.dispute)?;
    if row.account != seen.account || doing.now.since(row.begun_at) >= LASTS {
        return Err(Refused::Absent);
    }
    check_place(&seen, row.channel)?;
    check_open(&seen)?;
    let pieces = Pieces { sealer: tx.vault().sealer(Key::Data, row.dispute)?, dispute: row.dispute, id };
    Ok((row, pieces))
}

/// Counts a piece that lies on the disk.
///
/// # Errors
/// As [`open`]; `Conflict` where another piece came in between.
pub fn advance(tx: &mut Tx<'_>, doing: &mut Doing, row: &UploadRow, bytes: i64) -> Result<(), Refused> {
    open(tx, doing, row.id)?;
    Ok(store::uploads::advance(tx, row, bytes)?)
}

/// Gives an upload up, or takes it as complete: it is not there any more, and its room is free.
///
/// # Errors
/// `Absent` for everybody but whoever began it.
pub fn forget(tx: &mut Tx<'_>, doing: &mut Doing, id: UploadId) -> Result<(), Refused> {
    let row = store::uploads::get(tx, id)?;
    if Some(row.account) != doing.by.account() {
        return Err(Refused::Absent);
    }
    Ok(store::uploads::delete(tx, id)?)
}
