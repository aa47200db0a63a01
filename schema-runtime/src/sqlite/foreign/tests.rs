//! Histories as the tools write them, and as nobody writes them.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use rusqlite::Connection;
use schema_core::Migration;
use sha2::{Digest as _, Sha384};

use super::{Claim, claim};
use crate::{Error, Kind, checksum};

const SQLX: &str = "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
    installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL, checksum BLOB NOT NULL,
    execution_time BIGINT NOT NULL);";
const DIESEL: &str = "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL,
    run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP);";
const REFINERY: &str = "CREATE TABLE refinery_schema_history (version int4 PRIMARY KEY, name VARCHAR(255),
    applied_on VARCHAR(255), checksum VARCHAR(255));";
const SEA_ORM: &str =
    "CREATE TABLE seaql_migrations (version varchar NOT NULL PRIMARY KEY, applied_at bigint NOT NULL);";
const GOOSE: &str = "CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY AUTOINCREMENT, version_id INTEGER NOT NULL,
    is_applied INTEGER NOT NULL, tstamp TIMESTAMP DEFAULT (datetime('now')));
    INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1);";
const GOLANG_MIGRATE: &str = "CREATE TABLE schema_migrations (version uint64, dirty bool);
    CREATE UNIQUE INDEX version_unique ON schema_migrations (version);";
const DBMATE: &str = "CREATE TABLE \"schema_migrations\" (version varchar(128) primary key);";

const NAMES: [&str; 4] = ["baseline", "roles", "tokens", "indexes"];

/// Migrations 1 to 4.
fn program() -> Vec<Migration> {
    (1..).zip(NAMES).map(|(version, name)| migration(version, name)).collect()
}

fn migration(version: u32, name: &str) -> Migration {
    let sql = format!("CREATE TABLE {name} (id);\n");
    Migration {
        version: version.to_string().into(),
        name: name.to_owned().into(),
        file: format!("migrations/{version:04}_{name}.sql").into(),
        checksum: checksum(&sql).into(),
        sql: sql.into(),
        no_transaction: false,
    }
}

fn database(sql: &str) -> Connection {
    let db = Connection::open_in_memory().expect("memory");
    db.execute_batch(sql).unwrap_or_else(|error| panic!("{error}: {sql}"));
    db
}

fn asked(sql: &str) -> Result<Option<Claim>, Error> {
    claim(&database(sql), &program())
}

/// The claim's count, evidence and whether it is verified and binding.
#[track_caller]
fn claims(sql: &str, count: usize, evidence: &str, verified: bool, binding: bool) {
    let claim = asked(sql).expect("no refusal").expect("a claim");
    assert_eq!((claim.count, claim.evidence.join("\n").as_str()), (count, evidence));
    assert_eq!((claim.verified, claim.binding), (verified, binding));
}

#[track_caller]
fn refused(sql: &str, kind: Kind, words: &str) {
    let error = asked(sql).expect_err("a refusal");
    assert_eq!(error.kind(), kind, "{error}");
    assert!(error.to_string().lines().next().is_some_and(|line| line.contains(words)), "{error}");
}

/// What sqlx writes for a migration that ran.
fn sqlx(version: usize) -> String {
    let sum = Sha384::digest(program()[version - 1].sql.as_bytes());
    let hex: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("INSERT INTO _sqlx_migrations VALUES ({version}, '{}', '2026-01-01', 1, x'{hex}', 7);", NAMES[version - 1])
}

fn versions(table: &str, versions: &[&str]) -> String {
    versions.iter().map(|version| format!("INSERT INTO {table} (version) VALUES ({version});")).collect()
}

fn diesel(all: &[&str]) -> String {
    format!("{DIESEL}{}", versions("__diesel_schema_migrations", all))
}

fn goose(rows: &[(i64, i64)]) -> String {
    rows.iter().fold(GOOSE.to_owned(), |sql, (version, applied)| {
        sql + &format!("INSERT INTO goose_db_version (version_id, is_applied) VALUES ({version}, {applied});")
    })
}

fn golang_migrate(version: &str, dirty: &str) -> String {
    format!("{GOLANG_MIGRATE}INSERT INTO schema_migrations VALUES ({version}, {dirty});")
}

#[test]
fn each_tool_is_understood() {
    let records = |table, tool, more| format!("`{table}` of {tool} records 2 migrations, up to 2 (roles){more}");
    let line = records("_sqlx_migrations", "sqlx", "; their checksums are those of the program's files");
    claims(&format!("{SQLX}{}{}", sqlx(1), sqlx(2)), 2, &line, true, true);
    // Users of sqlx may name the table themselves.
    let renamed = format!("{SQLX}{}{}", sqlx(1), sqlx(2)).replace("_sqlx_migrations", "history");
    claims(&renamed, 2, &line.replace("_sqlx_migrations", "history"), true, true);
    let line = records("__diesel_schema_migrations", "diesel", "");
    claims(&diesel(&["'00000000000000'", "'0001'", "'2'"]), 2, &line, false, true);
    let line = records("goose_db_version", "goose", "");
    claims(&goose(&[(1, 1), (2, 1), (3, 1), (3, 0), (2, 0), (2, 1)]), 2, &line, false, true);
    let line = records("schema_migrations", "golang-migrate", "");
    claims(&golang_migrate("2", "0"), 2, &line, false, true);
    let line = records("schema_migrations", "dbmate", "");
    claims(&format!("{DBMATE}{}", versions("schema_migrations", &["'0001'", "'0002'"])), 2, &line, false, true);
}

#[test]
fn names_are_understood_where_there_are_no_versions() {
    let sql = format!(
        "{SEA_ORM}INSERT INTO seaql_migrations VALUES ('m20240101_000001_baseline', 1), ('m20240102_000001_roles', 2);"
    );
    claims(&sql, 2, "`seaql_migrations` of sea-orm names 1 (baseline), 2 (roles)", false, false);
    let own = "CREATE TABLE schema_migrations (id INTEGER PRIMARY KEY, migration_name TEXT, applied_at TEXT);";
    // The numbers are the application's own, and so are the names of what it no longer has.
    let one = format!("{own}INSERT INTO schema_migrations VALUES (1, '001_roles', '2026-01-01');");
    claims(&one, 0, "`schema_migrations` names 2 (roles)", false, false);
    let two = format!("{one}INSERT INTO schema_migrations VALUES (2, '000_baseline.sql', ''), (3, '003_other', '');");
    let line = "`schema_migrations` names 1 (baseline), 2 (roles), and 1 that the program does not have";
    claims(&two, 0, line, false, false);
    let numbers = "CREATE TABLE schema_migrations (version INTEGER, description TEXT, success BOOLEAN);
        INSERT INTO schema_migrations VALUES (1, 'first', 1), (2, 'second', 1), (3, 'third', 0);";
    claims(numbers, 2, "`schema_migrations` names 1 (baseline), 2 (roles)", false, false);
}

#[test]
fn the_count_of_rusqlite_migration() {
    let line = "`PRAGMA user_version` of rusqlite_migration is 3: up to 3 (tokens)";
    claims("PRAGMA user_version = 3", 3, line, false, false);
    for sql in ["PRAGMA user_version = 5", "PRAGMA user_version = -1", "CREATE TABLE a (b)"] {
        assert_eq!(asked(sql).expect("no refusal"), None, "{sql}");
    }
    // Where another tool keeps a history, or a migration sets it, it is the application's.
    let other = format!("PRAGMA user_version = 3; {}", diesel(&["'1'"]));
    assert_eq!(asked(&other).expect("no refusal").map(|claim| claim.count), Some(1));
    let mut own = program();
    own[1].sql = "PRAGMA user_version = 7; CREATE TABLE roles (id)".into();
    assert_eq!(claim(&database("PRAGMA user_version = 3"), &own).expect("no refusal"), None);
    // In its own layout the number is certainly its own.
    let mut own = program();
    for migration in &mut own {
        migration.file = format!("migrations/{:0>2}-{}/up.sql", migration.version, migration.name).into();
    }
    let found = claim(&database("PRAGMA user_version = 3"), &own).expect("no refusal").expect("a claim");
    assert_eq!((found.count, found.binding), (3, true));
    let error = claim(&database("PRAGMA user_version = 5"), &own).expect_err("newer");
    assert_eq!(error.kind(), Kind::Newer);
    // The directories of diesel are not its own.
    for (at, migration) in own.iter_mut().enumerate() {
        migration.file = format!("migrations/2024-01-0{at}-000000_x/up.sql").into();
    }
    let found = claim(&database("PRAGMA user_version = 3"), &own).expect("no refusal").expect("a claim");
    assert!(!found.binding);
}

#[test]
fn what_does_not_fit_is_refused() {
    let edited = sqlx(2).replace(", x'", ", x'00");
    refused(&format!("{SQLX}{}{edited}", sqlx(1)), Kind::Edited, "migration 2 (roles) was edited after sqlx ran it");
    let dirty = sqlx(2).replace("'2026-01-01', 1", "'2026-01-01', 0");
    refused(&format!("{SQLX}{}{dirty}", sqlx(1)), Kind::Unfinished, "sqlx began migration 2 (roles)");
    refused(&golang_migrate("3", "1"), Kind::Unfinished, "golang-migrate began migration 3 (tokens)");
    refused(&golang_migrate("5", "1"), Kind::Unfinished, "golang-migrate began migration 5 ");
    refused(&golang_migrate("5", "0"), Kind::Newer, "golang-migrate ran migration 5, and the program ends at 4");
    refused(&diesel(&["'1'", "'5'"]), Kind::Newer, "diesel ran migration 5");
    refused(&diesel(&["'2'", "'3'"]), Kind::Late, "migration 1 (baseline) comes before migration 3, which diesel ran");
    refused(&goose(&[(1, 1), (2, 1), (3, 1), (2, 0)]), Kind::Late, "migration 2 (roles) comes before migration 3");
    refused(&diesel(&["'1'", "'abc'"]), Kind::CorruptHistory, "it has the version 'abc'");
    let mut gap = program();
    gap.remove(1);
    let error = claim(&database(&diesel(&["'1'", "'2'", "'3'"])), &gap).expect_err("missing");
    assert_eq!(error.kind(), Kind::Missing);
    let error = claim(&database(&golang_migrate("2", "0")), &gap).expect_err("missing");
    assert_eq!(error.kind(), Kind::Missing);
}

#[test]
fn the_checksums_of_refinery_count() {
    let row = |sum: &str| format!("{REFINERY}INSERT INTO refinery_schema_history VALUES (1, 'initial', '', '{sum}');");
    let mut program = program();
    program[0].name = "initial".into();
    program[0].sql = "CREATE TABLE a(id);".into();
    let found = claim(&database(&row("11638695386905893901")), &program).expect("no refusal").expect("a claim");
    assert!(found.verified);
    for sum in ["11638695386905893902", "0"] {
        let error = claim(&database(&row(sum)), &program).expect_err("edited");
        assert_eq!(error.kind(), Kind::Edited, "{error}");
    }
}

#[test]
fn other_files_with_the_same_numbers_are_no_claim() {
    let other = |name: &str| {
        let sql = format!(
            "{SQLX}INSERT INTO _sqlx_migrations VALUES (1, '{name}', '', 1, x'00', 7), (9, 'last', '', 1, x'01', 7);"
        );
        asked(&sql)
    };
    assert_eq!(other("accounts").expect("no refusal"), None);
    assert_eq!(other("baseline").expect_err("a namesake").kind(), Kind::Edited);
    let sql = format!("{REFINERY}INSERT INTO refinery_schema_history VALUES (1, 'accounts', '', '7');");
    assert_eq!(asked(&sql).expect("no refusal"), None);
}

#[test]
fn several_histories_have_to_agree() {
    let two = format!("{SQLX}{}{}", sqlx(1), sqlx(2));
    let found = asked(&format!("{two}{}", diesel(&["'1'", "'2'"]))).expect("no refusal").expect("a claim");
    assert_eq!((found.count, found.evidence.len(), found.verified), (2, 2, true));
    let more = diesel(&["'1'", "'2'", "'3'"]);
    refused(&format!("{two}{more}"), Kind::Contradictory, "the histories of sqlx and diesel in this database disagree");
    // A history of other migrations says nothing.
    let other = diesel(&["'20240101000000'", "'20240102000000'"]);
    assert_eq!(asked(&format!("{two}{other}")).expect("no refusal").map(|claim| claim.count), Some(2));
    let hint = "CREATE TABLE schema_migrations (name TEXT); INSERT INTO schema_migrations VALUES ('1_tokens');";
    let found = asked(&format!("{two}{hint}")).expect("no refusal").expect("a claim");
    assert_eq!((found.count, found.binding), (2, true));
}

#[test]
fn tables_of_nobody_are_no_claim() {
    let bare = "CREATE TABLE schema_migrations";
    for sql in [
        SQLX.to_owned(),
        "CREATE TABLE _sqlx_migrations (version); INSERT INTO _sqlx_migrations VALUES (1);".to_owned(),
        "CREATE VIEW _sqlx_migrations AS SELECT 1 AS version, 1 AS success, x'' AS checksum".to_owned(),
        "CREATE TABLE goose_db_version (version_id); INSERT INTO goose_db_version VALUES (1);".to_owned(),
        diesel(&["20240101000000"]),
        diesel(&["'00000000000000'"]),
        diesel(&["'abc'", "x'00'"]),
        golang_migrate("NULL", "NULL"),
        golang_migrate("-1", "1"),
        golang_migrate("0", "0"),
        golang_migrate("20240101000000", "0"),
        golang_migrate("'many'", "'perhaps'"),
        format!("{bare} (a, b); INSERT INTO schema_migrations VALUES (NULL, 1.5), (x'ff', '');"),
        format!("{bare} (\"a\"\"b\", \"select\"); INSERT INTO schema_migrations VALUES (1, 2);"),
        "CREATE TABLE \"we\"\"ird\" (version, dirty); INSERT INTO \"we\"\"ird\" VALUES ('x', 1), ('y', 2)".to_owned(),
        "CREATE TABLE baseline (version, dirty); INSERT INTO baseline VALUES (2, 0)".to_owned(),
    ] {
        assert_eq!(asked(&sql).expect("no refusal"), None, "{sql}");
    }
    assert_eq!(claim(&database(&diesel(&["'1'"])), &[]).expect("no refusal"), None);
}

#[test]
fn a_million_rows_are_read_in_one_pass() {
    let rows = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)";
    let db = database(&format!("{DIESEL}{rows} INSERT INTO __diesel_schema_migrations SELECT i, '' FROM n"));
    let start = Instant::now();
    let error = claim(&db, &program()).expect_err("newer");
    assert_eq!(error.kind(), Kind::Newer);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

/// A value that may stand where a version, a flag or a checksum is expected.
fn value() -> impl Strategy<Value = String> {
    let huge = ["9223372036854775807", "-9223372036854775808", "1e300", "-0.0", "3.0"];
    prop_oneof![
        6 => (0..7_i64).prop_map(|n| n.to_string()),
        3 => (0..6_i64).prop_map(|n| format!("'{n:04}'")),
        1 => proptest::sample::select(huge.to_vec()).prop_map(str::to_owned),
        1 => Just("NULL".to_owned()),
        1 => "[a-z0-9_ é']{0,12}".prop_map(|text| format!("'{}'", text.replace('\'', "''"))),
        1 => proptest::collection::vec(any::<u8>(), 0..60)
            .prop_map(|bytes| format!("x'{}'", bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())),
        2 => (0..4_usize, 0..5_u32).prop_map(|(at, n)| format!("'{n:03}_{}'", NAMES[at])),
    ]
}

/// Tables with their columns, with and without the declared types and the constraints.
const TABLES: [(&str, &[&str]); 8] = [
    ("_sqlx_migrations", &["version", "description", "installed_on", "success", "checksum", "execution_time"]),
    ("__diesel_schema_migrations", &["version", "run_on"]),
    ("refinery_schema_history", &["version", "name", "applied_on", "checksum"]),
    ("seaql_migrations", &["version", "applied_at"]),
    ("goose_db_version", &["id", "version_id", "is_applied", "tstamp"]),
    ("schema_migrations", &["version", "dirty"]),
    ("schema_migrations", &["version"]),
    ("schema_migrations", &["id", "name", "version", "applied"]),
];

/// The migrations that a version in SQL stands for, told in another way than the reader does.
fn meant(value: &str) -> Option<usize> {
    let number: usize = value.trim_matches('\'').parse().ok()?;
    (1..=4).contains(&number).then_some(number)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is in such a table, nothing panics, and what is claimed is in it.
    #[test]
    fn a_claim_is_true(
        which in 0..TABLES.len(),
        rows in proptest::collection::vec(proptest::collection::vec(value(), 6), 0..6),
        also_diesel in proptest::option::of(proptest::collection::vec(value(), 0..4)),
    ) {
        let (table, columns) = TABLES[which];
        let mut sql = format!("CREATE TABLE {table} ({});", columns.join(", "));
        for row in &rows {
            let _ = write!(sql, "INSERT INTO {table} VALUES ({});", row[..columns.len()].join(", "));
        }
        for value in also_diesel.iter().flatten().filter(|_| which != 1) {
            let _ = write!(sql, "CREATE TABLE IF NOT EXISTS __diesel_schema_migrations (version);
                INSERT INTO __diesel_schema_migrations VALUES ({value});");
        }
        if let Ok(Some(claim)) = asked(&sql) {
            prop_assert!(claim.count <= 4 && !claim.evidence.is_empty());
            prop_assert!(!claim.verified, "no random checksum is that of a file");
            let column = columns.iter().position(|column| column.starts_with("version")).unwrap_or(0);
            let mut own: Vec<usize> = rows.iter().filter_map(|row| meant(&row[column])).collect();
            if which != 1 {
                own.extend(also_diesel.iter().flatten().filter_map(|value| meant(value)));
            }
            let up_to = if columns == ["version", "dirty"] { own.iter().copied().max().unwrap_or(0) } else { 0 };
            for version in 1..=claim.count {
                let is_named = rows.iter().flatten().any(|value| value.contains(NAMES[version - 1]));
                prop_assert!(own.contains(&version) || version <= up_to || is_named, "{claim:?}");
            }
            // Goose also has rows of what it took back, and the names of the others do not bind.
            if claim.binding && !matches!(which, 3 | 4 | 7) {
                prop_assert!(own.iter().all(|version| *version <= claim.count), "{claim:?}");
            }
        }
    }

    /// The true history of any prefix is claimed as that, whatever the order of its rows.
    #[test]
    fn a_true_history_is_claimed(count in 1..=4_usize, order in Just([1, 2, 3, 4]).prop_shuffle(), is_diesel in any::<bool>()) {
        let applied: Vec<usize> = order.into_iter().filter(|version| *version <= count).collect();
        let sql = if is_diesel {
            let all: Vec<String> = applied.iter().map(|version| format!("'{version:05}'")).collect();
            diesel(&all.iter().map(String::as_str).collect::<Vec<_>>())
        } else {
            format!("{SQLX}{}", applied.iter().map(|version| sqlx(*version)).collect::<String>())
        };
        let claim = asked(&sql).expect("no refusal").expect("a claim");
        prop_assert_eq!((claim.count, claim.verified, claim.binding), (count, !is_diesel, true));
    }
}
