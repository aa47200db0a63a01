//! Foreign keys and CHECKs.

use schema_core::{Change, Check, Edit, ForeignKey, Pair, Part, render};

use super::fault::{Fault, SQL, columns_in};
use super::keys::EXTRA_CONSTRAINT;
use super::table::TableAudit;
use crate::Category;

impl TableAudit<'_> {
    pub(super) fn foreign_key(&mut self, change: &Change, edit: &Edit<ForeignKey>) {
        let table = self.name;
        let Some(key) = edit.after().or(edit.before()) else { return };
        let label = format!("foreign key ({})", key.label());
        let own = self.own(&label);
        let same =
            |other: &ForeignKey| ForeignKey { name: None, ..other.clone() } == ForeignKey { name: None, ..key.clone() };
        let (category, message) = match edit {
            Edit::Add(_) if self.tables.before.foreign_keys.iter().any(same) => {
                (Category::OtherMeans, format!("{own} is stated less often than in the migrations"))
            }
            Edit::Add(_) => {
                let message = format!("table `{table}` has no foreign key ({}) to `{}`", key.label(), key.parent);
                (Category::MissingForeignKey, message)
            }
            Edit::Drop(_) if self.tables.after.foreign_keys.iter().any(same) => {
                (Category::OtherMeans, format!("{own} is stated more often than in the migrations"))
            }
            Edit::Drop(_) => (Category::ExtraConstraint, format!("{own} to `{}` is in no migration", key.parent)),
            Edit::Alter(pair) => other_key(&own, pair),
        };
        let text = |key: Option<&ForeignKey>| key.map(|key| render::foreign_key(SQL, key));
        let fault = Fault::new(category, own, message)
            .of(table, key.columns.clone())
            .sides(text(edit.after()), text(edit.before()));
        self.push(fault, change, edit);
    }

    pub(super) fn check(&mut self, change: &Change, edit: &Edit<Check>) {
        let table = self.name;
        let Some(check) = edit.after().or(edit.before()) else { return };
        let own = self.own(render::check(SQL, check));
        let same = |other: &Check| other.expr == check.expr;
        let mut counterpart = None;
        let (category, message) = match edit {
            Edit::Add(_) if self.tables.before.checks.iter().any(same) => {
                (Category::OtherMeans, format!("{own} is stated less often than in the migrations"))
            }
            Edit::Add(after) => {
                counterpart = self.other_list(after);
                let found = counterpart.as_ref().map(|(_, check)| check);
                match found {
                    Some(found) if lists_the_same(found, after) => {
                        (Category::OtherMeans, format!("{own} lists its values in another order"))
                    }
                    Some(_) => (Category::MissingCheck, format!("{own} lists other values")),
                    None => (Category::MissingCheck, format!("table `{table}` has no {}", render::check(SQL, after))),
                }
            }
            Edit::Drop(_) if self.tables.after.checks.iter().any(same) => {
                (Category::OtherMeans, format!("{own} is stated more often than in the migrations"))
            }
            Edit::Drop(_) => (Category::ExtraConstraint, format!("{own} is in no migration")),
            Edit::Alter(pair) if pair.before.expr == pair.after.expr => {
                (Category::OtherName, format!("{own} has another name"))
            }
            Edit::Alter(_) => (Category::MissingCheck, format!("{own} has another condition")),
        };
        let text = |check: Option<&Check>| check.map(|check| render::check(SQL, check));
        let found = edit.before().or(counterpart.as_ref().map(|(_, check)| check));
        let side = if edit.after().is_some() { self.tables.after } else { self.tables.before };
        let fault = Fault::new(category, own, message)
            .of(table, columns_in(side, &check.expr))
            .sides(text(edit.after()), text(found));
        match counterpart {
            Some((at, _)) => {
                self.told[at] = true;
                let changes = vec![self.changes[at].clone(), change.clone()];
                let path = check.path(self.name);
                self.faults.push(fault.at(path).changes(changes));
            }
            None => self.push(fault, change, edit),
        }
    }

    fn push<T: Part>(&mut self, fault: Fault, change: &Change, edit: &Edit<T>) {
        let fault = match edit.after() {
            Some(after) => fault.at(after.path(self.name)).changes(vec![change.clone()]),
            None if fault.category == Category::OtherMeans => fault.words("nothing has to be done"),
            None => fault.words(EXTRA_CONSTRAINT),
        };
        self.faults.push(fault);
    }

    /// The list of values that the database has for the same column.
    fn other_list(&self, wanted: &Check) -> Option<(usize, Check)> {
        let (column, _) = wanted.expr.enumeration(SQL)?;
        self.changes.iter().enumerate().find_map(|(at, change)| match change {
            Change::Check { edit: Edit::Drop(check), .. } if !self.told[at] => {
                let (other, _) = check.expr.enumeration(SQL)?;
                (other == column).then(|| (at, check.clone()))
            }
            _ => None,
        })
    }
}

fn lists_the_same(a: &Check, b: &Check) -> bool {
    let values = |check: &Check| {
        let mut values = check.expr.enumeration(SQL).map(|(_, values)| values).unwrap_or_default();
        values.sort();
        values
    };
    values(a) == values(b)
}

fn other_key(own: &str, pair: &Pair<ForeignKey>) -> (Category, String) {
    let Pair { before, after } = pair;
    let target = |key: &ForeignKey| {
        let columns: Vec<&str> = key.parent_columns.iter().map(schema_core::Name::as_str).collect();
        format!("`{} ({})`", key.parent, columns.join(", "))
    };
    if (&before.parent, &before.parent_columns) != (&after.parent, &after.parent_columns) {
        let message = format!("{own} refers to {}, not to {}", target(before), target(after));
        return (Category::MissingForeignKey, message);
    }
    let actions = [("ON DELETE", before.on_delete, after.on_delete), ("ON UPDATE", before.on_update, after.on_update)];
    let others: Vec<String> = actions
        .iter()
        .filter(|(_, found, expected)| found != expected)
        .map(|(event, found, expected)| format!("{event} {}, not {}", found.as_sql(), expected.as_sql()))
        .collect();
    if !others.is_empty() {
        (Category::ForeignKeyAction, format!("{own} says {}", others.join(", and ")))
    } else if before.deferrable != after.deferrable {
        (Category::Deferrable, format!("{own} is checked at another time"))
    } else {
        (Category::OtherName, format!("{own} has another name"))
    }
}
