//! What of a caucus was asked to be passed on, and where the copy of what its author let go stands. Ids and states
//! alone: what was said lies sealed in the entries. Deliberately not here: who may ask or allow, which is
//! `domain::share`'s.

use diesel::prelude::*;

use domain::ids::{DisputeId, EntryId, FileId};
use domain::room::Channel;
use domain::share::ShareState;

use crate::columns::{Word, value_opt, word, word_opt};
use crate::error::{Error, Result};
use crate::schema::shares;
use crate::stored::{Tx, one};

/// An entry of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct At {
    /// The channel.
    pub channel: Channel,
    /// The entry.
    pub entry: EntryId,
}

#[derive(Queryable)]
struct Row {
    _dispute: String,
    channel: Word<Channel>,
    entry: Word<EntryId>,
    state: Word<ShareState>,
    copy_channel: Option<Word<Channel>>,
    copy: Option<Word<EntryId>>,
    _file: Option<Word<FileId>>,
}

/// A dispute, where a copy stands, and the file of which it is a name.
type Named = (Word<DisputeId>, Option<Word<Channel>>, Option<Word<FileId>>);

/// How far the wish to pass that entry on has come; nothing where nobody asked.
///
/// # Errors
/// `Corrupt`.
pub fn state(tx: &mut Tx<'_>, dispute: DisputeId, at: At) -> Result<Option<ShareState>> {
    let found = shares::table.find((word(&dispute), word(&at.channel), word(&at.entry)));
    let state: Option<Word<ShareState>> = found.select(shares::state).first(tx.db).optional()?;
    value_opt(state.as_ref())
}

/// The mediator asks to pass that entry on.
///
/// # Errors
/// `Conflict` where it was asked before.
pub fn ask(tx: &mut Tx<'_>, dispute: DisputeId, at: At) -> Result<()> {
    diesel::insert_into(shares::table)
        .values((
            shares::dispute.eq(word(&dispute)),
            shares::channel.eq(word(&at.channel)),
            shares::entry.eq(word(&at.entry)),
            shares::state.eq(word(&ShareState::Asked)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// Its author wants it to stay where it is.
///
/// # Errors
/// `NotFound` where nobody asked.
pub fn decline(tx: &mut Tx<'_>, dispute: DisputeId, at: At) -> Result<()> {
    let row = diesel::update(shares::table.find((word(&dispute), word(&at.channel), word(&at.entry))));
    one(row.set(shares::state.eq(word(&ShareState::Declined))).execute(tx.db)?, Error::NotFound)
}

/// It was passed on: its copy stands there, and where it is a file, this is the file of which the copy's id is a name.
///
/// # Errors
/// `NotFound` where nobody asked.
pub fn pass_on(tx: &mut Tx<'_>, dispute: DisputeId, at: At, copy: At, file: Option<FileId>) -> Result<()> {
    let row = diesel::update(shares::table.find((word(&dispute), word(&at.channel), word(&at.entry))));
    let change = (
        shares::state.eq(word(&ShareState::Shared)),
        shares::copy_channel.eq(Some(word(&copy.channel))),
        shares::copy.eq(Some(word(&copy.entry))),
        shares::file.eq(word_opt(file.as_ref())),
    );
    one(row.set(change).execute(tx.db)?, Error::NotFound)
}

/// Where the copy of that entry stands, or of which entry it is the copy.
///
/// # Errors
/// `Corrupt`.
pub fn twin(tx: &mut Tx<'_>, dispute: DisputeId, at: At) -> Result<Option<At>> {
    let first = shares::table.find((word(&dispute), word(&at.channel), word(&at.entry)));
    let first: Option<Row> = first.first(tx.db).optional()?;
    if let Some(row) = first {
        return row.copy();
    }
    let copies = shares::table
        .filter(shares::dispute.eq(word(&dispute)))
        .filter(shares::copy_channel.eq(Some(word(&at.channel))))
        .filter(shares::copy.eq(Some(word(&at.entry))));
    let copy: Option<Row> = copies.first(tx.db).optional()?;
    copy.map(|row| Ok(At { channel: row.channel.value()?, entry: row.entry.value()? })).transpose()
}

/// How far it has come with each entry of a channel that was asked for.
///
/// # Errors
/// `Corrupt`.
pub fn of_channel(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    channel: Channel,
) -> Result<Vec<(EntryId, ShareState)>> {
    let theirs =
        shares::table.filter(shares::dispute.eq(word(&dispute))).filter(shares::channel.eq(word(&channel)));
    let rows: Vec<Row> = theirs.load(tx.db)?;
    rows.iter().map(|row| Ok((row.entry.value()?, row.state.value()?))).collect()
}

/// The file of which that is the name for those who read the copy, in which dispute, and where they read it.
///
/// # Errors
/// `Corrupt`.
pub fn file(tx: &mut Tx<'_>, name: FileId) -> Result<Option<(DisputeId, Channel, FileId)>> {
    let named = shares::table
        .filter(shares::copy.eq(Some(word(&EntryId::new(name.uuid())))))
        .filter(shares::file.is_not_null())
        .select((shares::dispute, shares::copy_channel, shares::file));
    let found: Option<Named> = named.first(tx.db).optional()?;
    let Some((dispute, Some(channel), Some(file))) = found else { return Ok(None) };
    Ok(Some((dispute.value()?, channel.value()?, file.value()?)))
}

impl Row {
    fn copy(&self) -> Result<Option<At>> {
        let channel = value_opt(self.copy_channel.as_ref())?;
        let copy = value_opt(self.copy.as_ref())?;
        Ok(channel.zip(copy).map(|(channel, entry)| At { channel, entry }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_dispute, dispute_id, houses};
    use uuid::Uuid;

    fn at(channel: Channel, number: u128) -> At {
        At { channel, entry: EntryId::new(Uuid::from_u128(number)) }
    }

    #[test]
    fn an_item_is_asked_for_once_and_knows_its_copy_by_both_ends() {
        for house in houses() {
            house
                .write(|tx| {
                    let dispute = dispute_id(1);
                    a_dispute(tx, 1)?;
                    let (first, second) = (at(Channel::CaucusClaimant, 1), at(Channel::CaucusClaimant, 2));
                    let copy = at(Channel::Joint, 9);
                    assert_eq!(state(tx, dispute, first)?, None);
                    assert_eq!(decline(tx, dispute, first), Err(Error::NotFound));
                    ask(tx, dispute, first)?;
                    ask(tx, dispute, second)?;
                    decline(tx, dispute, second)?;
                    assert_eq!(twin(tx, dispute, first)?, None);
                    let file_id = FileId::new(Uuid::from_u128(5));
                    pass_on(tx, dispute, first, copy, Some(file_id))?;
                    assert_eq!(twin(tx, dispute, first)?, Some(copy));
                    assert_eq!(twin(tx, dispute, copy)?, Some(first));
                    assert_eq!(twin(tx, dispute, at(Channel::CaucusRespondent, 1))?, None);
                    assert_eq!(twin(tx, dispute_id(2), first)?, None);
                    let states = of_channel(tx, dispute, Channel::CaucusClaimant)?;
                    assert!(states.contains(&(first.entry, ShareState::Shared)));
                    assert!(states.contains(&(second.entry, ShareState::Declined)));
                    let name = FileId::new(copy.entry.uuid());
                    assert_eq!(file(tx, name)?, Some((dispute, Channel::Joint, file_id)));
                    assert_eq!(file(tx, file_id)?, None);
                    Ok(())
                })
                .unwrap();
            let again = house.write(|tx| ask(tx, dispute_id(1), at(Channel::CaucusClaimant, 1)));
            assert_eq!(again, Err(Error::Conflict), "{}", house.backend);
        }
    }
}
