//! R8: an auditor reads that a settlement exists and how it came about, never what was said; the terms only where
//! every party allowed it. Every operation of the interface is tried under that role: the list is the server's own.

use reqwest::Method;
use serde_json::json;
use tests::cast::an_offer;
use tests::on_both;
use tests::papers::told;
use tests::scene::Scene;
use tests::socket::{entry_id, message};

use super::confidentiality::own_settlement;
use crate::openapi::operations;

/// What an auditor may call, besides what anybody may.
const OPEN_TO_AUDITORS: [&str; 7] = [
    "/settlements",
    "/settlements/{id}",
    "/settlements/{id}/deliveries",
    "/settlements/{id}/findings",
    "/audits/samples",
    "/audits/reports",
    "/audits/verifications",
];

/// What needs no role at all: accounts, sessions, one's own passkeys, invitations by their code, verification, public keys,
/// figures, and trying out one's own device.
const OPEN_TO_ALL: [&str; 17] = [
    "/setups",
    "/accounts",
    "/confirmations",
    "/sessions",
    "/passkeys",
    "/passwords",
    "/invitations",
    "/verifications",
    "/ledger",
    "/statistics",
    "/.well-known",
    "/health",
    "/openapi.json",
    "/me",
    "/account",
    "/problems",
    "/try-out",
];

on_both! {
    async fn r08_an_auditor_reaches_no_operation_but_their_own(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        scene.amara.posts(dispute, "joint", &entry_id(), message("The walrus borrowed my ladder")).await.expects(201);
        scene.bela.posts(dispute, "joint", &entry_id(), an_offer("returns the ladder", "3.00")).await.expects(201);
        scene.settles().await;
        let settlement = own_settlement(&scene.amara, dispute).await;
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        let openapi = scene.service.stranger().get("/openapi.json").await.expects(200);
        let operations = operations(&openapi);
        assert!(operations.len() > 40, "the list is the whole interface: {}", operations.len());

        let mut refused = 0;
        for operation in operations {
            let (method, path) = (operation.method.clone(), operation.path.clone());
            if OPEN_TO_ALL.iter().any(|open| path.starts_with(open)) {
                continue;
            }
            let id = if path.starts_with("/settlements") { &settlement } else { dispute };
            let filled = operation.filled(id);
            let mut request = odil.client().request(method.clone(), &filled);
            if method != Method::GET {
                request = request.json(&json!({}));
            }
            let answer = odil.client().send(request).await;
            let is_record = path.contains("/record.");
            let is_report = !is_record && answer.bytes.starts_with(b"%PDF-");
            let sealed = if is_report { told(&answer.bytes) } else { String::new() };
            let body = format!("{}\n{sealed}", answer.text());
            for secret in ["walrus", "ladder", "Lake Road", "never paid back"] {
                assert!(!body.contains(secret), "{method} {path} tells an auditor `{secret}`");
            }
            if OPEN_TO_AUDITORS.contains(&path.as_str()) {
                continue;
            }
            let is_own_list = ["/disputes", "/sessions"].contains(&path.as_str());
            if is_record || is_own_list {
                continue;
            }
            assert!([403, 404].contains(&answer.status), "{method} {path} answers an auditor {}: {body}", answer.status);
            refused += 1;
        }
        assert!(refused > 20, "{refused}");
        let listed = odil.client().get("/disputes").await.expects(200);
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(0), "no dispute is an auditor's own: {listed}");
    }

    async fn r08_one_no_keeps_the_terms_from_the_auditor(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.ready_to_sign().await;
        scene.amara.signs(dispute, &digest).await.expects(201);
        let no = json!({"auditor_may_read_terms": false});
        scene.bela.signs_with(dispute, &digest, no).await.expects(201);
        scene.noor.attests(dispute, &digest).await.expects(201);

        let odil = scene.service.staff("auditor", "Odil Karim").await;
        let id = own_settlement(&scene.amara, dispute).await;
        let seen = odil.client().get(&format!("/settlements/{id}")).await.expects(200);
        let listed = odil.client().get("/settlements").await.expects(200);
        assert_eq!(listed["items"][0]["id"], id.as_str(), "that it exists, an auditor knows: {listed}");
        for text in [seen.to_string(), listed.to_string()] {
            for secret in ["deposit", "450.00", "Lake Road", "salt", "example.org"] {
                assert!(!text.contains(secret), "`{secret}` in {text}");
            }
        }
        for file in ["record.pdf", "record.jws"] {
            odil.client().get(&format!("/settlements/{id}/{file}")).await.is_refused(404, "");
            // The parties have it.
            scene.amara.client().get(&format!("/settlements/{id}/{file}")).await.expects(200);
        }
        let deliveries = odil.client().get(&format!("/settlements/{id}/deliveries")).await.expects(200);
        assert!(!deliveries.to_string().contains('@'), "states without addresses: {deliveries}");
    }

    async fn r08_an_auditor_reads_who_attended_and_disclosures_as_codes_and_not_whether_screening_waited(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        scene.noor.opens_session(dispute).await.expects(201);
        scene.bela.looks_into_room(dispute).await.expects(200);
        let path = |rest: &str| format!("/disputes/{dispute}/disclosures{rest}");
        let told = json!({"disclosure": "My cousin has moved into that street."});
        scene.noor.client().post(&path(""), told).await.expects(201);
        for person in [&scene.amara, &scene.bela] {
            person.client().post(&path("/acceptance"), json!({})).await.expects(200);
        }
        scene.settles().await;
        let id = own_settlement(&scene.amara, dispute).await;
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        let seen = odil.client().get(&format!("/settlements/{id}")).await.expects(200);
        assert_eq!(seen["attended"], json!(["respondent"]), "{seen}");
        assert_eq!(seen["disclosures"], json!(["later"]), "{seen}");
        let visitor = odil.signs_in_on_a_page().await;
        let page = visitor.send(visitor.page(Method::GET, &format!("/audit/{id}"))).await.text();
        assert!(page.contains("Present at a session") && page.contains("A disclosure was made later"), "{page}");
        for text in [seen.to_string(), page] {
            for secret in ["cousin", "invited", "sent-to-screening", "arrived", "disclosure-accepted"] {
                assert!(!text.contains(secret), "`{secret}` in {text}");
            }
            assert!(text.contains("joined") && text.contains("attended"), "the rest is there: {text}");
        }
    }

    async fn r08_nobody_but_party_and_auditor_finds_a_settlement(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        scene.settles().await;
        let id = own_settlement(&scene.amara, &scene.dispute).await;
        let eve = scene.service.person("Eve Stone").await;
        for outsider in [&eve, &scene.rosa] {
            for path in [format!("/settlements/{id}/record.pdf"), format!("/settlements/{id}/record.jws")] {
                outsider.client().get(&path).await.is_refused(404, "");
            }
            outsider.client().get("/settlements").await.is_refused(404, "");
        }
    }
}
