//! What an event makes of a dispute. Total: an event that does not fit the stage changes nothing, because `decide`
//! alone says what may happen.

use crate::agreement::{Agreement, Signature, Signer};
use crate::assignment::{Assignment, CoMediation, Proposal};
use crate::companion::{Authority, Companion, Sitting};
use crate::consent::Consent;
use crate::ids::{AccountId, CompanionId};
use crate::party::{Joining, Sides};
use crate::room::{Channel, RoomState, Seat, Signal};
use crate::time::Moment;

use super::event::Event;
use super::state::{Assigning, Dispute, Ending, Mediation, Stage, Suspension};

/// The dispute after `event`, which happened at `at`.
pub fn apply(mut dispute: Dispute, event: &Event, at: Moment) -> Dispute {
    apply_to_parties(&mut dispute, event, at);
    apply_to_companions(&mut dispute, event, at);
    apply_to_stage(&mut dispute, event, at);
    apply_to_assignment(&mut dispute, event);
    apply_to_co_mediation(&mut dispute, event);
    apply_to_room(&mut dispute, event);
    apply_to_agreement(&mut dispute, event, at);
    dispute
}

fn apply_to_parties(dispute: &mut Dispute, event: &Event, at: Moment) {
    let parties = &mut dispute.parties;
    match event {
        Event::SafetyAnswered { side, safety } => parties.of_mut(*side).safety = *safety,
        Event::FoundSuitable { shuttle } => {
            dispute.shuttle |= shuttle;
            for party in [&mut parties.claimant, &mut parties.respondent] {
                if party.safety.is_flagged() {
                    party.safety = crate::party::Safety::Screened;
                }
            }
        }
        Event::TakerWaits { account } => {
            if let Joining::Awaited { pending } = &mut parties.respondent.joining {
                pending.push(*account);
            }
        }
        Event::TakerRejected { account } => {
            if let Joining::Awaited { pending } = &mut parties.respondent.joining {
                pending.retain(|waiting| waiting != account);
            }
        }
        Event::Joined { account, .. } => parties.respondent.joining = Joining::Joined { account: *account },
        Event::Consented { side, version, language } => {
            parties.of_mut(*side).consent = Some(Consent { version: *version, language: *language, at });
        }
        Event::BecameReady { side, route } => parties.of_mut(*side).route = Some(*route),
        Event::DeliveryChosen { side, choice } => parties.of_mut(*side).delivery = Some(*choice),
        Event::ReadingLanguageChosen { side, language } => parties.of_mut(*side).reading = Some(*language),
        Event::Suspended { by: Some(side), .. } => parties.of_mut(*side).suspended_at = Some(at),
        _ => {}
    }
}

fn apply_to_companions(dispute: &mut Dispute, event: &Event, at: Moment) {
    let companions = &mut dispute.companions;
    match event {
        Event::CompanionAsked { id, side, role, reads_earlier } => {
            let asked = dispute.asked_beside.of_mut(*side);
            *asked = asked.saturating_add(1);
            let (id, side, role, reads_earlier) = (*id, *side, *role, *reads_earlier);
            companions.push(Companion { id, side, role, reads_earlier, sitting: Sitting::Asked });
        }
        Event::CompanionSeated { id, account, version, language, .. } => {
            let consent = Consent { version: *version, language: *language, at };
            for companion in companions.iter_mut().filter(|companion| companion.id == *id) {
                // Whoever signs a new version of the agreement to mediate sits on, and signs for the party as before.
                let authority = companion.authority();
                companion.sitting = Sitting::Seated { account: *account, consent, authority };
            }
        }
        Event::AuthorityClaimed { id, ground, .. } => {
            set_authority(companions, *id, Authority::Claimed { ground: *ground });
        }
        Event::AuthorityAccepted { id, .. } => set_authority(companions, *id, Authority::Accepted { at }),
        Event::AuthorityRefused { id, .. } => set_authority(companions, *id, Authority::Refused),
        Event::AuthorityEnded { id, .. } => set_authority(companions, *id, Authority::Unclaimed),
        Event::CompanionEnded { id, .. } => {
            // What nobody took leaves nothing behind.
            companions.retain(|companion| companion.id != *id || companion.account().is_some());
            for companion in companions.iter_mut().filter(|companion| companion.id == *id) {
                if let Some(account) = companion.account() {
                    companion.sitting = Sitting::Over { account };
                }
            }
        }
        _ => {}
    }
}

fn set_authority(companions: &mut [Companion], id: CompanionId, to: Authority) {
    for companion in companions.iter_mut().filter(|companion| companion.id == id) {
        if let Sitting::Seated { authority, .. } = &mut companion.sitting {
            *authority = to;
        }
    }
}

fn apply_to_stage(dispute: &mut Dispute, event: &Event, at: Moment) {
    // A period that begins while all clocks stand still runs from the moment at which they go on: `resume` adds the
    // whole pause, of which this period has not seen the beginning.
    let pause = dispute.suspension.map_or(std::time::Duration::ZERO, |suspension| at.since(suspension.since));
    let begun = |until: &Moment| until.minus(pause);
    match event {
        Event::Filed { reference } => {
            dispute.reference = Some(reference.clone());
            dispute.filed_at = Some(at);
        }
        Event::SentToScreening => dispute.stage = Stage::Screening,
        Event::Invited { until } => {
            // A no that was said stays said, whoever invites again.
            let refused_at = match dispute.stage {
                Stage::Inviting { refused_at, .. } => refused_at,
                _ => None,
            };
            dispute.stage = Stage::Inviting { until: begun(until), refused_at };
        }
        Event::InvitationRefused => set_refused(dispute, Some(at)),
        Event::RefusalUndone => set_refused(dispute, None),
        Event::Joined { until, .. } => dispute.stage = Stage::Preparing { until: begun(until) },
        Event::NegotiationBegan { until } => dispute.stage = Stage::Negotiation { until: begun(until) },
        Event::AssigningBegan { until } => {
            let (tried, until) = (Vec::new(), begun(until));
            dispute.stage = Stage::Assigning(Assigning { proposal: None, tried, until, earlier: None });
        }
        Event::MediatorLeft { mediator, until } => {
            if let Stage::Mediation(earlier) = &dispute.stage {
                let mut earlier = earlier.clone();
                earlier.tried.push(*mediator);
                let (tried, until) = (earlier.tried.clone(), begun(until));
                dispute.stage =
                    Stage::Assigning(Assigning { proposal: None, tried, until, earlier: Some(earlier) });
            }
        }
        Event::MediatorConfirmed { mediator, until, .. } => confirm(dispute, *mediator, *until, at),
        Event::Sealed { settlement, by, .. } => {
            if let Stage::Mediation(mediation) = &dispute.stage {
                let mediation = mediation.clone();
                dispute.stage = Stage::Settled { mediation, settlement: *settlement, attestation: *by, at };
            }
        }
        Event::Suspended { until, .. } => dispute.suspension = Some(Suspension { since: at, until: *until }),
        Event::Resumed => resume(dispute, at),
        Event::Revised { .. } => thaw(dispute, at),
        Event::Ended { cause } => {
            let mediation = match &dispute.stage {
                Stage::Assigning(assigning) => assigning.earlier.clone(),
                _ => dispute.mediation().cloned(),
            };
            dispute.suspension = None;
            dispute.stage = Stage::Ended(Ending { at, cause: *cause, mediation });
        }
        _ => {}
    }
}

/// The room opens. Where there was a mediator before, it is the same mediation: it began when it began, whoever was
/// present was present, and what a side signalled waits for the next one (R18). So does its no to signing freely: the text
/// is the same, and whoever may sign for that side still may not over its word (R23).
fn confirm(dispute: &mut Dispute, mediator: AccountId, until: Moment, at: Moment) {
    let (mut tried, mut began, mut room) = (Vec::new(), at, RoomState::default());
    let (beside, mut co_mediated) = (CoMediation::Vacant, Vec::new());
    if let Stage::Assigning(assigning) = &dispute.stage {
        tried.clone_from(&assigning.tried);
        if let Some(earlier) = &assigning.earlier {
            began = earlier.began;
            (room.attended, room.signals) = (earlier.room.attended, earlier.room.signals);
            room.not_freely = earlier.room.not_freely;
            co_mediated.clone_from(&earlier.co_mediated);
            // Their seat ended with that of the mediator who left: who leads now takes no seat beside themself, and
            // whoever does not lead now has had their part in it.
            tried.extend(earlier.beside.account().filter(|account| *account != mediator));
        }
    }
    dispute.stage =
        Stage::Mediation(Mediation { mediator, since: at, began, until, room, beside, co_mediated, tried });
}

fn set_refused(dispute: &mut Dispute, when: Option<Moment>) {
    if let Stage::Inviting { refused_at, .. } = &mut dispute.stage {
        *refused_at = when;
    }
}

/// Every clock stood still: what was due is due later by as long as that took.
fn resume(dispute: &mut Dispute, at: Moment) {
    let Some(suspension) = dispute.suspension.take() else { return };
    let pause = at.since(suspension.since);
    match &mut dispute.stage {
        Stage::Inviting { until, .. } | Stage::Preparing { until } | Stage::Negotiation { until } => {
            *until = until.plus(pause);
        }
        Stage::Assigning(assigning) => assigning.until = assigning.until.plus(pause),
        Stage::Mediation(mediation) => mediation.until = mediation.until.plus(pause),
        Stage::Draft | Stage::Screening | Stage::Settled { .. } | Stage::Ended(_) => {}
    }
    // The time to think stood still as well (R24).
    if let Agreement::Frozen { since, .. } = &mut dispute.agreement {
        *since = since.plus(pause);
    }
}

/// A frozen text has no deadline. Whoever edits it gets the time back that it was frozen, or the mending of a slip
/// after the last day would end the mediation on the spot.
fn thaw(dispute: &mut Dispute, at: Moment) {
    if let (Stage::Mediation(mediation), Agreement::Frozen { since, .. }) =
        (&mut dispute.stage, &dispute.agreement)
    {
        mediation.until = mediation.until.plus(at.since(*since));
    }
}

fn apply_to_assignment(dispute: &mut Dispute, event: &Event) {
    let Stage::Assigning(assigning) = &mut dispute.stage else { return };
    match event {
        Event::MediatorProposed { id, mediator, until } => {
            assigning.proposal = Some(Assignment { id: *id, mediator: *mediator, state: Proposal::Proposed });
            assigning.until = *until;
        }
        Event::AssignmentAccepted { .. } | Event::Approved { .. } => {
            if let Some(proposal) = &mut assigning.proposal {
                answer(proposal, event);
            }
        }
        Event::AssigningOverdue { until } => assigning.until = *until,
        Event::ProposalEnded { mediator, .. } => {
            assigning.proposal = None;
            assigning.tried.push(*mediator);
        }
        _ => {}
    }
}

/// What was answered to a proposal.
fn answer(proposal: &mut Assignment, event: &Event) {
    match (event, &mut proposal.state) {
        (Event::AssignmentAccepted { disclosed, .. }, state) => {
            let (disclosed, approved, reads_earlier) = (*disclosed, Sides::default(), Sides::default());
            *state = Proposal::Accepted { disclosed, approved, reads_earlier };
        }
        (
            Event::Approved { side, reads_earlier: may, .. },
            Proposal::Accepted { approved, reads_earlier, .. },
        ) => (*approved.of_mut(*side), *reads_earlier.of_mut(*side)) = (true, *may),
        _ => {}
    }
}

fn apply_to_co_mediation(dispute: &mut Dispute, event: &Event) {
    let Stage::Mediation(mediation) = &mut dispute.stage else { return };
    match event {
        Event::CoMediatorProposed { id, mediator } => {
            let proposal = Assignment { id: *id, mediator: *mediator, state: Proposal::Proposed };
            mediation.beside = CoMediation::Proposed(proposal);
        }
        Event::AssignmentAccepted { .. } | Event::Approved { .. } => {
            if let CoMediation::Proposed(proposal) = &mut mediation.beside {
                answer(proposal, event);
            }
        }
        Event::CoMediatorConfirmed { mediator, .. } => mediation.beside = CoMediation::Seated(*mediator),
        Event::CoMediatorAttended { mediator } => mediation.co_mediated.push(*mediator),
        Event::ProposalEnded { mediator, .. } | Event::CoMediatorLeft { mediator } => {
            mediation.beside = CoMediation::Vacant;
            mediation.tried.push(*mediator);
            mediation.room.arrived.retain(|seat| *seat != Seat::CoMediator);
        }
        _ => {}
    }
}

fn apply_to_room(dispute: &mut Dispute, event: &Event) {
    let shuttle = dispute.shuttle;
    let Stage::Mediation(mediation) = &mut dispute.stage else { return };
    let room = &mut mediation.room;
    match event {
        Event::SessionOpened | Event::SessionClosed => {
            room.session_open = *event == Event::SessionOpened;
            room.arrived.clear();
        }
        Event::Arrived { who } => room.arrived.push(*who),
        // Who takes that seat next comes in anew.
        Event::CompanionEnded { side, role, .. } => {
            room.arrived.retain(|seat| *seat != Seat::Beside { side: *side, role: *role });
        }
        Event::Left { who } => room.arrived.retain(|seat| seat != who),
        Event::Attended { side } => *room.attended.of_mut(*side) = true,
        Event::ChannelPaused { channel } => room.paused.push(*channel),
        Event::ChannelResumed { channel } => {
            room.paused.retain(|paused| paused != channel);
            match channel.caucus_of() {
                None if *channel == Channel::Joint => room.signals = Sides::default(),
                Some(side) if shuttle => *room.signals.of_mut(side) = None,
                _ => {}
            }
        }
        // Whoever said that they do not feel safe and then asks for a break still does not feel safe.
        Event::SignalGiven { side, signal } => {
            let given = room.signals.of_mut(*side);
            if *given != Some(Signal::Unsafe) {
                *given = Some(*signal);
            }
        }
        Event::RoomHeld => room.held = true,
        Event::DisclosedLater => {
            room.held = true;
            room.disclosure = Some(Sides::default());
        }
        Event::DisclosureAccepted { side } | Event::DisclosureObjected { side } => {
            let accepted = matches!(event, Event::DisclosureAccepted { .. });
            if let Some(said) = &mut room.disclosure {
                *said.of_mut(*side) = Some(accepted);
            }
        }
        Event::RoomReleased => (room.held, room.disclosure) = (false, None),
        Event::NotFreely { side } => *room.not_freely.of_mut(*side) = true,
        // What a party said of itself nobody else takes back.
        Event::Signed { side, by: Signer::Party, .. } => *room.not_freely.of_mut(*side) = false,
        Event::Revised { .. } => room.not_freely = Sides::default(),
        Event::FoundSuitable { .. } => {
            (room.held, room.disclosure) = (false, None);
            if shuttle {
                // The joint channel is gone for both at once, and with it whatever stood in its way.
                room.signals = Sides::default();
                room.paused.retain(|paused| *paused != Channel::Joint);
            }
        }
        _ => {}
    }
}

fn apply_to_agreement(dispute: &mut Dispute, event: &Event, at: Moment) {
    let agreement = std::mem::take(&mut dispute.agreement);
    dispute.agreement = match (agreement, event) {
        (_, Event::Revised { revision }) => {
            Agreement::Draft { revision: revision.clone(), ready: Sides::default() }
        }
        (Agreement::Draft { revision, mut ready }, Event::ReadyToSign { side }) => {
            *ready.of_mut(*side) = true;
            Agreement::Draft { revision, ready }
        }
        // Who said so, the party or somebody who signs for it no more, is not known: it says so once more.
        (
            Agreement::Draft { revision, mut ready },
            Event::AuthorityEnded { side, was_accepted: true, .. },
        ) => {
            *ready.of_mut(*side) = false;
            Agreement::Draft { revision, ready }
        }
        (Agreement::Draft { revision, .. }, Event::Frozen { .. }) => {
            let (waived, signatures) = (Sides::default(), Sides::default());
            Agreement::Frozen { revision, since: at, waived, signatures }
        }
        // Whoever signs, signs before a mediator who was there.
        (
            Agreement::Draft { revision, .. } | Agreement::Frozen { revision, .. },
            Event::MediatorLeft { .. },
        ) => Agreement::Draft { revision, ready: Sides::default() },
        (Agreement::Frozen { revision, since, mut waived, mut signatures }, event) => match event {
            Event::AllSigned { .. } => bound(revision, since, waived, signatures, at),
            Event::Waived { side } => {
                *waived.of_mut(*side) = true;
                Agreement::Frozen { revision, since, waived, signatures }
            }
            Event::Signed { side, auditor_may_read_terms, proof, by, .. } => {
                let (auditor_may_read_terms, proof, by) = (*auditor_may_read_terms, *proof, *by);
                *signatures.of_mut(*side) = Some(Signature { at, auditor_may_read_terms, proof, by });
                Agreement::Frozen { revision, since, waived, signatures }
            }
            Event::SignatureTakenBack { side } | Event::NotFreely { side } => {
                *signatures.of_mut(*side) = None;
                Agreement::Frozen { revision, since, waived, signatures }
            }
            _ => Agreement::Frozen { revision, since, waived, signatures },
        },
        (agreement, _) => agreement,
    };
}

fn bound(
    revision: crate::agreement::Revision,
    since: Moment,
    waived: Sides<bool>,
    signatures: Sides<Option<Signature>>,
    at: Moment,
) -> Agreement {
    match signatures {
        Sides { claimant: Some(claimant), respondent: Some(respondent) } => {
            Agreement::Signed { revision, since: at, signatures: Sides { claimant, respondent } }
        }
        unsigned => Agreement::Frozen { revision, since, waived, signatures: unsigned },
    }
}
