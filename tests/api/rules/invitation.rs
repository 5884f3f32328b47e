//! Inviting again: whoever invites learns nothing of a no (R2, R4) nor of a fear (R19), and presses nobody.

use serde_json::{Value, json};
use tests::scene::Scene;
use tests::{assert_refused, on_both};

async fn invites_again(scene: &Scene) -> tests::answer::Answer {
    scene.amara.client().post(&format!("/disputes/{}/invitations", scene.dispute), json!({})).await
}

fn letters(scene: &Scene) -> usize {
    let letters = scene.service.letters().to(&scene.bela.email);
    letters.iter().filter(|letter| letter.code_after("/invitations/").is_some()).count()
}

/// What Amara can tell after inviting again: the answer, the dispute, and whether there is a second invitation.
async fn told(scene: &Scene) -> (u16, String, Value, u16) {
    let until = scene.amara.reads(&scene.dispute).await.expects(200)["until"].clone();
    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    let answer = invites_again(scene).await;
    let (status, body) = (answer.status, answer.text().replace(&scene.dispute, "DISPUTE"));
    let view = scene.amara.reads(&scene.dispute).await.expects(200);
    let moved =
        json!({"until moved": view["until"] != until, "stage": view["stage"], "actions": view["actions"]});
    let letter = format!("/disputes/{}/invitations/2/letters", scene.dispute);
    let body = tests::masks::Masks::default().mask(&body);
    (status, body, moved, scene.amara.client().post(&letter, json!({})).await.status)
}

on_both! {
    async fn inviting_again_looks_the_same_whatever_the_invited_person_said(settings: Settings) {
        let backend = settings.backend();
        let fresh = || tests::concord::Settings::on(backend);
        let waiting = Scene::inviting(settings).await;
        let before = waiting.service.invitation_code(&waiting.bela.email).await;
        let expected = told(&waiting).await;
        assert_eq!((expected.2["until moved"].clone(), expected.3 / 100), (json!(true), 2), "{expected:?}");
        tests::until("the second invitation is mailed", async || letters(&waiting) == 2).await;
        assert_refused!(waiting.bela.reads_invitation(&before).await, 404);

        for concern in [None, Some("do-not-contact"), Some("afraid")] {
            let silent = Scene::inviting(fresh()).await;
            let code = silent.service.invitation_code(&silent.bela.email).await;
            match concern {
                None => silent.bela.refuses_invitation(&code).await.expects(204),
                Some(word) => {
                    let path = format!("/invitations/{code}/concerns");
                    silent.service.stranger().post(&path, json!({"kind": word})).await.ok()
                }
            };
            assert_eq!(told(&silent).await, expected, "{concern:?}");
            // A mail to somebody else that was asked for later has gone: none to Bela stands in the queue.
            silent.service.person("Eve Stone").await;
            assert_eq!(letters(&silent), 1, "{concern:?}: no mail presses whoever said so");
            silent.bela.reads_invitation(&code).await.expects(200);
        }
    }

    async fn one_invites_again_three_times_a_day(settings: Settings) {
        let scene = Scene::inviting(settings).await;
        for _ in 0..3 {
            invites_again(&scene).await.ok();
        }
        let refused = invites_again(&scene).await;
        assert!(refused.header("retry-after").is_some());
        assert_refused!(refused, 429);
    }

    async fn a_waiting_taker_reads_nothing_beyond_the_invitation(settings: Settings) {
        let scene = Scene::inviting(settings).await;
        let code = scene.service.invitation_code(&scene.bela.email).await;
        let eve = scene.service.person("Eve Stone").await;
        assert_eq!(eve.accepts_invitation(&code).await.expects(202)["state"], "pending");
        let view = eve.reads(&scene.dispute).await.expects(200);
        for field in ["reference", "filed_at", "language", "until", "title", "mediator"] {
            assert!(view[field].is_null(), "{field}: {view}");
        }
        // What was said no to by the code's holder is not undone by the registrar.
        scene.bela.refuses_invitation(&code).await.expects(204);
        let path = format!("/disputes/{}/parties/respondent/identity", scene.dispute);
        assert_refused!(scene.rosa.client().post(&path, json!({})).await, 409, "invitation-refused");
    }

    async fn a_draft_that_is_left_is_gone(settings: Settings) {
        let scene = Scene::drafted(settings).await;
        assert_eq!(scene.amara.withdraws(&scene.dispute).await.expects(200)["stage"], "ended");
        for person in [&scene.amara, &scene.rosa] {
            assert_refused!(person.reads(&scene.dispute).await, 404);
        }
        let listed = scene.amara.client().get("/disputes").await.expects(200);
        assert_eq!(listed["items"], json!([]), "{listed}");
    }
}
