//! Keys to the relay for voice and video: a call's, for who may be in it, and one to try one's devices with. What is said
//! in a call passes by this house altogether.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use domain::ids::DisputeId;
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::disputes::{Nothing, read_as};
use crate::acts::calls;
use crate::calls::relay::{CREDENTIAL_PERIOD, credential};
use crate::http::body::{Body, id};
use crate::http::who::SignedIn;
use crate::limits::Limit;
use crate::refused::Refused;
use crate::state::AppState;

/// How long a key to try one's devices with holds.
const TRY_OUT_PERIOD: Duration = Duration::from_secs(120);

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(make_media_credentials, make_try_out_credentials))]
pub struct Doc;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CallBody {
    /// The channel in which one wants to talk.
    channel: String,
}

/// A key to the relay, as a browser takes it.
#[derive(Serialize, ToSchema)]
struct MediaCredentials {
    urls: Vec<String>,
    username: String,
    credential: String,
    expires_at: String,
    /// Whether the browser is to use the relay alone; what it tells of other ways is left out all the same.
    relay_only: bool,
}

fn answer(
    state: &AppState,
    who: &SignedIn,
    is_direct: bool,
    holds: Duration,
) -> Result<HttpResponse, Refused> {
    let calls = state.config.calls.as_ref().ok_or_else(|| Refused::rule("calls-off"))?;
    let now = state.clock.now();
    let limited = state.limits.take(Limit::MediaCredentials, who.account, now);
    limited.map_err(|retry_after| Refused::TooMuch { retry_after })?;
    let key = credential(calls, now, holds)?;
    Ok(HttpResponse::Created().json(MediaCredentials {
        urls: calls.urls.clone(),
        username: key.username,
        credential: key.password,
        expires_at: key.expires_at.to_string(),
        relay_only: !is_direct,
    }))
}

/// A key to the relay for a call in this channel, for ten minutes.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/room/media-credentials", tag = "room", params(("id" = String, Path)),
    request_body = CallBody, responses((status = 201, body = MediaCredentials), (status = 401), (status = 404), (status = 409),
        (status = 422), (status = 429)))]
async fn make_media_credentials(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<CallBody>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let channel = body.value.channel.parse().ok();
    let reach = read_as(&state, who.by(), move |tx, doing| calls::ask(tx, doing, dispute, channel)).await?;
    answer(&state, &who, reach.is_direct, CREDENTIAL_PERIOD)
}

/// A key to the relay, to hear oneself through it.
#[utoipa::path(post, path = "/api/v1/try-out/media-credentials", tag = "room", request_body = Nothing,
    responses((status = 201, body = MediaCredentials), (status = 401), (status = 409), (status = 429)))]
async fn make_try_out_credentials(
    state: web::Data<AppState>,
    who: SignedIn,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    answer(&state, &who, false, TRY_OUT_PERIOD)
}

/// The routes of this file, below `/api/v1`.
pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(
            web::resource("/disputes/{id}/room/media-credentials")
                .route(web::post().to(make_media_credentials)),
        )
        .service(web::resource("/try-out/media-credentials").route(web::post().to(make_try_out_credentials)));
}
