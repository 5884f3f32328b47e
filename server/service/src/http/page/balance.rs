//! How the joint session is shared out, as a page for the mediator alone.

use actix_web::web;
use domain::balance::Spoken;
use domain::ids::DisputeId;
use domain::party::Side;
use domain::room::Seat;
use pages::balance::{BalancePage, SpokenLine, WaitingLine};

use super::entries::small;
use super::frame::{Answer, Visit};
use super::terms::both_names;
use crate::acts::balance;
use crate::http::body::id;

async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    visit.signed_in()?;
    let read = visit.read(move |tx, doing| {
        Ok((balance::show(tx, doing, dispute)?, both_names(&store::names::of(tx, dispute)?)))
    });
    let (found, names) = read.await?;
    let line = |name: String, spoken: Spoken| SpokenLine {
        name,
        messages: spoken.messages,
        words: spoken.words,
        share: found.share(spoken),
    };
    let mut spoken: Vec<_> =
        Side::BOTH.map(|side| line(names.of(side).clone(), *found.sides.of(side))).into();
    spoken.push(line(visit.words.role_mediator().text().to_owned(), found.mediator));
    let waiting = found.waiting.iter().map(|question| WaitingLine {
        of: names.of(question.of).clone(),
        by: match question.by {
            Seat::Party(side) | Seat::Beside { side, .. } => names.of(side).clone(),
            Seat::Mediator | Seat::CoMediator => visit.words.role_mediator().text().to_owned(),
        },
        entry: question.entry.to_string(),
        before: small(question.seq.saturating_add(1)),
        text: question.text.clone(),
    });
    let page = BalancePage { id: dispute.to_string(), spoken, waiting: waiting.collect() };
    Ok(visit.show(|w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.service(web::resource("/rooms/{id}/balance").route(web::get().to(show)));
}
