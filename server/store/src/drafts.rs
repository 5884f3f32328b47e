//! What somebody typed into a form and has not sent yet, so that nothing is lost with the line; sealed under a key of
//! the house. Deliberately not here: what a form holds.

use diesel::prelude::*;

use domain::ids::AccountId;
use domain::time::Moment;

use crate::columns::{at, word};
use crate::error::Result;
use crate::schema::drafts;
use crate::stored::Tx;

fn place(account: AccountId, key: &str) -> String {
    format!("{account}/{key}")
}

/// Keeps what was typed into the form of that name, in place of what was kept before.
///
/// # Errors
/// `NotFound` where there is no such account.
pub fn put(tx: &mut Tx<'_>, account: AccountId, key: &str, body: &[u8], now: Moment) -> Result<()> {
    let sealed = tx.vault().seal_house("draft", &place(account, key), body)?;
    let row = diesel::update(drafts::table.find((word(&account), key)));
    if row.set((drafts::sealed.eq(&sealed), drafts::at.eq(at(now)))).execute(tx.db)? == 1 {
        return Ok(());
    }
    diesel::insert_into(drafts::table)
        .values((
            drafts::account.eq(word(&account)),
            drafts::key.eq(key),
            drafts::sealed.eq(&sealed),
            drafts::at.eq(at(now)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// What was typed into the form of that name.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn get(tx: &mut Tx<'_>, account: AccountId, key: &str) -> Result<Option<Vec<u8>>> {
    let found = drafts::table.find((word(&account), key)).select(drafts::sealed);
    let sealed: Option<Vec<u8>> = found.first(tx.db).optional()?;
    sealed.map(|sealed| tx.vault().open_house("draft", &place(account, key), &sealed)).transpose()
}

/// Forgets what was typed; nothing happens where there is nothing.
///
/// # Errors
/// `Unavailable`.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, key: &str) -> Result<()> {
    diesel::delete(drafts::table.find((word(&account), key))).execute(tx.db)?;
    Ok(())
}

/// Forgets what was typed before `before`.
///
/// # Errors
/// `Unavailable`.
pub fn sweep(tx: &mut Tx<'_>, before: Moment) -> Result<usize> {
    Ok(diesel::delete(drafts::table.filter(drafts::at.lt(at(before)))).execute(tx.db)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{account, houses, join, moment};

    #[test]
    fn what_was_typed_is_kept_for_its_own_form_and_person() {
        for house in houses() {
            let found = house.write(|tx| {
                let (amara, bela) = (join(tx, 1, "Amara")?, join(tx, 2, "Bela")?);
                put(tx, amara, "claim", b"first", moment(0))?;
                put(tx, amara, "claim", b"second", moment(1))?;
                let found = [get(tx, amara, "claim")?, get(tx, amara, "reply")?, get(tx, bela, "claim")?];
                delete(tx, amara, "claim")?;
                assert_eq!(get(tx, amara, "claim")?, None);
                put(tx, amara, "claim", b"third", moment(2))?;
                assert_eq!((sweep(tx, moment(2))?, sweep(tx, moment(3))?), (0, 1));
                Ok(found)
            });
            assert_eq!(found, Ok([Some(b"second".to_vec()), None, None]), "{}", house.backend);
            assert!(house.read(|tx| get(tx, account(9), "claim")).unwrap().is_none());
        }
    }
}
