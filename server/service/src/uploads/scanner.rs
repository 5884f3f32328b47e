//! The check for viruses by a clamd of the house's own (its INSTREAM command). Deliberately not here: what becomes of a
//! file that did not pass, or that could not be checked.
//!
//! What clamd is asked and answers: `zINSTREAM` and a zero byte; the file in pieces, each behind its length as four
//! bytes, the largest first; a length of zero; and then `stream: OK`, `stream: … FOUND` or `… ERROR`, up to a zero byte.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::Semaphore;

use crate::config::{Clamd, ClamdAddress};

/// How many files are checked at once; a clamd has few threads.
const AT_ONCE: usize = 4;
/// How much of a file is sent behind one length.
const PIECE_BYTES: usize = 64 * 1024;
/// The most bytes of an answer: it names what was found.
const ANSWER_BYTES_MAX: u64 = 4 * 1024;

/// What was found out about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing was found; or nothing checks files in this house.
    Clean,
    /// Something was found, or it is longer than the clamd takes, so that it can never be checked.
    NotPassed,
}

/// The clamd is away, too slow, or answers what nobody understands: nothing is known of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unchecked {
    /// It cannot be reached at all.
    Away,
    /// It was reached, and this file got no answer. Another may.
    NoAnswer,
}

/// Checks files. Clones share its places and what is known of it.
#[derive(Debug, Clone)]
pub struct Scanner {
    clamd: Option<Clamd>,
    places: Arc<Semaphore>,
    is_away: Arc<AtomicBool>,
}

impl Scanner {
    pub fn new(clamd: Option<Clamd>) -> Self {
        Self { clamd, places: Arc::new(Semaphore::new(AT_ONCE)), is_away: Arc::default() }
    }

    /// Whether this house has files checked at all.
    pub const fn is_set(&self) -> bool {
        self.clamd.is_some()
    }

    /// Whether it was away when it was last needed or looked for.
    pub fn is_away(&self) -> bool {
        self.is_away.load(Ordering::Relaxed)
    }

    /// Checks a file. Where no clamd is set, every file passes.
    ///
    /// # Errors
    /// As [`Unchecked`] says.
    pub async fn check(&self, bytes: &[u8]) -> Result<Verdict, Unchecked> {
        let Some(clamd) = &self.clamd else { return Ok(Verdict::Clean) };
        let asked = async {
            // The time to wait for a place counts: whoever uploads waits for all of it.
            let _place = self.places.acquire().await.map_err(|_| Unchecked::NoAnswer)?;
            converse(clamd, bytes).await
        };
        let found = tokio::time::timeout(clamd.timeout, asked).await.unwrap_or(Err(Unchecked::NoAnswer));
        match found {
            Ok(_) => self.note(false),
            Err(Unchecked::Away) => self.note(true),
            // It may be this file alone.
            Err(Unchecked::NoAnswer) => {}
        }
        found
    }

    /// Looks whether it is there.
    pub async fn is_there(&self) -> bool {
        let Some(clamd) = &self.clamd else { return false };
        let answer = tokio::time::timeout(clamd.timeout, ping(clamd)).await;
        let is_there = matches!(answer, Ok(Ok(answer)) if answer == b"PONG");
        self.note(!is_there);
        is_there
    }

    fn note(&self, is_away: bool) {
        if self.is_away.swap(is_away, Ordering::Relaxed) != is_away {
            if is_away {
                tracing::warn!("the virus check is away: what is uploaded waits for it");
            } else {
                tracing::info!("the virus check is back");
            }
        }
    }
}

/// A line to a clamd, of either kind.
trait Line: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Line for T {}

async fn dial(clamd: &Clamd) -> io::Result<Box<dyn Line>> {
    Ok(match &clamd.at {
        ClamdAddress::Tcp(host, port) => Box::new(TcpStream::connect((host.as_str(), *port)).await?),
        ClamdAddress::Unix(path) => Box::new(UnixStream::connect(path).await?),
    })
}

async fn ping(clamd: &Clamd) -> io::Result<Vec<u8>> {
    let mut line = dial(clamd).await?;
    line.write_all(b"zPING\0").await?;
    answer(&mut line).await
}

async fn converse(clamd: &Clamd, bytes: &[u8]) -> Result<Verdict, Unchecked> {
    let line = dial(clamd).await.map_err(|_| Unchecked::Away)?;
    let (mut reader, mut writer) = tokio::io::split(line);
    // It answers before the end where the file is longer than it takes, and may hang up at once: what could not be
    // written is no fault then, and the answer tells.
    let heard = answer(&mut reader);
    tokio::pin!(heard);
    let heard = tokio::select! {
        heard = &mut heard => heard,
        _ = say(&mut writer, bytes) => heard.await,
    };
    let verdict = heard.ok().and_then(|answer| understood(&answer));
    verdict.ok_or(Unchecked::NoAnswer)
}

async fn say(line: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    line.write_all(b"zINSTREAM\0").await?;
    for piece in bytes.chunks(PIECE_BYTES) {
        let length = u32::try_from(piece.len()).map_err(io::Error::other)?;
        line.write_all(&length.to_be_bytes()).await?;
        line.write_all(piece).await?;
    }
    line.write_all(&0_u32.to_be_bytes()).await?;
    line.flush().await
}

/// What it says up to a zero byte, or to the end of the line.
async fn answer(line: &mut (impl AsyncRead + Unpin)) -> io::Result<Vec<u8>> {
    let mut line = line.take(ANSWER_BYTES_MAX);
    let mut said = Vec::new();
    while !said.contains(&0) && line.read_buf(&mut said).await? > 0 {}
    Ok(said.split(|byte| *byte == 0).next().unwrap_or_default().to_vec())
}

/// What an answer means; nothing where it is not understood. What it says beside that stays out of the log, for it came
/// over an open line.
fn understood(answer: &[u8]) -> Option<Verdict> {
    let text = std::str::from_utf8(answer).ok()?.trim_end();
    if text == "stream: OK" {
        return Some(Verdict::Clean);
    }
    if text.starts_with("stream: ") && text.ends_with(" FOUND") {
        return Some(Verdict::NotPassed);
    }
    if text.starts_with("INSTREAM size limit exceeded") {
        tracing::warn!("the virus check takes no file so long: raise its StreamMaxLength to 50M");
        return Some(Verdict::NotPassed);
    }
    tracing::warn!("the virus check answers what is not understood");
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_is_not_understood_lets_nothing_pass() {
        for (answer, meant) in [
            ("stream: OK", Some(Verdict::Clean)),
            ("stream: OK\n", Some(Verdict::Clean)),
            ("stream: Eicar-Signature FOUND", Some(Verdict::NotPassed)),
            ("INSTREAM size limit exceeded. ERROR", Some(Verdict::NotPassed)),
            ("stream: Can't allocate memory ERROR", None),
            ("stream: not OK", None),
            ("OK", None),
            ("", None),
            ("HTTP/1.1 200 OK", None),
        ] {
            assert_eq!(understood(answer.as_bytes()), meant, "{answer}");
        }
        assert_eq!(understood(b"stream: \xff FOUND"), None);
    }

    #[tokio::test]
    async fn a_file_is_sent_in_pieces_behind_their_lengths() {
        let mut sent = Vec::new();
        say(&mut sent, &vec![7; PIECE_BYTES + 2]).await.expect("written");
        let mut expected = b"zINSTREAM\0\0\x01\0\0".to_vec();
        expected.extend(vec![7; PIECE_BYTES]);
        expected.extend(b"\0\0\0\x02\x07\x07\0\0\0\0");
        assert!(sent == expected, "{} bytes", sent.len());
    }
}
