//! A summary of the mediator's as a page: given in the room, and answered by a side on a page of its own, where it is read
//! in whole before it is confirmed or corrected.

use actix_web::{HttpRequest, web};
use domain::entry::Body;
use domain::ids::{DisputeId, EntryId};
use domain::room::{Channel, Seat};
use domain::summary::SummaryAnswer;
use pages::form::Form;
use pages::summaries::SummaryPage;

use super::frame::{Answer, Sent, Visit, asked, into_form};
use super::posts::{channel, post};
use crate::acts::entries;
use crate::acts::rooms::audience_of;
use crate::acts::summaries;
use crate::http::body::id;
use crate::refused::Refused;
use crate::tokens::new_uuid;

async fn page_of(
    visit: &Visit,
    dispute: DisputeId,
    channel: Channel,
    entry: EntryId,
    form: Form,
) -> Result<SummaryPage, Refused> {
    visit.signed_in()?;
    let read = visit.read(move |tx, doing| {
        let (seen, found) = summaries::show(tx, doing, dispute, channel, entry)?;
        let side = match seen.seat() {
            Some(Seat::Party(side)) => Some(side),
            _ => None,
        };
        let said = match side {
            Some(side) => store::summaries::get(tx, dispute, channel, entry, side)?,
            None => None,
        };
        Ok((found.body, side.is_some(), said, audience_of(tx, &seen)?))
    });
    let (body, may_answer, said, audience) = read.await?;
    let Body::Summary { text, lang } = body else { return Err(Refused::Absent) };
    Ok(SummaryPage {
        id: dispute.to_string(),
        channel: channel.to_string(),
        entry: entry.to_string(),
        entry_id: new_uuid(visit.state.clock.now()).to_string(),
        audience,
        text: (text, lang.as_str().to_owned()),
        language: visit.words.language().tag().to_owned(),
        may_answer,
        is_confirmed: said == Some(SummaryAnswer::Confirmed),
        form,
    })
}

async fn show(request: HttpRequest, visit: Visit, path: web::Path<(String, String)>) -> Answer {
    let channel = asked(&request, "channel").and_then(|word| word.parse().ok()).ok_or(Refused::Absent)?;
    let page = page_of(&visit, id(&path.0)?, channel, id(&path.1)?, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn sum_up(sent: Sent, path: web::Path<String>) -> Answer {
    let dispute = id(&path)?;
    let text = sent.form.text("summary").to_owned();
    let lang = sent.form.given("lang").unwrap_or(sent.visit.words.language().tag()).parse();
    let body = lang.map(|lang| Body::Summary { text, lang });
    post(sent, dispute, body.map_err(|_| Refused::field("summary", "not-a-choice")), None).await
}

async fn answer(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    let (dispute, summary): (DisputeId, EntryId) = (id(&path.0)?, id(&path.1)?);
    let channel = channel(&sent)?;
    let text = sent.form.text("text").to_owned();
    let lang = sent.form.given("lang").unwrap_or(sent.visit.words.language().tag()).parse();
    let body = match (sent.form.text("act"), lang) {
        ("confirm", _) => Ok(Body::SummaryConfirmed { summary }),
        ("correct", Ok(lang)) => Ok(Body::SummaryCorrected { summary, text, lang }),
        ("correct", Err(_)) => Err(Refused::field("text", "not-a-choice")),
        _ => return Err(Refused::Malformed { code: "unreadable" }),
    };
    // What cannot be stored comes back here, where the summary is read, and not in the room.
    let refused = match body.and_then(entries::clean) {
        Ok(body) => return post(sent, dispute, Ok(body), None).await,
        Err(refused) => refused,
    };
    let form = into_form(refused, sent.typed(), &[("body.text", "text")])?;
    let page = page_of(&sent.visit, dispute, channel, summary, form).await?;
    let here = format!("/rooms/{dispute}/summaries/{summary}?channel={channel}");
    Ok(sent.visit.again(&here, |w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes.service(web::resource("/rooms/{id}/summaries").route(web::post().to(sum_up))).service(
        web::resource("/rooms/{id}/summaries/{entry}")
            .route(web::get().to(show))
            .route(web::post().to(answer)),
    );
}
