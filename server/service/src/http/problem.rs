//! Refusals as the world sees them: problem documents (RFC 9457) with a stable type, and the one place that knows
//! status codes. For browsers the pages plug in a function that makes a page of the same refusal.

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError};
use domain::language::Language;
use pages::words::Words;
use serde_json::{Map, Value, json};

use crate::refused::{FieldError, Refused};

/// The media type of a problem document.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Makes a whole page of a refusal for a browser; nothing where the problem document has to do.
pub type ProblemPage = fn(&HttpRequest, &Refused, StatusCode) -> Option<String>;

/// What the pages plug in (as `app_data`).
#[derive(Clone, Copy)]
pub struct ProblemPages(pub ProblemPage);

impl Refused {
    /// The stable code: the last part of the problem's type.
    pub fn code(&self) -> &str {
        match self {
            Self::Rule { code, .. }
            | Self::Conflict { code, .. }
            | Self::Forbidden { code }
            | Self::Malformed { code } => code,
            Self::Absent => "not-found",
            Self::NotYou => "sign-in-needed",
            Self::WrongSignIn => "wrong-sign-in",
            Self::Proof => "proof-refused",
            Self::TooLarge => "too-large",
            Self::TooSlow => "too-slow",
            Self::Unsupported => "unsupported-kind",
            Self::Fields(_) => "fields",
            Self::TooMuch { .. } => "too-many",
            Self::Busy { .. } => "busy",
            Self::Unavailable => "unavailable",
            Self::Broken => "broken",
        }
    }

    /// The status by which HTTP says it.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Rule { .. } | Self::Conflict { .. } => StatusCode::CONFLICT,
            Self::Absent => StatusCode::NOT_FOUND,
            Self::NotYou | Self::WrongSignIn => StatusCode::UNAUTHORIZED,
            Self::Proof | Self::Forbidden { .. } => StatusCode::FORBIDDEN,
            Self::Malformed { .. } => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Unsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Fields(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMuch { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy { .. } | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Broken => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// In how many seconds it is worth trying again.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::TooMuch { retry_after } | Self::Busy { retry_after } => {
                Some(retry_after.as_millis().div_ceil(1000).try_into().unwrap_or(u64::MAX).max(1))
            }
            Self::Unavailable => Some(5),
            _ => None,
        }
    }

    /// The problem document. It holds nothing that somebody wrote.
    pub fn document(&self) -> Value {
        let mut document = match self {
            Self::Rule { facts, .. } => facts.clone(),
            _ => Map::new(),
        };
        let words = Words::new(Language::English);
        let title = title(&words, self.code());
        document.insert("type".to_owned(), json!(format!("/problems/{}", self.code())));
        document.insert("title".to_owned(), json!(title));
        document.insert("status".to_owned(), json!(self.status().as_u16()));
        document.insert("code".to_owned(), json!(self.code()));
        // A frame has no headers: whoever is to come again reads it here.
        if let Some(seconds) = self.retry_after_seconds() {
            document.insert("retry_after".to_owned(), json!(seconds));
        }
        match self {
            Self::Conflict { current, .. } if !current.is_null() => {
                document.insert("current".to_owned(), current.clone());
            }
            Self::Fields(fields) => {
                let errors: Vec<Value> = fields.iter().map(field).collect();
                document.insert("errors".to_owned(), Value::Array(errors));
            }
            _ => {}
        }
        Value::Object(document)
    }
}

fn field(error: &FieldError) -> Value {
    json!({ "field": error.field, "code": error.code })
}

/// The words of a code; the code itself with blanks where the messages do not have it.
fn title(words: &Words, code: &str) -> String {
    let known = words.by_id(&format!("problem-{code}")).or_else(|| words.by_id(&format!("error-{code}")));
    known.map_or_else(|| code.replace('-', " "), |said| said.text().to_owned())
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        self.status()
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = with_headers(self);
        response.insert_header((CONTENT_TYPE, PROBLEM_JSON)).body(self.document().to_string())
    }
}

/// The status and headers of a refusal, for whoever gives it another body.
pub fn with_headers(refused: &Refused) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(refused.status());
    if let Some(seconds) = refused.retry_after_seconds() {
        response.insert_header((RETRY_AFTER, seconds.to_string()));
    }
    if refused.status() == StatusCode::UNAUTHORIZED {
        response.insert_header((WWW_AUTHENTICATE, "Bearer"));
    }
    if *refused == Refused::TooSlow {
        // What is left of the body would be taken for the next request.
        response.force_close();
    }
    response
}

/// The refusal that a bare status of the web library stands for.
pub fn of_status(status: StatusCode) -> Refused {
    match status {
        StatusCode::NOT_FOUND => Refused::Absent,
        StatusCode::UNAUTHORIZED => Refused::NotYou,
        StatusCode::PAYLOAD_TOO_LARGE => Refused::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Refused::Unsupported,
        status if status.is_client_error() => Refused::Malformed { code: "unreadable" },
        _ => Refused::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_refusal_is_a_problem_with_a_stable_type() {
        let facts = Map::from_iter([("until".to_owned(), json!("2026-12-01"))]);
        let document = Refused::Rule { code: "offer-already-answered", facts }.document();
        assert_eq!(document.get("type"), Some(&json!("/problems/offer-already-answered")));
        assert_eq!(document.get("status"), Some(&json!(409)));
        assert_eq!(document.get("until"), Some(&json!("2026-12-01")));
        let document = Refused::field("email", "missing").document();
        assert_eq!(document.get("errors"), Some(&json!([{ "field": "email", "code": "missing" }])));
        let document =
            Refused::Conflict { code: "stale-digest", current: json!({ "revision": 2 }) }.document();
        assert_eq!(document.get("current"), Some(&json!({ "revision": 2 })));
    }

    #[test]
    fn who_has_to_wait_is_told_how_long() {
        let refused = Refused::TooMuch { retry_after: Duration::from_millis(1200) };
        let response = refused.error_response();
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()), Some("2"));
        assert_eq!(
            response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()),
            Some(PROBLEM_JSON)
        );
    }
}
