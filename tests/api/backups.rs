//! R12 and backups: what was destroyed stands in no file of the house, of its backup, and of a house that was put back from a
//! copy of before; and the key that could open what a backup still holds is nowhere.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::json;
use tests::concord::{Backend, Settings};
use tests::scene::Scene;
use tests::socket::{entry_id, message};
use tests::{on_both, tools, until};

const WORDS: [&str; 4] = ["walrus borrowed", "numbat in private", "emu in my notes", "bilby in a file"];

fn sweeping(settings: Settings) -> Settings {
    settings.without_limits().with("CONCORD_SWEEP_PERIOD", "1s")
}

/// A dispute in which each of the words was said in its place, and which ended long ago.
async fn has_ended(settings: Settings) -> Scene {
    let scene = Scene::in_mediation(settings).await;
    let dispute = scene.dispute.as_str();
    let says = async |person: &tests::cast::Person, channel: &str, text: &str| {
        person.posts(dispute, channel, &entry_id(), message(text)).await.expects(201);
    };
    says(&scene.amara, "joint", "The walrus borrowed my ladder").await;
    says(&scene.amara, "caucus-claimant", "A numbat in private").await;
    says(&scene.noor, "notes", "An emu in my notes").await;
    let part = reqwest::multipart::Part::bytes(b"There is a bilby in a file".to_vec()).file_name("a.txt");
    let client = scene.bela.client();
    let request = client.request(reqwest::Method::POST, &format!("/disputes/{dispute}/files"));
    client.send(request.multipart(reqwest::multipart::Form::new().part("file", part))).await.expects(201);
    let outcome = json!({"outcome": "impasse"});
    scene.noor.client().post(&format!("/disputes/{dispute}/closing"), outcome).await.expects(200);
    scene
}

fn a_month_passes(scene: &Scene) {
    let (dispute, millis) = (&scene.dispute, 31_u64 * 86_400_000);
    let month = format!("UPDATE disputes SET over_at = over_at - {millis} WHERE id = '{dispute}'");
    scene.service.db_runs(&month);
}

async fn is_destroyed(scene: &Scene) -> String {
    let at = async || scene.amara.reads(&scene.dispute).await.expects(200)["destroyed_at"].clone();
    until("what was said is destroyed", async || !at().await.is_null()).await;
    at().await.as_str().expect("a time").to_owned()
}

/// Every file below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found
}

/// In which files of a folder those bytes stand.
fn holding(folder: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let mut holding = files(folder);
    holding.retain(|file| {
        let whole = std::fs::read(file).unwrap_or_default();
        whole.windows(bytes.len()).any(|window| window == bytes)
    });
    holding
}

/// The wrapped data key of the dispute, as that file has it.
fn wrapped_key(file: &Path, dispute: &str) -> Vec<u8> {
    let script = "import sqlite3, sys\n\
                  c = sqlite3.connect('file:' + sys.argv[1] + '?mode=ro', uri=True)\n\
                  q = \"select wrapped from wrapped_keys where dispute = ? and kind = 'data'\"\n\
                  print(c.execute(q, (sys.argv[2],)).fetchone()[0].hex())";
    let printed = tools::printed(Command::new(tools::python()).args(["-c", script]).arg(file).arg(dispute));
    let hex = printed.trim();
    let byte = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("a byte");
    (0..hex.len()).step_by(2).map(byte).collect()
}

fn runs(scene: &Scene, arguments: &[&str]) -> String {
    let data = scene.service.data().display().to_string();
    let output = scene.service.runs(&[arguments, &["--data", &data]].concat(), "");
    let told =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{arguments:?}: {told}");
    told
}

/// Copies a backup to where this house does not know it.
fn carried_away(from: &Path, into: &Path) {
    for file in files(from) {
        let copy = into.join(file.strip_prefix(from).expect("below it"));
        std::fs::create_dir_all(copy.parent().expect("a folder")).expect("a folder");
        std::fs::copy(&file, copy).expect("a copy");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r12_after_destruction_and_after_a_restore_no_byte_of_it_is_anywhere() {
    // The house looks after its copies until its end: they outlive it.
    let near = tempfile::tempdir().expect("a folder");
    let far = tempfile::tempdir().expect("a folder");
    let scene = has_ended(sweeping(Settings::on(Backend::Sqlite))).await;
    let (dispute, data) = (scene.dispute.as_str(), scene.service.data());
    let backup = near.path().join("monday");
    runs(&scene, &["backup", backup.to_str().expect("a path")]);
    carried_away(near.path(), far.path());
    let key = wrapped_key(&near.path().join("monday.keys"), dispute);
    for folder in [data.as_path(), near.path(), far.path()] {
        assert!(!holding(folder, &key).is_empty(), "the search finds the key before: {}", folder.display());
        assert!(!holding(folder, b"Amara Sen").is_empty(), "and what is no secret: {}", folder.display());
    }
    assert!(files(&near.path().join("monday.files")).len() == 1, "the file is in the backup");

    a_month_passes(&scene);
    let destroyed_at = is_destroyed(&scene).await;
    until("the copy of the key is destroyed too", async || holding(near.path(), &key).is_empty()).await;
    assert_eq!(holding(&data, &key), Vec::<PathBuf>::new(), "the wrapped key, while the house runs");
    assert!(!holding(far.path(), &key).is_empty(), "a copy that the house does not know has it");

    // The house burns down to its keys and its ledger of erasures, and is put back from the copy that still has the key.
    scene.service.stops();
    for file in ["concord.db", "concord.db-wal", "concord.db-shm", "vault.db", "vault.db-wal", "vault.db-shm"]
    {
        std::fs::remove_file(data.join(file)).ok();
    }
    let told = runs(&scene, &["restore", far.path().join("monday").to_str().expect("a path")]);
    assert!(told.contains("1 files, of which 1 were destroyed again"), "{told}");
    assert_eq!(holding(&data, &key), Vec::<PathBuf>::new(), "the wrapped key, after the restore");
    scene.service.starts().await;
    assert_eq!(is_destroyed(&scene).await, destroyed_at, "it was destroyed then, and is not alive again");
    let said = scene.amara.client().get(&format!("/disputes/{dispute}/room/channels/joint/entries")).await;
    assert_eq!(said.expects(200)["items"], json!([]));
    for folder in [data.as_path(), near.path(), far.path()] {
        for word in WORDS {
            let found = holding(folder, word.as_bytes());
            assert_eq!(found, Vec::<PathBuf>::new(), "`{word}` stands there");
        }
    }
    assert_eq!(holding(&data, &key), Vec::<PathBuf>::new(), "the wrapped key, while the house runs again");
    until("the house looks after the copy that it was put back from", async || {
        holding(far.path(), &key).is_empty()
    })
    .await;
    assert_eq!(std::fs::read_dir(data.join("files")).expect("the folder").count(), 0, "no file came back");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_gives_back_all_that_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = Settings::on(Backend::Sqlite).without_limits();
    let scene = Scene::in_mediation(settings).await;
    let dispute = scene.dispute.as_str();
    scene.amara.posts(dispute, "joint", &entry_id(), message("I am here today")).await.expects(201);
    let backup = folder.path().join("monday");
    let backup = backup.to_str().expect("a path");
    let told = runs(&scene, &["backup", backup]);
    assert!(told.contains("to be kept apart"), "{told}");
    for file in files(folder.path()) {
        assert!(tests::concord::is_private(&file), "{} is nobody else's to read", file.display());
    }
    let data = scene.service.data().display().to_string();
    let again = scene.service.runs(&["backup", backup, "--data", &data], "");
    assert!(!again.status.success(), "nothing is written over");
    let served = scene.service.runs(&["restore", backup, "--data", &data], "");
    let told = String::from_utf8_lossy(&served.stderr).into_owned();
    assert!(!served.status.success() && told.contains("another concord serves"), "{told}");
    scene.service.stops();
    let full = scene.service.runs(&["restore", backup, "--data", &data], "");
    let told = String::from_utf8_lossy(&full.stderr).into_owned();
    assert!(!full.status.success() && told.contains("set it aside first"), "{told}");
    for file in ["concord.db", "concord.db-wal", "concord.db-shm"] {
        std::fs::remove_file(scene.service.data().join(file)).ok();
    }
    runs(&scene, &["restore", backup]);
    scene.service.starts().await;
    let said = scene.bela.client().get(&format!("/disputes/{dispute}/room/channels/joint/entries")).await;
    assert!(said.text().contains("I am here today"), "{}", said.text());
}

on_both! {
    async fn r12_what_was_put_back_by_other_tools_is_destroyed_before_anything_is_served(settings: Settings) {
        let scene = has_ended(sweeping(settings)).await;
        let dispute = scene.dispute.as_str();
        scene.service.db_runs(&format!(
            "CREATE TABLE kept_entries AS SELECT * FROM entries WHERE dispute = '{dispute}'"
        ));
        a_month_passes(&scene);
        let destroyed_at = is_destroyed(&scene).await;
        scene.service.stops();
        scene.service.db_runs("INSERT INTO entries SELECT * FROM kept_entries; DROP TABLE kept_entries");
        scene.service.db_runs(&format!("UPDATE disputes SET erased_at = NULL WHERE id = '{dispute}'"));
        if scene.service.backend() == Backend::Postgres {
            let ours = scene.service.runs(&["backup", "monday", "--data", &scene.service.data().display().to_string()], "");
            assert!(String::from_utf8_lossy(&ours.stderr).contains("pg_dump"), "its own tools are named");
            // A key that came back with an older copy of the vault.
            scene.service.db_runs(&format!(
                "DELETE FROM vault.erasures; INSERT INTO vault.wrapped_keys VALUES ('{dispute}', 'data', '\\x00')"
            ));
        }
        scene.service.starts().await;
        assert_eq!(is_destroyed(&scene).await, destroyed_at);
        let none = format!(
            "INSERT INTO entries (dispute, channel, seq, id, at, author, body_digest, body_sealed) \
             SELECT dispute, channel, seq, id, at, author, body_digest, body_sealed FROM entries \
             WHERE dispute = '{dispute}'"
        );
        // Were a row there, it could not be there twice.
        scene.service.db_runs(&none);
        if scene.service.backend() == Backend::Postgres {
            scene.service.db_runs(&format!(
                "DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM vault.wrapped_keys WHERE dispute = '{dispute}' \
                 AND kind = 'data'); END $$"
            ));
        }
    }
}
