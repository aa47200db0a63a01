//! Rows that a migration does not allow.

use std::fmt;

/// Rows of a database that break what a migration adds: a key, NOT NULL, a CHECK, a foreign key, a type.
///
/// ```
/// # use schema_runtime::{Migration, Sqlite, checksum};
/// # use schema_runtime::rusqlite::Connection;
/// # let migration = |version: &'static str, sql: &'static str| Migration {
/// #     version: version.into(),
/// #     name: "users".into(),
/// #     file: format!("migrations/{version}_users.sql").into(),
/// #     sql: sql.into(),
/// #     checksum: checksum(sql).into(),
/// #     no_transaction: false,
/// # };
/// let first = migration("1", "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT)");
/// let app = Sqlite::from_migrations(vec![first.clone()])?;
/// let mut db = Connection::open_in_memory()?;
/// app.migrate(&mut db)?;
/// db.execute_batch("INSERT INTO users (email) VALUES ('a@b.c'), ('d@e.f'), ('a@b.c')")?;
///
/// let unique = migration("2", "CREATE UNIQUE INDEX users_email ON users (email)");
/// let newer = Sqlite::from_migrations(vec![first, unique])?;
/// let plan = newer.plan(&db)?;
/// let offenders = &plan.steps[0].offenders[0];
/// assert_eq!(offenders.to_string(), "1 row of `users` will break UNIQUE (email)");
/// assert_eq!(offenders.samples, ["email = 'a@b.c' in rows id = 1, id = 3"]);
/// assert_eq!(newer.migrate(&mut db).unwrap_err().offenders()[0].samples, offenders.samples);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Offenders {
    /// The table.
    pub table: String,
    /// What the rows break: `UNIQUE (email)`.
    pub rule: String,
    /// How many rows would have to go or to be changed. Of rows that repeat each other, one may stay.
    pub count: u64,
    /// Some of them, by their values and their keys.
    pub samples: Vec<String>,
    /// The query that finds all of them.
    pub query: String,
    /// Whether the migration surely fails. It may not when it has statements that may mend the rows first, or when
    /// other migrations run before it.
    pub certain: bool,
}

impl Offenders {
    /// `2 rows of `users` break UNIQUE (email)`.
    pub(crate) fn fact(&self) -> String {
        self.says(if self.count == 1 { "breaks" } else { "break" })
    }

    fn says(&self, verb: &str) -> String {
        let rows = if self.count == 1 { "row" } else { "rows" };
        format!("{} {rows} of `{}` {verb} {}", self.count, self.table, self.rule)
    }
}

impl fmt::Display for Offenders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.says(if self.certain { "will break" } else { "may break" }))
    }
}
