//! Each send may carry who could read it when it was written, and a stale audience stores nothing. What others do in a
//! channel of their own makes nobody's audience stale, or it would tell of it.

use serde_json::{Value, json};
use tests::answer::Answer;
use tests::browser::{Browser, with_hidden};
use tests::cast::{Person, an_answer};
use tests::on_both;
use tests::scene::Scene;
use tests::socket::{Socket, entry_id, message};

async fn digest(person: &Person, dispute: &str) -> String {
    let room = person.looks_into_room(dispute).await.expects(200);
    room["audience_digest"].as_str().expect("a digest").to_owned()
}

async fn posts(person: &Person, dispute: &str, id: &str, text: &str, audience: &str) -> Answer {
    let path = format!("/disputes/{dispute}/room/channels/caucus-claimant/entries");
    let body = json!({"id": id, "body": message(text), "audience_digest": audience});
    person.client().post(&path, body).await
}

/// From now on the two share no channel: Amara's readers are others than they were.
async fn keeps_apart(scene: &Scene) {
    scene.amara.answers_safety(&scene.dispute, an_answer("afraid", "yes")).await.expects(204);
    scene.rosa.screens(&scene.dispute, json!({"suitable": true, "shuttle": true})).await.ok();
}

fn texts(page: &Value) -> String {
    page["items"].to_string()
}

on_both! {
    async fn a_stale_audience_is_refused_by_every_door_and_nothing_is_stored(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let (amara, first) = (&scene.amara, entry_id());
        let before = digest(amara, dispute).await;
        posts(amara, dispute, &first, "Said to those whom I saw", &before).await.expects(201);
        let browser = Browser::of(amara).await;
        let (room, say) = (format!("/rooms/{dispute}?channel=caucus-claimant"), format!("/rooms/{dispute}/entries"));
        let offer = format!("/rooms/{dispute}/offers");
        let typed = with_hidden(&browser.reads(&room).await, &say, &[("text", "Typed for the old readers")]);
        let terms = [("term-1-debtor", "respondent"), ("term-1-text", "Typed for the old readers")];
        let offered = with_hidden(&browser.reads(&format!("{room}&offer=new")).await, &offer, &terms);
        assert!(typed.contains(&("audience_digest".to_owned(), before.clone())), "{typed:?}");

        keeps_apart(&scene).await;
        let now = digest(amara, dispute).await;
        assert_ne!(before, now);
        let refused = posts(amara, dispute, &entry_id(), "Said to the old readers", &before).await;
        let problem = refused.is_refused(409, "stale-audience");
        assert_eq!(problem["current"]["audience_digest"], now.as_str(), "{problem}");
        let (mut socket, _) = Socket::enters(&amara.client(), dispute, json!({})).await;
        let id = entry_id();
        socket.says(json!({"t": "post", "id": id, "channel": "caucus-claimant", "body": message("Said to the old readers"), "audience_digest": before})).await;
        let frame = socket.hears(|frame| frame["id"] == id.as_str()).await;
        assert_eq!((&frame["t"], &frame["problem"]["code"]), (&json!("refused"), &json!("stale-audience")), "{frame}");
        for (to, form) in [(&say, &typed), (&offer, &offered)] {
            let page = browser.posts(to, form).await;
            let text = page.text();
            assert_eq!(page.status, 422, "{text}");
            assert!(text.contains("Who can read this has changed, so nothing was stored."), "{text}");
            assert!(text.contains("Typed for the old readers</textarea>") && text.contains(&now), "{text}");
        }
        let stored = amara.reads_channel(dispute, "caucus-claimant", 0).await.expects(200);
        assert!(texts(&stored).contains("Said to those whom I saw") && !texts(&stored).contains("old readers"), "{stored}");

        // What is stored is answered as the first time, and with the readers of now it goes out.
        posts(amara, dispute, &first, "Said to those whom I saw", &before).await.expects(200);
        posts(amara, dispute, &id, "Said to those whom I see now", &now).await.expects(201);
    }

    async fn r05_what_happens_in_the_others_caucus_makes_no_audience_stale(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let before = digest(&scene.amara, dispute).await;
        let (mut bela, _) = Socket::enters(&scene.bela.client(), dispute, json!({})).await;
        let (mut noor, _) = Socket::enters(&scene.noor.client(), dispute, json!({})).await;
        assert_eq!(bela.posts("caucus-respondent", "An aside of the other side").await["t"], "posted");
        noor.hears_text("An aside of the other side").await;
        assert_eq!(noor.posts("notes", "A note of the mediator").await["t"], "posted");
        noor.says(json!({"t": "typing", "channel": "caucus-respondent"})).await;
        let path = format!("/disputes/{dispute}/room/channels/caucus-respondent/pause");
        scene.noor.client().post(&path, json!({})).await.expects(201);
        assert_eq!(before, digest(&scene.amara, dispute).await);
        posts(&scene.amara, dispute, &entry_id(), "The same readers as before", &before).await.expects(201);
        // The digest is each reader's own: one that was seen elsewhere says nothing here.
        posts(&scene.bela, dispute, &entry_id(), "With the digest of another", &before).await.is_refused(404, "");
    }
}
