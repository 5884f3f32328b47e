//! Who may open a line to the room, by a socket or, where none gets through, by events: the same credentials as
//! everywhere, the origin of a page, a seat in the room, and bounded numbers. Deliberately not here: the connection.

use std::collections::BTreeMap;
use std::net::{IpAddr, TcpStream};

use actix_http::ws;
use actix_web::http::header::{CONTENT_ENCODING, ORIGIN, SEC_WEBSOCKET_PROTOCOL};
use actix_web::web::Bytes;
use actix_web::{HttpMessage as _, HttpRequest, HttpResponse, web};
use domain::ids::DisputeId;
use serde::Deserialize;
use utoipa::OpenApi;

use super::connection::Connection;
use super::protocol::SUBPROTOCOL;
use super::wire::{self, Wire};
use crate::acts::{Doing, rooms};
use crate::http::body::{id, query};
use crate::http::origin::client_address;
use crate::http::who::{self, SignedIn};
use crate::limits::{Limit, network_of};
use crate::live::Admitted;
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(open_socket, open_events))]
pub struct Doc;

/// The room live: a WebSocket with the subprotocol `concord.room.v1`.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/room/socket", tag = "room", params(("id" = String, Path)),
    responses((status = 101), (status = 400), (status = 401), (status = 403), (status = 404), (status = 429)))]
async fn open_socket(
    request: HttpRequest,
    state: web::Data<AppState>,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let address = network_of(client_address(&request, &state.config.trusted_proxies));
    look_at_refused(&state, address)?;
    let checked = check(&request, &state, &path, Carrier::Socket).await;
    let (who, dispute, admitted) = checked.inspect_err(|_| count_refused(&state, address))?;
    let shaken =
        ws::handshake(request.head()).ok().filter(|_| request.extensions().get::<TakesOver>().is_some());
    let mut response = shaken.ok_or_else(|| {
        count_refused(&state, address);
        Refused::Malformed { code: "not-a-websocket" }
    })?;
    response.insert_header((SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL));
    let mut response = HttpResponse::from(response.finish().map_into_boxed_body());
    let granted = Granted { state, who, dispute, admitted };
    response.extensions_mut().insert(granted);
    Ok(response)
}

/// Lies in a request whose connection can be taken over: no other can be granted a WebSocket.
#[derive(Debug, Clone, Copy)]
pub(super) struct TakesOver;

/// A WebSocket that is granted to somebody: it lies in the answer that says so.
pub(super) struct Granted {
    state: web::Data<AppState>,
    who: SignedIn,
    dispute: DisputeId,
    admitted: Admitted,
}

impl Granted {
    /// Begins to speak over the line from which `read` was read after the request.
    pub(super) fn begin(self, line: TcpStream, read: Bytes) {
        let Self { state, who, dispute, admitted } = self;
        let (connections, runtime) = (state.connections.clone(), state.runtime.clone());
        let speak = async move {
            // A line that cannot change hands is closed, and its client comes again.
            let Ok(wire) = Wire::socket(line, read).await else { return };
            Connection::new(state, &who, dispute, admitted, wire).run(None).await;
        };
        // Beside the rooms. The house waits for it when it stops.
        connections.spawn_on(speak, &runtime);
    }
}

/// Where the client is: the same numbers as in a socket's `hello`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Heard {
    #[serde(default)]
    after: String,
}

/// The room live where no WebSocket gets through: the frames of `concord.room.v1` as server-sent events, one each, from
/// `welcome` to `bye`. `after` says what a `hello` says, as `joint:41,caucus-claimant:7`. What is said goes by
/// `POST …/channels/{channel}/entries`; calls need a socket.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/room/events", tag = "room",
    params(("id" = String, Path), ("after" = Option<String>, Query)),
    responses((status = 200, content_type = "text/event-stream", body = String), (status = 400), (status = 401),
        (status = 403), (status = 404), (status = 422), (status = 429)))]
async fn open_events(
    request: HttpRequest,
    state: web::Data<AppState>,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let address = network_of(client_address(&request, &state.config.trusted_proxies));
    look_at_refused(&state, address)?;
    let checked = check(&request, &state, &path, Carrier::Events).await;
    let (who, dispute, admitted) = checked.inspect_err(|_| count_refused(&state, address))?;
    let heard: Heard = query(&request)?;
    let after = numbers(&heard.after).ok_or_else(|| Refused::field("after", "wrong-type"))?;
    let (wire, body) = wire::events();
    let connection = Connection::new(state.clone(), &who, dispute, admitted, wire);
    state.connections.spawn_on(connection.run(Some(after)), &state.runtime);
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // Neither we nor a proxy may gather frames until there are enough to be worth pressing.
        .insert_header((CONTENT_ENCODING, "identity"))
        .insert_header(("x-accel-buffering", "no"))
        .streaming(body))
}

/// `joint:41,caucus-claimant:7`; nothing where it is not that.
fn numbers(text: &str) -> Option<BTreeMap<String, u64>> {
    let parts = text.split(',').filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (channel, number) = part.split_once(':')?;
            Some((channel.to_owned(), number.parse().ok()?))
        })
        .collect()
}

/// How a room is heard.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Carrier {
    Socket,
    Events,
}

fn look_at_refused(state: &AppState, address: IpAddr) -> Result<(), Refused> {
    let looked = state.limits.look(Limit::HandshakesRefused, address, state.clock.now());
    looked.map_err(|retry_after| Refused::TooMuch { retry_after })
}

fn count_refused(state: &AppState, address: IpAddr) {
    // The next handshake looks at what was counted here.
    let _ = state.limits.take(Limit::HandshakesRefused, address, state.clock.now());
}

async fn check(
    request: &HttpRequest,
    state: &AppState,
    path: &str,
    carrier: Carrier,
) -> Result<(SignedIn, DisputeId, Admitted), Refused> {
    let who = who::identify(request).await?.ok_or(Refused::NotYou)?;
    // A page of another origin could open a socket with its visitor's cookie: no browser hinders it (promise 7). Events
    // are fetched like anything else: a browser says no origin to its own, and lets no other page read them.
    if who.by_cookie && carrier == Carrier::Socket {
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
    if carrier == Carrier::Socket && !offers_protocol(request) {
        return Err(Refused::Malformed { code: "subprotocol-missing" });
    }
    let admitted = state.rooms.admit(who.account, who.session)?;
    Ok((who, dispute, admitted))
}

fn offers_protocol(request: &HttpRequest) -> bool {
    let offered = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL).filter_map(|value| value.to_str().ok());
    offered.flat_map(|value| value.split(',')).any(|protocol| protocol.trim() == SUBPROTOCOL)
}

/// The routes of this file, below `/api/v1`.
pub fn configure(routes: &mut web::ServiceConfig) {
    routes.service(web::resource("/disputes/{id}/room/events").route(web::get().to(open_events)));
    routes.service(web::resource("/disputes/{id}/room/socket").route(web::get().to(open_socket)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_a_hello_says_them() {
        assert_eq!(numbers(""), Some(BTreeMap::new()));
        let both = BTreeMap::from([("joint".to_owned(), 41), ("caucus-claimant".to_owned(), 7)]);
        assert_eq!(numbers("joint:41,caucus-claimant:7"), Some(both));
        for wrong in ["joint", "joint:", "joint:-1", "joint:1;notes:2", "joint:18446744073709551616"] {
            assert_eq!(numbers(wrong), None, "{wrong}");
        }
    }
}
