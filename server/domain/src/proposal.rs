//! The mediator's proposal: terms that both sides answer in secret. Only where both say yes is anything revealed; every
//! other pair of answers looks the same to everybody, the mediator included, until its end and after it.
//! Deliberately not here: where answers lie until then, sealed.

use crate::entry::{Author, Body};
use crate::ids::EntryId;
use crate::room::{Channel, channels_to_both};
use crate::time::Moment;

words! {
    /// What has become of a proposal.
    pub enum ProposalState {
        /// Answers are taken.
        Open = "open",
        /// Both accepted: a draft holds its terms.
        Accepted = "accepted",
        /// The mediator took it back, or the talk in which it was made is over.
        Withdrawn = "withdrawn",
        /// Its time has passed. Whatever was answered, it looks like this.
        Lapsed = "lapsed",
    }
}

/// What the rules know of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Proposal {
    /// What was stored of it; [`Proposal::state_at`] says what it has come to.
    pub state: ProposalState,
    /// When it lapses.
    pub expires_at: Moment,
}

words! {
    /// Why a proposal or an answer cannot be taken.
    pub enum ProposalRefusal {
        /// Another proposal is open.
        UnderWay = "proposal-open",
        /// Its end lies in the past.
        EndPassed = "proposal-end-passed",
        /// Both accepted it, or it was taken back, or its time has passed.
        Over = "proposal-over",
    }
}

/// What an answer leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// It is kept, and nobody learns of it.
    Kept,
    /// Both accept.
    Accepted,
}

impl Proposal {
    /// What has become of it at `now`.
    pub fn state_at(&self, now: Moment) -> ProposalState {
        match self.state {
            ProposalState::Open if self.expires_at <= now => ProposalState::Lapsed,
            state => state,
        }
    }
}

/// Whether one that lapses at `expires_at` may be made beside those that were.
///
/// # Errors
/// `UnderWay`, `EndPassed`.
pub fn make<'a>(
    before: impl IntoIterator<Item = &'a Proposal>,
    expires_at: Moment,
    now: Moment,
) -> Result<Proposal, ProposalRefusal> {
    if expires_at <= now {
        return Err(ProposalRefusal::EndPassed);
    }
    if before.into_iter().any(|made| made.state_at(now) == ProposalState::Open) {
        return Err(ProposalRefusal::UnderWay);
    }
    Ok(Proposal { state: ProposalState::Open, expires_at })
}

/// Whether the mediator may take it back.
///
/// # Errors
/// `Over`.
pub fn withdraw(proposal: &Proposal, now: Moment) -> Result<(), ProposalRefusal> {
    if proposal.state_at(now) == ProposalState::Open { Ok(()) } else { Err(ProposalRefusal::Over) }
}

/// What comes of a side's answer beside the other one's. A no closes nothing, and neither do two answers of which one is
/// a no: either would tell.
///
/// # Errors
/// `Over`. Nothing in it depends on what was answered.
pub fn answer(
    proposal: &Proposal,
    accepts: bool,
    other: Option<bool>,
    now: Moment,
) -> Result<Answered, ProposalRefusal> {
    withdraw(proposal, now)?;
    Ok(if accepts && other == Some(true) { Answered::Accepted } else { Answered::Kept })
}

/// Everything that is said of an answer, and where: nothing, unless both accept.
pub fn lines(id: EntryId, answered: Answered, shuttle: bool) -> Vec<(Channel, Author, Body)> {
    let accepted = |channel: &Channel| (*channel, Author::House, Body::ProposalAccepted { proposal: id });
    match answered {
        Answered::Kept => Vec::new(),
        Answered::Accepted => channels_to_both(shuttle).iter().map(accepted).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    const END: Moment = Moment::from_millis(2_000);

    fn open() -> Proposal {
        Proposal { state: ProposalState::Open, expires_at: END }
    }

    #[test]
    fn only_two_yes_reveal_anything_and_no_answer_closes_it() {
        let now = Moment::from_millis(1_000);
        for (accepts, other, expected) in [
            (true, None, Answered::Kept),
            (false, None, Answered::Kept),
            (true, Some(false), Answered::Kept),
            (false, Some(true), Answered::Kept),
            (false, Some(false), Answered::Kept),
            (true, Some(true), Answered::Accepted),
        ] {
            assert_eq!(answer(&open(), accepts, other, now), Ok(expected), "{accepts} beside {other:?}");
        }
        let id = EntryId::new(Uuid::from_u128(1));
        assert_eq!(lines(id, Answered::Kept, false), []);
        let told =
            |shuttle| lines(id, Answered::Accepted, shuttle).iter().map(|line| line.0).collect::<Vec<_>>();
        assert_eq!(told(false), [Channel::Joint]);
        assert_eq!(told(true), [Channel::CaucusClaimant, Channel::CaucusRespondent]);
    }

    #[test]
    fn one_is_open_at_a_time_and_its_end_lies_ahead() {
        let now = Moment::from_millis(1_000);
        assert_eq!(make([], END, now), Ok(open()));
        assert_eq!(make([], now, now), Err(ProposalRefusal::EndPassed));
        assert_eq!(make([&open()], END, now), Err(ProposalRefusal::UnderWay));
        let later = Moment::from_millis(9_000);
        assert_eq!(
            make([&open()], later, END).map(|made| made.expires_at),
            Ok(later),
            "the other one has lapsed"
        );
        for state in [ProposalState::Accepted, ProposalState::Withdrawn, ProposalState::Lapsed] {
            let over = Proposal { state, ..open() };
            assert_eq!(make([&over], END, now), Ok(open()));
            assert_eq!(answer(&over, true, Some(true), now), Err(ProposalRefusal::Over));
            assert_eq!(withdraw(&over, now), Err(ProposalRefusal::Over));
        }
    }

    proptest! {
        #[test]
        fn every_pair_of_answers_but_two_yes_looks_the_same(
            one: bool, other: Option<bool>, else_one: bool, else_other: Option<bool>, at in 0..4_000_i64,
        ) {
            let now = Moment::from_millis(at);
            let (found, elsewhere) = (answer(&open(), one, other, now), answer(&open(), else_one, else_other, now));
            let both = |one, other| one && other == Some(true);
            if both(one, other) == both(else_one, else_other) {
                prop_assert_eq!(found, elsewhere);
            }
            prop_assert_eq!(found.is_ok(), at < 2_000, "no answer ends it before its time, and none after");
        }
    }
}
