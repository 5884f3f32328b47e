//! The settings of voice and video: the relay and what it shares with this house. Without a relay there are no calls.

use super::sources::{BadSetting, Values};
use super::values::{self, Impossible, Network, Secret};

/// The relay through which people talk.
#[derive(Debug, Clone)]
pub struct Calls {
    /// Its addresses, as browsers take them.
    pub urls: Vec<String>,
    pub secret: Secret,
    /// From where it relays; empty: not known.
    pub relays: Vec<Network>,
    /// Whether browsers may also meet without it.
    pub is_direct: bool,
}

impl Calls {
    /// Reads what is set of it; nothing where there is no relay.
    ///
    /// # Errors
    /// The first value that cannot be.
    pub fn read(set: &Values) -> Result<Option<Self>, BadSetting> {
        let urls = set.read("turn_urls", relay_urls)?;
        let secret = set.given("turn_secret").map(Secret::new);
        let is_direct = set.read("calls_direct", yes_or_no)?;
        let relays = set.read("turn_relays", values::networks)?;
        match (urls.is_empty(), secret) {
            (true, None) => Ok(None),
            (false, Some(secret)) => Ok(Some(Self { urls, secret, relays, is_direct })),
            _ => Err(set.bad("turn_urls", "and turn_secret go together")),
        }
    }
}

fn relay_urls(text: &str) -> Result<Vec<String>, Impossible> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]?=".contains(&byte);
    let read = |url: &str| {
        let host = url.strip_prefix("turn:").or_else(|| url.strip_prefix("turns:")).unwrap_or("");
        let is_url = !host.is_empty() && host.bytes().all(is_plain);
        let wrong =
            || Impossible("holds something that is no relay such as turn:relay.example:3478".to_owned());
        is_url.then(|| url.to_owned()).ok_or_else(wrong)
    };
    text.split(',').map(str::trim).filter(|url| !url.is_empty()).map(read).collect()
}

fn yes_or_no(text: &str) -> Result<bool, Impossible> {
    match text {
        "yes" => Ok(true),
        "no" => Ok(false),
        _ => Err(Impossible("is neither yes nor no".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sources::Place;
    use super::*;

    fn with(set: &[(&str, &str)]) -> Result<Option<Calls>, String> {
        let mut values = Values::default();
        for (name, text) in set {
            values.set(name, (*text).to_owned(), Place::CommandLine);
        }
        Calls::read(&values).map_err(|bad| bad.to_string())
    }

    #[test]
    fn a_relay_and_its_secret_go_together_and_the_secret_is_not_in_the_complaint() {
        assert!(with(&[]).is_ok_and(|calls| calls.is_none()), "without a relay there are no calls");
        let urls = ("turn_urls", "turn:relay.example:3478, turns:relay.example:443?transport=tcp");
        let calls = with(&[urls, ("turn_secret", "hunter2")]).expect("possible").expect("a relay");
        assert_eq!(calls.urls.len(), 2);
        assert!(!calls.is_direct && !format!("{calls:?}").contains("hunter2"));
        for set in [[urls, ("turn_secret", "")], [("turn_urls", ""), ("turn_secret", "hunter2")]] {
            let refused = with(&set).expect_err("only one of them");
            assert!(refused.contains("go together") && !refused.contains("hunter2"), "{refused}");
        }
    }
}
