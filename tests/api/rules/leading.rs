//! What the mediator leads a room with: a private talk is announced to its side alone and gates nothing (R5, R7), everyone
//! in a channel sees what is talked about and whose time it is, and each side answers a summary for itself (R3).

use serde_json::{Value, json};
use tests::browser::Browser;
use tests::cast::{a_caucus, a_summary, a_timer, an_answer_to};
use tests::on_both;
use tests::scene::Scene;
use tests::socket::{Socket, entry_id, message};

/// The entry of that kind at the head of a channel.
async fn standing(person: &tests::cast::Person, dispute: &str, channel: &str, kind: &str) -> Value {
    let all = person.reads_standing(dispute, channel).await.expects(200);
    let items = all["items"].as_array().cloned().unwrap_or_default();
    items.into_iter().map(|entry| entry["body"].clone()).find(|body| body["kind"] == kind).unwrap_or_default()
}

/// A page without the marks that keep the direction of names.
async fn reads(page: &Browser, path: &str) -> String {
    page.reads(path).await.replace(['\u{2068}', '\u{2069}'], "")
}

on_both! {
    async fn r07_a_private_talk_is_asked_for_begun_and_ended_and_keeps_nobody_in_or_out(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (dispute, amara, bela, noor) = (scene.dispute.as_str(), &scene.amara, &scene.bela, &scene.noor);
        let (mine, theirs) = ("caucus-claimant", "caucus-respondent");
        noor.adds(dispute, mine, a_caucus("asked")).await.is_refused(409, "caucus-only-party-asks");
        noor.adds(dispute, mine, a_caucus("ended")).await.is_refused(409, "caucus-not-begun");
        amara.adds(dispute, mine, a_caucus("started")).await.is_refused(409, "caucus-only-mediator-leads");
        amara.adds(dispute, "joint", a_caucus("asked")).await.is_refused(409, "caucus-only-in-private");
        amara.adds(dispute, theirs, a_caucus("asked")).await.is_refused(404, "");
        amara.adds(dispute, mine, a_caucus("begun")).await.is_refused(422, "fields");
        amara.adds(dispute, mine, a_caucus("asked")).await.expects(201);
        amara.adds(dispute, mine, a_caucus("asked")).await.is_refused(409, "caucus-already-asked");
        assert_eq!(standing(noor, dispute, mine, "caucus").await["state"], "asked");
        // Both may go on at once, and nobody is kept from writing to everyone meanwhile.
        for channel in [mine, theirs] {
            noor.adds(dispute, channel, a_caucus("started")).await.expects(201);
        }
        noor.adds(dispute, mine, a_caucus("started")).await.is_refused(409, "caucus-already-begun");
        amara.adds(dispute, mine, a_caucus("asked")).await.is_refused(409, "caucus-already-begun");
        for person in [amara, bela, noor] {
            person.adds(dispute, "joint", message("I am still here with everyone")).await.expects(201);
        }
        noor.adds(dispute, mine, a_caucus("ended")).await.expects(201);
        assert_eq!(standing(amara, dispute, mine, "caucus").await["state"], "ended");
        assert_eq!(standing(bela, dispute, theirs, "caucus").await["state"], "started");
        amara.reads_standing(dispute, theirs).await.is_refused(404, "");
        scene.rosa.reads_standing(dispute, mine).await.is_refused(404, "");
        amara.adds(dispute, mine, message("And we can still write here")).await.expects(201);
    }

    async fn everyone_in_a_channel_sees_what_is_talked_about_and_at_which_point(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (dispute, amara, noor) = (scene.dispute.as_str(), &scene.amara, &scene.noor);
        let agenda = |current: u64| json!({"kind": "agenda", "items": ["Window", "Deposit"], "current": current});
        amara.adds(dispute, "joint", agenda(1)).await.is_refused(409, "not-yours-to-do");
        noor.adds(dispute, "joint", agenda(3)).await.is_refused(422, "fields");
        noor.adds(dispute, "joint", agenda(1)).await.expects(201);
        let page = Browser::of(amara).await;
        let path = format!("/rooms/{dispute}?channel=joint");
        assert!(page.reads(&path).await.contains("<li aria-current=\"step\"><span dir=\"auto\">Window</span>"));
        let desk = Browser::of(noor).await;
        let (points, next) = (("agenda", "Window\nDeposit"), ("current", "2"));
        desk.sends(&path, &format!("/rooms/{dispute}/agenda"), &[points, next]).await.ok();
        assert_eq!(standing(amara, dispute, "joint", "agenda").await["current"], 2);
        assert!(page.reads(&path).await.contains("<li aria-current=\"step\"><span dir=\"auto\">Deposit</span>"));
        // The points change, and the one that is talked about stays.
        let changed = [("agenda", "Keys\nDeposit"), ("now", "Deposit")];
        let form: Vec<_> = tests::browser::with_hidden(&desk.reads(&path).await, &format!("/rooms/{dispute}/agenda"), &changed);
        desk.posts(&format!("/rooms/{dispute}/agenda"), &form).await.ok();
        let shown = standing(amara, dispute, "joint", "agenda").await;
        assert_eq!(shown, json!({"kind": "agenda", "items": ["Keys", "Deposit"], "current": 2}));
        assert_eq!(standing(amara, dispute, "caucus-claimant", "agenda").await, Value::Null, "each channel has its own");
    }

    async fn time_that_is_given_is_seen_by_everyone_there_and_can_be_stopped(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (dispute, amara, noor) = (scene.dispute.as_str(), &scene.amara, &scene.noor);
        let (mut ear, _) = Socket::enters(&amara.client(), dispute, json!({})).await;
        amara.adds(dispute, "joint", a_timer(60, None)).await.is_refused(409, "timer-only-mediator");
        noor.adds(dispute, "joint", a_timer(0, None)).await.is_refused(422, "fields");
        noor.adds(dispute, "caucus-claimant", a_timer(60, Some("respondent"))).await.is_refused(422, "fields");
        let id = entry_id();
        noor.posts(dispute, "joint", &id, a_timer(600, Some("claimant"))).await.expects(201);
        let again = noor.posts(dispute, "joint", &id, a_timer(600, Some("claimant"))).await.expects(200);
        let heard = ear.hears(|frame| frame["body"]["kind"] == "timer").await;
        assert!(heard["body"]["ends_at"].is_string() && heard["body"] == again["body"], "{heard} {again}");
        noor.adds(dispute, "joint", a_timer(60, None)).await.is_refused(409, "timer-already-runs");
        noor.adds(dispute, "caucus-claimant", a_timer(60, None)).await.expects(201);
        let path = format!("/rooms/{dispute}?channel=joint");
        let page = reads(&Browser::of(amara).await, &path).await;
        assert!(page.contains("Time for Amara Sen, until") && page.contains("10:00 minutes for Amara Sen."), "{page}");
        let stop = json!({"kind": "timer_stopped", "entry": id});
        amara.adds(dispute, "joint", stop.clone()).await.is_refused(409, "timer-only-mediator");
        let desk = Browser::of(noor).await;
        desk.sends(&path, &format!("/rooms/{dispute}/timers/{id}/end"), &[]).await.ok();
        noor.adds(dispute, "joint", stop).await.is_refused(409, "timer-not-running");
        assert!(!reads(&Browser::of(amara).await, &path).await.contains("Time for Amara Sen, until"));
        desk.sends(&path, &format!("/rooms/{dispute}/timers"), &[("minutes", "2"), ("for", "respondent")]).await.ok();
        assert_eq!(standing(amara, dispute, "joint", "timer").await["seconds"], 120);
        let wrong = desk.sends(&path, &format!("/rooms/{dispute}/timers"), &[("minutes", "soon")]).await;
        assert_eq!(wrong.status, 422);
        assert!(wrong.text().contains("value=\"soon\""), "what was typed is kept");
    }

    async fn r03_each_side_confirms_or_corrects_a_summary_for_itself(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (dispute, amara, bela, noor) = (scene.dispute.as_str(), &scene.amara, &scene.bela, &scene.noor);
        amara.adds(dispute, "joint", a_summary("It is all his fault")).await.is_refused(409, "summary-only-mediator");
        let room = format!("/rooms/{dispute}?channel=joint");
        let desk = Browser::of(noor).await;
        desk.sends(&room, &format!("/rooms/{dispute}/summaries"), &[("summary", "Both want to sleep at night.")]).await.ok();
        let entries = amara.reads_channel(dispute, "joint", 0).await.expects(200);
        let given = entries["items"].as_array().and_then(|all| all.iter().find(|entry| entry["body"]["kind"] == "summary"));
        let id = given.expect("the summary")["id"].as_str().expect("an id").to_owned();
        noor.adds(dispute, "joint", an_answer_to(&id, None)).await.is_refused(409, "summary-only-party");
        amara.adds(dispute, "caucus-claimant", an_answer_to(&id, None)).await.is_refused(422, "fields");
        amara.adds(dispute, "joint", an_answer_to(&entry_id(), None)).await.is_refused(422, "fields");
        amara.adds(dispute, "joint", an_answer_to(&id, None)).await.expects(201);
        amara.adds(dispute, "joint", an_answer_to(&id, None)).await.is_refused(409, "summary-already-confirmed");
        let page = Browser::of(bela).await;
        let answer = format!("/rooms/{dispute}/summaries/{id}");
        let form = format!("{answer}?channel=joint");
        assert!(page.reads(&form).await.contains("Both want to sleep at night."));
        let empty = page.sends(&form, &answer, &[("act", "correct"), ("text", " ")]).await;
        assert_eq!(empty.status, 422);
        assert!(empty.text().contains("Both want to sleep at night."), "it is read beside what was wrong");
        page.sends(&form, &answer, &[("act", "correct"), ("text", "I want quiet by day, too.")]).await.ok();
        let shown = reads(&page, &room).await;
        for line in ["Amara Sen: yes, so it is.", "Bela Roy: not quite.", "I want quiet by day, too."] {
            assert!(shown.contains(line), "{line}: {shown}");
        }
        bela.adds(dispute, "joint", an_answer_to(&id, None)).await.expects(201);
        assert!(reads(&page, &room).await.contains("Bela Roy: yes, so it is."), "the last answer counts");
    }

    async fn hands_are_seen_in_their_order_and_the_mediator_gives_the_floor(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        scene.noor.opens_session(dispute).await.expects(201);
        let (mut amara, _) = Socket::enters(&scene.amara.client(), dispute, json!({})).await;
        let (mut bela, _) = Socket::enters(&scene.bela.client(), dispute, json!({})).await;
        let (mut noor, _) = Socket::enters(&scene.noor.client(), dispute, json!({})).await;
        let hand = |who: &str, up: bool| json!({"t": "hand", "who": who, "up": up});
        bela.says(json!({"t": "hand", "up": true})).await;
        noor.hears(|frame| *frame == hand("respondent", true)).await;
        amara.says(json!({"t": "hand", "up": true})).await;
        for ear in [&mut noor, &mut bela] {
            ear.hears(|frame| *frame == hand("claimant", true)).await;
        }
        // Whoever comes later learns of them in the same order.
        let (mut late, _) = Socket::enters(&scene.noor.client(), dispute, json!({})).await;
        let first = late.hears(|frame| frame["t"] == "hand").await;
        let second = late.hears(|frame| frame["t"] == "hand").await;
        assert_eq!([first, second], [hand("respondent", true), hand("claimant", true)]);
        amara.says(json!({"t": "hand", "up": false, "who": "respondent"})).await;
        noor.says(json!({"t": "hand", "up": false, "who": "respondent"})).await;
        let floor = json!({"t": "hand", "who": "respondent", "up": false, "floor": true});
        for ear in [&mut amara, &mut bela, &mut late] {
            ear.hears(|frame| *frame == floor).await;
        }
        amara.hears_nothing("joint", |frame| *frame == floor).await;
    }

    async fn r17_in_shuttle_the_other_side_never_learns_of_a_hand(settings: Settings) {
        let scene = Scene::in_shuttle(settings).await;
        let dispute = scene.dispute.as_str();
        scene.noor.opens_session(dispute).await.expects(201);
        let (mut amara, _) = Socket::enters(&scene.amara.client(), dispute, json!({})).await;
        let (mut bela, _) = Socket::enters(&scene.bela.client(), dispute, json!({})).await;
        let (mut noor, _) = Socket::enters(&scene.noor.client(), dispute, json!({})).await;
        bela.says(json!({"t": "hand", "up": true})).await;
        noor.hears(|frame| frame["t"] == "hand" && frame["up"] == true).await;
        noor.says(json!({"t": "hand", "up": false, "who": "respondent"})).await;
        bela.hears(|frame| frame["floor"] == true).await;
        amara.hears_nothing("caucus-claimant", |frame| frame["t"] == "hand").await;
    }

    async fn r17_in_shuttle_a_summary_and_its_answer_stay_with_one_side(settings: Settings) {
        let scene = Scene::in_shuttle(settings).await;
        let (dispute, amara, bela, noor) = (scene.dispute.as_str(), &scene.amara, &scene.bela, &scene.noor);
        let (mut ear, _) = Socket::enters(&bela.client(), dispute, json!({})).await;
        let id = entry_id();
        let channel = "caucus-claimant";
        noor.posts(dispute, channel, &id, a_summary("Amara wants to be asked first")).await.expects(201);
        amara.adds(dispute, channel, an_answer_to(&id, Some("And to be told why"))).await.expects(201);
        noor.adds(dispute, channel, a_timer(60, Some("claimant"))).await.expects(201);
        amara.adds(dispute, channel, a_caucus("asked")).await.expects(201);
        bela.adds(dispute, "caucus-respondent", an_answer_to(&id, None)).await.is_refused(422, "fields");
        ear.hears_nothing("caucus-respondent", |frame| {
            ["summary", "timer", "caucus"].iter().any(|kind| frame["body"]["kind"].as_str().is_some_and(|found| found.starts_with(kind)))
        }).await;
        assert_eq!(bela.reads_standing(dispute, "caucus-respondent").await.expects(200)["items"], json!([]));
        // The mediator, who sits in the other caucus, sees on every page who asks.
        let page = Browser::of(noor).await.reads(&format!("/rooms/{dispute}?channel=caucus-respondent")).await;
        assert_eq!(page.matches("asks for you").count(), 2, "one tab, and one of the words for scripts: {page}");
    }
}

on_both! {
    async fn a_mediator_keeps_phrases_of_their_own_and_puts_one_into_the_box(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (dispute, noor) = (scene.dispute.as_str(), &scene.noor);
        let other = scene.service.staff("mediator", "Nadia Khan").await;
        let kept = noor.client().post("/phrases", json!({"text": "What would help you now?"})).await.expects(201);
        let id = kept["id"].as_str().expect("an id");
        for text in [" ".to_owned(), "a".repeat(1_001)] {
            noor.client().post("/phrases", json!({ "text": text })).await.is_refused(422, "fields");
        }
        for person in [&scene.amara, &scene.rosa] {
            person.client().get("/phrases").await.is_refused(404, "");
            person.client().post("/phrases", json!({"text": "Not a mediator's"})).await.is_refused(404, "");
        }
        assert_eq!(other.client().get("/phrases").await.expects(200)["items"], json!([]));
        other.client().delete(&format!("/phrases/{id}")).await.is_refused(404, "");
        let desk = Browser::of(noor).await;
        desk.sends("/mediator/phrases", "/mediator/phrases", &[("text", "Let us take a moment.")]).await.ok();
        let room = format!("/rooms/{dispute}?channel=joint");
        assert!(desk.reads(&room).await.contains("Let us take a moment.</option>"));
        assert!(!Browser::of(&scene.amara).await.reads(&room).await.contains("name=\"phrase\""));
        let say = tests::browser::with_hidden(
            &desk.reads(&room).await,
            &format!("/rooms/{dispute}/entries"),
            &[("text", "Thank you."), ("phrase", id)],
        );
        let filled = desk.posts(&format!("/rooms/{dispute}/phrases"), &say).await.text();
        assert!(filled.contains("Thank you.\nWhat would help you now?</textarea>"), "{filled}");
        let said = scene.amara.reads_channel(dispute, "joint", 0).await.expects(200);
        assert!(!said.to_string().contains("Thank you."), "nothing was sent: {said}");
        desk.sends("/mediator/phrases", &format!("/mediator/phrases/{id}/deletion"), &[]).await.ok();
        assert_eq!(noor.client().get("/phrases").await.expects(200)["items"].as_array().map(Vec::len), Some(1));
        for _ in 1..50 {
            noor.client().post("/phrases", json!({"text": "Go on"})).await.expects(201);
        }
        noor.client().post("/phrases", json!({"text": "Go on"})).await.is_refused(409, "too-many-phrases");
    }

    async fn how_a_session_is_shared_out_is_the_mediators_alone(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (dispute, amara, bela, noor) = (scene.dispute.as_str(), &scene.amara, &scene.bela, &scene.noor);
        amara.adds(dispute, "caucus-claimant", message("This is said in private alone")).await.expects(201);
        amara.adds(dispute, "joint", message("I paid it all back")).await.expects(201);
        noor.adds(dispute, "joint", message("What do you need now?")).await.expects(201);
        amara.adds(dispute, "joint", message("Quiet")).await.expects(201);
        let path = format!("/disputes/{dispute}/room/balance");
        let shown = noor.client().get(&path).await.expects(200);
        let words = |at: usize| shown["spoken"][at]["words"].clone();
        assert_eq!([words(0), words(1), words(2)], [json!(6), json!(0), json!(5)]);
        assert_eq!(shown["waiting"].as_array().map(Vec::len), Some(1), "{shown}");
        assert_eq!((&shown["waiting"][0]["of"], &shown["waiting"][0]["by"]), (&json!("respondent"), &json!("mediator")));
        for person in [amara, bela, &scene.rosa] {
            person.client().get(&path).await.is_refused(404, "");
            assert_eq!(Browser::of(person).await.opens(&format!("/rooms/{dispute}/balance")).await.status, 404);
        }
        let page = reads(&Browser::of(noor).await, &format!("/rooms/{dispute}/balance")).await;
        assert!(page.contains("Waits for Bela Roy") && page.contains("What do you need now?"), "{page}");
        bela.adds(dispute, "joint", message("Sleep")).await.expects(201);
        assert_eq!(noor.client().get(&path).await.expects(200)["waiting"], json!([]));
    }
}
