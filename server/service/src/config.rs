//! The settings of the house, read once at the start into types that cannot be impossible. Deliberately not here:
//! anything that a person of the house changes while it runs, and any reading of settings later on.

pub mod values;
pub mod table;
pub mod sources;
pub mod calls;
pub mod ledger;
pub mod mail;
pub mod scanner;
pub mod seal_token;
pub mod time_stamps;

use std::ffi::OsString;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::category::Category;
use domain::ids::{FileId, UploadId};

pub use calls::Calls;
pub use ledger::Ledger;
pub use mail::{Mail, MailTls, MailTransport};
pub use scanner::{Clamd, ClamdAddress};
pub use seal_token::{Pin, SealToken};
pub use sources::{BadSetting, Place, Values};
pub use time_stamps::{StampAddress, TimeStamps};
pub use values::{Impossible, Network, PublicUrl, Rate, Secret};

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Config {
    pub data: PathBuf,
    pub listen: SocketAddr,
    /// Where figures for a monitoring system are served, and nothing else.
    pub metrics_listen: Option<SocketAddr>,
    pub public_url: PublicUrl,
    /// Whether the public URL follows the listen address, whose port is known only once the socket is open.
    pub public_url_follows: bool,
    /// An origin of its own from which files are served; nothing: the public one.
    pub files_url: Option<PublicUrl>,
    pub trusted_proxies: Vec<Network>,
    pub database_url: Option<Secret>,
    pub vault_url: Option<Secret>,
    pub log: Log,
    pub institution: Institution,
    pub mail: Mail,
    /// The relay for voice and video; nothing: there are no calls.
    pub calls: Option<Calls>,
    /// What checks uploads for viruses; nothing: they are not checked.
    pub clamd: Option<Clamd>,
    /// The PKCS#11 token that keeps the seal key; nothing: it is a file.
    pub seal_token: Option<SealToken>,
    /// Who stamps records with the time; nothing: nobody.
    pub time_stamps: Option<TimeStamps>,
    pub ledger: Ledger,
    pub periods: Periods,
    pub limits: Rates,
    /// Whether this is the demo: people sign in with one click, and mails are shown. No setting turns it on.
    pub is_demo: bool,
}

#[derive(Debug, Clone)]
pub struct Log {
    pub json: bool,
    pub level: String,
}

/// The house as pages, mails and records name it.
#[derive(Debug, Clone)]
pub struct Institution {
    pub name: String,
    pub phone: String,
    pub address: String,
    pub website: String,
    /// Minutes before UTC that the clocks of the house show.
    pub time_zone: i16,
    pub emergency_number: String,
    pub reply_time: String,
    pub referral_contact: String,
    /// The recorded court reference under which an auditor reads every record (R8).
    pub court_reference: Option<String>,
    /// Kinds of dispute that wait for the registrar whatever was answered (R20).
    pub screened_categories: Vec<Category>,
}

/// How long things last.
#[derive(Debug, Clone)]
pub struct Periods {
    pub answer: Duration,
    pub preparing: Duration,
    pub negotiation: Duration,
    pub assignment: Duration,
    pub mediation: Duration,
    pub reflection: Duration,
    pub attestation: Duration,
    pub suspension: Duration,
    pub proposal: Duration,
    pub reminder: Duration,
    pub retention: Duration,
    pub hold_confirmation: Duration,
    pub certification: Duration,
    pub sweep: Duration,
    pub backup_keys: Duration,
    pub draft: Duration,
    pub draft_warning: Duration,
    pub proof: Duration,
    pub confirmation: Duration,
    pub reset: Duration,
    pub setup: Duration,
    pub session_idle: Duration,
    pub session_idle_house: Duration,
    pub session_lasting_house: Duration,
    pub refresh: Duration,
}

/// How often things may happen; nothing where a limit is off.
#[derive(Debug, Clone, Copy)]
pub struct Rates {
    pub sign_in: Option<Rate>,
    pub sign_in_address: Option<Rate>,
    pub signing: Option<Rate>,
    pub codes: Option<Rate>,
    pub codes_address: Option<Rate>,
    pub mails: Option<Rate>,
    pub entries: Option<Rate>,
    pub frames: Option<Rate>,
    pub signals: Option<Rate>,
    pub sockets: Option<Rate>,
    pub handshakes: Option<Rate>,
    pub handshakes_refused: Option<Rate>,
    pub uploads: Option<Rate>,
    pub verifications: Option<Rate>,
    pub cosignatures: Option<Rate>,
    pub media_credentials: Option<Rate>,
}

/// What the command line may say.
#[derive(Debug, Clone, Default)]
pub struct Given {
    pub config: Option<PathBuf>,
    pub data: Option<PathBuf>,
    pub listen: Option<String>,
}

/// Reads all sources: the command line, the environment of this process, and the file.
///
/// # Errors
/// The first setting that cannot be, with its place.
pub fn load(given: &Given) -> Result<(Config, Values, Vec<String>), BadSetting> {
    load_from(given, std::env::vars_os())
}

fn load_from(
    given: &Given,
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> Result<(Config, Values, Vec<String>), BadSetting> {
    let readable =
        |pair: (OsString, OsString)| Some((pair.0.into_string().ok()?, pair.1.into_string().ok()?));
    let variables: Vec<(String, String)> = environment.filter_map(readable).collect();
    let of =
        |name: &str| variables.iter().find(|(variable, _)| variable == name).map(|(_, text)| text.clone());
    let named = given.config.clone().or_else(|| of("CONCORD_CONFIG").map(PathBuf::from));
    // The file lies in the data folder, so that folder is known before the file is read, and not from it.
    let data = given.data.clone().or_else(|| of("CONCORD_DATA").map(PathBuf::from));
    let data = data.unwrap_or_else(|| PathBuf::from("./data"));
    let mut values = Values::default();
    read_file(&mut values, named.as_deref(), &data.join("concord.toml"))?;
    let warnings = values.read_environment(variables.into_iter());
    if let Some(data) = &given.data {
        values.set("data", data.display().to_string(), Place::CommandLine);
    }
    if let Some(listen) = &given.listen {
        values.set("listen", listen.clone(), Place::CommandLine);
    }
    if named.is_none() && values.text("data") != data.display().to_string() {
        return Err(values.bad("data", "cannot be set in the file that lies in the data folder"));
    }
    Ok((Config::read(&values)?, values, warnings))
}

fn read_file(values: &mut Values, named: Option<&Path>, usual: &Path) -> Result<(), BadSetting> {
    let path = named.unwrap_or(usual);
    match std::fs::read_to_string(path) {
        Ok(text) => values.read_file(path, &text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => Ok(()),
        Err(error) => Err(BadSetting {
            place: Place::File { path: path.to_owned(), line: 0 },
            reason: format!("the file cannot be read: {error}"),
        }),
    }
}

impl Config {
    /// Reads the values into types.
    ///
    /// # Errors
    /// The first value that cannot be.
    pub fn read(values: &Values) -> Result<Self, BadSetting> {
        let listen = values.read("listen", listen_address)?;
        let public_url =
            values.given("public_url").map(|_| values.read("public_url", str::parse)).transpose()?;
        let public_url_follows = public_url.is_none();
        // Without https the session's cookie would cross the network in the clear, and https needs a name of its own.
        if public_url_follows && !listen.ip().is_loopback() {
            let reason = format!(
                "is {listen}, which others than this machine may reach: set CONCORD_PUBLIC_URL to the address that \
                 people type, such as https://concord.example"
            );
            return Err(values.bad("listen", &reason));
        }
        if values.given("nats_url").is_some() {
            return Err(values.bad("nats_url", "is not used yet: one node serves a house; leave it out"));
        }
        let public_url = public_url.unwrap_or_else(|| PublicUrl::of_listen(listen));
        Ok(Self {
            data: PathBuf::from(values.text("data")),
            listen,
            metrics_listen: values
                .given("metrics_listen")
                .map(|_| values.read("metrics_listen", listen_address))
                .transpose()?,
            public_url_follows,
            files_url: files_url(values, &public_url)?,
            trusted_proxies: values.read("trusted_proxies", values::networks)?,
            database_url: postgres_url(values, "database_url")?,
            vault_url: postgres_url(values, "vault_url")?,
            log: Log {
                json: values.read("log_format", log_format)?,
                level: values.read("log_level", log_level)?,
            },
            institution: Institution::read(values)?,
            mail: Mail::read(values, &public_url)?,
            ledger: Ledger::read(values)?,
            calls: Calls::read(values)?,
            clamd: Clamd::read(values)?,
            seal_token: SealToken::read(values)?,
            time_stamps: TimeStamps::read(values)?,
            periods: Periods::read(values)?,
            limits: Rates::read(values)?,
            is_demo: false,
            public_url,
        })
    }

    /// Takes the address that was really bound, where the public URL follows it (port 0 asks for any).
    pub fn listens_on(&mut self, bound: SocketAddr) {
        self.listen = bound;
        if self.public_url_follows {
            self.public_url = PublicUrl::of_listen(bound);
        }
    }

    /// What a ledger is called that begins now: the address of this house without its scheme.
    pub fn ledger_origin(&self) -> String {
        let host = self.public_url.as_str().rsplit("//").next().unwrap_or_default();
        self.ledger.origin.clone().unwrap_or_else(|| format!("{host}/ledger"))
    }

    /// Where the sealed bytes of an uploaded file lie.
    pub fn file_path(&self, file: FileId) -> PathBuf {
        self.files_folder().join(file.to_string())
    }

    /// The folder of the uploaded files.
    pub fn files_folder(&self) -> PathBuf {
        self.data.join("files")
    }

    /// The folder of the pieces of uploads that are not complete yet.
    pub fn pieces_folder(&self) -> PathBuf {
        self.data.join("uploads")
    }

    /// Where one sealed piece of an upload lies.
    pub fn piece_path(&self, upload: UploadId, piece: i32) -> PathBuf {
        self.pieces_folder().join(format!("{upload}.{piece}"))
    }

    /// The folder of the keys.
    pub fn keys_folder(&self) -> PathBuf {
        self.data.join("keys")
    }
}

/// Where files are served from; an origin that is the pages' own would keep nothing apart.
fn files_url(values: &Values, public_url: &PublicUrl) -> Result<Option<PublicUrl>, BadSetting> {
    if values.given("files_url").is_none() {
        return Ok(None);
    }
    let files_url: PublicUrl = values.read("files_url", str::parse)?;
    if public_url.is_origin(files_url.as_str()) {
        return Err(values
            .bad("files_url", "is the address of the pages: give files one of their own, or leave it out"));
    }
    Ok(Some(files_url))
}

impl Institution {
    fn read(values: &Values) -> Result<Self, BadSetting> {
        for name in ["institution_name", "institution_phone", "institution_address", "institution_website"] {
            values.read(name, printable)?;
        }
        // These stand in headers of mails and on signed papers: one line each, no control characters.
        let line =
            |name: &str| values.text(name).chars().filter(|letter| !letter.is_control()).collect::<String>();
        Ok(Self {
            name: line("institution_name"),
            phone: line("institution_phone"),
            address: line("institution_address"),
            website: line("institution_website"),
            time_zone: values.read("time_zone", values::zone)?,
            emergency_number: line("emergency_number"),
            reply_time: line("reply_time"),
            referral_contact: line("referral_contact"),
            court_reference: Some(line("court_reference")).filter(|reference| !reference.is_empty()),
            screened_categories: values.read("screened_categories", categories)?,
        })
    }
}

fn categories(text: &str) -> Result<Vec<Category>, Impossible> {
    let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
    let read = |word: &str| {
        word.parse().map_err(|_| Impossible(format!("names `{word}`, which is no kind of dispute")))
    };
    words.map(read).collect()
}

/// What stands on every record has to print, or no record can be sealed.
fn printable(text: &str) -> Result<(), Impossible> {
    let line = text.chars().filter(|letter| !letter.is_control()).collect::<String>();
    record::printable(&line)
        .map_err(|_| Impossible("has a letter, or a word so long, that no record prints".to_owned()))
}

impl Periods {
    fn read(values: &Values) -> Result<Self, BadSetting> {
        let period = |name: &str| values.read(name, values::period);
        Ok(Self {
            answer: period("answer_period")?,
            preparing: period("preparing_period")?,
            negotiation: period("negotiation_period")?,
            assignment: period("assignment_period")?,
            mediation: period("mediation_period")?,
            reflection: period("reflection_period")?,
            attestation: period("attestation_period")?,
            suspension: period("suspension_period")?,
            proposal: period("proposal_period")?,
            reminder: period("reminder_period")?,
            retention: period("retention_period")?,
            hold_confirmation: period("hold_confirmation_period")?,
            certification: period("certification_period")?,
            sweep: period("sweep_period")?,
            backup_keys: period("backup_keys_period")?,
            draft: period("draft_period")?,
            draft_warning: period("draft_warning_period")?,
            proof: period("proof_period")?,
            confirmation: period("confirmation_period")?,
            reset: period("reset_period")?,
            setup: period("setup_period")?,
            session_idle: period("session_idle")?,
            session_idle_house: period("session_idle_house")?,
            session_lasting_house: period("session_lasting_house")?,
            refresh: period("refresh_period")?,
        })
    }
}

impl Rates {
    fn read(values: &Values) -> Result<Self, BadSetting> {
        let rate = |name: &str| values.read(name, values::rate);
        let sign_in = rate("limit_sign_in")?;
        let codes = rate("limit_codes")?;
        let handshakes = rate("limit_handshakes")?;
        Ok(Self {
            sign_in,
            // Who switches a limit off means all of it: its part by address goes with it.
            sign_in_address: sign_in.and(rate("limit_sign_in_address")?),
            signing: rate("limit_signing")?,
            codes,
            codes_address: codes.and(rate("limit_codes_address")?),
            mails: rate("limit_mails")?,
            entries: rate("limit_entries")?,
            frames: rate("limit_frames")?,
            signals: rate("limit_signals")?,
            sockets: rate("limit_sockets")?,
            handshakes,
            handshakes_refused: handshakes.and(rate("limit_handshakes_refused")?),
            uploads: rate("limit_uploads")?,
            verifications: rate("limit_verifications")?,
            cosignatures: rate("limit_cosignatures")?,
            media_credentials: rate("limit_media_credentials")?,
        })
    }
}

fn listen_address(text: &str) -> Result<SocketAddr, Impossible> {
    let named = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let wrong = |_| Impossible("is no address and port such as 127.0.0.1:8080 or [::]:80".to_owned());
    named.as_deref().unwrap_or(text).parse().map_err(wrong)
}

fn log_format(text: &str) -> Result<bool, Impossible> {
    match text {
        "json" => Ok(true),
        "pretty" => Ok(false),
        _ => Err(Impossible("is neither pretty nor json".to_owned())),
    }
}

fn log_level(text: &str) -> Result<String, Impossible> {
    let known = ["error", "warn", "info", "debug", "trace"].contains(&text);
    if known {
        Ok(text.to_owned())
    } else {
        Err(Impossible("is none of error, warn, info, debug, trace".to_owned()))
    }
}

fn postgres_url(values: &Values, name: &str) -> Result<Option<Secret>, BadSetting> {
    let Some(url) = values.given(name) else { return Ok(None) };
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        Ok(Some(Secret::new(url)))
    } else {
        Err(values.bad(name, "must begin with postgres://"))
    }
}

/// What `check-config` shows: each setting, its value and its place.
pub fn shown(values: &Values) -> String {
    let mut text = String::new();
    for (setting, value) in values.iter() {
        let shown = if setting.secret && !value.text.is_empty() { "(set)" } else { value.text.as_str() };
        // Writing to a String does not fail.
        let _ = writeln!(text, "{} = {shown:?}  # {}; {}", setting.name, value.place, setting.means);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(set: &[(&str, &str)]) -> Result<Config, String> {
        let mut values = Values::default();
        for (name, text) in set {
            values.set(name, (*text).to_owned(), Place::CommandLine);
        }
        Config::read(&values).map_err(|bad| bad.to_string())
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let config = with(&[]).expect("the defaults are possible");
        assert_eq!(config.public_url.as_str(), "http://127.0.0.1:8080");
        assert_eq!(config.periods.reflection, Duration::from_secs(86_400));
        assert!(matches!(config.mail.transport, MailTransport::Files));
        assert_eq!(config.limits.entries, Some(Rate { burst: 60, refill: 1, per: Duration::from_secs(1) }));
    }

    #[test]
    fn the_impossible_is_named_with_its_place() {
        for (set, said) in [
            (vec![("answer_period", "soon")], "answer_period `soon` is no period"),
            (vec![("public_url", "http://concord.example")], "must be https"),
            (vec![("mail_transport", "pigeon")], "neither files nor smtp"),
            (vec![("mail_transport", "smtp")], "needs mail_host"),
            (
                vec![
                    ("mail_transport", "smtp"),
                    ("mail_host", "h"),
                    ("mail_user", "u"),
                    ("mail_from", "a@b.cd"),
                ],
                "go together",
            ),
            (vec![("listen", "192.168.1.5:8080")], "set CONCORD_PUBLIC_URL"),
            (vec![("listen", "0.0.0.0:8080")], "set CONCORD_PUBLIC_URL"),
            (vec![("listen", "[::]:8080")], "set CONCORD_PUBLIC_URL"),
            (vec![("nats_url", "nats://secret")], "is not used yet"),
            (vec![("database_url", "mysql://secret")], "must begin with postgres://"),
            (vec![("limit_codes", "many")], "is no limit"),
            (vec![("turn_urls", "https://relay.example")], "is no relay"),
            (vec![("calls_direct", "maybe")], "neither yes nor no"),
            (vec![("screened_categories", "tenancy, wok")], "is no kind of dispute"),
            (vec![("institution_name", "조정 센터")], "that no record prints"),
        ] {
            let refused = with(&set).expect_err(said);
            assert!(refused.contains(said) && refused.starts_with("command line: "), "{refused}");
            assert!(!refused.contains("secret"), "{refused}");
        }
    }

    #[test]
    fn a_house_may_listen_everywhere_where_it_is_told_what_it_is_called() {
        for url in ["https://concord.example", "http://localhost:8080"] {
            let config = with(&[("listen", "0.0.0.0:8080"), ("public_url", url)]).expect("possible");
            assert_eq!(config.public_url.as_str(), url);
        }
    }

    #[test]
    fn a_limit_that_is_off_is_off_by_address_too() {
        let config = with(&[("limit_sign_in", "off")]).expect("possible");
        assert!(config.limits.sign_in_address.is_none());
    }

    #[test]
    fn the_file_in_the_data_folder_is_read_and_the_environment_wins() {
        let folder = std::env::temp_dir().join(format!("concord-config-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(
            folder.join("concord.toml"),
            "answer_period = \"3d\"\ninstitution_name = \"Dhaka House\"\n",
        )
        .expect("a file");
        let set = [("CONCORD_ANSWER_PERIOD", "5d"), ("CONCORD_LIMIT_SIGNIN", "off")];
        let set = set.into_iter().map(|(name, text)| (OsString::from(name), OsString::from(text)));
        let given = Given { data: Some(folder.clone()), ..Given::default() };
        let (config, values, warnings) = load_from(&given, set).expect("possible");
        assert_eq!(config.periods.answer, Duration::from_secs(5 * 86_400));
        assert_eq!(config.institution.name, "Dhaka House");
        assert_eq!(warnings, ["CONCORD_LIMIT_SIGNIN is no setting; the nearest is CONCORD_LIMIT_SIGN_IN"]);
        assert!(shown(&values).contains("institution_name = \"Dhaka House\"  # "));
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
