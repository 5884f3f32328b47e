//! A house on port 0, asked over real HTTP.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use domain::person::HouseRole;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{House, Running, start};
use crate::acts::By;
use crate::config::{Config, Place, Values};
use crate::desk::Once;
use crate::entrance::{self, Credentials, From, Setup};
use crate::http::who;
use crate::refused::Refused;
use crate::totp;

const PASSWORD: &str = "four plain words here";

struct Test {
    running: Running,
    folder: TempDir,
}

struct Answer {
    status: u16,
    headers: String,
    body: Value,
}

impl Test {
    async fn begin(set: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let running = start(config(&folder, set)).await.expect("a house");
        Self { running, folder }
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Value) -> Answer {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let mut asked = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
        for (name, value) in headers {
            asked += &format!("{name}: {value}\r\n");
        }
        asked += &format!("Content-Length: {}\r\n\r\n{text}", text.len());
        let addr = self.running.addr;
        let told = tokio::task::spawn_blocking(move || {
            let mut line = TcpStream::connect(addr).expect("a line");
            line.write_all(asked.as_bytes()).expect("sent");
            let mut told = String::new();
            line.read_to_string(&mut told).expect("an answer");
            told
        });
        let told = told.await.expect("an answer");
        let (head, body) = told.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Answer {
            status,
            headers: head.to_lowercase(),
            body: serde_json::from_str(body).unwrap_or(Value::Null),
        }
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.ask("POST", path, &[], body).await
    }

    /// The newest mail file, as text; waits for the worker.
    async fn mail(&self, count: usize) -> Vec<String> {
        for _ in 0..100 {
            let files = std::fs::read_dir(self.folder.path().join("mail")).into_iter().flatten().flatten();
            let mut files: Vec<_> = files
                .map(|file| file.path())
                .filter(|path| path.extension().is_some_and(|e| e == "eml"))
                .collect();
            files.sort();
            if files.len() >= count {
                let read = |path| {
                    let bytes = std::fs::read(path).expect("a mail");
                    let mail =
                        mail_parser::MessageParser::default().parse(&bytes).expect("MIME").into_owned();
                    mail.body_text(0).expect("a text part").into_owned()
                };
                return files.into_iter().map(read).collect();
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("no mail came");
    }

    async fn joins(&self, email: &str) {
        let before = self.mail(0).await.len();
        let body = json!({ "email": email, "password": PASSWORD, "name": "Amara Sen", "language": "en" });
        assert_eq!(self.post("/api/v1/accounts", body).await.status, 202);
        let mails = self.mail(before + 1).await;
        let code = code_in(mails.last().expect("a mail"), "/confirmations?code=");
        assert_eq!(self.post("/api/v1/confirmations", json!({ "code": code })).await.status, 204);
        assert_eq!(self.post("/api/v1/confirmations", json!({ "code": code })).await.status, 404);
    }

    async fn signs_in(&self, email: &str, password: &str) -> Answer {
        self.post("/api/v1/sessions", json!({ "email": email, "password": password })).await
    }

    async fn bearer(&self, method: &str, path: &str, answer: &Answer) -> Answer {
        let token = format!("Bearer {}", answer.body["access_token"].as_str().expect("a token"));
        self.ask(method, path, &[("Authorization", &token)], Value::Null).await
    }
}

fn config(folder: &TempDir, set: &[(&str, &str)]) -> Config {
    let mut values = Values::default();
    let data = folder.path().display().to_string();
    for (name, text) in [("data", data.as_str()), ("listen", "127.0.0.1:0")].iter().chain(set) {
        values.set(name, (*text).to_owned(), Place::CommandLine);
    }
    Config::read(&values).expect("possible")
}

fn code_in(mail: &str, before: &str) -> String {
    let (_, rest) = mail.split_once(before).expect("a link");
    rest.chars().take_while(|letter| letter.is_ascii_alphanumeric() || "-_".contains(*letter)).collect()
}

fn from() -> From {
    From { address: "127.0.0.9".parse().expect("an address"), device: None, label: String::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_opened_confirmed_and_signed_in() {
    let test = Test::begin(&[]).await;
    assert_eq!(test.ask("GET", "/health/live", &[], Value::Null).await.status, 200);
    assert_eq!(test.ask("GET", "/health/ready", &[], Value::Null).await.body["warnings"], json!([]));
    test.joins("amara@example.org").await;
    let session = test.signs_in("Amara@Example.org", PASSWORD).await;
    assert_eq!((session.status, &session.body["expires_in"]), (200, &json!(600)));
    let list = test.bearer("GET", "/api/v1/sessions", &session).await;
    assert_eq!(list.body["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(test.bearer("DELETE", "/api/v1/sessions/current", &session).await.status, 204);
    let gone = test.bearer("GET", "/api/v1/sessions", &session).await;
    assert_eq!((gone.status, gone.body["type"].as_str()), (401, Some("/problems/sign-in-needed")));
    assert!(
        gone.headers.contains("content-type: application/problem+json")
            && gone.headers.contains("x-request-id: ")
    );
    test.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn known_and_unknown_addresses_are_answered_alike() {
    let test = Test::begin(&[]).await;
    test.joins("amara@example.org").await;
    let body = json!({ "email": "amara@example.org", "password": PASSWORD, "name": "Eve", "language": "en" });
    let again = test.post("/api/v1/accounts", body).await;
    assert_eq!((again.status, again.body), (202, json!({ "status": "sent" })));
    let mails = test.mail(2).await;
    assert!(mails[1].contains("/sign-in") && !mails[1].contains("code="), "{}", mails[1]);
    let (known, unknown) =
        (test.signs_in("amara@example.org", "wrong").await, test.signs_in("eve@example.org", "wrong").await);
    assert_eq!((known.status, known.body), (unknown.status, unknown.body));
    for email in ["amara@example.org", "eve@example.org"] {
        assert_eq!(test.post("/api/v1/passwords/resets", json!({ "email": email })).await.status, 202);
    }
    let mails = test.mail(3).await;
    let code = code_in(&mails[2], "/passwords/resets/");
    let path = format!("/api/v1/passwords/resets/{code}");
    assert_eq!(test.post(&path, json!({ "password": "short" })).await.body["errors"][0]["code"], "too-short");
    assert_eq!(test.post(&path, json!({ "password": "kettle harbor maple quiet" })).await.status, 204);
    assert_eq!(test.post(&path, json!({ "password": "kettle harbor maple quiet" })).await.status, 404);
    assert_eq!(test.signs_in("amara@example.org", PASSWORD).await.status, 401);
    assert_eq!(test.signs_in("amara@example.org", "kettle harbor maple quiet").await.status, 200);
    test.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_that_comes_again_ends_its_session() {
    let test = Test::begin(&[]).await;
    test.joins("amara@example.org").await;
    let first = test.signs_in("amara@example.org", PASSWORD).await;
    let refresh = |answer: &Answer| json!({ "refresh_token": answer.body["refresh_token"] });
    let second = test.post("/api/v1/sessions/refresh", refresh(&first)).await;
    assert_eq!(test.bearer("GET", "/api/v1/sessions", &second).await.status, 200);
    assert_eq!(test.post("/api/v1/sessions/refresh", refresh(&first)).await.status, 401);
    assert_eq!(test.bearer("GET", "/api/v1/sessions", &second).await.status, 401);
    assert_eq!(test.post("/api/v1/sessions/refresh", refresh(&second)).await.status, 401);
    test.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_tries_are_counted_and_right_ones_are_not() {
    let test = Test::begin(&[]).await;
    test.joins("amara@example.org").await;
    for _ in 0..7 {
        assert_eq!(test.signs_in("amara@example.org", PASSWORD).await.status, 200);
    }
    for _ in 0..5 {
        assert_eq!(test.signs_in("amara@example.org", "wrong").await.status, 401);
    }
    let refused = test.signs_in("amara@example.org", PASSWORD).await;
    assert_eq!(refused.status, 429);
    assert!(refused.headers.contains("retry-after: "));
    // Another address is not locked out by it.
    let given =
        Credentials { email: "amara@example.org".to_owned(), password: PASSWORD.to_owned(), totp: None };
    assert!(entrance::open_page_session(&test.running.state, &from(), &given).await.is_ok());
    test.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_needs_its_origin_and_its_token_and_no_second_credential() {
    let test = Test::begin(&[]).await;
    test.joins("amara@example.org").await;
    let state = &test.running.state;
    let given =
        Credentials { email: "amara@example.org".to_owned(), password: PASSWORD.to_owned(), totp: None };
    let page = entrance::open_page_session(state, &from(), &given).await.expect("a session");
    let cookie = format!("session={}", page.secret);
    let token = who::csrf_token(state, page.session);
    let origin = state.config.public_url.as_str().to_owned();
    let write = |headers: Vec<(&'static str, String)>| {
        let (test, cookie) = (&test, cookie.clone());
        async move {
            let mut all: Vec<(&str, &str)> = vec![("Cookie", &cookie)];
            all.extend(headers.iter().map(|(name, value)| (*name, value.as_str())));
            test.ask("DELETE", "/api/v1/sessions/0", &all, Value::Null).await.status
        }
    };
    assert_eq!(write(vec![]).await, 403);
    assert_eq!(write(vec![("Origin", origin.clone())]).await, 403);
    assert_eq!(write(vec![("Origin", "null".into()), ("X-CSRF-Token", token.clone())]).await, 403);
    assert_eq!(write(vec![("Origin", origin.clone()), ("X-CSRF-Token", token.clone())]).await, 404);
    assert_eq!(
        write(vec![("Origin", origin), ("X-CSRF-Token", token), ("Authorization", "Bearer x".into())]).await,
        400
    );
    assert_eq!(test.ask("GET", "/api/v1/sessions", &[("Cookie", &cookie)], Value::Null).await.status, 200);
    test.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_the_house_need_a_second_factor_that_serves_once() {
    let test = Test::begin(&[]).await;
    let state = test.running.state.clone();
    let typed = Setup {
        email: "noor@example.org".to_owned(),
        password: "kettle9!".to_owned(),
        name: "Noor".to_owned(),
        language: "en".to_owned(),
    };
    let new = entrance::of_house(&state, &typed, HouseRole::Mediator, Vec::new()).await.expect("a mediator");
    let secret = new.totp_secret.clone();
    let added =
        state.desk.write(By::House, move |tx, doing| crate::acts::accounts::add_to_house(tx, doing, &new));
    added.await.expect("added");
    let sign_in = |digits: Option<String>| {
        test.post(
            "/api/v1/sessions",
            json!({ "email": "noor@example.org", "password": "kettle9!", "totp": digits }),
        )
    };
    assert_eq!(sign_in(None).await.status, 401);
    let digits = totp::digits(&secret, state.clock.now());
    assert_eq!(sign_in(digits.clone()).await.status, 200);
    assert_eq!(sign_in(digits).await.status, 401);
    test.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_request_is_said_as_a_problem() {
    let test = Test::begin(&[]).await;
    let long = json!({ "email": "x".repeat(2 * 1024 * 1024) });
    for (method, path, body, status) in [
        ("PUT", "/api/v1/accounts", Value::Null, 405),
        ("GET", "/api/v1/nothing", Value::Null, 404),
        ("GET", "/nothing", Value::Null, 404),
        ("POST", "/api/v1/accounts", json!([]), 422),
        ("POST", "/api/v1/accounts", json!({ "email": "a@b.c", "more": 1 }), 422),
        ("POST", "/api/v1/accounts", long, 413),
        ("GET", "/api/v1/sessions", Value::Null, 401),
    ] {
        let answer = test.ask(method, path, &[], body).await;
        assert_eq!(answer.status, status, "{method} {path}");
        assert_eq!(answer.body["status"], status, "{method} {path}");
        assert!(answer.headers.contains("content-security-policy: default-src 'none'"), "{path}");
    }
    let head = test.ask("HEAD", "/health/live", &[], Value::Null).await;
    assert_eq!((head.status, head.body), (200, Value::Null));
    test.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_gets_the_first_answer_and_another_one_is_refused() {
    let test = Test::begin(&[]).await;
    test.joins("amara@example.org").await;
    let state = test.running.state.clone();
    let given =
        Credentials { email: "amara@example.org".to_owned(), password: PASSWORD.to_owned(), totp: None };
    let by =
        By::Person(entrance::open_page_session(&state, &from(), &given).await.expect("a session").account.id);
    let once = |digest: u8| Once { key: Some("k".to_owned()), digest: [digest; 32] };
    let first = state.desk.write_once(by, once(1), |_, _| Ok(7_u32)).await;
    let again = state.desk.write_once(by, once(1), |_, _| Ok(8_u32)).await;
    let other = state.desk.write_once(by, once(2), |_, _| Ok(9_u32)).await;
    assert_eq!((first, again), (Ok(7), Ok(7)));
    assert_eq!(other, Err(Refused::field("Idempotency-Key", "used-for-another-request")));
    test.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_taken_port_and_a_folder_that_takes_no_files_are_said_clearly() {
    let test = Test::begin(&[]).await;
    let folder = tempfile::tempdir().expect("a folder");
    let taken = start(config(&folder, &[("listen", &test.running.addr.to_string())])).await;
    assert!(taken.err().is_some_and(|error| error.to_string().contains("is taken by another program")));
    let twice = start(config(&test.folder, &[])).await;
    assert!(twice.err().is_some_and(|error| error.to_string().contains("another concord serves")));
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("a file");
    let nowhere = House::open(config(&folder, &[("data", &file.join("data").display().to_string())])).await;
    assert!(nowhere.err().is_some_and(|error| error.to_string().contains("cannot be written to")));
    test.running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_describes_what_is_served() {
    let test = Test::begin(&[]).await;
    let document = test.ask("GET", "/api/v1/openapi.json", &[], Value::Null).await.body;
    assert_eq!(document["openapi"], "3.1.0");
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            let asked = path.replace("{id}", "0").replace("{code}", "0");
            let answer = test.ask(&method.to_uppercase(), &asked, &[], Value::Null).await;
            assert!(
                answer.status != 405 && answer.body["status"] != 405,
                "{method} {path}: {}",
                answer.status
            );
        }
    }
    test.running.stop().await;
}
