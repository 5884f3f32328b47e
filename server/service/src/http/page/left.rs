//! What Back shows after *Leave this page* (R18): while a browser is known to have left, every page that it asks for
//! without a session says nothing, the public ones too, for an invitation or a form to sign in tells where somebody has
//! been. One link goes on. Deliberately not here: leaving itself (`home`).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE};
use actix_web::middleware::Next;
use actix_web::{Error, HttpRequest, HttpResponse};
use pages::frame::Frame;
use pages::home::Exit;

use super::frame::spoken_words;
use crate::http::cookies;
use crate::http::who::state;

/// How long a browser is known to have left.
pub const LEFT_SECONDS: u32 = 3600;

/// What a page that says nothing needs of its own, and what is no page.
const OPEN: [&str; 5] = ["/exit", "/a/", "/api/", "/health", "/.well-known"];

fn has_left(request: &HttpRequest) -> bool {
    let accepts = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    let asks_for_a_page = request.method() == Method::GET && accepts.contains("text/html");
    if !asks_for_a_page || OPEN.iter().any(|start| request.path().starts_with(start)) {
        return false;
    }
    let Ok(state) = state(request) else { return false };
    cookies::value(request, "left").is_some_and(|value| !value.is_empty())
        && cookies::session(request, &state.config).is_none()
}

/// Answers with the page that says nothing where the browser has left.
///
/// # Errors
/// None of its own.
pub async fn after_leaving(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    if !has_left(request.request()) {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    }
    let page = Exit {}.render(&spoken_words(request.request()), &Frame::default());
    let answer = HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/html; charset=utf-8")).body(page);
    Ok(request.into_response(answer))
}
