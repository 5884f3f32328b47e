//! R12: what was said is destroyed for good when its time has come; the record, the certificate and the trail stay, and
//! every page and operation of such a dispute goes on working and says so.

use reqwest::Method;
use serde_json::json;
use tests::browser::{Browser, with_hidden};
use tests::cast::{Person, a_term};
use tests::concord::Settings;
use tests::crawl::{Found, operations};
use tests::scene::Scene;
use tests::socket::{Socket, entry_id, message};
use tests::{assert_refused, on_both, until};

use crate::canary::plants;
use crate::rules::own_settlement;

/// Days after which the talk has to be gone, and one more.
const MONTH_MILLIS: u64 = 31 * 86_400_000;

/// The house looks every second for what is to be destroyed.
fn sweeping(settings: Settings) -> Settings {
    settings.without_limits().with("CONCORD_SWEEP_PERIOD", "1s")
}

/// It was over a month ago, as far as the clock of its row knows.
fn a_month_passes(scene: &Scene) {
    let dispute = &scene.dispute;
    scene
        .service
        .db_runs(&format!("UPDATE disputes SET over_at = over_at - {MONTH_MILLIS} WHERE id = '{dispute}'"));
}

async fn is_destroyed(scene: &Scene) {
    until("what was said is destroyed", async || {
        !scene.amara.reads(&scene.dispute).await.expects(200)["destroyed_at"].is_null()
    })
    .await;
}

/// The pages that people have of a dispute.
fn pages_of(dispute: &str) -> Vec<String> {
    let of = ["", "/agreement", "/files", "/certificate", "/settlement", "/companions"];
    let of = of.map(|path| format!("/disputes/{dispute}{path}"));
    let rooms =
        ["joint", "caucus-claimant", "notes"].map(|channel| format!("/rooms/{dispute}?channel={channel}"));
    of.into_iter().chain(rooms).collect()
}

/// The pages that everybody knows of.
async fn looks_around(browser: &Browser, scene: &Scene) -> Vec<Found> {
    let mut found = Vec::new();
    for path in pages_of(&scene.dispute) {
        let answer = browser.opens(&path).await;
        assert!(answer.status < 500, "{path}: {}", answer.text());
        found.push(Found { asked: path, is_there: answer.status == 200, text: answer.text() });
    }
    found
}

/// Every operation with the dispute's id.
async fn calls_everything(scene: &Scene, person: &Person) -> Vec<Found> {
    let openapi = scene.service.stranger().get("/openapi.json").await.expects(200);
    operations(&person.client(), &openapi, std::slice::from_ref(&scene.dispute)).await
}

/// The page says it in words, and with the day.
async fn reads_that_it_is_gone(browser: &Browser, scene: &Scene, person: &Person) {
    let dispute = scene.dispute.as_str();
    let view = person.reads(dispute).await.expects(200);
    assert!(view["destroyed_at"].is_string() && view["kept_until"].is_null(), "{view}");
    let shown = browser.reads(&format!("/disputes/{dispute}")).await;
    assert!(shown.contains("was destroyed for good") && shown.contains("<time"), "{shown}");
}

/// The room answers as one that has ended, by page, operation and socket.
async fn finds_the_room_empty(browser: &Browser, scene: &Scene, person: &Person) {
    let dispute = scene.dispute.as_str();
    let client = person.client();
    let room = browser.reads(&format!("/rooms/{dispute}")).await;
    assert!(room.contains("is gone") && room.contains("<time"), "{room}");
    let room = client.get(&format!("/disputes/{dispute}/room")).await.expects(200);
    assert_eq!(room["stage"], "settled", "{room}");
    assert!(room["destroyed_at"].is_string(), "{room}");
    let is_closed = |tab: &serde_json::Value| tab["may_post"] == false && tab["last_seq"] == 0;
    assert!(room["channels"].as_array().is_some_and(|tabs| tabs.iter().all(is_closed)), "{room}");
    let said = client.get(&format!("/disputes/{dispute}/room/channels/joint/entries")).await.expects(200);
    assert_eq!(said["items"], json!([]), "{said}");
    assert_refused!(client.get(&format!("/disputes/{dispute}/agreement")).await, 409, "talk-destroyed");
    let posted = person.posts(dispute, "joint", &entry_id(), message("Is anybody there")).await;
    assert_refused!(posted, 409, "mediation-has-ended");
    let (mut socket, welcome) = Socket::enters(&client, dispute, json!({})).await;
    assert!(welcome["destroyed_at"].is_string(), "{welcome}");
    socket.hears(|frame| frame["t"] == "caught_up").await;
}

on_both! {
    async fn r12_what_was_said_is_destroyed_in_time_and_everything_else_goes_on(settings: Settings) {
        let scene = Scene::in_mediation(sweeping(settings)).await;
        let (dispute, joint) = (scene.dispute.as_str(), "joint");
        let mut ids = plants(&scene).await;
        scene.amara.posts(dispute, joint, &entry_id(), message("The walrus borrowed my ladder")).await.expects(201);
        let digest = scene.revised_and_ready(1, json!([a_term("returns the platypusterm", "8312.34")])).await;
        scene.amara.signs(dispute, &digest).await.expects(201);
        scene.bela.signs(dispute, &digest).await.expects(201);
        scene.noor.attests(dispute, &digest).await.expects(201);
        ids.push(own_settlement(&scene.amara, dispute).await);
        let files = || std::fs::read_dir(scene.service.data().join("files")).expect("the folder").count();
        assert!(files() > 0, "a picture lies there");
        let before = scene.amara.reads(dispute).await.expects(200);
        assert!(before["kept_until"].is_string() && before["destroyed_at"].is_null(), "{before}");
        let words = ["walrus", "quokkacaucus", "bilbyoffer", "emunotes", "koalafile", "wombatsuggest", "moved out in March"];
        let said = scene.amara.client().get(&format!("/disputes/{dispute}/room/channels/joint/entries")).await;
        assert!(said.text().contains("walrus"), "what was said is there to be read");
        let shown = Browser::of(&scene.amara).await.reads(&format!("/disputes/{dispute}")).await;
        assert!(shown.contains("It is kept a while longer"), "{shown}");

        a_month_passes(&scene);
        is_destroyed(&scene).await;
        until("the file is gone from the disk", async || files() == 0).await;
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        for person in [&scene.amara, &scene.bela, &scene.noor, &scene.rosa, &odil] {
            let browser = Browser::of(person).await;
            let mut found = looks_around(&browser, &scene).await;
            if person.email == scene.amara.email {
                found.extend(calls_everything(&scene, person).await);
            }
            for word in words {
                let told = found.iter().find(|one| one.text.contains(word));
                assert!(told.is_none(), "{} still finds `{word}` in {}", person.email, told.map_or("", |one| &one.asked));
            }
            if person.email != odil.email {
                reads_that_it_is_gone(&browser, &scene, person).await;
            }
            if ![&odil.email, &scene.rosa.email].contains(&&person.email) {
                finds_the_room_empty(&browser, &scene, person).await;
            }
        }

        let settlement = ids.last().expect("the settlement");
        for person in [&scene.amara, &odil] {
            for file in ["record.pdf", "record.jws"] {
                let path = format!("/settlements/{settlement}/{file}");
                let record = person.client().send(person.client().request(Method::GET, &path)).await;
                assert_eq!(record.status, 200, "{path} for {}", person.email);
            }
        }
        let trail = scene.service.runs(&["ledger", "check", "--data", &scene.service.data().display().to_string()], "");
        assert!(trail.status.success(), "the ledger is whole: {}", String::from_utf8_lossy(&trail.stdout));
    }

    async fn r12_the_room_of_what_ended_without_an_agreement_says_that_it_is_gone(settings: Settings) {
        let scene = Scene::in_mediation(sweeping(settings)).await;
        let dispute = scene.dispute.as_str();
        scene.bela.posts(dispute, "joint", &entry_id(), message("I cannot pay it all")).await.expects(201);
        let (mut socket, _) = Socket::enters(&scene.amara.client(), dispute, json!({})).await;
        scene.noor.client().post(&format!("/disputes/{dispute}/closing"), json!({"outcome": "impasse"})).await.expects(200);
        a_month_passes(&scene);
        is_destroyed(&scene).await;
        assert_eq!(socket.ends().await, 4001, "whoever still sits there has nothing to hear any more");
        let browser = Browser::of(&scene.amara).await;
        for path in ["", "/certificate"] {
            assert_eq!(browser.opens(&format!("/disputes/{dispute}{path}")).await.status, 200);
        }
        let room = scene.amara.client().get(&format!("/disputes/{dispute}/room")).await.expects(200);
        assert_eq!((&room["stage"], room["destroyed_at"].is_string()), (&json!("ended"), true), "{room}");
        // Withdrawing again is no mistake either.
        scene.amara.client().post(&format!("/disputes/{dispute}/withdrawal"), json!({})).await.expects(200);
    }

    async fn r12_a_draft_that_nobody_goes_on_with_is_warned_of_and_then_deleted(settings: Settings) {
        let scene = Scene::drafted(sweeping(settings)).await;
        let dispute = scene.dispute.as_str();
        let other = scene.amara.drafts(tests::cast::a_dispute(&scene.bela)).await.expects(201);
        let other = other["id"].as_str().expect("an id");
        let shown = Browser::of(&scene.amara).await.reads(&format!("/disputes/{dispute}")).await;
        assert!(shown.contains("If you do not go on with it"), "{shown}");
        let warnings = || {
            let mails = scene.service.letters().to(&scene.amara.email);
            mails.iter().filter(|mail| mail.text.contains(&format!("/disputes/{dispute}"))).count()
        };
        let days_pass = |column: &str, table: &str, key: &str, days: u64| {
            let millis = days * 86_400_000;
            scene.service.db_runs(&format!(
                "UPDATE {table} SET {column} = {column} - {millis} WHERE {key} = '{dispute}'"
            ));
        };
        // The house stood still for long: even so nothing goes unannounced.
        days_pass("changed_at", "disputes", "id", 120);
        until("she is warned", async || warnings() == 1).await;
        assert_eq!(scene.amara.stage(dispute).await, "draft");
        days_pass("reminded_at", "reminders", "dispute", 8);
        until("it is gone", async || scene.amara.reads(dispute).await.status == 404).await;
        assert_eq!(warnings(), 1, "told once");
        assert_eq!(scene.amara.stage(other).await, "draft", "the other one is hers to go on with");
        let listed = scene.amara.client().get("/disputes").await.expects(200);
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(1), "{listed}");
    }

    async fn a_party_takes_home_what_is_its_own_and_nothing_of_anybody_else(settings: Settings) {
        let scene = Scene::in_mediation(sweeping(settings)).await;
        let dispute = scene.dispute.as_str();
        plants(&scene).await;
        scene.amara.posts(dispute, "joint", &entry_id(), message("The walrus borrowed my ladder")).await.expects(201);
        scene.bela.posts(dispute, "joint", &entry_id(), message("My ladder was lent to nobody")).await.expects(201);
        scene.bela.posts(dispute, "caucus-respondent", &entry_id(), message("Privately I fear the goanna")).await.expects(201);
        let path = format!("/disputes/{dispute}/own-data");
        let own = async |person: &Person| person.client().get(&path).await.expects(200).to_string();
        let (amaras, belas) = (own(&scene.amara).await, own(&scene.bela).await);
        for word in ["walrus", "quokkacaucus", "bilbyoffer", "koalafile", "wombatsuggest", "possumpromise", "moved out in March"] {
            assert!(amaras.contains(word), "hers: {word}: {amaras}");
            assert!(!belas.contains(word), "not his: {word}: {belas}");
        }
        for word in ["lent to nobody", "goanna"] {
            assert!(belas.contains(word) && !amaras.contains(word), "his alone: {word}");
        }
        for word in ["numbatcaucus", "emunotes"] {
            assert!(!amaras.contains(word) && !belas.contains(word), "the mediator's: {word}");
        }
        for other in [&scene.noor, &scene.rosa] {
            assert_refused!(other.client().get(&path).await, 404);
        }
        let browser = Browser::of(&scene.amara).await;
        assert!(browser.reads(&format!("/disputes/{dispute}")).await.contains(&path), "a link leads there");
        let saved = browser.opens(&path).await;
        assert_eq!(saved.headers["content-disposition"], "attachment; filename=\"own-data.json\"");
        assert!(saved.text().contains("walrus"));

        scene.noor.client().post(&format!("/disputes/{dispute}/closing"), json!({"outcome": "impasse"})).await.expects(200);
        assert!(own(&scene.amara).await.contains("walrus"), "after the end too");
        a_month_passes(&scene);
        is_destroyed(&scene).await;
        let left = scene.amara.client().get(&path).await.expects(200);
        assert_eq!((&left["said"], &left["files"]), (&json!([]), &json!([])), "{left}");
        assert!(left["agreement_to_mediate"]["at"].is_string(), "what stays is still to be had: {left}");
    }

    async fn r12_a_legal_hold_takes_two_registrars_and_stops_the_clock_from_the_first_press(settings: Settings) {
        let scene = Scene::in_mediation(sweeping(settings)).await;
        let dispute = scene.dispute.as_str();
        let remi = scene.service.staff("registrar", "Remi Oduya").await;
        let hold = |rest: &str| format!("/disputes/{dispute}/hold{rest}");
        let presses = async |who: &Person, rest: &str| who.client().post(&hold(rest), json!({})).await;
        scene.noor.client().post(&format!("/disputes/{dispute}/closing"), json!({"outcome": "impasse"})).await.expects(200);
        assert_refused!(scene.noor.client().post(&hold(""), json!({"reason": "A court asked"})).await, 404);
        assert_refused!(scene.amara.client().get(&hold("")).await, 404);
        assert_refused!(presses(&remi, "/confirmation").await, 409, "hold-not-placed");
        assert_refused!(scene.rosa.client().post(&hold(""), json!({"reason": " "})).await, 422);
        let placed = scene.rosa.client().post(&hold(""), json!({"reason": "A court asked for it"})).await.expects(201);
        assert_eq!(placed["state"], "placed", "{placed}");
        assert_refused!(remi.client().post(&hold(""), json!({"reason": "Again"})).await, 409, "hold-already-placed");
        a_month_passes(&scene);
        // Another dispute goes in the same sweep: the house has looked since.
        let other = scene.amara.drafts(tests::cast::a_dispute(&scene.bela)).await.expects(201);
        let other = other["id"].as_str().expect("an id").to_owned();
        scene.service.db_runs(&format!("UPDATE disputes SET changed_at = changed_at - {} WHERE id = '{other}'", 4 * MONTH_MILLIS));
        let warned = || {
            let mails = scene.service.letters().to(&scene.amara.email);
            mails.iter().any(|mail| mail.text.contains(&other))
        };
        until("the house has looked", async || warned()).await;
        scene.service.db_runs(&format!("UPDATE reminders SET reminded_at = reminded_at - {MONTH_MILLIS} WHERE dispute = '{other}'"));
        until("the house has destroyed what was due", async || scene.amara.reads(&other).await.status == 404).await;
        let view = scene.amara.reads(dispute).await.expects(200);
        assert!(view["destroyed_at"].is_null() && view["kept_until"].is_null(), "it is held: {view}");

        assert_refused!(presses(&scene.rosa, "/confirmation").await, 409, "hold-needs-another");
        assert_eq!(presses(&remi, "/confirmation").await.expects(200)["state"], "confirmed");
        assert_refused!(presses(&remi, "/confirmation").await, 409, "hold-already-confirmed");
        assert_eq!(presses(&remi, "/ending").await.expects(200)["state"], "lifted");
        assert_refused!(presses(&remi, "/ending").await, 409, "hold-needs-another");
        assert_eq!(scene.rosa.client().get(&hold("")).await.expects(200)["reason"], "A court asked for it");
        assert_eq!(presses(&scene.rosa, "/ending").await.expects(200)["state"], "ended");
        is_destroyed(&scene).await;
        assert_refused!(scene.rosa.client().post(&hold(""), json!({"reason": "Too late"})).await, 409, "talk-destroyed");
    }

    async fn r12_a_hold_is_placed_and_ended_on_pages_and_lapses_where_nobody_confirms_it(settings: Settings) {
        let scene = Scene::in_mediation(sweeping(settings)).await;
        let dispute = scene.dispute.as_str();
        scene.noor.client().post(&format!("/disputes/{dispute}/closing"), json!({"outcome": "impasse"})).await.expects(200);
        let remi = Browser::of(&scene.service.staff("registrar", "Remi Oduya").await).await;
        let rosa = Browser::of(&scene.rosa).await;
        let page = format!("/registrar/disputes/{dispute}/hold");
        let hold = |rest: &str| format!("/disputes/{dispute}/hold{rest}");
        for person in [&scene.amara, &scene.noor] {
            assert_eq!(Browser::of(person).await.opens(&page).await.status, 404, "{}", person.name);
        }
        let reason = "The district court asked on 3 November.";
        assert!(rosa.sends(&page, &hold(""), &[("reason", "")]).await.text().contains("Why"), "it is asked again");
        assert_eq!(rosa.sends(&page, &hold(""), &[("reason", reason)]).await.status, 200);
        let placed = rosa.reads(&page).await;
        assert!(placed.contains(reason) && !placed.contains("Confirm the hold"), "not who placed it: {placed}");
        assert!(remi.reads("/registrar").await.contains(&page), "it waits on the other one's desk");

        // Nobody confirms it for longer than a week, and the month is over as well.
        let week = 8 * 86_400_000_u64;
        scene.service.db_runs(&format!("UPDATE holds SET placed_at = placed_at - {week} WHERE dispute = '{dispute}'"));
        // Nobody is surprised by it, however long the house stood still: it is said some time before.
        until("the registrars are told", async || remi.reads("/registrar").await.contains("lapses soon")).await;
        assert_eq!(scene.rosa.client().get(&hold("")).await.status, 200, "told first");
        scene.service.db_runs(&format!("UPDATE duties SET at = at - {week} / 4 WHERE kind = 'hold-lapses'"));
        let open = async || scene.rosa.client().get(&hold("")).await.status == 200;
        until("it has lapsed", async || !open().await).await;
        assert!(!remi.reads("/registrar").await.contains(&page));

        assert_eq!(remi.sends(&page, &hold(""), &[("reason", reason)]).await.status, 200);
        assert_eq!(rosa.sends(&page, &hold("/confirmation"), &[]).await.status, 200);
        a_month_passes(&scene);
        assert_eq!(rosa.sends(&page, &hold("/ending"), &[]).await.status, 422, "first one says that one is sure");
        let shown = rosa.reads(&page).await;
        let pressed = with_hidden(&shown, &hold("/ending"), &[("sure", "yes")]);
        assert_eq!(remi.sends(&page, &hold("/ending"), &[("sure", "yes")]).await.status, 200);
        // She meant to be the first to let go, and was not: by her press nothing goes.
        assert_eq!(rosa.posts(&hold("/ending"), &pressed).await.status, 409);
        assert!(remi.reads(&page).await.contains("Another registrar has to agree"));
        assert_eq!(rosa.sends(&page, &hold("/ending"), &[("sure", "yes")]).await.status, 200);
        is_destroyed(&scene).await;
        assert!(!scene.service.log().contains("district court"), "why is in no log");
    }
}
