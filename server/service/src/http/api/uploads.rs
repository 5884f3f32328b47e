//! Uploads in pieces, for lines that break: begun, gone on with from where they are, and completed as any other file is.
//! The words are those of the IETF's resumable uploads (`Upload-Offset`, `Upload-Length`, `application/partial-upload`),
//! which tus shares. Deliberately not here: what becomes of a complete file (`files`).

use std::io::Write as _;
use std::path::PathBuf;

use actix_web::http::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName, HeaderValue, LOCATION};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError as _, web};
use domain::ids::{DisputeId, EntryId, UploadId};
use domain::room::Channel;
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use store::uploads::UploadRow;
use utoipa::{OpenApi, ToSchema};

use super::disputes::read_as;
use super::files::{FileShown, keep, sync_folder};
use crate::acts::uploads::{LASTS, Pieces, Wanted};
use crate::acts::{Doing, uploads};
use crate::desk::Once;
use crate::http::body::{Body, all_bytes, id, once, parse};
use crate::http::pace::{Allowance, paced, unread};
use crate::http::upload::Upload;
use crate::http::who::SignedIn;
use crate::limits::Limit;
use crate::refused::Refused;
use crate::state::AppState;
use crate::uploads::UPLOAD_BYTES_MAX;

/// The least that a piece brings, but for the last one: each is a file on the disk.
const PIECE_BYTES_MIN: usize = 16 * 1024;
/// The most that a piece brings: it is sealed as a whole.
const PIECE_BYTES_MAX: usize = 1024 * 1024;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(begin_upload, show_upload, add_piece, cancel_upload, complete_upload))]
pub struct Doc;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Beginning {
    /// What its owner calls the file.
    name: String,
    /// How many bytes it has, 25 MB at most.
    length: u64,
    /// In which channel of the room it will be shared; none: it is evidence.
    channel: Option<String>,
}

/// An upload as its owner goes on with it.
#[derive(Serialize, Deserialize, ToSchema)]
struct UploadShown {
    id: String,
    length: i64,
    /// How many bytes have come and are on the disk: the next piece begins there.
    offset: i64,
    /// After that it is gone.
    expires_at: String,
    /// The least and the most bytes of a piece; the last one may be shorter.
    piece_min: usize,
    piece_max: usize,
}

fn shown(row: &UploadRow) -> UploadShown {
    UploadShown {
        id: row.id.to_string(),
        length: row.length,
        offset: row.received,
        expires_at: row.begun_at.plus(LASTS).to_string(),
        piece_min: PIECE_BYTES_MIN,
        piece_max: PIECE_BYTES_MAX,
    }
}

/// The headers by which a client of the standard knows where it is.
fn told(mut response: HttpResponseBuilder, offset: i64, length: i64) -> HttpResponseBuilder {
    let limit = format!(
        "min-append-size={PIECE_BYTES_MIN}, max-append-size={PIECE_BYTES_MAX}, max-size={UPLOAD_BYTES_MAX}"
    );
    response
        .insert_header(("upload-offset", offset.to_string()))
        .insert_header(("upload-length", length.to_string()))
        .insert_header(("upload-complete", "?0"))
        .insert_header(("upload-limit", limit));
    response
}

/// Begin an upload in pieces. It counts as an upload at once, and its room in the dispute is kept for a day.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/uploads", tag = "files", params(("id" = String, Path)),
    request_body = Beginning,
    responses((status = 201, body = UploadShown), (status = 404), (status = 409), (status = 413), (status = 422), (status = 429)))]
async fn begin_upload(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Beginning>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let Beginning { name, length, channel } = body.value;
    let channel: Option<Channel> = channel
        .map(|channel| channel.parse())
        .transpose()
        .map_err(|_| Refused::field("channel", "not-a-choice"))?;
    if length == 0 {
        return Err(Refused::field("length", "file-missing"));
    }
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > UPLOAD_BYTES_MAX {
        return Err(Refused::TooLarge);
    }
    let too_much = |retry_after| Refused::TooMuch { retry_after };
    state.limits.take(Limit::Uploads, who.account, state.clock.now()).map_err(too_much)?;
    let wanted = Wanted { name, channel, length: i64::try_from(length).unwrap_or(i64::MAX) };
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        uploads::begin(tx, doing, dispute, &wanted).map(|row| shown(&row))
    };
    let begun = state.desk.write_once(who.by(), body.once, act).await?;
    let mut response = told(HttpResponse::Created(), begun.offset, begun.length);
    Ok(response.insert_header((LOCATION, format!("/api/v1/uploads/{}", begun.id))).json(begun))
}

/// An upload of one's own. What no rule allows any more is given up at once, and its pieces are deleted.
async fn opened(
    state: &web::Data<AppState>,
    who: &SignedIn,
    upload: UploadId,
) -> Result<(UploadRow, Pieces), Refused> {
    let read = read_as(state, who.by(), move |tx, doing| uploads::open(tx, doing, upload)).await;
    if let Err(Refused::Rule { .. }) = read {
        give_up(state, who, upload).await?;
    }
    read
}

async fn give_up(state: &web::Data<AppState>, who: &SignedIn, upload: UploadId) -> Result<(), Refused> {
    state.desk.write(who.by(), move |tx, doing| uploads::forget(tx, doing, upload)).await?;
    delete_pieces(state, upload).await;
    Ok(())
}

/// Deletes the pieces of an upload that is not there any more. What a failure leaves the sweep finds.
async fn delete_pieces(state: &web::Data<AppState>, upload: UploadId) {
    let folder = state.config.pieces_folder();
    let delete = move || -> std::io::Result<()> {
        let start = format!("{upload}.");
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(&start)) {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    };
    match state.runtime.spawn_blocking(delete).await {
        Ok(Err(error)) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::warn!(%error, "the pieces of an upload could not be deleted");
        }
        Ok(_) => {}
        Err(_) => tracing::warn!("the pieces of an upload could not be deleted"),
    }
}

/// How far an upload is. Whoever asks has lost the line on which they sent: a request that is still under way is ended,
/// and what it brought counts.
#[utoipa::path(get, path = "/api/v1/uploads/{id}", tag = "files", params(("id" = String, Path)),
    responses((status = 200, body = UploadShown), (status = 404), (status = 409)))]
async fn show_upload(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let upload: UploadId = id(&path)?;
    opened(&state, &who, upload).await?;
    state.in_flight.land(upload).await;
    let (row, _) = opened(&state, &who, upload).await?;
    Ok(told(HttpResponse::Ok(), row.received, row.length).json(shown(&row)))
}

/// Add a piece: the bytes from `Upload-Offset` on, which is how far the upload is. One request at a time; of one that
/// breaks off, what came is kept where it is long enough.
#[utoipa::path(patch, path = "/api/v1/uploads/{id}", tag = "files",
    params(("id" = String, Path), ("upload-offset" = u64, Header)),
    request_body(content_type = "application/partial-upload", content = Vec<u8>),
    responses((status = 204), (status = 404), (status = 408), (status = 409), (status = 413), (status = 415), (status = 422)))]
async fn add_piece(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    let upload: UploadId = id(&path)?;
    opened(&state, &who, upload).await?;
    let offset = offset(&request)?;
    let flight = state.in_flight.begin(upload).ok_or_else(|| Refused::rule("upload-busy"))?;
    // How far it is, and whether it is there, is known once nobody else is at it.
    let (row, pieces) = opened(&state, &who, upload).await?;
    if offset != row.received {
        return Ok(elsewhere(row.received));
    }
    let most = usize::try_from(row.length.saturating_sub(row.received)).unwrap_or(0).min(PIECE_BYTES_MAX);
    let announced =
        request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|bytes: usize| bytes > most) {
        return Err(Refused::TooLarge);
    }
    // On a task of its own: where the line breaks, this handler ends, and what came is kept all the same.
    let taking = actix_web::rt::spawn(async move {
        let mut bytes = Vec::new();
        let mut body = std::pin::pin!(paced(payload, Allowance::file(most)));
        let ended = loop {
            let next = tokio::select! {
                next = body.next() => next,
                () = flight.is_to_land() => break Err(Refused::Malformed { code: "unreadable" }),
            };
            match next {
                None => break Ok(()),
                Some(Ok(chunk)) => bytes.extend_from_slice(&chunk),
                Some(Err(error)) => break Err(unread(&error)),
            }
        };
        // What is too long is of another file.
        if ended == Err(Refused::TooLarge) {
            return Err(Refused::TooLarge);
        }
        let is_last =
            bytes.len() == most && i64::try_from(most).is_ok_and(|most| row.received + most == row.length);
        if bytes.len() < PIECE_BYTES_MIN && !is_last {
            return Err(ended.err().unwrap_or_else(|| Refused::field("body", "too-short")));
        }
        let kept = put_down(&state, &who, row, pieces, bytes).await?;
        ended.map(|()| kept)
    });
    match taking.await.map_err(|_| Refused::broken("upload"))? {
        Ok((offset, length)) => Ok(told(HttpResponse::NoContent(), offset, length).finish()),
        Err(Refused::Conflict { code: "upload-offset", current }) => {
            Ok(elsewhere(current.get("offset").and_then(serde_json::Value::as_i64).unwrap_or(0)))
        }
        Err(refused) => Err(refused),
    }
}

fn offset(request: &HttpRequest) -> Result<i64, Refused> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    if !["application/partial-upload", "application/offset+octet-stream"].contains(&kind.trim()) {
        return Err(Refused::Unsupported);
    }
    let header =
        request.headers().get("upload-offset").ok_or_else(|| Refused::field("Upload-Offset", "missing"))?;
    let number = header.to_str().ok().and_then(|text| text.parse().ok()).filter(|number: &i64| *number >= 0);
    number.ok_or_else(|| Refused::field("Upload-Offset", "wrong-type"))
}

/// The upload is not where the client thinks; the answer says where.
fn elsewhere(offset: i64) -> HttpResponse {
    let refused = Refused::Conflict { code: "upload-offset", current: json!({ "offset": offset }) };
    let mut response = refused.error_response();
    response.headers_mut().insert(HeaderName::from_static("upload-offset"), HeaderValue::from(offset));
    response
}

/// Seals a piece, writes it through to the disk, and only then counts it. Returns how far the upload is, and its length.
async fn put_down(
    state: &web::Data<AppState>,
    who: &SignedIn,
    row: UploadRow,
    pieces: Pieces,
    bytes: Vec<u8>,
) -> Result<(i64, i64), Refused> {
    let count = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    let (path, piece) = (state.config.piece_path(row.id, row.pieces), row.pieces);
    let write = move || -> Result<(), Refused> {
        let written = write_piece(&path, &pieces.seal(piece, &bytes)?);
        written.map_err(|error| {
            tracing::error!(%error, "a piece of an upload could not be written");
            Refused::Unavailable
        })
    };
    state.runtime.spawn_blocking(write).await.map_err(|_| Refused::broken("upload"))??;
    let (upload, length, next) = (row.id, row.length, row.received.saturating_add(count));
    let advanced =
        state.desk.write(who.by(), move |tx, doing| uploads::advance(tx, doing, &row, count)).await;
    match advanced {
        Ok(()) => Ok((next, length)),
        Err(Refused::Conflict { .. }) => {
            let (row, _) = opened(state, who, upload).await?;
            Err(Refused::Conflict { code: "upload-offset", current: json!({ "offset": row.received }) })
        }
        Err(Refused::Rule { .. } | Refused::Absent) => {
            // Given up meanwhile, or now: nothing of it stays.
            let gone = opened(state, who, upload).await;
            delete_pieces(state, upload).await;
            Err(gone.err().unwrap_or(Refused::Absent))
        }
        Err(refused) => Err(refused),
    }
}

fn write_piece(path: &PathBuf, bytes: &[u8]) -> std::io::Result<()> {
    let folder: PathBuf = path.parent().map(std::path::Path::to_owned).unwrap_or_default();
    std::fs::create_dir_all(&folder)?;
    // A piece that was written and never counted is written anew.
    let mut file = std::fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    sync_folder(&folder)
}

/// Give an upload up; what came of it is deleted.
#[utoipa::path(delete, path = "/api/v1/uploads/{id}", tag = "files", params(("id" = String, Path)),
    responses((status = 204), (status = 404)))]
async fn cancel_upload(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let upload: UploadId = id(&path)?;
    match read_as(&state, who.by(), move |tx, doing| uploads::open(tx, doing, upload)).await {
        Ok(_) | Err(Refused::Rule { .. }) => {}
        Err(refused) => return Err(refused),
    }
    state.in_flight.land(upload).await;
    give_up(&state, &who, upload).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Completion {
    /// Says it in its channel in the same step.
    said: Option<Saying>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Saying {
    /// The entry's id, a UUIDv7 of the client's making.
    id: String,
    caption: Option<String>,
    /// What the person's screen said of who reads their channels.
    audience_digest: Option<String>,
}

/// Keep a file of which every piece has come, as any other upload is kept. The same again gets the first answer for a day.
#[utoipa::path(post, path = "/api/v1/uploads/{id}/completion", tag = "files", params(("id" = String, Path)),
    request_body = Completion,
    responses((status = 201, body = FileShown), (status = 404), (status = 409), (status = 422)))]
async fn complete_upload(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    let bytes = all_bytes(&request, payload.into_inner()).await?;
    let upload: UploadId = id(&path)?;
    let first = async || first_answer(&state, &who, &request, upload, &bytes).await;
    match opened(&state, &who, upload).await {
        Err(Refused::Absent) => return first().await,
        read => drop(read?),
    }
    let once = once_of(&state, &request, upload, &bytes)?;
    let said = parse::<Completion>(&bytes)?.said;
    let _flight = state.in_flight.begin(upload).ok_or_else(|| Refused::rule("upload-busy"))?;
    // The same request may have completed it a moment ago.
    let (row, pieces) = match opened(&state, &who, upload).await {
        Err(Refused::Absent) => return first().await,
        read => read?,
    };
    if row.received != row.length {
        let facts = serde_json::Map::from_iter([("offset".to_owned(), json!(row.received))]);
        return Err(Refused::Rule { code: "upload-incomplete", facts });
    }
    let mut whole =
        Upload { name: row.name.clone(), channel: row.channel, resumed: Some(upload), ..Upload::default() };
    let entry = said.map(|said| saying(&mut whole, said)).transpose()?;
    let dispute = row.dispute;
    whole.bytes = match together(&state, row, pieces).await {
        Err(Refused::Absent) => {
            give_up(&state, &who, upload).await?;
            return Err(Refused::Absent);
        }
        read => read?,
    };
    let kept = keep(&state, &who, dispute, whole, entry, once).await;
    match &kept {
        Ok(_) => delete_pieces(&state, upload).await,
        // It would be refused each time.
        Err(Refused::Rule { .. }) => give_up(&state, &who, upload).await?,
        Err(Refused::Fields(fields)) if fields.iter().any(|error| error.field == "file") => {
            give_up(&state, &who, upload).await?;
        }
        Err(_) => {}
    }
    Ok(HttpResponse::Created().json(kept?))
}

/// How a repeated completion is recognised: by its key, or else by the upload, which is completed once.
fn once_of(
    state: &web::Data<AppState>,
    request: &HttpRequest,
    upload: UploadId,
    bytes: &[u8],
) -> Result<Once, Refused> {
    let given = once(request, bytes)?;
    if given.key.is_some() {
        return Ok(given);
    }
    let digest = state.keys.digest("idempotency", &[upload.to_string().as_bytes(), bytes].concat());
    Ok(Once { key: Some(format!("upload {upload}")), digest })
}

/// The first answer to a completion of what is not there any more.
///
/// # Errors
/// `Absent` where there is none.
async fn first_answer(
    state: &web::Data<AppState>,
    who: &SignedIn,
    request: &HttpRequest,
    upload: UploadId,
    bytes: &[u8],
) -> Result<HttpResponse, Refused> {
    // To whoever has no such upload, a key that is none looks like one that is.
    let once = once_of(state, request, upload, bytes).map_err(|_| Refused::Absent)?;
    match state.desk.answered::<FileShown>(who.by(), &once).await {
        Ok(Some(first)) => Ok(HttpResponse::Created().json(first)),
        Ok(None) | Err(Refused::Fields(_)) => Err(Refused::Absent),
        Err(refused) => Err(refused),
    }
}

/// Where a complete file is to be said.
fn saying(whole: &mut Upload, said: Saying) -> Result<EntryId, Refused> {
    if whole.channel.is_none() {
        return Err(Refused::field("said", "not-a-choice"));
    }
    let entry = said.id.parse().map_err(|_| Refused::field("said.id", "not-an-id"))?;
    whole.others.push(("caption".to_owned(), said.caption.unwrap_or_default()));
    whole.others.push(("audience_digest".to_owned(), said.audience_digest.unwrap_or_default()));
    Ok(entry)
}

/// The file, of all its pieces.
///
/// # Errors
/// `Absent` where one is not on the disk: a house that was put back from a backup has the rows of uploads, and not what
/// came of them.
async fn together(state: &web::Data<AppState>, row: UploadRow, pieces: Pieces) -> Result<Vec<u8>, Refused> {
    let config = std::sync::Arc::clone(&state.config);
    let read = move || -> Result<Vec<u8>, Refused> {
        let mut whole = Vec::new();
        for piece in 0..row.pieces {
            let sealed = std::fs::read(config.piece_path(row.id, piece)).map_err(|error| {
                tracing::warn!(%error, "a piece of an upload is not on the disk");
                if error.kind() == std::io::ErrorKind::NotFound {
                    Refused::Absent
                } else {
                    Refused::Unavailable
                }
            })?;
            whole.extend(pieces.open(piece, &sealed)?);
        }
        let is_whole = i64::try_from(whole.len()).is_ok_and(|length| length == row.length);
        if is_whole { Ok(whole) } else { Err(Refused::broken("an upload is not as long as its pieces")) }
    };
    state.runtime.spawn_blocking(read).await.map_err(|_| Refused::broken("upload"))?
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/disputes/{id}/uploads").route(web::post().to(begin_upload)))
        .service(
            web::resource("/uploads/{id}")
                .route(web::get().to(show_upload))
                .route(web::head().to(show_upload))
                .route(web::patch().to(add_piece))
                .route(web::delete().to(cancel_upload)),
        )
        .service(web::resource("/uploads/{id}/completion").route(web::post().to(complete_upload)));
}
