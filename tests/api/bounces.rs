//! R26 where a mail is refused further on, after our server took it: what comes back is read from a pipe, becomes its
//! recipient's failed delivery and the registrar's task, and nobody else learns of it. A report is nobody's word: one
//! that is forged, broken or about something else changes nothing, and what the command prints names nobody.

use std::process::Output;

use reqwest::Method;
use tests::browser::Browser;
use tests::cast::{Person, a_dispute, all_clear};
use tests::concord::{Service, Settings};
use tests::letters::Letter;
use tests::on_both;
use tests::scene::Scene;
use tests::smtp::{Door, Mode, Postbox, report};

use crate::mail_faults::{all_are, record_of, states};

const BOUNCES: &str = "bounces@concord.example";
/// EX_DATAERR and EX_TEMPFAIL.
const NO_REPORT: i32 = 65;
const LATER: i32 = 75;

fn settings(settings: Settings, postbox: &Postbox) -> Settings {
    settings.with_mail_to(postbox).with("CONCORD_MAIL_BOUNCES_TO", BOUNCES)
}

/// Hands a mail to the command as a mail server's pipe does, and gives its exit code and what it printed. Of whatever came
/// in, nothing is repeated.
fn pipes_code(service: &Service, mail: &str) -> (i32, String) {
    let Output { status, stdout, stderr } =
        service.runs(&["mail", "bounced", "--data", &service.data().display().to_string()], mail);
    let (out, err) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert_eq!(out, "", "nothing is printed for whoever sent it");
    for words in ["@", "User unknown", "Your document", "mx.example", "secret words"] {
        assert!(!err.contains(words), "`{words}` in {err}");
    }
    assert!(!err.contains("panicked"), "{err}");
    (status.code().expect("an exit code"), err.into_owned())
}

fn pipes(service: &Service, mail: &str) {
    let (code, err) = pipes_code(service, mail);
    assert_eq!(code, 0, "{err}");
}

fn bounced(service: &Service) -> String {
    service.db_tells("SELECT count(*) FROM audit WHERE kind = 'mail-bounced'")
}

async fn settled(settings_on: Settings, postbox: &Postbox) -> (Scene, Letter) {
    let scene = Scene::in_mediation(settings(settings_on, postbox)).await;
    scene.settles().await;
    all_are(&scene, "sent").await;
    let letter = record_of(&scene, &scene.bela).await;
    (scene, letter)
}

/// The address of a form on the desk that ends so.
fn form_on(desk: &str, end: &str) -> String {
    let mut actions = desk.split("action=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let found = actions.find(|action| action.starts_with("/registrar/mails/") && action.ends_with(end));
    found.unwrap_or_else(|| panic!("no such form in {desk}")).to_owned()
}

on_both! {
    async fn r26_a_record_that_comes_back_is_a_failed_delivery_and_the_registrars_task(settings: Settings) {
        let postbox = Postbox::opens(Door::Open);
        let (scene, letter) = settled(settings, &postbox).await;
        assert!(postbox.tries().iter().all(|one| one.sender == BOUNCES), "mails come back to where they are read");
        let desk = Browser::of(&scene.rosa).await;
        assert!(!desk.reads("/registrar").await.contains("/registrar/mails/"));

        let mail = report(&letter.id, &scene.bela.email.to_uppercase(), "failed", "5.1.1");
        pipes(&scene.service, &mail);
        assert_eq!(states(&scene).await, ["sent", "failed", "sent"], "hers alone, and she alone reads it");
        let shown = desk.reads("/registrar").await;
        let reference = scene.amara.reads(&scene.dispute).await.expects(200)["reference"].clone();
        assert!(shown.contains(&scene.bela.email) && shown.contains(reference.as_str().expect("a reference")));
        assert!(!shown.contains(&scene.amara.email), "{shown}");
        // A second time, and in a second way: nothing is new.
        pipes(&scene.service, &mail);
        pipes(&scene.service, &report(&letter.id, &scene.bela.email, "failed", "5.7.1"));
        assert_eq!(desk.reads("/registrar").await.matches("/retries\"").count(), 1);
        assert_eq!(bounced(&scene.service), "1", "the trail has it once");
        assert!(!scene.service.log().contains(&scene.bela.email));

        // Somebody made room in her mailbox: the same mail goes out again.
        assert_eq!(desk.sends("/registrar", &form_on(&shown, "/retries"), &[]).await.status, 200);
        all_are(&scene, "sent").await;
        let again: Vec<String> = postbox.tries().into_iter().filter(|one| one.to == scene.bela.email).map(|one| one.id).collect();
        assert_eq!(again.iter().filter(|id| **id == letter.id).count(), 2, "under the same Message-ID");

        // It comes back again; she fetches it herself, and the registrar is through with it.
        pipes(&scene.service, &report(&letter.id, &scene.bela.email, "failed", "4.4.1"));
        assert_eq!(states(&scene).await, ["sent", "failed", "sent"], "five days of 4.x.x are given up, too");
        let id = crate::rules::own_settlement(&scene.bela, &scene.dispute).await;
        scene.bela.client().get(&format!("/settlements/{id}/record.pdf")).await.expects(200);
        assert_eq!(states(&scene).await, ["sent", "collected", "sent"]);
        let seen = form_on(&desk.reads("/registrar").await, "").replace("/retries", "");
        for other in [&scene.amara, &scene.noor] {
            let other = Browser::of(other).await;
            assert_eq!(other.presses(&seen).await.status, 404, "nobody else closes it");
        }
        assert_eq!(desk.sends("/registrar", &seen, &[]).await.status, 200);
        assert!(!desk.reads("/registrar").await.contains("/registrar/mails/"));
        pipes(&scene.service, &report(&letter.id, &scene.bela.email, "failed", "5.1.1"));
        assert!(!desk.reads("/registrar").await.contains("/registrar/mails/"), "what was seen to stays so");
        assert_eq!(states(&scene).await, ["sent", "collected", "sent"]);
    }

    async fn r26_a_report_that_is_none_or_of_something_else_changes_nothing(settings: Settings) {
        let postbox = Postbox::opens(Door::Open);
        let (scene, letter) = settled(settings, &postbox).await;
        let (service, bela, amara) = (&scene.service, scene.bela.email.as_str(), scene.amara.email.as_str());
        let good = report(&letter.id, bela, "failed", "5.1.1");
        let unknown = letter.id.replacen('@', "1@", 1);
        for nothing in [
            report(&unknown, bela, "failed", "5.1.1"),
            report(&letter.id, amara, "failed", "5.1.1"),
            report(&letter.id, bela, "delayed", "4.4.1"),
            report(&letter.id, bela, "delivered", "2.0.0"),
            report(&letter.id, bela, "relayed", "2.1.9"),
            report(&letter.id, bela, "failed", "2.0.0"),
        ] {
            pipes(service, &nothing);
        }
        let long = format!("{good}{}", "secret words\r\n".repeat(400_000));
        for broken in [
            String::new(),
            "secret words".to_owned(),
            "Subject: secret words\r\n\r\nsecret words".to_owned(),
            good.replace("delivery-status", "disposition-notification"),
            good.replace("boundary=", "border="),
            good.replace("Action: failed", "Action: secret words"),
            good.replace("Status: 5.1.1", "Status: secret words"),
            good.replace(&letter.id, "secret words"),
            long,
        ] {
            let (code, err) = pipes_code(service, &broken);
            assert_eq!(code, NO_REPORT, "{err}");
            assert!(err.contains("no bounce: "), "it says why: {err}");
        }
        assert_eq!(states(&scene).await, ["sent"; 3]);
        assert_eq!(bounced(service), "0");
        let desk = Browser::of(&scene.rosa).await.reads("/registrar").await;
        assert!(!desk.contains("/registrar/mails/"), "{desk}");
        // All of that could have changed something: the one that is not forged does.
        pipes(service, &good);
        assert_eq!(states(&scene).await, ["sent", "failed", "sent"]);
    }

    async fn r19_of_other_mails_nobody_learns_that_they_came_back(settings_on: Settings) {
        let postbox = Postbox::opens(Door::Open);
        let scene = Scene::inviting(settings(settings_on, &postbox)).await;
        let is_invitation = |letter: &Letter| letter.code_after("/invitations/").is_some();
        let letter = scene.service.letters().wait_for(&scene.bela.email, is_invitation).await;
        let confirmation = scene.service.letters().to(&scene.bela.email).remove(0);
        let claimant = async || scene.amara.reads(&scene.dispute).await.expects(200);
        let before = claimant().await;
        for other in [&letter, &confirmation] {
            pipes(&scene.service, &report(&other.id, &scene.bela.email, "failed", "5.1.1"));
        }
        assert_eq!(claimant().await, before, "who invited reads what they read before");
        let desk = Browser::of(&scene.rosa).await.reads("/registrar").await;
        assert!(!desk.contains("/registrar/mails/") && !desk.contains(&scene.bela.email), "{desk}");
        let kept = "SELECT count(*) FROM outbox WHERE state = 'sent' AND to_sealed IS NOT NULL";
        assert_eq!(scene.service.db_tells(kept), "0", "nothing is kept of what is no record");
        scene.bela_joins().await;
    }

    async fn a_registrar_who_is_a_party_reads_no_address_off_a_record_that_came_back(settings_on: Settings) {
        let postbox = Postbox::opens(Door::Open);
        let service = settings(settings_on, &postbox).start().await;
        let amara = service.person("Amara Sen").await;
        let bela = service.staff("registrar", "Bela Roy").await;
        let noor = service.staff("mediator", "Noor Haq").await;
        let rosa = service.staff("registrar", "Rosa Lind").await;
        let draft = amara.drafts(a_dispute(&bela)).await.expects(201);
        let dispute = draft["id"].as_str().expect("an id").to_owned();
        amara.answers_safety(&dispute, all_clear()).await.expects(204);
        amara.files(&dispute).await.expects(200);
        let scene = Scene { amara, bela, noor, rosa, dispute, service };
        scene.bela_joins().await;
        scene.amara.prepares(&scene.dispute, None).await;
        scene.bela.prepares(&scene.dispute, Some(all_clear())).await;
        scene.noor_is_confirmed().await;
        scene.settles().await;
        all_are(&scene, "sent").await;
        let letter = record_of(&scene, &scene.amara).await;
        pipes(&scene.service, &report(&letter.id, &scene.amara.email, "failed", "5.1.1"));
        let (party, other) = (Browser::of(&scene.bela).await, Browser::of(&scene.rosa).await);
        let shown = other.reads("/registrar").await;
        assert!(shown.contains(&scene.amara.email), "the other registrar reads it");
        assert!(!party.reads("/registrar").await.contains(&scene.amara.email));
        for end in ["", "/retries"] {
            let form = format!("{}{end}", form_on(&shown, "").replace("/retries", ""));
            assert_eq!(party.presses(&form).await.status, 404, "{form}");
        }
    }
}

/// The pipe is the mail server's, which keeps what it cannot hand over: nothing is lost while the house is away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r26_a_mail_server_comes_again_where_the_house_cannot_look() {
    let postbox = Postbox::opens(Door::Open);
    let on = Settings::on(tests::concord::Backend::Sqlite);
    let service = settings(on, &postbox).that_may_complain().start().await;
    let amara: Person = service.newcomer("Amara Sen");
    let mail = report("1@concord.example", &amara.email, "failed", "5.1.1");
    // A folder that is none of the house's, and none is made of it.
    let elsewhere = service.data().join("elsewhere");
    let output = service.runs(&["mail", "bounced", "--data", &elsewhere.display().to_string()], &mail);
    assert_eq!(output.status.code(), Some(LATER));
    assert!(!elsewhere.exists());
    let output = service.runs(&["mail", "bounced", "--config", "no-such-file"], &mail);
    assert_eq!(output.status.code(), Some(LATER), "{}", String::from_utf8_lossy(&output.stderr));
    // A server that took a mail may report it before the worker has noted that it was taken.
    let head =
        || service.db_tells("SELECT count(*) FROM outbox WHERE purpose = 'ledger-head' AND state = 'sent'");
    tests::until("the ledger's head is not in the way", async || head() == "1").await;
    postbox.behaves(Mode::Stalls);
    amara.signs_up().await.expects(202);
    let tried = || postbox.tries().into_iter().find(|one| one.to == amara.email);
    tests::until("the mail is on its way", async || tried().is_some()).await;
    let on_its_way = report(&tried().expect("a try").id, &amara.email, "failed", "5.1.1");
    assert_eq!(pipes_code(&service, &on_its_way).0, LATER);
    postbox.behaves(Mode::Takes);
    service.letters().wait_for(&amara.email, |_| true).await;
    let state = || service.db_tells("SELECT state FROM outbox WHERE purpose = 'confirmation'");
    tests::until("the worker has noted it", async || state() == "sent").await;
    pipes(&service, &on_its_way);
    assert_eq!(state(), "sent", "it is no record: nobody waits for what comes back of it");
    let visitor = service.stranger();
    assert_eq!(visitor.send(visitor.page(Method::GET, "/health/ready")).await.status, 200);
}
