//! What a plan says, and what the status is.

use crate::common::{BASELINE, CMS, File, ROWS, TOKENS, VERIFIER, cms, set, stable};
use schema_runtime::Kind;

fn plan(file: &File) -> String {
    let db = file.open();
    let plan = cms().plan(&db).expect("a plan");
    // What is planned is what is done.
    let before: Vec<_> = plan.steps.iter().map(|step| (step.version.clone(), step.outcome)).collect();
    let report = cms().migrate_file(&file.path).expect("it migrates");
    let after: Vec<_> = report.steps.iter().map(|step| (step.version.clone(), step.outcome)).collect();
    assert_eq!(before, after);
    assert_eq!(plan.unmanaged, report.unmanaged);
    plan.to_string()
}

#[test]
fn a_plan_of_an_empty_database() {
    assert_eq!(
        plan(&File::none()),
        "the database has none of the tables: the final schema is created at once
  create migrations/0001_baseline.sql (17 statements)
  create migrations/0002_add_code_verifier_to_auth_state.sql
  create migrations/0003_secure_tokens_and_authorization_codes.sql"
    );
}

#[test]
fn a_plan_of_the_baseline() {
    let own = "CREATE TABLE stats (a); CREATE TRIGGER seen AFTER INSERT ON notes BEGIN DELETE FROM stats; END;";
    assert_eq!(
        plan(&File::of(&format!("{BASELINE}{ROWS}{own}"))),
        "the database has no history, and the schema of version 1
  adopt  migrations/0001_baseline.sql
  run    migrations/0002_add_code_verifier_to_auth_state.sql (1 statement)
  run    migrations/0003_secure_tokens_and_authorization_codes.sql (8 statements)
         loses: table `tokens` is dropped (1 row)
left alone: table `stats`, trigger `seen` on `notes`"
    );
}

#[test]
fn a_plan_of_the_final_schema() {
    assert_eq!(
        plan(&File::of(&format!("{BASELINE}{VERIFIER}{TOKENS}"))),
        "the database has no history, and the schema of version 3
  adopt  migrations/0001_baseline.sql
  adopt  migrations/0002_add_code_verifier_to_auth_state.sql
  adopt  migrations/0003_secure_tokens_and_authorization_codes.sql"
    );
}

#[test]
fn a_plan_of_what_is_pending() {
    assert_eq!(
        plan(&File::migrated(&CMS[..2])),
        "the database has version 2 and its schema; 1 migration is pending
  run    migrations/0003_secure_tokens_and_authorization_codes.sql (8 statements)"
    );
}

#[test]
fn a_plan_of_nothing() {
    let file = File::migrated(&CMS);
    assert!(cms().plan(&file.open()).expect("a plan").is_up_to_date());
    assert_eq!(plan(&file), "the database is up to date: it has version 3 and its schema");
}

#[test]
fn a_plan_is_refused_as_the_migration_is() {
    let half = TOKENS
        .replace("CREATE INDEX idx_tokens_hash ON tokens(token_hash)", "CREATE INDEX idx_tokens_hash ON tokens(me)");
    for file in [File::of(&format!("{BASELINE}{VERIFIER}{half}")), File::migrated(&[CMS[0], CMS[2]])] {
        let planned = cms().plan(&file.open()).expect_err("refused");
        assert_eq!(planned.to_string(), file.refused(&cms()).to_string());
    }
}

#[test]
fn the_status_of_a_database() {
    let file = File::migrated(&CMS[..2]);
    let status = cms().status(&file.open()).expect("a status");
    assert!(!status.is_up_to_date());
    assert_eq!(status.pending().count(), 1);
    assert_eq!(
        stable(&status.to_string(), file.directory.path()),
        "1 baseline                              created TIME
2 add_code_verifier_to_auth_state       created TIME
3 secure_tokens_and_authorization_codes pending
state: behind
  the history ends at version 2; 1 migration is pending
  the schema is that of version 2"
            .replace("baseline                              created", "baseline                               created")
            .replace("state       created", "state        created")
            .replace("codes pending", "codes  pending")
    );
}

#[test]
fn a_status_says_what_is_wrong() {
    let file = File::migrated(&CMS);
    file.open().execute_batch("DROP INDEX idx_notes_slug; CREATE TABLE own (a)").expect("sql");
    let status = cms().status(&file.open()).expect("a status");
    assert_eq!(status.problem.as_ref().map(schema_runtime::Error::kind), Some(Kind::Drifted));
    assert_eq!(status.unmanaged, ["table `own`"]);
    assert!(!status.is_up_to_date());
    let status = set(&[]).status(&File::none().open()).expect("a status");
    assert_eq!(status.to_string(), "the program has no migrations\nstate: current");
    let file = File::none();
    std::fs::write(&file.path, "no database ".repeat(200)).expect("a file");
    assert_eq!(cms().status(&file.open()).expect_err("unreadable").kind(), Kind::NotADatabase);
}
