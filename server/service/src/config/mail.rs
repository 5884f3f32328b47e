//! The settings of mail: by which way it leaves, in whose name, and where other servers give it back.

use std::time::Duration;

use domain::person::EmailAddress;

use super::sources::{BadSetting, Values};
use super::values::{self, Impossible, PublicUrl, Secret};

/// How mails leave, and in whose name.
#[derive(Debug, Clone)]
pub struct Mail {
    pub transport: MailTransport,
    pub from: EmailAddress,
    /// Where other servers give a mail back that they cannot deliver: the envelope's sender.
    pub bounces_to: EmailAddress,
    /// Under which selector mails are signed (DKIM); nothing where they are not.
    pub dkim_selector: Option<String>,
    /// How long an unsendable mail is tried again.
    pub lasting: Duration,
}

/// The way by which they leave.
#[derive(Debug, Clone)]
pub enum MailTransport {
    Files,
    Smtp { host: String, port: u16, tls: MailTls, credentials: Option<(String, Secret)>, timeout: Duration },
}

/// What the line to the SMTP server is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailTls {
    StartTls,
    Tls,
    None,
}

impl Mail {
    /// Reads what is set of it.
    ///
    /// # Errors
    /// The first value that cannot be.
    pub fn read(set: &Values, public_url: &PublicUrl) -> Result<Self, BadSetting> {
        let address = |text: &str| text.parse().map_err(|_| Impossible("is no mail address".to_owned()));
        let transport = match set.text("mail_transport") {
            "files" => MailTransport::Files,
            "smtp" => Self::smtp(set)?,
            _ => return Err(set.bad("mail_transport", "is neither files nor smtp")),
        };
        let is_smtp = matches!(transport, MailTransport::Smtp { .. });
        let from: EmailAddress = match set.given("mail_from") {
            Some(_) => set.read("mail_from", address)?,
            None if is_smtp => return Err(set.bad("mail_transport", "needs mail_from to be set too")),
            None => set.read("mail_from", |_| address(&format!("concord@{}", mail_domain(public_url))))?,
        };
        let label = |text: &str| {
            let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            let fits = (1..=63).contains(&text.len()) && text.bytes().all(is_plain);
            if fits { Ok(text.to_owned()) } else { Err(Impossible("is no name in the DNS".to_owned())) }
        };
        let selector = set.given("mail_dkim_selector");
        let dkim_selector = selector.map(|_| set.read("mail_dkim_selector", label)).transpose()?;
        let bounces_to = set.given("mail_bounces_to").map(|_| set.read("mail_bounces_to", address));
        Ok(Self {
            transport,
            bounces_to: bounces_to.transpose()?.unwrap_or_else(|| from.clone()),
            from,
            dkim_selector,
            lasting: set.read("mail_lasting", values::period)?,
        })
    }

    fn smtp(set: &Values) -> Result<MailTransport, BadSetting> {
        let host = set
            .given("mail_host")
            .ok_or_else(|| set.bad("mail_transport", "needs mail_host to be set too"))?;
        let port = |text: &str| text.parse().map_err(|_| Impossible("is no port".to_owned()));
        let tls = match set.text("mail_tls") {
            "starttls" => MailTls::StartTls,
            "tls" => MailTls::Tls,
            "none" => MailTls::None,
            _ => return Err(set.bad("mail_tls", "is none of starttls, tls and none")),
        };
        let credentials = match (set.given("mail_user"), set.given("mail_password")) {
            (Some(user), Some(password)) => Some((user, Secret::new(password))),
            (None, None) => None,
            _ => return Err(set.bad("mail_user", "and mail_password go together")),
        };
        let timeout = set.read("mail_timeout", values::period)?;
        Ok(MailTransport::Smtp { host, port: set.read("mail_port", port)?, tls, credentials, timeout })
    }
}

/// What stands behind the @ where nothing is set: the public host, where that is a name with a dot.
fn mail_domain(public_url: &PublicUrl) -> String {
    let host = public_url.as_str().rsplit("//").next().unwrap_or("").split(':').next().unwrap_or("");
    let is_name = host.contains('.') && host.parse::<std::net::IpAddr>().is_err();
    if is_name { host.to_owned() } else { "localhost.localdomain".to_owned() }
}
