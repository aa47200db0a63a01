//! A new database that is a copy is the one that its migrations make, whatever they create, and whatever the size of
//! its pages.

use driftless::{Migration, Sqlite, checksum};
use rusqlite::Connection;

use crate::definitions::run;
use crate::generate::{self, Choices, law};

/// Migrations of statements that SQLite accepts one after the other.
fn migrations(c: &mut Choices) -> Vec<Migration> {
    // A comment that is never closed would swallow what follows.
    let closed = |sql: &String| if sql.ends_with("/* open") { format!("{sql} */") } else { sql.clone() };
    let all: Vec<String> = generate::script(c, true).iter().map(closed).collect();
    let (_, accepted) = run(&all);
    let migration = |(at, part): (usize, &[&String])| {
        let sql = part.iter().map(|sql| format!("{sql}\n;\n")).collect::<String>();
        Migration {
            version: (at + 1).to_string().into(),
            name: "part".into(),
            file: format!("migrations/{:04}_part.sql", at + 1).into(),
            checksum: checksum(&sql).into(),
            sql: sql.into(),
            no_transaction: false,
        }
    };
    accepted.chunks(1 + c.below(4)).enumerate().map(migration).collect()
}

/// All that is the same wherever the same migrations ran.
fn content(db: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut lines = Vec::new();
    for sql in [
        "SELECT quote(type) || quote(name) || quote(tbl_name) || quote(sql) FROM sqlite_schema ORDER BY rowid",
        "SELECT quote(position) || quote(version) || quote(checksum) || quote(chain) || quote(outcome)
            || quote(schema_digest) || quote(name) || quote(tool) FROM driftless_migrations ORDER BY position",
        "SELECT integrity_check FROM pragma_integrity_check",
        "SELECT quote(user_version) FROM pragma_user_version",
    ] {
        let mut statement = db.prepare(sql)?;
        lines.extend(statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?);
    }
    Ok(lines)
}

/// A database in memory that was migrated, from nothing or after something was in it.
fn migrated(set: &Sqlite, before: &str) -> Option<(bool, Vec<String>)> {
    let mut db = Connection::open_in_memory().expect("memory");
    db.execute_batch(before).expect(before);
    set.migrate(&mut db).ok()?;
    let cookie: i64 = db.query_row("PRAGMA schema_version", [], |row| row.get(0)).expect("a pragma");
    Some((cookie == 1, content(&db).expect("a database")))
}

#[test]
fn a_copy_is_what_migrations_make() {
    let copies = std::cell::Cell::new(0);
    law("copies", 300, 300, |c| {
        let Ok(set) = Sqlite::from_migrations(migrations(c)) else { return Ok(()) };
        if set.migrations().is_empty() {
            return Ok(());
        }
        let size = c.of(&[4096, 512, 1024, 65_536]);
        let Some((_, ran)) = migrated(&set, "CREATE TABLE scratch (x); DROP TABLE scratch") else { return Ok(()) };
        let Some((is_copy, copied)) = migrated(&set, &format!("PRAGMA page_size = {size}")) else {
            return Err(format!("refused, with pages of {size}\n{:#?}", set.schema()));
        };
        copies.set(copies.get() + usize::from(is_copy));
        if copied == ran { Ok(()) } else { Err(format!("{copied:#?}\nis not\n{ran:#?}")) }
    });
    assert!(copies.get() > 150, "{} of them were copies", copies.get());
}
