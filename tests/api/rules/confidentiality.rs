//! R7 (nobody is in a room unseen), R9 (what is kept of the process holds no words), R10 (a certificate knows no
//! blame), and that what people say lies nowhere in clear.

use serde_json::{Value, json};
use tests::cast::{Person, all_clear, an_offer};
use tests::concord::{Backend, Settings};
use tests::scene::Scene;
use tests::socket::{Socket, entry_id, message};
use tests::{assert_refused, on_both};

on_both! {
    async fn r07_entering_and_leaving_the_room_is_announced_to_everybody_in_it(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        scene.noor.opens_session(&scene.dispute).await.expects(201);
        let (mut amara, _) = Socket::enters(&scene.amara.client(), &scene.dispute, json!({})).await;
        let (bela, _) = Socket::enters(&scene.bela.client(), &scene.dispute, json!({})).await;
        let about = |kind: &'static str, who: &'static str| {
            move |frame: &Value| frame["body"]["kind"] == kind && frame["body"].to_string().contains(who)
        };
        amara.hears(about("arrival", "respondent")).await;
        bela.leaves().await;
        amara.hears(about("departure", "respondent")).await;
        let (noor, _) = Socket::enters(&scene.noor.client(), &scene.dispute, json!({})).await;
        amara.hears(about("arrival", "mediator")).await;
        noor.leaves().await;
        amara.hears(about("departure", "mediator")).await;
    }

    async fn r07_the_registrar_has_no_way_into_the_room(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (mut amara, _) = Socket::enters(&scene.amara.client(), &scene.dispute, json!({})).await;
        let dispute = scene.dispute.as_str();
        assert_eq!(Socket::tries(&scene.rosa.client(), dispute, &[]).await.err().map(|no| no.status), Some(404));
        assert_refused!(scene.rosa.looks_into_room(dispute).await, 404);
        for channel in ["joint", "caucus-claimant", "caucus-respondent", "notes"] {
            assert_refused!(scene.rosa.reads_channel(dispute, channel, 0).await, 404);
            assert_refused!(scene.rosa.posts(dispute, channel, &entry_id(), message("I only look round")).await, 404);
        }
        // The mediator gets in by the same calls, and is heard.
        scene.noor.looks_into_room(dispute).await.expects(200);
        scene.noor.posts(dispute, "joint", &entry_id(), message("I am allowed in here")).await.expects(201);
        amara.hears_text("I am allowed in here").await;
    }

    async fn r09_the_trail_of_the_process_holds_no_words_of_a_party(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let words = "The purple umbrella was never mine";
        scene.amara.posts(dispute, "joint", &entry_id(), message(words)).await.expects(201);
        scene.bela.posts(dispute, "joint", &entry_id(), an_offer("returns the purple umbrella", "20.00")).await.expects(201);
        scene.settles().await;
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        let id = own_settlement(&scene.amara, dispute).await;
        let seen = odil.client().get(&format!("/settlements/{id}")).await.expects(200);
        let trail = seen["trace"].as_array().or_else(|| seen["trail"].as_array()).or_else(|| seen["events"].as_array());
        let trail = trail.unwrap_or_else(|| panic!("the auditor sees the trail: {seen}"));
        assert!(trail.len() >= 8, "filing, consents, assignment, signatures: {seen}");
        for text in ["umbrella", "deposit", "Lake Road", "450.00", "45000"] {
            assert!(!json!(trail).to_string().contains(text), "`{text}` in {trail:?}");
        }
    }

    async fn r10_a_certificate_knows_dates_and_presence_and_no_blame(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let path = format!("/disputes/{dispute}/certificate");
        let early = scene.amara.client().get(&path).await;
        assert!([404, 409].contains(&early.status), "not while it is under way: {}", early.text());
        scene.amara.posts(dispute, "joint", &entry_id(), message("This goes nowhere at all")).await.expects(201);
        scene.noor.closes(dispute).await.expects(200);
        let paper = scene.amara.client().get(&path).await.expects(200);
        let allowed = [
            "reference", "institution", "mediation_took_place", "mediation_began_on", "settled", "filed_on", "ended_on",
            "present", "mediator", "parties", "issued_at", "digest", "document", "ledger",
        ];
        for (field, value) in paper.as_object().expect("an object") {
            assert!(allowed.contains(&field.as_str()), "a certificate has no `{field}`: {paper}");
            let words = value.as_str().map_or(0, |text| text.split_whitespace().count());
            assert!(words <= 12, "no free text: {paper}");
        }
        // A digest and a salt may hold any digits by chance: what was hashed is looked at without them.
        let hashed: Value = serde_json::from_str(paper["document"].as_str().expect("its text")).expect("JSON");
        let bare = |mut paper: Value, digits: &[&str]| {
            let fields = paper.as_object_mut().expect("an object");
            digits.iter().for_each(|name| drop(fields.remove(*name).expect("a field")));
            paper.to_string()
        };
        for said in [bare(paper.clone(), &["digest", "document"]), bare(hashed, &["salt"])] {
            for word in ["impasse", "withdr", "refus", "nowhere", "deposit", "450", "blame", "reason", "name"] {
                assert!(!said.contains(word), "`{word}` in {said}");
            }
        }
        assert_eq!(paper["settled"], false, "{paper}");
        // Withdrawal makes the same paper.
        assert_refused!(scene.rosa.reads_channel(dispute, "joint", 0).await, 404);
    }
}

/// The id of somebody's settlement.
pub async fn own_settlement(person: &Person, dispute: &str) -> String {
    let own = person.reads_settlement(dispute).await.expects(200);
    own["id"].as_str().expect("an id").to_owned()
}

/// What people say is ciphertext before it reaches the database: no file of the data folder holds a sentence of it,
/// but for the mails, which hold none either (the stage looks at every one of them).
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_people_say_lies_in_no_file_in_clear() {
    let scene = Scene::in_mediation(Settings::on(Backend::Sqlite)).await;
    let dispute = scene.dispute.as_str();
    scene
        .amara
        .posts(dispute, "joint", &entry_id(), message("The zebra slept in the kitchen"))
        .await
        .expects(201);
    scene
        .bela
        .posts(dispute, "caucus-respondent", &entry_id(), message("A quagga ate my homework"))
        .await
        .expects(201);
    scene
        .bela
        .posts(dispute, "joint", &entry_id(), an_offer("hands over the okapi statue", "1.00"))
        .await
        .expects(201);
    scene.amara.answers_safety(dispute, all_clear()).await.expects(204);
    scene.freezes_a_text().await;
    let secrets =
        ["zebra", "quagga", "okapi", "Lake Road", "never paid back", "whole deposit", "rather-not-say"];
    let mut looked_at = 0;
    let mut folders = vec![scene.service.data()];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).expect("a folder").filter_map(|entry| Some(entry.ok()?.path()))
        {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            looked_at += 1;
            let bytes = std::fs::read(&path).unwrap_or_default();
            for secret in secrets {
                let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!found, "`{secret}` lies in {}", path.display());
            }
        }
    }
    assert!(looked_at >= 5, "database, vault, keys and mails: {looked_at}");
    // The same words do come back to whoever may read them.
    let page = scene.bela.reads_channel(dispute, "joint", 0).await.expects(200).to_string();
    assert!(page.contains("zebra") && page.contains("okapi"), "{page}");
}
