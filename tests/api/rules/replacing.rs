//! Another mediator takes a mediation over: approved like the first (R13), in no other part of it (R14), and reading of what
//! was said in private before what each side lets them (R5).

use serde_json::{Value, json};
use tests::browser::Browser;
use tests::cast::{Person, a_term, an_offer};
use tests::crawl::{Found, operations, pages};
use tests::scene::Scene;
use tests::socket::{Socket, entry_id, message};
use tests::{assert_refused, on_both};

pub(super) async fn says(scene: &Scene, who: &Person, channel: &str, body: Value) -> String {
    let id = entry_id();
    who.posts(&scene.dispute, channel, &id, body).await.expects(201);
    id
}

/// Says something in every private place, and in the joint session; gives the ids that somebody could try.
pub(super) async fn talks(scene: &Scene) -> Vec<String> {
    let (amara, bela, noor) = (&scene.amara, &scene.bela, &scene.noor);
    let dispute = scene.dispute.as_str();
    let mut ids = vec![dispute.to_owned()];
    ids.push(says(scene, amara, "joint", message("the jointwombat is known to all")).await);
    ids.push(says(scene, amara, "caucus-claimant", message("I would take the quokkacaucus half")).await);
    ids.push(says(scene, amara, "caucus-claimant", an_offer("gives the bilbyoffer back", "10.00")).await);
    ids.push(says(scene, bela, "caucus-respondent", message("openednumbat is what I can pay")).await);
    ids.push(says(scene, noor, "notes", message("emunotes: she is tired")).await);
    ids.push(
        says(
            scene,
            noor,
            "caucus-claimant",
            json!({"kind": "agenda", "items": ["echidnaagenda"], "current": 1}),
        )
        .await,
    );
    let revised = noor.revises(dispute, 0, json!([a_term("pays it all back", "450.00")])).await.expects(201);
    let what =
        json!({"kind": "comment", "note": "the dingosuggest is too much", "base": 1, "audience": "mediator"});
    let suggested = amara.suggests(dispute, what).await.expects(201);
    ids.push(suggested["id"].as_str().expect("an id").to_owned());
    let digest = revised["digest"].as_str().expect("a digest");
    bela.reads_back(dispute, digest, json!(["I bring the possumpromise"])).await.expects(204);
    ids
}

/// Everything that this person can get.
pub(super) async fn looks_everywhere(scene: &Scene, person: &Person, ids: &[String]) -> Vec<Found> {
    let dispute = scene.dispute.as_str();
    let mut from = vec!["/disputes".to_owned(), "/mediator".to_owned(), format!("/disputes/{dispute}")];
    for channel in ["joint", "caucus-claimant", "caucus-respondent", "notes", "notes-co-mediator"] {
        from.push(format!("/rooms/{dispute}?channel={channel}"));
    }
    let mut found = pages(&Browser::of(person).await, &from).await;
    let openapi = scene.service.stranger().get("/openapi.json").await.expects(200);
    found.extend(operations(&person.client(), &openapi, ids).await);
    if let Ok(mut socket) = Socket::tries(&person.client(), dispute, &[]).await {
        socket.says(json!({"t": "hello", "after": {}})).await;
        socket.posts("joint", "everything before this has come").await;
        found.push(Found { asked: "the socket".to_owned(), is_there: true, text: socket.raw.join("\n") });
    }
    found
}

pub(super) fn finds(found: &[Found], word: &str) -> bool {
    found.iter().any(|answer| answer.text.contains(word))
}

on_both! {
    async fn r05_another_mediator_reads_of_earlier_private_talk_what_each_side_lets_them(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let omar = scene.service.staff("mediator", "Omar Vale").await;
        let ids = talks(&scene).await;
        let own = looks_everywhere(&scene, &scene.noor, &ids).await;
        let private = ["quokkacaucus", "bilbyoffer", "emunotes", "echidnaagenda", "dingosuggest", "possumpromise"];
        for word in private.iter().chain(&["openednumbat", "jointwombat"]) {
            assert!(finds(&own, word), "the search finds `{word}`");
        }
        for person in [&scene.amara, &omar] {
            assert_refused!(person.seeks_another_mediator(dispute, &scene.noor).await, 404);
        }
        let (mut ear, _) = Socket::enters(&scene.noor.client(), dispute, json!({})).await;
        scene.noor.seeks_another_mediator(dispute, &scene.noor).await.expects(204);
        assert_eq!(ear.ends().await, 4001, "they hear nothing any more");
        for path in ["", "/room", "/room/channels/notes/entries", "/agreement"] {
            assert_refused!(scene.noor.client().get(&format!("/disputes/{dispute}{path}")).await, 404);
        }
        // They are told so, without an address behind which nothing is there for them any more.
        scene.service.letters().wait_for(&scene.noor.email, |mail| !mail.text.contains("/disputes/")).await;
        assert_eq!(scene.bela.stage(dispute).await, "assigning");
        let said = message("is anybody there");
        assert!([404, 409].contains(&scene.amara.posts(dispute, "joint", &entry_id(), said).await.status));

        assert_refused!(scene.rosa.assigns(dispute, Some(&scene.noor)).await, 409, "mediator-tried-before");
        let proposed = scene.rosa.assigns(dispute, Some(&omar)).await.expects(201);
        let assignment = proposed["id"].as_str().expect("an id");
        assert_refused!(scene.amara.approves(assignment).await, 409, "conflict-inquiry-first");
        omar.takes_on(assignment).await.expects(200);
        scene.amara.approves(assignment).await.expects(200);
        scene.bela.approves_and_opens_earlier(assignment).await.expects(200);

        let found = looks_everywhere(&scene, &omar, &ids).await;
        for word in ["openednumbat", "jointwombat", "pays it all back"] {
            assert!(finds(&found, word), "`{word}` is theirs to read");
        }
        for word in private {
            let leaks = found.iter().find(|answer| answer.text.contains(word));
            assert!(leaks.is_none(), "`{word}` in {:?}", leaks.map(|answer| &answer.asked));
        }
        // The sides read on as before, and what is said from now on reaches the new one.
        let hers = scene.amara.reads_channel(dispute, "caucus-claimant", 0).await.expects(200);
        assert!(hers.to_string().contains("quokkacaucus"), "{hers}");
        says(&scene, &scene.amara, "caucus-claimant", message("bandicoot from now on")).await;
        // Each reads whose words are whose, and that the house has another mediator now.
        let page = Browser::of(&scene.bela).await.reads(&format!("/rooms/{dispute}?channel=caucus-respondent")).await;
        assert!(page.contains("openednumbat") && !page.contains("From here on"), "{page}");
        let joint = Browser::of(&scene.amara).await.reads(&format!("/rooms/{dispute}?channel=joint")).await;
        assert!(joint.contains("From here on") && joint.contains("Omar Vale"), "{joint}");
        let theirs = omar.reads_channel(dispute, "caucus-claimant", 0).await.expects(200);
        assert_eq!(theirs["items"].as_array().map(Vec::len), Some(1), "{theirs}");
    }

    async fn r05_whoever_was_replaced_stays_out_of_it_when_all_is_over(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let ids = talks(&scene).await;
        scene.noor.seeks_another_mediator(dispute, &scene.noor).await.expects(204);
        assert_refused!(scene.rosa.client().post(&format!("/disputes/{dispute}/replacements"), json!({})).await, 422);
        assert_refused!(scene.rosa.seeks_another_mediator(dispute, &scene.noor).await, 409);
        scene.amara.withdraws(dispute).await.expects(200);
        let found = looks_everywhere(&scene, &scene.noor, &ids).await;
        for word in ["quokkacaucus", "openednumbat", "jointwombat", "emunotes", "moved out in March"] {
            let leaks = found.iter().find(|answer| answer.text.contains(word));
            assert!(leaks.is_none(), "`{word}` in {:?}", leaks.map(|answer| &answer.asked));
        }
        // The sides read their own talk again, and a certificate tells of a mediation.
        let hers = scene.amara.reads_channel(dispute, "caucus-claimant", 0).await.expects(200);
        assert!(hers.to_string().contains("quokkacaucus"), "{hers}");
        let paper = scene.amara.client().get(&format!("/disputes/{dispute}/certificate")).await.expects(200);
        assert_eq!(paper["mediation_took_place"], true, "{paper}");
    }

    async fn r13_after_an_objection_the_registrar_seeks_another_and_the_talks_are_settled_with_them(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let omar = scene.service.staff("mediator", "Omar Vale").await;
        let path = |rest: &str| format!("/disputes/{dispute}/disclosures{rest}");
        let told = json!({"disclosure": "My cousin has moved into that street."});
        scene.noor.client().post(&path(""), told).await.expects(201);
        assert!(scene.amara.reads(dispute).await.text().contains("My cousin"));
        scene.bela.client().post(&path("/objection"), json!({})).await.expects(200);
        let desk = Browser::of(&scene.rosa).await;
        let page = format!("/disputes/{dispute}");
        assert!(desk.reads(&page).await.contains("/replacement"));
        let asked = desk.reads(&format!("{page}/replacement")).await;
        assert!(asked.contains("does not mediate this dispute any more"), "{asked}");
        let done = desk.sends(&format!("{page}/replacement"), &format!("{page}/replacement"), &[]).await;
        assert_eq!(done.status, 200, "{}", done.text());
        assert_eq!(scene.amara.stage(dispute).await, "assigning");
        let proposed = scene.rosa.assigns(dispute, Some(&omar)).await.expects(201);
        let assignment = proposed["id"].as_str().expect("an id").to_owned();
        omar.takes_on(&assignment).await.expects(200);
        let page = format!("/assignments/{assignment}");
        let hers = Browser::of(&scene.amara).await;
        assert!(hers.reads(&page).await.contains("reads_earlier"));
        let yes = hers.sends(&page, &format!("{page}/approval"), &[("reads_earlier", "yes")]).await;
        assert_eq!(yes.status, 200, "{}", yes.text());
        scene.bela.approves(&assignment).await.expects(200);
        assert_eq!(scene.amara.stage(dispute).await, "mediation");
        let view = scene.amara.reads(dispute).await.text();
        assert!(!view.contains("My cousin"), "that was about the one before: {view}");
        // What was held for the disclosure goes on, and it was one mediation all the same.
        says(&scene, &scene.bela, "joint", message("Let us go on")).await;
        omar.closes(dispute).await.expects(200);
        let paper = scene.amara.client().get(&format!("/disputes/{dispute}/certificate")).await.expects(200);
        assert_eq!(paper["mediation_took_place"], true, "{paper}");
    }

    async fn r14_who_mediated_before_takes_no_other_part(settings: Settings) {
        let mut scene = Scene::in_mediation(settings.without_limits()).await;
        let omar = scene.service.staff("mediator", "Omar Vale").await;
        scene.noor.seeks_another_mediator(&scene.dispute, &scene.noor).await.expects(204);
        let noor = std::mem::replace(&mut scene.noor, omar);
        scene.noor_is_confirmed().await;
        let (dispute, omar) = (scene.dispute.as_str(), &scene.noor);
        let asked = scene.amara.asks_beside(dispute, "helper", &noor).await.expects(201);
        let seat = asked["id"].as_str().expect("an id");
        assert_refused!(noor.sits_beside(dispute, seat).await, 409, "has-another-part");
        // Nobody takes a mediation over that all have signed.
        let digest = scene.ready_to_sign().await;
        scene.amara.signs(dispute, &digest).await.expects(201);
        scene.bela.signs(dispute, &digest).await.expects(201);
        assert_refused!(omar.seeks_another_mediator(dispute, omar).await, 409, "already-binding");
    }
}
