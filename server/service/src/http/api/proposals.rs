//! The mediator's proposal over the API: terms that each side answers in secret. Deliberately not here: an
//! Idempotency-Key for answers. An answer takes the place of the one before, so that sent twice it is the same, and the
//! digest of a yes or a no is kept nowhere (R9).

use actix_web::{HttpResponse, web};
use domain::entry::OfferContent;
use domain::ids::{DisputeId, EntryId};
use domain::time::Moment;
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{OpenApi, ToSchema};

use super::disputes::read_as;
use crate::acts::Doing;
use crate::acts::proposals::{self, Shown};
use crate::http::body::{Body, id};
use crate::http::json::terms::{TermJson, parse};
use crate::http::who::SignedIn;
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(list_proposals, make_proposal, answer_proposal, withdraw_proposal))]
pub struct Doc;

/// A proposal as the reader may see it. Nothing in it tells what anybody answered, unless both said yes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
struct ProposalShown {
    /// The id of the entry by which it was made.
    id: String,
    /// `open`, `accepted`, `withdrawn` or `lapsed`.
    state: String,
    terms: Vec<TermJson>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    note: Option<String>,
    made_at: String,
    /// When it lapses.
    expires_at: String,
    /// Whether you have answered (parties only, while it is open); what you answered is not said.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    answered: Option<bool>,
}

impl From<Shown> for ProposalShown {
    fn from(shown: Shown) -> Self {
        let Shown { proposed, state, answered } = shown;
        Self {
            id: proposed.id.to_string(),
            state: state.to_string(),
            terms: proposed.content.terms.iter().map(TermJson::from).collect(),
            note: proposed.content.note,
            made_at: proposed.made_at.to_string(),
            expires_at: proposed.proposal.expires_at.to_string(),
            answered,
        }
    }
}

/// The proposals of a room, the newest first.
#[derive(Serialize, ToSchema)]
struct Proposals {
    items: Vec<ProposalShown>,
}

/// The mediator's proposals, and what they came to.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/room/proposals", tag = "room", params(("id" = String, Path)),
    responses((status = 200, body = Proposals), (status = 401), (status = 404)))]
async fn list_proposals(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let shown = read_as(&state, who.by(), move |tx, doing| proposals::list(tx, doing, dispute)).await?;
    Ok(HttpResponse::Ok().json(Proposals { items: shown.into_iter().map(ProposalShown::from).collect() }))
}

/// What the mediator proposes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewProposal {
    /// All of them, or nothing.
    terms: Vec<TermJson>,
    note: Option<String>,
    /// When it lapses; none: after the period of the house.
    expires_at: Option<String>,
}

/// Propose terms to both sides (mediator). One proposal is open at a time.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/room/proposals", tag = "room", params(("id" = String, Path)),
    request_body = NewProposal, responses((status = 201, body = ProposalShown), (status = 401), (status = 404),
        (status = 409), (status = 422), (status = 429)))]
async fn make_proposal(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<NewProposal>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let NewProposal { terms, note, expires_at } = body.value;
    let terms = parse(terms)?;
    let expires_at = expires_at.map(|end| end.parse::<Moment>()).transpose();
    let expires_at = expires_at.map_err(|_| Refused::field("expires_at", "not-a-time"))?;
    state.count_entry(who.account)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        let content = OfferContent { terms, note, expires_at };
        proposals::make(tx, doing, dispute, content).map(ProposalShown::from)
    };
    Ok(HttpResponse::Created().json(state.desk.write_once(who.by(), body.once, act).await?))
}

/// One side's answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SecretAnswer {
    accepts: bool,
}

/// Answer a proposal in secret (parties). It can be answered again until its end, unless both said yes.
#[utoipa::path(put, path = "/api/v1/disputes/{id}/room/proposals/{proposal}/answer", tag = "room",
    params(("id" = String, Path), ("proposal" = String, Path)), request_body = SecretAnswer,
    responses((status = 200, body = ProposalShown), (status = 401), (status = 404), (status = 409), (status = 422),
        (status = 429)))]
async fn answer_proposal(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
    body: Body<SecretAnswer>,
) -> Result<HttpResponse, Refused> {
    let (dispute, proposal) = proposal_of(&path)?;
    let accepts = body.value.accepts;
    state.count_entry(who.account)?;
    let act =
        move |tx: &mut Tx<'_>, doing: &mut Doing| proposals::answer(tx, doing, dispute, proposal, accepts);
    Ok(HttpResponse::Ok().json(ProposalShown::from(state.desk.write(who.by(), act).await?)))
}

fn proposal_of(path: &(String, String)) -> Result<(DisputeId, EntryId), Refused> {
    Ok((id(&path.0)?, id(&path.1)?))
}

/// Take the proposal back (mediator).
#[utoipa::path(delete, path = "/api/v1/disputes/{id}/room/proposals/{proposal}", tag = "room",
    params(("id" = String, Path), ("proposal" = String, Path)),
    responses((status = 200, body = ProposalShown), (status = 401), (status = 404), (status = 409)))]
async fn withdraw_proposal(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (dispute, proposal) = proposal_of(&path)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| proposals::withdraw(tx, doing, dispute, proposal);
    Ok(HttpResponse::Ok().json(ProposalShown::from(state.desk.write(who.by(), act).await?)))
}

/// The routes of this file, below `/api/v1`.
pub fn configure(routes: &mut web::ServiceConfig) {
    let proposals = |tail: &str| web::resource(format!("/disputes/{{id}}/room/proposals{tail}"));
    routes
        .service(proposals("").route(web::get().to(list_proposals)).route(web::post().to(make_proposal)))
        .service(proposals("/{proposal}").route(web::delete().to(withdraw_proposal)))
        .service(proposals("/{proposal}/answer").route(web::put().to(answer_proposal)));
}
