//! What can go wrong with rows. Five answers, so that whoever asks can decide; the database's own words go to the log
//! and no further. Deliberately not here: anything about rules, which `domain` refuses.

use std::fmt;

use diesel::result::{DatabaseErrorKind, Error as DieselError};

/// Why the store did not do what was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Error {
    /// There is no such row, or its key was destroyed.
    NotFound,
    /// Another version was stored meanwhile, or the thing exists already.
    Conflict,
    /// Too much is waiting, or two writers stood in each other's way: to be tried again.
    Busy,
    /// A row is no legal state, or a sealed value does not open: never read as a default.
    Corrupt,
    /// The database did not answer, or could not keep what it was given.
    Unavailable,
}

/// What functions of the store answer.
pub type Result<T> = std::result::Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "there is no such row",
            Self::Conflict => "the row changed meanwhile or exists already",
            Self::Busy => "the store has too much to do",
            Self::Corrupt => "a row holds what no row may hold",
            Self::Unavailable => "the database is away",
        })
    }
}

impl std::error::Error for Error {}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Self::Conflict,
            DieselError::DatabaseError(DatabaseErrorKind::ForeignKeyViolation, _) => Self::NotFound,
            DieselError::DatabaseError(kind, told) => {
                // The message names tables and constraints; the details, which may quote values, are left out.
                tracing::error!(?kind, message = told.message(), "the database refused a statement");
                match kind {
                    DatabaseErrorKind::SerializationFailure => Self::Busy,
                    DatabaseErrorKind::CheckViolation | DatabaseErrorKind::NotNullViolation => Self::Corrupt,
                    _ if told.message().contains("deadlock detected") => Self::Busy,
                    _ if told.message().contains("due to lock timeout") => Self::Busy,
                    _ => Self::Unavailable,
                }
            }
            DieselError::DeserializationError(_) => {
                tracing::error!("a row is no legal state");
                Self::Corrupt
            }
            _ => {
                tracing::error!("a statement could not be run");
                Self::Unavailable
            }
        }
    }
}

/// Why the store could not be opened. The text is for whoever runs the house.
#[derive(Debug)]
pub enum OpenError {
    /// The data folder cannot be made or read.
    Folder(std::io::Error),
    /// No connection to the database.
    Connect(String),
    /// The database was migrated by a newer program; this one must not touch it.
    NewerDatabase {
        /// The first migration that this program does not know.
        version: String,
    },
    /// A migration failed.
    Migration(String),
    /// The wrapping key is not the one that the vault was made with.
    WrongWrappingKey,
    /// The vault could not be read.
    Vault(Error),
    /// A thread could not be started.
    Thread(std::io::Error),
    /// A backup could not be written or read.
    Backup(String),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(error) => write!(f, "the data folder cannot be used: {error}"),
            Self::Connect(error) => write!(f, "no connection to the database: {error}"),
            Self::NewerDatabase { version } => write!(
                f,
                "the database was made by a newer version of Concord (it has migration {version}, which this \
                 program does not know); start that version, or restore an older backup"
            ),
            Self::Migration(error) => write!(f, "the database could not be brought up to date: {error}"),
            Self::WrongWrappingKey => {
                f.write_str("the wrapping key is not the one with which this house's vault was made")
            }
            Self::Vault(error) => write!(f, "the vault cannot be read: {error}"),
            Self::Backup(error) => write!(f, "the backup did not work: {error}"),
            Self::Thread(error) => write!(f, "a thread of the store could not be started: {error}"),
        }
    }
}

impl std::error::Error for OpenError {}
