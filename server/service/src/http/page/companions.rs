//! Who sits beside a party, as pages: the party's own list and form, and the page on which whoever is asked reads and
//! signs the agreement to mediate, or says no.

use actix_web::{HttpRequest, web};
use domain::companion::{Authority, Sitting};
use domain::consent::AGREEMENT_TO_MEDIATE;
use domain::ids::{CompanionId, DisputeId};
use domain::language::Language;
use domain::person::EmailAddress;
use pages::companions::{Companions, OwnSeatLine, SeatBeside};
use pages::form::Form;

use super::frame::{Answer, Sent, Visit, asked, into_form};
use crate::acts::companions::{self, OwnSeat};
use crate::http::body::id;
use crate::refused::Refused;

fn line(visit: &Visit, dispute: DisputeId, seat: OwnSeat) -> OwnSeatLine {
    let sits = matches!(seat.companion.sitting, Sitting::Seated { .. });
    let address = companions::address(dispute, seat.companion.id);
    let authority = match seat.companion.authority() {
        Authority::Unclaimed => None,
        Authority::Claimed { .. } => Some("claimed"),
        Authority::Accepted { .. } => Some("accepted"),
        Authority::Refused => Some("refused"),
    };
    OwnSeatLine {
        id: seat.companion.id.to_string(),
        role: seat.companion.role.to_string(),
        name: seat.name,
        email: seat.email,
        sits,
        url: visit.state.config.public_url.link(&address),
        authority: authority.map(str::to_owned),
        may_claim: seat.may_claim,
    }
}

/// The party's list.
///
/// # Errors
/// `Absent` for whoever is no party.
pub async fn page_of(visit: &Visit, dispute: DisputeId, form: Form) -> Result<Companions, Refused> {
    visit.signed_in()?;
    let seats = visit.read(move |tx, doing| companions::list(tx, doing, dispute)).await?;
    let seats = seats.into_iter().map(|seat| line(visit, dispute, seat)).collect();
    Ok(Companions { id: dispute.to_string(), seats, form })
}

async fn show(visit: Visit, path: web::Path<String>) -> Answer {
    let page = page_of(&visit, id(&path)?, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn ask(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    let text = |field: &str| sent.form.text(field);
    let done = match companions::parse(text("role"), text("name"), text("email")) {
        Ok((role, asked)) => {
            sent.visit.count_entry()?;
            let house = sent.visit.state.clone();
            let may_mail = move |to: &EmailAddress| house.may_mail("beside", to);
            let how = (role, sent.form.ticked("reads_earlier"));
            let act = sent
                .visit
                .write(move |tx, doing| companions::ask(tx, doing, dispute, how, &asked, may_mail).map(drop));
            act.await
        }
        Err(refused) => Err(refused),
    };
    let here = format!("/disputes/{dispute}/companions");
    let Err(refused) = done else { return Ok(sent.visit.go_saying(&here, "sent")) };
    let form = into_form(refused, sent.typed(), &[])?;
    let page = page_of(&sent.visit, dispute, form).await?;
    Ok(sent.visit.again(&here, |w, f| page.render(w, f)))
}

/// The dispute and the seat that a path names.
///
/// # Errors
/// `Absent`.
pub fn seat_of(path: &(String, String)) -> Result<(DisputeId, CompanionId), Refused> {
    Ok((id(&path.0)?, id(&path.1)?))
}

async fn seat_page(
    visit: &Visit,
    (dispute, seat): (DisputeId, CompanionId),
    language: Language,
    form: Form,
) -> Result<SeatBeside, Refused> {
    visit.signed_in()?;
    let found = visit.read(move |tx, doing| companions::show(tx, doing, dispute, seat)).await?;
    Ok(SeatBeside {
        id: dispute.to_string(),
        seat: seat.to_string(),
        role: found.companion.role.to_string(),
        beside: found.beside,
        sits: found.companion.sits().is_some(),
        has_room: found.has_room,
        signs: found.companion.signs().is_some(),
        version: AGREEMENT_TO_MEDIATE,
        language,
        form,
    })
}

async fn show_seat(request: HttpRequest, visit: Visit, path: web::Path<(String, String)>) -> Answer {
    let language = asked(&request, "language").and_then(|tag| tag.parse().ok());
    let language = language.unwrap_or(visit.words.language());
    let page = seat_page(&visit, seat_of(&path)?, language, Form::default()).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn sit(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    sent.visit.signed_in()?;
    let (dispute, seat) = seat_of(&path)?;
    let language = sent.form.text("language").parse().unwrap_or(sent.visit.words.language());
    let version = sent.form.text("version").parse().unwrap_or(0);
    let done = if sent.form.ticked("agree") {
        sent.visit.count_entry()?;
        let act = sent
            .visit
            .write(move |tx, doing| companions::sit(tx, doing, dispute, seat, version, language).map(drop));
        act.await
    } else {
        Err(Refused::field("agree", "missing"))
    };
    let here = companions::address(dispute, seat);
    let Err(refused) = done else { return Ok(sent.visit.go_saying(&here, "agreed")) };
    let form = into_form(refused, Form::default(), &[])?;
    let page = seat_page(&sent.visit, (dispute, seat), language, form).await?;
    Ok(sent.visit.again(&here, |w, f| page.render(w, f)))
}

/// The party goes back to its list; whoever left the seat, to their own disputes.
async fn end(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    sent.visit.signed_in()?;
    let (dispute, seat) = seat_of(&path)?;
    sent.visit.count_entry()?;
    sent.visit.write(move |tx, doing| companions::end(tx, doing, dispute, seat)).await?;
    let list = sent.visit.read(move |tx, doing| companions::list(tx, doing, dispute)).await;
    let next = if list.is_ok() { format!("/disputes/{dispute}/companions") } else { "/disputes".to_owned() };
    Ok(sent.visit.go_saying(&next, "decided"))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    let beside = |tail: &str| web::resource(format!("/disputes/{{id}}/companions{tail}"));
    routes
        .service(beside("").route(web::get().to(show)).route(web::post().to(ask)))
        .service(beside("/{companion}").route(web::get().to(show_seat)).route(web::post().to(sit)))
        .service(beside("/{companion}/ending").route(web::post().to(end)));
}
