//! A seal key that lives in a PKCS#11 token: made in a ceremony, used for everything that a seal is put on, and out of reach
//! of everybody; keys that take each other's place, in files and tokens; and a token that is away, or refuses.

use reqwest::Method;
use serde_json::{Value, json};
use tests::concord::{Backend, Service, Settings};
use tests::on_both;
use tests::papers::Papers;
use tests::scene::Scene;
use tests::seal_token::{PIN, SealToken};

use crate::rules::own_settlement;

/// What a command says, and how it ended. No PIN is ever in it.
#[track_caller]
fn runs(service: &Service, arguments: &[&str]) -> (Option<i32>, String) {
    let data = service.data().display().to_string();
    let output = service.runs(&[arguments, &["--data", data.as_str()]].concat(), "");
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(!said.contains(PIN) && !said.contains("wrong-pin"), "{said}");
    (output.status.code(), said)
}

/// It does not start, and says why.
#[track_caller]
fn does_not_start(service: &Service, told: &str) {
    ends_with(service, 1, told);
}

/// The same, with that exit code.
#[track_caller]
fn ends_with(service: &Service, wanted: i32, told: &str) {
    let (code, said) = runs(service, &["serve", "--listen", "127.0.0.1:0"]);
    assert!(code == Some(wanted) && said.contains(told), "{code:?}: {said}");
}

/// Makes a key in the token, before two people.
#[track_caller]
fn has_a_ceremony(service: &Service) -> String {
    let people = ["--witness", "Rosa Lind", "--witness", "নূর আলম"];
    let (code, sheet) = runs(service, &[&["keys", "ceremony"], &people[..]].concat());
    assert_eq!(code, Some(0), "{sheet}");
    sheet
}

/// The fingerprint of the seal key in use, as `keys show` has it.
#[track_caller]
fn in_use(service: &Service) -> String {
    let shown = runs(service, &["keys", "show"]).1;
    let mut lines = shown.lines().filter_map(|line| line.strip_prefix("seal, in use: sha256:"));
    let (Some(only), None) = (lines.next(), lines.next()) else { panic!("not one: {shown}") };
    only.to_owned()
}

async fn keys(service: &Service) -> String {
    service.stranger().get("/.well-known/jwks.json").await.text()
}

async fn status(service: &Service, file: &[u8]) -> Value {
    let stranger = service.stranger();
    let request = stranger.request(Method::POST, "/verifications").body(file.to_vec());
    stranger.send(request).await.expects(200)
}

/// Nothing that lies in the folder of the keys is a private seal key.
fn holds_no_seal_key(service: &Service) {
    let folder = service.data().join("keys");
    assert!(!folder.join("seal.pem").exists());
    for file in std::fs::read_dir(&folder).expect("the keys") {
        let path = file.expect("a file").path();
        let text = std::fs::read_to_string(&path).expect("text");
        let is_token_key = path.file_name().is_some_and(|name| name == "token.pem");
        assert!(is_token_key || !text.contains("PRIVATE KEY"), "{}", path.display());
        assert!(!text.contains(PIN), "{}", path.display());
    }
}

/// Makes one, whose sheet tells what it must, and which nobody takes out; returns its fingerprint.
fn makes_a_key_that_stays(service: &Service, token: &SealToken, before: &str) -> String {
    let sheet = has_a_ceremony(service);
    let key = in_use(service);
    let aloud = sheet.replace(' ', "");
    for fingerprint in [key.as_str(), before] {
        for (at, line) in fingerprint.as_bytes().chunks(16).enumerate() {
            let line = format!("{}:{}\n", at + 1, String::from_utf8_lossy(line));
            assert!(aloud.contains(&line), "{line}: {sheet}");
        }
    }
    for told in ["Rosa Lind", "নূর আলম", "court, serial number", "seal-1"] {
        assert!(sheet.contains(told), "{told}: {sheet}");
    }
    holds_no_seal_key(service);
    let safe = json!({"sensitive": true, "always_sensitive": true, "extractable": false, "never_extractable": true,
        "local": true, "private": true, "sign": true});
    assert_eq!(token.keys(), json!([{"label": "seal-1", "said": safe, "taken_out": []}]));
    key
}

/// The record in all its forms, by tools that are not ours; returns its PDF and JWS.
async fn others_accept_all(scene: &Scene) -> (Vec<u8>, String) {
    let id = own_settlement(&scene.amara, &scene.dispute).await;
    let path = format!("/settlements/{id}/record");
    let get = async |form: &str| scene.amara.client().get(&format!("{path}.{form}")).await;
    let (pdf, jws) = (get("pdf").await.bytes, get("jws").await.text());
    let papers = Papers::new(&pdf, &jws, &keys(&scene.service).await);
    papers.is_archival();
    let found = papers.found_by_others();
    assert_eq!(
        (&found["pdf_coverage"], &found["pdf_trusted"]),
        (&json!("ENTIRE_FILE"), &json!(true)),
        "{found}"
    );
    let signed = papers.signature_report();
    assert!(signed.contains("Signature is Valid") && signed.contains("Total document signed"), "{signed}");
    let shown = papers.shown_by_others(&get("sd-jwt").await.text());
    let digest = format!("sha256:{}", found["payload_sha256"].as_str().expect("a digest"));
    assert_eq!(shown["record_digest"], digest, "{shown}");
    (pdf, jws)
}

/// Each of these sealed PDFs verifies: here, and by a library that is not ours.
async fn all_hold(service: &Service, files: &[&Vec<u8>]) {
    let published = keys(service).await;
    for file in files {
        let told = status(service, file).await;
        assert!(told["status"] == "valid" || told["kind"] == "audit-report", "{told}");
        Papers::alone(file, &published).pdf_found_by_others(None);
    }
}

on_both! {
    async fn a_key_in_a_token_seals_as_one_in_a_file_does_and_each_takes_the_others_place(settings: Settings) {
        let token = SealToken::is_made();
        let scene = Scene::in_mediation(token.beside(settings).without_limits()).await;
        let service = &scene.service;
        let odil = service.staff("auditor", "Odil Karim").await;
        let report = async || {
            let made = odil.client().post("/audits/reports", json!({})).await;
            assert_eq!(made.status, 200, "{}", made.text());
            made.bytes
        };
        let by_file = report().await;
        let file_key = in_use(service);
        token.is_set(service, "seal-1");
        let (code, said) = runs(service, &["keys", "ceremony", "--witness", "Rosa Lind"]);
        assert!(code == Some(1) && said.contains("another concord serves"), "not under a house that is open: {said}");
        service.is_killed();

        // From a file to the token: the settings alone make no key, and lose none.
        does_not_start(service, "concord keys ceremony");
        assert_ne!(runs(service, &["keys", "ceremony"]).0, Some(0), "somebody has to watch");
        let token_key = makes_a_key_that_stays(service, &token, &file_key);
        assert_ne!(runs(service, &["keys", "rotate", "seal"]).0, Some(0), "in a token by a ceremony alone");
        let (code, said) = runs(service, &["keys", "revoke", &format!("sha256:{token_key}"), "--reason", "lost"]);
        assert!(code == Some(1) && said.contains("concord keys ceremony"), "not while it is in use: {said}");

        service.starts().await;
        scene.settles().await;
        let (pdf, jws) = others_accept_all(&scene).await;
        let by_token = report().await;
        all_hold(service, &[&by_file, &by_token, &pdf]).await;
        assert_eq!(status(service, jws.as_bytes()).await["status"], "valid");
        service.is_killed();

        // From the token to another key in it, and back to a file. The label that is in use is not made a second time.
        let (code, said) = runs(service, &["keys", "ceremony", "--witness", "Rosa Lind"]);
        assert!(code == Some(1) && said.contains("seal_pkcs11_key"), "{said}");
        token.is_set(service, "seal-2");
        does_not_start(service, "no seal key with the label `seal-2`");
        let sheet = has_a_ceremony(service);
        assert!(sheet.replace(' ', "").contains(&token_key[..16]), "whose place it takes: {sheet}");
        service.starts().await;
        let by_second = report().await;
        service.is_killed();
        token.is_not_set(service);
        does_not_start(service, "set seal_pkcs11_module");
        token.is_taken_out();
        assert_eq!(runs(service, &["keys", "rotate", "seal"]).0, Some(0), "the old token may be lost");
        service.starts().await;
        let by_third = report().await;
        all_hold(service, &[&by_file, &by_token, &by_second, &by_third, &pdf]).await;
        let all: Value = serde_json::from_str(&keys(service).await).expect("a set");
        assert_eq!(all["keys"].as_array().map(Vec::len), Some(4), "{all}");
        let (code, said) = runs(service, &["ledger", "check"]);
        assert_eq!(code, Some(0), "each key is told of: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_lacks_something_is_told_at_the_start_and_no_pin_is() {
    let token = SealToken::is_made();
    let service = token.beside(Settings::on(Backend::Sqlite)).start().await;
    service.is_killed();
    token.is_set(&service, "seal-1");
    has_a_ceremony(&service);
    token.is_set_with(&service, &[("key", "another")]);
    does_not_start(&service, "no seal key with the label `another`");
    token.is_set_with(&service, &[("key", "seal-1"), ("module", "/nowhere/module.so")]);
    does_not_start(&service, "/nowhere/module.so cannot be loaded");
    token.is_set_with(&service, &[("key", "seal-1"), ("module", "/etc/passwd")]);
    does_not_start(&service, "/etc/passwd cannot be loaded");
    token.is_set(&service, "seal-1");
    token.lays_pin("wrong-pin", 0o600);
    ends_with(&service, 77, "refuses the PIN");
    // However often it is started, it spends no further try, be the PIN right by now or not; whoever looks after the token does.
    for pin in ["wrong-pin", PIN] {
        token.lays_pin(pin, 0o600);
        ends_with(&service, 77, "sign in once with the token's own tool");
    }
    token.keys();
    token.lays_pin(PIN, 0o644);
    does_not_start(&service, "chmod 600");
    let (code, said) = runs(&service, &["check-config"]);
    assert!(code == Some(1) && said.contains("chmod 600"), "{said}");
    // A command that seals nothing needs no PIN.
    in_use(&service);
    token.lays_pin(PIN, 0o600);
    let (code, shown) = runs(&service, &["check-config"]);
    assert!(code == Some(0) && shown.contains("seal_pkcs11_key = \"seal-1\""), "{shown}");

    // The certificate of one key and the label of another.
    let certificate = service.data().join("keys/seal.certificate.pem");
    let first = std::fs::read(&certificate).expect("a certificate");
    token.is_set(&service, "seal-2");
    has_a_ceremony(&service);
    std::fs::write(&certificate, first).expect("put back");
    does_not_start(&service, "not the one whose certificate lies in");
    token.is_set(&service, "seal-1");
    service.starts().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_that_is_in_place_keeps_its_place_and_gets_its_sheet_whatever_failed_after() {
    let token = SealToken::is_made();
    let service = token.beside(Settings::on(Backend::Sqlite)).start().await;
    service.is_killed();
    let file = service.data().join("keys/seal.pem");
    let (by_file, file_key) = (std::fs::read(&file).expect("a key"), in_use(&service));
    token.is_set(&service, "seal-1");
    let data = service.data().display().to_string();
    let people = ["keys", "ceremony", "--witness", "Rosa Lind", "--data", data.as_str()];
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("the full device");
    let output = service.prints_into(&people, full);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && said.contains("concord keys ceremony --again"), "{said}");
    let key = in_use(&service);
    assert_eq!(token.keys()[0]["label"], "seal-1", "the key of the certificate that is in place");

    // As if the file of the key before could not have been deleted.
    std::fs::write(&file, by_file).expect("put back");
    does_not_start(&service, "concord keys ceremony --again");
    let again = ["keys", "ceremony", "--again", "--witness", "Rosa Lind"];
    let (code, sheet) = runs(&service, &again);
    assert!(code == Some(0) && sheet.contains("Its file was deleted"), "{sheet}");
    assert!(sheet.replace(' ', "").contains(&file_key[..16]), "{sheet}");
    holds_no_seal_key(&service);
    let (code, sheet) = runs(&service, &again);
    assert!(
        code == Some(0) && sheet.contains("Printed again") && !sheet.contains("takes the place"),
        "{sheet}"
    );
    assert!(sheet.replace(' ', "").contains(&key[..16]), "{sheet}");
    assert_eq!((in_use(&service), token.keys().as_array().map(Vec::len)), (key, Some(1)));
    token.is_set(&service, "seal-2");
    let (code, said) = runs(&service, &again);
    assert!(code == Some(1) && said.contains("no seal key with the label `seal-2`"), "{said}");
    token.is_set(&service, "seal-1");
    service.starts().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_token_is_away_nothing_is_lost_and_it_seals_again_once_it_is_back() {
    let token = SealToken::is_made();
    let settings = token.beside(Settings::on(Backend::Sqlite)).without_limits().that_may_complain();
    let scene = Scene::in_mediation(settings).await;
    let service = &scene.service;
    service.is_killed();
    token.is_set(service, "seal-1");
    has_a_ceremony(service);
    service.starts().await;
    let digest = scene.ready_to_sign().await;
    scene.amara.signs(&scene.dispute, &digest).await.expects(201);
    scene.bela.signs(&scene.dispute, &digest).await.expects(201);
    token.is_taken_out();
    scene.noor.attests(&scene.dispute, &digest).await.is_refused(503, "busy");
    assert_eq!(scene.amara.stage(&scene.dispute).await, "mediation");
    assert!(service.log().contains("the seal key made no signature"), "{}", service.log());
    // Started anew meanwhile, the house is open, and says what it cannot do.
    service.is_killed();
    service.starts().await;
    assert!(service.log().contains("NOTHING CAN BE SEALED NOW"), "{}", service.log());
    scene.noor.attests(&scene.dispute, &digest).await.is_refused(503, "busy");
    assert!(!service.log().contains(PIN));
    token.is_put_back();
    scene.noor.attests(&scene.dispute, &digest).await.expects(201);
    let id = own_settlement(&scene.amara, &scene.dispute).await;
    let pdf = scene.amara.client().get(&format!("/settlements/{id}/record.pdf")).await.bytes;
    assert_eq!(status(service, &pdf).await["status"], "valid");
    Papers::alone(&pdf, &keys(service).await).pdf_found_by_others(None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_nobody_attests_the_institution_seals_once_the_token_is_back() {
    let token = SealToken::is_made();
    let settings = token.beside(Settings::on(Backend::Sqlite)).without_limits().that_may_complain();
    let scene = Scene::in_mediation(settings.with("CONCORD_ATTESTATION_PERIOD", "1s")).await;
    let service = &scene.service;
    service.is_killed();
    token.is_set(service, "seal-1");
    has_a_ceremony(service);
    service.starts().await;
    let digest = scene.ready_to_sign().await;
    scene.amara.signs(&scene.dispute, &digest).await.expects(201);
    token.is_taken_out();
    scene.bela.signs(&scene.dispute, &digest).await.expects(201);
    tests::until("the house tried to seal", async || service.log().contains("a deadline could not pass"))
        .await;
    assert_eq!(scene.amara.stage(&scene.dispute).await, "mediation");
    token.is_put_back();
    tests::until("it is settled", async || scene.amara.stage(&scene.dispute).await == "settled").await;
}
