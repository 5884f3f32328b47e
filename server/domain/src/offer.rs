//! Offers between the sides: made, accepted, countered, withdrawn. Nothing here binds anybody (R24).

pub use crate::entry::OfferState;
use crate::entry::{Author, Body};
use crate::room::{Channel, Seat};
use crate::time::Moment;

/// What the rules know of an offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Offer {
    /// Where it was made; it is answered in the same channel.
    pub channel: Channel,
    /// Who made it.
    pub by: Author,
    /// What has become of it.
    pub state: OfferState,
    /// When it lapses.
    pub expires_at: Option<Moment>,
}

words! {
    /// Why an offer cannot be answered so.
    pub enum OfferRefusal {
        /// Parties make offers to each other; the mediator proposes in words.
        OnlyPartiesOffer = "only-parties-offer",
        /// It was accepted, countered or withdrawn before.
        AlreadyAnswered = "offer-already-answered",
        /// Its time has passed.
        Expired = "offer-expired",
        /// One does not accept or counter one's own.
        OwnOffer = "own-offer",
        /// One takes back one's own alone.
        NotYourOffer = "not-your-offer",
        /// A message on an offer's end that lies in the past.
        ExpiryPassed = "offer-expiry-passed",
    }
}

/// Whether that seat may make an offer that lapses at `expires_at`.
///
/// # Errors
/// `OnlyPartiesOffer`, `ExpiryPassed`.
pub fn make(seat: Seat, expires_at: Option<Moment>, now: Moment) -> Result<(), OfferRefusal> {
    if !seat.may_offer() {
        return Err(OfferRefusal::OnlyPartiesOffer);
    }
    if expires_at.is_some_and(|end| end <= now) { Err(OfferRefusal::ExpiryPassed) } else { Ok(()) }
}

/// What an answer makes of an offer; the offer as it was where `body` is no answer.
///
/// # Errors
/// Why it cannot be answered so.
pub fn answer(offer: &Offer, seat: Seat, body: &Body, now: Moment) -> Result<OfferState, OfferRefusal> {
    if seat.mediates() {
        return Err(OfferRefusal::OnlyPartiesOffer);
    }
    if offer.state != OfferState::Open {
        return Err(OfferRefusal::AlreadyAnswered);
    }
    // What a representative offered is its side's: nobody accepts their own side's offer, and the party takes it back.
    let author = match offer.by {
        Author::Seat(seat) => seat.of_side(),
        Author::House => None,
    };
    let own = author.is_some() && author == seat.of_side();
    let takes_back = own && (seat.side().is_some() || offer.by == Author::Seat(seat));
    if seat.side().is_none() && !matches!(body, Body::OfferWithdrawn { .. }) {
        return Err(OfferRefusal::OnlyPartiesOffer);
    }
    let lapsed = offer.expires_at.is_some_and(|end| end <= now);
    match body {
        Body::OfferWithdrawn { .. } if takes_back => Ok(OfferState::Withdrawn),
        Body::OfferWithdrawn { .. } => Err(OfferRefusal::NotYourOffer),
        Body::OfferAccepted { .. } | Body::OfferCountered { .. } if own => Err(OfferRefusal::OwnOffer),
        Body::OfferAccepted { .. } | Body::OfferCountered { .. } if lapsed => Err(OfferRefusal::Expired),
        Body::OfferAccepted { .. } => Ok(OfferState::Accepted),
        Body::OfferCountered { counter, .. } => {
            make(seat, counter.expires_at, now)?;
            Ok(OfferState::Countered)
        }
        _ => Ok(offer.state),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::companion::CompanionRole::Representative;
    use crate::ids::EntryId;
    use crate::party::Side;
    use uuid::Uuid;

    #[test]
    fn an_offer_is_answered_once_by_the_other_and_withdrawn_by_its_own() {
        let now = Moment::from_millis(1_000);
        let id = EntryId::new(Uuid::from_u128(1));
        let (claimant, respondent) = (Seat::Party(Side::Claimant), Seat::Party(Side::Respondent));
        let open = Offer {
            channel: Channel::Joint,
            by: Author::Seat(claimant),
            state: OfferState::Open,
            expires_at: Some(Moment::from_millis(2_000)),
        };
        let accept = Body::OfferAccepted { offer: id };
        let withdraw = Body::OfferWithdrawn { offer: id };
        assert_eq!(answer(&open, respondent, &accept, now), Ok(OfferState::Accepted));
        assert_eq!(answer(&open, claimant, &accept, now), Err(OfferRefusal::OwnOffer));
        assert_eq!(answer(&open, Seat::Mediator, &accept, now), Err(OfferRefusal::OnlyPartiesOffer));
        assert_eq!(answer(&open, claimant, &withdraw, now), Ok(OfferState::Withdrawn));
        assert_eq!(answer(&open, respondent, &withdraw, now), Err(OfferRefusal::NotYourOffer));
        let late = Moment::from_millis(2_000);
        assert_eq!(answer(&open, respondent, &accept, late), Err(OfferRefusal::Expired));
        let beside = |side, role| Seat::Beside { side, role };
        let theirs = Offer { by: Author::Seat(beside(Side::Claimant, Representative)), ..open };
        for (seat, body, expected) in [
            (beside(Side::Claimant, Representative), &withdraw, Ok(OfferState::Withdrawn)),
            (claimant, &withdraw, Ok(OfferState::Withdrawn)),
            (claimant, &accept, Err(OfferRefusal::OwnOffer)),
            (respondent, &accept, Ok(OfferState::Accepted)),
            (beside(Side::Respondent, Representative), &accept, Err(OfferRefusal::OnlyPartiesOffer)),
            (beside(Side::Respondent, Representative), &withdraw, Err(OfferRefusal::NotYourOffer)),
        ] {
            assert_eq!(answer(&theirs, seat, body, now), expected, "{} {}", seat.as_str(), body.kind());
        }
        assert_eq!(
            answer(&open, beside(Side::Claimant, Representative), &withdraw, now),
            Err(OfferRefusal::NotYourOffer),
            "what the party offered is the party's to take back"
        );
        let gone = Offer { state: OfferState::Withdrawn, ..open };
        assert_eq!(answer(&gone, respondent, &accept, now), Err(OfferRefusal::AlreadyAnswered));
    }
}
