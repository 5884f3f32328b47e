//! An auditor's report over the API: gathered in one look, verified and laid out outside any transaction, sealed, and
//! traced before it leaves the house (decision 0028).

use actix_web::http::header::ContentDisposition;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::ids::SettlementId;
use domain::language::Language;
use domain::settlement::Fault;
use domain::time::Moment;
use pages::reports::{AuditReport, Passage, ReportFilters, ReportHead, ReportLine};
use pages::words::Words;
use record::ledger::Hash;
use record::{Note, Report, digest_of};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::audits::{judge, size_of};
use super::disputes::read_as;
use super::settlements::{Filters, filter};
use crate::acts::reports::{self, Draw, Gathered, Item, Wanted};
use crate::acts::settlements::{state_in_a_word, told};
use crate::acts::{By, Doing, audits};
use crate::http::body::query;
use crate::http::who::Auditor;
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(make_report))]
pub struct Doc;

/// What came of verifying each record.
type Judged = Vec<(SettlementId, Vec<Fault>)>;

/// A sample, as typed; nothing where neither a seed nor a size is.
///
/// # Errors
/// `Fields` for a size that is no number.
pub fn draw_of(seed: Option<&str>, size: Option<&str>) -> Result<Option<Draw>, Refused> {
    let filled =
        |typed: Option<&str>| typed.map(str::trim).filter(|typed| !typed.is_empty()).map(str::to_owned);
    let (seed, size) = (filled(seed), filled(size));
    if seed.is_none() && size.is_none() {
        return Ok(None);
    }
    Ok(Some(Draw { seed, size: size_of(size.as_deref())? }))
}

/// A signed report (PDF) on the settlements that fit, or on a sample of them where `seed` or `size` is given: what the list
/// tells of each, what came of verifying its record again, and one's own findings; 200 at most. Each report is traced.
#[utoipa::path(post, path = "/api/v1/audits/reports", tag = "settlements",
    params(("size" = Option<u32>, Query), ("seed" = Option<String>, Query), ("from" = Option<String>, Query),
        ("to" = Option<String>, Query), ("category" = Option<String>, Query), ("state" = Option<String>, Query),
        ("mediator" = Option<String>, Query), ("findings" = Option<String>, Query)),
    responses((status = 200, content_type = "application/pdf"), (status = 404), (status = 409), (status = 422),
        (status = 503)))]
async fn make_report(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: Auditor,
) -> Result<HttpResponse, Refused> {
    let asked = query::<Filters>(&request)?;
    let filter = filter(&asked, state.clock.now())?;
    let draw = draw_of(asked.seed.as_deref(), asked.size.as_deref())?;
    answer(&state, who.0.by(), who.0.language, Ok(Wanted { filter, draw })).await
}

/// The report as a file to be saved.
///
/// # Errors
/// As [`made`]; what was wrong with what is wanted, for an auditor alone.
pub async fn answer(
    state: &AppState,
    by: By,
    language: Language,
    wanted: Result<Wanted, Refused>,
) -> Result<HttpResponse, Refused> {
    let gather = move |tx: &mut store::Tx<'_>, doing: &Doing| {
        crate::acts::settlements::for_auditor(tx, doing, &store::settlements::Filter::default())?;
        reports::gather(tx, doing, &wanted?)
    };
    let gathered = read_as(state, by, gather).await?;
    let pdf = made(state, by, language, gathered).await?;
    let name = ContentDisposition::attachment("audit-report.pdf");
    Ok(HttpResponse::Ok().content_type("application/pdf").insert_header(name).body(pdf))
}

/// Verifies, lays out, seals and traces.
async fn made(state: &AppState, by: By, language: Language, gathered: Gathered) -> Result<Vec<u8>, Refused> {
    let _place = state.reporting.enter()?;
    let judged = verified(state, by, &gathered).await?;
    // What was not verified is not to read as if it were right.
    let is_judged = |item: &Item| judged.iter().any(|(id, _)| *id == item.settlement.id);
    if !gathered.items.iter().all(is_judged) {
        return Err(Refused::broken("a report of what was not verified"));
    }
    let pdf = state.sealer.seal_report(worded(state, language, &gathered, &judged)).await?;
    let digest = digest_of(&pdf);
    let note = move |_: &mut store::Tx<'_>, doing: &mut Doing| {
        reports::note_made(doing, &gathered, digest);
        Ok(())
    };
    state.desk.write(by, note).await?;
    Ok(pdf)
}

/// A turn at a time: no more records are held than a turn of verifying takes.
async fn verified(state: &AppState, by: By, gathered: &Gathered) -> Result<Judged, Refused> {
    let turn = usize::try_from(audits::VERIFIED_MAX).map_err(|_| Refused::broken("a turn"))?;
    let mut all = Judged::new();
    for some in gathered.items.chunks(turn) {
        let some: Vec<_> = some.iter().map(|item| item.settlement.clone()).collect();
        let kept = read_as(state, by, move |tx, doing| audits::kept_of(tx, doing, some)).await?;
        let judged = judge(state, by, kept).await?;
        all.extend(judged.into_iter().map(|(settlement, faults)| (settlement.id, faults)));
    }
    Ok(all)
}

/// The newest head, and whether a key of this ledger signed it.
fn head(state: &AppState, gathered: &Gathered) -> Option<Option<(u64, Hash, Moment)>> {
    let head = gathered.head.as_ref()?;
    let signed = Note::read(&head.note).and_then(|note| note.verified(&state.keys.ledger_published));
    Some(signed.ok().map(|signed| (signed.size, signed.root, head.at)))
}

fn line(item: &Item, faults: &[Fault]) -> ReportLine {
    ReportLine {
        reference: item.settlement.reference.to_string(),
        category: item.settlement.category.as_str(),
        sealed_at: Some(item.settlement.sealed_at),
        mediator: item.facts.mediator.clone(),
        state: state_of(item),
        faults: faults.iter().map(|fault| fault.as_str()).collect(),
        deliveries: item.deliveries.iter().map(|(state, count)| (state.as_str(), *count)).collect(),
        entry: item.entry,
        findings: item.findings.iter().map(|finding| (finding.at, finding.kind.as_str())).collect(),
        is_superseded: item.facts.is_superseded,
    }
}

const fn state_of(item: &Item) -> &'static str {
    state_in_a_word(item.facts.has_failed, item.facts.is_superseded)
}

fn faults_of(judged: &Judged, item: &Item) -> Vec<Fault> {
    let found = judged.iter().find(|(id, _)| *id == item.settlement.id);
    found.map(|(_, faults)| faults.clone()).unwrap_or_default()
}

fn worded(state: &AppState, language: Language, gathered: &Gathered, judged: &Judged) -> Report {
    let house = &state.config.institution;
    let words = Words::unmarked(language).in_zone(house.time_zone);
    let filter = &gathered.filter;
    let report = AuditReport {
        number: gathered.number.clone(),
        institution: house.name.clone(),
        auditor: gathered.auditor.clone(),
        made_at: Some(gathered.at),
        filters: ReportFilters {
            from: filter.from,
            to: filter.to,
            category: filter.category.map(|category| category.as_str()),
            delivery: filter.state.map(|state| state.as_str()),
            waiting_since: filter.waiting_since,
            is_superseded: filter.is_superseded,
            mediator: gathered.mediator.clone(),
            noted: filter.noted.map(|noted| noted.as_str()),
        },
        sample: gathered.sample.as_ref().map(|sample| (sample.seed.clone(), sample.of)),
        lines: gathered.items.iter().map(|item| line(item, &faults_of(judged, item))).collect(),
        head: match head(state, gathered) {
            None => ReportHead::Nothing,
            Some(None) => ReportHead::Wrong,
            Some(Some((size, root, at))) => ReportHead::Signed { size, root: in_base64(&root), at },
        },
        verify_url: state.config.public_url.link("/verify"),
        seal_key: state.keys.seal.kid().to_owned(),
    };
    let passage = |passage: Passage| match passage {
        Passage::Heading(level, text) => record::Passage::Heading(level, text),
        Passage::Text(text) => record::Passage::Text(text),
        Passage::Rows(rows) => record::Passage::Rows(rows),
    };
    Report {
        language,
        title: AuditReport::title(&words),
        institution: report.institution.clone(),
        number: report.number.clone(),
        made_at: gathered.at,
        passages: report.passages(&words).into_iter().map(passage).collect(),
        facts: facts(state, gathered, judged),
    }
}

/// A root hash as a checkpoint writes it.
fn in_base64(root: &Hash) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(root)
}

/// The same facts as codes, for computers.
fn facts(state: &AppState, gathered: &Gathered, judged: &Judged) -> Map<String, Value> {
    let sample = gathered.sample.as_ref();
    let sample = sample.map(|sample| json!({ "seed": sample.seed, "size": sample.size, "of": sample.of }));
    let head = match head(state, gathered) {
        None => Value::Null,
        Some(None) => json!("not-signed"),
        Some(Some((size, root, at))) => {
            json!({ "size": size, "root": in_base64(&root), "signed_at": at.to_string() })
        }
    };
    let items = gathered.items.iter().map(|item| {
        let deliveries: Map<_, _> =
            item.deliveries.iter().map(|(state, count)| (state.to_string(), json!(count))).collect();
        let faults: Vec<_> = faults_of(judged, item).iter().map(|fault| fault.as_str()).collect();
        let findings = item.findings.iter();
        let findings =
            findings.map(|finding| json!({ "at": finding.at.to_string(), "kind": finding.kind.as_str() }));
        json!({
            "reference": item.settlement.reference.to_string(),
            "category": item.settlement.category.as_str(),
            "sealed_at": item.settlement.sealed_at.to_string(),
            "mediator": item.facts.mediator,
            "state": state_of(item),
            "is_superseded": item.facts.is_superseded,
            "faults": faults,
            "deliveries": deliveries,
            "ledger_index": item.entry,
            "findings": findings.collect::<Vec<_>>(),
        })
    });
    let facts = [
        ("institution", json!(state.config.institution.name)),
        ("auditor", json!(gathered.auditor)),
        ("filters", told(&gathered.filter).into()),
        ("sample", sample.into()),
        ("settlements", items.collect::<Vec<_>>().into()),
        ("ledger", head),
    ];
    facts.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.service(web::resource("/audits/reports").route(web::post().to(make_report)));
}
