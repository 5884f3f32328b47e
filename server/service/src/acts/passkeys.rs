//! Passkeys of an account: asked for, added, removed, and asked to sign one text. What a device answered was verified before
//! an act begins. A passkey signs in nobody (decision 0032). Deliberately not here: the use of an answer, which is a proof
//! like any other (`accounts`).

use domain::agreement::{Intent, Proof, TextDigest};
use domain::dispute::{Actor, Command, Refusal, decide};
use domain::ids::{AccountId, DisputeId, PasskeyId, SettlementId};
use domain::party::Side;
use domain::passkey::{PASSKEY_NAME_CHARACTERS_MAX, PASSKEYS_MAX, PasskeyRefusal, Promised, Signable};
use domain::person::clean_words;
use domain::settlement::Attestation;
use domain::time::Moment;
use pages::mails::{Mail, PasskeyNews};
use serde_json::json;
use store::assertions::{self, Assertion};
use store::codes::{self, Purpose};
use store::passkeys::{self, Passkey};
use store::{SecretHash, Tx};

use super::Doing;
use super::letters::{Envelope, post};
use super::process::{Seen, house, look, refused};
use crate::refused::{Refused, words_code};

fn rule(refusal: PasskeyRefusal) -> Refused {
    Refused::rule(refusal.as_str())
}

/// One's own passkeys, the first one first.
///
/// # Errors
/// Those of the store.
pub fn list(tx: &mut Tx<'_>, doing: &Doing) -> Result<Vec<Passkey>, Refused> {
    Ok(passkeys::list(tx, doing.by.person()?)?)
}

/// One of one's own passkeys.
///
/// # Errors
/// `Absent` where there is none such.
pub fn get(tx: &mut Tx<'_>, doing: &Doing, id: PasskeyId) -> Result<Passkey, Refused> {
    Ok(passkeys::get(tx, doing.by.person()?, id)?)
}

/// The name for a passkey.
///
/// # Errors
/// `Fields`.
pub fn read_name(typed: &str) -> Result<String, Refused> {
    let words = clean_words(typed, PASSKEY_NAME_CHARACTERS_MAX);
    words.map_err(|why| Refused::field("name", words_code(why)))
}

/// Whether there is room for one more, asked before anybody proves who they are; answers those that are there.
///
/// # Errors
/// The rule.
pub fn may_add(tx: &mut Tx<'_>, doing: &Doing) -> Result<Vec<Passkey>, Refused> {
    let known = list(tx, doing)?;
    if known.len() >= PASSKEYS_MAX { Err(rule(PasskeyRefusal::TooMany)) } else { Ok(known) }
}

/// Keeps the challenge to which a new passkey will be the answer. Its person proved just now who they are.
///
/// # Errors
/// The rule.
pub fn ask_to_add(tx: &mut Tx<'_>, doing: &Doing, challenge: &SecretHash) -> Result<(), Refused> {
    may_add(tx, doing)?;
    let account = doing.by.person()?.to_string();
    let until = doing.now.plus(doing.config.periods.proof);
    Ok(codes::put(tx, Purpose::PasskeyAdding, challenge, &account, until, doing.now)?)
}

/// Whether that challenge was made for this account, and still waits for its answer.
///
/// # Errors
/// `Proof`.
pub fn awaits_passkey(
    tx: &mut Tx<'_>,
    now: Moment,
    account: AccountId,
    challenge: &SecretHash,
) -> Result<(), Refused> {
    let asked = codes::peek(tx, Purpose::PasskeyAdding, challenge, now)?;
    if asked.as_deref() == Some(account.to_string().as_str()) { Ok(()) } else { Err(Refused::Proof) }
}

/// Adds a passkey, which answered that challenge, and tells its person by mail.
///
/// # Errors
/// `Proof` where the challenge does not count any more; the rule.
pub fn add(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    challenge: &SecretHash,
    new: Passkey,
) -> Result<Passkey, Refused> {
    awaits_passkey(tx, doing.now, new.account, challenge)?;
    may_add(tx, doing)?;
    codes::take(tx, Purpose::PasskeyAdding, challenge, doing.now)?.ok_or(Refused::Proof)?;
    match passkeys::put(tx, &new) {
        Err(store::Error::Conflict) => return Err(rule(PasskeyRefusal::AlreadyKnown)),
        other => other?,
    }
    doing.trace("passkey-added", None, &json!({ "passkey": new.id.to_string() }));
    tell(tx, doing, new.account, PasskeyNews::Added)?;
    Ok(new)
}

/// Removes a passkey, and tells its person by mail.
///
/// # Errors
/// `Absent` where there is none such.
pub fn remove(tx: &mut Tx<'_>, doing: &mut Doing, id: PasskeyId) -> Result<(), Refused> {
    let account = doing.by.person()?;
    passkeys::delete(tx, account, id)?;
    doing.trace("passkey-removed", None, &json!({ "passkey": id.to_string() }));
    tell(tx, doing, account, PasskeyNews::Removed)
}

/// Suspends a passkey whose counter went back, and tells its person by mail: whoever was refused may be somebody else. It is
/// told once, because from then on it signs nothing.
///
/// # Errors
/// Those of the store.
pub fn suspend(tx: &mut Tx<'_>, doing: &mut Doing, id: PasskeyId) -> Result<(), Refused> {
    let account = doing.by.person()?;
    if !passkeys::suspend(tx, account, id, doing.now)? {
        return Ok(());
    }
    doing.trace("passkey-counter-went-back", None, &json!({ "passkey": id.to_string() }));
    tell(tx, doing, account, PasskeyNews::Refused)
}

fn tell(tx: &mut Tx<'_>, doing: &mut Doing, account: AccountId, news: PasskeyNews) -> Result<(), Refused> {
    let person = store::people::by_id(tx, account)?;
    let Some(to) = person.email.filter(|_| person.confirmed_at.is_some()) else { return Ok(()) };
    let mail = Mail::Passkeys { news, url: doing.config.public_url.link("/account/passkeys") };
    let envelope = Envelope { to: &to, language: person.language, purpose: "passkeys", delivery: None };
    post(tx, doing, &envelope, &mail, Vec::new()).map(drop)
}

/// What somebody asks their passkeys to sign.
#[derive(Debug, Clone, Copy)]
pub enum ToSign {
    /// A text, freely, and with the answer to whether an auditor may read its terms (R8).
    Sign { digest: TextDigest, auditor_may_read_terms: bool },
    /// That text as its mediator.
    Attest { digest: TextDigest },
}

impl ToSign {
    const fn digest(self) -> TextDigest {
        match self {
            Self::Sign { digest, .. } | Self::Attest { digest } => digest,
        }
    }
}

/// Makes the challenge under which a passkey signs this text, of `spelled`, which begins with what nobody can guess, and
/// keeps it for one answer. Answers the passkeys that may give it. The law is asked first: what a device signed lies in its
/// owner's hands, and nothing of it is to look like a signature that was not to be given yet.
///
/// # Errors
/// `Absent` for whoever signs nothing here; a conflict with a newer text; the rule.
pub fn ask_to_sign(
    tx: &mut Tx<'_>,
    doing: &Doing,
    id: DisputeId,
    asked: ToSign,
    spelled: impl FnOnce(&Signable) -> String,
) -> Result<(String, Vec<Passkey>), Refused> {
    let seen = look(tx, doing, id)?;
    let (intent, promised, command, actor) = asked_of(doing, &seen, asked)?;
    let mut known = passkeys::list(tx, seen.account)?;
    if known.is_empty() {
        return Err(rule(PasskeyRefusal::NoPasskeys));
    }
    known.retain(|passkey| passkey.suspended_at.is_none());
    if known.is_empty() {
        return Err(rule(PasskeyRefusal::MayBeCopied));
    }
    let decided = decide(&seen.dispute, &command, actor, &house(doing));
    decided.map_err(|refusal| refused(refusal, &seen.dispute))?;
    let nothing = || refused(Refusal::NothingWritten, &seen.dispute);
    let revision = seen.dispute.agreement.revision().ok_or_else(nothing)?.number;
    let signable =
        Signable { account: seen.account, dispute: id, revision, digest: asked.digest(), intent, promised };
    let challenge = spelled(&signable);
    let until = doing.now.plus(doing.config.periods.proof);
    let hash = SecretHash::of(&challenge);
    codes::put(tx, Purpose::PasskeySigning, &hash, &signable.to_string(), until, doing.now)?;
    Ok((challenge, known))
}

/// What the person will do with the answer, in the words of the law.
fn asked_of(
    doing: &Doing,
    seen: &Seen,
    asked: ToSign,
) -> Result<(Intent, Option<Promised>, Command, Actor), Refused> {
    match asked {
        ToSign::Sign { digest, auditor_may_read_terms } => {
            let (side, _) = seen.signer()?;
            let proof = Proof::Passkey;
            let command = Command::Sign { digest, freely: true, auditor_may_read_terms, proof };
            let promised = Promised { side, auditor_may_read_terms };
            Ok((Intent::Sign, Some(promised), command, seen.actor()?))
        }
        ToSign::Attest { digest } if seen.dispute.mediator() == Some(seen.account) => {
            let (settlement, by) = (SettlementId::new(doing.new_uuid()), Attestation::Mediator);
            let command = Command::Attest { digest, settlement, by };
            Ok((Intent::Attest, None, command, Actor::Mediator(seen.account)))
        }
        ToSign::Attest { .. } => Err(Refused::Absent),
    }
}

/// What a passkey of one's own signed in this dispute, as long as the signature stands: a party's, its representative's,
/// the mediator's. Nobody reads another's.
///
/// # Errors
/// `Absent` where there is none.
pub fn own_evidence(tx: &mut Tx<'_>, doing: &Doing, id: DisputeId) -> Result<Assertion, Refused> {
    let seen = look(tx, doing, id)?;
    for part in [Some(Side::Claimant), Some(Side::Respondent), None] {
        let stands = part.is_none_or(|side| seen.dispute.agreement.signature(side).is_some());
        let kept = assertions::get(tx, id, part)?.filter(|_| stands);
        if let Some(own) = kept.filter(|kept| kept.signable.account == seen.account) {
            return Ok(own);
        }
    }
    Err(Refused::Absent)
}

/// The passkey that answered, and whether the challenge that it answered was made for exactly this and still counts.
///
/// # Errors
/// `Proof`; the rule where there may be a copy of it.
pub fn look_at_answer(
    tx: &mut Tx<'_>,
    now: Moment,
    signable: &Signable,
    credential: &str,
    challenge: &SecretHash,
) -> Result<Passkey, Refused> {
    let asked = codes::peek(tx, Purpose::PasskeySigning, challenge, now)?;
    if asked != Some(signable.to_string()) {
        return Err(Refused::Proof);
    }
    let passkey = passkeys::by_credential(tx, signable.account, credential)?.ok_or(Refused::Proof)?;
    if passkey.suspended_at.is_some() {
        return Err(rule(PasskeyRefusal::MayBeCopied));
    }
    Ok(passkey)
}
