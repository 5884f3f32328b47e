//! The audit trail: rows of ids, kinds, digests and times (R9), each bound to the one before it by a hash, and kept
//! by the database itself from being changed. Deliberately not here: any text that a party wrote.

use diesel::prelude::*;
use sha2::{Digest, Sha256};

use domain::ids::{AccountId, DisputeId};
use domain::time::Moment;

use crate::columns::{At, Word, at, count, value_opt, word, word_opt};
use crate::error::{Error, Result};
use crate::schema::{audit, audit_head};
use crate::secret::hex;
use crate::stored::{Tx, one};

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTrace {
    /// When.
    pub at: Moment,
    /// Who did it; nobody where Concord did.
    pub actor: Option<AccountId>,
    /// What, as a stable word.
    pub kind: String,
    /// In which dispute.
    pub dispute: Option<DisputeId>,
    /// Ids and digests as a JSON object; never words of a person.
    pub subjects: String,
}

/// A row of the trail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// Its number: 1, 2, 3, ...
    pub seq: i64,
    /// When.
    pub at: Moment,
    /// Who did it; nobody where Concord did.
    pub actor: Option<AccountId>,
    /// What, as a stable word.
    pub kind: String,
    /// In which dispute.
    pub dispute: Option<DisputeId>,
    /// Ids and digests as a JSON object.
    pub subjects: String,
    /// The hash that binds it to all before it, in hexadecimal digits.
    pub digest: String,
}

impl Trace {
    fn what(&self) -> NewTrace {
        NewTrace {
            at: self.at,
            actor: self.actor,
            kind: self.kind.clone(),
            dispute: self.dispute,
            subjects: self.subjects.clone(),
        }
    }
}

/// What became of checking the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Chain {
    /// Every row is as it was written.
    Whole {
        /// How many rows.
        rows: i64,
        /// The last hash, to be compared with one that was kept elsewhere.
        last_digest: String,
    },
    /// This row, or the one before it, is not as it was written.
    BrokenAt(i64),
}

#[derive(Queryable)]
struct Row {
    seq: i64,
    at: At,
    actor: Option<Word<AccountId>>,
    kind: String,
    dispute: Option<Word<DisputeId>>,
    subjects: String,
    previous: String,
    digest: String,
}

/// How many rows are checked at a time.
const CHECKED_AT_ONCE: usize = 1_000;
const FIRST_PREVIOUS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Adds a row, and answers its number. To be called last in an act: it holds the end of the chain until the commit,
/// and whoever else appends waits.
///
/// # Errors
/// `Unavailable`.
pub fn append(tx: &mut Tx<'_>, new: &NewTrace) -> Result<i64> {
    let head = audit_head::table.find(1);
    // Taking the number locks the head on PostgreSQL; then the hash before is the last one for sure.
    let (seq, previous): (i64, String) = diesel::update(head)
        .set(audit_head::last_seq.eq(audit_head::last_seq + 1))
        .returning((audit_head::last_seq, audit_head::last_digest))
        .get_result(tx.db)?;
    let digest = link(&previous, seq, new);
    diesel::insert_into(audit::table)
        .values((
            audit::seq.eq(seq),
            audit::at.eq(at(new.at)),
            audit::actor.eq(word_opt(new.actor.as_ref())),
            audit::kind.eq(&new.kind),
            audit::dispute.eq(word_opt(new.dispute.as_ref())),
            audit::subjects.eq(&new.subjects),
            audit::previous.eq(&previous),
            audit::digest.eq(&digest),
        ))
        .execute(tx.db)?;
    one(diesel::update(head).set(audit_head::last_digest.eq(&digest)).execute(tx.db)?, Error::Corrupt)?;
    Ok(seq)
}

/// Each field stands with its length, so that no two rows hash alike.
fn link(previous: &str, seq: i64, trace: &NewTrace) -> String {
    let fields = [
        previous.to_owned(),
        seq.to_string(),
        trace.at.millis().to_string(),
        trace.actor.map_or_else(String::new, |actor| actor.to_string()),
        trace.kind.clone(),
        trace.dispute.map_or_else(String::new, |dispute| dispute.to_string()),
        trace.subjects.clone(),
    ];
    let mut hash = Sha256::new_with_prefix(b"concord audit 1\n");
    for field in fields {
        hash.update(format!("{}\n", field.len()).as_bytes());
        hash.update(field.as_bytes());
    }
    hex(&hash.finalize())
}

/// Reads the whole trail and checks that each row is bound to the one before it, without a gap.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn verify_chain(tx: &mut Tx<'_>) -> Result<Chain> {
    let (mut last, mut previous) = (0, FIRST_PREVIOUS.to_owned());
    loop {
        let rows = rows_after(tx, last, CHECKED_AT_ONCE)?;
        if rows.is_empty() {
            break;
        }
        for row in rows {
            let (seq, stated) = (row.seq, row.previous.clone());
            let trace = told(row)?;
            let bound =
                seq == last + 1 && stated == previous && link(&previous, seq, &trace.what()) == trace.digest;
            if !bound {
                return Ok(Chain::BrokenAt(seq));
            }
            (last, previous) = (seq, trace.digest);
        }
    }
    let head = audit_head::table.find(1).select((audit_head::last_seq, audit_head::last_digest));
    // Rows cut off from the end leave a whole chain: the head tells.
    if head.first::<(i64, String)>(tx.db)? != (last, previous.clone()) {
        return Ok(Chain::BrokenAt(last + 1));
    }
    Ok(Chain::Whole { rows: last, last_digest: previous })
}

/// What happened in a dispute after row `after`, in order.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn of_dispute(tx: &mut Tx<'_>, dispute: DisputeId, after: i64, limit: usize) -> Result<Vec<Trace>> {
    let rows: Vec<Row> = audit::table
        .filter(audit::dispute.eq(Some(word(&dispute))))
        .filter(audit::seq.gt(after))
        .order(audit::seq)
        .limit(count(limit))
        .load(tx.db)?;
    rows.into_iter().map(told).collect()
}

/// What happened after row `after`, in order.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn page(tx: &mut Tx<'_>, after: i64, limit: usize) -> Result<Vec<Trace>> {
    rows_after(tx, after, limit)?.into_iter().map(told).collect()
}

fn rows_after(tx: &mut Tx<'_>, after: i64, limit: usize) -> Result<Vec<Row>> {
    Ok(audit::table.filter(audit::seq.gt(after)).order(audit::seq).limit(count(limit)).load(tx.db)?)
}

fn told(row: Row) -> Result<Trace> {
    Ok(Trace {
        seq: row.seq,
        at: row.at.moment(),
        actor: value_opt(row.actor.as_ref())?,
        kind: row.kind,
        dispute: value_opt(row.dispute.as_ref())?,
        subjects: row.subjects,
        digest: row.digest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::run;
    use crate::testing::{account, db_line, houses, moment};

    fn trace(number: i64) -> NewTrace {
        NewTrace {
            at: moment(number),
            actor: Some(account(1)),
            kind: "dispute-filed".to_owned(),
            dispute: None,
            subjects: "{}".to_owned(),
        }
    }

    #[test]
    fn the_trail_cannot_be_changed_and_shows_it_where_it_was() {
        for house in houses() {
            for number in 1..=3 {
                assert_eq!(
                    house.write(move |tx| append(tx, &trace(number))),
                    Ok(number),
                    "{}",
                    house.backend
                );
            }
            assert!(matches!(house.read(verify_chain), Ok(Chain::Whole { rows: 3, .. })));
            assert_eq!(house.read(|tx| page(tx, 1, 1)).unwrap()[0].what(), trace(2));
            let mut db = db_line(&house);
            assert!(run(&mut db, "UPDATE audit SET kind = 'x' WHERE seq = 2").is_err());
            assert!(run(&mut db, "DELETE FROM audit WHERE seq = 3").is_err());
            // Somebody who owns the database takes the lock off first.
            let unlock = match house.backend {
                "sqlite" => "DROP TRIGGER audit_keeps_rows; DROP TRIGGER audit_loses_nothing",
                _ => "DROP TRIGGER audit_keeps_rows ON audit",
            };
            run(&mut db, unlock).unwrap();
            run(&mut db, "DELETE FROM audit WHERE seq = 3").unwrap();
            assert_eq!(house.read(verify_chain), Ok(Chain::BrokenAt(3)));
            run(&mut db, "UPDATE audit SET kind = 'x' WHERE seq = 2").unwrap();
            assert_eq!(house.read(verify_chain), Ok(Chain::BrokenAt(2)));
        }
    }

    #[test]
    fn many_writers_make_one_chain() {
        for house in houses() {
            let jobs = (0..40).map(|number| move |tx: &mut Tx<'_>| append(tx, &trace(number)));
            let mut seqs: Vec<_> = house.at_once(jobs).into_iter().flatten().collect();
            seqs.sort_unstable();
            assert_eq!(seqs, (1..=40).collect::<Vec<_>>(), "{}", house.backend);
            assert!(matches!(house.read(verify_chain), Ok(Chain::Whole { rows: 40, .. })));
        }
    }
}
