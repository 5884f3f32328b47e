//! Cleaning a document in a process of its own, which is this program again with little memory, little time, and
//! nothing of the house: no keys, no database, no environment. A document that asks for more than it may have ends that
//! process and not the house.

use std::io::{self, Read as _, Write as _};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use super::{NotCleaned, UPLOAD_BYTES_MAX, pdf};

/// The name of the hidden command.
pub const COMMAND: &str = "clean-pdf";
/// The most memory of that process: the addresses that it may use at all.
const MEMORY_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// The most seconds of a core.
const CPU_SECONDS_MAX: u64 = 10;
/// How long it may take on a busy machine.
const WAIT_MAX: Duration = Duration::from_secs(40);
/// A copy may be a little longer than what was read: it is written without packed objects.
const COPY_BYTES_MAX: u64 = 2 * 25 * 1024 * 1024;

/// Cleans a document in a process apart.
///
/// # Errors
/// As [`NotCleaned`] says.
pub async fn clean(bytes: Vec<u8>) -> Result<Vec<u8>, NotCleaned> {
    match tokio::time::timeout(WAIT_MAX, ask(bytes)).await {
        Ok(Ok(copy)) => copy.ok_or(NotCleaned::Refused),
        Ok(Err(error)) => {
            tracing::error!(%error, "a document could not be given to a process apart");
            Err(NotCleaned::Broken)
        }
        Err(_) => Err(NotCleaned::Refused),
    }
}

async fn ask(bytes: Vec<u8>) -> io::Result<Option<Vec<u8>>> {
    let mut child = Command::new(own_program()?)
        .arg(COMMAND)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let (Some(mut input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::Error::other("no pipe"));
    };
    let give = async move {
        // One that has ended already takes nothing more; its exit tells why.
        let _ = input.write_all(&bytes).await;
    };
    let mut copy = Vec::new();
    let mut output = output.take(COPY_BYTES_MAX + 1);
    let ((), taken) = tokio::join!(give, output.read_to_end(&mut copy));
    taken?;
    drop(output);
    let is_whole = u64::try_from(copy.len()).is_ok_and(|length| length <= COPY_BYTES_MAX);
    let ended = child.wait().await?;
    Ok((ended.success() && is_whole && !copy.is_empty()).then_some(copy))
}

/// This very program, also where a newer one has taken its place on the disk meanwhile.
fn own_program() -> io::Result<std::path::PathBuf> {
    let running = std::path::PathBuf::from("/proc/self/exe");
    if running.exists() { Ok(running) } else { std::env::current_exe() }
}

/// What that process does: it takes its own means away, then reads a document and writes the copy.
///
/// # Errors
/// Where it cannot be cleaned.
pub fn run() -> io::Result<()> {
    let limited = |most| Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(Resource::As, limited(MEMORY_BYTES_MAX))?;
    setrlimit(Resource::Cpu, limited(CPU_SECONDS_MAX))?;
    // It writes no file, and leaves no memory on the disk when it ends badly.
    setrlimit(Resource::Fsize, limited(0))?;
    setrlimit(Resource::Core, limited(0))?;
    let mut bytes = Vec::new();
    let most = u64::try_from(UPLOAD_BYTES_MAX).unwrap_or(u64::MAX);
    io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    let copy = pdf::clean(&bytes).ok_or_else(|| io::Error::other("this document cannot be cleaned"))?;
    let mut out = io::stdout().lock();
    out.write_all(&copy)?;
    out.flush()
}
