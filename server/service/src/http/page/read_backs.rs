//! The step before signing, as a page: what each promise means, in the reader's own words. One choice skips it, and a
//! signature never waits for it: it helps, and is no gate.

use actix_web::web;
use domain::agreement::Agreement;
use domain::ids::DisputeId;
use domain::party::Side;
use domain::read_back::{ReadBack, own_promises};
use pages::form::Form;
use pages::read_backs::ReadBackQuestion;

use super::frame::{Answer, Sent, Visit, into_form};
use super::terms::{both_names, lines, own_first};
use crate::acts::agreements::{self, Shown};
use crate::acts::read_backs::{self, Said};
use crate::http::body::id;
use crate::refused::{FieldError, Refused};

/// Whether the reader is to be asked: a party with promises of its own in a frozen text, who has not signed and has not
/// said anything about this text.
pub fn awaits_read_back(shown: &Shown, said: &[(Side, ReadBack)]) -> bool {
    let Some(side) = shown.seen.side() else { return false };
    let Agreement::Frozen { revision, signatures, .. } = &shown.seen.dispute.agreement else { return false };
    let has_said = said.iter().any(|(of, said)| *of == side && said.digest == revision.digest);
    !has_said && signatures.of(side).is_none() && !own_promises(&shown.terms, side).is_empty()
}

async fn read(visit: &Visit, dispute: DisputeId) -> Result<(Shown, Vec<(Side, ReadBack)>), Refused> {
    visit.signed_in()?;
    let read = visit.read(move |tx, doing| {
        let shown = agreements::show(tx, doing, dispute)?;
        shown.seen.party()?;
        Ok((shown, read_backs::list(tx, doing, dispute)?))
    });
    read.await
}

fn page_of(shown: &Shown, form: Form) -> Result<ReadBackQuestion, Refused> {
    let side = shown.seen.party()?;
    let Agreement::Frozen { revision, .. } = &shown.seen.dispute.agreement else {
        return Err(Refused::rule("not-frozen"));
    };
    let own = own_promises(&shown.terms, side);
    let all = (1_u32..).zip(lines(&shown.terms, &both_names(&shown.names), &own_first(shown)));
    Ok(ReadBackQuestion {
        id: shown.seen.dispute.id.to_string(),
        digest: revision.digest.to_string(),
        promises: all.filter(|(number, _)| own.contains(number)).collect(),
        form,
    })
}

async fn ask(visit: Visit, path: web::Path<String>) -> Answer {
    let (shown, said) = read(&visit, id(&path)?).await?;
    let before = said.into_iter().flat_map(|(_, said)| said.texts);
    let form =
        before.fold(Form::default(), |form, (number, text)| form.with(&format!("term-{number}-text"), text));
    let page = page_of(&shown, form)?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// Names the fields of a refusal as the form names them.
fn by_promise(refused: Refused, promises: &[u32]) -> Refused {
    let Refused::Fields(fields) = refused else { return refused };
    let field = |error: &FieldError| {
        let place: usize = error.field.strip_prefix("texts[")?.strip_suffix(']')?.parse().ok()?;
        promises.get(place).map(|number| format!("term-{number}-text"))
    };
    let renamed = |error: FieldError| FieldError { field: field(&error).unwrap_or_default(), ..error };
    Refused::Fields(fields.into_iter().map(renamed).collect())
}

async fn say(sent: Sent, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    let (shown, _) = read(&sent.visit, dispute).await?;
    let promises = own_promises(&shown.terms, shown.seen.party()?);
    let digest = sent.form.text("digest").parse().map_err(|_| Refused::Malformed { code: "unreadable" })?;
    let said = if sent.form.ticked("told") {
        Said::ToldTheMediator
    } else {
        let text = |number: &u32| sent.form.text(&format!("term-{number}-text")).to_owned();
        Said::Texts(promises.iter().map(text).collect())
    };
    sent.visit.count_entry()?;
    let done = sent.visit.write(move |tx, doing| read_backs::put(tx, doing, dispute, digest, &said)).await;
    let Err(refused) = done else {
        return Ok(sent.visit.go_saying(&format!("/disputes/{dispute}/signing"), "saved"));
    };
    let form = into_form(by_promise(refused, &promises), sent.typed(), &[])?;
    let page = page_of(&shown, form)?;
    Ok(sent.visit.again(&format!("/disputes/{dispute}/signing/read-back"), |w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    let step = web::resource("/disputes/{id}/signing/read-back");
    routes.service(step.route(web::get().to(ask)).route(web::post().to(say)));
}
