//! Phrases that a mediator keeps for themselves, across disputes: sealed under a key of the house, as what is typed and
//! not sent is. They go with the account. Deliberately not here: in which room they are said.

use diesel::prelude::*;

use domain::ids::{AccountId, PhraseId};
use domain::time::Moment;

use crate::columns::{Word, at, word};
use crate::error::{Error, Result};
use crate::schema::phrases;
use crate::stored::{Tx, one};

/// The account is part of the place, so that nobody's phrases can be put into another's list.
fn place(account: AccountId, id: PhraseId) -> String {
    format!("{account}/{id}")
}

fn opened(tx: &mut Tx<'_>, account: AccountId, id: PhraseId, sealed: &[u8]) -> Result<String> {
    let plain = tx.vault().open_house("phrase", &place(account, id), sealed)?;
    String::from_utf8(plain).map_err(|_| Error::Corrupt)
}

/// Keeps a phrase.
///
/// # Errors
/// `NotFound` where there is no such account; `Unavailable`.
pub fn put(tx: &mut Tx<'_>, account: AccountId, id: PhraseId, text: &str, now: Moment) -> Result<()> {
    let sealed = tx.vault().seal_house("phrase", &place(account, id), text.as_bytes())?;
    diesel::insert_into(phrases::table)
        .values((
            phrases::id.eq(word(&id)),
            phrases::account.eq(word(&account)),
            phrases::at.eq(at(now)),
            phrases::sealed.eq(sealed),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// The phrases of an account, the first one first.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn list(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<(PhraseId, String)>> {
    let rows: Vec<(Word<PhraseId>, Vec<u8>)> = phrases::table
        .filter(phrases::account.eq(word(&account)))
        .order((phrases::at, phrases::id))
        .select((phrases::id, phrases::sealed))
        .load(tx.db)?;
    let open = |(id, sealed): (Word<PhraseId>, Vec<u8>)| {
        let id = id.value()?;
        Ok((id, opened(tx, account, id, &sealed)?))
    };
    rows.into_iter().map(open).collect()
}

/// One phrase of that account; nothing where it has none of that id.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn get(tx: &mut Tx<'_>, account: AccountId, id: PhraseId) -> Result<Option<String>> {
    let theirs = phrases::table.find(word(&id)).filter(phrases::account.eq(word(&account)));
    let sealed: Option<Vec<u8>> = theirs.select(phrases::sealed).first(tx.db).optional()?;
    sealed.map(|sealed| opened(tx, account, id, &sealed)).transpose()
}

/// Forgets a phrase of that account.
///
/// # Errors
/// `NotFound` where it has none of that id.
pub fn delete(tx: &mut Tx<'_>, account: AccountId, id: PhraseId) -> Result<()> {
    let theirs = phrases::table.find(word(&id)).filter(phrases::account.eq(word(&account)));
    one(diesel::delete(theirs).execute(tx.db)?, Error::NotFound)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{houses, join, moment};
    use uuid::Uuid;

    #[test]
    fn phrases_are_their_authors_own() {
        for house in houses() {
            house
                .write(|tx| {
                    let (noor, other) = (join(tx, 1, "Noor")?, join(tx, 2, "Nadia")?);
                    let [first, second, theirs] = [1, 2, 3].map(|n| PhraseId::new(Uuid::from_u128(n)));
                    put(tx, noor, second, "What would help you now?", moment(2))?;
                    put(tx, noor, first, "Let us hear one another out", moment(1))?;
                    put(tx, other, theirs, "Take your time", moment(0))?;
                    let texts: Vec<_> = list(tx, noor)?.into_iter().map(|(id, _)| id).collect();
                    assert_eq!(texts, [first, second]);
                    assert_eq!(get(tx, noor, first)?.as_deref(), Some("Let us hear one another out"));
                    assert_eq!(get(tx, noor, theirs)?, None);
                    assert_eq!(delete(tx, noor, theirs), Err(Error::NotFound));
                    delete(tx, noor, first)?;
                    assert_eq!((list(tx, noor)?.len(), list(tx, other)?.len()), (1, 1));
                    Ok(())
                })
                .unwrap();
        }
    }
}
