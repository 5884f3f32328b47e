//! The words of the agreement under way, by revision, under the data key: what was signed lives on in the record.
//! Every revision is kept for as long as the talk is: what changed can be read (R22). Deliberately not here: digests and
//! readiness, which are the dispute's.

use domain::agreement::Revision;
use domain::ids::DisputeId;
use domain::terms::Term;
use domain::time::Moment;

use crate::error::{Error, Result};
use crate::papers::{self, Kind};
use crate::shapes::talk::{TermShape, terms_shape, terms_value};
use crate::shapes::{read, write};
use crate::stored::Tx;

/// Keeps the terms of a revision.
///
/// # Errors
/// `NotFound` where there is no such dispute or its data key was destroyed.
pub fn put(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    revision: &Revision,
    terms: &[Term],
    now: Moment,
) -> Result<()> {
    let plain = write(&terms_shape(terms))?;
    papers::put(tx, Kind::Revision, dispute, &revision.number.to_string(), &plain, now)
}

/// The terms of a revision.
///
/// # Errors
/// `NotFound` where there is no such revision or the data key was destroyed; `Corrupt`.
pub fn terms(tx: &mut Tx<'_>, dispute: DisputeId, number: u32) -> Result<Vec<Term>> {
    let plain = papers::get(tx, Kind::Revision, dispute, &number.to_string())?.ok_or(Error::NotFound)?;
    terms_value(read::<Vec<TermShape>>(&plain)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erasure;
    use crate::testing::{a_dispute, dispute_id, houses, moment};
    use domain::agreement::TextDigest;
    use domain::language::RecordLanguage;
    use domain::party::Side;
    use std::collections::BTreeMap;

    fn term(text: &str) -> Term {
        Term {
            debtor: Side::Respondent,
            creditor: Side::Claimant,
            text: BTreeMap::from([(RecordLanguage::English, text.to_owned())]),
            amount: None,
            due_on: None,
        }
    }

    fn revision(number: u32) -> Revision {
        let prevailing = RecordLanguage::English;
        Revision { number, digest: TextDigest([1; 32]), prevailing, languages: vec![prevailing] }
    }

    #[test]
    fn r12_every_revision_is_kept_until_the_talk_is_destroyed() {
        for house in houses() {
            house
                .write(|tx| {
                    let id = a_dispute(tx, 1)?.id;
                    for (number, text) in [(1, "pays"), (2, "pays half")] {
                        put(tx, id, &revision(number), &[term(text)], moment(1))?;
                    }
                    assert_eq!(terms(tx, id, 1)?, [term("pays")]);
                    assert_eq!(terms(tx, id, 2)?, [term("pays half")]);
                    assert_eq!(terms(tx, id, 3), Err(Error::NotFound));
                    erasure::destroy_talk(tx, id, moment(2))?;
                    assert_eq!(terms(tx, id, 1), Err(Error::NotFound));
                    Ok(())
                })
                .unwrap();
            assert!(house.read(|tx| terms(tx, dispute_id(1), 2)).is_err(), "{}", house.backend);
        }
    }
}
