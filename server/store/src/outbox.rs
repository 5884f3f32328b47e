//! Mail that waits to be sent: written in the act's own transaction, leased by a worker, cleared once sent, but for what
//! is needed when it comes back. Address and body are sealed. Deliberately not here: how long to back off, what a mail
//! says, and mail that came back (`bounces`).

use std::time::Duration;

use diesel::prelude::*;

use domain::ids::{DeliveryId, MailId};
use domain::time::Moment;

use crate::columns::{At, Word, at, count, spelled, value_opt, word, word_opt};
use crate::error::{Error, Result};
use crate::schema::outbox;
use crate::stored::{Tx, one};

/// How far a mail has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MailState {
    /// It waits for its time or its next try.
    Queued,
    /// A server took it.
    Sent,
    /// A server refused it for good, or its days were over.
    Failed,
    /// It could not even be tried; a registrar looks at it.
    SetAside,
    /// A server took it, and it came back; a registrar looks at it.
    Bounced,
}

spelled!(MailState {
    Queued = "queued",
    Sent = "sent",
    Failed = "failed",
    SetAside = "set-aside",
    Bounced = "bounced"
});

/// A mail that is being queued.
#[derive(Clone, PartialEq, Eq)]
pub struct NewMail {
    /// Its id, a UUIDv7.
    pub id: MailId,
    /// Its Message-ID, made now, so that a double is recognisable.
    pub message_id: String,
    /// What it is for, as a word: "confirmation", "invitation".
    pub purpose: String,
    /// To whom; sealed.
    pub to: String,
    /// Whatever is needed to build it; sealed.
    pub body: Vec<u8>,
    /// The delivery whose state follows it.
    pub delivery: Option<DeliveryId>,
    /// Not before then.
    pub due_at: Moment,
}

/// A mail that a worker has leased.
#[derive(Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Its id.
    pub id: MailId,
    /// Its Message-ID.
    pub message_id: String,
    /// What it is for.
    pub purpose: String,
    /// To whom.
    pub to: String,
    /// What was queued.
    pub body: Vec<u8>,
    /// How often it was tried, this time included.
    pub attempts: i32,
    /// The delivery whose state follows it.
    pub delivery: Option<DeliveryId>,
    /// When it was queued.
    pub created_at: Moment,
}

/// What can be told of a mail without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRow {
    /// Its id.
    pub id: MailId,
    /// What it is for.
    pub purpose: String,
    /// How far it has come.
    pub state: MailState,
    /// How often it was tried.
    pub attempts: i32,
    /// What went wrong last, as a class such as `smtp-451`.
    pub problem: Option<String>,
    /// The delivery whose state follows it.
    pub delivery: Option<DeliveryId>,
    /// When it was queued.
    pub created_at: Moment,
    /// Whether it is still there to be sent again.
    pub is_whole: bool,
}

/// What waits, for the house's instruments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// How many are queued.
    pub queued: i64,
    /// How many could not be sent: a registrar should look at them.
    pub set_aside: i64,
    /// How many came back: a registrar should look at those as well.
    pub bounced: i64,
    /// When the oldest of those queued was due.
    pub oldest_at: Option<Moment>,
}

#[derive(Queryable)]
struct Row {
    id: Word<MailId>,
    message_id: String,
    purpose: String,
    to_sealed: Option<Vec<u8>>,
    body_sealed: Option<Vec<u8>>,
    state: Word<MailState>,
    _due_at: At,
    _leased_until: At,
    attempts: i32,
    problem: Option<String>,
    delivery: Option<Word<DeliveryId>>,
    created_at: At,
    _finished_at: Option<At>,
}

/// Queues a mail.
///
/// # Errors
/// `Conflict` where the id or Message-ID is known.
pub fn queue(tx: &mut Tx<'_>, new: &NewMail, now: Moment) -> Result<()> {
    let row = new.id.to_string();
    let to = tx.vault().seal_house("mail-to", &row, new.to.as_bytes())?;
    let body = tx.vault().seal_house("mail-body", &row, &new.body)?;
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(word(&new.id)),
            outbox::message_id.eq(&new.message_id),
            outbox::purpose.eq(&new.purpose),
            outbox::to_sealed.eq(Some(to)),
            outbox::body_sealed.eq(Some(body)),
            outbox::state.eq(word(&MailState::Queued)),
            outbox::due_at.eq(at(new.due_at)),
            outbox::leased_until.eq(0),
            outbox::attempts.eq(0),
            outbox::delivery.eq(word_opt(new.delivery.as_ref())),
            outbox::created_at.eq(at(now)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// Leases mails that are due, the longest due first. Whoever does not report back loses the lease, and the mail is
/// claimed again. One that does not open is set aside here, or it would be tried for ever.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn claim(tx: &mut Tx<'_>, now: Moment, lease: Duration, limit: usize) -> Result<Vec<Claimed>> {
    let due = outbox::state.eq(word(&MailState::Queued)).and(outbox::due_at.le(at(now)));
    let free = outbox::leased_until.le(at(now));
    let ids: Vec<Word<MailId>> = outbox::table
        .filter(due.clone())
        .filter(free)
        .order((outbox::due_at, outbox::id))
        .limit(count(limit))
        .select(outbox::id)
        .load(tx.db)?;
    let mut claimed = Vec::new();
    for id in ids {
        // Another worker may have been faster: the condition is asked again in the statement that takes the lease.
        let row: Option<Row> = diesel::update(outbox::table.find(id).filter(due.clone()).filter(free))
            .set((outbox::leased_until.eq(at(now.plus(lease))), outbox::attempts.eq(outbox::attempts + 1)))
            .returning(outbox::all_columns)
            .get_result(tx.db)
            .optional()?;
        let Some(row) = row else { continue };
        let id = row.id.value()?;
        match opened(tx, row) {
            Ok(mail) => claimed.push(mail),
            Err(Error::Corrupt) => set_aside(tx, id, now, "does-not-open")?,
            Err(error) => return Err(error),
        }
    }
    Ok(claimed)
}

/// Keeps the lease of mails that are still on their way; one that is settled already is left as it is.
///
/// # Errors
/// `Unavailable`.
pub fn renew(tx: &mut Tx<'_>, mails: &[MailId], now: Moment, lease: Duration) -> Result<()> {
    let rows = outbox::table
        .filter(outbox::id.eq_any(mails.iter().map(word).collect::<Vec<_>>()))
        .filter(outbox::state.eq(word(&MailState::Queued)))
        .filter(outbox::leased_until.gt(at(now)));
    diesel::update(rows).set(outbox::leased_until.eq(at(now.plus(lease)))).execute(tx.db)?;
    Ok(())
}

/// Ends every lease: for a program that is alone and has just begun, so that whoever held them is gone.
///
/// # Errors
/// `Unavailable`.
pub fn free_all(tx: &mut Tx<'_>) -> Result<()> {
    let held =
        outbox::table.filter(outbox::state.eq(word(&MailState::Queued))).filter(outbox::leased_until.gt(0));
    diesel::update(held).set(outbox::leased_until.eq(0)).execute(tx.db)?;
    Ok(())
}

fn opened(tx: &mut Tx<'_>, row: Row) -> Result<Claimed> {
    let id = row.id.value()?;
    let place = id.to_string();
    let to = tx.vault().open_house("mail-to", &place, &row.to_sealed.ok_or(Error::Corrupt)?)?;
    let body = tx.vault().open_house("mail-body", &place, &row.body_sealed.ok_or(Error::Corrupt)?)?;
    Ok(Claimed {
        id,
        message_id: row.message_id,
        purpose: row.purpose,
        to: String::from_utf8(to).map_err(|_| Error::Corrupt)?,
        body,
        attempts: row.attempts,
        delivery: value_opt(row.delivery.as_ref())?,
        created_at: row.created_at.moment(),
    })
}

/// A server took the mail. Address and body are cleared, which may hold a code; a record's are kept while it may still come
/// back (`bounces::forget_sent`), so that it can be sent again. What came back before this was noted stays so.
///
/// # Errors
/// `NotFound`.
pub fn sent(tx: &mut Tx<'_>, id: MailId, now: Moment) -> Result<()> {
    let row = outbox::table.find(word(&id));
    let waits = row.clone().filter(outbox::state.ne(word(&MailState::Bounced)));
    let change = (
        outbox::state.eq(word(&MailState::Sent)),
        outbox::problem.eq(None::<String>),
        outbox::finished_at.eq(Some(at(now))),
    );
    one(diesel::update(waits).set(change).execute(tx.db)?, Error::NotFound)?;
    let without_record = row.filter(outbox::delivery.is_null());
    let cleared = (outbox::to_sealed.eq(None::<Vec<u8>>), outbox::body_sealed.eq(None::<Vec<u8>>));
    diesel::update(without_record).set(cleared).execute(tx.db)?;
    Ok(())
}

/// It did not work this time: it is due again at `due_at`.
///
/// # Errors
/// `NotFound`.
pub fn retry(tx: &mut Tx<'_>, id: MailId, due_at: Moment, problem: &str) -> Result<()> {
    let change =
        (outbox::due_at.eq(at(due_at)), outbox::leased_until.eq(0), outbox::problem.eq(Some(problem)));
    one(diesel::update(outbox::table.find(word(&id))).set(change).execute(tx.db)?, Error::NotFound)
}

/// It will never work: address and body are cleared.
///
/// # Errors
/// `NotFound`.
pub fn fail(tx: &mut Tx<'_>, id: MailId, now: Moment, problem: &str) -> Result<()> {
    let change = (
        outbox::state.eq(word(&MailState::Failed)),
        outbox::to_sealed.eq(None::<Vec<u8>>),
        outbox::body_sealed.eq(None::<Vec<u8>>),
        outbox::problem.eq(Some(problem)),
        outbox::finished_at.eq(Some(at(now))),
    );
    one(diesel::update(outbox::table.find(word(&id))).set(change).execute(tx.db)?, Error::NotFound)
}

/// It cannot be tried as it is: a registrar looks at it, and may queue it again.
///
/// # Errors
/// `NotFound`.
pub fn set_aside(tx: &mut Tx<'_>, id: MailId, now: Moment, problem: &str) -> Result<()> {
    let change = (
        outbox::state.eq(word(&MailState::SetAside)),
        outbox::leased_until.eq(0),
        outbox::problem.eq(Some(problem)),
        outbox::finished_at.eq(Some(at(now))),
    );
    one(diesel::update(outbox::table.find(word(&id))).set(change).execute(tx.db)?, Error::NotFound)
}

/// What waits.
///
/// # Errors
/// `Unavailable`.
pub fn waiting(tx: &mut Tx<'_>) -> Result<Waiting> {
    let of = |state: MailState| outbox::table.filter(outbox::state.eq(word(&state)));
    let queued = of(MailState::Queued).count().get_result(tx.db)?;
    let set_aside = of(MailState::SetAside).count().get_result(tx.db)?;
    let bounced = of(MailState::Bounced).count().get_result(tx.db)?;
    let oldest: Option<At> =
        of(MailState::Queued).order(outbox::due_at).select(outbox::due_at).first(tx.db).optional()?;
    Ok(Waiting { queued, set_aside, bounced, oldest_at: oldest.map(At::moment) })
}

/// Queues everything that was set aside again, as after a repair; answers of each mail the delivery that follows it.
///
/// # Errors
/// `Unavailable`.
pub fn requeue_set_aside(tx: &mut Tx<'_>, now: Moment) -> Result<Vec<Option<DeliveryId>>> {
    let rows = outbox::table.filter(outbox::state.eq(word(&MailState::SetAside)));
    let change = (
        outbox::state.eq(word(&MailState::Queued)),
        outbox::due_at.eq(at(now)),
        outbox::leased_until.eq(0),
        outbox::finished_at.eq(None::<At>),
    );
    let again: Vec<Option<Word<DeliveryId>>> =
        diesel::update(rows).set(change).returning(outbox::delivery).get_results(tx.db)?;
    again.iter().map(|delivery| value_opt(delivery.as_ref())).collect()
}

/// Queues one mail again that was set aside or came back; nothing happens to any other. Answers the delivery that follows
/// it.
///
/// # Errors
/// `NotFound` where it is neither, or is not whole any more.
pub fn requeue(tx: &mut Tx<'_>, id: MailId, now: Moment) -> Result<Option<DeliveryId>> {
    let whole = outbox::table.find(word(&id)).filter(outbox::body_sealed.is_not_null());
    let row = whole.filter(outbox::state.eq_any(unsent()));
    let change = (
        outbox::state.eq(word(&MailState::Queued)),
        outbox::due_at.eq(at(now)),
        outbox::leased_until.eq(0),
        outbox::finished_at.eq(None::<At>),
    );
    let again: Option<Option<Word<DeliveryId>>> =
        diesel::update(row).set(change).returning(outbox::delivery).get_result(tx.db).optional()?;
    value_opt(again.ok_or(Error::NotFound)?.as_ref())
}

/// To whom a mail goes; nothing where it is cleared or does not open.
///
/// # Errors
/// `NotFound`, `Unavailable`.
pub fn address(tx: &mut Tx<'_>, id: MailId) -> Result<Option<String>> {
    let sealed: Option<Vec<u8>> = outbox::table.find(word(&id)).select(outbox::to_sealed).first(tx.db)?;
    let opened = sealed.map(|sealed| tx.vault().open_house("mail-to", &id.to_string(), &sealed));
    Ok(opened.and_then(Result::ok).and_then(|bytes| String::from_utf8(bytes).ok()))
}

fn unsent() -> [Word<MailState>; 2] {
    [word(&MailState::SetAside), word(&MailState::Bounced)]
}

/// What was set aside or came back, the oldest first.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn list_unsent(tx: &mut Tx<'_>, limit: usize) -> Result<Vec<MailRow>> {
    let rows: Vec<Row> = outbox::table
        .filter(outbox::state.eq_any(unsent()))
        .order((outbox::created_at, outbox::id))
        .limit(count(limit))
        .load(tx.db)?;
    rows.into_iter().map(told).collect()
}

/// Deletes mails that were sent or failed before `before`.
///
/// # Errors
/// `Unavailable`.
pub fn sweep(tx: &mut Tx<'_>, before: Moment) -> Result<usize> {
    let over = outbox::state.eq_any([word(&MailState::Sent), word(&MailState::Failed)]);
    let rows = outbox::table.filter(over).filter(outbox::finished_at.lt(at(before)));
    Ok(diesel::delete(rows).execute(tx.db)?)
}

fn told(row: Row) -> Result<MailRow> {
    Ok(MailRow {
        id: row.id.value()?,
        purpose: row.purpose,
        state: row.state.value()?,
        attempts: row.attempts,
        problem: row.problem,
        delivery: value_opt(row.delivery.as_ref())?,
        created_at: row.created_at.moment(),
        is_whole: row.body_sealed.is_some(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{House, houses, moment};
    use uuid::Uuid;

    fn id(number: u128) -> MailId {
        MailId::new(Uuid::from_u128(number))
    }

    fn mail(number: u128, due: i64) -> NewMail {
        NewMail {
            id: id(number),
            message_id: format!("<{number}@concord>"),
            purpose: "invitation".to_owned(),
            to: "bela@example.org".to_owned(),
            body: b"You are invited".to_vec(),
            delivery: None,
            due_at: moment(due),
        }
    }

    fn claimed(house: &House, now: i64) -> Vec<(MailId, i32)> {
        let lease = Duration::from_millis(50);
        let claimed = house.write(move |tx| claim(tx, moment(now), lease, 10)).unwrap();
        assert!(claimed.iter().all(|mail| mail.to == "bela@example.org" && mail.body == b"You are invited"));
        claimed.into_iter().map(|mail| (mail.id, mail.attempts)).collect()
    }

    #[test]
    fn a_mail_is_leased_to_one_worker_and_comes_back_when_it_says_nothing() {
        for house in houses() {
            house.write(|tx| queue(tx, &mail(1, 10), moment(0))).unwrap();
            house.write(|tx| queue(tx, &mail(2, 5), moment(0))).unwrap();
            assert_eq!(claimed(&house, 4), []);
            assert_eq!(claimed(&house, 10), [(id(2), 1), (id(1), 1)], "{}", house.backend);
            assert_eq!(claimed(&house, 59), []);
            house.write(|tx| sent(tx, id(1), moment(20))).unwrap();
            let lease = Duration::from_millis(50);
            house.write(move |tx| renew(tx, &[id(1), id(2)], moment(59), lease)).unwrap();
            assert_eq!(claimed(&house, 108), [], "who is still at it keeps the lease");
            assert_eq!(claimed(&house, 109), [(id(2), 2)]);
            house.write(|tx| retry(tx, id(2), moment(500), "smtp-451")).unwrap();
            let waits = house.read(waiting).unwrap();
            assert_eq!(waits, Waiting { queued: 1, set_aside: 0, bounced: 0, oldest_at: Some(moment(500)) });
            assert_eq!(claimed(&house, 500), [(id(2), 3)]);
            assert_eq!(claimed(&house, 501), []);
            house.write(free_all).unwrap();
            assert_eq!(claimed(&house, 502), [(id(2), 4)], "whoever held it is known to be gone");
            house.write(|tx| fail(tx, id(2), moment(600), "smtp-550")).unwrap();
            assert_eq!(claimed(&house, 9_999), []);
            assert_eq!(house.write(|tx| sweep(tx, moment(601))), Ok(2));
        }
    }

    #[test]
    fn a_poison_mail_is_set_aside_and_does_not_hold_up_the_others() {
        for house in houses() {
            house.write(|tx| queue(tx, &mail(1, 0), moment(0))).unwrap();
            house.write(|tx| queue(tx, &mail(2, 0), moment(0))).unwrap();
            house
                .write(|tx| {
                    // Round the door: the body of the second is put into the first.
                    let body: Vec<u8> = outbox::table
                        .find(word(&id(2)))
                        .select(outbox::body_sealed.assume_not_null())
                        .first(tx.db)?;
                    diesel::update(outbox::table.find(word(&id(1))))
                        .set(outbox::body_sealed.eq(body))
                        .execute(tx.db)?;
                    Ok(())
                })
                .unwrap();
            assert_eq!(claimed(&house, 1), [(id(2), 1)], "{}", house.backend);
            let aside = house.read(|tx| list_unsent(tx, 10)).unwrap();
            assert_eq!(aside.len(), 1);
            assert_eq!((aside[0].id, aside[0].problem.as_deref()), (id(1), Some("does-not-open")));
            assert_eq!(house.read(move |tx| address(tx, id(1))), Ok(Some("bela@example.org".to_owned())));
            assert_eq!(house.write(|tx| requeue(tx, id(99), moment(2))), Err(Error::NotFound));
            assert_eq!(house.write(|tx| requeue_set_aside(tx, moment(2))), Ok(vec![None]));
            assert_eq!(house.write(|tx| requeue(tx, id(1), moment(2))), Err(Error::NotFound), "it is queued");
        }
    }
}
