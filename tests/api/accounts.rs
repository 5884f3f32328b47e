//! Accounts and sessions: confirmed addresses, the second factor, rotating tokens, limits, and answers that never tell
//! whether somebody is known.

use serde_json::{Value, json};
use tests::answer::Answer;
use tests::{assert_refused, on_both};

/// An answer without what differs between any two requests.
fn shape(answer: Answer) -> (u16, Value) {
    let mut body = answer.json();
    if let Some(map) = body.as_object_mut() {
        map.remove("instance");
        map.remove("request_id");
    }
    (answer.status, body)
}

on_both! {
    async fn nobody_signs_in_before_the_address_is_confirmed(settings: Settings) {
        let service = settings.start().await;
        let amara = service.newcomer("Amara Sen");
        amara.signs_up().await.expects(202);
        let code = service.confirmation_code(&amara.email).await;
        let refused = shape(amara.tries_to_sign_in().await);
        assert!(refused.0 == 401 || refused.0 == 403, "{refused:?}");
        amara.confirms(&code).await.expects(204);
        amara.signs_in().await;
        amara.client().get("/disputes").await.expects(200);
    }

    async fn a_name_that_no_record_could_print_is_refused_before_anybody_is_bound_under_it(settings: Settings) {
        let service = settings.start().await;
        for name in ["ራማ", "Abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdef"] {
            let body = json!({"email": "ram@example.org", "password": "another quiet phrase 7", "name": name, "language": "en"});
            let refused = assert_refused!(service.stranger().post("/accounts", body).await, 422);
            assert_eq!(refused["errors"], json!([{"code": "not-printable", "field": "name"}]), "{refused}");
            let data = service.data().display().to_string();
            let arguments = ["account", "add", "--data", &data, "--role", "mediator", "--email", "ram@example.org", "--name", name, "--password-stdin"];
            let output = service.runs(&arguments, "copper lantern by the river\n");
            assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        }
        let body = json!({"email": "rahima@example.org", "password": "another quiet phrase 7", "name": "রহিমা খাতুন", "language": "bn"});
        service.stranger().post("/accounts", body).await.expects(202);
        let body = json!({"email": "ram@example.org", "password": "another quiet phrase 7", "name": "राम", "language": "en"});
        service.stranger().post("/accounts", body).await.expects(202);
    }

    async fn a_known_and_an_unknown_address_get_the_same_answers(settings: Settings) {
        let service = settings.start().await;
        let amara = service.person("Amara Sen").await;
        let stranger = service.stranger();

        let again = json!({"email": amara.email, "password": "another quiet phrase 7", "name": "X Y", "language": "en"});
        let fresh = json!({"email": "new@example.org", "password": "another quiet phrase 7", "name": "X Y", "language": "en"});
        let known = shape(stranger.post("/accounts", again).await);
        assert_eq!(known, shape(stranger.post("/accounts", fresh).await));
        assert_eq!(known.0, 202);

        let wrong = json!({"email": amara.email, "password": "not the right phrase"});
        let unknown = json!({"email": "nobody@example.org", "password": "not the right phrase"});
        let known = shape(stranger.post("/sessions", wrong).await);
        assert_eq!(known, shape(stranger.post("/sessions", unknown).await));
        assert_eq!(known.0, 401);

        let known = shape(stranger.post("/passwords/resets", json!({"email": amara.email})).await);
        assert_eq!(known, shape(stranger.post("/passwords/resets", json!({"email": "nobody@example.org"})).await));
        assert_eq!(known.0, 202);
        // The second sign-up must not have taken the account over.
        amara.signs_in().await;
    }

    async fn nobody_keeps_another_from_their_new_password(settings: Settings) {
        let service = settings.with("CONCORD_LIMIT_CODES_ADDRESS", "3,1/min").start().await;
        let amara = service.person("Amara Sen").await;
        let stranger = service.stranger();
        stranger.post("/passwords/resets", json!({"email": amara.email})).await.expects(202);
        let of_reset = |letter: &tests::letters::Letter| letter.code_after("/passwords/resets/").is_some();
        let first = service.letters().wait_for(&amara.email, of_reset).await;
        // A stranger asks again, and others at the same address guess until they are sent away.
        stranger.post("/passwords/resets", json!({"email": amara.email})).await.expects(202);
        let wrong = |digit: u8| format!("/passwords/resets/{digit}aaaaaaa{}", "B".repeat(22));
        let password = json!({"password": "another quiet phrase 7"});
        for digit in 0..3 {
            assert_refused!(stranger.post(&wrong(digit), password.clone()).await, 404);
        }
        assert_refused!(stranger.post(&wrong(3), password.clone()).await, 429);
        let code = first.code_after("/passwords/resets/").expect("a code");
        stranger.post(&format!("/passwords/resets/{code}"), password).await.expects(204);
    }

    async fn a_refresh_token_rotates_and_its_reuse_ends_the_family(settings: Settings) {
        let service = settings.start().await;
        let amara = service.person("Amara Sen").await;
        let first = amara.refresh_token();
        let stranger = service.stranger();
        let second = stranger.post("/sessions/refresh", json!({"refresh_token": first})).await.expects(200);
        assert_ne!(second["refresh_token"].as_str(), Some(first.as_str()));
        amara.takes_tokens(&second);
        amara.client().get("/disputes").await.expects(200);

        // Somebody uses the stolen first token: thief and owner are both out.
        assert_refused!(stranger.post("/sessions/refresh", json!({"refresh_token": first})).await, 401);
        let newest = json!({"refresh_token": second["refresh_token"]});
        assert_refused!(stranger.post("/sessions/refresh", newest).await, 401);
        assert_refused!(amara.client().get("/disputes").await, 401);
    }

    async fn signing_out_ends_the_session_at_once(settings: Settings) {
        let service = settings.start().await;
        let amara = service.person("Amara Sen").await;
        amara.client().get("/disputes").await.expects(200);
        amara.signs_out().await.expects(204);
        assert_refused!(amara.client().get("/disputes").await, 401);
        let refresh = json!({"refresh_token": amara.refresh_token()});
        assert_refused!(service.stranger().post("/sessions/refresh", refresh).await, 401);
    }

    async fn staff_need_a_second_factor_and_a_step_serves_once(settings: Settings) {
        let service = settings.start().await;
        let noor = service.house_account("mediator", "Noor Haq", &[]);
        let without = json!({"email": noor.email, "password": noor.password});
        assert_refused!(service.stranger().post("/sessions", without).await, 401);
        noor.signs_in().await;
        let device = noor.device().expect("a second factor");
        let same = json!({"email": noor.email, "password": noor.password, "totp": device.used_code()});
        assert_refused!(service.stranger().post("/sessions", same).await, 401);
        noor.signs_in().await;
    }

    async fn five_wrong_passwords_close_the_door_for_that_account_and_address_alone(settings: Settings) {
        let service = settings.start().await;
        let amara = service.person("Amara Sen").await;
        let bela = service.person("Bela Roy").await;
        let stranger = service.stranger();
        let wrong = json!({"email": amara.email, "password": "not the right phrase"});
        for _ in 0..5 {
            assert_refused!(stranger.post("/sessions", wrong.clone()).await, 401);
        }
        let closed = amara.tries_to_sign_in().await;
        assert!(closed.header("retry-after").is_some_and(|wait| wait.parse::<u64>().is_ok_and(|wait| wait > 0)));
        assert_refused!(closed, 429);
        bela.signs_in().await;
        // Whoever is in stays in.
        amara.client().get("/disputes").await.expects(200);
    }

    async fn weak_passwords_are_refused_and_the_field_is_named(settings: Settings) {
        let service = settings.start().await;
        let long = "x".repeat(2000);
        for password in ["short", "passwordpassword", "12345678901234567", long.as_str()] {
            let body = json!({"email": "amara@example.org", "password": password, "name": "Amara Sen", "language": "en"});
            let refused = assert_refused!(service.stranger().post("/accounts", body).await, 422);
            assert!(refused["errors"].to_string().contains("password"), "{refused}");
        }
        assert!(service.letters().to("amara@example.org").is_empty(), "nobody is written to");
    }

    async fn a_forged_or_foreign_token_is_nobody(settings: Settings) {
        let service = settings.start().await;
        let amara = service.person("Amara Sen").await;
        let token = amara.client().token().expect("a token").to_owned();
        let parts: Vec<&str> = token.split('.').collect();
        // {"alg":"none","typ":"at+jwt"} and {"alg":"HS256"}
        let headers = ["eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0", "eyJhbGciOiJIUzI1NiJ9", parts[0]];
        let signatures = ["", "AAAA", &"A".repeat(86)];
        for (header, signature) in headers.iter().zip(signatures) {
            let forged = format!("{header}.{}.{signature}", parts[1]);
            assert_refused!(service.stranger().with_token(&forged).get("/disputes").await, 401);
        }
        amara.client().get("/disputes").await.expects(200);
        assert_refused!(service.stranger().get("/disputes").await, 401);
    }

    async fn two_credentials_at_once_and_a_foreign_origin_are_refused(settings: Settings) {
        let service = settings.start().await;
        let amara = service.person("Amara Sen").await;
        let client = amara.client();
        let request = |method| client.request(method, "/disputes");
        let both = request(reqwest::Method::GET).header("cookie", "session=abcdefghijklmnopqrstuvwxyz012345");
        assert_refused!(client.send(both).await, 400);
        for origin in ["https://elsewhere.example", "null", "http://127.0.0.1:1"] {
            let foreign = request(reqwest::Method::GET).header("origin", origin);
            assert_refused!(client.send(foreign).await, 403);
        }
        let port = service.base().rsplit(':').next().unwrap_or_default();
        for origin in [service.base().to_owned(), format!("http://localhost:{port}"), format!("http://[::1]:{port}")] {
            client.send(request(reqwest::Method::GET).header("origin", origin)).await.expects(200);
        }
    }

    async fn at_most_three_confirmation_mails_an_hour_go_to_an_address(settings: Settings) {
        let service = settings.start().await;
        let amara = service.newcomer("Amara Sen");
        for _ in 0..5 {
            amara.signs_up().await.expects(202);
        }
        // A mail to somebody else, asked for after them all, shows that the worker is through.
        let bela = service.newcomer("Bela Roy");
        bela.signs_up().await.expects(202);
        service.confirmation_code(&bela.email).await;
        let sent = service.letters().to(&amara.email).len();
        assert!((1..=3).contains(&sent), "{sent} mails");
    }
}

/// Every file below a folder.
fn everything_in(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.flat_map(|path| if path.is_dir() { everything_in(&path) } else { vec![path] }).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_made_is_private_on_disk_and_survives_a_restart() {
    use std::os::unix::fs::PermissionsExt;
    use tests::concord::{Backend, Settings, is_private};
    let service = Settings::on(Backend::Sqlite).start().await;
    let amara = service.person("Amara Sen").await;
    let keys = std::fs::read_dir(service.data().join("keys")).expect("the keys' folder");
    let files: Vec<_> = keys.filter_map(|entry| Some(entry.ok()?.path())).collect();
    assert!(files.len() >= 3, "wrapping, seal and token key: {files:?}");
    for file in &files {
        assert!(is_private(file), "{} is for its owner alone", file.display());
    }
    for file in everything_in(&service.data()) {
        assert!(is_private(&file), "{} is for its owner alone", file.display());
    }
    let before = service.stranger().get("/.well-known/jwks.json").await.expects(200);
    service.stops();
    // A folder that somebody made beforehand, as anybody makes one.
    std::fs::set_permissions(service.data(), std::fs::Permissions::from_mode(0o755)).expect("ours");
    service.starts().await;
    assert!(is_private(&service.data()), "the folder is its owner's alone again");
    amara.client().get("/disputes").await.expects(200);
    assert_eq!(before, service.stranger().get("/.well-known/jwks.json").await.expects(200));
}
