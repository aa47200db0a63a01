//! What the history of the database and the migrations of the program disagree about.

use rusqlite::Connection;
use schema_core::Migration;

use crate::sqlite::history::{Row, TABLE};
use crate::sqlite::refusal::{Message, brief, file, row_title, short, title, when};
use crate::{Error, Kind};

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
        brief(&row.version)
    ))
    .side("database", format_args!("{}, {}", row_title(row), when(row)));
    let message = match last {
        Some(last) => message.side("program", title(last)).line(&last.file),
        None => message.side("program", "(no migrations)"),
    };
    message.help(
        Kind::Newer,
        format_args!(
            "run the release that knows migration {}, or restore the backup from before it",
            brief(&row.version)
        ),
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

/// `versions 1, 2, 3`.
pub(super) fn versions(migrations: &[Migration]) -> String {
    let versions: Vec<&str> = migrations.iter().map(|migration| &*migration.version).collect();
    match versions.as_slice() {
        [] => "no migrations".to_owned(),
        [first, .., last] if versions.len() > 8 => format!("versions {first} to {last}, {} of them", versions.len()),
        _ => format!("versions {}", versions.join(", ")),
    }
}

/// An applied migration is not in the program.
pub(crate) fn missing(row: &Row, migrations: &[Migration]) -> Error {
    Message::new(format!("this database has migration {}, and the program does not", row_title(row)))
        .side("database", format_args!("{}, {}", short(&row.checksum), when(row)))
        .side("program", versions(migrations))
        .help(
            Kind::Missing,
            format_args!(
                "restore its file: `git log --diff-filter=D --name-only -- '*{}*'` finds the commit that removed it",
                row.name
            ),
        )
}

/// A migration of the program comes before one that the database has.
pub(crate) fn late(migration: &Migration, last: &Row) -> Error {
    Message::new(format!(
        "migration {} comes before migration {}, which this database has already",
        title(migration),
        brief(&last.version)
    ))
    .side("database", format_args!("{}, {}", row_title(last), when(last)))
    .side("program", &migration.file)
    .help(
        Kind::Late,
        format_args!("give it a version after {}: `cargo driftless rebase --local {}`", last.version, migration.file),
    )
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
