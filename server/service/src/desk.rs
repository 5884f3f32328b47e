//! The one door for every act: it opens the transaction, answers a repeated request with the first answer, appends to
//! the audit trail, and after the commit wakes the mail worker and tells the live rooms. Form, API and socket all come
//! through here. Deliberately not here: what acts do.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::ids::AccountId;
use serde::Serialize;
use serde::de::DeserializeOwned;
use store::idempotency::{self, Found};
use store::{Store, Tx};
use tokio::sync::{Notify, broadcast};

use crate::acts::doing::Afterwards;
use crate::acts::{By, Doing};
use crate::clock::Clock;
use crate::config::Config;
use crate::published::Published;
use crate::refused::Refused;

/// How many events a listener may lag behind before it has to read the database again.
const NEWS_MAX: usize = 4096;
/// How long a first answer is kept for its repetition.
const ANSWER_PERIOD: Duration = Duration::from_secs(24 * 3600);
/// What the table of first answers calls an answer that an act gave; the status is made from the answer again.
const ANSWERED: u16 = 200;

/// A request as a repetition of it is recognised.
#[derive(Debug, Clone, Default)]
pub struct Once {
    /// The Idempotency-Key, where one was sent.
    pub key: Option<String>,
    /// A keyed digest of method, path and body.
    pub digest: [u8; 32],
}

/// The door. Clones are the same door.
#[derive(Clone)]
pub struct Desk {
    store: Store,
    clock: Clock,
    config: Arc<Config>,
    news: broadcast::Sender<Arc<Published>>,
    mail: Arc<Notify>,
    ledger: Arc<Notify>,
}

impl Desk {
    pub fn new(store: Store, clock: Clock, config: Arc<Config>, mail: Arc<Notify>) -> Self {
        let (news, _) = broadcast::channel(NEWS_MAX);
        Self { store, clock, config, news, mail, ledger: Arc::default() }
    }

    /// What is committed from now on. Who lags behind is told so, and reads the database again.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Published>> {
        self.news.subscribe()
    }

    /// Resolves once something was entered into the ledger that is not to wait for its next head.
    pub async fn head_waits(&self) {
        self.ledger.notified().await;
    }

    /// Does one act: all of it, or nothing.
    ///
    /// # Errors
    /// What the act refused, and the store's.
    pub async fn write<T: Send + 'static>(
        &self,
        by: By,
        act: impl FnOnce(&mut Tx<'_>, &mut Doing) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let desk = self.clone();
        // On a task of its own: a client that hangs up after the commit must not keep the rooms from hearing of it.
        let done = tokio::spawn(async move {
            let mut doing = Doing::new(desk.clock.now(), by, Arc::clone(&desk.config));
            let job = move |tx: &mut Tx<'_>| {
                let value = act(tx, &mut doing)?;
                for trace in doing.take_traces() {
                    store::audit::append(tx, &trace)?;
                }
                Ok::<_, Refused>((value, doing.afterwards()))
            };
            let (value, afterwards) = desk.store.write(job).await?;
            desk.tell(afterwards);
            Ok(value)
        });
        done.await.unwrap_or_else(|_| Err(Refused::broken("desk")))
    }

    /// Does one act once: the same person, key and request get the first answer again, and nothing happens twice.
    ///
    /// # Errors
    /// What the act refused, the store's, and 422 where the key was used for another request.
    pub async fn write_once<T: Serialize + DeserializeOwned + Send + 'static>(
        &self,
        by: By,
        once: Once,
        act: impl FnOnce(&mut Tx<'_>, &mut Doing) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        let (Some(key), Some(account)) = (once.key, by.account()) else { return self.write(by, act).await };
        let (again, digest) = (key.clone(), once.digest);
        let job = move |tx: &mut Tx<'_>, doing: &mut Doing| {
            first_answer(tx, doing, account, &key, &once.digest, act)
        };
        match self.write(by, job).await {
            // Of two equal requests at once, one does the act: the other one was refused because it is done, and its
            // answer is the first one's.
            Err(refused @ (Refused::Conflict { .. } | Refused::Rule { .. })) => {
                let now = self.clock.now();
                let found =
                    self.read(move |tx| Ok(idempotency::find(tx, account, &again, &digest, now)?)).await?;
                given_before(found).unwrap_or(Err(refused))
            }
            done => done,
        }
    }

    /// The first answer to a request that was answered under its key: for what asks for rules and a proof before the act
    /// itself, which a repetition would not pass any more.
    ///
    /// # Errors
    /// The store's, and 422 where the key was used for another request.
    pub async fn answered<T: DeserializeOwned + Send + 'static>(
        &self,
        by: By,
        once: &Once,
    ) -> Result<Option<T>, Refused> {
        let (Some(key), Some(account)) = (once.key.clone(), by.account()) else { return Ok(None) };
        let (digest, now) = (once.digest, self.clock.now());
        self.read(move |tx| given_before(idempotency::find(tx, account, &key, &digest, now)?).transpose())
            .await
    }

    /// Reads, on a snapshot.
    ///
    /// # Errors
    /// What `look` refused, and the store's.
    pub async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&mut Tx<'_>) -> Result<T, Refused> + Send + 'static,
    ) -> Result<T, Refused> {
        self.store.read(look).await
    }

    fn tell(&self, afterwards: Afterwards) {
        if afterwards.mail_waits {
            self.mail.notify_one();
        }
        if afterwards.head_waits {
            self.ledger.notify_one();
        }
        let gone = afterwards.gone.into_iter().map(|file| self.config.file_path(file)).collect();
        delete_files(gone);
        for published in afterwards.published {
            // Nobody listens where no room is open.
            let _ = self.news.send(Arc::new(published));
        }
    }
}

/// Deletes the bytes of files that are gone. Their key is gone already: what a failure leaves opens for nobody.
fn delete_files(paths: Vec<PathBuf>) {
    if paths.is_empty() {
        return;
    }
    drop(tokio::task::spawn_blocking(move || {
        for path in paths {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    tracing::warn!(path = %path.display(), %error, "a deleted file is still on the disk");
                }
                _ => {}
            }
        }
    }));
}

fn first_answer<T: Serialize + DeserializeOwned>(
    tx: &mut Tx<'_>,
    doing: &mut Doing,
    account: AccountId,
    key: &str,
    digest: &[u8; 32],
    act: impl FnOnce(&mut Tx<'_>, &mut Doing) -> Result<T, Refused>,
) -> Result<T, Refused> {
    if let Some(answer) = given_before(idempotency::find(tx, account, key, digest, doing.now)?) {
        return answer;
    }
    let value = act(tx, doing)?;
    let body = serde_json::to_vec(&value).map_err(|_| Refused::broken("answer is not JSON"))?;
    let until = doing.now.plus(ANSWER_PERIOD);
    idempotency::keep(tx, account, key, digest, ANSWERED, &body, doing.now, until)?;
    Ok(value)
}

/// The answer that a key has already; nothing where it is new.
fn given_before<T: DeserializeOwned>(found: Found) -> Option<Result<T, Refused>> {
    match found {
        Found::New => None,
        Found::Different => Some(Err(Refused::field("Idempotency-Key", "used-for-another-request"))),
        Found::Same { body, .. } => {
            let read = serde_json::from_slice(&body);
            Some(read.map_err(|_| Refused::broken("first answer is not readable")))
        }
    }
}
