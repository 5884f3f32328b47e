//! The shape of a dispute: everything that the state machine knows of it. There is no word in it that anybody wrote,
//! yet it tells who raised a safety question and who withdrew, so it lies sealed like the rest.

use serde::{Deserialize, Serialize};

use domain::assignment::{Assignment, CoMediation, Proposal};
use domain::category::Category;
use domain::companion::{Authority, Companion, CompanionRole, Ground, Sitting};
use domain::consent::Consent;
use domain::dispute::{Assigning, Cause, Dispute, Ending, Mediation, Stage, Suspension};
use domain::ids::{AccountId, AssignmentId, CompanionId, DisputeId, Reference, SettlementId};
use domain::language::{Language, RecordLanguage};
use domain::party::{Joining, Party, Route, Safety, Side, Sides};
use domain::room::{Channel, RoomState, Seat, Signal};
use domain::settlement::{Attestation, DeliveryChoice};

use super::agreement::AgreementShape;
use super::atoms::{M, Two, W};
use crate::error::Result;

/// A dispute without its id, which is its row's.
#[derive(Serialize, Deserialize)]
pub struct DisputeShape {
    reference: Option<W<Reference>>,
    category: W<Category>,
    language: W<Language>,
    filed_at: Option<M>,
    /// Absent in what was kept before a settlement could be changed.
    #[serde(default)]
    amends: Option<W<SettlementId>>,
    parties: Two<PartyShape>,
    /// Absent in what was kept before anybody could sit beside a party.
    #[serde(default)]
    companions: Vec<CompanionShape>,
    /// Absent in what was kept before it was counted.
    #[serde(default)]
    asked_beside: Option<Two<u32>>,
    shuttle: bool,
    suspension: Option<SuspensionShape>,
    agreement: AgreementShape,
    stage: StageShape,
}

impl From<&Dispute> for DisputeShape {
    fn from(dispute: &Dispute) -> Self {
        let suspension =
            |held: Suspension| SuspensionShape { since: held.since.into(), until: held.until.map(M::from) };
        Self {
            reference: dispute.reference.clone().map(W),
            category: W(dispute.category),
            language: W(dispute.language),
            filed_at: dispute.filed_at.map(M::from),
            amends: dispute.amends.map(W),
            parties: Two::of(&dispute.parties, |party| PartyShape::from(party)),
            companions: dispute.companions.iter().map(CompanionShape::from).collect(),
            asked_beside: Some(Two::of(&dispute.asked_beside, |asked| *asked)),
            shuttle: dispute.shuttle,
            suspension: dispute.suspension.map(suspension),
            agreement: AgreementShape::from(&dispute.agreement),
            stage: StageShape::from(&dispute.stage),
        }
    }
}

impl DisputeShape {
    /// The dispute of that id.
    pub fn value(self, id: DisputeId) -> Result<Dispute> {
        let suspension = |shape: SuspensionShape| Suspension {
            since: shape.since.into(),
            until: shape.until.map(Into::into),
        };
        Ok(Dispute {
            id,
            reference: self.reference.map(|reference| reference.0),
            category: self.category.0,
            language: self.language.0,
            filed_at: self.filed_at.map(Into::into),
            amends: self.amends.map(|settlement| settlement.0),
            parties: self.parties.sides(|party| Ok(party.value()))?,
            companions: self.companions.into_iter().map(CompanionShape::value).collect(),
            asked_beside: self.asked_beside.map_or_else(|| Ok(Sides::default()), |asked| asked.sides(Ok))?,
            shuttle: self.shuttle,
            suspension: self.suspension.map(suspension),
            agreement: self.agreement.value()?,
            stage: self.stage.value()?,
        })
    }
}

#[derive(Serialize, Deserialize)]
struct SuspensionShape {
    since: M,
    until: Option<M>,
}

#[derive(Serialize, Deserialize)]
struct ConsentShape {
    version: u32,
    language: W<Language>,
    at: M,
}

impl From<Consent> for ConsentShape {
    fn from(signed: Consent) -> Self {
        Self { version: signed.version, language: W(signed.language), at: signed.at.into() }
    }
}

impl From<ConsentShape> for Consent {
    fn from(shape: ConsentShape) -> Self {
        Self { version: shape.version, language: shape.language.0, at: shape.at.into() }
    }
}

#[derive(Serialize, Deserialize)]
struct CompanionShape {
    id: W<CompanionId>,
    side: W<Side>,
    role: W<CompanionRole>,
    reads_earlier: bool,
    /// Nobody while nobody has taken the seat.
    account: Option<W<AccountId>>,
    /// Nothing before they sit, and when they sit there no more.
    consent: Option<ConsentShape>,
    /// Absent where nobody asked that they may sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    authority: Option<AuthorityShape>,
}

/// How far it has come that a representative signs for the party.
#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
enum AuthorityShape {
    Claimed { ground: W<Ground> },
    Accepted { at: M },
    Refused,
}

impl AuthorityShape {
    fn of(authority: Authority) -> Option<Self> {
        match authority {
            Authority::Unclaimed => None,
            Authority::Claimed { ground } => Some(Self::Claimed { ground: W(ground) }),
            Authority::Accepted { at } => Some(Self::Accepted { at: at.into() }),
            Authority::Refused => Some(Self::Refused),
        }
    }

    fn value(self) -> Authority {
        match self {
            Self::Claimed { ground } => Authority::Claimed { ground: ground.0 },
            Self::Accepted { at } => Authority::Accepted { at: at.into() },
            Self::Refused => Authority::Refused,
        }
    }
}

impl From<&Companion> for CompanionShape {
    fn from(seat: &Companion) -> Self {
        let consent = match seat.sitting {
            Sitting::Seated { consent, .. } => Some(ConsentShape::from(consent)),
            Sitting::Asked | Sitting::Over { .. } => None,
        };
        Self {
            id: W(seat.id),
            side: W(seat.side),
            role: W(seat.role),
            reads_earlier: seat.reads_earlier,
            account: seat.account().map(W),
            consent,
            authority: AuthorityShape::of(seat.authority()),
        }
    }
}

impl CompanionShape {
    fn value(self) -> Companion {
        let sitting = match (self.account, self.consent) {
            (None, _) => Sitting::Asked,
            (Some(account), Some(consent)) => {
                let authority = self.authority.map_or(Authority::Unclaimed, AuthorityShape::value);
                Sitting::Seated { account: account.0, consent: consent.into(), authority }
            }
            (Some(account), None) => Sitting::Over { account: account.0 },
        };
        let (id, side, role) = (self.id.0, self.side.0, self.role.0);
        Companion { id, side, role, reads_earlier: self.reads_earlier, sitting }
    }
}

#[derive(Serialize, Deserialize)]
struct PartyShape {
    account: Option<W<AccountId>>,
    pending: Vec<W<AccountId>>,
    safety: W<Safety>,
    consent: Option<ConsentShape>,
    route: Option<W<Route>>,
    delivery: Option<W<DeliveryChoice>>,
    /// Absent in what was kept before a text could be in a language that pages are not in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reading: Option<W<RecordLanguage>>,
    suspended_at: Option<M>,
}

impl From<&Party> for PartyShape {
    fn from(party: &Party) -> Self {
        let pending: &[AccountId] = match &party.joining {
            Joining::Awaited { pending } => pending,
            Joining::Joined { .. } => &[],
        };
        Self {
            account: party.account().map(W),
            pending: pending.iter().copied().map(W).collect(),
            safety: W(party.safety),
            consent: party.consent.map(ConsentShape::from),
            route: party.route.map(W),
            delivery: party.delivery.map(W),
            reading: party.reading.map(W),
            suspended_at: party.suspended_at.map(M::from),
        }
    }
}

impl PartyShape {
    fn value(self) -> Party {
        let pending = self.pending.into_iter().map(|account| account.0).collect();
        Party {
            joining: match self.account {
                Some(account) => Joining::Joined { account: account.0 },
                None => Joining::Awaited { pending },
            },
            safety: self.safety.0,
            consent: self.consent.map(Consent::from),
            route: self.route.map(|route| route.0),
            delivery: self.delivery.map(|choice| choice.0),
            reading: self.reading.map(|language| language.0),
            suspended_at: self.suspended_at.map(Into::into),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct RoomShape {
    session_open: bool,
    paused: Vec<W<Channel>>,
    signals: Two<Option<W<Signal>>>,
    held: bool,
    #[serde(default)]
    disclosure: Option<Two<Option<bool>>>,
    attended: Two<bool>,
    #[serde(default)]
    arrived: Vec<W<Seat>>,
    #[serde(default)]
    not_freely: Option<Two<bool>>,
}

#[derive(Serialize, Deserialize)]
struct MediationShape {
    mediator: W<AccountId>,
    since: M,
    /// Nothing where it began with this mediator.
    began: Option<M>,
    until: M,
    room: RoomShape,
    /// Absent in what was kept before two could mediate.
    #[serde(default)]
    beside: Option<BesideShape>,
    #[serde(default)]
    co_mediated: Vec<W<AccountId>>,
    #[serde(default)]
    tried: Vec<W<AccountId>>,
}

/// A co-mediator who is asked, or sits.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum BesideShape {
    Proposed(ProposalShape),
    Seated(W<AccountId>),
}

impl BesideShape {
    fn of(beside: CoMediation) -> Option<Self> {
        match beside {
            CoMediation::Vacant => None,
            CoMediation::Proposed(proposal) => Some(Self::Proposed(proposal.into())),
            CoMediation::Seated(account) => Some(Self::Seated(W(account))),
        }
    }

    fn value(self) -> Result<CoMediation> {
        Ok(match self {
            Self::Proposed(proposal) => CoMediation::Proposed(proposal.value()?),
            Self::Seated(account) => CoMediation::Seated(account.0),
        })
    }
}

impl From<&Mediation> for MediationShape {
    fn from(mediation: &Mediation) -> Self {
        let room = &mediation.room;
        let room = RoomShape {
            session_open: room.session_open,
            paused: room.paused.iter().copied().map(W).collect(),
            signals: Two::of(&room.signals, |signal| signal.map(W)),
            held: room.held,
            disclosure: room.disclosure.map(|said| Two::of(&said, |one| *one)),
            attended: Two::of(&room.attended, |one| *one),
            arrived: room.arrived.iter().copied().map(W).collect(),
            not_freely: Some(Two::of(&room.not_freely, |one| *one)),
        };
        Self {
            mediator: W(mediation.mediator),
            since: mediation.since.into(),
            began: Some(mediation.began.into()),
            until: mediation.until.into(),
            room,
            beside: BesideShape::of(mediation.beside),
            co_mediated: mediation.co_mediated.iter().copied().map(W).collect(),
            tried: mediation.tried.iter().copied().map(W).collect(),
        }
    }
}

impl MediationShape {
    fn value(self) -> Result<Mediation> {
        let room = RoomState {
            session_open: self.room.session_open,
            paused: self.room.paused.into_iter().map(|channel| channel.0).collect(),
            signals: self.room.signals.sides(|signal| Ok(signal.map(|word| word.0)))?,
            held: self.room.held,
            disclosure: self.room.disclosure.map(|said| said.sides(Ok)).transpose()?,
            attended: self.room.attended.sides(Ok)?,
            arrived: self.room.arrived.into_iter().map(|seat| seat.0).collect(),
            not_freely: self.room.not_freely.map(|said| said.sides(Ok)).transpose()?.unwrap_or_default(),
        };
        Ok(Mediation {
            mediator: self.mediator.0,
            since: self.since.into(),
            began: self.began.unwrap_or(self.since).into(),
            until: self.until.into(),
            room,
            beside: self.beside.map(BesideShape::value).transpose()?.unwrap_or_default(),
            co_mediated: self.co_mediated.into_iter().map(|account| account.0).collect(),
            tried: self.tried.into_iter().map(|account| account.0).collect(),
        })
    }
}

#[derive(Serialize, Deserialize)]
struct ProposalShape {
    id: W<AssignmentId>,
    mediator: W<AccountId>,
    /// Nothing while the mediator has not answered the conflict inquiry.
    accepted: Option<AcceptedShape>,
}

#[derive(Serialize, Deserialize)]
struct AcceptedShape {
    disclosed: bool,
    approved: Two<bool>,
    reads_earlier: Option<Two<bool>>,
}

impl From<Assignment> for ProposalShape {
    fn from(assignment: Assignment) -> Self {
        let accepted = match assignment.state {
            Proposal::Proposed => None,
            Proposal::Accepted { disclosed, approved, reads_earlier } => {
                let approved = Two::of(&approved, |one| *one);
                let reads_earlier = Some(Two::of(&reads_earlier, |one| *one));
                Some(AcceptedShape { disclosed, approved, reads_earlier })
            }
        };
        Self { id: W(assignment.id), mediator: W(assignment.mediator), accepted }
    }
}

impl ProposalShape {
    fn value(self) -> Result<Assignment> {
        let state = match self.accepted {
            None => Proposal::Proposed,
            Some(accepted) => Proposal::Accepted {
                disclosed: accepted.disclosed,
                approved: accepted.approved.sides(Ok)?,
                reads_earlier: accepted
                    .reads_earlier
                    .map(|said| said.sides(Ok))
                    .transpose()?
                    .unwrap_or_default(),
            },
        };
        Ok(Assignment { id: self.id.0, mediator: self.mediator.0, state })
    }
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
enum StageShape {
    Draft,
    Screening,
    Inviting {
        until: M,
        refused_at: Option<M>,
    },
    Preparing {
        until: M,
    },
    Negotiation {
        until: M,
    },
    Assigning {
        proposal: Option<ProposalShape>,
        tried: Vec<W<AccountId>>,
        until: M,
        earlier: Option<MediationShape>,
    },
    Mediation {
        mediation: MediationShape,
    },
    Settled {
        mediation: MediationShape,
        settlement: W<SettlementId>,
        attestation: W<Attestation>,
        at: M,
    },
    Ended {
        at: M,
        cause: W<Cause>,
        mediation: Option<MediationShape>,
    },
}

impl From<&Stage> for StageShape {
    fn from(stage: &Stage) -> Self {
        match stage {
            Stage::Draft => Self::Draft,
            Stage::Screening => Self::Screening,
            Stage::Inviting { until, refused_at } => {
                Self::Inviting { until: (*until).into(), refused_at: refused_at.map(M::from) }
            }
            Stage::Preparing { until } => Self::Preparing { until: (*until).into() },
            Stage::Negotiation { until } => Self::Negotiation { until: (*until).into() },
            Stage::Assigning(assigning) => Self::Assigning {
                proposal: assigning.proposal.map(ProposalShape::from),
                tried: assigning.tried.iter().copied().map(W).collect(),
                until: assigning.until.into(),
                earlier: assigning.earlier.as_ref().map(MediationShape::from),
            },
            Stage::Mediation(mediation) => Self::Mediation { mediation: mediation.into() },
            Stage::Settled { mediation, settlement, attestation, at } => Self::Settled {
                mediation: mediation.into(),
                settlement: W(*settlement),
                attestation: W(*attestation),
                at: (*at).into(),
            },
            Stage::Ended(ending) => Self::Ended {
                at: ending.at.into(),
                cause: W(ending.cause),
                mediation: ending.mediation.as_ref().map(MediationShape::from),
            },
        }
    }
}

impl StageShape {
    fn value(self) -> Result<Stage> {
        Ok(match self {
            Self::Draft => Stage::Draft,
            Self::Screening => Stage::Screening,
            Self::Inviting { until, refused_at } => {
                Stage::Inviting { until: until.into(), refused_at: refused_at.map(Into::into) }
            }
            Self::Preparing { until } => Stage::Preparing { until: until.into() },
            Self::Negotiation { until } => Stage::Negotiation { until: until.into() },
            Self::Assigning { proposal, tried, until, earlier } => Stage::Assigning(Assigning {
                proposal: proposal.map(ProposalShape::value).transpose()?,
                tried: tried.into_iter().map(|account| account.0).collect(),
                until: until.into(),
                earlier: earlier.map(MediationShape::value).transpose()?,
            }),
            Self::Mediation { mediation } => Stage::Mediation(mediation.value()?),
            Self::Settled { mediation, settlement, attestation, at } => Stage::Settled {
                mediation: mediation.value()?,
                settlement: settlement.0,
                attestation: attestation.0,
                at: at.into(),
            },
            Self::Ended { at, cause, mediation } => Stage::Ended(Ending {
                at: at.into(),
                cause: cause.0,
                mediation: mediation.map(MediationShape::value).transpose()?,
            }),
        })
    }
}
