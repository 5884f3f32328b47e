//! R5, R8, R9: a word that stands nowhere else is said in each private place; then the other side and an auditor look
//! everywhere, and the log is read at its most talkative. None of the words is there. Their owner looks as well, and finds
//! them: the search could have found them.

use serde_json::{Value, json};
use tests::browser::Browser;
use tests::cast::{Person, a_certifier, a_question, a_term, an_offer};
use tests::crawl::{Found, found, operations, pages};
use tests::events::Events;
use tests::on_both;
use tests::scene::Scene;
use tests::socket::{Socket, entry_id, message};

use crate::rules::own_settlement;

/// A word, and who may find it.
struct Canary {
    word: &'static str,
    place: &'static str,
    /// Whether the claimant finds it: the search works.
    is_shown_to_owner: bool,
}

const fn canary(word: &'static str, place: &'static str) -> Canary {
    Canary { word, place, is_shown_to_owner: true }
}

const fn unseen(word: &'static str, place: &'static str) -> Canary {
    Canary { word, place, is_shown_to_owner: false }
}

/// What the respondent must never find.
const CANARIES: [Canary; 15] = [
    canary("moved out in March", "the statement, which was not shown"),
    canary("quokkacaucus", "a message to the mediator alone"),
    canary("numbatcaucus", "a message of the mediator in that caucus"),
    canary("bilbyoffer", "an offer to the mediator alone"),
    canary("dingoshare", "what the mediator asked to pass on, and its author kept"),
    canary("wombatsuggest", "a suggestion to the mediator alone"),
    canary("possumpromise", "a promise read back to the mediator"),
    canary("koalafile", "the name of a file"),
    canary("amara@example.org", "the other's address"),
    canary("kiwicaucus", "a message of the co-mediator in that caucus"),
    unseen("emunotes", "the mediator's own notes"),
    unseen("bandicootpiece", "the first half of a file that has not all come"),
    unseen("kowarihold", "why a registrar holds what was said"),
    unseen("tuataranotes", "the co-mediator's own notes"),
    unseen("7717.17", "a figure that did not cross"),
];

/// The bytes of one piece of an upload.
const PIECE: usize = 64 * 1024;

/// Says each word in its place; gives the ids that somebody could try.
pub async fn plants(scene: &Scene) -> Vec<String> {
    let (amara, bela, noor) = (&scene.amara, &scene.bela, &scene.noor);
    let dispute = scene.dispute.as_str();
    let caucus = "caucus-claimant";
    let mut ids = vec![dispute.to_owned()];
    let says = async |who: &Person, channel: &str, body: Value| {
        let id = entry_id();
        who.posts(dispute, channel, &id, body).await.expects(201);
        id
    };
    ids.push(says(amara, caucus, message("I would take the quokkacaucus half")).await);
    ids.push(says(noor, caucus, message("So numbatcaucus is enough for you")).await);
    ids.push(says(amara, caucus, an_offer("gives the bilbyoffer back", "10.00")).await);
    ids.push(says(noor, "notes", message("emunotes: she is tired")).await);
    let kept = says(amara, caucus, message("Keep the dingoshare between us")).await;
    says(noor, caucus, json!({"kind": "share_asked", "entry": kept})).await;
    says(amara, caucus, json!({"kind": "share_declined", "entry": kept})).await;
    ids.push(kept);

    let mut own = a_term("hands over the key", "1.00");
    (own["debtor"], own["creditor"]) = ("claimant".into(), "respondent".into());
    let terms = json!([a_term("pays it all back", "450.00"), own]);
    let revised = noor.revises(dispute, 0, terms).await.expects(201);
    let what = json!({"kind": "comment", "note": "the wombatsuggest is too much", "base": 1, "audience": "mediator"});
    let suggested = amara.suggests(dispute, what).await.expects(201);
    ids.push(suggested["id"].as_str().expect("an id").to_owned());
    let digest = revised["digest"].as_str().expect("a digest");
    amara.reads_back(dispute, digest, json!(["I bring the possumpromise"])).await.expects(204);

    let asked = noor.asks_for_bids(dispute, a_question(1)).await.expects(201);
    let bid = asked["id"].as_str().expect("an id").to_owned();
    amara.enters(dispute, &bid, 1, "7717.17").await.expects(201);
    bela.enters(dispute, &bid, 1, "3.00").await.expects(201);
    ids.push(bid);

    let form = reqwest::multipart::Part::bytes(tests::cast::a_picture()).file_name("koalafile.png");
    let client = amara.client();
    let request = client.request(reqwest::Method::POST, &format!("/disputes/{dispute}/files"));
    let form = reqwest::multipart::Form::new().part("file", form);
    let file = client.send(request.multipart(form)).await.expects(201);
    ids.push(file["id"].as_str().expect("an id").to_owned());

    let half = "bandicootpiece ".repeat(PIECE / 15 + 1).into_bytes();
    let begun = amara.begins_upload(dispute, Some(caucus), "half.txt", 2 * PIECE).await.expects(201);
    let upload = begun["id"].as_str().expect("an id").to_owned();
    amara.sends_piece(&upload, 0, &half[..PIECE]).await.expects(204);
    ids.push(upload);
    ids
}

/// Everything that this person can get: pages, operations, frames of either kind of line, and mails.
async fn looks_everywhere(scene: &Scene, person: &Person, ids: &[String]) -> Vec<Found> {
    let dispute = scene.dispute.as_str();
    let browser = Browser::of(person).await;
    let mut from =
        vec!["/".to_owned(), "/disputes".to_owned(), "/audit".to_owned(), format!("/disputes/{dispute}")];
    for channel in ["joint", "caucus-claimant", "caucus-respondent", "notes", "notes-co-mediator"] {
        from.push(format!("/rooms/{dispute}?channel={channel}"));
    }
    let mut found = pages(&browser, &from).await;
    let openapi = scene.service.stranger().get("/openapi.json").await.expects(200);
    found.extend(operations(&person.client(), &openapi, ids).await);
    let mails = scene.service.letters().to(&person.email);
    let mails = mails.iter().map(|mail| format!("{}\n{}", mail.subject, mail.text));
    found.extend(mails.map(|text| Found { asked: "a mail".to_owned(), is_there: true, text }));
    if let Ok(mut socket) = Socket::tries(&person.client(), dispute, &[]).await {
        socket.says(json!({"t": "hello", "after": {}})).await;
        socket.hears(|frame| frame["t"] == "caught_up").await;
        socket.posts("joint", "everything before this has come").await;
        found.push(Found { asked: "the socket".to_owned(), is_there: true, text: socket.raw.join("\n") });
        let (mut events, welcome) = Events::enters(&person.client(), dispute, "caucus-claimant:0").await;
        events.hears_text("everything before this has come").await;
        let mut text = welcome.to_string();
        text.extend(events.heard_so_far().iter().map(Value::to_string));
        found.push(Found { asked: "the events".to_owned(), is_there: true, text });
    }
    found
}

fn is_nowhere(found: &[Found], words: &[&str], who: &str) {
    for answer in found {
        for word in words {
            assert!(!answer.text.contains(word), "{who} finds `{word}` in {}", answer.asked);
        }
    }
}

on_both! {
    async fn r05_r08_what_is_said_in_private_places_is_found_nowhere_else(settings: Settings) {
        let settings = settings.without_limits().with("CONCORD_LOG_LEVEL", "trace");
        let scene = Scene::in_mediation(settings).await;
        let mut ids = plants(&scene).await;
        let hold = json!({"reason": "A court asked, kowarihold"});
        scene.rosa.client().post(&format!("/disputes/{}/hold", scene.dispute), hold).await.expects(201);
        let omar = scene.seats_co_mediator("Omar Vale", (true, false)).await;
        for (channel, text) in [("caucus-claimant", "The kiwicaucus is between us"), ("notes-co-mediator", "tuataranotes")] {
            let id = entry_id();
            omar.posts(&scene.dispute, channel, &id, message(text)).await.expects(201);
            ids.push(id);
        }
        let words = CANARIES.map(|canary| canary.word);

        let own = looks_everywhere(&scene, &scene.amara, &ids).await;
        for Canary { word, place, is_shown_to_owner } in CANARIES {
            let is_found = own.iter().any(|answer| answer.text.contains(word));
            assert!(is_found || !is_shown_to_owner, "its owner finds `{word}`: {place}");
        }
        let others = looks_everywhere(&scene, &scene.bela, &ids).await;
        assert!(others.iter().filter(|answer| answer.is_there).count() > 30, "there was much to see");
        is_nowhere(&others, &words, "the other side");

        // And after the end, with the terms closed to the auditor (R8).
        let digest = scene.revised_and_ready(1, json!([a_term("returns the platypusterm", "8312.34")])).await;
        scene.amara.signs_with(&scene.dispute, &digest, json!({"auditor_may_read_terms": false})).await.expects(201);
        scene.bela.signs(&scene.dispute, &digest).await.expects(201);
        scene.noor.attests(&scene.dispute, &digest).await.expects(201);
        let settlement = own_settlement(&scene.amara, &scene.dispute).await;
        let asked = scene.amara.asks_for_certification(&settlement).await.expects(201);
        let certification = asked["id"].as_str().expect("an id").to_owned();
        scene.bela.answers_certification(&certification, "agreement").await.expects(200);
        let judith = scene.service.person("Judith Osei").await;
        let mut named = a_certifier(&judith);
        named["office"] = "The echidnaoffice of the court".into();
        scene.rosa.names_certifier(&certification, named).await.expects(200);
        ids.extend([settlement, certification]);
        is_nowhere(&looks_everywhere(&scene, &scene.bela, &ids).await, &words, "the other side, after the end,");
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        let mut audited = looks_everywhere(&scene, &odil, &ids).await;
        let desk = Browser::of(&odil).await;
        let by_page = desk.sends("/audit", "/audit/report.pdf?", &[]).await;
        audited.push(found("POST /audit/report.pdf", &by_page));
        audited.push(found("POST /audits/reports", &odil.client().post("/audits/reports", json!({})).await));
        assert!(audited.iter().any(|answer| answer.is_there && answer.asked.contains("/settlements/")));
        for report in ["/audit/report.pdf", "/audits/reports"] {
            let is_read = |answer: &&Found| answer.asked.contains(report) && answer.text.contains("\"kind\":\"audit-report\"");
            assert!(audited.iter().find(is_read).is_some_and(|answer| answer.is_there), "{report} was read");
        }
        let closed = [words.as_slice(), &["platypusterm", "8312.34", "Lake Road", "back by January"]].concat();
        // Who is to certify it is the parties' to know, and the registrar's.
        let officer = ["echidnaoffice", "Judith Osei", "judith@example.org"];
        is_nowhere(&audited, &[closed.as_slice(), &officer].concat(), "an auditor");
        let own = Browser::of(&scene.bela).await.reads(&format!("/disputes/{}/settlement", scene.dispute)).await;
        assert!(own.contains("echidnaoffice") && own.contains("Judith Osei"), "a party finds it: {own}");
        let reads = looks_everywhere(&scene, &judith, &ids).await;
        is_nowhere(&reads, &closed, "a certifier who has not come");

        let log = scene.service.log();
        assert!(log.contains("answered request"), "the log is there");
        for word in closed {
            assert!(!log.contains(word), "the log holds `{word}`");
        }
    }
}
