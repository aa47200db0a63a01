//! Columns that can be added to an empty table only: SQLite itself says so on a table with a row, and the replay
//! says so at their place. What works on rows is not reported.

use rusqlite::Connection;

use crate::support::run;

const TABLES: &str = "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE t (a INTEGER)";
const ROWS: &str = "INSERT INTO p VALUES (7); INSERT INTO t VALUES (1)";

/// SQLite's answer to the statement on that table with a row; on an empty one it must work.
fn on_rows(tables: &str, rows: &str, alter: &str) -> rusqlite::Result<()> {
    let open = |sql: &str| {
        let db = Connection::open_in_memory().unwrap();
        db.execute_batch(&format!("PRAGMA foreign_keys = ON; {sql}")).unwrap();
        db
    };
    open(tables).execute_batch(alter).unwrap_or_else(|error| panic!("{alter}: {error}"));
    open(&format!("{tables}; {rows}")).execute_batch(alter)
}

fn fails(tables: &str, rows: &str, column: &str, what: &str, help: &str) {
    let alter = format!("ALTER TABLE t\n  ADD COLUMN {column}");
    let words = match on_rows(tables, rows, &alter) {
        Err(rusqlite::Error::SqliteFailure(_, Some(words))) => words,
        other => panic!("{alter}: {other:?}"),
    };
    let findings = run(&[tables, &alter]).unwrap().findings;
    assert_eq!(findings.len(), 1, "{alter}: {findings:?}");
    assert_eq!(findings[0].code, "row-dependent");
    assert_eq!(
        findings[0].message,
        format!(
            "`migrations/2_m.sql` works only while table `t` is empty: it adds column `b` {what}\n  \
             with rows:   SQLite says \"{words}\"\n  at:          migrations/2_m.sql:2:14\n  help: {help}"
        )
    );
    let place = findings[0].place.as_ref().map(ToString::to_string);
    assert_eq!(place.as_deref(), Some("migrations/2_m.sql:2:14"));
}

fn works(tables: &str, rows: &str, column: &str) {
    let alter = format!("ALTER TABLE t ADD COLUMN {column}");
    on_rows(tables, rows, &alter).unwrap_or_else(|error| panic!("{alter}: {error}"));
    let findings = run(&[tables, &alter]).unwrap().findings;
    assert_eq!(findings, [], "{alter}");
}

#[test]
fn not_null_without_a_default() {
    let what = "NOT NULL without a default";
    let help = "give it a constant default, or rebuild the table and fill the column from what the rows hold";
    for column in ["b TEXT NOT NULL", "b TEXT NOT NULL DEFAULT NULL", "b NOT NULL ON CONFLICT IGNORE"] {
        fails(TABLES, ROWS, column, what, help);
    }
    for column in
        ["b TEXT", "b TEXT NULL", "b TEXT NOT NULL DEFAULT ''", "b NOT NULL DEFAULT -1", "b NOT NULL DEFAULT +1.5e3"]
    {
        works(TABLES, ROWS, column);
    }
    for column in [
        "b NOT NULL DEFAULT x'00'",
        "b NOT NULL DEFAULT TRUE",
        "b TEXT DEFAULT ok NOT NULL",
        "b DEFAULT \"x\" NOT NULL",
    ] {
        works(TABLES, ROWS, column);
    }
}

#[test]
fn a_default_that_is_the_time() {
    let what = "with a default that is not constant";
    let help = "add the column without the default and `UPDATE` the rows, or rebuild the table";
    for column in ["b DEFAULT CURRENT_TIMESTAMP", "b DEFAULT current_date", "b TEXT NOT NULL DEFAULT CURRENT_TIME"] {
        fails(TABLES, ROWS, column, what, help);
    }
    works(TABLES, ROWS, "b DEFAULT 'CURRENT_TIMESTAMP'");
    works(TABLES, ROWS, "b DEFAULT \"CURRENT_TIMESTAMP\"");
}

#[test]
fn a_default_that_is_an_expression() {
    let what = "with a default that is not constant";
    let help = "add the column without the default and `UPDATE` the rows, or rebuild the table";
    for column in
        ["b DEFAULT (1 + 1)", "b DEFAULT (datetime('now'))", "b NOT NULL DEFAULT (abs(1))", "b DEFAULT ('a' || 'b')"]
    {
        fails(TABLES, ROWS, column, what, help);
    }
    // Parentheses around a literal are taken off.
    for column in ["b DEFAULT (1)", "b DEFAULT ((-1))", "b DEFAULT ('a')", "b DEFAULT (NULL)", "b DEFAULT (x'00')"] {
        works(TABLES, ROWS, column);
    }
}

#[test]
fn a_stored_generated_column() {
    let help = "make it VIRTUAL, or rebuild the table";
    for column in ["b AS (a + 1) STORED", "b INTEGER GENERATED ALWAYS AS (a) STORED"] {
        fails(TABLES, ROWS, column, "as a STORED generated column", help);
    }
    for column in ["b AS (a + 1)", "b INTEGER GENERATED ALWAYS AS (a) VIRTUAL", "b AS (a) VIRTUAL NOT NULL"] {
        works(TABLES, ROWS, column);
    }
}

#[test]
fn a_reference_with_a_default() {
    let what = "with REFERENCES and a default other than NULL";
    let help = "add it without the default and `UPDATE` the rows, or rebuild the table";
    for column in ["b INTEGER DEFAULT 7 REFERENCES p", "b INTEGER REFERENCES p (id) ON DELETE CASCADE DEFAULT 7"] {
        fails(TABLES, ROWS, column, what, help);
    }
    for column in ["b INTEGER REFERENCES p", "b INTEGER DEFAULT NULL REFERENCES p (id)", "b INTEGER DEFAULT 7"] {
        works(TABLES, ROWS, column);
    }
}

#[test]
fn a_check_that_the_default_violates() {
    let what = "with a CHECK that its default violates";
    let help = "give it a default that the CHECK accepts";
    for column in
        ["b DEFAULT 0 CHECK (b > 0)", "b CHECK (b IS NOT NULL)", "b DEFAULT 'x' CONSTRAINT k CHECK (b IN ('y', 'z'))"]
    {
        fails(TABLES, ROWS, column, what, help);
    }
    for column in ["b DEFAULT 1 CHECK (b > 0)", "b CHECK (b > 0)", "b DEFAULT 'y' CHECK (b IN ('y', 'z'))"] {
        works(TABLES, ROWS, column);
    }
    // The rows decide, and these do not violate it.
    works(TABLES, ROWS, "b DEFAULT 0 CHECK (b < a)");
}

#[test]
fn a_default_of_another_type_in_a_strict_table() {
    let strict = "CREATE TABLE t (a INTEGER) STRICT";
    let rows = "INSERT INTO t VALUES (1)";
    let help = "give it a default of its type";
    let what = "with a default that its type does not take, in a STRICT table";
    fails(strict, rows, "b INTEGER DEFAULT 'x'", what, help);
    works(strict, rows, "b INTEGER DEFAULT 1");
    works(strict, rows, "b ANY DEFAULT 'x'");
    works("CREATE TABLE t (a INTEGER)", rows, "b INTEGER DEFAULT 'x'");
}

/// A table that the same migration created has no rows, until something is copied into it.
#[test]
fn a_table_of_the_same_migration_is_empty() {
    let create = "CREATE TABLE t (a INTEGER);";
    let alter = "ALTER TABLE t ADD b TEXT NOT NULL;";
    assert_eq!(run(&[&format!("{create}{alter}")]).unwrap().findings, []);
    assert_eq!(run(&[create, alter]).unwrap().findings.len(), 1);
    let copied = format!("{TABLES}; CREATE TABLE u (a); INSERT INTO u SELECT id FROM p; ALTER TABLE u ADD b NOT NULL");
    assert_eq!(run(&[&copied]).unwrap().findings.len(), 1);
    let renamed = format!("{create} ALTER TABLE t RENAME TO u; ALTER TABLE u ADD b NOT NULL");
    assert_eq!(run(&[&renamed]).unwrap().findings, []);
    let selected = format!("{TABLES}; CREATE TABLE u AS SELECT * FROM p; ALTER TABLE u ADD b NOT NULL");
    assert_eq!(run(&[&selected]).unwrap().findings.len(), 1);
}

#[test]
fn every_finding_is_told() {
    let alter = "ALTER TABLE t ADD b NOT NULL; ALTER TABLE main.t ADD COLUMN c DEFAULT CURRENT_DATE;\nALTER TABLE \"T\" ADD d AS (a) STORED";
    let places: Vec<_> = run(&[TABLES, alter])
        .unwrap()
        .findings
        .iter()
        .map(|problem| problem.place.clone().unwrap().to_string())
        .collect();
    assert_eq!(places, ["migrations/2_m.sql:1:19", "migrations/2_m.sql:1:61", "migrations/2_m.sql:2:21"]);
}
