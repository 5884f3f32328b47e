//! The answers to the private questions, sealed under the data key (R16). Deliberately not here: what they mean, and
//! who may read them: only a registrar's or mediator's act asks.

use domain::ids::DisputeId;
use domain::party::Side;
use domain::safety::SafetyAnswers;
use domain::time::Moment;

use crate::error::Result;
use crate::papers::{self, Kind};
use crate::shapes::words::SafetyShape;
use crate::shapes::{read, write};
use crate::stored::Tx;

/// Keeps a side's answers in place of those before, and how it may be reached safely.
///
/// # Errors
/// `NotFound` where there is no such dispute or its data key was destroyed.
pub fn put(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    side: Side,
    answers: &SafetyAnswers,
    reach: Option<&str>,
    now: Moment,
) -> Result<()> {
    let shape = SafetyShape::of(answers, reach);
    papers::put(tx, Kind::Safety, dispute, side.as_str(), &write(&shape)?, now)
}

/// A side's answers, and how it may be reached safely.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn get(
    tx: &mut Tx<'_>,
    dispute: DisputeId,
    side: Side,
) -> Result<Option<(SafetyAnswers, Option<String>)>> {
    let Some(bytes) = papers::get(tx, Kind::Safety, dispute, side.as_str())? else { return Ok(None) };
    let shape: SafetyShape = read(&bytes)?;
    Ok(Some((shape.answers(), shape.reach)))
}
