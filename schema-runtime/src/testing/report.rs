//! What was proved, and what failed.

use std::fmt;

/// What [`prove`](super::prove) has proved, with what it has not tried.
///
/// ```
/// # use schema_runtime::{Migration, Sqlite, checksum, testing};
/// # let migration = |version: &'static str, sql: &'static str| Migration {
/// #     version: version.into(),
/// #     name: "notes".into(),
/// #     file: format!("migrations/{version}_notes.sql").into(),
/// #     sql: sql.into(),
/// #     checksum: checksum(sql).into(),
/// #     no_transaction: false,
/// # };
/// let app = Sqlite::from_migrations(vec![
///     migration("1", "CREATE TABLE notes (id INTEGER PRIMARY KEY)"),
///     migration("2", "ALTER TABLE notes ADD COLUMN text TEXT CHECK (length(text) < 100)"),
/// ])?;
/// let proved = testing::prove(&app).run()?;
/// assert_eq!(proved.upgrades, ["1"]);
/// assert_eq!(proved.constraints, ["notes: PRIMARY KEY (id)", "notes: CHECK (length(text) < 100)"]);
/// assert_eq!(proved.untried[0].what, "the ways down of migrations 1 and 2");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Proved {
    /// The versions from which databases with rows were upgraded to the last one.
    pub upgrades: Vec<String>,
    /// The versions that were taken back and applied again.
    pub round_trips: Vec<String>,
    /// How many rows there were in all these databases.
    pub rows: usize,
    /// The constraints that refuse a violation, and accept the row without it: `users: UNIQUE (email)`.
    pub constraints: Vec<String>,
    /// What was not tried or not compared, and why.
    pub untried: Vec<Untried>,
}

/// Something that was not tried.
///
/// ```
/// # use schema_runtime::{Migration, Sqlite, checksum, testing};
/// # let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY)";
/// # let app = Sqlite::from_migrations(vec![Migration {
/// #     version: "1".into(),
/// #     name: "notes".into(),
/// #     file: "migrations/1_notes.sql".into(),
/// #     sql: sql.into(),
/// #     checksum: checksum(sql).into(),
/// #     no_transaction: false,
/// # }])?;
/// let proved = testing::prove(&app).run()?;
/// assert_eq!(proved.untried[0].to_string(), "the way down of migration 1: there is none");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Untried {
    /// What it is: a constraint, a table, a way down.
    pub what: String,
    /// Why.
    pub why: String,
}

impl Untried {
    pub(super) fn new(what: impl Into<String>, why: impl Into<String>) -> Untried {
        Untried { what: what.into(), why: why.into() }
    }
}

impl fmt::Display for Untried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.why)
    }
}

impl fmt::Display for Proved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let s = |count: usize| if count == 1 { "" } else { "s" };
        let (upgrades, trips) = (self.upgrades.len(), self.round_trips.len());
        write!(f, "proved with {} row{}: ", self.rows, s(self.rows))?;
        write!(f, "{upgrades} upgrade{}, {trips} way{} down and up again, ", s(upgrades), s(trips))?;
        let constraints = self.constraints.len();
        write!(
            f,
            "{constraints} constraint{} that refuse{} a violation",
            s(constraints),
            if constraints == 1 { "s" } else { "" }
        )?;
        for untried in &self.untried {
            write!(f, "\n  not tried: {untried}")?;
        }
        Ok(())
    }
}

/// Why the proof failed: everything that was found.
///
/// ```
/// # use schema_runtime::{Migration, Sqlite, checksum, testing};
/// # let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, CHECK (1))";
/// # let app = Sqlite::from_migrations(vec![Migration {
/// #     version: "1".into(),
/// #     name: "notes".into(),
/// #     file: "migrations/1_notes.sql".into(),
/// #     sql: sql.into(),
/// #     checksum: checksum(sql).into(),
/// #     no_transaction: false,
/// # }])?;
/// let failure = testing::prove(&app).run().unwrap_err(); // `notes` has CHECK (1)
/// assert_eq!(failure.findings().len(), 1);
/// assert!(failure.to_string().starts_with("no row was found that `notes: CHECK (1)` refuses: "));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Failure {
    findings: Vec<String>,
    proved: Box<Proved>,
}

impl Failure {
    pub(super) fn new(findings: Vec<String>, proved: Proved) -> Failure {
        Failure { findings, proved: Box::new(proved) }
    }

    /// Each finding: the fact in the first line, then what is known, and what mends it.
    ///
    /// ```
    /// # let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, CHECK (NULL))";
    /// # let app = schema_runtime::Sqlite::from_migrations(vec![schema_runtime::Migration {
    /// #     version: "1".into(),
    /// #     name: "notes".into(),
    /// #     file: "migrations/1_notes.sql".into(),
    /// #     sql: sql.into(),
    /// #     checksum: schema_runtime::checksum(sql).into(),
    /// #     no_transaction: false,
    /// # }])?;
    /// let failure = schema_runtime::testing::prove(&app).run().unwrap_err(); // `notes` has CHECK (NULL)
    /// assert!(failure.findings()[0].ends_with(".skip_constraint(\"notes: CHECK (NULL)\")`"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn findings(&self) -> &[String] {
        &self.findings
    }

    /// What was proved nevertheless.
    ///
    /// ```
    /// # let sql = "CREATE TABLE notes (id INTEGER PRIMARY KEY, CHECK (1))";
    /// # let app = schema_runtime::Sqlite::from_migrations(vec![schema_runtime::Migration {
    /// #     version: "1".into(),
    /// #     name: "notes".into(),
    /// #     file: "migrations/1_notes.sql".into(),
    /// #     sql: sql.into(),
    /// #     checksum: schema_runtime::checksum(sql).into(),
    /// #     no_transaction: false,
    /// # }])?;
    /// let failure = schema_runtime::testing::prove(&app).run().unwrap_err(); // `notes` has CHECK (1)
    /// assert_eq!(failure.proved().constraints, ["notes: PRIMARY KEY (id)"]);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn proved(&self) -> &Proved {
        &self.proved
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.findings.join("\n\n"))
    }
}

/// The text of [`Display`](fmt::Display), so that a test that returns it shows it as it is meant.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Failure {}
