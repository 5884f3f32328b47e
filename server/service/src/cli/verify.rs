//! `concord verify FILE`: whether a record is genuine, from the file and the published keys alone. With `--keys` it opens no
//! house; with the folder of one it looks there as well whether a newer record stands in its place, and changes nothing.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use domain::certification::Capacity;
use domain::ids::SettlementId;
use domain::time::Moment;
use record::{KeySet, Statement, Verdict};
use store::certifications::made_in;
use store::settlements::is_superseded_in;

use super::Failed;
use crate::config::{self, Given};

const ALTERED: u8 = 1;
const UNKNOWN: u8 = 2;
const SUPERSEDED: u8 = 3;
/// Something that keeps us from looking at all, or from asking whether a newer record stands in its place.
const CANNOT_LOOK: u8 = 4;

/// What `verify` is told.
#[derive(Args)]
pub struct Verify {
    /// The record, or a certification of one: a PDF, or a JWS in compact form.
    pub file: PathBuf,
    /// The published keys, as /.well-known/jwks.json has them.
    #[arg(long, conflicts_with = "data")]
    pub keys: Option<PathBuf>,
    /// The data folder whose keys are taken (CONCORD_DATA, ./data).
    #[arg(long)]
    pub data: Option<PathBuf>,
}

/// Says what the file is, in a word on standard output and by the exit code.
///
/// # Errors
/// A file that cannot be read, or keys that are none.
pub fn verify(what: &Verify) -> Result<ExitCode, Failed> {
    let cannot =
        |path: &PathBuf, reason: String| Failed::Code(CANNOT_LOOK, format!("{}: {reason}", path.display()));
    let keys_file = what.keys.clone().unwrap_or_else(|| {
        let data = what.data.clone().or_else(|| std::env::var_os("CONCORD_DATA").map(PathBuf::from));
        data.unwrap_or_else(|| PathBuf::from("./data")).join("keys").join("published.jwks")
    });
    let read = |path: &PathBuf| std::fs::read(path).map_err(|error| cannot(path, error.to_string()));
    let jwks =
        String::from_utf8(read(&keys_file)?).map_err(|_| cannot(&keys_file, "is no key set".to_owned()))?;
    let keys = KeySet::from_jwks(&jwks).map_err(|_| cannot(&keys_file, "is no key set".to_owned()))?;
    let mut out = io::stdout().lock();
    let code = match record::verify(&read(&what.file)?, &keys) {
        Verdict::Valid { reference, sealed_at, record_id, digest, stamped_at, key_revoked_at } => {
            let newer = newer_than(what, record_id);
            let status = if newer == Ok(true) { "superseded" } else { "valid" };
            writeln!(out, "{status}: {reference}, sealed at {sealed_at}, {digest}")?;
            if let Some(at) = stamped_at {
                writeln!(out, "a time-stamp authority saw it sealed at {at}")?;
            }
            if let Some(at) = key_revoked_at {
                writeln!(out, "sealed before the key was revoked, at {at}")?;
            }
            if what.keys.is_none() {
                tell_certified(&mut out, what.data.clone(), record_id)?;
            }
            match newer {
                Ok(true) => SUPERSEDED,
                Ok(false) => 0,
                Err(reason) => {
                    tell_unasked(&reason)?;
                    CANNOT_LOOK
                }
            }
        }
        Verdict::Report { made_at, stamped_at } => {
            writeln!(out, "unknown: no settlement record, but a genuine audit report, sealed at {made_at}")?;
            if let Some(at) = stamped_at {
                writeln!(out, "a time-stamp authority saw it sealed at {at}")?;
            }
            UNKNOWN
        }
        Verdict::Certification { statement, stamped_at, key_revoked_at, .. } => {
            tell_certification(&mut out, &statement, stamped_at, key_revoked_at)?;
            match newer_than(what, statement.record.id) {
                Ok(true) => {
                    writeln!(out, "a newer record stands in the place of the one that was certified")?
                }
                Ok(false) => {}
                Err(reason) => tell_unasked(&reason)?,
            }
            UNKNOWN
        }
        Verdict::Revoked { at } => {
            writeln!(out, "unknown: its key was revoked at {at}, and had not sealed it before")?;
            UNKNOWN
        }
        Verdict::Altered => {
            writeln!(out, "altered: this is not what was sealed")?;
            ALTERED
        }
        // Unknown, and whatever a later version of the verifier cannot call valid.
        _ => {
            writeln!(out, "unknown: no key given here has sealed it")?;
            UNKNOWN
        }
    };
    Ok(ExitCode::from(code))
}

/// Whether the house knows a newer record, where one is asked at all.
fn newer_than(what: &Verify, record: SettlementId) -> Result<bool, String> {
    if what.keys.is_some() { Ok(false) } else { has_newer(what.data.clone(), record) }
}

fn tell_unasked(reason: &str) -> io::Result<()> {
    let said = "whether a newer record stands in its place cannot be asked";
    writeln!(io::stderr(), "concord: {said}: {reason}")
}

/// What a certification says of itself.
fn tell_certification(
    out: &mut impl io::Write,
    statement: &Statement,
    stamped_at: Option<Moment>,
    key_revoked_at: Option<Moment>,
) -> io::Result<()> {
    let (record, by, at) = (&statement.record, &statement.certifier, statement.certified_at);
    writeln!(out, "unknown: no settlement record, but a genuine certification, made at {at}")?;
    writeln!(out, "of the record {}, {}, {}", record.reference, record.id, record.digest)?;
    writeln!(out, "by {} ({}, {})", by.name, by.capacity, by.office)?;
    if let Some(at) = stamped_at {
        writeln!(out, "a time-stamp authority saw it sealed at {at}")?;
    }
    if let Some(at) = key_revoked_at {
        writeln!(out, "sealed before the key was revoked, at {at}")?;
    }
    Ok(())
}

/// What the house in that folder knows of who certified that record. Where it cannot be asked, that is told of the newer
/// record already.
fn tell_certified(out: &mut impl io::Write, data: Option<PathBuf>, record: SettlementId) -> io::Result<()> {
    match certified(data, record) {
        Ok(Some((capacity, at))) => {
            writeln!(out, "certified at {at}, by whoever holds an office: {capacity}")
        }
        _ => Ok(()),
    }
}

/// In which capacity and when the house in that folder had that record certified. Whose name it is lies sealed there, and
/// stands in the certification, which is verified as a file of its own.
///
/// # Errors
/// Why the house cannot be asked.
fn certified(data: Option<PathBuf>, record: SettlementId) -> Result<Option<(Capacity, Moment)>, String> {
    let given = Given { config: None, data, listen: None };
    let (config, ..) = config::load(&given).map_err(|error| error.to_string())?;
    let url = config.database_url.as_ref().map(|url| url.reveal());
    made_in(&config.data, url, record).map_err(|error| error.to_string())
}

/// Whether the house in that folder knows a newer record in the place of that one. A folder that holds keys alone is no
/// house, and none is made of it by looking.
///
/// # Errors
/// Why the house cannot be asked.
fn has_newer(data: Option<PathBuf>, record: SettlementId) -> Result<bool, String> {
    let given = Given { config: None, data, listen: None };
    let (config, ..) = config::load(&given).map_err(|error| error.to_string())?;
    let url = config.database_url.as_ref().map(|url| url.reveal());
    is_superseded_in(&config.data, url, record).map_err(|error| error.to_string())
}
