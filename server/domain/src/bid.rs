//! Blind bids: each side enters a figure that nobody sees, and only where the two cross is anything revealed, which is
//! their midpoint. Where they do not cross, nothing is: not the gap, not who is nearer, not to the mediator.
//!
//! A figure that was entered stands until its round closes. Whoever could replace it would feel their way along the
//! other one's: a figure that meets at once says where the other lies, so that each try has to cost one.
//! Deliberately not here: where figures lie until then, sealed.

use crate::entry::{Author, Body};
use crate::ids::EntryId;
use crate::money::{Currency, Money};
use crate::party::{Side, Sides};
use crate::room::{Channel, Seat, channels_to_both};

/// The most rounds that one question may have.
pub const ROUNDS_MAX: u8 = 3;
/// The most characters that a question may have in one language.
pub const QUESTION_CHARACTERS_MAX: usize = 300;

words! {
    /// What has become of a question.
    pub enum BidState {
        /// Figures are awaited.
        Open = "open",
        /// They crossed: a draft holds the midpoint.
        Met = "met",
        /// The last round is over, and they never crossed.
        NotMet = "not-met",
        /// The mediator took it back, or the talk in which it was asked is over.
        Withdrawn = "withdrawn",
    }
}

/// What the rules know of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlindBid {
    /// What has become of it.
    pub state: BidState,
    /// The round that is open, or was the last.
    pub round: u8,
    /// How many rounds there are at most.
    pub rounds: u8,
    /// The side that would pay.
    pub payer: Side,
    /// The currency of every figure.
    pub currency: Currency,
}

words! {
    /// Why a question or a figure cannot be taken.
    pub enum BidRefusal {
        /// Another question is open: one at a time, or two would be played against each other.
        UnderWay = "blind-bid-under-way",
        /// They met, or the last round is over, or it was taken back.
        Over = "blind-bid-over",
        /// The round for which the figure was meant is over, or not open yet.
        OtherRound = "blind-bid-other-round",
        /// One's figure of this round is in, and stands.
        AlreadyEntered = "blind-bid-entered",
        /// The question is about another currency.
        OtherCurrency = "blind-bid-other-currency",
    }
}

/// What a figure leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The other side's is awaited.
    Waits,
    /// The two crossed: this lies in their middle.
    Met(Money),
    /// They did not, and that round is open now.
    NextRound(u8),
    /// They did not in the last round either.
    NotMet,
}

/// Whether a question may be asked while `open` of the same room are.
///
/// # Errors
/// `UnderWay`.
pub const fn ask(open: usize) -> Result<(), BidRefusal> {
    if open == 0 { Ok(()) } else { Err(BidRefusal::UnderWay) }
}

/// Whether the mediator may take the question back.
///
/// # Errors
/// `Over`.
pub fn withdraw(bid: &BlindBid) -> Result<(), BidRefusal> {
    if bid.state == BidState::Open { Ok(()) } else { Err(BidRefusal::Over) }
}

/// What comes of that side's figure, beside those that are in for the open round.
///
/// # Errors
/// Why it cannot be taken. Nothing in it depends on the other side's figure, nor on whether there is one.
pub fn enter(
    bid: &BlindBid,
    side: Side,
    round: u8,
    amount: Money,
    figures: &Sides<Option<Money>>,
) -> Result<Outcome, BidRefusal> {
    withdraw(bid)?;
    if round != bid.round {
        return Err(BidRefusal::OtherRound);
    }
    if amount.currency() != bid.currency {
        return Err(BidRefusal::OtherCurrency);
    }
    if figures.of(side).is_some() {
        return Err(BidRefusal::AlreadyEntered);
    }
    let Some(other) = *figures.of(side.other()) else { return Ok(Outcome::Waits) };
    let (payer, payee) = if side == bid.payer { (amount, other) } else { (other, amount) };
    Ok(match midpoint(payer, payee) {
        Some(amount) => Outcome::Met(amount),
        None if bid.round < bid.rounds => Outcome::NextRound(bid.round.saturating_add(1)),
        None => Outcome::NotMet,
    })
}

/// The middle of two figures that cross: of what one would pay, and what the other would take. Half a minor unit goes to
/// the even neighbour, so that no rule of ours favours one side (R15).
pub fn midpoint(payer: Money, payee: Money) -> Option<Money> {
    if payer.currency() != payee.currency() || payer.minor() < payee.minor() {
        return None;
    }
    let sum = payer.minor().checked_add(payee.minor())?;
    let half = sum / 2;
    let goes_up = sum % 2 == 1 && half % 2 == 1;
    Money::from_minor(half.checked_add(i64::from(goes_up))?, payer.currency()).ok()
}

impl BlindBid {
    /// The question once a figure has led to that.
    #[must_use]
    pub const fn after(self, outcome: Outcome) -> Self {
        match outcome {
            Outcome::Waits => self,
            Outcome::Met(_) => Self { state: BidState::Met, ..self },
            Outcome::NextRound(round) => Self { round, ..self },
            Outcome::NotMet => Self { state: BidState::NotMet, ..self },
        }
    }
}

/// Everything that is said of that side's figure in the round `round`, and where. That it was entered is said in its own
/// caucus alone; that a round is over, in each caucus; that they met, to both.
pub fn lines(
    id: EntryId,
    round: u8,
    side: Side,
    outcome: Outcome,
    shuttle: bool,
) -> Vec<(Channel, Author, Body)> {
    let own = (Channel::caucus(side), Author::Seat(Seat::Party(side)), Body::BlindBidMade { bid: id, round });
    let mut all = vec![own];
    let next = match outcome {
        Outcome::Waits => return all,
        Outcome::Met(amount) => {
            let met = |channel: &Channel| (*channel, Author::House, Body::BlindBidsMet { bid: id, amount });
            all.extend(channels_to_both(shuttle).iter().map(met));
            return all;
        }
        Outcome::NextRound(next) => Some(next),
        Outcome::NotMet => None,
    };
    let closed = |side: Side| {
        (Channel::caucus(side), Author::House, Body::BlindBidRoundClosed { bid: id, round, next })
    };
    all.extend(Side::BOTH.map(closed));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::has_seat;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn taka(minor: i64) -> Money {
        Money::from_minor(minor, "BDT".parse().expect("a currency of the house")).expect("an amount")
    }

    fn bid(round: u8, rounds: u8) -> BlindBid {
        let currency = "BDT".parse().expect("a currency of the house");
        BlindBid { state: BidState::Open, round, rounds, payer: Side::Respondent, currency }
    }

    fn in_for(side: Side, minor: i64) -> Sides<Option<Money>> {
        let mut figures = Sides::default();
        *figures.of_mut(side) = Some(taka(minor));
        figures
    }

    #[test]
    fn figures_that_cross_meet_in_their_middle_and_half_a_unit_favours_nobody() {
        for (payer, payee, middle) in [
            (100, 100, Some(100)),
            (120, 100, Some(110)),
            (121, 100, Some(110)),
            (123, 100, Some(112)),
            (2, 1, Some(2)),
            (1, 1, Some(1)),
            (99, 100, None),
            (1, 100, None),
            (999_999_999_999_900, 999_999_999_999_900, Some(999_999_999_999_900)),
        ] {
            let met = midpoint(taka(payer), taka(payee)).map(Money::minor);
            assert_eq!(met, middle, "{payer} for {payee}");
        }
        let dollars = Money::from_minor(500, "USD".parse().expect("a currency")).expect("an amount");
        assert_eq!(midpoint(dollars, taka(100)), None);
    }

    #[test]
    fn a_figure_is_taken_once_in_the_open_round_and_either_side_may_be_the_first() {
        let (claimant, respondent) = (Side::Claimant, Side::Respondent);
        let empty = Sides::default();
        let dollars = Money::from_minor(500, "USD".parse().expect("a currency")).expect("an amount");
        for (side, round, rounds, figures, amount, expected) in [
            (claimant, 1, 3, empty, taka(100), Ok(Outcome::Waits)),
            (respondent, 1, 3, empty, taka(100), Ok(Outcome::Waits)),
            (respondent, 1, 3, in_for(claimant, 100), taka(120), Ok(Outcome::Met(taka(110)))),
            (claimant, 1, 3, in_for(respondent, 120), taka(100), Ok(Outcome::Met(taka(110)))),
            (respondent, 1, 3, in_for(claimant, 100), taka(99), Ok(Outcome::NextRound(2))),
            (claimant, 2, 3, in_for(respondent, 99), taka(100), Ok(Outcome::NextRound(3))),
            (claimant, 3, 3, in_for(respondent, 99), taka(100), Ok(Outcome::NotMet)),
            (claimant, 1, 1, in_for(respondent, 99), taka(100), Ok(Outcome::NotMet)),
            (claimant, 1, 3, in_for(claimant, 99), taka(99), Err(BidRefusal::AlreadyEntered)),
            (claimant, 1, 3, empty, dollars, Err(BidRefusal::OtherCurrency)),
        ] {
            let found = enter(&bid(round, rounds), side, round, amount, &figures);
            assert_eq!(found, expected, "{side} in round {round} of {rounds} with {figures:?}");
        }
        for round in [0, 2, 9] {
            let meant_for_another = enter(&bid(1, 3), claimant, round, taka(1), &empty);
            assert_eq!(meant_for_another, Err(BidRefusal::OtherRound), "{round}");
        }
        for state in [BidState::Met, BidState::NotMet, BidState::Withdrawn] {
            let over = BlindBid { state, ..bid(1, 3) };
            assert_eq!(enter(&over, claimant, 1, taka(1), &empty), Err(BidRefusal::Over));
            assert_eq!(withdraw(&over), Err(BidRefusal::Over));
        }
        assert_eq!((ask(0), ask(1)), (Ok(()), Err(BidRefusal::UnderWay)));
    }

    /// All that a seat can learn of a figure: what is said where it sits, and what the question looks like afterwards.
    fn learned(seat: Seat, mine: i64, theirs: i64, round: u8, shuttle: bool) -> (Vec<Body>, BlindBid) {
        let id = EntryId::new(Uuid::from_u128(1));
        let before = bid(round, 3);
        let outcome = enter(&before, Side::Claimant, round, taka(mine), &in_for(Side::Respondent, theirs));
        let outcome = outcome.expect("it is taken");
        let heard = lines(id, round, Side::Claimant, outcome, shuttle);
        let heard = heard.into_iter().filter(|(channel, ..)| has_seat(seat, *channel, shuttle));
        (heard.map(|(.., body)| body).collect(), before.after(outcome))
    }

    proptest! {
        #[test]
        fn nobody_learns_anything_of_figures_unless_they_cross(
            payer in 1..1_000_000_i64, payee in 1..1_000_000_i64,
            payer_else in 1..1_000_000_i64, payee_else in 1..1_000_000_i64,
            round in 1..=3_u8, shuttle: bool,
        ) {
            for seat in Seat::ALL {
                let one = learned(seat, payee, payer, round, shuttle);
                let other = learned(seat, payee_else, payer_else, round, shuttle);
                let (meets, meets_else) = (payer >= payee, payer_else >= payee_else);
                prop_assert_eq!(meets, one.0.iter().any(|body| matches!(body, Body::BlindBidsMet { .. })));
                if !meets && !meets_else {
                    prop_assert_eq!(one, other);
                } else if meets && meets_else && payer + payee == payer_else + payee_else {
                    prop_assert_eq!(one, other);
                }
            }
        }

        #[test]
        fn the_other_side_hears_nothing_of_a_figure_while_its_own_is_awaited(minor in 1..1_000_000_i64, shuttle: bool) {
            let outcome = enter(&bid(1, 3), Side::Claimant, 1, taka(minor), &Sides::default());
            let all = lines(EntryId::new(Uuid::from_u128(1)), 1, Side::Claimant, outcome.expect("it is taken"), shuttle);
            let respondent = Seat::Party(Side::Respondent);
            prop_assert!(all.iter().all(|(channel, ..)| !has_seat(respondent, *channel, shuttle)));
            prop_assert!(all.iter().any(|(channel, ..)| has_seat(Seat::Party(Side::Claimant), *channel, shuttle)));
        }

        #[test]
        fn a_middle_lies_between_the_two(payer in 1..1_000_000_i64, payee in 1..1_000_000_i64) {
            let met = midpoint(taka(payer), taka(payee)).map(Money::minor);
            prop_assert_eq!(met.is_some(), payer >= payee);
            prop_assert!(met.is_none_or(|middle| (payee..=payer).contains(&middle)));
        }
    }
}
