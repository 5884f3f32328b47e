//! A mediator's own phrases: their list, and putting one into the box of a room without losing what stands in it.

use actix_web::web;
use domain::ids::{DisputeId, PhraseId};
use pages::form::Form;
use pages::phrases::Phrases;

use super::frame::{Answer, Sent, Visit, into_form};
use super::posts::channel;
use super::rooms::{Asked, room_page};
use crate::acts::phrases;
use crate::http::body::id;
use crate::refused::Refused;

async fn page_of(visit: &Visit, form: Form) -> Result<Phrases, Refused> {
    visit.signed_in()?;
    let all = visit.read(phrases::list).await?;
    let phrases = all.into_iter().map(|(id, text)| (id.to_string(), text)).collect();
    Ok(Phrases { phrases, form })
}

async fn show(visit: Visit) -> Answer {
    let page = page_of(&visit, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn add(sent: Sent) -> Answer {
    sent.visit.count_entry()?;
    let text = sent.form.text("text").to_owned();
    let done = sent.visit.write(move |tx, doing| phrases::add(tx, doing, &text)).await;
    let Err(refused) = done else { return Ok(sent.visit.go("/mediator/phrases")) };
    let form = into_form(refused, sent.typed(), &[])?;
    let page = page_of(&sent.visit, form).await?;
    Ok(sent.visit.again("/mediator/phrases", |w, f| page.render(w, f)))
}

async fn delete(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let phrase: PhraseId = id(&path)?;
    sent.visit.write(move |tx, doing| phrases::delete(tx, doing, phrase)).await?;
    Ok(sent.visit.go("/mediator/phrases"))
}

/// The phrase goes behind what stands in the box; nothing is sent.
async fn insert(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let (dispute, channel): (DisputeId, _) = (id(&path)?, channel(&sent)?);
    let typed = sent.form.text("text").to_owned();
    // Whoever has no phrases has nothing to put in.
    let phrase: PhraseId = id(sent.form.text("phrase"))?;
    let phrase = sent.visit.read(move |tx, doing| phrases::get(tx, doing, phrase)).await?;
    let parts = [typed.trim_end(), &phrase].into_iter().filter(|part| !part.is_empty());
    let text = parts.collect::<Vec<_>>().join("\n");
    let form = Form::default().with("text", text);
    let page = room_page(&sent.visit, dispute, &Asked::channel(channel, None), form).await?;
    Ok(sent.visit.again(&format!("/rooms/{dispute}?channel={channel}"), |w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/mediator/phrases").route(web::get().to(show)).route(web::post().to(add)))
        .service(web::resource("/mediator/phrases/{id}/deletion").route(web::post().to(delete)))
        .service(web::resource("/rooms/{id}/phrases").route(web::post().to(insert)));
}
