//! A real mail server (aiosmtpd, a process of its own) that keeps what it receives and fails on request, and what such a
//! server reports of a mail. Not here: reading the mails, which is the same for a server's and for the `files` transport
//! (`letters`).

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::{ports, tools};

/// How the server answers a mail.
#[derive(Debug, Clone, Copy)]
pub enum Mode {
    /// Takes it.
    Takes,
    /// 451: try again later.
    TryAgain,
    /// 550: never.
    Never,
    /// Takes it after three seconds.
    Slow,
    /// Says nothing until it is to behave otherwise.
    Stalls,
    /// Takes it, and the line breaks before the answer.
    Drops,
}

/// What the server asks of whoever sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Nothing.
    Open,
    /// STARTTLS with a certificate of a private authority, then a user and a password.
    TlsAndPassword,
    /// The same with a certificate that the authority never saw; without TLS it takes everything, too.
    StrangersCertificate,
    /// The same with one of the authority's for another name.
    AnothersCertificate,
    /// No TLS at all: somebody in between has taken the word out of the server's mouth.
    NoTls,
}

/// One try to hand a mail in, whatever came of it.
#[derive(Debug, Clone)]
pub struct Try {
    /// To whom.
    pub to: String,
    /// The mail's Message-ID.
    pub id: String,
    /// The envelope's sender.
    pub sender: String,
}

/// A running mail server; it ends with this value.
pub struct Postbox {
    folder: TempDir,
    port: u16,
    door: Door,
    keeper: Child,
}

const USER: &str = "concord";
const PASSWORD: &str = "post-house-door-key";

impl Postbox {
    /// Starts a server on a free port and waits until it listens.
    pub fn opens(door: Door) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = ports::free();
        let mut keeper = start(folder.path(), port, door);
        wait_for(&mut keeper);
        Self { folder, port, door, keeper }
    }

    /// The settings with which Concord sends here.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let mut settings = vec![
            ("CONCORD_MAIL_TRANSPORT", "smtp".to_owned()),
            ("CONCORD_MAIL_HOST", "localhost".to_owned()),
            ("CONCORD_MAIL_PORT", self.port.to_string()),
            ("CONCORD_MAIL_FROM", "house@concord.example".to_owned()),
            ("CONCORD_MAIL_TLS", "none".to_owned()),
        ];
        if self.door != Door::Open {
            settings.push(("CONCORD_MAIL_TLS", "starttls".to_owned()));
            settings.push(("CONCORD_MAIL_USER", USER.to_owned()));
            settings.push(("CONCORD_MAIL_PASSWORD", PASSWORD.to_owned()));
            settings.push(("SSL_CERT_FILE", self.folder.path().join("authority.pem").display().to_string()));
        }
        settings
    }

    /// From now on it answers so.
    pub fn behaves(&self, mode: Mode) {
        self.notes_mode("mode", mode);
    }

    /// From now on it answers so where a mail goes to that address.
    pub fn behaves_to(&self, address: &str, mode: Mode) {
        self.notes_mode(&format!("mode-{address}"), mode);
    }

    fn notes_mode(&self, name: &str, mode: Mode) {
        let word = match mode {
            Mode::Takes => "ok",
            Mode::TryAgain => "451",
            Mode::Never => "550",
            Mode::Slow => "slow",
            Mode::Stalls => "stall",
            Mode::Drops => "drop",
        };
        let aside = self.folder.path().join("mode.part");
        std::fs::write(&aside, word).expect("the mode file");
        std::fs::rename(aside, self.folder.path().join(name)).expect("the mode file");
    }

    /// Every try so far, the oldest first.
    pub fn tries(&self) -> Vec<Try> {
        let text = std::fs::read_to_string(self.folder.path().join("tries")).unwrap_or_default();
        // The last line may be just being written.
        let lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
        let read = |line| {
            let known: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let word = |name: &str| known[name].as_str().expect("a word").to_owned();
            Try { to: word("to"), id: word("id"), sender: word("sender") }
        };
        lines.map(read).collect()
    }

    /// The commands that tell of a mail or a password and that came on a line without TLS.
    pub fn heard_in_clear(&self) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.path().join("clear")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Goes away: connections are refused from now on.
    pub fn goes_away(&mut self) {
        drop(self.keeper.stdin.take());
        self.keeper.wait().expect("the server ends with its standard input");
    }

    /// Comes back on the same port, with the mails that it had.
    pub fn comes_back(&mut self) {
        self.comes_back_behind(self.door);
    }

    /// The same, and asks for this from now on.
    pub fn comes_back_behind(&mut self, door: Door) {
        self.door = door;
        self.keeper = start(self.folder.path(), self.port, self.door);
        wait_for(&mut self.keeper);
    }

    /// Where the received mails lie.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_owned()
    }
}

impl Drop for Postbox {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        self.keeper.wait().ok();
    }
}

fn start(folder: &Path, port: u16, door: Door) -> Child {
    let mut command = Command::new(tools::python());
    command.arg(tools::script("postbox.py")).arg(folder).arg(port.to_string());
    let certificate = match door {
        Door::Open | Door::NoTls => None,
        Door::TlsAndPassword => Some("server"),
        Door::StrangersCertificate => Some("stranger"),
        Door::AnothersCertificate => Some("another"),
    };
    if let Some(name) = certificate {
        make_certificates(folder);
        let (pem, key) = (folder.join(format!("{name}.pem")), folder.join(format!("{name}.key")));
        command.arg("--tls").arg(pem).arg(key);
    }
    if door != Door::Open {
        command.args(["--user", USER, "--password", PASSWORD]);
        command.args((door != Door::TlsAndPassword).then_some("--lax"));
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the mail server starts")
}

fn wait_for(keeper: &mut Child) {
    let mut line = String::new();
    let stdout = keeper.stdout.as_mut().expect("its standard output");
    BufReader::new(stdout).read_line(&mut line).expect("its first line");
    assert_eq!(line.trim(), "ready", "the mail server did not start");
}

/// A private authority, its certificates for `localhost` and for another name, and one for `localhost` that nobody
/// vouches for; made once a folder.
fn make_certificates(folder: &Path) {
    if folder.join("server.pem").exists() {
        return;
    }
    let openssl = |arguments: &str| {
        let words = arguments.split_whitespace();
        tools::printed(Command::new("openssl").args(words).current_dir(folder).stderr(Stdio::null()));
    };
    openssl(
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test-authority -keyout authority.key -out authority.pem",
    );
    openssl(
        "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout stranger.key -out stranger.pem",
    );
    for (file, name) in [("another", "elsewhere.example"), ("server", "localhost")] {
        openssl(&format!("req -newkey rsa:2048 -nodes -subj /CN={name} -keyout {file}.key -out {file}.csr"));
        std::fs::write(folder.join("names"), format!("subjectAltName=DNS:{name}\n")).expect("the names");
        openssl(&format!(
            "x509 -req -in {file}.csr -CA authority.pem -CAkey authority.key -days 2 -extfile names -out {file}.pem"
        ));
    }
}

/// What a server further on reports of a mail to an address (RFC 3464), as Postfix writes it: `failed`, `5.1.1`.
pub fn report(message_id: &str, to: &str, action: &str, status: &str) -> String {
    format!(
        "Return-Path: <>\r\nFrom: MAILER-DAEMON@mx.example.net\r\nTo: bounces@concord.example\r\n\
         Subject: Undelivered Mail Returned to Sender\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"part\"\r\n\r\n\
         --part\r\nContent-Type: text/plain\r\n\r\nYour message could not be delivered.\r\n\r\n\
         --part\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n\
         Final-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; 550 {status} <{to}> User unknown\r\n\r\n\
         --part\r\nContent-Type: text/rfc822-headers\r\n\r\nFrom: house@concord.example\r\nTo: {to}\r\n\
         Subject: Your document\r\nMessage-ID: <{message_id}>\r\n\r\n--part--\r\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::TcpStream;

    fn send(port: u16) -> String {
        let mut line = TcpStream::connect(("127.0.0.1", port)).expect("the server listens");
        let mut reader = BufReader::new(line.try_clone().expect("the line"));
        let mut last = String::new();
        let body = "DATA\r\nTo: <b@example.org>\r\nMessage-ID: <1@a>\r\nSubject: hello\r\n\r\nwords\r\n.\r\n";
        let talk =
            format!("HELO here\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\n{body}QUIT\r\n");
        for command in talk.split_inclusive("\r\n") {
            line.write_all(command.as_bytes()).expect("the line is open");
        }
        while reader.read_line(&mut last).is_ok_and(|read| read > 0) {}
        last
    }

    #[test]
    fn the_mail_server_keeps_what_it_takes_and_refuses_what_it_is_told_to() {
        let mut postbox = Postbox::opens(Door::Open);
        let letters = crate::letters::Letters::in_folder(postbox.folder());
        assert!(send(postbox.port).contains("250 taken"));
        assert_eq!(letters.to("b@example.org").first().map(|letter| letter.subject.as_str()), Some("hello"));
        postbox.behaves(Mode::Never);
        assert!(send(postbox.port).contains("550"));
        postbox.goes_away();
        assert!(TcpStream::connect(("127.0.0.1", postbox.port)).is_err());
        postbox.behaves(Mode::Drops);
        postbox.comes_back();
        assert!(!send(postbox.port).contains("250 taken"));
        assert_eq!(letters.all().len(), 2, "what was taken before the line dropped is kept");
        postbox.behaves_to("b@example.org", Mode::TryAgain);
        assert!(send(postbox.port).contains("451"), "to one address it behaves in another way");
        assert_eq!(postbox.tries().len(), 4, "every try is noted");
        assert!(postbox.heard_in_clear().len() >= 4, "and that it came without TLS");
    }

    #[test]
    fn the_mail_server_asks_for_tls_before_a_password() {
        let postbox = Postbox::opens(Door::TlsAndPassword);
        assert!(send(postbox.port).contains("STARTTLS"));
    }
}
