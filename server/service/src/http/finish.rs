//! What happens to every request and answer: an id, a line in the log, the headers that keep browsers safe, problem
//! documents for the bare errors of the web library, and a page instead of a document where a browser asked. The log
//! names the route and never the path: a path may hold a code.

use std::time::Instant;

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, HttpResponse, ResponseError as _};
use domain::ids::DisputeId;
use serde_json::Value;
use store::Tx;

use super::body::{HeadAlone, RequestId};
use super::problem::{ProblemPages, of_status, with_headers};
use super::who::{is_api, state};
use crate::refused::Refused;
use crate::tokens::new_uuid;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    media-src 'self' blob:; connect-src 'self'; form-action 'self'; frame-src 'self'; frame-ancestors 'none'; \
    base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/// What a page may ask the browser for: nothing,
const NO_DEVICES: &str =
    "camera=(), microphone=(), display-capture=(), geolocation=(), payment=(), usb=(), interest-cohort=()";
/// or, in the room and where it is tried out, microphone and camera for itself.
const DEVICES: &str = "camera=(self), microphone=(self), display-capture=(), geolocation=(), payment=(), usb=(), \
    interest-cohort=()";

/// The outermost layer of the house.
///
/// # Errors
/// None of its own.
pub async fn finish(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let began = Instant::now();
    let (id, is_https) = match state(request.request()) {
        Ok(state) => (new_uuid(state.clock.now()).to_string(), state.config.public_url.is_https()),
        Err(_) => (String::new(), false),
    };
    request.extensions_mut().insert(RequestId(id.clone()));
    // The web library answers HEAD only where a route says so; asked as GET it does, and leaves the body out itself.
    let method = request.method().clone();
    if method == Method::HEAD {
        request.head_mut().method = Method::GET;
        request.extensions_mut().insert(HeadAlone);
    }
    let response = match next.call(request).await {
        Ok(response) => response.map_into_boxed_body(),
        Err(error) => return Err(error),
    };
    let current = what_holds_now(&response).await;
    let mut response = as_problem(response, current);
    let route = response.request().match_pattern().unwrap_or_else(|| "none".to_owned());
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let status = response.status().as_u16();
    if let Ok(state) = state(response.request()) {
        state.tally.count(status);
    }
    if response.status().is_server_error() {
        tracing::error!(request = id, %method, route, status, millis, "failed");
    } else {
        tracing::info!(request = id, %method, route, status, millis, "answered");
    }
    let devices = if is_for_calls(&route) { DEVICES } else { NO_DEVICES };
    let policy = match state(response.request()).ok().and_then(|state| state.config.files_url.clone()) {
        Some(origin) => with_pictures_of(origin.as_str()),
        None => HeaderValue::from_static(POLICY),
    };
    add_headers(response.headers_mut(), is_https, devices, policy);
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), id);
    }
    Ok(response)
}

/// The version of the dispute that somebody changed meanwhile, for whoever passed its door and came too late: with it
/// they know what to read again.
async fn what_holds_now(response: &ServiceResponse<BoxBody>) -> Option<Value> {
    let refused = response.response().error()?.as_error::<Refused>()?;
    let is_untold = matches!(refused, Refused::Conflict { current: Value::Null, .. });
    let request = response.request();
    let names_dispute = request.match_pattern().is_some_and(|pattern| pattern.contains("/disputes/{id}"));
    if !is_untold || !names_dispute {
        return None;
    }
    let dispute: DisputeId = request.match_info().get("id")?.parse().ok()?;
    let look = move |tx: &mut Tx<'_>| store::disputes::load(tx, dispute);
    let stored = state(request).ok()?.store.read(look).await.ok()?;
    Some(serde_json::json!({ "version": stored.version }))
}

/// Gives an error its document or page.
fn as_problem(response: ServiceResponse<BoxBody>, current: Option<Value>) -> ServiceResponse<BoxBody> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let known = response.response().error().and_then(|error| error.as_error::<Refused>()).cloned();
    let is_bare = matches!(response.response().body().size(), BodySize::None | BodySize::Sized(0));
    let is_ours = known.is_some();
    let is_text = content_type(response.headers()).starts_with("text/plain");
    // What a handler wrote itself stays; the web library's own errors are empty or plain text.
    if !is_ours && !is_bare && !is_text {
        return response;
    }
    let refused = match (known.unwrap_or_else(|| bare(status)), current) {
        (Refused::Conflict { code, .. }, Some(current)) => Refused::Conflict { code, current },
        (refused, _) => refused,
    };
    let page = wants_page(response.request()).then(|| page(response.request(), &refused, status)).flatten();
    let kept = ["allow", "content-range"].map(|name| (name, response.headers().get(name).cloned()));
    let mut answer = match page {
        Some(page) => {
            with_headers(&refused).insert_header((CONTENT_TYPE, "text/html; charset=utf-8")).body(page)
        }
        None if status == StatusCode::METHOD_NOT_ALLOWED => method_document(),
        None => refused.error_response(),
    };
    *answer.status_mut() = status;
    for (name, value) in kept {
        if let Some(value) = value {
            answer.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
    response.into_response(answer)
}

fn bare(status: StatusCode) -> Refused {
    if status == StatusCode::METHOD_NOT_ALLOWED {
        Refused::Malformed { code: "method" }
    } else {
        of_status(status)
    }
}

fn method_document() -> HttpResponse {
    let mut document = Refused::Malformed { code: "method" }.document();
    if let Some(members) = document.as_object_mut() {
        members.insert("status".to_owned(), serde_json::json!(StatusCode::METHOD_NOT_ALLOWED.as_u16()));
    }
    HttpResponse::MethodNotAllowed()
        .insert_header((CONTENT_TYPE, super::problem::PROBLEM_JSON))
        .body(document.to_string())
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("")
}

/// Whether a person looks at the answer.
fn wants_page(request: &HttpRequest) -> bool {
    let accepts = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    !is_api(request) && accepts.contains("text/html")
}

fn page(request: &HttpRequest, refused: &Refused, status: StatusCode) -> Option<String> {
    let pages = request.app_data::<actix_web::web::Data<ProblemPages>>()?;
    (pages.0)(request, refused, status)
}

/// Where people talk aloud, or try whether they could. Nowhere else may a page ask for the microphone.
fn is_for_calls(route: &str) -> bool {
    route == "/try-out" || route.starts_with("/rooms/{id}")
}

/// The policy of pages whose pictures may come from the origin of files too.
fn with_pictures_of(origin: &str) -> HeaderValue {
    let policy = POLICY.replace("img-src 'self'", &format!("img-src 'self' {origin}"));
    HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static(POLICY))
}

fn add_headers(headers: &mut HeaderMap, is_https: bool, devices: &'static str, policy: HeaderValue) {
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
    let mut set = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(REFERRER_POLICY, "same-origin");
    set(CACHE_CONTROL, "no-store");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), devices);
    if is_https {
        set(STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}
