//! What stands at the head of a channel, and the forms that change it: a private meeting, the agenda, a timer. Each posts an
//! entry like any other. Deliberately not here: how an entry is posted (`posts`).

use actix_web::{HttpRequest, web};
use domain::entry::{Body, CaucusStep};
use domain::ids::{DisputeId, EntryId};
use pages::form::Form;

use super::frame::{Answer, Sent, Visit, asked};
use super::posts::post;
use super::rooms::{Asked, room_page};
use crate::http::body::id;
use crate::refused::Refused;

/// The head of a channel by itself: the room's page brings it from here when it has changed.
async fn show(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    let channel = asked(&request, "channel").and_then(|word| word.parse().ok()).ok_or(Refused::Absent)?;
    let page = room_page(&visit, dispute, &Asked::head(channel), Form::default()).await?.head();
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn announce_caucus(sent: Sent, path: web::Path<String>) -> Answer {
    let dispute = id(&path)?;
    let step = match sent.form.text("act") {
        "ask" => CaucusStep::Asked,
        "start" => CaucusStep::Started,
        "end" => CaucusStep::Ended,
        _ => return Err(Refused::Malformed { code: "unreadable" }),
    };
    post(sent, dispute, Ok(Body::Caucus { step }), None).await
}

/// Whoever changes the points goes on with the one that was talked about, where it is still among them.
async fn set_agenda(sent: Sent, path: web::Path<String>) -> Answer {
    let dispute = id(&path)?;
    let points = sent.form.text("agenda").lines().map(str::trim).filter(|point| !point.is_empty());
    let items: Vec<String> = points.map(str::to_owned).collect();
    let kept = sent.form.given("now").and_then(|now| items.iter().position(|point| point == now));
    let current = match sent.form.given("current").map(str::parse) {
        Some(current) => Some(current.map_err(|_| Refused::Malformed { code: "unreadable" })?),
        None => kept.and_then(|place| u16::try_from(place.saturating_add(1)).ok()),
    };
    post(sent, dispute, Ok(Body::Agenda { items, current }), None).await
}

async fn set_timer(sent: Sent, path: web::Path<String>) -> Answer {
    let dispute = id(&path)?;
    let typed = sent.form.given("minutes").ok_or_else(|| Refused::field("minutes", "missing"));
    let not_a_number = |_| Refused::field("minutes", "not-a-choice");
    let minutes = typed.and_then(|typed| typed.parse::<u16>().map_err(not_a_number));
    let of = sent.form.given("for").map(str::parse).transpose();
    let body = match (minutes, of) {
        (Ok(minutes), Ok(of)) => Ok(Body::Timer { seconds: u32::from(minutes).saturating_mul(60), of }),
        (Err(refused), _) => Err(refused),
        (_, Err(_)) => Err(Refused::field("for", "not-a-choice")),
    };
    post(sent, dispute, body, None).await
}

async fn stop_timer(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    let (dispute, timer): (DisputeId, EntryId) = (id(&path.0)?, id(&path.1)?);
    post(sent, dispute, Ok(Body::TimerStopped { timer }), None).await
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/rooms/{id}/standing").route(web::get().to(show)))
        .service(web::resource("/rooms/{id}/caucus").route(web::post().to(announce_caucus)))
        .service(web::resource("/rooms/{id}/agenda").route(web::post().to(set_agenda)))
        .service(web::resource("/rooms/{id}/timers").route(web::post().to(set_timer)))
        .service(web::resource("/rooms/{id}/timers/{entry}/end").route(web::post().to(stop_timer)));
}
