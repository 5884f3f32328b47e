//! What is known of uploaded files; their bytes lie on disk, sealed with the dispute's data key (`Vault::sealer`).
//! Deliberately not here: the disk, and who may read a file.

use diesel::prelude::*;

use domain::ids::{AccountId, DisputeId, FileId};
use domain::party::Side;
use domain::room::Channel;
use domain::time::Moment;

use crate::columns::{At, Word, at, value_opt, word, word_opt};
use crate::error::{Error, Result};
use crate::schema::{disputes, files};
use crate::stored::{Tx, one};
use crate::vault::{Key, Place};

/// What is known of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileRow {
    /// Its id.
    pub id: FileId,
    /// In which dispute.
    pub dispute: DisputeId,
    /// Who uploaded it.
    pub owner: AccountId,
    /// On which side; none: the mediator.
    pub side: Option<Side>,
    /// For which channel; none: beside the statement.
    pub channel: Option<Channel>,
    /// What it was found to be, such as `image/jpeg`.
    pub content_type: String,
    /// How long it is, before sealing.
    pub bytes: i64,
    /// What its owner called it; sealed.
    pub name: String,
    /// Whether its owner lets the other side see it.
    pub shown: bool,
    /// When it was uploaded.
    pub at: Moment,
}

#[derive(Queryable)]
struct Row {
    id: Word<FileId>,
    dispute: Word<DisputeId>,
    owner: Word<AccountId>,
    side: Option<Word<Side>>,
    channel: Option<Word<Channel>>,
    content_type: String,
    bytes: i64,
    name_sealed: Vec<u8>,
    shown: bool,
    at: At,
}

/// Where a file's name is sealed to.
fn name_place(dispute: DisputeId, id: FileId) -> Place {
    Place::of("file-name", dispute).row(id)
}

/// Where a file's bytes are to be sealed to.
pub fn bytes_place(dispute: DisputeId, id: FileId) -> Place {
    Place::of("file", dispute).row(id)
}

/// Keeps what is known of a file whose bytes lie on disk.
///
/// # Errors
/// `Conflict` where the id is known; `NotFound` where there is no such dispute or its data key was destroyed.
pub fn put(tx: &mut Tx<'_>, file: &FileRow) -> Result<()> {
    let name = tx.vault().seal(Key::Data, &name_place(file.dispute, file.id), file.name.as_bytes())?;
    diesel::insert_into(files::table)
        .values((
            files::id.eq(word(&file.id)),
            files::dispute.eq(word(&file.dispute)),
            files::owner.eq(word(&file.owner)),
            files::side.eq(word_opt(file.side.as_ref())),
            files::channel.eq(word_opt(file.channel.as_ref())),
            files::content_type.eq(&file.content_type),
            files::bytes.eq(file.bytes),
            files::name_sealed.eq(name),
            files::shown.eq(file.shown),
            files::at.eq(at(file.at)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// What is known of a file.
///
/// # Errors
/// `NotFound` also where the data key was destroyed; `Corrupt`.
pub fn get(tx: &mut Tx<'_>, id: FileId) -> Result<FileRow> {
    let row: Row = files::table.find(word(&id)).first(tx.db)?;
    opened(tx, row)
}

/// The files of a dispute, the earliest first.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn of_dispute(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Vec<FileRow>> {
    let theirs = files::table.filter(files::dispute.eq(word(&dispute)));
    let rows: Vec<Row> = theirs.order((files::at, files::id)).load(tx.db)?;
    rows.into_iter().map(|row| opened(tx, row)).collect()
}

/// Holds the files of a dispute for this transaction: another one that holds them waits until this one has ended.
///
/// # Errors
/// `NotFound` where there is no such dispute.
pub fn hold(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<()> {
    // A row that is written, be it with what it holds already, is locked: the same words on both databases.
    let held =
        diesel::update(disputes::table.find(word(&dispute))).set(disputes::version.eq(disputes::version));
    one(held.execute(tx.db)?, Error::NotFound)
}

/// Which of these ids no row names.
///
/// # Errors
/// `Unavailable`.
pub fn unknown(tx: &mut Tx<'_>, ids: Vec<FileId>) -> Result<Vec<FileId>> {
    let mut unknown = Vec::new();
    for id in ids {
        let named: Option<Word<FileId>> =
            files::table.find(word(&id)).select(files::id).first(tx.db).optional()?;
        if named.is_none() {
            unknown.push(id);
        }
    }
    Ok(unknown)
}

/// Lets the other side see a file, or no longer.
///
/// # Errors
/// `NotFound`.
pub fn set_shown(tx: &mut Tx<'_>, id: FileId, shown: bool) -> Result<()> {
    one(
        diesel::update(files::table.find(word(&id))).set(files::shown.eq(shown)).execute(tx.db)?,
        Error::NotFound,
    )
}

fn opened(tx: &mut Tx<'_>, row: Row) -> Result<FileRow> {
    let (id, dispute) = (row.id.value()?, row.dispute.value()?);
    let name = tx.vault().open(Key::Data, &name_place(dispute, id), &row.name_sealed)?;
    Ok(FileRow {
        id,
        dispute,
        owner: row.owner.value()?,
        side: value_opt(row.side.as_ref())?,
        channel: value_opt(row.channel.as_ref())?,
        content_type: row.content_type,
        bytes: row.bytes,
        name: String::from_utf8(name).map_err(|_| Error::Corrupt)?,
        shown: row.shown,
        at: row.at.moment(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::houses;

    #[test]
    fn what_no_row_names_is_found_and_only_a_dispute_that_is_there_is_held() {
        for house in houses() {
            let id: FileId = "019a0000-0000-7000-8000-000000000001".parse().expect("an id");
            assert_eq!(house.read(move |tx| unknown(tx, vec![id])), Ok(vec![id]), "{}", house.backend);
            let dispute: DisputeId = "019a0000-0000-7000-8000-000000000002".parse().expect("an id");
            assert_eq!(house.write(move |tx| hold(tx, dispute)), Err(Error::NotFound), "{}", house.backend);
        }
    }
}
