//! The codes that open an invitation: made, mailed or printed once, and kept as a digest. Deliberately not here: what a
//! code opens (`invitations`).

use domain::dispute::Stage;
use domain::ids::{DisputeId, InvitationId};
use domain::time::Moment;
use pages::mails::Mail;
use store::invitations::NewCode;
use store::{SecretHash, Tx};

use super::letters::{Envelope, post};
use super::{Doing, amended};
use crate::refused::Refused;
use crate::tokens::OneTimeCode;

/// Makes a code for the dispute's next invitation and mails it where there is an address (R19: a printed code does as
/// well). To whoever said no, asked not to be written to again or is afraid, nothing goes out; the invitation gets its
/// number all the same, so that whoever invites cannot tell. Codes from before open nothing once a fresh one is mailed.
///
/// # Errors
/// Those of the store.
pub fn send(tx: &mut Tx<'_>, doing: &mut Doing, dispute: DisputeId, until: Moment) -> Result<(), Refused> {
    let claim = store::claims::load(tx, dispute)?;
    let invited = store::disputes::load(tx, dispute)?.value;
    let said_no = matches!(invited.stage, Stage::Inviting { refused_at: Some(_), .. });
    let known = match amended::other_party(tx, &invited)? {
        Some(account) => Some(store::people::by_id(tx, account)?),
        None => None,
    };
    let language = known.as_ref().map_or(invited.language, |person| person.language);
    // Whoever is known to the house is written to where it knows that they read, and never told to whoever invites.
    let address = known.and_then(|person| person.email.filter(|_| person.confirmed_at.is_some()));
    let to = claim.respondent_email.or(address).filter(|_| !said_no && !claim.silenced);
    let number =
        store::invitations::of_dispute(tx, dispute)?.iter().map(|code| code.number).max().unwrap_or(0);
    if to.is_some() {
        store::invitations::void_all(tx, dispute)?;
    }
    let code = make_code(tx, doing, dispute, number.saturating_add(1), until)?;
    let Some(to) = to else { return Ok(()) };
    let url = doing.config.public_url.link(&format!("/invitations/{}", code.as_str()));
    let entry = doing.config.public_url.link("/invitations");
    let mail = Mail::Invitation { url, entry, expires_on: until.day() };
    let envelope = Envelope { to: &to, language, purpose: "invitation", delivery: None };
    post(tx, doing, &envelope, &mail, Vec::new())?;
    Ok(())
}

/// Makes a code. Only its digest is kept.
///
/// # Errors
/// Those of the store.
pub fn make_code(
    tx: &mut Tx<'_>,
    doing: &Doing,
    dispute: DisputeId,
    number: u32,
    expires_at: Moment,
) -> Result<OneTimeCode, Refused> {
    let code = OneTimeCode::new()?;
    let invitation = InvitationId::new(doing.new_uuid());
    let secret = SecretHash::of(code.as_str());
    let row = NewCode { invitation, dispute, number, locator: code.locator(), secret, expires_at };
    store::invitations::make(tx, &row, doing.now)?;
    Ok(code)
}
