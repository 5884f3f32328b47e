//! What happens because time passed (section 2): the next best mediator is proposed, and whoever still has something to
//! do is reminded once. The periods are short ones here.

use serde_json::json;
use tests::cast::{Person, all_clear};
use tests::scene::Scene;
use tests::{assert_refused, on_both, until};

/// Whether that mediator is the one who is proposed now.
async fn is_proposed(mediator: &Person, dispute: &str) -> bool {
    mediator.reads(dispute).await.status == 200
}

async fn registrars_desk(scene: &Scene) -> String {
    let visitor = scene.rosa.signs_in_on_a_page().await;
    visitor.send(visitor.page(reqwest::Method::GET, "/registrar")).await.text()
}

on_both! {
    async fn a_proposal_that_lapses_is_followed_by_the_next_best_and_then_by_the_registrar(settings: Settings) {
        let scene = Scene::assigning(settings.with("CONCORD_ASSIGNMENT_PERIOD", "3s")).await;
        let dispute = scene.dispute.as_str();
        let omar = scene.service.staff("mediator", "Omar Vale").await;
        scene.rosa.assigns(dispute, Some(&scene.noor)).await.expects(201);
        until("the next best is proposed", async || is_proposed(&omar, dispute).await).await;
        assert_refused!(scene.noor.reads(dispute).await, 404);
        until("nobody is left", async || {
            scene.rosa.reads(dispute).await.expects(200)["assignment"].is_null()
        })
        .await;
        let desk = registrars_desk(&scene).await;
        assert_eq!(desk.matches("<strong>No mediator is proposed</strong>").count(), 1, "the registrar is told once: {desk}");
        assert_eq!(scene.amara.stage(dispute).await, "assigning", "it goes on with the registrar");
    }

    async fn whoever_declines_is_followed_at_once_and_the_first_proposal_stays_the_registrars(settings: Settings) {
        let scene = Scene::assigning(settings).await;
        let dispute = scene.dispute.as_str();
        let omar = scene.service.staff("mediator", "Omar Vale").await;
        assert!(!is_proposed(&omar, dispute).await && !is_proposed(&scene.noor, dispute).await);
        let proposed = scene.rosa.assigns(dispute, Some(&scene.noor)).await.expects(201);
        let path = format!("/assignments/{}/refusal", proposed["id"].as_str().expect("an id"));
        scene.noor.client().post(&path, json!({})).await.expects(200);
        assert!(is_proposed(&omar, dispute).await);
        assert_refused!(scene.rosa.assigns(dispute, Some(&omar)).await, 409, "proposal-under-way");
    }

    async fn a_registrar_who_proposes_nobody_is_reminded(settings: Settings) {
        let scene = Scene::assigning(settings.with("CONCORD_ASSIGNMENT_PERIOD", "1s")).await;
        until("the registrar is told", async || {
            registrars_desk(&scene).await.contains("No mediator is proposed")
        })
        .await;
        let view = scene.amara.reads(&scene.dispute).await.expects(200);
        assert!(view["until"].is_null(), "that clock is the registrar's alone: {view}");
    }

    async fn whoever_still_has_something_to_do_is_reminded_once_and_nobody_else(settings: Settings) {
        let scene = Scene::preparing(settings.with("CONCORD_PREPARING_PERIOD", "16s")).await;
        let dispute = scene.dispute.as_str();
        scene.amara.prepares(dispute, None).await;
        scene.bela.answers_safety(dispute, all_clear()).await.expects(204);
        let waits = |person: &Person| {
            let mails = scene.service.letters().to(&person.email);
            mails.iter().filter(|mail| mail.text.contains(&format!("/disputes/{dispute}"))).count()
        };
        let (of_amara, of_bela) = (waits(&scene.amara), waits(&scene.bela));
        until("Bela is reminded", async || waits(&scene.bela) == of_bela + 1).await;
        assert_eq!(scene.bela.stage(dispute).await, "preparing", "before the deadline");
        until("it ends", async || scene.bela.stage(dispute).await == "ended").await;
        // The end is told as well, and nothing else.
        until("the end is told", async || waits(&scene.bela) >= of_bela + 2 && waits(&scene.amara) > of_amara).await;
        assert_eq!(waits(&scene.amara), of_amara + 1, "only that it has ended");
        assert_eq!(waits(&scene.bela), of_bela + 2, "reminded once, and that it has ended");
    }
}
