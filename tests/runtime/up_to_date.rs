//! The start of a program whose database is up to date: one statement, whatever the number of migrations.

use std::ffi::{CStr, c_char, c_int, c_uint, c_void};
use std::sync::Mutex;

use rusqlite::{Connection, ffi};
use schema_runtime::Sqlite;

use crate::common::{File, set};

/// What SQLite says it runs: every statement that is prepared by a caller and stepped.
static STATEMENTS: Mutex<Vec<String>> = Mutex::new(Vec::new());

unsafe extern "C" fn trace(_mask: c_uint, _context: *mut c_void, statement: *mut c_void, sql: *mut c_void) -> c_int {
    // SAFETY: for SQLITE_TRACE_STMT, SQLite passes the statement and its text, both valid during the call.
    let (text, _) = unsafe { (CStr::from_ptr(sql.cast::<c_char>()), statement) };
    STATEMENTS.lock().expect("no panic before").push(text.to_string_lossy().into_owned());
    0
}

fn traced(db: &mut Connection, set: &Sqlite) -> Vec<String> {
    STATEMENTS.lock().expect("no panic before").clear();
    // SAFETY: the connection is open, and the callback needs no context.
    let code = unsafe {
        ffi::sqlite3_trace_v2(db.handle(), ffi::SQLITE_TRACE_STMT as c_uint, Some(trace), std::ptr::null_mut())
    };
    assert_eq!(code, ffi::SQLITE_OK);
    assert!(set.migrate(db).expect("up to date").is_up_to_date());
    std::mem::take(&mut *STATEMENTS.lock().expect("no panic before"))
}

fn many(count: usize) -> Vec<(String, String, String)> {
    (1..=count)
        .map(|n| (n.to_string(), format!("t{n}"), format!("CREATE TABLE t{n} (id INTEGER PRIMARY KEY)")))
        .collect()
}

#[test]
fn one_statement_for_ten_and_for_three_hundred() {
    for count in [10, 300] {
        let migrations = many(count);
        let borrowed: Vec<_> = migrations.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
        let set = set(&borrowed);
        let file = File::none();
        set.migrate_file(&file.path).expect("it migrates");
        let seen = traced(&mut file.open(), &set);
        let (own, inner): (Vec<_>, Vec<_>) = seen.iter().partition(|sql| !sql.starts_with("--"));
        assert_eq!(own.len(), 1, "{seen:?}");
        assert!(own[0].starts_with("SELECT rowid, version, checksum"), "{seen:?}");
        // SQLite marks what a statement runs inside: the table-valued function looks at the header of the file.
        assert_eq!(inner, ["-- PRAGMA schema_version"]);
    }
}
