//! Bodies and queries of the JSON API: read strictly, refused by field. What the parser says never goes out, for it
//! quotes what somebody wrote.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, web};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::pace::{Allowance, paced, unread};
use super::who;
use crate::desk::Once;
use crate::refused::{FieldError, Refused};

/// The most bytes of a body that is not an upload.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// The most characters of an Idempotency-Key.
const KEY_CHARACTERS_MAX: usize = 200;

/// A JSON body, with what recognises its repetition.
#[derive(Debug)]
pub struct Body<T> {
    pub value: T,
    pub once: Once,
}

impl<T: DeserializeOwned + 'static> FromRequest for Body<T> {
    type Error = Refused;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refused>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let bytes = all_bytes(&request, payload).await?;
            // The seat comes before the body: whoever has none learns nothing from how a body is refused.
            who::check_seat(&request).await?;
            Ok(Self { once: once(&request, &bytes)?, value: parse(&bytes)? })
        })
    }
}

/// A JSON body from somebody who has to show what they are, and that is not said by the path: whoever is not that learns
/// nothing from how a body is refused. Two extractors side by side would answer by whichever is done first.
#[derive(Debug)]
pub struct BodyOf<P, T> {
    pub who: P,
    pub body: Body<T>,
}

impl<P, T> FromRequest for BodyOf<P, T>
where
    P: FromRequest<Error = Refused> + 'static,
    T: DeserializeOwned + 'static,
{
    type Error = Refused;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refused>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let who = P::from_request(request, &mut Payload::None);
        let body = Body::from_request(request, payload);
        Box::pin(async move {
            let (who, body) = futures_util::join!(who, body);
            Ok(Self { who: who?, body: body? })
        })
    }
}

/// Reads a whole body of bounded length.
///
/// # Errors
/// `TooLarge`, `TooSlow`; `Malformed` where the line broke.
pub async fn all_bytes(request: &HttpRequest, payload: Payload) -> Result<Vec<u8>, Refused> {
    let announced =
        request.headers().get("content-length").and_then(|length| length.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: usize| length > BODY_BYTES_MAX) {
        return Err(Refused::TooLarge);
    }
    let mut body = std::pin::pin!(paced(payload, Allowance::small(BODY_BYTES_MAX)));
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        bytes.extend_from_slice(&chunk.map_err(|error| unread(&error))?);
    }
    Ok(bytes)
}

/// What recognises the repetition of a request: its Idempotency-Key, and a keyed digest of what was asked.
///
/// # Errors
/// `Fields` for a key that is none.
pub fn once(request: &HttpRequest, bytes: &[u8]) -> Result<Once, Refused> {
    let Some(key) = request.headers().get("idempotency-key") else { return Ok(Once::default()) };
    let key = key.to_str().unwrap_or("").trim();
    if key.is_empty() || key.len() > KEY_CHARACTERS_MAX {
        return Err(Refused::field("Idempotency-Key", "too-long"));
    }
    let state = who::state(request)?;
    let mut asked = format!("{} {}\n", request.method(), request.uri()).into_bytes();
    asked.extend_from_slice(bytes);
    Ok(Once { key: Some(key.to_owned()), digest: state.keys.digest("idempotency", &asked) })
}

/// Reads JSON strictly. An empty body counts as `{}`.
///
/// # Errors
/// `Malformed` where it is not JSON, `Fields` where it is not what was asked for.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refused> {
    let bytes = if bytes.iter().all(u8::is_ascii_whitespace) { b"{}" } else { bytes };
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut json);
    let read = match read {
        Ok(value) => json.end().map(|()| value).map_err(|_| Refused::Malformed { code: "not-json" }),
        Err(error) => Err(of_error(&error)),
    };
    match read {
        // A wrong field is only worth naming where the rest is JSON at all.
        Err(Refused::Fields(_)) if serde_json::from_slice::<serde::de::IgnoredAny>(bytes).is_err() => {
            Err(Refused::Malformed { code: "not-json" })
        }
        other => other,
    }
}

fn of_error(error: &serde_path_to_error::Error<serde_json::Error>) -> Refused {
    if !error.inner().is_data() {
        return Refused::Malformed { code: "not-json" };
    }
    let message = error.inner().to_string();
    let (code, named) = reason(&message);
    let path = error.path().to_string();
    // The path is made of our own field names, list numbers and, for an unknown field, of a stranger's: see below.
    let inside = if path == "." { String::new() } else { path };
    let field = match (inside.as_str(), named) {
        (inside, Some(name))
            if inside.is_empty() || inside == name || inside.ends_with(&format!(".{name}")) =>
        {
            if inside.is_empty() { name.to_owned() } else { inside.to_owned() }
        }
        (inside, Some(name)) => format!("{inside}.{name}"),
        (inside, None) => inside.to_owned(),
    };
    Refused::Fields(vec![FieldError { field: plain(&field), code }])
}

/// What serde's message means, and the field that it names.
fn reason(message: &str) -> (&'static str, Option<&str>) {
    let quoted = || message.split('`').nth(1);
    match message {
        _ if message.starts_with("missing field") => ("missing", quoted()),
        _ if message.starts_with("unknown field") => ("unknown", quoted()),
        _ if message.starts_with("duplicate field") => ("twice", quoted()),
        _ if message.starts_with("unknown variant") => ("not-a-choice", None),
        _ => ("wrong-type", None),
    }
}

/// A field's name as it may be said back: short and plain, for an unknown one is a stranger's text.
fn plain(field: &str) -> String {
    let allowed = |letter: &char| letter.is_ascii_alphanumeric() || "._-[]".contains(*letter);
    field.chars().filter(allowed).take(100).collect()
}

/// Where a list goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub after: Option<String>,
    pub limit: usize,
}

/// How many items a page holds, and at most.
pub const PAGE_ITEMS: usize = 100;
pub const PAGE_ITEMS_MAX: usize = 500;

#[derive(Deserialize)]
struct PageQuery {
    after: Option<String>,
    limit: Option<String>,
}

impl FromRequest for Page {
    type Error = Refused;
    type Future = std::future::Ready<Result<Self, Refused>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        std::future::ready(page(request))
    }
}

fn page(request: &HttpRequest) -> Result<Page, Refused> {
    let query = query::<PageQuery>(request)?;
    let limit = query.limit.map(|limit| limit.parse::<usize>()).transpose();
    let limit = limit.map_err(|_| Refused::field("limit", "wrong-type"))?.unwrap_or(PAGE_ITEMS);
    if limit == 0 {
        return Err(Refused::field("limit", "too-small"));
    }
    Ok(Page { after: query.after.filter(|after| !after.is_empty()), limit: limit.min(PAGE_ITEMS_MAX) })
}

/// Reads the query of a request; a wrong one is 422 like a wrong body.
///
/// # Errors
/// `Fields` without saying what was sent.
pub fn query<T: DeserializeOwned>(request: &HttpRequest) -> Result<T, Refused> {
    let read = web::Query::<T>::from_query(request.query_string());
    read.map(web::Query::into_inner).map_err(|error| {
        let message = error.to_string();
        let message = message.rsplit("error: ").next().unwrap_or("");
        let (code, named) = reason(message);
        Refused::field(&plain(named.unwrap_or("")), code)
    })
}

/// An id out of a path: whatever is none is not there.
///
/// # Errors
/// `Absent`.
pub fn id<T: std::str::FromStr>(text: &str) -> Result<T, Refused> {
    text.parse().map_err(|_| Refused::Absent)
}

/// The id of this request, as it stands in the log and in the answer's header.
#[derive(Debug, Clone)]
pub struct RequestId(pub String);

/// Marks a request that asked for the head alone, and is answered as a GET.
#[derive(Debug, Clone, Copy)]
pub struct HeadAlone;

/// Whether the content is asked for, and not its head alone: only then has somebody got it.
pub fn wants_content(request: &HttpRequest) -> bool {
    request.extensions().get::<HeadAlone>().is_none()
}

/// The id that `finish` gave to a request.
pub fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map_or_else(String::new, |id| id.0.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sent {
        title: String,
        #[serde(default)]
        terms: Vec<Inner>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        amount: u32,
    }

    fn said(text: &str) -> (String, &'static str) {
        match parse::<Sent>(text.as_bytes()) {
            Err(Refused::Fields(fields)) => {
                let first = fields.into_iter().next().expect("a field");
                (first.field, first.code)
            }
            Err(Refused::Malformed { code }) => (String::new(), code),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_wrong_body_names_its_field_and_never_what_was_written() {
        for (text, field, code) in [
            ("{", "", "not-json"),
            ("{\"title\":\"a\"} x", "", "not-json"),
            ("", "title", "missing"),
            ("{}", "title", "missing"),
            ("[]", "", "wrong-type"),
            ("null", "", "wrong-type"),
            (r#"{"title":5}"#, "title", "wrong-type"),
            (r#"{"title":5"#, "", "not-json"),
            (r#"{"title":"a","secret":1}"#, "secret", "unknown"),
            (r#"{"title":"a","<b>":1}"#, "b", "unknown"),
            (r#"{"title":"a","title":"b"}"#, "title", "twice"),
            (r#"{"title":"a","terms":[{"amount":"my secret"}]}"#, "terms[0].amount", "wrong-type"),
            (r#"{"title":"a","terms":[{}]}"#, "terms[0].amount", "missing"),
        ] {
            assert_eq!(said(text), (field.to_owned(), code), "{text}");
        }
        assert!(parse::<Sent>(br#" {"title":"a"} "#).is_ok());
    }

    #[test]
    fn a_list_says_where_it_goes_on() {
        let asked = |query: &str| {
            page(&actix_web::test::TestRequest::with_uri(&format!("/x?{query}")).to_http_request())
        };
        assert_eq!(asked(""), Ok(Page { after: None, limit: 100 }));
        assert_eq!(asked("after=7&limit=9999"), Ok(Page { after: Some("7".to_owned()), limit: 500 }));
        assert_eq!(asked("limit=x"), Err(Refused::field("limit", "wrong-type")));
        assert_eq!(asked("limit=0"), Err(Refused::field("limit", "too-small")));
    }
}
