//! The ledger from outside: what is entered, what is proven, and that whatever is changed afterwards is found, by
//! `concord ledger check` in the database and by a checker of Python's standard library in what the house answers.

mod proxy;

use std::path::PathBuf;
use std::process::{Command, Stdio};

use reqwest::Method;
use serde_json::{Value, json};
use tests::answer::Answer;
use tests::concord::{Backend, Service};
use tests::on_both;
use tests::scene::Scene;
use tests::tools;

use proxy::Proxy;

/// What a stranger reads of the ledger.
async fn reads(service: &Service, path: &str) -> Answer {
    service.stranger().get(&format!("/ledger/{path}")).await
}

/// The texts of all published entries.
async fn leaves(service: &Service) -> Vec<String> {
    let page = reads(service, "entries").await.expects(200);
    assert_eq!(page["next"], Value::Null, "{page}");
    let items = page["items"].as_array().expect("items");
    items.iter().map(|item| item["leaf"].as_str().expect("a text").to_owned()).collect()
}

/// How many entries the newest head covers.
async fn size(service: &Service) -> u64 {
    let note = reads(service, "checkpoint").await.text();
    note.lines().nth(1).and_then(|line| line.parse().ok()).unwrap_or_else(|| panic!("a head: {note}"))
}

/// Waits for a signed head over so many entries.
async fn is_signed(service: &Service, entries: u64) {
    tests::until("the head is signed", async || size(service).await >= entries).await;
}

fn index(shown: &Value) -> u64 {
    shown["ledger"]["index"].as_u64().unwrap_or_else(|| panic!("a place in the ledger: {shown}"))
}

fn sha256(text: &str) -> String {
    use sha2::Digest as _;
    let hash = sha2::Sha256::digest(text.as_bytes());
    format!("sha256:{}", hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

/// What `concord ledger check` says, and its exit code.
fn checked(service: &Service, more: &[&str]) -> (i32, String) {
    let data = service.data().display().to_string();
    let output = service.runs(&[&["ledger", "check", "--data", data.as_str()], more].concat(), "");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code().unwrap_or(-1), format!("{said}{}", String::from_utf8_lossy(&output.stderr)))
}

/// What the checker that is not ours says of a house at that address.
async fn judged(service: &Service, base: &str, kept: &[PathBuf]) -> (i32, String) {
    let keys = service.data().join("known.vkeys");
    let published = service.stranger().get("/.well-known/ledger.vkeys").await.text();
    std::fs::write(&keys, published).expect("the keys");
    // Without `site`, so that nothing but the standard library is there.
    let mut command = Command::new(tools::python());
    command.args(["-I", "-S"]).arg(tools::script("ledger_check.py")).arg(base).arg(keys).args(kept);
    let output = tokio::task::spawn_blocking(move || tools::run(&mut command)).await.expect("the checker");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code().unwrap_or(-1), format!("{said}{}", String::from_utf8_lossy(&output.stderr)))
}

on_both! {
    async fn records_certificates_and_keys_stand_in_the_ledger_and_nothing_of_anybody(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (service, dispute) = (&scene.service, scene.dispute.as_str());
        assert_eq!(size(service).await, 2, "the two keys, before anything else");
        scene.settles().await;
        is_signed(service, 4).await;
        let own = scene.amara.reads_settlement(dispute).await.expects(200);
        let paper = scene.bela.client().get(&format!("/disputes/{dispute}/certificate")).await.expects(200);
        let leaves = leaves(service).await;
        let leaf = |shown: &Value| leaves[usize::try_from(index(shown)).expect("few")].clone();
        assert_eq!(leaf(&own), format!(r#"{{"digest":{},"kind":"record"}}"#, own["digest"]));
        assert_eq!(leaf(&paper), format!(r#"{{"digest":{},"kind":"certificate"}}"#, paper["digest"]));
        assert_eq!(sha256(paper["document"].as_str().expect("a text")), paper["digest"].as_str().expect("a digest"));
        assert!(leaves[0].contains("ledger-key") && leaves[1].contains("seal-key"), "{leaves:?}");
        let vkeys = service.stranger().get("/.well-known/ledger.vkeys").await.text();
        assert!(leaves[0].contains(&sha256(vkeys.trim_end())), "the key's entry is of its published line");

        let odil = service.staff("auditor", "Odil Karim").await;
        let id = own["id"].as_str().expect("an id");
        let audited = odil.client().get(&format!("/settlements/{id}")).await.expects(200);
        assert_eq!(index(&audited), index(&own));
        for leaf in &leaves {
            let fields: Value = serde_json::from_str(leaf).expect("JSON");
            let names: Vec<&String> = fields.as_object().expect("an object").keys().collect();
            assert_eq!(names, ["digest", "kind"], "R9: a kind and a digest, and nothing to guess from");
        }
        let (code, said) = checked(service, &[]);
        assert!(code == 0 && said.starts_with("whole: 4 entries, 3 signed heads"), "{code}: {said}");
        let (code, said) = judged(service, service.base(), &[]).await;
        assert!(code == 0 && said.starts_with("whole: 4 entries, 2 checkpoints"), "{code}: {said}");
    }

    async fn an_end_without_a_record_waits_for_the_next_head(settings: Settings) {
        let scene = Scene::inviting(settings.with("CONCORD_LEDGER_PERIOD", "1s")).await;
        let (service, dispute) = (&scene.service, scene.dispute.as_str());
        scene.amara.withdraws(dispute).await.expects(200);
        is_signed(service, 3).await;
        let paper = scene.amara.client().get(&format!("/disputes/{dispute}/certificate")).await.expects(200);
        assert_eq!(leaves(service).await[2], format!(r#"{{"digest":{},"kind":"certificate"}}"#, paper["digest"]));
        service.is_killed();
        service.starts().await;
        assert_eq!(size(service).await, 3, "nothing is entered twice");
        let heads = reads(service, "checkpoints").await.expects(200);
        assert_eq!(heads["items"].as_array().map(Vec::len), Some(2), "what did not grow is not signed again");
        assert_eq!(checked(service, &[]).0, 0);
    }

    async fn damage_to_the_ledger_keeps_nobody_in_a_dispute_and_no_house_closed(settings: Settings) {
        let scene = Scene::inviting(settings.that_may_complain()).await;
        let (service, dispute) = (&scene.service, scene.dispute.as_str());
        service.is_killed();
        // The next entry would take a number that is taken, and the head contradicts the one that is signed.
        service.db_runs("UPDATE ledger_head SET size = 1");
        service.starts().await;
        scene.amara.withdraws(dispute).await.expects(200);
        scene.amara.client().get(&format!("/disputes/{dispute}/certificate")).await.expects(200);
        assert_eq!(size(service).await, 2, "nothing new was signed");
        service.is_killed();
        service.db_runs("UPDATE ledger_head SET size = 2");
        service.starts().await;
        assert_eq!(size(service).await, 3, "what waited is entered once the ledger is whole");
        assert_eq!(checked(service, &[]).0, 0);
    }

    async fn a_ledger_that_was_made_anew_without_an_entry_is_never_signed(settings: Settings) {
        let scene = Scene::inviting(settings.that_may_complain().with("CONCORD_LEDGER_PERIOD", "1s")).await;
        let service = &scene.service;
        scene.amara.withdraws(&scene.dispute).await.expects(200);
        is_signed(service, 3).await;
        service.is_killed();
        // Whoever has the database takes the entry, what it speaks of, every hash and every head.
        service.db_runs(&unlock(service));
        let tables = ["ledger_cosignatures", "ledger_checkpoints", "ledger_nodes", "ledger_leaves"];
        let emptied: Vec<String> = tables.map(|table| format!("DELETE FROM {table};")).into();
        service.db_runs(&format!("{} UPDATE ledger_head SET size = 0; UPDATE disputes SET filed_at = NULL", emptied.join(" ")));
        service.starts().await;
        reads(service, "checkpoint").await.is_refused(404, "");
        let (code, said) = checked(service, &[]);
        assert!(code == 1 && said.contains("keys/ledger.head"), "{code}: {said}");
        // Without the head beside the keys nothing was ever signed, and that is found as well.
        std::fs::remove_file(service.data().join("keys/ledger.head")).expect("it was kept");
        let (code, said) = checked(service, &[]);
        assert!(code == 1 && said.contains("none was ever signed"), "{code}: {said}");
    }

    async fn what_is_not_published_is_refused_and_what_is_may_be_kept_for_ever(settings: Settings) {
        let service = settings.start().await;
        let proof = reads(&service, "proofs/inclusion?index=0&size=2").await;
        assert!(proof.header("cache-control").is_some_and(|kept| kept.contains("immutable")));
        assert_eq!(proof.expects(200)["hashes"].as_array().map(Vec::len), Some(1));
        let head = reads(&service, "checkpoint").await;
        assert!(head.header("cache-control").is_some_and(|kept| !kept.contains("immutable")));
        assert!(head.header("content-type").is_some_and(|kind| kind.starts_with("text/plain")));
        assert_eq!(head.text(), reads(&service, "checkpoint?size=2").await.text());
        for (path, status) in [
            ("checkpoint?size=1", 404),
            ("checkpoint?size=-1", 422),
            ("proofs/inclusion?index=2&size=2", 422),
            ("proofs/inclusion?index=0&size=3", 422),
            ("proofs/inclusion?index=0", 422),
            ("proofs/consistency?from=2&to=1", 422),
            ("proofs/consistency?from=0&to=18446744073709551615", 422),
            ("entries?from=x", 422),
            ("entries?since=1", 422),
            ("checkpoints?after=x", 422),
        ] {
            reads(&service, path).await.is_refused(status, "");
        }
        for path in ["entries?from=2", "entries?from=9&to=3", "entries?from=18446744073709551615",
                     "checkpoints?after=9223372036854775807", "checkpoints?after=9223372036854775808"] {
            let page = reads(&service, path).await.expects(200);
            assert_eq!((&page["items"], &page["next"]), (&json!([]), &Value::Null), "{path}");
        }
        let one = reads(&service, "entries?from=0&to=1").await.expects(200);
        assert_eq!((one["items"].as_array().map(Vec::len), &one["next"]), (Some(1), &Value::Null));
    }

    async fn the_head_is_mailed_to_the_institution(settings: Settings) {
        let service = settings.with("CONCORD_LEDGER_MAIL_TO", "court@example.org").start().await;
        let has_head = |letter: &tests::letters::Letter| letter.attachment("ledger-head.txt").is_some();
        let letter = service.letters().wait_for("court@example.org", has_head).await;
        let attached = String::from_utf8_lossy(letter.attachment("ledger-head.txt").expect("a file")).into_owned();
        let note = reads(&service, "checkpoint").await.text();
        assert_eq!(attached.replace("\r\n", "\n").trim_end(), note.trim_end());
        let root = note.lines().nth(2).expect("a root");
        assert!(letter.text.contains(root) && letter.html.contains(&root[..20]), "{}", letter.text);
        let kept = service.data().join("mailed");
        std::fs::write(&kept, attached.replace("\r\n", "\n")).expect("a file");
        let (code, said) = checked(&service, &["--checkpoint", &kept.display().to_string()]);
        assert!(code == 0 && said.contains("3 signed heads"), "{code}: {said}");
        service.is_killed();
        service.starts().await;
        // A mail that was due at the start would go out before hers.
        service.person("Amara Sen").await;
        assert_eq!(service.letters().to("court@example.org").len(), 1, "once a day");
    }

    async fn a_witness_adds_its_line_and_nobody_else_does(settings: Settings) {
        let witness = |what: &str, name: &str, note: &str| {
            use std::io::Write as _;
            let mut command = Command::new(tools::python());
            command.arg(tools::script("witness.py")).args([what, name, &"07".repeat(32)]);
            let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a witness");
            child.stdin.take().expect("its input").write_all(note.as_bytes()).expect("it listens");
            String::from_utf8(child.wait_with_output().expect("its answer").stdout).expect("text")
        };
        let key = witness("key", "witness.example/one", "");
        let service = settings.with("CONCORD_LEDGER_WITNESSES", key.trim()).start().await;
        let note = reads(&service, "checkpoint").await.text();
        let line = witness("cosign", "witness.example/one", &note);
        let adds = async |note: String| {
            let request = service.stranger().request(Method::POST, "/ledger/cosignatures");
            service.stranger().send(request.json(&json!({"note": note}))).await
        };
        let stranger = witness("cosign", "witness.example/two", &note);
        for refused in [
            note.clone(),
            format!("{note}{stranger}"),
            format!("{note}{}", line.replacen('A', "B", 1)),
            format!("{}{line}", note.replacen("\n2\n", "\n1\n", 1)),
            "no note".to_owned(),
        ] {
            adds(refused).await.is_refused(422, "");
        }
        let both = format!("{note}{line}");
        let added = adds(format!("{note}{stranger}{line}")).await.expects(201);
        assert_eq!(added["note"], both.as_str(), "a stranger's line is not taken up");
        assert_eq!(adds(both.clone()).await.expects(201)["note"], both.as_str(), "once");
        tests::until("a second has gone by", async || witness("cosign", "witness.example/one", &note) != line).await;
        let newer = format!("{note}{}", witness("cosign", "witness.example/one", &note));
        assert_eq!(adds(newer.clone()).await.expects(201)["note"], newer.as_str());
        assert_eq!(adds(both).await.expects(201)["note"], newer.as_str(), "an older line takes no newer one's place");
        let both = newer;
        assert_eq!(reads(&service, "checkpoint").await.text(), both);
        assert_eq!((checked(&service, &[]).0, judged(&service, service.base(), &[]).await.0), (0, 0));
        let other = line.replacen("witness.example/one ", "witness.example/one B", 1);
        service.db_runs(&format!("UPDATE ledger_cosignatures SET line = '{other}'"));
        let (code, said) = checked(&service, &[]);
        assert!(code == 1 && said.contains("checkpoint over 2 entries: a witness's line"), "{code}: {said}");
    }

    async fn a_house_without_witnesses_has_no_door_for_them(settings: Settings) {
        let service = settings.start().await;
        let request = service.stranger().request(Method::POST, "/ledger/cosignatures");
        service.stranger().send(request.json(&json!({"note": "x"}))).await.is_refused(404, "");
    }

    async fn a_new_key_takes_over_on_purpose_and_what_the_old_one_signed_still_verifies(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let service = &scene.service;
        scene.settles().await;
        is_signed(service, 4).await;
        let record = scene.amara.client();
        let own = scene.amara.reads_settlement(&scene.dispute).await.expects(200);
        let path = format!("/settlements/{}/record.pdf", own["id"].as_str().expect("an id"));
        let pdf = record.get(&path).await.bytes;
        let data = service.data().display().to_string();
        service.is_killed();
        for which in ["seal", "ledger"] {
            let output = service.runs(&["keys", "rotate", which, "--data", &data], "");
            let said = String::from_utf8_lossy(&output.stdout).into_owned();
            let of = |state: &str| said.lines().filter(|line| line.starts_with(&format!("{which}, {state}: sha256:"))).count();
            assert!(output.status.success() && (of("in use"), of("past")) == (1, 1), "{said}");
        }
        std::fs::remove_file(service.data().join("keys/ledger.key")).expect("a key");
        let lost = service.runs(&["serve", "--data", &data, "--listen", "127.0.0.1:0"], "");
        let said = String::from_utf8_lossy(&lost.stderr).into_owned();
        assert!(!lost.status.success() && said.contains("concord keys rotate"), "{said}");
        assert!(service.runs(&["keys", "rotate", "ledger", "--data", &data], "").status.success());
        service.starts().await;
        // Three keys came into use since: each is told of in the ledger, under a head of the newest.
        is_signed(service, 7).await;
        let (code, said) = checked(service, &[]);
        assert!(code == 0, "{code}: {said}");
        let (code, said) = judged(service, service.base(), &[]).await;
        assert!(code == 0, "{code}: {said}");
        let stranger = service.stranger();
        let answer = stranger.send(stranger.request(Method::POST, "/verifications").body(pdf)).await.expects(200);
        assert_eq!(answer["status"], "valid", "{answer}");
    }

    async fn an_older_house_enters_what_it_sealed_before(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let service = &scene.service;
        scene.settles().await;
        is_signed(service, 4).await;
        let before = leaves(service).await;
        service.is_killed();
        service.db_runs(&unlock(service));
        service.db_runs(
            "DELETE FROM ledger_checkpoints; DELETE FROM ledger_nodes; DELETE FROM ledger_leaves; \
             UPDATE ledger_head SET size = 0",
        );
        std::fs::remove_file(service.data().join("keys/ledger.head")).expect("what an older house has not kept");
        service.starts().await;
        let mut after = leaves(service).await;
        // All that waited was entered before the first head: the keys, then records, then certificates.
        assert_eq!(size(service).await, 4);
        after.swap(2, 3);
        assert_eq!(after, before);
        assert_eq!(checked(service, &[]).0, 0);
    }

    async fn the_check_of_the_house_names_the_place(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let service = &scene.service;
        let kept = service.data().join("kept");
        scene.settles().await;
        is_signed(service, 4).await;
        std::fs::write(&kept, reads(service, "checkpoint").await.text()).expect("a file");
        let kept = kept.display().to_string();
        service.db_runs(&unlock(service));
        for table in TABLES {
            service.db_runs(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"));
        }
        let record = &leaves(service).await[3];
        let changed = changed_digit(record);
        let cut = "DELETE FROM ledger_leaves WHERE number = 3; UPDATE ledger_head SET size = 3; \
                   DELETE FROM ledger_nodes WHERE (level = 0 AND position = 3) OR (level = 1 AND position = 1) OR level = 2";
        let all_cut = format!("{cut}; DELETE FROM ledger_checkpoints WHERE size = 4");
        let of_settlement = format!("UPDATE settlements SET digest = '{}'", &changed[11..82]);
        for (done, place) in [
            (format!("UPDATE ledger_leaves SET leaf = '{changed}' WHERE number = 3"), "entry 3"),
            ("UPDATE ledger_leaves SET leaf = replace(leaf, ':', ': ') WHERE number = 3".to_owned(), "entry 3"),
            ("UPDATE ledger_leaves SET subject = 'x' WHERE number = 2".to_owned(), "entry 2"),
            ("DELETE FROM ledger_leaves WHERE number = 1".to_owned(), "entry 1"),
            (swapped(0, 1), "entry 0"),
            (swapped(2, 3), "entry 2"),
            (node_moved(0, 2), "entry 2"),
            (node_moved(1, 1), "hash 1 of level 1"),
            (node_moved(2, 0), "hash 0 of level 2"),
            ("DELETE FROM ledger_nodes WHERE level = 1 AND position = 0".to_owned(), "hash 0 of level 1"),
            ("INSERT INTO ledger_nodes SELECT 9, 0, hash FROM ledger_nodes WHERE level = 2".to_owned(), "the hashes"),
            ("UPDATE ledger_head SET size = 3".to_owned(), "the head"),
            ("UPDATE ledger_head SET size = 5".to_owned(), "entry 4"),
            (cut.to_owned(), "checkpoint over 4 entries"),
            (all_cut, "checkpoint in keys/ledger.head"),
            ("UPDATE ledger_checkpoints SET note = replace(note, '2', '3') WHERE size = 2".to_owned(), "checkpoint over 2 entries"),
            ("UPDATE ledger_checkpoints SET size = 3 WHERE size = 4".to_owned(), "checkpoint over 3 entries"),
            (of_settlement, "entry 3 (record)"),
        ] {
            service.db_runs(&done);
            let (code, said) = checked(service, &[]);
            assert!(code == 1 && said.starts_with(&format!("wrong: {place}")), "{done}: {code}: {said}");
            for table in TABLES {
                service.db_runs(&format!("DELETE FROM {table}; INSERT INTO {table} SELECT * FROM kept_{table}"));
            }
            service.db_runs(&format!("UPDATE settlements SET digest = '{}'", &record[11..82]));
        }
        assert_eq!(checked(service, &["--checkpoint", &kept]).0, 0, "all of it was undone");
        let (code, said) = checked(service, &["--checkpoint", "/nowhere"]);
        assert_eq!(code, 4, "{said}");
        // Whoever owns the machine and the keys can make another ledger; not one that agrees with a head kept elsewhere.
        std::fs::write(&kept, a_head_of_another_tree(service).await).expect("a file");
        let (code, said) = checked(service, &["--checkpoint", &kept]);
        assert!(code == 1 && said.starts_with("wrong: checkpoint in "), "{code}: {said}");
    }

    async fn the_checker_of_others_finds_whatever_the_house_would_hide(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let service = &scene.service;
        let kept = service.data().join("kept");
        let old = reads(service, "checkpoint").await.text();
        std::fs::write(&kept, &old).expect("a file");
        scene.settles().await;
        is_signed(service, 4).await;
        let honest = Proxy::before(service.base(), |_, body| body).await;
        let (code, said) = judged(service, honest.base(), std::slice::from_ref(&kept)).await;
        assert!(code == 0 && said.starts_with("whole: 4 entries, 3 checkpoints"), "{code}: {said}");
        for (what, place) in [
            ("a flipped digit of a leaf", "entry 3"),
            ("a deleted entry", "entry 1"),
            ("two swapped entries", "entry 2"),
            ("a list that was cut", "entry 3"),
            ("a flipped digit of a head", "the newest checkpoint"),
            ("a flipped digit of an older head", "checkpoint over 2"),
            ("a flipped digit of a proof", "entry 1"),
            ("a head that goes back", "checkpoint over 4"),
            ("a flipped digit of a consistency proof", "checkpoint over 2"),
        ] {
            let old = old.clone();
            let change = move |path: &str, body: String| tampered(what, &old, path, body);
            let proxy = Proxy::before(service.base(), change).await;
            let (code, said) = judged(service, proxy.base(), std::slice::from_ref(&kept)).await;
            assert!(code == 1 && said.starts_with(&format!("wrong: {place}")), "{what}: {code}: {said}");
        }
        std::fs::write(&kept, a_head_of_another_tree(service).await).expect("a file");
        let (code, said) = judged(service, service.base(), std::slice::from_ref(&kept)).await;
        assert!(code == 1 && said.starts_with("wrong: checkpoint in "), "{code}: {said}");
    }
}

/// What whoever owns the database does first: the locks of the ledger's tables come off.
fn unlock(service: &Service) -> String {
    let tables = ["ledger_leaves", "ledger_nodes", "ledger_checkpoints"];
    let off = |table: &str| match service.backend() {
        Backend::Sqlite => format!("DROP TRIGGER {table}_keep_rows; DROP TRIGGER {table}_lose_nothing; "),
        Backend::Postgres => format!("DROP TRIGGER {table}_keep_rows ON {table}; "),
    };
    tables.into_iter().map(off).collect()
}

const TABLES: [&str; 4] = ["ledger_leaves", "ledger_nodes", "ledger_checkpoints", "ledger_head"];

fn swapped(one: u32, other: u32) -> String {
    format!(
        "UPDATE ledger_leaves SET number = -1 WHERE number = {one}; \
         UPDATE ledger_leaves SET number = {one} WHERE number = {other}; \
         UPDATE ledger_leaves SET number = {other} WHERE number = -1"
    )
}

/// The hash of the first leaf in the place of another hash.
fn node_moved(level: u32, position: u32) -> String {
    format!(
        "UPDATE ledger_nodes SET hash = (SELECT hash FROM ledger_nodes WHERE level = 0 AND position = 0) \
         WHERE level = {level} AND position = {position}"
    )
}

/// The same text with one hexadecimal digit of its digest changed by one bit.
fn changed_digit(leaf: &str) -> String {
    let at = leaf.find("sha256:").expect("a digest") + 7;
    let digit = u32::from_str_radix(&leaf[at..=at], 16).expect("a digit") ^ 1;
    format!("{}{digit:x}{}", &leaf[..at], &leaf[at + 1..])
}

/// Changes one letter of the Base64 in a line.
fn changed_letter(text: &str, at: usize) -> String {
    let letter = if text[at..].starts_with('A') { "B" } else { "A" };
    format!("{}{letter}{}", &text[..at], &text[at + 1..])
}

/// A head under the true key over a tree that is not this one: what a house that had forked itself would have given.
async fn a_head_of_another_tree(service: &Service) -> String {
    let key = std::fs::read_to_string(service.data().join("keys/ledger.key")).expect("the key");
    let note = reads(service, "checkpoint?size=2").await.text();
    let root = note.lines().nth(2).expect("a root");
    let text = note.split_once("\n\n").expect("a note").0.replace(root, &changed_letter(root, 3));
    let script = "import base64, hashlib, sys\n\
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey\n\
        name, kid, key = sys.argv[1].strip().split('+', 4)[2:]\n\
        seed = Ed25519PrivateKey.from_private_bytes(base64.b64decode(key)[1:])\n\
        text = sys.argv[2] + '\\n'\n\
        line = base64.b64encode(bytes.fromhex(kid) + seed.sign(text.encode())).decode()\n\
        sys.stdout.buffer.write(f'{text}\\n\\u2014 {name} {line}\\n'.encode())";
    tools::printed(Command::new(tools::python()).args(["-c", script, &key, &text]))
}

/// What a house answers that hides something.
fn tampered(what: &str, old: &str, path: &str, body: String) -> String {
    let is = |part: &str| path.starts_with(&format!("/api/v1/ledger/{part}"));
    let items = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut page: Value = serde_json::from_str(&body).expect("JSON");
        change(page["items"].as_array_mut().expect("items"));
        page.to_string()
    };
    match what {
        "a flipped digit of a leaf" if is("entries") => items(&|items| {
            let leaf = items[3]["leaf"].as_str().expect("a text");
            items[3]["leaf"] = json!(changed_digit(leaf));
        }),
        "a deleted entry" if is("entries") => items(&|items| drop(items.remove(1))),
        "two swapped entries" if is("entries") => items(&|items| {
            items.swap(2, 3);
            (items[2]["index"], items[3]["index"]) = (json!(2), json!(3));
        }),
        "a list that was cut" if is("entries?from=0") => items(&|items| items.truncate(3)),
        "a list that was cut" if is("entries") => items(&|items| items.clear()),
        "a flipped digit of a head" if path.ends_with("/ledger/checkpoint") => {
            changed_letter(&body, body.len() - 9)
        }
        "a flipped digit of an older head" if is("checkpoints?after=0") => items(&|items| {
            let note = items[0]["note"].as_str().expect("a note");
            items[0]["note"] = json!(changed_letter(note, note.find("\n2\n").expect("a size") + 9));
        }),
        "a flipped digit of a proof" if is("proofs/inclusion?index=1&") => {
            let at = body.find("\"hashes\":[\"").expect("hashes") + 14;
            changed_letter(&body, at)
        }
        "a head that goes back" if path.ends_with("/ledger/checkpoint") => old.to_owned(),
        "a flipped digit of a consistency proof" if is("proofs/consistency?from=2&") => {
            let at = body.find("\"hashes\":[\"").expect("hashes") + 14;
            changed_letter(&body, at)
        }
        _ => body,
    }
}
