//! Files checked for viruses: what does not pass is held back, and what cannot be checked waits; its owner knows, and
//! nobody else learns that there is anything.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tests::cast::{Person, a_picture};
use tests::scanner::{Mood, Scanner, eicar};
use tests::scene::Scene;
use tests::socket::entry_id;
use tests::{assert_refused, on_both, until};

async fn listed(person: &Person, dispute: &str, part: &str) -> Vec<Value> {
    let files = person.client().get(&format!("/disputes/{dispute}/files")).await.expects(200);
    files[part].as_array().cloned().unwrap_or_default()
}

/// Adds a file that must be taken; returns its id and why it may not be opened.
async fn adds(scene: &Scene, channel: Option<&str>, bytes: &[u8]) -> (String, Value) {
    let kept = scene.amara.adds_file(&scene.dispute, channel, "receipt.txt", bytes).await.expects(201);
    (kept["id"].as_str().expect("an id").to_owned(), kept["quarantine"].clone())
}

/// How a file of Amara's stands, as she reads it.
async fn state(scene: &Scene, part: &str, file: &str) -> Value {
    let files = listed(&scene.amara, &scene.dispute, part).await;
    let found = files.iter().find(|one| one["id"] == file);
    found.unwrap_or_else(|| panic!("{file} is not among {files:?}"))["quarantine"].clone()
}

/// Nothing of a file is there for anybody but Amara, and she cannot open, show or say it.
async fn is_locked_away(scene: &Scene, channel: Option<&str>, file: &str, code: &str) {
    let dispute = scene.dispute.as_str();
    for other in [&scene.bela, &scene.noor, &scene.rosa] {
        for part in ["", "/thumbnail"] {
            assert_refused!(other.asks_for_file(Method::GET, file, part, &[]).await, 404);
        }
        assert_refused!(other.client().delete(&format!("/files/{file}")).await, 404);
        assert_refused!(
            other.client().put(&format!("/files/{file}/sharing"), json!({"shown": true})).await,
            404
        );
        let files = other.client().get(&format!("/disputes/{dispute}/files")).await;
        assert!(!files.text().contains(file), "{}", files.text());
    }
    assert_refused!(scene.amara.asks_for_file(Method::GET, file, "", &[]).await, 409, code);
    match channel {
        None => {
            let show =
                scene.amara.client().put(&format!("/files/{file}/sharing"), json!({"shown": true})).await;
            assert_refused!(show, 409, code);
        }
        Some(channel) => {
            let said = json!({"kind": "file", "file": file});
            assert_refused!(scene.amara.posts(dispute, channel, &entry_id(), said).await, 409, code);
        }
    }
}

async fn warnings(scene: &Scene) -> String {
    scene.service.stranger().get("/health/ready").await.expects(200)["warnings"].to_string()
}

on_both! {
    async fn r05_what_does_not_pass_the_virus_check_is_held_back_and_nobody_else_learns_of_it(settings: Settings) {
        let scanner = Scanner::opens();
        let scene = Scene::in_mediation(settings.with("CONCORD_CLAMD", scanner.address())).await;
        for channel in [None, Some("joint"), Some("caucus-claimant")] {
            let part = if channel.is_none() { "items" } else { "unsaid" };
            let (clean, free) = adds(&scene, channel, b"Paid in May").await;
            assert_eq!(free, Value::Null);
            scene.amara.asks_for_file(Method::GET, &clean, "", &[]).await.expects(200);

            let (file, why) = adds(&scene, channel, &eicar()).await;
            assert_eq!((why, state(&scene, part, &file).await), (json!("held"), json!("held")));
            is_locked_away(&scene, channel, &file, "file-held-back").await;
            let on_disk = scene.service.data().join("files").join(&file);
            let sealed = std::fs::read(&on_disk).expect("it is kept");
            assert!(!String::from_utf8_lossy(&sealed).contains("EICAR"), "and sealed");

            scene.amara.client().delete(&format!("/files/{file}")).await.expects(204);
            assert_refused!(scene.amara.client().delete(&format!("/files/{file}")).await, 404);
            until("its bytes are gone", async || !on_disk.exists()).await;
            assert!(listed(&scene.amara, &scene.dispute, part).await.iter().all(|one| one["id"] != file.as_str()));
        }
        assert_eq!(scanner.checked(), 6);
        assert!(!warnings(&scene).await.contains("virus"));
        // What is part of the dispute stays: evidence, and what was said.
        let evidence = listed(&scene.amara, &scene.dispute, "items").await[0]["id"].clone();
        let said = scene.amara.shares_file(&scene.dispute, "joint", "door.png", &a_picture()).await;
        for file in [evidence.as_str().expect("an id"), &said] {
            assert_refused!(scene.amara.client().delete(&format!("/files/{file}")).await, 409, "file-stays");
        }
    }

    async fn r05_what_is_uploaded_while_the_scanner_is_away_waits_for_it(settings: Settings) {
        let mut scanner = Scanner::away();
        let port = tests::ports::free();
        let settings = settings.with("CONCORD_CLAMD", scanner.address());
        let scene =
            Scene::in_mediation(settings.with("CONCORD_METRICS_LISTEN", format!("127.0.0.1:{port}"))).await;
        let (evidence, why) = adds(&scene, None, b"Paid in May").await;
        assert_eq!(why, json!("waiting"));
        let (joint, _) = adds(&scene, Some("joint"), b"Paid in June").await;
        let (virus, _) = adds(&scene, Some("caucus-claimant"), &eicar()).await;
        is_locked_away(&scene, None, &evidence, "file-not-checked").await;
        is_locked_away(&scene, Some("joint"), &joint, "file-not-checked").await;
        is_locked_away(&scene, Some("caucus-claimant"), &virus, "file-not-checked").await;
        assert!(warnings(&scene).await.contains("virus-check-away"));
        let figures = reqwest::get(format!("http://127.0.0.1:{port}/metrics")).await.expect("an answer");
        let figures = figures.text().await.expect("text");
        assert!(figures.contains("\nconcord_virus_check_away 1") && figures.contains("\nconcord_files_waiting 3"), "{figures}");

        // What waits outlives the program.
        scene.service.is_killed();
        scene.service.starts().await;
        let before = scene.service.letters().to(&scene.amara.email).len();
        scanner.comes_back();
        until("the last one is checked", async || state(&scene, "unsaid", &virus).await == json!("held")).await;
        assert_eq!((state(&scene, "items", &evidence).await, state(&scene, "unsaid", &joint).await), (Value::Null, Value::Null));
        is_locked_away(&scene, Some("caucus-claimant"), &virus, "file-held-back").await;
        assert!(!warnings(&scene).await.contains("virus"));
        scene.amara.asks_for_file(Method::GET, &evidence, "", &[]).await.expects(200);
        assert_refused!(scene.bela.asks_for_file(Method::GET, &joint, "", &[]).await, 404);
        scene.amara.says_file(&scene.dispute, "joint", &joint, None).await;
        scene.bela.asks_for_file(Method::GET, &joint, "", &[]).await.expects(200);
        // She is told of the one that she may send now and of the one that is held back, and nobody else of anything.
        let told = async || scene.service.letters().to(&scene.amara.email).len() >= before + 2;
        until("she is told", told).await;
        let letter = scene.service.letters().to(&scene.amara.email).pop().expect("a letter");
        assert!(letter.text.contains(&scene.dispute) && !letter.text.contains("receipt"), "{}", letter.text);
    }

    async fn a_scanner_that_answers_nothing_that_is_understood_lets_nothing_pass(settings: Settings) {
        let scanner = Scanner::opens();
        let settings = settings.without_limits().with("CONCORD_CLAMD_TIMEOUT", "1s");
        let scene = Scene::preparing(settings.with("CONCORD_CLAMD", scanner.address())).await;
        let mut waiting = Vec::new();
        for mood in [
            Mood::Slow(Duration::from_secs(4)),
            Mood::HangsUp,
            Mood::Says(b"stream: OK but not really\0"),
            Mood::Says(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
            Mood::Says(b"stream: Can't allocate memory ERROR\0"),
            Mood::Says(b"\0"),
            Mood::Says(b"\xff\xfe\xfd"),
        ] {
            scanner.behaves(mood.clone());
            let (file, why) = adds(&scene, None, b"Paid in May").await;
            assert_eq!(why, json!("waiting"), "{mood:?}");
            waiting.push(file);
        }
        // One that takes its time is waited for.
        scanner.behaves(Mood::Slow(Duration::from_millis(200)));
        assert_eq!(adds(&scene, None, b"Paid in June").await.1, Value::Null);
        scanner.behaves(Mood::Well);
        for file in waiting {
            until("it is checked", async || state(&scene, "items", &file).await == Value::Null).await;
        }
    }

    async fn a_file_that_is_longer_than_the_scanner_takes_is_held_back(settings: Settings) {
        let folder = tempfile::tempdir().expect("a folder");
        let scanner = Scanner::opens_at(folder.path().join("clamd.ctl"));
        scanner.takes_at_most(1 << 20);
        let scene = Scene::preparing(settings.with("CONCORD_CLAMD", scanner.address())).await;
        assert_eq!(adds(&scene, None, &vec![b'a'; 1 << 20]).await.1, Value::Null);
        for length in [(1 << 20) + 1, 20 << 20] {
            assert_eq!(adds(&scene, None, &vec![b'a'; length]).await.1, json!("held"), "{length}");
        }
    }
}
