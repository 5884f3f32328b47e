//! A representative signs for a party on authority that a registrar accepted, and in no other way (R3).

use crate::agreement::{Agreement, Signer};
use crate::companion::{Authority, CompanionRole, Ground, Sitting};
use crate::consent::AGREEMENT_TO_MEDIATE;
use crate::dispute::{Actor, Command, Refusal};
use crate::party::Side;

use super::play::{
    CLAIMANT, DELA, OMAR, Play, RESPONDENT, accept_authority, ask_companion, claim_authority, companion,
    sign, sit_beside,
};
use super::stages;

const REPRESENTATIVE: Actor = Actor::Companion(DELA);

/// Who signed for the claimant, while the text waits for signatures.
fn signer(play: &Play) -> Option<Signer> {
    match &play.dispute.agreement {
        Agreement::Frozen { signatures, .. } => signatures.of(Side::Claimant).map(|signature| signature.by),
        _ => None,
    }
}

#[test]
fn r3_nobody_signs_for_a_party_before_a_registrar_accepted_it() {
    let claimed = stages::freeze_of(stages::authority_claimed()).waits(super::play::DAY);
    let refused = claimed.clone().does(
        Actor::Registrar,
        &Command::AnswerAuthority { id: companion(1), ground: Ground::WrittenPower, accepts: false },
    );
    let ended = stages::represented().does(CLAIMANT, &Command::EndAuthority(companion(1)));
    for play in [claimed, refused, ended] {
        let digest = play.digest();
        for command in [sign(digest, true), Command::BeReadyToSign(digest), Command::TakeSignatureBack] {
            play.refuses(REPRESENTATIVE, &command, Refusal::PartyAlone);
        }
    }
    let signed = stages::represented().signs(REPRESENTATIVE);
    assert!(matches!(signer(&signed), Some(Signer::Representative { account, .. }) if account == DELA));
    signed.refuses(CLAIMANT, &sign(signed.digest(), true), Refusal::AlreadySigned);
    // What they may not do they may not do on any paper.
    for command in [Command::Withdraw, Command::Waive(signed.digest()), Command::AcceptDisclosure] {
        signed.refuses(REPRESENTATIVE, &command, Refusal::PartyAlone);
    }
    let bound = signed.signs(RESPONDENT);
    assert!(bound.dispute.agreement.is_binding());
    bound.refuses(REPRESENTATIVE, &Command::TakeSignatureBack, Refusal::AlreadyBinding);
}

#[test]
fn r3_a_representative_alone_is_claimed_for_by_the_party_alone_and_on_the_ground_that_was_looked_at() {
    let claimed = stages::authority_claimed();
    claimed.refuses(CLAIMANT, &claim_authority(), Refusal::AuthorityClaimed);
    let other = Command::AnswerAuthority { id: companion(1), ground: Ground::Minor, accepts: true };
    claimed.refuses(Actor::Registrar, &other, Refusal::NoAuthority);
    claimed.refuses(CLAIMANT, &accept_authority(), Refusal::NotYours);
    claimed.refuses(REPRESENTATIVE, &accept_authority(), Refusal::NotYours);
    claimed.refuses(RESPONDENT, &Command::EndAuthority(companion(1)), Refusal::NotYours);
    stages::helper_sits().refuses(CLAIMANT, &claim_authority(), Refusal::NotARepresentative);
    let asked = stages::mediation().does(CLAIMANT, &ask_companion(1, CompanionRole::Representative));
    asked.refuses(CLAIMANT, &claim_authority(), Refusal::NotARepresentative);
    let sits = asked.does(REPRESENTATIVE, &sit_beside(1));
    sits.refuses(RESPONDENT, &claim_authority(), Refusal::NotYours);
    sits.refuses(REPRESENTATIVE, &claim_authority(), Refusal::PartyAlone);
}

#[test]
fn r3_what_was_signed_on_authority_goes_with_it_until_it_binds() {
    let signed = stages::represented().signs(REPRESENTATIVE);
    for (actor, command) in [
        (CLAIMANT, Command::EndAuthority(companion(1))),
        (CLAIMANT, Command::EndCompanion(companion(1))),
        (REPRESENTATIVE, Command::EndCompanion(companion(1))),
        (REPRESENTATIVE, Command::TakeSignatureBack),
        (CLAIMANT, Command::TakeSignatureBack),
    ] {
        let gone = signed.clone().does(actor, &command);
        assert_eq!(signer(&gone), None, "{command:?}");
        assert!(gone.signs(RESPONDENT).signs(CLAIMANT).dispute.agreement.is_binding());
    }
    // What the party signed itself does not.
    let own = stages::represented().signs(CLAIMANT);
    own.refuses(REPRESENTATIVE, &Command::TakeSignatureBack, Refusal::NotSigned);
    let own = own.does(CLAIMANT, &Command::EndCompanion(companion(1)));
    assert_eq!(signer(&own), Some(Signer::Party));
    // Once it binds, nobody is told that it does not.
    let bound = stages::represented().signs(REPRESENTATIVE).signs(RESPONDENT);
    bound.refuses(CLAIMANT, &Command::EndAuthority(companion(1)), Refusal::AlreadyBinding);
    let over = bound.does(CLAIMANT, &Command::EndCompanion(companion(1)));
    assert!(over.dispute.agreement.is_binding());
    let late = stages::all_signed().does(CLAIMANT, &ask_companion(1, CompanionRole::Representative));
    let late = late.does(REPRESENTATIVE, &sit_beside(1));
    late.refuses(CLAIMANT, &claim_authority(), Refusal::AlreadyBinding);
}

#[test]
fn r23_nobody_signs_for_a_party_over_its_own_word() {
    let unsigned = stages::represented();
    let digest = unsigned.digest();
    let doubted = unsigned.clone().does(CLAIMANT, &sign(digest, false));
    let taken_back = unsigned.signs(CLAIMANT).does(CLAIMANT, &Command::TakeSignatureBack);
    for play in [&doubted, &taken_back] {
        play.refuses(REPRESENTATIVE, &sign(digest, true), Refusal::PartyAlone);
    }
    // Accepted anew they may, and what the party said stands until the party says otherwise.
    let is_doubted =
        |play: &Play| play.dispute.mediation().is_some_and(|mediation| mediation.room.not_freely.claimant);
    let again = doubted.does(CLAIMANT, &claim_authority()).does(Actor::Registrar, &accept_authority());
    let signed = again.signs(REPRESENTATIVE);
    assert!(is_doubted(&signed));
    let own = signed.does(CLAIMANT, &Command::TakeSignatureBack).signs(CLAIMANT);
    assert!(!is_doubted(&own));
    let theirs = stages::represented().does(REPRESENTATIVE, &sign(digest, false));
    assert!(is_doubted(&theirs) && signer(&theirs).is_none(), "a no of theirs is heard as well");
    assert!(is_doubted(&theirs.signs(REPRESENTATIVE)));
}

#[test]
fn r22_that_a_side_is_ready_goes_with_whoever_may_have_said_it() {
    let accepted = stages::authority_claimed().does(Actor::Registrar, &accept_authority()).noor_revises();
    let digest = accepted.digest();
    let ready = accepted.gets_ready_to_sign(RESPONDENT);
    assert!(ready.dispute.awaited().contains(&DELA), "whoever signs is reminded");
    let ready = ready.gets_ready_to_sign(REPRESENTATIVE);
    assert!(!ready.dispute.awaited().contains(&DELA));
    let noor = Actor::Mediator(super::play::NOOR);
    assert!(ready.asks(noor, &super::play::freeze(digest)).is_ok());
    for command in [Command::EndAuthority(companion(1)), Command::EndCompanion(companion(1))] {
        let gone = ready.clone().does(CLAIMANT, &command);
        gone.refuses(noor, &super::play::freeze(digest), Refusal::PartiesNotReady);
    }
}

#[test]
fn r3_the_authority_is_taken_back_during_a_pause_and_ends_with_mediator_and_talks() {
    let signed = stages::represented().signs(REPRESENTATIVE);
    let paused = signed.clone().does(Actor::Registrar, &Command::Suspend);
    assert_eq!(signer(&paused.does(CLAIMANT, &Command::EndAuthority(companion(1)))), None);
    let left = signed.clone().does(Actor::Registrar, &Command::SeekAnotherMediator);
    assert_eq!(left.dispute.agreement.signature(Side::Claimant), None);
    let withdrawn = signed.does(CLAIMANT, &Command::Withdraw);
    withdrawn.refuses(REPRESENTATIVE, &sign(withdrawn.digest(), true), Refusal::NotYours);
    let forgotten = crate::keeping::without_talk(withdrawn.dispute);
    assert!(forgotten.companions.iter().all(|seat| seat.authority() == Authority::Unclaimed));
}

#[test]
fn r1_a_new_version_of_the_agreement_to_mediate_is_signed_before_anything_else() {
    let mut claimed = stages::authority_claimed();
    for seat in &mut claimed.dispute.companions {
        if let Sitting::Seated { consent, .. } = &mut seat.sitting {
            consent.version = AGREEMENT_TO_MEDIATE.wrapping_sub(1);
        }
    }
    claimed.refuses(Actor::Registrar, &accept_authority(), Refusal::NotARepresentative);
    let again = claimed.does(REPRESENTATIVE, &sit_beside(1)).does(Actor::Registrar, &accept_authority());
    assert!(again.dispute.represented_by(DELA).is_some());
}

#[test]
fn r3_the_authority_is_of_one_person_in_one_seat() {
    let over = stages::represented().does(CLAIMANT, &Command::EndCompanion(companion(1)));
    over.refuses(REPRESENTATIVE, &sign(over.digest(), true), Refusal::NotYours);
    let again = over.does(CLAIMANT, &ask_companion(2, CompanionRole::Representative));
    for account in [DELA, OMAR] {
        let sits = again.clone().does(Actor::Companion(account), &sit_beside(2));
        sits.refuses(Actor::Companion(account), &sign(sits.digest(), true), Refusal::PartyAlone);
    }
}
