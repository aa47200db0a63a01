//! A schema that is not the one it should be.

use rusqlite::Connection;
use schema_core::token::Statement;
use schema_core::{Migration, Place};
use schema_replay::Problem;

use crate::sqlite::guests::Guest;
use crate::sqlite::refusal::{Message, UNCHANGED, file, title, words};
use crate::{Error, Kind};

/// The program's migrations cannot be replayed, so there is nothing to compare with.
pub(crate) fn unreplayable(problem: schema_replay::Problem) -> Error {
    let help = problem.message.find("\n  help:").unwrap_or(problem.message.len());
    let (facts, help) = problem.message.split_at(help);
    let error = Error::new(Kind::Failed, format!("{facts}{UNCHANGED}{help}"));
    let error = match problem.place.clone() {
        Some(place) => error.with_migration(&place.file.clone()).with_place(place),
        None => error,
    };
    error.with_source(problem)
}

/// The schema is not the one of the history.
pub(crate) fn drifted(last: &Migration, differences: &[String], problem: Option<&Problem>, db: &Connection) -> Error {
    let version = &last.version;
    Message::new(format!("the schema of the database is not that of version {version}, which its history says it has"))
        .side("history", title(last))
        .list(differences)
        .rehearsal(problem)
        .help(
            Kind::Drifted,
            format_args!("`cargo driftless diff {} migrations@{version}` shows what differs", file(db)),
        )
}

/// No version has the schema that a database without history has.
pub(crate) fn unknown(nearest: Option<(&Migration, &[String])>, problem: Option<&Problem>, db: &Connection) -> Error {
    let mut message = Message::new("the database has no history, and its schema is that of no version");
    let mut version = "VERSION";
    if let Some((migration, differences)) = nearest {
        message = message.side("nearest", title(migration)).list(differences);
        version = &migration.version;
    }
    message.rehearsal(problem).help(
        Kind::Drifted,
        format_args!("`cargo driftless diff {} migrations@{version}` shows what differs", file(db)),
    )
}

/// Several versions have the schema of a database without history, and rows lie between them.
pub(crate) fn ambiguous(first: &Migration, last: &Migration, data: &Migration) -> Error {
    Message::new(format!(
        "the database has no history, and its schema is that of version {} and that of version {}",
        first.version, last.version
    ))
    .side("first", title(first))
    .side("last", title(last))
    .side("between", format_args!("{} changes rows", data.file))
    .help(
        Kind::Ambiguous,
        format_args!(
            "say which it is: `Options::new().adopt(Adopt::Version(\"{}\".into()))` runs what comes after it",
            first.version
        ),
    )
    .with_migration(&data.file)
}

/// The caller named a version whose schema the database does not have, or that is none.
pub(crate) fn not_that_version(version: &str, found: &[&Migration]) -> Error {
    let versions: Vec<&str> = found.iter().map(|migration| &*migration.version).collect();
    let has = if versions.is_empty() {
        "no version".to_owned()
    } else {
        format!("version {}", versions.join(" and version "))
    };
    Message::new(format!("the database does not have the schema of version {version}, which it was to be adopted as"))
        .side("database", format_args!("the schema of {has}"))
        .help(Kind::Drifted, "name the version that it has, or leave the choice to `Adopt::Proven`")
}

/// The caller declined to adopt.
pub(crate) fn unadopted(table: &str) -> Error {
    Message::new("the database has tables of the migrations but no history, and is not to be adopted")
        .side("database", format_args!("table `{table}`"))
        .help(Kind::Unadopted, "migrate an empty database, or allow it: `Options::new().adopt(Adopt::Proven)`")
}

/// A pending migration is partly there, and something else is in the way of the rest.
pub(crate) fn conflicting(migration: &Migration, conflicts: &[String]) -> Error {
    Message::new(format!(
        "migration {} is partly in the database, and something else is in the way of the rest",
        title(migration)
    ))
    .line(&migration.file)
    .list(conflicts)
    .help(Kind::Conflicting, "make the database's side what the migration makes, or remove it, and start again")
    .with_migration(&migration.file)
}

/// Nothing of a pending migration is there, but something else, on which it fails.
pub(crate) fn in_the_way(migration: &Migration, conflicts: &[String], problem: &Problem) -> Error {
    Message::new(format!("something else is in the way of migration {}", title(migration)))
        .line(&migration.file)
        .list(conflicts)
        .rehearsal(Some(problem))
        .help(Kind::Conflicting, "make the database's side what the migration makes, or remove it, and start again")
        .with_migration(&migration.file)
}

/// A pending migration is partly there, and what is missing cannot be done alone.
pub(crate) fn unfinishable(migration: &Migration, missing: &[String], reasons: &[String]) -> Error {
    let message = Message::new(format!(
        "migration {} is partly in the database, and what is missing cannot be done without the rest of it",
        title(migration)
    ));
    let message = message.line(&migration.file).list(missing);
    let message = reasons.iter().fold(message, |message, reason| message.side("reason", reason));
    message
        .help(Kind::Conflicting, "do what is missing by hand, or undo what is there, and start again")
        .with_migration(&migration.file)
}

/// Nobody said whether the statements on rows of a migration that is there ran.
pub(crate) fn undecided_rows(migration: &Migration, rows: &[Statement<'_>]) -> Error {
    let mut message = Message::new(format!(
        "the schema of migration {} is in the database, but nothing says whether its statements on rows ran",
        title(migration)
    ));
    for statement in rows.iter().take(5) {
        let place = Place::at(&migration.file, &migration.sql, statement.offset);
        message = message.line(place).sql(statement.text);
    }
    if rows.len() > 5 {
        message = message.line(format_args!("… and {} more", rows.len() - 5));
    }
    message
        .help(
            Kind::UndecidedRows,
            "say it: `Options::new().data_statements(DataPolicy::Adopt)` when they ran, `DataPolicy::Run` to run them",
        )
        .with_migration(&migration.file)
}

/// The likeness of a database cannot be made.
pub(crate) fn unrehearsable(problem: Problem) -> Error {
    let fact = problem.message.lines().next().unwrap_or_default().to_owned();
    Message::new("the migrations cannot be rehearsed on a copy of the database's schema")
        .side("sqlite", fact)
        .help(Kind::Drifted, "mend or drop the object that SQLite names")
        .with_source(problem)
}

/// The pending migrations run where they were proved, but not beside what is in this database.
pub(crate) fn rehearsed(problem: Problem, unmanaged: &[String]) -> Error {
    let message =
        Message::new("the pending migrations fail when they are rehearsed on a copy of this database's schema")
            .rehearsal(Some(&problem))
            .side("database", format_args!("has what no migration knows: {}", unmanaged.join(", ")));
    let error = message.help(Kind::Failed, "move what is in the way, and create it again afterwards");
    let error = match problem.place.clone() {
        Some(place) => error.with_migration(&place.file.clone()).with_place(place),
        None => error,
    };
    error.with_source(problem)
}

/// A trigger of somebody's own does not work with the table that a migration makes again.
pub(crate) fn evicted(migration: &Migration, guest: &Guest, error: &rusqlite::Error) -> Error {
    let Guest { name, table, .. } = guest;
    Message::new(format!(
        "migration {} makes table `{table}` again, and trigger `{name}`, which no migration knows, does not work with it",
        title(migration)
    ))
    .line(&migration.file)
    .side("sqlite", words(error))
    .help(Kind::Conflicting, format_args!("drop the trigger, and create it again afterwards: `DROP TRIGGER {name}`"))
    .with_migration(&migration.file)
}

/// The real database ended elsewhere than its likeness.
pub(crate) fn otherwise_than_rehearsed(migration: &Migration) -> Error {
    Message::new(format!("migration {} did not lead to the schema that its rehearsal had", title(migration)))
        .line(&migration.file)
        .help(Kind::Diverged, "a statement that depends on rows does something else here: make it unconditional")
        .with_migration(&migration.file)
}

impl Message {
    /// What the rehearsal ended with.
    fn rehearsal(self, problem: Option<&Problem>) -> Message {
        let Some(problem) = problem else { return self };
        let message = self.side("rehearsal", problem.message.lines().next().unwrap_or_default());
        match &problem.place {
            Some(place) => message.line(place),
            None => message,
        }
    }
}
