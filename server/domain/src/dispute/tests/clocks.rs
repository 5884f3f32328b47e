//! Deadlines and suspensions (section 2 of the design).

use crate::deadlines::Periods;
use crate::dispute::{Actor, Cause, Command, Event, Refusal, Stage};
use crate::party::Route;
use crate::safety::Finding;
use crate::time::Moment;

use super::play::{AMARA, BELA, CLAIMANT, DAY, HOUR, NOOR, Play, RESPONDENT, sign};
use super::stages;

fn due(play: &Play) -> Option<Moment> {
    play.dispute.next_deadline(&Periods::default())
}

#[test]
fn each_stage_ends_in_its_own_way_when_its_time_has_passed() {
    let cause = |play: Play| match play.deadline_passes().dispute.stage {
        Stage::Ended(ending) => ending.cause,
        other => panic!("{other:?}"),
    };
    assert_eq!(cause(stages::inviting()), Cause::Unanswered);
    assert_eq!(cause(stages::preparing()), Cause::Unprepared);
    assert_eq!(cause(stages::mediation()), Cause::Lapsed);
    assert_eq!(cause(stages::mediation().noor_revises()), Cause::Lapsed);
    assert_eq!(due(&stages::frozen()), None);
}

#[test]
fn a_registrar_who_proposes_nobody_is_reminded_once_a_period() {
    let waits = stages::assigning();
    let overdue = waits.deadline_passes();
    assert_eq!(overdue.events.last().map(Event::kind), Some("assigning-overdue"));
    assert_eq!(due(&overdue), Some(overdue.now.plus(DAY * 3)));
    // A proposal that lapses leaves the place free, and what follows is due at once.
    let lapsed = stages::assigning().proposes(NOOR).deadline_passes();
    assert_eq!(lapsed.events.last().map(Event::kind), Some("proposal-ended"));
    assert_eq!(due(&lapsed), Some(lapsed.now));
}

#[test]
fn a_period_that_begins_during_a_pause_runs_from_its_end() {
    let raised = stages::prepared().answers_safety(RESPONDENT, Finding::Raised);
    let ready = raised.both(|play, actor| play.gets_ready(actor, Route::Mediation));
    let paused = ready.does(Actor::Registrar, &Command::Suspend).waits(DAY * 40);
    let screened = paused.passes_screening(true).waits(DAY);
    let on = screened.does(Actor::Registrar, &Command::Resume);
    assert_eq!(due(&on), Some(on.now.plus(DAY * 3)));
}

#[test]
fn an_invitation_stays_open_while_the_clocks_stand_still() {
    let paused = stages::inviting().does(Actor::Registrar, &Command::Suspend).waits(DAY * 40);
    let until = paused.dispute.answer_until(paused.now).expect("inviting");
    assert_eq!(until, paused.now.plus(DAY * 14));
}

#[test]
fn whoever_has_done_their_part_is_not_reminded() {
    let awaited = |play: Play| play.dispute.awaited();
    assert_eq!(awaited(stages::prepared()), [AMARA, BELA]);
    assert_eq!(awaited(stages::prepared().gets_ready(CLAIMANT, Route::Mediation)), [BELA]);
    assert_eq!(awaited(stages::assigning().proposes(NOOR)), [NOOR]);
    assert_eq!(awaited(stages::accepted().approves(RESPONDENT)), [AMARA]);
    assert_eq!(awaited(stages::mediation()), [AMARA, BELA, NOOR]);
    assert_eq!(awaited(stages::all_signed()), [NOOR]);
    assert!(awaited(stages::mediation().does(CLAIMANT, &Command::Suspend)).is_empty());
    assert!(awaited(stages::ended()).is_empty());
}

#[test]
fn no_deadline_passes_before_its_time() {
    for (state, play) in stages::all() {
        let Some(due) = due(&play) else { continue };
        let mut early = play.clone();
        early.now = Moment::from_millis(due.millis() - 1);
        assert_eq!(early.asks(Actor::House, &Command::PassDeadline), Err(Refusal::NotDue), "{state}");
    }
}

#[test]
fn a_suspension_stops_every_clock_and_gives_back_the_time_that_it_took() {
    for play in [stages::inviting(), stages::preparing(), stages::negotiation(), stages::mediation()] {
        let before = due(&play).expect("a deadline");
        let paused = play.does(Actor::Registrar, &Command::Suspend).waits(DAY * 100);
        assert_eq!(due(&paused), None);
        paused.refuses(Actor::House, &Command::PassDeadline, Refusal::NotDue);
        let on = paused.does(Actor::Registrar, &Command::Resume);
        assert_eq!(due(&on), Some(before.plus(DAY * 100)));
    }
}

#[test]
fn r24_the_time_to_think_stands_still_as_well() {
    let paused = stages::frozen().waits(HOUR).does(Actor::Registrar, &Command::Suspend).waits(DAY * 5);
    let on = paused.does(Actor::Registrar, &Command::Resume);
    on.refuses(CLAIMANT, &sign(on.digest(), true), Refusal::ReflectionRunning);
    on.waits(HOUR * 23).signs(CLAIMANT);
}

#[test]
fn a_party_suspends_once_and_for_seven_days() {
    let paused = stages::mediation().does(CLAIMANT, &Command::Suspend);
    assert_eq!(due(&paused), Some(paused.now.plus(DAY * 7)));
    for actor in [CLAIMANT, RESPONDENT, Actor::Registrar] {
        paused.refuses(actor, &Command::Suspend, Refusal::AlreadySuspended);
    }
    let on = paused.deadline_passes();
    assert!(on.dispute.suspension.is_none());
    on.refuses(CLAIMANT, &Command::Suspend, Refusal::SuspendedBefore);
    on.does(RESPONDENT, &Command::Suspend);
}

#[test]
fn a_pause_is_lifted_by_whoever_took_it_or_by_the_registrar() {
    let own = stages::mediation().does(CLAIMANT, &Command::Suspend);
    own.refuses(RESPONDENT, &Command::Resume, Refusal::NotYours);
    own.clone().does(CLAIMANT, &Command::Resume);
    own.does(Actor::Registrar, &Command::Resume);
    let house = stages::mediation().does(Actor::Registrar, &Command::Suspend);
    for actor in [CLAIMANT, RESPONDENT] {
        house.refuses(actor, &Command::Resume, Refusal::NotYours);
    }
    // Who suspended before, for a while that is over, does not lift the registrar's.
    let again = stages::mediation().does(CLAIMANT, &Command::Suspend).does(CLAIMANT, &Command::Resume);
    let again = again.does(Actor::Registrar, &Command::Suspend);
    again.refuses(CLAIMANT, &Command::Resume, Refusal::NotYours);
}
