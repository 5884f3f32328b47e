//! The mediator's proposal: each side answers in secret, and only two yes are ever known.

use serde_json::{Value, json};
use tests::browser::Browser;
use tests::cast::{Person, a_term};
use tests::concord::Settings;
use tests::masks::Masks;
use tests::scene::Scene;
use tests::socket::Socket;
use tests::{assert_refused, on_both, until};
use tokio::join;

fn id_of(made: &Value) -> String {
    made["id"].as_str().expect("an id").to_owned()
}

fn terms() -> Value {
    json!([
        a_term("pays two thirds of the deposit back", "300.00"),
        a_term("writes that the rent was paid", "1.00")
    ])
}

/// Everything about proposals and around them that a person can read.
async fn reads_all(person: &Person, dispute: &str) -> String {
    let mut all = String::new();
    let channels = ["joint", "caucus-claimant", "caucus-respondent", "notes"];
    let entries = channels.map(|name| format!("/disputes/{dispute}/room/channels/{name}/entries"));
    let others =
        ["", "/room", "/room/proposals", "/agreement"].map(|tail| format!("/disputes/{dispute}{tail}"));
    for path in entries.iter().chain(&others) {
        let answer = person.client().get(path).await;
        all.push_str(&format!("{path} {} {}\n", answer.status, answer.text()));
    }
    all
}

on_both! {
    async fn two_yes_are_told_to_both_and_fill_a_draft(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let (mut amara, _) = Socket::enters(&scene.amara.client(), dispute, json!({})).await;
        let (mut bela, _) = Socket::enters(&scene.bela.client(), dispute, json!({})).await;
        let made = scene.noor.proposes(dispute, terms(), None).await.expects(201);
        let id = id_of(&made);
        for socket in [&mut amara, &mut bela] {
            let heard = socket.hears(|frame| frame["body"]["kind"] == "proposal").await;
            assert_eq!((&heard["id"], &heard["channel"]), (&json!(id), &json!("joint")));
            assert_eq!(heard["body"]["expires_at"], made["expires_at"]);
            assert_eq!(heard["body"]["terms"].as_array().map(Vec::len), Some(2));
        }
        let before = reads_all(&scene.bela, dispute).await;
        let receipt = scene.amara.answers_proposal(dispute, &id, false).await.expects(200);
        let changed = scene.amara.answers_proposal(dispute, &id, true).await.expects(200);
        assert_eq!(receipt, changed, "the receipt does not say what was answered");
        assert_eq!((&changed["answered"], &changed["state"]), (&json!(true), &json!("open")));
        assert_eq!(reads_all(&scene.bela, dispute).await, before);
        let accepted = scene.bela.answers_proposal(dispute, &id, true).await.expects(200);
        assert_eq!(accepted["state"], "accepted");
        for socket in [&mut amara, &mut bela] {
            let heard = socket.hears(|frame| frame["body"]["kind"] == "proposal_accepted").await;
            assert_eq!((&heard["by"], &heard["body"]["proposal"]), (&json!("house"), &json!(id)));
        }
        let draft = scene.noor.reads_agreement(dispute).await.expects(200)["draft"].clone();
        assert_eq!(draft.as_array().map(Vec::len), Some(2), "{draft}");
        assert_refused!(scene.amara.answers_proposal(dispute, &id, false).await, 409, "proposal-over");
        let again = scene.bela.answers_proposal(dispute, &id, true).await.expects(200);
        assert_eq!(again, accepted, "a yes that was sent again is no fault");
    }

    async fn every_other_pair_of_answers_looks_the_same_until_its_end_and_after_it(settings: Settings) {
        let backend = settings.backend();
        let mut seen = Vec::new();
        for answers in [[None, None], [Some(true), None], [Some(true), Some(false)], [Some(false), Some(false)]] {
            let scene = Scene::in_mediation(Settings::on(backend).with("CONCORD_PROPOSAL_PERIOD", "6s")).await;
            let dispute = scene.dispute.as_str();
            let id = id_of(&scene.noor.proposes(dispute, terms(), None).await.expects(201));
            for (person, answer) in [&scene.amara, &scene.bela].into_iter().zip(answers) {
                if let Some(accepts) = answer {
                    person.answers_proposal(dispute, &id, accepts).await.expects(200);
                }
            }
            let state = async || scene.noor.reads_proposals(dispute).await.expects(200)["items"][0]["state"].clone();
            assert_eq!(state().await, "open", "no answer closes it: {answers:?}");
            let mut masks = Masks::default();
            let mediator = masks.mask(&reads_all(&scene.noor, dispute).await);
            until("it lapses", async || state().await == "lapsed").await;
            let mut lines = vec![mediator];
            for person in [&scene.noor, &scene.amara, &scene.bela] {
                lines.push(masks.mask(&reads_all(person, dispute).await));
            }
            assert_refused!(scene.amara.answers_proposal(dispute, &id, true).await, 409, "proposal-over");
            seen.push(lines);
        }
        for (one, other) in seen.iter().zip(&seen[1..]) {
            assert_eq!(one, other);
        }
        assert!(seen[0][3].contains("lapsed"), "{:?}", seen[0]);
    }

    async fn two_yes_at_one_moment_are_one_agreement_in_a_draft(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        for play in 0..10 {
            let id = id_of(&scene.noor.proposes(dispute, terms(), None).await.expects(201));
            let says_yes = play % 2 == 0;
            let (amara, bela) = join!(
                scene.amara.answers_proposal(dispute, &id, true),
                scene.bela.answers_proposal(dispute, &id, says_yes),
            );
            amara.expects(200);
            bela.expects(200);
            let state = scene.noor.reads_proposals(dispute).await.expects(200)["items"][0]["state"].clone();
            assert_eq!(state, if says_yes { "accepted" } else { "open" }, "play {play}");
            if !says_yes {
                scene.noor.takes_proposal_back(dispute, &id).await.expects(200);
            }
        }
        let page = scene.amara.reads_channel(dispute, "joint", 0).await.expects(200);
        let count = |kind: &str| {
            let items = page["items"].as_array().expect("items").iter();
            items.filter(|item| item["body"]["kind"] == kind).count()
        };
        assert_eq!((count("proposal_accepted"), count("proposal_withdrawn")), (5, 5));
    }

    async fn in_shuttle_each_reads_and_hears_of_it_in_its_own_caucus(settings: Settings) {
        let scene = Scene::in_shuttle(settings).await;
        let dispute = scene.dispute.as_str();
        let id = id_of(&scene.noor.proposes(dispute, terms(), None).await.expects(201));
        scene.amara.answers_proposal(dispute, &id, true).await.expects(200);
        scene.bela.answers_proposal(dispute, &id, true).await.expects(200);
        for (person, own) in [(&scene.amara, "caucus-claimant"), (&scene.bela, "caucus-respondent")] {
            let page = person.reads_channel(dispute, own, 0).await.expects(200);
            let items = page["items"].as_array().expect("items").iter();
            let kinds: Vec<_> = items.filter_map(|item| item["body"]["kind"].as_str()).collect();
            assert!(kinds.ends_with(&["proposal", "proposal_accepted"]), "{kinds:?}");
        }
    }

    async fn only_the_mediator_proposes_only_the_sides_answer_and_one_is_open_at_a_time(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let eve = scene.service.person("Eve Stone").await;
        for person in [&scene.amara, &scene.bela, &scene.rosa, &eve] {
            assert_refused!(person.proposes(dispute, terms(), None).await, 404);
        }
        assert_refused!(scene.noor.proposes(dispute, json!([]), None).await, 422);
        assert_refused!(scene.noor.proposes(dispute, terms(), Some("2020-01-01T00:00:00Z")).await, 422);
        let id = id_of(&scene.noor.proposes(dispute, terms(), Some("2037-01-15T12:00:00Z")).await.expects(201));
        assert_refused!(scene.noor.proposes(dispute, terms(), None).await, 409, "proposal-open");
        for person in [&scene.noor, &scene.rosa, &eve] {
            assert_refused!(person.answers_proposal(dispute, &id, true).await, 404);
        }
        for person in [&scene.rosa, &eve] {
            assert_refused!(person.reads_proposals(dispute).await, 404);
        }
        for person in [&scene.amara, &scene.rosa, &eve] {
            assert_refused!(person.takes_proposal_back(dispute, &id).await, 404);
        }
        let pause = format!("/disputes/{dispute}/room/channels/joint/pause");
        scene.noor.client().post(&pause, json!({})).await.expects(201);
        assert_refused!(scene.amara.answers_proposal(dispute, &id, true).await, 409, "paused");
        scene.noor.client().delete(&pause).await.expects(200);
        scene.amara.answers_proposal(dispute, &id, true).await.expects(200);
        scene.noor.takes_proposal_back(dispute, &id).await.expects(200);
        assert_refused!(scene.bela.answers_proposal(dispute, &id, true).await, 409, "proposal-over");
        assert_refused!(scene.noor.takes_proposal_back(dispute, &id).await, 409, "proposal-over");
    }

    async fn it_is_made_and_answered_on_pages_that_show_no_answer(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let place = format!("/rooms/{dispute}/proposals");
        let (noor, amara) = (Browser::of(&scene.noor).await, Browser::of(&scene.amara).await);
        let fields = [("term-1-debtor", "respondent"), ("term-1-text-en", "pays the half of it"), ("term-1-amount", "225"), ("term-1-currency", "BDT")];
        let empty = noor.sends(&place, &place, &[("term-1-debtor", "respondent")]).await;
        assert_eq!(empty.status, 422, "{}", empty.text());
        let more = noor.sends(&place, &place, &[&fields[..], &[("more", "yes")]].concat()).await;
        assert!(more.text().contains("term-2-text-en") && more.text().contains("pays the half of it"), "{}", more.text());
        assert_eq!(noor.sends(&place, &place, &fields).await.status, 200);
        let id = id_of(&scene.noor.reads_proposals(dispute).await.expects(200)["items"][0]);
        let answer = format!("{place}/{id}/answer");
        assert_eq!(amara.sends(&place, &answer, &[]).await.status, 422, "neither yes nor no");
        let pages = async |accepts: &str| {
            let done = amara.sends(&place, &answer, &[("accepts", accepts)]).await;
            assert_eq!(done.status, 200, "{}", done.text());
            done.text()
        };
        let (yes, no) = (pages("yes").await, pages("no").await);
        assert_eq!(yes, no, "the page does not say what was answered");
        assert!(yes.contains("You have answered") && !yes.contains("checked"), "{yes}");
        let room = amara.reads(&format!("/rooms/{dispute}?channel=joint")).await;
        assert!(room.contains("pays the half of it") && room.contains(&place), "{room}");
    }
}
