//! A representative signs for a party on authority that a registrar accepted, and in no other way (R3).

use crate::agreement::{Agreement, Signer};
use crate::companion::{CompanionRole, Ground};
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
    let bound = stages::represented().signs(REPRESENTATIVE).signs(RESPONDENT);
    let bound = bound.does(CLAIMANT, &Command::EndAuthority(companion(1)));
    assert!(bound.dispute.agreement.is_binding());
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
