//! A representative who may sign for a party (R3): the party asks, a registrar who saw the paper says yes or no.
//! Deliberately not here: the signature (`agreements`), and what the record says of it (`sealing`).

use domain::companion::{Authority, Companion, Ground};
use domain::dispute::Command;
use domain::ids::{CompanionId, DisputeId};
use domain::party::Side;
use domain::sight::Viewer;
use store::Tx;

use super::Doing;
use super::process::{Seen, carry_out, look};
use crate::refused::Refused;

/// What a party asked of the registrar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The representative's seat.
    pub seat: CompanionId,
    /// For which side they would sign.
    pub side: Side,
    /// Whose party that is.
    pub party: String,
    /// Who would sign.
    pub representative: String,
    /// On what ground.
    pub ground: Ground,
}

/// Asks the registrar to accept that the representative in that seat signs for the party.
///
/// # Errors
/// `Absent` for whoever is no party; the rule.
pub fn claim(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: DisputeId,
    seat: CompanionId,
    ground: Ground,
) -> Result<(), Refused> {
    let mut seen = look(tx, doing, dispute)?;
    seen.party()?;
    carry_out(tx, doing, &mut seen, &Command::ClaimAuthority { id: seat, ground })?;
    Ok(())
}

/// Takes it back, whatever the registrar made of it; what was signed on it goes too, until it binds.
///
/// # Errors
/// `Absent` for whoever is no party; the rule.
pub fn take_back(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: DisputeId,
    seat: CompanionId,
) -> Result<(), Refused> {
    let mut seen = look(tx, doing, dispute)?;
    seen.party()?;
    carry_out(tx, doing, &mut seen, &Command::EndAuthority(seat))?;
    Ok(())
}

/// What is asked in that dispute and not answered, for the registrar.
///
/// # Errors
/// `Absent` for others.
pub fn claims(tx: &mut Tx<'_>, doing: &Doing, dispute: DisputeId) -> Result<Vec<Claim>, Refused> {
    let seen = registrar(tx, doing, dispute)?;
    let names = store::names::of(tx, dispute)?;
    let mut claims = Vec::new();
    let open = seen.dispute.companions.iter().filter(|_| seen.dispute.seats_beside_are_open());
    for companion in open {
        let (Authority::Claimed { ground }, Some(account)) = (companion.authority(), companion.account())
        else {
            continue;
        };
        let party = names.of(companion.side).as_ref().map_or_else(String::new, ToString::to_string);
        let representative = store::people::by_id(tx, account)?.name.to_string();
        claims.push(Claim { seat: companion.id, side: companion.side, party, representative, ground });
    }
    Ok(claims)
}

/// The registrar accepts it or does not. `ground` is the one that they were shown.
///
/// # Errors
/// `Absent` for others; the rule where another ground is asked for now, or none.
pub fn answer(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: DisputeId,
    seat: CompanionId,
    ground: Ground,
    accepts: bool,
) -> Result<(), Refused> {
    let mut seen = registrar(tx, doing, dispute)?;
    // A record that cannot be rendered must be impossible before anyone signs.
    let who = seen.dispute.companions.iter().find(|one| one.id == seat).and_then(Companion::account);
    if let Some(account) = who.filter(|_| accepts)
        && record::printable(store::people::by_id(tx, account)?.name.as_str()).is_err()
    {
        return Err(Refused::rule("record-not-printable"));
    }
    carry_out(tx, doing, &mut seen, &Command::AnswerAuthority { id: seat, ground, accepts })?;
    Ok(())
}

fn registrar(tx: &mut Tx<'_>, doing: &Doing, dispute: DisputeId) -> Result<Seen, Refused> {
    let seen = look(tx, doing, dispute)?;
    if seen.viewer == Viewer::Registrar { Ok(seen) } else { Err(Refused::Absent) }
}
