//! How the joint session is shared out, over the API: the mediator's alone.

use actix_web::{HttpResponse, web};
use domain::balance::{Balance, Spoken};
use domain::ids::DisputeId;
use domain::party::Side;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use super::disputes::read_as;
use crate::acts::balance;
use crate::http::body::id;
use crate::http::who::SignedIn;
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(show_balance))]
pub struct Doc;

/// How much somebody has said.
#[derive(Serialize, ToSchema)]
struct SpokenJson {
    /// `claimant`, `respondent` or `mediator`.
    by: String,
    messages: u32,
    words: u32,
    /// How many of a hundred words are theirs.
    share: u8,
}

/// A question after which that side has said nothing yet.
#[derive(Serialize, ToSchema)]
struct WaitingJson {
    seq: u64,
    /// The entry that asks.
    entry: String,
    by: String,
    /// Whose answer is awaited.
    of: String,
}

#[derive(Serialize, ToSchema)]
struct BalanceJson {
    spoken: Vec<SpokenJson>,
    waiting: Vec<WaitingJson>,
}

fn shown(balance: &Balance) -> BalanceJson {
    let spoken = |by: &str, spoken: Spoken| SpokenJson {
        by: by.to_owned(),
        messages: spoken.messages,
        words: spoken.words,
        share: balance.share(spoken),
    };
    let mut all: Vec<_> = Side::BOTH.map(|side| spoken(side.as_str(), *balance.sides.of(side))).into();
    all.push(spoken("mediator", balance.mediator));
    let waiting = balance.waiting.iter().map(|question| WaitingJson {
        seq: question.seq,
        entry: question.entry.to_string(),
        by: question.by.as_str().to_owned(),
        of: question.of.to_string(),
    });
    BalanceJson { spoken: all, waiting: waiting.collect() }
}

/// How the joint session is shared out (mediator): reckoned when it is asked for, and stored nowhere.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/room/balance", tag = "room", params(("id" = String, Path)),
    responses((status = 200, body = BalanceJson), (status = 404)))]
async fn show_balance(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let found = read_as(&state, who.by(), move |tx, doing| balance::show(tx, doing, dispute)).await?;
    Ok(HttpResponse::Ok().json(shown(&found)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.service(web::resource("/disputes/{id}/room/balance").route(web::get().to(show_balance)));
}
