//! Wrong and hostile inputs: every command says what is wrong in one line and how to mend it, and every file is as
//! it was.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt, symlink};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::support::{Dir, snapshot};

const MODELS: &str =
    "#[derive(driftless::Table)]\npub struct User {\n    #[column(primary_key)]\n    pub id: i64,\n}\n";
const GOOD: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY);\n";

/// Every command that reads the migrations.
const COMMANDS: [&str; 13] = [
    "check",
    "schema --at 2",
    "diff migrations models",
    "lock",
    "rebase",
    "init",
    "new something",
    "pull",
    "pull --out models.rs",
    "status app.db",
    "plan app.db --out plan.json",
    "apply app.db --yes",
    "rollback app.db --yes",
];

/// A package that would agree, with a database, before something is done to it.
fn good() -> Dir {
    let dir = Dir::package(&[
        ("src/lib.rs", MODELS),
        ("migrations/0001_users.sql", GOOD),
        ("migrations/0001_users.down.sql", "DROP TABLE users;\n"),
    ]);
    dir.run("lock").ends(0);
    dir.run("apply app.db").ends(0);
    dir
}

/// Runs every command, of which each must refuse, and tells the first lines of their messages.
fn refusals(name: &str, dir: &Dir) -> String {
    let mut said: Vec<(String, Vec<&str>)> = Vec::new();
    let before = dir.tree();
    for command in COMMANDS {
        let start = Instant::now();
        let run = dir.run(command);
        assert!(start.elapsed() < Duration::from_secs(20), "{name}: {}", run.text());
        assert!(matches!(run.code, 1..=3), "{name}: {}", run.text());
        assert!(!run.stderr.contains("panicked"), "{name}: {}", run.text());
        assert!(run.stderr.starts_with("error") || run.stdout.starts_with("error"), "{name}: {}", run.text());
        assert!(dir.tree() == before, "{name}: files changed by\n{}", run.text());
        let json = dir.run(&format!("{command} --json"));
        json.json();
        assert_eq!(json.code, run.code, "{name}: {}", json.text());
        assert!(dir.tree() == before, "{name}: files changed by\n{}", json.text());
        let text = if run.stderr.is_empty() { run.stdout } else { run.stderr };
        let line = format!("[{}] {}", run.code, text.lines().next().unwrap_or_default());
        match said.iter_mut().find(|(known, _)| *known == line) {
            Some((_, commands)) => commands.push(command),
            None => said.push((line, vec![command])),
        }
    }
    let lines = said.iter().map(|(line, commands)| format!("{line}\n    {}\n", commands.join(", ")));
    format!("# {name}\n{}\n", lines.collect::<String>())
}

#[test]
fn migrations_that_cannot_be_read() {
    let mut text = String::new();
    let mut with = |name: &str, file: &str, bytes: &[u8]| {
        let dir = good();
        dir.write(&format!("migrations/{file}"), bytes);
        // What is not in the lock is not looked into.
        std::fs::remove_file(dir.path("migrations/driftless.lock")).expect("it goes");
        text.push_str(&refusals(name, &dir));
    };
    with("not UTF-8", "0002_b.sql", b"CREATE TABLE b (x TEXT DEFAULT '\xe9');");
    with("UTF-16", "0002_b.sql", b"\xff\xfeC\0R\0E\0A\0T\0E\0");
    with("an unterminated quote", "0002_b.sql", b"CREATE TABLE b (x TEXT DEFAULT 'no end);\n");
    with("an unterminated comment", "0002_b.sql", b"/* no end\nCREATE TABLE b (x);\n");
    with("a NUL", "0002_b.sql", b"CREATE TABLE b (x);\0DROP TABLE users;");
    with("one version twice", "0001_b.sql", b"CREATE TABLE b (x);");
    with("merge markers in a migration", "0002_b.sql", b"<<<<<<< ours\nCREATE TABLE b (x);\n=======\n>>>>>>> theirs\n");
    with("another database", "0002_b.sql", b"ATTACH 'other.db' AS other; CREATE TABLE other.b (x);");
    with(
        "no end",
        "0002_b.sql",
        b"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT count(*) FROM n;",
    );
    snapshot("hostile_migrations", &text);
}

#[test]
fn files_that_are_no_files() {
    let mut text = String::new();
    let mut with = |name: &str, make: fn(&Dir)| {
        let dir = good();
        make(&dir);
        text.push_str(&refusals(name, &dir));
    };
    with("a loop of links", |dir| {
        symlink("0003_c.sql", dir.path("migrations/0002_b.sql")).expect("a link");
        symlink("0002_b.sql", dir.path("migrations/0003_c.sql")).expect("a link");
    });
    with("a link out of the directory", |dir| {
        dir.write("outside.sql", "CREATE TABLE b (x);");
        symlink("../outside.sql", dir.path("migrations/0002_b.sql")).expect("a link");
    });
    with("a directory with the name of a file", |dir| {
        std::fs::create_dir(dir.path("migrations/0002_b.sql")).expect("a directory");
    });
    with("a pipe", |dir| {
        let status = std::process::Command::new("mkfifo").arg(dir.path("migrations/0002_b.sql")).status();
        assert!(status.expect("mkfifo runs").success());
    });
    snapshot("hostile_files", &text);
}

#[test]
fn locks_that_cannot_be_read() {
    let mut text = String::new();
    for (name, bytes) in [
        ("merge markers", &b"<<<<<<< HEAD\n0001_users.sql v1:00\n=======\n0001_b.sql v1:00\n>>>>>>> main\n"[..]),
        ("no lock", b"{ \"json\": true }"),
        ("not UTF-8", b"\xff\xff"),
    ] {
        let dir = good();
        dir.write("migrations/driftless.lock", bytes);
        text.push_str(&refusals(name, &dir));
    }
    snapshot("hostile_locks", &text);
}

#[test]
fn marks_and_line_ends_change_nothing() {
    let dir = good();
    dir.write("migrations/0001_users.sql", format!("\u{feff}{}", GOOD.replace('\n', "\r\n")));
    dir.write("src/lib.rs", format!("\u{feff}{}", MODELS.replace('\n', "\r\n")));
    for command in ["check", "status app.db", "apply app.db", "diff migrations models", "lock"] {
        dir.refused(0, command);
    }
}

#[test]
fn five_megabytes_are_read() {
    let dir = good();
    let mut sql = String::from("CREATE TABLE b (x TEXT);\n");
    while sql.len() < 5 << 20 {
        sql.push_str("INSERT INTO b VALUES ('some row of a table that is filled by a migration of five megabytes');\n");
    }
    dir.write("migrations/0002_b.sql", sql);
    let start = Instant::now();
    dir.run("lock").ends(0);
    dir.run("apply app.db --yes").ends(0);
    assert!(start.elapsed() < Duration::from_mins(1), "{:?}", start.elapsed());
    let db = Connection::open(dir.path("app.db")).expect("it opens");
    let rows: i64 = db.query_row("SELECT count(*) FROM b", [], |row| row.get(0)).expect("a count");
    assert!(rows > 50_000, "{rows}");
}

/// Runs every command that writes as somebody who may not; root, whom no permission stops, becomes nobody.
#[cfg(target_os = "linux")]
#[test]
fn without_the_right_to_write_nothing_changes() {
    let dir = good();
    dir.write("migrations/0001_other.sql", "CREATE TABLE b (x);");
    dir.write("changed/0001_users.sql", GOOD);
    dir.write("changed/0002_b.sql", "CREATE TABLE b (x);");
    dir.write("changed/0002_b.down.sql", "DROP TABLE b;");
    std::fs::copy(env!("CARGO_BIN_EXE_cargo-driftless"), dir.path("driftless")).expect("a copy that all may run");
    let directories = [".", "migrations", "changed", "src"];
    let allow = |mode: u32| {
        for directory in directories {
            std::fs::set_permissions(dir.path(directory), PermissionsExt::from_mode(mode)).expect("it is ours");
        }
    };
    allow(0o555);
    std::fs::set_permissions(dir.path("app.db"), PermissionsExt::from_mode(0o444)).expect("it is ours");
    let before = dir.tree();
    let is_root = std::fs::metadata(dir.path(".")).expect("it is there").uid() == 0;
    let mut text = String::new();
    for words in [
        "lock --migrations changed",
        "init --migrations changed",
        "rebase --migrations migrations --local 0001_other.sql",
        "new gone --empty --migrations changed",
        "pull --migrations changed --out models.rs",
        "plan app.db --migrations changed --out plan.json",
        "apply app.db --migrations changed --yes",
        "apply new.db --migrations changed",
    ] {
        let program = dir.path("driftless").display().to_string();
        let mut all = vec![program.as_str()];
        if is_root {
            all.splice(0..0, ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]);
        }
        all.extend(words.split(' '));
        let output = std::process::Command::new(all[0]).args(&all[1..]).current_dir(dir.path(".")).output();
        let output = output.expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{words}: {said}");
        assert!(dir.tree() == before, "{words}: {said}");
        text.push_str(&format!("$ cargo driftless {words}\n{said}"));
    }
    allow(0o755);
    snapshot("hostile_permissions", &text);
}

/// Nobody at all writes to `/proc`.
#[test]
fn what_cannot_be_written_is_said() {
    let dir = good();
    dir.write("migrations/0002_b.sql", "CREATE TABLE b (x);");
    dir.run("lock").ends(0);
    let mut text = String::new();
    for words in ["plan app.db --migrations migrations --out /proc/plan.json", "init --migrations /proc/driftless"] {
        text.push_str(&dir.refused(2, words).text());
    }
    text.push_str(&dir.refused(2, "apply /proc/app.db --yes").text());
    snapshot("hostile_unwritable", &text);
}

#[test]
fn a_full_disk_for_standard_output_is_an_error() {
    let dir = good();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("the device");
    for words in [&["schema"][..], &["check"], &["status", "app.db"], &["pull"], &["explain"], &["lock", "--json"]] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_cargo-driftless"))
            .args(words)
            .current_dir(dir.path("."))
            .stdout(full.try_clone().expect("a handle"))
            .output()
            .expect("it runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{words:?}: {said}");
        assert!(said.starts_with("error: cannot write to standard output: "), "{words:?}: {said}");
    }
}
