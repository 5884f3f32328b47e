//! A connection to either database, and how one is made. Deliberately not here: what the two databases say
//! differently, which is `dialect`'s.

use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use crate::error::OpenError;

/// A connection to one of the two databases; queries are written once and run on either.
#[derive(diesel::MultiConnection)]
pub enum Db {
    /// PostgreSQL.
    Postgres(PgConnection),
    /// SQLite.
    Sqlite(SqliteConnection),
}

/// Where a database is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A PostgreSQL URL, and the schema to work in (the default one where none is named).
    Postgres {
        /// `postgres://…`, which may hold a password: never logged.
        url: String,
        /// A schema of our own choosing, never of anybody's input.
        schema: Option<&'static str>,
    },
    /// An SQLite file.
    Sqlite {
        /// The file; made where it is missing.
        file: PathBuf,
        /// Overwrite what is deleted, as the vault needs.
        secure_delete: bool,
    },
}

/// How many pages (of 4 KiB) the write-ahead log holds before they are copied into the file: what is written again and again
/// meanwhile is copied once.
const LOG_PAGES: u32 = 4_000;
/// How often a connection is tried again while another process switches the file to its write-ahead log.
const PRAGMA_TRIES: u32 = 100;

impl Location {
    /// Reads a setting: `postgres://…` and `postgresql://…` are PostgreSQL, anything else is the path of a file.
    pub fn read(setting: &str, schema: Option<&'static str>, secure_delete: bool) -> Self {
        if setting.starts_with("postgres://") || setting.starts_with("postgresql://") {
            return Self::Postgres { url: setting.to_owned(), schema };
        }
        let path = setting.strip_prefix("sqlite://").unwrap_or(setting);
        Self::Sqlite { file: PathBuf::from(path), secure_delete }
    }

    /// A file of one's own.
    pub const fn file(file: PathBuf, secure_delete: bool) -> Self {
        Self::Sqlite { file, secure_delete }
    }

    /// The path, where it is a file.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Postgres { .. } => None,
            Self::Sqlite { file, .. } => Some(file),
        }
    }

    /// Another schema of the same server; nothing where there are no schemas.
    pub fn in_schema(&self, schema: &'static str) -> Option<Self> {
        match self {
            Self::Postgres { url, .. } => Some(Self::Postgres { url: url.clone(), schema: Some(schema) }),
            Self::Sqlite { .. } => None,
        }
    }

    /// Opens a connection. The variant is chosen from the URL, because letting diesel try both hides PostgreSQL's
    /// error and makes a file named after the URL.
    pub fn connect(&self) -> std::result::Result<Db, OpenError> {
        match self {
            Self::Postgres { url, schema } => connect_postgres(url, *schema),
            Self::Sqlite { file, secure_delete } => {
                let path =
                    file.to_str().ok_or_else(|| OpenError::Connect("the path is not UTF-8".to_owned()))?;
                connect_sqlite(path, *secure_delete)
            }
        }
    }
}

fn connect_postgres(url: &str, schema: Option<&str>) -> std::result::Result<Db, OpenError> {
    let url = with_timeout(url);
    // The error of libpq names host and user, never the password.
    let mut connection =
        PgConnection::establish(&url).map_err(|error| OpenError::Connect(error.to_string()))?;
    let mut settings =
        "SET synchronous_commit = on; SET lock_timeout = '10s'; SET statement_timeout = '60s'; \
                        SET idle_in_transaction_session_timeout = '60s'; SET client_min_messages = warning;"
            .to_owned();
    if let Some(schema) = schema {
        settings.push_str(&format!("CREATE SCHEMA IF NOT EXISTS {schema}; SET search_path TO {schema};"));
    }
    connection.batch_execute(&settings).map_err(|error| OpenError::Connect(error.to_string()))?;
    Ok(Db::Postgres(connection))
}

/// A server that does not answer must not hold a writer for the minutes that TCP would wait.
fn with_timeout(url: &str) -> String {
    let mark = if url.contains('?') { '&' } else { '?' };
    if url.contains("connect_timeout=") { url.to_owned() } else { format!("{url}{mark}connect_timeout=5") }
}

fn connect_sqlite(path: &str, secure_delete: bool) -> std::result::Result<Db, OpenError> {
    let mut connection =
        SqliteConnection::establish(path).map_err(|error| OpenError::Connect(error.to_string()))?;
    let mut settings = format!(
        "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA wal_autocheckpoint = {LOG_PAGES}; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
    );
    if secure_delete {
        settings.push_str("PRAGMA secure_delete = ON;");
    }
    // Switching to the write-ahead log does not wait for the busy timeout when another process has the lock.
    let mut tries = 0;
    loop {
        match connection.batch_execute(&settings) {
            Ok(()) => return Ok(Db::Sqlite(connection)),
            Err(error) if tries >= PRAGMA_TRIES => return Err(OpenError::Connect(error.to_string())),
            Err(_) => {
                tries += 1;
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }
}
