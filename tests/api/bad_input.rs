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
        assert!(answer.status < 500, "{}: {} {}", answer.call, answer.status, answer.text());
        if ![401, 403, 404, 405].contains(&answer.status) {
            return Some(person);
        }
    }
    None
}

/// Bodies with an Idempotency-Key that somebody without a seat may try, the well-formed first.
fn bodies(operation: &Operation, openapi: &Value) -> Vec<Option<(String, String)>> {
    if operation.method == Method::GET {
        return vec![None];
    }
    let good = operation.sample(openapi).to_string();
    let (short, long) = ("a key".to_owned(), "k".repeat(300));
    let ill = ["{", r#"{"no-such-field-anywhere":1}"#, r#"{"text":{"en":5},"digest":"x"}"#];
    let ill = ill.into_iter().map(|body| Some((body.to_owned(), short.clone())));
    [Some((good.clone(), short.clone())), Some((good, long))].into_iter().chain(ill).collect()
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
                for body in bodies(&operation, &openapi) {
                    let request = eve.client().request(operation.method.clone(), &operation.filled(id));
                    let request = match &body {
                        None => request,
                        Some((body, key)) => request
                            .header("content-type", "application/json")
                            .header("idempotency-key", key)
                            .body(body.clone()),
                    };
                    let answer = eve.client().send(request).await;
                    assert_eq!(answer.status, 404, "{operation} with {id} and {body:?}: {}", answer.text());
                    let mut said = answer.json();
                    if let Some(map) = said.as_object_mut() {
                        map.remove("instance");
                        map.remove("request_id");
                    }
                    answers.push(said);
                }
            }
            answers.dedup();
            assert_eq!(answers.len(), 1, "{operation}: what is not hers looks like what is not there: {answers:?}");
            tried += 1;
        }
        assert!(tried > 20, "{tried}");
    }

    async fn an_ended_session_is_told_so_before_its_body_is_judged(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let openapi = scene.service.stranger().get("/openapi.json").await.expects(200);
        let client = scene.amara.client();
        scene.amara.signs_out().await.expects(204);
        let mut tried = 0;
        for operation in operations(&openapi).into_iter().filter(Operation::takes_json) {
            let open = ["/accounts", "/confirmations", "/sessions", "/passwords", "/setups", "/invitations/", "/ledger/"];
            if open.iter().any(|start| operation.path.starts_with(start)) {
                continue;
            }
            let answer = sends(&client, &operation, &scene.dispute, r#"{"no-such-field-anywhere":1}"#).await;
            assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{operation}: {}", answer.text());
            is_problem(&answer, &[401], "an ended session");
            let path = format!("/api/v1{}", operation.path);
            let described = &openapi["paths"][path][operation.method.as_str().to_lowercase()];
            assert!(described["security"][0]["bearer"].is_array(), "{operation} says so in the document");
            tried += 1;
        }
        assert!(tried > 20, "{tried}");
    }

    async fn two_equal_requests_at_once_are_one_act_with_one_answer(settings: Settings) {
        let scene = Scene::drafted(settings.without_limits()).await;
        scene.amara.answers_safety(&scene.dispute, tests::cast::all_clear()).await.expects(204);
        let files = async || {
            let client = scene.amara.client();
            let request = client.request(Method::POST, &format!("/disputes/{}/filing", scene.dispute));
            client.send(request.header("idempotency-key", "once").json(&json!({}))).await
        };
        let (one, other, third) = tokio::join!(files(), files(), files());
        let first = one.expects(200);
        assert_eq!((&first, &first), (&other.expects(200), &third.expects(200)));
        // A letter is made once, however often it is asked for with one key.
        let makes = async |key: &'static str| {
            let client = scene.amara.client();
            let path = format!("/disputes/{}/invitations/1/letters", scene.dispute);
            client.send(client.request(Method::POST, &path).header("idempotency-key", key).json(&json!({}))).await
        };
        let letter = makes("a letter").await.expects(201);
        assert_eq!(makes("a letter").await.expects(201), letter);
        assert_ne!(makes("another letter").await.expects(201), letter);
    }

    async fn a_script_of_another_page_gets_nowhere_by_spelling_the_path_otherwise(settings: Settings) {
        let service = settings.start().await;
        let amara = service.person("Amara Sen").await;
        let browser = amara.signs_in_on_a_page().await;
        for path in ["/api/v1/disputes", "/%61pi/v1/disputes", "/api/v1/dispute%73"] {
            let write = browser.page(Method::POST, path).header("origin", service.base()).json(&json!({}));
            let answer = browser.send(write).await;
            // A path that leads nowhere is no way round either.
            assert!([403, 404].contains(&answer.status), "{path}: {} {}", answer.status, answer.text());
        }
    }

    async fn a_body_that_stands_still_is_not_waited_for(settings: Settings) {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let service = settings.start().await;
        let address = service.base().trim_start_matches("http://").to_owned();
        let sends = async |head: String| {
            let mut line = tokio::net::TcpStream::connect(&address).await.expect("the service listens");
            line.write_all(head.as_bytes()).await.expect("it takes the head");
            let mut answer = Vec::new();
            let read = line.read_to_end(&mut answer);
            tokio::time::timeout(std::time::Duration::from_secs(45), read).await.expect("it answers").expect("whole");
            String::from_utf8_lossy(&answer).into_owned()
        };
        let head = |path: &str, kind: &str| {
            format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-type: {kind}\r\ncontent-length: 900\r\n\r\nhalf")
        };
        let file = sends(head("/api/v1/verifications", "application/pdf"));
        let json = sends(head("/api/v1/accounts", "application/json"));
        let (file, json) = tokio::join!(file, json);
        for answer in [file, json] {
            assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
            assert!(answer.contains("/problems/too-slow"), "{answer}");
        }
    }

    async fn strangers_verify_so_many_files_and_then_wait(settings: Settings) {
        let service = settings.with("CONCORD_LIMIT_VERIFICATIONS", "3,1/h").start().await;
        let sends = async || {
            let client = service.stranger();
            let request = client.request(Method::POST, "/verifications").body("no record");
            client.send(request).await
        };
        for _ in 0..3 {
            sends().await.expects(200);
        }
        let refused = sends().await;
        assert!(refused.header("retry-after").is_some());
        refused.is_refused(429, "too-many");
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
