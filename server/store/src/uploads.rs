//! What is known of an upload that comes in pieces, until it is complete; its pieces lie on disk, sealed with the
//! dispute's data key (`Vault::sealer`). Deliberately not here: the disk, and who may go on with one.

use diesel::prelude::*;

use domain::ids::{AccountId, DisputeId, UploadId};
use domain::party::Side;
use domain::room::Channel;
use domain::time::Moment;

use crate::columns::{At, Word, at, value_opt, word, word_opt};
use crate::error::{Error, Result};
use crate::schema::uploads;
use crate::stored::{Tx, one};
use crate::vault::{Key, Place};

/// An upload under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadRow {
    /// Its id.
    pub id: UploadId,
    /// In which dispute.
    pub dispute: DisputeId,
    /// Whose it is.
    pub account: AccountId,
    /// On which side; none: the mediator.
    pub side: Option<Side>,
    /// For which channel; none: evidence.
    pub channel: Option<Channel>,
    /// How many bytes it will have.
    pub length: i64,
    /// How many have come.
    pub received: i64,
    /// In how many pieces.
    pub pieces: i32,
    /// What its owner calls it; sealed.
    pub name: String,
    /// When it was begun.
    pub begun_at: Moment,
}

#[derive(Queryable)]
struct Row {
    id: Word<UploadId>,
    dispute: Word<DisputeId>,
    account: Word<AccountId>,
    side: Option<Word<Side>>,
    channel: Option<Word<Channel>>,
    length: i64,
    received: i64,
    pieces: i32,
    name_sealed: Vec<u8>,
    begun_at: At,
}

fn name_place(dispute: DisputeId, id: UploadId) -> Place {
    Place::of("upload-name", dispute).row(id)
}

/// Where a piece is to be sealed to, so that none can stand in another's place.
pub fn piece_place(dispute: DisputeId, id: UploadId, piece: i32) -> Place {
    Place::of("upload", dispute).row(format!("{id}/{piece}"))
}

/// Keeps an upload that begins.
///
/// # Errors
/// `Conflict` where the id is known; `NotFound` where there is no such dispute or its data key was destroyed.
pub fn put(tx: &mut Tx<'_>, upload: &UploadRow) -> Result<()> {
    let place = name_place(upload.dispute, upload.id);
    let name = tx.vault().seal(Key::Data, &place, upload.name.as_bytes())?;
    diesel::insert_into(uploads::table)
        .values((
            uploads::id.eq(word(&upload.id)),
            uploads::dispute.eq(word(&upload.dispute)),
            uploads::account.eq(word(&upload.account)),
            uploads::side.eq(word_opt(upload.side.as_ref())),
            uploads::channel.eq(word_opt(upload.channel.as_ref())),
            uploads::length.eq(upload.length),
            uploads::received.eq(upload.received),
            uploads::pieces.eq(upload.pieces),
            uploads::name_sealed.eq(name),
            uploads::begun_at.eq(at(upload.begun_at)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// What is known of an upload.
///
/// # Errors
/// `NotFound` also where the data key was destroyed; `Corrupt`.
pub fn get(tx: &mut Tx<'_>, id: UploadId) -> Result<UploadRow> {
    let row: Row = uploads::table.find(word(&id)).first(tx.db)?;
    let (id, dispute) = (row.id.value()?, row.dispute.value()?);
    let name = tx.vault().open(Key::Data, &name_place(dispute, id), &row.name_sealed)?;
    Ok(UploadRow {
        id,
        dispute,
        account: row.account.value()?,
        side: value_opt(row.side.as_ref())?,
        channel: value_opt(row.channel.as_ref())?,
        length: row.length,
        received: row.received,
        pieces: row.pieces,
        name: String::from_utf8(name).map_err(|_| Error::Corrupt)?,
        begun_at: row.begun_at.moment(),
    })
}

/// How many bytes the uploads under way of one side of a dispute will have, or those of its mediator.
///
/// # Errors
/// `Unavailable`.
pub fn promised(tx: &mut Tx<'_>, dispute: DisputeId, side: Option<Side>) -> Result<i64> {
    let theirs = uploads::table.filter(uploads::dispute.eq(word(&dispute)));
    let lengths: Vec<i64> = match side {
        Some(side) => {
            theirs.filter(uploads::side.eq(Some(word(&side)))).select(uploads::length).load(tx.db)?
        }
        None => theirs.filter(uploads::side.is_null()).select(uploads::length).load(tx.db)?,
    };
    Ok(lengths.into_iter().fold(0, i64::saturating_add))
}

/// Counts one more piece of so many bytes, where nothing has come since the row was read.
///
/// # Errors
/// `Conflict` where something has, or the upload is gone.
pub fn advance(tx: &mut Tx<'_>, row: &UploadRow, bytes: i64) -> Result<()> {
    let same = uploads::table
        .find(word(&row.id))
        .filter(uploads::received.eq(row.received))
        .filter(uploads::pieces.eq(row.pieces));
    let next = (
        uploads::received.eq(row.received.saturating_add(bytes)),
        uploads::pieces.eq(row.pieces.saturating_add(1)),
    );
    one(diesel::update(same).set(next).execute(tx.db)?, Error::Conflict)
}

/// Forgets an upload; its pieces on the disk are the caller's.
///
/// # Errors
/// `NotFound`.
pub fn delete(tx: &mut Tx<'_>, id: UploadId) -> Result<()> {
    one(diesel::delete(uploads::table.find(word(&id))).execute(tx.db)?, Error::NotFound)
}

/// Forgets the uploads of a dispute.
pub(crate) fn delete_all(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<()> {
    diesel::delete(uploads::table.filter(uploads::dispute.eq(word(&dispute)))).execute(tx.db)?;
    Ok(())
}

/// Forgets the uploads that were begun before `before`, and returns how many.
///
/// # Errors
/// `Unavailable`.
pub fn sweep(tx: &mut Tx<'_>, before: Moment) -> Result<usize> {
    Ok(diesel::delete(uploads::table.filter(uploads::begun_at.lt(at(before)))).execute(tx.db)?)
}

/// Which of these ids no row names.
///
/// # Errors
/// `Unavailable`.
pub fn unknown(tx: &mut Tx<'_>, ids: Vec<UploadId>) -> Result<Vec<UploadId>> {
    let mut unknown = Vec::new();
    for id in ids {
        let named: Option<Word<UploadId>> =
            uploads::table.find(word(&id)).select(uploads::id).first(tx.db).optional()?;
        if named.is_none() {
            unknown.push(id);
        }
    }
    Ok(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_dispute, account, dispute_id, houses, moment};
    use uuid::Uuid;

    fn upload(number: u128, side: Option<Side>) -> UploadRow {
        UploadRow {
            id: UploadId::new(Uuid::from_u128(number)),
            dispute: dispute_id(1),
            account: account(1),
            side,
            channel: Some(Channel::Joint),
            length: 100,
            received: 0,
            pieces: 0,
            name: "door.png".to_owned(),
            begun_at: moment(5),
        }
    }

    #[test]
    fn an_upload_goes_on_from_where_it_is_and_from_nowhere_else() {
        for house in houses() {
            let (first, second) = (upload(1, Some(Side::Claimant)), upload(2, None));
            let kept = house.write({
                let (first, second) = (first.clone(), second.clone());
                move |tx| {
                    a_dispute(tx, 1)?;
                    put(tx, &first)?;
                    put(tx, &second)
                }
            });
            assert_eq!(kept, Ok(()), "{}", house.backend);
            let id = first.id;
            assert_eq!(house.read(move |tx| get(tx, id)), Ok(first.clone()), "{}", house.backend);
            for side in [Some(Side::Claimant), None] {
                assert_eq!(
                    house.read(move |tx| promised(tx, dispute_id(1), side)),
                    Ok(100),
                    "{}",
                    house.backend
                );
            }
            let respondent = house.read(|tx| promised(tx, dispute_id(1), Some(Side::Respondent)));
            assert_eq!(respondent, Ok(0), "{}", house.backend);
            let stale = first.clone();
            assert_eq!(house.write(move |tx| advance(tx, &first, 40)), Ok(()), "{}", house.backend);
            let again = house.write(move |tx| advance(tx, &stale, 40));
            assert_eq!(again, Err(Error::Conflict), "{}", house.backend);
            let row = house.read(move |tx| get(tx, id)).expect("a row");
            assert_eq!((row.received, row.pieces), (40, 1), "{}", house.backend);
            assert_eq!(house.write(|tx| sweep(tx, moment(5))), Ok(0), "{}", house.backend);
            assert_eq!(house.write(move |tx| delete(tx, second.id)), Ok(()), "{}", house.backend);
            assert_eq!(house.write(|tx| sweep(tx, moment(6))), Ok(1), "{}", house.backend);
            assert_eq!(house.write(move |tx| delete(tx, id)), Err(Error::NotFound), "{}", house.backend);
            assert_eq!(house.read(move |tx| unknown(tx, vec![id])), Ok(vec![id]), "{}", house.backend);
        }
    }
}
