//! Evidence as pages: adding it, the list of what one may open, and showing a file to the other person after a preview.
//! The same acts and checks as over the API; what is wrong with a file comes back in the form.

use actix_web::{HttpRequest, web};
use domain::dispute::StageName;
use domain::ids::{DisputeId, EntryId, FileId};
use domain::sight::Viewer;
use pages::files::{FileLine, FileShowing, Files};
use pages::form::Form;
use pages::words::Words;
use store::files::FileRow;

use super::frame::{Answer, Sent, Visit, into_form};
use crate::acts::files;
use crate::acts::process::{Seen, look};
use crate::desk::Once;
use crate::http::api::files::{keep, receive, send};
use crate::http::body::id;
use crate::http::upload::Upload;
use crate::http::who::check_csrf;
use crate::refused::Refused;

/// A size as people read it.
fn size(w: &Words, bytes: i64) -> String {
    let kilobytes = bytes.saturating_add(1023) / 1024;
    if kilobytes < 1024 {
        return w.in_digits(&format!("{kilobytes} KB"));
    }
    let tenths = bytes.saturating_mul(10) / (1024 * 1024);
    w.in_digits(&format!("{}.{} MB", tenths / 10, tenths % 10))
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
    let stage = seen.dispute.stage.name();
    let is_over = matches!(stage, StageName::Ended | StageName::Settled);
    Ok(Files {
        id: dispute.to_string(),
        items: lines(&visit.words, &seen, &rows),
        may_add: seen.side().is_some() && !is_over,
        is_draft: stage == StageName::Draft,
        form,
    })
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
) -> Result<(), Refused> {
    keep(&visit.state, visit.signed_in()?, dispute, upload, entry, Once::default()).await.map(drop)
}

/// What is wrong with a file is a matter of its form.
///
/// # Errors
/// What is none.
pub fn file_form(refused: Refused) -> Result<Form, Refused> {
    let refused = match refused {
        Refused::TooLarge => Refused::field("file", "file-too-large"),
        other => other,
    };
    into_form(refused, Form::default(), &[("channel", "")])
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
    let Err(refused) = done else { return Ok(visit.go_saying(&here, "added")) };
    let page = list_page(&visit, dispute, file_form(refused)?).await?;
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

async fn download(visit: Visit, path: web::Path<String>) -> Answer {
    let who = visit.signed_in()?;
    send(&visit.state, who, id(&path)?).await
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/disputes/{id}/files").route(web::get().to(list)).route(web::post().to(add)))
        .service(
            web::resource("/disputes/{id}/files/{file}/showing")
                .route(web::get().to(ask_showing))
                .route(web::post().to(show)),
        )
        .service(web::resource("/files/{id}").route(web::get().to(download)));
}
