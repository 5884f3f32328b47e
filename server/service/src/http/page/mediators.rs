//! The mediator's desk: what was proposed to them, and their disputes, the longest wait first.

use actix_web::web;
use domain::agreement::Agreement;
use domain::assignment::Proposal;
use domain::dispute::{Dispute, Stage};
use domain::party::Side;
use domain::person::HouseRole;
use domain::sight::Viewer;
use pages::mediators::{DeskLine, MediatorDesk, Proposal as ProposalLine};
use store::Tx;

use super::frame::{Answer, Visit};
use super::tasks::tasks;
use super::terms::both_names;
use crate::acts::Doing;
use crate::acts::process::{Seen, house, look};
use crate::acts::views::view;
use crate::refused::Refused;

/// The most disputes of a desk.
const LINES_MAX: i64 = 200;
/// The most duties that are looked through.
const DUTIES_MAX: i64 = 1_000;

fn names(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<Vec<String>, Refused> {
    let names = both_names(&store::names::of(tx, dispute.id)?);
    Ok(Side::BOTH.map(|side| names.of(side).clone()).into_iter().filter(|name| !name.is_empty()).collect())
}

fn proposal(tx: &mut Tx<'_>, doing: &Doing, seen: &Seen) -> Result<Option<ProposalLine>, Refused> {
    let Stage::Assigning(assigning) = &seen.dispute.stage else { return Ok(None) };
    let Some(proposal) = assigning.proposal.filter(|proposal| proposal.state == Proposal::Proposed) else {
        return Ok(None);
    };
    Ok(Some(ProposalLine {
        id: proposal.id.to_string(),
        category: seen.dispute.category.to_string(),
        names: names(tx, &seen.dispute)?,
        answer_by: seen.dispute.next_deadline(&house(doing).periods).unwrap_or(assigning.until),
    }))
}

/// What a side told the mediator alone: its signals, and that it is not signing freely, until it has signed (R18, R23).
fn signals(tx: &mut Tx<'_>, dispute: &Dispute) -> Result<Vec<String>, Refused> {
    let Stage::Mediation(mediation) = &dispute.stage else { return Ok(Vec::new()) };
    let given = Side::BOTH.into_iter().filter_map(|side| *mediation.room.signals.of(side));
    let mut signals: Vec<String> = given.map(|signal| signal.to_string()).collect();
    if let Agreement::Frozen { signatures, since, .. } = &dispute.agreement {
        let unsigned = |side: Option<Side>| side.is_some_and(|side| signatures.of(side).is_none());
        let doubts = store::duties::open(tx, DUTIES_MAX)?.into_iter().any(|duty| {
            duty.kind == "not-freely"
                && duty.dispute == Some(dispute.id)
                && duty.at >= *since
                && unsigned(duty.side)
        });
        signals.extend(doubts.then(|| "not-freely".to_owned()));
    }
    Ok(signals)
}

fn line(tx: &mut Tx<'_>, doing: &Doing, seen: &Seen) -> Result<DeskLine, Refused> {
    let view = view(tx, doing, seen)?;
    let next = tasks(&view).into_iter().find(|task| task.state == "to-do").map(|task| (task.code, task.href));
    let signals = signals(tx, &seen.dispute)?;
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
                    Viewer::Mediator => page.disputes.push(line(tx, doing, &seen)?),
                    _ => {}
                }
            }
            page.disputes.sort_by_key(|line| (line.waiting_since.is_none(), line.waiting_since));
            Ok(page)
        })
        .await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.service(web::resource("/mediator").route(web::get().to(show)));
}
