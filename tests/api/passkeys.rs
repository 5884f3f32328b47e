//! Passkeys: whose they are, and that one signs under the text, in the dispute, by the person and with the intent that its
//! challenge was made for, once, and nothing else (R22, R23).

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use futures_util::future::join_all;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tests::authenticator::{Authenticator, BACKED_UP, MAY_BE_BACKED_UP, PRESENT, Saying, VERIFIED, altered};
use tests::browser::{Browser, with_hidden};
use tests::cast::{Person, a_dispute, a_term, all_clear};
use tests::letters::Letter;
use tests::papers::payload;
use tests::scene::Scene;
use tests::{assert_refused, on_both};

use crate::rules::own_settlement;

/// Puts a part of what is said otherwise.
type Otherwise = fn(&mut Saying);

fn told(of: &'static str) -> impl Fn(&Letter) -> bool {
    move |letter| letter.subject == "Your account was changed" && letter.text.contains(of)
}

/// What stands of a passkey in a list.
fn names(listed: &Value) -> Vec<&str> {
    listed["items"].as_array().expect("a list").iter().filter_map(|item| item["name"].as_str()).collect()
}

/// How much lies there that passkeys signed and no record keeps.
const ASSERTIONS: &str = "SELECT count(*) FROM papers WHERE kind = 'assertion'";

/// What the trail says of evidence.
fn trailed(scene: &Scene) -> String {
    let noted = "SELECT min(subjects) || max(subjects) FROM audit WHERE kind = 'passkey-signature-kept'";
    scene.service.db_tells(noted)
}

/// Whether the claimant has signed, as the mediator reads it.
async fn has_signed(scene: &Scene) -> bool {
    let shown = scene.noor.reads_agreement(&scene.dispute).await.expects(200);
    shown["signatures"][0]["signed"].as_bool().expect("a yes or a no")
}

/// Amara's device, a text that is ready to be signed, and the challenge under which it signs that.
async fn about_to_sign(scene: &Scene) -> (Authenticator, String, Value) {
    let device = scene.amara.with_passkey().await;
    let digest = scene.ready_to_sign().await;
    let asked = scene.amara.asks_to_sign(&scene.dispute, &digest, "sign").await.expects(201);
    (device, digest, asked)
}

on_both! {
    async fn a_passkey_is_added_with_a_fresh_proof_told_by_mail_and_removed_with_another(settings: Settings) {
        let service = settings.without_limits().start().await;
        let (amara, bela) = (service.person("Amara Sen").await, service.person("Bela Roy").await);
        let wrong = json!({"password": "not the right phrase"});
        assert_refused!(amara.client().post("/passkeys/challenges", wrong.clone()).await, 403, "proof-refused");
        let id = amara.adds_passkey(&Authenticator::new(0)).await;
        let letter = service.letters().wait_for(&amara.email, told("was added")).await;
        assert!(letter.text.contains("/account/passkeys") && !letter.raw.contains("telephone"), "{}", letter.raw);
        let listed = amara.lists_passkeys().await.expects(200);
        assert_eq!((names(&listed), &listed["offered"]), (vec!["My own telephone"], &json!(true)), "{listed}");
        assert!(listed["items"][0]["used_at"].is_null() && listed["items"][0]["added_at"].is_string(), "{listed}");
        assert!(names(&bela.lists_passkeys().await.expects(200)).is_empty());
        assert_refused!(bela.removes_passkey(&id).await, 404);
        let path = format!("/passkeys/{id}/removal");
        assert_refused!(amara.client().post(&path, wrong).await, 403, "proof-refused");
        amara.removes_passkey(&id).await.expects(204);
        service.letters().wait_for(&amara.email, told("was removed")).await;
        assert_refused!(amara.removes_passkey(&id).await, 404);
        assert!(names(&amara.lists_passkeys().await.expects(200)).is_empty());
        // Whoever has a second factor shows it as well.
        let noor = service.staff("mediator", "Noor Haq").await;
        let without = json!({"password": noor.password});
        assert_refused!(noor.client().post("/passkeys/challenges", without).await, 403, "proof-refused");
        noor.adds_passkey(&Authenticator::new(0)).await;
    }

    async fn what_no_device_made_for_this_person_just_now_is_not_added(settings: Settings) {
        let service = settings.without_limits().start().await;
        let (amara, bela) = (service.person("Amara Sen").await, service.person("Bela Roy").await);
        let device = Authenticator::new(0);
        let options = amara.asks_for_passkey().await.expects(201);
        let table: [Otherwise; 8] = [
            |saying| saying.ceremony = "webauthn.get",
            |saying| saying.origin = "https://evil.example".to_owned(),
            |saying| saying.relying_party = "evil.example".to_owned(),
            |saying| saying.flags &= !VERIFIED,
            |saying| saying.flags &= !PRESENT,
            |saying| saying.flags |= BACKED_UP,
            |saying| saying.beside = json!({"crossOrigin": true}),
            |saying| saying.challenge = BASE64.encode([7; 32]),
        ];
        for (at, otherwise) in table.into_iter().enumerate() {
            let mut saying = device.making(&options);
            otherwise(&mut saying);
            let made = device.makes(&saying);
            assert_eq!(amara.sends_passkey("Mine", made).await.code(), "proof-refused", "{at}");
        }
        let made = device.makes(&device.making(&options));
        assert_refused!(bela.sends_passkey("Mine", made.clone()).await, 403, "proof-refused");
        assert_refused!(amara.sends_passkey(" ", made.clone()).await, 422);
        assert_refused!(amara.sends_passkey("Mine", json!({"client_data": "?", "attestation": ""})).await, 422);
        amara.sends_passkey("Mine", made.clone()).await.expects(201);
        assert_refused!(amara.sends_passkey("Mine", made).await, 403, "proof-refused");
        // One device's key is one account's.
        let options = bela.asks_for_passkey().await.expects(201);
        let known = device.makes(&device.making(&options));
        assert_refused!(bela.sends_passkey("Mine", known).await, 409, "passkey-known");
        let options = amara.asks_for_passkey().await.expects(201);
        service.db_runs("UPDATE codes SET expires_at = 0 WHERE purpose = 'passkey-adding'");
        let other = Authenticator::new(0);
        let late = other.makes(&other.making(&options));
        assert_refused!(amara.sends_passkey("Mine", late).await, 403, "proof-refused");
        assert_eq!(names(&amara.lists_passkeys().await.expects(200)), ["Mine"]);
    }

    async fn ten_passkeys_are_enough_and_a_new_password_removes_them_all(settings: Settings) {
        let service = settings.without_limits().start().await;
        let amara = service.person("Amara Sen").await;
        for _ in 0..10 {
            amara.adds_passkey(&Authenticator::new(0)).await;
        }
        assert_refused!(amara.asks_for_passkey().await, 409, "too-many-passkeys");
        let stranger = service.stranger();
        stranger.post("/passwords/resets", json!({"email": amara.email})).await.expects(202);
        let of_reset = |letter: &Letter| letter.code_after("/passwords/resets/").is_some();
        let letter = service.letters().wait_for(&amara.email, of_reset).await;
        let code = letter.code_after("/passwords/resets/").expect("a code");
        // Of the same password: whoever sets one may have read the old one's mail.
        stranger.post(&format!("/passwords/resets/{code}"), json!({"password": amara.password})).await.expects(204);
        amara.signs_in().await;
        assert!(names(&amara.lists_passkeys().await.expects(200)).is_empty());
        let removed = "SELECT count(*) FROM audit WHERE kind = 'passkey-removed'";
        assert_eq!(service.db_tells(removed), "10");
    }

    async fn at_a_bare_address_passkeys_are_not_offered(settings: Settings) {
        let service = settings.with("CONCORD_PUBLIC_URL", "https://192.0.2.7").start().await;
        let amara = service.person("Amara Sen").await;
        assert_eq!(amara.lists_passkeys().await.expects(200), json!({"offered": false, "items": []}));
        assert_refused!(amara.asks_for_passkey().await, 409, "passkeys-not-offered");
    }

    async fn r23_passkeys_sign_and_attest_and_the_evidence_holds_without_the_house(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (device, digest, asked) = about_to_sign(&scene).await;
        scene.amara.signs_by_passkey(dispute, &digest, device.answers(&asked)).await.expects(201);
        assert!(has_signed(&scene).await);
        let listed = scene.amara.lists_passkeys().await.expects(200);
        assert!(listed["items"][0]["used_at"].is_string(), "{listed}");
        scene.bela.signs(dispute, &digest).await.expects(201);
        let noors = scene.noor.with_passkey().await;
        let asked = scene.noor.asks_to_sign(dispute, &digest, "attest").await.expects(201);
        scene.noor.attests_by_passkey(dispute, &digest, noors.answers(&asked)).await.expects(201);
        assert_eq!(scene.amara.stage(dispute).await, "settled");

        let id = own_settlement(&scene.amara, dispute).await;
        let record = payload(&scene.amara.client().get(&format!("/settlements/{id}/record.jws")).await.text());
        let methods = [&record["signatures"][0]["method"], &record["signatures"][1]["method"]];
        assert_eq!(methods, [&json!("passkey"), &json!("password")], "{record}");

        let own = async |person: &Person| person.client().get(&format!("/disputes/{dispute}/own-data")).await.expects(200);
        let amaras = own(&scene.amara).await;
        assert_eq!(amaras["passkeys"][0]["name"], "My own telephone", "{amaras}");
        let kept = &amaras["passkey_signature"];
        let part = |name: &str| BASE64.decode(kept[name].as_str().expect("a part")).expect("Base64");
        let (said, data) = (part("client_data"), part("authenticator_data"));
        let signed = [data.as_slice(), &Sha256::digest(&said)].concat();
        let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, device.public_key());
        key.verify(&signed, &part("signature")).expect("the device signed it");
        assert_eq!(data[..32], Sha256::digest("localhost")[..], "for this house");
        let said: Value = serde_json::from_slice(&said).expect("client data");
        let challenge = BASE64.decode(said["challenge"].as_str().expect("a challenge")).expect("Base64");
        let text = kept["signed"].as_str().expect("what was signed");
        assert_eq!(challenge[16..], Sha256::digest(text)[..], "under exactly this");
        for what in [dispute, &digest, "intent sign", "revision 1", "side claimant\nfreely yes\nauditor_may_read_terms yes\n"] {
            assert!(text.contains(what), "{what} in {text}");
        }
        assert_eq!(&scene.amara.reads_evidence(dispute).await.expects(200), kept);
        let noted = trailed(&scene);
        let lines = ["relying_party", "credential", "public_key", "client_data", "authenticator_data", "signature"];
        let lines = lines.map(|name| format!("{}\n", kept[name].as_str().expect("a part"))).concat();
        let digest_of_it = Sha256::digest(format!("{text}{lines}")).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert!(noted.contains(&digest_of_it), "the trail binds it: {noted}");
        let noors = scene.noor.reads_evidence(dispute).await.expects(200);
        assert!(noors["signed"].as_str().is_some_and(|signed| signed.contains("intent attest")), "{noors}");
        assert_refused!(scene.bela.reads_evidence(dispute).await, 404);
        let belas = own(&scene.bela).await;
        assert!(belas["passkey_signature"].is_null() && belas["passkeys"] == json!([]), "{belas}");

        let kept = "SELECT count(*) FROM papers WHERE kind = 'evidence' AND key = 'record'";
        assert_eq!(scene.service.db_tells(kept), "2", "as long as the record: Amara's and Noor's");

        // Of all that an auditor reads no more than how it was signed.
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        let dossier = odil.client().get(&format!("/settlements/{id}")).await.expects(200);
        assert_eq!(dossier["signatures"][0]["method"], "passkey", "{dossier}");
        assert!(!dossier.to_string().contains(&digest_of_it), "{dossier}");
        for secret in [&device.credential(), "telephone", "client_data", "public_key"] {
            assert!(!dossier.to_string().contains(secret), "{secret} in {dossier}");
        }
        assert_refused!(odil.client().get(&format!("/disputes/{dispute}/own-data")).await, 404);
    }

    async fn r23_a_forged_answer_of_any_kind_signs_nothing(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (device, digest, asked) = about_to_sign(&scene).await;
        let table: [(&str, Otherwise); 11] = [
            ("another origin", |saying| saying.origin = "https://evil.example".to_owned()),
            ("another port", |saying| saying.origin = "http://localhost:1".to_owned()),
            ("another relying party", |saying| saying.relying_party = "evil.example".to_owned()),
            ("nobody verified", |saying| saying.flags &= !VERIFIED),
            ("nobody there", |saying| saying.flags &= !PRESENT),
            ("another ceremony", |saying| saying.ceremony = "webauthn.create"),
            ("inside another site", |saying| saying.beside = json!({"crossOrigin": true})),
            ("under another site", |saying| saying.beside = json!({"topOrigin": "https://evil.example"})),
            ("a copy that may not be", |saying| saying.flags |= BACKED_UP),
            ("another kind of key", |saying| saying.flags |= MAY_BE_BACKED_UP),
            ("a challenge of its own", |saying| saying.challenge = BASE64.encode([7; 48])),
        ];
        for (what, otherwise) in table {
            let mut saying = device.signing(&asked);
            otherwise(&mut saying);
            let refused = scene.amara.signs_by_passkey(dispute, &digest, device.signs(&saying)).await;
            assert_eq!((refused.status, refused.code().as_str()), (403, "proof-refused"), "{what}");
        }
        let honest = device.answers(&asked);
        let strange = Authenticator::new(1);
        let with = |part: &str, value: Value| {
            let mut other = honest.clone();
            other[part] = value;
            other
        };
        let answers = [
            altered(&honest, "client_data", 20),
            altered(&honest, "authenticator_data", 36),
            altered(&honest, "signature", 30),
            with("credential", strange.credential().into()),
            with("user", BASE64.encode("somebody else").into()),
            strange.answers(&asked),
            with("client_data", BASE64.encode("{}").into()),
        ];
        for (at, answer) in answers.into_iter().enumerate() {
            let refused = scene.amara.signs_by_passkey(dispute, &digest, answer).await;
            assert_eq!((refused.status, refused.code().as_str()), (403, "proof-refused"), "{at}");
        }
        assert_refused!(scene.amara.signs_by_passkey(dispute, &digest, with("signature", "?".into())).await, 422);
        assert_refused!(scene.amara.signs_by_passkey(dispute, &digest, json!({})).await, 422);
        let both = json!({"password": scene.amara.password, "passkey": honest});
        assert_refused!(scene.amara.signs_with(dispute, &digest, both).await, 422);
        let neither = json!({"password": null});
        assert_refused!(scene.amara.signs_with(dispute, &digest, neither).await, 422);
        assert!(!has_signed(&scene).await);
        // None of it was the fault of the text, the challenge or the passkey.
        scene.amara.signs_by_passkey(dispute, &digest, honest).await.expects(201);
    }

    async fn r23_a_challenge_is_answered_once_in_time_and_by_its_own_person(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (device, digest, asked) = about_to_sign(&scene).await;
        let answer = device.answers(&asked);
        scene.amara.signs_by_passkey(dispute, &digest, answer.clone()).await.expects(201);
        assert_refused!(scene.amara.signs_by_passkey(dispute, &digest, answer.clone()).await, 409, "already-signed");
        let mine = format!("/disputes/{dispute}/agreement/signatures/mine");
        scene.amara.client().delete(&mine).await.expects(204);
        let own = scene.amara.client().get(&format!("/disputes/{dispute}/own-data")).await.expects(200);
        assert!(own["passkey_signature"].is_null(), "taken back: {own}");
        assert_refused!(scene.amara.signs_by_passkey(dispute, &digest, answer).await, 403, "proof-refused");
        let again = device.answers(&asked);
        assert_refused!(scene.amara.signs_by_passkey(dispute, &digest, again).await, 403, "proof-refused");

        // Another's challenge, and another's passkey.
        let belas = scene.bela.with_passkey().await;
        let to_bela = scene.bela.asks_to_sign(dispute, &digest, "sign").await.expects(201);
        assert_refused!(scene.amara.signs_by_passkey(dispute, &digest, device.answers(&to_bela)).await, 403, "proof-refused");
        let to_amara = scene.amara.asks_to_sign(dispute, &digest, "sign").await.expects(201);
        assert_refused!(scene.amara.signs_by_passkey(dispute, &digest, belas.answers(&to_amara)).await, 403, "proof-refused");
        // Nobody is asked for what they do not sign.
        assert_refused!(scene.amara.asks_to_sign(dispute, &digest, "attest").await, 404);
        assert_refused!(scene.noor.asks_to_sign(dispute, &digest, "attest").await, 409, "no-passkeys");
        scene.noor.with_passkey().await;
        assert_refused!(scene.noor.asks_to_sign(dispute, &digest, "attest").await, 409, "mediator-signs-last");
        assert_refused!(scene.noor.asks_to_sign(dispute, &digest, "sign").await, 404);
        assert_refused!(scene.rosa.asks_to_sign(dispute, &digest, "sign").await, 404);
        let other = format!("sha256:{}", "0".repeat(64));
        assert_refused!(scene.amara.asks_to_sign(dispute, &other, "sign").await, 409, "stale-digest");
        assert_refused!(scene.amara.asks_to_sign(dispute, &digest, "waive").await, 422);

        scene.service.db_runs("UPDATE codes SET expires_at = 0 WHERE purpose = 'passkey-signing'");
        assert_refused!(scene.amara.signs_by_passkey(dispute, &digest, device.answers(&to_amara)).await, 403, "proof-refused");
        assert!(!has_signed(&scene).await);
        // An attestation is no signature: the one challenge is none for the other.
        scene.amara.signs(dispute, &digest).await.expects(201);
        scene.bela.signs_by_passkey(dispute, &digest, belas.answers(&to_bela)).await.is_refused(403, "proof-refused");
    }

    async fn r22_an_answer_to_one_text_signs_no_other_nor_the_text_of_another_dispute(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.clone();
        let (device, first, asked) = about_to_sign(&scene).await;
        let answer = device.answers(&asked);
        // The text changes between reading and signing.
        let second = scene.revised_and_ready(1, json!([a_term("pays back half of it", "225.00")])).await;
        assert_refused!(scene.amara.signs_by_passkey(&dispute, &first, answer.clone()).await, 409, "stale-digest");
        assert_refused!(scene.amara.signs_by_passkey(&dispute, &second, answer).await, 403, "proof-refused");
        // And back again: the same words are another revision.
        let third = scene.revised_and_ready(2, json!([a_term("pays back the whole deposit", "450.00")])).await;
        assert_ne!(first, third);
        assert_refused!(scene.amara.signs_by_passkey(&dispute, &third, device.answers(&asked)).await, 403, "proof-refused");
        let here = scene.amara.asks_to_sign(&dispute, &third, "sign").await.expects(201);

        let Scene { amara, bela, noor, rosa, service, .. } = scene;
        let drafted = bela.drafts(a_dispute(&amara)).await.expects(201);
        let there = drafted["id"].as_str().expect("an id").to_owned();
        bela.answers_safety(&there, all_clear()).await.expects(204);
        bela.files(&there).await.expects(200);
        let other = Scene { amara: bela, bela: amara, noor, rosa, dispute: there, service };
        other.bela_joins().await;
        other.amara.prepares(&other.dispute, None).await;
        other.bela.prepares(&other.dispute, Some(all_clear())).await;
        other.noor_is_confirmed().await;
        let digest = other.ready_to_sign().await;
        let (amara, there) = (&other.bela, other.dispute.as_str());
        assert_refused!(amara.signs_by_passkey(there, &digest, device.answers(&here)).await, 403, "proof-refused");
        assert_refused!(amara.signs_by_passkey(there, &third, device.answers(&here)).await, 409, "stale-digest");
        let asked = amara.asks_to_sign(there, &digest, "sign").await.expects(201);
        assert_refused!(amara.signs_by_passkey(&dispute, &third, device.answers(&asked)).await, 403, "proof-refused");
        amara.signs_by_passkey(there, &digest, device.answers(&asked)).await.expects(201);
        amara.signs_by_passkey(&dispute, &third, device.answers(&here)).await.expects(201);
    }

    async fn r23_a_counter_that_goes_back_is_refused_and_told_and_a_removed_passkey_signs_nothing(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (device, digest, asked) = about_to_sign(&scene).await;
        for counter in [0, 1, 2] {
            let copied = Saying { counter, ..device.signing(&asked) };
            let refused = scene.amara.signs_by_passkey(dispute, &digest, device.signs(&copied)).await;
            refused.is_refused(409, "passkey-may-be-copied");
        }
        let of_copy = |letter: &Letter| letter.subject == "A passkey was refused";
        let letter = scene.service.letters().wait_for(&scene.amara.email, of_copy).await;
        assert!(letter.text.contains("may have a copy") && letter.text.contains("take a signature back"), "{}", letter.text);
        let noted = "SELECT count(*) FROM audit WHERE kind = 'passkey-counter-went-back'";
        assert_eq!(scene.service.db_tells(noted), "1", "once");
        // Whichever of the two answers now, it signs nothing, and nobody is asked for it.
        let answer = device.answers(&asked);
        assert_refused!(scene.amara.signs_by_passkey(dispute, &digest, answer.clone()).await, 409, "passkey-may-be-copied");
        assert_refused!(scene.amara.asks_to_sign(dispute, &digest, "sign").await, 409, "passkey-may-be-copied");
        let listed = scene.amara.lists_passkeys().await.expects(200);
        assert!(listed["items"][0]["suspended_at"].is_string(), "{listed}");
        let browser = Browser::of(&scene.amara).await;
        assert!(browser.reads("/account/passkeys").await.contains("signs nothing any more"));
        assert!(!browser.reads(&format!("/disputes/{dispute}/signing")).await.contains("data-does=\"sign\""));
        let id = listed["items"][0]["id"].clone();
        scene.amara.removes_passkey(id.as_str().expect("an id")).await.expects(204);
        assert_refused!(scene.amara.signs_by_passkey(dispute, &digest, answer).await, 403, "proof-refused");
        assert_refused!(scene.amara.asks_to_sign(dispute, &digest, "sign").await, 409, "no-passkeys");
        assert!(!has_signed(&scene).await);
        scene.amara.signs(dispute, &digest).await.expects(201);
    }

    async fn r23_twenty_signings_at_once_under_one_challenge_are_one(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (device, digest, asked) = about_to_sign(&scene).await;
        let answers: Vec<Value> = (0..20).map(|_| device.answers(&asked)).collect();
        let done = join_all(answers.into_iter().map(|answer| scene.amara.signs_by_passkey(dispute, &digest, answer))).await;
        let accepted = done.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(accepted, 1);
        for answer in done.iter().filter(|answer| answer.status != 201) {
            assert!([403, 409].contains(&answer.status), "{} {}", answer.status, answer.text());
        }
        assert_eq!(scene.service.db_tells("SELECT count(*) FROM audit WHERE kind = 'signed'"), "1");
        assert_eq!(scene.service.db_tells("SELECT count(*) FROM papers WHERE kind = 'assertion'"), "1");
    }

    async fn r23_five_wrong_answers_close_the_signing_as_wrong_passwords_do(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let (device, digest, asked) = about_to_sign(&scene).await;
        for _ in 0..5 {
            let wrong = altered(&device.answers(&asked), "signature", 30);
            assert_refused!(scene.amara.signs_by_passkey(dispute, &digest, wrong).await, 403, "proof-refused");
        }
        assert_refused!(scene.amara.signs_by_passkey(dispute, &digest, device.answers(&asked)).await, 429);
        assert_refused!(scene.amara.signs(dispute, &digest).await, 429);
    }

    async fn r03_a_representative_signs_with_a_passkey_of_their_own(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let dela = scene.sits_beside_amara("Dela Haq", "representative").await;
        let seat = dela.reads(dispute).await.expects(200)["companion"].as_str().expect("a seat").to_owned();
        let digest = scene.ready_to_sign().await;
        let device = dela.with_passkey().await;
        assert_refused!(dela.asks_to_sign(dispute, &digest, "sign").await, 409, "party-alone");
        scene.amara.claims_authority(dispute, &seat, "written-power").await.expects(201);
        scene.rosa.answers_authority(dispute, &seat, "acceptance", "written-power").await.expects(200);
        let asked = dela.asks_to_sign(dispute, &digest, "sign").await.expects(201);
        dela.signs_by_passkey(dispute, &digest, device.answers(&asked)).await.expects(201);
        assert!(has_signed(&scene).await);
        // It is hers, and not the party's.
        let hers = dela.reads_evidence(dispute).await.expects(200);
        let signed = hers["signed"].as_str().expect("what was signed");
        let whose = scene.service.db_tells("SELECT account FROM passkeys");
        assert!(signed.contains(&format!("account {whose}")) && signed.contains("side claimant"), "{signed}");
        let own = scene.amara.client().get(&format!("/disputes/{dispute}/own-data")).await.expects(200);
        assert!(own["passkey_signature"].is_null(), "{own}");
        for other in [&scene.amara, &scene.bela, &scene.noor, &scene.rosa] {
            assert_refused!(other.reads_evidence(dispute).await, 404);
        }
        // And it goes with what she signs no more.
        scene.amara.ends_authority(dispute, &seat).await.expects(204);
        assert!(!has_signed(&scene).await);
        assert_eq!(scene.service.db_tells(ASSERTIONS), "0");
        assert_refused!(dela.reads_evidence(dispute).await, 404);
    }

    async fn r13_what_a_passkey_signed_goes_where_another_mediator_is_sought(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (device, digest, asked) = about_to_sign(&scene).await;
        scene.amara.signs_by_passkey(dispute, &digest, device.answers(&asked)).await.expects(201);
        assert_eq!(scene.service.db_tells(ASSERTIONS), "1");
        scene.noor.seeks_another_mediator(dispute, &scene.noor).await.expects(204);
        assert_eq!(scene.service.db_tells(ASSERTIONS), "0");
        assert_refused!(scene.amara.reads_evidence(dispute).await, 404);
    }

    async fn r24_no_device_is_asked_to_sign_what_may_not_be_signed_yet(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        scene.amara.with_passkey().await;
        scene.noor.with_passkey().await;
        let terms = json!([a_term("pays back the whole deposit", "450.00")]);
        let revision = scene.noor.revises(dispute, 0, terms).await.expects(201);
        let digest = revision["digest"].as_str().expect("a digest");
        assert_refused!(scene.amara.asks_to_sign(dispute, digest, "sign").await, 409, "not-frozen");
        for person in [&scene.amara, &scene.bela] {
            person.finds_ready(dispute, digest).await.expects(200);
        }
        scene.noor.freezes(dispute, digest).await.expects(200);
        assert_refused!(scene.amara.asks_to_sign(dispute, digest, "sign").await, 409, "reflection-period-running");
        for person in [&scene.amara, &scene.bela] {
            person.waives(dispute, digest).await.expects(201);
        }
        scene.amara.asks_to_sign(dispute, digest, "sign").await.expects(201);
        scene.amara.signs(dispute, digest).await.expects(201);
        assert_refused!(scene.amara.asks_to_sign(dispute, digest, "sign").await, 409, "already-signed");
        assert_refused!(scene.noor.asks_to_sign(dispute, digest, "attest").await, 409, "mediator-signs-last");
        scene.bela.signs(dispute, digest).await.expects(201);
        scene.noor.asks_to_sign(dispute, digest, "attest").await.expects(201);
    }

    async fn r23_a_passkey_signs_what_is_said_beside_the_text_and_never_a_no(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (device, digest, asked) = about_to_sign(&scene).await;
        let no = json!({"intent": "sign", "freely": false, "auditor_may_read_terms": true});
        assert_refused!(scene.amara.asks_to_sign_with(dispute, &digest, no).await, 422);
        for missing in [json!({"intent": "sign"}), json!({"intent": "sign", "freely": true})] {
            assert_refused!(scene.amara.asks_to_sign_with(dispute, &digest, missing).await, 422);
        }
        let passkey = device.answers(&asked);
        let no = json!({"password": null, "passkey": passkey.clone(), "freely": false});
        assert_refused!(scene.amara.signs_with(dispute, &digest, no).await, 422);
        // What was asked with a yes is no answer for a no of the auditor's reading.
        let closed = json!({"password": null, "passkey": passkey.clone(), "auditor_may_read_terms": false});
        assert_refused!(scene.amara.signs_with(dispute, &digest, closed).await, 403, "proof-refused");
        let said = scene.amara.signs_with(dispute, &digest, json!({"freely": false})).await.expects(201);
        assert_eq!(said["state"], "not-signed", "by password: {said}");
        scene.amara.signs_by_passkey(dispute, &digest, passkey).await.expects(201);
        assert!(has_signed(&scene).await);
    }

    async fn r23_what_is_no_wrong_proof_leaves_the_password_its_tries(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let dispute = scene.dispute.as_str();
        let (device, digest, asked) = about_to_sign(&scene).await;
        let copied = device.signs(&Saying { counter: 1, ..device.signing(&asked) });
        for _ in 0..7 {
            let refused = scene.amara.signs_by_passkey(dispute, &digest, copied.clone()).await;
            refused.is_refused(409, "passkey-may-be-copied");
        }
        scene.amara.signs(dispute, &digest).await.expects(201);
    }

    async fn r23_on_the_page_a_typed_password_or_a_no_leaves_the_passkeys_answer_aside(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let (device, _, asked) = about_to_sign(&scene).await;
        let browser = Browser::of(&scene.amara).await;
        let signing = format!("/disputes/{dispute}/signing");
        let page = browser.reads(&signing).await;
        let posts = async |passkey: String, freely: &str, password: &str| {
            let said = [("term-1", "yes"), ("freely", freely), ("name", "Amara Sen"), ("password", password)];
            let mut fields = with_hidden(&page, &signing, &said);
            fields.retain(|(name, _)| name != "passkey");
            fields.push(("passkey".to_owned(), passkey));
            browser.posts(&signing, &fields).await.text()
        };
        let unsaid = posts(device.answers(&asked).to_string(), "no", "").await;
        assert!(unsaid.contains("name=\"password\"") && !unsaid.contains("passkey was not accepted"), "{unsaid}");
        let wrong = altered(&device.answers(&asked), "signature", 30).to_string();
        posts(wrong, "yes", &scene.amara.password).await;
        assert!(has_signed(&scene).await);
        assert_eq!(scene.service.db_tells(ASSERTIONS), "0", "by password");
    }

    async fn the_pages_take_what_a_passkey_answered_and_say_what_was_wrong(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let browser = Browser::of(&scene.amara).await;
        let list = "/account/passkeys";
        let page = browser.reads(list).await;
        assert!(page.contains("You have no passkey.") && page.contains("data-does=\"offer\""), "{page}");
        let begin = "/account/passkeys/challenges";
        let typed = |password| [("name", "My own telephone"), ("password", password)];
        let again = browser.sends(list, begin, &typed("not the right phrase")).await;
        assert!(again.status == 422 && again.text().contains("Nothing is changed."), "{}", again.text());
        assert!(again.text().contains("value=\"My own telephone\""), "{}", again.text());
        let making = browser.sends(list, begin, &typed(&scene.amara.password)).await.text();
        let options = making.split("data-options=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("options");
        let options: Value = serde_json::from_str(&options.replace("&#34;", "\"").replace("&quot;", "\"")).expect("JSON");
        let device = Authenticator::new(0);
        let garbage = with_hidden(&making, list, &[("credential", "{}")]);
        let refused = browser.posts(list, &garbage).await;
        assert!(refused.text().contains("nothing was added"), "{}", refused.text());
        let made = device.makes(&device.making(&options)).to_string();
        let mut fields = with_hidden(&making, list, &[]);
        fields.retain(|(name, _)| name != "credential");
        fields.push(("credential".to_owned(), made));
        assert_eq!(browser.posts(list, &fields).await.status, 200);
        assert!(browser.reads(list).await.contains("My own telephone"));

        let digest = scene.ready_to_sign().await;
        let signing = format!("/disputes/{dispute}/signing");
        let page = browser.reads(&signing).await;
        assert!(page.contains("data-does=\"sign\"") && page.contains("name=\"password\""), "{page}");
        let sign = async |passkey: String| {
            let mut fields = with_hidden(&page, &signing, &[("term-1", "yes"), ("freely", "yes"), ("auditor_may_read_terms", "yes"), ("name", "Amara Sen")]);
            fields.retain(|(name, _)| name != "passkey");
            fields.push(("passkey".to_owned(), passkey));
            browser.posts(&signing, &fields).await.text()
        };
        let asked = scene.amara.asks_to_sign(dispute, &digest, "sign").await.expects(201);
        let wrong = sign(altered(&device.answers(&asked), "signature", 30).to_string()).await;
        assert!(wrong.contains("The passkey was not accepted. Nothing is signed."), "{wrong}");
        assert!(!has_signed(&scene).await);
        sign(device.answers(&asked).to_string()).await;
        assert!(has_signed(&scene).await);

        let id = scene.amara.lists_passkeys().await.expects(200)["items"][0]["id"].as_str().expect("an id").to_owned();
        let removal = format!("/account/passkeys/{id}/removal");
        let again = browser.sends(&removal, &removal, &[("password", "not the right phrase")]).await;
        assert!(again.status == 422 && again.text().contains("Nothing is changed."), "{}", again.text());
        let removed = browser.sends(&removal, &removal, &[("password", &scene.amara.password)]).await;
        assert_eq!(removed.status, 200, "{}", removed.text());
        assert!(browser.reads(list).await.contains("You have no passkey."));
        let belas = Browser::of(&scene.bela).await;
        assert_eq!(belas.opens(&removal).await.status, 404);
    }
}
