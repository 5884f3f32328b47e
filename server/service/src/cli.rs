//! The command line. Standard output holds what was asked for and nothing else; logs and complaints go to standard
//! error. Deliberately not here: what the commands do to the house, which goes through the same doors as all else.

pub mod account;
pub mod backup;
pub mod bounces;
pub mod ceremony;
pub mod demo;
pub mod keys;
pub mod ledger;
pub mod serve;
pub mod verify;

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tracing_subscriber::EnvFilter;

use crate::app::{House, StartError};
use crate::clock::Clock;
use crate::config::{self, Config, Given, Log};
use crate::keys::KeysError;
use crate::mail::dkim::Signer;
use crate::refused::Refused;
use crate::uploads::apart::{self, Work};

/// Wrong use of the command line: not 2, which `verify` answers for a file that nobody here sealed.
const WRONG_USE: u8 = 64;
/// EX_NOPERM: the token refuses the PIN. Whoever starts us again at every failure must not, or the token locks itself.
const PIN_REFUSED: u8 = 77;

#[derive(Parser)]
#[command(name = "concord", version, about = "Online dispute resolution with real-time mediation")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve a house.
    Serve {
        #[command(flatten)]
        place: Place,
        /// Address and port, such as 127.0.0.1:8080; port 0 takes any free one.
        #[arg(long)]
        listen: Option<String>,
    },
    /// Try Concord: a throw-away folder, people of every role, a dispute at each stage.
    Demo {
        /// Address and port (127.0.0.1:8080).
        #[arg(long)]
        listen: Option<String>,
    },
    /// Read all settings, show them, and say what is impossible.
    CheckConfig {
        #[command(flatten)]
        place: Place,
    },
    /// People of the house.
    Account {
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// Bring the database up to date, and do nothing else.
    Migrate {
        #[command(flatten)]
        place: Place,
    },
    /// Write a backup of the rows to FILE, of the wrapped keys to FILE.keys, and of uploaded files to the folder FILE.files.
    Backup(backup::Backup),
    /// Put a backup back into a data folder that holds none, and destroy again what was destroyed since.
    Restore(backup::Restore),
    /// Check a settlement record: 0 valid, 1 altered, 2 unknown, 3 superseded.
    Verify(verify::Verify),
    /// The ledger of records, certificates and keys.
    Ledger {
        #[command(subcommand)]
        command: LedgerCommand,
    },
    /// The keys that sign records and the ledger.
    Keys {
        #[command(subcommand)]
        command: keys::KeysCommand,
    },
    /// Clean one PDF from standard input to standard output: the house does that in a process apart.
    #[command(hide = true)]
    CleanPdf,
    /// Draw the small picture of one picture, in the same way.
    #[command(hide = true)]
    DrawThumbnail,
    /// The mail that waits.
    Mail {
        #[command(subcommand)]
        command: MailCommand,
    },
}

#[derive(Subcommand)]
enum AccountCommand {
    /// Add a registrar, mediator or auditor; prints the id and the secret of the second factor.
    Add(account::Add),
}

#[derive(Subcommand)]
enum LedgerCommand {
    /// Walk all of the ledger: 0 whole, 1 not, with the first place that is wrong, 4 it cannot be looked at.
    Check(ledger::Check),
}

#[derive(Subcommand)]
enum MailCommand {
    /// Try the mails again that were set aside.
    Retry {
        #[command(flatten)]
        place: Place,
    },
    /// Take in a mail that another server gave back, from standard input: 0 taken in, 65 it is no bounce, 75 come again.
    Bounced {
        #[command(flatten)]
        place: Place,
    },
    /// Show the TXT record by which the DNS tells of the key that signs mails.
    Dkim {
        #[command(flatten)]
        place: Place,
    },
}

/// Where the house lies.
#[derive(Args, Clone)]
pub struct Place {
    /// The data folder (CONCORD_DATA, ./data).
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// The file of settings, instead of concord.toml in the data folder.
    #[arg(long)]
    pub config: Option<PathBuf>,
}

/// Why a command failed, as it is told to whoever typed it.
pub enum Failed {
    Said(String),
    /// With an exit code of its own.
    Code(u8, String),
}

impl From<StartError> for Failed {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Keys(error) => error.into(),
            error => Self::Said(error.to_string()),
        }
    }
}

impl From<KeysError> for Failed {
    fn from(error: KeysError) -> Self {
        match &error {
            KeysError::Token(refused) if refused.forbids_restart() => {
                Self::Code(PIN_REFUSED, error.to_string())
            }
            _ => Self::Said(error.to_string()),
        }
    }
}

impl From<io::Error> for Failed {
    fn from(error: io::Error) -> Self {
        Self::Said(error.to_string())
    }
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        let words = pages::words::Words::new(domain::language::Language::English);
        let said = words.by_id(&format!("problem-{refused}"));
        let mut text = said.map_or_else(|| refused.to_string(), |said| said.text().to_owned());
        if let Refused::Fields(fields) = &refused {
            let all: Vec<String> =
                fields.iter().map(|wrong| format!("{}: {}", wrong.field, wrong.code)).collect();
            text = all.join("; ");
        }
        Self::Said(text)
    }
}

/// Runs the command of this process.
pub fn run() -> ExitCode {
    // Whatever a house writes (database, mails, files, keys) is its owner's alone.
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no mistakes; where nobody reads what we print, nothing is left to tell.
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(WRONG_USE) } else { ExitCode::SUCCESS };
        }
    };
    match carry_out(cli.command) {
        Ok(code) => code,
        Err(Failed::Said(reason)) => complain(&reason, 1),
        Err(Failed::Code(code, reason)) => complain(&reason, code),
    }
}

fn complain(reason: &str, code: u8) -> ExitCode {
    let _ = writeln!(io::stderr(), "concord: {reason}");
    ExitCode::from(code)
}

fn carry_out(command: Command) -> Result<ExitCode, Failed> {
    match command {
        Command::Verify(verify) => verify::verify(&verify),
        Command::CleanPdf => {
            apart::run(Work::CleanPdf)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::DrawThumbnail => {
            apart::run(Work::DrawThumbnail)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::CheckConfig { place } => check_config(&place),
        Command::Serve { place, listen } => {
            let config = settings(&place, listen)?;
            runtime()?.block_on(serve::serve(config))
        }
        Command::Demo { listen } => {
            let folder = demo::folder()?;
            let place = Place { data: Some(folder.path().to_owned()), config: None };
            let config = settings(&place, listen)?;
            runtime()?.block_on(demo::demo(config, folder))
        }
        Command::Account { command: AccountCommand::Add(add) } => {
            let config = settings(&add.place, None)?;
            runtime()?.block_on(account::add(config, add))
        }
        Command::Migrate { place } => {
            let config = settings(&place, None)?;
            runtime()?.block_on(migrate(config))
        }
        Command::Backup(what) => {
            let config = settings(&what.place, None)?;
            backup::backup(&config, &what)
        }
        Command::Restore(what) => {
            let config = settings(&what.place, None)?;
            runtime()?.block_on(backup::restore(config, what))
        }
        Command::Ledger { command: LedgerCommand::Check(check) } => {
            let config = settings(&check.place, None)?;
            runtime()?.block_on(ledger::check(config, check))
        }
        Command::Keys { command: keys::KeysCommand::Show(show) } => {
            let config = settings(&show.place, None)?;
            runtime()?.block_on(keys::show(config))
        }
        Command::Keys { command: keys::KeysCommand::Rotate(what) } => {
            let config = settings(&what.place, None)?;
            runtime()?.block_on(keys::make_anew(config, what.which, Clock::new().now()))
        }
        Command::Keys { command: keys::KeysCommand::Ceremony(what) } => {
            let config = settings(&what.place, None)?;
            ceremony::ceremony(&config, &what, Clock::new().now())
        }
        Command::Keys { command: keys::KeysCommand::Revoke(what) } => {
            let config = settings(&what.place, None)?;
            runtime()?.block_on(keys::revoke(config, &what, Clock::new().now()))
        }
        Command::Mail { command: MailCommand::Bounced { place } } => bounces::take(&place),
        Command::Mail { command: MailCommand::Dkim { place } } => show_dkim(&settings(&place, None)?),
        Command::Mail { command: MailCommand::Retry { place } } => {
            let config = settings(&place, None)?;
            runtime()?.block_on(retry_mail(config))
        }
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failed> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

fn given(place: &Place, listen: Option<String>) -> Given {
    Given { config: place.config.clone(), data: place.data.clone(), listen }
}

/// Reads the settings and begins to log.
fn settings(place: &Place, listen: Option<String>) -> Result<Config, Failed> {
    let (config, _, warnings) =
        config::load(&given(place, listen)).map_err(|bad| Failed::Said(bad.to_string()))?;
    begin_log(&config.log);
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    Ok(config)
}

fn begin_log(log: &Log) {
    let level = &log.level;
    // What these libraries complain of is what a stranger sent them: it is no fault of the house, and could fill a disk.
    let filter = EnvFilter::new(format!(
        "warn,lopdf=off,webrtc_sdp=off,tungstenite=off,tokio_tungstenite=off,concord={level},service={level},store={level},record={level},pages={level}"
    ));
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // A second log in one process (a test) is no mistake: the first one stays.
    let _ = if log.json { lines.json().try_init() } else { lines.with_ansi(false).try_init() };
}

fn check_config(place: &Place) -> Result<ExitCode, Failed> {
    let (config, values, warnings) =
        config::load(&given(place, None)).map_err(|bad| Failed::Said(bad.to_string()))?;
    for warning in warnings {
        writeln!(io::stderr(), "concord: warning: {warning}")?;
    }
    // Otherwise read where it is offered: commands that seal nothing need not be able to.
    if let Some(token) = &config.seal_token {
        token.pin.read().map_err(|why| Failed::Said(format!("seal_pkcs11_pin_file {}", why.0)))?;
    }
    write!(io::stdout(), "{}", config::shown(&values))?;
    Ok(ExitCode::SUCCESS)
}

/// Opening the store brings it up to date.
async fn migrate(config: Config) -> Result<ExitCode, Failed> {
    House::open(config).await?.close().await;
    writeln!(io::stdout(), "the database is up to date")?;
    Ok(ExitCode::SUCCESS)
}

fn show_dkim(config: &Config) -> Result<ExitCode, Failed> {
    let signer = Signer::open(config).map_err(|error| Failed::Said(error.to_string()))?;
    let signer = signer
        .ok_or_else(|| Failed::Said("mail_dkim_selector is not set: mails are not signed".to_owned()))?;
    let (name, text) = signer.record();
    writeln!(io::stdout(), "{name} TXT {text}")?;
    Ok(ExitCode::SUCCESS)
}

async fn retry_mail(config: Config) -> Result<ExitCode, Failed> {
    let house = House::open(config).await?;
    let now = house.state.clock.now();
    let again =
        house.state.desk.write(crate::acts::By::House, move |tx, _| crate::acts::letters::all_again(tx, now));
    let again = again.await;
    house.close().await;
    writeln!(io::stdout(), "{} to be tried again", again?)?;
    Ok(ExitCode::SUCCESS)
}
