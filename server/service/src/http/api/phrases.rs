//! A mediator's own phrases over the API.

use actix_web::{HttpResponse, web};
use domain::ids::PhraseId;
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{OpenApi, ToSchema};

use super::disputes::read_as;
use crate::acts::{Doing, phrases};
use crate::http::body::{BodyOf, id};
use crate::http::who::Mediator;
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(list_phrases, add_phrase, delete_phrase))]
pub struct Doc;

#[derive(Serialize, Deserialize, ToSchema)]
struct PhraseJson {
    id: String,
    text: String,
}

fn shown((id, text): (PhraseId, String)) -> PhraseJson {
    PhraseJson { id: id.to_string(), text }
}

#[derive(Serialize, ToSchema)]
struct PhraseList {
    items: Vec<PhraseJson>,
}

/// The mediator's own phrases.
#[utoipa::path(get, path = "/api/v1/phrases", tag = "room", responses((status = 200, body = PhraseList), (status = 404)))]
async fn list_phrases(state: web::Data<AppState>, who: Mediator) -> Result<HttpResponse, Refused> {
    let all = read_as(&state, who.0.by(), phrases::list).await?;
    Ok(HttpResponse::Ok().json(PhraseList { items: all.into_iter().map(shown).collect() }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PhraseBody {
    /// At most 1,000 characters.
    text: String,
}

/// Keep a phrase (a mediator; 50 at most).
#[utoipa::path(post, path = "/api/v1/phrases", tag = "room", request_body = PhraseBody,
    responses((status = 201, body = PhraseJson), (status = 404), (status = 409), (status = 422)))]
async fn add_phrase(
    state: web::Data<AppState>,
    asked: BodyOf<Mediator, PhraseBody>,
) -> Result<HttpResponse, Refused> {
    let BodyOf { who, body } = asked;
    state.count_entry(who.0.account)?;
    let text = body.value.text;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| phrases::add(tx, doing, &text).map(shown);
    Ok(HttpResponse::Created().json(state.desk.write_once(who.0.by(), body.once, act).await?))
}

/// Forget a phrase (a mediator).
#[utoipa::path(delete, path = "/api/v1/phrases/{id}", tag = "room", params(("id" = String, Path)),
    responses((status = 204), (status = 404)))]
async fn delete_phrase(
    state: web::Data<AppState>,
    who: Mediator,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let phrase: PhraseId = id(&path)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| phrases::delete(tx, doing, phrase);
    state.desk.write(who.0.by(), act).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(
            web::resource("/phrases").route(web::get().to(list_phrases)).route(web::post().to(add_phrase)),
        )
        .service(web::resource("/phrases/{id}").route(web::delete().to(delete_phrase)));
}
