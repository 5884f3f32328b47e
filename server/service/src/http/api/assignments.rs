//! Mediators over the API: the roster's matches, proposals, the conflict inquiry, approval and objection.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::ids::{AccountId, AssignmentId, DisputeId};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::disputes::{Nothing, read_as};
use crate::acts::assignments;
use crate::http::body::{Body, id, query};
use crate::http::who::{Registrar, SignedIn};
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(
    list_mediators,
    propose,
    accept,
    decline,
    approve,
    object,
    seek_another_mediator,
    ask_co_mediator,
    end_co_mediation,
    disclose,
    accept_disclosure,
    object_to_disclosure
))]
pub struct Doc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct For {
    dispute: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct Mediators {
    items: Vec<MediatorItem>,
}

#[derive(Serialize, ToSchema)]
struct MediatorItem {
    id: String,
    name: String,
    /// 0 to 100. How often a mediator settles is not in it.
    score: u32,
    reasons: Vec<&'static str>,
}

/// The roster for a dispute, best match first.
#[utoipa::path(get, path = "/api/v1/mediators", tag = "assignments", params(("dispute" = String, Query)),
    responses((status = 200, body = Mediators), (status = 404), (status = 422)))]
async fn list_mediators(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: Registrar,
) -> Result<HttpResponse, Refused> {
    let asked = query::<For>(&request)?.dispute.ok_or(Refused::field("dispute", "missing"))?;
    let dispute: DisputeId = id(&asked)?;
    let found =
        read_as(&state, who.0.by(), move |tx, doing| assignments::matches(tx, doing, dispute)).await?;
    let item = |(fit, name): (domain::assignment::Match, String)| MediatorItem {
        id: fit.mediator.to_string(),
        name,
        score: fit.score,
        reasons: fit.reasons.iter().map(|reason| reason.as_str()).collect(),
    };
    Ok(HttpResponse::Ok().json(Mediators { items: found.into_iter().map(item).collect() }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ProposalBody {
    /// None: the best match.
    mediator_id: Option<String>,
    /// Whether they are to sit as a second mediator beside the one who leads.
    #[serde(default)]
    beside: bool,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct AssignmentShown {
    id: String,
    /// `proposed`, `accepted`, `confirmed`, `declined` or `objected`.
    state: String,
}

impl AssignmentShown {
    fn new(id: AssignmentId, state: &str) -> Self {
        Self { id: id.to_string(), state: state.to_owned() }
    }
}

/// Propose a mediator, or a second one beside the one who leads.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/assignments", tag = "assignments", params(("id" = String, Path)),
    request_body = ProposalBody, responses((status = 201, body = AssignmentShown), (status = 404), (status = 409), (status = 422)))]
async fn propose(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<ProposalBody>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let named: Option<AccountId> = body
        .value
        .mediator_id
        .map(|named| named.parse())
        .transpose()
        .map_err(|_| Refused::field("mediator_id", "not-a-choice"))?;
    let beside = body.value.beside;
    let shown = state.desk.write_once(who.by(), body.once, move |tx, doing| {
        assignments::propose(tx, doing, dispute, named, beside).map(|id| AssignmentShown::new(id, "proposed"))
    });
    Ok(HttpResponse::Created().json(shown.await?))
}

/// The conflict inquiry: a conflict is told with what it is.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Inquiry {
    conflict: bool,
    disclosure: Option<String>,
}

/// The mediator answers the conflict inquiry and accepts.
#[utoipa::path(post, path = "/api/v1/assignments/{id}/acceptance", tag = "assignments", params(("id" = String, Path)),
    request_body = Inquiry, responses((status = 200, body = AssignmentShown), (status = 404), (status = 409), (status = 422)))]
async fn accept(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Inquiry>,
) -> Result<HttpResponse, Refused> {
    let assignment: AssignmentId = id(&path)?;
    let disclosure = match (body.value.conflict, body.value.disclosure) {
        (true, Some(text)) => Some(text),
        (true, None) => return Err(Refused::field("disclosure", "missing")),
        (false, Some(text)) if !text.trim().is_empty() => {
            return Err(Refused::field("conflict", "not-a-choice"));
        }
        (false, _) => None,
    };
    let shown = state.desk.write_once(who.by(), body.once, move |tx, doing| {
        assignments::accept(tx, doing, assignment, disclosure.as_deref())?;
        Ok(AssignmentShown::new(assignment, "accepted"))
    });
    Ok(HttpResponse::Ok().json(shown.await?))
}

/// The mediator declines.
#[utoipa::path(post, path = "/api/v1/assignments/{id}/refusal", tag = "assignments", params(("id" = String, Path)),
    request_body = Nothing, responses((status = 200, body = AssignmentShown), (status = 404), (status = 409)))]
async fn decline(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    let assignment: AssignmentId = id(&path)?;
    let shown = state.desk.write_once(who.by(), body.once, move |tx, doing| {
        assignments::decline(tx, doing, assignment).map(|()| AssignmentShown::new(assignment, "declined"))
    });
    Ok(HttpResponse::Ok().json(shown.await?))
}

/// What a party says with its approval.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Approval {
    /// Where there is or was a mediator before: whether this one may read what one told that one in private.
    #[serde(default)]
    reads_earlier: bool,
}

/// A party approves; after the last the mediator is confirmed.
#[utoipa::path(post, path = "/api/v1/assignments/{id}/approval", tag = "assignments", params(("id" = String, Path)),
    request_body = Approval, responses((status = 200, body = AssignmentShown), (status = 404), (status = 409)))]
async fn approve(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Approval>,
) -> Result<HttpResponse, Refused> {
    let assignment: AssignmentId = id(&path)?;
    let reads_earlier = body.value.reads_earlier;
    let shown = state.desk.write_once(who.by(), body.once, move |tx, doing| {
        let is_confirmed = assignments::approve(tx, doing, assignment, reads_earlier)?;
        Ok(AssignmentShown::new(assignment, if is_confirmed { "confirmed" } else { "accepted" }))
    });
    Ok(HttpResponse::Ok().json(shown.await?))
}

/// A party objects. No reason is asked, and nobody learns who it was.
#[utoipa::path(post, path = "/api/v1/assignments/{id}/objection", tag = "assignments", params(("id" = String, Path)),
    request_body = Nothing, responses((status = 200, body = AssignmentShown), (status = 404), (status = 409)))]
async fn object(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    let assignment: AssignmentId = id(&path)?;
    let shown = state.desk.write_once(who.by(), body.once, move |tx, doing| {
        assignments::object(tx, doing, assignment).map(|()| AssignmentShown::new(assignment, "objected"))
    });
    Ok(HttpResponse::Ok().json(shown.await?))
}

/// Whose part in it is to be over.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Replaced {
    /// The mediator's id: a request that comes late does not take the next one's seat. One's own may be left out.
    mediator_id: Option<String>,
}

impl Replaced {
    fn mediator(self) -> Result<Option<AccountId>, Refused> {
        let whom = self.mediator_id.map(|id| id.parse()).transpose();
        whom.map_err(|_| Refused::field("mediator_id", "not-a-choice"))
    }
}

/// The mediator lays the mediation down, or a registrar takes it from them. Another one is sought; until both parties
/// have approved them nobody says anything in the room.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/replacements", tag = "assignments", params(("id" = String, Path)),
    request_body = Replaced, responses((status = 204), (status = 404), (status = 409), (status = 422)))]
async fn seek_another_mediator(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Replaced>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let whom = body.value.mediator()?;
    let act = state.desk.write_once(who.by(), body.once, move |tx, doing| {
        assignments::seek_another(tx, doing, dispute, whom)
    });
    act.await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The mediator asks the house for a second one. The registrar names whom; both parties are asked.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/co-mediation-requests", tag = "assignments", params(("id" = String, Path)),
    request_body = Nothing, responses((status = 204), (status = 404), (status = 409)))]
async fn ask_co_mediator(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let act = state
        .desk
        .write_once(who.by(), body.once, move |tx, doing| assignments::ask_co_mediator(tx, doing, dispute));
    act.await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The co-mediator lays their seat down, or a registrar ends it, or takes back that somebody was asked. Whoever sat there
/// reads nothing more.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/co-mediation-endings", tag = "assignments", params(("id" = String, Path)),
    request_body = Replaced, responses((status = 204), (status = 404), (status = 409), (status = 422)))]
async fn end_co_mediation(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Replaced>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let whom = body.value.mediator()?;
    let act = state.desk.write_once(who.by(), body.once, move |tx, doing| {
        assignments::end_co_mediation(tx, doing, dispute, whom)
    });
    act.await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Something that may touch the mediator's neutrality and came up after the parties had approved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Disclosure {
    disclosure: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct DisclosureShown {
    /// `disclosed`, `accepted` or `objected`.
    state: String,
}

/// The confirmed mediator discloses something later on. The parties read it, and the room is paused until both accept
/// it or the registrar has decided.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/disclosures", tag = "assignments", params(("id" = String, Path)),
    request_body = Disclosure, responses((status = 201, body = DisclosureShown), (status = 404), (status = 409), (status = 422)))]
async fn disclose(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Disclosure>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let text = body.value.disclosure;
    let shown = state.desk.write_once(who.by(), body.once, move |tx, doing| {
        assignments::disclose(tx, doing, dispute, &text)?;
        Ok(DisclosureShown { state: "disclosed".to_owned() })
    });
    Ok(HttpResponse::Created().json(shown.await?))
}

async fn answer_disclosure(
    state: &AppState,
    who: &SignedIn,
    path: &str,
    body: Body<Nothing>,
    accepts: bool,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(path)?;
    let shown = state.desk.write_once(who.by(), body.once, move |tx, doing| {
        assignments::answer_disclosure(tx, doing, dispute, accepts)?;
        Ok(DisclosureShown { state: if accepts { "accepted" } else { "objected" }.to_owned() })
    });
    Ok(HttpResponse::Ok().json(shown.await?))
}

/// A party accepts what was disclosed later on; unseen by the other side and the mediator.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/disclosures/acceptance", tag = "assignments",
    params(("id" = String, Path)), request_body = Nothing,
    responses((status = 200, body = DisclosureShown), (status = 404), (status = 409)))]
async fn accept_disclosure(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    answer_disclosure(&state, &who, &path, body, true).await
}

/// A party objects to it. No reason is asked, and nobody learns who it was.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/disclosures/objection", tag = "assignments",
    params(("id" = String, Path)), request_body = Nothing,
    responses((status = 200, body = DisclosureShown), (status = 404), (status = 409)))]
async fn object_to_disclosure(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    answer_disclosure(&state, &who, &path, body, false).await
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/mediators").route(web::get().to(list_mediators)))
        .service(web::resource("/disputes/{id}/assignments").route(web::post().to(propose)))
        .service(web::resource("/disputes/{id}/replacements").route(web::post().to(seek_another_mediator)))
        .service(web::resource("/disputes/{id}/co-mediation-requests").route(web::post().to(ask_co_mediator)))
        .service(web::resource("/disputes/{id}/co-mediation-endings").route(web::post().to(end_co_mediation)))
        .service(web::resource("/disputes/{id}/disclosures").route(web::post().to(disclose)))
        .service(
            web::resource("/disputes/{id}/disclosures/acceptance").route(web::post().to(accept_disclosure)),
        )
        .service(
            web::resource("/disputes/{id}/disclosures/objection").route(web::post().to(object_to_disclosure)),
        )
        .service(web::resource("/assignments/{id}/acceptance").route(web::post().to(accept)))
        .service(web::resource("/assignments/{id}/refusal").route(web::post().to(decline)))
        .service(web::resource("/assignments/{id}/approval").route(web::post().to(approve)))
        .service(web::resource("/assignments/{id}/objection").route(web::post().to(object)));
}
