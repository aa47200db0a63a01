//! Migrations and databases for the tests.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use schema_runtime::{Error, Migration, Sqlite, checksum};
use tempfile::TempDir;

pub(crate) const BASELINE: &str = "CREATE TABLE notes (
  id INTEGER PRIMARY KEY AUTOINCREMENT, slug TEXT UNIQUE NOT NULL, file_path TEXT UNIQUE NOT NULL,
  published BOOLEAN DEFAULT 0, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, deleted_at TIMESTAMP, content_hash TEXT);
CREATE INDEX idx_notes_created_at ON notes(created_at DESC);
CREATE INDEX idx_notes_published ON notes(published);
CREATE INDEX idx_notes_slug ON notes(slug);
CREATE INDEX idx_notes_deleted_at ON notes(deleted_at);
CREATE TABLE sessions (
  id INTEGER PRIMARY KEY AUTOINCREMENT, session_token TEXT UNIQUE NOT NULL, me TEXT NOT NULL,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, expires_at TIMESTAMP NOT NULL, last_used_at TIMESTAMP);
CREATE INDEX idx_sessions_token ON sessions(session_token);
CREATE INDEX idx_sessions_expires ON sessions(expires_at);
CREATE TABLE tokens (
  token TEXT PRIMARY KEY, me TEXT NOT NULL, client_id TEXT, scope TEXT,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, expires_at TIMESTAMP);
CREATE INDEX idx_tokens_me ON tokens(me);
CREATE TABLE auth_state (
  state TEXT PRIMARY KEY, created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, expires_at TIMESTAMP NOT NULL);
CREATE INDEX idx_auth_state_expires ON auth_state(expires_at);
";

pub(crate) const VERIFIER: &str = "ALTER TABLE auth_state ADD COLUMN code_verifier TEXT NOT NULL DEFAULT '';\n";

pub(crate) const TOKENS: &str = "DROP TABLE tokens;
CREATE TABLE tokens (
  id INTEGER PRIMARY KEY AUTOINCREMENT, token_hash TEXT UNIQUE NOT NULL, me TEXT NOT NULL, client_id TEXT,
  scope TEXT DEFAULT 'create', created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  expires_at TIMESTAMP NOT NULL, last_used_at TIMESTAMP, revoked_at TIMESTAMP);
CREATE TABLE authorization_codes (
  id INTEGER PRIMARY KEY AUTOINCREMENT, code_hash TEXT UNIQUE NOT NULL, me TEXT NOT NULL, client_id TEXT NOT NULL,
  redirect_uri TEXT NOT NULL, scope TEXT, state TEXT, code_challenge TEXT, code_challenge_method TEXT,
  created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, expires_at TIMESTAMP NOT NULL, used_at TIMESTAMP);
CREATE INDEX idx_tokens_hash ON tokens(token_hash);
CREATE INDEX idx_tokens_me ON tokens(me);
CREATE INDEX idx_tokens_expires ON tokens(expires_at);
CREATE INDEX idx_auth_codes_hash ON authorization_codes(code_hash);
CREATE INDEX idx_auth_codes_expires ON authorization_codes(expires_at);
";

/// One row in every table of the baseline.
pub(crate) const ROWS: &str = "INSERT INTO notes (slug, file_path) VALUES ('hello', 'a.md');
INSERT INTO sessions (session_token, me, expires_at) VALUES ('s', 'me', '2030-01-01');
INSERT INTO tokens (token, me) VALUES ('t', 'me');
INSERT INTO auth_state (state, expires_at) VALUES ('x', '2030-01-01');";

/// The three migrations of the CMS.
pub(crate) const CMS: [(&str, &str, &str); 3] = [
    ("1", "baseline", BASELINE),
    ("2", "add_code_verifier_to_auth_state", VERIFIER),
    ("3", "secure_tokens_and_authorization_codes", TOKENS),
];

/// A migration as `migrations/0001_name.sql` would be read.
pub(crate) fn migration((version, name, sql): (&str, &str, &str)) -> Migration {
    Migration {
        version: version.to_owned().into(),
        name: name.to_owned().into(),
        file: format!("migrations/{version:0>4}_{name}.sql").into(),
        sql: sql.to_owned().into(),
        checksum: checksum(sql).into(),
        no_transaction: false,
    }
}

/// The set of these migrations, each given by version, name and SQL.
pub(crate) fn set(migrations: &[(&str, &str, &str)]) -> Sqlite {
    Sqlite::from_migrations(migrations.iter().copied().map(migration).collect()).expect("the migrations replay")
}

pub(crate) fn cms() -> Sqlite {
    set(&CMS)
}

/// A database file in a directory of its own.
pub(crate) struct File {
    pub(crate) directory: TempDir,
    pub(crate) path: PathBuf,
}

impl File {
    /// No file yet.
    pub(crate) fn none() -> File {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("app.db");
        File { directory, path }
    }

    /// A file that this SQL made.
    pub(crate) fn of(sql: &str) -> File {
        let file = File::none();
        file.open().execute_batch(sql).expect("the SQL of the test");
        file
    }

    /// A file that was migrated by a program with these migrations.
    pub(crate) fn migrated(migrations: &[(&str, &str, &str)]) -> File {
        let file = File::none();
        set(migrations).migrate_file(&file.path).expect("it migrates");
        file
    }

    pub(crate) fn open(&self) -> Connection {
        Connection::open(&self.path).expect("it opens")
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.path).expect("the file")
    }

    /// Migrates, expects a refusal, and proves that not one byte of the file changed.
    pub(crate) fn refused(&self, set: &Sqlite) -> Error {
        let before = self.bytes();
        let error = set.migrate_file(&self.path).expect_err("a refusal");
        assert!(self.bytes() == before, "the file changed, although it was refused: {error}");
        error
    }
}

/// One value.
pub(crate) fn one(db: &Connection, sql: &str) -> String {
    let value: rusqlite::types::Value = db.query_row(sql, [], |row| row.get(0)).expect(sql);
    match value {
        rusqlite::types::Value::Null => "NULL".to_owned(),
        rusqlite::types::Value::Integer(value) => value.to_string(),
        rusqlite::types::Value::Real(value) => value.to_string(),
        rusqlite::types::Value::Text(value) => value,
        rusqlite::types::Value::Blob(value) => format!("{value:?}"),
    }
}

/// Version and outcome of every row of the history: `1 created, 2 created`.
pub(crate) fn history(db: &Connection) -> String {
    let sql = "SELECT group_concat(version || ' ' || outcome, ', ')
        FROM (SELECT * FROM driftless_migrations ORDER BY position)";
    one(db, sql)
}

/// The catalogue without the history, canonical: every object with its canonical noun.
pub(crate) fn schema(db: &Connection) -> Vec<String> {
    let found = schema_replay::inspect(db).expect("an inspection");
    let mut tables = found.schema;
    tables.tables.retain(|name, _| name.name.as_str() != "driftless_migrations");
    schema_core::render::schema(&tables)
}

/// The file has the schema of the program, and is sound.
pub(crate) fn assert_at(file: &Path, set: &Sqlite) {
    let db = Connection::open(file).expect("it opens");
    let mut fresh = Connection::open_in_memory().expect("memory");
    set.migrate(&mut fresh).expect("it migrates");
    let (found, expected) = (schema(&db), schema(&fresh));
    for statement in &expected {
        assert!(found.contains(statement), "{statement}");
    }
    assert_eq!(one(&db, "PRAGMA integrity_check"), "ok");
    assert!(set.status(&db).expect("a status").is_up_to_date());
}

/// An error's text without what differs from run to run: the directory, and times.
pub(crate) fn stable(text: &str, directory: &Path) -> String {
    let text = text.replace(&directory.display().to_string(), "DIR");
    let mut shown = String::new();
    let mut rest = text.as_str();
    while let Some(at) = rest.find("20") {
        let time = rest.get(at..at + 24).filter(|time| time.ends_with('Z') && time.as_bytes()[10] == b'T');
        let (end, word) = if time.is_some() { (at + 24, "TIME") } else { (at + 2, "20") };
        shown += &rest[..at];
        shown += word;
        rest = &rest[end..];
    }
    shown + rest
}
