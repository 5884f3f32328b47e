//! `concord backup` and `concord restore`: the rows in one file, the wrapped keys in a second one that is kept 30 days at most,
//! the sealed bytes of uploaded files in a folder. The house may be running for the first, not for the second. Deliberately
//! not here: the key files of the data folder, which are to be kept apart from every backup.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{Failed, Place};
use crate::app::{self, House};
use crate::clock::Clock;
use crate::config::Config;
use crate::keys::Keys;

/// What `backup` is told.
#[derive(Args)]
pub struct Backup {
    #[command(flatten)]
    pub place: Place,
    /// The file to write; nothing of that name may be there.
    pub file: PathBuf,
}

/// What `restore` is told.
#[derive(Args)]
pub struct Restore {
    #[command(flatten)]
    pub place: Place,
    /// The file that `backup` wrote.
    pub file: PathBuf,
    /// The wrapped keys, where a newer backup has them: FILE.keys otherwise.
    #[arg(long)]
    pub keys: Option<PathBuf>,
    /// An erasure ledger of this house that was kept elsewhere (`erasures` of a data folder). May be given more than once.
    #[arg(long = "erasures")]
    pub erasures: Vec<PathBuf>,
}

/// Writes a backup, beside a running house or not.
///
/// # Errors
/// What cannot be read or written.
pub fn backup(config: &Config, what: &Backup) -> Result<ExitCode, Failed> {
    let keys = keys(config)?;
    let (keys_file, files) = (beside(&what.file, "keys"), beside(&what.file, "files"));
    let now = Clock::new().now();
    let settings = app::settings_of(config, &keys);
    store::backup(&settings, &what.file, &keys_file, now).map_err(|error| Failed::Said(error.to_string()))?;
    // After the rows: the bytes of a file are on the disk before its row is.
    let copied = copy_files(&config.files_folder(), &files)?;
    let mut out = io::stdout().lock();
    writeln!(out, "rows: {}", what.file.display())?;
    writeln!(out, "keys: {} (delete it after 30 days, and every copy of it)", keys_file.display())?;
    writeln!(out, "files: {} ({copied})", files.display())?;
    writeln!(out, "not in it, to be kept apart: {}", config.keys_folder().display())?;
    Ok(ExitCode::SUCCESS)
}

/// Puts a backup back.
///
/// # Errors
/// A house that is served, rows that are there, files that cannot be read.
pub async fn restore(config: Config, what: Restore) -> Result<ExitCode, Failed> {
    let keys = keys(&config)?;
    let _alone = app::lock(&config.data)?;
    let settings = app::settings_of(&config, &keys);
    let keys_file = what.keys.clone().unwrap_or_else(|| beside(&what.file, "keys"));
    store::restore(&settings, &what.file, &keys_file, &what.erasures)
        .map_err(|error| Failed::Said(error.to_string()))?;
    let files = beside(&what.file, "files");
    let copied = if files.exists() { copy_files(&files, &config.files_folder())? } else { 0 };
    let house = House::open(config).await?;
    let forgotten = app::forget_again(&house.state).await;
    house.close().await;
    let mut out = io::stdout().lock();
    writeln!(out, "restored: {copied} files, of which {} were destroyed again", forgotten?)?;
    Ok(ExitCode::SUCCESS)
}

/// The keys of the folder. Without them nothing opens, and none are made up here.
fn keys(config: &Config) -> Result<Keys, Failed> {
    let folder = config.keys_folder();
    if !folder.join("wrapping.key").exists() {
        return Err(Failed::Said(format!(
            "{} holds no keys: put the house's own back first",
            folder.display()
        )));
    }
    let (name, origin) = (&config.institution.name, config.ledger_origin());
    let token = config.seal_token.as_ref();
    Keys::open(&folder, name, &origin, token, Clock::new().now())
        .map_err(|error| Failed::Said(error.to_string()))
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

/// Copies what is not there yet: a file never changes under its name.
fn copy_files(from: &Path, into: &Path) -> Result<usize, Failed> {
    fs::create_dir_all(into)?;
    let mut copied = 0;
    let entries = match fs::read_dir(from) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let (path, copy) = (entry.path(), into.join(entry.file_name()));
        if !entry.file_type()?.is_file() || copy.exists() {
            continue;
        }
        // Written aside: what has its name is whole.
        let aside = copy.with_extension("part");
        match fs::copy(&path, &aside) {
            // It went meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            done => done?,
        };
        fs::File::open(&aside)?.sync_all()?;
        fs::rename(&aside, &copy)?;
        copied += 1;
    }
    fs::File::open(into)?.sync_all()?;
    Ok(copied)
}
