//! Databases whose history of another tool does not fit their schema or the program: refused, and unchanged.

use schema_runtime::{Adopt, Kind, Options, Outcome, Sqlite, State};

use crate::common::{File, one, stable};
use crate::histories::{DIESEL, GOLANG_MIGRATE, GOOSE, MIGRATIONS, REFINERY, SQLX, TOOLS, Tool, schema};

/// Every version that is recorded, with every version that the schema has.
fn others(tool: Tool) -> impl Iterator<Item = (usize, usize, File)> {
    let pairs = (1..=4).flat_map(|recorded| (1..=4).map(move |count| (recorded, count)));
    pairs
        .filter(|(recorded, count)| recorded != count)
        .map(move |(recorded, count)| (recorded, count, File::of(&(schema(count) + &tool.records(recorded)))))
}

#[test]
fn a_schema_that_lacks_what_is_recorded_is_refused() {
    for tool in TOOLS.into_iter().filter(|tool| tool.is_binding) {
        let program = tool.program();
        for (recorded, count, file) in others(tool).filter(|(recorded, count, _)| recorded > count) {
            let shown = format!("{} at {recorded}, schema at {count}", tool.name);
            let error = file.refused(&program);
            assert_eq!(error.kind(), Kind::Contradictory, "{shown}: {error}");
            let text = error.to_string();
            let (says, has) = (&program.migrations()[recorded - 1].version, &program.migrations()[count - 1].version);
            assert!(text.contains(tool.name) && text.contains(&**says) && text.contains(&**has), "{shown}: {error}");
            // Whoever knows better states it.
            let options = Options::new().adopt(Adopt::Version(has.to_string()));
            let report = program.migrate_file_with(&file.path, options).expect(&shown);
            assert_eq!(report.count(Outcome::Adopted), count, "{shown}");
        }
    }
}

/// A tool that runs a migration in one transaction and records it in another may be killed between the two.
#[test]
fn a_schema_that_has_more_than_is_recorded_is_taken_over_as_it_is() {
    for tool in TOOLS {
        let program = tool.program();
        for (recorded, count, file) in others(tool).filter(|(recorded, count, _)| recorded < count) {
            let shown = format!("{} at {recorded}, schema at {count}", tool.name);
            let report = program.migrate_file(&file.path).expect(&shown);
            assert_eq!((report.count(Outcome::Adopted), report.count(Outcome::Applied)), (count, 4 - count), "{shown}");
        }
    }
}

/// Where the record may mean something else, the schema decides.
#[test]
fn a_record_that_does_not_bind_gives_way_to_the_schema() {
    for tool in TOOLS.into_iter().filter(|tool| !tool.is_binding) {
        let program = tool.program();
        for (recorded, count, file) in others(tool) {
            let shown = format!("{} at {recorded}, schema at {count}", tool.name);
            let report = program.migrate_file(&file.path).expect(&shown);
            assert_eq!(report.count(Outcome::Adopted), count, "{shown}");
        }
    }
}

#[test]
fn a_migration_that_is_partly_there_is_completed_after_what_is_recorded() {
    let both =
        "CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\nCREATE INDEX tags_name ON tags (name);\n";
    let program = DIESEL.program_of(&[MIGRATIONS[0], MIGRATIONS[1], ("tags", both)]);
    let half = "CREATE TABLE tags (id INTEGER PRIMARY KEY, name TEXT NOT NULL); INSERT INTO tags VALUES (1, 'rust');";
    let file = File::of(&(schema(2) + &DIESEL.records(2) + half));
    let report = program.migrate_file(&file.path).expect("it is completed");
    assert_eq!((report.count(Outcome::Adopted), report.count(Outcome::Completed)), (2, 1));
    assert_eq!(one(&file.open(), "SELECT name FROM tags INDEXED BY tags_name WHERE name = 'rust'"), "rust");
}

/// Nothing in a schema says whether rows were changed: the record does.
#[test]
fn versions_that_differ_in_rows_only_are_told_apart_by_the_record() {
    let rows = ("posts_author", "UPDATE users SET email = lower(email);\n");
    for tool in [DIESEL, GOOSE, GOLANG_MIGRATE] {
        let program = tool.program_of(&[MIGRATIONS[0], MIGRATIONS[1], MIGRATIONS[2], rows]);
        let touch = "UPDATE users SET email = 'A@EXAMPLE.ORG';";
        let unrecorded = File::of(&(schema(3) + touch));
        assert_eq!(unrecorded.refused(&program).kind(), Kind::Ambiguous);
        for (recorded, email) in [(3, "a@example.org"), (4, "A@EXAMPLE.ORG")] {
            let file = File::of(&(schema(3) + &tool.records(recorded) + touch));
            let report = program.migrate_file(&file.path).expect("the record decides");
            assert_eq!(report.count(Outcome::Adopted), recorded, "{}", tool.name);
            assert_eq!(one(&file.open(), "SELECT email FROM users"), email, "{}", tool.name);
        }
    }
}

/// What a dry run says about a database of another tool.
#[test]
fn status_and_plan_show_the_evidence() {
    let file = File::of(&(schema(2) + &SQLX.records(2)));
    let before = file.bytes();
    let status = SQLX.program().status(&file.open()).expect("a status");
    assert_eq!(status.state, State::Foreign);
    assert_eq!(
        status.evidence,
        [
            "`_sqlx_migrations` of sqlx records 2 migrations, up to 20240102120000 (posts); their checksums are those of \
             the program's files"
        ]
    );
    let plan = SQLX.program().plan(&file.open()).expect("a plan");
    assert_eq!(
        plan.steps.iter().map(|step| step.outcome.as_str()).collect::<Vec<_>>().join(" "),
        "adopted adopted applied applied"
    );
    assert!(file.bytes() == before);
}

/// A file at a version of the schema, with records that this SQL changes, and the refusal of a program.
fn refusal(tool: Tool, (recorded, count): (usize, usize), touch: &str, program: &Sqlite) -> (Kind, String) {
    let file = File::of(&format!("{}{}{touch}", schema(count), tool.records(recorded)));
    let error = file.refused(program);
    (error.kind(), stable(&error.to_string(), file.directory.path()))
}

/// The texts of all refusals, for `messages.txt`.
pub(crate) fn refusals() -> Vec<(&'static str, String)> {
    let all = |tool: Tool, at, touch| refusal(tool, at, touch, &tool.program());
    let edit = |tool: Tool| {
        let edited = MIGRATIONS[1].1.replace("title TEXT", "title VARCHAR");
        tool.program_of(&[MIGRATIONS[0], ("posts", &edited), MIGRATIONS[2], MIGRATIONS[3]])
    };
    let short = |tool: Tool| tool.program_of(&MIGRATIONS[..2]);
    let gap = |tool: Tool| {
        let migrations = tool.program().migrations().iter().filter(|migration| migration.name != "posts");
        let mut rest: Vec<_> = migrations.cloned().collect();
        rest.truncate(1);
        rest.push(schema_runtime::Migration { version: "9".into(), ..rest[0].clone() });
        rest[1].sql = "CREATE TABLE other (id);".into();
        Sqlite::from_migrations(rest).expect("the migrations replay")
    };
    let begun = "UPDATE _sqlx_migrations SET success = 0 WHERE version = 20240103120000";
    let sqlx = SQLX.records(3);
    let shown = [
        ("edited after sqlx", refusal(SQLX, (2, 2), "", &edit(SQLX))),
        ("edited after refinery", refusal(REFINERY, (2, 2), "", &edit(REFINERY))),
        ("begun by sqlx", all(SQLX, (3, 2), begun)),
        ("begun by golang-migrate", all(GOLANG_MIGRATE, (3, 2), "UPDATE schema_migrations SET dirty = 1")),
        ("begun by golang-migrate, and newer", {
            let touch = "UPDATE schema_migrations SET dirty = 1";
            refusal(GOLANG_MIGRATE, (3, 2), touch, &short(GOLANG_MIGRATE))
        }),
        ("newer in sqlx", refusal(SQLX, (3, 3), "", &short(SQLX))),
        ("newer in golang-migrate", refusal(GOLANG_MIGRATE, (4, 4), "", &short(GOLANG_MIGRATE))),
        ("missing in goose", refusal(GOOSE, (2, 2), "", &gap(GOOSE))),
        (
            "late in diesel",
            all(DIESEL, (3, 3), "DELETE FROM __diesel_schema_migrations WHERE version LIKE '20240102%'"),
        ),
        (
            "taken back by goose",
            all(GOOSE, (3, 3), "INSERT INTO goose_db_version (version_id, is_applied) VALUES (1, 0)"),
        ),
        ("not written by refinery", all(REFINERY, (2, 2), "UPDATE refinery_schema_history SET checksum = NULL")),
        ("two histories", all(DIESEL, (2, 2), &sqlx)),
        ("another version than sqlx says", all(SQLX, (4, 2), "")),
        ("no version, and not the one that diesel says", {
            all(DIESEL, (2, 2), "ALTER TABLE posts RENAME COLUMN title TO headline")
        }),
    ];
    shown.into_iter().map(|(name, (kind, text))| (name, format!("{kind:?}\n{text}"))).collect()
}
