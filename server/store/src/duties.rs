//! What a registrar has to look at, as kinds and ids. Deliberately not here: any text; the page says it by kind.

use diesel::prelude::*;

use domain::ids::DisputeId;
use domain::party::Side;
use domain::time::Moment;

use crate::columns::{At, Word, at, value_opt, word, word_opt};
use crate::error::Result;
use crate::schema::duties;
use crate::stored::Tx;

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty {
    /// Its id, a UUIDv7.
    pub id: String,
    /// What it is, as a stable word.
    pub kind: String,
    /// In which dispute.
    pub dispute: Option<DisputeId>,
    /// Of which side.
    pub side: Option<Side>,
    /// Since when.
    pub at: Moment,
}

/// A duty as it is listed.
pub type DutyRow = Duty;

#[derive(Queryable)]
struct Row {
    id: String,
    kind: String,
    dispute: Option<Word<DisputeId>>,
    side: Option<Word<Side>>,
    at: At,
    _closed_at: Option<At>,
}

/// Puts something on the desk, unless the same of the same side lies there already: whoever presses a button again, in
/// fear or to bury what else lies there, adds no line.
///
/// # Errors
/// `Conflict` where the id is known.
pub fn put(tx: &mut Tx<'_>, duty: &Duty) -> Result<()> {
    let open = duties::table.filter(duties::closed_at.is_null()).filter(duties::kind.eq(&duty.kind));
    let same = open.filter(duties::dispute.eq(word_opt(duty.dispute.as_ref()))).select(duties::side);
    let sides: Vec<Option<Word<Side>>> = same.load(tx.db)?;
    for side in sides {
        if value_opt(side.as_ref())? == duty.side {
            return Ok(());
        }
    }
    diesel::insert_into(duties::table)
        .values((
            duties::id.eq(&duty.id),
            duties::kind.eq(&duty.kind),
            duties::dispute.eq(word_opt(duty.dispute.as_ref())),
            duties::side.eq(word_opt(duty.side.as_ref())),
            duties::at.eq(at(duty.at)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// What is on the desk, the newest first: what has just come in must never hide behind a full page.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn open(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<DutyRow>> {
    let open = duties::table.filter(duties::closed_at.is_null());
    listed(open.order((duties::at.desc(), duties::id.desc())).limit(limit).load(tx.db)?)
}

/// What is on the desk of one dispute.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn open_of(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Vec<DutyRow>> {
    let open = duties::table.filter(duties::closed_at.is_null());
    listed(open.filter(duties::dispute.eq(Some(word(&dispute)))).order(duties::id).load(tx.db)?)
}

fn listed(rows: Vec<Row>) -> Result<Vec<DutyRow>> {
    rows.into_iter()
        .map(|row| {
            Ok(Duty {
                id: row.id,
                kind: row.kind,
                dispute: value_opt(row.dispute.as_ref())?,
                side: value_opt(row.side.as_ref())?,
                at: row.at.moment(),
            })
        })
        .collect()
}

/// When that was first put on the desk of a dispute since then, whether it lies there still or not.
///
/// # Errors
/// `Unavailable`.
pub fn since(tx: &mut Tx<'_>, dispute: DisputeId, kind: &str, then: Moment) -> Result<Option<Moment>> {
    let of = duties::table.filter(duties::dispute.eq(Some(word(&dispute)))).filter(duties::kind.eq(kind));
    let first = of.filter(duties::at.ge(at(then))).order(duties::at).select(duties::at).first::<At>(tx.db);
    Ok(first.optional()?.map(At::moment))
}

/// Takes something off the desk; nothing happens where it is off already.
///
/// # Errors
/// `Unavailable`.
pub fn close(tx: &mut Tx<'_>, id: &str, now: Moment) -> Result<()> {
    let row = duties::table.find(id).filter(duties::closed_at.is_null());
    diesel::update(row).set(duties::closed_at.eq(Some(at(now)))).execute(tx.db)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{dispute_id, houses, moment};

    #[test]
    fn a_duty_lies_on_the_desk_until_somebody_takes_it_off() {
        for house in houses() {
            let duty = |id: &str, millis: i64| Duty {
                id: id.to_owned(),
                kind: "delivery-failed".to_owned(),
                dispute: Some(dispute_id(1)),
                side: Some(Side::Respondent),
                at: moment(millis),
            };
            let of_claimant = |duty: Duty| Duty { side: Some(Side::Claimant), ..duty };
            let (late, early) = (duty("a", 2), of_claimant(duty("b", 1)));
            let again = [duty("c", 3), of_claimant(duty("d", 4))];
            let expected = vec![late.clone(), early.clone()];
            let listed = house.write(move |tx| {
                put(tx, &early)?;
                put(tx, &late)?;
                again.iter().try_for_each(|duty| put(tx, duty))?;
                let listed = open(tx, 9)?;
                close(tx, "b", moment(3))?;
                close(tx, "b", moment(4))?;
                let left = open(tx, 9)?.len();
                // Once it was seen, the same is news again.
                put(tx, &of_claimant(duty("e", 5)))?;
                Ok((listed, left, open(tx, 9)?.len()))
            });
            assert_eq!(listed, Ok((expected, 1, 2)), "{}", house.backend);
        }
    }
}
