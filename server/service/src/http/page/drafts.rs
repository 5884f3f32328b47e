//! The wizard that makes a dispute, one question a page, and filing. Each step saves what is valid before it goes on.

use actix_web::{HttpRequest, web};
use domain::accommodation::Need;
use domain::category::Category;
use domain::dispute::Stage;
use domain::ids::DisputeId;
use domain::language::Language;
use domain::money::{Currency, Money};
use domain::party::{Safety, Side};
use pages::drafts::{AnswerLine, DraftCheck, DraftQuestion, NewDispute, steps};
use pages::form::Form;
use store::claims::Claim;

use super::files::listed;
use super::frame::{Answer, Sent, Visit, asked, into_form};
use crate::acts::disputes::{self, Change};
use crate::acts::process::{Seen, look};
use crate::acts::views::Amount;
use crate::http::body::id;
use crate::http::forms::Posted;
use crate::http::json::terms::parse_amount;
use crate::refused::{FieldErrors, Refused, words_code};

async fn ask_new(visit: Visit) -> Answer {
    visit.signed_in()?;
    Ok(visit.show(|w, f| NewDispute {}.render(w, f)))
}

/// Begins a draft: the list of disputes takes the form.
pub async fn begin(sent: Sent) -> Answer {
    sent.visit.signed_in()?;
    let change = Change { language: Some(sent.visit.words.language()), ..Change::default() };
    let seen = sent.visit.write(move |tx, doing| disputes::begin(tx, doing, &change)).await?;
    Ok(sent.visit.go(&format!("/disputes/{}/draft/category", seen.dispute.id)))
}

/// What is saved of a draft of one's own.
async fn saved(visit: &Visit, dispute: DisputeId) -> Result<(Seen, Claim), Refused> {
    let own = visit.read(move |tx, doing| {
        let seen = look(tx, doing, dispute)?;
        if seen.side() != Some(Side::Claimant) || seen.dispute.stage != Stage::Draft {
            return Err(Refused::Absent);
        }
        Ok((seen, store::claims::load(tx, dispute)?))
    });
    own.await
}

/// The saved answers of one step, by the names of its fields.
fn form_of(step: &str, seen: &Seen, claim: &Claim) -> Form {
    let form = Form::default();
    match step {
        "category" => form.with("category", seen.dispute.category.as_str()),
        "title" => form.with("title", &claim.title),
        "statement" => form.with("statement", &claim.statement),
        "outcome" => form.with("outcome_sought", &claim.outcome_sought),
        "amount" => {
            let form = match claim.amount {
                Some(money) => form.with("amount", money.figure()).with("currency", money.currency().code()),
                None => form,
            };
            if claim.amount_shown { form.with("amount_shown", "yes") } else { form }
        }
        "respondent" => {
            let name = claim.respondent_name.as_ref().map_or("", |name| name.as_str());
            let email = claim.respondent_email.as_ref().map_or("", |email| email.as_str());
            form.with("respondent_name", name).with("respondent_email", email)
        }
        "needs" => claim.needs.iter().fold(form, |form, need| form.with("needs", need.as_str())),
        _ => form.with("language", seen.dispute.language.tag()),
    }
}

fn question(seen: &Seen, step: &str, form: Form, is_change: bool) -> DraftQuestion {
    let words = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect();
    let categories: Vec<&str> = Category::ALL.iter().map(|category| category.as_str()).collect();
    let needs: Vec<&str> = Need::ALL.iter().map(|need| need.as_str()).collect();
    DraftQuestion {
        id: seen.dispute.id.to_string(),
        step: step.to_owned(),
        form,
        categories: words(&categories),
        currencies: currencies(),
        needs: words(&needs),
        is_change,
        is_amendment: seen.dispute.amends.is_some(),
    }
}

/// The codes of the currencies that the house takes.
pub fn currencies() -> Vec<String> {
    Currency::all().map(|currency| currency.code().to_owned()).collect()
}

fn known_step(seen: &Seen, step: &str) -> Result<&'static str, Refused> {
    steps(seen.dispute.amends.is_some()).find(|known| *known == step).ok_or(Refused::Absent)
}

async fn ask_question(request: HttpRequest, visit: Visit, path: web::Path<(String, String)>) -> Answer {
    visit.signed_in()?;
    let (seen, claim) = saved(&visit, id(&path.0)?).await?;
    let step = known_step(&seen, &path.1)?;
    let is_change = asked(&request, "change").as_deref() == Some("yes");
    let page = question(&seen, step, form_of(step, &seen, &claim), is_change);
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// What one step changes; what was typed wrong is named by the fields of the page.
fn change_of(step: &str, form: &Posted) -> Result<Change, Refused> {
    let mut errors = FieldErrors::default();
    let mut change = Change::default();
    let not_a_choice = |_| "not-a-choice";
    match step {
        "category" => change.category = errors.take("category", form.text("category").parse(), not_a_choice),
        "title" => change.title = Some(form.text("title").to_owned()),
        "statement" => change.statement = Some(form.text("statement").to_owned()),
        "outcome" => change.outcome_sought = Some(form.text("outcome_sought").to_owned()),
        "amount" => {
            change.amount = Some(amount_of(form, &mut errors));
            change.amount_shown = Some(form.ticked("amount_shown"));
        }
        "respondent" => {
            change.respondent_name =
                errors.take("respondent_name", form.text("respondent_name").parse(), words_code);
            change.respondent_email = Some(
                form.given("respondent_email")
                    .and_then(|typed| errors.take("respondent_email", typed.parse(), words_code)),
            );
        }
        "needs" => {
            let needs: Result<Vec<Need>, _> = form.all("needs").map(str::parse).collect();
            change.needs = errors.take("needs", needs, not_a_choice);
        }
        _ => {
            change.language =
                errors.take("language", form.text("language").parse::<Language>(), |_| "not-a-choice")
        }
    }
    errors.check()?;
    Ok(change)
}

fn amount_of(form: &Posted, errors: &mut FieldErrors) -> Option<Money> {
    let value = form.given("amount")?.to_owned();
    let amount = Amount { value, currency: form.text("currency").to_owned() };
    parse_amount("amount", &amount, errors)
}

const NAMES: [(&str, &str); 3] =
    [("amount.value", "amount"), ("amount.currency", "currency"), ("respondent.name", "respondent_name")];

async fn answer_question(sent: Sent, path: web::Path<(String, String)>) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(&path.0)?;
    let (seen, _) = saved(&sent.visit, dispute).await?;
    let step = known_step(&seen, &path.1)?;
    let is_change = sent.form.ticked("change");
    let done = match change_of(step, &sent.form) {
        Ok(change) => {
            sent.visit.write(move |tx, doing| disputes::change(tx, doing, dispute, None, &change)).await
        }
        Err(refused) => Err(refused),
    };
    if let Err(refused) = done {
        let form = into_form(refused, sent.typed(), &NAMES)?;
        let page = question(&seen, step, form, is_change);
        return Ok(sent.visit.again(&format!("/disputes/{dispute}/draft/{step}"), |w, f| page.render(w, f)));
    }
    if is_change {
        return Ok(sent.visit.go(&format!("/disputes/{dispute}/draft/check")));
    }
    let after = steps(seen.dispute.amends.is_some()).skip_while(|known| *known != step).nth(1);
    Ok(match after {
        Some(next) => sent.visit.go(&format!("/disputes/{dispute}/draft/{next}")),
        None => sent.visit.go(&format!("/disputes/{dispute}/safety")),
    })
}

fn answers(seen: &Seen, claim: &Claim) -> Vec<AnswerLine> {
    let line = |step: &str, name: &str, answers: Vec<String>| AnswerLine {
        step: step.to_owned(),
        name: name.to_owned(),
        answers: answers.into_iter().filter(|answer| !answer.is_empty()).collect(),
    };
    let one = |text: &str| vec![text.to_owned()];
    let amount = claim.amount.map(money_text).into_iter().collect();
    let name = claim.respondent_name.as_ref().map(ToString::to_string).into_iter().collect();
    let email = claim.respondent_email.as_ref().map(ToString::to_string).into_iter().collect();
    let mut lines = vec![
        line("category", "category", one(seen.dispute.category.as_str())),
        line("title", "title", one(&claim.title)),
        line("statement", "statement", one(&claim.statement)),
        line("outcome", "outcome", one(&claim.outcome_sought)),
        line("amount", "amount", amount),
        line("amount", "amount-shown", one(if claim.amount_shown { "yes" } else { "no" })),
        line("respondent", "respondent", name),
        line("respondent", "respondent-email", email),
        line("needs", "needs", claim.needs.iter().map(|need| need.as_str().to_owned()).collect()),
        line("language", "language", one(seen.dispute.language.tag())),
    ];
    // Without an amount there is none to show.
    lines.retain(|line| line.name != "amount-shown" || claim.amount.is_some());
    if seen.dispute.amends.is_some() {
        // Where the other party is reached is the house's to know.
        lines.retain(|line| line.name != "respondent-email");
        let is_fixed = |line: &&mut AnswerLine| !steps(true).any(|step| step == line.step);
        lines.iter_mut().filter(is_fixed).for_each(|line| line.step.clear());
    }
    lines
}

/// An amount as pages show it.
pub fn money_text(money: Money) -> String {
    format!("{} {}", money.currency().code(), money.figure())
}

fn check_page(dispute: DisputeId, seen: &Seen, claim: &Claim, files: usize, form: Form) -> DraftCheck {
    let texts =
        [("title", &claim.title), ("statement", &claim.statement), ("outcome", &claim.outcome_sought)];
    let empty = texts.into_iter().filter(|(_, text)| text.is_empty()).map(|(step, _)| step);
    let nobody = claim.respondent_name.is_none().then_some("respondent");
    DraftCheck {
        id: dispute.to_string(),
        answers: answers(seen, claim),
        is_safety_answered: seen.dispute.parties.claimant.safety != Safety::Unanswered,
        files,
        missing: empty.chain(nobody).map(str::to_owned).collect(),
        form,
    }
}

async fn check(visit: Visit, path: web::Path<String>) -> Answer {
    visit.signed_in()?;
    let dispute = id(&path)?;
    let (seen, claim) = saved(&visit, dispute).await?;
    let files = listed(&visit, dispute).await?.len();
    let page = check_page(dispute, &seen, &claim, files, Form::default());
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn file(sent: Sent, path: web::Path<String>) -> Answer {
    sent.visit.signed_in()?;
    let dispute: DisputeId = id(&path)?;
    let done = if sent.form.ticked("confirm") {
        sent.visit.write(move |tx, doing| disputes::file(tx, doing, dispute)).await
    } else {
        Err(Refused::field("confirm", "required"))
    };
    let Err(refused) = done else {
        return Ok(sent.visit.go_saying(&format!("/disputes/{dispute}"), "filed"));
    };
    let form = into_form(refused, sent.typed(), &NAMES)?;
    let (seen, claim) = saved(&sent.visit, dispute).await?;
    let files = listed(&sent.visit, dispute).await?.len();
    let page = check_page(dispute, &seen, &claim, files, form);
    Ok(sent.visit.again(&format!("/disputes/{dispute}/draft/check"), |w, f| page.render(w, f)))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/disputes/new").route(web::get().to(ask_new)))
        .service(web::resource("/disputes/{id}/draft/check").route(web::get().to(check)))
        .service(
            web::resource("/disputes/{id}/draft/{step}")
                .route(web::get().to(ask_question))
                .route(web::post().to(answer_question)),
        )
        .service(web::resource("/disputes/{id}/filing").route(web::post().to(file)));
}
