//! A letter as a MIME message: text and HTML, with its attachments, under the Message-ID that its row has. Names were
//! parsed at the border of the house; what reaches a header is cleaned here once more, because the library panics on a
//! line break there, and one name could stop all mail.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::time::Moment;
use lettre::address::Envelope;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use store::outbox::Claimed;

use crate::acts::letters::Letter;
use crate::config::{Config, Secret};

/// Why a row of the outbox is no mail; it will not be one later either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAMail(pub &'static str);

/// Says that a program wrote the mail, so that no holiday notice answers it (RFC 3834).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// Makes the message of a claimed row.
///
/// # Errors
/// The part of it that cannot be.
pub fn of_row(row: &Claimed, config: &Config, now: Moment) -> Result<Message, NotAMail> {
    let letter: Letter = serde_json::from_slice(&row.body).map_err(|_| NotAMail("body"))?;
    let address = |text: &str| text.parse().map_err(|_| NotAMail("address"));
    let from = Mailbox::new(Some(one_line(&config.institution.name)), address(config.mail.from.as_str())?);
    let to = Mailbox::new(None, address(&row.to)?);
    let bounces_to = address(config.mail.bounces_to.as_str())?;
    let envelope =
        Envelope::new(Some(bounces_to), vec![to.email.clone()]).map_err(|_| NotAMail("envelope"))?;
    let both = MultiPart::alternative()
        .singlepart(SinglePart::plain(letter.text))
        .singlepart(SinglePart::html(letter.html));
    let builder = Message::builder()
        .envelope(envelope)
        .from(from)
        .to(to)
        .subject(one_line(&letter.subject))
        .date(std::time::UNIX_EPOCH + now.since(Moment::from_millis(0)))
        .message_id(Some(one_line(&row.message_id)))
        .header(AutoSubmitted);
    if letter.attachments.is_empty() {
        return builder.multipart(both).map_err(|_| NotAMail("message"));
    }
    let mut mixed = MultiPart::mixed().multipart(both);
    for attachment in letter.attachments {
        let kind =
            ContentType::parse(&one_line(&attachment.content_type)).map_err(|_| NotAMail("content-type"))?;
        let bytes = STANDARD.decode(&attachment.base64).map_err(|_| NotAMail("attachment"))?;
        mixed = mixed.singlepart(Attachment::new(file_name(&attachment.name)).body(bytes, kind));
    }
    builder.multipart(mixed).map_err(|_| NotAMail("message"))
}

/// One line without control characters.
fn one_line(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).collect()
}

/// A name that is one on every system.
fn file_name(name: &str) -> String {
    let kept: String =
        name.chars().filter(|letter| letter.is_ascii_alphanumeric() || "-_.".contains(*letter)).collect();
    if kept.is_empty() { "attachment".to_owned() } else { kept }
}

/// The credentials as the library wants them.
pub fn credentials(user: &str, password: &Secret) -> lettre::transport::smtp::authentication::Credentials {
    lettre::transport::smtp::authentication::Credentials::new(user.to_owned(), password.reveal().to_owned())
}

#[cfg(test)]
pub mod tests {
    use super::*;
    use crate::acts::letters;
    use crate::config::Values;
    use domain::ids::MailId;
    use mail_parser::{MessageParser, MimeHeaders as _};

    pub fn row(to: &str, letter: &Letter) -> Claimed {
        Claimed {
            id: MailId::new(uuid::Uuid::from_u128(7)),
            message_id: "<7@localhost.localdomain>".to_owned(),
            purpose: "record".to_owned(),
            to: to.to_owned(),
            body: serde_json::to_vec(letter).expect("JSON"),
            attempts: 1,
            delivery: None,
            created_at: Moment::from_millis(0),
        }
    }

    pub fn letter() -> Letter {
        Letter {
            subject: "আপনার মীমাংসা".to_owned(),
            text: "Your record is attached.\n.\nEnd".to_owned(),
            html: "<p>Your record is attached.</p>".to_owned(),
            attachments: vec![letters::Attachment::new("record.pdf", "application/pdf", b"%PDF-1.7")],
        }
    }

    fn config() -> Config {
        Config::read(&Values::default()).expect("the defaults are possible")
    }

    #[test]
    fn a_letter_becomes_a_message_that_others_can_read() {
        let message = of_row(&row("amara@example.org", &letter()), &config(), Moment::from_millis(1_000));
        let bytes = message.expect("a message").formatted();
        let read = MessageParser::default().parse(&bytes).expect("MIME");
        assert_eq!(read.subject(), Some("আপনার মীমাংসা"));
        assert_eq!(read.message_id(), Some("7@localhost.localdomain"));
        assert!(read.body_text(0).is_some_and(|text| text.starts_with("Your record is attached.")));
        let attached = read.attachment(0).expect("an attachment");
        assert_eq!(
            (attached.attachment_name(), attached.contents()),
            (Some("record.pdf"), b"%PDF-1.7".as_slice())
        );
    }

    #[test]
    fn nothing_that_somebody_wrote_makes_a_header_of_its_own() {
        let mut evil = letter();
        evil.subject = "Hello\r\nBcc: evil@example.org".to_owned();
        evil.attachments[0].name = "a\r\nX-Evil: 1.pdf".to_owned();
        let bytes = of_row(&row("amara@example.org", &evil), &config(), Moment::from_millis(0))
            .expect("a message")
            .formatted();
        let text = String::from_utf8_lossy(&bytes);
        assert!(!text.contains("\nBcc:") && !text.contains("\nX-Evil"), "{text}");
        for to in ["", "amara@example.org\r\nBcc: x@y.z", "amara"] {
            assert_eq!(
                of_row(&row(to, &letter()), &config(), Moment::from_millis(0)).err(),
                Some(NotAMail("address"))
            );
        }
        let mut broken = row("amara@example.org", &letter());
        broken.body = b"{".to_vec();
        assert_eq!(of_row(&broken, &config(), Moment::from_millis(0)).err(), Some(NotAMail("body")));
    }
}
