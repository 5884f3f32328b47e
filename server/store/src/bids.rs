//! Blind bids: what was asked, and the sealed figures of the round that is open. A figure is written as eight bytes
//! whatever it is, so that the length of what was sealed tells nothing, and its place names round and side, so that none
//! opens as another's. It goes with its round, in the transaction that closes it. Deliberately not here: what two figures
//! come to, which is `domain::bid`'s.

use diesel::prelude::*;

use domain::bid::{BidState, BlindBid};
use domain::entry::BidQuestion;
use domain::ids::{DisputeId, EntryId};
use domain::money::Money;
use domain::party::{Side, Sides};
use domain::time::Moment;

use crate::columns::{At, Word, at, word};
use crate::dialect::overwriting;
use crate::error::{Error, Result};
use crate::schema::{blind_bid_figures as figures, blind_bids};
use crate::shapes::talk::BidQuestionShape;
use crate::shapes::{MoneyShape, read, write};
use crate::stored::{Tx, one};
use crate::vault::{Key, Place};

/// A question and what it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Its id: that of the entry by which it was asked.
    pub id: EntryId,
    /// What the rules know of it.
    pub bid: BlindBid,
    /// What was asked.
    pub question: BidQuestion,
    /// When.
    pub asked_at: Moment,
    /// The midpoint, where the figures crossed.
    pub met: Option<Money>,
}

#[derive(Queryable)]
struct Row {
    _dispute: String,
    id: Word<EntryId>,
    state: Word<BidState>,
    round: i32,
    asked_at: At,
    question_sealed: Vec<u8>,
    met_sealed: Option<Vec<u8>>,
}

fn place(dispute: DisputeId, id: EntryId, part: &str) -> Place {
    Place::of("blind-bid", dispute).row(format_args!("{id}/{part}"))
}

fn place_of_figure(dispute: DisputeId, id: EntryId, round: u8, side: Side) -> Place {
    Place::of("blind-bid-figure", dispute).row(format_args!("{id}/{round}/{side}"))
}

/// Keeps a question in its first round; `id` is its entry's.
///
/// # Errors
/// `Conflict` where the id is known; `NotFound` where the data key was destroyed.
pub fn put(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    id: EntryId,
    question: &BidQuestion,
    now: Moment,
) -> Result<()> {
    let plain = write(&BidQuestionShape::from(question))?;
    let sealed = tx.vault().seal(Key::Data, &place(dispute, id, "question"), &plain)?;
    diesel::insert_into(blind_bids::table)
        .values((
            blind_bids::dispute.eq(word(&dispute)),
            blind_bids::id.eq(word(&id)),
            blind_bids::state.eq(word(&BidState::Open)),
            blind_bids::round.eq(1),
            blind_bids::asked_at.eq(at(now)),
            blind_bids::question_sealed.eq(sealed),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// Every question of a dispute, the newest first.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn list(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Vec<Asked>> {
    let theirs = blind_bids::table.filter(blind_bids::dispute.eq(word(&dispute)));
    let rows: Vec<Row> = theirs.order((blind_bids::asked_at.desc(), blind_bids::id.desc())).load(tx.db)?;
    rows.into_iter().map(|row| opened(tx, dispute, row)).collect()
}

/// The question of that id.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn get(tx: &mut Tx<'_>, dispute: DisputeId, id: EntryId) -> Result<Option<Asked>> {
    let row: Option<Row> = blind_bids::table.find((word(&dispute), word(&id))).first(tx.db).optional()?;
    row.map(|row| opened(tx, dispute, row)).transpose()
}

fn opened(tx: &mut Tx<'_>, dispute: DisputeId, row: Row) -> Result<Asked> {
    let id = row.id.value()?;
    let plain = tx.vault().open(Key::Data, &place(dispute, id, "question"), &row.question_sealed)?;
    let question = read::<BidQuestionShape>(&plain)?.value();
    let open = |sealed: Vec<u8>| {
        let plain = tx.vault().open(Key::Data, &place(dispute, id, "met"), &sealed)?;
        read::<MoneyShape>(&plain)?.value()
    };
    let met = row.met_sealed.map(open).transpose()?;
    let bid = BlindBid {
        state: row.state.value()?,
        round: u8::try_from(row.round).map_err(|_| Error::Corrupt)?,
        rounds: question.rounds,
        payer: question.payer,
        currency: question.currency,
    };
    Ok(Asked { id, bid, question, asked_at: row.asked_at.moment(), met })
}

/// Which sides have entered a figure in the round that is open. It opens none of them.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn entered(tx: &mut Tx<'_>, dispute: DisputeId, id: EntryId) -> Result<Sides<bool>> {
    let theirs =
        figures::table.filter(figures::dispute.eq(word(&dispute))).filter(figures::bid.eq(word(&id)));
    let sides: Vec<Word<Side>> = theirs.select(figures::side).load(tx.db)?;
    let mut entered = Sides::default();
    for side in sides {
        *entered.of_mut(side.value()?) = true;
    }
    Ok(entered)
}

/// The figures of the round that is open, for the one comparison that they were entered for.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn figures(tx: &mut Tx<'_>, dispute: DisputeId, asked: &Asked) -> Result<Sides<Option<Money>>> {
    let theirs =
        figures::table.filter(figures::dispute.eq(word(&dispute))).filter(figures::bid.eq(word(&asked.id)));
    let rows: Vec<(Word<Side>, Vec<u8>)> =
        theirs.select((figures::side, figures::figure_sealed)).load(tx.db)?;
    let mut entered = Sides::default();
    for (side, sealed) in rows {
        let side = side.value()?;
        let place = place_of_figure(dispute, asked.id, asked.bid.round, side);
        let plain = tx.vault().open(Key::Data, &place, &sealed)?;
        let minor = plain.try_into().map(i64::from_be_bytes).map_err(|_| Error::Corrupt)?;
        let figure = Money::from_minor(minor, asked.bid.currency).map_err(|_| Error::Corrupt)?;
        *entered.of_mut(side) = Some(figure);
    }
    Ok(entered)
}

/// Keeps a side's figure of the round that is open.
///
/// # Errors
/// `Conflict` where the side's is in; `NotFound` where the data key was destroyed.
pub fn put_figure(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    asked: &Asked,
    side: Side,
    figure: Money,
) -> Result<()> {
    let place = place_of_figure(dispute, asked.id, asked.bid.round, side);
    let sealed = tx.vault().seal(Key::Data, &place, &figure.minor().to_be_bytes())?;
    diesel::insert_into(figures::table)
        .values((
            figures::dispute.eq(word(&dispute)),
            figures::bid.eq(word(&asked.id)),
            figures::side.eq(word(&side)),
            figures::figure_sealed.eq(sealed),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// Closes the round that is open: the question stands as `after` says, and the round's figures are gone.
///
/// # Errors
/// `NotFound`.
pub fn close_round(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    id: EntryId,
    after: &BlindBid,
    met: Option<Money>,
) -> Result<()> {
    let seal = |met: Money| {
        let plain = write(&MoneyShape::from(met))?;
        tx.vault().seal(Key::Data, &place(dispute, id, "met"), &plain)
    };
    let met = met.map(seal).transpose()?;
    let change = (
        blind_bids::state.eq(word(&after.state)),
        blind_bids::round.eq(i32::from(after.round)),
        blind_bids::met_sealed.eq(met),
    );
    let row = diesel::update(blind_bids::table.find((word(&dispute), word(&id))));
    one(row.set(change).execute(tx.db)?, Error::NotFound)?;
    let theirs =
        figures::table.filter(figures::dispute.eq(word(&dispute))).filter(figures::bid.eq(word(&id)));
    overwriting(tx.db, |db| Ok(diesel::delete(theirs).execute(db)?))?;
    Ok(())
}

/// Takes back every question that is open: the talk in which they were asked is over.
///
/// # Errors
/// `Unavailable`.
pub fn close_all(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<()> {
    let open = blind_bids::table
        .filter(blind_bids::dispute.eq(word(&dispute)))
        .filter(blind_bids::state.eq(word(&BidState::Open)));
    let change = blind_bids::state.eq(word(&BidState::Withdrawn));
    if diesel::update(open).set(change).execute(tx.db)? > 0 {
        delete_figures(tx, dispute)?;
    }
    Ok(())
}

fn delete_figures(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<()> {
    let theirs = figures::table.filter(figures::dispute.eq(word(&dispute)));
    overwriting(tx.db, |db| Ok(diesel::delete(theirs).execute(db)?))?;
    Ok(())
}

/// Deletes all of it (R12).
pub(crate) fn delete_all(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<()> {
    delete_figures(tx, dispute)?;
    diesel::delete(blind_bids::table.filter(blind_bids::dispute.eq(word(&dispute)))).execute(tx.db)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{House, a_dispute, db_line, dispute_id, houses, moment};
    use diesel::connection::SimpleConnection;
    use domain::language::RecordLanguage;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    fn id(number: u128) -> EntryId {
        EntryId::new(Uuid::from_u128(number))
    }

    fn taka(minor: i64) -> Money {
        Money::from_minor(minor, "BDT".parse().unwrap()).unwrap()
    }

    fn question() -> BidQuestion {
        BidQuestion {
            text: BTreeMap::from([(RecordLanguage::English, "How much of the deposit?".to_owned())]),
            currency: "BDT".parse().unwrap(),
            payer: Side::Respondent,
            rounds: 3,
        }
    }

    #[test]
    fn a_question_its_figures_and_what_they_came_to_are_kept() {
        for house in houses() {
            house
                .write(|tx| {
                    let dispute = dispute_id(1);
                    a_dispute(tx, 1)?;
                    put(tx, dispute, id(1), &question(), moment(1))?;
                    put(tx, dispute, id(2), &question(), moment(2))?;
                    let asked = get(tx, dispute, id(1))?.unwrap();
                    assert_eq!((asked.bid.state, asked.bid.round, asked.bid.rounds), (BidState::Open, 1, 3));
                    assert_eq!(asked.question, question());
                    put_figure(tx, dispute, &asked, Side::Claimant, taka(45_000))?;
                    let again = tx.attempt(|tx| put_figure(tx, dispute, &asked, Side::Claimant, taka(1)));
                    assert_eq!(again, Err(Error::Conflict), "a figure stands");
                    let of_claimant = Sides { claimant: true, respondent: false };
                    assert_eq!(entered(tx, dispute, id(1))?, of_claimant);
                    let in_now = Sides { claimant: Some(taka(45_000)), respondent: None };
                    assert_eq!(figures(tx, dispute, &asked)?, in_now);
                    assert_eq!(entered(tx, dispute, id(2))?, Sides::default());
                    let next = BlindBid { round: 2, ..asked.bid };
                    close_round(tx, dispute, id(1), &next, None)?;
                    let asked = get(tx, dispute, id(1))?.unwrap();
                    assert_eq!((asked.bid.round, asked.met), (2, None));
                    assert_eq!(figures(tx, dispute, &asked)?, Sides::default());
                    let met = BlindBid { state: BidState::Met, ..asked.bid };
                    close_round(tx, dispute, id(1), &met, Some(taka(40_000)))?;
                    assert_eq!(get(tx, dispute, id(1))?.unwrap().met, Some(taka(40_000)));
                    let other = get(tx, dispute, id(2))?.unwrap();
                    put_figure(tx, dispute, &other, Side::Respondent, taka(7))?;
                    close_all(tx, dispute)?;
                    let states: Vec<_> =
                        list(tx, dispute)?.iter().map(|asked| (asked.id, asked.bid.state)).collect();
                    assert_eq!(states, [(id(2), BidState::Withdrawn), (id(1), BidState::Met)]);
                    assert_eq!(entered(tx, dispute, id(2))?, Sides::default());
                    assert_eq!(get(tx, dispute, id(3))?, None);
                    assert_eq!(
                        close_round(tx, dispute, id(3), &met, None),
                        Err(Error::NotFound),
                        "there is none"
                    );
                    delete_all(tx, dispute)?;
                    assert_eq!(list(tx, dispute)?, []);
                    Ok(())
                })
                .unwrap();
        }
    }

    fn sealed_figure(house: &House) -> Vec<u8> {
        let mut line = db_line(house);
        figures::table.select(figures::figure_sealed).first(&mut line).unwrap()
    }

    #[test]
    fn a_sealed_figure_has_one_length_and_opens_in_its_own_place_alone() {
        for house in houses() {
            let mut lengths = Vec::new();
            for figure in [1, 999_999_999_999_900] {
                house
                    .write(move |tx| {
                        let dispute = dispute_id(1);
                        if get(tx, dispute, id(1))?.is_none() {
                            a_dispute(tx, 1)?;
                            put(tx, dispute, id(1), &question(), moment(1))?;
                        }
                        delete_figures(tx, dispute)?;
                        let asked = get(tx, dispute, id(1))?.unwrap();
                        put_figure(tx, dispute, &asked, Side::Claimant, taka(figure))
                    })
                    .unwrap();
                let sealed = sealed_figure(&house);
                assert!(!sealed.windows(8).any(|part| part == figure.to_be_bytes()));
                lengths.push(sealed.len());
            }
            assert_eq!(lengths[0], lengths[1], "{}", house.backend);
            diesel::update(figures::table)
                .set(figures::side.eq("respondent"))
                .execute(&mut db_line(&house))
                .unwrap();
            let moved = house.read(|tx| {
                let asked = get(tx, dispute_id(1), id(1))?.unwrap();
                figures(tx, dispute_id(1), &asked)
            });
            assert_eq!(moved, Err(Error::Corrupt), "{}", house.backend);
        }
    }

    #[test]
    fn the_figures_of_a_closed_round_are_in_no_page_of_the_file() {
        for house in houses().into_iter().filter(|house| house.backend == "sqlite") {
            let asks = |tx: &mut Tx<'_>| {
                a_dispute(tx, 1)?;
                put(tx, dispute_id(1), id(1), &question(), moment(1))?;
                let asked = get(tx, dispute_id(1), id(1))?.unwrap();
                put_figure(tx, dispute_id(1), &asked, Side::Claimant, taka(45_000))?;
                Ok(asked)
            };
            let asked = house.write(asks).unwrap();
            let sealed = sealed_figure(&house);
            let stands_in_file = || {
                db_line(&house).batch_execute("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
                let file = std::fs::read(house.settings.data.join("concord.db")).unwrap();
                file.windows(sealed.len()).any(|part| part == sealed)
            };
            assert!(stands_in_file(), "while the round is open it lies there, sealed");
            let next = BlindBid { round: 2, ..asked.bid };
            house.write(move |tx| close_round(tx, dispute_id(1), id(1), &next, None)).unwrap();
            assert!(!stands_in_file());
        }
    }
}
