//! Sealed settlement records: what an auditor may list beside the sealed JSON, JWS and PDF, under the record key.
//! Deliberately not here: who may read which, and anything that needs the data key: records outlive it.

mod fitting;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use diesel::prelude::*;

use domain::agreement::TextDigest;
use domain::category::Category;
use domain::ids::{DisputeId, Reference, SettlementId};
use domain::person::PersonName;
use domain::settlement::DeliveryState;
use domain::time::Moment;

use crate::columns::{At, Word, at, value_opt, word, word_opt};
use crate::disputes::Role;
use crate::error::{Error, OpenError, Result};
use crate::schema::{accounts, deliveries, dispute_people, settlements};
use crate::stored::Tx;
use crate::vault::{Key, Place};
use crate::writer::ask;

pub use self::fitting::Filter;
use self::fitting::fitting;

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
    /// The record in whose place it stands.
    pub supersedes: Option<SettlementId>,
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
    /// The record in whose place it stands.
    pub supersedes: Option<SettlementId>,
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

/// What a list tells of a record beside its outline.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The name of whoever mediated; empty where nobody is known.
    pub mediator: String,
    /// Whether a delivery of it has failed.
    pub has_failed: bool,
    /// Whether a newer record stands in its place.
    pub is_superseded: bool,
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
    supersedes: Option<Word<SettlementId>>,
}

type Columns = (
    settlements::id,
    settlements::dispute,
    settlements::reference,
    settlements::category,
    settlements::sealed_at,
    settlements::digest,
    settlements::auditor_may_read,
    settlements::supersedes,
);

const COLUMNS: Columns = (
    settlements::id,
    settlements::dispute,
    settlements::reference,
    settlements::category,
    settlements::sealed_at,
    settlements::digest,
    settlements::auditor_may_read,
    settlements::supersedes,
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
            supersedes: value_opt(self.supersedes.as_ref())?,
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
            settlements::supersedes.eq(word_opt(new.supersedes.as_ref())),
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

/// The record that stands in the place of that one.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn superseding(tx: &mut Tx<'_>, id: SettlementId) -> Result<Option<Settlement>> {
    let found = settlements::table.filter(settlements::supersedes.eq(word(&id))).select(COLUMNS);
    found.first::<Row>(tx.db).optional()?.map(Row::value).transpose()
}

/// Whether a newer record stands in the place of that one, asked of the house in that folder or database beside whatever runs
/// there: for whoever verifies a file.
///
/// # Errors
/// See [`OpenError`].
pub fn is_superseded_in(
    data: &Path,
    database_url: Option<&str>,
    id: SettlementId,
) -> std::result::Result<bool, OpenError> {
    let newer = settlements::table.filter(settlements::supersedes.eq(word(&id))).count();
    let found: Option<i64> = ask(data, database_url, |db| newer.get_result(db))?;
    Ok(found.is_some_and(|newer| newer > 0))
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
    let mut found = fitting(filter);
    if let Some(after) = after {
        let shown = by_id(tx, after)?.sealed_at;
        let earlier = settlements::sealed_at.lt(at(shown));
        let beside = settlements::sealed_at.eq(at(shown)).and(settlements::id.lt(word(&after)));
        found = found.filter(earlier.or(beside));
    }
    let found = found.order((settlements::sealed_at.desc(), settlements::id.desc())).limit(limit);
    found.select(COLUMNS).load::<Row>(tx.db)?.into_iter().map(Row::value).collect()
}

/// The ids of all records that fit, in no order of which anything may be made.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn ids(tx: &mut Tx<'_>, filter: &Filter) -> Result<Vec<SettlementId>> {
    let rows: Vec<Word<SettlementId>> = fitting(filter).select(settlements::id).load(tx.db)?;
    rows.iter().map(Word::value).collect()
}

/// How many records fit.
///
/// # Errors
/// `Unavailable`.
pub fn count(tx: &mut Tx<'_>, filter: &Filter) -> Result<i64> {
    Ok(fitting(filter).count().get_result(tx.db)?)
}

/// How many records are asked about in one statement: a statement takes no more than some thousand values.
const ASKED_AT_ONCE: usize = 500;

/// What a list tells of those records, in their order: two queries for many of them, and no dispute is opened or locked.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn facts(tx: &mut Tx<'_>, of: &[Settlement]) -> Result<Vec<Facts>> {
    let mut told = Vec::with_capacity(of.len());
    for some in of.chunks(ASKED_AT_ONCE) {
        let (mediators, failed, superseded) =
            (mediators(tx, some)?, failed(tx, some)?, superseded(tx, some)?);
        told.extend(some.iter().map(|row| Facts {
            mediator: mediators.get(&row.dispute).cloned().unwrap_or_default(),
            has_failed: failed.contains(&row.id),
            is_superseded: superseded.contains(&row.id),
        }));
    }
    Ok(told)
}

fn mediators(tx: &mut Tx<'_>, of: &[Settlement]) -> Result<BTreeMap<DisputeId, String>> {
    let disputes: Vec<_> = of.iter().map(|row| word(&row.dispute)).collect();
    let rows: Vec<(Word<DisputeId>, Word<PersonName>)> = dispute_people::table
        .inner_join(accounts::table.on(accounts::id.eq(dispute_people::account)))
        .filter(dispute_people::role.eq(word(&Role::Mediator)))
        .filter(dispute_people::dispute.eq_any(disputes))
        .select((dispute_people::dispute, accounts::name))
        .load(tx.db)?;
    rows.iter().map(|(dispute, name)| Ok((dispute.value()?, name.value()?.to_string()))).collect()
}

fn failed(tx: &mut Tx<'_>, of: &[Settlement]) -> Result<BTreeSet<SettlementId>> {
    let rows: Vec<Word<SettlementId>> = deliveries::table
        .filter(deliveries::certification.is_null())
        .filter(deliveries::state.eq(word(&DeliveryState::Failed)))
        .filter(deliveries::settlement.eq_any(of.iter().map(|row| word(&row.id)).collect::<Vec<_>>()))
        .select(deliveries::settlement)
        .load(tx.db)?;
    rows.iter().map(Word::value).collect()
}

fn superseded(tx: &mut Tx<'_>, of: &[Settlement]) -> Result<BTreeSet<SettlementId>> {
    let ids: Vec<_> = of.iter().map(|row| word(&row.id)).collect();
    let rows: Vec<Option<Word<SettlementId>>> = settlements::table
        .filter(settlements::supersedes.eq_any(ids))
        .select(settlements::supersedes)
        .load(tx.db)?;
    rows.iter().flatten().map(Word::value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliveries::{self, NewDelivery, Step};
    use crate::findings::Finding;
    use crate::ledger::Entry;
    use crate::testing::{a_settlement, account, dispute_id, houses, in_mediation, moment};
    use domain::ids::{DeliveryId, FindingId};
    use domain::settlement::{DeliveryChoice, FindingKind, Noted};
    use uuid::Uuid;

    fn id(number: u128) -> SettlementId {
        SettlementId::new(Uuid::from_u128(number))
    }

    fn deliver(tx: &mut Tx<'_>, number: u128, of: u128, state: DeliveryState) -> Result<()> {
        let delivery = NewDelivery {
            id: DeliveryId::new(Uuid::from_u128(number)),
            settlement: id(of),
            account: account(1),
            side: None,
            choice: DeliveryChoice::Link,
            at: moment(1),
            certification: None,
        };
        deliveries::put(tx, &delivery)?;
        deliveries::set_state(tx, delivery.id, state, moment(2))
    }

    fn note(tx: &mut Tx<'_>, number: u128, of: u128, kind: FindingKind) -> Result<()> {
        let note = Finding {
            id: FindingId::new(Uuid::from_u128(number)),
            settlement: id(of),
            auditor: account(3),
            at: moment(1),
            kind,
            text: "a note".to_owned(),
        };
        crate::findings::put(tx, &note)
    }

    fn enter(tx: &mut Tx<'_>, of: u128) -> Result<()> {
        let (number, kind, leaf) = (crate::ledger::take_number(tx)?, "record".to_owned(), String::new());
        crate::ledger::put(tx, &Entry { number, kind, subject: id(of).to_string(), leaf }, moment(1))
    }

    #[test]
    fn an_auditor_finds_records_by_day_category_and_delivery_a_page_at_a_time() {
        for house in houses() {
            house
                .write(|tx| {
                    a_settlement(tx, 1, Category::Tenancy, 10)?;
                    a_settlement(tx, 2, Category::Debt, 20)?;
                    a_settlement(tx, 3, Category::Tenancy, 20)?;
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
            house
                .write(|tx| {
                    let of_noor = in_mediation(&crate::disputes::load(tx, dispute_id(2))?.value);
                    crate::disputes::save(tx, &of_noor, 1, None, moment(2))?;
                    deliver(tx, 4, 3, DeliveryState::Queued)
                })
                .unwrap();
            assert_eq!(listed(Filter { mediator: Some(account(3)), ..all }, None, 9), [2]);
            assert_eq!(listed(Filter { mediator: Some(account(1)), ..all }, None, 9), Vec::<u128>::new());
            assert_eq!(listed(Filter { waiting_since: Some(moment(2)), ..all }, None, 9), [3]);
            assert_eq!(listed(Filter { waiting_since: Some(moment(1)), ..all }, None, 9), Vec::<u128>::new());
            assert_eq!(listed(Filter { not_of: Some(account(3)), ..all }, None, 9), [3, 1]);
            assert_eq!(listed(Filter { not_of: Some(account(1)), ..all }, None, 9), Vec::<u128>::new());
            let told = house.read(|tx| {
                let three = list(tx, &Filter::default(), None, 9)?;
                facts(tx, &three)
            });
            let fact = |mediator: &str, has_failed| Facts {
                mediator: mediator.to_owned(),
                has_failed,
                is_superseded: false,
            };
            assert_eq!(told, Ok(vec![fact("", false), fact("Noor", true), fact("", false)]));
            let tenancy = Filter { category: Some(Category::Tenancy), ..all };
            assert_eq!(house.read(move |tx| count(tx, &tenancy)), Ok(2));
            house.write(|tx| enter(tx, 3).and_then(|()| enter(tx, 1))).unwrap();
            for (below, found) in [(0, vec![]), (1, vec![3]), (2, vec![3, 1])] {
                let entered = Filter { entered_below: Some(("record", below)), ..all };
                assert_eq!(listed(entered, None, 9), found, "{below}");
            }
            house
                .write(|tx| {
                    note(tx, 1, 1, FindingKind::Remark)?;
                    note(tx, 2, 2, FindingKind::Remark)?;
                    note(tx, 3, 2, FindingKind::Objection)
                })
                .unwrap();
            for (noted, found) in
                [(Noted::Nothing, vec![3]), (Noted::Something, vec![2, 1]), (Noted::Objection, vec![2])]
            {
                assert_eq!(listed(Filter { noted: Some(noted), ..all }, None, 9), found, "{noted}");
            }
            let mut all = house.read(move |tx| ids(tx, &tenancy)).unwrap();
            all.sort_unstable();
            assert_eq!(all, [id(1), id(3)]);
        }
    }

    #[test]
    fn a_record_is_found_and_opens_without_the_data_key() {
        for house in houses() {
            house
                .write(|tx| {
                    a_settlement(tx, 1, Category::Tenancy, 10)?;
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

    #[test]
    fn one_record_at_most_stands_in_the_place_of_another() {
        for house in houses() {
            house.write(|tx| (1..=4).try_for_each(|n| a_settlement(tx, n, Category::Debt, 10))).unwrap();
            let supersedes = |newer: u128, older: u128| {
                house.write(move |tx| {
                    let row = settlements::table.find(word(&id(newer)));
                    diesel::update(row).set(settlements::supersedes.eq(word(&id(older)))).execute(tx.db)?;
                    Ok(())
                })
            };
            supersedes(2, 1).unwrap();
            supersedes(3, 2).unwrap();
            assert_eq!(supersedes(4, 1), Err(Error::Conflict), "{}", house.backend);
            let found = house.read(|tx| {
                let newer = superseding(tx, id(1))?.map(|newer| newer.id);
                let replaced = list(tx, &Filter { is_superseded: true, ..Filter::default() }, None, 9)?;
                assert_eq!(replaced.iter().map(|one| one.id).collect::<Vec<_>>(), [id(2), id(1)]);
                let (first, third) = (by_id(tx, id(1))?, by_id(tx, id(3))?);
                let told = facts(tx, &[first, third])?;
                Ok((
                    newer,
                    told.iter().map(|one| one.is_superseded).collect::<Vec<_>>(),
                    superseding(tx, id(3))?,
                ))
            });
            assert_eq!(found, Ok((Some(id(2)), vec![true, false], None)));
        }
    }

    fn by_digest_of(tx: &mut Tx<'_>, number: u8) -> Result<Option<Settlement>> {
        by_digest(tx, TextDigest([number; 32]))
    }

    #[test]
    fn every_step_is_kept_and_what_was_collected_stays_collected() {
        for house in houses() {
            use DeliveryState::{Collected, Failed, Queued, Sent};
            let one = DeliveryId::new(Uuid::from_u128(1));
            let delivered = house.write(move |tx| {
                a_settlement(tx, 1, Category::Tenancy, 10)?;
                deliver(tx, 1, 1, Queued)?;
                deliver(tx, 2, 1, Failed)?;
                for (minute, state) in (3..).zip([Sent, Sent, Failed, Queued, Sent, Collected, Failed]) {
                    deliveries::set_state(tx, one, state, moment(minute))?;
                }
                deliveries::of_settlement(tx, id(1))
            });
            let delivered = delivered.expect("two deliveries");
            let step = |(minute, state)| Step { state, at: moment(minute) };
            let steps =
                [(1, Queued), (3, Sent), (5, Failed), (6, Queued), (7, Sent), (8, Collected)].map(step);
            assert_eq!(delivered[0].steps, steps, "{}", house.backend);
            assert_eq!(delivered[1].steps, [(1, Queued), (2, Failed)].map(step));
            assert_eq!((delivered[0].state, delivered[1].state), (Collected, Failed));
            assert_eq!(house.read(move |tx| deliveries::by_id(tx, one)).as_ref(), Ok(&delivered[0]));
        }
    }
}
