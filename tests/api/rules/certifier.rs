//! Who certifies a record: somebody from outside whom a registrar named, with the code that went to their address, once, and
//! nobody else.

use serde_json::json;
use tests::assert_refused;
use tests::browser::Browser;
use tests::cast::{Person, a_certifier};
use tests::on_both;
use tests::papers::payload;
use tests::scene::Scene;

use super::amending::{asked_by_bela, comes_to_mediation, settled};
use super::certifying::{Certified, agreed, taken};
use super::own_settlement;

on_both! {
    async fn nobody_with_a_part_in_it_and_nobody_of_the_house_certifies(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dela = scene.sits_beside_amara("Dela Haq", "support-person").await;
        scene.settles().await;
        let settlement = own_settlement(&scene.amara, &scene.dispute).await;
        let asked = scene.amara.asks_for_certification(&settlement).await.expects(201);
        let id = asked["id"].as_str().expect("an id");
        assert_refused!(scene.rosa.names_certifier(id, a_certifier(&dela)).await, 404);
        scene.bela.answers_certification(id, "agreement").await.expects(200);
        let (odil, remi) = (scene.service.staff("auditor", "Odil Karim").await, scene.service.staff("registrar", "Remi Das").await);
        for person in [&scene.amara, &scene.bela, &scene.noor, &dela, &scene.rosa, &remi, &odil] {
            assert_refused!(scene.rosa.names_certifier(id, a_certifier(person)).await, 409, "certifier-has-part");
        }
        for outsider in [&scene.amara, &scene.noor, &odil] {
            assert_refused!(outsider.names_certifier(id, a_certifier(&dela)).await, 404);
        }
        // Whoever comes to work for the house between naming and coming does not certify either.
        let judith = scene.service.person("Judith Osei").await;
        scene.rosa.names_certifier(id, a_certifier(&judith)).await.expects(200);
        let code = scene.service.certifying_code(&judith.email).await;
        let account = format!("(SELECT id FROM accounts WHERE email = '{}')", judith.email);
        scene.service.db_runs(&format!(
            "INSERT INTO house_roles (account, role, specialities, languages, granted_at) VALUES ({account}, 'auditor', '', '', 1)"
        ));
        assert_refused!(judith.takes_certification(&code).await, 409, "certifier-has-part");
    }

    async fn whoever_comes_to_have_a_part_after_taking_it_on_reads_nothing_more(settings: Settings) {
        let Certified { scene, judith, certification, digest, .. } = taken(settings).await;
        judith.reads_what_to_certify(&certification).await.expects(200);
        let account = format!("(SELECT id FROM accounts WHERE email = '{}')", judith.email);
        scene.service.db_runs(&format!(
            "INSERT INTO house_roles (account, role, specialities, languages, granted_at) VALUES ({account}, 'auditor', '', '', 1)"
        ));
        assert_refused!(judith.reads_what_to_certify(&certification).await, 404);
        assert_refused!(judith.fetches_of_certification(&certification, "record.pdf").await, 404);
        assert_refused!(judith.certifies(&certification, &digest, json!({})).await, 404);
    }

    async fn whoever_had_a_part_in_what_the_record_replaced_does_not_certify(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        let dela = scene.sits_beside_amara("Dela Haq", "support-person").await;
        scene.settles().await;
        let settlement = own_settlement(&scene.amara, &scene.dispute).await;
        let scene = asked_by_bela(scene, &settlement).await;
        comes_to_mediation(&scene).await;
        scene.settles().await;
        let newer = own_settlement(&scene.amara, &scene.dispute).await;
        let asked = scene.amara.asks_for_certification(&newer).await.expects(201);
        let id = asked["id"].as_str().expect("an id");
        scene.bela.answers_certification(id, "agreement").await.expects(200);
        assert_refused!(scene.rosa.names_certifier(id, a_certifier(&dela)).await, 409, "certifier-has-part");
        let judith = scene.service.person("Judith Osei").await;
        scene.rosa.names_certifier(id, a_certifier(&judith)).await.expects(200);
    }

    async fn a_code_is_its_own_persons_alone_and_dies_with_the_naming(settings: Settings) {
        let Certified { scene, judith, certification, digest, .. } = agreed(settings).await;
        let wrong = json!({"name": "A\nB", "capacity": "king", "office": "", "email": "x"});
        let refused = scene.rosa.names_certifier(&certification, wrong).await.is_refused(422, "fields");
        assert_eq!(refused["errors"].as_array().map(Vec::len), Some(4), "{refused}");
        scene.rosa.names_certifier(&certification, a_certifier(&judith)).await.expects(200);
        let code = scene.service.certifying_code(&judith.email).await;
        let eve = scene.service.person("Eve Stone").await;
        for other in [&eve, &scene.amara, &scene.rosa] {
            assert_refused!(other.takes_certification(&code).await, 404);
            assert_refused!(other.reads_what_to_certify(&certification).await, 404);
        }
        assert_refused!(judith.reads_what_to_certify(&certification).await, 404);
        let page = Browser::of(&judith).await;
        let here = format!("/certifications/codes/{code}");
        let shown = page.reads(&here).await;
        assert!(shown.contains("Legal Aid Office, Dhaka") && !shown.contains("Amara"), "{shown}");
        assert_refused!(judith.reads_what_to_certify(&certification).await, 404);
        for _ in 0..2 {
            let taken = judith.takes_certification(&code).await.expects(200);
            assert_eq!(taken["certification"], json!(certification), "{taken}");
        }
        assert_refused!(eve.takes_certification(&code).await, 404);
        for party in [&scene.amara, &scene.bela] {
            let shown = party.reads_certification(&certification).await.expects(200);
            assert_eq!(shown["certifier"], json!({"name": "Judith Osei", "capacity": "legal-aid-officer", "office": "Legal Aid Office, Dhaka"}));
        }
        // Somebody else is named: whoever came before reads nothing more.
        scene.rosa.names_certifier(&certification, a_certifier(&eve)).await.expects(200);
        assert_refused!(judith.takes_certification(&code).await, 404);
        assert_refused!(judith.fetches_of_certification(&certification, "record.pdf").await, 404);
        assert_refused!(judith.certifies(&certification, &digest, json!({})).await, 404);
        let second = scene.service.certifying_code(&eve.email).await;
        eve.takes_certification(&second).await.expects(200);
        scene.rosa.client().delete(&format!("/certifications/{certification}/certifier")).await.expects(204);
        assert_refused!(eve.reads_what_to_certify(&certification).await, 404);
        // A party takes its word back while somebody reads.
        scene.rosa.names_certifier(&certification, a_certifier(&judith)).await.expects(200);
        tests::until("another code has come", async || scene.service.certifying_code(&judith.email).await != code).await;
        let third = scene.service.certifying_code(&judith.email).await;
        judith.takes_certification(&third).await.expects(200);
        scene.bela.answers_certification(&certification, "withdrawal").await.expects(200);
        assert_refused!(judith.certifies(&certification, &digest, json!({})).await, 404);
        assert_refused!(judith.fetches_of_certification(&certification, "record.jws").await, 404);
    }

    async fn two_clicks_at_once_make_one_statement_and_one_set_of_mails(settings: Settings) {
        let Certified { scene, judith, certification, digest, .. } = taken(settings).await;
        let click = || judith.certifies(&certification, &digest, json!({}));
        let (one, two, three) = tokio::join!(click(), click(), click());
        let mut statuses = [one.status, two.status, three.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409, 409], "{} {} {}", one.text(), two.text(), three.text());
        let mails = |who: &Person| {
            let all = scene.service.letters().to(&who.email);
            all.iter().filter(|letter| letter.text.contains("Your document is ready")).count()
        };
        for party in [&scene.amara, &scene.bela] {
            tests::until("the party is told", async || mails(party) >= 1).await;
        }
        let rows = |of: &str| scene.service.db_tells(&format!("SELECT count(*) FROM {of}"));
        assert_eq!(rows("deliveries WHERE certification IS NOT NULL"), "2");
        assert_eq!(rows("ledger_leaves WHERE kind = 'certification'"), "1");
        assert_eq!(rows("outbox WHERE purpose = 'certification'"), "2");
        assert_eq!(rows("audit WHERE kind = 'record-certified'"), "1");
    }

    async fn a_certifier_who_does_not_certify_reads_nothing_more_and_says_no_reason(settings: Settings) {
        let Certified { scene, judith, certification, settlement, .. } = taken(settings).await;
        let page = Browser::of(&judith).await;
        let here = format!("/certifications/{certification}");
        let shown = page.reads(&here).await;
        assert!(shown.contains("pays back the whole deposit") && shown.contains("I certify it"), "{shown}");
        let looks = "SELECT count(*) FROM audit WHERE kind = 'record-read-by-certifier'";
        assert_eq!(scene.service.db_tells(looks), "1", "the look at the terms is traced");
        assert!(page.reads("/disputes").await.contains(&here), "she finds it again");
        let unsure = page.sends(&here, &format!("{here}/declining"), &[]).await;
        assert_eq!(unsure.status, 422);
        assert_eq!(page.sends(&here, &format!("{here}/declining"), &[("sure", "yes")]).await.status, 200);
        assert_eq!(page.opens(&here).await.status, 404);
        for party in [&scene.amara, &scene.bela] {
            let shown = party.reads_certification(&certification).await.expects(200);
            assert_eq!((&shown["state"], shown["certifier"].is_null()), (&json!("declined"), true), "{shown}");
        }
        scene.bela.asks_for_certification(&settlement).await.expects(201);
    }

    async fn all_of_it_works_on_pages_without_scripts(settings: Settings) {
        let (scene, settlement) = settled(settings).await;
        let judith = scene.service.person("Judith Osei").await;
        let (amara, bela, rosa) =
            (Browser::of(&scene.amara).await, Browser::of(&scene.bela).await, Browser::of(&scene.rosa).await);
        let own = format!("/disputes/{}/settlement", scene.dispute);
        let asked = amara.sends(&own, &format!("/settlements/{settlement}/certifications"), &[]).await.text();
        assert!(asked.contains("You asked that this record be certified"), "{asked}");
        let question = bela.reads(&own).await;
        let link = question.split("action=\"/certifications/").nth(1).expect("a form");
        let id = link.split('/').next().expect("an id").to_owned();
        let unsure = bela.sends(&own, &format!("/certifications/{id}/agreement"), &[]).await;
        assert_eq!(unsure.status, 422);
        let agreed = bela.sends(&own, &format!("/certifications/{id}/agreement"), &[("sure", "yes")]).await.text();
        assert!(agreed.contains("You both agree"), "{agreed}");

        let desk = rosa.reads("/registrar").await;
        let naming = format!("/registrar/certifications/{id}");
        assert!(desk.contains("A certifier is to be named") && desk.contains(&naming), "{desk}");
        let typed = [("name", "Judith Osei"), ("capacity", "judge"), ("office", "District Court, Dhaka"), ("email", "judith@example.org")];
        let unsure = rosa.sends(&naming, &naming, &typed).await;
        assert!(unsure.status == 422 && unsure.text().contains("District Court, Dhaka"), "{}", unsure.text());
        let sure = [typed.as_slice(), &[("sure", "yes")]].concat();
        let named = rosa.sends(&naming, &naming, &sure).await.text();
        assert!(named.contains("They have not come") && named.contains("judith@example.org"), "{named}");
        let desk = rosa.reads("/registrar").await;
        assert!(!desk.contains("A certifier is to be named") && desk.contains(&naming), "{desk}");
        let told = amara.reads(&own).await;
        assert!(told.contains("District Court, Dhaka") && !told.contains("judith@example.org"), "{told}");

        let code = scene.service.certifying_code(&judith.email).await;
        let page = Browser::of(&judith).await;
        let link = format!("/certifications/codes/{code}");
        let read = page.sends(&link, &link, &[]).await.text();
        assert!(read.contains("pays back the whole deposit") && read.contains("Bela Roy"), "{read}");
        let here = format!("/certifications/{id}");
        let fields = |password| [("name", "Judith Osei"), ("password", password), ("totp", "")];
        let wrong = page.sends(&here, &format!("{here}/statement"), &fields("something else entirely")).await;
        assert!(wrong.status == 422 && !wrong.text().contains("something else"), "{}", wrong.text());
        let done = page.sends(&here, &format!("{here}/statement"), &fields(&judith.password)).await.text();
        assert!(done.contains("You certified this record") && !done.contains("pays back"), "{done}");
        for reader in [&amara, &bela] {
            let shown = reader.reads(&own).await;
            assert!(shown.contains("The record is certified") && shown.contains("Judith Osei"), "{shown}");
            let jws = reader.opens(&format!("{here}/certification.jws")).await.text();
            assert_eq!(payload(&jws)["certifier"]["capacity"], "judge");
        }
        assert_eq!(page.opens(&format!("{here}/record.pdf")).await.status, 404);
        assert!(page.opens(&format!("{here}/certification.pdf")).await.bytes.starts_with(b"%PDF-"));
    }

    async fn under_a_revoked_key_a_certification_counts_where_the_ledger_held_it(settings: Settings) {
        let all = taken(settings.that_may_complain()).await;
        let Certified { scene, judith, certification, digest, settlement } = all;
        judith.certifies(&certification, &digest, json!({})).await.expects(201);
        let jws = judith.fetches_of_certification(&certification, "certification.jws").await.text();
        let record = scene.amara.client().get(&format!("/settlements/{settlement}/record.jws")).await.text();
        let service = &scene.service;
        service.is_killed();
        // What the row says takes nothing off the list.
        service.db_runs("UPDATE certifications SET state = 'lapsed'");
        let data = service.data().display().to_string();
        let runs = |arguments: &[&str]| {
            let output = service.runs(&[arguments, &["--data", data.as_str()]].concat(), "");
            (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
        };
        let shown = runs(&["keys", "show"]).1;
        let line = shown.lines().find(|line| line.starts_with("seal, in use: ")).expect("the key in use");
        let key = line.trim_start_matches("seal, in use: ").to_owned();
        assert_eq!(runs(&["keys", "revoke", &key, "--reason", "compromised"]).0, Some(0));
        service.starts().await;
        let verified = async |file: &str| {
            let stranger = service.stranger();
            let request = stranger.request(reqwest::Method::POST, "/verifications").body(file.to_owned());
            stranger.send(request).await.expects(200)
        };
        let found = verified(&jws).await;
        assert_eq!((&found["kind"], found["key_revoked_at"].is_string()), (&json!("certification"), true), "{found}");
        let found = verified(&record).await;
        assert_eq!((&found["status"], &found["certified"]["name"]), (&json!("valid"), &json!("Judith Osei")), "{found}");
    }
}
