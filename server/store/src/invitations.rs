//! The codes that open an invitation: a locator to find one by, the hash of a secret to open it with, and a count of
//! wrong secrets. Several codes (a mail, a letter) may open one invitation. Deliberately not here: what an open
//! invitation shows, and when a code is void, which is `domain::invitation`'s.

use diesel::prelude::*;
use subtle::ConstantTimeEq;

use domain::ids::{DisputeId, InvitationId};
use domain::time::Moment;

use crate::columns::{At, Word, at, word};
use crate::error::{Error, Result};
use crate::schema::invitation_codes as codes;
use crate::secret::SecretHash;
use crate::stored::{Tx, one};

/// A code that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The dispute behind it.
    pub dispute: DisputeId,
    /// The invitation that it opens.
    pub invitation: InvitationId,
    /// The invitation's number in its dispute.
    pub number: u32,
    /// By what it is found.
    pub locator: String,
    /// The hash of what opens it.
    pub secret: SecretHash,
    /// It opens nothing from then on.
    pub expires_at: Moment,
    /// How many wrong secrets were tried.
    pub wrong_secrets: u32,
    /// Whether a fresh one stands in its place.
    pub replaced: bool,
    /// When it was made.
    pub made_at: Moment,
    /// Whether somebody said no with it, and has not taken that back.
    pub refused: bool,
}

impl Code {
    /// Whether this is its secret; the time it takes tells nothing of how much was right.
    pub fn is(&self, secret: &SecretHash) -> bool {
        self.secret.as_str().as_bytes().ct_eq(secret.as_str().as_bytes()).into()
    }
}

/// A code that is being made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCode<'a> {
    /// The invitation that it opens.
    pub invitation: InvitationId,
    /// The dispute behind it.
    pub dispute: DisputeId,
    /// The invitation's number in its dispute.
    pub number: u32,
    /// By what it is found: eight characters.
    pub locator: &'a str,
    /// The hash of what opens it.
    pub secret: SecretHash,
    /// It opens nothing from then on.
    pub expires_at: Moment,
}

#[derive(Queryable)]
struct Row {
    locator: String,
    invitation: Word<InvitationId>,
    dispute: Word<DisputeId>,
    number: i32,
    secret_hash: Word<SecretHash>,
    expires_at: At,
    wrong_secrets: i32,
    replaced: bool,
    made_at: At,
    refused: bool,
}

impl Row {
    fn value(self) -> Result<Code> {
        Ok(Code {
            dispute: self.dispute.value()?,
            invitation: self.invitation.value()?,
            number: u32::try_from(self.number).map_err(|_| Error::Corrupt)?,
            locator: self.locator,
            secret: self.secret_hash.value()?,
            expires_at: self.expires_at.moment(),
            wrong_secrets: u32::try_from(self.wrong_secrets).map_err(|_| Error::Corrupt)?,
            replaced: self.replaced,
            made_at: self.made_at.moment(),
            refused: self.refused,
        })
    }
}

/// Keeps a code.
///
/// # Errors
/// `Conflict` where the locator is taken: make another; the transaction goes on after it.
pub fn make(tx: &mut Tx<'_>, new: &NewCode<'_>, now: Moment) -> Result<()> {
    tx.attempt(|tx| {
        diesel::insert_into(codes::table)
            .values((
                codes::locator.eq(new.locator),
                codes::invitation.eq(word(&new.invitation)),
                codes::dispute.eq(word(&new.dispute)),
                codes::number.eq(i32::try_from(new.number).map_err(|_| Error::Corrupt)?),
                codes::secret_hash.eq(word(&new.secret)),
                codes::expires_at.eq(at(new.expires_at)),
                codes::wrong_secrets.eq(0),
                codes::replaced.eq(false),
                codes::made_at.eq(at(now)),
                codes::refused.eq(false),
            ))
            .execute(tx.db)?;
        Ok(())
    })
}

/// The code of that locator, whatever has become of it.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn by_locator(tx: &mut Tx<'_>, locator: &str) -> Result<Option<Code>> {
    let row: Option<Row> = codes::table.find(locator).first(tx.db).optional()?;
    row.map(Row::value).transpose()
}

/// Counts a wrong secret. The job must answer Ok, so that this is kept.
///
/// # Errors
/// `Unavailable`.
pub fn count_wrong(tx: &mut Tx<'_>, locator: &str) -> Result<()> {
    diesel::update(codes::table.find(locator))
        .set(codes::wrong_secrets.eq(codes::wrong_secrets + 1))
        .execute(tx.db)?;
    Ok(())
}

/// Voids every code of the dispute, as when a fresh invitation goes out or the seat is taken.
///
/// # Errors
/// `Unavailable`.
pub fn void_all(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<()> {
    let theirs = codes::table.filter(codes::dispute.eq(word(&dispute)));
    diesel::update(theirs).set(codes::replaced.eq(true)).execute(tx.db)?;
    Ok(())
}

/// Voids every code of the dispute but this one.
///
/// # Errors
/// `Unavailable`.
pub fn void_others(tx: &mut Tx<'_>, dispute: DisputeId, locator: &str) -> Result<()> {
    let others = codes::table.filter(codes::dispute.eq(word(&dispute))).filter(codes::locator.ne(locator));
    diesel::update(others).set(codes::replaced.eq(true)).execute(tx.db)?;
    Ok(())
}

/// Notes that somebody said no with this code, or took it back.
///
/// # Errors
/// `NotFound`.
pub fn set_refused(tx: &mut Tx<'_>, locator: &str, refused: bool) -> Result<()> {
    let row = diesel::update(codes::table.find(locator)).set(codes::refused.eq(refused));
    one(row.execute(tx.db)?, Error::NotFound)
}

/// Every code of the dispute, the oldest first.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn of_dispute(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Vec<Code>> {
    let theirs = codes::table.filter(codes::dispute.eq(word(&dispute)));
    let rows: Vec<Row> = theirs.order((codes::number, codes::made_at, codes::locator)).load(tx.db)?;
    rows.into_iter().map(Row::value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_dispute, dispute_id, houses, moment};
    use uuid::Uuid;

    fn new(locator: &str, number: u32) -> NewCode<'_> {
        NewCode {
            invitation: InvitationId::new(Uuid::from_u128(5)),
            dispute: dispute_id(1),
            number,
            locator,
            secret: SecretHash::of("a secret of 128 bits"),
            expires_at: moment(50),
        }
    }

    #[test]
    fn a_code_is_found_by_its_locator_and_counts_wrong_secrets() {
        for house in houses() {
            let (first, codes) = house
                .write(|tx| {
                    a_dispute(tx, 1)?;
                    make(tx, &new("7K4M92QX", 1), moment(0))?;
                    assert_eq!(make(tx, &new("7K4M92QX", 2), moment(0)), Err(Error::Conflict));
                    make(tx, &new("00000000", 2), moment(0))?;
                    count_wrong(tx, "7K4M92QX")?;
                    count_wrong(tx, "nobody's")?;
                    let first = by_locator(tx, "7K4M92QX")?;
                    set_refused(tx, "00000000", true)?;
                    void_others(tx, dispute_id(1), "7K4M92QX")?;
                    let told: Vec<_> = of_dispute(tx, dispute_id(1))?;
                    let told: Vec<_> = told.iter().map(|code| (code.replaced, code.refused)).collect();
                    assert_eq!(told, [(false, false), (true, true)]);
                    void_all(tx, dispute_id(1))?;
                    Ok((first, of_dispute(tx, dispute_id(1))?))
                })
                .unwrap();
            let first = first.unwrap();
            assert_eq!((first.wrong_secrets, first.replaced, first.expires_at), (1, false, moment(50)));
            assert!(
                first.is(&SecretHash::of("a secret of 128 bits")) && !first.is(&SecretHash::of("another"))
            );
            let told: Vec<_> = codes.iter().map(|code| (code.number, code.replaced)).collect();
            assert_eq!(told, [(1, true), (2, true)], "{}", house.backend);
            assert_eq!(house.read(|tx| by_locator(tx, "7k4m92qx")), Ok(None));
        }
    }
}
