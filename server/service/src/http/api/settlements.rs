//! Settlements over the API: one's own, and an auditor's.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use domain::category::Category;
use domain::ids::{AccountId, DisputeId, SettlementId};
use domain::settlement::{DeliveryState, Noted};
use domain::time::{Day, Moment};
use record::{Contents, digest_of};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::deliveries::Step;
use store::settlements::{Filter, Settlement};
use utoipa::{OpenApi, ToSchema};

use super::certifications::{CertificationShown, EntryShown};
use super::disputes::{Nothing, act_and_view, read_as};
use crate::acts::settlements::{self, Audited, AuditedCertification, Own};
use crate::acts::views::DisputeView;
use crate::acts::{By, Doing, amendments};
use crate::http::body::{Body, Page, id, query, wants_content};
use crate::http::who::SignedIn;
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(
    show_own,
    list_settlements,
    show_settlement,
    begin_amendment,
    download_pdf,
    download_jws,
    download_paper,
    list_deliveries
))]
pub struct Doc;

#[derive(Serialize, ToSchema)]
struct OwnShown {
    id: String,
    digest: String,
    sealed_at: String,
    deliveries: Vec<DeliveryShown>,
    ledger: Option<EntryShown>,
    /// The record in whose place it stands.
    supersedes: Option<String>,
    /// The record that stands in its place now.
    superseded_by: Option<String>,
    /// The newest certification of it, for a party.
    certification: Option<CertificationShown>,
}

#[derive(Serialize, ToSchema)]
struct DeliveryShown {
    /// Whose; one's own for a party, everybody's for the registrar.
    to: &'static str,
    by: &'static str,
    /// The last of the steps.
    state: &'static str,
    steps: Vec<StepShown>,
}

/// A state that a delivery came to, and when.
#[derive(Serialize, ToSchema)]
struct StepShown {
    state: &'static str,
    at: String,
}

fn steps(of: &[Step]) -> Vec<StepShown> {
    of.iter().map(|step| StepShown { state: step.state.as_str(), at: step.at.to_string() }).collect()
}

fn last_of(of: &[Step]) -> &'static str {
    of.last().map_or("", |step| step.state.as_str())
}

fn delivery(row: &store::deliveries::Delivery) -> DeliveryShown {
    let to = row.side.map_or("mediator", domain::party::Side::as_str);
    DeliveryShown { to, by: row.choice.as_str(), state: row.state.as_str(), steps: steps(&row.steps) }
}

/// One's own settlement, and how it is on its way.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/settlement", tag = "settlements", params(("id" = String, Path)),
    responses((status = 200, body = OwnShown), (status = 404)))]
async fn show_own(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let own = read_as(&state, who.by(), move |tx, doing| settlements::own(tx, doing, dispute)).await?;
    Ok(HttpResponse::Ok().json(own_shown(&own)))
}

fn own_shown(own: &Own) -> OwnShown {
    OwnShown {
        id: own.settlement.id.to_string(),
        digest: own.settlement.digest.to_string(),
        sealed_at: own.settlement.sealed_at.to_string(),
        deliveries: own.deliveries.iter().map(delivery).collect(),
        ledger: own.entry.map(|index| EntryShown { index }),
        supersedes: own.settlement.supersedes.map(|id| id.to_string()),
        superseded_by: own.superseded_by.as_ref().map(|newer| newer.id.to_string()),
        certification: own.certification.as_ref().map(CertificationShown::from),
    }
}

/// By what an auditor narrows the list down, as typed.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filters {
    pub from: Option<String>,
    pub to: Option<String>,
    pub category: Option<String>,
    pub state: Option<String>,
    pub mediator: Option<String>,
    pub findings: Option<String>,
    /// Where the list goes on, which [`Page`] reads.
    pub after: Option<String>,
    pub limit: Option<String>,
    /// Of a sample alone.
    pub size: Option<String>,
    pub seed: Option<String>,
}

/// After what time a delivery that still waits is late.
const LATE_AFTER: Duration = Duration::from_secs(24 * 3_600);

/// The filters of the list; a day counts from its first to its last moment.
///
/// # Errors
/// The field that cannot be read.
pub fn filter(asked: &Filters, now: Moment) -> Result<Filter, Refused> {
    let filled = |typed: &Option<String>| {
        typed.as_deref().map(str::trim).filter(|typed| !typed.is_empty()).map(str::to_owned)
    };
    let moment = |field: &'static str, typed: Option<String>, end: &str| -> Result<Option<Moment>, Refused> {
        let Some(typed) = typed else { return Ok(None) };
        let whole = if typed.parse::<Day>().is_ok() { format!("{typed}{end}") } else { typed };
        whole.parse().map(Some).map_err(|_| Refused::field(field, "not-a-day"))
    };
    let category: Option<Category> = filled(&asked.category)
        .map(|word| word.parse())
        .transpose()
        .map_err(|_| Refused::field("category", "not-a-choice"))?;
    let mediator: Option<AccountId> = filled(&asked.mediator)
        .map(|id| id.parse())
        .transpose()
        .map_err(|_| Refused::field("mediator", "not-a-choice"))?;
    let noted: Option<Noted> = filled(&asked.findings)
        .map(|word| word.parse())
        .transpose()
        .map_err(|_| Refused::field("findings", "not-a-choice"))?;
    let mut is_superseded = false;
    let (state, waiting_since) = match filled(&asked.state).as_deref() {
        Some("late") => (None, Some(now.minus(LATE_AFTER))),
        Some("superseded") => {
            is_superseded = true;
            (None, None)
        }
        Some(word) => {
            let state: Result<DeliveryState, _> = word.parse();
            (Some(state.map_err(|_| Refused::field("state", "not-a-choice"))?), None)
        }
        None => (None, None),
    };
    let from = moment("from", filled(&asked.from), "T00:00:00.000Z")?;
    let to = moment("to", filled(&asked.to), "T23:59:59.999Z")?;
    let known = Filter { from, to, category, state, waiting_since, mediator, noted, ..Filter::default() };
    Ok(Filter { is_superseded, ..known })
}

#[derive(Serialize, ToSchema)]
struct Settlements {
    items: Vec<SettlementItem>,
    next: Option<String>,
}

#[derive(Serialize, ToSchema)]
pub struct SettlementItem {
    id: String,
    reference: String,
    category: &'static str,
    sealed_at: String,
    /// Whether the terms may be read.
    terms_are_open: bool,
}

impl SettlementItem {
    /// A line of the list; `by_court`: whether the house runs under a recorded court reference (R8).
    pub fn of(row: &Settlement, by_court: bool) -> Self {
        Self {
            id: row.id.to_string(),
            reference: row.reference.to_string(),
            category: row.category.as_str(),
            sealed_at: row.sealed_at.to_string(),
            terms_are_open: row.auditor_may_read || by_court,
        }
    }
}

/// The sealed settlements, for an auditor. `state`: with a delivery in that state, `late`, or `superseded`; `findings`: of which auditors
/// have noted `none`, `some`, or an `objection`. Each look is traced.
#[utoipa::path(get, path = "/api/v1/settlements", tag = "settlements",
    params(("from" = Option<String>, Query), ("to" = Option<String>, Query), ("category" = Option<String>, Query),
        ("state" = Option<String>, Query), ("mediator" = Option<String>, Query), ("findings" = Option<String>, Query),
        ("after" = Option<String>, Query), ("limit" = Option<u32>, Query)),
    responses((status = 200, body = Settlements), (status = 404), (status = 422)))]
async fn list_settlements(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: SignedIn,
    page: Page,
) -> Result<HttpResponse, Refused> {
    let asked = query::<Filters>(&request)?;
    let filter = filter(&asked, state.clock.now())?;
    let after = page.after.map(|after| after.parse()).transpose();
    let after: Option<SettlementId> = after.map_err(|_| Refused::field("after", "not-a-choice"))?;
    let limit = i64::try_from(page.limit).unwrap_or(100);
    state.desk.write(who.by(), move |tx, doing| settlements::note_listed(tx, doing, &filter)).await?;
    let look = move |tx: &mut Tx<'_>, doing: &Doing| settlements::list(tx, doing, &filter, after, limit);
    let found = read_as(&state, who.by(), look).await?;
    let is_full = i64::try_from(found.len()).is_ok_and(|count| count == limit);
    let next = found.last().map(|last| last.id.to_string()).filter(|_| is_full);
    let by_court = state.config.institution.court_reference.is_some();
    let items = found.into_iter().map(|row| SettlementItem::of(&row, by_court)).collect();
    Ok(HttpResponse::Ok().json(Settlements { items, next }))
}

#[derive(Serialize, ToSchema)]
struct AuditedShown {
    id: String,
    reference: String,
    category: &'static str,
    sealed_at: String,
    filed_on: Option<String>,
    mediation_began_at: Option<String>,
    mediator: String,
    /// Who attested.
    attested_by: Option<&'static str>,
    /// What both parties signed before they talked.
    consents: Vec<ConsentShown>,
    /// What the mediator disclosed, as codes: `none`, `made` before the parties approved, `later`.
    disclosures: Vec<&'static str>,
    /// Which sides were present at a session held, and `co-mediator` where one was.
    attended: Vec<&'static str>,
    /// Whether each side has signed.
    signatures: Vec<SignedShown>,
    /// The states of the deliveries, without whose they are.
    deliveries: Vec<&'static str>,
    /// What each of them came to, in the same order.
    delivery_steps: Vec<Vec<StepShown>>,
    trace: Vec<TraceShown>,
    terms_are_open: bool,
    ledger: Option<EntryShown>,
    /// The record in whose place it stands.
    supersedes: Option<String>,
    /// The record that stands in its place now.
    superseded_by: Option<String>,
    /// The certifications that were asked for, the newest first.
    certifications: Vec<AuditedCertificationShown>,
}

/// A certification of the record: never who asked, who agreed or who was named.
#[derive(Serialize, ToSchema)]
struct AuditedCertificationShown {
    asked_at: String,
    /// `open`, `made` or `over`.
    state: &'static str,
    over_at: Option<String>,
    /// In which capacity it was made.
    capacity: Option<&'static str>,
    ledger: Option<EntryShown>,
    /// The states of its deliveries, without whose they are.
    deliveries: Vec<&'static str>,
}

fn certification(told: &AuditedCertification) -> AuditedCertificationShown {
    AuditedCertificationShown {
        asked_at: told.asked_at.to_string(),
        state: told.state,
        over_at: told.over_at.map(|at| at.to_string()),
        capacity: told.capacity,
        ledger: told.entry.map(|index| EntryShown { index }),
        deliveries: told.deliveries.iter().map(|state| state.as_str()).collect(),
    }
}

#[derive(Serialize, ToSchema)]
struct ConsentShown {
    side: &'static str,
    version: u32,
    language: &'static str,
    given_at: String,
}

#[derive(Serialize, ToSchema)]
struct SignedShown {
    side: &'static str,
    signed_at: String,
    /// How whoever signed proved who they are.
    method: &'static str,
}

#[derive(Serialize, ToSchema)]
struct TraceShown {
    at: String,
    kind: String,
}

fn audited(seen: &Audited) -> AuditedShown {
    use domain::agreement::Agreement;
    use domain::dispute::Stage;
    use domain::party::Side;
    let dispute = &seen.dispute;
    let attested_by = match &dispute.stage {
        Stage::Settled { attestation, .. } => Some(attestation.as_str()),
        _ => None,
    };
    let consents = Side::BOTH.into_iter().filter_map(|side| {
        dispute.parties.of(side).consent.map(|consent| ConsentShown {
            side: side.as_str(),
            version: consent.version,
            language: consent.language.tag(),
            given_at: consent.at.to_string(),
        })
    });
    let signatures = match &dispute.agreement {
        Agreement::Signed { signatures, .. } => Side::BOTH
            .into_iter()
            .map(|side| {
                let signed = signatures.of(side);
                let (side, method) = (side.as_str(), signed.proof.as_str());
                SignedShown { side, signed_at: signed.at.to_string(), method }
            })
            .collect(),
        _ => Vec::new(),
    };
    AuditedShown {
        id: seen.settlement.id.to_string(),
        reference: seen.settlement.reference.to_string(),
        category: seen.settlement.category.as_str(),
        sealed_at: seen.settlement.sealed_at.to_string(),
        filed_on: dispute.filed_at.map(|at| at.day().to_string()),
        mediation_began_at: dispute.mediation().map(|mediation| mediation.since.to_string()),
        mediator: seen.mediator.clone(),
        attested_by,
        consents: consents.collect(),
        disclosures: seen.disclosures.clone(),
        attended: seen.attended.clone(),
        signatures,
        deliveries: seen.deliveries.iter().map(|of| last_of(of)).collect(),
        delivery_steps: seen.deliveries.iter().map(|of| steps(of)).collect(),
        trace: seen
            .traces
            .iter()
            .map(|row| TraceShown { at: row.at.to_string(), kind: row.kind.clone() })
            .collect(),
        terms_are_open: seen.terms_are_open,
        ledger: seen.entry.map(|index| EntryShown { index }),
        supersedes: seen.settlement.supersedes.map(|id| id.to_string()),
        superseded_by: seen.superseded_by.map(|id| id.to_string()),
        certifications: seen.certifications.iter().map(certification).collect(),
    }
}

/// A settlement as its reader may see it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum SettlementShown {
    /// One's own.
    Own(Box<OwnShown>),
    /// For an auditor.
    Audited(Box<AuditedShown>),
}

/// One settlement: one's own, or its process for an auditor: never talk, offers, drafts, files, answers or reasons. An
/// auditor's look is traced.
#[utoipa::path(get, path = "/api/v1/settlements/{id}", tag = "settlements", params(("id" = String, Path)),
    responses((status = 200, body = SettlementShown), (status = 404)))]
async fn show_settlement(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let settlement: SettlementId = id(&path)?;
    let shown = state.desk.write(who.by(), move |tx, doing| {
        let dispute = store::settlements::by_id(tx, settlement)?.dispute;
        match settlements::own(tx, doing, dispute) {
            Ok(own) => Ok(SettlementShown::Own(Box::new(own_shown(&own)))),
            Err(Refused::Absent) => {
                let seen = settlements::audit(tx, doing, settlement)?;
                Ok(SettlementShown::Audited(Box::new(audited(&seen))))
            }
            Err(refused) => Err(refused),
        }
    });
    Ok(HttpResponse::Ok().json(shown.await?))
}

/// Ask to change what was settled: a draft of a dispute about it. What both sign in that dispute stands in the place of this
/// record; until then, and where nothing comes of it, this one stands.
#[utoipa::path(post, path = "/api/v1/settlements/{id}/amendments", tag = "settlements", params(("id" = String, Path)),
    request_body = Nothing, responses((status = 201, body = DisputeView), (status = 404), (status = 409)))]
async fn begin_amendment(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    let settlement: SettlementId = id(&path)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| amendments::begin(tx, doing, settlement);
    Ok(HttpResponse::Created().json(act_and_view(&state, &who, body.once, act).await?))
}

/// The record as a PDF: one's own, or an auditor's where the parties agreed to that.
#[utoipa::path(get, path = "/api/v1/settlements/{id}/record.pdf", tag = "settlements", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/pdf"), (status = 404)))]
async fn download_pdf(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let settlement: SettlementId = id(&path)?;
    let collects = wants_content(&request);
    let read = state
        .desk
        .write(who.by(), move |tx, doing| settlements::documents(tx, doing, settlement, collects))
        .await?;
    let name = ("Content-Disposition", "attachment; filename=\"record.pdf\"");
    Ok(HttpResponse::Ok().content_type("application/pdf").insert_header(name).body(read.1.pdf))
}

/// The record as a compact JWS.
#[utoipa::path(get, path = "/api/v1/settlements/{id}/record.jws", tag = "settlements", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/jose"), (status = 404)))]
async fn download_jws(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let settlement: SettlementId = id(&path)?;
    let collects = wants_content(&request);
    let read = state
        .desk
        .write(who.by(), move |tx, doing| settlements::documents(tx, doing, settlement, collects))
        .await?;
    let name = ("Content-Disposition", "attachment; filename=\"record.jws\"");
    Ok(HttpResponse::Ok().content_type("application/jose").insert_header(name).body(read.1.jws))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chosen {
    show: Option<String>,
}

/// A paper for a court (SD-JWT, RFC 9901): that the settlement exists, sealed when and by whom, and beside that what is
/// chosen: `party_1`, `mediator`, `filed_on`, `started_at`, `term_1`, `term_1_amount`, … by commas; all of it where nothing
/// is said, none where it is empty. An auditor to whom the terms are closed gets one that shows nothing more.
#[utoipa::path(get, path = "/api/v1/settlements/{id}/record.sd-jwt", tag = "settlements",
    params(("id" = String, Path), ("show" = Option<String>, Query)),
    responses((status = 200, content_type = "application/sd-jwt"), (status = 404), (status = 422)))]
async fn download_paper(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let settlement: SettlementId = id(&path)?;
    let chosen = query::<Chosen>(&request)?.show;
    let is_chosen = |name: &str| chosen.as_ref().is_none_or(|list| list.split(',').any(|one| one == name));
    paper(&state, who.by(), settlement, is_chosen).await
}

/// A paper that shows what is chosen, to be saved.
///
/// # Errors
/// `Absent` for whoever may have none.
pub async fn paper(
    state: &AppState,
    by: By,
    settlement: SettlementId,
    is_chosen: impl Fn(&str) -> bool,
) -> Result<HttpResponse, Refused> {
    let read = state.desk.write(by, move |tx, doing| settlements::for_paper(tx, doing, settlement));
    let (json, may_show) = read.await?;
    let contents = Contents::from_canonical(&json).ok_or_else(|| Refused::broken("a record is none"))?;
    let issuer = state.config.public_url.link("");
    let paper = state.sealer.issue(contents, digest_of(&json), issuer).await?;
    let shown = paper.shows(|name| may_show && is_chosen(name));
    let name = ("Content-Disposition", "attachment; filename=\"record.sd-jwt\"");
    Ok(HttpResponse::Ok().content_type("application/sd-jwt").insert_header(name).body(shown))
}

#[derive(Serialize, ToSchema)]
struct Deliveries {
    items: Vec<DeliveryShown>,
}

/// How the record is on its way: one's own for a party, everybody's for the registrar, states alone for an auditor.
#[utoipa::path(get, path = "/api/v1/settlements/{id}/deliveries", tag = "settlements", params(("id" = String, Path)),
    responses((status = 200, body = Deliveries), (status = 404)))]
async fn list_deliveries(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let settlement: SettlementId = id(&path)?;
    let items = state
        .desk
        .write(who.by(), move |tx, doing| {
            let dispute = store::settlements::by_id(tx, settlement)?.dispute;
            match settlements::own(tx, doing, dispute) {
                Ok(own) => Ok(own.deliveries.iter().map(delivery).collect::<Vec<_>>()),
                Err(Refused::Absent) => {
                    let seen = settlements::audit(tx, doing, settlement)?;
                    let bare = |of: &Vec<Step>| DeliveryShown {
                        to: "",
                        by: "",
                        state: last_of(of),
                        steps: steps(of),
                    };
                    Ok(seen.deliveries.iter().map(bare).collect())
                }
                Err(refused) => Err(refused),
            }
        })
        .await?;
    Ok(HttpResponse::Ok().json(Deliveries { items }))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/disputes/{id}/settlement").route(web::get().to(show_own)))
        .service(web::resource("/settlements").route(web::get().to(list_settlements)))
        .service(web::resource("/settlements/{id}").route(web::get().to(show_settlement)))
        .service(web::resource("/settlements/{id}/amendments").route(web::post().to(begin_amendment)))
        .service(web::resource("/settlements/{id}/record.pdf").route(web::get().to(download_pdf)))
        .service(web::resource("/settlements/{id}/record.jws").route(web::get().to(download_jws)))
        .service(web::resource("/settlements/{id}/record.sd-jwt").route(web::get().to(download_paper)))
        .service(web::resource("/settlements/{id}/deliveries").route(web::get().to(list_deliveries)));
}
