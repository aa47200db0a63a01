//! The texts of the errors: the fact in line 1, both sides, the place, what happened to the database, and
//! what mends it.

use std::path::Path;

use rusqlite::{Connection, ErrorCode};
use schema_core::{Migration, Place};

use crate::sqlite::history::{Row, TABLE};
use crate::{Error, Kind};

/// Every refusal says so; [`after`] corrects it when migrations before were committed.
const UNCHANGED: &str = "\n  nothing was changed";

/// An error of the database itself, outside any migration.
#[cold]
pub(crate) fn database(error: rusqlite::Error) -> Error {
    let (kind, fact, help) = match code(&error) {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (
            Kind::Busy,
            "the database is locked by another connection",
            "try again, or wait longer: `Options::busy_timeout`",
        ),
        Some(ErrorCode::ReadOnly) => (
            Kind::ReadOnly,
            "the database cannot be written, and migrations are pending",
            "give the program the right to write the file and its directory, or migrate with a program that has it",
        ),
        Some(ErrorCode::NotADatabase) => (
            Kind::NotADatabase,
            "the file is not a SQLite database",
            "check the path; an encrypted database needs its key before it is migrated",
        ),
        Some(ErrorCode::DiskFull) => (Kind::Full, "the disk or the database is full", "make room and start again"),
        Some(ErrorCode::DatabaseCorrupt) => (
            Kind::Corrupt,
            "the database file is damaged",
            "restore a backup; `PRAGMA integrity_check` lists the damage and `sqlite3 FILE .recover` saves what is left",
        ),
        Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::PermissionDenied) => (
            Kind::Io,
            "the database file cannot be opened, read or written",
            "check the path, the rights of the program and the disk",
        ),
        _ => (Kind::Database, "the database refuses", "the line of SQLite above says why"),
    };
    let message = format!("{fact}\n  sqlite:    {}{UNCHANGED}\n  help: {help}", words(&error));
    Error::new(kind, message).with_source(error)
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

/// `2 (add_roles)`.
pub(crate) fn title(migration: &Migration) -> String {
    format!("{} ({})", migration.version, migration.name)
}

/// As much of a checksum as tells it from another one.
fn short(checksum: &str) -> String {
    checksum.char_indices().nth(15).map_or_else(|| checksum.to_owned(), |(end, _)| format!("{}…", &checksum[..end]))
}

fn row_title(row: &Row) -> String {
    format!("{} ({})", row.version, row.name)
}

/// What the help lines call the database.
pub(crate) fn file(db: &Connection) -> String {
    match db.path() {
        Some(path) if !path.is_empty() => path.to_owned(),
        _ => "app.db".to_owned(),
    }
}

/// The file cannot be opened.
#[cold]
pub(crate) fn open(path: &Path, error: rusqlite::Error) -> Error {
    let shown = path.display();
    let (fact, help) = match path.parent() {
        _ if path.is_dir() => {
            (format!("`{shown}` is a directory, not a database file"), "name a file inside it".into())
        }
        Some(parent) if !parent.as_os_str().is_empty() && !parent.exists() => (
            format!("the directory `{}` of the database does not exist", parent.display()),
            format!("create it first: `std::fs::create_dir_all({:?})`", parent.display().to_string()),
        ),
        _ => {
            (format!("the database `{shown}` cannot be opened"), "check the path and the rights of the program".into())
        }
    };
    let message = format!("{fact}\n  sqlite:    {}{UNCHANGED}\n  help: {help}", words(&error));
    Error::new(Kind::Io, message).with_source(error)
}

/// SQLite would make a file of that name.
pub(crate) fn is_url(path: &Path) -> Option<Error> {
    let path = path.to_str()?;
    let rest = path.strip_prefix("sqlite:")?;
    let rest = rest.strip_prefix("//").unwrap_or(rest);
    let message = format!("`{path}` is a URL, not a path{UNCHANGED}\n  help: use the path alone: `{rest}`");
    Some(Error::new(Kind::Io, message))
}

/// The program's own migrations make no sequence.
#[cold]
pub(crate) fn duplicate(first: &Migration, second: &Migration) -> Error {
    let fact = if first.version == second.version {
        format!("two migrations of the program have version {}", first.version)
    } else {
        format!("migration {} of the program stands before migration {}", first.version, second.version)
    };
    let message = format!(
        "{fact}\n  program:   {}\n  program:   {}{UNCHANGED}\n  help: run `cargo driftless rebase`, which renumbers the newer one",
        first.file, second.file,
    );
    Error::new(Kind::Duplicate, message).with_migration(&second.file)
}

/// The history table has other columns, or other values, than it is written with.
#[cold]
pub(crate) fn corrupt(fact: &str, db: &Connection) -> Error {
    let message = format!(
        "the table `{TABLE}` is not the history that driftless wrote: {fact}{UNCHANGED}\n  help: restore the table from a backup, or drop it, if the schema is known to be right, so that it is \
         proved anew: `sqlite3 {} 'DROP TABLE {TABLE}'`",
        file(db),
    );
    Error::new(Kind::CorruptHistory, message)
}

/// A row of the history does not fit its chain.
#[cold]
pub(crate) fn altered(row: &Row, chain: &str, migration: Option<&Migration>, db: &Connection) -> Error {
    let mut message = format!(
        "row {} of `{TABLE}` was changed by hand: it does not fit its chain\n  database:  {}, {}",
        row.position,
        row_title(row),
        short(&row.checksum)
    );
    if let Some(migration) = migration {
        message +=
            &format!("\n  program:   {}, {}\n  {}", title(migration), short(&migration.checksum), migration.file);
    }
    message += UNCHANGED;
    message += "\n  help: ";
    match migration {
        Some(migration) => {
            let (version, checksum) = (&migration.version, &migration.checksum);
            message += &format!(
                "if it is the program's migration that ran, put the row right: `sqlite3 {} \"UPDATE {TABLE} SET version = \
                 '{version}', checksum = '{checksum}', chain = '{chain}' WHERE position = {}\"`",
                file(db),
                row.position,
            );
        }
        None => message += "restore the table from a backup",
    }
    let error = Error::new(Kind::AlteredHistory, message);
    match migration {
        Some(migration) => error.with_migration(&migration.file),
        None => error,
    }
}

/// The database knows a migration that comes after all of the program's.
#[cold]
pub(crate) fn newer(row: &Row, last: Option<&Migration>) -> Error {
    let (ends, program) = match last {
        Some(last) => (format!("ends at {}", last.version), format!("{}\n  {}", title(last), last.file)),
        None => ("has no migrations".to_owned(), "(none)".to_owned()),
    };
    Error::new(
        Kind::Newer,
        format!(
            "a newer release wrote this database: it has migration {}, and the program {ends}\n  database:  {}, {} {}\n  \
             program:   {program}{UNCHANGED}\n  help: run the release that knows migration {}, or restore the backup from before it",
            row.version,
            row_title(row),
            row.outcome,
            row.applied_at,
            row.version,
        ),
    )
}

/// The file of an applied migration was edited.
#[cold]
pub(crate) fn edited(row: &Row, migration: &Migration) -> Error {
    Error::new(
        Kind::Edited,
        format!(
            "migration {} was edited after this database had it\n  database:  {}, {} {}\n  program:   {}\n  {}{UNCHANGED}\n  \
             help: restore the file as it was, and put the change into a new migration: `cargo driftless new NAME`",
            title(migration),
            short(&row.checksum),
            row.outcome,
            row.applied_at,
            short(&migration.checksum),
            migration.file,
        ),
    )
    .with_migration(&migration.file)
}

/// An applied migration is not in the program.
#[cold]
pub(crate) fn missing(row: &Row, migrations: &[Migration]) -> Error {
    let versions: Vec<&str> = migrations.iter().map(|migration| &*migration.version).collect();
    Error::new(
        Kind::Missing,
        format!(
            "this database has migration {}, and the program does not\n  database:  {}, {} {}\n  program:   versions {}{UNCHANGED}\n  \
             help: restore its file; `git log --diff-filter=D --name-only` finds the commit that removed it",
            row_title(row),
            short(&row.checksum),
            row.outcome,
            row.applied_at,
            shortened(&versions),
        ),
    )
}

fn shortened(versions: &[&str]) -> String {
    match versions {
        [] => "(none)".to_owned(),
        [first, .., last] if versions.len() > 8 => format!("{first} to {last} ({} of them)", versions.len()),
        _ => versions.join(", "),
    }
}

/// A migration of the program comes before one that the database has.
#[cold]
pub(crate) fn late(migration: &Migration, last: &Row) -> Error {
    Error::new(
        Kind::Late,
        format!(
            "migration {} comes before migration {}, which this database has already\n  database:  {}, {} {}\n  program:   {}{UNCHANGED}\n  \
             help: give it a version after {}: `cargo driftless rebase` renumbers it",
            title(migration),
            last.version,
            row_title(last),
            last.outcome,
            last.applied_at,
            migration.file,
            last.version,
        ),
    )
    .with_migration(&migration.file)
}

/// The transaction or the temporary tables of the connection are in the way.
#[cold]
pub(crate) fn in_transaction() -> Error {
    Error::new(
        Kind::Connection,
        format!(
            "the connection is inside a transaction, where foreign keys cannot be switched off{UNCHANGED}\n  help: commit first"
        ),
    )
}

/// A temporary table hides one of the migrations.
#[cold]
pub(crate) fn hidden(name: &str) -> Error {
    Error::new(
        Kind::Connection,
        format!(
            "the temporary table `{name}` of this connection hides the table `{name}` of the migrations{UNCHANGED}\n  \
             help: migrate before it is created, or on a connection of its own"
        ),
    )
}

/// What a migration failed with, and how far the database has come.
#[cold]
pub(crate) fn failed(migration: &Migration, place: Place, sql: &str, error: rusqlite::Error) -> Error {
    let outside = database_kind(&error);
    let fact = match outside {
        Some(fact) => format!("{fact} while migration {} runs", title(migration)),
        None => format!("migration {} fails: {}", title(migration), words(&error)),
    };
    let mut message = fact;
    if outside.is_some() {
        message += &format!("\n  sqlite:    {}", words(&error));
    }
    message += &format!("\n  {place}\n{}{UNCHANGED}\n  help: ", quoted(sql));
    message += match outside {
        Some(_) => "mend the cause and start again",
        None => {
            "mend what SQLite names; a migration that no database has yet may be edited: then `cargo driftless lock`"
        }
    };
    let kind = match outside {
        Some(_) => database_error_kind(&error),
        None => Kind::Failed,
    };
    Error::new(kind, message).with_migration(&migration.file).with_statement(place, sql).with_source(error)
}

/// A statement that ends the transaction of its migration.
#[cold]
pub(crate) fn rollback(migration: &Migration, place: Place, sql: &str) -> Error {
    let message = format!(
        "migration {} rolls its own transaction back\n  {place}\n{}{UNCHANGED}\n  \
         help: remove the statement: a migration runs in one transaction, which is rolled back when a statement fails",
        title(migration),
        quoted(sql),
    );
    Error::new(Kind::Failed, message).with_migration(&migration.file).with_statement(place, sql)
}

fn quoted(sql: &str) -> String {
    let lines: Vec<&str> = sql.lines().collect();
    let mut shown: Vec<String> = lines.iter().take(8).map(|line| format!("  | {}", line.trim_end())).collect();
    if lines.len() > 8 {
        shown.push(format!("  | … ({} lines more)", lines.len() - 8));
    }
    shown.join("\n")
}

/// The fact when an error is not the statement's fault.
fn database_kind(error: &rusqlite::Error) -> Option<&'static str> {
    match database_error_kind(error) {
        Kind::Busy => Some("the database is locked by another connection"),
        Kind::Full => Some("the disk or the database is full"),
        Kind::Io => Some("the database file cannot be read or written"),
        Kind::Corrupt => Some("the database file is damaged"),
        Kind::ReadOnly => Some("the database cannot be written"),
        _ => None,
    }
}

fn database_error_kind(error: &rusqlite::Error) -> Kind {
    match code(error) {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Kind::Busy,
        Some(ErrorCode::ReadOnly) => Kind::ReadOnly,
        Some(ErrorCode::NotADatabase) => Kind::NotADatabase,
        Some(ErrorCode::DiskFull) => Kind::Full,
        Some(ErrorCode::DatabaseCorrupt) => Kind::Corrupt,
        Some(ErrorCode::CannotOpen | ErrorCode::SystemIoFailure | ErrorCode::PermissionDenied) => Kind::Io,
        _ => Kind::Database,
    }
}

/// The program's migrations cannot be replayed, so there is nothing to compare with.
#[cold]
pub(crate) fn unreplayable(problem: schema_replay::Problem) -> Error {
    let message = format!("{}{UNCHANGED}", problem.message);
    let place = problem.place.clone();
    let error = Error::new(Kind::Failed, message).with_source(problem);
    match place {
        Some(place) => {
            let file = place.file.clone();
            error.with_statement(place, "").with_migration(&file)
        }
        None => error,
    }
}

/// Lines of differences, at most twenty of them.
pub(crate) fn listed(differences: &[String]) -> String {
    let mut text: String = differences.iter().take(20).map(|line| format!("\n  - {line}")).collect();
    if differences.len() > 20 {
        text += &format!("\n  … and {} more", differences.len() - 20);
    }
    text
}

/// The schema is not the one of the history.
#[cold]
pub(crate) fn drifted(last: &Migration, differences: &[String], db: &Connection) -> Error {
    let version = &last.version;
    let message = format!(
        "the schema of the database is not the one of version {version}, which its history says it has\n  history:   {}{}{UNCHANGED}\n  \
         help: `cargo driftless diff {} migrations@{version}` prints what differs as SQL",
        title(last),
        listed(differences),
        file(db),
    );
    Error::new(Kind::Drifted, message)
}

/// No version has the schema that a database without history has.
#[cold]
pub(crate) fn unknown(nearest: Option<(&Migration, &[String])>, db: &Connection) -> Error {
    let file = file(db);
    let (nearest, version) = match nearest {
        Some((migration, differences)) => {
            (format!("\n  nearest:   {}{}", title(migration), listed(differences)), migration.version.as_ref())
        }
        None => (String::new(), "VERSION"),
    };
    let message = format!(
        "the database has no history, and its schema is not the one of any version{nearest}{UNCHANGED}\n  \
         help: `cargo driftless diff {file} migrations@{version}` prints what differs as SQL",
    );
    Error::new(Kind::Drifted, message)
}

/// Several versions have the schema of a database without history, and rows lie between them.
#[cold]
pub(crate) fn ambiguous(first: &Migration, last: &Migration, data: &Migration) -> Error {
    let message = format!(
        "the database has no history, and its schema is the one of version {} and of version {}\n  first:     {}\n  last:      {}\n  \
         between:   {} changes rows{UNCHANGED}\n  help: say which it is: `Options::new().adopt(Adopt::Version(\"{}\".into()))` runs what comes after it",
        first.version,
        last.version,
        title(first),
        title(last),
        data.file,
        first.version,
    );
    Error::new(Kind::Ambiguous, message).with_migration(&data.file)
}

/// The caller named a version whose schema the database does not have, or that is none.
#[cold]
pub(crate) fn not_that_version(version: &str, found: &[&Migration]) -> Error {
    let versions: Vec<&str> = found.iter().map(|migration| &*migration.version).collect();
    let message = format!(
        "the database does not have the schema of version {version}, which it was to be adopted as\n  \
         database:  the schema of {}{UNCHANGED}\n  help: adopt one of these, or leave the choice to `Adopt::Proven`",
        if versions.is_empty() { "no version".to_owned() } else { format!("version {}", versions.join(", ")) },
    );
    Error::new(Kind::Drifted, message)
}

/// The caller declined to adopt.
#[cold]
pub(crate) fn unadopted(table: &str) -> Error {
    let message = format!(
        "the database has tables of the migrations but no history, and is not to be adopted\n  database:  table `{table}`{UNCHANGED}\n  \
         help: migrate an empty database, or allow it: `Options::new().adopt(Adopt::Proven)`"
    );
    Error::new(Kind::Unadopted, message)
}

/// A migration ran and led elsewhere.
#[cold]
pub(crate) fn diverged(migration: &Migration, differences: &[String]) -> Error {
    let message = format!(
        "migration {} ran, but did not lead to its schema on this database\n  {}{}{UNCHANGED}\n  \
         help: a statement with IF EXISTS, or one that depends on rows or on the SQLite version, does something else here: make it unconditional",
        title(migration),
        migration.file,
        listed(differences),
    );
    Error::new(Kind::Diverged, message).with_migration(&migration.file)
}

/// A migration leaves orphans.
#[cold]
pub(crate) fn orphans(migration: &Migration, violations: &[String]) -> Error {
    let message = format!(
        "migration {} leaves rows that refer to nothing\n  {}{}{UNCHANGED}\n  help: delete or repair these rows in the migration, before its end",
        title(migration),
        migration.file,
        listed(violations),
    );
    Error::new(Kind::ForeignKeys, message).with_migration(&migration.file)
}

/// The schema of all migrations cannot be created beside what is in the database.
#[cold]
pub(crate) fn uncreatable(sql: &str, error: rusqlite::Error) -> Error {
    let (kind, fact) = match database_kind(&error) {
        Some(fact) => (database_error_kind(&error), format!("{fact} while the schema is created")),
        None => (Kind::Failed, "the schema of the migrations cannot be created in this database".to_owned()),
    };
    let message = format!(
        "{fact}\n  sqlite:    {}\n{}{UNCHANGED}\n  help: mend what SQLite names and start again",
        words(&error),
        quoted(sql),
    );
    Error::new(kind, message).with_source(error)
}

/// The same error, after migrations that are committed and stay.
pub(crate) fn after(error: Error, steps: usize, version: &str) -> Error {
    let migrations = crate::event::count(steps);
    let stays = if steps == 1 { "stays" } else { "stay" };
    error.restate(
        UNCHANGED,
        &format!("\n  {migrations} before it {stays}: the database is at version {version}; nothing else was changed"),
    )
}
