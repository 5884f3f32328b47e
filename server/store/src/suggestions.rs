//! What parties suggest for the text, each whole in one sealed paper under the data key: its audience and what has become
//! of it stand in no column. Deliberately not here: who reads it and who may answer.

use domain::ids::{DisputeId, SuggestionId};
use domain::party::Side;
use domain::suggestion::Suggestion;

use crate::error::{Error, Result};
use crate::papers::{self, Kind};
use crate::shapes::suggestion::SuggestionShape;
use crate::shapes::{read, write};
use crate::stored::Tx;

/// Ids come from people, and each side has its own: one that is known to the other side alone must not be told from one
/// that nobody used (R5).
fn part(side: Side, id: SuggestionId) -> String {
    format!("{side}/{id}")
}

/// Keeps a suggestion, or what has become of it.
///
/// # Errors
/// `NotFound` where there is no such dispute or its data key was destroyed.
pub fn put(tx: &mut Tx<'_>, dispute: DisputeId, id: SuggestionId, suggestion: &Suggestion) -> Result<()> {
    let plain = write(&SuggestionShape::from(suggestion))?;
    papers::put(tx, Kind::Suggestion, dispute, &part(suggestion.by, id), &plain, suggestion.at)
}

/// The suggestion of that side and id.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn get(tx: &mut Tx<'_>, dispute: DisputeId, side: Side, id: SuggestionId) -> Result<Option<Suggestion>> {
    let plain = papers::get(tx, Kind::Suggestion, dispute, &part(side, id))?;
    plain.map(|plain| read::<SuggestionShape>(&plain)?.value()).transpose()
}

/// Every suggestion of a dispute, the earliest first.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn list(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Vec<(SuggestionId, Suggestion)>> {
    let mut all = Vec::new();
    for paper in papers::all(tx, Kind::Suggestion, dispute)? {
        let (_, id) = paper.part.split_once('/').ok_or(Error::Corrupt)?;
        let id = id.parse().map_err(|_| Error::Corrupt)?;
        all.push((id, read::<SuggestionShape>(&paper.plain)?.value()?));
    }
    all.sort_by_key(|(_, suggestion)| suggestion.at);
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erasure;
    use crate::testing::{a_dispute, dispute_id, houses, moment};
    use domain::language::RecordLanguage;
    use domain::room::Channel;
    use domain::suggestion::{Suggested, SuggestionState};
    use domain::terms::Term;
    use uuid::Uuid;

    fn id(number: u128) -> SuggestionId {
        SuggestionId::new(Uuid::from_u128(number))
    }

    fn suggestion(suggested: Suggested, at: i64) -> Suggestion {
        Suggestion {
            by: Side::Respondent,
            told: (Channel::CaucusRespondent, 7),
            revision: 2,
            suggested,
            note: Some(("because".to_owned(), RecordLanguage::Bangla.into())),
            state: SuggestionState::Open,
            at: moment(at),
        }
    }

    #[test]
    fn r12_every_suggestion_comes_back_with_its_state_until_the_talk_is_destroyed() {
        let to = Term {
            debtor: Side::Respondent,
            creditor: Side::Claimant,
            text: [(RecordLanguage::English, "pays".to_owned())].into(),
            amount: domain::money::Money::parse("450.00", "BDT".parse().unwrap()).ok(),
            due_on: "2027-01-31".parse().ok(),
        };
        let all = [
            Suggested::Change { term: 1, to: to.clone() },
            Suggested::Removal { term: 2 },
            Suggested::Addition { to },
            Suggested::Comment { term: None },
            Suggested::Comment { term: Some(3) },
        ];
        for house in houses() {
            let all = all.clone();
            house
                .write(move |tx| {
                    a_dispute(tx, 1)?;
                    let mut expected = Vec::new();
                    for (number, suggested) in (1_u32..).zip(all) {
                        // Ids come from people: the order is that of time, whatever they say.
                        let (id, one) =
                            (id(u128::from(99 - number)), suggestion(suggested, i64::from(number)));
                        put(tx, dispute_id(1), id, &one)?;
                        expected.push((id, one));
                    }
                    expected[1].1.state = SuggestionState::Declined;
                    let (changed, declined) = expected[1].clone();
                    put(tx, dispute_id(1), changed, &declined)?;
                    assert_eq!(list(tx, dispute_id(1))?, expected);
                    assert_eq!(get(tx, dispute_id(1), Side::Respondent, changed)?, Some(declined));
                    assert_eq!(
                        get(tx, dispute_id(1), Side::Claimant, changed)?,
                        None,
                        "each side has its own ids"
                    );
                    erasure::destroy_talk(tx, dispute_id(1), moment(9))?;
                    assert_eq!(list(tx, dispute_id(1))?, []);
                    Ok(())
                })
                .unwrap();
        }
    }
}
