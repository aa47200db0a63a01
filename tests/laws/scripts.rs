//! Scripts: where a statement ends, and where its parts stand.

use rusqlite::Connection;
use schema_core::sqlite::places;
use schema_core::token::statements;
use schema_core::{Dialect, Part, Path, SourceMap, Table};

use crate::definitions::{read, run};
use crate::generate::{self, Choices, law};

/// The rows of the catalogue, with their text without the comments and blanks that SQLite may store at its end.
fn catalogue(connection: &Connection) -> Vec<(String, Option<String>)> {
    let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema ORDER BY rowid").expect("a catalogue");
    let text = |sql: String| statements(Dialect::Sqlite, &sql).first().map(|one| one.text.to_owned());
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?.and_then(text))));
    rows.and_then(Iterator::collect).expect("rows")
}

/// A script of statements that SQLite accepts, one after the other.
fn accepted(c: &mut Choices, altering: bool) -> String {
    // A comment that is never closed would swallow what follows.
    let closed = |sql: &String| if sql.ends_with("/* open") { format!("{sql} */") } else { sql.clone() };
    let all: Vec<String> = generate::script(c, altering).iter().map(closed).collect();
    let (_, accepted) = run(&all);
    accepted
        .iter()
        .map(|sql| format!("{sql}{}", c.of(&["\n;", "\n;\n", "\n;;", "\n; -- it's; done\n", "\n; /* ; */ ;\n\n"])))
        .collect()
}

#[test]
fn a_script_in_pieces_does_what_the_whole_does() {
    law("pieces", 2000, 300, |c| {
        let script = accepted(c, true);
        let whole = Connection::open_in_memory().expect("a database");
        whole.execute_batch(&script).map_err(|error| format!("{error}\n{script}"))?;
        let pieces: Vec<String> = statements(Dialect::Sqlite, &script).iter().map(|one| one.text.to_owned()).collect();
        let (apart, taken) = run(&pieces);
        match taken.len() == pieces.len() && catalogue(&apart) == catalogue(&whole) {
            true => Ok(()),
            false => Err(format!("{pieces:#?}\nis not\n{script}")),
        }
    });
}

/// The paths of a table and its parts.
fn paths(table: &Table) -> Vec<Path> {
    let own = &table.name;
    let mut paths = vec![Path::Table(own.clone())];
    paths.extend(table.columns.iter().map(|part| part.path(own)));
    paths.extend(table.primary_key.iter().map(|part| part.path(own)));
    paths.extend(table.uniques.iter().map(|part| part.path(own)));
    paths.extend(table.foreign_keys.iter().map(|part| part.path(own)));
    paths.extend(table.checks.iter().map(|part| part.path(own)));
    paths.extend(table.indexes.iter().map(|part| part.path(own)));
    paths
}

/// The text at the place of a column.
fn at<'a>(script: &'a str, place: &schema_core::Place) -> &'a str {
    let line = script.split('\n').nth(place.line as usize - 1).unwrap_or_default();
    let start = line.char_indices().nth(place.column as usize - 1).map_or(line.len(), |(at, _)| at);
    &line[start..]
}

fn placed(c: &mut Choices) -> Result<(), String> {
    let script = accepted(c, false);
    let connection = Connection::open_in_memory().expect("a database");
    connection.execute_batch(&script).map_err(|error| format!("{error}\n{script}"))?;
    let mut map = SourceMap::default();
    for statement in statements(Dialect::Sqlite, &script) {
        places::follow(&mut map, "a.sql", &script, &statement);
    }
    let from_select = |table: &Table| {
        let sql = catalogue(&connection).into_iter().find(|(name, _)| table.name.name.is(name)).and_then(|row| row.1);
        sql.is_some_and(|sql| !script.contains(&sql["CREATE TABLE".len()..]))
    };
    for table in read(&connection)?.schema.tables.values() {
        for path in paths(table) {
            // The columns of CREATE TABLE AS SELECT stand nowhere.
            let place = if from_select(table) { map.nearest(&path) } else { map.get(&path) };
            let Some(place) = place else {
                return Err(format!("{path:?} has no place in\n{script}"));
            };
            if let Path::Part { kind: schema_core::PartKind::Column, label, .. } = &path
                && !from_select(table)
            {
                let text = at(&script, place);
                let name =
                    schema_core::token::tokens(Dialect::Sqlite, text).first().map(|token| token.value().into_owned());
                if !name.as_ref().is_some_and(|name| label.is(name)) && !label.as_str().contains('\n') {
                    return Err(format!("{path:?} is at {place}, where {text:?} stands in\n{script}"));
                }
            }
        }
    }
    Ok(())
}

#[test]
fn every_part_has_the_place_where_it_was_created() {
    law("places", 2000, 300, placed);
}
