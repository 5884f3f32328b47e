//! R5, by comparison: two houses play the same 200 random schedules of public acts; in one of them the respondent and
//! the mediator also meet in caucus. What the claimant gets (frames, API answers with their headers, mails) must be
//! the same, with only clocks and random names masked.

use serde_json::{Value, json};
use tests::concord::Settings;
use tests::masks::Masks;
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
    masks: Masks,
}

impl House {
    async fn opens(settings: Settings, with_asides: bool) -> Self {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let (amara, _) = Socket::enters(&scene.amara.client(), &scene.dispute, json!({})).await;
        let (bela, _) = Socket::enters(&scene.bela.client(), &scene.dispute, json!({})).await;
        let (noor, _) = Socket::enters(&scene.noor.client(), &scene.dispute, json!({})).await;
        Self { scene, amara, bela, noor, with_asides, asides: 0, masks: Masks::default() }
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
        seen.iter().map(|text| self.masks.mask(text)).collect()
    }
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
