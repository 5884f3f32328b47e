//! Promise 1, by force: twenty times the program is killed without warning under four writing clients, two at sockets
//! and two at the plain door. Every acknowledged entry is there once, in order, under the number that was
//! acknowledged. (That an acknowledgement waits for the disk, no kill can show: the page cache outlives a process.)

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tests::client::Client;
use tests::on_both;
use tests::scene::Scene;
use tests::socket::{entry_id, message};

const ROUNDS: u64 = 20;

/// What was acknowledged: the number by the entry's id.
type Acknowledged = Arc<Mutex<BTreeMap<String, u64>>>;

/// Posts at the plain door until the line breaks for good.
async fn writes_by_form(client: Client, dispute: String, kept: Acknowledged, stop: Arc<AtomicBool>) {
    let path = format!("/disputes/{dispute}/room/channels/joint/entries");
    while !stop.load(Ordering::Relaxed) {
        let id = entry_id();
        let body = json!({"id": id, "body": message(&format!("By the form under {id}"))});
        let request = client.request(reqwest::Method::POST, &path).json(&body);
        match client.try_send(request).await {
            Ok(answer) if answer.status == 201 => {
                let seq = answer.json()["seq"].as_u64().expect("an acknowledged number");
                kept.lock().expect("no writer died").insert(id, seq);
            }
            Ok(answer) => {
                assert!([429, 503].contains(&answer.status), "{}: {}", answer.status, answer.text())
            }
            Err(_) => return,
        }
    }
}

/// Posts at a socket until it breaks.
async fn writes_by_socket(client: Client, dispute: String, kept: Acknowledged, stop: Arc<AtomicBool>) {
    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::Message;
    let Ok(mut stream) = tests::socket::open_raw(&client, &dispute, &[]).await else { return };
    if stream
        .send(Message::text(json!({"t": "hello", "after": {"joint": 1_000_000}}).to_string()))
        .await
        .is_err()
    {
        return;
    }
    while !stop.load(Ordering::Relaxed) {
        let id = entry_id();
        let body = message(&format!("By the socket under {id}"));
        let frame = json!({"t": "post", "id": id, "channel": "joint", "body": body});
        if stream.send(Message::text(frame.to_string())).await.is_err() {
            return;
        }
        loop {
            let Some(Ok(Message::Text(text))) = stream.next().await else { return };
            let heard: Value = serde_json::from_str(&text).expect("a frame is JSON");
            let frames = heard.as_array().cloned().unwrap_or_else(|| vec![heard]);
            let own = frames.iter().find(|frame| frame["t"] == "posted" && frame["id"] == id.as_str());
            if let Some(posted) = own {
                kept.lock().expect("no writer died").insert(id, posted["seq"].as_u64().expect("a number"));
                break;
            }
        }
    }
}

/// Every entry of the joint session, page by page.
async fn everything(scene: &Scene) -> Vec<(u64, String)> {
    let mut all = Vec::new();
    loop {
        let after = all.last().map_or(0, |(seq, _): &(u64, String)| *seq);
        let page = scene.noor.reads_channel(&scene.dispute, "joint", after).await.expects(200);
        let items = page["items"].as_array().expect("items").clone();
        if items.is_empty() {
            return all;
        }
        let pair = |item: &Value| Some((item["seq"].as_u64()?, item["id"].as_str()?.to_owned()));
        all.extend(items.iter().map(|item| pair(item).expect("a number and an id")));
    }
}

on_both! {
    async fn twenty_kills_under_four_writers_lose_and_double_nothing(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits().that_may_complain()).await;
        let kept: Acknowledged = Arc::default();
        for round in 0..ROUNDS {
            let stop = Arc::new(AtomicBool::new(false));
            let again = || (scene.dispute.clone(), Arc::clone(&kept), Arc::clone(&stop));
            let mut writers = Vec::new();
            for person in [&scene.amara, &scene.bela] {
                let (dispute, kept, stop) = again();
                writers.push(tokio::spawn(writes_by_socket(person.client(), dispute, kept, stop)));
            }
            for person in [&scene.bela, &scene.noor] {
                let (dispute, kept, stop) = again();
                writers.push(tokio::spawn(writes_by_form(person.client(), dispute, kept, stop)));
            }
            let before = kept.lock().expect("no writer died").len();
            let count = async || kept.lock().expect("no writer died").len();
            tests::until("somebody wrote in this round", async || count().await > before).await;
            tokio::time::sleep(Duration::from_millis(60 + round * 37 % 200)).await;
            scene.service.is_killed();
            stop.store(true, Ordering::Relaxed);
            for writer in writers {
                writer.await.expect("no writer died");
            }
            scene.service.starts().await;
        }

        let all = everything(&scene).await;
        let numbers: Vec<u64> = all.iter().map(|(seq, _)| *seq).collect();
        assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>(), "1, 2, 3 … without a gap or a double");
        let mut places: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        for (seq, id) in &all {
            places.entry(id).or_default().push(*seq);
        }
        let kept = kept.lock().expect("no writer died");
        for (id, seq) in kept.iter() {
            assert_eq!(places.get(id.as_str()), Some(&vec![*seq]), "acknowledged as {seq}");
        }
        assert!(kept.len() > 100, "enough was written: {}", kept.len());
    }
}
