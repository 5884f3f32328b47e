//! The registrar's desk: what waits, the safety answers before a decision, the people whose identity is to be
//! confirmed, the roster for a dispute, and mails that failed or came back. A look at safety answers is traced.

use actix_web::web;
use domain::certification::CertificationState;
use domain::dispute::{Dispute, Stage};
use domain::ids::{AccountId, CertificationId, DeliveryId, DisputeId, MailId};
use domain::party::{Joining, Safety, Side, Sides};
use domain::safety::SafetyAnswers as Answers;
use domain::sight::Viewer;
use domain::time::Moment;
use pages::form::Form;
use pages::registrar::{
    Alarm, AssignmentDesk, FailedMail, Match, PendingTaker, RegistrarDesk, SafetyAnswers, Screening,
    WaitingDispute,
};
use store::Tx;
use store::disputes::Desk;
use store::outbox::MailState;

use super::frame::{Answer, Sent, Visit, into_form};
use super::terms::both_names;
use crate::acts::authorities::AUTHORITY;
use crate::acts::certifications::CERTIFICATION;
use crate::acts::process::look;
use crate::acts::safety::{self, Finding, Raised};
use crate::acts::{assignments, bounces, duties, invitations, letters};
use crate::http::body::id;
use crate::http::who::SignedIn;
use crate::refused::Refused;
use domain::person::HouseRole;

/// The most lines of one list.
const LINES_MAX: i64 = 200;

/// The registrar who looks; to everybody else nothing is there.
///
/// # Errors
/// `NotYou`; `Absent` for others.
pub fn registrar(visit: &Visit) -> Result<&SignedIn, Refused> {
    let who = visit.signed_in()?;
    if who.is(HouseRole::Registrar) { Ok(who) } else { Err(Refused::Absent) }
}

fn reference(dispute: &Dispute) -> String {
    dispute.reference.as_ref().map_or_else(String::new, ToString::to_string)
}

/// The disputes of one list, without those in which the registrar has a part of their own.
fn listed(tx: &mut Tx<'_>, account: AccountId, desk: Desk) -> Result<Vec<Dispute>, Refused> {
    let listed = store::disputes::on_desk(tx, desk, LINES_MAX)?;
    theirs(tx, account, listed)
}

fn theirs(tx: &mut Tx<'_>, account: AccountId, listed: Vec<DisputeId>) -> Result<Vec<Dispute>, Refused> {
    let mut found = Vec::new();
    for dispute in listed {
        let dispute = store::disputes::load(tx, dispute)?.value;
        if domain::sight::viewer_of(&dispute, account, true) == Some(Viewer::Registrar) {
            found.push(dispute);
        }
    }
    Ok(found)
}

fn waiting(dispute: &Dispute, now: Moment) -> WaitingDispute {
    let since = dispute.suspension.map(|suspension| suspension.since).or(dispute.filed_at).unwrap_or(now);
    WaitingDispute {
        id: dispute.id.to_string(),
        reference: reference(dispute),
        category: dispute.category.to_string(),
        since,
    }
}

/// The disputes whose legal hold waits for a second person, without those in which the registrar has a part of their own.
fn held(tx: &mut Tx<'_>, account: AccountId, now: Moment) -> Result<Vec<WaitingDispute>, Refused> {
    let found = store::holds::waiting(tx, LINES_MAX)?;
    Ok(theirs(tx, account, found)?.iter().map(|dispute| waiting(dispute, now)).collect())
}

fn takers(tx: &mut Tx<'_>, disputes: &[Dispute], now: Moment) -> Result<Vec<PendingTaker>, Refused> {
    let mut lines = Vec::new();
    for dispute in disputes {
        let Joining::Awaited { pending } = &dispute.parties.respondent.joining else { continue };
        let invited = both_names(&store::names::of(tx, dispute.id)?).respondent;
        for account in pending {
            let person = store::people::by_id(tx, *account)?;
            lines.push(PendingTaker {
                dispute: dispute.id.to_string(),
                reference: reference(dispute),
                party: account.to_string(),
                invited: invited.clone(),
                taker: person.name.to_string(),
                email: person.email.map_or_else(String::new, |email| email.to_string()),
                filed_at: dispute.filed_at.unwrap_or(now),
            });
        }
    }
    Ok(lines)
}

/// Where it is answered that a representative signs for a party.
pub fn authority_desk(dispute: DisputeId) -> String {
    format!("/registrar/disputes/{dispute}/authority")
}

/// Where a registrar names who certifies.
pub fn naming_desk(certification: CertificationId) -> String {
    format!("/registrar/certifications/{certification}")
}

/// Where that is answered; nothing where it is seen to by a word.
fn answered_at(tx: &mut Tx<'_>, kind: &str, dispute: &Dispute) -> Result<Option<String>, Refused> {
    match kind {
        AUTHORITY => Ok(Some(authority_desk(dispute.id))),
        CERTIFICATION => {
            let Some(settlement) = store::settlements::by_dispute(tx, dispute.id)? else { return Ok(None) };
            let newest = store::certifications::of_settlement(tx, settlement.id)?.into_iter().next();
            Ok(newest.map(|kept| naming_desk(kept.id)))
        }
        _ => Ok(None),
    }
}

/// The certifications for which somebody is named, without those in which the registrar has a part of their own.
fn named(tx: &mut Tx<'_>, account: AccountId, most: i64) -> Result<Vec<WaitingDispute>, Refused> {
    let mut lines = Vec::new();
    for kept in store::certifications::in_state(tx, CertificationState::Named, most)? {
        let dispute = store::disputes::load(tx, kept.dispute)?.value;
        if domain::sight::viewer_of(&dispute, account, true) == Some(Viewer::Registrar) {
            lines.push(WaitingDispute {
                id: kept.id.to_string(),
                reference: reference(&dispute),
                category: dispute.category.to_string(),
                since: kept.certification.since,
            });
        }
    }
    Ok(lines)
}

/// The calls for help, without those of disputes in which the registrar has a part of their own: whoever is a party
/// there must not read that the other side is afraid.
fn alarms(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<Alarm>, Refused> {
    let mut lines = Vec::new();
    for duty in store::duties::open(tx, LINES_MAX)? {
        let Some(dispute) = duty.dispute else { continue };
        let found = store::disputes::load(tx, dispute)?.value;
        if domain::sight::viewer_of(&found, account, true) != Some(Viewer::Registrar) {
            continue;
        }
        let names = both_names(&store::names::of(tx, dispute)?);
        lines.push(Alarm {
            duty: duty.id,
            id: dispute.to_string(),
            reference: reference(&found),
            answered_at: answered_at(tx, &duty.kind, &found)?,
            kind: duty.kind,
            by: duty.side.map_or_else(String::new, |side| names.of(side).clone()),
            since: duty.at,
        });
    }
    Ok(lines)
}

/// A registrar has seen to it; who did stays in the trail.
async fn see(sent: Sent, path: web::Path<String>) -> Answer {
    let account = registrar(&sent.visit)?.account;
    let duty = path.into_inner();
    let act = sent.visit.write(move |tx, doing| {
        // What is answered elsewhere goes with its answer.
        let is_theirs = |alarm: &Alarm| alarm.duty == duty && alarm.answered_at.is_none();
        let is_listed = alarms(tx, account)?.iter().any(is_theirs);
        if !is_listed {
            return Err(Refused::Absent);
        }
        duties::close(tx, doing, &duty)
    });
    act.await?;
    Ok(sent.visit.go_saying("/registrar", "seen"))
}

/// The mails that failed or came back, without records of disputes in which the registrar has a part of their own: no
/// party is to read how the other is reached (R19).
fn mails(tx: &mut Tx<'_>, account: AccountId) -> Result<Vec<FailedMail>, Refused> {
    let rows = store::outbox::list_unsent(tx, usize::try_from(LINES_MAX).unwrap_or(200))?;
    let mut lines = Vec::new();
    for row in rows {
        let dispute = row.delivery.map(|delivery| of_delivery(tx, delivery)).transpose()?;
        let is_theirs =
            |dispute: &Dispute| domain::sight::viewer_of(dispute, account, true) == Some(Viewer::Registrar);
        if !dispute.as_ref().is_none_or(is_theirs) {
            continue;
        }
        lines.push(FailedMail {
            id: row.id.to_string(),
            kind: if row.purpose == "something-to-do" { "something".to_owned() } else { row.purpose },
            to: store::outbox::address(tx, row.id)?.unwrap_or_default(),
            reference: dispute.as_ref().map_or_else(String::new, reference),
            attempts: u32::try_from(row.attempts).unwrap_or(0),
            at: row.created_at,
            has_come_back: row.state == MailState::Bounced,
            is_whole: row.is_whole,
        });
    }
    Ok(lines)
}

/// The dispute whose record is delivered.
fn of_delivery(tx: &mut Tx<'_>, delivery: DeliveryId) -> Result<Dispute, Refused> {
    let settlement = store::deliveries::by_id(tx, delivery)?.settlement;
    let dispute = store::settlements::by_id(tx, settlement)?.dispute;
    Ok(store::disputes::load(tx, dispute)?.value)
}

async fn show_desk(visit: Visit) -> Answer {
    let page = desk_page(&visit, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn desk_page(visit: &Visit, form: Form) -> Result<RegistrarDesk, Refused> {
    let account = registrar(visit)?.account;
    visit
        .read(move |tx, doing| {
            let lines = |tx: &mut Tx<'_>, desk| -> Result<Vec<WaitingDispute>, Refused> {
                Ok(listed(tx, account, desk)?.iter().map(|dispute| waiting(dispute, doing.now)).collect())
            };
            let with_takers = listed(tx, account, Desk::Takers)?;
            Ok(RegistrarDesk {
                alarms: alarms(tx, account)?,
                screening: lines(tx, Desk::Screening)?,
                takers: takers(tx, &with_takers, doing.now)?,
                assigning: lines(tx, Desk::Assigning)?,
                suspended: lines(tx, Desk::Suspended)?,
                holds: held(tx, account, doing.now)?,
                certifications: named(tx, account, LINES_MAX)?,
                mails: mails(tx, account)?,
                form,
            })
        })
        .await
}

fn answered(side: Side, name: String, given: Option<(Answers, Option<String>)>) -> Option<SafetyAnswers> {
    let (answers, reach) = given?;
    let word = |answer: Option<domain::safety::Answer>| answer.map_or("missing", |answer| answer.as_str());
    let all = [
        ("alone", answers.alone),
        ("afraid", answers.afraid),
        ("violence", answers.violence),
        ("control", answers.control),
        ("order", answers.order),
    ];
    // The form keeps way and note in one line: `phone: after six`.
    let reach = reach.unwrap_or_default();
    let (way, note) = reach.split_once(": ").unwrap_or((reach.as_str(), ""));
    let is_way = ["mail", "site", "phone"].contains(&way);
    Some(SafetyAnswers {
        name,
        role: side.to_string(),
        answers: all.map(|(question, answer)| (question.to_owned(), word(answer).to_owned())).to_vec(),
        reach: if is_way { way.to_owned() } else { String::new() },
        reach_note: if is_way { note.to_owned() } else { reach.clone() },
    })
}

fn reasons(dispute: &Dispute, raised: &Raised, is_second: bool) -> Vec<String> {
    let given: Vec<&Answers> = Side::BOTH
        .iter()
        .filter_map(|side| raised.answers.of(*side).as_ref().map(|(answers, _)| answers))
        .collect();
    let all =
        |answers: &Answers| [answers.alone, answers.afraid, answers.violence, answers.control, answers.order];
    let is_missing = given.iter().any(|answers| all(answers).iter().any(Option::is_none));
    let is_raised = dispute.parties.either(|party| party.safety == Safety::Raised);
    let codes = [
        ("safety", is_raised && !is_missing),
        ("missing-answer", is_missing),
        ("family", dispute.category.needs_registrar()),
        ("amendment", dispute.amends.is_some()),
        ("kept-apart", dispute.amends.is_some() && dispute.shuttle),
        ("second-filing", is_second),
    ];
    codes.into_iter().filter(|(_, holds)| *holds).map(|(code, _)| code.to_owned()).collect()
}

async fn screening(visit: &Visit, dispute: DisputeId, form: Form) -> Result<Screening, Refused> {
    registrar(visit)?;
    let read = visit.write(move |tx, doing| {
        let raised = safety::read(tx, doing, dispute)?;
        let seen = look(tx, doing, dispute)?;
        let claim = store::claims::load(tx, dispute)?;
        let names: Sides<String> = both_names(&store::names::of(tx, dispute)?);
        let invited = claim.respondent_name.as_ref().map_or_else(String::new, ToString::to_string);
        let respondent = if names.respondent.is_empty() { invited } else { names.respondent.clone() };
        let is_second = store::claims::filed_against_before(tx, dispute)?;
        let reasons = reasons(&seen.dispute, &raised, is_second);
        let given = raised.answers;
        let safety = [
            answered(Side::Claimant, names.claimant.clone(), given.claimant),
            answered(Side::Respondent, respondent.clone(), given.respondent),
        ];
        Ok(Screening {
            id: dispute.to_string(),
            reference: reference(&seen.dispute),
            category: seen.dispute.category.to_string(),
            title: claim.title,
            statement: claim.statement,
            claimant: names.claimant,
            respondent,
            reasons,
            safety: safety.into_iter().flatten().collect(),
            form,
        })
    });
    read.await
}

async fn ask_screening(visit: Visit, path: web::Path<String>) -> Answer {
    let page = screening(&visit, id(&path)?, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

fn finding(sent: &Sent) -> Result<Finding, Refused> {
    let form = &sent.form;
    match form.text("decision") {
        "suitable" => Ok(Finding::Suitable { shuttle: false }),
        "shuttle" => Ok(Finding::Suitable { shuttle: true }),
        "referral" => match (form.given("referral_name"), form.given("referral_contact")) {
            (Some(name), Some(contact)) => Ok(Finding::Referred { to: format!("{name}, {contact}") }),
            (None, _) => Err(Refused::field("referral_name", "missing")),
            (_, None) => Err(Refused::field("referral_contact", "missing")),
        },
        _ => Err(Refused::field("decision", "missing")),
    }
}

async fn screen(sent: Sent, path: web::Path<String>) -> Answer {
    registrar(&sent.visit)?;
    let dispute: DisputeId = id(&path)?;
    let done = match finding(&sent) {
        Ok(finding) => sent.visit.write(move |tx, doing| safety::screen(tx, doing, dispute, &finding)).await,
        Err(refused) => Err(refused),
    };
    let Err(refused) = done else { return Ok(sent.visit.go_saying("/registrar", "decided")) };
    let form = into_form(refused, sent.typed(), &[("referral", "referral_contact")])?;
    let page = screening(&sent.visit, dispute, form).await?;
    Ok(sent.visit.again(&format!("/registrar/disputes/{dispute}/screening"), |w, f| page.render(w, f)))
}

async fn decide_identity(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    registrar(&sent.visit)?;
    let (dispute, taker): (DisputeId, AccountId) = (id(&path.0)?, id(&path.1)?);
    let confirms = match sent.form.text("decision") {
        "confirm" if !sent.form.ticked(&format!("sure-{taker}")) => {
            // One press beside another let a wrong person in: whoever confirms says first that they made sure.
            let form = Form::default().wrong(&format!("sure-{taker}"), "required");
            let page = desk_page(&sent.visit, form).await?;
            return Ok(sent.visit.again("/registrar", |w, f| page.render(w, f)));
        }
        "confirm" => true,
        "refuse" => false,
        _ => return Err(Refused::Malformed { code: "unreadable" }),
    };
    let act = sent.visit.write(move |tx, doing| {
        if confirms {
            invitations::confirm_identity(tx, doing, dispute, Some(taker))
        } else {
            invitations::reject_taker(tx, doing, dispute, taker)
        }
    });
    act.await?;
    Ok(sent.visit.go_saying("/registrar", "decided"))
}

async fn assignment_page(visit: &Visit, dispute: DisputeId, form: Form) -> Result<AssignmentDesk, Refused> {
    registrar(visit)?;
    let read = visit.read(move |tx, doing| {
        let seen = look(tx, doing, dispute)?;
        if !matches!(seen.dispute.stage, Stage::Assigning(_)) {
            return Err(Refused::rule("not-at-this-stage"));
        }
        let found = assignments::matches(tx, doing, dispute)?;
        let language = |side: Side| {
            seen.dispute.parties.of(side).consent.map_or(seen.dispute.language, |consent| consent.language)
        };
        let mut languages: Vec<String> =
            Side::BOTH.into_iter().map(|side| language(side).to_string()).collect();
        languages.dedup();
        let line = |(fit, name): (domain::assignment::Match, String)| Match {
            id: fit.mediator.to_string(),
            name,
            score: fit.score,
            reasons: fit.reasons.iter().map(|reason| reason.as_str().to_owned()).collect(),
        };
        Ok(AssignmentDesk {
            id: dispute.to_string(),
            reference: reference(&seen.dispute),
            category: seen.dispute.category.to_string(),
            languages,
            matches: found.into_iter().map(line).collect(),
            form,
        })
    });
    read.await
}

async fn ask_mediator(visit: Visit, path: web::Path<String>) -> Answer {
    let page = assignment_page(&visit, id(&path)?, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn propose(sent: Sent, path: web::Path<String>) -> Answer {
    registrar(&sent.visit)?;
    let dispute: DisputeId = id(&path)?;
    let named = sent.form.given("mediator_id").map(str::parse::<AccountId>).transpose();
    let done = match named {
        Ok(named) => sent
            .visit
            .write(move |tx, doing| assignments::propose(tx, doing, dispute, named, false))
            .await
            .map(drop),
        Err(_) => Err(Refused::field("mediator_id", "not-a-choice")),
    };
    let Err(refused) = done else { return Ok(sent.visit.go_saying("/registrar", "decided")) };
    let form = into_form(refused, sent.typed(), &[])?;
    let page = assignment_page(&sent.visit, dispute, form).await?;
    Ok(sent.visit.again(&format!("/registrar/disputes/{dispute}/assignment"), |w, f| page.render(w, f)))
}

/// A mail that came back was seen to; who did stays in the trail.
async fn see_mail(sent: Sent, path: web::Path<String>) -> Answer {
    let account = registrar(&sent.visit)?.account;
    let mail: MailId = id(&path)?;
    let act = sent.visit.write(move |tx, doing| {
        is_listed(tx, account, mail)?;
        bounces::see(tx, doing, mail)
    });
    act.await?;
    Ok(sent.visit.go_saying("/registrar", "seen"))
}

/// Whether the mail is among those that the registrar may see.
fn is_listed(tx: &mut Tx<'_>, account: AccountId, mail: MailId) -> Result<(), Refused> {
    let is_it = |line: &FailedMail| line.id == mail.to_string();
    if mails(tx, account)?.iter().any(is_it) { Ok(()) } else { Err(Refused::Absent) }
}

/// Tries one mail again that was set aside or came back.
async fn retry_mail(sent: Sent, path: web::Path<String>) -> Answer {
    let account = registrar(&sent.visit)?.account;
    let mail: MailId = id(&path)?;
    let act = sent.visit.write(move |tx, doing| {
        is_listed(tx, account, mail)?;
        letters::again(tx, mail, doing.now)?;
        doing.mail_waits();
        doing.trace("mail-retried", None, &serde_json::json!({ "mail": mail.to_string() }));
        Ok(())
    });
    act.await?;
    Ok(sent.visit.go_saying("/registrar", "retried"))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/registrar").route(web::get().to(show_desk)))
        .service(web::resource("/registrar/disputes/{id}/screening").route(web::get().to(ask_screening)))
        .service(web::resource("/disputes/{id}/screening").route(web::post().to(screen)))
        .service(
            web::resource("/disputes/{id}/parties/{party}/identity").route(web::post().to(decide_identity)),
        )
        .service(web::resource("/registrar/disputes/{id}/assignment").route(web::get().to(ask_mediator)))
        .service(web::resource("/disputes/{id}/assignments").route(web::post().to(propose)))
        .service(web::resource("/registrar/duties/{id}").route(web::post().to(see)))
        .service(web::resource("/registrar/mails/{id}").route(web::post().to(see_mail)))
        .service(web::resource("/registrar/mails/{id}/retries").route(web::post().to(retry_mail)));
}
