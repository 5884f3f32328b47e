//! A seal key that is revoked: what it is known to have sealed before stays valid, nothing else of it is believed, and
//! nobody takes the revocation away unseen.

use serde_json::{Value, json};
use tests::concord::Service;
use tests::on_both;
use tests::papers::Papers;
use tests::scene::Scene;

use crate::rules::own_settlement;

async fn verified(service: &Service, file: &[u8]) -> Value {
    let stranger = service.stranger();
    let request = stranger.request(reqwest::Method::POST, "/verifications").body(file.to_vec());
    stranger.send(request).await.expects(200)
}

/// What a command says, and whether it did what it was told.
fn runs(service: &Service, arguments: &[&str]) -> (Option<i32>, String) {
    let data = service.data().display().to_string();
    let output = service.runs(&[arguments, &["--data", data.as_str()]].concat(), "");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&said).into_owned())
}

on_both! {
    async fn what_a_revoked_key_sealed_before_stays_valid_and_nothing_else(settings: Settings) {
        let scene = Scene::in_mediation(settings.that_may_complain()).await;
        let service = &scene.service;
        scene.settles().await;
        let id = own_settlement(&scene.amara, &scene.dispute).await;
        let mut files = Vec::new();
        for form in ["pdf", "jws", "sd-jwt"] {
            files.push(scene.amara.client().get(&format!("/settlements/{id}/record.{form}")).await.bytes);
        }
        service.is_killed();
        let folder = service.data().join("keys");
        let old_key = std::fs::read(folder.join("seal.pem")).expect("the key");
        assert_ne!(runs(service, &["keys", "revoke", "sha256:00", "--reason", "lost"]).0, Some(0));
        let shown = runs(service, &["keys", "show"]).1;
        let line = shown.lines().find(|line| line.starts_with("seal, in use: ")).expect("the key in use");
        let fingerprint = line.trim_start_matches("seal, in use: ").to_owned();
        let (code, said) = runs(service, &["keys", "revoke", &fingerprint, "--reason", "compromised"]);
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains(&format!("seal, past: {fingerprint}, revoked at ")), "{said}");
        assert_eq!(said.matches("seal, in use: ").count(), 1, "{said}");
        assert_ne!(runs(service, &["keys", "revoke", &fingerprint, "--reason", "lost"]).0, Some(0), "once");

        service.starts().await;
        for (file, status) in files.iter().zip(["valid", "valid", "unknown"]) {
            let told = verified(service, file).await;
            assert_eq!(told["status"], status, "{told}");
            assert!(told["key_revoked_at"].is_string(), "{told}");
        }
        let published = service.stranger().get("/.well-known/jwks.json").await.text();
        let papers = Papers::new(&files[0], std::str::from_utf8(&files[1]).expect("text"), &published);
        let keys = papers.file("keys.json").display().to_string();
        let offline = |name: &str| {
            let file = papers.file(name).display().to_string();
            let output = service.runs(&["verify", &file, "--keys", &keys], "");
            (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
        };
        for name in ["record.pdf", "record.jws"] {
            let (code, said) = offline(name);
            assert!(code == Some(0) && said.contains("sealed before the key was revoked"), "{name}: {said}");
        }
        // A record that the list does not have: as if the thief had made it.
        let mut emptied: Value = serde_json::from_str(&published).expect("JSON");
        emptied["revoked"][0]["sealed_before"] = json!([]);
        papers.lays("keys.json", emptied.to_string().as_bytes());
        let (code, said) = offline("record.pdf");
        assert!(code == Some(2) && said.contains("its key was revoked"), "{said}");

        // The ledger knows of it: who takes it away, or changes it, is found out.
        assert_eq!(runs(service, &["ledger", "check"]).0, Some(0));
        service.is_killed();
        let list = folder.join("published.jwks");
        let whole = std::fs::read_to_string(&list).expect("the list");
        let mut without: Value = serde_json::from_str(&whole).expect("JSON");
        without.as_object_mut().expect("an object").remove("revoked");
        std::fs::write(&list, without.to_string()).expect("written");
        let (code, said) = runs(service, &["ledger", "check"]);
        assert!(code == Some(1) && said.contains("wrong: "), "{said}");
        std::fs::write(&list, whole.replace("compromised", "retired")).expect("written");
        assert_eq!(runs(service, &["ledger", "check"]).0, Some(1));
        std::fs::write(&list, &whole).expect("written");
        assert_eq!(runs(service, &["ledger", "check"]).0, Some(0));

        // The revoked key seals nothing any more, whoever puts it back.
        let new_key = std::fs::read(folder.join("seal.pem")).expect("the key");
        std::fs::write(folder.join("seal.pem"), old_key).expect("written");
        let (code, said) = runs(service, &["serve", "--listen", "127.0.0.1:0"]);
        assert!(code != Some(0) && said.contains("was revoked"), "{said}");
        std::fs::write(folder.join("seal.pem"), new_key).expect("written");
        service.starts().await;
    }
}
