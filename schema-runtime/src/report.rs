//! What a migration did.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::event::{Milliseconds, count};
use crate::sqlite::backup::{Made, restore_command};

/// What [`Sqlite::migrate`](crate::Sqlite::migrate) or [`Sqlite::roll_back`](crate::Sqlite::roll_back) did. Its text is one line, and one more for what it left alone:
///
/// ```text
/// applied 2 migrations, adopted 1, in 12 ms; the database is at version 3
/// left alone: table `stats`, trigger `notes_log` on `notes`
/// ```
///
/// and one for the backup, where one was taken, with the command that restores it.
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
/// db.execute_batch("CREATE TABLE stats (n)")?;
/// let report = app.migrate(&mut db)?;
/// assert_eq!(report.version.as_deref(), Some("1"));
/// assert_eq!(report.unmanaged, ["table `stats`"]);
/// assert_eq!(app.migrate(&mut db)?.to_string(), "up to date; the database is at version 1");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Report {
    /// What was done, in order; empty when the database was up to date.
    pub steps: Vec<Step>,
    /// The version that the database is at, where it has any migration.
    pub version: Option<String>,
    /// What is in the database and not in the migrations: seen, and never touched. Empty, too, when the
    /// database was up to date and nothing was read but its history.
    pub unmanaged: Vec<String>,
    /// The backup that was taken before data was lost: see [`Options::backup`](crate::Options::backup).
    pub backup: Option<PathBuf>,
    /// What the database had that no version has, and what the migrations overcame.
    pub drift: Vec<String>,
    /// How long everything took.
    pub duration: Duration,
    /// The command that restores the backup.
    pub(crate) restore: Option<String>,
}

/// One migration that was recorded.
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
/// let report = app.migrate(&mut Connection::open_in_memory()?)?;
/// for step in &report.steps {
///     println!("{} {} in {:?}", step.outcome.as_str(), step.file, step.duration);
/// }
/// assert_eq!(report.steps[0].file, "migrations/1_notes.sql");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Step {
    /// The version of the migration.
    pub version: String,
    /// Its name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// How it was recorded.
    pub outcome: Outcome,
    /// How long it took.
    pub duration: Duration,
}

/// How a migration came to be recorded in the history.
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
/// let (mut new, mut by_hand) = (Connection::open_in_memory()?, Connection::open_in_memory()?);
/// by_hand.execute_batch("CREATE TABLE notes (id INTEGER PRIMARY KEY)")?;
/// assert_eq!(app.migrate(&mut new)?.steps[0].outcome, Outcome::Created);
/// assert_eq!(app.migrate(&mut by_hand)?.steps[0].outcome, Outcome::Adopted);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The database was empty, and the schema of all migrations was created at once.
    Created,
    /// It ran.
    Applied,
    /// Its schema was there already.
    Adopted,
    /// A part of it was there already; what was missing ran.
    Completed,
    /// It was taken back, and is not recorded any more.
    RolledBack,
}

impl Outcome {
    /// The word in the history table.
    ///
    /// ```
    /// assert_eq!(schema_runtime::Outcome::Adopted.as_str(), "adopted");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Created => "created",
            Outcome::Applied => "applied",
            Outcome::Adopted => "adopted",
            Outcome::Completed => "completed",
            Outcome::RolledBack => "rolled back",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Outcome> {
        [Outcome::Created, Outcome::Applied, Outcome::Adopted, Outcome::Completed]
            .into_iter()
            .find(|outcome| outcome.as_str() == word)
    }
}

impl Report {
    /// Whether there was nothing to do.
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
    /// assert!(!app.migrate(&mut db)?.is_up_to_date());
    /// assert!(app.migrate(&mut db)?.is_up_to_date());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_up_to_date(&self) -> bool {
        self.steps.is_empty()
    }

    /// How many migrations were recorded with this outcome.
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
    /// let report = app.migrate(&mut Connection::open_in_memory()?)?;
    /// assert_eq!(report.count(Outcome::Created), 1);
    /// assert_eq!(report.count(Outcome::Applied), 0);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn count(&self, outcome: Outcome) -> usize {
        self.steps.iter().filter(|step| step.outcome == outcome).count()
    }
}

impl Report {
    pub(crate) fn note_backup(&mut self, made: Option<&Made>) {
        self.backup = made.map(|made| made.path.clone());
        self.restore = made.map(Made::command);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let created = self.count(Outcome::Created);
        let mut done = Vec::new();
        if created > 0 {
            done.push(format!("created the schema of {}", count(created)));
        }
        for (outcome, verb) in [Outcome::Applied, Outcome::Adopted, Outcome::Completed, Outcome::RolledBack]
            .map(|outcome| (outcome, outcome.as_str()))
        {
            match self.count(outcome) {
                0 => {}
                n if done.is_empty() => done.push(format!("{verb} {}", count(n))),
                n => done.push(format!("{verb} {n}")),
            }
        }
        if done.is_empty() {
            f.write_str("up to date")?;
        } else {
            write!(f, "{}, in {}", done.join(", "), Milliseconds(self.duration))?;
        }
        match &self.version {
            Some(version) => write!(f, "; the database is at version {version}")?,
            None if self.count(Outcome::RolledBack) > 0 => f.write_str("; the database has none of the migrations")?,
            None => {}
        }
        for line in &self.drift {
            write!(f, "\novercome: {line}")?;
        }
        if !self.unmanaged.is_empty() {
            write!(f, "\nleft alone: {}", self.unmanaged.join(", "))?;
        }
        if let Some(backup) = &self.backup {
            write!(f, "\nbackup: {}", backup.display())?;
        }
        if let Some(command) = &self.restore {
            write!(f, "; to go back to it: `{command}`")?;
        }
        Ok(())
    }
}

/// What [`Sqlite::restore`](crate::Sqlite::restore) did. Its text is one line, and one more for the backup of what was
/// there.
///
/// ```
/// # use schema_runtime::{Options, Sqlite};
/// # use schema_runtime::rusqlite::Connection;
/// # let directory = tempfile::tempdir()?;
/// # let (path, backup) = (directory.path().join("app.db"), directory.path().join("app.db.backup"));
/// # Connection::open(&backup)?.execute_batch("CREATE TABLE notes (text)")?;
/// let restored = Sqlite::restore(&backup, &path, Options::new())?; // there is no database yet
/// assert_eq!((restored.database, restored.previous), (path, None));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Restored {
    /// The database that was restored.
    pub database: PathBuf,
    /// The backup of the state that it had, where it had any.
    pub previous: Option<PathBuf>,
    /// How long it took.
    pub duration: Duration,
}

impl fmt::Display for Restored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "restored {} in {}", self.database.display(), Milliseconds(self.duration))?;
        match &self.previous {
            None => Ok(()),
            Some(previous) => {
                let command = restore_command(previous, &self.database);
                write!(f, "\nbackup: {}; to go back to it: `{command}`", previous.display())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(outcome: Outcome) -> Step {
        let text = String::new;
        Step { version: text(), name: text(), file: text(), outcome, duration: Duration::ZERO }
    }

    #[test]
    fn a_report_reads_well() {
        let mut report = Report { version: Some("3".into()), ..Report::default() };
        assert_eq!(report.to_string(), "up to date; the database is at version 3");
        report.duration = Duration::from_millis(12);
        report.steps = vec![step(Outcome::Adopted), step(Outcome::Applied), step(Outcome::Applied)];
        report.unmanaged = vec!["table `stats`".into()];
        assert_eq!(
            report.to_string(),
            "applied 2 migrations, adopted 1, in 12 ms; the database is at version 3\nleft alone: table `stats`"
        );
        report.steps = vec![step(Outcome::RolledBack), step(Outcome::RolledBack)];
        report.unmanaged.clear();
        assert_eq!(report.to_string(), "rolled back 2 migrations, in 12 ms; the database is at version 3");
        report.version = None;
        let text = report.to_string();
        assert_eq!(text, "rolled back 2 migrations, in 12 ms; the database has none of the migrations");
        report.version = Some("3".into());
        report.steps = vec![step(Outcome::Created)];
        report.unmanaged.clear();
        report.duration = Duration::from_millis(61_500);
        assert_eq!(report.to_string(), "created the schema of 1 migration, in 61.5 s; the database is at version 3");
    }
}
