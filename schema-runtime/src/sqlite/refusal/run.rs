//! What goes wrong while a migration runs, forth or back.

use schema_core::{Migration, Place};

use crate::sqlite::refusal::{Message, UNCHANGED, circumstance, title, words};
use crate::{Error, Kind, event};

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

/// A statement for what is missing of a migration failed.
#[cold]
pub(crate) fn not_completed(migration: &Migration, sql: &str, error: rusqlite::Error) -> Error {
    let (kind, fact, help) = match circumstance(&error) {
        Some((kind, fact, help)) => (kind, format!("{fact} while migration {} is completed", title(migration)), help),
        None => (
            Kind::Failed,
            format!("what is missing of migration {} fails: {}", title(migration), words(&error)),
            "mend what SQLite names and start again",
        ),
    };
    let message = Message::new(fact).line(&migration.file).sql(sql);
    message.help(kind, help).with_source(error).with_migration(&migration.file).with_sql(sql)
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

/// A migration cannot be taken back.
pub(crate) fn irreversible(migration: &Migration) -> Error {
    Message::new(format!("migration {} has no way down", title(migration)))
        .line(&migration.file)
        .help(Kind::Irreversible, "write its down migration, or restore the backup from before it")
        .with_migration(&migration.file)
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
