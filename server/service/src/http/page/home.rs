//! The pages that need nobody's name: the first page, help, the neutral page after *Leave this page*, what a refusal
//! means, and the styles and scripts.

use actix_web::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CLEAR_SITE_DATA, CONTENT_ENCODING, CONTENT_TYPE, LOCATION, SET_COOKIE,
    VARY,
};
use actix_web::{HttpRequest, HttpResponse, web};
use pages::assets::asset;
use pages::home::{Exit, Help, Home};
use pages::problems::Problem;

use super::frame::{Answer, Visit, plain_cookie};
use super::left::LEFT_SECONDS;
use crate::acts::{By, accounts};
use crate::http::cookies;
use crate::http::who::state;
use crate::refused::Refused;

async fn show_home(visit: Visit) -> Answer {
    Ok(visit.show(|w, f| Home {}.render(w, f)))
}

async fn show_help(visit: Visit) -> Answer {
    Ok(visit.show(|w, f| Help {}.render(w, f)))
}

async fn show_exit(visit: Visit) -> Answer {
    Ok(visit.show(|w, f| Exit {}.render(w, f)))
}

/// Ends the session that the browser shows. It never fails and asks for no token: whoever has to leave leaves. Made
/// by a stranger's page it would sign somebody out, and no more.
async fn leave(request: HttpRequest) -> Answer {
    let state = state(&request)?;
    if let Some(secret) = cookies::session(&request, &state.config) {
        let (hash, now) = (store::SecretHash::of(&secret), state.clock.now());
        let ended = state.desk.write(By::Visitor, move |tx, doing| {
            if let Some(session) = store::sessions::by_secret(tx, &hash, now)? {
                doing.by = By::Person(session.account);
                accounts::end_session(tx, doing, session.id)?;
            }
            Ok(())
        });
        if let Err(refused) = ended.await {
            tracing::error!(%refused, "a session did not end");
        }
    }
    let mut answer = HttpResponse::SeeOther();
    answer
        .append_header(cookies::no_session_cookie(&state.config))
        .append_header((SET_COOKIE, plain_cookie("left", "yes", LEFT_SECONDS, &state)))
        // What the page could not take away in its last moment, the browser does.
        .insert_header((CLEAR_SITE_DATA, "\"storage\""))
        .insert_header((LOCATION, "/exit"));
    for trace in ["next", "notice"] {
        answer.append_header((SET_COOKIE, plain_cookie(trace, "", 0, &state)));
    }
    Ok(answer.finish())
}

/// Goes on after having left.
async fn come_back(request: HttpRequest) -> Answer {
    let state = state(&request)?;
    let forgotten = (SET_COOKIE, plain_cookie("left", "", 0, &state));
    Ok(HttpResponse::SeeOther().append_header(forgotten).insert_header((LOCATION, "/")).finish())
}

async fn show_problem(visit: Visit, path: web::Path<String>) -> Answer {
    let code = path.into_inner();
    let is_code = code.len() <= 60 && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    if !is_code {
        return Err(Refused::Absent);
    }
    Ok(visit.show(|w, f| Problem { code, back: String::new(), typed: String::new() }.render(w, f)))
}

async fn show_asset(request: HttpRequest, path: web::Path<String>) -> Answer {
    let asset = asset(&path).ok_or(Refused::Absent)?;
    let accepted = request.headers().get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or("");
    let takes_brotli =
        accepted.split(',').any(|name| name.split(';').next().is_some_and(|name| name.trim() == "br"));
    let mut answer = HttpResponse::Ok();
    answer
        .insert_header((CONTENT_TYPE, asset.content_type))
        .insert_header((CACHE_CONTROL, "public, max-age=31536000, immutable"))
        .insert_header((VARY, "Accept-Encoding"));
    if takes_brotli {
        return Ok(answer.insert_header((CONTENT_ENCODING, "br")).body(asset.brotli));
    }
    Ok(answer.body(asset.bytes))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/").route(web::get().to(show_home)))
        .service(web::resource("/help").route(web::get().to(show_help)))
        .service(web::resource("/exit").route(web::get().to(show_exit)).route(web::post().to(leave)))
        .service(web::resource("/exit/return").route(web::get().to(come_back)))
        .service(web::resource("/problems/{code}").route(web::get().to(show_problem)))
        .service(web::resource("/a/{tail:.*}").route(web::get().to(show_asset)));
}
