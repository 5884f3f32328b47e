//! What an upload really is, and its copy without what it tells beside its content: the place where a photo was taken,
//! the author of a document. Deliberately not here: who may upload or read.

mod jpeg;
mod png;
mod webp;
mod pdf;
pub mod thumbnail;
pub mod apart;
pub mod scanner;
pub mod flight;

use std::sync::Arc;
use std::time::Duration;

use thumbnail::Thumbnail;
use tokio::sync::Semaphore;

/// The most bytes of one upload.
pub const UPLOAD_BYTES_MAX: usize = 25 * 1024 * 1024;

/// How many documents are read at once.
const APART_MAX: usize = 2;
/// How long a document waits for its turn.
const APART_WAIT_MAX: Duration = Duration::from_secs(60);

/// What kinds of file are taken, found by content and never by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Pdf,
    Jpeg,
    Png,
    WebP,
    Text,
}

impl Kind {
    /// As it is served.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::WebP => "image/webp",
            Self::Text => "text/plain; charset=utf-8",
        }
    }

    /// Whether a small picture can be drawn of it.
    pub const fn is_picture(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::WebP)
    }

    /// The end of its name in a download, where its own name is not told.
    pub fn extension(content_type: &str) -> &'static str {
        match content_type {
            "application/pdf" => "pdf",
            "image/jpeg" => "jpg",
            "image/png" => "png",
            "image/webp" => "webp",
            _ => "txt",
        }
    }

    /// What a file is, found by what it holds; nothing where it is of no kind that is taken.
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match infer::get(bytes).map(|kind| kind.mime_type()) {
            Some("application/pdf") => Some(Self::Pdf),
            Some("image/jpeg") => Some(Self::Jpeg),
            Some("image/png") => Some(Self::Png),
            Some("image/webp") => Some(Self::WebP),
            None if is_text(bytes) => Some(Self::Text),
            _ => None,
        }
    }
}

fn is_text(bytes: &[u8]) -> bool {
    let plain = |letter: char| !letter.is_control() || matches!(letter, '\n' | '\r' | '\t' | '\u{c}');
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(plain))
}

/// Why there is no copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCleaned {
    /// It is of no kind that is taken.
    OtherKind,
    /// It is broken, cannot be cleaned, or asked for more than it may have.
    Refused,
    /// Too many wait already.
    Busy,
    /// The machine did not do its part.
    Broken,
}

/// Makes the copies that are kept.
#[derive(Debug, Clone)]
pub struct Cleaner {
    /// How many documents are read at once, each in a process apart with much memory.
    apart: Arc<Semaphore>,
}

impl Default for Cleaner {
    fn default() -> Self {
        Self { apart: Arc::new(Semaphore::new(APART_MAX)) }
    }
}

impl Cleaner {
    /// The small picture of a copy that is a picture; nothing where it cannot be drawn.
    pub async fn thumbnail(&self, copy: Vec<u8>) -> Option<Thumbnail> {
        let _place = tokio::time::timeout(APART_WAIT_MAX, self.apart.acquire()).await.ok()?.ok()?;
        apart::draw(copy).await
    }

    /// What a file is, and the copy of it that is kept.
    ///
    /// # Errors
    /// As [`NotCleaned`] says.
    pub async fn clean(&self, bytes: Vec<u8>) -> Result<(Kind, Vec<u8>), NotCleaned> {
        let found = tokio::task::spawn_blocking(move || {
            let kind = Kind::of(&bytes).ok_or(NotCleaned::OtherKind)?;
            let copy = match kind {
                Kind::Text | Kind::Pdf => Some(bytes),
                Kind::Jpeg => jpeg::clean(&bytes),
                Kind::Png => png::clean(&bytes),
                Kind::WebP => webp::clean(&bytes),
            };
            Ok((kind, copy.ok_or(NotCleaned::Refused)?))
        });
        match found.await.map_err(|_| NotCleaned::Broken)?? {
            (Kind::Pdf, document) => {
                let place = tokio::time::timeout(APART_WAIT_MAX, self.apart.acquire()).await;
                let _place = place.map_err(|_| NotCleaned::Busy)?.map_err(|_| NotCleaned::Broken)?;
                Ok((Kind::Pdf, apart::clean(document).await?))
            }
            other => Ok(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_it_holds_and_not_what_it_is_called() {
        assert_eq!(Kind::of(b"Rent paid in May.\n"), Some(Kind::Text));
        assert_eq!(Kind::of(b"%PDF-1.7 and then nothing"), Some(Kind::Pdf));
        for other in [b"\x7fELF\x02\x01\x01\0".as_slice(), b"PK\x03\x04\x14\0\0\0", b"\xff\xfe\0binary"] {
            assert_eq!(Kind::of(other), None);
        }
    }
}
