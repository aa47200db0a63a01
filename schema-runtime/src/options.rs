//! What a caller may ask of a migration.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::Event;

/// How to migrate: who watches, how long to wait, what to do with a database that has no history.
///
/// ```
/// use std::time::Duration;
/// use schema_runtime::{Adopt, Options};
///
/// let options = Options::new()
///     .busy_timeout(Duration::from_secs(30))
///     .adopt(Adopt::Never)
///     .on_event(|event| println!("{event}"));
/// ```
#[derive(Default)]
pub struct Options<'a> {
    pub(crate) observer: Option<Observer<'a>>,
    pub(crate) busy_timeout: Option<Duration>,
    pub(crate) adopt: Adopt,
    pub(crate) backup: Backup,
    pub(crate) backup_directory: Option<PathBuf>,
    pub(crate) data_statements: DataPolicy,
}

type Observer<'a> = Box<dyn FnMut(&Event<'_>) + 'a>;

/// What to do with a database that has tables of the migrations but no history of them.
///
/// Another tool may have kept one. These are read, proved and never changed:
///
/// | tool | history |
/// |---|---|
/// | sqlx | `_sqlx_migrations`, or another table with its columns |
/// | refinery | `refinery_schema_history`, or another table with its columns |
/// | diesel | `__diesel_schema_migrations` |
/// | goose | `goose_db_version`, or another table with its columns |
/// | golang-migrate | `schema_migrations (version, dirty)`, or another table with its columns |
/// | dbmate, Rails | `schema_migrations (version)` |
/// | sea-orm | `seaql_migrations`; the modules are found by their names |
/// | an application's own | `schema_migrations` with any columns, by the names or versions in it |
/// | `rusqlite_migration` | `PRAGMA user_version`, where there is no other history |
///
/// The checksums of sqlx and refinery have to be those of the program's files; line ends and a byte order mark do not
/// count. A schema that lacks what is recorded is refused, except where the record may mean something else: for the
/// last three, the schema goes before it (for `rusqlite_migration` unless the files are laid out as `01-name/up.sql`).
/// From then on the other tool must not migrate any more: it does not know of what ran since.
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
/// use schema_runtime::{Adopt, Kind, Options, Outcome};
///
/// let mut db = Connection::open_in_memory()?;
/// db.execute_batch("CREATE TABLE notes (id INTEGER PRIMARY KEY)")?; // made by hand
///
/// let refused = app.migrate_with(&mut db, Options::new().adopt(Adopt::Never)).unwrap_err();
/// assert_eq!(refused.kind(), Kind::Unadopted);
/// let report = app.migrate_with(&mut db, Options::new().adopt(Adopt::Version("1".to_owned())))?;
/// assert_eq!(report.steps[0].outcome, Outcome::Adopted);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Adopt {
    /// Adopt the version whose schema the database has, and refuse when there is none or when it is not certain which.
    #[default]
    Proven,
    /// Adopt this version, provided that the database has its schema: for versions that differ in rows only.
    Version(String),
    /// Refuse.
    Never,
}

/// Whether a database file is copied before it is changed.
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
/// # let notes = migration("1", "CREATE TABLE notes (id INTEGER PRIMARY KEY, draft TEXT)");
/// # let dropped = migration("2", "ALTER TABLE notes DROP COLUMN draft");
/// # let before = Sqlite::from_migrations(vec![notes.clone()])?;
/// # let app = Sqlite::from_migrations(vec![notes, dropped])?;
/// use schema_runtime::{Backup, Options};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("app.db");
/// # before.migrate_file(&path)?;
/// Connection::open(&path)?.execute_batch("INSERT INTO notes (draft) VALUES ('text')")?;
/// let report = app.migrate_file_with(&path, Options::new().backup(Backup::BeforeLoss))?; // drops a column
/// let backup = Connection::open(report.backup.expect("a draft would be lost"))?;
/// assert_eq!(backup.query_row("SELECT draft FROM notes", [], |row| row.get::<_, String>(0))?, "text");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backup {
    /// Before the first change that loses rows or values: one that drops, deletes, overwrites or converts them.
    #[default]
    BeforeLoss,
    /// Before the first change of any kind.
    Always,
    /// Never.
    Never,
}

/// What to do with the statements on rows (INSERT, UPDATE, DELETE) of a migration whose schema is partly or wholly
/// there, though nobody recorded it: nothing in the database says whether they ran.
///
/// Statements that only copy rows for the rebuild of a table are none of these.
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
/// use schema_runtime::{DataPolicy, Kind, Options, Outcome};
///
/// # let notes = migration("1", "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
/// # let length = migration("2", "ALTER TABLE notes ADD COLUMN length INTEGER; UPDATE notes SET length = length(text)");
/// let mut db = Connection::open_in_memory()?;
/// Sqlite::from_migrations(vec![notes.clone()])?.migrate(&mut db)?;
/// db.execute_batch("INSERT INTO notes (text) VALUES ('hello'); ALTER TABLE notes ADD COLUMN length INTEGER")?;
///
/// let app = Sqlite::from_migrations(vec![notes, length])?; // the second adds `length`, and fills it
/// assert_eq!(app.migrate(&mut db).unwrap_err().kind(), Kind::UndecidedRows);
/// let report = app.migrate_with(&mut db, Options::new().data_statements(DataPolicy::Run))?;
/// assert_eq!(report.steps[0].outcome, Outcome::Completed);
/// assert_eq!(db.query_row("SELECT length FROM notes", [], |row| row.get::<_, i64>(0))?, 5);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DataPolicy {
    /// Refuse, and name the statements.
    #[default]
    Refuse,
    /// They ran: record the migration without running them.
    Adopt,
    /// They did not run: run them.
    Run,
}

impl<'a> Options<'a> {
    /// Nobody watches; the connection's own busy timeout; adopt what can be proved.
    ///
    /// ```
    /// use schema_runtime::Options;
    ///
    /// assert_eq!(format!("{:?}", Options::new()), format!("{:?}", Options::default()));
    /// ```
    pub fn new() -> Options<'a> {
        Options::default()
    }

    /// Calls `observer` with every event, in their order, on the same thread. When it panics, the migration
    /// that runs is rolled back and the connection's settings are restored.
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
    /// use schema_runtime::Options;
    ///
    /// let mut db = Connection::open_in_memory()?;
    /// let mut log = Vec::new();
    /// app.migrate_with(&mut db, Options::new().on_event(|event| log.push(event.to_string())))?;
    /// assert_eq!(log[0], "creating the schema of 1 migration");
    /// assert!(log[1].starts_with("finished in "));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_event(mut self, observer: impl FnMut(&Event<'_>) + 'a) -> Options<'a> {
        self.observer = Some(Box::new(observer));
        self
    }

    /// How long to wait for other connections. Without it the connection keeps its own timeout, which is
    /// five seconds unless it was changed.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum};
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
    /// app.migrate_file_with(&path, Options::new().busy_timeout(Duration::from_secs(30)))?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn busy_timeout(mut self, timeout: Duration) -> Options<'a> {
        self.busy_timeout = Some(timeout);
        self
    }

    /// Whether the database file is copied before it is changed; without it, before the first change that loses data.
    ///
    /// A table that is rebuilt with all of its rows and columns loses nothing, and neither does one without rows.
    /// The backup is made with the write lock held, by SQLite's backup API; it is checked, and gets its name when it
    /// is whole and on the disk. If it cannot be made, the change is refused. A database in memory has no backup.
    ///
    /// When the change fails after all, the backup is removed again, since the database is as it was.
    ///
    /// ```
    /// use schema_runtime::{Backup, Options};
    ///
    /// let options = Options::new().backup(Backup::Never); // the database is in a snapshot already
    /// ```
    pub fn backup(mut self, backup: Backup) -> Options<'a> {
        self.backup = backup;
        self
    }

    /// The directory, which must exist, for the backup; without it, that of the database. The name of the file tells
    /// what it was taken before, and when: `app.db.before-3.20261121T134500Z.backup`. No file is written over.
    ///
    /// ```
    /// use schema_runtime::Options;
    ///
    /// let options = Options::new().backup_directory("/var/backups");
    /// ```
    pub fn backup_directory(mut self, directory: impl Into<PathBuf>) -> Options<'a> {
        self.backup_directory = Some(directory.into());
        self
    }

    /// What to do with a database that has tables of the migrations but no history.
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
    /// use schema_runtime::{Adopt, Kind, Options};
    ///
    /// let mut db = Connection::open_in_memory()?;
    /// db.execute_batch("CREATE TABLE notes (id INTEGER PRIMARY KEY)")?; // made by hand
    /// let refused = app.migrate_with(&mut db, Options::new().adopt(Adopt::Never)).unwrap_err();
    /// assert_eq!(refused.kind(), Kind::Unadopted);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn adopt(mut self, adopt: Adopt) -> Options<'a> {
        self.adopt = adopt;
        self
    }
}

impl Options<'_> {
    /// What to do with the statements on rows of a migration that is partly there: see [`DataPolicy`].
    ///
    /// ```
    /// use schema_runtime::{DataPolicy, Options};
    /// let options = Options::new().data_statements(DataPolicy::Adopt);
    /// assert!(format!("{options:?}").contains("data_statements: Adopt"));
    /// ```
    pub fn data_statements(mut self, policy: DataPolicy) -> Self {
        self.data_statements = policy;
        self
    }
}

impl fmt::Debug for Options<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("observer", &self.observer.is_some())
            .field("busy_timeout", &self.busy_timeout)
            .field("adopt", &self.adopt)
            .field("backup", &self.backup)
            .field("backup_directory", &self.backup_directory)
            .field("data_statements", &self.data_statements)
            .finish()
    }
}
