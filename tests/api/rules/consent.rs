//! R1 (nobody talks before everybody signed the agreement to mediate), R2 (leaving is always possible), R4 (leaving
//! is no blame).

use serde_json::{Value, json};
use tests::cast::all_clear;
use tests::scene::Scene;
use tests::socket::{Socket, entry_id, message};
use tests::{assert_refused, on_both};

/// What somebody reads of an ended dispute, without what names this one: ids, the reference, and when.
pub fn ending_as_read(view: &Value) -> Value {
    let mut view = view.clone();
    let map = view.as_object_mut().expect("an object");
    for own in ["id", "reference", "version", "created_at", "filed_at", "ended_at", "updated_at"] {
        map.remove(own);
    }
    view
}

on_both! {
    async fn r01_nobody_talks_before_everyone_signed_the_agreement_to_mediate(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        scene.bela.answers_safety(&scene.dispute, all_clear()).await.expects(204);
        let dispute = scene.dispute.as_str();
        for person in [&scene.amara, &scene.bela] {
            assert_refused!(person.is_ready_for(dispute, "mediation").await, 409, "consent-first");
        }
        scene.amara.consents(dispute).await.expects(201);
        scene.amara.is_ready_for(dispute, "mediation").await.expects(200);
        assert_refused!(scene.bela.is_ready_for(dispute, "mediation").await, 409, "consent-first");
        for person in [&scene.amara, &scene.bela] {
            let posted = person.posts(dispute, "joint", &entry_id(), message("May I say something already")).await;
            assert!([404, 409].contains(&posted.status), "{} {}", posted.status, posted.text());
            let socket = Socket::tries(&person.client(), dispute, &[]).await;
            assert!(socket.is_err_and(|refused| [404, 409].contains(&refused.status)));
        }
        // With the second signature, and the mediator's yes, the same words are taken.
        scene.bela.consents(dispute).await.expects(201);
        scene.bela.is_ready_for(dispute, "mediation").await.expects(200);
        scene.noor_is_confirmed().await;
        scene.amara.posts(dispute, "joint", &entry_id(), message("May I say something now")).await.expects(201);
    }

    async fn r01_only_the_version_in_force_is_signed_in_any_shipped_language_and_once(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        let path = format!("/disputes/{}/consents", scene.dispute);
        let consent = |version: u64, language: &str| json!({"document": "agreement-to-mediate", "version": version, "language": language});
        let client = scene.amara.client();
        let old = client.post(&path, consent(99, "en")).await;
        assert!([409, 422].contains(&old.status), "a version that is not in force: {} {}", old.status, old.text());
        for language in ["en", "bn", "ur"] {
            let text = client.get(&format!("{path}/agreement-to-mediate?language={language}")).await.expects(200);
            assert!(text["text"].as_str().is_some_and(|text| text.len() > 500), "{language}: {text}");
        }
        client.post(&path, consent(1, "bn")).await.expects(201);
        assert_refused!(client.post(&path, consent(1, "en")).await, 409, "already-consented");
    }

    async fn r02_whoever_invites_neither_sees_nor_undoes_a_no_by_another_code(settings: Settings) {
        let scene = Scene::inviting(settings).await;
        let dispute = scene.dispute.as_str();
        let bela = scene.service.invitation_code(&scene.bela.email).await;
        let letter = scene.amara.client().post(&format!("/disputes/{dispute}/invitations/1/letters"), json!({})).await;
        let letter = letter.expects(201)["code"].as_str().expect("a code").to_owned();
        scene.bela.refuses_invitation(&bela).await.expects(204);
        assert_eq!(scene.bela.reads_invitation(&bela).await.expects(200)["refused"], json!(true), "who said it sees it");

        let seen = scene.amara.reads_invitation(&letter).await.expects(200);
        assert_eq!(seen["refused"], json!(false), "{seen}");
        let undo = scene.amara.client().delete(&format!("/invitations/{letter}/refusal")).await;
        assert_refused!(undo, 409, "invitation-not-refused");
        scene.amara.refuses_invitation(&letter).await.expects(204);
        scene.amara.client().delete(&format!("/invitations/{letter}/refusal")).await.expects(204);

        // The no stands all the while, and only whoever said it takes it back.
        assert_refused!(scene.bela.accepts_invitation(&bela).await, 409, "invitation-refused");
        scene.bela.client().delete(&format!("/invitations/{bela}/refusal")).await.expects(204);
        scene.bela.accepts_invitation(&bela).await.expects(200);
        assert_refused!(scene.amara.reads_invitation(&letter).await, 404);
    }

    async fn r02_a_party_leaves_from_any_stage_by_one_call_and_without_a_reason(settings: Settings) {
        let backend = settings.backend();
        let fresh = || tests::concord::Settings::on(backend);
        let mut read_by_the_other = Vec::new();

        let scene = Scene::preparing(settings).await;
        scene.bela.withdraws(&scene.dispute).await.expects(200);
        read_by_the_other.push(("preparing", scene.amara.reads(&scene.dispute).await.expects(200)));
        drop(scene);

        let scene = Scene::in_mediation(fresh()).await;
        let (mut ear, _) = Socket::enters(&scene.amara.client(), &scene.dispute, json!({})).await;
        scene.bela.withdraws(&scene.dispute).await.expects(200);
        read_by_the_other.push(("mediation", scene.amara.reads(&scene.dispute).await.expects(200)));
        let after = scene.amara.posts(&scene.dispute, "joint", &entry_id(), message("Are you still there, Bela")).await;
        assert!([404, 409].contains(&after.status), "an ended room is closed: {}", after.text());
        assert!(!ear.heard_so_far().iter().any(|frame| frame.to_string().contains("withdr")), "no frame says why");
        drop(scene);

        let scene = Scene::in_mediation(fresh()).await;
        let digest = scene.ready_to_sign().await;
        scene.amara.signs(&scene.dispute, &digest).await.expects(201);
        scene.bela.withdraws(&scene.dispute).await.expects(200);
        assert_refused!(scene.bela.signs(&scene.dispute, &digest).await, 409);
        read_by_the_other.push(("one signature", scene.amara.reads(&scene.dispute).await.expects(200)));
        drop(scene);

        for (stage, view) in &read_by_the_other {
            assert_eq!(view["stage"], "ended", "{stage}: {view}");
            for word in ["withdr", "bela left", "refus", "reason"] {
                assert!(!view.to_string().to_lowercase().contains(word), "{stage}: `{word}` in {view}");
            }
        }
    }

    async fn r02_r04_every_end_reads_the_same_to_the_other_side(settings: Settings) {
        let backend = settings.backend();
        let withdrawn = Scene::in_mediation(settings).await;
        withdrawn.bela.withdraws(&withdrawn.dispute).await.expects(200);
        let impasse = Scene::in_mediation(tests::concord::Settings::on(backend)).await;
        impasse.noor.closes(&impasse.dispute).await.expects(200);
        let first = withdrawn.amara.reads(&withdrawn.dispute).await.expects(200);
        let second = impasse.amara.reads(&impasse.dispute).await.expects(200);
        assert_eq!(first["stage"], "ended");
        let (first, second) = (ending_as_read(&first), ending_as_read(&second));
        let masked = |view: &Value, scene: &Scene| {
            let mut text = view.to_string();
            for (person, name) in [(&scene.amara, "AMARA"), (&scene.bela, "BELA"), (&scene.noor, "NOOR")] {
                if let Some(id) = &person.id {
                    text = text.replace(id, name);
                }
            }
            tests::masks::Masks::default().mask(&text)
        };
        assert_eq!(masked(&first, &withdrawn), masked(&second, &impasse));
    }

    async fn after_the_last_signature_nobody_leaves(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let digest = scene.ready_to_sign().await;
        scene.amara.signs(&scene.dispute, &digest).await.expects(201);
        scene.bela.signs(&scene.dispute, &digest).await.expects(201);
        assert_refused!(scene.bela.withdraws(&scene.dispute).await, 409);
        scene.noor.attests(&scene.dispute, &digest).await.expects(201);
    }
}
