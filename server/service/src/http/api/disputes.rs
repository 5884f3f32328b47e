//! Disputes over the API: drafts, filing, screening, leaving. Thin: what is decided is decided by an act.

use actix_web::{HttpResponse, web};
use domain::ids::DisputeId;
use domain::room::Seat;
use domain::safety::{Answer, SafetyAnswers};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Tx;
use utoipa::{OpenApi, ToSchema};

use crate::acts::disputes::Change;
use crate::acts::process::{Seen, look};
use crate::acts::safety::Finding;
use crate::acts::views::{Amount, DisputeView, Respondent, view};
use crate::acts::{By, Doing, disputes, safety, settlements};
use crate::desk::Once;
use crate::http::body::{Body, Page, id};
use crate::http::json::terms::parse_amount;
use crate::http::who::SignedIn;
use crate::refused::{FieldErrors, Refused, words_code};
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(
    begin_dispute,
    change_dispute,
    list_disputes,
    show_dispute,
    answer_safety,
    read_safety,
    file_dispute,
    screen_dispute,
    withdraw,
    close_dispute,
    suspend_dispute,
    resume_dispute,
    show_statement,
    show_certificate
))]
pub struct Doc;

/// A new draft.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewDispute {
    /// `tenancy`, `consumer`, `debt`, `work`, `neighbours`, `family` or `other`.
    category: String,
    title: String,
    statement: String,
    outcome_sought: String,
    amount: Option<Amount>,
    /// `en`, `bn` or `ur`.
    language: String,
    respondent: Respondent,
    #[serde(default)]
    needs: Vec<String>,
}

/// What changes in a draft; what is missing stays.
#[derive(Deserialize, ToSchema, Default)]
#[serde(deny_unknown_fields)]
struct Patch {
    category: Option<String>,
    title: Option<String>,
    statement: Option<String>,
    outcome_sought: Option<String>,
    /// `null` takes it away.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Amount>)]
    amount: Option<Option<Amount>>,
    /// Whether the invitation shows the amount.
    amount_shown: Option<bool>,
    language: Option<String>,
    respondent: Option<Respondent>,
    needs: Option<Vec<String>>,
    /// The version that was read; another one by now is a conflict.
    version: Option<i64>,
}

/// A field that is there and `null` is not a field that is missing.
fn present<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::<T>::deserialize(from).map(Some)
}

impl From<NewDispute> for Patch {
    fn from(new: NewDispute) -> Self {
        Self {
            category: Some(new.category),
            title: Some(new.title),
            statement: Some(new.statement),
            outcome_sought: Some(new.outcome_sought),
            amount: new.amount.map(Some),
            amount_shown: None,
            language: Some(new.language),
            respondent: Some(new.respondent),
            needs: Some(new.needs),
            version: None,
        }
    }
}

fn change(patch: Patch) -> Result<Change, Refused> {
    let mut errors = FieldErrors::default();
    let not_a_choice = |_| "not-a-choice";
    let mut read = Change {
        category: patch.category.and_then(|word| errors.take("category", word.parse(), not_a_choice)),
        language: patch.language.and_then(|tag| errors.take("language", tag.parse(), |_| "not-a-choice")),
        title: patch.title,
        statement: patch.statement,
        outcome_sought: patch.outcome_sought,
        amount_shown: patch.amount_shown,
        ..Change::default()
    };
    read.amount = match patch.amount {
        None => None,
        Some(None) => Some(None),
        Some(Some(amount)) => Some(parse_amount("amount", &amount, &mut errors)),
    };
    if let Some(respondent) = patch.respondent {
        read.respondent_name = errors.take("respondent.name", respondent.name.parse(), words_code);
        read.respondent_email = Some(match respondent.email.filter(|typed| !typed.trim().is_empty()) {
            None => None,
            Some(typed) => errors.take("respondent.email", typed.parse(), words_code),
        });
    }
    if let Some(needs) = patch.needs {
        let words = needs.iter().map(|word| word.parse()).collect::<Result<Vec<_>, _>>();
        read.needs = errors.take("needs", words, not_a_choice);
    }
    errors.check()?;
    Ok(read)
}

/// Does an act on a dispute once, and answers with the dispute as the person may see it then.
pub async fn act_and_view(
    state: &AppState,
    who: &SignedIn,
    once: Once,
    act: impl FnOnce(&mut Tx<'_>, &mut Doing) -> Result<Seen, Refused> + Send + 'static,
) -> Result<DisputeView, Refused> {
    let job = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        let seen = act(tx, doing)?;
        view(tx, doing, &seen)
    };
    state.desk.write_once(who.by(), once, job).await
}

/// Reads with the person and the time at hand.
pub async fn read_as<T: Send + 'static>(
    state: &AppState,
    by: By,
    look: impl FnOnce(&mut Tx<'_>, &Doing) -> Result<T, Refused> + Send + 'static,
) -> Result<T, Refused> {
    let doing = Doing::new(state.clock.now(), by, std::sync::Arc::clone(&state.config));
    state.desk.read(move |tx| look(tx, &doing)).await
}

/// Begin a draft.
#[utoipa::path(post, path = "/api/v1/disputes", tag = "disputes", request_body = NewDispute,
    responses((status = 201, body = DisputeView), (status = 401), (status = 422)))]
async fn begin_dispute(
    state: web::Data<AppState>,
    who: SignedIn,
    body: Body<NewDispute>,
) -> Result<HttpResponse, Refused> {
    let change = change(body.value.into())?;
    let answer =
        act_and_view(&state, &who, body.once, move |tx, doing| disputes::begin(tx, doing, &change)).await?;
    Ok(HttpResponse::Created().json(answer))
}

/// Change a draft.
#[utoipa::path(patch, path = "/api/v1/disputes/{id}", tag = "disputes", params(("id" = String, Path)),
    request_body = Patch, responses((status = 200, body = DisputeView), (status = 404), (status = 409), (status = 422)))]
async fn change_dispute(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Patch>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let version = body.value.version;
    let change = change(body.value)?;
    let act =
        move |tx: &mut Tx<'_>, doing: &mut Doing| disputes::change(tx, doing, dispute, version, &change);
    Ok(HttpResponse::Ok().json(act_and_view(&state, &who, body.once, act).await?))
}

#[derive(Serialize, ToSchema)]
struct Disputes {
    items: Vec<DisputeView>,
    /// Where the list goes on; nothing at its end.
    next: Option<String>,
}

/// The disputes in which one takes part, newest first.
#[utoipa::path(get, path = "/api/v1/disputes", tag = "disputes",
    params(("after" = Option<String>, Query), ("limit" = Option<u32>, Query)),
    responses((status = 200, body = Disputes), (status = 401)))]
async fn list_disputes(
    state: web::Data<AppState>,
    who: SignedIn,
    page: Page,
) -> Result<HttpResponse, Refused> {
    let after = page.after.map(|after| after.parse()).transpose();
    let after = after.map_err(|_| Refused::field("after", "not-a-choice"))?;
    let (account, limit) = (who.account, i64::try_from(page.limit).unwrap_or(100));
    let (items, next) = read_as(&state, who.by(), move |tx, doing| {
        let ids = store::disputes::of_account(tx, account, after, limit)?;
        let is_full = i64::try_from(ids.len()).is_ok_and(|count| count == limit);
        let next = ids.last().map(ToString::to_string).filter(|_| is_full);
        let seen = ids.into_iter().map(|dispute| look(tx, doing, dispute)).collect::<Vec<_>>();
        // A draft whose key is destroyed, and whose rows are about to go, is there no more.
        let there = seen.into_iter().filter(|seen| !matches!(seen, Err(Refused::Absent)));
        let items = there.map(|seen| view(tx, doing, &seen?)).collect::<Result<Vec<_>, Refused>>()?;
        Ok((items, next))
    })
    .await?;
    Ok(HttpResponse::Ok().json(Disputes { items, next }))
}

/// A dispute as the reader may see it, and what they may do next.
#[utoipa::path(get, path = "/api/v1/disputes/{id}", tag = "disputes", params(("id" = String, Path)),
    responses((status = 200, body = DisputeView), (status = 404)))]
async fn show_dispute(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute = id(&path)?;
    let shown = read_as(&state, who.by(), move |tx, doing| {
        let seen = look(tx, doing, dispute)?;
        view(tx, doing, &seen)
    });
    Ok(HttpResponse::Ok().json(shown.await?))
}

/// The private questions; each is `yes`, `no` or `rather-not-say`, and a missing one is no answer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SafetyBody {
    alone: Option<String>,
    afraid: Option<String>,
    violence: Option<String>,
    control: Option<String>,
    order: Option<String>,
    /// How one may be reached safely, in one's own words; for the registrar alone.
    reach: Option<String>,
}

fn answers(body: &SafetyBody) -> Result<SafetyAnswers, Refused> {
    let mut errors = FieldErrors::default();
    let mut read = |field: &str, typed: &Option<String>| -> Option<Answer> {
        typed.as_ref().and_then(|word| errors.take(field, word.parse(), |_| "not-a-choice"))
    };
    let answers = SafetyAnswers {
        alone: read("alone", &body.alone),
        afraid: read("afraid", &body.afraid),
        violence: read("violence", &body.violence),
        control: read("control", &body.control),
        order: read("order", &body.order),
    };
    errors.check()?;
    Ok(answers)
}

/// Answer the safety questions, or answer them afresh. They are never read back.
#[utoipa::path(put, path = "/api/v1/disputes/{id}/safety", tag = "disputes", params(("id" = String, Path)),
    request_body = SafetyBody, responses((status = 204), (status = 404), (status = 422)))]
async fn answer_safety(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<SafetyBody>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let (answers, reach) = (answers(&body.value)?, body.value.reach);
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        safety::answer(tx, doing, dispute, &answers, reach.as_deref())
    };
    state.desk.write_once(who.by(), body.once, act).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[derive(Serialize, ToSchema)]
struct SafetyShown {
    claimant: Option<Value>,
    respondent: Option<Value>,
}

/// What both sides answered, for the registrar's decision. Each look is traced.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/screening", tag = "disputes", params(("id" = String, Path)),
    responses((status = 200, body = SafetyShown), (status = 404)))]
async fn read_safety(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let raised = state.desk.write(who.by(), move |tx, doing| safety::read(tx, doing, dispute)).await?;
    let word = |answer: Option<Answer>| answer.map(Answer::as_str);
    let shown = |of: Option<(SafetyAnswers, Option<String>)>| {
        of.map(|(answers, reach)| {
            serde_json::json!({
                "alone": word(answers.alone), "afraid": word(answers.afraid), "violence": word(answers.violence),
                "control": word(answers.control), "order": word(answers.order), "reach": reach,
            })
        })
    };
    let (claimant, respondent) = (shown(raised.answers.claimant), shown(raised.answers.respondent));
    Ok(HttpResponse::Ok().json(SafetyShown { claimant, respondent }))
}

/// `{}` and nothing else.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// File the draft: the invitation goes out, or a registrar looks at it first (`screening`).
#[utoipa::path(post, path = "/api/v1/disputes/{id}/filing", tag = "disputes", params(("id" = String, Path)),
    request_body = Nothing, responses((status = 200, body = DisputeView), (status = 404), (status = 409), (status = 422)))]
async fn file_dispute(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| disputes::file(tx, doing, dispute);
    Ok(HttpResponse::Ok().json(act_and_view(&state, &who, body.once, act).await?))
}

/// What the registrar finds.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Screening {
    suitable: bool,
    /// Whether the sides never share a channel.
    #[serde(default)]
    shuttle: bool,
    /// Where it is not suitable: to whom the person is referred, a text or `{name, contact}`.
    #[schema(value_type = Option<Object>)]
    referral: Option<Referral>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Referral {
    Text(String),
    Contact(NamedContact),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedContact {
    name: String,
    contact: String,
}

/// Decide what the safety questions raised. Without a named contact no dispute is turned away.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/screening", tag = "disputes", params(("id" = String, Path)),
    request_body = Screening, responses((status = 200, body = DisputeView), (status = 404), (status = 409), (status = 422)))]
async fn screen_dispute(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Screening>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let finding = match (body.value.suitable, body.value.referral) {
        (true, _) => Finding::Suitable { shuttle: body.value.shuttle },
        (false, Some(Referral::Text(to))) => Finding::Referred { to },
        (false, Some(Referral::Contact(to)))
            if !to.name.trim().is_empty() && !to.contact.trim().is_empty() =>
        {
            Finding::Referred { to: format!("{}, {}", to.name.trim(), to.contact.trim()) }
        }
        (false, _) => return Err(Refused::field("referral", "missing")),
    };
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        safety::screen(tx, doing, dispute, &finding)?;
        look(tx, doing, dispute)
    };
    Ok(HttpResponse::Ok().json(act_and_view(&state, &who, body.once, act).await?))
}

/// Leave. No reason is asked, and none is told.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/withdrawal", tag = "disputes", params(("id" = String, Path)),
    request_body = Nothing, responses((status = 200, body = DisputeView), (status = 404), (status = 409)))]
async fn withdraw(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| disputes::withdraw(tx, doing, dispute);
    Ok(HttpResponse::Ok().json(act_and_view(&state, &who, body.once, act).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Closing {
    /// `impasse`.
    outcome: String,
}

/// The mediator ends the mediation because there is no way on.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/closing", tag = "disputes", params(("id" = String, Path)),
    request_body = Closing, responses((status = 200, body = DisputeView), (status = 404), (status = 409), (status = 422)))]
async fn close_dispute(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Closing>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    if body.value.outcome != "impasse" {
        return Err(Refused::field("outcome", "not-a-choice"));
    }
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| disputes::declare_impasse(tx, doing, dispute);
    Ok(HttpResponse::Ok().json(act_and_view(&state, &who, body.once, act).await?))
}

/// Stop all clocks: a party once, for seven days; a registrar until further notice.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/suspension", tag = "disputes", params(("id" = String, Path)),
    request_body = Nothing, responses((status = 200, body = DisputeView), (status = 404), (status = 409)))]
async fn suspend_dispute(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Nothing>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| disputes::suspend(tx, doing, dispute, true);
    Ok(HttpResponse::Ok().json(act_and_view(&state, &who, body.once, act).await?))
}

/// Let the clocks run again.
#[utoipa::path(delete, path = "/api/v1/disputes/{id}/suspension", tag = "disputes", params(("id" = String, Path)),
    responses((status = 200, body = DisputeView), (status = 404), (status = 409)))]
async fn resume_dispute(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| disputes::suspend(tx, doing, dispute, false);
    Ok(HttpResponse::Ok().json(act_and_view(&state, &who, Once::default(), act).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Shown {
    /// Whether the other side may read it.
    shown: bool,
}

/// Let the other side read one's statement, or no longer.
#[utoipa::path(put, path = "/api/v1/disputes/{id}/statement-sharing", tag = "disputes", params(("id" = String, Path)),
    request_body = Shown, responses((status = 204), (status = 404)))]
async fn show_statement(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Shown>,
) -> Result<HttpResponse, Refused> {
    let (dispute, shown): (DisputeId, bool) = (id(&path)?, body.value.shown);
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| disputes::show_statement(tx, doing, dispute, shown);
    state.desk.write_once(who.by(), body.once, act).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a certificate says, and nothing else (R10).
#[derive(Serialize, ToSchema)]
struct CertificateShown {
    reference: String,
    filed_on: String,
    mediation_took_place: bool,
    mediation_began_on: Option<String>,
    ended_on: String,
    settled: bool,
    /// The sides that were present at sessions held, and `co-mediator` where one was.
    present: Vec<&'static str>,
    /// What proves it: its canonical text, with a salt, and the digest of that, which stands in the ledger.
    document: String,
    digest: String,
    ledger: Option<CertificateEntry>,
}

/// Where the certificate stands in the ledger.
#[derive(Serialize, ToSchema)]
struct CertificateEntry {
    /// The number of the entry, from 0.
    index: i64,
}

/// The neutral certificate of a dispute that is over.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/certificate", tag = "disputes", params(("id" = String, Path)),
    responses((status = 200, body = CertificateShown), (status = 404), (status = 409)))]
async fn show_certificate(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let (certificate, proof) =
        read_as(&state, who.by(), move |tx, doing| settlements::proven_certificate(tx, doing, dispute))
            .await?;
    Ok(HttpResponse::Ok().json(CertificateShown {
        reference: certificate.reference.to_string(),
        filed_on: certificate.filed_on.to_string(),
        mediation_took_place: certificate.mediation_began_on.is_some(),
        mediation_began_on: certificate.mediation_began_on.map(|day| day.to_string()),
        ended_on: certificate.ended_on.to_string(),
        settled: certificate.settled,
        present: certificate
            .present
            .iter()
            .map(|side| side.as_str())
            .chain(certificate.co_mediators.first().map(|_| Seat::CoMediator.as_str()))
            .collect(),
        document: proof.text,
        digest: proof.digest.to_string(),
        ledger: proof.entry.map(|index| CertificateEntry { index }),
    }))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(
            web::resource("/disputes")
                .route(web::post().to(begin_dispute))
                .route(web::get().to(list_disputes)),
        )
        .service(
            web::resource("/disputes/{id}")
                .route(web::get().to(show_dispute))
                .route(web::patch().to(change_dispute)),
        )
        .service(web::resource("/disputes/{id}/safety").route(web::put().to(answer_safety)))
        .service(web::resource("/disputes/{id}/filing").route(web::post().to(file_dispute)))
        .service(
            web::resource("/disputes/{id}/screening")
                .route(web::get().to(read_safety))
                .route(web::post().to(screen_dispute)),
        )
        .service(web::resource("/disputes/{id}/withdrawal").route(web::post().to(withdraw)))
        .service(web::resource("/disputes/{id}/closing").route(web::post().to(close_dispute)))
        .service(
            web::resource("/disputes/{id}/suspension")
                .route(web::post().to(suspend_dispute))
                .route(web::delete().to(resume_dispute)),
        )
        .service(web::resource("/disputes/{id}/statement-sharing").route(web::put().to(show_statement)))
        .service(web::resource("/disputes/{id}/certificate").route(web::get().to(show_certificate)));
}
