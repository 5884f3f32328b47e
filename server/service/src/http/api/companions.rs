//! Who sits beside a party, over the API: asked for by the party, taken by the person, ended by either.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::companion::{Authority, Companion, Sitting};
use domain::consent::{AGREEMENT_TO_MEDIATE, AGREEMENT_TO_MEDIATE_NAME};
use domain::ids::{CompanionId, DisputeId};
use domain::language::Language;
use domain::person::EmailAddress;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::disputes::read_as;
use crate::acts::companions::{self, OfferedSeat, OwnSeat};
use crate::http::body::{Body, id, query};
use crate::http::who::SignedIn;
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(list_companions, ask_companion, read_companion, end_companion, sit_beside))]
pub struct Doc;

/// A seat beside a party, as that party sees it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct CompanionShown {
    id: String,
    /// `support-person`, `interpreter`, `helper` or `representative`.
    role: String,
    /// `asked` or `seated`.
    state: String,
    name: String,
    /// The address of the account that may take the seat.
    email: String,
    /// Whether they may read what was said in your private talk before they came.
    reads_earlier: bool,
    /// Whether they sign for you, where you asked the registrar for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    authority: Option<AuthorityShown>,
}

/// How far it has come that a representative signs for you.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct AuthorityShown {
    /// `claimed`, `accepted` or `refused`.
    state: String,
    /// `organisation`, `minor`, `without-capacity` or `written-power`; it is kept until it is answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    ground: Option<String>,
}

fn authority_of(companion: &Companion) -> Option<AuthorityShown> {
    let (state, ground) = match companion.authority() {
        Authority::Unclaimed => return None,
        Authority::Claimed { ground } => ("claimed", Some(ground.to_string())),
        Authority::Accepted { .. } => ("accepted", None),
        Authority::Refused => ("refused", None),
    };
    Some(AuthorityShown { state: state.to_owned(), ground })
}

/// The word for how far a seat has come.
fn state_of(companion: &Companion) -> String {
    match companion.sitting {
        Sitting::Asked => "asked",
        Sitting::Seated { .. } => "seated",
        Sitting::Over { .. } => "over",
    }
    .to_owned()
}

impl From<OwnSeat> for CompanionShown {
    fn from(seat: OwnSeat) -> Self {
        Self {
            id: seat.companion.id.to_string(),
            role: seat.companion.role.to_string(),
            state: state_of(&seat.companion),
            name: seat.name,
            email: seat.email,
            reads_earlier: seat.companion.reads_earlier,
            authority: authority_of(&seat.companion),
        }
    }
}

/// Who sits beside you.
#[derive(Serialize, ToSchema)]
struct Companions {
    items: Vec<CompanionShown>,
}

/// Who sits beside you, and whom you asked (parties, each its own).
#[utoipa::path(get, path = "/api/v1/disputes/{id}/companions", tag = "companions", params(("id" = String, Path)),
    responses((status = 200, body = Companions), (status = 404), (status = 409)))]
async fn list_companions(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let seats = read_as(&state, who.by(), move |tx, doing| companions::list(tx, doing, dispute)).await?;
    Ok(HttpResponse::Ok().json(Companions { items: seats.into_iter().map(CompanionShown::from).collect() }))
}

/// Whom a party asks to sit beside it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewCompanion {
    /// `support-person`, `interpreter`, `helper` or `representative`; one of each.
    role: String,
    name: String,
    /// Whoever has an account with this address, confirmed, may take the seat. The answer never tells whether there is one.
    email: String,
    /// Whether they may read what was said in your private talk before they come; none: no.
    reads_earlier: Option<bool>,
}

/// Ask somebody to sit beside you (parties).
#[utoipa::path(post, path = "/api/v1/disputes/{id}/companions", tag = "companions", params(("id" = String, Path)),
    request_body = NewCompanion, responses((status = 201, body = CompanionShown), (status = 404), (status = 409), (status = 422), (status = 429)))]
async fn ask_companion(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<NewCompanion>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let NewCompanion { role, name, email, reads_earlier } = body.value;
    let (role, asked) = companions::parse(&role, &name, &email)?;
    state.count_entry(who.account)?;
    let house = state.clone();
    let may_mail = move |to: &EmailAddress| house.may_mail("beside", to);
    let how = (role, reads_earlier.unwrap_or(false));
    let act = state.desk.write_once(who.by(), body.once, move |tx, doing| {
        companions::ask(tx, doing, dispute, how, &asked, may_mail).map(CompanionShown::from)
    });
    Ok(HttpResponse::Created().json(act.await?))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct In {
    language: Option<String>,
}

/// A seat beside a party, as whoever is asked to take it sees it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
struct SeatShown {
    id: String,
    dispute_id: String,
    role: String,
    /// `asked` or `seated`.
    state: String,
    /// `claimant` or `respondent`.
    side: String,
    /// Beside whom.
    beside: String,
    /// Whether you sign for them: a registrar accepted that.
    signs: bool,
    /// The version of the agreement to mediate that is to be signed.
    version: u32,
    /// Its text, in the language that was asked for.
    text: String,
}

fn shown(seat: &OfferedSeat, language: Language) -> Result<SeatShown, Refused> {
    let text = pages::content::agreement_to_mediate(AGREEMENT_TO_MEDIATE, language);
    Ok(SeatShown {
        id: seat.companion.id.to_string(),
        dispute_id: seat.dispute.to_string(),
        role: seat.companion.role.to_string(),
        state: state_of(&seat.companion),
        side: seat.companion.side.to_string(),
        beside: seat.beside.clone(),
        signs: seat.companion.signs().is_some(),
        version: AGREEMENT_TO_MEDIATE,
        text: text.ok_or_else(|| Refused::broken("the agreement to mediate has no text"))?.to_owned(),
    })
}

/// A seat that you are asked to take, or have.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/companions/{companion}", tag = "companions",
    params(("id" = String, Path), ("companion" = String, Path), ("language" = Option<String>, Query)),
    responses((status = 200, body = SeatShown), (status = 404), (status = 422)))]
async fn read_companion(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (dispute, seat) = seat_of(&path)?;
    let asked = query::<In>(&request)?.language.map(|tag| tag.parse()).transpose();
    let language = asked.map_err(|_| Refused::field("language", "not-a-choice"))?.unwrap_or(who.language);
    let found =
        read_as(&state, who.by(), move |tx, doing| companions::show(tx, doing, dispute, seat)).await?;
    Ok(HttpResponse::Ok().json(shown(&found, language)?))
}

fn seat_of(path: &(String, String)) -> Result<(DisputeId, CompanionId), Refused> {
    Ok((id(&path.0)?, id(&path.1)?))
}

/// The agreement to mediate, signed by whoever sits beside a party.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SeatConsent {
    /// `agreement-to-mediate`.
    document: String,
    version: u32,
    /// The language in which it was read.
    language: String,
}

/// Sign the agreement to mediate and sit down beside the party who asked.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/companions/{companion}/acceptance", tag = "companions",
    params(("id" = String, Path), ("companion" = String, Path)), request_body = SeatConsent,
    responses((status = 200, body = SeatShown), (status = 404), (status = 409), (status = 422), (status = 429)))]
async fn sit_beside(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
    body: Body<SeatConsent>,
) -> Result<HttpResponse, Refused> {
    let (dispute, seat) = seat_of(&path)?;
    let SeatConsent { document, version, language } = body.value;
    if document != AGREEMENT_TO_MEDIATE_NAME {
        return Err(Refused::field("document", "not-a-choice"));
    }
    let language: Language = language.parse().map_err(|_| Refused::field("language", "not-a-choice"))?;
    state.count_entry(who.account)?;
    let act = state.desk.write_once(who.by(), body.once, move |tx, doing| {
        shown(&companions::sit(tx, doing, dispute, seat, version, language)?, language)
    });
    Ok(HttpResponse::Ok().json(act.await?))
}

/// End a seat at once: the party, or whoever sits there or was asked.
#[utoipa::path(delete, path = "/api/v1/disputes/{id}/companions/{companion}", tag = "companions",
    params(("id" = String, Path), ("companion" = String, Path)),
    responses((status = 204), (status = 404), (status = 409), (status = 429)))]
async fn end_companion(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (dispute, seat) = seat_of(&path)?;
    state.count_entry(who.account)?;
    state.desk.write(who.by(), move |tx, doing| companions::end(tx, doing, dispute, seat)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file, below `/api/v1`.
pub fn configure(routes: &mut web::ServiceConfig) {
    let beside = |tail: &str| web::resource(format!("/disputes/{{id}}/companions{tail}"));
    routes
        .service(beside("").route(web::get().to(list_companions)).route(web::post().to(ask_companion)))
        .service(
            beside("/{companion}")
                .route(web::get().to(read_companion))
                .route(web::delete().to(end_companion)),
        )
        .service(beside("/{companion}/acceptance").route(web::post().to(sit_beside)));
}
