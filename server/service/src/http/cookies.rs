//! The two cookies of a browser: the session, and the mark by which it is known again. Under https they carry the
//! `__Host-` prefix, so that no neighbouring host can set them; under http (this machine alone) they cannot. A handler
//! sends one with `append_header(cookies::session_cookie(…))`.

use actix_web::HttpRequest;
use actix_web::http::header::{COOKIE, HeaderName, SET_COOKIE};

use crate::config::Config;

/// How long a browser is known again.
const DEVICE_SECONDS: u32 = 400 * 86_400;
/// A secret of ours is 43 characters; what is longer is not even hashed.
const SECRET_CHARACTERS_MAX: usize = 64;

/// A header that sets a cookie.
pub type SetCookie = (HeaderName, String);

fn named(name: &str, config: &Config) -> String {
    if config.public_url.is_https() { format!("__Host-{name}") } else { name.to_owned() }
}

fn cookie(name: &str, value: &str, lasting_seconds: Option<u32>, config: &Config) -> SetCookie {
    let mut text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax", named(name, config));
    if config.public_url.is_https() {
        text.push_str("; Secure");
    }
    if let Some(seconds) = lasting_seconds {
        text.push_str(&format!("; Max-Age={seconds}"));
    }
    (SET_COOKIE, text)
}

/// The value of a cookie that this browser sent, by its plain name; for what is no secret, such as the language.
pub fn value(request: &HttpRequest, name: &str) -> Option<String> {
    let headers = request.headers().get_all(COOKIE).filter_map(|header| header.to_str().ok());
    let mut pairs =
        headers.flat_map(|header| header.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| value.trim_matches('"').to_owned())
}

fn secret(request: &HttpRequest, name: &str, config: &Config) -> Option<String> {
    let value = value(request, &named(name, config))?;
    (!value.is_empty() && value.len() <= SECRET_CHARACTERS_MAX).then_some(value)
}

/// The session's secret, where the browser sent one.
pub fn session(request: &HttpRequest, config: &Config) -> Option<String> {
    secret(request, "session", config)
}

/// The browser's mark, where it sent one.
pub fn device(request: &HttpRequest, config: &Config) -> Option<String> {
    secret(request, "device", config)
}

/// The cookie of a session: it goes when the browser closes.
pub fn session_cookie(secret: &str, config: &Config) -> SetCookie {
    cookie("session", secret, None, config)
}

/// The cookie that takes a session from the browser.
pub fn no_session_cookie(config: &Config) -> SetCookie {
    cookie("session", "", Some(0), config)
}

/// The cookie by which the browser is known again.
pub fn device_cookie(secret: &str, config: &Config) -> SetCookie {
    cookie("device", secret, Some(DEVICE_SECONDS), config)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Place, Values};
    use actix_web::test::TestRequest;

    fn under(url: &str) -> Config {
        let mut values = Values::default();
        values.set("public_url", url.to_owned(), Place::CommandLine);
        Config::read(&values).expect("possible")
    }

    #[test]
    fn a_session_cookie_is_bound_to_its_host() {
        let sent = |url: &str| session_cookie("s", &under(url)).1;
        assert_eq!(
            sent("https://concord.example"),
            "__Host-session=s; Path=/; HttpOnly; SameSite=Lax; Secure"
        );
        assert_eq!(sent("http://localhost:8080"), "session=s; Path=/; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let request =
            TestRequest::default().insert_header((COOKIE, "a=1; session=abc; device=")).to_http_request();
        let config = under("http://localhost:8080");
        assert_eq!(session(&request, &config).as_deref(), Some("abc"));
        assert_eq!(device(&request, &config), None);
        assert_eq!(session(&request, &under("https://concord.example")), None);
    }
}
