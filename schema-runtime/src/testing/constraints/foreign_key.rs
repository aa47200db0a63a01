//! FOREIGN KEY constraints: a child without its parent.

use rusqlite::ffi::SQLITE_CONSTRAINT_FOREIGNKEY;
use schema_core::{Action, Deferrable, Dialect, render};

use super::{Trial, Trials, Verdict, judge};
use crate::testing::form::{Form, Row, quoted};
use crate::testing::maker::{Order, Refused, Style};
use crate::testing::report::Untried;
use crate::testing::solve::{Task, Want};

impl Trials<'_> {
    pub(super) fn foreign_keys(&mut self, form: &Form) {
        for (at, parent) in form.parents.iter().enumerate().filter(|(_, parent)| !parent.soft) {
            let text = render::foreign_key(Dialect::Sqlite, &parent.key);
            let name = parent.key.name.as_ref().map(|name| name.as_str().to_owned());
            self.trial(form, &text, name.as_deref(), |trial| trial.refuses_orphan(at));
            let (own, action) = (quoted(&parent.key.parent.name), parent.key.on_delete.as_sql());
            let columns: Vec<_> = parent.key.columns.iter().map(quoted).collect();
            let text = format!("({}) ON DELETE {action} of {own}", columns.join(", "));
            self.trial(form, &text, name.as_deref(), |trial| trial.acts_on_delete(at));
            if parent.key.on_update != Action::NoAction {
                let what = format!(
                    "{}: ({}) ON UPDATE {}",
                    form.table.name,
                    columns.join(", "),
                    parent.key.on_update.as_sql()
                );
                self.tried.untried.push(Untried::new(what, "no key of a parent is changed"));
            }
        }
    }
}

impl Trial<'_> {
    fn refuses_orphan(&self, at: usize) -> Verdict {
        let base = match self.accepted(Style::Full, &Order::default()) {
            Ok(row) => row,
            Err(refused) => return Verdict::NoRow(refused),
        };
        match self.orphan(&base, at) {
            Ok(Some(row)) => {
                let result = self.maker.try_insert(self.form, &row).and_then(|()| self.end(at));
                judge(self.form.statement(&row), result, &[SQLITE_CONSTRAINT_FOREIGNKEY], None)
            }
            Ok(None) => {
                Verdict::NeverViolated(": no row that it is wrong for satisfies the other constraints".to_owned())
            }
            Err(refused) => Verdict::NoRow(refused),
        }
    }

    /// Ends the transaction where the key is checked at its end. It stays open when that is refused.
    pub(super) fn end(&self, at: usize) -> rusqlite::Result<()> {
        match self.form.parents[at].key.deferrable {
            Deferrable::Deferred => self.db().execute_batch("RELEASE trial"),
            Deferrable::No | Deferrable::Immediate => Ok(()),
        }
    }

    /// A row near this one that refers to no row by that key, and is right in everything else.
    fn orphan(&self, base: &Row, at: usize) -> Result<Option<Row>, Refused> {
        let parents = self.maker.all_parents(self.form);
        let want = |soft: bool| if soft { Want::Any } else { Want::Passes };
        let mut parent_wants: Vec<_> = self.form.parents.iter().map(|parent| want(parent.soft)).collect();
        parent_wants[at] = Want::Fails;
        let task = Task {
            form: self.form,
            conditions: &self.form.conditions,
            wants: self.form.conditions.iter().map(|condition| want(condition.soft)).collect(),
            parent_wants,
            parents: &parents,
            pinned: Vec::new(),
            nulls: false,
            number: 7_919,
        };
        self.maker.solve(&task, base.clone())
    }
}
