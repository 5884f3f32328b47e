//! Verification over the API, which needs nobody's leave: whether a file is a genuine paper of this house, and what the house
//! knows of the record. No terms are shown, and nothing is kept.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use record::Verdict;
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use crate::acts::certifying::{self, Told};
use crate::acts::settlements;
use crate::http::origin::client_address;
use crate::http::pace::Allowance;
use crate::http::upload::{FORM_BYTES, read_file};
use crate::limits::{Limit, network_of};
use crate::refused::Refused;
use crate::state::AppState;
use crate::uploads::UPLOAD_BYTES_MAX;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(verify_file))]
pub struct Doc;

/// How long a file that is verified may take, whatever it brings: places are few, and records are small.
const VERIFIED_WHOLE_MAX: Duration = Duration::from_secs(300);

#[derive(Serialize, ToSchema)]
struct Verification {
    /// `valid`, `altered`, `superseded` or `unknown`.
    status: &'static str,
    /// `audit-report` or `certification` where it is that, genuine, and no record.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed_at: Option<String>,
    /// When a time-stamp authority saw it sealed; only of a PDF that has a time stamp.
    #[serde(skip_serializing_if = "Option::is_none")]
    stamped_at: Option<String>,
    /// When its key was revoked: before that it sealed what is `valid`, and not what is `unknown`.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_revoked_at: Option<String>,
    /// By whom the record was certified; of a certification itself, what it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    certified: Option<CertifiedShown>,
    /// The digest of the record that a certification is of.
    #[serde(skip_serializing_if = "Option::is_none")]
    record_digest: Option<String>,
    /// Of a certification: `true` where a newer record stands in the place of the one that was certified.
    #[serde(skip_serializing_if = "Option::is_none")]
    record_superseded: Option<bool>,
}

/// Who certified a record.
#[derive(Serialize, ToSchema)]
struct CertifiedShown {
    name: String,
    /// `legal-aid-officer`, `judge`, `notary` or `court-officer`.
    capacity: String,
    office: String,
    at: String,
}

impl From<&Told> for CertifiedShown {
    fn from(told: &Told) -> Self {
        Self {
            name: told.name.clone(),
            capacity: told.capacity.to_owned(),
            office: told.office.clone(),
            at: told.at.to_string(),
        }
    }
}

/// Whether a file is a genuine record of this house: no terms are shown, and nothing is kept.
#[utoipa::path(post, path = "/api/v1/verifications", tag = "settlements",
    request_body(content_type = "multipart/form-data", content = Vec<u8>),
    responses((status = 200, body = Verification), (status = 408), (status = 413), (status = 422),
        (status = 429), (status = 503)))]
async fn verify_file(
    request: HttpRequest,
    state: web::Data<AppState>,
    payload: web::Payload,
) -> Result<HttpResponse, Refused> {
    let bare = |status| Verification {
        status,
        kind: None,
        reference: None,
        sealed_at: None,
        stamped_at: None,
        key_revoked_at: None,
        certified: None,
        record_digest: None,
        record_superseded: None,
    };
    let Found { verdict, is_superseded, certified } = verified(&state, &request, payload).await?;
    let certified = certified.as_ref().map(CertifiedShown::from);
    let answer = match verdict {
        Verdict::Valid { reference, sealed_at, stamped_at, key_revoked_at, .. } => Verification {
            reference: Some(reference.to_string()),
            sealed_at: Some(sealed_at.to_string()),
            stamped_at: stamped_at.map(|at| at.to_string()),
            key_revoked_at: key_revoked_at.map(|at| at.to_string()),
            certified,
            ..bare(if is_superseded { "superseded" } else { "valid" })
        },
        Verdict::Report { made_at, stamped_at } => Verification {
            kind: Some("audit-report"),
            sealed_at: Some(made_at.to_string()),
            stamped_at: stamped_at.map(|at| at.to_string()),
            // Whoever reads the status alone asked for a settlement record.
            ..bare("unknown")
        },
        Verdict::Certification { statement, stamped_at, key_revoked_at, .. } => Verification {
            kind: Some("certification"),
            reference: Some(statement.record.reference.to_string()),
            sealed_at: Some(statement.certified_at.to_string()),
            stamped_at: stamped_at.map(|at| at.to_string()),
            key_revoked_at: key_revoked_at.map(|at| at.to_string()),
            certified,
            record_digest: Some(statement.record.digest.to_string()),
            record_superseded: is_superseded.then_some(true),
            // As of a report: it is no settlement record.
            ..bare("unknown")
        },
        Verdict::Revoked { at } => Verification { key_revoked_at: Some(at.to_string()), ..bare("unknown") },
        Verdict::Altered => bare("altered"),
        _ => bare("unknown"),
    };
    Ok(HttpResponse::Ok().json(answer))
}

/// What is found of a file that anybody sends.
pub struct Found {
    /// What the record's verifier says.
    pub verdict: Verdict,
    /// Whether a newer record stands in its place, or in that of the record that a certification is of.
    pub is_superseded: bool,
    /// By whom a record was certified, as the house knows; of a certification itself, what it says.
    pub certified: Option<Told>,
}

/// What the record's verifier says of a file that anybody sends, and what the house knows of the record: few at once, and
/// few from one address.
///
/// # Errors
/// `TooMuch`, `Busy`; `TooLarge`, `TooSlow`; `Fields` where there is no file.
pub async fn verified(
    state: &AppState,
    request: &HttpRequest,
    payload: web::Payload,
) -> Result<Found, Refused> {
    let address = network_of(client_address(request, &state.config.trusted_proxies));
    let too_much = |retry_after| Refused::TooMuch { retry_after };
    state.limits.take(Limit::Verifications, address, state.clock.now()).map_err(too_much)?;
    let _place = state.verifying.enter()?;
    let allowance =
        Allowance { whole_max: Some(VERIFIED_WHOLE_MAX), ..Allowance::file(UPLOAD_BYTES_MAX + FORM_BYTES) };
    let file = read_file(request, payload, allowance).await?;
    let _core = state.verifying.core().await?;
    let keys = std::sync::Arc::clone(&state.keys);
    let verdict = state.runtime.spawn_blocking(move || record::verify(&file, &keys.published)).await;
    let verdict = verdict.map_err(|_| Refused::broken("verification"))?;
    let (record_id, digest) = match &verdict {
        Verdict::Valid { record_id, digest, .. } => (*record_id, *digest),
        Verdict::Certification { statement, .. } => {
            let (certified, of) = (Some(certifying::told_by(statement)), statement.record.id);
            let is_superseded = state.desk.read(move |tx| settlements::is_superseded(tx, of)).await?;
            return Ok(Found { verdict, is_superseded, certified });
        }
        _ => return Ok(Found { verdict, is_superseded: false, certified: None }),
    };
    let asked = state.desk.read(move |tx| {
        Ok((settlements::is_superseded(tx, record_id)?, certifying::made_of(tx, record_id)?))
    });
    let (is_superseded, made) = asked.await?;
    let certified = made.and_then(|jws| certifying::told(&jws, digest, &state.keys.published));
    Ok(Found { verdict, is_superseded, certified })
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.service(web::resource("/verifications").route(web::post().to(verify_file)));
}
