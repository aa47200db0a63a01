//! The texts of the errors: the fact in line 1, both sides, the place, what happened to the database, and
//! what mends it.

use std::fmt::{Display, Write as _};
use std::path::Path;

use rusqlite::{Connection, ErrorCode};
use schema_core::{Migration, Place};

use crate::sqlite::history::{Row, TABLE};
use crate::{Error, Kind, event};

/// Every refusal says so; [`after`] corrects it when migrations before were committed.
const UNCHANGED: &str = "\n  nothing was changed";

/// A message, line by line.
struct Message(String);

impl Message {
    /// The first line.
    fn new(fact: impl Into<String>) -> Message {
        Message(fact.into())
    }

    fn line(mut self, line: impl Display) -> Message {
        // Writing to a string cannot fail.
        let _ = write!(self.0, "\n  {line}");
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
        Error::new(kind, format!("{text}{UNCHANGED}\n  help: {help}"))
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

/// SQLite's code, also of an error that knows its place in the statement.
pub(crate) fn code(error: &rusqlite::Error) -> Option<ErrorCode> {
    match error {
        rusqlite::Error::SqlInputError { error, .. } => Some(error.code),
        other => other.sqlite_error_code(),
    }
}

/// SQLite's own words.
fn words(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqlInputError { msg, .. } | rusqlite::Error::SqliteFailure(_, Some(msg)) => msg.clone(),
        other => other.to_string(),
    }
}

/// An error that no statement is to blame for: what it is, and what helps.
fn circumstance(error: &rusqlite::Error) -> Option<(Kind, &'static str, &'static str)> {
    Some(match code(error)? {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => (
            Kind::Busy,
            "the database is locked by another connection",
            "try again, or wait longer: `Options::busy_timeout`",
        ),
        ErrorCode::ReadOnly => (
            Kind::ReadOnly,
            "the database cannot be written",
            "give the program the right to write the file and its directory, or migrate with a program that has it",
        ),
        ErrorCode::NotADatabase => (
            Kind::NotADatabase,
            "the file is not a SQLite database",
            "check the path; an encrypted database needs its key before it is migrated",
        ),
        ErrorCode::DiskFull => (Kind::Full, "the disk or the database is full", "make room and start again"),
        ErrorCode::DatabaseCorrupt => (
            Kind::Corrupt,
            "the database file is damaged",
            "restore a backup; `PRAGMA integrity_check` lists the damage, and `sqlite3 FILE .recover` saves what is left",
        ),
        ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::PermissionDenied => (
            Kind::Io,
            "the database file cannot be opened, read or written",
            "check the path, the rights of the program and the disk",
        ),
        _ => return None,
    })
}

/// An error of the database itself, outside any migration.
#[cold]
pub(crate) fn database(error: rusqlite::Error) -> Error {
    let (kind, fact, help) =
        circumstance(&error).unwrap_or((Kind::Database, "SQLite refuses", "mend what SQLite names and start again"));
    Message::new(fact).side("sqlite", words(&error)).help(kind, help).with_source(error)
}

/// The file cannot be opened.
pub(crate) fn open(path: &Path, error: rusqlite::Error) -> Error {
    let shown = path.display();
    let (fact, help) = match path.parent() {
        _ if path.is_dir() => {
            (format!("`{shown}` is a directory, not a database file"), "name a file inside it".to_owned())
        }
        Some(parent) if !parent.as_os_str().is_empty() && !parent.exists() => (
            format!("the directory `{}` of the database does not exist", parent.display()),
            format!("create it first: `std::fs::create_dir_all({:?})`", parent.display().to_string()),
        ),
        _ => (
            format!("the database `{shown}` cannot be opened"),
            "check the path and the rights of the program".to_owned(),
        ),
    };
    Message::new(fact).side("sqlite", words(&error)).help(Kind::Io, help).with_source(error)
}

/// SQLite would make a file of that name.
pub(crate) fn is_url(path: &Path) -> Option<Error> {
    let path = path.to_str()?;
    let rest = path.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let message = Message::new(format!("`{path}` is a URL, not a path"));
    Some(message.help(Kind::Io, format_args!("use the path alone: `{rest}`")))
}

/// `2 (add_roles)`.
fn title(migration: &Migration) -> String {
    format!("{} ({})", migration.version, migration.name)
}

fn row_title(row: &Row) -> String {
    format!("{} ({})", row.version, row.name)
}

/// `applied 2026-03-01T12:00:00.000Z`.
fn when(row: &Row) -> String {
    format!("{} {}", row.outcome, row.applied_at)
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

/// The program's own migrations make no sequence.
pub(crate) fn duplicate(first: &Migration, second: &Migration) -> Error {
    let fact = if schema_core::compare_versions(&first.version, &second.version).is_eq() {
        format!("two migrations of the program have version {}", first.version)
    } else {
        format!("migration {} of the program stands before migration {}", first.version, second.version)
    };
    Message::new(fact)
        .side("program", &first.file)
        .side("program", &second.file)
        .help(Kind::Duplicate, "run `cargo driftless rebase`, which renumbers the newer one")
        .with_migration(&second.file)
}

/// The history table has other columns, or other values, than it is written with.
pub(crate) fn corrupt(fact: &str, db: &Connection) -> Error {
    Message::new(format!("the table `{TABLE}` is not the history that driftless wrote: {fact}")).help(
        Kind::CorruptHistory,
        format_args!(
            "restore the table from a backup, or, when the schema is known to be right, drop it and have it proved \
             anew: `sqlite3 {} 'DROP TABLE {TABLE}'`",
            file(db)
        ),
    )
}

/// A row of the history does not fit its chain; `chain` is what it would be with the program's migration.
pub(crate) fn altered(row: &Row, chain: &str, migration: Option<&Migration>, db: &Connection) -> Error {
    let message =
        Message::new(format!("row {} of `{TABLE}` was changed by hand: it does not fit its chain", row.position))
            .side("database", format_args!("{}, {}", row_title(row), short(&row.checksum)));
    let Some(migration) = migration else {
        return message.help(Kind::AlteredHistory, "restore the table from a backup");
    };
    let (version, checksum, name) = (&migration.version, &migration.checksum, file(db));
    message
        .side("program", format_args!("{}, {}", title(migration), short(checksum)))
        .line(&migration.file)
        .help(
            Kind::AlteredHistory,
            format_args!(
                "if it is the program's migration that ran, put the row right: `sqlite3 {name} \"UPDATE {TABLE} SET version = \
                 '{version}', checksum = '{checksum}', chain = '{chain}' WHERE position = {}\"`",
                row.position
            ),
        )
        .with_migration(&migration.file)
}

/// The database knows a migration that comes after all of the program's.
pub(crate) fn newer(row: &Row, last: Option<&Migration>) -> Error {
    let ends = last.map_or_else(|| "has none".to_owned(), |last| format!("ends at {}", last.version));
    let message = Message::new(format!(
        "a newer release wrote this database: it has migration {}, and the program {ends}",
        row.version
    ))
    .side("database", format_args!("{}, {}", row_title(row), when(row)));
    let message = match last {
        Some(last) => message.side("program", title(last)).line(&last.file),
        None => message.side("program", "(no migrations)"),
    };
    message.help(
        Kind::Newer,
        format_args!("run the release that knows migration {}, or restore the backup from before it", row.version),
    )
}

/// The file of an applied migration was edited.
pub(crate) fn edited(row: &Row, migration: &Migration) -> Error {
    Message::new(format!("migration {} was edited after it came to this database", title(migration)))
        .side("database", format_args!("{}, {}", short(&row.checksum), when(row)))
        .side("program", short(&migration.checksum))
        .line(&migration.file)
        .help(
            Kind::Edited,
            "restore the file as it was, and put the change into a new migration: `cargo driftless new NAME`",
        )
        .with_migration(&migration.file)
}

/// An applied migration is not in the program.
pub(crate) fn missing(row: &Row, migrations: &[Migration]) -> Error {
    let versions: Vec<&str> = migrations.iter().map(|migration| &*migration.version).collect();
    let versions = match versions.as_slice() {
        [] => "no migrations".to_owned(),
        [first, .., last] if versions.len() > 8 => format!("versions {first} to {last}, {} of them", versions.len()),
        _ => format!("versions {}", versions.join(", ")),
    };
    Message::new(format!("this database has migration {}, and the program does not", row_title(row)))
        .side("database", format_args!("{}, {}", short(&row.checksum), when(row)))
        .side("program", versions)
        .help(Kind::Missing, "restore its file: `git log --diff-filter=D --name-only` finds the commit that removed it")
}

/// A migration of the program comes before one that the database has.
pub(crate) fn late(migration: &Migration, last: &Row) -> Error {
    Message::new(format!(
        "migration {} comes before migration {}, which this database has already",
        title(migration),
        last.version
    ))
    .side("database", format_args!("{}, {}", row_title(last), when(last)))
    .side("program", &migration.file)
    .help(Kind::Late, format_args!("give it a version after {}: `cargo driftless rebase` renumbers it", last.version))
    .with_migration(&migration.file)
}

/// The transaction of the connection is in the way.
pub(crate) fn in_transaction() -> Error {
    Message::new("the connection is inside a transaction, where foreign keys cannot be switched off")
        .help(Kind::Connection, "commit first")
}

/// The setting stayed on, although it was switched off.
pub(crate) fn foreign_keys_stay_on() -> Error {
    Message::new("foreign keys cannot be switched off on this connection, and migrations may rebuild tables")
        .help(Kind::Connection, "migrate on a connection that no authorizer restricts")
}

/// A temporary table hides one of the migrations.
pub(crate) fn hidden(name: &str) -> Error {
    Message::new(format!("the temporary table `{name}` of this connection hides the table `{name}` of the migrations"))
        .help(Kind::Connection, "migrate before it is created, or on a connection of its own")
}

/// A statement of a migration failed.
#[cold]
pub(crate) fn failed(migration: &Migration, place: Place, sql: &str, error: rusqlite::Error) -> Error {
    let (kind, message, help) = match circumstance(&error) {
        Some((kind, fact, help)) => {
            let message = Message::new(format!("{fact} while migration {} runs", title(migration)));
            (kind, message.side("sqlite", words(&error)), help)
        }
        None => (
            Kind::Failed,
            Message::new(format!("migration {} fails: {}", title(migration), words(&error))),
            "mend what SQLite names; while no database has the migration, its file may be edited: then `cargo driftless lock`",
        ),
    };
    let error = message.line(&place).sql(sql).help(kind, help).with_source(error);
    error.with_migration(&migration.file).with_statement(place, sql)
}

/// A statement that ends the transaction of its migration.
pub(crate) fn rollback(migration: &Migration, place: Place, sql: &str) -> Error {
    Message::new(format!("migration {} rolls its own transaction back", title(migration)))
        .line(&place)
        .sql(sql)
        .help(
            Kind::Failed,
            "remove the statement: a migration runs in one transaction, which is rolled back when a statement fails",
        )
        .with_migration(&migration.file)
        .with_statement(place, sql)
}

/// The schema of all migrations cannot be created beside what is in the database.
#[cold]
pub(crate) fn uncreatable(sql: &str, error: rusqlite::Error) -> Error {
    let (kind, fact, help) = match circumstance(&error) {
        Some((kind, fact, help)) => (kind, format!("{fact} while the schema is created"), help),
        None => (
            Kind::Failed,
            "the schema of the migrations cannot be created in this database".to_owned(),
            "rename or remove what is in the way, or use an empty database",
        ),
    };
    Message::new(fact).side("sqlite", words(&error)).sql(sql).help(kind, help).with_source(error)
}

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
pub(crate) fn drifted(last: &Migration, differences: &[String], db: &Connection) -> Error {
    let version = &last.version;
    Message::new(format!("the schema of the database is not that of version {version}, which its history says it has"))
        .side("history", title(last))
        .list(differences)
        .help(
            Kind::Drifted,
            format_args!("`cargo driftless diff {} migrations@{version}` shows what differs", file(db)),
        )
}

/// No version has the schema that a database without history has.
pub(crate) fn unknown(nearest: Option<(&Migration, &[String])>, db: &Connection) -> Error {
    let mut message = Message::new("the database has no history, and its schema is that of no version");
    let mut version = "VERSION";
    if let Some((migration, differences)) = nearest {
        message = message.side("nearest", title(migration)).list(differences);
        version = &migration.version;
    }
    message.help(
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

/// A migration ran and led elsewhere.
pub(crate) fn diverged(migration: &Migration, differences: &[String]) -> Error {
    Message::new(format!("migration {} ran, but did not lead to its schema on this database", title(migration)))
        .line(&migration.file)
        .list(differences)
        .help(
            Kind::Diverged,
            "a statement with IF EXISTS, or one that depends on rows or on the SQLite version, does something else \
             here: make it unconditional",
        )
        .with_migration(&migration.file)
}

/// A migration leaves orphans.
pub(crate) fn orphans(migration: &Migration, violations: &[String]) -> Error {
    Message::new(format!("migration {} leaves rows that refer to nothing", title(migration)))
        .line(&migration.file)
        .list(violations)
        .help(Kind::ForeignKeys, "delete or repair these rows in the migration, before its end")
        .with_migration(&migration.file)
}

/// A migration cannot be taken back.
pub(crate) fn irreversible(migration: &Migration) -> Error {
    Message::new(format!("migration {} has no way down", title(migration)))
        .line(&migration.file)
        .help(Kind::Irreversible, "write its down migration, or restore the backup from before it")
        .with_migration(&migration.file)
}

/// There is no such version to go back to.
pub(crate) fn no_such_version(version: &str, rows: &[Row]) -> Error {
    let message = Message::new(format!("the database does not have version {version}, to which it was to go back"));
    match rows.last() {
        Some(last) => message
            .side("database", format_args!("{}, {}", row_title(last), when(last)))
            .help(Kind::NoSuchVersion, "name a version that it has: `cargo driftless status` lists them"),
        None => message
            .side("database", "(no history)")
            .help(Kind::NoSuchVersion, "there is nothing to take back; `cargo driftless apply` records what it has"),
    }
}

/// A statement of a way down failed: what [`failed`] says of migrations that are locked does not hold.
pub(crate) fn on_the_way_down(error: Error) -> Error {
    let locked = "; while no database has the migration, its file may be edited: then `cargo driftless lock`";
    error.restate(locked, " in the way down, and start again").restate("migration ", "the way down of migration ")
}

/// A way down ran and led elsewhere.
pub(crate) fn not_undone(down: &Migration, before: Option<&Migration>, differences: &[String]) -> Error {
    let goal = before
        .map_or_else(|| "an empty database".to_owned(), |before| format!("the schema of version {}", before.version));
    Message::new(format!("the way down of migration {} ran, but did not lead back to {goal}", title(down)))
        .line(&down.file)
        .list(differences)
        .help(Kind::Diverged, "make it undo exactly what the migration does")
        .with_migration(&down.file)
}

/// The same error, after migrations that were taken back and stay so.
pub(crate) fn after_some(error: Error, steps: usize) -> Error {
    if steps == 0 {
        return error;
    }
    let are = if steps == 1 { "is" } else { "are" };
    error.restate(UNCHANGED, &format!("\n  {} {are} rolled back; nothing else was changed", event::count(steps)))
}
