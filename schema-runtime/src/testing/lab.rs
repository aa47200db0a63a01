//! Where conditions are tried on rows: a table with the columns of the real one and none of its constraints.

use std::cell::RefCell;
use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{Connection, Statement, params_from_iter};
use schema_core::{ColumnValue, Dialect, Name, Table, TableOptions, render};

use super::form::{Condition, Form, quoted};

/// What SQLite makes of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    True,
    False,
    Null,
    /// It ends in an error, as `json_extract` of what is no JSON does.
    Error,
}

/// A database for trying conditions.
#[derive(Debug)]
pub(super) struct Lab {
    db: Connection,
    made: RefCell<BTreeMap<Name, String>>,
}

impl Lab {
    /// On this connection, which is empty and has the functions and collations of the application.
    pub(super) fn new(db: Connection) -> Lab {
        Lab { db, made: RefCell::default() }
    }

    /// The bench on which these conditions are tried on rows of a table.
    pub(super) fn bench<'l>(&'l self, form: &Form, conditions: &[Condition]) -> rusqlite::Result<Bench<'l>> {
        let table = bare(&form.table);
        let own = quoted(&table.name.name);
        let ddl = render::table(Dialect::Sqlite, &table);
        let mut made = self.made.borrow_mut();
        if made.get(&table.name.name) != Some(&ddl) {
            self.db.execute_batch(&format!("DROP TABLE IF EXISTS main.{own}; {ddl}"))?;
            made.insert(table.name.name.clone(), ddl);
        }
        let conditions = conditions.iter().map(|condition| {
            let sql = &condition.sql;
            let case = format!("CASE WHEN ({sql}) THEN 1 WHEN ({sql}) IS NULL THEN 2 ELSE 0 END");
            self.db.prepare(&format!("SELECT {case} FROM main.{own}"))
        });
        let conditions = conditions.collect::<rusqlite::Result<_>>()?;
        let clear = self.db.prepare(&format!("DELETE FROM main.{own}"))?;
        Ok(Bench { insert: self.db.prepare(form.insert_sql())?, clear, conditions })
    }
}

/// The table without everything that refuses rows.
fn bare(table: &Table) -> Table {
    let mut bare =
        Table { name: table.name.clone(), columns: table.columns.clone(), ..Table::empty(table.name.clone()) };
    bare.options = TableOptions { without_rowid: false, ..table.options };
    for column in &mut bare.columns {
        column.nullable = true;
        column.on_conflict = None;
        if !matches!(column.value, ColumnValue::Generated { .. }) {
            column.value = ColumnValue::Given;
        }
    }
    bare
}

/// Statements that try conditions on one row after another.
#[derive(Debug)]
pub(super) struct Bench<'l> {
    insert: Statement<'l>,
    clear: Statement<'l>,
    conditions: Vec<Statement<'l>>,
}

impl Bench<'_> {
    /// What each of the conditions is for the row.
    pub(super) fn judge(&mut self, form: &Form, row: &[Value]) -> Vec<Truth> {
        if self.conditions.is_empty() {
            return Vec::new();
        }
        let written = params_from_iter(form.written(row));
        if self.clear.execute([]).and_then(|_| self.insert.execute(written)).is_err() {
            return vec![Truth::Error; self.conditions.len()];
        }
        let judge = |condition: &mut Statement<'_>| match condition.query_row([], |row| row.get(0)) {
            Ok(0) => Truth::False,
            Ok(1) => Truth::True,
            Ok(_) => Truth::Null,
            Err(_) => Truth::Error,
        };
        self.conditions.iter_mut().map(judge).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schema_core::sqlite::read;

    #[test]
    fn conditions_are_judged_as_sqlite_does() {
        let sql =
            "CREATE TABLE t (a TEXT COLLATE NOCASE NOT NULL UNIQUE CHECK (a = 'X'), b AS (a || 'y'), CHECK (json(a)),
            CHECK (b = 'xy'), CHECK (a)) STRICT";
        let sql = sql.replace("b AS", "b TEXT AS");
        let form = Form::of(&read::table(&sql).expect("a table").table);
        let lab = Lab::new(Connection::open_in_memory().expect("memory"));
        let mut bench = lab.bench(&form, &form.conditions).expect("a bench");
        let x = [Value::Text("x".into()), Value::Null];
        assert_eq!(bench.judge(&form, &x), [Truth::True, Truth::Error, Truth::True, Truth::False]);
        assert_eq!(bench.judge(&form, &[Value::Null, Value::Null]), [Truth::Null; 4]);
        assert_eq!(bench.judge(&form, &[Value::Blob(vec![0]), Value::Null]), [Truth::Error; 4], "STRICT refuses it");
    }
}
