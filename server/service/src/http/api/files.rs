//! Files over the API: streamed in, found out by content, cleaned, sealed, synced to disk, and only then acknowledged.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use actix_multipart::Multipart;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::entry::Body as Said;
use domain::ids::{DisputeId, EntryId, FileId};
use domain::room::Channel;
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use store::files::FileRow;
use utoipa::{OpenApi, ToSchema};

use super::disputes::read_as;
use crate::acts::process::look;
use crate::acts::{entries, files};
use crate::http::body::{Body, id};
use crate::http::who::SignedIn;
use crate::limits::Limit;
use crate::refused::Refused;
use crate::state::AppState;
use crate::uploads::{Kind, UPLOAD_BYTES_MAX, cleaned};

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(upload_file, list_files, download_file, show_file))]
pub struct Doc;

#[derive(Serialize, ToSchema)]
struct FileShown {
    id: String,
    content_type: String,
    bytes: i64,
    /// The name that its owner gave it; for the owner alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Whose it is; nothing for the mediator's.
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'static str>,
    shown: bool,
    at: String,
}

fn shown(row: FileRow, own: bool) -> FileShown {
    FileShown {
        id: row.id.to_string(),
        content_type: row.content_type,
        bytes: row.bytes,
        name: own.then_some(row.name),
        side: row.side.map(domain::party::Side::as_str),
        channel: row.channel.map(Channel::as_str),
        shown: row.shown,
        at: row.at.to_string(),
    }
}

/// Add a file: PDF, JPEG, PNG, WebP or plain text, of 25 MB at most. The part `file` holds it; a part `channel` says in
/// which channel of the room it will be shared, none: it is evidence, its owner's until they show it.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/files", tag = "files", params(("id" = String, Path)),
    request_body(content_type = "multipart/form-data", content = Vec<u8>),
    responses((status = 201, body = FileShown), (status = 404), (status = 413), (status = 422), (status = 429)))]
async fn upload_file(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let upload = receive(&state, &who, dispute, &request, payload).await?;
    if !upload.others.is_empty() {
        return Err(Refused::field("file", "unknown"));
    }
    Ok(HttpResponse::Created().json(shown(keep(&state, &who, dispute, upload, None).await?, true)))
}

/// Takes in what somebody uploads, once it is known that they have a part in the dispute.
///
/// # Errors
/// `Absent` before any of it is read; `TooMuch`; what could not be read at all.
pub async fn receive(
    state: &AppState,
    who: &SignedIn,
    dispute: DisputeId,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Upload, Refused> {
    // The seat comes before the body.
    read_as(state, who.by(), move |tx, doing| look(tx, doing, dispute)?.actor().map(drop)).await?;
    let too_much = |retry_after| Refused::TooMuch { retry_after };
    state.limits.take(Limit::Uploads, who.account, state.clock.now()).map_err(too_much)?;
    read_upload(request, payload).await
}

/// What somebody uploads.
pub struct Upload {
    /// What it was called.
    pub name: String,
    /// For which channel.
    pub channel: Option<Channel>,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The other fields of its form.
    pub others: Vec<(String, String)>,
    /// Why there is no file to keep; whoever asks by a form gets the rest of it back.
    pub fault: Option<Refused>,
}

impl Upload {
    /// Another field of its form; empty where there is none.
    pub fn other(&self, field: &str) -> &str {
        self.others.iter().find(|(name, _)| name == field).map_or("", |(_, value)| value.as_str())
    }
}

/// Cleans, seals, syncs and keeps an upload; with an `entry` it is said in its channel in the same transaction, so that
/// no file is kept for a channel in which it could not be shown.
///
/// # Errors
/// `Fields` where it is of no kind that is taken; what the act refuses.
pub async fn keep(
    state: &AppState,
    who: &SignedIn,
    dispute: DisputeId,
    upload: Upload,
    entry: Option<EntryId>,
) -> Result<FileRow, Refused> {
    let Upload { name, channel, bytes, fault, .. } = upload;
    if let Some(refused) = fault {
        return Err(refused);
    }
    let prepared =
        read_as(state, who.by(), move |tx, doing| files::prepare(tx, doing, dispute, channel)).await?;
    let (sealing, path) = (prepared.clone(), state.config.file_path(prepared.id));
    let job = move || -> Result<(Kind, usize), Refused> {
        let (kind, copy) = cleaned(bytes).ok_or_else(|| Refused::field("file", "file-kind"))?;
        write_synced(&path, &sealing.seal(&copy)?).map_err(|_| Refused::Unavailable)?;
        Ok((kind, copy.len()))
    };
    let cleaned = state.runtime.spawn_blocking(job).await.map_err(|_| Refused::broken("upload"))?;
    let (kind, length) = cleaned?;
    let id = prepared.id;
    let kept = state
        .desk
        .write(who.by(), move |tx, doing| {
            let row = files::add(tx, doing, &prepared, channel, &name, kind.content_type(), length)?;
            if let (Some(entry), Some(channel)) = (entry, channel) {
                entries::post(tx, doing, dispute, channel, entry, Said::File { file: row.id })?;
            }
            Ok(row)
        })
        .await;
    if kept.is_err() {
        // What no row names would lie there for ever.
        let _ = std::fs::remove_file(state.config.file_path(id));
    }
    kept
}

/// Writes a file and its folder's entry through to the disk before anything is acknowledged.
fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder: PathBuf = path.parent().map(Path::to_owned).unwrap_or_default();
    std::fs::create_dir_all(&folder)?;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::File::open(&folder)?.sync_all()
}

/// The most bytes that are read of a form after its file has turned out to be too large: a browser hears the answer only
/// once it has sent all of it.
const DRAINED_BYTES_MAX: usize = 4 * UPLOAD_BYTES_MAX;
/// The most other fields of a form with a file.
const OTHERS_MAX: usize = 8;

async fn read_upload(request: &HttpRequest, payload: web::Payload) -> Result<Upload, Refused> {
    let kind = request.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or("");
    if !kind.starts_with("multipart/form-data") {
        return Err(Refused::Unsupported);
    }
    let unreadable = |_| Refused::Malformed { code: "unreadable" };
    let mut upload =
        Upload { name: String::new(), channel: None, bytes: Vec::new(), others: Vec::new(), fault: None };
    let mut form = Multipart::new(request.headers(), payload);
    let (mut read, mut is_too_large) = (0_usize, false);
    while let Some(part) = form.next().await {
        let mut part = part.map_err(unreadable)?;
        let about = part.content_disposition().cloned();
        let field = about.as_ref().and_then(|about| about.get_name()).unwrap_or("").to_owned();
        let mut bytes = Vec::new();
        while let Some(chunk) = part.next().await {
            let chunk = chunk.map_err(unreadable)?;
            read = read.saturating_add(chunk.len());
            is_too_large = is_too_large || bytes.len() + chunk.len() > UPLOAD_BYTES_MAX;
            if read > DRAINED_BYTES_MAX {
                return Err(Refused::TooLarge);
            }
            if is_too_large {
                bytes = Vec::new();
            } else {
                bytes.extend_from_slice(&chunk);
            }
        }
        if field == "file" {
            upload.name = about.and_then(|about| about.get_filename().map(str::to_owned)).unwrap_or_default();
            upload.bytes = bytes;
        } else {
            take_field(&mut upload, field, bytes)?;
        }
    }
    upload.fault = if is_too_large {
        Some(Refused::TooLarge)
    } else {
        upload.bytes.is_empty().then(|| Refused::field("file", "file-missing"))
    };
    Ok(upload)
}

fn take_field(upload: &mut Upload, field: String, bytes: Vec<u8>) -> Result<(), Refused> {
    let word = String::from_utf8(bytes).unwrap_or_default();
    match field.as_str() {
        "channel" if word.is_empty() => {}
        "channel" => {
            let channel = word.trim().parse().map_err(|_| Refused::field("channel", "not-a-choice"))?;
            upload.channel = Some(channel);
        }
        _ if upload.others.len() >= OTHERS_MAX => return Err(Refused::field("file", "unknown")),
        _ => upload.others.push((field, word)),
    }
    Ok(())
}

#[derive(Serialize, ToSchema)]
struct Files {
    items: Vec<FileShown>,
}

/// The evidence that one may open: one's own, and what the other side shows.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/files", tag = "files", params(("id" = String, Path)),
    responses((status = 200, body = Files), (status = 404)))]
async fn list_files(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let account = who.account;
    let (_, rows) = read_as(&state, who.by(), move |tx, doing| files::list(tx, doing, dispute)).await?;
    let item = |row: FileRow| {
        let own = row.owner == account;
        shown(row, own)
    };
    Ok(HttpResponse::Ok().json(Files { items: rows.into_iter().map(item).collect() }))
}

/// Download a file. It is never shown inside a page of ours.
#[utoipa::path(get, path = "/api/v1/files/{id}", tag = "files", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 404)))]
async fn download_file(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    send(&state, &who, id(&path)?).await
}

/// A file as a download, for whoever may open it.
///
/// # Errors
/// `Absent` for everybody else.
pub async fn send(state: &AppState, who: &SignedIn, file: FileId) -> Result<HttpResponse, Refused> {
    let (row, prepared, _) = read_as(state, who.by(), move |tx, doing| files::open(tx, doing, file)).await?;
    let path = state.config.file_path(file);
    let job = move || std::fs::read(path).map_err(|_| Refused::broken("a file is not on the disk"));
    let sealed = state.runtime.spawn_blocking(job).await.map_err(|_| Refused::broken("download"))?;
    let bytes = prepared.open(&sealed?)?;
    let name = format!("attachment; filename=\"file.{}\"", Kind::extension(&row.content_type));
    Ok(HttpResponse::Ok()
        .content_type(row.content_type)
        .insert_header(("Content-Disposition", name))
        .body(bytes))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Sharing {
    /// Whether the other side may see it.
    shown: bool,
}

/// Let the other side see a file, or no longer.
#[utoipa::path(put, path = "/api/v1/files/{id}/sharing", tag = "files", params(("id" = String, Path)),
    request_body = Sharing, responses((status = 204), (status = 404), (status = 422)))]
async fn show_file(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Sharing>,
) -> Result<HttpResponse, Refused> {
    let (file, shown): (FileId, bool) = (id(&path)?, body.value.shown);
    state.desk.write(who.by(), move |tx, doing| files::show(tx, doing, file, shown)).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(
            web::resource("/disputes/{id}/files")
                .route(web::post().to(upload_file))
                .route(web::get().to(list_files)),
        )
        .service(web::resource("/files/{id}").route(web::get().to(download_file)))
        .service(web::resource("/files/{id}/sharing").route(web::put().to(show_file)));
}
