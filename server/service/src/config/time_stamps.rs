//! The settings of time stamps: which authority is asked, and whose certificates it must have. Without an address no
//! record is stamped; those that were stamped before go on telling when.

use std::path::Path;
use std::time::Duration;

use record::Authorities;

use super::sources::{BadSetting, Values};
use super::values::{self, Impossible};

/// The longest that a seal waits for a time stamp.
const TIMEOUT_MAX: Duration = Duration::from_secs(60);

/// The authority that stamps records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeStamps {
    pub at: StampAddress,
    /// Who issues the certificates of those whose time stamps are believed.
    pub trusted: Authorities,
    /// How long a seal waits for a time stamp, all tries together.
    pub timeout: Duration,
}

/// Where it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StampAddress {
    /// Whether the line is encrypted. Plain http is usual, and harmless: the token is signed, and what is asked is a digest.
    pub is_https: bool,
    pub host: String,
    pub port: u16,
    /// From the slash on.
    pub path: String,
}

impl TimeStamps {
    /// Reads what is set of it; nothing where there is none.
    ///
    /// # Errors
    /// The first value that cannot be. A time stamp that nobody vouches for proves nothing, so the certificates must be
    /// set as well.
    pub fn read(set: &Values) -> Result<Option<Self>, BadSetting> {
        let timeout = set.read("time_stamp_timeout", values::period)?;
        if timeout.is_zero() {
            return Err(set.bad("time_stamp_timeout", "leaves no time for anything"));
        }
        // The mediator who attests waits for it, and so does every other deadline of the house.
        if timeout > TIMEOUT_MAX {
            return Err(set.bad("time_stamp_timeout", "keeps a seal waiting: 60s at most"));
        }
        let trusted = set.given("time_stamp_certificates");
        let trusted = trusted.map(|_| set.read("time_stamp_certificates", certificates)).transpose()?;
        match (set.given("time_stamp_url"), trusted) {
            (None, _) => Ok(None),
            (Some(_), None) => Err(set.bad("time_stamp_url", "needs time_stamp_certificates to be set too")),
            (Some(_), Some(trusted)) => {
                Ok(Some(Self { at: set.read("time_stamp_url", address)?, trusted, timeout }))
            }
        }
    }
}

fn certificates(path: &str) -> Result<Authorities, Impossible> {
    let text = std::fs::read_to_string(Path::new(path))
        .map_err(|error| Impossible(format!("names a file that cannot be read: {error}")))?;
    Authorities::from_pem(&text).ok_or_else(|| {
        Impossible(
            "names a file that holds other things than certificates (PEM) of those who issue them".to_owned(),
        )
    })
}

fn address(text: &str) -> Result<StampAddress, Impossible> {
    let wrong = || Impossible("is not like https://stamps.example/tsr".to_owned());
    let (is_https, rest) = match text.split_once("://").ok_or_else(wrong)? {
        ("https", rest) => (true, rest),
        ("http", rest) => (false, rest),
        _ => return Err(wrong()),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let usual = if is_https { 443 } else { 80 };
    // An IPv6 address has colons of its own, and brackets around them.
    let (host, port) = match authority.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
        Some((host, port)) => (host, port.parse().map_err(|_| wrong())?),
        None => (authority, usual),
    };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    let is_path = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
    if host.is_empty() || port == 0 || !host.bytes().all(is_plain) || !path.bytes().all(is_path) {
        return Err(wrong());
    }
    let path = if path.is_empty() { "/".to_owned() } else { path.to_owned() };
    Ok(StampAddress { is_https, host: host.to_owned(), port, path })
}

#[cfg(test)]
mod tests {
    use super::super::sources::Place;
    use super::*;

    #[test]
    fn an_authority_answers_at_an_address() {
        let at = |is_https, host: &str, port, path: &str| {
            let (host, path) = (host.to_owned(), path.to_owned());
            Ok(StampAddress { is_https, host, port, path })
        };
        let read = |text| address(text).map_err(|wrong| wrong.0);
        assert_eq!(read("http://stamps.example"), at(false, "stamps.example", 80, "/"));
        assert_eq!(read("https://stamps.example/tsr?a=1"), at(true, "stamps.example", 443, "/tsr?a=1"));
        assert_eq!(read("http://127.0.0.1:8318/"), at(false, "127.0.0.1", 8318, "/"));
        assert_eq!(read("http://[::1]:8318/"), at(false, "[::1]", 8318, "/"));
        for wrong in [
            "stamps.example",
            "ftp://a/",
            "http://",
            "http://a:0/",
            "http://a b/",
            "http://u@a/",
            "http://a/\n",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn nobody_waits_for_a_stamp_without_end() {
        for (period, told) in [("0s", "no time"), ("61s", "60s at most")] {
            let mut values = Values::default();
            values.set("time_stamp_timeout", period.to_owned(), Place::CommandLine);
            let refused = TimeStamps::read(&values).expect_err(period).to_string();
            assert!(refused.contains(told), "{refused}");
        }
    }

    #[test]
    fn whom_to_trust_must_be_said_and_must_be_certificates() {
        let mut values = Values::default();
        values.set("time_stamp_url", "http://stamps.example/".to_owned(), Place::CommandLine);
        let refused = TimeStamps::read(&values).expect_err("no certificates").to_string();
        assert!(refused.contains("needs time_stamp_certificates"), "{refused}");
        for (path, told) in [("/nowhere", "cannot be read"), ("/dev/null", "other things than certificates")]
        {
            values.set("time_stamp_certificates", path.to_owned(), Place::CommandLine);
            let refused = TimeStamps::read(&values).expect_err(path).to_string();
            assert!(refused.contains(told), "{refused}");
        }
    }
}
