//! A proposed mediator as pages: the conflict inquiry for the mediator, the disclosure for the parties.

use actix_web::web;
use domain::assignment::{Assignment, Proposal};
use domain::ids::{AssignmentId, DisputeId};
use domain::language::Language;
use domain::party::Side;
use domain::person::HouseRole;
use domain::room::Seat;
use domain::sight::Viewer;
use pages::assignments::{CoMediating, ConflictInquiry, LaterDisclosure, ProposedMediator, Replacing, SayNo};
use pages::form::Form;

use super::disputes::viewed;
use super::frame::{Answer, Sent, Visit, into_form};
use super::tasks::may;
use crate::acts::assignments;
use crate::acts::process::{Seen, look};
use crate::acts::views::name_on;
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
        let proposal = seen.dispute.proposal();
        let proposal = proposal.filter(|proposal| proposal.id == assignment).ok_or(Refused::Absent)?;
        let answer_by = assignments::answer_by(&seen.dispute, doing);
        let leads = name_on(tx, &seen.dispute, Seat::Mediator)?.unwrap_or_default();
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
                    beside: leads,
                    answer_by,
                    form: Form::default(),
                }))
            }
            Viewer::Party(side) => {
                let page = to_party(tx, &seen, side, proposal)?;
                Ok(Shown::ToParty(ProposedMediator { answer_by, beside: leads, ..page }))
            }
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
        has_earlier: seen.dispute.has_earlier_talk(),
        beside: String::new(),
        is_answered: *approved.of(side),
        answer_by: None,
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
    let reads_earlier = sent.form.text("reads_earlier") == "yes";
    let act = sent.visit.write(move |tx, doing| {
        let dispute = store::disputes::of_assignment(tx, assignment)?;
        if approves {
            assignments::approve(tx, doing, assignment, reads_earlier)?;
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

async fn ask_replacement(visit: Visit, path: web::Path<String>) -> Answer {
    let view = viewed(&visit, id(&path)?).await?;
    if !may(&view, "seek-another-mediator") {
        return Err(Refused::Absent);
    }
    let is_own = view.you == "mediator";
    let dispute: DisputeId = id(&path)?;
    let mediator = visit.read(move |tx, doing| Ok(look(tx, doing, dispute)?.dispute.mediator())).await?;
    let mediator = mediator.ok_or(Refused::Absent)?.to_string();
    let reference = view.reference.unwrap_or_default();
    let page =
        Replacing { id: view.id, reference, mediator, name: view.mediator.unwrap_or_default(), is_own };
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn replace(sent: Sent, path: web::Path<String>) -> Answer {
    let account = sent.visit.signed_in()?.account;
    let dispute: DisputeId = id(&path)?;
    let whom = sent.form.given("mediator").and_then(|mediator| mediator.parse().ok());
    let act = sent.visit.write(move |tx, doing| {
        let is_own = look(tx, doing, dispute)?.dispute.mediator() == Some(account);
        assignments::seek_another(tx, doing, dispute, whom).map(|()| is_own)
    });
    // Whoever laid it down has nothing to read there any more.
    let then = if act.await? { "/mediator".to_owned() } else { format!("/disputes/{dispute}") };
    Ok(sent.visit.go_saying(&then, "saved"))
}

async fn co_mediating(visit: &Visit, dispute: DisputeId, form: Form) -> Result<CoMediating, Refused> {
    let view = viewed(visit, dispute).await?;
    let [may_ask, may_end, may_propose] =
        ["ask-co-mediator", "end-co-mediation", "propose-co-mediator"].map(|action| may(&view, action));
    // The mediator reads how far it has come; to the parties a proposal is a page of its own.
    if !may_ask && !may_end && !may_propose && view.you != "mediator" {
        return Err(Refused::Absent);
    }
    let read = visit.read(move |tx, doing| {
        let seen = look(tx, doing, dispute)?;
        let mediation = seen.dispute.mediation().ok_or(Refused::Absent)?;
        let beside = match mediation.beside.account() {
            Some(account) => Some((account.to_string(), store::people::by_id(tx, account)?.name.to_string())),
            None => None,
        };
        let matches = if may_propose { assignments::matches(tx, doing, dispute)? } else { Vec::new() };
        Ok((beside, matches))
    });
    let (beside, matches) = read.await?;
    Ok(CoMediating {
        id: view.id,
        reference: view.reference.unwrap_or_default(),
        leads: view.mediator.unwrap_or_default(),
        beside,
        sits: view.co_mediator.is_some(),
        is_own: view.you == "co-mediator",
        may_ask,
        may_end,
        may_propose,
        roster: matches.into_iter().map(|(fit, name)| (fit.mediator.to_string(), name)).collect(),
        form,
    })
}

async fn ask_about_co_mediation(visit: Visit, path: web::Path<String>) -> Answer {
    let page = co_mediating(&visit, id(&path)?, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn ask_co_mediator(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    sent.visit.write(move |tx, doing| assignments::ask_co_mediator(tx, doing, dispute)).await?;
    Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "sent"))
}

async fn propose_co_mediator(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    let named = sent.form.given("mediator_id").map(str::parse).transpose();
    let done = match named {
        Ok(Some(named)) => {
            let act = sent
                .visit
                .write(move |tx, doing| assignments::propose(tx, doing, dispute, Some(named), true));
            act.await.map(drop)
        }
        Ok(None) => Err(Refused::field("mediator_id", "missing")),
        Err(_) => Err(Refused::field("mediator_id", "not-a-choice")),
    };
    let Err(refused) = done else {
        return Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "saved"));
    };
    let form = into_form(refused, sent.typed(), &[])?;
    let page = co_mediating(&sent.visit, dispute, form).await?;
    Ok(sent.visit.again(&format!("/disputes/{dispute}/co-mediation"), |w, f| page.render(w, f)))
}

async fn end_co_mediation(sent: Sent, path: web::Path<String>) -> Answer {
    let account = sent.visit.signed_in()?.account;
    let dispute: DisputeId = id(&path)?;
    let whom = sent.form.given("mediator").and_then(|mediator| mediator.parse().ok());
    let act = sent.visit.write(move |tx, doing| {
        let is_own = look(tx, doing, dispute)?.dispute.co_mediator() == Some(account);
        assignments::end_co_mediation(tx, doing, dispute, whom).map(|()| is_own)
    });
    // Whoever laid it down has nothing to read there any more.
    let then = if act.await? { "/mediator".to_owned() } else { format!("/disputes/{dispute}") };
    Ok(sent.visit.go_saying(&then, "saved"))
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
            web::resource("/disputes/{id}/replacement")
                .route(web::get().to(ask_replacement))
                .route(web::post().to(replace)),
        )
        .service(
            web::resource("/disputes/{id}/co-mediation")
                .route(web::get().to(ask_about_co_mediation))
                .route(web::post().to(propose_co_mediator)),
        )
        .service(web::resource("/disputes/{id}/co-mediation-requests").route(web::post().to(ask_co_mediator)))
        .service(web::resource("/disputes/{id}/co-mediation-endings").route(web::post().to(end_co_mediation)))
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
