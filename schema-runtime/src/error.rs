//! The one error type of the runtime.

use std::error::Error as StdError;
use std::fmt;

use schema_core::Place;

use crate::Offenders;

/// What kept a database from being migrated, planned for or read.
///
/// It is one opaque, word-sized type, so that it can grow without breaking anybody; [`Error::kind`]
/// tells the cases apart. Its text is complete: the fact in the first line, then what is known, what
/// happened to the database, and the command or the edit that mends it.
///
/// ```
/// use schema_runtime::{Error, Kind};
///
/// fn advise(error: &Error) -> &'static str {
///     match error.kind() {
///         Kind::Busy => "try again",
///         Kind::Newer => "deploy the newer release",
///         _ => "read the message",
///     }
/// }
/// assert_eq!(size_of::<Error>(), size_of::<usize>());
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    kind: Kind,
    message: String,
    migration: Option<Box<str>>,
    place: Option<Place>,
    sql: Option<Box<str>>,
    source: Option<Box<dyn StdError + Send + Sync>>,
    offenders: Vec<Offenders>,
}

/// What an [`Error`] is about.
///
/// ```
/// # use schema_runtime::{Migration, Sqlite, checksum};
/// # use schema_runtime::rusqlite::Connection;
/// # let migration = |version: &'static str, sql: &'static str| Migration {
/// #     version: version.into(),
/// #     name: "notes".into(),
/// #     file: format!("migrations/{version}_notes.sql").into(),
/// #     sql: sql.into(),
/// #     checksum: checksum(sql).into(),
/// #     no_transaction: false,
/// # };
/// # let app = Sqlite::from_migrations(vec![migration("1", "CREATE TABLE notes (id INTEGER PRIMARY KEY)")])?;
/// use schema_runtime::Kind;
///
/// let mut db = Connection::open_in_memory()?;
/// app.migrate(&mut db)?;
/// let edited = Sqlite::from_migrations(vec![migration("1", "CREATE TABLE notes (id INTEGER)")])?;
/// assert_eq!(edited.migrate(&mut db).unwrap_err().kind(), Kind::Edited);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A migration's file was edited after this database ran it.
    Edited,
    /// A migration that this database ran is not in the program.
    Missing,
    /// A migration of the program comes before one that this database ran already.
    Late,
    /// The program embeds two migrations of one version, or embeds them out of order.
    Duplicate,
    /// A newer release wrote this database.
    Newer,
    /// A statement of a migration failed.
    Failed,
    /// Rows of the database break what a migration adds: a key, NOT NULL, a CHECK, a type. See [`Error::offenders`].
    Offenders,
    /// Another connection holds the database for longer than the busy timeout.
    Busy,
    /// The database cannot be written.
    ReadOnly,
    /// The file is no SQLite database.
    NotADatabase,
    /// The schema of the database is not the one that its history, or any version, leads to.
    Drifted,
    /// A migration ran, but did not lead to the schema that it leads to elsewhere.
    Diverged,
    /// The history table is not one that driftless wrote, or rows of it are gone.
    CorruptHistory,
    /// A row of the history was changed by hand.
    AlteredHistory,
    /// Another tool began a migration on this database and did not finish it.
    Unfinished,
    /// What another tool recorded and the schema of the database, or the records of two tools, contradict each other.
    Contradictory,
    /// A migration leaves rows that refer to nothing.
    ForeignKeys,
    /// The database has no history, and its schema fits several versions that differ in rows only.
    Ambiguous,
    /// The database has tables but no history, and the caller declined to adopt it.
    Unadopted,
    /// The connection is in no state to be migrated: inside a transaction, or with temporary tables that
    /// hide those of the migrations.
    Connection,
    /// The file cannot be opened, read or written.
    Io,
    /// The disk, or the page limit of the database, is full.
    Full,
    /// The database file is damaged.
    Corrupt,
    /// A migration that is to be taken back has no way down.
    Irreversible,
    /// The version to go back to is none that the database has.
    NoSuchVersion,
    /// The backup before a change that loses data cannot be made, or the one to restore is none.
    Backup,
    /// A pending migration is partly there, and something else is in the way of the rest.
    Conflicting,
    /// A migration that is partly there has statements on rows, and nobody said whether they ran.
    UndecidedRows,
    /// Any other complaint of the database.
    Database,
}

impl Error {
    #[cold]
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Error {
        Error(Box::new(Inner {
            kind,
            message: message.into(),
            migration: None,
            place: None,
            sql: None,
            source: None,
            offenders: Vec::new(),
        }))
    }

    pub(crate) fn with_migration(mut self, file: &str) -> Error {
        self.0.migration = Some(file.into());
        self
    }

    pub(crate) fn with_place(mut self, place: Place) -> Error {
        self.0.place = Some(place);
        self
    }

    pub(crate) fn with_statement(mut self, place: Place, sql: &str) -> Error {
        self.0.sql = Some(sql.into());
        self.with_place(place)
    }

    pub(crate) fn with_sql(mut self, sql: &str) -> Error {
        self.0.sql = Some(sql.into());
        self
    }

    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Error {
        self.0.source = Some(Box::new(source));
        self
    }

    pub(crate) fn with_offenders(mut self, offenders: Vec<Offenders>) -> Error {
        self.0.offenders = offenders;
        self
    }

    /// The same error, told as another one.
    pub(crate) fn retold(mut self, other: Error) -> Error {
        self.0.kind = other.0.kind;
        self.0.message = other.0.message;
        self
    }

    pub(crate) fn restate(mut self, words: &str, others: &str) -> Error {
        self.0.message = self.0.message.replacen(words, others, 1);
        self
    }

    /// What it is about.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum};
    /// # use schema_runtime::rusqlite::Connection;
    /// # let migration = |version: &'static str, sql: &'static str| Migration {
    /// #     version: version.into(),
    /// #     name: "notes".into(),
    /// #     file: format!("migrations/{version}_notes.sql").into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # };
    /// use schema_runtime::Kind;
    ///
    /// let older = Sqlite::from_migrations(vec![migration("1", "CREATE TABLE notes (id INTEGER PRIMARY KEY)")])?;
    /// let newer = Sqlite::from_migrations(vec![
    ///     migration("1", "CREATE TABLE notes (id INTEGER PRIMARY KEY)"),
    ///     migration("2", "ALTER TABLE notes ADD COLUMN text TEXT"),
    /// ])?;
    /// let mut db = Connection::open_in_memory()?;
    /// newer.migrate(&mut db)?;
    /// assert_eq!(older.migrate(&mut db).unwrap_err().kind(), Kind::Newer);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The file of the migration that it is about: `migrations/0002_roles.sql`.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum};
    /// # use schema_runtime::rusqlite::Connection;
    /// # let migration = |version: &'static str, sql: &'static str| Migration {
    /// #     version: version.into(),
    /// #     name: "notes".into(),
    /// #     file: format!("migrations/{version}_notes.sql").into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # };
    /// # let notes = migration("1", "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
    /// # let unique = migration("2", "CREATE UNIQUE INDEX notes_text_key ON notes (text)");
    /// # let mut db = Connection::open_in_memory()?;
    /// # Sqlite::from_migrations(vec![notes.clone()])?.migrate(&mut db)?;
    /// # let app = Sqlite::from_migrations(vec![notes, unique])?;
    /// db.execute_batch("INSERT INTO notes (text) VALUES ('twice'), ('twice')")?;
    /// let error = app.migrate(&mut db).unwrap_err(); // migration 2 makes `text` unique
    /// assert_eq!(error.migration(), Some("migrations/2_notes.sql"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn migration(&self) -> Option<&str> {
        self.0.migration.as_deref()
    }

    /// The place in the migration's file, when it is about one statement.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum};
    /// # use schema_runtime::rusqlite::Connection;
    /// # let migration = |version: &'static str, sql: &'static str| Migration {
    /// #     version: version.into(),
    /// #     name: "notes".into(),
    /// #     file: format!("migrations/{version}_notes.sql").into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # };
    /// # let notes = migration("1", "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
    /// # let unique = migration("2", "CREATE UNIQUE INDEX notes_text_key ON notes (text)");
    /// # let mut db = Connection::open_in_memory()?;
    /// # Sqlite::from_migrations(vec![notes.clone()])?.migrate(&mut db)?;
    /// # let app = Sqlite::from_migrations(vec![notes, unique])?;
    /// db.execute_batch("INSERT INTO notes (text) VALUES ('twice'), ('twice')")?;
    /// let error = app.migrate(&mut db).unwrap_err(); // migration 2 makes `text` unique
    /// let place = error.place().expect("one statement is to blame");
    /// assert_eq!(place.to_string(), "migrations/2_notes.sql:1:1");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// The statement that failed.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum};
    /// # use schema_runtime::rusqlite::Connection;
    /// # let migration = |version: &'static str, sql: &'static str| Migration {
    /// #     version: version.into(),
    /// #     name: "notes".into(),
    /// #     file: format!("migrations/{version}_notes.sql").into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # };
    /// # let notes = migration("1", "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
    /// # let unique = migration("2", "CREATE UNIQUE INDEX notes_text_key ON notes (text)");
    /// # let mut db = Connection::open_in_memory()?;
    /// # Sqlite::from_migrations(vec![notes.clone()])?.migrate(&mut db)?;
    /// # let app = Sqlite::from_migrations(vec![notes, unique])?;
    /// db.execute_batch("INSERT INTO notes (text) VALUES ('twice'), ('twice')")?;
    /// let error = app.migrate(&mut db).unwrap_err(); // migration 2 makes `text` unique
    /// assert_eq!(error.sql(), Some("CREATE UNIQUE INDEX notes_text_key ON notes (text)"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn sql(&self) -> Option<&str> {
        self.0.sql.as_deref()
    }

    /// The rows that are in the way, for [`Kind::Offenders`] and [`Kind::ForeignKeys`]; [`Offenders`] has an example.
    ///
    /// ```
    /// fn all(error: &schema_runtime::Error) -> u64 {
    ///     error.offenders().iter().map(|offenders| offenders.count).sum()
    /// }
    /// ```
    pub fn offenders(&self) -> &[Offenders] {
        &self.0.offenders
    }

    /// Whether another connection is in the way, so that trying again later may help.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum};
    /// # use schema_runtime::rusqlite::Connection;
    /// # let migration = |version: &'static str, sql: &'static str| Migration {
    /// #     version: version.into(),
    /// #     name: "notes".into(),
    /// #     file: format!("migrations/{version}_notes.sql").into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # };
    /// # let app = Sqlite::from_migrations(vec![migration("1", "CREATE TABLE notes (id INTEGER PRIMARY KEY)")])?;
    /// use std::time::Duration;
    /// use schema_runtime::Options;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("app.db");
    /// let other = Connection::open(&path)?;
    /// other.execute_batch("BEGIN EXCLUSIVE")?;
    /// let error = app.migrate_file_with(&path, Options::new().busy_timeout(Duration::ZERO)).unwrap_err();
    /// assert!(error.is_busy());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_busy(&self) -> bool {
        self.kind() == Kind::Busy
    }

    /// Whether the database's schema is not the expected one.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum};
    /// # use schema_runtime::rusqlite::Connection;
    /// # let migration = |version: &'static str, sql: &'static str| Migration {
    /// #     version: version.into(),
    /// #     name: "notes".into(),
    /// #     file: format!("migrations/{version}_notes.sql").into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # };
    /// # let app = Sqlite::from_migrations(vec![migration("1", "CREATE TABLE notes (id INTEGER PRIMARY KEY)")])?;
    /// let mut db = Connection::open_in_memory()?;
    /// app.migrate(&mut db)?;
    /// db.execute_batch("ALTER TABLE notes ADD COLUMN by_hand TEXT")?;
    /// assert!(app.migrate(&mut db).unwrap_err().is_drift());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_drift(&self) -> bool {
        matches!(self.kind(), Kind::Drifted | Kind::Diverged)
    }

    /// Whether the history of the database and the migrations of the program contradict each other.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum};
    /// # use schema_runtime::rusqlite::Connection;
    /// # let migration = |version: &'static str, sql: &'static str| Migration {
    /// #     version: version.into(),
    /// #     name: "notes".into(),
    /// #     file: format!("migrations/{version}_notes.sql").into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # };
    /// # let app = Sqlite::from_migrations(vec![migration("1", "CREATE TABLE notes (id INTEGER PRIMARY KEY)")])?;
    /// let mut db = Connection::open_in_memory()?;
    /// app.migrate(&mut db)?;
    /// let edited = Sqlite::from_migrations(vec![migration("1", "CREATE TABLE notes (id INTEGER)")])?;
    /// assert!(edited.migrate(&mut db).unwrap_err().is_history());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_history(&self) -> bool {
        matches!(
            self.kind(),
            Kind::Edited
                | Kind::Missing
                | Kind::Late
                | Kind::Duplicate
                | Kind::Newer
                | Kind::CorruptHistory
                | Kind::AlteredHistory
                | Kind::Unfinished
                | Kind::Contradictory
        )
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

/// The text of [`Display`](fmt::Display), so that `main() -> Result<(), Error>` shows it as it is meant.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: {}", self.0.kind, self.0.message)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as &(dyn StdError + 'static))
    }
}
