//! How a database stands.

use std::fmt;

use crate::{Error, Outcome, State};

/// How a database stands against the migrations of the program. Its text is a list:
///
/// ```text
/// 1 baseline     adopted 2026-03-01T12:00:00.000Z
/// 2 roles        applied 2026-03-01T12:00:00.012Z
/// 3 permissions  pending
/// state: behind
///   the history ends at version 2; 1 migration is pending
///   the schema is that of version 2
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
/// app.migrate(&mut db)?;
/// db.execute_batch("ALTER TABLE notes ADD COLUMN by_hand TEXT")?;
/// let status = app.status(&db)?;
/// assert!(status.problem.is_some_and(|problem| problem.is_drift()));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct Status {
    /// The state that the database is in.
    pub state: State,
    /// How that is known, one line each.
    pub evidence: Vec<String>,
    /// The migrations of the program, in their order.
    pub migrations: Vec<MigrationStatus>,
    /// What keeps the database from being migrated, or contradicts its history.
    pub problem: Option<Error>,
    /// What is in the database and not in the migrations.
    pub unmanaged: Vec<String>,
}

/// How a database stands with one migration.
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
/// let mut db = Connection::open_in_memory()?;
/// assert_eq!(app.status(&db)?.migrations[0].outcome, None);
/// app.migrate(&mut db)?;
/// let first = &app.status(&db)?.migrations[0];
/// assert_eq!(first.outcome, Some(Outcome::Created));
/// assert!(first.applied_at.as_ref().is_some_and(|at| at.ends_with('Z')));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MigrationStatus {
    /// The version.
    pub version: String,
    /// The name.
    pub name: String,
    /// The file.
    pub file: String,
    /// How it was recorded; `None` when it is pending.
    pub outcome: Option<Outcome>,
    /// When it was recorded, in UTC, as `2026-03-01T12:00:00.000Z`.
    pub applied_at: Option<String>,
}

impl Status {
    /// Whether every migration is recorded and the schema is the expected one.
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
    /// assert!(!app.status(&db)?.is_up_to_date());
    /// app.migrate(&mut db)?;
    /// assert!(app.status(&db)?.is_up_to_date());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_up_to_date(&self) -> bool {
        self.problem.is_none() && self.migrations.iter().all(|migration| migration.outcome.is_some())
    }

    /// The migrations that are not recorded.
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
    /// let status = app.status(&Connection::open_in_memory()?)?;
    /// let pending: Vec<&str> = status.pending().map(|migration| migration.name.as_str()).collect();
    /// assert_eq!(pending, ["notes"]);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn pending(&self) -> impl Iterator<Item = &MigrationStatus> {
        self.migrations.iter().filter(|migration| migration.outcome.is_none())
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |text: fn(&MigrationStatus) -> &str| {
            self.migrations.iter().map(|migration| text(migration).chars().count()).max().unwrap_or(0)
        };
        let (versions, names) = (width(|migration| &migration.version), width(|migration| &migration.name));
        let mut lines: Vec<String> = Vec::new();
        for migration in &self.migrations {
            let state = match (migration.outcome, &migration.applied_at) {
                (Some(outcome), Some(at)) => format!("{} {at}", outcome.as_str()),
                _ => "pending".to_owned(),
            };
            lines.push(format!("{:>versions$} {:names$}  {state}", migration.version, migration.name));
        }
        if self.migrations.is_empty() {
            lines.push("the program has no migrations".to_owned());
        }
        lines.push(format!("state: {}", self.state));
        lines.extend(self.evidence.iter().map(|line| format!("  {line}")));
        if !self.unmanaged.is_empty() {
            lines.push(format!("not managed: {}", self.unmanaged.join(", ")));
        }
        lines.extend(self.problem.iter().map(ToString::to_string));
        f.write_str(&lines.join("\n"))
    }
}
