//! One's own passkeys over the API, and the challenge under which one signs a text.

use actix_web::{HttpResponse, web};
use domain::agreement::Intent;
use domain::ids::{DisputeId, PasskeyId};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::disputes::read_as;
use crate::acts::passkeys::{self, ToSign};
use crate::ceremonies;
use crate::http::body::{Body, BodyOf, id};
use crate::http::json::passkeys::{PasskeyAskingJson, PasskeyJson, PasskeyMadeJson, PasskeyMakingJson};
use crate::http::who::SignedIn;
use crate::refused::{FieldErrors, Refused};
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(list_passkeys, ask_to_add_passkey, add_passkey, remove_passkey, ask_to_sign))]
pub struct Doc;

#[derive(Serialize, ToSchema)]
struct PasskeyList {
    /// Whether passkeys work at the house's address.
    offered: bool,
    items: Vec<PasskeyJson>,
}

/// One's own passkeys.
#[utoipa::path(get, path = "/api/v1/passkeys", tag = "accounts",
    responses((status = 200, body = PasskeyList), (status = 401)))]
async fn list_passkeys(state: web::Data<AppState>, who: SignedIn) -> Result<HttpResponse, Refused> {
    let all = read_as(&state, who.by(), passkeys::list).await?;
    let offered = ceremonies::relying_party(&state).is_ok();
    Ok(HttpResponse::Ok().json(PasskeyList { offered, items: all.iter().map(PasskeyJson::from).collect() }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PasskeyProof {
    password: String,
    /// The six digits, where the account has a second factor.
    totp: Option<String>,
}

/// Ask for a challenge under which a device makes a passkey. It serves once, and as long as a fresh proof counts.
#[utoipa::path(post, path = "/api/v1/passkeys/challenges", tag = "accounts", request_body = PasskeyProof,
    responses((status = 201, body = PasskeyMakingJson), (status = 401), (status = 403), (status = 409), (status = 422), (status = 429)))]
async fn ask_to_add_passkey(
    state: web::Data<AppState>,
    asked: BodyOf<SignedIn, PasskeyProof>,
) -> Result<HttpResponse, Refused> {
    let BodyOf { who, body } = asked;
    let PasskeyProof { password, totp } = body.value;
    let making = ceremonies::begin_adding(&state, who.account, &password, totp.as_deref()).await?;
    Ok(HttpResponse::Created().json(PasskeyMakingJson::new(&making, who.name.to_string())))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewPasskey {
    /// At most 60 characters.
    name: String,
    credential: PasskeyMadeJson,
}

/// Add the passkey that answered the challenge (10 at most). A mail says that it was added.
#[utoipa::path(post, path = "/api/v1/passkeys", tag = "accounts", request_body = NewPasskey,
    responses((status = 201, body = PasskeyJson), (status = 401), (status = 403), (status = 409), (status = 422)))]
async fn add_passkey(
    state: web::Data<AppState>,
    asked: BodyOf<SignedIn, NewPasskey>,
) -> Result<HttpResponse, Refused> {
    let BodyOf { who, body } = asked;
    let NewPasskey { name, credential } = body.value;
    let added = ceremonies::add(&state, who.account, credential.read(name)?).await?;
    Ok(HttpResponse::Created().json(PasskeyJson::from(&added)))
}

/// Remove a passkey, with a fresh proof. A mail says that it was removed.
#[utoipa::path(post, path = "/api/v1/passkeys/{id}/removal", tag = "accounts", params(("id" = String, Path)),
    request_body = PasskeyProof, responses((status = 204), (status = 403), (status = 404), (status = 422), (status = 429)))]
async fn remove_passkey(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<PasskeyProof>,
) -> Result<HttpResponse, Refused> {
    let passkey: PasskeyId = id(&path)?;
    let PasskeyProof { password, totp } = body.value;
    ceremonies::remove(&state, who.account, passkey, &password, totp.as_deref()).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ToSignBody {
    /// The digest of the text that was read.
    digest: String,
    /// `sign` or `attest` (without the last two).
    intent: String,
    /// "Are you signing freely?" Only a yes is signed by a passkey; a no is said with the password.
    freely: Option<bool>,
    /// As it will stand in the signature.
    auditor_may_read_terms: Option<bool>,
}

impl ToSignBody {
    fn read(self) -> Result<ToSign, Refused> {
        let mut errors = FieldErrors::default();
        let digest = errors.take("digest", self.digest.parse(), |_| "not-a-digest");
        let intent = errors.take("intent", self.intent.parse::<Intent>(), |_| "not-a-choice");
        let (Some(digest), Some(intent)) = (digest, intent) else { return Err(errors.refused()) };
        if intent == Intent::Attest {
            return Ok(ToSign::Attest { digest });
        }
        match (self.freely, self.auditor_may_read_terms) {
            (Some(true), Some(auditor_may_read_terms)) => Ok(ToSign::Sign { digest, auditor_may_read_terms }),
            (Some(false), _) => Err(Refused::field("freely", "not-a-choice")),
            (None, _) => Err(Refused::field("freely", "missing")),
            (Some(true), None) => Err(Refused::field("auditor_may_read_terms", "missing")),
        }
    }
}

/// Ask for a challenge under which a passkey signs this text with this intent, and nothing else, where that signature would
/// be taken now. It serves once, and as long as a fresh proof counts.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/agreement/signatures/challenges", tag = "agreement",
    params(("id" = String, Path)), request_body = ToSignBody,
    responses((status = 201, body = PasskeyAskingJson), (status = 404), (status = 409), (status = 422), (status = 429)))]
async fn ask_to_sign(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<ToSignBody>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let asking = ceremonies::begin_signing(&state, who.account, dispute, body.value.read()?).await?;
    Ok(HttpResponse::Created().json(PasskeyAskingJson::from(&asking)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(
            web::resource("/passkeys").route(web::get().to(list_passkeys)).route(web::post().to(add_passkey)),
        )
        .service(web::resource("/passkeys/challenges").route(web::post().to(ask_to_add_passkey)))
        .service(web::resource("/passkeys/{id}/removal").route(web::post().to(remove_passkey)))
        .service(
            web::resource("/disputes/{id}/agreement/signatures/challenges")
                .route(web::post().to(ask_to_sign)),
        );
}
