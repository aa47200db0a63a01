//! Random schemas as people write them, with parents, children and cascades, and rows for any schema.

use rusqlite::Connection;
use rusqlite::types::Value;
use schema_core::{ColumnValue, Schema, Table};

use crate::engine::quoted;
use crate::generate::Choices;

/// The DDL of some tables, the later ones referring to the earlier ones.
pub(crate) fn schema(c: &mut Choices) -> Vec<String> {
    let count = 1 + c.below(4);
    let mut statements = Vec::new();
    let mut parents: Vec<String> = Vec::new();
    for at in 0..count {
        let name = c.of(&["users", "notes", "Tags", "order", "größe"]);
        let name = if parents.iter().any(|other| other == name) { format!("{name}{at}") } else { name.to_owned() };
        table(c, &name, &parents, &mut statements);
        parents.push(name);
    }
    programs(c, &parents, &mut statements);
    statements
}

fn table(c: &mut Choices, name: &str, parents: &[String], statements: &mut Vec<String>) {
    let strict = c.chance(10);
    let without_rowid = c.chance(10);
    let keys: &[&str] = if strict || without_rowid {
        &["id INTEGER PRIMARY KEY", "id INTEGER NOT NULL PRIMARY KEY"]
    } else {
        &["id INTEGER PRIMARY KEY", "id INTEGER PRIMARY KEY AUTOINCREMENT", "id INT UNIQUE", "id INTEGER PRIMARY KEY"]
    };
    let mut parts = vec![c.of(keys).to_owned()];
    let own = ["a", "b", "c", "d", "e"];
    for column in &own[..c.below(5)] {
        let ty = c.of(if strict { &["TEXT", "INTEGER", "REAL", "ANY"] } else { &["TEXT", "INTEGER", "REAL", "BLOB"] });
        let rest = c.of(&[
            "",
            "",
            "NOT NULL DEFAULT ''",
            "DEFAULT 7",
            "COLLATE NOCASE",
            "UNIQUE",
            "CHECK (length(COLUMN) < 90)",
            "DEFAULT CURRENT_TIMESTAMP",
            "CONSTRAINT short CHECK (length(COLUMN) < 99)",
        ]);
        parts.push(format!("{column} {ty} {}", rest.replace("COLUMN", column)));
    }
    if c.chance(15) {
        let stored = c.of(&["VIRTUAL", "STORED"]);
        parts.push(format!("doubled INTEGER GENERATED ALWAYS AS (id * 2) {stored}"));
    }
    let mut candidates = parents.to_vec();
    candidates.push(name.to_owned());
    for at in 0..c.below(3) {
        let parent = c.of(&candidates);
        let action = c.of(&["ON DELETE CASCADE", "ON DELETE SET NULL", "", "ON DELETE CASCADE ON UPDATE CASCADE"]);
        parts.push(format!("parent{at} INTEGER REFERENCES \"{parent}\" (id) {action}"));
    }
    let mut options = Vec::new();
    options.extend(strict.then_some("STRICT"));
    options.extend(without_rowid.then_some("WITHOUT ROWID"));
    statements.push(format!("CREATE TABLE \"{name}\" ({}) {}", parts.join(", "), options.join(", ")));
    for at in 0..c.below(3) {
        let what = c.of(&["(id)", "(id DESC)", "(abs(id))", "(id) WHERE id > 3"]);
        statements.push(format!("CREATE INDEX \"{name}_{at}\" ON \"{name}\" {what}"));
    }
}

/// Views and triggers on some of the tables, which use nothing but their ids.
fn programs(c: &mut Choices, tables: &[String], statements: &mut Vec<String>) {
    if !c.chance(40) {
        return;
    }
    let (one, other) = (c.of(tables), c.of(tables));
    statements.push(format!("CREATE VIEW ids AS SELECT x.id FROM \"{one}\" AS x JOIN \"{other}\" AS y ON x.id = y.id"));
    statements.push("CREATE VIEW more AS SELECT count(*) AS n FROM ids".to_owned());
    statements.push("CREATE TABLE log (id INTEGER PRIMARY KEY, what TEXT)".to_owned());
    statements.push(format!(
        "CREATE TRIGGER logged AFTER INSERT ON \"{one}\" BEGIN
           INSERT INTO log (what) SELECT NEW.id || ':' || count(id) FROM \"{other}\"; END"
    ));
}

/// Fills every table, parents first, with rows that SQLite takes.
pub(crate) fn fill(c: &mut Choices, db: &Connection, schema: &Schema) {
    for table in schema.tables.values().chain(schema.tables.values()) {
        for _ in 0..c.below(5) {
            insert(c, db, schema, table);
        }
    }
}

fn insert(c: &mut Choices, db: &Connection, schema: &Schema, table: &Table) {
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for column in table.columns.iter().filter(|column| !matches!(column.value, ColumnValue::Generated { .. })) {
        if c.chance(15) {
            continue;
        }
        let key = table.foreign_keys.iter().find(|key| key.columns.first() == Some(&column.name));
        let parent = key.and_then(|key| Some((schema.tables.get(&key.parent)?, key.parent_columns.first()?)));
        let existing = parent.and_then(|(parent, column)| {
            let sql = format!("SELECT {} FROM {} ORDER BY random()", quoted(column), quoted(&parent.name.name));
            db.query_row(&sql, [], |row| row.get::<_, Value>(0)).ok()
        });
        names.push(quoted(&column.name));
        values.push(existing.unwrap_or_else(|| value(c)));
    }
    let marks: Vec<&str> = names.iter().map(|_| "?").collect();
    let own = quoted(&table.name.name);
    let sql = match names.is_empty() {
        true => format!("INSERT OR IGNORE INTO {own} DEFAULT VALUES"),
        false => format!("INSERT OR IGNORE INTO {own} ({}) VALUES ({})", names.join(", "), marks.join(", ")),
    };
    // What violates a constraint is left out; the rest is enough.
    let _ = db.execute(&sql, rusqlite::params_from_iter(values));
}

fn value(c: &mut Choices) -> Value {
    match c.below(12) {
        0 | 1 => Value::Null,
        2 => Value::Real(1.5),
        3 => Value::Text("ä 名 🦀".to_owned()),
        4 => Value::Text("0012".to_owned()),
        5 => Value::Text(String::new()),
        6 => Value::Blob(vec![0, 255, 7]),
        7 => Value::Integer(i64::MAX),
        8 => Value::Text("1e3".to_owned()),
        _ => Value::Integer(i64::try_from(c.below(500)).unwrap_or(0)),
    }
}
