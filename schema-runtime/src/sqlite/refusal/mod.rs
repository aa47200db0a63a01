//! The texts of the errors: the fact in line 1, both sides, the place, what happened to the database, and
//! what mends it.

mod backup;
mod circumstance;
mod foreign;
mod history;
mod offenders;
mod run;
mod schema;

pub(crate) use backup::*;
pub(crate) use circumstance::*;
pub(crate) use foreign::*;
pub(crate) use history::*;
pub(crate) use offenders::*;
pub(crate) use run::*;
pub(crate) use schema::*;

use std::fmt::{Display, Write as _};

use rusqlite::Connection;
use schema_core::{Migration, visible};

use crate::sqlite::history::Row;
use crate::{Error, Kind, event};

/// Every refusal says so; [`after`] corrects it when migrations before were committed.
const UNCHANGED: &str = "\n  nothing was changed";

/// A message, line by line.
struct Message(String);

impl Message {
    /// The first line.
    fn new(fact: impl Into<String>) -> Message {
        Message(visible(&fact.into(), LINE))
    }

    fn line(mut self, line: impl Display) -> Message {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "\n  {}", visible(&line.to_string(), LINE));
        self
    }

    /// What one side says: `database:  version 3`.
    fn side(self, name: &str, says: impl Display) -> Message {
        let name = format!("{name}:");
        self.line(format_args!("{name:<10} {says}"))
    }

    fn list(mut self, lines: &[String]) -> Message {
        for line in lines.iter().take(20) {
            self = self.line(format_args!("- {line}"));
        }
        match lines.len().checked_sub(20) {
            Some(more @ 1..) => self.line(format_args!("… and {more} more")),
            _ => self,
        }
    }

    fn sql(mut self, sql: &str) -> Message {
        let lines = sql.lines().count();
        for line in sql.lines().take(8) {
            self = self.line(format_args!("| {}", line.trim_end()));
        }
        if lines > 8 { self.line(format_args!("| … {} lines more", lines - 8)) } else { self }
    }

    #[cold]
    fn help(self, kind: Kind, help: impl Display) -> Error {
        let Message(text) = self;
        Error::new(kind, format!("{text}{UNCHANGED}\n  help: {}", visible(&help.to_string(), LINE)))
    }
}

/// The same error, after migrations that are committed and stay.
pub(crate) fn after(error: Error, steps: usize, version: &str) -> Error {
    let stay = if steps == 1 { "stays" } else { "stay" };
    let migrations = event::count(steps);
    error.restate(
        UNCHANGED,
        &format!("\n  {migrations} before it {stay}: the database is at version {version}; nothing else was changed"),
    )
}

/// `2 (add_roles)`.
pub(crate) fn title(migration: &Migration) -> String {
    format!("{} ({})", migration.version, migration.name)
}

fn row_title(row: &Row) -> String {
    format!("{} ({})", brief(&row.version), brief(&row.name))
}

/// `applied 2026-03-01T12:00:00.000Z`.
fn when(row: &Row) -> String {
    format!("{} {}", brief(&row.outcome), brief(&row.applied_at))
}

/// The longest line of a message, in characters.
const LINE: usize = 4000;

/// A value that somebody may have written into the history.
pub(crate) fn brief(value: &str) -> String {
    visible(value, 80)
}

/// As much of a checksum as tells it from another one.
fn short(checksum: &str) -> String {
    checksum.char_indices().nth(15).map_or_else(|| checksum.to_owned(), |(end, _)| format!("{}…", &checksum[..end]))
}

/// What the help lines call the database.
fn file(db: &Connection) -> String {
    match db.path() {
        Some(path) if !path.is_empty() => path.to_owned(),
        _ => "app.db".to_owned(),
    }
}
