//! `concord verify FILE`: whether a record is genuine, from the file and the published keys alone. It opens no house.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use record::{KeySet, Verdict};

use super::Failed;

const ALTERED: u8 = 1;
const UNKNOWN: u8 = 2;
/// Something that keeps us from looking at all; 3 is for a superseded record.
const CANNOT_LOOK: u8 = 4;

/// What `verify` is told.
#[derive(Args)]
pub struct Verify {
    /// The record: a PDF, or a JWS in compact form.
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
        Verdict::Valid { reference, sealed_at, digest, stamped_at, key_revoked_at, .. } => {
            writeln!(out, "valid: {reference}, sealed at {sealed_at}, {digest}")?;
            if let Some(at) = stamped_at {
                writeln!(out, "a time-stamp authority saw it sealed at {at}")?;
            }
            if let Some(at) = key_revoked_at {
                writeln!(out, "sealed before the key was revoked, at {at}")?;
            }
            0
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
