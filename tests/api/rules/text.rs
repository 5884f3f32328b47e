//! R21: what is vague or missing in a term is flagged to whoever writes and whoever reads, and stops nobody.

use serde_json::{Value, json};
use tests::browser::Browser;
use tests::cast::a_term;
use tests::scene::Scene;
use tests::{assert_refused, on_both};

/// Of each kind of flag one term, but for those that the door refuses.
fn vague_terms() -> Value {
    let mut late = a_term("gives both keys back as soon as possible", "1.00");
    late["due_on"] = "2020-01-31".into();
    let bare = json!({"debtor": "claimant", "creditor": "respondent", "text": {"en": "pays for the window"}});
    json!([a_term("pays back the whole deposit", "450.00"), late, bare])
}

on_both! {
    async fn r21_a_text_is_flagged_for_everyone_who_reads_it_and_may_be_frozen_all_the_same(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.freezes_terms(vague_terms()).await;
        let expected = json!([[], ["due-day-passed", "vague-word"], ["no-amount", "no-due-day"]]);
        for person in [&scene.amara, &scene.bela, &scene.noor] {
            let shown = person.reads_agreement(dispute).await.expects(200);
            assert_eq!((&shown["flags"], &shown["state"]), (&expected, &json!("frozen")), "{}", person.name);
        }
        assert!(digest.starts_with("sha256:"), "a flag blocks nothing");
    }

    async fn r21_flags_stand_beside_the_term_in_words_on_the_page_and_in_the_editor(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (page, editor) = (
            format!("/disputes/{}/agreement", scene.dispute),
            format!("/disputes/{}/agreement?edit=yes", scene.dispute),
        );
        scene.noor.revises(&scene.dispute, 0, vague_terms()).await.expects(201);
        let (noor, amara) = (Browser::of(&scene.noor).await, Browser::of(&scene.amara).await);
        for (browser, path) in [(&noor, &page), (&noor, &editor), (&amara, &page)] {
            let shown = browser.reads(path).await;
            for words in ["The day has passed.", "<q lang=\"en\" dir=\"ltr\">as soon as possible</q>", "does not say how much"] {
                assert!(shown.contains(words), "{path} lacks {words}: {shown}");
            }
        }
        let urdu = Browser::of(&scene.bela).await.reads(&format!("{page}?lang=ur")).await;
        assert!(urdu.contains("یہ نہیں لکھا کہ کب تک۔"), "{urdu}");
    }

    async fn r21_no_flag_tells_a_party_in_which_language_the_other_side_reads(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        let dispute = scene.dispute.as_str();
        scene.amara.prepares(dispute, None).await;
        scene.bela.answers_safety(dispute, tests::cast::all_clear()).await.expects(204);
        let consent = json!({"document": "agreement-to-mediate", "version": 1, "language": "bn"});
        scene.bela.client().post(&format!("/disputes/{dispute}/consents"), consent).await.expects(201);
        scene.bela.is_ready_for(dispute, "mediation").await.expects(200);
        scene.noor_is_confirmed().await;
        scene.noor.revises(dispute, 0, json!([a_term("pays it all back", "450.00")])).await.expects(201);
        for (person, expected) in [
            (&scene.amara, json!([[]])),
            (&scene.bela, json!([["text-missing"]])),
            (&scene.noor, json!([["text-missing"]])),
        ] {
            assert_eq!(person.reads_agreement(dispute).await.expects(200)["flags"], expected, "{}", person.name);
        }
    }

    async fn the_text_beside_the_conversation_is_read_by_those_who_negotiate_it_alone(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let path = format!("/rooms/{}/text", scene.dispute);
        let amara = Browser::of(&scene.amara).await;
        assert!(amara.reads(&path).await.contains("Nothing is written yet."));
        scene.noor.revises(&scene.dispute, 0, vague_terms()).await.expects(201);
        let shown = amara.reads(&path).await;
        assert!(shown.contains("pays for the window") && shown.contains("does not say how much"), "{shown}");
        let outsider = Browser::of(&scene.rosa).await;
        let seen = outsider.opens(&path).await;
        assert_eq!(seen.status, 404, "{}", seen.text());
    }

    async fn each_revision_can_be_read_and_what_changed_is_told_in_words_and_marks(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let keys = a_term("gives both keys back", "1.00");
        let later = json!([keys, a_term("pays back the half deposit", "225.00")]);
        scene.noor.revises(dispute, 0, json!([a_term("pays back the whole deposit", "450.00"), keys])).await.expects(201);
        scene.noor.revises(dispute, 1, later).await.expects(201);
        let path = |n: &str| format!("/disputes/{dispute}/agreement/revisions/{n}");
        let mut seen = Vec::new();
        for person in [&scene.amara, &scene.bela, &scene.noor] {
            let first = person.client().get(&path("1")).await.expects(200);
            assert_eq!((&first["revision"], &first["current"]), (&json!(1), &json!(2)), "{first}");
            assert_eq!(first["terms"][0]["text"]["en"], "pays back the whole deposit");
            seen.push(first);
            for none in ["0", "3", "x", "-1", "4294967296"] {
                assert_refused!(person.client().get(&path(none)).await, 404);
            }
        }
        assert!(seen.windows(2).all(|two| two[0] == two[1]), "everyone reads the same");
        assert_refused!(scene.rosa.client().get(&path("1")).await, 404);

        let page = format!("/disputes/{dispute}/agreement/differences");
        let amara = Browser::of(&scene.amara).await;
        let shown = amara.reads(&page).await;
        for words in ["Taken out: </span><del>whole</del>", "Put in: </span><ins>half</ins>", "As before", "BDT 225.00</bdi></ins>"] {
            assert!(shown.contains(words), "it lacks {words}: {shown}");
        }
        let whole = amara.reads(&format!("{page}?from=0&to=1")).await;
        assert_eq!(whole.matches(">New</span>").count(), 2, "{whole}");
        for (asked, status) in [("?from=2&to=2", 200), ("?from=0&to=3", 404), ("?from=0&to=0", 404)] {
            assert_eq!(amara.opens(&format!("{page}{asked}")).await.status, status, "{asked}");
        }
        assert_eq!(Browser::of(&scene.rosa).await.opens(&page).await.status, 404);
    }
}
