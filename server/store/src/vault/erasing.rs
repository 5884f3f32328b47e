//! The end of a key: destroyed at once, noted outside of the databases first, and destroyed again where somebody put an
//! older vault back (R12).

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use diesel::prelude::*;

use domain::ids::DisputeId;
use domain::time::Moment;

use super::{Key, Vault};
use crate::columns::{At, Spelled, Word, at, word};
use crate::dialect::{on_both, scour_vault};
use crate::erasure_ledger as ledger;
use crate::error::{Error, Result};
use crate::schema::{erasures, wrapped_keys};

impl Vault {
    /// The same vault, which notes each erasure in that file.
    pub(crate) fn noting(mut self, ledger: PathBuf) -> Self {
        self.ledger = Some(ledger);
        self
    }

    /// Destroys a key, at once and for good, whatever becomes of the transaction around it; and notes the erasure first, so
    /// that a restored backup can be made to forget again.
    ///
    /// # Errors
    /// `Unavailable`; `Busy` where the key's bytes may still lie in the vault's log: to be done again.
    pub fn destroy(&mut self, dispute: DisputeId, key: Key, now: Moment) -> Result<()> {
        self.note(dispute, key, now)?;
        self.erase(dispute, key, now)
    }

    fn erase(&mut self, dispute: DisputeId, key: Key, now: Moment) -> Result<()> {
        self.unwrapped.remove(&(dispute, key));
        self.opened.remove(&dispute);
        self.on_line(|db| {
            let row = (
                erasures::dispute.eq(word(&dispute)),
                erasures::kind.eq(word(&key)),
                erasures::at.eq(at(now)),
            );
            on_both!(&mut *db, |c| {
                diesel::insert_into(erasures::table).values(row.clone()).on_conflict_do_nothing().execute(c)
            })?;
            diesel::delete(wrapped_keys::table.find((word(&dispute), word(&key)))).execute(db)?;
            scour_vault(db)
        })
    }

    /// Destroys again what the erasure ledger or `others` say was destroyed, and completes the ledger by what the vault
    /// knows: it may be a copy of another day, or another node's work. Answers how many keys had come back.
    ///
    /// # Errors
    /// `Unavailable`; `Corrupt`.
    pub(crate) fn replay(&mut self, others: &[Erasure]) -> Result<usize> {
        let noted = self.noted()?;
        let known = names(&self.erasures()?);
        let mut back = 0;
        for (dispute, key, at) in noted.iter().chain(others).copied() {
            let is_back = self.holds(dispute, key)?;
            back += usize::from(is_back);
            if is_back || !known.contains(&(dispute, key)) {
                self.erase(dispute, key, at)?;
            }
        }
        let noted = names(&noted);
        for (dispute, key, at) in self.erasures()? {
            if !noted.contains(&(dispute, key)) {
                self.note(dispute, key, at)?;
            }
        }
        Ok(back)
    }

    fn note(&self, dispute: DisputeId, key: Key, at: Moment) -> Result<()> {
        let Some(file) = &self.ledger else { return Ok(()) };
        ledger::note(file, &dispute.to_string(), &key.spelled(), at).map_err(|error| away(&error))
    }

    fn noted(&self) -> Result<Vec<Erasure>> {
        self.ledger.as_deref().map_or_else(|| Ok(Vec::new()), read)
    }

    /// Whether the key is there.
    ///
    /// # Errors
    /// `Unavailable`.
    pub fn holds(&mut self, dispute: DisputeId, key: Key) -> Result<bool> {
        Ok(self.find(&dispute.to_string(), &key.spelled())?.is_some())
    }

    /// Every key that was destroyed, for `restore` to replay.
    ///
    /// # Errors
    /// `Unavailable`; `Corrupt`.
    pub fn erasures(&mut self) -> Result<Vec<Erasure>> {
        let rows: Vec<(Word<DisputeId>, Word<Key>, At)> =
            self.on_line(|db| Ok(erasures::table.order(erasures::at).load(db)?))?;
        rows.into_iter()
            .map(|(dispute, kind, at)| Ok((dispute.value()?, kind.value()?, at.moment())))
            .collect()
    }
}

/// A key that was destroyed, and when.
pub type Erasure = (DisputeId, Key, Moment);

fn names(erasures: &[Erasure]) -> HashSet<(DisputeId, Key)> {
    erasures.iter().map(|(dispute, key, _)| (*dispute, *key)).collect()
}

/// What an erasure ledger says.
///
/// # Errors
/// `Unavailable` where the file cannot be read.
pub(crate) fn read(file: &Path) -> Result<Vec<Erasure>> {
    let lines = ledger::read(file).map_err(|error| away(&error))?;
    // A word that is none of ours was torn in the middle.
    let known = |(dispute, kind, at): ledger::Line| {
        Some((<DisputeId as Spelled>::read(&dispute)?, <Key as Spelled>::read(&kind)?, at))
    };
    Ok(lines.into_iter().filter_map(known).collect())
}

fn away(error: &std::io::Error) -> Error {
    tracing::error!(%error, "the erasure ledger cannot be read or written");
    Error::Unavailable
}
