//! The mediator's proposals and the secret answers to them. An answer is one byte whatever it is, so that the length of
//! what was sealed tells nothing; answers go when the proposal is over. Deliberately not here: what two answers come to,
//! which is `domain::proposal`'s.

use diesel::prelude::*;

use domain::entry::OfferContent;
use domain::ids::{DisputeId, EntryId};
use domain::party::{Side, Sides};
use domain::proposal::{Proposal, ProposalState};
use domain::time::Moment;

use crate::columns::{At, Word, at, word};
use crate::dialect::overwriting;
use crate::error::{Error, Result};
use crate::schema::{proposal_answers as answers, proposals};
use crate::shapes::talk::OfferShape;
use crate::shapes::{read, write};
use crate::stored::{Tx, one};
use crate::vault::{Key, Place};

/// A proposal and its terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// Its id: that of the entry by which it was made.
    pub id: EntryId,
    /// What the rules know of it.
    pub proposal: Proposal,
    /// What is proposed.
    pub content: OfferContent,
    /// When it was made.
    pub made_at: Moment,
}

#[derive(Queryable)]
struct Row {
    _dispute: String,
    id: Word<EntryId>,
    state: Word<ProposalState>,
    made_at: At,
    expires_at: At,
    content_sealed: Vec<u8>,
}

fn place(dispute: DisputeId, id: EntryId) -> Place {
    Place::of("proposal", dispute).row(id)
}

fn place_of_answer(dispute: DisputeId, id: EntryId, side: Side) -> Place {
    Place::of("proposal-answer", dispute).row(format_args!("{id}/{side}"))
}

/// Keeps a proposal; `id` is its entry's.
///
/// # Errors
/// `Conflict` where the id is known; `NotFound` where the data key was destroyed.
pub fn put(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    id: EntryId,
    proposal: &Proposal,
    content: &OfferContent,
    now: Moment,
) -> Result<()> {
    let plain = write(&OfferShape::from(content))?;
    let sealed = tx.vault().seal(Key::Data, &place(dispute, id), &plain)?;
    diesel::insert_into(proposals::table)
        .values((
            proposals::dispute.eq(word(&dispute)),
            proposals::id.eq(word(&id)),
            proposals::state.eq(word(&proposal.state)),
            proposals::made_at.eq(at(now)),
            proposals::expires_at.eq(at(proposal.expires_at)),
            proposals::content_sealed.eq(sealed),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// Every proposal of a dispute, the newest first.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn list(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Vec<Proposed>> {
    let theirs = proposals::table.filter(proposals::dispute.eq(word(&dispute)));
    let rows: Vec<Row> = theirs.order((proposals::made_at.desc(), proposals::id.desc())).load(tx.db)?;
    rows.into_iter().map(|row| opened(tx, dispute, row)).collect()
}

/// The proposal of that id.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn get(tx: &mut Tx<'_>, dispute: DisputeId, id: EntryId) -> Result<Option<Proposed>> {
    let row: Option<Row> = proposals::table.find((word(&dispute), word(&id))).first(tx.db).optional()?;
    row.map(|row| opened(tx, dispute, row)).transpose()
}

fn opened(tx: &mut Tx<'_>, dispute: DisputeId, row: Row) -> Result<Proposed> {
    let id = row.id.value()?;
    let plain = tx.vault().open(Key::Data, &place(dispute, id), &row.content_sealed)?;
    let proposal = Proposal { state: row.state.value()?, expires_at: row.expires_at.moment() };
    let content = read::<OfferShape>(&plain)?.value()?;
    Ok(Proposed { id, proposal, content, made_at: row.made_at.moment() })
}

/// What a side answered last, for the one comparison that it was given for.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn answer(tx: &mut Tx<'_>, dispute: DisputeId, id: EntryId, side: Side) -> Result<Option<bool>> {
    let found = answers::table.find((word(&dispute), word(&id), word(&side)));
    let sealed: Option<Vec<u8>> = found.select(answers::answer_sealed).first(tx.db).optional()?;
    let Some(sealed) = sealed else { return Ok(None) };
    let plain = tx.vault().open(Key::Data, &place_of_answer(dispute, id, side), &sealed)?;
    match plain.as_slice() {
        [0] => Ok(Some(false)),
        [1] => Ok(Some(true)),
        _ => Err(Error::Corrupt),
    }
}

/// Which sides have answered. It opens neither answer.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn answered(tx: &mut Tx<'_>, dispute: DisputeId, id: EntryId) -> Result<Sides<bool>> {
    let theirs =
        answers::table.filter(answers::dispute.eq(word(&dispute))).filter(answers::proposal.eq(word(&id)));
    let sides: Vec<Word<Side>> = theirs.select(answers::side).load(tx.db)?;
    let mut answered = Sides::default();
    for side in sides {
        *answered.of_mut(side.value()?) = true;
    }
    Ok(answered)
}

/// Keeps a side's answer in place of the one before.
///
/// # Errors
/// `NotFound` where the data key was destroyed.
pub fn put_answer(tx: &mut Tx<'_>, dispute: DisputeId, id: EntryId, side: Side, accepts: bool) -> Result<()> {
    let place = place_of_answer(dispute, id, side);
    let sealed = tx.vault().seal(Key::Data, &place, &[u8::from(accepts)])?;
    let row = answers::table.find((word(&dispute), word(&id), word(&side)));
    // The old answer is overwritten with its row: what somebody first thought is nobody's business.
    let change = answers::answer_sealed.eq(&sealed);
    if overwriting(tx.db, |db| Ok(diesel::update(row).set(change).execute(db)?))? == 1 {
        return Ok(());
    }
    diesel::insert_into(answers::table)
        .values((
            answers::dispute.eq(word(&dispute)),
            answers::proposal.eq(word(&id)),
            answers::side.eq(word(&side)),
            answers::answer_sealed.eq(&sealed),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// Notes what has become of a proposal that is over; its answers are gone.
///
/// # Errors
/// `NotFound`.
pub fn close(tx: &mut Tx<'_>, dispute: DisputeId, id: EntryId, state: ProposalState) -> Result<()> {
    let row = diesel::update(proposals::table.find((word(&dispute), word(&id))));
    one(row.set(proposals::state.eq(word(&state))).execute(tx.db)?, Error::NotFound)?;
    let theirs =
        answers::table.filter(answers::dispute.eq(word(&dispute))).filter(answers::proposal.eq(word(&id)));
    overwriting(tx.db, |db| Ok(diesel::delete(theirs).execute(db)?))?;
    Ok(())
}

/// Takes back every proposal that is open: the talk in which they were made is over. One whose time had passed has
/// lapsed, and stays so.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn close_all(tx: &mut Tx<'_>, dispute: DisputeId, now: Moment) -> Result<()> {
    close_where(tx, dispute, now, |_| true)
}

/// Disputes with a proposal whose time has passed and whose answers may still be there.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn lapsed(tx: &mut Tx<'_>, now: Moment, limit: i64) -> Result<Vec<DisputeId>> {
    let lapsed = proposals::table
        .filter(proposals::state.eq(word(&ProposalState::Open)))
        .filter(proposals::expires_at.le(at(now)));
    let mut ids: Vec<Word<DisputeId>> =
        lapsed.order(proposals::dispute).limit(limit).select(proposals::dispute).load(tx.db)?;
    ids.dedup();
    ids.iter().map(Word::value).collect()
}

/// Forgets the answers to the proposals of a dispute whose time has passed.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn forget_lapsed(tx: &mut Tx<'_>, dispute: DisputeId, now: Moment) -> Result<()> {
    tx.hold(dispute)?;
    close_where(tx, dispute, now, |expires_at| expires_at <= now)
}

fn close_where(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    now: Moment,
    is_meant: impl Fn(Moment) -> bool,
) -> Result<()> {
    let open = proposals::table
        .filter(proposals::dispute.eq(word(&dispute)))
        .filter(proposals::state.eq(word(&ProposalState::Open)));
    let rows: Vec<(Word<EntryId>, At)> = open.select((proposals::id, proposals::expires_at)).load(tx.db)?;
    for (id, expires_at) in rows {
        let ends = expires_at.moment();
        let state = if ends <= now { ProposalState::Lapsed } else { ProposalState::Withdrawn };
        if is_meant(ends) {
            close(tx, dispute, id.value()?, state)?;
        }
    }
    Ok(())
}

/// Deletes all of it (R12).
pub(crate) fn delete_all(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<()> {
    let given = answers::table.filter(answers::dispute.eq(word(&dispute)));
    overwriting(tx.db, |db| Ok(diesel::delete(given).execute(db)?))?;
    diesel::delete(proposals::table.filter(proposals::dispute.eq(word(&dispute)))).execute(tx.db)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_dispute, db_line, dispute_id, houses, moment};
    use uuid::Uuid;

    fn id(number: u128) -> EntryId {
        EntryId::new(Uuid::from_u128(number))
    }

    fn content(note: &str) -> OfferContent {
        OfferContent { terms: Vec::new(), note: Some(note.to_owned()), expires_at: Some(moment(9)) }
    }

    #[test]
    fn a_proposal_and_its_answers_are_kept_until_it_is_over() {
        for house in houses() {
            house
                .write(|tx| {
                    let dispute = dispute_id(1);
                    a_dispute(tx, 1)?;
                    let open = Proposal { state: ProposalState::Open, expires_at: moment(9) };
                    put(tx, dispute, id(1), &open, &content("first"), moment(1))?;
                    put(tx, dispute, id(2), &open, &content("second"), moment(2))?;
                    let found = get(tx, dispute, id(1))?.unwrap();
                    assert_eq!((found.proposal, found.content), (open, content("first")));
                    for accepts in [true, false, true] {
                        put_answer(tx, dispute, id(1), Side::Claimant, accepts)?;
                        assert_eq!(answer(tx, dispute, id(1), Side::Claimant)?, Some(accepts));
                    }
                    assert_eq!(answer(tx, dispute, id(1), Side::Respondent)?, None);
                    let given = Sides { claimant: true, respondent: false };
                    assert_eq!(answered(tx, dispute, id(1))?, given);
                    assert_eq!(answered(tx, dispute, id(2))?, Sides::default());
                    close(tx, dispute, id(1), ProposalState::Accepted)?;
                    assert_eq!(answered(tx, dispute, id(1))?, Sides::default(), "answers go with it");
                    put_answer(tx, dispute, id(2), Side::Respondent, false)?;
                    forget_lapsed(tx, dispute, moment(8))?;
                    assert!(answered(tx, dispute, id(2))?.respondent, "its time is not over");
                    assert_eq!(
                        (lapsed(tx, moment(8), 9)?, lapsed(tx, moment(9), 9)?),
                        (vec![], vec![dispute])
                    );
                    forget_lapsed(tx, dispute, moment(9))?;
                    assert_eq!(lapsed(tx, moment(9), 9)?, []);
                    assert_eq!(answered(tx, dispute, id(2))?, Sides::default());
                    let late = Proposal { state: ProposalState::Open, expires_at: moment(20) };
                    put(tx, dispute, id(3), &late, &content("third"), moment(10))?;
                    put(tx, dispute, id(4), &open, &content("fourth"), moment(11))?;
                    close_all(tx, dispute, moment(15))?;
                    let states: Vec<_> =
                        list(tx, dispute)?.iter().map(|made| (made.id, made.proposal.state)).collect();
                    let expected = [
                        (id(4), ProposalState::Lapsed),
                        (id(3), ProposalState::Withdrawn),
                        (id(2), ProposalState::Lapsed),
                        (id(1), ProposalState::Accepted),
                    ];
                    assert_eq!(states, expected);
                    let absent = close(tx, dispute, id(5), ProposalState::Lapsed);
                    assert_eq!(absent, Err(Error::NotFound));
                    delete_all(tx, dispute)?;
                    assert_eq!(list(tx, dispute)?, []);
                    Ok(())
                })
                .unwrap();
        }
    }

    #[test]
    fn a_yes_and_a_no_have_one_length_and_open_in_their_own_place_alone() {
        for house in houses() {
            let mut lengths = Vec::new();
            for accepts in [true, false] {
                house
                    .write(move |tx| {
                        let dispute = dispute_id(1);
                        if get(tx, dispute, id(1))?.is_none() {
                            a_dispute(tx, 1)?;
                            let open = Proposal { state: ProposalState::Open, expires_at: moment(9) };
                            put(tx, dispute, id(1), &open, &content("a"), moment(1))?;
                        }
                        put_answer(tx, dispute, id(1), Side::Claimant, accepts)
                    })
                    .unwrap();
                let sealed: Vec<u8> =
                    answers::table.select(answers::answer_sealed).first(&mut db_line(&house)).unwrap();
                lengths.push(sealed.len());
            }
            assert_eq!(lengths[0], lengths[1], "{}", house.backend);
            let moved = answers::side.eq("respondent");
            diesel::update(answers::table).set(moved).execute(&mut db_line(&house)).unwrap();
            let found = house.read(|tx| answer(tx, dispute_id(1), id(1), Side::Respondent));
            assert_eq!(found, Err(Error::Corrupt), "{}", house.backend);
        }
    }
}
