//! What the audit trail and the certificate tell, and what they cannot (R4, R8, R9, R10).

use std::collections::BTreeSet;

use crate::certificate::{Certificate, certificate};
use crate::companion::{CompanionRole, Ground};
use crate::dispute::{Actor, Command, Event, ScreeningDecision};
use crate::party::Side;
use crate::room::{Channel, Seat, Signal};
use crate::safety::Finding;

use super::play::{CARIM, CLAIMANT, NOOR, Play, RESPONDENT, sign, take};
use super::stages;

/// Plays in which, taken together, everything happens that can.
fn everything_that_happens() -> Vec<Play> {
    let mut plays: Vec<Play> = stages::all().into_iter().map(|(_, play)| play).collect();
    let one_signed = stages::thought_over().signs(CLAIMANT);
    plays.extend([
        stages::inviting()
            .does(Actor::Invited, &Command::RefuseInvitation)
            .does(Actor::Invited, &Command::UndoRefusal),
        stages::inviting()
            .does(Actor::Invited, &take(CARIM, false))
            .does(Actor::Registrar, &Command::RejectTaker(CARIM)),
        stages::assigning().proposes(NOOR).does(Actor::Mediator(NOOR), &Command::DeclineAssignment),
        stages::mediation()
            .noor_does(&Command::OpenSession)
            .does(Actor::House, &Command::Enter(Seat::Party(Side::Respondent)))
            .does(Actor::House, &Command::Leave(Seat::Party(Side::Respondent)))
            .noor_does(&Command::CloseSession)
            .noor_does(&Command::Pause(Channel::Joint))
            .noor_does(&Command::ResumeChannel(Channel::Joint)),
        stages::frozen().waives(CLAIMANT),
        stages::co_mediated(stages::mediation().noor_does(&Command::AskCoMediator))
            .noor_does(&Command::OpenSession)
            .does(Actor::House, &Command::Enter(Seat::CoMediator))
            .does(Actor::Registrar, &Command::EndCoMediation),
        stages::helper_sits().does(CLAIMANT, &Command::EndCompanion(super::play::companion(1))),
        stages::represented()
            .signs(Actor::Companion(super::play::DELA))
            .does(CLAIMANT, &Command::EndAuthority(super::play::companion(1))),
        stages::authority_claimed().does(
            Actor::Registrar,
            &Command::AnswerAuthority {
                id: super::play::companion(1),
                ground: Ground::WrittenPower,
                accepts: false,
            },
        ),
        stages::assigning().deadline_passes(),
        stages::mediation()
            .noor_does(&Command::Disclose)
            .does(CLAIMANT, &Command::ObjectToDisclosure)
            .both(|play, actor| play.does(actor, &Command::AcceptDisclosure)),
        one_signed.clone().does(CLAIMANT, &Command::TakeSignatureBack),
        one_signed.clone().does(RESPONDENT, &sign(one_signed.digest(), false)),
        stages::frozen().does(CLAIMANT, &Command::Suspend).does(CLAIMANT, &Command::Resume),
        stages::prepared().does(CLAIMANT, &Command::ChooseDelivery(crate::settlement::DeliveryChoice::Link)),
        stages::prepared()
            .does(RESPONDENT, &Command::ChooseReadingLanguage(crate::language::RecordLanguage::Tamil)),
    ]);
    plays
}

#[test]
fn r9_a_trace_holds_ids_kinds_and_digests_and_no_words() {
    let mut kinds = BTreeSet::new();
    for event in everything_that_happens().iter().flat_map(|play| &play.events) {
        let trace = event.trace();
        kinds.insert(trace.kind);
        assert_eq!(trace.kind, event.kind());
        for (name, value) in &trace.facts {
            let fits = match *name {
                "side" => value.parse::<Side>().is_ok(),
                "role" => value.parse::<CompanionRole>().is_ok(),
                "who" => Seat::ALL.iter().any(|seat| seat.as_str() == value),
                "account" | "mediator" | "assignment" | "settlement" | "companion" | "representative" => {
                    value.len() == 36
                }
                "digest" => value.len() == 71 && value.starts_with("sha256:"),
                "reference" => value.len() == 12 && value.starts_with("CD-"),
                "revision" | "version" => value.parse::<u32>().is_ok(),
                "language" => value.parse::<crate::language::RecordLanguage>().is_ok(),
                "disclosed" | "reads_earlier" => value.parse::<bool>().is_ok(),
                "attested_by" => ["mediator", "institution"].contains(&value.as_str()),
                _ => false,
            };
            assert!(fits, "{}: {name} = {value}", trace.kind);
        }
    }
    assert_eq!(kinds.len(), 60, "every kind of event happened, and was looked at: {kinds:?}");
}

#[test]
fn r4_and_r9_a_trace_is_the_same_whatever_was_answered_signalled_or_the_cause() {
    let trace = |play: Play| play.events.last().map(Event::trace);
    let screened = |decision| stages::screening().does(Actor::Registrar, &Command::Screen(decision));
    let answered = |finding| stages::prepared().answers_safety(RESPONDENT, finding);
    assert_eq!(trace(answered(Finding::Clear)), trace(answered(Finding::Raised)));
    let signalled = |signal| stages::mediation().signals(CLAIMANT, signal);
    assert_eq!(trace(signalled(Signal::Break)), trace(signalled(Signal::Unsafe)));
    let withdrawn = stages::mediation().does(CLAIMANT, &Command::Withdraw);
    assert_eq!(trace(withdrawn), trace(screened(ScreeningDecision::Unsuitable)));
    let apart = screened(ScreeningDecision::Suitable { shuttle: true }).events[2].trace();
    let together = screened(ScreeningDecision::Suitable { shuttle: false }).events[2].trace();
    assert_eq!(apart, together);
}

#[test]
fn r8_an_auditor_sees_what_happened_to_the_process_and_nothing_private() {
    let mut open = BTreeSet::new();
    let mut closed = BTreeSet::new();
    for event in everything_that_happens().iter().flat_map(|play| &play.events) {
        if Event::is_kind_open_to_auditors(event.kind()) {
            open.insert(event.kind())
        } else {
            closed.insert(event.kind())
        };
    }
    let closed: Vec<_> = closed.into_iter().collect();
    assert_eq!(
        closed,
        [
            "arrived",
            "assigning-overdue",
            "authority-claimed",
            "authority-ended",
            "authority-refused",
            "became-ready",
            "channel-paused",
            "channel-resumed",
            "co-mediator-asked",
            "co-mediator-proposed",
            "companion-asked",
            "companion-ended",
            "companion-seated",
            "delivery-chosen",
            "disclosure-accepted",
            "disclosure-objected",
            "found-suitable",
            "invitation-refused",
            "invited",
            "left",
            "mediator-approved",
            "mediator-proposed",
            "not-signing-freely",
            "proposal-ended",
            "reading-language-chosen",
            "reflection-waived",
            "refusal-undone",
            "resumed",
            "room-held",
            "room-released",
            "safety-answered",
            "sent-to-screening",
            "signal-given",
            "signature-taken-back",
            "suspended",
            "taker-rejected",
            "taker-waits",
        ]
    );
    assert!(open.contains("consented") && open.contains("sealed") && open.contains("disclosed-later"));
}

#[test]
fn r10_a_certificate_says_that_it_took_place_when_and_who_was_present_and_no_more() {
    let held = stages::mediation()
        .noor_does(&Command::OpenSession)
        .does(Actor::House, &Command::Attend(Side::Claimant))
        .does(Actor::House, &Command::Attend(Side::Claimant))
        .noor_does(&Command::CloseSession);
    let began = held.now.day();
    let ended = held.waits(super::play::DAY * 3).noor_does(&Command::DeclareImpasse);
    let reference = ended.dispute.reference.clone().expect("a reference");
    let expected = Certificate {
        reference,
        filed_on: began,
        mediation_began_on: Some(began),
        ended_on: ended.now.day(),
        settled: false,
        present: vec![Side::Claimant],
        co_mediators: Vec::new(),
    };
    assert_eq!(certificate(&ended.dispute), Some(expected));
}

#[test]
fn r4_and_r10_a_certificate_is_the_same_for_every_end() {
    let of = |play: Play| certificate(&play.dispute).expect("a certificate");
    let withdrawn = of(stages::mediation().does(CLAIMANT, &Command::Withdraw));
    assert_eq!(withdrawn, of(stages::mediation().does(RESPONDENT, &Command::Withdraw)));
    assert_eq!(withdrawn, of(stages::mediation().noor_does(&Command::DeclareImpasse)));
    let never_met = of(stages::inviting().deadline_passes());
    let refused = stages::inviting().does(Actor::Invited, &Command::RefuseInvitation);
    assert_eq!(never_met, of(refused.deadline_passes()));
    assert_eq!(never_met.mediation_began_on, None);
    assert!(never_met.present.is_empty());
}

#[test]
fn r10_there_is_no_certificate_before_the_end_nor_for_what_was_never_filed() {
    for (name, play) in stages::all() {
        let over = ["settled", "ended"].contains(&play.dispute.stage.name().as_str());
        assert_eq!(certificate(&play.dispute).is_some(), over, "{name}");
    }
    assert!(certificate(&stages::settled().dispute).is_some_and(|paper| paper.settled));
    let dropped = Play::draft().does(CLAIMANT, &Command::Withdraw);
    assert_eq!(certificate(&dropped.dispute), None);
}
