//! The two cookies of a browser: the session, and the mark by which it is known again. Under https they carry the
//! `__Host-` prefix, so that no neighbouring host can set them; under http (this machine alone) they cannot.

use actix_web::HttpRequest;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};

use crate::config::Config;

/// How long a browser is known again.
const DEVICE_DAYS: i64 = 400;
/// A secret of ours is 43 characters; what is longer is not even hashed.
const SECRET_CHARACTERS_MAX: usize = 64;

fn named(name: &str, config: &Config) -> String {
    if config.public_url.is_https() { format!("__Host-{name}") } else { name.to_owned() }
}

fn cookie(name: &str, value: String, config: &Config) -> Cookie<'static> {
    Cookie::build(named(name, config), value)
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(config.public_url.is_https())
        .finish()
}

fn read(request: &HttpRequest, name: &str, config: &Config) -> Option<String> {
    let value = request.cookie(&named(name, config))?.value().to_owned();
    (!value.is_empty() && value.len() <= SECRET_CHARACTERS_MAX).then_some(value)
}

/// The session's secret, where the browser sent one.
pub fn session(request: &HttpRequest, config: &Config) -> Option<String> {
    read(request, "session", config)
}

/// The browser's mark, where it sent one.
pub fn device(request: &HttpRequest, config: &Config) -> Option<String> {
    read(request, "device", config)
}

/// The cookie of a session: it goes when the browser closes.
pub fn session_cookie(secret: &str, config: &Config) -> Cookie<'static> {
    cookie("session", secret.to_owned(), config)
}

/// The cookie that takes a session from the browser.
pub fn no_session_cookie(config: &Config) -> Cookie<'static> {
    let mut gone = cookie("session", String::new(), config);
    gone.set_max_age(Duration::ZERO);
    gone
}

/// The cookie by which the browser is known again.
pub fn device_cookie(secret: &str, config: &Config) -> Cookie<'static> {
    let mut mark = cookie("device", secret.to_owned(), config);
    mark.set_max_age(Duration::days(DEVICE_DAYS));
    mark
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Place, Values};

    fn session_under(url: &str) -> String {
        let mut values = Values::default();
        values.set("public_url", url.to_owned(), Place::CommandLine);
        session_cookie("s", &Config::read(&values).expect("possible")).to_string()
    }

    #[test]
    fn a_session_cookie_is_bound_to_its_host() {
        assert_eq!(
            session_under("https://concord.example"),
            "__Host-session=s; HttpOnly; SameSite=Lax; Secure; Path=/"
        );
        assert_eq!(session_under("http://localhost:8080"), "session=s; HttpOnly; SameSite=Lax; Path=/");
    }
}
