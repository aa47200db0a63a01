//! `schema` and `diff`.

use rusqlite::Connection;

use crate::support::{Dir, snapshot};

const MODELS: &str = "use driftless::{SqlType, Table};

#[derive(SqlType)]
pub enum State {
    Active,
    Gone,
}

#[derive(Table)]
pub struct User {
    #[column(primary_key, autoincrement)]
    pub id: i64,
    #[column(unique, collate = \"NOCASE\")]
    pub email: String,
    pub state: State,
    pub age: Option<i64>,
}

#[derive(Table)]
#[table(name = \"user_roles\", unique(user_id, role_id))]
pub struct UserRole {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = User::id, on_delete = cascade)]
    pub user_id: i64,
    #[column(index)]
    pub role_id: i64,
}
";

const USERS: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL);
CREATE VIEW active AS SELECT id FROM users;
";

const MORE: &str = "CREATE UNIQUE INDEX users_email ON users (email COLLATE NOCASE);
CREATE TABLE old (a);
DROP VIEW active;
CREATE VIEW active AS SELECT id, email FROM users;
";

fn package() -> Dir {
    Dir::package(&[("src/lib.rs", MODELS), ("migrations/0001_users.sql", USERS), ("migrations/0002_more.sql", MORE)])
}

#[test]
fn the_ddl_of_models_and_of_versions() {
    let dir = package();
    let runs = ["schema", "schema --at 1", "schema --at 02 --json", "schema --at 7"].map(|words| dir.run(words));
    assert_eq!(runs.each_ref().map(|run| run.code), [0, 0, 0, 2]);
    snapshot("schema", &runs.map(|run| run.text()).concat());
}

#[test]
fn models_have_ddl_for_postgresql_too() {
    let dir = package();
    snapshot("schema_postgres", &dir.run("schema --dialect postgres").ends(0).text());
    dir.run("schema --dialect postgres --models src/lib.rs").ends(0);
    dir.refused(2, "schema --dialect postgres --at 1");
    dir.refused(2, "schema --dialect mysql");
}

#[test]
fn the_ddl_of_bare_files_is_that_of_the_package() {
    let dir = package();
    let bare = dir.run("schema --models src/lib.rs --migrations migrations").ends(0);
    assert_eq!(bare.stdout, dir.run("schema").stdout);
}

#[test]
fn two_of_anything_are_compared() {
    let dir = package();
    dir.run("apply app.db").ends(0);
    dir.write("dump.sql", format!("{USERS}{MORE}"));
    let mut text = String::new();
    for words in [
        "diff migrations models",
        "diff models migrations --json",
        "diff migrations@1 migrations",
        "diff app.db migrations@1",
        "diff migrations@0 dump.sql",
    ] {
        text.push_str(&dir.run(words).ends(1).text());
    }
    for words in
        ["diff app.db migrations", "diff dump.sql migrations@2", "diff models models", "diff migrations app.db --json"]
    {
        text.push_str(&dir.run(words).ends(0).text());
    }
    snapshot("diff", &text);
}

#[test]
fn every_kind_of_difference_has_its_words() {
    let before = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT DEFAULT 'x', c INTEGER REFERENCES p (id), UNIQUE (a),
        CONSTRAINT size CHECK (a <> ''));
        CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE INDEX i ON t (b); CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; END;";
    let after = "CREATE TABLE t (id INTEGER, a TEXT NOT NULL, b TEXT DEFAULT 'y', c INTEGER REFERENCES p (id) ON DELETE CASCADE,
        UNIQUE (a, b), CONSTRAINT size CHECK (length(a) > 1), PRIMARY KEY (id, a)) STRICT, WITHOUT ROWID;
        CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE INDEX i ON t (b DESC); CREATE VIRTUAL TABLE f USING fts5 (x);";
    let dir = Dir::with(&[("before.sql", before), ("after.sql", after)]);
    let text =
        [dir.run("diff before.sql after.sql"), dir.run("diff after.sql before.sql")].map(|run| run.ends(1).text());
    snapshot("diff_kinds", &text.concat());
}

#[test]
fn a_stated_rename_is_a_rename() {
    let models = "#[derive(driftless::Table)]\n#[table(name = \"people\", was = \"users\")]\npub struct Person {\n    \
                  #[column(primary_key)]\n    pub id: i64,\n    #[column(was = \"mail\")]\n    pub email: String,\n}\n";
    let users = "CREATE TABLE users (id INTEGER PRIMARY KEY, mail TEXT NOT NULL);";
    let dir = Dir::package(&[("src/lib.rs", models), ("migrations/1_users.sql", users)]);
    let run = dir.run("diff migrations models").ends(1);
    assert_eq!(
        run.stdout,
        "--- migrations\n+++ models\n~ table people\n    - users\n    + people\n~ table people\n  ~ column email\n      \
         - mail\n      + email\n"
    );
}

#[test]
fn the_history_of_tools_is_no_difference() {
    let dir = package();
    dir.run("apply app.db").ends(0);
    let db = Connection::open(dir.path("app.db")).expect("it opens");
    db.execute_batch("CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY)").expect("sql");
    dir.run("diff app.db migrations").ends(0);
    db.execute_batch("CREATE TABLE mine (a)").expect("sql");
    dir.run("diff app.db migrations").ends(1);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let dir = package();
    dir.write("notes.txt", "no database");
    dir.write("bad.sql", "CREATE TABLE a (b;\n");
    dir.write("bad.db", "SQLite format 3\0 and then nothing of the kind".repeat(40));
    let mut text = String::new();
    for word in ["notes.txt", "bad.sql", "bad.db", "gone.db", "migrations@9", "/dev/null/x"] {
        text.push_str(&dir.refused(2, &format!("diff {word} migrations")).text());
    }
    dir.write("src/lib.rs", "#[derive(driftless::Table)]\npub struct User {\n    pub id: elsewhere::Id,\n}\n");
    // Beside migrations that have the column, its type is taken from there.
    dir.refused(1, "diff models migrations");
    text.push_str(&dir.refused(2, "schema").text());
    dir.write(
        "src/lib.rs",
        "#[derive(driftless::Table)]\npub struct User {\n    #[column(uniqe)]\n    pub id: i64,\n}\n",
    );
    text.push_str(&dir.refused(2, "schema").text());
    dir.write("src/lib.rs", "use driftless::Table;\npub struct User {");
    text.push_str(&dir.refused(2, "schema").text());
    dir.write("src/lib.rs", "");
    text.push_str(&dir.refused(2, "schema --json").text());
    snapshot("diff_refused", &text);
}
