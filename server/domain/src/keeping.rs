//! How long what was said is kept (R12). Once the mediation is over it is destroyed after a period of the house; records,
//! consents, disclosures and the audit trail stay. Deliberately not here: how anything is destroyed.

use std::time::Duration;

use crate::agreement::Agreement;
use crate::assignment::{CoMediation, Proposal};
use crate::companion::{Authority, Sitting};
use crate::dispute::{Dispute, Stage};
use crate::ids::AccountId;
use crate::room::RoomState;
use crate::time::Moment;

words! {
    /// Why something cannot be read or kept any more.
    pub enum KeepingRefusal {
        /// What was said was destroyed when its time had come.
        TalkDestroyed = "talk-destroyed",
        /// A hold is open already.
        AlreadyHeld = "hold-already-placed",
        /// No hold is open.
        NotHeld = "hold-not-placed",
        /// It was confirmed before.
        AlreadyConfirmed = "hold-already-confirmed",
        /// The one who pressed first cannot press second.
        NeedsAnother = "hold-needs-another",
    }
}

/// A legal hold that is open: what was said is not destroyed from the first press on. Nobody alone keeps what people were
/// promised would go, and nobody alone lets it go: another person of the house has to agree to each, to the first within a
/// period of the house.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hold {
    /// Who placed it.
    pub placed_by: AccountId,
    /// Who confirmed it.
    pub confirmed_by: Option<AccountId>,
    /// Who wants it to end.
    pub lifted_by: Option<AccountId>,
}

impl Hold {
    /// Whether that person may confirm it.
    ///
    /// # Errors
    /// `AlreadyConfirmed`; `NeedsAnother` for whoever placed it.
    pub fn may_confirm(&self, by: AccountId) -> Result<(), KeepingRefusal> {
        match self.confirmed_by {
            Some(_) => Err(KeepingRefusal::AlreadyConfirmed),
            None if self.placed_by == by => Err(KeepingRefusal::NeedsAnother),
            None => Ok(()),
        }
    }

    /// When it lapses unless somebody confirms it before; nothing once that was done.
    pub fn lapses_at(&self, placed_at: Moment, period: Duration) -> Option<Moment> {
        self.confirmed_by.is_none().then(|| placed_at.plus(period))
    }

    /// What that person's wish to end it does: with a first one's it ends, and it is the first one's otherwise.
    ///
    /// # Errors
    /// `NeedsAnother` for whoever wanted it before.
    pub fn ends(&self, by: AccountId) -> Result<bool, KeepingRefusal> {
        match self.lifted_by {
            Some(first) if first == by => Err(KeepingRefusal::NeedsAnother),
            Some(_) => Ok(true),
            None => Ok(false),
        }
    }
}

/// Since when the dispute is over; nothing while it goes on.
pub const fn over_at(dispute: &Dispute) -> Option<Moment> {
    match &dispute.stage {
        Stage::Settled { at, .. } => Some(*at),
        Stage::Ended(ending) => Some(ending.at),
        _ => None,
    }
}

/// Until when what was said is kept; nothing while the dispute goes on.
pub fn kept_until(dispute: &Dispute, retention: Duration) -> Option<Moment> {
    over_at(dispute).map(|over| over.plus(retention))
}

/// What is left of the process once what was said is destroyed: what a side called for in the room, a break or help or that
/// it did not sign freely, what it answered to a disclosure that was never settled, and of a text that came to nothing who
/// was ready, waived or signed, were said as well; so was on what ground somebody needs another to sign for them. Who was
/// present at sessions held stays, for the certificate (R10).
pub fn without_talk(mut dispute: Dispute) -> Dispute {
    let mediation = match &mut dispute.stage {
        Stage::Mediation(mediation) | Stage::Settled { mediation, .. } => Some(mediation),
        Stage::Ended(ending) => ending.mediation.as_mut(),
        Stage::Assigning(sought) => sought.earlier.as_mut(),
        _ => None,
    };
    if let Some(mediation) = mediation {
        mediation.room = RoomState { attended: mediation.room.attended, ..RoomState::default() };
        // What a side answered to a second mediator who never sat down, as well.
        if let CoMediation::Proposed(proposal) = &mut mediation.beside {
            proposal.state = Proposal::Proposed;
        }
    }
    for companion in &mut dispute.companions {
        if let Sitting::Seated { authority, .. } = &mut companion.sitting {
            *authority = Authority::Unclaimed;
        }
    }
    if matches!(dispute.stage, Stage::Ended(_)) {
        dispute.agreement = Agreement::Blank;
    }
    dispute
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::category::Category;
    use crate::dispute::{Cause, Ending};
    use crate::ids::DisputeId;
    use crate::language::Language;
    use uuid::Uuid;

    #[test]
    fn r12_a_hold_takes_two_to_stay_and_two_to_end() {
        let (rosa, remi) = (AccountId::new(Uuid::from_u128(1)), AccountId::new(Uuid::from_u128(2)));
        let placed = Hold { placed_by: rosa, confirmed_by: None, lifted_by: None };
        assert_eq!(placed.may_confirm(rosa), Err(KeepingRefusal::NeedsAnother));
        assert_eq!(placed.may_confirm(remi), Ok(()));
        let (at, week) = (Moment::from_millis(1_000), Duration::from_secs(7 * 86_400));
        assert_eq!(placed.lapses_at(at, week), Some(at.plus(week)));
        let confirmed = Hold { confirmed_by: Some(remi), ..placed };
        assert_eq!(confirmed.may_confirm(remi), Err(KeepingRefusal::AlreadyConfirmed));
        assert_eq!(confirmed.lapses_at(at, week), None);
        assert_eq!(confirmed.ends(rosa), Ok(false));
        let lifted = Hold { lifted_by: Some(rosa), ..confirmed };
        assert_eq!((lifted.ends(rosa), lifted.ends(remi)), (Err(KeepingRefusal::NeedsAnother), Ok(true)));
    }

    #[test]
    fn r12_what_was_said_is_kept_for_a_period_after_the_end() {
        let id = Uuid::from_u128(1);
        let draft =
            Dispute::draft(DisputeId::new(id), AccountId::new(id), Category::Tenancy, Language::English);
        let month = Duration::from_secs(30 * 86_400);
        assert_eq!(kept_until(&draft, month), None);
        let at = Moment::from_millis(1_000);
        let over =
            Dispute { stage: Stage::Ended(Ending { at, cause: Cause::Impasse, mediation: None }), ..draft };
        assert_eq!((over_at(&over), kept_until(&over, month)), (Some(at), Some(at.plus(month))));
    }
}
