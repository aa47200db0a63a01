//! Scripts: where a statement ends, and where its parts stand.

use rusqlite::Connection;
use schema_core::sqlite::places;
use schema_core::sqlite::statement::{self, StatementKind};
use schema_core::token::statements;
use schema_core::{Dialect, Name, ObjectName, Part, PartKind, Path, SourceMap, Table};

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

fn placed(c: &mut Choices, altering: bool) -> Result<(), String> {
    let script = accepted(c, altering);
    let connection = Connection::open_in_memory().expect("a database");
    connection.execute_batch(&script).map_err(|error| format!("{error}\n{script}"))?;
    let mut map = SourceMap::default();
    for statement in statements(Dialect::Sqlite, &script) {
        places::follow(&mut map, "a.sql", &script, &statement);
    }
    // The columns of CREATE TABLE AS SELECT stand nowhere.
    let from_select = |table: &Table| {
        statements(Dialect::Sqlite, &script).iter().any(|statement| match statement::classify(statement) {
            StatementKind::CreateTable { name, as_select, .. } => as_select && (altering || name == table.name.name),
            _ => false,
        })
    };
    for table in read(&connection)?.schema.tables.values() {
        for path in paths(table) {
            // ADD COLUMN does not know the other columns, which tell a name in double quotes from a string.
            let string = matches!(&path, Path::Part { label, .. } if altering && label.as_str().contains('\''));
            let place = if string || from_select(table) { map.nearest(&path) } else { map.get(&path) };
            let Some(place) = place else {
                return Err(format!("{path:?} has no place in\n{script}"));
            };
            if let Path::Part { kind: PartKind::Column, label, .. } = &path
                && !altering
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
    law("places", 2000, 300, |c| placed(c, false));
}

#[test]
fn every_part_has_a_place_after_alter_table() {
    law("moved places", 2000, 300, |c| placed(c, true));
}

/// The places of these parts after a script, each by kind and label.
fn places_of(script: &str, parts: &[(PartKind, &str)]) -> Vec<Option<String>> {
    let mut map = SourceMap::default();
    for statement in statements(Dialect::Sqlite, script) {
        places::follow(&mut map, "a.sql", script, &statement);
    }
    let table = ObjectName::new(Dialect::Sqlite, None, "t");
    let path = |(kind, label): &(PartKind, &str)| {
        let label = Name::new(Dialect::Postgres, *label);
        Path::Part { table: table.clone(), kind: *kind, label }
    };
    parts.iter().map(|part| map.get(&path(part)).map(ToString::to_string)).collect()
}

#[test]
fn a_new_name_that_needs_quotes_is_found_in_conditions_and_indexes() {
    let script =
        "CREATE TABLE t (a CHECK (a > 0));\nCREATE INDEX i ON t (a, lower(a));\nALTER TABLE t RENAME a TO \"group\";";
    let parts = [(PartKind::Check, "\"group\" > 0"), (PartKind::Index, "group, (lower(\"group\"))")];
    assert_eq!(places_of(script, &parts), [Some("a.sql:1:19".to_owned()), Some("a.sql:2:1".to_owned())]);
}

#[test]
fn a_temporary_table_of_the_same_name_is_another_one() {
    let script = "CREATE TABLE t (a);\nCREATE TEMP TABLE t (b);\nALTER TABLE temp.t RENAME TO u;\nDROP TABLE temp.u;";
    assert_eq!(places_of(script, &[(PartKind::Column, "a")]), [Some("a.sql:1:17".to_owned())]);
}
