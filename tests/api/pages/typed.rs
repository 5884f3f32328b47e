//! What somebody typed is never lost: not by a pause meanwhile, nor by a session or form that has grown old (R28).

use tests::browser::{Browser, with_hidden};
use tests::on_both;
use tests::scene::Scene;

const WORDS: &str = "A long letter that took an hour";

on_both! {
    async fn words_that_were_refused_by_a_pause_stand_in_the_box_again(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (amara, noor) = (Browser::of(&scene.amara).await, Browser::of(&scene.noor).await);
        let room = format!("/rooms/{}?channel=joint", scene.dispute);
        let say = format!("/rooms/{}/entries", scene.dispute);
        let offer = format!("/rooms/{}/offers", scene.dispute);
        let revise = format!("/disputes/{}/agreement/revisions", scene.dispute);
        let message = with_hidden(&amara.reads(&room).await, &say, &[("text", WORDS)]);
        let terms = [("term-1-debtor", "respondent"), ("term-1-text", WORDS), ("term-1-amount", "450")];
        let offered = with_hidden(&amara.reads(&format!("{room}&offer=new")).await, &offer, &terms);
        let editor = format!("/disputes/{}/agreement?edit=yes", scene.dispute);
        let terms = [("term-1-debtor", "respondent"), ("term-1-text-en", WORDS), ("prevailing_language", "en")];
        let revision = with_hidden(&noor.reads(&editor).await, &revise, &terms);

        let dispute = format!("/disputes/{}", scene.dispute);
        let suspension = format!("{dispute}/suspension");
        let bela = Browser::of(&scene.bela).await;
        assert_eq!(bela.sends(&suspension, &suspension, &[("sure", "yes")]).await.status, 200);
        for (browser, path, fields) in [(&amara, &say, &message), (&amara, &offer, &offered), (&noor, &revise, &revision)] {
            let answer = browser.posts(path, fields).await;
            let page = answer.text();
            assert_eq!(answer.status, 422, "{path}: {page}");
            let box_with_it = format!("{WORDS}</textarea>");
            assert!(page.contains(&box_with_it), "{path} lost what was typed: {page}");
        }
    }

    async fn words_sent_with_an_old_session_or_form_come_back_to_be_copied(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let amara = Browser::of(&scene.amara).await;
        let room = format!("/rooms/{}?channel=joint", scene.dispute);
        let say = format!("/rooms/{}/entries", scene.dispute);
        let safety = format!("/disputes/{}/safety", scene.dispute);
        let mut message = with_hidden(&amara.reads(&room).await, &say, &[("text", WORDS)]);
        let typed = [("afraid", "yes"), ("reach_note", "call my sister")];
        let answers = with_hidden(&amara.reads(&format!("{safety}/questions")).await, &safety, &typed);

        let elsewhere = Browser::of(&scene.amara).await;
        assert_eq!(elsewhere.sends("/account", "/account/sign-outs", &[]).await.status, 200);
        let signed_out = amara.posts(&say, &message).await;
        let page = signed_out.text();
        assert_eq!(signed_out.status, 401);
        assert!(page.contains(WORDS) && page.contains("readonly") && page.contains("action=\"/sign-in\""), "{page}");
        let private = amara.posts(&safety, &answers).await;
        assert!(private.status == 401 && !private.text().contains("my sister"), "{}", private.text());

        let amara = Browser::of(&scene.amara).await;
        message.retain(|(name, _)| name != "csrf");
        message.push(("csrf".to_owned(), "of another session".to_owned()));
        let stale = amara.posts(&say, &message).await;
        assert!(stale.status == 403 && stale.text().contains(WORDS), "{}", stale.text());
    }

    async fn words_that_come_too_fast_come_back_to_be_copied(settings: Settings) {
        let scene = Scene::in_mediation(settings.with("CONCORD_LIMIT_ENTRIES", "1,1/h")).await;
        let amara = Browser::of(&scene.amara).await;
        let room = format!("/rooms/{}?channel=joint", scene.dispute);
        let say = format!("/rooms/{}/entries", scene.dispute);
        assert_eq!(amara.sends(&room, &say, &[("text", "One word")]).await.status, 200);
        let refused = amara.sends(&room, &say, &[("text", WORDS)]).await;
        assert_eq!((refused.status, refused.text().contains(WORDS)), (429, true), "{}", refused.text());
    }
}
