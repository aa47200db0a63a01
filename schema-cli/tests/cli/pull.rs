//! `pull`: what it prints and writes, and that `check` then finds nothing.

use crate::support::Dir;

const USERS: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE);\n";
const POSTS: &str =
    "CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users ON DELETE CASCADE);\n";

const MODELS: &str = r#"use driftless::{Table, schema};

#[derive(Clone, Debug, PartialEq, Table)]
pub struct User {
    #[column(primary_key)]
    pub id: i64,
    #[column(unique)]
    pub email: String,
}

#[derive(Clone, Debug, PartialEq, Table)]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = User::id, on_delete = cascade)]
    pub user_id: i64,
}

schema! {
    /// The database of the application.
    pub static APP: Sqlite = "migrations" [User, Post];
}
"#;

const PULL: &str = "pull --migrations migrations --out models.rs";
const CHECK: &str = "check --models models.rs --migrations migrations";

/// A directory with two tables, and a history that would fail a build in two ways.
fn strangers() -> Dir {
    Dir::with(&[
        ("migrations/0001_users.sql", USERS),
        (
            "migrations/0002_posts.sql",
            "CREATE TABLE posts (id INTEGER PRIMARY KEY, tag INTEGER REFERENCES tags (id));\n",
        ),
        ("migrations/0003_posts.sql", "ALTER TABLE posts ADD COLUMN title TEXT NOT NULL;\n"),
    ])
}

#[test]
fn what_is_pulled_checks_clean() {
    let dir = Dir::with(&[("migrations/0001_users.sql", USERS), ("migrations/0002_posts.sql", POSTS)]);
    let printed = dir.run("pull --migrations migrations").ends(0);
    assert_eq!((printed.stdout.as_str(), printed.stderr.as_str()), (MODELS, ""));
    assert_eq!(dir.tree().len(), 3, "printing writes nothing");
    assert_eq!(
        dir.run(PULL).ends(0).text(),
        "$ cargo driftless pull --migrations migrations --out models.rs\n\
         read 2 migrations of `migrations`, laid out as plain\nwrote models.rs: 2 models\n"
    );
    assert_eq!(dir.read("models.rs"), MODELS);
    dir.run(CHECK).ends(0);
    let again = dir.run(PULL).ends(0);
    assert!(again.stdout.ends_with("already there: models.rs: 2 models\n"), "{}", again.text());
}

#[test]
fn a_history_with_findings_gets_levels() {
    let dir = strangers();
    assert_eq!(
        dir.run(PULL).ends(0).text(),
        "$ cargo driftless pull --migrations migrations --out models.rs\n\
         read 3 migrations of `migrations`, laid out as plain\nwrote models.rs: 2 models\n\
         wrote migrations/driftless.toml: what the history has would fail a build, so it is a warning\n  \
         row-dependent                1 finding, at 0003_posts.sql:1:30\n  \
         missing-parent               1 finding, at 0002_posts.sql:1:57\n"
    );
    let written = dir.read("migrations/driftless.toml");
    let expected = "[lints]\nrow-dependent = \"warn\" # 1 finding, at 0003_posts.sql:1:30\n\
                    missing-parent = \"warn\" # 1 finding, at 0002_posts.sql:1:57\n";
    assert!(written.starts_with("# ") && written.ends_with(expected), "{written}");
    dir.run(CHECK).ends(0);
    dir.run(PULL).ends(0);
    assert_eq!(dir.read("migrations/driftless.toml"), written, "what is stated is not stated again");
}

#[test]
fn levels_are_only_told_where_nothing_is_to_be_written() {
    let dir = strangers();
    let advice = "note: the history has what would fail a build; migrations/driftless.toml makes it a warning with\n  \
                  [lints]\n  row-dependent = \"warn\" # 1 finding, at 0003_posts.sql:1:30\n  \
                  missing-parent = \"warn\" # 1 finding, at 0002_posts.sql:1:57\n";
    assert_eq!(dir.run("pull --migrations migrations").ends(0).stderr, advice);
    assert_eq!(dir.run(&format!("{PULL} --keep-config")).ends(0).stderr, advice);
    assert!(!dir.path("migrations/driftless.toml").exists());
    dir.run(CHECK).ends(1);
}

#[test]
fn a_configuration_that_exists_is_completed() {
    let dir = strangers();
    dir.write("driftless.toml", "dialect = \"sqlite\" # ours\n\n[lints] # and these\nparent-not-unique = \"allow\"\n");
    let run = dir.run(PULL).ends(0);
    assert!(run.stdout.contains("\nwrote driftless.toml: "), "{}", run.text());
    assert_eq!(
        dir.read("driftless.toml"),
        "dialect = \"sqlite\" # ours\n\n[lints] # and these\n\
         row-dependent = \"warn\" # 1 finding, at 0003_posts.sql:1:30\n\
         missing-parent = \"warn\" # 1 finding, at 0002_posts.sql:1:57\nparent-not-unique = \"allow\"\n"
    );
    dir.run(CHECK).ends(0);
    let dir = strangers();
    dir.write("driftless.toml", "lints = { row-dependent = \"warn\" }\n");
    let run = dir.refused(2, PULL);
    assert!(
        run.stderr.starts_with("error: `DIR/driftless.toml` cannot be completed, since it states"),
        "{}",
        run.text()
    );
    assert!(run.stderr.contains("  missing-parent = \"warn\" #"), "{}", run.text());
}

#[test]
fn a_file_with_something_else_in_it_is_not_written_over() {
    let dir = strangers();
    dir.write("models.rs", "// mine\n");
    let run = dir.refused(3, PULL);
    assert_eq!(
        run.stderr,
        "error: `models.rs` exists and has something else in it\n  nothing was changed\n  \
         help: compare it with what `cargo driftless pull` prints without `--out`, or write over it with `--force`\n"
    );
    dir.run(&format!("{PULL} --force")).ends(0);
    dir.run(CHECK).ends(0);
    dir.write("models.rs", "\n");
    dir.run(PULL).ends(0);
    dir.refused(2, "pull --migrations migrations --out migrations");
    dir.refused(2, "pull --migrations nowhere --out other.rs");
    dir.refused(2, "pull --migrations migrations --force");
}

#[test]
fn a_package_learns_where_its_migrations_are() {
    let dir = Dir::package(&[("db/schema/0001_users.sql", USERS), ("db/schema/0002_posts.sql", POSTS)]);
    let run = dir.run("pull --migrations db/schema --out src/models.rs").ends(0);
    assert!(run.stdout.ends_with("wrote driftless.toml: the migrations directory is `db/schema`\n"), "{}", run.text());
    assert_eq!(dir.read("src/models.rs"), MODELS.replace("\"migrations\"", "\"db/schema\""));
    assert_eq!(dir.read("driftless.toml"), "migrations = \"db/schema\"\n");
    dir.write("src/lib.rs", "pub mod models;\n");
    dir.run("check").ends(0);
    assert_eq!(dir.run("pull").ends(0).stdout, dir.read("src/models.rs"));
}

#[test]
fn a_layout_that_was_stated_stays_stated() {
    let dir = Dir::with(&[("migrations/1_b_users.sql", USERS), ("migrations/1_c_posts.sql", POSTS)]);
    dir.refused(2, PULL);
    let run = dir.run(&format!("{PULL} --layout by-name")).ends(0);
    assert!(run.stdout.ends_with("wrote migrations/driftless.toml: the layout is `by-name`\n"), "{}", run.text());
    assert_eq!(dir.read("migrations/driftless.toml"), "layout = \"by-name\"\n");
    dir.run(CHECK).ends(0);
}

#[test]
fn an_older_number_that_two_files_share_is_no_order() {
    let files = [("migrations/01_a_users.sql", USERS), ("migrations/01_b_posts.sql", POSTS)];
    let dir = Dir::with(&files);
    let met = dir.refused(2, PULL).text();
    assert!(met.contains("have the same version 1"), "two branches met: {met}");

    dir.write("migrations/02_index.sql", "CREATE INDEX posts_user_id_idx ON posts (user_id);\n");
    let pulled = dir.run(PULL).ends(0).text();
    assert!(pulled.contains("laid out as by-name"), "{pulled}");
    assert_eq!(dir.read("migrations/driftless.toml"), "layout = \"by-name\"\n");
    dir.run(CHECK).ends(0);

    let locked = Dir::with(&[("migrations/1_users.sql", USERS), ("migrations/2_none.sql", "SELECT 1;\n")]);
    locked.run("lock --migrations migrations").ends(0);
    locked.write("migrations/1_posts.sql", POSTS);
    let refused = locked.refused(2, PULL).text();
    assert!(refused.contains("have the same version 1"), "{refused}");
}

#[test]
fn what_has_no_model_is_told() {
    let dir = Dir::with(&[
        ("migrations/0001_users.sql", USERS),
        (
            "migrations/0002_more.sql",
            "CREATE VIEW emails AS SELECT email FROM users;\n\
             CREATE VIRTUAL TABLE words USING fts5 (word);\n\
             CREATE TRIGGER added AFTER INSERT ON users BEGIN INSERT INTO words VALUES (new.email); END;\n\
             CREATE INDEX users_key ON users (app_key(email));\n",
        ),
    ]);
    let run = dir.run(PULL).ends(0);
    assert_eq!(
        run.stderr,
        "note: functions that the application has to define: `app_key`\n\
         note: 1 view without a model, kept as found and not compared: `emails`\n\
         note: 1 trigger without a model, kept as found and not compared: `added`\n\
         note: 1 virtual table without a model, kept as found and not compared: `words`\n"
    );
    dir.run(CHECK).ends(0);
    let found = dir.run(&format!("{PULL} --json")).ends(0).json();
    assert_eq!(found["models"], serde_json::json!([{ "table": "users", "model": "User" }]));
    assert_eq!(found["changed"], false);
    assert_eq!(
        found["unmanaged"][0],
        serde_json::json!({ "kind": "view", "name": "emails", "table": null, "reason": null })
    );
    assert_eq!(found["source"], dir.read("models.rs"));
}

#[test]
fn a_database_file_has_models_as_well() {
    let dir = Dir::with(&[("text.db", "no database, but long enough to be taken for one")]);
    let connection = rusqlite::Connection::open(dir.path("app.db")).expect("a database");
    connection.execute_batch(&format!("{USERS}{POSTS}CREATE TABLE _sqlx_migrations (version);")).expect("its tables");
    drop(connection);
    let run = dir.run("pull --database app.db").ends(0);
    assert_eq!(run.stdout, MODELS);
    assert_eq!(
        run.stderr,
        "note: without a model, since a migration tool keeps its history there: `_sqlx_migrations`\n"
    );
    dir.run("pull --database app.db --out models.rs").ends(0);
    assert_eq!(dir.read("models.rs"), MODELS);
    dir.refused(2, "pull --database nowhere.db --out other.rs");
    dir.refused(2, "pull --database text.db --out other.rs");
    dir.refused(2, "pull --database app.db --migrations migrations");
}

#[test]
fn every_layout_gives_the_same_models() {
    let up = |mark: &str| [format!("{mark}\n{USERS}"), format!("{mark}\n{POSTS}")];
    let plain = [USERS.to_owned(), POSTS.to_owned()];
    let layouts = [
        ("plain", plain.clone(), ["0001_users.sql", "0002_posts.sql"]),
        ("sqlx", plain.clone(), ["1_users.up.sql", "10_posts.up.sql"]),
        ("diesel", plain.clone(), ["2024-01-01-000000_users/up.sql", "2024-01-02-000000-0001_posts/up.sql"]),
        ("refinery", plain.clone(), ["V1__users.sql", "V2__posts.sql"]),
        ("golang-migrate", plain.clone(), ["1_users.up.sql", "2_posts.up..sql"]),
        ("rusqlite_migration", plain.clone(), ["01-users/up.sql", "02-posts/up.sql"]),
        ("prisma", plain, ["20240101000000_users/migration.sql", "20240102000000_posts/migration.sql"]),
        ("goose", up("-- +goose Up"), ["1_users.sql", "2_posts.sql"]),
        ("sql-migrate", up("-- +migrate Up"), ["1_users.sql", "2_posts.sql"]),
        ("dbmate", up("-- migrate:up"), ["1_users.sql", "2_posts.sql"]),
    ];
    for (layout, texts, files) in layouts {
        let dir = Dir::with(&[]);
        for (file, text) in files.iter().zip(&texts) {
            // What Windows leaves in a file is no difference.
            dir.write(&format!("migrations/{file}"), format!("\u{feff}{}", text.replace('\n', "\r\n")));
        }
        let run = dir.run(PULL).ends(0);
        assert!(run.stdout.contains(&format!("laid out as {layout}\n")), "{}", run.text());
        assert_eq!(dir.read("models.rs"), MODELS, "{layout}");
        dir.run(CHECK).ends(0);
    }
}

/// The widths at which rustfmt breaks a line are met exactly.
#[test]
fn rustfmt_leaves_the_models_as_they_are() {
    let mut sql = String::from("CREATE TABLE status (id INTEGER PRIMARY KEY");
    for n in 0..60 {
        let long = "x".repeat(n);
        sql += &format!(", c{n} VARCHAR({n}) DEFAULT '{long}' CHECK (c{n} <> '{long}')");
        sql += &format!(", d{n} INTEGER CONSTRAINT d{long} REFERENCES status (id) ON DELETE SET NULL");
    }
    sql += ");\n";
    for n in 1..40 {
        let long = "y".repeat(n);
        sql += &format!(
            "CREATE TABLE t{n} (a{long} INTEGER, b INTEGER, \"c d\" TEXT CHECK (\"c d\" IN ('a{n}', 'b', 'C')));\n"
        );
        sql += &format!("CREATE INDEX i{long} ON t{n} (a{long}, b DESC, \"c d\") WHERE b > {n};\n");
        sql += &format!("CREATE INDEX j{long} ON t{n} (lower(\"c d\"), b);\n");
    }
    let dir = Dir::with(&[("migrations/0001_all.sql", sql.as_str())]);
    dir.run(PULL).ends(0);
    dir.run(CHECK).ends(0);
    let rustfmt = std::process::Command::new("rustfmt")
        .args(["--check", "--edition", "2024"])
        .arg(dir.path("models.rs"))
        .output()
        .expect("rustfmt is part of the toolchain");
    assert!(rustfmt.status.success(), "{}", String::from_utf8_lossy(&rustfmt.stdout));
}
