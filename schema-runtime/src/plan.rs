//! What would be done to a database.

use std::fmt;

use crate::{Outcome, event};

/// What [`Sqlite::migrate`](crate::Sqlite::migrate) would do to a database, and why. Its text is a list:
///
/// ```text
/// the database has no history, and the schema of version 1
///   adopt  migrations/0001_baseline.sql
///   run    migrations/0002_roles.sql (3 statements)
/// left alone: table `stats`
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Plan {
    /// The state of the database that the plan was made for, in words.
    pub reason: String,
    /// What would be recorded, in order; empty when the database is up to date.
    pub steps: Vec<PlannedStep>,
    /// What is in the database and not in the migrations: it would not be touched.
    pub unmanaged: Vec<String>,
}

/// One migration of a [`Plan`].
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
    /// How many statements would run: of the migration, or, for the first of those that are created at once, of
    /// the whole schema.
    pub statements: usize,
}

impl Plan {
    /// Whether there is nothing to do.
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
                Outcome::RolledBack => "undo  ",
            };
            write!(f, "\n  {verb} {}", step.file)?;
            match step.statements {
                0 => {}
                1 => write!(f, " (1 statement)")?,
                n => write!(f, " ({n} statements)")?,
            }
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
