//! The session in README is what a terminal shows: a real cargo, a real compiler, the real binary.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{Dir, lasting, snapshot};

const LIB: &str = r#"use driftless::{Table, schema};

#[derive(Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(unique, collate = "NOCASE")]
    pub email: String,
}

schema! {
    pub static APP: Sqlite = "migrations" [User];
}
"#;

const FIELD: &str = "    pub nickname: Option<String>,\n";

/// A session in one directory, as it is shown.
struct Session {
    dir: Dir,
    text: String,
}

impl Session {
    fn driftless(&mut self, words: &str) {
        let run = self.dir.run(words).ends(0);
        self.show(&format!("cargo driftless {words}"), &(run.stdout + &run.stderr));
    }

    /// `cargo check`, which is to agree or to disagree.
    fn check(&mut self, agrees: bool) {
        // The dependencies are compiled once, for the other tests that run cargo as well.
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("rebuild");
        let mut command = Command::new(env!("CARGO"));
        command.args(["check", "-q", "--color", "never"]).current_dir(self.dir.path("."));
        command.env("CARGO_TARGET_DIR", &target).env_remove("RUSTFLAGS").env_remove("DRIFTLESS_WATCH");
        let output = command.output().expect("cargo runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.success(), agrees, "{said}");
        self.show("cargo check -q", &said);
    }

    fn show(&mut self, command: &str, said: &str) {
        self.text.push_str(&format!("$ {command}\n{}\n\n", said.trim_end()).replace("\n\n\n", "\n\n"));
    }
}

#[test]
fn the_session_of_the_readme_is_real() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let dir = Dir::with(&[("src/lib.rs", LIB)]);
    let dependency = format!("[dependencies]\ndriftless = {{ path = '{}' }}\n", root.display());
    let package = "[workspace]\n[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    dir.write("Cargo.toml", format!("{package}{dependency}"));
    fs::copy(root.join("Cargo.lock"), dir.path("Cargo.lock")).expect("the workspace is locked");

    let mut session = Session { dir, text: String::new() };
    session.driftless("init");
    session.check(true);
    session.driftless("apply app.db");
    let edited = LIB.replace("pub email: String,\n", &format!("pub email: String,\n{FIELD}"));
    session.dir.write("src/lib.rs", edited);
    session.text.push_str(&format!("# src/lib.rs: `User` gets a field, `{}`\n\n", FIELD.trim().trim_end_matches(',')));
    session.check(false);
    session.driftless("new add_nickname");
    session.check(true);
    session.driftless("apply app.db --yes");
    session.driftless("status app.db");
    snapshot("story", &session.text);

    // In README the times are those of somebody's terminal.
    let readme = lasting(&fs::read_to_string(root.join("README.md")).expect("README.md"));
    let block = format!("```console\n{}\n```\n", session.text.trim_end());
    for part in [block, format!("```rust,ignore\n{LIB}```\n")] {
        assert!(readme.contains(&part), "README shows something else than the terminal, which is\n{part}");
    }
}
