//! Signed-in browsers and API clients: page sessions by a secret in a cookie, API sessions by a family of rotating
//! refresh tokens. Deliberately not here: cookies, access tokens, and how long a session may idle.

use diesel::prelude::*;

use domain::ids::{AccountId, SessionId};
use domain::time::Moment;

use crate::columns::{At, Word, at, spelled, word};
use crate::dialect::on_both;
use crate::error::{Error, Result};
use crate::schema::{refresh_tokens, sessions};
use crate::secret::SecretHash;
use crate::stored::{Tx, one};

/// By which door the person came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A browser with a cookie.
    Page,
    /// A client with refresh tokens.
    Api,
}

spelled!(Kind { Page = "page", Api = "api" });

/// A session that is neither revoked nor over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// By which door.
    pub kind: Kind,
    /// What its owner recognises it by, such as "Firefox on Android".
    pub label: String,
    /// When the person signed in.
    pub created_at: Moment,
    /// When it was last used.
    pub seen_at: Moment,
    /// When the person last proved who they are.
    pub proved_at: Option<Moment>,
    /// It ends then unless it is used before.
    pub idle_until: Moment,
    /// It ends then whatever happens.
    pub expires_at: Moment,
}

/// A session that is being opened. Signing in proves who one is: `proved_at` starts with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Its id, a UUIDv7.
    pub id: SessionId,
    /// Whose it is.
    pub account: AccountId,
    /// What its owner recognises it by.
    pub label: String,
    /// It ends then unless it is used before.
    pub idle_until: Moment,
    /// It ends then whatever happens.
    pub expires_at: Moment,
}

/// What came of showing a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotation {
    /// The session goes on with the new token.
    Rotated(Session),
    /// The token had been used before: somebody else holds a copy, and the family was ended. The job must answer Ok,
    /// so that this is kept.
    Reused(SessionId, AccountId),
    /// No such token, or its session is over.
    Unknown,
}

#[derive(Queryable)]
struct Row {
    id: Word<SessionId>,
    account: Word<AccountId>,
    kind: Word<Kind>,
    _secret_hash: Option<String>,
    label: String,
    created_at: At,
    seen_at: At,
    proved_at: Option<At>,
    idle_until: At,
    expires_at: At,
    revoked_at: Option<At>,
}

impl Row {
    fn is_live(&self, now: Moment) -> bool {
        let over = self.idle_until.moment() <= now || self.expires_at.moment() <= now;
        self.revoked_at.is_none() && !over
    }

    fn value(self) -> Result<Session> {
        Ok(Session {
            id: self.id.value()?,
            account: self.account.value()?,
            kind: self.kind.value()?,
            label: self.label,
            created_at: self.created_at.moment(),
            seen_at: self.seen_at.moment(),
            proved_at: self.proved_at.map(At::moment),
            idle_until: self.idle_until.moment(),
            expires_at: self.expires_at.moment(),
        })
    }
}

/// Opens a page session under the hash of its cookie's secret.
///
/// # Errors
/// `NotFound` where there is no such account.
pub fn open_page(tx: &mut Tx<'_>, new: &NewSession, secret: &SecretHash, now: Moment) -> Result<()> {
    insert(tx, new, Kind::Page, Some(secret), now)
}

/// Opens an API session with its first refresh token.
///
/// # Errors
/// `NotFound` where there is no such account.
pub fn open_api(tx: &mut Tx<'_>, new: &NewSession, token: &SecretHash, now: Moment) -> Result<()> {
    insert(tx, new, Kind::Api, None, now)?;
    issue(tx, new.id, token, now)
}

fn insert(
    tx: &mut Tx<'_>,
    new: &NewSession,
    kind: Kind,
    secret: Option<&SecretHash>,
    now: Moment,
) -> Result<()> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::id.eq(word(&new.id)),
            sessions::account.eq(word(&new.account)),
            sessions::kind.eq(word(&kind)),
            sessions::secret_hash.eq(secret.map(word)),
            sessions::label.eq(&new.label),
            sessions::created_at.eq(at(now)),
            sessions::seen_at.eq(at(now)),
            sessions::proved_at.eq(Some(at(now))),
            sessions::idle_until.eq(at(new.idle_until)),
            sessions::expires_at.eq(at(new.expires_at)),
        ))
        .execute(tx.db)?;
    Ok(())
}

fn issue(tx: &mut Tx<'_>, session: SessionId, token: &SecretHash, now: Moment) -> Result<()> {
    diesel::insert_into(refresh_tokens::table)
        .values((
            refresh_tokens::hash.eq(word(token)),
            refresh_tokens::session.eq(word(&session)),
            refresh_tokens::issued_at.eq(at(now)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// The live page session of that cookie.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn by_secret(tx: &mut Tx<'_>, secret: &SecretHash, now: Moment) -> Result<Option<Session>> {
    let found = sessions::table.filter(sessions::secret_hash.eq(Some(word(secret))));
    let row: Option<Row> = found.first(tx.db).optional()?;
    row.filter(|row| row.is_live(now)).map(Row::value).transpose()
}

/// The session, while it lives.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn live(tx: &mut Tx<'_>, id: SessionId, now: Moment) -> Result<Option<Session>> {
    let found = sessions::table.find(word(&id));
    let row: Option<Row> = on_both!(&mut *tx.db, |c| found.first(c)).optional()?;
    row.filter(|row| row.is_live(now)).map(Row::value).transpose()
}

/// Notes that the session was used, and how long it may idle from now.
///
/// # Errors
/// `NotFound` where it was revoked.
pub fn touch(tx: &mut Tx<'_>, id: SessionId, now: Moment, idle_until: Moment) -> Result<()> {
    let row = diesel::update(sessions::table.find(word(&id)).filter(sessions::revoked_at.is_null()));
    let change = (sessions::seen_at.eq(at(now)), sessions::idle_until.eq(at(idle_until)));
    one(row.set(change).execute(tx.db)?, Error::NotFound)
}

/// Notes a fresh proof of identity.
///
/// # Errors
/// `NotFound` where it was revoked.
pub fn prove(tx: &mut Tx<'_>, id: SessionId, now: Moment) -> Result<()> {
    let row = diesel::update(sessions::table.find(word(&id)).filter(sessions::revoked_at.is_null()));
    one(row.set(sessions::proved_at.eq(Some(at(now)))).execute(tx.db)?, Error::NotFound)
}

/// Exchanges a refresh token for a new one, once. See [`Rotation`].
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn rotate(
    tx: &mut Tx<'_>,
    old: &SecretHash,
    new: &SecretHash,
    now: Moment,
    idle_until: Moment,
) -> Result<Rotation> {
    let found = refresh_tokens::table.find(word(old)).select(refresh_tokens::session);
    let Some(session) = found.first::<Word<SessionId>>(tx.db).optional()? else {
        return Ok(Rotation::Unknown);
    };
    let Some(session) = live(tx, session.value()?, now)? else { return Ok(Rotation::Unknown) };
    // Two who show the same token at once: the row is changed by one of them alone.
    let unused = refresh_tokens::table.find(word(old)).filter(refresh_tokens::used_at.is_null());
    if diesel::update(unused).set(refresh_tokens::used_at.eq(Some(at(now)))).execute(tx.db)? == 0 {
        revoke(tx, session.id, now)?;
        return Ok(Rotation::Reused(session.id, session.account));
    }
    issue(tx, session.id, new, now)?;
    touch(tx, session.id, now, idle_until)?;
    Ok(Rotation::Rotated(Session { seen_at: now, idle_until, ..session }))
}

/// Ends a session; false where it had ended before.
///
/// # Errors
/// `Unavailable`.
pub fn revoke(tx: &mut Tx<'_>, id: SessionId, now: Moment) -> Result<bool> {
    let row = diesel::update(sessions::table.find(word(&id)).filter(sessions::revoked_at.is_null()));
    Ok(row.set(sessions::revoked_at.eq(Some(at(now)))).execute(tx.db)? == 1)
}

/// Ends one of the account's own sessions; false where it is not theirs or had ended.
///
/// # Errors
/// `Unavailable`.
pub fn revoke_of(tx: &mut Tx<'_>, account: AccountId, id: SessionId, now: Moment) -> Result<bool> {
    let theirs = sessions::table.find(word(&id)).filter(sessions::account.eq(word(&account)));
    if theirs.select(sessions::id).first::<String>(tx.db).optional()?.is_none() {
        return Ok(false);
    }
    revoke(tx, id, now)
}

/// Ends the account's sessions but one, and answers which: their sockets close.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn revoke_all(
    tx: &mut Tx<'_>,
    account: AccountId,
    except: Option<SessionId>,
    now: Moment,
) -> Result<Vec<SessionId>> {
    let mut ended = Vec::new();
    for session in list(tx, account, now)? {
        if Some(session.id) != except && revoke(tx, session.id, now)? {
            ended.push(session.id);
        }
    }
    Ok(ended)
}

/// The account's live sessions, the last used first.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn list(tx: &mut Tx<'_>, account: AccountId, now: Moment) -> Result<Vec<Session>> {
    let rows: Vec<Row> = sessions::table
        .filter(sessions::account.eq(word(&account)))
        .filter(sessions::revoked_at.is_null())
        .order((sessions::seen_at.desc(), sessions::id.desc()))
        .load(tx.db)?;
    rows.into_iter().filter(|row| row.is_live(now)).map(Row::value).collect()
}

/// Deletes sessions whose end has passed, with their tokens.
///
/// # Errors
/// `Unavailable`.
pub fn sweep(tx: &mut Tx<'_>, now: Moment) -> Result<usize> {
    Ok(diesel::delete(sessions::table.filter(sessions::expires_at.le(at(now)))).execute(tx.db)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{account, houses, join, moment};
    use uuid::Uuid;

    fn new(number: u128) -> NewSession {
        NewSession {
            id: SessionId::new(Uuid::from_u128(number)),
            account: account(1),
            label: "Firefox".to_owned(),
            idle_until: moment(100),
            expires_at: moment(1_000),
        }
    }

    fn hash(text: &str) -> SecretHash {
        SecretHash::of(text)
    }

    #[test]
    fn a_page_session_lives_until_it_idles_expires_or_is_revoked() {
        for house in houses() {
            house
                .write(|tx| {
                    join(tx, 1, "Amara")?;
                    open_page(tx, &new(1), &hash("cookie"), moment(0))
                })
                .unwrap();
            let alive = |millis: i64| {
                house.read(move |tx| by_secret(tx, &hash("cookie"), moment(millis))).unwrap().is_some()
            };
            assert_eq!((alive(99), alive(100)), (true, false), "{}", house.backend);
            house.write(|tx| touch(tx, new(1).id, moment(99), moment(5_000))).unwrap();
            assert_eq!((alive(100), alive(999), alive(1_000)), (true, true, false));
            let ended = house.write(|tx| revoke_all(tx, account(1), None, moment(200)));
            assert_eq!(ended, Ok(vec![new(1).id]));
            assert!(!alive(201));
            assert_eq!(house.write(|tx| revoke_of(tx, account(2), new(1).id, moment(0))), Ok(false));
            assert_eq!(house.write(|tx| sweep(tx, moment(1_000))), Ok(1));
        }
    }

    #[test]
    fn a_refresh_token_that_is_shown_twice_ends_its_family() {
        for house in houses() {
            house
                .write(|tx| {
                    join(tx, 1, "Amara")?;
                    open_api(tx, &new(1), &hash("first"), moment(0))
                })
                .unwrap();
            let rotate_to = |old: &'static str, next: &'static str| {
                house.write(move |tx| rotate(tx, &hash(old), &hash(next), moment(1), moment(101))).unwrap()
            };
            assert!(matches!(rotate_to("first", "second"), Rotation::Rotated(_)), "{}", house.backend);
            assert!(matches!(rotate_to("second", "third"), Rotation::Rotated(_)));
            assert_eq!(rotate_to("first", "stolen"), Rotation::Reused(new(1).id, account(1)));
            assert_eq!(rotate_to("third", "fourth"), Rotation::Unknown);
            assert_eq!(rotate_to("stolen", "fifth"), Rotation::Unknown);
        }
    }
}
