//! Consent (R1 to R4): nobody is drawn in, nobody is held, nobody acts for a party.

use crate::consent::{AGREEMENT_TO_MEDIATE, Consent};
use crate::deadlines::Periods;
use crate::dispute::{Actor, Cause, Command, Event, Refusal, Stage, StageName};
use crate::language::Language;
use crate::party::{Route, Side};
use crate::safety::Finding;
use crate::sight::{Item, Viewer, may_read};

use super::commands;
use super::play::{BELA, CARIM, CLAIMANT, DAY, NOOR, OMAR, Play, RESPONDENT, consent, take};
use super::stages;

/// What a dispute kept that a release with an older agreement to mediate left behind.
fn signed_long_ago(mut play: Play, side: Side) -> Play {
    let (language, at) = (Language::English, play.now);
    let version = AGREEMENT_TO_MEDIATE - 1;
    play.dispute.parties.of_mut(side).consent = Some(Consent { version, language, at });
    play
}

#[test]
fn r1_nobody_shares_a_channel_before_both_signed_the_same_agreement_to_mediate() {
    for route in [Route::Mediation, Route::Negotiation] {
        for (first, second) in [(CLAIMANT, RESPONDENT), (RESPONDENT, CLAIMANT)] {
            let play = stages::preparing().answers_safety(RESPONDENT, Finding::Clear).consents(first);
            let play = play.gets_ready(first, route);
            assert_eq!(play.dispute.stage.name(), StageName::Preparing);
            play.refuses(second, &Command::BeReady(route), Refusal::ConsentFirst);
            let play = play.consents(second).gets_ready(second, route);
            assert_ne!(play.dispute.stage.name(), StageName::Preparing);
        }
    }
}

#[test]
fn r1_an_outdated_version_is_refused_and_counts_for_nothing() {
    let outdated = Command::Consent { version: AGREEMENT_TO_MEDIATE - 1, language: Language::Urdu };
    stages::preparing().refuses(CLAIMANT, &outdated, Refusal::OldConsent);
    let play = signed_long_ago(stages::prepared(), Side::Claimant);
    play.refuses(CLAIMANT, &Command::BeReady(Route::Mediation), Refusal::ConsentFirst);
}

#[test]
fn r1_whoever_was_ready_under_an_older_version_signs_again_before_it_goes_on() {
    let ready = stages::prepared().gets_ready(CLAIMANT, Route::Negotiation);
    let play = signed_long_ago(ready, Side::Claimant).gets_ready(RESPONDENT, Route::Negotiation);
    assert_eq!(play.dispute.stage.name(), StageName::Preparing);
    assert_eq!(play.consents(CLAIMANT).dispute.stage.name(), StageName::Negotiation);

    let approved = signed_long_ago(stages::accepted().approves(CLAIMANT), Side::Claimant);
    let play = approved.approves(RESPONDENT);
    assert_eq!(play.dispute.stage.name(), StageName::Assigning);
    assert_eq!(play.consents(CLAIMANT).dispute.stage.name(), StageName::Mediation);

    let unsigned = signed_long_ago(stages::accepted(), Side::Respondent);
    unsigned.refuses(RESPONDENT, &Command::Approve { reads_earlier: false }, Refusal::ConsentFirst);
}

#[test]
fn r1_there_is_no_seat_in_a_room_before_negotiation_or_mediation() {
    for (name, play) in stages::all() {
        let has_room = matches!(play.dispute.stage.name(), StageName::Negotiation | StageName::Mediation)
            || matches!(play.dispute.stage.name(), StageName::Settled | StageName::Ended);
        let seated = play.dispute.seat_of(BELA).is_some();
        assert_eq!(seated, has_room, "{name}");
    }
}

#[test]
fn r2_a_party_withdraws_from_any_stage_before_the_last_signature() {
    for (name, play) in stages::all() {
        let over = matches!(play.dispute.stage, Stage::Settled { .. } | Stage::Ended(_));
        for (side, actor) in [(Side::Claimant, CLAIMANT), (Side::Respondent, RESPONDENT)] {
            let expected = if play.dispute.parties.of(side).account().is_none() {
                Err(Refusal::NotYours)
            } else if over {
                Err(Refusal::Ended)
            } else if play.dispute.agreement.is_binding() {
                Err(Refusal::AlreadyBinding)
            } else {
                Ok(vec![Event::Ended { cause: Cause::Withdrawn }])
            };
            assert_eq!(play.asks(actor, &Command::Withdraw), expected, "{name} {actor:?}");
        }
    }
}

#[test]
fn r2_and_r4_every_end_leaves_the_same_to_everybody_but_the_registrar() {
    let ends = [
        stages::mediation().does(RESPONDENT, &Command::Withdraw),
        stages::mediation().noor_does(&Command::DeclareImpasse),
        stages::mediation().deadline_passes(),
        stages::inviting().does(Actor::Invited, &Command::RefuseInvitation).deadline_passes(),
        stages::inviting().deadline_passes(),
        stages::preparing().deadline_passes(),
        stages::screening()
            .does(Actor::Registrar, &Command::Screen(crate::dispute::ScreeningDecision::Unsuitable)),
    ];
    let mut causes = Vec::new();
    for play in ends {
        let Stage::Ended(ending) = &play.dispute.stage else { panic!("{:?}", play.dispute.stage) };
        causes.push(ending.cause);
        assert_eq!(play.dispute.stage.name(), StageName::Ended);
        let end = play.events.last().expect("an event").trace();
        assert_eq!((end.kind, end.facts), ("ended", Vec::new()));
    }
    causes.sort_unstable();
    causes.dedup();
    assert_eq!(causes.len(), 7, "{causes:?}");
    let readers: Vec<_> = Viewer::ALL.into_iter().filter(|viewer| may_read(*viewer, Item::Cause)).collect();
    assert_eq!(readers, [Viewer::Registrar]);
}

#[test]
fn r2_the_claimant_learns_of_a_no_only_when_it_can_no_longer_be_undone() {
    let refused = stages::inviting().does(Actor::Invited, &Command::RefuseInvitation);
    assert_eq!(refused.dispute.stage.name(), StageName::Inviting);
    // Inviting again looks the same, moves the same and is answered the same; the no stays said.
    let unanswered = stages::inviting();
    for actor in [CLAIMANT, Actor::Registrar] {
        let again = refused.asks(actor, &Command::InviteAgain);
        assert_eq!(again, unanswered.asks(actor, &Command::InviteAgain));
    }
    let due = |play: &Play| play.dispute.next_deadline(&play.house().periods);
    let invited_again = refused.clone().waits(DAY).does(CLAIMANT, &Command::InviteAgain);
    assert_eq!(due(&invited_again), due(&unanswered.waits(DAY).does(CLAIMANT, &Command::InviteAgain)));
    // With the code by which it was said it stands in the way; with another code nobody learns of it.
    let (account, is_invited_address) = (BELA, true);
    let with_it = Command::AcceptInvitation { account, is_invited_address, said_no: true };
    invited_again.refuses(Actor::Invited, &with_it, Refusal::InvitationRefused);
    refused.refuses(Actor::Invited, &with_it, Refusal::InvitationRefused);
    assert_eq!(
        refused.asks(Actor::Invited, &take(CARIM, false)),
        stages::inviting().asks(Actor::Invited, &take(CARIM, false))
    );
    let undone = refused.clone().does(Actor::Invited, &Command::UndoRefusal).bela_joins();
    assert_eq!(undone.dispute.stage.name(), StageName::Preparing);
    assert_eq!(refused.deadline_passes().dispute.stage.name(), StageName::Ended);
}

#[test]
fn r3_a_no_that_was_said_is_not_undone_by_the_registrar_who_confirms_a_taker() {
    let waiting = stages::inviting().does(Actor::Invited, &take(CARIM, false));
    let refused = waiting.clone().does(Actor::Invited, &Command::RefuseInvitation);
    let confirm = Command::ConfirmIdentity(CARIM);
    refused.refuses(Actor::Registrar, &confirm, Refusal::InvitationRefused);
    refused.does(Actor::Invited, &Command::UndoRefusal).does(Actor::Registrar, &confirm);
}

#[test]
fn r19_who_answered_in_time_does_not_lose_the_seat_while_the_registrar_looks_and_nobody_sees_that_they_wait()
{
    let periods = Periods::default();
    let alone = stages::inviting();
    let until = alone.dispute.next_deadline(&periods).expect("a deadline");
    let waiting = alone.does(Actor::Invited, &take(CARIM, false));
    assert_eq!(waiting.dispute.shown_deadline(&periods), Some(until));
    let late = waiting.clone().waits(periods.answer + DAY);
    late.refuses(Actor::House, &Command::PassDeadline, Refusal::NotDue);
    assert_eq!(
        late.clone().does(Actor::Registrar, &Command::ConfirmIdentity(CARIM)).dispute.stage.name(),
        StageName::Preparing
    );
    // It is bounded, and a taker who is turned away leaves the clock as it was.
    assert_eq!(late.deadline_passes().dispute.stage.name(), StageName::Ended);
    let rejected = waiting.does(Actor::Registrar, &Command::RejectTaker(CARIM));
    assert_eq!(rejected.dispute.next_deadline(&periods), Some(until));
}

#[test]
fn r2_an_invited_person_says_no_even_while_the_clocks_stand_still() {
    let paused = stages::inviting().does(CLAIMANT, &Command::Suspend);
    paused.refuses(Actor::Invited, &take(BELA, true), Refusal::Paused);
    paused.does(Actor::Invited, &Command::RefuseInvitation);
}

#[test]
fn r3_nobody_signs_accepts_or_leaves_for_a_party() {
    let own = [
        "answer safety as clear",
        "consent",
        "be ready",
        "be ready to negotiate",
        "choose delivery",
        "request mediation",
        "approve",
        "object",
        "ask for a break",
        "be ready to sign",
        "waive",
        "sign",
        "take signature back",
        "withdraw",
    ];
    let others =
        [Actor::Mediator(NOOR), Actor::Mediator(OMAR), Actor::Registrar, Actor::Invited, Actor::House];
    for (name, play) in stages::all() {
        for (command_name, command) in commands::all(&play).iter().filter(|(name, _)| own.contains(name)) {
            for actor in others {
                let answer = play.asks(actor, command);
                assert_eq!(answer, Err(Refusal::NotYours), "{name}: {command_name} by {actor:?}");
            }
        }
    }
}

#[test]
fn r3_an_empty_seat_asks_for_nothing() {
    for play in [Play::draft(), stages::screening(), stages::inviting()] {
        for (name, command) in commands::all(&play) {
            assert_eq!(play.asks(RESPONDENT, &command), Err(Refusal::NotYours), "{name}");
        }
    }
}

#[test]
fn r3_another_taker_changes_nothing_until_the_registrar_knows_who_they_are() {
    let waiting = stages::inviting().does(Actor::Invited, &take(CARIM, false));
    assert_eq!(waiting.dispute.stage, stages::inviting().dispute.stage);
    assert_eq!(waiting.dispute.side_of(CARIM), None);
    waiting.refuses(Actor::Invited, &take(CARIM, false), Refusal::AlreadyWaiting);
    let turned_away = waiting.clone().does(Actor::Registrar, &Command::RejectTaker(CARIM));
    turned_away.refuses(Actor::Registrar, &Command::ConfirmIdentity(CARIM), Refusal::NobodyWaits);
    let joined = waiting.does(Actor::Registrar, &Command::ConfirmIdentity(CARIM));
    assert_eq!(joined.dispute.side_of(CARIM), Some(Side::Respondent));
}

#[test]
fn r3_the_claimant_does_not_take_the_own_invitation() {
    let own = take(super::play::AMARA, true);
    stages::inviting().refuses(Actor::Invited, &own, Refusal::OwnInvitation);
    stages::inviting().refuses(Actor::Invited, &take(super::play::AMARA, false), Refusal::OwnInvitation);
}

#[test]
fn silence_never_consents() {
    let preparing =
        stages::prepared().gets_ready(CLAIMANT, Route::Mediation).waits(DAY * 8).deadline_passes();
    assert_eq!(preparing.dispute.stage.name(), StageName::Ended);
    let unsigned = stages::thought_over().signs(CLAIMANT).waits(DAY * 400);
    unsigned.refuses(Actor::House, &Command::PassDeadline, Refusal::NotDue);
    assert!(!unsigned.dispute.agreement.is_binding());
    let unapproved = stages::accepted().approves(CLAIMANT).deadline_passes();
    assert_eq!(unapproved.dispute.mediator(), None);
    assert_eq!(stages::negotiation().deadline_passes().dispute.stage.name(), StageName::Assigning);
    stages::preparing().consents(CLAIMANT).refuses(CLAIMANT, &consent(), Refusal::AlreadyConsented);
}
