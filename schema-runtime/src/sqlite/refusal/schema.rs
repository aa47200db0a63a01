//! A schema that is not the one it should be.

use rusqlite::Connection;
use schema_core::Migration;

use crate::sqlite::refusal::{Message, UNCHANGED, file, title};
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
