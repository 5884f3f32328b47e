//! A mail of the house that another server gave back: the record's delivery has failed, and a registrar looks at it (R26).
//! What a report says is nobody's word: whoever knows a mail's Message-ID, as its recipient does, can write one. So it
//! only ever marks one mail that was sent, to the address that it was sent to, and tells nobody but the registrar and
//! the person themselves. Deliberately not here: reading the report (`mail`).

use domain::bounce::{Action, Status, is_given_up};
use domain::ids::MailId;
use domain::person::EmailAddress;
use domain::settlement::DeliveryState;
use store::Tx;
use store::bounces::{self, Known};
use store::outbox::MailState;

use super::Doing;
use crate::refused::Refused;

/// What a server reports of one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The Message-ID of the mail, in its angle brackets.
    pub message_id: String,
    pub recipients: Vec<Recipient>,
}

/// What it says of one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Under which addresses: the one that the mail was sent to, and the last one that it was sent on to.
    pub addresses: Vec<EmailAddress>,
    pub action: Action,
    pub status: Status,
}

/// What a report came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// The mail has come back, which was not known.
    CameBack(MailId, Status),
    /// Nothing has changed: it is still on its way or has arrived, or it was reported before.
    Nothing(MailId, Action, Status),
    /// No mail that the house sent to that address, or not lately.
    Unknown,
    /// A worker has the mail: a server took it and was faster with its report than we with noting it.
    TooEarly(MailId),
}

/// Takes in what a server reports.
///
/// # Errors
/// Those of the store.
pub fn take(tx: &mut Tx<'_>, doing: &mut Doing, report: &Report) -> Result<Told, Refused> {
    let Some(mail) = bounces::find(tx, &report.message_id)? else { return Ok(Told::Unknown) };
    let Some((action, status)) = about(&mail, report) else { return Ok(Told::Unknown) };
    if mail.state == MailState::Queued && mail.leased_until > doing.now {
        return Ok(Told::TooEarly(mail.id));
    }
    // Of an invitation the registrar who looks may be whoever invites, and of other mails nobody waits for one (R19).
    let Some(delivery) = mail.delivery else { return Ok(Told::Nothing(mail.id, action, status)) };
    if !is_given_up(action, status) || !bounces::came_back(tx, mail.id, doing.now, &problem(status))? {
        return Ok(Told::Nothing(mail.id, action, status));
    }
    store::deliveries::set_state(tx, delivery, DeliveryState::Failed, doing.now)?;
    let settlement = store::deliveries::by_id(tx, delivery)?.settlement;
    let dispute = store::settlements::by_id(tx, settlement)?.dispute;
    let subjects = serde_json::json!({
        "mail": mail.id.to_string(), "status": status.to_string(), "delivery": delivery.to_string(),
    });
    doing.trace("mail-bounced", Some(dispute), &subjects);
    Ok(Told::CameBack(mail.id, status))
}

/// What is said of the recipient that the mail had.
fn about(mail: &Known, report: &Report) -> Option<(Action, Status)> {
    let to: EmailAddress = mail.to.as_deref()?.parse().ok()?;
    let recipient = report.recipients.iter().find(|recipient| recipient.addresses.contains(&to))?;
    Some((recipient.action, recipient.status))
}

fn problem(status: Status) -> String {
    format!("bounced-{status}")
}

/// A registrar has seen to a mail that came back.
///
/// # Errors
/// `Absent` where it lies on no desk; those of the store.
pub fn see(tx: &mut Tx<'_>, doing: &mut Doing, mail: MailId) -> Result<(), Refused> {
    bounces::seen(tx, mail)?;
    doing.trace("mail-seen", None, &serde_json::json!({ "mail": mail.to_string() }));
    Ok(())
}
