//! Accounts: signing up, confirming an address, sessions, new passwords, people of the house. Passwords and digits were
//! checked before an act begins, because hashing takes too long to hold a transaction open for.

use domain::category::Category;
use domain::ids::{AccountId, PasskeyId, SessionId};
use domain::language::Language;
use domain::passkey::PasskeyRefusal;
use domain::person::{EmailAddress, HouseRole, PersonName};
use domain::time::Moment;
use pages::mails::Mail;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::assertions::Assertion;
use store::codes::{self, Purpose};
use store::people::{self, Account, Appointment, NewAccount};
use store::sessions::{self, NewSession, Rotation};
use store::{SecretHash, Tx, devices, passkeys};

use super::letters::{Envelope, post};
use super::{By, Doing};
use crate::published::Published;
use crate::refused::Refused;
use crate::tokens::OneTimeCode;

/// Somebody who wants an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignUp {
    pub email: EmailAddress,
    pub name: PersonName,
    pub language: Language,
    pub password_hash: String,
}

/// A sign-up as it waits behind its code. There is no account before somebody has read the mail: nobody can take an
/// address that is another's, and of several sign-ups with one address the confirmed one counts.
#[derive(Serialize, Deserialize)]
struct Waiting {
    email: String,
    name: String,
    language: String,
    password_hash: String,
}

/// Sends the code that confirms the address, or, where it has an account, a mail that says so.
///
/// # Errors
/// Those of the store.
pub fn sign_up(tx: &mut Tx<'_>, doing: &mut Doing, who: &SignUp, code: &OneTimeCode) -> Result<(), Refused> {
    let url = &doing.config.public_url;
    let known = people::by_email(tx, &who.email)?;
    let mail = match &known {
        Some(_) => Mail::AlreadyKnown { url: url.link("/sign-in") },
        None => Mail::Confirmation { url: url.link(&format!("/confirmations?code={}", code.as_str())) },
    };
    if known.is_none() {
        let waiting = Waiting {
            email: who.email.to_string(),
            name: who.name.to_string(),
            language: who.language.to_string(),
            password_hash: who.password_hash.clone(),
        };
        let subject = serde_json::to_string(&waiting).map_err(|_| Refused::broken("sign-up"))?;
        let until = doing.now.plus(doing.config.periods.confirmation);
        codes::put(tx, Purpose::Confirmation, &SecretHash::of(code.as_str()), &subject, until, doing.now)?;
    }
    let language = known.map_or(who.language, |account| account.language);
    let envelope = Envelope { to: &who.email, language, purpose: "confirmation", delivery: None };
    post(tx, doing, &envelope, &mail, Vec::new()).map(drop)
}

/// The address and the password's hash of the sign-up behind a code, without using the code up.
///
/// # Errors
/// `Absent` where the code is none, was used, or is too old.
pub fn look_at_sign_up(
    tx: &mut Tx<'_>,
    now: Moment,
    code: &OneTimeCode,
) -> Result<(String, String), Refused> {
    let hash = SecretHash::of(code.as_str());
    let subject = codes::peek(tx, Purpose::Confirmation, &hash, now)?.ok_or(Refused::Absent)?;
    let waiting: Waiting = serde_json::from_str(&subject).map_err(|_| Refused::broken("sign-up"))?;
    Ok((waiting.email, waiting.password_hash))
}

/// Makes the account that waited behind a code.
///
/// # Errors
/// `Absent` where the code is none, was used, or is too old.
pub fn confirm(tx: &mut Tx<'_>, doing: &mut Doing, code: &OneTimeCode) -> Result<AccountId, Refused> {
    let hash = SecretHash::of(code.as_str());
    let subject = codes::take(tx, Purpose::Confirmation, &hash, doing.now)?.ok_or(Refused::Absent)?;
    let waiting: Waiting = serde_json::from_str(&subject).map_err(|_| Refused::broken("sign-up"))?;
    let new = NewAccount {
        id: AccountId::new(doing.new_uuid()),
        email: Some(waiting.email.parse().map_err(|_| Refused::broken("sign-up"))?),
        confirmed_at: Some(doing.now),
        name: waiting.name.parse().map_err(|_| Refused::broken("sign-up"))?,
        language: waiting.language.parse().map_err(|_| Refused::broken("sign-up"))?,
        password_hash: Some(waiting.password_hash),
    };
    match people::insert(tx, &new, doing.now) {
        // Another sign-up with this address was confirmed before.
        Err(store::Error::Conflict) => return Err(Refused::Absent),
        other => other?,
    }
    doing.by = By::Person(new.id);
    doing.trace("account-opened", None, &json!({ "account": new.id.to_string() }));
    Ok(new.id)
}

/// A session that is to be opened.
#[derive(Debug, Clone)]
pub struct Opening {
    pub account: AccountId,
    pub session: SessionId,
    /// Browser and system in a few words.
    pub label: String,
    /// The second factor's step, where it was shown: it serves once.
    pub step: Option<i64>,
    /// The secret of a page's cookie, or the first refresh token.
    pub secret: SecretHash,
    pub is_page: bool,
    /// The browser, which is known to the account from now on.
    pub device: Option<SecretHash>,
}

/// Opens a session for somebody whose password and digits were right.
///
/// # Errors
/// `WrongSignIn` where the digits have served before.
pub fn open_session(tx: &mut Tx<'_>, doing: &mut Doing, opening: &Opening) -> Result<(), Refused> {
    let account = people::by_id(tx, opening.account)?;
    if let Some(step) = opening.step
        && !people::use_totp_step(tx, opening.account, step)?
    {
        return Err(Refused::WrongSignIn);
    }
    let new = NewSession {
        id: opening.session,
        account: opening.account,
        label: opening.label.clone(),
        idle_until: idle_until(doing, &account),
        expires_at: expires_at(doing, &account),
    };
    if opening.is_page {
        sessions::open_page(tx, &new, &opening.secret, doing.now)?;
    } else {
        sessions::open_api(tx, &new, &opening.secret, doing.now)?;
    }
    if let Some(device) = &opening.device {
        devices::know(tx, opening.account, device, doing.now)?;
    }
    sessions::prove(tx, opening.session, doing.now)?;
    doing.by = By::Person(opening.account);
    doing.trace("session-opened", None, &json!({ "session": opening.session.to_string() }));
    Ok(())
}

/// Until when an idle session of this person lives.
pub fn idle_until(doing: &Doing, account: &Account) -> Moment {
    let periods = &doing.config.periods;
    let idle = if account.roles.is_empty() { periods.session_idle } else { periods.session_idle_house };
    doing.now.plus(idle)
}

fn expires_at(doing: &Doing, account: &Account) -> Moment {
    let periods = &doing.config.periods;
    let lasting = if account.roles.is_empty() { periods.refresh } else { periods.session_lasting_house };
    doing.now.plus(lasting)
}

/// Notes that a session was used.
///
/// # Errors
/// `Absent` where it has ended.
pub fn touch_session(
    tx: &mut Tx<'_>,
    doing: &Doing,
    account: AccountId,
    session: SessionId,
) -> Result<(), Refused> {
    let account = people::by_id(tx, account)?;
    Ok(sessions::touch(tx, session, doing.now, idle_until(doing, &account))?)
}

/// Puts a new refresh token in the place of an old one.
///
/// # Errors
/// Those of the store. That the token was none, or was used before (which ends the session), is in the answer,
/// because that end must be committed.
pub fn rotate(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    old: &SecretHash,
    new: &SecretHash,
) -> Result<Option<(AccountId, SessionId)>, Refused> {
    // The longest idle period; it is shortened below for those of the house.
    let until = doing.now.plus(doing.config.periods.session_idle);
    match sessions::rotate(tx, old, new, doing.now, until)? {
        Rotation::Rotated(session) => {
            let account = people::by_id(tx, session.account)?;
            if account.disabled_at.is_some() {
                return Err(Refused::NotYou);
            }
            sessions::touch(tx, session.id, doing.now, idle_until(doing, &account))?;
            Ok(Some((session.account, session.id)))
        }
        Rotation::Reused(session, account) => {
            doing.by = By::Person(account);
            doing.publish(Published::SessionsEnded { account, session: Some(session) });
            doing.trace("refresh-token-reused", None, &json!({ "session": session.to_string() }));
            Ok(None)
        }
        Rotation::Unknown => Ok(None),
    }
}

/// Ends one session of one's own.
///
/// # Errors
/// `Absent` where there is none such.
pub fn end_session(tx: &mut Tx<'_>, doing: &mut Doing, session: SessionId) -> Result<(), Refused> {
    let account = doing.by.person()?;
    if !sessions::revoke_of(tx, account, session, doing.now)? {
        return Err(Refused::Absent);
    }
    doing.publish(Published::SessionsEnded { account, session: Some(session) });
    doing.trace("session-ended", None, &json!({ "session": session.to_string() }));
    Ok(())
}

/// Ends every session of one's own.
///
/// # Errors
/// Those of the store.
pub fn end_all_sessions(tx: &mut Tx<'_>, doing: &mut Doing) -> Result<(), Refused> {
    let account = doing.by.person()?;
    end_all_of(tx, doing, account)
}

fn end_all_of(tx: &mut Tx<'_>, doing: &mut Doing, account: AccountId) -> Result<(), Refused> {
    let ended = sessions::revoke_all(tx, account, None, doing.now)?;
    doing.publish(Published::SessionsEnded { account, session: None });
    let ended: Vec<String> = ended.iter().map(ToString::to_string).collect();
    doing.trace("sessions-ended", None, &json!({ "sessions": ended }));
    Ok(())
}

/// Sends a code for a new password, where the address has an account; to any other address nothing goes.
///
/// # Errors
/// Those of the store.
pub fn ask_reset(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    email: &EmailAddress,
    code: &OneTimeCode,
) -> Result<(), Refused> {
    let Some(account) = people::by_email(tx, email)?.filter(|account| account.disabled_at.is_none()) else {
        return Ok(());
    };
    // The codes of earlier mails go on: a stranger's request must not take from the owner the one that is in their hands.
    let subject = account.id.to_string();
    let until = doing.now.plus(doing.config.periods.reset);
    codes::put(tx, Purpose::Reset, &SecretHash::of(code.as_str()), &subject, until, doing.now)?;
    let url = doing.config.public_url.link(&format!("/passwords/resets/{}", code.as_str()));
    let envelope = Envelope { to: email, language: account.language, purpose: "reset", delivery: None };
    post(tx, doing, &envelope, &Mail::Reset { url }, Vec::new()).map(drop)
}

/// Whose password the code resets, without using it up.
///
/// # Errors
/// `Absent` where the code is none, was used, or is too old.
pub fn whose_reset(tx: &mut Tx<'_>, now: Moment, code: &OneTimeCode) -> Result<Account, Refused> {
    let subject =
        codes::peek(tx, Purpose::Reset, &SecretHash::of(code.as_str()), now)?.ok_or(Refused::Absent)?;
    let id: AccountId = subject.parse().map_err(|_| Refused::broken("reset"))?;
    Ok(people::by_id(tx, id)?)
}

/// Sets the new password, uses the code up, and ends every session: whoever knew the old one is out.
///
/// # Errors
/// `Absent` where the code is none, was used, or is too old.
pub fn reset(tx: &mut Tx<'_>, doing: &mut Doing, code: &OneTimeCode, hash: &str) -> Result<(), Refused> {
    let subject =
        codes::take(tx, Purpose::Reset, &SecretHash::of(code.as_str()), doing.now)?.ok_or(Refused::Absent)?;
    let account: AccountId = subject.parse().map_err(|_| Refused::broken("reset"))?;
    codes::void_all(tx, Purpose::Reset, &subject)?;
    people::set_password(tx, account, hash)?;
    devices::forget_all(tx, account)?;
    // Whoever knew the old password may have added one; its owner can add theirs again.
    let removed = passkeys::list(tx, account)?;
    passkeys::delete_all(tx, account)?;
    codes::void_all(tx, Purpose::PasskeyAdding, &subject)?;
    doing.by = By::Person(account);
    end_all_of(tx, doing, account)?;
    for passkey in removed {
        doing.trace("passkey-removed", None, &json!({ "passkey": passkey.id.to_string() }));
    }
    doing.trace("password-reset", None, &json!({ "account": account.to_string() }));
    Ok(())
}

/// A fresh proof of identity that was found right, to be used up by the act that it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub account: AccountId,
    pub by: ProvenBy,
}

/// How somebody proved who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProvenBy {
    /// By the password, and the second factor's step where the account has one.
    Password { step: Option<i64> },
    /// By a passkey, for one signature and no other act.
    Passkey(Box<Answered>),
}

/// A challenge that a passkey answered rightly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The challenge, which serves once.
    pub challenge: SecretHash,
    pub passkey: PasskeyId,
    /// What the passkey has counted.
    pub counter: u32,
    /// The evidence.
    pub assertion: Assertion,
}

impl Proof {
    /// What the record calls it.
    pub const fn kind(&self) -> domain::agreement::Proof {
        match self.by {
            ProvenBy::Password { step: Some(_) } => domain::agreement::Proof::PasswordAndCode,
            ProvenBy::Password { step: None } => domain::agreement::Proof::Password,
            ProvenBy::Passkey(_) => domain::agreement::Proof::Passkey,
        }
    }

    /// Which passkey it was, if it was one.
    pub fn passkey(&self) -> Option<PasskeyId> {
        match &self.by {
            ProvenBy::Password { .. } => None,
            ProvenBy::Passkey(answered) => Some(answered.passkey),
        }
    }

    /// What a passkey signed, to be kept beside the signature.
    pub fn evidence(&self) -> Option<&Assertion> {
        match &self.by {
            ProvenBy::Password { .. } => None,
            ProvenBy::Passkey(answered) => Some(&answered.assertion),
        }
    }
}

/// Uses a proof up. Only an accepted act does: call it last.
///
/// # Errors
/// `Proof` where its digits or its challenge have served before, or its passkey is gone; the rule where its counter does
/// not go on.
pub fn use_proof(tx: &mut Tx<'_>, doing: &Doing, proof: &Proof) -> Result<(), Refused> {
    match &proof.by {
        ProvenBy::Password { step: Some(step) } if !people::use_totp_step(tx, proof.account, *step)? => {
            Err(Refused::Proof)
        }
        ProvenBy::Password { .. } => Ok(()),
        ProvenBy::Passkey(answered) => use_answer(tx, doing, proof.account, answered),
    }
}

/// The challenge says for what it was made, and the caller did exactly that in this transaction.
fn use_answer(
    tx: &mut Tx<'_>,
    doing: &Doing,
    account: AccountId,
    answered: &Answered,
) -> Result<(), Refused> {
    let Answered { challenge, passkey, counter, assertion } = answered;
    let asked = codes::take(tx, Purpose::PasskeySigning, challenge, doing.now)?.ok_or(Refused::Proof)?;
    if asked != assertion.signable.to_string() || assertion.signable.account != account {
        return Err(Refused::Proof);
    }
    if passkeys::count(tx, account, *passkey, *counter, doing.now)? {
        return Ok(());
    }
    match passkeys::get(tx, account, *passkey) {
        Ok(_) => Err(Refused::rule(PasskeyRefusal::MayBeCopied.as_str())),
        Err(store::Error::NotFound) => Err(Refused::Proof),
        Err(error) => Err(error.into()),
    }
}

/// Somebody whom the house takes in itself: by the command line, or by the first link.
#[derive(Debug, Clone)]
pub struct NewOfHouse {
    pub email: EmailAddress,
    pub name: PersonName,
    pub language: Language,
    pub password_hash: String,
    pub totp_secret: Vec<u8>,
    pub role: HouseRole,
    /// Empty for all.
    pub specialities: Vec<Category>,
}

/// Makes an account with a role of the house. Its address counts as confirmed.
///
/// # Errors
/// The rule `address-known` where the address has an account.
pub fn add_to_house(tx: &mut Tx<'_>, doing: &mut Doing, new: &NewOfHouse) -> Result<AccountId, Refused> {
    let account = NewAccount {
        id: AccountId::new(doing.new_uuid()),
        email: Some(new.email.clone()),
        confirmed_at: Some(doing.now),
        name: new.name.clone(),
        language: new.language,
        password_hash: Some(new.password_hash.clone()),
    };
    match people::insert(tx, &account, doing.now) {
        Err(store::Error::Conflict) => return Err(Refused::rule("address-known")),
        other => other?,
    }
    people::set_totp(tx, account.id, Some(&new.totp_secret))?;
    let appointment =
        Appointment { role: new.role, specialities: new.specialities.clone(), languages: Vec::new() };
    people::appoint(tx, account.id, &appointment, doing.now)?;
    let subjects = json!({ "account": account.id.to_string(), "role": new.role.as_str() });
    doing.trace("house-role-given", None, &subjects);
    Ok(account.id)
}

/// What every link for the first registrar is kept under: a new one voids those before it.
const SETUP: &str = "registrar";

/// Keeps the code of the link that sets up the first registrar; nothing where there is one.
///
/// # Errors
/// Those of the store.
pub fn offer_setup(tx: &mut Tx<'_>, doing: &Doing, code: &OneTimeCode) -> Result<bool, Refused> {
    if !people::with_role(tx, HouseRole::Registrar)?.is_empty() {
        return Ok(false);
    }
    codes::void_all(tx, Purpose::RegistrarSetup, SETUP)?;
    let until = doing.now.plus(doing.config.periods.setup);
    codes::put(tx, Purpose::RegistrarSetup, &SecretHash::of(code.as_str()), SETUP, until, doing.now)?;
    Ok(true)
}

/// Whether the link still counts.
///
/// # Errors
/// `Absent` where it does not.
pub fn look_at_setup(tx: &mut Tx<'_>, now: Moment, code: &OneTimeCode) -> Result<(), Refused> {
    let found = codes::peek(tx, Purpose::RegistrarSetup, &SecretHash::of(code.as_str()), now)?;
    found.map(drop).ok_or(Refused::Absent)
}

/// Sets up the first registrar and uses the link up.
///
/// # Errors
/// `Absent` where the link does not count; the rule `address-known`.
pub fn set_up(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    code: &OneTimeCode,
    new: &NewOfHouse,
) -> Result<AccountId, Refused> {
    let hash = SecretHash::of(code.as_str());
    codes::take(tx, Purpose::RegistrarSetup, &hash, doing.now)?.ok_or(Refused::Absent)?;
    add_to_house(tx, doing, new)
}
