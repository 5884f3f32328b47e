//! What each side said of a summary of the mediator's last: a word for each. What was written lies sealed in the entries.
//! Deliberately not here: who may answer, which is `domain::summary`'s.

use diesel::prelude::*;

use domain::ids::{DisputeId, EntryId};
use domain::party::Side;
use domain::room::Channel;
use domain::summary::SummaryAnswer;

use crate::columns::{Word, value_opt, word};
use crate::error::Result;
use crate::schema::summary_answers;
use crate::stored::Tx;

/// What a side said of which summary.
pub type Answered = (EntryId, Side, SummaryAnswer);

/// Keeps what a side says of that summary in place of what it said before.
///
/// # Errors
/// `Unavailable`.
pub fn put(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    channel: Channel,
    (entry, side, answer): Answered,
) -> Result<()> {
    let key = (word(&dispute), word(&channel), word(&entry), word(&side));
    let row = diesel::update(summary_answers::table.find(key));
    if row.set(summary_answers::answer.eq(word(&answer))).execute(tx.db)? == 1 {
        return Ok(());
    }
    diesel::insert_into(summary_answers::table)
        .values((
            summary_answers::dispute.eq(word(&dispute)),
            summary_answers::channel.eq(word(&channel)),
            summary_answers::entry.eq(word(&entry)),
            summary_answers::side.eq(word(&side)),
            summary_answers::answer.eq(word(&answer)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// What that side said of that summary last.
///
/// # Errors
/// `Corrupt`.
pub fn get(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    channel: Channel,
    entry: EntryId,
    side: Side,
) -> Result<Option<SummaryAnswer>> {
    let found = summary_answers::table.find((word(&dispute), word(&channel), word(&entry), word(&side)));
    let answer: Option<Word<SummaryAnswer>> =
        found.select(summary_answers::answer).first(tx.db).optional()?;
    value_opt(answer.as_ref())
}

/// What was said of every summary of a channel.
///
/// # Errors
/// `Corrupt`.
pub fn of_channel(tx: &mut Tx<'_>, dispute: DisputeId, channel: Channel) -> Result<Vec<Answered>> {
    let rows: Vec<(Word<EntryId>, Word<Side>, Word<SummaryAnswer>)> = summary_answers::table
        .filter(summary_answers::dispute.eq(word(&dispute)))
        .filter(summary_answers::channel.eq(word(&channel)))
        .order((summary_answers::entry, summary_answers::side))
        .select((summary_answers::entry, summary_answers::side, summary_answers::answer))
        .load(tx.db)?;
    rows.iter().map(|(entry, side, answer)| Ok((entry.value()?, side.value()?, answer.value()?))).collect()
}

/// Forgets what was said of the summaries of a dispute.
///
/// # Errors
/// `Unavailable`.
pub(crate) fn delete_all(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<()> {
    let theirs = summary_answers::table.filter(summary_answers::dispute.eq(word(&dispute)));
    diesel::delete(theirs).execute(tx.db)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_dispute, houses};
    use uuid::Uuid;

    #[test]
    fn the_last_answer_of_each_side_counts_in_its_channel() {
        for house in houses() {
            house
                .write(|tx| {
                    let dispute = a_dispute(tx, 1)?.id;
                    let entry = EntryId::new(Uuid::from_u128(1));
                    let (joint, caucus) = (Channel::Joint, Channel::CaucusClaimant);
                    let (yes, no) = (SummaryAnswer::Confirmed, SummaryAnswer::Corrected);
                    put(tx, dispute, joint, (entry, Side::Claimant, no))?;
                    put(tx, dispute, joint, (entry, Side::Claimant, yes))?;
                    put(tx, dispute, joint, (entry, Side::Respondent, no))?;
                    let all = [(entry, Side::Claimant, yes), (entry, Side::Respondent, no)];
                    assert_eq!(of_channel(tx, dispute, joint)?, all);
                    assert_eq!(get(tx, dispute, joint, entry, Side::Claimant)?, Some(yes));
                    assert_eq!(of_channel(tx, dispute, caucus)?, []);
                    delete_all(tx, dispute)?;
                    assert_eq!(get(tx, dispute, joint, entry, Side::Claimant)?, None);
                    Ok(())
                })
                .unwrap();
        }
    }
}
