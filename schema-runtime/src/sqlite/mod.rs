//! SQLite: the embedded migrations and what brings a database to their schema.

mod audit;
pub(crate) mod backup;
mod foreign;
pub(crate) mod foreign_keys;
mod guests;
mod history;
pub(crate) mod judge;
mod migrate;
mod preflight;
pub(crate) mod refusal;
mod roll_back;
mod script;
mod settings;
mod survey;

use std::path::Path;
use std::sync::{Mutex, OnceLock};

use rusqlite::Connection;
use schema_core::Migration;
use schema_replay::{Blueprint, Replay};

use crate::{Error, ModelMeta, Options, Plan, Report, Status};

/// The migrations of one SQLite database and the schema they lead to, embedded into the program:
/// the type of the `static` that `schema!` declares.
///
/// # What migrating does
///
/// The database may be in any state that can be proved:
///
/// | the database | what happens |
/// |---|---|
/// | empty, or without any table of the migrations | the final schema and its history are created at once |
/// | at an earlier version | the migrations that are pending run, each in a transaction with its history row |
/// | without a history, but with the schema of a version | that version is recorded, then the pending ones run |
/// | with the history of another tool: see [`Adopt`](crate::Adopt) | what it recorded and what is proved is recorded here as well, then the pending ones run |
/// | up to date | one `SELECT` finds so, however many migrations there are |
///
/// Everything else is an [`Error`] of its own [`Kind`](crate::Kind), and leaves the database as it was. So does a
/// migration that fails, that leaves rows whose foreign keys refer to nothing, or that does not lead to exactly
/// the schema that it led to when the program was compiled.
///
/// Foreign keys are switched off while migrations run, so that a table can be rebuilt without its children being
/// deleted, and the connection's settings are put back afterwards. Tables, views and triggers that no migration
/// ever created are reported and never touched.
///
/// A migration always runs in a transaction: `BEGIN` and `COMMIT` in its file are passed over, as is its
/// wish for none, since all DDL of SQLite is transactional. A `ROLLBACK` is refused.
///
/// # The history
///
/// The table `driftless_migrations` holds one row for each migration. A start on an up-to-date database compares
/// version and checksum of every row, the chain of the last one, and whether any DDL ran since the schema was
/// proved; if it did, the schema is read and proved again.
///
/// # Example
///
/// In the examples below, `app` stands for the static that `schema!` declares.
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
/// assert_eq!(app.migrate(&mut db)?.version.as_deref(), Some("1"));
/// assert!(app.migrate(&mut db)?.is_up_to_date());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Sqlite {
    migrations: &'static [Migration],
    chain: &'static str,
    schema: &'static [&'static str],
    blueprint: Option<&'static Blueprint>,
    fingerprints: &'static [u128],
    memory: OnceLock<Mutex<Connection>>,
    models: &'static [ModelMeta],
    downs: &'static [Migration],
}

impl Sqlite {
    /// Called by generated code.
    #[doc(hidden)]
    pub const fn new(migrations: &'static [Migration], chain: &'static str, schema: &'static [&'static str]) -> Sqlite {
        Sqlite {
            migrations,
            chain,
            schema,
            blueprint: None,
            fingerprints: &[],
            memory: OnceLock::new(),
            models: &[],
            downs: &[],
        }
    }

    /// Called by generated code: with the fingerprint of the catalogue after each migration.
    #[doc(hidden)]
    pub const fn with_fingerprints(mut self, fingerprints: &'static [u128]) -> Sqlite {
        self.fingerprints = fingerprints;
        self
    }

    /// The fingerprint of the catalogue after that many migrations, where it is known.
    fn fingerprint(&self, count: usize) -> Option<u128> {
        self.fingerprints.get(count.checked_sub(1)?).copied()
    }

    /// Called by generated code: with all that is in a new database, where the schema is all.
    #[doc(hidden)]
    pub const fn with_blueprint(mut self, blueprint: &'static Blueprint) -> Sqlite {
        self.blueprint = Some(blueprint);
        self
    }

    /// Called by generated code: what takes the migrations back, each with the version of the one that it undoes.
    #[doc(hidden)]
    pub const fn with_downs(mut self, downs: &'static [Migration]) -> Sqlite {
        self.downs = downs;
        self
    }

    /// Called by generated code: the models that `schema!` lists, by which an audit names what it finds.
    #[doc(hidden)]
    pub const fn with_models(mut self, models: &'static [ModelMeta]) -> Sqlite {
        self.models = models;
        self
    }

    /// The same for migrations that are known only at run time, as those of a tool that reads a directory. They
    /// are replayed to learn the schema, and kept for the rest of the program's life.
    ///
    /// ```
    /// use schema_runtime::{Migration, Sqlite, checksum};
    ///
    /// let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)";
    /// let app = Sqlite::from_migrations(vec![Migration {
    ///     version: "1".into(),
    ///     name: "notes".into(),
    ///     file: "migrations/0001_notes.sql".into(),
    ///     sql: sql.into(),
    ///     checksum: checksum(sql).into(),
    ///     no_transaction: false,
    /// }])?;
    /// let mut db = schema_runtime::rusqlite::Connection::open_in_memory()?;
    /// let report = app.migrate(&mut db)?;
    /// assert_eq!(report.version.as_deref(), Some("1"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When two migrations have one version, or one of them fails on an empty database.
    pub fn from_migrations(migrations: Vec<Migration>) -> Result<Sqlite, Error> {
        judge::verdict::sequence(&migrations)?;
        let Replay { catalogue, blueprint, fingerprints, .. } = judge::expected::replay(&migrations)?;
        let chain = migrations.iter().fold(String::new(), |before, migration| {
            schema_core::chain(&before, &migration.version, &migration.checksum)
        });
        let schema: Vec<&'static str> = catalogue.into_iter().map(|sql| &*sql.leak()).collect();
        let set = Sqlite::new(migrations.leak(), chain.leak(), schema.leak()).with_fingerprints(fingerprints.leak());
        Ok(match blueprint {
            Some(blueprint) => set.with_blueprint(Box::leak(Box::new(blueprint))),
            None => set,
        })
    }

    /// The migrations in their order.
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
    /// let first = &app.migrations()[0];
    /// assert_eq!(first.version, "1");
    /// assert_eq!(first.file, "migrations/1_notes.sql");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub const fn migrations(&self) -> &'static [Migration] {
        self.migrations
    }

    /// What takes migrations back, in their order, each with the version of the one that it undoes: as many as the
    /// migrations directory holds.
    ///
    /// ```
    /// # use schema_runtime::{Migration, Sqlite, checksum};
    /// # let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY)";
    /// # let app = Sqlite::from_migrations(vec![Migration {
    /// #     version: "1".into(),
    /// #     name: "notes".into(),
    /// #     file: "migrations/1_notes.sql".into(),
    /// #     sql: sql.into(),
    /// #     checksum: checksum(sql).into(),
    /// #     no_transaction: false,
    /// # }])?;
    /// assert!(app.downs().is_empty()); // there is no `migrations/1_notes.down.sql`
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub const fn downs(&self) -> &'static [Migration] {
        self.downs
    }

    /// The statements of the schema that the migrations lead to, as SQLite stores them.
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
    /// assert_eq!(app.schema(), ["CREATE TABLE notes (id INTEGER PRIMARY KEY)"]);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub const fn schema(&self) -> &'static [&'static str] {
        self.schema
    }

    /// The hash over all migrations in their order: two programs with the same chain embed the same migrations.
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
    /// # let migrations = || vec![migration("1", "CREATE TABLE notes (id)"), migration("2", "CREATE INDEX i ON notes (id)")];
    /// let (today, tomorrow) = (Sqlite::from_migrations(migrations())?, Sqlite::from_migrations(migrations())?);
    /// assert_eq!(today.chain(), tomorrow.chain());
    /// assert_ne!(today.chain(), Sqlite::from_migrations(migrations()[..1].to_vec())?.chain());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub const fn chain(&self) -> &'static str {
        self.chain
    }

    /// Brings a database to the schema of the migrations.
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
    /// let report = app.migrate(&mut db)?;
    /// assert_eq!(report.version.as_deref(), Some("1"));
    /// db.execute("INSERT INTO notes (id) VALUES (1)", [])?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the database is in a state from which that cannot be proved to be right, when it cannot be read or
    /// written, or when a migration fails. [`Error::kind`] tells the cases apart. Migrations that were committed
    /// before the error stay; the one that failed leaves nothing behind.
    pub fn migrate(&self, db: &mut Connection) -> Result<Report, Error> {
        self.migrate_with(db, Options::new())
    }

    /// The same, with [`Options`]: who watches, how long to wait, what may be adopted.
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
    /// let mut db = Connection::open_in_memory()?;
    /// let mut log = Vec::new();
    /// let options = Options::new().busy_timeout(Duration::from_secs(30)).on_event(|event| log.push(event.to_string()));
    /// app.migrate_with(&mut db, options)?;
    /// assert_eq!(log[0], "creating the schema of 1 migration");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Sqlite::migrate`].
    pub fn migrate_with(&self, db: &mut Connection, options: Options<'_>) -> Result<Report, Error> {
        migrate::migrate(self, db, options)
    }

    /// Opens a database file, creating it when there is none, migrates it and closes it: for programs that go on
    /// with sqlx, diesel or another library. Call it before they open their pool.
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
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("app.db");
    /// app.migrate_file(&path)?;
    /// assert!(app.migrate_file(&path)?.is_up_to_date());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Sqlite::migrate`], and when the file cannot be opened. Its directory must exist.
    pub fn migrate_file(&self, path: impl AsRef<Path>) -> Result<Report, Error> {
        self.migrate_file_with(path, Options::new())
    }

    /// The same, with [`Options`].
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
    /// use schema_runtime::{Adopt, Options};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("app.db");
    /// let report = app.migrate_file_with(&path, Options::new().adopt(Adopt::Never))?;
    /// assert_eq!(report.version.as_deref(), Some("1"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Sqlite::migrate_file`].
    pub fn migrate_file_with(&self, path: impl AsRef<Path>, options: Options<'_>) -> Result<Report, Error> {
        let path = path.as_ref();
        let mut db = refusal::is_url(path)
            .map_or_else(|| Connection::open(path).map_err(|error| refusal::open(path, error)), Err)?;
        self.migrate_with(&mut db, options)
    }

    /// A new database in memory, with the final schema and its history: for tests.
    ///
    /// The migrations run at most once in a process, and not at all when nothing but a schema comes out of them;
    /// each call makes a copy. Rows that migrations insert are in every copy as they were in the first.
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
    /// let mut db = app.in_memory()?;
    /// db.execute("INSERT INTO notes (id) VALUES (1)", [])?;
    /// assert!(app.migrate(&mut db)?.is_up_to_date());
    /// // Another test has a database of its own.
    /// assert_eq!(app.in_memory()?.query_row("SELECT count(*) FROM notes", [], |row| row.get::<_, i64>(0))?, 0);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When a migration fails, as one does that calls a function of the application.
    pub fn in_memory(&self) -> Result<Connection, Error> {
        migrate::install::in_memory(self, &self.memory)
    }

    /// What [`Sqlite::migrate`] would do, and why. Nothing is written.
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
    /// let db = Connection::open_in_memory()?;
    /// let plan = app.plan(&db)?;
    /// assert_eq!(
    ///     plan.to_string(),
    ///     "the database has none of the tables: the final schema is created at once\n  \
    ///      create migrations/1_notes.sql (1 statement)"
    /// );
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// The error that migrating would end with before anything runs.
    pub fn plan(&self, db: &Connection) -> Result<Plan, Error> {
        self.plan_with(db, &Options::new())
    }

    /// What [`Sqlite::migrate_with`] would do with these options.
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
    /// let db = Connection::open_in_memory()?;
    /// db.execute_batch(app.schema()[0])?; // made by hand
    /// assert_eq!(app.plan_with(&db, &Options::new())?.steps[0].outcome, Outcome::Adopted);
    /// let declined = app.plan_with(&db, &Options::new().adopt(Adopt::Never));
    /// assert_eq!(declined.unwrap_err().kind(), Kind::Unadopted);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Sqlite::plan`].
    pub fn plan_with(&self, db: &Connection, options: &Options<'_>) -> Result<Plan, Error> {
        survey::plan(self, db, options)
    }

    /// How the database stands, with what is wrong with it as a part of the answer. Nothing is written.
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
    /// assert!(app.status(&db)?.to_string().starts_with("1 notes  pending\nstate: fresh\n"));
    /// app.migrate(&mut db)?;
    /// assert!(app.status(&db)?.is_up_to_date());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn status(&self, db: &Connection) -> Result<Status, Error> {
        survey::status(self, db)
    }
}
