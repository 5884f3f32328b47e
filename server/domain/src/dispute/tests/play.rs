//! A dispute on the stage: its cast, what each of them does, and the clock. A verb panics where the rules refuse it;
//! `tries` hands the refusal back.

use std::time::Duration;

use uuid::Uuid;

use crate::agreement::{Proof, Revision, TextDigest};
use crate::assignment::Candidate;
use crate::category::Category;
use crate::companion::{CompanionRole, Ground};
use crate::consent::AGREEMENT_TO_MEDIATE;
use crate::deadlines::Periods;
use crate::dispute::{Actor, Command, Dispute, Event, House, Refusal, ScreeningDecision, apply, decide};
use crate::ids::{AccountId, AssignmentId, CompanionId, DisputeId, Reference, SettlementId};
use crate::language::{Language, RecordLanguage};
use crate::party::{Route, Side};
use crate::room::Signal;
use crate::safety::Finding;
use crate::settlement::Attestation;
use crate::time::Moment;

pub(super) const HOUR: Duration = Duration::from_secs(3_600);
pub(super) const DAY: Duration = Duration::from_secs(86_400);

pub(super) const CLAIMANT: Actor = Actor::Party(Side::Claimant);
pub(super) const RESPONDENT: Actor = Actor::Party(Side::Respondent);
pub(super) const AMARA: AccountId = AccountId::new(Uuid::from_u128(0xA));
pub(super) const BELA: AccountId = AccountId::new(Uuid::from_u128(0xB));
/// Is asked to sit beside somebody.
pub(super) const DELA: AccountId = AccountId::new(Uuid::from_u128(0xD));
/// Took a forwarded link.
pub(super) const CARIM: AccountId = AccountId::new(Uuid::from_u128(0xC));
pub(super) const NOOR: AccountId = AccountId::new(Uuid::from_u128(0x100));
/// Another mediator on the roster.
pub(super) const OMAR: AccountId = AccountId::new(Uuid::from_u128(0x101));

/// A mediator on the roster who never had to do with anybody here.
pub(super) const STRANGER: AccountId = AccountId::new(Uuid::from_u128(0x102));

/// A dispute, what has happened to it, and what time it is.
#[derive(Debug, Clone)]
pub(super) struct Play {
    pub(super) dispute: Dispute,
    pub(super) now: Moment,
    pub(super) events: Vec<Event>,
}

impl Play {
    pub(super) fn draft_about(category: Category) -> Self {
        let id = DisputeId::new(Uuid::from_u128(1));
        let dispute = Dispute::draft(id, AMARA, category, Language::English);
        Self { dispute, now: Moment::from_millis(1_795_496_820_000), events: Vec::new() }
    }

    pub(super) fn draft() -> Self {
        Self::draft_about(Category::Tenancy)
    }

    pub(super) fn house(&self) -> House {
        House { now: self.now, periods: Periods::default() }
    }

    /// What would come of it; nothing changes.
    pub(super) fn asks(&self, actor: Actor, command: &Command) -> Result<Vec<Event>, Refusal> {
        decide(&self.dispute, command, actor, &self.house())
    }

    /// What comes of it, carried out where it is accepted.
    pub(super) fn tries(&mut self, actor: Actor, command: &Command) -> Result<Vec<Event>, Refusal> {
        let events = self.asks(actor, command)?;
        for event in &events {
            self.dispute = apply(self.dispute.clone(), event, self.now);
        }
        self.events.extend(events.clone());
        Ok(events)
    }

    #[track_caller]
    pub(super) fn does(mut self, actor: Actor, command: &Command) -> Self {
        if let Err(refusal) = self.tries(actor, command) {
            panic!("{actor:?} {command:?}: {refusal} in {:?}", self.dispute.stage);
        }
        self
    }

    #[track_caller]
    pub(super) fn refuses(&self, actor: Actor, command: &Command, refusal: Refusal) {
        assert_eq!(self.asks(actor, command), Err(refusal), "{actor:?} {command:?}");
    }

    pub(super) fn waits(mut self, period: Duration) -> Self {
        self.now = self.now.plus(period);
        self
    }

    /// The next deadline passes.
    #[track_caller]
    pub(super) fn deadline_passes(mut self) -> Self {
        let due = self.dispute.next_deadline(&Periods::default()).expect("a deadline");
        self.now = self.now.max(due);
        self.does(Actor::House, &Command::PassDeadline)
    }

    #[track_caller]
    pub(super) fn both(self, act: impl Fn(Self, Actor) -> Self) -> Self {
        let play = act(self, CLAIMANT);
        act(play, RESPONDENT)
    }

    #[track_caller]
    pub(super) fn answers_safety(self, actor: Actor, finding: Finding) -> Self {
        self.does(actor, &Command::AnswerSafety(finding))
    }

    #[track_caller]
    pub(super) fn files(self) -> Self {
        self.does(CLAIMANT, &file(false))
    }

    #[track_caller]
    pub(super) fn passes_screening(self, shuttle: bool) -> Self {
        self.does(Actor::Registrar, &Command::Screen(ScreeningDecision::Suitable { shuttle }))
    }

    #[track_caller]
    pub(super) fn bela_joins(self) -> Self {
        self.does(Actor::Invited, &take(BELA, true))
    }

    #[track_caller]
    pub(super) fn consents(self, actor: Actor) -> Self {
        self.does(actor, &consent())
    }

    #[track_caller]
    pub(super) fn gets_ready(self, actor: Actor, route: Route) -> Self {
        self.does(actor, &Command::BeReady(route))
    }

    #[track_caller]
    pub(super) fn proposes(self, mediator: AccountId) -> Self {
        self.does(Actor::Registrar, &propose(mediator, false))
    }

    #[track_caller]
    pub(super) fn noor_accepts(self) -> Self {
        self.does(Actor::Mediator(NOOR), &Command::AcceptAssignment { disclosed: false })
    }

    #[track_caller]
    pub(super) fn approves(self, actor: Actor) -> Self {
        self.does(actor, &Command::Approve { reads_earlier: false })
    }

    #[track_caller]
    pub(super) fn noor_does(self, command: &Command) -> Self {
        self.does(Actor::Mediator(NOOR), command)
    }

    #[track_caller]
    pub(super) fn noor_revises(self) -> Self {
        let command = revise(self.dispute.agreement.number());
        self.noor_does(&command)
    }

    #[track_caller]
    pub(super) fn noor_freezes(self) -> Self {
        let command = freeze(self.digest());
        self.noor_does(&command)
    }

    #[track_caller]
    pub(super) fn gets_ready_to_sign(self, actor: Actor) -> Self {
        let command = Command::BeReadyToSign(self.digest());
        self.does(actor, &command)
    }

    #[track_caller]
    pub(super) fn waives(self, actor: Actor) -> Self {
        let command = Command::Waive(self.digest());
        self.does(actor, &command)
    }

    #[track_caller]
    pub(super) fn signs(self, actor: Actor) -> Self {
        let command = sign(self.digest(), true);
        self.does(actor, &command)
    }

    #[track_caller]
    pub(super) fn noor_attests(self) -> Self {
        let command = attest(self.digest(), Attestation::Mediator);
        self.noor_does(&command)
    }

    #[track_caller]
    pub(super) fn signals(self, actor: Actor, signal: Signal) -> Self {
        self.does(actor, &Command::GiveSignal(signal))
    }

    /// The digest of the text at hand.
    pub(super) fn digest(&self) -> TextDigest {
        self.dispute.agreement.revision().map_or(TextDigest([0; 32]), |revision| revision.digest)
    }
}

pub(super) fn file(needs_registrar: bool) -> Command {
    Command::File { reference: Reference::from_random(7), needs_registrar }
}

pub(super) const fn take(account: AccountId, is_invited_address: bool) -> Command {
    Command::AcceptInvitation { account, is_invited_address, said_no: false }
}

pub(super) const fn consent() -> Command {
    Command::Consent { version: AGREEMENT_TO_MEDIATE, language: Language::English }
}

fn candidate(mediator: AccountId, conflicted: bool) -> (AssignmentId, Candidate) {
    let candidate = Candidate {
        mediator,
        languages: Language::ALL.to_vec(),
        specialities: Vec::new(),
        load: 0,
        conflicted,
    };
    (AssignmentId::new(Uuid::from_u128(mediator.uuid().as_u128() + 0x1000)), candidate)
}

pub(super) fn propose(mediator: AccountId, conflicted: bool) -> Command {
    let (id, candidate) = candidate(mediator, conflicted);
    Command::Propose { id, candidate }
}

pub(super) fn propose_beside(mediator: AccountId, conflicted: bool) -> Command {
    let (id, candidate) = candidate(mediator, conflicted);
    Command::ProposeCoMediator { id, candidate }
}

pub(super) const fn companion(number: u128) -> CompanionId {
    CompanionId::new(Uuid::from_u128(0xC0 + number))
}

pub(super) const fn ask_companion(number: u128, role: CompanionRole) -> Command {
    Command::AskCompanion { id: companion(number), role, reads_earlier: false }
}

pub(super) const fn sit_beside(number: u128) -> Command {
    sit_beside_as(number, false)
}

pub(super) const fn sit_beside_as(number: u128, is_of_house: bool) -> Command {
    let (version, language) = (AGREEMENT_TO_MEDIATE, Language::Bangla);
    Command::SitBeside { id: companion(number), is_of_house, version, language }
}

pub(super) const fn claim_authority() -> Command {
    Command::ClaimAuthority { id: companion(1), ground: Ground::WrittenPower }
}

pub(super) const fn accept_authority() -> Command {
    Command::AnswerAuthority { id: companion(1), ground: Ground::WrittenPower, accepts: true }
}

/// A revision upon number `base`, with a digest of its own.
pub(super) fn revise(base: u32) -> Command {
    let number = base.saturating_add(1);
    let mut digest = [0xD1_u8; 32];
    digest[..4].copy_from_slice(&number.to_be_bytes());
    let (prevailing, languages) =
        (RecordLanguage::English, vec![RecordLanguage::English, RecordLanguage::Bangla]);
    Command::Revise { base, revision: Revision { number, digest: TextDigest(digest), prevailing, languages } }
}

pub(super) fn freeze(digest: TextDigest) -> Command {
    Command::Freeze { digest, needed: vec![RecordLanguage::English, RecordLanguage::Bangla] }
}

pub(super) const fn sign(digest: TextDigest, freely: bool) -> Command {
    Command::Sign { digest, freely, auditor_may_read_terms: true, proof: Proof::Password }
}

pub(super) const fn attest(digest: TextDigest, by: Attestation) -> Command {
    Command::Attest { digest, settlement: SettlementId::new(Uuid::from_u128(0x5E)), by }
}
