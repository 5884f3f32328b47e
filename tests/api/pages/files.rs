//! Evidence on pages: added, shown after a preview, shared in the room, and refused without loss.

use tests::browser::Browser;
use tests::on_both;
use tests::scanner::{Scanner, eicar};
use tests::scene::Scene;

/// The id in the first link to a file.
fn first_file(page: &str) -> String {
    let link = page.split("href=\"/files/").nth(1).and_then(|rest| rest.split('"').next());
    link.unwrap_or_else(|| panic!("no file in {page}")).to_owned()
}

on_both! {
    async fn a_file_is_added_on_a_page_and_shown_after_a_preview(settings: Settings) {
        let scene = Scene::preparing(settings).await;
        let (amara, bela) = (Browser::of(&scene.amara).await, Browser::of(&scene.bela).await);
        let path = format!("/disputes/{}/files", scene.dispute);
        let dispute = format!("/disputes/{}", scene.dispute);
        assert!(amara.reads(&dispute).await.contains(&path), "the dispute leads to its files");
        let added = amara.uploads(&path, &path, "Amara private.txt", b"The flat was clean.").await;
        assert!(added.status == 200 && added.text().contains("Amara private.txt"), "{}", added.text());
        let file = first_file(&added.text());
        assert!(amara.reads(&dispute).await.contains(&file), "it stands among the papers");

        assert!(!bela.reads(&path).await.contains(&file), "it is hers until she shows it");
        assert_eq!(bela.opens(&format!("/files/{file}")).await.status, 404);
        let showing = format!("{path}/{file}/showing");
        assert_eq!(bela.opens(&showing).await.status, 404);
        assert!(!amara.reads(&showing).await.contains("private"), "the preview has the name that he will read");
        assert_eq!(amara.sends(&showing, &showing, &[]).await.status, 422, "not without the tick");
        assert!(!bela.reads(&path).await.contains(&file));
        assert_eq!(amara.sends(&showing, &showing, &[("show", "yes")]).await.status, 200);
        assert!(!bela.reads(&path).await.contains(&file), "not before both are ready");
        scene.amara.prepares(&scene.dispute, None).await;
        scene.bela.prepares(&scene.dispute, Some(tests::cast::all_clear())).await;

        let list = bela.reads(&path).await;
        assert!(list.contains(&file) && list.contains("File ") && !list.contains("private"), "{list}");
        let copy = bela.opens(&format!("/files/{file}")).await;
        assert!(copy.header("content-disposition").is_some_and(|how| how.starts_with("attachment")));
        assert_eq!((copy.status, copy.text().as_str()), (200, "The flat was clean."));
    }

    async fn a_file_that_waits_for_its_check_is_sent_from_ones_own_list_once_it_has_passed(settings: Settings) {
        let mut scanner = Scanner::away();
        let scene = Scene::in_mediation(settings.with("CONCORD_CLAMD", scanner.address())).await;
        let (amara, bela) = (Browser::of(&scene.amara).await, Browser::of(&scene.bela).await);
        let post = format!("/rooms/{}/files", scene.dispute);
        let joint = format!("/rooms/{}?channel=joint", scene.dispute);
        let files = format!("/disputes/{}/files", scene.dispute);
        let waits = amara.uploads(&joint, &post, "receipt.txt", b"Paid in May").await;
        assert_eq!(waits.status, 200);
        let page = amara.reads(&files).await;
        assert!(page.contains("receipt.txt") && page.contains("we still check it for viruses"), "{page}");
        let removal = page.split("action=\"").find(|rest| rest.contains("/removal\"")).expect("it can be taken away");
        let file = removal.split('/').nth(4).expect("a file").to_owned();
        let send = format!("/rooms/{}/files/{file}", scene.dispute);
        assert!(!page.contains(&send) && !page.contains(&format!("href=\"/files/{file}")), "{page}");
        assert_eq!(amara.opens(&format!("/files/{file}")).await.status, 409);
        for place in [&joint, &files] {
            assert!(!bela.reads(place).await.contains(&file));
        }

        scanner.comes_back();
        tests::until("it is checked", async || amara.reads(&files).await.contains(&send)).await;
        assert!(!bela.reads(&joint).await.contains(&file), "it is sent by its owner alone");
        let sent = amara.sends(&files, &send, &[]).await;
        assert_eq!(sent.status, 200, "{}", sent.text());
        assert_eq!(bela.opens(&format!("/files/{file}")).await.text(), "Paid in May");
        assert!(!amara.reads(&files).await.contains("receipt.txt"), "it is in the room now");

        let held = amara.uploads(&joint, &post, "virus.txt", &eicar()).await;
        assert_eq!(held.status, 200);
        let page = amara.reads(&files).await;
        assert!(page.contains("virus.txt") && page.contains("it did not pass our virus check"), "{page}");
        let removal = page.split("action=\"").find(|rest| rest.contains("/removal\"")).expect("it can be taken away");
        let removal = removal.split('"').next().expect("a path").to_owned();
        assert_eq!(amara.sends(&files, &removal, &[]).await.status, 200);
        assert!(!amara.reads(&files).await.contains("virus.txt"));
    }

    async fn a_file_that_cannot_be_taken_comes_back_as_a_fault_of_the_form(settings: Settings) {
        let scene = Scene::drafted(settings).await;
        let amara = Browser::of(&scene.amara).await;
        let path = format!("/disputes/{}/files", scene.dispute);
        assert!(amara.reads(&format!("/disputes/{}/draft/check", scene.dispute)).await.contains(&path));
        let large = vec![b'a'; 26 * 1024 * 1024];
        for (name, bytes) in [("a.png", b"<p>no picture".as_slice()), ("b.txt", b""), ("c.txt", &large)] {
            let bytes = if name == "a.png" { [b"\x00\x01".as_slice(), bytes].concat() } else { bytes.to_vec() };
            let refused = amara.uploads(&path, &path, name, &bytes).await;
            let page = refused.text();
            assert!(refused.status == 422 && page.contains("href=\"#file\""), "{name}: {} {page}", refused.status);
        }
        let of_nobody = tests::browser::with_hidden(&amara.reads(&path).await, &path, &[]);
        assert!(of_nobody.iter().any(|(name, value)| name == "csrf" && !value.is_empty()));
        let stranger = Browser::of(&scene.bela).await;
        let page = stranger.opens(&path).await;
        assert_eq!(page.status, 404, "another person's draft is not there");
    }

    async fn a_file_goes_into_the_channel_that_one_is_in_and_no_further(settings: Settings) {
        let scene = Scene::in_mediation(settings).await;
        let (amara, bela) = (Browser::of(&scene.amara).await, Browser::of(&scene.bela).await);
        let noor = Browser::of(&scene.noor).await;
        let post = format!("/rooms/{}/files", scene.dispute);
        let joint = format!("/rooms/{}?channel=joint", scene.dispute);
        let caucus = format!("/rooms/{}?channel=caucus-claimant", scene.dispute);
        let shared = amara.uploads(&joint, &post, "Amara.txt", b"For both").await;
        assert!(shared.status == 200 && shared.text().contains("File "), "{}", shared.text());
        let room = bela.reads(&joint).await;
        assert!(!room.contains("Amara.txt"), "the name stays hers");
        assert_eq!(bela.opens(&format!("/files/{}", first_file(&room))).await.text(), "For both");

        let captioned = amara
            .uploads_with(&joint, &post, "door.png", &tests::cast::a_picture(), &[("caption", "The <b>door</b> as it was")])
            .await
            .text();
        assert!(captioned.contains("The &#60;b&#62;door&#60;/b&#62; as it was"), "{captioned}");
        let small = bela.reads(&joint).await;
        assert!(small.contains("/thumbnail\" width=\"1\" height=\"1\" loading=\"lazy\" alt=\"The &#60;b"), "{small}");
        let small = small.split("<img src=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a picture");
        let small = bela.opens(small).await;
        assert_eq!((small.status, small.header("content-type")), (200, Some("image/jpeg")));
        let long = "long ".repeat(80);
        let refused = amara.uploads_with(&joint, &post, "a.txt", b"One more", &[("caption", &long)]).await;
        assert!(refused.status == 422 && refused.text().contains("long long"), "what was typed is kept: {}", refused.text());
        assert!(refused.text().contains("<details class=\"attach\" open>"), "and shown");

        let aside = first_file(&amara.uploads(&caucus, &post, "aside.txt", b"For the mediator").await.text());
        assert_eq!(noor.opens(&format!("/files/{aside}")).await.text(), "For the mediator");
        assert_eq!(bela.opens(&format!("/files/{aside}")).await.status, 404);
        assert!(!bela.reads(&joint).await.contains(&aside));
        let refused = amara.uploads(&caucus, &post, "broken.bin", b"\x00\x01\x02").await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("value=\"caucus-claimant\""), "she is still where she was");
    }
}
