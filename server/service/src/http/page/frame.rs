//! What every page of the house has in common: who looks, in which language, what stands round it, what was just done,
//! and how a refusal goes back into the form that it is about. Deliberately not here: any page's own subject.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT_LANGUAGE, LOCATION, REFERER, SET_COOKIE};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse, HttpResponseBuilder, web};
use domain::language::Language;
use pages::form::Form;
use pages::frame::{Frame, in_query};
use pages::people::SignIn;
use pages::problems::ErrorPage;
use pages::words::Words;
use store::Tx;

use crate::acts::letters::as_shown;
use crate::acts::{By, Doing};
use crate::http::api::disputes::read_as;
use crate::http::body::request_id;
use crate::http::cookies;
use crate::http::forms::{Posted, typed_in_words};
use crate::http::who::{SignedIn, csrf_token, identify, state};
use crate::refused::Refused;
use crate::state::AppState;

/// What a page's handler gives.
pub type Answer = Result<HttpResponse, Refused>;

/// How long a notice waits for its page.
const NOTICE_SECONDS: u32 = 60;
const LANGUAGE_SECONDS: u32 = 400 * 86_400;

/// Somebody who looks at a page, signed in or not.
pub struct Visit {
    pub state: web::Data<AppState>,
    pub who: Option<SignedIn>,
    pub words: Words,
    pub frame: Frame,
    cookies: Vec<String>,
}

/// Somebody who posts a form.
pub struct Sent {
    pub form: Posted,
    pub visit: Visit,
}

/// Who was found to look, for the page of a refusal.
#[derive(Clone)]
struct Looking(SignedIn);

type Asked<T> = Pin<Box<dyn Future<Output = Result<T, Refused>>>>;

impl FromRequest for Visit {
    type Error = Refused;
    type Future = Asked<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let who = match identify(&request).await {
                Err(Refused::NotYou) => None,
                other => other?,
            };
            Self::of(&request, who)
        })
    }
}

impl FromRequest for Sent {
    type Error = Refused;
    type Future = Asked<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let form = Posted::from_request(&request, payload);
        Box::pin(async move {
            let form = form.await?;
            let visit = Visit::of(&request, form.who.clone())?;
            Ok(Self { form, visit })
        })
    }
}

impl Visit {
    fn of(request: &HttpRequest, who: Option<SignedIn>) -> Result<Self, Refused> {
        let state = state(request)?;
        let chosen = chosen(request);
        let language = chosen.unwrap_or_else(|| spoken(request, who.as_ref()));
        let mut cookies = Vec::new();
        if let Some(language) = chosen {
            cookies.push(plain_cookie("lang", language.tag(), LANGUAGE_SECONDS, &state));
            if let Some(who) = who.as_ref().filter(|who| who.language != language) {
                remember_language(&state, who, language);
            }
        }
        let mut frame = frame(request, &state, who.as_ref());
        if request.method().is_safe() {
            frame.notice = notice(request);
            if frame.notice.is_some() {
                cookies.push(plain_cookie("notice", "", 0, &state));
            }
        }
        if let Some(who) = &who {
            request.extensions_mut().insert(Looking(who.clone()));
        }
        let zone = state.config.institution.time_zone;
        Ok(Self { state, who, words: Words::new(language).in_zone(zone), frame, cookies })
    }

    /// Who looks.
    ///
    /// # Errors
    /// `NotYou`, of which the house makes the page on which one signs in.
    pub fn signed_in(&self) -> Result<&SignedIn, Refused> {
        self.who.as_ref().ok_or(Refused::NotYou)
    }

    /// Counts what the person says, asks or answers in a room.
    ///
    /// # Errors
    /// `NotYou`; `TooMuch` beyond the limit of entries.
    pub fn count_entry(&self) -> Result<(), Refused> {
        self.state.count_entry(self.signed_in()?.account)
    }

    /// Who looks, as the desk wants to know them.
    pub fn by(&self) -> By {
        self.who.as_ref().map_or(By::Visitor, SignedIn::by)
    }

    /// Reads as this person.
    ///
    /// # Errors
    /// What `look` refused.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Tx<'_>, &Doing) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        read_as(&self.state, self.by(), look).await
    }

    /// Does an act as this person.
    ///
    /// # Errors
    /// What the act refused.
    pub async fn write<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Tx<'_>, &mut Doing) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        self.state.desk.write(self.by(), act).await
    }

    fn answer(&self, status: StatusCode) -> HttpResponseBuilder {
        let mut response = HttpResponse::build(status);
        for cookie in &self.cookies {
            response.append_header((SET_COOKIE, cookie.as_str()));
        }
        response
    }

    /// The page.
    pub fn show(&self, page: impl FnOnce(&Words, &Frame) -> String) -> HttpResponse {
        self.show_with(StatusCode::OK, page)
    }

    /// The page with a status of its own.
    pub fn show_with(&self, status: StatusCode, page: impl FnOnce(&Words, &Frame) -> String) -> HttpResponse {
        self.answer(status).content_type("text/html; charset=utf-8").body(page(&self.words, &self.frame))
    }

    /// The form's page again, with what was wrong; `here` is the address of the page itself.
    pub fn again(mut self, here: &str, page: impl FnOnce(&Words, &Frame) -> String) -> HttpResponse {
        here.clone_into(&mut self.frame.here);
        self.show_with(StatusCode::UNPROCESSABLE_ENTITY, page)
    }

    /// On to another page, as after every form that was taken.
    pub fn go(&self, path: &str) -> HttpResponse {
        self.answer(StatusCode::SEE_OTHER).insert_header((LOCATION, path)).finish()
    }

    /// The same with a line about what was done, shown once there.
    pub fn go_saying(&self, path: &str, notice: &str) -> HttpResponse {
        let cookie = plain_cookie("notice", notice, NOTICE_SECONDS, &self.state);
        self.answer(StatusCode::SEE_OTHER)
            .append_header((SET_COOKIE, cookie))
            .insert_header((LOCATION, path))
            .finish()
    }
}

impl Sent {
    /// What was typed, for the page that shows it again.
    pub fn typed(&self) -> Form {
        Form { values: self.form.typed(), errors: Vec::new() }
    }
}

/// The words in which this browser is spoken to where nobody is signed in.
pub fn spoken_words(request: &HttpRequest) -> Words {
    Words::new(chosen(request).unwrap_or_else(|| spoken(request, None)))
}

/// The language that was asked for just now.
fn chosen(request: &HttpRequest) -> Option<Language> {
    let tag = request.query_string().split('&').find_map(|pair| pair.strip_prefix("lang="))?;
    tag.parse().ok()
}

/// The language that this browser or person speaks.
fn spoken(request: &HttpRequest, who: Option<&SignedIn>) -> Language {
    let kept = cookies::value(request, "lang").and_then(|tag| tag.parse().ok());
    let accepted = || {
        let header = request.headers().get(ACCEPT_LANGUAGE)?.to_str().ok()?;
        let tags = header.split(',').filter_map(|part| part.split([';', '-']).next());
        tags.map(str::trim).find_map(|tag| tag.to_ascii_lowercase().parse().ok())
    };
    kept.or_else(|| who.map(|who| who.language)).or_else(accepted).unwrap_or(Language::English)
}

fn remember_language(state: &AppState, who: &SignedIn, language: Language) {
    let (desk, account, by) = (state.desk.clone(), who.account, who.by());
    drop(tokio::spawn(async move {
        // The cookie has it in any case.
        let _ = desk.write(by, move |tx, _| Ok(store::people::set_language(tx, account, language)?)).await;
    }));
}

fn frame(request: &HttpRequest, state: &AppState, who: Option<&SignedIn>) -> Frame {
    // A page that answers a form has no address of its own that could be opened again in another language.
    let here = Some(came_from(request)).filter(|here| !here.is_empty()).unwrap_or_else(|| "/".to_owned());
    Frame {
        here,
        csrf: who.map_or_else(String::new, |who| csrf_token(state, who.session)),
        institution: as_shown(&state.config.institution),
        signed_in_as: who.map(|who| who.name.to_string()),
        roles: who
            .map_or_else(Vec::new, |who| who.roles.iter().map(|role| role.as_str().to_owned()).collect()),
        is_demo: state.is_demo,
        notice: None,
    }
}

/// What was just done. It is a code of ours; anything else in the cookie is left out.
fn notice(request: &HttpRequest) -> Option<String> {
    let notice = cookies::value(request, "notice")?;
    let is_code = |text: &str| {
        !text.is_empty() && text.len() < 40 && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
    };
    Some(notice).filter(|notice| is_code(notice))
}

/// A cookie that holds no secret of ours.
pub fn plain_cookie(name: &str, value: &str, seconds: u32, state: &AppState) -> String {
    let secure = if state.config.public_url.is_https() { "; Secure" } else { "" };
    format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}")
}

/// A path of this house that a form may lead on to: nothing that a browser would take for another host.
pub fn next_path(typed: &str) -> Option<&str> {
    let is_path = typed.starts_with('/') && !typed.starts_with("//") && !typed.starts_with("/\\");
    let is_plain = typed.len() < 500 && typed.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    (is_path && is_plain).then_some(typed)
}

/// The first value of a field in the query.
pub fn asked(request: &HttpRequest, field: &str) -> Option<String> {
    let query = web::Query::<Vec<(String, String)>>::from_query(request.query_string()).ok()?.into_inner();
    query.into_iter().find(|(name, _)| name == field).map(|(_, value)| value)
}

/// Puts a refusal that the person can do something about into the form; every other one goes on.
///
/// # Errors
/// What is no matter of the form: not there, not signed in, too many, broken.
pub fn into_form(refused: Refused, mut form: Form, names: &[(&str, &str)]) -> Result<Form, Refused> {
    match refused {
        Refused::Fields(fields) => {
            for error in fields {
                let renamed =
                    names.iter().find(|(from, _)| *from == error.field).map(|(_, to)| (*to).to_owned());
                form.errors.push((renamed.unwrap_or(error.field), said(error.code).to_owned()));
            }
            Ok(form)
        }
        Refused::Rule { .. } | Refused::Conflict { .. } | Refused::WrongSignIn => {
            Ok(form.wrong("", refused.code()))
        }
        Refused::Proof => Ok(form.wrong("password", "proof-refused")),
        other => Err(other),
    }
}

/// What the pages call a fault.
fn said(code: &'static str) -> &'static str {
    match code {
        "missing" => "required",
        "not-an-address" => "not-an-email",
        "not-printable" => "unshowable",
        "not-a-figure" => "not-an-amount",
        "not-a-day" | "not-a-time" => "not-a-date",
        "common-password" => "too-common",
        "unknown-currency" => "not-a-choice",
        "not-read" => "required",
        other => other,
    }
}

/// The page of a refusal. Whoever is not signed in gets the page on which one signs in, and comes back afterwards.
pub fn problem_page(request: &HttpRequest, refused: &Refused, status: StatusCode) -> Option<String> {
    let state = state(request).ok()?;
    let who = request.extensions().get::<Looking>().map(|looking| looking.0.clone());
    let words = Words::new(chosen(request).unwrap_or_else(|| spoken(request, who.as_ref())))
        .in_zone(state.config.institution.time_zone);
    let mut frame = frame(request, &state, who.as_ref());
    let typed = typed_in_words(request);
    let code = match refused {
        Refused::NotYou => {
            let next = came_from(request);
            frame.here = format!("/sign-in?next={}", in_query(&next));
            return Some(SignIn { form: Form::default(), next, typed }.render(&words, &frame));
        }
        Refused::Rule { code, .. } | Refused::Conflict { code, .. } => {
            let back = came_from(request);
            let page = pages::problems::Problem { code: (*code).to_owned(), back, typed };
            return Some(page.render(&words, &frame));
        }
        Refused::Absent if request.path().starts_with("/invitations/") => {
            return Some(pages::invitations::NoInvitation {}.render(&words, &frame));
        }
        _ if status == StatusCode::METHOD_NOT_ALLOWED => "method",
        Refused::Absent => "not-found",
        Refused::Forbidden { code: "stale-form" } => "stale-form",
        Refused::Forbidden { .. } => "not-yours",
        Refused::TooMuch { .. } => "too-many",
        Refused::TooLarge => "too-large",
        Refused::TooSlow => "too-slow",
        Refused::Busy { .. } | Refused::Unavailable => "busy",
        Refused::Broken => "broken",
        _ => "unreadable",
    };
    Some(ErrorPage { code: code.to_owned(), request: request_id(request), typed }.render(&words, &frame))
}

/// The page on which somebody was: this one, or for a form the one that held it.
fn came_from(request: &HttpRequest) -> String {
    let path = if request.method().is_safe() {
        request.uri().path_and_query().map(|path| path.as_str().to_owned())
    } else {
        let referer = request.headers().get(REFERER).and_then(|value| value.to_str().ok());
        let uri = referer.and_then(|text| text.parse::<actix_web::http::Uri>().ok());
        uri.and_then(|uri| uri.path_and_query().map(|path| path.as_str().to_owned()))
    };
    path.filter(|path| next_path(path).is_some()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_leads_on_to_pages_of_this_house_alone() {
        assert_eq!(next_path("/disputes/1?x=y"), Some("/disputes/1?x=y"));
        for strange in
            ["", "https://evil.example", "//evil.example", "/\\evil.example", "/a\nb", "javascript:x"]
        {
            assert_eq!(next_path(strange), None, "{strange}");
        }
    }

    #[test]
    fn what_a_person_can_mend_goes_into_the_form() {
        let form = into_form(
            Refused::field("respondent.name", "missing"),
            Form::default(),
            &[("respondent.name", "who")],
        );
        assert_eq!(form, Ok(Form::default().wrong("who", "required")));
        let form = into_form(Refused::rule("not-at-this-stage"), Form::default(), &[]);
        assert_eq!(form, Ok(Form::default().wrong("", "not-at-this-stage")));
        assert_eq!(into_form(Refused::Absent, Form::default(), &[]), Err(Refused::Absent));
    }
}
