//! New databases, which get the file that their migrations would have made: it is the same, whatever is in it.

use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use schema_runtime::{Kind, Options, Outcome, Sqlite};

use crate::common::{File, cms, history, one, set};

/// Tables of every kind, with what hangs on them.
const KINDS: &str =
    "CREATE TABLE \"odd \"\"name\" (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT UNIQUE, b REAL DEFAULT 1.5);
CREATE TABLE pairs (a INTEGER, b TEXT, c, PRIMARY KEY (b, a), UNIQUE (c)) WITHOUT ROWID;
CREATE TABLE strictly (id INTEGER PRIMARY KEY, n INT NOT NULL CHECK (n > 0), twice INT AS (n * 2) STORED) STRICT;
CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES strictly (id) ON DELETE CASCADE);
CREATE INDEX i_part ON strictly (n) WHERE n > 10;
CREATE INDEX i_expr ON \"odd \"\"name\" (lower(a), b DESC);
CREATE VIEW v AS SELECT id, 'ü🦀' AS crab FROM strictly;
CREATE TRIGGER log AFTER INSERT ON strictly BEGIN UPDATE \"odd \"\"name\" SET b = b + 1; END;";

/// A rebuild, renames and drops: what is left is not in the order in which it was written.
const CHANGES: &str = "CREATE TABLE gone (id INTEGER PRIMARY KEY, x UNIQUE);
CREATE TABLE new_children (id INTEGER PRIMARY KEY AUTOINCREMENT, parent INTEGER REFERENCES strictly (id), note TEXT);
INSERT INTO new_children (id, parent) SELECT id, parent FROM children;
DROP TABLE children;
ALTER TABLE new_children RENAME TO children;
CREATE INDEX i_children ON children (parent);
DROP TABLE gone;
ALTER TABLE pairs RENAME COLUMN c TO d;
ALTER TABLE strictly ADD COLUMN later TEXT DEFAULT 'x';";

fn kinds() -> Sqlite {
    set(&[("1", "kinds", KINDS), ("2", "changes", CHANGES)])
}

/// A database that is new, and to which the migrations themselves are applied: the file has had something in it.
fn ordinary(set: &Sqlite) -> (File, Connection) {
    let file = File::of("CREATE TABLE scratch (x); DROP TABLE scratch");
    set.migrate_file(&file.path).expect("it migrates");
    let db = file.open();
    (file, db)
}

fn rows(db: &Connection, sql: &str) -> Vec<Vec<rusqlite::types::Value>> {
    let mut statement = db.prepare(sql).expect(sql);
    let count = statement.column_count();
    let rows = statement.query_map([], |row| (0..count).map(|at| row.get(at)).collect()).expect(sql);
    rows.collect::<Result<_, _>>().expect(sql)
}

/// Everything that does not differ from run to run.
fn content(db: &Connection) -> Vec<Vec<Vec<rusqlite::types::Value>>> {
    let all = [
        "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY rowid",
        "SELECT position, version, checksum, chain, name, outcome, schema_digest, tool, length(applied_at)
         FROM driftless_migrations ORDER BY position",
        "SELECT user_version, application_id FROM pragma_user_version, pragma_application_id",
        "SELECT * FROM pragma_foreign_key_check",
        "SELECT * FROM pragma_integrity_check",
    ];
    all.iter().map(|sql| rows(db, sql)).collect()
}

/// That a copy is what the migrations make of an empty file, and that it works.
fn assert_same(db: &Connection, set: &Sqlite) {
    let (_file, ordinary) = ordinary(set);
    assert_eq!(content(db), content(&ordinary));
    assert_eq!(one(db, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), "0");
    let cookies = "SELECT schema_cookie = (SELECT schema_version FROM pragma_schema_version) FROM driftless_migrations
        ORDER BY position DESC";
    assert_eq!(one(db, cookies), "1", "the next start is one statement");
}

fn pages(db: &Connection) -> i64 {
    one(db, "SELECT page_count FROM pragma_page_count").parse().expect("a number")
}

/// Whether it was made as a copy: to SQLite, that is one change of the schema.
fn is_copy(db: &Connection) -> bool {
    one(db, "PRAGMA schema_version") == "1"
}

#[test]
fn a_new_file_is_what_the_migrations_make() {
    for set in [cms(), kinds()] {
        let file = File::none();
        let report = set.migrate_file(&file.path).expect("it migrates");
        assert!(report.steps.iter().all(|step| step.outcome == Outcome::Created));
        assert_eq!(report.steps.len(), set.migrations().len());
        let db = file.open();
        assert_same(&db, &set);
        assert!(is_copy(&db));
        assert!(set.migrate_file(&file.path).expect("it migrates").is_up_to_date());
    }
}

#[test]
fn it_takes_rows_as_any_other() {
    let file = File::none();
    let mut db = file.open();
    kinds().migrate(&mut db).expect("it migrates");
    db.execute_batch(
        "INSERT INTO strictly (n) VALUES (20), (5); INSERT INTO pairs VALUES (1, 'b', 3);
         INSERT INTO \"odd \"\"name\" (a) VALUES ('A'), ('B'); INSERT INTO children (parent) VALUES (1);
         DELETE FROM children; INSERT INTO children (parent, note) VALUES (2, 'n')",
    )
    .expect("rows");
    assert_eq!(one(&db, "SELECT group_concat(id || note) FROM children"), "2n", "the counter goes on");
    assert_eq!(one(&db, "SELECT group_concat(twice || later) FROM strictly"), "40x,10x");
    assert_eq!(one(&db, "SELECT crab FROM v"), "ü🦀");
    let detail = |sql: &str| {
        let detail: String = db.query_row(&format!("EXPLAIN QUERY PLAN {sql}"), [], |row| row.get(3)).expect(sql);
        detail
    };
    assert!(detail("SELECT * FROM strictly WHERE n > 10 ORDER BY n").contains("i_part"));
    assert!(detail("SELECT * FROM \"odd \"\"name\" WHERE lower(a) = 'a'").contains("i_expr"));
    assert!(db.execute_batch("INSERT INTO pairs VALUES (2, 'c', 3)").is_err(), "UNIQUE holds");
    assert!(db.execute_batch("INSERT INTO strictly (n) VALUES ('x')").is_err(), "STRICT holds");
    assert_eq!(one(&db, "PRAGMA integrity_check"), "ok");
}

#[test]
fn every_size_of_a_page() {
    let sets = [cms(), kinds(), wide(120)];
    for size in [512, 1024, 2048, 4096, 8192, 16384, 32768, 65536] {
        for set in &sets {
            let file = File::none();
            let mut db = file.open();
            db.execute_batch(&format!("PRAGMA page_size = {size}")).expect("a pragma");
            set.migrate(&mut db).expect("it migrates");
            assert_eq!(one(&db, "PRAGMA page_size"), size.to_string());
            assert_same(&db, set);
            assert!(is_copy(&db), "{size}");
        }
    }
}

/// Tables with indexes, some of them with a text that is longer than any page.
fn wide(count: usize) -> Sqlite {
    let sql = |number: usize| {
        let comment = "long ".repeat(if number % 50 == 7 { 15_000 } else { number % 90 });
        format!(
            "CREATE TABLE t{number} (id INTEGER PRIMARY KEY, a TEXT, b TEXT /* {comment} */);
             CREATE UNIQUE INDEX t{number}_a ON t{number} (a); CREATE INDEX t{number}_b ON t{number} (b);"
        )
    };
    let all: Vec<(String, String)> = (1..=count).map(|number| (number.to_string(), sql(number))).collect();
    let all: Vec<(&str, &str, &str)> = all.iter().map(|(version, sql)| (&**version, "wide", &**sql)).collect();
    set(&all)
}

#[test]
fn a_thousand_objects() {
    let set = wide(350);
    let file = File::none();
    let mut db = file.open();
    set.migrate(&mut db).expect("it migrates");
    assert_same(&db, &set);
    assert!(pages(&db) > 1_050);
    assert!(set.migrate(&mut db).expect("it migrates").is_up_to_date());
}

#[test]
fn migrations_that_do_more_than_a_schema_run() {
    let seeded = set(&[("1", "a", "CREATE TABLE a (b); INSERT INTO a VALUES (random());")]);
    let virtual_table = set(&[("1", "a", "CREATE VIRTUAL TABLE a USING fts5 (b);")]);
    let numbered = set(&[("1", "a", "CREATE TABLE a (b); PRAGMA user_version = 7;")]);
    let logged = set(&[("1", "a", "CREATE TABLE a (b); PRAGMA journal_mode = WAL;")]);
    for (set, sql, expected) in [
        (&seeded, "SELECT count(*) FROM a", "1"),
        (&virtual_table, "SELECT count(*) FROM a", "0"),
        (&numbered, "PRAGMA user_version", "7"),
        (&logged, "PRAGMA journal_mode", "wal"),
    ] {
        let file = File::none();
        set.migrate_file(&file.path).expect("it migrates");
        assert_eq!(one(&file.open(), sql), expected);
    }
    // Rows that came and went are no rows.
    let emptied = set(&[("1", "a", "CREATE TABLE a (b); INSERT INTO a VALUES (1); DELETE FROM a;")]);
    let file = File::none();
    emptied.migrate_file(&file.path).expect("it migrates");
    assert!(is_copy(&file.open()));
}

#[test]
fn what_the_connection_was_set_to_stays() {
    for (setting, read, expected) in [
        ("PRAGMA auto_vacuum = FULL", "PRAGMA auto_vacuum", "1"),
        ("PRAGMA encoding = 'UTF-16le'", "PRAGMA encoding", "UTF-16le"),
        ("PRAGMA application_id = 77", "PRAGMA application_id", "77"),
        ("PRAGMA user_version = 78", "PRAGMA user_version", "78"),
        ("PRAGMA journal_mode = WAL", "PRAGMA journal_mode", "wal"),
        ("PRAGMA foreign_keys = OFF", "PRAGMA foreign_keys", "0"),
        ("PRAGMA synchronous = OFF", "PRAGMA synchronous", "0"),
        ("PRAGMA cache_size = 7", "PRAGMA cache_size", "7"),
    ] {
        let file = File::none();
        let mut db = file.open();
        db.execute_batch(setting).expect(setting);
        kinds().migrate(&mut db).expect(setting);
        assert_eq!(one(&db, read), expected);
        drop(db);
        let db = file.open();
        assert_eq!(one(&db, "PRAGMA integrity_check"), "ok", "{setting}");
        assert!(kinds().status(&db).expect("a status").is_up_to_date(), "{setting}");
    }
}

#[test]
fn a_connection_that_writes_nothing_writes_nothing() {
    let file = File::none();
    let mut db = file.open();
    db.execute_batch("PRAGMA query_only = ON").expect("a pragma");
    assert_eq!(cms().migrate(&mut db).expect_err("a refusal").kind(), Kind::ReadOnly);
    std::fs::write(&file.path, "").expect("an empty file");
    let mut db = Connection::open_with_flags(&file.path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("it opens");
    assert_eq!(cms().migrate(&mut db).expect_err("a refusal").kind(), Kind::ReadOnly);
    assert_eq!(file.bytes(), b"");
}

#[test]
fn a_full_disk_leaves_an_empty_file() {
    for limit in [1, 2, 5, 20] {
        let file = File::none();
        let mut db = file.open();
        db.query_row(&format!("PRAGMA max_page_count = {limit}"), [], |_| Ok(())).expect("a pragma");
        let error = wide(30).migrate(&mut db).expect_err("no room");
        assert_eq!(error.to_string().lines().next(), Some("the disk or the database is full"));
        assert_eq!(file.bytes(), b"", "limited to {limit} pages");
        db.query_row("PRAGMA max_page_count = 100000", [], |_| Ok(())).expect("a pragma");
        wide(30).migrate(&mut db).expect("there is room");
        assert_same(&db, &wide(30));
    }
}

#[test]
fn whoever_writes_first_is_waited_for() {
    let file = File::none();
    let other = file.open();
    other.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
    let mut db = file.open();
    let options = || Options::new().busy_timeout(Duration::from_millis(50));
    let error = cms().migrate_with(&mut db, options()).expect_err("it is locked");
    assert_eq!(error.to_string().lines().next(), Some("the database is locked by another connection"));
    other.execute_batch("CREATE TABLE notes (theirs); INSERT INTO notes VALUES (1); COMMIT").expect("rows");
    let error = cms().migrate_with(&mut db, options()).expect_err("it is not new any more");
    assert_ne!(error.kind(), Kind::Database, "{error}");
    assert_eq!(one(&other, "SELECT theirs FROM notes"), "1");
}

#[test]
fn databases_in_memory() {
    for set in [cms(), kinds()] {
        let mut db = Connection::open_in_memory().expect("memory");
        set.migrate(&mut db).expect("it migrates");
        assert_same(&db, &set);
        assert!(is_copy(&db));
        let mut db = set.in_memory().expect("memory");
        assert_same(&db, &set);
        assert!(set.migrate(&mut db).expect("it migrates").is_up_to_date());
        assert_eq!(one(&db, "PRAGMA foreign_keys"), "1");
    }
}

#[test]
fn a_database_in_memory_that_is_shared_is_migrated() {
    let flags = OpenFlags::default() | OpenFlags::SQLITE_OPEN_URI;
    let open = || Connection::open_with_flags("file:shared?mode=memory&cache=shared", flags).expect("memory");
    let (mut db, other) = (open(), open());
    cms().migrate(&mut db).expect("it migrates");
    assert!(!is_copy(&db), "nobody could tell whether it was still new");
    assert_eq!(history(&other), "1 created, 2 created, 3 created");
}

#[test]
fn databases_in_memory_are_apart() {
    let seeded = set(&[("1", "a", "CREATE TABLE a (b); INSERT INTO a VALUES (random());")]);
    let (mut first, second) = (seeded.in_memory().expect("memory"), seeded.in_memory().expect("memory"));
    assert_eq!(one(&first, "SELECT b FROM a"), one(&second, "SELECT b FROM a"), "the migrations ran once");
    assert!(seeded.migrate(&mut first).expect("it migrates").is_up_to_date());
    first.execute_batch("DELETE FROM a").expect("a row");
    assert_eq!(one(&second, "SELECT count(*) FROM a"), "1");
    let failing = set(&[("1", "a", "CREATE TABLE a (b CHECK (is_loud(b)));")]);
    assert_eq!(failing.in_memory().expect_err("no such function").kind(), Kind::Failed);
}
