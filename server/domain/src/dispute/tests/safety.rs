//! Safety (R16 to R18, R20): questions first, a flagged pair kept apart, and a way out for everybody.

use crate::category::Category;
use crate::dispute::{Actor, Cause, Command, Event, Refusal, ScreeningDecision, Stage, StageName, actions};
use crate::ids::SettlementId;
use crate::party::{Route, Safety, Side, Sides};
use crate::room::{Channel, Seat, Signal};
use crate::safety::Finding;

use super::commands::{ACTORS, all};
use super::play::{CLAIMANT, NOOR, Play, RESPONDENT, freeze, sign, take};
use super::stages;

fn name(play: &Play) -> StageName {
    play.dispute.stage.name()
}

#[test]
fn r16_nobody_is_contacted_before_the_claimants_answers_have_passed() {
    let answers = [None, Some(Finding::Clear), Some(Finding::Raised)];
    for (answer, expected) in
        answers.into_iter().zip([StageName::Screening, StageName::Inviting, StageName::Screening])
    {
        let draft = Play::draft();
        let draft = answer.map_or(draft.clone(), |finding| draft.answers_safety(CLAIMANT, finding));
        let filed = draft.files();
        assert_eq!(name(&filed), expected, "{answer:?}");
        let contacted = filed.events.iter().any(|event| matches!(event, Event::Invited { .. }));
        assert_eq!(contacted, expected == StageName::Inviting);
    }
    assert_eq!(name(&stages::filed_on_the_list()), StageName::Screening);
    let family = Play::draft_about(Category::Family).answers_safety(CLAIMANT, Finding::Clear).files();
    assert_eq!(name(&family), StageName::Screening);
    // Whoever settled with somebody comes back to the same person.
    let mut amendment = Play::draft().answers_safety(CLAIMANT, Finding::Clear);
    amendment.dispute.amends = Some(SettlementId::new(amendment.dispute.id.uuid()));
    assert_eq!(name(&amendment.files()), StageName::Screening);
    family.refuses(Actor::Invited, &take(NOOR, true), Refusal::WrongStage);
}

#[test]
fn r16_each_side_answers_before_it_is_ready() {
    let play = stages::preparing().both(Play::consents);
    play.refuses(RESPONDENT, &Command::BeReady(Route::Mediation), Refusal::SafetyFirst);
    play.answers_safety(RESPONDENT, Finding::Raised).gets_ready(RESPONDENT, Route::Mediation);
    let unanswered = Play::draft().files().passes_screening(false).bela_joins().both(Play::consents);
    unanswered.refuses(CLAIMANT, &Command::BeReady(Route::Mediation), Refusal::SafetyFirst);
}

#[test]
fn r16_answers_change_at_any_time_and_turn_clear_only_through_the_registrar() {
    for (state, play) in stages::all() {
        let over = matches!(play.dispute.stage, Stage::Settled { .. } | Stage::Ended(_));
        let answer = play.asks(CLAIMANT, &Command::AnswerSafety(Finding::Raised));
        assert_eq!(answer.is_ok(), !over, "{state}");
    }
    let again = stages::prepared().answers_safety(CLAIMANT, Finding::Raised);
    let again = again.answers_safety(CLAIMANT, Finding::Clear);
    assert_eq!(again.dispute.parties.claimant.safety, Safety::Raised);
    assert_eq!(again.passes_screening(false).dispute.parties.claimant.safety, Safety::Screened);
}

#[test]
fn r16_a_flagged_side_waits_for_the_registrar_and_the_other_sees_no_difference() {
    let ready = |finding| {
        let play = stages::prepared().answers_safety(CLAIMANT, finding);
        play.gets_ready(CLAIMANT, Route::Mediation)
    };
    assert_eq!(ready(Finding::Clear).dispute.stage, ready(Finding::Raised).dispute.stage);
    let waiting = ready(Finding::Raised).gets_ready(RESPONDENT, Route::Mediation);
    assert_eq!(name(&waiting), StageName::Preparing);
    assert_eq!(name(&waiting.passes_screening(true)), StageName::Assigning);
}

#[test]
fn r17_a_flagged_or_shuttle_pair_never_negotiates() {
    let both_negotiate = |play: Play| play.both(|play, actor| play.gets_ready(actor, Route::Negotiation));
    assert_eq!(name(&both_negotiate(stages::prepared())), StageName::Negotiation);
    for shuttle in [false, true] {
        for flagged in [CLAIMANT, RESPONDENT] {
            let raised = stages::prepared().answers_safety(flagged, Finding::Raised);
            let before = both_negotiate(raised.clone().passes_screening(shuttle));
            let after = both_negotiate(raised).passes_screening(shuttle);
            assert_eq!((name(&before), name(&after)), (StageName::Assigning, StageName::Assigning));
        }
    }
    // Not flagged by any answer, but kept apart by a registrar who had another reason.
    let listed = stages::filed_on_the_list().passes_screening(true).bela_joins();
    let listed = listed.answers_safety(RESPONDENT, Finding::Clear).both(Play::consents);
    assert_eq!(name(&both_negotiate(listed)), StageName::Assigning);
}

#[test]
fn r17_raising_something_in_negotiation_leaves_it_at_once_and_looks_like_asking_for_a_mediator() {
    let raised = stages::negotiation().answers_safety(RESPONDENT, Finding::Raised);
    let asked = stages::negotiation().does(RESPONDENT, &Command::RequestMediation);
    assert_eq!(raised.dispute.stage, asked.dispute.stage);
    // The registrar has not decided when both approve the mediator: the room opens, and waits.
    let held = raised.proposes(NOOR).noor_accepts().both(Play::approves);
    assert!(held.dispute.mediation().expect("a mediation").room.held);
    let apart = held.passes_screening(true);
    assert!(apart.dispute.shuttle && !apart.dispute.mediation().expect("a mediation").room.held);
}

#[test]
fn r17_a_switch_to_shuttle_closes_joint_to_both_at_once() {
    let together = stages::mediation().signals(CLAIMANT, Signal::Unsafe);
    let together = together.noor_does(&Command::Pause(Channel::Joint));
    let apart = together.answers_safety(CLAIMANT, Finding::Raised).passes_screening(true);
    let room = &apart.dispute.mediation().expect("a mediation").room;
    for seat in Seat::ALL {
        assert!(!room.may_post(seat, Channel::Joint, apart.dispute.shuttle));
    }
    for side in Side::BOTH {
        assert!(room.may_post(Seat::Party(side), Channel::caucus(side), apart.dispute.shuttle));
    }
    apart.refuses(Actor::Mediator(NOOR), &Command::Pause(Channel::Joint), Refusal::NoSuchChannel);
}

#[test]
fn r17_nothing_brings_a_pair_together_again() {
    let apart = stages::shuttle().answers_safety(RESPONDENT, Finding::Raised).passes_screening(false);
    assert!(apart.dispute.shuttle);
    let apart = apart.noor_does(&Command::Disclose).passes_screening(false);
    assert!(apart.dispute.shuttle);
}

#[test]
fn r16_an_answer_that_raises_something_pauses_the_whole_room_and_every_signature() {
    let held = stages::thought_over().signs(CLAIMANT).answers_safety(CLAIMANT, Finding::Raised);
    let room = &held.dispute.mediation().expect("a mediation").room;
    for side in Side::BOTH {
        for channel in [Channel::Joint, Channel::caucus(side)] {
            assert!(!room.may_post(Seat::Party(side), channel, false));
        }
    }
    held.refuses(RESPONDENT, &sign(held.digest(), true), Refusal::Paused);
    for command in [Command::ResumeChannel(Channel::Joint), Command::OpenSession] {
        held.refuses(Actor::Mediator(NOOR), &command, Refusal::Paused);
    }
    held.does(CLAIMANT, &Command::TakeSignatureBack);
}

#[test]
fn r16_what_the_house_holds_looks_to_the_other_side_like_any_pause_of_a_registrar() {
    for stage in [stages::mediation, stages::thought_over] {
        let held = stage().answers_safety(CLAIMANT, Finding::Raised);
        let paused = stage().does(Actor::Registrar, &Command::Suspend);
        let house = held.house();
        let same = |held: &Play, paused: &Play| {
            assert_eq!(held.dispute.is_paused(), paused.dispute.is_paused());
            assert_eq!(
                held.dispute.next_deadline(&house.periods),
                paused.dispute.next_deadline(&house.periods)
            );
            assert_eq!(held.dispute.suspended_by(), None);
            let (mine, theirs) = (&held.dispute, &paused.dispute);
            assert_eq!(actions(mine, RESPONDENT, &house), actions(theirs, RESPONDENT, &house));
            for (name, command) in all(held) {
                assert_eq!(
                    held.asks(RESPONDENT, &command).err(),
                    paused.asks(RESPONDENT, &command).err(),
                    "{name}"
                );
            }
            for channel in Channel::ALL {
                assert_eq!(mine.is_channel_paused(*channel), theirs.is_channel_paused(*channel));
            }
            assert_eq!(mine.session_is_on(), theirs.session_is_on());
        };
        same(&held, &paused);
        // Answered afresh, it is the same pause and no second one.
        let again = held.answers_safety(CLAIMANT, Finding::Raised);
        assert_eq!(again.events.iter().filter(|event| **event == Event::RoomHeld).count(), 1);
        let on = again.waits(super::play::DAY).passes_screening(false);
        same(&on, &paused.waits(super::play::DAY).does(Actor::Registrar, &Command::Resume));
    }
}

#[test]
fn r16_a_pause_that_a_party_took_stays_its_own_and_goes_over_into_the_houses() {
    let own = stages::mediation().does(RESPONDENT, &Command::Suspend);
    let held = own.clone().answers_safety(CLAIMANT, Finding::Raised);
    assert_eq!(
        (held.dispute.suspension, held.dispute.suspended_by()),
        (own.dispute.suspension, Some(Side::Respondent))
    );
    let waiting = held.clone().does(RESPONDENT, &Command::Resume);
    assert!(waiting.dispute.is_paused() && waiting.dispute.suspended_by().is_none());
    waiting.refuses(Actor::Registrar, &Command::Resume, Refusal::Paused);
    assert!(!waiting.passes_screening(false).dispute.is_paused());
    let lapsed = held.clone().deadline_passes();
    assert!(lapsed.dispute.is_paused() && lapsed.dispute.suspended_by().is_none());
    // Decided before it ends, the pause is the party's as before.
    assert_eq!(held.passes_screening(false).dispute.suspended_by(), Some(Side::Respondent));
}

#[test]
fn r18_a_signal_in_negotiation_stops_everything_until_the_registrar_lifts_it() {
    for signal in [Signal::Break, Signal::Unsafe] {
        let play = stages::negotiation().signals(RESPONDENT, signal);
        assert!(play.dispute.is_channel_paused(Channel::Joint));
        let paused = stages::negotiation().does(Actor::Registrar, &Command::Suspend);
        assert_eq!(play.dispute, paused.dispute, "to the other side it is a registrar's pause");
        for actor in [CLAIMANT, RESPONDENT] {
            play.refuses(actor, &Command::Resume, Refusal::NotYours);
        }
        let again = play.signals(RESPONDENT, signal);
        assert!(!again.does(Actor::Registrar, &Command::Resume).dispute.is_paused());
    }
}

#[test]
fn r20_a_referral_is_for_whoever_raised_something_and_for_who_filed_before_anyone_is_contacted() {
    let sides = |play: Play| {
        let to = play.dispute.to_be_referred();
        (to.claimant, to.respondent)
    };
    assert_eq!(sides(stages::screening()), (true, false));
    assert_eq!(sides(stages::filed_on_the_list()), (true, false));
    let respondent = stages::mediation().answers_safety(RESPONDENT, Finding::Raised);
    assert_eq!(sides(respondent.clone()), (false, true));
    assert_eq!(sides(respondent.answers_safety(CLAIMANT, Finding::Raised)), (true, true));
    // Screened before, the claimant is not whom this is about.
    let screened = stages::screening().passes_screening(false).bela_joins();
    assert_eq!(sides(screened.answers_safety(RESPONDENT, Finding::Raised)), (false, true));
    assert_eq!(sides(stages::mediation().noor_does(&Command::Disclose)), (true, true));
}

#[test]
fn r18_a_signal_stops_the_shared_channel_until_the_mediator_lifts_it() {
    for actor in [CLAIMANT, RESPONDENT] {
        for signal in [Signal::Break, Signal::Unsafe] {
            let play = stages::mediation().signals(actor, signal);
            let room = &play.dispute.mediation().expect("a mediation").room;
            for side in Side::BOTH {
                assert!(!room.may_post(Seat::Party(side), Channel::Joint, false));
                assert!(room.may_post(Seat::Party(side), Channel::caucus(side), false));
            }
            let on = play.noor_does(&Command::ResumeChannel(Channel::Joint));
            let room = &on.dispute.mediation().expect("a mediation").room;
            assert!(Side::BOTH.into_iter().all(|side| room.may_post(
                Seat::Party(side),
                Channel::Joint,
                false
            )));
        }
    }
}

#[test]
fn r18_asking_for_a_break_does_not_take_back_that_one_does_not_feel_safe() {
    let both = stages::mediation().signals(CLAIMANT, Signal::Unsafe).signals(CLAIMANT, Signal::Break);
    let room = &both.dispute.mediation().expect("a mediation").room;
    assert_eq!(room.signals.claimant, Some(Signal::Unsafe));
    let worse = stages::mediation().signals(CLAIMANT, Signal::Break).signals(CLAIMANT, Signal::Unsafe);
    assert_eq!(worse.dispute.mediation().expect("a mediation").room.signals.claimant, Some(Signal::Unsafe));
}

#[test]
fn r23_a_private_no_stands_through_a_pause_until_that_side_signs_or_the_text_changes() {
    let doubts = |play: &Play| play.dispute.mediation().expect("a mediation").room.not_freely;
    let asked = stages::thought_over();
    let doubting = asked.clone().does(RESPONDENT, &sign(asked.digest(), false));
    assert_eq!(doubts(&doubting), Sides { claimant: false, respondent: true });
    let paused = doubting.clone().does(Actor::Registrar, &Command::Suspend).waits(super::play::DAY);
    assert!(doubts(&paused.does(Actor::Registrar, &Command::Resume)).respondent);
    assert!(doubts(&doubting.clone().signs(CLAIMANT)).respondent);
    assert!(!doubts(&doubting.clone().signs(RESPONDENT)).respondent);
    assert!(!doubts(&doubting.noor_does(&super::play::revise(1))).respondent);
}

#[test]
fn r18_a_signal_is_taken_from_filing_to_the_end_paused_or_not() {
    for (state, play) in stages::all() {
        let open = !matches!(play.dispute.stage, Stage::Draft | Stage::Settled { .. } | Stage::Ended(_));
        let answer = play.asks(CLAIMANT, &Command::GiveSignal(Signal::Unsafe));
        assert_eq!(answer.is_ok(), open, "{state}");
    }
}

#[test]
fn r20_what_is_not_suitable_ends_with_the_registrar_at_any_stage() {
    let unsuitable = Command::Screen(ScreeningDecision::Unsuitable);
    for play in [
        stages::screening(),
        stages::filed_on_the_list(),
        stages::inviting().answers_safety(CLAIMANT, Finding::Raised),
        stages::prepared().answers_safety(RESPONDENT, Finding::Raised),
        stages::accepted().answers_safety(RESPONDENT, Finding::Raised),
        stages::frozen().answers_safety(RESPONDENT, Finding::Raised),
    ] {
        for (_, actor) in ACTORS.into_iter().filter(|(_, actor)| *actor != Actor::Registrar) {
            play.refuses(actor, &unsuitable, Refusal::NotYours);
        }
        let ended = play.does(Actor::Registrar, &unsuitable);
        assert!(matches!(&ended.dispute.stage, Stage::Ended(end) if end.cause == Cause::Unsuitable));
    }
    stages::mediation().refuses(Actor::Registrar, &unsuitable, Refusal::NothingToScreen);
    stages::all_signed().refuses(Actor::Registrar, &unsuitable, Refusal::NothingToScreen);
}

#[test]
fn r17_a_shuttle_pair_reaches_a_record_all_the_same() {
    let play = stages::freeze_of(stages::shuttle());
    play.refuses(Actor::Mediator(NOOR), &freeze(play.digest()), Refusal::AlreadyFrozen);
    let settled = play.waits(super::play::DAY).both(Play::signs).noor_attests();
    assert_eq!(name(&settled), StageName::Settled);
}
