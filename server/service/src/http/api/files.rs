//! Files over the API: streamed in, found out by content, cleaned, sealed, synced to disk, and only then acknowledged.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use domain::entry::{Body as Said, FileContent};
use domain::file::Quarantine;
use domain::ids::{DisputeId, EntryId, FileId};
use domain::room::Channel;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use store::Tx;
use store::files::FileRow;
use utoipa::{OpenApi, ToSchema};

use super::disputes::read_as;
use crate::acts::files::{Copied, Prepared};
use crate::acts::process::look;
use crate::acts::{By, Doing, entries, files, uploads};
use crate::desk::Once;
use crate::http::body::{Body, id, once};
use crate::http::serving::{Served, answer};
use crate::http::upload::{Upload, read_form};
use crate::http::who::SignedIn;
use crate::limits::Limit;
use crate::refused::Refused;
use crate::state::AppState;
use crate::uploads::scanner::Verdict;
use crate::uploads::{Kind, NotCleaned};

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(upload_file, list_files, download_file, remove_file, show_thumbnail, show_file))]
pub struct Doc;

/// A file as its reader may know it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct FileShown {
    id: String,
    content_type: String,
    bytes: i64,
    /// The name that its owner gave it; for the owner alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Whose it is; nothing for the mediator's.
    #[serde(skip_serializing_if = "Option::is_none")]
    side: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<String>,
    shown: bool,
    at: String,
    /// Why nobody may open it: `waiting` to be checked for viruses, or `held` back because it did not pass. For the owner
    /// alone; nothing where it may be opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    quarantine: Option<String>,
}

impl FileShown {
    /// Whether it may be opened and said.
    pub const fn is_free(&self) -> bool {
        self.quarantine.is_none()
    }

    /// Whether it was checked and did not pass.
    pub fn is_held(&self) -> bool {
        self.quarantine.as_deref() == Some(Quarantine::Held.as_str())
    }
}

fn shown(row: FileRow, own: bool) -> FileShown {
    FileShown {
        id: row.id.to_string(),
        content_type: row.content_type,
        bytes: row.bytes,
        name: own.then_some(row.name),
        side: row.side.map(|side| side.as_str().to_owned()),
        channel: row.channel.map(|channel| channel.as_str().to_owned()),
        shown: row.shown,
        at: row.at.to_string(),
        quarantine: row.quarantine.map(|why| why.as_str().to_owned()),
    }
}

/// Add a file: PDF, JPEG, PNG, WebP or plain text, of 25 MB at most. The part `file` holds it; a part `channel` says in
/// which channel of the room it will be shared, none: it is evidence, its owner's until they show it. Where the house has
/// files checked for viruses, one that does not pass, or that nothing could check now, is kept in `quarantine`.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/files", tag = "files", params(("id" = String, Path)),
    request_body(content_type = "multipart/form-data", content = Vec<u8>),
    responses((status = 201, body = FileShown), (status = 404), (status = 408), (status = 413), (status = 422), (status = 429)))]
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
    let channel = upload.channel.map_or("", Channel::as_str);
    // A form's bytes differ with each sending (its boundary is random), so what it holds is compared.
    let mut sent = Sha256::digest(&upload.bytes).to_vec();
    sent.extend(format!("{channel} {}", upload.name).bytes());
    let once = once(&request, &sent)?;
    Ok(HttpResponse::Created().json(keep(&state, &who, dispute, upload, None, once).await?))
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
    read_form(request, payload).await
}

/// Cleans, checks, seals, syncs and keeps an upload; with an `entry` it is said in its channel in the same transaction,
/// so that no file is kept for a channel in which it could not be shown. What does not pass the check, or cannot be
/// checked now, is kept in quarantine and not said.
///
/// # Errors
/// `Fields` where it is of no kind that is taken; what the act refuses.
pub async fn keep(
    state: &AppState,
    who: &SignedIn,
    dispute: DisputeId,
    upload: Upload,
    entry: Option<EntryId>,
    once: Once,
) -> Result<FileShown, Refused> {
    let audience = Some(upload.other("audience_digest").to_owned()).filter(|digest| !digest.is_empty());
    let caption = Some(upload.other("caption").to_owned());
    let Upload { name, channel, bytes, resumed, fault, .. } = upload;
    if let Some(refused) = fault {
        return Err(refused);
    }
    let prepared =
        read_as(state, who.by(), move |tx, doing| files::prepare(tx, doing, dispute, channel, resumed))
            .await?;
    let cleaner = state.cleaner.clone();
    let cleaning = state.runtime.spawn(async move { cleaner.clean(bytes).await });
    let (kind, copy) = cleaning.await.map_err(|_| Refused::broken("upload"))?.map_err(not_cleaned)?;
    let quarantine = checked(state, copy.clone()).await?;
    let thumbnail = if kind.is_picture() {
        let (cleaner, picture) = (state.cleaner.clone(), copy.clone());
        let drawing = state.runtime.spawn(async move { cleaner.thumbnail(picture).await });
        drawing.await.map_err(|_| Refused::broken("upload"))?
    } else {
        None
    };
    let (length, path) = (copy.len(), state.config.file_path(prepared.id));
    write_sealed(state, prepared.clone(), copy, path.clone()).await?;
    let id = prepared.id;
    let copied = Copied { name, channel, kind: kind.content_type(), bytes: length, thumbnail, quarantine };
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        if let Some(upload) = resumed {
            // Its room is free for what it became.
            uploads::forget(tx, doing, upload)?;
        }
        let row = files::add(tx, doing, &prepared, copied)?;
        if let (Some(entry), Some(channel), None) = (entry, channel, quarantine) {
            let said = Said::File(FileContent { caption, ..FileContent::of(row.id) });
            entries::post(tx, doing, dispute, channel, entry, said, audience.as_deref())?;
        }
        Ok(shown(row, true))
    };
    let kept = state.desk.write_once(who.by(), once, act).await;
    let may_be_named = match &kept {
        Ok(shown) => shown.id == id.to_string(),
        // Whether the row is there nobody knows: the sweep finds out, and what a row names must not be lost.
        Err(refused) => matches!(refused, Refused::Unavailable | Refused::Broken),
    };
    if !may_be_named {
        // What no row names would lie there for ever.
        let _ = std::fs::remove_file(path);
    }
    kept
}

/// Has the copy that is kept, which is what others will open, checked for viruses.
async fn checked(state: &AppState, copy: Vec<u8>) -> Result<Option<Quarantine>, Refused> {
    if !state.scanner.is_set() {
        return Ok(None);
    }
    let scanner = state.scanner.clone();
    let checking = state.runtime.spawn(async move { scanner.check(&copy).await });
    Ok(match checking.await.map_err(|_| Refused::broken("upload"))? {
        Ok(Verdict::Clean) => None,
        Ok(Verdict::NotPassed) => Some(Quarantine::Held),
        Err(_) => Some(Quarantine::Waiting),
    })
}

fn not_cleaned(why: NotCleaned) -> Refused {
    match why {
        NotCleaned::OtherKind => Refused::field("file", "file-kind"),
        NotCleaned::Refused => Refused::field("file", "file-unreadable"),
        NotCleaned::Busy => Refused::Busy { retry_after: Duration::from_secs(10) },
        NotCleaned::Broken => Refused::broken("a file could not be cleaned"),
    }
}

async fn write_sealed(
    state: &AppState,
    prepared: Prepared,
    copy: Vec<u8>,
    path: PathBuf,
) -> Result<(), Refused> {
    let job = move || -> Result<(), Refused> {
        let written = write_synced(&path, &prepared.seal(&copy)?);
        written.map_err(|error| {
            tracing::error!(%error, "an upload could not be written");
            // Half a file is nobody's, and holds the room that the disk lacks.
            let _ = std::fs::remove_file(&path);
            Refused::Unavailable
        })
    };
    state.runtime.spawn_blocking(job).await.map_err(|_| Refused::broken("upload"))?
}

/// Writes a file and its folder's entry through to the disk before anything is acknowledged.
fn write_synced(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder: PathBuf = path.parent().map(Path::to_owned).unwrap_or_default();
    std::fs::create_dir_all(&folder)?;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    sync_folder(&folder)
}

/// Writes what a folder holds, by name, through to the disk.
///
/// # Errors
/// The disk's.
pub fn sync_folder(folder: &Path) -> std::io::Result<()> {
    std::fs::File::open(folder)?.sync_all()
}

#[derive(Serialize, ToSchema)]
struct Files {
    items: Vec<FileShown>,
    /// One's own files for channels of the room that were not said there yet.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unsaid: Vec<FileShown>,
}

/// The evidence that one may open: one's own, and what the other side shows. One's own includes what is in quarantine.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/files", tag = "files", params(("id" = String, Path)),
    responses((status = 200, body = Files), (status = 404)))]
async fn list_files(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let account = who.account;
    let read = move |tx: &mut Tx<'_>, doing: &Doing| {
        Ok((files::list(tx, doing, dispute)?.1, files::unsaid(tx, doing, dispute)?))
    };
    let (rows, unsaid) = read_as(&state, who.by(), read).await?;
    let item = |row: FileRow| {
        let own = row.owner == account;
        shown(row, own)
    };
    let unsaid = unsaid.into_iter().map(|row| shown(row, true)).collect();
    Ok(HttpResponse::Ok().json(Files { items: rows.into_iter().map(item).collect(), unsaid }))
}

/// Download a file, whole or in ranges. It is never shown inside a page of ours.
#[utoipa::path(get, path = "/api/v1/files/{id}", tag = "files", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream"), (status = 206), (status = 304), (status = 404),
        (status = 416)))]
async fn download_file(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    send(&request, &state, who.by(), id(&path)?).await
}

/// A file as a download, for whoever may open it.
///
/// # Errors
/// `Absent` for everybody else.
pub async fn send(
    request: &HttpRequest,
    state: &AppState,
    by: By,
    file: FileId,
) -> Result<HttpResponse, Refused> {
    let (row, prepared) = read_as(state, by, move |tx, doing| files::open(tx, doing, file)).await?;
    let path = state.config.file_path(row.id);
    let job = move || std::fs::read(path).map_err(|_| Refused::broken("a file is not on the disk"));
    let sealed = state.runtime.spawn_blocking(job).await.map_err(|_| Refused::broken("download"))?;
    let bytes = prepared.open(&sealed?)?;
    let disposition = format!("attachment; filename=\"file.{}\"", Kind::extension(&row.content_type));
    let served = Served { bytes, content_type: row.content_type, tag: file.to_string(), disposition };
    Ok(answer(request, &state.config, served))
}

/// The small picture of a file that is one: JPEG, at most 240 pixels on its longer side.
#[utoipa::path(get, path = "/api/v1/files/{id}/thumbnail", tag = "files", params(("id" = String, Path)),
    responses((status = 200, content_type = "image/jpeg"), (status = 206), (status = 304), (status = 404), (status = 416)))]
async fn show_thumbnail(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    send_thumbnail(&request, &state, who.by(), id(&path)?).await
}

/// The small picture of a file, for whoever may open the file. It is drawn by the house: nothing that somebody uploaded
/// is in it but colours.
///
/// # Errors
/// `Absent` for everybody else.
pub async fn send_thumbnail(
    request: &HttpRequest,
    state: &AppState,
    by: By,
    file: FileId,
) -> Result<HttpResponse, Refused> {
    let bytes = read_as(state, by, move |tx, doing| files::thumbnail(tx, doing, file)).await?;
    let (content_type, disposition) = ("image/jpeg".to_owned(), "inline".to_owned());
    let served = Served { bytes, content_type, tag: format!("{file}.small"), disposition };
    Ok(answer(request, &state.config, served))
}

/// Take back a file that nobody else has seen: one in quarantine, or one that was never said in its channel.
#[utoipa::path(delete, path = "/api/v1/files/{id}", tag = "files", params(("id" = String, Path)),
    responses((status = 204), (status = 404), (status = 409)))]
async fn remove_file(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let file: FileId = id(&path)?;
    state.desk.write(who.by(), move |tx, doing| files::remove(tx, doing, file)).await?;
    Ok(HttpResponse::NoContent().finish())
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
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| files::show(tx, doing, file, shown);
    state.desk.write_once(who.by(), body.once, act).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(
            web::resource("/disputes/{id}/files")
                .route(web::post().to(upload_file))
                .route(web::get().to(list_files)),
        )
        .service(
            web::resource("/files/{id}")
                .route(web::get().to(download_file))
                .route(web::delete().to(remove_file)),
        )
        .service(web::resource("/files/{id}/thumbnail").route(web::get().to(show_thumbnail)))
        .service(web::resource("/files/{id}/sharing").route(web::put().to(show_file)));
}
