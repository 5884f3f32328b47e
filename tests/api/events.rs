//! The room where no WebSocket gets through: the same frames come as events, to the same seats and to nobody else, and
//! end with the session.

use reqwest::Method;
use serde_json::json;
use tests::events::Events;
use tests::on_both;
use tests::scene::Scene;
use tests::socket::{Socket, entry_id, message};

on_both! {
    async fn events_carry_what_a_socket_carries(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (mut bela, _) = Socket::enters(&scene.bela.client(), &scene.dispute, json!({})).await;
        let first = bela.posts("joint", "Said before she came").await["seq"].as_u64().expect("a number");
        let second = bela.posts("joint", "Said before she came, and not known").await["seq"].clone();

        let after = format!("joint:{first}");
        let (mut ear, welcome) = Events::enters(&scene.amara.client(), &scene.dispute, &after).await;
        assert_eq!(welcome["channels"][0]["name"], "joint", "{welcome}");
        let caught_up = ear.hears(|frame| frame["t"] == "caught_up" && frame["channel"] == "joint").await;
        assert_eq!(caught_up["seq"], second);
        bela.posts("joint", "Said while she listens").await;
        let live = ear.hears_text("Said while she listens").await;
        let replayed = ear.hears_text("Said before she came, and not known").await;
        assert_eq!(replayed["seq"].as_u64(), Some(first + 1));
        assert_eq!(live["seq"].as_u64(), Some(first + 2));
        assert!(ear.heard_so_far().iter().all(|frame| frame["body"]["text"] != "Said before she came"));

        // What she says goes by the plain door, and comes back to her own line like to her other telephones.
        let said = message("Said by a request");
        let posted = scene.amara.posts(&scene.dispute, "joint", &entry_id(), said).await.expects(201);
        assert_eq!(ear.hears_text("Said by a request").await["seq"], posted["seq"]);
        bela.hears_text("Said by a request").await;
    }

    async fn r05_events_of_the_other_side_carry_nothing_of_a_caucus(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (mut amara, _) = Events::enters(&scene.amara.client(), &scene.dispute, "").await;
        let (mut bela, _) = Events::enters(&scene.bela.client(), &scene.dispute, "caucus-claimant:0").await;
        let secret = message("For the mediator alone");
        scene.amara.posts(&scene.dispute, "caucus-claimant", &entry_id(), secret).await.expects(201);
        amara.hears_text("For the mediator alone").await;
        scene.amara.posts(&scene.dispute, "joint", &entry_id(), message("For both")).await.expects(201);
        bela.hears_text("For both").await;
        for frame in bela.heard_so_far() {
            let text = frame.to_string();
            assert!(!text.contains("caucus-claimant") && !text.contains("mediator alone"), "{text}");
        }
    }

    async fn events_are_there_for_who_has_a_seat_and_end_with_the_session(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let tries = async |client, after: &'static str| {
            Events::tries(&client, &scene.dispute, after).await.map(drop)
        };
        assert_eq!(tries(scene.rosa.client(), "").await, Err(404), "the registrar is in no room");
        assert_eq!(tries(scene.service.stranger(), "").await, Err(401));
        assert_eq!(tries(scene.amara.client(), "joint").await, Err(422));
        assert_eq!(tries(scene.amara.client(), "joint:1&more=1").await, Err(422));

        let (mut ear, _) = Events::enters(&scene.amara.client(), &scene.dispute, "").await;
        scene.amara.client().delete("/sessions/current").await.expects(204);
        assert_eq!(ear.hears(|frame| frame["t"] == "bye").await["reason"], "session-ended");
        ear.ends().await;
    }

    async fn a_page_of_another_origin_gets_no_events(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let path = format!("/disputes/{}/room/events", scene.dispute);
        let asks = |origin: &'static str| {
            let client = scene.amara.client();
            let request = client.request(Method::GET, &path).header("origin", origin);
            async move { request.send().await.expect("an answer").status().as_u16() }
        };
        assert_eq!(asks("https://evil.example").await, 403);
        assert_eq!(asks("null").await, 403);
    }
}
