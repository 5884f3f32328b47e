//! What happens because time passed. Each job is an act like any other and goes through the desk; it may run twice or
//! late, and then finds nothing to do. Deliberately not here: what becomes of a dispute at its deadline, which the law
//! decides, and mail, which has a worker of its own.

pub mod ledger;
pub mod files;
pub mod uploads;

use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::agreement::Agreement;
use domain::dispute::{Actor, Command, Refusal};
use domain::ids::{DisputeId, FileId};
use domain::time::Moment;
use store::{Tx, bounces, codes, disputes, erasure, idempotency, outbox, proposals, reminders, sessions};
use tokio::sync::watch;

use crate::acts::process::{carry_out_as, house};
use crate::acts::{By, Doing, assignments, certifications, duties, holds, keeping, notices, sealing};
use crate::clock::Clock;
use crate::config::Config;
use crate::desk::Desk;
use crate::keys::Keys;
use crate::refused::Refused;
use crate::time_stamps::Sealer;
use crate::uploads::scanner::Scanner;

/// How often deadlines are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long the row of a mail that has left is kept: without address and body, for whoever asks where it went.
const MAIL_ROWS_KEPT: Duration = Duration::from_secs(90 * 86_400);
/// How long address and record of a mail that was sent are kept: servers try for some five days (RFC 5321, 4.5.4.1), and
/// then give it back.
const MAIL_COMES_BACK_WITHIN: Duration = Duration::from_secs(10 * 86_400);
/// From what age a file must have its row.
const ORPHAN_AGE: Duration = Duration::from_secs(86_400);
/// How many disputes are taken at a time; those that are left come a moment later.
const AT_ONCE: i64 = 50;
/// How long a dispute whose deadline could not pass is left alone: doubled with each failure, up to the second.
const BACK_OFF: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(3600));

/// Works until the program stops.
pub struct Jobs {
    pub desk: Desk,
    pub clock: Clock,
    pub config: Arc<Config>,
    pub keys: Arc<Keys>,
    pub scanner: Scanner,
    pub sealer: Arc<Sealer>,
    /// Where everything is kept, and with it the copies of keys that were made.
    pub kept: store::Settings,
    /// Disputes whose deadline could not pass.
    pub failing: Mutex<Failing>,
}

/// Until when each dispute whose deadline could not pass is left alone, and how often it failed. What always fails must
/// not take the place of what would not.
#[derive(Debug, Default)]
pub struct Failing(HashMap<DisputeId, (Moment, u32)>);

impl Failing {
    fn left_alone(&self, now: Moment) -> Vec<DisputeId> {
        self.0.iter().filter(|(_, (until, _))| *until > now).map(|(dispute, _)| *dispute).collect()
    }

    /// Notes one more failure. Returns whether it was the first.
    fn add(&mut self, dispute: DisputeId, now: Moment) -> bool {
        let (until, failures) = self.0.entry(dispute).or_insert((now, 0));
        let (first, most) = BACK_OFF;
        *until = now.plus(first.saturating_mul(1 << (*failures).min(16)).min(most));
        *failures = failures.saturating_add(1);
        *failures == 1
    }
}

/// Whether the seal key signed as yet, in one look for deadlines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seal {
    Signs,
    Away,
}

impl Jobs {
    /// Lets deadlines pass.
    pub async fn pass_deadlines(self: Arc<Self>, mut stopping: watch::Receiver<bool>) {
        loop {
            if let Err(refused) = self.look_for_deadlines().await {
                tracing::error!(%refused, "deadlines could not be looked for");
            }
            if let Err(refused) = self.remind().await {
                tracing::error!(%refused, "people could not be reminded");
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                _ = stopping.changed() => return,
            }
        }
    }

    async fn look_for_deadlines(&self) -> Result<(), Refused> {
        let now = self.clock.now();
        let waiting = self.failing().left_alone(now);
        let most = AT_ONCE.saturating_add(i64::try_from(waiting.len()).unwrap_or(AT_ONCE));
        let due = self.desk.read(move |tx| Ok(disputes::due(tx, now, most)?)).await?;
        let mut seal = Seal::Signs;
        for dispute in due.into_iter().filter(|dispute| !waiting.contains(dispute)) {
            match self.pass_deadline(dispute, &mut seal).await {
                // Somebody acted before; or it is not due any more.
                Ok(()) | Err(Refused::Rule { .. } | Refused::Conflict { .. }) => {
                    self.failing().0.remove(&dispute);
                }
                // Nothing is wrong with this dispute: the database is away, or the seal key.
                Err(Refused::Busy { .. } | Refused::Unavailable) => {}
                Err(refused) => {
                    tracing::error!(%dispute, %refused, "a deadline could not pass");
                    // A token that is silent took its time: what counts is when it failed.
                    self.leave_alone(dispute, self.clock.now()).await;
                }
            }
        }
        Ok(())
    }

    fn failing(&self) -> MutexGuard<'_, Failing> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets others go first, and puts it on the registrar's desk once.
    async fn leave_alone(&self, dispute: DisputeId, now: Moment) {
        let is_first = self.failing().add(dispute, now);
        let put =
            move |tx: &mut Tx<'_>, doing: &mut Doing| duties::put(tx, doing, dispute, "deadline-stuck", None);
        if is_first && self.desk.write(By::House, put).await.is_err() {
            tracing::error!(%dispute, "the registrar could not be told");
        }
    }

    async fn pass_deadline(&self, id: DisputeId, seal: &mut Seal) -> Result<(), Refused> {
        let look = move |tx: &mut Tx<'_>| Ok(disputes::load(tx, id)?.value);
        let dispute = self.desk.read(look).await?;
        let is_signed = matches!(dispute.agreement, Agreement::Signed { .. });
        if is_signed && dispute.suspension.is_none() {
            return self.attest_for_institution(id, seal).await;
        }
        let pass = move |tx: &mut Tx<'_>, doing: &mut Doing| {
            let mut stored = disputes::load(tx, id)?;
            let (dispute, version) = (&mut stored.value, stored.version);
            match carry_out_as(tx, doing, dispute, version, Actor::House, &Command::PassDeadline) {
                // The row says otherwise than the law: a period was set anew. It would be due for ever.
                Err(Refused::Rule { code, .. }) if code == Refusal::NotDue.code() => {
                    let due = dispute.next_deadline(&house(doing).periods);
                    Ok(disputes::set_due(tx, id, due)?)
                }
                Err(refused) => Err(refused),
                Ok(_) => assignments::propose_next(tx, doing, dispute, version.saturating_add(1)),
            }
        };
        self.desk.write(By::House, pass).await
    }

    /// Reminds whomever a stage waits for, once a deadline, by the mail that says that something waits.
    async fn remind(&self) -> Result<(), Refused> {
        let now = self.clock.now();
        for id in self.desk.read(move |tx| Ok(reminders::due(tx, now, AT_ONCE)?)).await? {
            let remind = move |tx: &mut Tx<'_>, doing: &mut Doing| {
                let dispute = disputes::load(tx, id)?.value;
                if reminders::mark(tx, id, doing.now)? {
                    for account in dispute.awaited() {
                        notices::something_to_do(tx, doing, account, id)?;
                    }
                }
                Ok(())
            };
            or_next(self.desk.write(By::House, remind).await, id)?;
        }
        Ok(())
    }

    /// Warns of the deletion of drafts some time before it (R12).
    async fn warn_of_drafts(&self, now: Moment) -> Result<(), Refused> {
        let before = self.warned_before();
        let untouched = now.minus(self.config.periods.draft.saturating_sub(before));
        let look = move |tx: &mut Tx<'_>| Ok(reminders::drafts_to_warn_of(tx, untouched, AT_ONCE)?);
        for id in self.desk.read(look).await? {
            let warn = move |tx: &mut Tx<'_>, doing: &mut Doing| {
                let dispute = disputes::load(tx, id)?.value;
                reminders::set(tx, id, doing.now.plus(before), doing.now)?;
                match dispute.parties.claimant.account() {
                    Some(account) if reminders::mark(tx, id, doing.now)? => {
                        notices::time_ends(tx, doing, account, id, doing.now.plus(before).day())
                    }
                    _ => Ok(()),
                }
            };
            or_next(self.desk.write(By::House, warn).await, id)?;
        }
        Ok(())
    }

    /// How long before its deletion a draft's claimant is warned.
    fn warned_before(&self) -> Duration {
        let periods = &self.config.periods;
        periods.draft_warning.min(periods.draft / 4)
    }

    /// Where the mediator has not attested in time, the institution attests that the mediation took place (R23). A token that
    /// does not answer is waited for once in each look: the deadlines of others are not to wait for every record of the day.
    async fn attest_for_institution(&self, id: DisputeId, seal_key: &mut Seal) -> Result<(), Refused> {
        if *seal_key == Seal::Away {
            return Err(Refused::Busy { retry_after: LOOK_EVERY });
        }
        let (now, config) = (self.clock.now(), Arc::clone(&self.config));
        let read = move |tx: &mut Tx<'_>| {
            sealing::prepare_for_institution(tx, &Doing::new(now, By::House, config), id)
        };
        let prepared = self.desk.read(read).await?;
        // A key that gives no signature is away for longer than a database: the registrar is told, and others go first.
        let sealed = self.sealer.seal(prepared.contents.clone()).await.map_err(|refused| {
            if matches!(refused, Refused::Busy { .. }) {
                *seal_key = Seal::Away;
            }
            Refused::Broken
        })?;
        let seal =
            move |tx: &mut Tx<'_>, doing: &mut Doing| sealing::seal(tx, doing, &prepared, &sealed).map(drop);
        self.desk.write(By::House, seal).await
    }

    /// Sweeps old rows away, and destroys what was said when its time has come (R12).
    pub async fn sweep(self: Arc<Self>, mut stopping: watch::Receiver<bool>) {
        loop {
            let now = self.clock.now();
            if let Err(refused) = self.sweep_rows(now).await {
                tracing::error!(%refused, "old rows could not be swept away");
            }
            if let Err(refused) = self.forget_answers(now).await {
                tracing::error!(%refused, "answers to proposals that lapsed could not be forgotten");
            }
            if let Err(refused) = self.warn_of_drafts(now).await {
                tracing::error!(%refused, "claimants could not be warned of their drafts");
            }
            if let Err(refused) = self.sweep_uploads(now).await {
                tracing::error!(%refused, "uploads that nobody completed could not be swept away");
            }
            if let Err(refused) = self.lapse_certifications(now).await {
                tracing::error!(%refused, "certifications whose time has passed could not be ended");
            }
            self.erase_all().await;
            self.tend_copies(now).await;
            if let Err(refused) = self.sweep_files().await {
                tracing::error!(%refused, "files that nothing names could not be swept away");
            }
            tokio::select! {
                () = tokio::time::sleep(self.config.periods.sweep) => {}
                _ = stopping.changed() => return,
            }
        }
    }

    async fn sweep_rows(&self, now: Moment) -> Result<(), Refused> {
        let sweep = move |tx: &mut Tx<'_>, _: &mut Doing| {
            let swept = codes::sweep(tx, now)? + sessions::sweep(tx, now)? + idempotency::sweep(tx, now)?;
            let mails = outbox::sweep(tx, now.minus(MAIL_ROWS_KEPT))?;
            bounces::forget_sent(tx, now.minus(MAIL_COMES_BACK_WITHIN))?;
            tracing::debug!(swept, mails, "old rows swept away");
            Ok(())
        };
        self.desk.write(By::House, sweep).await
    }

    /// Ends certifications whose time has passed, or whose record another one has taken the place of.
    async fn lapse_certifications(&self, now: Moment) -> Result<(), Refused> {
        let before = now.minus(self.config.periods.certification);
        let due = move |tx: &mut Tx<'_>| Ok(store::certifications::to_lapse(tx, before, AT_ONCE)?);
        for kept in self.desk.read(due).await? {
            let lapse = move |tx: &mut Tx<'_>, doing: &mut Doing| certifications::lapse(tx, doing, kept.id);
            or_next(self.desk.write(By::House, lapse).await, kept.dispute)?;
        }
        Ok(())
    }

    /// What was answered to a proposal whose time has passed is of no use to anybody, and goes.
    async fn forget_answers(&self, now: Moment) -> Result<(), Refused> {
        for dispute in self.desk.read(move |tx| Ok(proposals::lapsed(tx, now, AT_ONCE)?)).await? {
            let forget =
                move |tx: &mut Tx<'_>, _: &mut Doing| Ok(proposals::forget_lapsed(tx, dispute, now)?);
            or_next(self.desk.write(By::House, forget).await, dispute)?;
        }
        Ok(())
    }

    /// Destroys all that is due.
    pub async fn erase_all(&self) {
        loop {
            match self.erase(self.clock.now()).await {
                // There may be more of it.
                Ok(done) if done >= AT_ONCE => {}
                Ok(_) => return,
                Err(refused) => return tracing::error!(%refused, "what was said could not be destroyed"),
            }
        }
    }

    /// Destroys what was destroyed here in the copies of the keys as well, and the copies when their time is over.
    async fn tend_copies(&self, now: Moment) {
        let (kept, period) = (self.kept.clone(), self.config.periods.backup_keys);
        let tended = tokio::task::spawn_blocking(move || store::tend_copies(&kept, now, period)).await;
        if let Ok(Err(error)) = tended {
            tracing::error!(%error, "the copies of the keys could not be looked after");
        }
    }

    /// Some of what is due; answers how many it was.
    async fn erase(&self, now: Moment) -> Result<i64, Refused> {
        let (closed, untouched) =
            (now.minus(self.config.periods.retention), now.minus(self.config.periods.draft));
        // However long the house stood still: whoever began it has been told some time before it goes.
        let warned = now.minus(self.warned_before());
        let look = move |tx: &mut Tx<'_>| {
            Ok((erasure::due(tx, closed, AT_ONCE)?, erasure::stale_drafts(tx, untouched, warned, AT_ONCE)?))
        };
        self.lapse_holds(now).await?;
        let (over, drafts) = self.desk.read(look).await?;
        let mut done = 0;
        for dispute in over {
            let destroy = move |tx: &mut Tx<'_>, doing: &mut Doing| keeping::destroy(tx, doing, dispute);
            done += or_next(self.desk.write(By::House, destroy).await, dispute)?.map_or(0, |()| 1);
        }
        for draft in drafts {
            let delete = move |tx: &mut Tx<'_>, doing: &mut Doing| {
                if erasure::is_stale(tx, draft, untouched, warned)? {
                    keeping::delete_draft(tx, doing, draft)?;
                }
                Ok(())
            };
            done += or_next(self.desk.write(By::House, delete).await, draft)?.map_or(0, |()| 1);
        }
        Ok(done)
    }

    /// Tells of the holds that no second person has confirmed, and ends them in their time.
    async fn lapse_holds(&self, now: Moment) -> Result<(), Refused> {
        let confirmation = self.config.periods.hold_confirmation;
        let placed_before = now.minus(confirmation.saturating_sub(holds::told_before(confirmation)));
        let old = move |tx: &mut Tx<'_>| Ok(store::holds::unconfirmed(tx, placed_before, AT_ONCE)?);
        for dispute in self.desk.read(old).await? {
            let lapse = move |tx: &mut Tx<'_>, doing: &mut Doing| holds::lapse(tx, doing, dispute);
            or_next(self.desk.write(By::House, lapse).await, dispute)?;
        }
        Ok(())
    }

    /// Deletes files that no row names: an upload that was cut off, or whose row was never kept. Young ones are left,
    /// for their row may be on its way.
    async fn sweep_files(&self) -> Result<(), Refused> {
        let folder = self.config.files_folder();
        let old = tokio::task::spawn_blocking(move || old_files(&folder)).await;
        let old = old.map_err(|_| Refused::broken("sweep"))?.map_err(|error| {
            tracing::error!(%error, "the files cannot be listed");
            Refused::Broken
        })?;
        if old.is_empty() {
            return Ok(());
        }
        let orphans = self.desk.read(move |tx| Ok(store::files::unknown(tx, old)?)).await?;
        if !orphans.is_empty() {
            tracing::info!(files = orphans.len(), "files that nothing names are deleted");
        }
        self.delete(orphans).await;
        Ok(())
    }

    /// Deletes the bytes of files. Their key is gone already: what a failure leaves on the disk opens for nobody.
    async fn delete(&self, files: Vec<FileId>) {
        let paths: Vec<PathBuf> = files.into_iter().map(|file| self.config.file_path(file)).collect();
        let deleted = tokio::task::spawn_blocking(move || {
            for path in paths {
                match std::fs::remove_file(&path) {
                    Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                        tracing::warn!(path = %path.display(), %error, "a destroyed file is still on the disk");
                    }
                    _ => {}
                }
            }
        });
        if deleted.await.is_err() {
            tracing::error!("destroyed files could not be deleted");
        }
    }
}

/// What fails for one dispute must not keep the next ones from their turn; only where the database is away, none has one.
fn or_next<T>(done: Result<T, Refused>, dispute: DisputeId) -> Result<Option<T>, Refused> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(refused @ (Refused::Busy { .. } | Refused::Unavailable)) => Err(refused),
        Err(refused) => {
            tracing::error!(%dispute, %refused, "a job failed for one dispute");
            Ok(None)
        }
    }
}

/// The files of a folder that have lain there for long.
fn old_files(folder: &Path) -> io::Result<Vec<FileId>> {
    let mut old = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        // A file that went meanwhile has no age.
        let age =
            entry.metadata().and_then(|about| about.modified()).map(|at| at.elapsed().unwrap_or_default());
        if age.is_ok_and(|age| age > ORPHAN_AGE) {
            old.push(id);
        }
    }
    Ok(old)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_for_one_keeps_nobody_else_from_their_turn() {
        let dispute = DisputeId::new(uuid::Uuid::from_u128(1));
        assert_eq!(or_next(Ok(7), dispute), Ok(Some(7)));
        assert_eq!(or_next(Err::<(), _>(Refused::Broken), dispute), Ok(None));
        assert_eq!(or_next(Err::<(), _>(Refused::Unavailable), dispute), Err(Refused::Unavailable));
    }

    #[test]
    fn what_always_fails_is_left_alone_for_longer_each_time() {
        let mut failing = Failing::default();
        let at = |seconds: u64| Moment::from_millis(0).plus(Duration::from_secs(seconds));
        let dispute = DisputeId::new(uuid::Uuid::from_u128(1));
        assert!(failing.add(dispute, at(0)), "the registrar is told at the first time alone");
        assert_eq!((failing.left_alone(at(1)), failing.left_alone(at(2))), (vec![dispute], vec![]));
        assert!(!failing.add(dispute, at(2)));
        assert_eq!((failing.left_alone(at(5)), failing.left_alone(at(6))), (vec![dispute], vec![]));
        for _ in 0..50 {
            failing.add(dispute, at(6));
        }
        assert_eq!(failing.left_alone(at(3605)), [dispute]);
        assert!(failing.left_alone(at(3606)).is_empty(), "an hour at most");
    }
}
