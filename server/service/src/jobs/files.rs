//! The files that wait to be checked for viruses: taken to the scanner once it is back. Deliberately not here: the check
//! of what is uploaded while it is there (`http/api/files.rs`).

use std::sync::Arc;
use std::time::Duration;

use domain::ids::FileId;
use store::Tx;
use tokio::sync::watch;

use super::{AT_ONCE, Jobs};
use crate::acts::{By, Doing, files};
use crate::refused::Refused;
use crate::uploads::scanner::Unchecked;

/// How often the scanner is looked for, and what waits is taken to it.
const LOOK_EVERY: Duration = Duration::from_secs(3);
/// How long at most it is left alone by files to which it gives no answer; doubled each time.
const LEFT_ALONE_MAX: Duration = Duration::from_secs(600);

impl Jobs {
    /// Has files checked until the program stops. Without a scanner nothing is released: what waits goes on waiting.
    pub async fn check_files(self: Arc<Self>, mut stopping: watch::Receiver<bool>) {
        if !self.scanner.is_set() {
            return;
        }
        let mut pause = LOOK_EVERY;
        loop {
            match self.check_waiting().await {
                Ok(true) => pause = LOOK_EVERY,
                Ok(false) => pause = pause.saturating_mul(2).min(LEFT_ALONE_MAX),
                Err(refused) => tracing::error!(%refused, "files that wait could not be checked"),
            }
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = stopping.changed() => return,
            }
        }
    }

    /// Takes all that waits to the scanner, once. Answers whether each file to which it came got an answer.
    async fn check_waiting(&self) -> Result<bool, Refused> {
        if !self.scanner.is_there().await {
            return Ok(true);
        }
        let (mut after, mut all_answered) = (None, true);
        loop {
            let waiting = self.desk.read(move |tx| Ok(store::files::waiting(tx, after, AT_ONCE)?)).await?;
            let Some(last) = waiting.last().copied() else { return Ok(all_answered) };
            after = Some(last);
            for file in waiting {
                match self.check_file(file).await? {
                    Ok(()) => {}
                    Err(Unchecked::Away) => return Ok(true),
                    // One that always breaks the line must not keep the next ones from their turn.
                    Err(Unchecked::NoAnswer) => all_answered = false,
                }
            }
        }
    }

    async fn check_file(&self, file: FileId) -> Result<Result<(), Unchecked>, Refused> {
        let Some(prepared) = self.desk.read(move |tx| files::waiting(tx, file)).await? else {
            return Ok(Ok(()));
        };
        let path = self.config.file_path(file);
        let read = tokio::task::spawn_blocking(move || prepared.open(&std::fs::read(path).ok()?).ok());
        let Some(bytes) = read.await.map_err(|_| Refused::broken("check"))? else {
            tracing::error!(%file, "a file that waits to be checked cannot be read");
            return Ok(Err(Unchecked::NoAnswer));
        };
        let verdict = match self.scanner.check(&bytes).await {
            Ok(verdict) => verdict,
            Err(unchecked) => return Ok(Err(unchecked)),
        };
        let conclude = move |tx: &mut Tx<'_>, doing: &mut Doing| files::conclude(tx, doing, file, verdict);
        self.desk.write(By::House, conclude).await.map(Ok)
    }
}
