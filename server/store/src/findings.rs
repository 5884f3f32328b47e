//! What auditors note of settlements: sealed under a key of the house, so that it outlives the talk and is no part of it.
//! Deliberately not here: who may read them.

use diesel::prelude::*;

use domain::ids::{AccountId, FindingId, SettlementId};
use domain::settlement::FindingKind;
use domain::time::Moment;

use crate::columns::{At, Word, at, word};
use crate::error::{Error, Result};
use crate::schema::findings;
use crate::stored::Tx;

/// A note of an auditor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its id.
    pub id: FindingId,
    /// Of which settlement.
    pub settlement: SettlementId,
    /// Whose.
    pub auditor: AccountId,
    /// When.
    pub at: Moment,
    /// What it is.
    pub kind: FindingKind,
    /// What it says.
    pub text: String,
}

/// The settlement is part of the place, so that no note can be put beside another one; and so is what makes it more than
/// a remark. A remark has the place that it had when there was nothing else.
fn place(settlement: SettlementId, id: FindingId, kind: FindingKind) -> String {
    match kind {
        FindingKind::Remark => format!("{settlement}/{id}"),
        FindingKind::Objection => format!("{settlement}/{id}/{kind}"),
    }
}

/// Keeps a note. It is neither changed nor deleted.
///
/// # Errors
/// `NotFound` where there is no such settlement or account; `Unavailable`.
pub fn put(tx: &mut Tx<'_>, new: &Finding) -> Result<()> {
    let place = place(new.settlement, new.id, new.kind);
    let sealed = tx.vault().seal_house("finding", &place, new.text.as_bytes())?;
    diesel::insert_into(findings::table)
        .values((
            findings::id.eq(word(&new.id)),
            findings::settlement.eq(word(&new.settlement)),
            findings::auditor.eq(word(&new.auditor)),
            findings::at.eq(at(new.at)),
            findings::sealed.eq(sealed),
            findings::kind.eq(word(&new.kind)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// The notes of a settlement, the earliest first.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn of_settlement(tx: &mut Tx<'_>, settlement: SettlementId) -> Result<Vec<Finding>> {
    type Row = (Word<FindingId>, Word<AccountId>, At, Vec<u8>, Word<FindingKind>);
    let rows: Vec<Row> = findings::table
        .filter(findings::settlement.eq(word(&settlement)))
        .order((findings::at, findings::id))
        .select((findings::id, findings::auditor, findings::at, findings::sealed, findings::kind))
        .load(tx.db)?;
    let open = |(id, auditor, at, sealed, kind): Row| {
        let (id, kind) = (id.value()?, kind.value()?);
        let plain = tx.vault().open_house("finding", &place(settlement, id, kind), &sealed)?;
        let text = String::from_utf8(plain).map_err(|_| Error::Corrupt)?;
        Ok(Finding { id, settlement, auditor: auditor.value()?, at: at.moment(), kind, text })
    };
    rows.into_iter().map(open).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::run;
    use crate::testing::{a_settlement, account, db_line, houses, moment};
    use domain::category::Category;
    use uuid::Uuid;

    fn finding(number: u128, of: u128, at: i64) -> Finding {
        Finding {
            id: FindingId::new(Uuid::from_u128(number)),
            settlement: SettlementId::new(Uuid::from_u128(of)),
            auditor: account(3),
            at: moment(at),
            kind: if number == 7 { FindingKind::Objection } else { FindingKind::Remark },
            text: format!("note {number}"),
        }
    }

    #[test]
    fn notes_are_read_in_their_order_and_beside_their_settlement_alone() {
        for house in houses() {
            house
                .write(|tx| {
                    a_settlement(tx, 1, Category::Tenancy, 10)?;
                    a_settlement(tx, 2, Category::Tenancy, 10)?;
                    put(tx, &finding(7, 1, 20))?;
                    put(tx, &finding(8, 1, 10))?;
                    put(tx, &finding(9, 2, 10))
                })
                .unwrap();
            let of = |number: u128| {
                house.read(move |tx| of_settlement(tx, SettlementId::new(Uuid::from_u128(number))))
            };
            assert_eq!(of(1), Ok(vec![finding(8, 1, 10), finding(7, 1, 20)]), "{}", house.backend);
            run(&mut db_line(&house), "UPDATE findings SET kind = 'remark'").unwrap();
            assert_eq!(of(1), Err(Error::Corrupt), "an objection is not made a remark");
            run(&mut db_line(&house), &format!("UPDATE findings SET settlement = '{}'", Uuid::from_u128(2)))
                .unwrap();
            assert_eq!(of(2), Err(Error::Corrupt), "a note that was moved does not open");
        }
    }
}
