//! The ledger's turn: a signed head at each seal and every so often, what waits to be entered, and the head's mail to
//! the institution. Deliberately not here: what is entered in the act in which it came about.

use std::sync::Arc;

use record::{Leaf, LeafKind, Verifier};
use store::Tx;
use tokio::sync::watch;

use super::Jobs;
use crate::acts::ledger::{Owed, Signing};
use crate::acts::{By, Doing, ledger};
use crate::keys::kept_head::{keep_head, kept_head};
use crate::refused::Refused;

impl Jobs {
    /// Keeps the ledger until the program stops.
    pub async fn keep_ledger(self: Arc<Self>, mut stopping: watch::Receiver<bool>) {
        let every = self.config.ledger.period.min(self.config.ledger.mail_period);
        let mut ticks = tokio::time::interval(every);
        // The first one is at once, and that was at the start.
        ticks.tick().await;
        loop {
            let done = tokio::select! {
                _ = ticks.tick() => self.tend_ledger().await,
                () = self.desk.head_waits() => self.sign_head().await,
                _ = stopping.changed() => return,
            };
            if let Err(refused) = done {
                tracing::error!(%refused, "the ledger could not be kept");
            }
        }
    }

    /// Enters what has no entry, signs the head where it grew, and mails it where that is due.
    ///
    /// # Errors
    /// What was refused, and the store's.
    pub async fn tend_ledger(&self) -> Result<(), Refused> {
        self.enter(self.key_leaves()?).await?;
        // One text that does not open must not keep the head of all the others from being signed.
        if let Err(refused) = self.enter_backlog().await {
            tracing::error!(%refused, "what has no entry could not be entered");
        }
        self.sign_head().await?;
        let Some(to) = self.config.ledger.mail_to.clone() else { return Ok(()) };
        self.desk.write(By::House, move |tx, doing| ledger::mail_head(tx, doing, &to)).await
    }

    async fn enter_backlog(&self) -> Result<(), Refused> {
        loop {
            let owed = self.desk.read(ledger::owed).await?;
            if owed.is_empty() {
                return Ok(());
            }
            self.enter(owed).await?;
        }
    }

    async fn enter(&self, owed: Vec<Owed>) -> Result<(), Refused> {
        let enter = move |tx: &mut Tx<'_>, doing: &mut Doing| ledger::enter_owed(tx, doing, &owed);
        self.desk.write(By::House, enter).await
    }

    async fn sign_head(&self) -> Result<(), Refused> {
        let (keys, folder) = (Arc::clone(&self.keys), self.config.keys_folder());
        let unread = |_| Refused::broken("the head beside the keys cannot be read or written");
        let kept = kept_head(&folder).map_err(unread)?;
        let before = kept.clone();
        let sign = move |tx: &mut Tx<'_>, doing: &mut Doing| {
            let (key, published) = (&keys.ledger, keys.ledger_published.as_slice());
            ledger::sign_head(tx, doing, &Signing { key, published, kept: kept.as_deref() })
        };
        let head = self.desk.write(By::House, sign).await?;
        // After the commit: a head that is kept here and lost there would look like a ledger that forgot.
        if before.as_ref() != Some(&head.note) {
            keep_head(&folder, &head.note).map_err(unread)?;
            tracing::info!(size = head.size, "the ledger has a new head");
        }
        Ok(())
    }

    /// The entries by which the ledger tells of the keys in use, present and past: its own first.
    fn key_leaves(&self) -> Result<Vec<Owed>, Refused> {
        let mut leaves: Vec<Leaf> = self.keys.ledger_published.iter().map(Verifier::leaf).collect();
        for key in self.keys.published.iter() {
            let digest = key.thumbprint().ok_or_else(|| Refused::broken("a seal key has no name"))?;
            leaves.push(Leaf { kind: LeafKind::SealKey, digest });
        }
        for revocation in self.keys.published.revocations() {
            leaves.push(revocation.leaf().map_err(|_| Refused::broken("a revocation has no text"))?);
        }
        Ok(leaves.into_iter().map(ledger::owed_for_key).collect())
    }
}
