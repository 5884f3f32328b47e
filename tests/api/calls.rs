//! Voice and video as the server carries them: who is in a call, what its members tell each other, and the key to the
//! relay. What an attacker's browser sends comes out rebuilt or not at all, and the other side of a caucus learns of none
//! of it (R5, R7, R17, R19).

use std::process::Command;

use serde_json::{Value, json};
use tests::concord::Settings;
use tests::masks::Masks;
use tests::on_both;
use tests::scene::Scene;
use tests::socket::Socket;
use tests::tools;

const SECRET: &str = "a secret that house and relay share";
const GATHERED: &str = include_str!("../../server/service/src/calls/examples/gathered.sdp");
/// Where somebody is: it may stand in nothing that another one hears.
const HOME: &str = "203.0.113.77";

fn with_a_relay(settings: Settings) -> Settings {
    settings
        .with("CONCORD_TURN_URLS", "turn:127.0.0.1:3478?transport=udp")
        .with("CONCORD_TURN_SECRET", SECRET)
}

struct Three {
    amara: Socket,
    bela: Socket,
    noor: Socket,
}

/// All three are in the room, and a session is open.
async fn in_session(scene: &Scene) -> Three {
    let dispute = scene.dispute.as_str();
    let (mut amara, _) = Socket::enters(&scene.amara.client(), dispute, json!({})).await;
    let (bela, _) = Socket::enters(&scene.bela.client(), dispute, json!({})).await;
    let (noor, _) = Socket::enters(&scene.noor.client(), dispute, json!({})).await;
    scene.noor.opens_session(dispute).await.expects(201);
    amara.hears(|frame| frame["t"] == "room" && frame["session"] == "open").await;
    Three { amara, bela, noor }
}

/// Joins, and gives the number of the joining.
async fn joins(socket: &mut Socket, channel: &str) -> u64 {
    socket.says(json!({"t": "call", "channel": channel, "on": true})).await;
    let begun = socket.hears(|frame| frame["t"] == "call_begun" && frame["channel"] == channel).await;
    socket.hears(|frame| frame["t"] == "call" && frame["channel"] == channel).await;
    begun["n"].as_u64().expect("a number")
}

fn signal(to: &str, data: Value) -> Value {
    json!({"t": "signal", "to": to, "data": data})
}

fn candidates(list: &[&str]) -> Value {
    let item = |text: &&str| json!({"candidate": text, "mid": "0"});
    json!({"kind": "candidates", "items": list.iter().map(item).collect::<Vec<_>>()})
}

async fn refusal(socket: &mut Socket, frame: Value) -> String {
    socket.says(frame).await;
    let refused = socket.hears(|frame| frame["t"] == "refused").await;
    refused["problem"]["code"].as_str().unwrap_or_default().to_owned()
}

on_both! {
    async fn r05_and_r17_what_a_caller_tells_reaches_one_person_and_holds_no_address_but_the_relays(settings: Settings) {
        let scene = Scene::in_mediation(with_a_relay(settings.without_limits())).await;
        let Three { mut amara, mut bela, mut noor } = in_session(&scene).await;
        let channel = "caucus-claimant";
        joins(&mut noor, channel).await;
        assert_eq!(joins(&mut amara, channel).await, 2);
        let seen = noor.hears(|frame| frame["t"] == "call" && frame["people"].as_array().is_some_and(|all| all.len() == 2)).await;
        assert_eq!(seen["people"], json!([{"who": "mediator", "n": 1}, {"who": "claimant", "n": 2}]));

        let offer = GATHERED.replace("192.0.2.2", HOME).replace("c=IN IP4 0.0.0.0", &format!("c=IN IP4 {HOME}"));
        assert!(offer.contains(&format!("{HOME} 43278 typ host")), "there is something to hide");
        amara.says(signal("mediator", json!({"kind": "offer", "sdp": offer}))).await;
        let told = noor.hears(|frame| frame["t"] == "signal").await;
        assert_eq!((&told["from"], &told["n"], &told["channel"]), (&json!("claimant"), &json!(2), &json!(channel)));
        let sdp = told["data"]["sdp"].as_str().expect("a description");
        assert!(sdp.contains("m=audio 9 ") && sdp.contains("a=fingerprint:sha-256 ") && !sdp.contains("a=candidate"), "{sdp}");
        let host = format!("candidate:1 1 udp 2122063615 {HOME} 43278 typ host");
        let upper = host.to_uppercase();
        let relay = format!("candidate:7 1 udp 41885439 198.51.100.9 50001 typ relay raddr {HOME} rport 4321");
        amara.says(signal("mediator", candidates(&[&host, &upper, &relay]))).await;
        let told = noor.hears(|frame| frame["data"]["kind"] == "candidates").await;
        let expected = "candidate:7 1 udp 41885439 198.51.100.9 50001 typ relay raddr 0.0.0.0 rport 0";
        assert_eq!(told["data"]["items"], json!([{"candidate": expected, "mid": "0"}]));
        // A signal of which nothing may be told is none.
        amara.says(signal("mediator", candidates(&[&host]))).await;
        amara.says(json!({"t": "call", "channel": channel, "on": false})).await;
        noor.hears(|frame| frame["t"] == "call" && frame["people"].as_array().is_some_and(|all| all.len() == 1)).await;
        noor.hears_nothing("joint", |frame| frame["t"] == "signal").await;

        let of_calls = |frame: &Value| ["call", "call_begun", "call_ended", "signal"].iter().any(|kind| frame["t"] == *kind);
        bela.hears_nothing("joint", of_calls).await;
        let all = [amara.raw.concat(), bela.raw.concat(), noor.raw.concat(), scene.service.log()].concat();
        assert!(!all.contains(HOME) && !all.contains("fd00::2"), "an address was passed on or logged");
    }

    async fn signals_and_calls_that_cannot_be_are_refused_and_the_socket_stays(settings: Settings) {
        let scene = Scene::in_mediation(with_a_relay(settings.without_limits())).await;
        let Three { mut amara, mut bela, mut noor } = in_session(&scene).await;
        let call = |channel: &str| json!({"t": "call", "channel": channel, "on": true});
        for channel in ["caucus-claimant", "notes", "nowhere"] {
            bela.says(call(channel)).await;
            let refused = bela.hears(|frame| frame["t"] == "refused").await;
            assert_eq!(refused["problem"]["status"], 404, "{channel}");
        }
        assert_eq!(refusal(&mut amara, signal("mediator", candidates(&[]))).await, "not-in-call");
        joins(&mut noor, "joint").await;
        joins(&mut amara, "joint").await;
        let cr = "candidate:1 1 udp 9 198.51.100.9 5 typ relay\ra=candidate:2 1 udp 9 203.0.113.77 5 typ host";
        for data in [
            json!({"kind": "bye"}),
            json!({"kind": "offer", "sdp": "v=0\r\n"}),
            json!({"kind": "offer", "sdp": GATHERED.replace("\r\n", "\n")}),
            json!({"kind": "offer", "sdp": GATHERED.replace("a=mid:0\r\n", "a=mid:0\ra=candidate:1 1 udp 9 203.0.113.77 5 typ host\r\n")}),
            candidates(&[cr]),
            json!({"kind": "offer", "sdp": "x".repeat(40_000)}),
            json!(null),
        ] {
            assert_eq!(refusal(&mut amara, signal("mediator", data.clone())).await, "signal-refused", "{data}");
        }
        noor.hears_nothing("joint", |frame| frame["t"] == "signal").await;
        // "I do not feel safe" ends the call of the shared channel at once, for all, and says no more than "paused".
        bela.says(json!({"t": "unsafe"})).await;
        for socket in [&mut amara, &mut noor] {
            socket.hears(|frame| frame["t"] == "call_ended" && frame["channel"] == "joint").await;
        }
        assert_eq!(refusal(&mut amara, call("joint")).await, "paused");
        joins(&mut noor, "caucus-claimant").await;
        joins(&mut amara, "caucus-claimant").await;
        scene.noor.client().delete(&format!("/disputes/{}/room/sessions/current", scene.dispute)).await.expects(200);
        amara.hears(|frame| frame["t"] == "call_ended" && frame["channel"] == "caucus-claimant").await;
        assert_eq!(refusal(&mut amara, call("caucus-claimant")).await, "no-session-open");
    }

    async fn a_key_to_the_relay_is_for_whoever_may_call_holds_ten_minutes_and_is_what_the_relay_makes(settings: Settings) {
        let settings = with_a_relay(settings).with("CONCORD_LIMIT_MEDIA_CREDENTIALS", "3,3/10min");
        let scene = Scene::in_mediation(settings).await;
        let path = format!("/disputes/{}/room/media-credentials", scene.dispute);
        let asks = async |person: &tests::cast::Person, channel: &str| person.client().post(&path, json!({"channel": channel})).await;
        assert_eq!(asks(&scene.amara, "joint").await.expects(409)["code"], "no-session-open");
        scene.noor.opens_session(&scene.dispute).await.expects(201);
        assert_eq!(asks(&scene.bela, "caucus-claimant").await.status, 404);
        assert_eq!(asks(&scene.rosa, "joint").await.status, 404, "the registrar does not sit in the room");
        asks(&scene.amara, "nowhere").await.expects(422);
        let key = asks(&scene.amara, "caucus-claimant").await.expects(201);
        assert_eq!((&key["urls"], &key["relay_only"]), (&json!(["turn:127.0.0.1:3478?transport=udp"]), &json!(true)));
        let username = key["username"].as_str().expect("a name");
        let (until, name) = username.split_once(':').expect("an expiry and a name");
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_secs();
        let until: u64 = until.parse().expect("seconds");
        assert!((now + 590..=now + 600).contains(&until), "{until} at {now}");
        assert_eq!(name.len(), 16, "twelve random bytes, and nobody's name: {username}");
        assert_eq!(key["credential"], hmac_of(username));
        asks(&scene.amara, "joint").await.expects(201);
        asks(&scene.amara, "joint").await.expects(201);
        let refused = asks(&scene.amara, "joint").await;
        assert_eq!(refused.status, 429);
        assert!(refused.header("retry-after").is_some());
        asks(&scene.bela, "joint").await.expects(201);
        let shown = scene.service.runs(&["check-config"], "");
        let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
        assert!(shown.contains("turn_secret = \"(set)\"") && !shown.contains(SECRET), "{shown}");
        assert!(!scene.service.log().contains(SECRET));
    }

    async fn without_a_relay_there_are_no_calls_and_the_pages_say_so(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let Three { mut amara, .. } = in_session(&scene).await;
        assert_eq!(refusal(&mut amara, json!({"t": "call", "channel": "joint", "on": true})).await, "calls-off");
        let path = format!("/disputes/{}/room/media-credentials", scene.dispute);
        let refused = scene.amara.client().post(&path, json!({"channel": "joint"})).await.expects(409);
        assert_eq!(refused["code"], "calls-off");
        let visitor = scene.amara.signs_in_on_a_page().await;
        let room = visitor.send(visitor.page(reqwest::Method::GET, &format!("/rooms/{}", scene.dispute))).await;
        assert!(room.text().contains("data-part=\"entries\"") && !room.text().contains("data-part=\"talk\""));
        let tried = visitor.send(visitor.page(reqwest::Method::GET, "/try-out")).await;
        assert!(tried.text().contains("Calls are not set up here"));
        assert!(room.header("permissions-policy").is_some_and(|policy| policy.contains("microphone=(self)")));
        let list = visitor.send(visitor.page(reqwest::Method::GET, "/disputes")).await;
        assert!(list.header("permissions-policy").is_some_and(|policy| policy.contains("microphone=()")));
    }

    async fn r17_in_shuttle_the_sides_share_no_call(settings: Settings) {
        let scene = Scene::in_shuttle(with_a_relay(settings).with("CONCORD_CALLS_DIRECT", "yes")).await;
        let Three { mut amara, mut bela, mut noor } = in_session(&scene).await;
        amara.says(json!({"t": "call", "channel": "joint", "on": true})).await;
        assert_eq!(amara.hears(|frame| frame["t"] == "refused").await["problem"]["status"], 404);
        joins(&mut bela, "caucus-respondent").await;
        joins(&mut noor, "caucus-respondent").await;
        let host = "candidate:1 1 udp 2122063615 203.0.113.77 43278 typ host";
        bela.says(signal("mediator", candidates(&[host]))).await;
        bela.says(json!({"t": "call", "channel": "caucus-respondent", "on": false})).await;
        noor.hears(|frame| frame["t"] == "call" && frame["people"].as_array().is_some_and(|all| all.len() == 1)).await;
        noor.hears_nothing("notes", |frame| frame["t"] == "signal").await;
        amara.hears_nothing("caucus-claimant", |frame| frame["t"] == "call" || frame["t"] == "signal").await;
        let path = format!("/disputes/{}/room/media-credentials", scene.dispute);
        let key = scene.bela.client().post(&path, json!({"channel": "caucus-respondent"})).await.expects(201);
        assert_eq!(key["relay_only"], true, "whatever the house chose for others");
    }

    async fn r05_a_call_in_caucus_changes_no_byte_of_the_other_side(settings: Settings) {
        let backend = settings.backend();
        let mut quiet = House::opens(settings, false).await;
        let mut busy = House::opens(Settings::on(backend), true).await;
        for round in 0..25 {
            quiet.plays(round).await;
            busy.plays(round).await;
            assert_eq!(quiet.claimant_sees().await, busy.claimant_sees().await, "round {round}");
        }
        let told = busy.three.noor.heard_so_far();
        assert!(told.iter().filter(|frame| frame["t"] == "signal").count() >= 25, "there was enough to leak");
    }
}

/// The password that a relay makes of a name.
fn hmac_of(username: &str) -> String {
    let line =
        format!("printf %s '{username}' | openssl dgst -sha1 -hmac '{SECRET}' -binary | openssl base64 -A");
    tools::printed(Command::new("sh").args(["-c", &line]))
}

/// A house in which people speak in public, and in the busy one the respondent and the mediator also call each other.
struct House {
    scene: Scene,
    three: Three,
    is_busy: bool,
    masks: Masks,
}

impl House {
    async fn opens(settings: Settings, is_busy: bool) -> Self {
        let scene = Scene::in_mediation(with_a_relay(settings.without_limits())).await;
        let mut three = in_session(&scene).await;
        for who in ["claimant", "respondent", "mediator"] {
            three
                .amara
                .hears(|frame| frame["body"]["kind"] == "arrival" && frame["body"]["who"] == who)
                .await;
        }
        three.amara.posts("joint", "Everybody is here").await;
        three.amara.heard_so_far();
        Self { scene, three, is_busy, masks: Masks::default() }
    }

    async fn plays(&mut self, round: u64) {
        let text = format!("What is said in public {round}");
        if self.is_busy {
            let Three { bela, noor, .. } = &mut self.three;
            joins(noor, "caucus-respondent").await;
            joins(bela, "caucus-respondent").await;
            bela.says(signal("mediator", candidates(&["candidate:7 1 udp 9 198.51.100.9 5 typ relay"])))
                .await;
            if round.is_multiple_of(2) {
                bela.says(json!({"t": "call", "channel": "caucus-respondent", "on": false})).await;
            }
        }
        assert_eq!(self.three.bela.posts("joint", &text).await["t"], "posted");
        self.three.amara.hears_text(&text).await;
        if self.is_busy {
            self.three.noor.says(json!({"t": "call", "channel": "caucus-respondent", "on": false})).await;
        }
        let text = format!("And the mediator answers {round}");
        assert_eq!(self.three.noor.posts("joint", &text).await["t"], "posted");
        self.three.amara.hears_text(&text).await;
    }

    async fn claimant_sees(&mut self) -> Vec<String> {
        assert_eq!(self.three.amara.posts("joint", "the end of this round").await["t"], "posted");
        let mut seen: Vec<String> = self.three.amara.heard_so_far().iter().map(Value::to_string).collect();
        let dispute = &self.scene.dispute;
        for path in [format!("/disputes/{dispute}"), format!("/disputes/{dispute}/room")] {
            let answer = self.scene.amara.client().get(&path).await;
            let etag = answer.header("etag").unwrap_or_default().to_owned();
            seen.push(format!("{path} {} {etag} {}", answer.status, answer.text()));
        }
        seen.iter().map(|text| self.masks.mask(text)).collect()
    }
}
