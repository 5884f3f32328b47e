//! The mediator's neutrality (R13, R14): inquiry first, both sides' approval, one role only.

use crate::agreement::Agreement;
use crate::assignment::{PROPOSALS_MAX, Proposal};
use crate::dispute::{Actor, Command, Event, Refusal, Stage, StageName};
use crate::ids::AccountId;
use crate::party::{Side, Sides};
use crate::room::{Channel, Seat, Signal};
use crate::safety::Finding;

use super::play::{AMARA, BELA, CLAIMANT, DAY, NOOR, OMAR, Play, RESPONDENT, propose};
use super::stages;

#[test]
fn r13_a_mediator_starts_only_after_the_inquiry_and_both_approvals() {
    let proposed = stages::assigning().proposes(NOOR);
    for actor in [CLAIMANT, RESPONDENT] {
        proposed.refuses(actor, &Command::Approve { reads_earlier: false }, Refusal::InquiryFirst);
        proposed.refuses(actor, &Command::Object, Refusal::InquiryFirst);
    }
    proposed.refuses(
        Actor::Mediator(OMAR),
        &Command::AcceptAssignment { disclosed: false },
        Refusal::NotYours,
    );
    let accepted = proposed.does(Actor::Mediator(NOOR), &Command::AcceptAssignment { disclosed: true });
    accepted.refuses(Actor::Mediator(NOOR), &Command::OpenSession, Refusal::NotYours);
    let one = accepted.approves(RESPONDENT);
    assert_eq!((one.dispute.mediator(), one.dispute.proposed_mediator()), (None, Some(NOOR)));
    let both = one.approves(CLAIMANT);
    assert_eq!(both.dispute.mediator(), Some(NOOR));
    let Stage::Mediation(mediation) = &both.dispute.stage else { panic!("{:?}", both.dispute.stage) };
    assert_eq!(mediation.since, both.now);
}

#[test]
fn r13_an_objection_looks_like_a_decline_and_like_a_lapse() {
    let accepted = stages::accepted().approves(CLAIMANT);
    let objected = accepted.clone().does(RESPONDENT, &Command::Object);
    let changed_their_mind = accepted.clone().does(CLAIMANT, &Command::Object);
    let declined = accepted.clone().does(Actor::Mediator(NOOR), &Command::DeclineAssignment);
    let lapsed = accepted.deadline_passes();
    for play in [&objected, &changed_their_mind, &declined, &lapsed] {
        assert!(matches!(play.events.last(), Some(Event::ProposalEnded { mediator: NOOR, .. })));
        assert_eq!(play.dispute, objected.dispute);
        play.refuses(Actor::Registrar, &propose(NOOR, false), Refusal::MediatorTried);
    }
    // The next one begins with nobody's approval.
    let next =
        objected.proposes(OMAR).does(Actor::Mediator(OMAR), &Command::AcceptAssignment { disclosed: false });
    let Stage::Assigning(assigning) = &next.dispute.stage else { panic!("{:?}", next.dispute.stage) };
    let state = assigning.proposal.map(|proposal| proposal.state);
    assert!(matches!(state, Some(Proposal::Accepted { approved, .. }) if !approved.either(|said| *said)));
}

#[test]
fn r13_a_later_disclosure_holds_the_room_until_the_registrar_has_decided() {
    let held = stages::thought_over().noor_does(&Command::Disclose);
    let room = &held.dispute.mediation().expect("a mediation").room;
    for channel in Channel::ALL {
        assert!(room.is_paused(*channel), "{channel}");
    }
    assert!(held.dispute.awaits_screening());
    held.refuses(CLAIMANT, &super::play::sign(held.digest(), true), Refusal::Paused);
    let on = held.clone().passes_screening(false);
    assert!(!on.dispute.awaits_screening());
    assert!(!on.dispute.mediation().expect("a mediation").room.held);
    on.both(Play::signs);
    held.does(CLAIMANT, &Command::Withdraw);
}

#[test]
fn r13_both_sides_accept_a_later_disclosure_each_alone_or_the_registrar_decides() {
    let room = |play: &Play| play.dispute.mediation().expect("a mediation").room.clone();
    stages::mediation().refuses(CLAIMANT, &Command::AcceptDisclosure, Refusal::NothingDisclosed);
    let held = stages::mediation().noor_does(&Command::Disclose);
    for actor in [Actor::Mediator(NOOR), Actor::Registrar, Actor::House] {
        held.refuses(actor, &Command::AcceptDisclosure, Refusal::NotYours);
    }
    let one = held.clone().does(CLAIMANT, &Command::AcceptDisclosure);
    assert!(room(&one).held, "silence never consents");
    assert!(!room(&one.clone().does(RESPONDENT, &Command::AcceptDisclosure)).held);
    let against = one.does(RESPONDENT, &Command::ObjectToDisclosure);
    assert!(room(&against).held && against.dispute.awaits_screening());
    assert!(
        !room(&against.clone().does(RESPONDENT, &Command::AcceptDisclosure)).held,
        "they think better of it"
    );
    assert!(!room(&against.passes_screening(false)).held);
    // What a safety answer holds is not let go by that.
    let raised = held.answers_safety(CLAIMANT, Finding::Raised);
    assert!(room(&raised.both(|play, actor| play.does(actor, &Command::AcceptDisclosure))).held);
}

#[test]
fn r07_coming_is_said_once_until_somebody_has_left_and_again_in_the_next_session() {
    let house = |play: Play, command: Command| play.does(Actor::House, &command);
    let bela = Seat::Party(Side::Respondent);
    stages::mediation().refuses(Actor::House, &Command::Enter(bela), Refusal::NoSession);
    let here = house(stages::mediation().noor_does(&Command::OpenSession), Command::Enter(bela));
    assert_eq!(here.asks(Actor::House, &Command::Enter(bela)), Ok(Vec::new()));
    assert_eq!(here.asks(Actor::House, &Command::Leave(Seat::Mediator)), Ok(Vec::new()));
    let back = house(house(here, Command::Leave(bela)), Command::Enter(bela));
    let came = |play: &Play| play.events.iter().filter(|event| event.kind() == "arrived").count();
    assert_eq!(came(&back), 2);
    assert_eq!(back.events.iter().filter(|event| event.kind() == "attended").count(), 1);
    let next = back.noor_does(&Command::CloseSession).noor_does(&Command::OpenSession);
    assert_eq!(came(&house(next, Command::Enter(bela))), 3);
}

#[test]
fn after_three_proposals_the_house_leaves_it_to_the_registrar() {
    let mut play = stages::assigning();
    for number in (0x200..).take(PROPOSALS_MAX) {
        let mediator = AccountId::new(uuid::Uuid::from_u128(number));
        play = play.does(Actor::House, &propose(mediator, false)).deadline_passes();
    }
    play.refuses(Actor::House, &propose(NOOR, false), Refusal::NotYours);
    assert_eq!(play.proposes(NOOR).dispute.proposed_mediator(), Some(NOOR));
}

#[test]
fn r14_whoever_has_another_role_in_the_dispute_does_not_mediate_it() {
    let play = stages::assigning();
    for actor in [Actor::Registrar, Actor::House] {
        play.refuses(actor, &propose(AMARA, false), Refusal::MediatorConflicted);
        play.refuses(actor, &propose(BELA, false), Refusal::MediatorConflicted);
        play.refuses(actor, &propose(NOOR, true), Refusal::MediatorConflicted);
    }
}

/// Omar takes the mediation over; the respondent alone lets him read what she told Noor in private.
fn taken_over(play: Play) -> Play {
    let accepted =
        play.proposes(OMAR).does(Actor::Mediator(OMAR), &Command::AcceptAssignment { disclosed: false });
    accepted.approves(CLAIMANT).does(RESPONDENT, &Command::Approve { reads_earlier: true })
}

#[test]
fn r05_and_r13_another_mediator_is_approved_like_the_first_and_reads_what_each_side_lets_them() {
    let begun = stages::mediation().noor_does(&Command::OpenSession);
    let begun = begun.does(Actor::House, &Command::Enter(Seat::Party(Side::Claimant)));
    let since = begun.now;
    let left = begun.noor_revises().both(Play::gets_ready_to_sign).noor_freezes().waits(DAY).signs(CLAIMANT);
    left.refuses(CLAIMANT, &Command::SeekAnotherMediator, Refusal::NotYours);
    left.refuses(Actor::Mediator(OMAR), &Command::SeekAnotherMediator, Refusal::NotYours);
    let left = left.noor_does(&Command::SeekAnotherMediator);
    assert_eq!((left.dispute.mediator(), left.dispute.seat_of(NOOR)), (None, None));
    assert!(left.dispute.has_part(NOOR), "they take no other part in it");
    left.refuses(Actor::Mediator(NOOR), &Command::SeekAnotherMediator, Refusal::NotYours);
    left.refuses(Actor::Registrar, &propose(NOOR, false), Refusal::MediatorTried);
    // What one had signed before a mediator who was there is signed before the next one, or not at all.
    assert!(matches!(&left.dispute.agreement, Agreement::Draft { ready, .. } if !ready.either(|said| *said)));
    let on = taken_over(left.clone());
    let mediation = on.dispute.mediation().expect("a mediation");
    assert_eq!((mediation.mediator, mediation.since, mediation.began), (OMAR, on.now, since));
    assert!(*mediation.room.attended.of(Side::Claimant) && !mediation.room.session_open);
    let reads = Sides { claimant: false, respondent: true };
    assert!(on.events.iter().any(
        |event| matches!(event, Event::MediatorConfirmed { reads_earlier, .. } if *reads_earlier == reads)
    ));
    assert!(on.dispute.has_part(NOOR));
    // Where nobody takes it over, there was a mediation all the same (R10), and who left stays out of it.
    let over = left.does(CLAIMANT, &Command::Withdraw);
    assert_eq!(over.dispute.mediation().map(|mediation| mediation.began), Some(since));
    assert_eq!((over.dispute.mediator(), over.dispute.seat_of(NOOR)), (None, None));
    assert_eq!(crate::sight::viewer_of(&over.dispute, NOOR, true), None);
    assert!(over.dispute.has_part(NOOR));
}

#[test]
fn r18_what_a_side_signalled_waits_for_the_next_mediator() {
    let unsafe_here = stages::mediation().signals(RESPONDENT, Signal::Unsafe);
    let on = taken_over(unsafe_here.noor_does(&Command::SeekAnotherMediator));
    let room = &on.dispute.mediation().expect("a mediation").room;
    assert_eq!(room.signals.respondent, Some(Signal::Unsafe));
    assert!(on.dispute.is_channel_paused(Channel::Joint));
}

#[test]
fn r13_where_a_side_objects_to_what_was_disclosed_the_registrar_seeks_another_mediator() {
    let held = stages::mediation().noor_does(&Command::Disclose).does(CLAIMANT, &Command::ObjectToDisclosure);
    let sought = held.does(Actor::Registrar, &Command::SeekAnotherMediator);
    assert_eq!(sought.dispute.suspension, None, "what was held for that goes on");
    let on = taken_over(sought);
    assert!(!on.dispute.is_paused());
    // A safety question that waits holds the next one's room as well; a pause that a side took is its own.
    let raised = stages::mediation().answers_safety(CLAIMANT, Finding::Raised);
    let on = taken_over(raised.does(Actor::Registrar, &Command::SeekAnotherMediator));
    assert!(on.dispute.awaits_screening() && on.dispute.is_paused());
    let paused =
        stages::mediation().does(CLAIMANT, &Command::Suspend).noor_does(&Command::SeekAnotherMediator);
    assert_eq!(paused.dispute.suspended_by(), Some(Side::Claimant));
    // What all have signed binds; who heard them is attested, by the house where the mediator does not.
    stages::all_signed().refuses(Actor::Registrar, &Command::SeekAnotherMediator, Refusal::AlreadyBinding);
}

#[test]
fn r14_the_hand_on_the_room_is_the_confirmed_mediators_alone() {
    let play = stages::mediation();
    let commands = [
        Command::OpenSession,
        Command::Disclose,
        Command::Pause(Channel::Joint),
        super::play::revise(0),
        Command::DeclareImpasse,
    ];
    for command in commands {
        for actor in [CLAIMANT, RESPONDENT, Actor::Mediator(OMAR), Actor::Mediator(AMARA), Actor::Registrar] {
            play.refuses(actor, &command, Refusal::NotYours);
        }
        assert!(play.asks(Actor::Mediator(NOOR), &command).is_ok(), "{command:?}");
    }
    assert_eq!(play.dispute.stage.name(), StageName::Mediation);
}

#[test]
fn a_channel_is_paused_once_and_the_mediators_notes_never() {
    let play = stages::mediation();
    let noor = Actor::Mediator(NOOR);
    play.refuses(noor, &Command::Pause(Channel::Notes), Refusal::NoSuchChannel);
    for channel in [Channel::Joint, Channel::CaucusRespondent] {
        play.refuses(noor, &Command::ResumeChannel(channel), Refusal::NotPaused);
        let paused = play.clone().noor_does(&Command::Pause(channel));
        paused.refuses(noor, &Command::Pause(channel), Refusal::AlreadyPaused);
        let on = paused.noor_does(&Command::ResumeChannel(channel));
        assert_eq!(on.dispute, play.dispute);
    }
}
