//! R11 (the record travels as its owner chose), R26 (delivery is recorded for each person, and nothing is lost while
//! mail is down), R28 (after any break of the line the list is the server's).

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::concord::{Backend, Settings};
use tests::on_both;
use tests::scene::Scene;
use tests::smtp::{Door, Mode, Postbox};
use tests::socket::{Socket, entry_id, message};

use super::confidentiality::own_settlement;

async fn own_state(person: &tests::cast::Person, dispute: &str) -> Value {
    person.reads_settlement(dispute).await.expects(200)["deliveries"][0]["state"].clone()
}

on_both! {
    async fn r11_the_record_comes_as_each_one_chose(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        scene.amara.wants_delivery(dispute, json!({"by": "link"})).await.expects(204);
        scene.bela.wants_delivery(dispute, json!({"by": "collect"})).await.expects(204);
        scene.settles().await;
        let letters = scene.service.letters();
        let link = letters.wait_for(&scene.amara.email, |letter| letter.subject.contains("document")).await;
        assert!(link.attachments.is_empty(), "a link has no attachment: {}", link.subject);
        assert!(link.text.contains(scene.service.base()), "it leads to the house: {}", link.text);
        let id = own_settlement(&scene.bela, dispute).await;
        let all = letters.to(&scene.bela.email);
        assert!(all.iter().all(|letter| letter.attachments.is_empty()), "who collects gets none by mail");
        for end in ["record.pdf", "record.jws"] {
            let client = scene.bela.client();
            let head = client.request(reqwest::Method::HEAD, &format!("/settlements/{id}/{end}"));
            assert_eq!(client.send(head).await.status, 200);
        }
        assert_ne!(own_state(&scene.bela, dispute).await, "collected", "who asked for the head has not got it");
        scene.bela.client().get(&format!("/settlements/{id}/record.pdf")).await.expects(200);
        let state = own_state(&scene.bela, dispute).await;
        assert_eq!(state, "collected");
        let signed = scene.amara.wants_delivery(dispute, json!({"by": "attachment"})).await;
        assert_eq!(signed.status, 409, "until signing: {}", signed.text());
    }

    async fn r11_a_copy_with_a_passphrase_opens_with_it_alone_and_stays_genuine(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let words = "copper lantern under water";
        for (choice, field) in [
            (json!({"by": "link", "passphrase": words}), "only-attachment"),
            (json!({"by": "attachment", "passphrase": "short"}), "too-short"),
            (json!({"by": "attachment", "passphrase": "তামার লণ্ঠন আর মেঘের কথা"}), "plain-letters"),
        ] {
            let refused = scene.amara.wants_delivery(dispute, choice).await.expects(422);
            assert_eq!(refused["errors"], json!([{"field": "passphrase", "code": field}]));
        }
        scene.amara.wants_delivery(dispute, json!({"by": "attachment", "passphrase": words})).await.expects(204);
        scene.settles().await;
        let letter = scene.service.letters().wait_for(&scene.amara.email, |letter| !letter.attachments.is_empty()).await;
        assert!(letter.attachment("record.pdf").is_none(), "no open copy beside it");
        assert!(letter.text.contains("record.zip") && !letter.text.contains(words), "{}", letter.text);
        let folder = tempfile::tempdir().expect("a folder");
        let (archive, record) = (folder.path().join("record.zip"), folder.path().join("record.pdf"));
        std::fs::write(&archive, letter.attachment("record.zip").expect("a locked copy")).expect("written");
        let opens = |words: &str| {
            let mut python = std::process::Command::new(tests::tools::python());
            python.arg(tests::tools::script("open_locked.py")).arg(&archive).arg(words).arg(&record);
            let output = tests::tools::run(&mut python);
            (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
        };
        let (opened, why) = opens("copper lantern under wine");
        assert!(!opened && why.contains("Bad password"), "other words open nothing: {why}");
        let (opened, why) = opens(words);
        assert!(opened, "her own words do: {why}");
        let bytes = std::fs::read(&record).expect("the record");
        let file = reqwest::multipart::Part::bytes(bytes).file_name("record.pdf");
        let client = scene.service.stranger();
        let form = reqwest::multipart::Form::new().part("file", file);
        let verdict = client.send(client.request(reqwest::Method::POST, "/verifications").multipart(form)).await;
        assert_eq!(verdict.expects(200)["status"], "valid", "the signature is not harmed");
    }

    async fn r28_after_breaks_of_the_line_the_list_equals_the_servers(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        // Bela's line breaks again and again without a goodbye; each time she asks from the number that she has.
        let mut heard: BTreeMap<u64, String> = BTreeMap::new();
        for round in 0..8 {
            let after = heard.keys().next_back().copied().unwrap_or(0);
            let (mut ear, _) = Socket::enters(&scene.bela.client(), dispute, json!({"joint": after})).await;
            for at in 0..5 {
                let text = format!("Round {round}, sentence {at} for Bela");
                scene.amara.posts(dispute, "joint", &entry_id(), message(&text)).await.expects(201);
            }
            // In odd rounds she hears only the first of the five before the line breaks.
            let last = if round % 2 == 0 { 4 } else { 0 };
            ear.hears_text(&format!("Round {round}, sentence {last} for Bela")).await;
            let (mut replay, _) = Socket::enters(&scene.bela.client(), dispute, json!({"joint": after})).await;
            replay.hears(|frame| frame["t"] == "caught_up" && frame["channel"] == "joint").await;
            for frame in replay.heard_so_far().iter().filter(|frame| frame["t"] == "entry" && frame["channel"] == "joint") {
                let seq = frame["seq"].as_u64().expect("a number");
                let doubled = heard.insert(seq, frame["id"].as_str().expect("an id").to_owned());
                assert!(doubled.is_none() || seq <= after + 64, "{seq} came again after it was named");
            }
        }
        let (mut last, _) = Socket::enters(&scene.bela.client(), dispute, json!({"joint": heard.keys().next_back()})).await;
        last.hears(|frame| frame["t"] == "caught_up" && frame["channel"] == "joint").await;
        for frame in last.heard_so_far().iter().filter(|frame| frame["t"] == "entry" && frame["channel"] == "joint") {
            heard.insert(frame["seq"].as_u64().expect("a number"), frame["id"].as_str().expect("an id").to_owned());
        }
        let page = scene.amara.reads_channel(dispute, "joint", 0).await.expects(200);
        let pair = |item: &Value| (item["seq"].as_u64().expect("a number"), item["id"].as_str().expect("an id").to_owned());
        let kept: BTreeMap<u64, String> = page["items"].as_array().expect("items").iter().map(pair).collect();
        let said = |list: &BTreeMap<u64, String>| list.iter().filter(|(seq, _)| kept.contains_key(seq)).map(|(seq, id)| (*seq, id.clone())).collect::<Vec<_>>();
        let until = *heard.keys().next_back().expect("something was heard");
        let kept_until: BTreeMap<u64, String> = kept.iter().filter(|(seq, _)| **seq <= until).map(|(seq, id)| (*seq, id.clone())).collect();
        assert_eq!(said(&heard), said(&kept_until), "the same entries under the same numbers");
        assert!(kept.len() >= 40, "{page}");
    }
}

/// The record goes by a real mail server, which first is away, then refuses one person for good.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_delivery_is_recorded_for_each_person_and_a_failure_is_the_registrars_task() {
    let mut postbox = Postbox::opens(Door::TlsAndPassword);
    let settings = Settings::on(Backend::Sqlite).with_mail_to(&postbox).that_may_complain();
    let scene = Scene::in_mediation(settings).await;
    let dispute = scene.dispute.as_str();
    postbox.goes_away();
    scene.settles().await;
    assert_eq!(own_state(&scene.amara, dispute).await, "queued", "nothing is lost while mail is down");
    postbox.behaves(Mode::Never);
    postbox.comes_back();
    tests::until("the refused mail is recorded", async || {
        scene.service.mail_is_due();
        own_state(&scene.amara, dispute).await == "failed"
    })
    .await;

    let id = own_settlement(&scene.amara, dispute).await;
    let visitor = scene.rosa.signs_in_on_a_page().await;
    let desk = visitor.send(visitor.page(reqwest::Method::GET, "/registrar")).await.text();
    assert!(desk.contains("/registrar/mails/"), "the registrar has it as a task: {desk}");

    // A delivery that is gone, whatever took it, keeps nobody's mail from its turn.
    let failed = "SELECT count(*) FROM deliveries WHERE state <> 'failed'";
    tests::until("all of them failed", async || {
        scene.service.mail_is_due();
        scene.service.db_tells(failed).trim() == "0"
    })
    .await;
    scene.service.db_runs(
        "UPDATE outbox SET delivery = '00000000-0000-7000-8000-000000000001' WHERE delivery IN \
         (SELECT id FROM deliveries WHERE side IS NULL)",
    );
    postbox.behaves(Mode::Takes);
    let retried =
        scene.service.runs(&["mail", "retry", "--data", &scene.service.data().display().to_string()], "");
    assert!(retried.status.success(), "{}", String::from_utf8_lossy(&retried.stderr));
    let letters = scene.service.letters();
    let letter =
        letters.wait_for(&scene.amara.email, |letter| letter.attachment("record.pdf").is_some()).await;
    let pdf = scene.amara.client().get(&format!("/settlements/{id}/record.pdf")).await;
    assert_eq!(letter.attachment("record.pdf"), Some(pdf.bytes.as_slice()));
    letters.wait_for(&scene.noor.email, |letter| letter.subject.contains("document")).await;
    tests::until("it is recorded as sent", async || own_state(&scene.amara, dispute).await == "sent").await;
    let own = scene.amara.reads_settlement(dispute).await.expects(200);
    let steps = own["deliveries"][0]["steps"].as_array().expect("steps").clone();
    let states: Vec<&str> = steps.iter().filter_map(|step| step["state"].as_str()).collect();
    assert_eq!(states, ["queued", "failed", "queued", "sent"], "each with its time");
    assert!(steps.is_sorted_by_key(|step| step["at"].as_str().expect("a time").to_owned()), "{steps:?}");
}
