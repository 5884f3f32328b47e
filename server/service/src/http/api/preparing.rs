//! What each side does alone, over the API: the agreement to mediate, readiness, delivery.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::consent::{AGREEMENT_TO_MEDIATE, AGREEMENT_TO_MEDIATE_NAME};
use domain::ids::DisputeId;
use domain::language::Language;
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{OpenApi, ToSchema};

use super::disputes::{Nothing, act_and_view, read_as};
use crate::acts::process::look;
use crate::acts::views::DisputeView;
use crate::acts::{Doing, assignments, preparing};
use crate::http::body::{Body, id, query};
use crate::http::who::SignedIn;
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(
    read_agreement_to_mediate,
    consent,
    be_ready,
    choose_delivery,
    choose_reading_language,
    request_mediation
))]
pub struct Doc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct In {
    language: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct AgreementToMediate {
    version: u32,
    language: &'static str,
    text: &'static str,
}

/// The agreement to mediate, to be read before it is signed.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/consents/agreement-to-mediate", tag = "preparing",
    params(("id" = String, Path), ("language" = Option<String>, Query)),
    responses((status = 200, body = AgreementToMediate), (status = 404), (status = 422)))]
async fn read_agreement_to_mediate(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    read_as(&state, who.by(), move |tx, doing| look(tx, doing, dispute)?.actor().map(|_| ())).await?;
    let asked = query::<In>(&request)?.language;
    let language = asked.map(|tag| tag.parse()).transpose();
    let language: Language =
        language.map_err(|_| Refused::field("language", "not-a-choice"))?.unwrap_or(who.language);
    let text = pages::content::agreement_to_mediate(AGREEMENT_TO_MEDIATE, language);
    let text = text.ok_or_else(|| Refused::broken("the agreement to mediate has no text"))?;
    let shown = AgreementToMediate { version: AGREEMENT_TO_MEDIATE, language: language.tag(), text };
    Ok(HttpResponse::Ok().json(shown))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ConsentBody {
    /// `agreement-to-mediate`.
    document: String,
    version: u32,
    /// The language in which it was read.
    language: String,
}

/// Sign the agreement to mediate.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/consents", tag = "preparing", params(("id" = String, Path)),
    request_body = ConsentBody, responses((status = 201, body = DisputeView), (status = 404), (status = 409), (status = 422)))]
async fn consent(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<ConsentBody>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let ConsentBody { document, version, language } = body.value;
    if document != AGREEMENT_TO_MEDIATE_NAME {
        return Err(Refused::field("document", "not-a-choice"));
    }
    let language = language.parse().map_err(|_| Refused::field("language", "not-a-choice"))?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        preparing::consent(tx, doing, dispute, &document, version, language)
    };
    Ok(HttpResponse::Created().json(act_and_view(&state, &who, body.once, act).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Readiness {
    /// `mediation` or `negotiation`.
    route: String,
}

/// Say that one is ready, and which way to go on.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/readiness", tag = "preparing", params(("id" = String, Path)),
    request_body = Readiness, responses((status = 200, body = DisputeView), (status = 404), (status = 409), (status = 422)))]
async fn be_ready(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Readiness>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let route = body.value.route.parse().map_err(|_| Refused::field("route", "not-a-choice"))?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| preparing::be_ready(tx, doing, dispute, route);
    Ok(HttpResponse::Ok().json(act_and_view(&state, &who, body.once, act).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeliveryBody {
    /// `attachment`, `link` or `collect`.
    by: String,
    /// With `attachment`: the record then travels as `record.zip`, encrypted with AES-256, and opens with these words
    /// alone. 15 characters or more, of ASCII letters, digits, signs and blanks; never shown back.
    passphrase: Option<String>,
}

/// Choose how the record is to arrive.
#[utoipa::path(put, path = "/api/v1/disputes/{id}/delivery", tag = "preparing", params(("id" = String, Path)),
    request_body = DeliveryBody, responses((status = 204), (status = 404), (status = 409), (status = 422)))]
async fn choose_delivery(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<DeliveryBody>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let passphrase = body.value.passphrase;
    let choice = body.value.by.parse().map_err(|_| Refused::field("by", "not-a-choice"))?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        preparing::choose_delivery(tx, doing, dispute, choice, passphrase.as_deref())
    };
    state.desk.write_once(who.by(), body.once, act).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReadingLanguage {
    /// `en`, `bn`, `hi`, `ta`, `ur`, `si`, `ne`, `km`, `th`, `vi`, `id`, `fil` or `zh-Hans`.
    language: String,
}

/// Choose the language in which one reads and signs the text, until it is frozen.
#[utoipa::path(put, path = "/api/v1/disputes/{id}/reading-language", tag = "preparing", params(("id" = String, Path)),
    request_body = ReadingLanguage, responses((status = 204), (status = 404), (status = 409), (status = 422)))]
async fn choose_reading_language(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<ReadingLanguage>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let language = body.value.language.parse().map_err(|_| Refused::field("language", "not-a-choice"))?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        preparing::choose_reading_language(tx, doing, dispute, language)
    };
    state.desk.write_once(who.by(), body.once, act).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Leave negotiation for mediation.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/mediation-requests", tag = "preparing", params(("id" = String, Path)),
    request_body = Nothing, responses((status = 201, body = DisputeView), (status = 404), (status = 409)))]
async fn request_mediation(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| assignments::request_mediation(tx, doing, dispute);
    Ok(HttpResponse::Created().json(act_and_view(&state, &who, body.once, act).await?))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(
            web::resource("/disputes/{id}/consents/agreement-to-mediate")
                .route(web::get().to(read_agreement_to_mediate)),
        )
        .service(web::resource("/disputes/{id}/consents").route(web::post().to(consent)))
        .service(web::resource("/disputes/{id}/readiness").route(web::post().to(be_ready)))
        .service(web::resource("/disputes/{id}/delivery").route(web::put().to(choose_delivery)))
        .service(
            web::resource("/disputes/{id}/reading-language").route(web::put().to(choose_reading_language)),
        )
        .service(web::resource("/disputes/{id}/mediation-requests").route(web::post().to(request_mediation)));
}
