//! Suggestions for the text: R5 and R6 (who was told, and nobody else), R17 (a pair that is kept apart shares none), R22 (an
//! accepted one is a revision like any other).

use serde_json::{Value, json};
use tests::browser::{Browser, with_hidden};
use tests::cast::{Person, a_term, an_answer};
use tests::scene::Scene;
use tests::{assert_refused, on_both};

fn change(audience: &str, base: u64, text: &str) -> Value {
    let to = a_term(text, "300.00");
    json!({"base": base, "audience": audience, "kind": "change", "term": 1, "change": to, "note": "I have no more"})
}

async fn suggested(person: &Person, dispute: &str, what: Value) -> String {
    let made = person.suggests(dispute, what).await.expects(201);
    assert_eq!(made["state"], "open", "{made}");
    made["id"].as_str().expect("an id").to_owned()
}

async fn ids_read_by(person: &Person, dispute: &str) -> Vec<String> {
    let read = person.reads_suggestions(dispute).await.expects(200);
    read["items"]
        .as_array()
        .expect("items")
        .iter()
        .map(|one| one["id"].as_str().expect("an id").to_owned())
        .collect()
}

async fn kinds_in(person: &Person, dispute: &str, channel: &str) -> Vec<String> {
    let read = person.reads_channel(dispute, channel, 0).await.expects(200);
    let word = |entry: &Value| {
        let body = &entry["body"];
        format!("{} {}", body["kind"].as_str().unwrap_or(""), body["state"].as_str().unwrap_or(""))
            .trim()
            .to_owned()
    };
    read["items"].as_array().expect("items").iter().map(word).collect()
}

on_both! {
    async fn r05_a_suggestion_for_the_mediator_alone_is_read_by_its_side_and_the_mediator(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        scene.noor.revises(dispute, 0, json!([a_term("pays it all back", "450.00")])).await.expects(201);
        let private = suggested(&scene.bela, dispute, change("mediator", 1, "pays part of it back")).await;
        let open = suggested(&scene.bela, dispute, json!({"base": 1, "audience": "everyone", "kind": "removal", "term": 1})).await;

        assert_eq!(ids_read_by(&scene.bela, dispute).await, [private.clone(), open.clone()]);
        assert_eq!(ids_read_by(&scene.noor, dispute).await, [private.clone(), open.clone()]);
        assert_eq!(ids_read_by(&scene.amara, dispute).await, [open.as_str()]);
        assert_refused!(scene.rosa.reads_suggestions(dispute).await, 404);
        assert_eq!(kinds_in(&scene.noor, dispute, "caucus-respondent").await, ["suggestion open"]);
        assert_eq!(kinds_in(&scene.amara, dispute, "joint").await, ["revision revised", "suggestion open"]);

        // One that is not hers to read is answered as one that is not there.
        let nothing = "019a0000-0000-7000-8000-00000000dead";
        for answer in ["acceptance", "refusal", "withdrawal"] {
            let mut absent = scene.amara.answers_suggestion(dispute, nothing, answer, 1).await.is_refused(404, "");
            for field in ["instance", "request_id"] {
                absent.as_object_mut().expect("an object").remove(field);
            }
            for id in [&private, &open] {
                let mut refused = scene.amara.answers_suggestion(dispute, id, answer, 1).await.is_refused(404, "");
                for field in ["instance", "request_id"] {
                    refused.as_object_mut().expect("an object").remove(field);
                }
                assert_eq!(refused, absent, "{answer}");
            }
        }
        let seen = Browser::of(&scene.amara).await.reads(&format!("/disputes/{dispute}/agreement/suggestions")).await;
        assert!(!seen.contains("pays part of it back") && !seen.contains(&private), "{seen}");
    }

    async fn r06_what_came_of_a_private_suggestion_does_not_say_whose_it_was(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        scene.noor.revises(dispute, 0, json!([a_term("pays it all back", "450.00")])).await.expects(201);
        let private = suggested(&scene.bela, dispute, change("mediator", 1, "pays part of it back")).await;
        let done = scene.noor.answers_suggestion(dispute, &private, "acceptance", 1).await.expects(200);
        assert_eq!(done["state"], "accepted");

        let text = scene.amara.reads_agreement(dispute).await.expects(200);
        assert_eq!((&text["revision"], &text["terms"][0]["text"]["en"]), (&json!(2), &json!("pays part of it back")));
        let told = [text.to_string(), format!("{:?}", kinds_in(&scene.amara, dispute, "joint").await)];
        assert!(told.iter().all(|told| !told.contains("suggestion") && !told.contains(&private)), "{told:?}");
        assert_eq!(kinds_in(&scene.bela, dispute, "caucus-respondent").await, ["suggestion open", "suggestion accepted"]);
        assert_eq!(scene.bela.reads_suggestions(dispute).await.expects(200)["items"][0]["state"], "accepted");
        let again = scene.noor.answers_suggestion(dispute, &private, "refusal", 2).await;
        assert_refused!(again, 409, "suggestion-already-answered");
    }

    async fn r17_a_pair_that_is_kept_apart_suggests_to_the_mediator_alone(settings: Settings) {
        let scene = Scene::in_shuttle(settings).await;
        let dispute = scene.dispute.as_str();
        scene.noor.revises(dispute, 0, json!([a_term("pays it all back", "450.00")])).await.expects(201);
        let everyone = scene.bela.suggests(dispute, change("everyone", 1, "pays part")).await;
        let refused = assert_refused!(everyone, 422);
        assert_eq!(refused["errors"][0]["field"], "audience", "{refused}");
        let private = suggested(&scene.bela, dispute, change("mediator", 1, "pays part of it back")).await;
        scene.noor.answers_suggestion(dispute, &private, "acceptance", 1).await.expects(200);
        assert_eq!(ids_read_by(&scene.amara, dispute).await, Vec::<String>::new());
        let told = kinds_in(&scene.amara, dispute, "caucus-claimant").await;
        assert!(told.ends_with(&["revision revised".to_owned(), "revision revised".to_owned()]), "{told:?}");
        assert!(!told.iter().any(|kind| kind.starts_with("suggestion")), "{told:?}");
        let page = Browser::of(&scene.bela).await.reads(&format!("/disputes/{dispute}/agreement/suggestions?term=1")).await;
        assert!(!page.contains("value=\"everyone\"") && page.contains("Private: only"), "{page}");
    }

    async fn r22_a_suggestion_is_taken_up_by_the_rule_of_any_revision(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let digest = scene.freezes_terms(json!([a_term("pays it all back", "450.00"), a_term("gives the keys back", "1.00")])).await;
        let first = suggested(&scene.amara, dispute, change("everyone", 1, "pays it all back on one day")).await;
        let second = suggested(&scene.bela, dispute, json!({"base": 1, "audience": "everyone", "kind": "removal", "term": 2})).await;
        let more = json!({"base": 1, "audience": "mediator", "kind": "addition", "change": a_term("writes a letter", "2.00")});
        let third = suggested(&scene.bela, dispute, more).await;
        let remark = json!({"base": 1, "audience": "mediator", "kind": "comment", "note": "Thank you for this text."});
        let remark = suggested(&scene.amara, dispute, remark).await;

        for person in [&scene.amara, &scene.bela] {
            assert_refused!(person.answers_suggestion(dispute, &first, "acceptance", 1).await, 404);
        }
        let stale = assert_refused!(scene.noor.answers_suggestion(dispute, &first, "acceptance", 0).await, 409, "stale-revision");
        assert_eq!(stale["current"]["revision"], 1, "{stale}");
        scene.noor.answers_suggestion(dispute, &remark, "acceptance", 1).await.expects(200);
        assert_eq!(scene.noor.reads_agreement(dispute).await.expects(200)["revision"], 1, "a remark writes nothing");
        scene.noor.answers_suggestion(dispute, &first, "acceptance", 1).await.expects(200);
        let text = scene.bela.reads_agreement(dispute).await.expects(200);
        assert_eq!((&text["revision"], &text["state"]), (&json!(2), &json!("draft")), "a new text is frozen anew");
        assert_ne!(text["digest"], json!(digest));
        // Upon a newer text, as long as what they are about stands as it was read.
        scene.noor.answers_suggestion(dispute, &second, "acceptance", 2).await.expects(200);
        scene.noor.answers_suggestion(dispute, &third, "acceptance", 3).await.expects(200);
        let text = scene.amara.reads_agreement(dispute).await.expects(200);
        let texts: Vec<&str> = text["terms"].as_array().expect("terms").iter().filter_map(|term| term["text"]["en"].as_str()).collect();
        assert_eq!(texts, ["pays it all back on one day", "writes a letter"]);
    }

    async fn a_suggestion_about_a_promise_that_changed_is_left_to_the_mediators_own_words(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        scene.noor.revises(dispute, 0, json!([a_term("pays it all back", "450.00")])).await.expects(201);
        let id = suggested(&scene.amara, dispute, change("mediator", 1, "pays it all back on one day")).await;
        scene.noor.revises(dispute, 1, json!([a_term("pays half of it back", "225.00")])).await.expects(201);
        assert_refused!(scene.noor.answers_suggestion(dispute, &id, "acceptance", 2).await, 409, "suggestion-outdated");
        assert_eq!(scene.noor.reads_agreement(dispute).await.expects(200)["revision"], 2, "nothing was written");
        assert_refused!(scene.amara.suggests(dispute, change("mediator", 1, "pays")).await, 409, "stale-revision");
        scene.amara.answers_suggestion(dispute, &id, "withdrawal", 0).await.expects(200);
        assert_refused!(scene.noor.answers_suggestion(dispute, &id, "refusal", 2).await, 409, "suggestion-already-answered");
        assert_eq!(scene.noor.reads_suggestions(dispute).await.expects(200)["items"][0]["state"], "withdrawn");
    }

    async fn a_suggestion_is_made_once_and_only_by_a_party_in_a_form_that_can_be_taken(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        scene.noor.revises(dispute, 0, json!([a_term("pays it all back", "450.00")])).await.expects(201);
        let with = |field: &str, value: Value| {
            let mut body = change("mediator", 1, "pays part of it back");
            body[field] = value;
            body
        };
        for (body, field) in [
            (with("audience", json!("nobody")), "audience"),
            (with("kind", json!("riddle")), "kind"),
            (with("term", json!(2)), "term"),
            (with("term", json!(0)), "term"),
            (with("term", Value::Null), "term"),
            (with("change", Value::Null), "change"),
            (with("note", json!("n".repeat(1_001))), "note"),
            (with("lang", json!("no language")), "lang"),
            (with("id", json!("no id")), "id"),
            (json!({"base": 1, "audience": "mediator", "kind": "comment", "note": " "}), "note"),
        ] {
            let refused = assert_refused!(scene.bela.suggests(dispute, body.clone()).await, 422);
            assert_eq!(refused["errors"][0]["field"], field, "{body}");
        }
        for person in [&scene.noor, &scene.rosa] {
            assert_refused!(person.suggests(dispute, change("mediator", 1, "pays part")).await, 404);
        }
        let id = tests::socket::entry_id();
        let first = scene.bela.suggests(dispute, with("id", json!(id))).await.expects(201);
        assert_eq!(scene.bela.suggests(dispute, with("id", json!(id))).await.expects(201), first);
        let mut other = with("id", json!(id));
        other["term"] = Value::Null;
        other["kind"] = "addition".into();
        assert_refused!(scene.bela.suggests(dispute, other).await, 409, "id-reused");
        // Bela's is private: to Amara its id is one that nobody used.
        scene.amara.suggests(dispute, with("id", json!(id))).await.expects(201);
        for _ in 1..30 {
            suggested(&scene.bela, dispute, change("mediator", 1, "pays part of it back")).await;
        }
        assert_refused!(scene.bela.suggests(dispute, change("mediator", 1, "pays")).await, 409, "too-many-suggestions");
        suggested(&scene.amara, dispute, change("mediator", 1, "pays")).await;
    }

    async fn a_side_cannot_pile_up_what_every_reader_of_the_text_opens(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let remark = json!({"base": 0, "audience": "mediator", "kind": "comment", "note": "Once more"});
        for _ in 0..200 {
            let id = suggested(&scene.bela, dispute, remark.clone()).await;
            scene.bela.answers_suggestion(dispute, &id, "withdrawal", 0).await.ok();
        }
        assert_refused!(scene.bela.suggests(dispute, remark.clone()).await, 409, "too-many-suggestions");
        suggested(&scene.amara, dispute, remark).await;
    }

    async fn a_suggestion_for_other_readers_than_its_author_saw_is_not_kept(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let list = format!("/disputes/{dispute}/agreement/suggestions");
        let remark = |digest: &Value| json!({"base": 0, "audience": "mediator", "kind": "comment", "note": "Meant for few", "audience_digest": digest});
        let before = scene.bela.looks_into_room(dispute).await.expects(200)["audience_digest"].clone();
        suggested(&scene.bela, dispute, remark(&before)).await;
        let bela = Browser::of(&scene.bela).await;
        let fields = [("audience", "everyone"), ("kind", "comment"), ("note", "Typed for everyone")];
        let typed = with_hidden(&bela.reads(&list).await, &list, &fields);

        scene.bela.answers_safety(dispute, an_answer("afraid", "yes")).await.expects(204);
        scene.rosa.screens(dispute, json!({"suitable": true, "shuttle": true})).await.ok();
        let now = scene.bela.looks_into_room(dispute).await.expects(200)["audience_digest"].clone();
        let refused = assert_refused!(scene.bela.suggests(dispute, remark(&before)).await, 409, "stale-audience");
        assert_eq!(refused["current"]["audience_digest"], now, "{refused}");
        let page = bela.posts(&list, &typed).await;
        assert_eq!((page.status, page.text().contains("Typed for everyone</textarea>")), (422, true), "{}", page.text());
        assert_eq!(ids_read_by(&scene.noor, dispute).await.len(), 1, "nothing more was kept");
        suggested(&scene.bela, dispute, remark(&now)).await;
    }

    async fn a_suggestion_goes_from_page_to_page_without_a_script(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        scene.noor.revises(dispute, 0, json!([a_term("pays it all back", "450.00")])).await.expects(201);
        let list = format!("/disputes/{dispute}/agreement/suggestions");
        let (bela, noor) = (Browser::of(&scene.bela).await, Browser::of(&scene.noor).await);
        let about = format!("{list}?term=1");
        let form = bela.reads(&about).await;
        for words in ["These people read it: \u{2068}Amara Sen, Bela Roy, Noor Haq", "Private: only \u{2068}Bela Roy, Noor Haq", "value=\"450.00\""] {
            assert!(form.contains(words), "{words}: {form}");
        }
        let fields = [("term-1-debtor", "respondent"), ("term-1-text-en", "pays half of it back"), ("term-1-amount", "225"), ("term-1-currency", "BDT")];
        let nothing = bela.sends(&about, &list, &fields).await;
        assert_eq!(nothing.status, 422);
        assert!(nothing.text().contains("pays half of it back</textarea>"), "{}", nothing.text());
        let fields = [&fields[..], &[("audience", "mediator"), ("kind", "change"), ("note", "I earn less now")]].concat();
        let sent = bela.sends(&about, &list, &fields).await;
        assert_eq!((sent.status, sent.text().contains("Waits for the mediator")), (200, true), "{}", sent.text());
        let shown = noor.reads(&list).await;
        for words in ["I earn less now", "<ins>half of ", "<bdi>BDT 450.00</bdi></del>", "Private, for the mediator"] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
        let id = scene.noor.reads_suggestions(dispute).await.expects(200)["items"][0]["id"].as_str().expect("an id").to_owned();
        let taken = noor.sends(&list, &format!("{list}/{id}/acceptance"), &[]).await;
        assert_eq!((taken.status, taken.text().contains("Taken up")), (200, true), "{}", taken.text());
        assert_eq!(scene.amara.reads_agreement(dispute).await.expects(200)["terms"][0]["amount"]["value"], "225.00");
    }
}
