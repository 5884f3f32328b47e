//! R22 (the text is frozen before anybody signs, in every party's language; an edit voids signatures) and R24 (time to
//! think; an accepted offer is only a draft).

use serde_json::json;
use tests::cast::{a_term, an_offer};
use tests::scene::Scene;
use tests::socket::entry_id;
use tests::{assert_refused, on_both};

on_both! {
    async fn r22_nothing_is_frozen_before_each_party_is_ready_and_nothing_signed_before_it_is_frozen(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let revised = scene.noor.revises(dispute, 0, json!([a_term("pays it all back", "450.00")])).await.expects(201);
        let digest = revised["digest"].as_str().expect("a digest");
        assert_refused!(scene.noor.freezes(dispute, digest).await, 409, "parties-not-ready");
        scene.amara.finds_ready(dispute, digest).await.expects(200);
        assert_refused!(scene.noor.freezes(dispute, digest).await, 409, "parties-not-ready");
        assert_refused!(scene.amara.signs(dispute, digest).await, 409, "not-frozen");
        scene.bela.finds_ready(dispute, digest).await.expects(200);
        scene.noor.freezes(dispute, digest).await.expects(200);
    }

    async fn r22_an_edit_makes_a_new_revision_and_voids_every_signature(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let old = scene.ready_to_sign().await;
        scene.amara.signs(dispute, &old).await.expects(201);
        let standing = scene.noor.reads_agreement(dispute).await.expects(200);
        let base = standing["revision"].as_u64().expect("a number");
        let revised = scene.noor.revises(dispute, base, json!([a_term("pays half back", "225.00")])).await.expects(201);
        let new = revised["digest"].as_str().expect("a digest").to_owned();
        assert_ne!(new, old);

        let stale = assert_refused!(scene.bela.signs(dispute, &old).await, 409);
        assert!(stale["current"].to_string().contains(&new), "the answer shows what holds now: {stale}");
        for person in [&scene.amara, &scene.bela] {
            person.finds_ready(dispute, &new).await.expects(200);
        }
        scene.noor.freezes(dispute, &new).await.expects(200);
        for person in [&scene.amara, &scene.bela] {
            person.waives(dispute, &new).await.expects(201);
        }
        scene.bela.signs(dispute, &new).await.expects(201);
        assert_refused!(scene.noor.attests(dispute, &new).await, 409, "mediator-signs-last");
        scene.amara.signs(dispute, &new).await.expects(201);
        scene.noor.attests(dispute, &new).await.expects(201);
    }

    async fn r22_each_term_needs_its_text_in_every_partys_language(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        let dispute = scene.dispute.as_str();
        scene.amara.prepares(dispute, None).await;
        scene.bela.answers_safety(dispute, tests::cast::all_clear()).await.expects(204);
        let consent = json!({"document": "agreement-to-mediate", "version": 1, "language": "bn"});
        scene.bela.client().post(&format!("/disputes/{dispute}/consents"), consent).await.expects(201);
        scene.bela.is_ready_for(dispute, "mediation").await.expects(200);
        scene.noor_is_confirmed().await;

        let revised = scene.noor.revises(dispute, 0, json!([a_term("pays it all back", "450.00")])).await.expects(201);
        let digest = revised["digest"].as_str().expect("a digest");
        let mut refused = None;
        for person in [&scene.amara, &scene.bela] {
            let ready = person.finds_ready(dispute, digest).await;
            if ready.status != 200 {
                refused = Some(ready);
            }
        }
        let refused = match refused {
            Some(refused) => refused,
            None => scene.noor.freezes(dispute, digest).await,
        };
        assert_refused!(refused, 409, "language-missing");

        let mut both = a_term("pays it all back", "450.00");
        both["text"]["bn"] = "পুরো জামানত ফেরত দেবেন".into();
        let base = revised["revision"].as_u64().expect("a number");
        let revised = scene.noor.revises(dispute, base, json!([both])).await.expects(201);
        let digest = revised["digest"].as_str().expect("a digest");
        for person in [&scene.amara, &scene.bela] {
            person.finds_ready(dispute, digest).await.expects(200);
        }
        scene.noor.freezes(dispute, digest).await.expects(200);
    }

    async fn r22_a_text_in_one_more_language_is_frozen_only_where_every_term_has_it_and_then_seals(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let mut first = a_term("pays it all back", "450.00");
        first["text"]["bn"] = "পুরো জামানত ফেরত দেবেন".into();
        let uneven = json!([first.clone(), a_term("gives the key back", "1.00")]);
        let revised = scene.noor.revises(dispute, 0, uneven).await.expects(201);
        let digest = revised["digest"].as_str().expect("a digest").to_owned();
        for person in [&scene.amara, &scene.bela] {
            person.finds_ready(dispute, &digest).await.expects(200);
        }
        assert_refused!(scene.noor.freezes(dispute, &digest).await, 409, "language-missing");

        let mut second = a_term("gives the key back", "1.00");
        second["text"]["bn"] = "চাবি ফেরত দেবেন".into();
        let revised = scene.noor.revises(dispute, 1, json!([first, second])).await.expects(201);
        let digest = revised["digest"].as_str().expect("a digest").to_owned();
        for person in [&scene.amara, &scene.bela] {
            person.finds_ready(dispute, &digest).await.expects(200);
        }
        scene.noor.freezes(dispute, &digest).await.expects(200);
        for person in [&scene.amara, &scene.bela] {
            person.waives(dispute, &digest).await.expects(201);
        }
        for person in [&scene.amara, &scene.bela] {
            person.signs(dispute, &digest).await.expects(201);
        }
        scene.noor.attests(dispute, &digest).await.expects(201);
        let own = scene.amara.reads_settlement(dispute).await.expects(200);
        let path = format!("/settlements/{}/record.jws", own["id"].as_str().expect("an id"));
        let said = tests::papers::payload(&scene.amara.client().get(&path).await.text());
        assert_eq!(said["languages"], json!(["en", "bn"]), "the languages that were frozen");
        assert_eq!(said["signatures"][0]["method"], "password");
    }

    async fn r22_the_mediator_alone_holds_the_pen_and_two_pens_cannot_cross(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let terms = || json!([a_term("pays it all back", "450.00")]);
        for person in [&scene.amara, &scene.bela] {
            let refused = person.revises(dispute, 0, terms()).await;
            assert!([404, 409].contains(&refused.status), "{}: {}", person.name, refused.text());
        }
        scene.noor.revises(dispute, 0, terms()).await.expects(201);
        let stale = assert_refused!(scene.noor.revises(dispute, 0, terms()).await, 409, "stale-revision");
        assert_eq!(stale["current"]["revision"], 1, "{stale}");
        let (one, other) = tokio::join!(scene.noor.revises(dispute, 1, terms()), scene.noor.revises(dispute, 1, terms()));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "of two at once, one");
    }

    async fn r24_nobody_signs_while_the_time_to_think_runs_and_one_waiver_does_not_end_it(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.freezes_a_text().await;
        assert_refused!(scene.amara.signs(dispute, &digest).await, 409, "reflection-period-running");
        let before = scene.bela.reads_agreement(dispute).await.expects(200);
        scene.amara.waives(dispute, &digest).await.expects(201);
        assert_eq!(before, scene.bela.reads_agreement(dispute).await.expects(200), "a waiver is private");
        for person in [&scene.amara, &scene.bela] {
            assert_refused!(person.signs(dispute, &digest).await, 409, "reflection-period-running");
        }
        let unread = json!({"digest": digest, "advice_notice_read": false});
        let path = format!("/disputes/{dispute}/agreement/waivers");
        let refused = scene.bela.client().post(&path, unread).await;
        assert!([409, 422].contains(&refused.status), "the advice notice comes first: {}", refused.text());
        scene.bela.waives(dispute, &digest).await.expects(201);
        scene.amara.signs(dispute, &digest).await.expects(201);
    }

    async fn r24_after_the_period_nobody_needs_a_waiver(settings: Settings) {
        let scene = Scene::in_mediation(settings.with("CONCORD_REFLECTION_PERIOD", "3s")).await;
        let dispute = scene.dispute.as_str();
        let begun = std::time::Instant::now();
        let digest = scene.freezes_a_text().await;
        let early = scene.amara.signs(dispute, &digest).await;
        if begun.elapsed() < std::time::Duration::from_secs(3) {
            assert_refused!(early, 409, "reflection-period-running");
            tokio::time::sleep(std::time::Duration::from_millis(3200)).await;
            scene.amara.signs(dispute, &digest).await.expects(201);
        } else {
            early.expects(201);
        }
    }

    async fn r24_an_accepted_offer_binds_nobody_and_fills_a_draft(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let offer = entry_id();
        scene.bela.posts(dispute, "joint", &offer, an_offer("pays half of the deposit", "225.00")).await.expects(201);
        let accepted = json!({"kind": "offer_accepted", "offer": offer});
        assert_refused!(scene.bela.posts(dispute, "joint", &entry_id(), accepted.clone()).await, 409);
        scene.amara.posts(dispute, "joint", &entry_id(), accepted.clone()).await.expects(201);
        assert_refused!(scene.amara.posts(dispute, "joint", &entry_id(), accepted).await, 409, "offer-already-answered");
        assert_eq!(scene.amara.stage(dispute).await, "mediation", "nothing is settled by it");
        let draft = scene.noor.reads_agreement(dispute).await.expects(200);
        assert!(draft.to_string().contains("pays half of the deposit"), "the mediator finds it as a draft: {draft}");
        let revision = draft["revision"].as_u64().unwrap_or(0);
        assert!(revision == 0 || draft["frozen"] != true, "not frozen: {draft}");
    }
}
