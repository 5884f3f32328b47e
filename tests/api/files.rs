//! Evidence: what kind a file is decides its content, what it tells of its maker is taken off, and it is its owner's
//! until they show it. A file that is not what it says, and one that is too large, are refused and leave nothing.

use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use tests::answer::Answer;
use tests::cast::{Person, a_picture};
use tests::scene::Scene;
use tests::{assert_refused, on_both};

/// A photo with a film behind it, as phones take them.
fn a_moving_photo() -> Vec<u8> {
    let picture = b"\xff\xd8\xff\xe1\0\x10Exif\0\0GPS 23.8\xff\xdb\0\x04ab\xff\xda\0\x02\x12\x34\xff\xd9";
    [picture.as_slice(), b"\0\0\0\x18ftypmp42 a film, +23.8+090.4/"].concat()
}

/// A document of these objects, numbered from 1; the first is its catalogue.
fn a_document(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.5\n".to_vec();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(bytes.len());
        bytes.extend(format!("{} 0 obj\n", at + 1).bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let (begin, size) = (bytes.len(), objects.len() + 1);
    bytes.extend(format!("xref\n0 {size}\n0000000000 65535 f \n").bytes());
    for place in places {
        bytes.extend(format!("{place:010} 00000 n \n").bytes());
    }
    let trailer = format!("trailer\n<</Size {size}/Root 1 0 R/Info<</Author(Amara Sen)>>>>\n");
    bytes.extend(format!("{trailer}startxref\n{begin}\n%%EOF").bytes());
    bytes
}

fn a_letter() -> Vec<u8> {
    a_document(&[
        b"<</Type/Catalog/Pages 2 0 R/OpenAction<</S/JavaScript/JS(app.alert)>>/Metadata 4 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 5 0 R>>".to_vec(),
        b"<</Type/Metadata/Length 17>>\nstream\nby <creator> XMP.\nendstream".to_vec(),
        b"<</Length 16>>\nstream\n(The lease) Tj  \nendstream".to_vec(),
    ])
}

/// Two megabytes that ask for hundreds of gigabytes: one object of a million numbers, named by a thousand ids.
fn a_bomb() -> Vec<u8> {
    let names: String = (10..1_010).map(|id| format!("{id} 0 ")).collect();
    let inside = format!("{names}[{}]", "0 ".repeat(1_000_000));
    let head = format!("<</Type/ObjStm/N 1000/First {}/Length {}>>\nstream\n", names.len(), inside.len());
    a_document(&[
        b"<</Type/Catalog/Pages 2 0 R>>".to_vec(),
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>".to_vec(),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>".to_vec(),
        [head.into_bytes(), inside.into_bytes(), b"\nendstream".to_vec()].concat(),
    ])
}

/// Where the service keeps the bytes.
fn kept_on_disk(scene: &Scene) -> usize {
    std::fs::read_dir(scene.service.data().join("files")).map_or(0, Iterator::count)
}

async fn adds(person: &Person, dispute: &str, name: &str, bytes: &[u8]) -> Answer {
    person.adds_file(dispute, None, name, bytes).await
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

    async fn a_photo_and_a_letter_are_kept_without_what_lies_beside_them(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        for (name, bytes, told, stays) in [
            ("IMG_1.jpg", a_moving_photo(), ["GPS 23.8", "a film"], "\u{12}4"),
            ("lease.pdf", a_letter(), ["Amara Sen", "app.alert"], "(The lease)"),
            ("lease.pdf", a_letter(), ["by <creator>", "OpenAction"], "/Page"),
        ] {
            for told in told {
                assert!(String::from_utf8_lossy(&bytes).contains(told), "{name} tells {told} at first");
            }
            let kept = adds(&scene.amara, &scene.dispute, name, &bytes).await.expects(201);
            let copy = scene.amara.client().get(&format!("/files/{}", kept["id"].as_str().expect("an id"))).await;
            let text = copy.text();
            copy.expects(200);
            for told in told {
                assert!(!text.contains(told), "the copy of {name} tells {told}");
            }
            assert!(text.contains(stays), "{name}: {text}");
        }
    }

    async fn a_document_that_asks_for_all_memory_is_refused_and_the_house_goes_on(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        let refused = assert_refused!(adds(&scene.amara, &scene.dispute, "bomb.pdf", &a_bomb()).await, 422);
        assert_eq!(refused["errors"][0]["code"], "file-unreadable", "{refused}");
        assert_eq!(kept_on_disk(&scene), 0);
        adds(&scene.amara, &scene.dispute, "lease.pdf", &a_letter()).await.expects(201);
    }

    async fn a_form_has_one_file_and_short_fields(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        let sends = async |form: Form| {
            let client = scene.amara.client();
            let path = format!("/disputes/{}/files", scene.dispute);
            client.send(client.request(reqwest::Method::POST, &path).multipart(form)).await
        };
        let file = || Part::bytes(b"A note".to_vec()).file_name("note.txt");
        let two = Form::new().part("file", file()).part("file", file());
        assert_eq!(assert_refused!(sends(two).await, 422)["errors"][0]["code"], "twice");
        let long = Form::new().part("file", file()).text("channel", "joint".repeat(99));
        assert_eq!(assert_refused!(sends(long).await, 422)["errors"][0]["field"], "channel");
        let many = (0..9).fold(Form::new(), |form, at| form.text(format!("field-{at}"), "x"));
        assert_refused!(sends(many.part("file", file())).await, 422);
        sends(Form::new().part("file", file())).await.expects(201);
        assert_eq!(kept_on_disk(&scene), 1);
    }

    async fn a_repeated_upload_is_one_file(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        let sends = async |bytes: &[u8], name: &str| {
            let form = Form::new().part("file", Part::bytes(bytes.to_vec()).file_name(name.to_owned()));
            let client = scene.amara.client();
            let request = client.request(reqwest::Method::POST, &format!("/disputes/{}/files", scene.dispute));
            client.send(request.header("idempotency-key", "one").multipart(form)).await
        };
        let first = sends(b"A note", "note.txt").await.expects(201);
        let both = tokio::join!(sends(b"A note", "note.txt"), sends(b"A note", "note.txt"));
        assert_eq!((&both.0.expects(201), &both.1.expects(201)), (&first, &first));
        assert_refused!(sends(b"Another note", "note.txt").await, 422);
        assert_refused!(sends(b"A note", "other.txt").await, 422);
        assert_eq!(listed(&scene.amara, &scene.dispute).await.as_array().map(Vec::len), Some(1));
        assert_eq!(kept_on_disk(&scene), 1, "no bytes lie there that nothing names");
    }

    async fn a_file_that_nothing_names_is_swept_away_when_it_is_old(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        let kept = adds(&scene.amara, &scene.dispute, "note.txt", b"A note").await.expects(201);
        let folder = scene.service.data().join("files");
        let named = folder.join(kept["id"].as_str().expect("an id"));
        let (young, old) =
            (folder.join("019a0000-0000-7000-8000-000000000001"), folder.join("019a0000-0000-7000-8000-000000000002"));
        let two_days = std::time::Duration::from_secs(2 * 86_400);
        for path in [&named, &young, &old] {
            let file = std::fs::File::options().create(true).append(true).open(path).expect("a file");
            let ago = std::time::SystemTime::now() - if *path == young { std::time::Duration::ZERO } else { two_days };
            file.set_modified(ago).expect("another time");
        }
        scene.service.stops();
        scene.service.starts().await;
        for _ in 0..200 {
            if !old.exists() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        assert_eq!((named.exists(), young.exists(), old.exists()), (true, true, false));
    }
}
