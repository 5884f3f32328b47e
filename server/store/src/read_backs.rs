//! What each side said in its own words that it will do, sealed under the data key: it goes with the talk (R12).
//! Deliberately not here: who reads it.

use domain::ids::DisputeId;
use domain::party::Side;
use domain::read_back::ReadBack;
use domain::time::Moment;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::papers::{self, Kind};
use crate::shapes::{read, write};
use crate::stored::Tx;

#[derive(Serialize, Deserialize)]
struct Shape {
    digest: String,
    texts: Vec<(u32, String)>,
}

/// Keeps what a side said in place of what it said before.
///
/// # Errors
/// `NotFound` where there is no such dispute or its data key was destroyed.
pub fn put(tx: &mut Tx<'_>, dispute: DisputeId, side: Side, said: &ReadBack, now: Moment) -> Result<()> {
    let shape = Shape { digest: said.digest.to_string(), texts: said.texts.clone() };
    papers::put(tx, Kind::ReadBack, dispute, side.as_str(), &write(&shape)?, now)
}

/// What a side said, of whichever text.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn get(tx: &mut Tx<'_>, dispute: DisputeId, side: Side) -> Result<Option<ReadBack>> {
    let Some(plain) = papers::get(tx, Kind::ReadBack, dispute, side.as_str())? else { return Ok(None) };
    let Shape { digest, texts } = read(&plain)?;
    Ok(Some(ReadBack { digest: digest.parse().map_err(|_| Error::Corrupt)?, texts }))
}

/// Forgets what both sides said: whom they said it to is there no more.
///
/// # Errors
/// `Unavailable`.
pub fn delete(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<()> {
    Side::BOTH.into_iter().try_for_each(|side| papers::delete(tx, Kind::ReadBack, dispute, side.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::erasure;
    use crate::testing::{a_dispute, houses, moment};
    use domain::agreement::TextDigest;

    #[test]
    fn r12_what_was_read_back_is_kept_by_side_until_the_talk_is_destroyed() {
        for house in houses() {
            house
                .write(|tx| {
                    let id = a_dispute(tx, 1)?.id;
                    let said = |text: &str| ReadBack {
                        digest: TextDigest([7; 32]),
                        texts: vec![(2, text.to_owned())],
                    };
                    put(tx, id, Side::Respondent, &said("I pay"), moment(1))?;
                    put(tx, id, Side::Respondent, &said("I pay it all"), moment(2))?;
                    assert_eq!(get(tx, id, Side::Respondent)?, Some(said("I pay it all")));
                    assert_eq!(get(tx, id, Side::Claimant)?, None);
                    put(tx, id, Side::Claimant, &said("I go"), moment(2))?;
                    delete(tx, id)?;
                    assert_eq!(get(tx, id, Side::Claimant)?, None);
                    assert_eq!(get(tx, id, Side::Respondent)?, None);
                    put(tx, id, Side::Respondent, &said("I pay it all"), moment(3))?;
                    erasure::destroy_talk(tx, id, moment(3))?;
                    assert_eq!(get(tx, id, Side::Respondent)?, None);
                    Ok(())
                })
                .unwrap();
        }
    }
}
