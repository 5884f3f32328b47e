//! The room without a socket: the same entries, the same ids, the same guarantees. Deliberately not here: the socket
//! itself (`http/socket`).

use actix_web::{HttpResponse, web};
use domain::ids::DisputeId;
use domain::room::{Channel, Signal};
use serde::{Deserialize, Serialize};
use utoipa::{OpenApi, ToSchema};

use super::disputes::{Nothing, read_as};
use crate::acts::rooms::{RoomView, Signalled};
use crate::acts::{entries, rooms, standings};
use crate::http::body::{Body, Page, id};
use crate::http::json::entries::{EntryJson, PostedEntry, parse, parse_id};
use crate::http::who::SignedIn;
use crate::limits::Limit;
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(
    show_room,
    list_entries,
    show_standing,
    post_entry,
    open_session,
    close_session,
    give_signal,
    pause_channel,
    resume_channel
))]
pub struct Doc;

/// The room as the reader sees it.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/room", tag = "room", params(("id" = String, Path)),
    responses((status = 200, body = RoomView), (status = 401), (status = 404)))]
async fn show_room(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let look = move |tx: &mut store::Tx<'_>, doing: &crate::acts::Doing| {
        Ok((rooms::show(tx, doing, dispute)?, rooms::comes_unannounced(tx, doing, dispute, None)?))
    };
    let (room, is_new) = read_as(&state, who.by(), look).await?;
    if is_new {
        come(&state, &who, dispute).await?;
    }
    Ok(HttpResponse::Ok().json(room))
}

/// Nobody is in a room unseen (R7): whoever looks while a session is open has come. A look that changes nothing writes
/// nothing.
async fn come(state: &AppState, who: &SignedIn, dispute: DisputeId) -> Result<(), Refused> {
    state.desk.write(who.by(), move |tx, doing| rooms::enter(tx, doing, dispute)).await
}

/// A page of entries, ascending.
#[derive(Serialize, ToSchema)]
struct EntryPage {
    items: Vec<EntryJson>,
    /// The number after which the next page begins.
    next: Option<String>,
}

/// The entries of a channel.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/room/channels/{channel}/entries", tag = "room",
    params(("id" = String, Path), ("channel" = String, Path), ("after" = Option<String>, Query), ("limit" = Option<u32>, Query)),
    responses((status = 200, body = EntryPage), (status = 401), (status = 404), (status = 422)))]
async fn list_entries(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
    page: Page,
) -> Result<HttpResponse, Refused> {
    let (dispute, channel) = channel_of(&path)?;
    let after = page.after.map_or(Ok(0), |after| after.parse::<u64>());
    let after = after.map_err(|_| Refused::field("after", "wrong-type"))?;
    let limit = i64::try_from(page.limit).unwrap_or(i64::MAX);
    let look = move |tx: &mut store::Tx<'_>, doing: &crate::acts::Doing| {
        let is_new = rooms::comes_unannounced(tx, doing, dispute, Some(channel))?;
        Ok((entries::read(tx, doing, dispute, channel, after, limit)?, is_new))
    };
    let (found, is_new) = read_as(&state, who.by(), look).await?;
    if is_new {
        come(&state, &who, dispute).await?;
    }
    let is_full = found.len() >= page.limit;
    let next = found.last().filter(|_| is_full).map(|entry| entry.seq.to_string());
    Ok(HttpResponse::Ok().json(EntryPage { items: found.iter().map(EntryJson::from).collect(), next }))
}

/// The entries that stand at the head of a channel: whether a private meeting was asked for or goes on, what is talked about,
/// whose time it is; at most one of each.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/room/channels/{channel}/standing", tag = "room",
    params(("id" = String, Path), ("channel" = String, Path)),
    responses((status = 200, body = EntryPage), (status = 401), (status = 404)))]
async fn show_standing(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (dispute, channel) = channel_of(&path)?;
    let look = move |tx: &mut store::Tx<'_>, doing: &crate::acts::Doing| {
        let is_new = rooms::comes_unannounced(tx, doing, dispute, Some(channel))?;
        Ok((standings::show(tx, doing, dispute, channel)?, is_new))
    };
    let (found, is_new) = read_as(&state, who.by(), look).await?;
    if is_new {
        come(&state, &who, dispute).await?;
    }
    Ok(HttpResponse::Ok().json(EntryPage { items: found.iter().map(EntryJson::from).collect(), next: None }))
}

/// Post an entry. The same id again with the same body gives the first answer again.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/room/channels/{channel}/entries", tag = "room",
    params(("id" = String, Path), ("channel" = String, Path)), request_body = PostedEntry,
    responses((status = 201, body = EntryJson), (status = 200, body = EntryJson), (status = 401), (status = 404), (status = 409),
        (status = 422), (status = 429)))]
async fn post_entry(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
    body: Body<PostedEntry>,
) -> Result<HttpResponse, Refused> {
    let (dispute, channel) = channel_of(&path)?;
    let entry_id = parse_id(&body.value.id);
    let (written, audience) = (parse(body.value.body), body.value.audience_digest);
    let limited = state.limits.take(Limit::Entries, who.account, state.clock.now());
    // The seat comes first: to whoever has none, no channel is there, whatever was sent.
    let (Ok(entry_id), Ok(written), Ok(())) = (&entry_id, &written, limited) else {
        read_as(&state, who.by(), move |tx, doing| entries::read(tx, doing, dispute, channel, u64::MAX, 1))
            .await?;
        entry_id?;
        written?;
        return Err(Refused::TooMuch { retry_after: limited.err().unwrap_or_default() });
    };
    let (entry_id, written) = (*entry_id, written.clone());
    // The entry's own id makes a repetition harmless; an Idempotency-Key adds nothing to it.
    let act = move |tx: &mut store::Tx<'_>, doing: &mut crate::acts::Doing| {
        entries::post(tx, doing, dispute, channel, entry_id, written, audience.as_deref())
    };
    let (entry, is_new) = state.desk.write(who.by(), act).await?;
    let mut answer = if is_new { HttpResponse::Created() } else { HttpResponse::Ok() };
    Ok(answer.json(EntryJson::from(&entry)))
}

fn channel_of(path: &(String, String)) -> Result<(DisputeId, Channel), Refused> {
    Ok((id(&path.0)?, id(&path.1)?))
}

/// Open a session (mediator).
#[utoipa::path(post, path = "/api/v1/disputes/{id}/room/sessions", tag = "room", params(("id" = String, Path)),
    request_body = Nothing, responses((status = 201, body = RoomView), (status = 404), (status = 409)))]
async fn open_session(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let act = move |tx: &mut store::Tx<'_>, doing: &mut crate::acts::Doing| {
        rooms::set_session(tx, doing, dispute, true)
    };
    Ok(HttpResponse::Created().json(state.desk.write_once(who.by(), body.once, act).await?))
}

/// Close the session (mediator).
#[utoipa::path(delete, path = "/api/v1/disputes/{id}/room/sessions/current", tag = "room", params(("id" = String, Path)),
    responses((status = 200, body = RoomView), (status = 404), (status = 409)))]
async fn close_session(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let act = move |tx: &mut store::Tx<'_>, doing: &mut crate::acts::Doing| {
        rooms::set_session(tx, doing, dispute, false)
    };
    Ok(HttpResponse::Ok().json(state.desk.write(who.by(), act).await?))
}

/// What a party tells the mediator alone.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignalBody {
    /// `break` or `unsafe`.
    kind: String,
}

/// Tell the mediator, and nobody else, that one needs a break or does not feel safe.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/room/signals", tag = "room", params(("id" = String, Path)),
    request_body = SignalBody, responses((status = 201, body = Signalled), (status = 404), (status = 409), (status = 422)))]
async fn give_signal(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<SignalBody>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let kind: Signal = body.value.kind.parse().map_err(|_| Refused::field("kind", "not-a-choice"))?;
    let act =
        move |tx: &mut store::Tx<'_>, doing: &mut crate::acts::Doing| rooms::signal(tx, doing, dispute, kind);
    Ok(HttpResponse::Created().json(state.desk.write_once(who.by(), body.once, act).await?))
}

/// Pause a channel (mediator).
#[utoipa::path(post, path = "/api/v1/disputes/{id}/room/channels/{channel}/pause", tag = "room",
    params(("id" = String, Path), ("channel" = String, Path)), request_body = Nothing,
    responses((status = 201, body = RoomView), (status = 404), (status = 409)))]
async fn pause_channel(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    let (dispute, channel) = channel_of(&path)?;
    let act = move |tx: &mut store::Tx<'_>, doing: &mut crate::acts::Doing| {
        rooms::set_pause(tx, doing, dispute, channel, true)
    };
    Ok(HttpResponse::Created().json(state.desk.write_once(who.by(), body.once, act).await?))
}

/// Let posting go on (mediator).
#[utoipa::path(delete, path = "/api/v1/disputes/{id}/room/channels/{channel}/pause", tag = "room",
    params(("id" = String, Path), ("channel" = String, Path)),
    responses((status = 200, body = RoomView), (status = 404), (status = 409)))]
async fn resume_channel(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let (dispute, channel) = channel_of(&path)?;
    let act = move |tx: &mut store::Tx<'_>, doing: &mut crate::acts::Doing| {
        rooms::set_pause(tx, doing, dispute, channel, false)
    };
    Ok(HttpResponse::Ok().json(state.desk.write(who.by(), act).await?))
}

/// The routes of this file, below `/api/v1`.
pub fn configure(routes: &mut web::ServiceConfig) {
    let room = |tail: &str| web::resource(format!("/disputes/{{id}}/room{tail}"));
    routes
        .service(room("").route(web::get().to(show_room)))
        .service(
            room("/channels/{channel}/entries")
                .route(web::get().to(list_entries))
                .route(web::post().to(post_entry)),
        )
        .service(room("/channels/{channel}/standing").route(web::get().to(show_standing)))
        .service(room("/sessions").route(web::post().to(open_session)))
        .service(room("/sessions/current").route(web::delete().to(close_session)))
        .service(room("/signals").route(web::post().to(give_signal)))
        .service(
            room("/channels/{channel}/pause")
                .route(web::post().to(pause_channel))
                .route(web::delete().to(resume_channel)),
        );
}
