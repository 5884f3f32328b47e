//! Invitations over the API. Nothing is shown before a code, and a wrong code looks like none.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::ids::DisputeId;
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{OpenApi, ToSchema};

use super::disputes::{Nothing, act_and_view, read_as};
use crate::acts::invitations::{self, Shown, Taken};
use crate::acts::process::look;
use crate::acts::views::{Amount, DisputeView};
use crate::acts::{By, Doing};
use crate::entrance::{guarded, settled};
use crate::http::body::{Body, id};
use crate::http::origin;
use crate::http::who::SignedIn;
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(
    show_invitation,
    accept_invitation,
    refuse_invitation,
    undo_refusal,
    raise_concern,
    invite_again,
    make_letter,
    confirm_identity
))]
pub struct Doc;

/// What is shown of a dispute before anyone signs in; no text that the claimant wrote but their name.
#[derive(Serialize, ToSchema)]
struct InvitationShown {
    institution: InstitutionShown,
    /// Who invites.
    from: String,
    category: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<Amount>,
    /// What it means, in the language of the house.
    what_it_means: Vec<String>,
    expires_at: String,
    /// Whether somebody with the code said no, which can be undone.
    refused: bool,
    /// Whether the seat is taken.
    taken: bool,
}

#[derive(Serialize, ToSchema)]
struct InstitutionShown {
    name: String,
    phone: String,
    address: String,
}

/// The same for the page, which shows it to browsers.
///
/// # Errors
/// `Absent` where the code opens nothing.
pub async fn shown(state: &AppState, request: &HttpRequest, typed: &str) -> Result<Shown, Refused> {
    let from = origin::from(request, &state.config);
    let code = guarded(state, typed)?;
    let text = code.as_str().to_owned();
    let look = text.clone();
    let shown = read_as(state, By::Visitor, move |tx, doing| invitations::show(tx, doing, &look)).await;
    count_wrong(state, &text, &shown).await?;
    settled(state, &from, &code, shown)
}

async fn count_wrong<T>(state: &AppState, typed: &str, answer: &Result<T, Refused>) -> Result<(), Refused> {
    if matches!(answer, Err(Refused::Absent)) {
        let typed = typed.to_owned();
        state.desk.write(By::Visitor, move |tx, _| invitations::count_wrong(tx, &typed)).await?;
    }
    Ok(())
}

/// What the code shows.
#[utoipa::path(get, path = "/api/v1/invitations/{code}", tag = "invitations", params(("code" = String, Path)),
    responses((status = 200, body = InvitationShown), (status = 404), (status = 429)))]
async fn show_invitation(
    request: HttpRequest,
    state: web::Data<AppState>,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let shown = shown(&state, &request, &path).await?;
    let set = &state.config.institution;
    Ok(HttpResponse::Ok().json(InvitationShown {
        institution: InstitutionShown {
            name: set.name.clone(),
            phone: set.phone.clone(),
            address: set.address.clone(),
        },
        from: shown.from.to_string(),
        category: shown.category.to_string(),
        amount: shown.amount.map(Amount::from),
        what_it_means: WHAT_IT_MEANS.iter().map(ToString::to_string).collect(),
        expires_at: shown.expires_at.to_string(),
        refused: shown.is_refused,
        taken: shown.is_taken,
    }))
}

/// For programs; people read the page, which says it in their language.
const WHAT_IT_MEANS: [&str; 5] = [
    "A neutral mediator helps you both to talk. The mediator decides nothing.",
    "Taking part costs nothing. You can leave at any time without a reason.",
    "Saying no has no effect here.",
    "Court papers that you have still count.",
    "We never ask for money, PIN or one-time codes.",
];

#[derive(Serialize, Deserialize, ToSchema)]
struct Acceptance {
    dispute_id: String,
    /// `joined`, or `pending` until the registrar has confirmed who the person is.
    state: String,
}

/// Take part.
#[utoipa::path(post, path = "/api/v1/invitations/{code}/acceptance", tag = "invitations", params(("code" = String, Path)),
    request_body = Nothing, responses((status = 200, body = Acceptance), (status = 202, body = Acceptance),
        (status = 401), (status = 404), (status = 409)))]
async fn accept_invitation(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    let taken = accept(&state, &request, who.by(), &path).await?;
    Ok(match taken {
        Taken::Joined(dispute) => HttpResponse::Ok()
            .json(Acceptance { dispute_id: dispute.to_string(), state: "joined".to_owned() }),
        Taken::Pending(dispute) => HttpResponse::Accepted()
            .json(Acceptance { dispute_id: dispute.to_string(), state: "pending".to_owned() }),
    })
}

/// The same for the page.
///
/// # Errors
/// `Absent` where the code opens nothing; the rule.
pub async fn accept(state: &AppState, request: &HttpRequest, by: By, typed: &str) -> Result<Taken, Refused> {
    with_code(state, request, by, typed, invitations::accept).await
}

/// Says no, or takes it back; the same for API and page.
///
/// # Errors
/// `Absent` where the code opens nothing; the rule.
pub async fn refuse(state: &AppState, request: &HttpRequest, typed: &str, undo: bool) -> Result<(), Refused> {
    let act = if undo { invitations::undo_refusal } else { invitations::refuse };
    with_code(state, request, By::Visitor, typed, act).await
}

/// Does something with a code, and counts it where it was wrong.
///
/// # Errors
/// As the act.
pub async fn with_code<T: Send + 'static>(
    state: &AppState,
    request: &HttpRequest,
    by: By,
    typed: &str,
    act: impl FnOnce(&mut Tx<'_>, &mut Doing, &str) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    let from = origin::from(request, &state.config);
    let code = guarded(state, typed)?;
    let text = code.as_str().to_owned();
    let done = state.desk.write(by, move |tx, doing| act(tx, doing, &text)).await;
    count_wrong(state, code.as_str(), &done).await?;
    settled(state, &from, &code, done)
}

/// Say no; nobody need sign in.
#[utoipa::path(post, path = "/api/v1/invitations/{code}/refusal", tag = "invitations", params(("code" = String, Path)),
    request_body = Nothing, responses((status = 204), (status = 404), (status = 409)))]
async fn refuse_invitation(
    request: HttpRequest,
    state: web::Data<AppState>,
    path: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    refuse(&state, &request, &path, false).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Take the no back, with the same code, until it expires.
#[utoipa::path(delete, path = "/api/v1/invitations/{code}/refusal", tag = "invitations", params(("code" = String, Path)),
    responses((status = 204), (status = 404), (status = 409)))]
async fn undo_refusal(
    request: HttpRequest,
    state: web::Data<AppState>,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    refuse(&state, &request, &path, true).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConcernBody {
    /// `do-not-contact` or `afraid`.
    kind: String,
}

/// Tell the registrar something without an account.
#[utoipa::path(post, path = "/api/v1/invitations/{code}/concerns", tag = "invitations", params(("code" = String, Path)),
    request_body = ConcernBody, responses((status = 204), (status = 404), (status = 422)))]
async fn raise_concern(
    request: HttpRequest,
    state: web::Data<AppState>,
    path: web::Path<String>,
    body: Body<ConcernBody>,
) -> Result<HttpResponse, Refused> {
    let concern = body.value.kind.parse().map_err(|_| Refused::field("kind", "not-a-choice"))?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing, code: &str| {
        invitations::raise_concern(tx, doing, code, concern)
    };
    with_code(&state, &request, By::Visitor, &path, act).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Invite again: a fresh code, and its time begins anew.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/invitations", tag = "invitations", params(("id" = String, Path)),
    request_body = Nothing, responses((status = 201, body = DisputeView), (status = 404), (status = 409)))]
async fn invite_again(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        invitations::invite_again(tx, doing, dispute)?;
        look(tx, doing, dispute)
    };
    Ok(HttpResponse::Created().json(act_and_view(&state, &who, body.once, act).await?))
}

#[derive(Serialize, Deserialize, ToSchema)]
struct Letter {
    /// To be printed; it is shown this once and not kept.
    code: String,
    /// Where the code is typed.
    url: String,
}

/// A fresh printable code for an invitation.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/invitations/{n}/letters", tag = "invitations",
    params(("id" = String, Path), ("n" = u32, Path)), request_body = Nothing,
    responses((status = 201, body = Letter), (status = 404), (status = 409)))]
async fn make_letter(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    let (dispute, number): (DisputeId, u32) = (id(&path.0)?, id(&path.1)?);
    let url = state.config.public_url.link("/invitations");
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        let code = invitations::letter(tx, doing, dispute, number)?;
        Ok(Letter { code: code.as_str().to_owned(), url })
    };
    Ok(HttpResponse::Created().json(state.desk.write_once(who.by(), body.once, act).await?))
}

/// The registrar has seen who a waiting person is. `{party}` is `respondent`, or the account that waits.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/parties/{party}/identity", tag = "invitations",
    params(("id" = String, Path), ("party" = String, Path)), request_body = Nothing,
    responses((status = 200, body = DisputeView), (status = 404), (status = 409)))]
async fn confirm_identity(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path.0)?;
    let taker = if path.1 == "respondent" { None } else { Some(id(&path.1)?) };
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        invitations::confirm_identity(tx, doing, dispute, taker)?;
        look(tx, doing, dispute)
    };
    Ok(HttpResponse::Ok().json(act_and_view(&state, &who, body.once, act).await?))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/invitations/{code}").route(web::get().to(show_invitation)))
        .service(web::resource("/invitations/{code}/acceptance").route(web::post().to(accept_invitation)))
        .service(
            web::resource("/invitations/{code}/refusal")
                .route(web::post().to(refuse_invitation))
                .route(web::delete().to(undo_refusal)),
        )
        .service(web::resource("/invitations/{code}/concerns").route(web::post().to(raise_concern)))
        .service(web::resource("/disputes/{id}/invitations").route(web::post().to(invite_again)))
        .service(web::resource("/disputes/{id}/invitations/{n}/letters").route(web::post().to(make_letter)))
        .service(
            web::resource("/disputes/{id}/parties/{party}/identity").route(web::post().to(confirm_identity)),
        );
}
