//! Accounts as pages: signing up, confirming an address, signing in and out, new passwords, one's own account.

use actix_web::http::StatusCode;
use actix_web::http::header::{CLEAR_SITE_DATA, HeaderValue, SET_COOKIE};
use actix_web::{HttpRequest, web};
use pages::form::Form;
use pages::frame::in_query;
use pages::people::{
    Account, Confirmation, ConfirmationOver, LookAtMail, NewPassword, ResetRequest, SessionLine, SignIn,
    SignUp,
};
use store::{people, sessions};

use super::frame::{Answer, Sent, Visit, asked, into_form, next_path, plain_cookie};
use crate::acts::accounts;
use crate::entrance::{self, Credentials, Wanted};
use crate::http::forms::unescape;
use crate::http::{cookies, origin};
use crate::passwords;
use crate::refused::Refused;

/// Where somebody goes who has signed in and came for nothing in particular.
fn first_page(roles: &[domain::person::HouseRole]) -> &'static str {
    use domain::person::HouseRole;
    match roles.first() {
        Some(HouseRole::Registrar) => "/registrar",
        Some(HouseRole::Mediator) => "/mediator",
        Some(HouseRole::Auditor) => "/audit",
        None => "/disputes",
    }
}

/// How long a browser keeps where somebody wanted to go who makes an account first. The cookie may hold an
/// invitation's code, so it is short; the confirmation may come from the mail of another device, where there is none.
const NEXT_SECONDS: u32 = 7200;

fn next_of(request: &HttpRequest) -> String {
    asked(request, "next").filter(|next| next_path(next).is_some()).unwrap_or_default()
}

/// Where this browser was on its way to when its person made an account.
fn kept_next(request: &HttpRequest) -> Option<String> {
    let kept = cookies::value(request, "next").and_then(|value| unescape(&value))?;
    next_path(&kept).map(str::to_owned)
}

fn keep_next(visit: &Visit, answer: &mut actix_web::HttpResponse, next: &str) {
    let seconds = if next.is_empty() { 0 } else { NEXT_SECONDS };
    if let Ok(value) = plain_cookie("next", &in_query(next), seconds, &visit.state).parse() {
        answer.headers_mut().append(SET_COOKIE, value);
    }
}

/// Four plain words or more, fresh each time the page is shown.
fn suggestion() -> String {
    passwords::suggest().unwrap_or_default()
}

async fn ask_sign_up(request: HttpRequest, visit: Visit) -> Answer {
    let next = next_of(&request);
    Ok(visit.show(|w, f| SignUp { form: Form::default(), next, suggestion: suggestion() }.render(w, f)))
}

async fn sign_up(sent: Sent) -> Answer {
    let form = &sent.form;
    let wanted = Wanted {
        email: form.text("email").to_owned(),
        password: form.text("password").to_owned(),
        name: form.text("name").to_owned(),
        language: form.given("language").unwrap_or(sent.visit.words.language().tag()).to_owned(),
    };
    let next = next_path(form.text("next")).unwrap_or("").to_owned();
    match entrance::sign_up(&sent.visit.state, wanted).await {
        Ok(()) => {
            let mut answer = sent.visit.go("/sign-up/sent");
            if !next.is_empty() {
                keep_next(&sent.visit, &mut answer, &next);
            }
            Ok(answer)
        }
        Err(refused) => {
            let form = into_form(refused, sent.typed(), &[])?;
            Ok(sent
                .visit
                .again("/sign-up", |w, f| SignUp { form, next, suggestion: suggestion() }.render(w, f)))
        }
    }
}

async fn say_confirmation_sent(visit: Visit) -> Answer {
    Ok(visit.show(|w, f| LookAtMail { about: "confirmation".to_owned() }.render(w, f)))
}

async fn say_reset_sent(visit: Visit) -> Answer {
    Ok(visit.show(|w, f| LookAtMail { about: "reset".to_owned() }.render(w, f)))
}

/// A button, because programs that look at mails follow links.
async fn ask_confirmation(request: HttpRequest, visit: Visit) -> Answer {
    let code = asked(&request, "code").unwrap_or_default();
    Ok(visit.show(|w, f| Confirmation { form: Form::default(), code }.render(w, f)))
}

async fn confirm(request: HttpRequest, sent: Sent) -> Answer {
    let from = origin::from(&request, &sent.visit.state.config);
    let code = sent.form.text("code").trim().to_owned();
    let entered =
        entrance::confirm_and_enter(&sent.visit.state, &from, &code, sent.form.text("password")).await;
    let session = match entered {
        Ok(session) => session,
        // Pressed twice, it worked the first time; an old one is asked for anew. Which of the two it is is not told.
        Err(Refused::Absent) => {
            let page = ConfirmationOver {};
            return Ok(sent.visit.show_with(StatusCode::NOT_FOUND, |w, f| page.render(w, f)));
        }
        Err(refused) => {
            let form = into_form(refused, sent.typed(), &[])?;
            let here = format!("/confirmations?code={}", in_query(&code));
            return Ok(sent.visit.again(&here, |w, f| Confirmation { form, code }.render(w, f)));
        }
    };
    let mut answer = signed_in(&sent.visit, &session, kept_next(&request));
    keep_next(&sent.visit, &mut answer, "");
    Ok(answer)
}

async fn ask_sign_in(request: HttpRequest, visit: Visit) -> Answer {
    let next = Some(next_of(&request)).filter(|next| !next.is_empty()).or_else(|| kept_next(&request));
    let next = next.unwrap_or_default();
    Ok(visit.show(|w, f| SignIn { form: Form::default(), next, typed: String::new() }.render(w, f)))
}

async fn sign_in(request: HttpRequest, sent: Sent) -> Answer {
    let from = origin::from(&request, &sent.visit.state.config);
    let next = next_path(sent.form.text("next")).map(str::to_owned);
    let given = Credentials {
        email: sent.form.text("email").to_owned(),
        password: sent.form.text("password").to_owned(),
        totp: sent.form.given("totp").map(str::to_owned),
    };
    let session = match entrance::open_page_session(&sent.visit.state, &from, &given).await {
        Ok(session) => session,
        Err(refused) => {
            let form = into_form(refused, sent.typed(), &[])?;
            let next = next.unwrap_or_default();
            return Ok(sent
                .visit
                .again("/sign-in", |w, f| SignIn { form, next, typed: String::new() }.render(w, f)));
        }
    };
    let mut answer = signed_in(&sent.visit, &session, next);
    keep_next(&sent.visit, &mut answer, "");
    Ok(answer)
}

/// The answer that gives a browser its session.
pub fn signed_in(
    visit: &Visit,
    session: &entrance::PageSession,
    next: Option<String>,
) -> actix_web::HttpResponse {
    let roles: Vec<_> = session.account.roles.iter().map(|appointment| appointment.role).collect();
    let mut answer = visit.go(&next.unwrap_or_else(|| first_page(&roles).to_owned()));
    let config = &visit.state.config;
    for (name, value) in
        [cookies::session_cookie(&session.secret, config), cookies::device_cookie(&session.device, config)]
    {
        if let Ok(value) = value.parse() {
            answer.headers_mut().append(name, value);
        }
    }
    answer
}

fn without_session(visit: &Visit, mut answer: actix_web::HttpResponse) -> actix_web::HttpResponse {
    let (name, value) = cookies::no_session_cookie(&visit.state.config);
    if let Ok(value) = value.parse() {
        answer.headers_mut().append(name, value);
    }
    answer.headers_mut().insert(CLEAR_SITE_DATA, HeaderValue::from_static("\"storage\""));
    answer
}

async fn sign_out(sent: Sent) -> Answer {
    if let Some(who) = &sent.visit.who {
        let session = who.session;
        sent.visit.write(move |tx, doing| accounts::end_session(tx, doing, session)).await?;
    }
    Ok(without_session(&sent.visit, sent.visit.go_saying("/", "signed-out")))
}

async fn sign_out_everywhere(sent: Sent) -> Answer {
    sent.visit.signed_in()?;
    sent.visit.write(accounts::end_all_sessions).await?;
    Ok(without_session(&sent.visit, sent.visit.go_saying("/", "signed-out")))
}

async fn ask_reset_address(visit: Visit) -> Answer {
    Ok(visit.show(|w, f| ResetRequest::default().render(w, f)))
}

async fn send_reset(sent: Sent) -> Answer {
    match entrance::ask_reset(&sent.visit.state, sent.form.text("email")).await {
        Ok(()) => Ok(sent.visit.go("/passwords/resets/sent")),
        Err(refused) => {
            let form = into_form(refused, sent.typed(), &[])?;
            Ok(sent.visit.again("/passwords/resets", |w, f| ResetRequest { form }.render(w, f)))
        }
    }
}

async fn ask_password(visit: Visit, path: web::Path<String>) -> Answer {
    let code = path.into_inner();
    Ok(visit.show(|w, f| NewPassword { form: Form::default(), code }.render(w, f)))
}

async fn reset_password(request: HttpRequest, sent: Sent, path: web::Path<String>) -> Answer {
    let code = path.into_inner();
    let from = origin::from(&request, &sent.visit.state.config);
    let refused = match entrance::reset(&sent.visit.state, &from, &code, sent.form.text("password")).await {
        Ok(()) => return Ok(sent.visit.go_saying("/sign-in", "password-changed")),
        // The page says that the code does not work; whether it ever did is not told.
        Err(Refused::Absent) => Refused::field("", "wrong-code"),
        Err(refused) => refused,
    };
    let form = into_form(refused, Form::default(), &[])?;
    let here = format!("/passwords/resets/{code}");
    Ok(sent.visit.again(&here, |w, f| NewPassword { form, code }.render(w, f)))
}

async fn show_account(visit: Visit) -> Answer {
    let who = visit.signed_in()?;
    let (account, this) = (who.account, who.session);
    let (person, open) = visit
        .read(move |tx, doing| Ok((people::by_id(tx, account)?, sessions::list(tx, account, doing.now)?)))
        .await?;
    let line = |session: sessions::Session| SessionLine {
        device: session.label,
        seen_at: session.seen_at,
        is_this_one: session.id == this,
    };
    let page = Account {
        name: person.name.to_string(),
        email: person.email.map_or_else(String::new, |email| email.to_string()),
        has_second_factor: person.totp,
        sessions: open.into_iter().map(line).collect(),
    };
    Ok(visit.show(|w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/sign-up").route(web::get().to(ask_sign_up)).route(web::post().to(sign_up)))
        .service(web::resource("/sign-up/sent").route(web::get().to(say_confirmation_sent)))
        .service(
            web::resource("/confirmations")
                .route(web::get().to(ask_confirmation))
                .route(web::post().to(confirm)),
        )
        .service(web::resource("/sign-in").route(web::get().to(ask_sign_in)).route(web::post().to(sign_in)))
        .service(web::resource("/sign-out").route(web::post().to(sign_out)))
        .service(
            web::resource("/passwords/resets")
                .route(web::get().to(ask_reset_address))
                .route(web::post().to(send_reset)),
        )
        .service(web::resource("/passwords/resets/sent").route(web::get().to(say_reset_sent)))
        .service(
            web::resource("/passwords/resets/{code}")
                .route(web::get().to(ask_password))
                .route(web::post().to(reset_password)),
        )
        .service(web::resource("/account").route(web::get().to(show_account)))
        .service(web::resource("/account/sign-outs").route(web::post().to(sign_out_everywhere)));
}
