//! K: the history and the program disagree, each time in another way, and what each message names mends it.

use schema_runtime::{Kind, State};

use super::case::Case;
use super::found::{self, VERIFIER};
use crate::common::{CMS, cms, history, one, set};

/// The files of the second migration, as messages name it.
const SECOND: &str = "migrations/0002_add_code_verifier_to_auth_state.sql";

/// A database that is up to date, with rows.
fn current() -> Case {
    Case::migrated(&CMS, "INSERT INTO notes (slug, file_path) VALUES ('hello', 'a.md')")
}

/// Every error says its version, its file and what to do next.
#[track_caller]
fn names(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "it names {part}: {text}");
    }
}

/// The database is as it was, and the program whose error was followed runs.
#[track_caller]
fn mended(case: &Case) {
    case.state(State::Current);
    assert!(case.program.migrate_file(&case.file.path).expect("it is well again").is_up_to_date());
    assert_eq!(one(&case.file.open(), "SELECT slug FROM notes"), "hello");
}

/// The SQL of `sqlite3 FILE "…"` in a message, and the file.
fn command(case: &Case) -> String {
    let error = case.program.migrate_file(&case.file.path).expect_err("a refusal").to_string();
    let (_, command) = error.split_once("`sqlite3 ").expect("a command");
    let (file, sql) = command.split_once(' ').expect("a file");
    assert_eq!(file, case.file.path.display().to_string());
    let quote = sql.chars().next().expect("a quote");
    sql[1..].split_once(quote).expect("its end").0.to_owned()
}

#[test]
fn k_a_row_is_altered() {
    let case = current();
    let update = "UPDATE driftless_migrations SET checksum = 'v1:00' WHERE version = '2'";
    case.file.open().execute_batch(update).expect("an update");
    let text = case.refused(Kind::AlteredHistory, State::Corrupt);
    names(&text, &["row 2 of `driftless_migrations`", "add_code_verifier_to_auth_state", SECOND, "help: if it is the"]);
    let sql = command(&case);
    case.file.open().execute_batch(&sql).expect("the command runs");
    mended(&case);
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
        let case = current();
        let update = format!("UPDATE driftless_migrations SET {update}");
        case.file.open().execute(&update, []).expect(&update);
        case.refused(kind, State::Corrupt);
        let sql = command(&case);
        case.file.open().execute_batch(&sql).expect("the command runs");
        case.program.migrate_file(&case.file.path).unwrap_or_else(|error| panic!("{update}: {error}"));
        mended(&case);
    }
}

#[test]
fn k_a_row_is_gone() {
    let case = current();
    let delete = "DELETE FROM driftless_migrations WHERE version = '2'";
    case.file.open().execute(delete, []).expect("a delete");
    let text = case.refused(Kind::CorruptHistory, State::Corrupt);
    names(&text, &["row 2 is gone"]);
    // Drop it, and have the schema proved anew.
    let sql = command(&case);
    case.file.open().execute_batch(&sql).expect("the command runs");
    case.migrate();
    assert_eq!(history(&case.file.open()), "1 adopted, 2 adopted, 3 adopted");
    mended(&case);
}

#[test]
fn k_another_table_of_that_name() {
    let case = Case::of("CREATE TABLE driftless_migrations (id INTEGER PRIMARY KEY, name TEXT)");
    case.refused(Kind::CorruptHistory, State::Corrupt);
}

#[test]
fn k_a_file_is_edited() {
    let edited = VERIFIER.replace("''", "'none'");
    let case = current().of_program(set(&[CMS[0], ("2", CMS[1].1, &edited), CMS[2]]));
    let text = case.refused(Kind::Edited, State::Edited);
    names(&text, &["migration 2 (add_code_verifier_to_auth_state) was edited", SECOND, "restore the file as it was"]);
    mended(&case.of_program(cms()));
    // A comment is no edit.
    let commented = format!("-- why\n{VERIFIER}");
    mended(&current().of_program(set(&[CMS[0], ("2", CMS[1].1, &commented), CMS[2]])));
}

#[test]
fn k_a_file_is_removed() {
    let case = current().of_program(set(&[CMS[0], CMS[2]]));
    let text = case.refused(Kind::Missing, State::Missing);
    names(&text, &["migration 2 (add_code_verifier_to_auth_state)", "help: restore its file: `git log "]);
    mended(&case.of_program(cms()));
}

#[test]
fn k_a_file_comes_late() {
    let late = |version| (version, "late", "CREATE TABLE late (a)");
    let case = current().of_program(set(&[CMS[0], CMS[1], late("2.1"), CMS[2]]));
    let text = case.refused(Kind::Late, State::Late);
    names(
        &text,
        &[
            "migration 2.1 (late)",
            "migrations/02.1_late.sql",
            "after 3: `cargo driftless rebase --local migrations/02.1_late.sql`",
        ],
    );
    // Renumbered, it runs.
    let case = case.of_program(set(&[CMS[0], CMS[1], CMS[2], late("4")]));
    case.state(State::Behind);
    case.migrate();
    mended(&case);
}

#[test]
fn k_the_four_are_told_apart() {
    let edited = VERIFIER.replace("''", "'none'");
    let errors = [
        set(&[CMS[0], ("2", CMS[1].1, &edited), CMS[2]]),
        set(&[CMS[0], CMS[2]]),
        set(&[CMS[0], CMS[1], ("2.1", "late", "CREATE TABLE late (a)"), CMS[2]]),
    ];
    let mut kinds: Vec<Kind> = errors.map(|program| current().of_program(program).file_kind()).into_iter().collect();
    let altered = current();
    altered.file.open().execute("UPDATE driftless_migrations SET chain = 'x'", []).expect("an update");
    kinds.push(altered.file_kind());
    assert_eq!(kinds, [Kind::Edited, Kind::Missing, Kind::Late, Kind::AlteredHistory]);
    // So they are where there was no history of ours: what is found is proved, and nothing is late or edited.
    let case = Case::of(&found::production()).of_program(set(&[CMS[0], ("2", CMS[1].1, &edited), CMS[2]]));
    case.refused(Kind::Conflicting, State::Hybrid);
}

impl Case {
    fn file_kind(&self) -> Kind {
        self.unchanged(|| self.program.migrate_file(&self.file.path).expect_err("a refusal").kind())
    }
}
