//! What a migration may not do, with the place at which it tries.

use rusqlite::Connection;

use crate::support::{refused, run};

const HELP: &str =
    "remove it: migrations are run while the application is built, and may reach nothing but their database";

/// Denied with that fact, at that line and column of a file whose first line is something else.
fn denied(statement: &str, fact: &str, column: usize) {
    let problem = refused(&format!("CREATE TABLE t (a);\n  {statement};"));
    let excerpt = format!("{statement};");
    let excerpt = excerpt.trim_end_matches(';');
    assert_eq!(
        problem.message,
        format!(
            "`migrations/1_m.sql` is not run, since it {fact}\n  statement:   {excerpt}\n  \
             at:          migrations/1_m.sql:2:{column}\n  help: {HELP}"
        ),
        "{statement}"
    );
    assert_eq!(problem.code, "denied-statement");
    assert_eq!(problem.place.unwrap().to_string(), format!("migrations/1_m.sql:2:{column}"));
}

#[test]
fn other_databases_cannot_be_attached() {
    let attaches = "attaches another database";
    denied("ATTACH 'x.db' AS x", attaches, 3);
    denied("ATTACH DATABASE ':memory:' AS x", attaches, 3);
    denied("ATTACH 'x' || '.db' AS x", attaches, 3);
    denied("ATTACH (SELECT 'x.db') AS x", attaches, 3);
    denied("ATTACH NULL AS x", attaches, 3);
    denied("EXPLAIN ATTACH 'x.db' AS x", attaches, 11);
    denied("DETACH main", "detaches a database", 3);
    denied("DETACH DATABASE 'ma' || 'in'", "detaches a database", 3);
}

#[test]
fn nothing_is_written_to_a_file() {
    let vacuums = "runs VACUUM, which works on the file and in no transaction";
    denied("VACUUM", vacuums, 3);
    denied("VACUUM INTO 'x.db'", vacuums, 3);
    denied("VACUUM main INTO 'x' || '.db'", vacuums, 3);
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("x.db");
    for sql in ["VACUUM INTO '{}'", "/* -- */ VACUUM INTO '{}'", "EXPLAIN VACUUM INTO '{}'", "ATTACH '{}' AS x"] {
        let sql = sql.replace("{}", file.to_str().unwrap());
        // Only explaining it is no harm.
        assert_eq!(run(&[&sql]).is_ok(), sql.starts_with("EXPLAIN"), "{sql}");
        assert!(!file.exists(), "{sql}");
    }
}

#[test]
fn functions_that_reach_out_are_denied_wherever_they_stand() {
    let calls = |name: &str| format!("calls `{name}`, which reaches out of the database");
    denied("SELECT load_extension('x')", &calls("load_extension"), 10);
    denied("SELECT Load_Extension('x', 'y')", &calls("load_extension"), 10);
    denied("CREATE TABLE u (a DEFAULT (load_extension('x')))", &calls("load_extension"), 30);
    denied("CREATE TABLE u (a CHECK (load_extension(a)))", &calls("load_extension"), 28);
    denied("CREATE INDEX i ON t (a) WHERE load_extension(a)", &calls("load_extension"), 33);
    denied("SELECT fts3_tokenizer('simple')", &calls("fts3_tokenizer"), 10);
    denied("SELECT fts3_tokenizer('simple', x'00')", &calls("fts3_tokenizer"), 10);
    for name in ["edit", "lsmode", "readfile", "sqlar_uncompress", "writefile", "zipfile"] {
        denied(&format!("SELECT {name}('/etc/hostname')"), &calls(name), 10);
    }
}

/// The engine does not even have the functions and the modules that read files; only then may a migration
/// that names them be a matter of words.
#[test]
fn the_engine_has_nothing_that_reads_files() {
    let db = Connection::open_in_memory().unwrap();
    let names = |sql: &str| -> Vec<String> {
        db.prepare(sql).unwrap().query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let functions = names("SELECT DISTINCT name FROM pragma_function_list");
    assert!(functions.iter().any(|name| name == "length"), "{functions:?}");
    for name in ["edit", "fsdir", "lsmode", "readfile", "sqlar_uncompress", "writefile", "zipfile"] {
        assert!(!functions.iter().any(|known| known == name), "{name}");
    }
    // The pragmas that answer as tables appear as they are used.
    let mut modules = names("SELECT name FROM pragma_module_list WHERE name NOT LIKE 'pragma\\_%' ESCAPE '\\'");
    modules.sort();
    assert_eq!(
        modules,
        ["dbstat", "fts3", "fts3tokenize", "fts4", "fts4aux", "fts5", "fts5vocab", "rtree", "rtree_i32"]
    );
}

#[test]
fn virtual_tables_over_files_are_denied() {
    for name in ["csv", "fsdir", "swarmvtab", "unionvtab", "zipfile"] {
        let fact = format!("opens a file with the virtual table module `{name}`");
        denied(&format!("CREATE VIRTUAL TABLE v USING {name}('/etc/hostname')"), &fact, 32);
    }
    let problem = refused("SELECT * FROM fsdir('/')");
    assert_eq!(
        problem.message.lines().next(),
        Some("SQLite refuses `migrations/1_m.sql`: no such table: fsdir"),
        "{problem}"
    );
}

#[test]
fn the_catalogue_is_written_by_sqlite_alone() {
    let sets = |name: &str| format!("sets or reads `PRAGMA {name}`, which no migration needs");
    denied("PRAGMA writable_schema = ON", &sets("writable_schema"), 10);
    denied("PRAGMA main.Writable_Schema(1)", &sets("writable_schema"), 15);
    denied("SELECT * FROM pragma_writable_schema", &sets("writable_schema"), 3);
    for (statement, words) in [
        ("UPDATE sqlite_schema SET sql = 'x'", "table sqlite_master may not be modified"),
        ("DELETE FROM sqlite_master", "table sqlite_master may not be modified"),
        ("DROP TABLE sqlite_schema", "table sqlite_master may not be dropped"),
        ("CREATE TABLE sqlite_x (a)", "object name reserved for internal use: sqlite_x"),
    ] {
        let problem = refused(statement);
        assert_eq!(
            problem.message.lines().next().unwrap(),
            format!("SQLite refuses `migrations/1_m.sql`: {words}"),
            "{problem}"
        );
    }
}

/// Every pragma of the engine is decided: one that a new SQLite brings fails here until somebody has.
#[test]
fn pragmas_that_reach_out_are_denied() {
    let db = Connection::open_in_memory().unwrap();
    let mut statement = db.prepare("SELECT name FROM pragma_pragma_list").unwrap();
    let names: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(names.len() > 50, "{names:?}");
    let is_denied = |name: &&String| match run(&[&format!("PRAGMA {name}")]) {
        Ok(_) => false,
        Err(problem) => {
            assert_eq!(problem.code, "denied-statement", "{problem}");
            assert_eq!(problem.place.as_ref().unwrap().to_string(), "migrations/1_m.sql:1:8", "{problem}");
            true
        }
    };
    let denied: Vec<&String> = names.iter().filter(is_denied).collect();
    assert_eq!(denied, ["hard_heap_limit", "soft_heap_limit", "temp_store_directory", "writable_schema"]);
    for name in ["activate_extensions", "data_store_directory", "key", "lock_proxy_file", "rekey", "no_such_pragma"] {
        assert_eq!(refused(&format!("PRAGMA {name} = 'x'")).code, "denied-statement", "{name}");
    }
}

/// What is about the file or the connection is passed over: the migration runs, and the sandbox keeps its own.
#[test]
fn pragmas_about_the_file_change_nothing() {
    let sql = "PRAGMA journal_mode = WAL; PRAGMA max_page_count = 2; PRAGMA query_only = ON; PRAGMA temp_store = FILE;
               PRAGMA schema_version = 77; PRAGMA page_size = 512; PRAGMA main.cache_size(1); PRAGMA optimize;
               CREATE TABLE t AS SELECT randomblob(100000) AS a;
               CREATE TABLE answers AS SELECT
                 (SELECT count(*) FROM pragma_journal_mode) AS mode, (SELECT count(*) FROM pragma_query_only) AS query;
               CREATE TABLE proof (a CHECK (a = 0));
               INSERT INTO proof SELECT mode + query FROM answers";
    assert_eq!(run(&[sql]).unwrap().catalogue.len(), 3);
}
