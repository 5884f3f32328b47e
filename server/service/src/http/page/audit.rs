//! The auditor's pages: plain tables of process, with the filters in the address. Each look is traced by the act.

use actix_web::{HttpRequest, web};
use domain::agreement::Agreement;
use domain::category::Category;
use domain::ids::SettlementId;
use domain::party::Side;
use domain::person::HouseRole;
use domain::settlement::{DeliveryState, FindingKind, Noted};
use domain::time::Moment;
use pages::audit::{
    AuditDetail, AuditLine, AuditList, AuditNumbers, AuditSample, AuditedCertification, FindingLine,
    TraceLine,
};
use pages::form::Form;
use store::deliveries::Step;
use store::settlements::{Facts, Filter, Settlement};

use super::frame::{Answer, Sent, Visit, asked, into_form};
use crate::acts::settlements::{self, Audited};
use crate::acts::{Doing, audits};
use crate::http::api::audits::{judged, size_of};
use crate::http::api::settlements::{Filters, filter};
use crate::http::body::id;
use crate::refused::Refused;

const LINES_MAX: i64 = 50;
const FIELDS: [&str; 8] = ["from", "to", "category", "state", "mediator", "findings", "size", "seed"];
/// The states by which the list is filtered.
const STATES: [&str; 4] = ["sealed", "superseded", "delivery-failed", "late"];

pub fn form_of(request: &HttpRequest) -> Form {
    FIELDS.into_iter().fold(Form::default(), |form, field| match asked(request, field) {
        Some(typed) => form.with(field, typed),
        None => form,
    })
}

pub fn filter_of(form: &Form, now: Moment) -> Result<Filter, Refused> {
    let given = |field: &str| Some(form.value(field).to_owned()).filter(|typed| !typed.is_empty());
    let state = match given("state").as_deref() {
        None | Some("sealed") => None,
        Some("delivery-failed") => Some("failed".to_owned()),
        Some(word @ ("late" | "superseded")) => Some(word.to_owned()),
        Some(_) => return Err(Refused::field("state", "not-a-choice")),
    };
    let (from, to, category) = (given("from"), given("to"), given("category"));
    let (mediator, findings) = (given("mediator"), given("findings"));
    filter(&Filters { from, to, category, state, mediator, findings, ..Filters::default() }, now)
}

/// The filters as they stand in an address.
fn filters(form: &Form) -> String {
    let plain =
        |typed: &str| typed.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':' | b'.'));
    let kept = form.values.iter().filter(|(field, typed)| field != "size" && field != "seed" && plain(typed));
    kept.map(|(field, typed)| format!("{field}={typed}&")).collect()
}

async fn list(request: HttpRequest, visit: Visit) -> Answer {
    visit.signed_in()?;
    let form = form_of(&request);
    let after = asked(&request, "after").and_then(|last| last.parse::<SettlementId>().ok());
    let filter = match filter_of(&form, visit.state.clock.now()) {
        Ok(filter) => filter,
        Err(refused) => return again(&visit, into_form(refused, form, &[])?).await,
    };
    visit.write(move |tx, doing| settlements::note_listed(tx, doing, &filter)).await?;
    let found = visit.read(move |tx, doing| {
        let found = settlements::list(tx, doing, &filter, after, LINES_MAX)?;
        Ok((lines(tx, doing, &found)?, about(tx)?, numbers(tx, doing)?))
    });
    let (items, mediators, numbers) = found.await?;
    let is_full = i64::try_from(items.len()).is_ok_and(|count| count == LINES_MAX);
    let last = items.last().filter(|_| is_full).map(|last| last.id.clone());
    let filters = filters(&form);
    let next = last.map(|last| format!("/audit?{filters}after={last}"));
    let page = AuditList { items, next, filters, mediators, numbers: Some(numbers), ..empty(form) };
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// The list without a line, and what was wrong. Whoever is no auditor learns nothing of the filters either.
async fn again(visit: &Visit, form: Form) -> Answer {
    let look = visit.read(|tx, doing| {
        settlements::for_auditor(tx, doing, &Filter::default())?;
        about(tx)
    });
    let page = AuditList { mediators: look.await?, ..empty(form) };
    let code = actix_web::http::StatusCode::UNPROCESSABLE_ENTITY;
    Ok(visit.show_with(code, |w, f| page.render(w, f)))
}

fn empty(form: Form) -> AuditList {
    AuditList {
        form,
        categories: Category::ALL.iter().map(ToString::to_string).collect(),
        states: STATES.map(str::to_owned).to_vec(),
        noted: Noted::ALL.iter().map(ToString::to_string).collect(),
        ..AuditList::default()
    }
}

/// The roster, by name.
fn about(tx: &mut store::Tx<'_>) -> Result<Vec<(String, String)>, Refused> {
    let roster = store::people::with_role(tx, HouseRole::Mediator)?;
    let mut named: Vec<_> =
        roster.into_iter().map(|account| (account.id.to_string(), account.name.to_string())).collect();
    named.sort_by(|one, other| one.1.cmp(&other.1));
    Ok(named)
}

fn numbers(tx: &mut store::Tx<'_>, doing: &Doing) -> Result<AuditNumbers, Refused> {
    let mut count =
        |typed: Filters| -> Result<usize, Refused> { audits::count(tx, doing, &filter(&typed, doing.now)?) };
    let mut in_state = |state: &str| {
        let state = Some(state.to_owned());
        count(Filters { state, ..Filters::default() })
    };
    let (failed, late) = (in_state("failed")?, in_state("late")?);
    let findings = Some(Noted::Objection.to_string());
    let objected = count(Filters { findings, ..Filters::default() })?;
    Ok(AuditNumbers { all: count(Filters::default())?, failed, late, objected })
}

async fn draw(request: HttpRequest, visit: Visit) -> Answer {
    visit.signed_in()?;
    let form = form_of(&request);
    let size = Some(form.value("size")).filter(|typed| !typed.is_empty());
    let read = filter_of(&form, visit.state.clock.now()).and_then(|filter| Ok((filter, size_of(size)?)));
    let (filter, size) = match read {
        Ok(read) => read,
        Err(refused) => return again(&visit, into_form(refused, form, &[])?).await,
    };
    let typed = Some(form.value("seed").to_owned()).filter(|typed| !typed.is_empty());
    let drawn = visit.write(move |tx, doing| {
        let seed = typed.unwrap_or_else(|| doing.new_uuid().to_string());
        let drawn = audits::sample(tx, doing, &filter, &seed, size)?;
        Ok((lines(tx, doing, &drawn.items)?, about(tx)?, AuditSample { seed, size, of: drawn.of }))
    });
    let (items, mediators, sample) = match drawn.await {
        Ok(drawn) => drawn,
        Err(refused) => return again(&visit, into_form(refused, form, &[])?).await,
    };
    let filters = filters(&form);
    let page = AuditList { items, mediators, sample: Some(sample), filters, ..empty(form) };
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// The lines of the table, without opening a dispute for each.
pub fn lines(tx: &mut store::Tx<'_>, doing: &Doing, found: &[Settlement]) -> Result<Vec<AuditLine>, Refused> {
    let by_court = doing.config.institution.court_reference.is_some();
    let facts = store::settlements::facts(tx, found)?;
    Ok(found.iter().zip(facts).map(|(row, facts)| line(row, facts, by_court)).collect())
}

fn line(row: &Settlement, facts: Facts, by_court: bool) -> AuditLine {
    AuditLine {
        id: row.id.to_string(),
        reference: row.reference.to_string(),
        category: row.category.to_string(),
        sealed_on: Some(row.sealed_at.day()),
        mediator: facts.mediator,
        state: settlements::state_in_a_word(facts.has_failed, facts.is_superseded).to_owned(),
        is_open: row.auditor_may_read || by_court,
    }
}

fn certification(told: &settlements::AuditedCertification) -> AuditedCertification {
    AuditedCertification {
        asked_at: told.asked_at,
        state: told.state.to_owned(),
        over_at: told.over_at,
        capacity: told.capacity.map(str::to_owned),
        entry: told.entry,
        deliveries: told.deliveries.iter().map(|state| state.as_str().to_owned()).collect(),
    }
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
    let is_failed = |steps: &Vec<Step>| steps.last().is_some_and(|step| step.state == DeliveryState::Failed);
    let has_failed = seen.deliveries.iter().any(is_failed);
    let step = |step: &Step| (step.state.as_str().to_owned(), step.at);
    AuditDetail {
        id: seen.settlement.id.to_string(),
        reference: seen.settlement.reference.to_string(),
        category: seen.settlement.category.to_string(),
        mediator: seen.mediator.clone(),
        digest: if seen.terms_are_open { seen.settlement.digest.to_string() } else { String::new() },
        sealed_at: Some(seen.settlement.sealed_at),
        state: settlements::state_in_a_word(has_failed, seen.superseded_by.is_some()).to_owned(),
        supersedes: seen.settlement.supersedes.map(|id| id.to_string()),
        superseded_by: seen.superseded_by.map(|id| id.to_string()),
        signatures,
        consents: consents.collect(),
        disclosures: seen.disclosures.iter().map(|code| (*code).to_owned()).collect(),
        attended: seen.attended.iter().map(ToString::to_string).collect(),
        deliveries: seen.deliveries.iter().map(|steps| steps.iter().map(step).collect()).collect(),
        trace: seen
            .traces
            .iter()
            .map(|row| TraceLine { at: row.at, kind: row.kind.clone(), facts: row.subjects.clone() })
            .collect(),
        is_open: seen.terms_are_open,
        entry: seen.entry,
        certifications: seen.certifications.iter().map(certification).collect(),
        verified: None,
        findings: Vec::new(),
        form: Form::default(),
    }
}

async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    visit.signed_in()?;
    let page = page_of(&visit, id(&path)?, None, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn page_of(
    visit: &Visit,
    settlement: SettlementId,
    verified: Option<Vec<String>>,
    form: Form,
) -> Result<AuditDetail, Refused> {
    let read = visit.write(move |tx, doing| {
        let seen = settlements::audit(tx, doing, settlement)?;
        Ok((seen, audits::findings(tx, doing, settlement)?))
    });
    let (seen, findings) = read.await?;
    let line = |(finding, by): (store::findings::Finding, String)| FindingLine {
        by,
        at: finding.at,
        kind: finding.kind.to_string(),
        text: finding.text,
    };
    let findings = findings.into_iter().map(line).collect();
    Ok(AuditDetail { verified, findings, form, ..detail(&seen) })
}

async fn note(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let settlement: SettlementId = id(&path)?;
    let text = sent.form.text("text").to_owned();
    let kind = if sent.form.ticked("objection") { FindingKind::Objection } else { FindingKind::Remark };
    let act = sent.visit.write(move |tx, doing| audits::note(tx, doing, settlement, kind, &text).map(drop));
    let here = format!("/audit/{settlement}");
    let Err(refused) = act.await else { return Ok(sent.visit.go_saying(&here, "saved")) };
    let form = into_form(refused, sent.typed(), &[])?;
    let page = page_of(&sent.visit, settlement, None, form).await?;
    Ok(sent.visit.again(&here, |w, f| page.render(w, f)))
}

/// The answer is the page itself: in an address, anybody could write what was found.
async fn verify_one(sent: Sent, path: web::Path<String>) -> Answer {
    let visit = &sent.visit;
    visit.signed_in()?;
    let settlement: SettlementId = id(&path)?;
    let judged = judged(&visit.state, visit.by(), Some(settlement), None).await?;
    let faults = judged.iter().flat_map(|(_, faults)| faults).map(|fault| fault.as_str().to_owned());
    let page = page_of(visit, settlement, Some(faults.collect()), Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/audit").route(web::get().to(list)))
        .service(web::resource("/audit/samples").route(web::get().to(draw)))
        .service(web::resource("/audit/{settlement}").route(web::get().to(show)))
        .service(web::resource("/audit/{settlement}/findings").route(web::post().to(note)))
        .service(web::resource("/audit/{settlement}/verification").route(web::post().to(verify_one)));
}
