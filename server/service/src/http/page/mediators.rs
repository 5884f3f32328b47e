//! The mediator's desk: what was proposed to them, and their disputes, the longest wait first.

use actix_web::web;
use domain::agreement::Agreement;
use domain::assignment::Proposal;
use domain::dispute::{Dispute, Stage};
use domain::ids::AccountId;
use domain::party::Side;
use domain::person::HouseRole;
use domain::sight::Viewer;
use pages::mediators::{DeskLine, MediatorDesk, Proposal as ProposalLine};
use store::Tx;

use super::frame::{Answer, Visit};
use super::tasks::tasks;
use super::terms::both_names;
use crate::acts::process::{Seen, look};
use crate::acts::rooms::{SignalView, room_now};
use crate::acts::views::view;
use crate::acts::{Doing, assignments};
use crate::refused::Refused;

/// The most disputes of a desk.
const LINES_MAX: i64 = 200;

fn names(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<Vec<String>, Refused> {
    let names = both_names(&store::names::of(tx, dispute.id)?);
    Ok(Side::BOTH.map(|side| names.of(side).clone()).into_iter().filter(|name| !name.is_empty()).collect())
}

fn proposal(tx: &mut Tx<'_>, doing: &Doing, seen: &Seen) -> Result<Option<ProposalLine>, Refused> {
    let asked = seen.dispute.proposal().filter(|proposal| proposal.state == Proposal::Proposed);
    let Some(proposal) = asked else { return Ok(None) };
    Ok(Some(ProposalLine {
        id: proposal.id.to_string(),
        category: seen.dispute.category.to_string(),
        names: names(tx, &seen.dispute)?,
        answer_by: assignments::answer_by(&seen.dispute, doing),
    }))
}

/// What a side told the mediator alone, with its name (R18, R23): the same that the room says.
fn signals(
    tx: &mut Tx<'_>,
    dispute: &Dispute,
    mediator: AccountId,
) -> Result<Vec<(String, String)>, Refused> {
    if !matches!(dispute.stage, Stage::Mediation(_)) {
        return Ok(Vec::new());
    }
    let names = both_names(&store::names::of(tx, dispute.id)?);
    let signals = room_now(tx, dispute.id)?.view(mediator).map_or_else(Vec::new, |room| room.signals);
    let named = |signal: SignalView| {
        let side = signal.side.parse::<Side>().ok()?;
        Some((names.of(side).clone(), signal.kind))
    };
    Ok(signals.into_iter().filter_map(named).collect())
}

fn line(tx: &mut Tx<'_>, doing: &Doing, seen: &Seen) -> Result<DeskLine, Refused> {
    let view = view(tx, doing, seen)?;
    let next = tasks(&view).into_iter().find(|task| task.state == "to-do").map(|task| (task.code, task.href));
    let signals = signals(tx, &seen.dispute, seen.account)?;
    let signed_at = match &seen.dispute.agreement {
        Agreement::Signed { since, .. } => Some(*since),
        _ => None,
    };
    let is_open = matches!(seen.dispute.stage, Stage::Mediation(_));
    let since = seen.dispute.mediation().map(|mediation| mediation.since);
    Ok(DeskLine {
        id: view.id,
        reference: view.reference.unwrap_or_default(),
        category: view.category,
        stage: view.stage,
        names: names(tx, &seen.dispute)?,
        waiting_since: signed_at.or(since).filter(|_| is_open),
        signals,
        next,
    })
}

async fn show(visit: Visit) -> Answer {
    let who = visit.signed_in()?;
    if !who.is(HouseRole::Mediator) {
        return Err(Refused::Absent);
    }
    let account = who.account;
    let page = visit
        .read(move |tx, doing| {
            let mut page = MediatorDesk::default();
            for dispute in store::disputes::of_account(tx, account, None, LINES_MAX)? {
                // A proposal that was declined or has lapsed leaves nothing to see.
                let seen = match look(tx, doing, dispute) {
                    Err(Refused::Absent) => continue,
                    seen => seen?,
                };
                match seen.viewer {
                    Viewer::Proposed => page.proposals.extend(proposal(tx, doing, &seen)?),
                    Viewer::Mediator | Viewer::CoMediator => page.disputes.push(line(tx, doing, &seen)?),
                    _ => {}
                }
            }
            // Whoever called for the mediator waits for nothing else.
            page.disputes.sort_by_key(|line| {
                (line.signals.is_empty(), line.waiting_since.is_none(), line.waiting_since)
            });
            Ok(page)
        })
        .await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.service(web::resource("/mediator").route(web::get().to(show)));
}
