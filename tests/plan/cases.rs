//! Named cases: what other tools get wrong, and the scripts word for word.

use rusqlite::Connection;
use schema_core::plan::{self, Allow, Backfill, EngineVersion, Plan, Refusal, Request};
use schema_core::{Dialect, Migration, Name, ObjectName, Pair, Renames, Schema, checksum};
use schema_runtime::{Kind, Sqlite};

use crate::engine;

const LINKED: &str = "3.54";

/// The migrations of a database.
pub(crate) fn migrations(scripts: &[String]) -> Vec<Migration> {
    let versions = ["1", "2", "3"];
    scripts.iter().zip(versions).map(|(sql, version)| migration(version, sql.clone())).collect()
}

/// A plan from one script's schema to another's.
struct Try {
    before: &'static str,
    after: &'static str,
    renames: Renames,
    allow: &'static [&'static str],
    backfill: &'static [&'static str],
    version: &'static str,
    exact: bool,
}

const NOTHING: Renames = Renames { tables: Vec::new(), columns: Vec::new() };

fn try_(before: &'static str, after: &'static str) -> Try {
    Try { before, after, renames: NOTHING, allow: &[], backfill: &[], version: LINKED, exact: false }
}

impl Try {
    fn db(&self) -> Connection {
        let db = engine::open();
        db.execute_batch(self.before).expect("the schema before");
        db
    }

    fn after(&self) -> Schema {
        let db = engine::open();
        db.execute_batch(self.after).expect("the schema after");
        engine::inspect(&db).schema
    }

    fn plan(&self) -> Result<Plan, Vec<Refusal>> {
        let allow: Vec<Allow> = self.allow.iter().map(|text| Allow::parse(text).expect("a loss")).collect();
        let backfill: Vec<Backfill> =
            self.backfill.iter().map(|text| Backfill::parse(text).expect("a backfill")).collect();
        plan::plan(&Request {
            before: &engine::inspect(&self.db()),
            after: &self.after(),
            exact: self.exact,
            renames: &self.renames,
            version: EngineVersion::parse(self.version).expect("a version"),
            allow: &allow,
            backfill: &backfill,
        })
    }

    fn up(&self) -> String {
        plan::script("up", &self.plan().expect("a plan").steps)
    }

    /// Only the statements, each on a line.
    fn statements(&self) -> Vec<String> {
        let plan = self.plan().expect("a plan");
        plan.steps.iter().map(|step| step.sql.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    }

    fn refusals(&self) -> Vec<String> {
        self.plan().expect_err("a refusal").iter().map(ToString::to_string).collect()
    }

    /// What may fail, in the order of the statements.
    fn hazards(&self) -> Vec<String> {
        let plan = self.plan().expect("a plan");
        plan.steps.iter().flat_map(|step| step.hazards.iter().map(|hazard| hazard.message.clone())).collect()
    }
}

fn renamed_column(table: &str, before: &str, after: &str) -> Renames {
    let name = |text| Name::new(Dialect::Sqlite, text);
    let table = ObjectName::new(Dialect::Sqlite, None, table);
    Renames { tables: Vec::new(), columns: vec![(table, Pair::new(name(before), name(after)))] }
}

fn renamed_table(before: &str, after: &str) -> Renames {
    let name = |text| ObjectName::new(Dialect::Sqlite, None, text);
    Renames { tables: vec![Pair::new(name(before), name(after))], columns: Vec::new() }
}

fn migration(version: &'static str, sql: String) -> Migration {
    Migration {
        version: version.into(),
        name: "x".into(),
        file: format!("migrations/{version}_x.sql").into(),
        checksum: checksum(Dialect::Sqlite, &sql).into(),
        sql: sql.into(),
        no_transaction: false,
    }
}

const FAMILY: &str = "CREATE TABLE parents (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);
CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parents (id) ON DELETE CASCADE)";
const STRICTER: &str =
    "CREATE TABLE parents (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL CHECK (name <> ''));
CREATE TABLE children (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parents (id) ON DELETE CASCADE)";
const ROWS: &str =
    "INSERT INTO parents (id, name) VALUES (1, 'a'), (7, 'b'), (90, 'c'); DELETE FROM parents WHERE id = 90;
INSERT INTO children VALUES (1, 1), (2, 7), (3, 7)";

fn counts(db: &Connection) -> (i64, i64, i64) {
    let sql =
        "SELECT (SELECT count(*) FROM parents), (SELECT count(*) FROM children), (SELECT seq FROM sqlite_sequence)";
    db.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).expect("counts")
}

/// The rebuild of a parent with foreign keys on: the children stay, and the cascade still works afterwards.
#[test]
fn children_survive_the_rebuild_of_their_parent() {
    let case = Try { version: "3.46", ..try_(FAMILY, STRICTER) };
    let set = Sqlite::from_migrations(vec![migration("1", FAMILY.to_owned()), migration("2", case.up())])
        .expect("migrations that replay");
    let mut db = case.db();
    db.execute_batch(ROWS).expect("rows");
    let report = set.migrate(&mut db).expect("it migrates");
    assert_eq!(report.version.as_deref(), Some("2"));
    assert_eq!(counts(&db), (2, 3, 90));
    assert!(db.execute("INSERT INTO parents (name) VALUES ('')", []).is_err(), "the CHECK is there");
    db.execute_batch("INSERT INTO parents (name) VALUES ('d'); DELETE FROM parents WHERE id = 7").expect("a delete");
    assert_eq!(counts(&db), (2, 1, 91), "the counter went on, and the cascade fired");
}

/// A runner that leaves foreign keys on would lose the children: the script stops it before anything is dropped.
#[test]
fn a_script_that_is_run_with_foreign_keys_on_stops() {
    let case = Try { version: "3.46", ..try_(FAMILY, STRICTER) };
    let db = case.db();
    db.execute_batch(ROWS).expect("rows");
    let error = db.execute_batch(&format!("BEGIN; {}; COMMIT", case.up())).expect_err("it stops");
    let words = error.to_string();
    assert!(words.contains("PRAGMA foreign_keys must be OFF before the transaction begins"), "{words}");
    db.execute_batch("ROLLBACK").expect("a rollback");
    assert_eq!(counts(&db), (2, 3, 90));
}

/// What the plans of the laws do is also what the sandbox and the runtime do.
#[test]
fn violators_are_refused_and_nothing_changes() {
    let case = Try { version: "3.46", ..try_(FAMILY, STRICTER) };
    assert_eq!(case.hazards(), ["existing rows may hold NULL in name", "existing rows may violate CHECK (name != '')"]);
    let set = Sqlite::from_migrations(vec![migration("1", FAMILY.to_owned()), migration("2", case.up())])
        .expect("migrations that replay");
    let mut db = case.db();
    db.execute_batch(ROWS).expect("rows");
    db.execute_batch("INSERT INTO parents (name) VALUES (NULL)").expect("a NULL");
    let before = engine::catalogue(&db);
    let error = set.migrate(&mut db).expect_err("a NULL is in the way");
    assert_eq!(error.kind(), Kind::Offenders);
    let without_history = |lines: Vec<String>| -> Vec<String> {
        lines.into_iter().filter(|line| !line.contains("driftless_migrations")).collect()
    };
    assert_eq!(without_history(engine::catalogue(&db)), before);
}

#[test]
fn a_rebuild_word_for_word() {
    let case = Try {
        backfill: &["parents.name='?'"],
        version: "3.46",
        ..try_(
            "CREATE TABLE parents (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, boss REFERENCES parents (id));
             CREATE INDEX by_name ON parents (name);
             CREATE VIEW names AS SELECT name FROM parents;
             CREATE TRIGGER trim AFTER INSERT ON parents BEGIN UPDATE parents SET name = trim(name) WHERE id = NEW.id; END",
            "CREATE TABLE parents (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, boss REFERENCES parents (id));
             CREATE INDEX by_name ON parents (name)",
        )
    };
    assert_eq!(
        case.up(),
        "-- up
--
-- It drops a table: run it in one transaction, with foreign keys switched off before that begins, as
-- driftless does. SQLite ignores PRAGMA foreign_keys inside a transaction.

-- Rebuild table parents: name becomes NOT NULL.
CREATE TABLE __new_parents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    boss REFERENCES parents (id)
);
INSERT INTO sqlite_sequence (name, seq)
SELECT '__new_parents', seq FROM sqlite_sequence WHERE name = 'parents';
INSERT INTO __new_parents (id, name, boss)
SELECT id, coalesce(name, '?'), boss FROM parents;
DROP TABLE parents;
PRAGMA legacy_alter_table = ON;
ALTER TABLE __new_parents RENAME TO parents;
PRAGMA legacy_alter_table = OFF;
CREATE INDEX by_name ON parents (name);
CREATE TRIGGER trim AFTER INSERT ON parents BEGIN UPDATE parents SET name = trim(name) WHERE id = NEW.id; END;
"
    );
    let db = case.db();
    db.execute_batch("INSERT INTO parents (name) VALUES (' a '), (NULL)").expect("rows");
    let plan = case.plan().expect("a plan");
    engine::run(&db, &plan.steps).expect("it runs");
    db.execute_batch("INSERT INTO parents (name) VALUES (' b ')").expect("a row, and the trigger");
    assert_eq!(engine::strings(&db, "SELECT name FROM names ORDER BY 1"), ["?", "a", "b"]);
}

#[test]
fn what_the_engine_does_in_place() {
    let before = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT CONSTRAINT short CHECK (length(b) < 9));
                  CREATE INDEX old ON t (a)";
    let statements = |after, allow, version| Try { allow, version, ..try_(before, after) }.statements();
    let after = "CREATE TABLE t (id INTEGER PRIMARY KEY, b TEXT CONSTRAINT short CHECK (length(b) < 9),
                 c INTEGER NOT NULL DEFAULT 0, kind TEXT DEFAULT 'x' CHECK (kind IN ('x', 'y')), p INTEGER REFERENCES t (id));
                 CREATE UNIQUE INDEX new ON t (c)";
    assert_eq!(
        statements(after, &["drop-column:t.a"], LINKED),
        [
            "DROP INDEX old",
            "ALTER TABLE t ADD COLUMN c INTEGER NOT NULL DEFAULT 0",
            "ALTER TABLE t ADD COLUMN kind TEXT DEFAULT 'x' CHECK (kind IN ('x', 'y'))",
            "ALTER TABLE t ADD COLUMN p INTEGER REFERENCES t (id)",
            "ALTER TABLE t DROP COLUMN a",
            "CREATE UNIQUE INDEX new ON t (c)",
        ]
    );
    // 3.35.0 to 3.35.4 could corrupt the file.
    assert!(
        statements(after, &["drop-column:t.a"], "3.35.4").iter().any(|sql| sql.starts_with("CREATE TABLE __new_t"))
    );
    let after = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL, b TEXT, CONSTRAINT filled CHECK (a <> b));
                 CREATE INDEX old ON t (a)";
    assert_eq!(
        statements(after, &[], "3.53"),
        [
            "ALTER TABLE t DROP CONSTRAINT short",
            "ALTER TABLE t ALTER COLUMN a SET NOT NULL",
            "ALTER TABLE t ADD CONSTRAINT filled CHECK (a != b)",
        ]
    );
    assert!(statements(after, &[], "3.52").iter().any(|sql| sql.starts_with("CREATE TABLE __new_t")));
}

#[test]
fn a_unique_that_models_ask_for_is_an_index_where_the_table_stays() {
    let before = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT)";
    let after = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, UNIQUE (a, b))";
    assert_eq!(try_(before, after).statements(), ["CREATE UNIQUE INDEX t_a_b_key ON t (a, b)"]);
    assert_eq!(try_(before, after).hazards(), ["existing rows may repeat (a, b)"]);
    let exact = Try { exact: true, ..try_(before, after) };
    assert!(exact.statements()[0].ends_with("UNIQUE (a, b) )"), "{:?}", exact.statements());
}

#[test]
fn renames_come_last_so_that_triggers_follow() {
    let case = Try {
        renames: renamed_table("people", "users"),
        version: "3.46",
        ..try_(
            "CREATE TABLE people (id INTEGER PRIMARY KEY, n TEXT); CREATE TABLE log (n TEXT);
             CREATE TRIGGER t AFTER INSERT ON people BEGIN INSERT INTO log SELECT count(*) || NEW.n FROM people; END",
            "CREATE TABLE users (id INTEGER PRIMARY KEY, n TEXT NOT NULL); CREATE TABLE log (n TEXT)",
        )
    };
    let db = case.db();
    let plan = case.plan().expect("a plan");
    assert_eq!(plan.steps.last().map(|step| step.sql.as_str()), Some("ALTER TABLE people RENAME TO users"));
    engine::run(&db, &plan.steps).expect("it runs");
    db.execute_batch("INSERT INTO users (n) VALUES ('x')").expect("the trigger works");
    assert_eq!(engine::strings(&db, "SELECT n FROM log"), ["1x"]);
    engine::run(&db, &plan.down.expect("a way back")).expect("it comes back");
    db.execute_batch("INSERT INTO people (n) VALUES (NULL)").expect("as before");
    assert_eq!(
        Try { version: "3.24", ..case }.refusals(),
        ["trigger `t` mentions `people`, which is renamed, and its text cannot follow\n  \
         help: drop trigger `t` in a migration before, and create it again in one after (`--empty`)"]
    );
}

#[test]
fn a_new_column_may_take_the_old_name() {
    let case = Try {
        renames: renamed_column("t", "name", "full_name"),
        ..try_(
            "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)",
            "CREATE TABLE t (id INTEGER PRIMARY KEY, full_name TEXT, name TEXT)",
        )
    };
    assert_eq!(
        case.statements(),
        ["ALTER TABLE t RENAME COLUMN name TO full_name", "ALTER TABLE t ADD COLUMN name TEXT"]
    );
    let old = Try { version: "3.8", ..case };
    let db = old.db();
    db.execute_batch("INSERT INTO t VALUES (5, 'a')").expect("a row");
    engine::run(&db, &old.plan().expect("a plan").steps).expect("it runs");
    assert_eq!(engine::strings(&db, "SELECT id || full_name || coalesce(name, '-') FROM t"), ["5a-"]);
}

#[test]
fn refusals_name_what_they_ask_for() {
    let before = "CREATE TABLE users (id INTEGER PRIMARY KEY, phone TEXT, age TEXT, x BLOB); CREATE TABLE old (a, b)";
    let refusals = |after| try_(before, after).refusals();
    assert_eq!(
        refusals("CREATE TABLE users (id INTEGER PRIMARY KEY, age INTEGER, x BLOB AS (1), n TEXT NOT NULL)"),
        [
            "`users.age` would change from TEXT to INTEGER, which changes values that do not fit\n  \
             help: add `--allow change-type:users.age`",
            "`users.x` would become generated, and lose the values that it has\n  \
             help: add `--allow replace-values:users.x`",
            "column `users.phone` would go, with its values\n  help: add `--allow drop-column:users.phone`",
            "table `old` would go, with all its rows\n  help: add `--allow drop-table:old`",
            "`users.n` is new, NOT NULL and without a default: nothing says what the existing rows get\n  \
             help: add `--backfill \"users.n=''\"` with the value they get, or give it a default",
        ]
    );
    assert_eq!(
        refusals(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, phone_number TEXT, age TEXT, x BLOB); CREATE TABLE new (a, b)"
        ),
        [
            "`users.phone` goes and `users.phone_number`, which is like it, comes: that looks like a rename\n  help: \
             if it is one, write `#[column(was = \"phone\")]` on the field; if not, add `--allow drop-column:users.phone`",
            "table `old` goes and `new`, which is like it, comes: that looks like a rename\n  help: \
             if it is one, write `#[table(was = \"old\")]` on the struct; if not, add `--allow drop-table:old`",
        ]
    );
    let same = Try { backfill: &["users.nmae=1"], ..try_(before, before) };
    assert_eq!(
        same.refusals(),
        ["the backfill of `users.nmae` is for a column that needs none\n  help: correct the name, or leave it out"]
    );
    let nullable = Try { backfill: &["users.phone=1"], ..try_(before, before) };
    assert_eq!(nullable.plan().map_err(|refusals| refusals[0].code()), Err("unused-backfill"));
    let view = try_("CREATE TABLE a (b); CREATE VIEW v AS SELECT 1", "CREATE TABLE a (b); CREATE TABLE v (x)");
    assert_eq!(
        view.refusals(),
        ["`v` cannot be changed safely: it is a view\n  help: write this migration by hand: add `--empty`"]
    );
    let old = Try { version: "3.30", ..try_("CREATE TABLE a (b)", "CREATE TABLE a (b, c AS (b))") };
    assert_eq!(
        old.refusals(),
        ["SQLite 3.30.0 has no generated columns; 3.31.0 is the first that has\n  \
          help: add `--engine 3.31.0`, where that version will run it"]
    );
}

#[test]
fn only_sqlite_is_planned() {
    let postgres = Schema::empty(Dialect::Postgres);
    let refusals = plan::plan(&Request {
        before: &engine::inspect(&engine::open()),
        after: &postgres,
        exact: true,
        renames: &NOTHING,
        version: EngineVersion::new(3, 46, 0),
        allow: &[],
        backfill: &[],
    });
    assert_eq!(refusals, Err(vec![Refusal::Dialect(Dialect::Postgres)]));
}

#[test]
fn no_conflict_clause_loses_a_row_of_a_rebuild() {
    let case =
        Try { exact: true, ..try_("CREATE TABLE t (a TEXT)", "CREATE TABLE t (a TEXT UNIQUE ON CONFLICT REPLACE)") };
    let db = case.db();
    db.execute_batch("INSERT INTO t VALUES ('x'), ('x'), ('y')").expect("rows");
    let error = engine::run(&db, &case.plan().expect("a plan").steps).expect_err("rows repeat");
    assert!(error.starts_with("UNIQUE constraint failed: __new_t.a"), "{error}");
    assert_eq!(engine::strings(&db, "SELECT a FROM t"), ["x", "x", "y"]);
}

#[test]
fn an_enum_that_grows_needs_no_warning() {
    let table = |values: &str| format!("CREATE TABLE t (id INTEGER PRIMARY KEY, kind TEXT CHECK (kind IN ({values})))");
    let grows = try_(table("'a', 'b'").leak(), table("'a', 'b', 'c'").leak());
    assert!(grows.hazards().is_empty());
    let shrinks = try_(table("'a', 'b'").leak(), table("'a'").leak());
    assert_eq!(shrinks.hazards(), ["existing rows may hold other values in kind than 'a'"]);
}

#[test]
fn what_goes_with_a_table_is_told() {
    let case = Try {
        allow: &["drop-table:a"],
        ..try_(
            "CREATE TABLE a (b); CREATE TABLE c (d); CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END;
             CREATE VIEW v AS SELECT b FROM a",
            "CREATE TABLE c (d)",
        )
    };
    let plan = case.plan().expect("a plan");
    assert_eq!(plan.steps[0].comment.as_deref(), Some("Drop table a, and with it trigger t."));
    assert_eq!(case.hazards(), ["view v mentions a"]);
    assert_eq!(plan.down, Err("it would not bring back all rows of a".to_owned()));
}
