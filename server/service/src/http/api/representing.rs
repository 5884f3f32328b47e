//! Who signs for a party, over the API (R3): the party asks, the registrar accepts or does not, the party takes it back.

use actix_web::{HttpResponse, web};
use domain::companion::Ground;
use domain::ids::{CompanionId, DisputeId};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::disputes::read_as;
use crate::acts::representing::{self, Claim};
use crate::http::body::{Body, id};
use crate::http::who::SignedIn;
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(claim_authority, end_authority, list_claims, accept_authority, refuse_authority))]
pub struct Doc;

/// Why somebody has to sign for a party.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct GroundBody {
    /// `organisation`, `minor`, `without-capacity` or `written-power`.
    ground: String,
}

impl GroundBody {
    fn parse(&self) -> Result<Ground, Refused> {
        self.ground.parse().map_err(|_| Refused::field("ground", "not-a-choice"))
    }
}

/// How far it has come.
#[derive(Serialize, Deserialize, ToSchema)]
struct Done {
    /// `claimed`, `accepted` or `refused`.
    state: String,
}

type Seat = (DisputeId, CompanionId);

fn seat_of(path: &(String, String)) -> Result<Seat, Refused> {
    Ok((id(&path.0)?, id(&path.1)?))
}

/// Ask the registrar to accept that your representative signs for you (parties). The paper that says so is among your
/// files, or is brought.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/companions/{companion}/authority", tag = "companions",
    params(("id" = String, Path), ("companion" = String, Path)), request_body = GroundBody,
    responses((status = 201, body = Done), (status = 404), (status = 409), (status = 422), (status = 429)))]
async fn claim_authority(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
    body: Body<GroundBody>,
) -> Result<HttpResponse, Refused> {
    let (dispute, seat) = seat_of(&path)?;
    let ground = body.value.parse()?;
    state.count_entry(who.account)?;
    let act = state.desk.write_once(who.by(), body.once, move |tx, doing| {
        representing::claim(tx, doing, dispute, seat, ground).map(|()| Done { state: "claimed".to_owned() })
    });
    Ok(HttpResponse::Created().json(act.await?))
}

/// Take it back (parties). What was signed on it goes too, until everyone has signed.
#[utoipa::path(delete, path = "/api/v1/disputes/{id}/companions/{companion}/authority", tag = "companions",
    params(("id" = String, Path), ("companion" = String, Path)),
    responses((status = 204), (status = 404), (status = 409), (status = 429)))]
async fn end_authority(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (dispute, seat) = seat_of(&path)?;
    state.count_entry(who.account)?;
    state.desk.write(who.by(), move |tx, doing| representing::take_back(tx, doing, dispute, seat)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a party asked.
#[derive(Serialize, ToSchema)]
struct ClaimShown {
    /// The representative's seat.
    companion: String,
    /// `claimant` or `respondent`.
    side: String,
    party: String,
    representative: String,
    ground: String,
}

impl From<Claim> for ClaimShown {
    fn from(claim: Claim) -> Self {
        Self {
            companion: claim.seat.to_string(),
            side: claim.side.to_string(),
            party: claim.party,
            representative: claim.representative,
            ground: claim.ground.to_string(),
        }
    }
}

/// What is asked and not answered.
#[derive(Serialize, ToSchema)]
struct Claims {
    items: Vec<ClaimShown>,
}

/// Who asks that somebody may sign for them (registrars).
#[utoipa::path(get, path = "/api/v1/disputes/{id}/authorities", tag = "companions", params(("id" = String, Path)),
    responses((status = 200, body = Claims), (status = 404)))]
async fn list_claims(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let claims = read_as(&state, who.by(), move |tx, doing| representing::claims(tx, doing, dispute)).await?;
    Ok(HttpResponse::Ok().json(Claims { items: claims.into_iter().map(ClaimShown::from).collect() }))
}

async fn answer(
    state: &AppState,
    who: &SignedIn,
    (dispute, seat): Seat,
    body: Body<GroundBody>,
    accepts: bool,
) -> Result<HttpResponse, Refused> {
    let ground = body.value.parse()?;
    let done = if accepts { "accepted" } else { "refused" };
    let act = state.desk.write_once(who.by(), body.once, move |tx, doing| {
        representing::answer(tx, doing, dispute, seat, ground, accepts)?;
        Ok(Done { state: done.to_owned() })
    });
    Ok(HttpResponse::Ok().json(act.await?))
}

/// Accept it, on the ground that you were shown (registrars who saw the paper).
#[utoipa::path(post, path = "/api/v1/disputes/{id}/companions/{companion}/authority/acceptance", tag = "companions",
    params(("id" = String, Path), ("companion" = String, Path)), request_body = GroundBody,
    responses((status = 200, body = Done), (status = 404), (status = 409), (status = 422)))]
async fn accept_authority(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
    body: Body<GroundBody>,
) -> Result<HttpResponse, Refused> {
    answer(&state, &who, seat_of(&path)?, body, true).await
}

/// Do not accept it (registrars). The party may ask again.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/companions/{companion}/authority/refusal", tag = "companions",
    params(("id" = String, Path), ("companion" = String, Path)), request_body = GroundBody,
    responses((status = 200, body = Done), (status = 404), (status = 409), (status = 422)))]
async fn refuse_authority(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
    body: Body<GroundBody>,
) -> Result<HttpResponse, Refused> {
    answer(&state, &who, seat_of(&path)?, body, false).await
}

/// The routes of this file, below `/api/v1`.
pub fn configure(routes: &mut web::ServiceConfig) {
    let authority =
        |tail: &str| web::resource(format!("/disputes/{{id}}/companions/{{companion}}/authority{tail}"));
    routes
        .service(authority("").route(web::post().to(claim_authority)).route(web::delete().to(end_authority)))
        .service(authority("/acceptance").route(web::post().to(accept_authority)))
        .service(authority("/refusal").route(web::post().to(refuse_authority)))
        .service(web::resource("/disputes/{id}/authorities").route(web::get().to(list_claims)));
}
