//! Programs that are not ours, and where they lie: the tests' Python and the check scripts beside this crate.

use std::path::PathBuf;
use std::process::{Command, Output};

/// The folder in which Cargo builds: test executables lie in its `debug/deps`.
pub fn target() -> PathBuf {
    let own = std::env::current_exe().expect("the path of this test");
    let profile =
        own.ancestors().find(|folder| folder.join("deps").is_dir()).expect("a folder that Cargo made");
    profile.parent().expect("the target folder").to_owned()
}

/// The program under test: `CONCORD_PROGRAM`, or the one that was built beside this test.
pub fn concord() -> PathBuf {
    if let Some(path) = std::env::var_os("CONCORD_PROGRAM") {
        return PathBuf::from(path);
    }
    let path = target().join("debug").join("concord");
    assert!(path.exists(), "build the program first: cargo build -p service");
    path
}

/// The Python that has what checks records and receives mail.
pub fn python() -> PathBuf {
    let path = match std::env::var_os("CONCORD_TESTS_PYTHON") {
        Some(path) => PathBuf::from(path),
        None => target().join("venv/bin/python"),
    };
    assert!(path.exists(), "the Python tools are not installed: run tests/run once");
    path
}

/// A script of `tests/tools`.
pub fn script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tools").join(name)
}

/// Runs a command to its end. It must be there; whether it succeeds is the caller's question.
pub fn run(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{:?} does not start: {error}", command.get_program()))
}

/// Runs a command that must succeed, and gives what it printed.
#[track_caller]
pub fn printed(command: &mut Command) -> String {
    let output = run(command);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{:?} ended with {}: {out}{err}", command.get_program(), output.status);
    out.into_owned()
}
