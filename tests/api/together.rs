//! Acts of several people on one dispute at the same moment: each of them is done, and nobody learns from a refusal that
//! somebody else has acted (R5).

use serde_json::json;
use tests::cast::all_clear;
use tests::on_both;
use tests::scene::Scene;
use tests::socket::{entry_id, message};
use tokio::join;

on_both! {
    async fn two_who_get_ready_or_approve_at_one_moment_both_have(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        let dispute = scene.dispute.as_str();
        scene.bela.answers_safety(dispute, all_clear()).await.expects(204);
        let (amara, bela) = join!(scene.amara.consents(dispute), scene.bela.consents(dispute));
        amara.expects(201);
        bela.expects(201);
        let route = "mediation";
        let (amara, bela) = join!(scene.amara.is_ready_for(dispute, route), scene.bela.is_ready_for(dispute, route));
        amara.expects(200);
        bela.expects(200);
        assert_eq!(scene.amara.stage(dispute).await, "assigning");
        let proposed = scene.rosa.assigns(dispute, Some(&scene.noor)).await.expects(201);
        let assignment = proposed["id"].as_str().expect("an id");
        scene.noor.takes_on(assignment).await.expects(200);
        let (amara, bela) = join!(scene.amara.approves(assignment), scene.bela.approves(assignment));
        let mut states = [amara.expects(200)["state"].clone(), bela.expects(200)["state"].clone()];
        states.sort_by_key(ToString::to_string);
        assert_eq!(states, [json!("accepted"), json!("confirmed")]);
        assert_eq!(scene.bela.stage(dispute).await, "mediation");
    }

    async fn acts_of_all_sides_at_once_are_each_done(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        for round in 0..12 {
            let (by, entry) = (|by: &str| json!({ "by": by }), entry_id());
            let pause = format!("/disputes/{dispute}/room/channels/joint/pause");
            let noor_client = scene.noor.client();
            let (amara, bela, again, noor, posted) = join!(
                scene.amara.wants_delivery(dispute, by("collect")),
                scene.bela.wants_delivery(dispute, by("link")),
                scene.amara.answers_safety(dispute, all_clear()),
                noor_client.post(&pause, json!({})),
                scene.noor.posts(dispute, "joint", &entry, message("One moment please, all of you")),
            );
            assert_eq!((amara.status, bela.status, again.status), (204, 204, 204), "round {round}");
            assert_eq!((noor.status, posted.status), (201, 201), "round {round}: {}", noor.text());
            scene.noor.client().delete(&pause).await.expects(200);
        }
    }

    async fn nothing_is_said_after_a_pause_that_was_answered(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let pause = format!("/disputes/{dispute}/room/channels/joint/pause");
        let noor_client = scene.noor.client();
        for round in 0..8 {
            let (first, second) = (entry_id(), entry_id());
            let words = message("Just before or just after");
            let (one, paused, two) = join!(
                scene.amara.posts(dispute, "joint", &first, words.clone()),
                noor_client.post(&pause, json!({})),
                scene.bela.posts(dispute, "joint", &second, words.clone()),
            );
            paused.expects(201);
            for posted in [one, two] {
                assert!([201, 409].contains(&posted.status), "{}", posted.text());
            }
            let page = scene.noor.reads_channel(dispute, "joint", 0).await.expects(200);
            let last = page["items"].as_array().and_then(|items| items.last()).expect("an entry").clone();
            assert_eq!(last["body"]["kind"], "session", "round {round}: {last}");
            scene.noor.client().delete(&pause).await.expects(200);
        }
    }

    async fn one_request_sent_twice_at_once_under_its_key_is_one(settings: Settings) {
        let scene = Scene::drafted(settings).await;
        let client = scene.amara.client();
        let draft = tests::cast::a_dispute(&scene.bela);
        let send = || {
            let request = client.request(reqwest::Method::POST, "/disputes").header("Idempotency-Key", "one-draft");
            client.send(request.json(&draft))
        };
        let (one, two, three) = join!(send(), send(), send());
        let ids = [one, two, three].map(|answer| answer.expects(201)["id"].clone());
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    }
}
