//! What a database holds, and whether it is sound.

use std::path::Path;
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, Row};

use crate::common::one;

const HISTORY: &str = "driftless_migrations";

/// The schema, the number and a checksum of the rows of every table, and the history without its times. An error
/// when another connection is in the way.
pub(crate) fn content(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let catalogue = "SELECT type, name, coalesce(sql, '') FROM sqlite_schema ORDER BY type, name";
    let mut lines = Vec::new();
    let mut tables = Vec::new();
    let mut statement = db.prepare(catalogue)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (kind, name, sql): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if name != HISTORY {
            lines.push(format!("{kind} {name}: {sql}"));
        }
        if kind == "table" {
            tables.push(name);
        }
    }
    for table in tables {
        if table == HISTORY {
            lines.extend(history(db)?);
        } else {
            lines.push(format!("rows of {table}: {}", rows_of(db, &table)?));
        }
    }
    Ok(lines)
}

fn history(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut statement =
        db.prepare("SELECT position, version, name, outcome, chain FROM driftless_migrations ORDER BY position")?;
    let line = |row: &Row<'_>| {
        let (position, version): (i64, String) = (row.get(0)?, row.get(1)?);
        let (name, outcome, chain): (String, String, String) = (row.get(2)?, row.get(3)?, row.get(4)?);
        Ok(format!("history {position}: {version} {name} {outcome} {chain}"))
    };
    statement.query_map([], line)?.collect()
}

/// The number of rows and a checksum that does not depend on their order.
fn rows_of(db: &Connection, table: &str) -> rusqlite::Result<String> {
    let mut statement = db.prepare(&format!("SELECT * FROM \"{}\"", table.replace('"', "\"\"")))?;
    let columns = statement.column_count();
    let mut rows = statement.query([])?;
    let (mut count, mut sum) = (0_u64, 0_u64);
    while let Some(row) = rows.next()? {
        let mut hash = 0xCBF2_9CE4_8422_2325_u64;
        for column in 0..columns {
            hash = mixed(hash, row.get_ref(column)?);
        }
        count += 1;
        sum = sum.wrapping_add(hash);
    }
    Ok(format!("{count}, {sum:016x}"))
}

fn mixed(hash: u64, value: ValueRef<'_>) -> u64 {
    let number;
    let (kind, bytes): (u8, &[u8]) = match value {
        ValueRef::Null => (0, &[]),
        ValueRef::Integer(value) => {
            number = value.to_le_bytes();
            (1, &number)
        }
        ValueRef::Real(value) => {
            number = value.to_le_bytes();
            (2, &number)
        }
        ValueRef::Text(bytes) => (3, bytes),
        ValueRef::Blob(bytes) => (4, bytes),
    };
    let mix = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01B3);
    bytes.iter().fold(mix(hash, &kind), mix)
}

/// What a file holds that nobody uses, after everything that must hold of any file after any accident.
pub(crate) fn sound(file: &Path) -> Vec<String> {
    let db = Connection::open(file).expect("it opens");
    db.busy_timeout(Duration::ZERO).expect("no wait");
    assert_eq!(one(&db, "PRAGMA integrity_check"), "ok");
    assert_eq!(one(&db, "SELECT count(*) FROM pragma_foreign_key_check"), "0", "rows that refer to nothing");
    db.execute_batch("BEGIN IMMEDIATE; ROLLBACK").expect("nobody holds a lock");
    content(&db).expect("nobody holds a lock")
}

/// The names of the files in a directory.
pub(crate) fn files(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).expect("a directory");
    let name = |entry: std::io::Result<std::fs::DirEntry>| entry.expect("an entry").file_name();
    let mut names: Vec<String> = entries.map(|entry| name(entry).to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
