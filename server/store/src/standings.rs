//! What stands at the head of a channel: the newest entry of each kind that does. Ids alone: what was said lies sealed in
//! the entries. Deliberately not here: what follows from it, which is `domain`'s.

use diesel::prelude::*;

use domain::entry::{Entry, Standing};
use domain::ids::{DisputeId, EntryId};
use domain::room::Channel;

use crate::columns::{Word, word};
use crate::entries;
use crate::error::Result;
use crate::schema::standings;
use crate::stored::Tx;

/// The entry takes the place of the last one of its kind; nothing happens with one that stands nowhere.
///
/// # Errors
/// `Unavailable`.
pub fn put(tx: &mut Tx<'_>, dispute: DisputeId, entry: &Entry) -> Result<()> {
    let Some(kind) = entry.body.standing() else { return Ok(()) };
    let row = diesel::update(standings::table.find((word(&dispute), word(&entry.channel), word(&kind))));
    if row.set(standings::entry.eq(word(&entry.id))).execute(tx.db)? == 1 {
        return Ok(());
    }
    diesel::insert_into(standings::table)
        .values((
            standings::dispute.eq(word(&dispute)),
            standings::channel.eq(word(&entry.channel)),
            standings::kind.eq(word(&kind)),
            standings::entry.eq(word(&entry.id)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// The entry of that kind that stands in the channel.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn get(tx: &mut Tx<'_>, dispute: DisputeId, channel: Channel, kind: Standing) -> Result<Option<Entry>> {
    let found = standings::table.find((word(&dispute), word(&channel), word(&kind)));
    let id: Option<Word<EntryId>> = found.select(standings::entry).first(tx.db).optional()?;
    let Some(id) = id else { return Ok(None) };
    entries::by_id(tx, dispute, channel, id.value()?)
}

/// Forgets what stands in a dispute's channels.
///
/// # Errors
/// `Unavailable`.
pub(crate) fn delete_all(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<()> {
    diesel::delete(standings::table.filter(standings::dispute.eq(word(&dispute)))).execute(tx.db)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entries::{Appended, NewEntry};
    use crate::erasure;
    use crate::testing::{a_dispute, dispute_id, houses, moment};
    use domain::entry::{Author, Body, CaucusStep};
    use domain::room::Seat;
    use uuid::Uuid;

    fn says(tx: &mut Tx<'_>, channel: Channel, number: u128, body: &Body) -> Result<Entry> {
        let (dispute, id) = (dispute_id(1), EntryId::new(Uuid::from_u128(number)));
        let by = Author::Seat(Seat::Mediator);
        let new = NewEntry { dispute, channel, id, account: None, by, body, at: moment(1) };
        let (Appended::New(entry) | Appended::Again(entry)) = entries::append(tx, &new)? else {
            return Err(crate::Error::Conflict);
        };
        put(tx, dispute, &entry)?;
        Ok(entry)
    }

    #[test]
    fn r5_the_newest_of_a_kind_stands_in_its_own_channel_until_the_talk_is_destroyed() {
        for house in houses() {
            house
                .write(|tx| {
                    let dispute = a_dispute(tx, 1)?.id;
                    let (mine, other) = (Channel::CaucusClaimant, Channel::CaucusRespondent);
                    assert_eq!(get(tx, dispute, mine, Standing::Caucus)?, None);
                    let step = |step| Body::Caucus { step };
                    says(tx, mine, 1, &step(CaucusStep::Asked))?;
                    let started = says(tx, mine, 2, &step(CaucusStep::Started))?;
                    let elsewhere = says(tx, other, 3, &step(CaucusStep::Asked))?;
                    let items = vec!["rent".to_owned()];
                    let agenda = says(tx, mine, 4, &Body::Agenda { items, current: Some(1) })?;
                    let arrival = Body::Arrival { who: Seat::Mediator };
                    says(tx, mine, 5, &arrival)?;
                    assert_eq!(get(tx, dispute, mine, Standing::Caucus)?, Some(started));
                    assert_eq!(get(tx, dispute, other, Standing::Caucus)?, Some(elsewhere));
                    assert_eq!(get(tx, dispute, mine, Standing::Agenda)?, Some(agenda));
                    assert_eq!(get(tx, dispute, mine, Standing::Timer)?, None);
                    erasure::destroy_talk(tx, dispute, moment(3))?;
                    assert_eq!(get(tx, dispute, mine, Standing::Caucus)?, None);
                    Ok(())
                })
                .unwrap();
        }
    }
}
