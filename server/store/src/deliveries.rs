//! How each person's copy of a record is on its way (R26). Deliberately not here: addresses, which are an account's or
//! lie sealed in the outbox.

use diesel::prelude::*;

use domain::ids::{AccountId, DeliveryId, SettlementId};
use domain::party::Side;
use domain::settlement::{DeliveryChoice, DeliveryState};
use domain::time::Moment;

use crate::columns::{At, Word, at, value_opt, word, word_opt};
use crate::error::Result;
use crate::schema::deliveries;
use crate::stored::Tx;

/// One person's copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
    /// Since when it is so far.
    pub at: Moment,
}

#[derive(Queryable)]
struct Row {
    id: Word<DeliveryId>,
    settlement: Word<SettlementId>,
    account: Word<AccountId>,
    side: Option<Word<Side>>,
    choice: Word<DeliveryChoice>,
    state: Word<DeliveryState>,
    _made_at: At,
    changed_at: At,
}

impl Row {
    fn value(self) -> Result<Delivery> {
        Ok(Delivery {
            id: self.id.value()?,
            settlement: self.settlement.value()?,
            account: self.account.value()?,
            side: value_opt(self.side.as_ref())?,
            choice: self.choice.value()?,
            state: self.state.value()?,
            at: self.changed_at.moment(),
        })
    }
}

/// Keeps a delivery.
///
/// # Errors
/// `Conflict` where the id is known; `NotFound` where there is no such record or account.
pub fn put(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<()> {
    diesel::insert_into(deliveries::table)
        .values((
            deliveries::id.eq(word(&delivery.id)),
            deliveries::settlement.eq(word(&delivery.settlement)),
            deliveries::account.eq(word(&delivery.account)),
            deliveries::side.eq(word_opt(delivery.side.as_ref())),
            deliveries::choice.eq(word(&delivery.choice)),
            deliveries::state.eq(word(&delivery.state)),
            deliveries::made_at.eq(at(delivery.at)),
            deliveries::changed_at.eq(at(delivery.at)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// Every person's copy of a record.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn of_settlement(tx: &mut Tx<'_>, settlement: SettlementId) -> Result<Vec<Delivery>> {
    let theirs = deliveries::table.filter(deliveries::settlement.eq(word(&settlement)));
    let rows: Vec<Row> = theirs.order(deliveries::id).load(tx.db)?;
    rows.into_iter().map(Row::value).collect()
}

/// The delivery of that id.
///
/// # Errors
/// `NotFound`, `Corrupt`.
pub fn by_id(tx: &mut Tx<'_>, id: DeliveryId) -> Result<Delivery> {
    deliveries::table.find(word(&id)).first::<Row>(tx.db)?.value()
}

/// Notes how far it is. What a person has collected stays collected, whatever a late mail server says.
///
/// # Errors
/// `NotFound`.
pub fn set_state(tx: &mut Tx<'_>, id: DeliveryId, state: DeliveryState, now: Moment) -> Result<()> {
    let change = (deliveries::state.eq(word(&state)), deliveries::changed_at.eq(at(now)));
    let row = deliveries::table.find(word(&id));
    let open = row.filter(deliveries::state.ne(word(&DeliveryState::Collected)));
    if diesel::update(open).set(change).execute(tx.db)? == 1 {
        return Ok(());
    }
    by_id(tx, id).map(drop)
}
