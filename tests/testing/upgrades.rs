//! Upgrades and ways down: rows that are lost, migrations that fail on rows, ways down that do not lead back.

use schema_runtime::testing::prove;

use crate::common::{failure, migration, proved, set, untried};

const USERS: &str = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, age INTEGER)";

#[test]
fn a_rebuild_that_keeps_the_rows_is_proved() {
    let rebuild = "CREATE TABLE new_users (id INTEGER PRIMARY KEY, mail TEXT NOT NULL UNIQUE, age TEXT, at TEXT);
        INSERT INTO new_users (id, mail, age) SELECT id, email, age FROM users;
        DROP TABLE users; ALTER TABLE new_users RENAME TO users";
    let proof = proved(&[USERS, "ALTER TABLE users ADD COLUMN x TEXT DEFAULT 'x'", rebuild]);
    assert_eq!(proof.upgrades, ["1", "2"]);
    assert_eq!(proof.rows, 8);
    assert_eq!(untried(&proof), [""; 0]);
    assert_eq!(
        proof.to_string(),
        "proved with 8 rows: 2 upgrades, 0 ways down and up again, 3 constraints that refuse a violation
  not tried: the ways down of 3 migrations from 1 to 3: there is none"
    );
}

#[test]
fn a_rebuild_that_forgets_rows_is_found() {
    let rebuild = "CREATE TABLE new_users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, age INTEGER NOT NULL);
INSERT INTO new_users SELECT * FROM users WHERE age IS NOT NULL;
DROP TABLE users; ALTER TABLE new_users RENAME TO users";
    assert_eq!(
        failure(&[USERS, "CREATE INDEX i ON users (email)", rebuild]),
        "2 of 4 rows of table `users` are lost on the way from versions 1 and 2
  migration:  migrations/3.sql
  migrations/3.sql:2:1
  | INSERT INTO new_users SELECT * FROM users WHERE age IS NOT NULL
  before:     age NULL, email 'person2@example.org', id 2
  help: keep every row; if that is meant, say so: `.may_lose(\"users\")`"
    );
}

#[test]
fn a_rebuild_that_forgets_the_copy_is_found() {
    let rebuild = "CREATE TABLE new_users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, age INTEGER);
DROP TABLE users;
ALTER TABLE new_users RENAME TO users";
    let text = failure(&[USERS, rebuild]);
    assert!(text.starts_with("4 of 4 rows of table `users` are lost on the way from version 1\n"), "{text}");
    assert!(text.contains("\n  migrations/2.sql:2:1\n  | DROP TABLE users\n"), "{text}");
    prove(&set(&[USERS, rebuild])).may_lose("users").assert();
}

#[test]
fn a_copy_that_mixes_columns_up_is_found() {
    let rebuild = "CREATE TABLE new_users (email TEXT NOT NULL, id INTEGER PRIMARY KEY, age INTEGER);
INSERT INTO new_users (age, email, id) SELECT id, email, id FROM users;
DROP TABLE users; ALTER TABLE new_users RENAME TO users";
    // The statement says which column goes where; that `age` takes another one's value is what it says.
    assert_eq!(proved(&[USERS, rebuild]).upgrades, ["1"]);
    let star = "CREATE TABLE new_users (id INTEGER PRIMARY KEY, age INTEGER, email TEXT);
INSERT INTO new_users SELECT * FROM users;
DROP TABLE users; ALTER TABLE new_users RENAME TO users";
    let text = failure(&[USERS, star]);
    assert!(
        text.starts_with("4 of 4 rows of table `users` are not what they were on the way from version 1\n"),
        "{text}"
    );
    assert!(
        text.contains("\n  before:     age 1, email 'person1@example.org', id 1\n  after:      age 'person1"),
        "{text}"
    );
}

#[test]
fn what_statements_change_on_purpose_is_no_loss() {
    let purpose = "UPDATE users SET age = 0 WHERE age IS NULL; DELETE FROM users WHERE id = 2;
        INSERT INTO users VALUES (99, 'x', 1)";
    let proof = proved(&[USERS, purpose]);
    assert_eq!(proof.upgrades, ["1"]);
    assert_eq!(
        untried(&proof),
        [
            "what becomes of the rows of table `users`: migrations/2.sql:1:1 changes them, migrations/2.sql:1:45 changes them, migrations/2.sql:2:9 changes them"
        ]
    );
    let dropped = proved(&[USERS, "CREATE TABLE other (id INTEGER PRIMARY KEY); DROP TABLE users"]);
    assert_eq!(untried(&dropped), ["what becomes of the rows of table `users`: migrations/2.sql:1:46 drops it"]);
}

#[test]
fn a_migration_that_fails_on_rows_is_found() {
    let rebuild = "CREATE TABLE new_users (id INTEGER PRIMARY KEY, email TEXT NOT NULL, age INTEGER NOT NULL);
INSERT INTO new_users SELECT * FROM users;
DROP TABLE users; ALTER TABLE new_users RENAME TO users";
    let text = failure(&[USERS, rebuild]);
    let head = "a database with rows cannot be upgraded from version 1 to version 2\n";
    assert!(text.starts_with(head) && text.contains("NOT NULL constraint failed: new_users.age"), "{text}");
    let help = "  help: mend the migration; if no release wrote such rows, give those that it wrote: `.seed(\"table\", \"INSERT …\")`";
    assert!(text.ends_with(help), "{text}");
    let seed = "INSERT INTO users (email, age) VALUES ('a', 1), ('b', 2)";
    let proof = prove(&set(&[USERS, rebuild])).seed("users", seed).assert();
    assert_eq!((proof.upgrades, proof.rows), (vec!["1".to_owned()], 2));
}

#[test]
fn a_migration_that_leaves_orphans_is_found() {
    let child = "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE c (id INTEGER PRIMARY KEY, p REFERENCES p (id))";
    let text = failure(&[child, "DELETE FROM p WHERE id = 1"]);
    assert!(text.contains("leaves rows that refer to nothing"), "{text}");
    assert!(text.contains("1 row of `c` breaks FOREIGN KEY (p) REFERENCES p (id)"), "{text}");
}

#[test]
fn ways_down_lead_back_and_up_again() {
    let downs = [migration(1, ".down", "DROP TABLE users"), migration(2, ".down", "ALTER TABLE users DROP COLUMN x")];
    let proof = prove(&set(&[USERS, "ALTER TABLE users ADD COLUMN x TEXT"])).downs(&downs).assert();
    assert_eq!(proof.round_trips, ["1", "2"]);
    assert_eq!(proof.untried, []);
}

#[test]
fn a_way_down_that_does_not_lead_back_is_found() {
    let down = migration(2, ".down", "ALTER TABLE users DROP COLUMN age");
    let failure = prove(&set(&[USERS, "ALTER TABLE users ADD COLUMN x TEXT"])).downs(&[down]).run().expect_err("wrong");
    let text = failure.to_string();
    assert!(text.starts_with("migration 2 cannot be taken back from a database with rows\n"), "{text}");
    assert!(text.contains("table `users` lacks the column age INTEGER"), "{text}");
    assert!(text.ends_with("\n  help: mend migrations/2.down.sql"), "{text}");
    assert_eq!(failure.proved().upgrades, ["1"]);
}

#[test]
fn a_way_down_that_keeps_no_rows_is_said() {
    let down = "CREATE TABLE old (id INTEGER PRIMARY KEY, email TEXT NOT NULL, age INTEGER);
        DROP TABLE users; ALTER TABLE old RENAME TO users";
    let set = set(&[USERS, "ALTER TABLE users ADD COLUMN x TEXT"]);
    let proof = prove(&set).downs(&[migration(2, ".down", down)]).assert();
    assert_eq!(untried(&proof), ["4 of 4 rows of table `users`: the way down of migration 2 does not keep them"]);
}

#[test]
fn many_versions_are_proved_too() {
    let mut migrations = vec![USERS.to_owned()];
    migrations.extend((2..20).map(|at| format!("ALTER TABLE users ADD COLUMN c{at} TEXT")));
    let lose = "CREATE TABLE n (id INTEGER PRIMARY KEY); INSERT INTO n SELECT id FROM users LIMIT 3; DROP TABLE users;
        ALTER TABLE n RENAME TO users";
    let migrations: Vec<&str> = migrations.iter().map(String::as_str).collect();
    assert_eq!(proved(&migrations).upgrades.len(), 18);
    let text = failure(&[migrations.as_slice(), &[lose, "SELECT 1"]].concat());
    assert!(text.contains("rows of table `users` are lost on the way from version 19\n"), "{text}");
    assert!(text.contains("\n  migration:  migrations/20.sql\n  migrations/20.sql:1:42\n"), "{text}");
}

#[test]
fn rows_of_the_caller_are_there_before_the_upgrade() {
    let migrations =
        [USERS, "UPDATE users SET age = 1 / (email != 'broken')", "CREATE UNIQUE INDEX i ON users (email)"];
    let set = set(&migrations);
    let seen = std::cell::RefCell::new(Vec::new());
    let failure = prove(&set)
        .seed_with(|db, version| {
            seen.borrow_mut().push(version.to_owned());
            db.execute_batch("INSERT INTO users (email) VALUES ('twice'), ('twice')")
        })
        .run()
        .expect_err("the index cannot be built");
    assert!(failure.to_string().contains("from versions 1 and 2 to version 3\n"), "{failure}");
    assert_eq!(*seen.borrow(), ["1", "2"]);
}
