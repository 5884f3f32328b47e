//! Bad input over the whole interface: the list of operations is the server's own document. For each one a body that
//! is no JSON, a wrong type, an unknown field, a missing field, a megabyte of text, control characters and a stranger
//! each get their problem; nothing is a 500, and nothing of it stands in the log.

use reqwest::Method;
use serde_json::{Value, json};
use tests::answer::Answer;
use tests::cast::Person;
use tests::client::Client;
use tests::on_both;
use tests::scene::Scene;

use crate::openapi::{Operation, operations};

/// Sends raw bytes as JSON.
async fn sends(client: &Client, operation: &Operation, id: &str, body: &str) -> Answer {
    let path = operation.filled(id);
    let request = client.request(operation.method.clone(), &path);
    let request = request.header("content-type", "application/json").body(body.to_owned());
    client.send(request).await
}

/// Somebody for whom the operation is there at all, judged by a body that nobody would accept.
async fn whose<'a>(people: &[&'a Person], operation: &Operation, id: &str) -> Option<&'a Person> {
    for person in people {
        let answer = sends(&person.client(), operation, id, r#"{"no-such-field-anywhere":1}"#).await;
        if ![401, 403, 404, 405].contains(&answer.status) {
            return Some(person);
        }
    }
    None
}

fn is_problem(answer: &Answer, statuses: &[u16], what: &str) {
    assert!(
        statuses.contains(&answer.status),
        "{} with {what} answered {}: {}",
        answer.call,
        answer.status,
        answer.text()
    );
    let kind = answer.header("content-type").unwrap_or_default();
    assert!(kind.starts_with("application/problem+json"), "{} with {what}: {kind}", answer.call);
    let body = answer.json();
    assert!(body["type"].is_string() && body["title"].is_string(), "{} with {what}: {body}", answer.call);
    if answer.status == 422 {
        assert!(body["errors"].is_array(), "{} with {what} names the fields: {body}", answer.call);
    }
}

on_both! {
    async fn every_operation_that_takes_a_body_refuses_bad_ones_by_the_right_problem(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        let people = [&scene.amara, &scene.bela, &scene.noor, &scene.rosa, &odil];
        let openapi = scene.service.stranger().get("/openapi.json").await.expects(200);
        let before = scene.amara.reads(&scene.dispute).await.expects(200);
        let (mut tried, mut alone) = (0, Vec::new());
        for operation in operations(&openapi).into_iter().filter(Operation::takes_json) {
            let Some(person) = whose(&people, &operation, &scene.dispute).await else {
                alone.push(operation.to_string());
                continue;
            };
            tried += 1;
            let client = person.client();
            let send = async |body: &str| sends(&client, &operation, &scene.dispute, body).await;
            is_problem(&send("{").await, &[400], "half a body");
            is_problem(&send("[1,2]").await, &[400, 422], "a list");
            is_problem(&send(r#"{"no-such-field-anywhere":1}"#).await, &[422], "an unknown field");
            let large = format!(r#"{{"text":"{}"}}"#, "secret words of a party ".repeat(50_000));
            is_problem(&send(&large).await, &[413], "more than a megabyte");
            for (name, wrong) in operation.fields_of_wrong_type(&openapi) {
                let body = operation.sample_with(&openapi, &name, wrong);
                is_problem(&send(&body.to_string()).await, &[404, 409, 422], &format!("a wrong type in `{name}`"));
            }
            for name in operation.required(&openapi) {
                let body = operation.sample_without(&openapi, &name);
                is_problem(&send(&body.to_string()).await, &[422], &format!("no `{name}`"));
            }
        }
        assert!(tried > 20, "{tried}");
        assert!(alone.len() < 15, "operations that nobody of the cast could try: {alone:?}");
        assert!(!scene.service.log().contains("secret words of a party"));
        assert_eq!(before, scene.amara.reads(&scene.dispute).await.expects(200), "nothing was stored");
    }

    async fn a_strangers_id_and_no_id_at_all_are_both_nothing(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let eve = scene.service.person("Eve Stone").await;
        let openapi = scene.service.stranger().get("/openapi.json").await.expects(200);
        let mut tried = 0;
        for operation in operations(&openapi).into_iter().filter(|operation| operation.path.contains("{id}")) {
            let mut answers = Vec::new();
            for id in [scene.dispute.as_str(), "019a0000-0000-7000-8000-00000000dead", "no-id", "%00"] {
                let request = eve.client().request(operation.method.clone(), &operation.filled(id));
                let request = if operation.method == Method::GET { request } else { request.json(&json!({})) };
                let answer = eve.client().send(request).await;
                assert_eq!(answer.status, 404, "{operation} with {id}: {}", answer.text());
                let mut body = answer.json();
                if let Some(map) = body.as_object_mut() {
                    map.remove("instance");
                    map.remove("request_id");
                }
                answers.push(body);
            }
            answers.dedup();
            assert_eq!(answers.len(), 1, "{operation}: what is not hers looks like what is not there: {answers:?}");
            tried += 1;
        }
        assert!(tried > 20, "{tried}");
    }

    async fn control_characters_never_reach_a_header_or_another_reader(settings: Settings) {
        let service = settings.start().await;
        for name in ["Amara\r\nBcc: eve@example.org", "Amara\u{0}", "Amara \u{202e}neS", "\u{7}"] {
            let body = json!({"email": "amara@example.org", "password": "copper lantern amara", "name": name, "language": "en"});
            let answer = service.stranger().post("/accounts", body).await;
            assert!([202, 422].contains(&answer.status), "{name:?}: {}", answer.text());
        }
        for email in ["amara@example.org\r\nBcc: eve@example.org", "a b@example.org", "amara", "@", "amara@exa\u{0}mple.org"] {
            let body = json!({"email": email, "password": "copper lantern amara", "name": "Amara Sen", "language": "en"});
            service.stranger().post("/accounts", body).await.is_refused(422, "");
        }
        let bela = service.person("Bela Roy").await;
        bela.client().get("/disputes").await.expects(200);
        for letter in service.letters().all() {
            assert!(!letter.raw.to_lowercase().contains("\nbcc:"), "{}", letter.raw);
        }
    }
}

/// A JSON value is what it says it is: used by the other tests of this file as well.
#[test]
fn a_sample_holds_every_required_field() {
    let openapi = json!({"paths": {"/api/v1/x": {"post": {"requestBody": {"content": {"application/json": {"schema":
        {"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "string"}, "b": {"type": "integer"}, "c": {"type": "boolean"}}}}}}}}}});
    let operation = operations(&openapi).remove(0);
    assert_eq!(operation.required(&openapi), ["a", "b"]);
    assert!(operation.sample_without(&openapi, "a").get("a").is_none());
    assert!(operation.sample_without(&openapi, "a").get("b").is_some_and(Value::is_i64));
    assert_eq!(operation.fields_of_wrong_type(&openapi).len(), 3);
}
