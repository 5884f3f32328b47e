//! What is posted into a room by forms: messages, files, offers and their answers, and the mediator's steering.
//! A form that is sent twice stores nothing twice, because its page made the entry's id.

use actix_web::{HttpRequest, web};
use domain::entry::{Body, OfferContent};
use domain::ids::{DisputeId, EntryId};
use domain::language::RecordLanguage;
use domain::room::Channel;
use domain::terms::TERMS_MAX;
use domain::time::Moment;
use pages::form::Form;

use super::files::{file_form, kept, notice_of, received};
use super::frame::{Answer, Sent, Visit, into_form};
use super::rooms::{Asked, room_page};
use super::terms::{by_rows, row};
use crate::acts::{entries, rooms};
use crate::http::body::id;
use crate::http::json::terms::parse;
use crate::limits::Limit;
use crate::refused::Refused;

/// The channel that a form names.
///
/// # Errors
/// `Absent` where there is none of that name.
pub fn channel(sent: &Sent) -> Result<Channel, Refused> {
    sent.form.text("channel").parse().map_err(|_| Refused::Absent)
}

/// Stores an entry and goes back to the end of its channel; what cannot be stored comes back in the form.
///
/// # Errors
/// What is no matter of the form.
pub async fn post(
    sent: Sent,
    dispute: DisputeId,
    read: Result<Body, Refused>,
    offer: Option<String>,
) -> Answer {
    let rows = rows(&sent);
    let who = sent.visit.signed_in()?;
    let channel = channel(&sent)?;
    let entry =
        sent.form.text("id").parse::<EntryId>().map_err(|_| Refused::Malformed { code: "unreadable" })?;
    let now = sent.visit.state.clock.now();
    let audience = sent.form.given("audience_digest").map(str::to_owned);
    // Each form keeps what was typed into it, and none of them fills another.
    let words = if matches!(read, Ok(Body::Summary { .. })) { "summary" } else { "text" };
    let done = match read {
        Ok(body) => {
            let too_much = |retry_after| Refused::TooMuch { retry_after };
            sent.visit.state.limits.take(Limit::Entries, who.account, now).map_err(too_much)?;
            let is_offer = matches!(body, Body::Offer(_) | Body::OfferCountered { .. });
            let act = sent.visit.write(move |tx, doing| {
                entries::post(tx, doing, dispute, channel, entry, body, audience.as_deref())
            });
            act.await.map(|_| is_offer)
        }
        Err(refused) => Err(refused),
    };
    let end = format!("/rooms/{dispute}?channel={channel}#end");
    let refused = match done {
        Ok(true) => return Ok(sent.visit.go_saying(&end, "offered")),
        Ok(false) => return Ok(sent.visit.go(&end)),
        Err(refused) => refused,
    };
    let names = [
        ("body.text", words),
        ("body.items", "agenda"),
        ("body.current", ""),
        ("body.seconds", "minutes"),
        ("body.who", "for"),
        ("body.offer", ""),
        ("body.entry", ""),
    ];
    let numbers: Vec<usize> = filled(&sent, rows).collect();
    let form = into_form(by_rows(refused, &numbers, false), sent.typed(), &names)?;
    let page = room_page(&sent.visit, dispute, &Asked::channel(channel, offer).rows(rows), form).await?;
    Ok(sent.visit.again(&format!("/rooms/{dispute}?channel={channel}"), |w, f| page.render(w, f)))
}

async fn say(sent: Sent, path: web::Path<String>) -> Answer {
    let dispute = id(&path)?;
    let lang = sent.form.given("lang").unwrap_or(sent.visit.words.language().tag()).parse();
    let text = sent.form.text("text").to_owned();
    let body =
        lang.map(|lang| Body::Message { text, lang }).map_err(|_| Refused::field("text", "not-a-choice"));
    post(sent, dispute, body, None).await
}

/// The last moment of the day on which an offer ends, by the clocks of the house.
///
/// # Errors
/// `Fields` where it is no day.
pub fn end_of(day: &str, zone: i16) -> Result<Moment, Refused> {
    let end: Result<Moment, _> = format!("{day}T23:59:59.999Z").parse();
    let end = end.map_err(|_| Refused::field("expires_on", "not-a-day"))?;
    Ok(Moment::from_millis(end.millis().saturating_sub(i64::from(zone).saturating_mul(60_000))))
}

/// How many promises the form for an offer had.
fn rows(sent: &Sent) -> usize {
    sent.form.text("rows").parse().unwrap_or(1_usize).clamp(1, TERMS_MAX)
}

/// The rows in which something was typed; the first one always counts, so that an empty form says what it lacks.
fn filled(sent: &Sent, rows: usize) -> impl Iterator<Item = usize> {
    let is_filled = |n: usize| {
        ["text", "amount", "due_on"].iter().any(|part| sent.form.given(&format!("term-{n}-{part}")).is_some())
    };
    (1..=rows).filter(move |n| *n == 1 || is_filled(*n))
}

fn offered(sent: &Sent) -> Result<OfferContent, Refused> {
    // As the form named it: its fields are of that language.
    let language = sent.form.text("offer_language").parse::<RecordLanguage>();
    let language = language.unwrap_or(sent.visit.words.language().into());
    let tags = [(language.tag().to_owned(), String::new())];
    let mut typed = Vec::new();
    for n in filled(sent, rows(sent)) {
        // A promise without words would be lost with its amount and its day.
        let missing = || Refused::field(&format!("term-{n}-text"), "missing");
        typed.push(row(&sent.form, n, &tags).ok_or_else(missing)?);
    }
    let terms = parse(typed)?;
    let zone = sent.visit.state.config.institution.time_zone;
    let expires_at = sent.form.given("expires_on").map(|day| end_of(day, zone)).transpose()?;
    Ok(OfferContent { terms, note: sent.form.given("note").map(str::to_owned), expires_at })
}

async fn offer(sent: Sent, path: web::Path<String>) -> Answer {
    let dispute = id(&path)?;
    let counters = sent.form.given("counters").map(str::to_owned);
    let open = Some(counters.clone().unwrap_or_else(|| "new".to_owned()));
    if sent.form.ticked("more") {
        let channel = channel(&sent)?;
        let rows = rows(&sent).saturating_add(1).min(TERMS_MAX);
        let asked = Asked::channel(channel, open).rows(rows);
        let page = room_page(&sent.visit, dispute, &asked, sent.typed()).await?;
        let here = format!("/rooms/{dispute}?channel={channel}");
        return Ok(sent.visit.again(&here, |w, f| page.render(w, f)));
    }
    let body = match (offered(&sent), counters.as_deref().map(str::parse::<EntryId>)) {
        (Err(refused), _) => Err(refused),
        (Ok(_), Some(Err(_))) => Err(Refused::Absent),
        (Ok(content), None) => Ok(Body::Offer(content)),
        (Ok(counter), Some(Ok(offer))) => Ok(Body::OfferCountered { offer, counter }),
    };
    post(sent, dispute, body, open).await
}

/// Shares a file in the channel that is shown. Pressed twice, it is shared once.
async fn share(request: HttpRequest, visit: Visit, path: web::Path<String>, payload: web::Payload) -> Answer {
    visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    let upload = received(&visit, dispute, &request, payload).await?;
    let channel = upload.channel.ok_or(Refused::Absent)?;
    let entry: EntryId = upload.other("id").parse().map_err(|_| Refused::Malformed { code: "unreadable" })?;
    let typed = Form::default().with("caption", upload.other("caption"));
    let here = format!("/rooms/{dispute}?channel={channel}");
    let refused = match kept(&visit, dispute, upload, Some(entry)).await {
        Ok(kept) if kept.is_free() => return Ok(visit.go(&format!("{here}#end"))),
        // It is not in the room: among one's own files one sees what becomes of it, and sends it on from there.
        Ok(kept) => {
            return Ok(visit.go_saying(&format!("/disputes/{dispute}/files"), notice_of(&kept, "added")));
        }
        Err(refused) => refused,
    };
    if refused == Refused::rule("id-reused") {
        let stored = visit.read(move |tx, _| Ok(store::entries::by_id(tx, dispute, channel, entry)?)).await?;
        if stored.is_some_and(|entry| matches!(entry.body, Body::File(_))) {
            return Ok(visit.go(&format!("{here}#end")));
        }
    }
    let form = file_form(refused, typed)?;
    let page = room_page(&visit, dispute, &Asked::channel(channel, None), form).await?;
    Ok(visit.again(&here, |w, f| page.render(w, f)))
}

async fn accept(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    let (dispute, offer) = (id(&path.0)?, id(&path.1)?);
    post(sent, dispute, Ok(Body::OfferAccepted { offer }), None).await
}

async fn take_back(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    let (dispute, offer) = (id(&path.0)?, id(&path.1)?);
    post(sent, dispute, Ok(Body::OfferWithdrawn { offer }), None).await
}

async fn steer(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let (dispute, channel): (DisputeId, Channel) = (id(&path)?, channel(&sent)?);
    let act = sent.form.text("act").to_owned();
    let done = sent.visit.write(move |tx, doing| match act.as_str() {
        "open" => rooms::set_session(tx, doing, dispute, true),
        "close" => rooms::set_session(tx, doing, dispute, false),
        "pause" => rooms::set_pause(tx, doing, dispute, channel, true),
        "resume" => rooms::set_pause(tx, doing, dispute, channel, false),
        _ => Err(Refused::Malformed { code: "unreadable" }),
    });
    let end = format!("/rooms/{dispute}?channel={channel}");
    let Err(refused) = done.await else { return Ok(sent.visit.go(&format!("{end}#end"))) };
    let form = into_form(refused, sent.typed(), &[])?;
    let page = room_page(&sent.visit, dispute, &Asked::channel(channel, None), form).await?;
    Ok(sent.visit.again(&end, |w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/rooms/{id}/entries").route(web::post().to(say)))
        .service(web::resource("/rooms/{id}/files").route(web::post().to(share)))
        .service(web::resource("/rooms/{id}/offers").route(web::post().to(offer)))
        .service(web::resource("/rooms/{id}/offers/{entry}/acceptance").route(web::post().to(accept)))
        .service(web::resource("/rooms/{id}/offers/{entry}/withdrawal").route(web::post().to(take_back)))
        .service(web::resource("/rooms/{id}/session").route(web::post().to(steer)));
}
