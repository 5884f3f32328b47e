//! Uploads that nobody completed in their day, and pieces on the disk that no upload names.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use domain::ids::UploadId;
use domain::time::Moment;
use store::Tx;

use super::Jobs;
use crate::acts::uploads::LASTS;
use crate::acts::{By, Doing};
use crate::refused::Refused;

impl Jobs {
    /// Forgets what was not completed in its time, and deletes the pieces that nothing names. A row is there before its
    /// first piece, and what completes an upload has read its pieces before the row goes.
    pub(super) async fn sweep_uploads(&self, now: Moment) -> Result<(), Refused> {
        let before = now.minus(LASTS);
        let forget = move |tx: &mut Tx<'_>, _: &mut Doing| Ok(store::uploads::sweep(tx, before).map(drop)?);
        self.desk.write(By::House, forget).await?;
        let folder = self.config.pieces_folder();
        let found = tokio::task::spawn_blocking(move || pieces(&folder)).await;
        let found = found.map_err(|_| Refused::broken("sweep"))?.map_err(|error| {
            tracing::error!(%error, "the pieces of uploads cannot be listed");
            Refused::Broken
        })?;
        let ids: BTreeSet<UploadId> = found.iter().map(|(id, _)| *id).collect();
        let ids: Vec<UploadId> = ids.into_iter().collect();
        let unknown = self.desk.read(move |tx| Ok(store::uploads::unknown(tx, ids)?)).await?;
        let paths = found.into_iter().filter(|(id, _)| unknown.contains(id)).map(|(_, path)| path);
        delete(paths.collect()).await;
        Ok(())
    }
}

/// The pieces on the disk.
fn pieces(folder: &Path) -> io::Result<Vec<(UploadId, PathBuf)>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        // Nobody has uploaded anything in pieces yet.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let id = name.to_str().and_then(|name| name.split_once('.')).and_then(|(id, _)| id.parse().ok());
        if let Some(id) = id {
            found.push((id, entry.path()));
        }
    }
    Ok(found)
}

async fn delete(paths: Vec<PathBuf>) {
    let deleted = tokio::task::spawn_blocking(move || {
        for path in paths {
            match std::fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    tracing::warn!(path = %path.display(), %error, "a piece of an upload is still on the disk");
                }
                _ => {}
            }
        }
    });
    if deleted.await.is_err() {
        tracing::error!("the pieces of uploads could not be deleted");
    }
}
