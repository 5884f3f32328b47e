//! Suggestions for the text as a page: who will read one is said before it is sent, and what a reader was not told of is
//! not there for them. Deliberately not here: rules.

use actix_web::{HttpRequest, web};
use domain::difference::words;
use domain::dispute::Refusal;
use domain::ids::{DisputeId, SuggestionId};
use domain::language::{LanguageTag, RecordLanguage};
use domain::room::Channel;
use domain::suggestion::{Suggested, SuggestionState};
use domain::terms::Term;
use pages::form::Form;
use pages::suggestions::{SuggestionLine, Suggestions};

use super::differences::Naming;
use super::drafts::currencies;
use super::frame::{Answer, Sent, Visit, asked, into_form};
use super::terms::{both_names, by_rows, into_fields, own_first, row};
use crate::acts::agreements::{self, Shown};
use crate::acts::rooms::{RoomNow, audience_of, room_now};
use crate::acts::suggestions::{self, Listed, NewSuggestion, may_suggest};
use crate::http::body::id;
use crate::http::json::terms::parse;
use crate::refused::{FieldErrors, Refused};
use crate::tokens::new_uuid;

/// What the page is made of.
struct Read {
    shown: Shown,
    all: Vec<Listed>,
    everyone: Vec<String>,
    aside: Vec<String>,
    audience_digest: String,
}

async fn read(visit: &Visit, dispute: DisputeId) -> Result<Read, Refused> {
    visit.signed_in()?;
    let read = visit.read(move |tx, doing| {
        let shown = agreements::show(tx, doing, dispute)?;
        let all = suggestions::list(tx, doing, dispute)?;
        let now = room_now(tx, dispute)?;
        let aside = shown.seen.side().map_or_else(Vec::new, |side| readers(&now, Channel::caucus(side)));
        let audience_digest = audience_of(tx, &shown.seen)?;
        Ok(Read { everyone: readers(&now, Channel::Joint), aside, shown, all, audience_digest })
    });
    read.await
}

/// Everyone who reads that channel, by name.
fn readers(now: &RoomNow, channel: Channel) -> Vec<String> {
    let rows = now.seats.iter().filter(|row| row.channel == channel && now.sits_in(row.account, channel));
    let mut names: Vec<String> = rows.filter_map(|row| now.names.get(&row.account).cloned()).collect();
    names.sort();
    names.dedup();
    names
}

fn line(read: &Read, naming: &Naming, listed: &Listed) -> SuggestionLine {
    let (seen, suggestion) = (&read.shown.seen, &listed.suggestion);
    let is_open = suggestion.state == SuggestionState::Open && seen.dispute.mediation().is_some();
    let is_mine = seen.side() == Some(suggestion.by);
    let (promise, changed) = match (&suggestion.suggested, &listed.about) {
        (Suggested::Change { to, .. }, Some(about)) => {
            // A party writes in its own language: of the others it suggests nothing.
            let text = |(language, text): (&RecordLanguage, &String)| {
                (*language, words(about.text.get(language).map_or("", String::as_str), text))
            };
            let texts = to.text.iter().map(text).collect();
            (None, Some(naming.changed(about, to, &texts)))
        }
        (Suggested::Addition { to } | Suggested::Change { to, .. }, _) => (Some(naming.term(to)), None),
        (_, about) => (about.as_ref().map(|about| naming.term(about)), None),
    };
    SuggestionLine {
        id: listed.id.to_string(),
        by: naming.names.of(suggestion.by).clone(),
        is_mine,
        audience: suggestion.audience().to_string(),
        kind: suggestion.suggested.kind().to_owned(),
        state: suggestion.state.to_string(),
        at: suggestion.at,
        term: suggestion.suggested.term().map(|number| (number, suggestion.revision)),
        promise,
        changed,
        note: suggestion.note.as_ref().map_or_else(String::new, |(text, _)| text.clone()),
        language: suggestion.note.as_ref().map_or_else(String::new, |(_, lang)| lang.as_str().to_owned()),
        may_answer: is_open && seen.viewer.mediates(),
        may_withdraw: is_open && is_mine,
    }
}

/// The promise that the form is about, by its number.
fn about(shown: &Shown, number: Option<u32>) -> Option<(u32, &Term)> {
    let number = number?;
    let place = usize::try_from(number).ok()?.checked_sub(1)?;
    shown.terms.get(place).map(|term| (number, term))
}

/// The language in which the promise is asked for: the reader's own where it has words in it, else the one that counts.
fn language(visit: &Visit, shown: &Shown, term: Option<&Term>) -> String {
    let dispute = &shown.seen.dispute;
    let reading = shown.seen.side().and_then(|side| dispute.parties.of(side).reading);
    let own = reading.unwrap_or(visit.words.language().into());
    let Some(term) = term else { return own.tag().to_owned() };
    let prevailing = dispute.agreement.revision().map(|revision| revision.prevailing);
    let mut candidates = [Some(own), prevailing].into_iter().flatten();
    let known = candidates.find(|language| term.text.contains_key(language));
    known.or_else(|| term.text.keys().next().copied()).unwrap_or(own).tag().to_owned()
}

fn page_of(visit: &Visit, read: Read, number: Option<u32>, form: Option<Form>) -> Suggestions {
    let dispute = &read.shown.seen.dispute;
    let naming = Naming { names: both_names(&read.shown.names), first: own_first(&read.shown) };
    let about = about(&read.shown, number);
    let fresh = || into_fields(Form::default(), about.map(|(_, term)| term.clone()).as_slice());
    Suggestions {
        id: dispute.id.to_string(),
        revision: dispute.agreement.number(),
        items: read.all.iter().map(|listed| line(&read, &naming, listed)).collect(),
        may_suggest: may_suggest(&read.shown.seen),
        everyone: read.everyone.clone(),
        aside: read.aside.clone(),
        about: about.map(|(number, term)| (number, naming.term(term))),
        sides: (naming.names.claimant.clone(), naming.names.respondent.clone()),
        currencies: currencies(),
        language: language(visit, &read.shown, about.map(|(_, term)| term)),
        suggestion_id: new_uuid(visit.state.clock.now()).to_string(),
        audience_digest: read.audience_digest,
        form: form.unwrap_or_else(fresh),
    }
}

async fn show(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    let number = asked(&request, "term").and_then(|text| text.parse().ok());
    let read = read(&visit, id(&path)?).await?;
    let page = page_of(&visit, read, number, None);
    Ok(visit.show(|w, f| page.render(w, f)))
}

fn typed(sent: &Sent) -> Result<NewSuggestion, Refused> {
    let form = &sent.form;
    let mut errors = FieldErrors::default();
    let audience = errors.take("audience", form.text("audience").parse(), |_| "missing");
    let kind = Some(form.text("kind")).filter(|kind| !kind.is_empty());
    if kind.is_none() {
        errors.push("kind", "missing");
    }
    let (Some(audience), Some(kind)) = (audience, kind) else { return Err(errors.refused()) };
    let lang = form.text("lang").to_owned();
    let change = || -> Result<Term, Refused> {
        let missing = || Refused::field(&format!("term-1-text-{lang}"), "missing");
        let written = row(form, 1, &[(lang.clone(), format!("-{lang}"))]).ok_or_else(missing)?;
        let terms = parse(vec![written]).map_err(|refused| by_rows(refused, &[1], true))?;
        terms.into_iter().next().ok_or_else(missing)
    };
    let number: Option<u32> = form.given("term").and_then(|text| text.parse().ok());
    let term = || number.ok_or(Refused::Malformed { code: "unreadable" });
    let suggested = match kind {
        "change" => Suggested::Change { term: term()?, to: change()? },
        "removal" => Suggested::Removal { term: term()? },
        "addition" => Suggested::Addition { to: change()? },
        "comment" => Suggested::Comment { term: number },
        _ => return Err(Refused::field("kind", "not-a-choice")),
    };
    let unreadable = || Refused::Malformed { code: "unreadable" };
    let note =
        form.given("note").map(|text| (text.to_owned(), LanguageTag::from(sent.visit.words.language())));
    Ok(NewSuggestion {
        id: form.text("id").parse().map_err(|_| unreadable())?,
        audience,
        base: form.text("base").parse().map_err(|_| unreadable())?,
        suggested,
        note,
    })
}

async fn suggest(sent: Sent, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    sent.visit.signed_in()?;
    let shown = sent.form.given("audience_digest").map(str::to_owned);
    let done = match typed(&sent) {
        Ok(new) => {
            sent.visit.count_entry()?;
            let act = sent
                .visit
                .write(move |tx, doing| suggestions::suggest(tx, doing, dispute, new, shown.as_deref()));
            act.await.map(drop)
        }
        Err(refused) => Err(refused),
    };
    let here = format!("/disputes/{dispute}/agreement/suggestions");
    let Err(refused) = done else { return Ok(sent.visit.go_saying(&here, "saved")) };
    // The numbers of a text that has changed may be those of other promises: what was typed stays, and which promise it
    // is about is chosen anew.
    let is_stale = refused.code() == Refusal::StaleRevision.code();
    let form = into_form(by_rows(refused, &[1], true), sent.typed(), &[("term", "")])?;
    let number = sent.form.given("term").filter(|_| !is_stale).and_then(|text| text.parse().ok());
    let page = page_of(&sent.visit, read(&sent.visit, dispute).await?, number, Some(form));
    Ok(sent.visit.again(&here, |w, f| page.render(w, f)))
}

async fn answer(sent: Sent, path: &(String, String), answer: suggestions::Answer) -> Answer {
    sent.visit.count_entry()?;
    let (dispute, suggestion): (DisputeId, SuggestionId) = (id(&path.0)?, id(&path.1)?);
    let act = sent.visit.write(move |tx, doing| suggestions::answer(tx, doing, dispute, suggestion, answer));
    let here = format!("/disputes/{dispute}/agreement/suggestions");
    let Err(refused) = act.await else { return Ok(sent.visit.go_saying(&here, "saved")) };
    let form = into_form(refused, Form::default(), &[("prevailing_language", ""), ("terms", "")])?;
    let page = page_of(&sent.visit, read(&sent.visit, dispute).await?, None, Some(form));
    Ok(sent.visit.again(&here, |w, f| page.render(w, f)))
}

async fn accept(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    let base = sent.form.text("base").parse().map_err(|_| Refused::Malformed { code: "unreadable" })?;
    answer(sent, &path, suggestions::Answer::Accept { base }).await
}

async fn decline(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    answer(sent, &path, suggestions::Answer::Decline).await
}

async fn withdraw(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    answer(sent, &path, suggestions::Answer::Withdraw).await
}

pub fn configure(routes: &mut web::ServiceConfig) {
    let of_text = |tail: &str| web::resource(format!("/disputes/{{id}}/agreement/suggestions{tail}"));
    routes
        .service(of_text("").route(web::get().to(show)).route(web::post().to(suggest)))
        .service(of_text("/{suggestion}/acceptance").route(web::post().to(accept)))
        .service(of_text("/{suggestion}/refusal").route(web::post().to(decline)))
        .service(of_text("/{suggestion}/withdrawal").route(web::post().to(withdraw)));
}
