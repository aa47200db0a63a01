//! Columns that SQLite adds to an empty table and refuses to add to one with rows.
//!
//! The migrations are replayed on an empty database, so the replay says nothing about them. Such a
//! statement is therefore run again on a scratch table that has the same columns and one row.

use std::cell::OnceCell;

use rusqlite::Connection;
use schema_core::sqlite::statement::AddedColumn;
use schema_core::token::Statement;
use schema_core::{ColumnValue, Migration, Name};

use crate::Problem;
use crate::failure::{place, words};
use crate::sandbox::Sandbox;

/// The database of the scratch tables, opened when the first is needed.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    sandbox: OnceCell<Sandbox>,
}

/// The table that a column is added to.
pub(crate) struct Target<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) table: &'a Name,
    pub(crate) functions: &'a [String],
}

impl Scratch {
    /// The finding about a column that is added to a table which may have rows; `None` where rows do not matter.
    pub(crate) fn judge(
        &self,
        target: &Target<'_>,
        migration: &Migration,
        statement: &Statement<'_>,
        added: &AddedColumn,
    ) -> Option<Problem> {
        if !may_depend_on_rows(target, added) {
            return None;
        }
        let action = action(statement)?;
        let columns = columns(target).ok()?;
        let refusal = self.refusal(target, &columns, action)?;
        if is_check(&refusal) && !columns.is_empty() {
            // One row of NULLs proves nothing about a condition that other columns have a part in.
            self.refusal(target, &[], action).filter(|refusal| is_check(refusal))?;
        }
        Some(finding(target.table, migration, added, &refusal))
    }

    /// SQLite's words when the column is added to a table of these columns with one row.
    fn refusal(&self, target: &Target<'_>, columns: &[String], action: &str) -> Option<String> {
        let sandbox = self.sandbox()?;
        for function in target.functions {
            sandbox.stub_function(function).ok()?;
        }
        let table = quoted(target.table.as_str());
        let strict = if is_strict(target) { " STRICT" } else { "" };
        let columns = if columns.is_empty() { vec!["\"driftless scratch\" ANY".to_owned()] } else { columns.to_vec() };
        let set_up = format!(
            "DROP TABLE IF EXISTS {table}; CREATE TABLE {table} ({}){strict}; INSERT INTO {table} DEFAULT VALUES;",
            columns.join(", ")
        );
        sandbox.connection.execute_batch(&set_up).ok()?;
        let result = sandbox.connection.execute_batch(&format!("ALTER TABLE {table} {action}"));
        let refusal = words(&result.err()?);
        REFUSALS.iter().any(|(known, ..)| refusal.starts_with(known)).then_some(refusal)
    }

    fn sandbox(&self) -> Option<&Sandbox> {
        if self.sandbox.get().is_none() {
            let sandbox = Sandbox::open().ok()?;
            // `DEFAULT 7 REFERENCES p` is refused only while foreign keys are enforced.
            sandbox.connection.execute_batch("PRAGMA foreign_keys = ON").ok()?;
            self.sandbox.set(sandbox).ok()?;
        }
        let sandbox = self.sandbox.get()?;
        sandbox.restart_count();
        Some(sandbox)
    }
}

/// What SQLite says, what the column is, and how to write it instead.
const REFUSALS: [(&str, &str, &str); 6] = [
    (
        "Cannot add a NOT NULL column with default value NULL",
        "NOT NULL without a default",
        "give it a constant default, or rebuild the table and fill the column from what the rows hold",
    ),
    (
        "Cannot add a column with non-constant default",
        "with a default that is not constant",
        "add the column without the default and `UPDATE` the rows, or rebuild the table",
    ),
    ("cannot add a STORED column", "as a STORED generated column", "make it VIRTUAL, or rebuild the table"),
    (
        "Cannot add a REFERENCES column with non-NULL default value",
        "with REFERENCES and a default other than NULL",
        "add it without the default and `UPDATE` the rows, or rebuild the table",
    ),
    ("CHECK constraint failed", "with a CHECK that its default violates", "give it a default that the CHECK accepts"),
    (
        "type mismatch on DEFAULT",
        "with a default that its type does not take, in a STRICT table",
        "give it a default of its type",
    ),
];

fn is_check(refusal: &str) -> bool {
    refusal.starts_with("CHECK")
}

fn finding(table: &Name, migration: &Migration, added: &AddedColumn, refusal: &str) -> Problem {
    let (_, what, help) = REFUSALS.iter().find(|(known, ..)| refusal.starts_with(known)).unwrap_or(&REFUSALS[0]);
    let fact = format!(
        "`{}` works only while table `{table}` is empty: it adds column `{}` {what}",
        migration.file, added.column.name
    );
    Problem::new("row-dependent", fact)
        .line("with rows", format!("SQLite says \"{refusal}\""))
        .at(place(migration, added.offset))
        .help(help)
}

/// Whether the column can be one of the six kinds at all. Most are not, and cost nothing then.
fn may_depend_on_rows(target: &Target<'_>, added: &AddedColumn) -> bool {
    let default = match &added.column.value {
        ColumnValue::Given => return !added.column.nullable || !added.checks.is_empty(),
        ColumnValue::Generated { stored, .. } => return *stored,
        ColumnValue::Default(_) | ColumnValue::Identity { .. } => added.default_sql.as_deref().unwrap_or_default(),
    };
    let constant = default.starts_with(|first: char| first == '\'' || first == '-' || first.is_ascii_digit());
    !constant || !added.foreign_keys.is_empty() || !added.checks.is_empty() || is_strict(target)
}

/// The text from ADD on.
fn action<'a>(statement: &Statement<'a>) -> Option<&'a str> {
    // ALTER TABLE, then a name that may have a schema in front, then ADD.
    let qualified = statement.tokens.get(3).is_some_and(|token| token.is_punct("."));
    let add = statement.tokens.get(if qualified { 5 } else { 3 })?;
    Some(&statement.text[add.offset - statement.offset..])
}

/// The columns of the table with their types and without their constraints.
fn columns(target: &Target<'_>) -> rusqlite::Result<Vec<String>> {
    let sql = "SELECT name, type FROM pragma_table_xinfo(?1, 'main') WHERE hidden <> 1";
    let mut statement = target.connection.prepare(sql)?;
    let columns = statement.query_map([target.table.as_str()], |row| {
        let (name, ty): (String, String) = (row.get(0)?, row.get(1)?);
        Ok(format!("{} {ty}", quoted(&name)))
    })?;
    columns.collect()
}

fn is_strict(target: &Target<'_>) -> bool {
    let sql = "SELECT strict FROM pragma_table_list(?1) WHERE schema = 'main'";
    target.connection.query_row(sql, [target.table.as_str()], |row| row.get(0)).unwrap_or(false)
}

pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
