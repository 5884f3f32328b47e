//! Legal holds over the API, for registrars alone.

use actix_web::{HttpResponse, web};
use domain::ids::DisputeId;
use serde::Deserialize;
use utoipa::{OpenApi, ToSchema};

use super::disputes::read_as;
use crate::acts::Doing;
use crate::acts::holds::{self, HoldView, Meant};
use crate::http::body::{Body, id};
use crate::http::who::SignedIn;
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(show_hold, place_hold, confirm_hold, lift_hold))]
pub struct Doc;

/// Why what was said must not be destroyed yet.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Reason {
    reason: String,
}

/// The legal hold on what was said in the dispute (registrar).
#[utoipa::path(get, path = "/api/v1/disputes/{id}/hold", tag = "disputes", params(("id" = String, Path)),
    responses((status = 200, body = HoldView), (status = 404), (status = 409)))]
async fn show_hold(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let hold = read_as(&state, who.by(), move |tx, doing| holds::show(tx, doing, dispute)).await?;
    Ok(HttpResponse::Ok().json(hold))
}

/// Place a legal hold, with a reason (registrar): from now on nothing of it is destroyed. Another registrar confirms it.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/hold", tag = "disputes", params(("id" = String, Path)),
    request_body = Reason, responses((status = 201, body = HoldView), (status = 404), (status = 409), (status = 422)))]
async fn place_hold(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Reason>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let reason = body.value.reason;
    let act = move |tx: &mut store::Tx<'_>, doing: &mut Doing| holds::put(tx, doing, dispute, &reason);
    Ok(HttpResponse::Created().json(state.desk.write_once(who.by(), body.once, act).await?))
}

/// Confirm a legal hold that another registrar placed.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/hold/confirmation", tag = "disputes", params(("id" = String, Path)),
    request_body = Meant, responses((status = 200, body = HoldView), (status = 404), (status = 409)))]
async fn confirm_hold(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Meant>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let meant = body.value;
    let act = move |tx: &mut store::Tx<'_>, doing: &mut Doing| holds::confirm(tx, doing, dispute, &meant);
    Ok(HttpResponse::Ok().json(state.desk.write_once(who.by(), body.once, act).await?))
}

/// End a legal hold: the first registrar's wish is noted, and with another's it ends.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/hold/ending", tag = "disputes", params(("id" = String, Path)),
    request_body = Meant, responses((status = 200, body = HoldView), (status = 404), (status = 409)))]
async fn lift_hold(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Meant>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let meant = body.value;
    let act = move |tx: &mut store::Tx<'_>, doing: &mut Doing| holds::lift(tx, doing, dispute, &meant);
    Ok(HttpResponse::Ok().json(state.desk.write_once(who.by(), body.once, act).await?))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(
            web::resource("/disputes/{id}/hold")
                .route(web::get().to(show_hold))
                .route(web::post().to(place_hold)),
        )
        .service(web::resource("/disputes/{id}/hold/confirmation").route(web::post().to(confirm_hold)))
        .service(web::resource("/disputes/{id}/hold/ending").route(web::post().to(lift_hold)));
}
