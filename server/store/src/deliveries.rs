//! How each person's copy of a record is on its way (R26). Deliberately not here: addresses, which are an account's or
//! lie sealed in the outbox.

use diesel::prelude::*;

use std::collections::BTreeMap;

use domain::ids::{AccountId, CertificationId, DeliveryId, SettlementId};
use domain::party::Side;
use domain::settlement::{DeliveryChoice, DeliveryState};
use domain::time::Moment;

use crate::columns::{At, Word, at, value_opt, word, word_opt};
use crate::error::{Error, Result};
use crate::schema::{deliveries, delivery_steps};
use crate::stored::Tx;

/// One person's copy, as it is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewDelivery {
    /// Its id.
    pub id: DeliveryId,
    /// Of which record.
    pub settlement: SettlementId,
    /// To whom.
    pub account: AccountId,
    /// On which side; none: the mediator.
    pub side: Option<Side>,
    /// How the person wants it.
    pub choice: DeliveryChoice,
    /// When.
    pub at: Moment,
    /// The certification that is delivered, where it is not the record itself.
    pub certification: Option<CertificationId>,
}

/// A state that a delivery came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub state: DeliveryState,
    /// When.
    pub at: Moment,
}

/// One person's copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// Of which record.
    pub settlement: SettlementId,
    /// To whom.
    pub account: AccountId,
    /// On which side; none: the mediator.
    pub side: Option<Side>,
    /// How the person wants it.
    pub choice: DeliveryChoice,
    /// How far it is.
    pub state: DeliveryState,
    /// Each state that it came to, the first one first and this one last.
    pub steps: Vec<Step>,
    /// The certification that is delivered, where it is not the record itself.
    pub certification: Option<CertificationId>,
}

#[derive(Queryable)]
struct Row {
    id: Word<DeliveryId>,
    settlement: Word<SettlementId>,
    account: Word<AccountId>,
    side: Option<Word<Side>>,
    choice: Word<DeliveryChoice>,
    state: Word<DeliveryState>,
    made_at: At,
    changed_at: At,
    certification: Option<Word<CertificationId>>,
}

type StepRow = (Word<DeliveryId>, Word<DeliveryState>, At);

impl Row {
    /// The delivery with its steps, as they were kept. A node of before, that runs beside this one while the house is brought
    /// up to date, writes the row alone: what it knows stands in for the step that it did not keep.
    fn value(self, mut steps: Vec<Step>) -> Result<Delivery> {
        let state = self.state.value()?;
        if steps.is_empty() {
            steps.push(Step { state: DeliveryState::Queued, at: self.made_at.moment() });
        }
        if steps.last().is_none_or(|last| last.state != state) {
            steps.push(Step { state, at: self.changed_at.moment() });
        }
        Ok(Delivery {
            id: self.id.value()?,
            settlement: self.settlement.value()?,
            account: self.account.value()?,
            side: value_opt(self.side.as_ref())?,
            choice: self.choice.value()?,
            state,
            steps,
            certification: value_opt(self.certification.as_ref())?,
        })
    }
}

/// Keeps a delivery, which waits.
///
/// # Errors
/// `Conflict` where the id is known; `NotFound` where there is no such record or account.
pub fn put(tx: &mut Tx<'_>, delivery: &NewDelivery) -> Result<()> {
    diesel::insert_into(deliveries::table)
        .values((
            deliveries::id.eq(word(&delivery.id)),
            deliveries::settlement.eq(word(&delivery.settlement)),
            deliveries::account.eq(word(&delivery.account)),
            deliveries::side.eq(word_opt(delivery.side.as_ref())),
            deliveries::choice.eq(word(&delivery.choice)),
            deliveries::state.eq(word(&DeliveryState::Queued)),
            deliveries::made_at.eq(at(delivery.at)),
            deliveries::changed_at.eq(at(delivery.at)),
            deliveries::certification.eq(word_opt(delivery.certification.as_ref())),
        ))
        .execute(tx.db)?;
    keep_step(tx, delivery.id, DeliveryState::Queued, delivery.at)
}

/// Keeps the next step. The delivery's row was written in this transaction and is locked: nobody counts beside it.
fn keep_step(tx: &mut Tx<'_>, id: DeliveryId, state: DeliveryState, now: Moment) -> Result<()> {
    let theirs = delivery_steps::table.filter(delivery_steps::delivery.eq(word(&id)));
    let last: Option<i32> = theirs.select(diesel::dsl::max(delivery_steps::number)).first(tx.db)?;
    diesel::insert_into(delivery_steps::table)
        .values((
            delivery_steps::delivery.eq(word(&id)),
            delivery_steps::number.eq(last.unwrap_or(0) + 1),
            delivery_steps::state.eq(word(&state)),
            delivery_steps::at.eq(at(now)),
        ))
        .execute(tx.db)?;
    Ok(())
}

fn with_steps(tx: &mut Tx<'_>, rows: Vec<Row>) -> Result<Vec<Delivery>> {
    let ids: Vec<_> = rows.iter().map(|row| row.id.clone()).collect();
    let found: Vec<StepRow> = delivery_steps::table
        .filter(delivery_steps::delivery.eq_any(ids))
        .order(delivery_steps::number)
        .select((delivery_steps::delivery, delivery_steps::state, delivery_steps::at))
        .load(tx.db)?;
    let mut steps: BTreeMap<DeliveryId, Vec<Step>> = BTreeMap::new();
    for (delivery, state, at) in found {
        let step = Step { state: state.value()?, at: at.moment() };
        steps.entry(delivery.value()?).or_default().push(step);
    }
    let mut value = |row: Row| {
        let steps = steps.remove(&row.id.value()?).unwrap_or_default();
        row.value(steps)
    };
    rows.into_iter().map(&mut value).collect()
}

/// Every person's copy of a record, without those of its certification.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn of_settlement(tx: &mut Tx<'_>, settlement: SettlementId) -> Result<Vec<Delivery>> {
    let theirs = deliveries::table.filter(deliveries::settlement.eq(word(&settlement)));
    let theirs = theirs.filter(deliveries::certification.is_null());
    let rows: Vec<Row> = theirs.order(deliveries::id).load(tx.db)?;
    with_steps(tx, rows)
}

/// Every person's copy of a certification.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn of_certification(tx: &mut Tx<'_>, certification: CertificationId) -> Result<Vec<Delivery>> {
    let theirs = deliveries::table.filter(deliveries::certification.eq(Some(word(&certification))));
    let rows: Vec<Row> = theirs.order(deliveries::id).load(tx.db)?;
    with_steps(tx, rows)
}

/// The delivery of that id.
///
/// # Errors
/// `NotFound`, `Corrupt`.
pub fn by_id(tx: &mut Tx<'_>, id: DeliveryId) -> Result<Delivery> {
    let row = deliveries::table.find(word(&id)).first::<Row>(tx.db)?;
    with_steps(tx, vec![row])?.pop().ok_or(Error::NotFound)
}

/// Notes how far it is; nothing changes where that is known. What a person has collected stays collected, whatever a late mail server says.
///
/// # Errors
/// `NotFound`.
pub fn set_state(tx: &mut Tx<'_>, id: DeliveryId, state: DeliveryState, now: Moment) -> Result<()> {
    let change = (deliveries::state.eq(word(&state)), deliveries::changed_at.eq(at(now)));
    let row = deliveries::table.find(word(&id));
    let settled = [word(&DeliveryState::Collected), word(&state)];
    let open = row.filter(deliveries::state.ne_all(settled));
    if diesel::update(open).set(change).execute(tx.db)? == 1 {
        return keep_step(tx, id, state, now);
    }
    by_id(tx, id).map(drop)
}

#[cfg(test)]
mod tests {
    use domain::category::Category;
    use uuid::Uuid;

    use super::*;
    use crate::testing::{a_settlement, account, houses, moment};

    fn step(state: DeliveryState, seconds: i64) -> Step {
        Step { state, at: moment(seconds) }
    }

    #[test]
    fn a_row_that_a_node_of_before_wrote_tells_the_step_that_it_did_not_keep() {
        let id = |number| DeliveryId::new(Uuid::from_u128(number));
        for house in houses() {
            house
                .write(move |tx| {
                    a_settlement(tx, 1, Category::Tenancy, 1)?;
                    for number in 1..=3 {
                        let settlement = SettlementId::new(Uuid::from_u128(1));
                        let (account, choice) = (account(1), DeliveryChoice::Link);
                        put(
                            tx,
                            &NewDelivery {
                                id: id(number),
                                settlement,
                                account,
                                side: None,
                                choice,
                                at: moment(1),
                                certification: None,
                            },
                        )?;
                    }
                    // The first one by this node alone, the second one half, the third one wholly by the other.
                    set_state(tx, id(1), DeliveryState::Sent, moment(2))?;
                    set_state(tx, id(2), DeliveryState::Failed, moment(3))?;
                    for number in 2..=3 {
                        let sent = (
                            deliveries::state.eq(word(&DeliveryState::Sent)),
                            deliveries::changed_at.eq(at(moment(4))),
                        );
                        diesel::update(deliveries::table.find(word(&id(number)))).set(sent).execute(tx.db)?;
                    }
                    let kept = delivery_steps::table.filter(delivery_steps::delivery.eq(word(&id(3))));
                    diesel::delete(kept).execute(tx.db)?;
                    Ok(())
                })
                .unwrap();
            let (queued, sent) = (step(DeliveryState::Queued, 1), |at| step(DeliveryState::Sent, at));
            for (number, steps) in [
                (1, vec![queued, sent(2)]),
                (2, vec![queued, step(DeliveryState::Failed, 3), sent(4)]),
                (3, vec![queued, sent(4)]),
            ] {
                let told = house.read(move |tx| by_id(tx, id(number))).unwrap();
                assert_eq!(
                    (told.state, told.steps),
                    (DeliveryState::Sent, steps),
                    "{}: {number}",
                    house.backend
                );
            }
        }
    }
}
