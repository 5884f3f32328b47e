//! Backups: one file for the rows and a second one for the wrapped keys, which is to be kept 30 days at most, because
//! whoever has both and the wrapping key reads what was forgotten since. Deliberately not here: uploaded files and the
//! key files, which lie beside the databases, and PostgreSQL, which has tools of its own.

use std::fs;
use std::path::Path;

use domain::ids::DisputeId;
use domain::time::Moment;

use crate::db::Location;
use crate::dialect::{copy_into, migrate};
use crate::error::OpenError;
use crate::vault::{Key, Vault};
use crate::writer::Settings;

/// Writes the rows into `rows` and the wrapped keys into `keys`; neither may exist. The house may be running.
///
/// # Errors
/// `Backup` where a file exists or cannot be written, and on PostgreSQL; `Connect`.
pub fn backup(settings: &Settings, rows: &Path, keys: &Path) -> Result<(), OpenError> {
    // Rows first: a dispute's keys are kept before its row, so that every row of the first copy finds its keys in the
    // later one, unless they were destroyed in between.
    for (from, into) in [(settings.rows(), rows), (settings.vault(), keys)] {
        if into.exists() {
            return Err(failed(format!("{} exists already", into.display())));
        }
        let path = into.to_str().ok_or_else(|| failed("the path is not UTF-8".to_owned()))?;
        copy_into(&mut from.connect()?, path)?;
        // The copy is on disk before anybody believes in it.
        fs::File::open(into).and_then(|file| file.sync_all()).map_err(|error| failed(error.to_string()))?;
    }
    Ok(())
}

/// Puts a backup into a data folder that holds no rows, and destroys again every key that is known to have been
/// destroyed: by the backup, or by a vault that still lies in the folder.
///
/// # Errors
/// `Backup` where the folder holds rows, a file cannot be read, or on PostgreSQL; `NewerDatabase`;
/// `WrongWrappingKey`.
pub fn restore(settings: &Settings, rows: &Path, keys: &Path) -> Result<(), OpenError> {
    let (rows_here, vault_here) = (settings.rows(), settings.vault());
    let (Some(rows_file), Some(vault_file)) = (rows_here.path(), vault_here.path()) else {
        return Err(failed("PostgreSQL is restored by its own tools (pg_restore)".to_owned()));
    };
    if rows_file.exists() {
        return Err(failed(format!("{} exists already: set it aside first", rows_file.display())));
    }
    fs::create_dir_all(&settings.data).map_err(OpenError::Folder)?;
    let since = if vault_file.exists() { erasures(settings, &vault_here)? } else { Vec::new() };
    // The new vault is made ready beside the old one: should this stop half-way, no erasure is forgotten.
    let fresh_file = vault_file.with_extension("restored");
    fs::copy(keys, &fresh_file).map_err(|error| failed(error.to_string()))?;
    let fresh = Location::file(fresh_file.clone(), true);
    Vault::prepare(&fresh, &settings.wrapping_key)?;
    let mut vault = Vault::new(fresh, settings.wrapping_key.clone()).map_err(OpenError::Vault)?;
    for (dispute, key, at) in since {
        vault.destroy(dispute, key, at).map_err(OpenError::Vault)?;
    }
    drop(vault);
    for aside in ["-wal", "-shm"] {
        let mut name = vault_file.as_os_str().to_owned();
        name.push(aside);
        if Path::new(&name).exists() {
            fs::remove_file(&name).map_err(OpenError::Folder)?;
        }
    }
    fs::rename(&fresh_file, vault_file).map_err(OpenError::Folder)?;
    // The rows come last: a folder with rows is one whose keys are in order.
    fs::copy(rows, rows_file).map_err(|error| failed(error.to_string()))?;
    migrate(&mut rows_here.connect()?)
}

fn erasures(settings: &Settings, vault: &Location) -> Result<Vec<(DisputeId, Key, Moment)>, OpenError> {
    Vault::prepare(vault, &settings.wrapping_key)?;
    let mut vault = Vault::new(vault.clone(), settings.wrapping_key.clone()).map_err(OpenError::Vault)?;
    vault.erasures().map_err(OpenError::Vault)
}

const fn failed(why: String) -> OpenError {
    OpenError::Backup(why)
}
