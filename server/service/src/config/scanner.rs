//! The settings of the check for viruses: where a clamd listens. Without one nothing is checked, and the pages promise no
//! check.

use std::path::PathBuf;
use std::time::Duration;

use super::sources::{BadSetting, Values};
use super::values::{self, Impossible};

/// The clamd that checks what people upload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clamd {
    pub at: ClamdAddress,
    /// How long one file may take; what takes longer waits to be checked.
    pub timeout: Duration,
}

/// Where it listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClamdAddress {
    /// A name or address, and a port. Nothing on this line is encrypted.
    Tcp(String, u16),
    /// A socket of this machine.
    Unix(PathBuf),
}

impl Clamd {
    /// Reads what is set of it; nothing where there is none.
    ///
    /// # Errors
    /// The first value that cannot be.
    pub fn read(set: &Values) -> Result<Option<Self>, BadSetting> {
        let timeout = set.read("clamd_timeout", values::period)?;
        if timeout.is_zero() {
            return Err(set.bad("clamd_timeout", "leaves no time for anything"));
        }
        let at = set.given("clamd").map(|_| set.read("clamd", address)).transpose()?;
        Ok(at.map(|at| Self { at, timeout }))
    }
}

fn address(text: &str) -> Result<ClamdAddress, Impossible> {
    let wrong =
        || Impossible("is neither like tcp://127.0.0.1:3310 nor like unix:///run/clamd.ctl".to_owned());
    if let Some(path) = text.strip_prefix("unix://") {
        return if path.starts_with('/') { Ok(ClamdAddress::Unix(path.into())) } else { Err(wrong()) };
    }
    let (host, port) =
        text.strip_prefix("tcp://").and_then(|rest| rest.rsplit_once(':')).ok_or_else(wrong)?;
    // An IPv6 address stands in brackets here, and without them where it is dialled.
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte);
    match port.parse() {
        Ok(port) if port > 0 && !host.is_empty() && host.bytes().all(is_plain) => {
            Ok(ClamdAddress::Tcp(host.to_owned(), port))
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sources::Place;
    use super::*;

    fn with(text: &str) -> Result<Option<ClamdAddress>, String> {
        let mut values = Values::default();
        values.set("clamd", text.to_owned(), Place::CommandLine);
        Clamd::read(&values).map(|clamd| clamd.map(|clamd| clamd.at)).map_err(|bad| bad.to_string())
    }

    #[test]
    fn a_clamd_listens_on_a_port_or_on_a_socket_of_the_machine() {
        let tcp = |host: &str| Ok(Some(ClamdAddress::Tcp(host.to_owned(), 3310)));
        assert_eq!(with(""), Ok(None));
        assert_eq!(with("tcp://127.0.0.1:3310"), tcp("127.0.0.1"));
        assert_eq!(with("tcp://[::1]:3310"), tcp("::1"));
        assert_eq!(with("tcp://clamav:3310"), tcp("clamav"));
        assert_eq!(with("unix:///run/clamd.ctl"), Ok(Some(ClamdAddress::Unix("/run/clamd.ctl".into()))));
        for wrong in [
            "clamav:3310",
            "tcp://clamav",
            "tcp://:3310",
            "tcp://a b:1",
            "tcp://a:0",
            "unix://run",
            "http://a:1",
        ] {
            let refused = with(wrong).expect_err(wrong);
            assert!(refused.contains("is neither like tcp://"), "{refused}");
        }
    }
}
