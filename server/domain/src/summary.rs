//! What the mediator has understood, said back in neutral words: each side that reads it confirms it or corrects it.
//! Deliberately not here: where the answers are kept.

use crate::room::Seat;

words! {
    /// What a side said of a summary last.
    pub enum SummaryAnswer {
        /// "Yes, so it is."
        Confirmed = "confirmed",
        /// "Not quite", and what is right.
        Corrected = "corrected",
    }
}

words! {
    /// Why a summary is not given or answered so.
    pub enum SummaryRefusal {
        /// The mediator sums up, and nobody else.
        OnlyMediator = "summary-only-mediator",
        /// A side confirms or corrects, for itself (R3).
        OnlyParty = "summary-only-party",
        /// This side has confirmed it.
        AlreadyConfirmed = "summary-already-confirmed",
    }
}

/// Whether that seat may sum up.
///
/// # Errors
/// Why not.
pub fn give(seat: Seat) -> Result<(), SummaryRefusal> {
    if seat.mediates() { Ok(()) } else { Err(SummaryRefusal::OnlyMediator) }
}

/// Whether that seat may answer so after what its side said last. What was confirmed can still be corrected: people
/// notice late; and what was corrected can be confirmed, because the mediator answers in words.
///
/// # Errors
/// Why not.
pub fn answer(seat: Seat, last: Option<SummaryAnswer>, answer: SummaryAnswer) -> Result<(), SummaryRefusal> {
    match (seat, last, answer) {
        (Seat::Party(_), Some(SummaryAnswer::Confirmed), SummaryAnswer::Confirmed) => {
            Err(SummaryRefusal::AlreadyConfirmed)
        }
        (Seat::Party(_), _, _) => Ok(()),
        _ => Err(SummaryRefusal::OnlyParty),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::party::Side;

    #[test]
    fn the_mediator_sums_up_and_each_side_answers_for_itself() {
        let party = Seat::Party(Side::Claimant);
        let (yes, no) = (SummaryAnswer::Confirmed, SummaryAnswer::Corrected);
        assert_eq!((give(Seat::Mediator), give(party)), (Ok(()), Err(SummaryRefusal::OnlyMediator)));
        for (seat, last, said, result) in [
            (party, None, yes, Ok(())),
            (party, None, no, Ok(())),
            (party, Some(no), yes, Ok(())),
            (party, Some(no), no, Ok(())),
            (party, Some(yes), no, Ok(())),
            (party, Some(yes), yes, Err(SummaryRefusal::AlreadyConfirmed)),
            (Seat::Mediator, None, yes, Err(SummaryRefusal::OnlyParty)),
        ] {
            assert_eq!(answer(seat, last, said), result, "{seat:?} {last:?} {said}");
        }
    }
}
