//! The only file that names a backend besides `db`: what the two databases say differently, and the macro for the few
//! queries that the shared connection cannot express. Deliberately not here: any query of a noun.

use diesel::RunQueryDsl as _;
use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use crate::db::Db;
use crate::error::{Error, OpenError, Result};
use crate::kept::Kept;

const POSTGRES: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
const SQLITE: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

/// The number of the advisory lock under which migrations run ("conc" in ASCII).
const MIGRATION_LOCK: i64 = 0x636F_6E63;

/// Runs the same body on whichever connection it is: for `on_conflict` and the like, which do not compile on the enum, and
/// for what runs with every word that is said, of which diesel writes the text anew each time on the enum.
macro_rules! on_both {
    ($db:expr, |$connection:ident| $body:expr) => {
        match $db {
            $crate::db::Db::Postgres($connection) => $body,
            $crate::db::Db::Sqlite($connection) => $body,
        }
    };
}
pub(crate) use on_both;

/// Inserts rows: in one statement where a statement is a round trip, one by one where it is a function call.
macro_rules! insert_rows {
    ($db:expr, $table:expr, $rows:expr) => {
        match &mut *$db {
            $crate::db::Db::Postgres(connection) => {
                diesel::insert_into($table).values($rows).execute(connection).map(drop)
            }
            $crate::db::Db::Sqlite(connection) => $rows
                .into_iter()
                .try_for_each(|row| diesel::insert_into($table).values(row).execute(connection).map(drop)),
        }
    };
}
pub(crate) use insert_rows;

/// How a group of jobs is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// One writer, many jobs in one transaction: a sync to disk is what costs.
    Grouped,
    /// Several writers, a transaction a job.
    Single,
}

/// How this database is best written to.
pub fn writing(db: &Db) -> Writing {
    match db {
        Db::Postgres(_) => Writing::Single,
        Db::Sqlite(_) => Writing::Grouped,
    }
}

/// Begins a transaction that will write.
pub fn begin_write(db: &mut Db) -> Result<()> {
    match db {
        Db::Postgres(connection) => connection.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED")?,
        // IMMEDIATE: a transaction that starts by reading could otherwise not become a writer when another wrote.
        Db::Sqlite(connection) => connection.batch_execute("BEGIN IMMEDIATE")?,
    }
    Ok(())
}

/// Begins a transaction that sees one state of the database and can change nothing.
pub fn begin_read(db: &mut Db) -> Result<()> {
    match db {
        Db::Postgres(connection) => {
            connection.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")?;
        }
        Db::Sqlite(connection) => connection.batch_execute("PRAGMA query_only = ON; BEGIN DEFERRED")?,
    }
    Ok(())
}

/// Commits. PostgreSQL answers COMMIT without an error when the transaction was aborted and nothing is kept, which a
/// job that swallowed an error would not notice: any statement before it finds that out, in the same round trip.
pub fn commit(db: &mut Db) -> Result<()> {
    match db {
        Db::Postgres(connection) => connection.batch_execute("SELECT 1; COMMIT")?,
        Db::Sqlite(connection) => connection.batch_execute("COMMIT")?,
    }
    Ok(())
}

/// Waits until no other transaction holds that name, and holds it until this one is over. Where transactions that write
/// come one after the other anyway, there is nothing to wait for.
pub fn hold(db: &mut Db, name: &str) -> Result<()> {
    match db {
        Db::Postgres(connection) => {
            diesel::sql_query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
                .bind::<diesel::sql_types::Text, _>(name)
                .execute(connection)?;
        }
        Db::Sqlite(_) => {}
    }
    Ok(())
}

/// Runs a statement that has no values and reads nothing.
pub fn run(db: &mut Db, sql: &str) -> Result<()> {
    on_both!(db, |connection| connection.batch_execute(sql))?;
    Ok(())
}

/// The same for one that runs for every job of a group: it stays prepared.
pub fn run_kept(db: &mut Db, sql: &'static str) -> Result<()> {
    on_both!(db, |connection| Kept(diesel::sql_query(sql)).execute(connection))?;
    Ok(())
}

/// Whether the connection itself is of use again after a failure: SQLite's is a file handle that outlives anything,
/// PostgreSQL's is a line that may be down.
pub fn survives_failure(db: &Db) -> bool {
    match db {
        Db::Postgres(_) => false,
        Db::Sqlite(_) => true,
    }
}

/// Brings the database up to date under a lock, so that several processes may start at once.
pub fn migrate(db: &mut Db) -> std::result::Result<(), OpenError> {
    let failed = |error: &dyn std::fmt::Display| OpenError::Migration(error.to_string());
    match db {
        Db::Postgres(connection) => {
            connection
                .batch_execute("SET lock_timeout = 0; SET statement_timeout = 0")
                .map_err(|e| failed(&e))?;
            connection
                .batch_execute(&format!("SELECT pg_advisory_lock({MIGRATION_LOCK})"))
                .map_err(|e| failed(&e))?;
            let outcome = migrate_on(connection, POSTGRES);
            let unlock = format!("SELECT pg_advisory_unlock({MIGRATION_LOCK})");
            connection.batch_execute(&unlock).map_err(|e| failed(&e))?;
            outcome
        }
        Db::Sqlite(connection) => connection
            .immediate_transaction(|connection| Ok(migrate_on(connection, SQLITE)))
            .map_err(|error: diesel::result::Error| failed(&error))?,
    }
}

fn migrate_on<C, B>(connection: &mut C, known: EmbeddedMigrations) -> std::result::Result<(), OpenError>
where
    B: diesel::backend::Backend,
    C: MigrationHarness<B>,
    EmbeddedMigrations: MigrationSource<B>,
{
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| OpenError::Migration(error.to_string());
    let ours: Vec<Box<dyn Migration<B>>> = known.migrations().map_err(failed)?;
    for applied in connection.applied_migrations().map_err(failed)? {
        if !ours.iter().any(|migration| migration.name().version() == applied) {
            return Err(OpenError::NewerDatabase { version: applied.to_string() });
        }
    }
    connection.run_pending_migrations(known).map_err(failed)?;
    Ok(())
}

/// Makes the vault's tables. They are no migrations: the vault is a database of its own that is backed up, restored
/// and forgotten apart, and its shape must never change underneath an old backup.
pub fn make_vault(db: &mut Db) -> Result<()> {
    let bytes = match db {
        Db::Postgres(_) => "BYTEA",
        Db::Sqlite(_) => "BLOB",
    };
    run(
        db,
        &format!(
            "CREATE TABLE IF NOT EXISTS wrapped_keys (dispute TEXT NOT NULL, kind TEXT NOT NULL, \
             wrapped {bytes} NOT NULL, PRIMARY KEY (dispute, kind)); \
             CREATE TABLE IF NOT EXISTS erasures (dispute TEXT NOT NULL, kind TEXT NOT NULL, at BIGINT NOT NULL, \
             PRIMARY KEY (dispute, kind));"
        ),
    )
}

/// Drives what was deleted in the vault out of the files as far as the database can: SQLite has overwritten the page
/// and now drops the write-ahead log that still holds the old one; PostgreSQL frees the dead row for reuse.
///
/// # Errors
/// `Busy` where somebody reads for so long that the log cannot be dropped yet: to be done again.
pub fn scour_vault(db: &mut Db) -> Result<()> {
    #[derive(diesel::QueryableByName)]
    struct Checkpoint {
        #[diesel(sql_type = diesel::sql_types::Integer)]
        busy: i32,
    }
    match db {
        Db::Postgres(connection) => connection.batch_execute("VACUUM wrapped_keys")?,
        Db::Sqlite(connection) => {
            let done: Checkpoint =
                diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(connection)?;
            if done.busy != 0 {
                return Err(Error::Busy);
            }
        }
    }
    Ok(())
}

/// Deletes so that the deleted bytes are overwritten in the file as well, where the database can: PostgreSQL frees the
/// dead rows for reuse.
pub fn overwriting<T>(db: &mut Db, delete: impl FnOnce(&mut Db) -> Result<T>) -> Result<T> {
    set_overwriting(db, "ON")?;
    let done = delete(db);
    set_overwriting(db, "OFF")?;
    done
}

fn set_overwriting(db: &mut Db, state: &str) -> Result<()> {
    match db {
        Db::Postgres(_) => {}
        Db::Sqlite(connection) => connection.batch_execute(&format!("PRAGMA secure_delete = {state}"))?,
    }
    Ok(())
}

/// A number that changes when another connection has written to the database; nothing where it cannot be told without
/// asking for the rows themselves.
pub fn data_version(db: &mut Db) -> Result<Option<i64>> {
    #[derive(diesel::QueryableByName)]
    struct Version {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        data_version: i64,
    }
    match db {
        Db::Postgres(_) => Ok(None),
        Db::Sqlite(connection) => {
            let version: Version = diesel::sql_query("PRAGMA data_version").get_result(connection)?;
            Ok(Some(version.data_version))
        }
    }
}

/// Writes one state of the whole database into a fresh file.
pub fn copy_into(db: &mut Db, file: &str) -> std::result::Result<(), OpenError> {
    match db {
        Db::Postgres(_) => {
            Err(OpenError::Backup("PostgreSQL is backed up by its own tools (pg_dump)".to_owned()))
        }
        Db::Sqlite(connection) => connection
            .batch_execute(&format!("VACUUM INTO '{}'", file.replace('\'', "''")))
            .map_err(|error| OpenError::Backup(error.to_string())),
    }
}

/// Takes out of a copy what must not outlive the house's own rows in it: answers that were given once, which lie under a
/// key of the house and may hold what somebody wrote, and what is kept for some days of records that were sent. What is left
/// is one file.
pub fn strip_copy(db: &mut Db) -> Result<()> {
    run(
        db,
        "PRAGMA secure_delete = ON; DELETE FROM idempotency; UPDATE outbox SET to_sealed = NULL, body_sealed = NULL WHERE state = 'sent'; PRAGMA wal_checkpoint(TRUNCATE); \
         PRAGMA journal_mode = DELETE;",
    )
}

/// Whether the error says that nothing can be expected of this connection any more.
pub fn is_line_down(error: Error) -> bool {
    matches!(error, Error::Unavailable)
}
