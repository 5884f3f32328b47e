//! `concord ledger check`: walks all of the ledger and names the first place that is not as it was entered. It works
//! beside a running `serve`. Deliberately not here: the walk itself, which is an act.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use record::Verifier;

use super::{Failed, Place};
use crate::acts::ledger_check::{self, Found, Given};
use crate::app::House;
use crate::config::Config;
use crate::keys::kept_head::{KEPT_HEAD_FILE, kept_head};
use crate::keys::{LEDGER_KEYS_FILE, verifiers};
use crate::refused::Refused;

const NOT_WHOLE: u8 = 1;
/// Something that keeps us from looking at all, as for `verify`.
const CANNOT_LOOK: u8 = 4;

/// What `ledger check` is told.
#[derive(Args)]
pub struct Check {
    #[command(flatten)]
    pub place: Place,
    /// The public keys of the ledger as they were known elsewhere, one a line; those of the data folder otherwise.
    #[arg(long)]
    pub keys: Option<PathBuf>,
    /// A signed head that was kept elsewhere, such as one that was mailed: the ledger must still begin with it. May be
    /// given more than once.
    #[arg(long = "checkpoint")]
    pub checkpoints: Vec<PathBuf>,
}

/// Says whether the ledger is whole, in a line on standard output and by the exit code.
///
/// # Errors
/// A house or a file that cannot be read.
pub async fn check(config: Config, what: Check) -> Result<ExitCode, Failed> {
    let given = read(&config, &what)?;
    let house = House::open(config).await.map_err(|error| Failed::Code(CANNOT_LOOK, error.to_string()))?;
    let published = house.state.keys.published.clone();
    let found: Result<Found, Refused> =
        house.state.store.read(move |tx| ledger_check::check(tx, &given, &published)).await;
    house.close().await;
    let mut out = io::stdout().lock();
    match found {
        Ok(Found::Whole { entries, heads, root }) => {
            writeln!(out, "whole: {entries} entries, {heads} signed heads, root {root}")?;
            Ok(ExitCode::SUCCESS)
        }
        Ok(Found::Wrong { place, what }) => {
            writeln!(out, "wrong: {place}: {what}")?;
            Ok(ExitCode::from(NOT_WHOLE))
        }
        Err(refused) => Err(Failed::Code(CANNOT_LOOK, format!("the ledger cannot be read: {refused}"))),
    }
}

fn read(config: &Config, what: &Check) -> Result<Given, Failed> {
    let cannot =
        |path: &Path, reason: &str| Failed::Code(CANNOT_LOOK, format!("{}: {reason}", path.display()));
    let text = |path: &Path| std::fs::read_to_string(path).map_err(|error| cannot(path, &error.to_string()));
    // A folder without keys is no house, and none is made of it by looking.
    let own = config.keys_folder().join(LEDGER_KEYS_FILE);
    let file = what.keys.as_deref().unwrap_or(&own);
    text(&own)?;
    let keys: Vec<Verifier> =
        verifiers(&text(file)?).ok_or_else(|| cannot(file, "holds no public keys of a ledger"))?;
    let kept = what.checkpoints.iter().map(|path| Ok((path.display().to_string(), text(path)?)));
    let mut kept: Vec<(String, String)> = kept.collect::<Result<_, Failed>>()?;
    let folder = config.keys_folder();
    let beside =
        kept_head(&folder).map_err(|error| cannot(&folder.join(KEPT_HEAD_FILE), &error.to_string()))?;
    kept.extend(beside.map(|note| (format!("keys/{KEPT_HEAD_FILE}"), note)));
    Ok(Given { keys, kept })
}
