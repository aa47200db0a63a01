//! `new`.

use crate::support::{Dir, Run, snapshot};

const MODELS: &str = "use driftless::Table;

#[derive(Table)]
pub struct User {
    #[column(primary_key, autoincrement)]
    pub id: i64,
    #[column(unique)]
    pub email: String,
    pub phone_number: Option<String>,
    pub age: i64,
}

#[derive(Table)]
#[table(unique(user_id, title))]
pub struct Post {
    #[column(primary_key)]
    pub id: i64,
    #[column(references = User::id, on_delete = cascade, index)]
    pub user_id: i64,
    pub title: Option<String>,
}
";

const FIRST: &str =
    "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL UNIQUE, phone TEXT);
CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE, title TEXT);
CREATE TRIGGER welcome AFTER INSERT ON users BEGIN
  INSERT INTO posts (user_id, title) VALUES (NEW.id, 'hello');
END;
";

/// The models after the rename was stated.
fn stated() -> String {
    MODELS.replace("    pub phone_number", "    #[column(was = \"phone\")]\n    pub phone_number")
}

fn package(models: &str) -> Dir {
    Dir::package(&[("src/lib.rs", models), ("migrations/0001_first.sql", FIRST)])
}

/// 2026-03-01 12:34:56
fn at_noon(dir: &Dir, words: &str) -> Run {
    dir.run_with(&words.split_whitespace().collect::<Vec<_>>(), &[("SOURCE_DATE_EPOCH", "1772368496")])
}

#[test]
fn from_a_refusal_to_a_migration_that_fits() {
    let dir = package(MODELS);
    let mut told = dir.refused(3, "new phone_and_age").text();
    dir.write("src/lib.rs", stated());
    told += &dir.refused(3, "new phone_and_age").text();
    told += &dir.refused(0, "new phone_and_age --backfill users.age=0 --dry-run").text();
    told += &dir.run("new phone_and_age --backfill users.age=0").ends(0).text();
    told += &dir.run("new more").ends(0).text();
    dir.write("src/lib.rs", MODELS);
    told += &dir.run("check").ends(0).text();
    told += &dir.run("lock").ends(0).text();
    snapshot("new", &told);
}

#[test]
fn an_older_engine_gets_a_rebuild() {
    let dir = package(&MODELS.replace("    pub age: i64,\n", "").replace("phone_number", "phone"));
    dir.write("src/lib.rs", dir.read("src/lib.rs").replace("title: Option<String>", "title: String"));
    let mut told = dir.run("new titles --engine 3.46 --dry-run").ends(0).text();
    told += &dir.run("new titles --engine 3.53 --dry-run").ends(0).text();
    snapshot("new_engine", &told);
}

#[test]
fn what_a_program_reads() {
    let dir = package(&stated());
    let document = dir.run("new phone_and_age --backfill users.age=0 --dry-run --json").ends(0).json();
    assert_eq!(document["written"], serde_json::json!([]));
    assert_eq!(document["reversible"], true);
    let document = dir.run("new phone_and_age --backfill users.age=0 --json").ends(0).json();
    assert_eq!(document["written"], serde_json::json!(["migrations/0002_phone_and_age.sql"]));
    assert_eq!(document["files"][0]["text"], dir.read("migrations/0002_phone_and_age.sql"));
    let steps = document["steps"].as_array().expect("statements");
    let rewrites = steps.iter().find(|step| step["effort"] == "rewrite").expect("a rebuild");
    assert_eq!(rewrites["table"], "users");
    let unique = steps.iter().find(|step| step["hazards"][0]["kind"] == "duplicates").expect("a unique index");
    assert_eq!(unique["hazards"][0]["message"], "existing rows may repeat (user_id, title)");
    let document = dir.run("new more --json").ends(0).json();
    assert_eq!(document, serde_json::json!({ "written": [], "steps": [] }));
    let refusal =
        Dir::package(&[("src/lib.rs", MODELS), ("migrations/0001_first.sql", FIRST)]).run("new x --json").ends(3);
    let refusals = &refusal.json()["refusals"];
    assert_eq!(refusals[0]["code"], "looks-like-rename");
    assert_eq!(refusals[1]["code"], "needs-backfill");
    assert_eq!(refusals[1]["flag"], "--backfill \"users.age=0\"");
}

/// Writes a migration in a directory of that layout, and lets `lock` and `check` confirm what was written.
#[track_caller]
fn in_layout(files: &[(&str, &str)], written: &[&str]) -> String {
    let dir = Dir::package(&[("src/lib.rs", &stated())]);
    for (path, text) in files {
        dir.write(&format!("migrations/{path}"), text);
    }
    at_noon(&dir, "new phone_and_age --backfill users.age=0").ends(0);
    let locked = dir.run("lock").ends(0);
    assert!(locked.stdout.starts_with("already locked: 2 migrations"), "{}", locked.text());
    dir.write("src/lib.rs", MODELS);
    dir.run("check").ends(0);
    written.iter().map(|file| format!("=== {file}\n{}", dir.read(&format!("migrations/{file}")))).collect()
}

#[test]
fn every_layout_gets_its_own_files() {
    let goose = format!("-- +goose Up\n-- +goose StatementBegin\n{FIRST}-- +goose StatementEnd\n-- +goose Down\n");
    let dbmate = format!("-- migrate:up\n{FIRST}\n-- migrate:down\n");
    let told = [
        in_layout(
            &[("20240101000000_first.up.sql", FIRST), ("20240101000000_first.down.sql", "DROP TABLE posts;")],
            &["20260301123456_phone_and_age.up.sql", "20260301123456_phone_and_age.down.sql"],
        ),
        in_layout(
            &[("2024-01-01-000000_first/up.sql", FIRST), ("2024-01-01-000000_first/down.sql", "DROP TABLE posts;")],
            &["2026-03-01-123456_phone_and_age/up.sql", "2026-03-01-123456_phone_and_age/down.sql"],
        ),
        in_layout(&[("V1__first.sql", FIRST)], &["V2__phone_and_age.sql"]),
        in_layout(&[("00001_first.sql", &goose)], &["00002_phone_and_age.sql"]),
        in_layout(&[("20240101000000_first.sql", &dbmate)], &["20260301123456_phone_and_age.sql"]),
        in_layout(
            &[("01-first/up.sql", FIRST), ("01-first/down.sql", "DROP TABLE posts;")],
            &["02-phone_and_age/up.sql", "02-phone_and_age/down.sql"],
        ),
    ];
    snapshot("new_layouts", &told.concat());
}

#[test]
fn losses_are_allowed_by_name() {
    let models = MODELS.replace("    pub phone_number: Option<String>,\n    pub age: i64,\n", "");
    let dir = package(&models);
    let mut told = dir.refused(3, "new drop_phone").text();
    told += &dir.run("new drop_phone --allow drop-column:users.phone").ends(0).text();
    snapshot("new_losses", &told);
}

#[test]
fn a_view_that_would_break_stops_it() {
    let models = MODELS.replace("    pub phone_number: Option<String>,\n    pub age: i64,\n", "");
    let dir = package(&models);
    dir.write("migrations/0002_view.sql", "CREATE VIEW book AS SELECT email, phone FROM users;\n");
    let told = dir.refused(3, "new drop_phone --allow drop-column:users.phone").text();
    snapshot("new_view", &told);
}

#[test]
fn an_empty_one_is_for_sql_by_hand() {
    let dir = package(MODELS);
    dir.write("migrations/0001_first.down.sql", "DROP TABLE posts;");
    let told = dir.run("new --empty rows_by_hand").ends(0).text();
    assert_eq!(dir.read("migrations/0002_rows_by_hand.sql"), "-- rows by hand\n\n");
    assert_eq!(dir.read("migrations/0002_rows_by_hand.down.sql"), "-- rows by hand: the way back\n\n");
    dir.write("migrations/0002_rows_by_hand.sql", "DELETE FROM posts;\n");
    assert!(dir.run("lock").ends(0).stdout.starts_with("locked 2"));
    snapshot("new_empty", &told);
}

#[test]
fn a_command_line_that_cannot_be_meant() {
    let dir = package(&stated());
    let told = [
        "new a/b",
        "new x --allow drop:users",
        "new x --backfill users.age",
        "new x --engine latest",
        "new x --backfill users.age=0 --backfill users.agee=1",
    ];
    snapshot("new_unusable", &told.map(|words| dir.refused(2, words).text()).concat());
}
