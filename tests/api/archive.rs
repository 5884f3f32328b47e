//! That what leaves the house can be kept by an archive and heard by whoever does not see it: sealed PDFs under the rules of
//! PDF/A-3a and PDF/UA-1 that can be seen in their objects, in each language; and that the check of those rules finds what is
//! spoiled. Other journeys ask the same of their papers.

use serde_json::{Value, json};
use tests::cast::a_term;
use tests::concord::{Backend, Settings};
use tests::papers::Papers;
use tests::scene::Scene;

use crate::rules::own_settlement;

/// The record of a settlement whose term has its text in English and in those languages.
async fn record(languages: &[(&str, &str)]) -> Papers {
    let scene = Scene::in_mediation(Settings::on(Backend::Sqlite).without_limits()).await;
    let mut term = a_term("pays back the whole deposit", "450.00");
    for (language, text) in languages {
        term["text"][*language] = Value::from(*text);
    }
    let digest = scene.revised_and_ready(0, json!([term])).await;
    for person in [&scene.amara, &scene.bela] {
        person.signs(&scene.dispute, &digest).await.expects(201);
    }
    scene.noor.attests(&scene.dispute, &digest).await.expects(201);
    let id = own_settlement(&scene.amara, &scene.dispute).await;
    let path = format!("/settlements/{id}/record.pdf");
    Papers::alone(&scene.amara.client().get(&path).await.bytes, "{\"keys\": []}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_in_each_language_is_archival() {
    let bangla = "মিরপুরের বাসার জামানতের টাকা দুই কিস্তিতে ফেরত দেবেন";
    let urdu = "میرپور کے فلیٹ کی ضمانت کی رقم دو قسطوں میں واپس کرے گا";
    record(&[("bn", bangla), ("ur", urdu)]).await.is_archival();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_is_archival_and_each_way_of_spoiling_it_is_found() {
    let papers = record(&[]).await;
    papers.is_archival();
    let told = papers.spoiled();
    let ways = told.as_object().expect("ways");
    assert!(ways.len() > 30, "{told}");
    for (way, found) in ways {
        let (rule, by) = (&found[0], found[1].as_array().expect("rules"));
        // Whoever writes a file anew breaks its seal; nothing else may be found that was not spoiled.
        assert!(if rule.is_null() { by.is_empty() } else { by.contains(rule) }, "{way}: {found}");
    }
    assert_eq!(told["written anew"][1], json!(["seal"]), "{told}");
}
