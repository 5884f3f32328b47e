//! Real PostgreSQL clusters for tests: one is shared by all tests of a process, each with a database of its own;
//! a test that restarts the server takes a private one. Not here: anything that looks into a database.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, OnceLock};

use crate::ports;

/// A running cluster. It stops, and its folder goes, when this value or the whole process ends.
pub struct Cluster {
    port: u16,
    lines: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    _keeper: Child,
}

impl Cluster {
    /// Starts a cluster on a free port and waits until it answers.
    pub fn starts() -> Self {
        let port = ports::free();
        let mut keeper = Command::new("sh")
            .arg("-c")
            .arg(include_str!("cluster.sh"))
            .arg("cluster")
            .arg(port.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let stdin = keeper.stdin.take().expect("its standard input");
        let mut stdout = BufReader::new(keeper.stdout.take().expect("its standard output"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("its first line");
        assert_eq!(line.trim(), "ready", "PostgreSQL did not start");
        Self { port, lines: Mutex::new((stdin, stdout)), _keeper: keeper }
    }

    /// The cluster that all tests of this process share.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Cluster> = OnceLock::new();
        SHARED.get_or_init(Self::starts)
    }

    /// Makes an empty database and gives its URL.
    pub fn database(&self) -> String {
        let name = format!("t{}", uuid::Uuid::now_v7().simple());
        assert_eq!(self.says(&format!("create {name}")), "created");
        format!("postgres://postgres@127.0.0.1:{}/{name}", self.port)
    }

    /// Restarts the server as a power failure would: without asking anyone to finish.
    pub fn restarts(&self) {
        assert_eq!(self.says("restart"), "restarted");
    }

    fn says(&self, command: &str) -> String {
        let mut lines = self.lines.lock().expect("no test died while it spoke");
        writeln!(lines.0, "{command}").expect("the cluster listens");
        lines.0.flush().expect("the cluster listens");
        let mut answer = String::new();
        lines.1.read_line(&mut answer).expect("the cluster answers");
        answer.trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_cluster_makes_databases_and_survives_a_restart() {
        let cluster = Cluster::starts();
        let first = cluster.database();
        cluster.restarts();
        assert_ne!(first, cluster.database());
    }
}
