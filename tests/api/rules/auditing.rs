//! An auditor's work: samples that can be drawn again, records that are verified anew, findings apart from the dispute. All
//! of it is traced, and none of it is anybody else's.

use reqwest::Method;
use serde_json::{Value, json};
use tests::browser::{Browser, with_hidden};
use tests::cast::Person;
use tests::concord::{Backend, Service};
use tests::papers::told;
use tests::scene::Scene;
use tests::{assert_refused, on_both};

use super::confidentiality::own_settlement;

/// Spoils a sealed column of every record, as whoever owns the machine could.
fn spoils(service: &Service, column: &str) {
    service.db_runs(&match service.backend() {
        Backend::Sqlite => format!("UPDATE settlements SET {column} = zeroblob(length({column}))"),
        Backend::Postgres => {
            format!("UPDATE settlements SET {column} = set_byte({column}, 60, 255 - get_byte({column}, 60))")
        }
    });
}

/// Fails where the trail has no row of that kind whose ids and digests look like that.
pub fn is_traced(service: &Service, kind: &str, like: &str) {
    service.db_runs(&format!(
        "CREATE TEMPORARY TABLE traced (rows INTEGER CHECK (rows > 0)); \
         INSERT INTO traced SELECT count(*) FROM audit WHERE kind = '{kind}' AND subjects LIKE '{like}'"
    ));
}

/// Puts copies of the one record beside it: outlines alone, with nothing in them.
pub fn copies_the_record(service: &Service, copies: usize) {
    service.db_runs(&format!(
        "INSERT INTO settlements SELECT '00000000-0000-7000-8000-' || (100000000000 + n), dispute, reference, category, \
         sealed_at - n, digest, auditor_may_read, substr(json_sealed, 1, 0), substr(jws_sealed, 1, 0), \
         substr(pdf_sealed, 1, 0), NULL FROM settlements, (WITH RECURSIVE numbers(n) AS \
         (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {copies}) SELECT n FROM numbers) AS copied"
    ));
}

/// Makes somebody an auditor as well.
pub fn is_auditor_too(service: &Service, person: &Person) {
    service.db_runs(&format!(
        "INSERT INTO house_roles SELECT account, 'auditor', specialities, languages, granted_at FROM house_roles \
         WHERE account = '{}'",
        person.id.as_deref().expect("an id")
    ));
}

fn faults(verified: &Value) -> Value {
    verified["items"][0]["faults"].clone()
}

on_both! {
    async fn a_sample_is_drawn_again_by_its_seed_and_by_auditors_alone(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        scene.settles().await;
        let id = own_settlement(&scene.amara, &scene.dispute).await;
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        let draw = "/audits/samples?size=5&seed=spring-2027&category=tenancy";
        let drawn = odil.client().get(draw).await.expects(200);
        assert_eq!((&drawn["of"], &drawn["items"][0]["id"]), (&json!(1), &json!(id)), "{drawn}");
        assert_eq!(drawn, odil.client().get(draw).await.expects(200));
        let made = odil.client().get("/audits/samples").await.expects(200);
        assert!(made["seed"].as_str().is_some_and(|seed| seed.len() == 36), "one is made: {made}");
        let none = odil.client().get("/audits/samples?state=late").await.expects(200);
        assert_eq!((&none["of"], &none["items"]), (&json!(0), &json!([])));
        let noor = format!("/settlements?mediator={}", scene.noor.id.as_deref().expect("an id"));
        assert_eq!(odil.client().get(&noor).await.expects(200)["items"][0]["id"], json!(id));
        let others = format!("/settlements?mediator={}", odil.id.as_deref().expect("an id"));
        assert_eq!(odil.client().get(&others).await.expects(200)["items"], json!([]));
        for wrong in ["size=0", "size=201", "size=x", "seed=two%20words", "mediator=x", "state=x", "from=x"] {
            assert_refused!(odil.client().get(&format!("/audits/samples?{wrong}")).await, 422);
        }
        for outsider in [&scene.amara, &scene.noor, &scene.rosa] {
            assert_refused!(outsider.client().get(draw).await, 404);
        }
        let page = Browser::of(&odil).await;
        let list = page.reads("/audit/samples?size=5&seed=spring-2027").await;
        assert!(list.contains("spring-2027") && list.contains(&id) && list.contains("were drawn, with this seed:"), "{list}");
        let refused = page.opens("/audit/samples?size=5&seed=two%20words").await;
        assert!(refused.status == 422 && refused.text().contains("two words"), "{}", refused.text());
        let table = page.opens("/audit/settlements.csv?category=tenancy&").await;
        assert!(table.header("content-type").is_some_and(|kind| kind.starts_with("text/csv")));
        let lines: Vec<String> = table.text().lines().map(str::to_owned).collect();
        assert_eq!(lines[0], "reference,category,sealed_on,mediator,state,terms_are_open");
        assert!(lines.len() == 2 && lines[1].contains("tenancy") && lines[1].contains("Noor Haq"), "{lines:?}");
        let rows: Value = serde_json::from_str(&page.reads("/audit/settlements.json?state=late&").await).expect("JSON");
        assert_eq!(rows, json!([]));
        for person in [&scene.amara, &scene.rosa] {
            let browser = Browser::of(person).await;
            for path in ["/audit", "/audit/samples", "/audit/settlements.csv", "/audit/verification", "/audit?from=x"] {
                assert_eq!(browser.opens(path).await.status, 404, "{} {path}", person.name);
            }
        }
    }

    async fn what_was_changed_in_a_record_is_found_when_it_is_verified_again(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits().that_may_complain()).await;
        scene.settles().await;
        let id = own_settlement(&scene.amara, &scene.dispute).await;
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        let verify = async |body: Value| odil.client().post("/audits/verifications", body).await;
        let one = json!({"settlement": id});
        let whole = verify(one.clone()).await.expects(200);
        assert_eq!((&whole["items"][0]["id"], faults(&whole), &whole["next"]), (&json!(id), json!([]), &Value::Null));
        assert_eq!(faults(&verify(json!({})).await.expects(200)), json!([]), "all of them");
        for outsider in [&scene.amara, &scene.noor, &scene.rosa] {
            assert_refused!(outsider.client().post("/audits/verifications", one.clone()).await, 404);
        }
        let page = Browser::of(&odil).await;
        let here = format!("/audit/{id}");
        let right = page.sends(&here, &format!("{here}/verification"), &[]).await;
        assert!(right.text().contains("The record is as it was sealed."), "{}", right.text());
        let plain = page.reads(&format!("{here}?verified=")).await;
        assert!(!plain.contains("as it was sealed"), "an address says nothing of what was found: {plain}");
        let all = page.sends("/audit/verification", "/audit/verification", &[]).await.text();
        assert!(all.contains("All records are as they were sealed."), "{all}");
        let typed = page.reads("/audit/verification?checked=9&after=&wrong=x").await;
        assert!(typed.contains("max=\"1\" value=\"0\"") && !typed.contains("All records are"), "{typed}");

        scene.service.db_runs(
            "UPDATE settlements SET digest = 'sha256:' || CASE WHEN substr(digest, 8, 1) = '0' THEN '1' ELSE '0' END || substr(digest, 9)",
        );
        let changed = faults(&verify(one.clone()).await.expects(200));
        assert_eq!(changed, json!(["text", "jws", "pdf", "ledger"]), "its outline speaks of another text");
        for column in ["json_sealed", "jws_sealed", "pdf_sealed"] {
            spoils(&scene.service, column);
            let found = faults(&verify(one.clone()).await.expects(200));
            assert_eq!(found, json!(["unreadable", "ledger"]), "{column}");
        }
        let wrong = page.sends("/audit/verification", "/audit/verification", &[]).await.text();
        assert!(wrong.contains("Not as it was sealed") && wrong.contains(&here), "{wrong}");
        assert!(wrong.contains("max=\"1\" value=\"1\""), "{wrong}");
        let told = page.sends(&here, &format!("{here}/verification"), &[]).await.text();
        assert!(told.contains("The record cannot be opened."), "{told}");
    }

    async fn findings_are_auditors_alone_and_stay_as_they_are(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        scene.settles().await;
        let id = own_settlement(&scene.amara, &scene.dispute).await;
        let (odil, uma) = (scene.service.staff("auditor", "Odil Karim").await, scene.service.staff("auditor", "Uma Rao").await);
        let path = format!("/settlements/{id}/findings");
        let page = Browser::of(&odil).await;
        let here = format!("/audit/{id}");
        let empty = page.sends(&here, &format!("{here}/findings"), &[("text", " ")]).await;
        assert_eq!(empty.status, 422);
        let kept = page.sends(&here, &format!("{here}/findings"), &[("text", "The wombatfinding: signed in a minute.")]).await;
        assert!(kept.status == 200 && kept.text().contains("wombatfinding"), "{}", kept.text());
        let noted = odil.client().post(&path, json!({"text": "The advice notice was read."})).await.expects(201);
        assert_eq!(noted["by"], "Odil Karim", "{noted}");
        let read = uma.client().get(&path).await.expects(200);
        assert_eq!(read["items"].as_array().map(Vec::len), Some(2), "{read}");
        for outsider in [&scene.amara, &scene.bela, &scene.noor, &scene.rosa] {
            assert_refused!(outsider.client().get(&path).await, 404);
            assert_refused!(outsider.client().post(&path, json!({"text": 5})).await, 404);
            let view = outsider.reads(&scene.dispute).await.text();
            assert!(!view.contains("wombatfinding"), "{view}");
        }
        for method in [Method::DELETE, Method::PUT, Method::PATCH] {
            let answer = odil.client().send(odil.client().request(method.clone(), &path)).await;
            assert!([404, 405].contains(&answer.status), "{method}");
        }
        assert!(!scene.service.log().contains("wombatfinding"));
    }

    async fn nobody_audits_what_they_have_a_part_in_and_each_look_is_traced(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        scene.settles().await;
        let id = own_settlement(&scene.amara, &scene.dispute).await;
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        is_auditor_too(&scene.service, &scene.noor);
        let verify = async |auditor: &Person| auditor.client().post("/audits/verifications", json!({})).await.expects(200);
        for (auditor, found) in [(&odil, 1), (&scene.noor, 0)] {
            let listed = auditor.client().get("/settlements").await.expects(200);
            assert_eq!(listed["items"].as_array().map(Vec::len), Some(found), "{} {listed}", auditor.name);
            assert_eq!(verify(auditor).await["items"].as_array().map(Vec::len), Some(found), "{}", auditor.name);
            let page = Browser::of(auditor).await;
            let rows: Value = serde_json::from_str(&page.reads("/audit/settlements.json").await).expect("JSON");
            assert_eq!(rows.as_array().map(Vec::len), Some(found), "{} {rows}", auditor.name);
            let list = page.reads("/audit").await;
            assert!(list.contains(&id) == (found == 1), "{} {list}", auditor.name);
            assert!(list.contains(&format!("<dt>Settlements in all</dt><dd>{found}</dd>")), "{list}");
        }
        let mediator = scene.noor.id.as_deref().expect("an id");
        odil.client().get(&format!("/settlements?category=tenancy&mediator={mediator}")).await.expects(200);
        is_traced(&scene.service, "settlements-listed", &format!("%tenancy%{mediator}%"));
        odil.client().get(&format!("/settlements/{id}/findings")).await.expects(200);
        is_traced(&scene.service, "findings-read", &format!("%{id}%"));
    }

    async fn verifying_all_goes_on_from_what_the_house_found_and_nothing_else(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits().that_may_complain()).await;
        scene.settles().await;
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        let uma = scene.service.staff("auditor", "Uma Rao").await;
        // More records than three turns verify: copies, none of which is right.
        copies_the_record(&scene.service, 130);
        let (page, path) = (Browser::of(&odil).await, "/audit/verification");
        let mut shown = page.reads(path).await;
        for (turn, checked) in [25, 50, 75, 100, 125, 131].into_iter().enumerate() {
            shown = page.posts(path, &with_hidden(&shown, path, &[])).await.text();
            assert!(shown.contains(&format!("max=\"131\" value=\"{checked}\"")), "turn {turn}: {shown}");
        }
        assert!(!shown.contains("All records are"), "{shown}");
        assert_eq!(shown.matches("<li><a href=\"/audit/").count(), 100, "{shown}");
        let first = page.posts(path, &with_hidden(&page.reads(path).await, path, &[])).await.text();
        let mut changed = with_hidden(&first, path, &[]);
        let run = changed.iter_mut().find(|(name, _)| name == "run").expect("a run");
        let kept = run.1.clone();
        run.1.insert(60, 'x');
        let anew = page.posts(path, &changed).await.text();
        assert!(anew.contains("max=\"131\" value=\"25\""), "what was changed begins anew: {anew}");
        let other = Browser::of(&uma).await;
        let begun = with_hidden(&other.reads(path).await, path, &[]);
        let mut taken: Vec<_> = begun.into_iter().filter(|(name, _)| name != "run").collect();
        taken.push(("run".to_owned(), kept));
        let hers = other.posts(path, &taken).await.text();
        assert!(hers.contains("max=\"131\" value=\"25\""), "somebody else's run is not hers: {hers}");
    }

    async fn a_list_that_would_be_cut_short_is_not_saved(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits().that_may_complain()).await;
        scene.settles().await;
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        copies_the_record(&scene.service, 10_000);
        let page = Browser::of(&odil).await;
        for file in ["csv", "json"] {
            let refused = page.opens(&format!("/audit/settlements.{file}")).await;
            assert!(refused.status == 409 && refused.text().contains("choose a shorter time"), "{}", refused.text());
        }
        assert_eq!(page.opens("/audit/settlements.csv?state=late&").await.status, 200);
    }

    async fn the_list_is_narrowed_down_by_what_auditors_found(settings: Settings) {
        let scene = Scene::in_mediation(settings.without_limits()).await;
        scene.settles().await;
        let id = own_settlement(&scene.amara, &scene.dispute).await;
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        let page = Browser::of(&odil).await;
        let finds = async |noted: &str, is_there: bool| {
            let listed = odil.client().get(&format!("/settlements?findings={noted}")).await.expects(200);
            assert_eq!(listed["items"].as_array().map(Vec::len), Some(usize::from(is_there)), "{noted}: {listed}");
            let drawn = odil.client().get(&format!("/audits/samples?findings={noted}")).await.expects(200);
            assert_eq!(drawn["of"], json!(usize::from(is_there)), "{noted}: {drawn}");
            let shown = page.reads(&format!("/audit?findings={noted}")).await;
            assert!(shown.contains(&format!("<option value=\"{noted}\" selected")), "{shown}");
            assert_eq!(shown.contains(&format!("<a href=\"/audit/{id}\">")), is_there, "{noted}: {shown}");
            let table = page.reads(&format!("/audit/settlements.csv?findings={noted}&")).await;
            assert_eq!(table.lines().count(), usize::from(is_there) * 2, "{noted}: {table}");
            let rows: Value =
                serde_json::from_str(&page.reads(&format!("/audit/settlements.json?findings={noted}&")).await).expect("JSON");
            assert_eq!(rows.as_array().map(Vec::len), Some(usize::from(is_there)), "{noted}: {rows}");
        };
        let path = format!("/settlements/{id}/findings");
        for (noted, is_there) in [("none", true), ("some", false), ("objection", false)] {
            finds(noted, is_there).await;
        }
        let remark = odil.client().post(&path, json!({"text": "The advice notice was read."})).await.expects(201);
        assert_eq!(remark["kind"], "remark", "{remark}");
        for (noted, is_there) in [("none", false), ("some", true), ("objection", false)] {
            finds(noted, is_there).await;
        }
        assert_refused!(odil.client().post(&path, json!({"text": "x", "kind": "verdict"})).await, 422);
        let here = format!("/audit/{id}");
        let objects = [("text", "It was sealed at night."), ("objection", "yes")];
        let kept = page.sends(&here, &format!("{here}/findings"), &objects).await.text();
        assert!(kept.contains("It was sealed at night.") && kept.contains("Objection"), "{kept}");
        for (noted, is_there) in [("none", false), ("some", true), ("objection", true)] {
            finds(noted, is_there).await;
        }
        let list = page.reads("/audit").await;
        assert!(list.contains("<a href=\"/audit?findings=objection\">1</a>"), "{list}");
        assert_refused!(odil.client().get("/settlements?findings=x").await, 422);
        assert_eq!(page.opens("/audit?findings=x").await.status, 422);
        is_traced(&scene.service, "settlements-listed", "%\"findings\":\"objection\"%");
        is_traced(&scene.service, "settlements-sampled", "%\"findings\":\"objection\"%");
        is_traced(&scene.service, "finding-noted", "%\"kind\":\"objection\"%");
    }

    async fn r13_no_list_and_no_report_tells_an_auditor_that_a_party_objected(settings: Settings) {
        let mut scene = Scene::in_mediation(settings.without_limits()).await;
        let omar = scene.service.staff("mediator", "Omar Vale").await;
        let path = format!("/disputes/{}/disclosures", scene.dispute);
        scene.noor.client().post(&path, json!({"disclosure": "My cousin lives there."})).await.expects(201);
        scene.bela.client().post(&format!("{path}/objection"), json!({})).await.expects(200);
        is_traced(&scene.service, "disclosure-objected", "%respondent%");
        scene.rosa.seeks_another_mediator(&scene.dispute, &scene.noor).await.expects(204);
        scene.noor = omar;
        scene.noor_is_confirmed().await;
        scene.settles().await;
        let id = own_settlement(&scene.amara, &scene.dispute).await;
        let odil = scene.service.staff("auditor", "Odil Karim").await;
        for (noted, found) in [("none", json!(id)), ("some", Value::Null), ("objection", Value::Null)] {
            let listed = odil.client().get(&format!("/settlements?findings={noted}")).await.expects(200);
            assert_eq!(listed["items"][0]["id"], found, "{noted}: {listed}");
        }
        let seen = odil.client().get(&format!("/settlements/{id}")).await.text();
        let report = told(&odil.client().post("/audits/reports", json!({})).await.bytes);
        assert!(seen.contains("Omar Vale") && report.contains("Omar Vale"), "{seen} {report}");
        for word in ["objected", "cousin", "Noor Haq", "disclosure-"] {
            assert!(!seen.contains(word) && !report.contains(word), "`{word}` in {seen} or {report}");
        }
    }
}
