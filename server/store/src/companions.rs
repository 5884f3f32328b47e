//! Whom a party asked to sit beside it: a name and an address, as the party gave them, under the data key. The address
//! is what the person is known by when they come. Deliberately not here: who sits where, which the dispute knows.

use domain::ids::{CompanionId, DisputeId};
use domain::person::{EmailAddress, PersonName};
use domain::time::Moment;

use crate::error::Result;
use crate::papers::{self, Kind};
use crate::shapes::words::AskedShape;
use crate::shapes::{read, write};
use crate::stored::Tx;

/// Whom a party asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Their name, as the party knows them.
    pub name: PersonName,
    /// The address of the account that may take the seat.
    pub email: EmailAddress,
}

/// Keeps whom a party asked.
///
/// # Errors
/// `NotFound` where there is no such dispute, or its data key was destroyed.
pub fn put(tx: &mut Tx<'_>, dispute: DisputeId, id: CompanionId, asked: &Asked, now: Moment) -> Result<()> {
    let shape = AskedShape::of(&asked.name, &asked.email);
    papers::put(tx, Kind::Companion, dispute, &id.to_string(), &write(&shape)?, now)
}

/// Whom a party asked for that seat.
///
/// # Errors
/// `NotFound` where the data key was destroyed; `Corrupt`.
pub fn get(tx: &mut Tx<'_>, dispute: DisputeId, id: CompanionId) -> Result<Option<Asked>> {
    let Some(plain) = papers::get(tx, Kind::Companion, dispute, &id.to_string())? else { return Ok(None) };
    let (name, email) = read::<AskedShape>(&plain)?.parts();
    Ok(Some(Asked { name, email }))
}

/// Forgets whom a party asked: a seat that is over needs no address.
///
/// # Errors
/// `Unavailable`.
pub fn delete(tx: &mut Tx<'_>, dispute: DisputeId, id: CompanionId) -> Result<()> {
    papers::delete(tx, Kind::Companion, dispute, &id.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{a_dispute, dispute_id, houses, moment};
    use uuid::Uuid;

    #[test]
    fn whom_a_party_asked_is_kept_for_that_seat_and_forgotten_with_it() {
        let id = CompanionId::new(Uuid::from_u128(7));
        let name: PersonName = "Dela Haq".parse().unwrap();
        let asked = Asked { name, email: "dela@example.org".parse().unwrap() };
        for house in houses() {
            let kept = asked.clone();
            let found = house.write(move |tx| {
                a_dispute(tx, 1)?;
                put(tx, dispute_id(1), id, &kept, moment(1))?;
                let found = get(tx, dispute_id(1), id)?;
                delete(tx, dispute_id(1), id)?;
                Ok((found, get(tx, dispute_id(1), id)?))
            });
            assert_eq!(found.unwrap(), (Some(asked.clone()), None), "{}", house.backend);
        }
    }
}
