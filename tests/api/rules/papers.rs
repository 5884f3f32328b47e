//! A paper that shows a court that a settlement exists, and of it what its holder chooses (SD-JWT, RFC 9901): verified by a
//! library that is not ours, and by the house.

use reqwest::Method;
use serde_json::{Value, json};
use tests::concord::Service;
use tests::papers::Papers;
use tests::scene::Scene;
use tests::{assert_refused, on_both};

use super::confidentiality::own_settlement;

/// What another's verifier reads in a paper, with the published keys alone.
async fn reads(service: &Service, paper: &str) -> Value {
    let published = service.stranger().get("/.well-known/jwks.json").await.text();
    Papers::alone(b"", &published).shown_by_others(paper)
}

async fn verified(service: &Service, paper: &str) -> Value {
    let stranger = service.stranger();
    let request = stranger.request(Method::POST, "/verifications").body(paper.to_owned());
    stranger.send(request).await.expects(200)["status"].clone()
}

on_both! {
    async fn a_party_shows_a_court_what_it_chooses_and_others_verify_it(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let (service, dispute) = (&scene.service, scene.dispute.as_str());
        scene.settles().await;
        let id = own_settlement(&scene.amara, dispute).await;
        let paper = async |show: &str| scene.amara.client().get(&format!("/settlements/{id}/record.sd-jwt{show}")).await;
        let whole = paper("").await;
        assert_eq!(whole.header("content-type"), Some("application/sd-jwt"));
        let all = reads(service, &whole.text()).await;
        let own = scene.amara.reads_settlement(dispute).await.expects(200);
        assert_eq!((&all["record_digest"], &all["sealed_at"]), (&own["digest"], &own["sealed_at"]), "{all}");
        assert_eq!((&all["term_1"]["amount"]["value"], &all["mediator"]), (&json!("450.00"), &json!("Noor Haq")), "{all}");
        assert_eq!(all["party_1"], json!({"side": "claimant", "name": "Amara Sen"}), "{all}");
        let none = reads(service, &paper("?show=").await.text()).await;
        for hidden in ["term_1", "party_1", "mediator"] {
            assert!(none.get(hidden).is_none() && none["reference"].is_string(), "{none}");
        }
        let term = reads(service, &paper("?show=term_1,mediator").await.text()).await;
        assert!(term["term_1"]["text"]["en"].is_string() && term["term_1"].get("amount").is_none(), "{term}");
        assert!(term["mediator"] == "Noor Haq" && term.get("party_2").is_none(), "{term}");
        let browser = tests::browser::Browser::of(&scene.amara).await;
        let page = browser.reads(&format!("/disputes/{dispute}/settlement")).await;
        assert!(page.contains(&format!("/settlements/{id}/record.sd-jwt")), "{page}");
        let file = browser.reads(&format!("/settlements/{id}/record.sd-jwt?show=terms&show=dates")).await;
        let chosen = reads(service, &file).await;
        assert!(chosen["term_1"]["text"]["en"].is_string() && chosen["filed_on"].is_string(), "{chosen}");
        assert!(chosen["term_1"].get("amount").is_none() && chosen.get("mediator").is_none(), "{chosen}");
        for shown in ["", "?show=", "?show=term_1_amount"] {
            assert_eq!(verified(service, &paper(shown).await.text()).await, "valid", "{shown}");
        }
        let whole = whole.text();
        let (signed, shown) = whole.split_once('~').expect("disclosures");
        let first = shown.split('~').next().expect("one");
        let other = first.replacen(&first[4..5], if &first[4..5] == "A" { "B" } else { "A" }, 1);
        for changed in [format!("{signed}~{other}~"), format!("{signed}~{first}~{first}~"), format!("x{whole}")] {
            assert_ne!(verified(service, &changed).await, "valid", "{changed}");
            assert_eq!(reads(service, &changed).await, Value::Null, "{changed}");
        }
    }

    async fn r08_an_auditor_to_whom_terms_are_closed_shows_that_the_settlement_exists_and_no_more(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.ready_to_sign().await;
        scene.amara.signs_with(dispute, &digest, json!({"auditor_may_read_terms": false})).await.expects(201);
        scene.bela.signs(dispute, &digest).await.expects(201);
        scene.noor.attests(dispute, &digest).await.expects(201);
        let id = own_settlement(&scene.amara, dispute).await;
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        let path = format!("/settlements/{id}/record.sd-jwt");
        for show in ["", "?show=term_1,term_1_amount,party_1,mediator"] {
            let paper = odil.client().get(&format!("{path}{show}")).await;
            let shown = reads(&scene.service, &paper.text()).await;
            assert!(shown["sealed_at"].is_string() && shown.get("term_1").is_none() && shown.get("party_1").is_none(), "{shown}");
            assert_eq!(paper.text().matches('~').count(), 1, "nothing is disclosed");
        }
        let eve = scene.service.person("Eve Stone").await;
        for outsider in [&eve, &scene.rosa] {
            assert_refused!(outsider.client().get(&path).await, 404);
        }
    }
}
