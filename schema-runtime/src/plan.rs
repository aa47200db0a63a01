//! What would be done to a database.

use std::fmt;

use crate::{Offenders, Outcome, State, event};

/// What [`Sqlite::migrate`](crate::Sqlite::migrate) would do to a database, and why. Its text is a list:
///
/// ```text
/// the database has no history, and the schema of version 1
///   adopt  migrations/0001_baseline.sql
///   run    migrations/0002_roles.sql (3 statements)
/// left alone: table `stats`
/// ```
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
/// let plan = app.plan(&db)?;
/// assert_eq!(plan.reason, "the database has none of the tables: the final schema is created at once");
/// assert_eq!(plan.steps.len(), 1);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The state of the database that the plan was made for, in words.
    pub reason: String,
    /// The state that the database is in.
    pub state: State,
    /// How that is known, one line each.
    pub evidence: Vec<String>,
    /// What would be recorded, in order; empty when the database is up to date.
    pub steps: Vec<PlannedStep>,
    /// What the database has that no version has, and what the steps overcome.
    pub drift: Vec<String>,
    /// What is in the database and not in the migrations: it would not be touched.
    pub unmanaged: Vec<String>,
}

/// One migration of a [`Plan`].
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
/// use schema_runtime::Outcome;
///
/// let step = &app.plan(&Connection::open_in_memory()?)?.steps[0];
/// assert_eq!((step.version.as_str(), step.name.as_str()), ("1", "notes"));
/// assert_eq!((step.outcome, step.statements), (Outcome::Created, 1));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedStep {
    /// The version of the migration.
    pub version: String,
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// How it would be recorded.
    pub outcome: Outcome,
    /// What it would lose, a line each: ``table `tokens` is dropped (5 rows)``. Before the first step that loses
    /// anything, a backup is taken: see [`Options::backup`](crate::Options::backup).
    pub losses: Vec<String>,
    /// How many statements would run: of the migration, or, for the first of those that are created at once, of
    /// the whole schema.
    pub statements: usize,
    /// These statements.
    pub sql: Vec<String>,
    /// Why it would be recorded so, where the history and the schema do not say it: in words, or empty.
    pub why: String,
    /// The rows that it would fail on, or may fail on.
    pub offenders: Vec<Offenders>,
}

impl Plan {
    /// Whether there is nothing to do.
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
    /// assert!(!app.plan(&db)?.is_up_to_date());
    /// app.migrate(&mut db)?;
    /// assert!(app.plan(&db)?.is_up_to_date());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_up_to_date(&self) -> bool {
        self.steps.is_empty()
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)?;
        for step in &self.steps {
            let verb = match step.outcome {
                Outcome::Created => "create",
                Outcome::Applied => "run   ",
                Outcome::Adopted => "adopt ",
                Outcome::Completed => "finish",
                Outcome::RolledBack => "undo  ",
            };
            write!(f, "\n  {verb} {}", step.file)?;
            match step.statements {
                0 => {}
                1 => write!(f, " (1 statement)")?,
                n => write!(f, " ({n} statements)")?,
            }
            if !step.why.is_empty() {
                write!(f, ": {}", step.why)?;
            }
            for loss in &step.losses {
                write!(f, "\n         loses: {loss}")?;
            }
            for offenders in &step.offenders {
                write!(f, "\n         {offenders}")?;
                for sample in &offenders.samples {
                    write!(f, "\n         - {sample}")?;
                }
                write!(f, "\n         all: {}", offenders.query)?;
            }
        }
        for line in &self.drift {
            write!(f, "\novercome: {line}")?;
        }
        if !self.unmanaged.is_empty() {
            write!(f, "\nleft alone: {}", self.unmanaged.join(", "))?;
        }
        Ok(())
    }
}

impl Plan {
    pub(crate) fn up_to_date(version: Option<&str>) -> String {
        match version {
            Some(version) => format!("the database is up to date: it has version {version} and its schema"),
            None => "the program has no migrations".to_owned(),
        }
    }

    pub(crate) fn behind(version: &str, pending: usize) -> String {
        let verb = if pending == 1 { "is" } else { "are" };
        format!("the database has version {version} and its schema; {} {verb} pending", event::count(pending))
    }
}
