//! R5, by comparison: two houses play the same 200 random schedules of public acts; in one of them the respondent and
//! the mediator also meet in caucus, and the respondent enters figures, answers a proposal and shares pictures. What the claimant gets
//! (frames, API answers with their headers, pages, mails) must be the same, with only clocks and random names masked.

use std::ops::Range;

use reqwest::Method;
use serde_json::{Value, json};
use tests::browser::Browser;
use tests::cast::{Person, a_caucus, a_picture, a_question, a_summary, a_term, a_timer, an_answer_to};
use tests::concord::{Backend, Settings};
use tests::events::Events;
use tests::masks::Masks;
use tests::on_both;
use tests::scene::Scene;
use tests::socket::{Socket, entry_id, message};

const NOBODYS: &str = "019a0000-0000-7000-8000-00000000dead";

/// How many a side may ask in one mediation; then the house says no.
const ASKED_BESIDE_MAX: u64 = 20;

/// After how many schedules everybody signs in again.
const SCHEDULES_A_SESSION: u64 = 50;

/// After how many there are two new houses: nobody suggests, asks or shares without end in one dispute.
const SCHEDULES_A_HOUSE: u64 = 200;

/// How many schedules are played; `CONCORD_TEST_SCHEDULES` names another number, for a night's run.
fn schedules() -> u64 {
    std::env::var("CONCORD_TEST_SCHEDULES").map_or(200, |number| number.parse().expect("a number"))
}

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
    /// The mediator takes an open question for blind bids back, and asks anew: each figure is entered once.
    MediatorAsks,
    /// The mediator writes a new text. In the house with caucus traffic, the respondent has suggested it privately.
    MediatorRevises(String),
    /// Only in the house with caucus traffic.
    Aside(u64),
}

fn schedule(seed: u64) -> Vec<Act> {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let acts = 3 + dice.throws(4);
    (0..acts)
        .map(|at| match dice.throws(9) {
            0 => Act::ClaimantSpeaks(format!("Claimant's words {seed} {at}")),
            1 => Act::RespondentSpeaks(format!("Respondent's words {seed} {at}")),
            2 => Act::MediatorSpeaks(format!("Mediator's words {seed} {at}")),
            3 => Act::ClaimantTypes,
            4 => Act::MediatorAsks,
            5 => Act::MediatorRevises(format!("pays what was said in {seed} {at}")),
            _ => Act::Aside(dice.throws(17)),
        })
        .collect()
}

struct House {
    scene: Scene,
    amara: Socket,
    /// The claimant's other telephone, which no WebSocket reaches.
    events: Events,
    /// Interprets for the claimant.
    dela: Socket,
    interpreter: Person,
    bela: Socket,
    noor: Socket,
    /// Mediates beside Noor.
    co_mediator: Person,
    omar: Socket,
    with_asides: bool,
    asides: u64,
    /// The question that is open, whether the respondent has answered it, and the proposal that is open.
    bid: String,
    has_entered: bool,
    proposal: String,
    secrets: u64,
    /// The last file that was shared aside; in the quiet house there is none under it.
    file: String,
    files: u64,
    /// Whom the respondent asks to sit beside them, and how often.
    eve: Person,
    asked: u64,
    page: Browser,
    revision: u64,
    masks: Masks,
}

impl House {
    async fn opens(settings: Settings, with_asides: bool) -> Self {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        scene
            .noor
            .revises(&scene.dispute, 0, json!([a_term("pays it all back", "450.00")]))
            .await
            .expects(201);
        let page = Browser::of(&scene.amara).await;
        let eve = scene.service.person("Eve Stone").await;
        let interpreter = scene.sits_beside_amara("Dela Haq", "interpreter").await;
        let (dela, _) = Socket::enters(&interpreter.client(), &scene.dispute, json!({})).await;
        let (amara, _) = Socket::enters(&scene.amara.client(), &scene.dispute, json!({})).await;
        let (events, _) = Events::enters(&scene.amara.client(), &scene.dispute, "").await;
        let (bela, _) = Socket::enters(&scene.bela.client(), &scene.dispute, json!({})).await;
        let (noor, _) = Socket::enters(&scene.noor.client(), &scene.dispute, json!({})).await;
        let co_mediator = scene.seats_co_mediator("Omar Vale", (false, false)).await;
        let (omar, _) = Socket::enters(&co_mediator.client(), &scene.dispute, json!({})).await;
        let (terms, end) = (json!([a_term("pays half back", "225.00")]), Some("2037-01-15T12:00:00Z"));
        let made = scene.noor.proposes(&scene.dispute, terms, end).await;
        let proposal = made.expects(201)["id"].as_str().expect("an id").to_owned();
        let (bid, masks) = (String::new(), Masks::default());
        let (asides, secrets, has_entered) = (0, 0, false);
        let mut house = Self {
            scene,
            amara,
            events,
            dela,
            interpreter,
            bela,
            noor,
            co_mediator,
            omar,
            with_asides,
            asides,
            bid,
            has_entered,
            proposal,
            secrets,
            file: NOBODYS.to_owned(),
            files: 0,
            eve,
            asked: 0,
            page,
            revision: 1,
            masks,
        };
        house.asks().await;
        house
    }

    /// An access token lives ten minutes, and a night's run longer.
    async fn signs_in_again(&self) {
        let Scene { amara, bela, noor, .. } = &self.scene;
        for person in [amara, bela, noor, &self.co_mediator, &self.interpreter, &self.eve] {
            person.signs_in().await;
        }
    }

    async fn asks(&mut self) {
        if !self.bid.is_empty() {
            self.scene.noor.takes_question_back(&self.scene.dispute, &self.bid).await.expects(200);
        }
        let asked = self.scene.noor.asks_for_bids(&self.scene.dispute, a_question(3)).await.expects(201);
        self.bid = asked["id"].as_str().expect("an id").to_owned();
        self.has_entered = false;
        let (amara, bid) = (&mut self.amara, &self.bid);
        amara.hears(|frame| frame["body"]["kind"] == "blind_bid_asked" && frame["id"] == bid.as_str()).await;
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
            Act::MediatorAsks => self.asks().await,
            Act::MediatorRevises(text) => self.revises(text).await,
            Act::Aside(kind) if self.with_asides => self.meets_aside(*kind).await,
            Act::Aside(_) => {}
        }
    }

    /// A new text, written by hand or taken from what the respondent suggested to the mediator alone.
    async fn revises(&mut self, text: &str) {
        let (scene, base) = (&self.scene, self.revision);
        if self.with_asides {
            let id =
                self.suggests(json!({"kind": "change", "term": 1, "change": a_term(text, "450.00")})).await;
            scene.noor.answers_suggestion(&scene.dispute, &id, "acceptance", base).await.expects(200);
        } else {
            scene.noor.revises(&scene.dispute, base, json!([a_term(text, "450.00")])).await.expects(201);
        }
        self.revision += 1;
        let number = self.revision;
        self.bela.hears(|frame| frame["channel"] == "joint" && frame["body"]["revision"] == number).await;
    }

    /// The respondent suggests something to the mediator alone, who hears of it.
    async fn suggests(&self, mut what: Value) -> String {
        what["base"] = self.revision.into();
        what["audience"] = "mediator".into();
        let made = self.scene.bela.suggests(&self.scene.dispute, what).await.expects(201);
        made["id"].as_str().expect("an id").to_owned()
    }

    async fn hears_suggestion(&mut self, id: &str, state: &str) {
        self.noor.hears(|frame| frame["body"]["id"] == id && frame["body"]["state"] == state).await;
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
            4 if !self.has_entered => {
                let figure = format!("{}.50", 100 + self.asides);
                self.scene.bela.enters(&self.scene.dispute, &self.bid, 1, &figure).await.expects(201);
                let (noor, bid) = (&mut self.noor, &self.bid);
                let made = |frame: &Value| {
                    frame["body"]["kind"] == "blind_bid_made" && frame["body"]["bid"] == bid.as_str()
                };
                assert_eq!(noor.hears(made).await["channel"], channel);
                self.has_entered = true;
                self.secrets += 1;
            }
            5 => {
                let accepts = self.asides.is_multiple_of(2);
                let answer =
                    self.scene.bela.answers_proposal(&self.scene.dispute, &self.proposal, accepts).await;
                assert_eq!(answer.expects(200)["answered"], true);
                self.secrets += 1;
            }
            6 => {
                // The mediator would like to pass something on, and the answer is no.
                let item = entry_id();
                assert_eq!(self.bela.posts_as(&item, channel, message(&text)).await["t"], "posted");
                self.noor.hears_text(&text).await;
                let asked = json!({"kind": "share_asked", "entry": item});
                assert_eq!(self.noor.posts_as(&entry_id(), channel, asked).await["t"], "posted");
                let declined = json!({"kind": "share_declined", "entry": item});
                assert_eq!(self.bela.posts_as(&entry_id(), channel, declined).await["t"], "posted");
            }
            7..=9 => self.suggests_aside(kind, &text).await,
            10 => self.shares_file_aside(&text).await,
            11..=13 => self.leads_aside(kind, &text).await,
            15 => self.co_mediates_aside(&text).await,
            14 if self.asked < ASKED_BESIDE_MAX => self.asks_beside_aside().await,
            _ => {
                let seq = self.bela.posts(channel, &text).await["seq"].clone();
                self.noor.hears_text(&text).await;
                self.noor.says(json!({"t": "seen", "channel": channel, "seq": seq})).await;
            }
        }
    }

    /// The co-mediator is in that caucus as well, and writes notes of their own.
    async fn co_mediates_aside(&mut self, text: &str) {
        let channel = "caucus-respondent";
        self.omar.says(json!({"t": "typing", "channel": channel})).await;
        assert_eq!(self.omar.posts(channel, text).await["t"], "posted");
        self.bela.hears_text(text).await;
        self.noor.hears_text(text).await;
        assert_eq!(self.omar.posts("notes-co-mediator", text).await["t"], "posted");
    }

    /// The respondent asks somebody to sit beside them, and takes it back.
    async fn asks_beside_aside(&mut self) {
        let (bela, dispute) = (&self.scene.bela, &self.scene.dispute);
        let asked = bela.asks_beside(dispute, "support-person", &self.eve).await.expects(201);
        bela.ends_seat(dispute, asked["id"].as_str().expect("an id")).await.expects(204);
        self.asked += 1;
    }

    /// A picture for the mediator, who opens it, its small picture and a part of it.
    async fn shares_file_aside(&mut self, text: &str) {
        let (scene, channel) = (&self.scene, "caucus-respondent");
        let kept = scene.bela.adds_file(&scene.dispute, Some(channel), text, &a_picture()).await.expects(201);
        self.file = kept["id"].as_str().expect("an id").to_owned();
        scene.bela.says_file(&scene.dispute, channel, &self.file, Some(text)).await;
        let file = self.file.clone();
        self.noor.hears(|frame| frame["body"]["file"] == file.as_str()).await;
        for (part, status) in [("", 206), ("/thumbnail", 206)] {
            let opened = scene.noor.asks_for_file(Method::GET, &file, part, &[("range", "bytes=0-7")]).await;
            assert_eq!((opened.status, opened.bytes.len()), (status, 8), "{part}");
        }
        self.files += 1;
    }

    /// How the respondent's file looks to the claimant, however it is asked for.
    async fn asks_for_file_aside(&self) -> Vec<String> {
        let tag = format!("\"{}\"", self.file);
        let mut seen = Vec::new();
        for part in ["", "/thumbnail"] {
            for method in [Method::GET, Method::HEAD] {
                for header in
                    [("range", "bytes=0-7"), ("if-none-match", tag.as_str()), ("if-none-match", "*")]
                {
                    let answer =
                        self.scene.amara.asks_for_file(method.clone(), &self.file, part, &[header]).await;
                    let mut names: Vec<&str> =
                        answer.headers.keys().map(reqwest::header::HeaderName::as_str).collect();
                    names.sort_unstable();
                    let length = answer.header("content-length").unwrap_or_default();
                    seen.push(format!(
                        "{method} file{part} {} {names:?} {length} {}",
                        answer.status,
                        answer.text()
                    ));
                }
            }
            let page = self.page.opens(&format!("/files/{}{part}", self.file)).await;
            seen.push(format!("page file{part} {} {}", page.status, page.text().replace(&self.file, "FILE")));
        }
        seen
    }

    /// What the respondent suggests to the mediator alone, and says in its own words that it will do.
    async fn suggests_aside(&mut self, kind: u64, text: &str) {
        match kind {
            7 => {
                let id = self.suggests(json!({"kind": "comment", "note": text})).await;
                self.hears_suggestion(&id, "open").await;
                let scene = &self.scene;
                scene.bela.answers_suggestion(&scene.dispute, &id, "withdrawal", 0).await.expects(200);
                self.hears_suggestion(&id, "withdrawn").await;
            }
            8 => {
                let id = self.suggests(json!({"kind": "removal", "term": 1, "note": text})).await;
                let scene = &self.scene;
                scene.noor.answers_suggestion(&scene.dispute, &id, "refusal", 0).await.expects(200);
                self.hears_suggestion(&id, "declined").await;
            }
            _ => {
                let scene = &self.scene;
                let shown = scene.bela.reads_agreement(&scene.dispute).await.expects(200);
                let digest = shown["digest"].as_str().expect("a digest");
                scene.bela.reads_back(&scene.dispute, digest, json!([text])).await.expects(204);
                let heard = scene.noor.hears_read_back(&scene.dispute).await.expects(200);
                assert_eq!(heard["items"][0]["promises"][0]["text"], text, "{heard}");
            }
        }
    }

    /// What the respondent asks the mediator for and answers, and what the mediator leads their talk with.
    async fn leads_aside(&mut self, kind: u64, text: &str) {
        let channel = "caucus-respondent";
        match kind {
            11 => {
                // No session is open: a hand reaches nobody.
                self.bela.says(json!({"t": "hand", "up": true})).await;
                for (asks, state) in [(true, "asked"), (false, "started"), (false, "ended")] {
                    let (speaker, ear) = if asks {
                        (&mut self.bela, &mut self.noor)
                    } else {
                        (&mut self.noor, &mut self.bela)
                    };
                    assert_eq!(speaker.posts_as(&entry_id(), channel, a_caucus(state)).await["t"], "posted");
                    let announced = |frame: &Value| frame["body"]["state"] == state;
                    assert_eq!(ear.hears(announced).await["channel"], channel);
                }
            }
            12 => {
                let timer = entry_id();
                let set = a_timer(900, Some("respondent"));
                assert_eq!(self.noor.posts_as(&timer, channel, set).await["t"], "posted");
                self.bela.hears(|frame| frame["id"] == timer.as_str()).await;
                let stop = json!({"kind": "timer_stopped", "entry": timer});
                assert_eq!(self.noor.posts_as(&entry_id(), channel, stop).await["t"], "posted");
                let agenda = json!({"kind": "agenda", "items": [text], "current": 1});
                assert_eq!(self.noor.posts_as(&entry_id(), channel, agenda).await["t"], "posted");
            }
            _ => {
                let summary = entry_id();
                assert_eq!(self.noor.posts_as(&summary, channel, a_summary(text)).await["t"], "posted");
                self.bela.hears_text(text).await;
                for instead in [Some("Nearly so, but not on Sundays"), None] {
                    let answer = an_answer_to(&summary, instead);
                    assert_eq!(self.bela.posts_as(&entry_id(), channel, answer).await["t"], "posted");
                }
                self.noor.hears(|frame| frame["body"]["kind"] == "summary_confirmed").await;
            }
        }
    }

    /// Everything that the claimant has and can ask for now, masked.
    async fn claimant_sees(&mut self) -> Vec<String> {
        // A marker closes the view: what was on its way before it has come.
        assert_eq!(self.amara.posts("joint", "the end of this schedule").await["t"], "posted");
        self.bela.hears_text("the end of this schedule").await;
        self.omar.hears_text("the end of this schedule").await;
        self.events.hears_text("the end of this schedule").await;
        // The house says now and then how far it is, so that a page knows that its line holds: by the clock alone.
        let is_said = |frame: &Value| frame["t"] != "caught_up";
        self.dela.hears_text("the end of this schedule").await;
        let heard = [self.amara.heard_so_far(), self.events.heard_so_far()].concat();
        let mut seen: Vec<String> =
            heard.iter().filter(|frame| is_said(frame)).map(Value::to_string).collect();
        let interpreted = self.dela.heard_so_far();
        let interpreted = interpreted.iter().filter(|frame| is_said(frame));
        seen.extend(interpreted.map(|frame| format!("interpreter {frame}")));
        let dispute = &self.scene.dispute;
        for path in [
            "/disputes".to_owned(),
            format!("/disputes/{dispute}"),
            format!("/disputes/{dispute}/room"),
            format!("/disputes/{dispute}/agreement"),
            format!("/disputes/{dispute}/agreement/revisions/1"),
            format!("/disputes/{dispute}/agreement/suggestions"),
            format!("/disputes/{dispute}/agreement/suggestions/019a0000-0000-7000-8000-00000000dead"),
            format!("/disputes/{dispute}/agreement/read-back"),
            format!("/disputes/{dispute}/room/channels/joint/entries?limit=3"),
            format!("/disputes/{dispute}/room/channels/caucus-claimant/entries"),
            format!("/disputes/{dispute}/room/channels/caucus-respondent/entries"),
            format!("/disputes/{dispute}/room/channels/joint/standing"),
            format!("/disputes/{dispute}/room/channels/caucus-claimant/standing"),
            format!("/disputes/{dispute}/room/channels/caucus-respondent/standing"),
            format!("/disputes/{dispute}/room/blind-bids"),
            format!("/disputes/{dispute}/room/proposals"),
            format!("/disputes/{dispute}/files"),
        ] {
            for (who, client) in
                [("", self.scene.amara.client()), ("interpreter ", self.interpreter.client())]
            {
                let answer = client.get(&path).await;
                let etag = answer.header("etag").unwrap_or_default().to_owned();
                let modified = answer.header("last-modified").unwrap_or_default().to_owned();
                seen.push(format!("{who}{path} {} {etag} {modified} {}", answer.status, answer.text()));
            }
        }
        for page in ["blind-bids", "proposals"] {
            let answer = self.page.opens(&format!("/rooms/{dispute}/{page}")).await;
            seen.push(format!("{page} {} {}", answer.status, answer.text()));
        }
        for path in [
            format!("/disputes/{dispute}/agreement"),
            format!("/disputes/{dispute}/agreement/suggestions"),
            format!("/disputes/{dispute}/agreement/differences"),
            format!("/rooms/{dispute}/text"),
            format!("/rooms/{dispute}/standing?channel=joint"),
            format!("/rooms/{dispute}/standing?channel=caucus-respondent"),
            format!("/rooms/{dispute}?channel=caucus-claimant"),
        ] {
            let page = self.page.opens(&path).await;
            seen.push(format!("{path} {} {}", page.status, page.text()));
        }
        seen.extend(self.asks_for_file_aside().await);
        let mails = self.scene.service.letters().to(&self.scene.amara.email);
        seen.extend(mails.iter().map(|mail| format!("mail {}", mail.subject)));
        seen.iter().map(|text| self.masks.mask(text)).collect()
    }
}

/// Plays these schedules in two new houses.
async fn compares(backend: Backend, seeds: Range<u64>) {
    let mut quiet = House::opens(Settings::on(backend), false).await;
    let mut busy = House::opens(Settings::on(backend), true).await;
    for seed in seeds.clone() {
        if seed % SCHEDULES_A_SESSION == 0 {
            quiet.signs_in_again().await;
            busy.signs_in_again().await;
        }
        for act in schedule(seed) {
            quiet.plays(&act).await;
            busy.plays(&act).await;
        }
        let (without, with) = (quiet.claimant_sees().await, busy.claimant_sees().await);
        assert_eq!(without, with, "schedule {seed}: {:?}", schedule(seed));
    }
    assert!(busy.asides > seeds.end - seeds.start, "there was enough to leak: {}", busy.asides);
    assert!(busy.files > 10, "files were among it: {}", busy.files);
    assert!(busy.secrets > 20, "figures and answers were among it: {}", busy.secrets);
    // And the insider did hear it all: the comparison could have failed.
    let heard = busy.scene.noor.reads_channel(&busy.scene.dispute, "caucus-respondent", 0).await.expects(200);
    assert!(heard["items"].as_array().is_some_and(|items| items.len() > 100), "{heard}");
}

on_both! {
    async fn r05_the_other_side_never_learns_of_a_caucus(settings: Settings) {
        let (backend, all) = (settings.backend(), schedules());
        for house in 0..all.div_ceil(SCHEDULES_A_HOUSE) {
            let first = house * SCHEDULES_A_HOUSE;
            compares(backend, first..all.min(first + SCHEDULES_A_HOUSE)).await;
        }
    }
}
