//! What the history of another migration tool and the migrations of the program disagree about.

use rusqlite::Connection;
use schema_core::{Dialect, Migration, Name, render};

use crate::sqlite::foreign::{Claim, Origin};
use crate::sqlite::refusal::{Message, file, title};
use crate::{Error, Kind};

/// What helps when the history is one of other files: the schema has the last word.
fn or_state(version: &str) -> String {
    format!(
        "; if the program's migrations are not those of that history, state the version that the schema has: \
         `Options::new().adopt(Adopt::Version(\"{version}\".into()))`"
    )
}

/// A migration of a history that the program does not have, and the last one of it that the program has. Where the
/// files are proved to be those of the history, nobody is told to pass it over.
#[derive(Clone, Copy)]
pub(crate) struct Stray<'a> {
    pub(crate) label: &'a str,
    pub(crate) known: &'a Migration,
    pub(crate) is_proved: bool,
}

impl Stray<'_> {
    fn or_state(self) -> String {
        if self.is_proved { String::new() } else { or_state(&self.known.version) }
    }
}

/// The table has values that the tool does not write.
pub(crate) fn not_written_by(origin: &Origin, odd: &str, db: &Connection) -> Error {
    let table = &origin.table;
    Message::new(format!("the table `{table}` is not the history that {} wrote: {odd}", origin.tool)).help(
        Kind::CorruptHistory,
        format_args!("look at it and put it right: `sqlite3 {} 'SELECT * FROM \"{table}\"'`", file(db)),
    )
}

/// The tool began a migration and did not finish it.
pub(crate) fn unfinished(origin: &Origin, label: &str, migration: Option<&Migration>, db: &Connection) -> Error {
    let (table, tool) = (render::name(Dialect::Sqlite, &Name::new(Dialect::Sqlite, &*origin.table)), origin.tool);
    let shown = migration.map_or_else(|| label.to_owned(), title);
    let message = Message::new(format!("{tool} began migration {shown} on this database and did not finish it"));
    let (says, update) = match tool {
        "golang-migrate" => ("dirty", format!("UPDATE {table} SET dirty = 0")),
        _ => ("success = 0", format!("UPDATE {table} SET success = 1 WHERE version = {label}")),
    };
    let message = message.side("database", format_args!("{origin} says `{says}` of version {label}"));
    let error = match migration {
        Some(migration) => message.side("program", &migration.file),
        None => message.side("program", "(does not have it)"),
    }
    .help(
        Kind::Unfinished,
        format_args!(
            "look at what of it is there, finish or undo it by hand, and put the entry right; when it is finished: \
             `sqlite3 {} '{update}'`",
            file(db)
        ),
    );
    match migration {
        Some(migration) => error.with_migration(&migration.file),
        None => error,
    }
}

/// The history has a migration that comes after all of the program's.
pub(crate) fn newer_elsewhere(origin: &Origin, stray: Stray<'_>, migrations: &[Migration]) -> Error {
    let label = stray.label;
    let ends = migrations.last().map_or_else(|| "has none".to_owned(), |last| format!("ends at {}", last.version));
    Message::new(format!(
        "a newer release wrote this database: {} ran migration {label}, and the program {ends}",
        origin.tool
    ))
    .side("database", format_args!("version {label} in {origin}"))
    .side("program", migrations.last().map_or_else(|| "(no migrations)".to_owned(), title))
    .help(Kind::Newer, format_args!("run the release that knows migration {label}{}", stray.or_state()))
}

/// The history has a migration that the program does not have.
pub(crate) fn missing_elsewhere(origin: &Origin, stray: Stray<'_>, migrations: &[Migration]) -> Error {
    let label = stray.label;
    Message::new(format!("{} ran migration {label} on this database, and the program does not have it", origin.tool))
        .side("database", format_args!("version {label} in {origin}"))
        .side("program", super::history::versions(migrations))
        .help(
            Kind::Missing,
            format_args!(
                "restore its file: `git log --diff-filter=D --name-only` finds the commit that removed it{}",
                stray.or_state()
            ),
        )
}

/// The file is not the one that the tool ran; `sides` are the recorded checksum and that of the file.
pub(crate) fn edited_elsewhere(
    origin: &Origin,
    migration: &Migration,
    sides: &(String, String),
    known: &Migration,
) -> Error {
    Message::new(format!("migration {} was edited after {} ran it on this database", title(migration), origin.tool))
        .side("database", format_args!("{} in {origin}", sides.0))
        .side("program", &sides.1)
        .line(&migration.file)
        .help(Kind::Edited, format_args!("restore the file as it was{}", or_state(&known.version)))
        .with_migration(&migration.file)
}

/// The history has a migration, but not one before it.
pub(crate) fn late_elsewhere(origin: &Origin, migration: &Migration, last: &Migration) -> Error {
    Message::new(format!(
        "migration {} comes before migration {}, which {} ran on this database already",
        title(migration),
        last.version,
        origin.tool
    ))
    .side("database", format_args!("{origin} has version {} and not version {}", last.version, migration.version))
    .side("program", &migration.file)
    .help(
        Kind::Late,
        format_args!(
            "let {} run it first, or give it a version after {}: `cargo driftless rebase` renumbers it",
            origin.tool, last.version
        ),
    )
    .with_migration(&migration.file)
}

/// Two histories say different things.
pub(crate) fn histories_disagree(one: &Claim, other: &Claim, migrations: &[Migration], db: &Connection) -> Error {
    let later = &migrations[one.count.max(other.count) - 1].version;
    let says = |claim: &Claim| {
        let last = claim.count.checked_sub(1).map(|at| title(&migrations[at]));
        format!("{} ends at {}", claim.origin, last.unwrap_or_else(|| "nothing".to_owned()))
    };
    Message::new(format!("the histories of {} and {} in this database disagree", one.origin.tool, other.origin.tool))
        .side("database", says(one))
        .side("database", says(other))
        .help(
            Kind::Contradictory,
            format_args!(
                "state the version that the schema has: `Options::new().adopt(Adopt::Version(\"{later}\".into()))`; \
                 `cargo driftless diff {} migrations@{later}` shows what differs from it",
                file(db)
            ),
        )
}

/// The schema is not that of the version that the history ends at. `found` are the versions whose schema it is.
pub(crate) fn not_as_recorded(
    claim: &Claim,
    migrations: &[Migration],
    found: &[&Migration],
    differences: &[String],
    db: &Connection,
) -> Error {
    let recorded = &migrations[claim.count.clamp(1, migrations.len()) - 1];
    let versions: Vec<&str> = found.iter().map(|migration| &*migration.version).collect();
    let has = if versions.is_empty() {
        "the schema of no version".to_owned()
    } else {
        format!("the schema of version {}", versions.join(" and of version "))
    };
    let version = versions.last().copied().unwrap_or(&recorded.version);
    let message = Message::new(format!(
        "{} says that this database is at version {}, and its schema is not that of this version",
        claim.origin, recorded.version
    ))
    .side("history", title(recorded))
    .side("schema", has)
    .list(differences);
    let look = format!("`cargo driftless diff {} migrations@{}` shows what differs", file(db), recorded.version);
    if found.is_empty() {
        return message.help(Kind::Contradictory, look);
    }
    message.help(
        Kind::Contradictory,
        format_args!(
            "{look}; if the schema is right, state it: `Options::new().adopt(Adopt::Version(\"{version}\".into()))`"
        ),
    )
}
