//! Files as they are sent: one file in a form with few and short fields beside it, or the body itself. Deliberately not
//! here: what a file is, and who may send one.

use actix_multipart::{Field, Multipart};
use actix_web::{HttpRequest, web};
use domain::ids::UploadId;
use domain::room::Channel;
use futures_util::StreamExt as _;

use super::pace::{Allowance, paced, unread, unread_form};
use crate::refused::Refused;
use crate::uploads::UPLOAD_BYTES_MAX;

/// The most bytes that are read of a form after its file has turned out to be too large: a browser hears the answer only
/// once it has sent all of it.
const DRAINED_BYTES_MAX: usize = 4 * UPLOAD_BYTES_MAX;
/// The most bytes of a field that names something.
const NAMING_BYTES_MAX: usize = 64;
/// The most other fields of a form with a file, and the most bytes of all of them.
const OTHERS_MAX: usize = 8;
const OTHERS_BYTES_MAX: usize = FORM_BYTES;
/// What a form may have beside its file, heads of its parts included.
pub const FORM_BYTES: usize = 64 * 1024;

/// What somebody uploads.
#[derive(Default)]
pub struct Upload {
    /// What it was called.
    pub name: String,
    /// For which channel.
    pub channel: Option<Channel>,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The other fields of its form.
    pub others: Vec<(String, String)>,
    /// The upload in pieces of which it was put together, if it was; complete with it.
    pub resumed: Option<UploadId>,
    /// Why there is no file to keep; whoever asks by a form gets the rest of it back.
    pub fault: Option<Refused>,
}

impl Upload {
    /// Another field of its form; empty where there is none.
    pub fn other(&self, field: &str) -> &str {
        self.others.iter().find(|(name, _)| name == field).map_or("", |(_, value)| value.as_str())
    }
}

fn is_form(request: &HttpRequest) -> bool {
    let kind = request.headers().get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or("");
    kind.starts_with("multipart/form-data")
}

/// Reads a form with a `file`, perhaps a `channel`, and other fields. What is too large is read on and not kept.
///
/// # Errors
/// `Unsupported` for any other body; `TooLarge`, `TooSlow`; `Fields` for a second file and for what is too long.
pub async fn read_form(request: &HttpRequest, payload: web::Payload) -> Result<Upload, Refused> {
    if !is_form(request) {
        return Err(Refused::Unsupported);
    }
    let body = paced(payload, Allowance::file(DRAINED_BYTES_MAX));
    let mut form = Multipart::new(request.headers(), Box::pin(body));
    let (mut upload, mut has_file, mut others) = (Upload::default(), false, 0);
    while let Some(part) = form.next().await {
        let part = part.map_err(|error| unread_form(&error))?;
        let about = part.content_disposition().cloned();
        let field = about.as_ref().and_then(|about| about.get_name()).unwrap_or("").to_owned();
        if field == "file" {
            if std::mem::replace(&mut has_file, true) {
                return Err(Refused::field("file", "twice"));
            }
            upload.name = about.and_then(|about| about.get_filename().map(str::to_owned)).unwrap_or_default();
            match read_part(part, UPLOAD_BYTES_MAX).await? {
                None => upload.fault = Some(Refused::TooLarge),
                Some(bytes) => upload.bytes = bytes,
            }
        } else {
            let most = if field == "channel" { NAMING_BYTES_MAX } else { OTHERS_BYTES_MAX - others };
            let bytes = read_part(part, most).await?;
            let bytes = bytes.ok_or_else(|| Refused::field(known(&field), "too-long"))?;
            others += bytes.len();
            take_field(&mut upload, field, bytes)?;
        }
    }
    if upload.bytes.is_empty() && upload.fault.is_none() {
        upload.fault = Some(Refused::field("file", "file-missing"));
    }
    Ok(upload)
}

/// A field as it may be named back: what a stranger called it is a stranger's text.
fn known(field: &str) -> &'static str {
    if field == "channel" { "channel" } else { "file" }
}

fn take_field(upload: &mut Upload, field: String, bytes: Vec<u8>) -> Result<(), Refused> {
    let word = String::from_utf8(bytes).unwrap_or_default();
    match field.as_str() {
        "channel" if word.is_empty() => {}
        "channel" => {
            let channel = word.trim().parse().map_err(|_| Refused::field("channel", "not-a-choice"))?;
            upload.channel = Some(channel);
        }
        _ if upload.others.len() >= OTHERS_MAX || field.len() > NAMING_BYTES_MAX => {
            return Err(Refused::field("file", "unknown"));
        }
        _ => upload.others.push((field, word)),
    }
    Ok(())
}

/// The one file of a body: the first part of a form that has a file, or the body itself.
///
/// # Errors
/// `TooLarge`, `TooSlow`; `Fields` where there is no file; `Malformed` where the line broke.
pub async fn read_file(
    request: &HttpRequest,
    payload: web::Payload,
    allowance: Allowance,
) -> Result<Vec<u8>, Refused> {
    let mut body = Box::pin(paced(payload, allowance));
    if !is_form(request) {
        let mut bytes = Vec::new();
        while let Some(chunk) = body.next().await {
            bytes.extend_from_slice(&chunk.map_err(|error| unread(&error))?);
        }
        return if bytes.is_empty() { Err(Refused::field("file", "file-missing")) } else { Ok(bytes) };
    }
    let mut form = Multipart::new(request.headers(), body);
    while let Some(part) = form.next().await {
        let part = part.map_err(|error| unread_form(&error))?;
        let is_file = part.content_disposition().is_some_and(|about| about.get_filename().is_some());
        let bytes = read_part(part, UPLOAD_BYTES_MAX).await?.ok_or(Refused::TooLarge)?;
        if is_file && !bytes.is_empty() {
            return Ok(bytes);
        }
    }
    Err(Refused::field("file", "file-missing"))
}

/// The bytes of a part, read to its end; nothing where it is longer than it may be.
async fn read_part(mut part: Field, bytes_max: usize) -> Result<Option<Vec<u8>>, Refused> {
    let mut bytes = Some(Vec::new());
    while let Some(chunk) = part.next().await {
        let chunk = chunk.map_err(|error| unread_form(&error))?;
        bytes = bytes.filter(|read| read.len() + chunk.len() <= bytes_max);
        if let Some(bytes) = &mut bytes {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(bytes)
}
