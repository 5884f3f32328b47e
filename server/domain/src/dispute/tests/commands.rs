//! Every command in every form that the rules tell apart, as it would be given to the dispute at hand, and everybody
//! who could give it.

use crate::agreement::TextDigest;
use crate::companion::{CompanionRole, Ground};
use crate::consent::AGREEMENT_TO_MEDIATE;
use crate::dispute::{Actor, Command, ScreeningDecision};
use crate::language::{Language, RecordLanguage};
use crate::party::{Route, Side};
use crate::room::{Channel, Seat, Signal};
use crate::safety::Finding;
use crate::settlement::{Attestation, DeliveryChoice};

use super::play::{
    AMARA, BELA, CARIM, CLAIMANT, DELA, NOOR, OMAR, Play, RESPONDENT, ask_companion, attest, companion,
    consent, file, freeze, propose, propose_beside, revise, sign, sit_beside, sit_beside_as, take,
};

/// Every kind of actor, by name. Noor is proposed and confirmed where anybody is; Omar never.
pub(super) const ACTORS: [(&str, Actor); 8] = [
    ("claimant", CLAIMANT),
    ("respondent", RESPONDENT),
    ("mediator", Actor::Mediator(NOOR)),
    ("other mediator", Actor::Mediator(OMAR)),
    ("companion", Actor::Companion(DELA)),
    ("registrar", Actor::Registrar),
    ("invited", Actor::Invited),
    ("house", Actor::House),
];

/// Every command, by name.
pub(super) fn all(play: &Play) -> Vec<(&'static str, Command)> {
    let digest = play.digest();
    let base = play.dispute.agreement.number();
    let other = TextDigest([0xFF; 32]);
    let mut commands = before_the_room();
    commands.extend([
        ("disclose", Command::Disclose),
        ("seek another mediator", Command::SeekAnotherMediator),
        ("ask for a co-mediator", Command::AskCoMediator),
        ("propose a co-mediator", propose_beside(OMAR, false)),
        ("propose a co-mediator in conflict", propose_beside(OMAR, true)),
        ("end the co-mediation", Command::EndCoMediation),
        ("open session", Command::OpenSession),
        ("close session", Command::CloseSession),
        ("accept the disclosure", Command::AcceptDisclosure),
        ("object to the disclosure", Command::ObjectToDisclosure),
        ("attend", Command::Attend(Side::Claimant)),
        ("enter", Command::Enter(Seat::Mediator)),
        ("leave", Command::Leave(Seat::Mediator)),
        ("enter as co-mediator", Command::Enter(Seat::CoMediator)),
        ("pause joint", Command::Pause(Channel::Joint)),
        ("pause a caucus", Command::Pause(Channel::CaucusClaimant)),
        ("resume joint", Command::ResumeChannel(Channel::Joint)),
        ("ask for a break", Command::GiveSignal(Signal::Break)),
        ("signal danger", Command::GiveSignal(Signal::Unsafe)),
        ("revise", revise(base)),
        ("revise another base", revise(base.saturating_add(1))),
        ("be ready to sign", Command::BeReadyToSign(digest)),
        ("be ready to sign another text", Command::BeReadyToSign(other)),
        ("freeze", freeze(digest)),
        ("freeze without Urdu", Command::Freeze { digest, needed: RecordLanguage::ALL.to_vec() }),
        ("waive", Command::Waive(digest)),
        ("sign", sign(digest, true)),
        ("sign unfreely", sign(digest, false)),
        ("sign another text", sign(other, true)),
        ("take signature back", Command::TakeSignatureBack),
        ("attest", attest(digest, Attestation::Mediator)),
        ("attest for the institution", attest(digest, Attestation::Institution)),
        ("ask for a helper", ask_companion(2, CompanionRole::Helper)),
        ("sit beside", sit_beside(1)),
        ("sit beside unasked", sit_beside(9)),
        ("sit beside, of the house", sit_beside_as(1, true)),
        ("end a companion", Command::EndCompanion(companion(1))),
        ("claim authority", Command::ClaimAuthority { id: companion(1), ground: Ground::WrittenPower }),
        (
            "accept authority",
            Command::AnswerAuthority { id: companion(1), ground: Ground::WrittenPower, accepts: true },
        ),
        (
            "refuse authority",
            Command::AnswerAuthority { id: companion(1), ground: Ground::WrittenPower, accepts: false },
        ),
        ("end authority", Command::EndAuthority(companion(1))),
        ("declare impasse", Command::DeclareImpasse),
        ("withdraw", Command::Withdraw),
        ("suspend", Command::Suspend),
        ("resume", Command::Resume),
        ("pass deadline", Command::PassDeadline),
    ]);
    commands
}

fn before_the_room() -> Vec<(&'static str, Command)> {
    let outdated = AGREEMENT_TO_MEDIATE.wrapping_sub(1);
    vec![
        ("answer safety as clear", Command::AnswerSafety(Finding::Clear)),
        ("answer safety as raised", Command::AnswerSafety(Finding::Raised)),
        ("file", file(false)),
        ("file from the list", file(true)),
        ("screen as suitable", Command::Screen(ScreeningDecision::Suitable { shuttle: false })),
        ("screen for shuttle", Command::Screen(ScreeningDecision::Suitable { shuttle: true })),
        ("screen as unsuitable", Command::Screen(ScreeningDecision::Unsuitable)),
        ("take as invited", take(BELA, true)),
        ("take as another", take(CARIM, false)),
        ("take one's own", take(AMARA, true)),
        ("refuse invitation", Command::RefuseInvitation),
        ("undo refusal", Command::UndoRefusal),
        ("invite again", Command::InviteAgain),
        ("confirm identity", Command::ConfirmIdentity(CARIM)),
        ("reject taker", Command::RejectTaker(CARIM)),
        ("consent", consent()),
        ("consent to an old version", Command::Consent { version: outdated, language: Language::Bangla }),
        ("be ready", Command::BeReady(Route::Mediation)),
        ("be ready to negotiate", Command::BeReady(Route::Negotiation)),
        ("choose delivery", Command::ChooseDelivery(DeliveryChoice::Collect)),
        ("choose a reading language", Command::ChooseReadingLanguage(RecordLanguage::Hindi)),
        ("request mediation", Command::RequestMediation),
        ("propose", propose(OMAR, false)),
        ("propose one in conflict", propose(OMAR, true)),
        ("propose a party", propose(AMARA, false)),
        ("accept assignment", Command::AcceptAssignment { disclosed: true }),
        ("decline assignment", Command::DeclineAssignment),
        ("approve", Command::Approve { reads_earlier: false }),
        ("object", Command::Object),
    ]
}
