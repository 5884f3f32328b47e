//! The way in for somebody invited who has no account yet, and the mails that pages promise on it.

use serde_json::json;
use tests::browser::Browser;
use tests::cast::an_answer;
use tests::on_both;
use tests::scene::Scene;

on_both! {
    async fn a_paper_code_is_typed_once_and_leads_through_the_new_account(settings: Settings) {
        let scene = Scene::inviting(settings).await;
        let code = scene.service.invitation_code(&scene.bela.email).await;
        let carim = scene.service.newcomer("Carim Das");
        let browser = Browser::of_a_stranger(&scene.service);
        let found = browser.sends("/invitations", "/invitations", &[("code", &format!("{}/invitations/{code}", scene.service.base()))]).await;
        assert!(found.status == 200 && found.text().contains("Amara Sen"), "a whole address is taken for its code");
        let acceptance = format!("/invitations/{code}/acceptance");
        let sign_up = format!("/sign-up?next={acceptance}");
        assert!(browser.reads(&acceptance).await.contains(&format!("\"{sign_up}\"")));
        let fields = [("name", "Carim Das"), ("email", &carim.email), ("password", &carim.password)];
        assert_eq!(browser.sends(&sign_up, "/sign-up", &fields).await.status, 200);
        let confirmation = format!("/confirmations?code={}", scene.service.confirmation_code(&carim.email).await);
        // Whoever signed up in another's name does not get in when that other presses the button.
        let wrong = browser.sends(&confirmation, "/confirmations", &[("password", "another quiet phrase 7")]).await;
        assert_eq!(wrong.status, 422);
        assert!(carim.tries_to_sign_in().await.status != 200, "there is no account yet");
        // By the cookie alone, as whoever closes the page and comes back by the mail.
        let there = browser.sends(&confirmation, "/confirmations", &[("password", &carim.password)]).await;
        let again = browser.sends(&confirmation, "/confirmations", &[("password", &carim.password)]).await;
        assert!(again.status == 404 && again.text().contains("\"/sign-up\""), "{}", again.text());
        assert!(there.text().contains(&format!("action=\"{acceptance}\"")), "{}", there.text());
        let waits = browser.sends(&acceptance, &acceptance, &[]).await;
        assert!(waits.text().contains("We write to you"), "{}", waits.text());

        let before = scene.service.letters().all().iter().filter(|letter| letter.to.contains(&carim.email)).count();
        let id = scene.rosa.reads(&scene.dispute).await.expects(200)["parties"][1]["waiting"][0]["account"].clone();
        let path = format!("/disputes/{}/parties/{}/identity", scene.dispute, id.as_str().expect("an account"));
        scene.rosa.client().post(&path, json!({})).await.expects(200);
        tests::until("the mail that the page promised", async || {
            scene.service.letters().all().iter().filter(|letter| letter.to.contains(&carim.email)).count() == before + 1
        }).await;
        let late = Browser::of_a_stranger(&scene.service).reads(&format!("/invitations/{code}")).await;
        assert!(!late.contains("Amara Sen") && late.contains("/sign-in"), "a taken invitation says so: {late}");
    }

    async fn nobody_is_led_out_of_the_house(settings: Settings) {
        let service = settings.start().await;
        let browser = Browser::of_a_stranger(&service);
        let strange = "//evil.example/";
        let page = browser.reads(&format!("/sign-up?next={strange}")).await;
        let leads_out = |page: &str| page.contains("value=\"//evil") || page.contains("/sign-in?next=//evil");
        assert!(!leads_out(&page), "{page}");
        let fields = [("name", "Eve"), ("email", "eve@example.org"), ("password", "copper lantern eve river")];
        let mut sent = tests::browser::with_hidden(&page, "/sign-up", &fields);
        sent.retain(|(name, _)| name != "next");
        sent.push(("next".to_owned(), strange.to_owned()));
        assert_eq!(browser.posts("/sign-up", &sent).await.status, 200);
        assert!(!leads_out(&browser.reads("/sign-in").await));
        let kept = service.stranger();
        let request = kept.page(reqwest::Method::GET, "/sign-in").header("cookie", "next=https%3A//evil.example/");
        assert!(!kept.send(request).await.text().contains("evil"), "a cookie is no better than a link");
        let page = browser.reads("/sign-in?next=/rooms/1%3Fchannel%3Djoint%26offer%3Dnew").await;
        assert!(page.contains("/sign-up?next=/rooms/1%3Fchannel%3Djoint%26offer%3Dnew"), "the whole path goes on: {page}");
    }

    async fn a_refused_invitation_leads_to_its_undoing(settings: Settings) {
        let scene = Scene::inviting(settings).await;
        let code = scene.service.invitation_code(&scene.bela.email).await;
        let (browser, path) = (Browser::of_a_stranger(&scene.service), format!("/invitations/{code}"));
        let refusal = format!("{path}/refusal");
        assert_eq!(browser.sends(&refusal, &refusal, &[]).await.status, 200);
        let undo = format!("{path}/reopening");
        assert!(browser.reads(&path).await.contains(&undo), "it does not invite as if nothing had been said");
        assert!(browser.sends(&path, &undo, &[]).await.text().contains("Amara Sen"));
    }

    async fn the_claimant_hears_when_the_registrar_lets_it_go_on(settings: Settings) {
        let scene = Scene::drafted(settings).await;
        scene.amara.answers_safety(&scene.dispute, an_answer("afraid", "yes")).await.expects(204);
        scene.amara.files(&scene.dispute).await.expects(200);
        let before = scene.service.letters().all().iter().filter(|letter| letter.to.contains(&scene.amara.email)).count();
        scene.rosa.screens(&scene.dispute, json!({"suitable": true, "shuttle": true})).await.ok();
        tests::until("the mail that the page promised", async || {
            scene.service.letters().all().iter().filter(|letter| letter.to.contains(&scene.amara.email)).count() == before + 1
        }).await;
    }
}
