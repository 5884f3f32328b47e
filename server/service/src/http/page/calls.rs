//! The page on which one tries out one's device, and the words of a call, which its scripts ask for when somebody begins
//! to talk: the room's own page carries none of them.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::{HttpResponse, web};
use pages::calls::{TryOut, messages};
use pages::form::Form;

use super::frame::{Answer, Sent, Visit};

/// The longest text that is shown again.
const WORDS_MAX: usize = 4000;

fn page(visit: &Visit, wrote: String) -> TryOut {
    let relay = match (&visit.state.config.calls, &visit.who) {
        (None, _) => "off",
        (Some(_), None) => "sign-in",
        (Some(_), Some(_)) => "on",
    };
    TryOut { relay: relay.to_owned(), wrote, form: Form::default() }
}

async fn show_try_out(visit: Visit) -> Answer {
    let page = page(&visit, String::new());
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// Shows what was written. It goes nowhere else, so there is nothing to go on to, and nothing to be sent twice.
async fn try_words(sent: Sent) -> Answer {
    let wrote = sent.form.text("text").trim().chars().take(WORDS_MAX).collect();
    let page = page(&sent.visit, wrote);
    Ok(sent.visit.show(|w, f| page.render(w, f)))
}

async fn show_words(visit: Visit) -> Answer {
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, "application/json")).body(messages(&visit.words)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(
            web::resource("/try-out").route(web::get().to(show_try_out)).route(web::post().to(try_words)),
        )
        .service(web::resource("/calls/words").route(web::get().to(show_words)));
}
