//! What only happens on a terminal: the question, and the bar. `script` of util-linux makes one.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::Dir;

/// A database at version 1 of 2.
fn behind() -> Dir {
    let dir = Dir::with(&[("migrations/1_a.sql", "CREATE TABLE a (id INTEGER PRIMARY KEY);")]);
    dir.run("apply app.db --migrations migrations").ends(0);
    dir.write("migrations/2_b.sql", "CREATE TABLE b (id INTEGER PRIMARY KEY);");
    dir.write("migrations/2_b.down.sql", "DROP TABLE b;");
    dir
}

/// Runs on a terminal with somebody who answers.
fn on_a_terminal(dir: &Dir, words: &str, answer: &str) -> (Option<i32>, String) {
    let command = format!("{} {words} --migrations migrations", env!("CARGO_BIN_EXE_cargo-driftless"));
    let mut child = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .env("TERM", "xterm")
        .env("SHELL", "/bin/sh")
        .current_dir(dir.path("."))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("script of util-linux");
    child.stdin.take().expect("its input").write_all(answer.as_bytes()).expect("an answer");
    let output = child.wait_with_output().expect("it ends");
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn an_existing_database_is_asked_about() {
    let dir = behind();
    let before = dir.tree();
    for answer in ["n\n", "\n", "maybe\n"] {
        let (code, text) = on_a_terminal(&dir, "apply app.db", answer);
        assert_eq!(code, Some(3), "{text}");
        assert!(text.contains("run    migrations/2_b.sql (1 statement)"), "{text}");
        assert!(text.contains("apply this to `app.db`? [y/N] "), "{text}");
        assert!(text.contains("stopped, as you chose"), "{text}");
        assert!(dir.tree() == before, "{text}");
    }
    let (code, text) = on_a_terminal(&dir, "apply app.db", "y\n");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("applied 1 migration"), "{text}");
    assert!(text.contains("1/2 "), "the bar: {text}");
    // Nothing is pending: nothing is asked.
    let (code, text) = on_a_terminal(&dir, "apply app.db", "");
    assert_eq!((code, text.contains("[y/N]")), (Some(0), false), "{text}");
}

#[test]
fn what_is_taken_back_is_shown_and_asked_about() {
    let dir = behind();
    dir.run("apply app.db --yes --migrations migrations").ends(0);
    let (code, text) = on_a_terminal(&dir, "rollback app.db", "no\n");
    assert_eq!(code, Some(3), "{text}");
    assert!(text.contains("DROP TABLE b;") && text.contains("What these migrations brought is lost [y/N] "), "{text}");
    let (code, text) = on_a_terminal(&dir, "rollback app.db", "YES\n");
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("rolled back 1 migration"), "{text}");
}
