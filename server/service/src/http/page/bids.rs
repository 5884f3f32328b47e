//! Blind bids as pages: the question, one's figure with a last look at it, and what was asked before. A figure is in no
//! address and in no draft, and its field has a name that the page of a refusal never shows again (`http/forms`).

use std::collections::BTreeMap;

use actix_web::web;
use domain::bid::{BidRefusal, BidState};
use domain::entry::BidQuestion;
use domain::ids::{DisputeId, EntryId};
use domain::language::RecordLanguage;
use domain::money::Currency;
use domain::party::{Side, Sides};
use domain::room::Seat;
use pages::bids::{BlindBids, FigureCheck, QuestionLine};
use pages::form::Form;

use super::drafts::{currencies, money_text};
use super::frame::{Answer, Sent, Visit, into_form};
use super::terms::both_names;
use crate::acts::bids::{self, Shown};
use crate::acts::process::look;
use crate::acts::views::Amount;
use crate::acts::{Doing, aftermath};
use crate::http::body::id;
use crate::http::json::terms::parse_amount;
use crate::refused::{FieldErrors, Refused};

/// What the page is made of.
struct Read {
    shown: Vec<Shown>,
    names: Sides<String>,
    side: Option<Side>,
    languages: Vec<RecordLanguage>,
}

async fn read(visit: &Visit, dispute: DisputeId) -> Result<Read, Refused> {
    visit.signed_in()?;
    let read = visit.read(move |tx, doing| {
        let shown = bids::list(tx, doing, dispute)?;
        let seen = look(tx, doing, dispute)?;
        Ok(Read {
            shown,
            names: both_names(&store::names::of(tx, dispute)?),
            side: seen.seat().and_then(Seat::side),
            languages: aftermath::languages_needed(&seen.dispute),
        })
    });
    read.await
}

fn line(read: &Read, shown: &Shown, own: &str) -> QuestionLine {
    let asked = &shown.asked;
    let mut texts: Vec<(String, String)> = asked
        .question
        .text
        .iter()
        .map(|(language, text)| (language.tag().to_owned(), text.clone()))
        .collect();
    texts.sort_by_key(|(tag, _)| tag != own);
    QuestionLine {
        id: asked.id.to_string(),
        state: asked.bid.state.to_string(),
        texts,
        payer: read.names.of(asked.bid.payer).clone(),
        payee: read.names.of(asked.bid.payer.other()).clone(),
        pays: read.side == Some(asked.bid.payer),
        currency: asked.bid.currency.code().to_owned(),
        round: usize::from(asked.bid.round),
        rounds: usize::from(asked.bid.rounds),
        asked_at: Some(asked.asked_at),
        has_entered: shown.entered == Some(true),
        met: asked.met.map(money_text).unwrap_or_default(),
    }
}

fn page_of(visit: &Visit, dispute: DisputeId, read: &Read, form: Form) -> BlindBids {
    let own = visit.words.language().tag();
    let (open, before): (Vec<&Shown>, Vec<&Shown>) =
        read.shown.iter().partition(|shown| shown.asked.bid.state == BidState::Open);
    BlindBids {
        id: dispute.to_string(),
        is_mediator: read.side.is_none(),
        open: open.first().map(|shown| line(read, shown, own)),
        before: before.iter().map(|shown| line(read, shown, own)).collect(),
        sides: (read.names.claimant.clone(), read.names.respondent.clone()),
        languages: read.languages.iter().map(|language| language.tag().to_owned()).collect(),
        currencies: currencies(),
        form,
    }
}

async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    let page = page_of(&visit, dispute, &read(&visit, dispute).await?, Form::default());
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// The page again, with what stands against what was sent.
async fn again(sent: Sent, dispute: DisputeId, refused: Refused) -> Answer {
    let names = [("amount.value", "figure"), ("amount.currency", "figure")];
    let form = into_form(refused, sent.typed(), &names)?;
    let page = page_of(&sent.visit, dispute, &read(&sent.visit, dispute).await?, form);
    Ok(sent.visit.again(&here(dispute), |w, f| page.render(w, f)))
}

fn here(dispute: DisputeId) -> String {
    format!("/rooms/{dispute}/blind-bids")
}

fn question(sent: &Sent, languages: &[RecordLanguage]) -> Result<BidQuestion, Refused> {
    let mut errors = FieldErrors::default();
    let mut text = BTreeMap::new();
    for language in languages {
        let typed = sent.form.given(&format!("question-{language}"));
        text.extend(typed.map(|typed| (*language, typed.to_owned())));
    }
    if text.is_empty() {
        errors.push(
            &format!("question-{}", languages.first().map_or("en", |language| language.tag())),
            "missing",
        );
    }
    let payer = errors.take("payer", sent.form.text("payer").parse::<Side>(), |_| "missing");
    let currency =
        errors.take("currency", sent.form.text("currency").parse::<Currency>(), |_| "unknown-currency");
    let rounds = errors.take("rounds", sent.form.text("rounds").parse::<u8>(), |_| "not-a-choice");
    match (payer, currency, rounds) {
        (Some(payer), Some(currency), Some(rounds)) => {
            errors.check()?;
            Ok(BidQuestion { text, currency, payer, rounds })
        }
        _ => Err(errors.refused()),
    }
}

async fn ask(sent: Sent, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    let read = read(&sent.visit, dispute).await?;
    if read.side.is_some() {
        return Err(Refused::Absent);
    }
    let asked = match question(&sent, &read.languages) {
        Ok(question) => {
            sent.visit.count_entry()?;
            sent.visit.write(move |tx, doing| bids::ask(tx, doing, dispute, question)).await
        }
        Err(refused) => Err(refused),
    };
    match asked {
        Ok(_) => Ok(sent.visit.go_saying(&here(dispute), "asked")),
        Err(refused) => again(sent, dispute, by_language(refused)).await,
    }
}

/// Names the fields of a refusal as the form names them.
fn by_language(refused: Refused) -> Refused {
    let Refused::Fields(mut fields) = refused else { return refused };
    for error in &mut fields {
        error.field = error.field.replace("question.", "question-");
    }
    Refused::Fields(fields)
}

async fn enter(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    let (dispute, bid): (DisputeId, EntryId) = (id(&path.0)?, id(&path.1)?);
    let read = read(&sent.visit, dispute).await?;
    let shown = read.shown.iter().find(|shown| shown.asked.id == bid).ok_or(Refused::Absent)?;
    if read.side.is_none() {
        return Err(Refused::Absent);
    }
    let round =
        sent.form.text("round").parse::<u8>().map_err(|_| Refused::Malformed { code: "unreadable" })?;
    // Before the last look: what was meant for one round must not be offered for the next one.
    if round != shown.asked.bid.round {
        return again(sent, dispute, Refused::rule(BidRefusal::OtherRound.as_str())).await;
    }
    let typed = sent.form.text("figure").to_owned();
    let amount = Amount { value: typed.clone(), currency: shown.asked.bid.currency.code().to_owned() };
    let mut errors = FieldErrors::default();
    let Some(figure) = parse_amount("amount", &amount, &mut errors) else {
        return again(sent, dispute, errors.refused()).await;
    };
    if !sent.form.ticked("sure") {
        let question = line(&read, shown, sent.visit.words.language().tag());
        let page =
            FigureCheck { id: dispute.to_string(), question, figure: typed, amount: money_text(figure) };
        return Ok(sent.visit.show(|w, f| page.render(w, f)));
    }
    sent.visit.count_entry()?;
    let act = move |tx: &mut store::Tx<'_>, doing: &mut Doing| {
        bids::enter(tx, doing, dispute, bid, round, figure).map(drop)
    };
    match sent.visit.write(act).await {
        Ok(()) => Ok(sent.visit.go_saying(&here(dispute), "figure-entered")),
        Err(refused) => again(sent, dispute, refused).await,
    }
}

async fn withdraw(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    sent.visit.signed_in()?;
    let (dispute, bid): (DisputeId, EntryId) = (id(&path.0)?, id(&path.1)?);
    let act =
        move |tx: &mut store::Tx<'_>, doing: &mut Doing| bids::withdraw(tx, doing, dispute, bid).map(drop);
    match sent.visit.write(act).await {
        Ok(()) => Ok(sent.visit.go_saying(&here(dispute), "taken-back")),
        Err(refused) => again(sent, dispute, refused).await,
    }
}

pub fn configure(routes: &mut web::ServiceConfig) {
    let bids = |tail: &str| web::resource(format!("/rooms/{{id}}/blind-bids{tail}"));
    routes
        .service(bids("").route(web::get().to(show)).route(web::post().to(ask)))
        .service(bids("/{bid}/figures").route(web::post().to(enter)))
        .service(bids("/{bid}/withdrawal").route(web::post().to(withdraw)));
}
