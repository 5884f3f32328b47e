//! The agreement over the API: revisions, readiness, freezing, waivers, signatures. The checks of a signature come in
//! the order seat, body, rule, proof, and only a signature that is taken uses up a code.

use actix_web::{HttpResponse, web};
use domain::agreement::{Agreement, Intent, TextDigest};
use domain::flag::Flag;
use domain::ids::DisputeId;
use domain::language::RecordLanguage;
use domain::party::Side;
use domain::passkey::{Promised, Signable};
use domain::room::Seat;
use domain::sight::Item;
use domain::terms::Term;
use domain::time::Day;
use serde::{Deserialize, Serialize};
use store::Tx;
use store::evidence::{self, Evidence};
use store::screens::Screen;
use utoipa::{OpenApi, ToSchema};

use super::disputes::read_as;
use crate::acts::agreements::{self, Shown, Signing};
use crate::acts::{Doing, accounts, passkeys as acts_of_passkeys, sealing};
use crate::ceremonies::{Fresh, after_act, prove_for};
use crate::desk::Once;
use crate::http::body::{Body, id};
use crate::http::json::passkeys::{self, AssertionJson, PasskeyAnswerJson};
use crate::http::json::terms::{self, TermJson};
use crate::http::who::SignedIn;
use crate::refused::Refused;
use crate::state::AppState;

/// This file's part of the document.
#[derive(OpenApi)]
#[openapi(paths(
    show_agreement,
    show_revision,
    revise,
    be_ready,
    freeze,
    waive,
    sign,
    take_back,
    show_evidence
))]
pub struct Doc;

/// The agreement as the reader may see it.
#[derive(Serialize, ToSchema)]
struct AgreementShown {
    /// The number of the revision at hand; 0 for none.
    revision: u32,
    /// `blank`, `draft`, `frozen` or `signed`.
    state: &'static str,
    digest: Option<String>,
    prevailing_language: Option<&'static str>,
    /// The languages in which each term has to have its text before it is frozen: those that the parties read, and the one
    /// that counts (the mediator alone).
    #[serde(skip_serializing_if = "Option::is_none")]
    languages_needed: Option<Vec<&'static str>>,
    terms: Vec<TermJson>,
    /// What is to be looked at again in each term, in the order of the terms: `same-sides`, `text-missing`,
    /// `no-amount`, `no-due-day`, `due-day-passed`, `vague-word`. They warn, and stop nothing.
    flags: Vec<Vec<&'static str>>,
    /// The terms of the offer that was accepted last, or of the settlement that is to be changed, for whoever holds the pen; not yet binding.
    #[serde(skip_serializing_if = "Option::is_none")]
    draft: Option<Vec<TermJson>>,
    /// When the time to think ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    reflection_ends_at: Option<String>,
    /// Who is ready, or has signed, as far as the reader may know.
    signatures: Vec<SignatureShown>,
    /// Whether every party has signed.
    all_signed: bool,
    /// The settlement in whose place, all of it, what is signed here will stand.
    #[serde(skip_serializing_if = "Option::is_none")]
    replaces: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct SignatureShown {
    side: &'static str,
    ready: bool,
    signed: bool,
    /// Who signed for it, where it did not sign itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    representative: Option<String>,
}

fn flag_codes(shown: &Shown, terms: &[Term], today: Day) -> Vec<Vec<&'static str>> {
    let codes = |flags: Vec<Flag>| flags.into_iter().map(Flag::as_str).collect();
    shown.flags(terms, today).into_iter().map(codes).collect()
}

fn shown(shown: &Shown, today: Day) -> AgreementShown {
    let agreement = &shown.seen.dispute.agreement;
    let shuttle = shown.seen.dispute.shuttle;
    let state = match agreement {
        Agreement::Blank => "blank",
        Agreement::Draft { .. } => "draft",
        Agreement::Frozen { .. } => "frozen",
        Agreement::Signed { .. } => "signed",
    };
    let status = |side: Side| match agreement {
        Agreement::Blank => (false, false),
        Agreement::Draft { ready, .. } => (*ready.of(side), false),
        Agreement::Frozen { signatures, .. } => (true, signatures.of(side).is_some()),
        Agreement::Signed { .. } => (true, true),
    };
    let visible = |side: &Side| shown.seen.may_read(Item::Signature { of: *side, shuttle });
    let line = |side: Side| {
        let (ready, signed) = status(side);
        let representative = shown.representatives.of(side).as_ref().map(ToString::to_string);
        SignatureShown { side: side.as_str(), ready, signed, representative }
    };
    let revision = agreement.revision();
    AgreementShown {
        revision: agreement.number(),
        state,
        digest: revision.map(|revision| revision.digest.to_string()),
        prevailing_language: revision.map(|revision| revision.prevailing.tag()),
        languages_needed: shown
            .languages_needed()
            .map(|all| all.into_iter().map(RecordLanguage::tag).collect()),
        terms: shown.terms.iter().map(TermJson::from).collect(),
        flags: flag_codes(shown, &shown.terms, today),
        draft: shown.draft.as_ref().map(|terms| terms.iter().map(TermJson::from).collect()),
        reflection_ends_at: shown.reflection_ends_at.map(|at| at.to_string()),
        signatures: Side::BOTH.into_iter().filter(visible).map(line).collect(),
        all_signed: agreement.is_binding(),
        replaces: shown.replaces.as_ref().map(|settlement| settlement.id.to_string()),
    }
}

/// The agreement's text and how far it has come.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/agreement", tag = "agreement", params(("id" = String, Path)),
    responses((status = 200, body = AgreementShown), (status = 404)))]
async fn show_agreement(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let read = read_as(&state, who.by(), move |tx, doing| agreements::show(tx, doing, dispute)).await?;
    Ok(HttpResponse::Ok().json(shown(&read, state.clock.now().day())))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RevisionBody {
    /// The number of the revision that was edited; 0 for none.
    base: u32,
    /// The language that counts where two differ.
    prevailing_language: String,
    terms: Vec<TermJson>,
}

#[derive(Serialize, Deserialize, ToSchema)]
struct RevisionShown {
    revision: u32,
    digest: String,
}

/// The words of one revision. Who wrote it is not in it.
#[derive(Serialize, ToSchema)]
struct RevisionText {
    revision: u32,
    /// The number of the revision that holds now.
    current: u32,
    terms: Vec<TermJson>,
    /// What is to be looked at again in each term.
    flags: Vec<Vec<&'static str>>,
}

/// One revision of the text, from 1 on: what changed can be read.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/agreement/revisions/{n}", tag = "agreement",
    params(("id" = String, Path), ("n" = u32, Path)), responses((status = 200, body = RevisionText), (status = 404)))]
async fn show_revision(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path.0)?;
    let number: u32 = path.1.parse().ok().filter(|number| *number > 0).ok_or(Refused::Absent)?;
    let look = move |tx: &mut Tx<'_>, doing: &Doing| agreements::revision(tx, doing, dispute, number);
    let (shown, terms) = read_as(&state, who.by(), look).await?;
    let flags = flag_codes(&shown, &terms, state.clock.now().day());
    let current = shown.seen.dispute.agreement.number();
    let terms = terms.iter().map(TermJson::from).collect();
    Ok(HttpResponse::Ok().json(RevisionText { revision: number, current, terms, flags }))
}

/// Write a new revision; every signature under an older one is void. The mediator holds the pen.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/agreement/revisions", tag = "agreement", params(("id" = String, Path)),
    request_body = RevisionBody, responses((status = 201, body = RevisionShown), (status = 404), (status = 409), (status = 422)))]
async fn revise(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<RevisionBody>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let RevisionBody { base, prevailing_language, terms } = body.value;
    let prevailing =
        prevailing_language.parse().map_err(|_| Refused::field("prevailing_language", "not-a-choice"))?;
    let terms = terms::parse(terms)?;
    let act = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        let revision = agreements::revise(tx, doing, dispute, base, prevailing, terms)?;
        Ok(RevisionShown { revision: revision.number, digest: revision.digest.to_string() })
    };
    Ok(HttpResponse::Created().json(state.desk.write_once(who.by(), body.once, act).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Named {
    /// The digest of the text that was read.
    digest: String,
}

fn digest(typed: &str) -> Result<TextDigest, Refused> {
    typed.parse().map_err(|_| Refused::field("digest", "not-a-digest"))
}

#[derive(Serialize, Deserialize, ToSchema)]
struct Done {
    state: String,
}

impl Done {
    fn new(state: &str) -> Self {
        Self { state: state.to_owned() }
    }
}

async fn act(
    state: &AppState,
    who: &SignedIn,
    once: Once,
    done: &'static str,
    act: impl FnOnce(&mut Tx<'_>, &mut Doing) -> Result<(), Refused> + Send + 'static,
) -> Result<Done, Refused> {
    state.desk.write_once(who.by(), once, move |tx, doing| act(tx, doing).map(|()| Done::new(done))).await
}

/// Say that one is ready for this text to be frozen.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/agreement/readiness", tag = "agreement", params(("id" = String, Path)),
    request_body = Named, responses((status = 200, body = Done), (status = 404), (status = 409), (status = 422)))]
async fn be_ready(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Named>,
) -> Result<HttpResponse, Refused> {
    let (dispute, digest) = (id(&path)?, digest(&body.value.digest)?);
    let job = move |tx: &mut Tx<'_>, doing: &mut Doing| agreements::be_ready(tx, doing, dispute, digest);
    Ok(HttpResponse::Ok().json(act(&state, &who, body.once, "ready", job).await?))
}

/// Freeze the text; the time to think begins.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/agreement/freezing", tag = "agreement", params(("id" = String, Path)),
    request_body = Named, responses((status = 200, body = Done), (status = 404), (status = 409), (status = 422)))]
async fn freeze(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Named>,
) -> Result<HttpResponse, Refused> {
    let (dispute, digest) = (id(&path)?, digest(&body.value.digest)?);
    let job = move |tx: &mut Tx<'_>, doing: &mut Doing| agreements::freeze(tx, doing, dispute, digest);
    Ok(HttpResponse::Ok().json(act(&state, &who, body.once, "frozen", job).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Waiver {
    digest: String,
    /// Whether the notice about advice was read.
    advice_notice_read: bool,
}

/// Give up the rest of the time to think, privately.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/agreement/waivers", tag = "agreement", params(("id" = String, Path)),
    request_body = Waiver, responses((status = 201, body = Done), (status = 404), (status = 409), (status = 422)))]
async fn waive(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<Waiver>,
) -> Result<HttpResponse, Refused> {
    let (dispute, digest) = (id(&path)?, digest(&body.value.digest)?);
    let read = body.value.advice_notice_read;
    let job = move |tx: &mut Tx<'_>, doing: &mut Doing| agreements::waive(tx, doing, dispute, digest, read);
    Ok(HttpResponse::Created().json(act(&state, &who, body.once, "waived", job).await?))
}

/// A signature of a party or its representative, or the mediator's attestation (`attest`, without `freely` and `auditor_may_read_terms`).
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SignatureBody {
    /// The digest of the text that was read.
    digest: String,
    /// One's own name.
    name: String,
    /// The password, or else a passkey.
    password: Option<String>,
    /// The six digits, beside the password, where the account has a second factor.
    totp: Option<String>,
    /// What a passkey signed under a challenge for this text and intent.
    passkey: Option<PasskeyAnswerJson>,
    /// `sign` or `attest`.
    intent: String,
    /// "Are you signing freely?" A no tells the mediator, and shows others only "not yet signed". No passkey says it.
    freely: Option<bool>,
    auditor_may_read_terms: Option<bool>,
    /// The SHA-256 digest of what was shown to whoever signs, `sha256:…`: kept as what this program says of it.
    shown: Option<String>,
}

/// What proves afresh who signs, and in which dispute.
pub struct FreshProof {
    /// The dispute.
    pub dispute: DisputeId,
    /// The fresh proof.
    pub by: Fresh,
}

/// What the mediator says who attests.
pub struct Attesting {
    /// The text that was read.
    pub digest: TextDigest,
    /// The name that was typed.
    pub name: String,
    /// What was shown, where that is known.
    pub screen: Option<Screen>,
}

/// Signs as a party, or as its representative. Returns whether a signature stands.
///
/// # Errors
/// Seat, name, rule, proof: in this order.
pub async fn sign_as_party(
    state: &AppState,
    who: &SignedIn,
    fresh: FreshProof,
    signing: Signing,
    once: Once,
) -> Result<bool, Refused> {
    let (dispute, asked) = (fresh.dispute, signing.clone());
    let may = move |tx: &mut Tx<'_>, doing: &Doing| {
        let seen = agreements::may_sign(tx, doing, dispute, &asked)?;
        Ok((seen.signer()?.0, seen.dispute.agreement.number()))
    };
    let (side, revision) = read_as(state, who.by(), may).await?;
    // Nothing is to lie anywhere that looks as if somebody had signed who said that they do not.
    if !signing.freely && matches!(fresh.by, Fresh::Passkey(_)) {
        return Err(Refused::field("passkey", "not-a-choice"));
    }
    let (account, digest) = (who.account, signing.digest);
    let promised = Some(Promised { side, auditor_may_read_terms: signing.auditor_may_read_terms });
    let signable = Signable { account, dispute, revision, digest, intent: Intent::Sign, promised };
    let proof = prove_for(state, signable, fresh.by).await?;
    let passkey = proof.passkey();
    let job = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        let stands = agreements::sign(tx, doing, dispute, &signing, proof.kind(), proof.evidence())?;
        accounts::use_proof(tx, doing, &proof)?;
        Ok(stands)
    };
    let done = state.desk.write_once(who.by(), once, job).await;
    after_act(state, account, passkey, done).await
}

/// Attests for the mediator, seals the record and sends it on its way.
///
/// # Errors
/// Seat, name, rule, proof: in this order; a conflict where the dispute changed meanwhile.
pub async fn attest_as_mediator(
    state: &AppState,
    who: &SignedIn,
    fresh: FreshProof,
    attesting: Attesting,
    once: Once,
) -> Result<(), Refused> {
    let dispute = fresh.dispute;
    let Attesting { digest, name, screen } = attesting;
    let prepared = read_as(state, who.by(), move |tx, doing| {
        sealing::prepare_attestation(tx, doing, dispute, digest, &name)
    })
    .await?;
    let (account, revision) = (who.account, prepared.contents.agreement.revision);
    let signable = Signable { account, dispute, revision, digest, intent: Intent::Attest, promised: None };
    let proof = prove_for(state, signable, fresh.by).await?;
    let passkey = proof.passkey();
    let sealed = state.sealer.seal(prepared.contents.clone()).await?;
    let job = move |tx: &mut Tx<'_>, doing: &mut Doing| {
        sealing::seal(tx, doing, &prepared, &sealed)?;
        let kept = Evidence { assertion: proof.evidence(), screen: screen.as_ref() };
        evidence::keep_attestation(tx, dispute, kept, doing.now)?;
        if let Some(attested) = kept.assertion {
            agreements::trace_evidence(doing, dispute, attested);
        }
        accounts::use_proof(tx, doing, &proof)
    };
    let done = state.desk.write_once(who.by(), once, job).await;
    after_act(state, account, passkey, done).await
}

/// What a program says that it showed.
fn stated(typed: &str) -> Result<Screen, Refused> {
    typed.parse().map(Screen::stated).map_err(|_| Refused::field("shown", "not-a-digest"))
}

fn signed(stands: bool) -> Done {
    Done::new(if stands { "signed" } else { "not-signed" })
}

/// What was answered to the same signature before, under the same key.
async fn first_answer(
    state: &AppState,
    who: &SignedIn,
    seat: Seat,
    once: &Once,
) -> Result<Option<Done>, Refused> {
    match seat {
        Seat::Party(_) | Seat::Beside { .. } => {
            Ok(state.desk.answered::<bool>(who.by(), once).await?.map(signed))
        }
        // One of two attests: whoever leads (R23).
        Seat::CoMediator => Err(Refused::Absent),
        Seat::Mediator => {
            let answered = state.desk.answered::<()>(who.by(), once).await?;
            Ok(answered.map(|()| Done::new("attested")))
        }
    }
}

/// Sign as a party or its representative, or attest as the mediator after the last party.
#[utoipa::path(post, path = "/api/v1/disputes/{id}/agreement/signatures", tag = "agreement", params(("id" = String, Path)),
    request_body = SignatureBody, responses((status = 201, body = Done), (status = 403), (status = 404), (status = 409), (status = 422)))]
async fn sign(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
    body: Body<SignatureBody>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let seat = read_as(&state, who.by(), move |tx, doing| {
        crate::acts::process::look(tx, doing, dispute)?.seat().ok_or(Refused::Absent)
    })
    .await?;
    // Before rule and proof: what was signed cannot be signed again, and its code is used up.
    if let Some(first) = first_answer(&state, &who, seat, &body.once).await? {
        return Ok(HttpResponse::Created().json(first));
    }
    let SignatureBody {
        digest: typed,
        name,
        password,
        totp,
        passkey,
        intent,
        freely,
        auditor_may_read_terms,
        shown,
    } = body.value;
    let digest = digest(&typed)?;
    let screen = shown.as_deref().map(stated).transpose()?;
    let fresh = FreshProof { dispute, by: passkeys::fresh(password, totp, passkey)? };
    let done = match (intent.parse(), seat) {
        (Ok(Intent::Sign), Seat::Party(_) | Seat::Beside { .. }) => {
            let freely = freely.ok_or(Refused::field("freely", "missing"))?;
            let auditor_may_read_terms =
                auditor_may_read_terms.ok_or(Refused::field("auditor_may_read_terms", "missing"))?;
            let signing = Signing { digest, name, freely, auditor_may_read_terms, screen };
            let stands = sign_as_party(&state, &who, fresh, signing, body.once).await?;
            signed(stands)
        }
        (Ok(Intent::Attest), Seat::Mediator) => {
            attest_as_mediator(&state, &who, fresh, Attesting { digest, name, screen }, body.once).await?;
            Done::new("attested")
        }
        _ => return Err(Refused::field("intent", "not-a-choice")),
    };
    Ok(HttpResponse::Created().json(done))
}

/// What a passkey of one's own signed here, with all that it takes to verify it: a party's, its representative's or the
/// mediator's own, as long as that signature stands.
#[utoipa::path(get, path = "/api/v1/disputes/{id}/agreement/signatures/mine", tag = "agreement",
    params(("id" = String, Path)), responses((status = 200, body = AssertionJson), (status = 404)))]
async fn show_evidence(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    let look = move |tx: &mut Tx<'_>, doing: &Doing| acts_of_passkeys::own_evidence(tx, doing, dispute);
    let own = read_as(&state, who.by(), look).await?;
    Ok(HttpResponse::Ok().json(AssertionJson::from(&own)))
}

/// Take one's signature back, until the last party has signed.
#[utoipa::path(delete, path = "/api/v1/disputes/{id}/agreement/signatures/mine", tag = "agreement",
    params(("id" = String, Path)), responses((status = 204), (status = 404), (status = 409)))]
async fn take_back(
    state: web::Data<AppState>,
    who: SignedIn,
    path: web::Path<String>,
) -> Result<HttpResponse, Refused> {
    let dispute: DisputeId = id(&path)?;
    state.desk.write(who.by(), move |tx, doing| agreements::take_back(tx, doing, dispute)).await?;
    Ok(HttpResponse::NoContent().finish())
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/disputes/{id}/agreement").route(web::get().to(show_agreement)))
        .service(web::resource("/disputes/{id}/agreement/revisions").route(web::post().to(revise)))
        .service(web::resource("/disputes/{id}/agreement/revisions/{n}").route(web::get().to(show_revision)))
        .service(web::resource("/disputes/{id}/agreement/readiness").route(web::post().to(be_ready)))
        .service(web::resource("/disputes/{id}/agreement/freezing").route(web::post().to(freeze)))
        .service(web::resource("/disputes/{id}/agreement/waivers").route(web::post().to(waive)))
        .service(web::resource("/disputes/{id}/agreement/signatures").route(web::post().to(sign)))
        .service(
            web::resource("/disputes/{id}/agreement/signatures/mine")
                .route(web::get().to(show_evidence))
                .route(web::delete().to(take_back)),
        );
}
