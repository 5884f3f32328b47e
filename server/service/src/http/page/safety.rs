//! The private questions as pages. What was answered is never shown back, not even after a fault.

use actix_web::web;
use domain::dispute::StageName;
use domain::ids::DisputeId;
use domain::party::{Safety, Side};
use domain::safety::{Answer as Reply, SafetyAnswers};
use pages::form::Form;
use pages::safety::{SafetyLater, SafetyQuestions, SafetyStart};

use super::frame::{Answer, Sent, Visit, into_form};
use crate::acts::process::{Seen, look};
use crate::acts::safety;
use crate::http::body::id;
use crate::http::forms::Posted;
use crate::refused::Refused;

async fn own(visit: &Visit, dispute: DisputeId) -> Result<(Seen, Side), Refused> {
    visit.signed_in()?;
    let read = visit.read(move |tx, doing| {
        let seen = look(tx, doing, dispute)?;
        let side = seen.party()?;
        Ok((seen, side))
    });
    read.await
}

async fn start(visit: Visit, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    let (seen, side) = own(&visit, dispute).await?;
    let is_answered = seen.dispute.parties.of(side).safety != Safety::Unanswered;
    Ok(visit.show(|w, f| SafetyStart { id: dispute.to_string(), is_answered }.render(w, f)))
}

async fn later(visit: Visit, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    own(&visit, dispute).await?;
    Ok(visit.show(|w, f| SafetyLater { id: dispute.to_string() }.render(w, f)))
}

async fn ask(visit: Visit, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    own(&visit, dispute).await?;
    let page = SafetyQuestions { id: dispute.to_string(), form: Form::default() };
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// What was not answered is no answer, and a word that is none counts as not answered too.
fn answers(form: &Posted) -> SafetyAnswers {
    let reply = |field: &str| form.text(field).parse::<Reply>().ok();
    SafetyAnswers {
        alone: reply("alone"),
        afraid: reply("afraid"),
        violence: reply("violence"),
        control: reply("control"),
        order: reply("order"),
    }
}

/// How the person may be reached, on one line for the registrar.
fn reach(form: &Posted) -> Option<String> {
    let way = form.given("reach").filter(|way| ["mail", "site", "phone"].contains(way));
    match (way, form.given("reach_note")) {
        (Some(way), Some(note)) => Some(format!("{way}: {note}")),
        (way, note) => way.or(note).map(str::to_owned),
    }
}

async fn answer(sent: Sent, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    let (seen, _) = own(&sent.visit, dispute).await?;
    let (answers, reach) = (answers(&sent.form), reach(&sent.form));
    let act =
        sent.visit.write(move |tx, doing| safety::answer(tx, doing, dispute, &answers, reach.as_deref()));
    if let Err(refused) = act.await {
        let kept = sent.form.typed().into_iter().filter(|(field, _)| field.starts_with("reach")).collect();
        let form = into_form(refused, Form { values: kept, errors: Vec::new() }, &[("reach", "reach_note")])?;
        let page = SafetyQuestions { id: dispute.to_string(), form };
        return Ok(sent
            .visit
            .again(&format!("/disputes/{dispute}/safety/questions"), |w, f| page.render(w, f)));
    }
    let is_draft = seen.dispute.stage.name() == StageName::Draft;
    let next =
        if is_draft { format!("/disputes/{dispute}/draft/check") } else { format!("/disputes/{dispute}") };
    Ok(sent.visit.go_saying(&next, "saved"))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(
            web::resource("/disputes/{id}/safety").route(web::get().to(start)).route(web::post().to(answer)),
        )
        .service(web::resource("/disputes/{id}/safety/later").route(web::get().to(later)))
        .service(web::resource("/disputes/{id}/safety/questions").route(web::get().to(ask)));
}
