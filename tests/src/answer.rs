//! What came back from a call, and how a test insists on it. Each panic names the call, the status and the body,
//! so that a failure can be read without running it again.

use reqwest::header::HeaderMap;
use serde_json::Value;

/// One answer of the API. A test must look at it: `expects`, `ok`, or `assert_refused!`.
#[must_use = "an answer that nobody looks at proves nothing"]
#[derive(Debug)]
pub struct Answer {
    /// Method and path of the call, for messages.
    pub call: String,
    /// The status code.
    pub status: u16,
    /// The answer's headers.
    pub headers: HeaderMap,
    /// The body as it came.
    pub bytes: Vec<u8>,
}

impl Answer {
    /// The body, which must have come with exactly this status. `Null` where there is none.
    #[track_caller]
    pub fn expects(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{} answered {}: {}", self.call, self.status, self.text());
        self.json()
    }

    /// The body of an accepted call.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!((200..300).contains(&self.status), "{} answered {}: {}", self.call, self.status, self.text());
        self.json()
    }

    /// The body as JSON; `Null` where it is empty or something else.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }

    /// A header's value, or nothing.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The last word of the problem's `type`: its stable code.
    pub fn code(&self) -> String {
        let body = self.json();
        let kind = body["type"].as_str().unwrap_or_default();
        kind.rsplit('/').next().unwrap_or_default().to_owned()
    }

    /// Insists on a problem: this status, `application/problem+json`, and (unless empty) this code.
    #[track_caller]
    pub fn is_refused(self, status: u16, code: &str) -> Value {
        assert_eq!(
            self.status,
            status,
            "{} should be refused with {status} {code}, but answered {}: {}",
            self.call,
            self.status,
            self.text()
        );
        let kind = self.header("content-type").unwrap_or_default();
        assert!(
            kind.starts_with("application/problem+json"),
            "{}: the refusal is `{kind}`, not a problem: {}",
            self.call,
            self.text()
        );
        if !code.is_empty() {
            assert_eq!(self.code(), code, "{}: {}", self.call, self.text());
        }
        let body = self.json();
        assert_eq!(body["status"], status, "{}: {body}", self.call);
        body
    }
}

/// `assert_refused!(answer, 409, "mediator-signs-last")`, or without the code where only the status binds.
#[macro_export]
macro_rules! assert_refused {
    ($answer:expr, $status:expr) => {
        $answer.is_refused($status, "")
    };
    ($answer:expr, $status:expr, $code:expr) => {
        $answer.is_refused($status, $code)
    };
}
