//! R13 (the conflict inquiry, disclosures and objections) and R14 (one role a dispute).

use serde_json::json;
use tests::cast::{a_dispute, all_clear};
use tests::scene::Scene;
use tests::{assert_refused, on_both};

on_both! {
    async fn r13_a_mediator_starts_only_after_the_inquiry_and_both_yeses(settings: Settings) {
        let scene = Scene::assigning(settings).await;
        let proposed = scene.rosa.assigns(&scene.dispute, Some(&scene.noor)).await.expects(201);
        let assignment = proposed["id"].as_str().expect("an id");
        assert_refused!(scene.amara.approves(assignment).await, 409, "conflict-inquiry-first");
        assert_refused!(scene.noor.takes_on_with(assignment, json!({})).await, 422);
        assert_refused!(scene.noor.takes_on_with(assignment, json!({"conflict": true})).await, 422);
        scene.noor.takes_on(assignment).await.expects(200);
        let one = scene.amara.approves(assignment).await.expects(200);
        assert_eq!(one["state"], "accepted", "one yes is not both");
        assert_ne!(scene.bela.stage(&scene.dispute).await, "mediation");
        assert_refused!(scene.noor.looks_into_room(&scene.dispute).await, 404);
        assert_eq!(scene.bela.approves(assignment).await.expects(200)["state"], "confirmed");
        scene.noor.looks_into_room(&scene.dispute).await.expects(200);
    }

    async fn r13_a_disclosure_is_shown_to_both_sides_before_they_answer(settings: Settings) {
        let scene = Scene::assigning(settings).await;
        let proposed = scene.rosa.assigns(&scene.dispute, Some(&scene.noor)).await.expects(201);
        let assignment = proposed["id"].as_str().expect("an id");
        let disclosure = "I once taught at the same school as one of you.";
        scene.noor.takes_on_with(assignment, json!({"conflict": true, "disclosure": disclosure})).await.expects(200);
        for person in [&scene.amara, &scene.bela] {
            let view = person.reads(&scene.dispute).await.expects(200);
            assert!(view.to_string().contains(disclosure), "{} reads it: {view}", person.name);
        }
    }

    async fn r13_an_objection_is_unseen_by_the_other_side_and_the_mediator(settings: Settings) {
        let scene = Scene::assigning(settings).await;
        let omar = scene.service.staff("mediator", "Omar Vale").await;
        let dispute = scene.dispute.as_str();
        let proposed = scene.rosa.assigns(dispute, Some(&scene.noor)).await.expects(201);
        let assignment = proposed["id"].as_str().expect("an id");
        scene.noor.takes_on(assignment).await.expects(200);
        scene.bela.objects(assignment).await.ok();
        let view = scene.amara.reads(dispute).await.expects(200).to_string();
        assert!(!view.contains("object") || !view.contains("respondent-object"), "{view}");
        for word in ["objected", "objection\":\"", "Noor Haq"] {
            assert!(!view.contains(word), "`{word}` in {view}");
        }
        assert_refused!(scene.noor.reads(dispute).await, 404);
        assert_refused!(scene.noor.looks_into_room(dispute).await, 404);
        // The way goes on with somebody else.
        let next = scene.rosa.assigns(dispute, Some(&omar)).await;
        let next = if next.status == 409 { scene.rosa.reads(dispute).await } else { next };
        next.ok();
        assert_eq!(scene.amara.stage(dispute).await, "assigning");
    }

    async fn r14_a_mediator_holds_no_other_role_in_the_same_dispute(settings: Settings) {
        let scene = Scene::drafted(settings).await;
        // Amara has a dispute with Noor, who is also on the roster.
        let draft = scene.amara.drafts(a_dispute(&scene.noor)).await.expects(201);
        let dispute = draft["id"].as_str().expect("an id");
        scene.amara.answers_safety(dispute, all_clear()).await.expects(204);
        scene.amara.files(dispute).await.expects(200);
        let code = scene.service.invitation_code(&scene.noor.email).await;
        assert_eq!(scene.noor.accepts_invitation(&code).await.expects(200)["state"], "joined");
        scene.amara.prepares(dispute, None).await;
        scene.noor.prepares(dispute, Some(all_clear())).await;
        let listed = scene.rosa.client().get(&format!("/mediators?dispute={dispute}")).await.expects(200);
        assert!(!listed.to_string().contains("Noor Haq"), "a party is no match: {listed}");
        assert_refused!(scene.rosa.assigns(dispute, Some(&scene.noor)).await, 409, "mediator-conflicted");
        let omar = scene.service.staff("mediator", "Omar Vale").await;
        let listed = scene.rosa.client().get(&format!("/mediators?dispute={dispute}")).await.expects(200);
        assert!(listed.to_string().contains("Omar Vale"), "somebody else is: {listed}");
        scene.rosa.assigns(dispute, Some(&omar)).await.expects(201);
    }

    async fn r14_nobody_is_both_sides_of_one_dispute(settings: Settings) {
        let scene = Scene::drafted(settings).await;
        let draft = scene.amara.drafts(a_dispute(&scene.amara)).await;
        if draft.status == 201 {
            let dispute = draft.expects(201)["id"].as_str().expect("an id").to_owned();
            scene.amara.answers_safety(&dispute, all_clear()).await.expects(204);
            let filed = scene.amara.files(&dispute).await;
            if filed.status == 200 {
                filed.ok();
                let code = scene.service.invitation_code(&scene.amara.email).await;
                assert_refused!(scene.amara.accepts_invitation(&code).await, 409, "own-invitation");
            } else {
                assert!([409, 422].contains(&filed.status), "{}", filed.text());
            }
        } else {
            assert_refused!(draft, 422);
        }
    }
}
