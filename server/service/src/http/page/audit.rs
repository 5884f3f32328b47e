//! The auditor's pages: plain tables of process, with the filters in the address. Each look is traced by the act.

use actix_web::{HttpRequest, web};
use domain::agreement::Agreement;
use domain::category::Category;
use domain::ids::SettlementId;
use domain::party::Side;
use domain::settlement::DeliveryState;
use pages::audit::{AuditDetail, AuditLine, AuditList, TraceLine};
use pages::form::Form;
use store::settlements::{Filter, Settlement};

use super::frame::{Answer, Visit, asked, into_form};
use crate::acts::settlements::{self, Audited};
use crate::http::api::settlements::filter;
use crate::http::body::id;
use crate::refused::Refused;

const LINES_MAX: i64 = 50;
const FIELDS: [&str; 4] = ["from", "to", "category", "state"];
/// The states by which the list is filtered, and what each asks of the deliveries.
const STATES: [&str; 2] = ["sealed", "delivery-failed"];

fn form_of(request: &HttpRequest) -> Form {
    FIELDS.into_iter().fold(Form::default(), |form, field| match asked(request, field) {
        Some(typed) => form.with(field, typed),
        None => form,
    })
}

fn filter_of(form: &Form) -> Result<Filter, Refused> {
    let given = |field: &str| Some(form.value(field)).filter(|typed| !typed.is_empty());
    let mut read = filter(given("from"), given("to"), given("category"), None)?;
    read.state = match given("state") {
        None | Some("sealed") => None,
        Some("delivery-failed") => Some(DeliveryState::Failed),
        Some(_) => return Err(Refused::field("state", "not-a-choice")),
    };
    Ok(read)
}

fn next(form: &Form, last: &str) -> String {
    let kept =
        form.values.iter().filter(|(_, typed)| typed.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    let pairs = kept.map(|(field, typed)| format!("{field}={typed}&")).collect::<String>();
    format!("/audit?{pairs}after={last}")
}

async fn list(request: HttpRequest, visit: Visit) -> Answer {
    visit.signed_in()?;
    let form = form_of(&request);
    let empty = |form| AuditList {
        form,
        categories: Category::ALL.iter().map(ToString::to_string).collect(),
        states: STATES.map(str::to_owned).to_vec(),
        items: Vec::new(),
        next: None,
    };
    let after = asked(&request, "after").and_then(|last| last.parse::<SettlementId>().ok());
    let (filter, form) = match filter_of(&form) {
        Ok(filter) => (filter, form),
        Err(refused) => {
            // Whoever is no auditor learns nothing of the filters either.
            visit.write(|tx, doing| settlements::list(tx, doing, &Filter::default(), None, 1)).await?;
            let page = empty(into_form(refused, form, &[])?);
            return Ok(visit.again("/audit", |w, f| page.render(w, f)));
        }
    };
    let found = visit.write(move |tx, doing| {
        let found = settlements::list(tx, doing, &filter, after, LINES_MAX)?;
        let mut lines = Vec::new();
        for row in &found {
            lines.push(line(tx, row, doing.config.institution.court_reference.is_some())?);
        }
        Ok(lines)
    });
    let items = found.await?;
    let is_full = i64::try_from(items.len()).is_ok_and(|count| count == LINES_MAX);
    let next = items.last().filter(|_| is_full).map(|last| next(&form, &last.id));
    let page = AuditList { items, next, ..empty(form) };
    Ok(visit.show(|w, f| page.render(w, f)))
}

fn line(tx: &mut store::Tx<'_>, row: &Settlement, by_court: bool) -> Result<AuditLine, Refused> {
    let mediator = match store::disputes::load(tx, row.dispute)?.value.mediator() {
        Some(account) => store::people::by_id(tx, account)?.name.to_string(),
        None => String::new(),
    };
    let deliveries = store::deliveries::of_settlement(tx, row.id)?;
    let has_failed = deliveries.iter().any(|delivery| delivery.state == DeliveryState::Failed);
    Ok(AuditLine {
        id: row.id.to_string(),
        reference: row.reference.to_string(),
        category: row.category.to_string(),
        sealed_on: Some(row.sealed_at.day()),
        mediator,
        state: if has_failed { "delivery-failed" } else { "sealed" }.to_owned(),
        is_open: row.auditor_may_read || by_court,
    })
}

fn detail(seen: &Audited) -> AuditDetail {
    let dispute = &seen.dispute;
    let consents = Side::BOTH.into_iter().filter_map(|side| {
        let consent = dispute.parties.of(side).consent?;
        Some((side.to_string(), consent.version, consent.language.tag().to_owned(), consent.at))
    });
    let signatures = match &dispute.agreement {
        Agreement::Signed { signatures, .. } => {
            Side::BOTH.into_iter().map(|side| (side.to_string(), signatures.of(side).at)).collect()
        }
        _ => Vec::new(),
    };
    let has_failed = seen.deliveries.contains(&DeliveryState::Failed);
    AuditDetail {
        id: seen.settlement.id.to_string(),
        reference: seen.settlement.reference.to_string(),
        category: seen.settlement.category.to_string(),
        mediator: seen.mediator.clone(),
        digest: if seen.terms_are_open { seen.settlement.digest.to_string() } else { String::new() },
        sealed_at: Some(seen.settlement.sealed_at),
        state: if has_failed { "delivery-failed" } else { "sealed" }.to_owned(),
        signatures,
        consents: consents.collect(),
        disclosures: seen.disclosures.iter().map(|code| (*code).to_owned()).collect(),
        attended: seen.attended.iter().map(ToString::to_string).collect(),
        deliveries: seen.deliveries.iter().map(|state| state.as_str().to_owned()).collect(),
        trace: seen
            .traces
            .iter()
            .map(|row| TraceLine { at: row.at, kind: row.kind.clone(), facts: row.subjects.clone() })
            .collect(),
        is_open: seen.terms_are_open,
    }
}

async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    visit.signed_in()?;
    let settlement: SettlementId = id(&path)?;
    let seen = visit.write(move |tx, doing| settlements::audit(tx, doing, settlement)).await?;
    let page = detail(&seen);
    Ok(visit.show(|w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/audit").route(web::get().to(list)))
        .service(web::resource("/audit/{settlement}").route(web::get().to(show)));
}
