//! Offers where their answers look for them: the state beside the sealed terms. Deliberately not here: who may answer,
//! which is `domain::offer`'s, and the entries that carry them.

use diesel::dsl::max;
use diesel::prelude::*;

use domain::entry::{Author, OfferContent};
use domain::ids::{DisputeId, EntryId};
use domain::offer::{Offer, OfferState};
use domain::room::Channel;

use crate::columns::{At, Word, at, word};
use crate::error::{Error, Result};
use crate::schema::offers;
use crate::shapes::talk::OfferShape;
use crate::shapes::{read, write};
use crate::stored::{Tx, one};
use crate::vault::{Key, Place};

#[derive(Queryable)]
struct Row {
    _dispute: String,
    channel: Word<Channel>,
    id: Word<EntryId>,
    author: Word<Author>,
    state: Word<OfferState>,
    expires_at: Option<At>,
    _made: i64,
    _answered: i64,
    content_sealed: Vec<u8>,
}

fn place(dispute: DisputeId, channel: Channel, id: EntryId) -> Place {
    Place::of("offer", dispute).row(format_args!("{channel}/{id}"))
}

/// Keeps an offer; `id` is its entry's.
///
/// # Errors
/// `Conflict` where the id is known in the channel; `NotFound` where the data key was destroyed.
pub fn put(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    id: EntryId,
    offer: &Offer,
    content: &OfferContent,
) -> Result<()> {
    let plain = write(&OfferShape::from(content))?;
    let sealed = tx.vault().seal(Key::Data, &place(dispute, offer.channel, id), &plain)?;
    let before: Option<i64> =
        offers::table.filter(offers::dispute.eq(word(&dispute))).select(max(offers::made)).first(tx.db)?;
    diesel::insert_into(offers::table)
        .values((
            offers::dispute.eq(word(&dispute)),
            offers::channel.eq(word(&offer.channel)),
            offers::id.eq(word(&id)),
            offers::author.eq(word(&offer.by)),
            offers::state.eq(word(&offer.state)),
            offers::expires_at.eq(offer.expires_at.map(at)),
            offers::made.eq(before.unwrap_or(0) + 1),
            offers::answered.eq(0),
            offers::content_sealed.eq(sealed),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// The offer of that id in that channel.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn get(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    channel: Channel,
    id: EntryId,
) -> Result<Option<(Offer, OfferContent)>> {
    let found = offers::table.find((word(&dispute), word(&channel), word(&id)));
    let Some(row) = found.first::<Row>(tx.db).optional()? else { return Ok(None) };
    let (_, offer, content) = opened(tx, dispute, row)?;
    Ok(Some((offer, content)))
}

/// Notes what has become of an offer.
///
/// # Errors
/// `NotFound`.
pub fn set_state(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    channel: Channel,
    id: EntryId,
    state: OfferState,
) -> Result<()> {
    // Answers are numbered, so that the last accepted offer is known without a clock.
    let before: Option<i64> = offers::table
        .filter(offers::dispute.eq(word(&dispute)))
        .select(max(offers::answered))
        .first(tx.db)?;
    let row = diesel::update(offers::table.find((word(&dispute), word(&channel), word(&id))));
    let change = (offers::state.eq(word(&state)), offers::answered.eq(before.unwrap_or(0) + 1));
    one(row.set(change).execute(tx.db)?, Error::NotFound)
}

/// Every offer of a channel, the earliest first.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn list(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    channel: Channel,
) -> Result<Vec<(EntryId, Offer, OfferContent)>> {
    let theirs =
        offers::table.filter(offers::dispute.eq(word(&dispute))).filter(offers::channel.eq(word(&channel)));
    let rows: Vec<Row> = theirs.order(offers::made).load(tx.db)?;
    rows.into_iter().map(|row| opened(tx, dispute, row)).collect()
}

/// What was accepted last, in whichever channel: it fills a draft (R24).
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn last_accepted(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Option<OfferContent>> {
    let accepted = offers::table
        .filter(offers::dispute.eq(word(&dispute)))
        .filter(offers::state.eq(word(&OfferState::Accepted)))
        .order(offers::answered.desc());
    let row: Option<Row> = accepted.first(tx.db).optional()?;
    row.map(|row| Ok(opened(tx, dispute, row)?.2)).transpose()
}

fn opened(tx: &mut Tx<'_>, dispute: DisputeId, row: Row) -> Result<(EntryId, Offer, OfferContent)> {
    let (id, channel) = (row.id.value()?, row.channel.value()?);
    let plain = tx.vault().open(Key::Data, &place(dispute, channel, id), &row.content_sealed)?;
    let offer = Offer {
        channel,
        by: row.author.value()?,
        state: row.state.value()?,
        expires_at: row.expires_at.map(At::moment),
    };
    Ok((id, offer, read::<OfferShape>(&plain)?.value()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_dispute, dispute_id, houses, moment};
    use domain::party::Side;
    use domain::room::Seat;
    use uuid::Uuid;

    fn id(number: u128) -> EntryId {
        EntryId::new(Uuid::from_u128(number))
    }

    fn content(note: &str) -> OfferContent {
        OfferContent { terms: Vec::new(), note: Some(note.to_owned()), expires_at: None }
    }

    #[test]
    fn the_offer_that_was_accepted_last_fills_a_draft() {
        for house in houses() {
            house
                .write(|tx| {
                    a_dispute(tx, 1)?;
                    let offer = Offer {
                        channel: Channel::Joint,
                        by: Author::Seat(Seat::Party(Side::Claimant)),
                        state: OfferState::Open,
                        expires_at: Some(moment(9)),
                    };
                    let caucus = Offer { channel: Channel::CaucusClaimant, ..offer };
                    put(tx, dispute_id(1), id(2), &offer, &content("first"))?;
                    put(tx, dispute_id(1), id(1), &offer, &content("second"))?;
                    put(tx, dispute_id(1), id(1), &caucus, &content("in caucus"))?;
                    assert_eq!(last_accepted(tx, dispute_id(1))?, None);
                    let mut say =
                        |channel, number, state| set_state(tx, dispute_id(1), channel, id(number), state);
                    say(Channel::Joint, 1, OfferState::Accepted)?;
                    say(Channel::CaucusClaimant, 1, OfferState::Withdrawn)?;
                    say(Channel::Joint, 2, OfferState::Accepted)?;
                    assert_eq!(say(Channel::Notes, 1, OfferState::Accepted), Err(Error::NotFound));
                    assert_eq!(last_accepted(tx, dispute_id(1))?, Some(content("first")));
                    let accepted = Offer { state: OfferState::Accepted, ..offer };
                    let listed = list(tx, dispute_id(1), Channel::Joint)?;
                    assert_eq!(
                        listed,
                        [(id(2), accepted, content("first")), (id(1), accepted, content("second"))]
                    );
                    let found = get(tx, dispute_id(1), Channel::CaucusClaimant, id(1))?;
                    assert_eq!(found.map(|(offer, _)| offer.state), Some(OfferState::Withdrawn));
                    assert_eq!(get(tx, dispute_id(1), Channel::CaucusClaimant, id(2))?, None);
                    Ok(())
                })
                .unwrap();
        }
    }
}
