//! Cleaning a document, or drawing a small picture, in a process of its own, which is this program again with little memory, little time, and
//! nothing of the house: no keys, no database, no environment. What asks for more than it may have ends that
//! process and not the house.

use std::io::{self, Read as _, Write as _};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, setrlimit};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use super::thumbnail::{self, Thumbnail};
use super::{NotCleaned, UPLOAD_BYTES_MAX, pdf};

/// What is done there; each is a hidden command of this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    CleanPdf,
    DrawThumbnail,
}

impl Work {
    const fn command(self) -> &'static str {
        match self {
            Self::CleanPdf => "clean-pdf",
            Self::DrawThumbnail => "draw-thumbnail",
        }
    }
}

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
    done(Work::CleanPdf, bytes).await
}

/// Draws the small picture of a picture in a process apart; nothing where it cannot be drawn.
pub async fn draw(picture: Vec<u8>) -> Option<Thumbnail> {
    Thumbnail::from_bytes(&done(Work::DrawThumbnail, picture).await.ok()?)
}

async fn done(work: Work, bytes: Vec<u8>) -> Result<Vec<u8>, NotCleaned> {
    match tokio::time::timeout(WAIT_MAX, ask(work, bytes)).await {
        Ok(Ok(made)) => made.ok_or(NotCleaned::Refused),
        Ok(Err(error)) => {
            tracing::error!(%error, "a file could not be given to a process apart");
            Err(NotCleaned::Broken)
        }
        Err(_) => Err(NotCleaned::Refused),
    }
}

async fn ask(work: Work, bytes: Vec<u8>) -> io::Result<Option<Vec<u8>>> {
    let mut child = Command::new(own_program()?)
        .arg(work.command())
        .env_clear()
        // Its memory is bounded as address space, of which the allocator would take a gigabyte ahead.
        .env("MIMALLOC_ARENA_RESERVE", "32M")
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

/// What that process does: it takes its own means away, then reads a file and writes what it made of it.
///
/// # Errors
/// Where nothing can be made of it.
pub fn run(work: Work) -> io::Result<()> {
    let limited = |most| Rlimit { current: Some(most), maximum: Some(most) };
    setrlimit(Resource::As, limited(MEMORY_BYTES_MAX))?;
    setrlimit(Resource::Cpu, limited(CPU_SECONDS_MAX))?;
    // It writes no file, and leaves no memory on the disk when it ends badly.
    setrlimit(Resource::Fsize, limited(0))?;
    setrlimit(Resource::Core, limited(0))?;
    let mut bytes = Vec::new();
    let most = u64::try_from(UPLOAD_BYTES_MAX).unwrap_or(u64::MAX);
    io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    let made = match work {
        Work::CleanPdf => pdf::clean(&bytes),
        Work::DrawThumbnail => thumbnail::draw(&bytes).map(|drawn| drawn.to_bytes()),
    };
    let mut out = io::stdout().lock();
    out.write_all(&made.ok_or_else(|| io::Error::other("nothing can be made of this file"))?)?;
    out.flush()
}
