//! `status`, `plan`, `apply` and `rollback` on real files.

use rusqlite::Connection;

use crate::support::{Dir, Run, snapshot};

const USERS: &str = "CREATE TABLE users (\n    id INTEGER PRIMARY KEY,\n    email TEXT NOT NULL\n);\n";
const AGE: &str = "ALTER TABLE users ADD COLUMN age INTEGER;\n";
const UNIQUE: &str = "CREATE UNIQUE INDEX users_email ON users (email);\n";

/// Three migrations, of which the first has no way down.
fn three() -> Dir {
    Dir::with(&[
        ("migrations/0001_users.sql", USERS),
        ("migrations/0002_age.sql", AGE),
        ("migrations/0002_age.down.sql", "ALTER TABLE users DROP COLUMN age;\n"),
        ("migrations/0003_unique.sql", UNIQUE),
        ("migrations/0003_unique.down.sql", "DROP INDEX users_email;\n"),
    ])
}

/// The same with a database at version 1 that has a row.
fn at_one() -> Dir {
    let dir = three();
    let later: Vec<_> = ["0002_age.sql", "0003_unique.sql"].map(|file| format!("migrations/{file}")).into();
    let texts: Vec<_> = later.iter().map(|file| dir.read(file)).collect();
    for file in &later {
        std::fs::remove_file(dir.path(file)).expect("a file");
    }
    run(&dir, "apply app.db").ends(0);
    for (file, text) in later.iter().zip(texts) {
        dir.write(file, text);
    }
    sql(&dir, "INSERT INTO users (email) VALUES ('a@example.org')");
    dir
}

fn run(dir: &Dir, words: &str) -> Run {
    dir.run(&format!("{words} --migrations migrations"))
}

fn refused(dir: &Dir, code: i32, words: &str) -> Run {
    dir.refused(code, &format!("{words} --migrations migrations"))
}

fn sql(dir: &Dir, sql: &str) {
    Connection::open(dir.path("app.db")).expect("it opens").execute_batch(sql).expect("the SQL of the test");
}

fn one(dir: &Dir, sql: &str) -> String {
    let db = Connection::open(dir.path("app.db")).expect("it opens");
    db.query_row(sql, [], |row| row.get::<_, String>(0)).expect(sql)
}

#[test]
fn a_database_from_nothing_to_the_last_version_and_back() {
    let dir = three();
    let mut text = String::new();
    for words in ["apply app.db", "status app.db", "plan app.db", "rollback app.db --to 2 --yes", "status app.db"] {
        text.push_str(&run(&dir, words).text());
    }
    snapshot("apply_status_rollback", &text);
}

#[test]
fn a_database_that_is_behind() {
    let dir = at_one();
    let mut text = String::new();
    for words in ["status app.db", "plan app.db", "apply app.db --yes", "status app.db"] {
        text.push_str(&run(&dir, words).text());
    }
    snapshot("apply_behind", &text);
    assert_eq!(one(&dir, "SELECT email FROM users"), "a@example.org");
}

#[test]
fn rows_that_are_in_the_way() {
    let dir = at_one();
    sql(&dir, "INSERT INTO users (email) VALUES ('b@example.org'), ('a@example.org'), ('a@example.org')");
    dir.write("migrations/0003_unique.sql", format!("-- once each\n{UNIQUE}"));
    let mut text = String::new();
    let later = refused(&dir, 0, "plan app.db");
    dir.write("migrations/0002_age.sql", UNIQUE);
    dir.write("migrations/0003_unique.sql", AGE);
    text.push_str(&later.text());
    for (code, words) in [(1, "plan app.db"), (1, "plan app.db --json"), (2, "apply app.db"), (3, "apply app.db --yes")]
    {
        text.push_str(&refused(&dir, code, words).text());
    }
    snapshot("offenders", &text);
    // A plan is for a schema: the rows may be mended meanwhile.
    run(&dir, "plan app.db --out plan.json").ends(1);
    sql(&dir, "DELETE FROM users WHERE id > 2");
    run(&dir, "apply app.db --plan plan.json").ends(0);
}

#[test]
fn statements_on_rows_of_a_migration_that_is_partly_there() {
    let rows = "CREATE TABLE roles (name TEXT);\nINSERT INTO roles VALUES ('admin');\n";
    for (answer, count) in [("adopt", "0"), ("run", "1")] {
        let dir = at_one();
        dir.write("migrations/0002_age.sql", rows);
        dir.write("migrations/0003_unique.sql", AGE);
        sql(&dir, "CREATE TABLE roles (name TEXT)");
        let undecided = refused(&dir, 3, "apply app.db --yes");
        assert!(
            undecided.stderr.ends_with(
                "help: say it: `--data-statements adopt` when they ran, `--data-statements run` to run them\n"
            ),
            "{}",
            undecided.text()
        );
        let plan = refused(&dir, 0, &format!("plan app.db --data-statements {answer}"));
        snapshot(&format!("data_statements_{answer}"), &plan.text());
        run(&dir, &format!("apply app.db --yes --data-statements {answer}")).ends(0);
        assert_eq!(one(&dir, "SELECT '' || count(*) FROM roles"), count);
    }
}

#[test]
fn every_answer_is_one_document_with_json() {
    let dir = at_one();
    let mut text = String::new();
    for words in
        ["status app.db", "plan app.db", "apply app.db --yes", "rollback app.db --yes", "rollback app.db --to 9"]
    {
        let run = run(&dir, &format!("{words} --json"));
        run.json();
        text.push_str(&run.text());
    }
    snapshot("database_json", &text);
}

#[test]
fn nobody_is_asked_where_there_is_no_terminal() {
    let dir = at_one();
    let apply = refused(&dir, 2, "apply app.db");
    let back = refused(&dir, 3, "rollback app.db");
    run(&dir, "apply app.db --yes").ends(0);
    let asked = refused(&dir, 2, "rollback app.db");
    snapshot("asked", &[apply, back, asked].map(|run| run.text()).concat());
    // Nothing is pending, so there is nothing to agree to.
    run(&dir, "apply app.db").ends(0);
}

#[test]
fn a_plan_is_for_one_schema_and_one_history() {
    let dir = at_one();
    run(&dir, "plan app.db --out plan.json").ends(0);
    sql(&dir, "CREATE TABLE own (a)");
    let schema = refused(&dir, 3, "apply app.db --plan plan.json");
    sql(&dir, "DROP TABLE own");
    dir.write("migrations/0004_rows.sql", "INSERT INTO users (email) VALUES ('b@example.org');");
    let migrations = refused(&dir, 3, "apply app.db --plan plan.json");
    snapshot("plan_stale", &[schema, migrations].map(|run| run.text()).concat());
    run(&dir, "plan app.db --out plan.json").ends(0);
    run(&dir, "apply app.db --plan plan.json").ends(0);
    assert_eq!(one(&dir, "SELECT group_concat(email) FROM users"), "a@example.org,b@example.org");
    // The same schema, but what the plan would run has run.
    dir.write("migrations/0005_more.sql", "INSERT INTO users (email) VALUES ('c@example.org');");
    run(&dir, "plan app.db --out plan.json").ends(0);
    run(&dir, "apply app.db --yes").ends(0);
    let history = refused(&dir, 3, "apply app.db --plan plan.json");
    assert!(history.stderr.contains("does not fit any more: other migrations are pending now"), "{}", history.text());
    dir.write("plan.json", "{");
    let broken = refused(&dir, 2, "apply app.db --plan plan.json");
    assert!(broken.stderr.starts_with("error: `plan.json` is not a plan: "), "{}", broken.text());
    refused(&dir, 2, "apply app.db --plan gone.json");
}

#[test]
fn a_way_back_that_would_lose_more_is_refused() {
    let dir = three();
    run(&dir, "apply app.db").ends(0);
    let none = refused(&dir, 3, "rollback app.db --to 0 --yes");
    let unknown = refused(&dir, 2, "rollback app.db --to 7 --yes");
    dir.write("migrations/0003_unique.down.sql", "SELECT 1;");
    let elsewhere = refused(&dir, 3, "rollback app.db --yes");
    dir.write("migrations/0003_unique.down.sql", "DROP INDEX users_email;\nDROP INDEX no_such;");
    let fails = refused(&dir, 2, "rollback app.db --yes");
    sql(&dir, "CREATE TABLE mine (a); ALTER TABLE users ADD COLUMN own");
    let drifted = refused(&dir, 3, "rollback app.db --yes");
    snapshot("rollback_refused", &[none, unknown, elsewhere, fails, drifted].map(|run| run.text()).concat());
}

#[test]
fn what_is_at_version_one_can_go_back_to_nothing() {
    let dir = three();
    dir.write("migrations/0001_users.down.sql", "DROP TABLE users;");
    run(&dir, "apply app.db").ends(0);
    let text = run(&dir, "rollback app.db --to 0 --yes").ends(0).text();
    assert!(text.contains("rolled back 3 migrations"), "{text}");
    let text = run(&dir, "rollback app.db").ends(0).text();
    assert!(text.contains("nothing to take back: the database has none of the migrations"), "{text}");
    run(&dir, "apply app.db").ends(0);
    let text = run(&dir, "rollback app.db --to 0003").ends(0).text();
    assert!(text.contains("nothing to take back: the database is at version 3"), "{text}");
}

#[test]
fn a_version_is_adopted_by_name_where_several_fit() {
    let dir = at_one();
    dir.write("migrations/0004_rows.sql", "INSERT INTO users (email) VALUES ('b@example.org');");
    run(&dir, "apply app.db --yes").ends(0);
    sql(&dir, "DROP TABLE driftless_migrations; DELETE FROM users");
    let ambiguous = refused(&dir, 3, "apply app.db --yes");
    assert!(
        ambiguous.stderr.ends_with("help: say which it is: `--adopt 3` runs what comes after it\n"),
        "{}",
        ambiguous.text()
    );
    run(&dir, "apply app.db --yes --adopt 3").ends(0);
    assert_eq!(one(&dir, "SELECT email FROM users"), "b@example.org");
}

#[test]
fn files_that_are_no_database() {
    let dir = three();
    dir.write("text.db", "this is no database, but it is long enough to have a header ".repeat(20));
    std::fs::create_dir(dir.path("directory.db")).expect("a directory");
    let mut text = String::new();
    for file in ["text.db", "directory.db", "missing.db", "no/such/app.db"] {
        for command in ["status", "plan", "apply --yes", "rollback --yes"] {
            let creates = command == "apply --yes" && file == "missing.db";
            if !creates {
                text.push_str(&refused(&dir, 2, &format!("{command} {file}")).text());
            }
        }
    }
    snapshot("no_database", &text);
}

/// Whoever reads a database in WAL mode makes two files beside it.
#[test]
fn reading_leaves_nothing_behind() {
    let dir = at_one();
    sql(&dir, "PRAGMA journal_mode = WAL");
    assert!(!dir.path("app.db-wal").exists());
    refused(&dir, 1, "status app.db");
    refused(&dir, 0, "plan app.db");
    refused(&dir, 1, "diff app.db migrations");
    dir.refused(0, "pull --database app.db");
    // What another program has open stays as it is, and what it wrote is seen.
    let writer = Connection::open(dir.path("app.db")).expect("it opens");
    writer.execute_batch("CREATE TABLE own (a)").expect("sql");
    let text = run(&dir, "diff app.db migrations@1").ends(1).text();
    assert!(text.contains("- table own (a)"), "{text}");
    drop(writer);
    run(&dir, "apply app.db --yes").ends(0);
    assert!(!dir.path("app.db-wal").exists());
}
