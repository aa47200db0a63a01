//! The limit on memory, in a process of its own: it holds for everything in the process, and for good.

use std::time::{Duration, Instant};

use schema_core::{Dialect, Migration, checksum};

/// Values that are kept until the statement ends, in a sorter or in a table of its own.
#[test]
fn what_a_statement_keeps_is_bounded() {
    schema_replay::limit_memory();
    for sql in [
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)
         SELECT zeroblob(16000000) || x AS y FROM c ORDER BY y",
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c),
         d AS MATERIALIZED (SELECT hex(zeroblob(8000000)) AS y FROM c) SELECT count(*) FROM d",
    ] {
        let start = Instant::now();
        let sql = format!("CREATE TABLE t (a);\n  {sql}");
        let migration = Migration {
            version: "1".into(),
            name: "m".into(),
            file: "migrations/1_m.sql".into(),
            checksum: checksum(Dialect::Sqlite, &sql).into(),
            sql: sql.into(),
            no_transaction: false,
        };
        let problem = schema_replay::replay(&[migration]).unwrap_err();
        assert!(start.elapsed() < Duration::from_secs(30), "{problem}");
        assert_eq!(problem.code, "oversized-migration");
        let lines: Vec<&str> = problem.message.lines().collect();
        assert_eq!(lines[0], "`migrations/1_m.sql` needs more than 1 GiB of memory");
        assert_eq!(lines[2], "  at:          migrations/1_m.sql:2:3");
        assert_eq!(
            lines[3],
            "  help: migrations are run while the application is built: load large data in another way"
        );
    }
}
