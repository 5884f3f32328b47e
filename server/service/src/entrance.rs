//! Who may come in: signing up and in, new passwords, and the fresh proof that a signature asks for, with their limits.
//! It stands between the faces (API, pages) and the acts because passwords are compared before a transaction begins.
//! Known and unknown addresses get the same answer after the same work. Deliberately not here: cookies and headers.

use std::net::IpAddr;

use domain::category::Category;
use domain::ids::{AccountId, SessionId};
use domain::language::Language;
use domain::person::{EmailAddress, HouseRole, PersonName};
use store::people::Account;
use store::{SecretHash, devices, people};

use crate::acts::By;
use crate::acts::accounts::{self, NewOfHouse, Opening, Proof, ProvenBy, SignUp};
use crate::keys::random;
use crate::limits::{Limit, network_of};
use crate::passwords;
use crate::refused::{FieldErrors, Refused, words_code};
use crate::state::AppState;
use crate::tokens::{ACCESS_PERIOD, Access, OneTimeCode, new_uuid, secret};
use crate::totp;

/// Where a request comes from.
#[derive(Debug, Clone)]
pub struct From {
    pub address: IpAddr,
    /// The secret of a browser that has signed in before.
    pub device: Option<String>,
    /// Browser and system in a few words, such as `Firefox, Android`.
    pub label: String,
}

/// What somebody types to sign in.
#[derive(Clone)]
pub struct Credentials {
    pub email: String,
    pub password: String,
    pub totp: Option<String>,
}

/// What somebody types to sign up.
#[derive(Clone)]
pub struct Wanted {
    pub email: String,
    pub password: String,
    pub name: String,
    pub language: String,
}

/// What an API client gets.
#[derive(Clone)]
pub struct ApiSession {
    pub access_token: String,
    pub refresh_token: String,
    pub expires_in: u64,
}

/// What a browser gets.
#[derive(Clone)]
pub struct PageSession {
    pub account: Account,
    pub session: SessionId,
    /// For the session's cookie.
    pub secret: String,
    /// For the cookie by which the browser is known again.
    pub device: String,
}

/// Sends the mail that confirms an address. The answer is the same whether the address was known, and takes as long.
///
/// # Errors
/// Fields that cannot be taken; `Busy`.
pub async fn sign_up(state: &AppState, wanted: Wanted) -> Result<(), Refused> {
    let mut errors = FieldErrors::default();
    let email = errors.take("email", wanted.email.parse::<EmailAddress>(), words_code);
    let name = printable_name(&mut errors, &wanted.name);
    let language = errors.take("language", wanted.language.parse::<Language>(), |_| "not-a-choice");
    errors.take("password", passwords::check(&wanted.password, false), passwords::Weak::code);
    let (Some(email), Some(name), Some(language)) = (email, name, language) else {
        return Err(errors.refused());
    };
    errors.check()?;
    let password_hash = state.passwords.hash(&wanted.password).await?;
    // Silently: that this address was written to often is nobody's business but its owner's.
    if state.limits.take(Limit::Mails, ("confirmation", email.as_str()), state.clock.now()).is_err() {
        return Ok(());
    }
    let who = SignUp { email, name, language, password_hash };
    let code = OneTimeCode::new()?;
    state.desk.write(By::Visitor, move |tx, doing| accounts::sign_up(tx, doing, &who, &code)).await
}

/// A name that a record can be printed with: people are bound under it one day, and a seal that cannot be made is found
/// too late then.
fn printable_name(errors: &mut FieldErrors, typed: &str) -> Option<PersonName> {
    let name = errors.take("name", typed.parse::<PersonName>(), words_code)?;
    if record::printable(name.as_str()).is_err() {
        errors.push("name", "not-printable");
        return None;
    }
    Some(name)
}

/// Makes the account behind a code.
///
/// # Errors
/// `Absent` where the code does not count; `TooMuch`.
pub async fn confirm(state: &AppState, from: &From, code: &str) -> Result<AccountId, Refused> {
    let code = guarded(state, code)?;
    let used = code.clone();
    let done = state.desk.write(By::Visitor, move |tx, doing| accounts::confirm(tx, doing, &used)).await;
    settled(state, from, &code, done)
}

/// Makes the account behind a code for whoever knows the password that was typed at the sign-up, and signs them in.
///
/// Anybody can sign up with another's address and wait for its owner to press the button in the mail: the account would
/// then open to the stranger's password, and an invited person's seat with it. So the button asks for the password.
///
/// # Errors
/// `Absent` where the code does not count; `WrongSignIn`; `TooMuch`; `Busy`.
pub async fn confirm_and_enter(
    state: &AppState,
    from: &From,
    code: &str,
    password: &str,
) -> Result<PageSession, Refused> {
    let code = guarded(state, code)?;
    let (looked, now) = (code.clone(), state.clock.now());
    let found = state.desk.read(move |tx| accounts::look_at_sign_up(tx, now, &looked)).await;
    let (email, hash) = settled(state, from, &code, found)?;
    let too_much = |retry_after| Refused::TooMuch { retry_after };
    state.limits.take(Limit::Signing, ("confirmation", code.locator()), now).map_err(too_much)?;
    if !state.passwords.verify(password, Some(&hash)).await? {
        return Err(Refused::WrongSignIn);
    }
    confirm(state, from, code.as_str()).await?;
    let given = Credentials { email, password: password.to_owned(), totp: None };
    open_page_session(state, from, &given).await
}

/// Counts a try at a code before it is looked up: five wrong secrets void a locator.
///
/// # Errors
/// `Absent` where it has not the form of a code or is void.
pub fn guarded(state: &AppState, code: &str) -> Result<OneTimeCode, Refused> {
    let code = OneTimeCode::read(code).ok_or(Refused::Absent)?;
    // Void looks like unknown, or guessing would tell which locators are there.
    state.limits.take(Limit::Codes, code.locator(), state.clock.now()).map_err(|_| Refused::Absent)?;
    Ok(code)
}

/// Takes the counted try back where the code was right, and counts a wrong one against its address. A right code is
/// never refused because of what others at the same address tried: half a town may come from one.
///
/// # Errors
/// Those of `done`; `TooMuch` for an address that guesses.
pub fn settled<T>(
    state: &AppState,
    from: &From,
    code: &OneTimeCode,
    done: Result<T, Refused>,
) -> Result<T, Refused> {
    if matches!(done, Err(Refused::Absent)) {
        let counted = state.limits.take(Limit::CodesAddress, network_of(from.address), state.clock.now());
        counted.map_err(|retry_after| Refused::TooMuch { retry_after })?;
    } else {
        state.limits.give_back(Limit::Codes, code.locator());
    }
    done
}

/// Whose credentials these are, and the step of the second factor.
async fn known(
    state: &AppState,
    from: &From,
    given: &Credentials,
) -> Result<(Account, Option<i64>), Refused> {
    let email = given.email.parse::<EmailAddress>().ok();
    let device = from.device.as_deref().map(SecretHash::of);
    let looked_up = email.clone();
    let (account, totp_secret, knows_device) = state
        .desk
        .read(move |tx| {
            let Some(email) = looked_up else { return Ok((None, None, false)) };
            let Some(account) = people::by_email(tx, &email)? else { return Ok((None, None, false)) };
            let knows = device.map_or(Ok(false), |device| devices::knows(tx, account.id, &device))?;
            let secret = people::totp_secret(tx, account.id)?;
            Ok((Some(account), secret, knows))
        })
        .await?;
    let tries = Tries::begin(state, from, email.as_ref(), knows_device)?;
    let account = account.filter(|account| account.disabled_at.is_none() && account.confirmed_at.is_some());
    let hash = account.as_ref().and_then(|account| account.password_hash.as_deref());
    let right =
        state.passwords.verify(&given.password, hash).await.inspect_err(|_| tries.were_right(state))?;
    let step = match (&account, &totp_secret) {
        (_, Some(secret)) => {
            let digits = given.totp.as_deref().unwrap_or("");
            Some(totp::step(secret, digits, state.clock.now()).ok_or(Refused::WrongSignIn)?)
        }
        // People of the house do not get in without one.
        (Some(account), None) if !account.roles.is_empty() => return Err(Refused::WrongSignIn),
        _ => None,
    };
    match account {
        Some(account) if right => {
            tries.were_right(state);
            Ok((account, step))
        }
        _ => Err(Refused::WrongSignIn),
    }
}

/// Tries at a password, counted before they are known to be wrong.
struct Tries {
    account: (String, String),
    address: Option<IpAddr>,
}

impl Tries {
    /// A browser that the account knows has a count of its own, so that strangers cannot lock its owner out.
    fn begin(
        state: &AppState,
        from: &From,
        email: Option<&EmailAddress>,
        knows_device: bool,
    ) -> Result<Self, Refused> {
        let now = state.clock.now();
        let too_much = |retry_after| Refused::TooMuch { retry_after };
        let address = network_of(from.address);
        let whence = match &from.device {
            Some(device) if knows_device => device.clone(),
            _ => address.to_string(),
        };
        let tries = Self {
            account: (email.map_or(String::new(), ToString::to_string), whence),
            address: (!knows_device).then_some(address),
        };
        if let Some(address) = tries.address {
            state.limits.take(Limit::SignInAddress, address, now).map_err(too_much)?;
        }
        state.limits.take(Limit::SignIn, &tries.account, now).map_err(too_much)?;
        Ok(tries)
    }

    fn were_right(&self, state: &AppState) {
        state.limits.give_back(Limit::SignIn, &self.account);
        if let Some(address) = self.address {
            state.limits.give_back(Limit::SignInAddress, address);
        }
    }
}

/// Signs an API client in.
///
/// # Errors
/// `WrongSignIn`; `TooMuch`; `Busy`.
pub async fn open_api_session(
    state: &AppState,
    from: &From,
    given: &Credentials,
) -> Result<ApiSession, Refused> {
    let (account, step) = known(state, from, given).await?;
    let refresh_token = secret()?;
    let session = SessionId::new(new_uuid(state.clock.now()));
    let opening = Opening {
        account: account.id,
        session,
        label: from.label.clone(),
        step,
        secret: SecretHash::of(&refresh_token),
        is_page: false,
        device: None,
    };
    state.desk.write(By::Visitor, move |tx, doing| accounts::open_session(tx, doing, &opening)).await?;
    api_session(state, account.id, session, refresh_token)
}

fn api_session(
    state: &AppState,
    account: AccountId,
    session: SessionId,
    refresh_token: String,
) -> Result<ApiSession, Refused> {
    let access_token = state.tokens.access(Access { account, session }, state.clock.now())?;
    Ok(ApiSession { access_token, refresh_token, expires_in: ACCESS_PERIOD.as_secs() })
}

/// Signs a browser in.
///
/// # Errors
/// `WrongSignIn`; `TooMuch`; `Busy`.
pub async fn open_page_session(
    state: &AppState,
    from: &From,
    given: &Credentials,
) -> Result<PageSession, Refused> {
    let (account, step) = known(state, from, given).await?;
    page_session(state, from, account, step).await
}

/// Opens a browser's session without a password: for the demo's one-click sign-in alone.
///
/// # Errors
/// Those of the store.
pub async fn open_page_session_of(
    state: &AppState,
    from: &From,
    account: AccountId,
) -> Result<PageSession, Refused> {
    let account = state.desk.read(move |tx| Ok(people::by_id(tx, account)?)).await?;
    page_session(state, from, account, None).await
}

async fn page_session(
    state: &AppState,
    from: &From,
    account: Account,
    step: Option<i64>,
) -> Result<PageSession, Refused> {
    let page_secret = secret()?;
    let device = from.device.clone().map_or_else(secret, Ok)?;
    let session = SessionId::new(new_uuid(state.clock.now()));
    let opening = Opening {
        account: account.id,
        session,
        label: from.label.clone(),
        step,
        secret: SecretHash::of(&page_secret),
        is_page: true,
        device: Some(SecretHash::of(&device)),
    };
    state.desk.write(By::Visitor, move |tx, doing| accounts::open_session(tx, doing, &opening)).await?;
    Ok(PageSession { account, session, secret: page_secret, device })
}

/// Gives a new access token and a new refresh token for an old one.
///
/// # Errors
/// `NotYou` where the token is none, too old, or was used before (then its session has ended).
pub async fn refresh(state: &AppState, refresh_token: &str) -> Result<ApiSession, Refused> {
    let (old, next) = (SecretHash::of(refresh_token), secret()?);
    let new = SecretHash::of(&next);
    let rotated =
        state.desk.write(By::Visitor, move |tx, doing| accounts::rotate(tx, doing, &old, &new)).await?;
    let (account, session) = rotated.ok_or(Refused::NotYou)?;
    api_session(state, account, session, next)
}

/// Sends a link for a new password, where there is an account. The answer is always the same.
///
/// # Errors
/// Those of the store, and a field that is no address.
pub async fn ask_reset(state: &AppState, email: &str) -> Result<(), Refused> {
    let email: EmailAddress = email.parse().map_err(|why| Refused::field("email", words_code(why)))?;
    // Apart from confirmations, so that nobody who signs up in another's name keeps their resets from them.
    if state.limits.take(Limit::Mails, ("reset", email.as_str()), state.clock.now()).is_err() {
        return Ok(());
    }
    let code = OneTimeCode::new()?;
    // On a task of its own, so that the answer does not wait for what is written for known addresses alone.
    let desk = state.desk.clone();
    drop(tokio::spawn(async move {
        if let Err(refused) =
            desk.write(By::Visitor, move |tx, doing| accounts::ask_reset(tx, doing, &email, &code)).await
        {
            tracing::error!(?refused, "a reset was not written");
        }
    }));
    Ok(())
}

/// Sets a new password with the code of a reset.
///
/// # Errors
/// `Absent` where the code does not count; a password that is not taken; `TooMuch`; `Busy`.
pub async fn reset(state: &AppState, from: &From, code: &str, password: &str) -> Result<(), Refused> {
    let code = guarded(state, code)?;
    let done = reset_with(state, &code, password).await;
    let account = settled(state, from, &code, done)?;
    // Whoever has the mail has the account: the wrong tries at the old password are over, here and on this browser.
    if let Some(email) = account.email {
        let whence = [from.device.clone().unwrap_or_default(), network_of(from.address).to_string()];
        for whence in whence {
            state.limits.forgive(Limit::SignIn, &(email.to_string(), whence));
        }
    }
    Ok(())
}

async fn reset_with(state: &AppState, code: &OneTimeCode, password: &str) -> Result<Account, Refused> {
    let (looked, used, now) = (code.clone(), code.clone(), state.clock.now());
    let account = state.desk.read(move |tx| accounts::whose_reset(tx, now, &looked)).await?;
    passwords::check(password, account.totp).map_err(|weak| Refused::field("password", weak.code()))?;
    let hash = state.passwords.hash(password).await?;
    state.desk.write(By::Visitor, move |tx, doing| accounts::reset(tx, doing, &used, &hash)).await?;
    Ok(account)
}

/// A fresh proof of identity for a signature. The act uses it up with `accounts::use_proof`.
///
/// # Errors
/// `Proof` where password or digits are wrong; `TooMuch` after too many wrong ones.
pub async fn prove(
    state: &AppState,
    account: AccountId,
    password: &str,
    digits: Option<&str>,
) -> Result<Proof, Refused> {
    let now = state.clock.now();
    let too_much = |retry_after| Refused::TooMuch { retry_after };
    state.limits.take(Limit::Signing, account, now).map_err(too_much)?;
    let read =
        move |tx: &mut store::Tx<'_>| Ok((people::by_id(tx, account)?, people::totp_secret(tx, account)?));
    let read = state.desk.read(read).await;
    let (person, totp_secret) = read.inspect_err(|_| state.limits.give_back(Limit::Signing, account))?;
    let right = state.passwords.verify(password, person.password_hash.as_deref()).await;
    let right = right.inspect_err(|_| state.limits.give_back(Limit::Signing, account))?;
    let step = match totp_secret {
        Some(secret) => Some(totp::step(&secret, digits.unwrap_or(""), now).ok_or(Refused::Proof)?),
        None => None,
    };
    if !right {
        return Err(Refused::Proof);
    }
    state.limits.give_back(Limit::Signing, account);
    Ok(Proof { account, by: ProvenBy::Password { step } })
}

/// What the first registrar types.
#[derive(Clone)]
pub struct Setup {
    pub email: String,
    pub password: String,
    pub name: String,
    pub language: String,
}

/// Sets up the first registrar and returns the secret of the second factor, to be shown once.
///
/// # Errors
/// `Absent` where the link does not count; fields that cannot be taken.
pub async fn set_up(state: &AppState, from: &From, code: &str, typed: Setup) -> Result<Vec<u8>, Refused> {
    let code = guarded(state, code)?;
    let done = set_up_with(state, &code, typed).await;
    settled(state, from, &code, done)
}

async fn set_up_with(state: &AppState, code: &OneTimeCode, typed: Setup) -> Result<Vec<u8>, Refused> {
    let (looked, used, now) = (code.clone(), code.clone(), state.clock.now());
    state.desk.read(move |tx| accounts::look_at_setup(tx, now, &looked)).await?;
    let new = of_house(state, &typed, HouseRole::Registrar, Vec::new()).await?;
    let secret = new.totp_secret.clone();
    state.desk.write(By::House, move |tx, doing| accounts::set_up(tx, doing, &used, &new)).await?;
    Ok(secret)
}

/// Reads what was typed for somebody of the house, and makes their second factor.
///
/// # Errors
/// Fields that cannot be taken.
pub async fn of_house(
    state: &AppState,
    typed: &Setup,
    role: HouseRole,
    specialities: Vec<Category>,
) -> Result<NewOfHouse, Refused> {
    let mut errors = FieldErrors::default();
    let email = errors.take("email", typed.email.parse::<EmailAddress>(), words_code);
    let name = printable_name(&mut errors, &typed.name);
    let language = errors.take("language", typed.language.parse::<Language>(), |_| "not-a-choice");
    errors.take("password", passwords::check(&typed.password, true), passwords::Weak::code);
    let (Some(email), Some(name), Some(language)) = (email, name, language) else {
        return Err(errors.refused());
    };
    errors.check()?;
    let password_hash = state.passwords.hash(&typed.password).await?;
    let totp_secret = random::<{ totp::SECRET_BYTES }>()?.to_vec();
    Ok(NewOfHouse { email, name, language, password_hash, totp_secret, role, specialities })
}
