//! Records that a time-stamp authority has seen, and what becomes of a record where it is away or lies. What a lie may look
//! like in its bytes is tested where answers are read.

use serde_json::{Value, json};
use tests::concord::{Backend, Settings};
use tests::papers::Papers;
use tests::scene::Scene;
use tests::stamps::Stamps;
use tests::{on_both, ports};

fn stamped_by(settings: Settings, stamps: &Stamps) -> Settings {
    stamps.settings().into_iter().fold(settings, |settings, (name, value)| settings.with(name, value))
}

/// The record as its claimant fetches it, with the published keys.
async fn papers(scene: &Scene) -> Papers {
    let own = scene.amara.reads_settlement(&scene.dispute).await.expects(200);
    let path = format!("/settlements/{}/record", own["id"].as_str().expect("an id"));
    let client = scene.amara.client();
    let (pdf, jws) = (client.get(&format!("{path}.pdf")).await, client.get(&format!("{path}.jws")).await);
    let keys = scene.service.stranger().get("/.well-known/jwks.json").await.text();
    Papers::new(&pdf.bytes, &jws.text(), &keys)
}

async fn verified(scene: &Scene, papers: &Papers, name: &str) -> Value {
    let file = std::fs::read(papers.file(name)).expect("the file");
    let stranger = scene.service.stranger();
    stranger.send(stranger.request(reqwest::Method::POST, "/verifications").body(file)).await.expects(200)
}

fn said(scene: &Scene, papers: &Papers, name: &str) -> (Option<i32>, String) {
    let (file, keys) =
        (papers.file(name).display().to_string(), papers.file("keys.json").display().to_string());
    let output = scene.service.runs(&["verify", &file, "--keys", &keys], "");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

on_both! {
    async fn a_record_tells_when_a_time_stamp_authority_saw_it(settings: Settings) {
        let stamps = Stamps::opens(settings.backend() == Backend::Postgres);
        let scene = Scene::in_mediation(stamped_by(settings, &stamps)).await;
        assert!(!stamps.was_asked(), "only a seal is stamped");
        scene.settles().await;
        assert!(stamps.was_asked());
        let papers = papers(&scene).await;

        // Tools that are not ours.
        let found = papers.found_with_stamp(&stamps.authority());
        assert!(found["stamped_at"].is_string(), "{found}");
        assert_eq!(found["pdf_coverage"], "ENTIRE_FILE", "{found}");
        papers.is_archival();
        let report = papers.signature_report();
        assert!(report.contains("Signature is Valid") && report.contains("Total document signed"), "{report}");

        // Ours: the page's service, and the command with the published keys alone.
        let answer = verified(&scene, &papers, "record.pdf").await;
        assert_eq!(answer["status"], "valid", "{answer}");
        let at = answer["stamped_at"].as_str().expect("a time");
        let (sealed, whole) = (answer["sealed_at"].as_str().expect("a time"), &at[..13]);
        assert!(sealed.starts_with(whole) || sealed < at, "seen when it was sealed: {answer}");
        let (code, told) = said(&scene, &papers, "record.pdf");
        assert!(code == Some(0) && told.contains(&format!("saw it sealed at {at}")), "{told}");
        let (code, told) = said(&scene, &papers, "record.jws");
        assert!(code == Some(0) && !told.contains("saw it"), "the stamp is the PDF's: {told}");

        // A token with one half byte changed, and the file of somebody who took it away.
        let pdf = std::fs::read(papers.file("record.pdf")).expect("the file");
        let from = pdf.windows(11).rposition(|window| window == b"/Contents <").expect("the signature") + 11;
        let end = pdf[from..].windows(64).position(|window| window.iter().all(|byte| *byte == b'0'));
        let mut changed = pdf.clone();
        let at = from + end.expect("its end") - 700;
        changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
        papers.lays("changed.pdf", &changed);
        assert_eq!(verified(&scene, &papers, "changed.pdf").await, json!({"status": "altered"}));
        assert_eq!(said(&scene, &papers, "changed.pdf").0, Some(1));
    }
}

/// Settles a dispute while the authority behaves so: the record is sealed without a time stamp, and the house says so.
async fn settles_without(mode: &str) {
    let (stamps, port) = (Stamps::opens(false), ports::free());
    stamps.behaves(mode);
    let settings = stamped_by(Settings::on(Backend::Sqlite), &stamps)
        .with("CONCORD_METRICS_LISTEN", format!("127.0.0.1:{port}"))
        .with("CONCORD_TIME_STAMP_TIMEOUT", "2s");
    let scene = Scene::in_mediation(settings).await;
    scene.settles().await;
    assert!(stamps.was_asked());
    let papers = papers(&scene).await;
    papers.found_by_others();
    let answer = verified(&scene, &papers, "record.pdf").await;
    assert_eq!(
        (&answer["status"], &answer["stamped_at"]),
        (&json!("valid"), &Value::Null),
        "{mode}: {answer}"
    );
    let log = scene.service.log();
    assert!(log.contains("sealed without a time stamp"), "{mode}: {log}");
    let figures = reqwest::get(format!("http://127.0.0.1:{port}/metrics")).await.expect("an answer");
    let figures = figures.text().await.expect("figures");
    assert!(figures.contains("concord_time_stamps_missed_total 1"), "{figures}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_is_sealed_without_a_stamp_while_the_authority_is_away_or_slow() {
    for mode in ["fails", "slow", "trickles"] {
        settles_without(mode).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_lies_is_not_believed() {
    for mode in ["other-imprint", "other-nonce", "stranger", "refuses", "huge", "redirects"] {
        settles_without(mode).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_authority_that_fails_is_asked_once_more_and_one_that_lies_is_not() {
    let stamps = Stamps::opens(false);
    stamps.behaves("fails-once");
    let scene = Scene::in_mediation(stamped_by(Settings::on(Backend::Sqlite), &stamps)).await;
    scene.settles().await;
    let papers = papers(&scene).await;
    let answer = verified(&scene, &papers, "record.pdf").await;
    assert!(answer["stamped_at"].is_string(), "{answer}");
    assert_eq!(stamps.tries(), 2);

    let stamps = Stamps::opens(false);
    stamps.behaves("stranger");
    let scene = Scene::in_mediation(stamped_by(Settings::on(Backend::Sqlite), &stamps)).await;
    scene.settles().await;
    assert_eq!(stamps.tries(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_auditors_report_is_stamped_as_a_record_is() {
    let stamps = Stamps::opens(false);
    let scene = Scene::in_mediation(stamped_by(Settings::on(Backend::Sqlite), &stamps)).await;
    scene.settles().await;
    let odil = scene.service.staff("auditor", "Odil Karim").await;
    let keys = scene.service.stranger().get("/.well-known/jwks.json").await.text();
    let report = odil.client().post("/audits/reports", json!({})).await;
    assert_eq!(report.status, 200, "{}", report.text());
    let papers = Papers::alone(&report.bytes, &keys);
    papers.is_archival();
    let found = papers.pdf_found_by_others(Some(&stamps.authority()));
    assert!(found["stamped_at"].is_string() && found["pdf_coverage"] == "ENTIRE_FILE", "{found}");
    let answer = verified(&scene, &papers, "record.pdf").await;
    assert!(answer["kind"] == "audit-report" && answer["stamped_at"].is_string(), "{answer}");
    // An authority that is away keeps no report back.
    stamps.behaves("fails");
    let report = odil.client().post("/audits/reports", json!({})).await;
    papers.lays("record.pdf", &report.bytes);
    assert_eq!(verified(&scene, &papers, "record.pdf").await["stamped_at"], Value::Null);
    assert!(scene.service.log().contains("sealed without a time stamp"));
}
