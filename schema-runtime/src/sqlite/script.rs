//! Running the statements of a migration one by one, so that an error knows its place.

use std::time::Instant;

use rusqlite::Connection;
use schema_core::sqlite::statement::{AlterAction, StatementKind, classify};
use schema_core::token::{Statement, statements};
use schema_core::{Dialect, Migration, Place};

use crate::sqlite::refusal;
use crate::{Error, Event};

/// The pragmas that matter to the content of the database or to the statements that follow.
const PRAGMAS: [&str; 13] = [
    "application_id",
    "case_sensitive_like",
    "defer_foreign_keys",
    "encoding",
    "foreign_key_check",
    "foreign_keys",
    "ignore_check_constraints",
    "integrity_check",
    "legacy_alter_table",
    "quick_check",
    "recursive_triggers",
    "reverse_unordered_selects",
    "user_version",
];

/// Runs a migration inside the transaction that is open, and returns the statements that have to wait until it is
/// committed.
///
/// `BEGIN` and `COMMIT` of the file are passed over: the migration is inside a transaction anyway, together with
/// its history row. So is a file that asks for no transaction, since all DDL of SQLite is transactional and
/// foreign keys are switched off already. A `ROLLBACK` is refused. Pragmas that tune the connection or the file
/// are passed over as well, as they were where the migrations were proved; SQLite refuses many of them inside a
/// transaction. Only `PRAGMA journal_mode`, which stays with the file, waits for the commit.
pub(crate) fn run<'m>(
    db: &Connection,
    migration: &'m Migration,
    observe: &mut dyn FnMut(&Event<'_>),
) -> Result<Vec<&'m str>, Error> {
    let mut waiting = Vec::new();
    for statement in statements(Dialect::Sqlite, &migration.sql) {
        let place = |offset: usize| Place::at(&migration.file, &migration.sql, offset);
        match classify(&statement) {
            StatementKind::Begin | StatementKind::Commit => continue,
            StatementKind::Rollback if !is_to_savepoint(&statement) => {
                return Err(refusal::rollback(migration, place(statement.offset), statement.text));
            }
            StatementKind::Pragma { name } if &*name == "journal_mode" => {
                waiting.push(statement.text);
                continue;
            }
            StatementKind::Pragma { name } if !PRAGMAS.contains(&&*name) => continue,
            _ => {}
        }
        let start = Instant::now();
        execute(db, statement.text).map_err(|error| {
            let at = statement.offset + offset(&error);
            refusal::failed(migration, place(at), statement.text, error)
        })?;
        observe(&Event::Statement { migration, sql: statement.text, duration: start.elapsed() });
    }
    Ok(waiting)
}

/// Runs what is missing of a migration.
pub(crate) fn complete(
    db: &Connection,
    migration: &Migration,
    statements: &[String],
    observe: &mut dyn FnMut(&Event<'_>),
) -> Result<(), Error> {
    for sql in statements {
        let start = Instant::now();
        execute(db, sql).map_err(|error| refusal::not_completed(migration, sql, error))?;
        observe(&Event::Statement { migration, sql, duration: start.elapsed() });
    }
    Ok(())
}

/// Runs one statement to its end; the rows of a SELECT or a PRAGMA are passed over.
pub(crate) fn execute(db: &Connection, sql: &str) -> rusqlite::Result<()> {
    let mut statement = db.prepare(sql)?;
    let mut rows = statement.raw_query();
    while rows.next()?.is_some() {}
    Ok(())
}

fn is_to_savepoint(statement: &Statement<'_>) -> bool {
    statement.tokens.iter().any(|token| token.is("TO"))
}

/// Where in the statement SQLite sees the error, in bytes.
fn offset(error: &rusqlite::Error) -> usize {
    match error {
        rusqlite::Error::SqlInputError { offset, .. } => usize::try_from(*offset).unwrap_or(0),
        _ => 0,
    }
}

/// What a migration does besides its DDL, or in a way that its catalogue does not show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Nature {
    /// Nothing: the statements that SQLite stores afterwards create the same database.
    Schema,
    /// It may change rows or settings of the file.
    Rows,
}

/// Whether the catalogue alone says all that a migration does.
pub(crate) fn nature(migration: &Migration) -> Nature {
    let all = statements(Dialect::Sqlite, &migration.sql).iter().all(|statement| match classify(statement) {
        StatementKind::CreateTable { temporary, as_select, .. } => !temporary && !as_select,
        StatementKind::CreateTrigger { .. } | StatementKind::CreateView { .. } => !is_temporary(statement),
        StatementKind::CreateIndex { .. }
        | StatementKind::DropTable { .. }
        | StatementKind::DropIndex { .. }
        | StatementKind::DropView { .. }
        | StatementKind::DropTrigger { .. }
        | StatementKind::AlterTable { .. }
        | StatementKind::Begin
        | StatementKind::Commit
        | StatementKind::Savepoint => true,
        // These two matter to the statements that follow, which the catalogue has in the end.
        StatementKind::Pragma { name } => matches!(&*name, "foreign_keys" | "legacy_alter_table"),
        _ => false,
    });
    if all { Nature::Schema } else { Nature::Rows }
}

/// Whether some SQL only adds to a schema: no row changes, and no reference of a row.
pub(crate) fn is_additive(sql: &str) -> bool {
    statements(Dialect::Sqlite, sql).iter().all(|statement| match classify(statement) {
        StatementKind::CreateTable { as_select, .. } => !as_select,
        StatementKind::AlterTable { action: AlterAction::AddColumn(_), .. } => {
            !statement.tokens.iter().any(|token| token.is("REFERENCES"))
        }
        StatementKind::CreateIndex { .. }
        | StatementKind::CreateView { .. }
        | StatementKind::CreateTrigger { .. }
        | StatementKind::Begin
        | StatementKind::Commit => true,
        StatementKind::Pragma { name } => matches!(&*name, "foreign_keys" | "legacy_alter_table"),
        _ => false,
    })
}

fn is_temporary(statement: &Statement<'_>) -> bool {
    statement.tokens.get(1).is_some_and(|token| token.is("TEMP") || token.is("TEMPORARY"))
}

/// The statements of a migration, one by one.
pub(crate) fn texts(migration: &Migration) -> Vec<String> {
    statements(Dialect::Sqlite, &migration.sql).iter().map(|statement| statement.text.to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use super::*;
    use crate::Kind;

    fn migration(sql: &'static str) -> Migration {
        Migration {
            version: Cow::Borrowed("1"),
            name: Cow::Borrowed("one"),
            file: Cow::Borrowed("migrations/1_one.sql"),
            sql: Cow::Borrowed(sql),
            checksum: Cow::Borrowed(""),
            no_transaction: false,
        }
    }

    #[test]
    fn wrappers_are_passed_over() {
        let db = Connection::open_in_memory().expect("memory");
        let sql = "PRAGMA foreign_keys = OFF; BEGIN; CREATE TABLE a (b); COMMIT;
            PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; BEGIN EXCLUSIVE TRANSACTION; CREATE TABLE c (d); SELECT 1; END; SAVEPOINT s; ROLLBACK TO s; RELEASE s;
            PRAGMA foreign_keys = ON";
        db.execute_batch("BEGIN").expect("begin");
        let migration = migration(sql);
        let waiting = run(&db, &migration, &mut |_| ()).expect("it runs");
        assert_eq!(waiting, ["PRAGMA journal_mode = WAL"]);
        assert!(!db.is_autocommit(), "the outer transaction is open");
        db.execute_batch("ROLLBACK").expect("rollback");
        assert!(db.prepare("SELECT * FROM a").is_err());
    }

    #[test]
    fn a_rollback_is_refused_at_its_place() {
        let db = Connection::open_in_memory().expect("memory");
        let error = run(&db, &migration("CREATE TABLE a (b);\n  ROLLBACK;"), &mut |_| ()).expect_err("refused");
        assert_eq!(error.kind(), Kind::Failed);
        assert_eq!(error.place().map(ToString::to_string).as_deref(), Some("migrations/1_one.sql:2:3"));
    }

    #[test]
    fn an_error_is_where_sqlite_sees_it() {
        let db = Connection::open_in_memory().expect("memory");
        let sql = "CREATE TABLE a (b);\nINSERT INTO a\n  (c) VALUES (1)";
        let error = run(&db, &migration(sql), &mut |_| ()).expect_err("no such column");
        assert_eq!(error.sql(), Some("INSERT INTO a\n  (c) VALUES (1)"));
        assert_eq!(error.migration(), Some("migrations/1_one.sql"));
        assert_eq!(error.place().map(|place| place.line), Some(2));
    }

    #[test]
    fn what_is_only_added() {
        assert!(is_additive("BEGIN; CREATE TABLE a (b REFERENCES c); CREATE UNIQUE INDEX i ON a (b); COMMIT"));
        assert!(is_additive("ALTER TABLE a ADD COLUMN c INTEGER NOT NULL DEFAULT 0"));
        for sql in [
            "ALTER TABLE a ADD COLUMN c REFERENCES d",
            "ALTER TABLE a DROP COLUMN c",
            "ALTER TABLE a RENAME TO b",
            "CREATE TABLE a AS SELECT 1 AS b",
            "DROP INDEX i",
            "DROP TABLE a",
            "INSERT INTO a VALUES (1)",
            "PRAGMA user_version = 1",
        ] {
            assert!(!is_additive(sql), "{sql}");
        }
    }

    #[test]
    fn the_nature_of_a_migration() {
        let pure = "BEGIN; CREATE TABLE a (b); ALTER TABLE a ADD COLUMN c; CREATE INDEX i ON a (c);
            CREATE VIEW v AS SELECT 1; CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM a; END; DROP TABLE a; COMMIT";
        assert_eq!(nature(&migration(pure)), Nature::Schema);
        for sql in [
            "INSERT INTO a VALUES (1)",
            "CREATE TABLE a AS SELECT 1",
            "CREATE TEMP TABLE a (b)",
            "CREATE TEMP VIEW a AS SELECT 1",
            "PRAGMA user_version = 3",
            "CREATE VIRTUAL TABLE a USING fts5 (b)",
            "WITH x AS (SELECT 1) INSERT INTO a SELECT * FROM x",
        ] {
            assert_eq!(nature(&migration(sql)), Nature::Rows, "{sql}");
        }
    }
}
