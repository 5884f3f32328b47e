//! Whether the house is alive and ready, and the keys by which its records are verified. Deliberately not here: figures
//! for a monitoring system.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde_json::json;
use store::Tx;

use crate::state::AppState;

/// From when on mail that waits is a warning.
const MAIL_AGE_MAX: Duration = Duration::from_secs(15 * 60);

/// The process answers.
async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "live" }))
}

/// The database answers. Without it nothing works, and 503 says so; old mail and a full disk are only warnings,
/// because taking the house off the network would not help them.
async fn ready(state: web::Data<AppState>) -> HttpResponse {
    let waiting = state.store.read(|tx: &mut Tx<'_>| store::outbox::waiting(tx));
    let waiting = tokio::time::timeout(Duration::from_secs(3), waiting).await;
    let Ok(Ok(waiting)) = waiting else {
        return HttpResponse::ServiceUnavailable()
            .insert_header(("retry-after", "5"))
            .json(json!({ "status": "unavailable", "database": "away" }));
    };
    let age = waiting.oldest_at.map_or(Duration::ZERO, |oldest| state.clock.now().since(oldest));
    let mut warnings = Vec::new();
    if age > MAIL_AGE_MAX {
        warnings.push("mail-waits");
    }
    if waiting.set_aside > 0 {
        warnings.push("mail-set-aside");
    }
    if !may_write(&state).await {
        warnings.push("disk");
    }
    HttpResponse::Ok().json(json!({
        "status": "ready",
        "database": "here",
        "mail": { "queued": waiting.queued, "set_aside": waiting.set_aside, "oldest_seconds": age.as_secs() },
        "warnings": warnings,
    }))
}

/// Whether the data folder still takes a megabyte: the one question about a disk that every file system answers.
async fn may_write(state: &AppState) -> bool {
    let probe = state.config.data.join(".room");
    let tried = tokio::task::spawn_blocking(move || {
        let written = std::fs::write(&probe, vec![0_u8; 1024 * 1024]);
        let removed = std::fs::remove_file(&probe);
        written.and(removed).is_ok()
    });
    tried.await.unwrap_or(false)
}

/// The seal keys, present and past: what anybody needs to verify a record.
async fn published_keys(state: web::Data<AppState>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("application/jwk-set+json")
        .insert_header(("cache-control", "public, max-age=300"))
        .body(state.keys.published.to_jwks())
}

pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(web::resource("/health/live").route(web::get().to(live)))
        .service(web::resource("/health/ready").route(web::get().to(ready)))
        .service(web::resource("/.well-known/jwks.json").route(web::get().to(published_keys)));
}
