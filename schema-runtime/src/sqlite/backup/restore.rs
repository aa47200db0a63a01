//! Bringing a database back to a backup: the state that it has is kept as a backup of its own, and the pages are
//! written by SQLite's backup API in one transaction, so that a process that is killed leaves the one or the other.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::backup::Backup as Pages;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::sqlite::backup::copy::{self, Name};
use crate::sqlite::{Sqlite, history, refusal};
use crate::{Backup, Error, Options, Restored};

impl Sqlite {
    /// Brings a database file back to a backup, such as one that [`Options::backup`] speaks of. The state that the file
    /// has is kept as a backup, too, unless [`Options::backup`] is [`Backup::Never`](crate::Backup::Never); a file that
    /// does not exist is created.
    ///
    /// The backup is checked first. The file is written in one transaction, so that after a crash it is the old or the
    /// new one, and only while no other connection uses it: one that has a database in WAL mode open uses it.
    ///
    /// ```
    /// use schema_runtime::rusqlite::Connection;
    /// use schema_runtime::{Options, Sqlite};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let (path, backup) = (directory.path().join("app.db"), directory.path().join("app.db.backup"));
    /// Connection::open(&path)?.execute_batch("CREATE TABLE notes (text); INSERT INTO notes VALUES ('kept')")?;
    /// std::fs::copy(&path, &backup)?;
    /// Connection::open(&path)?.execute_batch("DROP TABLE notes")?;
    ///
    /// let restored = Sqlite::restore(&backup, &path, Options::new())?;
    /// assert!(restored.previous.is_some_and(|path| path.exists()));
    /// let text: String = Connection::open(&path)?.query_row("SELECT text FROM notes", [], |row| row.get(0))?;
    /// assert_eq!(text, "kept");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the backup is none, when the database is in use or cannot be written, or when its present state cannot be
    /// kept. The database is then as it was.
    pub fn restore(
        backup: impl AsRef<Path>,
        database: impl AsRef<Path>,
        options: Options<'_>,
    ) -> Result<Restored, Error> {
        restore(backup.as_ref(), database.as_ref(), &options)
    }
}

fn restore(backup: &Path, database: &Path, options: &Options<'_>) -> Result<Restored, Error> {
    let start = Instant::now();
    let source = sound(backup)?;
    let is_itself = fs::canonicalize(backup).ok().zip(fs::canonicalize(database).ok()).is_some_and(|(a, b)| a == b);
    if is_itself {
        return Err(refusal::is_itself(backup));
    }
    let previous = if database.exists() {
        over(&source, database, options)?
    } else {
        create(&source, backup, database)?;
        None
    };
    Ok(Restored { database: database.to_owned(), previous, duration: start.elapsed() })
}

/// Opens a backup, if it is whole.
fn sound(backup: &Path) -> Result<Connection, Error> {
    let length = fs::metadata(backup).map_err(|error| refusal::no_such_backup(backup, error))?.len();
    if length == 0 {
        return Err(refusal::not_a_backup(backup, "it is empty"));
    }
    let refused = |error: rusqlite::Error| refusal::not_a_backup(backup, &error.to_string());
    match copy::damage(backup) {
        Ok(None) => copy::reader(backup).map_err(refused),
        Ok(Some(damage)) => Err(refusal::not_a_backup(backup, &damage)),
        Err(error) => Err(refused(error)),
    }
}

/// Writes a database that is there.
fn over(source: &Connection, database: &Path, options: &Options<'_>) -> Result<Option<PathBuf>, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let told = |error| refusal::not_restored(database, error);
    let mut target = Connection::open_with_flags(database, flags).map_err(told)?;
    lock(&target, options.busy_timeout.unwrap_or(Duration::from_secs(5))).map_err(told)?;
    let previous = if options.backup == Backup::Never { None } else { Some(keep(&target, database, options)?) };
    let restored = disguise(source, &target)
        .and_then(|()| copy::step(&Pages::new(source, &mut target)?))
        .and_then(|()| target.execute_batch("PRAGMA locking_mode = NORMAL; SELECT count(*) FROM sqlite_schema"));
    restored.map_err(told)?;
    // What is written is written; a log that cannot be folded into the file now will be by the next who opens it.
    drop(target.close());
    Ok(previous)
}

/// Keeps everybody else out, also between transactions: the backup API wants to begin its own.
fn lock(target: &Connection, patience: Duration) -> rusqlite::Result<()> {
    target.busy_timeout(patience)?;
    target.execute_batch("PRAGMA locking_mode = EXCLUSIVE")?;
    let start = Instant::now();
    loop {
        match target.execute_batch("BEGIN EXCLUSIVE; COMMIT") {
            // Where there is a log, SQLite does not wait for the others to close the file.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && start.elapsed() < patience => {
                std::thread::sleep(Duration::from_millis(20));
            }
            other => return other,
        }
    }
}

/// Keeps the state that is there, whatever it is.
fn keep(target: &Connection, database: &Path, options: &Options<'_>) -> Result<PathBuf, Error> {
    let directory = options.backup_directory.as_deref().unwrap_or_else(|| copy::directory_of(database));
    let name = Name { directory, purpose: "before-restore" };
    copy::of(target, database, &name, false)
        .map(|copy| copy.path.strip_prefix(".").map(Path::to_owned).unwrap_or(copy.path))
        .map_err(|trouble| refusal::no_backup("restoring", &[], directory, trouble))
}

/// The schema cookie goes on counting in the database. If by chance it came to what the history of the backup notes,
/// a schema would pass for proved that is not.
fn disguise(source: &Connection, target: &Connection) -> rusqlite::Result<()> {
    let next = history::cookie(target)?.wrapping_add(1);
    let noted = "SELECT schema_cookie FROM driftless_migrations ORDER BY position DESC LIMIT 1";
    let noted: Option<i64> = source.query_row(noted, [], |row| row.get(0)).ok();
    if noted == Some(next) { target.execute_batch(&format!("PRAGMA schema_version = {next}")) } else { Ok(()) }
}

/// Makes the database of a backup, where there is none.
fn create(source: &Connection, backup: &Path, database: &Path) -> Result<(), Error> {
    for log in ["-wal", "-journal"] {
        let mut path = database.as_os_str().to_owned();
        path.push(log);
        if Path::new(&path).exists() {
            return Err(refusal::log_of_another(database, Path::new(&path)));
        }
    }
    copy::into(source, backup, database).map_err(|trouble| refusal::not_created(database, trouble))
}
