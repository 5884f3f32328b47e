//! The two sides of a dispute, and where each of them stands in its preparation. Names and what people wrote are not
//! here: rules never depend on them.

use crate::consent::Consent;
use crate::ids::AccountId;
use crate::language::RecordLanguage;
use crate::safety::Finding;
use crate::settlement::DeliveryChoice;
use crate::time::Moment;

words! {
    /// A side. Claimant stands first because it filed, and for no other reason (R15).
    pub enum Side {
        /// Who filed.
        Claimant = "claimant",
        /// Who was invited.
        Respondent = "respondent",
    }
}

impl Side {
    /// The two, claimant first.
    pub const BOTH: [Self; 2] = [Self::Claimant, Self::Respondent];

    /// The opposite side.
    pub const fn other(self) -> Self {
        match self {
            Self::Claimant => Self::Respondent,
            Self::Respondent => Self::Claimant,
        }
    }
}

/// One thing for each side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sides<T> {
    /// The claimant's.
    pub claimant: T,
    /// The respondent's.
    pub respondent: T,
}

impl<T> Sides<T> {
    /// That side's.
    pub const fn of(&self, side: Side) -> &T {
        match side {
            Side::Claimant => &self.claimant,
            Side::Respondent => &self.respondent,
        }
    }

    /// That side's, to change.
    pub const fn of_mut(&mut self, side: Side) -> &mut T {
        match side {
            Side::Claimant => &mut self.claimant,
            Side::Respondent => &mut self.respondent,
        }
    }

    /// Whether something holds for both.
    pub fn both(&self, holds: impl Fn(&T) -> bool) -> bool {
        holds(&self.claimant) && holds(&self.respondent)
    }

    /// Whether something holds for either.
    pub fn either(&self, holds: impl Fn(&T) -> bool) -> bool {
        holds(&self.claimant) || holds(&self.respondent)
    }
}

words! {
    /// Which way a party wishes to go on after preparing.
    pub enum Route {
        /// Offers between the two first, without a mediator (opt-in by both).
        Negotiation = "negotiation",
        /// With a mediator at once.
        Mediation = "mediation",
    }
}

/// How far a side's seat is taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Joining {
    /// Nobody has come yet; those in the list did, but their identity is not confirmed.
    Awaited {
        /// Accounts that took a forwarded link or a paper code and wait for the registrar.
        pending: Vec<AccountId>,
    },
    /// The person is in.
    Joined {
        /// Their account.
        account: AccountId,
    },
}

words! {
    /// What the house knows of a side's safety.
    pub enum Safety {
        /// The questions are not answered.
        Unanswered = "unanswered",
        /// Clear answers.
        Clear = "clear",
        /// An answer raised something; a registrar has not decided yet.
        Raised = "raised",
        /// An answer raised something, and a registrar found mediation suitable.
        Screened = "screened",
    }
}

impl Safety {
    /// Where fresh answers lead. Raised answers that turn clear stay with the registrar once the dispute is filed:
    /// the change itself may have been made under pressure.
    pub const fn answered(self, finding: Finding, filed: bool) -> Self {
        match (self, finding) {
            (_, Finding::Raised) => Self::Raised,
            (Self::Raised, Finding::Clear) if filed => Self::Raised,
            (Self::Screened, Finding::Clear) => Self::Screened,
            (_, Finding::Clear) => Self::Clear,
        }
    }

    /// Whether something was raised at any time: the record then travels by link, and no waiver is taken.
    pub const fn is_flagged(self) -> bool {
        matches!(self, Self::Raised | Self::Screened)
    }

    /// Whether talks may go on as far as this side is concerned.
    pub const fn allows_talks(self) -> bool {
        matches!(self, Self::Clear | Self::Screened)
    }
}

/// Where one side stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// How far its seat is taken.
    pub joining: Joining,
    /// What the house knows of its safety.
    pub safety: Safety,
    /// Its agreement to mediate, once signed (R1).
    pub consent: Option<Consent>,
    /// The way it chose when it said that it was ready.
    pub route: Option<Route>,
    /// How the record is to reach it; none chosen is the default.
    pub delivery: Option<DeliveryChoice>,
    /// The language that it chose to read and sign the text in; none chosen is that of its agreement to mediate.
    pub reading: Option<RecordLanguage>,
    /// When it used its one suspension.
    pub suspended_at: Option<Moment>,
}

impl Party {
    /// A side that has just come into being.
    pub const fn new(joining: Joining) -> Self {
        Self {
            joining,
            safety: Safety::Unanswered,
            consent: None,
            route: None,
            delivery: None,
            reading: None,
            suspended_at: None,
        }
    }

    /// The language in which it reads and signs the text (R22), as far as that is known.
    pub fn reads_in(&self) -> Option<RecordLanguage> {
        self.reading.or_else(|| self.consent.map(|consent| consent.language.into()))
    }

    /// The account that sits on this side, once it joined.
    pub const fn account(&self) -> Option<AccountId> {
        match self.joining {
            Joining::Joined { account } => Some(account),
            Joining::Awaited { .. } => None,
        }
    }
}
