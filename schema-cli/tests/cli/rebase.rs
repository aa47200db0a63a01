//! `rebase`: branches of real git repositories that took one number.

use std::process::Command;

use crate::support::{Dir, Run, snapshot};

const BASE: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY);\n";
const EMAIL: &str = "ALTER TABLE users ADD COLUMN email TEXT;\n";
const NOTES: &str = "CREATE TABLE notes (id INTEGER PRIMARY KEY);\n";

fn rebase(dir: &Dir, words: &str) -> Run {
    dir.run(&format!("rebase --migrations migrations {words}"))
}

fn refused(dir: &Dir, code: i32, words: &str) -> Run {
    dir.refused(code, &format!("rebase --migrations migrations {words}"))
}

/// The names in the migrations directory.
fn names(dir: &Dir) -> Vec<String> {
    let entries = std::fs::read_dir(dir.path("migrations")).expect("the directory");
    let mut names: Vec<_> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

fn git(dir: &Dir, words: &str) -> bool {
    let settings = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "core.editor=true"];
    let mut command = Command::new("git");
    command.args(settings).args(words.split_whitespace()).current_dir(dir.path("."));
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    command.output().expect("git runs").status.success()
}

fn commit(dir: &Dir, files: &[(&str, &str)]) {
    for (path, text) in files {
        dir.write(path, text);
    }
    dir.run("lock --migrations migrations").ends(0);
    assert!(git(dir, "add -A") && git(dir, "commit -qm x"));
}

/// Two branches, `main` and `feature`, which is checked out; each adds files and locks them.
fn branches(main: &[(&str, &str)], feature: &[(&str, &str)]) -> Dir {
    let dir = Dir::with(&[]);
    assert!(git(&dir, "init -q -b main"));
    commit(&dir, &[("migrations/0001_users.sql", BASE)]);
    assert!(git(&dir, "checkout -q -b feature"));
    commit(&dir, feature);
    assert!(git(&dir, "checkout -q main"));
    commit(&dir, main);
    assert!(git(&dir, "checkout -q feature"));
    dir
}

fn two() -> Dir {
    branches(
        &[("migrations/0002_email.sql", EMAIL)],
        &[("migrations/0002_notes.sql", NOTES), ("migrations/0002_notes.down.sql", "DROP TABLE notes;\n")],
    )
}

#[track_caller]
fn assert_rebased(dir: &Dir) {
    assert_eq!(
        names(dir),
        ["0001_users.sql", "0002_email.sql", "0003_notes.down.sql", "0003_notes.sql", "driftless.lock"]
    );
    let lock = dir.read("migrations/driftless.lock");
    let files: Vec<_> =
        lock.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(files, ["0001_users.sql", "0002_email.sql", "0003_notes.sql"]);
    dir.run("schema --at 3 --migrations migrations").ends(0);
    assert_eq!(refused(dir, 0, "").stdout, "nothing to renumber\n");
}

#[test]
fn the_default_branch_is_merged_into_ones_own() {
    let dir = two();
    assert!(!git(&dir, "merge -q main"), "the lock files conflict");
    let before = dir.run("lock --migrations migrations").ends(2);
    snapshot("rebase", &(before.text() + &rebase(&dir, "").ends(0).text()));
    assert_rebased(&dir);
}

#[test]
fn ones_own_branch_is_merged_into_the_default_branch() {
    let dir = two();
    assert!(git(&dir, "checkout -q main") && !git(&dir, "merge -q feature"));
    rebase(&dir, "").ends(0);
    assert_rebased(&dir);
}

#[test]
fn ones_own_commits_are_put_on_top() {
    let dir = two();
    // Under another name git's own state has to tell.
    assert!(git(&dir, "branch -m main trunk") && !git(&dir, "rebase -q trunk"));
    rebase(&dir, "").ends(0);
    assert_rebased(&dir);
}

#[test]
fn without_git_the_conflict_tells() {
    let dir = two();
    assert!(git(&dir, "branch -m main trunk") && !git(&dir, "merge -q trunk"));
    std::fs::rename(dir.path(".git"), dir.path("git")).expect("it is moved");
    rebase(&dir, "").ends(0);
    assert_rebased(&dir);
}

#[test]
fn without_git_the_lock_tells() {
    let dir = Dir::with(&[("migrations/0001_users.sql", BASE), ("migrations/0002_email.sql", EMAIL)]);
    dir.run("lock --migrations migrations").ends(0);
    dir.write("migrations/0002_notes.sql", NOTES);
    dir.write("migrations/0002_notes.down.sql", "DROP TABLE notes;\n");
    let text = rebase(&dir, "--json").ends(0).text();
    assert_rebased(&dir);
    snapshot("rebase_json", &text);
}

#[test]
fn where_nothing_tells_the_command_line_does() {
    let files = [
        ("migrations/0001_users.sql", BASE),
        ("migrations/0002_email.sql", EMAIL),
        ("migrations/0002_notes.sql", NOTES),
        ("migrations/0003_more.sql", "CREATE TABLE more (a);"),
    ];
    let dir = Dir::with(&files);
    let text = refused(&dir, 2, "").text() + &refused(&dir, 2, "--local 0009_x.sql").text();
    let moved = rebase(&dir, "--local 0002_notes.sql --local migrations/0003_more.sql").ends(0);
    snapshot("rebase_ambiguous", &(text + &moved.text()));
    assert_eq!(names(&dir), ["0001_users.sql", "0002_email.sql", "0003_notes.sql", "0004_more.sql"]);
}

#[test]
fn a_late_one_gets_the_last_number() {
    let dir = Dir::with(&[("migrations/0001_users.sql", BASE), ("migrations/0003_email.sql", EMAIL)]);
    dir.run("lock --migrations migrations").ends(0);
    dir.write("migrations/0002_notes.sql", NOTES);
    rebase(&dir, "").ends(0);
    assert_eq!(names(&dir), ["0001_users.sql", "0003_email.sql", "0004_notes.sql", "driftless.lock"]);
}

#[test]
fn numbers_that_fit_only_need_the_lock() {
    let dir = branches(&[("migrations/0002_email.sql", EMAIL)], &[("migrations/0005_notes.sql", NOTES)]);
    assert!(!git(&dir, "merge -q main"));
    let text = rebase(&dir, "").ends(0).stdout;
    assert_eq!(text, "both orders lead to the same schema; 3 migrations in migrations\n");
    assert_eq!(names(&dir), ["0001_users.sql", "0002_email.sql", "0005_notes.sql", "driftless.lock"]);
    dir.run("schema --at 5 --migrations migrations").ends(0);
}

#[test]
fn directories_move_as_a_whole() {
    let up = |day: u32, name: &str| format!("migrations/2024-01-{day:02}-000000_{name}/up.sql");
    let dir = Dir::with(&[(&up(1, "users"), BASE), (&up(2, "email"), EMAIL)]);
    dir.run("lock --migrations migrations").ends(0);
    dir.write(&up(2, "notes"), NOTES);
    dir.write(&up(2, "notes").replace("up.sql", "down.sql"), "DROP TABLE notes;");
    rebase(&dir, "").ends(0);
    assert_eq!(
        names(&dir),
        ["2024-01-01-000000_users", "2024-01-02-000000_email", "2024-01-02-000001_notes", "driftless.lock"]
    );
    assert!(dir.path("migrations/2024-01-02-000001_notes/down.sql").is_file());
}

#[test]
fn branches_that_do_not_go_together_are_named() {
    let mut text = String::new();
    let unique = "CREATE UNIQUE INDEX users_email ON users (email);\n";
    for (main, feature) in [
        (EMAIL, "CREATE TABLE other (a);\nALTER TABLE users ADD COLUMN email TEXT NOT NULL DEFAULT '';\n"),
        (NOTES, "CREATE TABLE notes (a);\n"),
        ("CREATE TABLE IF NOT EXISTS notes (a);\n", "CREATE TABLE IF NOT EXISTS notes (b);\n"),
        ("ALTER TABLE users RENAME TO people;\n", "ALTER TABLE users ADD COLUMN age INTEGER;\n"),
        ("CREATE VIEW v AS SELECT 1;\n", "DROP VIEW IF EXISTS v;\n"),
        (
            &format!("{EMAIL}{unique}"),
            &format!("ALTER TABLE users ADD COLUMN mail TEXT;\n{}", unique.replace("(email)", "(mail)")),
        ),
    ] {
        let dir = branches(&[("migrations/0002_a.sql", main)], &[("migrations/0002_b.sql", feature)]);
        assert!(!git(&dir, "merge -q main"));
        text.push_str(&refused(&dir, 3, "").text());
    }
    snapshot("rebase_conflicts", &text);
}

#[test]
fn a_released_migration_that_changed_is_refused() {
    let dir = two();
    assert!(!git(&dir, "merge -q main"));
    dir.write("migrations/0002_email.sql", "ALTER TABLE users ADD COLUMN mail TEXT;");
    let edited = refused(&dir, 3, "");
    std::fs::remove_file(dir.path("migrations/0002_email.sql")).expect("it goes");
    let gone = refused(&dir, 3, "");
    dir.write("migrations/driftless.lock", "<<<<<<< ours\nnot an entry\n=======\n>>>>>>> theirs\n");
    let broken = refused(&dir, 2, "");
    snapshot("rebase_refused", &[edited, gone, broken].map(|run| run.text()).concat());
}
