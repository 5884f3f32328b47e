//! Who asks. The extractors of this file are proofs: a handler that takes one runs only for such a person, because
//! nothing else can make one. The session is looked up on every request, so one that ended has ended everywhere.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{FromRequest, HttpRequest, web};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{AccountId, SessionId};
use domain::language::Language;
use domain::person::{HouseRole, PersonName};
use domain::time::Moment;
use store::sessions::Session;
use store::{SecretHash, Tx, people, sessions};
use subtle::ConstantTimeEq as _;

use super::{cookies, origin};
use crate::acts::process::look;
use crate::acts::{By, Doing, accounts};
use crate::acts::{certifying, companions, passkeys};
use crate::refused::Refused;
use crate::state::AppState;

/// Somebody with a living session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    pub account: AccountId,
    pub session: SessionId,
    pub name: PersonName,
    pub language: Language,
    pub roles: Vec<HouseRole>,
    /// Whether the session came by a browser's cookie.
    pub by_cookie: bool,
    /// When this session last saw a proof of identity.
    pub proved_at: Option<Moment>,
}

impl SignedIn {
    pub fn is(&self, role: HouseRole) -> bool {
        self.roles.contains(&role)
    }

    /// The person as the desk wants to know them.
    pub const fn by(&self) -> By {
        By::Person(self.account)
    }
}

/// Somebody or nobody.
#[derive(Debug, Clone)]
pub struct MaybeSignedIn(pub Option<SignedIn>);

/// A registrar; to everybody else what asks for one is not there.
#[derive(Debug, Clone)]
pub struct Registrar(pub SignedIn);

/// A mediator on the roster; to everybody else what asks for one is not there.
#[derive(Debug, Clone)]
pub struct Mediator(pub SignedIn);

/// An auditor; to everybody else what asks for one is not there.
#[derive(Debug, Clone)]
pub struct Auditor(pub SignedIn);

/// What a request shows.
enum Shown {
    Nothing,
    Bearer(String),
    Cookie(String),
}

type Asked<T> = Pin<Box<dyn Future<Output = Result<T, Refused>>>>;

impl FromRequest for SignedIn {
    type Error = Refused;
    type Future = Asked<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { identify(&request).await?.ok_or(Refused::NotYou) })
    }
}

impl FromRequest for MaybeSignedIn {
    type Error = Refused;
    type Future = Asked<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            match identify(&request).await {
                Err(Refused::NotYou) => Ok(Self(None)),
                other => other.map(Self),
            }
        })
    }
}

macro_rules! of_the_house {
    ($($proof:ident),+) => {$(
        impl FromRequest for $proof {
            type Error = Refused;
            type Future = Asked<Self>;

            fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
                let request = request.clone();
                Box::pin(async move {
                    let who = identify(&request).await?.ok_or(Refused::NotYou)?;
                    if who.is(HouseRole::$proof) { Ok(Self(who)) } else { Err(Refused::Absent) }
                })
            }
        }
    )+};
}

of_the_house!(Registrar, Mediator, Auditor);

/// The state that `app` gave to every handler.
///
/// # Errors
/// `Broken` in a test that forgot it.
pub fn state(request: &HttpRequest) -> Result<web::Data<AppState>, Refused> {
    request.app_data::<web::Data<AppState>>().cloned().ok_or_else(|| Refused::broken("no state"))
}

/// Whether the JSON API was asked. The route says so and not the path, of which the router decodes more than we do:
/// `/%61pi/…` reaches the same handler.
pub fn is_api(request: &HttpRequest) -> bool {
    request.match_pattern().as_deref().unwrap_or(request.path()).starts_with("/api/")
}

/// Who asks; nothing where no credentials were shown.
///
/// # Errors
/// `Malformed` for two credentials, `Forbidden` for a strange origin or a missing token, `NotYou` for an ended session.
pub async fn identify(request: &HttpRequest) -> Result<Option<SignedIn>, Refused> {
    let state = state(request)?;
    let shown = shown(request, &state)?;
    let is_write = !request.method().is_safe();
    let by_cookie = matches!(shown, Shown::Cookie(_));
    let (session, account) = match shown {
        Shown::Nothing => return Ok(None),
        Shown::Bearer(token) => {
            origin::check_origin(request, &state.config, false)?;
            by_token(&state, &token).await?
        }
        Shown::Cookie(secret) => {
            origin::check_origin(request, &state.config, is_write)?;
            by_secret(&state, &secret).await?
        }
    };
    let who = SignedIn {
        account: account.id,
        session: session.id,
        name: account.name,
        language: account.language,
        roles: account.roles.iter().map(|appointment| appointment.role).collect(),
        by_cookie,
        proved_at: session.proved_at,
    };
    // Forms carry the token as a field, which `forms` checks; a script sends it as a header.
    if by_cookie && is_write && is_api(request) {
        let sent = request.headers().get("x-csrf-token").and_then(|value| value.to_str().ok()).unwrap_or("");
        check_csrf(&state, &who, sent)?;
    }
    touch(&state, &session, &who);
    Ok(Some(who))
}

fn shown(request: &HttpRequest, state: &AppState) -> Result<Shown, Refused> {
    let mut headers = request.headers().get_all(AUTHORIZATION);
    let (first, second) = (headers.next(), headers.next());
    let cookie = cookies::session(request, &state.config);
    match (first, second, cookie) {
        (None, _, None) => Ok(Shown::Nothing),
        (None, _, Some(secret)) => Ok(Shown::Cookie(secret)),
        (Some(header), None, None) => {
            let text = header.to_str().map_err(|_| Refused::NotYou)?;
            let (scheme, token) = text.split_once(' ').ok_or(Refused::NotYou)?;
            let is_bearer = scheme.eq_ignore_ascii_case("bearer");
            if is_bearer { Ok(Shown::Bearer(token.trim().to_owned())) } else { Err(Refused::NotYou) }
        }
        _ => Err(Refused::Malformed { code: "two-credentials" }),
    }
}

async fn by_token(state: &AppState, token: &str) -> Result<(Session, people::Account), Refused> {
    let now = state.clock.now();
    let access = state.tokens.read(token, now).ok_or(Refused::NotYou)?;
    let look = move |tx: &mut Tx<'_>| {
        let session = sessions::live(tx, access.session, now)?;
        open_to(tx, session.filter(|session| session.account == access.account))
    };
    state.store.read(look).await
}

async fn by_secret(state: &AppState, secret: &str) -> Result<(Session, people::Account), Refused> {
    let (now, hash) = (state.clock.now(), SecretHash::of(secret));
    let look = move |tx: &mut Tx<'_>| {
        let session = sessions::by_secret(tx, &hash, now)?;
        open_to(tx, session)
    };
    state.store.read(look).await
}

fn open_to(tx: &mut Tx<'_>, session: Option<Session>) -> Result<(Session, people::Account), Refused> {
    let session = session.ok_or(Refused::NotYou)?;
    let account = people::by_id(tx, session.account)?;
    if account.disabled_at.is_some() { Err(Refused::NotYou) } else { Ok((session, account)) }
}

/// The calls with a body that need no session.
pub const OPEN_TO_ALL: [&str; 10] = [
    "/accounts",
    "/confirmations",
    "/sessions",
    "/sessions/refresh",
    "/passwords/resets",
    "/passwords/resets/{code}",
    "/setups/{code}",
    "/invitations/{code}/refusal",
    "/invitations/{code}/concerns",
    "/ledger/cosignatures",
];

/// Whether the person who asks is signed in where that is needed, and has a part in the dispute, proposal or file that
/// the path names: before anything of a body is judged, so that nobody learns from how it is refused.
///
/// # Errors
/// `NotYou` where nobody is signed in, `Absent` where they have no part in it.
pub async fn check_seat(request: &HttpRequest) -> Result<(), Refused> {
    let pattern = request.match_pattern().unwrap_or_default();
    let of_dispute = pattern.contains("/disputes/{id}");
    let of_assignment = pattern.contains("/assignments/{id}");
    let of_file = pattern.contains("/files/{id}");
    let of_settlement = ["amendments", "certifications"]
        .iter()
        .any(|asked| pattern.ends_with(&format!("/settlements/{{id}}/{asked}")));
    let of_passkey = pattern.contains("/passkeys/{id}");
    let of_certification = pattern.contains("/certifications/{id}");
    let is_open = pattern.strip_prefix("/api/v1").is_some_and(|path| OPEN_TO_ALL.contains(&path));
    if is_open {
        return Ok(());
    }
    let who = identify(request).await?.ok_or(Refused::NotYou)?;
    let is_asked_for =
        of_dispute || of_assignment || of_file || of_settlement || of_passkey || of_certification;
    if !is_asked_for {
        return Ok(());
    }
    let id = request.match_info().get("id").unwrap_or("").to_owned();
    let seat = request.match_info().get("companion").and_then(|seat| seat.parse().ok());
    let state = state(request)?;
    let doing = Doing::new(state.clock.now(), who.by(), std::sync::Arc::clone(&state.config));
    state
        .desk
        .read(move |tx| {
            let absent = |_| Refused::Absent;
            if of_passkey {
                return passkeys::get(tx, &doing, id.parse().map_err(absent)?).map(drop);
            }
            if of_certification {
                return certifying::has_seat(tx, &doing, id.parse().map_err(absent)?);
            }
            let dispute = if of_assignment {
                store::disputes::of_assignment(tx, id.parse().map_err(absent)?)?
            } else if of_file {
                // What is done to a file its owner does; to everybody else the caucus's and the unknown one look the same.
                let row = store::files::get(tx, id.parse().map_err(absent)?)?;
                if row.owner != who.account {
                    return Err(Refused::Absent);
                }
                row.dispute
            } else if of_settlement {
                store::settlements::by_id(tx, id.parse().map_err(absent)?)?.dispute
            } else {
                id.parse().map_err(absent)?
            };
            // Whoever is asked to sit beside a party has no part in the dispute yet, and knows of the seat alone.
            let is_offered = |seat| companions::show(tx, &doing, dispute, seat).is_ok();
            if seat.is_some_and(is_offered) {
                return Ok(());
            }
            let seen = look(tx, &doing, dispute)?;
            // What the two settled is theirs to change.
            if of_settlement && seen.side().is_none() {
                return Err(Refused::Absent);
            }
            seen.actor().map(drop)
        })
        .await
}

/// Whether a session and its account are still open: sockets ask this on every command.
///
/// # Errors
/// `NotYou` where they are not.
pub async fn check_alive(state: &AppState, session: SessionId) -> Result<(), Refused> {
    account_of(state, session).await.map(drop)
}

/// Whose session that is, while it and its account are open.
///
/// # Errors
/// `NotYou` where they are not.
pub async fn account_of(state: &AppState, session: SessionId) -> Result<AccountId, Refused> {
    let now = state.clock.now();
    let look = move |tx: &mut Tx<'_>| {
        let session = sessions::live(tx, session, now)?;
        open_to(tx, session).map(|(_, account)| account.id)
    };
    state.store.read(look).await
}

/// Notes that a session is used, a few times in its idle period rather than with each request.
fn touch(state: &AppState, session: &Session, who: &SignedIn) {
    let now = state.clock.now();
    let left = session.idle_until.since(now);
    let every = (session.idle_until.since(session.seen_at) / 8).min(Duration::from_secs(60));
    if now.since(session.seen_at) < every && left > every {
        return;
    }
    let (desk, account, id) = (state.desk.clone(), who.account, who.session);
    drop(tokio::spawn(async move {
        // A session that ended meanwhile needs no note.
        let _ = desk
            .write(By::Person(account), move |tx, doing| accounts::touch_session(tx, doing, account, id))
            .await;
    }));
}

/// The token that a form or script of this session has to send with a write: it is bound to the session, and a page of
/// another origin cannot read it.
pub fn csrf_token(state: &AppState, session: SessionId) -> String {
    URL_SAFE_NO_PAD.encode(state.keys.digest("csrf", session.uuid().as_bytes()))
}

/// Compares the token that was sent.
///
/// # Errors
/// `Forbidden` with `stale-form`.
pub fn check_csrf(state: &AppState, who: &SignedIn, sent: &str) -> Result<(), Refused> {
    let ours = csrf_token(state, who.session);
    let same = bool::from(ours.as_bytes().ct_eq(sent.as_bytes()));
    if same { Ok(()) } else { Err(Refused::Forbidden { code: "stale-form" }) }
}
