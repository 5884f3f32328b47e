//! R16 (safety questions first, read by nobody else), R18 (private signals), R19 (no contact needs to be given), R20
//! (no dead end). Keeping a screened pair apart (R17) is in `shuttle`.

use serde_json::{Value, json};
use tests::cast::{all_clear, an_answer};
use tests::scene::Scene;
use tests::socket::{Socket, entry_id, message};
use tests::{assert_refused, on_both};

on_both! {
    async fn r16_nobody_is_contacted_before_the_claimant_answered_the_safety_questions(settings: Settings) {
        let scene = Scene::drafted(settings).await;
        let filed = scene.amara.files(&scene.dispute).await;
        if filed.status == 200 {
            assert_eq!(filed.expects(200)["stage"], "screening", "a missing answer waits for a registrar");
        } else {
            assert_refused!(filed, 409, "safety-questions-first");
            scene.amara.answers_safety(&scene.dispute, json!({"alone": "yes"})).await.expects(204);
            assert_eq!(scene.amara.files(&scene.dispute).await.expects(200)["stage"], "screening");
        }
        // A mail to somebody else that was asked for later has gone: none to Bela stands in the queue.
        scene.service.person("Eve Stone").await;
        assert!(!invited(&scene), "Bela was written to before the screening");
        scene.rosa.screens(&scene.dispute, json!({"suitable": true, "shuttle": false})).await.ok();
        scene.service.invitation_code(&scene.bela.email).await;
    }

    async fn r16_any_answer_but_the_clear_ones_waits_for_the_registrar(settings: Settings) {
        let scene = Scene::drafted(settings).await;
        for answers in [
            an_answer("alone", "no"),
            an_answer("afraid", "yes"),
            an_answer("violence", "rather-not-say"),
            an_answer("control", "yes"),
            an_answer("order", "yes"),
        ] {
            let draft = scene.amara.drafts(tests::cast::a_dispute(&scene.noor)).await.expects(201);
            let dispute = draft["id"].as_str().expect("an id");
            scene.amara.answers_safety(dispute, answers.clone()).await.expects(204);
            let filed = scene.amara.files(dispute).await.expects(200);
            assert_eq!(filed["stage"], "screening", "{answers}");
        }
        scene.amara.answers_safety(&scene.dispute, all_clear()).await.expects(204);
        assert_eq!(scene.amara.files(&scene.dispute).await.expects(200)["stage"], "inviting", "what is clear passes");
    }

    async fn r16_safety_answers_are_never_shown_back_and_the_other_side_reads_nothing_of_them(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        let dispute = scene.dispute.as_str();
        let before = scene.amara.reads(dispute).await.expects(200);
        scene.bela.answers_safety(dispute, an_answer("afraid", "yes")).await.expects(204);
        let after = scene.amara.reads(dispute).await.expects(200);
        for person in [&scene.amara, &scene.bela] {
            let read = person.client().get(&format!("/disputes/{dispute}/safety")).await;
            assert!([404, 405].contains(&read.status), "never read back: {} {}", read.status, read.text());
            let view = person.reads(dispute).await.expects(200).to_string();
            for word in ["afraid", "violence", "flagged", "raised"] {
                assert!(!view.contains(word), "{} reads `{word}`: {view}", person.name);
            }
        }
        assert_eq!(without_times(before), without_times(after), "a raised answer changes nothing for the other side");
        // The registrar has it to decide on.
        let waiting = scene.rosa.client().get(&format!("/disputes/{dispute}/screening")).await.expects(200);
        assert!(waiting.to_string().contains("afraid"), "{waiting}");
    }

    async fn r18_a_private_signal_reaches_the_mediator_and_others_read_paused(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let (mut amara, _) = Socket::enters(&scene.amara.client(), dispute, json!({})).await;
        let (mut bela, _) = Socket::enters(&scene.bela.client(), dispute, json!({})).await;
        let (mut noor, _) = Socket::enters(&scene.noor.client(), dispute, json!({})).await;
        scene.amara.posts(dispute, "joint", &entry_id(), message("We are still talking here")).await.expects(201);
        bela.hears_text("We are still talking here").await;

        amara.says(json!({"t": "unsafe"})).await;
        let names_it = |frame: &Value| frame.to_string().contains("unsafe");
        noor.hears(|frame| frame["t"] != "entry" && names_it(frame)).await;
        bela.hears(|frame| frame.to_string().contains("paused")).await;
        let refused = bela.posts("joint", "What has happened just now").await;
        assert_eq!(refused["t"], "refused", "posting in the shared channel stops at once: {refused}");
        assert_refused!(scene.amara.posts(dispute, "joint", &entry_id(), message("I cannot go on now")).await, 409);
        // Caucuses stay open; they are the way to talk about it.
        assert_eq!(bela.posts("caucus-respondent", "I do not know what is wrong").await["t"], "posted");
        bela.hears_nothing("caucus-respondent", names_it).await;
        let view = scene.bela.reads(dispute).await.expects(200).to_string();
        assert!(!view.contains("unsafe"), "{view}");
    }

    async fn r19_no_side_learns_how_the_other_is_reached_nor_whether_a_mail_was_read(settings: Settings) {
        let scene = Scene::inviting(settings).await;
        let dispute = scene.dispute.as_str();
        let code = scene.service.invitation_code(&scene.bela.email).await;
        let before = scene.amara.reads(dispute).await.expects(200);
        scene.bela.reads_invitation(&code).await.expects(200);
        let after = scene.amara.reads(dispute).await.expects(200);
        assert_eq!(before, after, "the claimant does not learn that the invitation was opened");
        let shown = scene.bela.reads_invitation(&code).await.expects(200).to_string();
        assert!(!shown.contains(&scene.amara.email), "{shown}");
        scene.bela.accepts_invitation(&code).await.expects(200);
        assert_eq!(scene.amara.stage(dispute).await, "preparing", "that it was answered, the claimant does learn");
        scene.amara.prepares(dispute, None).await;
        scene.bela.prepares(dispute, Some(all_clear())).await;
        scene.noor_is_confirmed().await;
        for (path, person, other) in [
            (format!("/disputes/{dispute}"), &scene.bela, &scene.amara),
            (format!("/disputes/{dispute}/room"), &scene.bela, &scene.amara),
            (format!("/disputes/{dispute}/room"), &scene.amara, &scene.bela),
        ] {
            let view = person.client().get(&path).await.expects(200).to_string();
            assert!(!view.contains(&other.email), "{} reads an address in {path}: {view}", person.name);
        }
    }

    async fn r19_a_printed_code_invites_as_well_as_a_mail(settings: Settings) {
        let scene = Scene::drafted(settings).await;
        let mut dispute = tests::cast::a_dispute(&scene.bela);
        dispute["respondent"] = json!({"name": "Bela Roy"});
        let draft = scene.amara.drafts(dispute).await.expects(201);
        let dispute = draft["id"].as_str().expect("an id");
        scene.amara.answers_safety(dispute, all_clear()).await.expects(204);
        scene.amara.files(dispute).await.expects(200);
        let letter = scene.amara.client().post(&format!("/disputes/{dispute}/invitations/1/letters"), json!({})).await.ok();
        let code = letter["code"].as_str().expect("a printable code").to_owned();
        scene.service.said().hears(&json!({"code": code}));
        let taken = scene.bela.accepts_invitation(&code).await.expects(202);
        assert_eq!(taken["state"], "pending", "whoever holds a paper waits for the registrar: {taken}");
        assert_eq!(scene.amara.stage(dispute).await, "inviting", "and changes nothing that others see");
        assert_refused!(scene.bela.looks_into_room(dispute).await, 404);
        let view = scene.rosa.reads(dispute).await.expects(200);
        assert!(view["parties"].to_string().contains("Bela Roy"), "the registrar sees who waits: {view}");
        let party = "respondent";
        scene.rosa.client().post(&format!("/disputes/{dispute}/parties/{party}/identity"), json!({})).await.expects(200);
        assert_eq!(scene.bela.stage(dispute).await, "preparing");
    }

    async fn r20_what_does_not_suit_goes_to_a_named_contact_and_never_nowhere(settings: Settings) {
        let scene = Scene::drafted(settings).await;
        let dispute = scene.dispute.as_str();
        scene.amara.answers_safety(dispute, an_answer("violence", "yes")).await.expects(204);
        assert_eq!(scene.amara.files(dispute).await.expects(200)["stage"], "screening");
        let nowhere = scene.rosa.screens(dispute, json!({"suitable": false, "shuttle": false})).await;
        assert!([409, 422].contains(&nowhere.status), "a referral needs a contact: {} {}", nowhere.status, nowhere.text());
        let contact = "Mina Das, Legal Aid Centre, 16430";
        let decision = json!({"suitable": false, "shuttle": false, "referral": contact});
        scene.rosa.screens(dispute, decision).await.ok();
        let view = scene.amara.reads(dispute).await.expects(200);
        assert_eq!(view["stage"], "ended", "{view}");
        assert!(view.to_string().contains("Mina Das"), "the claimant reads whom to turn to: {view}");
        assert!(!invited(&scene), "the other side never hears of it");
    }
}

on_both! {
    async fn r20_a_referral_is_read_by_the_side_that_raised_something_and_by_nobody_else(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        scene.bela.answers_safety(dispute, an_answer("violence", "yes")).await.expects(204);
        let decision = json!({"suitable": false, "shuttle": false, "referral": "Mina Das, Legal Aid Centre, 16430"});
        scene.rosa.screens(dispute, decision).await.ok();
        let reads = async |person: &tests::cast::Person| person.reads(dispute).await.expects(200).to_string();
        assert!(reads(&scene.bela).await.contains("Mina Das") && reads(&scene.rosa).await.contains("Mina Das"));
        for person in [&scene.amara, &scene.noor] {
            assert!(!reads(person).await.contains("Mina Das"), "{} learns that something was raised", person.name);
        }
        for (person, sees) in [(&scene.bela, true), (&scene.amara, false)] {
            let visitor = person.signs_in_on_a_page().await;
            let page = visitor.send(visitor.page(reqwest::Method::GET, &format!("/disputes/{dispute}"))).await.text();
            assert_eq!(page.contains("Mina Das"), sees, "{}: {page}", person.name);
        }
    }

    async fn r16_what_the_house_holds_reads_to_the_other_side_as_a_pause_that_a_registrar_took(settings: Settings) {
        let backend = settings.backend();
        let held = Scene::in_mediation(settings).await;
        let paused = Scene::in_mediation(tests::concord::Settings::on(backend)).await;
        held.bela.answers_safety(&held.dispute, an_answer("afraid", "yes")).await.expects(204);
        held.bela.answers_safety(&held.dispute, an_answer("afraid", "yes")).await.expects(204);
        paused.rosa.client().post(&format!("/disputes/{}/suspension", paused.dispute), json!({})).await.ok();
        assert_eq!(seen_by_amara(&held).await, seen_by_amara(&paused).await);
        assert_eq!(held.amara.reads(&held.dispute).await.expects(200)["paused"], true);
        assert_refused!(held.noor.opens_session(&held.dispute).await, 409, "paused");
        held.rosa.screens(&held.dispute, json!({"suitable": true, "shuttle": false})).await.ok();
        paused.rosa.client().delete(&format!("/disputes/{}/suspension", paused.dispute)).await.ok();
        assert_eq!(seen_by_amara(&held).await, seen_by_amara(&paused).await);
        assert_eq!(held.amara.reads(&held.dispute).await.expects(200)["paused"], false);
    }

    async fn r18_further_signals_are_not_to_be_counted_and_what_still_holds_has_not_resumed(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let head = async || scene.amara.reads_channel(dispute, "joint", 0).await.expects(200)["items"].as_array().map(Vec::len);
        let signal = |person: &tests::cast::Person| {
            let client = person.client();
            async move { client.post(&format!("/disputes/{dispute}/room/signals"), json!({"kind": "break"})).await.ok() }
        };
        signal(&scene.bela).await;
        assert_eq!(head().await, Some(1), "paused, said once");
        signal(&scene.bela).await;
        signal(&scene.amara).await;
        assert_eq!(head().await, Some(1));
        scene.bela.answers_safety(dispute, an_answer("afraid", "yes")).await.expects(204);
        scene.rosa.screens(dispute, json!({"suitable": true, "shuttle": false})).await.ok();
        assert_eq!(head().await, Some(1), "the signal still holds the channel: nothing has resumed");
    }

    async fn r18_a_signal_in_negotiation_stops_posting_until_the_registrar_lifts_it(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        let dispute = scene.dispute.as_str();
        scene.bela.answers_safety(dispute, all_clear()).await.expects(204);
        for person in [&scene.amara, &scene.bela] {
            person.consents(dispute).await.expects(201);
            person.is_ready_for(dispute, "negotiation").await.expects(200);
        }
        let offer = || tests::cast::an_offer("pays half of the deposit", "225.00");
        scene.bela.posts(dispute, "joint", &entry_id(), offer()).await.expects(201);
        let path = format!("/disputes/{dispute}/room/signals");
        scene.bela.client().post(&path, json!({"kind": "unsafe"})).await.ok();
        assert_refused!(scene.amara.posts(dispute, "joint", &entry_id(), offer()).await, 409, "paused");
        let room = scene.amara.looks_into_room(dispute).await.expects(200);
        assert_eq!(room["channels"][0]["paused"], true, "{room}");
        let view = scene.amara.reads(dispute).await.expects(200);
        assert!(view["paused"] == true && view["until"].is_null() && !view.to_string().contains("unsafe"), "{view}");
        scene.rosa.client().delete(&format!("/disputes/{dispute}/suspension")).await.ok();
        scene.amara.posts(dispute, "joint", &entry_id(), offer()).await.expects(201);
    }

    async fn only_who_paused_and_the_registrar_read_until_when(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        scene.bela.client().post(&format!("/disputes/{dispute}/suspension"), json!({})).await.ok();
        let until = async |person: &tests::cast::Person| person.reads(dispute).await.expects(200)["until"].is_string();
        assert!(until(&scene.bela).await && until(&scene.rosa).await);
        assert!(!until(&scene.amara).await && !until(&scene.noor).await);
        let visitor = scene.amara.signs_in_on_a_page().await;
        let page = visitor.send(visitor.page(reqwest::Method::GET, &format!("/disputes/{dispute}"))).await.text();
        assert!(page.contains("Paused") && !page.contains("The mediation runs until"), "{page}");
    }

    async fn r20_kinds_on_the_houses_list_wait_for_the_registrar(settings: Settings) {
        let scene = Scene::drafted(settings.with("CONCORD_SCREENED_CATEGORIES", "work, tenancy")).await;
        scene.amara.answers_safety(&scene.dispute, all_clear()).await.expects(204);
        assert_eq!(scene.amara.files(&scene.dispute).await.expects(200)["stage"], "screening");
    }
}

/// What Amara reads of dispute, room and shared channel, without what names this one.
async fn seen_by_amara(scene: &Scene) -> Vec<String> {
    let dispute = scene.dispute.as_str();
    let mut masks = tests::masks::Masks::default();
    let mut seen = Vec::new();
    let view = super::consent::ending_as_read(&scene.amara.reads(dispute).await.expects(200));
    let mut room = scene.amara.looks_into_room(dispute).await.expects(200);
    room["audience_digest"] = Value::Null;
    let said = scene.amara.reads_channel(dispute, "joint", 0).await.expects(200);
    for part in [view, room, said] {
        seen.push(masks.mask(&part.to_string()));
    }
    seen
}

fn invited(scene: &Scene) -> bool {
    let letters = scene.service.letters().to(&scene.bela.email);
    letters.iter().any(|letter| letter.code_after("/invitations/").is_some())
}

fn without_times(view: Value) -> Value {
    json!(tests::masks::Masks::default().mask(&view.to_string()))
}
