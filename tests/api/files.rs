//! Evidence: what kind a file is decides its content, what it tells of its maker is taken off, and it is its owner's
//! until they show it. A file that is not what it says, and one that is too large, are refused and leave nothing.

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tests::answer::Answer;
use tests::cast::Person;
use tests::scene::Scene;
use tests::{assert_refused, on_both};

/// A picture of one pixel with a comment and a made-up place in its metadata.
fn a_picture() -> Vec<u8> {
    let mut picture = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |kind: &[u8; 4], data: &[u8]| {
        picture.extend(u32::try_from(data.len()).expect("small").to_be_bytes());
        let body = [kind.as_slice(), data].concat();
        picture.extend(&body);
        picture.extend(crc32(&body).to_be_bytes());
    };
    chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0]);
    chunk(b"tEXt", b"Comment\0taken by Amara at 23.81 N 90.41 E");
    // One grey pixel: a zlib stream with one stored block.
    chunk(b"IDAT", &[0x78, 0x01, 0x01, 0x02, 0x00, 0xfd, 0xff, 0x00, 0x80, 0x00, 0x82, 0x00, 0x81]);
    chunk(b"IEND", b"");
    picture
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(
            sum ^ u32::from(*byte),
            |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 },
        )
    })
}

async fn adds(person: &Person, dispute: &str, name: &str, bytes: &[u8]) -> Answer {
    let form = Form::new().part("file", Part::bytes(bytes.to_vec()).file_name(name.to_owned()));
    let client = person.client();
    let request = client.request(reqwest::Method::POST, &format!("/disputes/{dispute}/files"));
    client.send(request.multipart(form)).await
}

async fn listed(person: &Person, dispute: &str) -> Value {
    person.client().get(&format!("/disputes/{dispute}/files")).await.expects(200)["items"].clone()
}

on_both! {
    async fn a_file_is_its_owners_until_shown_and_then_without_name_and_metadata(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        let dispute = scene.dispute.as_str();
        let kept = adds(&scene.amara, dispute, "Amara private photo.png", &a_picture()).await.expects(201);
        assert_eq!((&kept["content_type"], &kept["shown"]), (&json!("image/png"), &json!(false)), "{kept}");
        let id = kept["id"].as_str().expect("an id");
        let path = format!("/files/{id}");
        assert_refused!(scene.bela.client().get(&path).await, 404);
        assert_eq!(listed(&scene.bela, dispute).await, json!([]));

        let own = scene.amara.client().get(&path).await;
        assert_eq!(own.header("x-content-type-options"), Some("nosniff"));
        assert!(own.header("content-disposition").is_some_and(|how| how.starts_with("attachment")), "never in a page");
        own.expects(200);

        scene.amara.client().put(&format!("{path}/sharing"), json!({"shown": true})).await.ok();
        assert_refused!(scene.bela.client().get(&path).await, 404);
        assert_eq!(listed(&scene.bela, dispute).await, json!([]), "not before both are ready");
        scene.amara.prepares(dispute, None).await;
        scene.bela.prepares(dispute, Some(tests::cast::all_clear())).await;
        let seen = listed(&scene.bela, dispute).await;
        assert_eq!(seen.as_array().map(Vec::len), Some(1), "{seen}");
        assert!(!seen.to_string().contains("private"), "the name that its owner gave it stays theirs: {seen}");
        let copy = scene.bela.client().get(&path).await;
        assert!(!copy.header("content-disposition").unwrap_or_default().contains("private"));
        let text = copy.text();
        assert!(copy.bytes.starts_with(b"\x89PNG"), "it is still a picture");
        copy.expects(200);
        for told in ["taken by", "23.81"] {
            assert!(!text.contains(told), "the copy still tells `{told}`");
        }
    }

    async fn what_is_over_takes_no_more_files(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        scene.bela.withdraws(&scene.dispute).await.expects(200);
        assert_refused!(adds(&scene.amara, &scene.dispute, "note.txt", b"One more thing").await, 409, "mediation-has-ended");
    }

    async fn a_file_that_is_not_what_it_says_or_too_large_leaves_nothing(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        let dispute = scene.dispute.as_str();
        let page = b"<!DOCTYPE html><script>alert(1)</script>";
        assert_refused!(adds(&scene.amara, dispute, "photo.png", page).await, 422);
        assert_refused!(adds(&scene.amara, dispute, "paper.pdf", b"MZ\x90\x00 a program").await, 422);
        assert_refused!(adds(&scene.amara, dispute, "empty.txt", b"").await, 422);
        assert_refused!(adds(&scene.amara, dispute, "large.txt", &vec![b'a'; 26 * 1024 * 1024]).await, 413);
        let eve = scene.service.person("Eve Stone").await;
        assert_refused!(adds(&eve, dispute, "note.txt", b"let me in").await, 404);
        assert_eq!(listed(&scene.amara, dispute).await, json!([]));
        let left = std::fs::read_dir(scene.service.data().join("files")).map_or(0, Iterator::count);
        assert_eq!(left, 0, "no file lies there that nobody may open");
        adds(&scene.amara, dispute, "note.txt", b"A plain note about the flat").await.expects(201);
        assert_eq!(listed(&scene.amara, dispute).await.as_array().map(Vec::len), Some(1));
    }
}
