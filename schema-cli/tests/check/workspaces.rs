//! What is checked: packages, workspaces, bare paths.

use crate::fixtures::{MODELS, POSTS, USERS, bare, package};
use crate::support::{Dir, snapshot};

fn workspace(files: &[(&str, &str)]) -> Dir {
    let dir = Dir::with(&[("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"a\", \"b\", \"plain\"]\n")]);
    for name in ["a", "b", "plain"] {
        let manifest = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
        dir.write(&format!("{name}/Cargo.toml"), manifest);
        dir.write(&format!("{name}/src/lib.rs"), "");
    }
    for (path, text) in files {
        dir.write(path, text);
    }
    dir
}

#[test]
fn two_packages_disagree_and_the_third_has_no_models() {
    let dir = workspace(&[
        ("a/src/lib.rs", MODELS),
        ("a/migrations/0001_users.sql", USERS),
        ("a/migrations/0002_posts.sql", &POSTS.replace("title TEXT NOT NULL", "title TEXT")),
        ("b/src/lib.rs", "mod models;"),
        ("b/src/models.rs", &MODELS.replace("pub email: String", "pub mail: String")),
        ("b/migrations/0001_users.sql", USERS),
        ("b/migrations/0002_posts.sql", POSTS),
        // Migrations that no model belongs to are somebody else's, even PostgreSQL's.
        ("plain/migrations/0001_x.sql", "CREATE TABLE x (id bigserial, v jsonb DEFAULT now()::text);"),
    ]);
    let all = dir.run("check").ends(1).text();
    snapshot("check_workspace", &all);
    let one = dir.run("check --package b").ends(1).stdout;
    assert!(one.contains("2 models, 2 migrations: 1 disagreement"), "{one}");
    assert!(!one.contains("a/src"), "{one}");
    let none = dir.run("check --package plain").ends(0).stdout;
    assert_eq!(none, "no models here, so there was nothing to check\n");
}

#[test]
fn models_of_another_package_are_followed() {
    let models = "use driftless::Table;\nuse shared::Email;\n#[derive(Table)]\npub struct User {\n    #[column(primary_key)]\n    pub id: i64,\n    pub email: Email,\n}\n";
    let dir = workspace(&[
        ("a/src/lib.rs", models),
        ("a/migrations/0001_users.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL);"),
        ("b/src/lib.rs", "use driftless::SqlType;\n#[derive(SqlType)]\npub struct Email(String);\n"),
        ("plain/src/lib.rs", "driftless::schema! { static DB: Sqlite = \"../a/migrations\" [a::User]; }\n"),
    ]);
    dir.write(
        "b/Cargo.toml",
        "[package]\nname = \"b\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\nname = \"shared\"\n",
    );
    let run = dir.run("check").ends(0);
    assert_eq!(run.stdout, "1 model, 1 migration: agree\n");
    dir.write("b/src/lib.rs", "use driftless::SqlType;\n#[derive(SqlType)]\npub struct Email(Option<String>);\n");
    let run = dir.run("check").ends(1);
    assert!(
        run.stdout.contains("`users.email` is nullable in the model and NOT NULL in the migrations"),
        "{}",
        run.stdout
    );
}

#[test]
fn each_crate_of_a_package_has_its_own_directory() {
    let dir = package(MODELS, POSTS);
    dir.write(
        "examples/small/main.rs",
        "#[derive(driftless::Table)]\nstruct Thing {\n    #[column(primary_key)]\n    id: i64,\n}\n\nfn main() {}\n",
    );
    dir.write("examples/small/migrations/0001_things.sql", "CREATE TABLE things (id INTEGER PRIMARY KEY);");
    assert_eq!(dir.run("check").ends(0).stdout, "3 models, 3 migrations: agree\n");
}

#[test]
fn a_library_and_its_program_share_models() {
    let dir = package(
        &MODELS.replace("schema! {\n    pub static APP: Sqlite = \"migrations\" [User, Post];\n}\n", ""),
        POSTS,
    );
    let program = "use app::models::{Post, User};\n\ndriftless::schema! {\n    static APP: Sqlite = \"migrations\" [User];\n}\n\nfn main() {}\n";
    dir.write("src/main.rs", program);
    let run = dir.run("check").ends(1);
    assert!(run.stdout.contains("error[unclaimed-table]: table `posts` has no model in `APP`"), "{}", run.stdout);
    assert!(run.stdout.ends_with("2 models, 2 migrations: 1 disagreement\n"), "{}", run.stdout);
    dir.write("src/main.rs", program.replace("[User]", "[User, Post]"));
    assert_eq!(dir.run("check").ends(0).stdout, "2 models, 2 migrations: agree\n");
}

#[test]
fn a_package_without_migrations_is_told_how_to_begin() {
    let dir = Dir::package(&[("src/lib.rs", "#[derive(driftless::Table)]\nstruct User {\n    id: i64,\n}\n")]);
    snapshot("check_without_migrations", &dir.refused(1, "check").text());
}

#[test]
fn bare_directories_need_no_package() {
    let dir = Dir::with(&[
        (
            "models/user.rs",
            "#[derive(Table)]\npub struct User {\n    #[column(primary_key)]\n    pub id: i64,\n    #[column(unique)]\n    pub email: Email,\n}\n",
        ),
        ("models/types.rs", "#[derive(SqlType)]\npub struct Email(String);\n"),
        ("db/0001_users.sql", USERS),
    ]);
    let run = dir.run("check --models models --migrations db --dialect sqlite").ends(0);
    assert_eq!(run.stdout, "1 model, 1 migration: agree\n");
    dir.write("db/0002_posts.sql", "CREATE TABLE posts (id INTEGER PRIMARY KEY);");
    let run = dir.run("check --models models --migrations db").ends(1);
    assert!(run.stdout.contains("error[unclaimed-table]: table `posts` has no model in `models`"), "{}", run.stdout);
}

#[test]
fn models_alone_belong_to_the_nearest_directory() {
    let dir = bare(MODELS, POSTS);
    assert_eq!(dir.run("check --models models.rs").ends(0).stdout, "2 models, 2 migrations: agree\n");
}

#[test]
fn migrations_alone_are_those_of_a_package() {
    let dir = package(MODELS, POSTS);
    assert_eq!(dir.run("check --migrations migrations").ends(0).stdout, "2 models, 2 migrations: agree\n");
}

#[test]
fn a_crate_that_does_not_compile_is_checked() {
    let dir = package(MODELS, POSTS);
    dir.write("src/lib.rs", "pub mod models;\npub fn wrong() -> u8 { \"text\".missing() }\nuse nothing::at_all;\n");
    assert_eq!(dir.run("check").ends(0).stdout, "2 models, 2 migrations: agree\n");
}

#[test]
fn what_has_nothing_to_do_with_driftless_is_left_alone() {
    let dir = workspace(&[
        ("a/src/lib.rs", "mod absent;\nmod broken;\n#[derive(other::Table)]\nstruct Row { id: u64 }\n"),
        ("a/src/broken.rs", "pub struct {"),
        ("a/migrations/0001_x.sql", "this is no SQL"),
    ]);
    assert_eq!(dir.run("check").ends(0).stdout, "no models here, so there was nothing to check\n");
    dir.write("a/src/broken.rs", "use driftless::Table;\npub struct {");
    let run = dir.run("check").ends(2);
    assert!(run.stdout.starts_with("error[syntax]: `a/src/broken.rs` cannot be parsed"), "{}", run.stdout);
}
