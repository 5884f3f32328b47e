//! What is said in a room. Each channel numbers its entries 1, 2, 3, ... in the transaction that stores them; an
//! entry's id is unique in its channel and is what makes sending it twice harmless. Deliberately not here: who may
//! read or post, which is `domain`'s.

use diesel::prelude::*;

use domain::entry::{Author, Body, Entry};
use domain::ids::{AccountId, DisputeId, EntryId};
use domain::room::Channel;
use domain::time::Moment;

use crate::columns::{At, Spelled, Word, at, count, number, seq, value_opt, word, word_opt};
use crate::dialect::{insert_rows, on_both};
use crate::error::{Error, Result};
use crate::kept::Fixed;
use crate::schema::{channels, entries};
use crate::secret::hex;
use crate::shapes::talk::BodyShape;
use crate::shapes::{read, write};
use crate::stored::Tx;
use crate::vault::{Key, Place};

/// An entry that is being stored.
#[derive(Debug, Clone)]
pub struct NewEntry<'a> {
    /// Where.
    pub dispute: DisputeId,
    /// In which channel.
    pub channel: Channel,
    /// Its id, made by the client.
    pub id: EntryId,
    /// The account behind it, or of whom it tells; nobody where Concord writes of nobody.
    pub account: Option<AccountId>,
    /// As whom.
    pub by: Author,
    /// What it holds.
    pub body: &'a Body,
    /// When.
    pub at: Moment,
}

/// What came of storing an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Appended {
    /// It has its number.
    New(Entry),
    /// The same author stored the same body under this id before: this is that entry.
    Again(Entry),
    /// Another author or body stands under this id.
    IdReused,
}

#[derive(Queryable)]
struct Row {
    seq: i64,
    id: Word<EntryId>,
    at: At,
    account: Option<String>,
    author: Word<Author>,
    body_digest: String,
    body_sealed: Vec<u8>,
}

/// Without an account there is a NULL and not a column less: the statement has one text.
#[derive(Insertable)]
#[diesel(table_name = entries, treat_none_as_default_value = false)]
struct NewRow {
    dispute: Word<DisputeId>,
    channel: Word<Channel>,
    seq: i64,
    id: Word<EntryId>,
    at: At,
    account: Option<Word<AccountId>>,
    author: Word<Author>,
    body_digest: String,
    body_sealed: Vec<u8>,
}

type Columns = (
    entries::seq,
    entries::id,
    entries::at,
    entries::account,
    entries::author,
    entries::body_digest,
    entries::body_sealed,
);

const COLUMNS: Columns = (
    entries::seq,
    entries::id,
    entries::at,
    entries::account,
    entries::author,
    entries::body_digest,
    entries::body_sealed,
);

/// The author is part of the place, so that nobody's words can be put into another's mouth.
fn place(dispute: DisputeId, channel: Channel, seq: i64, id: EntryId, author: Author) -> Place {
    Place::of("entry", dispute).row(format_args!("{channel}/{seq}/{id}/{}", author.spelled()))
}

/// Stores an entry and gives it its channel's next number, unless its id is known there.
///
/// # Errors
/// `NotFound` where there is no such dispute or its data key was destroyed; `Unavailable`.
pub fn append(tx: &mut Tx<'_>, new: &NewEntry<'_>) -> Result<Appended> {
    match find(tx, new)? {
        Some(known) => Ok(known),
        None => append_new(tx, new),
    }
}

/// What stands under the id already: the same entry, or another one. Nothing where the id is free.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn find(tx: &mut Tx<'_>, new: &NewEntry<'_>) -> Result<Option<Appended>> {
    let found = of_channel(new.dispute, new.channel).filter(entries::id.eq(word(&new.id))).select(COLUMNS);
    let found = on_both!(&mut *tx.db, |c| found.first::<Row>(c));
    let Some(row) = found.optional()? else { return Ok(None) };
    let body = write(&BodyShape::from(new.body))?;
    let digest = digest_of(tx, new.dispute, &body)?;
    let same_author =
        row.author.value()? == new.by && row.account == new.account.map(|account| account.to_string());
    if !same_author || row.body_digest != digest {
        return Ok(Some(Appended::IdReused));
    }
    Ok(Some(Appended::Again(opened(tx, new.dispute, new.channel, row)?)))
}

/// Stores an entry of which [`find`] said in this transaction that its id is free.
///
/// # Errors
/// Those of [`append`].
pub fn append_new(tx: &mut Tx<'_>, new: &NewEntry<'_>) -> Result<Appended> {
    let body = write(&BodyShape::from(new.body))?;
    let digest = digest_of(tx, new.dispute, &body)?;
    let stored = tx.attempt_beside_others(|tx| {
        let seq = take_numbers(tx, new.dispute, new.channel, 1)?;
        let row = row_of(tx, new, seq, &body, digest)?;
        let insert = Fixed(diesel::insert_into(entries::table).values(row));
        on_both!(&mut *tx.db, |c| insert.execute(c))?;
        entry_of(new, seq)
    });
    match stored {
        // Somebody stored the same id a moment ago, on another connection: the number went back with the savepoint.
        Err(Error::Conflict) => find(tx, new)?.ok_or(Error::Conflict),
        stored => Ok(Appended::New(stored?)),
    }
}

/// Stores many entries of one dispute and channel at once, in their order. An id that stands twice among them is the
/// same as one that was sent twice.
///
/// # Errors
/// `Corrupt` where they are not all of one dispute and channel; those of [`append`].
pub fn append_many(tx: &mut Tx<'_>, new: &[NewEntry<'_>]) -> Result<Vec<Appended>> {
    let Some(first) = new.first() else { return Ok(Vec::new()) };
    if new.iter().any(|entry| (entry.dispute, entry.channel) != (first.dispute, first.channel)) {
        return Err(Error::Corrupt);
    }
    let ids: Vec<_> = new.iter().map(|entry| word(&entry.id)).collect();
    let known: i64 =
        of_channel(first.dispute, first.channel).filter(entries::id.eq_any(ids)).count().get_result(tx.db)?;
    let distinct: std::collections::BTreeSet<_> = new.iter().map(|entry| entry.id).collect();
    if known > 0 || distinct.len() < new.len() {
        return new.iter().map(|entry| append(tx, entry)).collect();
    }
    let stored = tx.attempt(|tx| {
        let many = count(new.len());
        let before = take_numbers(tx, first.dispute, first.channel, many)? - many;
        let (mut rows, mut stored) = (Vec::with_capacity(new.len()), Vec::with_capacity(new.len()));
        for (seq, entry) in (before + 1..).zip(new) {
            let body = write(&BodyShape::from(entry.body))?;
            let digest = digest_of(tx, entry.dispute, &body)?;
            rows.push(row_of(tx, entry, seq, &body, digest)?);
            stored.push(Appended::New(entry_of(entry, seq)?));
        }
        insert_rows!(tx.db, entries::table, rows)?;
        Ok(stored)
    });
    match stored {
        Err(Error::Conflict) => new.iter().map(|entry| append(tx, entry)).collect(),
        stored => stored,
    }
}

fn digest_of(tx: &mut Tx<'_>, dispute: DisputeId, body: &[u8]) -> Result<String> {
    Ok(hex(&tx.vault().digest(dispute, "entry", body)?))
}

fn row_of(tx: &mut Tx<'_>, new: &NewEntry<'_>, seq: i64, body: &[u8], body_digest: String) -> Result<NewRow> {
    let place = place(new.dispute, new.channel, seq, new.id, new.by);
    Ok(NewRow {
        dispute: word(&new.dispute),
        channel: word(&new.channel),
        seq,
        id: word(&new.id),
        at: at(new.at),
        account: word_opt(new.account.as_ref()),
        author: word(&new.by),
        body_digest,
        body_sealed: tx.vault().seal(Key::Data, &place, body)?,
    })
}

fn entry_of(new: &NewEntry<'_>, seq: i64) -> Result<Entry> {
    let (channel, seq) = (new.channel, number(seq)?);
    Ok(Entry { channel, seq, id: new.id, at: new.at, by: new.by, body: new.body.clone() })
}

/// Takes the channel's next numbers and answers the last of them. The row stays locked until the commit.
fn take_numbers(tx: &mut Tx<'_>, dispute: DisputeId, channel: Channel, many: i64) -> Result<i64> {
    let row = channels::table.find((word(&dispute), word(&channel)));
    let taken = |tx: &mut Tx<'_>| {
        let count = diesel::update(row.clone()).set(channels::last_seq.eq(channels::last_seq + many));
        let count = Fixed(count.returning(channels::last_seq));
        on_both!(&mut *tx.db, |c| count.get_result::<i64>(c)).optional()
    };
    if let Some(last) = taken(tx)? {
        return Ok(last);
    }
    let first = (
        channels::dispute.eq(word(&dispute)),
        channels::channel.eq(word(&channel)),
        channels::last_seq.eq(0),
    );
    on_both!(&mut *tx.db, |c| {
        diesel::insert_into(channels::table).values(first.clone()).on_conflict_do_nothing().execute(c)
    })?;
    taken(tx)?.ok_or(Error::Corrupt)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn of_channel(dispute: DisputeId, channel: Channel) -> _ {
    let dispute: Word<DisputeId> = word(&dispute);
    let channel: Word<Channel> = word(&channel);
    entries::table.filter(entries::dispute.eq(dispute)).filter(entries::channel.eq(channel))
}

fn opened(tx: &mut Tx<'_>, dispute: DisputeId, channel: Channel, row: Row) -> Result<Entry> {
    let (id, by) = (row.id.value()?, row.author.value()?);
    let body = tx.vault().open(Key::Data, &place(dispute, channel, row.seq, id, by), &row.body_sealed)?;
    let body = read::<BodyShape>(&body)?.value()?;
    Ok(Entry { channel, seq: number(row.seq)?, id, at: row.at.moment(), by, body })
}

/// The entries of a channel beyond the number `after`, up to `until` where there is one, ascending.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn page(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    channel: Channel,
    after: u64,
    until: Option<u64>,
    limit: i64,
) -> Result<Vec<Entry>> {
    let rows: Vec<Row> = of_channel(dispute, channel)
        .filter(entries::seq.gt(seq(after)))
        .filter(entries::seq.le(until.map_or(i64::MAX, seq)))
        .order(entries::seq)
        .limit(limit)
        .select(COLUMNS)
        .load(tx.db)?;
    rows.into_iter().map(|row| opened(tx, dispute, channel, row)).collect()
}

/// The channel's last number; 0 where nothing was said.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn last_seq(tx: &mut Tx<'_>, dispute: DisputeId, channel: Channel) -> Result<u64> {
    let found = channels::table.find((word(&dispute), word(&channel))).select(channels::last_seq);
    number(found.first(tx.db).optional()?.unwrap_or(0))
}

/// The account behind an entry, or of whom it tells; nobody where Concord wrote it of nobody, or where there is none.
///
/// # Errors
/// `Corrupt`.
pub fn account_of(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    channel: Channel,
    id: EntryId,
) -> Result<Option<AccountId>> {
    let found = of_channel(dispute, channel).filter(entries::id.eq(word(&id))).select(entries::account);
    let account: Option<Option<Word<AccountId>>> = found.first(tx.db).optional()?;
    value_opt(account.flatten().as_ref())
}

/// The entry of that id in that channel.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn by_id(tx: &mut Tx<'_>, dispute: DisputeId, channel: Channel, id: EntryId) -> Result<Option<Entry>> {
    let found = of_channel(dispute, channel).filter(entries::id.eq(word(&id))).select(COLUMNS);
    let row: Option<Row> = found.first(tx.db).optional()?;
    row.map(|row| opened(tx, dispute, channel, row)).transpose()
}

#[cfg(test)]
mod tests;
