//! Who sits beside a party: under their own signature (R1), in nobody's place (R3), hearing that side alone and from the
//! moment they sat down (R5), seen by those who share a channel with them (R7), for one side and in no other part (R14).

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tests::browser::Browser;
use tests::cast::{Person, an_offer};
use tests::concord::Settings;
use tests::on_both;
use tests::scene::Scene;
use tests::socket::{Socket, entry_id, message};

/// Asks, and gives the seat's id.
async fn asks(scene: &Scene, by: &Person, role: &str, whom: &Person) -> String {
    let asked = by.asks_beside(&scene.dispute, role, whom).await.expects(201);
    asked["id"].as_str().expect("an id").to_owned()
}

/// Leaves the seat beside a party.
async fn leaves(scene: &Scene, person: &Person) {
    let own = person.reads(&scene.dispute).await.expects(200);
    person.ends_seat(&scene.dispute, own["companion"].as_str().expect("a seat")).await.expects(204);
}

async fn says(scene: &Scene, by: &Person, channel: &str, text: &str) {
    by.posts(&scene.dispute, channel, &entry_id(), message(text)).await.expects(201);
}

/// What that person reads of a channel: numbers and texts.
async fn reads(scene: &Scene, by: &Person, channel: &str) -> Vec<(u64, String)> {
    let read = by.reads_channel(&scene.dispute, channel, 0).await.expects(200);
    let line = |item: &Value| {
        let said = item["body"]["text"].as_str().or(item["body"]["kind"].as_str());
        (item["seq"].as_u64().unwrap_or_default(), said.unwrap_or_default().to_owned())
    };
    read["items"].as_array().expect("a list").iter().map(line).collect()
}

/// Somebody sits beside the claimant and reads what is named: the dispute, her private talk, and a file in that.
async fn reads_a_file_beside_amara(scene: &Scene) -> (Person, [String; 3]) {
    let dispute = scene.dispute.as_str();
    let dela = scene.sits_beside_amara("Dela Haq", "helper").await;
    let picture = Part::bytes(tests::cast::a_picture()).file_name("shown.png");
    let form = Form::new().text("channel", "caucus-claimant").part("file", picture);
    let client = scene.amara.client();
    let request = client.request(reqwest::Method::POST, &format!("/disputes/{dispute}/files"));
    let kept = client.send(request.multipart(form)).await.expects(201);
    let body = json!({"kind": "file", "file": kept["id"]});
    scene.amara.posts(dispute, "caucus-claimant", &entry_id(), body).await.expects(201);
    let paths = [
        format!("/disputes/{dispute}"),
        format!("/disputes/{dispute}/room/channels/caucus-claimant/entries"),
        format!("/files/{}", kept["id"].as_str().expect("an id")),
    ];
    for path in &paths {
        dela.client().get(path).await.ok();
    }
    (dela, paths)
}

on_both! {
    async fn r01_nobody_sits_beside_a_party_unsigned_and_only_whose_address_was_named(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (dela, eve) = (scene.service.person("Dela Haq").await, scene.service.person("Eve Stone").await);
        let seat = asks(&scene, &scene.amara, "helper", &dela).await;
        let letter = scene.service.letters().wait_for(&dela.email, |letter| letter.text.contains(&seat)).await;
        assert!(!letter.text.contains("Amara") && !letter.subject.contains("Amara"), "{}", letter.text);
        for path in ["", "/room", "/room/channels/joint/entries", "/agreement"] {
            dela.client().get(&format!("/disputes/{dispute}{path}")).await.is_refused(404, "");
        }
        let offered = dela.reads_seat(dispute, &seat).await.expects(200);
        assert_eq!((&offered["beside"], &offered["state"]), (&json!("Amara Sen"), &json!("asked")), "{offered}");
        assert!(offered["text"].as_str().is_some_and(|text| text.len() > 500), "the agreement to mediate is there");
        eve.reads_seat(dispute, &seat).await.is_refused(404, "");
        eve.sits_beside(dispute, &seat).await.is_refused(404, "");
        let old = json!({"document": "agreement-to-mediate", "version": 0, "language": "en"});
        let path = format!("/disputes/{dispute}/companions/{seat}/acceptance");
        dela.client().post(&path, old).await.is_refused(409, "consent-version-outdated");
        dela.sits_beside(dispute, &seat).await.expects(200);
        dela.sits_beside(dispute, &seat).await.is_refused(409, "already-consented");
        let room = dela.looks_into_room(dispute).await.expects(200);
        assert_eq!(room["you"], "claimant-helper", "{room}");
        says(&scene, &dela, "joint", "I write for Amara.").await;
        let said = scene.bela.reads_channel(dispute, "joint", 0).await.expects(200);
        let last = said["items"].as_array().and_then(|items| items.last()).expect("an entry");
        assert_eq!((&last["by"], &last["body"]["text"]), (&json!("claimant-helper"), &json!("I write for Amara.")));
        let own = scene.amara.client().get(&format!("/disputes/{dispute}/companions")).await.expects(200);
        assert_eq!((&own["items"][0]["state"], &own["items"][0]["name"]), (&json!("seated"), &json!("Dela Haq")));
        let others = scene.bela.client().get(&format!("/disputes/{dispute}/companions")).await.expects(200);
        assert_eq!(others["items"], json!([]), "each side reads its own");
    }

    async fn r05_whoever_sits_beside_a_party_hears_that_side_from_then_on_and_nothing_of_the_other(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        for (person, channel) in [(&scene.amara, "joint"), (&scene.amara, "caucus-claimant"), (&scene.bela, "caucus-respondent")] {
            says(&scene, person, channel, "said before").await;
        }
        let dela = scene.sits_beside_amara("Dela Haq", "interpreter").await;
        let (mut ear, welcome) = Socket::enters(&dela.client(), dispute, json!({})).await;
        let channels: Vec<_> = welcome["channels"].as_array().expect("channels").iter().map(|one| one["name"].clone()).collect();
        assert_eq!(channels, [json!("joint"), json!("caucus-claimant")], "{welcome}");
        for (person, channel) in [(&scene.bela, "joint"), (&scene.noor, "caucus-claimant"), (&scene.bela, "caucus-respondent")] {
            says(&scene, person, channel, &format!("said after in {channel}")).await;
        }
        ear.hears_text("said after in caucus-claimant").await;
        ear.hears_nothing("joint", |frame| frame["channel"] == "caucus-respondent" || frame["body"]["text"] == "said before").await;
        // From the first number on they read what the claimant reads, and not one entry before it.
        for channel in ["joint", "caucus-claimant"] {
            let (theirs, hers) = (reads(&scene, &dela, channel).await, reads(&scene, &scene.amara, channel).await);
            let first = theirs.first().map(|(seq, _)| *seq).expect("something was said");
            let after: Vec<_> = hers.iter().filter(|(seq, _)| *seq >= first).cloned().collect();
            assert_eq!(theirs, after, "{channel}");
            assert_eq!(hers.len(), after.len() + 1, "{channel}: what was said before stays before");
        }
        dela.reads_channel(dispute, "caucus-respondent", 0).await.is_refused(404, "");
        dela.reads_channel(dispute, "notes", 0).await.is_refused(404, "");
        dela.posts(dispute, "caucus-respondent", &entry_id(), message("let me in")).await.is_refused(404, "");

        // The seat ends: the socket closes, and nothing is read any more, not what was heard either.
        let own = scene.amara.client().get(&format!("/disputes/{dispute}/companions")).await.expects(200);
        let seat = own["items"][0]["id"].as_str().expect("an id").to_owned();
        scene.bela.ends_seat(dispute, &seat).await.is_refused(404, "");
        scene.amara.ends_seat(dispute, &seat).await.expects(204);
        let closed = tokio::time::timeout(std::time::Duration::from_secs(5), ear.ends()).await;
        assert_eq!(closed.expect("it closes at once"), 4001);
        for path in ["", "/room", "/room/channels/joint/entries", "/room/channels/caucus-claimant/entries"] {
            dela.client().get(&format!("/disputes/{dispute}{path}")).await.is_refused(404, "");
        }
        says(&scene, &scene.amara, "joint", "said when they had gone").await;
        // Asked again, they begin anew: what was said in between is not theirs.
        let seat = asks(&scene, &scene.amara, "support-person", &dela).await;
        dela.sits_beside(dispute, &seat).await.expects(200);
        let texts: Vec<String> = reads(&scene, &dela, "joint").await.into_iter().map(|(_, text)| text).collect();
        assert_eq!(texts, ["seat_taken"]);
    }

    async fn r05_what_was_said_in_private_before_is_read_only_where_that_side_said_so(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        for channel in ["joint", "caucus-claimant"] {
            says(&scene, &scene.amara, channel, "said before").await;
        }
        let dela = scene.service.person("Dela Haq").await;
        let body = json!({"role": "helper", "name": "Dela", "email": dela.email, "reads_earlier": true});
        let asked = scene.amara.client().post(&format!("/disputes/{dispute}/companions"), body).await.expects(201);
        dela.sits_beside(dispute, asked["id"].as_str().expect("an id")).await.expects(200);
        assert_eq!(reads(&scene, &dela, "caucus-claimant").await, [(1, "said before".to_owned())]);
        let joint = reads(&scene, &dela, "joint").await;
        assert_eq!(joint, [(2, "seat_taken".to_owned())], "what both said before is never replayed");
    }

    async fn r05_whoever_sits_down_again_in_the_same_seat_begins_anew(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let dela = scene.service.person("Dela Haq").await;
        let offer = entry_id();
        for (turn, reads_earlier) in [true, false, true].into_iter().enumerate() {
            let body = json!({"role": "representative", "name": "Dela", "email": dela.email, "reads_earlier": reads_earlier});
            let asked = scene.amara.client().post(&format!("/disputes/{dispute}/companions"), body).await.expects(201);
            dela.sits_beside(dispute, asked["id"].as_str().expect("an id")).await.expects(200);
            let said: Vec<String> = reads(&scene, &dela, "caucus-claimant").await.into_iter().map(|(_, text)| text).collect();
            assert_eq!(!said.is_empty(), turn > 0 && reads_earlier, "{turn}: {said:?}");
            if turn > 0 {
                // The offer was made between two sittings: on the page too it is there for whoever reads what came before.
                let page = Browser::of(&dela).await.opens(&format!("/rooms/{dispute}?channel=caucus-claimant&offer={offer}")).await;
                assert_eq!(page.text().contains("the wallaby clause"), reads_earlier, "{turn}: {}", page.status);
            }
            let (mut ear, _) = Socket::enters(&dela.client(), dispute, json!({})).await;
            let now = format!("said in turn {turn}");
            says(&scene, &scene.amara, "caucus-claimant", &now).await;
            ear.hears_text(&now).await;
            leaves(&scene, &dela).await;
            if turn == 0 {
                let made = an_offer("takes the wallaby clause", "10.00");
                scene.amara.posts(dispute, "caucus-claimant", &offer, made).await.expects(201);
            }
        }
    }

    async fn r03_from_a_seat_beside_a_party_nobody_acts_in_its_place(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let speaker = scene.sits_beside_amara("Dela Haq", "representative").await;
        let listener = scene.sits_beside_amara("Sana Roy", "support-person").await;
        let helper = scene.sits_beside_amara("Hari Das", "helper").await;
        let offer = entry_id();
        scene.bela.posts(dispute, "joint", &offer, an_offer("pays half", "225.00")).await.expects(201);
        let accept = json!({"kind": "offer_accepted", "offer": offer});
        for person in [&speaker, &listener, &helper] {
            person.posts(dispute, "joint", &entry_id(), accept.clone()).await.is_refused(409, "party-alone");
            let answers = tests::cast::all_clear();
            person.answers_safety(dispute, answers).await.is_refused(409, "party-alone");
            person.withdraws(dispute).await.is_refused(409, "party-alone");
            person.client().get(&format!("/disputes/{dispute}/room/proposals")).await.is_refused(404, "");
        }
        for person in [&listener, &helper] {
            person.posts(dispute, "joint", &entry_id(), an_offer("pays", "9.00")).await.is_refused(409, "party-alone");
        }
        listener.posts(dispute, "joint", &entry_id(), message("I say")).await.is_refused(409, "support-person-listens");
        says(&scene, &listener, "caucus-claimant", "You are doing well.").await;
        let room = listener.looks_into_room(dispute).await.expects(200);
        let may: Vec<_> = room["channels"].as_array().expect("channels").iter().map(|one| one["may_post"].clone()).collect();
        assert_eq!(may, [json!(false), json!(true)], "{room}");
        // A representative offers; the other side answers, one's own side never does, and the party takes it back.
        let theirs = entry_id();
        speaker.posts(dispute, "joint", &theirs, an_offer("pays all", "450.00")).await.expects(201);
        let accept = json!({"kind": "offer_accepted", "offer": theirs});
        scene.amara.posts(dispute, "joint", &entry_id(), accept).await.is_refused(409, "own-offer");
        let back = json!({"kind": "offer_withdrawn", "offer": theirs});
        scene.amara.posts(dispute, "joint", &entry_id(), back).await.expects(201);
        let digest = scene.freezes_a_text().await;
        speaker.waives(dispute, &digest).await.is_refused(409, "party-alone");
        speaker.signs(dispute, &digest).await.is_refused(409, "party-alone");
        let shown = speaker.reads_agreement(dispute).await.expects(200);
        assert_eq!(shown["digest"], digest.as_str(), "they read the text of it");
    }

    async fn r14_nobody_sits_beside_a_party_who_has_another_part_or_works_for_the_house(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        for person in [&scene.bela, &scene.noor, &scene.rosa, &odil] {
            let before = scene.service.letters().to(&person.email).len();
            let seat = asks(&scene, &scene.amara, "helper", person).await;
            person.sits_beside(dispute, &seat).await.is_refused(409, "has-another-part");
            scene.amara.asks_beside(dispute, "helper", person).await.is_refused(409, "seat-beside-taken");
            scene.amara.ends_seat(dispute, &seat).await.expects(204);
            person.reads_seat(dispute, &seat).await.is_refused(404, "");
            let letters = scene.service.letters().to(&person.email);
            let is_of_it = [&scene.bela.email, &scene.noor.email].contains(&&person.email);
            let asked = letters.iter().skip(before).filter(|letter| letter.text.contains(&seat)).count();
            assert!(!is_of_it || asked == 0, "no way round what keeps people apart: {}", person.name);
        }
        let dela = scene.sits_beside_amara("Dela Haq", "helper").await;
        let seat = asks(&scene, &scene.bela, "helper", &dela).await;
        dela.sits_beside(dispute, &seat).await.is_refused(409, "has-another-part");
        assert_eq!(dela.looks_into_room(dispute).await.expects(200)["you"], "claimant-helper");
    }

    async fn r07_and_r17_whoever_sits_down_is_announced_and_kept_apart_to_that_side_alone(settings: Settings) {
        let scene = Scene::in_shuttle(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (mut amara, _) = Socket::enters(&scene.amara.client(), dispute, json!({})).await;
        let (mut bela, _) = Socket::enters(&scene.bela.client(), dispute, json!({})).await;
        let before = scene.bela.looks_into_room(dispute).await.expects(200);
        let dela = scene.sits_beside_amara("Dela Haq", "interpreter").await;
        let heard = amara.hears(|frame| frame["body"]["kind"] == "seat_taken").await;
        assert_eq!((&heard["channel"], &heard["body"]["who"]), (&json!("caucus-claimant"), &json!("claimant-interpreter")));
        let room = dela.looks_into_room(dispute).await.expects(200);
        let people: Vec<_> = room["people"].as_array().expect("people").iter().map(|one| one["id"].clone()).collect();
        assert_eq!(people, [json!("claimant"), json!("mediator"), json!("claimant-interpreter")], "{room}");
        leaves(&scene, &dela).await;
        amara.hears(|frame| frame["body"]["kind"] == "seat_ended").await;
        let is_news = |frame: &Value| frame["t"] != "posted" && frame["t"] != "caught_up";
        bela.hears_nothing("caucus-respondent", is_news).await;
        let after = scene.bela.looks_into_room(dispute).await.expects(200);
        assert_eq!(before["people"], after["people"]);
        assert_eq!(before["audience_digest"], after["audience_digest"]);

        let open = Scene::in_mediation(Settings::on(scene.service.backend()).without_limits()).await;
        let (mut bela, _) = Socket::enters(&open.bela.client(), &open.dispute, json!({})).await;
        open.sits_beside_amara("Dela Haq", "interpreter").await;
        let told = bela.hears(|frame| frame["body"]["kind"] == "seat_taken").await;
        assert_eq!(told["channel"], "joint", "{told}");
        let room = bela.hears(|frame| frame["t"] == "room").await;
        assert!(room["people"].to_string().contains("Dela Haq"), "nobody is in a room unseen: {room}");
    }

    async fn r05_when_the_talks_are_over_nobody_reads_on_from_a_seat_beside_a_party(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let (dela, paths) = reads_a_file_beside_amara(&scene).await;
        scene.amara.withdraws(&scene.dispute).await.expects(200);
        for path in &paths {
            dela.client().get(path).await.is_refused(404, "");
        }
        let scene = Scene::in_mediation(Settings::on(scene.service.backend()).without_limits()).await;
        let (dela, paths) = reads_a_file_beside_amara(&scene).await;
        scene.settles().await;
        for path in &paths {
            dela.client().get(path).await.is_refused(404, "");
        }
    }

    async fn r17_the_house_writes_to_nobody_of_the_other_side_and_so_often_alone(settings: Settings) {
        let scene = Scene::in_shuttle(settings.with("CONCORD_LIMIT_ENTRIES", "3,1/h")).await;
        let (sana, dela) = (scene.service.person("Sana Roy").await, scene.service.person("Dela Haq").await);
        // A stranger's try is refused, and uses nothing up of what may be written to that address.
        let stranger = scene.service.person("Eve Stone").await;
        for _ in 0..3 {
            stranger.asks_beside(&scene.dispute, "helper", &dela).await.is_refused(404, "");
        }
        let seat = asks(&scene, &scene.amara, "helper", &dela).await;
        scene.service.letters().wait_for(&dela.email, |letter| letter.text.contains(&seat)).await;
        let other = asks(&scene, &scene.bela, "helper", &dela).await;
        let last = asks(&scene, &scene.bela, "interpreter", &sana).await;
        scene.service.letters().wait_for(&sana.email, |letter| letter.text.contains(&last)).await;
        let letters = scene.service.letters().to(&dela.email);
        assert!(letters.iter().all(|letter| !letter.text.contains(&other)), "asked beside the other side already");
        // And nobody has the house write without end.
        for _ in 0..3 {
            let again = scene.amara.asks_beside(&scene.dispute, "helper", &dela).await;
            assert_ne!(again.status, 404, "{}", again.text());
        }
        scene.amara.asks_beside(&scene.dispute, "helper", &dela).await.is_refused(429, "too-many");
    }

    async fn r27_a_party_asks_and_somebody_sits_down_without_a_script(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let dela = scene.service.person("Dela Haq").await;
        let (page, here) = (Browser::of(&scene.amara).await, format!("/disputes/{dispute}/companions"));
        let typed = [("role", "helper"), ("name", "Dela from the centre"), ("email", "dela")];
        let refused = page.sends(&here, &here, &typed).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("Dela from the centre"), "what was typed is kept");
        let typed = [("role", "helper"), ("name", "Dela from the centre"), ("email", dela.email.as_str())];
        let asked = page.sends(&here, &here, &typed).await;
        assert_eq!(asked.status, 200, "{}", asked.text());
        let own = scene.amara.client().get(&here).await.expects(200);
        let seat = format!("{here}/{}", own["items"][0]["id"].as_str().expect("an id"));
        assert!(asked.text().contains(&seat), "the address stands there for whoever has no mailbox at hand");
        let theirs = Browser::of(&dela).await;
        let unsigned = theirs.sends(&seat, &seat, &[]).await;
        assert_eq!(unsigned.status, 422);
        let seated = theirs.sends(&seat, &seat, &[("agree", "yes")]).await;
        assert!(seated.text().contains("You sit beside") && seated.text().contains("Amara Sen"), "{}", seated.text());
        let room = theirs.reads(&format!("/rooms/{dispute}")).await;
        assert!(room.contains("helper for") && room.contains("name=\"text\""), "{room}");
        for absent in ["/withdrawal", "/alarms", "/blind-bids", "type=\"file\""] {
            assert!(!room.contains(absent), "{absent} in {room}");
        }
        let others = Browser::of(&scene.bela).await.reads(&format!("/rooms/{dispute}")).await;
        assert!(others.contains("Dela Haq") && others.contains("helper for"), "{others}");
        assert!(theirs.reads("/disputes").await.contains(dispute));
        let left = theirs.sends(&seat, &format!("{seat}/ending"), &[]).await;
        assert_eq!(left.status, 200);
        assert_eq!(theirs.opens(&format!("/rooms/{dispute}")).await.status, 404);
    }
}
