//! NOT NULL, the types of STRICT tables, and generated columns.

use rusqlite::ffi::{SQLITE_CONSTRAINT_DATATYPE, SQLITE_CONSTRAINT_NOTNULL, SQLITE_MISMATCH};
use rusqlite::types::Value;
use schema_core::{ColumnValue, KeyTarget};

use super::{Trial, Trials, Verdict};
use crate::testing::form::{Form, quoted};
use crate::testing::maker::{Order, Style, said};
use crate::testing::values;

impl Trials<'_> {
    pub(super) fn not_null(&mut self, form: &Form) {
        for (at, column) in form.table.columns.iter().enumerate() {
            let is_generated = matches!(column.value, ColumnValue::Generated { .. });
            // SQLite gives the rowid a number where an INSERT says NULL; a generated column is a condition.
            if column.nullable || is_generated || is_rowid(form, at) {
                continue;
            }
            let text = format!("NOT NULL {}", quoted(&column.name));
            self.trial(form, &text, None, |trial| trial.refuses_null(at));
        }
    }

    pub(super) fn types(&mut self, form: &Form) {
        if !form.table.options.strict {
            return;
        }
        for at in form.writable.clone() {
            let column = &form.table.columns[at];
            let wrong = match &*column.ty.as_str().to_ascii_uppercase() {
                "INT" | "INTEGER" | "REAL" | "BLOB" => values::text("x"),
                "TEXT" => Value::Blob(vec![0xff]),
                // ANY takes everything.
                _ => continue,
            };
            let text = format!("{} {}", quoted(&column.name), column.ty);
            self.trial(form, &text, None, |trial| trial.refuses_type(at, wrong));
        }
    }

    pub(super) fn generated(&mut self, form: &Form) {
        for column in &form.table.columns {
            if let ColumnValue::Generated { expr, .. } = &column.value {
                let text = format!("{} AS ({expr})", quoted(&column.name));
                self.trial(form, &text, None, |trial| trial.refuses_to_write(&quoted(&column.name)));
            }
        }
    }
}

/// Whether the column is the rowid under another name.
fn is_rowid(form: &Form, at: usize) -> bool {
    let column = &form.table.columns[at];
    let is_alone = form.table.primary_key.as_ref().is_some_and(|key| {
        let [part] = key.parts.as_slice() else { return false };
        matches!(&part.target, KeyTarget::Column(name) if *name == column.name) && !part.descending
    });
    is_alone && !form.table.options.without_rowid && column.ty.as_str().eq_ignore_ascii_case("INTEGER")
}

impl Trial<'_> {
    fn refuses_null(&self, at: usize) -> Verdict {
        let mut row = match self.accepted(Style::Full, &Order::default()) {
            Ok(row) => row,
            Err(refused) => return Verdict::NoRow(refused),
        };
        row[at] = Value::Null;
        let place = format!("{}.{}", self.form.table.name.name, self.form.table.columns[at].name);
        self.expect(&row, &[SQLITE_CONSTRAINT_NOTNULL], Some(&place))
    }

    fn refuses_type(&self, at: usize, wrong: Value) -> Verdict {
        let mut row = match self.accepted(Style::Full, &Order::default()) {
            Ok(row) => row,
            Err(refused) => return Verdict::NoRow(refused),
        };
        row[at] = wrong;
        // The rowid has its own words for it.
        self.expect(&row, &[SQLITE_CONSTRAINT_DATATYPE, SQLITE_MISMATCH], None)
    }

    fn refuses_to_write(&self, column: &str) -> Verdict {
        let statement = format!("INSERT INTO {} ({column}) VALUES (1)", quoted(&self.form.table.name.name));
        match self.db().prepare(&statement) {
            Ok(_) => Verdict::Otherwise { statement, said: None },
            Err(error) if said(&error).contains("generated column") => Verdict::Refuses,
            Err(error) => Verdict::Otherwise { statement, said: Some(said(&error)) },
        }
    }
}
