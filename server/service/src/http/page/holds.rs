//! The page of a dispute's legal hold, for registrars. Deliberately not here: who may press what, which the law says.

use actix_web::web;
use domain::ids::DisputeId;
use pages::form::Form;
use pages::registrar::{HoldDesk, OpenHold};

use super::frame::{Answer, Sent, Visit, into_form};
use super::registrar::registrar;
use crate::acts::holds::{self, Held, Meant};
use crate::acts::process::look;
use crate::http::body::id;
use crate::refused::Refused;

fn shown(held: Held) -> OpenHold {
    OpenHold {
        id: held.open.id.clone(),
        state: held.state().to_owned(),
        placed_by: held.placed_by,
        placed_at: held.open.placed_at,
        lapses_at: held.lapses_at,
        may_confirm: held.may_confirm,
        may_end: held.may_end,
        reason: held.open.reason,
    }
}

fn path_of(dispute: DisputeId) -> String {
    format!("/registrar/disputes/{dispute}/hold")
}

async fn page(visit: &Visit, dispute: DisputeId, form: Form) -> Result<HoldDesk, Refused> {
    registrar(visit)?;
    let read = visit.read(move |tx, doing| {
        let hold = holds::held(tx, doing, dispute)?.map(shown);
        let reference = look(tx, doing, dispute)?.dispute.reference;
        let reference = reference.map_or_else(String::new, |reference| reference.to_string());
        Ok(HoldDesk { id: dispute.to_string(), reference, hold, form })
    });
    read.await
}

async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    let page = page(&visit, id(&path)?, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// The page again, with what was typed and what was wrong with it.
async fn again(sent: Sent, dispute: DisputeId, form: Form) -> Answer {
    let page = page(&sent.visit, dispute, form).await?;
    Ok(sent.visit.again(&path_of(dispute), |w, f| page.render(w, f)))
}

async fn place(sent: Sent, path: web::Path<String>) -> Answer {
    registrar(&sent.visit)?;
    let dispute: DisputeId = id(&path)?;
    let reason = sent.form.text("reason").to_owned();
    let placed = sent.visit.write(move |tx, doing| holds::put(tx, doing, dispute, &reason)).await;
    match placed {
        Ok(_) => Ok(sent.visit.go_saying(&path_of(dispute), "decided")),
        Err(refused) => {
            let form = into_form(refused, sent.typed(), &[])?;
            again(sent, dispute, form).await
        }
    }
}

/// The hold that the page showed.
fn meant(sent: &Sent) -> Meant {
    let given = |field| sent.form.given(field).map(str::to_owned);
    Meant { hold: given("hold"), state: given("state") }
}

async fn confirm(sent: Sent, path: web::Path<String>) -> Answer {
    registrar(&sent.visit)?;
    let dispute: DisputeId = id(&path)?;
    let meant = meant(&sent);
    sent.visit.write(move |tx, doing| holds::confirm(tx, doing, dispute, &meant)).await?;
    Ok(sent.visit.go_saying(&path_of(dispute), "decided"))
}

async fn end(sent: Sent, path: web::Path<String>) -> Answer {
    registrar(&sent.visit)?;
    let dispute: DisputeId = id(&path)?;
    if !sent.form.ticked("sure") {
        return again(sent, dispute, Form::default().wrong("sure", "required")).await;
    }
    let meant = meant(&sent);
    let held = sent.visit.write(move |tx, doing| holds::lift(tx, doing, dispute, &meant)).await?;
    // With the last word it may be destroyed at once, and there is no such page any more.
    let next = if held.state == "ended" { "/registrar".to_owned() } else { path_of(dispute) };
    Ok(sent.visit.go_saying(&next, "decided"))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/registrar/disputes/{id}/hold").route(web::get().to(show)))
        .service(web::resource("/disputes/{id}/hold").route(web::post().to(place)))
        .service(web::resource("/disputes/{id}/hold/confirmation").route(web::post().to(confirm)))
        .service(web::resource("/disputes/{id}/hold/ending").route(web::post().to(end)));
}
