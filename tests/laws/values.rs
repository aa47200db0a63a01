//! Canonical expressions mean what the originals mean: they have the same value for every row.

use rusqlite::Connection;
use schema_core::sqlite::read;
use schema_core::{Dialect, Expr};

use crate::generate::{Choices, Scope, expression, joined, law};

/// Names that could be taken for keywords among them.
const COLUMNS: [&str; 5] = ["a", "b", "end", "Key", "x y"];

fn database() -> Connection {
    let connection = Connection::open_in_memory().expect("a database");
    connection
        .execute_batch(
            "CREATE TABLE t (a, b TEXT COLLATE NOCASE, \"end\" INTEGER, Key REAL, \"x y\" BLOB);
             INSERT INTO t VALUES (1, 'a', 0, 1.5, x'00'), (NULL, 'A', NULL, NULL, NULL), ('1', '', 7, -1.0, 'text'),
             (-3, '1', 1, 0.0, 2), ('b', 'zz', -1, 1e3, 'B');",
        )
        .expect("a table with rows");
    connection
}

/// The value of the expression for every row, or the error.
fn values(connection: &Connection, sql: &str) -> Result<Vec<String>, String> {
    let mut statement = connection
        .prepare(&format!("SELECT ({sql}\n), typeof({sql}\n), ({sql}\n) = 'A' FROM t ORDER BY rowid"))
        .map_err(|error| format!("refused: {error}"))?;
    let rows = statement.query_map([], |row| {
        let value: [rusqlite::types::Value; 3] = [row.get(0)?, row.get(1)?, row.get(2)?];
        Ok(format!("{value:?}"))
    });
    let rows = rows.and_then(Iterator::collect::<Result<Vec<_>, _>>);
    rows.map_err(|error| format!("{:?}", error.sqlite_error_code()))
}

fn means_the_same(connection: &Connection, c: &mut Choices) -> Result<(), String> {
    let columns = COLUMNS.map(str::to_owned);
    let odd = c.chance(50);
    let tokens = expression(c, Scope { table: Some("t"), columns: &columns, odd }, 4);
    let sql = joined(c, &tokens);
    // Whether malformed JSON is an error depends on what SQLite evaluates first, and that on how a number is written.
    let Ok(before) = values(connection, &sql) else {
        return Ok(());
    };
    // A CHECK, since only a table tells whether something in double quotes is a column or a string.
    let table = read::table(&format!("CREATE TABLE t (a, b, \"end\", Key, \"x y\", CHECK ({sql}\n))"));
    let expr = table.map_err(|error| format!("{error} in {sql}"))?.table.checks.remove(0).expr;
    let after = values(connection, expr.as_str());
    if after.as_ref().map_or_else(|error| error.starts_with("refused"), |after| *after != before) {
        return Err(format!("{sql}\nis {before:?}, and\n{expr}\nis {after:?}"));
    }
    let again = Expr::parse(Dialect::Sqlite, expr.as_str()).map_err(|error| format!("{error} in {expr}"))?;
    match again == expr {
        true => Ok(()),
        false => Err(format!("{expr}\nis canonical, and becomes\n{again}\nfrom {sql}")),
    }
}

#[test]
fn a_canonical_expression_has_the_value_of_the_original() {
    let connection = database();
    law("values", 6000, 120, |c| means_the_same(&connection, c));
}
