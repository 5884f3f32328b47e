//! Answers that were given once: the same person, key and body get the first answer again. Deliberately not here: what
//! counts as the same body, and how long an answer is kept.

use diesel::prelude::*;

use domain::ids::AccountId;
use domain::time::Moment;

use crate::columns::{At, at, word};
use crate::dialect::overwriting;
use crate::error::{Error, Result};
use crate::schema::idempotency;
use crate::secret::hex;
use crate::stored::Tx;

/// What is known of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing: the act is to be done.
    New,
    /// The same request was answered so.
    Same {
        /// The status.
        status: u16,
        /// The body.
        body: Vec<u8>,
    },
    /// Another request came under this key.
    Different,
}

/// What is known of the account's key.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn find(
    tx: &mut Tx<'_>,
    account: AccountId,
    key: &str,
    request_digest: &[u8; 32],
    now: Moment,
) -> Result<Found> {
    tx.hold_answer(&place(account, key))?;
    let row: Option<(String, i32, Vec<u8>)> = idempotency::table
        .find((word(&account), key))
        .filter(idempotency::expires_at.gt(at(now)))
        .select((idempotency::request_digest, idempotency::status, idempotency::body_sealed))
        .first(tx.db)
        .optional()?;
    let Some((digest, status, sealed)) = row else { return Ok(Found::New) };
    if digest != hex(request_digest) {
        return Ok(Found::Different);
    }
    let status = u16::try_from(status).map_err(|_| Error::Corrupt)?;
    let body = tx.vault().open_house("idempotency", &place(account, key), &sealed)?;
    Ok(Found::Same { status, body })
}

/// Keeps the answer to a request until `expires_at`.
///
/// # Errors
/// `Conflict` where an answer is kept: another request with the same key was faster.
#[expect(clippy::too_many_arguments, reason = "a row of seven columns, each of its own type")]
pub fn keep(
    tx: &mut Tx<'_>,
    account: AccountId,
    key: &str,
    request_digest: &[u8; 32],
    status: u16,
    body: &[u8],
    now: Moment,
    expires_at: Moment,
) -> Result<()> {
    let sealed = tx.vault().seal_house("idempotency", &place(account, key), body)?;
    let expired = idempotency::table.find((word(&account), key)).filter(idempotency::expires_at.le(at(now)));
    diesel::delete(expired).execute(tx.db)?;
    diesel::insert_into(idempotency::table)
        .values((
            idempotency::account.eq(word(&account)),
            idempotency::key.eq(key),
            idempotency::request_digest.eq(hex(request_digest)),
            idempotency::status.eq(i32::from(status)),
            idempotency::body_sealed.eq(sealed),
            idempotency::created_at.eq(at(now)),
            idempotency::expires_at.eq(at(expires_at)),
        ))
        .execute(tx.db)?;
    Ok(())
}

fn place(account: AccountId, key: &str) -> String {
    format!("{account}/{key}")
}

/// Deletes what has expired.
///
/// # Errors
/// `Unavailable`.
pub fn sweep(tx: &mut Tx<'_>, now: Moment) -> Result<usize> {
    let expired: At = at(now);
    let swept = diesel::delete(idempotency::table.filter(idempotency::expires_at.le(expired)));
    // They may hold what somebody wrote, under a key that stays.
    overwriting(tx.db, |db| Ok(swept.execute(db)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{account, houses, moment};

    #[test]
    fn the_same_request_gets_the_first_answer_and_another_body_none() {
        for house in houses() {
            let found = |who: u128, digest: u8, now: i64| {
                house.read(move |tx| find(tx, account(who), "key", &[digest; 32], moment(now)))
            };
            assert_eq!(found(1, 1, 0), Ok(Found::New), "{}", house.backend);
            let kept = || {
                house.write(|tx| keep(tx, account(1), "key", &[1; 32], 201, b"made", moment(0), moment(9)))
            };
            assert_eq!((kept(), kept()), (Ok(()), Err(Error::Conflict)));
            assert_eq!(found(1, 1, 8), Ok(Found::Same { status: 201, body: b"made".to_vec() }));
            assert_eq!(found(1, 2, 8), Ok(Found::Different));
            assert_eq!((found(2, 1, 8), found(1, 2, 9)), (Ok(Found::New), Ok(Found::New)));
            assert_eq!(house.write(|tx| sweep(tx, moment(9))), Ok(1));
        }
    }
}
