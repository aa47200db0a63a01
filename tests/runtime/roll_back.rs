//! Taking migrations back.

use crate::common::{BASELINE, CMS, File, ROWS, cms, history, migration, one, schema, set, stable};
use rusqlite::Connection;
use schema_runtime::{Backup, Error, Event, Kind, Migration, Options, Outcome, Report, Sqlite};

/// A way down as `migrations/0001_name.down.sql` would be read.
fn down((version, name, sql): (&str, &str, &str)) -> Migration {
    let up = migration((version, name, sql));
    Migration { file: up.file.replace(".sql", ".down.sql").into(), ..up }
}

fn downs() -> Vec<Migration> {
    let old = BASELINE.split_inclusive(";\n").filter(|sql| sql.contains("tokens")).collect::<String>();
    let tokens = format!("DROP TABLE authorization_codes; DROP TABLE tokens; {old}");
    vec![
        down(("3", CMS[2].1, &tokens)),
        down(("2", CMS[1].1, "ALTER TABLE auth_state DROP COLUMN code_verifier")),
        down(("1", CMS[0].1, "DROP TABLE notes; DROP TABLE sessions; DROP TABLE tokens; DROP TABLE auth_state")),
    ]
}

fn back(file: &File, set: &Sqlite, downs: &[Migration], to: Option<&str>) -> Result<Report, Error> {
    set.roll_back_by(&mut file.open(), downs, to, Options::new())
}

/// Expects a refusal, and proves that not one byte of the file changed.
fn refused(file: &File, set: &Sqlite, downs: &[Migration], to: Option<&str>) -> String {
    let before = file.bytes();
    let error = back(file, set, downs, to).expect_err("a refusal");
    assert!(file.bytes() == before, "the file changed, although it was refused: {error}");
    stable(&format!("{:?}\n{error}", error.kind()), file.directory.path())
}

#[test]
fn it_ends_at_the_version_that_is_asked_for() {
    let file = File::migrated(&CMS[..1]);
    file.open().execute_batch(ROWS).expect("rows");
    cms().migrate_file(&file.path).expect("it migrates");
    let report = back(&file, &cms(), &downs(), Some("1")).expect("it goes back");
    let steps: Vec<_> = report.steps.iter().map(|step| (&*step.version, step.outcome)).collect();
    assert_eq!(steps, [("3", Outcome::RolledBack), ("2", Outcome::RolledBack)]);
    assert_eq!(report.version.as_deref(), Some("1"));
    let db = file.open();
    assert_eq!(history(&db), "1 created");
    assert_eq!(one(&db, "SELECT slug FROM notes"), "hello");
    assert_eq!(schema(&db), schema(&File::of(BASELINE).open()));
    assert_eq!(one(&db, "PRAGMA integrity_check"), "ok");
    // Nothing but the history is looked at, since the schema was proved.
    assert!(set(&CMS[..1]).migrate_file(&file.path).expect("a start").is_up_to_date());
    let again = cms().migrate_file(&file.path).expect("it migrates again");
    assert_eq!(again.count(Outcome::Applied), 2);
}

#[test]
fn the_program_knows_its_ways_down() {
    let program = cms().with_downs(downs().leak());
    let mut db = Connection::open_in_memory().expect("memory");
    program.migrate(&mut db).expect("it migrates");
    let report = program.roll_back(&mut db, Some("2")).expect("it goes back");
    assert_eq!(report.version.as_deref(), Some("2"));
    let mut events = 0;
    let options = Options::new().on_event(|_| events += 1);
    assert_eq!(program.roll_back_with(&mut db, None, options).expect("it goes back").steps.len(), 2);
    assert!(events > 2 && schema(&db).is_empty());
    program.migrate(&mut db).expect("it migrates again");
    let error = cms().roll_back(&mut db, None).expect_err("no way down is known");
    assert_eq!(error.kind(), Kind::Irreversible);
}

#[test]
fn what_a_way_down_loses_is_in_a_backup() {
    let file = File::migrated(&CMS);
    let rows = "INSERT INTO auth_state (state, expires_at, code_verifier) VALUES ('x', '2030-01-01', 'secret')";
    file.open().execute_batch(rows).expect("a row");
    let mut said = Vec::new();
    let options = Options::new().on_event(|event| {
        if let Event::BackedUp { losses, .. } = event {
            said.extend_from_slice(losses);
        }
    });
    let report = cms().roll_back_by(&mut file.open(), &downs(), Some("1"), options).expect("it goes back");
    // The tables that the third migration made are empty.
    assert_eq!(said, ["column `code_verifier` of table `auth_state` is dropped (1 row)"]);
    let backup = report.backup.clone().expect("a backup");
    assert!(backup.display().to_string().contains("/app.db.before-undoing-2.20"), "{}", backup.display());
    let db = Connection::open(&backup).expect("a database");
    assert_eq!(
        (history(&db), one(&db, "SELECT code_verifier FROM auth_state")),
        ("1 created, 2 created".into(), "secret".into())
    );
    drop(db);
    let text = stable(&report.to_string(), file.directory.path());
    assert!(text.contains("; to go back to it: `cargo driftless restore DIR/app.db.before-undoing-2.20"), "{text}");
    Sqlite::restore(&backup, &file.path, Options::new()).expect("it is restored");
    assert_eq!(one(&file.open(), "SELECT code_verifier FROM auth_state"), "secret");
    let report = cms().roll_back_by(&mut file.open(), &downs(), Some("1"), Options::new().backup(Backup::Never));
    assert_eq!(report.expect("it goes back").backup, None);
}

#[test]
fn what_was_changed_by_hand_is_rehearsed() {
    let by_hand = "table `tokens` has the column by_hand TEXT, which should not be there";
    let file = File::migrated(&CMS);
    file.open().execute_batch("ALTER TABLE tokens ADD COLUMN by_hand TEXT").expect("a column");
    // The table goes as a whole.
    let report = back(&file, &cms(), &downs(), Some("1")).expect("it goes back");
    assert_eq!((report.steps.len(), report.drift), (2, vec![by_hand.to_owned()]));
    assert_eq!(schema(&file.open()), schema(&File::of(BASELINE).open()));
    assert!(set(&CMS[..1]).migrate_file(&file.path).expect("a start").is_up_to_date());
    // What differs between is overcome as well, when the end is right.
    let file = File::migrated(&CMS);
    file.open().execute_batch("ALTER TABLE auth_state ADD COLUMN by_hand TEXT").expect("a column");
    let all = back(&file, &cms(), &downs(), None).expect("it goes back");
    assert_eq!((all.steps.len(), all.drift.len()), (3, 1));
    // What would still differ in the end is refused.
    let file = File::migrated(&CMS);
    file.open().execute_batch("ALTER TABLE notes ADD COLUMN by_hand TEXT").expect("a column");
    let text = refused(&file, &cms(), &downs(), Some("1"));
    let fact = "Drifted\nthe schema of the database is not that of version 3, which its history says it has\n";
    assert!(text.starts_with(fact) && text.contains("\n  - table `notes` has the column by_hand TEXT"), "{text}");
    // So is a way that fails on what was changed.
    let file = File::migrated(&CMS);
    file.open().execute_batch("ALTER TABLE auth_state DROP COLUMN code_verifier").expect("no column");
    assert!(refused(&file, &cms(), &downs(), Some("1")).starts_with(fact));
}

#[test]
fn without_a_backup_nothing_goes_back() {
    let file = File::migrated(&CMS);
    let rows = "INSERT INTO tokens (token_hash, me, expires_at) VALUES ('x', 'me', '2030-01-01')";
    file.open().execute_batch(rows).expect("a row");
    let before = file.bytes();
    let options = Options::new().backup_directory(file.directory.path().join("no"));
    let error = cms().roll_back_by(&mut file.open(), &downs(), None, options).expect_err("refused");
    assert_eq!(error.kind(), Kind::Backup);
    let start =
        "the backup before the way down of migration 3 (secure_tokens_and_authorization_codes) cannot be made\n";
    assert!(error.to_string().starts_with(start), "{error}");
    assert!(error.to_string().contains("\n  - table `tokens` is dropped (1 row)\n  nothing was changed\n"), "{error}");
    assert!(file.bytes() == before);
}

#[test]
fn it_can_go_back_to_nothing() {
    let file = File::migrated(&CMS);
    file.open().execute_batch("CREATE TABLE own (a)").expect("a table");
    let report = back(&file, &cms(), &downs(), None).expect("it goes back");
    assert_eq!((report.steps.len(), report.version), (3, None));
    assert_eq!(report.unmanaged, ["table `own`"]);
    assert_eq!(schema(&file.open()), ["CREATE TABLE own (\n    a\n)"]);
    assert_eq!(cms().migrate_file(&file.path).expect("it migrates").count(Outcome::Created), 3);
}

#[test]
fn a_version_that_it_has_last_is_no_work() {
    let file = File::migrated(&CMS);
    let report = back(&file, &cms(), &[], Some("3")).expect("nothing to do");
    assert_eq!(report.to_string(), "up to date; the database is at version 3");
}

#[test]
fn a_migration_without_a_way_down_keeps_all_of_them() {
    let file = File::migrated(&CMS);
    assert_eq!(
        refused(&file, &cms(), &downs()[..1], None),
        "Irreversible
migration 2 (add_code_verifier_to_auth_state) has no way down
  migrations/0002_add_code_verifier_to_auth_state.sql
  nothing was changed
  help: write its down migration, or restore the backup from before it"
    );
}

#[test]
fn a_version_that_it_does_not_have_is_refused() {
    assert_eq!(
        refused(&File::migrated(&CMS[..2]), &cms(), &downs(), Some("3")),
        "NoSuchVersion
the database does not have version 3, to which it was to go back
  database:  2 (add_code_verifier_to_auth_state), created TIME
  nothing was changed
  help: name a version that it has: `cargo driftless status` lists them"
    );
    assert_eq!(
        refused(&File::of(BASELINE), &cms(), &downs(), Some("1")),
        "NoSuchVersion
the database does not have version 1, to which it was to go back
  database:  (no history)
  nothing was changed
  help: there is nothing to take back; `cargo driftless apply` records what it has"
    );
}

#[test]
fn a_way_down_that_fails_leaves_the_database_as_it_was() {
    let file = File::migrated(&CMS);
    let bad = down(("3", CMS[2].1, "DROP TABLE tokens;\nDROP TABLE gone"));
    assert_eq!(
        refused(&file, &cms(), &[bad], Some("2")),
        "Failed
the way down of migration 3 (secure_tokens_and_authorization_codes) fails: no such table: gone
  migrations/0003_secure_tokens_and_authorization_codes.down.sql:2:1
  | DROP TABLE gone
  nothing was changed
  help: mend what SQLite names in the way down, and start again"
    );
}

#[test]
fn a_way_down_must_lead_back() {
    let file = File::migrated(&CMS);
    let bad = down(("3", CMS[2].1, "DROP TABLE tokens"));
    let text = refused(&file, &cms(), &[bad], Some("2"));
    assert!(
        text.starts_with(
            "Diverged
the way down of migration 3 (secure_tokens_and_authorization_codes) ran, but did not lead back to the schema of version 2
  migrations/0003_secure_tokens_and_authorization_codes.down.sql
  - table `tokens` is missing
  - table `authorization_codes` should not be there"
        ),
        "{text}"
    );
    let bad = vec![downs().remove(0), down(("2", CMS[1].1, "SELECT 1"))];
    let error = back(&file, &cms(), &bad, None).expect_err("version 1 has no way down");
    assert_eq!(error.kind(), Kind::Irreversible);
    let error = back(&file, &cms(), &bad, Some("1")).expect_err("the second leads nowhere");
    assert!(error.to_string().contains("\n  1 migration is rolled back; nothing else was changed\n"), "{error}");
    assert_eq!(history(&file.open()), "1 created, 2 created");
}

#[test]
fn rows_that_refer_to_nothing_are_refused() {
    let first = ("1", "p", "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (p REFERENCES p (id))");
    let second = ("2", "rows", "CREATE TABLE other (a)");
    let program = set(&[first, second]);
    let file = File::migrated(&[first, second]);
    file.open().execute_batch("INSERT INTO p VALUES (1); INSERT INTO c VALUES (1)").expect("rows");
    let text = refused(&file, &program, &[down(("2", "rows", "DROP TABLE other; DELETE FROM p"))], Some("1"));
    assert!(
        text.starts_with("ForeignKeys\n")
            && text.contains(": 1 row of `c` breaks FOREIGN KEY (p) REFERENCES p (id)\n  - p = 1 in row rowid = 1\n"),
        "{text}"
    );
}

#[test]
fn a_database_that_drifted_is_refused() {
    let file = File::migrated(&CMS);
    file.open().execute_batch("DROP INDEX idx_notes_slug").expect("a change by hand");
    assert!(refused(&file, &cms(), &downs(), Some("1")).starts_with("Drifted\n"));
}

#[test]
fn a_connection_in_a_transaction_is_refused() {
    let mut db = Connection::open_in_memory().expect("memory");
    cms().migrate(&mut db).expect("it migrates");
    db.execute_batch("PRAGMA foreign_keys = ON; BEGIN").expect("a transaction");
    let error = cms().roll_back_by(&mut db, &downs(), None, Options::new()).expect_err("refused");
    assert_eq!(error.kind(), Kind::Connection);
    db.execute_batch("ROLLBACK").expect("its end");
    cms().roll_back_by(&mut db, &downs(), Some("2"), Options::new()).expect("it goes back");
    assert_eq!(one(&db, "PRAGMA foreign_keys"), "1");
}

#[test]
fn the_way_down_is_told_while_it_runs() {
    let file = File::migrated(&CMS);
    let mut told = Vec::new();
    let options = Options::new().on_event(|event| {
        if let Event::Running { .. } = event {
            told.push(event.to_string());
        }
    });
    cms().roll_back_by(&mut file.open(), &downs(), Some("1"), options).expect("it goes back");
    assert_eq!(
        told,
        [
            "running migrations/0003_secure_tokens_and_authorization_codes.down.sql (1 of 2)",
            "running migrations/0002_add_code_verifier_to_auth_state.down.sql (2 of 2)"
        ]
    );
}
