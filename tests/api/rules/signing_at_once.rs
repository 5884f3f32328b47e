//! R22 and R23 where many act at one moment, or where something comes a second time, too late, or spelled otherwise: one
//! text is executed, under what its signers read, and each is written to once.

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tests::answer::Answer;
use tests::browser::{Browser, with_hidden};
use tests::cast::{Person, a_term};
use tests::concord::Service;
use tests::papers::payload;
use tests::scene::Scene;
use tests::{assert_refused, on_both};
use tokio::join;

use super::own_settlement;

/// Fails unless so many rows are there.
#[track_caller]
fn are_kept(service: &Service, what: &str, rows: usize) {
    service.db_runs(&format!(
        "CREATE TEMPORARY TABLE kept (rows INTEGER CHECK (rows = {rows})); \
         INSERT INTO kept SELECT count(*) FROM {what}; DROP TABLE kept"
    ));
}

/// Attests with that code of the second factor, whichever it is.
async fn attests_with(noor: &Person, dispute: &str, digest: &str, code: &str) -> Answer {
    let body = json!({"digest": digest, "name": noor.name, "password": noor.password, "totp": code, "intent": "attest"});
    noor.client().post(&format!("/disputes/{dispute}/agreement/signatures"), body).await
}

/// How many were accepted; each of the others was refused with one of these.
#[track_caller]
fn accepted(answers: &[Answer], refusals: &[u16]) -> usize {
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert!(refusals.contains(&answer.status), "{} {}", answer.status, answer.text());
    }
    answers.iter().filter(|answer| answer.status == 201).count()
}

/// The text at hand, and who has signed it, as the mediator reads it.
async fn standing(scene: &Scene) -> (Value, Vec<bool>) {
    let shown = scene.noor.reads_agreement(&scene.dispute).await.expects(200);
    let lines = shown["signatures"].as_array().expect("two lines").iter();
    let signed = lines.map(|line| line["signed"].as_bool().expect("a yes or a no")).collect();
    (shown["digest"].clone(), signed)
}

async fn sealed_record(scene: &Scene) -> Value {
    let id = own_settlement(&scene.amara, &scene.dispute).await;
    payload(&scene.amara.client().get(&format!("/settlements/{id}/record.jws")).await.text())
}

on_both! {
    async fn r23_fifty_signatures_and_twenty_attestations_at_once_make_one_record_and_one_set_of_mails(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let (service, dispute) = (&scene.service, scene.dispute.as_str());
        let digest = scene.ready_to_sign().await;
        let device = scene.noor.device().expect("a second factor");
        // What has served already serves nobody, whenever it comes.
        let used = device.used_code();
        let (amara, bela, early) = join!(
            join_all((0..25).map(|_| scene.amara.signs(dispute, &digest))),
            join_all((0..25).map(|_| scene.bela.signs(dispute, &digest))),
            join_all((0..10).map(|_| attests_with(&scene.noor, dispute, &digest, &used))),
        );
        assert_eq!((accepted(&amara, &[409]), accepted(&bela, &[409])), (1, 1), "each signs once");
        assert_eq!(accepted(&early, &[403, 409]), 0);
        let fresh = device.code().await;
        let attested = join_all((0..10).map(|_| attests_with(&scene.noor, dispute, &digest, &fresh))).await;
        assert_eq!(accepted(&attested, &[403, 409]), 1);
        assert_eq!(scene.bela.stage(dispute).await, "settled");

        let letters = service.letters();
        for person in [&scene.amara, &scene.bela] {
            letters.wait_for(&person.email, |letter| letter.attachment("record.pdf").is_some()).await;
        }
        for (what, rows) in [
            ("audit WHERE kind = 'signed'", 2),
            ("audit WHERE kind = 'all-signed'", 1),
            ("audit WHERE kind = 'sealed'", 1),
            ("settlements", 1),
            ("ledger_leaves WHERE kind = 'record'", 1),
            ("deliveries", 3),
            ("outbox WHERE purpose = 'record'", 3),
        ] {
            are_kept(service, what, rows);
        }
        for person in [&scene.amara, &scene.bela] {
            let letters = letters.to(&person.email);
            let with_record = letters.iter().filter(|letter| letter.attachment("record.pdf").is_some());
            assert_eq!(with_record.count(), 1, "{}", person.name);
        }
        let record = sealed_record(&scene).await;
        for signature in record["signatures"].as_array().expect("two signatures") {
            assert_eq!(signature["digest"], digest.as_str(), "{record}");
        }
    }

    async fn r22_of_an_edit_and_signatures_at_once_no_signature_stands_under_a_text_that_was_not_read(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let mut digest = scene.ready_to_sign().await;
        for base in [1, 3, 5, 7] {
            let terms = || json!([a_term(&format!("pays it back in {base} parts"), "450.00")]);
            let (edited, one, two, again) = join!(
                scene.noor.revises(dispute, base, terms()),
                scene.amara.signs(dispute, &digest),
                scene.bela.signs(dispute, &digest),
                scene.amara.signs(dispute, &digest),
            );
            let (current, signed) = standing(&scene).await;
            if edited.status == 409 {
                // Both were quicker: what they read binds.
                assert_refused!(edited, 409, "already-binding");
                assert_eq!((&current, signed), (&json!(digest), vec![true, true]), "upon {base}");
                return;
            }
            let new = edited.expects(201)["digest"].clone();
            assert_eq!((&current, signed), (&new, vec![false, false]), "upon {base}");
            for refused in [one, two, again].into_iter().filter(|answer| answer.status != 201) {
                let refused = refused.is_refused(409, "");
                let is_stale = refused["current"]["digest"] == new;
                assert!(is_stale || refused["type"].to_string().contains("already-signed"), "{refused}");
            }
            digest = scene.revised_and_ready(base + 1, terms()).await;
        }
    }

    async fn r22_what_was_edited_since_it_was_read_is_not_signed_and_nothing_is_kept_of_it(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let read = scene.ready_to_sign().await;
        let theirs = Browser::of(&scene.bela).await;
        let signing = format!("/disputes/{dispute}/signing");
        theirs.sends(&signing, &format!("{signing}/read-back"), &[("told", "yes")]).await.ok();
        let form = theirs.reads(&signing).await;
        let standing = scene.revised_and_ready(1, json!([a_term("pays half of it back", "225.00")])).await;
        let before = scene.bela.reads_agreement(dispute).await.expects(200);
        let refused = assert_refused!(scene.bela.signs(dispute, &read).await, 409, "stale-digest");
        assert_eq!(refused["current"]["digest"], standing.as_str(), "{refused}");
        // The same on the page that was opened before the edit.
        let promises = [("term-1", "yes"), ("freely", "yes"), ("name", scene.bela.name.as_str()), ("password", scene.bela.password.as_str())];
        let sent = theirs.posts(&signing, &with_hidden(&form, &signing, &promises)).await;
        let page = sent.text();
        assert!(sent.status == 422 && page.contains("The text has changed"), "{page}");
        assert!(page.contains("pays half of it back") && page.contains("name=\"term-1\" value=\"yes\">"), "no tick is kept: {page}");
        assert_eq!(scene.bela.reads_agreement(dispute).await.expects(200), before);
        for kind in ["signed", "not-signing-freely", "all-signed"] {
            are_kept(&scene.service, &format!("audit WHERE kind = '{kind}'"), 0);
        }
        scene.bela.signs(dispute, &standing).await.expects(201);
    }

    async fn r23_of_the_last_signature_and_what_undoes_it_one_counts(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.ready_to_sign().await;
        let back = format!("/disputes/{dispute}/agreement/signatures/mine");
        for round in 0..6 {
            scene.amara.signs(dispute, &digest).await.expects(201);
            let amara = scene.amara.client();
            let (signed, taken) = join!(scene.bela.signs(dispute, &digest), amara.delete(&back));
            signed.expects(201);
            if taken.status == 409 {
                assert_refused!(taken, 409, "already-binding");
                assert_eq!(standing(&scene).await.1, [true, true], "round {round}");
                break;
            }
            taken.expects(204);
            assert_eq!(standing(&scene).await.1, [false, true], "round {round}");
            scene.bela.client().delete(&back).await.expects(204);
        }
        // Whoever leaves at the moment in which the other one signs has left, or is bound.
        if standing(&scene).await.1 != [true, true] {
            scene.amara.signs(dispute, &digest).await.expects(201);
        }
        let (signed, left) = join!(scene.bela.signs(dispute, &digest), scene.amara.withdraws(dispute));
        if left.status == 200 {
            assert_eq!((signed.status, scene.bela.stage(dispute).await), (409, "ended".to_owned()), "{}", signed.text());
        } else {
            assert_refused!(left, 409, "already-binding");
            assert_eq!(standing(&scene).await.1, [true, true]);
        }
    }

    async fn r23_a_proof_that_served_or_whose_time_is_over_proves_nothing(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.ready_to_sign().await;
        // The same request once more, after what it did was taken back, does nothing again.
        let path = format!("/disputes/{dispute}/agreement/signatures");
        let body = json!({"digest": digest, "name": scene.amara.name, "password": scene.amara.password, "intent": "sign",
            "freely": true, "auditor_may_read_terms": true});
        let post = async || {
            let client = scene.amara.client();
            client.send(client.request(Method::POST, &path).header("Idempotency-Key", "signing").json(&body)).await
        };
        let first = post().await.expects(201);
        scene.amara.client().delete(&format!("{path}/mine")).await.expects(204);
        assert_eq!(post().await.expects(201), first, "its first answer");
        assert_eq!(standing(&scene).await.1, [false, false], "and no signature");
        // A session that has ended signs nothing, whatever proof comes with it.
        let ended = scene.amara.client();
        scene.amara.signs_out().await.ok();
        assert_eq!(ended.post(&path, body.clone()).await.status, 401);
        assert_eq!(standing(&scene).await.1, [false, false]);
        scene.amara.signs_in().await;
        scene.amara.signs(dispute, &digest).await.expects(201);
        scene.bela.signs(dispute, &digest).await.expects(201);

        let device = scene.noor.device().expect("a second factor");
        for code in [device.used_code(), device.expired_code(), "000".to_owned(), String::new()] {
            assert_refused!(attests_with(&scene.noor, dispute, &digest, &code).await, 403, "proof-refused");
        }
        are_kept(&scene.service, "settlements", 0);
        let fresh = device.code().await;
        attests_with(&scene.noor, dispute, &digest, &fresh).await.expects(201);
    }

    async fn r03_a_helper_signs_for_nobody_and_no_registrar_can_let_them(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let dela = scene.sits_beside_amara("Dela Haq", "helper").await;
        let seat = dela.reads(dispute).await.expects(200)["companion"].as_str().expect("a seat").to_owned();
        let digest = scene.freezes_a_text().await;
        let before = scene.noor.reads_agreement(dispute).await.expects(200);
        assert_refused!(scene.amara.claims_authority(dispute, &seat, "written-power").await, 409, "not-a-representative");
        let accepted = scene.rosa.answers_authority(dispute, &seat, "acceptance", "written-power").await;
        assert_refused!(accepted, 409, "no-authority-claimed");
        // Whose name and password they know changes nothing: it is their session.
        let hers = json!({"name": scene.amara.name, "password": scene.amara.password});
        for otherwise in [json!({}), hers, json!({"freely": false}), json!({"intent": "attest"})] {
            let tried = dela.signs_with(dispute, &digest, otherwise).await;
            assert!([409, 422].contains(&tried.status), "{} {}", tried.status, tried.text());
        }
        assert_refused!(dela.signs(dispute, &digest).await, 409, "party-alone");
        assert_refused!(dela.finds_ready(dispute, &digest).await, 409, "party-alone");
        assert_refused!(dela.waives(dispute, &digest).await, 409, "party-alone");
        let back = dela.client().delete(&format!("/disputes/{dispute}/agreement/signatures/mine")).await;
        assert_refused!(back, 409, "party-alone");
        assert_eq!(scene.noor.reads_agreement(dispute).await.expects(200), before);
    }

    async fn r22_the_same_letters_spelled_otherwise_are_the_same_text_and_what_is_signed_is_what_is_sealed(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let dela = scene.sits_beside_amara("Dela Ren\u{e9}e", "representative").await;
        let seat = dela.reads(dispute).await.expects(200)["companion"].as_str().expect("a seat").to_owned();
        scene.amara.claims_authority(dispute, &seat, "written-power").await.expects(201);
        scene.rosa.answers_authority(dispute, &seat, "acceptance", "written-power").await.expects(200);
        // Letter and accent in one, and one after the other; in Bangla the two halves of a vowel sign.
        let text = |cafe: &str, owes: &str| {
            let mut term = a_term(cafe, "450.00");
            term["text"]["bn"] = owes.into();
            json!([term])
        };
        let composed = text("pays in the caf\u{e9}", "\u{995}\u{9cb}\u{9a8}\u{9cb}");
        let apart = text("pays in the cafe\u{301}", "\u{995}\u{9c7}\u{9be}\u{9a8}\u{9c7}\u{9be}");
        assert_ne!(composed, apart);
        let first = scene.freezes_terms(apart).await;
        let shown = scene.bela.reads_agreement(dispute).await.expects(200);
        assert_eq!(shown["terms"][0]["text"], composed[0]["text"], "one spelling is kept, whichever was typed");
        // Its twin is another revision all the same: a signature names the one that was read.
        let second = scene.revised_and_ready(1, composed.clone()).await;
        assert_ne!(first, second);
        assert_eq!(scene.bela.reads_agreement(dispute).await.expects(200)["terms"], shown["terms"]);
        assert_refused!(scene.bela.signs(dispute, &first).await, 409, "stale-digest");
        scene.bela.signs(dispute, &second).await.expects(201);
        dela.signs_with(dispute, &second, json!({"name": "Dela Rene\u{301}e"})).await.expects(201);
        assert_refused!(scene.noor.attests(dispute, &first).await, 409, "stale-digest");
        scene.noor.attests(dispute, &second).await.expects(201);
        let record = sealed_record(&scene).await;
        assert_eq!(record["terms"][0]["text"], composed[0]["text"], "{record}");
        assert_eq!(record["agreement"], json!({"revision": 2, "digest": second}));
        let signatures = record["signatures"].as_array().expect("two signatures");
        assert!(signatures.iter().all(|signature| signature["digest"] == second.as_str()), "{record}");
        assert_eq!(signatures[0]["name"], "Dela Ren\u{e9}e");
    }
}
