//! The one error type of the runtime.

use std::error::Error as StdError;
use std::fmt;

use schema_core::Place;

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
}

/// What an [`Error`] is about.
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
    /// Any other complaint of the database.
    Database,
}

impl Error {
    #[cold]
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Error {
        Error(Box::new(Inner { kind, message: message.into(), migration: None, place: None, sql: None, source: None }))
    }

    pub(crate) fn with_migration(mut self, file: &str) -> Error {
        self.0.migration = Some(file.into());
        self
    }

    pub(crate) fn with_statement(mut self, place: Place, sql: &str) -> Error {
        self.0.place = Some(place);
        self.0.sql = Some(sql.into());
        self
    }

    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Error {
        self.0.source = Some(Box::new(source));
        self
    }

    pub(crate) fn restate(mut self, words: &str, others: &str) -> Error {
        self.0.message = self.0.message.replacen(words, others, 1);
        self
    }

    /// What it is about.
    pub fn kind(&self) -> Kind {
        self.0.kind
    }

    /// The file of the migration that it is about: `migrations/0002_roles.sql`.
    pub fn migration(&self) -> Option<&str> {
        self.0.migration.as_deref()
    }

    /// The place in the migration's file, when it is about one statement.
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// The statement that failed.
    pub fn sql(&self) -> Option<&str> {
        self.0.sql.as_deref()
    }

    /// Whether another connection is in the way, so that trying again later may help.
    pub fn is_busy(&self) -> bool {
        self.kind() == Kind::Busy
    }

    /// Whether the database's schema is not the expected one.
    pub fn is_drift(&self) -> bool {
        matches!(self.kind(), Kind::Drifted | Kind::Diverged)
    }

    /// Whether the history of the database and the migrations of the program contradict each other.
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
