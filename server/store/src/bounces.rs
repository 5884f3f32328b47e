//! Mail that a server took and another one gave back. It is found by the Message-ID under which it left. Deliberately not
//! here: reading what the servers say, and whether a mail is given up.

use diesel::prelude::*;

use domain::ids::{DeliveryId, MailId};
use domain::time::Moment;

use crate::columns::{At, Word, at, value_opt, word};
use crate::error::{Error, Result};
use crate::outbox::{self, MailState};
use crate::schema::outbox as mails;
use crate::stored::{Tx, one};

/// A mail of the house as a report of it is judged.
#[derive(Clone, PartialEq, Eq)]
pub struct Known {
    /// Its id.
    pub id: MailId,
    /// What it is for.
    pub purpose: String,
    /// How far it has come.
    pub state: MailState,
    /// Until when a worker has it.
    pub leased_until: Moment,
    /// To whom; nothing where that is cleared or does not open.
    pub to: Option<String>,
    /// The delivery whose state follows it.
    pub delivery: Option<DeliveryId>,
}

/// The mail with that Message-ID, in its angle brackets.
///
/// # Errors
/// `Unavailable`, `Corrupt`.
pub fn find(tx: &mut Tx<'_>, message_id: &str) -> Result<Option<Known>> {
    type Found = (Word<MailId>, String, Word<MailState>, At, Option<Word<DeliveryId>>);
    let columns = (mails::id, mails::purpose, mails::state, mails::leased_until, mails::delivery);
    let found = mails::table.filter(mails::message_id.eq(message_id)).select(columns);
    let Some((id, purpose, state, leased, delivery)) = found.first::<Found>(tx.db).optional()? else {
        return Ok(None);
    };
    let id = id.value()?;
    Ok(Some(Known {
        id,
        purpose,
        state: state.value()?,
        leased_until: leased.moment(),
        to: outbox::address(tx, id)?,
        delivery: value_opt(delivery.as_ref())?,
    }))
}

/// A mail that was sent came back, and a registrar is to look at it. Answers whether that is news: of two reports of one
/// mail, even at once, one is.
///
/// # Errors
/// `Unavailable`.
pub fn came_back(tx: &mut Tx<'_>, id: MailId, now: Moment, problem: &str) -> Result<bool> {
    let sent = mails::table.find(word(&id)).filter(mails::state.eq(word(&MailState::Sent)));
    let change = (
        mails::state.eq(word(&MailState::Bounced)),
        mails::problem.eq(Some(problem)),
        mails::finished_at.eq(Some(at(now))),
    );
    Ok(diesel::update(sent).set(change).execute(tx.db)? == 1)
}

/// A registrar has seen to a mail that came back: it is cleared.
///
/// # Errors
/// `NotFound` where it lies on no desk.
pub fn seen(tx: &mut Tx<'_>, id: MailId) -> Result<()> {
    let row = mails::table.find(word(&id)).filter(mails::state.eq(word(&MailState::Bounced)));
    let change = (
        mails::state.eq(word(&MailState::Failed)),
        mails::to_sealed.eq(None::<Vec<u8>>),
        mails::body_sealed.eq(None::<Vec<u8>>),
    );
    one(diesel::update(row).set(change).execute(tx.db)?, Error::NotFound)
}

/// Clears what was kept of mails that were sent before `before`: they come back no more.
///
/// # Errors
/// `Unavailable`.
pub fn forget_sent(tx: &mut Tx<'_>, before: Moment) -> Result<usize> {
    let sent = mails::table.filter(mails::state.eq(word(&MailState::Sent)));
    let old = sent.filter(mails::finished_at.lt(at(before))).filter(mails::to_sealed.is_not_null());
    let change = (mails::to_sealed.eq(None::<Vec<u8>>), mails::body_sealed.eq(None::<Vec<u8>>));
    Ok(diesel::update(old).set(change).execute(tx.db)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outbox::NewMail;
    use crate::testing::{House, houses, moment};
    use uuid::Uuid;

    fn id(number: u128) -> MailId {
        MailId::new(Uuid::from_u128(number))
    }

    /// A mail with a record that a server took at 10.
    fn is_sent(house: &House, number: u128) {
        let mail = NewMail {
            id: id(number),
            message_id: format!("<{number}@concord>"),
            purpose: "record".to_owned(),
            to: "bela@example.org".to_owned(),
            body: b"Your document".to_vec(),
            delivery: Some(DeliveryId::new(Uuid::from_u128(9))),
            due_at: moment(0),
        };
        house
            .write(move |tx| {
                outbox::queue(tx, &mail, moment(0))?;
                outbox::sent(tx, mail.id, moment(10))
            })
            .unwrap();
    }

    fn found(house: &House, number: u128) -> Known {
        house.read(move |tx| find(tx, &format!("<{number}@concord>"))).unwrap().expect("it is known")
    }

    fn comes_back(house: &House, number: u128) -> Result<bool> {
        house.write(move |tx| came_back(tx, id(number), moment(20), "bounced-5.1.1"))
    }

    #[test]
    fn a_mail_that_was_sent_comes_back_once_and_lies_on_the_desk_until_it_is_seen_to() {
        for house in houses() {
            is_sent(&house, 1);
            is_sent(&house, 2);
            assert!(house.read(|tx| find(tx, "<3@concord>")).unwrap().is_none(), "{}", house.backend);
            assert_eq!(found(&house, 1).to.as_deref(), Some("bela@example.org"));
            for number in [1, 2] {
                assert_eq!((comes_back(&house, number), comes_back(&house, number)), (Ok(true), Ok(false)));
                assert_eq!(found(&house, number).state, MailState::Bounced);
            }
            let listed = house.read(|tx| outbox::list_unsent(tx, 10)).unwrap();
            let listed: Vec<(MailId, bool)> = listed.into_iter().map(|row| (row.id, row.is_whole)).collect();
            assert_eq!(listed, [(id(1), true), (id(2), true)], "a record is kept while it may come back");
            let again = |number| move |tx: &mut Tx<'_>| outbox::requeue(tx, id(number), moment(30));
            assert_eq!(house.write(again(2)), Ok(Some(DeliveryId::new(Uuid::from_u128(9)))));
            assert_eq!(house.write(|tx| seen(tx, id(2))), Err(Error::NotFound), "it is on its way");
            assert_eq!(house.write(|tx| seen(tx, id(1))), Ok(()));
            assert_eq!((found(&house, 1).state, found(&house, 1).to), (MailState::Failed, None));
            assert_eq!(comes_back(&house, 1), Ok(false));
            assert_eq!(house.read(|tx| Ok(outbox::list_unsent(tx, 10)?.len())), Ok(0));
        }
    }

    #[test]
    fn of_two_reports_at_once_one_is_news() {
        for house in houses() {
            is_sent(&house, 1);
            let report = || |tx: &mut Tx<'_>| came_back(tx, id(1), moment(20), "bounced-5.1.1");
            let told = house.at_once([report(), report(), report(), report()]);
            assert_eq!(told.iter().filter(|told| **told == Ok(true)).count(), 1, "{}", house.backend);
        }
    }

    #[test]
    fn what_was_sent_long_ago_is_cleared_and_what_came_back_is_not() {
        for house in houses() {
            (1..=3).for_each(|number| is_sent(&house, number));
            assert_eq!(comes_back(&house, 2), Ok(true));
            assert_eq!(house.write(|tx| forget_sent(tx, moment(10))), Ok(0), "{}", house.backend);
            assert_eq!(house.write(|tx| forget_sent(tx, moment(11))), Ok(2));
            assert_eq!(house.write(|tx| forget_sent(tx, moment(11))), Ok(0));
            assert_eq!(found(&house, 1).to, None);
            assert_eq!(found(&house, 2).to.as_deref(), Some("bela@example.org"));
            // Of an old one nothing is left to be compared: its row stays, and comes back to nobody's address.
            assert_eq!(found(&house, 3).state, MailState::Sent);
        }
    }
}
