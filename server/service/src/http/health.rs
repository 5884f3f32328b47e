//! Whether the house is alive and ready, and the keys by which its records are verified. Deliberately not here: figures
//! for a monitoring system.

use std::path::Path;
use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde_json::{Value, json};
use store::Tx;

use crate::keys::verifier_lines;
use crate::state::AppState;

/// From when on mail that waits is a warning.
const MAIL_AGE_MAX: Duration = Duration::from_secs(15 * 60);

/// Below what room on the disk it is a warning: two uploads and the log of the database.
const ROOM_BYTES_MIN: u64 = 64 * 1024 * 1024;

/// The process answers.
async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "live" }))
}

/// The database answers. Without it nothing works, and 503 says so; everything else is only a warning, because taking
/// the house off the network would not help it.
async fn ready(state: web::Data<AppState>) -> HttpResponse {
    let waiting = state.store.read(|tx: &mut Tx<'_>| store::outbox::waiting(tx));
    let waiting = tokio::time::timeout(Duration::from_secs(3), waiting).await;
    let waiting = match waiting {
        Err(_) | Ok(Err(store::Error::Unavailable)) => {
            return HttpResponse::ServiceUnavailable()
                .insert_header(("retry-after", "5"))
                .json(json!({ "status": "unavailable", "database": "away" }));
        }
        Ok(waiting) => waiting,
    };
    let mut warnings = Vec::new();
    if !has_room(&state.config.data) {
        warnings.push("disk");
    }
    if state.scanner.is_away() {
        warnings.push("virus-check-away");
    }
    let mail = match waiting {
        Ok(waiting) => {
            let age = waiting.oldest_at.map_or(Duration::ZERO, |oldest| state.clock.now().since(oldest));
            if age > MAIL_AGE_MAX {
                warnings.push("mail-waits");
            }
            if waiting.set_aside > 0 {
                warnings.push("mail-set-aside");
            }
            json!({ "queued": waiting.queued, "set_aside": waiting.set_aside, "oldest_seconds": age.as_secs() })
        }
        Err(_) => {
            warnings.push("mail-unknown");
            Value::Null
        }
    };
    HttpResponse::Ok().json(json!({
        "status": "ready",
        "database": "here",
        "mail": mail,
        "warnings": warnings,
    }))
}

/// Whether the disk of the data folder may be written to and has room left. Nothing is written for the question, which
/// anybody may ask as often as they like.
fn has_room(data: &Path) -> bool {
    rustix::fs::statvfs(data).is_ok_and(|disk| {
        let is_read_only = disk.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY);
        !is_read_only && disk.f_bavail.saturating_mul(disk.f_frsize) >= ROOM_BYTES_MIN
    })
}

/// The seal keys, present and past: what anybody needs to verify a record.
async fn published_keys(state: web::Data<AppState>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/jwk-set+json")
        .insert_header(("cache-control", "public, max-age=300"))
        .body(state.keys.published.to_jwks())
}

/// The keys of the ledger, the first one first: what anybody needs to verify its head (C2SP signed-note), one a line.
async fn ledger_keys(state: web::Data<AppState>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .insert_header(("cache-control", "public, max-age=300"))
        .body(verifier_lines(&state.keys.ledger_published))
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/health/live").route(web::get().to(live)))
        .service(web::resource("/health/ready").route(web::get().to(ready)))
        .service(web::resource("/.well-known/jwks.json").route(web::get().to(published_keys)))
        .service(web::resource("/.well-known/ledger.vkeys").route(web::get().to(ledger_keys)));
}
