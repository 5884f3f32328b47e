//! A second mediator beside the one who leads: seated only after both yeses (R13), of no other part (R14), reading of what
//! was said in private before what each side lets them, and nothing more once the seat has ended (R5). One attests (R23).

use serde_json::json;
use tests::browser::Browser;
use tests::cast::{Person, a_term, all_clear, an_answer};
use tests::papers::payload;
use tests::scene::Scene;
use tests::socket::{Socket, entry_id, message};
use tests::{assert_refused, on_both};

use super::own_settlement;
use super::replacing::{finds, looks_everywhere, says, talks};

/// What somebody without a seat gets of the room: nothing, by any way.
async fn reaches_nothing(scene: &Scene, who: &Person) {
    let dispute = scene.dispute.as_str();
    for channel in ["joint", "caucus-claimant", "caucus-respondent", "notes", "notes-co-mediator"] {
        assert_refused!(who.reads_channel(dispute, channel, 0).await, 404);
        assert_refused!(who.posts(dispute, channel, &entry_id(), message("Hello")).await, 404);
    }
    for path in ["/room", "/agreement", "/agreement/suggestions"] {
        assert_refused!(who.client().get(&format!("/disputes/{dispute}{path}")).await, 404);
    }
    assert_refused!(who.revises(dispute, 0, json!([a_term("pays", "1.00")])).await, 404);
    assert!(Socket::tries(&who.client(), dispute, &[]).await.is_err(), "no socket either");
}

/// Omar was named beside the mediator, answered the inquiry and is willing; the parties have not been heard.
async fn is_willing(scene: &Scene) -> (Person, String) {
    let omar = scene.service.staff("mediator", "Omar Vale").await;
    let proposed = scene.rosa.assigns_beside(&scene.dispute, &omar).await.expects(201);
    let assignment = proposed["id"].as_str().expect("an id").to_owned();
    omar.takes_on(&assignment).await.expects(200);
    (omar, assignment)
}

on_both! {
    async fn r13_a_second_mediator_sits_only_after_the_inquiry_and_both_yeses(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let omar = scene.service.staff("mediator", "Omar Vale").await;
        says(&scene, &scene.amara, "joint", message("the jointwombat is known to all")).await;
        for person in [&scene.amara, &omar, &scene.rosa] {
            assert_refused!(person.asks_for_co_mediator(dispute).await, 404);
        }
        scene.noor.asks_for_co_mediator(dispute).await.expects(204);
        let desk = Browser::of(&scene.rosa).await;
        assert!(desk.reads("/registrar").await.contains("A second mediator is to be named"));
        for person in [&scene.amara, &scene.noor] {
            assert_refused!(person.assigns_beside(dispute, &omar).await, 404);
        }
        let proposed = scene.rosa.assigns_beside(dispute, &omar).await.expects(201);
        let assignment = proposed["id"].as_str().expect("an id");
        assert!(!scene.amara.reads(dispute).await.text().contains("Omar"), "before they have answered the inquiry");
        assert_refused!(scene.amara.approves(assignment).await, 409, "conflict-inquiry-first");
        assert_refused!(scene.noor.takes_on(assignment).await, 404);
        reaches_nothing(&scene, &omar).await;
        let told = json!({"conflict": true, "disclosure": "I once lived in Lake Road."});
        omar.takes_on_with(assignment, told).await.expects(200);
        for party in [&scene.amara, &scene.bela] {
            let view = party.reads(dispute).await.expects(200);
            let shown = &view["assignment"];
            assert_eq!((&shown["beside"], &shown["disclosure"]), (&json!(true), &json!("I once lived in Lake Road.")));
        }
        scene.amara.approves(assignment).await.expects(200);
        reaches_nothing(&scene, &omar).await;
        // What one said, the other does not read, nor does either mediator.
        assert_eq!(scene.bela.reads(dispute).await.expects(200)["assignment"]["approved_by_you"], false);
        assert_eq!(omar.reads(dispute).await.expects(200)["assignment"]["approved_by_you"], false);
        assert!(scene.noor.reads(dispute).await.expects(200)["assignment"].is_null());
        let last = scene.bela.approves(assignment).await.expects(200);
        assert_eq!(last["state"], "confirmed");
        assert_refused!(scene.bela.approves(assignment).await, 409, "not-at-this-stage");
        let joint = omar.reads_channel(dispute, "joint", 0).await.expects(200);
        assert!(joint.to_string().contains("jointwombat"), "{joint}");
        let view = scene.amara.reads(dispute).await.expects(200);
        assert_eq!((&view["mediator"], &view["co_mediator"]), (&json!("Noor Haq"), &json!("Omar Vale")));
        let room = Browser::of(&scene.amara).await.reads(&format!("/rooms/{dispute}?channel=joint")).await;
        assert!(room.contains("From here on") && room.contains("mediates too"), "{room}");
        says(&scene, &omar, "joint", message("Good morning from both of us")).await;
        let room = Browser::of(&scene.bela).await.reads(&format!("/rooms/{dispute}?channel=joint")).await;
        assert!(room.contains("(co-mediator)") && room.contains("Omar Vale"), "{room}");
    }

    async fn r13_an_objection_is_unseen_and_ends_it_while_the_talks_go_on(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (omar, assignment) = is_willing(&scene).await;
        scene.amara.approves(&assignment).await.expects(200);
        let led = scene.noor.reads(dispute).await.expects(200);
        assert!(led["assignment"].is_null(), "a yes that is gone later would tell who leads of an objection: {led}");
        let before = scene.noor.reads_channel(dispute, "joint", 0).await.expects(200);
        scene.bela.objects(&assignment).await.expects(200);
        reaches_nothing(&scene, &omar).await;
        for path in ["", "/certificate"] {
            assert_refused!(omar.client().get(&format!("/disputes/{dispute}{path}")).await, 404);
        }
        assert_refused!(scene.amara.approves(&assignment).await, 409, "not-at-this-stage");
        assert_eq!(scene.noor.reads_channel(dispute, "joint", 0).await.expects(200), before, "nothing was said of it");
        for person in [&scene.amara, &scene.noor] {
            let view = person.reads(dispute).await.text();
            assert!(!view.contains("object") && !view.contains("Omar"), "{view}");
        }
        assert_refused!(scene.rosa.assigns_beside(dispute, &omar).await, 409, "mediator-tried-before");
        says(&scene, &scene.bela, "joint", message("Let us go on")).await;
        // The registrar takes back that somebody was asked, and names whom: late or twice, it ends nothing else.
        let vera = scene.service.staff("mediator", "Vera Blum").await;
        scene.rosa.assigns_beside(dispute, &vera).await.expects(201);
        assert_refused!(scene.rosa.ends_co_mediation(dispute, None).await, 422);
        assert_refused!(scene.rosa.ends_co_mediation(dispute, Some(&omar)).await, 409, "not-the-mediator");
        scene.rosa.ends_co_mediation(dispute, Some(&vera)).await.expects(204);
        assert_refused!(scene.rosa.ends_co_mediation(dispute, Some(&vera)).await, 409);
        reaches_nothing(&scene, &vera).await;
    }

    async fn r05_a_second_mediator_reads_of_earlier_private_talk_what_each_side_lets_them(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let ids = talks(&scene).await;
        let private =
            ["quokkacaucus", "bilbyoffer", "emunotes", "echidnaagenda", "dingosuggest", "possumpromise"];
        let own = looks_everywhere(&scene, &scene.noor, &ids).await;
        for word in private.iter().chain(&["openednumbat", "jointwombat"]) {
            assert!(finds(&own, word), "the search finds `{word}`");
        }
        let omar = scene.seats_co_mediator("Omar Vale", (false, true)).await;
        let found = looks_everywhere(&scene, &omar, &ids).await;
        for word in ["openednumbat", "jointwombat", "pays it all back"] {
            assert!(finds(&found, word), "`{word}` is theirs to read");
        }
        for word in private {
            let leaks = found.iter().find(|answer| answer.text.contains(word));
            assert!(leaks.is_none(), "`{word}` in {:?}", leaks.map(|answer| &answer.asked));
        }
        // From now on both hear what is said in private, and each writes notes of their own.
        let (mut ear, _) = Socket::enters(&omar.client(), dispute, json!({})).await;
        says(&scene, &scene.amara, "caucus-claimant", message("bandicoot from now on")).await;
        ear.hears_text("bandicoot from now on").await;
        says(&scene, &omar, "caucus-claimant", message("I hear you, wallaby")).await;
        let hers = scene.amara.reads_channel(dispute, "caucus-claimant", 0).await.expects(200).to_string();
        assert!(hers.contains("wallaby") && hers.contains("quokkacaucus"), "{hers}");
        says(&scene, &omar, "notes-co-mediator", message("echidnanotes of mine")).await;
        assert_refused!(omar.reads_channel(dispute, "notes", 0).await, 404);
        assert_refused!(scene.noor.reads_channel(dispute, "notes-co-mediator", 0).await, 404);
        let hers = looks_everywhere(&scene, &scene.noor, &ids).await;
        assert!(!finds(&hers, "echidnanotes") && finds(&hers, "emunotes"));
        for person in [&scene.bela, &scene.amara] {
            let theirs = looks_everywhere(&scene, person, &ids).await;
            assert!(!finds(&theirs, "echidnanotes") && !finds(&theirs, "emunotes"));
        }
        let hers = looks_everywhere(&scene, &scene.bela, &ids).await;
        assert!(!finds(&hers, "bandicoot") && !finds(&hers, "wallaby") && !finds(&hers, "quokkacaucus"));
    }

    async fn r05_whoever_lays_the_seat_down_reads_nothing_more(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let ids = talks(&scene).await;
        let omar = scene.seats_co_mediator("Omar Vale", (true, true)).await;
        assert!(finds(&looks_everywhere(&scene, &omar, &ids).await, "quokkacaucus"));
        assert_refused!(scene.amara.ends_co_mediation(dispute, Some(&omar)).await, 404);
        assert_refused!(scene.noor.ends_co_mediation(dispute, Some(&omar)).await, 404);
        let (mut ear, _) = Socket::enters(&omar.client(), dispute, json!({})).await;
        omar.ends_co_mediation(dispute, None).await.expects(204);
        assert_eq!(ear.ends().await, 4001, "they hear nothing any more");
        reaches_nothing(&scene, &omar).await;
        scene.service.letters().wait_for(&omar.email, |mail| !mail.text.contains("/disputes/")).await;
        let page = Browser::of(&scene.amara).await.reads(&format!("/rooms/{dispute}?channel=joint")).await;
        assert!(page.contains("does not sit here any more") && page.contains("Omar Vale"), "{page}");
        // Neither after the end, nor beside a party, nor as the one who leads.
        assert_refused!(scene.rosa.assigns_beside(dispute, &omar).await, 409, "mediator-tried-before");
        let asked = scene.bela.asks_beside(dispute, "helper", &omar).await.expects(201);
        assert_refused!(omar.sits_beside(dispute, asked["id"].as_str().expect("an id")).await, 409, "has-another-part");
        scene.noor.closes(dispute).await.expects(200);
        let found = looks_everywhere(&scene, &omar, &ids).await;
        for word in ["quokkacaucus", "openednumbat", "jointwombat", "moved out in March"] {
            let leaks = found.iter().find(|answer| answer.text.contains(word));
            assert!(leaks.is_none(), "`{word}` in {:?}", leaks.map(|answer| &answer.asked));
        }
    }

    async fn r05_the_seat_ends_with_that_of_whoever_led_and_its_holder_may_be_asked_to_lead(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let ids = talks(&scene).await;
        let omar = scene.seats_co_mediator("Omar Vale", (true, true)).await;
        let (mut ear, _) = Socket::enters(&omar.client(), dispute, json!({})).await;
        scene.noor.seeks_another_mediator(dispute, &scene.noor).await.expects(204);
        assert_eq!(ear.ends().await, 4001);
        reaches_nothing(&scene, &omar).await;
        let asked = scene.amara.asks_beside(dispute, "helper", &omar).await.expects(201);
        assert_refused!(omar.sits_beside(dispute, asked["id"].as_str().expect("an id")).await, 409, "has-another-part");
        // What they may read is asked anew, of each side.
        let proposed = scene.rosa.assigns(dispute, Some(&omar)).await.expects(201);
        let assignment = proposed["id"].as_str().expect("an id");
        omar.takes_on(assignment).await.expects(200);
        scene.amara.approves(assignment).await.expects(200);
        scene.bela.approves_and_opens_earlier(assignment).await.expects(200);
        let found = looks_everywhere(&scene, &omar, &ids).await;
        assert!(finds(&found, "openednumbat") && !finds(&found, "quokkacaucus") && !finds(&found, "emunotes"));
        let room = omar.client().get(&format!("/disputes/{dispute}/room")).await.expects(200);
        assert_eq!(room["you"], "mediator", "{room}");
    }

    async fn both_mediators_lead_and_what_is_said_to_the_mediator_alone_reaches_both(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let omar = scene.seats_co_mediator("Omar Vale", (false, false)).await;
        let (mut noor_hears, _) = Socket::enters(&scene.noor.client(), dispute, json!({})).await;
        let (mut omar_hears, _) = Socket::enters(&omar.client(), dispute, json!({})).await;
        let path = |rest: &str| format!("/disputes/{dispute}{rest}");
        omar.opens_session(dispute).await.ok();
        // A party asks for a private talk, signals, and suggests something to the mediator alone: each hears it.
        scene.amara.posts(dispute, "caucus-claimant", &entry_id(), json!({"kind": "caucus", "state": "asked"})).await.expects(201);
        for ear in [&mut noor_hears, &mut omar_hears] {
            ear.hears(|frame| frame["body"]["kind"] == "caucus" && frame["body"]["state"] == "asked").await;
        }
        // Neither makes offers, nor answers what is asked in secret; both may ask it.
        let offer = tests::cast::an_offer("returns the ladder", "3.00");
        assert_refused!(omar.posts(dispute, "joint", &entry_id(), offer).await, 409);
        let asked = omar.asks_for_bids(dispute, tests::cast::a_question(1)).await.expects(201);
        let bid = asked["id"].as_str().expect("an id");
        scene.amara.enters(dispute, bid, 1, "7717.17").await.expects(201);
        for mediator in [&scene.noor, &omar] {
            assert_refused!(mediator.enters(dispute, bid, 1, "5.00").await, 404);
            let shown = mediator.client().get(&path("/room/blind-bids")).await.text();
            assert!(!shown.contains("7717"), "{shown}");
        }
        scene.bela.client().post(&path("/room/signals"), json!({"kind": "break"})).await.ok();
        for mediator in [&scene.noor, &omar] {
            let room = mediator.client().get(&path("/room")).await.expects(200);
            assert_eq!(room["signals"][0]["side"], "respondent", "{room}");
        }
        let hers = scene.amara.client().get(&path("/room")).await.expects(200).to_string();
        assert!(!hers.contains("signals") && !hers.contains("break"), "{hers}");
        // Both hold the pen; whoever writes upon an old text is told.
        let terms = |text: &str| json!([a_term(text, "450.00")]);
        omar.revises(dispute, 0, terms("pays it all back")).await.expects(201);
        assert_refused!(scene.noor.revises(dispute, 0, terms("pays half of it")).await, 409, "stale-revision");
        scene.noor.revises(dispute, 1, terms("pays half of it")).await.expects(201);
        // One ends it, and one is replaced: whoever leads.
        assert_refused!(omar.closes(dispute).await, 404);
        assert_refused!(omar.seeks_another_mediator(dispute, &scene.noor).await, 404);
        assert_refused!(omar.asks_for_co_mediator(dispute).await, 404);
        // What they disclose later is theirs by name, and goes with them.
        omar.client().post(&path("/disclosures"), json!({"disclosure": "My aunt knows that landlord."})).await.expects(201);
        let view = scene.amara.reads(dispute).await.expects(200);
        assert_eq!((&view["disclosures"][0]["by"], &view["paused"]), (&json!("Omar Vale"), &json!(true)), "{view}");
        scene.bela.client().post(&path("/disclosures/objection"), json!({})).await.expects(200);
        scene.rosa.ends_co_mediation(dispute, Some(&omar)).await.expects(204);
        scene.rosa.screens(dispute, json!({"suitable": true, "shuttle": false})).await.ok();
        let view = scene.amara.reads(dispute).await.expects(200);
        assert_eq!((&view["paused"], view.get("disclosures")), (&json!(false), None), "{view}");
    }

    async fn r23_the_one_who_leads_attests_and_the_record_names_both(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let omar = scene.seats_co_mediator("Omar Vale", (false, false)).await;
        scene.noor.opens_session(dispute).await.ok();
        says(&scene, &omar, "joint", message("Good morning from both of us")).await;
        let digest = scene.ready_to_sign().await;
        assert_refused!(omar.attests(dispute, &digest).await, 404);
        scene.amara.signs_with(dispute, &digest, json!({"auditor_may_read_terms": false})).await.expects(201);
        scene.bela.signs(dispute, &digest).await.expects(201);
        assert_refused!(omar.attests(dispute, &digest).await, 404);
        assert_refused!(omar.ends_co_mediation(dispute, None).await, 409, "already-binding");
        let attestation = Browser::of(&omar).await.opens(&format!("/disputes/{dispute}/attestation")).await;
        assert_eq!(attestation.status, 404);
        scene.noor.attests(dispute, &digest).await.expects(201);
        let settlement = own_settlement(&scene.amara, dispute).await;
        let jws = scene.amara.client().get(&format!("/settlements/{settlement}/record.jws")).await;
        let record = payload(&jws.text());
        assert_eq!((&record["version"], &record["co_mediator"]["name"]), (&json!(2), &json!("Omar Vale")), "{record}");
        assert_eq!(record["mediator"]["name"], "Noor Haq", "{record}");
        assert!(record["co_mediator"].get("attested_at").is_none(), "{record}");
        // They read the record that names them, and an auditor reads that there were two.
        omar.client().get(&format!("/settlements/{settlement}/record.pdf")).await.ok();
        let paper = scene.amara.client().get(&format!("/disputes/{dispute}/certificate")).await.expects(200);
        assert!(paper["present"].to_string().contains("co-mediator"), "{paper}");
        let page = Browser::of(&scene.amara).await.reads(&format!("/disputes/{dispute}/certificate")).await;
        assert!(page.contains("Omar Vale"), "{page}");
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        let seen = odil.client().get(&format!("/settlements/{settlement}")).await.expects(200).to_string();
        assert!(seen.contains("co-mediator-confirmed") && !seen.contains("Good morning"), "{seen}");
        assert!(!seen.contains("co-mediator-proposed") && !seen.contains("co-mediator-asked"), "{seen}");
        let id = omar.id.as_deref().expect("an id");
        let filtered = odil.client().get(&format!("/settlements?mediator={id}")).await.expects(200);
        assert_eq!(filtered["items"].as_array().map(Vec::len), Some(1), "{filtered}");
    }

    async fn r14_whoever_has_another_part_is_not_proposed_beside_the_mediator(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        assert_refused!(scene.rosa.assigns_beside(dispute, &scene.noor).await, 409, "mediator-conflicted");
        let hana = scene.service.staff("mediator", "Hana Okoye").await;
        let asked = scene.amara.asks_beside(dispute, "support-person", &hana).await.expects(201);
        hana.sits_beside(dispute, asked["id"].as_str().expect("an id")).await.expects(200);
        assert_refused!(scene.rosa.assigns_beside(dispute, &hana).await, 409, "mediator-conflicted");
        let omar = scene.seats_co_mediator("Omar Vale", (false, false)).await;
        let asked = scene.bela.asks_beside(dispute, "helper", &omar).await.expects(201);
        assert_refused!(omar.sits_beside(dispute, asked["id"].as_str().expect("an id")).await, 409, "has-another-part");
        let vera = scene.service.staff("mediator", "Vera Blum").await;
        assert_refused!(scene.rosa.assigns_beside(dispute, &vera).await, 409, "co-mediator-sits");
        let roster = scene.rosa.client().get(&format!("/mediators?dispute={dispute}")).await.expects(200).to_string();
        for (name, fits) in [("Vera Blum", true), ("Noor Haq", false), ("Omar Vale", false), ("Hana Okoye", false)] {
            assert_eq!(roster.contains(name), fits, "{name}: {roster}");
        }
    }

    async fn r17_in_shuttle_each_side_hears_of_the_second_mediator_and_nothing_of_the_other(settings: Settings) {
        let scene = Scene::in_shuttle(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let omar = scene.seats_co_mediator("Omar Vale", (false, false)).await;
        let room = omar.client().get(&format!("/disputes/{dispute}/room")).await.expects(200);
        let names: Vec<_> = room["channels"].as_array().expect("channels").iter().map(|one| one["name"].clone()).collect();
        assert_eq!(names, ["caucus-claimant", "caucus-respondent", "notes-co-mediator"], "{room}");
        assert_refused!(omar.reads_channel(dispute, "joint", 0).await, 404);
        says(&scene, &scene.bela, "caucus-respondent", message("openednumbat is what I can pay")).await;
        says(&scene, &omar, "caucus-respondent", message("Thank you, wallaby")).await;
        for (person, channel) in [(&scene.amara, "caucus-claimant"), (&scene.bela, "caucus-respondent")] {
            let said = person.reads_channel(dispute, channel, 0).await.expects(200).to_string();
            assert!(said.contains("seat_taken") && said.contains("co-mediator"), "{said}");
        }
        let hers = looks_everywhere(&scene, &scene.amara, &[dispute.to_owned()]).await;
        assert!(!finds(&hers, "openednumbat") && !finds(&hers, "wallaby"));
    }

    async fn the_pages_of_a_second_mediator_work_without_scripts(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let omar = scene.service.staff("mediator", "Omar Vale").await;
        let page = format!("/disputes/{dispute}");
        let (desk, lead) = (Browser::of(&scene.rosa).await, Browser::of(&scene.noor).await);
        assert!(lead.reads(&page).await.contains(&format!("{page}/co-mediation")));
        let sent = lead.sends(&format!("{page}/co-mediation"), &format!("{page}/co-mediation-requests"), &[]).await;
        assert_eq!(sent.status, 200, "{}", sent.text());
        let asked = desk.reads(&format!("{page}/co-mediation")).await;
        assert!(asked.contains("Omar Vale") && !asked.contains("Noor Haq</label>"), "{asked}");
        let none = desk.sends(&format!("{page}/co-mediation"), &format!("{page}/co-mediation"), &[]).await;
        assert_eq!(none.status, 422, "{}", none.text());
        let chosen = [("mediator_id", omar.id.as_deref().expect("an id"))];
        let sent = desk.sends(&format!("{page}/co-mediation"), &format!("{page}/co-mediation"), &chosen).await;
        assert_eq!(sent.status, 200, "{}", sent.text());
        let theirs = Browser::of(&omar).await;
        let inbox = theirs.reads("/mediator").await;
        let at = inbox.find("/assignments/").expect("a proposal");
        let inquiry: String = inbox[at..].chars().take_while(|letter| *letter != '"').collect();
        assert!(theirs.reads(&inquiry).await.contains("You would work with"));
        let sent = theirs.sends(&inquiry, &format!("{inquiry}/acceptance"), &[("conflict", "no")]).await;
        assert_eq!(sent.status, 200, "{}", sent.text());
        for person in [&scene.amara, &scene.bela] {
            let browser = Browser::of(person).await;
            let shown = browser.reads(&inquiry).await;
            assert!(shown.contains("We propose a second mediator") && shown.contains("reads_earlier"), "{shown}");
            let yes = browser.sends(&inquiry, &format!("{inquiry}/approval"), &[]).await;
            assert_eq!(yes.status, 200, "{}", yes.text());
        }
        let room = theirs.reads(&format!("/rooms/{dispute}?channel=notes-co-mediator")).await;
        assert!(room.contains("Your own notes") && room.contains("Write a note for yourself"), "{room}");
        for rest in ["/agreement", "/agreement?edit=yes"] {
            assert_eq!(theirs.opens(&format!("{page}{rest}")).await.status, 200, "{rest}");
        }
        let own = theirs.reads(&format!("{page}/co-mediation")).await;
        assert!(own.contains("You lay your seat down"), "{own}");
        let done = theirs.sends(&format!("{page}/co-mediation"), &format!("{page}/co-mediation-endings"), &[]).await;
        assert_eq!(done.status, 200, "{}", done.text());
        assert_eq!(theirs.opens(&page).await.status, 404);
    }

    async fn r16_what_holds_the_room_for_safety_holds_it_for_both_mediators(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (omar, assignment) = is_willing(&scene).await;
        scene.bela.approves(&assignment).await.expects(200);
        scene.amara.answers_safety(dispute, an_answer("afraid", "yes")).await.expects(204);
        assert_refused!(scene.amara.approves(&assignment).await, 409, "paused");
        scene.amara.answers_safety(dispute, all_clear()).await.expects(204);
        reaches_nothing(&scene, &omar).await;
        scene.rosa.ends_co_mediation(dispute, Some(&omar)).await.expects(204);
    }
}
