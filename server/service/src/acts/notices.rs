//! Mails that tell a person of the house's that something waits for them: a link to sign in, and no substance (R11).
//! Deliberately not here: what mails say, which is the pages', and how they are sent.

use domain::ids::{AccountId, DisputeId};
use domain::time::Day;
use pages::mails::Mail;
use store::Tx;

use super::Doing;
use super::letters::{Envelope, post};
use crate::config::PublicUrl;
use crate::refused::Refused;

/// The addresses that mails name.
pub struct Links<'a>(&'a PublicUrl);

impl Links<'_> {
    /// A dispute's page.
    pub fn dispute(&self, id: DisputeId) -> String {
        self.0.link(&format!("/disputes/{id}"))
    }
}

/// Sends a person a mail in their language. Whoever has no confirmed address gets none: nothing presupposes a mailbox.
///
/// # Errors
/// Those of the store.
pub fn send(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    account: AccountId,
    purpose: &'static str,
    mail: impl FnOnce(&Links<'_>) -> Mail,
) -> Result<(), Refused> {
    let person = store::people::by_id(tx, account)?;
    let (Some(to), Some(_)) = (&person.email, person.confirmed_at) else { return Ok(()) };
    let mail = mail(&Links(&doing.config.public_url));
    let envelope = Envelope { to, language: person.language, purpose, delivery: None };
    post(tx, doing, &envelope, &mail, Vec::new())?;
    Ok(())
}

/// Tells a person that something waits for them in a dispute.
///
/// # Errors
/// Those of the store.
pub fn something_to_do(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    account: AccountId,
    dispute: DisputeId,
) -> Result<(), Refused> {
    send(tx, doing, account, "something-to-do", |links| Mail::SomethingToDo { url: links.dispute(dispute) })
}

/// Tells a person that something of theirs has an end on that day.
///
/// # Errors
/// Those of the store.
pub fn time_ends(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    account: AccountId,
    dispute: DisputeId,
    ends_on: Day,
) -> Result<(), Refused> {
    send(tx, doing, account, "deadline", |links| Mail::Deadline { url: links.dispute(dispute), ends_on })
}
