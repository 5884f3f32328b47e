//! Who sits in which channel, from which number and until which (R5). Deliberately not here: who may be given a seat.

use diesel::prelude::*;

use domain::ids::{AccountId, DisputeId};
use domain::room::{Channel, Seat};
use domain::time::Moment;

use crate::columns::{At, Word, at, number, seq, word};
use crate::dialect::on_both;
use crate::entries::last_seq;
use crate::error::Result;
use crate::schema::seats;
use crate::stored::Tx;

/// A seat that was granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatRow {
    /// Whose.
    pub account: AccountId,
    /// As whom.
    pub seat: Seat,
    /// In which channel.
    pub channel: Channel,
    /// The first number it reads.
    pub from_seq: u64,
    /// The last number it reads, once it ended.
    pub until_seq: Option<u64>,
}

impl SeatRow {
    /// Whether it reads the entry of that number.
    pub fn reaches(&self, number: u64) -> bool {
        self.from_seq <= number && self.until_seq.is_none_or(|until| number <= until)
    }
}

#[derive(Queryable)]
struct Row {
    _dispute: String,
    account: Word<AccountId>,
    channel: Word<Channel>,
    from_seq: i64,
    until_seq: Option<i64>,
    seat: Word<Seat>,
    granted_at: At,
}

impl Row {
    fn value(self) -> Result<SeatRow> {
        Ok(SeatRow {
            account: self.account.value()?,
            seat: self.seat.value()?,
            channel: self.channel.value()?,
            from_seq: number(self.from_seq)?,
            until_seq: self.until_seq.map(number).transpose()?,
        })
    }
}

/// Grants a seat from a number on; nothing happens where the account sits there.
///
/// # Errors
/// `NotFound` where there is no such dispute or account.
pub fn grant(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    account: AccountId,
    seat: Seat,
    channel: Channel,
    from_seq: u64,
    now: Moment,
) -> Result<()> {
    let theirs = of(tx, dispute)?;
    let theirs = || theirs.iter().filter(|row| row.account == account && row.channel == channel);
    if theirs().any(|row| row.until_seq.is_none()) {
        return Ok(());
    }
    if theirs().any(|row| row.from_seq == from_seq) {
        // It ended before anything was said, and begins again at the same number.
        let key = (word(&dispute), word(&account), word(&channel), seq(from_seq));
        let change = (seats::until_seq.eq(None::<i64>), seats::seat.eq(word(&seat)));
        diesel::update(seats::table.find(key)).set(change).execute(tx.db)?;
        return Ok(());
    }
    diesel::insert_into(seats::table)
        .values((
            seats::dispute.eq(word(&dispute)),
            seats::account.eq(word(&account)),
            seats::channel.eq(word(&channel)),
            seats::from_seq.eq(seq(from_seq)),
            seats::seat.eq(word(&seat)),
            seats::granted_at.eq(at(now)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// Ends the seats of a channel at its last number: one account's, or everybody's.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn end(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    channel: Channel,
    account: Option<AccountId>,
    _now: Moment,
) -> Result<()> {
    let last = seq(last_seq(tx, dispute, channel)?);
    for row in of(tx, dispute)? {
        let meant = row.channel == channel && account.is_none_or(|account| account == row.account);
        if meant && row.until_seq.is_none() {
            let key = (word(&dispute), word(&row.account), word(&channel), seq(row.from_seq));
            diesel::update(seats::table.find(key)).set(seats::until_seq.eq(Some(last))).execute(tx.db)?;
        }
    }
    Ok(())
}

/// Keeps of a room's seats who sat where, and as whom. Their numbers go: they count what was said in each channel, and a
/// caucus was nobody else's (R5). Whoever's seat ended reads nothing of what is no more there.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub(crate) fn forget_numbers(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<()> {
    let theirs = || seats::table.filter(seats::dispute.eq(word(&dispute)));
    let rows: Vec<Row> = theirs().order((seats::account, seats::channel, seats::from_seq)).load(tx.db)?;
    diesel::delete(theirs()).execute(tx.db)?;
    let mut kept: Vec<((AccountId, Channel, Seat), Row)> = Vec::new();
    for row in rows {
        let of = (row.account.value()?, row.channel.value()?, row.seat.value()?);
        // The latest holds, and it is the one that has not ended where one has not.
        kept.retain(|(known, _)| *known != of);
        kept.push((of, row));
    }
    let mut before = None;
    let mut first = 0_i64;
    for ((account, channel, seat), row) in kept {
        // Somebody may have sat there as two seats, one after the other.
        first = if before == Some((account, channel)) { first + 1 } else { 1 };
        before = Some((account, channel));
        diesel::insert_into(seats::table)
            .values((
                seats::dispute.eq(word(&dispute)),
                seats::account.eq(word(&account)),
                seats::channel.eq(word(&channel)),
                seats::from_seq.eq(first),
                seats::until_seq.eq(row.until_seq.map(|_| 0_i64)),
                seats::seat.eq(word(&seat)),
                seats::granted_at.eq(row.granted_at),
            ))
            .execute(tx.db)?;
    }
    Ok(())
}

/// Every seat of the room, ended ones included; of one account and channel the earliest first.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn of(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Vec<SeatRow>> {
    let theirs = seats::table.filter(seats::dispute.eq(word(&dispute)));
    let rows: Vec<Row> = theirs.order((seats::account, seats::channel, seats::from_seq)).load(tx.db)?;
    rows.into_iter().map(Row::value).collect()
}

/// Of somebody's rows in one channel, all as the same seat, the one that holds: the one that has not ended, else the
/// latest. Whoever sits down again begins anew, and what they read before they left is not theirs any more (R5).
pub fn current<'a>(rows: impl Iterator<Item = &'a SeatRow>) -> Option<&'a SeatRow> {
    rows.max_by_key(|row| (row.until_seq.is_none(), row.from_seq))
}

/// The seat of that account in that channel as that seat that holds (see [`current`]), ended or not.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn latest(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    account: AccountId,
    channel: Channel,
    seat: Seat,
) -> Result<Option<SeatRow>> {
    let theirs = seats::table
        .filter(seats::dispute.eq(word(&dispute)))
        .filter(seats::account.eq(word(&account)))
        .filter(seats::channel.eq(word(&channel)))
        .filter(seats::seat.eq(word(&seat)));
    let rows: Vec<Row> = on_both!(&mut *tx.db, |c| theirs.load(c))?;
    let rows = rows.into_iter().map(Row::value).collect::<Result<Vec<_>>>()?;
    Ok(current(rows.iter()).copied())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entries::{NewEntry, append};
    use crate::testing::{a_dispute, account, dispute_id, houses, moment};
    use domain::entry::{Author, Body};
    use domain::ids::EntryId;
    use domain::party::Side;
    use uuid::Uuid;

    #[test]
    fn r5_a_seat_reads_from_its_first_number_to_the_one_at_which_it_ended() {
        for house in houses() {
            let rows = house.write(|tx| {
                a_dispute(tx, 1)?;
                let (seat, joint) = (Seat::Party(Side::Respondent), Channel::Joint);
                let sit = |tx: &mut Tx<'_>, from| {
                    grant(tx, dispute_id(1), account(2), seat, joint, from, moment(0))
                };
                sit(tx, 1)?;
                sit(tx, 9)?;
                end(tx, dispute_id(1), joint, Some(account(3)), moment(1))?;
                let body = Body::Arrival { who: seat };
                let id = EntryId::new(Uuid::from_u128(1));
                let entry = NewEntry {
                    dispute: dispute_id(1),
                    channel: joint,
                    id,
                    account: None,
                    by: Author::House,
                    body: &body,
                    at: moment(1),
                };
                append(tx, &entry)?;
                end(tx, dispute_id(1), joint, None, moment(2))?;
                sit(tx, 2)?;
                end(tx, dispute_id(1), joint, None, moment(3))?;
                sit(tx, 2)?;
                let of_another = latest(tx, dispute_id(1), account(3), joint, seat)?;
                assert_eq!(of_another, None);
                let last = latest(tx, dispute_id(1), account(2), joint, seat)?;
                assert_eq!(last.map(|row| (row.from_seq, row.until_seq)), Some((2, None)));
                of(tx, dispute_id(1))
            });
            let windows: Vec<_> = rows.unwrap().iter().map(|row| (row.from_seq, row.until_seq)).collect();
            assert_eq!(windows, [(1, Some(1)), (2, None)], "{}", house.backend);
        }
    }
}
