//! What is known of uploaded files; their bytes lie on disk, sealed with the dispute's data key (`Vault::sealer`).
//! Deliberately not here: the disk, and who may read a file.

use std::collections::{BTreeMap, BTreeSet};

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use domain::entry::Body;
use domain::file::Quarantine;
use domain::ids::{AccountId, DisputeId, FileId};
use domain::party::Side;
use domain::room::Channel;
use domain::time::Moment;

use crate::columns::{At, Word, at, number, seq, value_opt, word, word_opt};
use crate::dialect::on_both;
use crate::entries;
use crate::error::{Error, Result};
use crate::schema::{disputes, file_entries, files};
use crate::stored::{Tx, one};
use crate::vault::{Key, Place};

/// How many entries are looked through at once.
const PAGE: i64 = 500;

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
    /// Why nobody may open it; none: whoever may read it may.
    pub quarantine: Option<Quarantine>,
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
    quarantine: Option<Word<Quarantine>>,
}

/// A file of which no entry is noted, and where it was to be said.
type Unplaced = (Word<FileId>, Word<DisputeId>, Option<Word<Channel>>);

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
            files::quarantine.eq(word_opt(file.quarantine.as_ref())),
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

/// Notes that an entry of its channel says this file.
///
/// # Errors
/// `Conflict` where that is noted; `Unavailable`.
pub fn place(tx: &mut Tx<'_>, id: FileId, number: u64) -> Result<()> {
    diesel::insert_into(file_entries::table)
        .values((file_entries::file.eq(word(&id)), file_entries::seq.eq(seq(number))))
        .execute(tx.db)?;
    Ok(())
}

/// The numbers of the entries that say a file, ascending; none where nobody has said it yet.
///
/// # Errors
/// `Corrupt`.
pub fn places(tx: &mut Tx<'_>, id: FileId) -> Result<Vec<u64>> {
    let theirs = file_entries::table.filter(file_entries::file.eq(word(&id)));
    let found: Vec<i64> = theirs.order(file_entries::seq).select(file_entries::seq).load(tx.db)?;
    found.into_iter().map(number).collect()
}

/// The files that were said in a channel, in the order in which that was done first, each with its first number.
///
/// # Errors
/// `Corrupt`.
pub fn said_in(tx: &mut Tx<'_>, dispute: DisputeId, channel: Channel) -> Result<Vec<(FileId, u64)>> {
    let said = files::table.inner_join(file_entries::table).filter(files::dispute.eq(word(&dispute)));
    let said = said.filter(files::channel.eq(Some(word(&channel)))).order(file_entries::seq);
    let rows: Vec<(Word<FileId>, i64)> = said.select((files::id, file_entries::seq)).load(tx.db)?;
    let mut found: Vec<(FileId, u64)> = Vec::new();
    for (id, at) in rows {
        let id = id.value()?;
        if found.iter().all(|(known, _)| *known != id) {
            found.push((id, number(at)?));
        }
    }
    Ok(found)
}

/// Notes which entries say the files of channels of which no entry is noted: the house may be older than these notes, and
/// then such a file would be its owner's alone. Nothing changes where it was done; a file that nobody said stays so.
///
/// # Errors
/// `Corrupt`.
pub fn place_older(tx: &mut Tx<'_>) -> Result<()> {
    let noted = file_entries::table.filter(file_entries::file.eq(files::id));
    let without = files::table.filter(files::channel.is_not_null()).filter(not(exists(noted)));
    let rows: Vec<Unplaced> = without.select((files::id, files::dispute, files::channel)).load(tx.db)?;
    let mut of_channels: BTreeMap<_, BTreeSet<FileId>> = BTreeMap::new();
    for (id, dispute, channel) in rows {
        if let Some(channel) = channel {
            of_channels.entry((dispute.value()?, channel.value()?)).or_default().insert(id.value()?);
        }
    }
    for ((dispute, channel), ids) in of_channels {
        match place_said(tx, dispute, channel, &ids) {
            // Talk that was destroyed says nothing, and its files are gone with it.
            Ok(()) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn place_said(tx: &mut Tx<'_>, dispute: DisputeId, channel: Channel, ids: &BTreeSet<FileId>) -> Result<()> {
    let mut after = 0;
    loop {
        let page = entries::page(tx, dispute, channel, after, None, PAGE)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.seq;
        for entry in &page {
            match &entry.body {
                Body::File(content) if ids.contains(&content.file) => {
                    let note =
                        (file_entries::file.eq(word(&content.file)), file_entries::seq.eq(seq(entry.seq)));
                    // Another program of this house may have begun at the same time.
                    on_both!(&mut *tx.db, |c| {
                        diesel::insert_into(file_entries::table)
                            .values(note)
                            .on_conflict_do_nothing()
                            .execute(c)
                    })?;
                }
                _ => {}
            }
        }
    }
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

/// The files that wait to be checked, the earliest first, from the one after `after` on.
///
/// # Errors
/// `Corrupt`.
pub fn waiting(tx: &mut Tx<'_>, after: Option<FileId>, limit: i64) -> Result<Vec<FileId>> {
    let waiting = files::table.filter(files::quarantine.eq(Some(word(&Quarantine::Waiting))));
    // An id says when it was made.
    let waiting = waiting.order(files::id).limit(limit).select(files::id);
    let ids: Vec<Word<FileId>> = match after {
        Some(after) => waiting.filter(files::id.gt(word(&after))).load(tx.db)?,
        None => waiting.load(tx.db)?,
    };
    ids.iter().map(Word::value).collect()
}

/// How many files wait to be checked.
///
/// # Errors
/// `Unavailable`.
pub fn waiting_count(tx: &mut Tx<'_>) -> Result<i64> {
    let waiting = files::table.filter(files::quarantine.eq(Some(word(&Quarantine::Waiting))));
    Ok(waiting.count().get_result(tx.db)?)
}

/// Says why nobody may open a file, or that this is over.
///
/// # Errors
/// `NotFound`.
pub fn set_quarantine(tx: &mut Tx<'_>, id: FileId, quarantine: Option<Quarantine>) -> Result<()> {
    let row = diesel::update(files::table.find(word(&id)));
    one(row.set(files::quarantine.eq(word_opt(quarantine.as_ref()))).execute(tx.db)?, Error::NotFound)
}

/// Forgets a file; its bytes on the disk are the caller's.
///
/// # Errors
/// `NotFound`.
pub fn delete(tx: &mut Tx<'_>, id: FileId) -> Result<()> {
    one(diesel::delete(files::table.find(word(&id))).execute(tx.db)?, Error::NotFound)
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
        quarantine: value_opt(row.quarantine.as_ref())?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entries::{NewEntry, append};
    use crate::testing::{a_dispute, account, dispute_id, houses, moment};
    use domain::entry::{Author, FileContent};
    use domain::ids::EntryId;
    use domain::room::Seat;
    use uuid::Uuid;

    fn file(number: u128) -> FileId {
        FileId::new(Uuid::from_u128(number))
    }

    fn keep(tx: &mut Tx<'_>, number: u128, channel: Option<Channel>) -> Result<()> {
        let row = FileRow {
            id: file(number),
            dispute: dispute_id(1),
            owner: account(1),
            side: Some(Side::Claimant),
            channel,
            content_type: "text/plain".to_owned(),
            bytes: 3,
            name: "lease.txt".to_owned(),
            shown: false,
            at: moment(1),
            quarantine: None,
        };
        put(tx, &row)
    }

    fn say(tx: &mut Tx<'_>, entry: u128, channel: Channel, number: u128) -> Result<()> {
        let new = NewEntry {
            dispute: dispute_id(1),
            channel,
            id: EntryId::new(Uuid::from_u128(entry)),
            account: Some(account(1)),
            by: Author::Seat(Seat::Party(Side::Claimant)),
            body: &Body::File(FileContent::of(file(number))),
            at: moment(1),
        };
        append(tx, &new).map(drop)
    }

    #[test]
    fn what_was_said_before_it_was_noted_is_noted_once_and_what_nobody_said_never() {
        for house in houses() {
            let (joint, private) = (Channel::Joint, Channel::CaucusClaimant);
            let kept = house.write(move |tx| {
                a_dispute(tx, 1)?;
                for (number, channel) in
                    [(1, Some(joint)), (2, Some(private)), (3, Some(joint)), (4, None), (5, Some(joint))]
                {
                    keep(tx, number, channel)?;
                }
                for (entry, channel, number) in
                    [(11, joint, 1), (12, joint, 5), (13, joint, 1), (14, private, 2), (15, joint, 99)]
                {
                    say(tx, entry, channel, number)?;
                }
                place(tx, file(5), 2)
            });
            assert_eq!(kept, Ok(()), "{}", house.backend);
            for _ in 0..2 {
                assert_eq!(house.write(place_older), Ok(()), "{}", house.backend);
                let noted = house.read(|tx| (1..=5).map(|number| places(tx, file(number))).collect());
                let expected = vec![vec![1, 3], vec![1], vec![], vec![], vec![2]];
                assert_eq!(noted, Ok(expected), "{}", house.backend);
            }
        }
    }

    #[test]
    fn what_waits_is_found_in_its_order_until_it_was_checked() {
        for house in houses() {
            let kept = house.write(|tx| {
                a_dispute(tx, 1)?;
                (1..=4).try_for_each(|number| keep(tx, number, None))?;
                set_quarantine(tx, file(2), Some(Quarantine::Waiting))?;
                set_quarantine(tx, file(3), Some(Quarantine::Held))?;
                set_quarantine(tx, file(4), Some(Quarantine::Waiting))
            });
            assert_eq!(kept, Ok(()), "{}", house.backend);
            let read = |after: Option<u128>, limit| {
                house.read(move |tx| Ok((waiting(tx, after.map(file), limit)?, waiting_count(tx)?)))
            };
            assert_eq!(read(None, 9), Ok((vec![file(2), file(4)], 2)), "{}", house.backend);
            assert_eq!(read(None, 1), Ok((vec![file(2)], 2)), "{}", house.backend);
            assert_eq!(read(Some(2), 9), Ok((vec![file(4)], 2)), "{}", house.backend);
            let state = house.read(|tx| Ok(get(tx, file(3))?.quarantine));
            assert_eq!(state, Ok(Some(Quarantine::Held)), "{}", house.backend);
            let checked = house.write(|tx| {
                set_quarantine(tx, file(2), None)?;
                delete(tx, file(4))
            });
            assert_eq!((checked, read(None, 9)), (Ok(()), Ok((vec![], 0))), "{}", house.backend);
            assert_eq!(house.write(|tx| delete(tx, file(4))), Err(Error::NotFound), "{}", house.backend);
        }
    }

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
