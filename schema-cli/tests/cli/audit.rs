//! `audit`: its formats, its exit codes, and that it only reads.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::support::{Dir, Run, snapshot};

/// The example with twelve models as it was found: nobody had written `index` on the fields of `RefreshToken`, no
/// migration created the two indexes that somebody had made by hand, and migration 0015 had not run.
fn rbac() -> Dir {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/rbac");
    let dir = Dir::with(&[]);
    let models = fs::read_to_string(example.join("models.rs")).expect("the models");
    let (before, tokens) = models.split_once("pub struct RefreshToken").expect("the model");
    let tokens = tokens.replacen(", index)]", ")]", 1).replacen("    #[column(index)]\n", "", 1);
    dir.write("models.rs", format!("{before}pub struct RefreshToken{tokens}"));
    let database = Connection::open(dir.path("site.db")).expect("a database");
    for entry in fs::read_dir(example.join("migrations")).expect("the migrations") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_str().expect("UTF-8").to_owned();
        if name.ends_with(".sql") {
            dir.write(&format!("migrations/{name}"), fs::read(&path).expect("a migration"));
        }
    }
    for name in sorted(&dir) {
        if !name.starts_with("0015") {
            database.execute_batch(&dir.read(&format!("migrations/{name}"))).expect("the SQL of the example");
        }
    }
    database
        .execute_batch(
            "INSERT INTO users (id, email, username, password_hash) VALUES (1, 'ada@example.org', 'ada', 'x');
             INSERT INTO roles (id, name) VALUES (1, 'admin');
             INSERT INTO user_roles (user_id, role_id) VALUES (1, 1), (1, 1)",
        )
        .expect("rows");
    let tokens = dir.read("migrations/0005_refresh_tokens.sql");
    dir.write("migrations/0005_refresh_tokens.sql", tokens.split("CREATE INDEX").next().expect("a table"));
    dir
}

fn sorted(dir: &Dir) -> Vec<String> {
    let entries = fs::read_dir(dir.path("migrations")).expect("the migrations");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

fn audit(dir: &Dir, words: &str) -> Run {
    dir.run(&format!("audit --database site.db --models models.rs --migrations migrations {words}"))
}

fn sql(dir: &Dir, sql: &str) {
    Connection::open(dir.path("site.db")).expect("it opens").execute_batch(sql).expect("the SQL of the test");
}

#[test]
fn twelve_models_as_found_and_after_migration_0015() {
    let dir = rbac();
    let found = audit(&dir, "").ends(1);
    snapshot("audit_human", &found.text());
    let document = audit(&dir, "--json").ends(1).json();
    assert_eq!((document["critical"].as_u64(), document["warnings"].as_u64()), (Some(2), Some(2)), "{document}");

    // The second row of the pair goes, and the SQL of every finding runs: what is left is the indexes.
    sql(&dir, "DELETE FROM user_roles WHERE id = 2");
    for finding in document["findings"].as_array().expect("a list") {
        for statement in finding["sql"].as_array().expect("statements") {
            sql(&dir, statement.as_str().expect("a statement"));
        }
    }
    let after = audit(&dir, "--json").ends(0).json();
    assert_eq!((after["critical"].as_u64(), after["warnings"].as_u64()), (Some(0), Some(2)), "{after}");
    audit(&dir, "--fail-on warning").ends(1);

    // The models get their two attributes, and the migration that creates the indexes is theirs.
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/rbac");
    for file in ["models.rs", "migrations/0005_refresh_tokens.sql"] {
        dir.write(file, fs::read(example.join(file)).expect("a file of the example"));
    }
    let clean = audit(&dir, "--fail-on notice").ends(0);
    snapshot("audit_clean", &clean.text());
}

#[test]
fn every_format() {
    let dir = rbac();
    for format in ["json", "sarif", "github", "markdown"] {
        let run = audit(&dir, &format!("--format {format} --rows")).ends(1);
        snapshot(&format!("audit_{format}"), &run.text());
        if matches!(format, "json" | "sarif") {
            run.json();
        }
    }
}

#[test]
fn nothing_is_written() {
    let dir = rbac();
    dir.refused(1, "audit --database site.db --models models.rs --migrations migrations --rows");
    // Also beside a database in WAL mode.
    sql(&dir, "PRAGMA journal_mode = WAL");
    dir.refused(1, "audit --database site.db --models models.rs --migrations migrations");
}

#[test]
fn a_database_that_is_behind_is_compared_with_its_own_version() {
    let dir = Dir::with(&[
        ("migrations/0001_users.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL);\n"),
        ("models.rs", "#[derive(driftless::Table)]\nstruct User {\n    id: i64,\n    email: String,\n}\n"),
    ]);
    dir.run("apply site.db --migrations migrations").ends(0);
    dir.write("migrations/0002_unique.sql", "CREATE UNIQUE INDEX users_email ON users (email);\n");
    let behind = audit(&dir, "").ends(0);
    sql(&dir, "ALTER TABLE users ADD COLUMN age INTEGER; ALTER TABLE users DROP COLUMN email");
    let drifted = audit(&dir, "--fail-on critical").ends(1);
    snapshot("audit_behind", &[behind, drifted].map(|run| run.text()).concat());
}

#[test]
fn what_cannot_be_audited_says_why() {
    let dir = rbac();
    let mut text = dir.refused(2, "audit --database gone.db --migrations migrations").text();
    text.push_str(&dir.refused(2, "audit --migrations migrations").text());
    text.push_str(&dir.refused(2, "audit --database models.rs --migrations migrations").text());
    text.push_str(&dir.refused(2, "audit --database site.db --migrations migrations --fail-on never").text());
    snapshot("audit_unusable", &text);
}

#[test]
fn a_package_is_audited_with_its_own_models() {
    let source = "use driftless::Table;\n\n#[derive(Table)]\npub struct Person {\n    #[column(primary_key)]\n    \
                  pub id: i64,\n    #[column(name = \"mail\", unique)]\n    pub r#email: String,\n}\n";
    let dir = Dir::package(&[
        ("src/lib.rs", source),
        ("migrations/0001_persons.sql", "CREATE TABLE persons (id INTEGER PRIMARY KEY, mail TEXT NOT NULL UNIQUE);\n"),
    ]);
    sql(&dir, "CREATE TABLE Persons (id INTEGER PRIMARY KEY, mail TEXT)");
    let document = dir.run("audit --database site.db --json").ends(1).json();
    let findings = document["findings"].as_array().expect("a list");
    let models: Vec<_> = findings.iter().map(|finding| (&finding["code"], &finding["model"])).collect();
    assert_eq!(
        models.iter().map(|(code, model)| format!("{code} {model}")).collect::<Vec<_>>(),
        ["\"audit-missing-unique\" \"Person::email\"", "\"audit-nullable\" \"Person::email\""]
    );
    assert_eq!(
        (findings[0]["rust"]["file"].as_str(), findings[0]["rust"]["line"].as_u64()),
        (Some("src/lib.rs"), Some(8))
    );
    // The directory alone is that of the package, too.
    let named = dir.run("audit --database site.db --migrations migrations --json").ends(1).json();
    assert_eq!(named["findings"], document["findings"]);
}
