//! One's own passkeys as pages. To add one takes a script, because the device is asked by the browser; the pages say so.

use actix_web::http::StatusCode;
use actix_web::web;
use domain::ids::PasskeyId;
use domain::passkey::PASSKEYS_MAX;
use pages::form::Form;
use pages::passkeys::{PasskeyLine, PasskeyMaking, PasskeyRemoval, Passkeys};

use super::frame::{Answer, Sent, Visit, into_form};
use crate::acts::passkeys;
use crate::ceremonies;
use crate::http::body::{id, parse};
use crate::http::json::passkeys::{PasskeyMadeJson, PasskeyMakingJson};
use crate::refused::Refused;

const HERE: &str = "/account/passkeys";

async fn page_of(visit: &Visit, form: Form) -> Result<Passkeys, Refused> {
    let account = visit.signed_in()?.account;
    let (all, person) = visit
        .read(move |tx, doing| Ok((passkeys::list(tx, doing)?, store::people::by_id(tx, account)?)))
        .await?;
    let may_add = all.len() < PASSKEYS_MAX;
    let line = |passkey: store::passkeys::Passkey| PasskeyLine {
        id: passkey.id.to_string(),
        name: passkey.name,
        added_at: passkey.added_at,
        used_at: passkey.used_at,
        is_suspended: passkey.suspended_at.is_some(),
    };
    Ok(Passkeys {
        passkeys: all.into_iter().map(line).collect(),
        origin: ceremonies::relying_party(&visit.state).ok().map(|party| party.origin),
        may_add,
        has_second_factor: person.totp,
        form,
    })
}

async fn show(visit: Visit) -> Answer {
    let page = page_of(&visit, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// Here nothing was to be signed.
fn said(refused: Refused, form: Form) -> Result<Form, Refused> {
    match refused {
        Refused::Proof => Ok(form.wrong("password", "proof-wrong")),
        other => into_form(other, form, &[]),
    }
}

/// The answer is a page and no redirect: a challenge is shown once, to whoever proved who they are.
async fn begin(sent: Sent) -> Answer {
    let who = sent.visit.signed_in()?;
    let (form, state) = (&sent.form, &sent.visit.state);
    let making = match passkeys::read_name(form.text("name")) {
        Ok(_) => {
            ceremonies::begin_adding(state, who.account, form.text("password"), form.given("totp")).await
        }
        Err(refused) => Err(refused),
    };
    let making = match making {
        Ok(making) => making,
        Err(refused) => {
            let form = said(refused, sent.typed())?;
            let page = page_of(&sent.visit, form).await?;
            return Ok(sent.visit.again(HERE, |w, f| page.render(w, f)));
        }
    };
    let options = serde_json::to_string(&PasskeyMakingJson::new(&making, who.name.to_string()));
    let page = PasskeyMaking {
        name: form.text("name").to_owned(),
        origin: making.relying_party.origin,
        options: options.map_err(|_| Refused::broken("passkey options"))?,
    };
    Ok(sent.visit.show_with(StatusCode::OK, |w, f| page.render(w, f)))
}

async fn add(sent: Sent) -> Answer {
    let account = sent.visit.signed_in()?.account;
    let made = parse::<PasskeyMadeJson>(sent.form.text("credential").as_bytes());
    let adding = made.and_then(|made| made.read(sent.form.text("name").to_owned()));
    let done = match adding {
        Ok(adding) => ceremonies::add(&sent.visit.state, account, adding).await,
        // What is no answer of a device is not right, whatever else it is.
        Err(_) => Err(Refused::Proof),
    };
    let form = match done {
        Ok(_) => return Ok(sent.visit.go_saying(HERE, "saved")),
        Err(Refused::Proof) => Form::default().wrong("", "passkey-not-added"),
        Err(refused) => into_form(refused, Form::default(), &[])?,
    };
    let page = page_of(&sent.visit, form).await?;
    Ok(sent.visit.again(HERE, |w, f| page.render(w, f)))
}

async fn removal(visit: &Visit, passkey: PasskeyId, form: Form) -> Result<PasskeyRemoval, Refused> {
    let account = visit.signed_in()?.account;
    let (passkey, person) = visit
        .read(move |tx, doing| Ok((passkeys::get(tx, doing, passkey)?, store::people::by_id(tx, account)?)))
        .await?;
    let (id, has_second_factor) = (passkey.id.to_string(), person.totp);
    Ok(PasskeyRemoval { id, name: passkey.name, has_second_factor, form })
}

async fn ask_removal(visit: Visit, path: web::Path<String>) -> Answer {
    let page = removal(&visit, id(&path)?, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn remove(sent: Sent, path: web::Path<String>) -> Answer {
    let account = sent.visit.signed_in()?.account;
    let passkey: PasskeyId = id(&path)?;
    let (form, state) = (&sent.form, &sent.visit.state);
    let done = ceremonies::remove(state, account, passkey, form.text("password"), form.given("totp")).await;
    let Err(refused) = done else { return Ok(sent.visit.go_saying(HERE, "saved")) };
    let page = removal(&sent.visit, passkey, said(refused, Form::default())?).await?;
    Ok(sent.visit.again(&format!("{HERE}/{passkey}/removal"), |w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/account/passkeys").route(web::get().to(show)).route(web::post().to(add)))
        .service(web::resource("/account/passkeys/challenges").route(web::post().to(begin)))
        .service(
            web::resource("/account/passkeys/{id}/removal")
                .route(web::get().to(ask_removal))
                .route(web::post().to(remove)),
        );
}
