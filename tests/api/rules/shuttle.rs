//! R17: a screened pair never meets. There is no joint session, no shared presence, no negotiation and no waiver; what
//! one offers reaches the other by the mediator alone, and everyone reads the text in their own caucus.

use serde_json::{Value, json};
use tests::cast::{a_term, an_answer, an_offer};
use tests::scene::Scene;
use tests::socket::{Socket, entry_id, message};
use tests::{assert_refused, on_both};

fn channel_names(room: &Value) -> Vec<&str> {
    let channels = room["channels"].as_array().expect("channels");
    channels.iter().filter_map(|channel| channel["name"].as_str()).collect()
}

on_both! {
    async fn r17_the_sides_share_no_channel_and_no_presence(settings: Settings) {
        let scene = Scene::in_shuttle(settings).await;
        let dispute = scene.dispute.as_str();
        scene.noor.opens_session(dispute).await.expects(201);
        let (mut amara, amara_welcome) = Socket::enters(&scene.amara.client(), dispute, json!({})).await;
        let (mut noor, _) = Socket::enters(&scene.noor.client(), dispute, json!({})).await;
        let (mut bela, _) = Socket::enters(&scene.bela.client(), dispute, json!({})).await;
        assert!(!amara_welcome["people"].to_string().contains("Bela Roy"), "{amara_welcome}");
        for (person, own) in [(&scene.amara, "caucus-claimant"), (&scene.bela, "caucus-respondent")] {
            let room = person.looks_into_room(dispute).await.expects(200);
            assert_eq!(channel_names(&room), [own], "{}: {room}", person.name);
            assert_refused!(person.posts(dispute, "joint", &entry_id(), message("Is anybody else here")).await, 404);
        }
        assert_eq!(bela.posts("joint", "Hello to the other side").await["t"], "refused");

        // The respondent comes, types, speaks and goes; the mediator hears all of it, the claimant none.
        bela.says(json!({"t": "typing", "channel": "caucus-respondent"})).await;
        assert_eq!(bela.posts("caucus-respondent", "Only for the mediator's ears").await["t"], "posted");
        noor.hears_text("Only for the mediator's ears").await;
        bela.leaves().await;
        noor.hears(|frame| frame["body"]["kind"] == "departure").await;
        let about_bela = |frame: &Value| {
            let text = frame.to_string();
            text.contains("respondent") || text.contains("Bela Roy") || text.contains("mediator's ears")
        };
        amara.hears_nothing("caucus-claimant", about_bela).await;
    }

    async fn r17_an_offer_goes_to_the_mediator_and_the_text_to_each_caucus(settings: Settings) {
        let scene = Scene::in_shuttle(settings).await;
        let dispute = scene.dispute.as_str();
        let (mut amara, _) = Socket::enters(&scene.amara.client(), dispute, json!({})).await;
        let (mut noor, _) = Socket::enters(&scene.noor.client(), dispute, json!({})).await;
        let offer = an_offer("pays half of the deposit", "225.00");
        scene.bela.posts(dispute, "caucus-respondent", &entry_id(), offer).await.expects(201);
        noor.hears(|frame| frame["body"]["kind"] == "offer").await;
        amara.hears_nothing("caucus-claimant", |frame| frame["body"]["kind"] == "offer").await;

        let revised = scene.noor.revises(dispute, 0, json!([a_term("pays half back", "225.00")])).await.expects(201);
        for (person, own) in [(&scene.amara, "caucus-claimant"), (&scene.bela, "caucus-respondent")] {
            let page = person.reads_channel(dispute, own, 0).await.expects(200);
            let kinds = page["items"].as_array().expect("items").iter().map(|item| item["body"]["kind"].clone());
            assert!(kinds.into_iter().any(|kind| kind == "revision"), "{}: {page}", person.name);
            let read = person.reads_agreement(dispute).await.expects(200);
            assert_eq!(read["digest"], revised["digest"], "{}", person.name);
        }
    }

    async fn r17_others_signatures_show_only_as_all_have_signed(settings: Settings) {
        let scene = Scene::in_shuttle(settings.with("CONCORD_REFLECTION_PERIOD", "0s")).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.freezes_a_text().await;
        let before = scene.bela.reads_agreement(dispute).await.expects(200);
        scene.amara.signs(dispute, &digest).await.expects(201);
        let after = scene.bela.reads_agreement(dispute).await.expects(200);
        assert_eq!(before, after, "the other side does not learn that one has signed");
        scene.bela.signs(dispute, &digest).await.expects(201);
        scene.noor.attests(dispute, &digest).await.expects(201);
        let own = scene.amara.reads_settlement(dispute).await.expects(200);
        // Whoever's safety answers raised something gets a link, not an attachment.
        let letter = scene.service.letters();
        let letter = letter.wait_for(&scene.bela.email, |letter| letter.attachment("record.pdf").is_some()).await;
        assert!(letter.attachments.len() == 1, "the other one gets the file");
        let hers = scene.service.letters().to(&scene.amara.email);
        assert!(hers.iter().all(|letter| letter.attachments.is_empty()), "hers are links alone");
        let id = own["id"].as_str().expect("an id");
        let jws = scene.amara.client().get(&format!("/settlements/{id}/record.jws")).await.text();
        let payload = jws.split('.').nth(1).expect("a payload");
        use base64::Engine;
        let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(payload).expect("base64url");
        let payload = String::from_utf8(payload).expect("text");
        for email in [&scene.amara.email, &scene.bela.email] {
            assert!(!payload.contains(email.as_str()), "a record holds no hidden contact");
        }
    }

    async fn r17_no_negotiation_and_r24_no_waiver_for_a_screened_pair(settings: Settings) {
        let scene = Scene::drafted(settings).await;
        let dispute = scene.dispute.as_str();
        scene.amara.answers_safety(dispute, an_answer("control", "yes")).await.expects(204);
        scene.amara.files(dispute).await.expects(200);
        scene.rosa.screens(dispute, json!({"suitable": true, "shuttle": true})).await.ok();
        scene.bela_joins().await;
        scene.bela.answers_safety(dispute, tests::cast::all_clear()).await.expects(204);
        for person in [&scene.amara, &scene.bela] {
            person.consents(dispute).await.expects(201);
            let wish = person.is_ready_for(dispute, "negotiation").await;
            if wish.status == 200 {
                // Taken as a wish, it must not lead there: both "yes" are tried before the stage is read.
                wish.ok();
            } else {
                assert_refused!(wish, 409);
                person.is_ready_for(dispute, "mediation").await.expects(200);
            }
        }
        assert_eq!(scene.amara.stage(dispute).await, "assigning", "straight on to a mediator");
        scene.noor_is_confirmed().await;
        let digest = scene.freezes_a_text().await;
        assert_refused!(scene.bela.waives(dispute, &digest).await, 409, "waiver-not-possible");
        assert_refused!(scene.bela.signs(dispute, &digest).await, 409, "reflection-period-running");
    }
}
