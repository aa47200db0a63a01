//! History tables that somebody or something wrote into, or made.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use rusqlite::Connection;
use rusqlite::types::Value;
use schema_runtime::{Error, Kind, Sqlite};

use super::fuzz;
use crate::bench::assert_shape;
use crate::common::{BASELINE, CMS, File, ROWS, one, set};
use crate::content::content;

const COLUMNS: [&str; 11] = [
    "position",
    "version",
    "checksum",
    "chain",
    "schema_cookie",
    "name",
    "outcome",
    "schema_digest",
    "applied_at",
    "duration_ms",
    "tool",
];

/// What may be wrong with it.
#[derive(Clone, Debug)]
enum Damage {
    /// A value of one row.
    Value(&'static str, u8, Written),
    /// The value of another row.
    Copied(&'static str, u8, u8),
    /// A row is gone.
    Gone(u8),
    /// Another row at the end.
    Row(Vec<Written>),
    /// The same rows in a table with other columns: these are taken, with these words behind them.
    Columns(Vec<(&'static str, &'static str)>, &'static str),
    /// Something else of that name.
    Instead(&'static str),
    /// Rows that come again, in a table that has no key.
    Twice(u8),
    /// Very many rows.
    Many,
}

/// A value as SQL can write it.
#[derive(Clone, Debug)]
enum Written {
    Value(Value),
    /// A text that is not UTF-8.
    Invalid,
    /// Megabytes of it.
    Huge,
}

fn written() -> impl Strategy<Value = Written> {
    let versions =
        ["1", "2", "3", "4", "02", "2.5", "", "999999999999999999999", "V2", "a\nb", "\u{1b}[31m", "\u{202e}"];
    let value = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::Integer),
        (-3_i64..6).prop_map(Value::Integer),
        any::<f64>().prop_map(Value::Real),
        ".{0,20}".prop_map(Value::Text),
        "v1:[0-9a-f]{0,64}".prop_map(Value::Text),
        select(versions.to_vec()).prop_map(|text| Value::Text(text.to_owned())),
        vec(any::<u8>(), 0..20).prop_map(Value::Blob),
    ];
    prop_oneof![20 => value.prop_map(Written::Value), 1 => Just(Written::Invalid), 1 => Just(Written::Huge)]
}

const INSTEAD: [&str; 12] = [
    "CREATE VIEW driftless_migrations AS SELECT 1 AS position",
    "CREATE VIEW driftless_migrations AS SELECT * FROM was",
    "CREATE VIEW driftless_migrations AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
        SELECT i AS position, 'a' AS version, 'b' AS checksum, 'c' AS chain, 1 AS schema_cookie, 'd' AS name,
        'e' AS outcome, 'f' AS schema_digest, 'g' AS applied_at, 1 AS duration_ms, 'h' AS tool FROM n",
    "CREATE VIEW driftless_migrations AS SELECT * FROM nothing",
    "CREATE TABLE driftless_migrations (a)",
    "CREATE TABLE Driftless_Migrations (position INTEGER PRIMARY KEY, version)",
    "CREATE VIRTUAL TABLE driftless_migrations USING rtree (a, b, c)",
    "CREATE VIRTUAL TABLE driftless_migrations USING fts3 (version, checksum, chain, outcome)",
    "CREATE VIRTUAL TABLE driftless_migrations USING fts5 (position, version, name, checksum, chain, outcome,
        schema_cookie, applied_at)",
    "CREATE TABLE other (a); CREATE INDEX driftless_migrations ON other (a)",
    "CREATE TABLE driftless_migrations AS SELECT * FROM was",
    "SELECT 1",
];

fn damage() -> impl Strategy<Value = Damage> {
    let column = || select(COLUMNS.to_vec());
    let words = || select(vec!["", "", "TEXT", "INTEGER", "BLOB", "REAL", "UNIQUE", "AS (1)", "COLLATE NOCASE"]);
    let columns = (vec((column(), words()), 1..14), select(vec!["", " STRICT", " WITHOUT ROWID"]));
    prop_oneof![
        8 => (column(), 0_u8..4, written()).prop_map(|(column, row, value)| Damage::Value(column, row, value)),
        4 => (column(), 0_u8..4, 0_u8..4).prop_map(|(column, row, other)| Damage::Copied(column, row, other)),
        2 => (0_u8..4).prop_map(Damage::Gone),
        2 => vec(written(), 11).prop_map(Damage::Row),
        3 => columns.prop_map(|(columns, options)| Damage::Columns(columns, options)),
        3 => select(INSTEAD.to_vec()).prop_map(Damage::Instead),
        1 => (0_u8..4).prop_map(Damage::Twice),
        1 => Just(Damage::Many),
    ]
}

/// Does it, as far as SQLite lets it: a value may be one that its column refuses.
fn inflict(db: &Connection, damage: &Damage) {
    let run = |sql: &str| drop(db.execute_batch(sql));
    match damage {
        Damage::Value(column, row, value) => drop(write(db, column, *row, value)),
        Damage::Copied(column, row, other) => run(&format!(
            "UPDATE driftless_migrations SET {column} = (SELECT {column} FROM driftless_migrations WHERE rowid = {other} + 1)
             WHERE rowid = {row} + 1"
        )),
        Damage::Gone(row) => run(&format!("DELETE FROM driftless_migrations WHERE rowid = {row} + 1")),
        Damage::Row(values) => {
            run("INSERT INTO driftless_migrations SELECT 9, version, checksum, chain, schema_cookie, name, outcome,
                 schema_digest, applied_at, duration_ms, tool FROM driftless_migrations WHERE position = 1");
            for (column, value) in COLUMNS.iter().zip(values).skip(1) {
                drop(write(db, column, 8, value));
            }
            drop(write(db, "position", 8, &values[0]));
        }
        Damage::Columns(columns, options) => {
            run("ALTER TABLE driftless_migrations RENAME TO was");
            let defined: Vec<String> = columns.iter().map(|(name, words)| format!("{name} {words}")).collect();
            run(&format!("CREATE TABLE driftless_migrations ({}){options}", defined.join(", ")));
            let names: Vec<&str> = columns.iter().filter(|(_, words)| *words != "AS (1)").map(|(name, _)| *name).collect();
            let names = names.join(", ");
            run(&format!("INSERT OR IGNORE INTO driftless_migrations ({names}) SELECT {names} FROM was; DROP TABLE was"));
        }
        Damage::Instead(sql) => {
            run("ALTER TABLE driftless_migrations RENAME TO was");
            run(sql);
        }
        Damage::Twice(row) => {
            run("ALTER TABLE driftless_migrations RENAME TO was");
            run("CREATE TABLE driftless_migrations AS SELECT * FROM was");
            run(&format!("INSERT INTO driftless_migrations SELECT * FROM was LIMIT 1 OFFSET {row}"));
        }
        Damage::Many => run(
            "WITH RECURSIVE n (i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
             INSERT INTO driftless_migrations SELECT i, 'v' || i, 'v1:00', '00', 1, 'name', 'applied', NULL, '', 1, '' FROM n",
        ),
    }
}

fn write(db: &Connection, column: &str, row: u8, value: &Written) -> rusqlite::Result<usize> {
    let update = |value: &str| format!("UPDATE driftless_migrations SET {column} = {value} WHERE rowid = {row} + 1");
    match value {
        Written::Value(value) => db.execute(&update("?1"), [value]),
        Written::Invalid => db.execute(&update("CAST(x'ff41fe' AS TEXT)"), []),
        Written::Huge => db.execute(&update("replace(hex(zeroblob(1000000)), '00', 'long ')"), []),
    }
}

/// What a start has to be: done, with everything as it was, or refused in one of the ways that there are.
fn assert_start(file: &File, program: &Sqlite, damage: &[Damage]) {
    let before = file.bytes();
    let found = content_without_history(&file.open());
    let db = file.open();
    for error in [program.plan(&db).err(), program.status(&db).err()].into_iter().flatten() {
        assert_refused(&error);
    }
    drop(db);
    match program.migrate_file(&file.path) {
        Ok(_) => {
            let db = file.open();
            let after = content_without_history(&db);
            let is_kept = |line: &&String| line.starts_with("rows of notes") || line.starts_with("rows of sessions");
            let kept = |lines: &[String]| lines.iter().filter(is_kept).cloned().collect::<Vec<_>>();
            assert_eq!(kept(&after), kept(&found), "rows: {damage:?}");
            assert_eq!(one(&db, "PRAGMA integrity_check"), "ok");
            assert!(program.migrate_file(&file.path).expect("it is well").is_up_to_date());
        }
        Err(error) => {
            assert_refused(&error);
            assert!(file.bytes() == before, "the file changed: {error}");
        }
    }
}

fn content_without_history(db: &Connection) -> Vec<String> {
    // What a damaged history holds cannot be read; it is put aside in a transaction that ends without a trace.
    db.execute_batch("BEGIN; DROP TABLE IF EXISTS driftless_migrations")
        .or_else(|_| db.execute_batch("DROP VIEW IF EXISTS driftless_migrations"))
        .or_else(|_| db.execute_batch("DROP INDEX IF EXISTS driftless_migrations"))
        .expect("it goes");
    let found = content(db).expect("a content");
    db.execute_batch("ROLLBACK").expect("the end");
    found
}

fn assert_refused(error: &Error) {
    assert_shape(&error.to_string());
    let length = error.to_string().len();
    assert!(length < 20_000, "a message of {length} bytes");
    let known = [
        Kind::CorruptHistory,
        Kind::AlteredHistory,
        Kind::Newer,
        Kind::Missing,
        Kind::Edited,
        Kind::Late,
        Kind::Drifted,
    ];
    assert!(known.contains(&error.kind()), "{:?}: {error}", error.kind());
}

/// The file of a program with so many of four migrations, as bytes.
fn migrated(count: usize) -> (Sqlite, Vec<u8>) {
    let four = [CMS[0], CMS[1], CMS[2], ("4", "feeds", "CREATE TABLE feeds (url TEXT); CREATE TABLE entries (id)")];
    let file = File::of(&format!("{BASELINE}{ROWS}"));
    set(&four[..count]).migrate_file(&file.path).expect("it migrates");
    (set(&four[..3]), file.bytes())
}

#[test]
fn the_history() {
    let found = [migrated(2), migrated(3), migrated(4)];
    let file = File::none();
    fuzz("history", 200, (0_usize..3, vec(damage(), 1..4)), |(which, damages)| {
        let (program, bytes) = &found[which];
        std::fs::write(&file.path, bytes).expect("a file");
        let db = file.open();
        for damage in &damages {
            inflict(&db, damage);
        }
        drop(db);
        assert_start(&file, program, &damages);
    });
}

/// The first line and the kind of the refusal of a history that is damaged so.
fn refusal(damages: &[Damage]) -> (Kind, String) {
    let (program, bytes) = migrated(3);
    let file = File::none();
    std::fs::write(&file.path, bytes).expect("a file");
    let db = file.open();
    for damage in damages {
        inflict(&db, damage);
    }
    drop(db);
    assert_start(&file, &program, damages);
    let error = file.refused(&program);
    (error.kind(), error.to_string().lines().next().unwrap_or_default().to_owned())
}

#[test]
fn a_view_without_end_is_not_read() {
    let endless = INSTEAD.iter().copied().find(|sql| sql.contains("RECURSIVE")).expect("a view");
    let fact =
        "the table `driftless_migrations` is not the history that driftless wrote: it has other columns or values";
    assert_eq!(refusal(&[Damage::Instead(endless)]), (Kind::CorruptHistory, fact.to_owned()));
}

#[test]
fn a_text_that_is_not_utf8_is_a_damage_of_the_history() {
    let fact =
        "the table `driftless_migrations` is not the history that driftless wrote: it has other columns or values";
    let damage = Damage::Value("name", 1, Written::Invalid);
    assert_eq!(refusal(&[damage, Damage::Gone(2)]), (Kind::CorruptHistory, fact.to_owned()));
}

#[test]
fn what_is_in_the_history_is_no_line_of_its_own() {
    let version = Value::Text("9\n  help: \u{1b}[31mdrop it".to_owned());
    let damage = Damage::Value("version", 1, Written::Value(version));
    let (kind, fact) = refusal(&[damage]);
    let expected = "row 2 of `driftless_migrations` was changed by hand: it does not fit its chain";
    assert_eq!((kind, &*fact), (Kind::AlteredHistory, expected));
}
