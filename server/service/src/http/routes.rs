//! Every route of the house, in one list. Each noun brings its own `configure`; the OpenAPI document is put together
//! from the handlers' own descriptions. Register with `web::resource(path).route(...)`, so that a wrong method is 405.

use actix_web::{HttpResponse, web};
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};

use super::{api, health, openapi, page, socket, who};
use crate::refused::Refused;

/// What the document says of itself.
#[derive(OpenApi)]
#[openapi(info(
    title = "Concord",
    description = "Online dispute resolution with real-time mediation. Errors are application/problem+json (RFC 9457)."
))]
struct About;

/// The OpenAPI document of all handlers.
pub fn document() -> Document {
    let mut document = About::openapi();
    for part in [
        api::accounts::Doc::openapi(),
        api::disputes::Doc::openapi(),
        api::preparing::Doc::openapi(),
        api::invitations::Doc::openapi(),
        api::assignments::Doc::openapi(),
        api::companions::Doc::openapi(),
        api::representing::Doc::openapi(),
        api::agreements::Doc::openapi(),
        api::suggestions::Doc::openapi(),
        api::read_backs::Doc::openapi(),
        api::certifications::Doc::openapi(),
        api::settlements::Doc::openapi(),
        api::verifications::Doc::openapi(),
        api::audits::Doc::openapi(),
        api::reports::Doc::openapi(),
        api::ledger::Doc::openapi(),
        api::files::Doc::openapi(),
        api::uploads::Doc::openapi(),
        api::rooms::Doc::openapi(),
        api::bids::Doc::openapi(),
        api::proposals::Doc::openapi(),
        api::calls::Doc::openapi(),
        api::phrases::Doc::openapi(),
        api::passkeys::Doc::openapi(),
        api::balance::Doc::openapi(),
        api::own_data::Doc::openapi(),
        api::holds::Doc::openapi(),
        socket::Doc::openapi(),
    ] {
        document.merge(part);
    }
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    document.components.get_or_insert_with(Default::default).add_security_scheme("bearer", bearer);
    for (path, item) in &mut document.paths.paths {
        let path = path.strip_prefix("/api/v1").unwrap_or(path);
        let all = [&mut item.get, &mut item.put, &mut item.post, &mut item.patch, &mut item.delete];
        for operation in all.into_iter().flatten().filter(|_| !is_open(path)) {
            operation.security = Some(vec![SecurityRequirement::new("bearer", Vec::<String>::new())]);
        }
    }
    document
}

/// What is answered without a session: the calls by which one gets a session, and what a code or a file alone opens.
fn is_open(path: &str) -> bool {
    let by_code = path.starts_with("/invitations/") && !path.ends_with("/acceptance");
    by_code || path == "/verifications" || path.starts_with("/ledger/") || who::OPEN_TO_ALL.contains(&path)
}

async fn show_document() -> Result<HttpResponse, Refused> {
    let document = serde_json::to_value(document()).map_err(|_| Refused::broken("openapi"))?;
    Ok(HttpResponse::Ok().json(openapi::complete(document)))
}

/// Everything under `/api/v1`.
fn configure_api(routes: &mut web::ServiceConfig) {
    routes.service(web::resource("/openapi.json").route(web::get().to(show_document)));
    api::accounts::configure(routes);
    api::disputes::configure(routes);
    api::preparing::configure(routes);
    api::invitations::configure(routes);
    api::assignments::configure(routes);
    api::companions::configure(routes);
    api::representing::configure(routes);
    api::agreements::configure(routes);
    api::suggestions::configure(routes);
    api::read_backs::configure(routes);
    api::certifications::configure(routes);
    api::settlements::configure(routes);
    api::verifications::configure(routes);
    api::audits::configure(routes);
    api::reports::configure(routes);
    api::ledger::configure(routes);
    api::files::configure(routes);
    api::uploads::configure(routes);
    api::rooms::configure(routes);
    api::bids::configure(routes);
    api::proposals::configure(routes);
    api::calls::configure(routes);
    api::phrases::configure(routes);
    api::passkeys::configure(routes);
    api::balance::configure(routes);
    api::own_data::configure(routes);
    api::holds::configure(routes);
    socket::configure(routes);
}

/// Everything.
pub fn configure(routes: &mut web::ServiceConfig) {
    health::configure(routes);
    page::configure(routes);
    routes.service(web::scope("/api/v1").configure(configure_api).default_service(web::to(absent)));
    routes.default_service(web::to(absent));
}

async fn absent() -> Result<HttpResponse, Refused> {
    Err(Refused::Absent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_operation_has_an_id_of_its_own_and_every_answer_has_words() {
        let document = document();
        let document = openapi::complete(serde_json::to_value(document).expect("JSON"));
        let paths = document["paths"].as_object().expect("paths");
        let operations = paths.values().flat_map(|item| {
            ["get", "put", "post", "patch", "delete"].iter().filter_map(|method| item.get(method))
        });
        let mut ids = BTreeSet::new();
        for operation in operations {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id.to_owned()), "{id} stands twice");
            for (status, answer) in operation["responses"].as_object().expect("answers") {
                assert!(answer["description"].as_str().is_some_and(|text| !text.is_empty()), "{id} {status}");
            }
        }
        assert!(ids.len() > 40, "{ids:?}");
    }
}
