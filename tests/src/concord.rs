//! The program under test, as a process: `concord serve` on a folder or database of its own, as anybody would start
//! it. Ends only what it started. When a service ends well, its log is read: no panic, no error that the test did
//! not ask for, and nothing that a person said.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::client::Client;
use crate::letters::Letters;
use crate::postgres::Cluster;
use crate::said::Said;
use crate::{ports, tools};

/// Which database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file in the data folder.
    Sqlite,
    /// A real server.
    Postgres,
}

/// What a service is started with.
pub struct Settings {
    backend: Backend,
    variables: Vec<(String, String)>,
    letters: Option<PathBuf>,
    database: Option<String>,
    may_complain: bool,
    survives_a_file_limit: bool,
}

impl Settings {
    /// The defaults, on this database.
    pub fn on(backend: Backend) -> Self {
        Self {
            backend,
            variables: Vec::new(),
            letters: None,
            database: None,
            may_complain: false,
            survives_a_file_limit: false,
        }
    }

    /// The database that was asked for.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Sets a variable of the environment.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Sends mail to a server.
    #[must_use]
    pub fn with_mail_to(mut self, postbox: &crate::smtp::Postbox) -> Self {
        for (name, value) in postbox.settings() {
            self = self.with(name, value);
        }
        self.letters = Some(postbox.folder());
        self
    }

    /// Uses this database, not a fresh one of the shared cluster.
    #[must_use]
    pub fn with_database(mut self, url: String) -> Self {
        self.database = Some(url);
        self
    }

    /// Lifts every limit that a busy test would meet and that it is not about.
    #[must_use]
    pub fn without_limits(mut self) -> Self {
        for limit in [
            "SIGN_IN",
            "SIGNING",
            "CODES",
            "ENTRIES",
            "FRAMES",
            "HANDSHAKES",
            "UPLOADS",
            "MAILS",
            "VERIFICATIONS",
        ] {
            self = self.with(&format!("CONCORD_LIMIT_{limit}"), "off");
        }
        for limit in ["SIGN_IN_ADDRESS", "HANDSHAKES_REFUSED", "SOCKETS"] {
            self = self.with(&format!("CONCORD_LIMIT_{limit}"), "off");
        }
        self
    }

    /// The test breaks something on purpose: errors in the log are expected (what people said never is).
    #[must_use]
    pub fn that_may_complain(mut self) -> Self {
        self.may_complain = true;
        self
    }

    /// A file that may not grow fails the write and does not end the process.
    #[must_use]
    pub fn that_survives_a_file_limit(mut self) -> Self {
        self.survives_a_file_limit = true;
        self
    }

    /// Starts it, and waits until it is ready.
    pub async fn start(self) -> Service {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let database = match (&self.database, self.backend) {
            (Some(url), _) => Some(url.clone()),
            (None, Backend::Sqlite) => None,
            (None, Backend::Postgres) => {
                Some(tokio::task::spawn_blocking(|| Cluster::shared().database()).await.expect("a database"))
            }
        };
        let port = ports::free();
        let service = Service {
            base: format!("http://127.0.0.1:{port}"),
            port,
            folder,
            settings: self,
            database,
            said: Said::default(),
            child: Mutex::new(None),
        };
        service.starts().await;
        service
    }
}

/// A running Concord.
pub struct Service {
    base: String,
    port: u16,
    folder: TempDir,
    settings: Settings,
    database: Option<String>,
    said: Said,
    child: Mutex<Option<Child>>,
}

impl Service {
    /// Its address, such as `http://127.0.0.1:41234`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Which database it runs on.
    pub fn backend(&self) -> Backend {
        self.settings.backend
    }

    /// What people of this test said.
    pub fn said(&self) -> &Said {
        &self.said
    }

    /// A client without a session.
    pub fn stranger(&self) -> Client {
        Client::new(&self.base, self.said.clone())
    }

    /// Where its mails fall.
    pub fn letters(&self) -> Letters {
        Letters::in_folder(self.settings.letters.clone().unwrap_or_else(|| self.data().join("mail")))
    }

    /// What it printed and logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.lock().expect("no test died while starting").as_ref().map_or(0, Child::id)
    }

    /// Runs another command of the program beside it, such as `account add`, with the same settings.
    pub fn runs(&self, arguments: &[&str], input: &str) -> Output {
        use std::io::Write;
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("its standard input");
        // A command that does not read its input closes it; that is no fault of the test.
        stdin.write_all(input.as_bytes()).ok();
        drop(stdin);
        child.wait_with_output().expect("its output")
    }

    /// Runs another command of the program beside it, which has nothing to read and prints into that file.
    pub fn prints_into(&self, arguments: &[&str], file: std::fs::File) -> Output {
        let mut command = self.command();
        command.args(arguments).stdin(Stdio::null()).stdout(file).stderr(Stdio::piped());
        command.output().expect("the program starts")
    }

    /// Does something to the database round the door, as whoever owns the machine could.
    #[track_caller]
    pub fn db_runs(&self, statements: &str) {
        let mut command = match &self.database {
            Some(url) => {
                let mut command = Command::new("psql");
                command.args(["-q", "-v", "ON_ERROR_STOP=1", "-1", "-c", statements]).arg(url);
                command
            }
            None => {
                let mut command = Command::new(tools::python());
                let script =
                    "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2])";
                command.args(["-c", script]).arg(self.data().join("concord.db")).arg(statements);
                command
            }
        };
        tools::printed(&mut command);
    }

    /// Mail that waits for another try waits no longer, as far as the clock of its rows knows.
    #[track_caller]
    pub fn mail_is_due(&self) {
        self.db_runs("UPDATE outbox SET due_at = 0 WHERE state = 'queued' AND leased_until = 0");
    }

    /// What the database answers to a question for one figure or word.
    #[track_caller]
    pub fn db_tells(&self, question: &str) -> String {
        let mut command = match &self.database {
            Some(url) => {
                let mut command = Command::new("psql");
                command.args(["-q", "-A", "-t", "-c", question]).arg(url);
                command
            }
            None => {
                let mut command = Command::new(tools::python());
                let script = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone()[0])";
                command.args(["-c", script]).arg(self.data().join("concord.db")).arg(question);
                command
            }
        };
        tools::printed(&mut command).trim().to_owned()
    }

    /// Starts the process on the same data and port, and waits until it is ready.
    pub async fn starts(&self) {
        let log = File::options().create(true).append(true).open(self.log_file()).expect("the log file");
        let mut command = self.command();
        command
            .arg("serve")
            .arg("--data")
            .arg(self.data())
            .arg("--listen")
            .arg(format!("127.0.0.1:{}", self.port));
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("the log file")).stderr(log);
        let child = command.spawn().expect("the program starts");
        *self.child.lock().expect("no test died while starting") = Some(child);
        self.is_ready().await;
    }

    /// Waits until `/health/ready` answers 200.
    pub async fn is_ready(&self) {
        let begun = Instant::now();
        let client = self.stranger();
        loop {
            let answer = client.try_send(client.request(reqwest::Method::GET, "/health/ready")).await;
            if answer.is_ok_and(|answer| answer.status == 200) {
                return;
            }
            let ended =
                self.child.lock().expect("no test died").as_mut().and_then(|child| child.try_wait().ok()?);
            assert!(ended.is_none(), "concord ended with {ended:?}: {}", self.log());
            assert!(begun.elapsed() < Duration::from_secs(60), "concord is not ready: {}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Kills it without warning (SIGKILL).
    pub fn is_killed(&self) {
        if let Some(mut child) = self.child.lock().expect("no test died while killing").take() {
            child.kill().expect("our own process");
            child.wait().expect("our own process");
        }
    }

    /// Asks it to stop (SIGTERM) and returns how long that took. It must end by itself, with success.
    pub fn stops(&self) -> Duration {
        let begun = Instant::now();
        let Some(mut child) = self.child.lock().expect("no test died while stopping").take() else {
            return Duration::ZERO;
        };
        tools::run(Command::new("kill").arg("-TERM").arg(child.id().to_string()));
        let ended = loop {
            if let Some(status) = child.try_wait().expect("our own process") {
                break Some(status);
            }
            if begun.elapsed() > Duration::from_secs(15) {
                child.kill().expect("our own process");
                child.wait().expect("our own process");
                break None;
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        assert!(
            ended.is_some_and(|status| status.success()),
            "it did not stop on SIGTERM ({ended:?}): {}",
            self.log()
        );
        begun.elapsed()
    }

    fn command(&self) -> Command {
        if !self.settings.survives_a_file_limit {
            return self.settles_in(Command::new(tools::concord()));
        }
        // What is ignored before `exec` stays ignored after it.
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""]).arg(tools::concord());
        self.settles_in(command)
    }

    /// Gives a command this service's surroundings, and none of the desk's.
    fn settles_in(&self, mut command: Command) -> Command {
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CONCORD_") {
                command.env_remove(name);
            }
        }
        if let Some(url) = &self.database {
            command.env("CONCORD_DATABASE_URL", url);
        }
        command.envs(self.settings.variables.iter().map(|(name, value)| (name, value)));
        command.current_dir(self.folder.path());
        command
    }

    fn log_file(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn log_is_clean(&self) {
        let log = self.log();
        assert!(!log.contains("panicked at"), "it panicked: {log}");
        if let Some(said) = self.said.found_in(&log) {
            panic!("the log holds what a person said: `{said}`");
        }
        if !self.settings.may_complain {
            let complaint = log.lines().find(|line| line.contains("ERROR"));
            assert!(complaint.is_none(), "it complained: {}", complaint.unwrap_or_default());
        }
        for letter in self.letters().all() {
            let shown = format!("{}\n{}", letter.subject, letter.text);
            // A code's own mail holds that code; what else people said never travels in words.
            let found = self.said.found_in(&shown).filter(|said| said.contains(' '));
            assert!(found.is_none(), "a mail holds what a person said: {found:?}");
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.is_killed();
            eprintln!("--- the end of concord's log ---\n{}", tail(&self.log(), 30));
        } else {
            self.stops();
            self.log_is_clean();
        }
    }
}

/// The last lines that say more than that a call was answered.
fn tail(text: &str, lines: usize) -> String {
    let all: Vec<&str> = text.lines().filter(|line| !line.contains("answered request")).collect();
    all.get(all.len().saturating_sub(lines)..).unwrap_or_default().join("\n")
}

/// Whether a path is only its owner's to read.
pub fn is_private(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o077 == 0)
}
