//! The agreement as pages: its text and how the parties stand to it, and the editor for whoever holds the pen.

use actix_web::{HttpRequest, web};
use domain::agreement::{Agreement, Signer, TextDigest};
use domain::ids::DisputeId;
use domain::language::RecordLanguage;
use domain::party::Side;
use domain::read_back::ReadBack;
use domain::sight::{Item, Viewer};
use domain::terms::{TERMS_MAX, Term};
use pages::agreements::{AgreementEditor, AgreementPage, Standing};
use pages::form::Form;
use pages::read_backs::ReadBackLine;
use pages::terms::FlagLine;

use super::drafts::currencies;
use super::frame::{Answer, Sent, Visit, asked, into_form};
use super::read_backs::awaits_read_back;
use super::terms::{
    both_names, by_rows, flag_lines, into_fields, lines, own_first, reads_in, replaces, row, state_of,
};
use crate::acts::agreements::{self, Shown};
use crate::acts::read_backs;
use crate::acts::suggestions::{self, may_suggest};
use crate::acts::views::actions_of;
use crate::acts::{Doing, aftermath};
use crate::http::body::id;
use crate::http::json::terms;
use crate::refused::{FieldError, Refused};

/// How many empty rows the editor offers beyond those that are filled.
const ROWS_MORE: usize = 2;

/// What a page of the text is made of.
struct Read {
    shown: Shown,
    actions: Vec<String>,
    /// How many suggestions that this reader may read wait.
    waiting: usize,
    /// What this reader may read of what was read back.
    read_backs: Vec<(Side, ReadBack)>,
}

async fn read(visit: &Visit, dispute: DisputeId) -> Result<Read, Refused> {
    visit.signed_in()?;
    let read = visit.read(move |tx, doing| {
        let shown = agreements::show(tx, doing, dispute)?;
        let actions = actions_of(&shown.seen, doing).iter().map(ToString::to_string).collect();
        let waiting = suggestions::waiting(tx, doing, dispute)?;
        let read_backs = match read_backs::list(tx, doing, dispute) {
            // They are said to whoever leads.
            Err(Refused::Absent) => Vec::new(),
            read_backs => read_backs?,
        };
        Ok(Read { shown, actions, waiting, read_backs })
    });
    read.await
}

fn standing(shown: &Shown, side: Side, state: &str) -> Standing {
    let name = both_names(&shown.names).of(side).clone();
    let may_know = shown.seen.may_read(Item::Signature { of: side, shuttle: shown.seen.dispute.shuttle });
    let signed_by = shown.representatives.of(side).as_ref().filter(|_| may_know).map(ToString::to_string);
    Standing { name, state: state.to_owned(), signed_by }
}

/// How the parties stand to the text, as far as the reader may know.
pub fn standings(shown: &Shown) -> Vec<Standing> {
    let dispute = &shown.seen.dispute;
    if dispute.agreement.is_binding() {
        let all = |side: Side| standing(shown, side, "signed");
        return Side::BOTH.into_iter().map(all).collect();
    }
    let state = |side: Side| match &dispute.agreement {
        Agreement::Draft { ready, .. } if *ready.of(side) => "ready",
        Agreement::Frozen { signatures, .. } if signatures.of(side).is_some() => "signed",
        Agreement::Frozen { .. } => "not-signed",
        _ => "reading",
    };
    let visible = |side: &Side| shown.seen.may_read(Item::Signature { of: *side, shuttle: dispute.shuttle });
    let line = |side: Side| standing(shown, side, state(side));
    Side::BOTH.into_iter().filter(visible).map(line).collect()
}

/// What the parties said of their promises, for the mediator alone: a party has its own on the page on which it says it.
fn heard(shown: &Shown, read_backs: &[(Side, ReadBack)]) -> Vec<ReadBackLine> {
    if shown.seen.viewer != Viewer::Mediator {
        return Vec::new();
    }
    let names = both_names(&shown.names);
    let digest = shown.seen.dispute.agreement.revision().map(|revision| revision.digest);
    let line = |(side, said): &(Side, ReadBack)| ReadBackLine {
        name: names.of(*side).clone(),
        promises: said.texts.clone(),
        is_old: Some(said.digest) != digest,
    };
    read_backs.iter().map(line).collect()
}

fn page_of(visit: &Visit, read: &Read, form: Form) -> AgreementPage {
    let Read { shown, actions, waiting, read_backs } = read;
    let may = |action: &str| actions.iter().any(|known| known == action);
    let dispute = &shown.seen.dispute;
    let revision = dispute.agreement.revision();
    let prevailing = revision.map_or("", |revision| revision.prevailing.tag());
    let waived = match &dispute.agreement {
        Agreement::Frozen { waived, .. } => shown.seen.side().is_some_and(|side| *waived.of(side)),
        _ => false,
    };
    let is_open = matches!(dispute.agreement, Agreement::Draft { .. } | Agreement::Frozen { .. });
    let reads_for = match shown.seen.signer() {
        Ok((side, Signer::Representative { .. })) => Some(both_names(&shown.names).of(side).clone()),
        _ => None,
    };
    AgreementPage {
        id: dispute.id.to_string(),
        revision: dispute.agreement.number(),
        digest: revision.map_or_else(String::new, |revision| revision.digest.to_string()),
        terms: lines(&shown.terms, &both_names(&shown.names), &own_first(shown)),
        flags: flag_lines(shown, &shown.terms, visit.state.clock.now().day()),
        prevailing_language: prevailing.to_owned(),
        reads_in: reads_in(shown).filter(|_| is_open).unwrap_or_default().to_owned(),
        reads_for,
        may_choose_reading: may("choose-reading-language"),
        state: state_of(shown).to_owned(),
        replaces: replaces(shown),
        standings: standings(shown),
        reflection_ends_at: shown.reflection_ends_at,
        may_suggest: may_suggest(&shown.seen),
        waiting: *waiting,
        read_backs: heard(shown, read_backs),
        may_read_back: awaits_read_back(shown, read_backs),
        may_edit: may("revise-agreement"),
        may_say_ready: may("be-ready-to-sign"),
        may_freeze: may("freeze-agreement"),
        may_waive: may("waive-reflection") && !waived,
        has_waived: waived,
        may_sign: may("sign"),
        may_attest: may("attest"),
        form,
    }
}

async fn show(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    let read = read(&visit, id(&path)?).await?;
    if asked(&request, "edit").as_deref() == Some("yes") {
        if !read.actions.iter().any(|action| action == "revise-agreement") {
            return Err(Refused::Absent);
        }
        let page = editor(&visit, &read.shown);
        return Ok(visit.show(|w, f| page.render(w, f)));
    }
    let page = page_of(&visit, &read, Form::default());
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// The languages in which the editor has a field for each term: those of the parties, and those already written.
fn languages(shown: &Shown) -> Vec<RecordLanguage> {
    let mut languages = aftermath::languages_needed(&shown.seen.dispute);
    let written =
        shown.terms.iter().chain(shown.draft.iter().flatten()).flat_map(|term| term.text.keys().copied());
    for language in written {
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    languages
}

fn editor(visit: &Visit, shown: &Shown) -> AgreementEditor {
    let dispute = &shown.seen.dispute;
    let terms = shown.draft.as_deref().unwrap_or(&shown.terms);
    let prevailing =
        dispute.agreement.revision().map_or(dispute.language.into(), |revision| revision.prevailing);
    let names = both_names(&shown.names);
    AgreementEditor {
        id: dispute.id.to_string(),
        base: dispute.agreement.number(),
        claimant: names.claimant,
        respondent: names.respondent,
        languages: languages(shown).iter().map(|language| language.tag().to_owned()).collect(),
        currencies: currencies(),
        rows: terms.len().saturating_add(ROWS_MORE).min(TERMS_MAX),
        form: into_fields(Form::default(), terms).with("prevailing_language", prevailing.tag()),
        flags: flag_lines(shown, terms, visit.state.clock.now().day()),
        is_stale: false,
    }
}

/// The editor with the languages that the form had beside those of the text, and the one that is added to them.
fn with_languages(mut editor: AgreementEditor, sent: &Sent) -> AgreementEditor {
    let added = Some(sent.form.text("add_language")).filter(|_| sent.form.ticked("add"));
    for tag in sent.form.text("languages").split(' ').chain(added) {
        let is_one = tag.parse::<RecordLanguage>().is_ok();
        if is_one && !editor.languages.iter().any(|known| known == tag) {
            editor.languages.push(tag.to_owned());
        }
    }
    editor
}

/// The rows with an amount or a day and no words: they would vanish without a word of why.
fn wordless(sent: &Sent, rows: usize, languages: &[String]) -> Vec<FieldError> {
    let given = |n: usize, part: &str| sent.form.given(&format!("term-{n}-{part}")).is_some();
    let is_wordless = |n: &usize| {
        (given(*n, "amount") || given(*n, "due_on"))
            && !languages.iter().any(|tag| given(*n, &format!("text-{tag}")))
    };
    let tag = languages.first().map_or("en", String::as_str);
    let missing = |n: usize| FieldError { field: format!("term-{n}-text-{tag}"), code: "missing" };
    (1..=rows).filter(is_wordless).map(missing).collect()
}

/// What is marked in what was typed, each at the row in which it was.
fn flags_by_row(visit: &Visit, shown: &Shown, terms: &[Term], rows: &[usize]) -> Vec<Vec<FlagLine>> {
    let mut by_row = Vec::new();
    for (row, flags) in rows.iter().zip(flag_lines(shown, terms, visit.state.clock.now().day())) {
        by_row.resize(row.saturating_sub(1), Vec::new());
        by_row.push(flags);
    }
    by_row
}

async fn revise(sent: Sent, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    let Read { shown, .. } = read(&sent.visit, dispute).await?;
    // The law says below whether it may be saved now: a text that may not be, such as while a party has paused the
    // dispute, comes back with every word of it.
    if !shown.seen.viewer.mediates() {
        return Err(Refused::Absent);
    }
    let empty = with_languages(editor(&sent.visit, &shown), &sent);
    let rows: usize = sent.form.text("rows").parse().unwrap_or(empty.rows).min(TERMS_MAX);
    let base: u32 = sent.form.text("base").parse().unwrap_or(0);
    let here = format!("/disputes/{dispute}/agreement?edit=yes");
    let tags: Vec<(String, String)> =
        empty.languages.iter().map(|tag| (tag.clone(), format!("-{tag}"))).collect();
    let typed: Vec<(usize, _)> = (1..=rows).filter_map(|n| Some((n, row(&sent.form, n, &tags)?))).collect();
    let (numbers, typed): (Vec<usize>, Vec<_>) = typed.into_iter().unzip();
    let parsed = terms::parse(typed);
    let flags = parsed.as_ref().map(|terms| flags_by_row(&sent.visit, &shown, terms, &numbers));
    let flags = flags.unwrap_or_default();
    let adds = sent.form.ticked("add");
    if adds || sent.form.ticked("more") {
        let rows = if adds { rows } else { rows.saturating_add(ROWS_MORE).min(TERMS_MAX) };
        let names_none = adds && sent.form.text("add_language").parse::<RecordLanguage>().is_err();
        let form = if names_none { sent.typed().wrong("add_language", "missing") } else { sent.typed() };
        let page = AgreementEditor { base, rows, flags, form, ..empty };
        return Ok(sent.visit.again(&here, |w, f| page.render(w, f)));
    }
    let prevailing = sent.form.text("prevailing_language").parse::<RecordLanguage>();
    let wordless = wordless(&sent, rows, &empty.languages);
    let read = match (prevailing, parsed) {
        _ if !wordless.is_empty() => Err(Refused::Fields(wordless)),
        (_, Err(refused)) => Err(refused),
        (Err(_), _) => {
            let is_empty = sent.form.given("prevailing_language").is_none();
            Err(Refused::field("prevailing_language", if is_empty { "missing" } else { "not-a-choice" }))
        }
        (Ok(prevailing), Ok(terms)) => Ok((prevailing, terms)),
    };
    let done = match read {
        Ok((prevailing, terms)) => {
            let act = sent
                .visit
                .write(move |tx, doing| agreements::revise(tx, doing, dispute, base, prevailing, terms));
            act.await.map(drop)
        }
        Err(refused) => Err(refused),
    };
    let Err(refused) = done else {
        return Ok(sent.visit.go_saying(&format!("/disputes/{dispute}/agreement"), "saved"));
    };
    let is_stale = matches!(refused, Refused::Conflict { .. });
    let form = into_form(by_rows(refused, &numbers, true), sent.typed(), &[])?;
    // Read once more it is built upon the newer text: the fields keep what was typed.
    let base = if is_stale { empty.base } else { base };
    let page = AgreementEditor { base, rows, flags, form, is_stale, ..empty };
    Ok(sent.visit.again(&here, |w, f| page.render(w, f)))
}

type Step = fn(&mut store::Tx<'_>, &mut Doing, DisputeId, TextDigest) -> Result<(), Refused>;

async fn be_ready(sent: Sent, path: web::Path<String>) -> Answer {
    step(sent, &path, agreements::be_ready).await
}

async fn freeze(sent: Sent, path: web::Path<String>) -> Answer {
    step(sent, &path, agreements::freeze).await
}

async fn waive(sent: Sent, path: web::Path<String>) -> Answer {
    if sent.form.ticked("advice_notice_read") {
        return step(sent, &path, |tx, doing, id, digest| agreements::waive(tx, doing, id, digest, true))
            .await;
    }
    step(sent, &path, |tx, doing, id, digest| agreements::waive(tx, doing, id, digest, false)).await
}

async fn step(sent: Sent, path: &str, act: Step) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(path)?;
    let here = format!("/disputes/{dispute}/agreement");
    let done = match sent.form.text("digest").parse() {
        Ok(digest) => sent.visit.write(move |tx, doing| act(tx, doing, dispute, digest)).await,
        Err(_) => Err(Refused::Malformed { code: "unreadable" }),
    };
    let Err(refused) = done else { return Ok(sent.visit.go_saying(&here, "saved")) };
    let form = into_form(refused, sent.typed(), &[])?;
    let page = page_of(&sent.visit, &read(&sent.visit, dispute).await?, form);
    Ok(sent.visit.again(&here, |w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/disputes/{id}/agreement").route(web::get().to(show)))
        .service(web::resource("/disputes/{id}/agreement/revisions").route(web::post().to(revise)))
        .service(web::resource("/disputes/{id}/agreement/readiness").route(web::post().to(be_ready)))
        .service(web::resource("/disputes/{id}/agreement/freezing").route(web::post().to(freeze)))
        .service(web::resource("/disputes/{id}/agreement/waivers").route(web::post().to(waive)));
}
