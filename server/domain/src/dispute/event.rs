//! What happened to a dispute, and what the audit trail keeps of it (R9): kinds, ids and digests, never words.
#![expect(
    missing_docs,
    reason = "a field is named for its one meaning, and the line of its variant tells the rest"
)]

use crate::agreement::{Proof, Revision, Signer, TextDigest};
use crate::companion::{CompanionRole, Ground};
use crate::ids::{AccountId, AssignmentId, CompanionId, Reference, SettlementId};
use crate::language::{Language, RecordLanguage};
use crate::party::{Route, Safety, Side, Sides};
use crate::room::{Channel, Seat, Signal};
use crate::settlement::{Attestation, DeliveryChoice};
use crate::time::Moment;

use super::state::Cause;

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// A side answered the safety questions; only registrar and mediator may learn what came of it.
    SafetyAnswered { side: Side, safety: Safety },
    /// The dispute was filed.
    Filed { reference: Reference },
    /// It waits for a registrar.
    SentToScreening,
    /// A registrar found it suitable.
    FoundSuitable { shuttle: bool },
    /// An invitation goes out.
    Invited { until: Moment },
    /// Somebody took the invitation and waits until the registrar knows who they are.
    TakerWaits { account: AccountId },
    /// A waiting taker was turned away.
    TakerRejected { account: AccountId },
    /// The respondent is in.
    Joined { account: AccountId, until: Moment },
    /// Somebody with the code said no.
    InvitationRefused,
    /// And took it back.
    RefusalUndone,
    /// A party signed the agreement to mediate.
    Consented { side: Side, version: u32, language: Language },
    /// A party is ready.
    BecameReady { side: Side, route: Route },
    /// A party chose how the record is to arrive.
    DeliveryChosen { side: Side, choice: DeliveryChoice },
    /// A party chose the language in which it reads and signs the text.
    ReadingLanguageChosen { side: Side, language: RecordLanguage },
    /// Negotiation began.
    NegotiationBegan { until: Moment },
    /// A mediator is sought.
    AssigningBegan { until: Moment },
    /// Nobody was proposed in time: the registrar is reminded.
    AssigningOverdue { until: Moment },
    /// A mediator was proposed.
    MediatorProposed { id: AssignmentId, mediator: AccountId, until: Moment },
    /// They accepted.
    AssignmentAccepted { id: AssignmentId, disclosed: bool },
    /// The proposal came to nothing: declined, objected to or lapsed. Which of them, nobody else learns (R13).
    ProposalEnded { id: AssignmentId, mediator: AccountId },
    /// A party approved; whether they may read what that side told an earlier mediator, it said with that.
    Approved { id: AssignmentId, side: Side, reads_earlier: bool },
    /// The mediator is confirmed and the room opens; what each side told an earlier one they read where it said so.
    MediatorConfirmed { id: AssignmentId, mediator: AccountId, until: Moment, reads_earlier: Sides<bool> },
    /// The mediator is so no more, and another one is sought.
    MediatorLeft { mediator: AccountId, until: Moment },
    /// The mediator asked the house for a co-mediator.
    CoMediatorAsked,
    /// Somebody was proposed as the co-mediator.
    CoMediatorProposed { id: AssignmentId, mediator: AccountId },
    /// The co-mediator is confirmed, and sits; what each side told the mediator they read where it said so.
    CoMediatorConfirmed { id: AssignmentId, mediator: AccountId, reads_earlier: Sides<bool> },
    /// The co-mediator was present at a session.
    CoMediatorAttended { mediator: AccountId },
    /// The co-mediator is so no more.
    CoMediatorLeft { mediator: AccountId },
    /// The mediator disclosed something later on; the sides wait for the house.
    DisclosedLater,
    /// A side accepted that; nobody else learns it.
    DisclosureAccepted { side: Side },
    /// A side objected to it; the registrar alone learns that somebody did.
    DisclosureObjected { side: Side },
    /// Both sides accepted it: the house lets the room go.
    RoomReleased,
    /// A session opened.
    SessionOpened,
    /// It closed.
    SessionClosed,
    /// A party was present at it.
    Attended { side: Side },
    /// Somebody came into the room while a session is open.
    Arrived { who: Seat },
    /// They left it.
    Left { who: Seat },
    /// The mediator paused a channel.
    ChannelPaused { channel: Channel },
    /// Posting there goes on.
    ChannelResumed { channel: Channel },
    /// A side gave a signal to the mediator.
    SignalGiven { side: Side, signal: Signal },
    /// The sides are held until the registrar has decided.
    RoomHeld,
    /// There is a new text, and every signature under an older one is void.
    Revised { revision: Revision },
    /// A party is ready for the text to be frozen.
    ReadyToSign { side: Side },
    /// It is frozen.
    Frozen { digest: TextDigest },
    /// A party gave up the rest of the reflection period.
    Waived { side: Side },
    /// A party signed, or its representative did for it.
    Signed { side: Side, digest: TextDigest, auditor_may_read_terms: bool, proof: Proof, by: Signer },
    /// A party said privately that it is not signing freely.
    NotFreely { side: Side },
    /// A party took its signature back.
    SignatureTakenBack { side: Side },
    /// Every party has signed: the text binds.
    AllSigned { digest: TextDigest },
    /// The mediation was attested and the record sealed.
    Sealed { settlement: SettlementId, digest: TextDigest, by: Attestation },
    /// A party asked for somebody beside it.
    CompanionAsked { id: CompanionId, side: Side, role: CompanionRole, reads_earlier: bool },
    /// Somebody signed the agreement to mediate and sits beside a party.
    CompanionSeated {
        id: CompanionId,
        side: Side,
        role: CompanionRole,
        account: AccountId,
        version: u32,
        language: Language,
    },
    /// They sit there no more, or what was asked was taken back or refused.
    CompanionEnded { id: CompanionId, side: Side, role: CompanionRole },
    /// A party asked the registrar to accept that its representative signs for it.
    AuthorityClaimed { id: CompanionId, side: Side, ground: Ground },
    /// The registrar accepted it.
    AuthorityAccepted { id: CompanionId, side: Side },
    /// The registrar did not.
    AuthorityRefused { id: CompanionId, side: Side },
    /// The party took it back, or the seat ended; `was_accepted` where somebody could sign on it.
    AuthorityEnded { id: CompanionId, side: Side, was_accepted: bool },
    /// All clocks stand still.
    Suspended { until: Option<Moment>, by: Option<Side> },
    /// They run again.
    Resumed,
    /// It is over.
    Ended { cause: Cause },
}

/// What the audit trail keeps of an event: its kind, and ids and digests by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace {
    /// The stable word of its kind.
    pub kind: &'static str,
    /// Ids, digests and words of the house, by name.
    pub facts: Vec<(&'static str, String)>,
}

fn beside(id: CompanionId, side: Side, role: CompanionRole) -> Vec<(&'static str, String)> {
    vec![("companion", id.to_string()), ("side", side.to_string()), ("role", role.to_string())]
}

impl Event {
    /// The stable word of its kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::SafetyAnswered { .. } => "safety-answered",
            Self::Filed { .. } => "filed",
            Self::SentToScreening => "sent-to-screening",
            Self::FoundSuitable { .. } => "found-suitable",
            Self::Invited { .. } => "invited",
            Self::TakerWaits { .. } => "taker-waits",
            Self::TakerRejected { .. } => "taker-rejected",
            Self::Joined { .. } => "joined",
            Self::InvitationRefused => "invitation-refused",
            Self::RefusalUndone => "refusal-undone",
            Self::Consented { .. } => "consented",
            Self::BecameReady { .. } => "became-ready",
            Self::DeliveryChosen { .. } => "delivery-chosen",
            Self::ReadingLanguageChosen { .. } => "reading-language-chosen",
            Self::NegotiationBegan { .. } => "negotiation-began",
            Self::AssigningBegan { .. } => "assigning-began",
            Self::AssigningOverdue { .. } => "assigning-overdue",
            Self::MediatorProposed { .. } => "mediator-proposed",
            Self::AssignmentAccepted { .. } => "assignment-accepted",
            Self::ProposalEnded { .. } => "proposal-ended",
            Self::Approved { .. } => "mediator-approved",
            Self::MediatorConfirmed { .. } => "mediator-confirmed",
            Self::MediatorLeft { .. } => "mediator-left",
            Self::CoMediatorAsked => "co-mediator-asked",
            Self::CoMediatorProposed { .. } => "co-mediator-proposed",
            Self::CoMediatorConfirmed { .. } => "co-mediator-confirmed",
            Self::CoMediatorAttended { .. } => "co-mediator-attended",
            Self::CoMediatorLeft { .. } => "co-mediator-left",
            Self::DisclosedLater => "disclosed-later",
            Self::DisclosureAccepted { .. } => "disclosure-accepted",
            Self::DisclosureObjected { .. } => "disclosure-objected",
            Self::RoomReleased => "room-released",
            Self::SessionOpened => "session-opened",
            Self::SessionClosed => "session-closed",
            Self::Attended { .. } => "attended",
            Self::Arrived { .. } => "arrived",
            Self::Left { .. } => "left",
            Self::ChannelPaused { .. } => "channel-paused",
            Self::ChannelResumed { .. } => "channel-resumed",
            Self::SignalGiven { .. } => "signal-given",
            Self::RoomHeld => "room-held",
            Self::Revised { .. } => "agreement-revised",
            Self::ReadyToSign { .. } => "ready-to-sign",
            Self::Frozen { .. } => "agreement-frozen",
            Self::Waived { .. } => "reflection-waived",
            Self::Signed { .. } => "signed",
            Self::NotFreely { .. } => "not-signing-freely",
            Self::SignatureTakenBack { .. } => "signature-taken-back",
            Self::AllSigned { .. } => "all-signed",
            Self::Sealed { .. } => "sealed",
            Self::CompanionAsked { .. } => "companion-asked",
            Self::CompanionSeated { .. } => "companion-seated",
            Self::CompanionEnded { .. } => "companion-ended",
            Self::AuthorityClaimed { .. } => "authority-claimed",
            Self::AuthorityAccepted { .. } => "authority-accepted",
            Self::AuthorityRefused { .. } => "authority-refused",
            Self::AuthorityEnded { .. } => "authority-ended",
            Self::Suspended { .. } => "suspended",
            Self::Resumed => "resumed",
            Self::Ended { .. } => "ended",
        }
    }

    /// What the audit trail keeps. What safety answers came to, a signal's kind and an ending's cause are not facts
    /// for the trail: it is read by people who must not learn them (R4, R8).
    pub fn trace(&self) -> Trace {
        let facts = match self {
            Self::SafetyAnswered { side, .. }
            | Self::DeliveryChosen { side, .. }
            | Self::ReadyToSign { side }
            | Self::Waived { side }
            | Self::SignatureTakenBack { side }
            | Self::Attended { side }
            | Self::DisclosureAccepted { side }
            | Self::DisclosureObjected { side }
            | Self::BecameReady { side, .. } => vec![("side", side.to_string())],
            Self::ReadingLanguageChosen { side, language } => {
                vec![("side", side.to_string()), ("language", language.to_string())]
            }
            Self::Arrived { who } | Self::Left { who } => vec![("who", who.as_str().to_owned())],
            Self::Filed { reference } => vec![("reference", reference.to_string())],
            Self::TakerWaits { account } | Self::TakerRejected { account } | Self::Joined { account, .. } => {
                vec![("account", account.to_string())]
            }
            Self::Consented { side, version, language } => vec![
                ("side", side.to_string()),
                ("version", version.to_string()),
                ("language", language.to_string()),
            ],
            Self::MediatorProposed { id, mediator, .. }
            | Self::ProposalEnded { id, mediator }
            | Self::CoMediatorProposed { id, mediator }
            | Self::CoMediatorConfirmed { id, mediator, .. }
            | Self::MediatorConfirmed { id, mediator, .. } => {
                vec![("assignment", id.to_string()), ("mediator", mediator.to_string())]
            }
            Self::AssignmentAccepted { id, disclosed } => {
                vec![("assignment", id.to_string()), ("disclosed", disclosed.to_string())]
            }
            Self::MediatorLeft { mediator, .. }
            | Self::CoMediatorAttended { mediator }
            | Self::CoMediatorLeft { mediator } => vec![("mediator", mediator.to_string())],
            Self::Approved { id, side, reads_earlier } => vec![
                ("assignment", id.to_string()),
                ("side", side.to_string()),
                ("reads_earlier", reads_earlier.to_string()),
            ],
            Self::Revised { revision } => {
                vec![("revision", revision.number.to_string()), ("digest", revision.digest.to_string())]
            }
            Self::Frozen { digest } | Self::AllSigned { digest } => vec![("digest", digest.to_string())],
            Self::Signed { side, digest, by, .. } => {
                let mut facts = vec![("side", side.to_string()), ("digest", digest.to_string())];
                if let Signer::Representative { account, .. } = by {
                    facts.push(("representative", account.to_string()));
                }
                facts
            }
            Self::Sealed { settlement, digest, by } => vec![
                ("settlement", settlement.to_string()),
                ("digest", digest.to_string()),
                ("attested_by", by.to_string()),
            ],
            _ => self.facts_beside(),
        };
        Trace { kind: self.kind(), facts }
    }

    /// What the trail keeps of the seats beside the parties. On what ground somebody needs another to sign for them is no
    /// fact for it.
    fn facts_beside(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::CompanionAsked { id, side, role, .. } | Self::CompanionEnded { id, side, role } => {
                beside(*id, *side, *role)
            }
            Self::CompanionSeated { id, side, role, account, version, language } => {
                let signed = [
                    ("account", account.to_string()),
                    ("version", version.to_string()),
                    ("language", language.to_string()),
                ];
                beside(*id, *side, *role).into_iter().chain(signed).collect()
            }
            Self::AuthorityClaimed { id, side, .. }
            | Self::AuthorityAccepted { id, side }
            | Self::AuthorityRefused { id, side }
            | Self::AuthorityEnded { id, side, .. } => {
                vec![("companion", id.to_string()), ("side", side.to_string())]
            }
            _ => Vec::new(),
        }
    }

    /// Whether an auditor may see that something of this kind happened, by its word in the trail: safety, signals,
    /// pauses, refusals and private doubts are no process facts (R8, R18), and the moment of the invitation, beside that
    /// of filing, would tell that screening had waited. A kind that is not in the list stays closed.
    pub fn is_kind_open_to_auditors(kind: &str) -> bool {
        const OPEN: &[&str] = &[
            "filed",
            "joined",
            "consented",
            "negotiation-began",
            "assigning-began",
            "assignment-accepted",
            "mediator-confirmed",
            "mediator-left",
            "co-mediator-confirmed",
            "co-mediator-attended",
            "co-mediator-left",
            "disclosed-later",
            "session-opened",
            "session-closed",
            "attended",
            "agreement-revised",
            "ready-to-sign",
            "agreement-frozen",
            "authority-accepted",
            "signed",
            "all-signed",
            "sealed",
            "ended",
        ];
        OPEN.contains(&kind)
    }
}
