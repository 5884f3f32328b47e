//! A representative signs for a party on authority that a registrar accepted, and in no other way (R3).

use crate::agreement::{Agreement, Signer};
use crate::companion::{Authority, CompanionRole, Ground, Sitting};
use crate::consent::AGREEMENT_TO_MEDIATE;
use crate::dispute::{Actor, Command, Refusal, actions};
use crate::party::Side;
use crate::room::Signal;

use super::play::{
    CLAIMANT, DELA, OMAR, Play, RESPONDENT, accept_authority, ask_companion, claim_authority, companion,
    freeze, sign, sit_beside,
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
    signed.refuses(REPRESENTATIVE, &sign(signed.digest(), true), Refusal::AlreadySigned);
    let own = signed.clone().signs(CLAIMANT);
    assert_eq!(signer(&own), Some(Signer::Party), "the party signs itself what was signed for it");
    own.refuses(REPRESENTATIVE, &sign(own.digest(), true), Refusal::AlreadySigned);
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
    // What was asked and not answered is asked no more.
    let asked = stages::freeze_of(stages::authority_claimed()).waits(super::play::DAY).both(Play::signs);
    asked.refuses(Actor::Registrar, &accept_authority(), Refusal::AlreadyBinding);
    asked.does(CLAIMANT, &Command::EndAuthority(companion(1)));
    let late = stages::all_signed().does(CLAIMANT, &ask_companion(1, CompanionRole::Representative));
    let late = late.does(REPRESENTATIVE, &sit_beside(1));
    late.refuses(CLAIMANT, &claim_authority(), Refusal::AlreadyBinding);
}

#[test]
fn r23_nobody_signs_for_a_party_over_its_own_word_and_meets_that_only_by_trying() {
    let unsigned = stages::represented();
    let digest = unsigned.digest();
    let may_try = |play: &Play| actions(&play.dispute, REPRESENTATIVE, &play.house());
    let doubted = unsigned.clone().does(CLAIMANT, &sign(digest, false));
    let theirs = unsigned.clone().does(REPRESENTATIVE, &sign(digest, false));
    let afraid = unsigned.clone().signals(CLAIMANT, Signal::Unsafe);
    for play in [&doubted, &theirs, &afraid] {
        assert_eq!(play.asks(REPRESENTATIVE, &sign(digest, true)), Ok(Vec::new()), "nothing is signed");
        assert_eq!(may_try(play), may_try(&unsigned), "nor seen");
    }
    let own = doubted.signs(CLAIMANT);
    assert_eq!(signer(&own), Some(Signer::Party), "the party says otherwise itself");
    // Of what was signed for it the party says no as well, until it binds.
    let over = unsigned.clone().signs(REPRESENTATIVE).does(CLAIMANT, &sign(digest, false));
    assert_eq!(signer(&over), None);
    assert_eq!(over.asks(REPRESENTATIVE, &sign(digest, true)), Ok(Vec::new()));
    // Taken back, it is asked for anew.
    let back = unsigned.signs(CLAIMANT).does(CLAIMANT, &Command::TakeSignatureBack);
    back.refuses(REPRESENTATIVE, &sign(digest, true), Refusal::PartyAlone);
    let again = back.does(CLAIMANT, &claim_authority()).does(Actor::Registrar, &accept_authority());
    assert!(signer(&again.signs(REPRESENTATIVE)).is_some());
}

#[test]
fn r23_a_partys_no_outlives_the_mediator_who_was_told_of_it() {
    let unsigned = stages::represented();
    let doubted = unsigned.clone().does(CLAIMANT, &sign(unsigned.digest(), false));
    let another = |play: Play| {
        let left = play.does(Actor::Registrar, &Command::SeekAnotherMediator).proposes(OMAR);
        let omar = Actor::Mediator(OMAR);
        let led = left.does(omar, &Command::AcceptAssignment { disclosed: false }).both(Play::approves);
        let digest = led.digest();
        led.both(Play::gets_ready_to_sign).does(omar, &freeze(digest)).waits(super::play::DAY)
    };
    let (doubted, unsigned) = (another(doubted), another(unsigned));
    let digest = doubted.digest();
    assert_eq!(doubted.asks(REPRESENTATIVE, &sign(digest, true)), Ok(Vec::new()), "nothing is signed");
    assert!(signer(&unsigned.signs(REPRESENTATIVE)).is_some(), "who said nothing of it is signed for");
    // The party alone says otherwise.
    assert_eq!(signer(&doubted.signs(CLAIMANT)), Some(Signer::Party));
}

#[test]
fn r23_nobody_signs_before_it_was_accepted_that_they_do_whatever_the_clocks_say() {
    let mut early = stages::represented();
    let accepted = early.dispute.represented_by(DELA);
    early.now = early.now.minus(super::play::DAY * 2);
    if let Agreement::Frozen { since, .. } = &mut early.dispute.agreement {
        *since = since.minus(super::play::DAY * 9);
    }
    let at = early.now;
    assert!(matches!(accepted, Some((_, Signer::Representative { accepted_at, .. })) if accepted_at > at));
    let signed = signer(&early.signs(REPRESENTATIVE));
    assert!(matches!(signed, Some(Signer::Representative { accepted_at, .. }) if accepted_at == at));
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
    let asked = stages::authority_claimed().noor_revises().both(Play::gets_ready_to_sign);
    let asked = asked.does(CLAIMANT, &Command::EndAuthority(companion(1)));
    assert!(
        asked.asks(noor, &super::play::freeze(digest)).is_ok(),
        "what only the party can have said stays"
    );
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
