//! The promises of the room, each by name: what is acknowledged is there once and in order, whoever has no seat hears
//! nothing, and each wrong frame ends as it should. The kill test and the caucus test have files of their own.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::on_both;
use tests::scene::Scene;
use tests::socket::{Socket, entry_id, message};
use tokio_tungstenite::tungstenite::Message;

async fn sockets(scene: &Scene) -> (Socket, Socket, Socket) {
    let (amara, _) = Socket::enters(&scene.amara.client(), &scene.dispute, json!({})).await;
    let (bela, _) = Socket::enters(&scene.bela.client(), &scene.dispute, json!({})).await;
    let (noor, _) = Socket::enters(&scene.noor.client(), &scene.dispute, json!({})).await;
    (amara, bela, noor)
}

on_both! {
    async fn the_same_id_is_one_entry_and_another_body_under_it_is_refused(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (mut amara, mut bela, _noor) = sockets(&scene).await;
        let id = entry_id();
        let first = amara.posts_as(&id, "joint", message("This is said once")).await;
        assert_eq!(first["t"], "posted", "{first}");
        let again = amara.posts_as(&id, "joint", message("This is said once")).await;
        assert_eq!((&first["seq"], &first["at"]), (&again["seq"], &again["at"]));
        let by_form = scene.amara.posts(&scene.dispute, "joint", &id, message("This is said once")).await.expects(200);
        assert_eq!(by_form["seq"], first["seq"], "the plain door knows the same id");

        let other = amara.posts_as(&id, "joint", message("This is another thing")).await;
        assert_eq!(other["t"], "refused", "{other}");
        assert!(other["problem"]["type"].as_str().is_some_and(|kind| kind.ends_with("id-reused")), "{other}");
        let thief = bela.posts_as(&id, "joint", message("This is said once")).await;
        assert_eq!(thief["t"], "refused", "another author under the same id: {thief}");
        let aside = amara.posts_as(&id, "caucus-claimant", message("The same id elsewhere")).await;
        assert_eq!(aside["t"], "posted", "in another channel the id is unrelated: {aside}");

        bela.hears_text("This is said once").await;
        bela.hears_nothing("joint", |frame| frame["body"]["text"] == "This is said once").await;
    }

    async fn the_author_gets_posted_and_every_other_socket_the_entry(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (mut amara, mut bela, mut noor) = sockets(&scene).await;
        let (mut second, _) = Socket::enters(&scene.amara.client(), &scene.dispute, json!({})).await;
        let posted = amara.posts("joint", "Hello from the first telephone").await;
        for ear in [&mut bela, &mut noor, &mut second] {
            let heard = ear.hears_text("Hello from the first telephone").await;
            assert_eq!((&heard["seq"], &heard["id"], &heard["at"]), (&posted["seq"], &posted["id"], &posted["at"]));
        }
        amara.hears_nothing("joint", |frame| frame["body"]["text"] == "Hello from the first telephone").await;
    }

    async fn a_newcomer_hears_everything_after_the_named_number_and_then_what_is_new(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let (mut amara, _bela, _noor) = sockets(&scene).await;
        let mut numbers = Vec::new();
        for count in 0..40 {
            let posted = amara.posts("joint", &format!("Sentence number {count} of forty")).await;
            numbers.push(posted["seq"].as_u64().expect("a number"));
        }
        let after = numbers[9];
        let (mut ear, _) = Socket::enters(&scene.noor.client(), &scene.dispute, json!({"joint": after})).await;
        let caught_up = ear.hears(|frame| frame["t"] == "caught_up" && frame["channel"] == "joint").await;
        assert_eq!(caught_up["seq"].as_u64(), numbers.last().copied());
        amara.posts("joint", "And one that is new").await;
        ear.hears_text("And one that is new").await;
        let heard = ear.heard_so_far();
        let said = heard.iter().filter(|frame| frame["channel"] == "joint" && frame["body"]["kind"] == "message");
        let replayed: Vec<u64> = said.filter_map(|frame| frame["seq"].as_u64()).collect();
        assert_eq!(replayed, numbers[10..], "each once, in order, from the number on");
    }

    async fn a_batch_in_one_frame_is_stored_in_its_order(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (mut amara, mut bela, _noor) = sockets(&scene).await;
        let ids: Vec<String> = (0..3).map(|_| entry_id()).collect();
        let post = |(at, id): (usize, &String)| {
            json!({"t": "post", "id": id, "channel": "joint", "body": message(&format!("Part {at} of a batch"))})
        };
        amara.says(Value::Array(ids.iter().enumerate().map(post).collect())).await;
        let mut last = 0;
        for (at, id) in ids.iter().enumerate() {
            let posted = amara.hears(|frame| frame["t"] == "posted" && frame["id"] == *id).await;
            let seq = posted["seq"].as_u64().expect("a number");
            assert!(seq > last, "in the order of the batch");
            last = seq;
            assert_eq!(bela.hears_text(&format!("Part {at} of a batch")).await["seq"], seq);
        }
    }

    async fn whoever_has_no_seat_finds_no_room(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let eve = scene.service.person("Eve Stone").await;
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        for outsider in [&eve, &odil, &scene.rosa] {
            let refused = Socket::tries(&outsider.client(), &scene.dispute, &[]).await.err().expect("no socket");
            assert_eq!(refused.status, 404, "{}", outsider.name);
            for answer in [
                outsider.looks_into_room(&scene.dispute).await,
                outsider.reads_channel(&scene.dispute, "joint", 0).await,
                outsider.posts(&scene.dispute, "joint", &entry_id(), message("Let me in here please")).await,
            ] {
                answer.is_refused(404, "");
            }
        }
        // The insiders do get in, and none reaches a channel of others.
        let (mut amara, ..) = sockets(&scene).await;
        for channel in ["caucus-respondent", "notes", "no-such-channel"] {
            let refused = amara.posts(channel, "I should not be here at all").await;
            assert_eq!((&refused["t"], &refused["problem"]["status"]), (&json!("refused"), &json!(404)), "{channel}");
            scene.amara.reads_channel(&scene.dispute, channel, 0).await.is_refused(404, "");
        }
        assert_eq!(amara.posts("joint", "Here I may speak indeed").await["t"], "posted");
    }

    async fn wrong_frames_close_the_socket_with_their_code(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let client = scene.amara.client();
        let hello = json!({"t": "hello", "after": {}}).to_string();
        let large = json!({"t": "post", "id": entry_id(), "channel": "joint", "body": message(&"a".repeat(70_000))});
        // A text frame that is no UTF-8 cannot be made with this library; the browser's cannot either.
        for (what, sent, code) in [
            ("no JSON", Message::text("{"), 1008),
            ("no frame", Message::text(r#"{"t":"sing"}"#), 1008),
            ("an unknown field", Message::text(r#"{"t":"typing","channel":"joint","loud":true}"#), 1008),
            ("too large", Message::text(large.to_string()), 1009),
        ] {
            let mut socket = Socket::tries(&client, &scene.dispute, &[]).await.expect("a seat");
            socket.says_text(&hello).await;
            socket.hears(|frame| frame["t"] == "welcome").await;
            socket.sends(sent).await.ok();
            let ended = socket.ends().await;
            assert_eq!(ended, code, "{what}");
        }
        let mut first = Socket::tries(&client, &scene.dispute, &[]).await.expect("a seat");
        first.says(json!({"t": "typing", "channel": "joint"})).await;
        assert_eq!(first.ends().await, 1008, "whoever does not say hello first");
    }

    async fn a_foreign_origin_or_two_credentials_open_no_socket(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let client = scene.amara.client();
        for (header, status) in [(("origin", "https://elsewhere.example"), 403), (("origin", "null"), 403), (("cookie", "session=abcdefghijklmnopqrstuvwxyz012345"), 400)] {
            let refused = Socket::tries(&client, &scene.dispute, &[header]).await.err().expect("no socket");
            assert_eq!(refused.status, status, "{header:?}");
        }
        let own = Socket::tries(&client, &scene.dispute, &[("origin", scene.service.base())]).await;
        assert!(own.is_ok(), "the house's own origin is welcome");
        let nobody = Socket::tries(&scene.service.stranger(), &scene.dispute, &[]).await.err().expect("no socket");
        assert_eq!(nobody.status, 401);
    }

    async fn an_ended_session_closes_its_sockets_within_a_second(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (mut amara, mut bela, _noor) = sockets(&scene).await;
        scene.amara.signs_out().await.expects(204);
        let begun = Instant::now();
        assert_eq!(amara.ends().await, 4001);
        assert!(begun.elapsed() < Duration::from_secs(1), "{:?}", begun.elapsed());
        assert_eq!(bela.posts("joint", "The others stay and talk").await["t"], "posted");
    }

    async fn a_stop_says_goodbye_with_spread_waits_and_loses_nothing(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (mut amara, mut bela, mut noor) = sockets(&scene).await;
        let posted = amara.posts("joint", "The last word before the stop").await;
        let stopping = scene.service.stops();
        assert!(stopping < Duration::from_secs(10), "{stopping:?}");
        let mut waits = Vec::new();
        for socket in [&mut amara, &mut bela, &mut noor] {
            let bye = socket.hears(|frame| frame["t"] == "bye").await;
            assert_eq!(bye["reason"], "restart");
            waits.push(bye["retry_ms"].as_u64().expect("a wait"));
            assert_eq!(socket.ends().await, 1001);
        }
        waits.dedup();
        assert!(waits.len() > 1, "they do not all come back at once: {waits:?}");
        scene.service.starts().await;
        let (mut back, _) = Socket::enters(&scene.bela.client(), &scene.dispute, json!({})).await;
        assert_eq!(back.hears_text("The last word before the stop").await["seq"], posted["seq"]);
    }

    async fn a_reader_that_never_reads_is_cut_off_and_holds_nobody_up(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let (mut amara, mut bela, _noor) = sockets(&scene).await;
        let (mut sleeper, _) = Socket::enters(&scene.noor.client(), &scene.dispute, json!({})).await;
        let awake = tokio::spawn(async move {
            while bela.hears_any_text().await != "The word after the flood" {}
        });
        // What the sleeper does not take fills the line's buffers (about 4 MB) and then its queue.
        let long = "word ".repeat(700);
        let mut slowest = Duration::ZERO;
        for _ in 0..2200 {
            let begun = Instant::now();
            assert_eq!(amara.posts("joint", &long).await["t"], "posted");
            slowest = slowest.max(begun.elapsed());
        }
        amara.posts("joint", "The word after the flood").await;
        awake.await.expect("whoever reads hears it all");
        assert!(slowest < Duration::from_secs(5), "somebody waited for the sleeper: {slowest:?}");
        let ended = sleeper.ends().await;
        assert!(ended == 4008 || ended == 1006, "cut off as slow: {ended}");
        // It catches up by saying hello.
        let page = scene.noor.reads_channel(&scene.dispute, "joint", 2200).await.expects(200);
        let (mut back, _) = Socket::enters(&scene.noor.client(), &scene.dispute, json!({"joint": 2200})).await;
        back.hears_text("The word after the flood").await;
        assert!(page["items"].as_array().is_some_and(|items| !items.is_empty()));
    }
}
