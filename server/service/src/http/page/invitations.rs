//! The invitation as pages: typing a code, the three equal choices, and the printed letter. Nothing is shown before
//! the code, and a wrong code looks like none.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use domain::dispute::Stage;
use domain::ids::DisputeId;
use domain::invitation::Concern;
use pages::invitations::{
    CodeEntry, ConcernHeard, Invitation, Letter, NotNow, Pending, Refusal, TakePart, Taken,
};

use super::drafts::money_text;
use super::frame::{Answer, Sent, Visit, asked};
use crate::acts::By;
use crate::acts::invitations::{self, Taken as Answered};
use crate::acts::process::look;
use crate::http::api::invitations::{accept, refuse, shown, with_code};
use crate::http::body::id;
use crate::refused::Refused;

async fn ask_code(visit: Visit) -> Answer {
    Ok(visit.show(|w, f| CodeEntry::default().render(w, f)))
}

/// The code in what was typed. People copy blanks and line breaks along with it, and often the whole address.
fn code_in(typed: &str) -> String {
    let typed: String = typed.split_whitespace().collect();
    let after = typed.split_once("/invitations/").map(|(_, rest)| rest);
    let code = after.map(|rest| rest.split(['/', '?', '#']).next().unwrap_or("")).map(str::to_owned);
    code.unwrap_or(typed)
}

async fn take_code(request: HttpRequest, sent: Sent) -> Answer {
    let code = code_in(sent.form.text("code"));
    match shown(&sent.visit.state, &request, &code).await {
        Ok(_) => Ok(sent.visit.go(&format!("/invitations/{code}"))),
        Err(Refused::Absent) => {
            let form = sent.typed().wrong("code", if code.is_empty() { "required" } else { "code-unknown" });
            Ok(sent.visit.again("/invitations", |w, f| CodeEntry { form }.render(w, f)))
        }
        Err(refused) => Err(refused),
    }
}

async fn show(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    let code = path.into_inner();
    let shown = shown(&visit.state, &request, &code).await?;
    if shown.is_refused {
        return Ok(visit.go(&format!("/invitations/{code}/refusal")));
    }
    if shown.is_taken {
        return Ok(visit.show(|w, f| Taken { is_signed_in: visit.who.is_some() }.render(w, f)));
    }
    let page = Invitation {
        code,
        from: shown.from.to_string(),
        category: shown.category.to_string(),
        amount: shown.amount.map(money_text).unwrap_or_default(),
        expires_at: shown.expires_at,
    };
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn ask_acceptance(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    let code = path.into_inner();
    let shown = shown(&visit.state, &request, &code).await?;
    let page = TakePart { code, from: shown.from.to_string(), is_signed_in: visit.who.is_some() };
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn take_part(request: HttpRequest, sent: Sent, path: web::Path<String>) -> Answer {
    let code = path.into_inner();
    if sent.visit.who.is_none() {
        return Ok(sent.visit.go(&format!("/sign-in?next=/invitations/{code}/acceptance")));
    }
    match accept(&sent.visit.state, &request, sent.visit.by(), &code).await? {
        Answered::Joined(dispute) => Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "joined")),
        Answered::Pending(_) => Ok(sent.visit.go(&format!("/invitations/{code}/pending"))),
    }
}

async fn show_pending(visit: Visit) -> Answer {
    Ok(visit.show(|w, f| Pending {}.render(w, f)))
}

async fn not_now(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    let code = path.into_inner();
    let expires_at = shown(&visit.state, &request, &code).await?.expires_at;
    Ok(visit.show(|w, f| NotNow { code, expires_at }.render(w, f)))
}

async fn ask_refusal(request: HttpRequest, visit: Visit, path: web::Path<String>) -> Answer {
    let code = path.into_inner();
    let shown = shown(&visit.state, &request, &code).await?;
    let page = Refusal { code, is_refused: shown.is_refused, expires_at: shown.expires_at };
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn say_no(request: HttpRequest, sent: Sent, path: web::Path<String>) -> Answer {
    refuse(&sent.visit.state, &request, &path, false).await?;
    Ok(sent.visit.go(&format!("/invitations/{path}/refusal")))
}

async fn undo(request: HttpRequest, sent: Sent, path: web::Path<String>) -> Answer {
    refuse(&sent.visit.state, &request, &path, true).await?;
    Ok(sent.visit.go(&format!("/invitations/{path}")))
}

async fn raise_concern(request: HttpRequest, sent: Sent, path: web::Path<String>) -> Answer {
    let malformed = |_| Refused::Malformed { code: "unreadable" };
    let concern: Concern = sent.form.text("concern").parse().map_err(malformed)?;
    let act = move |tx: &mut store::Tx<'_>, doing: &mut crate::acts::Doing, code: &str| {
        invitations::raise_concern(tx, doing, code, concern)
    };
    with_code(&sent.visit.state, &request, By::Visitor, &path, act).await?;
    Ok(sent.visit.go(&format!("/invitations/{path}/concerns?of={concern}")))
}

async fn say_heard(request: HttpRequest, visit: Visit) -> Answer {
    let concern = asked(&request, "of").filter(|word| word.parse::<Concern>().is_ok());
    let concern = concern.unwrap_or_else(|| Concern::DoNotContact.to_string());
    Ok(visit.show(|w, f| ConcernHeard { concern }.render(w, f)))
}

/// What the letter says, without a code, and the number of the invitation that a code would open.
async fn letter(visit: &Visit, dispute: DisputeId) -> Result<(Letter, u32), Refused> {
    visit.signed_in()?;
    let address = visit.state.config.public_url.link("/invitations");
    let read = visit.read(move |tx, doing| {
        use domain::sight::{Item, Viewer};
        let seen = look(tx, doing, dispute)?;
        let may =
            matches!(seen.viewer, Viewer::Registrar) || seen.side() == Some(domain::party::Side::Claimant);
        if !may || !seen.may_read(Item::Names) {
            return Err(Refused::Absent);
        }
        let Stage::Inviting { until, .. } = seen.dispute.stage else {
            return Err(Refused::rule("not-at-this-stage"));
        };
        let names = store::names::of(tx, dispute)?;
        let number =
            store::invitations::of_dispute(tx, dispute)?.iter().map(|code| code.number).max().unwrap_or(1);
        let letter = Letter {
            id: dispute.to_string(),
            code: String::new(),
            from: names.claimant.map_or_else(String::new, |name| name.to_string()),
            to: names.respondent.map_or_else(String::new, |name| name.to_string()),
            category: seen.dispute.category.to_string(),
            address,
            expires_on: until.day(),
        };
        Ok((letter, number))
    });
    read.await
}

async fn ask_letter(visit: Visit, path: web::Path<String>) -> Answer {
    let (page, _) = letter(&visit, id(&path)?).await?;
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// The one form that answers with a page: the code is shown this once and kept nowhere, so nothing could show it after
/// a redirect.
async fn make_letter(mut sent: Sent, path: web::Path<String>) -> Answer {
    let dispute: DisputeId = id(&path)?;
    let (mut page, number) = letter(&sent.visit, dispute).await?;
    let code = sent.visit.write(move |tx, doing| invitations::letter(tx, doing, dispute, number)).await?;
    code.as_str().clone_into(&mut page.code);
    // The code would be gone in the other language: there is no switch on this one page.
    sent.visit.frame.here.clear();
    Ok(sent.visit.show_with(StatusCode::OK, |w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(
            web::resource("/invitations").route(web::get().to(ask_code)).route(web::post().to(take_code)),
        )
        .service(web::resource("/invitations/{code}").route(web::get().to(show)))
        .service(
            web::resource("/invitations/{code}/acceptance")
                .route(web::get().to(ask_acceptance))
                .route(web::post().to(take_part)),
        )
        .service(web::resource("/invitations/{code}/pending").route(web::get().to(show_pending)))
        .service(web::resource("/invitations/{code}/later").route(web::get().to(not_now)))
        .service(
            web::resource("/invitations/{code}/refusal")
                .route(web::get().to(ask_refusal))
                .route(web::post().to(say_no)),
        )
        .service(web::resource("/invitations/{code}/reopening").route(web::post().to(undo)))
        .service(
            web::resource("/invitations/{code}/concerns")
                .route(web::get().to(say_heard))
                .route(web::post().to(raise_concern)),
        )
        .service(
            web::resource("/disputes/{id}/letter")
                .route(web::get().to(ask_letter))
                .route(web::post().to(make_letter)),
        );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_in_whatever_was_copied() {
        for typed in [
            "ABCDEFGH-xyz",
            " ABCDEFGH-\n xyz ",
            "https://example.org/invitations/ABCDEFGH-xyz",
            "example.org/invitations/ABCDEFGH-xyz/acceptance?lang=bn#end",
        ] {
            assert_eq!(code_in(typed), "ABCDEFGH-xyz", "{typed}");
        }
    }
}
