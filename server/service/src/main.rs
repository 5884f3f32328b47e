//! The program `concord`. Everything is in the library, so that tests can start a house too.

use std::process::ExitCode;

/// That of the C library keeps the 19 MiB of each password that it ever hashed, once for every thread that did.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    service::cli::run()
}
