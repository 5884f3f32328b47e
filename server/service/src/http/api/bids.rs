//! Blind bids over the API: the mediator asks, each side enters its figure, and reads no figure ever again. Deliberately
//! not here: an Idempotency-Key for figures. A figure names its round, so that sent twice it is entered once, and the
//! digest of a body that somebody may guess is kept nowhere (R9).

use std::collections::BTreeMap;

use actix_web::{HttpResponse, web};
use domain::entry::BidQuestion;
use domain::ids::{DisputeId, EntryId};
use domain::language::RecordLanguage;
use domain::money::Currency;
use domain::party::Side;
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{OpenApi, ToSchema};

use super::disputes::read_as;
use crate::acts::Doing;
use crate::acts::bids::{self, Shown};
use crate::acts::views::Amount;
use crate::http::body::{Body, id};
use crate::http::json::terms::{by_language, parse_amount};
use crate::http::who::SignedIn;
use crate::refused::{FieldErrors, Refused};
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(list_blind_bids, ask_for_bids, enter_figure, withdraw_question))]
pub struct Doc;

/// A question for blind bids as the reader may see it. Nothing in it tells whether the other side has entered a figure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
struct BlindBid {
    /// The id of the entry by which it was asked.
    id: String,
    /// `open`, `met`, `not-met` or `withdrawn`.
    state: String,
    /// The question, by the tag of its language.
    question: BTreeMap<String, String>,
    /// The currency of every figure, ISO 4217.
    currency: String,
    /// Who would pay: `claimant` or `respondent`.
    payer: String,
    /// The round that is open, or was the last.
    round: u8,
    /// How many rounds there are at most.
    rounds: u8,
    asked_at: String,
    /// Whether your own figure of the open round is in (parties only).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    entered: Option<bool>,
    /// The midpoint, where the figures crossed; not yet binding.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    amount: Option<Amount>,
}

impl From<Shown> for BlindBid {
    fn from(shown: Shown) -> Self {
        let Shown { asked, entered } = shown;
        let text = asked.question.text.iter();
        Self {
            id: asked.id.to_string(),
            state: asked.bid.state.to_string(),
            question: text.map(|(language, text)| (language.to_string(), text.clone())).collect(),
            currency: asked.bid.currency.code().to_owned(),
            payer: asked.bid.payer.to_string(),
            round: asked.bid.round,
            rounds: asked.bid.rounds,
            asked_at: asked.asked_at.to_string(),
            entered,
            amount: asked.met.map(Amount::from),
        }
    }
}

/// The questions of a room, the newest first.
#[derive(Serialize, ToSchema)]
struct BlindBids {
    items: Vec<BlindBid>,
}

/// The questions that were asked, and what they came to.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/room/blind-bids", tag = "room", params(("id" = String, Path)),
    responses((status = 200, body = BlindBids), (status = 401), (status = 404)))]
async fn list_blind_bids(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let shown = read_as(&state, who.by(), move |tx, doing| bids::list(tx, doing, dispute)).await?;
    Ok(HttpResponse::Ok().json(BlindBids { items: shown.into_iter().map(BlindBid::from).collect() }))
}

/// What the mediator asks.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Question {
    /// The question, by the tag of its language; at least one, at most 300 characters each.
    #[serde(deserialize_with = "by_language")]
    question: BTreeMap<String, String>,
    /// The currency of every figure, ISO 4217.
    currency: String,
    /// Who would pay: `claimant` or `respondent`.
    payer: String,
    /// From 1 to 3.
    rounds: u8,
}

fn parse(asked: Question) -> Result<BidQuestion, Refused> {
    let mut errors = FieldErrors::default();
    let mut text = BTreeMap::new();
    for (tag, words) in asked.question {
        // A tag that nobody knows is a stranger's text: it is not said back.
        let language = errors.take("question", tag.parse::<RecordLanguage>(), |_| "not-a-language");
        text.extend(language.map(|language| (language, words)));
    }
    let currency = errors.take("currency", asked.currency.parse::<Currency>(), |_| "unknown-currency");
    let payer = errors.take("payer", asked.payer.parse::<Side>(), |_| "not-a-choice");
    match (currency, payer) {
        (Some(currency), Some(payer)) => {
            errors.check()?;
            Ok(BidQuestion { text, currency, payer, rounds: asked.rounds })
        }
        _ => Err(errors.refused()),
    }
}

/// Ask both sides for blind bids (mediator). One question is open at a time.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/room/blind-bids", tag = "room", params(("id" = String, Path)),
    request_body = Question, responses((status = 201, body = BlindBid), (status = 401), (status = 404), (status = 409),
        (status = 422), (status = 429)))]
async fn ask_for_bids(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Question>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let question = parse(body.value)?;
    state.count_entry(who.account)?;
    let act =
        move |tx: &mut Tx<'_>, doing: &mut Doing| bids::ask(tx, doing, dispute, question).map(BlindBid::from);
    Ok(HttpResponse::Created().json(state.desk.write_once(who.by(), body.once, act).await?))
}

/// One side's figure.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Figure {
    /// The round for which it is meant: in any other it is refused.
    round: u8,
    /// In the question's currency.
    amount: Amount,
}

/// Enter your figure for the open round (parties). It stands until the round closes, and nobody reads it.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/room/blind-bids/{bid}/figures", tag = "room",
    params(("id" = String, Path), ("bid" = String, Path)), request_body = Figure,
    responses((status = 201, body = BlindBid), (status = 401), (status = 404), (status = 409), (status = 422),
        (status = 429)))]
async fn enter_figure(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
    body: Body<Figure>,
) -> Result<HttpResponse, Refused> {
    let (dispute, bid) = bid_of(&path)?;
    let mut errors = FieldErrors::default();
    let Some(figure) = parse_amount("amount", &body.value.amount, &mut errors) else {
        return Err(errors.refused());
    };
    let round = body.value.round;
    state.count_entry(who.account)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| bids::enter(tx, doing, dispute, bid, round, figure);
    Ok(HttpResponse::Created().json(BlindBid::from(state.desk.write(who.by(), act).await?)))
}

fn bid_of(path: &(String, String)) -> Result<(DisputeId, EntryId), Refused> {
    Ok((id(&path.0)?, id(&path.1)?))
}

/// Take the question back (mediator).
#[utoipa::path(delete, path = "/api/v1/disputes/{id}/room/blind-bids/{bid}", tag = "room",
    params(("id" = String, Path), ("bid" = String, Path)),
    responses((status = 200, body = BlindBid), (status = 401), (status = 404), (status = 409)))]
async fn withdraw_question(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (dispute, bid) = bid_of(&path)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| bids::withdraw(tx, doing, dispute, bid);
    Ok(HttpResponse::Ok().json(BlindBid::from(state.desk.write(who.by(), act).await?)))
}

/// The routes of this file, below `/api/v1`.
pub fn configure(routes: &mut web::ServiceConfig) {
    let bids = |tail: &str| web::resource(format!("/disputes/{{id}}/room/blind-bids{tail}"));
    routes
        .service(bids("").route(web::get().to(list_blind_bids)).route(web::post().to(ask_for_bids)))
        .service(bids("/{bid}").route(web::delete().to(withdraw_question)))
        .service(bids("/{bid}/figures").route(web::post().to(enter_figure)));
}
