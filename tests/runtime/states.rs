//! Files that cannot be used, connections in odd states, and migrations that go wrong.

use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use rusqlite::Connection;
use schema_runtime::{Adopt, Error, Event, Kind, Options, Outcome, Sqlite};

use crate::common::{BASELINE, CMS, File, ROWS, VERIFIER, assert_at, cms, history, one, set};

const SECOND: (&str, &str, &str) = ("2", "rows", "INSERT INTO a VALUES (1); INSERT INTO a VALUES (2)");

fn pair() -> Sqlite {
    set(&[("1", "a", "CREATE TABLE a (id INTEGER PRIMARY KEY)"), SECOND])
}

#[test]
fn a_second_run_does_nothing() {
    let file = File::none();
    cms().migrate_file(&file.path).expect("it migrates");
    let before = file.bytes();
    let report = cms().migrate_file(&file.path).expect("it is up to date");
    assert!(report.is_up_to_date());
    assert!(file.bytes() == before);
}

#[test]
fn l_not_a_database() {
    let file = File::none();
    std::fs::write(&file.path, "this is a text, and no database at all ".repeat(100)).expect("a file");
    assert_eq!(file.refused(&cms()).kind(), Kind::NotADatabase);
}

#[test]
fn l_a_directory_a_missing_one_and_a_url() {
    let file = File::none();
    let refused = |path: &std::path::Path| cms().migrate_file(path).expect_err("refused").kind();
    assert_eq!(refused(file.directory.path()), Kind::Io);
    assert_eq!(refused(&file.directory.path().join("no/app.db")), Kind::Io);
    assert_eq!(refused(std::path::Path::new("sqlite://app.db")), Kind::Io);
    assert!(!std::path::Path::new("sqlite:").exists());
}

#[test]
fn l_read_only() {
    let file = File::migrated(&CMS[..2]);
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let mut db = Connection::open_with_flags(&file.path, flags).expect("it opens");
    let before = file.bytes();
    let error = cms().migrate(&mut db).expect_err("it cannot be written");
    assert_eq!(error.kind(), Kind::ReadOnly);
    assert!(file.bytes() == before);
    // Nothing is to be written when there is nothing to do, not even after DDL that changed nothing here.
    assert!(set(&CMS[..2]).migrate(&mut db).expect("up to date").is_up_to_date());
    file.open().execute_batch("CREATE TABLE own (a)").expect("sql");
    let report = set(&CMS[..2]).migrate(&mut db).expect("up to date");
    assert_eq!(report.unmanaged, ["table `own`"]);
}

#[test]
fn l_locked_by_a_writer() {
    let file = File::migrated(&CMS[..2]);
    let writer = file.open();
    writer.execute_batch("BEGIN IMMEDIATE; INSERT INTO notes (slug, file_path) VALUES ('a', 'a')").expect("a writer");
    let options = Options::new().busy_timeout(Duration::from_millis(20));
    let error = cms().migrate_file_with(&file.path, options).expect_err("it is locked");
    assert!(error.is_busy());
    writer.execute_batch("COMMIT").expect("a commit");
    cms().migrate_file(&file.path).expect("it is free");
    assert_at(&file.path, &cms());
}

#[test]
fn the_busy_timeout_is_put_back() {
    let mut db = Connection::open_in_memory().expect("memory");
    db.busy_timeout(Duration::from_millis(1234)).expect("a timeout");
    cms().migrate_with(&mut db, Options::new().busy_timeout(Duration::from_mins(1))).expect("it migrates");
    assert_eq!(one(&db, "PRAGMA busy_timeout"), "1234");
}

#[test]
fn l_full_in_mid_migration() {
    let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
        INSERT INTO a SELECT i FROM n";
    let set = set(&[("1", "a", "CREATE TABLE a (id INTEGER PRIMARY KEY)"), ("2", "many", sql)]);
    let file = File::migrated(&[("1", "a", "CREATE TABLE a (id INTEGER PRIMARY KEY)")]);
    let before = file.bytes();
    let mut db = file.open();
    let pages = one(&db, "PRAGMA page_count");
    db.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).expect("a limit");
    let error = set.migrate(&mut db).expect_err("there is no room");
    assert_eq!(error.kind(), Kind::Full);
    assert_eq!(error.place().map(ToString::to_string).as_deref(), Some("migrations/0002_many.sql:1:1"));
    assert!(db.is_autocommit());
    drop(db);
    assert!(file.bytes() == before);
    set.migrate_file(&file.path).expect("now there is room");
    assert_eq!(one(&file.open(), "SELECT count(*) FROM a"), "3000");
}

#[test]
fn a_failing_statement_changes_nothing() {
    let file = File::migrated(&[CMS[0]]);
    file.open().execute_batch(ROWS).expect("rows");
    let bad = "ALTER TABLE notes ADD COLUMN a TEXT;\nCREATE UNIQUE INDEX one ON notes (slug, a);
INSERT INTO notes (slug, file_path) SELECT slug, file_path FROM notes;\n";
    let error = file.refused(&set(&[CMS[0], ("2", "bad", bad)]));
    assert_eq!(error.kind(), Kind::Failed);
    assert_eq!(error.place().map(ToString::to_string).as_deref(), Some("migrations/0002_bad.sql:3:1"));
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn what_was_committed_before_stays_and_is_said() {
    let file = File::migrated(&[CMS[0]]);
    file.open().execute_batch(ROWS).expect("rows");
    let bad = "INSERT INTO notes (slug, file_path) SELECT slug, file_path FROM notes";
    let error = set(&[CMS[0], CMS[1], ("3", "bad", bad)]).migrate_file(&file.path).expect_err("it fails");
    assert_eq!(history(&file.open()), "1 created, 2 applied");
    let text = error.to_string();
    assert!(text.contains("1 migration before it stays: the database is at version 2"), "{text}");
    assert_at(&file.path, &set(&CMS[..2]));
}

#[test]
fn a_fresh_database_gets_the_rows_of_migrations() {
    let file = File::none();
    let report = pair().migrate_file(&file.path).expect("it migrates");
    assert_eq!(report.count(Outcome::Created), 2);
    assert_eq!(one(&file.open(), "SELECT count(*) FROM a"), "2");
    assert_at(&file.path, &pair());
}

#[test]
fn views_triggers_and_virtual_tables_of_migrations() {
    let set = set(&[
        ("1", "a", "CREATE TABLE a (id INTEGER PRIMARY KEY, t TEXT); CREATE VIEW v AS SELECT id FROM a"),
        ("2", "search", "CREATE VIRTUAL TABLE s USING fts5 (t, content = 'a', content_rowid = 'id')"),
        ("3", "log", "CREATE TRIGGER log AFTER INSERT ON a BEGIN INSERT INTO s (rowid, t) VALUES (new.id, new.t); END"),
    ]);
    for start in 0..3 {
        let file = File::none();
        if start > 0 {
            let sql: Vec<_> = set.migrations()[..start].iter().map(|migration| migration.sql.as_ref()).collect();
            file.open().execute_batch(&sql.join(";")).expect("sql");
        }
        let report = set.migrate_file(&file.path).expect("it migrates");
        assert_eq!(report.unmanaged, [""; 0], "{start}");
        let db = file.open();
        db.execute("INSERT INTO a (t) VALUES ('word')", []).expect("a row");
        assert_eq!(one(&db, "SELECT rowid FROM s WHERE s MATCH 'word'"), "1");
        assert_at(&file.path, &set);
        db.execute_batch("DROP TRIGGER log").expect("sql");
        let error = file.refused(&set);
        assert_eq!(error.kind(), Kind::Drifted);
        assert!(error.to_string().contains("trigger `log` on `a` is missing"), "{error}");
    }
}

#[test]
fn ddl_by_hand_is_noticed() {
    for (sql, line) in [
        ("CREATE INDEX own ON notes (me)", ""),
        ("ALTER TABLE notes ADD COLUMN own TEXT", "table `notes` has the column own TEXT, which should not be there"),
        ("DROP INDEX idx_notes_slug", "table `notes` lacks the index CREATE INDEX idx_notes_slug ON notes (slug)"),
        ("DROP TABLE tokens", "table `tokens` is missing"),
    ] {
        let file = File::migrated(&CMS);
        if file.open().execute_batch(sql).is_err() {
            continue;
        }
        let error = file.refused(&cms());
        assert_eq!(error.kind(), Kind::Drifted, "{sql}");
        assert!(error.to_string().contains(line), "{error}");
    }
}

#[test]
fn ddl_elsewhere_is_proved_once() {
    let file = File::migrated(&CMS);
    file.open().execute_batch("CREATE TABLE own (a); VACUUM").expect("sql");
    let report = cms().migrate_file(&file.path).expect("the schema is the same");
    assert_eq!(report.unmanaged, ["table `own`"]);
    let healed = file.bytes();
    assert_eq!(cms().migrate_file(&file.path).expect("proved").unmanaged, [""; 0]);
    assert!(file.bytes() == healed);
}

#[test]
fn drift_that_the_pending_migrations_do_not_overcome_is_refused() {
    let file = File::migrated(&CMS[..2]);
    file.open().execute_batch("ALTER TABLE notes ADD COLUMN token_hash TEXT").expect("sql");
    let error = file.refused(&cms());
    assert_eq!(error.kind(), Kind::Drifted);
    assert!(error.to_string().contains("table `notes` has the column token_hash TEXT"), "{error}");
}

#[test]
fn a_migration_that_leads_elsewhere_is_rolled_back() {
    // The index is there already under that name, and the migration looks away.
    let sql = "CREATE INDEX IF NOT EXISTS i ON a (id)";
    let set = set(&[("1", "a", "CREATE TABLE a (id INTEGER PRIMARY KEY)"), ("2", "i", sql)]);
    let file = File::migrated(&[("1", "a", "CREATE TABLE a (id INTEGER PRIMARY KEY)")]);
    file.open().execute_batch("CREATE TABLE own (id); CREATE INDEX i ON own (id)").expect("sql");
    assert_eq!(file.refused(&set).kind(), Kind::Diverged);
}

#[test]
fn rows_between_equal_schemas_are_not_guessed() {
    let file = File::of("CREATE TABLE a (id INTEGER PRIMARY KEY)");
    let error = file.refused(&pair());
    assert_eq!(error.kind(), Kind::Ambiguous);
    for (version, rows, recorded) in [("1", "2", "1 adopted, 2 applied"), ("2", "0", "1 adopted, 2 adopted")] {
        let file = File::of("CREATE TABLE a (id INTEGER PRIMARY KEY)");
        let options = Options::new().adopt(Adopt::Version(version.into()));
        pair().migrate_file_with(&file.path, options).expect("it is said");
        assert_eq!(one(&file.open(), "SELECT count(*) FROM a"), rows);
        assert_eq!(history(&file.open()), recorded);
    }
}

#[test]
fn adopting_can_be_declined() {
    let file = File::of(BASELINE);
    let before = file.bytes();
    let refused =
        |adopt| cms().migrate_file_with(&file.path, Options::new().adopt(adopt)).expect_err("it is declined").kind();
    assert_eq!(refused(Adopt::Never), Kind::Unadopted);
    assert_eq!(refused(Adopt::Version("3".into())), Kind::Drifted);
    assert!(file.bytes() == before);
}

#[test]
fn a_connection_inside_a_transaction_is_refused() {
    let mut db = Connection::open_in_memory().expect("memory");
    db.execute_batch("BEGIN").expect("begin");
    assert_eq!(cms().migrate(&mut db).expect_err("refused").kind(), Kind::Connection);
    assert!(!db.is_autocommit(), "the transaction is the caller's");
}

#[test]
fn a_temporary_table_in_the_way_is_refused() {
    let mut db = Connection::open_in_memory().expect("memory");
    db.execute_batch("CREATE TEMP TABLE NOTES (a)").expect("sql");
    assert_eq!(cms().migrate(&mut db).expect_err("refused").kind(), Kind::Connection);
}

#[test]
fn a_panicking_observer_leaves_everything_as_it_was() {
    let file = File::migrated(&CMS[..2]);
    let before = file.bytes();
    let mut db = file.open();
    db.execute_batch("PRAGMA foreign_keys = ON; PRAGMA legacy_alter_table = ON").expect("pragmas");
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let options = Options::new().on_event(|event| {
            assert!(!matches!(event, Event::Statement { sql, .. } if sql.starts_with("CREATE INDEX")), "stop");
        });
        cms().migrate_with(&mut db, options)
    }));
    assert!(panicked.is_err());
    assert!(db.is_autocommit());
    assert_eq!(one(&db, "PRAGMA foreign_keys"), "1");
    assert_eq!(one(&db, "PRAGMA legacy_alter_table"), "1");
    drop(db);
    assert!(file.bytes() == before);
    cms().migrate_file(&file.path).expect("it goes on");
}

#[test]
fn events_tell_what_happens() {
    let file = File::of(BASELINE);
    let seen = RefCell::new(Vec::new());
    let options = Options::new().on_event(|event| {
        if !matches!(event, Event::Statement { .. }) {
            let text = event.to_string();
            seen.borrow_mut().push(text.split(" in ").next().unwrap_or_default().to_owned());
        }
    });
    set(&CMS[..2]).migrate_file_with(&file.path, options).expect("it migrates");
    assert_eq!(
        *seen.borrow(),
        [
            "adopting 1 migration, which is there already",
            "running migrations/0002_add_code_verifier_to_auth_state.sql (2 of 2)",
            "applied migrations/0002_add_code_verifier_to_auth_state.sql",
            "finished",
        ]
    );
}

#[test]
fn wrappers_and_settings_in_a_file() {
    let sql = "PRAGMA foreign_keys = OFF;\nPRAGMA journal_mode = WAL;\nBEGIN TRANSACTION;
        PRAGMA legacy_alter_table = ON; CREATE TABLE new_a (id INTEGER PRIMARY KEY, n TEXT);
        INSERT INTO new_a (id) SELECT id FROM a; DROP TABLE a; ALTER TABLE new_a RENAME TO a;
        COMMIT; PRAGMA foreign_keys = ON;";
    let first = ("1", "a", "CREATE TABLE a (id INTEGER PRIMARY KEY)");
    let file = File::migrated(&[first]);
    file.open().execute_batch("INSERT INTO a VALUES (5)").expect("a row");
    let mut db = file.open();
    set(&[first, ("2", "wrapped", sql)]).migrate(&mut db).expect("it migrates");
    assert_eq!(one(&db, "PRAGMA legacy_alter_table"), "0");
    assert_eq!(one(&db, "PRAGMA journal_mode"), "wal");
    assert_eq!(one(&db, "SELECT id FROM a"), "5");
}

#[test]
fn no_migrations_are_no_trouble() {
    let file = File::of("CREATE TABLE own (a)");
    let before = file.bytes();
    let report = set(&[]).migrate_file(&file.path).expect("nothing to do");
    assert_eq!(report.to_string(), "up to date");
    assert!(file.bytes() == before);
}

#[test]
fn two_migrations_of_one_version_are_refused() {
    let error: Error = Sqlite::from_migrations(vec![
        crate::common::migration(("1", "a", "CREATE TABLE a (b)")),
        crate::common::migration(("01", "b", VERIFIER)),
    ])
    .expect_err("refused");
    assert_eq!(error.kind(), Kind::Duplicate);
}
