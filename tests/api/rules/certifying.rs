//! A record is certified by an officer from outside the house: both parties want it, a registrar names who it is, and
//! what is signed is one more signature under the same digest. Nothing of the record changes.

use std::process::Command;

use reqwest::Method;
use serde_json::{Value, json};
use tests::browser::Browser;
use tests::cast::{Person, a_certifier};
use tests::concord::{Service, Settings};
use tests::papers::{Papers, payload};
use tests::scene::Scene;
use tests::{assert_refused, on_both, tools, until};

use super::amending::{asked_by_bela, comes_to_mediation, settled};
use super::own_settlement;

/// A settled dispute whose record somebody is named to certify.
pub struct Certified {
    pub scene: Scene,
    pub judith: Person,
    pub settlement: String,
    pub certification: String,
    pub digest: String,
}

fn id_of(shown: &Value) -> String {
    shown["id"].as_str().unwrap_or_else(|| panic!("an id: {shown}")).to_owned()
}

/// Amara asked and Bela agreed; nobody is named.
pub async fn agreed(settings: Settings) -> Certified {
    let (scene, settlement) = settled(settings).await;
    let judith = scene.service.person("Judith Osei").await;
    let asked = scene.amara.asks_for_certification(&settlement).await.expects(201);
    let certification = id_of(&asked);
    scene.bela.answers_certification(&certification, "agreement").await.expects(200);
    let own = scene.amara.reads_settlement(&scene.dispute).await.expects(200);
    let digest = own["digest"].as_str().expect("a digest").to_owned();
    Certified { scene, judith, settlement, certification, digest }
}

/// Judith is named, and has come with her code.
pub async fn taken(settings: Settings) -> Certified {
    let all = agreed(settings).await;
    all.scene.rosa.names_certifier(&all.certification, a_certifier(&all.judith)).await.expects(200);
    let code = all.scene.service.certifying_code(&all.judith.email).await;
    all.judith.takes_certification(&code).await.expects(200);
    all
}

async fn verified(service: &Service, file: &[u8]) -> Value {
    let stranger = service.stranger();
    let request = stranger.request(Method::POST, "/verifications").body(file.to_vec());
    stranger.send(request).await.expects(200)
}

async fn state_for(person: &Person, certification: &str) -> String {
    let shown = person.reads_certification(certification).await.expects(200);
    shown["state"].as_str().unwrap_or_default().to_owned()
}

/// What `concord verify` says of a file, and its exit code.
fn said_of(service: &Service, file: &std::path::Path, more: [&str; 2]) -> (Option<i32>, String) {
    let output = service.runs(&["verify", &file.display().to_string(), more[0], more[1]], "");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Both checkers of the ledger, ours and the one that is not.
async fn ledger_is_whole(service: &Service, entries: u64) {
    until("the head covers it", async || {
        let note = service.stranger().get("/ledger/checkpoint").await.text();
        note.lines().nth(1).and_then(|size| size.parse::<u64>().ok()).is_some_and(|size| size >= entries)
    })
    .await;
    let data = service.data().display().to_string();
    let ours = service.runs(&["ledger", "check", "--data", &data], "");
    let said = String::from_utf8_lossy(&ours.stdout).into_owned();
    assert!(ours.status.success() && said.starts_with(&format!("whole: {entries} entries")), "{said}");
    let keys = service.data().join("known.vkeys");
    let published = service.stranger().get("/.well-known/ledger.vkeys").await.text();
    std::fs::write(&keys, published).expect("the keys");
    let mut command = Command::new(tools::python());
    command.args(["-I", "-S"]).arg(tools::script("ledger_check.py")).arg(service.base()).arg(keys);
    let other = tokio::task::spawn_blocking(move || tools::run(&mut command)).await.expect("the checker");
    let said = String::from_utf8_lossy(&other.stdout).into_owned();
    assert!(other.status.success() && said.starts_with(&format!("whole: {entries} entries")), "{said}");
}

/// How many mails say to somebody that a document can be fetched.
fn told(scene: &Scene, who: &Person) -> usize {
    let all = scene.service.letters().to(&who.email);
    all.iter().filter(|letter| letter.text.contains("Your document is ready")).count()
}

/// Whoever verifies the record is told; the certification itself is never taken for one.
async fn is_told_to_whoever_verifies(all: &Certified, record: &[Vec<u8>; 2], pdf: &[u8], jws: &str) {
    let (service, digest, settlement) = (&all.scene.service, &all.digest, &all.settlement);
    for file in record {
        let found = verified(service, file).await;
        assert_eq!(
            (&found["status"], &found["certified"]["name"]),
            (&json!("valid"), &json!("Judith Osei")),
            "{found}"
        );
        assert_eq!(found["certified"]["capacity"], "legal-aid-officer", "{found}");
    }
    for file in [pdf, jws.as_bytes()] {
        let found = verified(service, file).await;
        assert_eq!(
            (&found["status"], &found["kind"]),
            (&json!("unknown"), &json!("certification")),
            "{found}"
        );
        assert_eq!(found["record_digest"], json!(digest), "{found}");
        for at in [60, file.len() / 2, file.len() - 30] {
            let mut changed = file.to_vec();
            changed[at] ^= 1;
            let found = verified(service, &changed).await;
            assert!(found["status"] != "valid" && found["kind"].is_null(), "{at}: {found}");
        }
    }
    let published = service.stranger().get("/.well-known/jwks.json").await.text();
    let papers = Papers::alone(pdf, &published);
    let keys = papers.file("keys.json").display().to_string();
    let (code, said) = said_of(service, &papers.file("record.pdf"), ["--keys", &keys]);
    assert!(
        code == Some(2) && said.contains("a genuine certification") && said.contains(digest.as_str()),
        "{said}"
    );
    assert!(
        said.contains("Judith Osei (legal-aid-officer, Legal Aid Office, Dhaka)") && !said.contains("valid:"),
        "{said}"
    );
    let text = papers.text();
    for fact in [
        "Certification of a settlement record",
        "Judith Osei",
        "Officer of legal aid",
        "Legal Aid Office, Dhaka",
        settlement.as_str(),
    ] {
        assert!(text.contains(fact), "{fact}: {text}");
    }
    papers.pdf_found_by_others(None);
    let own = papers.lays("own.pdf", &record[0]);
    let (code, said) = said_of(service, &own, ["--data", &service.data().display().to_string()]);
    assert!(
        code == Some(0) && said.contains("certified at ") && said.contains("legal-aid-officer"),
        "{said}"
    );
    let page =
        Browser::of_a_stranger(service).uploads("/verify", "/verify", "record.pdf", &record[0]).await.text();
    assert!(page.contains("It is genuine") && page.contains("Judith Osei"), "{page}");
    let page = Browser::of_a_stranger(service).uploads("/verify", "/verify", "c.pdf", pdf).await.text();
    assert!(page.contains("It is a genuine certification") && page.contains(digest.as_str()), "{page}");
}

/// The auditor reads that it is there, in which capacity, when, and where in the ledger; and nobody's name.
async fn is_told_to_auditors(all: &Certified, index: u64) {
    let Certified { scene, settlement, certification, .. } = all;
    let service = &scene.service;
    let odil = service.staff("auditor", "Odil Karim").await;
    let seen = odil.client().get(&format!("/settlements/{settlement}")).await.expects(200);
    let audited = &seen["certifications"][0];
    assert_eq!(
        (&audited["state"], &audited["capacity"]),
        (&json!("made"), &json!("legal-aid-officer")),
        "{seen}"
    );
    assert_eq!(
        (&audited["ledger"]["index"], audited["deliveries"].as_array().map(Vec::len)),
        (&json!(index), Some(2)),
        "{seen}"
    );
    let desk = Browser::of(&odil).await.reads(&format!("/audit/{settlement}")).await;
    for text in [seen.to_string(), desk] {
        assert!(
            !text.contains("Judith")
                && !text.contains("Legal Aid Office")
                && !text.contains("certification-asked"),
            "{text}"
        );
    }
    for name in ["certification.pdf", "certification.jws", "record.pdf", "desk"] {
        assert_refused!(odil.fetches_of_certification(certification, name).await, 404);
        assert_refused!(scene.noor.fetches_of_certification(certification, name).await, 404);
    }
    let again =
        odil.client().post("/audits/verifications", json!({"settlement": settlement})).await.expects(200);
    assert_eq!(again["items"][0]["faults"], json!([]), "{again}");
}

on_both! {
    async fn an_officer_certifies_a_record_which_does_not_change_by_a_bit(settings: Settings) {
        let settings = settings.with("CONCORD_LEDGER_PERIOD", "1s");
        let Certified { scene, judith, settlement, certification, digest } = taken(settings).await;
        let files = ["record.pdf", "record.jws"];
        let fetch = async |name: &str| scene.amara.client().get(&format!("/settlements/{settlement}/{name}")).await.bytes;
        let before = [fetch(files[0]).await, fetch(files[1]).await];
        // She reads that one record, and nothing else of the dispute.
        let desk = judith.reads_what_to_certify(&certification).await.expects(200);
        assert_eq!((&desk["digest"], &desk["settlement"]), (&json!(digest), &json!(settlement)), "{desk}");
        assert_eq!(desk["signatures"][1]["name"], "Bela Roy", "{desk}");
        assert!(!desk.to_string().contains("example.org"), "{desk}");
        for (name, bytes) in files.iter().zip(&before) {
            assert_eq!(&judith.fetches_of_certification(&certification, name).await.bytes, bytes, "{name}");
        }
        let dispute = &scene.dispute;
        for path in [format!("/disputes/{dispute}"), format!("/disputes/{dispute}/settlement"), format!("/settlements/{settlement}"),
            format!("/settlements/{settlement}/record.pdf"), format!("/disputes/{dispute}/room"), format!("/certifications/{certification}")] {
            assert_refused!(judith.client().get(&path).await, 404);
        }
        assert_refused!(judith.fetches_of_certification(&certification, "certification.pdf").await, 404);

        // Name, digest, rule, proof.
        let tries = async |otherwise: Value| judith.certifies(&certification, &digest, otherwise).await;
        assert_refused!(tries(json!({"name": "Somebody Else"})).await, 422, "fields");
        assert_refused!(tries(json!({"digest": format!("sha256:{}", "0".repeat(64))})).await, 409, "changed-meanwhile");
        assert_refused!(tries(json!({"intent": "sign"})).await, 422, "fields");
        assert_refused!(tries(json!({"password": "not the password at all"})).await, 403, "proof-refused");
        tries(json!({})).await.expects(201);
        assert_refused!(tries(json!({})).await, 409, "certification-over");

        for (name, bytes) in files.iter().zip(&before) {
            let after = scene.amara.client().get(&format!("/settlements/{settlement}/{name}")).await.bytes;
            assert_eq!(&after, bytes, "{name} is as it was");
            assert_refused!(judith.fetches_of_certification(&certification, name).await, 404);
        }
        assert!(judith.reads_what_to_certify(&certification).await.expects(200)["signatures"].as_array().is_some_and(Vec::is_empty));
        for party in [&scene.amara, &scene.bela] {
            assert_eq!(state_for(party, &certification).await, "certified");
            until("the party is told", async || told(&scene, party) == 1).await;
        }
        assert_refused!(scene.bela.answers_certification(&certification, "withdrawal").await, 409, "certification-over");
        assert_refused!(scene.amara.asks_for_certification(&settlement).await, 409, "certification-under-way");

        let jws = scene.bela.fetches_of_certification(&certification, "certification.jws").await.text();
        let pdf = judith.fetches_of_certification(&certification, "certification.pdf").await.bytes;
        let header = tests::papers::header(&jws);
        assert_eq!((&header["typ"], &header["alg"]), (&json!("settlement-certification+jws"), &json!("ES256")), "{header}");
        let statement = payload(&jws);
        assert_eq!((&statement["record"]["digest"], &statement["record"]["id"]), (&json!(digest), &json!(settlement)), "{statement}");
        assert_eq!(statement["certifier"], json!({"name": "Judith Osei", "capacity": "legal-aid-officer", "office": "Legal Aid Office, Dhaka"}));
        assert_eq!((&statement["intent"], &statement["method"]), (&desk["intent"], &json!("password")), "{statement}");

        let all = Certified { scene, judith, settlement, certification, digest };
        is_told_to_whoever_verifies(&all, &before, &pdf, &jws).await;
        // Two keys, the record, the certificate, the certification.
        ledger_is_whole(&all.scene.service, 5).await;
        let shown = all.scene.amara.reads_certification(&all.certification).await.expects(200);
        let index = shown["ledger"]["index"].as_u64().expect("an entry");
        let entries = all.scene.service.stranger().get("/ledger/entries").await.expects(200);
        let leaf = entries["items"][usize::try_from(index).expect("few")]["leaf"].as_str().expect("a leaf").to_owned();
        assert!(leaf.ends_with(r#","kind":"certification"}"#), "{leaf}");
        is_told_to_auditors(&all, index).await;
        let own = all.scene.bela.client().get(&format!("/disputes/{}/own-data", all.scene.dispute)).await.expects(200);
        assert_eq!((&own["certifications"][0]["state"], &own["certifications"][0]["asked_by_you"]), (&json!("certified"), &json!(false)), "{own}");
    }

    async fn r04_a_no_and_silence_are_the_same_to_whoever_asked(settings: Settings) {
        let (scene, settlement) = settled(settings).await;
        let asked = scene.bela.asks_for_certification(&settlement).await.expects(201);
        let certification = id_of(&asked);
        assert_eq!(state_for(&scene.amara, &certification).await, "asked-of-you");
        let silent = scene.bela.reads_certification(&certification).await.expects(200);
        assert_refused!(scene.rosa.reads_certification(&certification).await, 404);
        assert_refused!(scene.bela.answers_certification(&certification, "agreement").await, 404);
        let no = scene.amara.answers_certification(&certification, "withdrawal").await.expects(200);
        assert_eq!((&no["said_no"], &no["state"]), (&json!(true), &json!("asked-of-you")), "{no}");
        assert_eq!(scene.bela.reads_certification(&certification).await.expects(200), silent, "nothing of it is told");
        let page = Browser::of(&scene.bela).await.reads(&format!("/disputes/{}/settlement", scene.dispute)).await;
        assert!(page.contains("Nobody reads it before the other person agrees"), "{page}");
        // A no can be changed, and a yes be taken back: then both read the same.
        scene.amara.answers_certification(&certification, "agreement").await.expects(200);
        scene.amara.answers_certification(&certification, "withdrawal").await.expects(200);
        for party in [&scene.amara, &scene.bela] {
            assert_eq!(state_for(party, &certification).await, "over");
        }
        assert_refused!(scene.rosa.names_certifier(&certification, a_certifier(&scene.noor)).await, 409, "certification-over");
        scene.amara.asks_for_certification(&settlement).await.expects(201);
        // Outsiders find nothing to ask or to answer.
        let eve = scene.service.person("Eve Stone").await;
        for outsider in [&eve, &scene.noor, &scene.rosa] {
            assert_refused!(outsider.asks_for_certification(&settlement).await, 404);
            assert_refused!(outsider.answers_certification(&certification, "agreement").await, 404);
        }
    }

    async fn a_record_that_is_changed_meanwhile_is_not_certified(settings: Settings) {
        let Certified { scene, judith, settlement, certification, digest } = taken(settings).await;
        // What one of them has begun to write is told to nobody.
        let scene = asked_by_bela(scene, &settlement).await;
        assert_eq!(state_for(&scene.amara, &certification).await, "named");
        judith.reads_what_to_certify(&certification).await.expects(200);
        comes_to_mediation(&scene).await;
        assert_refused!(judith.certifies(&certification, &digest, json!({})).await, 409, "record-not-certifiable");
        assert_refused!(scene.rosa.names_certifier(&certification, a_certifier(&judith)).await, 409, "record-not-certifiable");
        // She can still be stopped.
        let desk = Browser::of(&scene.rosa).await.reads(&format!("/registrar/certifications/{certification}")).await;
        assert!(desk.contains("/unnaming") && !desk.contains("name=\"office\""), "{desk}");
        scene.settles().await;
        for name in ["record.pdf", "record.jws", "desk"] {
            assert_refused!(judith.fetches_of_certification(&certification, name).await, 404);
        }
        assert_refused!(judith.certifies(&certification, &digest, json!({})).await, 404);
        assert_refused!(scene.amara.asks_for_certification(&settlement).await, 409);
        // What stands in its place can be.
        let newer = own_settlement(&scene.amara, &scene.dispute).await;
        scene.amara.asks_for_certification(&newer).await.expects(201);
    }

    async fn a_certification_of_a_record_that_was_replaced_says_so(settings: Settings) {
        let Certified { scene, judith, settlement, certification, digest } = taken(settings).await;
        judith.certifies(&certification, &digest, json!({})).await.expects(201);
        let jws = judith.fetches_of_certification(&certification, "certification.jws").await.text();
        let found = verified(&scene.service, jws.as_bytes()).await;
        assert!(found["kind"] == "certification" && found["record_superseded"].is_null(), "{found}");
        let scene = asked_by_bela(scene, &settlement).await;
        comes_to_mediation(&scene).await;
        scene.settles().await;
        let found = verified(&scene.service, jws.as_bytes()).await;
        assert_eq!((&found["status"], &found["record_superseded"]), (&json!("unknown"), &json!(true)), "{found}");
        let stranger = Browser::of_a_stranger(&scene.service);
        let page = stranger.uploads("/verify", "/verify", "c.jws", jws.as_bytes()).await.text();
        assert!(page.contains("A newer record stands in the place") && page.contains("verdict superseded"), "{page}");
        let data = scene.service.data();
        let file = data.join("certification-to-verify.jws");
        std::fs::write(&file, &jws).expect("a file");
        let (code, said) = said_of(&scene.service, &file, ["--data", &data.display().to_string()]);
        assert!(code == Some(2) && said.contains("a newer record stands in the place"), "{said}");
    }

    async fn what_is_kept_beside_a_certification_cannot_be_changed_unseen(settings: Settings) {
        let Certified { scene, judith, settlement, certification, digest } = taken(settings).await;
        judith.certifies(&certification, &digest, json!({})).await.expects(201);
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        let data = scene.service.data().display().to_string();
        let changes = [("capacity", "notary", "legal-aid-officer"), ("state", "lapsed", "certified")];
        for (column, wrong, right) in changes {
            for (value, faults) in [(wrong, json!(["certification"])), (right, json!([]))] {
                scene.service.db_runs(&format!("UPDATE certifications SET {column} = '{value}'"));
                let again = odil.client().post("/audits/verifications", json!({"settlement": settlement})).await.expects(200);
                assert_eq!(again["items"][0]["faults"], faults, "{column} {value}: {again}");
                let checked = scene.service.runs(&["ledger", "check", "--data", &data], "");
                let said = String::from_utf8_lossy(&checked.stdout).into_owned() + &String::from_utf8_lossy(&checked.stderr);
                assert_eq!(said.contains("(certification)"), value == wrong, "{column} {value}: {said}");
            }
        }
    }

    async fn nobody_is_pressed_by_asking_again_and_again(settings: Settings) {
        let (scene, settlement) = settled(settings).await;
        let mails = || {
            let count = "SELECT count(*) FROM outbox WHERE purpose = 'something-to-do'";
            scene.service.db_tells(count).parse::<u32>().expect("a number")
        };
        let before = mails();
        for _ in 0..3 {
            let asked = scene.amara.asks_for_certification(&settlement).await.expects(201);
            scene.amara.answers_certification(&id_of(&asked), "withdrawal").await.expects(200);
            assert_eq!(mails(), before + 1, "one mail alone");
        }
        assert_eq!(scene.amara.asks_for_certification(&settlement).await.status, 429);
        // Two days later she may ask again, and still no mail goes.
        let days = 2_u64 * 86_400_000;
        scene.service.db_runs(&format!("UPDATE certifications SET asked_at = asked_at - {days}"));
        for n in 0..3 {
            let asked = scene.amara.asks_for_certification(&settlement).await.expects(201);
            scene.amara.answers_certification(&id_of(&asked), "withdrawal").await.expects(200);
            assert_eq!(mails(), before + 1, "{n}");
        }
        // What she asked takes nothing from him.
        scene.bela.asks_for_certification(&settlement).await.expects(201);
        assert_eq!(mails(), before + 2);
    }

    async fn after_its_time_nobody_reads_and_nobody_certifies(settings: Settings) {
        let settings = settings.with("CONCORD_SWEEP_PERIOD", "1s");
        let Certified { scene, judith, certification, digest, settlement } = taken(settings).await;
        let month = 31_u64 * 86_400_000;
        scene.service.db_runs(&format!("UPDATE certifications SET since = since - {month}"));
        assert_refused!(judith.certifies(&certification, &digest, json!({})).await, 404);
        assert_refused!(judith.fetches_of_certification(&certification, "record.pdf").await, 404);
        until("it is over", async || state_for(&scene.bela, &certification).await == "over").await;
        let kept = "SELECT count(*) FROM certifications WHERE certifier_sealed IS NULL AND account IS NULL AND state = 'lapsed'";
        assert_eq!(scene.service.db_tells(kept), "1", "nothing stays of who was named");
        let code = scene.service.certifying_code(&judith.email).await;
        assert_refused!(judith.takes_certification(&code).await, 404);
        scene.bela.asks_for_certification(&settlement).await.expects(201);
    }
}
