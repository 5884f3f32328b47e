//! A private meeting of one side and the mediator, as it is announced to that side: asked for, begun, ended. It gates
//! nothing, and nobody is called into it or out of it (R7). Deliberately not here: who hears of it, which is `room`'s.

use crate::entry::CaucusStep;
use crate::room::{Channel, Seat};

words! {
    /// Why a private meeting is not announced so.
    pub enum CaucusRefusal {
        /// It is announced to that side alone, in its own channel (R5).
        OnlyInCaucus = "caucus-only-in-private",
        /// A side asks; the mediator begins without asking.
        OnlyPartyAsks = "caucus-only-party-asks",
        /// The mediator begins and ends, and nobody else.
        OnlyMediatorLeads = "caucus-only-mediator-leads",
        /// It was asked for, and the mediator has not begun yet.
        AlreadyAsked = "caucus-already-asked",
        /// It goes on already.
        AlreadyBegun = "caucus-already-begun",
        /// There is none to end.
        NotBegun = "caucus-not-begun",
    }
}

/// Whether that seat may announce that step there, after the last one that was.
///
/// # Errors
/// Why not.
pub fn announce(
    channel: Channel,
    seat: Seat,
    last: Option<CaucusStep>,
    step: CaucusStep,
) -> Result<(), CaucusRefusal> {
    use CaucusStep::{Asked, Ended, Started};
    if channel.caucus_of().is_none() {
        return Err(CaucusRefusal::OnlyInCaucus);
    }
    match (step, seat.mediates()) {
        (Asked, true) => Err(CaucusRefusal::OnlyPartyAsks),
        (Started | Ended, false) => Err(CaucusRefusal::OnlyMediatorLeads),
        (Asked | Started, _) if last == Some(Started) => Err(CaucusRefusal::AlreadyBegun),
        (Asked, _) if last == Some(Asked) => Err(CaucusRefusal::AlreadyAsked),
        (Ended, _) if last != Some(Started) => Err(CaucusRefusal::NotBegun),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::party::Side;

    #[test]
    fn a_side_asks_and_the_mediator_begins_and_ends() {
        use CaucusRefusal::{AlreadyAsked, AlreadyBegun, NotBegun, OnlyMediatorLeads, OnlyPartyAsks};
        use CaucusStep::{Asked, Ended, Started};
        let (party, noor) = (Seat::Party(Side::Claimant), Seat::Mediator);
        for (seat, last, step, result) in [
            (party, None, Asked, Ok(())),
            (party, Some(Ended), Asked, Ok(())),
            (party, Some(Asked), Asked, Err(AlreadyAsked)),
            (party, Some(Started), Asked, Err(AlreadyBegun)),
            (party, Some(Asked), Started, Err(OnlyMediatorLeads)),
            (party, Some(Started), Ended, Err(OnlyMediatorLeads)),
            (noor, None, Asked, Err(OnlyPartyAsks)),
            (noor, None, Started, Ok(())),
            (noor, Some(Asked), Started, Ok(())),
            (noor, Some(Ended), Started, Ok(())),
            (noor, Some(Started), Started, Err(AlreadyBegun)),
            (noor, Some(Started), Ended, Ok(())),
            (noor, None, Ended, Err(NotBegun)),
            (noor, Some(Asked), Ended, Err(NotBegun)),
            (noor, Some(Ended), Ended, Err(NotBegun)),
        ] {
            assert_eq!(
                announce(Channel::CaucusClaimant, seat, last, step),
                result,
                "{seat:?} {last:?} {step}"
            );
        }
    }

    #[test]
    fn r5_it_is_announced_nowhere_but_in_a_caucus() {
        for channel in [Channel::Joint, Channel::Notes] {
            for (seat, step) in
                [(Seat::Mediator, CaucusStep::Started), (Seat::Party(Side::Claimant), CaucusStep::Asked)]
            {
                assert_eq!(announce(channel, seat, None, step), Err(CaucusRefusal::OnlyInCaucus));
            }
        }
    }
}
