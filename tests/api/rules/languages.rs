//! R22 and R27 where people read the text in a language that the pages are not in: what a party chose has to be written
//! before anything is frozen, and the record is in it, in every language that ships.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use tests::browser::Browser;
use tests::cast::a_term;
use tests::papers::{Papers, payload};
use tests::scene::Scene;
use tests::{assert_refused, on_both};

use super::confidentiality::own_settlement;

const HINDI: &str = "मीरपुर के फ़्लैट की ज़मानत राशि दो किस्तों में लौटाएँगी।";
const TAMIL: &str = "மீர்பூர் வீட்டின் வைப்புத் தொகையை இரண்டு தவணைகளில் திருப்பித் தருவார்.";

/// A promise in each language that a record can be in, and what such a record calls itself.
const EVERY: [(&str, &str, &str); 13] = [
    ("en", "pays back the deposit in two parts, and gives back the keys.", "Settlement record"),
    ("bn", "জামানতের টাকা দুই কিস্তিতে ফেরত দেবেন, এবং চাবি ফেরত দেবেন।", "মীমাংসার দলিল"),
    ("hi", HINDI, "समझौते का अभिलेख"),
    ("ta", TAMIL, "உடன்பாட்டு ஆவணம்"),
    ("ur", "ضمانت کی رقم دو قسطوں میں واپس کرے گا، اور چابی بھی۔", "تصفیے کی دستاویز"),
    ("si", "ඇප මුදල වාරික දෙකකින් ආපසු ගෙවයි, යතුරු ද දෙයි.", "එකඟතා වාර්තාව"),
    ("ne", "धरौटी दुई किस्तामा फिर्ता दिनेछ, र साँचो पनि।", "मेलमिलाप सहमतिको अभिलेख"),
    ("km", "សងប្រាក់កក់ផ្ទះល្វែងវិញជាពីរដំណាក់កាល ហើយប្រគល់កូនសោវិញ។", "កំណត់ត្រានៃការព្រមព្រៀង"),
    ("th", "คืนเงินมัดจำห้องชุดเป็นสองงวดโดยไม่คิดดอกเบี้ยและคืนกุญแจ", "บันทึกข้อตกลงระงับข้อพิพาท"),
    (
        "vi",
        "trả lại tiền đặt cọc căn hộ làm hai đợt, và trả lại chìa khóa.",
        "Văn bản về kết quả hòa giải thành",
    ),
    ("id", "mengembalikan uang jaminan dalam dua angsuran, dan mengembalikan kunci.", "Catatan kesepakatan"),
    ("fil", "ibinabalik ang deposito sa dalawang hulog, at isinasauli ang mga susi.", "Talaan ng kasunduan"),
    ("zh-Hans", "分两期退还公寓的押金，并归还钥匙。", "调解协议记录"),
];

fn in_languages(texts: &[(&str, &str)]) -> Value {
    let mut term = a_term("", "450.00");
    term["text"] = json!(texts.iter().copied().collect::<BTreeMap<_, _>>());
    json!([term])
}

pub(super) async fn readied(scene: &Scene, base: u64, prevailing: &str, texts: &[(&str, &str)]) -> String {
    let dispute = scene.dispute.as_str();
    let revised = scene.noor.revises_in(dispute, base, prevailing, in_languages(texts)).await.expects(201);
    let digest = revised["digest"].as_str().expect("a digest").to_owned();
    for person in [&scene.amara, &scene.bela] {
        person.finds_ready(dispute, &digest).await.expects(200);
    }
    digest
}

/// From a frozen text to the record: its id, and its papers.
async fn sealed(scene: &Scene, digest: &str) -> (String, Papers, String) {
    let dispute = scene.dispute.as_str();
    for person in [&scene.amara, &scene.bela] {
        person.waives(dispute, digest).await.expects(201);
    }
    for person in [&scene.amara, &scene.bela] {
        person.signs(dispute, digest).await.expects(201);
    }
    scene.noor.attests(dispute, digest).await.expects(201);
    let id = own_settlement(&scene.amara, dispute).await;
    let file = async |end: &str| scene.amara.client().get(&format!("/settlements/{id}/record.{end}")).await;
    let (pdf, jws) = (file("pdf").await, file("jws").await.text());
    let keys = scene.service.stranger().get("/.well-known/jwks.json").await.text();
    let papers = Papers::new(&pdf.bytes, &jws, &keys);
    (id, papers, jws)
}

fn without_blanks(text: &str) -> String {
    text.split_whitespace().collect()
}

on_both! {
    async fn r22_a_text_is_frozen_in_the_languages_that_the_parties_read_and_sealed_in_both(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let (service, dispute) = (&scene.service, scene.dispute.as_str());
        for unknown in ["xx", "zh", "HI", ""] {
            assert_refused!(scene.amara.wants_to_read(dispute, unknown).await, 422);
        }
        let eve = service.person("Eve Stone").await;
        for other in [&scene.noor, &scene.rosa, &eve] {
            assert_refused!(other.wants_to_read(dispute, "hi").await, 404);
        }
        scene.amara.wants_to_read(dispute, "hi").await.expects(204);
        scene.bela.wants_to_read(dispute, "ta").await.expects(204);

        // Each reads its own choice, and the mediator what has to be written.
        for (person, own) in [(&scene.amara, "hi"), (&scene.bela, "ta")] {
            let view = person.client().get(&format!("/disputes/{dispute}")).await.expects(200);
            assert_eq!(view["preparation"]["reading_language"], own, "{view}");
            let shown = person.reads_agreement(dispute).await.expects(200);
            assert!(shown.get("languages_needed").is_none(), "what the other side reads is told to no party: {shown}");
        }
        let shown = scene.noor.reads_agreement(dispute).await.expects(200);
        assert_eq!(shown["languages_needed"], json!(["hi", "ta"]));

        let early = readied(&scene, 0, "en", &[("en", "pays back the deposit in two parts."), ("hi", HINDI)]).await;
        assert_refused!(scene.noor.freezes(dispute, &early).await, 409, "language-missing");
        let digest = readied(&scene, 1, "hi", &[("hi", HINDI), ("ta", TAMIL)]).await;
        scene.noor.freezes(dispute, &digest).await.expects(200);

        // What is frozen stays, whatever somebody would rather read now.
        assert_refused!(scene.amara.wants_to_read(dispute, "ur").await, 409, "already-frozen");
        let shown = scene.amara.reads_agreement(dispute).await.expects(200);
        assert_eq!((&shown["state"], &shown["digest"]), (&json!("frozen"), &json!(digest)), "{shown}");
        assert_eq!(shown["terms"][0]["text"], json!({"hi": HINDI, "ta": TAMIL}));

        let (id, papers, jws) = sealed(&scene, &digest).await;
        assert_refused!(scene.amara.wants_to_read(dispute, "ur").await, 409);
        let record = payload(&jws);
        assert_eq!((&record["version"], &record["languages"]), (&json!(4), &json!(["hi", "ta"])), "{record}");
        assert_eq!(record["prevailing_language"], "hi");
        assert_eq!(record["terms"][0]["text"], json!({"hi": HINDI, "ta": TAMIL}));
        assert_eq!(record["consents"][0]["language"], "en", "the agreement to mediate is in a language of the pages");
        for statement in ["not_a_court_order", "enforcement"] {
            let languages: Vec<&String> = record[statement].as_object().expect("texts").keys().collect();
            assert_eq!(languages, ["hi", "ta"]);
        }

        let report = papers.signature_report();
        assert!(report.contains("Signature is Valid.") && report.contains("Total document signed"), "{report}");
        let found = papers.found_by_others();
        assert_eq!((&found["pdf_coverage"], &found["record"]), (&json!("ENTIRE_FILE"), &record), "{found}");
        let text = papers.running_text();
        for words in ["Amara Sen", "Bela Roy", "Noor Haq", "2027-01-31", "31 जनवरी 2027", "31 ஜனவரி 2027"] {
            assert!(text.contains(&without_blanks(words)), "the PDF shows `{words}`: {text}");
        }
        for name in ["record.pdf", "record.jws"] {
            let file = std::fs::read(papers.file(name)).expect("the file");
            let stranger = service.stranger();
            let request = stranger.request(reqwest::Method::POST, "/verifications").body(file);
            assert_eq!(stranger.send(request).await.expects(200)["status"], "valid", "{name}");
        }
        let paper = scene.bela.client().get(&format!("/settlements/{id}/record.sd-jwt?show=term_1")).await;
        let stranger = service.stranger();
        let request = stranger.request(reqwest::Method::POST, "/verifications").body(paper.text());
        assert_eq!(stranger.send(request).await.expects(200)["status"], "valid");
    }

    async fn r22_the_language_that_counts_is_chosen_by_somebody_and_not_by_the_order_of_a_list(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        scene.amara.wants_to_read(dispute, "hi").await.expects(204);
        scene.bela.wants_to_read(dispute, "ta").await.expects(204);
        // The dispute is in none of these two.
        let noor = Browser::of(&scene.noor).await;
        let (editor, to) = (format!("/disputes/{dispute}/agreement?edit=yes"), format!("/disputes/{dispute}/agreement/revisions"));
        let form = noor.reads(&editor).await;
        assert!(form.contains("<option value=\"\" selected>") && form.contains("in English, Bangla and Urdu alone"), "{form}");
        let typed = [("term-1-debtor", "respondent"), ("term-1-text-hi", HINDI), ("term-1-text-ta", TAMIL)];
        let unsaid = noor.sends(&editor, &to, &typed).await.text();
        assert!(unsaid.contains("prevailing_language-fault") && unsaid.contains(TAMIL), "{unsaid}");
    }

    async fn a_record_in_every_language_shows_each_sentence_and_carries_it(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        scene.bela.wants_to_read(&scene.dispute, "km").await.expects(204);
        let texts = EVERY.map(|(tag, text, _)| (tag, text));
        let digest = readied(&scene, 0, "km", &texts).await;
        scene.noor.freezes(&scene.dispute, &digest).await.expects(200);
        let (_, papers, jws) = sealed(&scene, &digest).await;

        // The text that counts, in the file that the PDF carries.
        let carried: Value = serde_json::from_slice(&papers.attached_json()).expect("JSON");
        assert_eq!(carried, payload(&jws));
        let tags: Vec<&str> = EVERY.map(|(tag, ..)| tag).to_vec();
        assert_eq!(carried["languages"], json!(tags));
        for (tag, text, _) in EVERY {
            assert_eq!(carried["terms"][0]["text"][tag], text);
        }
        // And what its pages say, as far as their fonts let a reader take text out of them.
        let text = papers.running_text();
        for (tag, words, title) in EVERY {
            // Marks that hang on a letter are drawn one by one in these two, and read out twice: there the file counts, and
            // the pages say so.
            let is_read_twice = ["km", "th"].contains(&tag);
            if is_read_twice {
                assert!(text.contains(if tag == "km" { "record.jsonជា" } else { "record.jsonคือ" }), "{tag}: {text}");
            }
            for words in [words, title].into_iter().filter(|_| !is_read_twice) {
                assert!(text.contains(&without_blanks(words)), "{tag}: the PDF shows `{words}`: {text}");
            }
        }
        for day in ["31มกราคมพ.ศ.2570(2027-01-31)", "2027年1月31日(2027-01-31)", "(2027-01-31)"] {
            assert!(text.contains(day), "{day}: {text}");
        }
        assert!(papers.signature_report().contains("Signature is Valid."));
        papers.found_by_others();
    }

    async fn r27_a_party_chooses_its_language_and_a_mediator_adds_one_without_scripts(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dispute = scene.dispute.as_str();
        let amara = Browser::of(&scene.amara).await;
        let tasks = amara.reads(&format!("/disputes/{dispute}")).await;
        let page = format!("/disputes/{dispute}/reading-language");
        assert!(tasks.contains(&page), "{tasks}");
        let asked = amara.reads(&page).await;
        assert!(asked.contains("<option value=\"en\" selected>") && asked.contains("සිංහල"), "{asked}");
        let wrong = amara.sends(&page, &page, &[("language", "tlh")]).await.text();
        assert!(wrong.contains("language-fault"), "{wrong}");
        let chosen = amara.sends(&page, &page, &[("language", "hi")]).await;
        assert_eq!(chosen.status, 200, "{}", chosen.text());
        assert!(amara.reads(&page).await.contains("<option value=\"hi\" selected>"));

        // An offer is in the one of the two that she says, and stays so where it is refused.
        let room = format!("/rooms/{dispute}?channel=joint&offer=new");
        let form = amara.reads(&room).await;
        assert!(form.contains("<option value=\"hi\" lang=\"hi\" selected>"), "{form}");
        let half = [("offer_language", "en"), ("term-1-debtor", "respondent"), ("term-1-amount", "450")];
        let refused = amara.sends(&room, &format!("/rooms/{dispute}/offers"), &half).await.text();
        assert!(refused.contains("<option value=\"en\" lang=\"en\" selected>"), "{refused}");

        let noor = Browser::of(&scene.noor).await;
        let editor = format!("/disputes/{dispute}/agreement?edit=yes");
        let to = format!("/disputes/{dispute}/agreement/revisions");
        let typed = [("term-1-debtor", "respondent"), ("term-1-text-en", "gives back the keys"), ("term-1-text-hi", HINDI)];
        let nothing = noor.sends(&editor, &to, &[&typed[..], &[("add", "yes"), ("add_language", "")]].concat()).await.text();
        assert!(nothing.contains("add_language-fault") && nothing.contains("gives back the keys"), "{nothing}");
        let added = noor.sends(&editor, &to, &[&typed[..], &[("add", "yes"), ("add_language", "th")]].concat()).await.text();
        for held in ["name=\"term-1-text-th\"", "gives back the keys", HINDI, "lang=\"th\"", "<option value=\"th\""] {
            assert!(added.contains(held), "{held}: {added}");
        }
        // One more, from the form as it came back: none that was added before is lost.
        let thai = "คืนกุญแจ";
        let more = [&typed[..], &[("term-1-text-th", thai), ("add", "yes"), ("add_language", "km")]].concat();
        let again = noor.posts(&to, &tests::browser::with_hidden(&added, &to, &more)).await.text();
        assert!(again.contains("name=\"term-1-text-km\"") && again.contains(thai), "{again}");
        let saved = [&typed[..], &[("term-1-text-th", thai), ("prevailing_language", "th")]].concat();
        let saved = noor.posts(&to, &tests::browser::with_hidden(&again, &to, &saved)).await;
        assert_eq!(saved.status, 200, "{}", saved.text());
        let shown = scene.noor.reads_agreement(dispute).await.expects(200);
        assert_eq!(shown["prevailing_language"], "th");
        let text = json!({"en": "gives back the keys", "hi": HINDI, "th": thai});
        assert_eq!(shown["terms"][0]["text"], text, "a field that stayed empty is no text");
        let read = amara.reads(&format!("/disputes/{dispute}/agreement")).await;
        assert!(read.contains("lang=\"hi\" dir=\"ltr\"") && read.contains("lang=\"th\" dir=\"ltr\""), "{read}");
        let (own, prevailing) = (read.find(HINDI).expect("her own text"), read.find(thai).expect("the one that counts"));
        assert!(own < prevailing, "who reads meets their own text first: {read}");
        let taken = "We take it that you read this text in";
        let link = format!("href=\"{page}\"");
        assert!(read.contains(taken) && read.contains(&link), "{read}");
        let led = noor.reads(&format!("/disputes/{dispute}/agreement")).await;
        assert!(!led.contains(taken) && !led.contains(&link), "{led}");

        let digest = shown["digest"].as_str().expect("a digest").to_owned();
        for person in [&scene.amara, &scene.bela] {
            person.finds_ready(dispute, &digest).await.expects(200);
        }
        scene.noor.freezes(dispute, &digest).await.expects(200);
        let closed = amara.reads(&page).await;
        assert!(!closed.contains("<select") && closed.contains("हिन्दी"), "{closed}");
        let frozen = amara.reads(&format!("/disputes/{dispute}/agreement")).await;
        assert!(frozen.contains(taken) && !frozen.contains(&link), "{frozen}");
        for person in [&scene.amara, &scene.bela] {
            person.waives(dispute, &digest).await.expects(201);
        }
        let signing = amara.reads(&format!("/disputes/{dispute}/signing")).await;
        assert!(signing.contains(taken) && !signing.contains(&link), "{signing}");
    }
}
