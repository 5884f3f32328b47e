//! The erasure ledger: which keys were destroyed and when, in a file of its own beside the databases. Whoever puts an
//! older database back, by whatever tool, does not bring a destroyed key to life: the store reads this file before it opens.
//! Deliberately not here: destroying anything.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use domain::time::Moment;

/// A destroyed key: the dispute, which of its keys, and when.
pub type Line = (String, String, Moment);

/// Adds a line; it is on the disk when this returns. A line begins with its own line break, so that one which a power
/// failure tore does not take the next one with it.
pub fn note(file: &Path, dispute: &str, kind: &str, at: Moment) -> io::Result<()> {
    let is_new = !file.exists();
    let mut ledger = OpenOptions::new().append(true).create(true).mode(0o600).open(file)?;
    ledger.write_all(format!("\n{dispute} {kind} {}\n", at.millis()).as_bytes())?;
    ledger.sync_data()?;
    match file.parent() {
        Some(folder) if is_new => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// Every line; none where there is no such file yet. What is no line is passed over: it was torn.
pub fn read(file: &Path) -> io::Result<Vec<Line>> {
    let text = match fs::read_to_string(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        text => text?,
    };
    let line = |line: &str| {
        let mut words = line.split(' ');
        let (dispute, kind, at) = (words.next()?, words.next()?, words.next()?.parse().ok()?);
        Some((dispute.to_owned(), kind.to_owned(), Moment::from_millis(at)))
    };
    Ok(text.lines().filter_map(line).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_line_takes_no_other_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("erasures");
        assert_eq!(read(&file).unwrap(), []);
        let at = Moment::from_millis(7);
        note(&file, "a", "data", at).unwrap();
        OpenOptions::new().append(true).open(&file).unwrap().write_all(b"\nb da").unwrap();
        note(&file, "c", "record", at).unwrap();
        let line = |dispute: &str, kind: &str| (dispute.to_owned(), kind.to_owned(), at);
        assert_eq!(read(&file).unwrap(), [line("a", "data"), line("c", "record")]);
    }
}
