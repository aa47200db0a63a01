//! Rebuilding a table that others refer to, with foreign keys on and cascades.

use schema_runtime::Kind;

use crate::common::{File, assert_at, one, set};

const TABLES: (&str, &str, &str) = (
    "1",
    "tables",
    "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);
     CREATE TABLE posts (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE)",
);
const REBUILD: (&str, &str, &str) = (
    "2",
    "email_is_needed",
    "CREATE TABLE new_users (id INTEGER PRIMARY KEY, email TEXT NOT NULL);
     INSERT INTO new_users SELECT id, coalesce(email, '') FROM users;
     DROP TABLE users;
     ALTER TABLE new_users RENAME TO users",
);
const ROWS: &str = "INSERT INTO users VALUES (1, 'a'), (2, NULL); INSERT INTO posts VALUES (10, 1), (11, 2)";

#[test]
fn a_rebuilt_parent_keeps_its_children() {
    let file = File::migrated(&[TABLES]);
    let mut db = file.open();
    db.execute_batch("PRAGMA foreign_keys = ON").expect("a pragma");
    db.execute_batch(ROWS).expect("rows");
    let set = set(&[TABLES, REBUILD]);
    set.migrate(&mut db).expect("it migrates");
    assert_eq!(one(&db, "PRAGMA foreign_keys"), "1");
    assert_eq!(one(&db, "SELECT group_concat(user_id) FROM posts"), "1,2");
    db.execute_batch("DELETE FROM users WHERE id = 1").expect("a delete");
    assert_eq!(one(&db, "SELECT group_concat(user_id) FROM posts"), "2", "the cascade works again");
    assert_at(&file.path, &set);
}

#[test]
fn the_setting_of_the_connection_stays() {
    for setting in ["0", "1"] {
        let file = File::migrated(&[TABLES]);
        let mut db = file.open();
        db.execute_batch(&format!("PRAGMA foreign_keys = {setting}")).expect("a pragma");
        set(&[TABLES, REBUILD]).migrate(&mut db).expect("it migrates");
        assert_eq!(one(&db, "PRAGMA foreign_keys"), setting);
    }
}

#[test]
fn rows_that_refer_to_nothing_are_refused() {
    let file = File::migrated(&[TABLES]);
    file.open().execute_batch(ROWS).expect("rows");
    let orphan = ("2", "orphan", "DELETE FROM users WHERE id = 2");
    let error = file.refused(&set(&[TABLES, orphan]));
    assert_eq!(error.kind(), Kind::ForeignKeys);
    assert!(
        error.to_string().contains(
            ": 1 row of `posts` breaks FOREIGN KEY (user_id) REFERENCES users (id)\n  - user_id = 2 in row id = 11\n"
        ),
        "{error}"
    );
}

#[test]
fn those_that_were_there_are_no_reason() {
    let file = File::migrated(&[TABLES]);
    let db = file.open();
    db.execute_batch("PRAGMA foreign_keys = OFF").expect("a pragma");
    db.execute_batch(&format!("{ROWS}; INSERT INTO posts VALUES (12, 99)")).expect("rows");
    drop(db);
    let set = set(&[TABLES, REBUILD, ("3", "worse", "INSERT INTO posts VALUES (13, 98)")]);
    let error = set.migrate_file(&file.path).expect_err("the third adds one");
    assert_eq!(error.kind(), Kind::ForeignKeys);
    let text = error.to_string();
    assert!(text.contains("- row id = 13\n") && !text.contains("id = 12"), "{text}");
    assert_eq!(crate::common::history(&file.open()), "1 created, 2 applied");
    assert_eq!(one(&file.open(), "SELECT count(*) FROM posts"), "3");
}
