//! Rows that are made: for every condition that people write, and what is said where none is found.

use schema_runtime::rusqlite::Connection;
use schema_runtime::testing::prove;

use crate::common::{failure, proved, set, untried};

/// Conditions on columns `a`, `b` and `c`, with their types.
const CONDITIONS: &[(&str, &str)] = &[
    ("a TEXT", "length(a) = 64"),
    ("a TEXT", "length(a) BETWEEN 3 AND 10 AND a NOT GLOB '*[^0-9a-f]*'"),
    ("a TEXT", "a GLOB '[A-Z][A-Z][0-9]*'"),
    ("a TEXT", "a LIKE '%_@_%._%'"),
    ("a TEXT", "json_valid(a)"),
    ("a TEXT", "json_valid(a) AND json_type(a) = 'array'"),
    ("a TEXT", "json_extract(a, '$.kind') IN ('x', 'y')"),
    ("a TEXT", "a = trim(a) AND a != ''"),
    ("a TEXT", "a = lower(a) AND length(a) > 0"),
    ("a TEXT", "date(a) IS a"),
    ("a TEXT", "datetime(a) IS NOT NULL"),
    ("a TEXT", "a GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z'"),
    ("a TEXT", "a IN ('x')"),
    ("a INTEGER", "a IN (0, 1)"),
    ("a INTEGER", "a = 1"),
    ("a INTEGER", "a % 5 = 0 AND a > 100"),
    ("a INTEGER", "a BETWEEN -3 AND -1"),
    ("a INTEGER", "typeof(a) = 'integer' AND a >= 0"),
    ("a REAL", "a > 0.0 AND a < 1.0"),
    ("a BLOB", "length(a) = 32 AND typeof(a) = 'blob'"),
    ("a BLOB", "a IS NULL OR length(a) IN (16, 20)"),
    ("a INTEGER, b INTEGER", "a < b"),
    ("a TEXT, b TEXT", "a < b AND length(b) < 30"),
    ("a TEXT, b TEXT", "(a IS NULL) != (b IS NULL)"),
    ("a TEXT, b TEXT, c TEXT", "(a IS NOT NULL) + (b IS NOT NULL) + (c IS NOT NULL) = 1"),
    (
        "a TEXT, b TEXT, c INTEGER",
        "(a = 'text' AND b IS NOT NULL AND c IS NULL) OR (a = 'number' AND b IS NULL AND c > 9)",
    ),
    ("a INTEGER, b INTEGER", "a + b = 100"),
    ("a INTEGER NOT NULL, b AS (a * 2)", "b > 1000"),
];

#[test]
fn conditions_that_people_write_are_satisfied_and_violated() {
    for (columns, condition) in CONDITIONS {
        let sql = format!("CREATE TABLE t (id INTEGER PRIMARY KEY, {columns}, CONSTRAINT it CHECK ({condition}))");
        let proof = prove(&set(&[&sql, "CREATE INDEX i ON t (a)"])).run().unwrap_or_else(|failure| panic!("{failure}"));
        let label = proof.constraints.iter().find(|label| label.contains("CONSTRAINT it"));
        assert!(label.is_some(), "{condition}: {proof}");
        assert_eq!(proof.rows, 4, "{condition}");
    }
}

#[test]
fn tables_of_all_shapes_are_filled() {
    let seen = std::cell::RefCell::new(Vec::new());
    let set = set(&[
        "CREATE TABLE settings (id INTEGER PRIMARY KEY CHECK (id = 1), theme TEXT);
         CREATE TABLE nodes (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES nodes (id));
         CREATE TABLE a (id INTEGER PRIMARY KEY, b INTEGER REFERENCES b (id));
         CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER REFERENCES a (id));
         CREATE TABLE pairs (a INTEGER NOT NULL REFERENCES a (id), b INTEGER NOT NULL REFERENCES b (id), PRIMARY KEY (a, b));
         CREATE TABLE days (day TEXT PRIMARY KEY CHECK (day IN ('mon', 'tue', 'wed'))) WITHOUT ROWID;
         CREATE TABLE known (code TEXT PRIMARY KEY); INSERT INTO known VALUES ('code 1'), ('code 2'), ('code 3');
         CREATE TABLE \"the order\" (\"select\" TEXT UNIQUE, [a b] INTEGER CHECK ([a b] > 7));
         CREATE VIRTUAL TABLE search USING fts5 (body);
         CREATE TRIGGER indexed AFTER INSERT ON a BEGIN INSERT INTO search (rowid, body) VALUES (NEW.id, 'a'); END",
        "SELECT 1",
    ]);
    let proof = prove(&set).seed_with(|db, _| {
        let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search%' AND name NOT LIKE 'drift%' ORDER BY 1";
        let mut statement = db.prepare(sql)?;
        for name in statement.query_map([], |row| row.get::<_, String>(0))? {
            let name = name?;
            let count: i64 = db.query_row(&format!("SELECT count(*) FROM \"{name}\""), [], |row| row.get(0))?;
            seen.borrow_mut().push(format!("{name} {count}"));
        }
        seen.borrow_mut().push(one(db, "SELECT count(b) FROM a"));
        Ok(())
    });
    let proof = proof.assert();
    assert_eq!(
        *seen.borrow(),
        ["a 5", "b 4", "days 3", "known 7", "nodes 4", "pairs 4", "settings 1", "the order 4", "1"]
    );
    assert_eq!(
        untried(&proof),
        [
            "more than 3 rows in table `days`: none was found that it accepts",
            "more than 1 row in table `settings`: none was found that it accepts"
        ]
    );
}

fn one(db: &Connection, sql: &str) -> String {
    db.query_row(sql, [], |row| row.get::<_, i64>(0)).expect(sql).to_string()
}

#[test]
fn one_row_has_everything_and_one_has_nothing() {
    let set = set(&["CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INTEGER, c REAL, d BLOB, e)", "SELECT 1"]);
    let rows = std::cell::RefCell::new(Vec::new());
    let proof = prove(&set).seed_with(|db, _| {
        let sql = "SELECT (a IS NULL) || (b IS NULL) || (c IS NULL) || (d IS NULL) || (e IS NULL) FROM t ORDER BY id";
        let mut statement = db.prepare(sql)?;
        rows.borrow_mut().extend(statement.query_map([], |row| row.get::<_, String>(0))?.flatten());
        Ok(())
    });
    proof.assert();
    assert_eq!(*rows.borrow(), ["00000", "11111", "00000", "10101"]);
}

#[test]
fn a_table_that_accepts_no_row_is_found() {
    let never = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL CHECK (hex(a) = '5EC237'))";
    assert_eq!(
        failure(&[never, "SELECT 1"]),
        "no row was found that table `t` accepts at versions 1 and 2: no row was found for which all its CHECK \
         constraints hold
  help: give rows: `.seed(\"t\", \"INSERT …\")`; or leave the table out: `.leave_out(\"t\")`"
    );
    let refused = "CREATE TABLE t (id INTEGER PRIMARY KEY); CREATE TRIGGER no BEFORE INSERT ON t BEGIN
        SELECT RAISE(ABORT, 'never'); END";
    assert_eq!(
        failure(&[refused]),
        "no row was found that table `t` accepts at version 1: never
  | INSERT INTO t (id) VALUES (7)
  help: give rows: `.seed(\"t\", \"INSERT …\")`; or leave the table out: `.leave_out(\"t\")`"
    );
    let proof = prove(&set(&[never])).leave_out("t").assert();
    assert_eq!(
        untried(&proof),
        ["table `t`: the caller leaves it out", "the constraints of table `t`: it has no rows"]
    );
}

#[test]
fn rows_that_are_given_are_the_rows() {
    let never = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL CHECK (hex(a) = '5EC237'))";
    let migrations = ["CREATE TABLE t (id INTEGER PRIMARY KEY)", "DROP TABLE t", never, "SELECT 1"];
    let set = set(&migrations);
    let proof = prove(&set).seed("t", "INSERT INTO t (a) VALUES (x'5ec237'), (x'5ec237')").assert();
    // In version 1 there is no column `a`, so rows were made.
    assert_eq!((proof.upgrades.len(), proof.rows), (3, 6));
    assert!(proof.constraints.contains(&"t: CHECK (hex(a) = '5EC237')".to_owned()), "{proof}");
    let failure = prove(&set).seed("t", "INSERT INTO t (a) VALUES ('x')").run().expect_err("it is refused");
    assert!(
        failure.to_string().contains("no row was found that table `t` accepts at versions 3 and 4: CHECK"),
        "{failure}"
    );
}

#[test]
fn rows_obey_what_later_versions_demand() {
    let rebuild =
        "CREATE TABLE n (id INTEGER PRIMARY KEY, kind TEXT CHECK (kind IN ('x', 'y')), p INTEGER REFERENCES p (id));
        INSERT INTO n SELECT id, kind, p FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;
        CREATE UNIQUE INDEX i ON t (kind, p)";
    let first =
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (id INTEGER PRIMARY KEY, kind TEXT, p INTEGER)";
    assert_eq!(proved(&[first, rebuild]).upgrades, ["1"]);
}

#[test]
fn the_same_rows_are_made_again() {
    let run = || {
        let rows = std::cell::RefCell::new(String::new());
        let set = set(&["CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b REAL CHECK (b > 3))", "SELECT 1"]);
        let sql = "SELECT group_concat(id || ' ' || ifnull(a, '-') || ' ' || ifnull(b, '-'), ', ') FROM t";
        let seed = |db: &Connection, _: &str| {
            *rows.borrow_mut() = db.query_row(sql, [], |row| row.get(0))?;
            Ok(())
        };
        prove(&set).seed_with(seed).assert();
        rows.into_inner()
    };
    assert_eq!(run(), "1 a 1 4.0, 2 - -, 3 a 3: it's \"ä\" 名 🦀 3.5, 4 - 4.5");
    assert_eq!(run(), run());
}

#[test]
fn functions_of_the_application_are_there() {
    let set = set(&["CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT CHECK (is_loud(a)))", "SELECT 1"]);
    let flags = schema_runtime::rusqlite::functions::FunctionFlags::SQLITE_DETERMINISTIC;
    let proof = prove(&set).prepare(move |db| {
        db.create_scalar_function("is_loud", 1, flags, |context| {
            Ok(context.get::<Option<String>>(0)?.map(|text| !text.is_empty() && text == text.to_uppercase()))
        })
    });
    assert_eq!(proof.assert().constraints, ["t: PRIMARY KEY (id)", "t: CHECK (is_loud(a))"]);
}
