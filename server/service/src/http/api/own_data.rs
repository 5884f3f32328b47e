//! What a party takes home of its own, over the API.

use actix_web::{HttpResponse, web};
use domain::ids::DisputeId;
use utoipa::OpenApi;

use crate::acts::own_data;
use crate::http::body::id;
use crate::http::json::own_data::OwnDataJson;
use crate::http::who::SignedIn;
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(show_own_data))]
pub struct Doc;

/// What the party has of its own in this dispute, at any time: what it wrote, never what others did.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/own-data", tag = "disputes", params(("id" = String, Path)),
    responses((status = 200, body = OwnDataJson), (status = 401), (status = 404), (status = 409)))]
async fn show_own_data(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let own = state.desk.write(who.by(), move |tx, doing| own_data::collect(tx, doing, dispute)).await?;
    Ok(HttpResponse::Ok().json(OwnDataJson::from(&own)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.service(web::resource("/disputes/{id}/own-data").route(web::get().to(show_own_data)));
}
