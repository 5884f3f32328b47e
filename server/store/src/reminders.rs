//! When people are reminded of a deadline, and whether they were: once a deadline. Deliberately not here: whom a stage
//! waits for, and how long before.

use diesel::dsl::{exists, not};
use diesel::prelude::*;

use domain::dispute::StageName;
use domain::ids::DisputeId;
use domain::time::Moment;

use crate::columns::{Word, at, word};
use crate::error::Result;
use crate::schema::{disputes, reminders};
use crate::stored::Tx;

/// Keeps when to remind of the deadline `due_at`. One that was known stays as it is: it was reminded of, or will be.
///
/// # Errors
/// `NotFound` where there is no such dispute.
pub fn set(tx: &mut Tx<'_>, dispute: DisputeId, due_at: Moment, remind_at: Moment) -> Result<()> {
    let known = reminders::table.find(word(&dispute)).filter(reminders::due_at.eq(at(due_at)));
    if diesel::select(exists(known)).get_result(tx.db)? {
        return Ok(());
    }
    clear(tx, dispute)?;
    diesel::insert_into(reminders::table)
        .values((
            reminders::dispute.eq(word(&dispute)),
            reminders::due_at.eq(at(due_at)),
            reminders::remind_at.eq(at(remind_at)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// No deadline runs any more.
///
/// # Errors
/// `Unavailable`.
pub fn clear(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<()> {
    diesel::delete(reminders::table.find(word(&dispute))).execute(tx.db)?;
    Ok(())
}

/// The disputes whose people are to be reminded now.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn due(tx: &mut Tx<'_>, now: Moment, limit: i64) -> Result<Vec<DisputeId>> {
    let due = reminders::table
        .filter(reminders::reminded_at.is_null())
        .filter(reminders::remind_at.le(at(now)))
        .filter(reminders::due_at.gt(at(now)));
    let ids: Vec<Word<DisputeId>> =
        due.order(reminders::remind_at).limit(limit).select(reminders::dispute).load(tx.db)?;
    ids.iter().map(Word::value).collect()
}

/// Notes that they were reminded. Returns whether that was still to be done.
///
/// # Errors
/// `Unavailable`.
pub fn mark(tx: &mut Tx<'_>, dispute: DisputeId, now: Moment) -> Result<bool> {
    let row = reminders::table.find(word(&dispute)).filter(reminders::reminded_at.is_null());
    Ok(diesel::update(row).set(reminders::reminded_at.eq(Some(at(now)))).execute(tx.db)? == 1)
}

/// Drafts that nobody has changed since `before`, and whose claimant was not warned since they were changed (R12).
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn drafts_to_warn_of(tx: &mut Tx<'_>, before: Moment, limit: i64) -> Result<Vec<DisputeId>> {
    let warned = reminders::table
        .filter(reminders::dispute.eq(disputes::id))
        .filter(reminders::reminded_at.ge(disputes::changed_at.nullable()));
    let stale = disputes::table
        .filter(disputes::stage.eq(word(&StageName::Draft)))
        .filter(disputes::changed_at.lt(at(before)))
        .filter(not(exists(warned)));
    let ids: Vec<Word<DisputeId>> =
        stale.order(disputes::changed_at).limit(limit).select(disputes::id).load(tx.db)?;
    ids.iter().map(Word::value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_dispute, dispute_id, houses, moment};

    #[test]
    fn a_deadline_is_reminded_of_once_and_a_new_one_again() {
        for house in houses() {
            house
                .write(|tx| {
                    let id = a_dispute(tx, 1)?.id;
                    set(tx, id, moment(100), moment(50))?;
                    assert_eq!(due(tx, moment(49), 9)?, []);
                    assert_eq!(due(tx, moment(50), 9)?, [id]);
                    assert_eq!(due(tx, moment(100), 9)?, [], "too late to remind");
                    assert!(mark(tx, id, moment(51))?);
                    assert!(!mark(tx, id, moment(52))?);
                    set(tx, id, moment(100), moment(60))?;
                    assert_eq!(due(tx, moment(61), 9)?, [], "the same deadline");
                    set(tx, id, moment(200), moment(60))?;
                    assert_eq!(due(tx, moment(61), 9)?, [id]);
                    clear(tx, id)?;
                    assert_eq!(due(tx, moment(61), 9)?, []);
                    Ok(())
                })
                .unwrap();
        }
    }

    #[test]
    fn r12_a_draft_is_warned_of_once_until_somebody_changes_it() {
        for house in houses() {
            house
                .write(|tx| {
                    let draft = a_dispute(tx, 1)?;
                    assert_eq!(drafts_to_warn_of(tx, moment(90), 9)?, [dispute_id(1)]);
                    set(tx, draft.id, moment(99), moment(90))?;
                    assert!(mark(tx, draft.id, moment(90))?);
                    assert_eq!(drafts_to_warn_of(tx, moment(95), 9)?, []);
                    crate::disputes::save(tx, &draft, 1, None, moment(96))?;
                    assert_eq!(drafts_to_warn_of(tx, moment(97), 9)?, [dispute_id(1)]);
                    Ok(())
                })
                .unwrap();
        }
    }
}
