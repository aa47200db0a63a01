//! Rows that a migration does not allow: what a plan says of them before, and what the error says after.

#[path = "preflight/law.rs"]
mod law;

use schema_runtime::{Error, Kind, Offenders, Options};

use crate::common::{File, migration, one, set};

const USERS: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, age INTEGER, org INTEGER);";

/// Users that break every rule here.
const ROWS: &str = "INSERT INTO users VALUES (1, 'a@b.c', 30, 1), (2, NULL, -1, 2), (3, 'a@b.c', 40, 1),
    (4, 'A@b.c', NULL, 9), (5, 'x', -7, NULL);";

/// A rebuild of the users with these columns.
fn rebuilt(columns: &str) -> String {
    format!(
        "CREATE TABLE __new_users ({columns});
         INSERT INTO __new_users (id, email, age, org) SELECT id, email, age, org FROM users;
         DROP TABLE users;
         ALTER TABLE __new_users RENAME TO users;"
    )
}

/// What the plan says of a migration after some SQL, and the error of running it.
fn both(first: &str, rows: &str, sql: &str) -> (Vec<Offenders>, Error) {
    let file = File::migrated(&[("1", "first", first)]);
    file.open().execute_batch(rows).expect("rows");
    let program = set(&[("1", "first", first), ("2", "rule", sql)]);
    let planned = program.plan(&file.open()).expect("a plan").steps.remove(0).offenders;
    (planned, file.refused(&program))
}

fn shown(offenders: &[Offenders]) -> String {
    let mut lines = Vec::new();
    for one in offenders {
        lines.push(one.to_string());
        lines.extend(one.samples.iter().cloned());
        lines.push(one.query.clone());
    }
    lines.join("\n")
}

/// What the plan says, when the error says the same.
fn broken(first: &str, rows: &str, sql: &str) -> String {
    let (planned, error) = both(first, rows, sql);
    assert_eq!(error.kind(), Kind::Offenders, "{error}");
    assert_eq!(error.offenders(), planned, "{error}");
    shown(&planned)
}

#[test]
fn keys() {
    assert_eq!(
        broken(USERS, ROWS, "CREATE UNIQUE INDEX u ON users (email)"),
        "1 row of `users` will break UNIQUE (email)
email = 'a@b.c' in rows id = 1, id = 3
SELECT email, count(*), min(id), max(id) FROM users WHERE email IS NOT NULL GROUP BY email HAVING count(*) > 1"
    );
    assert_eq!(
        broken(USERS, ROWS, "CREATE UNIQUE INDEX u ON users (email COLLATE NOCASE) WHERE id > 1"),
        "1 row of `users` will break UNIQUE (email COLLATE NOCASE) WHERE id > 1
email = 'A@b.c' in rows id = 3, id = 4
SELECT email, count(*), min(id), max(id) FROM users WHERE email IS NOT NULL AND (id > 1) GROUP BY email COLLATE NOCASE HAVING count(*) > 1"
    );
    assert_eq!(
        broken(USERS, ROWS, "CREATE UNIQUE INDEX u ON users (lower(email))"),
        "2 rows of `users` will break UNIQUE (lower(email))
(lower(email)) = 'a@b.c' in 3 rows, the first id = 1
SELECT lower(email), count(*), min(id), max(id) FROM users WHERE lower(email) IS NOT NULL GROUP BY lower(email) HAVING count(*) > 1"
    );
    let columns = "id INTEGER, email TEXT, age INTEGER, org INTEGER, PRIMARY KEY (org, email)";
    assert_eq!(
        broken(USERS, ROWS, &rebuilt(columns)),
        "1 row of `users` will break PRIMARY KEY (org, email)
org = 1 and email = 'a@b.c' in rows id = 1, id = 3
SELECT org, email, count(*), min(id), max(id) FROM users WHERE org IS NOT NULL AND email IS NOT NULL GROUP BY org, email HAVING count(*) > 1"
    );
}

#[test]
fn keys_of_tables_without_rowids() {
    let first = "CREATE TABLE \"my users\" (org TEXT, id INTEGER, \"e mail\", PRIMARY KEY (org, id)) WITHOUT ROWID;";
    let rows = "INSERT INTO \"my users\" VALUES ('x', 1, x'0a'), ('y', 1, x'0A'), ('y', 2, NULL)";
    assert_eq!(
        broken(first, rows, "CREATE UNIQUE INDEX u ON \"my users\" (\"e mail\")"),
        "1 row of `my users` will break UNIQUE (\"e mail\")
e mail = x'0a' in 2 rows
SELECT \"e mail\", count(*) FROM \"my users\" WHERE \"e mail\" IS NOT NULL GROUP BY \"e mail\" HAVING count(*) > 1"
    );
    assert_eq!(
        broken(first, rows, "ALTER TABLE \"my users\" ADD COLUMN x NOT NULL CHECK (x > 0) DEFAULT 0"),
        "3 rows of `my users` will break CHECK (x > 0)
x = 0 in row org = 'x' and id = 1
x = 0 in row org = 'y' and id = 1
x = 0 in row org = 'y' and id = 2
SELECT key1, key2, x FROM (SELECT org AS key1, id AS key2, (0) COLLATE BINARY AS x FROM \"my users\") AS \"my users\" WHERE NOT (x > 0)"
    );
}

#[test]
fn values_that_are_missing() {
    let columns = "id INTEGER PRIMARY KEY, email TEXT NOT NULL, age INTEGER, org INTEGER NOT NULL";
    assert_eq!(
        broken(USERS, ROWS, &rebuilt(columns)),
        "1 row of `users` will break NOT NULL (email)
row id = 2
SELECT id FROM users WHERE email IS NULL
1 row of `users` will break NOT NULL (org)
row id = 5
SELECT id FROM users WHERE org IS NULL"
    );
    let columns = "id INTEGER, email TEXT, age INTEGER, org INTEGER, PRIMARY KEY (email, id)";
    assert_eq!(
        broken(USERS, ROWS, &rebuilt(columns).replace("id));", "id)) WITHOUT ROWID;")),
        "1 row of `users` will break NOT NULL (email)
row id = 2
SELECT id FROM users WHERE email IS NULL"
    );
}

#[test]
fn conditions() {
    let columns =
        "id INTEGER PRIMARY KEY, email TEXT, age INTEGER, org INTEGER, CONSTRAINT adult CHECK (age >= 0 OR org < 2)";
    assert_eq!(
        broken(USERS, ROWS, &rebuilt(columns)),
        "1 row of `users` will break CONSTRAINT adult CHECK (age >= 0 OR org < 2)
age = -1 and org = 2 in row id = 2
SELECT id, age, org FROM users WHERE NOT (age >= 0 OR org < 2)"
    );
}

#[test]
fn samples_are_few_and_counts_are_exact() {
    let rows = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000)
        INSERT INTO users SELECT i, i / 2, -i, 1 FROM n";
    let columns = "id INTEGER PRIMARY KEY, email TEXT UNIQUE, age INTEGER CHECK (age > -990), org INTEGER";
    let (planned, error) = both(USERS, rows, &rebuilt(columns));
    let counts: Vec<_> = planned.iter().map(|one| (one.count, one.samples.len())).collect();
    assert_eq!(counts, [(499, 5), (11, 5)]);
    assert_eq!(error.offenders()[0].samples.len(), 5);
}

#[test]
fn types() {
    let first = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, age TEXT, org TEXT);";
    let rows = "INSERT INTO users VALUES (1, 7, '30', '1'), (2, NULL, ' 31 ', '2.0'), (3, x'00', 'old', '1.5'),
        (4, 'x', NULL, NULL), (5, 'y', 'very old', 3)";
    let columns = "id INTEGER PRIMARY KEY, email TEXT, age INTEGER, org INTEGER";
    let left = "2 rows of `users` will break the type INTEGER (age)
age = 'old' in row id = 3
age = 'very old' in row id = 5
1 row of `users` will break the type INTEGER (org)
org = '1.5' in row id = 3";
    let without_queries =
        |text: &str| text.lines().filter(|line| !line.starts_with("SELECT")).collect::<Vec<_>>().join("\n");
    // SQLite itself refuses them in a STRICT table, one column at a time.
    let (planned, error) = both(first, rows, &rebuilt(columns).replace(");\n", ") STRICT;\n"));
    let all = format!("1 row of `users` will break the type TEXT (email)\nemail = x'00' in row id = 3\n{left}");
    assert_eq!(without_queries(&shown(&planned)), all);
    assert_eq!(error.offenders(), planned);
    // Elsewhere they would stay as they are, and nothing could read them.
    let (planned, error) = both(first, rows, &rebuilt(columns));
    assert_eq!(without_queries(&shown(&planned)), left);
    assert_eq!(error.kind(), Kind::Offenders);
    let counts = |list: &[Offenders]| list.iter().map(|one| (one.rule.clone(), one.count)).collect::<Vec<_>>();
    assert_eq!(counts(error.offenders()), counts(&planned));
    // An INTEGER PRIMARY KEY takes integers only, in every table.
    let first = "CREATE TABLE users (id TEXT, email TEXT, age TEXT, org TEXT);";
    let rows = "INSERT INTO users VALUES ('1', 1, 1, 1), ('one', 1, 1, 1), (NULL, 1, 1, 1)";
    let (planned, error) = both(first, rows, &rebuilt("id INTEGER PRIMARY KEY, email TEXT, age TEXT, org TEXT"));
    assert_eq!(
        without_queries(&shown(&planned)),
        "1 row of `users` will break the type INTEGER (id)\nid = 'one' in row rowid = 2"
    );
    assert_eq!(error.offenders(), planned);
}

#[test]
fn parents() {
    let first = format!("{USERS} CREATE TABLE orgs (id INTEGER PRIMARY KEY, code TEXT COLLATE NOCASE UNIQUE);");
    let rows = format!("{ROWS} INSERT INTO orgs VALUES (1, 'A@B.C')");
    let columns = "id INTEGER PRIMARY KEY, email TEXT REFERENCES orgs (code), age INTEGER, org INTEGER REFERENCES orgs";
    let (planned, error) = both(&first, &rows, &rebuilt(columns));
    assert_eq!(
        shown(&planned),
        "1 row of `users` will break FOREIGN KEY (email) REFERENCES orgs (code)
email = 'x' in row id = 5
SELECT child.id, child.email FROM users AS child LEFT JOIN orgs AS parent ON parent.code = +child.email WHERE child.email IS NOT NULL AND parent.code IS NULL
2 rows of `users` will break FOREIGN KEY (org) REFERENCES orgs (id)
org = 2 in row id = 2
org = 9 in row id = 4
SELECT child.id, child.org FROM users AS child LEFT JOIN orgs AS parent ON parent.id = +child.org WHERE child.org IS NOT NULL AND parent.id IS NULL"
    );
    assert_eq!(error.kind(), Kind::ForeignKeys, "{error}");
}

#[test]
fn a_parent_that_comes_at_the_same_time() {
    let columns = "id INTEGER PRIMARY KEY, email TEXT, age INTEGER, org INTEGER REFERENCES orgs (id)";
    let sql = format!("CREATE TABLE orgs (id INTEGER PRIMARY KEY); {}", rebuilt(columns));
    let (planned, error) = both(USERS, ROWS, &sql);
    assert_eq!(planned[0].to_string(), "4 rows of `users` will break FOREIGN KEY (org) REFERENCES orgs (id)");
    assert_eq!(error.kind(), Kind::ForeignKeys, "{error}");
    let (planned, error) = both(USERS, ROWS, &format!("{sql} INSERT INTO orgs SELECT 1;"));
    assert_eq!(planned[0].to_string(), "4 rows of `users` may break FOREIGN KEY (org) REFERENCES orgs (id)");
    assert_eq!(error.kind(), Kind::ForeignKeys, "{error}");
}

#[test]
fn what_the_migration_mends_is_not_counted() {
    let sql = "UPDATE users SET email = 'b' WHERE id = 3; CREATE UNIQUE INDEX u ON users (lower(email))";
    let (planned, error) = both(USERS, ROWS, sql);
    assert_eq!(planned[0].to_string(), "2 rows of `users` may break UNIQUE (lower(email))");
    assert_eq!(error.offenders()[0].count, 1);
    assert_eq!(error.offenders()[0].samples, ["(lower(email)) = 'a@b.c' in rows id = 1, id = 4"]);

    let file = File::migrated(&[("1", "first", USERS)]);
    file.open().execute_batch(ROWS).expect("rows");
    let mended = "DELETE FROM users WHERE id IN (3, 4); CREATE UNIQUE INDEX u ON users (lower(email))";
    set(&[("1", "first", USERS), ("2", "rule", mended)]).migrate_file(&file.path).expect("it migrates");
    assert_eq!(one(&file.open(), "SELECT count(*) FROM users"), "3");
}

#[test]
fn the_rows_of_a_table_that_moved_before_it_failed() {
    let sql = "ALTER TABLE users RENAME TO old;
        CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE, age INTEGER, org INTEGER);
        INSERT INTO users SELECT * FROM old; DROP TABLE old;";
    let (planned, error) = both(USERS, ROWS, sql);
    assert_eq!(planned[0].to_string(), "1 row of `users` may break UNIQUE (email)");
    assert_eq!(error.offenders()[0].count, 1);
}

#[test]
fn rows_that_go_break_nothing() {
    let sql = "DROP TABLE users; CREATE TABLE users (id INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE);";
    let file = File::migrated(&[("1", "first", USERS)]);
    file.open().execute_batch(ROWS).expect("rows");
    let program = set(&[("1", "first", USERS), ("2", "rule", sql)]);
    assert_eq!(program.plan(&file.open()).expect("a plan").steps[0].offenders, []);
    program.migrate_file(&file.path).expect("it migrates");
}

/// However many rows there are: each question reads a table once, and looks parents up.
#[test]
fn every_question_is_one_scan() {
    let first = format!("{USERS} CREATE TABLE orgs (id INTEGER PRIMARY KEY, code TEXT UNIQUE);");
    let rebuilt = rebuilt(
        "id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE REFERENCES orgs (code), age TEXT CHECK (age > 0),
         org INTEGER REFERENCES orgs",
    );
    let file = File::migrated(&[("1", "first", &first)]);
    file.open().execute_batch(&format!("{ROWS} UPDATE users SET age = x'00' WHERE id = 1")).expect("rows");
    let program = set(&[("1", "first", &first), ("2", "rule", &rebuilt)]);
    let planned = program.plan(&file.open()).expect("a plan").steps.remove(0).offenders;
    let rules: Vec<_> = planned.iter().map(|one| one.rule.as_str()).collect();
    let all = [
        "the type TEXT (age)",
        "NOT NULL (email)",
        "UNIQUE (email)",
        "CHECK (age > 0)",
        "FOREIGN KEY (email) REFERENCES orgs (code)",
        "FOREIGN KEY (org) REFERENCES orgs (id)",
    ];
    assert_eq!(rules, all);
    let db = file.open();
    for one in &planned {
        let mut statement = db.prepare(&format!("EXPLAIN QUERY PLAN {}", one.query)).expect("a query");
        let steps = statement.query_map([], |row| row.get::<_, String>(3)).expect("a plan");
        let steps: Vec<String> = steps.map(|step| step.expect("a step")).collect();
        assert_eq!(steps.iter().filter(|step| step.starts_with("SCAN")).count(), 1, "{}: {steps:?}", one.query);
    }
}

#[test]
fn later_migrations_are_asked_about_the_rows_of_today() {
    let file = File::migrated(&[("1", "first", USERS)]);
    file.open().execute_batch(ROWS).expect("rows");
    let program = set(&[
        ("1", "first", USERS),
        ("2", "column", "ALTER TABLE users ADD COLUMN name TEXT; CREATE TABLE more (id INTEGER PRIMARY KEY)"),
        ("3", "email", "CREATE UNIQUE INDEX u ON users (email)"),
        ("4", "name", "CREATE UNIQUE INDEX n ON users (name)"),
    ]);
    assert_eq!(
        program.plan(&file.open()).expect("a plan").to_string(),
        "the database has version 1 and its schema; 3 migrations are pending
  run    migrations/0002_column.sql (2 statements)
  run    migrations/0003_email.sql (1 statement)
         1 row of `users` may break UNIQUE (email)
         - email = 'a@b.c' in rows id = 1, id = 3
         all: SELECT email, count(*), min(id), max(id) FROM users WHERE email IS NOT NULL GROUP BY email HAVING count(*) > 1
  run    migrations/0004_name.sql (1 statement)"
    );
}

#[test]
fn a_failure_that_is_about_no_rule_says_what_sqlite_says() {
    let sql = "INSERT INTO users (id) VALUES (1); CREATE UNIQUE INDEX u ON users (org)";
    let (_, error) = both(USERS, "INSERT INTO users (id) VALUES (1)", sql);
    assert_eq!((error.kind(), error.offenders()), (Kind::Failed, &[][..]), "{error}");
}

#[test]
fn rows_in_the_way_of_a_way_down() {
    let second = "CREATE TABLE __new_users (id INTEGER PRIMARY KEY, email TEXT, age INTEGER, org TEXT);
        INSERT INTO __new_users SELECT id, email, age, org FROM users; DROP TABLE users;
        ALTER TABLE __new_users RENAME TO users;";
    let first = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE, age INTEGER, org TEXT);";
    let down = second.replace("email TEXT", "email TEXT UNIQUE");
    let program = set(&[("1", "first", first), ("2", "plain", second)]);
    let file = File::none();
    program.migrate_file(&file.path).expect("it migrates");
    file.open().execute_batch(ROWS).expect("rows");
    let downs = vec![migration(("2", "plain", &down))];
    let error = program.roll_back_by(&mut file.open(), &downs, Some("1"), Options::new()).expect_err("a refusal");
    assert_eq!(
        error.to_string().lines().take(2).collect::<Vec<_>>(),
        [
            "the way down of migration 2 (plain) cannot run: 1 row of `users` breaks UNIQUE (email)",
            "  - email = 'a@b.c' in rows id = 1, id = 3"
        ]
    );
}
