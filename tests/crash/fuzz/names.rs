//! Migration files with names that nobody would think of.

use std::fs;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use schema_core::lock::{FILE_NAME, Lock};
use schema_core::{Dialect, checksum, compare_versions};
use schema_replay::{Project, read, read_duplicated};

use super::fuzz;
use super::lock::assert_problem;

const ENDS: [&str; 14] = [
    ".sql",
    ".sql",
    ".sql",
    ".SQL",
    ".up.sql",
    ".down.sql",
    ".sqlite.sql",
    ".sql.sql",
    ".sql~",
    "",
    ".rs",
    ".undo.sql",
    "/up.sql",
    "/down.sql",
];

const NAMES: [&str; 24] = [
    "CON",
    "nul",
    "aux.sql",
    "..sql",
    "...",
    ".hidden",
    " ",
    "-rf",
    "--",
    "a b",
    "a\nb",
    "\u{1b}[31mred",
    "\u{202e}lqs",
    "\u{feff}x",
    "é",
    "e\u{301}",
    "`tick`",
    "'quote'",
    "\"double\"",
    "$HOME",
    "%n%s",
    "\\back",
    "driftless.lock",
    "driftless.toml",
];

/// A path below the migrations directory.
fn name() -> impl Strategy<Value = String> {
    let version = prop_oneof![
        4 => "[0-9]{1,4}",
        1 => "[0-9]{14}",
        1 => "[0-9]{20,60}",
        1 => "V[0-9]{1,2}(\\.[0-9]){0,2}",
        1 => "[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{6}",
        1 => "m[0-9]{8}_[0-9]{6}",
        1 => Just(String::new()),
        1 => "[\u{660}-\u{669}]{1,3}",
        1 => "U[0-9]",
    ];
    let between = select(vec!["_", "_", "__", "-", ".", " ", "", "/"]);
    let word = prop_oneof![
        4 => "[a-z_]{1,8}",
        2 => "\\PC{1,12}",
        1 => ".{1,8}",
        2 => select(NAMES.map(str::to_owned).to_vec()),
        1 => (100_usize..255).prop_map(|length| "x".repeat(length)),
    ];
    (version, between, word, select(ENDS.to_vec()))
        .prop_map(|(version, between, word, end)| format!("{version}{between}{word}{end}"))
}

const TEXTS: [&str; 7] = [
    "CREATE TABLE a (id INTEGER PRIMARY KEY);",
    "",
    "-- +goose Up\nCREATE TABLE a (id);\n-- +goose Down\nDROP TABLE a;",
    "-- migrate:up\nCREATE TABLE a (id);\n-- migrate:down\nDROP TABLE a;",
    "\u{feff}CREATE TABLE b (id);",
    "SELECT 'unfinished",
    "\0",
];

/// Makes the files that the file system lets be made.
fn make(directory: &Path, files: &[(String, usize, bool)]) {
    for (name, text, is_directory) in files {
        let path = directory.join(name.trim_start_matches('/'));
        // Nothing may be made outside of the directory of the test.
        if path.components().any(|part| part.as_os_str() == "..") {
            continue;
        }
        if let Some(parent) = path.parent() {
            drop(fs::create_dir_all(parent));
        }
        if *is_directory {
            drop(fs::create_dir(&path));
        } else {
            drop(fs::write(&path, TEXTS[*text]));
        }
    }
}

fn assert_read(directory: &Path) {
    let project = match Project::at(directory, "migrations") {
        Ok(project) => project,
        Err(problem) => return assert_problem(&problem),
    };
    for result in [read(&project), read_duplicated(&project)] {
        match result {
            Ok(set) => {
                assert_eq!(set.migrations.len(), set.files.len());
                for (migration, file) in set.migrations.iter().zip(&set.files) {
                    assert!(file.is_file(), "{}", file.display());
                    assert_eq!(migration.checksum, checksum(Dialect::Sqlite, &migration.sql));
                }
            }
            Err(problems) => {
                assert!(!problems.is_empty());
                problems.iter().for_each(assert_problem);
            }
        }
    }
    let Ok(set) = read(&project) else { return };
    let ascending = |pair: &[schema_core::Migration]| compare_versions(&pair[0].version, &pair[1].version).is_lt();
    assert!(set.migrations.windows(2).all(ascending), "the versions are in their order");
    // What is locked is read again, and an order that is not that of the lock is noticed.
    fs::write(project.dir.join(FILE_NAME), Lock::of("migrations", &set.migrations).to_string()).expect("a lock");
    match read(&project) {
        Ok(again) => assert_eq!(again.migrations, set.migrations),
        Err(problems) => panic!("what was locked is refused: {problems:?}"),
    }
}

#[test]
fn the_names() {
    let file = (name(), 0..TEXTS.len(), prop_oneof![9 => Just(false), 1 => any::<bool>()]);
    fuzz("names", 600, vec(file, 1..7), |files| {
        let directory = tempfile::tempdir().expect("a directory");
        make(directory.path(), &files);
        assert_read(directory.path());
    });
}
