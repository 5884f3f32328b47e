//! The ways by which a mail leaves: as a file (development), or by SMTP. What went wrong is told as a class, such as
//! `smtp-451`: a server's own words may quote an address.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use domain::ids::MailId;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::{Error, PoolConfig};
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};

use super::message::credentials;
use crate::config::{Config, MailTls, MailTransport};

/// A way out.
pub enum Transport {
    Files(PathBuf),
    Smtp { relay: Box<AsyncSmtpTransport<Tokio1Executor>>, whole: Duration },
}

/// Why a mail did not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotSent {
    /// It may leave later.
    Later(String),
    /// The server refuses this mail for good.
    Never(String),
}

impl Transport {
    /// The transport that the settings ask for.
    ///
    /// # Errors
    /// TLS that cannot be set up.
    pub fn new(config: &Config) -> Result<Self, String> {
        let (host, port, tls, signed_in, timeout) = match &config.mail.transport {
            MailTransport::Files => return Ok(Self::Files(config.data.join("mail"))),
            MailTransport::Smtp { host, port, tls, credentials, timeout } => {
                (host, *port, *tls, credentials, *timeout)
            }
        };
        let parameters =
            || TlsParameters::new(host.clone()).map_err(|_| "mail: TLS cannot be set up".to_owned());
        let tls = match tls {
            MailTls::StartTls => Tls::Required(parameters()?),
            MailTls::Tls => Tls::Wrapper(parameters()?),
            MailTls::None => Tls::None,
        };
        let mut relay = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.as_str())
            .port(port)
            .tls(tls)
            .timeout(Some(timeout))
            .pool_config(PoolConfig::new().max_size(4));
        if let Some((user, password)) = signed_in {
            relay = relay.credentials(credentials(user, password));
        }
        // A step has `timeout`; a whole conversation of some ten steps may not take for ever either.
        Ok(Self::Smtp { relay: Box::new(relay.build()), whole: timeout * 4 })
    }

    /// Lets one mail leave.
    ///
    /// # Errors
    /// Whether it may be tried again, and the class of what went wrong.
    pub async fn send(&self, id: MailId, message: Message) -> Result<(), NotSent> {
        match self {
            Self::Files(folder) => {
                let folder = folder.clone();
                let bytes = message.formatted();
                let written = tokio::task::spawn_blocking(move || write(&folder, id, &bytes)).await;
                match written {
                    Ok(Ok(())) => Ok(()),
                    Ok(Err(error)) => Err(NotSent::Later(format!("file-{:?}", error.kind()))),
                    Err(_) => Err(NotSent::Later("file".to_owned())),
                }
            }
            Self::Smtp { relay, whole } => match tokio::time::timeout(*whole, relay.send(message)).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(error)) => Err(class(&error)),
                Err(_) => Err(NotSent::Later("smtp-timeout".to_owned())),
            },
        }
    }
}

/// Only what a server refused for good is given up. A refused sign-in (535) is the house's mistake, not the mail's.
fn class(error: &Error) -> NotSent {
    let status = error.status().map(|code| code.to_string());
    let text = match &status {
        Some(status) => format!("smtp-{status}"),
        None if error.is_timeout() => "smtp-timeout".to_owned(),
        None if is_of_tls(error) => "smtp-tls".to_owned(),
        // The server does not offer what the settings ask for, such as STARTTLS.
        None if error.is_client() => "smtp-offer".to_owned(),
        None => "smtp-connection".to_owned(),
    };
    let of_the_house = status.as_deref().is_some_and(|status| ["530", "534", "535", "538"].contains(&status));
    if error.is_permanent() && !of_the_house { NotSent::Never(text) } else { NotSent::Later(text) }
}

/// Whether the line could not be made private, as with a certificate for which nobody vouches: the library tells that
/// as it tells of a line that broke.
fn is_of_tls(error: &Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let inner = cause.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if inner.is_some_and(|inner| inner.is::<tokio_rustls::rustls::Error>()) {
            return true;
        }
        source = cause.source();
    }
    error.is_tls()
}

/// Writes a mail aside and renames it, so that nobody ever reads half of one.
fn write(folder: &std::path::Path, id: MailId, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let aside = folder.join(format!(".{id}.new"));
    let mut file = fs::File::create(&aside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&aside, folder.join(format!("{id}.eml")))?;
    fs::File::open(folder)?.sync_all()
}
