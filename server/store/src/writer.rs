//! Opening the store, and the threads on which it works. Acts are synchronous closures: `write` and `read` hand them
//! to threads that own a connection each, and answer only what was committed. On SQLite one writer takes all that
//! wait, runs each in a savepoint of one transaction and syncs to disk once for all of them; on PostgreSQL several
//! writers run a transaction a job. Deliberately not here: what the jobs do.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use crate::db::{Db, Location};
use crate::dialect::{
    Writing, begin_read, begin_write, commit, migrate, run, run_kept, survives_failure, writing,
};
use crate::error::{Error, OpenError};
use crate::secret::WrappingKey;
use crate::stored::Tx;
use crate::vault::Vault;

/// The file of the rows, in the data folder.
const ROWS_FILE: &str = "concord.db";
/// How many jobs share one sync to disk at most.
const GROUP_MAX: usize = 256;
/// From how many jobs on the next group waits for more of them, where it is none of one. Who writes alone never waits.
const BUSY_JOBS: usize = 4;
/// How long it waits: a sync to disk takes about as long, and is then shared by twice as many.
const GATHER_PERIOD: Duration = Duration::from_micros(500);
/// How many jobs may wait before the next one is told that the store is busy.
const WAITING_MAX: usize = 4_096;

/// Where everything is kept.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The data folder; made where it is missing.
    pub data: PathBuf,
    /// `postgres://…`, or the path of an SQLite file; none: `concord.db` in the data folder.
    pub database_url: Option<String>,
    /// The same for the vault; none: `vault.db` in the data folder, or the schema `vault` of the same PostgreSQL.
    pub vault_url: Option<String>,
    /// The key that wraps every other key.
    pub wrapping_key: WrappingKey,
    /// How many writers PostgreSQL gets; SQLite has one.
    pub writers: usize,
    /// How many threads read.
    pub readers: usize,
}

impl Settings {
    /// SQLite in a folder.
    pub fn in_folder(data: impl Into<PathBuf>, wrapping_key: WrappingKey) -> Self {
        Self { data: data.into(), database_url: None, vault_url: None, wrapping_key, writers: 4, readers: 3 }
    }

    /// Whether there is a house with SQLite in that folder.
    pub fn is_in_folder(data: &Path) -> bool {
        data.join(ROWS_FILE).is_file()
    }

    pub(crate) fn rows(&self) -> Location {
        rows_at(&self.data, self.database_url.as_deref())
    }

    /// The erasure ledger: it lies beside the databases and goes into no backup of them.
    pub(crate) fn erasures(&self) -> PathBuf {
        self.data.join("erasures")
    }

    /// The vault, noting what it destroys.
    pub(crate) fn open_vault(&self) -> Result<Vault, OpenError> {
        let vault = Vault::new(self.vault(), self.wrapping_key.clone()).map_err(OpenError::Vault)?;
        Ok(vault.noting(self.erasures()))
    }

    pub(crate) fn vault(&self) -> Location {
        let schema = Some("vault");
        let beside = || {
            self.rows().in_schema("vault").unwrap_or_else(|| Location::file(self.data.join("vault.db"), true))
        };
        self.vault_url.as_deref().map_or_else(beside, |url| Location::read(url, schema, true))
    }
}

/// Whether what a job did is on disk.
type Outcome = Result<(), Error>;
/// Tells whoever asked; called once, after the commit.
type Answer = Box<dyn FnOnce(Outcome) + Send>;
/// Does the work; the flag says whether to keep it.
type Job = Box<dyn FnOnce(&mut Tx<'_>) -> (bool, Answer) + Send>;

/// The store. Cloning it is cheap.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

/// Where the rows are of a house in that folder.
fn rows_at(data: &Path, database_url: Option<&str>) -> Location {
    let file = || Location::file(data.join(ROWS_FILE), false);
    database_url.map_or_else(file, |url| Location::read(url, None, false))
}

/// Asks the house in that folder one thing, beside a running one and without bringing anything up to date. Nothing where
/// there is no house.
///
/// # Errors
/// See [`OpenError`].
pub(crate) fn ask<T>(
    data: &Path,
    database_url: Option<&str>,
    question: impl FnOnce(&mut Db) -> diesel::QueryResult<T>,
) -> Result<Option<T>, OpenError> {
    if database_url.is_none() && !Settings::is_in_folder(data) {
        return Ok(None);
    }
    let mut db = rows_at(data, database_url).connect()?;
    question(&mut db).map(Some).map_err(|error| OpenError::Connect(error.to_string()))
}

struct Inner {
    queues: Mutex<Option<Queues>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

#[derive(Clone)]
struct Queues {
    writes: mpsc::Sender<Job>,
    reads: mpsc::Sender<Job>,
}

impl Store {
    /// Opens the store, and brings the database up to date. It blocks: call it before the runtime is busy.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(settings: &Settings) -> Result<Self, OpenError> {
        std::fs::create_dir_all(&settings.data).map_err(OpenError::Folder)?;
        let (rows, vault) = (settings.rows(), settings.vault());
        let mut first = rows.connect()?;
        migrate(&mut first)?;
        let way = writing(&first);
        drop(first);
        Vault::prepare(&vault, &settings.wrapping_key)?;
        // An older vault may have been put back, by whatever tool: what was destroyed is destroyed before anything opens.
        let back = settings.open_vault()?.replay(&[]).map_err(OpenError::Vault)?;
        if back > 0 {
            tracing::warn!(
                keys = back,
                "keys that had been destroyed were there again, and are destroyed again"
            );
        }
        let worker = |name: &'static str| -> Result<Worker, OpenError> {
            let vault = settings.open_vault()?;
            Ok(Worker { name, line: Some(rows.connect()?), rows: rows.clone(), vault })
        };
        let (writes, written) = mpsc::channel(WAITING_MAX);
        let (reads, read) = mpsc::channel(WAITING_MAX);
        let (written, read) = (Arc::new(Mutex::new(written)), Arc::new(Mutex::new(read)));
        let writers = if way == Writing::Grouped { 1 } else { settings.writers.max(1) };
        let mut threads = Vec::new();
        for _ in 0..writers {
            let (mut worker, queue) = (worker("store-write")?, Arc::clone(&written));
            worker.vault = worker.vault.keeping_opened();
            let group = if way == Writing::Grouped { GROUP_MAX } else { 1 };
            threads.push(start("store-write", move || worker.serve(&queue, group, Way::Write))?);
        }
        for _ in 0..settings.readers.max(1) {
            let (worker, queue) = (worker("store-read")?, Arc::clone(&read));
            threads.push(start("store-read", move || worker.serve(&queue, 1, Way::Read))?);
        }
        let queues = Mutex::new(Some(Queues { writes, reads }));
        Ok(Self { inner: Arc::new(Inner { queues, threads: Mutex::new(threads) }) })
    }

    /// Runs `job` in a transaction that is committed before the answer comes; an error of the job undoes that job
    /// alone.
    ///
    /// # Errors
    /// Those of the job; `Busy` where too much waits; `Unavailable` where it may not have been kept; `Corrupt` where
    /// the job panicked.
    pub async fn write<T: Send + 'static, E: From<Error> + Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        self.ask(|queues| &queues.writes, job).await
    }

    /// Runs `job` on one state of the database, which it cannot change.
    ///
    /// # Errors
    /// Those of [`Store::write`].
    pub async fn read<T: Send + 'static, E: From<Error> + Send + 'static>(
        &self,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        self.ask(|queues| &queues.reads, job).await
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// `Unavailable`, `Busy`.
    pub async fn ping(&self) -> Result<(), Error> {
        self.read(|tx| run(tx.db, "SELECT 1")).await
    }

    /// How many writes and reads wait, for the metrics.
    pub fn waiting(&self) -> (usize, usize) {
        let of = |queue: &mpsc::Sender<Job>| queue.max_capacity().saturating_sub(queue.capacity());
        lock(&self.inner.queues).as_ref().map_or((0, 0), |queues| (of(&queues.writes), of(&queues.reads)))
    }

    /// Takes no more jobs, does those that wait, and joins the threads.
    pub async fn stop(&self) {
        drop(lock(&self.inner.queues).take());
        let threads = std::mem::take(&mut *lock(&self.inner.threads));
        let joined =
            tokio::task::spawn_blocking(move || threads.into_iter().for_each(|t| drop(t.join()))).await;
        if joined.is_err() {
            tracing::error!("the threads of the store could not be joined");
        }
    }

    async fn ask<T: Send + 'static, E: From<Error> + Send + 'static>(
        &self,
        queue: impl Fn(&Queues) -> &mpsc::Sender<Job>,
        job: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E> {
        let (tell, told) = oneshot::channel();
        let sender = lock(&self.inner.queues).as_ref().map(|queues| queue(queues).clone());
        let sender = sender.ok_or(Error::Unavailable)?;
        sender.try_send(boxed(job, tell)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Error::Busy,
            mpsc::error::TrySendError::Closed(_) => Error::Unavailable,
        })?;
        told.await.unwrap_or_else(|_| Err(E::from(Error::Unavailable)))
    }
}

/// A job with its way back: whatever happens, panic included, somebody is told.
fn boxed<T: Send + 'static, E: From<Error> + Send + 'static>(
    job: impl FnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    tell: oneshot::Sender<Result<T, E>>,
) -> Job {
    Box::new(move |tx| {
        // The transaction or savepoint around the job is rolled back after a panic, and the vault only caches keys:
        // nothing half-done is seen again.
        let outcome = catch_unwind(AssertUnwindSafe(|| job(tx))).unwrap_or_else(|_| {
            tracing::error!("a job of the store panicked");
            Err(E::from(Error::Corrupt))
        });
        let keep = outcome.is_ok();
        let answer = move |committed: Outcome| {
            // A refusal counts no more than a success where the group is lost: it may rest on what a neighbour wrote.
            let told = match (outcome, committed) {
                (_, Err(error)) => Err(E::from(error)),
                (outcome, Ok(())) => outcome,
            };
            // Whoever asked may have gone meanwhile.
            drop(tell.send(told));
        };
        (keep, Box::new(answer))
    })
}

fn start(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, OpenError> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map_err(OpenError::Thread)
}

/// A poisoned lock is taken all the same: what it guards is replaced whole, never left half-done.
fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a thread's transactions are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Write,
    Read,
}

impl Way {
    fn begin(self, db: &mut Db) -> Result<(), Error> {
        match self {
            Self::Write => begin_write(db),
            Self::Read => begin_read(db),
        }
    }
}

/// One thread with its own connection and vault.
struct Worker {
    name: &'static str,
    line: Option<Db>,
    rows: Location,
    vault: Vault,
}

impl Worker {
    /// Serves the queue until the store is stopped and nothing waits.
    fn serve(mut self, queue: &Mutex<mpsc::Receiver<Job>>, group: usize, way: Way) {
        let mut jobs = Vec::new();
        let mut last = 0;
        while take(queue, &mut jobs, group, last) {
            last = jobs.len();
            self.vault.refresh();
            self.run_group(&mut jobs, way);
        }
    }

    fn run_group(&mut self, jobs: &mut Vec<Job>, way: Way) {
        let Some(mut db) = self.begun(way) else {
            // Nothing ran. The senders are dropped with the jobs, and whoever asked reads "unavailable".
            jobs.clear();
            return;
        };
        let single = jobs.len() == 1;
        let mut answers: Vec<(bool, Answer)> = Vec::with_capacity(jobs.len());
        let mut outcome = Ok(());
        for job in jobs.drain(..) {
            // A job whose transaction is gone must not run: outside of one, each of its statements would be kept.
            if outcome.is_err() {
                break;
            }
            let (answer, state) = run_job(&mut db, &mut self.vault, job, single, way);
            answers.push(answer);
            outcome = state;
        }
        let keep = answers.iter().any(|(keep, _)| *keep);
        let ended = match (&outcome, keep) {
            (Ok(()), true) => commit(&mut db),
            _ => run(&mut db, "ROLLBACK"),
        };
        let outcome = outcome.and(ended);
        if outcome.is_ok() || survives_failure(&db) {
            self.line = Some(db);
        }
        if let Err(error) = outcome {
            tracing::error!(thread = self.name, %error, jobs = answers.len(), "a transaction was lost");
        }
        for (_, answer) in answers {
            answer(outcome.map_err(|_| Error::Unavailable));
        }
    }

    /// A connection with a transaction begun on it. One that went down while nothing was done on it, because the
    /// database was restarted, is replaced; nobody need hear of that.
    fn begun(&mut self, way: Way) -> Option<Db> {
        if let Some(mut db) = self.line.take() {
            if way.begin(&mut db).is_ok() {
                return Some(db);
            }
            // A transaction that a failure left open would make every later one fail.
            if survives_failure(&db) && run(&mut db, "ROLLBACK").is_ok() && way.begin(&mut db).is_ok() {
                return Some(db);
            }
        }
        let mut db =
            self.rows.connect().map_err(|_| tracing::error!(thread = self.name, "no connection")).ok()?;
        way.begin(&mut db).ok()?;
        Some(db)
    }
}

/// Takes the next group of jobs, of which the one before had `last`; false where there will be none.
fn take(queue: &Mutex<mpsc::Receiver<Job>>, jobs: &mut Vec<Job>, group: usize, last: usize) -> bool {
    let mut queue = lock(queue);
    let Some(job) = queue.blocking_recv() else { return false };
    jobs.push(job);
    if last >= BUSY_JOBS && !queue.is_empty() && queue.len() < group {
        std::thread::sleep(GATHER_PERIOD);
    }
    while jobs.len() < group {
        match queue.try_recv() {
            Ok(job) => jobs.push(job),
            Err(_) => break,
        }
    }
    true
}

/// Runs one job; beside its answer comes whether the transaction around it still stands. A job that is alone needs no
/// savepoint of its own.
fn run_job(db: &mut Db, vault: &mut Vault, job: Job, single: bool, way: Way) -> ((bool, Answer), Outcome) {
    if !single && let Err(error) = run_kept(db, "SAVEPOINT job") {
        // The job is dropped unheard, and its asker reads "unavailable".
        return ((false, Box::new(drop)), Err(error));
    }
    let (keep, answer) = job(&mut Tx::new(db, vault, way == Way::Write));
    // On a full disk SQLite rolls back everything by itself: the savepoint is gone then, and this fails.
    let state = match (single, keep) {
        (true, _) => Ok(()),
        (false, true) => run_kept(db, "RELEASE job"),
        (false, false) => run(db, "ROLLBACK TO job; RELEASE job"),
    };
    ((keep, answer), state)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job() -> Job {
        Box::new(|_| (false, Box::new(drop)))
    }

    #[test]
    fn a_group_is_what_waits_and_no_more_than_it_may_be() {
        let (sender, receiver) = mpsc::channel(16);
        let queue = Mutex::new(receiver);
        (0..10).for_each(|_| sender.try_send(job()).expect("there is room"));
        let mut jobs = Vec::new();
        for (last, taken) in [(0, 8), (BUSY_JOBS, 2)] {
            assert!(take(&queue, &mut jobs, 8, last));
            assert_eq!(jobs.len(), taken);
            jobs.clear();
        }
        sender.try_send(job()).expect("there is room");
        assert!(take(&queue, &mut jobs, 1, 0), "one that reads");
        drop(sender);
        assert!(!take(&queue, &mut jobs, 8, BUSY_JOBS), "nobody will ask any more");
    }

    #[test]
    fn what_comes_while_a_group_is_gathered_belongs_to_it_or_to_the_next() {
        let (sender, receiver) = mpsc::channel(16);
        let queue = Mutex::new(receiver);
        (0..2).for_each(|_| sender.try_send(job()).expect("there is room"));
        std::thread::scope(|scope| {
            let taking = scope.spawn(|| {
                let mut jobs = Vec::new();
                take(&queue, &mut jobs, 8, BUSY_JOBS);
                jobs.len()
            });
            (0..3).for_each(|_| sender.try_send(job()).expect("there is room"));
            let taken = taking.join().expect("it takes");
            assert_eq!(taken + lock(&queue).len(), 5);
        });
    }
}
