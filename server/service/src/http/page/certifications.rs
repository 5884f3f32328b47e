//! Certifications as pages: what a party asks and answers on the settlement's page, the registrar's naming, and the desk of
//! whoever certifies. The checks come as everywhere: seat, fields, rule, proof.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::certification::Capacity;
use domain::ids::{CertificationId, SettlementId};
use domain::party::Sides;
use pages::certifications::{ByCode, CertifierLine, Naming, RecordToRead, ToCertify};
use pages::form::Form;
use record::Contents;
use store::Tx;
use store::certifications::Certifier;

use super::frame::{Answer, Sent, Visit, into_form};
use super::registrar::{naming_desk, registrar};
use super::settlements::own_page;
use super::terms::lines;
use crate::acts::Doing;
use crate::acts::certifications::{self, Shown};
use crate::acts::certifying::{self, Desk};
use crate::desk::Once;
use crate::http::api::certifications::{Signing, certify, opened, taken};
use crate::http::body::{id, wants_content};
use crate::refused::Refused;

fn line(certifier: &Certifier, capacity: Option<Capacity>) -> CertifierLine {
    CertifierLine {
        name: certifier.name.to_string(),
        capacity: capacity.map_or_else(String::new, |capacity| capacity.to_string()),
        office: certifier.office.clone(),
    }
}

async fn ask(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    sent.visit.count_entry()?;
    let settlement: SettlementId = id(&path)?;
    let shown = sent.visit.write(move |tx, doing| certifications::ask(tx, doing, settlement)).await?;
    Ok(back(&sent.visit, &shown, "sent"))
}

/// Back to the settlement, where the certification stands.
fn back(visit: &Visit, shown: &Shown, notice: &str) -> HttpResponse {
    visit.go_saying(&format!("/disputes/{}/settlement", shown.kept.dispute), notice)
}

/// To agree takes a tick: somebody else will read the terms.
async fn agree(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    sent.visit.count_entry()?;
    let certification: CertificationId = id(&path)?;
    if !sent.form.ticked("sure") {
        let shown = sent.visit.read(move |tx, doing| certifications::show(tx, doing, certification)).await?;
        let form = Form::default().wrong("sure", "required");
        let page = own_page(&sent.visit, shown.kept.dispute, form).await?;
        let here = format!("/disputes/{}/settlement", shown.kept.dispute);
        return Ok(sent.visit.again(&here, |w, f| page.render(w, f)));
    }
    let shown = sent.visit.write(move |tx, doing| certifications::agree(tx, doing, certification)).await?;
    Ok(back(&sent.visit, &shown, "saved"))
}

async fn withdraw(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    sent.visit.count_entry()?;
    let certification: CertificationId = id(&path)?;
    let shown = sent.visit.write(move |tx, doing| certifications::withdraw(tx, doing, certification)).await?;
    Ok(back(&sent.visit, &shown, "saved"))
}

async fn naming(visit: &Visit, certification: CertificationId, form: Form) -> Result<Naming, Refused> {
    registrar(visit)?;
    let read = visit.read(move |tx, doing| certifications::show(tx, doing, certification));
    let shown = read.await?;
    let kept = &shown.kept.certification;
    let named = shown.certifier.as_ref().map(|certifier| {
        let email = certifier.email.as_ref().map_or_else(String::new, ToString::to_string);
        (line(certifier, kept.capacity()), email, kept.certifier().is_some())
    });
    Ok(Naming {
        id: certification.to_string(),
        reference: shown.reference,
        named,
        lapses_at: shown.lapses_at,
        may_name: shown.actions.contains(&"name"),
        may_unname: shown.actions.contains(&"unname"),
        form,
    })
}

async fn show_naming(visit: Visit, path: web::Path<String>) -> Answer {
    let page = naming(&visit, id(&path)?, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// It takes a tick: the registrar has made sure that they hold the office.
async fn name(sent: Sent, path: web::Path<String>) -> Answer {
    registrar(&sent.visit)?;
    let certification: CertificationId = id(&path)?;
    let here = naming_desk(certification);
    let text = |field| sent.form.text(field);
    let parsed = certifications::parse(text("name"), text("capacity"), text("office"), text("email"));
    let parsed = match parsed {
        Ok(_) if !sent.form.ticked("sure") => Err(Refused::field("sure", "missing")),
        other => other,
    };
    let done = match parsed {
        Ok(named) => {
            let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
                certifications::name(tx, doing, certification, &named).map(drop)
            };
            sent.visit.write(act).await
        }
        Err(refused) => Err(refused),
    };
    let Err(refused) = done else { return Ok(sent.visit.go_saying(&here, "sent")) };
    let form = into_form(refused, sent.typed(), &[])?;
    let page = naming(&sent.visit, certification, form).await?;
    Ok(sent.visit.again(&here, |w, f| page.render(w, f)))
}

async fn unname(sent: Sent, path: web::Path<String>) -> Answer {
    registrar(&sent.visit)?;
    let certification: CertificationId = id(&path)?;
    let act =
        move |tx: &mut Tx<'_>, doing: &mut Doing| certifications::unname(tx, doing, certification).map(drop);
    sent.visit.write(act).await?;
    Ok(sent.visit.go_saying(&naming_desk(certification), "decided"))
}

/// What the code opens is shown first: to open a link is not to take it on.
async fn show_code(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    let page = by_code(&request, &visit, &path, Form::default()).await?;
    match page {
        Ok(page) => Ok(visit.show(|w, f| page.render(w, f))),
        Err(certification) => Ok(visit.go(&format!("/certifications/{certification}"))),
    }
}

/// The page of a code; the certification itself for whoever has taken it on.
async fn by_code(
    request: &HttpRequest,
    visit: &Visit,
    code: &str,
    form: Form,
) -> Result<Result<ByCode, CertificationId>, Refused> {
    let who = visit.signed_in()?;
    let (certification, certifier, capacity, is_taken) = opened(&visit.state, request, who, code).await?;
    if is_taken {
        return Ok(Err(certification));
    }
    Ok(Ok(ByCode { code: code.to_owned(), certifier: line(&certifier, capacity), form }))
}

async fn take(request: HttpRequest, sent: Sent, path: web::Path<String>) -> Answer {
    let who = sent.visit.signed_in()?;
    let refused = match taken(&sent.visit.state, &request, who, &path).await {
        Ok(certification) => return Ok(sent.visit.go(&format!("/certifications/{certification}"))),
        Err(refused) => refused,
    };
    let form = into_form(refused, Form::default(), &[])?;
    let here = format!("/certifications/codes/{}", path.as_str());
    match by_code(&request, &sent.visit, &path, form).await? {
        Ok(page) => Ok(sent.visit.again(&here, |w, f| page.render(w, f))),
        Err(certification) => Ok(sent.visit.go(&format!("/certifications/{certification}"))),
    }
}

fn record_to_read(contents: &Contents) -> RecordToRead {
    let mut names = Sides { claimant: String::new(), respondent: String::new() };
    for party in &contents.parties {
        names.of_mut(party.side).clone_from(&party.name);
    }
    let terms: Vec<domain::terms::Term> = contents
        .terms
        .iter()
        .map(|term| domain::terms::Term {
            debtor: term.debtor,
            creditor: term.creditor,
            text: term.text.clone(),
            amount: term.amount,
            due_on: term.due_on,
        })
        .collect();
    RecordToRead {
        parties: contents.parties.iter().map(|party| party.name.clone()).collect(),
        mediator: contents.mediator.name.clone(),
        signatures: contents
            .signatures
            .iter()
            .map(|signed| (signed.name.clone(), signed.signed_at))
            .collect(),
        terms: lines(&terms, &names, &[contents.prevailing_language.tag().to_owned()]),
    }
}

async fn desk(visit: &Visit, certification: CertificationId, form: Form) -> Result<ToCertify, Refused> {
    let account = visit.signed_in()?.account;
    // Written, because the look at the terms is traced.
    let read = visit.write(move |tx, doing| {
        let desk = certifying::read_desk(tx, doing, certification)?;
        Ok((desk, store::people::by_id(tx, account)?.totp))
    });
    let (desk, has_second_factor) = read.await?;
    let Desk { kept, certifier, settlement, contents, lapses_at } = desk;
    let language = visit.words.language();
    Ok(ToCertify {
        id: kept.id.to_string(),
        reference: settlement.reference.to_string(),
        settlement: settlement.id.to_string(),
        digest: settlement.digest.to_string(),
        sealed_at: Some(settlement.sealed_at),
        certifier: line(&certifier, kept.certification.capacity()),
        record: contents.as_ref().map(record_to_read),
        language: language.tag().to_owned(),
        intent: certifying::intent(language),
        lapses_at,
        certified_at: kept.digest.map(|_| kept.certification.since),
        has_second_factor,
        form,
    })
}

async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    let page = desk(&visit, id(&path)?, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn sign(sent: Sent, path: web::Path<String>) -> Answer {
    let who = sent.visit.signed_in()?;
    let certification: CertificationId = id(&path)?;
    // The words that were shown are the ones that are signed, in whatever language the page is by now.
    let language = sent.form.text("language").parse().unwrap_or(sent.visit.words.language());
    let done = match sent.form.text("digest").parse() {
        Ok(digest) => {
            let signing = Signing {
                certification,
                digest,
                name: sent.form.text("name").to_owned(),
                password: sent.form.text("password").to_owned(),
                totp: sent.form.given("totp").map(str::to_owned),
                language,
            };
            certify(&sent.visit.state, who, signing, Once::default()).await
        }
        Err(_) => Err(Refused::field("", "not-a-choice")),
    };
    let here = format!("/certifications/{certification}");
    let Err(refused) = done else { return Ok(sent.visit.go_saying(&here, "saved")) };
    let form = into_form(refused, sent.typed(), &[])?;
    let page = desk(&sent.visit, certification, form).await?;
    Ok(sent.visit.again(&here, |w, f| page.render(w, f)))
}

async fn decline(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let certification: CertificationId = id(&path)?;
    if !sent.form.ticked("sure") {
        let form = Form::default().wrong("sure", "required");
        let page = desk(&sent.visit, certification, form).await?;
        return Ok(sent.visit.again(&format!("/certifications/{certification}"), |w, f| page.render(w, f)));
    }
    sent.visit.write(move |tx, doing| certifying::decline(tx, doing, certification)).await?;
    Ok(sent.visit.go_saying("/disputes", "decided"))
}

fn download(kind: &'static str, name: &str) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(kind)
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{name}\"")));
    answer
}

/// The four files: the record while it may be read, and the certification once it is made.
async fn file(request: HttpRequest, visit: Visit, path: web::Path<(String, String)>) -> Answer {
    visit.signed_in()?;
    let (certification, name) = (id::<CertificationId>(&path.0)?, path.1.clone());
    let collects = wants_content(&request);
    let of_record = name.starts_with("record.");
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        if of_record {
            certifying::record(tx, doing, certification)
        } else {
            certifying::documents(tx, doing, certification, collects)
        }
    };
    match name.as_str() {
        "record.pdf" | "certification.pdf" => {
            let documents = visit.write(act).await?;
            Ok(download("application/pdf", &name).body(documents.pdf))
        }
        "record.jws" | "certification.jws" => {
            let documents = visit.write(act).await?;
            Ok(download("application/jose", &name).body(documents.jws))
        }
        _ => Err(Refused::Absent),
    }
}

pub fn configure(routes: &mut web::ServiceConfig) {
    let of = |tail: &str| web::resource(format!("/certifications/{{id}}{tail}"));
    routes
        .service(web::resource("/settlements/{id}/certifications").route(web::post().to(ask)))
        .service(
            web::resource("/registrar/certifications/{id}")
                .route(web::get().to(show_naming))
                .route(web::post().to(name)),
        )
        .service(web::resource("/registrar/certifications/{id}/unnaming").route(web::post().to(unname)))
        .service(
            web::resource("/certifications/codes/{code}")
                .route(web::get().to(show_code))
                .route(web::post().to(take)),
        )
        .service(of("").route(web::get().to(show)))
        .service(of("/agreement").route(web::post().to(agree)))
        .service(of("/withdrawal").route(web::post().to(withdraw)))
        .service(of("/statement").route(web::post().to(sign)))
        .service(of("/declining").route(web::post().to(decline)))
        .service(of("/{file}").route(web::get().to(file)));
}
