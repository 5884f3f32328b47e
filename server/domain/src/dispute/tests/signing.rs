//! From the draft to the seal (R22 to R24).

use crate::agreement::{Agreement, TextDigest};
use crate::dispute::{Actor, Command, Event, Refusal, Stage, reflection_ends_at};
use crate::language::RecordLanguage;
use crate::party::Side;
use crate::safety::Finding;
use crate::settlement::{Attestation, DeliveryChoice};

use super::play::{CLAIMANT, DAY, HOUR, NOOR, Play, RESPONDENT, attest, freeze, revise, sign};
use super::stages;

const MEDIATOR: Actor = Actor::Mediator(NOOR);

fn signatures(play: &Play) -> Vec<bool> {
    match &play.dispute.agreement {
        Agreement::Frozen { signatures, .. } => Side::BOTH.map(|side| signatures.of(side).is_some()).to_vec(),
        Agreement::Signed { .. } => vec![true, true],
        Agreement::Blank | Agreement::Draft { .. } => Vec::new(),
    }
}

#[test]
fn r22_a_text_is_frozen_only_when_every_party_is_ready_and_every_language_complete() {
    let draft = stages::mediation().noor_revises();
    let digest = draft.digest();
    stages::mediation().refuses(MEDIATOR, &freeze(digest), Refusal::NothingWritten);
    draft.refuses(MEDIATOR, &freeze(digest), Refusal::PartiesNotReady);
    for (first, second) in [(CLAIMANT, RESPONDENT), (RESPONDENT, CLAIMANT)] {
        let one = draft.clone().gets_ready_to_sign(first);
        one.refuses(MEDIATOR, &freeze(digest), Refusal::PartiesNotReady);
        let both = one.gets_ready_to_sign(second);
        let with_urdu =
            Command::Freeze { digest, needed: vec![RecordLanguage::English, RecordLanguage::Urdu] };
        both.refuses(MEDIATOR, &with_urdu, Refusal::LanguageMissing);
        both.refuses(MEDIATOR, &freeze(TextDigest([9; 32])), Refusal::StaleDigest);
        both.noor_freezes();
    }
}

#[test]
fn r22_the_prevailing_language_has_its_text_too() {
    let Command::Revise { base, mut revision } = revise(0) else { panic!("a revision") };
    revision.prevailing = RecordLanguage::Urdu;
    let draft = stages::mediation().noor_does(&Command::Revise { base, revision });
    let ready = draft.both(Play::gets_ready_to_sign);
    ready.refuses(MEDIATOR, &freeze(ready.digest()), Refusal::LanguageMissing);
}

#[test]
fn r22_a_party_reads_in_the_language_that_it_chose_until_the_text_is_frozen() {
    let choose = Command::ChooseReadingLanguage;
    let reads_in = |play: &Play, side| play.dispute.parties.of(side).reads_in();
    let draft = stages::mediation().noor_revises().gets_ready_to_sign(CLAIMANT);
    assert_eq!(
        reads_in(&draft, Side::Claimant),
        Some(RecordLanguage::English),
        "that of its agreement to mediate"
    );
    let chosen = draft.clone().does(CLAIMANT, &choose(RecordLanguage::Hindi));
    assert_eq!(reads_in(&chosen, Side::Claimant), Some(RecordLanguage::Hindi));
    assert_eq!(reads_in(&chosen, Side::Respondent), Some(RecordLanguage::English));
    assert_eq!(
        chosen.dispute.agreement, draft.dispute.agreement,
        "nobody has to say again that they are ready"
    );
    draft.refuses(MEDIATOR, &choose(RecordLanguage::Hindi), Refusal::NotYours);
    let other = chosen.does(CLAIMANT, &choose(RecordLanguage::Bangla));
    assert_eq!(reads_in(&other, Side::Claimant), Some(RecordLanguage::Bangla));

    let frozen = stages::frozen();
    for actor in [CLAIMANT, RESPONDENT] {
        frozen.refuses(actor, &choose(RecordLanguage::Hindi), Refusal::AlreadyFrozen);
        stages::all_signed().refuses(actor, &choose(RecordLanguage::Hindi), Refusal::AlreadyBinding);
        stages::settled().refuses(actor, &choose(RecordLanguage::Hindi), Refusal::Ended);
    }
    frozen.noor_revises().does(RESPONDENT, &choose(RecordLanguage::Hindi));
}

#[test]
fn r22_any_edit_voids_every_readiness_waiver_and_signature() {
    let ready = stages::mediation().noor_revises().both(Play::gets_ready_to_sign).noor_revises();
    ready.refuses(MEDIATOR, &freeze(ready.digest()), Refusal::PartiesNotReady);

    let signed = stages::frozen().both(Play::waives).signs(CLAIMANT);
    let old = signed.digest();
    let edited = signed.noor_revises();
    assert!(signatures(&edited).is_empty());
    edited.refuses(RESPONDENT, &sign(old, true), Refusal::StaleDigest);
    edited.refuses(CLAIMANT, &Command::BeReadyToSign(old), Refusal::StaleDigest);
    let again = edited.both(Play::gets_ready_to_sign).noor_freezes();
    assert_eq!(signatures(&again), [false, false]);
    again.refuses(CLAIMANT, &sign(again.digest(), true), Refusal::ReflectionRunning);
}

#[test]
fn r22_a_revision_upon_an_older_one_is_refused() {
    let play = stages::mediation().noor_revises().noor_revises();
    for base in [0, 1, 3] {
        play.refuses(MEDIATOR, &revise(base), Refusal::StaleRevision);
    }
    let Command::Revise { revision, .. } = revise(7) else { panic!("a revision") };
    play.refuses(MEDIATOR, &Command::Revise { base: 2, revision }, Refusal::StaleRevision);
}

#[test]
fn r23_a_signature_binds_the_digest_that_was_read() {
    let play = stages::thought_over();
    play.refuses(CLAIMANT, &sign(TextDigest([9; 32]), true), Refusal::StaleDigest);
    let both = play.both(Play::signs);
    let signed: Vec<_> = both
        .events
        .iter()
        .filter_map(|event| match event {
            Event::Signed { digest, .. } | Event::AllSigned { digest } => Some(*digest),
            _ => None,
        })
        .collect();
    assert_eq!(signed, [both.digest(); 3]);
    both.refuses(MEDIATOR, &attest(TextDigest([9; 32]), Attestation::Mediator), Refusal::StaleDigest);
}

#[test]
fn r23_a_no_to_signing_freely_leaves_no_signature_and_can_be_thought_over() {
    let play = stages::thought_over().signs(CLAIMANT);
    let doubt = play.clone().does(RESPONDENT, &sign(play.digest(), false));
    // All that changes is what the mediator is told; everything that others see stays what it was.
    let mut expected = play.dispute.clone();
    let Stage::Mediation(mediation) = &mut expected.stage else { panic!("they talk") };
    *mediation.room.not_freely.of_mut(Side::Respondent) = true;
    assert_eq!(doubt.dispute, expected);
    assert!(doubt.signs(RESPONDENT).dispute.agreement.is_binding());
}

#[test]
fn r23_a_signature_is_taken_back_until_the_last_party_has_signed() {
    for (first, second) in [(CLAIMANT, RESPONDENT), (RESPONDENT, CLAIMANT)] {
        let one = stages::thought_over().signs(first);
        one.refuses(first, &sign(one.digest(), true), Refusal::AlreadySigned);
        one.refuses(second, &Command::TakeSignatureBack, Refusal::NotSigned);
        let none = one.clone().does(first, &Command::TakeSignatureBack);
        assert_eq!(signatures(&none), [false, false]);
        assert!(!none.signs(second).dispute.agreement.is_binding());
        let paused = one.clone().does(Actor::Registrar, &Command::Suspend);
        paused.does(first, &Command::TakeSignatureBack);
        let both = one.signs(second);
        for actor in [first, second] {
            both.refuses(actor, &Command::TakeSignatureBack, Refusal::AlreadyBinding);
            both.refuses(actor, &Command::Withdraw, Refusal::AlreadyBinding);
            both.refuses(actor, &Command::Suspend, Refusal::AlreadyBinding);
            let delivery = Command::ChooseDelivery(DeliveryChoice::Link);
            both.refuses(actor, &delivery, Refusal::AlreadyBinding);
        }
        both.refuses(MEDIATOR, &Command::DeclareImpasse, Refusal::AlreadyBinding);
        both.refuses(MEDIATOR, &revise(1), Refusal::AlreadyBinding);
        both.refuses(Actor::Registrar, &Command::Suspend, Refusal::AlreadyBinding);
    }
}

#[test]
fn r23_the_mediator_attests_last_and_the_institution_after_three_days() {
    let one = stages::thought_over().signs(CLAIMANT);
    for by in [Attestation::Mediator, Attestation::Institution] {
        let actor = if by == Attestation::Mediator { MEDIATOR } else { Actor::House };
        one.refuses(actor, &attest(one.digest(), by), Refusal::PartiesSignFirst);
    }
    let both = one.signs(RESPONDENT);
    let institution = attest(both.digest(), Attestation::Institution);
    both.refuses(Actor::House, &institution, Refusal::NotDue);
    both.refuses(MEDIATOR, &institution, Refusal::NotYours);
    let late = both.clone().waits(DAY * 3);
    assert_eq!(late.dispute.next_deadline(&late.house().periods), Some(late.now));
    let sealed = late.does(Actor::House, &institution);
    assert!(matches!(sealed.dispute.stage, Stage::Settled { attestation: Attestation::Institution, .. }));
    let sealed = both.noor_attests();
    assert!(matches!(sealed.dispute.stage, Stage::Settled { attestation: Attestation::Mediator, .. }));
}

#[test]
fn r23_what_everybody_signed_binds_whatever_is_raised_or_disclosed_after() {
    let signed = stages::all_signed().answers_safety(RESPONDENT, Finding::Raised);
    let signed = signed.noor_does(&Command::Disclose).waits(DAY * 400);
    signed.refuses(Actor::House, &Command::PassDeadline, Refusal::NotDue);
    signed.noor_attests();
}

#[test]
fn r24_nobody_signs_before_the_reflection_period_is_over() {
    let frozen = stages::frozen();
    let command = sign(frozen.digest(), true);
    for hours in [0, 12, 23] {
        frozen.clone().waits(HOUR * hours).refuses(CLAIMANT, &command, Refusal::ReflectionRunning);
    }
    frozen.waits(HOUR * 24).both(Play::signs);
}

#[test]
fn r24_the_waivers_of_all_parties_end_the_period_and_one_alone_does_not() {
    let frozen = stages::frozen();
    let one = frozen.waives(CLAIMANT);
    one.refuses(CLAIMANT, &Command::Waive(one.digest()), Refusal::AlreadyWaived);
    one.refuses(CLAIMANT, &sign(one.digest(), true), Refusal::ReflectionRunning);
    one.waives(RESPONDENT).both(Play::signs);
}

#[test]
fn r24_nobody_waives_in_shuttle_nor_after_raising_something_and_the_other_side_is_not_told() {
    let shuttle = stages::freeze_of(stages::shuttle());
    let screened = stages::frozen().answers_safety(RESPONDENT, Finding::Raised).passes_screening(false);
    for (play, actor) in [(&shuttle, CLAIMANT), (&shuttle, RESPONDENT), (&screened, RESPONDENT)] {
        play.refuses(actor, &Command::Waive(play.digest()), Refusal::WaiverNotPossible);
    }
    // The other side reads at every step what it would read of somebody who simply waits.
    let waits = stages::frozen().waives(CLAIMANT);
    let flagged = screened.waives(CLAIMANT);
    for command in [Command::Waive(flagged.digest()), sign(flagged.digest(), true)] {
        assert_eq!(flagged.asks(CLAIMANT, &command), waits.asks(CLAIMANT, &command));
    }
    let ends = |play: &Play| reflection_ends_at(&play.dispute, Side::Claimant, &play.house());
    assert_eq!((ends(&flagged), ends(&flagged.clone().waits(DAY))), (ends(&waits), None));
}

#[test]
fn r24_waivers_count_no_more_for_whoever_raised_something_and_as_before_for_the_other() {
    let both = stages::frozen().both(Play::waives);
    let open = |play: &Play, side| reflection_ends_at(&play.dispute, side, &play.house()).is_none();
    assert!(Side::BOTH.into_iter().all(|side| open(&both, side)));
    let play = both.answers_safety(RESPONDENT, Finding::Raised).passes_screening(false);
    play.refuses(RESPONDENT, &sign(play.digest(), true), Refusal::ReflectionRunning);
    assert_eq!((open(&play, Side::Claimant), open(&play, Side::Respondent)), (true, false));
    // The claimant could sign a moment ago and still can; nothing binds before the respondent has had its day.
    let one = play.signs(CLAIMANT);
    one.refuses(RESPONDENT, &sign(one.digest(), true), Refusal::ReflectionRunning);
    assert!(one.waits(DAY).signs(RESPONDENT).dispute.agreement.is_binding());
}

#[test]
fn r24_where_the_sides_are_kept_apart_waivers_given_before_count_for_nobody() {
    let play = stages::frozen().both(Play::waives).answers_safety(RESPONDENT, Finding::Raised);
    let apart = play.passes_screening(true);
    for actor in [CLAIMANT, RESPONDENT] {
        apart.refuses(actor, &sign(apart.digest(), true), Refusal::ReflectionRunning);
    }
}

#[test]
fn an_edit_after_the_last_day_gives_back_the_time_that_the_text_was_frozen() {
    let draft = stages::mediation().noor_revises().both(Play::gets_ready_to_sign);
    let due = |play: &Play| play.dispute.next_deadline(&play.house().periods);
    let before = due(&draft).expect("a deadline");
    let edited = draft.noor_freezes().waits(DAY * 40).noor_revises();
    assert_eq!(due(&edited), Some(before.plus(DAY * 40)));
    edited.refuses(Actor::House, &Command::PassDeadline, Refusal::NotDue);
    // A pause meanwhile is given back once and not twice.
    let paused = stages::frozen().waits(DAY).does(Actor::Registrar, &Command::Suspend).waits(DAY * 7);
    let before = paused.dispute.mediation().expect("a mediation").until;
    let edited = paused.does(Actor::Registrar, &Command::Resume).waits(DAY).noor_revises();
    assert_eq!(due(&edited), Some(before.plus(DAY * 9)));
}
