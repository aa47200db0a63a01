//! What a migration may cost: every kind of endless or giant statement is ended, and said where.

use std::time::{Duration, Instant};

use crate::support::{refused, run};

/// The first line of the problem that the statement is ended with, and that it is ended soon.
fn ended(statement: &str, within: Duration) -> (&'static str, String) {
    let start = Instant::now();
    let problem = refused(&format!("CREATE TABLE t (a);\n\n  {statement};"));
    assert!(start.elapsed() < within, "{:?}: {statement}", start.elapsed());
    assert_eq!(problem.place.as_ref().unwrap().to_string(), "migrations/1_m.sql:3:3", "{problem}");
    (problem.code, problem.message.lines().next().unwrap().to_owned())
}

const SOON: Duration = Duration::from_secs(5);
const ENDLESS: &str = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)";

#[test]
fn an_endless_statement_is_ended() {
    let fact = ("endless-statement", "`migrations/1_m.sql` has a statement that does not end".to_owned());
    for statement in [
        format!("{ENDLESS} SELECT * FROM c"),
        format!("{ENDLESS} SELECT count(*) FROM c"),
        format!("CREATE TABLE u AS {ENDLESS} SELECT NULL FROM c WHERE x < 0"),
        format!("INSERT INTO t {ENDLESS} SELECT x FROM c"),
        "WITH d(x) AS (VALUES (1),(2),(3),(4),(5),(6),(7),(8),(9)) SELECT count(*) FROM d a, d b, d c, d e, d f, d g, \
         d h, d i, d j, d k"
            .to_owned(),
    ] {
        assert_eq!(ended(&statement, SOON), fact, "{statement}");
    }
}

/// One instruction may take as long as a million others, so the clock ends what the steps do not.
#[test]
fn a_slow_endless_statement_is_ended() {
    let statement = format!("{ENDLESS} SELECT length(group_concat(randomblob(1000000))) FROM c");
    let (code, _) = ended(&statement, Duration::from_secs(30));
    assert_eq!(code, "endless-statement");
}

#[test]
fn an_endless_insert_is_ended() {
    let fact = ("oversized-migration", "`migrations/1_m.sql` writes more than 128 MiB".to_owned());
    for statement in [
        format!("INSERT INTO t {ENDLESS} SELECT zeroblob(1000) FROM c"),
        format!("CREATE TABLE u AS {ENDLESS} SELECT zeroblob(1000000) FROM c"),
        format!("CREATE TEMP TABLE u AS {ENDLESS} SELECT zeroblob(1000000) FROM c"),
    ] {
        assert_eq!(ended(&statement, SOON), fact, "{statement}");
    }
}

#[test]
fn a_trigger_that_fires_itself_is_ended() {
    let sql = "CREATE TABLE t (a);
               CREATE TRIGGER r AFTER INSERT ON t BEGIN INSERT INTO t VALUES (new.a + 1); END;
               PRAGMA recursive_triggers = ON;
               INSERT INTO t VALUES (1)";
    let problem = refused(sql);
    assert_eq!(
        problem.message.lines().next().unwrap(),
        "SQLite refuses `migrations/1_m.sql`: triggers nested too deep"
    );
    assert_eq!(problem.place.unwrap().line, 4);
}

#[test]
fn a_giant_value_is_refused() {
    for value in [
        "zeroblob(1000000000)",
        "randomblob(1000000000)",
        "length(printf('%.*c', 1000000000, 'x'))",
        "hex(zeroblob(10000000))",
        "replace(hex(zeroblob(5000000)), '0', 'xxxx')",
    ] {
        let (code, fact) = ended(&format!("INSERT INTO t SELECT {value}"), SOON);
        assert_eq!(code, "failed-migration");
        assert_eq!(fact, "SQLite refuses `migrations/1_m.sql`: string or blob too big", "{value}");
    }
    assert!(run(&["SELECT length(zeroblob(16000000))"]).is_ok());
}

#[test]
fn deep_nesting_is_refused_and_never_overflows_the_stack() {
    let words = |sql: &str| {
        let problem = refused(sql);
        assert_eq!(problem.place.as_ref().unwrap().to_string(), "migrations/1_m.sql:1:1", "{problem}");
        let line = problem.message.lines().next().unwrap().to_owned();
        line.strip_prefix("SQLite refuses `migrations/1_m.sql`: ").unwrap().to_owned()
    };
    assert_eq!(words(&format!("SELECT {}1{}", "(".repeat(50_000), ")".repeat(50_000))), "Recursion limit");
    assert_eq!(words(&format!("SELECT {}1", "- ".repeat(50_000))), "Recursion limit");
    assert_eq!(words(&format!("SELECT {}", "(SELECT ".repeat(50_000))), "Recursion limit");
    assert_eq!(
        words(&format!("CREATE TABLE t (a CHECK ({}a{}))", "abs(".repeat(9000), ")".repeat(9000))),
        "Recursion limit"
    );
    let too_large = "Expression tree is too large (maximum depth 1000)";
    assert_eq!(words(&format!("SELECT 1{}", "+1".repeat(50_000))), too_large);
    assert_eq!(words(&format!("CREATE TABLE t (a CHECK (a{}))", "+1".repeat(5_000))), too_large);
}

#[test]
fn nesting_that_sqlite_takes_is_read() {
    for check in [
        format!("{}a{}", "(".repeat(900), ")".repeat(900)),
        format!("a{}", " + 1".repeat(990)),
        format!("{}a", "NOT ".repeat(900)),
        format!("{}a{}", "abs(".repeat(90), ")".repeat(90)),
    ] {
        let replay = run(&[&format!("CREATE TABLE t (a CHECK ({check}))")]).unwrap();
        assert_eq!(replay.inspection.schema.tables.len(), 1, "{check}: {:?}", replay.inspection.unmanaged);
    }
}

#[test]
fn large_files_are_replayed() {
    let inserts = "INSERT INTO t VALUES ('abcdefghijklmnopqrstuvwxyz');\n".repeat(100_000);
    let literal = format!("INSERT INTO t VALUES ('{}');", "x".repeat(5_000_000));
    for sql in [&inserts, &literal] {
        let sql = format!("CREATE TABLE t (a);\n{sql}");
        assert!(sql.len() > 5_000_000);
        assert_eq!(run(&[&sql]).unwrap().catalogue, ["CREATE TABLE t (a)"]);
    }
}
