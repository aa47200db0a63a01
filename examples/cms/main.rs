//! A content management system whose databases are in every state that three hurried releases left
//! behind, and what one call makes of each.
//!
//! `cargo run --example cms`

pub mod models;

use std::borrow::Cow;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

use driftless::{Kind, Migration, Outcome, Sqlite, checksum, schema};
use models::{AuthState, AuthorizationCode, Note, Session, Token};
use rusqlite::Connection;

schema! {
    /// The database of the content management system.
    pub static CMS: Sqlite = "migrations" [Note, Session, Token, AuthState, AuthorizationCode];
}

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let dir = tempfile::tempdir()?;
    no_database(&dir.path().join("a.db"))?;
    only_the_baseline(&dir.path().join("b.db"))?;
    another_history(dir.path())?;
    newer_than_the_program(&dir.path().join("m.db"))
}

/// A: there is no file. The final schema and the history of all migrations are created at once.
fn no_database(path: &Path) -> Result<()> {
    println!("A. there is no file yet");
    let report = CMS.migrate_file(path)?;
    println!("   {report}\n");

    let db = Connection::open(path)?;
    assert_eq!(count(&db, "driftless_migrations")?, 3);
    assert_eq!(report.count(Outcome::Created), 3);
    assert!(report.duration < Duration::from_secs(1), "it took {:?}", report.duration);
    assert!(CMS.migrate_file(path)?.is_up_to_date());
    Ok(())
}

/// B: somebody ran the baseline by hand, years ago, and the tables are full. Nothing says which
/// migrations ran; that the schema is exactly the first one's does.
fn only_the_baseline(path: &Path) -> Result<()> {
    println!("B. the baseline, rows in every table, no history");
    let mut db = Connection::open(path)?;
    db.execute_batch(&CMS.migrations()[0].sql)?;
    db.execute_batch(
        "INSERT INTO notes (slug, file_path) VALUES ('first', 'notes/first.md'), ('second', 'notes/second.md');
         INSERT INTO sessions (session_token, me, expires_at) VALUES ('s1', 'https://me.example', '2030-01-01');
         INSERT INTO tokens (token, me) VALUES ('t1', 'https://me.example');
         INSERT INTO auth_state (state, expires_at) VALUES ('xyz', '2030-01-01');",
    )?;
    print!("   {}", indented(&CMS.plan(&db)?));
    let report = CMS.migrate(&mut db)?;
    println!("   {report}\n");

    let outcomes: Vec<_> = report.steps.iter().map(|step| step.outcome).collect();
    assert_eq!(outcomes, [Outcome::Adopted, Outcome::Applied, Outcome::Applied]);
    assert_eq!((count(&db, "notes")?, count(&db, "sessions")?, count(&db, "auth_state")?), (2, 1, 1));
    // 0003 drops the tokens that were stored in the clear, as it says.
    assert_eq!(count(&db, "tokens")?, 0);
    Ok(())
}

/// K: the history and the program disagree, each time in another way. Nothing is changed, and each
/// has an error of its own.
fn another_history(dir: &Path) -> Result<()> {
    println!("K. the history is not the program's");
    let path = dir.join("altered.db");
    CMS.migrate_file(&path)?;
    Connection::open(&path)?.execute("UPDATE driftless_migrations SET checksum = 'v1:00' WHERE version = '2'", [])?;
    refused(&path, Kind::AlteredHistory)?;

    let edited =
        release(|migrations| migrations[1].sql = Cow::Borrowed("ALTER TABLE auth_state ADD COLUMN code TEXT"))?;
    let path = dir.join("edited.db");
    edited.migrate_file(&path)?;
    refused(&path, Kind::Edited)?;

    let removed = release(|migrations| {
        let extra = Migration { version: "2.1".into(), name: "search".into(), ..migrations[1].clone() };
        let sql = Cow::Borrowed("CREATE TABLE search (term TEXT NOT NULL)");
        migrations.insert(2, Migration { sql, file: "migrations/0002.1_search.sql".into(), ..extra });
    })?;
    let path = dir.join("missing.db");
    removed.migrate_file(&path)?;
    refused(&path, Kind::Missing)?;

    let without = release(|migrations| drop(migrations.remove(1)))?;
    let path = dir.join("late.db");
    without.migrate_file(&path)?;
    refused(&path, Kind::Late)
}

/// M: a newer release was here before. An old program must not write what the new one has to read.
fn newer_than_the_program(path: &Path) -> Result<()> {
    println!("M. a newer release wrote this database");
    let newer = release(|migrations| {
        migrations.push(Migration {
            version: "4".into(),
            name: "tags".into(),
            file: "migrations/0004_tags.sql".into(),
            sql: "CREATE TABLE tags (name TEXT NOT NULL)".into(),
            ..migrations[2].clone()
        });
    })?;
    newer.migrate_file(path)?;
    refused(path, Kind::Newer)
}

/// Another release of the program: its migrations after an edit.
fn release(edit: impl FnOnce(&mut Vec<Migration>)) -> Result<Sqlite> {
    let mut migrations = CMS.migrations().to_vec();
    edit(&mut migrations);
    for migration in &mut migrations {
        migration.checksum = checksum(&migration.sql).into();
    }
    Ok(Sqlite::from_migrations(migrations)?)
}

/// Migrating is refused for that reason, and not a byte of the file changes.
fn refused(path: &Path, kind: Kind) -> Result<()> {
    let before = fs::read(path)?;
    let error = CMS.migrate_file(path).err().ok_or("the database was not refused")?;
    println!("{}", indented(&error));
    assert_eq!(error.kind(), kind);
    assert!(fs::read(path)? == before, "the file was changed");
    Ok(())
}

fn count(db: &Connection, table: &str) -> Result<i64> {
    Ok(db.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))?)
}

fn indented(text: &impl ToString) -> String {
    text.to_string().lines().map(|line| format!("   {line}\n")).collect()
}
