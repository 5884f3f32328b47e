//! R18 and R23: what a side tells the mediator alone reaches the mediator with its name and a mail, and nobody else of
//! the house; before a mediator is confirmed it reaches the registrar.

use reqwest::Method;
use serde_json::{Value, json};
use tests::cast::Person;
use tests::client::Client;
use tests::on_both;
use tests::scene::Scene;

on_both! {
    async fn r18_in_mediation_a_signal_reaches_the_mediator_by_name_and_by_mail_and_not_the_registrar(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let (amara, noor) = (scene.amara.signs_in_on_a_page().await, scene.noor.signs_in_on_a_page().await);
        let rosa = scene.rosa.signs_in_on_a_page().await;
        let before = mails(&scene);
        presses(&amara, dispute, "alarms").await;
        assert_eq!(signals(&scene.noor, dispute).await, json!([{"side": "claimant", "kind": "unsafe"}]));
        assert!(page(&noor, "/mediator").await.contains("<bdi>Amara Sen</bdi>: does not feel safe"));
        let letter = scene.service.letters().wait_for(&scene.noor.email, |_| mails(&scene) > before).await;
        assert!(!letter.raw.contains("Amara") && !letter.raw.contains("safe"), "a mail has no substance: {}", letter.raw);
        assert!(!page(&rosa, "/registrar").await.contains("Amara Sen"), "the registrar is not told");
        // Pressed again it is neither a second mail nor a second word to the other side.
        let told = scene.bela.reads_channel(dispute, "joint", 0).await.expects(200)["items"].clone();
        presses(&amara, dispute, "alarms").await;
        assert_eq!(scene.bela.reads_channel(dispute, "joint", 0).await.expects(200)["items"], told);
    }

    async fn r18_before_a_mediator_a_signal_waits_for_the_registrar_once_and_until_it_is_seen(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        let dispute = scene.dispute.as_str();
        let (bela, rosa) = (scene.bela.signs_in_on_a_page().await, scene.rosa.signs_in_on_a_page().await);
        presses(&bela, dispute, "alarms").await;
        presses(&bela, dispute, "alarms").await;
        let desk = page(&rosa, "/registrar").await;
        assert_eq!(desk.matches("<strong>Does not feel safe").count(), 1, "pressed twice, it waits once");
        assert!(desk.contains("Bela Roy"), "the registrar reads who");
        let seen = desk.split("action=\"/registrar/duties/").nth(1).and_then(|rest| rest.split('"').next());
        let seen = format!("/registrar/duties/{}", seen.expect("a button that says it was seen"));
        assert_eq!(sends(&bela, &seen).await, 404, "nobody else closes it");
        assert_eq!(sends(&rosa, &seen).await, 200);
        assert!(!page(&rosa, "/registrar").await.contains("Does not feel safe"));
    }

    async fn r18_in_shuttle_a_signal_is_taken_up_in_the_caucus_of_its_side(settings: Settings) {
        let scene = Scene::in_shuttle(settings).await;
        let dispute = scene.dispute.as_str();
        presses(&scene.amara.signs_in_on_a_page().await, dispute, "breaks").await;
        let room = scene.noor.looks_into_room(dispute).await.expects(200);
        let steering = |name: &str| {
            let channels = room["channels"].as_array().expect("channels");
            channels.iter().find(|channel| channel["name"] == name).expect("the channel")["steering"].clone()
        };
        assert_eq!([steering("caucus-claimant"), steering("caucus-respondent"), steering("notes")], [
            json!("resume"), json!("pause"), Value::Null,
        ]);
        let resumes = |channel: &str| {
            let path = format!("/disputes/{dispute}/room/channels/{channel}/pause");
            let client = scene.noor.client();
            async move { client.delete(&path).await }
        };
        assert_eq!(resumes("caucus-respondent").await.status, 409, "it is not that side's");
        resumes("caucus-claimant").await.ok();
        assert_eq!(signals(&scene.noor, dispute).await, Value::Null);
        assert!(scene.bela.looks_into_room(dispute).await.expects(200)["channels"][0]["steering"].is_null());
    }

    async fn a_registrar_who_is_a_party_reads_no_call_for_help_of_that_dispute(settings: Settings) {
        let service = settings.start().await;
        let amara = service.person("Amara Sen").await;
        let rosa = service.staff("registrar", "Rosa Lind").await;
        let mina = service.staff("registrar", "Mina Das").await;
        let draft = amara.drafts(tests::cast::a_dispute(&rosa)).await.expects(201);
        let dispute = draft["id"].as_str().expect("an id");
        amara.answers_safety(dispute, tests::cast::all_clear()).await.expects(204);
        amara.files(dispute).await.expects(200);
        let code = service.invitation_code(&rosa.email).await;
        rosa.accepts_invitation(&code).await.expects(200);
        presses(&amara.signs_in_on_a_page().await, dispute, "alarms").await;
        let (mina, rosa) = (mina.signs_in_on_a_page().await, rosa.signs_in_on_a_page().await);
        assert!(page(&mina, "/registrar").await.contains("Does not feel safe"), "the other registrar reads it");
        assert!(!page(&rosa, "/registrar").await.contains("Does not feel safe"));
    }
}

fn mails(scene: &Scene) -> usize {
    scene.service.letters().to(&scene.noor.email).len()
}

async fn signals(person: &Person, dispute: &str) -> Value {
    person.looks_into_room(dispute).await.expects(200)["signals"].clone()
}

/// Presses one of the buttons that are for oneself alone.
async fn presses(browser: &Client, dispute: &str, button: &str) {
    assert_eq!(sends(browser, &format!("/rooms/{dispute}/{button}")).await, 200);
}

/// Sends a form without fields.
async fn sends(browser: &Client, path: &str) -> u16 {
    let text = browser.send(browser.page(Method::GET, "/account")).await.text();
    let csrf = text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    let form = browser.page(Method::POST, path).header("origin", browser.base());
    browser.send(form.form(&[("csrf", csrf.expect("a token"))])).await.status
}

async fn page(browser: &Client, path: &str) -> String {
    browser.send(browser.page(Method::GET, path)).await.text().replace(['\u{2068}', '\u{2069}'], "")
}
