//! Files of a channel on their way out: read by the seats that read the entry, whole or in ranges, in a sandbox, by links
//! that count no cookie; and for everybody else not there, however they ask.

use reqwest::Method;
use serde_json::json;
use tests::answer::Answer;
use tests::browser::Browser;
use tests::cast::{Person, a_picture, last_said};
use tests::scene::Scene;
use tests::socket::entry_id;
use tests::{assert_refused, on_both};

const NOBODYS: &str = "019a0000-0000-7000-8000-00000000dead";

/// What an answer tells, without what differs with every answer.
fn told(answer: &Answer) -> String {
    let mut headers: Vec<String> = answer
        .headers
        .iter()
        .filter(|(name, _)| !["x-request-id", "date"].contains(&name.as_str()))
        .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or("?")))
        .collect();
    headers.sort();
    let request = answer.header("x-request-id").unwrap_or_default();
    format!("{} {headers:?} {}", answer.status, answer.text().replace(request, "REQUEST"))
}

/// Every way in which somebody may ask for a file.
async fn asks_in_every_way(person: &Person, file: &str) -> Vec<String> {
    let tag = format!("\"{file}\"");
    let mut heard = Vec::new();
    for part in ["", "/thumbnail"] {
        for method in [Method::GET, Method::HEAD] {
            for header in [
                ("accept", "*/*"),
                ("range", "bytes=0-0"),
                ("range", "bytes=999999-"),
                ("if-none-match", "*"),
                ("if-none-match", &tag),
                ("if-range", &tag),
            ] {
                let answer = person.asks_for_file(method.clone(), file, part, &[header]).await;
                heard.push(format!("{method} {part} {} {}", header.0, told(&answer)));
            }
        }
    }
    let client = person.client();
    for body in [json!({"shown": true}), json!({"shown": 7}), json!({})] {
        heard.push(told(&client.put(&format!("/files/{file}/sharing"), body).await));
    }
    for path in [format!("/files/{file}"), format!("/files/{file}/thumbnail")] {
        let page = client.page(Method::GET, &path).header("accept", "text/html");
        heard.push(format!("{} {}", path.replace(file, ""), told(&client.send(page).await)));
    }
    heard
}

on_both! {
    async fn r05_a_file_of_a_caucus_is_not_there_for_the_other_side_however_it_is_asked_for(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let file = scene.amara.shares_file(&scene.dispute, "caucus-claimant", "door.png", &a_picture()).await;
        let notes = scene.noor.shares_file(&scene.dispute, "notes", "notes.png", &a_picture()).await;
        for reader in [&scene.amara, &scene.noor] {
            for part in ["", "/thumbnail"] {
                let opened = reader.asks_for_file(Method::GET, &file, part, &[]).await;
                let tag = opened.header("etag").expect("a tag").to_owned();
                opened.expects(200);
                let again = reader.asks_for_file(Method::GET, &file, part, &[("if-none-match", &tag)]).await;
                assert_eq!((again.status, again.bytes.len()), (304, 0));
            }
        }
        let eve = scene.service.person("Eve Stone").await;
        for outsider in [&scene.bela, &scene.rosa, &eve] {
            let nothing = asks_in_every_way(outsider, NOBODYS).await;
            assert!(nothing.iter().all(|told| told.contains("404")), "{nothing:?}");
            let masked = |heard: Vec<String>, id: &str| -> Vec<String> {
                heard.iter().map(|told| told.replace(id, "ID")).collect()
            };
            let nothing = masked(nothing, NOBODYS);
            for hidden in [&file, &notes] {
                let heard = masked(asks_in_every_way(outsider, hidden).await, hidden);
                for (heard, nothing) in heard.iter().zip(&nothing) {
                    assert_eq!(heard, nothing, "{}", outsider.name);
                }
            }
        }
    }

    async fn a_file_goes_out_whole_or_in_ranges_and_is_known_again(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let text = b"The flat was clean when we left it.";
        let file = scene.amara.shares_file(&scene.dispute, "joint", "note.txt", text).await;
        let asks = async |how: Method, headers: &[(&str, &str)]| scene.bela.asks_for_file(how, &file, "", headers).await;
        let whole = asks(Method::GET, &[("accept-encoding", "gzip, br")]).await;
        let tag = whole.header("etag").expect("a tag").to_owned();
        for (name, value) in [
            ("content-security-policy", "sandbox; default-src 'none'"),
            ("x-content-type-options", "nosniff"),
            ("content-disposition", "attachment; filename=\"file.txt\""),
            ("accept-ranges", "bytes"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(whole.header(name), Some(value), "{name}");
        }
        assert_eq!((whole.status, whole.bytes.as_slice()), (200, text.as_slice()));
        let head = asks(Method::HEAD, &[("range", "bytes=0-3")]).await;
        assert_eq!((head.status, head.bytes.len(), head.header("content-length")), (200, 0, Some("35")));
        assert_eq!(head.header("etag"), Some(tag.as_str()));
        for (range, status, told, bytes) in [
            ("bytes=4-7", 206, "bytes 4-7/35", b"flat".as_slice()),
            ("bytes=-3", 206, "bytes 32-34/35", b"it."),
            ("bytes=32-", 206, "bytes 32-34/35", b"it."),
            ("bytes=0-1,4-5", 200, "", text),
        ] {
            let part = asks(Method::GET, &[("range", range)]).await;
            assert_eq!((part.status, part.header("content-range").unwrap_or("")), (status, told), "{range}");
            assert_eq!(part.bytes, bytes, "{range}");
        }
        let beyond = asks(Method::GET, &[("range", "bytes=35-")]).await;
        assert_eq!((beyond.status, beyond.header("content-range")), (416, Some("bytes */35")));
        let current = asks(Method::GET, &[("range", "bytes=0-0"), ("if-range", &tag)]).await;
        assert_eq!((current.status, current.bytes.as_slice()), (206, b"T".as_slice()));
        let other = asks(Method::GET, &[("range", "bytes=0-0"), ("if-range", "\"another\"")]).await;
        assert_eq!((other.status, other.bytes.len()), (200, 35));
        let known = asks(Method::GET, &[("if-none-match", &tag), ("range", "bytes=0-0")]).await;
        assert_eq!((known.status, known.bytes.len()), (304, 0));
    }

    async fn r05_a_file_is_its_owners_until_it_is_said_and_then_its_channels(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (dispute, amara, bela) = (scene.dispute.as_str(), &scene.amara, &scene.bela);
        let kept = amara.adds_file(dispute, Some("joint"), "door.png", &a_picture()).await.expects(201);
        let file = kept["id"].as_str().expect("an id");
        amara.asks_for_file(Method::GET, file, "", &[]).await.expects(200);
        for other in [bela, &scene.noor] {
            assert_refused!(other.asks_for_file(Method::GET, file, "", &[]).await, 404);
        }
        let with_size = json!({"kind": "file", "file": file, "thumbnail": {"width": 9, "height": 9}});
        let refused = assert_refused!(amara.posts(dispute, "joint", &entry_id(), with_size).await, 422);
        assert_eq!(refused["errors"][0]["field"], "body.thumbnail", "{refused}");
        let long = json!({"kind": "file", "file": file, "caption": "a".repeat(301)});
        let refused = assert_refused!(amara.posts(dispute, "joint", &entry_id(), long).await, 422);
        assert_eq!(refused["errors"][0]["field"], "body.caption", "{refused}");
        assert_refused!(bela.asks_for_file(Method::GET, file, "", &[]).await, 404);

        let entry = amara.says_file(dispute, "joint", file, Some("The door as it was")).await;
        let said = last_said(bela, dispute, "joint").await;
        let expected = json!({"kind": "file", "file": file, "caption": "The door as it was",
            "thumbnail": {"width": 1, "height": 1}});
        assert_eq!(said, expected);
        let again = json!({"kind": "file", "file": file, "caption": "The door as it was"});
        amara.posts(dispute, "joint", &entry, again).await.expects(200);
        for reader in [amara, bela, &scene.noor] {
            reader.asks_for_file(Method::GET, file, "", &[]).await.expects(200);
            let small = reader.asks_for_file(Method::GET, file, "/thumbnail", &[]).await;
            assert!(small.bytes.starts_with(&[0xff, 0xd8]) && small.bytes.len() < 6_144);
            assert_eq!(small.header("content-security-policy"), Some("sandbox; default-src 'none'"));
            small.expects(200);
        }
        // A switch to shuttle closes the channel that both read, and what was said there with it.
        amara.answers_safety(dispute, tests::cast::an_answer("afraid", "yes")).await.expects(204);
        scene.rosa.screens(dispute, json!({"suitable": true, "shuttle": true})).await.ok();
        for reader in [bela, &scene.noor] {
            let closed = reader.asks_for_file(Method::GET, file, "", &[]).await;
            let talk = reader.reads_channel(dispute, "joint", 0).await;
            assert_eq!(closed.status, talk.status, "the file is read where its entry is: {}", talk.text());
        }
    }

    async fn r05_whoever_sits_beside_a_party_opens_what_is_said_while_they_sit_there(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let (dispute, amara) = (scene.dispute.as_str(), &scene.amara);
        let before = amara.shares_file(dispute, "joint", "before.png", &a_picture()).await;
        let dela = scene.sits_beside_amara("Dela Haq", "representative").await;
        let after = amara.shares_file(dispute, "joint", "after.png", &a_picture()).await;
        let aside = amara.shares_file(dispute, "caucus-claimant", "aside.png", &a_picture()).await;
        let theirs = scene.bela.shares_file(dispute, "caucus-respondent", "theirs.png", &a_picture()).await;
        let kept = amara.adds_file(dispute, Some("joint"), "unsaid.png", &a_picture()).await.expects(201);
        let unsaid = kept["id"].as_str().expect("an id");
        for (file, status) in [(&*before, 404), (&after, 200), (&aside, 200), (&theirs, 404), (unsaid, 404)] {
            for part in ["", "/thumbnail"] {
                let opened = dela.asks_for_file(Method::GET, file, part, &[]).await;
                assert_eq!(opened.status, status, "{file}{part}");
            }
        }
        // They add no file, and say none that is somebody else's.
        for channel in [None, Some("joint"), Some("caucus-claimant")] {
            assert_refused!(dela.adds_file(dispute, channel, "mine.png", &a_picture()).await, 404);
        }
        let others = json!({"kind": "file", "file": after});
        assert_refused!(dela.posts(dispute, "joint", &entry_id(), others).await, 422);

        // Who leaves opens nothing any more; nor does who sits there when the dispute ends.
        let sana = scene.sits_beside_amara("Sana Roy", "helper").await;
        let last = amara.shares_file(dispute, "joint", "last.png", &a_picture()).await;
        sana.asks_for_file(Method::GET, &last, "", &[]).await.expects(200);
        let own = dela.reads(dispute).await.expects(200);
        dela.ends_seat(dispute, own["companion"].as_str().expect("a seat")).await.expects(204);
        assert_refused!(dela.asks_for_file(Method::GET, &after, "", &[]).await, 404);
        amara.withdraws(dispute).await.ok();
        assert_refused!(sana.asks_for_file(Method::GET, &last, "", &[]).await, 404);
        amara.asks_for_file(Method::GET, &last, "", &[]).await.expects(200);
    }

    async fn a_browser_fetches_a_file_by_a_link_for_which_no_cookie_counts(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let file = scene.amara.shares_file(&scene.dispute, "joint", "note.txt", b"The rent for May").await;
        let leads = async |person: &Person| {
            let client = person.client();
            let answer = client.send(client.page(Method::GET, &format!("/files/{file}"))).await;
            answer.header("location").map(str::to_owned).ok_or(answer.status)
        };
        let link = leads(&scene.bela).await.expect("a link");
        assert!(link.starts_with("/file-links/") && link.len() > 60, "{link}");
        assert_ne!(leads(&scene.bela).await.expect("a link"), leads(&scene.noor).await.expect("a link"));
        let eve = scene.service.person("Eve Stone").await;
        assert_eq!(leads(&eve).await, Err(404));
        // Nobody is signed in here: the link is all that is shown.
        let stranger = scene.service.stranger();
        let opens = async |link: &str| stranger.send(stranger.page(Method::GET, link)).await;
        let opened = opens(&link).await;
        assert_eq!(opened.header("content-security-policy"), Some("sandbox; default-src 'none'"));
        assert_eq!((opened.status, opened.text().as_str()), (200, "The rent for May"));
        let other = if link.ends_with('A') { 'E' } else { 'A' };
        let (changed, short) = (format!("{}{other}", &link[..link.len() - 1]), &link[..link.len() - 4]);
        for other in [changed.as_str(), short, "/file-links/x"] {
            assert_eq!(opens(other).await.status, 404, "{other}");
        }
        assert!(!scene.service.log().contains(link.trim_start_matches("/file-links/")), "a log holds no link");
        let page = Browser::of(&scene.bela).await;
        assert_eq!(page.opens(&format!("/files/{file}")).await.text(), "The rent for May");
        scene.bela.signs_out().await.expects(204);
        assert_eq!(opens(&link).await.status, 404, "it ends with its session");
    }
}
