//! `init`: what it writes, what it keeps, and what it refuses.

use crate::support::{Dir, snapshot};

const MODELS: &str = "use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key, autoincrement)]
    pub id: i64,
    #[column(unique)]
    pub email: String,
}

#[derive(Table)]
pub struct Note {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = User::id, on_delete = cascade, index)]
    pub user_id: i64,
}
";

/// The run, every file that it wrote, and a second run, which writes nothing.
fn twice(dir: &Dir, words: &str, files: &[&str]) -> String {
    let mut text = dir.run(words).ends(0).text();
    for file in files {
        text.push_str(&format!("== {file}\n{}", dir.read(file)));
    }
    text.push_str(&dir.refused(0, words).text());
    text
}

#[test]
fn a_package_with_models() {
    let dir = Dir::package(&[("src/lib.rs", MODELS)]);
    let files = ["migrations/0001_initial.sql", "migrations/driftless.lock", "driftless.toml", "build.rs"];
    snapshot("init_models", &twice(&dir, "init", &files));
    dir.run("diff migrations models").ends(0);
    snapshot("init_json", &dir.refused(0, "init --json").text());
}

#[test]
fn a_package_with_nothing_yet() {
    let dir = Dir::package(&[]);
    snapshot("init_empty", &twice(&dir, "init", &["migrations/driftless.lock"]));
}

#[test]
fn a_package_with_the_migrations_of_another_tool() {
    let dir = Dir::package(&[
        ("build.rs", "fn main() {\n    println!(\"cargo::rerun-if-changed=proto\");\n}\n"),
        ("migrations/2024-01-01-000000_users/up.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY);\n"),
        ("migrations/2024-01-01-000000_users/down.sql", "DROP TABLE users;\n"),
    ]);
    let files = ["migrations/driftless.lock", "driftless.toml", "build.rs"];
    snapshot("init_diesel", &twice(&dir, "init", &files));
}

#[test]
fn the_first_migration_is_laid_out_as_stated() {
    for (layout, file) in [
        ("plain", "0001_initial.sql"),
        ("sqlx", "0001_initial.sql"),
        ("diesel", "00000000000001_initial/up.sql"),
        ("refinery", "V1__initial.sql"),
        ("golang-migrate", "0001_initial.up.sql"),
        ("maragu", "0001-initial.up.sql"),
        ("by-name", "0001_initial.sql"),
        ("goose", "0001_initial.sql"),
        ("sql-migrate", "0001_initial.sql"),
        ("dbmate", "0001_initial.sql"),
        ("rusqlite_migration", "01-initial/up.sql"),
        ("prisma", "00000000000001_initial/migration.sql"),
    ] {
        let dir = Dir::package(&[("src/lib.rs", MODELS)]);
        dir.run(&format!("init --layout {layout}")).ends(0);
        assert!(dir.path("migrations").join(file).is_file(), "{layout}");
        // The layout is stated in `driftless.toml` now.
        dir.run("diff migrations models").ends(0);
        dir.refused(0, "init");
    }
}

#[test]
fn a_directory_without_a_package() {
    let dir =
        Dir::with(&[("models.rs", MODELS), ("db/schema/1_users.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY);")]);
    snapshot("init_bare", &twice(&dir, "init --migrations db/schema", &["db/driftless.toml"]));
    twice(&dir, "init --migrations new --models models.rs", &["new/0001_initial.sql"]);
    dir.run("diff new models --models models.rs").ends(0);
}

#[test]
fn a_stated_directory_is_made() {
    let dir = Dir::package(&[("driftless.toml", "migrations = \"db\"\n"), ("src/lib.rs", MODELS)]);
    dir.run("init").ends(0);
    assert!(dir.path("db/0001_initial.sql").is_file());
    assert!(dir.read("build.rs").contains("DRIFTLESS_WATCH=db\""));
    assert_eq!(dir.read("driftless.toml"), "migrations = \"db\"\n");
}

#[test]
fn a_directory_beside_the_package_is_named_from_there() {
    let dir = Dir::with(&[("app/driftless.toml", "migrations = \"../db\"\n"), ("app/src/lib.rs", MODELS)]);
    let manifest = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n";
    dir.write("app/Cargo.toml", manifest);
    dir.run("init --manifest-path app/Cargo.toml").ends(0);
    assert!(dir.read("app/build.rs").contains("DRIFTLESS_WATCH=../db\""), "{}", dir.read("app/build.rs"));
    assert!(dir.path("db/0001_initial.sql").is_file());
}

#[test]
fn one_package_of_a_workspace() {
    let manifest = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    let dir = Dir::with(&[
        ("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"a\", \"b\"]\n"),
        ("a/Cargo.toml", &manifest("a")),
        ("a/src/lib.rs", MODELS),
        ("b/Cargo.toml", &manifest("b")),
        ("b/src/lib.rs", ""),
    ]);
    let text = dir.refused(2, "init").text() + &dir.run("init --package a").ends(0).text();
    snapshot("init_workspace", &text);
    assert!(dir.path("a/build.rs").is_file() && !dir.path("b/build.rs").exists());
}

#[test]
fn what_stands_in_the_way_is_said_and_stays() {
    let mut text = String::new();
    let mut refused = |files: &[(&str, &str)]| text.push_str(&Dir::package(files).refused(2, "init").text());
    refused(&[("migrations", "a file")]);
    refused(&[("build.rs", "include!(\"other.rs\");\n"), ("src/lib.rs", MODELS)]);
    refused(&[("migrations/1_a.sql", "CREATE TABLE a (b;")]);
    refused(&[("migrations/1_a.sql", ""), ("migrations/driftless.lock", "1_a.sql v1:00\n")]);
    refused(&[("migrations/1_a.sql", ""), ("migrations/driftless.lock", "<<<<<<< ours\n")]);
    refused(&[("src/lib.rs", "#[derive(driftless::Table)]\nstruct A {\n    #[column(uniqe)]\n    a: i64,\n}\n")]);
    refused(&[("src/lib.rs", "#[derive(driftless::Table)]\nstruct A {\n    a: elsewhere::B,\n}\n")]);
    refused(&[("driftless.toml", "layout = \"ecto\"\n")]);
    snapshot("init_refused", &text);
}
