//! What somebody asks of a dispute, and who asks.

use crate::agreement::{Proof, Revision, TextDigest};
use crate::assignment::Candidate;
use crate::companion::{CompanionRole, Ground};
use crate::deadlines::Periods;
use crate::ids::{AccountId, AssignmentId, CompanionId, Reference, SettlementId};
use crate::language::{Language, RecordLanguage};
use crate::party::{Route, Side};
use crate::room::{Channel, Seat, Signal};
use crate::safety::Finding;
use crate::settlement::{Attestation, DeliveryChoice};
use crate::time::Moment;

/// What the rules need to know of the house at the moment of asking.
#[derive(Debug, Clone, Copy)]
pub struct House {
    /// What time it is.
    pub now: Moment,
    /// The periods in force.
    pub periods: Periods,
}

/// Who asks, as far as this dispute is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// The person on that side.
    Party(Side),
    /// A mediator, proposed or confirmed.
    Mediator(AccountId),
    /// Somebody who sits beside a party, or is asked to.
    Companion(AccountId),
    /// A registrar who has no other role in it.
    Registrar,
    /// Somebody who holds a valid invitation code, with or without an account.
    Invited,
    /// Concord itself, because time passed.
    House,
}

/// What a registrar finds after the safety questions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScreeningDecision {
    /// It can be mediated.
    Suitable {
        /// The sides are kept apart (R17).
        shuttle: bool,
    },
    /// It cannot; a referral with a named contact goes with it (R20).
    Unsuitable,
}

/// What somebody asks.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Answer the safety questions, or answer them afresh.
    AnswerSafety(Finding),
    /// File the draft.
    File {
        /// The short name it gets.
        reference: Reference,
        /// Whether something beside the answers sends it to a registrar: a family category, a second filing against
        /// the same person, a matter on the list of what is not suitable.
        needs_registrar: bool,
    },
    /// Decide what the safety questions raised.
    Screen(ScreeningDecision),
    /// Take part in what one was invited to.
    AcceptInvitation {
        /// Who.
        account: AccountId,
        /// Whether the account's confirmed address is the invited one.
        is_invited_address: bool,
        /// Whether a no was said with the same code, and not taken back.
        said_no: bool,
    },
    /// Say no to the invitation.
    RefuseInvitation,
    /// Take the no back.
    UndoRefusal,
    /// Invite again.
    InviteAgain,
    /// Confirm who a pending taker is.
    ConfirmIdentity(AccountId),
    /// Turn a pending taker away.
    RejectTaker(AccountId),
    /// Sign the agreement to mediate.
    Consent {
        /// Which version was read.
        version: u32,
        /// In which language.
        language: Language,
    },
    /// Say that one is ready, and which way to go on.
    BeReady(Route),
    /// Choose how the record is to arrive.
    ChooseDelivery(DeliveryChoice),
    /// Choose the language in which one reads and signs the text.
    ChooseReadingLanguage(RecordLanguage),
    /// Leave negotiation for mediation.
    RequestMediation,
    /// Propose a mediator.
    Propose {
        /// The proposal's id.
        id: AssignmentId,
        /// Who is proposed, and what is known of them.
        candidate: Candidate,
    },
    /// Answer the conflict inquiry and accept.
    AcceptAssignment {
        /// Whether something is disclosed.
        disclosed: bool,
    },
    /// Decline to mediate.
    DeclineAssignment,
    /// Approve the proposed mediator.
    Approve {
        /// Whether they may read what that side told an earlier mediator in private (R5).
        reads_earlier: bool,
    },
    /// Object to the proposed mediator.
    Object,
    /// Disclose something later on, which pauses the room (R13).
    Disclose,
    /// Lay the mediation down, or take it from its mediator: another one is sought.
    SeekAnotherMediator,
    /// Ask the house for a second mediator.
    AskCoMediator,
    /// Propose somebody as the second mediator.
    ProposeCoMediator {
        /// The proposal's id.
        id: AssignmentId,
        /// Who is proposed, and what is known of them.
        candidate: Candidate,
    },
    /// Lay the second mediator's seat down, or take it from them; or take back that somebody was asked.
    EndCoMediation,
    /// Open a session: presence and typing begin to pass.
    OpenSession,
    /// Close it.
    CloseSession,
    /// Accept what the mediator disclosed later on.
    AcceptDisclosure,
    /// Object to going on with a mediator who disclosed that.
    ObjectToDisclosure,
    /// Note that a party was present at a session held.
    Attend(Side),
    /// Note that somebody came into the room while a session is open.
    Enter(Seat),
    /// Note that they left it.
    Leave(Seat),
    /// Pause a channel for the sides.
    Pause(Channel),
    /// Lift one's own pause, and what a side signalled.
    ResumeChannel(Channel),
    /// Ask for a break, or say that one does not feel safe (R18).
    GiveSignal(Signal),
    /// Write a new revision upon revision number `base`.
    Revise {
        /// The number of the revision that was edited; 0 for none.
        base: u32,
        /// What the new text is.
        revision: Revision,
    },
    /// Say that one is ready for this text to be frozen.
    BeReadyToSign(TextDigest),
    /// Freeze the text.
    Freeze {
        /// Which.
        digest: TextDigest,
        /// The languages in which it must be complete: the parties', and every one in which any term has a text.
        needed: Vec<RecordLanguage>,
    },
    /// Give up the rest of the reflection period.
    Waive(TextDigest),
    /// Sign the text, or say privately that one is not signing freely.
    Sign {
        /// Which.
        digest: TextDigest,
        /// The answer to "Are you signing freely?".
        freely: bool,
        /// Whether an auditor may read the terms.
        auditor_may_read_terms: bool,
        /// How the party proved who it is; asked beforehand, the weakest that could come.
        proof: Proof,
    },
    /// Take one's signature back.
    TakeSignatureBack,
    /// Attest that the mediation took place; the seal follows in the same transaction.
    Attest {
        /// Which text.
        digest: TextDigest,
        /// The record that was made of it.
        settlement: SettlementId,
        /// Who attests.
        by: Attestation,
    },
    /// Ask for somebody beside one.
    AskCompanion {
        /// The seat's id.
        id: CompanionId,
        /// As what.
        role: CompanionRole,
        /// Whether they may read what was said in that side's private talk before.
        reads_earlier: bool,
    },
    /// Sign the agreement to mediate, and sit beside the party who asked.
    SitBeside {
        /// Which seat.
        id: CompanionId,
        /// Whether they are a registrar or auditor of the house.
        is_of_house: bool,
        /// The version that was read.
        version: u32,
        /// The language in which it was read.
        language: Language,
    },
    /// End a seat beside a party, or take back what was asked.
    EndCompanion(CompanionId),
    /// Ask the registrar to accept that one's representative signs for one (R3).
    ClaimAuthority {
        /// Whose seat.
        id: CompanionId,
        /// On what ground.
        ground: Ground,
    },
    /// Accept it or not, on the ground that the registrar was shown.
    AnswerAuthority {
        /// Whose seat.
        id: CompanionId,
        /// On what ground it was asked for.
        ground: Ground,
        /// Whether it is accepted.
        accepts: bool,
    },
    /// Take it back, whatever the registrar made of it.
    EndAuthority(CompanionId),
    /// End the mediation because there is no way on.
    DeclareImpasse,
    /// Leave.
    Withdraw,
    /// Stop all clocks.
    Suspend,
    /// Let them run again.
    Resume,
    /// A deadline has passed.
    PassDeadline,
}
