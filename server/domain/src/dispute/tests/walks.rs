//! Random walks: commands of anybody at any time, from every representative state on. Whatever happens, nothing panics
//! and what must hold goes on holding.

use proptest::prelude::*;

use crate::agreement::Agreement;
use crate::consent::AGREEMENT_TO_MEDIATE;
use crate::deadlines::Periods;
use crate::dispute::{Action, Actor, Command, Dispute, Event, Refusal, ScreeningDecision, Stage, actions};
use crate::party::{Party, Route, Sides};
use crate::settlement::Attestation;
use crate::time::Moment;

use super::commands::{self, ACTORS};
use super::play::{DAY, HOUR, Play, STRANGER, file};
use super::stages;

/// One step of a walk, as numbers from which it is picked.
#[derive(Debug, Clone, Copy)]
struct Step {
    wait: u8,
    pick: usize,
    actor: usize,
    /// Whether it is picked among what the rules accept now, so that a walk comes far.
    fitting: bool,
}

fn step() -> impl Strategy<Value = Step> {
    (0_u8..12, any::<usize>(), 0..ACTORS.len(), prop::bool::weighted(0.8))
        .prop_map(|(wait, pick, actor, fitting)| Step { wait, pick, actor, fitting })
}

fn wait(play: Play, wait: u8) -> Play {
    match wait {
        0..=6 => play,
        7 => play.waits(HOUR),
        8 => play.waits(DAY),
        9 => play.waits(DAY * 8),
        10 => play.waits(DAY * 40),
        // A clock that was set back.
        _ => {
            let now = Moment::from_millis(play.now.millis() - 3_600_000);
            Play { now, ..play }
        }
    }
}

/// What the step asks for.
fn chosen(play: &Play, step: Step) -> (Actor, Command) {
    let mut asked: Vec<(Actor, Command)> = Vec::new();
    for (_, command) in commands::all(play) {
        asked.extend(ACTORS.map(|(_, actor)| (actor, command.clone())));
    }
    let accepted: Vec<_> =
        asked.iter().filter(|(by, command)| play.asks(*by, command).is_ok()).cloned().collect();
    // One in eight of the ways out is taken, so that not every walk ends at once.
    let leads_on = |(_, command): &(Actor, Command)| {
        let is_exit = matches!(
            command,
            Command::Withdraw
                | Command::DeclareImpasse
                | Command::PassDeadline
                | Command::Screen(ScreeningDecision::Unsuitable)
        );
        !is_exit || step.pick.is_multiple_of(8)
    };
    let fitting: Vec<_> = accepted.iter().filter(|one| leads_on(one)).cloned().collect();
    if step.fitting && !fitting.is_empty() {
        return fitting[step.pick % fitting.len()].clone();
    }
    let all = commands::all(play);
    (ACTORS[step.actor].1, all[step.pick % all.len()].1.clone())
}

const fn rank(stage: &Stage) -> u8 {
    match stage {
        Stage::Draft => 0,
        Stage::Screening => 1,
        Stage::Inviting { .. } => 2,
        Stage::Preparing { .. } => 3,
        Stage::Negotiation { .. } => 4,
        Stage::Assigning(_) => 5,
        Stage::Mediation(_) => 6,
        Stage::Settled { .. } | Stage::Ended(_) => 7,
    }
}

/// What holds in every state.
fn check_state(dispute: &Dispute) -> Result<(), TestCaseError> {
    let talks =
        matches!(dispute.stage, Stage::Negotiation { .. } | Stage::Mediation(_) | Stage::Settled { .. });
    if talks {
        let version = |party: &Party| party.consent.map(|signed| signed.version);
        prop_assert!(dispute.parties.both(|party| version(party) == Some(AGREEMENT_TO_MEDIATE)), "R1");
        prop_assert!(dispute.parties.both(|party| party.account().is_some()), "R1");
    }
    if matches!(dispute.stage, Stage::Negotiation { .. }) {
        prop_assert!(!dispute.shuttle && !dispute.is_flagged(), "R17");
    }
    if let Some(mediator) = dispute.mediator() {
        prop_assert_eq!(dispute.side_of(mediator), None, "R14");
    }
    if let Some(beside) = dispute.co_mediator() {
        prop_assert!(dispute.mediator().is_some_and(|mediator| mediator != beside), "R14");
        prop_assert!(!dispute.is_of_a_side(beside), "R14");
    }
    if dispute.agreement != Agreement::Blank {
        let is_sought_anew = matches!(&dispute.stage, Stage::Assigning(sought) if sought.earlier.is_some());
        prop_assert!(dispute.mediation().is_some() || is_sought_anew, "a text without a mediation");
    }
    if let Stage::Settled { .. } = dispute.stage {
        prop_assert!(dispute.agreement.is_binding(), "R23");
    }
    if let Agreement::Frozen { signatures, .. } = &dispute.agreement {
        prop_assert!(!signatures.both(Option::is_some), "everybody signed and it does not bind");
    }
    Ok(())
}

/// Whether the mediator is so no more, with what was said before as it was.
fn has_left(events: &[Event]) -> bool {
    events.iter().any(|event| matches!(event, Event::MediatorLeft { .. }))
}

/// What no step may do to the text that people sign.
fn check_text(before: &Dispute, after: &Dispute, events: &[Event]) -> Result<(), TestCaseError> {
    let revised = events.iter().any(|event| matches!(event, Event::Revised { .. }));
    match (&before.agreement, &after.agreement) {
        (Agreement::Signed { .. }, _) => prop_assert_eq!(&before.agreement, &after.agreement, "R23"),
        (
            Agreement::Frozen { revision, since, .. },
            Agreement::Frozen { revision: then, since: later, .. },
        ) => {
            prop_assert_eq!(revision, then, "R22");
            prop_assert!(since <= later, "the time to think was cut short (R24)");
        }
        (Agreement::Frozen { revision, .. }, Agreement::Signed { revision: then, .. }) => {
            prop_assert_eq!(revision, then, "R22");
        }
        (Agreement::Frozen { .. }, Agreement::Draft { ready, .. }) => {
            prop_assert!((revised || has_left(events)) && *ready == Sides::default(), "R22");
        }
        (Agreement::Frozen { .. }, Agreement::Blank) => prop_assert!(false, "a frozen text vanished"),
        (Agreement::Blank | Agreement::Draft { .. }, Agreement::Signed { .. }) => {
            prop_assert!(false, "signed without having been frozen (R22)");
        }
        (Agreement::Draft { .. }, Agreement::Frozen { revision, .. }) => {
            prop_assert_eq!(Some(revision), before.agreement.revision(), "R22");
        }
        (Agreement::Blank | Agreement::Draft { .. }, _) => {}
    }
    Ok(())
}

/// What no step may undo.
fn check_step(before: &Dispute, after: &Dispute, events: &[Event]) -> Result<(), TestCaseError> {
    let is_sought_anew = has_left(events);
    let goes_on = rank(&before.stage) <= rank(&after.stage) || is_sought_anew;
    prop_assert!(goes_on, "{:?} then {:?}", before.stage, after.stage);
    prop_assert!(rank(&before.stage) < 7, "something happened after the end: {:?}", events);
    prop_assert!(after.shuttle || !before.shuttle, "R17");
    prop_assert!(before.filed_at.is_none() || after.is_flagged() || !before.is_flagged(), "R16");
    prop_assert!(is_sought_anew || before.mediator().is_none() || before.mediator() == after.mediator());
    // A party's pause may go over into the house's own: then no clock runs yet.
    if events.contains(&Event::Resumed) && after.suspension.is_none() && !is_sought_anew {
        let running = Dispute { suspension: None, ..before.clone() };
        let periods = Periods::default();
        prop_assert!(
            running.next_deadline(&periods) <= after.next_deadline(&periods),
            "a deadline went backward"
        );
    }
    let kinds: Vec<_> = events.iter().map(|event| event.trace().kind).collect();
    prop_assert_eq!(kinds, events.iter().map(Event::kind).collect::<Vec<_>>());
    Ok(())
}

/// A command of that kind that is as good as any, made here without looking at how `actions` makes its own.
fn fitting(action: Action, play: &Play) -> Command {
    let name = match action {
        Action::AnswerSafety => "answer safety as clear",
        Action::File => return file(false),
        Action::Screen => "screen as suitable",
        Action::InviteAgain => "invite again",
        Action::Consent => "consent",
        Action::BeReady => return Command::BeReady(Route::Mediation),
        Action::BeReadyToNegotiate => return Command::BeReady(Route::Negotiation),
        Action::ChooseDelivery => "choose delivery",
        Action::ChooseReadingLanguage => "choose a reading language",
        Action::RequestMediation => "request mediation",
        Action::AcceptAssignment => "accept assignment",
        Action::DeclineAssignment => "decline assignment",
        Action::Approve => "approve",
        Action::Object => "object",
        Action::Disclose => "disclose",
        Action::SeekAnother => "seek another mediator",
        Action::AskCoMediator => "ask for a co-mediator",
        Action::ProposeCoMediator => return super::play::propose_beside(STRANGER, false),
        Action::EndCoMediation => "end the co-mediation",
        Action::AcceptDisclosure => "accept the disclosure",
        Action::ObjectToDisclosure => "object to the disclosure",
        Action::OpenSession => "open session",
        Action::CloseSession => "close session",
        Action::GiveSignal => "signal danger",
        Action::Revise => "revise",
        Action::BeReadyToSign => "be ready to sign",
        Action::Freeze => "freeze",
        Action::Waive => "waive",
        Action::Sign => "sign",
        Action::TakeSignatureBack => "take signature back",
        Action::Attest => return super::play::attest(play.digest(), Attestation::Mediator),
        Action::DeclareImpasse => "declare impasse",
        Action::Suspend => "suspend",
        Action::Resume => "resume",
        Action::Withdraw => "withdraw",
    };
    let mut all = commands::all(play).into_iter();
    all.find_map(|(one, command)| (one == name).then_some(command)).expect("a command of that name")
}

fn check_actions(play: &Play) -> Result<(), TestCaseError> {
    for (name, actor) in ACTORS {
        let offered = actions(&play.dispute, actor, &play.house());
        for action in Action::ALL {
            let answer = play.asks(actor, &fitting(*action, play));
            prop_assert_eq!(offered.contains(action), answer.is_ok(), "{} {}: {:?}", name, action, answer);
        }
    }
    Ok(())
}

fn check_nothing_happens_any_more(play: &Play) -> Result<(), TestCaseError> {
    for (name, command) in commands::all(play) {
        for (_, actor) in ACTORS {
            let answer = play.asks(actor, &command);
            prop_assert!(
                matches!(answer, Err(Refusal::Ended | Refusal::NotYours | Refusal::PartyAlone)),
                "{}: {:?}",
                name,
                answer
            );
        }
    }
    prop_assert_eq!(play.dispute.next_deadline(&Periods::default()), None);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_anybody_asks_for_at_any_time_the_rules_hold(
        start in 0..stages::all().len(),
        steps in prop::collection::vec(step(), 1..40),
    ) {
        let mut play = stages::all().swap_remove(start).1;
        for step in steps {
            play = wait(play, step.wait);
            let (actor, command) = chosen(&play, step);
            let before = play.dispute.clone();
            match play.tries(actor, &command) {
                Ok(events) => check_step(&before, &play.dispute, &events)
                    .and_then(|()| check_text(&before, &play.dispute, &events))
                    .and_then(|()| check_state(&play.dispute))?,
                Err(_) => prop_assert_eq!(&before, &play.dispute),
            }
            check_actions(&play)?;
            if rank(&play.dispute.stage) == 7 {
                check_nothing_happens_any_more(&play)?;
            }
        }
    }
}
