//! Who sits beside a party (R1, R3, R14): asked by it alone, under their own signature, for one side, until either ends it.

use crate::companion::CompanionRole;
use crate::consent::AGREEMENT_TO_MEDIATE;
use crate::dispute::{Actor, Command, Refusal};
use crate::language::Language;
use crate::party::Side;
use crate::room::Seat;

use super::play::{
    AMARA, BELA, CLAIMANT, DELA, NOOR, OMAR, Play, RESPONDENT, ask_companion, companion, propose, sign,
    sit_beside,
};
use super::stages;

const HELPER: Seat = Seat::Beside { side: Side::Claimant, role: CompanionRole::Helper };

#[test]
fn r1_nobody_sits_beside_a_party_before_they_signed_the_version_in_force() {
    let asked = stages::helper_asked();
    assert_eq!(asked.dispute.seat_of(DELA), None);
    let (version, language) = (AGREEMENT_TO_MEDIATE.wrapping_sub(1), Language::English);
    let old = Command::SitBeside { id: companion(1), is_of_house: false, version, language };
    asked.refuses(Actor::Companion(DELA), &old, Refusal::OldConsent);
    let sits = asked.does(Actor::Companion(DELA), &sit_beside(1));
    assert_eq!(sits.dispute.seat_of(DELA), Some(HELPER));
    sits.refuses(Actor::Companion(DELA), &sit_beside(1), Refusal::AlreadyConsented);
    // Once a new version is in force, the seat waits for a new signature.
    let mut outdated = sits.dispute;
    for seat in &mut outdated.companions {
        if let crate::companion::Sitting::Seated { consent, .. } = &mut seat.sitting {
            consent.version = AGREEMENT_TO_MEDIATE.wrapping_sub(1);
        }
    }
    assert_eq!(outdated.seat_of(DELA), None);
    let outdated = Play { dispute: outdated, ..stages::mediation() };
    let again = outdated.does(Actor::Companion(DELA), &sit_beside(1));
    assert_eq!(again.dispute.seat_of(DELA), Some(HELPER));
}

#[test]
fn r3_from_a_seat_beside_a_party_nothing_is_done_in_its_place() {
    let sits = stages::helper_sits();
    let sits = sits.noor_revises();
    let digest = sits.digest();
    for command in [
        sign(digest, true),
        Command::BeReadyToSign(digest),
        Command::Waive(digest),
        Command::Withdraw,
        Command::Approve { reads_earlier: false },
        Command::AcceptDisclosure,
        Command::AskCompanion { id: companion(2), role: CompanionRole::Interpreter, reads_earlier: false },
    ] {
        sits.refuses(Actor::Companion(DELA), &command, Refusal::PartyAlone);
    }
    for command in [Command::OpenSession, Command::DeclareImpasse] {
        sits.refuses(Actor::Companion(DELA), &command, Refusal::NotYours);
    }
    let stranger = stages::mediation();
    stranger.refuses(Actor::Companion(DELA), &Command::Withdraw, Refusal::NotYours);
}

#[test]
fn r14_nobody_sits_beside_a_party_who_has_another_part_or_sat_with_the_other_side() {
    let asked = stages::helper_asked();
    for account in [AMARA, BELA, NOOR] {
        asked.refuses(Actor::Companion(account), &sit_beside(1), Refusal::OtherPart);
    }
    let over = stages::helper_sits().does(CLAIMANT, &Command::EndCompanion(companion(1)));
    let other = over.clone().does(RESPONDENT, &ask_companion(2, CompanionRole::Helper));
    other.refuses(Actor::Companion(DELA), &sit_beside(2), Refusal::OtherPart);
    let back = over.does(CLAIMANT, &ask_companion(3, CompanionRole::Interpreter));
    let back = back.does(Actor::Companion(DELA), &sit_beside(3));
    let second = back.does(CLAIMANT, &ask_companion(4, CompanionRole::SupportPerson));
    second.refuses(Actor::Companion(DELA), &sit_beside(4), Refusal::OtherPart);
    // And whoever sat beside a party never mediates there.
    let before = stages::assigning().does(CLAIMANT, &ask_companion(1, CompanionRole::Helper));
    let sits = before.does(Actor::Companion(OMAR), &sit_beside(1));
    sits.refuses(Actor::Registrar, &propose(OMAR, false), Refusal::MediatorConflicted);
}

#[test]
fn either_ends_the_seat_at_once_and_a_pause_does_not_keep_anybody_there() {
    let sits = stages::helper_sits();
    sits.refuses(RESPONDENT, &Command::EndCompanion(companion(1)), Refusal::NotYours);
    sits.refuses(Actor::Companion(OMAR), &Command::EndCompanion(companion(1)), Refusal::NotYours);
    let paused = sits.clone().does(Actor::Registrar, &Command::Suspend);
    for play in [sits, paused] {
        for actor in [CLAIMANT, Actor::Companion(DELA)] {
            let over = play.clone().does(actor, &Command::EndCompanion(companion(1)));
            assert_eq!((over.dispute.seat_of(DELA), over.dispute.companion_of(DELA)), (None, None));
            over.refuses(actor, &Command::EndCompanion(companion(1)), Refusal::NotYours);
        }
    }
    let refused = stages::helper_asked().does(Actor::Companion(DELA), &Command::EndCompanion(companion(1)));
    assert_eq!(refused.dispute.companions, [], "what nobody took leaves nothing behind");
}

#[test]
fn a_seat_beside_a_party_ends_with_the_talks_and_holds_one_person() {
    stages::helper_sits().refuses(CLAIMANT, &ask_companion(2, CompanionRole::Helper), Refusal::SeatTaken);
    let both = stages::helper_sits().does(RESPONDENT, &ask_companion(2, CompanionRole::Helper));
    assert_eq!(both.dispute.companions.len(), 2);
    let ended = stages::helper_sits().does(CLAIMANT, &Command::Withdraw);
    assert_eq!((ended.dispute.seat_of(DELA), ended.dispute.companion_of(DELA)), (None, None));
    assert_eq!(crate::sight::viewer_of(&ended.dispute, DELA, false), None);
    assert!(ended.dispute.seat_of(AMARA).is_some());
    stages::inviting().refuses(CLAIMANT, &ask_companion(1, CompanionRole::Helper), Refusal::WrongStage);
    let early = stages::preparing().does(RESPONDENT, &ask_companion(1, CompanionRole::Helper));
    let early = early.does(Actor::Companion(DELA), &sit_beside(1));
    assert_eq!(early.dispute.seat_of(DELA), None, "there is no room yet");
    assert!(early.dispute.companion_of(DELA).is_some());
}

#[test]
fn a_side_asks_so_often_and_no_more_and_the_other_side_learns_nothing_of_it() {
    let play = stages::asked_too_often();
    play.refuses(CLAIMANT, &ask_companion(20, CompanionRole::Helper), Refusal::TooManyAsked);
    play.does(RESPONDENT, &ask_companion(20, CompanionRole::Helper));
}
