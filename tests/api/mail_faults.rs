//! R26 and R11 through a real mail server that fails as mail servers do: it says 451 for half an hour, 550, nothing at all,
//! breaks the line before its answer, or has a certificate for which nobody vouches. Each person's copy arrives, or is
//! theirs and the registrar's to know of; however often it is sent, its Message-ID is one; nothing travels in clear. The
//! half hour passes by the clock of the rows: no test waits for it.

use std::collections::BTreeSet;

use tests::cast::Person;
use tests::letters::Letter;
use tests::scene::Scene;
use tests::smtp::{Door, Mode, Postbox};
use tests::{on_both, until};

/// How far the record is on its way to each, as each one reads it: claimant, respondent, mediator.
pub async fn states(scene: &Scene) -> [String; 3] {
    let own = async |person: &Person| {
        let own = person.reads_settlement(&scene.dispute).await.expects(200);
        let deliveries = own["deliveries"].as_array().expect("deliveries");
        assert_eq!(deliveries.len(), 1, "nobody reads another's: {own}");
        deliveries[0]["state"].as_str().expect("a state").to_owned()
    };
    loop {
        let before = as_the_registrar_reads(scene).await;
        let all = [own(&scene.amara).await, own(&scene.bela).await, own(&scene.noor).await];
        // Something may have come on its way meanwhile.
        if before == as_the_registrar_reads(scene).await {
            assert_eq!(all, before, "each one reads what the registrar reads");
            return all;
        }
    }
}

async fn as_the_registrar_reads(scene: &Scene) -> [String; 3] {
    let whole = scene.rosa.reads_settlement(&scene.dispute).await.expects(200);
    ["claimant", "respondent", "mediator"].map(|to| {
        let mut of = whole["deliveries"].as_array().expect("deliveries").iter();
        let found = of.find(|one| one["to"] == to).unwrap_or_else(|| panic!("{to} in {whole}"));
        found["state"].as_str().expect("a state").to_owned()
    })
}

/// Waits until the three have come so far.
pub async fn all_are(scene: &Scene, state: &str) {
    until(&format!("each copy is {state}"), async || states(scene).await.iter().all(|own| own == state))
        .await;
}

/// Everybody signs, every mail so far has left, and just before the record is sealed the mail server changes.
async fn settles_once(scene: &Scene, changes: impl FnOnce()) {
    let digest = scene.ready_to_sign().await;
    scene.amara.signs(&scene.dispute, &digest).await.expects(201);
    scene.bela.signs(&scene.dispute, &digest).await.expects(201);
    let waiting = "SELECT count(*) FROM outbox WHERE state = 'queued'";
    until("every mail so far has left", async || scene.service.db_tells(waiting) == "0").await;
    changes();
    scene.noor.attests(&scene.dispute, &digest).await.expects(201);
}

fn people(scene: &Scene) -> [&Person; 3] {
    [&scene.amara, &scene.bela, &scene.noor]
}

/// Waits until that many records wait for another try after so many; a worker has let go of them.
async fn wait_after(scene: &Scene, tries: u32, count: usize) {
    let waiting = format!(
        "SELECT count(*) FROM outbox WHERE purpose = 'record' AND state = 'queued' AND leased_until = 0 \
         AND attempts = {tries}"
    );
    let is_so = async || scene.service.db_tells(&waiting) == count.to_string();
    until(&format!("{count} wait after try {tries}"), is_so).await;
}

/// So many minutes pass, as far as the clock of the mails that wait knows.
fn minutes_pass(scene: &Scene, minutes: u32) {
    let millis = minutes * 60_000;
    scene.service.db_runs(&format!(
        "UPDATE outbox SET due_at = due_at - {millis}, created_at = created_at - {millis} \
         WHERE purpose = 'record' AND state = 'queued'"
    ));
}

/// The mail with somebody's record; it and every other one to them has nothing of substance in subject and body (R11).
pub async fn record_of(scene: &Scene, person: &Person) -> Letter {
    let is_record = |letter: &Letter| letter.subject == "Your document";
    let found = scene.service.letters().wait_for(&person.email, is_record).await;
    let reference = scene.amara.reads(&scene.dispute).await.expects(200)["reference"].clone();
    let reference = reference.as_str().expect("a reference");
    for letter in scene.service.letters().to(&person.email) {
        let shown = [&letter.subject, &letter.text, &letter.html].map(String::as_str).concat();
        for word in ["Amara", "Bela", "Noor", "Sen", "Roy", "deposit", "450.00", "tenancy", reference] {
            assert!(!shown.contains(word), "`{word}` in {shown}");
        }
    }
    found
}

/// Each mailbox holds the record under one Message-ID, which every try had as well.
async fn each_has_one_record(scene: &Scene, postbox: &Postbox) {
    for person in people(scene) {
        let letter = record_of(scene, person).await;
        let ids = |ids: Vec<String>| ids.into_iter().collect::<BTreeSet<String>>();
        let got = scene.service.letters().to(&person.email).into_iter();
        let got = got.filter(|other| other.subject == letter.subject).map(|other| other.id).collect();
        assert_eq!(ids(got), ids(vec![letter.id.clone()]), "a mailbox takes doubles for one");
        assert!(tries(postbox, &letter) >= 1);
        // The parties asked for nothing else: theirs is attached. The mediator's is a link.
        let pdf = letter.attachment("record.pdf");
        assert_eq!(pdf.is_some(), person.email != scene.noor.email, "{}", letter.subject);
        assert!(pdf.is_none_or(|pdf| pdf.starts_with(b"%PDF")));
    }
}

/// How often a mail was handed in.
fn tries(postbox: &Postbox, letter: &Letter) -> usize {
    let of = postbox.tries().into_iter().filter(|one| one.id == letter.id);
    of.inspect(|one| assert!(letter.to.contains(&one.to), "one Message-ID, one person")).count()
}

fn log_names_nobody(scene: &Scene) {
    let log = scene.service.log();
    for person in people(scene) {
        assert!(!log.contains(&person.email), "an address in the log: {log}");
    }
    assert!(!log.contains("post-house-door-key"), "the password in the log");
}

async fn desk(scene: &Scene) -> String {
    let visitor = scene.rosa.signs_in_on_a_page().await;
    visitor.send(visitor.page(reqwest::Method::GET, "/registrar")).await.text()
}

on_both! {
    async fn r26_a_server_that_says_451_for_half_an_hour_gets_every_record_in_the_end(settings: Settings) {
        let postbox = Postbox::opens(Door::Open);
        let scene = Scene::in_mediation(settings.with_mail_to(&postbox).that_may_complain()).await;
        settles_once(&scene, || postbox.behaves(Mode::TryAgain)).await;
        // Tries at once and after 1, 3, 7, 15 minutes; then it takes mails again, and is tried after 31.
        for tried in 1..=5 {
            wait_after(&scene, tried, 3).await;
            assert_eq!(states(&scene).await, ["queued"; 3], "after try {tried}");
            if tried == 5 {
                postbox.behaves(Mode::Takes);
            }
            minutes_pass(&scene, 1 << (tried - 1));
        }
        all_are(&scene, "sent").await;
        each_has_one_record(&scene, &postbox).await;
        for person in people(&scene) {
            assert_eq!(tries(&postbox, &record_of(&scene, person).await), 6);
        }
        assert!(!desk(&scene).await.contains("/registrar/mails/"), "nothing is left for the registrar");
        log_names_nobody(&scene);
    }

    async fn r26_a_server_that_refuses_one_person_for_good_is_the_registrars_task_at_once(settings: Settings) {
        let postbox = Postbox::opens(Door::Open);
        let scene = Scene::in_mediation(settings.with_mail_to(&postbox).that_may_complain()).await;
        settles_once(&scene, || postbox.behaves_to(&scene.bela.email, Mode::Never)).await;
        until("hers is known to have failed", async || states(&scene).await == ["sent", "failed", "sent"]).await;
        let desk = desk(&scene).await;
        assert_eq!(desk.matches("/retries\"").count(), 1, "one task: {desk}");
        assert!(desk.contains(&scene.bela.email) && !desk.contains(&scene.amara.email), "{desk}");
        record_of(&scene, &scene.amara).await;
        log_names_nobody(&scene);
        // She fetches it herself, and then it has reached her.
        let id = crate::rules::own_settlement(&scene.bela, &scene.dispute).await;
        let client = scene.bela.client();
        client.get(&format!("/settlements/{id}/record.pdf")).await.expects(200);
        assert_eq!(states(&scene).await, ["sent", "collected", "sent"]);
        // The registrar has the server looked after and lets it be tried again: a double of what she has.
        postbox.behaves_to(&scene.bela.email, Mode::Takes);
        let retried = scene.service.runs(&["mail", "retry", "--data", &scene.service.data().display().to_string()], "");
        assert!(retried.status.success());
        each_has_one_record(&scene, &postbox).await;
        assert_eq!(states(&scene).await, ["sent", "collected", "sent"], "what she has stays so");
    }

    async fn r26_a_server_that_is_slow_or_says_nothing_loses_and_doubles_nothing(settings: Settings) {
        let postbox = Postbox::opens(Door::Open);
        let settings = settings.with_mail_to(&postbox).with("CONCORD_MAIL_TIMEOUT", "3s").that_may_complain();
        let scene = Scene::in_mediation(settings).await;
        let changes = || {
            postbox.behaves(Mode::Slow);
            postbox.behaves_to(&scene.bela.email, Mode::Stalls);
        };
        settles_once(&scene, changes).await;
        until("the slow one is waited for", async || states(&scene).await == ["sent", "queued", "sent"]).await;
        wait_after(&scene, 1, 1).await;
        assert_eq!(states(&scene).await, ["sent", "queued", "sent"], "who says nothing has taken nothing");
        postbox.behaves_to(&scene.bela.email, Mode::Takes);
        minutes_pass(&scene, 1);
        all_are(&scene, "sent").await;
        each_has_one_record(&scene, &postbox).await;
        for (person, expected) in people(&scene).into_iter().zip([1, 2, 1]) {
            assert_eq!(tries(&postbox, &record_of(&scene, person).await), expected);
        }
        log_names_nobody(&scene);
    }

    async fn r26_a_line_that_breaks_before_the_answer_makes_a_double_and_no_loss(settings: Settings) {
        let postbox = Postbox::opens(Door::Open);
        let scene = Scene::in_mediation(settings.with_mail_to(&postbox).that_may_complain()).await;
        settles_once(&scene, || postbox.behaves(Mode::Drops)).await;
        wait_after(&scene, 1, 3).await;
        // The server has them; the house cannot know, and says so.
        each_has_one_record(&scene, &postbox).await;
        assert_eq!(states(&scene).await, ["queued"; 3]);
        postbox.behaves(Mode::Takes);
        minutes_pass(&scene, 1);
        all_are(&scene, "sent").await;
        each_has_one_record(&scene, &postbox).await;
        for person in people(&scene) {
            let letter = record_of(&scene, person).await;
            let copies = scene.service.letters().to(&person.email).into_iter();
            let copies: Vec<Letter> = copies.filter(|copy| copy.id == letter.id).collect();
            assert_eq!((copies.len(), tries(&postbox, &letter)), (2, 2), "twice, and known to be one");
            assert_eq!(copies[0].attachments, copies[1].attachments);
        }
        log_names_nobody(&scene);
    }

    async fn r26_r11_nothing_goes_to_a_server_for_which_nobody_vouches(settings: Settings) {
        let mut postbox = Postbox::opens(Door::TlsAndPassword);
        let scene = Scene::in_mediation(settings.with_mail_to(&postbox).that_may_complain()).await;
        settles_once(&scene, || postbox.goes_away()).await;
        let known = postbox.tries().len();
        for (tried, door) in (1..).zip([Door::StrangersCertificate, Door::AnothersCertificate, Door::NoTls]) {
            wait_after(&scene, tried, 3).await;
            postbox.comes_back_behind(door);
            minutes_pass(&scene, 1 << (tried - 1));
            wait_after(&scene, tried + 1, 3).await;
            assert_eq!(states(&scene).await, ["queued"; 3], "behind {door:?}");
            assert_eq!(postbox.tries().len(), known, "not a byte of a mail behind {door:?}");
            assert_eq!(postbox.heard_in_clear(), Vec::<String>::new(), "nor a password, nor an address");
            postbox.goes_away();
        }
        let log = scene.service.log();
        assert!(log.contains("smtp-tls") && log.contains("smtp-offer"), "the log says what was wrong: {log}");
        log_names_nobody(&scene);
        postbox.comes_back_behind(Door::TlsAndPassword);
        minutes_pass(&scene, 8);
        all_are(&scene, "sent").await;
        each_has_one_record(&scene, &postbox).await;
        assert_eq!(postbox.heard_in_clear(), Vec::<String>::new());
        log_names_nobody(&scene);
    }
}
