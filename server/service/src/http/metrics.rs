//! Figures for a monitoring system, in the text format of Prometheus, on a port of their own that is private by its
//! place: nothing of any dispute is in them, and yet who watches their steps for long enough could guess at one.

use std::fmt::Write as _;

use actix_web::{HttpResponse, web};
use store::Tx;

use crate::state::AppState;

/// One figure, with what it means.
fn add(text: &mut String, kind: &str, name: &str, means: &str, figures: &[(String, u64)]) {
    // Writing to a String does not fail.
    let _ = writeln!(text, "# HELP concord_{name} {means}\n# TYPE concord_{name} {kind}");
    for (labels, figure) in figures {
        let _ = writeln!(text, "concord_{name}{labels} {figure}");
    }
}

async fn show(state: web::Data<AppState>) -> HttpResponse {
    let count = |figure: usize| vec![(String::new(), u64::try_from(figure).unwrap_or(u64::MAX))];
    let mut text = String::new();
    let uptime = vec![(String::new(), state.tally.uptime().as_secs())];
    add(&mut text, "gauge", "uptime_seconds", "Since the start of the program.", &uptime);
    let answers: Vec<_> =
        state.tally.answers().map(|(class, count)| (format!("{{class=\"{class}\"}}"), count)).collect();
    add(&mut text, "counter", "answers_total", "Requests by the class of their answer.", &answers);
    let (rooms, sockets) = state.rooms.counts();
    add(&mut text, "gauge", "rooms", "Rooms with a listener on this node.", &count(rooms));
    add(&mut text, "gauge", "sockets", "Open sockets.", &count(sockets));
    if state.scanner.is_set() {
        let away = count(usize::from(state.scanner.is_away()));
        add(&mut text, "gauge", "virus_check_away", "Whether the virus check is away.", &away);
    }
    if state.sealer.stamps() {
        let missed = vec![(String::new(), state.sealer.missed())];
        add(
            &mut text,
            "counter",
            "time_stamps_missed_total",
            "Records sealed without their time stamp.",
            &missed,
        );
    }
    let (writes, reads) = state.store.waiting();
    add(&mut text, "gauge", "store_writes_waiting", "Acts that wait for the database.", &count(writes));
    add(&mut text, "gauge", "store_reads_waiting", "Reads that wait for the database.", &count(reads));
    // While the database is away its figures are missing, which is what a monitor looks for.
    if let Ok(mail) = state.store.read(|tx: &mut Tx<'_>| store::outbox::waiting(tx)).await {
        let count = |figure: i64| vec![(String::new(), u64::try_from(figure).unwrap_or(0))];
        add(&mut text, "gauge", "mails_queued", "Mails that wait to be sent.", &count(mail.queued));
        add(&mut text, "gauge", "mails_set_aside", "Mails that could not be sent.", &count(mail.set_aside));
        add(&mut text, "gauge", "mails_bounced", "Mails that came back.", &count(mail.bounced));
    }
    if let Ok(waiting) = state.store.read(store::files::waiting_count).await {
        let waiting = vec![(String::new(), u64::try_from(waiting).unwrap_or(0))];
        add(&mut text, "gauge", "files_waiting", "Files that wait for the virus check.", &waiting);
    }
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(text)
}

/// The only route of that port.
pub fn configure(routes: &mut web::ServiceConfig) {
    routes.service(web::resource("/metrics").route(web::get().to(show)));
}
