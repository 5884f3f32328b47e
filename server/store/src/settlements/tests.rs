//! Records as auditors, their own people and whoever verifies a file find them.

use super::*;
use crate::deliveries::{self, Delivery};
use crate::findings::Finding;
use crate::ledger::Entry;
use crate::testing::{a_settlement, account, dispute_id, houses, in_mediation, moment};
use domain::ids::{DeliveryId, FindingId};
use uuid::Uuid;

fn id(number: u128) -> SettlementId {
    SettlementId::new(Uuid::from_u128(number))
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
            Ok((newer, told.iter().map(|one| one.is_superseded).collect::<Vec<_>>(), superseding(tx, id(3))?))
        });
        assert_eq!(found, Ok((Some(id(2)), vec![true, false], None)));
    }
}

fn by_digest_of(tx: &mut Tx<'_>, number: u8) -> Result<Option<Settlement>> {
    by_digest(tx, TextDigest([number; 32]))
}

#[test]
fn what_was_collected_stays_collected() {
    for house in houses() {
        let states = house.write(|tx| {
            a_settlement(tx, 1, Category::Tenancy, 10)?;
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
