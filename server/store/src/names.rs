//! What the two sides are called, under the record key, because a record outlives the talk. The respondent's is the one
//! that the claimant gave until they join. Deliberately not here: the mediator's name, which is an account's.

use domain::ids::DisputeId;
use domain::party::{Side, Sides};
use domain::person::PersonName;
use domain::time::Moment;

use crate::columns::Spelled;
use crate::error::{Error, Result};
use crate::papers::{self, Kind};
use crate::stored::Tx;

/// Keeps a side's name.
///
/// # Errors
/// `NotFound` where there is no such dispute.
pub fn put(tx: &mut Tx<'_>, dispute: DisputeId, side: Side, name: &PersonName) -> Result<()> {
    papers::put(tx, Kind::Name, dispute, side.as_str(), name.as_str().as_bytes(), Moment::from_millis(0))
}

/// The names of the two sides.
///
/// # Errors
/// `Corrupt`, `Unavailable`.
pub fn of(tx: &mut Tx<'_>, dispute: DisputeId) -> Result<Sides<Option<PersonName>>> {
    Ok(Sides {
        claimant: name(tx, dispute, Side::Claimant)?,
        respondent: name(tx, dispute, Side::Respondent)?,
    })
}

fn name(tx: &mut Tx<'_>, dispute: DisputeId, side: Side) -> Result<Option<PersonName>> {
    let Some(bytes) = papers::get(tx, Kind::Name, dispute, side.as_str())? else { return Ok(None) };
    let name = String::from_utf8(bytes).map_err(|_| Error::Corrupt)?;
    PersonName::read(&name).map(Some).ok_or(Error::Corrupt)
}
