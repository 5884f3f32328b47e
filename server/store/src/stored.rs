//! A value as it lies in the store, and the transaction in which an act works. Deliberately not here: threads and
//! commits, which are `writer`'s.

use domain::ids::{DisputeId, SettlementId};

use crate::db::Db;
use crate::dialect::{Writing, hold, run, writing};
use crate::error::{Error, Result};
use crate::vault::Vault;

/// A value with the version of its row: storing it again succeeds only while the row is still that one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<T> {
    /// The value.
    pub value: T,
    /// Counts from 1, and by one with each change.
    pub version: i64,
}

/// One transaction, with the vault beside it.
pub struct Tx<'a> {
    pub(crate) db: &'a mut Db,
    vault: &'a mut Vault,
    depth: usize,
    writes: bool,
    held: Option<DisputeId>,
}

impl<'a> Tx<'a> {
    pub(crate) fn new(db: &'a mut Db, vault: &'a mut Vault, writes: bool) -> Self {
        Self { db, vault, depth: 0, writes, held: None }
    }

    /// Makes acts on one dispute come one after the other, where several transactions write at a time: whoever reads it
    /// in order to write waits for whoever did so before, and then reads what they left. Without that one of two who
    /// approve at the same moment would be refused, and would learn from it that the other side had acted (R5).
    ///
    /// It is the first lock that an act on a dispute takes, and an act holds one dispute alone: nobody can wait in a
    /// circle. Reading takes none.
    ///
    /// # Errors
    /// `Busy` where it took too long.
    pub(crate) fn hold(&mut self, dispute: DisputeId) -> Result<()> {
        if self.writes && self.held != Some(dispute) {
            hold(self.db, &format!("dispute/{dispute}"))?;
            self.held = Some(dispute);
        }
        Ok(())
    }

    /// The same for two disputes about one settlement, in acts that hold their own dispute and take no other lock after this.
    ///
    /// # Errors
    /// `Busy` where it took too long.
    pub fn hold_settlement(&mut self, settlement: SettlementId) -> Result<()> {
        if self.writes { hold(self.db, &format!("settlement/{settlement}")) } else { Ok(()) }
    }

    /// The same for two requests under one Idempotency-Key: the second is to find the answer of the first.
    ///
    /// # Errors
    /// `Busy` where it took too long.
    pub(crate) fn hold_answer(&mut self, place: &str) -> Result<()> {
        if self.writes { hold(self.db, &format!("answer/{place}")) } else { Ok(()) }
    }

    /// The keys: to seal and open what this transaction stores and finds.
    pub fn vault(&mut self) -> &mut Vault {
        self.vault
    }

    /// Tries something that can only fail because another connection was faster. Where there is one writer, none is, and
    /// no savepoint is made.
    ///
    /// # Errors
    /// Those of `work`, and `Unavailable`.
    pub(crate) fn attempt_beside_others<T>(
        &mut self,
        work: impl FnOnce(&mut Tx<'_>) -> Result<T>,
    ) -> Result<T> {
        match writing(self.db) {
            Writing::Grouped => work(self),
            Writing::Single => self.attempt(work),
        }
    }

    /// Tries something of which only it is undone when it fails: after an error PostgreSQL refuses all else in a
    /// transaction but a return to a savepoint.
    ///
    /// # Errors
    /// Those of `work`, and `Unavailable`.
    pub fn attempt<T, E: From<Error>>(
        &mut self,
        work: impl FnOnce(&mut Tx<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let name = format!("attempt_{}", self.depth);
        run(self.db, &format!("SAVEPOINT {name}"))?;
        // What is locked inside is let go with the savepoint, so that only what was held before counts as held after.
        let (depth, writes, held) = (self.depth + 1, self.writes, self.held);
        let outcome = work(&mut Tx { db: &mut *self.db, vault: &mut *self.vault, depth, writes, held });
        match &outcome {
            Ok(_) => run(self.db, &format!("RELEASE {name}"))?,
            Err(_) => run(self.db, &format!("ROLLBACK TO {name}; RELEASE {name}"))?,
        }
        outcome
    }
}

/// One row was changed, or it was another version's.
pub(crate) fn one(changed: usize, otherwise: Error) -> Result<()> {
    if changed == 1 { Ok(()) } else { Err(otherwise) }
}
