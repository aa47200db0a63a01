//! Constraints: each kind is tried, and those that refuse nothing are found.

use schema_runtime::testing::prove;

use crate::common::{failure, proved, set, untried};

#[test]
fn every_kind_of_constraint_is_tried() {
    let proof = proved(&["
        CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT NOT NULL COLLATE NOCASE UNIQUE);
        CREATE TABLE users (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            email TEXT NOT NULL,
            state TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'old')),
            score REAL CONSTRAINT fair CHECK (score BETWEEN 0 AND 1),
            team INTEGER NOT NULL REFERENCES teams (id) ON DELETE CASCADE,
            boss INTEGER REFERENCES users (id) ON DELETE SET NULL,
            upper TEXT GENERATED ALWAYS AS (upper(email)) STORED NOT NULL,
            UNIQUE (email, team)
        );
        CREATE UNIQUE INDEX one_new ON users (team) WHERE state = 'new';
        CREATE UNIQUE INDEX folded ON users (lower(email));
        CREATE TABLE marks (user INTEGER REFERENCES users ON DELETE RESTRICT, at TEXT, n INT, r REAL, b BLOB, x ANY,
            PRIMARY KEY (user, at)) STRICT, WITHOUT ROWID"]);
    let mut tried = proof.constraints.clone();
    tried.sort();
    assert_eq!(
        tried,
        [
            "marks: (user) ON DELETE RESTRICT of users",
            "marks: FOREIGN KEY (user) REFERENCES users (id) ON DELETE RESTRICT",
            "marks: NOT NULL at",
            "marks: NOT NULL user",
            "marks: PRIMARY KEY (user, at)",
            "marks: at TEXT",
            "marks: b BLOB",
            "marks: n INT",
            "marks: r REAL",
            "marks: user INTEGER",
            "teams: NOT NULL name",
            "teams: PRIMARY KEY (id)",
            "teams: UNIQUE (name)",
            "users: (boss) ON DELETE SET NULL of users",
            "users: (team) ON DELETE CASCADE of teams",
            "users: CHECK (state IN ('new', 'old'))",
            "users: CONSTRAINT fair CHECK (score BETWEEN 0 AND 1)",
            "users: CREATE UNIQUE INDEX folded ON users (lower(email))",
            "users: CREATE UNIQUE INDEX one_new ON users (team) WHERE state = 'new'",
            "users: FOREIGN KEY (boss) REFERENCES users (id) ON DELETE SET NULL",
            "users: FOREIGN KEY (team) REFERENCES teams (id) ON DELETE CASCADE",
            "users: NOT NULL email",
            "users: NOT NULL state",
            "users: NOT NULL team",
            "users: PRIMARY KEY (id AUTOINCREMENT)",
            "users: upper AS (upper(email))",
        ]
    );
    assert_eq!(
        untried(&proof),
        [
            "users: UNIQUE (email, team): a row that repeats it repeats another key: UNIQUE constraint failed: index 'folded'",
            "users: upper IS NOT NULL: every row that was found to violate it violates more, and SQLite says: NOT NULL \
             constraint failed: users.email"
        ]
    );
}

#[test]
fn a_check_that_is_never_false_is_found() {
    assert_eq!(
        failure(&["CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT, CHECK (1), CONSTRAINT given CHECK (b != NULL))"]),
        "no row was found that `a: CHECK (1)` refuses: it is never false
  help: change it, or leave it out of the proof: `.skip_constraint(\"a: CHECK (1)\")`

no row was found that `a: CONSTRAINT given CHECK (b != NULL)` refuses: it is never false
  help: change it, or leave it out of the proof: `.skip_constraint(\"a: CONSTRAINT given CHECK (b != NULL)\")`"
    );
    let set = set(&["CREATE TABLE a (id INTEGER PRIMARY KEY, CONSTRAINT given CHECK (id != NULL))"]);
    let proof = prove(&set).skip_constraint("given").assert();
    assert_eq!(untried(&proof), ["a: CONSTRAINT given CHECK (id != NULL): the caller skips it"]);
}

#[test]
fn a_constraint_that_is_to_be_skipped_has_to_be_there() {
    let set = set(&["CREATE TABLE a (id INTEGER PRIMARY KEY)"]);
    let failure = prove(&set).skip_constraint("a: CHECK (id > 0)").run().expect_err("there is no such constraint");
    assert_eq!(failure.to_string(), "there is no constraint `a: CHECK (id > 0)`, which is to be skipped");
}

#[test]
fn set_null_on_a_column_that_takes_none_is_found() {
    let sql = "CREATE TABLE p (id INTEGER PRIMARY KEY);
        CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER NOT NULL REFERENCES p (id) ON DELETE SET NULL)";
    assert_eq!(
        failure(&[sql]),
        "`c: (p) ON DELETE SET NULL of p` was not what refused a row that violates it: NOT NULL constraint failed: c.p
  | DELETE FROM p WHERE id = 5
  help: change it, or leave it out of the proof: `.skip_constraint(\"c: (p) ON DELETE SET NULL of p\")`"
    );
}

#[test]
fn a_constraint_that_says_no_more_than_another_one_is_told() {
    let proof = proved(&["CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT UNIQUE, c INTEGER NOT NULL,
        UNIQUE (b, c), CHECK (c IS NOT NULL), CHECK (c > 5), CHECK (c > 3))"]);
    assert_eq!(
        untried(&proof),
        [
            "a: CHECK (c IS NOT NULL): every row that was found to violate it violates more, and SQLite says: NOT NULL \
             constraint failed: a.c",
            "a: CHECK (c > 3): every row that was found to violate it violates more, and SQLite says: CHECK constraint \
             failed: c > 5"
        ]
    );
}

#[test]
fn the_last_parent_is_no_hindrance() {
    // Every parent has its one child already.
    let proof = proved(&["CREATE TABLE users (id INTEGER PRIMARY KEY);
        CREATE TABLE profiles (user INTEGER PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE, bio TEXT NOT NULL);
        CREATE TABLE photos (profile INTEGER PRIMARY KEY REFERENCES profiles ON DELETE CASCADE)"]);
    assert_eq!(proof.constraints.len(), 8);
    assert_eq!(untried(&proof), [""; 0]);
}

#[test]
fn deferred_keys_are_tried_at_the_end_of_the_transaction() {
    let proof = proved(&["CREATE TABLE p (a TEXT, b TEXT, PRIMARY KEY (a, b));
        CREATE TABLE c (id INTEGER PRIMARY KEY, a TEXT, b TEXT,
            FOREIGN KEY (a, b) REFERENCES p (a, b) ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED)"]);
    assert_eq!(untried(&proof), ["c: (a, b) ON UPDATE CASCADE: no key of a parent is changed"]);
    assert!(proof.constraints.iter().any(|text| text.contains("INITIALLY DEFERRED")), "{proof}");
    assert!(proof.constraints.contains(&"c: (a, b) ON DELETE NO ACTION of p".to_owned()), "{proof}");
}

#[test]
fn conflict_clauses_do_not_hide_a_constraint() {
    let proof =
        proved(&["CREATE TABLE a (id INTEGER PRIMARY KEY ON CONFLICT REPLACE, b TEXT UNIQUE ON CONFLICT IGNORE,
        c TEXT NOT NULL ON CONFLICT REPLACE DEFAULT 'x')"]);
    assert_eq!(proof.constraints.len(), 3);
}

#[test]
fn triggers_that_decide_about_a_delete_are_told() {
    let proof = proved(&["CREATE TABLE p (id INTEGER PRIMARY KEY);
        CREATE TABLE c (id INTEGER PRIMARY KEY, p INTEGER REFERENCES p (id) ON DELETE CASCADE);
        CREATE TRIGGER kept BEFORE DELETE ON p BEGIN SELECT RAISE(ABORT, 'parents stay'); END"]);
    assert_eq!(untried(&proof), ["c: (p) ON DELETE CASCADE of p: a trigger decides what a DELETE does: parents stay"]);
}
