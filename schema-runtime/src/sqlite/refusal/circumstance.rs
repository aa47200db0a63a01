//! What SQLite itself, the file and the connection stand in the way with.

use std::path::Path;

use rusqlite::ErrorCode;

use crate::sqlite::refusal::Message;
use crate::{Error, Kind};

/// SQLite's code, also of an error that knows its place in the statement.
pub(crate) fn code(error: &rusqlite::Error) -> Option<ErrorCode> {
    match error {
        rusqlite::Error::SqlInputError { error, .. } => Some(error.code),
        other => other.sqlite_error_code(),
    }
}

/// SQLite's own words.
pub(super) fn words(error: &rusqlite::Error) -> String {
    match error {
        rusqlite::Error::SqlInputError { msg, .. } | rusqlite::Error::SqliteFailure(_, Some(msg)) => msg.clone(),
        other => other.to_string(),
    }
}

/// An error that no statement is to blame for: what it is, and what helps.
pub(super) fn circumstance(error: &rusqlite::Error) -> Option<(Kind, &'static str, &'static str)> {
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
