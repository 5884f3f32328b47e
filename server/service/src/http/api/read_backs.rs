//! What a party says in its own words that it will do, over the API: its own to write, its own and the mediator's to read.

use actix_web::{HttpResponse, web};
use domain::ids::DisputeId;
use domain::party::Side;
use domain::read_back::ReadBack;
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{OpenApi, ToSchema};

use super::disputes::read_as;
use crate::acts::Doing;
use crate::acts::read_backs::{self, Said};
use crate::http::body::{Body, id};
use crate::http::who::SignedIn;
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(list_read_backs, read_back))]
pub struct Doc;

/// What one side said.
#[derive(Serialize, ToSchema)]
struct ReadBackJson {
    side: &'static str,
    /// The digest of the text that it was said of.
    digest: String,
    promises: Vec<PromiseJson>,
    /// Whether this side says that it has told the mediator itself.
    told_mediator: bool,
}

#[derive(Serialize, ToSchema)]
struct PromiseJson {
    /// The number of the term in that text, from 1.
    term: u32,
    text: String,
}

fn shown((side, said): &(Side, ReadBack)) -> ReadBackJson {
    let promise = |(term, text): &(u32, String)| PromiseJson { term: *term, text: text.clone() };
    ReadBackJson {
        side: side.as_str(),
        digest: said.digest.to_string(),
        promises: said.texts.iter().map(promise).collect(),
        told_mediator: said.texts.is_empty(),
    }
}

#[derive(Serialize, ToSchema)]
struct ReadBackList {
    items: Vec<ReadBackJson>,
}

/// What was read back: a party reads its own, the mediator both.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/agreement/read-back", tag = "agreement", params(("id" = String, Path)),
    responses((status = 200, body = ReadBackList), (status = 404)))]
async fn list_read_backs(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let all = read_as(&state, who.by(), move |tx, doing| read_backs::list(tx, doing, dispute)).await?;
    Ok(HttpResponse::Ok().json(ReadBackList { items: all.iter().map(shown).collect() }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReadBackBody {
    /// The digest of the text that was read.
    digest: String,
    /// For each promise of one's own, in their order, what one will do; none where one has told the mediator oneself.
    texts: Vec<String>,
    /// "I have told the mediator myself."
    told_mediator: Option<bool>,
}

/// Say in one's own words what one will do, before one signs (a party). The mediator alone reads it, and it stops nothing.
#[utoipa::path(put, path = "/api/v1/disputes/{id}/agreement/read-back", tag = "agreement", params(("id" = String, Path)),
    request_body = ReadBackBody, responses((status = 204), (status = 404), (status = 409), (status = 422)))]
async fn read_back(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<ReadBackBody>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let ReadBackBody { digest, texts, told_mediator } = body.value;
    let digest = digest.parse().map_err(|_| Refused::field("digest", "not-a-digest"))?;
    let said = match told_mediator {
        Some(true) if texts.is_empty() => Said::ToldTheMediator,
        Some(true) => return Err(Refused::field("texts", "too-many")),
        _ => Said::Texts(texts),
    };
    state.count_entry(who.account)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| read_backs::put(tx, doing, dispute, digest, &said);
    state.desk.write_once(who.by(), body.once, act).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.service(
        web::resource("/disputes/{id}/agreement/read-back")
            .route(web::get().to(list_read_backs))
            .route(web::put().to(read_back)),
    );
}
