//! A real mail server (aiosmtpd, a process of its own) that keeps what it receives and fails on request. Not here:
//! reading the mails, which is the same for a server's and for the `files` transport (`letters`).

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
        if self.door == Door::TlsAndPassword {
            settings.push(("CONCORD_MAIL_TLS", "starttls".to_owned()));
            settings.push(("CONCORD_MAIL_USER", USER.to_owned()));
            settings.push(("CONCORD_MAIL_PASSWORD", PASSWORD.to_owned()));
            settings.push(("SSL_CERT_FILE", self.folder.path().join("authority.pem").display().to_string()));
        }
        settings
    }

    /// From now on it answers so.
    pub fn behaves(&self, mode: Mode) {
        let word = match mode {
            Mode::Takes => "ok",
            Mode::TryAgain => "451",
            Mode::Never => "550",
            Mode::Slow => "slow",
            Mode::Drops => "drop",
        };
        let aside = self.folder.path().join("mode.part");
        std::fs::write(&aside, word).expect("the mode file");
        std::fs::rename(aside, self.folder.path().join("mode")).expect("the mode file");
    }

    /// Goes away: connections are refused from now on.
    pub fn goes_away(&mut self) {
        drop(self.keeper.stdin.take());
        self.keeper.wait().expect("the server ends with its standard input");
    }

    /// Comes back on the same port, with the mails that it had.
    pub fn comes_back(&mut self) {
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
    if door == Door::TlsAndPassword {
        make_certificate(folder);
        command.arg("--tls").arg(folder.join("server.pem")).arg(folder.join("server.key"));
        command.args(["--user", USER, "--password", PASSWORD]);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the mail server starts")
}

fn wait_for(keeper: &mut Child) {
    let mut line = String::new();
    let stdout = keeper.stdout.as_mut().expect("its standard output");
    BufReader::new(stdout).read_line(&mut line).expect("its first line");
    assert_eq!(line.trim(), "ready", "the mail server did not start");
}

/// A private authority and a certificate for `localhost`, made once a folder.
fn make_certificate(folder: &Path) {
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
    openssl("req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr");
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost\n").expect("the names");
    openssl(
        "x509 -req -in server.csr -CA authority.pem -CAkey authority.key -days 2 -extfile names -out server.pem",
    );
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
        let body = "DATA\r\nTo: <b@example.org>\r\nSubject: hello\r\n\r\nwords\r\n.\r\n";
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
    }

    #[test]
    fn the_mail_server_asks_for_tls_before_a_password() {
        let postbox = Postbox::opens(Door::TlsAndPassword);
        assert!(send(postbox.port).contains("STARTTLS"));
    }
}
