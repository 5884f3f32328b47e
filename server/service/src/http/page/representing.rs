//! Who signs for a party, as pages (R3): the party asks from its list, the registrar answers on a page of their own.

use actix_web::web;
use domain::companion::Ground;
use domain::ids::DisputeId;
use pages::form::Form;
use pages::registrar::{AuthorityDesk, ClaimLine};

use super::companions::{page_of, seat_of};
use super::frame::{Answer, Sent, Visit, into_form};
use super::registrar::{authority_desk, registrar};
use crate::acts::process::look;
use crate::acts::representing;
use crate::http::body::id;
use crate::refused::Refused;

fn ground(sent: &Sent) -> Result<Ground, Refused> {
    let code = if sent.form.given("ground").is_some() { "not-a-choice" } else { "missing" };
    sent.form.text("ground").parse().map_err(|_| Refused::field("ground", code))
}

async fn claim(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    sent.visit.signed_in()?;
    let (dispute, seat) = seat_of(&path)?;
    let done = match ground(&sent) {
        Ok(ground) => {
            sent.visit.count_entry()?;
            sent.visit.write(move |tx, doing| representing::claim(tx, doing, dispute, seat, ground)).await
        }
        Err(refused) => Err(refused),
    };
    let here = format!("/disputes/{dispute}/companions");
    let Err(refused) = done else { return Ok(sent.visit.go_saying(&here, "sent")) };
    let form = into_form(refused, sent.typed(), &[])?;
    let page = page_of(&sent.visit, dispute, form).await?;
    Ok(sent.visit.again(&here, |w, f| page.render(w, f)))
}

async fn take_back(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    sent.visit.signed_in()?;
    let (dispute, seat) = seat_of(&path)?;
    sent.visit.count_entry()?;
    sent.visit.write(move |tx, doing| representing::take_back(tx, doing, dispute, seat)).await?;
    Ok(sent.visit.go_saying(&format!("/disputes/{dispute}/companions"), "decided"))
}

async fn desk(visit: &Visit, dispute: DisputeId, form: Form) -> Result<AuthorityDesk, Refused> {
    registrar(visit)?;
    let read = visit.read(move |tx, doing| {
        let claims = representing::claims(tx, doing, dispute)?.into_iter().map(|claim| ClaimLine {
            seat: claim.seat.to_string(),
            party: claim.party,
            representative: claim.representative,
            ground: claim.ground.to_string(),
        });
        let claims = claims.collect();
        let reference = look(tx, doing, dispute)?.dispute.reference;
        let reference = reference.map_or_else(String::new, |reference| reference.to_string());
        Ok(AuthorityDesk { id: dispute.to_string(), reference, claims, form })
    });
    read.await
}

async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    let page = desk(&visit, id(&path)?, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// To accept it takes a tick: the registrar has seen the paper.
async fn answer(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    registrar(&sent.visit)?;
    let (dispute, seat) = seat_of(&path)?;
    let sure = format!("sure-{seat}");
    let accepts = match sent.form.text("decision") {
        "accept" => true,
        "refuse" => false,
        _ => return Err(Refused::Malformed { code: "unreadable" }),
    };
    let here = authority_desk(dispute);
    if accepts && !sent.form.ticked(&sure) {
        let page = desk(&sent.visit, dispute, Form::default().wrong(&sure, "required")).await?;
        return Ok(sent.visit.again(&here, |w, f| page.render(w, f)));
    }
    let ground = ground(&sent)?;
    let act =
        sent.visit.write(move |tx, doing| representing::answer(tx, doing, dispute, seat, ground, accepts));
    let Err(refused) = act.await else { return Ok(sent.visit.go_saying("/registrar", "decided")) };
    let page = desk(&sent.visit, dispute, into_form(refused, Form::default(), &[])?).await?;
    Ok(sent.visit.again(&here, |w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    let authority =
        |tail: &str| web::resource(format!("/disputes/{{id}}/companions/{{companion}}/authority{tail}"));
    routes
        .service(authority("").route(web::post().to(claim)))
        .service(authority("/ending").route(web::post().to(take_back)))
        .service(authority("/answer").route(web::post().to(answer)))
        .service(web::resource("/registrar/disputes/{id}/authority").route(web::get().to(show)));
}
