//! The mediator's proposal: terms that both sides answer in secret. Only two yes are ever known; an answer that is one of
//! any other pair changes no byte that anybody else gets. Deliberately not here: what two answers come to
//! (`domain::proposal`).

use domain::entry::{Body, OfferContent};
use domain::ids::{DisputeId, EntryId};
use domain::party::Side;
use domain::proposal::{self, Answered, ProposalRefusal, ProposalState};
use domain::sight::Item;
use store::Tx;
use store::proposals::Proposed;

use super::entries::clean_offer;
use super::secrets::{InRoom, fill_draft, say_lines, tell_both};
use super::{Doing, notices};
use crate::refused::Refused;

/// A proposal as one reader sees it.
#[derive(Debug, Clone)]
pub struct Shown {
    pub proposed: Proposed,
    /// What it has come to by now.
    pub state: ProposalState,
    /// For a party: whether it has answered. What it answered is shown to nobody, and not to itself: a telephone is
    /// handed over, and somebody looks over a shoulder.
    pub answered: Option<bool>,
}

fn rule(refusal: ProposalRefusal) -> Refused {
    match refusal {
        ProposalRefusal::EndPassed => Refused::field("expires_at", "past-date"),
        refusal => Refused::rule(refusal.as_str()),
    }
}

/// The proposals that the person hears of, the newest first.
///
/// # Errors
/// `Absent` without a seat.
pub fn list(tx: &mut Tx<'_>, doing: &Doing, dispute: DisputeId) -> Result<Vec<Shown>, Refused> {
    let room = InRoom::enter(tx, doing, dispute)?;
    let mut shown = Vec::new();
    for proposed in store::proposals::list(tx, dispute)? {
        if room.hears(tx, proposed.id)? {
            shown.push(show(tx, doing, &room, proposed)?);
        }
    }
    Ok(shown)
}

fn show(tx: &mut Tx<'_>, doing: &Doing, room: &InRoom, proposed: Proposed) -> Result<Shown, Refused> {
    let state = proposed.proposal.state_at(doing.now);
    let side =
        room.seat.side().filter(|side| room.seen.may_read(Item::SecretAnswer { of: *side, given: true }));
    let answered = match side {
        // Of one that is over it is not said any more: its answers may be gone.
        _ if state != ProposalState::Open => None,
        Some(side) => Some(*store::proposals::answered(tx, room.seen.dispute.id, proposed.id)?.of(side)),
        None => None,
    };
    Ok(Shown { proposed, state, answered })
}

fn find(tx: &mut Tx<'_>, room: &InRoom, id: EntryId) -> Result<Proposed, Refused> {
    let proposed = store::proposals::get(tx, room.seen.dispute.id, id)?.ok_or(Refused::Absent)?;
    if room.hears(tx, id)? { Ok(proposed) } else { Err(Refused::Absent) }
}

/// The mediator proposes terms to both sides. One proposal is open at a time.
///
/// # Errors
/// `Absent` for others than the mediator; `Fields`; the rule.
pub fn make(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: DisputeId,
    content: OfferContent,
) -> Result<Shown, Refused> {
    let room = InRoom::enter(tx, doing, dispute)?;
    room.mediates()?;
    let expires_at = content.expires_at.unwrap_or_else(|| doing.now.plus(doing.config.periods.proposal));
    let content = OfferContent { expires_at: Some(expires_at), ..clean_offer(content)? };
    let body = Body::Proposal(content.clone());
    room.may(&body)?;
    let before: Vec<_> = store::proposals::list(tx, dispute)?.into_iter().map(|made| made.proposal).collect();
    let made = proposal::make(&before, expires_at, doing.now).map_err(rule)?;
    let id = EntryId::new(doing.new_uuid());
    store::proposals::put(tx, dispute, id, &made, &content, doing.now)?;
    tell_both(tx, doing, &room, id, &body)?;
    for account in Side::BOTH.into_iter().filter_map(|side| room.seen.dispute.parties.of(side).account()) {
        notices::something_to_do(tx, doing, account, dispute)?;
    }
    let proposed = find_new(tx, dispute, id)?;
    show(tx, doing, &room, proposed)
}

fn find_new(tx: &mut Tx<'_>, dispute: DisputeId, id: EntryId) -> Result<Proposed, Refused> {
    store::proposals::get(tx, dispute, id)?.ok_or(Refused::Absent)
}

/// A side answers, in the place of what it answered before.
///
/// # Errors
/// `Absent` for others than the parties, and where they do not hear the proposal; the rule.
pub fn answer(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: DisputeId,
    id: EntryId,
    accepts: bool,
) -> Result<Shown, Refused> {
    let room = InRoom::enter(tx, doing, dispute)?;
    let side = room.side()?;
    let proposed = find(tx, &room, id)?;
    if accepts && proposed.proposal.state == ProposalState::Accepted {
        // A yes that is sent again says nothing new: that both said it is known to both.
        return show(tx, doing, &room, proposed);
    }
    room.may(&Body::ProposalAccepted { proposal: id })?;
    let other = store::proposals::answer(tx, dispute, id, side.other())?;
    let answered = proposal::answer(&proposed.proposal, accepts, other, doing.now).map_err(rule)?;
    match answered {
        Answered::Kept => store::proposals::put_answer(tx, dispute, id, side, accepts)?,
        Answered::Accepted => {
            store::proposals::close(tx, dispute, id, ProposalState::Accepted)?;
            let content = OfferContent { expires_at: None, ..proposed.content };
            fill_draft(tx, &room.seen.dispute, id, &content)?;
        }
    }
    say_lines(tx, doing, &room, &proposal::lines(id, answered, room.seen.dispute.shuttle))?;
    let proposed = find_new(tx, dispute, id)?;
    show(tx, doing, &room, proposed)
}

/// The mediator takes the proposal back; answers that were given are gone.
///
/// # Errors
/// `Absent` for others than the mediator; the rule.
pub fn withdraw(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    dispute: DisputeId,
    id: EntryId,
) -> Result<Shown, Refused> {
    let room = InRoom::enter(tx, doing, dispute)?;
    room.mediates()?;
    let proposed = find(tx, &room, id)?;
    let body = Body::ProposalWithdrawn { proposal: id };
    room.may(&body)?;
    proposal::withdraw(&proposed.proposal, doing.now).map_err(rule)?;
    store::proposals::close(tx, dispute, id, ProposalState::Withdrawn)?;
    let entry = EntryId::new(doing.new_uuid());
    tell_both(tx, doing, &room, entry, &body)?;
    let proposed = find_new(tx, dispute, id)?;
    show(tx, doing, &room, proposed)
}
