//! Letters as they lie in the outbox: everything that a mail needs, sealed until it is sent. An act puts a letter
//! there in its own transaction; `mail` sends it. Deliberately not here: SMTP, headers, files.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::ids::{DeliveryId, MailId};
use domain::language::Language;
use domain::person::EmailAddress;
use domain::settlement::DeliveryState;
use domain::time::Moment;
use pages::mails::{Mail, MailBody};
use serde::{Deserialize, Serialize};
use store::Tx;
use store::outbox::NewMail;

use super::Doing;
use crate::config::Institution;
use crate::refused::Refused;

/// What a mail says and carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    pub subject: String,
    pub text: String,
    pub html: String,
    pub attachments: Vec<Attachment>,
}

/// A file that goes with a letter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub name: String,
    pub content_type: String,
    /// The bytes in Base64: the letter is stored as JSON.
    pub base64: String,
}

impl Attachment {
    pub fn new(name: &str, content_type: &str, bytes: &[u8]) -> Self {
        Self { name: name.to_owned(), content_type: content_type.to_owned(), base64: STANDARD.encode(bytes) }
    }
}

/// To whom, and for what.
#[derive(Debug, Clone)]
pub struct Envelope<'a> {
    pub to: &'a EmailAddress,
    pub language: Language,
    /// For the house's own list of mails, such as `invitation`: no substance.
    pub purpose: &'static str,
    pub delivery: Option<DeliveryId>,
}

/// Queues a mail again that was set aside or came back; the record in it is on its way again.
///
/// # Errors
/// `Absent` where it is neither, or is not whole any more.
pub fn again(tx: &mut Tx<'_>, mail: MailId, now: Moment) -> Result<(), Refused> {
    let delivery = store::outbox::requeue(tx, mail, now)?;
    on_its_way(tx, delivery, now)
}

/// Queues everything again that was set aside; answers how many. A delivery that is gone, with the dispute that it was of,
/// keeps nobody else's mail from its turn.
///
/// # Errors
/// Those of the store.
pub fn all_again(tx: &mut Tx<'_>, now: Moment) -> Result<usize, Refused> {
    let mails = store::outbox::requeue_set_aside(tx, now)?;
    let count = mails.len();
    for delivery in mails {
        match on_its_way(tx, delivery, now) {
            Ok(()) | Err(Refused::Absent) => {}
            Err(refused) => return Err(refused),
        }
    }
    Ok(count)
}

fn on_its_way(tx: &mut Tx<'_>, delivery: Option<DeliveryId>, now: Moment) -> Result<(), Refused> {
    let Some(delivery) = delivery else { return Ok(()) };
    Ok(store::deliveries::set_state(tx, delivery, DeliveryState::Queued, now)?)
}

/// Puts a mail of the pages into the outbox.
///
/// # Errors
/// Those of the store.
pub fn post(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    envelope: &Envelope<'_>,
    mail: &Mail,
    attachments: Vec<Attachment>,
) -> Result<MailId, Refused> {
    let MailBody { subject, text, html } = mail.body(envelope.language, &as_shown(&doing.config.institution));
    let letter = Letter { subject, text, html, attachments };
    let body = serde_json::to_vec(&letter).map_err(|_| Refused::broken("letter"))?;
    let id = MailId::new(doing.new_uuid());
    let domain = doing.config.mail.from.as_str().rsplit('@').next().unwrap_or("localhost").to_owned();
    let row = NewMail {
        id,
        // Made with the row: however often the mail is sent, it is recognisable as the same.
        message_id: format!("<{id}@{domain}>"),
        purpose: envelope.purpose.to_owned(),
        to: envelope.to.as_str().to_owned(),
        body,
        delivery: envelope.delivery,
        due_at: doing.now,
    };
    store::outbox::queue(tx, &row, doing.now)?;
    doing.mail_waits();
    Ok(id)
}

/// The institution as the pages and mails show it.
pub fn as_shown(institution: &Institution) -> pages::frame::Institution {
    pages::frame::Institution {
        name: institution.name.clone(),
        phone: institution.phone.clone(),
        address: institution.address.clone(),
        emergency_number: institution.emergency_number.clone(),
    }
}
