//! What an upload really is, and its copy without what it tells beside its content: the place where a photo was taken,
//! the author of a document. Deliberately not here: who may upload or read.

use img_parts::jpeg::{Jpeg, markers};
use img_parts::png::Png;
use img_parts::riff::{RiffChunk, RiffContent};
use img_parts::webp::WebP;
use img_parts::{Bytes, ImageEXIF as _};

/// The most bytes of one upload.
pub const UPLOAD_BYTES_MAX: usize = 25 * 1024 * 1024;

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
}

/// Finds what a file is, and makes the copy that is kept; nothing where it is of no kind that is taken, or broken.
pub fn cleaned(bytes: Vec<u8>) -> Option<(Kind, Vec<u8>)> {
    let found = infer::get(&bytes).map(|kind| kind.mime_type());
    match found {
        Some("application/pdf") => clean_pdf(&bytes).map(|copy| (Kind::Pdf, copy)),
        Some("image/jpeg") => clean_jpeg(bytes).map(|copy| (Kind::Jpeg, copy)),
        Some("image/png") => clean_png(bytes).map(|copy| (Kind::Png, copy)),
        Some("image/webp") => clean_webp(bytes).map(|copy| (Kind::WebP, copy)),
        None if is_text(&bytes) => Some((Kind::Text, bytes)),
        _ => None,
    }
}

fn is_text(bytes: &[u8]) -> bool {
    let plain = |letter: char| !letter.is_control() || matches!(letter, '\n' | '\r' | '\t' | '\u{c}');
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(plain))
}

/// Drops every application segment but the two that say how the colours are meant, and comments.
fn clean_jpeg(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let mut image = Jpeg::from_bytes(Bytes::from(bytes)).ok()?;
    image.segments_mut().retain(|segment| {
        let told_beside = (markers::APP0..=markers::APP15).contains(&segment.marker());
        let about_colour = matches!(segment.marker(), markers::APP0 | markers::APP2 | markers::APP14);
        (!told_beside || about_colour) && segment.marker() != markers::COM
    });
    Some(image.encoder().bytes().to_vec())
}

/// Keeps what is needed to draw the image, and nothing else.
fn clean_png(bytes: Vec<u8>) -> Option<Vec<u8>> {
    const DRAWN: &[&[u8; 4]] =
        &[b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD"];
    let mut image = Png::from_bytes(Bytes::from(bytes)).ok()?;
    image.chunks_mut().retain(|chunk| DRAWN.contains(&&chunk.kind()));
    Some(image.encoder().bytes().to_vec())
}

fn clean_webp(bytes: Vec<u8>) -> Option<Vec<u8>> {
    let mut image = WebP::from_bytes(Bytes::from(bytes)).ok()?;
    image.set_exif(None);
    let told_beside = |chunk: &RiffChunk| matches!(&chunk.id(), b"XMP " | b"EXIF");
    image
        .chunks_mut()
        .retain(|chunk| !told_beside(chunk) && !matches!(chunk.content(), RiffContent::List { .. }));
    Some(image.encoder().bytes().to_vec())
}

/// Drops author, producer, dates and XMP. An encrypted document cannot be cleaned, and is not taken.
fn clean_pdf(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut document = lopdf::Document::load_mem(bytes).ok()?;
    if document.is_encrypted() {
        return None;
    }
    document.trailer.remove(b"Info");
    document.trailer.remove(b"ID");
    for object in document.objects.values_mut() {
        match object {
            lopdf::Object::Dictionary(dictionary) => {
                dictionary.remove(b"Metadata");
                dictionary.remove(b"PieceInfo");
            }
            lopdf::Object::Stream(stream) => {
                stream.dict.remove(b"Metadata");
            }
            _ => {}
        }
    }
    document.prune_objects();
    let mut copy = Vec::new();
    document.save_to(&mut copy).ok()?;
    Some(copy)
}

#[cfg(test)]
mod tests {
    use super::*;
    use img_parts::jpeg::JpegSegment;
    use img_parts::png::PngChunk;

    #[test]
    fn a_photo_loses_the_place_where_it_was_taken() {
        let place = Bytes::from_static(b"Exif\0\0GPS 23.7,90.4");
        let mut png = Png::from_bytes(Bytes::from_static(PIXEL)).expect("a picture");
        png.chunks_mut().insert(1, PngChunk::new(*b"eXIf", place.clone()));
        png.chunks_mut().insert(1, PngChunk::new(*b"tEXt", Bytes::from_static(b"Author\0Amara")));
        let told = png.encoder().bytes().to_vec();
        let (kind, copy) = cleaned(told).expect("taken");
        assert_eq!(kind, Kind::Png);
        assert_eq!(copy, PIXEL);

        let bare: &[u8] = b"\xff\xd8\xff\xfe\x00\x04hi\xff\xda\x00\x02\x00\xff\xd9";
        let mut photo = Jpeg::from_bytes(Bytes::from_static(bare)).expect("a photo");
        photo.segments_mut().insert(0, JpegSegment::new_with_contents(markers::APP1, place));
        let told = photo.encoder().bytes().to_vec();
        assert!(told.windows(3).any(|part| part == b"GPS"));
        let copy = clean_jpeg(told).expect("taken");
        assert!(!copy.windows(3).any(|part| part == b"GPS") && !copy.windows(2).any(|part| part == b"hi"));
    }

    #[test]
    fn a_file_is_what_it_holds_and_not_what_it_is_called() {
        assert_eq!(cleaned(b"Rent paid in May.\n".to_vec()).map(|(kind, _)| kind), Some(Kind::Text));
        assert_eq!(cleaned(b"\x7fELF\x02\x01\x01\0".to_vec()), None);
        assert_eq!(cleaned(b"PK\x03\x04\x14\0\0\0".to_vec()), None);
        assert_eq!(cleaned(b"\xff\xfe\0binary".to_vec()), None);
        assert_eq!(cleaned(b"%PDF-1.7 and then nothing".to_vec()), None);
    }

    /// One transparent pixel.
    const PIXEL: &[u8] = &[
        137, 80, 78, 71, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82, 0, 0, 0, 1, 0, 0, 0, 1, 8, 6, 0, 0, 0,
        31, 21, 196, 137, 0, 0, 0, 11, 73, 68, 65, 84, 120, 156, 99, 96, 0, 2, 0, 0, 5, 0, 1, 122, 94, 171,
        63, 0, 0, 0, 0, 73, 69, 78, 68, 174, 66, 96, 130,
    ];
}
