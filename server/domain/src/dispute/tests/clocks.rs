//! Deadlines and suspensions (section 2 of the design).

use crate::deadlines::Periods;
use crate::dispute::{Actor, Cause, Command, Refusal, Stage};
use crate::time::Moment;

use super::play::{CLAIMANT, DAY, HOUR, Play, RESPONDENT, sign};
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
    assert_eq!(due(&stages::assigning()), None);
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
