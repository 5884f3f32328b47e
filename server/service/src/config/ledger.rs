//! The settings of the ledger: what it is called, how often its head is signed and mailed, and who may cosign it.

use std::time::Duration;

use domain::person::EmailAddress;
use record::Verifier;
use record::checkpoint::{Signing, is_key_name};

use super::sources::{BadSetting, Values};
use super::values::{self, Impossible};

/// More witnesses than this do not fit under a note that everybody reads (C2SP signed-note asks for 16 lines).
const WITNESSES_MAX: usize = 15;

/// How the ledger is kept.
#[derive(Debug, Clone)]
pub struct Ledger {
    /// What it is called from its first start on; nothing: the address of the house.
    pub origin: Option<String>,
    /// After which a ledger that grew gets a new head.
    pub period: Duration,
    /// To whom the head is mailed.
    pub mail_to: Option<EmailAddress>,
    /// How often.
    pub mail_period: Duration,
    /// Who may cosign the head.
    pub witnesses: Vec<Verifier>,
}

impl Ledger {
    /// Reads what is set of it.
    ///
    /// # Errors
    /// The first value that cannot be.
    pub fn read(set: &Values) -> Result<Self, BadSetting> {
        let address = |text: &str| text.parse().map_err(|_| Impossible("is no mail address".to_owned()));
        let addressed = ["ledger_mail_to", "mail_from"].into_iter().find(|name| set.given(name).is_some());
        Ok(Self {
            origin: set.given("ledger_origin").map(|_| set.read("ledger_origin", origin)).transpose()?,
            period: set.read("ledger_period", some_time)?,
            mail_to: addressed.map(|name| set.read(name, address)).transpose()?,
            mail_period: set.read("ledger_mail_period", some_time)?,
            witnesses: set.read("ledger_witnesses", witnesses)?,
        })
    }
}

/// A period of nothing would be a loop without a rest.
fn some_time(text: &str) -> Result<Duration, Impossible> {
    let period = values::period(text)?;
    if period < Duration::from_secs(1) {
        return Err(Impossible("is too short: a second is the least".to_owned()));
    }
    Ok(period)
}

fn origin(text: &str) -> Result<String, Impossible> {
    if is_key_name(text) && !text.contains("://") {
        return Ok(text.to_owned());
    }
    Err(Impossible("is no name of a ledger such as concord.example/ledger".to_owned()))
}

fn witnesses(text: &str) -> Result<Vec<Verifier>, Impossible> {
    let wrong =
        || Impossible("holds something that is no key of a witness such as name+0a1b2c3d+BBase64".to_owned());
    let keys = text.split(',').map(str::trim).filter(|key| !key.is_empty());
    let read = |key: &str| {
        let key: Verifier = key.parse().map_err(|_| wrong())?;
        if key.signing() == Signing::Cosignature { Ok(key) } else { Err(wrong()) }
    };
    let read: Vec<Verifier> = keys.map(read).collect::<Result<_, _>>()?;
    if read.len() > WITNESSES_MAX {
        return Err(Impossible(format!("names more than {WITNESSES_MAX} witnesses")));
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::super::sources::Place;
    use super::*;

    fn with(set: &[(&str, &str)]) -> Result<Ledger, String> {
        let mut values = Values::default();
        for (name, text) in set {
            values.set(name, (*text).to_owned(), Place::CommandLine);
        }
        Ledger::read(&values).map_err(|bad| bad.to_string())
    }

    #[test]
    fn the_head_is_mailed_to_whom_is_named_or_to_the_house_itself() {
        let to = |set: &[(&str, &str)]| {
            with(set).expect("possible").mail_to.map(|address| address.as_str().to_owned())
        };
        let (house, court) = (("mail_from", "house@example.org"), ("ledger_mail_to", "court@example.org"));
        assert_eq!(to(&[]), None);
        assert_eq!(to(&[house]).as_deref(), Some("house@example.org"));
        assert_eq!(to(&[house, court]).as_deref(), Some("court@example.org"));
    }

    #[test]
    fn witnesses_are_keys_that_cosign() {
        let witness = record::WitnessKey::new("witness.example/one", [1; 32]).expect("a key");
        let key = witness.verifier().to_string();
        let read = with(&[("ledger_witnesses", &format!("{key}, {key} ,"))]).expect("possible");
        assert_eq!(read.witnesses, [witness.verifier().clone(), witness.verifier().clone()]);
        let many = vec![key.clone(); WITNESSES_MAX + 1].join(",");
        let text = record::LedgerKey::generate("ledger.example").expect("a key");
        let ledger = record::LedgerKey::from_text(&text).expect("a key").verifier().to_string();
        for wrong in [key.replace("one", "two"), many, ledger, "witness".to_owned()] {
            assert!(with(&[("ledger_witnesses", &wrong)]).is_err(), "{wrong}");
        }
    }

    #[test]
    fn periods_and_names_that_cannot_be_are_refused() {
        let read = with(&[("ledger_origin", "concord.example/ledger"), ("ledger_period", "1s")]);
        let read = read.expect("possible");
        assert_eq!(read.origin.as_deref(), Some("concord.example/ledger"));
        assert_eq!((read.period, read.mail_period), (Duration::from_secs(1), Duration::from_secs(86_400)));
        for wrong in [
            ("ledger_period", "0s"),
            ("ledger_mail_period", "daily"),
            ("ledger_origin", "https://concord.example/ledger"),
            ("ledger_origin", "my ledger"),
            ("ledger_mail_to", "nobody"),
        ] {
            assert!(with(&[wrong]).is_err_and(|said| said.contains(wrong.0)), "{wrong:?}");
        }
    }
}
