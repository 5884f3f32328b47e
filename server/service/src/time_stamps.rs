//! The sealing of a record, of a certification or of an auditor's report, with a time stamp, where an authority is set (RFC 3161, section 3.4). A record never waits for
//! ever: after two tries within the set time it is sealed without one, and the house says so (decision 0024). Deliberately
//! not here: what of an answer is believed, which `record` says.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, CONTENT_TYPE, HOST};
use hyper_util::rt::TokioIo;
use record::certification::{self, Sheet};
use record::sd_jwt::{self, Paper};
use record::{Authorities, Contents, Digest, NotStamped, Report, Sealed, Statement, UnstampedPdf, report};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};

use crate::config::{StampAddress, TimeStamps};
use crate::keys::{Keys, random};
use crate::refused::Refused;

/// The most bytes of an answer: a token with a long chain of certificates has some ten thousand.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
const TRIES: u32 = 2;
/// After which time somebody may come again whose paper the seal key did not sign.
const COME_BACK: Duration = Duration::from_secs(30);
/// Before the second try.
const PAUSE: Duration = Duration::from_millis(500);

/// Seals records and reports.
pub struct Sealer {
    keys: Arc<Keys>,
    stamps: Option<TimeStamps>,
    /// The main runtime: its threads lay records out.
    runtime: Handle,
    missed: AtomicU64,
}

/// Why there is no time stamp.
#[derive(Debug)]
enum Missed {
    /// The authority could not be reached, or what came is no answer of one.
    Away(String),
    /// It answered, and is not believed.
    NotBelieved(NotStamped),
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Away(reason) => f.write_str(reason),
            Self::NotBelieved(reason) => reason.fmt(f),
        }
    }
}

impl Sealer {
    pub fn new(keys: Arc<Keys>, stamps: Option<TimeStamps>, runtime: Handle) -> Self {
        Self { keys, stamps, runtime, missed: AtomicU64::new(0) }
    }

    /// Whether this house has records stamped at all.
    pub const fn stamps(&self) -> bool {
        self.stamps.is_some()
    }

    /// How many papers were sealed without the time stamp that they should have.
    pub fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }

    /// Lays out and signs the record, on a thread of its own, and has it stamped.
    ///
    /// # Errors
    /// `Busy` where the key gives no signature now, as one in a token may; nothing is lost, the same can be sealed later.
    /// `Broken` where it cannot be made, which the checks at input rule out. A missing time stamp is no error.
    pub async fn seal(&self, contents: Contents) -> Result<Sealed, Refused> {
        let Some(stamps) = &self.stamps else {
            return self.made(|keys| record::seal(contents, &keys.seal)).await;
        };
        let trusted = stamps.trusted.clone();
        let unstamped = self.made(move |keys| record::seal_to_stamp(contents, &keys.seal, &trusted)).await?;
        let pdf = self.stamped(stamps, unstamped.file.clone()).await;
        Ok(unstamped.with(pdf))
    }

    /// The same of a certification.
    ///
    /// # Errors
    /// As of a record.
    pub async fn seal_certification(
        &self,
        statement: Statement,
        sheets: Vec<Sheet>,
    ) -> Result<Sealed, Refused> {
        let Some(stamps) = &self.stamps else {
            return self.made(move |keys| certification::seal(&statement, &sheets, &keys.seal)).await;
        };
        let trusted = stamps.trusted.clone();
        let make = move |keys: &Keys| certification::seal_to_stamp(&statement, &sheets, &keys.seal, &trusted);
        let unstamped = self.made(make).await?;
        let pdf = self.stamped(stamps, unstamped.file.clone()).await;
        Ok(unstamped.with(pdf))
    }

    /// The same of an auditor's report.
    ///
    /// # Errors
    /// As of a record.
    pub async fn seal_report(&self, report: Report) -> Result<Vec<u8>, Refused> {
        let Some(stamps) = &self.stamps else {
            return self.made(move |keys| report::seal(&report, &keys.seal)).await;
        };
        let trusted = stamps.trusted.clone();
        let unstamped = self.made(move |keys| report::seal_to_stamp(&report, &keys.seal, &trusted)).await?;
        Ok(self.stamped(stamps, unstamped).await)
    }

    /// A paper that shows a part of a record, signed in the same way.
    ///
    /// # Errors
    /// As of a record.
    pub async fn issue(&self, contents: Contents, digest: Digest, issuer: String) -> Result<Paper, Refused> {
        self.made(move |keys| Ok(sd_jwt::issue(&contents, digest, &issuer, &keys.seal)?)).await
    }

    /// The file with its time stamp, or without one where none could be had in time.
    async fn stamped(&self, stamps: &TimeStamps, unstamped: UnstampedPdf) -> Vec<u8> {
        let stamped = tokio::time::timeout(stamps.timeout, try_to_stamp(stamps, &unstamped)).await;
        match stamped.unwrap_or_else(|_| Err(Missed::Away("it took too long".to_owned()))) {
            Ok(pdf) => pdf,
            Err(reason) => {
                self.missed.fetch_add(1, Ordering::Relaxed);
                tracing::warn!(%reason, "a paper was sealed without a time stamp");
                unstamped.unstamped()
            }
        }
    }

    async fn made<T: Send + 'static>(
        &self,
        make: impl FnOnce(&Keys) -> Result<T, record::SealError> + Send + 'static,
    ) -> Result<T, Refused> {
        let keys = Arc::clone(&self.keys);
        match self.runtime.spawn_blocking(move || make(&keys)).await {
            Ok(Ok(made)) => Ok(made),
            Ok(Err(error)) if error.lacks_signature() => Err(Refused::Busy { retry_after: COME_BACK }),
            Ok(Err(_)) | Err(_) => Err(Refused::broken("the paper cannot be made")),
        }
    }
}

/// What is not believed is not asked for again: an authority that lies once gets no second chance to be believed.
async fn try_to_stamp(stamps: &TimeStamps, unstamped: &UnstampedPdf) -> Result<Vec<u8>, Missed> {
    let mut tried = 1;
    loop {
        match stamp(&stamps.at, &stamps.trusted, unstamped).await {
            Err(Missed::Away(_)) if tried < TRIES => tokio::time::sleep(PAUSE).await,
            done => return done,
        }
        tried += 1;
    }
}

async fn stamp(
    at: &StampAddress,
    trusted: &Authorities,
    unstamped: &UnstampedPdf,
) -> Result<Vec<u8>, Missed> {
    let broken = |_| Missed::Away("the request could not be made".to_owned());
    let number = random().map_err(|error| Missed::Away(error.to_string()))?;
    let asked = unstamped.ask(number).map_err(broken)?;
    let answer = ask(at, asked.request()).await.map_err(|error| Missed::Away(error.to_string()))?;
    let token = asked.answered(&answer, trusted).map_err(Missed::NotBelieved)?;
    unstamped.stamped(&token).map_err(|_| Missed::Away("the token is too long for its place".to_owned()))
}

/// Asks over a line of its own. Nothing else than the right answer is read: no other place is gone to.
async fn ask(at: &StampAddress, request: &[u8]) -> io::Result<Vec<u8>> {
    let line = TcpStream::connect((at.host.trim_matches(['[', ']']), at.port)).await?;
    if !at.is_https {
        return converse(at, line, request).await;
    }
    let name = ServerName::try_from(at.host.trim_matches(['[', ']']).to_owned()).map_err(io::Error::other)?;
    let line = TlsConnector::from(Arc::new(tls()?)).connect(name, line).await?;
    converse(at, line, request).await
}

fn tls() -> io::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

async fn converse(
    at: &StampAddress,
    line: impl tokio::io::AsyncRead + tokio::io::AsyncWrite + Send + Unpin + 'static,
    request: &[u8],
) -> io::Result<Vec<u8>> {
    let (mut sender, line) = http1::handshake(TokioIo::new(line)).await.map_err(io::Error::other)?;
    let request = Request::post(&at.path)
        .header(HOST, format!("{}:{}", at.host, at.port))
        .header(CONTENT_TYPE, "application/timestamp-query")
        .header(ACCEPT, "application/timestamp-reply")
        .body(Full::new(Bytes::copy_from_slice(request)))
        .map_err(io::Error::other)?;
    let asked = async {
        let answer = sender.send_request(request).await.map_err(io::Error::other)?;
        let kind = answer.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let is_reply = kind.is_some_and(|kind| kind.split(';').next() == Some("application/timestamp-reply"));
        if answer.status().as_u16() != 200 || !is_reply {
            return Err(io::Error::other(format!("it answers with status {}", answer.status().as_u16())));
        }
        let body = Limited::new(answer.into_body(), ANSWER_BYTES_MAX).collect().await;
        body.map(|body| body.to_bytes().to_vec()).map_err(io::Error::other)
    };
    // The line works only while somebody looks after it; it ends with the answer.
    tokio::pin!(asked);
    tokio::select! {
        answer = &mut asked => answer,
        ended = line => match ended {
            Ok(()) => asked.await,
            Err(error) => Err(io::Error::other(error)),
        },
    }
}
