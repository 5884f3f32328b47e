//! R23: a signature needs a fresh proof, one's own name and a free will, can be taken back until the last one, and
//! the mediator attests after the parties.

use reqwest::Method;
use serde_json::{Value, json};
use tests::cast::Person;
use tests::scene::Scene;
use tests::{assert_refused, on_both};

on_both! {
    async fn r23_a_signature_needs_a_fresh_proof_and_the_own_name(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.ready_to_sign().await;
        let wrong = json!({"password": "not the right phrase"});
        assert_refused!(scene.amara.signs_with(dispute, &digest, wrong).await, 403, "proof-refused");
        let others = json!({"password": scene.bela.password});
        assert_refused!(scene.amara.signs_with(dispute, &digest, others).await, 403, "proof-refused");
        let name = scene.amara.signs_with(dispute, &digest, json!({"name": "Bela Roy"})).await;
        assert!([409, 422].contains(&name.status), "another's name: {} {}", name.status, name.text());
        let other_digest = format!("sha256:{}", "0".repeat(64));
        assert_refused!(scene.amara.signs(dispute, &other_digest).await, 409, "stale-digest");
        for outsider in [&scene.rosa, &scene.noor] {
            let tried = outsider.signs(dispute, &digest).await;
            assert!([404, 409, 422].contains(&tried.status), "nobody signs for a party: {}", tried.text());
        }
        scene.amara.signs(dispute, &digest).await.expects(201);
        assert_refused!(scene.amara.signs(dispute, &digest).await, 409, "already-signed");
    }

    async fn r24_after_the_time_to_think_the_page_signs_and_a_wrong_password_does_not_take_the_form_away(settings: Settings) {
        let scene = Scene::in_mediation(settings.with("CONCORD_REFLECTION_PERIOD", "2s")).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.freezes_a_text().await;
        let visitor = scene.amara.signs_in_on_a_page().await;
        let path = format!("/disputes/{dispute}/signing");
        tokio::time::sleep(std::time::Duration::from_millis(2200)).await;
        let state = scene.amara.reads_agreement(dispute).await.expects(200);
        assert_eq!(state["reflection_ends_at"], json!(null), "only while it is to come: {state}");
        let page = visitor.send(visitor.page(reqwest::Method::GET, &path)).await.text();
        assert!(page.contains("name=\"password\""), "the form is there: {page}");
        let csrf = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let shown = page.split("name=\"shown\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let sign = async |password: &str| {
            let fields = [
                ("csrf", csrf.unwrap_or_default()),
                ("digest", &digest),
                ("shown", shown.unwrap_or_default()),
                ("term-1", "yes"),
                ("freely", "yes"),
                ("name", &scene.amara.name),
                ("password", password),
            ];
            let request = visitor.page(reqwest::Method::POST, &path).header("origin", visitor.base()).form(&fields);
            visitor.send(request).await.text()
        };
        let again = sign("not the right phrase").await;
        assert!(again.contains("name=\"password\""), "the form is there again: {again}");
        sign(&scene.amara.password).await;
        assert_refused!(scene.amara.signs(dispute, &digest).await, 409, "already-signed");
    }

    async fn r24_a_waiver_of_the_other_side_is_taken_as_ever_after_one_raised_something(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.freezes_a_text().await;
        scene.bela.answers_safety(dispute, tests::cast::an_answer("afraid", "yes")).await.expects(204);
        scene.rosa.screens(dispute, json!({"suitable": true, "shuttle": false})).await.ok();
        assert_refused!(scene.bela.waives(dispute, &digest).await, 409, "waiver-not-possible");
        scene.amara.waives(dispute, &digest).await.expects(201);
        for person in [&scene.amara, &scene.bela] {
            assert_refused!(person.signs(dispute, &digest).await, 409, "reflection-period-running");
        }
        let ends = scene.amara.reads_agreement(dispute).await.expects(200);
        assert!(ends["reflection_ends_at"].is_string(), "{ends}");
    }

    async fn r23_whoever_does_not_sign_freely_has_not_signed_and_only_the_mediator_learns_why(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.ready_to_sign().await;
        let before = scene.bela.reads_agreement(dispute).await.expects(200);
        let told = scene.amara.signs_with(dispute, &digest, json!({"freely": false})).await;
        assert!(told.status < 500, "{}", told.text());
        assert_eq!(before, scene.bela.reads_agreement(dispute).await.expects(200), "others read `not yet signed`");
        scene.bela.signs(dispute, &digest).await.expects(201);
        assert_refused!(scene.noor.attests(dispute, &digest).await, 409, "mediator-signs-last");
        assert_ne!(scene.bela.stage(dispute).await, "settled");
        let seen = scene.bela.reads(dispute).await.expects(200).to_string();
        assert!(!seen.contains("freely") && !seen.contains("not-free"), "{seen}");
        let visitor = scene.noor.signs_in_on_a_page().await;
        let desk = visitor.send(visitor.page(reqwest::Method::GET, "/mediator")).await.text();
        assert!(desk.contains("is not signing freely"), "the mediator learns it: {desk}");
        let doubt = json!([{"side": "claimant", "kind": "not-freely"}]);
        // A pause takes nothing of that away.
        scene.rosa.client().post(&format!("/disputes/{dispute}/suspension"), json!({})).await.ok();
        scene.rosa.client().delete(&format!("/disputes/{dispute}/suspension")).await.ok();
        assert_eq!(scene.noor.looks_into_room(dispute).await.expects(200)["signals"], doubt);
        assert!(scene.bela.looks_into_room(dispute).await.expects(200)["signals"].is_null());
        scene.amara.signs(dispute, &digest).await.expects(201);
        assert!(scene.noor.looks_into_room(dispute).await.expects(200)["signals"].is_null());
    }

    async fn r23_a_signature_sent_twice_under_its_key_gets_its_first_answer(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.ready_to_sign().await;
        let path = format!("/disputes/{dispute}/agreement/signatures");
        let post = async |person: &Person, key: &str, body: &Value| {
            let request = person.client().request(Method::POST, &path).header("Idempotency-Key", key);
            person.client().send(request.json(body)).await
        };
        let by = |person: &Person, more: Value| {
            let mut body = more;
            body["digest"] = digest.as_str().into();
            body["name"] = person.name.as_str().into();
            body["password"] = person.password.as_str().into();
            body
        };
        let promise = json!({"intent": "sign", "freely": true, "auditor_may_read_terms": true});
        for person in [&scene.amara, &scene.bela] {
            let body = by(person, promise.clone());
            let first = post(person, "signing", &body).await.expects(201);
            assert_eq!(post(person, "signing", &body).await.expects(201), first, "{}", person.name);
            let other = by(person, json!({"intent": "sign", "freely": false, "auditor_may_read_terms": true}));
            assert_refused!(post(person, "signing", &other).await, 422);
            assert_refused!(post(person, "again", &body).await, 409);
        }
        let mut attested = by(&scene.noor, json!({"intent": "attest"}));
        for (name, value) in scene.noor.proof().await.as_object().expect("an object") {
            attested[name] = value.clone();
        }
        let first = post(&scene.noor, "attesting", &attested).await.expects(201);
        assert_eq!(post(&scene.noor, "attesting", &attested).await.expects(201), first);
    }

    async fn r23_the_mediator_attests_last_and_signs_for_nobody(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.ready_to_sign().await;
        assert_refused!(scene.noor.attests(dispute, &digest).await, 409, "mediator-signs-last");
        scene.amara.signs(dispute, &digest).await.expects(201);
        assert_refused!(scene.noor.attests(dispute, &digest).await, 409, "mediator-signs-last");
        scene.bela.signs(dispute, &digest).await.expects(201);
        scene.noor.attests(dispute, &digest).await.expects(201);
        assert_eq!(scene.bela.stage(dispute).await, "settled");
    }

    async fn r23_a_used_code_of_the_second_factor_does_not_attest(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.ready_to_sign().await;
        scene.amara.signs(dispute, &digest).await.expects(201);
        scene.bela.signs(dispute, &digest).await.expects(201);
        let device = scene.noor.device().expect("a second factor");
        let path = format!("/disputes/{dispute}/agreement/signatures");
        let attestation = |totp: Option<String>| {
            let mut body = json!({"digest": digest, "name": scene.noor.name, "password": scene.noor.password, "intent": "attest"});
            if let Some(code) = totp {
                body["totp"] = code.into();
            }
            body
        };
        let client = scene.noor.client();
        assert_refused!(client.post(&path, attestation(None)).await, 403, "proof-refused");
        assert_refused!(client.post(&path, attestation(Some(device.used_code()))).await, 403, "proof-refused");
        client.post(&path, attestation(Some(device.code().await))).await.expects(201);
    }

    async fn r23_five_wrong_proofs_close_the_signing_for_a_while(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.ready_to_sign().await;
        for _ in 0..5 {
            let wrong = json!({"password": "not the right phrase"});
            assert_refused!(scene.amara.signs_with(dispute, &digest, wrong).await, 403, "proof-refused");
        }
        let closed = scene.amara.signs(dispute, &digest).await;
        assert!(closed.header("retry-after").is_some(), "{}", closed.text());
        assert_refused!(closed, 429);
        scene.bela.signs(dispute, &digest).await.expects(201);
    }
}
