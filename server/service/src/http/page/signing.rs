//! Signing and attesting as pages. The checks come as everywhere: seat, fields, rule, proof.

use actix_web::web;
use domain::agreement::{Agreement, Signature, Signer};
use domain::dispute::Refusal;
use domain::ids::DisputeId;
use domain::language::Language;
use pages::form::Form;
use pages::signing::{Attestation, NotFreely, Signing as Page};
use pages::words::Words;
use store::screens::Screen;

use super::agreements::standings;
use super::frame::{Answer, Sent, Visit, into_form};
use super::read_backs::awaits_read_back;
use super::terms::{both_names, lines, own_first, reads_in, replaces};
use crate::acts::agreements::{self, Shown, Signing};
use crate::acts::process::refused;
use crate::acts::{passkeys, read_backs};
use crate::ceremonies::{Fresh, relying_party};
use crate::desk::Once;
use crate::http::api::agreements::{Attesting, FreshProof, attest_as_mediator, sign_as_party};
use crate::http::body::{id, parse};
use crate::http::json::passkeys::PasskeyAnswerJson;
use crate::refused::{FieldErrors, Refused};

/// The text, and whoever looks at it.
struct Read {
    shown: Shown,
    name: String,
    has_second_factor: bool,
    has_passkeys: bool,
}

impl Read {
    /// Where the reader may sign with a passkey, if they have one.
    fn passkey_origin(&self, visit: &Visit) -> Option<String> {
        let party = relying_party(&visit.state).ok().filter(|_| self.has_passkeys);
        party.map(|party| party.origin)
    }
}

async fn read(visit: &Visit, dispute: DisputeId) -> Result<Read, Refused> {
    let account = visit.signed_in()?.account;
    let read = visit.read(move |tx, doing| {
        let shown = agreements::show(tx, doing, dispute)?;
        let person = store::people::by_id(tx, account)?;
        let has_passkeys = passkeys::list(tx, doing)?.iter().any(|passkey| passkey.suspended_at.is_none());
        Ok(Read { shown, name: person.name.to_string(), has_second_factor: person.totp, has_passkeys })
    });
    read.await
}

/// What the page showed that sent this form, where it would show the same now: in whichever of its languages that was.
fn still_shown(sent: &Sent, blank: impl Fn(&Words) -> String) -> Option<Screen> {
    let zone = sent.visit.state.config.institution.time_zone;
    Language::ALL.into_iter().find_map(|language| {
        let screen = Screen::of_page(language, blank(&Words::new(language).in_zone(zone)));
        (screen.digest.to_string() == sent.form.text("shown")).then_some(screen)
    })
}

/// The digest of what the page shows to this reader before anything is filled in.
fn digest_of(visit: &Visit, blank: impl Fn(&Words) -> String) -> String {
    Screen::of_page(visit.words.language(), blank(&visit.words)).digest.to_string()
}

fn page_of(visit: &Visit, read: &Read, form: Form) -> Result<Page, Refused> {
    let Read { shown, has_second_factor, .. } = read;
    let (side, signer) = shown.seen.signer()?;
    let dispute = &shown.seen.dispute;
    let revision = dispute.agreement.revision().ok_or(Refused::Absent)?;
    let (has_signed, may_take_back) = match &dispute.agreement {
        Agreement::Frozen { signatures, .. } => {
            let signed = signatures.of(side);
            let is_theirs = |one: &Signature| signer == Signer::Party || one.by != Signer::Party;
            (signed.is_some(), signed.as_ref().is_some_and(is_theirs))
        }
        Agreement::Signed { .. } => (true, false),
        _ => return Err(Refused::rule("not-frozen")),
    };
    let names = both_names(&shown.names);
    let is_partys = |signer: Signer| signer == Signer::Party;
    let is_readers =
        dispute.agreement.signature(side).is_none_or(|signed| is_partys(signed.by) == is_partys(signer));
    let representative = shown.representatives.of(side).as_ref().map(ToString::to_string);
    let signed_by = (!is_readers).then(|| representative.unwrap_or_else(|| names.of(side).clone()));
    let party = names.of(side).clone();
    let (name, on_behalf_of) = match signer {
        Signer::Party => (party, None),
        Signer::Representative { .. } => (read.name.clone(), Some(party)),
    };
    let page = Page {
        id: dispute.id.to_string(),
        reference: dispute.reference.as_ref().map_or_else(String::new, ToString::to_string),
        replaces: replaces(shown),
        digest: revision.digest.to_string(),
        shown: String::new(),
        terms: lines(&shown.terms, &names, &own_first(shown)),
        prevailing_language: revision.prevailing.tag().to_owned(),
        reads_in: reads_in(shown).unwrap_or_default().to_owned(),
        name,
        on_behalf_of,
        opens_at: shown.reflection_ends_at,
        has_signed,
        signed_by,
        has_representative: dispute.companions.iter().any(|one| one.side == side && one.signs().is_some()),
        may_take_back,
        has_second_factor: *has_second_factor,
        passkey_origin: read.passkey_origin(visit),
        form,
    };
    Ok(Page { shown: digest_of(visit, |w| page.blank_screen(w)), ..page })
}

async fn ask(visit: Visit, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    let read = read(&visit, dispute).await?;
    // What somebody will do they say themselves: nobody reads back for a party.
    if read.shown.seen.side().is_some() {
        let said = visit.read(move |tx, doing| read_backs::list(tx, doing, dispute)).await?;
        if awaits_read_back(&read.shown, &said) {
            return Ok(visit.go(&format!("/disputes/{dispute}/signing/read-back")));
        }
    }
    let page = page_of(&visit, &read, Form::default())?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// What was typed to sign, once every promise is ticked and the private question is answered.
fn signing_of(sent: &Sent, terms: usize, screen: Option<Screen>) -> Result<Signing, Refused> {
    let form = &sent.form;
    let mut errors = FieldErrors::default();
    let digest = errors.take("digest", form.text("digest").parse(), |_| "not-a-choice");
    let freely = match form.text("freely") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    if freely.is_none() {
        errors.push("freely", "missing");
    }
    if freely == Some(true) && !(1..=terms).all(|n| form.ticked(&format!("term-{n}"))) {
        errors.push("term-1", "tick-each");
    }
    let (Some(digest), Some(freely)) = (digest, freely) else { return Err(errors.refused()) };
    errors.check()?;
    let auditor_may_read_terms = form.ticked("auditor_may_read_terms");
    let name = form.text("name").to_owned();
    Ok(Signing { digest, name, freely, auditor_may_read_terms, screen })
}

/// Whether what is signed was on the screen as it would be now: under other words than these nothing is signed. A no signs
/// nothing, and is heard whatever was shown.
async fn check_screen(
    visit: &Visit,
    shown: &Shown,
    dispute: DisputeId,
    signing: Signing,
) -> Result<Signing, Refused> {
    if signing.screen.is_some() || !signing.freely {
        return Ok(signing);
    }
    // Whoever may not sign at all is told why.
    visit.read(move |tx, doing| agreements::may_sign(tx, doing, dispute, &signing)).await?;
    Err(refused(Refusal::StaleDigest, &shown.seen.dispute))
}

/// What a passkey signed, where the script has put it there. Whoever typed a password after that wants that; and whoever does
/// not sign freely says so without a passkey.
fn shown_passkey(sent: &Sent) -> Option<&str> {
    let form = &sent.form;
    form.given("passkey").filter(|_| form.given("password").is_none() && form.text("freely") != "no")
}

fn proof(sent: &Sent, dispute: DisputeId) -> Result<FreshProof, Refused> {
    let by = match shown_passkey(sent) {
        Some(passkey) => parse::<PasskeyAnswerJson>(passkey.as_bytes()).and_then(PasskeyAnswerJson::read),
        None => {
            let password = sent.form.text("password").to_owned();
            Ok(Fresh::Password { password, totp: sent.form.given("totp").map(str::to_owned) })
        }
    };
    // What is no answer of a device proves nothing.
    Ok(FreshProof { dispute, by: by.map_err(|_| Refused::Proof)? })
}

/// The refusal as it goes into the form: beside the password only where that was typed.
fn faults(refused: Refused, sent: &Sent, typed: Form, names: &[(&str, &str)]) -> Result<Form, Refused> {
    match refused {
        Refused::Proof if shown_passkey(sent).is_some() => Ok(typed.wrong("", "passkey-refused")),
        other => into_form(other, typed, names),
    }
}

async fn sign(sent: Sent, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    let read = read(&sent.visit, dispute).await?;
    read.shown.seen.signer()?;
    let page = page_of(&sent.visit, &read, Form::default()).ok();
    let screen = page.and_then(|page| still_shown(&sent, |w| page.blank_screen(w)));
    let is_same = screen.is_some();
    let asked = match signing_of(&sent, read.shown.terms.len(), screen) {
        Ok(signing) => check_screen(&sent.visit, &read.shown, dispute, signing).await,
        Err(refused) => Err(refused),
    };
    let done = match asked.and_then(|signing| Ok((signing, proof(&sent, dispute)?))) {
        Ok((signing, proof)) => {
            let who = sent.visit.signed_in()?;
            sign_as_party(&sent.visit.state, who, proof, signing, Once::default()).await
        }
        Err(refused) => Err(refused),
    };
    let refused = match done {
        Ok(true) => return Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "saved")),
        Ok(false) if sent.form.text("freely") == "yes" => {
            return Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "waits"));
        }
        Ok(false) => return Ok(sent.visit.go(&format!("/disputes/{dispute}/signing/heard"))),
        Err(refused) => refused,
    };
    // The answer to the private question is not shown again to whoever looks over a shoulder; and where what was shown
    // has changed since it was read, what was ticked was another promise.
    let mut typed = sent.typed();
    typed.values.retain(|(field, _)| field != "freely" && (is_same || !field.starts_with("term-")));
    let form = faults(refused, &sent, typed, &[("digest", "")])?;
    let page = page_of(&sent.visit, &read, form)?;
    Ok(sent.visit.again(&format!("/disputes/{dispute}/signing"), |w, f| page.render(w, f)))
}

async fn take_back(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    sent.visit.write(move |tx, doing| agreements::take_back(tx, doing, dispute)).await?;
    Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "saved"))
}

async fn say_heard(visit: Visit, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    read(&visit, dispute).await?.shown.seen.signer()?;
    Ok(visit.show(|w, f| NotFreely { id: dispute.to_string() }.render(w, f)))
}

fn attestation(visit: &Visit, read: &Read, form: Form) -> Result<Attestation, Refused> {
    let shown = &read.shown;
    let dispute = &shown.seen.dispute;
    let who = visit.signed_in()?;
    if dispute.mediator() != Some(who.account) {
        return Err(Refused::Absent);
    }
    let Agreement::Signed { revision, .. } = &dispute.agreement else {
        return Err(Refused::rule("not-at-this-stage"));
    };
    let page = Attestation {
        id: dispute.id.to_string(),
        reference: dispute.reference.as_ref().map_or_else(String::new, ToString::to_string),
        replaces: replaces(shown),
        digest: revision.digest.to_string(),
        shown: String::new(),
        terms: lines(&shown.terms, &both_names(&shown.names), &own_first(shown)),
        standings: standings(shown),
        name: who.name.to_string(),
        passkey_origin: read.passkey_origin(visit),
        form,
    };
    Ok(Attestation { shown: digest_of(visit, |w| page.blank_screen(w)), ..page })
}

async fn ask_attestation(visit: Visit, path: web::Path<String>) -> Answer {
    let read = read(&visit, id(&path)?).await?;
    let page = attestation(&visit, &read, Form::default())?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// What was typed to attest, under the words that the page shows now and no others.
fn attesting(sent: &Sent, read: &Read, screen: Option<Screen>) -> Result<Attesting, Refused> {
    let digest = sent.form.text("digest").parse().map_err(|_| Refused::field("", "not-a-choice"))?;
    if screen.is_none() {
        return Err(refused(Refusal::StaleDigest, &read.shown.seen.dispute));
    }
    Ok(Attesting { digest, name: sent.form.text("name").to_owned(), screen })
}

async fn attest(sent: Sent, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    let read = read(&sent.visit, dispute).await?;
    let page = attestation(&sent.visit, &read, Form::default())?;
    let screen = still_shown(&sent, |w| page.blank_screen(w));
    let done = match attesting(&sent, &read, screen).and_then(|what| Ok((what, proof(&sent, dispute)?))) {
        Ok((attesting, proof)) => {
            let who = sent.visit.signed_in()?;
            attest_as_mediator(&sent.visit.state, who, proof, attesting, Once::default()).await
        }
        Err(refused) => Err(refused),
    };
    let Err(refused) = done else {
        return Ok(sent.visit.go_saying(&format!("/disputes/{dispute}/settlement"), "saved"));
    };
    let page = Attestation { form: faults(refused, &sent, sent.typed(), &[])?, ..page };
    Ok(sent.visit.again(&format!("/disputes/{dispute}/attestation"), |w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(
            web::resource("/disputes/{id}/signing").route(web::get().to(ask)).route(web::post().to(sign)),
        )
        .service(web::resource("/disputes/{id}/signing/heard").route(web::get().to(say_heard)))
        .service(web::resource("/disputes/{id}/signing/return").route(web::post().to(take_back)))
        .service(
            web::resource("/disputes/{id}/attestation")
                .route(web::get().to(ask_attestation))
                .route(web::post().to(attest)),
        );
}
