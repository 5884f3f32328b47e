//! An auditor's work over the API: samples, verification anew, findings.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::ids::SettlementId;
use domain::settlement::{Fault, FindingKind};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::findings::Finding;
use store::settlements::Settlement;
use utoipa::{OpenApi, ToSchema};

use super::disputes::read_as;
use super::settlements::{Filters, SettlementItem, filter};
use crate::acts::{By, Doing, audits};
use crate::http::body::{BodyOf, id, query};
use crate::http::who::{Auditor, SignedIn};
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(draw_sample, verify_again, list_findings, note_finding))]
pub struct Doc;

#[derive(Serialize, ToSchema)]
struct SampleShown {
    /// What draws the same ones again.
    seed: String,
    size: usize,
    /// From how many they were drawn.
    of: usize,
    items: Vec<SettlementItem>,
}

/// How many are drawn, as typed.
///
/// # Errors
/// `Fields` where it is no number.
pub fn size_of(typed: Option<&str>) -> Result<usize, Refused> {
    typed.unwrap_or("20").trim().parse().map_err(|_| Refused::field("size", "not-a-choice"))
}

/// Some of the settlements that fit, drawn by lot. The same seed draws the same ones again. Each draw is traced.
#[utoipa::path(get, path = "/api/v1/audits/samples", tag = "settlements",
    params(("size" = Option<u32>, Query), ("seed" = Option<String>, Query), ("from" = Option<String>, Query),
        ("to" = Option<String>, Query), ("category" = Option<String>, Query), ("state" = Option<String>, Query),
        ("mediator" = Option<String>, Query), ("findings" = Option<String>, Query)),
    responses((status = 200, body = SampleShown), (status = 404), (status = 422)))]
async fn draw_sample(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: Auditor,
) -> Result<HttpResponse, Refused> {
    let asked = query::<Filters>(&request)?;
    let filter = filter(&asked, state.clock.now())?;
    let size = size_of(asked.size.as_deref())?;
    let by_court = state.config.institution.court_reference.is_some();
    let shown = state.desk.write(who.0.by(), move |tx, doing| {
        let seed = asked.seed.unwrap_or_else(|| doing.new_uuid().to_string());
        let drawn = audits::sample(tx, doing, &filter, &seed, size)?;
        let items = drawn.items.iter().map(|row| SettlementItem::of(row, by_court)).collect();
        Ok(SampleShown { seed, size, of: drawn.of, items })
    });
    Ok(HttpResponse::Ok().json(shown.await?))
}

/// Which records are verified anew: one, or the next ones after that one.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Wanted {
    settlement: Option<String>,
    after: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Judged {
    id: String,
    reference: String,
    /// What is wrong: `unreadable`, `text`, `jws`, `pdf`, `ledger`; empty where all of it is as it was sealed.
    faults: Vec<&'static str>,
}

#[derive(Serialize, ToSchema)]
struct Verified {
    items: Vec<Judged>,
    /// What to ask for next; nothing after the last.
    next: Option<String>,
}

/// Verify records anew, as anybody could who had them: one, or all of them in turns of 25.
#[utoipa::path(post, path = "/api/v1/audits/verifications", tag = "settlements", request_body = Wanted,
    responses((status = 200, body = Verified), (status = 404), (status = 422)))]
async fn verify_again(
    state: web::Data<AppState>,
    asked: BodyOf<Auditor, Wanted>,
) -> Result<HttpResponse, Refused> {
    let BodyOf { who, body } = asked;
    let one = body.value.settlement.as_deref().map(id).transpose()?;
    let after = body.value.after.as_deref().map(id).transpose()?;
    let judged = judged(&state, who.0.by(), one, after).await?;
    let next = next_of(&judged, one);
    let item = |(row, faults): &(Settlement, Vec<Fault>)| Judged {
        id: row.id.to_string(),
        reference: row.reference.to_string(),
        faults: faults.iter().map(|fault| fault.as_str()).collect(),
    };
    Ok(HttpResponse::Ok().json(Verified { items: judged.iter().map(item).collect(), next }))
}

/// After which record the next turn begins; nothing where this was the last, or one alone was asked for.
pub fn next_of(judged: &[(Settlement, Vec<Fault>)], one: Option<SettlementId>) -> Option<String> {
    let is_full = i64::try_from(judged.len()).is_ok_and(|count| count == audits::VERIFIED_MAX);
    let last = judged.last().filter(|_| is_full && one.is_none());
    last.map(|(row, _)| row.id.to_string())
}

/// Reads records, verifies them on a thread of their own, and notes that.
///
/// # Errors
/// `Absent` for whoever may not audit them.
pub async fn judged(
    state: &AppState,
    by: By,
    one: Option<SettlementId>,
    after: Option<SettlementId>,
) -> Result<Vec<(Settlement, Vec<Fault>)>, Refused> {
    let kept = read_as(state, by, move |tx, doing| audits::kept(tx, doing, one, after)).await?;
    judge(state, by, kept).await
}

/// Verifies records that were read, on a thread of their own, and notes that.
///
/// # Errors
/// Those of the store.
pub async fn judge(
    state: &AppState,
    by: By,
    kept: Vec<audits::Kept>,
) -> Result<Vec<(Settlement, Vec<Fault>)>, Refused> {
    let _core = state.verifying.core().await?;
    let keys = std::sync::Arc::clone(&state.keys);
    let judge = move || {
        let judge = |kept: audits::Kept| {
            let faults = audits::faults(&kept, &keys.published);
            (kept.settlement, faults)
        };
        kept.into_iter().map(judge).collect::<Vec<_>>()
    };
    let judged = state.runtime.spawn_blocking(judge).await.map_err(|_| Refused::broken("verification"))?;
    let noted = judged.clone();
    let note = move |_: &mut Tx<'_>, doing: &mut Doing| {
        audits::note_verified(doing, &noted);
        Ok(())
    };
    state.desk.write(by, note).await?;
    Ok(judged)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Noted {
    /// At most 4,000 characters.
    text: String,
    /// `remark`, which it is where nothing is said, or `objection`.
    kind: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct FindingShown {
    id: String,
    /// The auditor's name.
    by: String,
    at: String,
    /// `remark` or `objection`.
    kind: String,
    text: String,
}

fn shown((finding, by): (Finding, String)) -> FindingShown {
    FindingShown {
        id: finding.id.to_string(),
        by,
        at: finding.at.to_string(),
        kind: finding.kind.to_string(),
        text: finding.text,
    }
}

#[derive(Serialize, ToSchema)]
struct Findings {
    items: Vec<FindingShown>,
}

/// What auditors noted of a settlement. Auditors alone read it, and each look is traced.
#[utoipa::path(get, path = "/api/v1/settlements/{id}/findings", tag = "settlements", params(("id" = String, Path)),
    responses((status = 200, body = Findings), (status = 404)))]
async fn list_findings(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let settlement: SettlementId = id(&path)?;
    let all = state.desk.write(who.by(), move |tx, doing| audits::findings(tx, doing, settlement)).await?;
    Ok(HttpResponse::Ok().json(Findings { items: all.into_iter().map(shown).collect() }))
}

/// Note a finding, apart from the dispute. It is neither changed nor deleted.
#[utoipa::path(post, path = "/api/v1/settlements/{id}/findings", tag = "settlements", params(("id" = String, Path)),
    request_body = Noted, responses((status = 201, body = FindingShown), (status = 404), (status = 422)))]
async fn note_finding(
    state: web::Data<AppState>,
    path: web::Path<String>,
    asked: BodyOf<Auditor, Noted>,
) -> Result<HttpResponse, Refused> {
    let BodyOf { who, body } = asked;
    let settlement: SettlementId = id(&path)?;
    let kind = body.value.kind.as_deref().map_or(Ok(FindingKind::Remark), str::parse);
    let kind = kind.map_err(|_| Refused::field("kind", "not-a-choice"))?;
    let text = body.value.text;
    let noted = state.desk.write_once(who.0.by(), body.once, move |tx, doing| {
        audits::note(tx, doing, settlement, kind, &text).map(shown)
    });
    Ok(HttpResponse::Created().json(noted.await?))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/audits/samples").route(web::get().to(draw_sample)))
        .service(web::resource("/audits/verifications").route(web::post().to(verify_again)))
        .service(
            web::resource("/settlements/{id}/findings")
                .route(web::get().to(list_findings))
                .route(web::post().to(note_finding)),
        );
}
