//! What each party says, in its own words, that it will do: the mediator alone reads it (R5), it goes into no record, and no
//! signature waits for it.

use serde_json::{Value, json};
use tests::browser::Browser;
use tests::cast::a_term;
use tests::scene::Scene;
use tests::{assert_refused, on_both};

const WORDS: &str = "In January I go to the bank and pay all of it";

fn sides(heard: &Value) -> Vec<String> {
    heard["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|one| one["side"].as_str().expect("a side").to_owned())
        .collect()
}

on_both! {
    async fn r05_what_is_read_back_is_read_by_its_side_and_the_mediator_and_is_in_no_record(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.ready_to_sign().await;
        let before = scene.amara.reads(dispute).await.expects(200);
        scene.bela.reads_back(dispute, &digest, json!([WORDS])).await.expects(204);
        assert_eq!(scene.amara.reads(dispute).await.expects(200), before, "nothing moves for the other side");
        let heard = scene.noor.hears_read_back(dispute).await.expects(200);
        assert_eq!(heard["items"][0]["promises"], json!([{"term": 1, "text": WORDS}]));
        assert_eq!((sides(&heard), &heard["items"][0]["digest"]), (vec!["respondent".to_owned()], &json!(digest)));
        assert_eq!(scene.bela.hears_read_back(dispute).await.expects(200), heard);
        assert_eq!(scene.amara.hears_read_back(dispute).await.expects(200), json!({"items": []}));
        assert_refused!(scene.rosa.hears_read_back(dispute).await, 404);

        let noor = Browser::of(&scene.noor).await.reads(&format!("/disputes/{dispute}/agreement")).await;
        assert!(noor.contains(WORDS) && noor.contains("Only you and the one who said it read this."), "{noor}");
        let amara = Browser::of(&scene.amara).await.reads(&format!("/disputes/{dispute}/agreement")).await;
        assert!(!amara.contains(WORDS) && !amara.contains("What they say they will do"), "{amara}");

        for person in [&scene.amara, &scene.bela] {
            person.signs(dispute, &digest).await.expects(201);
        }
        assert_refused!(scene.bela.reads_back(dispute, &digest, json!(["Too late"])).await, 409, "already-binding");
        scene.noor.attests(dispute, &digest).await.expects(201);
        let own = scene.bela.reads_settlement(dispute).await.expects(200);
        let path = format!("/settlements/{}/record.jws", own["id"].as_str().expect("an id"));
        let said = tests::papers::payload(&scene.bela.client().get(&path).await.text());
        assert!(!said.to_string().contains("bank"), "{said}");
        assert!(!scene.service.log().contains(WORDS));
    }

    async fn what_is_read_back_is_one_text_for_each_own_promise_of_the_text_at_hand(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let nothing = format!("sha256:{}", "0".repeat(64));
        assert_refused!(scene.bela.reads_back(dispute, &nothing, json!([])).await, 409, "no-agreement-text");
        let mut own = a_term("gives the receipt", "1.00");
        (own["debtor"], own["creditor"]) = ("claimant".into(), "respondent".into());
        let terms = json!([own, a_term("pays", "450.00"), a_term("gives the keys", "1.00")]);
        let digest = scene.freezes_terms(terms).await;
        let stale = assert_refused!(scene.bela.reads_back(dispute, &nothing, json!([])).await, 409, "stale-digest");
        assert_eq!(stale["current"]["digest"], json!(digest), "{stale}");
        for (texts, field) in [
            (json!(["I pay"]), "texts"),
            (json!(["I pay", "I give them", "and more"]), "texts"),
            (json!(["I pay", " "]), "texts[1]"),
            (json!(["I pay", "k".repeat(1_001)]), "texts[1]"),
        ] {
            let refused = assert_refused!(scene.bela.reads_back(dispute, &digest, texts.clone()).await, 422);
            assert_eq!(refused["errors"][0]["field"], field, "{texts}");
        }
        for outsider in [&scene.noor, &scene.rosa] {
            assert_refused!(outsider.reads_back(dispute, &digest, json!(["x"])).await, 404);
        }
        scene.bela.reads_back(dispute, &digest, json!(["I pay", "I give them"])).await.expects(204);
        scene.amara.reads_back(dispute, &digest, json!(["I write it"])).await.expects(204);
        let path = format!("/disputes/{dispute}/agreement/read-back");
        let told = json!({"digest": digest, "texts": [], "told_mediator": true});
        scene.bela.client().put(&path, told).await.expects(204);
        let heard = scene.noor.hears_read_back(dispute).await.expects(200);
        assert_eq!(sides(&heard), ["claimant", "respondent"]);
        assert_eq!((&heard["items"][0]["promises"][0]["term"], &heard["items"][1]["told_mediator"]), (&json!(1), &json!(true)));
    }

    async fn the_page_asks_before_it_lets_sign_and_one_choice_skips_it(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        scene.ready_to_sign().await;
        let (signing, step) = (format!("/disputes/{dispute}/signing"), format!("/disputes/{dispute}/signing/read-back"));
        let amara = Browser::of(&scene.amara).await.reads(&signing).await;
        assert!(amara.contains("name=\"password\""), "whoever promises nothing signs at once: {amara}");
        let bela = Browser::of(&scene.bela).await;
        let asked = bela.reads(&signing).await;
        assert!(asked.contains("name=\"term-1-text\"") && asked.contains("Only the mediator reads this."), "{asked}");
        assert!(!asked.contains("name=\"password\""), "{asked}");
        let empty = bela.sends(&step, &step, &[]).await;
        assert_eq!((empty.status, empty.text().contains("href=\"#term-1-text\"")), (422, true), "{}", empty.text());
        let said = bela.sends(&step, &step, &[("term-1-text", WORDS)]).await;
        assert!(said.status == 200 && said.text().contains("name=\"password\""), "{}", said.text());

        // A new text is asked about afresh; whoever has talked with the mediator says so and goes on.
        scene.noor.revises(dispute, 1, json!([a_term("pays half of it back", "225.00")])).await.expects(201);
        let digest = scene.noor.reads_agreement(dispute).await.expects(200)["digest"].as_str().expect("a digest").to_owned();
        for person in [&scene.amara, &scene.bela] {
            person.finds_ready(dispute, &digest).await.expects(200);
        }
        scene.noor.freezes(dispute, &digest).await.expects(200);
        let told = bela.sends(&signing, &step, &[("told", "yes")]).await;
        assert!(told.status == 200 && told.text().contains("Nobody may hurry you"), "the time to think runs: {}", told.text());
        let noor = Browser::of(&scene.noor).await.reads(&format!("/disputes/{dispute}/agreement")).await;
        assert!(noor.contains("Says that they have told you themselves."), "{noor}");
    }
}
