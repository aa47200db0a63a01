//! The texts of all errors, word for word: `messages.txt` beside this file. `DRIFTLESS_BLESS=1` writes it anew.

use std::fmt::Write as _;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use schema_runtime::{Adopt, Error, Options, Sqlite};

use crate::common::{BASELINE, CMS, File, ROWS, TOKENS, VERIFIER, cms, migration, set, stable};

const A: (&str, &str, &str) = ("1", "a", "CREATE TABLE a (id INTEGER PRIMARY KEY)");

/// The refusal of a file that was migrated with some migrations and then touched by some SQL.
fn migrated(migrations: &[(&str, &str, &str)], sql: &str, program: &Sqlite) -> String {
    let file = File::migrated(migrations);
    file.open().execute_batch(sql).expect("the SQL of the test");
    text(&file.refused(program), &file)
}

/// The refusal of a file that this SQL made.
fn made(sql: &str, program: &Sqlite) -> String {
    let file = File::of(sql);
    text(&file.refused(program), &file)
}

fn text(error: &Error, file: &File) -> String {
    stable(&format!("{:?}\n{error}", error.kind()), file.directory.path())
}

fn on_connection(prepare: &str, program: &Sqlite) -> String {
    let file = File::none();
    let mut db = file.open();
    db.execute_batch(prepare).expect("the SQL of the test");
    text(&program.migrate(&mut db).expect_err("a refusal"), &file)
}

fn history() -> Vec<(&'static str, String)> {
    let newer = [CMS[0], CMS[1], CMS[2], ("4", "feeds", "CREATE TABLE feeds (url TEXT)")];
    let edited = VERIFIER.replace("''", "'none'");
    let eleven: Vec<String> = (1..=11).map(|n| n.to_string()).collect();
    let eleven: Vec<_> = eleven.iter().map(|version| (version.as_str(), "empty", "")).collect();
    let update = |set: &str| format!("UPDATE driftless_migrations SET {set}");
    vec![
        ("an altered row", migrated(&CMS, &update("checksum = 'v1:00' WHERE position = 2"), &cms())),
        ("an altered row of a newer release", migrated(&newer, &update("chain = '' WHERE position = 4"), &cms())),
        ("a row is gone", migrated(&CMS, "DELETE FROM driftless_migrations WHERE position = 2", &cms())),
        ("another table", made("CREATE TABLE driftless_migrations (id)", &cms())),
        ("values of another type", migrated(&CMS, &update("version = x'00' WHERE position = 3"), &cms())),
        ("newer", migrated(&newer, "", &cms())),
        ("newer than nothing", migrated(&[A], "", &set(&[]))),
        ("edited", migrated(&CMS, "", &set(&[CMS[0], ("2", CMS[1].1, &edited), CMS[2]]))),
        ("missing", migrated(&CMS, "", &set(&[CMS[0], CMS[2]]))),
        ("missing of many", {
            let rest: Vec<_> = eleven.iter().copied().filter(|(version, ..)| *version != "5").collect();
            migrated(&eleven, "", &set(&rest))
        }),
        ("late", migrated(&CMS, "", &set(&[CMS[0], ("1.5", "late", "CREATE TABLE late (a)"), CMS[1], CMS[2]]))),
        ("duplicate", {
            let error = Sqlite::from_migrations(vec![migration(A), migration(("01", "b", ""))]).expect_err("refused");
            text(&error, &File::none())
        }),
        ("out of order", {
            let error = Sqlite::from_migrations(vec![migration(("2", "b", "")), migration(A)]).expect_err("refused");
            text(&error, &File::none())
        }),
        ("a migration that fails everywhere", {
            let bad = ("2", "bad", "ALTER TABLE\n  b ADD COLUMN c");
            let error = Sqlite::from_migrations(vec![migration(A), migration(bad)]).expect_err("refused");
            assert_eq!((error.place().map(|place| place.line), error.sql()), (Some(2), None));
            text(&error, &File::none())
        }),
    ]
}

fn schemas() -> Vec<(&'static str, String)> {
    let half = TOKENS.replace("CREATE INDEX idx_tokens", "-- CREATE INDEX");
    let another = format!("{BASELINE}{VERIFIER}{half}CREATE INDEX idx_tokens_hash ON tokens (me);");
    let extra = "ALTER TABLE notes ADD COLUMN extra TEXT; CREATE INDEX idx_notes_extra ON notes (extra);";
    let renamed = [
        A,
        ("2", "rename", "ALTER TABLE a ADD COLUMN n; ALTER TABLE a RENAME COLUMN n TO m"),
        ("3", "b", "CREATE TABLE b (c); ALTER TABLE a RENAME COLUMN m TO l"),
    ];
    let filled =
        [A, ("2", "fill", "ALTER TABLE a ADD COLUMN n;\nUPDATE a SET n = id * 2;\nDELETE FROM a WHERE n > 10")];
    let touched = "ALTER TABLE tokens ADD COLUMN token_hash TEXT; DROP INDEX idx_notes_slug; DROP TABLE sessions;
        CREATE TABLE authorization_codes (a) STRICT"
        .replace(" STRICT", "");
    let every = "CREATE TABLE b (id INTEGER PRIMARY KEY, n TEXT UNIQUE, a INTEGER REFERENCES a (id), CHECK (n <> ''))";
    let other = "CREATE TABLE b (id INTEGER, n TEXT COLLATE NOCASE, a INTEGER REFERENCES a (id) ON DELETE CASCADE,
        PRIMARY KEY (id, n)) WITHOUT ROWID; CREATE VIEW v AS SELECT 2; CREATE INDEX b_a ON b (a DESC)";
    let version = |version: &str| {
        let file = File::of(BASELINE);
        let options = Options::new().adopt(Adopt::Version(version.to_owned()));
        text(&cms().migrate_file_with(&file.path, options).expect_err("refused"), &file)
    };
    vec![
        ("drifted", migrated(&CMS[..2], &touched, &cms())),
        ("every kind of difference", {
            let all = [A, ("2", "b", every), ("3", "v", "CREATE VIEW v AS SELECT 1; CREATE INDEX b_a ON b (a)")];
            migrated(
                &all,
                &format!("DROP VIEW v; DROP TABLE b; {other}; DROP TABLE a; CREATE TABLE a AS SELECT 1"),
                &set(&all),
            )
        }),
        ("of no version", made(&format!("{BASELINE}{extra}"), &cms())),
        ("of nothing like it", made("CREATE TABLE notes (title TEXT)", &cms())),
        ("partly there, and in conflict", made(&another, &cms())),
        ("partly there, and not to be finished", migrated(&renamed[..2], "ALTER TABLE a ADD COLUMN l", &set(&renamed))),
        ("there, but for its rows", migrated(&[A], "ALTER TABLE a ADD COLUMN n", &set(&filled))),
        ("drift that stays", migrated(&CMS[..2], extra, &cms())),
        ("what no migration knows is in the way", {
            let program = set(&[A, ("2", "rename", "ALTER TABLE a RENAME TO c")]);
            migrated(&[A], "CREATE VIEW own AS SELECT * FROM gone", &program)
        }),
        ("of two versions", made(A.2, &set(&[A, ("2", "rows", "INSERT INTO a VALUES (1)")]))),
        ("not of that version", version("2")),
        ("of no such version", version("9")),
        ("not to be adopted", {
            let file = File::of(BASELINE);
            let error = cms().migrate_file_with(&file.path, Options::new().adopt(Adopt::Never));
            text(&error.expect_err("refused"), &file)
        }),
        ("led elsewhere", {
            let program = set(&[A, ("2", "i", "CREATE INDEX IF NOT EXISTS i ON a (id)")]);
            migrated(&[A], "CREATE TABLE own (id); CREATE INDEX i ON own (id)", &program)
        }),
        ("in the way", made("CREATE TABLE own (id); CREATE INDEX idx_notes_slug ON own (id)", &cms())),
    ]
}

fn statements() -> Vec<(&'static str, String)> {
    let again = "INSERT INTO notes (slug, file_path)\n  SELECT slug, file_path FROM notes";
    let children =
        "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p (id))";
    let long = format!("INSERT INTO notes (slug) VALUES\n{}(1)", "(1),\n".repeat(12));
    vec![
        ("fails", migrated(&[CMS[0]], ROWS, &set(&[CMS[0], ("2", "again", again)]))),
        ("fails after one that stays", {
            let file = File::migrated(&[CMS[0]]);
            file.open().execute_batch(ROWS).expect("rows");
            let error = set(&[CMS[0], CMS[1], ("3", "again", again)]).migrate_file(&file.path).expect_err("it fails");
            text(&error, &file)
        }),
        ("a long statement fails", migrated(&[CMS[0]], ROWS, &set_unproved(&[CMS[0], ("2", "long", &long)]))),
        ("rolls back", migrated(&[A], "", &set_unproved(&[A, ("2", "back", "BEGIN;\nROLLBACK")]))),
        ("orphans", {
            let first = ("1", "tables", children);
            let program = set(&[first, ("2", "orphan", "DELETE FROM p")]);
            migrated(&[first], "INSERT INTO p VALUES (1); INSERT INTO c VALUES (7, 1), (8, 1)", &program)
        }),
        ("rows that repeat a key, and rows without a value", {
            let first = ("1", "users", "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, name TEXT)");
            let rebuilt = "CREATE TABLE new (id INTEGER PRIMARY KEY, email TEXT UNIQUE, name TEXT UNIQUE NOT NULL);
INSERT INTO new (id, email, name) SELECT id, email, name FROM users;
DROP TABLE users;
ALTER TABLE new RENAME TO users;";
            let rows = "INSERT INTO users VALUES (3, 'a@b.c', 'a'), (4, 'x', 'x'), (7, 'a@b.c', 'x'), (9, 'x', 'x')";
            migrated(&[first], rows, &set(&[first, ("2", "unique", rebuilt)]))
        }),
        ("values that are not of their new type", {
            let first = ("1", "users", "CREATE TABLE users (id INTEGER PRIMARY KEY, age TEXT)");
            let rebuilt = "CREATE TABLE new (id INTEGER PRIMARY KEY, age INTEGER);
INSERT INTO new (id, age) SELECT id, age FROM users;
DROP TABLE users;
ALTER TABLE new RENAME TO users;";
            let rows = "INSERT INTO users VALUES (1, '30'), (2, 'old'), (3, NULL)";
            migrated(&[first], rows, &set(&[first, ("2", "numbers", rebuilt)]))
        }),
        ("full", {
            let file = File::migrated(&[A]);
            let rows = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)\nINSERT INTO a SELECT i FROM n";
            let mut db = file.open();
            db.query_row("PRAGMA max_page_count = 1", [], |_| Ok(())).expect("a limit");
            text(&set(&[A, ("2", "rows", rows)]).migrate(&mut db).expect_err("it is full"), &file)
        }),
    ]
}

/// A set whose last migration does not replay, as one of another SQLite version may be.
fn set_unproved(migrations: &[(&str, &str, &str)]) -> Sqlite {
    let migrations: Vec<_> = migrations.iter().copied().map(migration).collect();
    Sqlite::new(migrations.leak(), "", &[])
}

fn files() -> Vec<(&'static str, String)> {
    let opened = |path: &Path, file: &File| text(&cms().migrate_file(path).expect_err("refused"), file);
    vec![
        ("not a database", {
            let file = File::none();
            std::fs::write(&file.path, "no database ".repeat(200)).expect("a file");
            text(&file.refused(&cms()), &file)
        }),
        ("a directory", {
            let file = File::none();
            opened(file.directory.path(), &file)
        }),
        ("no directory", {
            let file = File::none();
            opened(&file.directory.path().join("no/app.db"), &file)
        }),
        ("a URL", opened(Path::new("sqlite://app.db"), &File::none())),
        ("read-only", {
            let file = File::migrated(&CMS[..2]);
            let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
            let mut db = Connection::open_with_flags(&file.path, flags).expect("it opens");
            text(&cms().migrate(&mut db).expect_err("refused"), &file)
        }),
        ("locked", {
            let file = File::migrated(&CMS[..2]);
            let writer = file.open();
            writer.execute_batch("BEGIN IMMEDIATE").expect("a writer");
            let options = Options::new().busy_timeout(Duration::from_millis(1));
            text(&cms().migrate_file_with(&file.path, options).expect_err("refused"), &file)
        }),
        ("damaged", {
            let file = File::migrated(&CMS[..2]);
            let mut bytes = file.bytes();
            bytes[100..4096].fill(0xff);
            std::fs::write(&file.path, bytes).expect("a file");
            text(&file.refused(&cms()), &file)
        }),
        ("inside a transaction", on_connection("BEGIN", &cms())),
        ("a temporary table", on_connection("CREATE TEMP TABLE notes (a)", &cms())),
    ]
}

#[test]
fn every_message() {
    let mut shown = String::new();
    for (name, text) in
        [history(), crate::histories_refused::refusals(), schemas(), statements(), files()].into_iter().flatten()
    {
        assert!(text.contains("nothing") && text.contains("\n  help: "), "{name}: {text}");
        writeln!(shown, "# {name}\n{text}\n").expect("memory");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runtime/messages.txt");
    if std::env::var_os("DRIFTLESS_BLESS").is_some() {
        std::fs::write(&path, &shown).expect("it is written");
    }
    let expected = std::fs::read_to_string(&path).expect("messages.txt");
    for (shown, expected) in shown.split("# ").zip(expected.split("# ")) {
        assert_eq!(shown, expected);
    }
    assert_eq!(shown.len(), expected.len());
}
