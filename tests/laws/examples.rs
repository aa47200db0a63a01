//! What SQLite accepts and a reader may stumble over, one example each.

use schema_core::{Dialect, ObjectName, render};

use crate::definitions::{read, run};

/// The statements that are written from what is read of this SQL; each is accepted by SQLite.
fn rewritten(sql: &str) -> String {
    let statements = [sql.to_owned()];
    let (connection, accepted) = run(&statements);
    assert_eq!(accepted.len(), 1, "SQLite refuses {sql}");
    let found = read(&connection).expect("a catalogue");
    assert_eq!(found.unmanaged, [], "{sql}");
    let written = render::schema(&found.schema);
    assert_eq!(run(&written).1.len(), written.len(), "SQLite refuses {written:?}");
    written.join(";\n").replace("\n    ", " ").replace("\n)", ")")
}

fn assert_rewritten(pairs: &[(&str, &str)]) {
    for (sql, expected) in pairs {
        assert_eq!(rewritten(sql), *expected, "{sql}");
    }
}

#[test]
fn a_type_in_quotes_is_shown_without_them() {
    assert_rewritten(&[
        ("CREATE TABLE t (a \"order by\")", "CREATE TABLE t ( a \"ORDER BY\")"),
        ("CREATE TABLE t (a \"int\")", "CREATE TABLE t ( a INT)"),
        // An empty type has another affinity than none.
        ("CREATE TABLE t (a [], b)", "CREATE TABLE t ( a \"\", b)"),
        ("CREATE TABLE t (a \"x\" int)", "CREATE TABLE t ( a X)"),
        // SQLite takes the last letter for the closing bracket.
        ("CREATE TABLE t (a [x] int)", "CREATE TABLE t ( a \"X] IN\")"),
    ]);
}

#[test]
fn words_that_sqlite_cuts_off_a_type_are_no_part_of_it() {
    assert_rewritten(&[
        ("CREATE TABLE t (a, b always)", "CREATE TABLE t ( a, b \"ALWAYS\")"),
        ("CREATE TABLE t (a, b unsigned big int always)", "CREATE TABLE t ( a, b UNSIGNED BIG INT)"),
        (
            "CREATE TABLE t (a, b INT generated always AS (a))",
            "CREATE TABLE t ( a, b INT GENERATED ALWAYS AS (a) VIRTUAL)",
        ),
        (
            "CREATE TABLE t (a, b VARCHAR generated /* */ always AS (a))",
            "CREATE TABLE t ( a, b \"VARCHAR GENERATED\" GENERATED ALWAYS AS (a) VIRTUAL)",
        ),
    ]);
}

#[test]
fn a_comment_inside_a_type_may_decide_its_affinity() {
    assert_rewritten(&[
        ("CREATE TABLE t (a DOUBLE /* two */ PRECISION)", "CREATE TABLE t ( a DOUBLE PRECISION)"),
        ("CREATE TABLE t (a VAR /* INT */ CHAR)", "CREATE TABLE t ( a \"VAR /* INT */ CHAR\")"),
    ]);
}

#[test]
fn a_default_is_a_string_when_it_is_a_bare_word() {
    assert_rewritten(&[
        ("CREATE TABLE t (a DEFAULT hello)", "CREATE TABLE t ( a DEFAULT 'hello')"),
        ("CREATE TABLE t (a DEFAULT \"null\")", "CREATE TABLE t ( a DEFAULT 'null')"),
        ("CREATE TABLE t (a DEFAULT (NULL))", "CREATE TABLE t ( a)"),
        ("CREATE TABLE t (a DEFAULT +1)", "CREATE TABLE t ( a DEFAULT 1)"),
    ]);
}

#[test]
fn a_primary_key_may_name_a_column_twice() {
    assert_rewritten(&[
        // Unlike PRIMARY KEY (a) it is no alias of the rowid.
        ("CREATE TABLE t (a INTEGER, PRIMARY KEY (a, a))", "CREATE TABLE t ( a INTEGER, PRIMARY KEY (a, a))"),
        (
            "CREATE TABLE t (a, b, PRIMARY KEY (a, a, b)) WITHOUT ROWID",
            "CREATE TABLE t ( a, b, PRIMARY KEY (a, a, b)) WITHOUT ROWID",
        ),
    ]);
}

#[test]
fn a_foreign_key_without_columns_may_not_fit_the_primary_key() {
    assert_rewritten(&[
        (
            "CREATE TABLE t (a PRIMARY KEY, b, FOREIGN KEY (a, b) REFERENCES t)",
            "CREATE TABLE t ( a PRIMARY KEY, b, FOREIGN KEY (a, b) REFERENCES t)",
        ),
        ("CREATE TABLE t (a PRIMARY KEY REFERENCES t)", "CREATE TABLE t ( a PRIMARY KEY REFERENCES t (a))"),
    ]);
}

#[test]
fn a_foreign_key_without_columns_takes_the_primary_key_with_its_collations() {
    // With columns it would need a key with the collation of the column.
    assert_rewritten(&[(
        "CREATE TABLE t (a REFERENCES t, PRIMARY KEY (a COLLATE RTRIM))",
        "CREATE TABLE t ( a REFERENCES t, PRIMARY KEY (a COLLATE RTRIM))",
    )]);
}

#[test]
fn the_index_of_a_unique_constraint_becomes_that_of_the_primary_key() {
    assert_rewritten(&[
        ("CREATE TABLE t (a TEXT UNIQUE, PRIMARY KEY (a DESC))", "CREATE TABLE t ( a TEXT PRIMARY KEY)"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY DESC UNIQUE)", "CREATE TABLE t ( a INTEGER PRIMARY KEY DESC)"),
        ("CREATE TABLE t (a INTEGER PRIMARY KEY UNIQUE)", "CREATE TABLE t ( a INTEGER PRIMARY KEY UNIQUE)"),
    ]);
}

#[test]
fn isnull_ends_its_operand() {
    assert_rewritten(&[
        ("CREATE TABLE t (a CHECK (a ISNULL))", "CREATE TABLE t ( a CHECK (a IS NULL))"),
        ("CREATE TABLE t (a CHECK (a NOT NULL AND a))", "CREATE TABLE t ( a CHECK (a IS NOT NULL AND a))"),
        // `a IS NULL + 1` would be `a IS (NULL + 1)`.
        ("CREATE TABLE t (a CHECK (a ISNULL + 1))", "CREATE TABLE t ( a CHECK (a ISNULL + 1))"),
        ("CREATE TABLE t (a CHECK (a NOT NULL < 2))", "CREATE TABLE t ( a CHECK (a NOTNULL < 2))"),
    ]);
}

#[test]
fn desc_behind_an_operator_is_a_column() {
    assert_rewritten(&[(
        "CREATE TABLE t (desc); CREATE INDEX i ON t (1 < desc, desc DESC)",
        "CREATE TABLE t ( desc);\nCREATE INDEX i ON t ((1 < \"desc\"), desc DESC)",
    )]);
}

#[test]
fn a_subquery_that_nobody_evaluates_is_kept() {
    assert_rewritten(&[(
        "CREATE TABLE t (a CHECK ((WITH s AS (SELECT 1) SELECT 2 FROM s) IN ()))",
        "CREATE TABLE t ( a, CHECK ((WITH s AS (SELECT 1) SELECT 2 FROM s) IN ()))",
    )]);
}

#[test]
fn two_tildes_are_two_operators() {
    assert_rewritten(&[("CREATE TABLE t (a CHECK (~ ~a > 0))", "CREATE TABLE t ( a CHECK (~~a > 0))")]);
}

#[test]
fn a_name_that_is_found_in_another_case_is_the_same_name() {
    let (connection, _) = run(&["CREATE TABLE Users (Id, CHECK (USERS.ID > 0))".to_owned()]);
    let found = read(&connection).expect("a catalogue");
    let table = &found.schema.tables[&ObjectName::new(Dialect::Sqlite, None, "uSERS")];
    assert_eq!(table.checks[0].expr.as_str(), "id > 0");
}
