//! CHECK constraints, and NOT NULL of generated columns.

use rusqlite::ffi::{SQLITE_CONSTRAINT_CHECK, SQLITE_CONSTRAINT_NOTNULL};
use schema_core::{Dialect, render};

use super::{Trial, Trials, Verdict};
use crate::testing::form::{Form, Row};
use crate::testing::maker::{Order, Refused, Style, said};
use crate::testing::solve::{Task, Want};

/// The rows from which a violation is searched for.
const STYLES: [Style; 3] = [Style::Full, Style::Bare, Style::Mixed];

/// What is asked of the other constraints while one is violated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Others {
    Pass,
    PassButParents,
    Any,
}

impl Trials<'_> {
    pub(super) fn checks(&mut self, form: &Form) {
        for (at, check) in form.table.checks.iter().enumerate() {
            let text = render::check(Dialect::Sqlite, check);
            let name = check.name.as_ref().map(|name| name.as_str().to_owned());
            self.trial(form, &text, name.as_deref(), |trial| trial.refuses(at, name.as_deref()));
        }
        let own = form.table.checks.len();
        for at in (own..form.conditions.len()).filter(|at| !form.conditions[*at].soft) {
            self.trial(form, &form.conditions[at].sql.clone(), None, |trial| trial.refuses(at, None));
        }
    }
}

impl Trial<'_> {
    /// Whether a row that the condition is false for is refused by it.
    fn refuses(&self, at: usize, name: Option<&str>) -> Verdict {
        let mut no_row = None;
        let codes = [SQLITE_CONSTRAINT_CHECK, SQLITE_CONSTRAINT_NOTNULL];
        let is_check = at < self.form.table.checks.len();
        let codes = if is_check { &codes[..1] } else { &codes[1..] };
        // First a row that violates nothing else; then one that has no parent, which SQLite looks at later; at last one
        // that violates others as well.
        for others in [Others::Pass, Others::PassButParents, Others::Any] {
            for style in STYLES {
                let base = match self.accepted(style, &Order::default()) {
                    Ok(row) => row,
                    Err(refused) => {
                        no_row = no_row.or(Some(refused));
                        continue;
                    }
                };
                let row = match self.violation(&base, at, others) {
                    Ok(Some(row)) => row,
                    Ok(None) => continue,
                    Err(refused) => return Verdict::NoRow(refused),
                };
                return if others == Others::Any { self.implied(&row) } else { self.expect(&row, codes, name) };
            }
        }
        match no_row {
            Some(refused) => Verdict::NoRow(refused),
            None => Verdict::NeverViolated(": it is never false".to_owned()),
        }
    }

    /// A row near this one that violates the condition, and if possible nothing else.
    fn violation(&self, base: &Row, at: usize, others: Others) -> Result<Option<Row>, Refused> {
        let parents = self.maker.all_parents(self.form);
        let hard = |soft: bool, is_asked: bool| if is_asked && !soft { Want::Passes } else { Want::Any };
        let mut wants: Vec<Want> =
            self.form.conditions.iter().map(|condition| hard(condition.soft, others != Others::Any)).collect();
        wants[at] = Want::Fails;
        let task = Task {
            form: self.form,
            conditions: &self.form.conditions,
            wants,
            parent_wants: self.form.parents.iter().map(|parent| hard(parent.soft, others == Others::Pass)).collect(),
            parents: &parents,
            pinned: Vec::new(),
            nulls: others == Others::Any,
            number: 1,
        };
        self.maker.solve(&task, base.clone())
    }

    fn implied(&self, row: &Row) -> Verdict {
        match self.maker.try_insert(self.form, row) {
            Err(error) => {
                let message = said(&error);
                Verdict::Implied(format!(
                    "every row that was found to violate it violates more, and SQLite says: {message}"
                ))
            }
            Ok(()) => Verdict::Otherwise { statement: self.form.statement(row), said: None },
        }
    }
}
