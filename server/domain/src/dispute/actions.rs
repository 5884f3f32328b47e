//! What a person may do next, found by asking the rules themselves: the API's `actions` and the pages' buttons cannot
//! promise what `decide` would refuse.

use crate::agreement::{Proof, Revision, TextDigest};
use crate::assignment::Candidate;
use crate::consent::AGREEMENT_TO_MEDIATE;
use crate::ids::{AccountId, AssignmentId, Reference, SettlementId};
use crate::language::{Language, RecordLanguage};
use crate::party::Route;
use crate::room::Signal;
use crate::safety::Finding;
use crate::settlement::{Attestation, DeliveryChoice};

use super::command::{Actor, Command, House, ScreeningDecision};
use super::decide::decide;
use super::state::Dispute;

words! {
    /// Something that a person may do next.
    pub enum Action {
        /// Answer the safety questions.
        AnswerSafety = "answer-safety",
        /// File the draft.
        File = "file",
        /// Decide what the safety questions raised.
        Screen = "screen",
        /// Invite again.
        InviteAgain = "invite-again",
        /// Sign the agreement to mediate.
        Consent = "consent",
        /// Say that one is ready for mediation.
        BeReady = "be-ready",
        /// Say that one is ready, for negotiation first.
        BeReadyToNegotiate = "be-ready-to-negotiate",
        /// Choose how the record is to arrive.
        ChooseDelivery = "choose-delivery",
        /// Choose the language in which one reads and signs the text.
        ChooseReadingLanguage = "choose-reading-language",
        /// Leave negotiation for mediation.
        RequestMediation = "request-mediation",
        /// Answer the conflict inquiry and accept.
        AcceptAssignment = "accept-assignment",
        /// Decline to mediate.
        DeclineAssignment = "decline-assignment",
        /// Approve the proposed mediator.
        Approve = "approve-mediator",
        /// Object to the proposed mediator.
        Object = "object-to-mediator",
        /// Disclose something later on.
        Disclose = "disclose",
        /// Lay the mediation down, or take it from its mediator.
        SeekAnother = "seek-another-mediator",
        /// Ask for a second mediator.
        AskCoMediator = "ask-co-mediator",
        /// Propose a second mediator.
        ProposeCoMediator = "propose-co-mediator",
        /// End the second mediator's seat, or take back that somebody was asked.
        EndCoMediation = "end-co-mediation",
        /// Accept what was disclosed.
        AcceptDisclosure = "accept-disclosure",
        /// Object to it.
        ObjectToDisclosure = "object-to-disclosure",
        /// Open a session.
        OpenSession = "open-session",
        /// Close it.
        CloseSession = "close-session",
        /// Give a private signal.
        GiveSignal = "give-signal",
        /// Write a revision.
        Revise = "revise-agreement",
        /// Be ready for the text to be frozen.
        BeReadyToSign = "be-ready-to-sign",
        /// Freeze the text.
        Freeze = "freeze-agreement",
        /// Give up the rest of the reflection period.
        Waive = "waive-reflection",
        /// Sign.
        Sign = "sign",
        /// Take one's signature back.
        TakeSignatureBack = "take-signature-back",
        /// Attest.
        Attest = "attest",
        /// End the mediation because there is no way on.
        DeclareImpasse = "declare-impasse",
        /// Suspend.
        Suspend = "suspend",
        /// Resume.
        Resume = "resume",
        /// Leave.
        Withdraw = "withdraw",
    }
}

/// What `actor` may do now.
pub fn actions(dispute: &Dispute, actor: Actor, house: &House) -> Vec<Action> {
    let may = |action: &Action| decide(dispute, &sample(*action, dispute), actor, house).is_ok();
    Action::ALL.iter().copied().filter(may).collect()
}

/// Somebody whom nobody here has ever met.
fn propose_co_mediator(dispute: &Dispute) -> Command {
    let mediator = AccountId::new(dispute.id.uuid());
    let candidate =
        Candidate { mediator, languages: Vec::new(), specialities: Vec::new(), load: 0, conflicted: false };
    Command::ProposeCoMediator { id: AssignmentId::new(dispute.id.uuid()), candidate }
}

/// A command of that kind that fits the dispute as it is.
fn sample(action: Action, dispute: &Dispute) -> Command {
    let digest = dispute.agreement.revision().map_or(TextDigest([0; 32]), |revision| revision.digest);
    match action {
        Action::AnswerSafety => Command::AnswerSafety(Finding::Clear),
        Action::File => Command::File { reference: Reference::from_random(0), needs_registrar: false },
        Action::Screen => Command::Screen(ScreeningDecision::Suitable { shuttle: false }),
        Action::InviteAgain => Command::InviteAgain,
        Action::Consent => Command::Consent { version: AGREEMENT_TO_MEDIATE, language: Language::English },
        Action::BeReady => Command::BeReady(Route::Mediation),
        Action::BeReadyToNegotiate => Command::BeReady(Route::Negotiation),
        Action::ChooseDelivery => Command::ChooseDelivery(DeliveryChoice::Attachment),
        Action::ChooseReadingLanguage => Command::ChooseReadingLanguage(RecordLanguage::English),
        Action::RequestMediation => Command::RequestMediation,
        Action::AcceptAssignment => Command::AcceptAssignment { disclosed: false },
        Action::DeclineAssignment => Command::DeclineAssignment,
        Action::Approve => Command::Approve { reads_earlier: false },
        Action::Object => Command::Object,
        Action::Disclose => Command::Disclose,
        Action::SeekAnother => Command::SeekAnotherMediator,
        Action::AskCoMediator => Command::AskCoMediator,
        Action::ProposeCoMediator => propose_co_mediator(dispute),
        Action::EndCoMediation => Command::EndCoMediation,
        Action::AcceptDisclosure => Command::AcceptDisclosure,
        Action::ObjectToDisclosure => Command::ObjectToDisclosure,
        Action::OpenSession => Command::OpenSession,
        Action::CloseSession => Command::CloseSession,
        Action::GiveSignal => Command::GiveSignal(Signal::Break),
        Action::Revise => {
            let (base, prevailing) = (dispute.agreement.number(), RecordLanguage::English);
            let languages = vec![prevailing];
            let revision = Revision { number: base.saturating_add(1), digest, prevailing, languages };
            Command::Revise { base, revision }
        }
        Action::BeReadyToSign => Command::BeReadyToSign(digest),
        Action::Freeze => Command::Freeze { digest, needed: Vec::new() },
        Action::Waive => Command::Waive(digest),
        Action::Sign => {
            Command::Sign { digest, freely: true, auditor_may_read_terms: false, proof: Proof::Password }
        }
        Action::TakeSignatureBack => Command::TakeSignatureBack,
        Action::Attest => {
            let settlement = SettlementId::new(dispute.id.uuid());
            Command::Attest { digest, settlement, by: Attestation::Mediator }
        }
        Action::DeclareImpasse => Command::DeclareImpasse,
        Action::Suspend => Command::Suspend,
        Action::Resume => Command::Resume,
        Action::Withdraw => Command::Withdraw,
    }
}
