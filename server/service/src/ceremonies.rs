//! The two ceremonies of a passkey, each a challenge and its answer: one adds it, one signs with it. They stand between the
//! faces and the acts because answers are verified before a transaction begins. Deliberately not here: JSON, and what an
//! answer has to look like (`webauthn`).

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{AccountId, DisputeId, PasskeyId};
use domain::passkey::{PasskeyRefusal, Signable, counts_on};
use std::sync::Arc;
use store::SecretHash;
use store::assertions::Assertion;
use store::passkeys::Passkey;

use crate::acts::accounts::{self, Answered, Proof, ProvenBy};
use crate::acts::passkeys::ToSign;
use crate::acts::{By, Doing, passkeys};
use crate::entrance::prove;
use crate::keys::random;
use crate::limits::Limit;
use crate::refused::Refused;
use crate::state::AppState;
use crate::tokens::new_uuid;
use crate::webauthn::{self, Credential, Made, RelyingParty, Signed};

/// The bytes of a challenge that nobody can guess; those that say what is signed follow.
const NONCE_BYTES: usize = 16;

/// What somebody shows to prove afresh who they are.
pub enum Fresh {
    /// The password, and six digits where the account has a second factor.
    Password { password: String, totp: Option<String> },
    /// What a passkey signed.
    Passkey(Shown),
}

/// A passkey's answer, and which one gave it.
pub struct Shown {
    /// The credential's id, in Base64 for URLs.
    pub credential: String,
    pub signed: Signed,
}

/// What a browser needs to make a passkey.
pub struct Making {
    pub challenge: String,
    pub relying_party: RelyingParty,
    /// By what devices know the person: nothing that means anything elsewhere.
    pub user: String,
    /// The passkeys that are there, of which no device is to make a second one.
    pub known: Vec<Passkey>,
}

/// What a browser needs to have a passkey sign.
pub struct Asking {
    pub challenge: String,
    pub relying_party: RelyingParty,
    /// The passkeys that may sign.
    pub known: Vec<Passkey>,
}

/// A passkey that is to be added.
pub struct Adding {
    pub name: String,
    pub made: Made,
    /// How its device says that it is reached.
    pub transports: Vec<String>,
}

/// The house, where passkeys work at its address.
///
/// # Errors
/// The rule `passkeys-not-offered`.
pub fn relying_party(state: &AppState) -> Result<RelyingParty, Refused> {
    let party = RelyingParty::of(&state.config.public_url);
    party.ok_or_else(|| Refused::rule(PasskeyRefusal::NotOffered.as_str()))
}

/// What the devices of an account call its person: keyed, so that it leads to nobody.
fn user_of(state: &AppState, account: AccountId) -> [u8; 32] {
    state.keys.digest("passkey-user", account.uuid().as_bytes())
}

/// Begins to add a passkey, for whoever proves just now by password (and digits) who they are.
///
/// # Errors
/// The rule; `Proof`; `TooMuch`.
pub async fn begin_adding(
    state: &AppState,
    account: AccountId,
    password: &str,
    totp: Option<&str>,
) -> Result<Making, Refused> {
    let relying_party = relying_party(state)?;
    let (now, config) = (state.clock.now(), Arc::clone(&state.config));
    let look =
        move |tx: &mut store::Tx<'_>| passkeys::may_add(tx, &Doing::new(now, By::Person(account), config));
    let known = state.desk.read(look).await?;
    let proof = prove(state, account, password, totp).await?;
    let challenge = URL_SAFE_NO_PAD.encode(random::<32>()?);
    let hash = SecretHash::of(&challenge);
    let ask = move |tx: &mut store::Tx<'_>, doing: &mut Doing| {
        passkeys::ask_to_add(tx, doing, &hash)?;
        accounts::use_proof(tx, doing, &proof)
    };
    state.desk.write(By::Person(account), ask).await?;
    let user = URL_SAFE_NO_PAD.encode(user_of(state, account));
    Ok(Making { challenge, relying_party, user, known })
}

/// Adds the passkey that answered.
///
/// # Errors
/// `Fields`; `Proof` where the answer does not count; the rule.
pub async fn add(state: &AppState, account: AccountId, adding: Adding) -> Result<Passkey, Refused> {
    let relying_party = relying_party(state)?;
    let name = passkeys::read_name(&adding.name)?;
    let challenge = webauthn::challenge_of(&adding.made.client_data).map_err(|_| Refused::Proof)?;
    let hash = SecretHash::of(&URL_SAFE_NO_PAD.encode(&challenge));
    let (now, asked) = (state.clock.now(), hash.clone());
    state.desk.read(move |tx| passkeys::awaits_passkey(tx, now, account, &asked)).await?;
    let made = relying_party.registers(&adding.made, &challenge).map_err(not_right)?;
    let new = Passkey {
        id: PasskeyId::new(new_uuid(now)),
        account,
        credential: URL_SAFE_NO_PAD.encode(&made.id),
        public_key: made.public_key,
        counter: made.counter,
        may_be_backed_up: made.may_be_backed_up,
        transports: transports(&adding.transports),
        name,
        added_at: now,
        used_at: None,
        suspended_at: None,
    };
    let add = move |tx: &mut store::Tx<'_>, doing: &mut Doing| passkeys::add(tx, doing, &hash, new);
    state.desk.write(By::Person(account), add).await
}

/// How a device is reached, as far as the standard has words for it: a hint for the browser that asks it again.
fn transports(said: &[String]) -> String {
    const KNOWN: [&str; 6] = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"];
    let known = KNOWN.into_iter().filter(|word| said.iter().any(|one| one == word));
    known.collect::<Vec<_>>().join(" ")
}

fn not_right(wrong: webauthn::Wrong) -> Refused {
    tracing::info!(%wrong, "the answer of a passkey does not count");
    Refused::Proof
}

/// Removes a passkey, for whoever proves just now by password (and digits) who they are: a lost device cannot keep itself.
///
/// # Errors
/// `Absent`; `Proof`; `TooMuch`.
pub async fn remove(
    state: &AppState,
    account: AccountId,
    id: PasskeyId,
    password: &str,
    totp: Option<&str>,
) -> Result<(), Refused> {
    state.desk.read(move |tx| Ok(store::passkeys::get(tx, account, id)?)).await?;
    let proof = prove(state, account, password, totp).await?;
    let remove = move |tx: &mut store::Tx<'_>, doing: &mut Doing| {
        passkeys::remove(tx, doing, id)?;
        accounts::use_proof(tx, doing, &proof)
    };
    state.desk.write(By::Person(account), remove).await
}

/// Asks the person's passkeys to sign one text with one intent, where the law would take that signature now.
///
/// # Errors
/// `Absent` for whoever signs nothing there; a conflict with a newer text; the rule; `TooMuch`.
pub async fn begin_signing(
    state: &AppState,
    account: AccountId,
    dispute: DisputeId,
    asked: ToSign,
) -> Result<Asking, Refused> {
    let relying_party = relying_party(state)?;
    state.count_entry(account)?;
    let nonce = random::<NONCE_BYTES>()?;
    let ask = move |tx: &mut store::Tx<'_>, doing: &mut Doing| {
        let spelled = |signable: &Signable| URL_SAFE_NO_PAD.encode(challenge(&nonce, signable));
        passkeys::ask_to_sign(tx, doing, dispute, asked, spelled)
    };
    let (challenge, known) = state.desk.write(By::Person(account), ask).await?;
    Ok(Asking { challenge, relying_party, known })
}

/// A challenge says itself what is signed by its answer: whoever is shown the two years later can compute it again.
fn challenge(nonce: &[u8], signable: &Signable) -> Vec<u8> {
    [nonce, digest(&SHA256, signable.to_string().as_bytes()).as_ref()].concat()
}

/// A fresh proof of identity for a signature. The act uses it up with `accounts::use_proof`.
///
/// # Errors
/// `Proof` where it is not right; `TooMuch` after too many wrong ones; the rule where a passkey may be copied.
pub async fn prove_for(state: &AppState, signable: Signable, fresh: Fresh) -> Result<Proof, Refused> {
    match fresh {
        Fresh::Password { password, totp } => {
            prove(state, signable.account, &password, totp.as_deref()).await
        }
        Fresh::Passkey(shown) => {
            let (account, now) = (signable.account, state.clock.now());
            let too_much = |retry_after| Refused::TooMuch { retry_after };
            state.limits.take(Limit::Signing, account, now).map_err(too_much)?;
            let answered = answered(state, signable, shown).await;
            // Only wrong proofs count. Of a copy its person is told once, and no more after that.
            if !matches!(answered, Err(Refused::Proof)) {
                state.limits.give_back(Limit::Signing, account);
            }
            Ok(Proof { account, by: ProvenBy::Passkey(Box::new(answered?)) })
        }
    }
}

async fn suspend(state: &AppState, account: AccountId, passkey: PasskeyId) -> Result<(), Refused> {
    let suspend = move |tx: &mut store::Tx<'_>, doing: &mut Doing| passkeys::suspend(tx, doing, passkey);
    state.desk.write(By::Person(account), suspend).await
}

/// What became of the act for which something was proved. Where the act itself found that a passkey's counter went back, it
/// came to nothing, and the suspension with it: that is done here.
///
/// # Errors
/// The act's own; those of the store.
pub async fn after_act<T>(
    state: &AppState,
    account: AccountId,
    passkey: Option<PasskeyId>,
    done: Result<T, Refused>,
) -> Result<T, Refused> {
    let copied = Refused::rule(PasskeyRefusal::MayBeCopied.as_str());
    if let (Some(passkey), Err(refused)) = (passkey, &done)
        && *refused == copied
    {
        suspend(state, account, passkey).await?;
    }
    done
}

async fn answered(state: &AppState, signable: Signable, shown: Shown) -> Result<Answered, Refused> {
    let relying_party = relying_party(state)?;
    let asked = webauthn::challenge_of(&shown.signed.client_data).map_err(not_right)?;
    let hash = SecretHash::of(&URL_SAFE_NO_PAD.encode(&asked));
    let (now, looked_up, credential) = (state.clock.now(), hash.clone(), shown.credential);
    let look =
        move |tx: &mut store::Tx<'_>| passkeys::look_at_answer(tx, now, &signable, &credential, &looked_up);
    let passkey = state.desk.read(look).await?;
    // What the house keeps of the challenge says what it was for, and so does the challenge itself.
    let nonce = asked.get(..NONCE_BYTES).ok_or(Refused::Proof)?;
    let expected = challenge(nonce, &signable);
    let known = Credential {
        id: Vec::new(),
        public_key: passkey.public_key.clone(),
        counter: passkey.counter,
        may_be_backed_up: passkey.may_be_backed_up,
    };
    let user = user_of(state, signable.account);
    let counter = relying_party.verifies(&shown.signed, &expected, &known, &user).map_err(not_right)?;
    if !counts_on(passkey.counter, counter) {
        suspend(state, signable.account, passkey.id).await?;
        return Err(Refused::rule(PasskeyRefusal::MayBeCopied.as_str()));
    }
    let assertion = Assertion {
        signable,
        relying_party: relying_party.id,
        credential: passkey.credential,
        public_key: passkey.public_key,
        client_data: shown.signed.client_data,
        authenticator_data: shown.signed.authenticator_data,
        signature: shown.signed.signature,
    };
    Ok(Answered { challenge: hash, passkey: passkey.id, counter, assertion })
}
