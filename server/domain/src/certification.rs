//! A certification: in some places a settlement is enforced once an officer has put their own signature under it. Both
//! parties have to want it, because the officer reads the terms, and each may take its word back until it is made. It
//! changes nothing of the record, and is no certificate, which is the neutral paper of any end. Deliberately not here:
//! what is signed (`record`), who has a part in the dispute, and how anybody is told.

use std::time::Duration;

use crate::ids::AccountId;
use crate::party::Side;
use crate::time::Moment;

words! {
    /// In which capacity somebody certifies.
    pub enum Capacity {
        /// An officer of legal aid.
        LegalAidOfficer = "legal-aid-officer",
        /// A judge.
        Judge = "judge",
        /// A notary.
        Notary = "notary",
        /// Another officer of a court.
        CourtOfficer = "court-officer",
    }
}

words! {
    /// How far a certification has come, as it is kept.
    pub enum CertificationState {
        /// A party asked; the other has not agreed.
        Asked = "asked",
        /// Both want it; nobody is named.
        Agreed = "agreed",
        /// A certifier is named.
        Named = "named",
        /// It is made.
        Certified = "certified",
        /// The certifier does not make it.
        Declined = "declined",
        /// A party took its word back.
        Withdrawn = "withdrawn",
        /// Its time has passed, or its record stands no more.
        Lapsed = "lapsed",
    }
}

words! {
    /// Why something cannot be done about a certification.
    pub enum CertificationRefusal {
        /// One is under way, or made.
        UnderWay = "certification-under-way",
        /// It is over.
        Over = "certification-over",
        /// Not both have agreed.
        NotAgreed = "certification-not-agreed",
        /// The two are changing what they settled, or have changed it.
        NotCertifiable = "record-not-certifiable",
        /// Whoever is named has a part in the dispute, or works for the house: it takes somebody from outside.
        CertifierHasPart = "certifier-has-part",
        /// It is not theirs to do: to them it is not there.
        NotYours = "certification-not-yours",
    }
}

/// How the record stands that is to be certified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It holds, and nobody changes it.
    Stands,
    /// The two are changing it, and both know.
    BeingChanged,
    /// Another one stands in its place.
    Superseded,
}

/// A certification that was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Certification {
    /// Who asked.
    pub asked_by: Side,
    /// When.
    pub asked_at: Moment,
    /// When both wanted it.
    pub agreed_at: Option<Moment>,
    /// How far it has come.
    pub step: Step,
    /// Since when it is so far.
    pub since: Moment,
}

/// How far a certification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A party asked.
    Asked {
        /// Whether the other said no. Whoever asked is not told: a no and silence are the same to them (R4).
        refused: bool,
    },
    /// Both want it, and a registrar is to name somebody.
    Agreed,
    /// Somebody is named.
    Named {
        /// In which capacity.
        capacity: Capacity,
        /// Who came with the code. Nobody reads anything before.
        taken_by: Option<AccountId>,
    },
    /// It is made.
    Certified {
        /// In which capacity.
        capacity: Capacity,
        /// By whom.
        by: AccountId,
    },
    /// Whoever was named does not make it.
    Declined,
    /// A party took its word back.
    Withdrawn,
    /// Its time has passed.
    Lapsed,
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A party to the settlement.
    Party(Side),
    /// A registrar without a part in the dispute.
    Registrar,
    /// Somebody with an account, who came with the code or before.
    Certifier(AccountId),
    /// Time passed.
    House,
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// The other party agrees that a certifier reads the record.
    Agree,
    /// A party takes its word back, or does not give it.
    Withdraw,
    /// A registrar names somebody, or somebody else.
    Name(Capacity),
    /// A registrar takes that back: nobody is named.
    Unname,
    /// Whoever was named comes with the code.
    Take {
        /// Whether they have a part in the dispute or work for the house.
        has_part: bool,
    },
    /// The certifier makes it.
    Certify,
    /// The certifier does not make it.
    Decline,
    /// Its time has passed, or its record stands no more.
    Lapse,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Both want it.
    Agreed,
    /// The other party said no, which whoever asked is not told.
    Refused,
    /// A party took its word back.
    Withdrawn,
    /// Somebody is named; whoever was named before reads nothing more.
    Named(Capacity),
    /// Nobody is named any more.
    Unnamed,
    /// The certifier came.
    Taken(AccountId),
    /// It is made.
    Certified(AccountId),
    /// The certifier does not make it.
    Declined,
    /// It is over by time.
    Lapsed,
}

impl Event {
    /// What the trail calls it.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Agreed => "certification-agreed",
            // A no is nobody's to read, and neither is by which of two ways nothing came of it.
            Self::Refused => "certification-answered",
            Self::Withdrawn => "certification-withdrawn",
            Self::Named(_) => "certifier-named",
            Self::Unnamed => "certifier-unnamed",
            Self::Taken(_) => "certifier-came",
            Self::Certified(_) => "record-certified",
            Self::Declined => "certification-declined",
            Self::Lapsed => "certification-lapsed",
        }
    }
}

/// What a party reads of how far it is: why nothing came of it is nobody's to read (R4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// One asked oneself; the other has not agreed.
    AskedByYou,
    /// The other asks; `refused` where one said no.
    AskedOfYou {
        /// Whether one said no, which can still be changed.
        refused: bool,
    },
    /// Both want it.
    Agreed,
    /// Somebody is named.
    Named,
    /// It is made.
    Certified,
    /// Whoever was named does not make it.
    Declined,
    /// Nothing came of it.
    Over,
}

impl Seen {
    /// Its stable word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AskedByYou => "asked-by-you",
            Self::AskedOfYou { .. } => "asked-of-you",
            Self::Agreed => "agreed",
            Self::Named => "named",
            Self::Certified => "certified",
            Self::Declined => "declined",
            Self::Over => "over",
        }
    }
}

impl Certification {
    /// One that a party asks for now.
    ///
    /// # Errors
    /// `NotCertifiable` where the record does not stand undisputed.
    pub const fn ask(by: Side, standing: Standing, now: Moment) -> Result<Self, CertificationRefusal> {
        match standing {
            Standing::Stands => Ok(Self {
                asked_by: by,
                asked_at: now,
                agreed_at: None,
                step: Step::Asked { refused: false },
                since: now,
            }),
            Standing::BeingChanged | Standing::Superseded => Err(CertificationRefusal::NotCertifiable),
        }
    }

    /// The word for how far it is.
    pub const fn state(&self) -> CertificationState {
        match self.step {
            Step::Asked { .. } => CertificationState::Asked,
            Step::Agreed => CertificationState::Agreed,
            Step::Named { .. } => CertificationState::Named,
            Step::Certified { .. } => CertificationState::Certified,
            Step::Declined => CertificationState::Declined,
            Step::Withdrawn => CertificationState::Withdrawn,
            Step::Lapsed => CertificationState::Lapsed,
        }
    }

    /// Whether it goes on.
    pub const fn is_open(&self) -> bool {
        matches!(self.step, Step::Asked { .. } | Step::Agreed | Step::Named { .. })
    }

    /// Whether another one may be asked for of the same record.
    pub const fn lets_ask_anew(&self) -> bool {
        matches!(self.step, Step::Declined | Step::Withdrawn | Step::Lapsed)
    }

    /// In which capacity somebody certifies or has certified.
    pub const fn capacity(&self) -> Option<Capacity> {
        match self.step {
            Step::Named { capacity, .. } | Step::Certified { capacity, .. } => Some(capacity),
            _ => None,
        }
    }

    /// Who came to certify, or has certified.
    pub const fn certifier(&self) -> Option<AccountId> {
        match self.step {
            Step::Named { taken_by, .. } => taken_by,
            Step::Certified { by, .. } => Some(by),
            _ => None,
        }
    }

    /// When it lapses unless it goes on before; nothing once it is over.
    pub fn lapses_at(&self, period: Duration) -> Option<Moment> {
        self.is_open().then(|| self.since.plus(period))
    }

    /// Whether that account reads the record for the sake of it: whoever came with the code, until it is over.
    pub fn lets_read(&self, account: AccountId, standing: Standing, period: Duration, now: Moment) -> bool {
        let is_theirs = matches!(self.step, Step::Named { taken_by: Some(by), .. } if by == account);
        let is_in_time = self.lapses_at(period).is_some_and(|at| now < at);
        is_theirs && is_in_time && standing != Standing::Superseded
    }

    /// How far it is for a party.
    pub fn seen_by(&self, side: Side) -> Seen {
        match self.step {
            Step::Asked { .. } if side == self.asked_by => Seen::AskedByYou,
            Step::Asked { refused } => Seen::AskedOfYou { refused },
            Step::Agreed => Seen::Agreed,
            Step::Named { .. } => Seen::Named,
            Step::Certified { .. } => Seen::Certified,
            Step::Declined => Seen::Declined,
            Step::Withdrawn | Step::Lapsed => Seen::Over,
        }
    }

    /// What comes of a command.
    ///
    /// # Errors
    /// The rule that stands against it.
    pub fn decide(
        &self,
        command: Command,
        actor: Actor,
        standing: Standing,
        period: Duration,
        now: Moment,
    ) -> Result<Event, CertificationRefusal> {
        use CertificationRefusal::{NotYours, Over};
        let is_late = self.lapses_at(period).is_none_or(|at| at <= now);
        if command == Command::Lapse {
            let is_due = self.is_open() && (is_late || standing == Standing::Superseded);
            return match actor {
                Actor::House if is_due => Ok(Event::Lapsed),
                Actor::House => Err(Over),
                _ => Err(NotYours),
            };
        }
        let event = match (command, actor) {
            (Command::Agree, Actor::Party(side)) => self.agreed(side)?,
            (Command::Withdraw, Actor::Party(side)) => self.withdrawn(side)?,
            (Command::Name(capacity), Actor::Registrar) => self.named(capacity)?,
            (Command::Unname, Actor::Registrar) => self.unnamed()?,
            (Command::Take { has_part }, Actor::Certifier(account)) => self.taken(account, has_part)?,
            (Command::Certify, Actor::Certifier(account)) => {
                self.ended_by(account, Event::Certified(account))?
            }
            (Command::Decline, Actor::Certifier(account)) => self.ended_by(account, Event::Declined)?,
            _ => return Err(NotYours),
        };
        if is_late {
            return Err(Over);
        }
        // To leave is always possible; to go on takes a record that stands.
        let goes_on = !matches!(event, Event::Withdrawn | Event::Refused | Event::Unnamed | Event::Declined);
        if goes_on && standing != Standing::Stands {
            return Err(CertificationRefusal::NotCertifiable);
        }
        Ok(event)
    }

    fn agreed(&self, side: Side) -> Result<Event, CertificationRefusal> {
        match self.step {
            Step::Asked { .. } if side != self.asked_by => Ok(Event::Agreed),
            Step::Asked { .. } => Err(CertificationRefusal::NotYours),
            Step::Agreed | Step::Named { .. } => Err(CertificationRefusal::UnderWay),
            _ => Err(CertificationRefusal::Over),
        }
    }

    fn withdrawn(&self, side: Side) -> Result<Event, CertificationRefusal> {
        match self.step {
            Step::Asked { .. } if side != self.asked_by => Ok(Event::Refused),
            Step::Asked { .. } | Step::Agreed | Step::Named { .. } => Ok(Event::Withdrawn),
            _ => Err(CertificationRefusal::Over),
        }
    }

    const fn named(&self, capacity: Capacity) -> Result<Event, CertificationRefusal> {
        match self.step {
            Step::Agreed | Step::Named { .. } => Ok(Event::Named(capacity)),
            Step::Asked { .. } => Err(CertificationRefusal::NotAgreed),
            _ => Err(CertificationRefusal::Over),
        }
    }

    const fn unnamed(&self) -> Result<Event, CertificationRefusal> {
        match self.step {
            Step::Named { .. } => Ok(Event::Unnamed),
            Step::Asked { .. } | Step::Agreed => Err(CertificationRefusal::NotAgreed),
            _ => Err(CertificationRefusal::Over),
        }
    }

    fn taken(&self, account: AccountId, has_part: bool) -> Result<Event, CertificationRefusal> {
        match self.step {
            Step::Named { taken_by: Some(by), .. } if by != account => Err(CertificationRefusal::NotYours),
            Step::Named { .. } if has_part => Err(CertificationRefusal::CertifierHasPart),
            Step::Named { .. } => Ok(Event::Taken(account)),
            _ => Err(CertificationRefusal::NotYours),
        }
    }

    fn ended_by(&self, account: AccountId, event: Event) -> Result<Event, CertificationRefusal> {
        match self.step {
            Step::Named { taken_by: Some(by), .. } if by == account => Ok(event),
            Step::Certified { by, .. } if by == account => Err(CertificationRefusal::Over),
            _ => Err(CertificationRefusal::NotYours),
        }
    }

    /// What an event makes of it.
    #[must_use]
    pub const fn apply(self, event: Event, now: Moment) -> Self {
        let (step, since) = match (event, self.step) {
            (Event::Agreed, _) => {
                return Self { agreed_at: Some(now), step: Step::Agreed, since: now, ..self };
            }
            // That it is a no must not show by a clock that begins anew.
            (Event::Refused, _) => (Step::Asked { refused: true }, self.since),
            (Event::Withdrawn, _) => (Step::Withdrawn, now),
            (Event::Named(capacity), _) => (Step::Named { capacity, taken_by: None }, now),
            (Event::Unnamed, _) => (Step::Agreed, now),
            (Event::Taken(account), Step::Named { capacity, .. }) => {
                (Step::Named { capacity, taken_by: Some(account) }, self.since)
            }
            (Event::Certified(by), Step::Named { capacity, .. }) => (Step::Certified { capacity, by }, now),
            (Event::Taken(_) | Event::Certified(_), step) => (step, self.since),
            (Event::Declined, _) => (Step::Declined, now),
            (Event::Lapsed, _) => (Step::Lapsed, now),
        };
        Self { step, since, ..self }
    }
}

#[cfg(test)]
mod tests;
