//! The key to the relay (TURN): a name that says until when it holds and names nobody, and its password, which the relay
//! makes from the secret that both know (`use-auth-secret` of coturn). Nothing is stored on either side.

use std::time::Duration;

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use domain::time::Moment;

use crate::config::Calls;
use crate::refused::Refused;

/// How long a key to the relay holds.
pub const CREDENTIAL_PERIOD: Duration = Duration::from_secs(600);

/// A key to the relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    pub username: String,
    pub password: String,
    pub expires_at: Moment,
}

/// A fresh key. Its name is random: the relay learns neither who calls nor about which dispute.
///
/// # Errors
/// `Broken` without randomness.
pub fn credential(calls: &Calls, now: Moment, holds: Duration) -> Result<Credential, Refused> {
    let mut random = [0_u8; 12];
    getrandom::fill(&mut random).map_err(|_| Refused::broken("randomness"))?;
    let expires_at = now.plus(holds);
    let username = format!("{}:{}", expires_at.millis() / 1000, URL_SAFE_NO_PAD.encode(random));
    // SHA-1 is what relays speak; as a keyed digest it is still sound.
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, calls.secret.reveal().as_bytes());
    let password = STANDARD.encode(hmac::sign(&key, username.as_bytes()).as_ref());
    Ok(Credential { username, password, expires_at })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    #[test]
    fn a_key_names_nobody_and_holds_for_ten_minutes() {
        let calls = Calls {
            urls: vec!["turn:relay.example:3478".to_owned()],
            secret: Secret::new("shared".to_owned()),
            relays: Vec::new(),
            is_direct: false,
        };
        let now = Moment::from_millis(1_000_000);
        let one = credential(&calls, now, CREDENTIAL_PERIOD).expect("a key");
        let other = credential(&calls, now, CREDENTIAL_PERIOD).expect("a key");
        assert_ne!(one.username, other.username);
        assert!(one.username.starts_with("1600:"), "{}", one.username);
        assert_eq!(one.password.len(), 28, "twenty bytes in Base64");
    }
}
