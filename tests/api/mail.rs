//! Mail through a real server: TLS and a password, a server that is slow, away, or breaks the line after taking a mail.

use std::process::{Command, Stdio};

use tests::concord::{Backend, Settings};
use tests::smtp::{Door, Mode, Postbox};
use tests::tools;

fn settings(postbox: &Postbox) -> Settings {
    Settings::on(Backend::Sqlite).with_mail_to(postbox).that_may_complain()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_goes_out_by_starttls_with_a_password_in_text_and_html() {
    let postbox = Postbox::opens(Door::TlsAndPassword);
    let service = settings(&postbox).start().await;
    let amara = service.person("Amara Sen").await;
    let letters = service.letters().to(&amara.email);
    let letter = letters.first().expect("the confirmation");
    assert!(!letter.text.is_empty() && !letter.html.is_empty() && !letter.id.is_empty());
    assert!(letter.raw.contains("X-Envelope-To: amara@example.org"), "the envelope names one person alone");
    assert!(!service.log().contains("post-house-door-key"), "the password is not in the log");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_server_holds_up_nobody() {
    let postbox = Postbox::opens(Door::Open);
    postbox.behaves(Mode::Slow);
    let service = settings(&postbox).start().await;
    let begun = std::time::Instant::now();
    let amara = service.newcomer("Amara Sen");
    amara.signs_up().await.expects(202);
    assert!(begun.elapsed() < std::time::Duration::from_secs(2), "the answer does not wait for the mail");
    service.confirmation_code(&amara.email).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_outlives_a_server_that_is_away_and_a_kill_of_the_house() {
    let mut postbox = Postbox::opens(Door::Open);
    let service = settings(&postbox).start().await;
    postbox.goes_away();
    let amara = service.newcomer("Amara Sen");
    amara.signs_up().await.expects(202);
    service.is_killed();
    postbox.comes_back();
    service.starts().await;
    tests::until("the mail comes", async || {
        service.mail_is_due();
        !service.letters().to(&amara.email).is_empty()
    })
    .await;
    let code = service.confirmation_code(&amara.email).await;
    amara.confirms(&code).await.expects(204);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_that_may_have_arrived_twice_is_known_by_its_message_id() {
    let postbox = Postbox::opens(Door::Open);
    postbox.behaves(Mode::Drops);
    let service = settings(&postbox).start().await;
    let amara = service.newcomer("Amara Sen");
    amara.signs_up().await.expects(202);
    service.confirmation_code(&amara.email).await;
    postbox.behaves(Mode::Takes);
    tests::until("it comes again", async || {
        service.mail_is_due();
        service.letters().to(&amara.email).len() > 1
    })
    .await;
    let ids: std::collections::BTreeSet<String> =
        service.letters().to(&amara.email).into_iter().map(|letter| letter.id).collect();
    assert_eq!(ids.len(), 1, "the double is recognisable");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_is_signed_for_the_domain_that_it_comes_from() {
    use std::io::Write as _;
    let postbox = Postbox::opens(Door::Open);
    let service = settings(&postbox).with("CONCORD_MAIL_DKIM_SELECTOR", "house1").start().await;
    let amara = service.person("Amara Sen").await;
    let data = service.data().display().to_string();
    let shown = service.runs(&["mail", "dkim", "--data", &data], "");
    let record = String::from_utf8(shown.stdout).expect("text").trim().to_owned();
    assert!(
        record.starts_with("house1._domainkey.") && record.contains(" TXT v=DKIM1; k=rsa; p="),
        "{record}"
    );
    let letter = service.letters().to(&amara.email).into_iter().next().expect("the confirmation");
    let verified = |mail: Vec<u8>| {
        let mut command = Command::new(tools::python());
        command.arg(tools::script("check_dkim.py")).arg(&record).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the verifier");
        child.stdin.take().expect("its input").write_all(&mail).expect("it listens");
        String::from_utf8(child.wait_with_output().expect("its answer").stdout)
            .expect("text")
            .trim()
            .to_owned()
    };
    let mail = std::fs::read(&letter.file).expect("the mail");
    assert_eq!(verified(mail.clone()), "valid");
    let text = String::from_utf8(mail).expect("ASCII");
    for header in ["Subject: ", "To: ", "Message-ID: ", "Auto-Submitted: "] {
        let changed = text.replacen(&format!("\n{header}"), &format!("\n{header}x"), 1);
        assert_ne!(changed, text, "{header}is there");
        assert_eq!(verified(changed.into_bytes()), "invalid", "{header}was changed");
    }
    let longer = format!("{text}Call this number instead.\r\n");
    assert_eq!(verified(longer.into_bytes()), "invalid", "something was added");
}
