//! The desks of the house as pages, and what stands round forms: what a registrar finds and decides, what a person may
//! press on the page of a dispute, and rows and languages that must not be lost.

use reqwest::Method;
use serde_json::json;
use tests::client::Client;
use tests::on_both;
use tests::scene::Scene;

on_both! {
    async fn a_registrar_finds_open_disputes_by_stage_and_any_by_its_reference(settings: Settings) {
        let scene = Scene::inviting(settings).await;
        let rosa = scene.rosa.signs_in_on_a_page().await;
        let view = scene.rosa.reads(&scene.dispute).await.expects(200);
        let reference = view["reference"].as_str().expect("a reference").to_owned();
        for (query, is_found) in [
            (String::new(), true),
            ("?stage=inviting".to_owned(), true),
            ("?stage=mediation".to_owned(), false),
            (format!("?reference={}", reference.to_lowercase()), true),
            ("?reference=CD-0000-0000".to_owned(), false),
        ] {
            let page = reads(&rosa, &format!("/registrar/disputes{query}")).await;
            assert_eq!(page.contains(&format!("/disputes/{}\"", scene.dispute)), is_found, "{query}");
            assert_eq!(page.contains(&format!("/disputes/{}/letter", scene.dispute)), is_found, "{query}: its letter");
        }
        assert!(reads(&rosa, "/registrar/disputes?reference=nonsense").await.contains("That is no reference"));
        let amara = scene.amara.signs_in_on_a_page().await;
        assert_eq!(amara.send(amara.page(Method::GET, "/registrar/disputes")).await.status, 404);
    }

    async fn nobody_is_let_in_by_one_press_beside_another(settings: Settings) {
        let scene = Scene::drafted(settings).await;
        let mut dispute = tests::cast::a_dispute(&scene.bela);
        dispute["respondent"] = json!({"name": "Bela Roy"});
        let draft = scene.amara.drafts(dispute).await.expects(201);
        let dispute = draft["id"].as_str().expect("an id");
        scene.amara.answers_safety(dispute, tests::cast::all_clear()).await.expects(204);
        scene.amara.files(dispute).await.expects(200);
        let letter = scene.amara.client().post(&format!("/disputes/{dispute}/invitations/1/letters"), json!({})).await.ok();
        let code = letter["code"].as_str().expect("a code").to_owned();
        scene.service.said().hears(&json!({"code": code}));
        scene.bela.accepts_invitation(&code).await.expects(202);
        let rosa = scene.rosa.signs_in_on_a_page().await;
        let desk = reads(&rosa, "/registrar").await;
        let party = desk.split(&format!("/disputes/{dispute}/parties/")).nth(1).and_then(|rest| rest.split('/').next());
        let party = party.expect("somebody waits").to_owned();
        let path = format!("/disputes/{dispute}/parties/{party}/identity");
        assert_eq!(sends(&rosa, &path, &[("decision", "confirm")]).await.0, 422);
        assert_eq!(scene.amara.stage(dispute).await, "inviting", "nobody was let in");
        let sure = format!("sure-{party}");
        assert_eq!(sends(&rosa, &path, &[("decision", "confirm"), (&sure, "yes")]).await.0, 200);
        assert_eq!(scene.amara.stage(dispute).await, "preparing");
    }

    async fn r18_the_page_of_a_dispute_offers_the_private_buttons_and_says_who_is_told(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        let dispute = scene.dispute.as_str();
        let bela = scene.bela.signs_in_on_a_page().await;
        let page = reads(&bela, &format!("/disputes/{dispute}")).await;
        assert!(page.contains("For you alone") && page.contains("the registrar on duty learns it with your name"));
        let (status, after) = sends(&bela, &format!("/rooms/{dispute}/breaks"), &[]).await;
        assert_eq!(status, 200);
        for words in ["The registrar on duty knows. Nobody else.", "You get an answer within one working day."] {
            assert!(after.contains(words), "{words}: {after}");
        }
        assert!(!after.contains("Back to the room"), "there is none yet");
        let rosa = scene.rosa.signs_in_on_a_page().await;
        assert!(!reads(&rosa, &format!("/disputes/{dispute}")).await.contains("For you alone"));
    }

    async fn a_promise_without_words_is_not_dropped_in_silence(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let noor = scene.noor.signs_in_on_a_page().await;
        let path = format!("/disputes/{}/agreement/revisions", scene.dispute);
        let fields = [
            ("base", "0"), ("rows", "2"), ("prevailing_language", "en"),
            ("term-1-debtor", "respondent"), ("term-1-text-en", "pays back the deposit"),
            ("term-2-debtor", "claimant"), ("term-2-amount", "20.00"), ("term-2-currency", "BDT"),
        ];
        let (status, page) = sends(&noor, &path, &fields).await;
        assert_eq!(status, 422);
        assert!(page.contains("id=\"term-2-text-en-fault\""), "{page}");
        assert_eq!(sends(&noor, &path, fields.get(..5).expect("five")).await.0, 200, "a row that is empty is none");
    }

    async fn the_language_of_a_refused_form_is_that_of_the_page_it_came_from(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let amara = scene.amara.signs_in_on_a_page().await;
        // Only the mediator opens a session: the form is refused with a page of its own.
        let referer = format!("{}/rooms/{dispute}?channel=joint", amara.base());
        let form = amara.page(Method::POST, &format!("/disputes/{dispute}/closing"));
        let form = form.header("origin", amara.base()).header("referer", referer).header("accept", "text/html");
        let csrf = token(&amara).await;
        let refused = amara.send(form.form(&[("csrf", csrf.as_str()), ("outcome", "impasse")])).await;
        assert!(refused.status >= 400, "{}", refused.status);
let page = refused.text();
        assert!(page.contains(&format!("href=\"/rooms/{dispute}?channel=joint")) && page.contains("lang=bn"), "{page}");
        assert!(!page.contains("/closing?lang"), "that address answers no question: {page}");
    }
}

async fn reads(browser: &Client, path: &str) -> String {
    browser.send(browser.page(Method::GET, path)).await.text().replace(['\u{2068}', '\u{2069}'], "")
}

async fn token(browser: &Client) -> String {
    let text = browser.send(browser.page(Method::GET, "/account")).await.text();
    let csrf = text.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
    csrf.expect("a token").to_owned()
}

/// Sends a form and answers with the status and the words of the page that came.
async fn sends(browser: &Client, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
    let csrf = token(browser).await;
    let fields: Vec<_> = fields.iter().copied().chain([("csrf", csrf.as_str())]).collect();
    let form = browser.page(Method::POST, path).header("origin", browser.base()).form(&fields);
    let answer = browser.send(form).await;
    (answer.status, answer.text().replace(['\u{2068}', '\u{2069}'], ""))
}
