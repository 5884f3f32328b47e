//! Passkeys: the public keys of the devices that people sign with, and the name that each was given, sealed under a key of
//! the house. They go with the account. Deliberately not here: challenges (`codes`), and whether an answer is right.

use diesel::prelude::*;

use domain::ids::{AccountId, PasskeyId};
use domain::time::Moment;

use crate::columns::{At, Word, at, word};
use crate::error::{Error, Result};
use crate::schema::passkeys;
use crate::stored::{Tx, one};

/// A passkey of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// Its id in this house.
    pub id: PasskeyId,
    /// Whose it is.
    pub account: AccountId,
    /// The id that its device gave it, in Base64 for URLs.
    pub credential: String,
    /// The public key, as a `COSE_Key`.
    pub public_key: Vec<u8>,
    /// How often it has signed, as far as its device counts.
    pub counter: u32,
    /// Whether its device may keep it in several places; that never changes.
    pub may_be_backed_up: bool,
    /// How its device is reached, in the words of W3C Web Authentication, with blanks between.
    pub transports: String,
    /// What its person calls it.
    pub name: String,
    /// When it was added.
    pub added_at: Moment,
    /// When it signed last.
    pub used_at: Option<Moment>,
    /// Since when it signs no more, because there may be a copy of it; its person removes it.
    pub suspended_at: Option<Moment>,
}

#[derive(Queryable)]
struct Row {
    id: Word<PasskeyId>,
    account: Word<AccountId>,
    credential: String,
    public_key: Vec<u8>,
    counter: i64,
    may_be_backed_up: bool,
    transports: String,
    name_sealed: Vec<u8>,
    added_at: At,
    used_at: Option<At>,
    suspended_at: Option<At>,
}

/// The account is part of the place, so that no name can be put to another's passkey.
fn place(account: AccountId, id: PasskeyId) -> String {
    format!("{account}/{id}")
}

fn whole(tx: &mut Tx<'_>, row: Row) -> Result<Passkey> {
    let (id, account) = (row.id.value()?, row.account.value()?);
    let name = tx.vault().open_house("passkey", &place(account, id), &row.name_sealed)?;
    Ok(Passkey {
        id,
        account,
        credential: row.credential,
        public_key: row.public_key,
        counter: u32::try_from(row.counter).map_err(|_| Error::Corrupt)?,
        may_be_backed_up: row.may_be_backed_up,
        transports: row.transports,
        name: String::from_utf8(name).map_err(|_| Error::Corrupt)?,
        added_at: row.added_at.moment(),
        used_at: row.used_at.map(At::moment),
        suspended_at: row.suspended_at.map(At::moment),
    })
}

/// Keeps a passkey.
///
/// # Errors
/// `Conflict` where the credential is known, whosever it is; the transaction goes on after it.
pub fn put(tx: &mut Tx<'_>, new: &Passkey) -> Result<()> {
    let place = place(new.account, new.id);
    let name_sealed = tx.vault().seal_house("passkey", &place, new.name.as_bytes())?;
    tx.attempt(|tx| {
        diesel::insert_into(passkeys::table)
            .values((
                passkeys::id.eq(word(&new.id)),
                passkeys::account.eq(word(&new.account)),
                passkeys::credential.eq(&new.credential),
                passkeys::public_key.eq(&new.public_key),
                passkeys::counter.eq(i64::from(new.counter)),
                passkeys::may_be_backed_up.eq(new.may_be_backed_up),
                passkeys::transports.eq(&new.transports),
                passkeys::name_sealed.eq(name_sealed),
                passkeys::added_at.eq(at(new.added_at)),
                passkeys::used_at.eq(new.used_at.map(at)),
                passkeys::suspended_at.eq(new.suspended_at.map(at)),
            ))
            .execute(tx.db)?;
        Ok(())
    })
}

/// The passkeys of an account, the first one first.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn list(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Passkey>> {
    let theirs = passkeys::table.filter(passkeys::account.eq(word(&account)));
    let rows: Vec<Row> = theirs.order((passkeys::added_at, passkeys::id)).load(tx.db)?;
    rows.into_iter().map(|row| whole(tx, row)).collect()
}

/// One passkey of that account.
///
/// # Errors
/// `NotFound` where it has none of that id.
pub fn get(tx: &mut Tx<'_>, account: AccountId, id: PasskeyId) -> Result<Passkey> {
    let theirs = passkeys::table.find(word(&id)).filter(passkeys::account.eq(word(&account)));
    let row: Row = theirs.first(tx.db)?;
    whole(tx, row)
}

/// The passkey of that account with that credential; nothing where it has none, whosever it is.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn by_credential(tx: &mut Tx<'_>, account: AccountId, credential: &str) -> Result<Option<Passkey>> {
    let theirs = passkeys::table
        .filter(passkeys::credential.eq(credential))
        .filter(passkeys::account.eq(word(&account)));
    let row: Option<Row> = theirs.first(tx.db).optional()?;
    row.map(|row| whole(tx, row)).transpose()
}

/// Notes that a passkey has signed: true where it is there still, is not suspended, and its counter
/// goes on, or is none at all.
///
/// # Errors
/// `Unavailable`.
pub fn count(tx: &mut Tx<'_>, account: AccountId, id: PasskeyId, counter: u32, now: Moment) -> Result<bool> {
    let shown = i64::from(counter);
    // Those that count and those that do not, as `domain::passkey::counts_on` has it.
    let at_most = if shown == 0 { 0 } else { shown.saturating_sub(1) };
    let row = passkeys::table
        .find(word(&id))
        .filter(passkeys::account.eq(word(&account)))
        .filter(passkeys::suspended_at.is_null())
        .filter(passkeys::counter.le(at_most));
    let used = (passkeys::counter.eq(shown), passkeys::used_at.eq(Some(at(now))));
    Ok(diesel::update(row).set(used).execute(tx.db)? == 1)
}

/// Lets a passkey sign no more: true where it could until now.
///
/// # Errors
/// `Unavailable`.
pub fn suspend(tx: &mut Tx<'_>, account: AccountId, id: PasskeyId, now: Moment) -> Result<bool> {
    let row = passkeys::table
        .find(word(&id))
        .filter(passkeys::account.eq(word(&account)))
        .filter(passkeys::suspended_at.is_null());
    Ok(diesel::update(row).set(passkeys::suspended_at.eq(Some(at(now)))).execute(tx.db)? == 1)
}

/// Forgets a passkey of that account.
///
/// # Errors
/// `NotFound` where it has none of that id.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, id: PasskeyId) -> Result<()> {
    let theirs = passkeys::table.find(word(&id)).filter(passkeys::account.eq(word(&account)));
    one(diesel::delete(theirs).execute(tx.db)?, Error::NotFound)
}

/// Forgets every passkey of the account, as after a new password.
///
/// # Errors
/// `Unavailable`.
pub fn delete_all(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    diesel::delete(passkeys::table.filter(passkeys::account.eq(word(&account)))).execute(tx.db)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::run;
    use crate::testing::{account, houses, join, moment};
    use domain::passkey::counts_on;
    use uuid::Uuid;

    fn passkey(of: u128, n: u128, counter: u32) -> Passkey {
        Passkey {
            id: PasskeyId::new(Uuid::from_u128(n)),
            account: account(of),
            credential: format!("credential-{n}"),
            public_key: vec![1, 2, 3],
            counter,
            may_be_backed_up: true,
            transports: "internal hybrid".to_owned(),
            name: "My telephone".to_owned(),
            added_at: moment(1),
            used_at: None,
            suspended_at: None,
        }
    }

    #[test]
    fn passkeys_are_their_owners_own_and_go_with_the_account() {
        for house in houses() {
            house
                .write(|tx| {
                    let (amara, bela) = (join(tx, 1, "Amara")?, join(tx, 2, "Bela")?);
                    let (hers, other) = (passkey(1, 7, 0), passkey(2, 8, 0));
                    put(tx, &hers)?;
                    put(tx, &other)?;
                    let again = Passkey { id: PasskeyId::new(Uuid::from_u128(9)), ..passkey(2, 7, 0) };
                    assert_eq!(put(tx, &again), Err(Error::Conflict), "a credential belongs to one account");
                    assert_eq!(list(tx, amara)?, std::slice::from_ref(&hers));
                    assert_eq!(get(tx, bela, hers.id), Err(Error::NotFound));
                    assert_eq!(by_credential(tx, bela, &hers.credential)?, None);
                    assert_eq!(by_credential(tx, amara, &hers.credential)?, Some(hers.clone()));
                    assert!(!count(tx, bela, hers.id, 5, moment(2))?);
                    assert_eq!(delete(tx, bela, hers.id), Err(Error::NotFound));
                    run(tx.db, &format!("DELETE FROM accounts WHERE id = '{amara}'"))?;
                    assert_eq!((list(tx, amara)?.len(), list(tx, bela)?.len()), (0, 1));
                    delete(tx, bela, other.id)
                })
                .unwrap();
        }
    }

    #[test]
    fn a_counter_is_kept_where_the_law_says_that_it_goes_on() {
        for house in houses() {
            house
                .write(|tx| {
                    let amara = join(tx, 1, "Amara")?;
                    for (n, (kept, shown)) in
                        [(0, 0), (0, 1), (4, 5), (4, 4), (4, 3), (4, 0)].into_iter().enumerate()
                    {
                        let one = passkey(1, u128::try_from(n).unwrap() + 1, kept);
                        put(tx, &one)?;
                        let goes_on = counts_on(kept, shown);
                        assert_eq!(
                            count(tx, amara, one.id, shown, moment(3))?,
                            goes_on,
                            "{kept}, then {shown}"
                        );
                        let found = get(tx, amara, one.id)?;
                        assert_eq!(found.counter, if goes_on { shown } else { kept });
                        assert_eq!(found.used_at, goes_on.then_some(moment(3)));
                        assert!(suspend(tx, amara, one.id, moment(4))?);
                        assert!(!suspend(tx, amara, one.id, moment(5))?, "once");
                        assert!(!count(tx, amara, one.id, 99, moment(6))?, "suspended");
                        assert_eq!(get(tx, amara, one.id)?.suspended_at, Some(moment(4)));
                    }
                    Ok(())
                })
                .unwrap();
        }
    }
}
