//! A real SQLite: databases made of nouns or of SQL, what is in them, and scripts that are run as driftless runs
//! migrations.

use std::collections::BTreeMap;

use rusqlite::Connection;
use rusqlite::types::{Value, ValueRef};
use schema_core::plan::Step;
use schema_core::{ColumnValue, Dialect, Diff, Inspection, Name, Pair, Renames, Schema, Table, render};

/// A database with foreign keys enforced.
pub(crate) fn open() -> Connection {
    let db = Connection::open_in_memory().expect("a database");
    db.execute_batch("PRAGMA foreign_keys = ON").expect("a pragma");
    db
}

/// A database with a schema, or SQLite's words.
pub(crate) fn create(schema: &Schema) -> Result<Connection, String> {
    let db = open();
    for sql in render::schema(schema) {
        db.execute_batch(&sql).map_err(|error| format!("{error}: {sql}"))?;
    }
    Ok(db)
}

/// What a database has.
pub(crate) fn inspect(db: &Connection) -> Inspection {
    schema_replay::inspect(db).expect("an inspection")
}

/// Runs statements as driftless runs a migration: foreign keys off, then one transaction.
pub(crate) fn run(db: &Connection, steps: &[Step]) -> Result<(), String> {
    db.execute_batch("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE").expect("a transaction");
    let result = steps.iter().try_for_each(|step| execute(db, &step.sql));
    let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
    db.execute_batch(end).expect("the end of a transaction");
    db.execute_batch("PRAGMA legacy_alter_table = OFF; PRAGMA foreign_keys = ON").expect("a pragma");
    result
}

fn execute(db: &Connection, sql: &str) -> Result<(), String> {
    let run = || -> rusqlite::Result<()> {
        let mut statement = db.prepare(sql)?;
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        Ok(())
    };
    run().map_err(|error| format!("{error}: {sql}"))
}

/// Everything that is in the catalogue, as text.
pub(crate) fn catalogue(db: &Connection) -> Vec<String> {
    let sql = "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_schema
        WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1";
    strings(db, sql)
}

/// The first column of a query.
pub(crate) fn strings(db: &Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(sql).expect("a query");
    let rows = statement.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<rusqlite::Result<_>>().expect("texts")
}

/// The differences between two schemas, as text.
pub(crate) fn differences(before: &Schema, after: &Schema) -> Vec<String> {
    let diff = Diff::between(Pair::new(before, after), &Renames::default());
    diff.changes.iter().map(|change| format!("{change:?}")).collect()
}

/// The rows of a table: by the rowid where it has one, else by the place in the order of the key.
pub(crate) type Rows = BTreeMap<i64, BTreeMap<Name, Value>>;

/// All rows of all tables, and the counters of AUTOINCREMENT.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Content {
    pub(crate) tables: BTreeMap<Name, Rows>,
    pub(crate) sequences: BTreeMap<String, i64>,
}

pub(crate) fn quoted(name: &Name) -> String {
    format!("\"{}\"", name.as_str().replace('"', "\"\""))
}

/// A name of the rowid that no column hides.
pub(crate) fn rowid(table: &Table) -> Option<&'static str> {
    let free = |name: &&&str| table.column(&Name::new(Dialect::Sqlite, **name)).is_none();
    if table.options.without_rowid { None } else { ["rowid", "_rowid_", "oid"].iter().find(free).copied() }
}

/// Reads everything.
pub(crate) fn content(db: &Connection, schema: &Schema) -> Content {
    let tables = schema.tables.values().map(|table| (table.name.name.clone(), rows(db, table))).collect();
    let counted = !strings(db, "SELECT name FROM sqlite_schema WHERE name = 'sqlite_sequence'").is_empty();
    let mut sequences = BTreeMap::new();
    if counted {
        let mut statement = db.prepare("SELECT name, coalesce(seq, 0) FROM sqlite_sequence").expect("a query");
        let found = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
        sequences = found.collect::<rusqlite::Result<_>>().expect("counters");
        // A counter that has not counted is as good as none.
        sequences.retain(|_, count| *count != 0);
    }
    Content { tables, sequences }
}

fn rows(db: &Connection, table: &Table) -> Rows {
    // Generated columns of random expressions may not be computable.
    let is_stored = |column: &&schema_core::Column| !matches!(column.value, ColumnValue::Generated { .. });
    let columns: Vec<&Name> = table.columns.iter().filter(is_stored).map(|column| &column.name).collect();
    let list: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
    let rowid = rowid(table);
    let key = rowid.unwrap_or("0");
    let order: Vec<String> = match (rowid, &table.primary_key) {
        (None, Some(key)) => key.columns().iter().map(quoted).collect(),
        _ => vec![key.to_owned()],
    };
    let sql =
        format!("SELECT {key}, {} FROM {} ORDER BY {}", list.join(", "), quoted(&table.name.name), order.join(", "));
    let mut statement = db.prepare(&sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    let mut found = Rows::new();
    let mut cursor = statement.raw_query();
    let mut place = 0;
    while let Some(row) = cursor.next().expect("a row") {
        let values = columns
            .iter()
            .enumerate()
            .map(|(at, name)| ((*name).clone(), value(row.get_ref(at + 1).expect("a value"))));
        place += 1;
        let key = if rowid.is_some() { row.get(0).expect("a rowid") } else { place };
        found.insert(key, values.collect());
    }
    found
}

/// A value; text that is not UTF-8, which SQLite makes of a blob, as bytes.
fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Text(bytes) => {
            String::from_utf8(bytes.to_vec()).map_or_else(|_| Value::Blob(bytes.to_vec()), Value::Text)
        }
        other => Value::try_from(other).expect("no text"),
    }
}

/// The rows that refer to nothing, where SQLite can tell.
pub(crate) fn orphans(db: &Connection) -> Option<usize> {
    // A key that refers to no unique columns cannot be checked.
    let mut statement = db.prepare("PRAGMA foreign_key_check").ok()?;
    let mut rows = statement.raw_query();
    let mut count = 0;
    loop {
        match rows.next() {
            Ok(Some(_)) => count += 1,
            Ok(None) => return Some(count),
            Err(_) => return None,
        }
    }
}
