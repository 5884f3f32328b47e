//! Uploads in pieces: whatever breaks on the way, the file that is kept is the one that was sent, once; what came lies sealed
//! on the disk and goes when nobody needs it; and nobody but who began it learns that there is anything.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tests::cast::{Person, a_picture, last_said};
use tests::client::Client;
use tests::scanner::{Scanner, eicar};
use tests::scene::Scene;
use tests::socket::entry_id;
use tests::{assert_refused, on_both, until};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

const PIECE: usize = 64 * 1024;

/// A long text, no part of which is like another.
fn a_story(bytes: usize) -> Vec<u8> {
    let mut story: Vec<u8> =
        (0..).flat_map(|line| format!("Sentence {line} of it.\n").into_bytes()).take(bytes).collect();
    story.truncate(bytes);
    story
}

async fn begins(person: &Person, dispute: &str, channel: Option<&str>, length: usize) -> String {
    let begun = person.begins_upload(dispute, channel, "story.txt", length).await.expects(201);
    assert_eq!((&begun["offset"], &begun["length"]), (&json!(0), &json!(length)), "{begun}");
    begun["id"].as_str().expect("an id").to_owned()
}

async fn offset(person: &Person, upload: &str) -> u64 {
    let shown = person.client().get(&format!("/uploads/{upload}")).await;
    let told = shown.header("upload-offset").expect("an offset").parse().expect("a number");
    assert_eq!(shown.expects(200)["offset"], json!(told));
    told
}

/// Sends all of it from where it is, in pieces.
async fn goes_on(person: &Person, upload: &str, story: &[u8]) {
    let mut at = usize::try_from(offset(person, upload).await).expect("a place");
    while at < story.len() {
        let end = (at + PIECE).min(story.len());
        let taken = person.sends_piece(upload, at, &story[at..end]).await;
        assert_eq!(taken.header("upload-offset"), Some(end.to_string().as_str()));
        taken.expects(204);
        at = end;
    }
}

/// A line on which a piece has begun and does not end.
async fn half_a_piece(
    client: &Client,
    upload: &str,
    offset: usize,
    announced: usize,
    sent: &[u8],
) -> TcpStream {
    let place = client.base().trim_start_matches("http://");
    let mut line = TcpStream::connect(place).await.expect("a line");
    let head = format!(
        "PATCH /api/v1/uploads/{upload} HTTP/1.1\r\nhost: {place}\r\nauthorization: Bearer {}\r\n\
         content-type: application/partial-upload\r\nupload-offset: {offset}\r\ncontent-length: {announced}\r\n\r\n",
        client.token().expect("somebody who is signed in")
    );
    line.write_all(head.as_bytes()).await.expect("the line holds");
    line.write_all(sent).await.expect("the line holds");
    line
}

/// A line on which the house has begun to take a piece that does not end.
async fn hangs_in_a_piece(person: &Person, upload: &str, offset: usize, story: &[u8]) -> TcpStream {
    let begin =
        async || half_a_piece(&person.client(), upload, offset, PIECE, &story[offset..offset + 20_000]).await;
    let mut line = begin().await;
    for _ in 0..200 {
        // A line that met the question below is answered, and another one has to be begun.
        if tokio::time::timeout(Duration::from_millis(100), line.read_u8()).await.is_ok() {
            line = begin().await;
            continue;
        }
        // One that is too long would be refused, and changes nothing.
        let asked = person.sends_piece(upload, offset, story).await;
        if asked.code() == "upload-busy" {
            return line;
        }
        asked.is_refused(413, "");
    }
    panic!("no piece came under way");
}

fn pieces_on_disk(scene: &Scene) -> Vec<std::path::PathBuf> {
    let folder = std::fs::read_dir(scene.service.data().join("uploads"));
    folder.map_or_else(|_| Vec::new(), |all| all.filter_map(|entry| Some(entry.ok()?.path())).collect())
}

#[track_caller]
fn leaves_nothing(scene: &Scene) -> impl Future<Output = ()> {
    let place = std::panic::Location::caller().line();
    async move {
        until(&format!("no piece lies there (line {place})"), async || pieces_on_disk(scene).is_empty()).await
    }
}

on_both! {
    async fn an_upload_that_breaks_off_goes_on_from_where_it_was(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        let (amara, dispute, story) = (&scene.amara, scene.dispute.as_str(), a_story(300_000));
        let upload = begins(amara, dispute, None, story.len()).await;
        amara.sends_piece(&upload, 0, &story[..PIECE]).await.expects(204);
        // The line breaks in the middle of a piece: what came of it counts.
        let line = half_a_piece(&amara.client(), &upload, PIECE, PIECE, &story[PIECE..PIECE + 40_000]).await;
        drop(line);
        // Whoever asks ends what is under way, so nobody asks before it is put down.
        until("what came is kept", async || pieces_on_disk(&scene).len() == 2).await;
        assert_eq!(offset(amara, &upload).await, 105_536);
        // A line that is broken and that the house still believes in ends when its owner asks how far it is.
        let line = hangs_in_a_piece(amara, &upload, 105_536, &story).await;
        // What had come by then is kept, where it is worth keeping.
        let at = offset(amara, &upload).await;
        assert!(at == 105_536 || (105_536 + 16_384..=125_536).contains(&at), "{at}");
        drop(line);
        // Nothing is lost with the program.
        scene.service.is_killed();
        scene.service.starts().await;
        assert_eq!(offset(amara, &upload).await, at);
        let head = amara.client().send(amara.client().request(Method::HEAD, &format!("/uploads/{upload}"))).await;
        assert_eq!((head.status, head.header("upload-offset"), head.bytes.len()), (200, Some(&*at.to_string()), 0));
        let early = assert_refused!(amara.completes_upload(&upload, json!({})).await, 409, "upload-incomplete");
        assert_eq!(early["offset"], at);
        let clear = pieces_on_disk(&scene).into_iter().filter_map(|piece| std::fs::read(piece).ok());
        for piece in clear {
            assert!(!String::from_utf8_lossy(&piece).contains("Sentence"), "a piece lies open on the disk");
        }
        goes_on(amara, &upload, &story).await;

        let kept = amara.completes_upload(&upload, json!({})).await.expects(201);
        let again = amara.completes_upload(&upload, json!({})).await.expects(201);
        assert_eq!((&kept, &kept["name"], &kept["bytes"]), (&again, &json!("story.txt"), &json!(story.len())));
        let file = format!("/files/{}", kept["id"].as_str().expect("an id"));
        assert!(amara.client().get(&file).await.bytes == story, "every byte, once, in its place");
        let files = amara.client().get(&format!("/disputes/{dispute}/files")).await.expects(200);
        assert_eq!(files["items"].as_array().map(Vec::len), Some(1), "{files}");
        leaves_nothing(&scene).await;
        assert_refused!(amara.client().get(&format!("/uploads/{upload}")).await, 404);
    }

    async fn a_piece_goes_where_the_upload_is_and_one_at_a_time(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        let (amara, story) = (&scene.amara, a_story(200_000));
        let upload = begins(amara, &scene.dispute, None, story.len()).await;
        for wrong in [1, PIECE, 200_000] {
            let elsewhere = amara.sends_piece(&upload, wrong, &story[..PIECE]).await;
            assert_eq!(elsewhere.header("upload-offset"), Some("0"));
            assert_eq!(assert_refused!(elsewhere, 409, "upload-offset")["current"]["offset"], 0);
        }
        let piece = || amara.sends_piece(&upload, 0, &story[..PIECE]);
        let both = tokio::join!(piece(), piece());
        let mut statuses = [both.0.status, both.1.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 409], "{} {}", both.0.text(), both.1.text());
        assert_eq!(offset(amara, &upload).await, 65_536);
        // A short piece, one beyond the end, one without an offset and one that says it is something else.
        assert_refused!(amara.sends_piece(&upload, PIECE, &story[PIECE..PIECE + 100]).await, 422);
        assert_refused!(amara.sends_piece(&upload, PIECE, &story).await, 413);
        let client = amara.client();
        let bare = || client.request(Method::PATCH, &format!("/uploads/{upload}")).body(story[PIECE..2 * PIECE].to_vec());
        assert_refused!(client.send(bare().header("content-type", "application/partial-upload")).await, 422);
        assert_refused!(client.send(bare().header("upload-offset", PIECE)).await, 415);
        assert_eq!(offset(amara, &upload).await, 65_536, "nothing of these counts");
        goes_on(amara, &upload, &story).await;
        let complete = || amara.completes_upload(&upload, json!({}));
        let both = tokio::join!(complete(), complete());
        let kept = [both.0, both.1].into_iter().filter(|answer| answer.status == 201).count();
        assert!(kept >= 1);
        let again = amara.completes_upload(&upload, json!({})).await.expects(201);
        let files = amara.client().get(&format!("/disputes/{}/files", scene.dispute)).await.expects(200);
        let ids: Vec<_> = files["items"].as_array().expect("files").iter().map(|file| &file["id"]).collect();
        assert_eq!(ids, [&again["id"]], "it is one file");
    }

    async fn r05_an_upload_is_there_for_nobody_but_who_began_it(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let story = a_story(PIECE);
        let eve = scene.service.person("Eve Stone").await;
        let before = scene.bela.client().get(&format!("/disputes/{}/room", scene.dispute)).await.expects(200);
        let upload = begins(&scene.amara, &scene.dispute, Some("caucus-claimant"), story.len()).await;
        for other in [&scene.bela, &scene.noor, &scene.rosa, &eve] {
            let client = other.client();
            assert_refused!(client.get(&format!("/uploads/{upload}")).await, 404);
            assert_refused!(other.sends_piece(&upload, 0, &story).await, 404);
            assert_refused!(other.sends_piece(&upload, 7, b"").await, 404);
            assert_refused!(other.completes_upload(&upload, json!({"no-such-field": 1})).await, 404);
            assert_refused!(client.delete(&format!("/uploads/{upload}")).await, 404);
        }
        // Nobody begins one where they do not sit.
        for (person, channel) in
            [(&scene.bela, Some("caucus-claimant")), (&scene.amara, Some("notes")), (&scene.noor, None), (&eve, None)]
        {
            assert_refused!(person.begins_upload(&scene.dispute, channel, "a.txt", 9).await, 404);
        }
        goes_on(&scene.amara, &upload, &story).await;
        let said = json!({"said": {"id": entry_id(), "caption": "How it began"}});
        let kept = scene.amara.completes_upload(&upload, said.clone()).await.expects(201);
        let file = kept["id"].as_str().expect("an id");
        assert_eq!(scene.amara.completes_upload(&upload, said).await.expects(201)["id"], file);
        let entry = last_said(&scene.noor, &scene.dispute, "caucus-claimant").await;
        assert_eq!((&entry["file"], &entry["caption"]), (&json!(file), &json!("How it began")), "{entry}");
        let after = scene.bela.client().get(&format!("/disputes/{}/room", scene.dispute)).await.expects(200);
        assert_eq!(before, after, "the other side sees nothing of it");
        assert_refused!(scene.bela.asks_for_file(Method::GET, file, "", &[]).await, 404);
    }

    async fn an_upload_is_given_up_by_its_owner_by_a_rule_or_by_time(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let (amara, dispute, story) = (&scene.amara, scene.dispute.as_str(), a_story(PIECE));
        let starts = async || {
            let upload = begins(amara, dispute, None, 2 * PIECE).await;
            amara.sends_piece(&upload, 0, &story).await.expects(204);
            assert_eq!(pieces_on_disk(&scene).len(), 1);
            upload
        };
        let is_gone = async |upload: &str| {
            assert_refused!(amara.client().get(&format!("/uploads/{upload}")).await, 404);
            assert_refused!(amara.sends_piece(upload, PIECE, &story).await, 404);
            assert_refused!(amara.completes_upload(upload, json!({})).await, 404);
            leaves_nothing(&scene).await;
        };
        let upload = starts().await;
        amara.client().delete(&format!("/uploads/{upload}")).await.expects(204);
        is_gone(&upload).await;
        assert_refused!(amara.client().delete(&format!("/uploads/{upload}")).await, 404);

        // While a piece is coming in, too.
        let upload = starts().await;
        let line = half_a_piece(&amara.client(), &upload, PIECE, PIECE, &story[..40_000]).await;
        amara.client().delete(&format!("/uploads/{upload}")).await.expects(204);
        is_gone(&upload).await;
        drop(line);

        // What cannot be taken is not kept for another try.
        let upload = begins(amara, dispute, None, PIECE).await;
        amara.sends_piece(&upload, 0, &vec![0; PIECE]).await.expects(204);
        let refused = assert_refused!(amara.completes_upload(&upload, json!({})).await, 422);
        assert_eq!(refused["errors"][0]["code"], "file-kind");
        is_gone(&upload).await;

        // A house that was put back from a backup has the row and not what came.
        let upload = begins(amara, dispute, None, PIECE).await;
        amara.sends_piece(&upload, 0, &story).await.expects(204);
        std::fs::remove_file(&pieces_on_disk(&scene)[0]).expect("a piece");
        assert_refused!(amara.completes_upload(&upload, json!({})).await, 404);
        is_gone(&upload).await;

        // A day later nobody comes back to it.
        let upload = starts().await;
        scene.service.db_runs("UPDATE uploads SET begun_at = begun_at - 86400000");
        assert_refused!(amara.client().get(&format!("/uploads/{upload}")).await, 404);
        scene.service.stops();
        scene.service.starts().await;
        is_gone(&upload).await;

        // The end of the dispute ends it.
        let upload = starts().await;
        scene.bela.withdraws(dispute).await.ok();
        assert_refused!(amara.sends_piece(&upload, PIECE, &story).await, 409, "mediation-has-ended");
        is_gone(&upload).await;
        assert_refused!(amara.begins_upload(dispute, None, "a.txt", 9).await, 409, "mediation-has-ended");
    }

    async fn what_is_too_large_too_much_or_too_often_is_said_before_a_byte_is_sent(settings: Settings) {
        let scene = Scene::preparing(settings.with("CONCORD_LIMIT_UPLOADS", "9,9/h")).await;
        let (amara, dispute, most) = (&scene.amara, scene.dispute.as_str(), 25 * 1024 * 1024);
        assert_refused!(amara.begins_upload(dispute, None, "a.txt", most + 1).await, 413);
        assert_refused!(amara.begins_upload(dispute, None, "a.txt", 0).await, 422);
        // What she may have is promised to what she began, and free again once that is given up; his is his own.
        let mut begun = Vec::new();
        for _ in 0..6 {
            begun.push(begins(amara, dispute, None, most).await);
        }
        assert_refused!(amara.begins_upload(dispute, None, "a.txt", most).await, 409, "dispute-files-full");
        begins(&scene.bela, dispute, None, most).await;
        amara.client().delete(&format!("/uploads/{}", begun[0])).await.expects(204);
        begins(amara, dispute, None, most).await;
        amara.adds_file(dispute, None, "note.txt", b"There is a little room left").await.expects(201);
        let too_often = amara.begins_upload(dispute, None, "a.txt", 9).await;
        assert!(too_often.header("retry-after").is_some());
        assert_refused!(too_often, 429);
    }

    async fn a_complete_upload_is_cleaned_and_checked_as_any_other(settings: Settings) {
        let scanner = Scanner::opens();
        let scene = Scene::in_mediation(settings.with("CONCORD_CLAMD", scanner.address())).await;
        let (amara, dispute) = (&scene.amara, scene.dispute.as_str());
        let sends = async |bytes: &[u8]| {
            let upload = begins(amara, dispute, Some("joint"), bytes.len()).await;
            goes_on(amara, &upload, bytes).await;
            let said = json!({"said": {"id": entry_id()}});
            amara.completes_upload(&upload, said).await.expects(201)
        };
        let picture = sends(&a_picture()).await;
        assert_eq!((&picture["content_type"], &picture["quarantine"]), (&json!("image/png"), &Value::Null));
        let file = picture["id"].as_str().expect("an id");
        let opened = scene.bela.asks_for_file(Method::GET, file, "", &[]).await;
        assert!(!opened.text().contains("taken by"), "what lies beside the picture is taken off");
        opened.expects(200);
        let held = sends(&eicar()).await;
        assert_eq!(held["quarantine"], "held");
        let last = last_said(&scene.bela, dispute, "joint").await;
        assert_eq!(last["file"], file, "what is held back is not said: {last}");
        tokio::time::timeout(Duration::from_secs(20), leaves_nothing(&scene)).await.expect("no piece stays");
    }

    async fn a_channel_that_was_closed_meanwhile_takes_no_upload(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let story = a_story(PIECE);
        let upload = begins(&scene.bela, &scene.dispute, Some("joint"), PIECE).await;
        scene.amara.answers_safety(&scene.dispute, tests::cast::an_answer("afraid", "yes")).await.expects(204);
        scene.rosa.screens(&scene.dispute, json!({"suitable": true, "shuttle": true})).await.ok();
        assert_refused!(scene.bela.sends_piece(&upload, 0, &story).await, 404);
        assert_refused!(scene.bela.completes_upload(&upload, json!({})).await, 404);
    }
}
