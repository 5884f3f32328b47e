//! What every operation of the OpenAPI document has alike, so that no handler has to say it: words for each status, ids
//! that are each the only one, and the problem document behind each refusal. Deliberately not here: what a handler does.

use actix_web::http::StatusCode;
use serde_json::{Map, Value, json};

/// The methods under which a path holds operations.
const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// Completes the document that was put together from the handlers.
pub fn complete(mut document: Value) -> Value {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    for (path, item) in paths.into_iter().flatten() {
        for method in METHODS {
            if let Some(Value::Object(operation)) = item.get_mut(method) {
                operation.insert("operationId".to_owned(), json!(operation_id(method, path)));
                describe_responses(operation);
            }
        }
    }
    document
}

/// `POST /api/v1/disputes/{id}/agreement/readiness` is `post-disputes-agreement-readiness`.
fn operation_id(method: &str, path: &str) -> String {
    let path = path.trim_start_matches("/api/v1");
    let parts = path.split('/').filter(|part| !part.is_empty());
    // A list and one of its items differ by the parameter alone.
    let named = parts.map(|part| part.trim_start_matches('{').trim_end_matches('}'));
    named.fold(method.to_owned(), |id, part| format!("{id}-{part}"))
}

fn describe_responses(operation: &mut Map<String, Value>) {
    let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
    for (status, response) in responses.into_iter().flatten() {
        let Value::Object(response) = response else { continue };
        let known = status.parse().ok().and_then(|status| StatusCode::from_u16(status).ok());
        let words = known.and_then(|status| status.canonical_reason()).unwrap_or("An answer");
        let is_described =
            response.get("description").and_then(Value::as_str).is_some_and(|text| !text.is_empty());
        if !is_described {
            response.insert("description".to_owned(), json!(words));
        }
        if known.is_some_and(|status| status.is_client_error()) && !response.contains_key("content") {
            let schema = json!({ "schema": { "type": "object" } });
            response.insert("content".to_owned(), json!({ super::problem::PROBLEM_JSON: schema }));
        }
    }
}
