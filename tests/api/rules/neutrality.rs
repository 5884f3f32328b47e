//! R13 (the conflict inquiry, disclosures and objections) and R14 (one role a dispute).

use reqwest::Method;
use serde_json::json;
use tests::cast::{a_dispute, all_clear};
use tests::client::Client;
use tests::scene::Scene;
use tests::socket::{entry_id, message};
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
        assert_eq!(omar.reads(dispute).await.expects(200)["you"], "proposed-mediator");
        assert_eq!(scene.amara.stage(dispute).await, "assigning");
    }

    async fn r13_a_later_disclosure_pauses_the_room_until_both_accept_it_each_unseen(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let path = |rest: &str| format!("/disputes/{dispute}/disclosures{rest}");
        assert_refused!(scene.amara.client().post(&path("/acceptance"), json!({})).await, 409, "nothing-disclosed");
        let told = json!({"disclosure": "My cousin has moved into that street."});
        for person in [&scene.amara, &scene.rosa] {
            assert_refused!(person.client().post(&path(""), told.clone()).await, 404);
        }
        assert_refused!(scene.noor.client().post(&path(""), json!({"disclosure": " "})).await, 422);
        scene.noor.client().post(&path(""), told.clone()).await.expects(201);
        let said = || message("Shall we go on talking");
        for person in [&scene.amara, &scene.bela] {
            let view = person.reads(dispute).await.expects(200);
            assert_eq!(view["disclosures"][0]["text"], told["disclosure"], "{}: {view}", person.name);
            assert_refused!(person.posts(dispute, "joint", &entry_id(), said()).await, 409, "paused");
        }
        let before = [scene.bela.reads(dispute).await.json(), scene.noor.reads(dispute).await.json()];
        scene.amara.client().post(&path("/objection"), json!({})).await.expects(200);
        scene.amara.client().post(&path("/acceptance"), json!({})).await.expects(200);
        assert_eq!(scene.amara.reads(dispute).await.json()["disclosure_answer"], "accepted");
        let after = [scene.bela.reads(dispute).await.json(), scene.noor.reads(dispute).await.json()];
        assert_eq!(before, after, "nobody else sees what she said");
        assert_refused!(scene.noor.client().post(&path("/acceptance"), json!({})).await, 404);
        assert_refused!(scene.amara.posts(dispute, "joint", &entry_id(), said()).await, 409, "paused");
        scene.bela.client().post(&path("/acceptance"), json!({})).await.expects(200);
        scene.amara.posts(dispute, "joint", &entry_id(), said()).await.expects(201);
    }

    async fn r13_a_later_disclosure_is_told_and_answered_on_pages_too(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let submits = async |visitor: &Client, page: &str, path: &str, fields: &[(&str, &str)]| {
            let form = visitor.send(visitor.page(Method::GET, page)).await.text();
            let csrf = form.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
            let mut all = vec![("csrf", csrf.unwrap_or_default().to_owned())];
            all.extend(fields.iter().map(|(name, value)| (*name, (*value).to_owned())));
            let request = visitor.page(Method::POST, path).header("origin", visitor.base()).form(&all);
            visitor.send(request).await.text()
        };
        let (page, later) = (format!("/disputes/{dispute}"), format!("/disputes/{dispute}/disclosures"));
        let noor = scene.noor.signs_in_on_a_page().await;
        let text = "My cousin has moved into that street.";
        submits(&noor, &later, &later, &[("disclosure", text)]).await;
        for person in [&scene.amara, &scene.bela] {
            let visitor = person.signs_in_on_a_page().await;
            let shown = visitor.send(visitor.page(Method::GET, &page)).await.text();
            assert!(shown.contains(text) && shown.contains("Yes, go on"), "{}: {shown}", person.name);
            assert_eq!(visitor.send(visitor.page(Method::GET, &later)).await.status, 404);
            submits(&visitor, &page, &format!("{later}/acceptance"), &[]).await;
        }
        scene.amara.posts(dispute, "joint", &entry_id(), message("Then let us go on")).await.expects(201);
    }

    async fn r13_an_objection_to_a_later_disclosure_is_the_registrars_to_weigh(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let path = |rest: &str| format!("/disputes/{dispute}/disclosures{rest}");
        let told = json!({"disclosure": "I was asked to write for one of you."});
        scene.noor.client().post(&path(""), told).await.expects(201);
        scene.bela.client().post(&path("/objection"), json!({})).await.expects(200);
        let visitor = scene.rosa.signs_in_on_a_page().await;
        let desk = visitor.send(visitor.page(Method::GET, "/registrar")).await.text();
        assert!(desk.contains("A later disclosure") && !desk.contains("Bela Roy"), "{desk}");
        scene.rosa.screens(dispute, json!({"suitable": true, "shuttle": false})).await.ok();
        scene.amara.posts(dispute, "joint", &entry_id(), message("Then let us go on")).await.expects(201);
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
