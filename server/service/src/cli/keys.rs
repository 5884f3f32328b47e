//! `concord keys`: the fingerprints of the keys that sign, for the minutes of whoever watches a ceremony, and a new key in
//! the place of an old one. Deliberately not here: any private half.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use domain::time::Moment;
use record::{Digest, PublishedKey, Reason, Revocation, SealedBefore};

use super::ceremony::Ceremony;
use super::{Failed, Place};
use crate::acts::ledger;
use crate::app::{House, lock};
use crate::config::Config;
use crate::keys::Keys;
use crate::keys::rotation::{self, Which, rotate};
use crate::refused::Refused;

/// What `keys` is told.
#[derive(Subcommand)]
pub enum KeysCommand {
    /// Show the fingerprint of each key, present and past.
    Show(Show),
    /// Make a new key in the place of the one in use; the house must not be running.
    Rotate(Rotate),
    /// Make a seal key in the PKCS#11 token while people watch, and print the sheet that they sign; the house must not be running.
    Ceremony(Ceremony),
    /// Publish that nothing is to be believed any more that a seal key signs; the house must not be running.
    Revoke(Revoke),
}

/// What `keys show` is told.
#[derive(Args)]
pub struct Show {
    #[command(flatten)]
    pub place: Place,
}

/// What `keys rotate` is told.
#[derive(Args)]
pub struct Rotate {
    /// Which key.
    #[arg(value_enum)]
    pub which: Which,
    #[command(flatten)]
    pub place: Place,
}

/// What `keys revoke` is told.
#[derive(Args)]
pub struct Revoke {
    /// The key, by its name (kid) or its fingerprint.
    #[arg(allow_hyphen_values = true)]
    pub key: String,
    /// Why; it is published.
    #[arg(long, value_enum)]
    pub reason: Why,
    #[command(flatten)]
    pub place: Place,
}

/// Why a key is revoked.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub enum Why {
    /// Somebody else has it, or may have it.
    Compromised,
    /// The house has it no more.
    Lost,
    /// It is no longer to be used.
    Retired,
}

/// Revokes a seal key, and shows all keys as they are then. The house tells the ledger of it when it starts.
///
/// # Errors
/// A house that is running; a key that is none of its seal keys, or is revoked; records that cannot be read.
pub async fn revoke(config: Config, what: &Revoke, now: Moment) -> Result<ExitCode, Failed> {
    let held = lock(&config.data)?;
    let said = |reason: &str| Failed::Said(reason.to_owned());
    let house = House::open(config.clone()).await?;
    let published = house.state.keys.published.clone();
    let is_it = |key: &&PublishedKey| {
        key.kid() == what.key || key.thumbprint().is_some_and(|digest| digest.to_string() == what.key)
    };
    let kid = published.iter().find(is_it).map(|key| key.kid().to_owned());
    let Some(kid) = kid.filter(|kid| published.revocation(kid).is_none()) else {
        house.close().await;
        return Err(said("this is no seal key of the house, or it was revoked before"));
    };
    let wanted = kid.clone();
    let read = move |tx: &mut store::Tx<'_>| ledger::sealed_by(tx, &wanted, &published);
    let sealed: Result<Vec<SealedBefore>, Refused> = house.state.store.read(read).await;
    house.close().await;
    let sealed_before = sealed.map_err(|refused| said(&refused.to_string()))?;
    let reason = match what.reason {
        Why::Compromised => Reason::Compromised,
        Why::Lost => Reason::Lost,
        Why::Retired => Reason::Retired,
    };
    let revocation = Revocation { kid, revoked_at: now, reason, sealed_before };
    let (name, token) = (&config.institution.name, config.seal_token.as_ref());
    rotation::revoke(&config.keys_folder(), revocation, name, token, now)
        .map_err(|error| Failed::Said(error.to_string()))?;
    let done = show(config).await;
    drop(held);
    done
}

/// Shows every key, one a line: what it signs, whether it is in use, its fingerprint.
///
/// # Errors
/// Keys that cannot be read.
pub async fn show(config: Config) -> Result<ExitCode, Failed> {
    let house = House::open(config).await?;
    let told = lines(&house.state.keys);
    house.close().await;
    told?;
    Ok(ExitCode::SUCCESS)
}

/// Makes a new key, and shows all of them as they are then.
///
/// # Errors
/// A house that is running; keys that cannot be read or written.
pub async fn make_anew(config: Config, which: Which, now: Moment) -> Result<ExitCode, Failed> {
    let held = lock(&config.data)?;
    let (name, token) = (&config.institution.name, config.seal_token.as_ref());
    rotate(&config.keys_folder(), which, name, token, now)
        .map_err(|error| Failed::Said(error.to_string()))?;
    let done = show(config).await;
    drop(held);
    done
}

fn lines(keys: &Keys) -> Result<(), Failed> {
    let mut out = io::stdout().lock();
    for key in keys.published.iter() {
        let digest = key.thumbprint().ok_or_else(|| Failed::Said("a seal key has no name".to_owned()))?;
        let revoked = keys.published.revocation(key.kid()).map(|revoked| revoked.revoked_at);
        let line = line("seal", key.kid() == keys.seal.kid(), digest);
        match revoked {
            Some(at) => writeln!(out, "{line}, revoked at {at}")?,
            None => writeln!(out, "{line}")?,
        }
    }
    for key in &keys.ledger_published {
        writeln!(out, "{}", line("ledger", key == keys.ledger.verifier(), key.leaf().digest))?;
    }
    Ok(())
}

fn line(what: &str, is_in_use: bool, digest: Digest) -> String {
    let state = if is_in_use { "in use" } else { "past" };
    format!("{what}, {state}: {digest}")
}
