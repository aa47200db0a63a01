//! What is the same for every command: how the binary is called, and what it answers to a wrong call.

use std::process::{Command, Stdio};

use crate::support::{Dir, snapshot};

#[test]
fn cargo_calls_it_with_its_own_name_first() {
    let dir = Dir::with(&[]);
    let plain = dir.run("explain unique").ends(0);
    let through_cargo = dir.run("driftless explain unique").ends(0);
    assert!(plain.stdout.starts_with("A UNIQUE constraint"), "{}", plain.stdout);
    assert_eq!(plain.stdout, through_cargo.stdout);
}

/// Cargo itself finds the binary in PATH.
#[test]
fn it_is_a_command_of_cargo() {
    let binary = std::path::Path::new(env!("CARGO_BIN_EXE_cargo-driftless"));
    let path = std::env::var("PATH").unwrap_or_default();
    let path = format!("{}:{path}", binary.parent().expect("its directory").display());
    let output = Command::new(env!("CARGO")).args(["driftless", "explain", "unique"]).env("PATH", path).output();
    let output = output.expect("cargo runs");
    assert!(output.status.success(), "{output:?}");
    assert!(output.stdout.starts_with(b"A UNIQUE constraint"), "{output:?}");
}

#[test]
fn the_grammar() {
    let dir = Dir::with(&[]);
    let mut text = dir.run("--help").ends(0).text();
    for command in [
        "init",
        "new",
        "check",
        "pull",
        "status",
        "audit",
        "plan",
        "apply",
        "rollback",
        "restore",
        "lock",
        "rebase",
        "explain",
        "schema",
        "diff",
        "completions",
    ] {
        text.push_str(&format!("\n{}", dir.run(&format!("{command} --help")).ends(0).text()));
    }
    snapshot("help", &text);
    assert!(dir.run("--version").ends(0).stdout.starts_with("cargo driftless "));
}

#[test]
fn a_wrong_call_is_an_error_of_its_own() {
    let dir = Dir::with(&[]);
    let mut text = String::new();
    for words in ["", "chekc", "status", "check --fromat json", "plan app.db --json --nothing", "explain uniqe"] {
        text.push_str(&dir.refused(2, words).text());
    }
    dir.run("explain uniqe --json").ends(2).json();
    dir.run("plan app.db --json --nothing").ends(2).json();
    snapshot("wrong_calls", &text);
}

#[test]
fn outside_of_a_package_there_is_nothing_to_guess() {
    let dir = Dir::with(&[]);
    let mut text = String::new();
    for words in ["check", "init", "lock", "schema", "status app.db", "lock --migrations gone"] {
        text.push_str(&dir.refused(2, words).text());
    }
    snapshot("no_package", &text);
}

#[test]
fn every_shell_gets_its_completions() {
    let dir = Dir::with(&[]);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = dir.run(&format!("completions {shell}")).ends(0).stdout;
        assert!(script.contains("rollback") && script.contains("migrations"), "{shell}");
    }
    // The shell itself reads what is for it.
    std::fs::write(dir.path("c"), dir.run("completions bash").stdout).expect("a file");
    let read = Command::new("bash").arg("-n").arg(dir.path("c")).status().expect("bash runs");
    assert!(read.success());
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let dir = Dir::with(&[]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_cargo-driftless"))
        .args(["completions", "bash"])
        .current_dir(dir.path("."))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

/// Standard output is no terminal here: colours come only when they are forced, and `NO_COLOR` wins.
#[test]
fn colours_are_for_terminals() {
    let models = "#[derive(driftless::Table)]\npub struct User {\n    pub id: i64,\n}\n";
    let dir = Dir::package(&[("src/lib.rs", models), ("migrations/1_a.sql", "")]);
    let has_colour = |variables: &[(&str, &str)]| dir.run_with(&["check"], variables).ends(1).stdout.contains('\u{1b}');
    assert!(!has_colour(&[]));
    assert!(has_colour(&[("CLICOLOR_FORCE", "1")]));
    assert!(!has_colour(&[("NO_COLOR", "1")]));
}
