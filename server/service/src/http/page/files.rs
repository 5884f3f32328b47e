//! Evidence as pages: adding it, the list of what one may open, and showing a file to the other person after a preview.
//! The same acts and checks as over the API; what is wrong with a file comes back in the form.

use std::collections::BTreeMap;

use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::dispute::StageName;
use domain::entry::{Body, FileContent};
use domain::ids::{DisputeId, EntryId, FileId};
use domain::room::Channel;
use domain::sight::Viewer;
use pages::entries::FileCard;
use pages::files::{FileLine, FileShowing, Files, UnsaidFile, sending_words};
use pages::form::Form;
use pages::words::Words;
use store::Tx;
use store::files::FileRow;

use super::frame::{Answer, Sent, Visit, into_form};
use crate::acts::process::{Seen, look};
use crate::acts::{By, Doing, entries, files, rooms};
use crate::desk::Once;
use crate::http::api::files::{FileShown, keep, receive, send, send_thumbnail};
use crate::http::body::id;
use crate::http::links;
use crate::http::upload::Upload;
use crate::http::who::{account_of, check_csrf};
use crate::refused::Refused;
use crate::state::AppState;
use crate::tokens::new_uuid;

/// A size as people read it.
fn size(w: &Words, bytes: i64) -> String {
    let kilobytes = bytes.saturating_add(1023) / 1024;
    if kilobytes < 1024 {
        return w.in_digits(&format!("{kilobytes} KB"));
    }
    let tenths = bytes.saturating_mul(10) / (1024 * 1024);
    w.in_digits(&format!("{}.{} MB", tenths / 10, tenths % 10))
}

/// A file as it stands in a channel.
pub fn card(content: &FileContent, name: String) -> FileCard {
    FileCard {
        id: content.file.to_string(),
        name,
        caption: content.caption.clone().unwrap_or_default(),
        thumbnail: content.thumbnail,
    }
}

/// What a file is called for everybody but its owner.
pub fn numbered(w: &Words, number: usize) -> String {
    w.file_number(w.number(number)).text().to_owned()
}

/// The files as their reader may know them: others' are numbered among what that reader may open, so that no gap tells
/// of a file that is not shown.
pub fn lines(w: &Words, seen: &Seen, rows: &[FileRow]) -> Vec<FileLine> {
    let mut number = 0_usize;
    let line = |row: &FileRow| {
        let is_mine = row.owner == seen.account;
        if !is_mine {
            number = number.saturating_add(1);
        }
        FileLine {
            id: row.id.to_string(),
            name: if is_mine { row.name.clone() } else { numbered(w, number) },
            size: size(w, row.bytes),
            is_mine,
            is_shown: row.shown,
            quarantine: row.quarantine.map_or_else(String::new, |why| why.as_str().to_owned()),
        }
    };
    rows.iter().map(line).collect()
}

/// What the reader may open of a dispute beside its room; nothing once the talk is destroyed.
///
/// # Errors
/// Those of the store.
pub async fn listed(visit: &Visit, dispute: DisputeId) -> Result<Vec<FileLine>, Refused> {
    match visit.read(move |tx, doing| files::list(tx, doing, dispute)).await {
        Ok((seen, rows)) => Ok(lines(&visit.words, &seen, &rows)),
        Err(Refused::Absent) => Ok(Vec::new()),
        Err(refused) => Err(refused),
    }
}

async fn list_page(visit: &Visit, dispute: DisputeId, form: Form) -> Result<Files, Refused> {
    visit.signed_in()?;
    let (seen, rows) = visit.read(move |tx, doing| files::list(tx, doing, dispute)).await?;
    if matches!(seen.viewer, Viewer::Pending | Viewer::Proposed) {
        return Err(Refused::Absent);
    }
    let (unsaid, audience) = unsaid_lines(visit, dispute).await?;
    let stage = seen.dispute.stage.name();
    let is_over = matches!(stage, StageName::Ended | StageName::Settled);
    Ok(Files {
        id: dispute.to_string(),
        items: lines(&visit.words, &seen, &rows),
        unsaid,
        audience,
        may_add: seen.side().is_some() && !is_over,
        is_draft: stage == StageName::Draft,
        form,
    })
}

/// What the reader added for the room and has not said there, and who would read it now.
async fn unsaid_lines(visit: &Visit, dispute: DisputeId) -> Result<(Vec<UnsaidFile>, String), Refused> {
    let read = visit.read(move |tx, doing| {
        let (seen, rows) = (look(tx, doing, dispute)?, files::unsaid(tx, doing, dispute)?);
        if rows.is_empty() {
            return Ok(None);
        }
        let view = rooms::room_now(tx, dispute)?.view(seen.account);
        let names = store::names::of(tx, dispute)?;
        Ok(Some((seen, rows, view.map_or_else(String::new, |view| view.audience_digest), names)))
    });
    let Some((seen, rows, audience, names)) = read.await? else { return Ok((Vec::new(), String::new())) };
    let entry_id = || new_uuid(visit.state.clock.now()).to_string();
    let lines = lines(&visit.words, &seen, &rows).into_iter().zip(&rows);
    let unsaid = lines.filter_map(|(file, row)| {
        let channel = row.channel?;
        let side = channel.caucus_of().filter(|_| seen.viewer.mediates());
        let with =
            side.and_then(|side| names.of(side).as_ref()).map_or_else(String::new, ToString::to_string);
        Some(UnsaidFile { file, channel: channel.as_str().to_owned(), with, entry_id: entry_id() })
    });
    Ok((unsaid.collect(), audience))
}

async fn list(visit: Visit, path: web::Path<String>) -> Answer {
    let page = list_page(&visit, id(&path)?, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// Takes in a form with a file. It carries the token as a field, as every form does, and nothing is kept before that
/// was looked at.
///
/// # Errors
/// Those of the upload; `Forbidden` for a form of another session.
pub async fn received(
    visit: &Visit,
    dispute: DisputeId,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Upload, Refused> {
    let who = visit.signed_in()?;
    let upload = receive(&visit.state, who, dispute, request, payload).await?;
    check_csrf(&visit.state, who, upload.other("csrf"))?;
    Ok(upload)
}

/// Keeps what was taken in, for the room where there is an `entry` to say it in.
///
/// # Errors
/// As [`keep`].
pub async fn kept(
    visit: &Visit,
    dispute: DisputeId,
    upload: Upload,
    entry: Option<EntryId>,
) -> Result<FileShown, Refused> {
    keep(&visit.state, visit.signed_in()?, dispute, upload, entry, Once::default()).await
}

/// The line that says what became of a file of one's own: `free` where it may be opened.
pub fn notice_of(kept: &FileShown, free: &'static str) -> &'static str {
    match (kept.is_free(), kept.is_held()) {
        (true, _) => free,
        (false, true) => "file-held",
        (false, false) => "file-waits",
    }
}

/// What is wrong with a file is a matter of its form.
///
/// # Errors
/// What is none.
pub fn file_form(refused: Refused, typed: Form) -> Result<Form, Refused> {
    let refused = match refused {
        Refused::TooLarge => Refused::field("file", "file-too-large"),
        other => other,
    };
    into_form(refused, typed, &[("channel", ""), ("body.caption", "caption")])
}

async fn add(request: HttpRequest, visit: Visit, path: web::Path<String>, payload: web::Payload) -> Answer {
    visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    let done = match received(&visit, dispute, &request, payload).await {
        // A file for a channel goes in by the room's own form.
        Ok(upload) => kept(&visit, dispute, Upload { channel: None, ..upload }, None).await,
        Err(refused) => Err(refused),
    };
    let here = format!("/disputes/{dispute}/files");
    let refused = match done {
        Ok(kept) => return Ok(visit.go_saying(&here, notice_of(&kept, "added"))),
        Err(refused) => refused,
    };
    let page = list_page(&visit, dispute, file_form(refused, Form::default())?).await?;
    Ok(visit.again(&here, |w, f| page.render(w, f)))
}

/// The preview of a file of one's own, by the number that it would have for the other person now.
async fn preview(visit: &Visit, path: &(String, String), form: Form) -> Result<FileShowing, Refused> {
    visit.signed_in()?;
    let (dispute, file): (DisputeId, FileId) = (id(&path.0)?, id(&path.1)?);
    let read = visit.read(move |tx, doing| {
        look(tx, doing, dispute)?.party()?;
        let (seen, rows) = files::list(tx, doing, dispute)?;
        let own: Vec<FileRow> = rows.into_iter().filter(|row| row.owner == seen.account).collect();
        let row = own.iter().find(|row| row.id == file).ok_or(Refused::Absent)?;
        files::check_passed(row)?;
        let visible = own.iter().filter(|one| one.shown || one.id == file);
        let number = visible.take_while(|one| one.id != file).count().saturating_add(1);
        Ok((row.content_type.starts_with("image/"), number))
    });
    let (is_picture, number) = read.await?;
    Ok(FileShowing {
        id: dispute.to_string(),
        file: file.to_string(),
        name: numbered(&visit.words, number),
        is_picture,
        form,
    })
}

async fn ask_showing(visit: Visit, path: web::Path<(String, String)>) -> Answer {
    let page = preview(&visit, &path, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn show(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    sent.visit.signed_in()?;
    let page = preview(&sent.visit, &path, Form::default()).await?;
    let (dispute, file): (DisputeId, FileId) = (id(&path.0)?, id(&path.1)?);
    if sent.form.ticked("show") {
        sent.visit.write(move |tx, doing| files::show(tx, doing, file, true)).await?;
        return Ok(sent.visit.go_saying(&format!("/disputes/{dispute}/files"), "shown"));
    }
    let form = into_form(Refused::field("show", "missing"), Form::default(), &[])?;
    let (page, here) = (FileShowing { form, ..page }, format!("/disputes/{dispute}/files/{file}/showing"));
    Ok(sent.visit.again(&here, |w, f| page.render(w, f)))
}

/// Takes back a file that nobody else has seen.
async fn remove(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    let (dispute, file): (DisputeId, FileId) = (id(&path.0)?, id(&path.1)?);
    sent.visit.signed_in()?;
    sent.visit.write(move |tx, doing| files::remove(tx, doing, file)).await?;
    Ok(sent.visit.go_saying(&format!("/disputes/{dispute}/files"), "file-removed"))
}

/// Says in the room what was added for it before: a file that had to wait, or that was left there.
async fn say(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    sent.visit.count_entry()?;
    let (dispute, file): (DisputeId, FileId) = (id(&path.0)?, id(&path.1)?);
    let channel: Channel = sent.form.text("channel").parse().map_err(|_| Refused::Absent)?;
    let unreadable = |_| Refused::Malformed { code: "unreadable" };
    let entry: EntryId = sent.form.text("id").parse().map_err(unreadable)?;
    let audience = sent.form.text("audience_digest").to_owned();
    let said = Body::File(FileContent::of(file));
    let post = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        entries::post(tx, doing, dispute, channel, entry, said, Some(&audience)).map(drop)
    };
    let Err(refused) = sent.visit.write(post).await else {
        return Ok(sent.visit.go(&format!("/rooms/{dispute}?channel={channel}#end")));
    };
    let form = into_form(refused, Form::default(), &[("body.file", "")])?;
    let page = list_page(&sent.visit, dispute, form).await?;
    Ok(sent.visit.again(&format!("/disputes/{dispute}/files"), |w, f| page.render(w, f)))
}

/// The words of the script that sends a file in pieces: they are asked for once somebody chooses one.
async fn words(visit: Visit) -> Answer {
    let words: BTreeMap<_, _> = sending_words(&visit.words).into_iter().collect();
    Ok(HttpResponse::Ok().json(words))
}

/// Whoever may open a file is led to a link by which the browser fetches it without its cookie counting for anything.
async fn download(visit: Visit, path: web::Path<String>) -> Answer {
    let who = visit.signed_in()?;
    let file: FileId = id(&path)?;
    visit.read(move |tx, doing| files::open(tx, doing, file).map(drop)).await?;
    let AppState { config, keys, clock, .. } = visit.state.get_ref();
    let link = links::link(config, keys, file, who.session, clock.now());
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, link)).finish())
}

async fn small(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    let by = visit.signed_in()?.by();
    send_thumbnail(&request, &visit.state, by, id(&path)?).await
}

/// The file behind a link. Who shows which cookie is not looked at.
async fn follow(request: HttpRequest, state: web::Data<AppState>, path: web::Path<String>) -> Answer {
    if !links::is_at_home(&request, &state.config) {
        return Err(Refused::Absent);
    }
    let (file, session) = links::read(&state.keys, &path, state.clock.now()).ok_or(Refused::Absent)?;
    match account_of(&state, session).await {
        Ok(account) => send(&request, &state, By::Person(account), file).await,
        Err(Refused::NotYou) => Err(Refused::Absent),
        Err(refused) => Err(refused),
    }
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/disputes/{id}/files").route(web::get().to(list)).route(web::post().to(add)))
        .service(
            web::resource("/disputes/{id}/files/{file}/showing")
                .route(web::get().to(ask_showing))
                .route(web::post().to(show)),
        )
        .service(web::resource("/disputes/{id}/files/{file}/removal").route(web::post().to(remove)))
        .service(web::resource("/rooms/{id}/files/{file}").route(web::post().to(say)))
        .service(web::resource("/files/words").route(web::get().to(words)))
        .service(web::resource("/files/{id}").route(web::get().to(download)))
        .service(web::resource("/files/{id}/thumbnail").route(web::get().to(small)))
        .service(web::resource("/file-links/{link}").route(web::get().to(follow)));
}
