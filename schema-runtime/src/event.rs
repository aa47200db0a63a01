//! What happens while a database is migrated.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use schema_core::Migration;

/// One step of a migration, as it happens: see [`Options::on_event`](crate::Options::on_event).
///
/// Its text is one line for a log.
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
/// use schema_runtime::{Event, Options};
///
/// let mut db = Connection::open_in_memory()?;
/// let mut log = Vec::new();
/// let options = Options::new().on_event(|event| match event {
///     Event::Creating { migrations } => log.push(format!("new database, {migrations} at once")),
///     Event::Finished { .. } => log.push("done".to_owned()),
///     other => log.push(other.to_string()),
/// });
/// app.migrate_with(&mut db, options)?;
/// assert_eq!(log, ["new database, 1 at once", "done"]);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The schema of all migrations is about to be created at once.
    Creating {
        /// How many migrations it stands for.
        migrations: usize,
    },
    /// Migrations were found to be there already and are about to be recorded.
    Adopting {
        /// The migrations.
        migrations: &'a [Migration],
    },
    /// A backup was taken, since what comes next loses data, or because every change is to have one.
    BackedUp {
        /// The file.
        path: &'a Path,
        /// What is about to be lost, in words; empty when nothing is.
        losses: &'a [String],
        /// How long it took.
        duration: Duration,
    },
    /// A migration is about to run.
    Running {
        /// The migration.
        migration: &'a Migration,
        /// Its place among all migrations, counted from 1.
        position: usize,
        /// How many migrations there are.
        total: usize,
    },
    /// A migration is partly there, and what is missing of it is about to run.
    Completing {
        /// The migration.
        migration: &'a Migration,
        /// Its place among all migrations, counted from 1.
        position: usize,
        /// How many migrations there are.
        total: usize,
        /// The number of statements that are missing.
        statements: usize,
    },
    /// A statement of a migration ran.
    Statement {
        /// The migration.
        migration: &'a Migration,
        /// The statement.
        sql: &'a str,
        /// How long it took.
        duration: Duration,
    },
    /// A migration ran, was proved and is committed.
    Applied {
        /// The migration.
        migration: &'a Migration,
        /// How long all of it took.
        duration: Duration,
    },
    /// The database has the schema that it is to have.
    Finished {
        /// How long everything took.
        duration: Duration,
    },
}

impl fmt::Display for Event<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Event::Creating { migrations } => write!(f, "creating the schema of {}", count(*migrations)),
            Event::Adopting { migrations } => write!(
                f,
                "adopting {}, which {} there already",
                count(migrations.len()),
                if migrations.len() == 1 { "is" } else { "are" }
            ),
            Event::BackedUp { path, losses, duration } => {
                write!(f, "backed up to {} in {}", path.display(), Milliseconds(*duration))?;
                if losses.is_empty() { Ok(()) } else { write!(f, ", since {}", losses.join(", ")) }
            }
            Event::Running { migration, position, total } => {
                write!(f, "running {} ({position} of {total})", migration.file)
            }
            Event::Completing { migration, position, total, statements } => {
                let s = if *statements == 1 { "" } else { "s" };
                write!(f, "completing {} ({position} of {total}) by {statements} statement{s}", migration.file)
            }
            Event::Statement { sql, duration, .. } => {
                write!(f, "ran {} in {}", sql.lines().next().unwrap_or_default(), Milliseconds(*duration))
            }
            Event::Applied { migration, duration } => {
                write!(f, "applied {} in {}", migration.file, Milliseconds(*duration))
            }
            Event::Finished { duration } => write!(f, "finished in {}", Milliseconds(*duration)),
        }
    }
}

/// `1 migration`, `2 migrations`.
pub(crate) fn count(migrations: usize) -> String {
    format!("{migrations} migration{}", if migrations == 1 { "" } else { "s" })
}

/// A duration as people read it: whole milliseconds, or seconds from ten of them.
pub(crate) struct Milliseconds(pub(crate) Duration);

impl fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < Duration::from_secs(10) {
            write!(f, "{} ms", self.0.as_millis())
        } else {
            write!(f, "{:.1} s", self.0.as_secs_f64())
        }
    }
}
