//! What a dispute is at any moment. Each stage carries only what is true in it.

use crate::agreement::{Agreement, Signer};
use crate::assignment::{Assignment, CoMediation, Proposal};
use crate::category::Category;
use crate::companion::Companion;
use crate::deadlines::Periods;
use crate::ids::{AccountId, DisputeId, Reference, SettlementId};
use crate::language::Language;
use crate::party::{Joining, Party, Side, Sides};
use crate::room::{Channel, RoomState, Seat};
use crate::settlement::Attestation;
use crate::time::Moment;

/// A dispute, without a word that anybody wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dispute {
    /// Its id.
    pub id: DisputeId,
    /// Its short name, from filing on.
    pub reference: Option<Reference>,
    /// What it is about.
    pub category: Category,
    /// The language in which it was filed.
    pub language: Language,
    /// When it was filed.
    pub filed_at: Option<Moment>,
    /// The settlement that its sides want to change: what they sign in this dispute stands in place of that record.
    pub amends: Option<SettlementId>,
    /// Where the two sides stand.
    pub parties: Sides<Party>,
    /// Who sits, sat or is asked to sit beside a party.
    pub companions: Vec<Companion>,
    /// How often each side has asked somebody to sit beside it.
    pub asked_beside: Sides<u32>,
    /// Whether the sides never share a channel (R17).
    pub shuttle: bool,
    /// Whether all clocks stand still.
    pub suspension: Option<Suspension>,
    /// The agreement under way.
    pub agreement: Agreement,
    /// How far it has come.
    pub stage: Stage,
}

/// All clocks stand still; others read "paused".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Suspension {
    /// Since when.
    pub since: Moment,
    /// Until when, where it ends by itself (a party's).
    pub until: Option<Moment>,
}

/// How far a dispute has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// Being written; nobody else knows of it.
    Draft,
    /// Filed, and a registrar looks at it before anyone is contacted.
    Screening,
    /// The respondent is invited.
    Inviting {
        /// The answer is due by then.
        until: Moment,
        /// When somebody with the code said no; undone with the same code until the end.
        refused_at: Option<Moment>,
    },
    /// Both sides prepare, each alone.
    Preparing {
        /// Both are to be ready by then.
        until: Moment,
    },
    /// Offers between the two, without a mediator.
    Negotiation {
        /// It ends then.
        until: Moment,
    },
    /// A mediator is sought.
    Assigning(Assigning),
    /// The three are in the room.
    Mediation(Mediation),
    /// Signed, attested and sealed.
    Settled {
        /// The mediation of which it came.
        mediation: Mediation,
        /// The record.
        settlement: SettlementId,
        /// Who attested.
        attestation: Attestation,
        /// When it was sealed.
        at: Moment,
    },
    /// Over without a settlement.
    Ended(Ending),
}

/// A mediator is sought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigning {
    /// The proposal that is under way.
    pub proposal: Option<Assignment>,
    /// Who was proposed before and did not become it, and who was it before.
    pub tried: Vec<AccountId>,
    /// The proposal under way lapses then.
    pub until: Moment,
    /// The mediation that was under way until its mediator left. What it came to is told by a certificate (R10).
    pub earlier: Option<Mediation>,
}

/// A mediation under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mediation {
    /// The confirmed mediator.
    pub mediator: AccountId,
    /// When they were confirmed.
    pub since: Moment,
    /// When the first mediator was: that is when the mediation began.
    pub began: Moment,
    /// It lapses then, unless a frozen text awaits signatures.
    pub until: Moment,
    /// The room.
    pub room: RoomState,
    /// How far it has come with a co-mediator.
    pub beside: CoMediation,
    /// Who was present as a co-mediator at a session held (R10), whether they sit there now or not.
    pub co_mediated: Vec<AccountId>,
    /// Who was proposed before, or mediated before: they take no other part in it (R14). Where the mediator is among
    /// them, they left, and nobody took it over.
    pub tried: Vec<AccountId>,
}

/// Over without a settlement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// When.
    pub at: Moment,
    /// Why; read by the registrar alone.
    pub cause: Cause,
    /// The mediation, if one took place.
    pub mediation: Option<Mediation>,
}

words! {
    /// Why a dispute ended. To everyone but the registrar every one of them reads the same (R2, R4).
    pub enum Cause {
        /// The respondent said no.
        Refused = "refused",
        /// The invitation was not answered.
        Unanswered = "unanswered",
        /// Not both were ready in time.
        Unprepared = "unprepared",
        /// A party withdrew.
        Withdrawn = "withdrawn",
        /// The registrar found it unsuitable and referred it.
        Unsuitable = "unsuitable",
        /// The mediator saw no way on.
        Impasse = "impasse",
        /// Its time passed.
        Lapsed = "lapsed",
    }
}

words! {
    /// The stages' names in the API and on pages.
    pub enum StageName {
        /// See [`Stage::Draft`].
        Draft = "draft",
        /// See [`Stage::Screening`].
        Screening = "screening",
        /// See [`Stage::Inviting`].
        Inviting = "inviting",
        /// See [`Stage::Preparing`].
        Preparing = "preparing",
        /// See [`Stage::Negotiation`].
        Negotiation = "negotiation",
        /// See [`Stage::Assigning`].
        Assigning = "assigning",
        /// See [`Stage::Mediation`].
        Mediation = "mediation",
        /// See [`Stage::Settled`].
        Settled = "settled",
        /// See [`Stage::Ended`].
        Ended = "ended",
    }
}

impl Stage {
    /// Its name.
    pub const fn name(&self) -> StageName {
        match self {
            Self::Draft => StageName::Draft,
            Self::Screening => StageName::Screening,
            Self::Inviting { .. } => StageName::Inviting,
            Self::Preparing { .. } => StageName::Preparing,
            Self::Negotiation { .. } => StageName::Negotiation,
            Self::Assigning(_) => StageName::Assigning,
            Self::Mediation(_) => StageName::Mediation,
            Self::Settled { .. } => StageName::Settled,
            Self::Ended(_) => StageName::Ended,
        }
    }
}

impl Dispute {
    /// A draft that `claimant` begins.
    pub const fn draft(id: DisputeId, claimant: AccountId, category: Category, language: Language) -> Self {
        Self {
            id,
            reference: None,
            category,
            language,
            filed_at: None,
            amends: None,
            parties: Sides {
                claimant: Party::new(Joining::Joined { account: claimant }),
                respondent: Party::new(Joining::Awaited { pending: Vec::new() }),
            },
            companions: Vec::new(),
            asked_beside: Sides { claimant: 0, respondent: 0 },
            shuttle: false,
            suspension: None,
            agreement: Agreement::Blank,
            stage: Stage::Draft,
        }
    }

    /// A draft in which `claimant`, a party to that settlement, asks the other one to change what they agreed.
    pub const fn amendment(
        id: DisputeId,
        claimant: AccountId,
        category: Category,
        language: Language,
        settlement: SettlementId,
    ) -> Self {
        let mut draft = Self::draft(id, claimant, category, language);
        draft.amends = Some(settlement);
        draft
    }

    /// On which side that account sits, if on one.
    pub fn side_of(&self, account: AccountId) -> Option<Side> {
        Side::BOTH.into_iter().find(|side| self.parties.of(*side).account() == Some(account))
    }

    /// Whether somebody may be asked to sit beside a party, and sits there: from preparing on, until the talks are over.
    pub const fn seats_beside_are_open(&self) -> bool {
        matches!(
            self.stage,
            Stage::Preparing { .. } | Stage::Negotiation { .. } | Stage::Assigning(_) | Stage::Mediation(_)
        )
    }

    /// The seat beside a party in which that account sits now, under the agreement to mediate that is in force (R1).
    /// Nobody sits there once the talks are over: what came of them is the parties'.
    pub fn companion_of(&self, account: AccountId) -> Option<&Companion> {
        let mut open = self.companions.iter().filter(|_| self.seats_beside_are_open());
        open.find(|companion| companion.sits() == Some(account))
    }

    /// The side for which that account signs as its representative, on authority that a registrar accepted (R3).
    pub fn represented_by(&self, account: AccountId) -> Option<(Side, Signer)> {
        let seat = self.companion_of(account)?;
        let (account, accepted_at) = seat.signs()?;
        Some((seat.side, Signer::Representative { account, accepted_at }))
    }

    /// Whether that account is on a side, or sits or sat beside one: they do not mediate here (R14).
    pub fn is_of_a_side(&self, account: AccountId) -> bool {
        let beside = self.companions.iter().any(|companion| companion.account() == Some(account));
        beside || self.side_of(account).is_some()
    }

    /// Whether that account has, had or seeks a part in this dispute: nobody has two (R14). Whoever sat beside a side may
    /// sit there again.
    pub fn has_part(&self, account: AccountId) -> bool {
        let is_tried = match &self.stage {
            Stage::Assigning(assigning) => assigning.tried.contains(&account),
            _ => self.mediation().is_some_and(|mediation| mediation.tried.contains(&account)),
        };
        let waits = matches!(
            &self.parties.respondent.joining, Joining::Awaited { pending } if pending.contains(&account)
        );
        // Whoever sat beside a mediator who left may come to lead, and takes no other part.
        let earlier = match &self.stage {
            Stage::Assigning(assigning) => assigning.earlier.as_ref(),
            _ => self.mediation(),
        };
        let beside = earlier.and_then(|mediation| mediation.beside.account());
        let mediates = [self.mediator(), self.proposed_mediator(), beside].contains(&Some(account));
        self.is_of_a_side(account) || mediates || is_tried || waits
    }

    /// The seats beside the parties that are taken, with who sits there: none once the talks are over.
    pub fn seated_companions(&self) -> impl Iterator<Item = (AccountId, &Companion)> {
        let is_open = matches!(self.stage, Stage::Negotiation { .. } | Stage::Mediation(_));
        let taken = self.companions.iter().filter_map(|companion| Some((companion.sits()?, companion)));
        taken.filter(move |_| is_open)
    }

    /// The mediation: under way, or the one that was.
    pub const fn mediation(&self) -> Option<&Mediation> {
        match &self.stage {
            Stage::Mediation(mediation) | Stage::Settled { mediation, .. } => Some(mediation),
            Stage::Ended(ending) => ending.mediation.as_ref(),
            _ => None,
        }
    }

    /// The confirmed mediator. Whoever left is it no more, whatever came after (R5).
    pub fn mediator(&self) -> Option<AccountId> {
        let stayed = |mediation: &&Mediation| !mediation.tried.contains(&mediation.mediator);
        self.mediation().filter(stayed).map(|mediation| mediation.mediator)
    }

    /// The co-mediator, whose seat ends with that of the mediator (R5).
    pub fn co_mediator(&self) -> Option<AccountId> {
        self.mediator()?;
        match self.mediation()?.beside {
            CoMediation::Seated(account) => Some(account),
            CoMediation::Vacant | CoMediation::Proposed(_) => None,
        }
    }

    /// Whether that account mediates here, leading or beside the one who leads.
    pub fn mediates(&self, account: AccountId) -> bool {
        [self.mediator(), self.co_mediator()].contains(&Some(account))
    }

    /// Whether people have a room: it may be closed for a while.
    pub fn has_room(&self) -> bool {
        let is_sought_anew = matches!(&self.stage, Stage::Assigning(sought) if sought.earlier.is_some());
        is_sought_anew || matches!(self.stage, Stage::Negotiation { .. }) || self.mediation().is_some()
    }

    /// The proposal under way: of the mediator, or of a co-mediator while there is one who leads.
    pub const fn proposal(&self) -> Option<Assignment> {
        match &self.stage {
            Stage::Assigning(assigning) => assigning.proposal,
            Stage::Mediation(Mediation { beside: CoMediation::Proposed(proposal), .. }) => Some(*proposal),
            _ => None,
        }
    }

    /// The mediator who is proposed, to lead or beside the one who does, before the parties confirmed them.
    pub fn proposed_mediator(&self) -> Option<AccountId> {
        self.proposal().map(|proposal| proposal.mediator)
    }

    /// Whether what a side told a mediator in private before is there for the one who is proposed (R5).
    pub const fn has_earlier_talk(&self) -> bool {
        match &self.stage {
            Stage::Assigning(assigning) => assigning.earlier.is_some(),
            Stage::Mediation(_) => true,
            _ => false,
        }
    }

    /// As whom that account sits in the room, while the room is open or was.
    pub fn seat_of(&self, account: AccountId) -> Option<Seat> {
        let has_room = matches!(self.stage, Stage::Negotiation { .. }) || self.mediation().is_some();
        if !has_room {
            return None;
        }
        let party = self.side_of(account).map(Seat::Party);
        let own = party.or_else(|| (self.mediator() == Some(account)).then_some(Seat::Mediator));
        let own = own.or_else(|| (self.co_mediator() == Some(account)).then_some(Seat::CoMediator));
        own.or_else(|| {
            let (_, companion) = self.seated_companions().find(|(who, _)| *who == account)?;
            Some(Seat::Beside { side: companion.side, role: companion.role })
        })
    }

    /// Which side took the pause that stands, if one did; a registrar's has no end of its own.
    pub fn suspended_by(&self) -> Option<Side> {
        let suspension = self.suspension.filter(|suspension| suspension.until.is_some())?;
        let took = |side: &Side| self.parties.of(*side).suspended_at == Some(suspension.since);
        Side::BOTH.into_iter().find(took)
    }

    /// Whether both sides read "paused" in everything, for whatever reason.
    pub fn is_paused(&self) -> bool {
        let held = matches!(&self.stage, Stage::Mediation(mediation) if mediation.room.held);
        self.suspension.is_some() || held
    }

    /// Whether a party reads "paused" in that channel.
    pub fn is_channel_paused(&self, channel: Channel) -> bool {
        let in_room = matches!(&self.stage, Stage::Mediation(mediation) if mediation.room.is_paused(channel));
        self.suspension.is_some() || in_room
    }

    /// Whether presence and typing pass: the mediator has a session open, and nothing pauses it (R19).
    pub fn session_is_on(&self) -> bool {
        let open = matches!(&self.stage, Stage::Mediation(mediation) if mediation.room.session_open);
        open && !self.is_paused()
    }

    /// Whether the sides have come so far that one may see what the other shows it: until both are ready nobody sees
    /// anything beyond the invitation. What ended before the three met stays closed.
    pub const fn sides_have_met(&self) -> bool {
        match &self.stage {
            Stage::Draft | Stage::Screening | Stage::Inviting { .. } | Stage::Preparing { .. } => false,
            Stage::Negotiation { .. } | Stage::Assigning(_) | Stage::Mediation(_) | Stage::Settled { .. } => {
                true
            }
            Stage::Ended(ending) => ending.mediation.is_some(),
        }
    }

    /// Whom a referral concerns where the registrar finds this unsuitable now (R20): whoever filed while nobody is
    /// contacted yet, later whoever raised something, and nobody else, because it tells who that was.
    pub fn to_be_referred(&self) -> Sides<bool> {
        use crate::party::Safety::Raised;
        let mut raised = Sides {
            claimant: self.parties.claimant.safety == Raised,
            respondent: self.parties.respondent.safety == Raised,
        };
        if self.stage == Stage::Screening {
            raised = Sides { claimant: true, respondent: false };
        }
        // A mediator's disclosure is known to both, and so is what came of it.
        if raised.either(|is| *is) { raised } else { Sides { claimant: true, respondent: true } }
    }

    /// Whether somebody's safety answers raised something, at any time.
    pub fn is_flagged(&self) -> bool {
        self.parties.either(|party| party.safety.is_flagged())
    }

    /// Whether a registrar has something to decide before the sides may go on: what safety answers raised (R16), or
    /// what a mediator disclosed later on (R13). Nothing else lets a room go that the house holds.
    pub fn awaits_screening(&self) -> bool {
        use crate::party::Safety::Raised;
        let raised = self.parties.either(|party| party.safety == Raised);
        match &self.stage {
            Stage::Draft | Stage::Settled { .. } | Stage::Ended(_) => false,
            Stage::Screening => true,
            Stage::Mediation(mediation) => raised || mediation.room.held,
            _ => raised,
        }
    }

    /// The deadline as the sides may read it. While a taker waits for the registrar the answer is awaited for longer
    /// than this says, because nobody else may learn that somebody took the invitation.
    pub fn shown_deadline(&self, periods: &Periods) -> Option<Moment> {
        match (&self.stage, self.suspension) {
            (Stage::Inviting { until, .. }, None) => Some(*until),
            _ => self.next_deadline(periods),
        }
    }

    fn somebody_waits(&self) -> bool {
        matches!(&self.parties.respondent.joining, Joining::Awaited { pending } if !pending.is_empty())
    }

    /// Whom the stage waits for: who is reminded before its deadline. Both sides' agreement to something is asked of
    /// each alone, so that nobody learns from a reminder what the other has done. While all clocks stand still, nobody.
    pub fn awaited(&self) -> Vec<AccountId> {
        let sides = |waits: &dyn Fn(Side) -> bool| -> Vec<AccountId> {
            let waiting = Side::BOTH.into_iter().filter(|side| waits(*side));
            waiting.filter_map(|side| self.parties.of(side).account()).collect()
        };
        if self.suspension.is_some() {
            return Vec::new();
        }
        // Whoever signs for a side waits with it.
        let signers = |waits: &dyn Fn(Side) -> bool| -> Vec<AccountId> {
            let beside = self.companions.iter().filter(|companion| waits(companion.side));
            beside.filter_map(|companion| Some(companion.signs()?.0)).collect()
        };
        match &self.stage {
            Stage::Preparing { .. } => sides(&|side| self.parties.of(side).route.is_none()),
            Stage::Negotiation { .. } => sides(&|_| true),
            Stage::Assigning(Assigning { proposal: Some(proposal), .. }) => match proposal.state {
                Proposal::Proposed => vec![proposal.mediator],
                Proposal::Accepted { approved, .. } => sides(&|side| !*approved.of(side)),
            },
            Stage::Mediation(mediation) => match &self.agreement {
                Agreement::Signed { .. } => vec![mediation.mediator],
                Agreement::Frozen { .. } => Vec::new(),
                Agreement::Draft { ready, .. } => {
                    let mut people = sides(&|side| !*ready.of(side));
                    people.extend(signers(&|side| !*ready.of(side)));
                    people.push(mediation.mediator);
                    people
                }
                Agreement::Blank => {
                    let mut people = sides(&|_| true);
                    people.push(mediation.mediator);
                    people
                }
            },
            _ => Vec::new(),
        }
    }

    /// Until when an invitation is open: while all clocks stand still, later by as long as they have stood.
    pub fn answer_until(&self, now: Moment) -> Option<Moment> {
        let Stage::Inviting { until, .. } = self.stage else { return None };
        let pause =
            self.suspension.map_or(std::time::Duration::ZERO, |suspension| now.since(suspension.since));
        Some(until.plus(pause))
    }

    /// When something happens by itself, unless somebody acts before.
    ///
    /// What every party has signed binds whatever the clock says; its deadline is the mediator's, to attest.
    pub fn next_deadline(&self, periods: &Periods) -> Option<Moment> {
        if let Some(suspension) = self.suspension {
            return suspension.until;
        }
        match &self.stage {
            // Who answered in time does not lose the seat because the registrar takes time to see who they are, within
            // bounds.
            Stage::Inviting { until, refused_at: None } if self.somebody_waits() => {
                Some(until.plus(periods.preparing))
            }
            Stage::Inviting { until, .. } | Stage::Preparing { until } | Stage::Negotiation { until } => {
                Some(*until)
            }
            // The proposal lapses then; where there is none, the registrar is reminded.
            Stage::Assigning(assigning) => Some(assigning.until),
            Stage::Mediation(mediation) => match &self.agreement {
                Agreement::Frozen { .. } => None,
                Agreement::Signed { since, .. } => Some(since.plus(periods.attestation)),
                Agreement::Blank | Agreement::Draft { .. } => Some(mediation.until),
            },
            Stage::Draft | Stage::Screening | Stage::Settled { .. } | Stage::Ended(_) => None,
        }
    }
}
