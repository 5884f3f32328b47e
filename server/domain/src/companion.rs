//! Who sits beside a party: a support person, an interpreter, a helper, a representative. Each belongs to one side, hears
//! what that side hears from the moment at which they sat down, and does nothing in the party's place; a representative
//! alone may come to sign for it, where a registrar accepted the paper that says so (R3). Deliberately not here: who may ask for whom (`dispute`), and what a seat may write (`room`, `entry`).

use crate::consent::{AGREEMENT_TO_MEDIATE, Consent};
use crate::ids::{AccountId, CompanionId};
use crate::party::Side;
use crate::time::Moment;

words! {
    /// As what somebody sits beside a party. One of each for a side: entries name the seat, and nobody comes unseen (R7).
    pub enum CompanionRole {
        /// Listens, and writes in that side's private talk alone.
        SupportPerson = "support-person",
        /// Carries words across.
        Interpreter = "interpreter",
        /// Writes for the party.
        Helper = "helper",
        /// Speaks for the party and makes offers.
        Representative = "representative",
    }
}

impl CompanionRole {
    /// Whether they may talk aloud in a call: only whose voice carries the party's own words across.
    pub const fn may_call(self) -> bool {
        matches!(self, Self::Interpreter)
    }

    /// Whether they write where the other side reads.
    pub const fn may_write_to_both(self) -> bool {
        !matches!(self, Self::SupportPerson)
    }

    /// Whether they may make an offer, and take their own back.
    pub const fn may_offer(self) -> bool {
        matches!(self, Self::Representative)
    }
}

words! {
    /// On what ground a representative signs for a party (R3): there is no other.
    pub enum Ground {
        /// The party is an organisation, and somebody has to sign for it.
        Organisation = "organisation",
        /// The party is not of age.
        Minor = "minor",
        /// The party cannot act for itself.
        WithoutCapacity = "without-capacity",
        /// The party gave them a written power.
        WrittenPower = "written-power",
    }
}

/// How far it has come that whoever sits beside a party signs for it (R3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Authority {
    /// Nobody asked for it.
    #[default]
    Unclaimed,
    /// The party asked the registrar.
    Claimed {
        /// On what ground.
        ground: Ground,
    },
    /// The registrar saw the paper, and accepted it. The ground is kept no longer than it is asked for: it may be
    /// somebody's age or health.
    Accepted {
        /// When.
        at: Moment,
    },
    /// The registrar did not accept it. The party may ask again.
    Refused,
}

/// How far somebody's seat beside a party has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sitting {
    /// The party asked; nobody has taken the seat.
    Asked,
    /// They signed the agreement to mediate, and sit.
    Seated {
        /// Who.
        account: AccountId,
        /// What they signed (R1).
        consent: Consent,
        /// Whether they sign for the party.
        authority: Authority,
    },
    /// They sit there no more. It is kept, because nobody who sat with one side may sit with the other (R14).
    Over {
        /// Who sat there.
        account: AccountId,
    },
}

/// A seat beside a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Companion {
    /// Its id.
    pub id: CompanionId,
    /// Beside whom.
    pub side: Side,
    /// As what.
    pub role: CompanionRole,
    /// Whether that side let them read what was said in its private talk before (R5).
    pub reads_earlier: bool,
    /// How far it has come.
    pub sitting: Sitting,
}

impl Companion {
    /// Who has it or had it.
    pub const fn account(&self) -> Option<AccountId> {
        match self.sitting {
            Sitting::Asked => None,
            Sitting::Seated { account, .. } | Sitting::Over { account } => Some(account),
        }
    }

    /// Who sits there under the agreement to mediate that is in force: nobody else hears a word (R1).
    pub fn sits(&self) -> Option<AccountId> {
        match self.sitting {
            Sitting::Seated { account, consent, .. } if consent.version == AGREEMENT_TO_MEDIATE => {
                Some(account)
            }
            _ => None,
        }
    }

    /// Who sits there and signs for the party, and since when the registrar accepted it (R3).
    pub fn signs(&self) -> Option<(AccountId, Moment)> {
        match self.sitting {
            Sitting::Seated { authority: Authority::Accepted { at, .. }, .. } => Some((self.sits()?, at)),
            _ => None,
        }
    }

    /// Whether the party asked that they sign for it, and neither took that back nor was refused.
    pub const fn has_authority_under_way(&self) -> bool {
        matches!(self.authority(), Authority::Claimed { .. } | Authority::Accepted { .. })
    }

    /// How far it has come that they sign for the party.
    pub const fn authority(&self) -> Authority {
        match self.sitting {
            Sitting::Seated { authority, .. } => authority,
            Sitting::Asked | Sitting::Over { .. } => Authority::Unclaimed,
        }
    }

    /// Whether it is asked for or taken.
    pub const fn is_open(&self) -> bool {
        !matches!(self.sitting, Sitting::Over { .. })
    }
}
