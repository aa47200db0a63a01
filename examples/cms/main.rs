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

use driftless::{Kind, Migration, Outcome, Sqlite, State, checksum, schema};
use models::{AuthState, AuthorizationCode, Note, Session, Token};
use rusqlite::Connection;

schema! {
    /// The database of the content management system.
    pub static CMS: Sqlite = "migrations" [Note, Session, Token, AuthState, AuthorizationCode];
}

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What the old releases left in the tables of the baseline.
const ROWS: &str = "
    INSERT INTO notes (slug, file_path) VALUES ('first', 'notes/first.md'), ('second', 'notes/second.md');
    INSERT INTO sessions (session_token, me, expires_at) VALUES ('s1', 'https://me.example', '2030-01-01');
    INSERT INTO tokens (token, me) VALUES ('t1', 'https://me.example'), ('t2', 'https://me.example');
    INSERT INTO auth_state (state, expires_at) VALUES ('xyz', '2030-01-01');";

/// What the newest release wrote into the tables of the third migration.
const NEW_ROWS: &str = "
    INSERT INTO tokens (token_hash, me, expires_at) VALUES ('h1', 'https://me.example', '2030-01-01');
    INSERT INTO authorization_codes (code_hash, me, client_id, redirect_uri, expires_at)
    VALUES ('c1', 'https://me.example', 'app', 'https://app.example', '2030-01-01');";

/// The history that the system kept by itself, and in which it counted otherwise.
const OWN_HISTORY: &str = "
    CREATE TABLE schema_migrations (id INTEGER PRIMARY KEY, migration_name TEXT UNIQUE, applied_at TEXT);
    INSERT INTO schema_migrations (migration_name) VALUES ('001_add_code_verifier_to_auth_state.sql');";

fn main() -> Result<()> {
    // In a package of its own this would be a test. The third migration drops every token, since it keeps hashes only.
    println!("{}\n", driftless::testing::prove(&CMS).may_lose("tokens").run()?);
    let dir = tempfile::tempdir()?;
    no_database(&dir.path().join("a.db"))?;
    for (at, database) in found()?.into_iter().enumerate() {
        let path = dir.path().join(format!("{at}.db"));
        Connection::open(&path)?.execute_batch(&database.sql)?;
        one_state_out(&path, &database)?;
    }
    another_index(&dir.path().join("f.db"))?;
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

/// A database as it was found, and what has to become of it.
struct Found {
    title: &'static str,
    sql: String,
    state: State,
    outcomes: [Outcome; 3],
    /// How many tokens there are afterwards.
    tokens: i64,
}

/// B to E, G and H. Nothing in the program knows about any of them: there is one call, and the migrations.
fn found() -> Result<Vec<Found>> {
    use Outcome::{Adopted, Applied, Completed};
    let [baseline, verifier, tokens] = CMS.migrations() else { return Err("three migrations".into()) };
    let (baseline, verifier, tokens) = (&*baseline.sql, &*verifier.sql, &*tokens.sql);
    let half = tokens.replace("CREATE INDEX idx_tokens_", "-- CREATE INDEX idx_tokens_");
    let hot_fix = "ALTER TABLE tokens ADD COLUMN token_hash TEXT;";
    let statistics = "CREATE TABLE stats (day TEXT, hits INTEGER); INSERT INTO stats VALUES ('mon', 7);
        CREATE TRIGGER notes_seen AFTER INSERT ON notes BEGIN UPDATE stats SET hits = hits + 1; END;";
    Ok(vec![
        Found {
            title: "B. the baseline, rows in every table, no history",
            sql: [baseline, ROWS].concat(),
            state: State::Unmanaged,
            outcomes: [Adopted, Applied, Applied],
            // 0003 drops the tokens that were stored in the clear, as it says. They are in the backup.
            tokens: 0,
        },
        Found {
            title: "C. release 0.9.5, which kept a history of its own",
            sql: [baseline, verifier, ROWS, OWN_HISTORY].concat(),
            state: State::Foreign,
            outcomes: [Adopted, Adopted, Applied],
            tokens: 0,
        },
        Found {
            title: "D. a fresh install of the first release candidate: everything is there, and nothing says so",
            sql: [baseline, verifier, ROWS, tokens, NEW_ROWS].concat(),
            state: State::Unmanaged,
            outcomes: [Adopted, Adopted, Adopted],
            tokens: 1,
        },
        Found {
            title: "E. production at the second release candidate: 0003 is there, but for three indexes",
            sql: [baseline, verifier, ROWS, &half, NEW_ROWS, OWN_HISTORY].concat(),
            state: State::Hybrid,
            outcomes: [Adopted, Adopted, Completed],
            tokens: 1,
        },
        Found {
            title: "G. release 0.9.5 after a hot fix by hand",
            sql: [baseline, verifier, ROWS, OWN_HISTORY, hot_fix].concat(),
            state: State::Drifted,
            outcomes: [Adopted, Adopted, Applied],
            tokens: 0,
        },
        Found {
            title: "H. the baseline, with a table and a trigger that somebody added for himself",
            sql: [baseline, ROWS, statistics].concat(),
            state: State::Unmanaged,
            outcomes: [Adopted, Applied, Applied],
            tokens: 0,
        },
    ])
}

/// Says what was found, what would be done and why, and does it.
fn one_state_out(path: &Path, found: &Found) -> Result<()> {
    println!("{}", found.title);
    let mut db = Connection::open(path)?;
    let status = CMS.status(&db)?;
    println!("   state: {}", status.state);
    print!("{}", indented(&CMS.plan(&db)?));
    let report = CMS.migrate(&mut db)?;
    println!("{}", indented(&report));

    assert_eq!(status.state, found.state);
    let outcomes: Vec<_> = report.steps.iter().map(|step| step.outcome).collect();
    assert_eq!(outcomes, found.outcomes);
    assert_eq!((count(&db, "notes")?, count(&db, "sessions")?, count(&db, "auth_state")?), (2, 1, 1));
    assert_eq!(count(&db, "tokens")?, found.tokens);
    assert_eq!(CMS.status(&db)?.state, State::Current);
    assert!(CMS.migrate(&mut db)?.is_up_to_date());
    Ok(())
}

/// F: as E, but one of the indexes is there on another column. Nobody knows who needs it.
fn another_index(path: &Path) -> Result<()> {
    println!("F. as E, but an index of 0003 exists on another column");
    let production = found()?.swap_remove(3);
    let db = Connection::open(path)?;
    db.execute_batch(&production.sql)?;
    db.execute_batch("CREATE INDEX idx_tokens_hash ON tokens (me)")?;
    drop(db);
    refused(path, Kind::Conflicting)
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
