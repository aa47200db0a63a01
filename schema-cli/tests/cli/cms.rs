//! The half-migrated content management system on the command line: what `status`, `plan` and `apply` print for each of
//! the states A to M, how many rows there are before and after, and the next commands that the refusals name.

#[path = "../../../tests/runtime/cms/found.rs"]
mod found;

use std::fmt::Write as _;
use std::process::Command;

use rusqlite::Connection;

use crate::support::{Dir, Run, snapshot};

const FILES: [(&str, &str); 3] = [
    ("migrations/0001_baseline.sql", found::BASELINE),
    ("migrations/0002_add_code_verifier_to_auth_state.sql", found::VERIFIER),
    ("migrations/0003_secure_tokens_and_authorization_codes.sql", found::TOKENS),
];

/// The file of the second migration.
const SECOND: &str = "0002_add_code_verifier_to_auth_state.sql";

/// The migrations of the system, and a database that this SQL made.
fn found(sql: &str) -> Dir {
    let dir = Dir::with(&FILES);
    execute(&dir, sql);
    dir
}

/// The same with a database that a release with the first few migrations left.
fn released(count: usize, sql: &str) -> Dir {
    let dir = Dir::with(&FILES[..count]);
    run(&dir, "apply app.db").ends(0);
    for (path, text) in &FILES[count..] {
        dir.write(path, text);
    }
    execute(&dir, sql);
    dir
}

fn execute(dir: &Dir, sql: &str) {
    Connection::open(dir.path("app.db")).expect("it opens").execute_batch(sql).expect("the SQL of the test");
}

fn run(dir: &Dir, words: &str) -> Run {
    dir.run(&format!("{words} --migrations migrations"))
}

fn one(dir: &Dir, sql: &str) -> String {
    let db = Connection::open(dir.path("app.db")).expect("it opens");
    db.query_row(sql, [], |row| row.get::<_, Option<String>>(0)).expect(sql).unwrap_or_default()
}

/// How many rows each table has.
fn rows(dir: &Dir) -> String {
    let names = one(
        dir,
        "SELECT group_concat(name) FROM (SELECT name FROM sqlite_schema WHERE type = 'table'
            AND name NOT IN ('driftless_migrations', 'sqlite_sequence') ORDER BY name)",
    );
    let count = |name: &str| format!("{name} {}", one(dir, &format!("SELECT '' || count(*) FROM \"{name}\"")));
    names.split(',').filter(|name| !name.is_empty()).map(count).collect::<Vec<_>>().join(", ")
}

/// Everything that is said about a database that is migrated, with its rows before and after. Looking changes nothing.
#[track_caller]
fn migrated(name: &str, dir: &Dir) {
    let mut text = format!("rows: {}\n", rows(dir));
    for (code, words) in [(1, "status app.db"), (0, "plan app.db")] {
        text.push_str(&dir.refused(code, &format!("{words} --migrations migrations")).text());
    }
    for words in ["apply app.db --yes", "status app.db"] {
        text.push_str(&run(dir, words).ends(0).text());
    }
    let _ = writeln!(text, "rows: {}", rows(dir));
    assert_eq!(one(dir, "PRAGMA integrity_check"), "ok");
    run(dir, "apply app.db").ends(0);
    snapshot(&format!("cms_{name}"), &text);
}

/// Everything that is said about a database that is refused, by `status`, `plan` and `apply`, none of which changes a
/// byte.
#[track_caller]
fn refused(name: &str, dir: &Dir, code: i32) -> String {
    let mut text = String::new();
    for (code, words) in [(1, "status app.db"), (code, "plan app.db"), (code, "apply app.db --yes")] {
        text.push_str(&dir.refused(code, &format!("{words} --migrations migrations")).text());
    }
    snapshot(&format!("cms_{name}"), &text);
    text
}

#[test]
fn a_an_empty_file() {
    let dir = found("");
    dir.write("app.db", "");
    migrated("a", &dir);
    assert_eq!(one(&dir, "SELECT group_concat(outcome) FROM driftless_migrations"), "created,created,created");
}

#[test]
fn a_no_file() {
    let dir = Dir::with(&FILES);
    run(&dir, "apply app.db").ends(0);
    assert_eq!(rows(&dir), "auth_state 0, authorization_codes 0, notes 0, sessions 0, tokens 0");
}

#[test]
fn b_the_baseline() {
    migrated("b", &found(&found::baseline()));
}

#[test]
fn c_a_history_of_its_own() {
    let dir = found(&found::release());
    migrated("c", &dir);
    // The five tokens that are gone are in the backup.
    let files = std::fs::read_dir(dir.path(".")).expect("the directory").map(|file| file.expect("a file").path());
    let backups: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "backup")).collect();
    let [backup] = backups.as_slice() else { panic!("one backup, not {backups:?}") };
    let backup = Connection::open(backup).expect("it opens");
    let count = backup.query_row("SELECT count(*) FROM tokens", [], |row| row.get::<_, i64>(0));
    assert_eq!(count.expect("the tokens"), 5);
}

#[test]
fn d_the_final_schema() {
    migrated("d", &found(&found::newest()));
}

#[test]
fn e_half_of_the_third() {
    migrated("e", &released(2, &found::half_of_the_third()));
    migrated("e_own_history", &found(&format!("{}{}", found::production(), found::OWN_HISTORY)));
    migrated("e_no_history", &found(&found::production()));
}

#[test]
fn f_an_index_is_another_one() {
    let dir = found(&format!("{}{}", found::production(), found::OTHER_INDEX));
    refused("f", &dir, 3);
    // What the message names mends it.
    execute(&dir, "DROP INDEX idx_tokens_hash");
    run(&dir, "apply app.db --yes").ends(0);
}

#[test]
fn g_a_hot_fix() {
    migrated("g", &found(&found::hot_fixed()));
}

#[test]
fn h_what_is_not_managed() {
    migrated("h", &found(&found::with_statistics()));
}

/// A database that is up to date and has a note, in a git repository whose only commit has the three migrations.
fn current() -> Dir {
    let dir = released(3, "INSERT INTO notes (slug, file_path) VALUES ('hello', 'a.md')");
    dir.write(".gitignore", "app.db*\n");
    run(&dir, "lock").ends(0);
    git(&dir, &["init", "-q", "-b", "main"]);
    commit(&dir);
    dir
}

fn commit(dir: &Dir) {
    git(dir, &["add", "-A"]);
    git(dir, &["commit", "-q", "-m", "x"]);
}

fn git(dir: &Dir, words: &[&str]) -> String {
    let settings = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "core.editor=true"];
    let mut command = Command::new("git");
    command.args(settings).args(words).current_dir(dir.path("."));
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_SYSTEM", "/dev/null");
    let output = command.output().expect("git runs");
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The command in the last backquotes of a message.
#[track_caller]
fn command(text: &str, start: &str) -> String {
    let (_, rest) = text.rsplit_once(&format!("`{start}")).unwrap_or_else(|| panic!("no `{start}` in {text}"));
    rest.split_once('`').expect("its end").0.trim().to_owned()
}

#[track_caller]
fn mended(dir: &Dir) {
    run(dir, "apply app.db --yes").ends(0);
    run(dir, "status app.db").ends(0);
    assert_eq!(one(dir, "SELECT slug FROM notes"), "hello");
}

#[test]
fn k_a_row_is_altered() {
    let dir = current();
    execute(&dir, "UPDATE driftless_migrations SET checksum = 'v1:00' WHERE version = '2'");
    let text = refused("k_altered", &dir, 3);
    let command = command(&text, "sqlite3 ");
    let (file, sql) = command.split_once(" \"").expect("a file and its SQL");
    assert!(file.ends_with("app.db"), "{file}");
    execute(&dir, sql.trim_end_matches('"'));
    mended(&dir);
}

#[test]
fn k_a_file_is_edited() {
    let dir = current();
    dir.write(FILES[1].0, FILES[1].1.replace("''", "'none'"));
    // The lock file notices first; somebody insists.
    let locked = dir.refused(2, "status app.db --migrations migrations").text();
    assert!(locked.contains("was edited after it was locked"), "{locked}");
    run(&dir, &format!("lock --released {SECOND}")).ends(0);
    let text = refused("k_edited", &dir, 3);
    assert!(text.contains("restore the file as it was"), "{text}");
    git(&dir, &["checkout", "-q", "."]);
    let new = command(&text, "cargo driftless ");
    run(&dir, &new.replace("NAME", "another_default --empty")).ends(0);
    mended(&dir);
}

#[test]
fn k_a_file_is_removed() {
    let dir = current();
    std::fs::remove_file(dir.path(FILES[1].0)).expect("a file");
    run(&dir, &format!("lock --released {SECOND}")).ends(0);
    commit(&dir);
    let text = refused("k_removed", &dir, 3);
    let log = command(&text, "git ");
    let words: Vec<_> = log.split_whitespace().map(|word| word.trim_matches('\'')).collect();
    let said = git(&dir, &words);
    assert!(said.contains(FILES[1].0), "the command finds the file: {said}");
    let commit = said.lines().find_map(|line| line.strip_prefix("commit ")).expect("a commit").to_owned();
    git(&dir, &["checkout", "-q", &format!("{commit}^"), "--", "."]);
    mended(&dir);
}

#[test]
fn k_a_file_comes_late() {
    let dir = current();
    git(&dir, &["checkout", "-q", "-b", "feature"]);
    dir.write("migrations/0002.1_late.sql", "CREATE TABLE late (a);\n");
    run(&dir, "lock").ends(0);
    commit(&dir);
    let text = refused("k_late", &dir, 3);
    let rebase = command(&text, "cargo driftless ");
    run(&dir, &rebase).ends(0);
    mended(&dir);
    assert_eq!(one(&dir, "SELECT group_concat(version) FROM driftless_migrations"), "1,2,3,4");
}

#[test]
fn l_no_database() {
    let dir = found("");
    dir.write("app.db", "a text that is long enough to have a header ".repeat(40));
    let mut text = String::new();
    for words in ["status app.db", "plan app.db", "apply app.db --yes"] {
        text.push_str(&dir.refused(2, &format!("{words} --migrations migrations")).text());
    }
    snapshot("cms_l", &text);
}

#[test]
fn l_locked_by_a_writer() {
    let dir = found(&found::release());
    // Read before and after, since whoever closes a file takes the locks of its process with it.
    let before = std::fs::read(dir.path("app.db")).expect("its bytes");
    let writer = Connection::open(dir.path("app.db")).expect("it opens");
    writer.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
    let text = run(&dir, "apply app.db --yes").ends(2).text();
    snapshot("cms_l_locked", &text);
    drop(writer);
    assert!(std::fs::read(dir.path("app.db")).expect("its bytes") == before);
    run(&dir, "apply app.db --yes").ends(0);
}

#[test]
fn m_a_newer_release() {
    let newer = ("migrations/0004_feeds.sql", "CREATE TABLE feeds (url TEXT);\n");
    let dir = Dir::with(&[FILES[0], FILES[1], FILES[2], newer]);
    run(&dir, "apply app.db").ends(0);
    std::fs::remove_file(dir.path(newer.0)).expect("a file");
    std::fs::remove_file(dir.path("migrations/driftless.lock")).ok();
    refused("m", &dir, 3);
}
