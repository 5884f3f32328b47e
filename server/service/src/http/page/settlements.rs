//! Records as pages: one's own settlement, its files, the neutral certificate, and the verification that is open to
//! anyone.

use actix_web::{HttpRequest, web};
use domain::dispute::Stage;
use domain::ids::{DisputeId, SettlementId};
use domain::party::Side;
use pages::form::Form;
use pages::settlements::{Certificate, CertificationPart, DeliveryLine, Settlement};
use pages::verifications::Verify;
use record::Verdict;

use super::frame::{Answer, Sent, Visit, into_form};
use super::terms::both_names;
use crate::acts::certifications::Shown;
use crate::acts::process::look;
use crate::acts::{amendments, settlements};
use crate::http::api::settlements::paper;
use crate::http::api::verifications::{Found, verified};
use crate::http::body::{id, wants_content};
use crate::http::origin;
use crate::refused::Refused;

async fn show_own(visit: Visit, path: web::Path<String>) -> Answer {
    let page = own_page(&visit, id(&path)?, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

fn certification(shown: &Shown) -> CertificationPart {
    let kept = &shown.kept.certification;
    let may = |action: &str| shown.actions.contains(&action);
    let capacity = kept.capacity().map_or_else(String::new, |capacity| capacity.to_string());
    let certifier =
        shown.certifier.as_ref().map(|named| (named.name.to_string(), capacity, named.office.clone()));
    CertificationPart {
        id: shown.kept.id.to_string(),
        state: shown.state.to_owned(),
        said_no: shown.said_no,
        certifier,
        lapses_at: shown.lapses_at,
        certified_at: shown.kept.digest.map(|_| kept.since),
        entry: shown.entry,
        may_agree: may("agree"),
        may_withdraw: may("withdraw"),
    }
}

/// One's own settlement, with what was typed on its page.
///
/// # Errors
/// `NotYou`; `Absent` for whoever has no part in it.
pub async fn own_page(visit: &Visit, dispute: DisputeId, form: Form) -> Result<Settlement, Refused> {
    visit.signed_in()?;
    let read = visit.read(move |tx, doing| {
        let own = settlements::own(tx, doing, dispute)?;
        let newer = match &own.superseded_by {
            // Whoever has no part in the dispute that it came of learns that there is one, and nothing of it.
            Some(newer) => {
                let is_theirs = look(tx, doing, newer.dispute).is_ok();
                Some(is_theirs.then(|| (newer.reference.to_string(), newer.dispute.to_string())))
            }
            None => None,
        };
        Ok((own, newer))
    });
    let (own, newer) = read.await?;
    let line = |row: &store::deliveries::Delivery| DeliveryLine {
        by: row.choice.as_str().to_owned(),
        steps: row.steps.iter().map(|step| (step.state.as_str().to_owned(), step.at)).collect(),
    };
    Ok(Settlement {
        id: dispute.to_string(),
        settlement: own.settlement.id.to_string(),
        reference: own.settlement.reference.to_string(),
        digest: own.settlement.digest.to_string(),
        sealed_at: Some(own.settlement.sealed_at),
        entry: own.entry,
        deliveries: own.deliveries.iter().map(line).collect(),
        newer,
        may_be_amended: own.may_be_amended,
        certification: own.certification.as_ref().map(certification),
        may_be_certified: own.may_be_certified,
        form,
    })
}

async fn amend(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let settlement: SettlementId = id(&path)?;
    let seen = sent.visit.write(move |tx, doing| amendments::begin(tx, doing, settlement)).await?;
    let own = format!("/disputes/{}", seen.dispute.id);
    let is_draft = seen.dispute.stage == Stage::Draft;
    Ok(sent.visit.go(&if is_draft { format!("{own}/draft/title") } else { own }))
}

async fn download_pdf(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    visit.signed_in()?;
    let settlement: SettlementId = id(&path)?;
    let collects = wants_content(&request);
    let (_, documents) =
        visit.write(move |tx, doing| settlements::documents(tx, doing, settlement, collects)).await?;
    Ok(download("application/pdf", "record.pdf").body(documents.pdf))
}

async fn download_jws(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    visit.signed_in()?;
    let settlement: SettlementId = id(&path)?;
    let collects = wants_content(&request);
    let (_, documents) =
        visit.write(move |tx, doing| settlements::documents(tx, doing, settlement, collects)).await?;
    Ok(download("application/jose", "record.jws").body(documents.jws))
}

/// What is chosen on the page, as the names in the paper.
fn is_of(part: &str, name: &str) -> bool {
    match part {
        "parties" => name.starts_with("party_") || name.starts_with("representative_"),
        "mediator" => matches!(name, "mediator" | "co_mediator"),
        "dates" => matches!(name, "filed_on" | "started_at"),
        "amounts" => name.ends_with("_amount"),
        "terms" => name.starts_with("term_") && !name.ends_with("_amount"),
        _ => false,
    }
}

async fn download_paper(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    let by = visit.signed_in().map(|_| visit.by())?;
    let settlement: SettlementId = id(&path)?;
    let query = web::Query::<Vec<(String, String)>>::from_query(request.query_string());
    let query = query.map_or_else(|_| Vec::new(), web::Query::into_inner);
    let parts: Vec<String> =
        query.into_iter().filter(|(field, _)| field == "show").map(|(_, part)| part).collect();
    paper(&visit.state, by, settlement, |name| parts.iter().any(|part| is_of(part, name))).await
}

fn download(kind: &'static str, name: &str) -> actix_web::HttpResponseBuilder {
    let mut answer = actix_web::HttpResponse::Ok();
    answer
        .content_type(kind)
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{name}\"")));
    answer
}

async fn show_certificate(visit: Visit, path: web::Path<String>) -> Answer {
    visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    let read = visit.read(move |tx, doing| {
        let certificate = settlements::certificate_of(tx, doing, dispute)?;
        let names = both_names(&store::names::of(tx, dispute)?);
        let mediator = match store::disputes::load(tx, dispute)?.value.mediator() {
            Some(account) => store::people::by_id(tx, account)?.name.to_string(),
            None => String::new(),
        };
        let mut beside = Vec::new();
        for account in &certificate.co_mediators {
            beside.push(store::people::by_id(tx, *account)?.name.to_string());
        }
        Ok((certificate, names, mediator, beside))
    });
    let (certificate, names, mediator, co_mediators) = read.await?;
    let present: Vec<String> = certificate.present.iter().map(|side| names.of(*side).clone()).collect();
    let page = Certificate {
        reference: certificate.reference.to_string(),
        parties: Side::BOTH
            .map(|side| names.of(side).clone())
            .into_iter()
            .filter(|name| !name.is_empty())
            .collect(),
        mediator,
        co_mediators,
        took_place: certificate.mediation_began_on.is_some(),
        is_settled: certificate.settled,
        filed_on: certificate.filed_on,
        ended_on: certificate.ended_on,
        began_on: certificate.mediation_began_on,
        present,
    };
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn ask_file(visit: Visit) -> Answer {
    Ok(visit.show(|w, f| Verify::default().render(w, f)))
}

/// Verifies a file. Nothing is stored and nobody's name is used, so the form's origin is checked and no token is; the
/// answer is the page itself, because nothing is kept that a redirect could show.
async fn verify(request: HttpRequest, visit: Visit, payload: web::Payload) -> Answer {
    origin::check_origin(&request, &visit.state.config, true)?;
    let Found { verdict, is_superseded, certified } = match verified(&visit.state, &request, payload).await {
        Ok(found) => found,
        Err(refused) => {
            let refused =
                if refused == Refused::TooLarge { Refused::field("file", "file-too-large") } else { refused };
            let form = into_form(refused, Form::default(), &[])?;
            return Ok(visit.again("/verify", |w, f| Verify { form, ..Verify::default() }.render(w, f)));
        }
    };
    let word = |status: &str| Some(status.to_owned());
    let certified = certified.map(|told| (told.name, told.capacity.to_owned(), told.office, told.at));
    let page = match verdict {
        Verdict::Valid { reference, sealed_at, stamped_at, key_revoked_at, .. } => Verify {
            status: word(if is_superseded { "superseded" } else { "valid" }),
            reference: reference.to_string(),
            sealed_at: Some(sealed_at),
            stamped_at,
            key_revoked_at,
            certified,
            ..Verify::default()
        },
        Verdict::Certification { statement, stamped_at, key_revoked_at, .. } => Verify {
            status: word("certification"),
            reference: statement.record.reference.to_string(),
            sealed_at: Some(statement.certified_at),
            stamped_at,
            key_revoked_at,
            certified,
            record_digest: statement.record.digest.to_string(),
            is_of_superseded: is_superseded,
            form: Form::default(),
        },
        Verdict::Report { made_at, stamped_at } => {
            Verify { status: word("report"), sealed_at: Some(made_at), stamped_at, ..Verify::default() }
        }
        Verdict::Revoked { at } => {
            Verify { status: word("revoked"), key_revoked_at: Some(at), ..Verify::default() }
        }
        Verdict::Altered => Verify { status: word("altered"), ..Verify::default() },
        _ => Verify { status: word("unknown"), ..Verify::default() },
    };
    Ok(visit.show(|w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/disputes/{id}/settlement").route(web::get().to(show_own)))
        .service(web::resource("/settlements/{id}/amendments").route(web::post().to(amend)))
        .service(web::resource("/disputes/{id}/certificate").route(web::get().to(show_certificate)))
        .service(web::resource("/settlements/{id}/record.pdf").route(web::get().to(download_pdf)))
        .service(web::resource("/settlements/{id}/record.jws").route(web::get().to(download_jws)))
        .service(web::resource("/settlements/{id}/record.sd-jwt").route(web::get().to(download_paper)))
        .service(web::resource("/verify").route(web::get().to(ask_file)).route(web::post().to(verify)));
}
