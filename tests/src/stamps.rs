//! A time-stamp authority (`openssl ts`, behind an HTTP server of its own) that lies and fails on request.

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::{ports, tools};

/// A running authority; it ends with this value.
pub struct Stamps {
    folder: TempDir,
    url: String,
    keeper: Child,
}

impl Stamps {
    /// One that answers over plain HTTP, or over TLS with a certificate of its own issuer.
    pub fn opens(tls: bool) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = ports::free();
        let mut command = Command::new(tools::python());
        command.arg(tools::script("time_stamps.py")).arg(folder.path()).arg(port.to_string());
        command.args(tls.then_some("tls")).stdout(Stdio::piped());
        let mut keeper = command.spawn().expect("the authority starts");
        let mut line = String::new();
        let said = keeper.stdout.take().expect("its output");
        BufReader::new(said).read_line(&mut line).expect("a line");
        assert_eq!(line.trim(), "ready", "the authority does not start");
        let scheme = if tls { "https" } else { "http" };
        Self { folder, url: format!("{scheme}://localhost:{port}/tsr"), keeper }
    }

    /// The settings with which Concord asks it.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let authority = self.authority().display().to_string();
        vec![
            ("CONCORD_TIME_STAMP_URL", self.url.clone()),
            ("CONCORD_TIME_STAMP_CERTIFICATES", authority.clone()),
            ("SSL_CERT_FILE", authority),
        ]
    }

    /// Who issued its certificate.
    pub fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// From now on it answers so: a word of `time_stamps.py`.
    pub fn behaves(&self, mode: &str) {
        let aside = self.folder.path().join("mode.part");
        std::fs::write(&aside, mode).expect("the mode file");
        std::fs::rename(aside, self.folder.path().join("mode")).expect("the mode file");
    }

    /// How often it was asked.
    pub fn tries(&self) -> usize {
        std::fs::read_to_string(self.folder.path().join("tries")).map_or(0, |told| told.lines().count())
    }

    /// Whether anybody has asked it.
    pub fn was_asked(&self) -> bool {
        self.folder.path().join("asked").exists()
    }
}

impl Drop for Stamps {
    fn drop(&mut self) {
        self.keeper.kill().ok();
        self.keeper.wait().ok();
    }
}
