//! What people and programs show to be let in: access tokens (JWT, ES256, ten minutes), refresh tokens and session
//! secrets (random), and one-time codes. Deliberately not here: whether a session is alive, which only the store knows.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::ids::{AccountId, SessionId};
use domain::time::Moment;
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::{NoContext, Timestamp, Uuid};

use crate::keys::{KeysError, TokenKey, random};

/// How long an access token counts.
pub const ACCESS_PERIOD: Duration = Duration::from_secs(600);
/// By how much clocks may differ.
const LEEWAY_SECONDS: i64 = 5;
/// The type of an access token (RFC 9068), so that no other token of ours is taken for one.
const TYPE: &str = "at+jwt";
/// A JWT of ours is far shorter; what is longer is not even read.
const TOKEN_BYTES_MAX: usize = 2048;

/// Why a token cannot be made.
pub use crate::keys::KeysError as NoRandomness;

/// Makes and reads access tokens.
pub struct Tokens {
    key: TokenKey,
    audience: String,
}

/// Who an access token speaks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Access {
    pub account: AccountId,
    pub session: SessionId,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    sid: String,
    iat: i64,
    nbf: i64,
    exp: i64,
}

impl Tokens {
    /// `audience` is the public URL of the house: a token of another house, or of a try-out, is not taken.
    pub fn new(key: TokenKey, audience: &str) -> Self {
        Self { key, audience: audience.to_owned() }
    }

    /// An access token of a session.
    ///
    /// # Errors
    /// Where the key does not sign.
    pub fn access(&self, of: Access, now: Moment) -> Result<String, KeysError> {
        let seconds = now.millis() / 1000;
        let period = i64::try_from(ACCESS_PERIOD.as_secs()).map_err(|_| KeysError::Random)?;
        let claims = Claims {
            iss: self.audience.clone(),
            aud: self.audience.clone(),
            sub: of.account.to_string(),
            sid: of.session.to_string(),
            iat: seconds,
            nbf: seconds,
            exp: seconds + period,
        };
        jsonwebtoken::encode(&header(), &claims, &self.key.signing).map_err(|_| KeysError::Random)
    }

    /// Who the token speaks for; nothing where it is not ours, not for us, or not of this time.
    pub fn read(&self, token: &str, now: Moment) -> Option<Access> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        // Our header is always the same, so nothing in it has to be believed: no `alg`, `kid`, `jku` or `crit` of a
        // stranger's choice is ever looked at.
        let ours = serde_json::to_vec(&header()).ok()?;
        let (shown, _) = token.split_once('.')?;
        if URL_SAFE_NO_PAD.decode(shown).ok()? != ours {
            return None;
        }
        let mut validation = Validation::new(Algorithm::ES256);
        validation.set_audience(&[&self.audience]);
        validation.set_issuer(&[&self.audience]);
        validation.set_required_spec_claims(&["exp", "nbf", "aud", "iss", "sub"]);
        // The times are compared below, with the clock of the house instead of the library's own.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims = jsonwebtoken::decode::<Claims>(token, &self.key.verifying, &validation).ok()?.claims;
        let seconds = now.millis() / 1000;
        if claims.exp + LEEWAY_SECONDS <= seconds || claims.nbf > seconds + LEEWAY_SECONDS {
            return None;
        }
        Some(Access { account: claims.sub.parse().ok()?, session: claims.sid.parse().ok()? })
    }
}

fn header() -> Header {
    let mut header = Header::new(Algorithm::ES256);
    header.typ = Some(TYPE.to_owned());
    header
}

/// A secret of 256 bits for a session, a refresh token or a device, in base64url.
///
/// # Errors
/// Where the machine gives no randomness.
pub fn secret() -> Result<String, KeysError> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

/// A code that works once: eight characters that find it (so that wrong guesses at it can be counted) and a secret of
/// 128 bits, together thirty characters of `A-Za-z0-9_-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeCode(String);

const LOCATOR_CHARACTERS: usize = 8;
const CODE_CHARACTERS: usize = 30;

impl OneTimeCode {
    /// A new one.
    ///
    /// # Errors
    /// Where the machine gives no randomness.
    pub fn new() -> Result<Self, KeysError> {
        let (locator, secret) = (random::<6>()?, random::<16>()?);
        Ok(Self(URL_SAFE_NO_PAD.encode(locator) + &URL_SAFE_NO_PAD.encode(secret)))
    }

    /// Reads what somebody sent; nothing where it has not even the form of a code.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        (plain && text.len() == CODE_CHARACTERS).then(|| Self(text.to_owned()))
    }

    /// The whole code, for the one mail or page that shows it, and for its hash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part that finds it.
    pub fn locator(&self) -> &str {
        self.0.get(..LOCATOR_CHARACTERS).unwrap_or("")
    }
}

/// A new UUIDv7 that says when it was made.
pub fn new_uuid(now: Moment) -> Uuid {
    let millis = u64::try_from(now.millis()).unwrap_or(0);
    let nanos = u32::try_from(millis % 1000).unwrap_or(0) * 1_000_000;
    Uuid::new_v7(Timestamp::from_unix(NoContext, millis / 1000, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Keys;

    const AT: Moment = Moment::from_millis(1_795_496_820_000);

    fn tokens(audience: &str, test: &str) -> Tokens {
        let folder = std::env::temp_dir().join(format!("concord-tokens-{}-{test}", std::process::id()));
        Tokens::new(Keys::open(&folder, "Test House", "a.example", None, AT).expect("keys").token, audience)
    }

    fn access() -> Access {
        Access { account: AccountId::new(Uuid::from_u128(1)), session: SessionId::new(Uuid::from_u128(2)) }
    }

    #[test]
    fn a_token_counts_for_ten_minutes_and_five_seconds() {
        let tokens = tokens("http://127.0.0.1:8080", "time");
        let token = tokens.access(access(), AT).expect("signed");
        let after = |seconds| AT.plus(Duration::from_secs(seconds));
        assert_eq!(tokens.read(&token, AT), Some(access()));
        assert_eq!(tokens.read(&token, after(604)), Some(access()));
        assert_eq!(tokens.read(&token, after(605)), None);
        assert_eq!(tokens.read(&token, AT.minus(Duration::from_secs(5))), Some(access()));
        assert_eq!(tokens.read(&token, AT.minus(Duration::from_secs(6))), None);
    }

    #[test]
    fn a_token_of_another_house_or_kind_is_not_taken() {
        let ours = tokens("http://127.0.0.1:8080", "kind");
        let token = ours.access(access(), AT).expect("signed");
        assert_eq!(tokens("https://other.example", "kind").read(&token, AT), None);
        assert_eq!(tokens("http://127.0.0.1:8080", "key").read(&token, AT), None);
        let (_, rest) = token.split_once('.').expect("a header");
        for header in [
            r#"{"typ":"JWT","alg":"ES256"}"#,
            r#"{"alg":"none"}"#,
            r#"{"typ":"at+jwt","alg":"ES256","crit":["x"]}"#,
        ] {
            let forged = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header));
            assert_eq!(ours.read(&forged, AT), None, "{header}");
        }
        for nonsense in ["", ".", "a.b.c", &"x".repeat(5000)] {
            assert_eq!(ours.read(nonsense, AT), None);
        }
    }

    #[test]
    fn a_code_is_read_back_with_its_locator() {
        let code = OneTimeCode::new().expect("random");
        assert_eq!(code.as_str().len(), 30);
        assert_eq!(OneTimeCode::read(&format!(" {}\n", code.as_str())), Some(code.clone()));
        assert_eq!(code.locator().len(), 8);
        assert_eq!(OneTimeCode::read("short"), None);
        assert_eq!(OneTimeCode::read(&"ä".repeat(15)), None);
    }

    #[test]
    fn ids_say_when_they_were_made() {
        let (early, late) = (new_uuid(AT), new_uuid(AT.plus(Duration::from_millis(2))));
        assert!(early < late);
        assert_eq!(early.get_version_num(), 7);
    }
}
