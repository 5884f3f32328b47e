//! What each side does alone, as pages: the agreement to mediate, readiness, how the record is to arrive.

use actix_web::{HttpRequest, web};
use domain::consent::{AGREEMENT_TO_MEDIATE, AGREEMENT_TO_MEDIATE_NAME};
use domain::dispute::Action;
use domain::ids::DisputeId;
use domain::language::{Language, RecordLanguage};
use domain::party::Route;
use domain::settlement::DeliveryChoice;
use pages::form::Form;
use pages::preparing::{Consent, Delivery, Readiness, ReadingLanguage};

use super::disputes::viewed;
use super::frame::{Answer, Sent, Visit, asked, into_form};
use super::tasks::{may, tasks};
use crate::acts::preparing;
use crate::acts::process::look;
use crate::acts::views::actions_of;
use crate::http::body::id;
use crate::refused::Refused;

async fn consent_page(
    visit: &Visit,
    dispute: DisputeId,
    language: Language,
    form: Form,
) -> Result<Consent, Refused> {
    visit.signed_in()?;
    let given = visit.read(move |tx, doing| {
        let seen = look(tx, doing, dispute)?;
        Ok(seen.dispute.parties.of(seen.party()?).consent)
    });
    let given = given.await?;
    Ok(Consent {
        id: dispute.to_string(),
        version: AGREEMENT_TO_MEDIATE,
        language,
        agreed_at: given.filter(|consent| consent.version == AGREEMENT_TO_MEDIATE).map(|consent| consent.at),
        form,
    })
}

async fn ask_consent(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    let asked = asked(&request, "language").and_then(|tag| tag.parse().ok());
    let language = asked.unwrap_or(visit.words.language());
    let page = consent_page(&visit, id(&path)?, language, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn consent(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    let language = sent.form.text("language").parse().unwrap_or(sent.visit.words.language());
    let version = sent.form.text("version").parse().unwrap_or(0);
    let done = if sent.form.ticked("agree") {
        let act = sent.visit.write(move |tx, doing| {
            preparing::consent(tx, doing, dispute, AGREEMENT_TO_MEDIATE_NAME, version, language)
        });
        act.await.map(drop)
    } else {
        Err(Refused::field("agree", "missing"))
    };
    let Err(refused) = done else {
        return Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "agreed"));
    };
    let form = into_form(refused, Form::default(), &[])?;
    let page = consent_page(&sent.visit, dispute, language, form).await?;
    Ok(sent.visit.again(&format!("/disputes/{dispute}/consent"), |w, f| page.render(w, f)))
}

async fn readiness_page(visit: &Visit, dispute: DisputeId, form: Form) -> Result<Readiness, Refused> {
    let view = viewed(visit, dispute).await?;
    let own = view.preparation.as_ref().ok_or(Refused::Absent)?;
    let form = match &own.route {
        Some(route) if form.values.is_empty() => form.with("route", route.clone()),
        _ => form,
    };
    let first = |code: &str| code == "safety" || code == "consent";
    let missing = tasks(&view).into_iter().filter(|task| first(&task.code) && task.state != "done");
    Ok(Readiness {
        id: view.id.clone(),
        may_negotiate: may(&view, "be-ready-to-negotiate"),
        missing: missing.map(|task| task.code).collect(),
        form,
    })
}

async fn ask_readiness(visit: Visit, path: web::Path<String>) -> Answer {
    let page = readiness_page(&visit, id(&path)?, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn be_ready(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    let done = match sent.form.text("route").parse::<Route>() {
        Ok(route) => {
            sent.visit.write(move |tx, doing| preparing::be_ready(tx, doing, dispute, route)).await.map(drop)
        }
        Err(_) => Err(Refused::field("route", "not-a-choice")),
    };
    let Err(refused) = done else {
        return Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "ready"));
    };
    let form = into_form(refused, sent.typed(), &[])?;
    let page = readiness_page(&sent.visit, dispute, form).await?;
    Ok(sent.visit.again(&format!("/disputes/{dispute}/readiness"), |w, f| page.render(w, f)))
}

async fn ask_delivery(visit: Visit, path: web::Path<String>) -> Answer {
    let view = viewed(&visit, id(&path)?).await?;
    let own = view.preparation.as_ref().ok_or(Refused::Absent)?;
    let form = Form::default().with("by", own.delivery.clone().unwrap_or_default());
    let page = Delivery { id: view.id.clone(), form };
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn choose_delivery(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    let choice = sent.form.text("by").parse::<DeliveryChoice>();
    let done = match choice {
        Ok(choice) => {
            let passphrase = sent.form.text("passphrase").to_owned();
            let act = sent.visit.write(move |tx, doing| {
                preparing::choose_delivery(tx, doing, dispute, choice, Some(&passphrase))
            });
            act.await
        }
        Err(_) => Err(Refused::field("by", "not-a-choice")),
    };
    let Err(refused) = done else {
        return Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "delivered"));
    };
    let form = into_form(refused, sent.typed(), &[])?;
    let page = Delivery { id: dispute.to_string(), form };
    Ok(sent.visit.again(&format!("/disputes/{dispute}/delivery"), |w, f| page.render(w, f)))
}

/// The page on which a party says in which language it reads the text; once that is frozen, it only tells.
async fn reading_page(visit: &Visit, dispute: DisputeId, form: Form) -> Result<ReadingLanguage, Refused> {
    visit.signed_in()?;
    let read = visit.read(move |tx, doing| {
        let (seen, language) = preparing::reading_language(tx, doing, dispute)?;
        Ok((language, actions_of(&seen, doing).contains(&Action::ChooseReadingLanguage)))
    });
    let (language, may_choose) = read.await?;
    let chosen = language.unwrap_or(visit.words.language().into()).tag().to_owned();
    let form = if form.values.is_empty() { form.with("language", chosen.clone()) } else { form };
    Ok(ReadingLanguage { id: dispute.to_string(), chosen, may_choose, form })
}

async fn ask_reading_language(visit: Visit, path: web::Path<String>) -> Answer {
    let page = reading_page(&visit, id(&path)?, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn choose_reading_language(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    let done = match sent.form.text("language").parse::<RecordLanguage>() {
        Ok(language) => {
            let act = sent
                .visit
                .write(move |tx, doing| preparing::choose_reading_language(tx, doing, dispute, language));
            act.await
        }
        Err(_) => Err(Refused::field("language", "not-a-choice")),
    };
    let Err(refused) = done else {
        return Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "saved"));
    };
    let form = into_form(refused, sent.typed(), &[])?;
    let page = reading_page(&sent.visit, dispute, form).await?;
    Ok(sent.visit.again(&format!("/disputes/{dispute}/reading-language"), |w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(
            web::resource("/disputes/{id}/consent")
                .route(web::get().to(ask_consent))
                .route(web::post().to(consent)),
        )
        .service(
            web::resource("/disputes/{id}/readiness")
                .route(web::get().to(ask_readiness))
                .route(web::post().to(be_ready)),
        )
        .service(
            web::resource("/disputes/{id}/delivery")
                .route(web::get().to(ask_delivery))
                .route(web::post().to(choose_delivery)),
        )
        .service(
            web::resource("/disputes/{id}/reading-language")
                .route(web::get().to(ask_reading_language))
                .route(web::post().to(choose_reading_language)),
        );
}
