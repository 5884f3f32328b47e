//! What was settled is changed by a new settlement alone: asked for in a dispute of its own, signed anew by everybody, and
//! its record stands in the place of the old one, which stays as genuine as it was.

use reqwest::Method;
use serde_json::{Value, json};
use tests::browser::Browser;
use tests::cast::{Person, a_term, all_clear};
use tests::concord::Backend;
use tests::papers::payload;
use tests::scene::Scene;
use tests::{assert_refused, on_both, until};

use super::languages::readied;
use super::own_settlement;

/// A settled dispute, and its settlement.
pub async fn settled(settings: tests::concord::Settings) -> (Scene, String) {
    let scene = Scene::in_mediation(settings.without_limits()).await;
    scene.settles().await;
    let settlement = own_settlement(&scene.amara, &scene.dispute).await;
    (scene, settlement)
}

async fn asks_to_change(person: &Person, settlement: &str) -> tests::answer::Answer {
    person.client().post(&format!("/settlements/{settlement}/amendments"), json!({})).await
}

/// Bela asks to change it and files; the registrar lets it go on. The scene from then on: Bela is the claimant.
pub async fn asked_by_bela(scene: Scene, settlement: &str) -> Scene {
    let draft = asks_to_change(&scene.bela, settlement).await.expects(201);
    let dispute = draft["id"].as_str().expect("an id").to_owned();
    let words =
        json!({"title": "Later dates", "statement": "I lost my work.", "outcome_sought": "More time."});
    scene.bela.client().patch(&format!("/disputes/{dispute}"), words).await.expects(200);
    scene.bela.answers_safety(&dispute, all_clear()).await.expects(204);
    let filed = scene.bela.files(&dispute).await.expects(200);
    assert_eq!(filed["stage"], "screening", "a second approach to the same person is looked at: {filed}");
    let Scene { amara, bela, noor, rosa, service, .. } = scene;
    Scene { amara: bela, bela: amara, noor, rosa, dispute, service }
}

/// The one who is asked joins by the mail that the house sent, and both come to a mediator.
pub async fn comes_to_mediation(scene: &Scene) {
    let invitations = || {
        let all = scene.service.letters().to(&scene.bela.email);
        all.iter().filter(|letter| letter.code_after("/invitations/").is_some()).count()
    };
    let before = invitations();
    scene.rosa.screens(&scene.dispute, json!({"suitable": true, "shuttle": false})).await.ok();
    until("the one who is asked has the mail", async || invitations() > before).await;
    scene.bela_joins().await;
    scene.amara.prepares(&scene.dispute, None).await;
    scene.bela.prepares(&scene.dispute, Some(all_clear())).await;
    scene.noor_is_confirmed().await;
}

async fn verified(scene: &Scene, jws: &str) -> Value {
    let stranger = scene.service.stranger();
    let part = reqwest::multipart::Part::bytes(jws.as_bytes().to_vec()).file_name("record.jws");
    let form = reqwest::multipart::Form::new().part("file", part);
    let request = stranger.request(Method::POST, "/verifications").multipart(form);
    stranger.send(request).await.expects(200)
}

async fn jws_of(person: &Person, settlement: &str) -> String {
    person.client().get(&format!("/settlements/{settlement}/record.jws")).await.text()
}

on_both! {
    async fn what_was_settled_is_changed_by_a_record_that_stands_in_its_place(settings: Settings) {
        let (scene, old) = settled(settings).await;
        let (old_dispute, auditor) = (scene.dispute.clone(), scene.service.staff("auditor", "Ada Quill").await);
        let old_jws = jws_of(&scene.amara, &old).await;
        let scene = asked_by_bela(scene, &old).await;
        comes_to_mediation(&scene).await;
        let shown = scene.bela.reads(&scene.dispute).await.expects(200);
        assert_eq!(shown["amends"], json!(old), "{shown}");
        // What they agreed is what the new text begins from, with each on the side on which they are now.
        let text = scene.noor.reads_agreement(&scene.dispute).await.expects(200);
        let term = &text["draft"][0];
        assert_eq!((&term["debtor"], &term["creditor"]), (&json!("claimant"), &json!("respondent")), "{text}");
        assert_eq!(term["amount"]["value"], "450.00", "{text}");
        assert_eq!(verified(&scene, &old_jws).await["status"], "valid", "nothing is changed by asking");
        scene.settles().await;

        let new = own_settlement(&scene.amara, &scene.dispute).await;
        let record = payload(&jws_of(&scene.amara, &new).await);
        assert_eq!(record["supersedes"], json!(old), "{record}");
        assert_ne!(record["salt"], payload(&old_jws)["salt"]);
        let found = verified(&scene, &old_jws).await;
        assert_eq!((&found["status"], &found["sealed_at"]), (&json!("superseded"), &payload(&old_jws)["mediation"]["sealed_at"]), "{found}");
        assert_eq!(verified(&scene, &jws_of(&scene.amara, &new).await).await["status"], "valid");

        let asked = Browser::of_a_stranger(&scene.service).uploads("/verify", "/verify", "record.jws", old_jws.as_bytes()).await;
        assert!(asked.text().contains("A newer one replaced it"), "{}", asked.text());

        let file = scene.service.data().join("old.jws");
        std::fs::write(&file, &old_jws).expect("a file");
        let runs = |more: [&str; 2]| scene.service.runs(&["verify", &file.display().to_string(), more[0], more[1]], "").status.code();
        let (data, keys) = (scene.service.data().display().to_string(), scene.service.data().join("keys/published.jwks"));
        assert_eq!(runs(["--data", &data]), Some(3));
        assert_eq!(runs(["--keys", &keys.display().to_string()]), Some(0), "the keys alone know of nothing newer");
        // A house that cannot be asked makes no genuine record an altered one.
        let elsewhere = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(elsewhere.path().join("keys")).expect("a folder");
        std::fs::copy(&keys, elsewhere.path().join("keys/published.jwks")).expect("a copy");
        let elsewhere_is = elsewhere.path().display().to_string();
        // Keys alone are no house; where the environment names a database, that one is asked.
        let known = if scene.service.backend() == Backend::Sqlite { 0 } else { 3 };
        assert_eq!(runs(["--data", &elsewhere_is]), Some(known));
        std::fs::write(elsewhere.path().join("concord.toml"), "listen = 7\n").expect("a file");
        assert_eq!(runs(["--data", &elsewhere_is]), Some(4));

        let own = scene.amara.reads_settlement(&old_dispute).await.expects(200);
        assert_eq!((&own["superseded_by"], &own["supersedes"]), (&json!(new), &Value::Null), "{own}");
        assert_eq!(scene.amara.reads_settlement(&scene.dispute).await.expects(200)["supersedes"], json!(old));
        assert_refused!(asks_to_change(&scene.amara, &old).await, 409, "record-superseded");
        let audited = auditor.client().get(&format!("/settlements/{old}")).await.expects(200);
        assert_eq!(audited["superseded_by"], json!(new), "{audited}");
        let desk = Browser::of(&auditor).await.reads("/audit?state=superseded").await;
        assert!(desk.contains("replaced by a newer one") && desk.contains(&format!("/audit/{old}")), "{desk}");
        assert!(!desk.contains(&format!("/audit/{new}")), "{desk}");
        let page = Browser::of(&scene.bela).await.reads(&format!("/disputes/{old_dispute}/settlement")).await;
        assert!(page.contains(&format!("/disputes/{}/settlement", scene.dispute)), "{page}");
    }

    async fn r05_what_one_reads_in_is_kept_and_no_draft_tells_the_other_side_of_it(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        scene.amara.wants_to_read(&scene.dispute, "hi").await.expects(204);
        let digest = readied(&scene, 0, "en", &[("en", "pays back the deposit."), ("hi", "जमा राशि लौटाएँगी।")]).await;
        scene.noor.freezes(&scene.dispute, &digest).await.expects(200);
        for person in [&scene.amara, &scene.bela] {
            person.waives(&scene.dispute, &digest).await.expects(201);
        }
        for person in [&scene.amara, &scene.bela] {
            person.signs(&scene.dispute, &digest).await.expects(201);
        }
        scene.noor.attests(&scene.dispute, &digest).await.expects(201);
        let old = own_settlement(&scene.amara, &scene.dispute).await;

        // It is Amara who is asked now, and who reads in Hindi as before.
        let scene = asked_by_bela(scene, &old).await;
        comes_to_mediation(&scene).await;
        let languages = |shown: &Value| -> Vec<String> {
            shown["draft"][0]["text"].as_object().expect("texts").keys().cloned().collect()
        };
        let led = scene.noor.reads_agreement(&scene.dispute).await.expects(200);
        assert_eq!((&led["languages_needed"], languages(&led)), (&json!(["en", "hi"]), vec!["en".to_owned(), "hi".to_owned()]));
        let before = scene.amara.reads_agreement(&scene.dispute).await.text();
        scene.bela.wants_to_read(&scene.dispute, "km").await.expects(204);
        let led = scene.noor.reads_agreement(&scene.dispute).await.expects(200);
        assert_eq!((&led["languages_needed"], languages(&led)), (&json!(["en", "km"]), vec!["en".to_owned()]));
        let after = scene.amara.reads_agreement(&scene.dispute).await.text();
        assert_eq!(before, after, "what the other side chose reaches nobody by what is missing");
        assert!(after.contains("जमा राशि लौटाएँगी।"), "{after}");
    }

    async fn only_a_party_asks_to_change_it_and_nothing_of_where_the_other_is_reached_is_told(settings: Settings) {
        let (scene, settlement) = settled(settings).await;
        let auditor = scene.service.staff("auditor", "Ada Quill").await;
        for person in [&scene.noor, &scene.rosa, &auditor, &scene.service.person("Zara Kim").await] {
            assert_refused!(asks_to_change(person, &settlement).await, 404);
        }
        let draft = asks_to_change(&scene.bela, &settlement).await.expects(201);
        let dispute = draft["id"].as_str().expect("an id");
        assert_eq!(draft["respondent"], json!({"name": "Amara Sen"}), "where she is reached is not Bela's to know: {draft}");
        let again = asks_to_change(&scene.bela, &settlement).await.expects(201);
        assert_eq!(again["id"], draft["id"], "the one that was begun");
        let other = json!({"respondent": {"name": "Zara Kim", "email": "zara@example.org"}, "category": "family"});
        let wrong = scene.bela.client().patch(&format!("/disputes/{dispute}"), other).await.is_refused(422, "fields");
        let fields: Vec<&str> = wrong["errors"].as_array().expect("fields").iter().filter_map(|one| one["code"].as_str()).collect();
        assert_eq!(fields, ["fixed-by-settlement"; 3], "{wrong}");
        // The same on pages: what is fixed is neither asked nor to be changed.
        let browser = Browser::of(&scene.bela).await;
        let own = format!("/disputes/{}/settlement", scene.dispute);
        let asked = browser.sends(&own, &format!("/settlements/{settlement}/amendments"), &[]).await;
        assert!(asked.text().contains("What should we call it?"), "{}", asked.text());
        let count = asked.text().replace(['\u{2068}', '\u{2069}'], "");
        assert!(count.contains("Question 1 of 6"), "{count}");
        for step in ["category", "respondent"] {
            assert_eq!(browser.opens(&format!("/disputes/{dispute}/draft/{step}")).await.status, 404);
        }
        let check = browser.reads(&format!("/disputes/{dispute}/draft/check")).await;
        assert!(check.contains("Amara Sen") && !check.contains("draft/respondent"), "{check}");
        // Nobody is told of what was never filed.
        assert_eq!(scene.amara.reads(dispute).await.status, 404);
        let before = scene.service.letters().to(&scene.amara.email).len();
        let scene = asked_by_bela(scene, &settlement).await;
        assert_eq!(scene.service.letters().to(&scene.bela.email).len(), before, "nor before a registrar has looked");
        let desk = Browser::of(&scene.rosa).await.reads(&format!("/registrar/disputes/{}/screening", scene.dispute)).await;
        assert!(desk.contains("they want to change what they settled"), "{desk}");
        let page = Browser::of(&scene.amara).await.reads(&format!("/disputes/{}", scene.dispute)).await;
        assert!(page.contains("This is about changing what was agreed"), "{page}");
        assert!(!page.contains(&scene.bela.email), "{page}");
        // What comes to nothing leaves the old one as it was, and both may ask once more.
        scene.amara.withdraws(&scene.dispute).await.ok();
        let jws = jws_of(&scene.amara, &settlement).await;
        assert_eq!(verified(&scene, &jws).await["status"], "valid");
        asks_to_change(&scene.bela, &settlement).await.expects(201);
    }

    async fn nobody_signs_what_takes_the_place_of_another_text_than_they_were_shown(settings: Settings) {
        let (scene, first) = settled(settings).await;
        let theirs = asks_to_change(&scene.amara, &first).await.expects(201);
        let theirs = theirs["id"].as_str().expect("an id").to_owned();
        let words = json!({"title": "Another sum", "statement": "It was too little.", "outcome_sought": "More."});
        scene.amara.client().patch(&format!("/disputes/{theirs}"), words).await.expects(200);
        scene.amara.answers_safety(&theirs, all_clear()).await.expects(204);
        scene.amara.files(&theirs).await.expects(200);
        assert_eq!(asks_to_change(&scene.amara, &first).await.expects(201)["id"], json!(theirs), "one at a time");
        let scene = asked_by_bela(scene, &first).await;
        comes_to_mediation(&scene).await;
        let digest = scene.ready_to_sign().await;
        let shown = scene.bela.reads_agreement(&scene.dispute).await.expects(200);
        assert_eq!(shown["replaces"], json!(first), "{shown}");
        let page = Browser::of(&scene.bela).await.reads(&format!("/disputes/{}/agreement", scene.dispute)).await;
        assert!(page.contains("takes the place of the whole paper"), "{page}");

        // Amara's own question comes as far, and waits for the other text.
        let Scene { amara: bela, bela: amara, noor, rosa, dispute: his, service } = scene;
        let scene = Scene { amara, bela, noor, rosa, dispute: theirs, service };
        comes_to_mediation(&scene).await;
        let terms = json!([a_term("pays a larger sum", "600.00")]);
        let revision = scene.noor.revises(&scene.dispute, 0, terms).await.expects(201);
        let hers = revision["digest"].as_str().expect("a digest");
        scene.amara.finds_ready(&scene.dispute, hers).await.expects(200);
        scene.bela.finds_ready(&scene.dispute, hers).await.expects(200);
        assert_refused!(scene.noor.freezes(&scene.dispute, hers).await, 409, "amendment-under-way");
        scene.bela.signs(&his, &digest).await.expects(201);
        scene.amara.signs(&his, &digest).await.expects(201);
        scene.noor.attests(&his, &digest).await.expects(201);
        assert_refused!(scene.noor.freezes(&scene.dispute, hers).await, 409, "record-superseded");
        let second = own_settlement(&scene.amara, &his).await;
        let jws = jws_of(&scene.amara, &first).await;
        assert_eq!(verified(&scene, &jws).await["status"], "superseded");

        // What stands now can be changed again, and begins from that.
        scene.amara.withdraws(&scene.dispute).await.ok();
        let asked = asks_to_change(&scene.amara, &second).await.expects(201);
        let dispute = asked["id"].as_str().expect("an id").to_owned();
        let words = json!({"title": "A sum", "statement": "Too little.", "outcome_sought": "More."});
        scene.amara.client().patch(&format!("/disputes/{dispute}"), words).await.expects(200);
        scene.amara.answers_safety(&dispute, all_clear()).await.expects(204);
        scene.amara.files(&dispute).await.expects(200);
        let scene = Scene { dispute, ..scene };
        comes_to_mediation(&scene).await;
        let text = scene.noor.reads_agreement(&scene.dispute).await.expects(200);
        assert_eq!(text["draft"][0]["debtor"], "claimant", "Bela asked for the second, and Amara owed in it: {text}");
        scene.settles().await;
        let third = own_settlement(&scene.amara, &scene.dispute).await;
        for (settlement, status) in [(&first, "superseded"), (&second, "superseded"), (&third, "valid")] {
            let jws = jws_of(&scene.amara, settlement).await;
            assert_eq!(verified(&scene, &jws).await["status"], status, "{settlement}");
        }
        let paper = scene.amara.client().get(&format!("/settlements/{second}/record.sd-jwt")).await;
        assert_refused!(paper, 409, "record-superseded");
    }

    async fn only_the_other_party_answers_and_what_it_asked_for_holds_for_the_next_question(settings: Settings) {
        let (scene, settlement) = settled(settings).await;
        let scene = asked_by_bela(scene, &settlement).await;
        scene.rosa.screens(&scene.dispute, json!({"suitable": true, "shuttle": false})).await.ok();
        let letters = format!("/disputes/{}/invitations/1/letters", scene.dispute);
        let letter = scene.amara.client().post(&letters, json!({})).await.expects(201);
        let code = letter["code"].as_str().expect("a code");
        let zara = scene.service.person("Zara Kim").await;
        let told = zara.accepts_invitation(code).await;
        assert!(!told.text().contains("settle"), "a letter in wrong hands tells of no settlement: {}", told.text());
        assert_refused!(told, 409, "not-the-other-party");
        // She does not want to be asked again; it holds for whatever the same person asks later.
        let path = format!("/invitations/{code}/concerns");
        scene.service.stranger().post(&path, json!({"kind": "do-not-contact"})).await.ok();
        scene.amara.withdraws(&scene.dispute).await.ok();
        let before = scene.service.letters().to(&scene.bela.email).len();
        let Scene { amara: bela, bela: amara, noor, rosa, dispute, service } = scene;
        let scene = asked_by_bela(Scene { amara, bela, noor, rosa, dispute, service }, &settlement).await;
        scene.rosa.screens(&scene.dispute, json!({"suitable": true, "shuttle": false})).await.ok();
        assert_eq!(scene.amara.stage(&scene.dispute).await, "inviting");
        // A mail to somebody else that was asked for later has gone: none to her stands in the queue.
        scene.service.person("Eve Stone").await;
        assert_eq!(scene.service.letters().to(&scene.bela.email).len(), before, "no mail goes out to her");
    }

    async fn r17_who_was_kept_apart_is_kept_apart_again(settings: Settings) {
        let settings = settings.without_limits().with("CONCORD_REFLECTION_PERIOD", "1ms");
        let scene = Scene::in_shuttle(settings).await;
        let digest = scene.freezes_a_text().await;
        scene.amara.signs(&scene.dispute, &digest).await.expects(201);
        scene.bela.signs(&scene.dispute, &digest).await.expects(201);
        scene.noor.attests(&scene.dispute, &digest).await.expects(201);
        let settlement = own_settlement(&scene.amara, &scene.dispute).await;
        let scene = asked_by_bela(scene, &settlement).await;
        let path = format!("/registrar/disputes/{}/screening", scene.dispute);
        let desk = Browser::of(&scene.rosa).await.reads(&path).await;
        assert!(desk.contains("they were kept apart before"), "{desk}");
        // Whoever decides may have read past it.
        comes_to_mediation(&scene).await;
        let shown = scene.noor.reads(&scene.dispute).await.expects(200);
        assert_eq!(shown["shuttle"], true, "{shown}");
        assert_refused!(scene.bela.reads_channel(&scene.dispute, "joint", 0).await, 404);
    }
}
