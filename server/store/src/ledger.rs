//! The ledger's rows: leaves in their order, the hashes of complete subtrees, signed heads, and the lines of witnesses.
//! Whoever appends holds the head until the commit, so that numbers have no gap and no two transactions take the same
//! one. Deliberately not here: hashing, proofs and signatures, which are `record`'s.

use diesel::prelude::*;

use domain::agreement::TextDigest;
use domain::ids::{DisputeId, SettlementId};
use domain::time::Moment;

use crate::columns::{At, Word, at};
use crate::error::{Error, Result};
use crate::schema::{
    disputes, ledger_checkpoints, ledger_cosignatures, ledger_head, ledger_leaves, ledger_nodes, settlements,
};
use crate::stored::Tx;

/// A hash of the tree, 32 bytes.
pub type Hash = [u8; 32];

/// An entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Entry {
    /// Its number, from 0.
    pub number: i64,
    /// What it speaks of, as a stable word.
    pub kind: String,
    /// The id of that: never published.
    pub subject: String,
    /// The text that is hashed and published.
    pub leaf: String,
}

/// A signed head as it was published, without the lines of witnesses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many leaves it covers.
    pub size: i64,
    /// The signed note.
    pub note: String,
    /// When it was signed.
    pub at: Moment,
}

/// What a witness added to a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Cosignature {
    /// The checkpoint's size.
    pub size: i64,
    /// The witness's public key, as signed notes write it.
    pub witness: String,
    /// Its line, with the end of the line.
    pub line: String,
}

const ENTRY: (ledger_leaves::number, ledger_leaves::kind, ledger_leaves::subject, ledger_leaves::leaf) =
    (ledger_leaves::number, ledger_leaves::kind, ledger_leaves::subject, ledger_leaves::leaf);

/// Takes the next number. It locks the head until the commit: whoever else appends waits, and then sees these leaves.
///
/// # Errors
/// `Busy` where it took too long; `Unavailable`.
pub fn take_number(tx: &mut Tx<'_>) -> Result<i64> {
    let size: i64 = diesel::update(ledger_head::table.find(1))
        .set(ledger_head::size.eq(ledger_head::size + 1))
        .returning(ledger_head::size)
        .get_result(tx.db)?;
    size.checked_sub(1).ok_or(Error::Corrupt)
}

/// Holds the head until the commit: whoever appends waits, and what is read from here on is the last that was entered.
///
/// # Errors
/// `Busy` where it took too long; `Unavailable`.
pub fn hold(tx: &mut Tx<'_>) -> Result<()> {
    let head = diesel::update(ledger_head::table.find(1));
    head.set(ledger_head::size.eq(ledger_head::size)).execute(tx.db)?;
    Ok(())
}

/// Keeps a leaf under the number that was taken for it.
///
/// # Errors
/// `Conflict` where there is an entry of that kind and subject; `Unavailable`.
pub fn put(tx: &mut Tx<'_>, entry: &Entry, now: Moment) -> Result<()> {
    diesel::insert_into(ledger_leaves::table)
        .values((
            ledger_leaves::number.eq(entry.number),
            ledger_leaves::kind.eq(&entry.kind),
            ledger_leaves::subject.eq(&entry.subject),
            ledger_leaves::leaf.eq(&entry.leaf),
            ledger_leaves::at.eq(at(now)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// Keeps the hash of a complete subtree.
///
/// # Errors
/// `Conflict` where it is known; `Unavailable`.
pub fn put_node(tx: &mut Tx<'_>, level: i32, position: i64, hash: &Hash) -> Result<()> {
    diesel::insert_into(ledger_nodes::table)
        .values((
            ledger_nodes::level.eq(level),
            ledger_nodes::position.eq(position),
            ledger_nodes::hash.eq(hash.as_slice()),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// The hash of a complete subtree.
///
/// # Errors
/// `NotFound`; `Corrupt` where it is no hash.
pub fn node(tx: &mut Tx<'_>, level: i32, position: i64) -> Result<Hash> {
    let hash: Vec<u8> =
        ledger_nodes::table.find((level, position)).select(ledger_nodes::hash).first(tx.db)?;
    hash.try_into().map_err(|_| Error::Corrupt)
}

/// The hashes of subtrees of one level from one position up to another, that one excepted, in their order.
///
/// # Errors
/// `Corrupt` where one is no hash.
pub fn nodes(tx: &mut Tx<'_>, level: i32, from: i64, to: i64) -> Result<Vec<(i64, Hash)>> {
    let rows: Vec<(i64, Vec<u8>)> = ledger_nodes::table
        .filter(ledger_nodes::level.eq(level))
        .filter(ledger_nodes::position.ge(from))
        .filter(ledger_nodes::position.lt(to))
        .order(ledger_nodes::position)
        .select((ledger_nodes::position, ledger_nodes::hash))
        .load(tx.db)?;
    rows.into_iter()
        .map(|(position, hash)| Ok((position, hash.try_into().map_err(|_| Error::Corrupt)?)))
        .collect()
}

/// How many hashes of subtrees are kept.
///
/// # Errors
/// `Unavailable`.
pub fn count_nodes(tx: &mut Tx<'_>) -> Result<i64> {
    Ok(ledger_nodes::table.count().get_result(tx.db)?)
}

/// How many leaves the head counts.
///
/// # Errors
/// `Unavailable`.
pub fn size(tx: &mut Tx<'_>) -> Result<i64> {
    Ok(ledger_head::table.find(1).select(ledger_head::size).first(tx.db)?)
}

/// The entries from a number on, in their order.
///
/// # Errors
/// `Unavailable`.
pub fn entries(tx: &mut Tx<'_>, from: i64, limit: i64) -> Result<Vec<Entry>> {
    let found = ledger_leaves::table.filter(ledger_leaves::number.ge(from)).order(ledger_leaves::number);
    Ok(found.limit(limit).select(ENTRY).load(tx.db)?)
}

/// The entry that speaks of that, where there is one.
///
/// # Errors
/// `Unavailable`.
pub fn find(tx: &mut Tx<'_>, kind: &str, subject: &str) -> Result<Option<Entry>> {
    let found =
        ledger_leaves::table.filter(ledger_leaves::kind.eq(kind)).filter(ledger_leaves::subject.eq(subject));
    Ok(found.select(ENTRY).first(tx.db).optional()?)
}

/// Records without an entry of that kind, in the order in which they were sealed: the house is older than its ledger,
/// or an older program sealed them beside this one.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn settlements_without(
    tx: &mut Tx<'_>,
    kind: &str,
    limit: i64,
) -> Result<Vec<(SettlementId, TextDigest)>> {
    let entered = ledger_leaves::table.filter(ledger_leaves::kind.eq(kind)).select(ledger_leaves::subject);
    let missing = settlements::table.filter(diesel::dsl::not(settlements::id.eq_any(entered)));
    let rows: Vec<(Word<SettlementId>, Word<TextDigest>)> = missing
        .order((settlements::sealed_at, settlements::id))
        .limit(limit)
        .select((settlements::id, settlements::digest))
        .load(tx.db)?;
    rows.iter().map(|(id, digest)| Ok((id.value()?, digest.value()?))).collect()
}

/// Disputes that were filed, are over, and have no entry of that kind, in the order in which they ended.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn disputes_without(tx: &mut Tx<'_>, kind: &str, limit: i64) -> Result<Vec<DisputeId>> {
    let entered = ledger_leaves::table.filter(ledger_leaves::kind.eq(kind)).select(ledger_leaves::subject);
    let over = disputes::table
        .filter(disputes::over_at.is_not_null())
        .filter(disputes::filed_at.is_not_null())
        .filter(diesel::dsl::not(disputes::id.eq_any(entered)));
    let rows: Vec<Word<DisputeId>> =
        over.order((disputes::over_at, disputes::id)).limit(limit).select(disputes::id).load(tx.db)?;
    rows.iter().map(Word::value).collect()
}

/// Keeps a signed head. Returns whether it is the first over so many leaves: of two who sign at the same time one is.
///
/// # Errors
/// `Unavailable`.
pub fn put_checkpoint(tx: &mut Tx<'_>, new: &Checkpoint) -> Result<bool> {
    let kept = tx.attempt_beside_others(|tx| {
        if checkpoint(tx, new.size)?.is_some() {
            return Err(Error::Conflict);
        }
        diesel::insert_into(ledger_checkpoints::table)
            .values((
                ledger_checkpoints::size.eq(new.size),
                ledger_checkpoints::note.eq(&new.note),
                ledger_checkpoints::at.eq(at(new.at)),
            ))
            .execute(tx.db)?;
        Ok(())
    });
    match kept {
        Ok(()) => Ok(true),
        Err(Error::Conflict) => Ok(false),
        Err(error) => Err(error),
    }
}

fn told((size, note, at): (i64, String, At)) -> Checkpoint {
    Checkpoint { size, note, at: at.moment() }
}

/// The signed head over so many leaves.
///
/// # Errors
/// `Unavailable`.
pub fn checkpoint(tx: &mut Tx<'_>, size: i64) -> Result<Option<Checkpoint>> {
    Ok(ledger_checkpoints::table.find(size).first(tx.db).optional()?.map(told))
}

/// The signed head over the most leaves.
///
/// # Errors
/// `Unavailable`.
pub fn latest_checkpoint(tx: &mut Tx<'_>) -> Result<Option<Checkpoint>> {
    let newest = ledger_checkpoints::table.order(ledger_checkpoints::size.desc());
    Ok(newest.first(tx.db).optional()?.map(told))
}

/// The signed heads over more leaves than that, the smallest first.
///
/// # Errors
/// `Unavailable`.
pub fn checkpoints(tx: &mut Tx<'_>, after: i64, limit: i64) -> Result<Vec<Checkpoint>> {
    let found = ledger_checkpoints::table.filter(ledger_checkpoints::size.gt(after));
    let rows: Vec<_> = found.order(ledger_checkpoints::size).limit(limit).load(tx.db)?;
    Ok(rows.into_iter().map(told).collect())
}

/// Keeps a witness's line in place of an older one of its own for the same head; `signed_at` is the time that the line
/// states. Whoever sends an older line again changes nothing.
///
/// # Errors
/// `NotFound` where there is no such head; `Unavailable`.
pub fn put_cosignature(tx: &mut Tx<'_>, new: &Cosignature, signed_at: Moment) -> Result<()> {
    let row = ledger_cosignatures::table.find((new.size, &new.witness));
    let kept: Option<At> = row.select(ledger_cosignatures::at).first(tx.db).optional()?;
    if kept.is_some_and(|kept| kept.moment() >= signed_at) {
        return Ok(());
    }
    let values = (ledger_cosignatures::line.eq(&new.line), ledger_cosignatures::at.eq(at(signed_at)));
    let older = row.filter(ledger_cosignatures::at.lt(at(signed_at)));
    if kept.is_some() {
        diesel::update(older).set(values).execute(tx.db)?;
        return Ok(());
    }
    let key = (ledger_cosignatures::size.eq(new.size), ledger_cosignatures::witness.eq(&new.witness));
    diesel::insert_into(ledger_cosignatures::table).values((key, values)).execute(tx.db)?;
    Ok(())
}

/// The lines of witnesses under heads of those sizes, the smallest head first.
///
/// # Errors
/// `Unavailable`.
pub fn cosignatures(tx: &mut Tx<'_>, sizes: &[i64]) -> Result<Vec<Cosignature>> {
    let found = ledger_cosignatures::table.filter(ledger_cosignatures::size.eq_any(sizes));
    let columns = (ledger_cosignatures::size, ledger_cosignatures::witness, ledger_cosignatures::line);
    let order = (ledger_cosignatures::size, ledger_cosignatures::witness);
    Ok(found.order(order).select(columns).load(tx.db)?)
}

/// Notes that the head is mailed now, where that was last done at `before` or earlier. Returns whether it is to be done.
///
/// # Errors
/// `Unavailable`.
pub fn mark_mailed(tx: &mut Tx<'_>, before: Moment, now: Moment) -> Result<bool> {
    let due = ledger_head::table.find(1).filter(ledger_head::mailed_at.le(before.millis()));
    Ok(diesel::update(due).set(ledger_head::mailed_at.eq(now.millis())).execute(tx.db)? == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::run;
    use crate::testing::{a_dispute, db_line, houses, moment};

    fn append(tx: &mut Tx<'_>, subject: &str) -> Result<i64> {
        let number = take_number(tx)?;
        let entry = Entry {
            number,
            kind: "record".to_owned(),
            subject: subject.to_owned(),
            leaf: format!("leaf of {subject}"),
        };
        put(tx, &entry, moment(1))?;
        put_node(tx, 0, number, &[7; 32])?;
        Ok(number)
    }

    #[test]
    fn many_writers_number_without_a_gap_and_a_refused_one_takes_no_number() {
        for house in houses() {
            let outcomes = house.at_once((0..60).map(|number| {
                move |tx: &mut Tx<'_>| {
                    let taken = append(tx, &number.to_string())?;
                    if number % 3 == 0 { Err(Error::Conflict) } else { Ok(taken) }
                }
            }));
            let mut numbers: Vec<_> = outcomes.into_iter().flatten().collect();
            numbers.sort_unstable();
            assert_eq!(numbers, (0..40).collect::<Vec<_>>(), "{}", house.backend);
            assert_eq!(house.read(size), Ok(40));
            assert_eq!(house.read(count_nodes), Ok(40));
            let entries = house.read(|tx| entries(tx, 30, 5)).unwrap();
            assert_eq!(entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), [30, 31, 32, 33, 34]);
            let (kind, subject) = (entries[0].kind.clone(), entries[0].subject.clone());
            assert_eq!(house.read(move |tx| find(tx, &kind, &subject)), Ok(Some(entries[0].clone())));
            assert_eq!(house.write(|tx| append(tx, "1")), Err(Error::Conflict), "one entry a subject");
            assert_eq!(house.read(size), Ok(40));
        }
    }

    #[test]
    fn what_was_entered_is_neither_changed_nor_deleted() {
        for house in houses() {
            let head = Checkpoint { size: 1, note: "note".to_owned(), at: moment(2) };
            let kept = head.clone();
            house
                .write(move |tx| {
                    append(tx, "one")?;
                    put_checkpoint(tx, &kept)
                })
                .unwrap();
            let mut db = db_line(&house);
            for statement in [
                "UPDATE ledger_leaves SET leaf = 'x'",
                "DELETE FROM ledger_leaves",
                "UPDATE ledger_nodes SET position = 9",
                "DELETE FROM ledger_nodes",
                "UPDATE ledger_checkpoints SET note = 'x'",
                "DELETE FROM ledger_checkpoints",
            ] {
                assert!(run(&mut db, statement).is_err(), "{} {statement}", house.backend);
            }
            assert_eq!(house.read(|tx| node(tx, 0, 0)), Ok([7; 32]));
            assert_eq!(house.read(|tx| node(tx, 1, 0)), Err(Error::NotFound));
            assert_eq!(house.read(latest_checkpoint), Ok(Some(head)));
        }
    }

    #[test]
    fn a_head_is_kept_once_and_a_witness_has_one_line_under_it() {
        for house in houses() {
            let head = |size| Checkpoint { size, note: format!("note {size}"), at: moment(size) };
            let keep = |size| house.write(move |tx| put_checkpoint(tx, &head(size)));
            assert_eq!((keep(3), keep(3), keep(5)), (Ok(true), Ok(false), Ok(true)), "{}", house.backend);
            assert_eq!(house.read(|tx| checkpoints(tx, 3, 9)), Ok(vec![head(5)]));
            assert_eq!(house.read(|tx| checkpoint(tx, 4)), Ok(None));
            let line = |witness: &str, line: &str| Cosignature {
                size: 3,
                witness: witness.to_owned(),
                line: line.to_owned(),
            };
            for (witness, text, at) in
                [("b", "first", 7), ("a", "second", 9), ("b", "third", 9), ("b", "older", 8)]
            {
                let new = line(witness, text);
                house.write(move |tx| put_cosignature(tx, &new, moment(at))).unwrap();
            }
            assert_eq!(
                house.read(|tx| cosignatures(tx, &[3, 5])),
                Ok(vec![line("a", "second"), line("b", "third")])
            );
            let lost = Cosignature { size: 4, ..line("a", "x") };
            assert_eq!(house.write(move |tx| put_cosignature(tx, &lost, moment(9))), Err(Error::NotFound));
        }
    }

    #[test]
    fn the_head_is_mailed_once_a_period() {
        for house in houses() {
            let mark = |before, now| house.write(move |tx| mark_mailed(tx, moment(before), moment(now)));
            assert_eq!(mark(0, 100), Ok(true), "{}", house.backend);
            assert_eq!((mark(99, 199), mark(100, 200)), (Ok(false), Ok(true)));
        }
    }

    #[test]
    fn only_what_is_over_waits_for_an_entry() {
        for house in houses() {
            house.write(|tx| a_dispute(tx, 1).map(drop)).unwrap();
            assert_eq!(house.read(|tx| disputes_without(tx, "certificate", 9)), Ok(Vec::new()));
            assert_eq!(house.read(|tx| settlements_without(tx, "record", 9)), Ok(Vec::new()));
            let mut db = db_line(&house);
            run(&mut db, "UPDATE disputes SET filed_at = 1, over_at = 2").unwrap();
            let waiting = house.read(|tx| disputes_without(tx, "certificate", 9)).unwrap();
            assert_eq!(waiting.len(), 1, "{}", house.backend);
            let subject = waiting[0].to_string();
            house
                .write(move |tx| {
                    let number = take_number(tx)?;
                    let kind = "certificate".to_owned();
                    put(tx, &Entry { number, kind, subject, leaf: "leaf".to_owned() }, moment(3))
                })
                .unwrap();
            assert_eq!(house.read(|tx| disputes_without(tx, "certificate", 9)), Ok(Vec::new()));
        }
    }
}
