//! Devices that an account has signed in from before: they are never locked out by others' wrong tries. Deliberately
//! not here: the counting of tries.

use diesel::prelude::*;

use domain::ids::AccountId;
use domain::time::Moment;

use crate::columns::{at, word};
use crate::error::Result;
use crate::schema::known_devices;
use crate::secret::SecretHash;
use crate::stored::Tx;

/// Notes that the account signed in from that device.
///
/// # Errors
/// `NotFound` where there is no such account.
pub fn know(tx: &mut Tx<'_>, account: AccountId, device: &SecretHash, now: Moment) -> Result<()> {
    let row = known_devices::table.find((word(&account), word(device)));
    if diesel::update(row).set(known_devices::seen_at.eq(at(now))).execute(tx.db)? == 1 {
        return Ok(());
    }
    diesel::insert_into(known_devices::table)
        .values((
            known_devices::account.eq(word(&account)),
            known_devices::hash.eq(word(device)),
            known_devices::seen_at.eq(at(now)),
        ))
        .execute(tx.db)?;
    Ok(())
}

/// Whether the account signed in from that device before.
///
/// # Errors
/// `Unavailable`.
pub fn knows(tx: &mut Tx<'_>, account: AccountId, device: &SecretHash) -> Result<bool> {
    let row = known_devices::table.find((word(&account), word(device))).select(known_devices::seen_at);
    Ok(row.first::<i64>(tx.db).optional()?.is_some())
}

/// Forgets every device of the account, as after a new password.
///
/// # Errors
/// `Unavailable`.
pub fn forget_all(tx: &mut Tx<'_>, account: AccountId) -> Result<()> {
    diesel::delete(known_devices::table.filter(known_devices::account.eq(word(&account)))).execute(tx.db)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{houses, join, moment};

    #[test]
    fn a_device_is_known_to_its_own_account_alone() {
        for house in houses() {
            let device = SecretHash::of("device");
            let known = house.write(move |tx| {
                let (amara, bela) = (join(tx, 1, "Amara")?, join(tx, 2, "Bela")?);
                know(tx, amara, &device, moment(0))?;
                know(tx, amara, &device, moment(1))?;
                let known = (knows(tx, amara, &device)?, knows(tx, bela, &device)?);
                forget_all(tx, amara)?;
                Ok((known, knows(tx, amara, &device)?))
            });
            assert_eq!(known, Ok(((true, false), false)), "{}", house.backend);
        }
    }
}
