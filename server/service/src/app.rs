//! The house as a whole: opened from its settings, served on its address, stopped within ten seconds. Deliberately not
//! here: the command line, and every route.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpServer, web};
use store::{OpenError, Settings, Store};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tokio_util::task::TaskTracker;

use crate::calls::candidate::Reach;
use crate::clock::Clock;
use crate::config::Config;
use crate::desk::Desk;
use crate::gate::Gate;
use crate::http::{metrics, server, socket};
use crate::jobs::Jobs;
use crate::keys::{Keys, KeysError};
use crate::limits::Limits;
use crate::live::Rooms;
use crate::mail::dkim::Signer;
use crate::mail::{Transport, Worker};
use crate::passwords::Passwords;
use crate::state::AppState;
use crate::time_stamps::Sealer;
use crate::tokens::Tokens;
use crate::uploads::Cleaner;
use crate::uploads::flight::InFlight;
use crate::uploads::scanner::Scanner;

/// How long everything may take at the end that is not stored yet: who stops the program is promised ten seconds.
const STOP_PERIOD: Duration = Duration::from_secs(8);
/// How many strangers may have a file verified at once: each may send 25 MB.
const VERIFYING_MAX: usize = 12;
/// How many auditors may have a report made at once.
const REPORTING_MAX: usize = 2;
/// The mode of a folder in which everybody may write, and take away only what is theirs.
const STICKY: u32 = 0o1000;

/// Why the house does not open.
#[derive(Debug)]
pub enum StartError {
    Folder(std::path::PathBuf, io::Error),
    Keys(KeysError),
    Store(OpenError),
    Address(SocketAddr, io::Error),
    /// Another `serve` has the folder.
    Taken(std::path::PathBuf),
    Mail(String),
    Machine(String),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(path, error) => {
                write!(
                    f,
                    "the data folder {} cannot be written to: {error}; choose another with --data",
                    path.display()
                )
            }
            Self::Keys(error) => error.fmt(f),
            Self::Store(error) => error.fmt(f),
            Self::Taken(path) => {
                write!(
                    f,
                    "another concord serves the data folder {}, or works on it; stop it first, or choose another with --data",
                    path.display()
                )
            }
            Self::Address(listen, error) if error.kind() == io::ErrorKind::AddrInUse => {
                write!(
                    f,
                    "{listen} is taken by another program; choose another address with --listen, such as 127.0.0.1:0"
                )
            }
            Self::Address(listen, error) => write!(f, "{listen} cannot be listened on: {error}"),
            Self::Mail(reason) | Self::Machine(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for StartError {}

/// What the tasks of the house need beside what handlers see.
pub struct House {
    pub state: AppState,
    stop: watch::Sender<bool>,
    mail: Arc<Notify>,
}

impl House {
    /// Opens keys and store, without serving anything: enough for the command line.
    ///
    /// # Errors
    /// What cannot be opened.
    pub async fn open(config: Config) -> Result<Self, StartError> {
        let clock = Clock::new();
        let now = clock.now();
        let opened = tokio::task::spawn_blocking(move || {
            make_private(&config.data, &config.files_folder())
                .map_err(|error| StartError::Folder(config.data.clone(), error))?;
            let (house, ledger) = (&config.institution.name, config.ledger_origin());
            let folder = config.keys_folder();
            let token = config.seal_token.as_ref();
            let mut keys = Keys::open(&folder, house, &ledger, token, now).map_err(StartError::Keys)?;
            if let Some(stamps) = &config.time_stamps {
                keys.publish_authorities(&folder, &stamps.trusted).map_err(StartError::Keys)?;
            }
            let store = Store::open(&settings_of(&config, &keys)).map_err(StartError::Store)?;
            Ok((config, keys, store))
        });
        let opened =
            opened.await.map_err(|_| StartError::Machine("the store could not be opened".to_owned()))?;
        let (config, keys, store) = opened?;
        let passwords = Passwords::new();
        let (config, mail) = (Arc::new(config), Arc::new(Notify::new()));
        let (stop, stopping) = watch::channel(false);
        let desk = Desk::new(store.clone(), clock.clone(), Arc::clone(&config), Arc::clone(&mail));
        let limits = Arc::new(Limits::new(config.limits));
        let runtime = tokio::runtime::Handle::current();
        let rooms = Rooms::start(
            desk.clone(),
            clock.clone(),
            &runtime,
            socket::protocol::encode,
            config.calls.as_ref().map(Reach::from).unwrap_or_default(),
            limits.sockets_max(),
        );
        let scanner = Scanner::new(config.clamd.clone());
        let keys = Arc::new(keys);
        let sealer = Sealer::new(Arc::clone(&keys), config.time_stamps.clone(), runtime.clone());
        let state = AppState {
            sealer: Arc::new(sealer),
            is_demo: config.is_demo,
            desk,
            rooms,
            tokens: Arc::new(Tokens::new(keys.token.clone(), config.public_url.as_str())),
            limits,
            keys,
            runtime,
            store,
            config,
            passwords,
            tally: Arc::default(),
            connections: TaskTracker::new(),
            cleaner: Cleaner::default(),
            scanner,
            in_flight: InFlight::default(),
            verifying: Gate::new(VERIFYING_MAX),
            reporting: Gate::new(REPORTING_MAX),
            clock,
            stopping,
        };
        Ok(Self { state, stop, mail })
    }

    /// Closes the store: everything acknowledged is on disk already.
    pub async fn close(self) {
        self.state.store.stop().await;
    }
}

/// Where everything of this house is kept.
pub fn settings_of(config: &Config, keys: &Keys) -> Settings {
    let mut settings = Settings::in_folder(&config.data, keys.wrapping.clone());
    settings.database_url = config.database_url.as_ref().map(|url| url.reveal().to_owned());
    settings.vault_url = config.vault_url.as_ref().map(|url| url.reveal().to_owned());
    settings
}

/// A token that refuses the PIN, or that holds another key, is found out while somebody looks. One that is away does not close
/// the house: it would be open as well, had the token gone a moment later.
async fn try_seal(state: &AppState) -> Result<(), StartError> {
    let (keys, folder) = (Arc::clone(&state.keys), state.config.keys_folder());
    let tried = tokio::task::spawn_blocking(move || keys.try_seal(&folder)).await;
    let tried = tried.map_err(|_| StartError::Machine("the seal key could not be tried out".to_owned()))?;
    match tried {
        Err(KeysError::Token(reason)) if reason.may_pass() => {
            tracing::error!(%reason, "NOTHING CAN BE SEALED NOW: the house is open, and tries again when something is to be sealed");
            Ok(())
        }
        tried => tried.map_err(StartError::Keys),
    }
}

/// What has to be so before anything is served.
async fn put_in_order(state: &AppState, is_alone: bool) -> Result<(), StartError> {
    if is_alone {
        let freed = state.store.write(|tx: &mut store::Tx<'_>| store::outbox::free_all(tx)).await;
        freed.map_err(|_| StartError::Machine("the outbox could not be opened".to_owned()))?;
    }
    let placed = state.store.write(|tx: &mut store::Tx<'_>| store::files::place_older(tx)).await;
    placed.map_err(|_| StartError::Machine("the files could not be looked through".to_owned()))?;
    forget_again(state).await.map(drop)
}

/// Makes rows that were put back forget what the house had destroyed; before anything is served.
///
/// # Errors
/// Where the store fails.
pub async fn forget_again(state: &AppState) -> Result<usize, StartError> {
    let gone = state.store.write(|tx: &mut store::Tx<'_>| store::erasure::replay(tx)).await;
    let gone =
        gone.map_err(|_| StartError::Machine("what was destroyed could not be looked for".to_owned()))?;
    for file in &gone {
        // Their key is gone: what a failure leaves on the disk opens for nobody.
        let _ = std::fs::remove_file(state.config.file_path(*file));
    }
    Ok(gone.len())
}

/// Makes the data folder and the one of the files, for their owner alone whatever they were before, and finds out
/// whether they take files. Both are on the disk before anything in them is acknowledged.
fn make_private(data: &Path, files: &Path) -> io::Result<()> {
    for folder in [data, files] {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mode = std::fs::metadata(folder)?.permissions().mode();
        // A folder like /tmp belongs to everybody: it must not be taken from them.
        if mode & STICKY != 0 {
            return Err(io::Error::other("it is shared by everybody on this machine"));
        }
        if mode & 0o077 != 0 {
            std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))?;
        }
    }
    let probe = data.join(format!(".writable-{}", std::process::id()));
    std::fs::write(&probe, b"")?;
    std::fs::remove_file(&probe)?;
    for folder in [files, data] {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// Takes the folder for this program alone, as long as the file is held.
///
/// # Errors
/// `Taken` where another program has it; `Folder` where it cannot be made.
pub fn lock(folder: &Path) -> Result<std::fs::File, StartError> {
    lock_by(folder, std::fs::File::try_lock)
}

/// Takes it for a house that serves: alone, where the database lies in the folder; beside others that serve, where it does
/// not. Those that change its keys, or put a backup back, want it for themselves.
fn lock_to_serve(config: &Config) -> Result<std::fs::File, StartError> {
    let is_alone = config.database_url.is_none();
    let take = if is_alone { std::fs::File::try_lock } else { std::fs::File::try_lock_shared };
    lock_by(&config.data, take)
}

fn lock_by(
    folder: &Path,
    take: fn(&std::fs::File) -> Result<(), std::fs::TryLockError>,
) -> Result<std::fs::File, StartError> {
    let failed = |error| StartError::Folder(folder.to_owned(), error);
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(failed)?;
    let file = std::fs::File::create(folder.join("serve.lock")).map_err(failed)?;
    match take(&file) {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(StartError::Taken(folder.to_owned())),
        Err(std::fs::TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// A house that serves.
pub struct Running {
    /// The address that was really bound.
    pub addr: SocketAddr,
    pub state: AppState,
    /// Keeps others from serving the same folder, or from changing its keys meanwhile; the system lets go of it however this program ends.
    _lock: std::fs::File,
    stop: watch::Sender<bool>,
    server: ServerHandle,
    metrics: Option<ServerHandle>,
    tasks: Vec<JoinHandle<()>>,
}

/// Opens the house and serves it.
///
/// # Errors
/// What cannot be opened.
pub async fn start(mut config: Config) -> Result<Running, StartError> {
    let failed = |listen| move |error| StartError::Address(listen, error);
    let listener = TcpListener::bind(config.listen).map_err(failed(config.listen))?;
    let addr = listener.local_addr().map_err(failed(config.listen))?;
    config.listens_on(addr);
    let transport = Transport::new(&config).map_err(StartError::Mail)?;
    // Before the store is opened: two that serve one file would each think that they alone speak to its rooms.
    let (lock, is_alone) = (lock_to_serve(&config)?, config.database_url.is_none());
    let House { state, stop, mail } = House::open(config).await?;
    try_seal(&state).await?;
    put_in_order(&state, is_alone).await?;
    let signer = Signer::open(&state.config).map_err(StartError::Keys)?;
    let mut tasks = Vec::new();
    let worker = Worker {
        store: state.store.clone(),
        clock: state.clock.clone(),
        config: Arc::clone(&state.config),
        transport: Arc::new(transport),
        signer: signer.map(Arc::new),
        wake: mail,
    };
    tasks.push(tokio::spawn(worker.run(state.stopping.clone())));
    let jobs = Arc::new(Jobs {
        desk: state.desk.clone(),
        clock: state.clock.clone(),
        config: Arc::clone(&state.config),
        keys: Arc::clone(&state.keys),
        scanner: state.scanner.clone(),
        sealer: Arc::clone(&state.sealer),
        kept: settings_of(&state.config, &state.keys),
        failing: std::sync::Mutex::default(),
    });
    // What became due while the house stood still, or in rows that were put back, is gone before anything is served.
    jobs.erase_all().await;
    // Before anything is served: the head of the ledger is there to be read, and tells of the keys that are in use. A
    // ledger that is damaged gets no new head, and closes the house to nobody.
    if let Err(refused) = jobs.tend_ledger().await {
        tracing::error!(%refused, "THE LEDGER IS DAMAGED OR AWAY: no new head is signed (`concord ledger check` says where)");
    }
    tasks.extend(begin(&jobs, &state.stopping));
    let shared = web::Data::new(state.clone());
    let metrics = serve_metrics(&shared, &mut tasks)?;
    let server = server::serve(listener, shared).map_err(failed(addr))?;
    let handle = server.handle();
    tasks.push(tokio::spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(%error, "the server ended");
        }
    }));
    Ok(Running { addr, state, _lock: lock, stop, server: handle, metrics, tasks })
}

/// What happens because time passes, until the program stops.
fn begin(jobs: &Arc<Jobs>, stopping: &watch::Receiver<bool>) -> [JoinHandle<()>; 4] {
    let (jobs, until) = (|| Arc::clone(jobs), || stopping.clone());
    [
        tokio::spawn(jobs().keep_ledger(until())),
        tokio::spawn(jobs().pass_deadlines(until())),
        tokio::spawn(jobs().check_files(until())),
        tokio::spawn(jobs().sweep(until())),
    ]
}

/// Serves the figures on their own port, where one is set: a name of this house leads to the other port alone.
fn serve_metrics(
    shared: &web::Data<AppState>,
    tasks: &mut Vec<JoinHandle<()>>,
) -> Result<Option<ServerHandle>, StartError> {
    let Some(listen) = shared.config.metrics_listen else { return Ok(None) };
    let shared = shared.clone();
    let server = HttpServer::new(move || App::new().app_data(shared.clone()).configure(metrics::configure))
        .workers(1)
        .disable_signals()
        .bind(listen)
        .map_err(|error| StartError::Address(listen, error))?
        .run();
    let handle = server.handle();
    tasks.push(tokio::spawn(async move {
        if let Err(error) = server.await {
            tracing::error!(%error, "the server of the figures ended");
        }
    }));
    Ok(Some(handle))
}

impl Running {
    /// Stops: sockets say goodbye, requests under way are answered, what was claimed is sent, the store is closed.
    pub async fn stop(self) {
        let until = Instant::now() + STOP_PERIOD;
        // Nobody listens where everything has ended already.
        let _ = self.stop.send(true);
        self.server.stop(true).await;
        if let Some(metrics) = self.metrics {
            metrics.stop(false).await;
        }
        self.state.connections.close();
        if timeout_at(until, self.state.connections.wait()).await.is_err() {
            tracing::warn!("some lines to rooms did not end in time");
        }
        for task in self.tasks {
            let abort = task.abort_handle();
            if timeout_at(until, task).await.is_err() {
                tracing::warn!("a task did not end in time");
                abort.abort();
            }
        }
        self.state.store.stop().await;
    }
}

#[cfg(test)]
mod tests;
