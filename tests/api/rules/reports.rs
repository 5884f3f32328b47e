//! An auditor's signed report: what the desk shows, in a file that tools which are not ours find sealed, and nothing of what
//! was said or of who the parties are (R8). Each one is traced, and none is anybody else's.

use reqwest::Method;
use serde_json::{Value, json};
use tests::browser::Browser;
use tests::concord::Service;
use tests::papers::{Papers, told};
use tests::scene::Scene;
use tests::socket::{entry_id, message};
use tests::{assert_refused, on_both};

use super::auditing::{copies_the_record, is_auditor_too, is_traced};
use super::confidentiality::own_settlement;

/// What no report may hold: what was said, terms that are closed to the auditor, and who the parties are.
const NOT_FOR_AUDITORS: [&str; 8] =
    ["walrus", "deposit", "450.00", "Lake Road", "Amara Sen", "Bela Roy", "example.org", "umafinding"];

/// A settlement whose terms are closed to the auditor.
async fn settles_closed(scene: &Scene) -> String {
    let dispute = scene.dispute.as_str();
    scene.amara.posts(dispute, "joint", &entry_id(), message("The walrus borrowed it")).await.expects(201);
    let digest = scene.ready_to_sign().await;
    scene.amara.signs(dispute, &digest).await.expects(201);
    scene.bela.signs_with(dispute, &digest, json!({"auditor_may_read_terms": false})).await.expects(201);
    scene.noor.attests(dispute, &digest).await.expects(201);
    own_settlement(&scene.amara, dispute).await
}

async fn keys(service: &Service) -> String {
    service.stranger().get("/.well-known/jwks.json").await.text()
}

async fn verified(service: &Service, file: Vec<u8>) -> Value {
    let stranger = service.stranger();
    stranger.send(stranger.request(Method::POST, "/verifications").body(file)).await.expects(200)
}

on_both! {
    async fn r08_a_report_is_sealed_and_tells_what_the_desk_shows_and_no_more(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let id = settles_closed(&scene).await;
        let (odil, uma) = (scene.service.staff("auditor", "Odil Karim").await, scene.service.staff("auditor", "Uma Rao").await);
        let path = format!("/settlements/{id}/findings");
        let noted = json!({"kind": "objection", "text": "Signed within a minute \u{1f600}\nand by night."});
        odil.client().post(&path, noted).await.expects(201);
        let others = json!({"kind": "objection", "text": "umafinding: nothing else."});
        uma.client().post(&path, others).await.expects(201);
        let asked = "/audits/reports?category=tenancy&findings=objection";
        let answer = odil.client().post(asked, json!({})).await;
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/pdf")), "{}", answer.call);

        // Tools that are not ours.
        let papers = Papers::alone(&answer.bytes, &keys(&scene.service).await);
        let signed = papers.signature_report();
        assert!(signed.contains("Signature is Valid") && signed.contains("Total document signed"), "{signed}");
        papers.is_archival();
        let found = papers.pdf_found_by_others(None);
        assert_eq!((&found["pdf_coverage"], &found["reason"]), (&json!("ENTIRE_FILE"), &json!("Audit report")), "{found}");
        assert_eq!((&found["attached"], &found["pdf_trusted"]), (&json!(["report.json"]), &json!(true)), "{found}");

        // What it says.
        let seen = odil.client().get(&format!("/settlements/{id}")).await.expects(200);
        let reference = seen["reference"].as_str().expect("a reference");
        let text = told(&answer.bytes);
        for said in [
            "Audit report", "Odil Karim", "Noor Haq", reference, "Rent and housing", "The record is as it was sealed.",
            "Settlements that fit: 1.", "Objection", "Root hash", "Seal key",
        ] {
            assert!(text.contains(said), "`{said}` in {text}");
        }
        assert!(!text.contains("Signed within"), "a report has no free text (R10): {text}");
        for secret in NOT_FOR_AUDITORS {
            assert!(!text.contains(secret), "`{secret}` in {text}");
        }
        let facts: Value = serde_json::from_slice(&papers.attached_json()).expect("JSON");
        assert_eq!(facts["filters"], json!({"category": "tenancy", "findings": "objection"}), "{facts}");
        let told = &facts["settlements"][0];
        assert_eq!((&told["reference"], &told["faults"], &told["state"]), (&json!(reference), &json!([]), &json!("sealed")), "{facts}");
        assert_eq!(told["ledger_index"], seen["ledger"]["index"], "{facts}");
        assert_eq!(told["findings"].as_array().map(Vec::len), Some(1), "one's own alone: {facts}");
        let sent: u64 = told["deliveries"].as_object().expect("counts").values().filter_map(Value::as_u64).sum();
        assert_eq!(Some(sent), seen["deliveries"].as_array().and_then(|all| u64::try_from(all.len()).ok()), "{facts}");

        // Anybody finds it genuine, and altered where it was.
        let answered = verified(&scene.service, answer.bytes.clone()).await;
        assert_eq!((&answered["status"], &answered["kind"]), (&json!("unknown"), &json!("audit-report")), "{answered}");
        assert_eq!(answered["reference"], Value::Null, "{answered}");
        let mut changed = answer.bytes.clone();
        changed[2_000] ^= 1;
        assert_eq!(verified(&scene.service, changed).await, json!({"status": "altered"}));
        let page = Browser::of_a_stranger(&scene.service).uploads("/verify", "/verify", "a.pdf", &answer.bytes).await.text();
        assert!(page.contains("It is a genuine report"), "{page}");
        let (file, keys) = (papers.file("record.pdf").display().to_string(), papers.file("keys.json").display().to_string());
        let output = scene.service.runs(&["verify", &file, "--keys", &keys], "");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.code() == Some(2) && said.contains("a genuine audit report"), "{said}");

        // It is in the trail, with its digest, and so is each record that was verified.
        for told in ["\"digest\":\"sha256:", "\"findings\":\"objection\"", "\"settlements\":\"1\""] {
            is_traced(&scene.service, "audit-report-made", &format!("%{told}%"));
        }
        is_traced(&scene.service, "record-verified-again", &format!("%{id}%"));
        assert!(!scene.service.log().contains("Signed within a minute"));
    }

    async fn a_report_is_auditors_alone_and_of_nothing_in_which_they_have_a_part(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        settles_closed(&scene).await;
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        for outsider in [&scene.amara, &scene.bela, &scene.noor, &scene.rosa] {
            let browser = Browser::of(outsider).await;
            for query in ["", "?size=5&seed=spring", "?from=x", "?findings=x"] {
                assert_refused!(outsider.client().post(&format!("/audits/reports{query}"), json!({})).await, 404);
                assert_eq!(browser.presses(&format!("/audit/report.pdf{query}")).await.status, 404, "{}", outsider.name);
            }
        }
        assert_refused!(scene.service.stranger().post("/audits/reports", json!({})).await, 401);
        for wrong in ["from=x", "category=x", "state=x", "mediator=x", "findings=x", "size=x", "size=201", "seed=two%20words"] {
            assert_refused!(odil.client().post(&format!("/audits/reports?{wrong}"), json!({})).await, 422);
        }
        is_auditor_too(&scene.service, &scene.noor);
        let hers = told(&scene.noor.client().post("/audits/reports", json!({})).await.bytes);
        assert!(hers.contains("Settlements that fit: 0.") && !hers.contains("Rent and housing"), "{hers}");
        // Nobody's name is to be had by asking for their id as a mediator's.
        let rosa = scene.rosa.id.as_deref().expect("an id");
        let asked = told(&odil.client().post(&format!("/audits/reports?mediator={rosa}"), json!({})).await.bytes);
        assert!(asked.contains(rosa) && !asked.contains(&scene.rosa.name), "{asked}");
        // A link or a picture on a page elsewhere makes none in an auditor's name.
        let browser = Browser::of(&odil).await;
        assert_eq!(browser.opens("/audit/report.pdf").await.status, 405);
        assert_eq!(browser.posts("/audit/report.pdf", &[("csrf".to_owned(), "x".to_owned())]).await.status, 403);
    }

    async fn the_desk_saves_a_report_of_its_list_or_its_sample_in_each_language(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits().that_may_complain()).await;
        settles_closed(&scene).await;
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        let page = Browser::of(&odil).await;
        let listed = page.reads("/audit?category=tenancy&from=2026-01-01T10:00:00.000Z").await;
        let kept = "/audit/report.pdf?from=2026-01-01T10:00:00.000Z&#38;category=tenancy";
        assert!(listed.contains(kept), "{listed}");
        let drawn = page.reads("/audit/samples?size=5&seed=spring-2027").await;
        assert!(drawn.contains("size=5&amp;seed=spring-2027"), "{drawn}");
        let keys = keys(&scene.service).await;
        for (language, title) in [("en", "Audit report"), ("bn", "bn"), ("ur", "ur")] {
            let path = format!("/audit/report.pdf?size=5&seed=spring-2027&lang={language}");
            let answer = page.presses(&path).await;
            let papers = Papers::alone(&answer.bytes, &keys);
            assert!(papers.signature_report().contains("Signature is Valid"), "{language}");
            let is_said = if language == "en" { papers.text().contains(title) } else { !papers.text().contains("Audit report") };
            assert!(is_said && papers.text().contains("spring-2027"), "{language}: {}", papers.text());
            let facts: Value = serde_json::from_slice(&papers.attached_json()).expect("JSON");
            assert_eq!(facts["sample"], json!({"seed": "spring-2027", "size": 5, "of": 1}), "{facts}");
        }
        is_traced(&scene.service, "audit-report-made", "%spring-2027%");

        // Copies, none of which is right. A report that would be cut short is not made; a sample of them is.
        copies_the_record(&scene.service, 200);
        assert_refused!(odil.client().post("/audits/reports", json!({})).await, 409, "too-many-to-report");
        let refused = page.presses("/audit/report.pdf?lang=en").await;
        assert!(refused.status == 409 && refused.text().contains("draw a sample"), "{}", refused.text());
        let drawn = Papers::alone(&odil.client().post("/audits/reports?size=30&seed=x", json!({})).await.bytes, &keys);
        let facts: Value = serde_json::from_slice(&drawn.attached_json()).expect("JSON");
        assert_eq!(facts["sample"], json!({"seed": "x", "size": 30, "of": 201}), "{facts}");
        let told = facts["settlements"].as_array().expect("settlements");
        let is_wrong = |told: &&Value| told["faults"] == json!(["unreadable", "ledger"]);
        assert!(told.len() == 30 && told.iter().filter(is_wrong).count() >= 29, "{facts}");
    }
}
