//! Passing an item of a caucus on, as a page: the mediator asks for it there, and its author reads exactly what the other
//! person will read before it goes.

use actix_web::{HttpRequest, web};
use domain::entry::{Body, OfferContent};
use domain::ids::{DisputeId, EntryId};
use domain::room::Channel;
use domain::share;
use pages::entries::{EntryBody, OfferLine};
use pages::form::Form;
use pages::shares::Sharing;

use super::files::card;
use super::frame::{Answer, Sent, Visit, asked, into_form};
use super::posts::post;
use super::terms::{both_names, lines};
use crate::acts::rooms::audience_of;
use crate::acts::shares;
use crate::http::body::id;
use crate::refused::Refused;
use crate::tokens::new_uuid;

async fn page_of(
    visit: &Visit,
    dispute: DisputeId,
    channel: Channel,
    entry: EntryId,
    form: Form,
) -> Result<Sharing, Refused> {
    visit.signed_in()?;
    let side = channel.caucus_of().ok_or(Refused::Absent)?;
    let now = visit.state.clock.now();
    let read = visit.read(move |tx, doing| {
        let (seen, found) = shares::show(tx, doing, dispute, channel, entry)?;
        let act = match seen.seat() {
            Some(seat) if seat.mediates() => share::ask(&found.item(), seat, now).map(|_| "ask"),
            _ => share::answer(&found.item(), found.is_author, true, now).map(|_| "decide"),
        };
        let act = act.unwrap_or_else(share::ShareRefusal::as_str);
        let audience = audience_of(tx, &seen)?;
        Ok((found.entry.body, act, audience, both_names(&store::names::of(tx, dispute)?)))
    });
    let (body, act, audience, names) = read.await?;
    let offer = |content: &OfferContent| {
        EntryBody::Offer(OfferLine {
            terms: lines(&content.terms, &names, &[]),
            note: content.note.clone().unwrap_or_default(),
            expires_at: content.expires_at,
            ..OfferLine::default()
        })
    };
    let item = match &body {
        Body::Message { text, lang } => {
            EntryBody::Message { text: text.clone(), language: lang.as_str().to_owned() }
        }
        Body::File(content) => EntryBody::File(card(content, visit.words.room_file().text().to_owned())),
        Body::Offer(content) | Body::OfferCountered { counter: content, .. } => offer(content),
        _ => return Err(Refused::Absent),
    };
    Ok(Sharing {
        id: dispute.to_string(),
        channel: channel.to_string(),
        entry: entry.to_string(),
        entry_id: new_uuid(now).to_string(),
        audience,
        name: names.of(side).clone(),
        other: names.of(side.other()).clone(),
        item,
        act: act.to_owned(),
        form,
    })
}

async fn show(request: HttpRequest, visit: Visit, path: web::Path<(String, String)>) -> Answer {
    let channel = asked(&request, "channel").and_then(|word| word.parse().ok()).ok_or(Refused::Absent)?;
    let page = page_of(&visit, id(&path.0)?, channel, id(&path.1)?, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn decide(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    let (dispute, entry): (DisputeId, EntryId) = (id(&path.0)?, id(&path.1)?);
    let body = match sent.form.text("act") {
        "ask" => Body::ShareAsked { entry },
        "decline" => Body::ShareDeclined { entry },
        "allow" if sent.form.ticked("sure") => Body::ShareAllowed { entry },
        "allow" => return again(sent, dispute, entry).await,
        _ => return Err(Refused::Malformed { code: "unreadable" }),
    };
    post(sent, dispute, Ok(body), None).await
}

/// What cannot be undone is not done by a button alone.
async fn again(sent: Sent, dispute: DisputeId, entry: EntryId) -> Answer {
    let channel: Channel = sent.form.text("channel").parse().map_err(|_| Refused::Absent)?;
    let form = into_form(Refused::field("sure", "missing"), Form::default(), &[])?;
    let page = page_of(&sent.visit, dispute, channel, entry, form).await?;
    let here = format!("/rooms/{dispute}/shares/{entry}?channel={channel}");
    Ok(sent.visit.again(&here, |w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    let sharing = web::resource("/rooms/{id}/shares/{entry}");
    routes.service(sharing.route(web::get().to(show)).route(web::post().to(decide)));
}
