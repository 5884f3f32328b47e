//! One's disputes and the page of one: the next step, the people, the papers, and the ways out.

use actix_web::web;
use domain::ids::DisputeId;
use domain::time::Moment;
use pages::disputes::{
    Closing, DisputeLine, DisputeList, DisputePage, InvitationState, PersonLine, StatementShowing,
    Suspending, Withdrawal,
};
use pages::files::FileLine;
use pages::form::Form;

use super::drafts::begin;
use super::files::listed;
use super::frame::{Answer, Sent, Visit, into_form};
use super::tasks::{may, tasks};
use crate::acts::process::look;
use crate::acts::views::{DisputeView, view};
use crate::acts::{agreements, assignments, certifying, disputes, invitations, settlements};
use crate::http::body::id;
use crate::refused::Refused;

/// The most disputes of one's list.
const LIST_MAX: i64 = 200;

/// A dispute as the reader may see it.
///
/// # Errors
/// `NotYou`; `Absent`.
pub async fn viewed(visit: &Visit, dispute: DisputeId) -> Result<DisputeView, Refused> {
    visit.signed_in()?;
    let read = visit.read(move |tx, doing| {
        let seen = look(tx, doing, dispute)?;
        view(tx, doing, &seen)
    });
    read.await
}

/// The stage as the pages name it: what is said to whoever invited is not for somebody who waits to be confirmed.
fn stage(view: &DisputeView) -> String {
    let code = if view.you == "pending" && view.stage == "inviting" { "pending" } else { &view.stage };
    code.to_owned()
}

/// The reader's role as the pages name it.
fn role(view: &DisputeView) -> String {
    match view.you.as_str() {
        "pending" => "respondent",
        "proposed-mediator" => "mediator",
        _ if view.companion.is_some() => "beside",
        other => other,
    }
    .to_owned()
}

async fn list(visit: Visit) -> Answer {
    let account = visit.signed_in()?.account;
    let (views, is_confirmed, certifications) = visit
        .read(move |tx, doing| {
            let mut views = Vec::new();
            for dispute in store::disputes::of_account(tx, account, None, LIST_MAX)? {
                // A draft whose key is destroyed, and whose rows are about to go.
                let seen = match look(tx, doing, dispute) {
                    Err(Refused::Absent) => continue,
                    seen => seen?,
                };
                views.push(view(tx, doing, &seen)?);
            }
            let is_confirmed = store::people::by_id(tx, account)?.confirmed_at.is_some();
            Ok((views, is_confirmed, certifying::of_person(tx, doing)?))
        })
        .await?;
    let line = |view: DisputeView| DisputeLine {
        next: tasks(&view).into_iter().find(|task| task.state == "to-do").map(|task| task.code),
        role: role(&view),
        id: view.id.clone(),
        reference: view.reference.clone().unwrap_or_default(),
        stage: stage(&view),
        title: view.title.unwrap_or_default(),
    };
    let certifications =
        certifications.into_iter().map(|(id, reference)| (id.to_string(), reference)).collect();
    let page = DisputeList { items: views.into_iter().map(line).collect(), is_confirmed, certifications };
    Ok(visit.show(|w, f| page.render(w, f)))
}

fn amount(view: &DisputeView) -> String {
    view.amount.as_ref().map_or_else(String::new, |amount| format!("{} {}", amount.currency, amount.value))
}

/// What runs out, and when: only what the reader can still do something about, and nothing while all clocks stand still.
fn deadline(view: &DisputeView) -> Option<(String, Moment)> {
    let is_answered = match (&view.assignment, view.you.as_str()) {
        (Some(assignment), "proposed-mediator") => assignment.state != "proposed",
        (Some(assignment), _) => assignment.approved_by_you || view.preparation.is_none(),
        (None, _) => true,
    };
    let is_ready = view.preparation.as_ref().is_some_and(|own| own.route.is_some());
    let is_moot = match view.stage.as_str() {
        "assigning" => is_answered,
        "preparing" => is_ready,
        _ => false,
    };
    if view.paused || is_moot {
        return None;
    }
    let code = match view.stage.as_str() {
        "inviting" => "answer",
        "preparing" => "preparing",
        "negotiation" => "negotiation",
        "assigning" => "assignment",
        "mediation" => "mediation",
        _ => return None,
    };
    let code = if may(view, "attest") { "attestation" } else { code };
    // Only whoever paused it reads until when.
    let code = if view.paused { "suspension" } else { code };
    let until = view.until.as_ref()?.parse().ok()?;
    Some((code.to_owned(), until))
}

/// When a party can sign whose time to think still runs.
async fn reflection(
    visit: &Visit,
    view: &DisputeView,
    dispute: DisputeId,
) -> Result<Option<Moment>, Refused> {
    if view.stage != "mediation" || view.preparation.is_none() || view.paused {
        return Ok(None);
    }
    let now = visit.state.clock.now();
    match visit.read(move |tx, doing| agreements::show(tx, doing, dispute)).await {
        Ok(shown) => Ok(shown.reflection_ends_at.filter(|opens| *opens > now)),
        Err(Refused::Absent) => Ok(None),
        Err(refused) => Err(refused),
    }
}

fn people(view: &DisputeView) -> Vec<PersonLine> {
    let line = |name: &String, role: &str| PersonLine {
        name: name.clone(),
        role: role.to_owned(),
        is_you: view.you == role,
    };
    let parties =
        view.parties.iter().filter_map(|party| party.name.as_ref().map(|name| line(name, &party.side)));
    let mediators = [(&view.mediator, "mediator"), (&view.co_mediator, "co-mediator")];
    let mediators =
        mediators.into_iter().filter_map(|(name, role)| name.as_ref().map(|name| line(name, role)));
    parties.chain(mediators).collect()
}

fn disclosure(one: &crate::acts::views::DisclosureView) -> Option<(Moment, String, String)> {
    Some((one.at.parse().ok()?, one.by.clone().unwrap_or_default(), one.text.clone()))
}

fn moment(text: Option<&str>) -> Option<Moment> {
    text?.parse().ok()
}

fn page_of(view: &DisputeView, files: Vec<FileLine>) -> DisputePage {
    let is_claimant = view.you == "claimant";
    let has_joined = view.parties.iter().any(|party| party.side == "respondent" && party.state == "joined");
    // What ended without an answer was perhaps refused, and perhaps not: nothing is said of the invitation then.
    let state = match view.stage.as_str() {
        "inviting" => Some("sent"),
        _ if has_joined => Some("answered"),
        _ => None,
    };
    let invitation = state.filter(|_| is_claimant).map(|state| InvitationState {
        state: state.to_owned(),
        may_send_again: may(view, "invite-again"),
        may_print: view.stage == "inviting",
    });
    let is_over = matches!(view.stage.as_str(), "ended" | "settled");
    DisputePage {
        id: view.id.clone(),
        reference: view.reference.clone().unwrap_or_default(),
        title: view.title.clone().unwrap_or_default(),
        language: view.language.clone().unwrap_or_default(),
        needs: view.needs.clone().unwrap_or_default(),
        category: view.category.clone(),
        stage: stage(view),
        role: role(view),
        is_paused: view.paused,
        tasks: tasks(view),
        deadline: deadline(view),
        kept_until: moment(view.kept_until.as_deref()),
        may_download: view.preparation.is_some(),
        destroyed_at: moment(view.destroyed_at.as_deref()),
        referral: view.referral.clone().unwrap_or_default(),
        amends: None,
        people: people(view),
        statement: view.statement.clone().unwrap_or_default(),
        outcome_sought: view.outcome_sought.clone().unwrap_or_default(),
        amount: amount(view),
        may_show_statement: view.statement_shown == Some(false) && view.stage != "draft" && !is_over,
        may_add_files: view.preparation.is_some() && !is_over,
        files,
        invitation,
        may_withdraw: may(view, "withdraw"),
        may_suspend: may(view, "suspend"),
        may_resume: may(view, "resume"),
        may_request_mediation: may(view, "request-mediation"),
        may_close: may(view, "declare-impasse"),
        may_replace: may(view, "seek-another-mediator"),
        may_co_mediate: (view.you == "mediator" && view.stage == "mediation")
            || ["ask-co-mediator", "propose-co-mediator", "end-co-mediation"]
                .iter()
                .any(|one| may(view, one)),
        told: if may(view, "give-signal") { told(view) } else { String::new() },
        disclosures: view.disclosures.iter().filter_map(disclosure).collect(),
        disclosure_said: may(view, "accept-disclosure")
            .then(|| view.disclosure_answer.clone().unwrap_or_else(|| "nothing".to_owned())),
        may_disclose: may(view, "disclose"),
    }
}

/// The settlement that is to be changed here, and the way to it for whoever has one.
async fn amended(visit: &Visit, view: &DisputeView) -> Result<Option<(String, Option<String>)>, Refused> {
    let Some(settlement) = view.amends.as_ref().and_then(|id| id.parse().ok()) else { return Ok(None) };
    let read = visit.read(move |tx, doing| {
        let settlement = store::settlements::by_id(tx, settlement)?;
        let is_theirs = settlements::own(tx, doing, settlement.dispute).is_ok();
        Ok((settlement.reference.to_string(), is_theirs.then(|| settlement.dispute.to_string())))
    });
    Ok(Some(read.await?))
}

/// Whom a signal would reach, as the act says it afterwards (R18).
fn told(view: &DisputeView) -> String {
    if view.stage == "mediation" { "mediator" } else { "registrar" }.to_owned()
}

async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    let view = viewed(&visit, dispute).await?;
    let mut page = page_of(&view, listed(&visit, dispute).await?);
    page.amends = amended(&visit, &view).await?;
    if let Some(opens) = reflection(&visit, &view, dispute).await? {
        page.deadline = Some(("reflection".to_owned(), opens));
    }
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn ask_withdrawal(visit: Visit, path: web::Path<String>) -> Answer {
    let view = viewed(&visit, id(&path)?).await?;
    let page = Withdrawal { id: view.id, reference: view.reference.unwrap_or_default() };
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn withdraw(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    let seen = sent.visit.write(move |tx, doing| disputes::withdraw(tx, doing, dispute)).await?;
    if seen.dispute.filed_at.is_none() {
        return Ok(sent.visit.go_saying("/disputes", "draft-deleted"));
    }
    Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "withdrawn"))
}

async fn ask_closing(visit: Visit, path: web::Path<String>) -> Answer {
    let view = viewed(&visit, id(&path)?).await?;
    if view.you != "mediator" {
        return Err(Refused::Absent);
    }
    let page = Closing { id: view.id, reference: view.reference.unwrap_or_default() };
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn close(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    sent.visit.write(move |tx, doing| disputes::declare_impasse(tx, doing, dispute)).await?;
    Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "decided"))
}

async fn ask_suspension(visit: Visit, path: web::Path<String>) -> Answer {
    let view = viewed(&visit, id(&path)?).await?;
    if !may(&view, "suspend") {
        return Err(Refused::Absent);
    }
    let page = Suspending { is_once: view.preparation.is_some(), id: view.id };
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn suspend(sent: Sent, path: web::Path<String>) -> Answer {
    set_suspended(sent, &path, true).await
}

async fn resume(sent: Sent, path: web::Path<String>) -> Answer {
    set_suspended(sent, &path, false).await
}

async fn set_suspended(sent: Sent, path: &str, suspended: bool) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(path)?;
    sent.visit.write(move |tx, doing| disputes::suspend(tx, doing, dispute, suspended)).await?;
    Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "saved"))
}

async fn invite_again(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    sent.visit.write(move |tx, doing| invitations::invite_again(tx, doing, dispute)).await?;
    Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "sent"))
}

async fn request_mediation(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    sent.visit.write(move |tx, doing| assignments::request_mediation(tx, doing, dispute)).await?;
    Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "saved"))
}

fn showing(view: &DisputeView, form: Form) -> StatementShowing {
    StatementShowing {
        id: view.id.clone(),
        title: view.title.clone().unwrap_or_default(),
        language: view.language.clone().unwrap_or_default(),
        statement: view.statement.clone().unwrap_or_default(),
        outcome_sought: view.outcome_sought.clone().unwrap_or_default(),
        amount: amount(view),
        form,
    }
}

async fn preview(visit: Visit, path: web::Path<String>) -> Answer {
    let view = viewed(&visit, id(&path)?).await?;
    if view.you != "claimant" {
        return Err(Refused::Absent);
    }
    let page = showing(&view, Form::default());
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn show_statement(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    if sent.form.ticked("show") {
        sent.visit.write(move |tx, doing| disputes::show_statement(tx, doing, dispute, true)).await?;
        return Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "shown"));
    }
    let form = into_form(Refused::field("show", "missing"), Form::default(), &[])?;
    let view = viewed(&sent.visit, dispute).await?;
    let page = showing(&view, form);
    Ok(sent.visit.again(&format!("/disputes/{dispute}/statement/showing"), |w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/disputes").route(web::get().to(list)).route(web::post().to(begin)))
        .service(web::resource("/disputes/{id}").route(web::get().to(show)))
        .service(
            web::resource("/disputes/{id}/withdrawal")
                .route(web::get().to(ask_withdrawal))
                .route(web::post().to(withdraw)),
        )
        .service(
            web::resource("/disputes/{id}/closing")
                .route(web::get().to(ask_closing))
                .route(web::post().to(close)),
        )
        .service(
            web::resource("/disputes/{id}/suspension")
                .route(web::get().to(ask_suspension))
                .route(web::post().to(suspend)),
        )
        .service(web::resource("/disputes/{id}/resumption").route(web::post().to(resume)))
        .service(web::resource("/disputes/{id}/invitations").route(web::post().to(invite_again)))
        .service(web::resource("/disputes/{id}/mediation-requests").route(web::post().to(request_mediation)))
        .service(
            web::resource("/disputes/{id}/statement/showing")
                .route(web::get().to(preview))
                .route(web::post().to(show_statement)),
        );
}
