//! The replay is a function of the statements: not of when it runs, and not of how they are spread over files.

use schema_core::Migration;
use schema_replay::{Replay, Replayer, replay};

use crate::support::migration;

/// Statements of every kind that moves a schema.
const STATEMENTS: [&str; 11] = [
    "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE COLLATE NOCASE, old TEXT)",
    "CREATE TABLE posts (id INTEGER PRIMARY KEY, author INTEGER REFERENCES users (id), title TEXT CHECK (title <> ''))",
    "CREATE INDEX posts_author ON posts (author DESC) WHERE title IS NOT NULL",
    "ALTER TABLE users ADD COLUMN score REAL DEFAULT 1.5",
    "CREATE VIEW titles AS SELECT title FROM posts",
    "ALTER TABLE users RENAME COLUMN email TO mail",
    "CREATE TRIGGER forget AFTER DELETE ON users BEGIN DELETE FROM posts WHERE author = old.id; SELECT 1; END",
    "ALTER TABLE users DROP COLUMN old",
    "INSERT INTO users (mail) VALUES ('a;b'), ('c')",
    "ALTER TABLE posts RENAME TO articles",
    "CREATE VIRTUAL TABLE search USING fts5(title)",
];

/// The statements, with a new file wherever the bit is set.
fn split(bits: usize, separator: &str) -> Vec<Migration> {
    let mut texts = vec![String::new()];
    for (at, statement) in STATEMENTS.iter().enumerate() {
        if at > 0 && bits & (1 << (at - 1)) != 0 {
            texts.push(String::new());
        }
        let text = texts.last_mut().unwrap();
        text.push_str(statement);
        text.push_str(separator);
    }
    texts.iter().zip(1..).map(|(text, number)| migration(number, text)).collect()
}

/// Everything but the places, in one text.
fn outcome(replay: &Replay) -> String {
    format!("{:#?}\n{:#?}\n{:#?}", replay.inspection, replay.catalogue, replay.functions)
}

#[test]
fn replaying_twice_gives_the_same_bytes() {
    for bits in [0, 0b10_1010_1010, 0b11_1111_1111] {
        let migrations = split(bits, ";\n");
        let first = replay(&migrations).unwrap();
        let second = replay(&migrations).unwrap();
        assert_eq!(format!("{first:#?}"), format!("{second:#?}"));
    }
}

#[test]
fn every_split_over_files_gives_the_same_schema() {
    let whole = outcome(&replay(&split(0, ";\n")).unwrap());
    assert!(whole.contains("articles"), "{whole}");
    for bits in 0..1 << (STATEMENTS.len() - 1) {
        let found = outcome(&replay(&split(bits, ";\n")).unwrap());
        assert!(found == whole, "split {bits:b}:\n{found}");
    }
}

#[test]
fn what_stands_between_the_statements_does_not_matter() {
    let whole = outcome(&replay(&split(0, ";\n")).unwrap());
    for separator in [";", ";;\n;", " /* ; */ ;\r\n-- ;\r\n", "\n;\u{feff}"] {
        for bits in [0, 0b101] {
            assert!(outcome(&replay(&split(bits, separator)).unwrap()) == whole, "{separator:?}");
        }
    }
}

#[test]
fn running_one_by_one_is_running_them_all() {
    let migrations = split(0b11_1111_1111, ";");
    let mut replayer = Replayer::new();
    for (at, migration) in migrations.iter().enumerate() {
        replayer.run(migration).unwrap();
        let until = replay(&migrations[..=at]).unwrap();
        assert_eq!(replayer.inspection().unwrap(), until.inspection);
        assert_eq!(replayer.catalogue().unwrap(), until.catalogue);
        assert_eq!(format!("{:?}", replayer.map()), format!("{:?}", until.map));
    }
}

/// A migration that fails leaves nothing of itself behind.
#[test]
fn a_failed_migration_is_rolled_back() {
    let mut replayer = Replayer::new();
    replayer.run(&migration(1, "CREATE TABLE t (a)")).unwrap();
    let before = replayer.catalogue().unwrap();
    replayer.run(&migration(2, "CREATE TABLE u (a); DROP TABLE t; SELECT nothing")).unwrap_err();
    assert_eq!(replayer.catalogue().unwrap(), before);
}
