//! One-time codes that travel by mail or on a screen: confirming an address, a new password, the first registrar; and
//! the challenges that a passkey answers. Only their hashes are kept. Deliberately not here: the codes of invitations, which have a locator and count wrong
//! tries.

use diesel::prelude::*;

use domain::time::Moment;

use crate::columns::{At, at, spelled, word};
use crate::error::Result;
use crate::schema::codes;
use crate::secret::SecretHash;
use crate::stored::Tx;

/// What a code is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Shows that an address is its owner's.
    Confirmation,
    /// Sets a new password.
    Reset,
    /// Sets up the first registrar.
    RegistrarSetup,
    /// Is answered by a passkey that is to be added.
    PasskeyAdding,
    /// Is answered by a passkey that signs.
    PasskeySigning,
    /// Lets whoever is named to certify a record come to it. It opens for them again until it is over.
    Certification,
}

spelled!(Purpose {
    Confirmation = "confirmation",
    Reset = "reset",
    RegistrarSetup = "registrar-setup",
    PasskeyAdding = "passkey-adding",
    PasskeySigning = "passkey-signing",
    Certification = "certification",
});

/// Keeps a code until `expires_at`. The subject is whom or what it is for, such as an account's id.
///
/// # Errors
/// `Conflict` where the hash is known, which no random secret makes.
pub fn put(
    tx: &mut Tx<'_>,
    purpose: Purpose,
    hash: &SecretHash,
    subject: &str,
    expires_at: Moment,
    now: Moment,
) -> Result<()> {
    diesel::insert_into(codes::table)
        .values((
            codes::hash.eq(word(hash)),
            codes::purpose.eq(word(&purpose)),
            codes::subject.eq(subject),
            codes::created_at.eq(at(now)),
            codes::expires_at.eq(at(expires_at)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// The subject of a code that can still be used.
///
/// # Errors
/// `Unavailable`.
pub fn peek(tx: &mut Tx<'_>, purpose: Purpose, hash: &SecretHash, now: Moment) -> Result<Option<String>> {
    Ok(codes::table
        .find(word(hash))
        .filter(codes::purpose.eq(word(&purpose)))
        .filter(codes::used_at.is_null())
        .filter(codes::expires_at.gt(at(now)))
        .select(codes::subject)
        .first(tx.db)
        .optional()?)
}

/// Uses a code up, and answers its subject: the first time, in time, and for its own purpose alone.
///
/// # Errors
/// `Unavailable`.
pub fn take(tx: &mut Tx<'_>, purpose: Purpose, hash: &SecretHash, now: Moment) -> Result<Option<String>> {
    let Some(subject) = peek(tx, purpose, hash, now)? else { return Ok(None) };
    let unused = codes::table.find(word(hash)).filter(codes::used_at.is_null());
    let changed = diesel::update(unused).set(codes::used_at.eq(Some(at(now)))).execute(tx.db)?;
    Ok((changed == 1).then_some(subject))
}

/// Voids every code of that purpose and subject, as when a fresh one was asked for or a password was set.
///
/// # Errors
/// `Unavailable`.
pub fn void_all(tx: &mut Tx<'_>, purpose: Purpose, subject: &str) -> Result<()> {
    let theirs = codes::table.filter(codes::purpose.eq(word(&purpose))).filter(codes::subject.eq(subject));
    diesel::delete(theirs).execute(tx.db)?;
    Ok(())
}

/// Deletes what has expired.
///
/// # Errors
/// `Unavailable`.
pub fn sweep(tx: &mut Tx<'_>, now: Moment) -> Result<usize> {
    let expired: At = at(now);
    Ok(diesel::delete(codes::table.filter(codes::expires_at.le(expired))).execute(tx.db)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{houses, moment};

    #[test]
    fn a_code_opens_once_in_time_and_for_its_own_purpose() {
        for house in houses() {
            let code = SecretHash::of("a code of 22 characters");
            let answers = house.write(move |tx| {
                put(tx, Purpose::Reset, &code, "subject", moment(100), moment(0))?;
                let other_purpose = take(tx, Purpose::Confirmation, &code, moment(1))?;
                let late = take(tx, Purpose::Reset, &code, moment(100))?;
                let first = take(tx, Purpose::Reset, &code, moment(99))?;
                let second = take(tx, Purpose::Reset, &code, moment(99))?;
                Ok([other_purpose, late, first, second])
            });
            assert_eq!(answers, Ok([None, None, Some("subject".to_owned()), None]), "{}", house.backend);
            assert_eq!(house.write(|tx| sweep(tx, moment(100))), Ok(1));
        }
    }
}
