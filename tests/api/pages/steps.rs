//! The page of a dispute says what comes next and nothing that pushes; what cannot be undone asks first.

use tests::browser::Browser;
use tests::on_both;
use tests::scene::Scene;

/// What stands under "The next step".
fn next_step(page: &str) -> &str {
    let begun = page.split("<section class=\"next\">").nth(1).expect("a next step");
    begun.split("</section>").next().unwrap_or_default()
}

on_both! {
    async fn r24_giving_up_the_time_to_think_is_never_the_next_step(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        scene.freezes_a_text().await;
        let dispute = format!("/disputes/{}", scene.dispute);
        let page = Browser::of(&scene.amara).await.reads(&dispute).await;
        assert!(page.contains("Shorten the time to think"), "it is there for whoever looks for it: {page}");
        let next = next_step(&page);
        assert!(!next.contains("time to think") && next.contains("You can sign from"), "{next}");
    }

    async fn a_mediator_is_refused_after_a_question_and_a_deadline_asks_only_who_can_answer(settings: Settings) {
        let scene = Scene::assigning(settings).await;
        let proposed = scene.rosa.assigns(&scene.dispute, Some(&scene.noor)).await.expects(201);
        let proposal = format!("/assignments/{}", proposed["id"].as_str().expect("an id"));
        let (refusal, objection) = (format!("{proposal}/refusal"), format!("{proposal}/objection"));
        let noor = Browser::of(&scene.noor).await;
        let asks = noor.reads(&proposal).await;
        assert!(!asks.contains(&format!("action=\"{refusal}\"")) && asks.contains(&format!("href=\"{refusal}\"")));
        assert!(noor.reads(&refusal).await.contains(&format!("action=\"{refusal}\"")));
        scene.noor.takes_on(proposed["id"].as_str().expect("an id")).await.expects(200);

        let (amara, bela) = (Browser::of(&scene.amara).await, Browser::of(&scene.bela).await);
        let dispute = format!("/disputes/{}", scene.dispute);
        assert!(amara.reads(&dispute).await.contains("Please answer by"));
        assert!(!amara.reads(&proposal).await.contains(&format!("action=\"{objection}\"")));
        scene.amara.approves(proposed["id"].as_str().expect("an id")).await.expects(200);
        assert!(!amara.reads(&dispute).await.contains("Please answer by"), "she has answered");
        assert_eq!(bela.sends(&objection, &objection, &[]).await.status, 200);
        assert!(!bela.reads(&dispute).await.contains(&proposal), "his no was heard");
    }

    async fn r2_the_way_out_is_two_actions_from_where_people_talk(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let amara = Browser::of(&scene.amara).await;
        let leaving = format!("/disputes/{}/withdrawal", scene.dispute);
        let room = amara.reads(&format!("/rooms/{}", scene.dispute)).await;
        assert!(room.contains(&format!("href=\"{leaving}\"")), "the first");
        assert_eq!(amara.sends(&leaving, &leaving, &[]).await.status, 200, "the second");
        assert_eq!(scene.amara.stage(&scene.dispute).await, "ended");
        let certificate = amara.reads(&format!("/disputes/{}/certificate", scene.dispute)).await;
        assert!(certificate.contains("Mediation began") && !certificate.contains("Sessions held</"), "{certificate}");
    }

    async fn what_somebody_needs_is_read_by_whoever_provides_for_it(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        for (person, reads) in [(&scene.amara, true), (&scene.noor, true), (&scene.rosa, true), (&scene.bela, false)] {
            let view = person.reads(&scene.dispute).await.expects(200);
            assert_eq!(view["needs"].is_array(), reads, "{}: {view}", person.name);
        }
    }
}
