//! What only the demo serves: signing in as one of its people with a click, and every mail that was sent. Where the
//! house is no demo, nothing of it is there.

use actix_web::{HttpRequest, web};
use domain::ids::AccountId;
use domain::person::EmailAddress;
use domain::time::Moment;
use pages::demo::{DemoPeople, DemoPerson, MailLine, MailPage, Mailbox};
use store::people::{self, Account};

use super::eml::{Mail, read};
use super::frame::{Answer, Sent, Visit, asked};
use super::people::signed_in;
use crate::entrance;
use crate::http::body::id;
use crate::http::origin;
use crate::refused::Refused;

/// The addresses of the demo's people; nobody else is signed in without a password.
const PEOPLE: [(&str, &str, &str); 5] = [
    ("amara@demo.example", "claimant", "Has a dispute at every stage."),
    ("bela@demo.example", "respondent", "Was invited by Amara."),
    ("noor@demo.example", "mediator", "Talks with both, and writes the agreement."),
    ("rumi@demo.example", "registrar", "Looks at what waits, and proposes mediators."),
    ("asha@demo.example", "auditor", "Reads how it was done, never what was said."),
];
/// The most mails of the list, the newest of them.
const MAILS_MAX: usize = 100;

fn in_demo(visit: &Visit) -> Result<(), Refused> {
    if visit.state.is_demo { Ok(()) } else { Err(Refused::Absent) }
}

/// The people who are there, with what they can be tried for.
async fn known(visit: &Visit) -> Result<Vec<(Account, &'static str, &'static str)>, Refused> {
    in_demo(visit)?;
    let read = visit.read(|tx, _| {
        let mut found = Vec::new();
        for (email, role, about) in PEOPLE {
            let Ok(email) = email.parse::<EmailAddress>() else { continue };
            found.extend(people::by_email(tx, &email)?.map(|account| (account, role, about)));
        }
        Ok(found)
    });
    read.await
}

async fn show_people(visit: Visit) -> Answer {
    let line = |(account, role, about): (Account, &str, &str)| DemoPerson {
        id: account.id.to_string(),
        name: account.name.to_string(),
        role: role.to_owned(),
        about: about.to_owned(),
    };
    let people = known(&visit).await?.into_iter().map(line).collect();
    Ok(visit.show(|w, f| DemoPeople { people }.render(w, f)))
}

async fn be_somebody(request: HttpRequest, sent: Sent) -> Answer {
    let person: AccountId = id(sent.form.text("person"))?;
    if !known(&sent.visit).await?.iter().any(|(account, _, _)| account.id == person) {
        return Err(Refused::Absent);
    }
    let from = origin::from(&request, &sent.visit.state.config);
    let session = entrance::open_page_session_of(&sent.visit.state, &from, person).await?;
    Ok(signed_in(&sent.visit, &session, None))
}

/// The mails that were written to files, the newest first, with their ids.
async fn mails(visit: &Visit, only: Option<String>) -> Result<Vec<(String, Moment, Mail)>, Refused> {
    in_demo(visit)?;
    let folder = visit.state.config.data.join("mail");
    let read = visit.state.runtime.spawn_blocking(move || {
        let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
        let mut paths: Vec<_> = files.flatten().map(|file| file.path()).collect();
        // The ids say when they were made.
        paths.sort_unstable_by(|one, other| other.cmp(one));
        let id = |path: &std::path::Path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        let is_mail = |path: &std::path::Path| path.extension().is_some_and(|extension| extension == "eml");
        let wanted = paths.iter().filter(|path| is_mail(path) && (only.is_none() || id(path) == only));
        wanted
            .take(MAILS_MAX)
            .filter_map(|path| Some((id(path)?, written_at(path)?, read(&std::fs::read(path).ok()?))))
            .collect()
    });
    read.await.map_err(|_| Refused::broken("mailbox"))
}

fn written_at(path: &std::path::Path) -> Option<Moment> {
    let at = std::fs::metadata(path).ok()?.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Moment::from_millis(i64::try_from(at.as_millis()).ok()?))
}

async fn show_mailbox(request: HttpRequest, visit: Visit) -> Answer {
    let to = asked(&request, "to");
    let found = mails(&visit, None).await?;
    let is_wanted = |mail: &Mail| to.as_ref().is_none_or(|to| mail.to.contains(to.as_str()));
    let line = |(id, at, mail): (String, Moment, Mail)| MailLine {
        id,
        to: mail.to,
        subject: mail.subject,
        at,
        attachments: mail.attachments.len(),
    };
    let mails = found.into_iter().filter(|(_, _, mail)| is_wanted(mail)).map(line).collect();
    Ok(visit.show(|w, f| Mailbox { mails }.render(w, f)))
}

async fn one(visit: &Visit, id: String) -> Result<(String, Moment, Mail), Refused> {
    mails(visit, Some(id)).await?.into_iter().next().ok_or(Refused::Absent)
}

async fn show_mail(visit: Visit, path: web::Path<String>) -> Answer {
    let (id, at, mail) = one(&visit, path.into_inner()).await?;
    let size = |bytes: usize| format!("{} KB", bytes.div_ceil(1024));
    let page = MailPage {
        id,
        from: mail.from,
        to: mail.to,
        subject: mail.subject,
        at,
        text: mail.text,
        attachments: mail.attachments.iter().map(|(name, bytes)| (name.clone(), size(bytes.len()))).collect(),
    };
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn download(visit: Visit, path: web::Path<(String, String)>) -> Answer {
    let (id, number) = path.into_inner();
    let (_, _, mail) = one(&visit, id).await?;
    let number: usize = number.parse().map_err(|_| Refused::Absent)?;
    let place = number.checked_sub(1).ok_or(Refused::Absent)?;
    let (_, bytes) = mail.attachments.into_iter().nth(place).ok_or(Refused::Absent)?;
    let kind = if bytes.starts_with(b"%PDF") { "application/pdf" } else { "application/octet-stream" };
    Ok(actix_web::HttpResponse::Ok()
        .content_type(kind)
        .insert_header(("Content-Disposition", "attachment"))
        .body(bytes))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/demo").route(web::get().to(show_people)).route(web::post().to(be_somebody)))
        .service(web::resource("/mailbox").route(web::get().to(show_mailbox)))
        .service(web::resource("/mailbox/{id}").route(web::get().to(show_mail)))
        .service(web::resource("/mailbox/{id}/attachments/{n}").route(web::get().to(download)));
}
