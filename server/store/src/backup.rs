//! Backups: one file for the rows and a second one for the wrapped keys, which is kept 30 days at most, because whoever
//! has both and the wrapping key reads what was forgotten since. The house knows where it wrote keys: what it destroys, it
//! destroys in those copies as well, and it takes them away when their time is over. Deliberately not here: uploaded files
//! and the key files, which lie beside the databases, and PostgreSQL, which has tools of its own.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use domain::ids::DisputeId;
use domain::time::Moment;

use crate::db::Location;
use crate::dialect::{copy_into, migrate, strip_copy};
use crate::error::OpenError;
use crate::vault::{Erasure, Key, Vault, read_erasures};
use crate::writer::Settings;

/// Writes the rows into `rows` and the wrapped keys into `keys`; neither may exist. The house may be running.
///
/// # Errors
/// `Backup` where a file exists or cannot be written, and on PostgreSQL; `Connect`.
pub fn backup(settings: &Settings, rows: &Path, keys: &Path, now: Moment) -> Result<(), OpenError> {
    for into in [rows, keys] {
        if into.exists() {
            return Err(failed(format!("{} exists already", into.display())));
        }
    }
    // Rows first: a dispute's keys are kept before its row, so that every row of the first copy finds its keys in the
    // later one, unless they were destroyed in between.
    copy(&settings.rows(), rows)?;
    let trimmed = Location::file(rows.to_owned(), true).connect().map(|mut db| strip_copy(&mut db))?;
    trimmed.map_err(|error| failed(error.to_string()))?;
    // It is known before it is there: no copy of a key is forgotten.
    remember(settings, keys, now)?;
    copy(&settings.vault(), keys)?;
    // The copies are on disk before anybody believes in them.
    for file in [rows, keys] {
        fs::File::open(file).and_then(|file| file.sync_all()).map_err(|error| failed(error.to_string()))?;
    }
    Ok(())
}

fn copy(from: &Location, into: &Path) -> Result<(), OpenError> {
    let path = into.to_str().ok_or_else(|| failed("the path is not UTF-8".to_owned()))?;
    copy_into(&mut from.connect()?, path)
}

/// Puts a backup into a data folder that holds no rows, and destroys again every key that is known to have been
/// destroyed: by the backup, by a vault that still lies in the folder, by its erasure ledger, and by those of `ledgers`.
///
/// # Errors
/// `Backup` where the folder holds rows, a file cannot be read, or on PostgreSQL; `NewerDatabase`;
/// `WrongWrappingKey`.
pub fn restore(settings: &Settings, rows: &Path, keys: &Path, ledgers: &[PathBuf]) -> Result<(), OpenError> {
    let (rows_here, vault_here) = (settings.rows(), settings.vault());
    let (Some(rows_file), Some(vault_file)) = (rows_here.path(), vault_here.path()) else {
        return Err(failed("PostgreSQL is restored by its own tools (pg_restore)".to_owned()));
    };
    if rows_file.exists() {
        return Err(failed(format!("{} exists already: set it aside first", rows_file.display())));
    }
    fs::create_dir_all(&settings.data).map_err(OpenError::Folder)?;
    let mut since = if vault_file.exists() { erasures(settings, &vault_here)? } else { Vec::new() };
    for ledger in ledgers {
        if !ledger.exists() {
            return Err(failed(format!("{} is not there", ledger.display())));
        }
        since.extend(read_erasures(ledger).map_err(OpenError::Vault)?);
    }
    // The new vault is made ready beside the old one: should this stop half-way, no erasure is forgotten.
    let fresh_file = vault_file.with_extension("restored");
    fs::copy(keys, &fresh_file).map_err(|error| failed(format!("{}: {error}", keys.display())))?;
    let fresh = Location::file(fresh_file.clone(), true);
    Vault::prepare(&fresh, &settings.wrapping_key)?;
    let vault = Vault::new(fresh, settings.wrapping_key.clone()).map_err(OpenError::Vault)?;
    vault.noting(settings.erasures()).replay(&since).map_err(OpenError::Vault)?;
    for aside in ["-wal", "-shm"] {
        let mut name = vault_file.as_os_str().to_owned();
        name.push(aside);
        if Path::new(&name).exists() {
            fs::remove_file(&name).map_err(OpenError::Folder)?;
        }
    }
    fs::rename(&fresh_file, vault_file).map_err(OpenError::Folder)?;
    // The rows come last: a folder with rows is one whose keys are in order.
    fs::copy(rows, rows_file).map_err(|error| failed(format!("{}: {error}", rows.display())))?;
    migrate(&mut rows_here.connect()?)?;
    // From now on the house looks after that copy as well.
    let made =
        fs::metadata(keys).and_then(|about| about.modified()).map_err(|error| failed(error.to_string()))?;
    let made = made.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    remember(settings, keys, Moment::from_millis(0).plus(made))
}

fn erasures(settings: &Settings, vault: &Location) -> Result<Vec<Erasure>, OpenError> {
    Vault::prepare(vault, &settings.wrapping_key)?;
    let mut vault = Vault::new(vault.clone(), settings.wrapping_key.clone()).map_err(OpenError::Vault)?;
    vault.erasures().map_err(OpenError::Vault)
}

/// Looks after the copies of the keys that this house wrote: what was destroyed since is destroyed there, and a copy that
/// is older than `period` is deleted. One that cannot be reached now is looked for again the next time.
///
/// # Errors
/// `Backup` where the list of copies cannot be read or written; those of the vault.
pub fn tend_copies(settings: &Settings, now: Moment, period: Duration) -> Result<(), OpenError> {
    let _alone = alone(settings)?;
    let all = copies(settings)?;
    if all.is_empty() {
        return Ok(());
    }
    let erased = settings.open_vault()?.erasures().map_err(OpenError::Vault)?;
    let mut left = Vec::new();
    for (made, file) in all {
        if made.plus(period) > now {
            if file.exists() && destroy_in(settings, &file, &erased).is_err() {
                tracing::warn!(file = %file.display(), "destroyed keys are still in this copy");
            }
            left.push((made, file));
            continue;
        }
        match fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(file = %file.display(), %error, "keys are kept for longer than they may be");
                left.push((made, file));
            }
            _ => tracing::info!(file = %file.display(), "a copy of the keys has had its time"),
        }
    }
    keep_copies(settings, &left)
}

fn destroy_in(settings: &Settings, file: &Path, erased: &[Erasure]) -> Result<(), OpenError> {
    let copy = Location::file(file.to_owned(), true);
    let mut vault = Vault::new(copy, settings.wrapping_key.clone()).map_err(OpenError::Vault)?;
    let known: HashSet<_> = vault.erasures().map_err(OpenError::Vault)?.into_iter().map(name_of).collect();
    let since: Vec<Erasure> = erased.iter().copied().filter(|one| !known.contains(&name_of(*one))).collect();
    vault.replay(&since).map(drop).map_err(OpenError::Vault)
}

const fn name_of((dispute, key, _): Erasure) -> (DisputeId, Key) {
    (dispute, key)
}

/// Where the list of copies lies: a line each, with the time at which it was made.
fn list(settings: &Settings) -> PathBuf {
    settings.data.join("copies")
}

/// A house that looks after the list and a backup that is made beside it must not lose each other's lines.
fn alone(settings: &Settings) -> Result<fs::File, OpenError> {
    let file = fs::File::create(list(settings).with_extension("lock"));
    let file = file.map_err(|error| failed(error.to_string()))?;
    file.lock().map_err(|error| failed(error.to_string()))?;
    Ok(file)
}

fn remember(settings: &Settings, keys: &Path, made: Moment) -> Result<(), OpenError> {
    let keys = std::path::absolute(keys).map_err(|error| failed(error.to_string()))?;
    let _alone = alone(settings)?;
    let mut copies = copies(settings)?;
    copies.retain(|(_, file)| *file != keys);
    copies.push((made, keys));
    keep_copies(settings, &copies)
}

fn copies(settings: &Settings) -> Result<Vec<(Moment, PathBuf)>, OpenError> {
    let text = match fs::read_to_string(list(settings)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        text => text.map_err(|error| failed(error.to_string()))?,
    };
    let line = |line: &str| {
        let (made, file) = line.split_once(' ')?;
        Some((Moment::from_millis(made.parse().ok()?), PathBuf::from(file)))
    };
    Ok(text.lines().filter_map(line).collect())
}

fn keep_copies(settings: &Settings, copies: &[(Moment, PathBuf)]) -> Result<(), OpenError> {
    let line = |(made, file): &(Moment, PathBuf)| format!("{} {}\n", made.millis(), file.display());
    let text: String = copies.iter().map(line).collect();
    let (file, aside) = (list(settings), list(settings).with_extension("new"));
    fs::write(&aside, text)
        .and_then(|()| fs::File::open(&aside)?.sync_all())
        .and_then(|()| fs::rename(&aside, &file))
        .map_err(|error| failed(error.to_string()))
}

const fn failed(why: String) -> OpenError {
    OpenError::Backup(why)
}
