//! States that are not in the table of the system, and are in the world: rows in half of a migration, programs,
//! renames, drift, what belongs to somebody else.

use rusqlite::Connection;
use schema_runtime::{DataPolicy, Kind, Options, Outcome, State};

use super::case::Case;
use super::found;
use crate::common::{CMS, File, history, one, set};

const NOTES: (&str, &str, &str) = ("1", "notes", "CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT)");
const TWO_NOTES: &str = "INSERT INTO notes (text) VALUES ('hello'), ('world!');\n";

/// A database at the first migration, and what somebody did to it, for a program with a second one.
fn second(migration: &str, by_hand: &str) -> Case {
    let case = Case::migrated(&[NOTES], &format!("{TWO_NOTES}{by_hand}"));
    case.of_program(set(&[NOTES, ("2", "second", migration)]))
}

#[track_caller]
fn names(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "it names {part}: {text}");
    }
}

const LENGTH: &str = "ALTER TABLE notes ADD COLUMN length INTEGER;
UPDATE notes SET length = length(text);
CREATE INDEX notes_length ON notes (length);
";
const BY_HAND: &str = "ALTER TABLE notes ADD COLUMN length INTEGER;";

#[test]
fn rows_of_half_a_migration_are_not_guessed() {
    let case = second(LENGTH, BY_HAND);
    let text = case.refused(Kind::UndecidedRows, State::Hybrid);
    names(&text, &["UPDATE notes SET length = length(text)", "migrations/0002_second.sql:2:1", "Adopt", "Run"]);
}

#[test]
fn rows_of_half_a_migration_ran_already() {
    let case = second(LENGTH, BY_HAND);
    let done = case.migrate_with(Options::new().data_statements(DataPolicy::Adopt));
    assert_eq!(done.ran.len(), 1, "{:?}", done.ran);
    assert!(done.ran[0].starts_with("CREATE INDEX notes_length"), "{:?}", done.ran);
    assert_eq!(history(&case.file.open()), "1 created, 2 completed");
    assert_eq!(one(&case.file.open(), "SELECT count(*) || count(length) FROM notes"), "20");
}

#[test]
fn rows_of_half_a_migration_run_now() {
    let case = second(LENGTH, BY_HAND);
    let done = case.migrate_with(Options::new().data_statements(DataPolicy::Run));
    assert_eq!(done.ran.len(), 2, "{:?}", done.ran);
    assert_eq!(history(&case.file.open()), "1 created, 2 completed");
    assert_eq!(one(&case.file.open(), "SELECT group_concat(length) FROM notes"), "5,6");
}

const PROGRAMS: &str = "CREATE TABLE log (id INTEGER PRIMARY KEY, text TEXT);
CREATE VIEW latest AS SELECT max(id) AS id FROM notes;
CREATE VIEW first AS SELECT min(id) AS id FROM notes;
CREATE TRIGGER logged AFTER DELETE ON notes BEGIN INSERT INTO log (text) VALUES (OLD.text); END;
";

#[test]
fn views_and_triggers_that_are_partly_there() {
    let by_hand = "CREATE VIEW latest AS SELECT max(id) AS id FROM notes;
        CREATE TABLE log (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO log (text) VALUES ('kept');";
    let case = second(PROGRAMS, by_hand);
    case.state(State::Hybrid);
    let done = case.migrate();
    assert_eq!(done.report.steps[0].outcome, Outcome::Completed);
    assert_eq!(done.ran.len(), 2, "{:?}", done.ran);
    assert_eq!(case.rows(), "log 1, notes 2");
    case.file.open().execute("DELETE FROM notes WHERE id = 1", []).expect("a delete");
    assert_eq!(one(&case.file.open(), "SELECT group_concat(text) FROM log"), "kept,hello");
}

#[test]
fn a_view_of_that_name_is_another_one() {
    let case = second(PROGRAMS, "CREATE VIEW latest AS SELECT count(*) AS id FROM notes;");
    let text = case.refused(Kind::Conflicting, State::Hybrid);
    names(&text, &["latest", "max(id)", "count(*)", "migrations/0002_second.sql"]);
}

#[test]
fn a_table_has_its_new_name_already() {
    let rename = "ALTER TABLE notes RENAME TO pages";
    let case = second(rename, rename);
    let before = case.dump("pages");
    case.state(State::Hybrid);
    let done = case.migrate();
    assert!(done.ran.is_empty(), "{:?}", done.ran);
    assert_eq!(history(&case.file.open()), "1 created, 2 adopted");
    assert_eq!(case.dump("pages"), before);
}

/// A script of the newest schema made the new table, and the rows are in the old one, or in both.
#[test]
fn a_table_is_there_under_both_names() {
    let rename = "ALTER TABLE notes RENAME TO pages";
    let newest = "CREATE TABLE pages (id INTEGER PRIMARY KEY, text TEXT); INSERT INTO pages (text) VALUES ('new');";
    let case = second(rename, newest);
    let error = case.unchanged(|| case.program.migrate_file(&case.file.path).expect_err("a refusal"));
    assert_eq!(error.kind(), Kind::Conflicting);
    names(&case.text(&error), &["migrations/0002_second.sql", "`notes`", "what they move to is there already"]);
    assert_eq!(case.rows(), "notes 2, pages 1");
}

#[test]
fn a_column_was_added_with_another_default() {
    let case =
        Case::migrated(&CMS[..1], "ALTER TABLE auth_state ADD COLUMN code_verifier TEXT NOT NULL DEFAULT 'none'");
    let text = case.refused(Kind::Conflicting, State::Hybrid);
    names(&text, &["code_verifier TEXT NOT NULL DEFAULT 'none'", "code_verifier TEXT NOT NULL DEFAULT ''"]);
    names(&text, &["migrations/0002_add_code_verifier_to_auth_state.sql"]);
}

#[test]
fn the_third_is_there_and_the_second_is_not() {
    for case in [Case::migrated(&CMS[..1], CMS[2].2), Case::of(&format!("{}{}", found::baseline(), CMS[2].2))] {
        let rows = "INSERT INTO tokens (token_hash, me, expires_at) VALUES ('h', 'me', '2030-01-01')";
        case.file.open().execute(rows, []).expect("a row");
        let before = case.dump("tokens");
        case.state(State::Hybrid);
        let done = case.migrate();
        assert_eq!(done.ran, ["ALTER TABLE auth_state ADD COLUMN code_verifier TEXT NOT NULL DEFAULT ''"]);
        assert!(history(&case.file.open()).ends_with("2 applied, 3 adopted"), "{}", history(&case.file.open()));
        assert_eq!(case.dump("tokens"), before);
    }
}

#[test]
fn drift_that_no_pending_migration_overcomes() {
    let case = Case::migrated(&CMS[..2], "ALTER TABLE sessions ADD COLUMN own TEXT");
    let text = case.refused(Kind::Drifted, State::Drifted);
    names(&text, &["sessions", "own TEXT", "nothing was changed"]);
}

#[test]
fn drift_with_nothing_pending() {
    for (by_hand, mends) in [
        ("ALTER TABLE sessions ADD COLUMN own TEXT", "ALTER TABLE sessions DROP COLUMN own"),
        ("DROP INDEX idx_notes_slug", "CREATE INDEX idx_notes_slug ON notes(slug)"),
    ] {
        let case = Case::migrated(&CMS, by_hand);
        let text = case.refused(Kind::Drifted, State::Drifted);
        names(&text, &["help: "]);
        case.file.open().execute_batch(mends).expect("it mends");
        case.state(State::Current);
        assert!(case.program.migrate_file(&case.file.path).expect("it is well again").is_up_to_date());
    }
}

#[test]
fn a_view_of_somebody_over_what_a_migration_drops() {
    let own = "CREATE VIEW own AS SELECT token, me FROM tokens;";
    let case = Case::of(&format!("{}{own}", found::release()));
    let done = case.migrate();
    let view = "SELECT sql FROM sqlite_schema WHERE name = 'own'";
    assert_eq!(one(&case.file.open(), view), own.trim_end_matches(';'));
    assert!(done.report.unmanaged.contains(&"view `own`".to_owned()), "{:?}", done.report.unmanaged);
}

#[test]
fn temporary_tables() {
    let case = Case::of(&found::production());
    let mut db = case.file.open();
    db.execute_batch("CREATE TEMP TABLE tokens (a)").expect("a temporary table");
    let error = case.unchanged(|| case.program.migrate(&mut db).expect_err("it hides a table"));
    assert_eq!(error.kind(), Kind::Connection);
    db.execute_batch("DROP TABLE temp.tokens; CREATE TEMP TABLE scratch (a); INSERT INTO scratch VALUES (1)")
        .expect("sql");
    let report = case.program.migrate(&mut db).expect("it hides nothing");
    assert_eq!(report.count(Outcome::Completed), 1);
    assert_eq!(one(&db, "SELECT a FROM scratch"), "1");
}

#[test]
fn attached_databases() {
    for sql in [found::baseline(), found::production(), found::hot_fixed()] {
        let (case, other) = (Case::of(&sql), File::of(&found::newest()));
        let before = other.bytes();
        let mut db = case.file.open();
        let attach = format!("ATTACH '{}' AS other", other.path.display());
        db.execute_batch(&attach).expect("it is attached");
        case.program.migrate(&mut db).expect("it migrates");
        drop(db);
        assert!(other.bytes() == before, "the other database is another one now");
        case.state(State::Current);
    }
}

#[test]
fn another_application() {
    let other = "CREATE TABLE notes (uuid TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE folders (id INTEGER PRIMARY KEY, title TEXT); INSERT INTO folders (title) VALUES ('own');
        INSERT INTO notes VALUES ('a', x'00'); CREATE VIEW tokens AS SELECT uuid AS token FROM notes;";
    let case = Case::of(other);
    let error = case.unchanged(|| case.program.migrate_file(&case.file.path).expect_err("a refusal"));
    assert_eq!(error.kind(), Kind::Drifted, "{error}");
    let db = Connection::open(&case.file.path).expect("it opens");
    assert_eq!(one(&db, "SELECT title FROM folders"), "own");
    assert_eq!(one(&db, "SELECT count(*) FROM sqlite_schema WHERE name LIKE 'driftless%'"), "0");
}

const REBUILD: &str = "CREATE TABLE new_notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL DEFAULT '');
INSERT INTO new_notes (id, text) SELECT id, text FROM notes;
DROP TABLE notes;
ALTER TABLE new_notes RENAME TO notes;
";

#[test]
fn a_trigger_of_somebody_comes_back_with_its_table() {
    let own = "CREATE TABLE stats (hits INTEGER); INSERT INTO stats VALUES (0);
        CREATE TRIGGER seen AFTER UPDATE OF text ON notes BEGIN UPDATE stats SET hits = hits + 1; END;";
    let case = second(REBUILD, own);
    let sql = "SELECT sql FROM sqlite_schema WHERE name = 'seen'";
    let before = one(&case.file.open(), sql);
    let done = case.migrate();
    assert_eq!(one(&case.file.open(), sql), before);
    assert_eq!(done.report.unmanaged, ["table `stats`", "trigger `seen` on `notes`"]);
    case.file.open().execute("UPDATE notes SET text = 'again'", []).expect("an update");
    assert_eq!(one(&case.file.open(), "SELECT hits FROM stats"), "2");
}

#[test]
fn a_trigger_of_somebody_that_has_no_place_any_more() {
    let own = "CREATE TABLE stats (text TEXT);
        CREATE TRIGGER seen AFTER DELETE ON notes BEGIN INSERT INTO stats VALUES (OLD.text); END;";
    let rebuild = REBUILD.replace(", text TEXT NOT NULL DEFAULT ''", "").replace(", text", "");
    let case = second(&rebuild, own);
    let error = case.unchanged(|| case.program.migrate_file(&case.file.path).expect_err("a refusal"));
    assert_eq!(
        case.text(&error),
        "migration 2 (second) makes table `notes` again, and trigger `seen`, which no migration knows, does not work with it
  migrations/0002_second.sql
  sqlite:    no such column: OLD.text
  nothing was changed
  help: drop the trigger, and create it again afterwards: `DROP TRIGGER seen`"
    );
    assert_eq!(error.kind(), Kind::Conflicting);
}
