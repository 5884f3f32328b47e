//! The program `concord`. Everything is in the library, so that tests can start a house too.

use std::process::ExitCode;

fn main() -> ExitCode {
    service::cli::run()
}
