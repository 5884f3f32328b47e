//! A second mediator beside the one who leads (R5, R13, R14, R23).

use crate::assignment::{CoMediation, Proposal};
use crate::dispute::{Actor, Command, Event, Refusal, Stage};
use crate::keeping::without_talk;
use crate::party::Sides;
use crate::room::{Channel, Seat};
use crate::settlement::Attestation;
use crate::sight::{Viewer, viewer_of};

use super::play::{
    AMARA, BELA, CLAIMANT, DELA, NOOR, OMAR, Play, RESPONDENT, STRANGER, attest, propose, propose_beside,
    revise, sit_beside,
};
use super::stages::{self, co_mediated, co_mediator_accepted, mediation};

const OMAR_ACTS: Actor = Actor::Mediator(OMAR);

#[test]
fn r13_a_co_mediator_sits_only_after_the_inquiry_and_both_yeses() {
    let asked = mediation().noor_does(&Command::AskCoMediator);
    for actor in [CLAIMANT, RESPONDENT, OMAR_ACTS, Actor::Mediator(NOOR), Actor::House] {
        asked.refuses(actor, &propose_beside(OMAR, false), Refusal::NotYours);
    }
    let proposed = asked.does(Actor::Registrar, &propose_beside(OMAR, false));
    assert_eq!(viewer_of(&proposed.dispute, OMAR, false), Some(Viewer::Proposed));
    proposed.refuses(CLAIMANT, &Command::Approve { reads_earlier: true }, Refusal::InquiryFirst);
    proposed.refuses(Actor::Registrar, &propose_beside(STRANGER, false), Refusal::ProposalUnderWay);
    let accepted = co_mediator_accepted(mediation());
    let one = accepted.clone().does(RESPONDENT, &Command::Approve { reads_earlier: true });
    for play in [&proposed, &accepted, &one] {
        assert_eq!((play.dispute.co_mediator(), play.dispute.seat_of(OMAR)), (None, None));
        for command in [Command::OpenSession, revise(0), Command::Pause(Channel::Joint), Command::Disclose] {
            play.refuses(OMAR_ACTS, &command, Refusal::NotYours);
        }
        assert!(play.asks(Actor::Mediator(NOOR), &Command::OpenSession).is_ok(), "the mediation goes on");
    }
    let both = one.approves(CLAIMANT);
    assert_eq!(both.dispute.seat_of(OMAR), Some(Seat::CoMediator));
    let reads = Sides { claimant: false, respondent: true };
    assert!(both.events.iter().any(
        |event| matches!(event, Event::CoMediatorConfirmed { reads_earlier, .. } if *reads_earlier == reads)
    ));
    both.refuses(Actor::Mediator(NOOR), &Command::AskCoMediator, Refusal::CoMediatorSits);
}

#[test]
fn r13_an_objection_ends_the_proposal_and_tells_nobody_whose_it_was() {
    for side in [CLAIMANT, RESPONDENT] {
        let over = co_mediator_accepted(mediation()).does(side, &Command::Object);
        let declined = mediation()
            .does(Actor::Registrar, &propose_beside(OMAR, false))
            .does(OMAR_ACTS, &Command::DeclineAssignment);
        assert_eq!(over.dispute, declined.dispute);
        over.refuses(Actor::Registrar, &propose_beside(OMAR, false), Refusal::MediatorTried);
        assert_eq!(viewer_of(&over.dispute, OMAR, true), None, "not even as a registrar");
    }
}

#[test]
fn r14_whoever_sits_beside_the_mediator_has_no_other_part() {
    let play = mediation();
    for (who, conflicted) in [(AMARA, false), (BELA, false), (NOOR, false), (OMAR, true)] {
        play.refuses(Actor::Registrar, &propose_beside(who, conflicted), Refusal::MediatorConflicted);
    }
    let helped = stages::helper_sits();
    helped.refuses(Actor::Registrar, &propose_beside(DELA, false), Refusal::MediatorConflicted);
    // Neither do they sit beside a party, from the moment at which they are asked.
    let asked = stages::helper_asked().does(Actor::Registrar, &propose_beside(DELA, false));
    asked.refuses(Actor::Companion(DELA), &sit_beside(1), Refusal::OtherPart);
    let ended = asked.does(Actor::Registrar, &Command::EndCoMediation);
    ended.refuses(Actor::Companion(DELA), &sit_beside(1), Refusal::OtherPart);
}

#[test]
fn both_lead_and_one_attests_and_ends_it() {
    let both = co_mediated(mediation());
    for command in [
        Command::OpenSession,
        Command::Pause(Channel::CaucusClaimant),
        revise(0),
        Command::Disclose,
        Command::EndCoMediation,
    ] {
        assert!(both.asks(OMAR_ACTS, &command).is_ok(), "{command:?}");
    }
    both.refuses(OMAR_ACTS, &Command::Pause(Channel::CoNotes), Refusal::NoSuchChannel);
    for command in [Command::DeclareImpasse, Command::SeekAnotherMediator, Command::AskCoMediator] {
        both.refuses(OMAR_ACTS, &command, Refusal::NotYours);
    }
    for actor in [CLAIMANT, RESPONDENT, Actor::Mediator(NOOR), Actor::House] {
        both.refuses(actor, &Command::EndCoMediation, Refusal::NotYours);
    }
    let signed = stages::freeze_of(both).waits(super::play::DAY).both(Play::signs);
    signed.refuses(OMAR_ACTS, &attest(signed.digest(), Attestation::Mediator), Refusal::NotYours);
    signed.refuses(OMAR_ACTS, &Command::EndCoMediation, Refusal::AlreadyBinding);
    let settled = signed.noor_attests();
    assert_eq!(settled.dispute.seat_of(OMAR), Some(Seat::CoMediator));
    // Nobody joins what is signed already.
    let late = stages::all_signed();
    late.refuses(Actor::Registrar, &propose_beside(OMAR, false), Refusal::AlreadyBinding);
    let late = stages::freeze_of(co_mediator_accepted(mediation()).approves(CLAIMANT));
    let late = late.waits(super::play::DAY).both(Play::signs);
    late.refuses(RESPONDENT, &Command::Approve { reads_earlier: false }, Refusal::AlreadyBinding);
}

#[test]
fn r05_who_left_stays_out_and_who_was_there_was_there() {
    let there = co_mediated(mediation())
        .does(OMAR_ACTS, &Command::OpenSession)
        .does(Actor::House, &Command::Enter(Seat::CoMediator))
        .does(Actor::House, &Command::Enter(Seat::CoMediator));
    let present = |play: &Play| play.dispute.mediation().map(|held| held.co_mediated.clone());
    assert_eq!(present(&there), Some(vec![OMAR]));
    for actor in [OMAR_ACTS, Actor::Registrar] {
        let left = there.clone().does(actor, &Command::EndCoMediation);
        assert_eq!((left.dispute.co_mediator(), left.dispute.seat_of(OMAR)), (None, None));
        assert_eq!(viewer_of(&left.dispute, OMAR, true), None);
        assert_eq!(present(&left), Some(vec![OMAR]));
        assert!(left.dispute.has_part(OMAR));
        left.refuses(Actor::Registrar, &propose_beside(OMAR, false), Refusal::MediatorTried);
        left.refuses(Actor::Registrar, &Command::EndCoMediation, Refusal::NoCoMediator);
        let over = left.noor_does(&Command::DeclareImpasse);
        assert_eq!((over.dispute.seat_of(OMAR), present(&over)), (None, Some(vec![OMAR])));
    }
}

#[test]
fn r12_what_a_side_answered_goes_with_the_talk_and_who_was_asked_stays_out() {
    let over = co_mediator_accepted(mediation()).approves(CLAIMANT).does(CLAIMANT, &Command::Withdraw);
    let rest = without_talk(over.dispute);
    let beside = rest.mediation().expect("a mediation").beside;
    assert!(matches!(beside, CoMediation::Proposed(asked) if asked.state == Proposal::Proposed));
    assert!(rest.has_part(OMAR) && rest.co_mediator().is_none());
}

#[test]
fn the_seat_ends_with_that_of_whoever_led_and_its_holder_may_come_to_lead() {
    let left = co_mediated(mediation()).noor_does(&Command::SeekAnotherMediator);
    assert_eq!((left.dispute.co_mediator(), left.dispute.seat_of(OMAR)), (None, None));
    assert_eq!(viewer_of(&left.dispute, OMAR, true), None);
    assert!(left.dispute.has_part(OMAR), "they take no other part in it");
    // Nobody takes it over: neither reads it any more.
    let over = left.clone().does(CLAIMANT, &Command::Withdraw);
    assert_eq!((over.dispute.mediator(), over.dispute.co_mediator()), (None, None));
    assert_eq!(over.dispute.seat_of(OMAR), None);
    let confirmed = |play: Play, who| {
        let acts = Actor::Mediator(who);
        let accepted = play.proposes(who).does(acts, &Command::AcceptAssignment { disclosed: false });
        accepted.both(Play::approves)
    };
    let leads = confirmed(left.clone(), OMAR);
    assert_eq!((leads.dispute.mediator(), leads.dispute.co_mediator()), (Some(OMAR), None));
    assert_eq!(leads.dispute.seat_of(OMAR), Some(Seat::Mediator));
    // Where somebody else leads, their part in it is over.
    let another = confirmed(left, STRANGER);
    assert_eq!(another.dispute.seat_of(OMAR), None);
    assert!(another.dispute.has_part(OMAR));
    another.refuses(Actor::Registrar, &propose_beside(OMAR, false), Refusal::MediatorTried);
    another.refuses(Actor::Registrar, &propose(OMAR, false), Refusal::WrongStage);
    let Stage::Mediation(held) = &another.dispute.stage else { panic!("a mediation") };
    assert_eq!(held.beside, CoMediation::Vacant);
}
