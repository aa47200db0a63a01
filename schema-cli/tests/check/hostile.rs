//! Inputs that are wrong: a clear error, the right exit code, and no file changed.

use crate::fixtures::{BARE, MODELS, POSTS, USERS, bare, package};
use crate::support::{Dir, Run, snapshot};

/// Runs the check and takes everything that it says as one text.
#[track_caller]
fn refused(dir: &Dir, code: i32) -> Run {
    dir.refused(code, BARE)
}

#[test]
fn paths_that_do_not_exist() {
    let dir = bare(MODELS, POSTS);
    let lines = [
        dir.refused(2, "check --models absent.rs --migrations migrations"),
        dir.refused(2, "check --models models.rs --migrations absent"),
        dir.refused(2, "check --migrations migrations"),
        dir.refused(2, "check"),
        dir.refused(2, "check --manifest-path absent/Cargo.toml"),
        dir.refused(2, "check --models models.rs --migrations migrations --dialect oracle"),
        dir.refused(2, "check --models models.rs --migrations migrations --layout cobol"),
        dir.refused(2, "check --models models.rs --migrations models.rs"),
    ];
    snapshot("check_absent", &lines.map(|run| run.text()).join("\n"));
}

#[test]
fn an_error_is_a_document_too_where_one_was_asked_for() {
    let dir = bare(MODELS, POSTS);
    for format in ["--json", "--format json"] {
        let run = dir.refused(2, &format!("check --models absent.rs --migrations migrations {format}"));
        assert_eq!(run.json()["error"], "there is no file or directory `absent.rs`");
        assert_eq!(run.stderr, "");
    }
}

#[test]
fn a_package_that_does_not_exist() {
    let run = package(MODELS, POSTS).refused(2, "check --package other");
    assert_eq!(run.stderr, "error: there is no package `other` in this workspace\n");
}

#[test]
fn a_rust_file_that_cannot_be_parsed() {
    let dir = package(MODELS, POSTS);
    dir.write("src/lib.rs", "pub mod models;\npub mod broken;\npub mod absent;\n");
    dir.write("src/broken.rs", "pub struct Broken {\n    field: ,\n}\n");
    dir.write("migrations/0002_posts.sql", POSTS.replace("title TEXT NOT NULL", "title TEXT"));
    snapshot("check_broken_rust", &dir.refused(2, "check").text());
}

#[test]
fn migrations_that_cannot_be_used() {
    let cases: &[(&str, &str, &[u8])] = &[
        ("syntax", "0003_x.sql", b"CREATE TABEL x (id INTEGER);\n"),
        ("unterminated", "0003_x.sql", b"INSERT INTO users (email) VALUES ('open);\n"),
        ("duplicate", "0002_x.sql", b"CREATE TABLE x (id INTEGER);\n"),
        ("not_utf8", "0003_x.sql", b"-- caf\xe9\nCREATE TABLE x (id INTEGER);\n"),
        ("outside", "0003_x.sql", b"ATTACH DATABASE 'other.db' AS other;\n"),
        ("no_number", "add_x.sql", b"CREATE TABLE x (id INTEGER);\n"),
        ("merge", "driftless.lock", b"<<<<<<< ours\n=======\n>>>>>>> theirs\n"),
        ("no_lock", "driftless.lock", b"something else\n"),
    ];
    let mut text = String::new();
    for (name, file, bytes) in cases {
        let dir = bare(MODELS, POSTS);
        dir.write(&format!("migrations/{file}"), bytes);
        text.push_str(&format!("# {name}\n{}\n", refused(&dir, 2).text()));
    }
    snapshot("check_broken_migrations", &text);
}

#[test]
fn what_the_lock_says_otherwise_is_a_finding() {
    let dir = bare(MODELS, POSTS);
    dir.run("lock --migrations migrations").ends(0);
    assert_eq!(dir.run(BARE).ends(0).stdout, "2 models, 2 migrations: agree\n");
    dir.write("migrations/0001_users.sql", USERS.replace("email TEXT", "email VARCHAR"));
    dir.write("migrations/0003_x.sql", "CREATE TABLE x (id INTEGER PRIMARY KEY);");
    let run = refused(&dir, 1);
    assert!(run.stdout.contains("error[edited-migration]: `migrations/0001_users.sql` was edited"), "{}", run.stdout);
    assert!(
        run.stdout.contains("error[unlocked-migration]: `migrations/0003_x.sql` is not in the lock"),
        "{}",
        run.stdout
    );
}

#[test]
fn byte_order_marks_and_line_ends_change_nothing() {
    let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let dir = bare(&windows(MODELS), &windows(POSTS));
    assert_eq!(dir.run(BARE).ends(0).stdout, "2 models, 2 migrations: agree\n");
    dir.write("models.rs", windows(&MODELS.replace("title: String", "title: Option<String>")));
    let run = refused(&dir, 1);
    assert!(run.stdout.contains("models.rs:26:16"), "{}", run.stdout);
    assert!(run.stdout.contains("migrations/0002_posts.sql:4:5"), "{}", run.stdout);
}

#[test]
fn a_file_that_is_not_utf8() {
    let dir = bare(MODELS, POSTS);
    dir.write("models.rs", b"//! Models.\n// caf\xe9\n");
    let run = refused(&dir, 2);
    assert!(
        run.stdout.contains("error[unreadable-source]: cannot read `models.rs`: it is not UTF-8, from line 2 on"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_directory_that_is_named_like_a_file() {
    let dir = bare(MODELS, POSTS);
    dir.write("migrations/0003_x.sql/inner.sql", "CREATE TABLE x (id INTEGER);");
    let run = refused(&dir, 2);
    assert!(
        run.stdout.contains("error[refused-file]: `migrations/0003_x.sql` is a directory, not a file"),
        "{}",
        run.stdout
    );
}

#[cfg(unix)]
#[test]
fn links_that_lead_back_end() {
    use std::os::unix::fs::symlink;
    let dir = Dir::with(&[
        ("models/all.rs", MODELS),
        ("migrations/0001_users.sql", USERS),
        ("migrations/0002_posts.sql", POSTS),
    ]);
    symlink(dir.path("models"), dir.path("models/again")).expect("a link");
    symlink("loop.rs", dir.path("models/loop.rs")).expect("a link");
    let run = dir.refused(0, "check --models models --migrations migrations");
    assert_eq!(run.stdout, "2 models, 2 migrations: agree\n");
    symlink("0004_b.sql", dir.path("migrations/0003_a.sql")).expect("a link");
    symlink("0003_a.sql", dir.path("migrations/0004_b.sql")).expect("a link");
    let run = dir.refused(2, "check --models models --migrations migrations");
    assert!(
        run.stdout.contains("error[refused-file]: `migrations/0003_a.sql` is a symbolic link that leads nowhere"),
        "{}",
        run.stdout
    );
}

#[test]
fn five_megabytes_are_read() {
    let padding = "-- a line of a comment that says nothing at all, again and again\n".repeat(80_000);
    let dir = bare(MODELS, &format!("{padding}{POSTS}"));
    assert!(padding.len() > 5_000_000);
    assert_eq!(refused(&dir, 0).stdout, "2 models, 2 migrations: agree\n");
    let dir = bare(
        &format!("{}{MODELS}", "// a line of a comment that says nothing at all, again and again\n".repeat(80_000)),
        POSTS,
    );
    // The docs of the module come after other comments, which rustc allows.
    assert_eq!(refused(&dir, 0).stdout, "2 models, 2 migrations: agree\n");
}

#[test]
fn nesting_that_no_parser_survives() {
    let dir = bare(&format!("const X: u8 = {}1{};\n", "(".repeat(2_000_000), ")".repeat(2_000_000)), POSTS);
    let run = refused(&dir, 2);
    assert!(run.stdout.contains("error[syntax]: `models.rs` is nested more than 400 brackets deep"), "{}", run.stdout);
}

#[test]
fn a_configuration_that_cannot_be_read() {
    let dir = package(MODELS, POSTS);
    dir.write("driftless.toml", "layuot = \"diesel\"\n");
    let run = dir.refused(2, "check");
    assert!(run.stdout.contains("unknown key `layuot` in `driftless.toml`; did you mean `layout`?"), "{}", run.text());
}

#[test]
fn migrations_for_postgresql_are_told_apart() {
    let dir = package(MODELS, POSTS);
    dir.write("driftless.toml", "dialect = \"postgres\"\n");
    let run = dir.refused(2, "check");
    assert!(run.stdout.contains("migrations for PostgreSQL cannot be replayed by this version"), "{}", run.text());
}
