//! The half-migrated CMS: the states that a release of it was found in.

use std::time::{Duration, Instant};

use schema_runtime::{Kind, Outcome};

use crate::common::{BASELINE, CMS, File, ROWS, TOKENS, VERIFIER, assert_at, cms, history, one, set};

#[test]
fn a_no_file() {
    let file = File::none();
    let start = Instant::now();
    let report = cms().migrate_file(&file.path).expect("it migrates");
    assert!(start.elapsed() < Duration::from_secs(1));
    assert_eq!(report.count(Outcome::Created), 3);
    assert_eq!(history(&file.open()), "1 created, 2 created, 3 created");
    assert_at(&file.path, &cms());
}

#[test]
fn a_empty_file() {
    let file = File::none();
    std::fs::write(&file.path, b"").expect("a file");
    let report = cms().migrate_file(&file.path).expect("it migrates");
    assert_eq!(report.version.as_deref(), Some("3"));
    assert_at(&file.path, &cms());
}

#[test]
fn b_the_baseline_without_history() {
    let file = File::of(&format!("{BASELINE}{ROWS}"));
    let report = cms().migrate_file(&file.path).expect("it migrates");
    assert_eq!((report.count(Outcome::Adopted), report.count(Outcome::Applied)), (1, 2));
    let db = file.open();
    assert_eq!(history(&db), "1 adopted, 2 applied, 3 applied");
    assert_eq!(one(&db, "SELECT slug FROM notes"), "hello");
    assert_eq!(one(&db, "SELECT session_token FROM sessions"), "s");
    assert_eq!(one(&db, "SELECT state || code_verifier FROM auth_state"), "x");
    assert_eq!(one(&db, "SELECT count(*) FROM tokens"), "0");
    assert_at(&file.path, &cms());
}

#[test]
fn c_the_second_version_with_a_history_of_its_own() {
    let foreign = "CREATE TABLE schema_migrations (id INTEGER PRIMARY KEY, migration_name TEXT, applied_at TEXT);
        INSERT INTO schema_migrations (migration_name) VALUES ('001_add_code_verifier_to_auth_state.sql');";
    let file = File::of(&format!("{BASELINE}{VERIFIER}{ROWS}{foreign}"));
    let report = cms().migrate_file(&file.path).expect("it migrates");
    let db = file.open();
    assert_eq!(history(&db), "1 adopted, 2 adopted, 3 applied");
    assert_eq!(one(&db, "SELECT count(*) FROM schema_migrations"), "1");
    assert_eq!(report.unmanaged, ["table `schema_migrations`"]);
    assert_at(&file.path, &cms());
}

#[test]
fn d_the_final_schema_without_history() {
    let file = File::of(&format!("{BASELINE}{VERIFIER}{TOKENS}"));
    let before = crate::common::schema(&file.open());
    let report = cms().migrate_file(&file.path).expect("it migrates");
    assert_eq!(report.count(Outcome::Adopted), 3);
    assert_eq!(crate::common::schema(&file.open()), before);
    assert_at(&file.path, &cms());
}

#[test]
fn e_half_of_the_third_is_completed() {
    let half = TOKENS.replace("CREATE INDEX idx_tokens", "-- CREATE INDEX");
    let file = File::of(&format!("{BASELINE}{VERIFIER}{half}"));
    file.open()
        .execute_batch("INSERT INTO tokens (token_hash, me, expires_at) VALUES ('h', 'me', '2030')")
        .expect("sql");
    let mut ran = Vec::new();
    let options = schema_runtime::Options::new().on_event(|event| {
        if let schema_runtime::Event::Statement { sql, .. } = event {
            ran.push((*sql).to_owned());
        }
    });
    let report = cms().migrate_file_with(&file.path, options).expect("it migrates");
    assert_eq!(
        ran,
        [
            "CREATE INDEX idx_tokens_hash ON tokens (token_hash)",
            "CREATE INDEX idx_tokens_expires ON tokens (expires_at)",
            "CREATE INDEX idx_tokens_me ON tokens (me)",
        ]
    );
    assert_eq!(history(&file.open()), "1 adopted, 2 adopted, 3 completed");
    assert_eq!(one(&file.open(), "SELECT token_hash FROM tokens"), "h");
    assert_eq!(report.drift, [""; 0]);
    assert_at(&file.path, &cms());
}

#[test]
fn f_an_index_of_that_name_on_another_column_is_refused() {
    let half = TOKENS.replace("CREATE INDEX idx_tokens", "-- CREATE INDEX");
    let file = File::of(&format!("{BASELINE}{VERIFIER}{half}CREATE INDEX idx_tokens_hash ON tokens (me);"));
    let error = file.refused(&cms());
    assert_eq!(error.kind(), Kind::Conflicting);
    assert_eq!(
        error.to_string(),
        "migration 3 (secure_tokens_and_authorization_codes) is partly in the database, and something else is in the way of the rest
  migrations/0003_secure_tokens_and_authorization_codes.sql
  - table `tokens` has the index CREATE INDEX idx_tokens_hash ON tokens (me), not CREATE INDEX idx_tokens_hash ON tokens (token_hash)
  nothing was changed
  help: make the database's side what the migration makes, or remove it, and start again"
    );
}

#[test]
fn g_drift_that_the_next_migration_overcomes() {
    let file = File::of(&format!("{BASELINE}{VERIFIER}{ROWS}ALTER TABLE tokens ADD COLUMN token_hash TEXT;"));
    let report = cms().migrate_file(&file.path).expect("it migrates");
    assert_eq!(history(&file.open()), "1 adopted, 2 adopted, 3 applied");
    assert_eq!(report.drift, ["table `tokens` has the column token_hash TEXT, which should not be there"]);
    assert_eq!(one(&file.open(), "SELECT slug FROM notes"), "hello");
    assert_at(&file.path, &cms());
}

#[test]
fn h_what_is_not_managed_stays() {
    let own = "CREATE TABLE stats (day TEXT, hits INTEGER); INSERT INTO stats VALUES ('mon', 7);
        CREATE TRIGGER notes_seen AFTER INSERT ON notes BEGIN UPDATE stats SET hits = hits + 1; END;";
    let file = File::of(&format!("{BASELINE}{ROWS}{own}"));
    let report = cms().migrate_file(&file.path).expect("it migrates");
    assert_eq!(report.unmanaged, ["table `stats`", "trigger `notes_seen` on `notes`"]);
    let db = file.open();
    db.execute("INSERT INTO notes (slug, file_path) VALUES ('b', 'b')", []).expect("a row");
    assert_eq!(one(&db, "SELECT hits FROM stats"), "8");
    assert_at(&file.path, &cms());
}

#[test]
fn k_an_altered_row() {
    let file = File::migrated(&CMS);
    file.open()
        .execute("UPDATE driftless_migrations SET checksum = 'v1:00' WHERE version = '2'", [])
        .expect("an update");
    let error = file.refused(&cms());
    assert_eq!(error.kind(), Kind::AlteredHistory);
    // The command of the message mends it.
    let text = error.to_string();
    let sql = &text[text.find("UPDATE").expect("a command")..text.rfind('"').expect("its end")];
    file.open().execute_batch(sql).expect("the command runs");
    assert!(cms().migrate_file(&file.path).expect("it is well again").is_up_to_date());
}

#[test]
fn k_every_column_of_the_proof_counts() {
    for (update, kind) in [
        ("version = '2.5' WHERE position = 2", Kind::AlteredHistory),
        ("checksum = 'v1:00' WHERE position = 1", Kind::AlteredHistory),
        ("chain = '00' WHERE position = 3", Kind::AlteredHistory),
        ("position = 7 WHERE position = 2", Kind::CorruptHistory),
        ("version = x'00' WHERE position = 2", Kind::CorruptHistory),
    ] {
        let file = File::migrated(&CMS);
        file.open().execute(&format!("UPDATE driftless_migrations SET {update}"), []).expect(update);
        assert_eq!(file.refused(&cms()).kind(), kind, "{update}");
    }
}

#[test]
fn k_a_row_is_gone() {
    let file = File::migrated(&CMS);
    file.open().execute("DELETE FROM driftless_migrations WHERE version = '2'", []).expect("a delete");
    assert_eq!(file.refused(&cms()).kind(), Kind::CorruptHistory);
}

#[test]
fn k_another_table_of_that_name() {
    let file = File::of("CREATE TABLE driftless_migrations (id INTEGER PRIMARY KEY, name TEXT)");
    assert_eq!(file.refused(&cms()).kind(), Kind::CorruptHistory);
}

#[test]
fn k_an_edited_file() {
    let file = File::migrated(&CMS);
    let edited = VERIFIER.replace("''", "'none'");
    let error = file.refused(&set(&[CMS[0], ("2", CMS[1].1, &edited), CMS[2]]));
    assert_eq!(error.kind(), Kind::Edited);
    assert_eq!(error.migration(), Some("migrations/0002_add_code_verifier_to_auth_state.sql"));
    // A comment is no edit.
    let commented = format!("-- why\n{VERIFIER}");
    let report = set(&[CMS[0], ("2", CMS[1].1, &commented), CMS[2]]).migrate_file(&file.path);
    assert!(report.expect("nothing changed").is_up_to_date());
}

#[test]
fn k_a_removed_file() {
    let file = File::migrated(&CMS);
    assert_eq!(file.refused(&set(&[CMS[0], CMS[2]])).kind(), Kind::Missing);
}

#[test]
fn k_a_late_file() {
    let file = File::migrated(&CMS);
    let late = ("2.1", "late", "CREATE TABLE late (a)");
    let error = file.refused(&set(&[CMS[0], CMS[1], late, CMS[2]]));
    assert_eq!(error.kind(), Kind::Late);
    assert!(error.is_history());
}

#[test]
fn m_a_newer_release() {
    let file = File::migrated(&[CMS[0], CMS[1], CMS[2], ("4", "feeds", "CREATE TABLE feeds (url TEXT)")]);
    assert_eq!(file.refused(&cms()).kind(), Kind::Newer);
}
