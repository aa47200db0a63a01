//! The half-migrated content management system: the states A to M that its databases were found in, each with what
//! `status` calls it, what `plan` says, what is done, and what is kept.

#[path = "cms/case.rs"]
pub(crate) mod case;
#[path = "cms/files.rs"]
mod files;
#[path = "cms/found.rs"]
pub(crate) mod found;
#[path = "cms/more.rs"]
mod more;
#[path = "cms/processes.rs"]
mod processes;
#[path = "cms/history.rs"]
mod recorded;

use std::time::Duration;

use schema_runtime::{Kind, Outcome, State};

use crate::common::{CMS, history, one, set};
use case::Case;

const OLD_ROWS: &str = "auth_state 1, notes 2, sessions 1, tokens 5";
const KEPT: [&str; 2] = ["notes", "sessions"];

fn dumps(case: &Case, tables: &[&str]) -> Vec<String> {
    tables.iter().map(|table| case.dump(table)).collect()
}

#[test]
fn a_no_file() {
    let case = Case::none();
    let done = case.migrate();
    assert!(done.report.duration < Duration::from_secs(1), "{:?}", done.report.duration);
    assert_eq!(done.report.count(Outcome::Created), 3);
    assert_eq!(history(&case.file.open()), "1 created, 2 created, 3 created");
    assert_eq!(case.rows(), "auth_state 0, authorization_codes 0, notes 0, sessions 0, tokens 0");
    assert_eq!(done.report.backup, None, "there was nothing to lose");
}

#[test]
fn a_empty_file() {
    let case = Case::none();
    std::fs::write(&case.file.path, b"").expect("a file");
    case.state(State::Fresh);
    assert_eq!(
        case.plan(),
        "the database has none of the tables: the final schema is created at once
  create migrations/0001_baseline.sql (17 statements)
  create migrations/0002_add_code_verifier_to_auth_state.sql
  create migrations/0003_secure_tokens_and_authorization_codes.sql"
    );
    let done = case.migrate();
    assert_eq!(done.report.version.as_deref(), Some("3"));
    assert_eq!(history(&case.file.open()), "1 created, 2 created, 3 created");
}

#[test]
fn b_the_baseline_without_history() {
    let case = Case::of(&found::baseline());
    assert_eq!(case.rows(), OLD_ROWS);
    let before = dumps(&case, &KEPT);
    assert_eq!(case.state(State::Unmanaged), "the database has no history, and the schema of version 1");
    assert_eq!(
        case.plan(),
        "the database has no history, and the schema of version 1
  adopt  migrations/0001_baseline.sql
  run    migrations/0002_add_code_verifier_to_auth_state.sql (1 statement)
  run    migrations/0003_secure_tokens_and_authorization_codes.sql (8 statements)
         loses: table `tokens` is dropped (5 rows)"
    );
    let done = case.migrate();
    assert_eq!(history(&case.file.open()), "1 adopted, 2 applied, 3 applied");
    assert_eq!(dumps(&case, &KEPT), before);
    assert_eq!(one(&case.file.open(), "SELECT state || code_verifier FROM auth_state"), "x");
    assert_eq!(case.rows(), "auth_state 1, authorization_codes 0, notes 2, sessions 1, tokens 0");
    assert_eq!(done.ran.len(), 9);
    assert!(done.report.unmanaged.is_empty() && done.report.drift.is_empty(), "{:?}", done.report);
}

#[test]
fn c_the_second_version_with_a_history_of_its_own() {
    let case = Case::of(&found::release());
    let (before, own) = (dumps(&case, &KEPT), case.dump("schema_migrations"));
    assert_eq!(case.rows(), "auth_state 1, notes 2, schema_migrations 1, sessions 1, tokens 5");
    assert_eq!(
        case.state(State::Foreign),
        "the database has no history, and the schema of version 2
`schema_migrations` names 2 (add_code_verifier_to_auth_state)"
    );
    assert_eq!(
        case.plan(),
        "the database has no history, and the schema of version 2
  adopt  migrations/0001_baseline.sql
  adopt  migrations/0002_add_code_verifier_to_auth_state.sql
  run    migrations/0003_secure_tokens_and_authorization_codes.sql (8 statements)
         loses: table `tokens` is dropped (5 rows)
left alone: table `schema_migrations`"
    );
    let done = case.migrate();
    assert_eq!(history(&case.file.open()), "1 adopted, 2 adopted, 3 applied");
    assert_eq!(dumps(&case, &KEPT), before);
    assert_eq!(case.dump("schema_migrations"), own, "the other history is not touched");
    assert_eq!(case.rows(), "auth_state 1, authorization_codes 0, notes 2, schema_migrations 1, sessions 1, tokens 0");
    // The third migration drops five tokens, which are in the backup.
    let backup = rusqlite::Connection::open(done.report.backup.expect("a backup")).expect("it opens");
    assert_eq!(one(&backup, "SELECT group_concat(token) FROM tokens"), "t1,t2,t3,t4,t5");
    assert_eq!(one(&backup, "PRAGMA integrity_check"), "ok");
}

#[test]
fn d_the_final_schema_without_history() {
    let case = Case::of(&found::newest());
    let (before, schema) = (dumps(&case, &["notes", "tokens", "authorization_codes"]), schema(&case));
    case.state(State::Unmanaged);
    assert_eq!(
        case.plan(),
        "the database has no history, and the schema of version 3
  adopt  migrations/0001_baseline.sql
  adopt  migrations/0002_add_code_verifier_to_auth_state.sql
  adopt  migrations/0003_secure_tokens_and_authorization_codes.sql"
    );
    let done = case.migrate();
    assert_eq!(history(&case.file.open()), "1 adopted, 2 adopted, 3 adopted");
    assert!(done.ran.is_empty(), "{:?}", done.ran);
    assert_eq!(schema, self::schema(&case));
    assert_eq!(dumps(&case, &["notes", "tokens", "authorization_codes"]), before);
}

/// The catalogue without the history.
fn schema(case: &Case) -> String {
    one(
        &case.file.open(),
        "SELECT group_concat(type || name || coalesce(sql, ''), ';') FROM (SELECT * FROM sqlite_schema
            WHERE tbl_name NOT IN ('driftless_migrations', 'sqlite_sequence') ORDER BY name)",
    )
}

const MISSING: [&str; 3] = [
    "CREATE INDEX idx_tokens_hash ON tokens (token_hash)",
    "CREATE INDEX idx_tokens_me ON tokens (me)",
    "CREATE INDEX idx_tokens_expires ON tokens (expires_at)",
];

/// Only the three missing indexes are made, and nothing is lost.
#[track_caller]
fn completed(case: &Case, recorded: &str) -> String {
    let tables = ["notes", "sessions", "auth_state", "tokens", "authorization_codes"];
    let (before, rows) = (dumps(case, &tables), case.rows());
    let plan = case.plan();
    let done = case.migrate();
    let mut ran =
        done.ran.iter().map(|sql| sql.trim_end_matches(';').replace("tokens(", "tokens (")).collect::<Vec<_>>();
    ran.sort();
    let mut expected = MISSING.to_vec();
    expected.sort_unstable();
    assert_eq!(ran, expected);
    assert_eq!(history(&case.file.open()), recorded);
    assert_eq!((dumps(case, &tables), case.rows()), (before, rows));
    plan
}

#[test]
fn e_half_of_the_third_after_a_history_of_ours() {
    let case = Case::migrated(&CMS[..2], &found::half_of_the_third());
    assert_eq!(
        case.state(State::Hybrid),
        "the history ends at version 2; 1 migration is pending
3 (secure_tokens_and_authorization_codes): 3 of its 29 changes are missing"
    );
    assert_eq!(
        completed(&case, "1 created, 2 created, 3 completed"),
        "the history ends at version 2; 1 migration is pending
  finish migrations/0003_secure_tokens_and_authorization_codes.sql (3 statements): 3 of its 29 changes are missing"
    );
}

#[test]
fn e_half_of_the_third_after_a_history_of_its_own() {
    let case = Case::of(&format!("{}{}", found::production(), found::OWN_HISTORY));
    assert!(case.state(State::Hybrid).ends_with("`schema_migrations` names 2 (add_code_verifier_to_auth_state)"));
    assert_eq!(
        completed(&case, "1 adopted, 2 adopted, 3 completed"),
        "the database has no history, and the schema of no single version
  adopt  migrations/0001_baseline.sql: all its 42 changes are there
  adopt  migrations/0002_add_code_verifier_to_auth_state.sql: its change is there
  finish migrations/0003_secure_tokens_and_authorization_codes.sql (3 statements): 3 of its 29 changes are missing
left alone: table `schema_migrations`"
    );
    assert_eq!(one(&case.file.open(), "SELECT count(*) FROM schema_migrations"), "1");
}

#[test]
fn e_half_of_the_third_without_any_history() {
    let case = Case::of(&found::production());
    case.state(State::Hybrid);
    assert_eq!(
        completed(&case, "1 adopted, 2 adopted, 3 completed"),
        "the database has no history, and the schema of no single version
  adopt  migrations/0001_baseline.sql: all its 42 changes are there
  adopt  migrations/0002_add_code_verifier_to_auth_state.sql: its change is there
  finish migrations/0003_secure_tokens_and_authorization_codes.sql (3 statements): 3 of its 29 changes are missing"
    );
}

#[test]
fn f_an_index_is_another_one() {
    let after = format!("{}{}", found::half_of_the_third(), found::OTHER_INDEX);
    let without = format!("{}{}", found::production(), found::OTHER_INDEX);
    for case in [Case::migrated(&CMS[..2], &after), Case::of(&without)] {
        for log in ["DELETE", "WAL"] {
            case.file.open().query_row(&format!("PRAGMA journal_mode = {log}"), [], |_| Ok(())).expect("a mode");
            let text = case.refused(Kind::Conflicting, State::Hybrid);
            for part in [
                "idx_tokens_hash",
                "CREATE INDEX idx_tokens_hash ON tokens (me)",
                "CREATE INDEX idx_tokens_hash ON tokens (token_hash)",
                "migrations/0003_secure_tokens_and_authorization_codes.sql",
            ] {
                assert!(text.contains(part), "it names {part}: {text}");
            }
        }
    }
}

#[test]
fn g_a_hot_fix_that_a_rehearsal_overcomes() {
    let case = Case::of(&found::hot_fixed());
    let before = dumps(&case, &KEPT);
    case.state(State::Drifted);
    assert_eq!(
        case.plan(),
        "the database has no history, and the schema of no single version
  adopt  migrations/0001_baseline.sql: all its 42 changes are there
  adopt  migrations/0002_add_code_verifier_to_auth_state.sql: its change is there
  run    migrations/0003_secure_tokens_and_authorization_codes.sql (8 statements): \
         nothing of it is there, and what is in its way goes with it
         loses: table `tokens` is dropped (5 rows)
overcome: table `tokens` has the column token_hash TEXT, which should not be there
left alone: table `schema_migrations`"
    );
    let done = case.migrate();
    assert_eq!(history(&case.file.open()), "1 adopted, 2 adopted, 3 applied");
    assert_eq!(dumps(&case, &KEPT), before);
    assert_eq!(done.report.drift, ["table `tokens` has the column token_hash TEXT, which should not be there"]);
    let backup = rusqlite::Connection::open(done.report.backup.expect("a backup")).expect("it opens");
    assert_eq!(one(&backup, "SELECT count(*) || count(token_hash) FROM tokens"), "50");
}

#[test]
fn h_what_is_not_managed_stays() {
    let case = Case::of(&found::with_statistics());
    let (before, stats) = (dumps(&case, &KEPT), case.dump("stats"));
    let trigger = "SELECT sql FROM sqlite_schema WHERE name = 'notes_seen'";
    let defined = one(&case.file.open(), trigger);
    case.state(State::Unmanaged);
    assert_eq!(
        case.plan(),
        "the database has no history, and the schema of version 1
  adopt  migrations/0001_baseline.sql
  run    migrations/0002_add_code_verifier_to_auth_state.sql (1 statement)
  run    migrations/0003_secure_tokens_and_authorization_codes.sql (8 statements)
         loses: table `tokens` is dropped (5 rows)
left alone: table `stats`, trigger `notes_seen` on `notes`"
    );
    let done = case.migrate();
    assert_eq!(done.report.unmanaged, ["table `stats`", "trigger `notes_seen` on `notes`"]);
    assert_eq!((dumps(&case, &KEPT), case.dump("stats")), (before, stats));
    assert_eq!(one(&case.file.open(), trigger), defined);
    case.file.open().execute("INSERT INTO notes (slug, file_path) VALUES ('b', 'c')", []).expect("a row");
    assert_eq!(one(&case.file.open(), "SELECT group_concat(hits) FROM stats"), "8,9", "the trigger fires");
}

#[test]
fn m_a_newer_release() {
    let newer = [CMS[0], CMS[1], CMS[2], ("4", "feeds", "CREATE TABLE feeds (url TEXT)")];
    let case = Case::migrated(&newer, "INSERT INTO feeds VALUES ('https://me.example/feed')");
    let text = case.refused(Kind::Newer, State::Newer);
    assert_eq!(
        text,
        "a newer release wrote this database: it has migration 4, and the program ends at 3
  database:  4 (feeds), created TIME
  program:   3 (secure_tokens_and_authorization_codes)
  migrations/0003_secure_tokens_and_authorization_codes.sql
  nothing was changed
  help: run the release that knows migration 4, or restore the backup from before it"
    );
    assert_eq!(one(&case.file.open(), "SELECT url FROM feeds"), "https://me.example/feed");
    // The release that knows it goes on.
    case.of_program(set(&newer)).state(State::Current);
}
