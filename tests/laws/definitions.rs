//! What SQLite stores is read, and what is written from it is the same to SQLite.

use rusqlite::Connection;
use schema_core::{Diff, Inspection, Pair, Renames, Schema, UnmanagedKind, render};
use schema_replay::inspect;

use crate::generate::{self, Choices, law};

/// What the reader says about a database.
pub(crate) fn read(connection: &Connection) -> Result<Inspection, String> {
    inspect(connection).map_err(|error| format!("the catalogue cannot be read: {error}"))
}

/// A database that these statements made, and those that SQLite accepted.
pub(crate) fn run(statements: &[String]) -> (Connection, Vec<&String>) {
    let connection = Connection::open_in_memory().expect("a database");
    connection.execute_batch("PRAGMA foreign_keys = OFF").expect("a pragma");
    let accepted = statements.iter().filter(|sql| connection.execute_batch(sql).is_ok()).collect();
    (connection, accepted)
}

pub(crate) fn listed(statements: &[impl ToString]) -> String {
    statements.iter().map(|sql| format!("{};\n", sql.to_string())).collect()
}

/// In what two schemas differ.
pub(crate) fn difference(before: &Schema, after: &Schema) -> String {
    let changes = Diff::between(Pair::new(before, after), &Renames::default()).changes;
    match changes.is_empty() {
        true => format!("only the order differs: {before:#?}\n{after:#?}"),
        false => format!("{changes:?}"),
    }
}

/// Reads, writes down, and reads again.
fn holds(c: &mut Choices, altering: bool) -> Result<(), String> {
    let statements = generate::script(c, altering);
    let (original, accepted) = run(&statements);
    let fail = |what: String| Err(format!("{what}\n{}", listed(&accepted)));
    let found = read(&original)?;
    for object in &found.unmanaged {
        // An index over "zzz", which is no column, is one over a string. Nobody meant that.
        let string = object.reason.as_ref().is_some_and(|reason| reason.contains("which is no column"));
        if object.kind == UnmanagedKind::NotUnderstood && !string {
            let sql = object.sql.as_deref().unwrap_or_default();
            return fail(format!("`{}` is not understood: {:?}\n{sql}", object.name, object.reason));
        }
    }
    let written = render::schema(&found.schema);
    let (copy, taken) = run(&written);
    if taken.len() < written.len() {
        return fail(format!("SQLite refuses what is written:\n{}from", listed(&written)));
    }
    let again = read(&copy)?;
    if again.schema != found.schema {
        return fail(format!(
            "it is read differently when it is written down again:\n{:#?}\n{:#?}\n{}from",
            found.schema,
            again.schema,
            listed(&written)
        ));
    }
    Ok(())
}

#[test]
fn whatever_sqlite_creates_is_read_and_written_again() {
    law("creating", 2000, 300, |c| holds(c, false));
}

#[test]
fn whatever_sqlite_alters_is_read_and_written_again() {
    law("altering", 2000, 300, |c| holds(c, true));
}

#[test]
fn a_schema_is_read_as_it_was_written() {
    law("nouns", 2000, 300, |c| {
        let schema = generate::schema(c);
        let written = render::schema(&schema);
        let (connection, taken) = run(&written);
        if taken.len() < written.len() {
            return Err(format!("SQLite refuses what is written:\n{}", listed(&written)));
        }
        let found = read(&connection)?;
        if found.schema != schema || !found.unmanaged.is_empty() {
            let difference = difference(&schema, &found.schema);
            return Err(format!("{difference}\n{:?}\nin\n{}", found.unmanaged, listed(&written)));
        }
        Ok(())
    });
}

/// A generator whose SQL is refused tests nothing.
#[test]
fn most_of_the_generated_sql_is_accepted() {
    let counts = std::cell::Cell::new((0, 0));
    law("accepted", 500, 300, |c| {
        let statements = generate::script(c, true);
        let (_, accepted) = run(&statements);
        let (all, good) = counts.get();
        counts.set((all + statements.len(), good + accepted.len()));
        Ok(())
    });
    let (all, good) = counts.get();
    assert!(good * 100 > all * 60, "SQLite accepted {good} of {all} statements");
}
