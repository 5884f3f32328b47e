//! The registrar's list of disputes: those that are open, by stage and page by page, and any one by its reference.
//! Deliberately not here: what waits for a decision, which is the desk's.

use actix_web::{HttpRequest, web};
use domain::dispute::{Dispute, StageName};
use domain::ids::{AccountId, DisputeId, Reference};
use domain::sight::{Viewer, viewer_of};
use pages::form::Form;
use pages::registrar::{DisputeSearch, ListedDispute};
use store::Tx;

use super::frame::{Answer, Visit, asked};
use super::registrar::registrar;
use crate::refused::Refused;

/// How many disputes a page shows.
const LINES_MAX: i64 = 50;

/// The stages of a dispute that is filed and not over.
const STAGES: [StageName; 6] = [
    StageName::Screening,
    StageName::Inviting,
    StageName::Preparing,
    StageName::Negotiation,
    StageName::Assigning,
    StageName::Mediation,
];

fn line(dispute: &Dispute) -> ListedDispute {
    ListedDispute {
        id: dispute.id.to_string(),
        reference: dispute.reference.as_ref().map_or_else(String::new, ToString::to_string),
        category: dispute.category.to_string(),
        stage: dispute.stage.name().to_string(),
        is_paused: dispute.suspension.is_some(),
        filed_at: dispute.filed_at,
    }
}

/// Those of the disputes that the registrar may look at: not where they have a part of their own.
fn seen(tx: &mut Tx<'_>, account: AccountId, found: Vec<DisputeId>) -> Result<Vec<ListedDispute>, Refused> {
    let mut lines = Vec::new();
    for dispute in found {
        let dispute = store::disputes::load(tx, dispute)?.value;
        if viewer_of(&dispute, account, true) == Some(Viewer::Registrar) {
            lines.push(line(&dispute));
        }
    }
    Ok(lines)
}

async fn search(request: HttpRequest, visit: Visit) -> Answer {
    let account = registrar(&visit)?.account;
    let typed = asked(&request, "reference").unwrap_or_default().trim().to_uppercase();
    let stage = asked(&request, "stage").unwrap_or_default();
    let mut form = Form::default().with("reference", &typed).with("stage", &stage);
    let stage: Option<StageName> = stage.parse().ok().filter(|stage| STAGES.contains(stage));
    let before = asked(&request, "before").and_then(|id| id.parse::<DisputeId>().ok());
    let reference = (!typed.is_empty()).then(|| typed.parse::<Reference>());
    if matches!(reference, Some(Err(_))) {
        form = form.wrong("reference", "not-a-reference");
    }
    let (items, last) = visit
        .read(move |tx, _| {
            let found = match reference {
                Some(Ok(reference)) => store::disputes::of_reference(tx, &reference)?.into_iter().collect(),
                Some(Err(_)) => Vec::new(),
                None => store::disputes::open(tx, stage, before, LINES_MAX)?,
            };
            let is_full = i64::try_from(found.len()).unwrap_or(0) == LINES_MAX;
            let last = found.last().copied().filter(|_| is_full);
            Ok((seen(tx, account, found)?, last))
        })
        .await?;
    let stage = stage.map_or("", StageName::as_str);
    let page = DisputeSearch {
        stages: STAGES.iter().map(ToString::to_string).collect(),
        form,
        items,
        next: last.map(|last| format!("/registrar/disputes?stage={stage}&before={last}")),
    };
    Ok(visit.show(|w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.service(web::resource("/registrar/disputes").route(web::get().to(search)));
}
