//! What an application brings along, and the sandbox stands in for: functions, collations, modules of virtual
//! tables, and the history tables of migration tools.

use crate::support::{refused, run};

const TABLE: &str = "CREATE TABLE t (a TEXT, b TEXT)";

#[test]
fn functions_of_the_application_are_stood_in_for_wherever_they_stand() {
    for sql in [
        "CREATE TABLE u (a CHECK (my_check(a, 1)))",
        "CREATE TABLE u (a DEFAULT (my_check()), b); INSERT INTO u (b) VALUES (1)",
        "CREATE TABLE u (a, b AS (my_check(a)))",
        "CREATE TABLE u (a, b AS (my_check(a)) STORED)",
        "CREATE INDEX i ON t (my_check(a))",
        "CREATE UNIQUE INDEX i ON t (a) WHERE my_check(a) > 0",
        "CREATE TRIGGER r AFTER INSERT ON t BEGIN SELECT my_check(new.a); END; INSERT INTO t VALUES (1, 2)",
        "CREATE VIEW v AS SELECT my_check(a) FROM t; SELECT * FROM v",
        "UPDATE t SET a = my_check(b) WHERE my_check(a, b, 3) IS NULL",
        "INSERT INTO t SELECT my_check(1), 'x'",
        "DELETE FROM t WHERE my_check()",
        "ALTER TABLE t ADD COLUMN c CHECK (my_check(c))",
    ] {
        let replay = run(&[TABLE, sql]).unwrap_or_else(|problem| panic!("{sql}: {problem}"));
        assert_eq!(replay.functions, ["my_check"], "{sql}");
        assert_eq!(replay.inspection.unmanaged.iter().filter(|found| found.reason.is_some()).count(), 0, "{sql}");
    }
}

#[test]
fn functions_are_told_once_and_in_their_order() {
    let replay = run(&[TABLE, "UPDATE t SET a = g(f(a), sha256_blob(b))", "UPDATE t SET a = F(b)"]).unwrap();
    let mut functions = replay.functions.clone();
    functions.sort();
    assert_eq!(functions, ["f", "g", "sha256_blob"]);
}

#[test]
fn a_misspelt_function_of_sqlite_is_no_function_of_the_application() {
    let problem = refused("SELECT 1;\nSELECT datetme('now')");
    assert_eq!(
        problem.message,
        "SQLite refuses `migrations/1_m.sql`: no such function: datetme\n  statement:   SELECT datetme('now')\n  \
         at:          migrations/1_m.sql:2:8\n  \
         help: did you mean `datetime`? An application may define functions, but hardly this"
    );
}

#[test]
fn too_many_functions_are_none() {
    let calls: Vec<_> = (0..80).map(|number| format!("app_{number}(1)")).collect();
    let problem = refused(&format!("SELECT {}", calls.join(", ")));
    assert_eq!(
        problem.message.lines().next(),
        Some("`migrations/1_m.sql` is not run, since it misses more functions than an application defines")
    );
}

#[test]
fn collations_of_the_application_are_stood_in_for() {
    for sql in [
        "CREATE TABLE u (a TEXT COLLATE icu PRIMARY KEY)",
        "CREATE TABLE u (a TEXT UNIQUE COLLATE \"de_DE\")",
        "CREATE INDEX i ON t (a COLLATE icu DESC)",
        "INSERT INTO t VALUES ('a', 'b'), ('b', 'a'); SELECT * FROM t ORDER BY a COLLATE icu",
        "CREATE VIEW v AS SELECT * FROM t ORDER BY a COLLATE icu; SELECT * FROM v",
        "INSERT INTO t VALUES ('a', 'b'); CREATE TABLE u (a TEXT COLLATE icu UNIQUE); INSERT INTO u VALUES ('x'), ('y')",
    ] {
        let replay = run(&[TABLE, sql]).unwrap_or_else(|problem| panic!("{sql}: {problem}"));
        assert_eq!(replay.functions, Vec::<String>::new(), "{sql}");
    }
    let replay = run(&["CREATE TABLE u (a TEXT COLLATE icu)"]).unwrap();
    let column = &replay.inspection.schema.tables.values().next().unwrap().columns[0];
    assert_eq!(column.collation.as_ref().map(ToString::to_string).as_deref(), Some("icu"));
}

#[test]
fn virtual_tables_of_sqlite_are_real() {
    let sql = "CREATE VIRTUAL TABLE search USING fts5(title, body, content='', tokenize='porter unicode61');
               INSERT INTO search (rowid, title, body) VALUES (1, 'a', 'b');
               CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1);";
    let replay = run(&[sql]).unwrap();
    assert_eq!(
        replay.catalogue,
        [
            "CREATE VIRTUAL TABLE search USING fts5(title, body, content='', tokenize='porter unicode61')",
            "CREATE VIRTUAL TABLE boxes USING rtree(id, x0, x1)"
        ]
    );
    assert_eq!(replay.inspection.schema.tables.len(), 0);
    // A tokenizer of the application is nothing that SQLite would call missing in these words.
    assert!(run(&["CREATE VIRTUAL TABLE s USING fts5(a, tokenize = 'app')"]).is_err());
}

#[test]
fn virtual_tables_of_unknown_modules_are_kept_as_they_are_written() {
    let create = "CREATE VIRTUAL TABLE vectors USING vec0(id integer primary key, embedding float[3])";
    let sql = format!(
        "{create};
         CREATE TRIGGER forget AFTER DELETE ON t BEGIN DELETE FROM vectors WHERE id = old.a; END;
         INSERT INTO vectors (id, embedding) VALUES (1, '[1, 2, 3]');
         DELETE FROM t;"
    );
    let replay = run(&[TABLE, &sql]).unwrap();
    assert_eq!(replay.catalogue[1], create);
    assert_eq!(replay.inspection.schema.tables.len(), 1);
    let kinds: Vec<_> = replay.inspection.unmanaged.iter().map(|found| (found.name.as_str(), found.kind)).collect();
    assert_eq!(
        kinds,
        [("vectors", schema_core::UnmanagedKind::VirtualTable), ("forget", schema_core::UnmanagedKind::Trigger)]
    );
    assert_eq!(run(&[TABLE, &sql, "DROP TABLE vectors; DROP TRIGGER forget"]).unwrap().catalogue, [TABLE]);
}

#[test]
fn history_tables_of_other_tools_are_there_and_hidden() {
    for (table, column) in
        [("_sqlx_migrations", "version"), ("__diesel_schema_migrations", "run_on"), ("schema_migrations", "version")]
    {
        let sql = format!("DELETE FROM {table} WHERE {column} = 1");
        let replay = run(&[TABLE, &sql]).unwrap_or_else(|problem| panic!("{sql}: {problem}"));
        assert_eq!(replay.catalogue, [TABLE], "{sql}");
        assert_eq!(replay.inspection.schema.tables.len(), 1, "{sql}");
    }
    let problem = refused("DELETE FROM users WHERE id = 1");
    assert_eq!(problem.message.lines().next(), Some("SQLite refuses `migrations/1_m.sql`: no such table: users"));
}
