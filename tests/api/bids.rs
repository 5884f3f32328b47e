//! Blind bids: a figure is read by nobody; where two cross, both learn the middle in one moment, and where they do not,
//! nobody ever learns anything of them.

use serde_json::{Value, json};
use tests::browser::{Browser, with_hidden};
use tests::cast::{Person, a_question, all_clear};
use tests::concord::Settings;
use tests::masks::Masks;
use tests::scene::Scene;
use tests::socket::Socket;
use tests::{assert_refused, on_both};
use tokio::join;

fn id_of(asked: &Value) -> String {
    asked["id"].as_str().expect("an id").to_owned()
}

/// The kinds of what was said of bids in a channel, in order.
async fn kinds(person: &Person, dispute: &str, channel: &str) -> Vec<String> {
    let page = person.reads_channel(dispute, channel, 0).await.expects(200);
    let items = page["items"].as_array().expect("items").iter();
    let kinds =
        items.filter_map(|item| item["body"]["kind"].as_str()).filter(|kind| kind.starts_with("blind"));
    kinds.map(str::to_owned).collect()
}

/// All that a person can read of the room and around it.
async fn reads_all(person: &Person, dispute: &str) -> String {
    let mut all = String::new();
    let channels = ["joint", "caucus-claimant", "caucus-respondent", "notes"];
    let entries = channels.map(|name| format!("/disputes/{dispute}/room/channels/{name}/entries"));
    let others =
        ["", "/room", "/room/blind-bids", "/agreement"].map(|tail| format!("/disputes/{dispute}{tail}"));
    for path in entries.iter().chain(&others) {
        let answer = person.client().get(path).await;
        let etag = answer.header("etag").unwrap_or_default().to_owned();
        all.push_str(&format!("{path} {} {etag} {}\n", answer.status, answer.text()));
    }
    if person.device().is_some() {
        // Whoever has a second factor waits half a minute for its next code; their page is looked at below.
        return all;
    }
    let browser = Browser::of(person).await;
    all + &browser.reads(&format!("/rooms/{dispute}/blind-bids")).await
}

on_both! {
    async fn figures_that_cross_tell_both_the_middle_and_fill_a_draft(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let (mut amara, _) = Socket::enters(&scene.amara.client(), dispute, json!({})).await;
        let (mut bela, _) = Socket::enters(&scene.bela.client(), dispute, json!({})).await;
        let asked = scene.noor.asks_for_bids(dispute, a_question(3)).await.expects(201);
        let bid = id_of(&asked);
        assert_eq!((&asked["state"], &asked["round"], asked.get("entered")), (&json!("open"), &json!(1), None));
        let heard = bela.hears(|frame| frame["body"]["kind"] == "blind_bid_asked").await;
        assert_eq!((&heard["id"], &heard["channel"], &heard["by"]), (&json!(bid), &json!("joint"), &json!("mediator")));

        // Round one: 449.13 is wanted and 301.17 would be paid.
        let before = scene.bela.reads_bids(dispute).await.expects(200);
        let mine = scene.amara.enters(dispute, &bid, 1, "449.13").await.expects(201);
        assert_eq!((&mine["entered"], &mine["round"]), (&json!(true), &json!(1)));
        assert!(!mine.to_string().contains("449.13"), "a receipt holds no figure: {mine}");
        amara.hears(|frame| frame["body"]["kind"] == "blind_bid_made" && frame["channel"] == "caucus-claimant").await;
        assert_eq!(scene.bela.reads_bids(dispute).await.expects(200), before, "whether she has is not told");
        let theirs = scene.bela.enters(dispute, &bid, 1, "301.17").await.expects(201);
        assert_eq!((&theirs["entered"], &theirs["round"]), (&json!(false), &json!(2)));
        for (socket, own) in [(&mut amara, "caucus-claimant"), (&mut bela, "caucus-respondent")] {
            let closed = socket.hears(|frame| frame["body"]["kind"] == "blind_bid_round_closed").await;
            assert_eq!((&closed["channel"], &closed["body"]["next"]), (&json!(own), &json!(2)));
        }

        // Round two: 400.01 is enough and 420.00 would be paid; the odd half goes to the even paisa.
        scene.bela.enters(dispute, &bid, 2, "420.00").await.expects(201);
        let met = scene.amara.enters(dispute, &bid, 2, "400.01").await.expects(201);
        assert_eq!((&met["state"], &met["amount"]["value"]), (&json!("met"), &json!("410.00")));
        for socket in [&mut amara, &mut bela] {
            let met = socket.hears(|frame| frame["body"]["kind"] == "blind_bids_met").await;
            assert_eq!((&met["channel"], &met["by"]), (&json!("joint"), &json!("house")));
            assert_eq!(met["body"]["amount"], json!({"value": "410.00", "currency": "BDT"}));
        }
        assert_eq!(kinds(&scene.noor, dispute, "joint").await, ["blind_bid_asked", "blind_bids_met"]);
        let own = ["blind_bid_made", "blind_bid_round_closed", "blind_bid_made"];
        for (person, channel) in [(&scene.amara, "caucus-claimant"), (&scene.bela, "caucus-respondent")] {
            assert_eq!(kinds(person, dispute, channel).await, own);
        }
        let draft = scene.noor.reads_agreement(dispute).await.expects(200)["draft"].clone();
        assert_eq!(draft[0]["amount"]["value"], "410.00", "{draft}");
        assert_eq!((&draft[0]["debtor"], &draft[0]["creditor"]), (&json!("respondent"), &json!("claimant")));
        for person in [&scene.amara, &scene.bela, &scene.noor] {
            let all = reads_all(person, dispute).await;
            assert!(all.contains("410.00"), "{} reads what they met at", person.name);
            for figure in ["449.13", "301.17", "420.00", "400.01"] {
                assert!(!all.contains(figure), "{} reads {figure}: {all}", person.name);
            }
        }
        assert!(!scene.service.log().contains("449.13"));
    }

    async fn figures_that_never_cross_leave_nothing_behind_whatever_they_were(settings: Settings) {
        let backend = settings.backend();
        let mut seen = Vec::new();
        for (claimant, respondent) in [(["450.00", "450.00", "450.00"], ["449.99", "1.00", "449.00"]), (["9000.00", "7.00", "99.50"], ["0.01", "6.00", "50.00"])] {
            let scene = Scene::in_mediation(Settings::on(backend).without_limits()).await;
            let dispute = scene.dispute.as_str();
            let bid = id_of(&scene.noor.asks_for_bids(dispute, a_question(3)).await.expects(201));
            for (round, (wanted, offered)) in (1..).zip(claimant.iter().zip(respondent)) {
                scene.amara.enters(dispute, &bid, round, wanted).await.expects(201);
                scene.bela.enters(dispute, &bid, round, offered).await.expects(201);
            }
            let state = scene.bela.reads_bids(dispute).await.expects(200)["items"][0]["state"].clone();
            assert_eq!(state, "not-met");
            assert_refused!(scene.bela.enters(dispute, &bid, 3, "9999.00").await, 409, "blind-bid-over");
            let mut masks = Masks::default();
            for person in [&scene.amara, &scene.bela, &scene.noor] {
                seen.push(masks.mask(&reads_all(person, dispute).await));
            }
        }
        let (one, other) = seen.split_at(3);
        assert_eq!(one, other, "no byte that anybody reads depends on a figure");
        assert!(one.iter().all(|text| text.contains("not-met")), "{one:?}");
    }

    async fn in_shuttle_each_is_asked_and_told_in_its_own_caucus(settings: Settings) {
        let scene = Scene::in_shuttle(settings).await;
        let dispute = scene.dispute.as_str();
        let bid = id_of(&scene.noor.asks_for_bids(dispute, a_question(2)).await.expects(201));
        scene.bela.enters(dispute, &bid, 1, "100.00").await.expects(201);
        let asked = scene.amara.reads_bids(dispute).await.expects(200);
        assert_eq!((&asked["items"][0]["id"], &asked["items"][0]["entered"]), (&json!(bid), &json!(false)));
        assert_eq!(kinds(&scene.amara, dispute, "caucus-claimant").await, ["blind_bid_asked"]);
        scene.amara.enters(dispute, &bid, 1, "50.00").await.expects(201);
        let own = ["blind_bid_asked", "blind_bid_made", "blind_bids_met"];
        for (person, channel) in [(&scene.amara, "caucus-claimant"), (&scene.bela, "caucus-respondent")] {
            assert_eq!(kinds(person, dispute, channel).await, own);
        }
        let draft = scene.noor.reads_agreement(dispute).await.expects(200)["draft"].clone();
        assert_eq!(draft[0]["amount"]["value"], "75.00", "{draft}");
    }

    async fn a_race_of_the_two_sides_gives_one_result(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        for play in 0..15_u64 {
            let bid = id_of(&scene.noor.asks_for_bids(dispute, a_question(2)).await.expects(201));
            let crosses = play % 3 == 0;
            let offered = if crosses { "200.00" } else { "50.00" };
            let (amara, bela, again) = join!(
                scene.amara.enters(dispute, &bid, 1, "100.00"),
                scene.bela.enters(dispute, &bid, 1, offered),
                scene.bela.enters(dispute, &bid, 1, offered),
            );
            amara.expects(201);
            let mut twice = [bela.status, again.status];
            twice.sort_unstable();
            assert_eq!(twice, [201, 409], "a figure is entered once: play {play}");
            let asked = scene.noor.reads_bids(dispute).await.expects(200)["items"][0].clone();
            let found = (asked["state"].clone(), asked["round"].clone());
            let expected = if crosses { (json!("met"), json!(1)) } else { (json!("open"), json!(2)) };
            assert_eq!(found, expected, "play {play}: {asked}");
            for person in [&scene.amara, &scene.bela] {
                let mine = person.reads_bids(dispute).await.expects(200)["items"][0].clone();
                assert_eq!(mine["entered"], false, "the round was closed with both figures: {mine}");
            }
            if !crosses {
                scene.noor.takes_question_back(dispute, &bid).await.expects(200);
            }
        }
        let said = kinds(&scene.noor, dispute, "joint").await;
        let count = |kind: &str| said.iter().filter(|said| *said == kind).count();
        assert_eq!((count("blind_bids_met"), count("blind_bid_withdrawn")), (5, 10), "{said:?}");
        let rounds = kinds(&scene.amara, dispute, "caucus-claimant").await;
        assert_eq!(rounds.iter().filter(|said| *said == "blind_bid_round_closed").count(), 10);
    }
}

on_both! {
    async fn only_the_mediator_asks_and_only_the_sides_enter_what_can_be_taken(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let eve = scene.service.person("Eve Stone").await;
        for person in [&scene.amara, &scene.bela, &scene.rosa, &eve] {
            assert_refused!(person.asks_for_bids(dispute, a_question(1)).await, 404);
        }
        for (field, wrong) in [("rounds", json!(0)), ("rounds", json!(4)), ("currency", json!("ABC")), ("payer", json!("mediator")),
            ("question", json!({})), ("question", json!({"en": " "})), ("question", json!({"xx": "How much"})), ("question", json!({"en": "a".repeat(301)}))] {
            let mut question = a_question(1);
            question[field] = wrong;
            assert_refused!(scene.noor.asks_for_bids(dispute, question).await, 422);
        }
        let bid = id_of(&scene.noor.asks_for_bids(dispute, a_question(2)).await.expects(201));
        assert_refused!(scene.noor.asks_for_bids(dispute, a_question(2)).await, 409, "blind-bid-under-way");
        for person in [&scene.noor, &scene.rosa, &eve] {
            assert_refused!(person.enters(dispute, &bid, 1, "5.00").await, 404);
        }
        assert_refused!(scene.amara.enters(dispute, "019a0000-0000-7000-8000-00000000dead", 1, "5.00").await, 404);
        for figure in ["0", "0.00", "-5", "5,00", "1.005", "", "99999999999999999999", "five"] {
            assert_refused!(scene.amara.enters(dispute, &bid, 1, figure).await, 422);
        }
        let path = format!("/disputes/{dispute}/room/blind-bids/{bid}/figures");
        let dollars = json!({"round": 1, "amount": {"value": "5.00", "currency": "USD"}});
        assert_refused!(scene.amara.client().post(&path, dollars).await, 422);
        for round in [0, 2, 9] {
            assert_refused!(scene.amara.enters(dispute, &bid, round, "5.00").await, 409, "blind-bid-other-round");
        }
        scene.amara.enters(dispute, &bid, 1, "5.00").await.expects(201);
        assert_refused!(scene.amara.enters(dispute, &bid, 1, "6.00").await, 409, "blind-bid-entered");
        for person in [&scene.amara, &scene.rosa, &eve] {
            assert_refused!(person.takes_question_back(dispute, &bid).await, 404);
        }
        for person in [&scene.rosa, &eve] {
            assert_refused!(person.reads_bids(dispute).await, 404);
        }
        scene.noor.takes_question_back(dispute, &bid).await.expects(200);
        assert_refused!(scene.noor.takes_question_back(dispute, &bid).await, 409, "blind-bid-over");
        assert_refused!(scene.bela.enters(dispute, &bid, 1, "5.00").await, 409, "blind-bid-over");
    }

    async fn a_pause_stops_figures_and_the_end_takes_the_question_with_it(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let bid = id_of(&scene.noor.asks_for_bids(dispute, a_question(2)).await.expects(201));
        for channel in ["joint", "caucus-claimant"] {
            let pause = format!("/disputes/{dispute}/room/channels/{channel}/pause");
            scene.noor.client().post(&pause, json!({})).await.expects(201);
            assert_refused!(scene.amara.enters(dispute, &bid, 1, "5.00").await, 409, "paused");
            scene.noor.client().delete(&pause).await.expects(200);
        }
        let other = format!("/disputes/{dispute}/room/channels/caucus-respondent/pause");
        scene.noor.client().post(&other, json!({})).await.expects(201);
        scene.amara.enters(dispute, &bid, 1, "5.00").await.expects(201);
        scene.noor.client().delete(&other).await.expects(200);
        scene.bela.withdraws(dispute).await.expects(200);
        let refused = scene.bela.enters(dispute, &bid, 1, "5.00").await;
        assert!([404, 409].contains(&refused.status), "{}", refused.text());
        let asked = scene.amara.reads_bids(dispute).await;
        if asked.status == 200 {
            assert_eq!(asked.json()["items"][0]["state"], "withdrawn");
        }
    }

    async fn a_switch_to_shuttle_ends_a_question_that_was_asked_of_both_together(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let bid = id_of(&scene.noor.asks_for_bids(dispute, a_question(2)).await.expects(201));
        scene.bela.enters(dispute, &bid, 1, "5.00").await.expects(201);
        let mut raised = all_clear();
        raised["afraid"] = "yes".into();
        scene.amara.answers_safety(dispute, raised).await.expects(204);
        scene.rosa.screens(dispute, json!({"suitable": true, "shuttle": true})).await.ok();
        assert_refused!(scene.amara.enters(dispute, &bid, 1, "5.00").await, 404);
        assert_eq!(scene.amara.reads_bids(dispute).await.expects(200)["items"], json!([]));
        let asked = scene.noor.asks_for_bids(dispute, a_question(1)).await.expects(201);
        assert_ne!(id_of(&asked), bid, "the old one is out of the way");
    }

    async fn a_figure_is_entered_on_a_page_after_a_last_look_and_never_shown_again(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let place = format!("/rooms/{dispute}/blind-bids");
        let (noor, amara, bela) =
            (Browser::of(&scene.noor).await, Browser::of(&scene.amara).await, Browser::of(&scene.bela).await);
        let question = [("question-en", "How much of the deposit?"), ("payer", "respondent"), ("currency", "BDT"), ("rounds", "1")];
        let empty = noor.sends(&place, &place, &[("currency", "BDT"), ("rounds", "1")]).await;
        assert_eq!(empty.status, 422, "{}", empty.text());
        assert_eq!(noor.sends(&place, &place, &question).await.status, 200);
        let bid = id_of(&scene.noor.reads_bids(dispute).await.expects(200)["items"][0]);
        let figures = format!("{place}/{bid}/figures");
        let wrong = amara.sends(&place, &figures, &[("figure", "a lot")]).await;
        assert_eq!(wrong.status, 422, "{}", wrong.text());
        let page = amara.opens(&place).await.text();
        let mut of_another_round = with_hidden(&page, &figures, &[("figure", "312.50")]);
        of_another_round.iter_mut().filter(|(name, _)| name == "round").for_each(|(_, round)| *round = "2".to_owned());
        let refused = amara.posts(&figures, &of_another_round).await;
        assert!(refused.status != 200 && !refused.text().contains("Is this your figure?"), "{}", refused.text());
        let look = amara.sends(&place, &figures, &[("figure", "312.50")]).await.text();
        assert!(look.contains("BDT 312.50") && look.contains("Is this your figure?"), "{look}");
        assert_eq!(scene.amara.reads_bids(dispute).await.expects(200)["items"][0]["entered"], false);
        let done = amara.posts(&figures, &with_hidden(&look, &figures, &[])).await;
        assert!(done.status == 200 && !done.text().contains("312.50"), "{}", done.text());
        assert!(amara.reads(&place).await.contains("Your figure for this round is in"));
        let room = amara.reads(&format!("/rooms/{dispute}?channel=caucus-claimant")).await;
        assert!(room.contains("entered a figure") && !room.contains("312.50"), "{room}");
        let look = bela.sends(&place, &figures, &[("figure", "312.50")]).await.text();
        assert_eq!(bela.posts(&figures, &with_hidden(&look, &figures, &[])).await.status, 200);
        for browser in [&noor, &amara, &bela] {
            let room = browser.reads(&format!("/rooms/{dispute}?channel=joint")).await;
            assert!(room.contains("How much of the deposit?") && room.contains("BDT 312.50"), "{room}");
        }
    }
}
