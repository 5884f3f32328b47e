//! What parties suggest for the text, over the API. Who hears of a suggestion is a field that must be there: there is no
//! default that somebody could mistake. Deliberately not here: who may read which, and what an accepted one becomes.

use actix_web::{HttpResponse, web};
use domain::ids::{DisputeId, SuggestionId};
use domain::suggestion::{Audience, Suggested};
use domain::terms::Term;
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{OpenApi, ToSchema};

use super::disputes::{Nothing, read_as};
use crate::acts::Doing;
use crate::acts::suggestions::{self, Answer, Listed, NewSuggestion};
use crate::http::body::{Body, id};
use crate::http::json::terms::{self, TermJson};
use crate::http::who::SignedIn;
use crate::refused::Refused;
use crate::state::AppState;
use crate::tokens::new_uuid;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(list_suggestions, suggest, accept, decline, withdraw))]
pub struct Doc;

/// A suggestion as its reader sees it.
#[derive(Serialize, Deserialize, ToSchema)]
struct SuggestionJson {
    id: String,
    /// `claimant` or `respondent`.
    by: String,
    /// `everyone`, or `mediator`: the mediator and the author's own side.
    audience: String,
    /// The number of the revision that its author read.
    revision: u32,
    /// `change`, `removal`, `addition` or `comment`.
    kind: String,
    /// The number of the term that it is about, from 1, in that revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    term: Option<u32>,
    /// That term, as its author read it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    about: Option<TermJson>,
    /// How it should read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    change: Option<TermJson>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lang: Option<String>,
    /// `open`, `accepted`, `declined` or `withdrawn`.
    state: String,
    at: String,
}

impl From<&Listed> for SuggestionJson {
    fn from(listed: &Listed) -> Self {
        let suggestion = &listed.suggestion;
        let change = match &suggestion.suggested {
            Suggested::Change { to, .. } | Suggested::Addition { to } => Some(TermJson::from(to)),
            Suggested::Removal { .. } | Suggested::Comment { .. } => None,
        };
        Self {
            id: listed.id.to_string(),
            by: suggestion.by.to_string(),
            audience: suggestion.audience().to_string(),
            revision: suggestion.revision,
            kind: suggestion.suggested.kind().to_owned(),
            term: suggestion.suggested.term(),
            about: listed.about.as_ref().map(TermJson::from),
            change,
            note: suggestion.note.as_ref().map(|(text, _)| text.clone()),
            lang: suggestion.note.as_ref().map(|(_, lang)| lang.as_str().to_owned()),
            state: suggestion.state.to_string(),
            at: suggestion.at.to_string(),
        }
    }
}

#[derive(Serialize, ToSchema)]
struct SuggestionList {
    items: Vec<SuggestionJson>,
}

/// The suggestions that the reader was told of, the earliest first.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/agreement/suggestions", tag = "agreement", params(("id" = String, Path)),
    responses((status = 200, body = SuggestionList), (status = 404)))]
async fn list_suggestions(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let all = read_as(&state, who.by(), move |tx, doing| suggestions::list(tx, doing, dispute)).await?;
    Ok(HttpResponse::Ok().json(SuggestionList { items: all.iter().map(SuggestionJson::from).collect() }))
}

/// What a party suggests for the text.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SuggestionBody {
    /// A UUID (version 7) that the client makes; sent again, it makes nothing twice.
    id: Option<String>,
    /// The number of the revision that was read; 0 for none.
    base: u32,
    /// Who hears of it: `everyone`, or `mediator` alone (in shuttle there is no other).
    audience: String,
    /// `change`, `removal`, `addition` or `comment`.
    kind: String,
    /// The number of the term that it is about, from 1.
    term: Option<u32>,
    /// How the term should read, or which should be added.
    change: Option<TermJson>,
    /// Words beside it; of a comment, the comment.
    note: Option<String>,
    /// Their language; one's own without it.
    lang: Option<String>,
    /// The room's `audience_digest` when it was written: where the readers have changed since, nothing is stored.
    audience_digest: Option<String>,
}

fn parse(who: &SignedIn, state: &AppState, body: SuggestionBody) -> Result<NewSuggestion, Refused> {
    let not_an_id = |_| Refused::field("id", "not-an-id");
    let fresh = || SuggestionId::new(new_uuid(state.clock.now()));
    let id = body.id.map_or_else(|| Ok(fresh()), |id| id.parse().map_err(not_an_id))?;
    let audience: Audience = body.audience.parse().map_err(|_| Refused::field("audience", "not-a-choice"))?;
    let change = |written: Option<TermJson>| -> Result<Term, Refused> {
        let written = written.ok_or_else(|| Refused::field("change", "missing"))?;
        let mut terms = terms::parse_at("change", vec![written])?;
        terms.pop().ok_or_else(|| Refused::field("change", "missing"))
    };
    let term = |number: Option<u32>| number.ok_or_else(|| Refused::field("term", "missing"));
    let suggested = match body.kind.as_str() {
        "change" => Suggested::Change { term: term(body.term)?, to: change(body.change)? },
        "removal" => Suggested::Removal { term: term(body.term)? },
        "addition" => Suggested::Addition { to: change(body.change)? },
        "comment" => Suggested::Comment { term: body.term },
        _ => return Err(Refused::field("kind", "not-a-choice")),
    };
    let lang = body.lang.map_or_else(|| Ok(who.language.into()), |lang| lang.parse());
    let lang = lang.map_err(|_| Refused::field("lang", "not-a-language"))?;
    let note = body.note.map(|text| (text, lang));
    Ok(NewSuggestion { id, audience, base: body.base, suggested, note })
}

/// Suggest something for the text, or remark on it (a party). What goes to the mediator alone shows nowhere else.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/agreement/suggestions", tag = "agreement", params(("id" = String, Path)),
    request_body = SuggestionBody,
    responses((status = 201, body = SuggestionJson), (status = 404), (status = 409), (status = 422), (status = 429)))]
async fn suggest(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<SuggestionBody>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let shown = body.value.audience_digest.clone();
    let new = parse(&who, &state, body.value)?;
    state.count_entry(who.account)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        suggestions::suggest(tx, doing, dispute, new, shown.as_deref())
            .map(|listed| SuggestionJson::from(&listed))
    };
    Ok(HttpResponse::Created().json(state.desk.write_once(who.by(), body.once, act).await?))
}

/// How a suggestion stands.
#[derive(Serialize, Deserialize, ToSchema)]
struct Answered {
    /// `accepted`, `declined` or `withdrawn`.
    state: String,
}

async fn answer(
    state: &AppState,
    who: &SignedIn,
    path: &(String, String),
    once: crate::desk::Once,
    answer: Answer,
) -> Result<HttpResponse, Refused> {
    let (dispute, suggestion): (DisputeId, SuggestionId) = (id(&path.0)?, id(&path.1)?);
    state.count_entry(who.account)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        let answered = suggestions::answer(tx, doing, dispute, suggestion, answer)?;
        Ok(Answered { state: answered.state.to_string() })
    };
    Ok(HttpResponse::Ok().json(state.desk.write_once(who.by(), once, act).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SuggestionAcceptance {
    /// The number of the revision upon which the new one is written.
    base: u32,
}

/// Take a suggestion up (mediator): a new revision by the rule of any, but for a comment.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/agreement/suggestions/{suggestion}/acceptance", tag = "agreement",
    params(("id" = String, Path), ("suggestion" = String, Path)), request_body = SuggestionAcceptance,
    responses((status = 200, body = Answered), (status = 404), (status = 409), (status = 422)))]
async fn accept(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
    body: Body<SuggestionAcceptance>,
) -> Result<HttpResponse, Refused> {
    answer(&state, &who, &path, body.once, Answer::Accept { base: body.value.base }).await
}

/// Do not take a suggestion up (mediator).
#[utoipa::path(post, path = "/api/v1/disputes/{id}/agreement/suggestions/{suggestion}/refusal", tag = "agreement",
    params(("id" = String, Path), ("suggestion" = String, Path)), request_body = Nothing,
    responses((status = 200, body = Answered), (status = 404), (status = 409)))]
async fn decline(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    answer(&state, &who, &path, body.once, Answer::Decline).await
}

/// Take one's own suggestion back.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/agreement/suggestions/{suggestion}/withdrawal", tag = "agreement",
    params(("id" = String, Path), ("suggestion" = String, Path)), request_body = Nothing,
    responses((status = 200, body = Answered), (status = 404), (status = 409)))]
async fn withdraw(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    answer(&state, &who, &path, body.once, Answer::Withdraw).await
}

pub fn configure(routes: &mut web::ServiceConfig) {
    let of_text = |tail: &str| web::resource(format!("/disputes/{{id}}/agreement/suggestions{tail}"));
    routes
        .service(of_text("").route(web::get().to(list_suggestions)).route(web::post().to(suggest)))
        .service(of_text("/{suggestion}/acceptance").route(web::post().to(accept)))
        .service(of_text("/{suggestion}/refusal").route(web::post().to(decline)))
        .service(of_text("/{suggestion}/withdrawal").route(web::post().to(withdraw)));
}
