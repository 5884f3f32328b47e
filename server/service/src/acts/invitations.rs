//! Inviting the respondent and hearing the answer. A code is found by its locator and opened by its secret; looking at
//! it changes nothing, and a wrong secret is counted.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::dispute::{Actor, Command, Dispute, Refusal, Stage};
use domain::ids::{AccountId, DisputeId};
use domain::invitation::{CodeState, Concern, code_state};
use domain::money::Money;
use domain::party::{Joining, Side};
use domain::person::PersonName;
use domain::time::Moment;
use store::invitations::Code;
use store::{SecretHash, Stored, Tx};

use super::codes::make_code;
use super::process::{carry_out, carry_out_as, look};
use super::{Doing, amended, duties};
use crate::refused::Refused;
use crate::tokens::OneTimeCode;

/// What is shown of a dispute to whoever holds the code: nothing that the claimant wrote but the name, and the amount
/// where the claimant allowed it.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The dispute behind it.
    pub dispute: DisputeId,
    /// Who invites.
    pub from: PersonName,
    /// What it is about.
    pub category: domain::category::Category,
    /// How much is asked for, where the claimant allowed that it is shown.
    pub amount: Option<Money>,
    /// Until when it can be answered.
    pub expires_at: Moment,
    /// Whether somebody with the code said no, which can be undone.
    pub is_refused: bool,
    /// Whether the seat is taken.
    pub is_taken: bool,
}

/// What became of an acceptance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// The person is in.
    Joined(DisputeId),
    /// They wait until the registrar knows who they are.
    Pending(DisputeId),
}

/// How often one may invite again within `AGAIN_PERIOD`: nobody is to be pressed by mail.
const AGAIN_MAX: usize = 3;
const AGAIN_PERIOD: Duration = Duration::from_secs(24 * 3600);

/// Invites again: a fresh code, and its time begins anew.
///
/// # Errors
/// The rule that stands against it; `TooMuch` after three within a day, whatever became of them.
pub fn invite_again(tx: &mut Tx<'_>, doing: &mut Doing, id: DisputeId) -> Result<(), Refused> {
    let mut seen = look(tx, doing, id)?;
    let began = doing.now.minus(AGAIN_PERIOD);
    let mut again = BTreeMap::new();
    // Letters are further codes of the same invitation; the first invitation is not one again.
    for code in store::invitations::of_dispute(tx, id)?.into_iter().filter(|code| code.number > 1) {
        again.entry(code.number).or_insert(code.made_at);
    }
    again.retain(|_, made_at| *made_at > began);
    carry_out(tx, doing, &mut seen, &Command::InviteAgain)?;
    match again.values().next() {
        Some(oldest) if again.len() >= AGAIN_MAX => {
            Err(Refused::TooMuch { retry_after: oldest.since(began) })
        }
        _ => Ok(()),
    }
}

/// A fresh printable code for invitation number `number`, shown once and never kept.
///
/// # Errors
/// `Absent` for others than claimant and registrar, or where there is no such invitation; the rule where it is over.
pub fn letter(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    number: u32,
) -> Result<OneTimeCode, Refused> {
    let seen = look(tx, doing, id)?;
    if !matches!(seen.actor()?, Actor::Party(Side::Claimant) | Actor::Registrar) {
        return Err(Refused::Absent);
    }
    let Stage::Inviting { until, .. } = seen.dispute.stage else {
        return Err(Refused::rule("not-at-this-stage"));
    };
    let codes = store::invitations::of_dispute(tx, id)?;
    if !codes.iter().any(|code| code.number == number) {
        return Err(Refused::Absent);
    }
    doing.trace("letter-made", Some(id), &serde_json::json!({ "invitation": number }));
    make_code(tx, doing, id, number, until)
}

/// The code that somebody typed, if it opens something. A wrong secret is counted; `Ok(None)` commits the count.
///
/// # Errors
/// Those of the store.
fn find(tx: &mut Tx<'_>, doing: &Doing, typed: &str) -> Result<Option<(Code, Stored<Dispute>)>, Refused> {
    let Some(code) = OneTimeCode::read(typed) else { return Ok(None) };
    let Some(row) = store::invitations::by_locator(tx, code.locator())? else { return Ok(None) };
    if !row.is(&SecretHash::of(code.as_str())) {
        return Ok(None);
    }
    let dispute = store::disputes::load(tx, row.dispute)?;
    let until = dispute.value.answer_until(doing.now).unwrap_or(row.expires_at);
    match code_state(until, row.wrong_secrets, row.replaced, doing.now) {
        CodeState::Open => Ok(Some((row, dispute))),
        CodeState::Void | CodeState::Expired => Ok(None),
    }
}

/// Counts a wrong secret against the locator that was typed.
///
/// # Errors
/// Those of the store.
pub fn count_wrong(tx: &mut Tx<'_>, typed: &str) -> Result<(), Refused> {
    let Some(code) = OneTimeCode::read(typed) else { return Ok(()) };
    let Some(row) = store::invitations::by_locator(tx, code.locator())? else { return Ok(()) };
    if !row.is(&SecretHash::of(code.as_str())) {
        store::invitations::count_wrong(tx, code.locator())?;
    }
    Ok(())
}

/// What the code shows.
///
/// # Errors
/// `Absent` where it opens nothing.
pub fn show(tx: &mut Tx<'_>, doing: &Doing, typed: &str) -> Result<Shown, Refused> {
    let (code, Stored { value: dispute, .. }) = find(tx, doing, typed)?.ok_or(Refused::Absent)?;
    let claim = store::claims::load(tx, dispute.id)?;
    let from = store::names::of(tx, dispute.id)?.claimant.ok_or(Refused::Absent)?;
    let (expires_at, is_refused) = match dispute.stage {
        // Only the code by which it was said shows a no: the claimant can have a code as well.
        Stage::Inviting { until, .. } => (dispute.answer_until(doing.now).unwrap_or(until), code.refused),
        Stage::Ended(_) | Stage::Settled { .. } => return Err(Refused::Absent),
        _ => (doing.now, false),
    };
    Ok(Shown {
        dispute: dispute.id,
        from,
        category: dispute.category,
        amount: claim.amount.filter(|_| claim.amount_shown),
        expires_at,
        is_refused,
        is_taken: matches!(dispute.parties.respondent.joining, Joining::Joined { .. }),
    })
}

/// Takes part.
///
/// # Errors
/// `Absent` where the code opens nothing; the rule that stands against it.
pub fn accept(tx: &mut Tx<'_>, doing: &mut Doing, typed: &str) -> Result<Taken, Refused> {
    let account = doing.by.person()?;
    let (code, mut found) = find(tx, doing, typed)?.ok_or(Refused::Absent)?;
    let invited = store::claims::load(tx, found.value.id)?.respondent_email;
    let person = store::people::by_id(tx, account)?;
    let has_address = person.confirmed_at.is_some() && invited.is_some() && person.email == invited;
    // What two people settled is changed by those two, and the house knows who they are.
    let is_invited_address = match amended::other_party(tx, &found.value)? {
        Some(other) if other != account => return Err(Refused::rule("not-the-other-party")),
        Some(_) => true,
        None => has_address,
    };
    let id = found.value.id;
    // Coming back to what one has joined already is no mistake.
    if found.value.parties.respondent.account() == Some(account) {
        return Ok(Taken::Joined(id));
    }
    if is_waiting(&found.value, account) {
        return Ok(Taken::Pending(id));
    }
    let command = Command::AcceptInvitation { account, is_invited_address, said_no: code.refused };
    carry_out_as(tx, doing, &mut found.value, found.version, Actor::Invited, &command)?;
    if !is_invited_address {
        return Ok(Taken::Pending(id));
    }
    // The seat is taken: whoever holds another code learns nothing more by it.
    store::invitations::void_others(tx, id, &code.locator)?;
    Ok(Taken::Joined(id))
}

fn is_waiting(dispute: &Dispute, account: AccountId) -> bool {
    matches!(&dispute.parties.respondent.joining, Joining::Awaited { pending } if pending.contains(&account))
}

/// Says no. Nobody need sign in, and it can be undone with the same code until it expires.
///
/// # Errors
/// `Absent` where the code opens nothing; the rule that stands against it.
pub fn refuse(tx: &mut Tx<'_>, doing: &mut Doing, typed: &str) -> Result<(), Refused> {
    let (code, mut found) = find(tx, doing, typed)?.ok_or(Refused::Absent)?;
    // Somebody else's no stays hidden: with this code it is the first.
    let stands = matches!(found.value.stage, Stage::Inviting { refused_at: Some(_), .. });
    if !stands || code.refused {
        let command = Command::RefuseInvitation;
        carry_out_as(tx, doing, &mut found.value, found.version, Actor::Invited, &command)?;
    }
    Ok(store::invitations::set_refused(tx, &code.locator, true)?)
}

/// Takes the no back.
///
/// # Errors
/// As [`refuse`].
pub fn undo_refusal(tx: &mut Tx<'_>, doing: &mut Doing, typed: &str) -> Result<(), Refused> {
    let (code, mut found) = find(tx, doing, typed)?.ok_or(Refused::Absent)?;
    if !code.refused {
        return Err(Refused::rule(Refusal::NotRefused.code()));
    }
    store::invitations::set_refused(tx, &code.locator, false)?;
    let still = store::invitations::of_dispute(tx, found.value.id)?.iter().any(|code| code.refused);
    if !still {
        let command = Command::UndoRefusal;
        carry_out_as(tx, doing, &mut found.value, found.version, Actor::Invited, &command)?;
    }
    Ok(())
}

/// "Do not contact me again", "I am afraid of this person": to the registrar, without an account, and no invitation to
/// this dispute is mailed any more.
///
/// # Errors
/// `Absent` where the code opens nothing.
pub fn raise_concern(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    typed: &str,
    concern: Concern,
) -> Result<(), Refused> {
    let (_, found) = find(tx, doing, typed)?.ok_or(Refused::Absent)?;
    let id = found.value.id;
    let mut claim = store::claims::load(tx, id)?;
    if let (false, Some(claimant)) = (claim.silenced, found.value.parties.claimant.account()) {
        claim.silenced = true;
        store::claims::save(tx, id, claimant, &claim)?;
    }
    duties::put(tx, doing, id, concern.as_str(), Some(Side::Respondent))
}

/// The registrar has seen who a waiting person is. `taker` is needed where several wait.
///
/// # Errors
/// `Absent` for others than the registrar; the rule where nobody waits.
pub fn confirm_identity(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    taker: Option<AccountId>,
) -> Result<(), Refused> {
    let mut seen = look(tx, doing, id)?;
    let command = Command::ConfirmIdentity(the_taker(&seen.dispute, taker)?);
    carry_out(tx, doing, &mut seen, &command)?;
    Ok(())
}

/// The registrar turns a waiting person away.
///
/// # Errors
/// As [`confirm_identity`].
pub fn reject_taker(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    id: DisputeId,
    taker: AccountId,
) -> Result<(), Refused> {
    let mut seen = look(tx, doing, id)?;
    carry_out(tx, doing, &mut seen, &Command::RejectTaker(taker))?;
    Ok(())
}

fn the_taker(dispute: &Dispute, named: Option<AccountId>) -> Result<AccountId, Refused> {
    let nobody = || Refused::rule("nobody-waits");
    match (&dispute.parties.respondent.joining, named) {
        (_, Some(account)) => Ok(account),
        (Joining::Awaited { pending }, None) => match pending.as_slice() {
            [only] => Ok(*only),
            _ => Err(nobody()),
        },
        (Joining::Joined { .. }, None) => Err(nobody()),
    }
}
