//! Who may open a socket: the same credentials as everywhere, the origin of a page, a seat in the room, and bounded
//! numbers. Deliberately not here: the connection.

use std::net::IpAddr;

use actix_web::http::header::{ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use actix_web::{HttpRequest, HttpResponse, web};
use domain::ids::DisputeId;
use utoipa::OpenApi;

use super::connection::Connection;
use super::protocol::{FRAME_BYTES_MAX, SUBPROTOCOL};
use crate::acts::{Doing, rooms};
use crate::http::body::id;
use crate::http::origin::client_address;
use crate::http::who::{self, SignedIn};
use crate::limits::{Limit, network_of};
use crate::live::Admitted;
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(open_socket))]
pub struct Doc;

/// The room live: a WebSocket with the subprotocol `concord.room.v1`.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/room/socket", tag = "room", params(("id" = String, Path)),
    responses((status = 101), (status = 400), (status = 401), (status = 403), (status = 404), (status = 429)))]
async fn open_socket(
    request: HttpRequest,
    payload: web::Payload,
    state: web::Data<AppState>,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let address = network_of(client_address(&request, &state.config.trusted_proxies));
    let now = state.clock.now();
    let too_much = |retry_after| Refused::TooMuch { retry_after };
    state.limits.look(Limit::HandshakesRefused, address, now).map_err(too_much)?;
    let checked = check(&request, &state, &path).await;
    let (who, dispute, admitted) = checked.inspect_err(|_| count_refused(&state, address))?;
    let upgraded = actix_ws::handle_with_protocols(&request, payload, &[SUBPROTOCOL]);
    let (response, session, stream) = upgraded.map_err(|_| {
        count_refused(&state, address);
        Refused::Malformed { code: "not-a-websocket" }
    })?;
    let stream = stream.max_frame_size(FRAME_BYTES_MAX).aggregate_continuations();
    let stream = stream.max_continuation_size(FRAME_BYTES_MAX);
    let connection = Connection::new(state.get_ref().clone(), &who, dispute, admitted, session);
    actix_web::rt::spawn(connection.run(stream));
    Ok(response)
}

fn count_refused(state: &AppState, address: IpAddr) {
    // The next handshake looks at what was counted here.
    let _ = state.limits.take(Limit::HandshakesRefused, address, state.clock.now());
}

async fn check(
    request: &HttpRequest,
    state: &AppState,
    path: &str,
) -> Result<(SignedIn, DisputeId, Admitted), Refused> {
    let who = who::identify(request).await?.ok_or(Refused::NotYou)?;
    // A page of another origin could open a socket with its visitor's cookie: no browser hinders it (promise 7).
    if who.by_cookie {
        let origin = request.headers().get(ORIGIN).and_then(|origin| origin.to_str().ok());
        if !origin.is_some_and(|origin| state.config.public_url.is_origin(origin)) {
            return Err(Refused::Forbidden { code: "origin-refused" });
        }
    }
    let dispute: DisputeId = id(path)?;
    let too_much = |retry_after| Refused::TooMuch { retry_after };
    state.limits.take(Limit::Handshakes, who.session, state.clock.now()).map_err(too_much)?;
    let doing = Doing::new(state.clock.now(), who.by(), std::sync::Arc::clone(&state.config));
    state.desk.read(move |tx| rooms::show(tx, &doing, dispute)).await?;
    if !offers_protocol(request) {
        return Err(Refused::Malformed { code: "subprotocol-missing" });
    }
    let admitted = state.rooms.admit(who.account, who.session)?;
    Ok((who, dispute, admitted))
}

fn offers_protocol(request: &HttpRequest) -> bool {
    let offered = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL).filter_map(|value| value.to_str().ok());
    offered.flat_map(|value| value.split(',')).any(|protocol| protocol.trim() == SUBPROTOCOL)
}

/// The route of this file, below `/api/v1`.
pub fn configure(routes: &mut web::ServiceConfig) {
    routes.service(web::resource("/disputes/{id}/room/socket").route(web::get().to(open_socket)));
}
