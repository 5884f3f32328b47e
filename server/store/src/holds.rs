//! Legal holds on what was said in a dispute: who placed and ended them, and why, sealed under the record key. Deliberately
//! not here: who may do so.

use diesel::prelude::*;

use domain::ids::{AccountId, DisputeId};
use domain::keeping::Hold;
use domain::time::Moment;
use uuid::Uuid;

use crate::columns::{At, Word, at, value_opt, word};
use crate::error::{Error, Result};
use crate::schema::holds;
use crate::stored::{Tx, one};
use crate::vault::{Key, Place};

/// A hold that is open, with its reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenHold {
    /// Its id.
    pub id: String,
    /// Who did what about it.
    pub hold: Hold,
    /// Why it was placed.
    pub reason: String,
    /// When it was placed.
    pub placed_at: Moment,
}

type Row = (String, Vec<u8>, Word<AccountId>, At, Option<Word<AccountId>>, Option<Word<AccountId>>);

fn place(dispute: DisputeId, id: &str) -> Place {
    Place::of("hold", dispute).row(id)
}

/// Keeps a hold that was placed.
///
/// # Errors
/// `Conflict` where the id is known; `Unavailable`.
pub fn put(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    id: Uuid,
    by: AccountId,
    reason: &str,
    now: Moment,
) -> Result<()> {
    let id = id.to_string();
    let sealed = tx.vault().seal(Key::Record, &place(dispute, &id), reason.as_bytes())?;
    diesel::insert_into(holds::table)
        .values((
            holds::id.eq(id),
            holds::dispute.eq(word(&dispute)),
            holds::reason_sealed.eq(sealed),
            holds::placed_by.eq(word(&by)),
            holds::placed_at.eq(at(now)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// The hold that is open on a dispute.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn open(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Option<OpenHold>> {
    let found = holds::table
        .filter(holds::dispute.eq(word(&dispute)))
        .filter(holds::ended_at.is_null())
        .order(holds::placed_at)
        .select((
            holds::id,
            holds::reason_sealed,
            holds::placed_by,
            holds::placed_at,
            holds::confirmed_by,
            holds::lifted_by,
        ));
    let Some((id, sealed, placed_by, placed_at, confirmed_by, lifted_by)) =
        found.first::<Row>(tx.db).optional()?
    else {
        return Ok(None);
    };
    let reason = tx.vault().open(Key::Record, &place(dispute, &id), &sealed)?;
    let hold = Hold {
        placed_by: placed_by.value()?,
        confirmed_by: value_opt(confirmed_by.as_ref())?,
        lifted_by: value_opt(lifted_by.as_ref())?,
    };
    let reason = String::from_utf8(reason).map_err(|_| Error::Corrupt)?;
    Ok(Some(OpenHold { id, hold, reason, placed_at: placed_at.moment() }))
}

/// The disputes whose open hold waits for a second person: to be confirmed, or to end.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn waiting(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<DisputeId>> {
    let open = holds::table.filter(holds::ended_at.is_null());
    let waiting = open.filter(holds::confirmed_by.is_null().or(holds::lifted_by.is_not_null()));
    let found: Vec<Word<DisputeId>> =
        waiting.order(holds::placed_at).limit(limit).select(holds::dispute).load(tx.db)?;
    found.iter().map(Word::value).collect()
}

/// The disputes with a hold that was placed before that and that nobody has confirmed.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn unconfirmed(tx: &mut Tx<'_>, before: Moment, limit: i64) -> Result<Vec<DisputeId>> {
    let open = holds::table.filter(holds::ended_at.is_null()).filter(holds::confirmed_by.is_null());
    let old = open.filter(holds::placed_at.lt(at(before)));
    let found: Vec<Word<DisputeId>> =
        old.order(holds::placed_at).limit(limit).select(holds::dispute).load(tx.db)?;
    found.iter().map(Word::value).collect()
}

/// Nobody confirmed it: it is over.
///
/// # Errors
/// `NotFound`.
pub fn lapse(tx: &mut Tx<'_>, id: &str, now: Moment) -> Result<()> {
    let done = holds::ended_at.eq(Some(at(now)));
    one(diesel::update(holds::table.find(id)).set(done).execute(tx.db)?, Error::NotFound)
}

/// A second person confirmed it.
///
/// # Errors
/// `NotFound`.
pub fn confirm(tx: &mut Tx<'_>, id: &str, by: AccountId, now: Moment) -> Result<()> {
    let done = (holds::confirmed_by.eq(Some(word(&by))), holds::confirmed_at.eq(Some(at(now))));
    one(diesel::update(holds::table.find(id)).set(done).execute(tx.db)?, Error::NotFound)
}

/// Somebody wants it to end.
///
/// # Errors
/// `NotFound`.
pub fn lift(tx: &mut Tx<'_>, id: &str, by: AccountId, now: Moment) -> Result<()> {
    let done = (holds::lifted_by.eq(Some(word(&by))), holds::lifted_at.eq(Some(at(now))));
    one(diesel::update(holds::table.find(id)).set(done).execute(tx.db)?, Error::NotFound)
}

/// A second person wants so too: it is over.
///
/// # Errors
/// `NotFound`.
pub fn end(tx: &mut Tx<'_>, id: &str, by: AccountId, now: Moment) -> Result<()> {
    let done = (holds::ended_by.eq(Some(word(&by))), holds::ended_at.eq(Some(at(now))));
    one(diesel::update(holds::table.find(id)).set(done).execute(tx.db)?, Error::NotFound)
}
