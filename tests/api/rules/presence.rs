//! R7 and R10 for whoever has no socket: in a session, a page and a call of the API are presence too. And the arrivals of
//! several at one moment are all kept.

use reqwest::Method;
use serde_json::{Value, json};
use tests::cast::Person;
use tests::on_both;
use tests::scene::Scene;
use tests::socket::{Socket, entry_id, message};

async fn kinds(person: &Person, dispute: &str, channel: &str) -> Vec<String> {
    let page = person.reads_channel(dispute, channel, 0).await.expects(200);
    let items = page["items"].as_array().expect("items").iter();
    let said = |item: &Value| {
        let who = item["body"]["who"].as_str().unwrap_or_default();
        format!("{} {who}", item["body"]["kind"].as_str().unwrap_or_default()).trim().to_owned()
    };
    items.map(said).filter(|kind| kind != "session").collect()
}

async fn present(scene: &Scene) -> Value {
    scene.noor.closes(&scene.dispute).await.expects(200);
    let path = format!("/disputes/{}/certificate", scene.dispute);
    scene.noor.client().get(&path).await.expects(200)["present"].clone()
}

on_both! {
    async fn r07_whoever_reads_and_writes_without_a_socket_is_announced_once_a_session(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        scene.bela.looks_into_room(dispute).await.expects(200);
        assert_eq!(kinds(&scene.noor, dispute, "joint").await, Vec::<String>::new(), "no session, no presence (R19)");
        scene.noor.opens_session(dispute).await.expects(201);
        for text in ["I am here without a socket", "And I say a second word"] {
            scene.amara.posts(dispute, "joint", &entry_id(), message(text)).await.expects(201);
        }
        for _ in 0..2 {
            scene.bela.looks_into_room(dispute).await.expects(200);
        }
        let visitor = scene.noor.signs_in_on_a_page().await;
        for _ in 0..2 {
            let page = visitor.send(visitor.page(Method::GET, &format!("/rooms/{dispute}"))).await;
            assert_eq!(page.status, 200);
        }
        let expected = ["arrival claimant", "message", "message", "arrival respondent", "arrival mediator"];
        assert_eq!(kinds(&scene.amara, dispute, "joint").await, expected);
        assert_eq!(present(&scene).await, json!(["claimant", "respondent"]));
    }

    async fn r05_a_word_in_caucus_tells_the_other_side_of_nobodys_coming(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        scene.noor.opens_session(dispute).await.expects(201);
        scene.bela.posts(dispute, "caucus-respondent", &entry_id(), message("Only for you to hear")).await.expects(201);
        scene.bela.reads_channel(dispute, "caucus-respondent", 0).await.expects(200);
        let room = scene.amara.client().get(&format!("/disputes/{dispute}/room/channels/joint/entries")).await.expects(200);
        assert!(!room.to_string().contains("respondent"), "{room}");
        assert_eq!(present(&scene).await, json!(["claimant", "respondent"]), "they were there all the same");
    }

    async fn r17_in_shuttle_a_coming_without_a_socket_is_said_in_ones_own_caucus(settings: Settings) {
        let scene = Scene::in_shuttle(settings).await;
        let dispute = scene.dispute.as_str();
        scene.noor.opens_session(dispute).await.expects(201);
        scene.bela.posts(dispute, "caucus-respondent", &entry_id(), message("I am in my own room")).await.expects(201);
        assert_eq!(kinds(&scene.noor, dispute, "caucus-respondent").await, ["arrival respondent", "message"]);
        assert_eq!(kinds(&scene.noor, dispute, "caucus-claimant").await, Vec::<String>::new());
    }

    async fn r07_and_r10_three_who_are_there_when_a_session_opens_are_all_announced_and_kept(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let (mut amara, _) = Socket::enters(&scene.amara.client(), dispute, json!({})).await;
        let (_bela, _) = Socket::enters(&scene.bela.client(), dispute, json!({})).await;
        let (_noor, _) = Socket::enters(&scene.noor.client(), dispute, json!({})).await;
        scene.noor.opens_session(dispute).await.expects(201);
        for who in ["claimant", "respondent", "mediator"] {
            amara.hears(|frame| frame["body"]["kind"] == "arrival" && frame["body"]["who"] == who).await;
        }
        let said = kinds(&scene.amara, dispute, "joint").await;
        assert_eq!(said.len(), 3, "each once: {said:?}");
        assert_eq!(present(&scene).await, json!(["claimant", "respondent"]));
    }
}
