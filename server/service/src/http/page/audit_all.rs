//! An auditor's work over all settlements: verifying every record anew, a turn at a time, saving the list, and a signed
//! report of it.

use actix_web::http::header::ContentDisposition;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::AccountId;
use domain::settlement::Fault;
use pages::audit::{AuditLine, Verification};
use serde::{Deserialize, Serialize};
use store::settlements::{Filter, Settlement};
use subtle::ConstantTimeEq as _;

use super::audit::{filter_of, form_of, lines};
use super::frame::{Answer, Sent, Visit};
use crate::acts::reports::Wanted;
use crate::acts::{audits, settlements};
use crate::http::api::audits::{judged, next_of};
use crate::http::api::reports::{answer, draw_of};
use crate::keys::Keys;
use crate::refused::Refused;

/// The most records that are named as wrong; beyond that they are counted, and the trail has each.
const NAMED_MAX: usize = 100;

/// What was found so far. It travels in the page's form and comes back with the next turn, under a keyed digest of the
/// house: what a page says was verified is what the house verified, whatever somebody sends.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Run {
    /// Whose.
    by: String,
    /// The last one that was verified.
    after: Option<String>,
    checked: usize,
    wrong: usize,
    /// The ids and references of the first ones that were not right.
    named: Vec<(String, String)>,
}

impl Run {
    fn sealed(&self, keys: &Keys) -> Result<String, Refused> {
        let told = serde_json::to_vec(self).map_err(|_| Refused::broken("a run of verifying"))?;
        let digest = keys.digest("audit-run", &told);
        Ok(URL_SAFE_NO_PAD.encode([digest.as_slice(), &told].concat()))
    }

    /// The run of this auditor; nothing where it is none of ours, or somebody else's.
    fn read(keys: &Keys, sent: &str, by: AccountId) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(sent).ok()?;
        let (digest, told) = bytes.split_first_chunk::<32>()?;
        if !bool::from(keys.digest("audit-run", told).ct_eq(digest)) {
            return None;
        }
        let run: Self = serde_json::from_slice(told).ok()?;
        Some(run).filter(|run| run.by == by.to_string())
    }

    fn goes_on(mut self, judged: &[(Settlement, Vec<Fault>)]) -> Self {
        let wrong = judged.iter().filter(|(_, faults)| !faults.is_empty());
        let wrong: Vec<_> = wrong.map(|(row, _)| (row.id.to_string(), row.reference.to_string())).collect();
        self.checked = self.checked.saturating_add(judged.len());
        self.wrong = self.wrong.saturating_add(wrong.len());
        self.named.extend(wrong);
        self.named.truncate(NAMED_MAX);
        self.after = next_of(judged, None);
        self
    }
}

async fn show(visit: Visit) -> Answer {
    visit.signed_in()?;
    let of = visit.read(|tx, doing| audits::count(tx, doing, &Filter::default())).await?;
    let page = Verification { of, is_done: of == 0, ..Verification::default() };
    Ok(visit.show(|w, f| page.render(w, f)))
}

async fn go_on(sent: Sent) -> Answer {
    let (visit, keys) = (&sent.visit, &sent.visit.state.keys);
    let by = visit.signed_in()?.account;
    // What is not ours begins anew.
    let run = Run::read(keys, sent.form.text("run"), by);
    let run = run.unwrap_or_else(|| Run { by: by.to_string(), ..Run::default() });
    let after = run.after.as_deref().and_then(|after| after.parse().ok());
    let judged = judged(&visit.state, visit.by(), None, after).await?;
    let of = visit.read(|tx, doing| audits::count(tx, doing, &Filter::default())).await?;
    let run = run.goes_on(&judged);
    let page = Verification {
        run: run.sealed(keys)?,
        checked: run.checked,
        of: of.max(run.checked),
        wrong: run.wrong,
        is_done: run.after.is_none(),
        named: run.named,
    };
    Ok(visit.show(|w, f| page.render(w, f)))
}

/// A row of the saved list.
#[derive(Serialize)]
struct Row {
    reference: String,
    category: String,
    sealed_on: String,
    mediator: String,
    state: String,
    terms_are_open: bool,
}

impl Row {
    fn of(line: AuditLine) -> Self {
        Self {
            reference: line.reference,
            category: line.category,
            sealed_on: line.sealed_on.map_or_else(String::new, |day| day.to_string()),
            mediator: line.mediator,
            state: line.state,
            terms_are_open: line.is_open,
        }
    }

    /// A cell that begins like a formula is one to a table program, whoever typed the name.
    fn without_formulas(self) -> Self {
        let is_formula = self.mediator.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let mediator = if is_formula { format!("'{}", self.mediator) } else { self.mediator };
        Self { mediator, ..self }
    }
}

async fn rows(request: &HttpRequest, visit: &Visit) -> Result<Vec<Row>, Refused> {
    visit.signed_in()?;
    let filter = filter_of(&form_of(request), visit.state.clock.now());
    let filter = visit.read(move |tx, doing| settlements::for_auditor(tx, doing, &filter?)).await?;
    visit.write(move |tx, doing| settlements::note_listed(tx, doing, &filter)).await?;
    let found = visit.read(move |tx, doing| {
        // A list that was cut short would read as if it were all.
        if i64::try_from(audits::count(tx, doing, &filter)?).is_ok_and(|count| count > audits::EXPORT_MAX) {
            return Err(Refused::rule("too-many-to-save"));
        }
        let found = settlements::list(tx, doing, &filter, None, audits::EXPORT_MAX)?;
        lines(tx, doing, &found)
    });
    Ok(found.await?.into_iter().map(Row::of).collect())
}

fn saved(kind: &'static str, name: &'static str, body: Vec<u8>) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.content_type(kind).insert_header(ContentDisposition::attachment(name)).body(body)
}

async fn save_table(request: HttpRequest, visit: Visit) -> Answer {
    let mut table = csv::Writer::from_writer(Vec::new());
    for row in rows(&request, &visit).await? {
        table.serialize(row.without_formulas()).map_err(|_| Refused::broken("a table"))?;
    }
    let table = table.into_inner().map_err(|_| Refused::broken("a table"))?;
    Ok(saved("text/csv; charset=utf-8", "settlements.csv", table))
}

async fn save_json(request: HttpRequest, visit: Visit) -> Answer {
    let rows = rows(&request, &visit).await?;
    let json = serde_json::to_vec(&rows).map_err(|_| Refused::broken("a list"))?;
    Ok(saved("application/json", "settlements.json", json))
}

async fn save_report(request: HttpRequest, sent: Sent) -> Answer {
    let visit = sent.visit;
    visit.signed_in()?;
    let form = form_of(&request);
    let wanted = || {
        let filter = filter_of(&form, visit.state.clock.now())?;
        Ok(Wanted { filter, draw: draw_of(Some(form.value("seed")), Some(form.value("size")))? })
    };
    answer(&visit.state, visit.by(), visit.words.language(), wanted()).await
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/audit/verification").route(web::get().to(show)).route(web::post().to(go_on)))
        .service(web::resource("/audit/settlements.csv").route(web::get().to(save_table)))
        .service(web::resource("/audit/report.pdf").route(web::post().to(save_report)))
        .service(web::resource("/audit/settlements.json").route(web::get().to(save_json)));
}
