//! R5, by comparison: two houses play the same 200 random schedules of public acts; in one of them the respondent and
//! the mediator also meet in caucus. What the claimant gets (frames, API answers with their headers, mails) must be
//! the same, with only clocks and random names masked.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::concord::Settings;
use tests::on_both;
use tests::scene::Scene;
use tests::socket::{Socket, entry_id, message};

const SCHEDULES: u64 = 200;

/// A small generator of our own: the same schedule in both houses, and a failure names its seed.
struct Dice(u64);

impl Dice {
    fn throws(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[derive(Debug, Clone)]
enum Act {
    ClaimantSpeaks(String),
    RespondentSpeaks(String),
    MediatorSpeaks(String),
    ClaimantTypes,
    /// Only in the house with caucus traffic.
    Aside(u64),
}

fn schedule(seed: u64) -> Vec<Act> {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let acts = 3 + dice.throws(4);
    (0..acts)
        .map(|at| match dice.throws(7) {
            0 => Act::ClaimantSpeaks(format!("Claimant's words {seed} {at}")),
            1 => Act::RespondentSpeaks(format!("Respondent's words {seed} {at}")),
            2 => Act::MediatorSpeaks(format!("Mediator's words {seed} {at}")),
            3 => Act::ClaimantTypes,
            _ => Act::Aside(dice.throws(5)),
        })
        .collect()
}

struct House {
    scene: Scene,
    amara: Socket,
    bela: Socket,
    noor: Socket,
    with_asides: bool,
    asides: u64,
    masks: BTreeMap<String, String>,
}

impl House {
    async fn opens(settings: Settings, with_asides: bool) -> Self {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let (amara, _) = Socket::enters(&scene.amara.client(), &scene.dispute, json!({})).await;
        let (bela, _) = Socket::enters(&scene.bela.client(), &scene.dispute, json!({})).await;
        let (noor, _) = Socket::enters(&scene.noor.client(), &scene.dispute, json!({})).await;
        Self { scene, amara, bela, noor, with_asides, asides: 0, masks: BTreeMap::new() }
    }

    async fn plays(&mut self, act: &Act) {
        match act {
            Act::ClaimantSpeaks(text) => {
                assert_eq!(self.amara.posts("joint", text).await["t"], "posted");
                self.bela.hears_text(text).await;
            }
            Act::RespondentSpeaks(text) => {
                assert_eq!(self.bela.posts("joint", text).await["t"], "posted");
                self.amara.hears_text(text).await;
            }
            Act::MediatorSpeaks(text) => {
                assert_eq!(self.noor.posts("joint", text).await["t"], "posted");
                self.amara.hears_text(text).await;
            }
            Act::ClaimantTypes => self.amara.says(json!({"t": "typing", "channel": "joint"})).await,
            Act::Aside(kind) if self.with_asides => self.meets_aside(*kind).await,
            Act::Aside(_) => {}
        }
    }

    /// What may happen in a caucus; each is heard by its insider before the play goes on, so that it was not empty.
    async fn meets_aside(&mut self, kind: u64) {
        self.asides += 1;
        let text = format!("An aside that nobody else hears {}", self.asides);
        let channel = "caucus-respondent";
        match kind {
            0 => {
                assert_eq!(self.bela.posts(channel, &text).await["t"], "posted");
                self.noor.hears_text(&text).await;
            }
            1 => {
                assert_eq!(self.noor.posts(channel, &text).await["t"], "posted");
                self.bela.hears_text(&text).await;
            }
            2 => {
                self.scene
                    .bela
                    .posts(&self.scene.dispute, channel, &entry_id(), message(&text))
                    .await
                    .expects(201);
                self.noor.hears_text(&text).await;
            }
            3 => {
                self.bela.says(json!({"t": "typing", "channel": channel})).await;
                assert_eq!(self.noor.posts("notes", &text).await["t"], "posted");
            }
            _ => {
                let seq = self.bela.posts(channel, &text).await["seq"].clone();
                self.noor.hears_text(&text).await;
                self.noor.says(json!({"t": "seen", "channel": channel, "seq": seq})).await;
            }
        }
    }

    /// Everything that the claimant has and can ask for now, masked.
    async fn claimant_sees(&mut self) -> Vec<String> {
        // A marker closes the view: what was on its way before it has come.
        assert_eq!(self.amara.posts("joint", "the end of this schedule").await["t"], "posted");
        self.bela.hears_text("the end of this schedule").await;
        let mut seen: Vec<String> = self.amara.heard_so_far().iter().map(Value::to_string).collect();
        let dispute = &self.scene.dispute;
        for path in [
            "/disputes".to_owned(),
            format!("/disputes/{dispute}"),
            format!("/disputes/{dispute}/room"),
            format!("/disputes/{dispute}/agreement"),
            format!("/disputes/{dispute}/room/channels/joint/entries?limit=3"),
            format!("/disputes/{dispute}/room/channels/caucus-claimant/entries"),
            format!("/disputes/{dispute}/room/channels/caucus-respondent/entries"),
        ] {
            let answer = self.scene.amara.client().get(&path).await;
            let etag = answer.header("etag").unwrap_or_default().to_owned();
            let modified = answer.header("last-modified").unwrap_or_default().to_owned();
            seen.push(format!("{path} {} {etag} {modified} {}", answer.status, answer.text()));
        }
        let mails = self.scene.service.letters().to(&self.scene.amara.email);
        seen.extend(mails.iter().map(|mail| format!("mail {}", mail.subject)));
        seen.iter().map(|text| mask(text, &mut self.masks)).collect()
    }
}

/// Puts a stable name in the place of every id, digest, reference, token and time. The same thing has the same name
/// throughout, so that a digest or version that changes because of a caucus still shows.
fn mask(text: &str, names: &mut BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || "-_:.".contains(letter);
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !is_part(letter)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        out.push_str(&mask_word(word, names));
        let gap = after.find(is_part).unwrap_or(after.len());
        out.push_str(&after[..gap]);
        rest = &after[gap..];
    }
    out
}

fn mask_word(word: &str, names: &mut BTreeMap<String, String>) -> String {
    let is_time =
        word.len() >= 20 && word.as_bytes().get(4) == Some(&b'-') && word.contains('T') && word.contains(':');
    let is_millis = word.len() == 13 && word.bytes().all(|letter| letter.is_ascii_digit());
    if is_time || is_millis {
        return "TIME".to_owned();
    }
    let is_day =
        word.len() == 10 && word.as_bytes().get(4) == Some(&b'-') && word.as_bytes().get(7) == Some(&b'-');
    let is_reference = word.starts_with("CD-") && word.len() == 12;
    let is_random = word.len() >= 22 && word.bytes().any(|letter| letter.is_ascii_digit());
    if is_day || !(is_reference || is_random) {
        return word.to_owned();
    }
    let next = format!("#{}", names.len());
    names.entry(word.to_owned()).or_insert(next).clone()
}

on_both! {
    async fn r05_the_other_side_never_learns_of_a_caucus(settings: Settings) {
        let backend = settings.backend();
        let mut quiet = House::opens(settings, false).await;
        let mut busy = House::opens(Settings::on(backend), true).await;
        for seed in 0..SCHEDULES {
            for act in schedule(seed) {
                quiet.plays(&act).await;
                busy.plays(&act).await;
            }
            let (without, with) = (quiet.claimant_sees().await, busy.claimant_sees().await);
            assert_eq!(without, with, "schedule {seed}: {:?}", schedule(seed));
        }
        assert!(busy.asides > SCHEDULES, "there was enough to leak: {}", busy.asides);
        // And the insider did hear it all: the comparison could have failed.
        let heard = busy.scene.noor.reads_channel(&busy.scene.dispute, "caucus-respondent", 0).await.expects(200);
        assert!(heard["items"].as_array().is_some_and(|items| items.len() > 100), "{heard}");
    }
}

#[test]
fn the_mask_hides_names_and_times_and_shows_a_change() {
    let mut names = BTreeMap::new();
    let id = "019a0000-0000-7000-8000-000000000001";
    let first = mask(&format!(r#"{{"id":"{id}","at":"2026-11-24T14:00:00.123Z","seq":4}}"#), &mut names);
    assert_eq!(first, r##"{"id":"#0","at":"TIME","seq":4}"##);
    let same = mask(&format!("{id} and sha256:{}", "1".repeat(64)), &mut names);
    assert_eq!(same, "#0 and #1");
    let changed = mask(&format!("{id} and sha256:{}", "2".repeat(64)), &mut names);
    assert_ne!(same, changed);
}
