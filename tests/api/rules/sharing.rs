//! R6: what was said in caucus passes to the other side only when its author lets that very item go. Until then the
//! other side's bytes are what they were; then they tell nothing of when or among what it was said (R5).

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tests::browser::Browser;
use tests::cast::{Person, an_offer};
use tests::scene::Scene;
use tests::socket::{Socket, entry_id, message};
use tests::{assert_refused, on_both};

const OWN: &str = "caucus-claimant";

/// Somebody posts a body, and it is stored.
async fn says(person: &Person, dispute: &str, channel: &str, body: Value) -> String {
    let id = entry_id();
    person.posts(dispute, channel, &id, body).await.expects(201);
    id
}

fn about(kind: &str, entry: &str) -> Value {
    json!({"kind": kind, "entry": entry})
}

/// What somebody reads of a channel.
async fn read(person: &Person, dispute: &str, channel: &str) -> Vec<Value> {
    let page = person.reads_channel(dispute, channel, 0).await.expects(200);
    page["items"].as_array().expect("items").clone()
}

/// All that somebody can ask of the room, in one text.
async fn sees(person: &Person, dispute: &str) -> String {
    let room = person.looks_into_room(dispute).await.text();
    let joint = person.reads_channel(dispute, "joint", 0).await.text();
    format!("{room} {joint} {}", person.reads(dispute).await.text())
}

async fn asked(scene: &Scene, body: Value) -> String {
    let item = says(&scene.amara, &scene.dispute, OWN, body).await;
    says(&scene.noor, &scene.dispute, OWN, about("share_asked", &item)).await;
    item
}

async fn shared_in(person: &Person, dispute: &str, channel: &str) -> Option<Value> {
    read(person, dispute, channel).await.into_iter().find(|entry| entry["body"]["kind"] == "shared")
}

on_both! {
    async fn r06_an_item_goes_to_the_other_side_only_by_its_authors_yes_to_that_very_item(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (dispute, amara, bela, noor) = (scene.dispute.as_str(), &scene.amara, &scene.bela, &scene.noor);
        let before = sees(bela, dispute).await;
        let item = asked(&scene, message("I could live with half of it")).await;
        says(amara, dispute, OWN, message("But my brother must never know")).await;
        let theirs = says(noor, dispute, OWN, message("I have heard what you said")).await;
        for (person, body, code) in [
            (noor, about("share_asked", &item), "share-already-asked"),
            (noor, about("share_asked", &theirs), "share-own-words"),
            (noor, about("share_allowed", &item), "share-only-author"),
            (amara, about("share_asked", &item), "share-only-mediator-asks"),
            (amara, about("share_allowed", &theirs), "share-only-author"),
        ] {
            assert_refused!(person.posts(dispute, OWN, &entry_id(), body).await, 409, code);
        }
        for person in [bela, amara] {
            let answer = person.posts(dispute, "joint", &entry_id(), about("share_allowed", &item)).await;
            assert_refused!(answer, 422);
        }
        assert_refused!(bela.posts(dispute, OWN, &entry_id(), about("share_allowed", &item)).await, 404);
        says(amara, dispute, OWN, about("share_declined", &item)).await;
        assert_eq!(sees(bela, dispute).await, before, "nothing of asking and declining reaches the other side");

        // Whoever said no may think better of it; then it is there, and nothing beside it.
        let (mut ear, _) = Socket::enters(&bela.client(), dispute, json!({})).await;
        says(amara, dispute, OWN, about("share_allowed", &item)).await;
        let heard = ear.hears(|frame| frame["body"]["kind"] == "shared").await;
        let body = json!({"kind": "shared", "of": "claimant", "item": message("I could live with half of it")});
        assert_eq!((&heard["by"], &heard["body"], &heard["channel"]), (&json!("house"), &body, &json!("joint")));
        let after = sees(bela, dispute).await;
        assert!(!after.contains(&item) && !after.contains("brother"), "{after}");
        assert_refused!(amara.posts(dispute, OWN, &entry_id(), about("share_allowed", &item)).await, 409, "already-shared");
        assert_refused!(noor.posts(dispute, OWN, &entry_id(), about("share_asked", &item)).await, 409, "already-shared");
    }

    async fn r06_nothing_is_passed_on_while_the_shared_channel_is_paused(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let item = asked(&scene, message("I could live with half of it")).await;
        let pause = format!("/disputes/{dispute}/room/channels/joint/pause");
        scene.noor.client().post(&pause, json!({})).await.expects(201);
        let yes = scene.amara.posts(dispute, OWN, &entry_id(), about("share_allowed", &item)).await;
        assert_refused!(yes, 409, "paused");
        assert_eq!(shared_in(&scene.bela, dispute, "joint").await, None);
        scene.noor.client().delete(&pause).await.expects(200);
        says(&scene.amara, dispute, OWN, about("share_allowed", &item)).await;
        assert!(shared_in(&scene.bela, dispute, "joint").await.is_some());
    }

    async fn an_offer_that_was_passed_on_and_its_copy_share_one_fate(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (dispute, amara, bela) = (scene.dispute.as_str(), &scene.amara, &scene.bela);
        let mut pairs = Vec::new();
        for text in ["pays half back", "pays a third back", "pays it all back"] {
            let item = asked(&scene, an_offer(text, "225.00")).await;
            says(amara, dispute, OWN, about("share_allowed", &item)).await;
            let copy = read(bela, dispute, "joint").await.pop().expect("the copy");
            assert_eq!(copy["body"]["item"]["kind"], "offer", "{copy}");
            pairs.push((item, copy["id"].as_str().expect("an id").to_owned()));
        }
        let (mut ear, _) = Socket::enters(&amara.client(), dispute, json!({})).await;
        let answer = |kind: &str, offer: &str| json!({"kind": kind, "offer": offer});
        // Accepting the copy closes the first one.
        let (item, copy) = &pairs[0];
        assert_refused!(amara.posts(dispute, "joint", &entry_id(), answer("offer_accepted", copy)).await, 409, "own-offer");
        says(bela, dispute, "joint", answer("offer_accepted", copy)).await;
        let closed = ear.hears(|frame| frame["channel"] == OWN && frame["body"]["kind"] == "offer_closed").await;
        assert_eq!(closed["body"], json!({"kind": "offer_closed", "offer": item, "state": "accepted"}));
        assert_refused!(amara.posts(dispute, OWN, &entry_id(), answer("offer_withdrawn", item)).await, 409, "offer-already-answered");
        // Taking the first one back takes back its copy, and the other way round.
        let (item, copy) = &pairs[1];
        says(amara, dispute, OWN, answer("offer_withdrawn", item)).await;
        let last = read(bela, dispute, "joint").await.pop().expect("an entry");
        assert_eq!(last["body"], json!({"kind": "offer_closed", "offer": copy, "state": "withdrawn"}));
        assert_refused!(bela.posts(dispute, "joint", &entry_id(), answer("offer_accepted", copy)).await, 409, "offer-already-answered");
        let (item, copy) = &pairs[2];
        says(amara, dispute, "joint", answer("offer_withdrawn", copy)).await;
        assert_refused!(amara.posts(dispute, OWN, &entry_id(), answer("offer_withdrawn", item)).await, 409, "offer-already-answered");
        // What is over is not passed on.
        let item = asked(&scene, an_offer("pays nothing", "1.00")).await;
        says(amara, dispute, OWN, answer("offer_withdrawn", &item)).await;
        assert_refused!(amara.posts(dispute, OWN, &entry_id(), about("share_allowed", &item)).await, 409, "share-offer-over");
    }

    async fn r06_a_file_of_a_caucus_opens_for_the_other_side_from_then_on_and_by_another_name(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (dispute, amara, bela) = (scene.dispute.as_str(), &scene.amara, &scene.bela);
        let form = Form::new().text("channel", OWN).part("file", Part::bytes(b"the lease".to_vec()).file_name("lease.txt"));
        let request = amara.client().request(reqwest::Method::POST, &format!("/disputes/{dispute}/files"));
        let kept = amara.client().send(request.multipart(form)).await.expects(201);
        let file = kept["id"].as_str().expect("an id");
        let item = asked(&scene, json!({"kind": "file", "file": file})).await;
        scene.noor.client().get(&format!("/files/{file}")).await.expects(200);
        assert_refused!(bela.client().get(&format!("/files/{file}")).await, 404);
        says(amara, dispute, OWN, about("share_allowed", &item)).await;
        let shared = shared_in(bela, dispute, "joint").await.expect("it was passed on");
        let name = shared["body"]["item"]["file"].as_str().expect("a name");
        assert_ne!(name, file, "the first name tells when it was uploaded");
        let opened = bela.client().get(&format!("/files/{name}")).await;
        assert_eq!((opened.status, opened.text().as_str()), (200, "the lease"));
        assert_refused!(bela.client().get(&format!("/files/{file}")).await, 404);
        assert_refused!(scene.rosa.client().get(&format!("/files/{name}")).await, 404);
    }

    async fn r17_in_shuttle_it_appears_in_the_other_sides_caucus_under_its_own_number(settings: Settings) {
        let scene = Scene::in_shuttle(settings).await;
        let (dispute, bela) = (scene.dispute.as_str(), &scene.bela);
        for text in ["One thing said aside", "Another thing said aside"] {
            says(&scene.amara, dispute, OWN, message(text)).await;
        }
        let before = read(bela, dispute, "caucus-respondent").await.len();
        let item = asked(&scene, an_offer("pays half back", "225.00")).await;
        assert_eq!(read(bela, dispute, "caucus-respondent").await.len(), before);
        says(&scene.amara, dispute, OWN, about("share_allowed", &item)).await;
        let copy = shared_in(bela, dispute, "caucus-respondent").await.expect("it was passed on");
        assert_eq!(copy["seq"], json!(before + 1), "{copy}");
        let copy = copy["id"].as_str().expect("an id");
        // A counter-offer made there stays there; a yes is an answer to the one who asked.
        let mut counter = an_offer("pays a third back", "150.00");
        counter["kind"] = "offer_countered".into();
        counter["offer"] = copy.into();
        says(bela, dispute, "caucus-respondent", counter).await;
        let hers = json!(read(&scene.amara, dispute, OWN).await).to_string();
        assert!(!hers.contains("offer_closed") && !hers.contains("a third"), "{hers}");
        let counter = read(&scene.noor, dispute, "caucus-respondent").await.pop().expect("the counter-offer");
        let counter = counter["id"].as_str().expect("an id");
        says(&scene.noor, dispute, "caucus-respondent", about("share_asked", counter)).await;
        says(bela, dispute, "caucus-respondent", about("share_allowed", counter)).await;
        let theirs = shared_in(&scene.amara, dispute, OWN).await.expect("it was passed on");
        let yes = json!({"kind": "offer_accepted", "offer": theirs["id"]});
        says(&scene.amara, dispute, OWN, yes).await;
        let last = read(bela, dispute, "caucus-respondent").await.pop().expect("an entry");
        assert_eq!(last["body"], json!({"kind": "offer_closed", "offer": counter, "state": "accepted"}));
    }

    async fn r06_without_scripts_the_author_sees_what_will_be_read_and_says_yes_twice(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let item = says(&scene.amara, dispute, OWN, message("I could live with half of it")).await;
        let (amara, noor, bela) =
            (Browser::of(&scene.amara).await, Browser::of(&scene.noor).await, Browser::of(&scene.bela).await);
        let room = format!("/rooms/{dispute}?channel={OWN}");
        let share = format!("/rooms/{dispute}/shares/{item}");
        let page = format!("{share}?channel={OWN}");
        assert!(noor.reads(&room).await.contains(&page), "the mediator can ask for it");
        assert!(!amara.reads(&room).await.contains(&page), "nobody has asked yet");
        assert_eq!(bela.opens(&page).await.status, 404);
        assert_eq!(noor.sends(&page, &share, &[("act", "ask")]).await.status, 200);
        assert!(amara.reads(&room).await.contains(&page));
        let preview = amara.reads(&page).await;
        assert!(preview.contains("I could live with half of it") && preview.contains("Bela Roy"), "{preview}");
        let unsure = amara.sends(&page, &share, &[("act", "allow")]).await;
        assert_eq!(unsure.status, 422, "{}", unsure.text());
        assert!(!bela.reads(&format!("/rooms/{dispute}")).await.contains("half of it"));
        let sure = amara.sends(&page, &share, &[("act", "allow"), ("sure", "yes")]).await;
        assert_eq!(sure.status, 200, "{}", sure.text());
        let read = bela.reads(&format!("/rooms/{dispute}")).await;
        assert!(read.contains("I could live with half of it") && read.contains("Said in private."), "{read}");
    }
}
