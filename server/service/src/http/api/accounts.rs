//! Accounts and sessions over the API: thin; what is decided is decided at the entrance.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::ids::SessionId;
use serde::{Deserialize, Serialize};
use store::sessions;
use utoipa::{OpenApi, ToSchema};

use crate::acts::accounts;
use crate::entrance::{self, ApiSession, Credentials, Setup, Wanted};
use crate::http::body::{Body, id};
use crate::http::origin;
use crate::http::who::SignedIn;
use crate::refused::Refused;
use crate::state::AppState;
use crate::totp;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(
    open_account,
    confirm_address,
    open_session,
    refresh_session,
    end_session,
    end_session_by_id,
    list_sessions,
    end_all_sessions,
    ask_reset,
    reset_password,
    set_up_registrar
))]
pub struct Doc;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    email: String,
    /// At least 15 characters; plain words with blanks are good.
    password: String,
    name: String,
    /// `en`, `bn` or `ur`.
    language: String,
}

/// Sign up: a mail with a code goes to the address. The answer never tells whether the address was known.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "accounts", request_body = NewAccount,
    responses((status = 202, description = "a mail is on its way"), (status = 422), (status = 503)))]
async fn open_account(state: web::Data<AppState>, body: Body<NewAccount>) -> Result<HttpResponse, Refused> {
    let NewAccount { email, password, name, language } = body.value;
    entrance::sign_up(&state, Wanted { email, password, name, language }).await?;
    Ok(HttpResponse::Accepted().json(Sent { status: "sent" }))
}

#[derive(Serialize, ToSchema)]
struct Sent {
    status: &'static str,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Code {
    code: String,
}

/// Confirm the address with the code from the mail.
#[utoipa::path(post, path = "/api/v1/confirmations", tag = "accounts", request_body = Code,
    responses((status = 204), (status = 404, description = "unknown, used or too old"), (status = 429)))]
async fn confirm_address(
    request: HttpRequest,
    state: web::Data<AppState>,
    body: Body<Code>,
) -> Result<HttpResponse, Refused> {
    let from = origin::from(&request, &state.config);
    entrance::confirm(&state, &from, &body.value.code).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewSession {
    email: String,
    password: String,
    /// The six digits, where the account has a second factor.
    totp: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct OpenSession {
    access_token: String,
    refresh_token: String,
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
}

impl OpenSession {
    fn answer(session: ApiSession) -> HttpResponse {
        let ApiSession { access_token, refresh_token, expires_in } = session;
        HttpResponse::Ok().json(Self { access_token, refresh_token, token_type: "Bearer", expires_in })
    }
}

/// Sign in.
#[utoipa::path(post, path = "/api/v1/sessions", tag = "accounts", request_body = NewSession,
    responses((status = 200, body = OpenSession), (status = 401), (status = 429), (status = 503)))]
async fn open_session(
    request: HttpRequest,
    state: web::Data<AppState>,
    body: Body<NewSession>,
) -> Result<HttpResponse, Refused> {
    let from = origin::from(&request, &state.config);
    let NewSession { email, password, totp } = body.value;
    let session = entrance::open_api_session(&state, &from, &Credentials { email, password, totp }).await?;
    Ok(OpenSession::answer(session))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Refresh {
    refresh_token: String,
}

/// Get a new access token. The refresh token rotates; an old one that comes again ends the session.
#[utoipa::path(post, path = "/api/v1/sessions/refresh", tag = "accounts", request_body = Refresh,
    responses((status = 200, body = OpenSession), (status = 401)))]
async fn refresh_session(state: web::Data<AppState>, body: Body<Refresh>) -> Result<HttpResponse, Refused> {
    Ok(OpenSession::answer(entrance::refresh(&state, &body.value.refresh_token).await?))
}

/// Sign out.
#[utoipa::path(delete, path = "/api/v1/sessions/current", tag = "accounts",
    responses((status = 204), (status = 401)))]
async fn end_session(state: web::Data<AppState>, who: SignedIn) -> Result<HttpResponse, Refused> {
    let session = who.session;
    state.desk.write(who.by(), move |tx, doing| accounts::end_session(tx, doing, session)).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// End one of one's own sessions.
#[utoipa::path(delete, path = "/api/v1/sessions/{id}", tag = "accounts", params(("id" = String, Path)),
    responses((status = 204), (status = 401), (status = 404)))]
async fn end_session_by_id(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let session: SessionId = id(&path)?;
    state.desk.write(who.by(), move |tx, doing| accounts::end_session(tx, doing, session)).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Serialize, ToSchema)]
struct Sessions {
    items: Vec<SessionItem>,
}

#[derive(Serialize, ToSchema)]
struct SessionItem {
    id: String,
    /// Browser and system in a few words.
    label: String,
    opened_at: String,
    seen_at: String,
    is_this_one: bool,
}

/// One's own sessions.
#[utoipa::path(get, path = "/api/v1/sessions", tag = "accounts",
    responses((status = 200, body = Sessions), (status = 401)))]
async fn list_sessions(state: web::Data<AppState>, who: SignedIn) -> Result<HttpResponse, Refused> {
    let (now, account, this) = (state.clock.now(), who.account, who.session);
    let open = state.desk.read(move |tx| Ok(sessions::list(tx, account, now)?)).await?;
    let item = |session: sessions::Session| SessionItem {
        id: session.id.to_string(),
        label: session.label,
        opened_at: session.created_at.to_string(),
        seen_at: session.seen_at.to_string(),
        is_this_one: session.id == this,
    };
    Ok(HttpResponse::Ok().json(Sessions { items: open.into_iter().map(item).collect() }))
}

/// Sign out everywhere.
#[utoipa::path(delete, path = "/api/v1/sessions", tag = "accounts", responses((status = 204), (status = 401)))]
async fn end_all_sessions(state: web::Data<AppState>, who: SignedIn) -> Result<HttpResponse, Refused> {
    state.desk.write(who.by(), accounts::end_all_sessions).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ResetRequest {
    email: String,
}

/// Ask for a new password. The answer never tells whether the address is known.
#[utoipa::path(post, path = "/api/v1/passwords/resets", tag = "accounts", request_body = ResetRequest,
    responses((status = 202), (status = 422)))]
async fn ask_reset(state: web::Data<AppState>, body: Body<ResetRequest>) -> Result<HttpResponse, Refused> {
    entrance::ask_reset(&state, &body.value.email).await?;
    Ok(HttpResponse::Accepted().json(Sent { status: "sent" }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPassword {
    password: String,
}

/// Set a new password with the code from the mail. Every session ends.
#[utoipa::path(post, path = "/api/v1/passwords/resets/{code}", tag = "accounts", params(("code" = String, Path)),
    request_body = NewPassword, responses((status = 204), (status = 404), (status = 422), (status = 429)))]
async fn reset_password(
    request: HttpRequest,
    state: web::Data<AppState>,
    path: web::Path<String>,
    body: Body<NewPassword>,
) -> Result<HttpResponse, Refused> {
    let from = origin::from(&request, &state.config);
    entrance::reset(&state, &from, &path, &body.value.password).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Serialize, ToSchema)]
struct SetUp {
    /// The secret of the second factor in Base32. It is shown once.
    totp_secret: String,
    /// The same for a telephone's camera or a tap.
    totp_link: String,
}

/// Set up the first registrar with the link that the first start printed.
#[utoipa::path(post, path = "/api/v1/setups/{code}", tag = "accounts", params(("code" = String, Path)),
    request_body = NewAccount, responses((status = 201, body = SetUp), (status = 404), (status = 422)))]
async fn set_up_registrar(
    request: HttpRequest,
    state: web::Data<AppState>,
    path: web::Path<String>,
    body: Body<NewAccount>,
) -> Result<HttpResponse, Refused> {
    let from = origin::from(&request, &state.config);
    let NewAccount { email, password, name, language } = body.value;
    let typed = Setup { email: email.clone(), password, name, language };
    let secret = entrance::set_up(&state, &from, &path, typed).await?;
    let totp_link = totp::link(&secret, &state.config.institution.name, &email);
    Ok(HttpResponse::Created().json(SetUp { totp_secret: totp::base32(&secret), totp_link }))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/accounts").route(web::post().to(open_account)))
        .service(web::resource("/confirmations").route(web::post().to(confirm_address)))
        .service(
            web::resource("/sessions")
                .route(web::post().to(open_session))
                .route(web::get().to(list_sessions))
                .route(web::delete().to(end_all_sessions)),
        )
        .service(web::resource("/sessions/refresh").route(web::post().to(refresh_session)))
        .service(web::resource("/sessions/current").route(web::delete().to(end_session)))
        .service(web::resource("/sessions/{id}").route(web::delete().to(end_session_by_id)))
        .service(web::resource("/passwords/resets").route(web::post().to(ask_reset)))
        .service(web::resource("/passwords/resets/{code}").route(web::post().to(reset_password)))
        .service(web::resource("/setups/{code}").route(web::post().to(set_up_registrar)));
}
