//! The invitation's answer, and what each side does alone before the two meet (R1, R3, R19).

use crate::consent::{AGREEMENT_TO_MEDIATE, Consent};
use crate::ids::AccountId;
use crate::language::Language;
use crate::party::{Joining, Party, Route, Safety, Side};
use crate::settlement::DeliveryChoice;

use super::super::command::{Actor, House};
use super::super::state::Stage;
use super::{Decision, Dispute, Event, Refusal};

/// A no stands in the way of the code by which it was said, and of no other: whoever got another code must not learn of
/// it (R2). That a registrar lets nobody in against a no is said where identities are confirmed.
pub(super) fn accept_invitation(
    dispute: &Dispute,
    account: AccountId,
    is_invited_address: bool,
    said_no: bool,
    house: &House,
) -> Decision {
    if dispute.parties.respondent.account() == Some(account) {
        return Err(Refusal::AlreadyJoined);
    }
    if !matches!(dispute.stage, Stage::Inviting { .. }) {
        return Err(not_inviting(dispute));
    }
    if dispute.side_of(account) == Some(Side::Claimant) {
        return Err(Refusal::OwnInvitation);
    }
    if said_no {
        return Err(Refusal::InvitationRefused);
    }
    match &dispute.parties.respondent.joining {
        _ if is_invited_address => Ok(vec![joined(account, house)]),
        Joining::Awaited { pending } if pending.contains(&account) => Err(Refusal::AlreadyWaiting),
        _ => Ok(vec![Event::TakerWaits { account }]),
    }
}

pub(super) fn refuse_invitation(dispute: &Dispute) -> Decision {
    match dispute.stage {
        Stage::Inviting { refused_at: None, .. } => Ok(vec![Event::InvitationRefused]),
        Stage::Inviting { .. } => Err(Refusal::InvitationRefused),
        _ => Err(not_inviting(dispute)),
    }
}

const fn not_inviting(dispute: &Dispute) -> Refusal {
    match dispute.stage {
        Stage::Draft | Stage::Screening => Refusal::WrongStage,
        _ => Refusal::AlreadyJoined,
    }
}

pub(super) fn undo_refusal(dispute: &Dispute) -> Decision {
    match dispute.stage {
        Stage::Inviting { refused_at: Some(_), .. } => Ok(vec![Event::RefusalUndone]),
        _ => Err(Refusal::NotRefused),
    }
}

/// A fresh invitation; its time begins anew, a no that was said stays said. Whoever invites learns of a no only when it
/// can no longer be undone, so everything that they can look at moves as if there were none; only no mail goes out.
pub(super) fn invite_again(dispute: &Dispute, house: &House) -> Decision {
    match dispute.stage {
        Stage::Inviting { .. } => Ok(vec![Event::Invited { until: house.now.plus(house.periods.answer) }]),
        _ => Err(Refusal::WrongStage),
    }
}

pub(super) fn confirm_identity(dispute: &Dispute, account: AccountId, house: &House) -> Decision {
    let waits = matches!(
        &dispute.parties.respondent.joining, Joining::Awaited { pending } if pending.contains(&account)
    );
    match dispute.stage {
        // Whoever holds the code may have said no meanwhile: a no is undone by who said it, and by nobody else.
        Stage::Inviting { refused_at: Some(_), .. } if waits => Err(Refusal::InvitationRefused),
        Stage::Inviting { .. } if waits => Ok(vec![joined(account, house)]),
        _ => Err(Refusal::NobodyWaits),
    }
}

pub(super) fn reject_taker(dispute: &Dispute, account: AccountId) -> Decision {
    match &dispute.parties.respondent.joining {
        Joining::Awaited { pending } if pending.contains(&account) => {
            Ok(vec![Event::TakerRejected { account }])
        }
        _ => Err(Refusal::NobodyWaits),
    }
}

fn joined(account: AccountId, house: &House) -> Event {
    Event::Joined { account, until: house.now.plus(house.periods.preparing) }
}

pub(super) fn consent(
    dispute: &Dispute,
    version: u32,
    language: Language,
    actor: Actor,
    house: &House,
) -> Decision {
    let Actor::Party(side) = actor else { return Err(Refusal::NotYours) };
    // The claimant may read and sign while the invitation is on its way; nobody shares a channel before both have.
    if matches!(dispute.stage, Stage::Draft | Stage::Screening) {
        return Err(Refusal::WrongStage);
    }
    if version != AGREEMENT_TO_MEDIATE {
        return Err(Refusal::OldConsent);
    }
    if dispute.parties.of(side).consent.is_some_and(|signed| signed.version == version) {
        return Err(Refusal::AlreadyConsented);
    }
    let mut after = dispute.clone();
    after.parties.of_mut(side).consent = Some(Consent { version, language, at: house.now });
    let mut events = vec![Event::Consented { side, version, language }];
    // A new version may come into force after one was ready, or had approved: this was all that was missing then.
    events.extend(match dispute.stage {
        Stage::Preparing { .. } => after_preparing(&after, house).into_iter().collect(),
        _ => super::assign::confirmed(&after, house),
    });
    Ok(events)
}

/// Whether that side signed the agreement to mediate that is in force (R1).
pub(super) fn has_consented(party: &Party) -> bool {
    party.consent.is_some_and(|signed| signed.version == AGREEMENT_TO_MEDIATE)
}

pub(super) fn be_ready(dispute: &Dispute, route: Route, actor: Actor, house: &House) -> Decision {
    let Actor::Party(side) = actor else { return Err(Refusal::NotYours) };
    if !matches!(dispute.stage, Stage::Preparing { .. }) {
        return Err(Refusal::WrongStage);
    }
    let party = dispute.parties.of(side);
    if party.safety == Safety::Unanswered {
        return Err(Refusal::SafetyFirst);
    }
    if !has_consented(party) {
        return Err(Refusal::ConsentFirst);
    }
    if party.route.is_some() {
        return Err(Refusal::AlreadyReady);
    }
    let mut events = vec![Event::BecameReady { side, route }];
    let mut after = dispute.clone();
    after.parties.of_mut(side).route = Some(route);
    events.extend(after_preparing(&after, house));
    Ok(events)
}

/// How it goes on where both are ready and nothing waits for a registrar.
fn after_preparing(dispute: &Dispute, house: &House) -> Option<Event> {
    let safe = dispute.parties.both(|party| party.safety.allows_talks());
    (safe && everything_is_said(dispute)).then(|| next_stage(dispute, dispute.is_flagged(), house))
}

/// Whether both sides have signed the same agreement to mediate and said that they are ready.
pub(super) fn everything_is_said(dispute: &Dispute) -> bool {
    dispute.parties.both(|party| has_consented(party) && party.route.is_some())
}

/// Negotiation where both chose it and nothing was raised (R17); else a mediator is sought.
pub(super) fn next_stage(dispute: &Dispute, flagged: bool, house: &House) -> Event {
    let both_negotiate = dispute.parties.both(|party| party.route == Some(Route::Negotiation));
    if both_negotiate && !flagged && !dispute.shuttle {
        Event::NegotiationBegan { until: house.now.plus(house.periods.negotiation) }
    } else {
        super::assign::begun(house)
    }
}

pub(super) fn choose_delivery(dispute: &Dispute, choice: DeliveryChoice, actor: Actor) -> Decision {
    let Actor::Party(side) = actor else { return Err(Refusal::NotYours) };
    match dispute.agreement {
        crate::agreement::Agreement::Signed { .. } => Err(Refusal::AlreadyBinding),
        _ => Ok(vec![Event::DeliveryChosen { side, choice }]),
    }
}
