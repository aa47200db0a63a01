//! Each constraint of the final schema refuses a row that violates it and nothing else, and accepts that row without
//! the violation.

mod check;
mod column;
mod delete;
mod foreign_key;
mod key;

use std::collections::BTreeSet;

use rusqlite::Connection;
use schema_core::{Inspection, UnmanagedKind};

use super::form::{Form, Row, quoted};
use super::maker::{Maker, Order, Refused, Style, code, said};
use super::report::Untried;

/// What a trial of one constraint shows.
pub(super) enum Verdict {
    /// It refuses the violation.
    Refuses,
    /// SQLite takes a row that violates it, or refuses it for another reason: a statement, and what SQLite said.
    Otherwise { statement: String, said: Option<String> },
    /// No row violates it.
    NeverViolated(String),
    /// It says no more than another constraint.
    Implied(String),
    /// No row that satisfies everything was found, so there is nothing to compare a violation with.
    NoRow(Refused),
}

/// What all trials show.
#[derive(Debug, Default)]
pub(super) struct Tried {
    pub(super) proved: Vec<String>,
    pub(super) untried: Vec<Untried>,
    pub(super) findings: Vec<String>,
    /// The names of the constraints that were skipped as the caller wished.
    pub(super) skipped: BTreeSet<String>,
}

/// The trials on one database, which is as it was after each of them.
pub(super) struct Trials<'a> {
    pub(super) maker: &'a Maker<'a>,
    pub(super) schema: &'a Inspection,
    pub(super) skip: &'a BTreeSet<String>,
    pub(super) tried: Tried,
}

impl Trials<'_> {
    /// Tries every constraint of every table.
    pub(super) fn run(&mut self, left_out: impl Fn(&Form) -> bool) {
        for form in self.maker.forms.values() {
            if left_out(form) {
                let what = format!("the constraints of table `{}`", form.table.name);
                self.tried.untried.push(Untried::new(what, "it has no rows"));
                continue;
            }
            self.keys(form);
            self.not_null(form);
            self.checks(form);
            self.foreign_keys(form);
            self.types(form);
            self.generated(form);
        }
    }

    /// Runs one trial, undoes what it did, and notes what it shows. `names` are what a caller may call it.
    fn trial(&mut self, form: &Form, text: &str, name: Option<&str>, run: impl FnOnce(&Trial<'_>) -> Verdict) {
        let label = format!("{}: {text}", form.table.name);
        let skip = self.skip.iter().find(|skip| **skip == label || Some(skip.as_str()) == name);
        if let Some(skip) = skip {
            self.tried.skipped.insert(skip.clone());
            self.tried.untried.push(Untried::new(label, "the caller skips it"));
            return;
        }
        let db = self.maker.db;
        let verdict = match db.execute_batch("SAVEPOINT trial") {
            Ok(()) => run(&Trial { maker: self.maker, form, schema: self.schema }),
            Err(error) => Verdict::NoRow(Refused::because(error.to_string())),
        };
        // A trigger may have ended the transaction already.
        drop(db.execute_batch("ROLLBACK TO trial; RELEASE trial"));
        self.note(label, verdict);
    }

    fn note(&mut self, label: String, verdict: Verdict) {
        let help = format!("  help: change it, or leave it out of the proof: `.skip_constraint({label:?})`");
        let finding = match verdict {
            Verdict::Refuses => return self.tried.proved.push(label),
            Verdict::Implied(why) => return self.tried.untried.push(Untried::new(label, why)),
            Verdict::Otherwise { statement, said: None } => {
                format!("`{label}` does not refuse a row that violates it\n  | {statement}\n{help}")
            }
            Verdict::Otherwise { statement, said: Some(said) } => {
                format!("`{label}` was not what refused a row that violates it: {said}\n  | {statement}\n{help}")
            }
            Verdict::NeverViolated(why) => format!("no row was found that `{label}` refuses{why}\n{help}"),
            Verdict::NoRow(refused) => {
                let statement = refused.statement.map(|sql| format!("\n  | {sql}")).unwrap_or_default();
                format!(
                    "`{label}` could not be tried: no row was found that it accepts: {}{statement}\n{help}",
                    refused.reason
                )
            }
        };
        self.tried.findings.push(finding);
    }
}

/// One trial, inside a savepoint.
pub(super) struct Trial<'a> {
    pub(super) maker: &'a Maker<'a>,
    pub(super) form: &'a Form,
    pub(super) schema: &'a Inspection,
}

impl Trial<'_> {
    fn db(&self) -> &Connection {
        self.maker.db
    }

    /// A row that the table accepts, if need be in the place of all rows that it has.
    fn accepted(&self, style: Style, order: &Order) -> Result<Row, Refused> {
        self.maker.accepted(self.form, style, order).or_else(|refused| {
            let sql = format!("DELETE FROM main.{}", quoted(&self.form.table.name.name));
            match self.db().execute(&sql, []) {
                Ok(_) => self.maker.accepted(self.form, style, order),
                Err(_) => Err(refused),
            }
        })
    }

    /// What it shows that SQLite takes the row, or refuses it with this code and a message with these words.
    fn expect(&self, row: &Row, codes: &[i32], words: Option<&str>) -> Verdict {
        judge(self.form.statement(row), self.maker.try_insert(self.form, row), codes, words)
    }

    /// Whether the table has triggers, which may do anything.
    fn has_triggers(&self, form: &Form) -> bool {
        let mut triggers = self.schema.unmanaged.iter().filter(|object| object.kind == UnmanagedKind::Trigger);
        triggers.any(|trigger| trigger.table.as_ref() == Some(&form.table.name.name))
    }
}

/// What it shows that SQLite took a statement, or refused it with one of these codes and a message with these words.
fn judge(statement: String, result: rusqlite::Result<()>, codes: &[i32], words: Option<&str>) -> Verdict {
    let Err(error) = result else { return Verdict::Otherwise { statement, said: None } };
    let is_code = code(&error).is_some_and(|code| codes.contains(&code));
    let message = said(&error);
    let is_said = words.is_none_or(|words| message.to_ascii_lowercase().contains(&words.to_ascii_lowercase()));
    if is_code && is_said { Verdict::Refuses } else { Verdict::Otherwise { statement, said: Some(message) } }
}
