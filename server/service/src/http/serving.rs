//! A file as it leaves the house: as a download, in a sandbox of its own, whole or in ranges, known again by its name.
//! Deliberately not here: who may have it. Whoever may not is answered before any of this is looked at, so that no
//! range, condition or tag tells of a file (R5).

use actix_web::http::header::{
    ACCEPT_RANGES, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_RANGE, CONTENT_SECURITY_POLICY, ETAG,
    HeaderName, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpRequest, HttpResponse};

use super::body::wants_content;
use crate::config::Config;

/// Nothing that is uploaded runs, loads or speaks to anything, wherever it is opened: its origin is none.
const SANDBOX: &str = "sandbox; default-src 'none'";

/// What is served.
pub struct Served {
    pub bytes: Vec<u8>,
    pub content_type: String,
    /// The name under which its reader knows it. The bytes under a name never change, so the name tells them apart;
    /// nothing of the content or of another name is in the tag.
    pub tag: String,
    /// Such as `attachment; filename="file.pdf"`.
    pub disposition: String,
}

/// What a range asks for (RFC 9110, section 14).
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// The first byte, and the first one behind it.
    Bytes(usize, usize),
    Nothing,
}

/// The answer to a request for it.
pub fn answer(request: &HttpRequest, config: &Config, served: Served) -> HttpResponse {
    let (tag, length) = (format!("\"{}\"", served.tag), served.bytes.len());
    let part = if header(request, &IF_NONE_MATCH).is_some_and(|tags| matches(tags, &tag)) {
        None
    } else {
        Some(part(request, &tag, length))
    };
    let mut response = match &part {
        None => HttpResponse::NotModified(),
        Some(Part::Whole) => HttpResponse::Ok(),
        Some(Part::Bytes(..)) => HttpResponse::PartialContent(),
        Some(Part::Nothing) => HttpResponse::build(StatusCode::RANGE_NOT_SATISFIABLE),
    };
    response.insert_header((ETAG, tag));
    response.insert_header((CONTENT_SECURITY_POLICY, SANDBOX));
    if config.files_url.is_some() {
        // Pages show pictures that lie on the other origin.
        response.insert_header((HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"));
    }
    if part.is_none() {
        return response.finish();
    }
    response.insert_header((ACCEPT_RANGES, "bytes"));
    // Packed on the way, a range would be one of other bytes than those of the file.
    response.insert_header((CONTENT_ENCODING, "identity"));
    let bytes = match part {
        Some(Part::Bytes(from, to)) => {
            let last = to.saturating_sub(1);
            response.insert_header((CONTENT_RANGE, format!("bytes {from}-{last}/{length}")));
            served.bytes.get(from..to).map(<[u8]>::to_vec).unwrap_or_default()
        }
        Some(Part::Nothing) => {
            response.insert_header((CONTENT_RANGE, format!("bytes */{length}")));
            return response.finish();
        }
        _ => served.bytes,
    };
    response
        .content_type(served.content_type)
        .insert_header((CONTENT_DISPOSITION, served.disposition))
        .body(bytes)
}

fn header<'a>(request: &'a HttpRequest, name: &HeaderName) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}

/// Whether one of the tags is ours, weak or strong.
fn matches(tags: &str, ours: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    tags.trim() == "*" || tags.split(',').any(|tag| bare(tag) == ours)
}

/// The part of the bytes that is asked for. Several ranges at once, and units that nobody knows, ask for the whole.
fn part(request: &HttpRequest, tag: &str, length: usize) -> Part {
    let is_current = header(request, &IF_RANGE).is_none_or(|known| known.trim() == tag);
    if *request.method() != Method::GET || !wants_content(request) || !is_current {
        return Part::Whole;
    }
    header(request, &RANGE).and_then(|asked| range(asked, length)).unwrap_or(Part::Whole)
}

fn range(asked: &str, length: usize) -> Option<Part> {
    let (first, last) = asked.trim().strip_prefix("bytes=")?.split_once('-')?;
    let number = |text: &str| -> Option<usize> {
        let is_number = !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
        // A number beyond every file is still a number.
        is_number.then(|| text.parse().unwrap_or(usize::MAX))
    };
    let (first, last) = (first.trim(), last.trim());
    let (from, to) = if first.is_empty() {
        (length.saturating_sub(number(last)?), length)
    } else {
        let from = number(first)?;
        let to = if last.is_empty() { length } else { number(last)?.saturating_add(1).min(length) };
        if !last.is_empty() && number(last)? < from {
            return None;
        }
        (from, to)
    };
    Some(if from < to { Part::Bytes(from, to) } else { Part::Nothing })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_what_was_asked_for_or_the_whole() {
        for (asked, found) in [
            ("bytes=0-0", Some(Part::Bytes(0, 1))),
            ("bytes=2-", Some(Part::Bytes(2, 10))),
            ("bytes=2-99", Some(Part::Bytes(2, 10))),
            ("bytes=-3", Some(Part::Bytes(7, 10))),
            ("bytes=-99", Some(Part::Bytes(0, 10))),
            ("bytes=10-", Some(Part::Nothing)),
            ("bytes=-0", Some(Part::Nothing)),
            ("bytes=99999999999999999999999-", Some(Part::Nothing)),
            ("bytes=5-2", None),
            ("bytes=0-1,4-5", None),
            ("bytes=a-b", None),
            ("lines=0-1", None),
            ("bytes=", None),
        ] {
            assert_eq!(range(asked, 10), found, "{asked}");
        }
        assert_eq!(range("bytes=0-", 0), Some(Part::Nothing));
    }

    #[test]
    fn a_tag_is_known_again() {
        for (tags, is_ours) in
            [("\"a\"", true), ("W/\"a\"", true), ("\"b\", \"a\"", true), ("*", true), ("\"b\"", false)]
        {
            assert_eq!(matches(tags, "\"a\""), is_ours, "{tags}");
        }
    }
}
