//! A representative signs for a party where a registrar accepted the paper that says so, under their own name and proof,
//! and the record says for whom (R3).

use serde_json::json;
use tests::browser::Browser;
use tests::cast::Person;
use tests::papers::{Papers, payload};
use tests::scene::Scene;
use tests::{assert_refused, on_both};

use super::own_settlement;

/// Dela sits beside Amara as her representative; with her, her seat.
async fn represents(scene: &Scene) -> (Person, String) {
    let dela = scene.sits_beside_amara("Dela Haq", "representative").await;
    let own = dela.reads(&scene.dispute).await.expects(200);
    let seat = own["companion"].as_str().expect("a seat").to_owned();
    (dela, seat)
}

/// The same, and the registrar accepted that she signs.
async fn may_sign(scene: &Scene) -> (Person, String) {
    let (dela, seat) = represents(scene).await;
    scene.amara.claims_authority(&scene.dispute, &seat, "written-power").await.expects(201);
    let accepted = scene.rosa.answers_authority(&scene.dispute, &seat, "acceptance", "written-power").await;
    assert_eq!(accepted.expects(200)["state"], "accepted");
    (dela, seat)
}

/// Whether the claimant's side has signed, as the mediator reads it.
async fn has_signed(scene: &Scene) -> bool {
    let shown = scene.noor.reads_agreement(&scene.dispute).await.expects(200);
    shown["signatures"][0]["signed"].as_bool().expect("a yes or a no")
}

on_both! {
    async fn r03_a_representative_signs_once_a_registrar_accepted_it_and_the_record_says_for_whom(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (dela, seat) = represents(&scene).await;
        let digest = scene.ready_to_sign().await;
        assert_refused!(dela.signs(dispute, &digest).await, 409, "party-alone");
        for person in [&scene.bela, &scene.noor, &scene.rosa] {
            assert_refused!(person.claims_authority(dispute, &seat, "minor").await, 404);
        }
        assert_refused!(dela.claims_authority(dispute, &seat, "minor").await, 409, "party-alone");
        assert_refused!(scene.amara.claims_authority(dispute, &seat, "friendship").await, 422);
        scene.amara.claims_authority(dispute, &seat, "without-capacity").await.expects(201);
        assert_refused!(scene.amara.claims_authority(dispute, &seat, "minor").await, 409, "authority-claimed-before");
        assert_refused!(dela.signs(dispute, &digest).await, 409, "party-alone");
        for person in [&scene.amara, &scene.bela, &scene.noor, &dela] {
            assert_refused!(person.answers_authority(dispute, &seat, "acceptance", "without-capacity").await, 404);
            assert_refused!(person.client().get(&format!("/disputes/{dispute}/authorities")).await, 404);
        }
        let asked = scene.rosa.client().get(&format!("/disputes/{dispute}/authorities")).await.expects(200);
        let claim = json!({"companion": seat, "side": "claimant", "party": "Amara Sen", "representative": "Dela Haq", "ground": "without-capacity"});
        assert_eq!(asked["items"], json!([claim]));
        assert_refused!(scene.rosa.answers_authority(dispute, &seat, "acceptance", "minor").await, 409, "no-authority-claimed");
        scene.rosa.answers_authority(dispute, &seat, "acceptance", "without-capacity").await.expects(200);
        let otherwise = json!({"name": "Amara Sen"});
        assert_refused!(dela.signs_with(dispute, &digest, otherwise).await, 422);
        assert_refused!(dela.signs_with(dispute, &digest, json!({"password": "not hers at all"})).await, 403, "proof-refused");
        dela.signs(dispute, &digest).await.expects(201);
        assert_refused!(dela.signs(dispute, &digest).await, 409, "already-signed");
        let letters = scene.service.letters();
        letters.wait_for(&scene.amara.email, |letter| letter.text.contains(dispute)).await;
        let shown = scene.noor.reads_agreement(dispute).await.expects(200);
        assert_eq!(shown["signatures"][0]["representative"], "Dela Haq", "who attests knows who signed: {shown}");
        let said = scene.bela.reads_channel(dispute, "joint", 0).await.expects(200);
        let signed = said["items"].as_array().expect("a list").iter().find(|item| item["body"]["kind"] == "signature");
        assert_eq!(signed.expect("an entry")["body"]["who"], "claimant-representative", "who signed is told");
        scene.bela.signs(dispute, &digest).await.expects(201);
        scene.noor.attests(dispute, &digest).await.expects(201);
        let (client, id) = (scene.bela.client(), own_settlement(&scene.bela, dispute).await);
        let pdf = client.get(&format!("/settlements/{id}/record.pdf")).await;
        let jws = client.get(&format!("/settlements/{id}/record.jws")).await.text();
        let record = payload(&jws);
        let signature = &record["signatures"][0];
        assert_eq!((&record["version"], &signature["name"]), (&json!(3), &json!("Dela Haq")), "{record}");
        assert_eq!(signature["on_behalf_of"]["party"], "Amara Sen", "{record}");
        assert!(!record.to_string().contains("capacity"), "on what ground is nobody's to read: {record}");
        let keys = scene.service.stranger().get("/.well-known/jwks.json").await.text();
        let papers = Papers::new(&pdf.bytes, &jws, &keys);
        assert!(papers.text().contains("For Amara Sen, as representative"), "{}", papers.text());
        papers.found_by_others();
    }

    async fn r22_whoever_may_sign_for_a_party_chooses_in_which_language(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (dela, seat) = represents(&scene).await;
        let page = format!("/disputes/{dispute}/reading-language");
        assert_refused!(dela.wants_to_read(dispute, "ta").await, 409, "party-alone");
        scene.amara.claims_authority(dispute, &seat, "minor").await.expects(201);
        scene.rosa.answers_authority(dispute, &seat, "acceptance", "minor").await.expects(200);
        dela.wants_to_read(dispute, "ta").await.expects(204);
        let shown = scene.noor.reads_agreement(dispute).await.expects(200);
        assert_eq!(shown["languages_needed"], json!(["en", "ta"]));
        let theirs = Browser::of(&dela).await;
        assert!(theirs.reads(&format!("/disputes/{dispute}")).await.contains(&page));
        assert!(theirs.reads(&page).await.contains("<option value=\"ta\" selected>"));
        theirs.sends(&page, &page, &[("language", "si")]).await.ok();
        let view = scene.amara.reads(dispute).await.expects(200);
        assert_eq!(view["preparation"]["reading_language"], "si", "{view}");
    }

    async fn r03_what_was_signed_on_authority_goes_when_the_party_takes_it_back(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (dela, seat) = may_sign(&scene).await;
        let digest = scene.ready_to_sign().await;
        dela.signs(dispute, &digest).await.expects(201);
        assert!(has_signed(&scene).await);
        assert_refused!(scene.bela.ends_authority(dispute, &seat).await, 404);
        scene.amara.ends_authority(dispute, &seat).await.expects(204);
        assert!(!has_signed(&scene).await);
        assert_refused!(dela.signs(dispute, &digest).await, 409, "party-alone");
        scene.amara.signs(dispute, &digest).await.expects(201);
        assert_refused!(dela.client().delete(&format!("/disputes/{dispute}/agreement/signatures/mine")).await, 409, "party-alone");
        assert!(has_signed(&scene).await);
        // A refusal is no end: the party asks again, and the seat that ends takes the question with it.
        scene.amara.claims_authority(dispute, &seat, "minor").await.expects(201);
        scene.rosa.answers_authority(dispute, &seat, "refusal", "minor").await.expects(200);
        let own = scene.amara.client().get(&format!("/disputes/{dispute}/companions")).await.expects(200);
        assert_eq!(own["items"][0]["authority"], json!({"state": "refused"}), "why is kept until it is answered");
        scene.amara.claims_authority(dispute, &seat, "organisation").await.expects(201);
        scene.amara.ends_seat(dispute, &seat).await.expects(204);
        let asked = scene.rosa.client().get(&format!("/disputes/{dispute}/authorities")).await.expects(200);
        assert_eq!(asked["items"], json!([]));
        let desk = Browser::of(&scene.rosa).await.reads("/registrar").await;
        assert!(!desk.contains("that a representative signs"), "{desk}");
    }

    async fn r03_who_signed_is_told_by_name_whoever_sits_there_later(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (dela, seat) = may_sign(&scene).await;
        let told = Browser::of(&dela).await.reads(&format!("/disputes/{dispute}")).await;
        assert!(!told.contains("/signing"), "nothing is to be signed yet");
        let digest = scene.ready_to_sign().await;
        let told = Browser::of(&dela).await.reads(&format!("/disputes/{dispute}")).await;
        assert!(told.contains(&format!("/disputes/{dispute}/signing")), "{told}");
        dela.signs(dispute, &digest).await.expects(201);
        scene.amara.ends_seat(dispute, &seat).await.expects(204);
        assert!(!has_signed(&scene).await, "what she signed went with her");
        scene.sits_beside_amara("Carim Das", "representative").await;
        let room = Browser::of(&scene.bela).await.reads(&format!("/rooms/{dispute}?channel=joint")).await;
        let signed = room.split("has signed").next().expect("a line");
        let name = signed.rfind("(representative of").map(|at| &signed[at.saturating_sub(40)..at]);
        assert!(name.is_some_and(|name| name.contains("Dela Haq")), "{name:?} in {room}");
    }

    async fn r23_a_partys_own_no_keeps_others_from_signing_for_it_and_reaches_the_mediator_alone(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (dela, seat) = may_sign(&scene).await;
        let digest = scene.ready_to_sign().await;
        dela.signs(dispute, &digest).await.expects(201);
        let before = dela.reads(dispute).await.expects(200)["actions"].clone();
        let no = scene.amara.signs_with(dispute, &digest, json!({"freely": false})).await.expects(201);
        assert_eq!(no["state"], "not-signed");
        assert!(!has_signed(&scene).await, "what was signed for her does not stand over it");
        let room = Browser::of(&scene.noor).await.reads(&format!("/rooms/{dispute}")).await;
        assert!(room.contains("not signing freely"), "{room}");
        let after = dela.reads(dispute).await.expects(200)["actions"].clone();
        let lacks = |action: &str| !after.as_array().expect("a list").iter().any(|one| one == action);
        assert!(!lacks("sign") && lacks("take-signature-back"), "as if she had taken it back: {before} {after}");
        assert_eq!(dela.signs(dispute, &digest).await.expects(201)["state"], "not-signed");
        assert!(!has_signed(&scene).await);
        let page = Browser::of(&dela).await;
        let signing = format!("/disputes/{dispute}/signing");
        let typed = [("digest", digest.as_str()), ("term-1", "yes"), ("freely", "yes"), ("name", "Dela Haq"), ("password", dela.password.as_str())];
        let tried = page.sends(&signing, &signing, &typed).await;
        assert!(tried.text().contains("Nothing is signed yet") && !tried.text().contains("freely"), "{}", tried.text());
        scene.amara.signs(dispute, &digest).await.expects(201);
        assert!(has_signed(&scene).await);
        scene.amara.client().delete(&format!("/disputes/{dispute}/agreement/signatures/mine")).await.expects(204);
        assert_refused!(dela.signs(dispute, &digest).await, 409, "party-alone");
        assert_refused!(scene.amara.ends_authority(dispute, &seat).await, 409, "no-authority-claimed");
    }

    async fn r17_in_shuttle_only_the_record_names_the_other_sides_representative(settings: Settings) {
        let scene = Scene::in_shuttle(settings.with("CONCORD_REFLECTION_PERIOD", "1s").without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (dela, _) = may_sign(&scene).await;
        let digest = scene.freezes_a_text().await;
        tests::until("she may sign", async || dela.reads(dispute).await.expects(200)["actions"].to_string().contains("\"sign\"")).await;
        dela.signs(dispute, &digest).await.expects(201);
        scene.bela.signs(dispute, &digest).await.expects(201);
        for text in [
            scene.bela.reads_agreement(dispute).await.expects(200).to_string(),
            scene.bela.reads_channel(dispute, "caucus-respondent", 0).await.expects(200).to_string(),
            Browser::of(&scene.bela).await.reads(&format!("/disputes/{dispute}/agreement")).await,
        ] {
            assert!(!text.contains("Dela") && !text.contains("representative"), "{text}");
        }
        let own = scene.amara.reads_channel(dispute, "caucus-claimant", 0).await.expects(200).to_string();
        assert!(own.contains("claimant-representative"), "{own}");
    }

    async fn r17_in_shuttle_the_other_side_reads_nothing_of_who_signs_and_a_question_ends_with_the_talks(settings: Settings) {
        let scene = Scene::in_shuttle(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let before = scene.bela.looks_into_room(dispute).await.expects(200);
        let (dela, seat) = may_sign(&scene).await;
        let digest = scene.freezes_a_text().await;
        let refused = dela.signs(dispute, &digest).await;
        assert_refused!(refused, 409, "reflection-period-running");
        let theirs = [
            scene.bela.looks_into_room(dispute).await.expects(200).to_string(),
            scene.bela.reads_agreement(dispute).await.expects(200).to_string(),
            scene.bela.reads(dispute).await.expects(200).to_string(),
            scene.bela.reads_channel(dispute, "caucus-respondent", 0).await.expects(200).to_string(),
            Browser::of(&scene.bela).await.reads(&format!("/disputes/{dispute}/agreement")).await,
        ];
        for text in &theirs {
            assert!(!text.contains("Dela") && !text.contains("representative"), "{text}");
        }
        let after = scene.bela.looks_into_room(dispute).await.expects(200);
        assert_eq!(before["people"], after["people"]);
        scene.amara.ends_authority(dispute, &seat).await.expects(204);
        scene.amara.claims_authority(dispute, &seat, "minor").await.expects(201);
        scene.amara.withdraws(dispute).await.expects(200);
        let asked = scene.rosa.client().get(&format!("/disputes/{dispute}/authorities")).await.expects(200);
        assert_eq!(asked["items"], json!([]));
        let desk = Browser::of(&scene.rosa).await.reads("/registrar").await;
        assert!(!desk.contains("that a representative signs"), "nothing is left to answer: {desk}");
    }

    async fn r27_a_party_asks_a_registrar_answers_and_a_representative_signs_without_a_script(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (dela, seat) = represents(&scene).await;
        let (amara, rosa) = (Browser::of(&scene.amara).await, Browser::of(&scene.rosa).await);
        let (here, to) = (format!("/disputes/{dispute}/companions"), format!("/disputes/{dispute}/companions/{seat}/authority"));
        let unsaid = amara.sends(&here, &to, &[]).await;
        assert_eq!(unsaid.status, 422, "{}", unsaid.text());
        let asked = amara.sends(&here, &to, &[("ground", "written-power")]).await;
        assert!(asked.text().contains("The registrar looks at whether they may sign"), "{}", asked.text());
        let desk = rosa.reads("/registrar").await;
        let page = format!("/registrar/disputes/{dispute}/authority");
        assert!(desk.contains("that a representative signs for them") && desk.contains(&page), "{desk}");
        let read = rosa.reads(&page).await;
        assert!(read.contains("Dela Haq") && read.contains("The party gave a written power."), "{read}");
        let files = format!("/disputes/{dispute}/files");
        assert!(read.contains(&files));
        rosa.reads(&files).await;
        let answer = format!("{to}/answer");
        let hasty = rosa.sends(&page, &answer, &[("decision", "accept"), ("ground", "written-power")]).await;
        assert_eq!(hasty.status, 422, "{}", hasty.text());
        let sure = format!("sure-{seat}");
        let accept = [("decision", "accept"), ("ground", "written-power"), (sure.as_str(), "yes")];
        let done = rosa.sends(&page, &answer, &accept).await;
        assert!(!done.text().contains("that a representative signs for them"), "{}", done.text());
        assert_eq!(Browser::of(&scene.noor).await.opens(&page).await.status, 404);
        let digest = scene.ready_to_sign().await;
        let theirs = Browser::of(&dela).await;
        assert!(theirs.reads(&format!("{here}/{seat}")).await.contains("you sign the agreement for"));
        let signing = format!("/disputes/{dispute}/signing");
        assert!(theirs.reads(&format!("/disputes/{dispute}/agreement")).await.contains(&signing));
        let form = theirs.reads(&signing).await;
        assert!(form.contains("You sign for") && form.contains("Amara Sen") && !form.contains("/withdrawal"), "{form}");
        let promises = [("digest", digest.as_str()), ("term-1", "yes"), ("freely", "yes"), ("name", "Dela Haq")];
        let proof = [("password", dela.password.as_str())];
        let typed: Vec<_> = promises.into_iter().chain(proof).collect();
        let signed = theirs.sends(&signing, &signing, &typed).await;
        assert_eq!(signed.status, 200, "{}", signed.text());
        assert!(has_signed(&scene).await);
        theirs.sends(&signing, &format!("{signing}/return"), &[]).await.ok();
        assert!(!has_signed(&scene).await);
    }
}
