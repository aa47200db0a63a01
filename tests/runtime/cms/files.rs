//! L: files that cannot be read or written, whatever state their database is in.

use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use schema_runtime::{Kind, Options};

use super::case::Case;
use super::found;
use crate::common::cms;

/// B, C, E and G, each of which is migrated when nothing is in the way.
fn databases() -> Vec<Case> {
    [found::baseline(), found::release(), found::production(), found::hot_fixed()]
        .iter()
        .map(|sql| Case::of(sql))
        .collect()
}

#[track_caller]
fn says(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "it says {part}: {text}");
    }
}

#[test]
fn l_no_database() {
    let case = Case::none();
    std::fs::write(&case.file.path, "a text that is long enough to have a header ".repeat(40)).expect("a file");
    let error = case.unchanged(|| cms().migrate_file(&case.file.path).expect_err("a refusal"));
    assert_eq!(error.kind(), Kind::NotADatabase);
    says(&error.to_string(), &["the file is not a SQLite database", "help: check the path"]);
}

#[test]
fn l_read_only() {
    for case in databases() {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
        let mut db = Connection::open_with_flags(&case.file.path, flags).expect("it opens");
        let error = case.unchanged(|| cms().migrate(&mut db).expect_err("a refusal"));
        assert_eq!(error.kind(), Kind::ReadOnly, "{error}");
        drop(db);
        case.migrate();
    }
}

#[test]
fn l_locked_by_a_writer() {
    for case in databases() {
        // The files are read before and after, since whoever closes one takes the locks of its process with it.
        let error = case.unchanged(|| {
            let writer = case.file.open();
            writer.execute_batch("BEGIN IMMEDIATE").expect("a lock");
            let options = Options::new().busy_timeout(Duration::from_millis(20));
            cms().migrate_file_with(&case.file.path, options).expect_err("a refusal")
        });
        assert_eq!(error.kind(), Kind::Busy, "{error}");
        case.migrate();
    }
}

#[test]
fn l_full_in_mid_migration() {
    for case in databases() {
        let mut db = case.file.open();
        let pages: i64 = db.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("a count");
        let rows = case.rows();
        let catalogue = "SELECT group_concat(sql) FROM sqlite_schema";
        let schema = crate::common::one(&db, catalogue);
        db.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |_| Ok(())).expect("a limit");
        let error = cms().migrate(&mut db).expect_err("there is no room for the history");
        assert_eq!(error.kind(), Kind::Full, "{error}");
        says(&error.to_string(), &["nothing was changed", "help: make room"]);
        drop(db);
        assert_eq!((case.rows(), crate::common::one(&case.file.open(), catalogue)), (rows, schema));
        case.migrate();
    }
}
