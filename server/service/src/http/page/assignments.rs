//! A proposed mediator as pages: the conflict inquiry for the mediator, the disclosure for the parties.

use actix_web::web;
use domain::assignment::{Assignment, Proposal};
use domain::dispute::Stage;
use domain::ids::{AssignmentId, DisputeId};
use domain::language::Language;
use domain::party::Side;
use domain::person::HouseRole;
use domain::sight::Viewer;
use domain::time::Moment;
use pages::assignments::{ConflictInquiry, LaterDisclosure, ProposedMediator, SayNo};
use pages::form::Form;

use super::disputes::viewed;
use super::frame::{Answer, Sent, Visit, into_form};
use super::tasks::may;
use crate::acts::assignments;
use crate::acts::process::{Seen, house, look};
use crate::http::body::id;
use crate::refused::Refused;

/// What is shown of a proposal: one page for the mediator, another for a party.
enum Shown {
    ToMediator(ConflictInquiry),
    ToParty(ProposedMediator),
}

fn tags(languages: &[Language]) -> Vec<String> {
    let all = if languages.is_empty() { Language::ALL.as_slice() } else { languages };
    all.iter().map(|language| language.tag().to_owned()).collect()
}

/// The languages in which the parties signed the agreement to mediate.
fn languages_of(seen: &Seen) -> Vec<Language> {
    let mut languages: Vec<Language> = Side::BOTH
        .into_iter()
        .map(|side| {
            seen.dispute.parties.of(side).consent.map_or(seen.dispute.language, |consent| consent.language)
        })
        .collect();
    languages.dedup();
    languages
}

async fn shown(visit: &Visit, assignment: AssignmentId) -> Result<Shown, Refused> {
    visit.signed_in()?;
    let read = visit.read(move |tx, doing| {
        let dispute = store::disputes::of_assignment(tx, assignment)?;
        let seen = look(tx, doing, dispute)?;
        let Stage::Assigning(assigning) = &seen.dispute.stage else { return Err(Refused::Absent) };
        let proposal =
            assigning.proposal.filter(|proposal| proposal.id == assignment).ok_or(Refused::Absent)?;
        let answer_by = seen.dispute.next_deadline(&house(doing).periods).unwrap_or(assigning.until);
        match seen.viewer {
            Viewer::Proposed => {
                let names = store::names::of(tx, dispute)?;
                let names = Side::BOTH
                    .into_iter()
                    .filter_map(|side| names.of(side).as_ref().map(ToString::to_string));
                Ok(Shown::ToMediator(ConflictInquiry {
                    id: assignment.to_string(),
                    names: names.collect(),
                    category: seen.dispute.category.to_string(),
                    languages: tags(&languages_of(&seen)),
                    answer_by,
                    form: Form::default(),
                }))
            }
            Viewer::Party(side) => to_party(tx, &seen, side, proposal, answer_by).map(Shown::ToParty),
            _ => Err(Refused::Absent),
        }
    });
    read.await
}

fn to_party(
    tx: &mut store::Tx<'_>,
    seen: &Seen,
    side: Side,
    proposal: Assignment,
    answer_by: Moment,
) -> Result<ProposedMediator, Refused> {
    // The parties hear of a mediator once the conflict inquiry is answered (R13).
    let Proposal::Accepted { approved, .. } = proposal.state else { return Err(Refused::Absent) };
    let mediator = store::people::by_id(tx, proposal.mediator)?;
    let appointment = mediator.appointment(HouseRole::Mediator);
    let disclosure = store::disclosures::get(tx, seen.dispute.id, proposal.id)?;
    Ok(ProposedMediator {
        id: proposal.id.to_string(),
        name: mediator.name.to_string(),
        languages: tags(appointment.map_or(&[], |appointment| appointment.languages.as_slice())),
        specialities: appointment.map_or_else(Vec::new, |appointment| {
            appointment.specialities.iter().map(ToString::to_string).collect()
        }),
        disclosure: disclosure.unwrap_or_default(),
        is_answered: *approved.of(side),
        answer_by,
    })
}

async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    match shown(&visit, id(&path)?).await? {
        Shown::ToMediator(page) => Ok(visit.show(|w, f| page.render(w, f))),
        Shown::ToParty(page) => Ok(visit.show(|w, f| page.render(w, f))),
    }
}

/// What is asked before a no, which cannot be taken back.
async fn ask_no(visit: Visit, path: web::Path<String>) -> Answer {
    let page = match shown(&visit, id(&path)?).await? {
        Shown::ToMediator(page) => SayNo { id: page.id, is_party: false, name: String::new() },
        Shown::ToParty(page) if !page.is_answered => SayNo { id: page.id, is_party: true, name: page.name },
        Shown::ToParty(_) => return Err(Refused::Absent),
    };
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn accept(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let assignment: AssignmentId = id(&path)?;
    let disclosure = sent.form.given("disclosure").map(str::to_owned);
    let read = match (sent.form.text("conflict"), disclosure) {
        ("yes", None) => Err(Refused::field("disclosure", "missing")),
        ("yes", told) => Ok(told),
        ("no", None) => Ok(None),
        ("no", Some(_)) => Err(Refused::field("conflict", "not-a-choice")),
        _ => Err(Refused::field("conflict", "missing")),
    };
    let done = match read {
        Ok(told) => {
            let act = sent
                .visit
                .write(move |tx, doing| assignments::accept(tx, doing, assignment, told.as_deref()));
            act.await
        }
        Err(refused) => Err(refused),
    };
    let Err(refused) = done else { return Ok(sent.visit.go_saying("/mediator", "saved")) };
    let form = into_form(refused, sent.typed(), &[])?;
    let Shown::ToMediator(page) = shown(&sent.visit, assignment).await? else { return Err(Refused::Absent) };
    let page = ConflictInquiry { form, ..page };
    Ok(sent.visit.again(&format!("/assignments/{assignment}"), |w, f| page.render(w, f)))
}

async fn decline(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let assignment: AssignmentId = id(&path)?;
    sent.visit.write(move |tx, doing| assignments::decline(tx, doing, assignment)).await?;
    Ok(sent.visit.go_saying("/mediator", "saved"))
}

async fn approve(sent: Sent, path: web::Path<String>) -> Answer {
    answer(sent, &path, true).await
}

async fn object(sent: Sent, path: web::Path<String>) -> Answer {
    answer(sent, &path, false).await
}

async fn answer(sent: Sent, path: &str, approves: bool) -> Answer {
    sent.visit.signed_in()?;
    let assignment: AssignmentId = id(path)?;
    let act = sent.visit.write(move |tx, doing| {
        let dispute = store::disputes::of_assignment(tx, assignment)?;
        if approves {
            assignments::approve(tx, doing, assignment)?;
        } else {
            assignments::object(tx, doing, assignment)?;
        }
        Ok(dispute)
    });
    let dispute = act.await?;
    Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "saved"))
}

/// The form of the confirmed mediator's own dispute; to everybody else nothing is there.
async fn later(visit: &Visit, dispute: DisputeId, form: Form) -> Result<LaterDisclosure, Refused> {
    let view = viewed(visit, dispute).await?;
    if !may(&view, "disclose") {
        return Err(Refused::Absent);
    }
    Ok(LaterDisclosure { id: view.id, reference: view.reference.unwrap_or_default(), form })
}

async fn ask_disclosure(visit: Visit, path: web::Path<String>) -> Answer {
    let page = later(&visit, id(&path)?, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn disclose(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    let text = sent.form.text("disclosure").to_owned();
    let act = sent.visit.write(move |tx, doing| assignments::disclose(tx, doing, dispute, &text));
    let Err(refused) = act.await else {
        return Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "saved"));
    };
    let form = into_form(refused, sent.typed(), &[])?;
    let page = later(&sent.visit, dispute, form).await?;
    Ok(sent.visit.again(&format!("/disputes/{dispute}/disclosures"), |w, f| page.render(w, f)))
}

async fn accept_disclosure(sent: Sent, path: web::Path<String>) -> Answer {
    answer_disclosure(sent, &path, true).await
}

async fn object_to_disclosure(sent: Sent, path: web::Path<String>) -> Answer {
    answer_disclosure(sent, &path, false).await
}

async fn answer_disclosure(sent: Sent, path: &str, accepts: bool) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(path)?;
    let act = sent.visit.write(move |tx, doing| assignments::answer_disclosure(tx, doing, dispute, accepts));
    act.await?;
    Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "saved"))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(
            web::resource("/disputes/{id}/disclosures")
                .route(web::get().to(ask_disclosure))
                .route(web::post().to(disclose)),
        )
        .service(
            web::resource("/disputes/{id}/disclosures/acceptance").route(web::post().to(accept_disclosure)),
        )
        .service(
            web::resource("/disputes/{id}/disclosures/objection").route(web::post().to(object_to_disclosure)),
        )
        .service(web::resource("/assignments/{id}").route(web::get().to(show)))
        .service(web::resource("/assignments/{id}/acceptance").route(web::post().to(accept)))
        .service(
            web::resource("/assignments/{id}/refusal")
                .route(web::get().to(ask_no))
                .route(web::post().to(decline)),
        )
        .service(web::resource("/assignments/{id}/approval").route(web::post().to(approve)))
        .service(
            web::resource("/assignments/{id}/objection")
                .route(web::get().to(ask_no))
                .route(web::post().to(object)),
        );
}
