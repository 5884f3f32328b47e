//! The page that sets up the first registrar, behind the link that the first start printed.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use pages::form::Form;
use pages::people::{SetUp, Setup as Page};

use super::frame::{Answer, Sent, Visit, into_form};
use crate::acts::accounts;
use crate::entrance::{self, Setup, guarded, settled};
use crate::http::origin;
use crate::totp;

async fn ask(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    let from = origin::from(&request, &visit.state.config);
    let code = guarded(&visit.state, &path)?;
    let looked = code.clone();
    let found = visit.read(move |tx, doing| accounts::look_at_setup(tx, doing.now, &looked)).await;
    settled(&visit.state, &from, &code, found)?;
    let code = path.into_inner();
    Ok(visit.show(|w, f| Page { form: Form::default(), code }.render(w, f)))
}

/// The answer is a page and no redirect: the secret is shown this once and kept nowhere that another page could read.
async fn set_up(request: HttpRequest, sent: Sent, path: web::Path<String>) -> Answer {
    let from = origin::from(&request, &sent.visit.state.config);
    let typed = Setup {
        email: sent.form.text("email").to_owned(),
        password: sent.form.text("password").to_owned(),
        name: sent.form.text("name").to_owned(),
        language: sent.form.given("language").unwrap_or(sent.visit.words.language().tag()).to_owned(),
    };
    let email = typed.email.clone();
    match entrance::set_up(&sent.visit.state, &from, &path, typed).await {
        Ok(secret) => {
            let link = totp::link(&secret, &sent.visit.state.config.institution.name, &email);
            let page = SetUp { secret: totp::base32(&secret), link };
            Ok(sent.visit.show_with(StatusCode::OK, |w, f| page.render(w, f)))
        }
        Err(refused) => {
            let form = into_form(refused, sent.typed(), &[])?;
            let code = path.into_inner();
            Ok(sent
                .visit
                .again(&format!("/setup/{code}"), |w, f| Page { form, code: code.clone() }.render(w, f)))
        }
    }
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.service(web::resource("/setup/{code}").route(web::get().to(ask)).route(web::post().to(set_up)));
}
