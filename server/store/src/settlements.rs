//! Sealed settlement records: what an auditor may list beside the sealed JSON, JWS and PDF, under the record key.
//! Deliberately not here: who may read which, and anything that needs the data key: records outlive it.

use diesel::prelude::*;

use domain::agreement::TextDigest;
use domain::category::Category;
use domain::ids::{DisputeId, Reference, SettlementId};
use domain::settlement::DeliveryState;
use domain::time::Moment;

use crate::columns::{At, Word, at, word};
use crate::error::{Error, Result};
use crate::schema::{deliveries, settlements};
use crate::stored::Tx;
use crate::vault::{Key, Place};

/// A record that is being kept.
#[derive(Debug, Clone)]
pub struct NewSettlement<'a> {
    /// Its id.
    pub id: SettlementId,
    /// The dispute that it ends.
    pub dispute: DisputeId,
    /// The dispute's short name.
    pub reference: Reference,
    /// What the dispute was about.
    pub category: Category,
    /// When it was sealed.
    pub sealed_at: Moment,
    /// The digest of its canonical JSON.
    pub digest: TextDigest,
    /// Whether every party let an auditor read the terms (R8).
    pub auditor_may_read: bool,
    /// The canonical JSON.
    pub json: &'a [u8],
    /// The JWS, in its compact form.
    pub jws: &'a str,
    /// The signed PDF.
    pub pdf: &'a [u8],
}

/// What is known of a record without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Its id.
    pub id: SettlementId,
    /// The dispute that it ended.
    pub dispute: DisputeId,
    /// The dispute's short name.
    pub reference: Reference,
    /// What the dispute was about.
    pub category: Category,
    /// When it was sealed.
    pub sealed_at: Moment,
    /// The digest of its canonical JSON.
    pub digest: TextDigest,
    /// Whether every party let an auditor read the terms (R8).
    pub auditor_may_read: bool,
}

/// A record's three forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Documents {
    /// The canonical JSON.
    pub json: Vec<u8>,
    /// The JWS, in its compact form.
    pub jws: String,
    /// The signed PDF.
    pub pdf: Vec<u8>,
}

/// Which records an auditor asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filter {
    /// Sealed then or later.
    pub from: Option<Moment>,
    /// Sealed before then.
    pub to: Option<Moment>,
    /// Of that category.
    pub category: Option<Category>,
    /// With a delivery in that state.
    pub state: Option<DeliveryState>,
}

#[derive(Queryable)]
struct Row {
    id: Word<SettlementId>,
    dispute: Word<DisputeId>,
    reference: Word<Reference>,
    category: Word<Category>,
    sealed_at: At,
    digest: Word<TextDigest>,
    auditor_may_read: bool,
}

type Columns = (
    settlements::id,
    settlements::dispute,
    settlements::reference,
    settlements::category,
    settlements::sealed_at,
    settlements::digest,
    settlements::auditor_may_read,
);

const COLUMNS: Columns = (
    settlements::id,
    settlements::dispute,
    settlements::reference,
    settlements::category,
    settlements::sealed_at,
    settlements::digest,
    settlements::auditor_may_read,
);

impl Row {
    fn value(self) -> Result<Settlement> {
        Ok(Settlement {
            id: self.id.value()?,
            dispute: self.dispute.value()?,
            reference: self.reference.value()?,
            category: self.category.value()?,
            sealed_at: self.sealed_at.moment(),
            digest: self.digest.value()?,
            auditor_may_read: self.auditor_may_read,
        })
    }
}

fn place(form: &'static str, dispute: DisputeId, id: SettlementId) -> Place {
    Place::of(form, dispute).row(id)
}

/// Keeps a record.
///
/// # Errors
/// `Conflict` where the id is known; `NotFound` where there is no such dispute.
pub fn put(tx: &mut Tx<'_>, new: &NewSettlement<'_>) -> Result<()> {
    let mut seal = |form, plain| tx.vault().seal(Key::Record, &place(form, new.dispute, new.id), plain);
    let (json, jws, pdf) = (
        seal("record-json", new.json)?,
        seal("record-jws", new.jws.as_bytes())?,
        seal("record-pdf", new.pdf)?,
    );
    diesel::insert_into(settlements::table)
        .values((
            settlements::id.eq(word(&new.id)),
            settlements::dispute.eq(word(&new.dispute)),
            settlements::reference.eq(word(&new.reference)),
            settlements::category.eq(word(&new.category)),
            settlements::sealed_at.eq(at(new.sealed_at)),
            settlements::digest.eq(word(&new.digest)),
            settlements::auditor_may_read.eq(new.auditor_may_read),
            settlements::json_sealed.eq(json),
            settlements::jws_sealed.eq(jws),
            settlements::pdf_sealed.eq(pdf),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// What is known of a record.
///
/// # Errors
/// `NotFound`, `Corrupt`.
pub fn by_id(tx: &mut Tx<'_>, id: SettlementId) -> Result<Settlement> {
    settlements::table.find(word(&id)).select(COLUMNS).first::<Row>(tx.db)?.value()
}

/// The dispute's newest record.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn by_dispute(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Option<Settlement>> {
    let theirs = settlements::table.filter(settlements::dispute.eq(word(&dispute)));
    let newest = theirs.order((settlements::sealed_at.desc(), settlements::id.desc())).select(COLUMNS);
    newest.first::<Row>(tx.db).optional()?.map(Row::value).transpose()
}

/// The record of that digest: for whoever asks whether a file is one of the house's.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn by_digest(tx: &mut Tx<'_>, digest: TextDigest) -> Result<Option<Settlement>> {
    let found = settlements::table.filter(settlements::digest.eq(word(&digest))).select(COLUMNS);
    found.first::<Row>(tx.db).optional()?.map(Row::value).transpose()
}

/// The three forms of a record.
///
/// # Errors
/// `NotFound` also where the record key was destroyed; `Corrupt`.
pub fn documents(tx: &mut Tx<'_>, id: SettlementId) -> Result<Documents> {
    let columns =
        (settlements::dispute, settlements::json_sealed, settlements::jws_sealed, settlements::pdf_sealed);
    let (dispute, json, jws, pdf): (Word<DisputeId>, Vec<u8>, Vec<u8>, Vec<u8>) =
        settlements::table.find(word(&id)).select(columns).first(tx.db)?;
    let dispute = dispute.value()?;
    let mut open = |form, sealed: &[u8]| tx.vault().open(Key::Record, &place(form, dispute, id), sealed);
    let jws = String::from_utf8(open("record-jws", &jws)?).map_err(|_| Error::Corrupt)?;
    Ok(Documents { json: open("record-json", &json)?, jws, pdf: open("record-pdf", &pdf)? })
}

/// Records by what an auditor asks for, the newest first, after the one that was shown last.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn list(
    tx: &mut Tx<'_>,
    filter: &Filter,
    after: Option<SettlementId>,
    limit: i64,
) -> Result<Vec<Settlement>> {
    let mut found = settlements::table.into_boxed();
    if let Some(from) = filter.from {
        found = found.filter(settlements::sealed_at.ge(at(from)));
    }
    if let Some(to) = filter.to {
        found = found.filter(settlements::sealed_at.lt(at(to)));
    }
    if let Some(category) = filter.category {
        found = found.filter(settlements::category.eq(word(&category)));
    }
    if let Some(state) = filter.state {
        let with =
            deliveries::table.filter(deliveries::state.eq(word(&state))).select(deliveries::settlement);
        found = found.filter(settlements::id.eq_any(with));
    }
    if let Some(after) = after {
        let shown = by_id(tx, after)?.sealed_at;
        let earlier = settlements::sealed_at.lt(at(shown));
        let beside = settlements::sealed_at.eq(at(shown)).and(settlements::id.lt(word(&after)));
        found = found.filter(earlier.or(beside));
    }
    let found = found.order((settlements::sealed_at.desc(), settlements::id.desc())).limit(limit);
    found.select(COLUMNS).load::<Row>(tx.db)?.into_iter().map(Row::value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliveries::{self, Delivery};
    use crate::testing::{a_dispute, account, dispute_id, houses, moment};
    use domain::ids::DeliveryId;
    use domain::settlement::DeliveryChoice;
    use uuid::Uuid;

    fn id(number: u128) -> SettlementId {
        SettlementId::new(Uuid::from_u128(number))
    }

    fn keep(tx: &mut Tx<'_>, number: u8, category: Category, sealed: i64) -> Result<()> {
        let dispute = a_dispute(tx, u128::from(number))?.id;
        let new = NewSettlement {
            id: id(u128::from(number)),
            dispute,
            reference: Reference::from_random(u64::from(number)),
            category,
            sealed_at: moment(sealed),
            digest: TextDigest([number; 32]),
            auditor_may_read: number == 1,
            json: b"{}",
            jws: "a.b.c",
            pdf: b"%PDF",
        };
        put(tx, &new)
    }

    fn deliver(tx: &mut Tx<'_>, number: u128, of: u128, state: DeliveryState) -> Result<()> {
        let delivery = Delivery {
            id: DeliveryId::new(Uuid::from_u128(number)),
            settlement: id(of),
            account: account(1),
            side: None,
            choice: DeliveryChoice::Link,
            state,
            at: moment(1),
        };
        deliveries::put(tx, &delivery)
    }

    #[test]
    fn an_auditor_finds_records_by_day_category_and_delivery_a_page_at_a_time() {
        for house in houses() {
            house
                .write(|tx| {
                    keep(tx, 1, Category::Tenancy, 10)?;
                    keep(tx, 2, Category::Debt, 20)?;
                    keep(tx, 3, Category::Tenancy, 20)?;
                    deliver(tx, 1, 1, DeliveryState::Sent)?;
                    deliver(tx, 2, 1, DeliveryState::Sent)?;
                    deliver(tx, 3, 2, DeliveryState::Failed)
                })
                .unwrap();
            let listed = |filter: Filter, after: Option<u128>, limit: i64| -> Vec<u128> {
                let found = house.read(move |tx| list(tx, &filter, after.map(id), limit)).unwrap();
                found.into_iter().map(|found| found.id.uuid().as_u128()).collect()
            };
            let all = Filter::default();
            assert_eq!(listed(all, None, 2), [3, 2], "{}", house.backend);
            assert_eq!(listed(all, Some(2), 2), [1]);
            assert_eq!(listed(Filter { to: Some(moment(20)), ..all }, None, 9), [1]);
            assert_eq!(listed(Filter { from: Some(moment(20)), ..all }, None, 9), [3, 2]);
            assert_eq!(listed(Filter { category: Some(Category::Tenancy), ..all }, None, 9), [3, 1]);
            assert_eq!(listed(Filter { state: Some(DeliveryState::Sent), ..all }, None, 9), [1]);
        }
    }

    #[test]
    fn a_record_is_found_and_opens_without_the_data_key() {
        for house in houses() {
            house
                .write(|tx| {
                    keep(tx, 1, Category::Tenancy, 10)?;
                    tx.vault().destroy(dispute_id(1), Key::Data, moment(20))
                })
                .unwrap();
            let documents = house.read(|tx| documents(tx, id(1))).unwrap();
            assert_eq!(
                (documents.json, documents.jws, documents.pdf),
                (b"{}".to_vec(), "a.b.c".into(), b"%PDF".to_vec())
            );
            let by_digest = house.read(|tx| by_digest(tx, TextDigest([1; 32]))).unwrap().unwrap();
            assert_eq!(Ok(Some(by_digest.clone())), house.read(|tx| by_dispute(tx, dispute_id(1))));
            assert_eq!((by_digest.id, by_digest.auditor_may_read), (id(1), true), "{}", house.backend);
            assert_eq!(house.read(|tx| by_digest_of(tx, 2)), Ok(None));
        }
    }

    fn by_digest_of(tx: &mut Tx<'_>, number: u8) -> Result<Option<Settlement>> {
        by_digest(tx, TextDigest([number; 32]))
    }

    #[test]
    fn what_was_collected_stays_collected() {
        for house in houses() {
            let states = house.write(|tx| {
                keep(tx, 1, Category::Tenancy, 10)?;
                deliver(tx, 1, 1, DeliveryState::Queued)?;
                let one = DeliveryId::new(Uuid::from_u128(1));
                let steps = [DeliveryState::Sent, DeliveryState::Collected, DeliveryState::Failed];
                steps
                    .into_iter()
                    .map(|state| {
                        deliveries::set_state(tx, one, state, moment(9))?;
                        Ok(deliveries::of_settlement(tx, id(1))?[0].state)
                    })
                    .collect::<Result<Vec<_>>>()
            });
            let expected = vec![DeliveryState::Sent, DeliveryState::Collected, DeliveryState::Collected];
            assert_eq!(states, Ok(expected), "{}", house.backend);
        }
    }
}
