//! The audit: what a live database does not enforce of what the models state.

use driftless::{Category, ModelMeta, Severity, Sqlite, Table};
use rusqlite::{Connection, OpenFlags};
use schema_runtime::{Audit, AuditFinding, Kind};

use crate::common::{BASELINE, CMS, File, VERIFIER, cms, set};
use crate::rbac::SITE;
use crate::rbac::models::{RefreshToken, RolePermission, User, UserRole};

/// The models of the example as they were: nobody had written `index` on the fields of `RefreshToken`, and no
/// migration created the two indexes that somebody had made by hand.
fn site_as_it_was() -> Sqlite {
    const MODELS: &[ModelMeta] = &[
        ModelMeta { name: "User", table: User::NAME, columns: User::COLUMNS },
        ModelMeta { name: "UserRole", table: UserRole::NAME, columns: UserRole::COLUMNS },
        ModelMeta { name: "RolePermission", table: RolePermission::NAME, columns: RolePermission::COLUMNS },
        ModelMeta { name: "RefreshToken", table: RefreshToken::NAME, columns: RefreshToken::COLUMNS },
    ];
    let mut migrations = SITE.migrations().to_vec();
    let tokens = migrations[4].sql.clone();
    let table = tokens.split("CREATE INDEX").next().expect("a table").to_owned();
    migrations[4].checksum = schema_runtime::checksum(&table).into();
    migrations[4].sql = table.into();
    Sqlite::from_migrations(migrations).expect("they replay").with_models(MODELS)
}

/// The database as it was found: no tool kept a history in it, it has the schema before migration 0015, the two
/// indexes, and rows.
fn database_as_found() -> File {
    let file = File::none();
    let db = file.open();
    for migration in &SITE.migrations()[..14] {
        db.execute_batch(&migration.sql).expect("the migrations of the example");
    }
    db.execute_batch(
        "INSERT INTO users (id, email, username, password_hash) VALUES (1, 'ada@example.org', 'ada', 'x');
         INSERT INTO roles (id, name) VALUES (1, 'admin');
         INSERT INTO user_roles (user_id, role_id) VALUES (1, 1);
         INSERT INTO refresh_tokens (user_id, token_hash, expires_at) VALUES (1, 'x', '2030-01-01')",
    )
    .expect("rows");
    file
}

fn counts(audit: &Audit) -> [usize; 3] {
    [Severity::Critical, Severity::Warning, Severity::Notice].map(|severity| audit.count(severity))
}

const AS_FOUND: &str = "\
the database has no history: compared with the schema of version 15, the last one

critical: table `role_permissions` has no UNIQUE (role_id, permission_id)
  model:       RolePermission::{role_id, permission_id}
  migrations:  CREATE UNIQUE INDEX uq_role_permissions_role_id ON role_permissions (role_id, permission_id)   \
examples/rbac/migrations/0015_add_unique_constraints_to_rbac_tables.sql:2:1
  database:    (none)
  help: run the SQL below; existing rows may repeat (role_id, permission_id), and then it fails and changes nothing
    CREATE UNIQUE INDEX uq_role_permissions_role_id ON role_permissions (role_id, permission_id);

critical: table `user_roles` has no UNIQUE (user_id, role_id)
  model:       UserRole::{user_id, role_id}
  migrations:  CREATE UNIQUE INDEX uq_user_roles_user_id ON user_roles (user_id, role_id)   \
examples/rbac/migrations/0015_add_unique_constraints_to_rbac_tables.sql:1:1
  database:    (none)
  help: run the SQL below; existing rows may repeat (user_id, role_id), and then it fails and changes nothing
    CREATE UNIQUE INDEX uq_user_roles_user_id ON user_roles (user_id, role_id);

warning: index `ix_refresh_tokens_token_hash` of table `refresh_tokens` is in no migration
  model:       RefreshToken::token_hash
  migrations:  (none)
  database:    CREATE INDEX ix_refresh_tokens_token_hash ON refresh_tokens (token_hash)
  help: state it in the model and in a migration, or drop it by hand

warning: index `ix_refresh_tokens_user_id` of table `refresh_tokens` is in no migration
  model:       RefreshToken::user_id
  migrations:  (none)
  database:    CREATE INDEX ix_refresh_tokens_user_id ON refresh_tokens (user_id)
  help: state it in the model and in a migration, or drop it by hand

2 critical, 2 warnings, 0 notices";

#[test]
fn twelve_models_as_found_and_after_migration_0015() {
    let file = database_as_found();
    let audit = site_as_it_was().audit(&file.open()).expect("an audit");
    assert_eq!(counts(&audit), [2, 2, 0], "{audit}");
    assert_eq!(audit.to_string(), AS_FOUND);

    // `index` stands on the two fields now, the migration that creates them is theirs, and 0015 runs.
    SITE.migrate_file(&file.path).expect("it migrates");
    let audit = SITE.audit(&file.open()).expect("an audit");
    assert_eq!(counts(&audit), [0, 0, 0], "{audit}");
    assert_eq!(audit.to_string(), "compared with the schema of version 15\n0 critical, 0 warnings, 0 notices");
}

/// A program whose one migration is that, and a database without a history that this made.
fn case(migration: &str, database: &str) -> (Sqlite, Connection) {
    let db = Connection::open_in_memory().expect("memory");
    db.execute_batch(database).expect(database);
    (set(&[("1", "all", migration)]), db)
}

fn told(finding: &AuditFinding) -> String {
    format!("{}: {}", finding.category.code().trim_start_matches("audit-"), finding.message)
}

/// Compares what is found with these lines; then runs the SQL of each finding that has some, and nothing is left of it.
#[track_caller]
fn finds(migration: &str, database: &str, expected: &[&str]) {
    let (app, db) = case(migration, database);
    let audit = app.audit(&db).expect("an audit");
    assert_eq!(audit.findings.iter().map(told).collect::<Vec<_>>(), expected, "{audit}");
    for finding in audit.findings.iter().filter(|finding| !finding.sql.is_empty()) {
        let (_, db) = case(migration, database);
        db.execute_batch(&finding.sql.join(";")).unwrap_or_else(|error| panic!("{error}: {finding}"));
        let after = app.audit(&db).expect("an audit");
        let left: Vec<String> = after.findings.iter().map(told).collect();
        assert!(!left.contains(&told(finding)), "{finding}");
        assert!(
            left.iter().all(|line| expected.contains(&line.as_str()) || line.starts_with("column-order")),
            "{after}"
        );
    }
}

/// Whether each finding has SQL, in their order.
fn mended(migration: &str, database: &str) -> Vec<bool> {
    let (app, db) = case(migration, database);
    app.audit(&db).expect("an audit").findings.iter().map(|finding| !finding.sql.is_empty()).collect()
}

#[test]
fn a_unique_is_enforced_by_whatever_enforces_it() {
    let table = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT)";
    let index = format!("{table}; CREATE UNIQUE INDEX once ON t (a, b)");
    let constraint = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT, UNIQUE (a, b))";
    finds(&index, constraint, &["other-means: UNIQUE (a, b) of table `t` is enforced by a constraint"]);
    finds(constraint, &index, &["other-means: UNIQUE (a, b) of table `t` is enforced by an index"]);
    finds(&index, table, &["missing-unique: table `t` has no UNIQUE (a, b)"]);
    finds(constraint, table, &["missing-unique: table `t` has no UNIQUE (a, b)"]);
    // A partial index lets rows through, and so does one that is none.
    let partial = format!("{table}; CREATE UNIQUE INDEX once ON t (a, b) WHERE a > ''");
    finds(&index, &partial, &["missing-unique: table `t` has no UNIQUE (a, b)"]);
    finds(&partial, &index, &["extra-constraint: table `t` has a UNIQUE (a, b) that no migration states"]);
    let plain = format!("{table}; CREATE INDEX once ON t (a, b)");
    finds(&index, &plain, &["missing-unique: table `t` has no UNIQUE (a, b)"]);
    // The other order enforces the same, and finds other things quickly.
    let reversed = format!("{table}; CREATE UNIQUE INDEX once ON t (b, a DESC)");
    finds(&index, &reversed, &["other-index: index `once` of table `t` is another one"]);
    // By NOCASE, other rows are the same.
    let folded = format!("{table}; CREATE UNIQUE INDEX once ON t (a COLLATE NOCASE, b)");
    finds(&index, &folded, &["missing-unique: table `t` has no UNIQUE (a, b)"]);
}

#[test]
fn what_hand_work_added_is_told_and_never_dropped() {
    let table = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)";
    let more = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b TEXT CHECK (b <> ''));
        CREATE INDEX by_hand ON t (a); CREATE INDEX by_b ON t (b); CREATE TABLE own (x); CREATE VIEW v AS SELECT 1;
        CREATE TRIGGER tr AFTER INSERT ON t BEGIN SELECT 1; END";
    let expected = [
        "extra-index: index `by_hand` of table `t` is in no migration",
        "extra-constraint: table `t` has a UNIQUE (a) that no migration states",
        "extra-column: column `t.b` is in no migration",
        "unmanaged-object: view `v` is in no migration",
        "unmanaged-object: table `own` is in no migration",
        "unmanaged-object: trigger `tr` on `t` is in no migration",
    ];
    finds(table, more, &expected);
    assert_eq!(mended(table, more), [false; 6]);
    // An index that is like a missing one, but none of its kind, stays when that one comes.
    let (app, db) =
        case(&format!("{table}; CREATE INDEX of_a ON t (a)"), &format!("{table}; CREATE INDEX by_hand ON t (a DESC)"));
    let audit = app.audit(&db).expect("an audit");
    assert_eq!(audit.findings[0].sql, ["CREATE INDEX of_a ON t (a)"], "{audit}");
    assert_eq!(told(&audit.findings[1]), "extra-index: index `by_hand` of table `t` is in no migration");
}

#[test]
fn facts_about_columns() {
    let table = |columns: &str| format!("CREATE TABLE t (id INTEGER PRIMARY KEY, {columns})");
    let cases = [
        ("a TEXT NOT NULL", "a TEXT", "nullable: column `t.a` admits NULL"),
        ("a TEXT", "a TEXT NOT NULL", "extra-constraint: column `t.a` is NOT NULL, and the models store NULL in it"),
        ("a TEXT DEFAULT 'x'", "a TEXT", "other-default: column `t.a` has no default, not the default 'x'"),
        ("a TEXT", "a VARCHAR(9)", "compatible-type: column `t.a` is VARCHAR(9), not TEXT, which stores the same"),
        ("a INTEGER", "a TEXT", "incompatible-type: column `t.a` is TEXT, not INTEGER, and so stores other values"),
        ("a TEXT COLLATE NOCASE", "a TEXT", "other-collation: column `t.a` compares by BINARY, not by NOCASE"),
        (
            "a TEXT, b AS (a || '!')",
            "a TEXT, b",
            "not-generated: column `t.b` is not generated, and so holds whatever is written to it",
        ),
        ("a AS (id + 1) STORED", "a AS (id + 1)", "other-default: column `t.a` is VIRTUAL, not STORED"),
        (
            "a TEXT NOT NULL ON CONFLICT IGNORE",
            "a TEXT NOT NULL",
            "conflict-clause: column `t.a` has another conflict clause of NOT NULL",
        ),
        ("a TEXT, b TEXT", "b TEXT, a TEXT", "column-order: the columns of table `t` stand in another order"),
        ("a TEXT", "b INTEGER, a TEXT", "extra-column: column `t.b` is in no migration"),
    ];
    for (migration, database, expected) in cases {
        finds(&table(migration), &table(database), &[expected]);
    }
    // Values that the other type would change, or lose, are for people to decide about.
    assert_eq!(mended(&table("a INTEGER"), &table("a TEXT")), [false]);
    assert_eq!(mended(&table("a TEXT, b AS (a)"), &table("a TEXT, b")), [false]);
    assert_eq!(mended(&table("a TEXT"), &table("a INTEGER")), [true]);
    assert_eq!(mended(&table("a TEXT, b TEXT NOT NULL"), &table("a TEXT")), [false]);
}

#[test]
fn keys_and_constraints() {
    let parents = "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT UNIQUE); CREATE TABLE q (id INTEGER PRIMARY KEY);";
    let child = |columns: &str| format!("{parents} CREATE TABLE t (id INTEGER PRIMARY KEY, {columns})");
    let cases = [
        ("p INTEGER REFERENCES p", "p INTEGER", "missing-foreign-key: table `t` has no foreign key (p) to `p`"),
        (
            "p INTEGER REFERENCES p",
            "p INTEGER REFERENCES q",
            "missing-foreign-key: foreign key (p) of table `t` refers to `q (id)`, not to `p (id)`",
        ),
        (
            "p INTEGER REFERENCES p ON DELETE CASCADE",
            "p INTEGER REFERENCES p ON UPDATE RESTRICT",
            "foreign-key-action: foreign key (p) of table `t` says ON DELETE NO ACTION, not CASCADE, and ON UPDATE \
             RESTRICT, not NO ACTION",
        ),
        (
            "p INTEGER REFERENCES p DEFERRABLE INITIALLY DEFERRED",
            "p INTEGER REFERENCES p",
            "deferrable: foreign key (p) of table `t` is checked at another time",
        ),
        ("a CHECK (a > 0)", "a", "missing-check: table `t` has no CHECK (a > 0)"),
        (
            "a, CONSTRAINT positive CHECK (a > 0)",
            "a, CONSTRAINT positive CHECK (a >= 0)",
            "missing-check: CONSTRAINT positive CHECK (a > 0) of table `t` has another condition",
        ),
        (
            "a CHECK (a IN ('x', 'y'))",
            "a CHECK (a IN ('x', 'y', 'z'))",
            "missing-check: CHECK (a IN ('x', 'y')) of table `t` lists other values",
        ),
        (
            "a CHECK (a IN ('x', 'y'))",
            "a CHECK (a IN ('y', 'x'))",
            "other-means: CHECK (a IN ('x', 'y')) of table `t` lists its values in another order",
        ),
        (
            "a UNIQUE ON CONFLICT REPLACE",
            "a UNIQUE",
            "conflict-clause: UNIQUE (a) of table `t` has another conflict clause",
        ),
        ("a, CONSTRAINT c UNIQUE (a)", "a UNIQUE", "other-name: UNIQUE (a) of table `t` has another name"),
    ];
    for (migration, database, expected) in cases {
        finds(&child(migration), &child(database), &[expected]);
    }
    let counted = "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT)";
    let plain = "CREATE TABLE t (id INTEGER PRIMARY KEY)";
    let lost =
        "autoincrement: the primary key of table `t` lacks AUTOINCREMENT, and so numbers of deleted rows come again";
    finds(counted, plain, &[lost]);
    finds(plain, "CREATE TABLE t (id INTEGER)", &["missing-primary-key: table `t` has no PRIMARY KEY (id)"]);
    let strict = "CREATE TABLE t (id TEXT PRIMARY KEY) STRICT";
    let says = "table-options: table `t` is not STRICT, and so takes values of any type";
    finds(strict, "CREATE TABLE t (id TEXT PRIMARY KEY)", &[says]);
}

#[test]
fn a_parent_that_is_not_unique_is_told_at_the_child_too() {
    let child = "CREATE TABLE c (code TEXT REFERENCES p (code))";
    let parent = "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT)";
    finds(
        &format!("{parent}; CREATE UNIQUE INDEX codes ON p (code); {child}"),
        &format!("{parent}; {child}"),
        &[
            "parent-not-unique: foreign key (code) of table `c` refers to columns of `p` that are not unique: writing fails",
            "missing-unique: table `p` has no UNIQUE (code)",
        ],
    );
}

#[test]
fn tables_and_objects() {
    let migration = "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); CREATE INDEX of_a ON t (a);
        CREATE TABLE gone (x); DROP TABLE gone; CREATE VIEW v AS SELECT a FROM t;
        CREATE TRIGGER tr BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, 'no'); END;
        CREATE VIRTUAL TABLE words USING fts5 (word)";
    finds(
        migration,
        "CREATE TABLE gone (x)",
        &[
            "missing-object: view `v` is missing",
            "missing-object: virtual table `words` is missing",
            "missing-table: table `t` is missing",
            "missing-object: trigger `tr` on `t` is missing",
            "left-over: table `gone` is there, and the migrations up to here drop it or have not created it",
        ],
    );
    let other = migration.replace("SELECT a FROM t", "SELECT id FROM t").replace("'no'", "'never'");
    finds(
        migration,
        &other,
        &["other-object: view `v` has another text", "other-object: trigger `tr` on `t` has another text"],
    );
    assert_eq!(mended(migration, &other), [false, false]);
    // Somebody put a view in the place of a table, or a table that cannot be read.
    let view = "CREATE TABLE other (id INTEGER PRIMARY KEY, a TEXT); CREATE VIEW t AS SELECT * FROM other";
    let (app, db) = case("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT)", view);
    let audit = app.audit(&db).expect("an audit");
    assert_eq!(told(&audit.findings[0]), "missing-table: table `t` is missing: a view has its name");
    assert!(audit.findings[0].sql.is_empty(), "{audit}");
}

#[test]
fn what_looks_renamed_is_not_created_a_second_time() {
    let table = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT)";
    let expected =
        ["missing-column: table `users` has no column `email`", "extra-column: column `users.mail` is in no migration"];
    finds(table, &table.replace("email", "mail"), &expected);
    assert_eq!(mended(table, &table.replace("email", "mail")), [false, false]);
    let (app, db) = case(table, &table.replace("users", "people"));
    let audit = app.audit(&db).expect("an audit");
    assert_eq!(audit.findings[0].sql, [""; 0], "{audit}");
    assert!(audit.findings[0].help.ends_with("this renames it back: `ALTER TABLE people RENAME TO users`"), "{audit}");
}

#[test]
fn a_database_that_is_behind_is_compared_with_what_it_records() {
    let file = File::migrated(&CMS[..1]);
    let audit = cms().audit(&file.open()).expect("an audit");
    assert!(audit.findings.is_empty(), "{audit}");
    assert_eq!(
        (audit.version.as_deref(), audit.recorded, audit.pending.as_slice()),
        (Some("1"), true, ["2".to_owned(), "3".to_owned()].as_slice())
    );
    assert_eq!(
        audit.basis(),
        "compared with the schema of version 1, which the database records; 2 migrations are pending"
    );
    // What somebody ran of the next migration by hand is that migration's.
    file.open().execute_batch(VERIFIER).expect("the next migration, by hand");
    let audit = cms().audit(&file.open()).expect("an audit");
    let expected = ["left-over: column `auth_state.code_verifier` is there, and only a pending migration brings it"];
    assert_eq!(audit.findings.iter().map(told).collect::<Vec<_>>(), expected, "{audit}");
}

#[test]
fn a_history_that_contradicts_the_program_is_an_error() {
    let newer = File::migrated(&CMS);
    let old = set(&CMS[..2]);
    assert_eq!(old.audit(&newer.open()).expect_err("newer").kind(), Kind::Newer);
    let edited = set(&[("1", "baseline", &BASELINE.replace("notes", "pages")), CMS[1], CMS[2]]);
    assert_eq!(edited.audit(&newer.open()).expect_err("edited").kind(), Kind::Edited);
    let broken = File::none();
    std::fs::write(&broken.path, "no database at all, but long enough to be read as one").expect("a file");
    assert_eq!(cms().audit(&broken.open()).expect_err("no database").kind(), Kind::NotADatabase);
}

#[test]
fn an_audit_only_reads() {
    let file = database_as_found();
    let before = file.bytes();
    let db = Connection::open_with_flags(&file.path, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("it opens");
    let audit = site_as_it_was().audit_with_rows(&db).expect("an audit");
    assert_eq!(counts(&audit), [2, 2, 0], "{audit}");
    assert!(db.is_autocommit());
    drop(db);
    assert!(file.bytes() == before, "the file changed");
    let files = std::fs::read_dir(file.directory.path()).expect("the directory").count();
    assert_eq!(files, 1, "an audit leaves nothing beside the file");
}

#[test]
fn the_rows_in_the_way_are_counted_on_request() {
    let file = database_as_found();
    file.open().execute_batch("INSERT INTO user_roles (user_id, role_id) VALUES (1, 1), (1, 1)").expect("rows");
    let audit = site_as_it_was().audit_with_rows(&file.open()).expect("an audit");
    let rows: Vec<(u64, &str)> =
        audit.findings.iter().flat_map(|finding| &finding.rows).map(|rows| (rows.count, rows.rule.as_str())).collect();
    assert_eq!(rows, [(2, "UNIQUE (user_id, role_id)")], "{audit}");
    assert!(site_as_it_was().audit(&file.open()).expect("an audit").findings.iter().all(|one| one.rows.is_empty()));
}

#[test]
fn what_a_connection_does_not_enforce() {
    let migration = "CREATE TABLE t (id INTEGER PRIMARY KEY, up INTEGER REFERENCES t CHECK (up > 0))";
    let (app, db) = case(migration, migration);
    db.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON").expect("pragmas");
    let audit = app.audit(&db).expect("an audit");
    assert_eq!(
        audit.findings.iter().map(told).collect::<Vec<_>>(),
        [
            "not-enforced: this connection does not enforce foreign keys",
            "not-enforced: this connection does not enforce CHECKs",
        ]
    );
    for finding in &audit.findings {
        db.execute_batch(&finding.sql.join(";")).expect("a pragma");
    }
    assert_eq!(app.audit(&db).expect("an audit").findings, []);
}

#[test]
fn one_statement_of_several_and_every_category_has_a_severity() {
    // The planner is asked for the least: what one statement does is one statement.
    let (app, db) = case(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT); CREATE INDEX of_b ON t (b)",
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)",
    );
    let audit = app.audit(&db).expect("an audit");
    let expected = ["BEGIN IMMEDIATE", "ALTER TABLE t ADD COLUMN b TEXT", "CREATE INDEX of_b ON t (b)", "COMMIT"];
    assert_eq!(audit.findings[0].sql, expected, "{audit}");
    assert_eq!(audit.findings[0].expected.as_deref(), Some("b TEXT, CREATE INDEX of_b ON t (b)"));
    let of = |severity| Category::ALL.iter().filter(|category| category.severity() == severity).count();
    assert_eq!([Severity::Critical, Severity::Warning, Severity::Notice].map(of), [13, 15, 4]);
}
