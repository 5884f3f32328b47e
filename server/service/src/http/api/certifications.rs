//! Certifications over the API: what a party asks and answers, whom a registrar names, and what a certifier reads and signs.

use actix_web::{HttpRequest, HttpResponse, web};
use domain::agreement::TextDigest;
use domain::certification::Capacity;
use domain::ids::{CertificationId, SettlementId};
use domain::language::Language;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::certifications::Certifier;
use utoipa::{OpenApi, ToSchema};

use super::disputes::{Nothing, read_as};
use crate::acts::certifications::{self, Shown};
use crate::acts::certifying::{self, Desk};
use crate::acts::{Doing, accounts};
use crate::desk::Once;
use crate::entrance::{guarded, prove, settled};
use crate::http::body::{Body, id, wants_content};
use crate::http::origin;
use crate::http::who::SignedIn;
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(
    ask_certification,
    show_certification,
    agree_to_certification,
    withdraw_certification,
    name_certifier,
    unname_certifier,
    take_certification,
    show_what_to_certify,
    download_certified_record_pdf,
    download_certified_record_jws,
    certify_record,
    decline_certification,
    download_certification_pdf,
    download_certification_jws
))]
pub struct Doc;

/// Where something stands in the ledger.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct EntryShown {
    /// The number of the entry, from 0.
    pub index: i64,
}

/// Somebody who is named to certify, or has.
#[derive(Serialize, Deserialize, ToSchema)]
struct CertifierShown {
    name: String,
    /// `legal-aid-officer`, `judge`, `notary` or `court-officer`.
    capacity: String,
    office: String,
    /// Where the code went; for a registrar.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    email: Option<String>,
}

/// A certification as its party or a registrar sees it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct CertificationShown {
    id: String,
    settlement: String,
    /// For a party: `asked-by-you`, `asked-of-you`, `agreed`, `named`, `certified`, `declined` or `over`.
    state: String,
    /// Whether you said no, which you can still change. Nobody else is told.
    said_no: bool,
    asked_at: String,
    since: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    lapses_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    certifier: Option<CertifierShown>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    ledger: Option<EntryShown>,
    /// What you may do: `agree`, `withdraw`, `name`, `unname`.
    actions: Vec<String>,
}

impl From<&Shown> for CertificationShown {
    fn from(shown: &Shown) -> Self {
        let certification = &shown.kept.certification;
        let capacity = certification.capacity().map_or("", |capacity| capacity.as_str());
        let certifier = shown.certifier.as_ref().map(|named| CertifierShown {
            name: named.name.to_string(),
            capacity: capacity.to_owned(),
            office: named.office.clone(),
            email: named.email.as_ref().map(ToString::to_string),
        });
        Self {
            id: shown.kept.id.to_string(),
            settlement: shown.kept.settlement.to_string(),
            state: shown.state.to_owned(),
            said_no: shown.said_no,
            asked_at: certification.asked_at.to_string(),
            since: certification.since.to_string(),
            lapses_at: shown.lapses_at.map(|at| at.to_string()),
            certifier,
            ledger: shown.entry.map(|index| EntryShown { index }),
            actions: shown.actions.iter().map(|action| (*action).to_owned()).collect(),
        }
    }
}

type Act = fn(&mut Tx<'_>, &mut Doing, CertificationId) -> Result<Shown, Refused>;

async fn act(
    state: &AppState,
    who: &SignedIn,
    path: &str,
    once: Once,
    act: Act,
) -> Result<HttpResponse, Refused> {
    let certification: CertificationId = id(path)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        act(tx, doing, certification).map(|shown| CertificationShown::from(&shown))
    };
    Ok(HttpResponse::Ok().json(state.desk.write_once(who.by(), once, act).await?))
}

/// Ask that the record be certified (a party). The other party has to agree before anybody else reads anything.
#[utoipa::path(post, path = "/api/v1/settlements/{id}/certifications", tag = "certifications", params(("id" = String, Path)),
    request_body = Nothing, responses((status = 201, body = CertificationShown), (status = 404), (status = 409)))]
async fn ask_certification(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    let settlement: SettlementId = id(&path)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        certifications::ask(tx, doing, settlement).map(|shown| CertificationShown::from(&shown))
    };
    Ok(HttpResponse::Created().json(state.desk.write_once(who.by(), body.once, act).await?))
}

/// A certification, for its parties, and for a registrar once both have agreed.
#[utoipa::path(get, path = "/api/v1/certifications/{id}", tag = "certifications", params(("id" = String, Path)),
    responses((status = 200, body = CertificationShown), (status = 404)))]
async fn show_certification(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let certification: CertificationId = id(&path)?;
    let shown = read_as(&state, who.by(), move |tx, doing| certifications::show(tx, doing, certification));
    Ok(HttpResponse::Ok().json(CertificationShown::from(&shown.await?)))
}

/// Agree that a certifier reads the record (the other party).
#[utoipa::path(post, path = "/api/v1/certifications/{id}/agreement", tag = "certifications", params(("id" = String, Path)),
    request_body = Nothing, responses((status = 200, body = CertificationShown), (status = 404), (status = 409)))]
async fn agree_to_certification(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    act(&state, &who, &path, body.once, certifications::agree).await
}

/// Take one's word back, or do not give it (a party), until the certification is made.
#[utoipa::path(post, path = "/api/v1/certifications/{id}/withdrawal", tag = "certifications", params(("id" = String, Path)),
    request_body = Nothing, responses((status = 200, body = CertificationShown), (status = 404), (status = 409)))]
async fn withdraw_certification(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    act(&state, &who, &path, body.once, certifications::withdraw).await
}

/// Whom the registrar has made sure of that they hold the office.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Naming {
    name: String,
    /// `legal-aid-officer`, `judge`, `notary` or `court-officer`.
    capacity: String,
    /// The name of the office, in one line.
    office: String,
    email: String,
}

/// Name who is to certify, or somebody else (registrar): a code goes to that address by mail.
#[utoipa::path(put, path = "/api/v1/certifications/{id}/certifier", tag = "certifications", params(("id" = String, Path)),
    request_body = Naming, responses((status = 200, body = CertificationShown), (status = 404), (status = 409), (status = 422)))]
async fn name_certifier(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Naming>,
) -> Result<HttpResponse, Refused> {
    let certification: CertificationId = id(&path)?;
    let typed = &body.value;
    let named = certifications::parse(&typed.name, &typed.capacity, &typed.office, &typed.email)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        certifications::name(tx, doing, certification, &named).map(|shown| CertificationShown::from(&shown))
    };
    Ok(HttpResponse::Ok().json(state.desk.write_once(who.by(), body.once, act).await?))
}

/// Take it back that somebody is named (registrar).
#[utoipa::path(delete, path = "/api/v1/certifications/{id}/certifier", tag = "certifications", params(("id" = String, Path)),
    responses((status = 204), (status = 404), (status = 409)))]
async fn unname_certifier(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let certification: CertificationId = id(&path)?;
    let act =
        move |tx: &mut Tx<'_>, doing: &mut Doing| certifications::unname(tx, doing, certification).map(drop);
    state.desk.write(who.by(), act).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a code opens for that person, before they take it on; for the page.
///
/// # Errors
/// `Absent` where it opens nothing for them.
pub async fn opened(
    state: &AppState,
    request: &HttpRequest,
    who: &SignedIn,
    typed: &str,
) -> Result<(CertificationId, Certifier, Option<Capacity>, bool), Refused> {
    let from = origin::from(request, &state.config);
    let code = guarded(state, typed)?;
    let text = code.as_str().to_owned();
    let look = move |tx: &mut Tx<'_>, doing: &Doing| certifying::look_at_code(tx, doing, &text);
    let found = read_as(state, who.by(), look).await;
    settled(state, &from, &code, found)
}

#[derive(Serialize, ToSchema)]
struct TakenShown {
    certification: String,
}

/// Takes a certification on, by the code that was mailed to its certifier; for the page as well.
///
/// # Errors
/// `Absent` where the code opens nothing for this person; the rule.
pub async fn taken(
    state: &AppState,
    request: &HttpRequest,
    who: &SignedIn,
    typed: &str,
) -> Result<CertificationId, Refused> {
    let from = origin::from(request, &state.config);
    let code = guarded(state, typed)?;
    let text = code.as_str().to_owned();
    let done = state.desk.write(who.by(), move |tx, doing| certifying::take(tx, doing, &text)).await;
    settled(state, &from, &code, done)
}

/// Take a certification on, by the code that came by mail, from the account with the address to which it came.
#[utoipa::path(post, path = "/api/v1/certifications/codes/{code}/acceptance", tag = "certifications",
    params(("code" = String, Path)), request_body = Nothing,
    responses((status = 200, body = TakenShown), (status = 404), (status = 409), (status = 429)))]
async fn take_certification(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    let certification = taken(&state, &request, &who, &path).await?.to_string();
    Ok(HttpResponse::Ok().json(TakenShown { certification }))
}

#[derive(Serialize, ToSchema)]
struct SignatureShown {
    name: String,
    signed_at: String,
}

/// What is to be certified, or was.
#[derive(Serialize, ToSchema)]
struct ToCertifyShown {
    id: String,
    reference: String,
    /// The record's id.
    settlement: String,
    /// The digest of the record as it was sealed: what is certified.
    digest: String,
    sealed_at: String,
    certifier: CertifierShown,
    /// Who signed the record and when, while it may be read.
    signatures: Vec<SignatureShown>,
    /// The words of intent.
    intent: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    lapses_at: Option<String>,
    /// When it was certified.
    #[serde(skip_serializing_if = "Option::is_none")]
    certified_at: Option<String>,
    /// What you may do: `certify`, `decline`.
    actions: Vec<&'static str>,
}

fn to_certify(desk: &Desk, language: Language) -> ToCertifyShown {
    let certification = &desk.kept.certification;
    let signatures = desk.contents.iter().flat_map(|contents| &contents.signatures);
    let capacity = certification.capacity().map_or("", |capacity| capacity.as_str());
    let actions = if desk.contents.is_some() { vec!["certify", "decline"] } else { Vec::new() };
    ToCertifyShown {
        id: desk.kept.id.to_string(),
        reference: desk.settlement.reference.to_string(),
        settlement: desk.settlement.id.to_string(),
        digest: desk.settlement.digest.to_string(),
        sealed_at: desk.settlement.sealed_at.to_string(),
        certifier: CertifierShown {
            name: desk.certifier.name.to_string(),
            capacity: capacity.to_owned(),
            office: desk.certifier.office.clone(),
            email: None,
        },
        signatures: signatures
            .map(|signed| SignatureShown {
                name: signed.name.clone(),
                signed_at: signed.signed_at.to_string(),
            })
            .collect(),
        intent: certifying::intent(language),
        lapses_at: desk.lapses_at.map(|at| at.to_string()),
        certified_at: desk.kept.digest.map(|_| certification.since.to_string()),
        actions,
    }
}

/// What one is to certify, or has certified (certifier).
#[utoipa::path(get, path = "/api/v1/certifications/{id}/desk", tag = "certifications", params(("id" = String, Path)),
    responses((status = 200, body = ToCertifyShown), (status = 404)))]
async fn show_what_to_certify(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let certification: CertificationId = id(&path)?;
    let desk = read_as(&state, who.by(), move |tx, doing| certifying::desk(tx, doing, certification)).await?;
    Ok(HttpResponse::Ok().json(to_certify(&desk, who.language)))
}

fn file(kind: &'static str, name: &str) -> actix_web::HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .content_type(kind)
        .insert_header(("Content-Disposition", format!("attachment; filename=\"{name}\"")));
    answer
}

/// The record that is to be certified, as a PDF (certifier, until it is over).
#[utoipa::path(get, path = "/api/v1/certifications/{id}/record.pdf", tag = "certifications", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/pdf"), (status = 404)))]
async fn download_certified_record_pdf(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let certification: CertificationId = id(&path)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| certifying::record(tx, doing, certification);
    let record = state.desk.write(who.by(), act).await?;
    Ok(file("application/pdf", "record.pdf").body(record.pdf))
}

/// The same as a compact JWS.
#[utoipa::path(get, path = "/api/v1/certifications/{id}/record.jws", tag = "certifications", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/jose"), (status = 404)))]
async fn download_certified_record_jws(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let certification: CertificationId = id(&path)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| certifying::record(tx, doing, certification);
    let record = state.desk.write(who.by(), act).await?;
    Ok(file("application/jose", "record.jws").body(record.jws))
}

/// A certifier's signature.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StatementBody {
    /// The digest of the record that was read.
    digest: String,
    /// One's name, as the registrar wrote it.
    name: String,
    password: String,
    totp: Option<String>,
    /// `certify`.
    intent: String,
    /// The language of the words of intent that were shown: `en`, `bn` or `ur`.
    language: Option<String>,
}

/// What proves afresh who certifies, and what they typed.
pub struct Signing {
    pub certification: CertificationId,
    pub digest: TextDigest,
    pub name: String,
    pub password: String,
    pub totp: Option<String>,
    pub language: Language,
}

/// Makes the statement, seals it and sends word of it.
///
/// # Errors
/// Seat, name, rule, proof: in this order.
pub async fn certify(state: &AppState, who: &SignedIn, signing: Signing, once: Once) -> Result<(), Refused> {
    let Signing { certification, digest, name, password, totp, language } = signing;
    let prepare =
        move |tx: &mut Tx<'_>, doing: &Doing| certifying::prepare(tx, doing, certification, digest, &name);
    let prepared = read_as(state, who.by(), prepare).await?;
    let proof = prove(state, who.account, &password, totp.as_deref()).await?;
    let doing = Doing::new(state.clock.now(), who.by(), std::sync::Arc::clone(&state.config));
    let (statement, sheets) = certifying::statement(&doing, &prepared, language, proof.kind())?;
    let sealed = state.sealer.seal_certification(statement, sheets).await?;
    let job = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        certifying::keep(tx, doing, &prepared, &sealed)?;
        accounts::use_proof(tx, doing, &proof)
    };
    state.desk.write_once(who.by(), once, job).await
}

#[derive(Serialize, ToSchema)]
struct DoneShown {
    state: &'static str,
}

/// Certify the record, with a fresh proof (certifier). It changes nothing of the record.
#[utoipa::path(post, path = "/api/v1/certifications/{id}/statement", tag = "certifications", params(("id" = String, Path)),
    request_body = StatementBody,
    responses((status = 201, body = DoneShown), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn certify_record(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<StatementBody>,
) -> Result<HttpResponse, Refused> {
    let certification: CertificationId = id(&path)?;
    let done = DoneShown { state: "certified" };
    // Before rule and proof: what was signed cannot be signed again, and its code is used up.
    if state.desk.answered::<()>(who.by(), &body.once).await?.is_some() {
        return Ok(HttpResponse::Created().json(done));
    }
    let StatementBody { digest, name, password, totp, intent, language } = body.value;
    if intent != "certify" {
        return Err(Refused::field("intent", "not-a-choice"));
    }
    let digest = digest.parse().map_err(|_| Refused::field("digest", "not-a-digest"))?;
    let language = language.map(|tag| tag.parse()).transpose();
    let language = language.map_err(|_| Refused::field("language", "not-a-choice"))?.unwrap_or(who.language);
    let signing = Signing { certification, digest, name, password, totp, language };
    certify(&state, &who, signing, body.once).await?;
    Ok(HttpResponse::Created().json(done))
}

/// Do not certify it; no reason is asked (certifier).
#[utoipa::path(post, path = "/api/v1/certifications/{id}/declining", tag = "certifications", params(("id" = String, Path)),
    request_body = Nothing, responses((status = 200, body = DoneShown), (status = 404), (status = 409)))]
async fn decline_certification(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    let certification: CertificationId = id(&path)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| certifying::decline(tx, doing, certification);
    state.desk.write_once(who.by(), body.once, act).await?;
    Ok(HttpResponse::Ok().json(DoneShown { state: "declined" }))
}

/// The certification as a PDF, for the parties and the certifier.
#[utoipa::path(get, path = "/api/v1/certifications/{id}/certification.pdf", tag = "certifications",
    params(("id" = String, Path)), responses((status = 200, content_type = "application/pdf"), (status = 404)))]
async fn download_certification_pdf(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let (certification, collects) = (id(&path)?, wants_content(&request));
    let act =
        move |tx: &mut Tx<'_>, doing: &mut Doing| certifying::documents(tx, doing, certification, collects);
    let made = state.desk.write(who.by(), act).await?;
    Ok(file("application/pdf", "certification.pdf").body(made.pdf))
}

/// The same as a compact JWS.
#[utoipa::path(get, path = "/api/v1/certifications/{id}/certification.jws", tag = "certifications",
    params(("id" = String, Path)), responses((status = 200, content_type = "application/jose"), (status = 404)))]
async fn download_certification_jws(
    request: HttpRequest,
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let (certification, collects) = (id(&path)?, wants_content(&request));
    let act =
        move |tx: &mut Tx<'_>, doing: &mut Doing| certifying::documents(tx, doing, certification, collects);
    let made = state.desk.write(who.by(), act).await?;
    Ok(file("application/jose", "certification.jws").body(made.jws))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    let of = |tail: &str| web::resource(format!("/certifications/{{id}}{tail}"));
    routes
        .service(web::resource("/settlements/{id}/certifications").route(web::post().to(ask_certification)))
        .service(
            web::resource("/certifications/codes/{code}/acceptance")
                .route(web::post().to(take_certification)),
        )
        .service(of("").route(web::get().to(show_certification)))
        .service(of("/agreement").route(web::post().to(agree_to_certification)))
        .service(of("/withdrawal").route(web::post().to(withdraw_certification)))
        .service(
            of("/certifier").route(web::put().to(name_certifier)).route(web::delete().to(unname_certifier)),
        )
        .service(of("/desk").route(web::get().to(show_what_to_certify)))
        .service(of("/record.pdf").route(web::get().to(download_certified_record_pdf)))
        .service(of("/record.jws").route(web::get().to(download_certified_record_jws)))
        .service(of("/statement").route(web::post().to(certify_record)))
        .service(of("/declining").route(web::post().to(decline_certification)))
        .service(of("/certification.pdf").route(web::get().to(download_certification_pdf)))
        .service(of("/certification.jws").route(web::get().to(download_certification_jws)));
}
