//! What happens to a child when its parent is deleted.

use rusqlite::ffi::{SQLITE_CONSTRAINT_FOREIGNKEY, SQLITE_CONSTRAINT_TRIGGER};
use rusqlite::params_from_iter;
use rusqlite::types::Value;
use schema_core::{Action, Name};

use super::{Trial, Verdict};
use crate::testing::form::{Form, Parent, Row, quoted};
use crate::testing::maker::{Order, Refused, Style, code, said};

impl Trial<'_> {
    /// Whether the deletion of a parent does to its child what the key says.
    pub(super) fn acts_on_delete(&self, at: usize) -> Verdict {
        let parent = &self.form.parents[at];
        let Some(parent_form) = self.maker.forms.get(&parent.key.parent) else {
            return Verdict::NoRow(Refused::because(format!("there is no table `{}`", parent.key.parent)));
        };
        let key = match self.family(parent, parent_form) {
            Ok(key) => key,
            Err(refused) => return Verdict::NoRow(refused),
        };
        let child = quoted(&self.form.table.name.name);
        let before = self.maker.count(self.form);
        let condition = matching(&parent.key.parent_columns);
        let sql = format!("DELETE FROM main.{} WHERE {condition}", quoted(&parent.key.parent.name));
        let shown = format!(
            "DELETE FROM {} WHERE {}",
            quoted(&parent.key.parent.name),
            spelled(&parent.key.parent_columns, &key)
        );
        let deleted = self.db().execute(&sql, params_from_iter(&key)).map(drop);
        let result = match parent.key.on_delete {
            Action::NoAction => deleted.and_then(|()| self.end(at)),
            _ => deleted,
        };
        let referring = format!("SELECT count(*) FROM main.{child} WHERE {}", matching(&parent.key.columns));
        let referring = self.db().query_row(&referring, params_from_iter(&key), |row| row.get::<_, i64>(0));
        let gone =
            before.saturating_sub(self.maker.count(self.form)) - usize::from(parent.own.is_some() && result.is_ok());
        let outcome = Outcome { result, referring: referring.unwrap_or(-1), gone };
        let verdict = outcome.verdict(parent.key.on_delete, shown);
        match verdict {
            Verdict::Otherwise { said, .. } if self.has_triggers(parent_form) || self.has_triggers(self.form) => {
                let said = said.map(|said| format!(": {said}")).unwrap_or_default();
                Verdict::Implied(format!("a trigger decides what a DELETE does{said}"))
            }
            verdict => verdict,
        }
    }

    /// A parent of its own with one child, by the key that they share.
    fn family(&self, parent: &Parent, parent_form: &Form) -> Result<Row, Refused> {
        let before = self.maker.keys(parent);
        self.maker.insert_with_parents(parent_form, Style::Full, &Order::default())?;
        let new = self.maker.keys(parent).into_iter().find(|key| !before.contains(key));
        let key = new.ok_or_else(|| Refused::because("the parent's key is NULL"))?;
        let mut pins: Vec<(usize, Value)> = parent.columns.iter().copied().zip(key.clone()).collect();
        // By its other keys the child belongs to other rows, or none.
        for other in self.form.parents.iter().filter(|other| !other.soft && other.key.parent == parent.key.parent) {
            if other.columns.iter().any(|at| pins.iter().any(|(pinned, _)| pinned == at)) {
                continue;
            }
            let elsewhere = self.maker.keys(other).into_iter().find(|found| before.contains(found));
            match elsewhere {
                Some(found) => pins.extend(other.columns.iter().copied().zip(found)),
                None => pins
                    .extend(other.columns.iter().filter(|at| self.form.takes_null(**at)).map(|at| (*at, Value::Null))),
            }
        }
        self.maker.insert_with_parents(self.form, Style::Full, &Order { pins, holds: Vec::new() })?;
        Ok(key)
    }
}

/// What a DELETE led to.
struct Outcome {
    result: rusqlite::Result<()>,
    /// How many children still have the key of the parent.
    referring: i64,
    /// How many children are gone.
    gone: usize,
}

impl Outcome {
    fn verdict(self, action: Action, statement: String) -> Verdict {
        let refused = match &self.result {
            Ok(()) => false,
            Err(error) => {
                let codes = [SQLITE_CONSTRAINT_FOREIGNKEY, SQLITE_CONSTRAINT_TRIGGER];
                let is_code = code(error).is_some_and(|code| codes.contains(&code));
                is_code && said(error) == "FOREIGN KEY constraint failed"
            }
        };
        let accepted = self.result.is_ok();
        let is_right = match action {
            Action::NoAction | Action::Restrict => refused,
            Action::Cascade => accepted && self.referring == 0 && self.gone == 1,
            Action::SetNull => accepted && self.referring == 0 && self.gone == 0,
            // Refused where the default is the key of no row.
            Action::SetDefault => refused || (accepted && self.gone == 0),
        };
        match self.result {
            _ if is_right => Verdict::Refuses,
            Ok(()) => Verdict::Otherwise { statement, said: None },
            Err(error) => Verdict::Otherwise { statement, said: Some(said(&error)) },
        }
    }
}

fn matching(columns: &[Name]) -> String {
    columns.iter().map(|name| format!("{} = ?", quoted(name))).collect::<Vec<_>>().join(" AND ")
}

fn spelled(columns: &[Name], key: &[Value]) -> String {
    let pairs = columns.iter().zip(key);
    let pairs = pairs.map(|(name, value)| format!("{} = {}", quoted(name), crate::testing::values::literal(value)));
    pairs.collect::<Vec<_>>().join(" AND ")
}
