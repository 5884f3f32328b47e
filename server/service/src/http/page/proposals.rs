//! The mediator's proposal as a page: its terms, the reader's secret answer, and the form by which it is made.

use actix_web::web;
use domain::entry::OfferContent;
use domain::ids::{DisputeId, EntryId};
use domain::language::RecordLanguage;
use domain::party::{Side, Sides};
use domain::proposal::ProposalState;
use domain::room::Seat;
use domain::terms::TERMS_MAX;
use pages::form::Form;
use pages::proposals::{ProposalLine, Proposals};

use super::drafts::currencies;
use super::frame::{Answer, Sent, Visit, into_form};
use super::posts::end_of;
use super::terms::{both_names, by_rows, lines, row};
use crate::acts::process::look;
use crate::acts::proposals::{self, Shown};
use crate::acts::{Doing, aftermath};
use crate::http::body::id;
use crate::http::json::terms::{TermJson, parse};
use crate::refused::Refused;

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
        let shown = proposals::list(tx, doing, dispute)?;
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

fn line(read: &Read, shown: &Shown, own: &str) -> ProposalLine {
    ProposalLine {
        id: shown.proposed.id.to_string(),
        state: shown.state.to_string(),
        terms: lines(&shown.proposed.content.terms, &read.names, &[own.to_owned()]),
        note: shown.proposed.content.note.clone().unwrap_or_default(),
        expires_at: Some(shown.proposed.proposal.expires_at),
        has_answered: shown.answered == Some(true),
    }
}

fn page_of(visit: &Visit, dispute: DisputeId, read: &Read, rows: usize, form: Form) -> Proposals {
    let own = visit.words.language().tag();
    let (open, before): (Vec<&Shown>, Vec<&Shown>) =
        read.shown.iter().partition(|shown| shown.state == ProposalState::Open);
    Proposals {
        id: dispute.to_string(),
        is_mediator: read.side.is_none(),
        open: open.first().map(|shown| line(read, shown, own)),
        before: before.iter().map(|shown| line(read, shown, own)).collect(),
        sides: (read.names.claimant.clone(), read.names.respondent.clone()),
        languages: read.languages.iter().map(|language| language.tag().to_owned()).collect(),
        currencies: currencies(),
        rows,
        form,
    }
}

async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    let page = page_of(&visit, dispute, &read(&visit, dispute).await?, 1, Form::default());
    Ok(visit.show(|w, f| page.render(w, f)))
}

fn here(dispute: DisputeId) -> String {
    format!("/rooms/{dispute}/proposals")
}

/// The page again, with what was typed and what stands against it.
async fn again(sent: Sent, dispute: DisputeId, rows: usize, form: Form) -> Answer {
    let page = page_of(&sent.visit, dispute, &read(&sent.visit, dispute).await?, rows, form);
    Ok(sent.visit.again(&here(dispute), |w, f| page.render(w, f)))
}

/// How many promises the form had.
fn rows(sent: &Sent) -> usize {
    sent.form.text("rows").parse().unwrap_or(1_usize).clamp(1, TERMS_MAX)
}

/// The rows in which something was typed, the first in any case; one without words would be lost with its amount.
fn typed(sent: &Sent, languages: &[RecordLanguage]) -> Result<(Vec<usize>, Vec<TermJson>), Refused> {
    let tags: Vec<(String, String)> =
        languages.iter().map(|language| (language.tag().to_owned(), format!("-{language}"))).collect();
    let tag = languages.first().map_or("en", |language| language.tag());
    let given = |n: usize, part: &str| sent.form.given(&format!("term-{n}-{part}")).is_some();
    let (mut numbers, mut terms) = (Vec::new(), Vec::new());
    for n in 1..=rows(sent) {
        match row(&sent.form, n, &tags) {
            Some(term) => {
                numbers.push(n);
                terms.push(term);
            }
            None if n == 1 || given(n, "amount") || given(n, "due_on") => {
                return Err(Refused::field(&format!("term-{n}-text-{tag}"), "missing"));
            }
            None => {}
        }
    }
    Ok((numbers, terms))
}

fn proposed(sent: &Sent, languages: &[RecordLanguage]) -> Result<OfferContent, Refused> {
    let (numbers, terms) = typed(sent, languages)?;
    let terms = parse(terms).map_err(|refused| by_rows(refused, &numbers, true))?;
    let zone = sent.visit.state.config.institution.time_zone;
    let expires_at = sent.form.given("expires_on").map(|day| end_of(day, zone)).transpose()?;
    Ok(OfferContent { terms, note: sent.form.given("note").map(str::to_owned), expires_at })
}

async fn make(sent: Sent, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    let read = read(&sent.visit, dispute).await?;
    if read.side.is_some() {
        return Err(Refused::Absent);
    }
    let rows = rows(&sent);
    if sent.form.ticked("more") {
        let form = sent.typed();
        return again(sent, dispute, rows.saturating_add(1).min(TERMS_MAX), form).await;
    }
    let made = match proposed(&sent, &read.languages) {
        Ok(content) => {
            sent.visit.count_entry()?;
            sent.visit.write(move |tx, doing| proposals::make(tx, doing, dispute, content).map(drop)).await
        }
        Err(refused) => Err(refused),
    };
    let Err(refused) = made else { return Ok(sent.visit.go_saying(&here(dispute), "proposed")) };
    let names = [("expires_at", "expires_on")];
    let form = into_form(refused, sent.typed(), &names)?;
    again(sent, dispute, rows, form).await
}

async fn answer(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    sent.visit.signed_in()?;
    let (dispute, proposal): (DisputeId, EntryId) = (id(&path.0)?, id(&path.1)?);
    let accepts = match sent.form.text("accepts") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let done = match accepts {
        Some(accepts) => {
            sent.visit.count_entry()?;
            let act = move |tx: &mut store::Tx<'_>, doing: &mut Doing| {
                proposals::answer(tx, doing, dispute, proposal, accepts).map(drop)
            };
            sent.visit.write(act).await
        }
        None => Err(Refused::field("accepts", "missing")),
    };
    // What was answered is not shown again, not even beside a fault.
    match done {
        Ok(()) => Ok(sent.visit.go_saying(&here(dispute), "answered-in-secret")),
        Err(refused) => {
            let form = into_form(refused, Form::default(), &[])?;
            again(sent, dispute, 1, form).await
        }
    }
}

async fn withdraw(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    sent.visit.signed_in()?;
    let (dispute, proposal): (DisputeId, EntryId) = (id(&path.0)?, id(&path.1)?);
    let act = move |tx: &mut store::Tx<'_>, doing: &mut Doing| {
        proposals::withdraw(tx, doing, dispute, proposal).map(drop)
    };
    match sent.visit.write(act).await {
        Ok(()) => Ok(sent.visit.go_saying(&here(dispute), "taken-back")),
        Err(refused) => {
            let form = into_form(refused, Form::default(), &[])?;
            again(sent, dispute, 1, form).await
        }
    }
}

pub fn configure(routes: &mut web::ServiceConfig) {
    let proposals = |tail: &str| web::resource(format!("/rooms/{{id}}/proposals{tail}"));
    routes
        .service(proposals("").route(web::get().to(show)).route(web::post().to(make)))
        .service(proposals("/{proposal}/answer").route(web::post().to(answer)))
        .service(proposals("/{proposal}/withdrawal").route(web::post().to(withdraw)));
}
