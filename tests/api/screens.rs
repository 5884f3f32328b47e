//! What was on the screen of whoever signs is evidence of the signature under a digest of its own (R22): it is what the page
//! showed, in its language; nothing is signed under other words; and it lives as long as what it is evidence of (R12).

use reqwest::StatusCode;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::answer::Answer;
use tests::browser::{Browser, with_hidden};
use tests::cast::Person;
use tests::papers::payload;
use tests::scene::Scene;
use tests::{assert_refused, on_both, until};

use crate::rules::own_settlement;

const STALE: &str = "The text has changed. Please read it again.";

fn digest_of(html: &str) -> String {
    Sha256::digest(html).iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

/// What somebody fills in who signs.
fn promises(person: &Person) -> [(&str, &str); 4] {
    [("term-1", "yes"), ("freely", "yes"), ("name", &person.name), ("password", &person.password)]
}

/// The fields of a page's form, with `shown` put otherwise, or left out.
fn with_shown(fields: Vec<(String, String)>, shown: Option<&str>) -> Vec<(String, String)> {
    let others = fields.into_iter().filter(|(name, _)| name != "shown");
    others.chain(shown.map(|shown| ("shown".to_owned(), shown.to_owned()))).collect()
}

fn shown_on(page: &str, to: &str) -> String {
    let fields = with_hidden(page, to, &[]);
    fields.into_iter().find(|(name, _)| name == "shown").expect("a digest of what is shown").1
}

async fn own(person: &Person, dispute: &str) -> Value {
    let own = person.client().get(&format!("/disputes/{dispute}/own-data")).await.expects(200);
    own["shown_when_signing"].clone()
}

/// That what is kept is what that page showed, and its digest the one that the form sent.
fn assert_is_of(kept: &Value, page: &str, to: &str, language: &str) -> String {
    assert_eq!((&kept["shown_by"], &kept["language"]), (&json!("page"), &json!(language)), "{kept}");
    let html = kept["html"].as_str().expect("what was shown").to_owned();
    assert!(page.contains(&html), "{html}\nis no part of\n{page}");
    assert_eq!(kept["digest"], digest_of(&html));
    assert_eq!(kept["digest"], shown_on(page, to));
    html
}

fn are_kept(scene: &Scene, kind: &str, key: &str) -> String {
    scene.service.db_tells(&format!("SELECT count(*) FROM papers WHERE kind = '{kind}' AND key = '{key}'"))
}

fn assert_stale(answer: &Answer) {
    let page = answer.text();
    assert!(answer.status == StatusCode::UNPROCESSABLE_ENTITY && page.contains(STALE), "{page}");
    assert!(!page.contains(" checked"), "no tick is kept: {page}");
}

on_both! {
    async fn r22_what_the_page_showed_is_kept_with_the_signature_and_a_programs_word_as_its_own(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.ready_to_sign().await;
        let signing = format!("/disputes/{dispute}/signing");
        let theirs = Browser::of(&scene.amara).await;
        let page = theirs.reads(&signing).await;
        assert!(own(&scene.amara, dispute).await.is_null());
        theirs.posts(&signing, &with_hidden(&page, &signing, &promises(&scene.amara))).await.text();
        let html = assert_is_of(&own(&scene.amara, dispute).await, &page, &signing, "en");
        for said in ["pays back the whole deposit", &digest, "You can get advice first", "The auditor may read", "binds you"] {
            assert!(html.contains(said), "{said} in {html}");
        }
        for secret in ["csrf", "password", "checked", "passkey"] {
            assert!(!html.contains(secret), "{secret} in {html}");
        }
        assert_eq!(are_kept(&scene, "screen", "data"), "1");

        let stated = digest_of("what an application showed");
        assert_refused!(scene.bela.signs_with(dispute, &digest, json!({"shown": "a picture"})).await, 422);
        scene.bela.signs_with(dispute, &digest, json!({"shown": stated})).await.expects(201);
        assert_eq!(own(&scene.bela, dispute).await, json!({"digest": stated, "shown_by": "program"}));

        let (noors, attestation) = (Browser::of(&scene.noor).await, format!("/disputes/{dispute}/attestation"));
        let attested = noors.reads(&attestation).await;
        let proof = scene.noor.proof().await;
        let part = |name: &str| proof[name].as_str().expect("a proof");
        let typed = [("name", scene.noor.name.as_str()), ("password", part("password")), ("totp", part("totp"))];
        let fields = with_hidden(&attested, &attestation, &typed);
        for shown in [None, Some(stated.as_str())] {
            assert_stale(&noors.posts(&attestation, &with_shown(fields.clone(), shown)).await);
        }
        assert_eq!(noors.posts(&attestation, &fields).await.status, 200);
        assert_eq!(scene.amara.stage(dispute).await, "settled");
        assert_eq!((are_kept(&scene, "screen", "data"), are_kept(&scene, "kept-screen", "record")), ("0".to_owned(), "3".to_owned()));
        assert_is_of(&own(&scene.amara, dispute).await, &page, &signing, "en");

        // Neither the record nor an auditor says anything of it.
        let id = own_settlement(&scene.amara, dispute).await;
        let record = payload(&scene.amara.client().get(&format!("/settlements/{id}/record.jws")).await.text());
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        let dossier = odil.client().get(&format!("/settlements/{id}")).await.expects(200);
        assert_refused!(odil.client().get(&format!("/disputes/{dispute}/own-data")).await, 404);
        assert_eq!((&record["signatures"][0]["digest"], &dossier["id"]), (&json!(digest), &json!(id)), "{record} {dossier}");
        for text in [record.to_string(), dossier.to_string()] {
            for secret in [&digest_of(&html), &stated, "advice first"] {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
        }
    }

    async fn r22_a_page_is_kept_in_the_language_in_which_it_was_read(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        scene.ready_to_sign().await;
        let signing = format!("/disputes/{dispute}/signing");
        let theirs = Browser::of(&scene.amara).await;
        let english = theirs.reads(&signing).await;
        let bangla = theirs.reads(&format!("{signing}?lang=bn")).await;
        assert_ne!(shown_on(&english, &signing), shown_on(&bangla, &signing));
        let mut wrong = with_hidden(&english, &signing, &promises(&scene.amara)[..3]);
        wrong.push(("password".to_owned(), "not the right phrase".to_owned()));
        let again = theirs.posts(&signing, &wrong).await.text();
        assert!(again.contains("lang=\"bn\"") && again.contains(" checked"), "the same text as was ticked: {again}");
        assert_eq!(shown_on(&again, &signing), shown_on(&bangla, &signing), "whatever was filled in");
        theirs.posts(&signing, &with_hidden(&english, &signing, &promises(&scene.amara))).await.text();
        assert_is_of(&own(&scene.amara, dispute).await, &english, &signing, "en");

        theirs.sends(&signing, &format!("{signing}/return"), &[]).await.ok();
        assert!(own(&scene.amara, dispute).await.is_null());
        assert_eq!(are_kept(&scene, "screen", "data"), "0");
        let urdu = theirs.reads(&format!("{signing}?lang=ur")).await;
        theirs.posts(&signing, &with_hidden(&urdu, &signing, &promises(&scene.amara))).await.text();
        assert_is_of(&own(&scene.amara, dispute).await, &urdu, &signing, "ur");
    }

    async fn r22_under_words_that_are_not_shown_any_more_nothing_is_signed_and_a_no_is_heard(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let dela = scene.sits_beside_amara("Dela Haq", "representative").await;
        let seat = dela.reads(dispute).await.expects(200)["companion"].as_str().expect("a seat").to_owned();
        let digest = scene.ready_to_sign().await;
        scene.amara.claims_authority(dispute, &seat, "written-power").await.expects(201);
        scene.rosa.answers_authority(dispute, &seat, "acceptance", "written-power").await.expects(200);
        let signing = format!("/disputes/{dispute}/signing");
        let (amaras, delas) = (Browser::of(&scene.amara).await, Browser::of(&dela).await);
        let (before, for_her) = (amaras.reads(&signing).await, delas.reads(&signing).await);
        let fields = with_hidden(&before, &signing, &promises(&scene.amara));
        for shown in [None, Some("sha256:"), Some(shown_on(&for_her, &signing).as_str()), Some(digest.as_str())] {
            assert_stale(&amaras.posts(&signing, &with_shown(fields.clone(), shown)).await);
        }
        assert_eq!(scene.service.db_tells("SELECT count(*) FROM audit WHERE kind = 'signed'"), "0");

        delas.posts(&signing, &with_hidden(&for_her, &signing, &promises(&dela))).await.text();
        let html = assert_is_of(&own(&scene.amara, dispute).await, &for_her, &signing, "en");
        assert!(html.contains("You sign for") && html.contains("Amara Sen"), "{html}");
        // Her own page said nothing yet of what was signed for her.
        assert_stale(&amaras.posts(&signing, &fields).await);
        assert_eq!(own(&scene.amara, dispute).await["html"], html, "what is kept is hers who signed");
        let after = amaras.reads(&signing).await;
        amaras.posts(&signing, &with_hidden(&after, &signing, &promises(&scene.amara))).await.text();
        let html = assert_is_of(&own(&scene.amara, dispute).await, &after, &signing, "en");
        assert!(html.contains("Or sign it yourself"), "{html}");
        // Whoever has signed is told so, whatever was shown.
        let late = amaras.posts(&signing, &fields).await;
        assert!(!late.text().contains(STALE), "{}", late.text());

        // Signed again by a program that says nothing: nothing stays of the page.
        scene.amara.client().delete(&format!("/disputes/{dispute}/agreement/signatures/mine")).await.expects(204);
        scene.amara.signs(dispute, &digest).await.expects(201);
        assert!(own(&scene.amara, dispute).await.is_null());

        let belas = Browser::of(&scene.bela).await;
        belas.sends(&signing, &format!("{signing}/read-back"), &[("told", "yes")]).await.ok();
        let page = belas.reads(&signing).await;
        let mut no = with_shown(with_hidden(&page, &signing, &promises(&scene.bela)), None);
        no.retain(|(name, _)| name != "freely");
        no.push(("freely".to_owned(), "no".to_owned()));
        assert_eq!(belas.posts(&signing, &no).await.status, 200);
        assert_eq!(scene.service.db_tells("SELECT count(*) FROM audit WHERE kind = 'not-signing-freely'"), "1");
        assert!(own(&scene.bela, dispute).await.is_null());
    }

    async fn r12_what_was_shown_goes_with_the_talk_where_nothing_comes_of_it(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits().with("CONCORD_SWEEP_PERIOD", "1s")).await;
        let dispute = scene.dispute.as_str();
        scene.ready_to_sign().await;
        let signing = format!("/disputes/{dispute}/signing");
        Browser::of(&scene.amara).await.sends(&signing, &signing, &promises(&scene.amara)).await.text();
        assert_eq!(are_kept(&scene, "screen", "data"), "1");
        scene.bela.withdraws(dispute).await.expects(200);
        let month = 31_u64 * 86_400_000;
        scene.service.db_runs(&format!("UPDATE disputes SET over_at = over_at - {month} WHERE id = '{dispute}'"));
        until("what was said is destroyed", async || {
            !scene.amara.reads(dispute).await.expects(200)["destroyed_at"].is_null()
        })
        .await;
        assert_eq!((are_kept(&scene, "screen", "data"), are_kept(&scene, "kept-screen", "record")), ("0".to_owned(), "0".to_owned()));
        assert!(own(&scene.amara, dispute).await.is_null());
    }
}
