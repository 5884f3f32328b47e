//! Signs each mail for the domain that it comes from (DKIM, RFC 6376), so that whoever receives it can tell it from one
//! that somebody else wrote in the house's name. Deliberately not here: the key, which lies beside the others.

use lettre::Message;
use lettre::message::dkim::{
    DkimCanonicalization, DkimCanonicalizationType, DkimConfig, DkimSigningAlgorithm, DkimSigningKey,
};
use lettre::message::header::HeaderName;

use crate::config::Config;
use crate::keys::KeysError;
use crate::keys::mail_key::{MAIL_KEY_FILE, mail_key};

/// The headers that are signed. `Content-Type` is not among them: in a message of several parts the library writes it
/// once more than it signs it.
const SIGNED: [&str; 6] = ["From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"];

/// What signs mails.
pub struct Signer {
    config: DkimConfig,
    record: (String, String),
}

impl Signer {
    /// The signer that the settings ask for; nothing where mails are not signed.
    ///
    /// # Errors
    /// A key that cannot be had.
    pub fn open(config: &Config) -> Result<Option<Self>, KeysError> {
        let Some(selector) = config.mail.dkim_selector.clone() else { return Ok(None) };
        let folder = config.keys_folder();
        let key = mail_key(&folder)?;
        let domain = domain_of(config.mail.from.as_str());
        let record = (format!("{selector}._domainkey.{domain}"), format!("v=DKIM1; k=rsa; p={}", key.public));
        let private = DkimSigningKey::new(&key.pem, DkimSigningAlgorithm::Rsa)
            .map_err(|_| KeysError::NotAKey(folder.join(MAIL_KEY_FILE)))?;
        let relaxed = DkimCanonicalizationType::Relaxed;
        let canonicalization = DkimCanonicalization { header: relaxed, body: relaxed };
        let headers = SIGNED.map(HeaderName::new_from_ascii_str).to_vec();
        let config = DkimConfig::new(selector, domain, private, headers, canonicalization);
        Ok(Some(Self { config, record }))
    }

    /// Signs a mail as it is going to leave.
    pub fn sign(&self, message: &mut Message) {
        message.sign(&self.config);
    }

    /// The name and the text of the TXT record that the DNS is to hold.
    pub fn record(&self) -> (&str, &str) {
        (&self.record.0, &self.record.1)
    }
}

fn domain_of(address: &str) -> String {
    address.rsplit_once('@').map_or(address, |(_, domain)| domain).to_ascii_lowercase()
}
